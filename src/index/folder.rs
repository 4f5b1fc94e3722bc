//! A saved index as a folder of segments: which files are its own, opening it, and when segments are merged.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::live::Live;
use super::manifest::{Entry, Manifest};
use super::replacement::{COMPLETE, NEW};
use super::segment::Segment;
use crate::error::Error;

/// Returns the path of the manifest of a folder.
pub(super) fn manifest_path(folder: &Path) -> PathBuf {
    folder.join("manifest")
}

/// Returns the path of a segment.
pub(super) fn segment_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("segment-{number}.index"))
}

/// Opens what the manifest of a folder names.
pub(super) fn open(folder: &Path) -> Result<(Manifest, Vec<Live>), Error> {
    let path = manifest_path(folder);
    let mut bytes = read(&path)?;
    loop {
        let opened = open_named(folder, &path, &bytes);
        if opened.is_ok() {
            return opened;
        }
        // A writer may have merged the segments, and removed them, since the manifest was read.
        let now = read(&path)?;
        if now == bytes {
            return opened;
        }
        bytes = now;
    }
}

/// Reads the manifest of a folder.
pub(super) fn read_manifest(folder: &Path) -> Result<Manifest, Error> {
    let path = manifest_path(folder);
    Manifest::read(&read(&path)?, &path.display().to_string())
}

/// Returns true if nothing is in a folder but what belongs to an index.
pub(super) fn is_own(folder: &Path) -> io::Result<bool> {
    for file in fs::read_dir(folder)? {
        let name = file?.file_name();
        let name = name.to_str().unwrap_or_default();
        if segment_number(name).is_none() && !name.starts_with("manifest") {
            return Ok(false);
        }
    }
    let path = manifest_path(folder);
    Ok(!path.exists() || fs::read(path)?.starts_with(&Manifest::MAGIC))
}

/// Returns a number above those of all segments that are or were in a folder.
pub(super) fn next_number(folder: &Path) -> io::Result<u64> {
    let mut next = read_manifest(folder).map_or(1, |manifest| manifest.next);
    for file in fs::read_dir(folder)? {
        let number = file?.file_name().to_str().and_then(segment_number);
        next = next.max(number.map_or(0, |number| number.saturating_add(1)));
    }
    Ok(next)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let io = |error: io::Error| Error::io(path.display().to_string(), error);
    if !path.metadata().map_err(io)?.is_file() {
        return Err(io(io::Error::other("not a file")));
    }
    fs::read(path).map_err(io)
}

fn open_named(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(Manifest, Vec<Live>), Error> {
    let place = path.display().to_string();
    let manifest = Manifest::read(bytes, &place)?;
    let segments: Vec<Live> =
        manifest.segments.iter().map(|entry| open_segment(folder, entry)).collect::<Result<_, Error>>()?;
    for live in &segments[1..] {
        live.segment.check_same_configuration(segments[0].segment.signer().detector())?;
    }
    Ok((manifest, segments))
}

fn open_segment(folder: &Path, entry: &Entry) -> Result<Live, Error> {
    let segment = Segment::open(&segment_path(folder, entry.number))?;
    let is_named = (segment.size_in_bytes(), segment.last_checksum())
        == (entry.size_in_bytes, entry.last_checksum)
        && entry.gone.paragraphs <= segment.len();
    if is_named {
        return Ok(Live { segment, gone: entry.gone.clone() });
    }
    Err(segment.damaged("not the file that the manifest names"))
}

/// Removes the segments that a manifest does not name, and what programs that were killed left of others. Only the one that
/// holds the lock of the manifest may do so. What cannot be removed, since a reader has it open, is left for the next one.
pub(super) fn remove_others(folder: &Path, manifest: &Manifest) {
    let named: HashSet<u64> = manifest.segments.iter().map(|segment| segment.number).collect();
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_other = |number: u64| !named.contains(&number);
        if file.file_name().to_str().and_then(segment_number).is_some_and(is_other) {
            _ = fs::remove_file(file.path());
        }
    }
}

/// Returns the number of a segment, by the name of its file or of what is left of a file that was to become it.
fn segment_number(name: &str) -> Option<u64> {
    let (number, rest) = name.strip_prefix("segment-")?.split_once(".index")?;
    let is_own = ["", NEW, COMPLETE].contains(&rest);
    number.parse().ok().filter(|parsed: &u64| is_own && parsed.to_string() == number)
}

/// How many segments are merged at least.
const MIN_MERGED: usize = 4;

/// Returns the segments to be merged into one: the most of the newest of which none is larger than all of the others together; if
/// there are not four, one of which more than a half is gone. Sizes are those of what is left.
///
/// So what is added is written again as often as what is there doubles, and the number of segments grows with the logarithm of all.
pub(super) fn to_merge(segments: &[Live]) -> Option<Range<usize>> {
    let sizes: Vec<u64> = segments.iter().map(Live::size).collect();
    let are_alike = |&first: &usize| {
        let newest = &sizes[first..];
        newest.iter().max().is_some_and(|&largest| largest <= newest.iter().sum::<u64>() - largest)
    };
    let newest = (0..(segments.len() + 1).saturating_sub(MIN_MERGED)).find(are_alike);
    let is_half_gone = |live: &Live| live.gone.paragraphs > live.len();
    newest
        .map(|first| first..segments.len())
        .or_else(|| segments.iter().position(is_half_gone).map(|place| place..place + 1))
}

//! The files of a folder that belong to a dump.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::Compression;
use super::format::{Format, KNOWN_ENDINGS, NameHints};
use super::head::{HEAD_LEN, peek, to_utf_8};
use super::read_error::is_from_origin;
use super::settings::Settings;
use super::statistics::Tally;
use crate::error::{Error, Scope};

/// Files in the order of their paths, and the sum of their lengths in bytes.
pub(super) struct FileList {
    pub(super) files: Vec<PathBuf>,
    pub(super) size: u64,
}

/// Lists the files of a folder and of those below it. What begins with a dot is passed over, and what is in no known format
/// is counted.
pub(super) fn list(folder: &Path, settings: &Settings, tally: &mut Tally) -> Result<FileList, Error> {
    let mut list = FileList { files: Vec::new(), size: 0 };
    let is_visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let entries = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name();
    for entry in entries.into_iter().filter_entry(is_visible) {
        let entry = entry.map_err(|error| listing_error(folder, error))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        if is_in_dump(path, settings).map_err(|error| Error::io(path.display().to_string(), error))? {
            list.size += entry.metadata().map_err(|error| listing_error(folder, error))?.len();
            list.files.push(path.to_owned());
        } else {
            tally.count_left_out("file of no known format");
        }
    }
    if list.files.is_empty() {
        let message = format!("no file in this folder ends in {KNOWN_ENDINGS}");
        return Err(Error::format(folder.display().to_string(), message));
    }
    Ok(list)
}

fn listing_error(folder: &Path, error: walkdir::Error) -> Error {
    let message = error.to_string();
    // A loop of symbolic links has no I/O error of its own.
    let source = if error.io_error().is_some() { error.into_io_error() } else { Some(error.into()) };
    Error::dump(folder.display().to_string(), message, Scope::Io, source.map(Arc::new))
}

/// Returns true if a file of a folder belongs to the dump, by its name, and by its content where the name does not say.
fn is_in_dump(path: &Path, settings: &Settings) -> io::Result<bool> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // It comes with a Wikipedia dump, and is no text: places, numbers and titles of its pages.
    if settings.format.is_none() && name.contains("-multistream-index") {
        return Ok(false);
    }
    let by_name = NameHints::from_path(path).format;
    // Much else is XML.
    if settings.format.is_some() || by_name.is_some_and(|format| format != Format::MediaWiki) {
        return Ok(true);
    }
    // Such as `_SUCCESS` and `_metadata` of Spark.
    if name.starts_with('_') {
        return Ok(false);
    }
    let (read, mut head) = peek(Box::new(File::open(path)?))?;
    if let Some(compression) = Compression::from_head(&head) {
        let mut unpacked = Vec::new();
        let read = compression.decompress(BufReader::new(read), &Arc::default());
        match read.and_then(|read| read.take(HEAD_LEN).read_to_end(&mut unpacked)) {
            Ok(_) => head = unpacked,
            // The error is returned when the file is read.
            Err(_) if by_name.is_some() => return Ok(true),
            Err(error) if is_from_origin(&error) => return Err(error),
            Err(_) => return Ok(false),
        }
    }
    let by_content = Format::from_head(&to_utf_8(&head));
    Ok(by_content.is_some() && by_name.is_none_or(|by_name| by_content == Some(by_name)))
}

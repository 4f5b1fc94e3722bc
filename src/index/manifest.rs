//! The manifest of a folder of segments, as bytes. The format is described in [`saved`](super::saved).

use super::layout::{array, checksum};
use super::live::Gone;
use crate::error::Error;

/// Raised whenever a reader of the version before would not understand a manifest.
const VERSION: u32 = 1;

/// Bytes before the first segment, and of each segment.
const HEAD_LEN: usize = 32;
const SEGMENT_LEN: usize = 40;

/// Which files are the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The number of the next segment: no number comes twice, so no reader takes a file for another.
    pub(super) next: u64,
    /// How many documents have a paragraph.
    pub(super) documents: u64,
    /// The oldest first.
    pub(super) segments: Vec<Entry>,
}

/// A segment, and what of it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// It is in the name of the file.
    pub(super) number: u64,
    pub(super) size_in_bytes: u64,
    /// What stands at the end of the file.
    pub(super) last_checksum: u64,
    pub(super) gone: Gone,
}

impl Manifest {
    /// The first bytes: as those of a segment, but for the fourth.
    pub(super) const MAGIC: [u8; 8] = *b"\x89dgs\r\n\x1a\n";

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let count = u32::try_from(self.segments.len()).expect("a folder has fewer than 2^32 segments");
        let mut bytes = Self::MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend([self.next, self.documents].into_iter().flat_map(u64::to_le_bytes));
        for Entry { number, size_in_bytes, last_checksum, gone } in &self.segments {
            let gone = [gone.documents.len() as u64, gone.paragraphs];
            let numbers = [*number, *size_in_bytes, *last_checksum].into_iter().chain(gone);
            bytes.extend(numbers.flat_map(u64::to_le_bytes));
        }
        let gone = self.segments.iter().flat_map(|segment| &segment.gone.documents);
        bytes.extend(gone.flat_map(|document| document.to_le_bytes()));
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes
    }

    /// Reads a manifest; `place` is what it is called in errors.
    pub(super) fn read(bytes: &[u8], place: &str) -> Result<Self, Error> {
        if !bytes.starts_with(&Self::MAGIC[..bytes.len().min(Self::MAGIC.len())]) {
            return Err(Error::unexpected(place, "a manifest", "bytes that do not begin like one"));
        }
        let Some((head, rest)) = bytes.split_at_checked(HEAD_LEN) else {
            return Err(cut_short(place, bytes.len()));
        };
        let version = u32::from_le_bytes(array(&head[8..]));
        if version != VERSION {
            let newer = if version > VERSION { ", which a newer dittograph wrote" } else { "" };
            let expected = format!("version {VERSION} of the manifest");
            return Err(Error::unexpected(place, expected, format!("{version}{newer}")));
        }
        let Some((body, last)) = bytes.split_last_chunk::<8>() else {
            return Err(cut_short(place, bytes.len()));
        };
        if checksum(body) != u64::from_le_bytes(*last) {
            return Err(Error::format(place, "damaged or cut short: checksum mismatch"));
        }
        let count = u32::from_le_bytes(array(&head[12..])) as usize;
        let numbers: Vec<u64> =
            rest.chunks_exact(8).map(|number| u64::from_le_bytes(array(number))).collect();
        let (rows, gone) = numbers
            .split_at_checked(count.saturating_mul(SEGMENT_LEN / 8))
            .filter(|_| count > 0 && rest.len().is_multiple_of(8))
            .ok_or_else(|| cut_short(place, bytes.len()))?;
        let manifest = Self {
            next: u64::from_le_bytes(array(&head[16..])),
            documents: u64::from_le_bytes(array(&head[24..])),
            segments: entries(rows, gone).ok_or_else(|| cut_short(place, bytes.len()))?,
        };
        if manifest.is_in_order() {
            return Ok(manifest);
        }
        Err(Error::format(
            place,
            "expected segments of different numbers, and ascending documents that are gone",
        ))
    }

    fn is_in_order(&self) -> bool {
        let mut numbers: Vec<u64> = self.segments.iter().map(|segment| segment.number).collect();
        numbers.sort_unstable();
        let is_ascending = |numbers: &[u64]| numbers.is_sorted_by(|a, b| a < b);
        is_ascending(&numbers)
            && numbers.last() < Some(&self.next)
            && self.next < u64::MAX
            && self.segments.iter().all(|segment| is_ascending(&segment.gone.documents))
    }
}

/// Returns the segments that rows of numbers describe, and the numbers behind the rows; `None` if these are more or fewer.
fn entries(rows: &[u64], gone: &[u64]) -> Option<Vec<Entry>> {
    // The last number is the checksum.
    let (mut gone, _) = gone.split_at(gone.len().checked_sub(1)?);
    let mut entries = Vec::new();
    for row in rows.chunks_exact(SEGMENT_LEN / 8) {
        let (documents, rest) = gone.split_at_checked(usize::try_from(row[3]).ok()?)?;
        let entry_gone = Gone { documents: documents.to_vec(), paragraphs: row[4] };
        entries.push(Entry {
            number: row[0],
            size_in_bytes: row[1],
            last_checksum: row[2],
            gone: entry_gone,
        });
        gone = rest;
    }
    gone.is_empty().then_some(entries)
}

fn cut_short(place: &str, len: usize) -> Error {
    Error::unexpected(place, "the bytes that its counts say", format!("{len}"))
}

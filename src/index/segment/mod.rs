//! One file of a saved index: opening it, and what its answers rest on. The format is described in [`saved`](super::saved).
//!
//! Here are opening and queries, in [`rows`] the bytes that they rest on, and in [`store`] all of it in the order of the file.

mod rows;
mod store;

use std::sync::atomic::AtomicU64;

use super::answer::{IndexStatistics, compare};
use super::header::Header;
use super::layout::{self, HEADER_LEN, Layout, NONE, NUMBER_LEN, array, bucket_key};
use super::signer::{SignedParagraph, Signer};
use super::unicode::UnicodeVersions;
use crate::compare::Similarity;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
pub(super) use rows::{CopyGroupRow, size};

/// What the bytes of one file hold.
pub(super) struct Segment {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    place: String,
    signer: Signer,
    unicode: UnicodeVersions,
    layout: Layout,
    /// A bit for each block whose checksum was found right.
    verified: Box<[AtomicU64]>,
}

impl Segment {
    /// Opens a file that is mapped into memory. [`SavedIndex::open`](super::saved::SavedIndex::open) says what that asks for.
    #[cfg(feature = "mmap")]
    pub(super) fn open(path: &std::path::Path) -> Result<Self, Error> {
        let place = path.display().to_string();
        let io = |error: std::io::Error| Error::io(&place, error);
        // Before it is opened, since a pipe would be waited for.
        if !path.metadata().map_err(io)?.is_file() {
            return Err(io(std::io::Error::other("not a file that can be mapped")));
        }
        let file = std::fs::File::open(path).map_err(io)?;
        // Some file systems have no locks.
        if matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock)) {
            let message = "another program has locked it for writing";
            return Err(io(std::io::Error::new(std::io::ErrorKind::ResourceBusy, message)));
        }
        // SAFETY: the bytes do not change as long as the file is not written to, which the documentation asks for and the
        // lock tells others; a `Replacement` never writes to a file that has its final name. No other kind of read is
        // quick enough here.
        #[allow(unsafe_code)]
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(io)?;
        Self::from_bytes(place, Box::new(Mapped { map, _locked: file }))
    }

    /// Opens a file in memory; `place` is what it is called in errors.
    pub(super) fn from_bytes(
        place: String,
        bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    ) -> Result<Self, Error> {
        let all = (*bytes).as_ref();
        let Header { detector, counts, unicode } = Header::read(all, &place)?;
        let layout = Layout::new(counts)
            .ok_or_else(|| Error::format(&place, "expected counts that a file can hold in the header"))?;
        if all.len() as u64 != layout.len() {
            let expected = format!("{} bytes as the header says", layout.len());
            return Err(Error::unexpected(place, expected, all.len()));
        }
        let words = layout.blocks_end().div_ceil(layout::BLOCK_LEN as u64).div_ceil(64);
        let verified = (0..words).map(|_| AtomicU64::new(0)).collect();
        let segment = Self { bytes, place, signer: Signer::new(detector), unicode, layout, verified };
        let checksums = segment.unverified(segment.layout.checksums.clone());
        if layout::checksum(checksums) != segment.last_checksum() {
            return Err(segment.damaged("the checksums are damaged"));
        }
        segment.verified(0..HEADER_LEN as u64)?;
        Ok(segment)
    }

    /// Returns the checksum at the end, of the checksums of all blocks: files that differ have different ones.
    pub(super) fn last_checksum(&self) -> u64 {
        let len = self.layout.len();
        u64::from_le_bytes(array(self.unverified(len - NUMBER_LEN..len)))
    }

    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }

    pub(super) fn unicode_versions(&self) -> UnicodeVersions {
        self.unicode
    }

    /// Returns the number of paragraphs.
    pub(super) fn len(&self) -> u64 {
        self.layout.counts.paragraphs
    }

    /// Returns the number of entries of buckets.
    #[cfg(feature = "mmap")]
    pub(super) fn entry_count(&self) -> u64 {
        self.layout.counts.entries
    }

    /// Returns the size of the file.
    pub(super) fn size_in_bytes(&self) -> u64 {
        self.layout.len()
    }

    /// Returns counts of what it holds, from its header.
    pub(super) fn statistics(&self) -> IndexStatistics {
        let counts = &self.layout.counts;
        IndexStatistics {
            paragraphs: size(counts.paragraphs),
            without_words: size(counts.without_words),
            distinct: size(counts.copy_groups),
            shingles: size(counts.shingles),
            entries: size(counts.entries),
            largest_bucket: size(counts.largest_bucket),
        }
    }

    /// Returns the copy groups that resemble a paragraph which was signed for this configuration, of those in the buckets of some of its
    /// keys.
    pub(super) fn matching(
        &self,
        paragraph: &SignedParagraph,
        keys: &[u64],
    ) -> Result<Vec<(u32, CopyGroupRow, Similarity)>, Error> {
        let (detector, asked) = (self.signer.detector(), (paragraph.hash, &paragraph.set));
        let mut matches = Vec::new();
        let mut sets_end = 0;
        for number in self.candidates(keys)? {
            let group = self.copy_group_row(number)?;
            // By sizes first, so that no set is read in vain.
            let (own, other) = (paragraph.set.len(), group.shingles as usize);
            if detector.comparator().least_common(own, other) > own.min(other) {
                continue;
            }
            // Each byte of the sets is of one copy group, and read once.
            let place = self.set_place(number)?;
            if place.start < sets_end {
                let message = format!("the shingles of copy group {number} stand within those of another");
                return Err(self.damaged(message));
            }
            sets_end = place.end;
            let set = self.shingles(number, &group)?;
            if let Some(similarity) = compare(detector, asked, (group.hash, &set)) {
                matches.push((number, group, similarity));
            }
        }
        Ok(matches)
    }

    /// Returns the copy groups in the buckets of these keys: ascending, none twice.
    fn candidates(&self, keys: &[u64]) -> Result<Vec<u32>, Error> {
        let mut candidates = Vec::new();
        for &key in keys {
            let bucket = self.bucket(bucket_key(key))?;
            candidates.extend(bucket.iter().map(|entry| u32::from_le_bytes(array(entry))));
        }
        candidates.sort_unstable();
        candidates.dedup();
        Ok(candidates)
    }

    /// Returns the paragraphs of a copy group, descending.
    pub(super) fn ids_of(&self, number: u32, group: &CopyGroupRow) -> Result<Vec<ParagraphId>, Error> {
        let mut ids = Vec::new();
        let mut row = group.last;
        while row != NONE {
            let paragraph = self.paragraph_row(row)?;
            // So no row comes twice, nor one of another copy group.
            let is_before = paragraph.before == NONE || paragraph.before < row;
            if paragraph.group != number || !is_before {
                return Err(
                    self.damaged(format!("row {row} of paragraphs is not one of copy group {number}"))
                );
            }
            ids.push(paragraph.id);
            row = paragraph.before;
        }
        if ids.is_empty() {
            return Err(self.damaged(format!("copy group {number} has no paragraph")));
        }
        Ok(ids)
    }

    /// Returns the ids of a document's paragraphs, ascending. Cost: a binary search.
    pub(super) fn paragraphs_of(&self, document: u64) -> Result<Vec<ParagraphId>, Error> {
        let mut ids = Vec::new();
        for row in self.first_row_from(ParagraphId { document, paragraph: 0 })?..self.len() {
            let id = self.id_at(row)?;
            if id.document != document {
                break;
            }
            if ids.last() >= Some(&id) {
                return Err(self.damaged(format!("row {row} of paragraphs is not in order")));
            }
            ids.push(id);
        }
        Ok(ids)
    }

    /// Returns the least id that is this one or greater. Cost: a binary search.
    pub(super) fn first_from(&self, id: ParagraphId) -> Result<Option<ParagraphId>, Error> {
        let row = self.first_row_from(id)?;
        if row == self.len() { Ok(None) } else { self.id_at(row).map(Some) }
    }

    /// Returns the name that a document was given, if it was. Cost: a binary search.
    pub(super) fn document_name(&self, document: u64) -> Result<Option<&str>, Error> {
        let documents = self.layout.counts.documents;
        let row = partition_point(documents, |row| Ok(self.document_row(row)?.0 < document))?;
        if row == documents || self.document_row(row)?.0 != document {
            return Ok(None);
        }
        self.name_at(row).map(Some)
    }

    /// Returns the first row of paragraphs with this id or a greater one.
    fn first_row_from(&self, id: ParagraphId) -> Result<u64, Error> {
        partition_point(self.len(), |row| Ok(self.id_at(row)? < id))
    }

    fn id_at(&self, row: u64) -> Result<ParagraphId, Error> {
        Ok(self.paragraph_row(rows::row_number(row))?.id)
    }
}

/// A file in memory, and locked for reading.
#[cfg(feature = "mmap")]
struct Mapped {
    map: memmap2::Mmap,
    _locked: std::fs::File,
}

#[cfg(feature = "mmap")]
impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.map
    }
}

/// Returns the first of `len` rows that is not before what is looked for, by a binary search.
fn partition_point(len: u64, is_before: impl Fn(u64) -> Result<bool, Error>) -> Result<u64, Error> {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle)? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

//! Where the sections of a saved index stand. The format is described in [`saved`](super::saved).

use std::ops::Range;

pub(super) use crate::hash::checksum;
pub(super) use crate::lsh::bucket_key;

/// Bytes of the header.
pub(super) const HEADER_LEN: usize = 192;

/// Sections start at multiples of this; a block is a multiple of it.
pub(super) const ALIGNMENT: usize = 64;

/// Bytes of a block, each of which has a checksum.
pub(super) const BLOCK_LEN: usize = 4096;

/// Stands for no copy group, or no row.
pub(super) const NONE: u32 = u32::MAX;

/// Bytes of a row of each section.
pub(super) const DOCUMENT_LEN: u64 = 16;
pub(super) const PARAGRAPH_LEN: u64 = 20;
pub(super) const COPY_GROUP_LEN: u64 = 24;
pub(super) const NUMBER_LEN: u64 = 8;

/// Bits of the name of a bucket.
pub(super) const NAME_BITS: u32 = 40;

/// The counts in a header, which decide where the sections stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) paragraphs: u64,
    pub(super) without_words: u64,
    pub(super) copy_groups: u64,
    pub(super) documents: u64,
    pub(super) name_bytes: u64,
    pub(super) shingles: u64,
    pub(super) set_bytes: u64,
    pub(super) entries: u64,
    pub(super) largest_bucket: u64,
}

impl Counts {
    /// Returns the counts in the order of the header.
    pub(super) fn fields(&self) -> [u64; 9] {
        [
            self.paragraphs,
            self.without_words,
            self.copy_groups,
            self.documents,
            self.name_bytes,
            self.shingles,
            self.set_bytes,
            self.entries,
            self.largest_bucket,
        ]
    }

    pub(super) fn from_fields(fields: [u64; 9]) -> Self {
        let [
            paragraphs,
            without_words,
            copy_groups,
            documents,
            name_bytes,
            shingles,
            set_bytes,
            entries,
            largest_bucket,
        ] = fields;
        Self {
            paragraphs,
            without_words,
            copy_groups,
            documents,
            name_bytes,
            shingles,
            set_bytes,
            entries,
            largest_bucket,
        }
    }
}

/// The sections by their places in the file.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) counts: Counts,
    pub(super) documents: Range<u64>,
    pub(super) names: Range<u64>,
    pub(super) paragraphs: Range<u64>,
    pub(super) copy_groups: Range<u64>,
    pub(super) starts: Range<u64>,
    pub(super) sets: Range<u64>,
    pub(super) entries: Range<u64>,
    pub(super) cells: Range<u64>,
    pub(super) filter: Range<u64>,
    /// One for each block of all that stands before it.
    pub(super) checksums: Range<u64>,
    /// How many of the first bits of a bucket's name are its cell.
    pub(super) cell_bits: u32,
    /// How many of them are its word in the filter.
    pub(super) word_bits: u32,
}

impl Layout {
    /// Returns the layout for these counts; `None` if a file cannot be so large, or if 32 bits cannot number its rows.
    pub(super) fn new(counts: Counts) -> Option<Self> {
        if counts.paragraphs >= u64::from(NONE) || counts.copy_groups > counts.paragraphs {
            return None;
        }
        let word_bits = word_bits(counts.entries);
        let cell_bits = (counts.entries / 16).max(1).ilog2().clamp(8, NAME_BITS - 1) + 1;
        let mut end = HEADER_LEN as u64;
        let mut section = |rows: u64, bytes: u64| {
            let start = end.checked_next_multiple_of(ALIGNMENT as u64)?;
            end = start.checked_add(rows.checked_mul(bytes)?)?;
            Some(start..end)
        };
        let layout = Self {
            counts,
            documents: section(counts.documents, DOCUMENT_LEN)?,
            names: section(counts.name_bytes, 1)?,
            paragraphs: section(counts.paragraphs, PARAGRAPH_LEN)?,
            copy_groups: section(counts.copy_groups, COPY_GROUP_LEN)?,
            starts: section(counts.copy_groups + 1, NUMBER_LEN)?,
            sets: section(counts.set_bytes, 1)?,
            entries: section(counts.entries, NUMBER_LEN)?,
            cells: section((1 << cell_bits) + 1, NUMBER_LEN)?,
            filter: section(1 << word_bits, NUMBER_LEN)?,
            checksums: 0..0,
            cell_bits,
            word_bits,
        };
        let blocks = layout.filter.end.checked_next_multiple_of(ALIGNMENT as u64)?.div_ceil(BLOCK_LEN as u64);
        let checksums = section(blocks, NUMBER_LEN)?;
        Some(Self { checksums, ..layout })
    }

    /// Returns the bytes of the file: after the checksums comes the checksum of these.
    pub(super) fn len(&self) -> u64 {
        self.checksums.end + NUMBER_LEN
    }

    /// Returns where the blocks end.
    pub(super) fn blocks_end(&self) -> u64 {
        self.checksums.start
    }

    /// Returns the cell of a bucket.
    pub(super) fn cell(&self, name: u64) -> u64 {
        name >> (NAME_BITS - self.cell_bits)
    }

    /// Returns the number of a bucket's word in the filter.
    pub(super) fn filter_word(&self, name: u64) -> u64 {
        name >> (NAME_BITS - self.word_bits)
    }
}

/// Returns how many of the first bits of a bucket's name are its word in the filter of a file with `entries` entries: a word for four to
/// eight entries.
///
/// Of the buckets without entries 1 to 3 % pass, and a file is 2.5 to 5 % larger.
pub(super) fn word_bits(entries: u64) -> u32 {
    (entries / 8).max(1).ilog2().min(NAME_BITS - 1) + 1
}

/// Returns the bits that a bucket sets in its word of a filter: three, some of which may be the same.
pub(super) fn filter_bits(name: u64) -> u64 {
    let hash = name.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 46;
    1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12)
}

/// Returns the first bytes of a slice that has enough of them.
pub(super) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    *bytes.first_chunk().expect("the slice of a row or field has its length")
}

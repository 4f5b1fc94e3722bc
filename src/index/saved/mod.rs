//! A saved index: it answers from the bytes of a file, without reading them all.
//!
//! [`Index::write_to`](crate::Index::write_to) writes one, [`Index::read_from`](crate::Index::read_from) reads it back into memory, `Index::open` (feature `mmap`) and
//! [`SavedIndex::new`] ask it where it lies. It grows by [`write_updated`](SavedIndex::write_updated), and several become one by
//! [`write_merged`](SavedIndex::write_merged). A [`Replacement`] puts the new file in the place of the old one at once.
//!
//! # Format
//!
//! What an index holds and its configuration decide every byte: in which order it was put in, on how many machines, and
//! what was taken out again cannot be seen. Numbers are little-endian, of 8 bytes if nothing else is said. Of ranges and
//! positions the first is 0. A *text* is a distinct paragraph with words: paragraphs with the same words have one text.
//!
//! The **header** has 192 bytes:
//!
//! | at | bytes | |
//! | --- | --- | --- |
//! | 0 | 8 | `89 64 67 69 0d 0a 1a 0a` |
//! | 8 | 4 | the version of the format: 1 |
//! | 12 | 1 | boundary: 0 newline, 1 blank line, 2 auto |
//! | 13 | 1 | measure: 0 Jaccard, 1 containment |
//! | 14 | 1 | shingles: 0 auto, 1 words, 2 characters |
//! | 15 | 1 | banding: 0 by recall, 1 given |
//! | 16 | 8 | the normaliser's rules: one bit each, in the order of [`Rule::ALL`](crate::Rule::ALL) from the lowest |
//! | 24 | 8 | the width of a shingle; 0 for auto |
//! | 32 | 8 | the threshold (IEEE 754 binary64) |
//! | 40 | 8 | the slots of a signature at most |
//! | 48 | 8 | the recall asked for (binary64); 0 where the banding is given |
//! | 56 | 16 | bands and rows of the banding; 0 and 0 where each shingle is a key |
//! | 72 | 8 | [`Detector::fingerprint`] |
//! | 80 | 72 | counts: paragraphs, those without words, texts, named documents, bytes of names, shingles of all texts, bytes of sets, entries of buckets, entries of the largest bucket |
//! | 152 | 40 | 0 |
//!
//! The sections follow in this order, each from the next multiple of 64 bytes on, with zeros before it:
//!
//! | section | of | each |
//! | --- | --- | --- |
//! | documents | each document that has a name and a paragraph, ascending | its number; where its name ends in *names* (it starts where that before ends) |
//! | names | | UTF-8 |
//! | paragraphs | each paragraph, ascending by document, then paragraph | document; paragraph (4 bytes); text (4); the row of the last paragraph before it with the same text (4). `ff ff ff ff`: none |
//! | texts | each text, in the order of their first paragraphs | XXH3-128 of its words (16 bytes); the row of the last paragraph with it (4); how many shingles it has (4) |
//! | starts | each text, and one more | where its shingles start in *sets*; in the end, where all end |
//! | sets | each text | its shingles' hashes in ascending order, in Rice codes (below) |
//! | entries | each text and bucket that it is in, ascending by the bucket's name, then text | text (4 bytes); the low 32 bits of the bucket's name (4) |
//! | cells | each cell, and one more | its first entry; in the end, their count |
//! | checksums | each 4096 bytes of all that stands before this section, zeros included (the last may be fewer) | XXH3-64, seed `checksum` |
//!
//! In the end stands the XXH3-64 of the checksums, same seed; then the file ends.
//!
//! The **name** of a bucket has 40 bits: the lowest 8 of its key, then the highest 32 of its key, or 2³² − 2 if those
//! are 2³² − 1. The keys of a text are those of [`Banding::keys`](crate::Banding::keys), or its shingles' hashes. The first
//! bits of a name are its **cell**: 1 + ⌊log₂(entries / 16)⌋ of them, but 9 at least (also without entries) and 40 at
//! most. A cell without entries begins where the next one does.
//!
//! There are fewer than 2³² − 1 paragraphs; each text has a paragraph and a shingle. Paragraphs have the same text if the
//! hashes of their words are equal.
//!
//! **Hashes.** All are XXH3 with a seed, which is eight ASCII characters read as a little-endian number (shorter ones filled
//! up with zeros). *Of its words* is XXH3-128, seed `words`, of the words of the normal form in UTF-8, joined by single
//! spaces; its low half comes first. A shingle is XXH3-64, seed `shingle`, of its text in UTF-8: words joined by single
//! spaces, or characters of the normal form with one space between words. Slot j of a signature is the least of
//! aⱼ · (h ≫ 48) + bⱼ modulo 2¹⁶ over its shingles' hashes h; aⱼ and bⱼ are the highest 16 bits, with the lowest of them
//! set, and the lowest 16 bits of the highest 32, of the numbers of `SplitMix64` from state 0 on, those left out whose aⱼ
//! came before. The key of band i is XXH3-64, with the seed `band` as a number plus i, of its slots, 2 bytes each. The
//! fingerprint is a number to be compared: no reader but this crate can make it.
//!
//! **Rice codes.** A set of n hashes has k = 63 − ⌊log₂ n⌋. Each hash is coded as its distance from the one before, less
//! one (the first from zero, as it is): the distance divided by 2ᵏ as so many 0 bits and a 1, then its k low bits, the
//! lowest first. Bits fill bytes from the lowest up; what is left of a set's last byte is 0.
//!
//! # What is verified
//!
//! Opening verifies the header, the length, and the checksum of checksums; an answer, every block that it rests on.
//! [`SavedIndex::check`] verifies all that can be: not the hashes of words, since the words are not there. Nothing is allocated by what a header says before the length of the file agrees.

mod whole;

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

pub use crate::index::replacement::Replacement;

use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::index::layout::{self, BLOCK, Layout, NONE, array};
use crate::index::write::Store;
use crate::index::{self, IndexStatistics, Match, SignedParagraph, Signer, sets};
use crate::lsh::bucket_key;
use crate::shingle::ShingleSet;

/// An index that lies in bytes, of a file for the most part: read from there as it is asked, by many threads if you like.
///
/// ```
/// use dittograph::{Detector, Index, ParagraphId, SavedIndex};
///
/// let mut index = Index::new(Detector::default());
/// let id = ParagraphId { document: 7, paragraph: 0 };
/// index.insert(id, "The ferry does not sail today because of the storm, says the harbour master.");
/// index.name_document(7, "anwick-herald/4711");
/// let mut bytes = Vec::new();
/// index.write_to(&mut bytes)?;
///
/// let saved = SavedIndex::new(bytes)?;
/// let found = saved.query("The ferry does NOT sail today, because of the storm, says the harbour-master.")?;
/// assert_eq!(found[0].id, id);
/// assert_eq!(saved.document_name(7)?, Some("anwick-herald/4711"));
/// # Ok::<(), dittograph::Error>(())
/// ```
pub struct SavedIndex {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    place: String,
    signer: Signer,
    layout: Layout,
    /// A bit for each block whose checksum was found right.
    found_right: Box<[AtomicU64]>,
}

impl SavedIndex {
    /// A saved index that lies in these bytes.
    ///
    /// # Errors
    ///
    /// If they do not begin like one, are of another version of the format, of another fingerprint, cut short or too
    /// long, or if the header or the checksums are damaged.
    pub fn new(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, Error> {
        Self::at("index".into(), Box::new(bytes))
    }

    pub(super) fn at(place: String, bytes: Box<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self, Error> {
        let all = (*bytes).as_ref();
        let (detector, layout) = layout::read_header(all, &place)?;
        if all.len() as u64 != layout.len() {
            let (expected, got) = (layout.len(), all.len());
            let wrong = format!("expected {expected} bytes as the header says, got {got}");
            return Err(Error::format(place, wrong));
        }
        let blocks = layout.blocks_end().div_ceil(BLOCK as u64).div_ceil(64);
        let found_right = (0..blocks).map(|_| AtomicU64::new(0)).collect();
        let saved = Self { bytes, place, signer: Signer::new(detector), layout, found_right };
        let checksums = saved.unverified(saved.layout.checksums.clone());
        let last = saved.unverified(saved.layout.checksums.end..saved.layout.len());
        if layout::checksum(checksums) != u64::from_le_bytes(array(last)) {
            return Err(saved.wrong("the checksums are damaged"));
        }
        saved.verified(0..layout::HEADER as u64)?;
        Ok(saved)
    }

    /// What decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    /// What makes paragraphs ready for [`query_signed`](Self::query_signed).
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// How many paragraphs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        size(self.layout.counts.paragraphs)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size_in_bytes(&self) -> u64 {
        self.layout.len()
    }

    /// Counts of what the index holds, from its header.
    #[must_use]
    pub fn statistics(&self) -> IndexStatistics {
        let counts = &self.layout.counts;
        IndexStatistics {
            paragraphs: size(counts.paragraphs),
            without_words: size(counts.without_words),
            distinct: size(counts.texts),
            shingles: size(counts.shingles),
            entries: size(counts.entries),
            largest_bucket: size(counts.largest_bucket),
        }
    }

    /// The paragraphs that resemble this one, as [`Index::query`](crate::Index::query) gives them.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn query(&self, paragraph: &str) -> Result<Vec<Match>, Error> {
        self.query_signed(&self.signer.sign(paragraph))
    }

    /// The paragraphs that resemble one that is signed.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    ///
    /// # Panics
    ///
    /// If the paragraph was signed for another configuration.
    pub fn query_signed(&self, paragraph: &SignedParagraph) -> Result<Vec<Match>, Error> {
        self.signer.check(paragraph);
        let (detector, asked) = (self.detector(), (paragraph.hash, &paragraph.set));
        let mut matches = Vec::new();
        let mut sets_end = 0;
        for number in self.candidates(&paragraph.keys)? {
            let text = self.text_row(number)?;
            // By sizes first, so that no set is read in vain.
            let (own, other) = (paragraph.set.len(), text.shingles as usize);
            if detector.comparator().least_common(own, other) > own.min(other) {
                continue;
            }
            // Each byte of the sets is of one text, and read once.
            let place = self.set_place(number)?;
            if place.start < sets_end {
                return Err(self.wrong(format!("text {number}: its shingles stand within those of another")));
            }
            sets_end = place.end;
            let set = self.shingles(number, &text)?;
            if let Some(similarity) = index::compare(detector, asked, (text.hash, &set)) {
                let ids = self.ids_of(number, &text)?;
                matches.extend(ids.into_iter().map(|id| Match { id, similarity }));
            }
        }
        matches.sort_unstable_by(Match::cmp_best);
        Ok(matches)
    }

    /// The texts in the buckets of these keys: ascending, none twice.
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

    /// The paragraphs that have a text, descending.
    fn ids_of(&self, number: u32, text: &TextRow) -> Result<Vec<ParagraphId>, Error> {
        let mut ids = Vec::new();
        let mut row = text.last;
        while row != NONE {
            let (id, of_text, before) = self.paragraph_row(row)?;
            // So no row is come by twice, nor from another text.
            if of_text != number || (before != NONE && before >= row) {
                return Err(self.wrong(format!("row {row} of paragraphs is not one of text {number}")));
            }
            ids.push(id);
            row = before;
        }
        Ok(ids)
    }

    /// The name that a document was given, if it was.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn document_name(&self, document: u64) -> Result<Option<&str>, Error> {
        let (mut low, mut high) = (0, self.layout.counts.documents);
        while low < high {
            let middle = low + (high - low) / 2;
            let (other, _) = self.document_row(middle)?;
            if other == document {
                return self.name_at(middle).map(Some);
            }
            if other < document { low = middle + 1 } else { high = middle }
        }
        Ok(None)
    }

    /// All ids, ascending.
    ///
    /// # Errors
    ///
    /// Each item, if its bytes are damaged.
    pub fn ids(&self) -> impl Iterator<Item = Result<ParagraphId, Error>> + '_ {
        self.paragraphs().map(|paragraph| paragraph.map(|(id, _)| id))
    }

    /// The entries of a bucket: each a text in the low half, and what names the bucket within its part in the high half.
    fn bucket(&self, name: u64) -> Result<&[[u8; 8]], Error> {
        let cell = self.layout.cell(name);
        let cells = self.row(&self.layout.cells, cell, 2 * layout::NUMBER, layout::NUMBER)?;
        let (first, end) = (u64_at(cells, 0), u64_at(cells, 8));
        if first > end || end > self.layout.counts.entries {
            return Err(self.wrong(format!("cell {cell} does not stand in the entries")));
        }
        let start = self.layout.entries.start;
        let entries = self.verified(start + layout::NUMBER * first..start + layout::NUMBER * end)?;
        let (entries, _) = entries.as_chunks::<8>();
        let tag = |&entry: &[u8; 8]| u64::from_le_bytes(entry) >> 32;
        let from = entries.partition_point(|entry| tag(entry) < name & 0xffff_ffff);
        let len = entries[from..].partition_point(|entry| tag(entry) == name & 0xffff_ffff);
        Ok(&entries[from..from + len])
    }

    fn shingles(&self, number: u32, text: &TextRow) -> Result<ShingleSet, Error> {
        thread_local! {
            static HASHES: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
        }
        let bytes = self.set_bytes(number)?;
        let mut hashes = HASHES.take();
        let is_set = sets::decode(bytes, text.shingles as usize, &mut hashes);
        let set = is_set.then(|| ShingleSet::from_ordered(&hashes));
        HASHES.set(hashes);
        set.ok_or_else(|| self.wrong(format!("the shingles of text {number} are not coded as they must be")))
    }

    fn set_bytes(&self, number: u32) -> Result<&[u8], Error> {
        self.verified(self.set_place(number)?)
    }

    /// Where the shingles of a text stand.
    fn set_place(&self, number: u32) -> Result<Range<u64>, Error> {
        let row = self.row(&self.layout.starts, number.into(), 2 * layout::NUMBER, layout::NUMBER)?;
        let (start, end) = (u64_at(row, 0), u64_at(row, 8));
        if start > end || end > self.layout.counts.set_bytes {
            return Err(self.wrong(format!("text {number} does not stand in the sets")));
        }
        Ok(self.layout.sets.start + start..self.layout.sets.start + end)
    }

    fn text_row(&self, number: u32) -> Result<TextRow, Error> {
        let row = self.row(&self.layout.texts, number.into(), layout::TEXT, layout::TEXT)?;
        Ok(TextRow {
            hash: u128::from_le_bytes(array(row)),
            last: u32::from_le_bytes(array(&row[16..])),
            shingles: u32::from_le_bytes(array(&row[20..])),
        })
    }

    /// The id, the text, and the row before it with the same text.
    fn paragraph_row(&self, row: u32) -> Result<(ParagraphId, u32, u32), Error> {
        let bytes = self.row(&self.layout.paragraphs, row.into(), layout::PARAGRAPH, layout::PARAGRAPH)?;
        let u32_at = |at: usize| u32::from_le_bytes(array(&bytes[at..]));
        Ok((ParagraphId { document: u64_at(bytes, 0), paragraph: u32_at(8) }, u32_at(12), u32_at(16)))
    }

    /// A document and where its name ends.
    fn document_row(&self, row: u64) -> Result<(u64, u64), Error> {
        let bytes = self.row(&self.layout.documents, row, layout::DOCUMENT, layout::DOCUMENT)?;
        Ok((u64_at(bytes, 0), u64_at(bytes, 8)))
    }

    fn name_at(&self, row: u64) -> Result<&str, Error> {
        let start = row.checked_sub(1).map_or(Ok(0), |before| Ok(self.document_row(before)?.1))?;
        let end = self.document_row(row)?.1;
        if start > end || end > self.layout.counts.name_bytes {
            return Err(self.wrong(format!("name {row} does not stand in the names")));
        }
        let name = self.verified(self.layout.names.start + start..self.layout.names.start + end)?;
        std::str::from_utf8(name).map_err(|error| self.wrong(format!("name {row}: {error}")))
    }

    /// So many bytes from the start of a row on.
    fn row(&self, section: &Range<u64>, row: u64, len: u64, row_len: u64) -> Result<&[u8], Error> {
        let start = section.start + row * row_len;
        if start + len > section.end {
            return Err(
                self.wrong(format!("row {row} of the section at byte {} is not there", section.start))
            );
        }
        self.verified(start..start + len)
    }

    /// Bytes of blocks whose checksums are right.
    fn verified(&self, range: Range<u64>) -> Result<&[u8], Error> {
        for block in range.start / BLOCK as u64..range.end.div_ceil(BLOCK as u64) {
            let (seen, bit) = (&self.found_right[size(block / 64)], 1 << (block % 64));
            if seen.load(Ordering::Relaxed) & bit != 0 {
                continue;
            }
            let (start, end) = (block * BLOCK as u64, (block + 1) * BLOCK as u64);
            let bytes = self.unverified(start..end.min(self.layout.blocks_end()));
            let at = self.layout.checksums.start + layout::NUMBER * block;
            if layout::checksum(bytes) != u64::from_le_bytes(array(self.unverified(at..at + layout::NUMBER)))
            {
                return Err(
                    self.wrong(format!("damaged between byte {start} and {end}: the checksum is another"))
                );
            }
            seen.fetch_or(bit, Ordering::Relaxed);
        }
        Ok(self.unverified(range))
    }

    fn unverified(&self, range: Range<u64>) -> &[u8] {
        &(*self.bytes).as_ref()[size(range.start)..size(range.end)]
    }

    fn wrong(&self, wrong: impl Into<String>) -> Error {
        Error::format(&self.place, wrong)
    }
}

struct TextRow {
    hash: u128,
    last: u32,
    shingles: u32,
}

impl fmt::Debug for SavedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedIndex")
            .field("place", &self.place)
            .field("counts", &self.layout.counts)
            .finish_non_exhaustive()
    }
}

/// The eight bytes from there on; a row has them.
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array(&bytes[at..]))
}

/// A count as memory has it; of what lies in the bytes it is never less.
fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// A number of a text or a row, of which a layout has fewer than 2³².
fn row_number(n: u64) -> u32 {
    u32::try_from(n).expect("a layout has fewer than 2^32 rows")
}

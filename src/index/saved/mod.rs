//! A saved index: queries are answered from the bytes of a file, without reading them all.
//!
//! [`Index::save`](crate::Index::save) and [`Index::write_to`](crate::Index::write_to) write one. `SavedIndex::open`
//! (feature `mmap`) and [`SavedIndex::new`] query it in place; [`Index::load`](crate::Index::load) and
//! [`Index::read_from`](crate::Index::read_from) read it back into memory. It grows by
//! [`write_updated`](SavedIndex::write_updated), and several become one by [`write_merged`](SavedIndex::write_merged). A
//! [`Replacement`] puts the new file in the place of the old one at once.
//!
//! # Format
//!
//! What an index holds, its configuration and the Unicode versions that its paragraphs were read with decide every byte. In
//! which order it came in, on how many machines, and what was removed again cannot be seen. Numbers are little-endian, of
//! 8 bytes if nothing else is said. Ranges and positions count from 0. A *copy group* is all paragraphs with the same words;
//! paragraphs without words are in none.
//!
//! The **header** has 192 bytes:
//!
//! | at | bytes | |
//! | --- | --- | --- |
//! | 0 | 8 | `89 64 67 69 0d 0a 1a 0a` |
//! | 8 | 4 | the version of the format: 2 |
//! | 12 | 1 | boundary: 0 newline, 1 blank line, 2 auto |
//! | 13 | 1 | measure: 0 Jaccard, 1 containment |
//! | 14 | 1 | unit of shingles: 0 auto, 1 words, 2 characters |
//! | 15 | 1 | banding: 0 by recall, 1 given |
//! | 16 | 8 | the rules of the normalizer: one bit each, in the order of [`Rule::ALL`](crate::Rule::ALL) from the lowest |
//! | 24 | 8 | the width of a shingle; 0 for auto |
//! | 32 | 8 | the threshold (IEEE 754 binary64) |
//! | 40 | 8 | the most slots that a signature has |
//! | 48 | 8 | the recall asked for (binary64); 0 where the banding is given |
//! | 56 | 16 | bands and rows of the banding; 0 and 0 where each shingle is a key |
//! | 72 | 8 | the fingerprint (below) |
//! | 80 | 72 | counts: paragraphs, those without words, copy groups, named documents, bytes of names, shingles of all copy groups, bytes of sets, entries of buckets, entries of the largest bucket |
//! | 152 | 12 | the oldest Unicode version of four tables (below): major, minor and update, a byte each |
//! | 164 | 12 | the newest of each table |
//! | 176 | 16 | 0 |
//!
//! The sections follow in this order, each from the next multiple of 64 bytes on, with zeros before it:
//!
//! | section | of | each |
//! | --- | --- | --- |
//! | documents | each document that has a name and a paragraph, ascending | its number; where its name ends in *names* (it starts where that before ends) |
//! | names | | UTF-8 |
//! | paragraphs | each paragraph, ascending by document, then paragraph | document; paragraph (4 bytes); copy group (4); the row of the last paragraph before it in the same copy group (4). `ff ff ff ff`: none |
//! | copy groups | each copy group, in the order of their first paragraphs | XXH3-128 of its words (16 bytes); the row of its last paragraph (4); how many shingles it has (4) |
//! | starts | each copy group, and one more | where its shingles start in *sets*; in the end, where all end |
//! | sets | each copy group | its shingles' hashes in ascending order, in Rice codes (below) |
//! | entries | each copy group and bucket that it is in, ascending by the bucket's name, then copy group | copy group (4 bytes); the low 32 bits of the bucket's name (4) |
//! | cells | each cell, and one more | its first entry; in the end, their count |
//! | checksums | each 4096 bytes of all that stands before this section, zeros included (the last may be fewer) | XXH3-64, seed `checksum` |
//!
//! In the end stands the XXH3-64 of the checksums, same seed; then the file ends.
//!
//! The **name** of a bucket has 40 bits: the lowest 8 of its key, then the highest 32 of its key, or 2³² − 2 if those
//! are 2³² − 1. The keys of a copy group are those of [`Banding::keys`](crate::Banding::keys), or its shingles' hashes. The
//! first bits of a name are its **cell**: 1 + ⌊log₂(entries / 16)⌋ of them, but 9 at least (also without entries) and 40 at
//! most. A cell without entries begins where the next one does.
//!
//! There are fewer than 2³² − 1 paragraphs; each copy group has a paragraph and a shingle. Paragraphs are in the same copy
//! group if the hashes of their words are equal.
//!
//! **Hashes.** All are XXH3 with a seed, which is eight ASCII characters read as a little-endian number (shorter ones filled
//! up with zeros). *Of its words* is XXH3-128, seed `words`, of the words of the normal form in UTF-8, joined by single
//! spaces; its low half comes first. A shingle is XXH3-64, seed `shingle`, of its text in UTF-8: words joined by single
//! spaces, or characters of the normal form with one space between words. Slot j of a signature is the least of
//! aⱼ · (h ≫ 48) + bⱼ modulo 2¹⁶ over its shingles' hashes h; aⱼ and bⱼ are the highest 16 bits, with the lowest of them
//! set, and the lowest 16 bits of the highest 32, of the numbers of `SplitMix64` from state 0 on, those left out whose aⱼ
//! came before. Where j is a multiple of 4, those of the hashes h that give this least number are taken, and the slot is
//! the lowest 16 bits of the least x ⊕ y over them, y and x being the halves of the product (h ⊕ sⱼ) ·
//! 9E3779B97F4A7C15₁₆ of 128 bits, and sⱼ number 2³² + j / 4 of `SplitMix64`, counted from 0. The key of band i is XXH3-64, with the seed `band` as a number plus i, of its slots, 2 bytes each.
//!
//! **Fingerprint.** XXH3-64, seed `config`, of 32 bytes: the version of these hashes (4 bytes), now 2; the version of the
//! rules by which texts are normalized and cut (4), now 2; then, 8 bytes each, the rules as at 16, the unit of shingles as
//! at 14, and the width as at 24. A reader refuses a file whose fingerprint it does not compute itself:
//! its own hashes or rules are other ones.
//!
//! **Rice codes.** A set of n hashes has k = 63 − ⌊log₂ n⌋. Each hash is coded as its distance from the one before, less
//! one (the first from zero, as it is): the distance divided by 2ᵏ as that many 0 bits and a 1, then its k low bits, the
//! lowest first. Bits fill bytes from the lowest up; the rest of a set's last byte is 0.
//!
//! # Unicode versions
//!
//! Words depend on four tables of the Unicode standard, which come from dependencies and grow with every version of it:
//! normal forms (NFKC), simple case foldings, scripts, and the properties by which UAX #29 finds words and characters. The
//! header records, in this order, the oldest and the newest version of each that the paragraphs were read with. An update or a
//! merge records the oldest and the newest of all its sources: those of each saved index, and those of the build
//! that signed what is added. [`SavedIndex::unicode_versions`] returns them.
//!
//! **A file of other Unicode versions is not refused.** What it means:
//!
//! - Characters that were assigned in both versions have the same normal forms: Unicode's stability policy promises it. It
//!   promises the same of case folding for text in normal form NFKC; without [`Rule::Compatibility`](crate::Rule::Compatibility)
//!   single letters may fold in other ways (Unicode 15.1 added three foldings).
//! - Characters that only the newer version has may be folded, composed and cut in another way.
//! - Scripts and word-break properties are not under the policy. New versions have changed them for a few assigned
//!   characters.
//!
//! So a paragraph with such characters may be similar to its copy of another version by less than it should be, and be
//! missed; no match of other paragraphs follows from it, since what is reported is still compared exactly. All other
//! paragraphs are found as before. Where this matters, insert the paragraphs in question again, or build the index anew.
//!
//! This crate's tests hold the words of every assigned character in place. A release in whose dependencies they change has a
//! higher version of the rules, thus other fingerprints, and refuses the old files.
//!
//! # What is verified
//!
//! Opening verifies the header, the length, and the checksum of checksums; an answer, every block that it rests on.
//! [`SavedIndex::check`] verifies all that can be: not the hashes of words, since the words are not there. Nothing is
//! allocated by what a header says before the length of the file agrees.

mod rows;
mod store;

use std::fmt;
use std::sync::atomic::AtomicU64;

pub use super::replacement::Replacement;
pub use super::unicode::UnicodeVersions;

use super::answer::{IndexStatistics, Match, ParagraphMatches, compare};
use super::header::Header;
use super::layout::{self, HEADER_LEN, Layout, NONE, array, bucket_key};
use super::signer::{SignedParagraph, Signer};
use super::write::Store;
use crate::article::detector::Detector;
use crate::compare::Similarity;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::text::paragraph::Paragraph;
use rows::{CopyGroupRow, size};

/// An index in bytes, for the most part of a file, that is queried in place: only what an answer rests on is read. Many
/// threads can query it at once.
///
/// ```
/// use dittograph::{Detector, Index, ParagraphId, SavedIndex};
///
/// let mut index = Index::new(Detector::default());
/// index.insert_document(7, "The ferry does not sail today because of the storm, says the harbour master.");
/// index.name_document(7, "anwick-herald/4711");
/// let mut bytes = Vec::new();
/// index.write_to(&mut bytes)?;
///
/// let saved = SavedIndex::new(bytes)?;
/// let found = saved.query("The ferry does NOT sail today, because of the storm, says the harbour-master.")?;
/// assert_eq!(found[0].id, ParagraphId { document: 7, paragraph: 0 });
/// assert_eq!(saved.document_name(7)?, Some("anwick-herald/4711"));
/// # Ok::<(), dittograph::Error>(())
/// ```
// In three files: here opening and queries, in `rows` the bytes that they rest on, in `whole` what goes through all of it.
pub struct SavedIndex {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    place: String,
    signer: Signer,
    unicode: UnicodeVersions,
    layout: Layout,
    /// A bit for each block whose checksum was found right.
    verified: Box<[AtomicU64]>,
}

impl SavedIndex {
    /// Opens a saved index in these bytes, such as those of a file that was read.
    ///
    /// Cost: that of the header and the checksums, 8 bytes for each 4096 of the file.
    ///
    /// # Errors
    ///
    /// If they do not begin like one, are of another version of the format, of another fingerprint, cut short or too
    /// long, or if the header or the checksums are damaged.
    pub fn new(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, Error> {
        Self::from_bytes("index".into(), Box::new(bytes))
    }

    /// Opens a saved index in a file, which is mapped into memory: only what an answer rests on is read. Cost: that of
    /// [`new`](Self::new).
    ///
    /// **The file must stay as it is while it is open.** To replace it is safe, by a [`Replacement`], `mv` or anything else that
    /// gives its name to another file: what is open stays the old one. To write into it is not. Where it is cut short, the
    /// next answer that needs what was there ends this program by a signal (`SIGBUS`; an exception on Windows). Where bytes
    /// change, blocks that were verified before are not verified again: an answer may be wrong, or be an error, or panic.
    ///
    /// Nothing in this crate and its command writes into an index that has its final name. The file is locked for
    /// reading as long as it is open, where the file system has locks: a program that writes in place must lock it
    /// for writing (`flock`) first, and this function fails while it does. Locks bind only those who ask for them. Where others
    /// may write, as in a folder that is synchronized, read the file and use [`SavedIndex::new`].
    ///
    /// ```
    /// # use dittograph::{Detector, Index, SavedIndex};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("news.index");
    /// let mut index = Index::new(Detector::default());
    /// index.insert_document(1, "The mill at Anwick burnt down in the night to Monday.");
    /// index.save(&path)?;
    /// let saved = SavedIndex::open(&path)?;
    /// assert_eq!(saved.query("The mill at Anwick burnt down in the night to Monday!")?.len(), 1);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such file, it cannot be mapped or another program has locked it for writing, and those of
    /// [`SavedIndex::new`].
    #[cfg(feature = "mmap")]
    pub fn open(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let path = path.as_ref();
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

    /// Opens a saved index; `place` is what it is called in errors.
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
        let saved = Self { bytes, place, signer: Signer::new(detector), unicode, layout, verified };
        let checksums = saved.unverified(saved.layout.checksums.clone());
        let last = saved.unverified(saved.layout.checksums.end..saved.layout.len());
        if layout::checksum(checksums) != u64::from_le_bytes(array(last)) {
            return Err(saved.damaged("the checksums are damaged"));
        }
        saved.verified(0..HEADER_LEN as u64)?;
        Ok(saved)
    }

    /// Returns the detector, which decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    /// Returns the signer, which makes paragraphs ready for [`query_signed`](Self::query_signed).
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Returns the versions of the [Unicode tables](self#unicode-versions) that the paragraphs were read with.
    #[must_use]
    pub fn unicode_versions(&self) -> UnicodeVersions {
        self.unicode
    }

    /// Returns the number of paragraphs.
    #[must_use]
    pub fn len(&self) -> usize {
        size(self.layout.counts.paragraphs)
    }

    /// Returns true if there are no paragraphs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the size of the file.
    #[must_use]
    pub fn size_in_bytes(&self) -> u64 {
        self.layout.len()
    }

    /// Returns counts of what the index holds, from its header.
    #[must_use]
    pub fn statistics(&self) -> IndexStatistics {
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

    /// Returns the paragraphs that resemble this one, as [`Index::query`](crate::Index::query) does.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn query(&self, paragraph: &str) -> Result<Vec<Match>, Error> {
        self.query_signed(&self.signer.sign(paragraph))
    }

    /// Returns the paragraphs that resemble one that is signed.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    ///
    /// # Panics
    ///
    /// If the paragraph was signed for other shingles, rules or another banding than this index has.
    #[track_caller]
    pub fn query_signed(&self, paragraph: &SignedParagraph) -> Result<Vec<Match>, Error> {
        let mut matches = Vec::new();
        for (number, group, similarity) in self.matching(paragraph)? {
            let ids = self.ids_of(number, &group)?;
            matches.extend(ids.into_iter().map(|id| Match { id, similarity }));
        }
        matches.sort_unstable_by(Match::cmp_best);
        Ok(matches)
    }

    /// Returns the first paragraph of each copy group that resembles one that is signed, with the hash of its words: the most
    /// alike first, of equals the least id.
    pub(crate) fn groups_like(&self, paragraph: &SignedParagraph) -> Result<Vec<(u128, Match)>, Error> {
        let first = |(number, group, similarity): (u32, CopyGroupRow, Similarity)| {
            let id = self.ids_of(number, &group)?.pop(); // they are descending
            let id = id.ok_or_else(|| self.damaged(format!("copy group {number} has no paragraph")))?;
            Ok((group.hash, Match { id, similarity }))
        };
        let mut groups: Vec<(u128, Match)> =
            self.matching(paragraph)?.into_iter().map(first).collect::<Result<_, Error>>()?;
        groups.sort_unstable_by(|a, b| a.1.cmp_best(&b.1));
        Ok(groups)
    }

    /// Returns the copy groups that resemble a paragraph.
    #[track_caller]
    fn matching(&self, paragraph: &SignedParagraph) -> Result<Vec<(u32, CopyGroupRow, Similarity)>, Error> {
        self.signer.check(paragraph);
        let (detector, asked) = (self.detector(), (paragraph.hash, &paragraph.set));
        let mut matches = Vec::new();
        let mut sets_end = 0;
        for number in self.candidates(&paragraph.keys)? {
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

    /// Returns the paragraphs of an article, each with those of the index that resemble it, as
    /// [`Index::query_document`](crate::Index::query_document) does.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn query_document<'t>(&self, article: &'t str) -> Result<Vec<ParagraphMatches<'t>>, Error> {
        let query = |paragraph: Paragraph<'t>| {
            let signed = self.signer.sign(paragraph.as_str());
            Ok(ParagraphMatches { paragraph, words: signed.words, matches: self.query_signed(&signed)? })
        };
        self.detector().boundary().paragraphs(article).into_iter().map(query).collect()
    }

    /// Returns true if there is a paragraph with this id. Cost: a binary search.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn contains(&self, id: ParagraphId) -> Result<bool, Error> {
        let row = self.first_row_from(id)?;
        Ok(row < self.layout.counts.paragraphs && self.id_at(row)? == id)
    }

    /// Returns true if there is a paragraph of this document. Cost: a binary search.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn contains_document(&self, document: u64) -> Result<bool, Error> {
        let row = self.first_row_from(ParagraphId { document, paragraph: 0 })?;
        Ok(row < self.layout.counts.paragraphs && self.id_at(row)?.document == document)
    }

    /// Returns the numbers of all documents that have a paragraph, ascending. Cost: one pass over the paragraphs.
    ///
    /// # Errors
    ///
    /// Each item, if its bytes are damaged.
    pub fn documents(&self) -> impl Iterator<Item = Result<u64, Error>> + '_ {
        let mut last = None;
        let documents = self.ids().map(|id| id.map(|id| id.document));
        documents.filter(move |document| match document {
            Ok(document) => last.replace(*document) != Some(*document),
            Err(_) => true,
        })
    }

    /// Returns all ids, ascending.
    ///
    /// # Errors
    ///
    /// Each item, if its bytes are damaged.
    pub fn ids(&self) -> impl Iterator<Item = Result<ParagraphId, Error>> + '_ {
        self.paragraphs().map(|paragraph| paragraph.map(|(id, _)| id))
    }

    /// Returns the ids of a document's paragraphs, ascending; none if there is no such document. Cost: a binary search.
    ///
    /// ```
    /// use dittograph::{Detector, Index, ParagraphId, SavedIndex};
    ///
    /// let mut index = Index::new(Detector::default());
    /// index.insert_documents([(1, "One."), (7, "A title\nA text"), (9, "Nine.")]);
    /// let mut bytes = Vec::new();
    /// index.write_to(&mut bytes)?;
    /// let paragraphs = SavedIndex::new(bytes)?.paragraphs_of(7)?;
    /// assert_eq!(paragraphs, [0, 1].map(|paragraph| ParagraphId { document: 7, paragraph }));
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn paragraphs_of(&self, document: u64) -> Result<Vec<ParagraphId>, Error> {
        let mut ids = Vec::new();
        for row in self.first_row_from(ParagraphId { document, paragraph: 0 })?..self.layout.counts.paragraphs
        {
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

    /// Returns the name that a document was given, if it was. Cost: a binary search.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn document_name(&self, document: u64) -> Result<Option<&str>, Error> {
        let documents = self.layout.counts.documents;
        let row = partition_point(documents, |row| Ok(self.document_row(row)?.0 < document))?;
        if row == documents || self.document_row(row)?.0 != document {
            return Ok(None);
        }
        self.name_at(row).map(Some)
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
    fn ids_of(&self, number: u32, group: &CopyGroupRow) -> Result<Vec<ParagraphId>, Error> {
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
        Ok(ids)
    }

    /// Returns the first row of paragraphs with this id or a greater one.
    fn first_row_from(&self, id: ParagraphId) -> Result<u64, Error> {
        partition_point(self.layout.counts.paragraphs, |row| Ok(self.id_at(row)? < id))
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

impl fmt::Debug for SavedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedIndex")
            .field("place", &self.place)
            .field("counts", &self.layout.counts)
            .finish_non_exhaustive()
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

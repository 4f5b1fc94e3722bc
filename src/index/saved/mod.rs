//! A saved index: queries are answered from the bytes of a file, without reading them all.
//!
//! [`Index::save`](crate::Index::save) and [`Index::write_to`](crate::Index::write_to) write one. `SavedIndex::open`
//! (feature `mmap`) and [`SavedIndex::new`] query it in place; [`Index::load`](crate::Index::load) and
//! [`Index::read_from`](crate::Index::read_from) read it back into memory. It grows by
//! [`write_updated`](SavedIndex::write_updated), and several become one by [`write_merged`](SavedIndex::write_merged). A
//! [`Replacement`] puts the new file in the place of the old one at once. An index that grows by the day is better kept in a
//! [folder of segments](self#folders-of-segments).
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
//! | 8 | 4 | the version of the format: 3 |
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
//! | filter | each word | some bits of buckets (below) |
//! | checksums | each 4096 bytes of all that stands before this section, zeros included (the last may be fewer) | XXH3-64, seed `checksum` |
//!
//! In the end stands the XXH3-64 of the checksums, same seed; then the file ends.
//!
//! The **name** of a bucket has 40 bits: the lowest 8 of its key, then the highest 32 of its key, or 2³² − 2 if those
//! are 2³² − 1. The keys of a copy group are those of [`Banding::keys`](crate::Banding::keys), or its shingles' hashes. The
//! first bits of a name are its **cell**: 1 + ⌊log₂(entries / 16)⌋ of them, but 9 at least (also without entries) and 40 at
//! most. A cell without entries begins where the next one does.
//!
//! The **filter** says of most buckets without entries that they have none. Its words are 2ʷ, w being 1 + ⌊log₂(entries / 8)⌋, but 1 at
//! least (also without entries) and 40 at most; the first w bits of a name are the number of its word. A bucket with entries sets three bits
//! there, counted from the lowest, of which some may be the same: the numbers of 6 bits each that the highest 18 bits of name ·
//! 9E3779B97F4A7C15₁₆ modulo 2⁶⁴ consist of. All other bits are 0.
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
//! rules by which texts are normalized and cut (4), now 3; then, 8 bytes each, the rules as at 16, the unit of shingles as
//! at 14, and the width as at 24. A reader refuses a file whose fingerprint it does not compute itself:
//! its own hashes or rules are other ones.
//!
//! **Rice codes.** A set of n hashes has k = 63 − ⌊log₂ n⌋. Each hash is coded as its distance from the one before, less
//! one (the first from zero, as it is): the distance divided by 2ᵏ as that many 0 bits and a 1, then its k low bits, the
//! lowest first. Bits fill bytes from the lowest up; the rest of a set's last byte is 0.
//!
//! # Folders of segments
//!
//! Where an index grows by the day, it can be a folder in place of a file (feature `mmap`). Each **segment** in it is a file as
//! described above, `segment-N.index` with a number, that never changes; the file `manifest` says which of them are the index, and
//! which of their documents are gone. An `Update` writes what it adds as one segment more and puts a new manifest in the place of the
//! old one: its cost is that of what is added. `Update::merge` keeps the segments few, and `Update::compact` makes them one.
//!
//! **What it holds** is all paragraphs of all segments, without those of documents that are gone from their segment. No two segments
//! hold a paragraph of the same id, or different names for a document, that is not gone: so their order decides nothing, and answers
//! are those of one file of the same content. [`SavedIndex::write_merged`] writes that file.
//!
//! **A question** is asked to those segments whose filters do not exclude it. The words of all filters for the same names are put side by side in
//! memory when the first of these names is asked for: 2 bytes at most for each entry of a bucket in the end, 34 for a paragraph of 17
//! buckets. Of one segment nothing is held.
//!
//! The manifest:
//!
//! | at | bytes | |
//! | --- | --- | --- |
//! | 0 | 8 | `89 64 67 73 0d 0a 1a 0a` |
//! | 8 | 4 | the version of the manifest: 1 |
//! | 12 | 4 | how many segments there are: 1 at least |
//! | 16 | 8 | the number of the next segment, greater than that of any before |
//! | 24 | 8 | how many documents have a paragraph |
//! | 32 | 40 each | each segment, the oldest first: its number; the bytes of its file; the checksum at the end of it; how many of its documents are gone; how many paragraphs it has of these |
//! | | 8 each | for each segment its documents that are gone, ascending |
//! | | 8 | XXH3-64 of all before, seed `checksum` |
//!
//! All segments have the same configuration. A writer locks `manifest.dittograph-new` from before it reads the manifest until the new one
//! is in its place, as a [`Replacement`] does. Files of segments that the manifest does not name are what a writer left that was killed, or
//! what was merged: the next writer removes them. A reader that misses one reads the manifest again.
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

use std::fmt;

pub use super::replacement::Replacement;
pub use super::unicode::UnicodeVersions;
#[cfg(feature = "mmap")]
pub use super::update::Update;

use super::answer::{IndexStatistics, Match, ParagraphMatches};
use super::bucket_filter::BucketFilter;
use super::live::Live;
use super::merge::merge;
use super::segment::{CopyGroupRow, Segment, size};
use super::signer::{SignedParagraph, Signer};
use super::write::Store;
use crate::article::detector::Detector;
use crate::compare::Similarity;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::text::paragraph::Paragraph;

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
// Here opening and queries; in `segment` the bytes of a file that they rest on, in `whole` what goes through all of it.
pub struct SavedIndex {
    /// One at least; the oldest first. No two of them hold a paragraph of the same id, or different names for a document.
    segments: Vec<Live>,
    /// Of more segments than one.
    filter: Option<BucketFilter>,
    /// How many documents they have, of a folder.
    documents: Option<u64>,
    /// What it is called in errors.
    place: String,
    signer: Signer,
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

    /// Opens a saved index in a file, or in a [folder of segments](self#folders-of-segments), which is mapped into memory: only
    /// what an answer rests on is read. Cost: that of [`new`](Self::new), for each segment.
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
        if !path.is_dir() {
            return Segment::open(path).map(Self::of_one);
        }
        let (manifest, segments) = super::folder::open(path)?;
        Ok(Self::of_segments(path, segments, manifest.documents))
    }

    /// Opens a saved index; `place` is what it is called in errors.
    pub(super) fn from_bytes(
        place: String,
        bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    ) -> Result<Self, Error> {
        Segment::from_bytes(place, bytes).map(Self::of_one)
    }

    fn of_one(segment: Segment) -> Self {
        let (signer, place) = (segment.signer().clone(), segment.place().to_owned());
        Self { signer, place, segments: vec![Live::all(segment)], filter: None, documents: None }
    }

    /// Creates an index of one segment or more, with the number of documents in all of them.
    #[cfg(feature = "mmap")]
    pub(super) fn of_segments(place: &std::path::Path, segments: Vec<Live>, documents: u64) -> Self {
        let (signer, place) = (segments[0].segment.signer().clone(), place.display().to_string());
        let filter = (segments.len() > 1).then(|| BucketFilter::new(&segments));
        Self { signer, place, segments, filter, documents: Some(documents) }
    }

    /// Returns what it is called in errors.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Returns how many documents a manifest says that there are.
    pub(super) fn named_documents(&self) -> Option<u64> {
        self.documents
    }

    /// Returns what it consists of.
    pub(super) fn segments(&self) -> &[Live] {
        &self.segments
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
        let versions = self.segments.iter().map(|live| live.segment.unicode_versions());
        versions.reduce(UnicodeVersions::joined).unwrap_or_else(UnicodeVersions::current)
    }

    /// Returns the number of paragraphs.
    #[must_use]
    pub fn len(&self) -> usize {
        size(self.segments.iter().map(Live::len).sum())
    }

    /// Returns true if there are no paragraphs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the size of the file.
    #[must_use]
    pub fn size_in_bytes(&self) -> u64 {
        self.segments.iter().map(|live| live.segment.size_in_bytes()).sum()
    }

    /// Returns counts of what the index holds, from its header.
    ///
    /// Of several segments they are sums, but for the largest bucket: exact copies that stand in several of them count as distinct
    /// once in each, and of what was removed only the paragraphs are not counted.
    #[must_use]
    pub fn statistics(&self) -> IndexStatistics {
        let segments = self.segments.iter().map(|live| live.segment.statistics());
        let sum = segments.reduce(|all, segment| IndexStatistics {
            paragraphs: all.paragraphs + segment.paragraphs,
            without_words: all.without_words + segment.without_words,
            distinct: all.distinct + segment.distinct,
            shingles: all.shingles + segment.shingles,
            entries: all.entries + segment.entries,
            largest_bucket: all.largest_bucket.max(segment.largest_bucket),
        });
        IndexStatistics { paragraphs: self.len(), ..sum.unwrap_or_default() }
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
        self.each_like(paragraph, |_, similarity, ids| {
            matches.extend(ids.iter().map(|&id| Match { id, similarity }));
        })?;
        matches.sort_unstable_by(Match::cmp_best);
        Ok(matches)
    }

    /// Returns the first paragraph of each copy group that resembles one that is signed, with the hash of its words: the most
    /// alike first, of equals the least id.
    pub(crate) fn groups_like(&self, paragraph: &SignedParagraph) -> Result<Vec<(u128, Match)>, Error> {
        let mut groups = Vec::new();
        self.each_like(paragraph, |group, similarity, ids| {
            groups.extend(ids.last().map(|&id| (group.hash, Match { id, similarity }))); // they are descending
        })?;
        groups.sort_unstable_by_key(|&(words, found)| (words, found.id));
        groups.dedup_by_key(|(words, _)| *words);
        groups.sort_unstable_by(|a, b| a.1.cmp_best(&b.1));
        Ok(groups)
    }

    /// Calls `each` with the copy groups that resemble a paragraph, and with their paragraphs, descending. Exact copies that stand
    /// in several segments are a copy group in each.
    #[track_caller]
    fn each_like(
        &self,
        paragraph: &SignedParagraph,
        mut each: impl FnMut(&CopyGroupRow, Similarity, &[ParagraphId]),
    ) -> Result<(), Error> {
        self.signer.check(paragraph);
        let possible = match &self.filter {
            Some(filter) => filter.keys_by_segment(&self.segments, &paragraph.keys)?,
            None => vec![paragraph.keys.clone()],
        };
        let asked = || self.segments.iter().zip(&possible);
        // Of all segments before the first is asked.
        asked().for_each(|(live, keys)| live.segment.touch_cells(keys));
        asked().for_each(|(live, keys)| live.segment.touch_entries(keys));
        for (live, keys) in asked() {
            for (number, group, similarity) in live.segment.matching(paragraph, keys)? {
                each(&group, similarity, &live.ids_of(number, &group)?);
            }
        }
        Ok(())
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
        self.any(|live| live.contains(id))
    }

    /// Returns true if there is a paragraph of this document. Cost: a binary search.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn contains_document(&self, document: u64) -> Result<bool, Error> {
        self.any(|live| live.contains_document(document))
    }

    fn any(&self, is_in: impl Fn(&Live) -> Result<bool, Error>) -> Result<bool, Error> {
        for live in &self.segments {
            if is_in(live)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns how many documents have a paragraph. Cost: of a folder of segments none, else one pass over the paragraphs.
    ///
    /// # Errors
    ///
    /// If its bytes are damaged.
    pub fn document_count(&self) -> Result<usize, Error> {
        match self.documents {
            Some(count) => Ok(size(count)),
            None => self.documents().try_fold(0, |count, document| document.map(|_| count + 1)),
        }
    }

    /// Returns of how many segments the index consists: one, unless it is a folder of them.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.segments.len()
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
        let merged = merge(self.segments.iter().map(Store::paragraphs), |&(id, _)| id);
        merged.map(|paragraph| paragraph.map(|(_, (id, _))| id))
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
        for live in &self.segments {
            ids.extend(live.paragraphs_of(document)?);
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Returns the name that a document was given, if it was. Cost: a binary search.
    ///
    /// # Errors
    ///
    /// If what the answer rests on is damaged.
    pub fn document_name(&self, document: u64) -> Result<Option<&str>, Error> {
        for live in &self.segments {
            if let Some(name) = live.document_name(document)? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for SavedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedIndex")
            .field("place", &self.place)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}

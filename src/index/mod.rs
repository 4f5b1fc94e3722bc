//! An index that grows and answers: MinHash/LSH proposes, the comparator decides.

mod ids;
mod sets;
mod signer;
mod layout;
mod write;
mod replacement;
pub mod saved;
#[cfg(feature = "mmap")]
mod map;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io::{Read, Write};
use std::path::Path;

use ahash::AHashMap;
use rayon::prelude::*;

use ids::Ids;
use saved::SavedIndex;
pub use signer::{SignedParagraph, Signer};

use crate::article::detector::Detector;
use crate::compare::Similarity;
use crate::compare::pair::{ParagraphId, ParagraphPair};
use crate::error::Error;
use crate::lsh::Buckets;
use crate::shingle::ShingleSet;
use write::{Conflict, Items, Store};

/// A paragraph of the index that a query resembles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Match {
    /// Which paragraph.
    pub id: ParagraphId,
    /// How alike the two are, compared exactly.
    pub similarity: Similarity,
}

impl Match {
    /// The most alike first, of equals the least id.
    fn cmp_best(&self, other: &Self) -> Ordering {
        self.similarity.cmp_more_alike(&other.similarity).then(self.id.cmp(&other.id))
    }
}

/// Counts of what an index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct IndexStatistics {
    /// Paragraphs.
    pub paragraphs: usize,
    /// Paragraphs without a word, which match nothing.
    pub without_words: usize,
    /// Paragraphs that differ in their words; exact copies count once.
    pub distinct: usize,
    /// Shingles held, of distinct paragraphs.
    pub shingles: usize,
    /// Places taken in buckets: one for each distinct paragraph and bucket that it is in.
    pub entries: usize,
    /// Places taken in the fullest bucket. A bucket has no limit: nothing is left out of an answer.
    pub largest_bucket: usize,
}

/// Paragraphs by their shingles, to be asked which of them resemble another.
///
/// Candidates come from the detector's [`banding`](Detector::banding), with the recall that it promises at the
/// threshold; each is then compared exactly. Where there is no banding they are looked up shingle by shingle,
/// and the recall is 1. Answers depend on what the index holds, not on the order in which it came in.
///
/// It holds the shingle sets, 8 bytes a shingle, and an entry of some 10 bytes for each band and distinct paragraph. It
/// can be [written](Index::write_to) to a file, and a [`SavedIndex`] answers from there.
///
/// # From many threads
///
/// Asking takes `&self`, and may be done from many threads at once. To put in from many threads while others ask, share the
/// index in a lock, and let each thread [sign](Signer::sign) its paragraph before it takes the lock: that is most of the
/// work. Where all that is put in is at hand, [`extend`](Extend::extend) does so by itself.
///
/// ```
/// use std::sync::RwLock;
/// use dittograph::{Detector, Index, ParagraphId};
///
/// let index = Index::new(Detector::default());
/// let signer = index.signer().clone();
/// let index = RwLock::new(index);
/// std::thread::scope(|threads| {
///     for document in 0..4 {
///         let (index, signer) = (&index, &signer);
///         threads.spawn(move || {
///             let paragraph = signer.sign("The ferry does not sail today, says the harbour master.");
///             let is_known = !index.read().unwrap().query_signed(&paragraph).is_empty();
///             index.write().unwrap().insert_signed(ParagraphId { document, paragraph: 0 }, paragraph);
///             # _ = is_known;
///         });
///     }
/// });
/// assert_eq!(index.into_inner().unwrap().pairs().len(), 3);
/// ```
///
/// # Answers
///
/// ```
/// use dittograph::{Detector, Index, ParagraphId};
///
/// let id = |paragraph| ParagraphId { document: 7, paragraph };
/// let mut index = Index::new(Detector::default());
/// index.insert(id(0), "The ferry does not sail today because of the storm, says the harbour master.");
/// index.insert(id(1), "Bread is dearer by a tenth since the mill at Anwick burnt down.");
///
/// let found = index.query("The ferry does NOT sail today, because of the storm, says the harbour-master in Anwick.");
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].id, id(0));
/// assert!(found[0].similarity.jaccard() >= 0.7);
/// ```
#[derive(Clone, Debug)]
pub struct Index {
    signer: Signer,
    /// Distinct paragraphs by number; `None` where one was removed and its number is free.
    texts: Vec<Option<Text>>,
    free: Vec<u32>,
    buckets: Buckets,
    by_words: AHashMap<u128, u32>,
    /// The text of each paragraph, `None` if it has no words.
    by_id: AHashMap<ParagraphId, Option<u32>>,
    /// Names of documents.
    names: AHashMap<u64, Box<str>>,
}

/// Paragraphs with the same words.
#[derive(Clone, Debug)]
struct Text {
    hash: u128,
    set: ShingleSet,
    ids: Ids,
}

impl Text {
    fn first(&self) -> ParagraphId {
        self.ids.first().expect("a text that no paragraph has is taken out")
    }
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self {
            signer: Signer::new(detector),
            texts: Vec::new(),
            free: Vec::new(),
            buckets: Buckets::default(),
            by_words: AHashMap::new(),
            by_id: AHashMap::new(),
            names: AHashMap::new(),
        }
    }

    /// What decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    /// What makes paragraphs ready for [`insert_signed`](Self::insert_signed) and [`query_signed`](Self::query_signed).
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// How many paragraphs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Put one paragraph in; whether its id is new. If it is not, the paragraph takes the place of the old one.
    ///
    /// To put in many, [`extend`](Extend::extend) is faster: it signs them on all cores.
    pub fn insert(&mut self, id: ParagraphId, paragraph: &str) -> bool {
        self.insert_signed(id, self.signer.sign(paragraph))
    }

    /// Put one paragraph in that is signed; whether its id is new. If it is not, the paragraph takes the place of the old
    /// one.
    ///
    /// # Panics
    ///
    /// If the paragraph was signed for another configuration.
    pub fn insert_signed(&mut self, id: ParagraphId, paragraph: SignedParagraph) -> bool {
        self.signer.check(&paragraph);
        let is_new = !self.remove(id);
        let number = paragraph.hash.map(|hash| match self.by_words.get(&hash) {
            Some(&number) => {
                let text = self.texts[number as usize].as_mut().expect("by_words names texts that are there");
                text.ids.insert(id);
                number
            }
            None => self.put_text(Text { hash, set: paragraph.set, ids: Ids::of(id) }, &paragraph.keys),
        });
        self.by_id.insert(id, number);
        is_new
    }

    /// Give a document a name, in place of the one that it may have: what your users know it by. It is saved with the index
    /// if that holds a paragraph of the document.
    pub fn name_document(&mut self, document: u64, name: impl Into<Box<str>>) {
        self.names.insert(document, name.into());
    }

    /// The name that a document was given, if it was.
    #[must_use]
    pub fn document_name(&self, document: u64) -> Option<&str> {
        self.names.get(&document).map(|name| &**name)
    }

    /// Take a paragraph out; whether it was there.
    pub fn remove(&mut self, id: ParagraphId) -> bool {
        let Some(number) = self.by_id.remove(&id) else { return false };
        let Some((number, text)) = number.and_then(|n| Some((n, self.texts[n as usize].as_mut()?))) else {
            return true;
        };
        text.ids.remove(id);
        if text.ids.first().is_none() {
            let (hash, set) = (text.hash, std::mem::take(&mut text.set));
            self.buckets.remove(&self.signer.keys(&set), number);
            self.by_words.remove(&hash);
            self.texts[number as usize] = None;
            self.free.push(number);
        }
        true
    }

    /// The paragraphs that resemble this one at the threshold or above: the most alike first, of equals the
    /// least id. A paragraph without words resembles nothing.
    #[must_use]
    pub fn query(&self, paragraph: &str) -> Vec<Match> {
        self.query_signed(&self.signer.sign(paragraph))
    }

    /// The paragraphs that resemble one that is signed, as [`query`](Self::query) gives them.
    ///
    /// # Panics
    ///
    /// If the paragraph was signed for another configuration.
    #[must_use]
    pub fn query_signed(&self, paragraph: &SignedParagraph) -> Vec<Match> {
        self.signer.check(paragraph);
        let mut matches: Vec<Match> = self
            .buckets
            .candidates(&paragraph.keys)
            .into_iter()
            .filter_map(|number| self.texts[number as usize].as_ref())
            .filter_map(|text| Some((text, self.compare(paragraph.hash, &paragraph.set, text)?)))
            .flat_map(|(text, similarity)| text.ids.iter().map(move |id| Match { id, similarity }))
            .collect();
        matches.sort_unstable_by(Match::cmp_best);
        matches
    }

    /// All verified pairs, by earlier, then later id.
    ///
    /// Exact copies form a group: each is paired with the first of its group, and only the first of a group is
    /// paired with paragraphs that are not exact copies of it.
    #[must_use]
    pub fn pairs(&self) -> Vec<ParagraphPair> {
        let mut pairs: Vec<ParagraphPair> =
            self.texts.par_iter().flatten().flat_map_iter(|text| self.pairs_of(text)).collect();
        pairs.par_sort_unstable_by_key(|pair| (pair.earlier, pair.later));
        pairs
    }

    /// The pairs of which the first of `text` is the later, and those with its copies.
    fn pairs_of<'a>(&'a self, text: &'a Text) -> impl Iterator<Item = ParagraphPair> + 'a {
        let similarity = Similarity::exact_copy(text.set.len());
        let first = text.first();
        let copies = text.ids.iter().skip(1);
        let copies = copies.map(move |later| ParagraphPair { earlier: first, later, similarity });
        let near = self
            .buckets
            .candidates(&self.signer.keys(&text.set))
            .into_iter()
            .filter_map(|number| self.texts[number as usize].as_ref())
            .filter(move |other| other.first() < first)
            .filter_map(move |other| {
                let similarity = self.compare(Some(text.hash), &text.set, other)?;
                Some(ParagraphPair { earlier: other.first(), later: first, similarity })
            });
        copies.chain(near)
    }

    /// Counts of what the index holds. Cost: one pass over it.
    #[must_use]
    pub fn statistics(&self) -> IndexStatistics {
        let texts = self.texts.iter().flatten();
        IndexStatistics {
            paragraphs: self.by_id.len(),
            without_words: self.by_id.values().filter(|number| number.is_none()).count(),
            distinct: texts.clone().count(),
            shingles: texts.map(|text| text.set.len()).sum(),
            entries: self.buckets.entries(),
            largest_bucket: self.buckets.largest(),
        }
    }

    /// Write the index to a file or what you like; [`saved`] tells the format. To put it in the place of an older file all
    /// at once, write to a [`Replacement`](saved::Replacement).
    ///
    /// What the index holds decides every byte, not how it came in. Cost: one pass over all, two over the buckets; in
    /// memory some 180 bytes a paragraph.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to. What was written then is no index, and says so when it is opened.
    pub fn write_to(&self, mut out: impl Write) -> Result<(), Error> {
        write::write(&[self], Conflict::Refused, &mut out)
    }

    /// Read an index that was written.
    ///
    /// Cost: one pass over all; in memory the bytes of the file besides those of the index.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is of another version of the format or another fingerprint, cut short, or damaged in any
    /// byte.
    pub fn read_from(mut from: impl Read) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let read = from.read_to_end(&mut bytes);
        read.map_err(|error| Error::io("index: reading", error))?;
        SavedIndex::new(bytes)?.to_index()
    }

    /// Saves the index to a file, in place of the one that may be there: at once, by a
    /// [`Replacement`](saved::Replacement). Cost: as [`write_to`](Self::write_to).
    ///
    /// # Errors
    ///
    /// If it cannot be written; an older file is then still there.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let mut file = saved::Replacement::begin(path)?;
        self.write_to(&mut file)?;
        file.commit()
    }

    /// Loads an index that was saved to a file. Cost: as [`read_from`](Self::read_from).
    ///
    /// # Errors
    ///
    /// If there is no such file, and as [`read_from`](Self::read_from) says.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let place = path.as_ref().display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Error::io(&place, error))?;
        SavedIndex::at(place, Box::new(bytes))?.to_index()
    }

    fn compare(&self, hash: Option<u128>, set: &ShingleSet, text: &Text) -> Option<Similarity> {
        compare(self.detector(), (hash, set), (text.hash, &text.set))
    }

    /// A text that is there.
    fn held(&self, number: u32) -> &Text {
        self.texts[number as usize].as_ref().expect("paragraphs and buckets name texts that are there")
    }

    fn put_text(&mut self, text: Text, keys: &[u64]) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.texts.push(None);
            crate::groups::number(self.texts.len() - 1)
        });
        self.buckets.insert(keys, number);
        self.by_words.insert(text.hash, number);
        self.texts[number as usize] = Some(text);
        number
    }
}

/// How alike a paragraph and a text are, if it is enough.
fn compare(
    detector: &Detector,
    (hash, set): (Option<u128>, &ShingleSet),
    (text_hash, text_set): (u128, &ShingleSet),
) -> Option<Similarity> {
    // Equal sets and an equal 128-bit hash of the words: the words themselves are not held.
    if hash == Some(text_hash) && set == text_set {
        return Some(Similarity::exact_copy(set.len()));
    }
    detector.comparator().compare(set, text_set)
}

impl Store for Index {
    fn place(&self) -> &'static str {
        "index in memory"
    }

    fn detector(&self) -> &Detector {
        self.detector()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        let mut names: Vec<(u64, &str)> =
            self.names.iter().map(|(&document, name)| (document, &**name)).collect();
        names.sort_unstable_by_key(|&(document, _)| document);
        Box::new(names.into_iter().map(|(document, name)| Ok((document, Cow::Borrowed(name)))))
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let mut paragraphs: Vec<(ParagraphId, Option<u32>)> =
            self.by_id.iter().map(|(&id, &text)| (id, text)).collect();
        paragraphs.par_sort_unstable_by_key(|&(id, _)| id);
        Box::new(paragraphs.into_iter().map(Ok))
    }

    fn text_count(&self) -> usize {
        self.texts.len()
    }

    fn text(&self, number: u32) -> Result<(u128, u32), Error> {
        let text = self.held(number);
        Ok((text.hash, crate::groups::number(text.set.len())))
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        let mut bytes = Vec::new();
        sets::encode(self.held(number).set.hashes(), &mut bytes);
        Ok(Cow::Owned(bytes))
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        Ok(sets::coded_len(self.held(number).set.hashes()) as u64)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        Box::new(self.buckets.in_order().map(Ok))
    }
}

/// How many paragraphs are signed together, on all cores.
const BATCH: usize = 4096;

/// Puts many paragraphs in, as [`Index::insert`] does one after the other.
impl<T: AsRef<str> + Sync> Extend<(ParagraphId, T)> for Index {
    fn extend<I: IntoIterator<Item = (ParagraphId, T)>>(&mut self, paragraphs: I) {
        let mut paragraphs = paragraphs.into_iter();
        loop {
            let (ids, texts): (Vec<ParagraphId>, Vec<T>) = paragraphs.by_ref().take(BATCH).unzip();
            if ids.is_empty() {
                return;
            }
            let signed: Vec<SignedParagraph> =
                texts.par_iter().map(|text| self.signer.sign(text.as_ref())).collect();
            for (id, paragraph) in ids.into_iter().zip(signed) {
                self.insert_signed(id, paragraph);
            }
        }
    }
}

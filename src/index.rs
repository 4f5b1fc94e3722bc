//! An index that grows and answers: MinHash/LSH proposes, the comparator decides.

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::Similarity;
use crate::detect::{Detector, Shingled};
use crate::lsh::Buckets;
use crate::minhash::MinHasher;
use crate::pair::{ParagraphId, ParagraphPair};
use crate::shingle::ShingleSet;

/// A paragraph of the index that a query resembles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Match {
    /// Which paragraph.
    pub id: ParagraphId,
    /// How alike the two are, compared exactly.
    pub similarity: Similarity,
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
    /// Places taken in buckets: one for each distinct paragraph and band.
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
/// It holds the shingle sets, 8 bytes a shingle, and an entry of some 10 bytes for each band and distinct paragraph.
/// Asking takes `&self`, and may be done from many threads at once.
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
    detector: Detector,
    hasher: MinHasher,
    /// Distinct paragraphs by number; `None` where one was removed and its number is free.
    texts: Vec<Option<Text>>,
    free: Vec<u32>,
    buckets: Buckets,
    by_words: AHashMap<u128, u32>,
    /// The text of each paragraph, `None` if it has no words.
    by_id: AHashMap<ParagraphId, Option<u32>>,
}

/// Paragraphs with the same words.
#[derive(Clone, Debug)]
struct Text {
    hash: u128,
    set: ShingleSet,
    ids: Vec<ParagraphId>, // ascending
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        let slots = detector.banding().map_or(0, |banding| banding.bands * banding.rows);
        Self {
            detector,
            hasher: MinHasher::new(slots),
            texts: Vec::new(),
            free: Vec::new(),
            buckets: Buckets::default(),
            by_words: AHashMap::new(),
            by_id: AHashMap::new(),
        }
    }

    /// What decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
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
    /// To put in many, [`extend`](Extend::extend) is faster: it prepares them on all cores.
    pub fn insert(&mut self, id: ParagraphId, paragraph: &str) -> bool {
        let prepared = self.prepare(paragraph);
        self.put(id, prepared)
    }

    /// Take a paragraph out; whether it was there.
    pub fn remove(&mut self, id: ParagraphId) -> bool {
        let Some(number) = self.by_id.remove(&id) else { return false };
        let Some((number, text)) = number.and_then(|n| Some((n, self.texts[n as usize].as_mut()?))) else {
            return true;
        };
        text.ids.retain(|&other| other != id);
        if text.ids.is_empty() {
            let (hash, set) = (text.hash, std::mem::take(&mut text.set));
            self.buckets.remove(&self.keys(&set), number);
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
        let Prepared { shingled, keys } = self.prepare(paragraph);
        let mut matches: Vec<Match> = self
            .buckets
            .candidates(&keys)
            .into_iter()
            .filter_map(|number| self.texts[number as usize].as_ref())
            .filter_map(|text| Some((text, self.compare(shingled.hash, &shingled.set, text)?)))
            .flat_map(|(text, similarity)| text.ids.iter().map(move |&id| Match { id, similarity }))
            .collect();
        matches.sort_unstable_by(|a, b| a.similarity.cmp_more_alike(&b.similarity).then(a.id.cmp(&b.id)));
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
        let first = text.ids[0];
        let copies = text.ids[1..].iter().map(move |&later| ParagraphPair {
            earlier: first,
            later,
            similarity: Similarity::exact_copy(text.set.len()),
        });
        let near = self
            .buckets
            .candidates(&self.keys(&text.set))
            .into_iter()
            .filter_map(|number| self.texts[number as usize].as_ref())
            .filter(move |other| other.ids[0] < first)
            .filter_map(move |other| {
                let similarity = self.compare(Some(text.hash), &text.set, other)?;
                Some(ParagraphPair { earlier: other.ids[0], later: first, similarity })
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

    fn compare(&self, hash: Option<u128>, set: &ShingleSet, text: &Text) -> Option<Similarity> {
        // Equal sets and an equal 128-bit hash of the words: the words themselves are not held.
        if hash == Some(text.hash) && *set == text.set {
            return Some(Similarity::exact_copy(set.len()));
        }
        self.detector.comparator().compare(set, &text.set)
    }

    fn prepare(&self, paragraph: &str) -> Prepared {
        let shingled = self.detector.shingle(paragraph);
        let keys = self.keys(&shingled.set);
        Prepared { shingled, keys }
    }

    /// The buckets of a set: its bands, or each of its shingles where no banding promises enough.
    fn keys(&self, set: &ShingleSet) -> Vec<u64> {
        match self.detector.banding() {
            Some(banding) => {
                self.hasher.sign(set).map_or_else(Vec::new, |signature| banding.keys(&signature).collect())
            }
            None => set.hashes().to_vec(),
        }
    }

    fn put(&mut self, id: ParagraphId, Prepared { shingled, keys }: Prepared) -> bool {
        let is_new = !self.remove(id);
        let number = shingled.hash.map(|hash| match self.by_words.get(&hash) {
            Some(&number) => {
                let text = self.texts[number as usize].as_mut().expect("by_words names texts that are there");
                let at = text.ids.partition_point(|&other| other < id);
                text.ids.insert(at, id);
                number
            }
            None => self.put_text(Text { hash, set: shingled.set, ids: vec![id] }, &keys),
        });
        self.by_id.insert(id, number);
        is_new
    }

    fn put_text(&mut self, text: Text, keys: &[u64]) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.texts.push(None);
            crate::number::number(self.texts.len() - 1)
        });
        self.buckets.insert(keys, number);
        self.by_words.insert(text.hash, number);
        self.texts[number as usize] = Some(text);
        number
    }
}

/// A paragraph ready to be put in or asked for.
struct Prepared {
    shingled: Shingled,
    keys: Vec<u64>,
}

/// How many paragraphs are prepared together, on all cores.
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
            let prepared: Vec<Prepared> = texts.par_iter().map(|text| self.prepare(text.as_ref())).collect();
            for (id, prepared) in ids.into_iter().zip(prepared) {
                self.put(id, prepared);
            }
        }
    }
}

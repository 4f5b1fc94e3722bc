//! An index in memory: how it grows and answers. How it is written and read is in [`saving`].

mod saving;

use ahash::AHashMap;
use rayon::prelude::*;

use super::answer::{IndexStatistics, Match, ParagraphMatches, compare};
use super::documents::Documents;
use super::id_set::IdSet;
use super::signer::{SignedParagraph, Signer};
use super::unicode::UnicodeVersions;
use crate::article::detector::Detector;
use crate::compare::Similarity;
use crate::compare::pair::{Evidence, ParagraphId, ParagraphPair};
use crate::groups::number;
use crate::lsh::Buckets;
use crate::shingle::ShingleSet;
use crate::text::paragraph::Paragraph;

/// Paragraphs by their shingles, which can be queried for those that resemble another.
///
/// Candidates come from the detector's [`banding`](Detector::banding), with the recall that it promises at the
/// threshold; each is then compared exactly. Where there is no banding they are looked up shingle by shingle,
/// and the recall is 1. Answers depend on what the index holds, not on the order in which it came in.
///
/// It holds the shingle sets, 8 bytes a shingle, and an entry of some 10 bytes for each band and distinct paragraph. It
/// can be [saved](Index::save) to a file, and a [`SavedIndex`](crate::SavedIndex) answers from there.
///
/// # Whole articles
///
/// [`insert_document`](Index::insert_document) cuts an article into paragraphs as the detector's
/// [boundary](crate::Boundary) says, and numbers them from 0; [`query_document`](Index::query_document) cuts in the same
/// way. An article is known by a number of yours, or by that which [`ParagraphId::named`] makes of a name.
///
/// ```
/// use dittograph::{Detector, Index, ParagraphId};
///
/// let mut index = Index::new(Detector::default());
/// let harbour = "The last ferry of the day did not sail, since the wind had turned to the north.";
/// index.insert_document(7, &format!("Ferry cancelled\n{harbour}"));
///
/// let article = format!("News in brief\n{harbour}\nBread is dearer by a tenth.");
/// let found = index.query_document(&article);
/// assert_eq!(found[1].matches[0].id, ParagraphId { document: 7, paragraph: 1 });
/// assert_eq!(&article[found[1].paragraph.span()], harbour);
/// assert!(found[0].matches.is_empty() && found[2].matches.is_empty());
///
/// // The article is edited: its old paragraphs go.
/// assert_eq!(index.insert_document(7, "Ferry sails again"), 1);
/// assert_eq!(index.len(), 1);
/// assert_eq!(index.remove_document(7), 1);
/// assert!(index.is_empty());
/// ```
///
/// # From many threads
///
/// Queries take `&self`, and can run on many threads at once. To insert from many threads while others query, share the
/// index in a lock, and let each thread [sign](Signer::sign) its paragraph before it takes the lock: that is most of the
/// work. Where all paragraphs are at hand, [`extend`](Extend::extend) and
/// [`insert_documents`](Index::insert_documents) use all cores by themselves.
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
    /// The Unicode versions that the paragraphs were read with; `None` if none ever was.
    unicode: Option<UnicodeVersions>,
    /// Copy groups by number; `None` where one was removed and its number is free.
    groups: Vec<Option<CopyGroup>>,
    free: Vec<u32>,
    buckets: Buckets,
    by_words: AHashMap<u128, u32>,
    documents: Documents,
    names: AHashMap<u64, Box<str>>,
}

/// Paragraphs with the same words.
#[derive(Clone, Debug)]
struct CopyGroup {
    hash: u128,
    set: ShingleSet,
    ids: IdSet,
}

impl CopyGroup {
    fn first(&self) -> ParagraphId {
        self.ids.first().expect("a copy group without paragraphs is removed")
    }
}

/// How many paragraphs are signed together, on all cores.
const BATCH_PARAGRAPHS: usize = 4096;

/// How many bytes of articles are signed together: some 4096 paragraphs.
const BATCH_BYTES: usize = 1 << 20;

impl Index {
    /// Creates an empty index.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self {
            signer: Signer::new(detector),
            unicode: None,
            groups: Vec::new(),
            free: Vec::new(),
            buckets: Buckets::default(),
            by_words: AHashMap::new(),
            documents: Documents::default(),
            names: AHashMap::new(),
        }
    }

    /// Returns the detector, which decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    /// Returns the signer, which makes paragraphs ready for [`insert_signed`](Self::insert_signed) and
    /// [`query_signed`](Self::query_signed).
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Returns the number of paragraphs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Returns true if there are no paragraphs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the versions of the Unicode tables that the paragraphs were read with: those of this build, but for
    /// paragraphs of an index that another build [saved](mod@crate::saved#unicode-versions).
    #[must_use]
    pub fn unicode_versions(&self) -> UnicodeVersions {
        self.unicode.unwrap_or_else(UnicodeVersions::current)
    }

    /// Returns true if there is a paragraph with this id.
    #[must_use]
    pub fn contains(&self, id: ParagraphId) -> bool {
        self.documents.get(id).is_some()
    }

    /// Returns true if there is a paragraph of this document.
    #[must_use]
    pub fn contains_document(&self, document: u64) -> bool {
        self.documents.contains(document)
    }

    /// Returns the numbers of all documents that have a paragraph, ascending. Cost: they are sorted first.
    ///
    /// ```
    /// use dittograph::{Detector, Index};
    ///
    /// let mut index = Index::new(Detector::default());
    /// index.insert_documents([(7, "A title\nA text"), (2, "Another text"), (5, "")]);
    /// assert!(index.documents().eq([2, 7]));
    /// assert!(index.contains_document(7) && !index.contains_document(5));
    /// ```
    pub fn documents(&self) -> impl Iterator<Item = u64> + use<> {
        self.documents.numbers().into_iter()
    }

    /// Returns the ids of all paragraphs, ascending. Cost: the documents are sorted first, in 16 bytes each.
    pub fn ids(&self) -> impl Iterator<Item = ParagraphId> + '_ {
        self.documents.iter().map(|(id, _)| id)
    }

    /// Returns the ids of a document's paragraphs, ascending; none if there is no such document.
    pub fn paragraphs_of(&self, document: u64) -> impl Iterator<Item = ParagraphId> + '_ {
        self.documents.paragraphs_of(document).map(|(id, _)| id)
    }

    /// Inserts a paragraph, and returns true if its id is new. If it is not, the paragraph replaces the old one.
    ///
    /// To insert many, [`extend`](Extend::extend) is faster: it signs them on all cores.
    pub fn insert(&mut self, id: ParagraphId, paragraph: &str) -> bool {
        self.insert_signed(id, self.signer.sign(paragraph))
    }

    /// Inserts a paragraph that is signed, and returns true if its id is new. If it is not, the paragraph replaces the old
    /// one.
    ///
    /// # Panics
    ///
    /// If the paragraph was signed for other shingles, rules or another banding than this index has.
    #[track_caller]
    pub fn insert_signed(&mut self, id: ParagraphId, paragraph: SignedParagraph) -> bool {
        self.signer.check(&paragraph);
        self.insert_checked(id, paragraph)
    }

    /// Inserts an article in place of the paragraphs that the document has, and returns how many paragraphs it has now.
    ///
    /// It is cut as the detector's boundary says; its paragraphs are numbered from 0, also those without words. To insert
    /// many articles, [`insert_documents`](Self::insert_documents) is faster: it signs them on all cores. A document keeps its
    /// name, also if the article has no paragraph: only [`remove_document`](Self::remove_document) drops it.
    ///
    /// # Panics
    ///
    /// If the article has 2³² paragraphs.
    pub fn insert_document(&mut self, document: u64, article: &str) -> usize {
        let paragraphs = self.signer.sign_article(article);
        self.replace_document(document, paragraphs)
    }

    /// Inserts many articles, as [`insert_document`](Self::insert_document) does one after the other, and returns how many
    /// paragraphs they have. They are signed on all cores, in batches of a mebibyte or one article.
    ///
    /// ```
    /// use dittograph::{Detector, Index};
    ///
    /// let mut index = Index::new(Detector::default());
    /// let articles = [(1, "A first article.\nIt has two paragraphs."), (2, "Another one that has one.")];
    /// assert_eq!(index.insert_documents(articles), 3);
    /// ```
    pub fn insert_documents<T: AsRef<str> + Sync>(
        &mut self,
        articles: impl IntoIterator<Item = (u64, T)>,
    ) -> usize {
        let mut articles = articles.into_iter();
        let mut count = 0;
        loop {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while bytes < BATCH_BYTES {
                let Some((document, article)) = articles.next() else { break };
                bytes += article.as_ref().len();
                batch.push((document, article));
            }
            if batch.is_empty() {
                return count;
            }
            let signed: Vec<Vec<SignedParagraph>> =
                batch.par_iter().map(|(_, article)| self.signer.sign_article(article.as_ref())).collect();
            for (&(document, _), paragraphs) in batch.iter().zip(signed) {
                count += self.replace_document(document, paragraphs);
            }
        }
    }

    /// Removes a paragraph, and returns true if it was there.
    pub fn remove(&mut self, id: ParagraphId) -> bool {
        let Some(row) = self.documents.remove(id) else { return false };
        self.leave_group(id, row.group());
        true
    }

    /// Removes the paragraphs of a document and its name, and returns how many paragraphs it had.
    pub fn remove_document(&mut self, document: u64) -> usize {
        self.names.remove(&document);
        self.remove_paragraphs_of(document)
    }

    /// Gives a document a name, in place of the one that it may have: what your users know it by. It is saved with the
    /// index if that holds a paragraph of the document.
    pub fn name_document(&mut self, document: u64, name: impl Into<Box<str>>) {
        self.names.insert(document, name.into());
    }

    /// Returns the name that a document was given, if it was.
    #[must_use]
    pub fn document_name(&self, document: u64) -> Option<&str> {
        self.names.get(&document).map(|name| &**name)
    }

    /// Returns the paragraphs that resemble this one at the threshold or above: the most alike first, of equals the
    /// least id. A paragraph without words resembles nothing.
    #[must_use]
    pub fn query(&self, paragraph: &str) -> Vec<Match> {
        self.query_signed(&self.signer.sign(paragraph))
    }

    /// Returns the paragraphs that resemble one that is signed, as [`query`](Self::query) does.
    ///
    /// # Panics
    ///
    /// If the paragraph was signed for other shingles, rules or another banding than this index has.
    #[must_use]
    #[track_caller]
    pub fn query_signed(&self, paragraph: &SignedParagraph) -> Vec<Match> {
        self.signer.check(paragraph);
        let mut matches: Vec<Match> = self
            .buckets
            .candidates(&paragraph.keys)
            .into_iter()
            .filter_map(|number| self.groups[number as usize].as_ref())
            .filter_map(|group| Some((group, self.compare(paragraph.hash, &paragraph.set, group)?)))
            .flat_map(|(group, similarity)| group.ids.iter().map(move |id| Match { id, similarity }))
            .collect();
        matches.sort_unstable_by(Match::cmp_best);
        matches
    }

    /// Returns the paragraphs of an article, each with those of the index that resemble it.
    ///
    /// The article is cut as the detector's boundary says. If it is in the index itself, its paragraphs match themselves.
    /// Cost: that of a [`query`](Self::query) for each paragraph, on one thread.
    #[must_use]
    pub fn query_document<'t>(&self, article: &'t str) -> Vec<ParagraphMatches<'t>> {
        let paragraphs = self.detector().boundary().paragraphs(article);
        let query = |paragraph: Paragraph<'t>| {
            let signed = self.signer.sign(paragraph.as_str());
            ParagraphMatches { paragraph, words: signed.words, matches: self.query_signed(&signed) }
        };
        paragraphs.into_iter().map(query).collect()
    }

    /// Returns all verified pairs, by earlier, then later id.
    ///
    /// Exact copies form a group: each is paired with the first of its group, and only the first of a group is
    /// paired with paragraphs that are not exact copies of it. Cost: a query for each distinct paragraph, on all cores.
    #[must_use]
    pub fn pairs(&self) -> Vec<ParagraphPair> {
        let mut pairs: Vec<ParagraphPair> =
            self.groups.par_iter().flatten().flat_map_iter(|group| self.pairs_of(group)).collect();
        pairs.par_sort_unstable_by_key(|pair| (pair.earlier, pair.later));
        pairs
    }

    /// Returns the pairs of which the first of a copy group is the later, and those of the first with its copies.
    fn pairs_of<'a>(&'a self, group: &'a CopyGroup) -> impl Iterator<Item = ParagraphPair> + 'a {
        let similarity = Similarity::exact_copy(group.set.len());
        let first = group.first();
        let copies = group.ids.iter().skip(1);
        let copies = copies.map(move |later| ParagraphPair {
            earlier: first,
            later,
            similarity,
            evidence: Evidence::Threshold,
        });
        let near = self
            .buckets
            .candidates(&self.signer.keys(&group.set))
            .into_iter()
            .filter_map(|number| self.groups[number as usize].as_ref())
            .filter(move |other| other.first() < first)
            .filter_map(move |other| {
                let similarity = self.compare(Some(group.hash), &group.set, other)?;
                Some(ParagraphPair {
                    earlier: other.first(),
                    later: first,
                    similarity,
                    evidence: Evidence::Threshold,
                })
            });
        copies.chain(near)
    }

    /// Returns counts of what the index holds. Cost: one pass over it.
    #[must_use]
    pub fn statistics(&self) -> IndexStatistics {
        let groups = self.groups.iter().flatten();
        IndexStatistics {
            paragraphs: self.len(),
            without_words: self.documents.without_words(),
            distinct: groups.clone().count(),
            shingles: groups.map(|group| group.set.len()).sum(),
            entries: self.buckets.entries(),
            largest_bucket: self.buckets.largest(),
        }
    }

    fn compare(&self, hash: Option<u128>, set: &ShingleSet, group: &CopyGroup) -> Option<Similarity> {
        compare(self.detector(), (hash, set), (group.hash, &group.set))
    }

    /// Replaces the paragraphs of a document.
    fn replace_document(&mut self, document: u64, paragraphs: Vec<SignedParagraph>) -> usize {
        self.remove_paragraphs_of(document);
        let count = paragraphs.len();
        for (n, paragraph) in paragraphs.into_iter().enumerate() {
            self.insert_checked(ParagraphId { document, paragraph: number(n) }, paragraph);
        }
        count
    }

    fn remove_paragraphs_of(&mut self, document: u64) -> usize {
        let removed = self.documents.remove_document(document);
        for &(id, group) in &removed {
            self.leave_group(id, group);
        }
        removed.len()
    }

    /// Inserts a paragraph that this index's signer has signed or checked, and returns true if its id is new.
    fn insert_checked(&mut self, id: ParagraphId, paragraph: SignedParagraph) -> bool {
        if self.unicode != Some(UnicodeVersions::CURRENT) {
            let versions = self.unicode.unwrap_or(UnicodeVersions::CURRENT);
            self.unicode = Some(versions.joined(UnicodeVersions::CURRENT));
        }
        let group = paragraph.hash.map(|hash| match self.by_words.get(&hash) {
            Some(&group) => {
                self.group_mut(group).ids.insert(id);
                group
            }
            None => {
                self.add_group(CopyGroup { hash, set: paragraph.set, ids: IdSet::with(id) }, &paragraph.keys)
            }
        });
        let old = self.documents.insert(id, group);
        if let Some(old) = old.filter(|old| old.group() != group) {
            self.leave_group(id, old.group());
        }
        old.is_none()
    }

    /// Takes a paragraph out of its copy group, and removes that if it was the last.
    fn leave_group(&mut self, id: ParagraphId, group: Option<u32>) {
        let Some(number) = group else { return };
        let group = self.group_mut(number);
        group.ids.remove(id);
        if group.ids.first().is_none() {
            let (hash, set) = (group.hash, std::mem::take(&mut group.set));
            self.buckets.remove(&self.signer.keys(&set), number);
            self.by_words.remove(&hash);
            self.groups[number as usize] = None;
            self.free.push(number);
        }
    }

    fn add_group(&mut self, group: CopyGroup, keys: &[u64]) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.groups.push(None);
            number(self.groups.len() - 1)
        });
        self.buckets.insert(keys, number);
        self.by_words.insert(group.hash, number);
        self.groups[number as usize] = Some(group);
        number
    }

    fn group(&self, number: u32) -> &CopyGroup {
        self.groups[number as usize].as_ref().expect("paragraphs and buckets name copy groups that are there")
    }

    fn group_mut(&mut self, number: u32) -> &mut CopyGroup {
        self.groups[number as usize].as_mut().expect("paragraphs and hashes name copy groups that are there")
    }
}

/// Creates an empty index with the default [`Detector`].
impl Default for Index {
    fn default() -> Self {
        Self::new(Detector::default())
    }
}

/// Inserts many paragraphs, as [`Index::insert`] does one after the other. They are signed on all cores, 4096 at a time.
impl<T: AsRef<str> + Sync> Extend<(ParagraphId, T)> for Index {
    fn extend<I: IntoIterator<Item = (ParagraphId, T)>>(&mut self, paragraphs: I) {
        let mut paragraphs = paragraphs.into_iter();
        loop {
            let (ids, texts): (Vec<ParagraphId>, Vec<T>) = paragraphs.by_ref().take(BATCH_PARAGRAPHS).unzip();
            if ids.is_empty() {
                return;
            }
            let signed: Vec<SignedParagraph> =
                texts.par_iter().map(|text| self.signer.sign(text.as_ref())).collect();
            for (id, paragraph) in ids.into_iter().zip(signed) {
                self.insert_checked(id, paragraph);
            }
        }
    }
}

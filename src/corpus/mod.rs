//! Many articles: the same steps, on all cores, with the order of the articles kept.
//!
//! In the order of the work: [`options`] and the two corpus types in this file; [`intake`], which prepares articles and
//! fills the tables of [`contents`]; [`neighbours`], by candidates and comparison; [`bodies`], for documents whose text stands twice; [`known`], for what
//! indexes hold already, and [`boilerplate`]; and [`found`], which asks [`kept`] for
//! what is redundant, [`pairs`] for pairs and [`runs`] for passages; [`clusters`] puts removals together, and
//! [`overlaps`] tells how much of a document stands in another. [`steps`] has the
//! same work in pure functions for engines. [`lossless`] decides
//! for [`kept`] by [`rare_shingles`], if only what is held whole may go. [`text_store`] is for texts that do not fit in memory.

mod options;
mod text_store;
mod contents;
mod boilerplate;
mod seen_texts;
mod preparer;
mod rare_shingles;
mod intake;
mod neighbours;
mod prefixes;
mod bodies;
mod siblings;
mod known;
mod walks;
mod kept_lists;
mod kept_groups;
mod kept;
mod lossless;
mod revisions;
mod pairs;
mod runs;
mod overlaps;
mod found;
mod clusters;
pub mod steps;

use std::sync::Arc;

pub use self::clusters::CorpusCluster;
pub use self::found::{CorpusRun, CorpusRuns, Found, Passage, Redundant, Removal};
pub use self::options::{Candidates, CorpusBuilder, Keep, Scope};
pub use self::text_store::TextStore;

use self::boilerplate::BoilerplateRule;
use self::contents::Texts;
use self::intake::Intake;
use crate::article::detector::Detector;
use crate::error::Error;
use crate::index::saved::SavedIndex;
use crate::lsh::Banding;

/// Many articles, to find what repeats in and between them. It borrows their texts.
///
/// Articles become documents, numbered from 0 in the order in which they come in. [`Corpus::new`] takes the default
/// options, and [`Corpus::builder`] has them all, and the way to a [`ReadingCorpus`] for what does not fit in memory.
///
/// For each paragraph the corpus holds 20 bytes: where it stands, how many words it has, and which paragraphs have
/// the same words. For all exact copies of it together it holds 4 bytes for each band. README.md has what that comes to.
/// What is found is the same for any number of threads.
///
/// ```
/// use dittograph::{Corpus, Detector};
///
/// let articles = [
///     "The mill burnt down in the night to Monday.\nNobody was hurt, says the mayor of Anwick.",
///     "Bread is dearer by a tenth.\nThe mill burnt down, in the night to Monday!",
/// ];
/// let mut corpus = Corpus::new(Detector::default());
/// corpus.extend(articles);
/// let found = corpus.find();
/// let removals = &found.redundant().removals;
/// assert_eq!(removals.len(), 1);
/// assert_eq!((removals[0].kept.document, removals[0].kept.paragraph), (0, 0));
/// assert_eq!((removals[0].removed.document, removals[0].removed.paragraph), (1, 1));
/// assert_eq!(found.without_redundant(1), "Bread is dearer by a tenth.");
/// ```
#[derive(Clone, Debug)]
pub struct Corpus<'t> {
    intake: Intake<'t>,
}

impl<'t> Corpus<'t> {
    /// Creates an empty corpus with the default options: pairs in and between documents count, the first paragraph is
    /// kept, and paragraphs of fewer than 5 words are short.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self::builder(detector).build()
    }

    /// Returns a builder with the default options.
    pub fn builder(detector: Detector) -> CorpusBuilder {
        CorpusBuilder::new(detector)
    }

    /// Takes in an article, as the next document.
    ///
    /// [`extend`](Extend::extend) with many articles at once is faster: it prepares them on all cores.
    ///
    /// # Panics
    ///
    /// From 2³² paragraphs on, and for an article of 4 GiB or more.
    pub fn push(&mut self, article: &'t str) {
        self.extend([article]);
    }

    /// Sets which documents are preferred, by a rank for each in the order in which they come in: of paragraphs that repeat one
    /// another, one in a document of the least rank is kept, and of equals the one that [`Keep`] names. Documents without a rank
    /// are preferred least.
    ///
    /// With [`lossless`](CorpusBuilder::lossless) ranks do not count.
    ///
    /// ```
    /// use dittograph::Corpus;
    ///
    /// let mut corpus = Corpus::default();
    /// corpus.extend(["The mill burnt down at night.", "THE MILL burnt down at night!"]);
    /// corpus.rank_documents([2, 1]); // the second is from the better source
    /// assert_eq!(corpus.find().redundant().removals[0].removed.document, 0);
    /// ```
    pub fn rank_documents(&mut self, ranks: impl IntoIterator<Item = u32>) {
        self.intake.contents.ranks = ranks.into_iter().collect();
    }

    /// Has what stands in more than `max_articles` articles of one site, with the same words, removed wherever it stands, in articles of
    /// all sites: notices, calls to subscribe, what is read next. `sites` are numbers, one for each document in the order in which they
    /// come in; documents from the end of it on, and those of the number `u32::MAX`, are of no site.
    ///
    /// Nothing of it is kept, however short it is: each [`Removal`] names its first paragraph in the order of the text, which goes too, and has
    /// [`Evidence::Boilerplate`](crate::Evidence::Boilerplate). With [`lossless`](CorpusBuilder::lossless) it does not count.
    ///
    /// ```
    /// use dittograph::Corpus;
    ///
    /// let mut corpus = Corpus::default();
    /// corpus.extend(["Read on\nThe mill burnt down.", "Read on\nBread is dearer.", "READ ON!", "Nobody was hurt.\nRead on"]);
    /// corpus.remove_boilerplate([0, 0, 0, 1], 2);
    /// let found = corpus.find();
    /// assert_eq!(found.without_redundant(0), "The mill burnt down.");
    /// assert_eq!(found.without_redundant(3), "Nobody was hurt.");
    /// ```
    pub fn remove_boilerplate(&mut self, sites: impl IntoIterator<Item = u32>, max_articles: usize) {
        let sites = sites.into_iter().collect();
        self.intake.contents.boilerplate = Some(BoilerplateRule { sites, max_articles });
    }

    /// Returns the banding that finds candidates, `None` with the exact join.
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        self.intake.contents.banding
    }

    /// Returns the recall for pairs of this Jaccard: the share of them that are found. It is 1 with the exact join.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        self.banding().map_or(1.0, |banding| banding.recall_at(jaccard))
    }

    /// Counts what came in so far. Cost: one pass over the paragraphs.
    #[must_use]
    pub fn statistics(&self) -> CorpusStatistics {
        self.intake.contents.statistics()
    }

    /// Finds what repeats.
    ///
    /// This takes the bucket keys of each band apart, or does the exact join; the rest of the work is done by the methods
    /// of [`Found`] that need it. No article can come in any more.
    #[must_use]
    pub fn find(self) -> Found<'t> {
        self.intake.find()
    }

    /// Finds what repeats, where all that some indexes hold stands before the corpus.
    ///
    /// A paragraph that resembles one of an index, and is not [short](CorpusBuilder::min_words), is redundant beside it, with any
    /// [`Keep`]; [`Found::known`] tells from which index and document that is. What is redundant so is kept for nothing
    /// else, as in one run over both. Two paragraphs that a document of the corpus holds both are
    /// [siblings](crate::Config::siblings) here too. An index holds no text: the evidence of runs speaks for pairs of the corpus
    /// alone. With [`Scope::Within`] and [`lossless`](CorpusBuilder::lossless) indexes do not count.
    ///
    /// Cost: each paragraph that differs from those before it is read once more, and looked up in each index.
    ///
    /// ```
    /// use dittograph::{Corpus, Index, SavedIndex};
    ///
    /// let mut corpus = Corpus::default();
    /// let mut index = Index::new(dittograph::Detector::default());
    /// index.insert_document(7, "The mill burnt down in the night to Monday.");
    /// let mut bytes = Vec::new();
    /// index.write_to(&mut bytes)?;
    ///
    /// corpus.push("Nobody was hurt, says the miller.\nThe mill burnt down, in the night to Monday!");
    /// let found = corpus.find_against(&[SavedIndex::new(bytes)?])?;
    /// assert_eq!(found.without_redundant(0), "Nobody was hurt, says the miller.");
    /// let kept = found.redundant().removals[0].kept;
    /// assert_eq!(found.known(kept.document), Some((0, 7)), "document 7 of the first index");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If an index is damaged where it is read, or has other [options](CorpusBuilder::check_index).
    pub fn find_against(self, indexes: &[SavedIndex]) -> Result<Found<'t>, Error> {
        self.intake.find_against(indexes)
    }
}

/// Creates an empty corpus with the default options and the default [`Detector`].
impl Default for Corpus<'_> {
    fn default() -> Self {
        Self::new(Detector::default())
    }
}

/// Takes in articles, in their order; they are prepared on all cores, in batches of a few mebibytes.
///
/// ```
/// let articles: Vec<String> = vec!["The mill burnt down at night.".into(), "THE MILL burnt down at night!".into()];
/// let mut corpus = dittograph::Corpus::default();
/// corpus.extend(&articles);
/// assert_eq!(corpus.find().redundant().removals.len(), 1);
/// ```
///
/// # Panics
///
/// From 2³² paragraphs on, and for an article of 4 GiB or more.
impl<'t, T: AsRef<str> + ?Sized> Extend<&'t T> for Corpus<'t> {
    fn extend<I: IntoIterator<Item = &'t T>>(&mut self, articles: I) {
        self.intake.extend(articles.into_iter().map(AsRef::as_ref), |texts, batch| {
            if let Texts::Borrowed(texts) = texts {
                texts.extend(batch);
            }
        });
    }
}

/// A [`Corpus`] that holds no text: what it needs again it reads again.
///
/// [`CorpusBuilder::build_stored`] makes one that keeps the texts in a temporary file, and
/// [`CorpusBuilder::build_reading`] one that reads texts from where you have them. It finds what a [`Corpus`] finds.
#[derive(Debug)]
pub struct ReadingCorpus<'t> {
    intake: Intake<'t>,
}

impl<'t> ReadingCorpus<'t> {
    /// Takes in an article, as the next document. Its text is not kept in memory.
    ///
    /// [`extend`](Extend::extend) with many articles at once is faster: it prepares them on all cores.
    ///
    /// # Panics
    ///
    /// From 2³² paragraphs on, and for an article of 4 GiB or more.
    pub fn push(&mut self, article: &str) {
        self.extend([article]);
    }

    /// Checks that the texts could be written and read so far. It is worth calling now and then while articles come in,
    /// so that a full disk is known at once.
    ///
    /// # Errors
    ///
    /// The first error of the [`TextStore`] of the corpus, if it has one.
    pub fn check(&self) -> Result<(), Error> {
        self.intake.contents.check()
    }

    /// Sets which documents are preferred: see [`Corpus::rank_documents`].
    pub fn rank_documents(&mut self, ranks: impl IntoIterator<Item = u32>) {
        self.intake.contents.ranks = ranks.into_iter().collect();
    }

    /// Has what stands in many articles of one site removed: see [`Corpus::remove_boilerplate`].
    pub fn remove_boilerplate(&mut self, sites: impl IntoIterator<Item = u32>, max_articles: usize) {
        let sites = sites.into_iter().collect();
        self.intake.contents.boilerplate = Some(BoilerplateRule { sites, max_articles });
    }

    /// Returns the banding that finds candidates, `None` with the exact join.
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        self.intake.contents.banding
    }

    /// Returns the recall for pairs of this Jaccard: the share of them that are found. It is 1 with the exact join.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        self.banding().map_or(1.0, |banding| banding.recall_at(jaccard))
    }

    /// Counts what came in so far. Cost: one pass over the paragraphs.
    #[must_use]
    pub fn statistics(&self) -> CorpusStatistics {
        self.intake.contents.statistics()
    }

    /// Finds what repeats: see [`Corpus::find`].
    #[must_use]
    pub fn find(self) -> Found<'t> {
        self.intake.find()
    }

    /// Finds what repeats, where all that some indexes hold stands before the corpus: see [`Corpus::find_against`].
    ///
    /// # Errors
    ///
    /// If an index is damaged where it is read, or has other [options](CorpusBuilder::check_index).
    pub fn find_against(self, indexes: &[SavedIndex]) -> Result<Found<'t>, Error> {
        self.intake.find_against(indexes)
    }
}

/// Takes in articles, in their order; they are prepared on all cores, in batches of a few mebibytes. Their texts are not
/// kept in memory.
///
/// # Panics
///
/// From 2³² paragraphs on, and for an article of 4 GiB or more.
impl<T: AsRef<str> + Send + Sync> Extend<T> for ReadingCorpus<'_> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, articles: I) {
        self.intake.extend(articles.into_iter(), |texts, batch| {
            if let Texts::Stored(store) = texts {
                let store = Arc::get_mut(store).expect("the corpus is the only owner of its store");
                _ = store.push_all(batch); // it keeps the error
            }
        });
    }
}

/// Counts of what a [`Corpus`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CorpusStatistics {
    /// Documents.
    pub documents: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// Paragraphs.
    pub paragraphs: usize,
    /// Paragraphs without a word, which repeat nothing.
    pub without_words: usize,
    /// Paragraphs that differ in their words: exact copies count once.
    pub distinct: usize,
    /// Words (UAX #29) of all paragraphs.
    pub words: usize,
}

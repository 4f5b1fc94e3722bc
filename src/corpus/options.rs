//! What is chosen before articles come into a corpus.

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::article::detector::Detector;
use crate::compare::pair::Evidence;
use crate::corpus::contents::Texts;
use crate::corpus::intake::Intake;
use crate::corpus::text_store::TextStore;
use crate::corpus::{Corpus, ReadingCorpus, known};
use crate::error::Error;
use crate::index::saved::SavedIndex;
use crate::lsh::Banding;
use crate::option_names::string_enum;

/// Which pairs of paragraphs of a [`Corpus`] count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Pairs within one document.
    Within,
    /// Pairs between two documents.
    Across,
    /// Both.
    #[default]
    All,
}

string_enum!("scope", Scope { Within => "within", Across => "across", All => "all" });

/// Which paragraph is kept of several that repeat one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Keep {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
    /// The one with the most words, of equals the first.
    Longest,
}

string_enum!("keep", Keep { First => "first", Last => "last", Longest => "longest" });

/// How a [`Corpus`] finds candidate pairs, which are then compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Candidates {
    /// By the detector's [`banding`](Detector::banding), with the recall that it promises; as [`Exact`](Self::Exact)
    /// if the detector has none. The corpus holds 4 bytes of each band and paragraph, and shingle sets as far as there
    /// is room.
    #[default]
    Lsh,
    /// By the exact join, which misses no pair. The corpus holds all shingle sets, 8 bytes a shingle, and all pairs.
    Exact,
}

string_enum!("candidates", Candidates { Lsh => "lsh", Exact => "exact" });

/// The options of a [`Corpus`], and the ways to build one.
///
/// There are three ways:
///
/// - [`build`](Self::build), where the texts are in memory anyway: the corpus borrows them.
/// - [`build_stored`](Self::build_stored), where they do not fit: it keeps them in a temporary file.
/// - [`build_reading`](Self::build_reading), where they are stored already, say in a database.
///
/// What is found is the same with each. The options can be read back with [`banding`](Self::banding) and
/// [`recall_at`](Self::recall_at) before an article comes in.
///
/// ```
/// use dittograph::{Candidates, Corpus, Detector, Keep, Scope};
///
/// let builder = Corpus::builder(Detector::default()).scope(Scope::Across).keep(Keep::Longest);
/// assert!(builder.recall_at(0.7) >= 0.99);
/// assert_eq!(builder.candidates(Candidates::Exact).recall_at(0.7), 1.0);
///
/// let mut corpus = builder.build();
/// corpus.extend([
///     "Bread is dearer by a tenth since Monday, says the baker.",
///     "Bread is dearer by a tenth since Monday, says the baker of Anwick.",
/// ]);
/// let removal = corpus.find().redundant().removals[0];
/// assert_eq!((removal.kept.document, removal.removed.document), (1, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use = "options do nothing until a corpus is built with them"]
pub struct CorpusBuilder {
    pub(crate) detector: Detector,
    pub(crate) scope: Scope,
    pub(crate) keep: Keep,
    pub(crate) min_words: usize,
    pub(crate) candidates: Candidates,
    pub(crate) evidence: Evidence,
    pub(crate) lossless: bool,
}

impl CorpusBuilder {
    /// Creates a builder with the default options.
    pub(crate) fn new(detector: Detector) -> Self {
        Self {
            detector,
            scope: Scope::default(),
            keep: Keep::default(),
            min_words: 5,
            candidates: Candidates::default(),
            evidence: Evidence::Run,
            lossless: false,
        }
    }

    /// Sets which pairs count. Default: [`Scope::All`].
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Sets which paragraph is kept of several that repeat one another. Default: [`Keep::First`].
    ///
    /// [`Corpus::rank_documents`] goes before it.
    pub fn keep(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// Sets how many words a paragraph must have to be redundant beside one of another document: "Read more" belongs to
    /// each page. A shorter one is redundant beside a paragraph of its own document only. Default: 5.
    pub fn min_words(self, words: usize) -> Self {
        Self { min_words: words, ..self }
    }

    /// Sets how candidate pairs are found. Default: [`Candidates::Lsh`].
    pub fn candidates(self, candidates: Candidates) -> Self {
        Self { candidates, ..self }
    }

    /// Sets by which evidence a paragraph is redundant: by [`Evidence::Threshold`] alone, or by [`Evidence::Run`] too, which is a run
    /// of two documents or the [doubled body](crate::Found::doubled_bodies) of one. Default: both. With [`Measure::Containment`](crate::Measure::Containment) the threshold alone counts.
    pub fn evidence(self, evidence: Evidence) -> Self {
        Self { evidence, ..self }
    }

    /// Sets whether a paragraph is redundant only if one that is kept holds all of it. Default: false.
    ///
    /// Then a pair counts if all shingles of one paragraph stand in the other, which is a
    /// [containment](crate::Measure::Containment) of 1. The paragraph with the most shingles is kept, of equals the one with
    /// the most words, then the first. None is missed, and the memory is that of [`Candidates::Lsh`] or less: each paragraph
    /// is found by one rare shingle.
    ///
    /// The threshold, the measure and the [siblings](crate::Config::siblings) of the detector, [`keep`](Self::keep),
    /// [`candidates`](Self::candidates) and [`evidence`](Self::evidence) do not count. A run is no evidence here, since a paragraph
    /// below the threshold says something of its own. Siblings go for one another if one holds the other whole, since no
    /// shingle is lost with it.
    ///
    /// Shingles are compared, not texts. A paragraph that is cut up in the longer one, or repeats itself, is held too where all
    /// of its shingles are. One of fewer words than a shingle is held by nothing but another one of these words.
    ///
    /// [`Found::pairs`](crate::Found::pairs) and [`Found::runs`](crate::Found::runs) find all, and so do and cost the
    /// same as the exact join.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector};
    ///
    /// let mut corpus = Corpus::builder(Detector::default()).lossless(true).build();
    /// corpus.extend([
    ///     "The mill burnt down in the night.",
    ///     "The mill at Anwick burnt down in the night to Monday.",
    ///     "As we wrote, the mill burnt down in the night, and nobody was hurt.",
    /// ]);
    /// let found = corpus.find();
    /// let removals = &found.redundant().removals;
    /// assert_eq!(removals.len(), 1);
    /// assert_eq!((removals[0].removed.document, removals[0].kept.document), (0, 2));
    /// assert_eq!(removals[0].similarity.containment(), 1.0);
    /// ```
    pub fn lossless(self, yes: bool) -> Self {
        Self { lossless: yes, ..self }
    }

    /// Checks that a corpus with these options can be compared with an index: the shingles, the rules, the measure and the
    /// threshold must be the same. The banding and the boundary may differ.
    ///
    /// # Errors
    ///
    /// If they are not; the error tells what the index has.
    pub fn check_index(&self, index: &SavedIndex) -> Result<(), Error> {
        known::check_options(&self.detector, index)
    }

    /// Returns the banding that finds candidates, `None` with the exact join or [`lossless`](Self::lossless).
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        let is_used = self.candidates == Candidates::Lsh && !self.lossless;
        self.detector.banding().filter(|_| is_used)
    }

    /// Returns the recall for pairs of this Jaccard: the share of them that are found. It is 1 with the exact join, and
    /// with [`lossless`](Self::lossless) for those of which one paragraph holds the other.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        self.banding().map_or(1.0, |banding| banding.recall_at(jaccard))
    }

    /// Builds an empty corpus that borrows the texts of its documents.
    #[must_use]
    pub fn build<'t>(self) -> Corpus<'t> {
        Corpus { intake: Intake::new(self, Texts::Borrowed(Vec::new())) }
    }

    /// Builds an empty corpus that writes each text to a store, and reads from there what it needs again.
    ///
    /// This is the form for a dump that does not fit in memory. Except with the exact join no shingle sets are held
    /// either: a paragraph is read, normalised and shingled again each time that it is compared.
    ///
    /// Nothing in a corpus fails. If the store could not be written or read, what was found is of no use, and
    /// [`Found::check`](crate::Found::check) returns the error: call it before you use what was found.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector, TextStore};
    ///
    /// let articles = (0..100).map(|n| format!("Article {n}\nThe ferry does not sail today because of the storm."));
    /// let mut corpus = Corpus::builder(Detector::default()).build_stored(TextStore::new()?);
    /// corpus.extend(articles);
    /// let found = corpus.find();
    /// let clean = found.without_redundant(7);
    /// found.check()?;
    /// assert_eq!(clean, "Article 7");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If the store holds texts already: texts in it are numbered as the documents are.
    #[must_use]
    #[track_caller]
    pub fn build_stored(self, store: TextStore) -> ReadingCorpus<'static> {
        assert!(store.is_empty(), "a corpus takes an empty store; this one holds {} texts", store.len());
        ReadingCorpus { intake: Intake::new(self, Texts::Stored(Arc::new(store))) }
    }

    /// Builds an empty corpus that holds no text, and calls `read` for what it needs again: a range of bytes of the
    /// text of a document. Documents are numbered from 0 in the order in which they come in.
    ///
    /// What it costs is as with [`build_stored`](Self::build_stored). `read` is called from many threads.
    ///
    /// `read` must return the bytes that came in, and may be called for a document while that comes in. It has no way
    /// to fail: where the storage may, remember that, return any text, and drop what was found.
    ///
    /// ```
    /// use std::ops::Range;
    ///
    /// use dittograph::{Corpus, Detector};
    ///
    /// let stored = ["Bread is dearer by a tenth since Monday.", "Bread is dearer, by a tenth, since Monday!"];
    /// let read = |document: u64, range: Range<usize>| stored[document as usize][range].to_string();
    /// let mut corpus = Corpus::builder(Detector::default()).build_reading(read);
    /// corpus.extend(stored);
    /// assert_eq!(corpus.find().redundant().removals.len(), 1);
    /// ```
    #[must_use]
    pub fn build_reading<'t>(
        self,
        read: impl Fn(u64, Range<usize>) -> String + Send + Sync + 't,
    ) -> ReadingCorpus<'t> {
        ReadingCorpus { intake: Intake::new(self, Texts::Read(AssertUnwindSafe(Arc::new(read)))) }
    }
}

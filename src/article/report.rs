//! The report: what was found in one article.

use std::borrow::Cow;
use std::ops::Range;

use crate::article::cluster::Cluster;
use crate::article::detector::Detector;
use crate::article::doubled::Doubled;
use crate::article::repetition::Repetition;
use crate::article::run::Run;
use crate::compare::pair::DuplicatePair;
use crate::text::paragraph::{Boundary, Paragraph, spans_lost, without};

/// What repeats in an article.
///
/// It borrows the text of the article and copies none of it. Paragraphs are named by their indices in
/// [`paragraphs`](Self::paragraphs), from 0. `Display` writes the report for people, with short excerpts; with the feature
/// `serde` it is serialized for programs.
///
/// ```
/// let report = dittograph::scan("A first paragraph of some words.\nAnother one.\nA first paragraph, of some words!");
/// let pair = &report.pairs()[0];
/// assert_eq!((pair.earlier, pair.later, pair.similarity.is_exact()), (0, 2, true));
/// assert_eq!(report.redundant(), [2]);
/// assert_eq!(report.without_redundant(), "A first paragraph of some words.\nAnother one.");
/// ```
#[derive(Clone, Debug)]
pub struct Report<'t> {
    /// What it was found by.
    pub(crate) detector: Detector,
    pub(crate) text: &'t str,
    pub(crate) boundary: Boundary,
    pub(crate) paragraphs: Vec<Paragraph<'t>>,
    pub(crate) words: Vec<usize>,
    pub(crate) pairs: Vec<DuplicatePair>,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) runs: Vec<Run>,
    pub(crate) doubled: Option<Doubled>,
    pub(crate) redundant: Vec<usize>,
    pub(crate) siblings: usize,
    pub(crate) matches_left_out: usize,
}

impl<'t> Report<'t> {
    /// Returns the text of the article.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the detector that made the report.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Returns what separates the paragraphs: the detector's boundary, or for [`Boundary::Auto`] what it stands for here.
    #[must_use]
    pub fn boundary(&self) -> Boundary {
        self.boundary
    }

    /// Returns the paragraphs, in their order.
    #[must_use]
    pub fn paragraphs(&self) -> &[Paragraph<'t>] {
        &self.paragraphs
    }

    /// Returns the verified pairs, by earlier, then later paragraph.
    ///
    /// Exact copies form a group: each later copy is paired with the first of its group, and only the first of a group is
    /// paired with paragraphs that are not exact copies of it. So a line that stands n times gives n − 1 pairs, not n².
    ///
    /// ```
    /// let report = dittograph::scan("Read more\nThe mill burnt down.\nRead more!\nREAD MORE");
    /// let pairs: Vec<_> = report.pairs().iter().map(|pair| (pair.earlier, pair.later)).collect();
    /// assert_eq!(pairs, [(0, 2), (0, 3)]);
    /// ```
    #[must_use]
    pub fn pairs(&self) -> &[DuplicatePair] {
        &self.pairs
    }

    /// Returns the clusters, by representative. A paragraph is in one cluster at most. Pairs of
    /// [siblings](crate::Config::siblings) make none.
    ///
    /// ```
    /// let report = dittograph::scan("Read more\nThe mill burnt down.\nRead more!\nREAD MORE");
    /// let cluster = &report.clusters()[0];
    /// assert_eq!((cluster.representative, &cluster.redundant[..]), (0, &[2, 3][..]));
    /// ```
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// Returns the passages that come again in the same order, by where they stand first.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Returns the doubled body of the article, if it has one: a passage that stands there twice, the second side behind the
    /// first, and is most of the article.
    ///
    /// It is a chain of paragraphs in order, each aligned with one that has enough of its words in the same order; it may
    /// be made of several runs, with new passages between them. Its ranges reach from the first aligned paragraph to the last.
    /// Words that stand on both sides in order speak for a body. Words outside it, between its sides, or in other
    /// paragraphs at the same place speak against it, as do paragraphs that resemble a third one, and words that one side
    /// says more than once and the other never: sections that are built alike differ in their subjects, and are no doubled
    /// body. Nor is a refrain, unless most of the song is refrain. Of a body that stands three times it is the first two.
    ///
    /// Inside it, aligned pairs with 7/10 of their words in order are pairs by [`Evidence::Run`](crate::Evidence::Run).
    /// README.md has how often it is seen, and how often wrongly.
    #[must_use]
    pub fn doubled_body(&self) -> Option<&Run> {
        self.doubled.as_ref().map(|doubled| &doubled.body)
    }

    /// Returns the redundant paragraphs of all clusters, in ascending order: those that [`without_redundant`] leaves out.
    ///
    /// With [`Boundary::Auto`] some of them may be spared. A text may lose the blank lines that it was cut at, and what is
    /// left, cut at its lines, may repeat again. Then paragraphs are spared, the shortest first, so that a clean text stays
    /// clean. That happens only where what is left is a single paragraph whose own lines repeat.
    ///
    /// [`without_redundant`]: Self::without_redundant
    #[must_use]
    pub fn redundant(&self) -> &[usize] {
        &self.redundant
    }

    /// Returns the spans that [`without_redundant`](Self::without_redundant) leaves out, as byte ranges of the text in
    /// ascending order.
    ///
    /// Each holds a redundant paragraph and the separator before it, or after it at the start of the text. Spans that
    /// touch are joined into one.
    ///
    /// ```
    /// let report = dittograph::scan("Read more\nThe mill burnt down.\nRead more!\nREAD MORE\n");
    /// assert_eq!(report.redundant_spans().collect::<Vec<_>>(), [30..51]);
    /// assert_eq!(&report.text()[30..51], "\nRead more!\nREAD MORE");
    /// ```
    pub fn redundant_spans(&self) -> impl Iterator<Item = Range<usize>> {
        let spans = self.spans();
        spans_lost(self.text.len(), &spans, &self.redundant).collect::<Vec<_>>().into_iter()
    }

    /// Returns the article without its redundant paragraphs; borrowed, byte for byte, if there are none.
    #[must_use]
    pub fn without_redundant(&self) -> Cow<'t, str> {
        self.without(self.redundant.iter().copied())
    }

    /// Returns the article without some of its paragraphs, each with the separator before it; "" if all of them go. The
    /// paragraphs may come in any order, and more than once. It is borrowed, byte for byte, if there are none.
    ///
    /// ```
    /// let report = dittograph::scan("Zero.\nOne.\nTwo.\nThree.");
    /// assert_eq!(report.without([3, 1, 1]), "Zero.\nTwo.");
    /// ```
    ///
    /// # Panics
    ///
    /// If one of the paragraphs is not there.
    #[must_use]
    #[track_caller]
    pub fn without(&self, paragraphs: impl IntoIterator<Item = usize>) -> Cow<'t, str> {
        let mut lost: Vec<usize> = paragraphs.into_iter().collect();
        lost.sort_unstable();
        lost.dedup();
        let count = self.paragraphs.len();
        if let Some(unknown) = lost.last().filter(|&&last| last >= count) {
            panic!("the article has {count} paragraphs; there is no paragraph {unknown}");
        }
        without(self.text, &self.spans(), &lost)
    }

    fn spans(&self) -> Vec<Range<usize>> {
        self.paragraphs.iter().map(Paragraph::span).collect()
    }

    /// Counts how much of the article repeats what stands before it: paragraphs and characters with the same bytes, with
    /// the same words, and nearly alike. Cost: one pass over the text and a sort of the pairs.
    #[must_use]
    pub fn repetition(&self) -> Repetition {
        Repetition::count(&self.paragraphs, &self.pairs)
    }

    /// Returns counts of what was read and found. Cost: one pass over paragraphs and pairs.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            paragraphs: self.paragraphs.len(),
            without_words: self.words.iter().filter(|&&words| words == 0).count(),
            words: self.words.iter().sum(),
            pairs: self.pairs.len(),
            exact_pairs: self.pairs.iter().filter(|pair| pair.similarity.is_exact()).count(),
            clusters: self.clusters.len(),
            redundant: self.redundant.len(),
            redundant_words: self.redundant.iter().map(|&paragraph| self.words[paragraph]).sum(),
            siblings: self.siblings,
            runs: self.runs.len(),
            matches_left_out: self.matches_left_out,
        }
    }
}

/// Counts of what was read and found in one article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Statistics {
    /// All paragraphs.
    pub paragraphs: usize,
    /// Paragraphs without a word, which are similar to nothing.
    pub without_words: usize,
    /// Words (UAX #29) of all paragraphs.
    pub words: usize,
    /// Verified pairs.
    pub pairs: usize,
    /// Verified pairs that are exact copies.
    pub exact_pairs: usize,
    /// Clusters.
    pub clusters: usize,
    /// Redundant paragraphs.
    pub redundant: usize,
    /// Words of the redundant paragraphs.
    pub redundant_words: usize,
    /// Paragraphs that are kept, though alike enough to an earlier one that is kept, as the two are
    /// [siblings](crate::Config::siblings).
    pub siblings: usize,
    /// Runs.
    pub runs: usize,
    /// Pairs that were left out in looking for runs: copies of paragraphs that stand more than 16 times, and matches of a
    /// later paragraph that had 16 already. Pairs and clusters are complete all the same.
    pub matches_left_out: usize,
}

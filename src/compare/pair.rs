//! Verified pairs, in one article and among many documents.

use std::fmt;

use crate::compare::similarity::Similarity;
use crate::hash;
use crate::option_names::string_enum;

/// Why a pair counts. Either way its two paragraphs were compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// Its similarity is at the threshold.
    Threshold,
    /// Its similarity is below the threshold, but its neighbours and the order of its words speak for it.
    ///
    /// Two documents are compared if they have passages in common, and neither has much more in common with another version
    /// of itself: the later one with an earlier document, or the earlier one with one behind the later. Two of their paragraphs are a pair if the next
    /// paragraph that has words, or one of the two after it, is one passage in both documents or such a pair itself, and
    /// so is one before them. Then 7/10 of their words must stand in the same order, by the longest common subsequence, and
    /// words that both have must hold 2/3 of the letters. It must be 8/10 if only one side has such a neighbour, and
    /// 1/10 more if less than 4/5 of the shorter document stands in the other. No pair counts that has less in order than
    /// the threshold asks of the shingles, nor [siblings](crate::Config::siblings).
    ///
    /// Of known revisions (ratio of characters 0.8 or more) in real documentation one passage is made of 94 % in Arabic, 99 % in
    /// Thai, 95 % in Chinese and 94 % in English; by the threshold alone of 69, 86, 74 and 68 %.
    Run,
    /// Its words stand in many articles of one site: see [`Corpus::remove_boilerplate`](crate::Corpus::remove_boilerplate).
    Boilerplate,
}

string_enum!("evidence", Evidence { Threshold => "threshold", Run => "run", Boilerplate => "boilerplate" });

/// Two paragraphs of an article that repeat each other: a verified pair.
///
/// The two were compared exactly, shingle by shingle, and `similarity` is the result.
///
/// The fields are indices into [`Report::paragraphs`](crate::Report::paragraphs), and `earlier < later`. The pair of a
/// corpus or an index is a type of its own, [`ParagraphPair`]: its paragraphs belong to documents and are named by
/// [`ParagraphId`]s, which index nothing.
///
/// ```
/// let report = dittograph::scan("The mill burnt down in the night.\nNobody was hurt.\nThe mill burnt down in the night!");
/// let pair = report.pairs()[0];
/// assert_eq!(report.paragraphs()[pair.earlier].as_str(), "The mill burnt down in the night.");
/// assert_eq!((pair.later, pair.similarity.jaccard()), (2, 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DuplicatePair {
    /// The index of the paragraph that stands first.
    pub earlier: usize,
    /// The index of the paragraph that repeats it.
    pub later: usize,
    /// How alike they are.
    pub similarity: Similarity,
    /// Why they count.
    pub evidence: Evidence,
}

/// Names a paragraph among many documents: which document, and which of its paragraphs.
///
/// A [`Corpus`](crate::Corpus) counts both from 0. In an [`Index`](crate::Index) they are as you number them. Ids are
/// ordered by document, then by paragraph.
///
/// ```
/// use dittograph::ParagraphId;
///
/// let id = ParagraphId { document: 4711, paragraph: 3 };
/// assert_eq!(id.to_string(), "4711:3");
/// assert!(id < ParagraphId { document: 4711, paragraph: 4 } && id < ParagraphId { document: 4712, paragraph: 0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParagraphId {
    /// The number of the document.
    pub document: u64,
    /// The number of the paragraph within it.
    pub paragraph: u32,
}

impl ParagraphId {
    /// Creates the id of a paragraph in a document that is known by a name, such as its address.
    ///
    /// The document's number is the XXH3-64 of the name (seed `document`), the same on every machine. Among n names
    /// some two share a number with a probability of about n² / 2⁶⁵: 3 % for 10⁹ names. An index takes these for one document.
    ///
    /// ```
    /// let id = dittograph::ParagraphId::named("https://news.example/4711", 3);
    /// assert_eq!(id.document, 3_251_987_546_131_895_488);
    /// ```
    #[must_use]
    pub fn named(document: &str, paragraph: u32) -> Self {
        Self { document: hash::document(document), paragraph }
    }
}

/// Writes the document and the paragraph with a colon between the two.
impl fmt::Display for ParagraphId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.document, self.paragraph))
    }
}

/// Two paragraphs of a [`Corpus`](crate::Corpus) or an [`Index`](crate::Index) that repeat each other: a verified pair.
///
/// The two were compared exactly, shingle by shingle, and `similarity` is the result. In one article the pair is a
/// [`DuplicatePair`], whose paragraphs are indices into its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ParagraphPair {
    /// The paragraph with the lesser id.
    pub earlier: ParagraphId,
    /// The paragraph with the greater id.
    pub later: ParagraphId,
    /// How alike they are.
    pub similarity: Similarity,
    /// Why they count.
    pub evidence: Evidence,
}

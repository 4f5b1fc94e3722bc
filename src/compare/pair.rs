//! Verified pairs, and what names the paragraphs of many documents.

use crate::compare::Similarity;
use crate::hash;

/// Two paragraphs of an article that repeat each other, by their indices from 0: `earlier < later`.
///
/// Both were compared exactly, shingle by shingle; `similarity` is what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DuplicatePair {
    /// The paragraph that stands first.
    pub earlier: usize,
    /// The paragraph that repeats it.
    pub later: usize,
    /// How alike they are.
    pub similarity: Similarity,
}

/// Names a paragraph among many documents: which document, and which of its paragraphs.
///
/// A [`Corpus`](crate::Corpus) counts both from 0; in an [`Index`](crate::Index) they are as you number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParagraphId {
    /// The document.
    pub document: u64,
    /// The paragraph within it.
    pub paragraph: u32,
}

impl ParagraphId {
    /// A paragraph of a document that is known by a name, such as its address: the document's number is the XXH3-64 of the
    /// name (seed `document`), the same on every machine. Two names share a number with a probability of 2⁻⁶⁴.
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

/// Two paragraphs of a [`Corpus`](crate::Corpus) or an [`Index`](crate::Index) that repeat each other.
///
/// Both were compared exactly, shingle by shingle; `similarity` is what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ParagraphPair {
    /// The paragraph with the lesser id.
    pub earlier: ParagraphId,
    /// The paragraph with the greater id.
    pub later: ParagraphId,
    /// How alike they are.
    pub similarity: Similarity,
}

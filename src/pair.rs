//! Verified pairs, and the exact copies that need no comparison.

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

/// Which paragraphs are exact copies: for each the first of its group, itself if it has no earlier copy.
pub(crate) struct Copies {
    first: Vec<usize>,
}

impl Copies {
    /// Group `count` paragraphs. `hash` is none for those that are equal to nothing; `equal` decides between two
    /// of the same hash.
    pub(crate) fn find(
        count: usize,
        hash: impl Fn(usize) -> Option<u128>,
        mut equal: impl FnMut(usize, usize) -> bool,
    ) -> Self {
        let mut seen = ahash::AHashMap::new();
        let first_of = |n| {
            let Some(hash) = hash(n) else { return n };
            // A hash collision of different words leaves the later paragraph a group of its own.
            let first = *seen.entry(hash).or_insert(n);
            if first == n || equal(first, n) { first } else { n }
        };
        Self { first: (0..count).map(first_of).collect() }
    }

    /// The groups of paragraphs whose firsts are known.
    pub(crate) fn with_firsts(first: Vec<usize>) -> Self {
        Self { first }
    }

    /// The first of the group that a paragraph is in.
    pub(crate) fn first(&self, paragraph: usize) -> usize {
        self.first[paragraph]
    }

    pub(crate) fn is_first(&self, paragraph: usize) -> bool {
        self.first[paragraph] == paragraph
    }

    /// The groups of two or more, each in its order.
    pub(crate) fn groups(&self) -> Vec<Vec<usize>> {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for later in (0..self.len()).filter(|&n| !self.is_first(n)) {
            let group = &mut members[self.first(later)];
            if group.is_empty() {
                group.push(self.first(later));
            }
            group.push(later);
        }
        members.retain(|group| !group.is_empty());
        members
    }

    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }
}

//! What an index answers, in memory and on disk alike.

use std::cmp::{Ordering, Reverse};

use ahash::AHashMap;

use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::compare::{Overlap, Similarity};
use crate::shingle::ShingleSet;
use crate::text::paragraph::Paragraph;

/// A paragraph of an index that resembles the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Match {
    /// The id of the paragraph.
    pub id: ParagraphId,
    /// How alike the two are, compared exactly.
    pub similarity: Similarity,
}

impl Match {
    /// Compares by similarity, the most alike first; of equals the least id is first.
    pub(super) fn cmp_best(&self, other: &Self) -> Ordering {
        self.similarity.cmp_more_alike(&other.similarity).then(self.id.cmp(&other.id))
    }
}

/// A paragraph of an article that was asked for, with the paragraphs of an index that resemble it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParagraphMatches<'t> {
    /// The paragraph: its text, and its span in the article.
    pub paragraph: Paragraph<'t>,
    /// How many words (UAX #29) it has.
    pub words: usize,
    /// The paragraphs that resemble it, the most alike first, of equals the least id.
    pub matches: Vec<Match>,
}

impl ParagraphMatches<'_> {
    /// Returns how much of an article, given as the answers to all of its paragraphs, stands in a document of the index: in
    /// that in which most of its words do, of equals in the least. `None` if none of its paragraphs was found.
    ///
    /// ```
    /// use dittograph::{Detector, Index, ParagraphId, ParagraphMatches};
    ///
    /// let mut index = Index::new(Detector::default());
    /// index.insert(ParagraphId { document: 7, paragraph: 0 }, "The mill burnt down at night.");
    /// let answers = index.query_document("From our desk\nThe mill burnt down at night!");
    /// let overlap = ParagraphMatches::overlap(&answers).unwrap();
    /// assert_eq!((overlap.other, overlap.words, overlap.shared), (7, 9, 6));
    /// ```
    #[must_use]
    pub fn overlap(answers: &[Self]) -> Option<Overlap> {
        let mut shared: AHashMap<u64, usize> = AHashMap::new();
        for answer in answers {
            let mut documents: Vec<u64> = answer.matches.iter().map(|found| found.id.document).collect();
            documents.sort_unstable();
            documents.dedup();
            for document in documents {
                *shared.entry(document).or_default() += answer.words;
            }
        }
        let words = answers.iter().map(|answer| answer.words).sum();
        let best = shared.into_iter().max_by_key(|&(document, shared)| (shared, Reverse(document)));
        best.map(|(other, shared)| Overlap { other, words, shared })
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
    /// Copy groups: paragraphs that differ in their words. Exact copies count once.
    pub distinct: usize,
    /// Shingles held, of distinct paragraphs.
    pub shingles: usize,
    /// Entries of buckets: one for each distinct paragraph and bucket that it is in.
    pub entries: usize,
    /// Entries of the largest bucket. A bucket has no limit: nothing is left out of an answer.
    pub largest_bucket: usize,
}

/// Returns how alike a paragraph and a copy group are, if they reach the threshold.
pub(super) fn compare(
    detector: &Detector,
    (hash, set): (Option<u128>, &ShingleSet),
    (group_hash, group_set): (u128, &ShingleSet),
) -> Option<Similarity> {
    // Equal sets and an equal 128-bit hash of the words: the words themselves are not held.
    if hash == Some(group_hash) && set == group_set {
        return Some(Similarity::exact_copy(set.len()));
    }
    detector.comparator().compare(set, group_set)
}

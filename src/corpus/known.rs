//! What saved indexes know of a corpus: paragraphs that count as standing before it.
//!
//! An index holds the hashes of words and the shingles of its paragraphs, and no text. So a paragraph of the corpus is compared
//! with one of an index as the index compares, and the evidence of runs, which needs words in their order, goes no further
//! than the corpus.

use ahash::AHashMap;
use rayon::prelude::*;

use crate::article::detector::Detector;
use crate::compare::Similarity;
use crate::compare::pair::ParagraphId;
use crate::corpus::bodies::Bodies;
use crate::corpus::contents::Contents;
use crate::corpus::siblings::SiblingTest;
use crate::error::Error;
use crate::groups::number;
use crate::index::Match;
use crate::index::saved::SavedIndex;

/// The paragraphs of indexes that copy groups of a corpus repeat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// By copy group; empty without indexes.
    matches: Vec<Option<KnownMatch>>,
    /// The documents that these are of, each with the number of its index, ascending.
    documents: Vec<(usize, u64)>,
}

/// A paragraph of an index that a copy group repeats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownMatch {
    /// Which of the indexes.
    index: usize,
    id: ParagraphId,
    pub(crate) similarity: Similarity,
}

impl Known {
    /// Looks all copy groups up that are not short. Of several paragraphs the one that is most alike counts, of equals that of
    /// the first index, and in it the one with the least id.
    pub(crate) fn find(
        contents: &Contents<'_>,
        bodies: &Bodies,
        indexes: &[SavedIndex],
    ) -> Result<Self, Error> {
        let siblings = SiblingTest::new(contents, bodies);
        let comparator = contents.detector.comparator();
        let by_words: AHashMap<u64, u32> =
            (0..).zip(&contents.copy_groups).map(|(group, copies)| (copies.hash, group)).collect();
        let find = |group: u32| {
            let first = contents.copy_groups[group as usize].first;
            if (contents.paragraphs[first as usize].words as usize) < contents.min_words {
                return Ok(None);
            }
            let text = contents.paragraph_text(first);
            let is_sibling = |words: u128| {
                #[allow(clippy::cast_possible_truncation)] // half of a hash is what the corpus has
                let known = by_words.get(&(words as u64));
                known.is_some_and(|&other| other != group && siblings.are_siblings(group, other))
            };
            let mut best: Option<KnownMatch> = None;
            for (number, index) in indexes.iter().enumerate() {
                let signed = index.signer().sign(&text);
                let groups = index.groups_like(&signed)?;
                let goes_for = |&(words, found): &(u128, Match)| {
                    comparator.holds_whole(|| signed.set.len(), &found.similarity) || !is_sibling(words)
                };
                let Some((_, found)) = groups.into_iter().find(goes_for) else { continue };
                if best.is_none_or(|best| found.similarity.cmp_more_alike(&best.similarity).is_lt()) {
                    best = Some(KnownMatch { index: number, id: found.id, similarity: found.similarity });
                }
            }
            Ok(best)
        };
        let matches: Vec<Option<KnownMatch>> = (0..number(contents.copy_groups.len()))
            .into_par_iter()
            .map(find)
            .collect::<Result<_, Error>>()?;
        let mut documents: Vec<(usize, u64)> =
            matches.iter().flatten().map(|known| (known.index, known.id.document)).collect();
        documents.par_sort_unstable();
        documents.dedup();
        Ok(Self { matches, documents })
    }

    /// Returns what a copy group repeats.
    pub(crate) fn of(&self, group: u32) -> Option<&KnownMatch> {
        self.matches.get(group as usize)?.as_ref()
    }

    /// Returns the index and the document that stand for a number behind those of the corpus, counted from 0.
    pub(crate) fn document(&self, place: u64) -> Option<(usize, u64)> {
        self.documents.get(usize::try_from(place).ok()?).copied()
    }

    /// Returns the paragraph under the number of its document behind those of the corpus, of which there are `count`.
    pub(crate) fn id(&self, known: &KnownMatch, count: usize) -> ParagraphId {
        let place = self.documents.partition_point(|&document| document < (known.index, known.id.document));
        ParagraphId { document: (count + place) as u64, paragraph: known.id.paragraph }
    }
}

/// Checks that a detector and an index tell the same paragraphs alike.
pub(crate) fn check_options(own: &Detector, index: &SavedIndex) -> Result<(), Error> {
    let described = |detector: &Detector| {
        let comparator = detector.comparator();
        let (measure, threshold) = (comparator.measure, comparator.threshold.value());
        format!(
            "{measure} {threshold}, shingles {}, fingerprint {:016x}",
            detector.shingles(),
            detector.fingerprint()
        )
    };
    let other = index.detector();
    if own.fingerprint() == other.fingerprint() && own.comparator() == other.comparator() {
        return Ok(());
    }
    Err(Error::config("index", format!("one with {}", described(own)), described(other)))
}

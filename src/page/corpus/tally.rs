//! The figures: how much was removed, by what evidence, and how alike it is to what is kept.

use crate::compare::pair::Evidence;
use crate::compare::{Measure, Similarity};
use crate::corpus::{CorpusStatistics, Found, Redundant, Removal};

/// How many bars the histogram has between 0 and 1.
pub(super) const BARS: usize = 50;

/// Why a paragraph was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Exact,
    Threshold,
    Run,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Exact, Self::Threshold, Self::Run];

    pub(super) fn of(removal: &Removal) -> Self {
        match removal.evidence {
            _ if removal.similarity.is_exact() => Self::Exact,
            Evidence::Threshold | Evidence::Boilerplate => Self::Threshold,
            Evidence::Run => Self::Run,
        }
    }
}

pub(super) struct Tally {
    pub(super) statistics: CorpusStatistics,
    /// How many were removed of each kind.
    removed: [usize; Kind::ALL.len()],
    pub(super) words_removed: usize,
    /// How many of the removed repeat a paragraph of their own document.
    pub(super) in_one_document: usize,
    pub(super) documents_changed: usize,
    pub(super) documents_emptied: usize,
    pub(super) siblings: usize,
    pub(super) spared: usize,
    /// What the similarities below are: the measure of the threshold, or the Jaccard where all are held whole.
    pub(super) measure: Measure,
    /// How many near copies have a similarity in each bar, by the threshold and by the run.
    pub(super) bars: [[usize; 2]; BARS],
    /// How many near copies at the threshold the banding missed, as estimated.
    pub(super) missed: f64,
}

impl Tally {
    pub(super) fn new(found: &Found<'_>, redundant: &Redundant) -> Self {
        let contents = &found.contents;
        let measure = if found.is_lossless() { Measure::Jaccard } else { contents.detector.measure() };
        let mut tally = Self {
            statistics: contents.statistics(),
            removed: [0; Kind::ALL.len()],
            words_removed: 0,
            in_one_document: 0,
            documents_changed: 0,
            documents_emptied: 0,
            siblings: redundant.siblings,
            spared: redundant.spared.len(),
            measure,
            bars: [[0; 2]; BARS],
            missed: 0.0,
        };
        for removals in redundant.removals.chunk_by(|a, b| a.removed.document == b.removed.document) {
            let document = contents.place(removals[0].removed.document);
            let paragraphs = document.map_or(&[][..], |document| contents.paragraphs_of(document));
            tally.documents_changed += 1;
            tally.documents_emptied += usize::from(removals.len() == paragraphs.len());
            for removal in removals {
                tally.words_removed += paragraphs[removal.removed.paragraph as usize].words as usize;
                tally.add(removal);
            }
        }
        if let Some(banding) = contents.banding {
            let near = redundant.removals.iter().filter(|removal| Kind::of(removal) == Kind::Threshold);
            // For a pair that is found with a recall of r, 1/r − 1 others as alike are missed.
            tally.missed =
                near.map(|removal| 1.0 / banding.recall_at(removal.similarity.jaccard()) - 1.0).sum();
        }
        tally
    }

    fn add(&mut self, removal: &Removal) {
        let kind = Kind::of(removal);
        self.removed[kind as usize] += 1;
        self.in_one_document += usize::from(removal.kept.document == removal.removed.document);
        if kind != Kind::Exact {
            self.bars[bar(&removal.similarity, self.measure)][usize::from(kind == Kind::Run)] += 1;
        }
    }

    pub(super) fn removed(&self, kind: Kind) -> usize {
        self.removed[kind as usize]
    }

    pub(super) fn all_removed(&self) -> usize {
        self.removed.iter().sum()
    }

    pub(super) fn near(&self) -> usize {
        self.removed(Kind::Threshold) + self.removed(Kind::Run)
    }

    /// Returns true if anything was removed, or could have been.
    pub(super) fn has_kinds(&self) -> bool {
        self.all_removed() + self.siblings + self.spared > 0
    }
}

/// Returns the bar that a similarity is in, decided in integers; 1 is in the last.
fn bar(similarity: &Similarity, measure: Measure) -> usize {
    let whole = match measure {
        Measure::Jaccard => similarity.union(),
        Measure::Containment => similarity.least(),
    };
    (BARS * similarity.common() / whole.max(1)).min(BARS - 1)
}

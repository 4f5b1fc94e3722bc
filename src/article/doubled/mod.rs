//! The doubled body: an article that stands there twice, with what was edited, put in, dropped, split or merged.
//!
//! 1. Pairs that are alike in more than boilerplate are points (i, j) of a plane ([`points`]). A body that is doubled
//!    has a border between its two sides that many of them cross: i stands before it, j behind. The border that most
//!    words cross is taken ([`border`]).
//! 2. Of the points that cross it the chain in order that has most in common is taken ([`chain`]). Between its points,
//!    and a little beyond its ends, paragraphs are aligned by the words that they have in order ([`align`]).
//! 3. Paragraphs that were merged and split elsewhere are aligned as blocks ([`block`]).
//! 4. What is aligned decides whether the body is doubled ([`judge`]).

mod align;
mod block;
mod border;
mod chain;
mod judge;
mod points;
pub(crate) mod sample;

use ahash::AHashSet;

use crate::article::copies::Copies;
use crate::article::detector::Detector;
use crate::article::run::{MAX_STEP, Run};
use crate::compare::lcs::{Lcs, WordSequence};
use crate::compare::pair::{DuplicatePair, Evidence};
use crate::compare::{Similarity, Threshold};
use crate::shingle::ShingleSet;
use crate::text::paragraph::Paragraph;

pub(super) use align::Aligned;
use align::{Aligner, Kind};
pub(super) use points::{POINT, points};

/// A pair inside a doubled body counts if so much of its words is in order.
const COUNTS: Threshold = Threshold::fraction(7, 10);

/// No further border is tried where so much of the article is in order on both sides: of 100,000 paragraphs, half of them
/// edited copies, all borders take three times as long as the first.
const CERTAIN: Threshold = Threshold::fraction(8, 10);

/// An article in which a doubled body may be.
pub(super) struct Article<'a> {
    pub(super) detector: &'a Detector,
    pub(super) paragraphs: &'a [Paragraph<'a>],
    /// How many words each paragraph has.
    pub(super) words: &'a [usize],
    pub(super) copies: &'a Copies,
}

impl Article<'_> {
    /// Reads the words of a paragraph in their order.
    fn sequence(&self, paragraph: usize) -> WordSequence {
        self.detector.sequence(self.paragraphs[paragraph].as_str())
    }

    /// Returns how many words all paragraphs have.
    fn total(&self) -> usize {
        self.words.iter().sum()
    }
}

/// Two paragraphs, the earlier first, and about how many words they have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    pub(super) earlier: usize,
    pub(super) later: usize,
    pub(super) common: usize,
}

/// A body that stands there twice.
#[derive(Clone, Debug)]
pub(crate) struct Doubled {
    pub(crate) body: Run,
    /// Paragraphs aligned one for one, and with blocks in place of some of them.
    single: Vec<Aligned>,
    aligned: Vec<Aligned>,
}

/// Two paragraphs of a doubled body of which each stands for the other.
pub(crate) struct Mates {
    pub(crate) earlier: usize,
    pub(crate) later: usize,
    pub(crate) lcs: Lcs,
    /// Whether enough of both is in order for a pair.
    pub(crate) is_pair: bool,
}

/// Returns the doubled body of an article, if it has one. `points` are sorted.
pub(super) fn find(article: &Article<'_>, points: &[Point]) -> Option<Doubled> {
    let mut aligner = Aligner::new(article);
    let mut best: Option<(judge::Likelihood, Vec<Aligned>)> = None;
    for border in border::borders(article, points) {
        let aligned = aligner.align(&chain::best(points, border, article.words.len()), border);
        let Some(likelihood) = judge::likelihood(article, &aligned) else { continue };
        if best.as_ref().is_none_or(|(most, _)| likelihood > *most) {
            best = Some((likelihood, aligned));
        }
        if likelihood.0 >= CERTAIN.share(article.total()).cast_signed() {
            break;
        }
    }
    let (_, single) = best?;
    let aligned = aligner.align_blocks(&single);
    let body = judge::judge(article, &aligned, points)?;
    Some(Doubled { body, single, aligned })
}

impl Doubled {
    /// Returns what is aligned one for one.
    pub(crate) fn mates(&self, threshold: Threshold) -> impl Iterator<Item = Mates> {
        self.single.iter().map(move |two| Mates {
            earlier: two.earlier,
            later: two.later,
            lcs: two.lcs,
            is_pair: two.is_whole_pair() && two.is_pair(threshold),
        })
    }

    /// Returns the pairs of firsts inside the body that count, beside those known (by earlier, then later).
    pub(super) fn pairs(
        &self,
        threshold: Threshold,
        known: &[DuplicatePair],
        copies: &Copies,
        sets: &[ShingleSet],
    ) -> Vec<DuplicatePair> {
        let mut pairs: Vec<DuplicatePair> = Vec::new();
        for two in self.single.iter().filter(|two| two.is_pair(threshold)) {
            let (earlier, later) = two.firsts(copies);
            let is_known =
                known.binary_search_by_key(&(earlier, later), |pair| (pair.earlier, pair.later)).is_ok();
            if earlier != later && !is_known {
                let similarity = Similarity::of(&sets[earlier], &sets[later]);
                pairs.push(DuplicatePair { earlier, later, similarity, evidence: Evidence::Run });
            }
        }
        pairs.sort_unstable_by_key(|pair| (pair.earlier, pair.later));
        pairs.dedup_by_key(|pair| (pair.earlier, pair.later));
        pairs
    }

    /// Returns the pairs of firsts of which each stands for the other, the earlier first.
    pub(super) fn mate_pairs(&self, copies: &Copies) -> AHashSet<(usize, usize)> {
        self.single.iter().map(|two| two.firsts(copies)).collect()
    }

    /// Returns the pairs of firsts of which the later may go for the earlier: it is a part of it, or has enough of it in
    /// order. What the later alone has would be lost else.
    pub(super) fn redundant_pairs(&self, copies: &Copies) -> AHashSet<(usize, usize)> {
        // The two are in another order than their firsts where one of them is an exact copy of a paragraph far before.
        let is_in_order = |two: &Aligned| copies.first(two.earlier) < copies.first(two.later);
        let goes = |two: &&Aligned| two.is_whole_pair() || two.kind == Kind::LaterPart && is_in_order(two);
        self.single.iter().filter(goes).map(|two| two.firsts(copies)).collect()
    }

    /// Adds what is aligned outside all runs, as runs of their own; up to two paragraphs may be passed over.
    pub(super) fn add_runs(&self, runs: &mut Vec<Run>, words: &[usize]) {
        let mut is_in_run = vec![false; words.len()];
        for run in runs.iter() {
            is_in_run[run.later.clone()].fill(true);
        }
        let mut starts: Vec<usize> = runs.iter().map(|run| run.later.start).collect();
        starts.sort_unstable();
        let run_starts_in = |from: usize, to: usize| {
            starts.get(starts.partition_point(|&start| start < from)).is_some_and(|&start| start < to)
        };
        let mut added: Vec<Run> = Vec::new();
        for two in self.aligned.iter().filter(|two| !is_in_run[two.later]) {
            let worded = |from: usize, to: usize| (from..to).filter(|&n| words[n] > 0).take(MAX_STEP).count();
            let fits = |last: &&mut Run| {
                worded(last.earlier.end, two.earlier) < MAX_STEP
                    && worded(last.later.end, two.later) < MAX_STEP
                    && !run_starts_in(last.later.end, two.later)
            };
            if let Some(last) = added.last_mut().filter(fits) {
                (last.earlier.end, last.later.end) = (last.earlier.end.max(two.earlier + 1), two.later + 1);
            } else {
                added.push(Run { earlier: two.earlier..two.earlier + 1, later: two.later..two.later + 1 });
            }
        }
        runs.extend(added);
        runs.sort_unstable_by_key(|run| (run.earlier.start, run.later.start));
    }
}

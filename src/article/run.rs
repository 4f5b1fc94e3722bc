//! Runs: consecutive paragraphs that come again in the same order.
//!
//! Two paragraphs that repeat each other are a point (i, j) of a plane; a passage that repeats is a line of such
//! points, with small steps where a paragraph was inserted, dropped, split or merged. Finding runs is colinear
//! chaining, as aligners of genomes do it:
//!
//! 1. *Seeds* are pairs that are alike in more than boilerplate.
//! 2. From each seed the neighbours are compared at a lower threshold, and from those that match theirs.
//! 3. Chains of matches are scored by the shingles in common, less a penalty for each paragraph passed over.
//! 4. The best chain is a run, then the best of what is left, and so on.
//!
//! Measured on articles of 6 to 14 paragraphs with their body doubled and 10 % of the words edited: see
//! `README.md`.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use ahash::{AHashMap, AHashSet};
use rayon::prelude::*;

use crate::article::copies::Copies;
use crate::compare::{Comparator, Measure, Threshold, common_of};
use crate::shingle::ShingleSet;

/// Consecutive paragraphs that come again in the same order, as half-open ranges of paragraph indices.
///
/// `earlier` ends where `later` begins or before. Inside, up to two paragraphs in a row may have no counterpart;
/// the two sides may differ in length, as paragraphs may be split, merged or inserted; paragraphs without words do
/// not count. No paragraph is in the `later` side of two runs. A passage of which every paragraph stands more than
/// 16 times, alike or nearly, is boilerplate and no run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Run {
    /// The paragraphs that stand first.
    pub earlier: Range<usize>,
    /// The paragraphs that repeat them.
    pub later: Range<usize>,
}

/// A pair from which a run can start has this Jaccard or more.
pub(crate) const SEED: Comparator =
    Comparator { measure: Measure::Jaccard, threshold: Threshold::fraction(1, 2) };

/// Inside a run a pair matches at this Jaccard or …
const IN_RUN: Comparator = Comparator { measure: Measure::Jaccard, threshold: Threshold::fraction(3, 10) };

/// … at this containment: half a paragraph that was split is contained in the whole.
const IN_RUN_PART: Comparator =
    Comparator { measure: Measure::Containment, threshold: Threshold::fraction(6, 10) };

/// What stands in more paragraphs than this is boilerplate, and starts no run.
pub(crate) const MAX_COPIES: u16 = 16;

/// A paragraph of fewer words is short: it starts no run if it stands more than twice, and a run has at least so
/// many words on either side.
const SHORT: usize = 12;

/// Up to two paragraphs in a row may be passed over on either side.
pub(crate) const MAX_STEP: usize = 3;

/// What a paragraph passed over costs, in common shingles.
const GAP_COST: isize = 2;

/// How many earlier paragraphs one later paragraph is matched with at most. It keeps the work linear where an article
/// is all tables or refrains; a paragraph of prose has one or two.
const MAX_MATCHES: u32 = 16;

/// How many matches are looked around at a time, on all cores; each has 22 neighbours.
const FRONTIER: usize = 1 << 14;

/// The paragraphs of an article, or of many with [`MAX_STEP`] empty ones between each two, as runs see them.
pub(crate) struct Paragraphs<'a> {
    /// Words of each paragraph.
    pub(crate) words: &'a [usize],
    pub(crate) copies: &'a Copies,
    pub(crate) shingles: &'a dyn ShingleSource,
}

/// The shingles of [`Paragraphs`], each numbered by its place among them. They are asked for only of the first of each
/// group of exact copies.
pub(crate) trait ShingleSource: Sync {
    /// Returns the shingles of a paragraph.
    fn set(&self, first: usize) -> Cow<'_, ShingleSet>;

    /// Returns how many shingles a paragraph has.
    fn count(&self, first: usize) -> usize;

    /// Returns true if two paragraphs, whether firsts or not, are worth a comparison.
    fn is_comparable(&self, earlier: usize, later: usize) -> bool;
}

/// Two paragraphs, firsts of their groups, that are alike enough for a run to start there.
pub(crate) type Near = (usize, usize);

/// Returns the runs of an article by `earlier`, then `later`, and how many pairs [`MAX_COPIES`] and [`MAX_MATCHES`] left
/// out. `near` are the pairs of firsts at which a run may start.
pub(crate) fn runs(paragraphs: &Paragraphs<'_>, near: &[Near]) -> (Vec<Run>, usize) {
    let (seeds, seeds_left_out) = seeds(paragraphs.copies, near);
    let (matches, matches_left_out) = matches(paragraphs, seeds);
    let mut runs = chains(&matches, paragraphs);
    runs.sort_unstable_by_key(|run| (run.earlier.start, run.later.start));
    (runs, seeds_left_out + matches_left_out)
}

fn sum(words: &[usize], range: &Range<usize>) -> usize {
    words[range.clone()].iter().sum()
}

/// The pairs of paragraphs at which runs may start, in order.
///
/// A pair stands for two groups of exact copies; it becomes the pairs of members that follow one another in the
/// text, and of the two firsts.
fn seeds(copies: &Copies, near: &[Near]) -> (Vec<(usize, usize)>, usize) {
    let groups = copies.groups();
    let members: AHashMap<usize, &Vec<usize>> = groups.iter().map(|group| (group[0], group)).collect();
    let (mut seeds, mut left_out) = (Vec::new(), 0);
    let is_rare = |members: usize| members <= usize::from(MAX_COPIES);
    for group in &groups {
        if is_rare(group.len()) {
            seeds.extend(group.iter().skip(1).map(|&later| (group[0], later)));
            seeds.extend(group.windows(2).map(|two| (two[0], two[1])));
        } else {
            left_out += group.len() - 1;
        }
    }
    for &(a, b) in near {
        let of = |first: usize| members.get(&first).map_or(vec![first], |group| (*group).clone());
        let mut all = [of(a), of(b)].concat();
        if is_rare(all.len()) {
            all.sort_unstable();
            seeds.push((a.min(b), a.max(b)));
            seeds.extend(all.windows(2).map(|two| (two[0], two[1])));
        } else {
            left_out += 1;
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    (seeds, left_out)
}

/// Two paragraphs that match inside a run.
struct Match {
    earlier: usize,
    later: usize,
    /// Shingles in common.
    gain: isize,
    /// Whether a run may start here.
    seed: bool,
    /// Whether either paragraph is [`frequent`].
    frequent: bool,
}

/// All matches that can be reached from the seeds, by `earlier`, then `later`; and how many there was no room for.
fn matches(paragraphs: &Paragraphs<'_>, mut seeds: Vec<(usize, usize)>) -> (Vec<Match>, usize) {
    let frequent = frequent(paragraphs);
    seeds.retain(|&(earlier, later)| !frequent[earlier] && !frequent[later]);
    let mut room = vec![MAX_MATCHES; frequent.len()];
    let mut known: AHashSet<(usize, usize)> = AHashSet::new();
    let (mut matches, mut left_out): (Vec<Match>, usize) = (Vec::new(), 0);
    let mut reached: Vec<(usize, usize)> = Vec::new();
    let mut take = |points: &[(usize, usize)], seed, known: &mut AHashSet<_>, reached: &mut Vec<_>| {
        // Points stand by `earlier`; its shingles may have to be made anew, and serve for all of its points.
        let by_earlier = points.par_chunk_by(|a, b| a.0 == b.0);
        let gains: Vec<Option<isize>> =
            by_earlier.flat_map_iter(|points| paragraphs.in_common(points)).collect();
        for (&(earlier, later), gain) in points.iter().zip(gains) {
            let Some(gain) = gain else { continue };
            if !known.insert((earlier, later)) {
                continue;
            }
            if room[later] == 0 {
                left_out += 1;
                continue;
            }
            room[later] -= 1;
            let frequent = frequent[earlier] || frequent[later];
            matches.push(Match { earlier, later, gain, seed, frequent });
            if !frequent {
                reached.push((earlier, later));
            }
        }
    };
    take(&seeds, true, &mut known, &mut reached);
    drop(seeds);
    while !reached.is_empty() {
        let mut next = Vec::new();
        for some in reached.chunks(FRONTIER) {
            let around = some.par_iter().flat_map_iter(|&point| neighbours(point, frequent.len()));
            let mut points: Vec<(usize, usize)> = around.filter(|point| !known.contains(point)).collect();
            points.par_sort_unstable();
            points.dedup();
            take(&points, false, &mut known, &mut next);
        }
        reached = next;
    }
    matches.sort_unstable_by_key(|m| (m.earlier, m.later));
    (matches, left_out)
}

/// The points a step before and a step after a point, `earlier` before `later` and both below `count`.
fn neighbours((earlier, later): (usize, usize), count: usize) -> impl Iterator<Item = (usize, usize)> {
    let after = steps().map(move |(i, j)| (earlier + i, later + j));
    let before =
        steps().filter(move |&(i, j)| i <= earlier && j <= later).map(move |(i, j)| (earlier - i, later - j));
    after.chain(before).filter(move |&(earlier, later)| earlier < later && later < count)
}

impl Paragraphs<'_> {
    fn shingles(&self, paragraph: usize) -> usize {
        self.shingles.count(self.copies.first(paragraph))
    }

    /// Whether two paragraphs have the same words.
    fn are_copies(&self, earlier: usize, later: usize) -> bool {
        self.copies.first(earlier) == self.copies.first(later) && self.shingles(later) > 0
    }

    /// For each of some points with one `earlier`, how many shingles the two paragraphs have in common, if they
    /// match inside a run.
    fn in_common<'p>(&'p self, points: &'p [(usize, usize)]) -> impl Iterator<Item = Option<isize>> + 'p {
        let own = OnceCell::new();
        points.iter().map(move |&(earlier, later)| {
            if !self.shingles.is_comparable(earlier, later) {
                return None;
            }
            let (a, b) = (self.shingles(earlier), self.shingles(later));
            if self.are_copies(earlier, later) {
                return Some(a.cast_signed());
            }
            let least = IN_RUN.least_common(a, b).min(IN_RUN_PART.least_common(a, b));
            let own = own.get_or_init(|| self.set(earlier));
            common_of(own, &self.set(later), least).map(usize::cast_signed)
        })
    }

    fn set(&self, paragraph: usize) -> Cow<'_, ShingleSet> {
        self.shingles.set(self.copies.first(paragraph))
    }
}

/// Which paragraphs may extend a run but never start one: short ones that stand more than twice, and any that
/// stand very often.
fn frequent(paragraphs: &Paragraphs<'_>) -> Vec<bool> {
    let copies = paragraphs.copies;
    let mut sizes = vec![0; copies.len()];
    for paragraph in 0..copies.len() {
        sizes[copies.first(paragraph)] += 1;
    }
    let is_frequent = |paragraph: usize| {
        let most = if paragraphs.words[paragraph] < SHORT { 2 } else { usize::from(MAX_COPIES) };
        sizes[copies.first(paragraph)] > most
    };
    (0..copies.len()).map(is_frequent).collect()
}

/// The steps from one match of a chain to the next, shortest first: on by one to three on both sides, or by one
/// on one side, where a paragraph was split or two were merged.
fn steps() -> impl Iterator<Item = (usize, usize)> {
    (1..=2 * MAX_STEP).flat_map(|sum| {
        let both = |&(i, j): &(usize, usize)| 1 <= i.min(j) && i.max(j) <= MAX_STEP;
        (0..=sum).map(move |i| (i, sum - i)).filter(move |step| sum == 1 || both(step))
    })
}

/// The best chain that ends at a match.
struct Chain {
    score: isize,
    before: Option<usize>,
    /// Where its later side starts; its earlier side must end before.
    later_start: usize,
}

/// The best chain that ends at each match. Matches are sorted by `earlier`, then `later`.
fn best_chains(matches: &[Match], paragraphs: &Paragraphs<'_>) -> Vec<Chain> {
    let place: AHashMap<(usize, usize), usize> =
        matches.iter().enumerate().map(|(at, m)| ((m.earlier, m.later), at)).collect();
    let mut best: Vec<Chain> = Vec::with_capacity(matches.len());
    for m in matches {
        let mut chain = Chain { score: m.gain, before: None, later_start: m.later };
        for (i, j) in steps().filter(|&(i, j)| i <= m.earlier && j <= m.later) {
            let Some(&before) = place.get(&(m.earlier - i, m.later - j)) else { continue };
            // Two parts of one paragraph have no more in common with it than it has; two copies of it have.
            let shared = if i == 0 { m.earlier } else { m.later };
            if i.min(j) == 0 && matches[before].gain + m.gain > paragraphs.shingles(shared).cast_signed() {
                continue;
            }
            let passed_over = (i.saturating_sub(1) + j.saturating_sub(1)).cast_signed();
            let score = m.gain + best[before].score - GAP_COST * passed_over;
            if score > chain.score && m.earlier < best[before].later_start {
                chain = Chain { score, before: Some(before), later_start: best[before].later_start };
            }
        }
        best.push(chain);
    }
    best
}

/// The runs that the matches make, the best first.
fn chains(matches: &[Match], paragraphs: &Paragraphs<'_>) -> Vec<Run> {
    let best = best_chains(matches, paragraphs);
    let mut ends: Vec<usize> = (0..matches.len()).collect();
    ends.sort_by_key(|&end| std::cmp::Reverse(best[end].score)); // stable: of equals the earliest first
    let mut used = vec![false; matches.len()];
    let mut taken = vec![false; paragraphs.words.len()]; // paragraphs in the later side of a run
    let mut runs = Vec::new();
    for end in ends {
        let mut chain: Vec<&Match> = Vec::new(); // from its end
        let mut next = Some(end);
        while let Some(at) = next.filter(|&at| !used[at]) {
            let upto = chain.last().unwrap_or(&&matches[at]).later;
            if taken[matches[at].later..=upto].contains(&true) {
                break;
            }
            used[at] = true;
            chain.push(&matches[at]);
            next = best[at].before;
        }
        if let Some(run) = run_of(&chain, paragraphs.words) {
            let run = extended(run, paragraphs, &taken);
            taken[run.later.clone()].fill(true);
            runs.push(run);
        }
    }
    runs
}

/// The run and the exact copies that go on in step with it at either end, however often they stand elsewhere.
fn extended(Run { mut earlier, mut later }: Run, paragraphs: &Paragraphs<'_>, taken: &[bool]) -> Run {
    let belongs = |i: usize, j: usize| {
        !taken[j] && paragraphs.are_copies(i, j) && paragraphs.shingles.is_comparable(i, j)
    };
    while earlier.start > 0 && later.start > earlier.end && belongs(earlier.start - 1, later.start - 1) {
        (earlier.start, later.start) = (earlier.start - 1, later.start - 1);
    }
    while earlier.end < later.start && later.end < taken.len() && belongs(earlier.end, later.end) {
        (earlier.end, later.end) = (earlier.end + 1, later.end + 1);
    }
    Run { earlier, later }
}

/// The run that a chain is, if it is one: with a seed, with two paragraphs on one side at least that are not
/// merely frequent, and not short as a whole.
fn run_of(chain: &[&Match], words: &[usize]) -> Option<Run> {
    let (last, first) = (chain.first()?, chain.last()?);
    let run = Run { earlier: first.earlier..last.earlier + 1, later: first.later..last.later + 1 };
    let telling = || chain.iter().filter(|m| !m.frequent);
    let (one, other) = (telling().next()?, telling().next_back()?);
    let several = one.earlier != other.earlier || one.later != other.later;
    let long = sum(words, &run.earlier).min(sum(words, &run.later)) >= SHORT;
    (several && long && chain.iter().any(|m| m.seed)).then_some(run)
}

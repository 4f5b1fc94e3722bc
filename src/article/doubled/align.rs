//! Which paragraphs of the one side stand for which of the other.

use std::ops::Range;

use ahash::AHashMap;

use crate::article::copies::Copies;
use crate::article::doubled::block::Block;
use crate::article::doubled::{Article, COUNTS, Point};
use crate::compare::Threshold;
use crate::compare::lcs::{Lcs, WordSequence};

/// Paragraphs are aligned if so much of their words is in order, or …
const ALIGNED: Threshold = Threshold::fraction(6, 10);

/// … this share of the shorter one is, if it has at least [`LEAST_PART`] words: half of a paragraph that was split, or of one
/// that was merged.
const PART: Threshold = Threshold::fraction(8, 10);
const LEAST_PART: usize = 5;

/// The parts of a paragraph hold so much of it together.
const COVERED: Threshold = Threshold::fraction(4, 10);

/// The most paragraphs between two points of the chain, on one side, that are aligned.
const MAX_GAP: usize = 32;

/// Two paragraphs that are aligned.
#[derive(Clone, Copy, Debug)]
pub(in crate::article) struct Aligned {
    pub(super) earlier: usize,
    pub(super) later: usize,
    pub(super) lcs: Lcs,
    pub(super) kind: Kind,
    /// How many words the shorter has.
    pub(super) shorter: usize,
}

/// How much of the one stands for how much of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    /// The earlier is a part of the later.
    EarlierPart,
    /// The later is a part of the earlier.
    LaterPart,
    /// Both are pieces of a block: see [`Block`].
    Pieces,
}

impl Aligned {
    /// Aligns two paragraphs of these words, if enough of them are in order.
    fn new(earlier: usize, later: usize, one: &WordSequence, other: &WordSequence) -> Option<Self> {
        let lcs = one.lcs(other);
        let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
        let shorter = short.len();
        let whole = Self { earlier, later, lcs, kind: Kind::Whole, shorter };
        if lcs.is_at(COUNTS) {
            return Some(whole);
        }
        let least = PART.share(shorter);
        if shorter >= LEAST_PART && lcs.common >= least {
            let common = short.common_in_stretch(long);
            if common >= least {
                let kind = if other.len() <= one.len() { Kind::LaterPart } else { Kind::EarlierPart };
                return Some(Self { lcs: Lcs { common, ..lcs }, kind, ..whole });
            }
        }
        lcs.is_at(ALIGNED).then_some(whole)
    }

    pub(super) fn is_part(&self) -> bool {
        matches!(self.kind, Kind::EarlierPart | Kind::LaterPart)
    }

    /// Returns true if enough of both is in order for a pair.
    pub(super) fn is_whole_pair(&self) -> bool {
        self.kind == Kind::Whole && self.lcs.is_at(COUNTS)
    }

    /// Returns true if none of the two can be a part of the other.
    fn is_balanced(&self) -> bool {
        self.is_whole_pair() && self.shorter >= PART.share(self.lcs.total - self.shorter)
    }

    /// Returns true if the two are a pair by the evidence of the body: enough of both is in order, or one is a part of the
    /// other; and never less than the threshold asks of their shingles.
    pub(super) fn is_pair(&self, threshold: Threshold) -> bool {
        let is_whole = self.is_whole_pair() && self.lcs.is_at(threshold);
        is_whole || self.is_part() && self.lcs.common >= threshold.share(self.shorter)
    }

    /// Returns how many words of both could be in order: those of the shorter, if it is a part.
    pub(super) fn possible(&self) -> usize {
        if self.is_part() { 2 * self.shorter } else { self.lcs.total }
    }

    /// Returns the firsts of the groups that the two are in, the lesser first.
    pub(super) fn firsts(&self, copies: &Copies) -> (usize, usize) {
        let (a, b) = (copies.first(self.earlier), copies.first(self.later));
        (a.min(b), a.max(b))
    }
}

/// Aligns paragraphs by their words in order. What was read and compared is kept.
pub(super) struct Aligner<'a> {
    article: &'a Article<'a>,
    /// The words of the firsts of groups of copies.
    read: AHashMap<usize, WordSequence>,
    pairs: AHashMap<(usize, usize), Option<Aligned>>,
}

impl<'a> Aligner<'a> {
    pub(super) fn new(article: &'a Article<'a>) -> Self {
        Self { article, read: AHashMap::new(), pairs: AHashMap::new() }
    }

    /// Aligns the two sides: the points of the chain, what is between them, and what is a little beyond its ends.
    pub(super) fn align(&mut self, chain: &[Point], border: usize) -> Vec<Aligned> {
        let count = self.article.words.len();
        let (mut earlier, mut later) = (0, border);
        if let Some(first) = chain.first() {
            // Before the first point the two sides have about as much.
            earlier = first.earlier.saturating_sub(2 * (first.later - border) + 2);
            later = border.max(first.later.saturating_sub(MAX_GAP));
        }
        let mut aligned = Vec::new();
        let fixed: Vec<Aligned> =
            chain.iter().filter_map(|point| self.pair(point.earlier, point.later)).collect();
        for two in fixed {
            self.gap(earlier..two.earlier, later..two.later, &mut aligned);
            aligned.push(two);
            (earlier, later) = (two.earlier + 1, two.later + 1);
        }
        let ends = (border.min(earlier + MAX_GAP), count.min(later + MAX_GAP));
        self.gap(earlier..ends.0, later..ends.1, &mut aligned);
        let parts = self.parts(&aligned, border);
        aligned.extend(parts);
        retain_covered(&mut aligned);
        aligned.sort_unstable_by_key(|two| (two.later, two.earlier));
        aligned
    }

    /// Aligns paragraphs between two points one to one, so that most words are in order.
    fn gap(&mut self, earlier: Range<usize>, later: Range<usize>, aligned: &mut Vec<Aligned>) {
        let worded =
            |range: Range<usize>| range.filter(|&n| self.article.words[n] > 0).collect::<Vec<usize>>();
        let (earlier, later) = (worded(earlier), worded(later));
        if earlier.is_empty() || later.is_empty() || earlier.len().max(later.len()) > MAX_GAP {
            return;
        }
        let mut pairs = vec![vec![None; later.len()]; earlier.len()];
        let mut best = vec![vec![0; later.len() + 1]; earlier.len() + 1];
        for i in (0..earlier.len()).rev() {
            for j in (0..later.len()).rev() {
                pairs[i][j] = self.pair(earlier[i], later[j]);
                let common = pairs[i][j].map_or(0, |two: Aligned| two.lcs.common);
                best[i][j] = best[i + 1][j].max(best[i][j + 1]).max(common + best[i + 1][j + 1]);
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < earlier.len() && j < later.len() {
            match pairs[i][j] {
                Some(two) if best[i][j] == two.lcs.common + best[i + 1][j + 1] => {
                    aligned.push(two);
                    (i, j) = (i + 1, j + 1);
                }
                _ if best[i][j] == best[i + 1][j] => i += 1,
                _ => j += 1,
            }
        }
    }

    /// Returns the paragraphs that are not aligned, but a part of what one beside them is aligned with: one half of a
    /// paragraph that was split, or one of two that were merged.
    fn parts(&mut self, aligned: &[Aligned], border: usize) -> Vec<Aligned> {
        let mut parts = Vec::new();
        for two in aligned.windows(2) {
            let (before, after) = (two[0], two[1]);
            for later in before.later + 1..after.later {
                let near = [before.earlier, after.earlier];
                parts.extend(near.into_iter().find_map(|earlier| self.part(earlier, later)));
            }
            for earlier in before.earlier + 1..after.earlier {
                let near = [before.later, after.later];
                parts.extend(near.into_iter().find_map(|later| self.part(earlier, later)));
            }
        }
        if let (Some(first), Some(last)) = (aligned.first(), aligned.last()) {
            for later in border.max(first.later.saturating_sub(MAX_GAP))..first.later {
                parts.extend(self.part(first.earlier, later));
            }
            for earlier in first.earlier.saturating_sub(MAX_GAP)..first.earlier {
                parts.extend(self.part(earlier, first.later));
            }
            for earlier in last.earlier + 1..border.min(last.earlier + 1 + MAX_GAP) {
                parts.extend(self.part(earlier, last.later));
            }
            for later in last.later + 1..self.article.words.len().min(last.later + 1 + MAX_GAP) {
                parts.extend(self.part(last.earlier, later));
            }
        }
        parts
    }

    /// Aligns what stands between pairs as blocks, many paragraphs for many, where more of their words are in order so than
    /// one for one.
    pub(super) fn align_blocks(&mut self, single: &[Aligned]) -> Vec<Aligned> {
        let mut aligned = single.to_vec();
        for (earlier, later) in gaps(single, self.article.words.len()) {
            // A paragraph between the two sides is of the one that has it first.
            let side_end = aligned.iter().map(|two| two.earlier + 1).max().unwrap_or(0);
            let side_start = aligned.iter().map(|two| two.later).min().unwrap_or(usize::MAX);
            let (earlier, later) =
                (earlier.start..earlier.end.min(side_start), later.start.max(side_end)..later.end);
            let Some(block) = self.block(earlier.clone(), later.clone()) else { continue };
            let is_in = |two: &Aligned| later.contains(&two.later) && earlier.contains(&two.earlier);
            let common: usize = aligned.iter().filter(|two| is_in(two)).map(|two| two.lcs.common).sum();
            if block.lcs.common > common {
                aligned.retain(|two| !is_in(two));
                aligned.extend(block.pieces());
            }
        }
        aligned.sort_unstable_by_key(|two| (two.later, two.earlier));
        aligned
    }

    fn block(&mut self, earlier: Range<usize>, later: Range<usize>) -> Option<Block> {
        let is_long = earlier.len().max(later.len()) > MAX_GAP;
        if is_long || earlier.is_empty() || later.is_empty() || earlier.len() + later.len() < 3 {
            return None;
        }
        let mut read = |paragraphs: Range<usize>| -> Vec<(usize, WordSequence)> {
            paragraphs.map(|n| (n, self.read(n).clone())).filter(|(_, words)| words.len() > 0).collect()
        };
        Block::new(read(earlier), read(later))
    }

    fn part(&mut self, earlier: usize, later: usize) -> Option<Aligned> {
        if earlier >= later {
            return None;
        }
        self.pair(earlier, later).filter(Aligned::is_part)
    }

    /// Returns the words of a paragraph.
    fn read(&mut self, paragraph: usize) -> &WordSequence {
        let first = self.article.copies.first(paragraph);
        self.read.entry(first).or_insert_with(|| self.article.sequence(first))
    }

    /// Aligns two paragraphs, if enough of their words are in order.
    fn pair(&mut self, earlier: usize, later: usize) -> Option<Aligned> {
        if let Some(known) = self.pairs.get(&(earlier, later)) {
            return *known;
        }
        let [one, other] = [earlier, later].map(|n| self.article.copies.first(n));
        self.read(one);
        self.read(other);
        let pair = Aligned::new(earlier, later, &self.read[&one], &self.read[&other]);
        self.pairs.insert((earlier, later), pair);
        pair
    }
}

/// Returns what stands on both sides before, between and behind the pairs that are about as long.
///
/// What stands between the two sides may be the end of the one or the beginning of the other.
fn gaps(aligned: &[Aligned], count: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let pairs: Vec<(usize, usize)> =
        aligned.iter().filter(|two| two.is_balanced()).map(|two| (two.earlier, two.later)).collect();
    let (Some(first), Some(last)) = (pairs.first(), pairs.last()) else { return Vec::new() };
    let before = |from: usize, to: usize| from.max(to.saturating_sub(MAX_GAP))..to;
    let behind = |from: usize, to: usize| from..to.min(from + MAX_GAP);
    let mut gaps = vec![(before(0, first.0), before(last.0 + 1, first.1))];
    gaps.extend(pairs.windows(2).map(|two| (two[0].0 + 1..two[1].0, two[0].1 + 1..two[1].1)));
    gaps.push((behind(last.0 + 1, first.1), behind(last.1 + 1, count)));
    gaps
}

/// Removes parts of a paragraph that is not aligned as a whole, unless its parts cover enough of it: a few words may stand
/// anywhere.
fn retain_covered(aligned: &mut Vec<Aligned>) {
    let mut covered: AHashMap<usize, usize> = AHashMap::new();
    for two in aligned.iter() {
        let longer = if two.kind == Kind::LaterPart { two.earlier } else { two.later };
        let words = if two.is_part() { two.shorter } else { usize::MAX };
        let sum = covered.entry(longer).or_default();
        *sum = sum.saturating_add(words);
    }
    for two in aligned.iter().filter(|two| !two.is_part()) {
        covered.insert(two.earlier, usize::MAX);
    }
    aligned.retain(|two| {
        let longer = if two.kind == Kind::LaterPart { two.earlier } else { two.later };
        !two.is_part() || covered[&longer] >= COVERED.share(two.lcs.total - two.shorter)
    });
}

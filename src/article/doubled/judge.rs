//! Whether what is aligned makes a doubled body.

use std::cmp::Reverse;

use ahash::{AHashMap, AHashSet};

use crate::article::doubled::{Aligned, Article, Point};
use crate::article::run::Run;

/// The minimum number of letters of a subject: a shorter word is joined with those that follow it.
const SUBJECT_LETTERS: u32 = 4;

/// Returns how many words aligned paragraphs have in order.
pub(super) fn common(aligned: &[Aligned]) -> usize {
    aligned.iter().map(|two| two.lcs.common).sum()
}

/// Words in order less words that are not held, and how many paragraphs there are from the first to the last.
pub(super) type Likelihood = (isize, Reverse<usize>);

/// Returns by how many words aligned paragraphs are likely to be a body, those in order, less what stands outside and
/// between the sides; and of equals the shortest is preferred. It is cheaper than to judge them.
pub(super) fn likelihood(article: &Article<'_>, aligned: &[Aligned]) -> Option<Likelihood> {
    let sides = Sides::new(article, aligned)?;
    let Run { earlier, later } = &sides.body;
    let not_held = sides.outside() + sum(article.words, earlier.end, later.start);
    let likelihood = 2 * common(aligned).cast_signed() - not_held.cast_signed();
    Some((likelihood, Reverse(later.end - earlier.start)))
}

/// Returns the body that the aligned paragraphs make, if it is doubled.
pub(super) fn judge(article: &Article<'_>, aligned: &[Aligned], points: &[Point]) -> Option<Run> {
    let sides = Sides::new(article, aligned)?;
    let evidence = Evidence::new(&sides, points);
    (aligned.len() > 1 && evidence.is_enough(article.total())).then_some(sides.body)
}

/// The two sides of what may be a body.
struct Sides<'a> {
    article: &'a Article<'a>,
    /// By later, then earlier paragraph.
    aligned: &'a [Aligned],
    body: Run,
    earlier: AHashSet<usize>,
    later: AHashSet<usize>,
}

/// How many words of an article speak for a doubled body, and how many against.
struct Evidence {
    /// Words of aligned paragraphs that stand on both sides in the same order.
    repeated: usize,
    /// Words before the first side and behind the second, but for exact copies of what is aligned.
    outside: usize,
    /// Words that stand on both sides in the same place, in paragraphs that are not aligned.
    replaced: usize,
    /// Words between the two sides.
    between: usize,
    /// Words that one side says more than once, and the other never.
    subject: usize,
    /// Words of aligned paragraphs that resemble a third one.
    third: usize,
}

impl Evidence {
    fn new(sides: &Sides<'_>, points: &[Point]) -> Self {
        let words = sides.words();
        let possible: usize = sides.aligned.iter().map(Aligned::possible).sum();
        let (subject, all) = sides.subject();
        Self {
            repeated: share(words, 2 * common(sides.aligned), possible),
            outside: sides.outside(),
            replaced: sides.replaced(),
            between: sum(sides.article.words, sides.body.earlier.end, sides.body.later.start),
            subject: share(words, subject, all),
            third: sides.third(points),
        }
    }

    /// Returns true if the words that speak for a body outweigh those against it by an eighth of the article.
    fn is_enough(&self, total: usize) -> bool {
        let halves = 3 * self.outside + self.replaced + self.between + self.third + 24 * self.subject;
        8 * self.repeated >= 4 * halves + total
    }
}

impl<'a> Sides<'a> {
    fn new(article: &'a Article<'a>, aligned: &'a [Aligned]) -> Option<Self> {
        let earlier: AHashSet<usize> = aligned.iter().map(|two| two.earlier).collect();
        let later: AHashSet<usize> = aligned.iter().map(|two| two.later).collect();
        let ends = |of: &AHashSet<usize>| Some(*of.iter().min()?..*of.iter().max()? + 1);
        let body = Run { earlier: ends(&earlier)?, later: ends(&later)? };
        Some(Self { article, aligned, body, earlier, later })
    }

    /// Returns how many words the aligned paragraphs have.
    fn words(&self) -> usize {
        self.earlier.iter().chain(&self.later).map(|&n| self.article.words[n]).sum()
    }

    fn outside(&self) -> usize {
        let copies = self.article.copies;
        let firsts: AHashSet<usize> = self.earlier.iter().map(|&n| copies.first(n)).collect();
        let outside = (0..self.body.earlier.start).chain(self.body.later.end..self.article.words.len());
        outside.filter(|&n| !firsts.contains(&copies.first(n))).map(|n| self.article.words[n]).sum()
    }

    /// Of two gaps in the same place the shorter was replaced; what the longer has more was put in.
    fn replaced(&self) -> usize {
        let words = self.article.words;
        let gap = |from: usize, to: usize, aligned: &AHashSet<usize>| -> usize {
            (from..to).filter(|n| !aligned.contains(n)).map(|n| words[n]).sum()
        };
        let mut replaced = 0;
        let Some(first) = self.aligned.first() else { return 0 };
        let (mut earlier, mut later) = (first.earlier, first.later);
        for two in &self.aligned[1..] {
            if two.earlier >= earlier && two.later >= later {
                let one = gap(earlier, two.earlier, &self.earlier);
                replaced += 2 * one.min(gap(later, two.later, &self.later));
                (earlier, later) = (two.earlier, two.later);
            }
        }
        replaced
    }

    /// Returns how many words of aligned paragraphs are said more than once there and never on the other side, and how
    /// many words there are.
    fn subject(&self) -> (usize, usize) {
        let read = |paragraphs: &mut dyn Iterator<Item = usize>| {
            let mut counts: AHashMap<u64, usize> = AHashMap::new();
            for n in paragraphs {
                for word in self.article.sequence(n).with_letters(SUBJECT_LETTERS) {
                    *counts.entry(word).or_default() += 1;
                }
            }
            counts
        };
        let Run { earlier, later } = &self.body;
        let aligned = [read(&mut self.earlier.iter().copied()), read(&mut self.later.iter().copied())];
        let all = [read(&mut (earlier.start..later.start)), read(&mut (earlier.end..later.end))];
        let alone = |of: &AHashMap<u64, usize>, other: &AHashMap<u64, usize>| -> usize {
            of.iter()
                .filter(|(word, count)| **count > 1 && !other.contains_key(*word))
                .map(|(_, count)| count)
                .sum()
        };
        let subject = alone(&aligned[0], &all[1]) + alone(&aligned[1], &all[0]);
        (subject, aligned.iter().flat_map(|counts| counts.values()).sum())
    }

    fn third(&self, points: &[Point]) -> usize {
        let copies = self.article.copies;
        let mates: AHashSet<(usize, usize)> =
            self.aligned.iter().map(|two| (two.earlier, two.later)).collect();
        let mut resembling: AHashSet<usize> = AHashSet::new();
        for point in points {
            let (one, other) = (point.earlier, point.later);
            if copies.first(one) == copies.first(other) || mates.contains(&(one, other)) {
                continue;
            }
            resembling
                .extend([one, other].iter().filter(|n| self.earlier.contains(n) || self.later.contains(n)));
        }
        resembling.iter().map(|&n| self.article.words[n]).sum()
    }
}

fn sum(words: &[usize], from: usize, to: usize) -> usize {
    words.get(from..to).map_or(0, |words| words.iter().sum())
}

/// Returns `part` / `whole` of a number, rounded down.
fn share(number: usize, part: usize, whole: usize) -> usize {
    let share = number as u128 * part as u128 / whole.max(1) as u128;
    usize::try_from(share).unwrap_or(usize::MAX)
}

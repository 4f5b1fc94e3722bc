//! The evidence of runs between documents: a pair below the threshold beside pairs that are not.
//!
//! One word changed in ten leaves a third of the shingles, so a short paragraph and its revision are often no pair by their
//! shingles. Their neighbours tell: where the paragraphs before and behind repeat those of another document, the one
//! between them is to be compared with what stands at that place there. Pairs are found from what is verified already:
//!
//! 1. The *partners* of a document are the earlier ones in which most of its passages stand.
//! 2. *Mates* are two paragraphs of one passage; at first those whose passage stands once in either document.
//! 3. From each pair of mates a walk goes on in order, both ways, over pairs that are one passage already or have enough
//!    words in common in the same order; up to two paragraphs on either side are passed over.
//! 4. A pair that a walk came upon counts if it is at the [bound](bound) that its surroundings set.
//!
//! The cost is linear in the number of paragraphs.

use std::collections::hash_map::Entry;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::Threshold;
use crate::compare::lcs::{Lcs, WordSequence};
use crate::corpus::contents::Contents;
use crate::corpus::siblings::SiblingTest;
use crate::groups::{FlatGroups, number};

/// Two paragraphs of different documents that are a pair by the evidence of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunPair {
    pub(crate) later: u32,
    pub(crate) earlier: u32,
    pub(crate) lcs: Lcs,
}

/// How many earlier documents a document is compared with: the same page in another release, and the first that had the
/// passage. With one the recall is .005 to .02 lower, with four the same.
const MAX_PARTNERS: usize = 3;

/// Two documents are walked between if they have two seeds, and for a fifth of the paragraphs of the shorter, or this many.
/// Others are mostly unlike, and have the same notice on their pages: without this condition the walks compare twice as
/// many pairs in Arabic and half as many more in English documentation, and find 5 and 2 % more of those that a run makes
/// redundant, which are not among the known revisions. With the share alone, of the long statutes of `civil_codes` .826 of the
/// revisions are found in place of .870.
const MIN_SEEDS: usize = 8;
const SEEDED: Threshold = Threshold::fraction(1, 5);

/// A document is walked to from a later one only if the two share two thirds of the seeds that the later one shares with
/// another earlier one.
///
/// With [`GOES_ON`] that tells pages of a kind, a vendor's and a customer's, from versions of one page. Of the paragraphs that a run
/// makes redundant, those in pages of different names fell from 1,925 to 1,281 in Arabic documentation and from 968 to 576 in Thai;
/// those in pages of one name stayed 2,860 and 406. The share of known revisions that is found stayed in three of the sets, and
/// fell by .003 in English and by .009 in `civil_codes`. Of 40 such pairs drawn at random, 33 were right before in either language,
/// and 36 and 37 after.
const NEAREST: Threshold = Threshold::fraction(2, 3);

/// And only if they share half of the passages that the earlier one shares with another that is later still: else it goes on beside
/// the later one. With two thirds `civil_codes` loses another .02.
const GOES_ON: Threshold = Threshold::fraction(1, 2);

/// How many paragraphs on either side are looked at for the next pair of a walk.
const WINDOW: usize = 3;

/// How many words, of 12 bytes each, a thread holds of what it has read.
const MAX_WORDS: usize = 1 << 20;

/// The least ratio of the longest common subsequence to which a pair that a walk came upon counts, in tenths: seven, one
/// more if it has mates on one side only, and one more if the two documents are no versions of one another.
const LEAST_TENTHS: u64 = 7;
const LEAST: Threshold = Threshold::fraction(LEAST_TENTHS, 10);

/// Words that stand in both must hold this share of the letters: what tells siblings apart is often a name, which is a
/// long word among short ones.
const LETTERS: Threshold = Threshold::fraction(2, 3);

/// Documents are versions of one another if this share of the paragraphs of the shorter, without the pair in question, have
/// mates.
const VERSION: Threshold = Threshold::fraction(4, 5);

/// Compares paragraphs that neighbours speak for.
#[derive(Clone, Copy)]
pub(crate) struct RunComparator {
    threshold: Threshold,
}

impl RunComparator {
    /// A pair is never less alike in order than what the threshold asks of its shingles.
    pub(crate) fn new(threshold: Threshold) -> Self {
        Self { threshold }
    }

    /// Returns true if two paragraphs may be a pair that have no more in common than this.
    pub(crate) fn may_be(self, most: Lcs) -> bool {
        most.is_at(LEAST) && most.is_at(self.threshold)
    }

    /// Returns the longest common subsequence of two paragraphs, if that is the least that a pair must have in common, and
    /// their letters are.
    pub(crate) fn compare(self, a: &WordSequence, b: &WordSequence) -> Option<Lcs> {
        let lcs = a.lcs_at(b, LEAST)?;
        (lcs.is_at(self.threshold) && a.shares_letters(b, LETTERS)).then_some(lcs)
    }
}

/// What walks go over.
pub(crate) struct Walks<'w> {
    pub(crate) contents: &'w Contents<'w>,
    pub(crate) siblings: &'w SiblingTest,
    pub(crate) comparator: RunComparator,
    /// The passage of each paragraph: the copy group of what is kept in its place.
    pub(crate) passages: Vec<u32>,
}

impl Walks<'_> {
    /// Returns the pairs that walks come upon and that count, by the later, then the earlier paragraph.
    pub(crate) fn pairs(&self) -> Vec<RunPair> {
        let places = FlatGroups::new(self.contents.copy_groups.len(), || {
            (0..self.contents.count()).filter_map(|n| Some((self.passage(n)?, n)))
        });
        let find = |walker: &mut Walker<'_>, document| {
            let own = Side::new(self, document);
            let mut pairs = Vec::new();
            for partner in self.partners(&places, &own) {
                let found = walker.walk(&own, &partner);
                if !found.is_empty() && !self.lives_on(&places, &partner, &own) {
                    pairs.extend(found);
                }
            }
            pairs
        };
        let documents = (0..number(self.contents.documents.len())).into_par_iter().with_min_len(512);
        let mut pairs: Vec<RunPair> = documents.map_init(|| Walker::new(self), find).flatten_iter().collect();
        pairs.par_sort_unstable_by_key(|pair| (pair.later, pair.earlier));
        pairs.dedup_by_key(|pair| (pair.later, pair.earlier));
        pairs
    }

    /// Returns the passage of a paragraph, `None` if it has no words.
    fn passage(&self, n: u32) -> Option<u32> {
        self.contents.group_of(n).map(|_| self.passages[n as usize])
    }

    /// Returns the earlier documents in which most passages of a document stand, by where each stands first and last before
    /// it; without those that have much less in common with it than another has.
    fn partners(&self, places: &FlatGroups<u32>, own: &Side) -> Vec<Side> {
        let Some(&start) = own.paragraphs.first().filter(|_| own.paragraphs.len() > 1) else {
            return Vec::new();
        };
        let mut votes: Vec<u32> = Vec::new();
        for &n in &own.paragraphs {
            let all = places.get(self.passages[n as usize]);
            let before = &all[..all.partition_point(|&n| n < start)];
            let first = before.first().map(|&n| self.contents.document_of(n));
            let last = before.last().map(|&n| self.contents.document_of(n));
            votes.extend(first);
            votes.extend(last.filter(|_| last != first));
        }
        votes.sort_unstable();
        let mut counts: Vec<(usize, u32)> =
            votes.chunk_by(|a, b| a == b).map(|votes| (votes.len(), votes[0])).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a)); // of equals the last
        let mut partners: Vec<Side> =
            counts.into_iter().take(MAX_PARTNERS).map(|(_, document)| Side::new(self, document)).collect();
        let seeds: Vec<usize> = partners.iter().map(|partner| own.seeds(partner).count()).collect();
        let most = seeds.iter().copied().max().unwrap_or(0);
        let mut seeds = seeds.into_iter();
        partners.retain(|_| seeds.next().is_some_and(|seeds| seeds >= NEAREST.share(most)));
        partners
    }

    /// Returns true if an earlier document has much more in common with one behind a later document than with that: so the
    /// later one does not take its place.
    fn lives_on(&self, places: &FlatGroups<u32>, earlier: &Side, later: &Side) -> bool {
        let Some(&end) = later.paragraphs.last() else { return false };
        let mut votes: Vec<u32> = Vec::new();
        for &n in &earlier.paragraphs {
            let all = places.get(self.passages[n as usize]);
            let behind = &all[all.partition_point(|&n| n <= end)..];
            votes.extend(behind.first().map(|&n| self.contents.document_of(n)));
        }
        votes.sort_unstable();
        let most = votes.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0);
        earlier.seeds(later).count() < GOES_ON.share(most)
    }

    /// Returns true if two paragraphs may be a pair, as far as that can be told without their words.
    fn is_comparable(&self, later: u32, earlier: u32) -> bool {
        let words = |n: u32| self.contents.paragraphs[n as usize].words as usize;
        let (shorter, longer) = (words(later).min(words(earlier)), words(later).max(words(earlier)));
        let sketch = |n: u32| self.contents.sketches[self.group(n) as usize];
        shorter >= self.contents.min_words
            // These are words of UAX #29, which are not quite what a sequence is made of.
            && 20 * shorter >= 6 * (shorter + longer)
            && sketch(later).possible(sketch(earlier)).is_none_or(|lcs| self.comparator.may_be(lcs))
            && !self.siblings.are_siblings(self.group(later), self.group(earlier))
    }

    fn group(&self, n: u32) -> u32 {
        self.contents.paragraphs[n as usize].copy_group
    }
}

/// A walk between two documents, and what was read and compared for it and for those before.
struct Walker<'w> {
    walks: &'w Walks<'w>,
    sequences: AHashMap<u32, WordSequence>,
    /// How many words these have.
    words: usize,
    compared: AHashMap<(u32, u32), Option<Lcs>>,
}

/// The paragraphs of a document that have words.
struct Side {
    paragraphs: Vec<u32>,
    /// The passages that stand once in the document, ascending, each with its place among these paragraphs.
    singles: Vec<(u32, u32)>,
}

impl Side {
    fn new(walks: &Walks<'_>, document: u32) -> Self {
        let first = walks.contents.documents[document as usize].first;
        let count = number(walks.contents.paragraphs_of(document as usize).len());
        let paragraphs: Vec<u32> =
            (first..first + count).filter(|&n| walks.contents.group_of(n).is_some()).collect();
        let mut all: Vec<(u32, u32)> =
            paragraphs.iter().map(|&n| walks.passages[n as usize]).zip(0..).collect();
        all.sort_unstable();
        let singles = all.chunk_by(|a, b| a.0 == b.0).filter(|of| of.len() == 1).map(|of| of[0]).collect();
        Self { paragraphs, singles }
    }

    fn len(&self) -> usize {
        self.paragraphs.len()
    }

    /// Returns the places of each passage that stands once here and once in another document.
    fn seeds<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (usize, usize)> + 's {
        let mut rest = other.singles.iter().peekable();
        self.singles.iter().filter_map(move |&(passage, place)| {
            while rest.next_if(|(other, _)| *other < passage).is_some() {}
            rest.next_if(|(other, _)| *other == passage).map(|&(_, other)| (place as usize, other as usize))
        })
    }
}

/// The paragraphs of two documents that have words, and for each of the first its mate, as a place in the second.
struct Alignment {
    own: Vec<u32>,
    partner: Vec<u32>,
    mates: Vec<Option<usize>>,
    /// Whether a paragraph of the partner is a mate.
    is_taken: Vec<bool>,
}

impl Alignment {
    /// Creates the alignment of the passages that stand once in either document.
    fn of_seeds(own: &Side, partner: &Side) -> Self {
        let mut alignment = Self {
            own: own.paragraphs.clone(),
            partner: partner.paragraphs.clone(),
            mates: vec![None; own.len()],
            is_taken: vec![false; partner.len()],
        };
        own.seeds(partner).for_each(|(place, mate)| alignment.add(place, mate));
        alignment
    }

    fn add(&mut self, own: usize, partner: usize) {
        self.mates[own] = Some(partner);
        self.is_taken[partner] = true;
    }

    /// Returns true if two paragraphs are mates, or neither has another.
    fn may_mate(&self, own: usize, partner: usize) -> bool {
        self.mates[own].map_or(!self.is_taken[partner], |mate| mate == partner)
    }

    /// Turns the order of both documents round.
    fn reverse(&mut self) {
        let last = self.partner.len().saturating_sub(1);
        self.own.reverse();
        self.partner.reverse();
        self.is_taken.reverse();
        self.mates.reverse();
        self.mates.iter_mut().flatten().for_each(|mate| *mate = last - *mate);
    }

    /// Returns how many of the two sides of a pair of mates go on: a paragraph close by has its mate close by.
    fn sides(&self, own: usize, mate: usize) -> u64 {
        let is_mate = |place: Option<usize>, within: std::ops::Range<usize>| {
            place.and_then(|place| *self.mates.get(place)?).is_some_and(|mate| within.contains(&mate))
        };
        let goes_on = (1..=WINDOW).any(|step| is_mate(own.checked_add(step), mate + 1..mate + 1 + WINDOW));
        let came_from =
            (1..=WINDOW).any(|step| is_mate(own.checked_sub(step), mate.saturating_sub(WINDOW)..mate));
        u64::from(goes_on) + u64::from(came_from)
    }

    /// Returns true if the two documents are versions of one another, whatever a single pair says.
    fn is_of_versions(&self) -> bool {
        let others = self.mates.iter().flatten().count() - 1;
        others >= VERSION.share(self.own.len().min(self.partner.len()) - 1)
    }
}

impl<'w> Walker<'w> {
    fn new(walks: &'w Walks<'w>) -> Self {
        Self { walks, sequences: AHashMap::new(), words: 0, compared: AHashMap::new() }
    }

    /// Walks between a document and an earlier one, and returns the pairs that count.
    fn walk(&mut self, own: &Side, partner: &Side) -> Vec<RunPair> {
        if self.words > MAX_WORDS {
            *self = Self::new(self.walks);
        }
        let seeds = own.seeds(partner).count();
        let shorter = own.len().min(partner.len());
        if seeds < MIN_SEEDS.min(SEEDED.share(shorter).max(2)) || seeds == own.len() {
            return Vec::new();
        }
        let mut alignment = Alignment::of_seeds(own, partner);
        self.walk_on(&mut alignment);
        alignment.reverse();
        self.walk_on(&mut alignment);
        alignment.reverse();
        let mut pairs = Vec::new();
        let missing = u64::from(!alignment.is_of_versions());
        for (place, mate) in (0..).zip(&alignment.mates) {
            let Some(mate) = *mate else { continue };
            let (later, earlier) = (alignment.own[place], alignment.partner[mate]);
            if self.walks.passages[later as usize] == self.walks.passages[earlier as usize] {
                continue;
            }
            let missing = missing + u64::from(alignment.sides(place, mate) < 2);
            let bound = Threshold::fraction(LEAST_TENTHS + missing, 10);
            let lcs = self.lcs(later, earlier).filter(|lcs| lcs.is_at(bound));
            pairs.extend(lcs.map(|lcs| RunPair { later, earlier, lcs }));
        }
        pairs
    }

    /// Goes on from each pair of mates to where another walk began.
    fn walk_on(&mut self, alignment: &mut Alignment) {
        for start in 0..alignment.own.len() {
            let mut at = start;
            while let Some(mate) = alignment.mates[at] {
                if alignment.mates.get(at + 1) == Some(&Some(mate + 1)) {
                    break; // most go on in step, which is seen without a look further ahead
                }
                let Some((next, its_mate)) = self.step(alignment, at + 1, mate + 1) else { break };
                if alignment.mates[next].is_some() {
                    break;
                }
                alignment.add(next, its_mate);
                at = next;
            }
        }
    }

    /// Returns the first pair of the alignment of the next few paragraphs that has most words in order.
    fn step(&mut self, alignment: &Alignment, own: usize, partner: usize) -> Option<(usize, usize)> {
        let next = alignment.own.get(own).zip(alignment.partner.get(partner));
        if next.is_some_and(|(&later, &earlier)| self.is_same(later, earlier))
            && alignment.may_mate(own, partner)
        {
            return Some((own, partner));
        }
        let ends = ((own + WINDOW).min(alignment.own.len()), (partner + WINDOW).min(alignment.partner.len()));
        // For the paragraphs from two places on: how many words the best alignment has, and the pair that it begins with.
        let mut best = [[(0, None); WINDOW + 1]; WINDOW + 1];
        for i in (own..ends.0).rev() {
            for j in (partner..ends.1).rev() {
                let (row, column) = (i - own, j - partner);
                let skipped = best[row + 1][column].max(best[row][column + 1]);
                let words = if alignment.may_mate(i, j) {
                    self.common_words(alignment.own[i], alignment.partner[j])
                } else {
                    0
                };
                let paired = (words + best[row + 1][column + 1].0, Some((i, j)));
                best[row][column] = if words > 0 && paired.0 >= skipped.0 { paired } else { skipped };
            }
        }
        best[0][0].1
    }

    fn is_same(&self, later: u32, earlier: u32) -> bool {
        self.walks.passages[later as usize] == self.walks.passages[earlier as usize]
    }

    /// Returns how many words of two paragraphs are in order, if they are one passage or may be; else 0.
    fn common_words(&mut self, later: u32, earlier: u32) -> usize {
        if self.is_same(later, earlier) {
            return self.walks.contents.paragraphs[later as usize].words.max(1) as usize;
        }
        self.lcs(later, earlier).map_or(0, |lcs| lcs.common)
    }

    fn lcs(&mut self, later: u32, earlier: u32) -> Option<Lcs> {
        if !self.walks.is_comparable(later, earlier) {
            return None;
        }
        let (one, other) = (self.walks.group(later), self.walks.group(earlier));
        if let Some(known) = self.compared.get(&(one, other)) {
            return *known;
        }
        for group in [one, other] {
            let Entry::Vacant(entry) = self.sequences.entry(group) else { continue };
            self.words += entry.insert(self.walks.contents.sequence_of(group)).len();
        }
        let lcs = self.walks.comparator.compare(&self.sequences[&one], &self.sequences[&other]);
        self.compared.insert((one, other), lcs);
        lcs
    }
}

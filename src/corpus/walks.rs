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
//! 4. A pair that a walk came upon counts if it is at the bound that its surroundings set, and neither document has a
//!    much nearer relative.
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

/// The pairs of two documents count only if they have nine tenths as many passages in common as either has with a nearer
/// relative, or this many.
///
/// That tells pages of a kind, a vendor's and a customer's, from versions of one page. Passages are counted after the walk: a page
/// that was revised all over has few with any other. Of the paragraphs that a run makes redundant, those in pages of
/// different names fell from 1,925 to 631 in Arabic documentation, from 968 to 228 in Thai, and from 559 to 289 in Chinese;
/// those in pages of one name stayed, and so did the share of known revisions that is found. Counted before the walk, or with the
/// pairs that the walk found, half as many fell, and .02 of the revisions in `civil_codes` with them. Without the
/// number, the long statutes of `civil_codes` lose another .02, since each edition is near several others.
const NEAREST: Threshold = Threshold::fraction(9, 10);
const MANY_PASSAGES: u32 = 64;

/// Documents that have fewer passages in common did not meet.
pub(crate) const MIN_PASSAGES: u32 = 2;

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
    pub(crate) siblings: &'w SiblingTest<'w>,
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
            let partners = self.partners(&places, &own);
            partners
                .into_iter()
                .map(|partner| walker.walk(&own, &Side::new(self, partner)))
                .collect::<Vec<_>>()
        };
        let documents = (0..number(self.contents.documents.len())).into_par_iter().with_min_len(512);
        let meetings: Vec<Meeting> = documents
            .map_init(|| Walker::new(self), find)
            .flatten_iter()
            .filter(|meeting| meeting.passages >= MIN_PASSAGES)
            .collect();
        let nearest = Nearest::new(&meetings, self.contents.documents.len());
        let met = meetings.into_iter().filter(|meeting| nearest.is_met(meeting));
        let mut pairs: Vec<RunPair> = met.flat_map(|meeting| meeting.pairs).collect();
        pairs.par_sort_unstable_by_key(|pair| (pair.later, pair.earlier));
        pairs.dedup_by_key(|pair| (pair.later, pair.earlier));
        pairs
    }

    /// Returns the passage of a paragraph, `None` if it has no words.
    fn passage(&self, n: u32) -> Option<u32> {
        self.contents.group_of(n).map(|_| self.passages[n as usize])
    }

    /// Returns the earlier documents in which most passages of a document stand, by where each stands first and last before
    /// it.
    fn partners(&self, places: &FlatGroups<u32>, own: &Side) -> Vec<u32> {
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
        partners(votes)
    }

    /// Returns true if two paragraphs may be a pair by their lengths, sketches and documents, before their words are read.
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

/// Returns the documents that have most votes; of equals the last.
pub(crate) fn partners<D: Ord + Copy>(mut votes: Vec<D>) -> Vec<D> {
    votes.sort_unstable();
    let mut counts: Vec<(usize, D)> =
        votes.chunk_by(|a, b| a == b).map(|votes| (votes.len(), votes[0])).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.into_iter().take(MAX_PARTNERS).map(|(_, document)| document).collect()
}

/// Returns true if two documents have nearly as many passages in common as either has with its nearest relative.
pub(crate) fn is_near(passages: u32, nearest: u32) -> bool {
    passages >= MANY_PASSAGES || passages as usize >= NEAREST.share(nearest as usize)
}

/// What a walk between two documents found.
pub(crate) struct Meeting {
    later: u32,
    earlier: u32,
    /// How many passages the two have in common, in order.
    pub(crate) passages: u32,
    pub(crate) pairs: Vec<RunPair>,
}

/// Walks between two documents, and returns also the pairs of copy groups that have enough words in common to be a pair, of
/// the later document first.
pub(crate) fn walk_between(walks: &Walks<'_>, earlier: u32, later: u32) -> (Meeting, Vec<(u32, u32)>) {
    let mut walker = Walker::new(walks);
    let meeting = walker.walk(&Side::new(walks, later), &Side::new(walks, earlier));
    let alike = walker.compared.into_iter().filter_map(|(groups, lcs)| lcs.map(|_| groups));
    let mut alike: Vec<(u32, u32)> = alike.collect();
    alike.sort_unstable();
    (meeting, alike)
}

/// How many passages each document has in common with its nearest relatives.
struct Nearest {
    /// By the later document: the most that it has in common with an earlier one.
    before: Vec<u32>,
    /// By the earlier document, ascending: each later one, and the most that it has in common with that or any behind it.
    behind: FlatGroups<(u32, u32)>,
}

impl Nearest {
    /// Expects the meetings by the later document, ascending.
    fn new(meetings: &[Meeting], documents: usize) -> Self {
        let mut before = vec![0; documents];
        let mut most_behind = vec![0; documents];
        let mut behind: Vec<(u32, (u32, u32))> = Vec::with_capacity(meetings.len());
        for meeting in meetings.iter().rev() {
            let most = &mut before[meeting.later as usize];
            *most = meeting.passages.max(*most);
            let most = &mut most_behind[meeting.earlier as usize];
            *most = meeting.passages.max(*most);
            behind.push((meeting.earlier, (meeting.later, *most)));
        }
        Self { before, behind: FlatGroups::new(documents, || behind.iter().rev().copied()) }
    }

    /// Returns true if neither document has a much nearer relative: the later one before it, or the earlier one behind both.
    fn is_met(&self, meeting: &Meeting) -> bool {
        let behind = self.behind.get(meeting.earlier);
        let next = behind.partition_point(|&(later, _)| later <= meeting.later);
        let goes_on = behind.get(next).map_or(0, |&(_, most)| most);
        is_near(meeting.passages, self.before[meeting.later as usize].max(goes_on))
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
    document: u32,
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
        Self { document, paragraphs, singles }
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

    /// Walks between a document and an earlier one.
    fn walk(&mut self, own: &Side, partner: &Side) -> Meeting {
        if self.words > MAX_WORDS {
            *self = Self::new(self.walks);
        }
        let seeds = own.seeds(partner).count();
        let mut meeting = Meeting {
            later: own.document,
            earlier: partner.document,
            passages: number(seeds),
            pairs: Vec::new(),
        };
        let shorter = own.len().min(partner.len());
        if seeds < MIN_SEEDS.min(SEEDED.share(shorter).max(2)) || seeds == own.len() {
            return meeting;
        }
        let mut alignment = Alignment::of_seeds(own, partner);
        self.walk_on(&mut alignment);
        alignment.reverse();
        self.walk_on(&mut alignment);
        alignment.reverse();
        meeting.passages = 0;
        let missing = u64::from(!alignment.is_of_versions());
        for (place, mate) in (0..).zip(&alignment.mates) {
            let Some(mate) = *mate else { continue };
            let (later, earlier) = (alignment.own[place], alignment.partner[mate]);
            if self.is_same(later, earlier) {
                meeting.passages += 1;
                continue;
            }
            let missing = missing + u64::from(alignment.sides(place, mate) < 2);
            let bound = Threshold::fraction(LEAST_TENTHS + missing, 10);
            let lcs = self.lcs(later, earlier).filter(|lcs| lcs.is_at(bound));
            meeting.pairs.extend(lcs.map(|lcs| RunPair { later, earlier, lcs }));
        }
        meeting
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

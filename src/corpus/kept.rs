//! Which paragraphs of many articles are kept, and which are redundant beside them.
//!
//! Paragraphs are looked at one after the other, in the order in which they are preferred. Each is redundant if it
//! resembles one that is kept and that it may be removed for; else it is kept itself. Nothing is joined by way of a
//! third, and a paragraph is only ever compared with those that are kept, however many copies of a line there are.

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::Similarity;
use crate::corpus::candidates::{Make, Neighbour, Source};
use crate::groups::number;

/// Where the kept paragraph must stand for another to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Anywhere,
    SameArticle,
    OtherArticle,
    Nowhere,
}

/// The paragraphs to choose from. Those with the same words are a group, and groups are numbered.
pub(crate) struct Choice<'c> {
    /// Paragraphs in the order of preference, those of one group in the order of the text; `None` if that is it for
    /// all of them.
    pub(crate) order: Option<&'c [u32]>,
    pub(crate) paragraphs: u32,
    /// The group of a paragraph, `None` if it has no words.
    pub(crate) group: &'c (dyn Fn(u32) -> Option<u32> + Sync),
    /// The article of a paragraph.
    pub(crate) article: &'c (dyn Fn(u32) -> u32 + Sync),
    /// Where a paragraph's counterpart must stand.
    pub(crate) place: &'c (dyn Fn(u32) -> Place + Sync),
    pub(crate) groups: usize,
    /// The shingles of a group.
    pub(crate) set: Make<'c>,
    /// Whether a group is redundant beside another that it has this similarity with.
    pub(crate) makes_redundant: &'c (dyn Fn(u32, &Similarity) -> bool + Sync),
}

/// A paragraph that goes, the one that it was verified against, and their similarity: none, if they are exact copies.
pub(crate) type Redundant = (u32, u32, Option<Similarity>);

/// How many paragraphs are compared at a time, on all cores, with what was kept before them.
pub(crate) const BATCH: usize = 1 << 13;

/// The redundant paragraphs, in the order of preference.
pub(crate) fn redundant(choice: &Choice<'_>, source: &Source) -> Vec<Redundant> {
    let mut kept = Kept::new(choice, source);
    let mut redundant = Vec::new();
    let count = choice.paragraphs as usize;
    for start in (0..count).step_by(BATCH) {
        let places = start..count.min(start + BATCH);
        let batch: Vec<u32> = match choice.order {
            Some(order) => order[places].to_vec(),
            None => places.map(number).collect(),
        };
        // Where any article will do, one look for a group serves all of it, and can be taken on all cores. Within
        // its own article a paragraph has few counterparts, and is looked at when it is its turn.
        let anywhere =
            |&&paragraph: &&u32| matches!((choice.place)(paragraph), Place::Anywhere | Place::OtherArticle);
        let alone = |&&paragraph: &&u32| kept.copy_of(paragraph).is_none();
        let mut open: Vec<u32> =
            batch.par_iter().filter(anywhere).filter(alone).filter_map(|&p| (choice.group)(p)).collect();
        open.par_sort_unstable();
        open.dedup();
        let before: Vec<Vec<Neighbour>> =
            open.par_iter().map(|&group| kept.neighbours(group, 0, |_| true)).collect();
        let since = number(start);
        for &paragraph in &batch {
            let Some(group) = (choice.group)(paragraph) else { continue };
            if let Some(copy) = kept.copy_of(paragraph) {
                redundant.push((paragraph, copy, None));
                continue;
            }
            let accepted = |other: u32| kept.of(other, paragraph).is_some();
            let known =
                open.binary_search(&group).ok().filter(|_| anywhere(&&paragraph)).map(|at| &before[at]);
            let fresh = kept.neighbours(group, if known.is_some() { since } else { 0 }, accepted);
            let near = known.into_iter().flatten().chain(&fresh);
            let near = near.filter(|(_, similarity)| (choice.makes_redundant)(group, similarity));
            let best = near.filter_map(|&(other, similarity)| Some((kept.of(other, paragraph)?, similarity)));
            match best.min_by_key(|&(other, _)| kept.rank(other)) {
                Some((other, similarity)) => redundant.push((paragraph, other, Some(similarity))),
                None => kept.keep(paragraph, group),
            }
        }
    }
    redundant
}

const NONE: u32 = u32::MAX;

/// What is kept of a group: enough to find the first that a paragraph may be removed for.
#[derive(Clone, Copy)]
struct KeptOf {
    first: u32,
    last: u32,
}

struct Kept<'c> {
    choice: &'c Choice<'c>,
    source: &'c Source,
    of: Vec<KeptOf>,
    /// The first that is kept of a group in another article than its first.
    in_other: AHashMap<u32, u32>,
    /// What is kept of a group in an article, where `last` does not tell: in another order than that of the text.
    in_article: AHashMap<(u32, u32), u32>,
    /// The place of each paragraph in the order of preference; empty if that is the order of the text.
    ranks: Vec<u32>,
    /// The groups of which something is kept, bucket by bucket, in the order in which that came about; there is room
    /// for all members of each bucket.
    in_bucket: Vec<u32>,
    /// How many there are in each bucket.
    counts: Vec<u32>,
}

impl<'c> Kept<'c> {
    fn new(choice: &'c Choice<'c>, source: &'c Source) -> Self {
        let (places, buckets) = match source {
            Source::Buckets { bands, .. } => (bands.places(), bands.count()),
            Source::Pairs { .. } => (0, 0),
        };
        let mut ranks = vec![0; choice.order.map_or(0, <[u32]>::len)];
        for (place, &paragraph) in (0..).zip(choice.order.unwrap_or_default()) {
            ranks[paragraph as usize] = place;
        }
        Self {
            choice,
            source,
            of: vec![KeptOf { first: NONE, last: NONE }; choice.groups],
            in_other: AHashMap::new(),
            in_article: AHashMap::new(),
            ranks,
            in_bucket: vec![NONE; places],
            counts: vec![0; buckets as usize],
        }
    }

    /// The place of a paragraph in the order of preference.
    fn rank(&self, paragraph: u32) -> u32 {
        self.ranks.get(paragraph as usize).copied().unwrap_or(paragraph)
    }

    /// The kept exact copy that a paragraph may be removed for.
    fn copy_of(&self, paragraph: u32) -> Option<u32> {
        self.of((self.choice.group)(paragraph)?, paragraph)
    }

    /// The first kept paragraph of a group that `paragraph` may be removed for.
    fn of(&self, group: u32, paragraph: u32) -> Option<u32> {
        let KeptOf { first, last } = self.of[group as usize];
        let same =
            |kept: u32| kept != NONE && (self.choice.article)(kept) == (self.choice.article)(paragraph);
        let found = match (self.choice.place)(paragraph) {
            Place::SameArticle if same(first) => first,
            Place::SameArticle if same(last) => last,
            Place::SameArticle if self.choice.order.is_some() => {
                let article = (self.choice.article)(paragraph);
                return self.in_article.get(&(group, article)).copied();
            }
            Place::OtherArticle if same(first) => return self.in_other.get(&group).copied(),
            Place::Anywhere | Place::OtherArticle => first,
            Place::SameArticle | Place::Nowhere => NONE,
        };
        (found != NONE).then_some(found)
    }

    fn keep(&mut self, paragraph: u32, group: u32) {
        let article = self.choice.article;
        if self.choice.order.is_some() {
            self.in_article.entry((group, article(paragraph))).or_insert(paragraph);
        }
        let of = &mut self.of[group as usize];
        of.last = paragraph;
        if of.first == NONE {
            of.first = paragraph;
            self.register(group);
        } else if article(of.first) != article(paragraph) {
            self.in_other.entry(group).or_insert(paragraph);
        }
    }

    fn register(&mut self, group: u32) {
        let Source::Buckets { bands, .. } = self.source else { return };
        for &bucket in bands.of(group) {
            let count = &mut self.counts[bucket as usize];
            self.in_bucket[bands.range(bucket).start + *count as usize] = group;
            *count += 1;
        }
    }

    /// The verified neighbours of a group of which something is kept: of those that were registered from the place
    /// `since` in the order of preference on and are `accepted`.
    fn neighbours(&self, group: u32, since: u32, accepted: impl Fn(u32) -> bool) -> Vec<Neighbour> {
        let Source::Buckets { bands, .. } = self.source else {
            // All are known at once, so each is found when it is asked for last.
            let all = self.source.neighbours(group, self.choice.set);
            return all
                .iter()
                .filter(|&&(other, _)| self.of[other as usize].first != NONE)
                .copied()
                .collect();
        };
        let mut candidates: Vec<u32> = Vec::new();
        for &bucket in bands.of(group) {
            let kept = &self.in_bucket[bands.range(bucket)][..self.counts[bucket as usize] as usize];
            let registered = |other: u32| self.rank(self.of[other as usize].first);
            candidates.extend(kept.iter().rev().take_while(|&&other| registered(other) >= since));
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|&other| other != group && accepted(other));
        self.source.verify(group, candidates.into_iter(), self.choice.set)
    }
}

//! Which paragraphs of many articles are kept, and which are redundant beside them.
//!
//! Paragraphs are looked at one after the other, in the order in which they are preferred. Each is redundant if it
//! resembles one that is kept and that it may be removed for; else it is kept itself. Nothing is joined by way of a
//! third, and a paragraph is only ever compared with those that are kept, however many copies of a line there are.

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::Similarity;
use crate::number::number;
use crate::source::{Neighbour, Source};

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
    /// Paragraphs in the order of preference; those of one group in the order of the text.
    pub(crate) order: &'c [u32],
    /// Whether that is the order of the text.
    pub(crate) in_order_of_text: bool,
    /// The group of a paragraph, `None` if it has no words.
    pub(crate) group: &'c (dyn Fn(u32) -> Option<u32> + Sync),
    /// The article of a paragraph.
    pub(crate) article: &'c (dyn Fn(u32) -> u32 + Sync),
    /// Where a paragraph's counterpart must stand.
    pub(crate) place: &'c (dyn Fn(u32) -> Place + Sync),
    pub(crate) groups: usize,
    /// Whether a group is redundant beside another that it has this similarity with.
    pub(crate) makes_redundant: &'c (dyn Fn(u32, &Similarity) -> bool + Sync),
}

/// A paragraph that goes, the one that it was verified against, and their similarity: none, if they are exact copies.
pub(crate) type Redundant = (u32, u32, Option<Similarity>);

/// How many paragraphs are compared at a time, on all cores, with what was kept before them.
pub(crate) const BATCH: usize = 1 << 13;

/// The redundant paragraphs, in the order of preference.
pub(crate) fn redundant(choice: &Choice<'_>, source: &Source<'_>) -> Vec<Redundant> {
    let mut kept = Kept::new(choice, source);
    let mut redundant = Vec::new();
    for batch in choice.order.chunks(BATCH) {
        // Where any article will do, one look for a group serves all of it, and can be taken on all cores. Within
        // its own article a paragraph has few counterparts, and is looked at when it is its turn.
        let anywhere =
            |&&paragraph: &&u32| matches!((choice.place)(paragraph), Place::Anywhere | Place::OtherArticle);
        let alone = |&&paragraph: &&u32| kept.copy_of(paragraph).is_none();
        let mut open: Vec<u32> =
            batch.iter().filter(anywhere).filter(alone).filter_map(|&p| (choice.group)(p)).collect();
        open.sort_unstable();
        open.dedup();
        let before: Vec<Vec<Neighbour>> =
            open.par_iter().map(|&group| kept.neighbours(group, 0, |_| true)).collect();
        let since = kept.registered.len();
        for &paragraph in batch {
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
            match best.min_by_key(|&(other, _)| kept.rank[other as usize]) {
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
    /// The first of another article than `first`'s.
    other: u32,
    last: u32,
}

struct Kept<'c> {
    choice: &'c Choice<'c>,
    source: &'c Source<'c>,
    of: Vec<KeptOf>,
    /// What is kept of a group in an article, where `last` does not tell: in another order than that of the text.
    in_article: AHashMap<(u32, u32), u32>,
    /// The place of each paragraph in the order of preference.
    rank: Vec<u32>,
    /// The groups of which something is kept, in the order in which that came about, by bucket: the last one, and
    /// for each entry the one before.
    last_in_bucket: Vec<u32>,
    registered: Vec<(u32, u32)>,
}

impl<'c> Kept<'c> {
    fn new(choice: &'c Choice<'c>, source: &'c Source<'c>) -> Self {
        let buckets = if let Source::Buckets { bands, .. } = source { bands.count() } else { 0 };
        let mut rank = vec![0; choice.order.len()];
        for (place, &paragraph) in (0..).zip(choice.order) {
            rank[paragraph as usize] = place;
        }
        Self {
            choice,
            source,
            of: vec![KeptOf { first: NONE, other: NONE, last: NONE }; choice.groups],
            in_article: AHashMap::new(),
            rank,
            last_in_bucket: vec![NONE; buckets],
            registered: Vec::new(),
        }
    }

    /// The kept exact copy that a paragraph may be removed for.
    fn copy_of(&self, paragraph: u32) -> Option<u32> {
        self.of((self.choice.group)(paragraph)?, paragraph)
    }

    /// The first kept paragraph of a group that `paragraph` may be removed for.
    fn of(&self, group: u32, paragraph: u32) -> Option<u32> {
        let KeptOf { first, other, last } = self.of[group as usize];
        let same =
            |kept: u32| kept != NONE && (self.choice.article)(kept) == (self.choice.article)(paragraph);
        let found = match (self.choice.place)(paragraph) {
            Place::SameArticle if same(first) => first,
            Place::SameArticle if same(last) => last,
            Place::SameArticle if !self.choice.in_order_of_text => {
                let article = (self.choice.article)(paragraph);
                return self.in_article.get(&(group, article)).copied();
            }
            Place::OtherArticle if same(first) => other,
            Place::Anywhere | Place::OtherArticle => first,
            Place::SameArticle | Place::Nowhere => NONE,
        };
        (found != NONE).then_some(found)
    }

    fn keep(&mut self, paragraph: u32, group: u32) {
        let KeptOf { first, other, .. } = self.of[group as usize];
        let article = self.choice.article;
        if !self.choice.in_order_of_text {
            self.in_article.entry((group, article(paragraph))).or_insert(paragraph);
        }
        let of = &mut self.of[group as usize];
        of.last = paragraph;
        if first == NONE {
            of.first = paragraph;
            self.register(group);
        } else if other == NONE && article(first) != article(paragraph) {
            of.other = paragraph;
        }
    }

    fn register(&mut self, group: u32) {
        let Source::Buckets { bands, .. } = self.source else { return };
        for bucket in bands.of(group) {
            let last = &mut self.last_in_bucket[bucket as usize];
            self.registered.push((group, *last));
            *last = number(self.registered.len() - 1);
        }
    }

    /// The verified neighbours of a group of which something is kept: of those that were registered `since` and are
    /// `accepted`.
    fn neighbours(&self, group: u32, since: usize, accepted: impl Fn(u32) -> bool) -> Vec<Neighbour> {
        let Source::Buckets { bands, .. } = self.source else {
            // All are known at once, so each is found when it is asked for last.
            let all = self.source.neighbours(group);
            return all
                .iter()
                .filter(|&&(other, _)| self.of[other as usize].first != NONE)
                .copied()
                .collect();
        };
        let mut candidates: Vec<u32> = Vec::new();
        for bucket in bands.of(group) {
            let mut at = self.last_in_bucket[bucket as usize];
            while at != NONE && at as usize >= since {
                let (other, before) = self.registered[at as usize];
                candidates.push(other);
                at = before;
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|&other| other != group && accepted(other));
        self.source.verify(group, candidates.into_iter())
    }
}

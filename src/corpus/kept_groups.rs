//! What is kept so far, while a corpus is decided one paragraph after the other, and the search among it.
//!
//! A long list of like paragraphs is kept whole, as siblings. So a search goes over other documents in the order in which
//! paragraphs are preferred, and ends early, with the first that one may be removed for. Of its own document it looks at the mates
//! in a doubled body, and for one sibling, which is counted.
//!
//! Where thousands are alike just below the threshold, none ends a search early: then they are looked up by their rarest shingles
//! too, see [`prefixes`](crate::corpus::prefixes).
// A log of 20,000 like lines took 16 s and 1.3 GB with each compared with all before it, and takes 0.15 s; one of 100,000 takes
// 0.6 s and 77 MB, and 0.2 to 0.9 s in any scope and order of preference, in one document or two.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::Similarity;
use crate::corpus::contents::Contents;
use crate::corpus::kept::{CounterpartIn, Preference};
use crate::corpus::kept_lists::{KeptList, KeptLists};
use crate::corpus::neighbours::Neighbours;
use crate::corpus::options::Scope;
use crate::corpus::prefixes::Prefixes;
use crate::corpus::siblings::SiblingTest;
use crate::groups::{distinct, number};
use crate::lsh::Bands;
use crate::shingle::ShingleSet;

/// In place of the number of a paragraph.
const NOTHING: u32 = u32::MAX;

/// What is kept of a group: enough to find the first that a paragraph may be removed for.
#[derive(Clone, Copy)]
struct KeptOf {
    first: u32,
    last: u32,
}

/// The copy groups of which something is kept.
pub(crate) struct KeptGroups<'c> {
    contents: &'c Contents<'c>,
    neighbours: &'c Neighbours,
    of: Vec<KeptOf>,
    /// The first that is kept of a group in another document than its first.
    in_other: AHashMap<u32, u32>,
    /// What is kept of a group in a document, if the paragraphs of a document do not come together: `last` is not enough then.
    in_document: AHashMap<(u32, u32), u32>,
    preference: &'c Preference,
    siblings: &'c SiblingTest<'c>,
    /// What is kept in each bucket, if there are buckets.
    in_buckets: Option<KeptLists<'c>>,
    /// What is kept in the lists of prefixes, once too much was looked at in vain.
    by_prefix: Option<(&'c Prefixes, KeptLists<'c>)>,
    /// How many groups were looked at in vain.
    vain: AtomicUsize,
}

impl<'c> KeptGroups<'c> {
    /// Keeps nothing yet.
    pub(crate) fn new(
        contents: &'c Contents<'c>,
        neighbours: &'c Neighbours,
        preference: &'c Preference,
        siblings: &'c SiblingTest<'c>,
    ) -> Self {
        let in_buckets = match neighbours {
            Neighbours::Buckets { bands, .. } => Some(KeptLists::new(bands.buckets())),
            Neighbours::Joined { .. } | Neighbours::Lossless { .. } | Neighbours::Given { .. } => None,
        };
        Self {
            contents,
            neighbours,
            of: vec![KeptOf { first: NOTHING, last: NOTHING }; contents.copy_groups.len()],
            in_other: AHashMap::new(),
            in_document: AHashMap::new(),
            preference,
            siblings,
            in_buckets,
            by_prefix: None,
            vain: AtomicUsize::new(0),
        }
    }

    /// Returns the kept exact copy that a paragraph may be removed for.
    pub(crate) fn copy_of(&self, paragraph: u32) -> Option<u32> {
        self.of(self.contents.group_of(paragraph)?, paragraph)
    }

    /// Returns the first kept paragraph of a group that `paragraph` may be removed for.
    fn of(&self, group: u32, paragraph: u32) -> Option<u32> {
        let KeptOf { first, .. } = self.of[group as usize];
        let document = self.contents.document_of(paragraph);
        let is_same = |kept: u32| kept != NOTHING && self.contents.document_of(kept) == document;
        match CounterpartIn::of(paragraph, self.contents) {
            CounterpartIn::SameDocument => self.in_same_document(group, paragraph),
            CounterpartIn::OtherDocument if is_same(first) => self.in_other.get(&group).copied(),
            CounterpartIn::Any | CounterpartIn::OtherDocument => (first != NOTHING).then_some(first),
            CounterpartIn::None => None,
        }
    }

    /// Returns the first kept paragraph of a group in the document of `paragraph`.
    fn in_same_document(&self, group: u32, paragraph: u32) -> Option<u32> {
        let KeptOf { first, last } = self.of[group as usize];
        let document = self.contents.document_of(paragraph);
        let is_same = |kept: &u32| *kept != NOTHING && self.contents.document_of(*kept) == document;
        [first, last].into_iter().find(is_same).or_else(|| self.in_document.get(&(group, document)).copied())
    }

    /// Keeps a paragraph of a group.
    pub(crate) fn keep(&mut self, paragraph: u32, group: u32) {
        let document = self.contents.document_of(paragraph);
        if !self.preference.is_by_document() {
            self.in_document.entry((group, document)).or_insert(paragraph);
        }
        let is_alone = self.is_one_document_enough();
        let of = &mut self.of[group as usize];
        of.last = paragraph;
        if of.first == NOTHING || is_alone && self.contents.document_of(of.first) != document {
            of.first = paragraph;
            self.register(group, document);
        } else if self.contents.document_of(of.first) != document {
            self.in_other.entry(group).or_insert(paragraph);
        }
    }

    /// Returns true if what is kept of earlier documents is asked for no more.
    fn is_one_document_enough(&self) -> bool {
        self.contents.scope == Scope::Within && self.preference.is_by_document()
    }

    /// Puts a group, of which the first paragraph was kept, in its lists.
    fn register(&mut self, group: u32, document: u32) {
        let is_alone = self.is_one_document_enough();
        if let Some(lists) = &mut self.in_buckets {
            lists.add(group, document, is_alone);
        }
        if let Some((_, lists)) = &mut self.by_prefix {
            lists.add(group, document, is_alone);
        } else if self.neighbours.is_too_much(*self.vain.get_mut()) {
            self.find_prefixes();
        }
    }

    /// Finds the prefixes of all crowded groups, and puts those in their lists of which something is kept.
    fn find_prefixes(&mut self) {
        let Some(prefixes) = self.neighbours.find_prefixes(self.contents) else { return };
        let mut kept: Vec<u32> = (0..number(self.of.len()))
            .filter(|&group| {
                self.of[group as usize].first != NOTHING && !prefixes.lists().of(group).is_empty()
            })
            .collect();
        kept.par_sort_unstable_by_key(|&group| self.registered(group));
        let mut lists = KeptLists::new(prefixes.lists());
        for group in kept {
            let document = self.contents.document_of(self.of[group as usize].first);
            lists.add(group, document, self.is_one_document_enough());
        }
        self.by_prefix = Some((prefixes, lists));
    }

    /// Searches for what a paragraph may be removed for, of what is kept before its batch: see [`Self::search`].
    pub(crate) fn search_before(&self, paragraph: u32) -> Search {
        self.search_buckets(paragraph, 0)
    }

    /// Returns true if what is kept before a batch can be searched before it, for a paragraph of the batch.
    ///
    /// By the exact join all is known. Across documents the first that is kept of a group may be of the paragraph's own, and another
    /// one of it may not, which comes about later; but not if all of a document come together.
    pub(crate) fn is_searched_before(&self, paragraph: u32) -> bool {
        matches!(self.neighbours, Neighbours::Buckets { .. })
            && match CounterpartIn::of(paragraph, self.contents) {
                CounterpartIn::Any => true,
                CounterpartIn::OtherDocument => self.preference.is_by_document(),
                CounterpartIn::SameDocument | CounterpartIn::None => false,
            }
    }

    /// Searches for what a paragraph may be removed for: the preferred one of those that are near and no siblings. `before` is what was
    /// found of those before the place `since` in the order of preference, if that was searched.
    pub(crate) fn search(&self, paragraph: u32, before: Option<Search>, since: u32) -> Search {
        if !matches!(self.neighbours, Neighbours::Buckets { .. }) {
            return self.search_all(paragraph);
        }
        let mut search = match before {
            Some(before) if before.best.is_some() => before,
            Some(before) => self.search_buckets(paragraph, since).or_siblings(before),
            None => self.search_buckets(paragraph, 0),
        };
        let place = CounterpartIn::of(paragraph, self.contents);
        if self.siblings.are_kept() && matches!(place, CounterpartIn::Any | CounterpartIn::SameDocument) {
            let mate = self.search_mates(paragraph);
            let both = search.best.into_iter().chain(mate);
            search.best = both.min_by_key(|&(kept, _)| self.preference.rank(kept));
            search.has_sibling =
                search.has_sibling || search.best.is_none() && self.has_near_in_document(paragraph);
        }
        search
    }

    /// Searches all neighbours of a paragraph, which are known.
    fn search_all(&self, paragraph: u32) -> Search {
        let Some(group) = self.contents.group_of(paragraph) else { return Search::default() };
        let comparator = self.contents.detector.comparator();
        let shingles = || self.neighbours.shingle_count(group, self.contents);
        let all = self.neighbours.of(group, self.contents);
        let mut has_sibling = false;
        let near = all.iter().filter_map(|near| {
            let other = self.of(near.group, paragraph)?;
            if !comparator.makes_redundant(shingles, &near.similarity) {
                return None;
            }
            let is_sibling = self.siblings.are_siblings(group, near.group)
                && !comparator.holds_whole(shingles, &near.similarity);
            has_sibling |= is_sibling;
            (!is_sibling).then_some((other, near.similarity))
        });
        let best = near.min_by_key(|&(other, _)| self.preference.rank(other));
        Search { best, has_sibling }
    }

    /// Searches the buckets of a paragraph, of what was registered from the place `since` in the order of preference on. What is kept of
    /// its own document, and would be a sibling, is left out as far as it came last.
    fn search_buckets(&self, paragraph: u32, since: u32) -> Search {
        let document = self.contents.document_of(paragraph);
        let mut search = Search::default();
        let Some(asked) = self.asked(paragraph) else { return search };
        let is_own_left_out = match CounterpartIn::of(paragraph, self.contents) {
            CounterpartIn::Any => self.siblings.are_kept() && asked.mates(document).next().is_none(),
            CounterpartIn::OtherDocument => true,
            CounterpartIn::SameDocument if self.siblings.are_kept() => return search,
            CounterpartIn::SameDocument => false,
            CounterpartIn::None => return search,
        };
        let mut windows = Windows::new(
            self,
            self.lists(asked.group, |list| {
                let kept = if is_own_left_out { list.before(document) } else { list.groups };
                &kept[kept.partition_point(|&group| self.registered(group) < since)..]
            }),
        );
        let mut vain = 0;
        while let Some(window) = windows.next() {
            for group in window {
                vain += 1;
                let Some(other) = self.of(group, paragraph) else { continue };
                let is_sibling = || self.siblings.are_siblings(asked.group, group);
                if search.has_sibling && is_sibling() {
                    continue;
                }
                let Some(similarity) = asked.compare(group) else { continue };
                vain -= 1;
                if is_sibling() {
                    search.has_sibling = true;
                } else if search
                    .best
                    .is_none_or(|best| self.preference.rank(other) < self.preference.rank(best.0))
                {
                    search.best = Some((other, similarity));
                }
            }
            // None that is to come is preferred to the place where the next window begins.
            if search.best.is_some_and(|(kept, _)| {
                windows.next_begins.is_none_or(|next| self.preference.rank(kept) < next)
            }) {
                break;
            }
        }
        self.vain.fetch_add(vain, Ordering::Relaxed);
        search
    }

    /// Searches for what a paragraph may be removed for in its own document, where siblings are kept: a mate in the doubled body.
    fn search_mates(&self, paragraph: u32) -> Option<(u32, Similarity)> {
        let asked = self.asked(paragraph)?;
        let mates = asked.mates(self.contents.document_of(paragraph));
        let near = mates.filter_map(|mate| {
            let kept = self.in_same_document(mate, paragraph)?;
            let may_go =
                asked.bands.share(asked.group, mate) && !self.siblings.are_siblings(asked.group, mate);
            Some((kept, asked.compare(mate).filter(|_| may_go)?))
        });
        near.min_by_key(|&(kept, _)| self.preference.rank(kept))
    }

    /// Returns true if something near is kept of a paragraph's own document.
    fn has_near_in_document(&self, paragraph: u32) -> bool {
        let Some(asked) = self.asked(paragraph) else { return false };
        let document = self.contents.document_of(paragraph);
        // Then all that is kept of the document came last, unless its copies are kept elsewhere too.
        let came_last = self.preference.is_by_document()
            && matches!(CounterpartIn::of(paragraph, self.contents), CounterpartIn::Any);
        let lists =
            self.lists(asked.group, |list| if came_last { list.last_of(document) } else { list.groups });
        let is_near =
            |group| self.in_same_document(group, paragraph).is_some() && asked.compare(group).is_some();
        let mut looked_at = 0;
        let groups = Windows::new(self, lists).flatten();
        let is_some_near = groups.inspect(|_| looked_at += 1).any(is_near);
        self.vain.fetch_add(looked_at - usize::from(is_some_near), Ordering::Relaxed);
        is_some_near
    }

    /// Returns how the group of a paragraph is compared with others; `None` if it has no words, or no buckets are known.
    fn asked(&self, paragraph: u32) -> Option<Asked<'_>> {
        let Neighbours::Buckets { bands, .. } = self.neighbours else { return None };
        let group = self.contents.group_of(paragraph)?;
        let Self { contents, neighbours, siblings, .. } = *self;
        let has_others = self.by_prefix.is_some();
        Some(Asked { group, bands, neighbours, contents, siblings, has_others, own: OnceCell::new() })
    }

    /// Returns a part of each of the lists in which all kept groups stand that may be near a group.
    fn lists<'k>(&'k self, group: u32, part: impl Fn(KeptList<'k>) -> &'k [u32]) -> Vec<&'k [u32]> {
        let (Neighbours::Buckets { bands, .. }, Some(in_buckets)) = (self.neighbours, &self.in_buckets)
        else {
            return Vec::new();
        };
        let Some((prefixes, lists)) = &self.by_prefix else {
            return bands.of(group).iter().map(|&bucket| part(in_buckets.get(bucket))).collect();
        };
        // They are chosen before they are cut: to look for where each begins takes longer than all else where most are long.
        let (of_bucket, of_list) = (|bucket| in_buckets.get(bucket), |list| lists.get(list));
        let near = prefixes.near(bands, group, of_bucket, of_list, |list| list.groups.len());
        near.into_iter().map(part).collect()
    }

    /// Returns the place of a kept group in the order of preference.
    fn registered(&self, group: u32) -> u32 {
        self.preference.rank(self.of[group as usize].first)
    }
}

/// What a search found.
#[derive(Clone, Copy, Default)]
pub(crate) struct Search {
    /// The preferred one of those that are near and no siblings.
    pub(crate) best: Option<(u32, Similarity)>,
    /// Whether a sibling was near; not all are looked at.
    pub(crate) has_sibling: bool,
}

impl Search {
    /// Returns what was found, and the siblings that were found `before`.
    fn or_siblings(self, before: Self) -> Self {
        Self { has_sibling: self.has_sibling || before.has_sibling, ..self }
    }
}

/// How many groups of each list the first window has at most. Each further one may have four times as many.
const WINDOW_LEN: usize = 16;

/// The groups of some lists, each in the order of preference: a few of all lists at a time, each once, so that a search can end early.
///
/// One after the other, by the least of the heads of all lists, 20,000 lines that are alike just below the threshold took 19 s, and
/// in windows as long as without: 10 s.
struct Windows<'k> {
    kept: &'k KeptGroups<'k>,
    lists: Vec<&'k [u32]>,
    len: usize,
    /// The place in the order of preference before which there are no more groups; `None` if there are no more at all.
    next_begins: Option<u32>,
}

impl<'k> Windows<'k> {
    fn new(kept: &'k KeptGroups<'k>, mut lists: Vec<&'k [u32]>) -> Self {
        lists.retain(|list| !list.is_empty());
        let next_begins = (!lists.is_empty()).then_some(0);
        Self { kept, lists, len: WINDOW_LEN, next_begins }
    }
}

impl Iterator for Windows<'_> {
    /// Ascending by number.
    type Item = Vec<u32>;

    fn next(&mut self) -> Option<Vec<u32>> {
        self.next_begins?;
        let kept = self.kept;
        let heads = self.lists.iter().filter_map(|list| list.get(self.len));
        self.next_begins = heads.map(|&group| kept.registered(group)).min();
        let mut window = Vec::new();
        for list in &mut self.lists {
            let end = match self.next_begins {
                Some(end) => list.partition_point(|&group| kept.registered(group) < end),
                None => list.len(),
            };
            window.extend_from_slice(&list[..end]);
            *list = &list[end..];
        }
        self.len *= 4;
        Some(distinct(window, kept.of.len()))
    }
}

/// A group that others are compared with.
struct Asked<'k> {
    group: u32,
    bands: &'k Bands,
    neighbours: &'k Neighbours,
    contents: &'k Contents<'k>,
    siblings: &'k SiblingTest<'k>,
    /// Whether it may be asked for groups that share no bucket with it.
    has_others: bool,
    own: OnceCell<Cow<'k, ShingleSet>>,
}

impl Asked<'_> {
    /// Returns the groups that stand for it in the doubled body of a document.
    fn mates(&self, document: u32) -> impl Iterator<Item = u32> {
        self.siblings.mates_of(document, self.group)
    }

    /// Compares the group with another one, `None` if that is no candidate.
    fn compare(&self, other: u32) -> Option<Similarity> {
        let own = self.own.get_or_init(|| self.neighbours.shingles(self.group, self.contents));
        let set = self.neighbours.shingles(other, self.contents);
        let similarity = self.contents.detector.comparator().compare(own, &set)?;
        (!self.has_others || self.bands.share(self.group, other)).then_some(similarity)
    }
}

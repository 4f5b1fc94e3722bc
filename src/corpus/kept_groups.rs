//! What is kept so far, while a corpus is decided one paragraph after the other, and the search among it.
//!
//! A long list of like paragraphs is kept whole, as siblings. So a search looks at other documents first, in the order in which
//! paragraphs are preferred, and ends with the first that one may be removed for; of its own document it looks at the mates
//! in a doubled body, and for one sibling, which is counted. Else a log of 20,000 lines takes 16 s, since each line is compared with
//! all before it; so it takes 0.04 s, and one of 100,000 lines 0.26 s.

use std::borrow::Cow;
use std::cell::OnceCell;

use ahash::AHashMap;

use crate::compare::Similarity;
use crate::corpus::bodies::Bodies;
use crate::corpus::contents::Contents;
use crate::corpus::kept::{CounterpartIn, Preference};
use crate::corpus::neighbours::{Neighbour, Neighbours};
use crate::corpus::options::Scope;
use crate::corpus::siblings::SiblingTest;
use crate::groups::distinct;
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

/// The groups of a bucket that are of the same document as the last.
#[derive(Clone, Copy)]
struct LastDocument {
    number: u32,
    start: u32,
}

/// The copy groups of which something is kept.
pub(crate) struct KeptGroups<'c> {
    contents: &'c Contents<'c>,
    neighbours: &'c Neighbours,
    of: Vec<KeptOf>,
    /// The first that is kept of a group in another document than its first.
    in_other: AHashMap<u32, u32>,
    /// What is kept of a group in a document, if paragraphs are preferred in another order than that of the text: `last`
    /// is not enough then.
    in_document: AHashMap<(u32, u32), u32>,
    preference: &'c Preference,
    /// The groups of which something is kept, bucket by bucket, in the order in which that came about; there is room
    /// for all members of each bucket.
    in_bucket: Vec<u32>,
    /// How many there are in each bucket.
    counts: Vec<u32>,
    /// Of which document those are that came last in each bucket, and where they begin.
    last_documents: Vec<LastDocument>,
}

impl<'c> KeptGroups<'c> {
    /// Keeps nothing yet.
    pub(crate) fn new(
        contents: &'c Contents<'c>,
        neighbours: &'c Neighbours,
        preference: &'c Preference,
    ) -> Self {
        let (places, buckets) = match neighbours {
            Neighbours::Buckets { bands, .. } => (bands.places(), bands.count()),
            Neighbours::Joined { .. } | Neighbours::Lossless { .. } | Neighbours::Given { .. } => (0, 0),
        };
        Self {
            contents,
            neighbours,
            of: vec![KeptOf { first: NOTHING, last: NOTHING }; contents.copy_groups.len()],
            in_other: AHashMap::new(),
            in_document: AHashMap::new(),
            preference,
            in_bucket: vec![NOTHING; places],
            counts: vec![0; buckets as usize],
            last_documents: vec![LastDocument { number: NOTHING, start: 0 }; buckets as usize],
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
        if !self.preference.is_of_text() {
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
        self.contents.scope == Scope::Within && self.preference.is_of_text()
    }

    /// Puts a group, of which the first paragraph was kept, in its buckets.
    fn register(&mut self, group: u32, document: u32) {
        let Neighbours::Buckets { bands, .. } = self.neighbours else { return };
        let is_alone = self.is_one_document_enough();
        for &bucket in bands.of(group) {
            let count = &mut self.counts[bucket as usize];
            let last = &mut self.last_documents[bucket as usize];
            if last.number != document {
                if is_alone {
                    *count = 0;
                }
                *last = LastDocument { number: document, start: *count };
            }
            self.in_bucket[bands.range(bucket).start + *count as usize] = group;
            *count += 1;
        }
    }

    /// Searches for what the paragraphs of a group may be removed for, of what is kept before their batch; `paragraph` is the first
    /// of them.
    pub(crate) fn search_before(&self, paragraph: u32, siblings: &SiblingTest<'_>) -> Before {
        if self.ends_early(paragraph, siblings) {
            Before::Search(self.search_elsewhere(paragraph, 0, siblings))
        } else {
            let group = self.contents.group_of(paragraph);
            Before::All(group.map_or_else(Vec::new, |group| self.neighbours(group, 0, |_| true)))
        }
    }

    /// Searches for what a paragraph may be removed for. `before` is what was found for the group of a paragraph, before the
    /// place `since` in the order of preference.
    pub(crate) fn search(
        &self,
        paragraph: u32,
        before: Option<(u32, &Before)>,
        since: u32,
        siblings: &SiblingTest<'_>,
        bodies: &Bodies,
    ) -> Search {
        if !self.ends_early(paragraph, siblings) {
            let all = before.and_then(|(_, before)| before.all());
            return self.search_all(paragraph, all, since, siblings);
        }
        let place = CounterpartIn::of(paragraph, self.contents);
        let mut search = match before.filter(|&(first, _)| first == paragraph) {
            Some((_, Before::Search(search))) if search.best.is_some() => *search,
            Some((_, Before::Search(search))) => {
                self.search_elsewhere(paragraph, since, siblings).after(*search)
            }
            _ if matches!(place, CounterpartIn::SameDocument) => Search::default(),
            _ => self.search_elsewhere(paragraph, 0, siblings),
        };
        if matches!(place, CounterpartIn::OtherDocument) {
            return search;
        }
        let mate = self.search_mates(paragraph, siblings, bodies);
        search.best = search.best.into_iter().chain(mate).min_by_key(|&(kept, _)| self.preference.rank(kept));
        if search.best.is_none() && !search.has_sibling {
            search.has_sibling = self.has_near_in_document(paragraph);
        }
        search
    }

    /// Returns true if the first that is near and no sibling decides about a paragraph, and nothing of its own document but mates.
    fn ends_early(&self, paragraph: u32, siblings: &SiblingTest<'_>) -> bool {
        let keeps_siblings = matches!(siblings, SiblingTest::ByDocuments(..));
        matches!(self.neighbours, Neighbours::Buckets { .. })
            && match CounterpartIn::of(paragraph, self.contents) {
                CounterpartIn::Any | CounterpartIn::SameDocument => keeps_siblings,
                // In another order the first of a group may be of the same document, and another one of it may not.
                CounterpartIn::OtherDocument => self.preference.is_of_text(),
                CounterpartIn::None => false,
            }
    }

    /// Searches for what a paragraph may be removed for among all of its neighbours: those given, and those that were registered since.
    fn search_all(
        &self,
        paragraph: u32,
        before: Option<&[Neighbour]>,
        since: u32,
        siblings: &SiblingTest<'_>,
    ) -> Search {
        let Some(group) = self.contents.group_of(paragraph) else { return Search::default() };
        let comparator = self.contents.detector.comparator();
        let shingles = || self.neighbours.shingle_count(group, self.contents);
        let is_accepted = |other: u32| self.of(other, paragraph).is_some();
        let fresh = self.neighbours(group, if before.is_some() { since } else { 0 }, is_accepted);
        let mut has_sibling = false;
        let near = before.unwrap_or_default().iter().chain(&fresh).filter_map(|near| {
            let other = self.of(near.group, paragraph)?;
            if !comparator.makes_redundant(shingles, &near.similarity) {
                return None;
            }
            let is_sibling = siblings.are_siblings(group, near.group)
                && !comparator.holds_whole(shingles, &near.similarity);
            has_sibling |= is_sibling;
            (!is_sibling).then_some((other, near.similarity))
        });
        let best = near.min_by_key(|&(other, _)| self.preference.rank(other));
        Search { best, has_sibling }
    }

    /// Returns the neighbours of a group of which something is kept: of those that were registered from the place `since`
    /// in the order of preference on and are accepted. With the exact join it returns all.
    fn neighbours(&self, group: u32, since: u32, is_accepted: impl Fn(u32) -> bool) -> Vec<Neighbour> {
        let Neighbours::Buckets { bands, .. } = self.neighbours else {
            let all = self.neighbours.of(group, self.contents);
            let is_kept = |near: &&Neighbour| self.of[near.group as usize].first != NOTHING;
            return all.iter().filter(is_kept).copied().collect();
        };
        let mut candidates: Vec<u32> = Vec::new();
        for &bucket in bands.of(group) {
            let kept = &self.in_bucket[bands.range(bucket)][..self.counts[bucket as usize] as usize];
            let registered = |other: u32| self.preference.rank(self.of[other as usize].first);
            candidates.extend(kept.iter().rev().take_while(|&&other| registered(other) >= since));
        }
        let mut candidates = distinct(candidates, self.of.len());
        candidates.retain(|&other| other != group && is_accepted(other));
        self.neighbours.verify(group, candidates.into_iter(), self.contents)
    }

    /// Searches for what a paragraph may be removed for, among what is kept of other documents: of what was registered from the
    /// place `since` in the order of preference on, the first that is near and no sibling.
    fn search_elsewhere(&self, paragraph: u32, since: u32, siblings: &SiblingTest<'_>) -> Search {
        let document = self.contents.document_of(paragraph);
        let mut search = Search::default();
        let Some(asked) = self.asked(paragraph) else { return search };
        let lists = asked.buckets().map(|bucket| {
            let kept = self.kept_in(bucket);
            let last = self.last_documents[bucket as usize];
            let elsewhere = if last.number == document { &kept[..last.start as usize] } else { kept };
            &elsewhere[elsewhere.partition_point(|&group| self.registered(group) < since)..]
        });
        let mut rest = self.in_order(lists);
        while let Some(group) = self.next(&mut rest) {
            let is_sibling =
                || self.document_of(group) == document || siblings.are_siblings(asked.group, group);
            if search.has_sibling && is_sibling() {
                continue;
            }
            let Some(similarity) = asked.compare(group) else { continue };
            if is_sibling() {
                search.has_sibling = true;
            } else {
                search.best = Some((self.of[group as usize].first, similarity));
                break;
            }
        }
        search
    }

    /// Searches for what a paragraph may be removed for in its own document: a mate in the doubled body.
    fn search_mates(
        &self,
        paragraph: u32,
        siblings: &SiblingTest<'_>,
        bodies: &Bodies,
    ) -> Option<(u32, Similarity)> {
        let asked = self.asked(paragraph)?;
        let mates = bodies.mates_of(self.contents.document_of(paragraph), asked.group);
        let near = mates.filter_map(|mate| {
            let kept = self.in_same_document(mate, paragraph)?;
            let may_go = asked.bands.share(asked.group, mate) && !siblings.are_siblings(asked.group, mate);
            Some((kept, asked.compare(mate).filter(|_| may_go)?))
        });
        near.min_by_key(|&(kept, _)| self.preference.rank(kept))
    }

    /// Returns true if something near is kept of a paragraph's own document.
    fn has_near_in_document(&self, paragraph: u32) -> bool {
        let Some(asked) = self.asked(paragraph) else { return false };
        let document = self.contents.document_of(paragraph);
        // In the order of the text all that is kept of the document came last, unless its copies are kept elsewhere too.
        let came_last = self.preference.is_of_text()
            && matches!(CounterpartIn::of(paragraph, self.contents), CounterpartIn::Any);
        let of_document =
            |bucket: &u32| !came_last || self.last_documents[*bucket as usize].number == document;
        let lists = asked.buckets().filter(of_document).map(|bucket| {
            let from = if came_last { self.last_documents[bucket as usize].start } else { 0 };
            &self.kept_in(bucket)[from as usize..]
        });
        let mut rest = self.in_order(lists);
        std::iter::from_fn(|| self.next(&mut rest))
            .any(|group| self.in_same_document(group, paragraph).is_some() && asked.compare(group).is_some())
    }

    /// Returns how the group of a paragraph is compared with others; `None` if it has no words, or no buckets are known.
    fn asked(&self, paragraph: u32) -> Option<Asked<'_>> {
        let Neighbours::Buckets { bands, .. } = self.neighbours else { return None };
        let group = self.contents.group_of(paragraph)?;
        Some(Asked {
            group,
            bands,
            neighbours: self.neighbours,
            contents: self.contents,
            own: OnceCell::new(),
        })
    }

    /// Returns the groups of a bucket of which something is kept.
    fn kept_in(&self, bucket: u32) -> &[u32] {
        let Neighbours::Buckets { bands, .. } = self.neighbours else { return &[] };
        &self.in_bucket[bands.range(bucket)][..self.counts[bucket as usize] as usize]
    }

    fn document_of(&self, group: u32) -> u32 {
        self.contents.document_of(self.of[group as usize].first)
    }

    /// Returns the place of a kept group in the order of preference.
    fn registered(&self, group: u32) -> u32 {
        self.preference.rank(self.of[group as usize].first)
    }

    /// Returns the lists that are not empty, each with the place of its first group.
    fn in_order<'k>(&self, lists: impl Iterator<Item = &'k [u32]>) -> Vec<(u32, &'k [u32])> {
        lists.filter_map(|list| Some((self.registered(*list.first()?), list))).collect()
    }

    /// Takes the next group in the order of preference from all lists.
    fn next(&self, rest: &mut Vec<(u32, &[u32])>) -> Option<u32> {
        let &(next, list) = rest.iter().min_by_key(|(place, _)| *place)?;
        rest.retain_mut(|(place, list)| {
            if *place == next {
                *list = &list[1..];
                *place = list.first().map_or(u32::MAX, |&group| self.registered(group));
            }
            !list.is_empty()
        });
        Some(list[0])
    }
}

/// What a search found.
#[derive(Clone, Copy, Default)]
pub(crate) struct Search {
    /// The first that is near and no sibling.
    pub(crate) best: Option<(u32, Similarity)>,
    /// Whether a sibling was near, before that.
    pub(crate) has_sibling: bool,
}

impl Search {
    /// Returns what was found in all, if nothing was found `before` but siblings.
    fn after(self, before: Self) -> Self {
        Self { has_sibling: self.has_sibling || before.has_sibling, ..self }
    }
}

/// What was found for a group before its batch.
pub(crate) enum Before {
    Search(Search),
    /// All of its neighbours.
    All(Vec<Neighbour>),
}

impl Before {
    fn all(&self) -> Option<&[Neighbour]> {
        match self {
            Self::Search(_) => None,
            Self::All(neighbours) => Some(neighbours),
        }
    }
}

/// A group that others are compared with.
struct Asked<'k> {
    group: u32,
    bands: &'k Bands,
    neighbours: &'k Neighbours,
    contents: &'k Contents<'k>,
    own: OnceCell<Cow<'k, ShingleSet>>,
}

impl Asked<'_> {
    fn buckets(&self) -> impl Iterator<Item = u32> {
        self.bands.of(self.group).iter().copied()
    }

    /// Compares the group with another one.
    fn compare(&self, other: u32) -> Option<Similarity> {
        let own = self.own.get_or_init(|| self.neighbours.shingles(self.group, self.contents));
        let other = self.neighbours.shingles(other, self.contents);
        self.contents.detector.comparator().compare(own, &other)
    }
}

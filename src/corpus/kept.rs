//! Which paragraphs of a corpus are kept, and which are redundant beside them.
//!
//! Paragraphs are looked at one after the other, in the order in which they are preferred. Each is redundant if it
//! resembles one that is kept and that it may be removed for; else it is kept itself. Nothing is joined by way of a
//! third, and a paragraph is only ever compared with those that are kept, however many copies of a line there are.
//!
//! Lossless removal has a way of its own to decide: see [`lossless`].

use std::cmp::Reverse;
use std::ops::Range;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::article::detector::stable;
use crate::compare::Similarity;
use crate::compare::pair::{Evidence, ParagraphId};
use crate::corpus::bodies::Bodies;
use crate::corpus::boilerplate;
use crate::corpus::contents::{Contents, ParagraphEntry};
use crate::corpus::found::{Redundant, Removal};
use crate::corpus::known::Known;
use crate::corpus::lossless;
use crate::corpus::neighbours::{Neighbour, Neighbours};
use crate::corpus::options::{Keep, Scope};
use crate::corpus::revisions::Revisions;
use crate::corpus::siblings::SiblingTest;
use crate::corpus::walks::RunPair;
use crate::groups::{distinct, number};
use crate::text::paragraph::{Boundary, Paragraph, without};

/// How many paragraphs are compared at a time, on all cores, with what was kept before them.
pub(crate) const BATCH_LEN: usize = 1 << 13;

/// What was decided of a corpus.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) redundant: Redundant,
    /// By the later, then the earlier paragraph.
    pub(crate) run_pairs: Vec<RunPair>,
}

/// Decides what is redundant in a corpus.
pub(crate) fn decide(
    contents: &Contents<'_>,
    neighbours: &Neighbours,
    bodies: &Bodies,
    known: &Known,
) -> Decided {
    if let Neighbours::Lossless { rare, .. } = neighbours {
        let (removals, spared) = removals(contents, neighbours, lossless::decide(contents, rare), Vec::new());
        return Decided { redundant: Redundant { removals, spared, siblings: 0 }, run_pairs: Vec::new() };
    }
    let siblings = SiblingTest::new(contents, bodies);
    let preference = Preference::new(contents);
    let ByThreshold { mut decided, known, siblings: spared_as_siblings } =
        by_threshold(contents, neighbours, &siblings, &preference, known);
    let is_known = |n: u32| known.binary_search_by_key(&contents.id(n), |removal| removal.removed).is_ok();
    let revisions = Revisions { contents, neighbours, bodies, siblings: &siblings, preference: &preference };
    let run_pairs = revisions.pairs(&decided);
    revisions.apply(&run_pairs, is_known, &mut decided);
    let (removals, spared) = removals(contents, neighbours, decided, known);
    Decided { redundant: Redundant { removals, spared, siblings: spared_as_siblings }, run_pairs }
}

/// Returns the removals by the paragraph that is removed, those for what is known among them, and how many more were spared.
fn removals(
    contents: &Contents<'_>,
    neighbours: &Neighbours,
    decided: Vec<Decision>,
    known: Vec<Removal>,
) -> (Vec<Removal>, usize) {
    let exact_copy = |group: u32| Similarity::exact_copy(neighbours.shingles(group, contents).len());
    let mut copied: Vec<u32> = decided
        .iter()
        .filter(|decision| decision.similarity.is_none())
        .filter_map(|decision| contents.group_of(decision.removed))
        .collect();
    copied.par_sort_unstable();
    copied.dedup();
    let exact: Vec<Similarity> = copied.par_iter().map(|&group| exact_copy(group)).collect();
    let similarity_of_copies = |paragraph: u32| {
        let group = contents.paragraphs[paragraph as usize].copy_group;
        copied.binary_search(&group).map_or_else(|_| exact_copy(group), |at| exact[at])
    };
    let mut removals: Vec<Removal> = decided
        .into_par_iter()
        .map(|Decision { removed, kept, similarity, evidence }| Removal {
            kept: contents.id(kept),
            removed: contents.id(removed),
            similarity: similarity.unwrap_or_else(|| similarity_of_copies(removed)),
            evidence,
        })
        .chain(known)
        .collect();
    removals.par_sort_unstable_by_key(|removal| removal.removed);
    let mut spared: Vec<ParagraphId> = removals
        .par_chunk_by(|a, b| a.removed.document == b.removed.document)
        .flat_map_iter(|removals| spared(contents, removals))
        .collect();
    spared.sort_unstable();
    removals.retain(|removal| spared.binary_search(&removal.removed).is_err());
    (removals, spared.len())
}

/// Returns those of the redundant paragraphs of one document that stay, so that it is cut as before.
fn spared(contents: &Contents<'_>, removals: &[Removal]) -> Vec<ParagraphId> {
    let boundary = contents.detector.boundary();
    if boundary != Boundary::Auto {
        return Vec::new();
    }
    let document = contents.place(removals[0].removed.document).expect("the corpus made this id");
    let spans: Vec<Range<usize>> =
        contents.paragraphs_of(document).iter().map(ParagraphEntry::span).collect();
    let removed: Vec<usize> = removals.iter().map(|removal| removal.removed.paragraph as usize).collect();
    let spared = spared_of_text(boundary, &contents.text(document), &spans, &removed);
    let is_spared = |id: &ParagraphId| spared.binary_search(&(id.paragraph as usize)).is_ok();
    removals.iter().map(|removal| removal.removed).filter(is_spared).collect()
}

/// Returns those of the redundant paragraphs (ascending) of a text that stay, so that it is cut as before. It is none of a
/// text that the spans are not of, as it could not be read.
pub(crate) fn spared_of_text(
    boundary: Boundary,
    text: &str,
    spans: &[Range<usize>],
    removed: &[usize],
) -> Vec<usize> {
    if boundary != Boundary::Auto || spans.iter().any(|span| text.get(span.clone()).is_none()) {
        return Vec::new();
    }
    let is_stable = |removed: &[usize]| {
        let clean = without(text, spans, removed);
        let kept = (0..).zip(spans).filter(|(n, _)| removed.binary_search(n).is_err());
        let cut = Boundary::Auto.paragraphs(&clean);
        cut.iter().map(Paragraph::as_str).eq(kept.map(|(_, span)| &text[span.clone()]))
    };
    let goes = stable(removed, |n| spans[n].len(), is_stable);
    removed.iter().copied().filter(|n| goes.binary_search(n).is_err()).collect()
}

/// A paragraph that goes, and the one that it was verified against.
pub(crate) struct Decision {
    pub(crate) removed: u32,
    pub(crate) kept: u32,
    /// `None` if they are exact copies, and it is not known yet how many shingles they have.
    pub(crate) similarity: Option<Similarity>,
    pub(crate) evidence: Evidence,
}

impl Decision {
    fn by_threshold(removed: u32, kept: u32, similarity: Option<Similarity>) -> Self {
        Self { removed, kept, similarity, evidence: Evidence::Threshold }
    }
}

/// In which order paragraphs are preferred.
pub(crate) struct Preference {
    /// All paragraphs, the preferred first; `None` if that is the order of the text.
    order: Option<Vec<u32>>,
    /// The place of each paragraph in that order; empty if that is the order of the text.
    ranks: Vec<u32>,
}

impl Preference {
    pub(crate) fn new(contents: &Contents<'_>) -> Self {
        if contents.keep == Keep::First && contents.ranks.is_empty() {
            return Self { order: None, ranks: Vec::new() };
        }
        let mut order: Vec<u32> = (0..contents.count()).collect();
        if contents.keep == Keep::Last {
            order.reverse();
        }
        let document_rank =
            |n: u32| contents.ranks.get(contents.document_of(n) as usize).copied().unwrap_or(u32::MAX);
        let words = |n: u32| match contents.keep {
            Keep::Longest => contents.paragraphs[n as usize].words,
            Keep::First | Keep::Last => 0,
        };
        order.par_sort_by_key(|&n| (document_rank(n), Reverse(words(n)))); // stable
        let mut ranks = vec![0; order.len()];
        for (place, &paragraph) in (0..).zip(&order) {
            ranks[paragraph as usize] = place;
        }
        Self { order: Some(order), ranks }
    }

    /// Returns the place of a paragraph in the order of preference.
    pub(crate) fn rank(&self, paragraph: u32) -> u32 {
        self.ranks.get(paragraph as usize).copied().unwrap_or(paragraph)
    }
}

/// What is redundant by the threshold.
pub(crate) struct ByThreshold {
    /// In the order of preference.
    pub(crate) decided: Vec<Decision>,
    /// What is redundant beside a paragraph of an index, or boilerplate, ascending.
    known: Vec<Removal>,
    /// How many paragraphs are kept, though at the threshold with one that is kept, as the two are siblings.
    pub(crate) siblings: usize,
}

/// Decides what is redundant by the threshold.
pub(crate) fn by_threshold(
    contents: &Contents<'_>,
    neighbours: &Neighbours,
    siblings: &SiblingTest<'_>,
    preference: &Preference,
    known: &Known,
) -> ByThreshold {
    let boilerplate = boilerplate::find(contents);
    let mut copies_of: AHashMap<u32, Similarity> = AHashMap::new();
    let known_copy = |paragraph: u32, group: u32| {
        let in_scope = matches!(
            CounterpartIn::of(paragraph, contents),
            CounterpartIn::Any | CounterpartIn::OtherDocument
        );
        known.of(group).filter(|_| in_scope)
    };
    let mut removed_for_known: Vec<Removal> = Vec::new();
    let comparator = contents.detector.comparator();
    let mut kept = Kept::new(contents, neighbours, preference);
    let (mut decided, mut spared) = (Vec::new(), 0);
    let count = contents.count() as usize;
    for start in (0..count).step_by(BATCH_LEN) {
        let places = start..count.min(start + BATCH_LEN);
        let batch: Vec<u32> = match &preference.order {
            Some(order) => order[places].to_vec(),
            None => places.map(number).collect(),
        };
        // Where any document will do, one look for a group serves all of it, and can be taken on all cores. Within
        // its own document a paragraph has few counterparts, and is looked at when it is its turn.
        let is_shared = |&&paragraph: &&u32| {
            matches!(
                CounterpartIn::of(paragraph, contents),
                CounterpartIn::Any | CounterpartIn::OtherDocument
            )
        };
        let has_no_copy = |&&paragraph: &&u32| kept.copy_of(paragraph).is_none();
        let mut open: Vec<u32> = batch
            .par_iter()
            .filter(is_shared)
            .filter(has_no_copy)
            .filter_map(|&paragraph| contents.group_of(paragraph))
            .collect();
        open.par_sort_unstable();
        open.dedup();
        let before: Vec<Vec<Neighbour>> =
            open.par_iter().map(|&group| kept.neighbours(group, 0, |_| true)).collect();
        let since = number(start);
        for &paragraph in &batch {
            let Some(group) = contents.group_of(paragraph) else { continue };
            if boilerplate.get(group as usize) == Some(&true) {
                let exact = || Similarity::exact_copy(neighbours.shingles(group, contents).len());
                removed_for_known.push(Removal {
                    kept: contents.id(contents.copy_groups[group as usize].first),
                    removed: contents.id(paragraph),
                    similarity: *copies_of.entry(group).or_insert_with(exact),
                    evidence: Evidence::Boilerplate,
                });
                continue;
            }
            if let Some(found) = known_copy(paragraph, group) {
                removed_for_known.push(Removal {
                    kept: known.id(found, contents.documents.len()),
                    removed: contents.id(paragraph),
                    similarity: found.similarity,
                    evidence: Evidence::Threshold,
                });
                continue;
            }
            if let Some(copy) = kept.copy_of(paragraph) {
                decided.push(Decision::by_threshold(paragraph, copy, None));
                continue;
            }
            let is_accepted = |other: u32| kept.of(other, paragraph).is_some();
            let known =
                open.binary_search(&group).ok().filter(|_| is_shared(&&paragraph)).map(|at| &before[at]);
            let fresh = kept.neighbours(group, if known.is_some() { since } else { 0 }, is_accepted);
            let near = known.into_iter().flatten().chain(&fresh);
            let near = near.filter(|near| {
                let shingles = || neighbours.shingle_count(group, contents);
                comparator.makes_redundant(shingles, &near.similarity)
            });
            let mut has_sibling = false;
            let best = near.filter_map(|near| {
                let other = kept.of(near.group, paragraph)?;
                let is_sibling = siblings.are_siblings(group, near.group)
                    && !near.similarity.holds_all(neighbours.shingle_count(group, contents));
                has_sibling |= is_sibling;
                (!is_sibling).then_some((other, near.similarity))
            });
            let Some((other, similarity)) = best.min_by_key(|&(other, _)| preference.rank(other)) else {
                spared += usize::from(has_sibling);
                kept.keep(paragraph, group);
                continue;
            };
            decided.push(Decision::by_threshold(paragraph, other, Some(similarity)));
        }
    }
    removed_for_known.par_sort_unstable_by_key(|removal| removal.removed);
    ByThreshold { decided, known: removed_for_known, siblings: spared }
}

/// Where a kept paragraph must stand for another to be removed.
#[derive(Clone, Copy)]
pub(crate) enum CounterpartIn {
    Any,
    SameDocument,
    OtherDocument,
    None,
}

impl CounterpartIn {
    pub(crate) fn of(paragraph: u32, contents: &Contents<'_>) -> Self {
        let is_short = (contents.paragraphs[paragraph as usize].words as usize) < contents.min_words;
        match contents.scope {
            Scope::Within => Self::SameDocument,
            Scope::Across if is_short => Self::None,
            Scope::Across => Self::OtherDocument,
            Scope::All if is_short => Self::SameDocument,
            Scope::All => Self::Any,
        }
    }
}

/// In place of the number of a paragraph.
const NOTHING: u32 = u32::MAX;

/// What is kept of a group: enough to find the first that a paragraph may be removed for.
#[derive(Clone, Copy)]
struct KeptOf {
    first: u32,
    last: u32,
}

struct Kept<'c> {
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
}

impl<'c> Kept<'c> {
    /// Keeps nothing yet.
    fn new(contents: &'c Contents<'c>, neighbours: &'c Neighbours, preference: &'c Preference) -> Self {
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
        }
    }

    /// Returns the kept exact copy that a paragraph may be removed for.
    fn copy_of(&self, paragraph: u32) -> Option<u32> {
        self.of(self.contents.group_of(paragraph)?, paragraph)
    }

    /// Returns the first kept paragraph of a group that `paragraph` may be removed for.
    fn of(&self, group: u32, paragraph: u32) -> Option<u32> {
        let KeptOf { first, last } = self.of[group as usize];
        let document = self.contents.document_of(paragraph);
        let is_same = |kept: u32| kept != NOTHING && self.contents.document_of(kept) == document;
        let found = match CounterpartIn::of(paragraph, self.contents) {
            CounterpartIn::SameDocument if is_same(first) => first,
            CounterpartIn::SameDocument if is_same(last) => last,
            CounterpartIn::SameDocument if self.preference.order.is_some() => {
                return self.in_document.get(&(group, document)).copied();
            }
            CounterpartIn::OtherDocument if is_same(first) => return self.in_other.get(&group).copied(),
            CounterpartIn::Any | CounterpartIn::OtherDocument => first,
            CounterpartIn::SameDocument | CounterpartIn::None => NOTHING,
        };
        (found != NOTHING).then_some(found)
    }

    fn keep(&mut self, paragraph: u32, group: u32) {
        let document = self.contents.document_of(paragraph);
        if self.preference.order.is_some() {
            self.in_document.entry((group, document)).or_insert(paragraph);
        }
        let of = &mut self.of[group as usize];
        of.last = paragraph;
        if of.first == NOTHING {
            of.first = paragraph;
            self.register(group);
        } else if self.contents.document_of(of.first) != document {
            self.in_other.entry(group).or_insert(paragraph);
        }
    }

    /// Puts a group, of which the first paragraph was kept, in its buckets.
    fn register(&mut self, group: u32) {
        let Neighbours::Buckets { bands, .. } = self.neighbours else { return };
        for &bucket in bands.of(group) {
            let count = &mut self.counts[bucket as usize];
            self.in_bucket[bands.range(bucket).start + *count as usize] = group;
            *count += 1;
        }
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
}

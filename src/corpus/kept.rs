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
use crate::corpus::kept_groups::{KeptGroups, Search};
use crate::corpus::known::Known;
use crate::corpus::lossless;
use crate::corpus::neighbours::Neighbours;
use crate::corpus::options::{Keep, Scope};
use crate::corpus::revisions::Revisions;
use crate::corpus::siblings::SiblingTest;
use crate::corpus::walks::RunPair;
use crate::groups::number;
use crate::text::paragraph::{Boundary, Paragraph, without};

/// How many paragraphs are compared at a time, on all cores, with what was kept before them.
// In unit tests so few that small corpora have several.
pub(crate) const BATCH_LEN: usize = if cfg!(test) { 1 << 4 } else { 1 << 13 };

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

/// Returns the removals by the paragraph that is removed, those for what is known among them, and those that were spared.
fn removals(
    contents: &Contents<'_>,
    neighbours: &Neighbours,
    decided: Vec<Decision>,
    known: Vec<Removal>,
) -> (Vec<Removal>, Vec<ParagraphId>) {
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
    (removals, spared)
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
    is_by_document: bool,
}

impl Preference {
    pub(crate) fn new(contents: &Contents<'_>) -> Self {
        if contents.keep == Keep::First && contents.ranks.is_empty() {
            return Self { order: None, ranks: Vec::new(), is_by_document: true };
        }
        let is_within = contents.scope == Scope::Within;
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
        // What is kept of another document does not matter within one.
        let document = |n: u32| if is_within { contents.document_of(n) } else { 0 };
        order.par_sort_by_key(|&n| (document(n), document_rank(n), Reverse(words(n)))); // stable
        let mut ranks = vec![0; order.len()];
        for (place, &paragraph) in (0..).zip(&order) {
            ranks[paragraph as usize] = place;
        }
        Self { order: Some(order), ranks, is_by_document: is_within || contents.keep != Keep::Longest }
    }

    /// Returns true if the paragraphs of a document come together.
    pub(crate) fn is_by_document(&self) -> bool {
        self.is_by_document
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
    let is_shared = |paragraph: u32| {
        matches!(CounterpartIn::of(paragraph, contents), CounterpartIn::Any | CounterpartIn::OtherDocument)
    };
    let mut removed_for_known: Vec<Removal> = Vec::new();
    let mut kept = KeptGroups::new(contents, neighbours, preference, siblings);
    let (mut decided, mut spared) = (Vec::new(), 0);
    let count = contents.count() as usize;
    for start in (0..count).step_by(BATCH_LEN) {
        let places = start..count.min(start + BATCH_LEN);
        let batch: Vec<u32> = match &preference.order {
            Some(order) => order[places].to_vec(),
            None => places.map(number).collect(),
        };
        // Where any document will do, one search for a group serves all of it, and can be made on all cores. Within
        // its own document a paragraph has few counterparts, and is searched for when it is its turn.
        let mut open: Vec<(u32, usize)> = (0..batch.len())
            .into_par_iter()
            .filter(|&at| kept.is_searched_before(batch[at]) && kept.copy_of(batch[at]).is_none())
            .filter_map(|at| Some((contents.group_of(batch[at])?, at)))
            .collect();
        open.par_sort_unstable();
        open.dedup_by_key(|(group, _)| *group);
        let before: Vec<Search> = open.par_iter().map(|&(_, at)| kept.search_before(batch[at])).collect();
        let found_before = |paragraph: u32, group: u32| {
            let at = open.binary_search_by_key(&group, |open| open.0).ok()?;
            let is_any = matches!(CounterpartIn::of(paragraph, contents), CounterpartIn::Any);
            (is_any || batch[open[at].1] == paragraph).then_some(before[at])
        };
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
            if let Some(found) = known.of(group).filter(|_| is_shared(paragraph)) {
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
            let search = kept.search(paragraph, found_before(paragraph, group), since);
            if let Some((other, similarity)) = search.best {
                decided.push(Decision::by_threshold(paragraph, other, Some(similarity)));
            } else {
                spared += usize::from(search.has_sibling);
                kept.keep(paragraph, group);
            }
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

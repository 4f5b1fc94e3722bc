//! Revisions: what is kept by the threshold, but goes for another by the evidence of a run, or of a doubled body.
//!
//! A kept paragraph goes only together with all that went for it, and only if each of them is verified against the one
//! that stays: at the threshold, or by the least that a run asks for. So what is kept only becomes less, and every removed
//! paragraph was compared with the one that is kept in its place.

use ahash::{AHashMap, AHashSet};
use rayon::prelude::*;

use crate::compare::Similarity;
use crate::compare::pair::Evidence;
use crate::corpus::bodies::Bodies;
use crate::corpus::contents::Contents;
use crate::corpus::kept::{CounterpartIn, Decision, Preference};
use crate::corpus::neighbours::Neighbours;
use crate::corpus::siblings::SiblingTest;
use crate::corpus::walks::{RunComparator, RunPair, Walks};

/// What revisions are decided by.
pub(crate) struct Revisions<'r> {
    pub(crate) contents: &'r Contents<'r>,
    pub(crate) neighbours: &'r Neighbours,
    pub(crate) bodies: &'r Bodies,
    pub(crate) siblings: &'r SiblingTest<'r>,
    pub(crate) preference: &'r Preference,
}

impl Revisions<'_> {
    /// Returns the pairs by the evidence of runs and of doubled bodies, by the later, then the earlier paragraph.
    pub(crate) fn pairs(&self, decided: &[Decision]) -> Vec<RunPair> {
        let Self { contents, bodies, siblings, .. } = *self;
        let mut pairs = bodies.pairs.clone();
        let stands_alone = |document: usize| contents.paragraphs_of(document).len() < 2;
        if contents.wants_runs() && !(0..contents.documents.len()).all(stands_alone) {
            let passages = kept_for(contents, decided)
                .iter()
                .map(|&kept| contents.paragraphs[kept as usize].copy_group)
                .collect();
            let comparator = RunComparator::new(contents.detector.comparator().threshold);
            pairs.extend(Walks { contents, siblings, comparator, passages }.pairs());
            // Those are of two documents, these of one.
            pairs.par_sort_unstable_by_key(|pair| (pair.later, pair.earlier));
        }
        pairs
    }

    /// Has what is redundant by these pairs decided anew. What an index knows goes for that, and stays for nothing.
    pub(crate) fn apply(
        &self,
        pairs: &[RunPair],
        is_known: impl Fn(u32) -> bool,
        decided: &mut Vec<Decision>,
    ) {
        let changed = self.changed(pairs, is_known, decided);
        let is_unchanged = |decision: &Decision| {
            changed.binary_search_by_key(&decision.removed, |changed| changed.removed).is_err()
        };
        decided.retain(is_unchanged);
        decided.extend(changed);
    }

    /// Returns what is redundant by these pairs, or beside another paragraph than before: by what is removed.
    pub(crate) fn changed(
        &self,
        pairs: &[RunPair],
        is_known: impl Fn(u32) -> bool,
        decided: &[Decision],
    ) -> Vec<Decision> {
        if pairs.is_empty() {
            return Vec::new();
        }
        let kept_for = kept_for(self.contents, decided);
        let mergeable: Vec<&RunPair> =
            pairs.iter().filter(|pair| !is_known(pair.later) && !is_known(pair.earlier)).collect();
        let mut members: AHashMap<u32, Vec<u32>> = AHashMap::new();
        for pair in &mergeable {
            for n in [pair.later, pair.earlier] {
                members.entry(kept_for[n as usize]).or_default();
            }
        }
        for decision in decided {
            if let Some(members) = members.get_mut(&decision.kept) {
                members.push(decision.removed);
            }
        }
        let known = pairs.iter().map(|pair| groups_of(self.contents, pair.later, pair.earlier)).collect();
        let comparator = RunComparator::new(self.contents.detector.comparator().threshold);
        let judge = Judge { given: self, comparator, known };
        judge.decide(&merge(&judge, &kept_for, members, mergeable))
    }
}

/// Returns for each paragraph the one that is kept in its place: itself, unless it is redundant.
fn kept_for(contents: &Contents<'_>, decided: &[Decision]) -> Vec<u32> {
    let mut kept_for: Vec<u32> = (0..contents.count()).collect();
    for decision in decided {
        kept_for[decision.removed as usize] = decision.kept;
    }
    kept_for
}

/// Returns the paragraphs that go for another than before, ascending, each with that.
fn merge(
    judge: &Judge<'_>,
    kept_for: &[u32],
    mut members: AHashMap<u32, Vec<u32>>,
    mut pairs: Vec<&RunPair>,
) -> Vec<(u32, u32)> {
    let mut changed: AHashMap<u32, u32> = AHashMap::new();
    let mut failed: AHashSet<(u32, u32)> = AHashSet::new();
    let preference = judge.given.preference;
    // The most alike first.
    pairs.par_sort_by(|a, b| (b.lcs.common * a.lcs.total).cmp(&(a.lcs.common * b.lcs.total))); // stable
    for pair in pairs {
        let kept = |n: u32| changed.get(&n).copied().unwrap_or(kept_for[n as usize]);
        let (one, other) = (kept(pair.later), kept(pair.earlier));
        if one == other {
            continue;
        }
        let (goes, stays) =
            if preference.rank(one) > preference.rank(other) { (one, other) } else { (other, one) };
        if failed.contains(&(goes, stays)) {
            continue;
        }
        let mut all = members.remove(&goes).unwrap_or_default();
        all.push(goes);
        if all.iter().all(|&n| judge.may_go(n, stays)) {
            changed.extend(all.iter().map(|&n| (n, stays)));
            members.entry(stays).or_default().extend(all);
        } else {
            all.pop();
            members.insert(goes, all);
            failed.insert((goes, stays));
        }
    }
    let mut changed: Vec<(u32, u32)> = changed.into_iter().collect();
    changed.sort_unstable();
    changed
}

/// Verifies paragraphs against others.
struct Judge<'j> {
    given: &'j Revisions<'j>,
    comparator: RunComparator,
    /// The copy groups of the pairs that walks came upon, the lower number first: those have enough words in common.
    known: AHashSet<(u32, u32)>,
}

impl Judge<'_> {
    /// Returns true if a paragraph may be removed for another.
    fn may_go(&self, n: u32, kept: u32) -> bool {
        let document = self.given.contents.document_of(n);
        let is_same_document = document == self.given.contents.document_of(kept);
        let has_place = match CounterpartIn::of(n, self.given.contents) {
            CounterpartIn::Any => true,
            CounterpartIn::SameDocument => is_same_document,
            CounterpartIn::OtherDocument => !is_same_document,
            CounterpartIn::None => false,
        };
        let (group, kept_group) = (self.group(n), self.group(kept));
        let is_verified = || {
            (!is_same_document || self.given.bodies.are_mates(document, group, kept_group))
                && !self.given.siblings.are_siblings(group, kept_group)
                && (self.known.contains(&in_order(group, kept_group))
                    || self.verify(group, kept_group).is_some())
        };
        has_place && (group == kept_group || is_verified())
    }

    /// Returns how paragraphs are redundant beside those that they were found to go for, in the order given.
    fn decide(&self, changed: &[(u32, u32)]) -> Vec<Decision> {
        let groups = |&(removed, kept): &(u32, u32)| groups_of(self.given.contents, removed, kept);
        let mut compared: Vec<(u32, u32)> =
            changed.par_iter().map(groups).filter(|(one, other)| one != other).collect();
        compared.par_sort_unstable();
        compared.dedup(); // copies are compared once
        let verified: Vec<Option<(Similarity, Evidence)>> =
            compared.par_iter().map(|&(one, other)| self.verify(one, other)).collect();
        let decide = |changed: &(u32, u32)| {
            let (removed, kept) = *changed;
            let Ok(place) = compared.binary_search(&groups(changed)) else {
                return Some(Decision { removed, kept, similarity: None, evidence: Evidence::Threshold });
            };
            let (similarity, evidence) = verified[place]?;
            Some(Decision { removed, kept, similarity: Some(similarity), evidence })
        };
        changed.iter().filter_map(decide).collect()
    }

    /// Compares two copy groups.
    fn verify(&self, one: u32, other: u32) -> Option<(Similarity, Evidence)> {
        let [a, b] = [one, other].map(|group| self.given.neighbours.shingles(group, self.given.contents));
        if let Some(similarity) = self.given.contents.detector.comparator().compare(&a, &b) {
            return Some((similarity, Evidence::Threshold));
        }
        if !self.known.contains(&in_order(one, other)) {
            self.comparator
                .compare(&self.given.contents.sequence_of(one), &self.given.contents.sequence_of(other))?;
        }
        Some((Similarity::of(&a, &b), Evidence::Run))
    }

    fn group(&self, n: u32) -> u32 {
        self.given.contents.paragraphs[n as usize].copy_group
    }
}

/// Returns the copy groups of two paragraphs, the lower number first.
fn groups_of(contents: &Contents<'_>, one: u32, other: u32) -> (u32, u32) {
    let [one, other] = [one, other].map(|n| contents.paragraphs[n as usize].copy_group);
    in_order(one, other)
}

fn in_order(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

//! All verified pairs of a corpus, one after the other.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::compare::Similarity;
use crate::compare::pair::{Evidence, ParagraphPair};
use crate::corpus::contents::Contents;
use crate::corpus::kept::BATCH_LEN;
use crate::corpus::neighbours::{Neighbour, Neighbours};
use crate::corpus::walks::RunPair;
use crate::groups::FlatGroups;

/// Yields pairs by the later, then the earlier paragraph. Neighbours are found for a batch of paragraphs at a time, on
/// all cores; what is held besides is the pairs of one paragraph.
pub(crate) struct Pairs<'f, 't> {
    contents: &'f Contents<'t>,
    neighbours: &'f Neighbours,
    /// The pairs by the evidence of runs that are still to come, by the later, then the earlier paragraph.
    in_runs: &'f [RunPair],
    members: FlatGroups<u32>,
    batch: Batch<'f>,
    later: u32,
    /// The paragraphs that make a pair with `later`, ascending, and how many were yielded.
    earlier: Vec<(u32, Kind)>,
    yielded: usize,
    /// The similarity of `later` and its exact copies, once it is known.
    exact: Option<Similarity>,
}

/// How a pair was found.
#[derive(Clone, Copy)]
enum Kind {
    ExactCopy,
    Near(Similarity),
    InRun,
}

/// The paragraphs whose neighbours were found together.
struct Batch<'f> {
    /// Those that are still to be looked at.
    rest: Range<u32>,
    /// Their copy groups, ascending, and the neighbours of each.
    groups: Vec<u32>,
    near: Vec<Cow<'f, [Neighbour]>>,
}

impl<'f, 't> Pairs<'f, 't> {
    pub(crate) fn new(
        contents: &'f Contents<'t>,
        neighbours: &'f Neighbours,
        run_pairs: &'f [RunPair],
    ) -> Self {
        _ = neighbours.find_prefixes(contents); // here, as batches ask for neighbours on all cores
        Self {
            contents,
            neighbours: neighbours.with_all_pairs(contents),
            in_runs: run_pairs,
            members: contents.members(),
            batch: Batch { rest: 0..0, groups: Vec::new(), near: Vec::new() },
            later: 0,
            earlier: Vec::new(),
            yielded: 0,
            exact: None,
        }
    }

    /// Collects the pairs of the next paragraph. Returns false if there is none.
    fn advance(&mut self) -> bool {
        if self.batch.rest.is_empty() && !self.find_batch() {
            return false;
        }
        let later = self.batch.rest.start;
        self.batch.rest.start += 1;
        self.earlier.clear();
        (self.later, self.yielded, self.exact) = (later, 0, None);
        let Some(group) = self.contents.group_of(later) else { return true };
        let place = self.batch.groups.binary_search(&group).expect("it was collected with its batch");
        let before = |group: u32| self.members.get(group).iter().copied().take_while(|&n| n < later);
        self.earlier.extend(before(group).map(|n| (n, Kind::ExactCopy)));
        for near in self.batch.near[place].iter() {
            self.earlier.extend(before(near.group).map(|n| (n, Kind::Near(near.similarity))));
        }
        let in_runs = self.in_runs.partition_point(|pair| pair.later <= later);
        let (in_runs, rest) = self.in_runs.split_at(in_runs);
        self.in_runs = rest;
        self.earlier.extend(in_runs.iter().map(|pair| (pair.earlier, Kind::InRun)));
        self.earlier.retain(|&(n, _)| self.contents.in_scope(n, later));
        self.earlier.sort_by_key(|&(n, _)| n); // stable, so that a pair at the threshold stands before the same by a run
        self.earlier.dedup_by_key(|&mut (n, _)| n);
        true
    }

    /// Returns the similarity of `later` and its exact copies.
    fn exact_copy(&mut self) -> Similarity {
        *self.exact.get_or_insert_with(|| {
            let group = self.contents.paragraphs[self.later as usize].copy_group;
            Similarity::exact_copy(self.neighbours.shingles(group, self.contents).len())
        })
    }

    /// Returns the similarity of `later` and another that a run made its pair. They may be at the threshold all the same, if
    /// no bucket holds both.
    fn in_run(&self, earlier: u32) -> (Similarity, Evidence) {
        let shingles =
            |n: u32| self.neighbours.shingles(self.contents.paragraphs[n as usize].copy_group, self.contents);
        let (a, b) = (shingles(earlier), shingles(self.later));
        match self.contents.detector.comparator().compare(&a, &b) {
            Some(similarity) => (similarity, Evidence::Threshold),
            None => (Similarity::of(&a, &b), Evidence::Run),
        }
    }

    /// Finds the neighbours of the next batch of paragraphs. Returns false if there is none.
    fn find_batch(&mut self) -> bool {
        let (contents, neighbours) = (self.contents, self.neighbours);
        let start = self.batch.rest.end;
        #[allow(clippy::cast_possible_truncation)] // it is a small constant
        let rest = start..start.saturating_add(BATCH_LEN as u32).min(contents.count());
        let mut groups: Vec<u32> = rest.clone().filter_map(|n| contents.group_of(n)).collect();
        groups.sort_unstable();
        groups.dedup();
        let near = groups.par_iter().map(|&group| neighbours.of(group, contents)).collect();
        let is_some = !rest.is_empty();
        self.batch = Batch { rest, groups, near };
        is_some
    }
}

impl Iterator for Pairs<'_, '_> {
    type Item = ParagraphPair;

    fn next(&mut self) -> Option<ParagraphPair> {
        while self.yielded == self.earlier.len() {
            if !self.advance() {
                return None;
            }
        }
        let (earlier, kind) = self.earlier[self.yielded];
        self.yielded += 1;
        let (similarity, evidence) = match kind {
            Kind::ExactCopy => (self.exact_copy(), Evidence::Threshold),
            Kind::Near(similarity) => (similarity, Evidence::Threshold),
            Kind::InRun => self.in_run(earlier),
        };
        Some(ParagraphPair {
            earlier: self.contents.id(earlier),
            later: self.contents.id(self.later),
            similarity,
            evidence,
        })
    }
}

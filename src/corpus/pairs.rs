//! All verified pairs of a corpus, one after the other.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::compare::Similarity;
use crate::compare::pair::{Evidence, ParagraphPair};
use crate::corpus::contents::Contents;
use crate::corpus::kept::BATCH_LEN;
use crate::corpus::neighbours::{Neighbour, Neighbours};
use crate::groups::FlatGroups;

/// Yields pairs by the later, then the earlier paragraph. Neighbours are found for a batch of paragraphs at a time, on
/// all cores; what is held besides is the pairs of one paragraph.
pub(crate) struct Pairs<'f, 't> {
    contents: &'f Contents<'t>,
    neighbours: &'f Neighbours,
    members: FlatGroups<u32>,
    batch: Batch<'f>,
    later: u32,
    /// The paragraphs that make a pair with `later`, ascending, with `None` for exact copies; and how many were yielded.
    earlier: Vec<(u32, Option<Similarity>)>,
    yielded: usize,
    /// The similarity of `later` and its exact copies, once it is known.
    exact: Option<Similarity>,
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
    pub(crate) fn new(contents: &'f Contents<'t>, neighbours: &'f Neighbours) -> Self {
        Self {
            contents,
            neighbours,
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
        self.earlier.extend(before(group).map(|n| (n, None)));
        for near in self.batch.near[place].iter() {
            self.earlier.extend(before(near.group).map(|n| (n, Some(near.similarity))));
        }
        self.earlier.retain(|&(n, _)| self.contents.in_scope(n, later));
        self.earlier.sort_unstable_by_key(|&(n, _)| n);
        true
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
        let (earlier, similarity) = self.earlier[self.yielded];
        self.yielded += 1;
        let similarity = similarity.unwrap_or_else(|| {
            *self.exact.get_or_insert_with(|| {
                let group = self.contents.paragraphs[self.later as usize].copy_group;
                Similarity::exact_copy(self.neighbours.shingles(group, self.contents).len())
            })
        });
        Some(ParagraphPair {
            earlier: self.contents.id(earlier),
            later: self.contents.id(self.later),
            similarity,
            evidence: Evidence::Threshold,
        })
    }
}

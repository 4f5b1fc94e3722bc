//! How much of each document stands in another one.

use std::ops::Range;

use rayon::prelude::*;

use crate::compare::Overlap;
use crate::corpus::contents::{Contents, NO_WORDS};
use crate::corpus::found::Removal;
use crate::corpus::options::Scope;
use crate::groups::{FlatGroups, number};

/// How many others a document is compared with: those that most of its words name.
const MAX_OTHERS: usize = 4;

/// Finds the overlap of each document, `None` for one that has nothing in common with another.
pub(crate) fn find(contents: &Contents<'_>, removals: &[Removal]) -> Vec<Option<Overlap>> {
    if contents.scope == Scope::Within {
        return vec![None; contents.documents.len()];
    }
    let passages = Passages::new(contents, removals);
    let documents = (0..number(contents.documents.len())).into_par_iter();
    documents.map(|document| passages.overlap(document)).collect()
}

/// The passages that paragraphs are of, and where each passage stands.
struct Passages<'c> {
    contents: &'c Contents<'c>,
    /// The passage of each paragraph: the copy group of what is kept in its place.
    of: Vec<u32>,
    places: FlatGroups<u32>,
}

impl<'c> Passages<'c> {
    fn new(contents: &'c Contents<'c>, removals: &[Removal]) -> Self {
        let mut of: Vec<u32> = contents.paragraphs.iter().map(|paragraph| paragraph.copy_group).collect();
        for removal in removals {
            let [removed, kept] = [removal.removed, removal.kept].map(|id| contents.number_of(id));
            if let (Some(removed), Some(kept)) = (removed, kept) {
                of[removed as usize] = contents.paragraphs[kept as usize].copy_group;
            }
        }
        let places = FlatGroups::new(contents.copy_groups.len(), || {
            (0..).zip(&of).filter(|(_, passage)| **passage != NO_WORDS).map(|(n, &passage)| (passage, n))
        });
        Self { contents, of, places }
    }

    fn overlap(&self, document: u32) -> Option<Overlap> {
        let own = self.range(document);
        let words = |n: u32| self.contents.paragraphs[n as usize].words as usize;
        let worded = || own.clone().filter(|&n| self.of[n as usize] != NO_WORDS);
        let mut votes: Vec<(u32, usize)> = Vec::new();
        for n in worded() {
            votes.extend(self.others(n, document).map(|other| (other, words(n))));
        }
        votes.sort_unstable();
        let mut named: Vec<(usize, u32)> = votes
            .chunk_by(|a, b| a.0 == b.0)
            .map(|votes| (votes.iter().map(|vote| vote.1).sum(), votes[0].0))
            .collect();
        named.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        named.truncate(MAX_OTHERS);
        let shared = |other: u32| -> usize {
            worded().filter(|&n| self.stands_in(self.of[n as usize], other)).map(words).sum()
        };
        let compared = named.into_iter().map(|(_, other)| (shared(other), other));
        let (shared, other) = compared.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        let words = worded().map(words).sum();
        Some(Overlap { other: u64::from(other), words, shared }).filter(|overlap| overlap.shared > 0)
    }

    /// Returns other documents in which the passage of a paragraph stands: the first and the last of all, and the next before
    /// and behind; a document once.
    fn others(&self, n: u32, document: u32) -> impl Iterator<Item = u32> {
        let all = self.places.get(self.of[n as usize]);
        let own = self.range(document);
        let before = &all[..all.partition_point(|&n| n < own.start)];
        let behind = &all[all.partition_point(|&n| n < own.end)..];
        let mut others = [before.first(), before.last(), behind.first(), behind.last()]
            .map(|n| Some(self.contents.document_of(*n?)));
        for n in 1..others.len() {
            if others[..n].contains(&others[n]) {
                others[n] = None;
            }
        }
        others.into_iter().flatten()
    }

    fn stands_in(&self, passage: u32, document: u32) -> bool {
        let (all, range) = (self.places.get(passage), self.range(document));
        all.get(all.partition_point(|&n| n < range.start)).is_some_and(|&n| n < range.end)
    }

    /// Returns the numbers of the paragraphs of a document.
    fn range(&self, document: u32) -> Range<u32> {
        let first = self.contents.documents[document as usize].first;
        first..first + number(self.contents.paragraphs_of(document as usize).len())
    }
}

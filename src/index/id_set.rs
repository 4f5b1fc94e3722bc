//! The ids of the paragraphs that have the same words: one for the most part, or as many as an archive has pages.

use std::collections::BTreeSet;

use crate::compare::pair::ParagraphId;

/// A set of ids in ascending order.
#[derive(Clone, Debug)]
pub(super) enum IdSet {
    Few(Vec<ParagraphId>),
    /// More than `MAX_FEW`: in a vector of 100,000 that come in no order each would move half of the others.
    Many(BTreeSet<ParagraphId>),
}

/// The most ids in a vector. A tree of one id would take 13 times the memory.
const MAX_FEW: usize = 64;

impl IdSet {
    pub(super) fn new() -> Self {
        Self::Few(Vec::new())
    }

    pub(super) fn with(id: ParagraphId) -> Self {
        Self::Few(vec![id])
    }

    pub(super) fn insert(&mut self, id: ParagraphId) {
        match self {
            Self::Few(ids) => {
                if let Err(at) = ids.binary_search(&id) {
                    ids.insert(at, id);
                }
                if ids.len() > MAX_FEW {
                    *self = Self::Many(ids.drain(..).collect());
                }
            }
            Self::Many(ids) => _ = ids.insert(id),
        }
    }

    pub(super) fn remove(&mut self, id: ParagraphId) {
        match self {
            Self::Few(ids) => ids.retain(|&other| other != id),
            Self::Many(ids) => _ = ids.remove(&id),
        }
    }

    /// Returns the least id.
    pub(super) fn first(&self) -> Option<ParagraphId> {
        self.iter().next()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ParagraphId> {
        let (few, many) = match self {
            Self::Few(ids) => (Some(ids), None),
            Self::Many(ids) => (None, Some(ids)),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten()).copied()
    }
}

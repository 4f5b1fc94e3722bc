//! The paragraphs that have the same words: one for the most part, or as many as an archive has pages.

use std::collections::BTreeSet;

use crate::compare::pair::ParagraphId;

/// Ids in ascending order.
#[derive(Clone, Debug)]
pub(super) enum Ids {
    Few(Vec<ParagraphId>),
    /// More than `FEW`: in a vector of 100,000 that come in no order each would move half of the others.
    Many(BTreeSet<ParagraphId>),
}

/// A tree of one would take 13 times the memory.
const FEW: usize = 64;

impl Ids {
    pub(super) fn of(id: ParagraphId) -> Self {
        Self::Few(vec![id])
    }

    pub(super) fn none() -> Self {
        Self::Few(Vec::new())
    }

    pub(super) fn insert(&mut self, id: ParagraphId) {
        match self {
            Self::Few(ids) => {
                if let Err(at) = ids.binary_search(&id) {
                    ids.insert(at, id);
                }
                if ids.len() > FEW {
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

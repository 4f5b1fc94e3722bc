//! The verified neighbours of a paragraph among many: by the buckets of a banding, or by the exact join.
//!
//! Exact copies need no comparison, so all numbers here are those of copy groups, and a group stands for its first
//! paragraph.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::compare::join::Join;
use crate::compare::{Comparator, Measure, Similarity, Threshold};
use crate::corpus::contents::{Contents, Texts};
use crate::corpus::prefixes::{Crowding, Prefixes};
use crate::corpus::rare_shingles::RareShingles;
use crate::groups::{FlatGroups, distinct, number};
use crate::lsh::{Bands, Keys};
use crate::shingle::ShingleSet;

/// A copy group that another resembles, at the threshold or above.
#[derive(Clone, Copy)]
pub(crate) struct Neighbour {
    pub(crate) group: u32,
    pub(crate) similarity: Similarity,
}

impl Default for Neighbour {
    fn default() -> Self {
        Self { group: 0, similarity: Similarity::exact_copy(0) }
    }
}

/// Finds the verified neighbours of a copy group.
pub(crate) enum Neighbours {
    /// Groups that share a bucket are candidates, and are compared when they are needed.
    Buckets {
        bands: Bands,
        sets: HeldSets,
        comparator: Comparator,
        crowding: Crowding,
        /// They are found when they are needed.
        prefixes: OnceLock<Prefixes>,
    },
    /// All pairs are known: the neighbours of each group, ascending.
    Joined { neighbours: FlatGroups<Neighbour>, sets: Vec<ShingleSet> },
    /// Neighbours are groups of which one holds all shingles of the other. What is redundant is found by rare shingles;
    /// all pairs are found by the exact join, if they are asked for.
    Lossless { rare: RareShingles, all: OnceLock<Box<Neighbours>> },
    /// They are given: the neighbours of each group, ascending, and how many shingles each group has that has any.
    Given { neighbours: FlatGroups<Neighbour>, counts: Vec<usize> },
}

/// Bytes for shingle sets of candidates, for each paragraph on average. Those beyond are made again from the text each
/// time they are compared: 12.5 million comparisons of paragraphs of 74 words took 53 s with a seventh of the sets
/// held, and 4 s with all.
const SET_BUDGET_PER_PARAGRAPH: usize = 96;

/// Bytes for shingle sets in any case: those of some 30,000 candidates.
const MIN_SET_BUDGET: usize = 16 << 20;

impl Neighbours {
    /// Prepares the way that the options chose. `keys` are the bucket keys of the copy groups, if there is a banding.
    pub(crate) fn new(contents: &Contents<'_>, keys: Keys) -> Self {
        let comparator = contents.detector.comparator();
        if contents.banding.is_none() {
            return Self::joined(contents, comparator);
        }
        let bands = Bands::new(keys);
        let budget = match contents.texts {
            Texts::Borrowed(_) => (SET_BUDGET_PER_PARAGRAPH * contents.paragraphs.len()).max(MIN_SET_BUDGET),
            Texts::Stored(_) | Texts::Read(_) | Texts::OfGroups(_) => 0,
        };
        let is_candidate = |group| !bands.of(group).is_empty();
        let sets = HeldSets::new(contents, is_candidate, budget);
        let crowding = Crowding::new(contents.copy_groups.len());
        Self::Buckets { bands, sets, comparator, crowding, prefixes: OnceLock::new() }
    }

    /// Prepares lossless removal, by what was chosen of the shingles of each copy group.
    pub(crate) fn lossless(mut rare: RareShingles) -> Self {
        rare.finish();
        Self::Lossless { rare, all: OnceLock::new() }
    }

    /// Makes all sets, and joins them.
    fn joined(contents: &Contents<'_>, comparator: Comparator) -> Self {
        let count = number(contents.copy_groups.len());
        let sets: Vec<ShingleSet> =
            (0..count).into_par_iter().map(|group| contents.shingles_of(group)).collect();
        let pairs = Join::new(&sets).pairs(&comparator);
        // Pairs come by (earlier, later), so each list is ascending: first those below, in order, then those above.
        let neighbours = FlatGroups::new(sets.len(), || {
            pairs.iter().flat_map(|pair| {
                let (earlier, later) = (number(pair.earlier), number(pair.later));
                let one = Neighbour { group: later, similarity: pair.similarity };
                let other = Neighbour { group: earlier, similarity: pair.similarity };
                [(earlier, one), (later, other)]
            })
        });
        Self::Joined { neighbours, sets }
    }

    /// Returns what knows all pairs. With lossless removal it is made once, and not while others wait for it: see
    /// [`Found::redundant`](crate::Found::redundant).
    pub(crate) fn with_all_pairs(&self, contents: &Contents<'_>) -> &Self {
        const HOLDS_ALL: Comparator =
            Comparator { measure: Measure::Containment, threshold: Threshold::fraction(1, 1) };
        let Self::Lossless { all, .. } = self else { return self };
        if let Some(all) = all.get() {
            return all;
        }
        let joined = Self::joined(contents, HOLDS_ALL);
        all.get_or_init(|| Box::new(joined))
    }

    /// Returns the prefixes of the groups of crowded buckets, if there are buckets. They are found once, and not while others
    /// wait for it.
    pub(crate) fn find_prefixes(&self, contents: &Contents<'_>) -> Option<&Prefixes> {
        let Self::Buckets { bands, sets, crowding, prefixes, .. } = self else { return None };
        if let Some(prefixes) = prefixes.get() {
            return Some(prefixes);
        }
        let found = Prefixes::new(bands, sets, crowding.min_len, contents);
        Some(prefixes.get_or_init(|| found))
    }

    /// Returns true if prefixes are worth their cost after this many comparisons without a result.
    pub(crate) fn is_too_much(&self, vain: usize) -> bool {
        matches!(self, Self::Buckets { crowding, .. } if vain > crowding.max_vain)
    }

    /// Returns the shingles of a group.
    pub(crate) fn shingles(&self, group: u32, contents: &Contents<'_>) -> Cow<'_, ShingleSet> {
        match self {
            Self::Buckets { sets, .. } => sets.get(group, contents),
            Self::Joined { sets, .. } => Cow::Borrowed(&sets[group as usize]),
            Self::Lossless { .. } | Self::Given { .. } => Cow::Owned(contents.shingles_of(group)),
        }
    }

    /// Returns how many shingles a group has that has neighbours.
    pub(crate) fn shingle_count(&self, group: u32, contents: &Contents<'_>) -> usize {
        match self {
            Self::Given { counts, .. } => counts[group as usize],
            _ => self.shingles(group, contents).len(),
        }
    }

    /// Returns all neighbours of a group, ascending.
    pub(crate) fn of(&self, group: u32, contents: &Contents<'_>) -> Cow<'_, [Neighbour]> {
        match self {
            Self::Buckets { bands, prefixes, .. } => {
                let Some(prefixes) = prefixes.get() else {
                    let candidates = bands.candidates(group, usize::MAX);
                    return Cow::Owned(self.verify(group, candidates.into_iter(), contents));
                };
                let of_bucket = |bucket| bands.buckets().members(bucket);
                let of_list = |list| prefixes.lists().members(list);
                let lists = prefixes.near(bands, group, of_bucket, of_list, |list| list.len());
                let candidates = distinct(lists.concat(), contents.copy_groups.len());
                let others = candidates.into_iter().filter(|&other| other != group);
                let mut near = self.verify(group, others, contents);
                near.retain(|near| bands.share(group, near.group));
                Cow::Owned(near)
            }
            Self::Joined { neighbours, .. } | Self::Given { neighbours, .. } => {
                Cow::Borrowed(neighbours.get(group))
            }
            Self::Lossless { .. } => self.with_all_pairs(contents).of(group, contents),
        }
    }

    /// Returns those of the candidates that are neighbours of a group, in their order.
    pub(crate) fn verify(
        &self,
        group: u32,
        candidates: impl Iterator<Item = u32>,
        contents: &Contents<'_>,
    ) -> Vec<Neighbour> {
        match self {
            Self::Buckets { sets, comparator, .. } => {
                let mut candidates = candidates.peekable();
                if candidates.peek().is_none() {
                    return Vec::new();
                }
                let own = sets.get(group, contents);
                let compare = |group| {
                    let similarity = comparator.compare(&own, &sets.get(group, contents))?;
                    Some(Neighbour { group, similarity })
                };
                candidates.filter_map(compare).collect()
            }
            Self::Joined { neighbours, .. } | Self::Given { neighbours, .. } => {
                let all = neighbours.get(group);
                let find =
                    |group| all.binary_search_by_key(&group, |other| other.group).ok().map(|at| all[at]);
                candidates.filter_map(find).collect()
            }
            Self::Lossless { .. } => self.with_all_pairs(contents).verify(group, candidates, contents),
        }
    }

    /// Returns the pairs, earlier group first, that are at the threshold of another comparator and alike in more than
    /// boilerplate: they share a bucket of at most `max_copies` groups, or a shingle that no more than `max_copies` have.
    pub(crate) fn rare_pairs(
        &self,
        comparator: &Comparator,
        max_copies: u16,
        contents: &Contents<'_>,
    ) -> Vec<(u32, u32)> {
        match self {
            Self::Buckets { bands, sets, .. } => {
                let pairs_of = |later: u32| {
                    let candidates = bands.candidates(later, usize::from(max_copies));
                    let own = OnceCell::new();
                    let is_alike = move |&earlier: &u32| {
                        let own = own.get_or_init(|| sets.get(later, contents));
                        comparator.compare(own, &sets.get(earlier, contents)).is_some()
                    };
                    let below = candidates.into_iter().take_while(move |&earlier| earlier < later);
                    below.filter(is_alike).map(move |earlier| (earlier, later))
                };
                let count = number(contents.copy_groups.len());
                (0..count).into_par_iter().flat_map_iter(pairs_of).collect()
            }
            Self::Joined { sets, .. } => {
                let pairs = Join::new(sets).pairs_sharing_rare(comparator, max_copies);
                pairs.into_iter().map(|pair| (number(pair.earlier), number(pair.later))).collect()
            }
            Self::Lossless { .. } => {
                self.with_all_pairs(contents).rare_pairs(comparator, max_copies, contents)
            }
            Self::Given { .. } => Vec::new(), // runs are not looked for among them
        }
    }
}

/// Shingle sets that are held as far as the budget goes, and otherwise made again from the text.
pub(crate) struct HeldSets {
    /// Those of the first groups; `None` where a set is not wanted.
    held: Vec<Option<ShingleSet>>,
}

/// How many sets are made before the bytes that they take are counted.
const CHUNK_LEN: usize = 1 << 12;

impl HeldSets {
    /// Makes the sets of those groups that are wanted, from the first on, until they take `budget` bytes.
    fn new(contents: &Contents<'_>, is_wanted: impl Fn(u32) -> bool + Sync, budget: usize) -> Self {
        let count = number(contents.copy_groups.len());
        let make = |group| is_wanted(group).then(|| contents.shingles_of(group));
        let (mut held, mut bytes) = (Vec::new(), 0);
        while bytes < budget && number(held.len()) < count {
            let next = number(held.len())..count.min(number(held.len() + CHUNK_LEN));
            held.par_extend(next.clone().into_par_iter().map(make));
            bytes += held[next.start as usize..].iter().flatten().map(|set| 8 * set.len()).sum::<usize>();
        }
        Self { held }
    }

    pub(crate) fn get(&self, group: u32, contents: &Contents<'_>) -> Cow<'_, ShingleSet> {
        match self.held.get(group as usize) {
            Some(Some(set)) => Cow::Borrowed(set),
            _ => Cow::Owned(contents.shingles_of(group)),
        }
    }
}

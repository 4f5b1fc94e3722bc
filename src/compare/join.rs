//! The exact join: every pair of sets at the threshold, with recall 1, without comparing all pairs.
//!
//! It is a prefix filter (Chaudhuri, Ganti and Kaushik, ICDE 2006; Bayardo, Ma and Srikant, WWW 2007). The shingles of
//! every set are put in one order, rarest first. Two sets that must have c shingles in common share at least one among
//! the first |A| − c + 1 of A and the first |B| − c + 1 of B. So it is enough to look for pairs that share a shingle of
//! these *prefixes*, which are short and made of rare shingles. Shingles that stand in a single set come first in the
//! order, so a set whose prefix holds no others is never compared.

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::comparator::{Comparator, Measure};
use crate::compare::pair::{DuplicatePair, Evidence};
use crate::groups::number;
use crate::shingle::ShingleSet;

/// The sets of an article or corpus, prepared to be joined.
pub(crate) struct Join<'s> {
    sets: &'s [ShingleSet],
    /// The numbers of the sets that have shingles, smallest set first. The place of a set here is its rank; a set is
    /// joined with those of lower rank.
    by_size: Vec<u32>,
    counts: Counts,
}

impl<'s> Join<'s> {
    /// Prepares the sets. Cost: two passes over their shingles, and a sort of the sets by size.
    pub(crate) fn new(sets: &'s [ShingleSet]) -> Self {
        let mut by_size: Vec<u32> =
            (0..number(sets.len())).filter(|&n| !sets[n as usize].is_empty()).collect();
        by_size.sort_unstable_by_key(|&n| (sets[n as usize].len(), n));
        let mut counts = Counts::new(sets.iter().map(ShingleSet::len).sum());
        for set in sets {
            counts.add(set);
        }
        Self { sets, by_size, counts }
    }

    /// Returns all pairs at the comparator's threshold, by earlier, then later number.
    pub(crate) fn pairs(&self, comparator: &Comparator) -> Vec<DuplicatePair> {
        self.pairs_sharing_rare(comparator, u16::MAX)
    }

    /// Returns those pairs at the threshold that share a shingle of their prefixes which stands in at most `most` sets,
    /// and so are alike in more than boilerplate.
    pub(crate) fn pairs_sharing_rare(&self, comparator: &Comparator, most: u16) -> Vec<DuplicatePair> {
        let postings = self.postings(comparator, most);
        let mut pairs: Vec<DuplicatePair> = (0..self.by_size.len())
            .into_par_iter()
            .flat_map_iter(|rank| {
                let set = self.set(rank);
                let mut candidates: Vec<u32> = Vec::new();
                let least_size = least_partner(comparator, set.len());
                for shingle in self.prefix(set, probe_prefix(comparator, set.len()), most) {
                    let before = postings.get(shingle);
                    let from = before.partition_point(|&other| self.set(other as usize).len() < least_size);
                    candidates.extend(before[from..].iter().take_while(|&&other| (other as usize) < rank));
                }
                candidates.sort_unstable();
                candidates.dedup();
                candidates.into_iter().filter_map(move |other| self.compare(comparator, rank, other as usize))
            })
            .collect();
        pairs.par_sort_unstable_by_key(|pair| (pair.earlier, pair.later));
        pairs
    }

    fn set(&self, rank: usize) -> &'s ShingleSet {
        &self.sets[self.by_size[rank] as usize]
    }

    fn compare(&self, comparator: &Comparator, a: usize, b: usize) -> Option<DuplicatePair> {
        let similarity = comparator.compare(self.set(a), self.set(b))?;
        let (a, b) = (self.by_size[a] as usize, self.by_size[b] as usize);
        Some(DuplicatePair { earlier: a.min(b), later: a.max(b), similarity, evidence: Evidence::Threshold })
    }

    /// Returns those of the `length` rarest shingles of a set that stand in more than one set and in at most `most`.
    fn prefix(&self, set: &ShingleSet, length: usize, most: u16) -> impl Iterator<Item = u64> + use<> {
        let rarest = self.counts.rarest(set, length).into_iter();
        rarest.filter(move |&(count, _)| 1 < count && count <= most).map(|(_, shingle)| shingle)
    }

    /// Returns for each shingle the sets in whose index prefix it is, by rank.
    fn postings(&self, comparator: &Comparator, most: u16) -> Postings {
        let mut entries: Vec<(u64, u32)> = (0..self.by_size.len())
            .into_par_iter()
            .flat_map_iter(|rank| {
                let set = self.set(rank);
                let length = index_prefix(comparator, set.len());
                self.prefix(set, length, most).map(move |shingle| (shingle, number(rank)))
            })
            .collect();
        entries.par_sort_unstable();
        let mut ranges: AHashMap<u64, (usize, usize)> = AHashMap::new();
        let mut start = 0;
        for group in entries.chunk_by(|a, b| a.0 == b.0) {
            ranges.insert(group[0].0, (start, start + group.len()));
            start += group.len();
        }
        Postings { ranges, ranks: entries.into_iter().map(|(_, rank)| rank).collect() }
    }
}

/// Returns how long the prefix is with which a set looks for partners that are no larger.
pub(crate) fn probe_prefix(comparator: &Comparator, size: usize) -> usize {
    match comparator.measure {
        Measure::Jaccard => size + 1 - comparator.threshold.share(size).clamp(1, size),
        Measure::Containment => size, // the smaller may be any part of the larger
    }
}

/// Returns how long the prefix is by which a set is found by partners that are no smaller.
pub(crate) fn index_prefix(comparator: &Comparator, size: usize) -> usize {
    size + 1 - comparator.least_common(size, size).clamp(1, size)
}

/// Returns the least size of a partner that is no larger.
fn least_partner(comparator: &Comparator, size: usize) -> usize {
    match comparator.measure {
        Measure::Jaccard => comparator.threshold.share(size),
        Measure::Containment => 1,
    }
}

/// The ranks of the sets that each shingle stands in.
struct Postings {
    /// Where the ranks of each shingle stand in `ranks`.
    ranges: AHashMap<u64, (usize, usize)>,
    ranks: Vec<u32>,
}

impl Postings {
    fn get(&self, shingle: u64) -> &[u32] {
        self.ranges.get(&shingle).map_or(&[], |&(start, end)| &self.ranks[start..end])
    }
}

/// In how many sets each shingle stands, as an upper bound: one saturating counter of 16 bits for all shingles that
/// agree in their low bits. The filter is exact in any fixed order of the shingles; the better the counts, the fewer
/// the candidates.
pub(crate) struct Counts {
    sums: Vec<u16>,
}

impl Counts {
    /// Creates the counts of about this many shingles, with repeats.
    pub(crate) fn new(shingles: usize) -> Self {
        Self { sums: vec![0; (2 * shingles).next_power_of_two().max(1 << 12)] }
    }

    /// Counts the shingles of a set.
    pub(crate) fn add(&mut self, set: &ShingleSet) {
        for &shingle in set.hashes() {
            let at = self.place(shingle);
            self.sums[at] = self.sums[at].saturating_add(1);
        }
    }

    /// Returns the `length` rarest shingles of a set, each behind its count, in no order.
    pub(crate) fn rarest(&self, set: &ShingleSet, length: usize) -> Vec<(u16, u64)> {
        let mut by_rarity: Vec<(u16, u64)> =
            set.hashes().iter().map(|&shingle| (self.upper_bound(shingle), shingle)).collect();
        if 0 < length && length < by_rarity.len() {
            by_rarity.select_nth_unstable(length - 1);
        }
        by_rarity.truncate(length);
        by_rarity
    }

    fn upper_bound(&self, shingle: u64) -> u16 {
        self.sums[self.place(shingle)]
    }

    #[allow(clippy::cast_possible_truncation)] // the low bits are what is wanted
    fn place(&self, shingle: u64) -> usize {
        shingle as usize & (self.sums.len() - 1)
    }
}

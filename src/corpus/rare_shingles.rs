//! A few rare shingles of each copy group, chosen while articles come in.
//!
//! A paragraph that stands in another has all of its shingles there, so any of them finds it. A rare one finds little else.
//! The choice changes no result, only the work: counts may be rough, and a paragraph is never read again to count.

use rayon::prelude::*;

use crate::shingle::ShingleSet;

/// Half of the hash of a shingle, which is enough to propose by: the upper half, by which a set is in order too.
pub(crate) type HalfShingle = u32;

/// Shingles are counted in one of this many paragraphs, so that most counts are in the cache: the only aim is not to take one
/// that stands in very many.
const SAMPLED_IN: u64 = 16;

/// How many shingles are held of each copy group: one to find it by, and others to tell it from most that have that one.
const HELD: usize = 4;

/// The rarest shingles of each copy group, 16 bytes, and how many it has, 4 bytes; and meanwhile about a byte a shingle to
/// count them.
#[derive(Clone, Debug)]
pub(crate) struct RareShingles {
    counts: Counts,
    /// Repeats fill the room where there are fewer.
    of: Vec<[HalfShingle; HELD]>,
    sizes: Vec<u32>,
}

impl RareShingles {
    pub(crate) fn new() -> Self {
        Self { counts: Counts { sums: vec![0; MIN_COUNTERS], added: 0 }, of: Vec::new(), sizes: Vec::new() }
    }

    /// Counts the shingles of a paragraph with this hash of its words, if it is in the sample.
    pub(crate) fn count(&mut self, hash: Option<u64>, set: &ShingleSet) {
        if hash.is_some_and(|hash| hash % SAMPLED_IN == 0) {
            self.counts.add(set);
        }
    }

    /// Chooses among the shingles of the next copy group, by what was counted so far.
    pub(crate) fn push(&mut self, set: &ShingleSet) {
        let mut rarest = [(u8::MAX, HalfShingle::MAX); HELD];
        for &shingle in set.hashes() {
            let mut next = (self.counts.of(half(shingle)), half(shingle));
            if next > rarest[HELD - 1] {
                continue;
            }
            for held in &mut rarest {
                if next < *held {
                    std::mem::swap(&mut next, held);
                }
            }
        }
        let mut halves = rarest.map(|(_, half)| half);
        for n in set.len()..HELD {
            halves[n] = halves[0];
        }
        self.of.push(halves);
        self.sizes.push(u32::try_from(set.len()).unwrap_or(u32::MAX));
    }

    /// Puts the rarest shingle of each copy group first, by what was counted in the end, and drops the counts.
    pub(crate) fn finish(&mut self) {
        let counts = &self.counts;
        self.of
            .par_iter_mut()
            .for_each(|halves| halves.sort_unstable_by_key(|&half| (counts.of(half), half)));
        self.counts.sums = Vec::new();
    }

    /// Returns the rarest shingle of a copy group.
    pub(crate) fn rarest(&self, group: u32) -> HalfShingle {
        self.of[group as usize][0]
    }

    /// Returns how many shingles a copy group has.
    pub(crate) fn size(&self, group: u32) -> u32 {
        self.sizes[group as usize]
    }

    /// Returns false if a copy group has a shingle that is not in a set, as far as the shingles that are held show.
    pub(crate) fn may_be_in(&self, group: u32, set: &ShingleSet) -> bool {
        let is_in =
            |wanted: &HalfShingle| set.hashes().binary_search_by_key(wanted, |&hash| half(hash)).is_ok();
        self.size(group) as usize <= set.len() && self.of[group as usize].iter().all(is_in)
    }
}

/// Returns half of the hash of a shingle.
#[allow(clippy::cast_possible_truncation)] // half of it is left
pub(crate) fn half(shingle: u64) -> HalfShingle {
    (shingle >> 32) as u32
}

/// How many paragraphs of a sample have each shingle, as an upper bound: one counter for all shingles that agree in their
/// low bits.
#[derive(Clone, Debug)]
struct Counts {
    /// 2ⁿ counters, which stop at 255.
    sums: Vec<u8>,
    added: usize,
}

const MIN_COUNTERS: usize = 1 << 12;

/// How many shingles are counted in a counter on average, at most.
const MAX_LOAD: usize = 4;

impl Counts {
    fn add(&mut self, set: &ShingleSet) {
        self.added += set.len();
        while self.added > MAX_LOAD * self.sums.len() {
            self.sums.extend_from_within(..); // both halves keep the bound
        }
        for &shingle in set.hashes() {
            let place = self.place(half(shingle));
            self.sums[place] = self.sums[place].saturating_add(1);
        }
    }

    fn of(&self, half: HalfShingle) -> u8 {
        self.sums[self.place(half)]
    }

    fn place(&self, half: HalfShingle) -> usize {
        half as usize & (self.sums.len() - 1)
    }
}

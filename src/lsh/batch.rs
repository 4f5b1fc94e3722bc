//! The buckets of a batch: of many signatures that are all known before a candidate is asked for.

use rayon::prelude::*;

use crate::groups::{FlatGroups, Lists, number};

/// The bucket keys of many signatures: 32 bits of each, which is enough to propose candidates by.
///
/// It takes 4 bytes for each band and signature, in chunks that never move.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    count: u32,
    bands: Vec<Vec<Chunk>>,
}

/// Keys of one band.
type Chunk = Box<[u32; CHUNK_LEN]>;

const CHUNK_LEN: usize = 1 << 10;

impl Keys {
    /// Creates the keys of no signature yet, with this number of bands.
    pub(crate) fn new(bands: usize) -> Self {
        Self { count: 0, bands: vec![Vec::new(); bands] }
    }

    /// Returns how many bands there are.
    pub(crate) fn bands(&self) -> usize {
        self.bands.len()
    }

    /// Adds the keys of the next signature, one for each band.
    pub(crate) fn push(&mut self, keys: &[u32]) {
        let at = self.count as usize % CHUNK_LEN;
        for (band, &key) in self.bands.iter_mut().zip(keys) {
            if at == 0 {
                band.push(Box::new([0; CHUNK_LEN]));
            }
            if let Some(chunk) = band.last_mut() {
                chunk[at] = key;
            }
        }
        self.count = number(self.count as usize + 1);
    }
}

/// The buckets of one band that hold more than one signature.
#[derive(Default)]
struct SharedBuckets {
    /// The signatures of each bucket, ascending, one bucket after the other.
    members: Vec<u32>,
    /// Where each bucket ends in `members`.
    ends: Vec<u32>,
}

/// About how many keys a partition has: few enough to be sorted in the fastest cache.
const PARTITION_LEN: u32 = 1 << 8;
const MAX_PARTITIONS: u32 = 1 << 11;

impl SharedBuckets {
    /// Finds the buckets of the first `count` keys of a band.
    fn find(band: &[Chunk], count: u32) -> Self {
        let keys = || band.iter().flat_map(|chunk| chunk.iter().copied()).take(count as usize);
        let bits = (count / PARTITION_LEN).checked_ilog2().unwrap_or(0).min(MAX_PARTITIONS.ilog2());
        let partition_of = |key: u32| (u64::from(key) << bits >> 32) as u32;
        let entries = FlatGroups::new(1 << bits, || {
            (0_u64..).zip(keys()).map(|(n, key)| (partition_of(key), u64::from(key) << 32 | n))
        });
        let partition = |entry: u64| partition_of((entry >> 32) as u32);
        let mut entries = entries.into_items();
        entries.par_chunk_by_mut(|&a, &b| partition(a) == partition(b)).map(Self::find_in_partition).reduce(
            Self::default,
            |mut all, next| {
                all.extend(next);
                all
            },
        )
    }

    /// Finds the buckets of a partition. An entry is a key in its high half and the number of a signature in its low.
    fn find_in_partition(entries: &mut [u64]) -> Self {
        let mut shared = Self::default();
        let repeated = repeated(entries);
        repeated.sort_unstable();
        for bucket in repeated.chunk_by(|a, b| a >> 32 == b >> 32).filter(|bucket| bucket.len() > 1) {
            #[allow(clippy::cast_possible_truncation)] // the low half is the number
            shared.members.extend(bucket.iter().map(|&entry| entry as u32));
            shared.ends.push(number(shared.members.len()));
        }
        shared
    }

    fn extend(&mut self, next: Self) {
        let before = self.members.len();
        self.ends.extend(next.ends.into_iter().map(|end| number(before + end as usize)));
        self.members.extend(next.members);
    }

    /// Returns the members of each bucket.
    fn buckets(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.members[start as usize..end as usize])
    }
}

/// Moves the entries of a partition whose key comes twice, and few others, to its front, and returns them.
///
/// Keys are counted by their low bits. Most stand alone and need not be sorted.
fn repeated(partition: &mut [u64]) -> &mut [u64] {
    let mut counters = vec![0_u8; (4 * partition.len()).next_power_of_two()];
    let mask = counters.len() - 1;
    let counter = |entry: u64| (entry >> 32) as usize & mask;
    for &entry in &*partition {
        let count = &mut counters[counter(entry)];
        *count = count.saturating_add(1);
    }
    let mut repeated = 0;
    for n in 0..partition.len() {
        let entry = partition[n];
        partition[repeated] = entry;
        repeated += usize::from(counters[counter(entry)] > 1);
    }
    &mut partition[..repeated]
}

/// The buckets of many signatures, without those that hold a single one.
///
/// It takes what [`Lists`] take. While it is made it takes 8 bytes more for each signature, or 16 on more threads than one.
pub(crate) struct Bands {
    buckets: Lists,
}

impl Bands {
    /// Finds the buckets that more than one signature has the key of. Cost: a sort of the keys that come more than once.
    pub(crate) fn new(keys: Keys) -> Self {
        let count = keys.count;
        // Two bands at a time, and each is dropped as soon as its buckets are known: for the sake of memory.
        let mut shared: Vec<SharedBuckets> = Vec::new();
        let mut keys = keys.bands.into_iter();
        while let Some(band) = keys.next() {
            let next = keys.next();
            let find = |band: Vec<Chunk>| SharedBuckets::find(&band, count);
            let (one, other) = rayon::join(|| find(band), || next.map(find));
            shared.push(one);
            shared.extend(other);
        }
        let mut starts = vec![0];
        let mut before = 0;
        for SharedBuckets { members, ends } in &shared {
            starts.extend(ends.iter().map(|&end| number(before + end as usize)));
            before += members.len();
        }
        let places = || {
            let buckets = (0..).zip(shared.iter().flat_map(SharedBuckets::buckets));
            buckets.flat_map(|(bucket, members)| members.iter().map(move |&member| (member, bucket)))
        };
        Self { buckets: Lists::new(FlatGroups::new(count as usize, places), starts) }
    }

    /// Returns the buckets that hold more than one signature.
    pub(crate) fn buckets(&self) -> &Lists {
        &self.buckets
    }

    /// Returns the buckets that a signature shares with others, ascending.
    pub(crate) fn of(&self, number: u32) -> &[u32] {
        self.buckets.of(number)
    }

    /// Returns true if two signatures share a bucket.
    pub(crate) fn share(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.of(a), self.of(b));
        a.iter().any(|bucket| b.binary_search(bucket).is_ok())
    }

    /// Returns all other signatures that share a bucket of at most `most` with one: ascending, none twice.
    pub(crate) fn candidates(&self, number: u32, most: usize) -> Vec<u32> {
        let buckets = self.of(number).iter().map(|&bucket| self.buckets.members(bucket));
        let mut found: Vec<u32> =
            buckets.filter(|members| members.len() <= most).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|&other| other != number);
        found
    }
}

//! Locality-sensitive hashing: which pairs are worth comparing (Leskovec, Rajaraman and Ullman, *Mining of
//! Massive Datasets*, chapter 3).
//!
//! Part of the lower level, for those who build their own pipeline.

pub(crate) mod buckets;

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use rayon::prelude::*;

pub use buckets::Buckets;

use crate::compare::Threshold;
use crate::error::Error;
use crate::groups::number;
use crate::hash;
use crate::minhash::Signature;

/// How a signature is cut into bands: two paragraphs are a candidate pair if all rows of one band agree.
///
/// ```
/// use dittograph::lsh::Banding;
///
/// let banding = Banding::for_recall(0.8, 0.99, 128)?;
/// assert_eq!((banding.bands, banding.rows), (16, 6));
/// assert!(banding.recall_at(0.8) >= 0.99);
/// assert!(banding.recall_at(0.3) < 0.02); // few are compared in vain
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Banding {
    /// How many bands there are.
    pub bands: usize,
    /// How many slots of the signature a band has.
    pub rows: usize,
}

impl Banding {
    /// A banding of so many bands and rows; it takes `bands * rows` slots of a signature.
    #[must_use]
    pub const fn new(bands: usize, rows: usize) -> Self {
        Self { bands, rows }
    }

    /// The banding that finds pairs *at* the threshold with at least this recall (so those above it with more),
    /// and compares the fewest in vain: with the most rows that `slots` allow, and no more bands than it takes.
    ///
    /// With r rows it takes b = ⌈ln(1 − recall) / ln(1 − tʳ)⌉ bands.
    ///
    /// # Errors
    ///
    /// If the threshold is not above 0 and at most 1, if the recall is not between 0 and 1 (1 takes an exact
    /// join), or if it takes more than `slots` slots even with one row.
    pub fn for_recall(threshold: f64, recall: f64, slots: usize) -> Result<Self, Error> {
        Threshold::new(threshold)?;
        if !(recall > 0.0 && recall < 1.0) {
            return Err(Error::config("recall", "a number above 0 and below 1", recall));
        }
        let with_rows = |rows: usize| {
            let bands = ((-recall).ln_1p() / ln_missed(threshold, rows)).ceil();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive; `as` saturates
            let bands = (bands as usize).max(1);
            // The quotient is rounded; one more band makes sure.
            let enough = Self { bands, rows }.recall_at(threshold) >= recall;
            Self { bands: if enough { bands } else { bands.saturating_add(1) }, rows }
        };
        let fits = |banding: &Self| banding.bands.checked_mul(banding.rows).is_some_and(|used| used <= slots);
        (1..=slots.min(MOST_ROWS)).rev().map(with_rows).find(fits).ok_or_else(|| {
            let needed = with_rows(1).bands;
            let expected = format!("at least {needed} for recall {recall} at threshold {threshold}");
            Error::config("signature length", expected, slots)
        })
    }

    /// The probability that a pair of this Jaccard becomes a candidate: 1 − (1 − Jʳ)ᵇ; without bands or rows 0.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        if self.bands == 0 || self.rows == 0 {
            return 0.0;
        }
        -(self.bands as f64 * ln_missed(jaccard, self.rows)).exp_m1()
    }

    /// The bucket key of each band. Slots beyond `bands * rows` are not used; bands without rows, or that the
    /// signature is too short for, have no key.
    pub fn keys(&self, signature: &Signature) -> impl Iterator<Item = u64> + use<> {
        let mut keys = Vec::new();
        self.each_key(signature.slots(), |key| keys.push(key));
        keys.into_iter()
    }

    /// Hand over the bucket key of each band of a signature.
    pub(crate) fn each_key(&self, slots: &[u16], mut each: impl FnMut(u64)) {
        let bands = slots.len().checked_div(self.rows).unwrap_or(0).min(self.bands);
        if bands > 0 {
            with_bytes(&slots[..bands * self.rows], |bytes| {
                let bands = bytes.chunks_exact(2 * self.rows).enumerate();
                bands.for_each(|(band, rows)| each(hash::band(band, rows)));
            });
        }
    }
}

/// Give slots away as little-endian bytes.
// ns a band of 6 rows: 2.1 for all bands of a signature at once, of which xxh3 takes 1.9; 2.7 with a vector for the
// bytes; 9.9 for each band by itself, 16.5 with a vector.
fn with_bytes<T>(slots: &[u16], take: impl FnOnce(&[u8]) -> T) -> T {
    const FEW: usize = 128;
    let (mut few, mut many) = ([0; 2 * FEW], Vec::new());
    let bytes = if slots.len() <= FEW {
        &mut few[..2 * slots.len()]
    } else {
        many.resize(2 * slots.len(), 0);
        &mut many[..]
    };
    for (bytes, slot) in bytes.chunks_exact_mut(2).zip(slots) {
        bytes.copy_from_slice(&slot.to_le_bytes());
    }
    take(bytes)
}

impl fmt::Display for Banding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bands of {} rows", self.bands, self.rows)
    }
}

/// More rows than any banding has use for.
const MOST_ROWS: usize = 4096;

/// ln(1 − Jʳ): how likely one band misses a pair, as a logarithm, since for a low J it is nearly certain.
fn ln_missed(jaccard: f64, rows: usize) -> f64 {
    (-jaccard.clamp(0.0, 1.0).powf(rows as f64)).ln_1p()
}

/// The bucket keys of many signatures: 32 bits of each, which is enough to propose candidates by.
///
/// Takes 4 bytes a band and signature, in blocks that never move.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    count: u32,
    bands: Vec<Vec<Box<[u32; BLOCK]>>>,
}

const BLOCK: usize = 1 << 10;

impl Keys {
    pub(crate) fn new(bands: usize) -> Self {
        Self { count: 0, bands: vec![Vec::new(); bands] }
    }

    pub(crate) fn bands(&self) -> usize {
        self.bands.len()
    }

    /// Put in the keys of the next signature, one for each band.
    pub(crate) fn push(&mut self, keys: &[u32]) {
        let at = self.count as usize % BLOCK;
        for (band, &key) in self.bands.iter_mut().zip(keys) {
            if at == 0 {
                band.push(Box::new([0; BLOCK]));
            }
            if let Some(block) = band.last_mut() {
                block[at] = key;
            }
        }
        self.count = number(self.count as usize + 1);
    }
}

/// Buckets of one band that hold more than one.
#[derive(Default)]
struct Shared {
    /// What is in the buckets, one after the other, each ascending.
    members: Vec<u32>,
    /// Where each bucket ends in `members`.
    ends: Vec<u32>,
}

/// Keys in one partition, about: few enough to be sorted in the fastest cache.
const PARTITION: u32 = 1 << 8;
const MOST_PARTITIONS: u32 = 1 << 11;

impl Shared {
    /// The buckets of `count` keys.
    fn of(band: &[Box<[u32; BLOCK]>], count: u32) -> Self {
        let keys = || band.iter().flat_map(|block| block.iter().copied()).take(count as usize);
        let bits = (count / PARTITION).checked_ilog2().unwrap_or(0).min(MOST_PARTITIONS.ilog2());
        let partition_of = |key: u32| (u64::from(key) << bits >> 32) as usize;
        let mut next = vec![0_usize; (1 << bits) + 1];
        keys().for_each(|key| next[partition_of(key) + 1] += 1);
        for n in 1..next.len() {
            next[n] += next[n - 1];
        }
        let mut entries = vec![0; count as usize];
        for (n, key) in (0_u64..).zip(keys()) {
            let next = &mut next[partition_of(key)];
            entries[*next] = u64::from(key) << 32 | n;
            *next += 1;
        }
        let partition = |entry: u64| partition_of((entry >> 32) as u32);
        entries.par_chunk_by_mut(|&a, &b| partition(a) == partition(b)).map(Self::of_partition).reduce(
            Self::default,
            |mut all, next| {
                all.extend(next);
                all
            },
        )
    }

    /// The buckets of some entries, each a key and the number of its signature.
    fn of_partition(entries: &mut [u64]) -> Self {
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
}

/// Those of a partition whose key comes twice, and few others, moved to its front: counted by the low bits of the
/// key. Most keys stand alone, and need not be sorted.
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

/// The buckets of many signatures at once, without those that hold only one.
///
/// Takes 4 bytes a signature, for each place in a bucket and for each bucket, 4 more for each place once candidates
/// are asked for; while it is made, 8 more a signature, or 16 on more threads than one.
pub(crate) struct Bands {
    /// Where the buckets of each signature begin in `buckets`, and the end.
    of: Vec<u32>,
    buckets: Vec<u32>,
    /// Where the members of each bucket begin, and the end.
    starts: Vec<u32>,
    members: OnceLock<Vec<u32>>,
}

impl Bands {
    pub(crate) fn new(keys: Keys) -> Self {
        let count = keys.count;
        // Two bands at a time, and each is dropped as soon as its buckets are known: for the sake of memory.
        let mut shared: Vec<Shared> = Vec::new();
        let mut keys = keys.bands.into_iter();
        while let Some(band) = keys.next() {
            let next = keys.next();
            let of = |band: Vec<Box<[u32; BLOCK]>>| Shared::of(&band, count);
            let (one, other) = rayon::join(|| of(band), || next.map(of));
            shared.push(one);
            shared.extend(other);
        }
        let mut bands = Self {
            of: vec![0; count as usize + 1],
            buckets: vec![0; shared.iter().map(|shared| shared.members.len()).sum()],
            starts: vec![0],
            members: OnceLock::new(),
        };
        let mut before = 0;
        for Shared { members, ends } in &shared {
            bands.starts.extend(ends.iter().map(|&end| number(before + end as usize)));
            before += members.len();
            for &member in members {
                bands.of[member as usize] += 1;
            }
        }
        // From counts to ends. Each place that is filled, the last first, makes an end a start.
        for n in 1..bands.of.len() {
            bands.of[n] += bands.of[n - 1];
        }
        let mut bucket = bands.count();
        for Shared { members, ends } in shared.into_iter().rev() {
            for n in (0..ends.len()).rev() {
                bucket -= 1;
                let start = if n == 0 { 0 } else { ends[n - 1] };
                for &member in &members[start as usize..ends[n] as usize] {
                    let place = &mut bands.of[member as usize];
                    *place -= 1;
                    bands.buckets[*place as usize] = bucket;
                }
            }
        }
        bands
    }

    /// How many buckets hold more than one.
    pub(crate) fn count(&self) -> u32 {
        number(self.starts.len() - 1)
    }

    /// The buckets that a signature shares with others.
    pub(crate) fn of(&self, number: u32) -> &[u32] {
        &self.buckets[self.of[number as usize] as usize..self.of[number as usize + 1] as usize]
    }

    /// Where the members of a bucket stand among those of all.
    pub(crate) fn range(&self, bucket: u32) -> Range<usize> {
        self.starts[bucket as usize] as usize..self.starts[bucket as usize + 1] as usize
    }

    /// How many places there are in all buckets.
    pub(crate) fn places(&self) -> usize {
        self.buckets.len()
    }

    /// What is in all buckets, each ascending.
    fn members(&self) -> &[u32] {
        self.members.get_or_init(|| {
            let mut next = self.starts.clone();
            let mut members = vec![0; self.places()];
            for signature in 0..number(self.of.len() - 1) {
                for &bucket in self.of(signature) {
                    let place = &mut next[bucket as usize];
                    members[*place as usize] = signature;
                    *place += 1;
                }
            }
            members
        })
    }

    /// All that share a bucket of at most `most` with a signature: ascending, none twice.
    pub(crate) fn candidates(&self, number: u32, most: usize) -> Vec<u32> {
        let buckets = self.of(number).iter().map(|&bucket| &self.members()[self.range(bucket)]);
        let mut found: Vec<u32> =
            buckets.filter(|members| members.len() <= most).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|&other| other != number);
        found
    }
}

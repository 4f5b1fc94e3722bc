//! Locality-sensitive hashing: which pairs are worth comparing (Leskovec, Rajaraman and Ullman, *Mining of
//! Massive Datasets*, chapter 3).
//!
//! Part of the lower level, for those who build their own pipeline.

use std::fmt;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::Threshold;
use crate::error::Error;
use crate::hash;
use crate::minhash::Signature;
use crate::number::number;

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
        let bands = signature.slots().len().checked_div(self.rows).unwrap_or(0).min(self.bands);
        let keys: Vec<u64> = (0..bands).map(|band| self.key(band, signature.slots())).collect();
        keys.into_iter()
    }

    /// The bucket key of one band of a signature that is long enough for it.
    fn key(&self, band: usize, slots: &[u16]) -> u64 {
        let rows = &slots[band * self.rows..(band + 1) * self.rows];
        let bytes: Vec<u8> = rows.iter().flat_map(|slot| slot.to_le_bytes()).collect();
        hash::band(band, &bytes)
    }
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

/// Buckets by key, each with the numbers of what was put there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buckets {
    buckets: AHashMap<u64, Vec<u32>>,
    entries: usize,
}

impl Buckets {
    pub(crate) fn insert(&mut self, keys: &[u64], number: u32) {
        for &key in keys {
            self.buckets.entry(key).or_default().push(number);
        }
        self.entries += keys.len();
    }

    /// Take a number out of the buckets that it was put in.
    pub(crate) fn remove(&mut self, keys: &[u64], number: u32) {
        for key in keys {
            let Some(bucket) = self.buckets.get_mut(key) else { continue };
            bucket.retain(|&other| other != number);
            if bucket.is_empty() {
                self.buckets.remove(key);
            }
        }
        self.entries -= keys.len();
    }

    /// The numbers that share a bucket with these keys: ascending, none twice.
    pub(crate) fn candidates(&self, keys: &[u64]) -> Vec<u32> {
        let mut found: Vec<u32> =
            keys.iter().filter_map(|key| self.buckets.get(key)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How many numbers stand in buckets, counted once for each bucket.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    /// The size of the largest bucket.
    pub(crate) fn largest(&self) -> usize {
        self.buckets.values().map(Vec::len).max().unwrap_or(0)
    }
}

/// The buckets of many signatures at once, without those that hold only one.
///
/// Takes 4 bytes a band and signature, 8 where it shares a bucket; while it is made, 16 more a signature.
pub(crate) struct Bands {
    per_signature: usize,
    /// The bucket of each signature in each band, [`ALONE`] where it shares none.
    buckets: Vec<u32>,
    /// Where the members of each bucket begin, and the end.
    starts: Vec<usize>,
    members: Vec<u32>,
}

const ALONE: u32 = u32::MAX;

impl Bands {
    /// Put signatures into buckets: `count` of them, given by number.
    pub(crate) fn new<'s>(banding: Banding, count: u32, signature: impl Fn(u32) -> &'s [u16] + Sync) -> Self {
        let mut bands = Self {
            per_signature: banding.bands,
            buckets: vec![ALONE; count as usize * banding.bands],
            starts: vec![0],
            members: Vec::new(),
        };
        let mut keys: Vec<(u64, u32)> = Vec::new();
        for band in 0..banding.bands {
            (0..count)
                .into_par_iter()
                .map(|n| (banding.key(band, signature(n)), n))
                .collect_into_vec(&mut keys);
            keys.par_sort_unstable();
            for group in keys.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
                let bucket = number(bands.starts.len() - 1);
                for &(_, member) in group {
                    bands.buckets[member as usize * banding.bands + band] = bucket;
                    bands.members.push(member);
                }
                bands.starts.push(bands.members.len());
            }
        }
        bands
    }

    /// How many buckets hold more than one.
    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The buckets that a signature shares with others.
    pub(crate) fn of(&self, number: u32) -> impl Iterator<Item = u32> {
        let start = number as usize * self.per_signature;
        self.buckets[start..start + self.per_signature].iter().copied().filter(|&bucket| bucket != ALONE)
    }

    /// What is in a bucket, ascending.
    pub(crate) fn members(&self, bucket: u32) -> &[u32] {
        &self.members[self.starts[bucket as usize]..self.starts[bucket as usize + 1]]
    }

    /// All that share a bucket of at most `most` with a signature: ascending, none twice.
    pub(crate) fn candidates(&self, number: u32, most: usize) -> Vec<u32> {
        let buckets = self.of(number).map(|bucket| self.members(bucket));
        let mut found: Vec<u32> =
            buckets.filter(|members| members.len() <= most).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|&other| other != number);
        found
    }
}

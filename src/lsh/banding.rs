//! The banding: how signatures are cut into bands, and the recall that follows.

use std::fmt;

use crate::compare::Threshold;
use crate::error::Error;
use crate::hash;
use crate::minhash::Signature;

/// How a signature is cut into bands: two paragraphs are a candidate pair if all rows of one band agree.
///
/// # Recall
///
/// With b bands of r rows a pair of Jaccard J becomes a candidate with probability 1 − (1 − Jʳ)ᵇ, its *recall*. Over J
/// this is an S-curve: nearly 0 for pairs that are little alike, nearly 1 for those that are much alike, and steep in
/// between. More rows move the steep part to the right and make it steeper, so that fewer pairs are compared in vain.
/// More bands move it to the left, so that fewer pairs are missed. With 16 bands of 6 rows:
///
/// | Jaccard | 0.3 | 0.4 | 0.5 | 0.6 | 0.7 | 0.8 | 0.9 |
/// | --- | --- | --- | --- | --- | --- | --- | --- |
/// | recall | 0.012 | 0.064 | 0.223 | 0.534 | 0.865 | 0.992 | 1.000 |
///
/// A wrong candidate costs a comparison and nothing else, as every candidate is compared exactly. A pair that becomes
/// none is lost. So choose by the recall at your threshold, as [`for_recall`](Self::for_recall) does.
///
/// # Bands or rows of 0
///
/// A banding without bands or without rows proposes nothing: [`keys`](Self::keys) gives no key, and
/// [`recall_at`](Self::recall_at) is 0. [`Config::build`](crate::Config::build) refuses it.
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
    /// The number of bands.
    pub bands: usize,
    /// The number of slots of the signature in a band.
    pub rows: usize,
}

impl Banding {
    /// Creates a banding from its numbers of bands and rows. It uses `bands * rows` slots of a signature.
    ///
    /// The numbers are not checked here, but in [`Config::build`](crate::Config::build).
    #[must_use]
    pub const fn new(bands: usize, rows: usize) -> Self {
        Self { bands, rows }
    }

    /// Returns the banding that finds pairs *at* the threshold with at least this recall and compares the fewest pairs
    /// in vain.
    ///
    /// Pairs above the threshold are found with a higher recall. Of the bandings that reach the recall it is the one
    /// with the most rows that fits into `slots`, with no more bands than it needs: with r rows and threshold t that
    /// is b = ⌈ln(1 − recall) / ln(1 − tʳ)⌉. It may leave some slots unused.
    ///
    /// ```
    /// use dittograph::Banding;
    ///
    /// // 7 rows take 23 bands, which are 161 slots.
    /// assert_eq!(Banding::for_recall(0.8, 0.995, 128)?, Banding::new(18, 6));
    /// assert_eq!(Banding::for_recall(0.8, 0.995, 256)?, Banding::new(29, 8));
    /// assert!(Banding::for_recall(0.05, 0.99, 64).is_err()); // it takes 90 bands even of one row
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the threshold is not above 0 and at most 1, if the recall is not above 0 and below 1 (a recall of 1 takes an
    /// exact join), or if more than `slots` slots are needed even with one row.
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
        (1..=slots.min(MAX_ROWS)).rev().map(with_rows).find(fits).ok_or_else(|| {
            let needed = with_rows(1).bands;
            let expected = format!("at least {needed} for recall {recall} at threshold {threshold}");
            Error::config("signature length", expected, slots)
        })
    }

    /// Returns the probability that a pair of this Jaccard becomes a candidate: 1 − (1 − Jʳ)ᵇ.
    ///
    /// It is 0 for a banding without bands or rows. A Jaccard below 0 counts as 0, one above 1 as 1.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        if self.bands == 0 || self.rows == 0 {
            return 0.0;
        }
        -(self.bands as f64 * ln_missed(jaccard, self.rows)).exp_m1()
    }

    /// Returns the bucket key of each band, in the order of the bands.
    ///
    /// A key depends on the slots of its band and on the number of the band, and on nothing else. Slots beyond
    /// `bands * rows` are not used. Bands that the signature is too short for have no key, and no band has one if
    /// `rows` is 0. Cost: one hash for each band.
    pub fn keys(&self, signature: &Signature) -> impl Iterator<Item = u64> + use<> {
        let mut keys = Vec::new();
        self.each_key(signature.slots(), |key| keys.push(key));
        keys.into_iter()
    }

    /// Passes the bucket key of each band of a signature to `each`.
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

/// Passes slots to `take` as little-endian bytes.
// ns a band of 6 rows: 2.1 for all bands of a signature at once, of which xxh3 takes 1.9; 2.7 with a vector for the
// bytes; 9.9 for each band by itself, 16.5 with a vector.
fn with_bytes<T>(slots: &[u16], take: impl FnOnce(&[u8]) -> T) -> T {
    const INLINE_SLOTS: usize = 128;
    let (mut inline, mut allocated) = ([0; 2 * INLINE_SLOTS], Vec::new());
    let bytes = if slots.len() <= INLINE_SLOTS {
        &mut inline[..2 * slots.len()]
    } else {
        allocated.resize(2 * slots.len(), 0);
        &mut allocated[..]
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
const MAX_ROWS: usize = 4096;

/// Returns ln(1 − Jʳ), the logarithm of the probability that one band misses a pair. For a low J the probability is
/// nearly 1, and only its logarithm keeps the digits that matter.
fn ln_missed(jaccard: f64, rows: usize) -> f64 {
    (-jaccard.clamp(0.0, 1.0).powf(rows as f64)).ln_1p()
}

//! `MinHash` signatures: the Jaccard of two sets estimated from a few bytes of each (Broder, *On the resemblance
//! and containment of documents*, 1997).
//!
//! Part of the lower level. Signatures only ever propose pairs; what is reported is compared exactly.

use crate::hash;
use crate::shingle::ShingleSet;

/// Signs shingle sets: for each of its slots, the least value that one of as many fixed permutations gives to
/// the shingles of the set.
///
/// Slot j of a shingle with hash x is `a_j * (x >> 48) + (x >> 32)` modulo 2¹⁶, with a fixed odd `a_j`; so
/// every slot takes 16 bits, and signatures of the same length can be compared wherever they were made. A
/// multiply and an add are enough since x is already a good hash. Measured at k = 128 over 2,000 pairs of
/// sets in each of 17 cells from 5 to 200 shingles and J from 0.2 to 0.95 (`tests/estimate.rs`): the standard
/// deviation is within 5 % of sqrt(J(1−J)/k).
///
/// ```
/// use dittograph::{minhash::MinHasher, shingle::Shingles};
///
/// let (a, b) = ("the cat sat on the mat all day", "the cat sat on the mat all night");
/// let hasher = MinHasher::new(128);
/// let sign = |text| hasher.sign(&Shingles::Words(2).set(text));
/// let (a, b) = (sign(a).unwrap(), sign(b).unwrap());
/// assert_eq!(a.jaccard(&a), 1.0);
/// assert!((a.jaccard(&b) - 6.0 / 8.0).abs() < 0.15);
/// ```
#[derive(Clone, Debug)]
pub struct MinHasher {
    multipliers: Box<[u16]>,
}

impl MinHasher {
    /// A hasher of signatures with so many slots.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self { multipliers: (0..slots as u64).map(multiplier).collect() }
    }

    /// How many slots a signature has.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.multipliers.len()
    }

    /// The signature of a set, `None` if the set is empty: an empty set is similar to nothing, and has no
    /// signature that could be taken for another's. Cost: slots × shingles multiplications.
    #[must_use]
    pub fn sign(&self, set: &ShingleSet) -> Option<Signature> {
        if set.is_empty() {
            return None;
        }
        let mut slots = vec![u16::MAX; self.slots()];
        for &shingle in set.hashes() {
            let (high, low) = ((shingle >> 48) as u16, (shingle >> 32) as u16);
            for (slot, multiplier) in slots.iter_mut().zip(&self.multipliers) {
                *slot = (*slot).min(multiplier.wrapping_mul(high).wrapping_add(low));
            }
        }
        Some(Signature(slots.into()))
    }
}

/// The multiplier of a slot: odd, and fixed for ever, whatever the length of the signature.
fn multiplier(slot: u64) -> u16 {
    (hash::sequence(slot) >> 48) as u16 | 1
}

/// What is left of a set: one 16-bit minimum for each slot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature(Box<[u16]>);

impl Signature {
    /// The minima, slot by slot.
    #[must_use]
    pub fn slots(&self) -> &[u16] {
        &self.0
    }

    /// The estimated Jaccard of the two sets: the share of slots that agree, 0 to 1. Its standard deviation is
    /// sqrt(J(1−J)/slots). Two sets without a common shingle agree in a slot with a probability of about
    /// n / 2¹⁷, n being the shingles of both, which is all the bias there is.
    ///
    /// # Panics
    ///
    /// If the signatures have different lengths: no estimate can be made of them.
    #[must_use]
    pub fn jaccard(&self, other: &Signature) -> f64 {
        assert_eq!(self.0.len(), other.0.len(), "signatures of one length can be compared");
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        equal as f64 / self.0.len().max(1) as f64
    }
}

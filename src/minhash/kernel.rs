//! The loop that makes signatures: the least value of each slot over all shingles of a set.
//!
//! It is written once, for the compiler to make vectors of, and compiled for each instruction set. All give the same bits.

use crate::cpu::{Avx2, Avx512};

// Of 64 slots at once the minima, multipliers and summands stay in registers over all shingles: with AVX2 in twelve
// of sixteen. ns a shingle, sets of 50 (Zen 5, Rust 1.95), by slots:
//
//                                      64    68   102   125   128   130   256     1
//   slots inner, minima in memory    13.0  12.8  19.6  24.1  25.3  25.1  50.0   2.4
//   blocks of 64, the rest in 32      3.2   5.1   6.5   6.3   6.3   8.1  12.9   1.7
//   the same, AVX2                    0.9   1.4   1.8   1.8   1.8   2.3   3.8   0.5
//   the same, AVX-512                 0.6   1.0   1.1   1.1   1.2   1.6   2.4   0.4
//   blocks of 32 alone, AVX2          1.0   1.5   2.0   2.0   2.0   2.5   4.0   0.5
//
// End to end, a corpus of 3,000 English paragraphs on one core takes 0.95 of the time with AVX-512 that it takes with AVX2
// (least of six runs in turn).
//
// Blocks of 128 with AVX2 need more registers than there are: 2.2 at 128 slots. For a rest in blocks of 16 the
// compiler makes vectors of shingles in place of slots: 2.8 at 68 slots, where 32 take 1.4.

/// The tables of multipliers and summands are filled up to a multiple of this length.
pub(super) const BLOCK_LEN: usize = 64;
const HALF_BLOCK_LEN: usize = BLOCK_LEN / 2;

/// The instruction set that the loop is run with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kernel {
    Portable,
    Avx2(Avx2),
    Avx512(Avx512),
}

impl Kernel {
    /// Returns the fastest that the processor has.
    pub(super) fn fastest() -> Self {
        Avx512::new().map(Self::Avx512).or_else(|| Avx2::new().map(Self::Avx2)).unwrap_or(Self::Portable)
    }

    /// Puts into each slot the least `multiplier * (hash >> 48) + summand` modulo 2¹⁶ over all hashes, in any order and
    /// as often as they come; 2¹⁶ − 1 if there are none.
    pub(super) fn minima(self, hashes: &[u64], multipliers: &[u16], summands: &[u16], slots: &mut [u16]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => {
                // SAFETY: the processor has AVX-512 F and BW, as the value of type `Avx512` proves.
                #[allow(unsafe_code)]
                unsafe {
                    avx512(hashes, multipliers, summands, slots);
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => {
                // SAFETY: the processor has AVX2, as the value of type `Avx2` proves.
                #[allow(unsafe_code)]
                unsafe {
                    avx2(hashes, multipliers, summands, slots);
                }
            }
            _ => portable(hashes, multipliers, summands, slots),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
#[inline(never)]
fn avx512(hashes: &[u64], multipliers: &[u16], summands: &[u16], slots: &mut [u16]) {
    by_blocks(hashes, multipliers, summands, slots);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline(never)]
fn avx2(hashes: &[u64], multipliers: &[u16], summands: &[u16], slots: &mut [u16]) {
    by_blocks(hashes, multipliers, summands, slots);
}

#[inline(never)]
fn portable(hashes: &[u64], multipliers: &[u16], summands: &[u16], slots: &mut [u16]) {
    by_blocks(hashes, multipliers, summands, slots);
}

#[allow(clippy::inline_always)] // so that it is compiled for the instruction set of its caller
#[inline(always)]
fn by_blocks(hashes: &[u64], multipliers: &[u16], summands: &[u16], slots: &mut [u16]) {
    let tables = multipliers.chunks_exact(BLOCK_LEN).zip(summands.chunks_exact(BLOCK_LEN));
    for (slots, (multipliers, summands)) in slots.chunks_mut(BLOCK_LEN).zip(tables) {
        if let Some(slots) = slots.first_chunk_mut() {
            *slots = block::<BLOCK_LEN>(hashes, multipliers, summands);
        } else if slots.len() > HALF_BLOCK_LEN {
            slots.copy_from_slice(&block::<BLOCK_LEN>(hashes, multipliers, summands)[..slots.len()]);
        } else {
            slots.copy_from_slice(&block::<HALF_BLOCK_LEN>(hashes, multipliers, summands)[..slots.len()]);
        }
    }
}

/// Returns the minima of the first `N` slots of the tables.
#[allow(clippy::inline_always)] // as above
#[inline(always)]
fn block<const N: usize>(hashes: &[u64], multipliers: &[u16], summands: &[u16]) -> [u16; N] {
    let (multipliers, summands) = (&multipliers[..N], &summands[..N]);
    let mut minima = [u16::MAX; N];
    for hash in hashes {
        let high = (hash >> 48) as u16;
        for (minimum, (multiplier, summand)) in minima.iter_mut().zip(multipliers.iter().zip(summands)) {
            *minimum = (*minimum).min(multiplier.wrapping_mul(high).wrapping_add(*summand));
        }
    }
    minima
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// The definition, slot by slot.
    fn by_definition(hashes: &[u64], multipliers: &[u16], summands: &[u16]) -> Vec<u16> {
        let tables = multipliers.iter().zip(summands);
        let slot = |(&a, &b): (&u16, &u16)| {
            let values = hashes.iter().map(|hash| (u64::from(a) * (hash >> 48) + u64::from(b)) % (1 << 16));
            values.min().map_or(u16::MAX, |least| u16::try_from(least).unwrap())
        };
        tables.map(slot).collect()
    }

    /// All kernels that the processor has.
    fn kernels() -> impl Iterator<Item = Kernel> {
        let fast = [Avx2::new().map(Kernel::Avx2), Avx512::new().map(Kernel::Avx512)];
        std::iter::once(Kernel::Portable).chain(fast.into_iter().flatten())
    }

    proptest! {
        #[test]
        fn every_kernel_follows_the_definition(
            hashes in vec(any::<u64>(), 0..100),
            table in vec(any::<(u16, u16)>(), 320),
            count in 0..=320_usize,
        ) {
            let (multipliers, summands): (Vec<u16>, Vec<u16>) = table.into_iter().unzip();
            let expected = by_definition(&hashes, &multipliers, &summands);
            for kernel in kernels() {
                let mut slots = vec![7; count];
                kernel.minima(&hashes, &multipliers, &summands, &mut slots);
                prop_assert_eq!(&slots, &expected[..count], "{:?}", kernel);
            }
        }
    }
}

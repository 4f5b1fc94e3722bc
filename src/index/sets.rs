//! Shingle sets as bytes: the gaps between their hashes, in Rice codes (Rice and Plaunt, 1971), as [`saved`](super::saved)
//! describes. The number of hashes is stored elsewhere.
//!
//! Hashes of 64 bits are spread evenly, so a set of n cannot take less than about 65.4 − log₂ n bits a hash: 59.3
//! for 70. This takes 59.5, or 7.4 bytes. Fewer would take shorter hashes, of which some would be equal by chance:
//! in two sets of 70 with 40 bits once in 2·10⁸ pairs, and matches would no longer be verified.

/// Returns how many low bits of a gap are written as they are.
fn low_bits(count: usize) -> u32 {
    63 - count.max(1).ilog2()
}

/// Returns how many bytes a set takes.
pub(super) fn coded_len(hashes: &[u64]) -> usize {
    let k = low_bits(hashes.len());
    let bits: u64 = gaps(hashes).map(|gap| (gap >> k) + 1 + u64::from(k)).sum();
    usize::try_from(bits.div_ceil(8)).expect("a set in memory has fewer bytes than memory")
}

/// Appends a set to `out`.
pub(super) fn encode(hashes: &[u64], out: &mut Vec<u8>) {
    let k = low_bits(hashes.len());
    let (mut held, mut bits) = (0_u128, 0); // fewer than 8 bits between two gaps
    let mut put = |value: u64, len: u32| {
        held |= u128::from(value) << bits;
        bits += len;
        while bits >= 8 {
            out.push(held.to_le_bytes()[0]);
            held >>= 8;
            bits -= 8;
        }
    };
    for gap in gaps(hashes) {
        let mut zeros = gap >> k;
        while zeros >= 32 {
            put(0, 32);
            zeros -= 32;
        }
        put(1 << zeros, u32::try_from(zeros).unwrap_or(0) + 1);
        put(gap & ((1 << k) - 1), k);
    }
    put(0, 7); // ends a byte that is begun
}

/// Reads a set of `count` hashes into `hashes`, and returns true if the bytes are one such set and nothing else.
pub(super) fn decode(bytes: &[u8], count: usize, hashes: &mut Vec<u64>) -> bool {
    hashes.clear();
    // A gap has more than `low_bits` bits: no memory is allocated for hashes that are not there.
    if count == 0 || bytes.len().saturating_mul(8) / count <= low_bits(count) as usize {
        return false;
    }
    hashes.reserve(count);
    let k = low_bits(count);
    let mut bits = Bits { bytes, at: 0 };
    let mut next = Some(0_u64); // the least that the next hash can be
    for _ in 0..count {
        let gap = bits
            .zeros()
            .and_then(|zeros| Some(zeros.checked_shl(k).filter(|high| high >> k == zeros)? | bits.low(k)));
        let Some(hash) = next.zip(gap).and_then(|(next, gap)| next.checked_add(gap)) else { return false };
        hashes.push(hash);
        next = hash.checked_add(1);
    }
    bytes.len() == bits.at.div_ceil(8) && bits.word() == 0
}

/// Returns how many numbers stand between each hash and the one before it.
fn gaps(hashes: &[u64]) -> impl Iterator<Item = u64> {
    let after = hashes.windows(2).map(|two| two[1] - two[0] - 1);
    hashes.first().copied().into_iter().chain(after)
}

struct Bits<'b> {
    bytes: &'b [u8],
    /// In bits from the start.
    at: usize,
}

impl Bits<'_> {
    /// Returns the next 64 bits; zeros where there are no more.
    fn word(&self) -> u64 {
        let (rest, shift) = (&self.bytes[(self.at / 8).min(self.bytes.len())..], self.at % 8);
        let bytes = rest.first_chunk::<16>().copied().unwrap_or_else(|| {
            let mut few = [0; 16];
            few[..rest.len()].copy_from_slice(rest);
            few
        });
        #[allow(clippy::cast_possible_truncation)] // the low half is meant
        let word = (u128::from_le_bytes(bytes) >> shift) as u64;
        word
    }

    /// Reads a one and the zeros before it, and returns how many zeros; `None` if there is no one.
    fn zeros(&mut self) -> Option<u64> {
        let mut zeros = 0;
        while self.at < 8 * self.bytes.len() {
            let word = self.word();
            zeros += u64::from(word.trailing_zeros());
            if word != 0 {
                self.at += word.trailing_zeros() as usize + 1;
                return Some(zeros);
            }
            self.at += 64;
        }
        None
    }

    /// Reads `len` bits, fewer than 64, as a number.
    fn low(&mut self, len: u32) -> u64 {
        let low = self.word() & ((1 << len) - 1);
        self.at += len as usize;
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    fn coded(hashes: &[u64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(hashes, &mut bytes);
        assert_eq!(bytes.len(), coded_len(hashes));
        bytes
    }

    #[test]
    fn golden_bytes() {
        // k = 62. 5: a 1, then 5 in 62 bits. Twice 2^62 and a rest, of 2^62 - 6 and 2^62 - 2: a 0, a 1, then the rest.
        let bytes = coded(&[5, 1 << 63, u64::MAX]);
        assert_eq!(bytes[..9], [0x0b, 0, 0, 0, 0, 0, 0, 0, 0xf5]);
        assert_eq!(bytes[9..], [255, 255, 255, 255, 255, 255, 127, 0xfd, 255, 255, 255, 255, 255, 255, 127]);
        assert_eq!(coded(&[0]), [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(coded(&[u64::MAX]), [254, 255, 255, 255, 255, 255, 255, 255, 1]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(set in btree_set(any::<u64>(), 1..300), near in btree_set(0..2000_u64, 1..300)) {
            for set in [set, near] {
                let hashes: Vec<u64> = set.into_iter().collect();
                let bytes = coded(&hashes);
                let mut read = Vec::new();
                prop_assert!(decode(&bytes, hashes.len(), &mut read));
                prop_assert_eq!(&read, &hashes);
                let longer = [&bytes[..], &[0]].concat();
                prop_assert!(!decode(&longer, hashes.len(), &mut read));
                prop_assert!(!decode(&bytes[..bytes.len() - 1], hashes.len(), &mut read));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0..40_usize) {
            let mut read = Vec::new();
            if decode(&bytes, count, &mut read) {
                prop_assert_eq!(read.len(), count);
                prop_assert!(read.windows(2).all(|two| two[0] < two[1]));
                prop_assert_eq!(coded(&read), bytes);
            }
        }
    }
}

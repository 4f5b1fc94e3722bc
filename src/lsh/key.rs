//! The key by which a bucket is known, in memory and in a saved index.

/// The parts of a table of [`Buckets`](super::Buckets), each an array of its own.
pub(super) const PARTS: usize = 1 << 8;

/// The greatest tag is left to slots that hold nothing.
const MAX_TAG: u64 = u32::MAX as u64 - 1;

/// Returns the bucket key of a hash: the 40 bits of it that tell buckets apart.
///
/// The upper 8 bits are the [part](part_of) and the lower 32 the [tag](tag_of), so that the table in memory, part by
/// part, has its buckets in the order of their keys. A saved index writes the same keys in the same order: a change
/// here is a change of its format.
pub(crate) fn bucket_key(hash: u64) -> u64 {
    (part_of(hash) as u64) << 32 | tag_of(hash)
}

/// Returns the part of the table that the bucket of a hash is in: its low 8 bits.
#[allow(clippy::cast_possible_truncation)] // the low bits are meant
pub(super) fn part_of(hash: u64) -> usize {
    hash as usize % PARTS
}

/// Returns what tells a bucket from others of its part: the high half of the hash, but for the greatest value.
pub(super) fn tag_of(hash: u64) -> u64 {
    (hash >> 32).min(MAX_TAG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_key_is_the_low_byte_and_the_high_half_of_a_hash() {
        assert_eq!(bucket_key(0x0123_4567_89AB_CDEF), 0xEF_0123_4567);
        assert_eq!(bucket_key(0), 0);
    }

    #[test]
    fn no_bucket_key_has_the_greatest_tag() {
        assert_eq!(bucket_key(u64::MAX), 0xFF_FFFF_FFFE);
        assert_eq!(bucket_key(0xFFFF_FFFE_0000_0001), 0x01_FFFF_FFFE);
    }
}

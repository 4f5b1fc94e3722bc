//! The fixed hash: XXH3 with a seed for each use.
//!
//! Everything that is stored, compared or put in order is hashed here and nowhere else, so that it is the same
//! on every machine and in every version. Changing a seed or a byte order changes every signature and every saved
//! index; the golden values in `tests/golden.rs` hold them in place.

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed, xxh3_128_with_seed};

/// The version of the hashes: raised when a function below changes its value for any input.
pub(crate) const VERSION: u32 = 2;

// A seed is the first bytes of the name of its use, so that no two uses see the same hash of the same bytes.
const SHINGLE: u64 = u64::from_le_bytes(*b"shingle\0");
const WORDS: u64 = u64::from_le_bytes(*b"words\0\0\0");
const BAND: u64 = u64::from_le_bytes(*b"band\0\0\0\0");
const FINGERPRINT: u64 = u64::from_le_bytes(*b"config\0\0");
const DOCUMENT: u64 = u64::from_le_bytes(*b"document");
const CHECKSUM: u64 = u64::from_le_bytes(*b"checksum");

/// Hashes a shingle, given as its text in UTF-8.
pub(crate) fn shingle(text: &[u8]) -> u64 {
    xxh3_64_with_seed(text, SHINGLE)
}

/// Hashes all words of a paragraph, given in UTF-8 with a space between each two.
pub(crate) fn words(text: &[u8]) -> u128 {
    xxh3_128_with_seed(text, WORDS)
}

/// Returns the key of a bucket: the hash of one band of a signature, given as little-endian bytes. Each band has a seed of
/// its own.
pub(crate) fn band(band: usize, rows: &[u8]) -> u64 {
    xxh3_64_with_seed(rows, BAND.wrapping_add(band as u64))
}

/// Hashes the fields of a fingerprint: see [`Detector::fingerprint`](crate::Detector::fingerprint).
pub(crate) fn fingerprint(fields: &[u8]) -> u64 {
    xxh3_64_with_seed(fields, FINGERPRINT)
}

/// Hashes the name of a document.
pub(crate) fn document(name: &str) -> u64 {
    xxh3_64_with_seed(name.as_bytes(), DOCUMENT)
}

/// Returns the checksum of bytes of a file.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    xxh3_64_with_seed(bytes, CHECKSUM)
}

/// The [`checksum`] of bytes that come in pieces.
pub(crate) struct Checksum(Box<Xxh3>);

impl Checksum {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.digest()
    }
}

impl Default for Checksum {
    fn default() -> Self {
        Self(Box::new(Xxh3::with_seed(CHECKSUM)))
    }
}

/// Returns the `index`-th number of a fixed sequence: `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
pub(crate) const fn sequence(index: u64) -> u64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

//! The words of 64 bytes at a time, in bit masks: ASCII, and letters of two bytes where the processor has AVX2.
//!
//! UAX #29 cuts such text by a short rule: letters, digits and low lines hold together, and so does one mark of some
//! kinds between two letters or two digits.

#![allow(clippy::inline_always)] // functions that are not inlined into one with AVX2 are compiled without it

#[cfg(target_arch = "x86_64")]
mod avx2;

use super::alphabet::Alphabet;
use crate::cpu::Avx2;
use crate::text::normalizer::{Normalizer, Rule};

/// Bytes that are looked at together.
pub(crate) const BLOCK_LEN: usize = 64;

/// The most words that a block can hold: each takes a byte, and a byte after it.
pub(crate) const MAX_WORDS: usize = BLOCK_LEN / 2;

/// Bytes that are copied at once.
const COPY_LEN: usize = 32;

/// How a mark of punctuation from U+2000 to U+203F begins: a quote, a dash, an apostrophe.
const PUNCTUATION: [u8; 2] = [0xE2, 0x80];

/// Reads blocks: by which instructions, and under which rules.
#[derive(Clone, Copy)]
pub(crate) struct BlockReader<'a> {
    avx2: Option<Avx2>,
    alphabet: &'a Alphabet,
    folding: Folding,
}

/// What becomes of ASCII characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folding {
    /// Capitals are small letters.
    case: bool,
    /// The character that is an apostrophe beside the apostrophe: the grave accent, or itself.
    apostrophe: u8,
}

impl Folding {
    fn new(normalizer: Normalizer) -> Self {
        let apostrophe = if normalizer.has(Rule::Apostrophes) { b'`' } else { b'\'' };
        Self { case: normalizer.has(Rule::Case), apostrophe }
    }
}

impl<'a> BlockReader<'a> {
    pub(crate) fn new(avx2: Option<Avx2>, alphabet: &'a Alphabet) -> Self {
        Self { avx2, alphabet, folding: Folding::new(alphabet.normalizer()) }
    }

    pub(crate) fn alphabet(self) -> &'a Alphabet {
        self.alphabet
    }

    /// Returns the first byte of UTF-8 from which on characters are not read by blocks: that of three bytes with AVX2, and
    /// of two without.
    #[inline]
    pub(crate) fn limit(self) -> u8 {
        if self.avx2.is_some() { 0xE0 } else { 0x80 }
    }

    /// Returns true if a block is worth reading at the beginning of a text.
    #[inline]
    pub(crate) fn can_start(self, text: &[u8]) -> bool {
        text.first()
            .is_some_and(|&byte| byte < self.limit() || self.avx2.is_some() && text.starts_with(&PUNCTUATION))
    }

    #[inline(always)]
    pub(crate) fn read(self, block: &mut Block, bytes: &[u8; BLOCK_LEN]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.avx2 {
            return avx2::read(avx2, block, bytes, self.folding, self.alphabet);
        }
        block.read_ascii(bytes, self.folding);
    }
}

/// The beginning of a text, up to [`BLOCK_LEN`] bytes, and the words found in it.
pub(crate) struct Block {
    /// Bytes up to and with the last white space before which all could be read. No word goes beyond it.
    pub(crate) len: usize,
    /// The bytes of words among them, a bit each …
    words: u64,
    /// … and those of them that are not in the normal form. No word begins with one.
    dropped: u64,
    /// The bytes as they are in the normal form. The bytes after them may be copied, and mean nothing.
    folded: [u8; BLOCK_LEN + COPY_LEN],
}

impl Block {
    pub(crate) const EMPTY: Self = Self { len: 0, words: 0, dropped: 0, folded: [0; BLOCK_LEN + COPY_LEN] };

    /// Reads ASCII with the instructions that every processor has.
    fn read_ascii(&mut self, bytes: &[u8; BLOCK_LEN], folding: Folding) {
        let bits = class_bits(bytes, folding);
        self.folded[..BLOCK_LEN].copy_from_slice(&folded(bytes, folding));
        self.find_words(&ClassMasks::from_bits(|class| {
            let (eights, _) = bits.as_chunks::<8>();
            eights.iter().rev().fold(0, |mask, eight| {
                let ones = u64::from_le_bytes(*eight) >> class & 0x0101_0101_0101_0101;
                mask << 8 | ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
            })
        }));
    }

    /// Finds the words from the classes of the bytes.
    #[inline(always)]
    fn find_words(&mut self, masks: &ClassMasks) {
        let after = masks.unsettled.trailing_zeros();
        let settled = !u64::MAX.checked_shl(after).unwrap_or(0);
        let len = u64::BITS - (masks.space & settled).leading_zeros();
        let here = !u64::MAX.checked_shl(len).unwrap_or(0);

        let between = |mask: u64| mask << 1 & mask >> 1;
        let alphanumeric = masks.letter | masks.digit;
        let inner = masks.mid_letter & between(masks.letter) | masks.mid_digit & between(masks.digit);
        let words = (alphanumeric | masks.low_line | inner) & here;
        self.len = len as usize;
        let has_low_lines = masks.low_line & here != 0;
        self.words = if has_low_lines { without_bare_low_lines(words, alphanumeric) } else { words };
        self.dropped = masks.dropped & here;
    }

    /// Returns where each piece of a word begins and ends, and whether the word ends with it: a word has more than one piece
    /// if something is dropped between them.
    #[inline(always)]
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (usize, usize, bool)> + use<> {
        let (words, dropped) = (self.words, self.dropped);
        runs_of_ones(words & !dropped).map(move |(start, end)| {
            let is_last = dropped == 0 || {
                let after = (dropped >> end).trailing_ones() as usize;
                words >> (end + after) & 1 == 0
            };
            (start, end, is_last)
        })
    }

    /// Copies a piece to the beginning of `to`, and up to [`COPY_LEN`] bytes more.
    #[inline(always)]
    pub(crate) fn copy_piece(&self, start: usize, end: usize, to: &mut [u8]) {
        for at in (0..end - start).step_by(COPY_LEN) {
            let bytes: &[u8; COPY_LEN] = self.folded[start + at..]
                .first_chunk()
                .expect("a step that begins in a block ends in `folded`");
            *to[at..].first_chunk_mut().expect("twice a block is reserved beyond the words") = *bytes;
        }
    }
}

/// Returns the words without those that have no letter and no digit: runs of low lines.
#[cold]
fn without_bare_low_lines(words: u64, alphanumeric: u64) -> u64 {
    let mut kept = words;
    for (start, _) in runs_of_ones(words) {
        let word = words & !words.wrapping_add(1 << start); // the carry goes through the word, and stops after it
        if word & alphanumeric == 0 {
            kept &= !word;
        }
    }
    kept
}

/// Returns where each run of ones begins and ends: at 64, if it goes up to the last bit.
#[inline(always)]
fn runs_of_ones(bits: u64) -> impl Iterator<Item = (usize, usize)> {
    let mut starts = bits & !(bits << 1);
    let mut ends = !bits & (bits << 1);
    std::iter::from_fn(move || {
        if starts == 0 {
            return None;
        }
        let run = (starts.trailing_zeros() as usize, ends.trailing_zeros() as usize);
        starts &= starts - 1;
        ends &= ends.wrapping_sub(1); // no end is left for a run that goes up to the last bit
        Some(run)
    })
}

/// Which bytes of a block are of which class, a bit each.
struct ClassMasks {
    /// Not ASCII, or not settled by a look at the character alone.
    unsettled: u64,
    space: u64,
    letter: u64,
    digit: u64,
    low_line: u64,
    /// In a word if it stands between two letters.
    mid_letter: u64,
    /// In a word if it stands between two digits.
    mid_digit: u64,
    /// Letters that are dropped: they are in the word before them.
    dropped: u64,
}

impl ClassMasks {
    /// Creates the masks from that of each bit of [`class_bits`].
    #[inline(always)]
    fn from_bits(mask: impl Fn(u32) -> u64) -> Self {
        Self {
            mid_digit: mask(0),
            space: mask(1),
            letter: mask(2),
            digit: mask(3),
            low_line: mask(4),
            mid_letter: mask(5),
            unsettled: mask(7),
            dropped: 0,
        }
    }
}

/// Returns the classes of each byte, a bit for each class.
#[inline(always)]
fn class_bits(block: &[u8; BLOCK_LEN], folding: Folding) -> [u8; BLOCK_LEN] {
    block.map(|byte| {
        let mid = byte == b'.' || byte == b'\'' || byte == folding.apostrophe;
        u8::from(mid || byte == b',' || byte == b';')
            | u8::from(byte == b' ' || byte.wrapping_sub(b'\t') < 5) << 1
            | u8::from((byte | 0x20).wrapping_sub(b'a') < 26) << 2
            | u8::from(byte.wrapping_sub(b'0') < 10) << 3
            | u8::from(byte == b'_') << 4
            | u8::from(mid || byte == b':') << 5
            | byte & 0x80
    })
}

/// Returns the bytes as the rules fold them.
#[inline(always)]
fn folded(bytes: &[u8; BLOCK_LEN], folding: Folding) -> [u8; BLOCK_LEN] {
    let small = if folding.case { 0x20 } else { 0 };
    bytes.map(|byte| {
        let byte = if byte == folding.apostrophe { b'\'' } else { byte };
        byte | if byte.wrapping_sub(b'A') < 26 { small } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_instruction_set_reads_ascii_alike(text in "[ a_.,:'`Z09\\PC\n-]{64}", case: bool, apostrophes: bool) {
            let bytes = text.as_bytes().first_chunk().expect("64 characters have at least 64 bytes");
            let rules = [(case, Rule::Case), (apostrophes, Rule::Apostrophes)];
            let normalizer = rules.into_iter().filter(|(is_on, _)| *is_on).map(|(_, rule)| rule).collect();
            let alphabet = Alphabet::unsettled(normalizer);
            let (mut fast, mut plain) = (Block::EMPTY, Block::EMPTY);
            BlockReader::new(Avx2::new(), &alphabet).read(&mut fast, bytes);
            plain.read_ascii(bytes, Folding::new(normalizer));
            prop_assert_eq!((fast.len, fast.words, fast.dropped), (plain.len, plain.words, plain.dropped));
            prop_assert_eq!(fast.folded, plain.folded);
        }
    }
}

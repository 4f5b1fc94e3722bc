//! The words of 64 bytes at a time, in bit masks: ASCII, and letters of two bytes where the processor has AVX2.
//!
//! UAX #29 cuts such text by a short rule: letters, digits and low lines hold together, and so does one mark of some
//! kinds between two letters or two digits.

#![allow(clippy::inline_always)] // what is not inlined into a function with AVX2 is compiled without

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::text::alphabet::Alphabet;

/// Bytes that are looked at together.
pub(crate) const BLOCK: usize = 64;

/// Words that may be found in a block: each has a byte, and a byte after it.
pub(crate) const MOST_WORDS: usize = BLOCK / 2;

/// Bytes that are copied at once.
pub(crate) const STEP: usize = 32;

/// The first byte that a word is not read by blocks for: of UTF-8 of two bytes, or three.
pub(crate) fn limit() -> u8 {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_here() {
        return 0xE0;
    }
    0x80
}

/// How a mark of punctuation from U+2000 to U+203F begins: a quote, a dash, an apostrophe.
const MARK: [u8; 2] = [0xE2, 0x80];

/// Whether a text is to be read by blocks from here on, if that is done below the `limit`.
#[inline]
pub(crate) fn begins(text: &[u8], limit: u8) -> bool {
    text.first().is_some_and(|&byte| byte < limit || limit > 0x80 && text.starts_with(&MARK))
}

/// The beginning of a text.
pub(crate) struct Block {
    /// Bytes up to and with the last white space before which all could be read. No word goes beyond it.
    pub(crate) len: usize,
    /// The bytes of words among them, a bit each …
    words: u64,
    /// … and those of them that are not in the normal form. No word begins with one.
    dropped: u64,
    /// The bytes as they are in the normal form, and room to read on.
    folded: [u8; BLOCK + STEP],
}

impl Block {
    pub(crate) const EMPTY: Self = Self { len: 0, words: 0, dropped: 0, folded: [0; BLOCK + STEP] };

    #[inline(always)]
    pub(crate) fn read(&mut self, bytes: &[u8; BLOCK], fold: bool, alphabet: Option<&Alphabet>) {
        #[cfg(target_arch = "x86_64")]
        if avx2::is_here() {
            return avx2::read(self, bytes, fold, alphabet);
        }
        _ = alphabet;
        self.read_ascii(bytes, fold);
    }

    /// The plain way, for ASCII.
    fn read_ascii(&mut self, bytes: &[u8; BLOCK], fold: bool) {
        let bits = bits(bytes);
        self.folded[..BLOCK].copy_from_slice(&folded(bytes, fold));
        self.cut(&Classes::from(|class| {
            let (eights, _) = bits.as_chunks::<8>();
            eights.iter().rev().fold(0, |mask, eight| {
                let ones = u64::from_le_bytes(*eight) >> class & 0x0101_0101_0101_0101;
                mask << 8 | ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
            })
        }));
    }

    /// Find the words.
    #[inline(always)]
    fn cut(&mut self, is: &Classes) {
        let after = is.unsettled.trailing_zeros();
        let settled = !u64::MAX.checked_shl(after).unwrap_or(0);
        let len = u64::BITS - (is.space & settled).leading_zeros();
        let here = !u64::MAX.checked_shl(len).unwrap_or(0);

        let between = |of: u64| of << 1 & of >> 1;
        let alphanumeric = is.letter | is.digit;
        let inner = is.mid_letter & between(is.letter) | is.mid_digit & between(is.digit);
        let words = (alphanumeric | is.low_line | inner) & here;
        self.len = len as usize;
        self.words = if is.low_line & here == 0 { words } else { without_lines(words, alphanumeric) };
        self.dropped = is.dropped & here;
    }

    /// Where each piece of a word begins and ends, and whether the word does: it has more than one piece if something
    /// is dropped between them.
    #[inline(always)]
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (usize, usize, bool)> + use<> {
        let (words, dropped) = (self.words, self.dropped);
        runs(words & !dropped).map(move |(start, end)| {
            let is_last = dropped == 0 || {
                let after = (dropped >> end).trailing_ones() as usize;
                words >> (end + after) & 1 == 0
            };
            (start, end, is_last)
        })
    }

    /// Copy a piece to the beginning of `to`, and up to [`STEP`] bytes more.
    #[inline(always)]
    pub(crate) fn copy(&self, start: usize, end: usize, to: &mut [u8]) {
        for at in (0..end - start).step_by(STEP) {
            let step: &[u8; STEP] =
                self.folded[start + at..].first_chunk().expect("there is room to read on");
            *to[at..].first_chunk_mut().expect("there is room for the words of a block") = *step;
        }
    }
}

/// Words without those that have no letter and no digit: runs of low lines.
#[cold]
fn without_lines(words: u64, alphanumeric: u64) -> u64 {
    let mut kept = words;
    for (start, _) in runs(words) {
        let word = words & !words.wrapping_add(1 << start); // the carry goes through the word, and stops after it
        if word & alphanumeric == 0 {
            kept &= !word;
        }
    }
    kept
}

/// Where each run of bits begins and ends; at 64, if it is still open there.
#[inline(always)]
fn runs(bits: u64) -> impl Iterator<Item = (usize, usize)> {
    let mut starts = bits & !(bits << 1);
    let mut ends = !bits & (bits << 1);
    std::iter::from_fn(move || {
        if starts == 0 {
            return None;
        }
        let run = (starts.trailing_zeros() as usize, ends.trailing_zeros() as usize);
        starts &= starts - 1;
        ends &= ends.wrapping_sub(1); // none is left of a run that is open
        Some(run)
    })
}

/// Which bytes of a block are of which class, a bit each.
struct Classes {
    /// Not ASCII, or what takes more than a look.
    unsettled: u64,
    space: u64,
    letter: u64,
    digit: u64,
    low_line: u64,
    /// What stands in a word between two letters, and what between two digits.
    mid_letter: u64,
    mid_digit: u64,
    /// Letters that are dropped: they are in the word before them.
    dropped: u64,
}

impl Classes {
    /// From the mask of each bit of [`bits`].
    #[inline(always)]
    fn from(mask: impl Fn(u32) -> u64) -> Self {
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

/// The classes of each byte, a bit for each.
#[inline(always)]
fn bits(block: &[u8; BLOCK]) -> [u8; BLOCK] {
    block.map(|byte| {
        let mid = byte == b'.' || byte == b'\'';
        u8::from(mid || byte == b',' || byte == b';')
            | u8::from(byte == b' ' || byte.wrapping_sub(b'\t') < 5) << 1
            | u8::from((byte | 0x20).wrapping_sub(b'a') < 26) << 2
            | u8::from(byte.wrapping_sub(b'0') < 10) << 3
            | u8::from(byte == b'_') << 4
            | u8::from(mid || byte == b':') << 5
            | byte & 0x80
    })
}

/// The bytes, in small letters if `fold`.
#[inline(always)]
fn folded(bytes: &[u8; BLOCK], fold: bool) -> [u8; BLOCK] {
    let small = if fold { 0x20 } else { 0 };
    bytes.map(|byte| byte | if byte.wrapping_sub(b'A') < 26 { small } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_instruction_set_reads_ascii_alike(text in "[ a_.,:'Z09\\PC\n-]{64}", fold: bool) {
            let bytes = text.as_bytes().first_chunk().expect("64 characters have as many bytes");
            let (mut fast, mut plain) = (Block::EMPTY, Block::EMPTY);
            fast.read(bytes, fold, None);
            plain.read_ascii(bytes, fold);
            prop_assert_eq!((fast.len, fast.words, fast.dropped), (plain.len, plain.words, plain.dropped));
            prop_assert_eq!(fast.folded, plain.folded);
        }
    }
}

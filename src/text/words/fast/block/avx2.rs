//! Blocks by AVX2.
//!
//! A letter of two bytes is looked up by its second byte in a table of its first: 64 places, four shuffles.

use std::arch::x86_64::{
    __m256i, _mm_set_epi64x, _mm256_adds_epu8, _mm256_alignr_epi8, _mm256_and_si256, _mm256_blendv_epi8,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_extract_epi64, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_sub_epi8, _mm256_xor_si256,
};

use super::{BLOCK_LEN, Block, ClassMasks, Folding, PUNCTUATION, class_bits, folded, runs_of_ones};
use crate::cpu::Avx2;
use crate::text::normalizer::Rule;
use crate::text::words::fast::alphabet::{Alphabet, CharClass, TwoByteTable};

#[inline(always)]
pub(super) fn read(
    _: Avx2,
    block: &mut Block,
    bytes: &[u8; BLOCK_LEN],
    folding: Folding,
    alphabet: &Alphabet,
) {
    // SAFETY: the processor has AVX2, as the value of type `Avx2` proves.
    #[allow(unsafe_code)]
    unsafe {
        read_avx2(block, bytes, folding, alphabet);
    }
}

#[target_feature(enable = "avx2")]
fn read_avx2(block: &mut Block, bytes: &[u8; BLOCK_LEN], folding: Folding, alphabet: &Alphabet) {
    let bits = load(&class_bits(bytes, folding));
    let mut masks = ClassMasks::from_bits(|class| mask(bits, class));
    let mut folded = load(&folded(bytes, folding));
    if masks.unsettled != 0 {
        let rest = settle_letters(bytes, alphabet, &mut masks, &mut folded);
        store(folded, &mut block.folded);
        settle_punctuation(block, rest.punctuation, bytes, alphabet, &mut masks);
        if rest.watched != 0 {
            unsettle_sequences(block, rest.watched, bytes, alphabet, &mut masks);
        }
    } else {
        store(folded, &mut block.folded);
    }
    block.find_words(&masks);
}

/// What is to be looked at one by one.
struct Rest {
    /// Where marks of punctuation of three bytes may stand.
    punctuation: u64,
    /// Where the second byte of hamza stands, and the first of letters that may have a Vietnamese tone.
    watched: u64,
}

/// Settles letters of two bytes. Returns what is left to be looked at.
#[target_feature(enable = "avx2")]
fn settle_letters(
    block: &[u8; BLOCK_LEN],
    alphabet: &Alphabet,
    masks: &mut ClassMasks,
    folded: &mut [__m256i; 2],
) -> Rest {
    let bytes = load(block);
    let zero = _mm256_setzero_si256();
    let next = [shift_down(bytes[0], bytes[1]), shift_down(bytes[1], zero)];
    let places = both(|n| places(next[n]));

    let mut leads = masks.unsettled & mask(bytes, 6); // 0b11 at the top
    let (mut classes, mut seconds) = ([zero; 2], [zero; 2]);
    let (mut punctuation, mut watched) = (0, 0);
    while leads != 0 {
        let byte = block[leads.trailing_zeros() as usize];
        let here = bytes.map(|bytes| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed())));
        leads &= !mask(here, 7);
        let Some(table) = alphabet.two_byte_table(byte) else {
            if byte == PUNCTUATION[0] {
                punctuation = mask(here, 7);
            }
            continue;
        };
        let is = |c: u8| bytes.map(|bytes| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c.cast_signed())));
        match byte {
            0xD8 => watched |= mask(is(0xA1), 7) & mask(here, 7) << 1,
            0xC3 => {
                let before = [b'o', b'O', b'u', b'U', b'q', b'Q'].map(|c| mask(is(c), 7));
                watched |= mask(here, 7) & before.into_iter().fold(0, |all, mask| all | mask) << 1;
            }
            _ => {}
        }
        let add = |to: &mut [__m256i; 2], found: [__m256i; 2]| {
            *to = both(|n| _mm256_or_si256(to[n], _mm256_and_si256(found[n], here[n])));
        };
        add(&mut classes, look_up(&table.classes, &places));
        add(&mut seconds, look_up(&table.seconds, &places));
    }
    let moved =
        both(|n| _mm256_and_si256(classes[n], _mm256_set1_epi8(TwoByteTable::FIRST_BYTE_BITS.cast_signed())));
    let second = [shift_up(zero, seconds[0]), shift_up(seconds[0], seconds[1])];
    *folded = both(|n| {
        // The top bit of a second byte is set, and 0 stands where there is none.
        _mm256_blendv_epi8(_mm256_xor_si256(folded[n], moved[n]), second[n], second[n])
    });
    let whole = |class: u32| {
        let mask = mask(classes, class);
        mask | mask << 1
    };
    let letters = whole(TwoByteTable::LETTER);
    let dropped = whole(TwoByteTable::DROPPED);
    // A separator of digits is settled only where no digit follows it.
    let settled = whole(TwoByteTable::SETTLED) & !(mask(classes, TwoByteTable::MID_DIGIT) & masks.digit << 1);
    let hebrew = mask(classes, TwoByteTable::HEBREW);
    masks.letter |= letters;
    masks.unsettled &= !settled;
    // What is dropped after a letter counts as one. Elsewhere what stands around it has to be looked at.
    let first_dropped = dropped & !(dropped << 1);
    masks.unsettled |= first_dropped & !(masks.letter << 1);
    masks.letter |= dropped;
    masks.dropped = dropped;
    if hebrew != 0 {
        let same =
            |quote: u8| folded.map(|bytes| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(quote.cast_signed())));
        let quotes = mask(same(b'\''), 7) | mask(same(b'"'), 7);
        masks.unsettled |= quotes & masks.letter << 1;
        punctuation = 0; // an apostrophe may be of the word before it
    }
    Rest { punctuation, watched }
}

/// Settles marks of punctuation of three bytes one by one, since they are few.
///
/// In English with a quote, a dash or an apostrophe in 65 bytes, the words of a paragraph take 340 ns in this way; 465 if
/// their stretches are read by a look-up of each character; 250 if there are no such marks. Sets of shingles take 0.98 µs
/// in this way, and 1.12 by characters.
// Not inlined: it would take registers from what reads ASCII (7 %).
#[inline(never)]
fn settle_punctuation(
    block: &mut Block,
    punctuation: u64,
    bytes: &[u8; BLOCK_LEN],
    alphabet: &Alphabet,
    masks: &mut ClassMasks,
) {
    for (at, _) in runs_of_ones(punctuation) {
        let mark = bytes[at..].first_chunk::<3>().filter(|mark| mark.starts_with(&PUNCTUATION));
        let Some(&[.., last]) = mark else { continue };
        let entry = alphabet.get(0x2000 | u16::from(last & 0x3F));
        let is_between = |mask: u64| mask << 1 >> at & 1 != 0 && mask >> (at + 2) >> 1 & 1 != 0;
        match entry.class() {
            CharClass::Break | CharClass::DoubleQuote => {} // there is no Hebrew letter
            CharClass::Apostrophe if is_between(masks.letter) => {
                block.folded[at] = entry.bytes()[0];
                masks.letter |= 0b111 << at;
                masks.dropped |= 0b110 << at;
            }
            CharClass::Apostrophe if !is_between(masks.digit) => {}
            _ => continue,
        }
        masks.unsettled &= !(0b111 << at);
    }
}

/// Leaves the stretches whose letters a rule may change together: hamza and alef, a Vietnamese tone at a word's end.
#[cold]
#[inline(never)]
fn unsettle_sequences(
    block: &Block,
    watched: u64,
    bytes: &[u8; BLOCK_LEN],
    alphabet: &Alphabet,
    masks: &mut ClassMasks,
) {
    let normalizer = alphabet.normalizer();
    let (alefs, tones) = (normalizer.has(Rule::QuranicAlef), normalizer.has(Rule::VietnameseTones));
    let mut rest = watched;
    while rest != 0 {
        let at = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        let is_letter = |at: usize| at < BLOCK_LEN && masks.letter >> at & 1 != 0;
        let may_meet = if bytes[at] == 0xA1 {
            let next = [at + 1, at + 2].map(|at| block.folded[at]);
            let is_dropped = masks.dropped >> at >> 1 & 1 != 0;
            alefs && (is_dropped || matches!(next, [0xD8, 0xA1..=0xA7]))
        } else if matches!(bytes[at - 1], b'q' | b'Q') {
            tones
        } else {
            let has_tone = matches!(block.folded[at + 1], 0xA0 | 0xA1 | 0xA3 | 0xA8 | 0xA9 | 0xBD);
            tones && has_tone && (!is_letter(at + 2) || masks.dropped >> at >> 2 & 1 != 0)
        };
        masks.unsettled |= u64::from(may_meet) << at;
    }
}

/// Returns the `n`-th eight bytes.
fn word(bytes: &[u8], n: usize) -> i64 {
    i64::from_le_bytes(*bytes[8 * n..].first_chunk().expect("a block has 64 bytes, a quarter of a table 16"))
}

/// Loads a block, in two halves.
#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &[u8; BLOCK_LEN]) -> [__m256i; 2] {
    both(|n| {
        let word = |place: usize| word(block, 4 * n + place);
        _mm256_set_epi64x(word(3), word(2), word(1), word(0))
    })
}

/// Writes a block to the first 64 bytes of `to`.
#[inline]
#[target_feature(enable = "avx2")]
fn store(block: [__m256i; 2], to: &mut [u8]) {
    for (half, to) in block.into_iter().zip(to.as_chunks_mut::<32>().0) {
        let words = [
            _mm256_extract_epi64::<0>(half),
            _mm256_extract_epi64::<1>(half),
            _mm256_extract_epi64::<2>(half),
            _mm256_extract_epi64::<3>(half),
        ];
        for (word, to) in words.iter().zip(to.as_chunks_mut::<8>().0) {
            *to = word.to_le_bytes();
        }
    }
}

/// Does the same for both halves of a block.
#[inline(always)]
fn both<T>(half: impl Fn(usize) -> T) -> [T; 2] {
    [half(0), half(1)]
}

/// Returns one bit of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn mask(bytes: [__m256i; 2], bit: u32) -> u64 {
    let half = |n: usize| {
        let top = match bit {
            0 => _mm256_slli_epi16::<7>(bytes[n]),
            1 => _mm256_slli_epi16::<6>(bytes[n]),
            2 => _mm256_slli_epi16::<5>(bytes[n]),
            3 => _mm256_slli_epi16::<4>(bytes[n]),
            4 => _mm256_slli_epi16::<3>(bytes[n]),
            5 => _mm256_slli_epi16::<2>(bytes[n]),
            6 => _mm256_slli_epi16::<1>(bytes[n]),
            _ => bytes[n],
        };
        u64::from(_mm256_movemask_epi8(top).cast_unsigned())
    };
    half(1) << 32 | half(0)
}

/// Moves the bytes one place down, with the first of `then` at the end.
#[inline]
#[target_feature(enable = "avx2")]
fn shift_down(bytes: __m256i, then: __m256i) -> __m256i {
    _mm256_alignr_epi8::<1>(_mm256_permute2x128_si256::<0x21>(bytes, then), bytes)
}

/// Moves the bytes one place up, with the last of `before` at the beginning.
#[inline]
#[target_feature(enable = "avx2")]
fn shift_up(before: __m256i, bytes: __m256i) -> __m256i {
    _mm256_alignr_epi8::<15>(bytes, _mm256_permute2x128_si256::<0x21>(before, bytes))
}

/// Returns where the second bytes of letters stand in each quarter of a table of 64. The top bit is set for those of the
/// other quarters, as a shuffle then gives 0.
#[inline]
#[target_feature(enable = "avx2")]
fn places(bytes: __m256i) -> [__m256i; 4] {
    let low = _mm256_and_si256(bytes, _mm256_set1_epi8(0x3F));
    let from =
        |first| _mm256_adds_epu8(_mm256_sub_epi8(low, _mm256_set1_epi8(first)), _mm256_set1_epi8(0x70));
    [from(0), from(16), from(32), from(48)]
}

/// Returns what stands in a table at the places of a block.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up(table: &[u8; 64], places: &[[__m256i; 4]; 2]) -> [__m256i; 2] {
    let (quarters, _) = table.as_chunks::<16>();
    let mut found = [_mm256_setzero_si256(); 2];
    for (at, quarter) in quarters.iter().enumerate() {
        let quarter = _mm256_broadcastsi128_si256(_mm_set_epi64x(word(quarter, 1), word(quarter, 0)));
        found = both(|n| _mm256_or_si256(found[n], _mm256_shuffle_epi8(quarter, places[n][at])));
    }
    found
}

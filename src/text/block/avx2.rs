//! Blocks by AVX2.
//!
//! A letter of two bytes is looked up by its second byte in a table of its first: 64 places, four shuffles.

use std::arch::x86_64::{
    __m256i, _mm_set_epi64x, _mm256_adds_epu8, _mm256_alignr_epi8, _mm256_and_si256, _mm256_blendv_epi8,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_extract_epi64, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_sub_epi8, _mm256_xor_si256,
};

use super::{BLOCK, Block, Classes, MARK, bits, folded, runs};
use crate::text::alphabet::{Alphabet, Class, Lead};

/// Whether the processor has it.
#[inline(always)]
pub(super) fn is_here() -> bool {
    is_x86_feature_detected!("avx2")
}

#[inline(always)]
pub(super) fn read(block: &mut Block, bytes: &[u8; BLOCK], fold: bool, alphabet: Option<&Alphabet>) {
    assert!(is_here());
    // SAFETY: the processor has AVX2.
    #[allow(unsafe_code)]
    unsafe {
        read_here(block, bytes, fold, alphabet);
    }
}

#[target_feature(enable = "avx2")]
fn read_here(block: &mut Block, bytes: &[u8; BLOCK], fold: bool, alphabet: Option<&Alphabet>) {
    let bits = load(&bits(bytes));
    let mut classes = Classes::from(|class| mask(bits, class));
    let mut folded = load(&folded(bytes, fold));
    if classes.unsettled != 0
        && let Some(alphabet) = alphabet
    {
        let marks = read_letters(bytes, alphabet, &mut classes, &mut folded);
        store(folded, &mut block.folded);
        read_marks(block, marks, bytes, alphabet, &mut classes);
    } else {
        store(folded, &mut block.folded);
    }
    block.cut(&classes);
}

/// Settle letters of two bytes; where there may be marks of punctuation of three.
#[target_feature(enable = "avx2")]
fn read_letters(
    block: &[u8; BLOCK],
    alphabet: &Alphabet,
    is: &mut Classes,
    folded: &mut [__m256i; 2],
) -> u64 {
    let bytes = load(block);
    let zero = _mm256_setzero_si256();
    let next = [shift_down(bytes[0], bytes[1]), shift_down(bytes[1], zero)];
    let places = both(|n| places(next[n]));

    let mut leads = is.unsettled & mask(bytes, 6); // 0b11 at the top
    let (mut classes, mut seconds) = ([zero; 2], [zero; 2]);
    let mut marks = 0;
    while leads != 0 {
        let byte = block[leads.trailing_zeros() as usize];
        let here = bytes.map(|bytes| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed())));
        leads &= !mask(here, 7);
        let Some(lead) = alphabet.lead(byte) else {
            if byte == MARK[0] {
                marks = mask(here, 7);
            }
            continue;
        };
        let add = |to: &mut [__m256i; 2], found: [__m256i; 2]| {
            *to = both(|n| _mm256_or_si256(to[n], _mm256_and_si256(found[n], here[n])));
        };
        add(&mut classes, look_up(&lead.classes, &places));
        add(&mut seconds, look_up(&lead.seconds, &places));
    }
    let moved = both(|n| _mm256_and_si256(classes[n], _mm256_set1_epi8(Lead::FIRST.cast_signed())));
    let second = [shift_up(zero, seconds[0]), shift_up(seconds[0], seconds[1])];
    *folded = both(|n| {
        // The top bit of a second byte is set, and 0 stands where there is none.
        _mm256_blendv_epi8(_mm256_xor_si256(folded[n], moved[n]), second[n], second[n])
    });
    let whole = |class: u32| {
        let mask = mask(classes, class);
        mask | mask << 1
    };
    let letters = whole(Lead::LETTER);
    let dropped = whole(Lead::DROPPED);
    // Where it matters what these are, it takes a closer look.
    let settled = whole(Lead::SETTLED) & !(mask(classes, Lead::MID_DIGIT) & is.digit << 1);
    let hebrew = mask(classes, Lead::HEBREW);
    is.letter |= letters;
    is.unsettled &= !settled;
    // What is dropped after a letter counts as one. Elsewhere what stands around it has to be looked at.
    let begins = dropped & !(dropped << 1);
    is.unsettled |= begins & !(is.letter << 1);
    is.letter |= dropped;
    is.dropped = dropped;
    if hebrew != 0 {
        let same =
            |quote: u8| bytes.map(|bytes| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(quote.cast_signed())));
        let quotes = mask(same(b'\''), 7) | mask(same(b'"'), 7);
        is.unsettled |= quotes & is.letter << 1;
        marks = 0; // an apostrophe may be of the word before it
    }
    marks
}

/// Settle marks of punctuation of three bytes, one by one: there are few.
///
/// English with a quote, a dash or an apostrophe in 65 bytes: words by a look at each character of their stretches
/// 465 ns a paragraph, so 340, and 250 if there are none; sets of shingles 1.12 and 0.98 µs.
// Not inlined: it would take registers from what reads ASCII (7 %).
#[inline(never)]
fn read_marks(block: &mut Block, marks: u64, bytes: &[u8; BLOCK], alphabet: &Alphabet, is: &mut Classes) {
    for (at, _) in runs(marks) {
        let Some(&[.., last]) = bytes[at..].first_chunk::<3>().filter(|mark| mark.starts_with(&MARK)) else {
            continue;
        };
        let entry = alphabet.get(0x2000 | u16::from(last & 0x3F));
        let is_between = |of: u64| of << 1 >> at & 1 != 0 && of >> (at + 2) >> 1 & 1 != 0;
        match entry.class() {
            Class::Break => {}
            Class::Apostrophe if is_between(is.letter) => {
                block.folded[at] = entry.bytes()[0];
                is.letter |= 0b111 << at;
                is.dropped |= 0b110 << at;
            }
            Class::Apostrophe if !is_between(is.digit) => {}
            _ => continue,
        }
        is.unsettled &= !(0b111 << at);
    }
}

fn word(bytes: &[u8], n: usize) -> i64 {
    i64::from_le_bytes(*bytes[8 * n..].first_chunk().expect("a block has eight words"))
}

/// A block in two halves.
#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &[u8; BLOCK]) -> [__m256i; 2] {
    both(|n| {
        let word = |place: usize| word(block, 4 * n + place);
        _mm256_set_epi64x(word(3), word(2), word(1), word(0))
    })
}

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

#[inline(always)]
fn both<T>(of: impl Fn(usize) -> T) -> [T; 2] {
    [of(0), of(1)]
}

/// A bit of each byte.
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

/// The bytes one place further down, the first of `then` at the end.
#[inline]
#[target_feature(enable = "avx2")]
fn shift_down(bytes: __m256i, then: __m256i) -> __m256i {
    _mm256_alignr_epi8::<1>(_mm256_permute2x128_si256::<0x21>(bytes, then), bytes)
}

/// The bytes one place further up, the last of `before` at the beginning.
#[inline]
#[target_feature(enable = "avx2")]
fn shift_up(before: __m256i, bytes: __m256i) -> __m256i {
    _mm256_alignr_epi8::<15>(bytes, _mm256_permute2x128_si256::<0x21>(before, bytes))
}

/// Where to look in the quarters of a table of 64 for second bytes: a shuffle gives 0 for places with the top bit, which
/// is set here for those of the other quarters.
#[inline]
#[target_feature(enable = "avx2")]
fn places(bytes: __m256i) -> [__m256i; 4] {
    let low = _mm256_and_si256(bytes, _mm256_set1_epi8(0x3F));
    let from =
        |first| _mm256_adds_epu8(_mm256_sub_epi8(low, _mm256_set1_epi8(first)), _mm256_set1_epi8(0x70));
    [from(0), from(16), from(32), from(48)]
}

/// What stands in a table at the places of a block.
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

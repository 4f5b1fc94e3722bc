//! Blocks by AVX2.
//!
//! A letter of two bytes is looked up by its second byte in a table of its first: 64 places, four shuffles.

use std::arch::x86_64::{
    __m256i, _mm_set_epi64x, _mm256_adds_epu8, _mm256_alignr_epi8, _mm256_and_si256, _mm256_blendv_epi8,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_extract_epi64, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_sub_epi8,
};

use super::{BLOCK, Block, Classes, MARK, bits, folded, runs};
use crate::alphabet::{Alphabet, Class, Lead};

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
    let last = [shift_up(zero, bytes[0]), shift_up(bytes[0], bytes[1])];
    let low = |bytes| _mm256_and_si256(bytes, _mm256_set1_epi8(0x3F));

    let mut leads = is.unsettled & mask(bytes, 6); // 0b11 at the top
    let mut settled = 0;
    let mut letters = 0;
    let mut dropped = 0;
    let mut hebrew = 0;
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
        let classes = both(|n| _mm256_and_si256(look_up(&lead.classes, low(next[n])), here[n]));
        let second = both(|n| _mm256_cmpeq_epi8(last[n], _mm256_set1_epi8(byte.cast_signed())));
        *folded = both(|n| _mm256_blendv_epi8(folded[n], look_up(&lead.seconds, low(bytes[n])), second[n]));
        if lead.moves {
            *folded = both(|n| _mm256_blendv_epi8(folded[n], look_up(&lead.firsts, low(next[n])), here[n]));
        }
        let whole = |mask: u64| mask | mask << 1;
        letters |= whole(mask(classes, Lead::LETTER));
        settled |= whole(mask(classes, Lead::SETTLED));
        dropped |= whole(mask(classes, Lead::DROPPED));
        // Where it matters what these are, it takes a closer look.
        settled &= !(mask(classes, Lead::MID_DIGIT) & is.digit << 1);
        hebrew |= mask(classes, Lead::HEBREW);
    }
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
fn both(of: impl Fn(usize) -> __m256i) -> [__m256i; 2] {
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

/// The places of a table, each below 64.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up(table: &[u8; 64], places: __m256i) -> __m256i {
    let (quarters, _) = table.as_chunks::<16>();
    let mut found = _mm256_setzero_si256();
    for (first, quarter) in [0, 16, 32, 48].into_iter().zip(quarters) {
        let quarter = _mm256_broadcastsi128_si256(_mm_set_epi64x(word(quarter, 1), word(quarter, 0)));
        // A shuffle gives 0 for places with the top bit, which is set here for those of the other quarters.
        let place = _mm256_sub_epi8(places, _mm256_set1_epi8(first));
        let place = _mm256_adds_epu8(place, _mm256_set1_epi8(0x70));
        found = _mm256_or_si256(found, _mm256_shuffle_epi8(quarter, place));
    }
    found
}

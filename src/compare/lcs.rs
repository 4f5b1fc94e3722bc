//! The words of a paragraph in their order, and the longest common subsequence of two paragraphs.
//!
//! Shingles of three words lose a third of a paragraph if one word in ten is changed; its order loses a tenth. That is
//! what the evidence of a run is decided by.
//!
//! The length is computed 64 words at a time (Hyyrö, *Bit-parallel LCS-length computation revisited*, 2004), once the words
//! that both paragraphs begin or end with are set aside. It is exact. Time: one step for 64 pairs of words; memory: linear.

use ahash::AHashMap;

use crate::compare::threshold::Threshold;
use crate::hash;
use crate::shingle::{self, Tokens};
use crate::text::words::Words;

/// The words of a paragraph in their order, each by its hash; characters, where a script is written without spaces.
///
/// Two different words share a hash with probability 2⁻⁶⁴, as two shingles do.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordSequence {
    hashes: Box<[u64]>,
    /// How many characters (code points) each word has.
    lengths: Box<[u32]>,
}

impl WordSequence {
    pub(crate) fn new(words: &Words, tokens: &mut Tokens) -> Self {
        let mut hashes = Vec::with_capacity(words.len());
        let mut lengths = Vec::with_capacity(words.len());
        shingle::for_each_word(words, tokens, |word| {
            hashes.push(hash::shingle(word));
            let is_first_byte = |&&byte: &&u8| byte & 0xC0 != 0x80;
            let length = word.iter().filter(is_first_byte).count();
            lengths.push(u32::try_from(length).unwrap_or(u32::MAX)); // a text has fewer than 2³² bytes
        });
        Self { hashes: hashes.into(), lengths: lengths.into() }
    }

    /// Returns the words of several paragraphs, one after another.
    pub(crate) fn joined<'a>(paragraphs: impl Iterator<Item = &'a Self>) -> Self {
        let (mut hashes, mut lengths) = (Vec::new(), Vec::new());
        for words in paragraphs {
            hashes.extend_from_slice(&words.hashes);
            lengths.extend_from_slice(&words.lengths);
        }
        Self { hashes: hashes.into(), lengths: lengths.into() }
    }

    /// Returns how many words there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Returns the longest common subsequence of two sequences, the same whichever comes first.
    pub(crate) fn lcs(&self, other: &Self) -> Lcs {
        Lcs { common: lcs_len(&self.hashes, &other.hashes), total: self.len() + other.len() }
    }

    /// Returns the longest common subsequence if it is at a bound. It is not computed where the lengths rule that out.
    pub(crate) fn lcs_at(&self, other: &Self, bound: Threshold) -> Option<Lcs> {
        let (common, total) = (self.len().min(other.len()), self.len() + other.len());
        if !(Lcs { common, total }).is_at(bound) {
            return None;
        }
        Some(self.lcs(other)).filter(|lcs| lcs.is_at(bound))
    }

    /// Returns a hash for each word, of the word together with those that follow it, until they have `letters` characters.
    ///
    /// So a short word counts with what stands beside it, and a script without spaces is read by that many characters.
    pub(crate) fn with_letters(&self, letters: u32) -> impl Iterator<Item = u64> {
        (0..self.len()).map(move |first| {
            let (mut hash, mut length) = (0_u64, 0);
            for (word, count) in self.hashes[first..].iter().zip(&self.lengths[first..]) {
                hash = hash.rotate_left(7).wrapping_add(*word);
                length += count;
                if length >= letters {
                    break;
                }
            }
            hash
        })
    }

    /// Returns how many of these words stand in order in one stretch of another sequence that is a quarter longer than
    /// this one: the most of all stretches, one at each quarter of this length.
    ///
    /// In all of a long paragraph the characters of a short one stand in order by chance.
    pub(crate) fn common_in_stretch(&self, longer: &Self) -> usize {
        let (step, width) = ((self.len() / 4).max(1), self.len() + self.len().div_ceil(4));
        let last = longer.len().saturating_sub(width);
        let starts = (0..last).step_by(step).chain([last]);
        let stretch = |start: usize| &longer.hashes[start..longer.len().min(start + width)];
        starts.map(|start| lcs_len(&self.hashes, stretch(start))).max().unwrap_or(0)
    }

    /// Returns true if the words that stand in both, in any order, hold this share of the characters of both.
    pub(crate) fn shares_letters(&self, other: &Self, bound: Threshold) -> bool {
        let mut counts: AHashMap<u64, u32> = AHashMap::with_capacity(self.len());
        for &word in &self.hashes {
            *counts.entry(word).or_default() += 1;
        }
        let mut common = 0;
        for (word, &length) in other.hashes.iter().zip(&other.lengths) {
            if let Some(count) = counts.get_mut(word).filter(|count| **count > 0) {
                *count -= 1;
                common += length as usize;
            }
        }
        let characters = |of: &Self| of.lengths.iter().map(|&length| length as usize).sum::<usize>();
        2 * common >= bound.share(characters(self) + characters(other)).max(1)
    }
}

/// Which words a paragraph has, in 16 bytes: enough to see of most pairs that have few words in common that they do, without
/// reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordSketch {
    /// The number of words in the last bits, and before it a bit for each word, by its hash. All ones: not known.
    bits: u128,
}

impl WordSketch {
    const LEN_BITS: u32 = 12;
    /// The sketch of which nothing follows.
    pub(crate) const UNKNOWN: Self = Self { bits: u128::MAX };

    /// Creates the sketch of a paragraph. It knows nothing of paragraphs in scripts without spaces, which are not cut into
    /// characters here, nor of long ones.
    pub(crate) fn new(words: &Words) -> Self {
        if words.len() >= 1 << Self::LEN_BITS || !shingle::all_are_spaced(words) {
            return Self::UNKNOWN;
        }
        let (mut low, mut high) = (words.len() as u64, 0_u64);
        for (head, tail, len) in words.ends_of_words() {
            let place = Self::place(head, tail, len);
            let (bit, is_high) = (1 << (place % u64::BITS), place >= u64::BITS);
            low |= bit * u64::from(!is_high);
            high |= bit * u64::from(is_high);
        }
        Self { bits: u128::from(high) << u64::BITS | u128::from(low) }
    }

    /// Returns the sketch as a number, for [`from_bits`](Self::from_bits).
    pub(crate) fn bits(self) -> u128 {
        self.bits
    }

    pub(crate) fn from_bits(bits: u128) -> Self {
        Self { bits }
    }

    /// Returns the place of the bit of a word, by its first and last eight bytes.
    // Every word is taken in the same steps, whatever its length. With branches for short words, and a shift of 128 bits, sketches took
    // 12 % of the time of `dedup` in English (profile).
    fn place(head: u64, tail: u64, len: usize) -> u32 {
        let mixed = (head ^ tail.rotate_left(29) ^ (len as u64) << 58).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let places = u64::from(u128::BITS - Self::LEN_BITS);
        #[allow(clippy::cast_possible_truncation)] // below 128
        let place = (((mixed >> 32) * places) >> 32) as u32;
        Self::LEN_BITS + place
    }

    /// Returns the most that the words of both can have in common in order, `None` if that is not known.
    pub(crate) fn possible(self, other: Self) -> Option<Lcs> {
        if self == Self::UNKNOWN || other == Self::UNKNOWN {
            return None;
        }
        let len = |of: Self| (of.bits & ((1 << Self::LEN_BITS) - 1)) as usize;
        let most = |of: Self, other: Self| {
            len(of) - ((of.bits & !other.bits) >> Self::LEN_BITS).count_ones() as usize
        };
        Some(Lcs { common: most(self, other).min(most(other, self)), total: len(self) + len(other) })
    }
}

/// How much of two paragraphs stands in both in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lcs {
    /// How many words their longest common subsequence has.
    pub(crate) common: usize,
    /// How many words both have together.
    pub(crate) total: usize,
}

impl Lcs {
    /// Returns 2·LCS / (|a| + |b|), from 0 to 1; 0 if neither has a word.
    pub(crate) fn ratio(self) -> f64 {
        2.0 * self.common as f64 / self.total.max(1) as f64
    }

    /// Returns true if the ratio is at the bound or above, decided in integers. Without words it never is.
    pub(crate) fn is_at(self, bound: Threshold) -> bool {
        2 * self.common >= bound.share(self.total).max(1)
    }
}

/// Returns the length of the longest common subsequence.
// With a table of its own in place of the map, without a branch for each word, `dedup` took 2 % less time in Thai and as much in all
// real text.
fn lcs_len(a: &[u64], b: &[u64]) -> usize {
    let head = a.iter().zip(b).take_while(|(one, other)| one == other).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(one, other)| one == other).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return head + tail;
    }
    let mut numbers: AHashMap<u64, usize> = AHashMap::with_capacity(short.len());
    let mut number = |word| {
        let next = numbers.len();
        *numbers.entry(word).or_insert(next)
    };
    let short: Vec<usize> = short.iter().map(|&word| number(word)).collect();
    let mut common = Vec::with_capacity(long.len()); // what stands in the shorter too
    common.extend(long.iter().filter_map(|word| numbers.get(word).copied()));
    head + tail + lcs_len_in_blocks(&short, &common, numbers.len())
}

/// Returns the length of the longest common subsequence of two sequences of numbers below `count`.
fn lcs_len_in_blocks(short: &[usize], long: &[usize], count: usize) -> usize {
    let mut places = vec![0_u64; count]; // where in the block each number stands, a bit for each place
    let mut carries = vec![false; long.len()]; // out of the block before
    let mut common = 0;
    for block in short.chunks(64) {
        for (place, &number) in block.iter().enumerate() {
            places[number] |= 1 << place;
        }
        let mut row = u64::MAX;
        for (&number, carry) in long.iter().zip(&mut carries) {
            let matches = row & places[number];
            let (sum, is_over) = row.overflowing_add(matches);
            let (sum, is_over_again) = sum.overflowing_add(u64::from(*carry));
            *carry = is_over || is_over_again;
            row = sum | (row & !matches);
        }
        common += (!row & (u64::MAX >> (64 - block.len()))).count_ones() as usize;
        for &number in block {
            places[number] = 0;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    /// The length by the table of all prefixes.
    fn plain(a: &[u64], b: &[u64]) -> usize {
        let mut before = vec![0; b.len() + 1];
        for x in a {
            let mut row = vec![0; b.len() + 1];
            for (at, y) in b.iter().enumerate() {
                row[at + 1] = if x == y { before[at] + 1 } else { before[at + 1].max(row[at]) };
            }
            before = row;
        }
        before[b.len()]
    }

    fn words(kinds: u64) -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(0..kinds, 0..300)
    }

    proptest! {
        #[test]
        fn blocks_find_what_the_table_finds(
            (a, b) in (1..40_u64).prop_flat_map(|kinds| (words(kinds), words(kinds)))
        ) {
            prop_assert_eq!(lcs_len(&a, &b), plain(&a, &b));
            prop_assert_eq!(lcs_len(&a, &a), a.len());
        }

        #[test]
        fn an_edited_copy_has_what_the_table_finds(
            a in words(1000),
            edits in prop::collection::vec((0..300_usize, 0..3_u8, 0..1000_u64), 0..40),
        ) {
            let mut b = a.clone();
            for (at, kind, word) in edits {
                match kind {
                    0 if at < b.len() => b[at] = word,
                    1 if at < b.len() => _ = b.remove(at),
                    _ => b.insert(at.min(b.len()), word),
                }
            }
            prop_assert_eq!(lcs_len(&a, &b), plain(&a, &b));
            prop_assert_eq!(lcs_len(&b, &a), plain(&a, &b));
        }
    }

    fn of(text: &str) -> WordSequence {
        WordSequence::new(&Words::from_normal(text), &mut Tokens::default())
    }

    proptest! {
        #[test]
        fn a_sketch_never_takes_words_for_fewer(
            (a, b) in (1..200_u32).prop_flat_map(|kinds| {
                let text = move || prop::collection::vec(0..kinds, 0..120).prop_map(|words| {
                    let word = |n: &u32| ["a", "word", "لكلمات", "long-winded"][*n as usize % 4].to_owned() + &n.to_string();
                    words.iter().map(word).collect::<Vec<_>>().join(" ")
                });
                (text(), text())
            })
        ) {
            let sketch = |text: &str| WordSketch::new(&Words::from_normal(text));
            let possible = sketch(&a).possible(sketch(&b)).unwrap();
            let lcs = of(&a).lcs(&of(&b));
            prop_assert!(lcs.common <= possible.common);
            prop_assert_eq!(lcs.total, possible.total);
        }
    }

    #[test]
    fn a_sketch_tells_unlike_paragraphs_apart_and_knows_nothing_of_characters() {
        let sketch = |text: &str| WordSketch::new(&Words::from_normal(text));
        let (bread, boats) = ("bread is dearer by a tenth", "boats lay idle in every harbour");
        assert_eq!(sketch(bread).possible(sketch(bread)), Some(Lcs { common: 6, total: 12 }));
        assert!(sketch(bread).possible(sketch(boats)).unwrap().common < 3);
        assert_eq!(sketch(bread).possible(sketch("河水夜间上涨")), None);
        assert_eq!(sketch(&"word ".repeat(5000)).possible(sketch(bread)), None);
    }

    #[test]
    fn a_bound_is_decided_in_integers() {
        let (a, b) = (of("one two three four five"), of("one nine three four eight"));
        assert_eq!(a.lcs(&b), Lcs { common: 3, total: 10 });
        assert!(a.lcs_at(&b, Threshold::fraction(6, 10)).is_some());
        assert!(a.lcs_at(&b, Threshold::fraction(7, 10)).is_none());
        assert!(of("").lcs_at(&of(""), Threshold::fraction(1, 10)).is_none());
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_character() {
        assert_eq!(of("河水夜间上涨").lcs(&of("河水今夜上涨")), Lcs { common: 5, total: 12 });
        assert_eq!(of("version 2 上涨").lcs(&of("version 3 上涨")), Lcs { common: 3, total: 8 });
    }

    #[test]
    fn a_long_word_counts_by_its_letters() {
        let (a, b) = (of("the bank of a lighthouse"), of("the bank of a wheelbarrow"));
        assert!(a.lcs(&b).is_at(Threshold::fraction(8, 10)));
        assert!(!a.shares_letters(&b, Threshold::fraction(2, 3)), "10 of 20 and 21 letters");
        assert!(a.shares_letters(&a, Threshold::fraction(1, 1)));
    }
}

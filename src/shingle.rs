//! Shingles: a paragraph as a set of short overlapping pieces (Broder, *On the resemblance and containment of
//! documents*, 1997; sets, his option B).
//!
//! Part of the lower level, for those who build their own pipeline.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use crate::error::Error;
use crate::hash;
use crate::words::Words;

/// What a shingle is made of.
///
/// Shingles are cut from the words (UAX #29) of a normal form joined by single spaces; a shingle is hashed as
/// its piece of that text, by XXH3-64 with a fixed seed. So punctuation is in no shingle and word boundaries are
/// in all: "ab c" is not "a bc". A paragraph that is too short for one shingle is one shingle, of all of it. One
/// without words has none.
///
/// ```
/// use dittograph::shingle::Shingles;
///
/// assert_eq!(Shingles::Words(3).set("to be or not to be").len(), 4);
/// assert_eq!(Shingles::Words(3).set("to be").len(), 1);
/// assert_eq!(Shingles::Chars(5).set("to be or").len(), 4);
/// assert!(Shingles::Auto.set("*** !").is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shingles {
    /// Three consecutive words; where a script is written without spaces between words, four characters of Han,
    /// Hiragana and Katakana, or six of Thai, Lao, Khmer, Myanmar and the other scripts of their kind.
    ///
    /// Text that mixes them is cut so that each shingle is filled: a word fills a third of it, a Han character a
    /// quarter, a Thai character a sixth. Characters are counted in the normal form, where NFKC makes two of the
    /// Thai vowel sign am.
    #[default]
    Auto,
    /// So many consecutive words (0 counts as 1). Every script is cut by UAX #29, which gives single characters for
    /// most scripts that are written without spaces.
    Words(usize),
    /// So many consecutive characters (extended grapheme clusters, UAX #29; 0 counts as 1); the space between
    /// two words is one.
    Chars(usize),
}

impl Shingles {
    /// The shingles of a paragraph given in its normal form. Cost: one pass, and a sort of the hashes.
    #[must_use]
    pub fn set(self, normal: &str) -> ShingleSet {
        self.of_words(&Words::of(normal))
    }

    pub(crate) fn of_words(self, words: &Words) -> ShingleSet {
        let mut hashes = Vec::new();
        self.hash(words, &mut hashes);
        ShingleSet::from(hashes)
    }

    /// The hashes of all shingles in the order of the text, with repeats, in place of those that were there.
    pub(crate) fn hash(self, words: &Words, hashes: &mut Vec<u64>) {
        hashes.clear();
        match self {
            Shingles::Words(width) => slide_words(words, width.max(1), hashes),
            Shingles::Chars(width) => {
                let joined = words.joined_str();
                slide(joined, &characters(joined), width.max(1), hashes);
            }
            Shingles::Auto if words.iter().any(|word| fill(word) != WORD) => {
                let (text, tokens) = mixed(words);
                slide(&text, &tokens, FULL, hashes);
            }
            Shingles::Auto => slide_words(words, FULL / WORD, hashes),
        }
    }
}

impl fmt::Display for Shingles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shingles::Auto => f.write_str("auto"),
            Shingles::Words(width) => write!(f, "words:{width}"),
            Shingles::Chars(width) => write!(f, "chars:{width}"),
        }
    }
}

/// Reads what `Display` writes: `auto`, `words:3`, `chars:5`.
impl FromStr for Shingles {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let wrong = || Error::config("shingles", "auto, words:N or chars:N with N at least 1", name);
        let number = |digits: &str| digits.parse().ok().filter(|_| !digits.starts_with('+'));
        let width = |digits: &str| number(digits).filter(|&width| width > 0).ok_or_else(wrong);
        match name.split_once(':') {
            None if name == "auto" => Ok(Shingles::Auto),
            Some(("words", digits)) => width(digits).map(Shingles::Words),
            Some(("chars", digits)) => width(digits).map(Shingles::Chars),
            _ => Err(wrong()),
        }
    }
}

/// A set of shingles by their 64-bit hashes: sorted, none twice.
///
/// Two different shingles share a hash with probability 2⁻⁶⁴.
///
/// ```
/// let set: dittograph::shingle::ShingleSet = [3, 1, 3].into_iter().collect();
/// assert_eq!(set.hashes(), [1, 3]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ShingleSet(Box<[u64]>);

impl ShingleSet {
    /// The hashes, in ascending order.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// How many distinct shingles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none: the paragraph has no words, and is similar to nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<u64> for ShingleSet {
    fn from_iter<I: IntoIterator<Item = u64>>(hashes: I) -> Self {
        Self::from(hashes.into_iter().collect::<Vec<u64>>())
    }
}

impl From<Vec<u64>> for ShingleSet {
    fn from(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes.into())
    }
}

/// A piece of text that shingles are made of, and how much of a shingle it fills.
struct Token {
    span: Range<usize>,
    fill: usize,
}

// How much fills a shingle of `Shingles::Auto`: three words, four Han or six Thai characters.
//
// These are the widths at which an edit of the words costs about as much in every script. Share of paragraphs that
// keep J >= 0.7 when 5 % of the words (by a dictionary) are replaced: English 65-69 %; Chinese and Japanese with
// 3, 4, 5 characters 76-84, 66-71, 53-62 %; Thai with 5, 6, 7, 8 characters 80-81, 74-76, 67-70, 62-65 %, Khmer
// and Burmese with 6 64-67 %, Lao 73 %. Recall at 0.7 of true pairs with 0.9 <= ratio of letters < 0.95: Thai (520 pairs)
// with 5, 6, 8 characters 88, 83, 71 %; Chinese (200) with 3, 4, 5 79, 72, 68 %; English (651) 55 %. Pairs at 0.7
// with a ratio below 0.7: Thai (20,000 paragraphs) 15, 14, 11 of some 2,000; Chinese (8,975) 13, 8, 6 of some
// 900, all read: tables and templates, none unrelated. From Thai 4 and Han 2 down their number climbs.
const FULL: usize = 12;
const WORD: usize = FULL / 3;
const HAN: usize = FULL / 4;
const THAI: usize = FULL / 6;

/// How much of an automatic shingle one character of the word's script fills; a word of a script that is written
/// with spaces counts as a whole.
#[inline]
fn fill(word: &[u8]) -> usize {
    // Scripts below Thai, without the modifier letters that are written in many, and Hangul: to look a script up takes
    // longer than to hash a word.
    let is_spaced = matches!(word, [..0xCA | 0xCE..0xE0 | 0xEB..=0xEC, ..] | [0xE0, ..0xB8, ..]);
    if is_spaced { WORD } else { fill_of_script(word) }
}

fn fill_of_script(word: &[u8]) -> usize {
    let valid = word.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let Some(c) = valid.chars().next() else { return WORD };
    let scripts = c.script_extension();
    let any = |wanted: &[Script]| wanted.iter().any(|&script| scripts.contains_script(script));
    if scripts.is_common() || scripts.is_inherited() {
        WORD
    } else if any(&HAN_SCRIPTS) {
        HAN
    } else if any(&THAI_SCRIPTS) {
        THAI
    } else {
        WORD
    }
}

/// Scripts written without spaces of which UAX #29 makes single characters; and Katakana, of which it makes runs.
const HAN_SCRIPTS: [Script; 6] = [
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Tangut,
    Script::Nushu,
    Script::Khitan_Small_Script,
];
const THAI_SCRIPTS: [Script; 9] = [
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
    Script::Tai_Tham,
    Script::New_Tai_Lue,
    Script::Tai_Le,
    Script::Tai_Viet,
    Script::Ahom,
];

/// The tokens of a text in which some words are of scripts written without spaces: those are joined again, as no
/// space is meant between them, and cut into characters.
fn mixed(words: &Words) -> (String, Vec<Token>) {
    let mut text = String::with_capacity(words.joined().len());
    let mut tokens: Vec<Token> = Vec::new();
    let mut run = 0..0; // of one script without spaces, not yet cut into characters
    let mut run_fill = WORD;
    let close = |text: &str, run: Range<usize>, fill, tokens: &mut Vec<Token>| {
        tokens.extend(text[run.clone()].grapheme_indices(true).map(|(at, character)| {
            let start = run.start + at;
            Token { span: start..start + character.len(), fill }
        }));
    };
    for word in words.iter() {
        let fill = fill(word);
        let joins = fill != WORD && run_fill != WORD && !text.is_empty();
        if !(joins && fill == run_fill) {
            close(&text, std::mem::replace(&mut run, 0..0), run_fill, &mut tokens);
        }
        if !joins && !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(str::from_utf8(word).expect("words are UTF-8"));
        if fill == WORD {
            tokens.push(Token { span: start..text.len(), fill });
        } else if run.is_empty() {
            run = start..text.len();
        } else {
            run.end = text.len();
        }
        run_fill = fill;
    }
    close(&text, run, run_fill, &mut tokens);
    (text, tokens)
}

/// Every character (grapheme cluster) a token.
fn characters(text: &str) -> Vec<Token> {
    text.grapheme_indices(true)
        .map(|(at, character)| Token { span: at..at + character.len(), fill: 1 })
        .collect()
}

/// The hash of the shortest piece from each token on that is full; of all the text if it fills none.
fn slide(text: &str, tokens: &[Token], full: usize, hashes: &mut Vec<u64>) {
    let text = text.as_bytes();
    let (mut end, mut filled) = (0, 0);
    for token in tokens {
        while filled < full && end < tokens.len() {
            filled += tokens[end].fill;
            end += 1;
        }
        if filled < full {
            break;
        }
        hashes.push(hash::shingle(&text[token.span.start..tokens[end - 1].span.end]));
        filled -= token.fill;
    }
    if hashes.is_empty() && !tokens.is_empty() {
        hashes.push(hash::shingle(text));
    }
}

/// The hash of so many words from each on; of all if there are fewer.
fn slide_words(words: &Words, width: usize, hashes: &mut Vec<u64>) {
    let (joined, ends) = (words.joined(), words.ends());
    hashes.reserve(ends.len());
    let mut start = 0;
    // Where the first word of each shingle ends, and where the last.
    for (first, last) in ends.iter().zip(ends.iter().skip(width - 1)) {
        hashes.push(hash::shingle(&joined[start..*last]));
        start = first + 1;
    }
    if hashes.is_empty() && !ends.is_empty() {
        hashes.push(hash::shingle(joined));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_of_a_word_tell_no_other_fill_than_its_script() {
        for c in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric()) {
            let word = c.to_string();
            assert_eq!(fill(word.as_bytes()), fill_of_script(word.as_bytes()), "{c:?}");
        }
    }
}

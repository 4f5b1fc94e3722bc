//! The words of a normal form, by UAX #29.

mod letters;

use unicode_segmentation::UnicodeSegmentation;

use crate::text::alphabet::{Alphabet, is_ascii_space};
use crate::text::block::{self, Block};
use crate::text::normalize::{Normalizer, Rule};

/// The Unicode version of the word and grapheme boundaries.
pub(crate) const UNICODE_VERSION: (u64, u64, u64) = unicode_segmentation::UNICODE_VERSION;

/// The words of a paragraph, in one string with a space between each two.
///
/// A word is a segment between UAX #29 word boundaries that holds a letter or a digit; punctuation and symbols
/// are in none. No word holds a space, so two paragraphs have the same words in the same order exactly if their
/// joined strings are equal.
#[derive(Debug, Default)]
pub(crate) struct Words {
    joined: Vec<u8>,  // UTF-8 up to the end of the last word; a space; room for more
    ends: Vec<usize>, // where each word ends in `joined`
}

impl Words {
    pub(crate) fn of(normal: &str) -> Self {
        let mut words = Self::default();
        words.add_plain(normal);
        words
    }

    /// The words of the normal form of a text, in place of those that were there: `Words::of` of `normalize`, but the
    /// normal form is not written out.
    ///
    /// The text is taken stretch by stretch between ASCII white space. Stretches of ASCII alone are found in bit
    /// masks, most others by a look at each character; what is left goes the plain way.
    pub(crate) fn read(&mut self, normalizer: Normalizer, text: &str) {
        self.read_with(Alphabet::of(normalizer), block::limit(), normalizer, text);
    }

    /// Read by blocks what begins below the `limit`.
    fn read_with(&mut self, alphabet: Option<&Alphabet>, limit: u8, normalizer: Normalizer, text: &str) {
        let bytes = text.as_bytes();
        let by_blocks = alphabet.filter(|_| limit > 0x80);
        let mut block = Block::EMPTY;
        self.ends.clear();
        self.make_room(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            if block::begins(&bytes[at..], limit) {
                let read = self.read_block(&mut block, by_blocks, &bytes[at..], normalizer.has(Rule::Case));
                at += read;
                if read > 0 {
                    continue;
                }
            }
            if let Some(alphabet) = alphabet {
                let read = self.read_letters(alphabet, &bytes[at..], limit);
                at += read;
                if read > 0 {
                    continue;
                }
            }
            let rest = &text[at..];
            let stretch = &rest[..rest.find(is_ascii_space).unwrap_or(rest.len())];
            let normal = normalizer.normalize(stretch);
            if normal.starts_with(belongs_to_a_space) {
                self.ends.clear();
                self.add_plain(&normalizer.normalize(text));
                return;
            }
            self.add_plain(&normal);
            at += stretch.len();
            self.make_room(bytes.len() - at);
        }
    }

    /// Read whole stretches from the first 64 bytes; how many bytes that is.
    fn read_block(
        &mut self,
        block: &mut Block,
        alphabet: Option<&Alphabet>,
        text: &[u8],
        fold: bool,
    ) -> usize {
        let mut padded = [b' '; block::BLOCK];
        let bytes = text.first_chunk().unwrap_or_else(|| {
            padded[..text.len()].copy_from_slice(text);
            &padded
        });
        block.read(bytes, fold, alphabet);
        let mut to = self.joined_len();
        self.ends.reserve(block::MOST_WORDS);
        for (start, end, is_last) in block.pieces() {
            block.copy(start, end, &mut self.joined[to..]);
            to += end - start;
            if is_last {
                self.ends.push(to);
                self.joined[to] = b' ';
                to += 1;
            }
        }
        block.len.min(text.len())
    }

    /// Add the words of a normal form.
    fn add_plain(&mut self, normal: &str) {
        for word in normal.unicode_words().map(without_carrier) {
            let to = self.joined_len();
            self.make_room(word.len());
            self.joined[to..to + word.len()].copy_from_slice(word.as_bytes());
            self.joined[to + word.len()] = b' ';
            self.ends.push(to + word.len());
        }
    }

    /// Make room for the words of so many bytes.
    fn make_room(&mut self, len: usize) {
        // Of a byte comes one and a space, or of several a little more.
        let room = self.joined_len() + 2 * len + 2 * block::BLOCK;
        if self.joined.len() < room {
            self.joined.resize(room, b' ');
        }
    }

    fn joined_len(&self) -> usize {
        self.ends.last().map_or(0, |end| end + 1)
    }

    pub(crate) fn joined(&self) -> &[u8] {
        &self.joined[..self.ends.last().copied().unwrap_or(0)]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// The words, each in UTF-8.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        starts.zip(&self.ends).map(|(start, &end)| &self.joined[start..end])
    }
}

/// Whether a character is of one segment with a space before it.
fn belongs_to_a_space(c: char) -> bool {
    !c.is_ascii() && format!(" {c}").split_word_bounds().count() == 1
}

/// A word without the space or sign that a mark at its beginning stands on for want of a letter: UAX #29 parts no
/// character from its marks, and some marks count as letters.
fn without_carrier(word: &str) -> &str {
    let rest = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_marked = rest.starts_with(unicode_normalization::char::is_combining_mark);
    if is_marked { rest } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn joined(words: &Words) -> &str {
        std::str::from_utf8(words.joined()).expect("words are UTF-8")
    }

    fn check(words: &mut Words, alphabet: Option<&Alphabet>, normalizer: Normalizer, text: &str) {
        let plain = Words::of(&normalizer.normalize(text));
        for limit in [0x80, block::limit()] {
            words.read_with(alphabet, limit, normalizer, text);
            assert_eq!(joined(words), joined(&plain), "{text:?} by {normalizer:?}");
            assert_eq!(words.ends, plain.ends, "{text:?} by {normalizer:?}");
        }
    }

    /// Read a text by the default rules as `Words::read` does.
    fn check_default(words: &mut Words, text: &str) {
        check(words, Alphabet::of(Normalizer::new()), Normalizer::new(), text);
    }

    /// One or more characters of every class and of every rule, and of all that is told apart.
    const EDGES: [&str; 118] = [
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\u{b}",
        "\u{85}",
        "\u{a0}",
        "\u{200b}",
        "\u{2028}",
        "\u{3000}",
        "\u{202f}",
        "a",
        "b",
        "Z",
        "É",
        "é",
        "e\u{301}",
        "ß",
        "ẞ",
        "İ",
        "ı",
        "Ⱥ",
        "ﬁ",
        "ŉ",
        "ª",
        "Ａ",
        "１",
        "：",
        "，",
        "．",
        "＿",
        "ǆ",
        "0",
        "7",
        "_",
        "__",
        ".",
        "'",
        ":",
        ",",
        ";",
        "\"",
        "-",
        "!",
        "(",
        "…",
        "‥",
        "“",
        "’",
        "‘",
        "–",
        "«",
        "·",
        "‧",
        "§",
        "©",
        "™",
        "\0",
        "\u{7f}",
        "\u{ad}",
        "\u{200c}",
        "\u{200d}",
        "\u{200f}",
        "\u{feff}",
        "\u{34f}",
        "\u{fe0f}",
        "\u{300}",
        "\u{315}",
        "\u{316}",
        "\u{345}",
        "\u{20dd}",
        "ͺ",
        "´",
        "¨",
        "α",
        "Σ",
        "ς",
        "ά",
        "ἇ",
        "д",
        "Ж",
        "Й",
        "и\u{306}",
        "א",
        "ב",
        "\u{5b4}",
        "\u{5c1}",
        "שׁ",
        "׳",
        "״",
        "ا",
        "أ",
        "آ",
        "إ",
        "و",
        "ؤ",
        "ى",
        "ئ",
        "ة",
        "ک",
        "ۀ",
        "\u{640}",
        "\u{64e}",
        "\u{651}",
        "\u{653}",
        "\u{654}",
        "\u{655}",
        "٢",
        "۵",
        "،",
        "٫",
        "؟",
        "ﻻ",
        "ﹷ",
        "\u{fc5e}",
        "ﷺ",
        "क",
    ];
    const MORE_EDGES: [&str; 44] = [
        "\u{93f}",
        "\u{903}",
        "\u{94d}",
        "\u{93c}",
        "क़",
        "।",
        "५",
        "க",
        "\u{bbe}",
        "\u{bc6}",
        "ก",
        "ำ",
        "\u{e38}",
        "\u{e48}",
        "\u{e40}",
        "ກ",
        "ຳ",
        "中",
        "文",
        "々",
        "ひ",
        "カ",
        "ー",
        "ｶ",
        "ﾞ",
        "゛",
        "한",
        "\u{1112}",
        "\u{1161}",
        "\u{11ab}",
        "က",
        "\u{1031}",
        "ខ",
        "🅰",
        "ℹ",
        "😀",
        "👨\u{200d}👩",
        "🇦",
        "🇧",
        "🏽",
        "𝐀",
        "𞤀",
        "\u{600}",
        "\u{1f3}",
    ];

    fn edges() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => prop::sample::select([&EDGES[..], &MORE_EDGES[..]].concat()).prop_map(str::to_owned),
            1 => prop::sample::select(vec![" ", "a", "1", "ا", "א"]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn reading_is_normalising_and_cutting(texts in prop::collection::vec(edges(), 1..4)) {
            let mut words = Words::default();
            for text in &texts {
                check_default(&mut words, text);
            }
        }

        #[test]
        fn ascii_is_read_as_any_text(text in "[ \t\n.,:;'_aBz09!-]{0,200}|[ -~]{0,200}|\\PC{0,90}[\0-\x7f]{0,100}") {
            let mut words = Words::default();
            check_default(&mut words, &text);
            check(&mut words, None, Normalizer::NONE, &text);
            check(&mut words, None, Normalizer::new(), &text);
        }

        #[test]
        fn curly_quotes_are_read_as_any_text(text in "([aé1_,\u{ad}]{0,2}[’‘“…' ] ?){0,60}|[ a1’“\u{2024}\u{200c}\u{202f}\u{301}.]{0,90}|[ ab’א”]{0,90}") {
            let mut words = Words::default();
            check_default(&mut words, &text);
            for rule in [Rule::Apostrophes, Rule::Compatibility, Rule::Ignorables] {
                let normalizer = Normalizer::new().without(rule);
                check(&mut words, Some(&Alphabet::new(normalizer)), normalizer, &text);
            }
        }

        #[test]
        fn whatever_the_rules(rules in prop::bits::u16::masked(0x7FFF), texts in prop::collection::vec(edges(), 1..4)) {
            let has = |rule: &&Rule| rules >> **rule as u16 & 1 != 0;
            let normalizer = Rule::ALL.iter().filter(has).fold(Normalizer::NONE, |n, &rule| n.with(rule));
            let alphabet = Alphabet::new(normalizer);
            let mut words = Words::default();
            for text in &texts {
                check(&mut words, Some(&alphabet), normalizer, text);
                check(&mut words, None, normalizer, text);
            }
        }
    }

    #[test]
    fn more_rule_sets_than_there_are_alphabets() {
        let text = "L’été À Łódź, ١٢٣ الإسلامُ שָׁלוֹם ＡＢ";
        let mut words = Words::default();
        for pair in Rule::ALL.iter().flat_map(|one| Rule::ALL.iter().map(move |other| [one, other])) {
            let normalizer = pair.iter().fold(Normalizer::NONE, |n, &&rule| n.with(rule));
            words.read(normalizer, text);
            let plain = Words::of(&normalizer.normalize(text));
            assert_eq!((joined(&words), &words.ends), (joined(&plain), &plain.ends), "{normalizer:?}");
        }
        assert!(Rule::ALL.iter().any(|&rule| Alphabet::of(Normalizer::NONE.with(rule)).is_none()));
    }

    #[test]
    fn marks_and_quotes_at_the_edges_of_words() {
        let long = "a".repeat(70);
        let mut words = Words::default();
        for text in [
            "",
            " \t",
            "ש\u{5c1}' ש\u{5b4}\"א",
            "אב' אב\" אב\"ג אב'' אב'1",
            "حيّ. حيّ.حيّ .\u{651}ا 1\u{651}ا \u{651}ا ا\u{640}\u{651} ،",
            "1،2 ا،2 1، 2",
            "don’t ‘stop’ it’s 5’6 “e.g.” a…b 3…4",
            "__ _a_ a__1 _' '_ ._.",
            "word \u{301}mark أ \u{654}ا \u{200d}🅰 ͺa",
            &format!("{long} {long}' {long}"),
            &format!("{}a b", "a ".repeat(31)),
        ] {
            check_default(&mut words, text);
            check(&mut words, None, Normalizer::NONE, text);
        }
    }

    #[test]
    fn every_character_alone_and_beside_others() {
        let mut words = Words::default();
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = format!("{c} a{c}b 1{c}2 {c}\u{301} x{c}\u{654}{c} {c}{c}a א{c}א.{c} _{c}_ カ{c}カ");
            check_default(&mut words, &text);
            check_default(&mut words, text[..c.len_utf8()].trim_end_matches(' '));
        }
    }
}

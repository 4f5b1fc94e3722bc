//! The pieces of text that shingles are made of, where they are not just words.

use std::sync::atomic::{AtomicU8, Ordering};

use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::utf8;
use crate::text::words::Words;

/// A piece of text that shingles are made of, and how much of a shingle it fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) fill: usize,
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
//
// A change here is one of what is hashed: raise `VERSION` in `text/normalizer.rs`, so that saved indexes are built anew.
pub(super) const FULL: usize = 12;
pub(super) const WORD: usize = FULL / 3;
const HAN: usize = FULL / 4;
const THAI: usize = FULL / 6;

/// Returns true if all words are of scripts that are written with spaces.
// Most texts have none of the bytes that could say otherwise, and are looked at whole vectors at a time.
pub(super) fn all_are_spaced(words: &Words) -> bool {
    !utf8::any_byte(words.joined(), may_begin_unspaced)
        || words.iter().all(|word| is_spaced(word) || fill_by_character(word) == WORD)
}

/// Buffers for the tokens of one paragraph after another.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    text: Vec<u8>,
    tokens: Vec<Token>,
}

impl Tokens {
    /// Returns every character (grapheme cluster) as a token.
    pub(super) fn characters(&mut self, words: &Words) -> &[Token] {
        self.tokens.clear();
        Run { start: 0, fill: 1 }.cut(words.joined(), &mut self.tokens);
        &self.tokens
    }

    /// Returns the tokens of a text in which some words are of scripts written without spaces. These words are joined again,
    /// as no space is meant between them, and cut into characters.
    pub(super) fn mixed(&mut self, words: &Words) -> (&[u8], &[Token]) {
        let Self { text, tokens } = self;
        text.clear();
        tokens.clear();
        let mut run: Option<Run> = None; // of words of one script without spaces, not yet cut into characters
        let joined = words.joined();
        let mut start = 0;
        for &end in words.ends() {
            let word = &joined[start..end];
            let fill = fill(word);
            let joins = fill != WORD && run.is_some();
            if run.as_ref().is_none_or(|run| run.fill != fill) {
                if let Some(run) = run.take() {
                    run.cut(text, tokens);
                }
                if !joins && !text.is_empty() {
                    text.push(b' ');
                }
                run = (fill != WORD).then_some(Run { start: text.len(), fill });
            }
            let at = text.len();
            push_word(text, &joined[start..], word.len());
            if run.is_none() {
                tokens.push(Token { start: at, end: text.len(), fill });
            }
            start = end + 1;
        }
        if let Some(run) = run {
            run.cut(text, tokens);
        }
        (text, tokens)
    }
}

/// Adds the first `len` bytes of some text.
// A short word takes the same steps whatever its length.
#[inline]
fn push_word(text: &mut Vec<u8>, word: &[u8], len: usize) {
    const SHORT: usize = 16;
    match word.first_chunk::<SHORT>() {
        Some(bytes) if len <= SHORT => {
            let end = text.len() + len;
            text.extend_from_slice(bytes);
            text.truncate(end);
        }
        _ => text.extend_from_slice(&word[..len]),
    }
}

/// A stretch of text that ends where the text ends.
struct Run {
    start: usize,
    fill: usize,
}

impl Run {
    /// Cuts it into characters.
    // Whether the next one begins a cluster cannot be foreseen in Thai, so it takes the same steps if it does and if it does not.
    fn cut(&self, text: &[u8], tokens: &mut Vec<Token>) {
        const BUFFER_LEN: usize = 32;
        let (before, fill) = (tokens.len(), self.fill);
        let mut new = [const { Token { start: 0, end: 0, fill: 0 } }; BUFFER_LEN];
        let mut count = 0;
        let (mut first, mut at) = (self.start, self.start);
        while at < text.len() {
            let Some((role @ (ClusterRole::Start | ClusterRole::Extend), len)) = cluster(&text[at..]) else {
                tokens.truncate(before);
                return cut_plain(text, self.start, fill, tokens);
            };
            let ends_the_last = role == ClusterRole::Start && at > self.start;
            new[count] = Token { start: first, end: at, fill };
            count += usize::from(ends_the_last);
            if count == BUFFER_LEN {
                tokens.extend_from_slice(&new);
                count = 0;
            }
            first = if ends_the_last { at } else { first };
            at += len;
        }
        tokens.extend_from_slice(&new[..count]);
        if first < at {
            tokens.push(Token { start: first, end: at, fill });
        }
    }
}

/// Returns how the first character of a text joins others, and how many bytes it has.
#[inline]
fn cluster(text: &[u8]) -> Option<(ClusterRole, usize)> {
    match text {
        [b' '..=b'~', ..] => Some((ClusterRole::Start, 1)),
        [0xE4..=0xE9, _, _, ..] => Some((ClusterRole::Start, 3)), // Han
        _ => utf8::first_char(text).map(|(c, len)| (CharEntry::get(c).cluster(), len)),
    }
}

/// Does what a [`Run`] does by the definition, without a table.
fn cut_plain(text: &[u8], start: usize, fill: usize, tokens: &mut Vec<Token>) {
    let text = str::from_utf8(&text[start..]).expect("words are UTF-8");
    tokens.extend(text.grapheme_indices(true).map(|(at, character)| {
        let start = start + at;
        Token { start, end: start + character.len(), fill }
    }));
}

/// Returns how much of a shingle of `Shingles::Auto` one character of the word's script fills, or the whole word if the
/// script is written with spaces.
#[inline]
fn fill(word: &[u8]) -> usize {
    match word {
        _ if is_spaced(word) => WORD,
        // Without the hexagrams, the sign of the baht, and unassigned characters.
        [0xE4, ..=0xB6 | 0xB8.., ..] | [0xE5..=0xE9, ..] => HAN,
        [0xE0, 0xB8, 0x81..=0xBA, ..] | [0xE0, 0xB9, 0x80..=0x9B, ..] => THAI,
        _ => fill_by_character(word),
    }
}

/// Returns true if the first bytes of a word show that its script is written with spaces: scripts below Thai, without the
/// modifier letters and the middle dot that are written in many, and Hangul.
#[inline]
fn is_spaced(word: &[u8]) -> bool {
    matches!(word, [..=0xC1 | 0xC3..0xCA | 0xCE..0xE0 | 0xEB..=0xEC, ..] | [0xE0, ..0xB8, ..])
}

/// Returns true if a character of another script may begin with this byte; or one of those written in many scripts.
#[inline]
fn may_begin_unspaced(byte: u8) -> bool {
    matches!(byte, 0xC2 | 0xCA..0xCE | 0xE0..)
}

fn fill_by_character(word: &[u8]) -> usize {
    match utf8::first_char(word) {
        Some((c, _)) => CharEntry::get(c).fill(),
        None => {
            word.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()).map_or(WORD, fill_of)
        }
    }
}

fn fill_of(c: char) -> usize {
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

/// How a character joins the grapheme clusters (UAX #29) around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClusterRole {
    /// It starts a cluster, and takes marks.
    Start,
    /// It belongs to the cluster of the character before it, if there is one.
    Extend,
    /// That depends on its neighbours, or theirs depends on it.
    Unsettled,
}

impl ClusterRole {
    fn new(c: char) -> Self {
        let clusters = |text: &str| text.replace('*', c.encode_utf8(&mut [0; 4])).graphemes(true).count();
        // Beside letters, pieces of Hangul and of emoji, and Indic consonants; after and before marks, and twice.
        let apart = ["a*a", "\u{1100}*\u{11a8}", "👩*👩", "क*क"];
        if apart.iter().all(|text| clusters(text) == 3) && clusters("*\u{301}") == 1 && clusters("**") == 2 {
            ClusterRole::Start
        } else if apart.iter().all(|text| clusters(text) == 2) && clusters("a**\u{301}") == 1 {
            ClusterRole::Extend
        } else {
            ClusterRole::Unsettled
        }
    }
}

/// The fill of a character and its part in clusters, in one byte that is not 0.
#[derive(Clone, Copy)]
struct CharEntry(u8);

impl CharEntry {
    const CLUSTER: u32 = 4;
    const KNOWN: u8 = 1 << 7;

    /// Returns the entry of a character. It is made when the character is first seen.
    #[inline]
    fn get(c: u16) -> Self {
        static ENTRIES: [AtomicU8; 1 << 16] = [const { AtomicU8::new(0) }; 1 << 16];
        let entry = &ENTRIES[usize::from(c)];
        match entry.load(Ordering::Relaxed) {
            0 => {
                let made = Self::new(c);
                entry.store(made.0, Ordering::Relaxed);
                made
            }
            known => Self(known),
        }
    }

    #[cold]
    #[inline(never)]
    fn new(c: u16) -> Self {
        let (cluster, fill) = char::from_u32(u32::from(c))
            .map_or((ClusterRole::Unsettled, WORD), |c| (ClusterRole::new(c), fill_of(c)));
        #[allow(clippy::cast_possible_truncation)] // at most FULL
        let fill = fill as u8;
        Self(Self::KNOWN | (cluster as u8) << Self::CLUSTER | fill)
    }

    fn fill(self) -> usize {
        usize::from(self.0 & 0xF)
    }

    fn cluster(self) -> ClusterRole {
        [ClusterRole::Start, ClusterRole::Extend, ClusterRole::Unsettled, ClusterRole::Unsettled]
            [usize::from(self.0 >> Self::CLUSTER & 3)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    /// The tokens of [`Tokens::mixed`], and their text, without a look at single characters.
    fn plain_mixed(words: &Words) -> (String, Vec<Token>) {
        let words: Vec<(&str, usize)> = words
            .iter()
            .map(|word| str::from_utf8(word).expect("words are UTF-8"))
            .map(|word| (word, word.chars().next().map_or(WORD, fill_of)))
            .collect();
        let mut text = String::new();
        let mut tokens = Vec::new();
        let mut before = WORD;
        for run in words.chunk_by(|(_, fill), (_, next)| fill == next && *fill != WORD) {
            let fill = run[0].1;
            if !text.is_empty() && (fill == WORD || before == WORD) {
                text.push(' ');
            }
            let start = text.len();
            text.extend(run.iter().map(|(word, _)| *word));
            if fill == WORD {
                tokens.push(Token { start, end: text.len(), fill });
            } else {
                cut_plain(text.as_bytes(), start, fill, &mut tokens);
            }
            before = fill;
        }
        (text, tokens)
    }

    fn check(tokens: &mut Tokens, text: &str) {
        let words = Words::from_normal(text);
        let (expected_text, expected) = plain_mixed(&words);
        assert_eq!(tokens.mixed(&words), (expected_text.as_bytes(), expected.as_slice()), "{text:?}");
        let mut expected = Vec::new();
        cut_plain(words.joined(), 0, 1, &mut expected);
        assert_eq!(tokens.characters(&words), expected, "{text:?}");
    }

    /// Characters of every kind of cluster, in scripts with and without spaces.
    const PIECES: [&str; 48] = [
        " ",
        "a",
        "b1",
        "_",
        "é",
        "e\u{301}",
        "\u{301}",
        "\u{200d}",
        "\u{200c}",
        "\u{ad}",
        "\u{600}",
        "ب",
        "א",
        "क",
        "\u{94d}",
        "\u{93f}",
        "\u{93c}",
        "கொ",
        "\u{d4e}",
        "中",
        "文",
        "𠀀",
        "々",
        "の",
        "か\u{3099}",
        "カ",
        "ー",
        "ｶ",
        "ﾞ",
        "ㄅ",
        "한",
        "\u{1112}",
        "\u{1161}",
        "\u{11ab}",
        "ก",
        "ิ",
        "่",
        "ำ",
        "เ",
        "ກ",
        "ຳ",
        "က",
        "\u{1039}",
        "\u{1031}",
        "ខ",
        "\u{17d2}",
        "🇦",
        "👩",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn tokens_are_the_same_with_and_without_tables(
            texts in prop::collection::vec(
                prop::collection::vec(
                    prop_oneof![
                        8 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
                        1 => any::<char>().prop_map(String::from),
                    ],
                    0..16,
                ),
                1..4,
            ),
        ) {
            let mut tokens = Tokens::default();
            for text in texts {
                check(&mut tokens, &text.concat());
            }
        }

        #[test]
        fn clusters_are_the_same_with_and_without_a_table(
            pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..12),
        ) {
            let text = pieces.concat();
            let (mut tokens, mut expected) = (Vec::new(), Vec::new());
            Run { start: 0, fill: 1 }.cut(text.as_bytes(), &mut tokens);
            cut_plain(text.as_bytes(), 0, 1, &mut expected);
            prop_assert_eq!(tokens, expected, "{:?}", text);
        }
    }

    #[test]
    fn every_character_beside_others_is_cut_as_without_a_table() {
        for c in '\0'..=char::MAX {
            let text = format!(
                "{c}a{c}{c}中{c}กिก{c}\u{301}{c}क{c}क\u{94d}{c}क한{c}\u{11ab}{c}\u{1112}{c}👩{c}👩🇦{c}🇦{c}"
            );
            let (mut tokens, mut expected) = (Vec::new(), Vec::new());
            Run { start: 0, fill: 1 }.cut(text.as_bytes(), &mut tokens);
            cut_plain(text.as_bytes(), 0, 1, &mut expected);
            assert_eq!(tokens, expected, "{text:?}");
        }
    }

    #[test]
    fn the_fill_from_the_first_bytes_of_a_word_is_that_of_its_script() {
        // Any character with a mark that is a letter, such as U+FF9E, can begin a word.
        for c in '\0'..=char::MAX {
            let character = c.to_string();
            assert_eq!(fill(character.as_bytes()), fill_of(c), "{c:?}");
            assert!(fill_of(c) == WORD || may_begin_unspaced(character.as_bytes()[0]), "{c:?}");
        }
    }
}

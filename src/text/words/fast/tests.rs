//! The fast form reads the words that the plain form defines.

use std::collections::HashSet;

use proptest::prelude::*;

use super::alphabet::Alphabet;
use super::block::BlockReader;
use crate::cpu::Avx2;
use crate::text::normalizer::{Normalizer, Rule};
use crate::text::words::Words;

fn joined(words: &Words) -> &str {
    std::str::from_utf8(words.joined()).expect("words are UTF-8")
}

/// Reads a text with and without AVX2, and the plain way.
fn check(words: &mut Words, alphabet: &Alphabet, text: &str) {
    let normalizer = alphabet.normalizer();
    let mut plain = Words::default();
    plain.read_plain(normalizer, text);
    for avx2 in [None, Avx2::new()] {
        words.read_fast(BlockReader::new(avx2, alphabet), text);
        assert_eq!(joined(words), joined(&plain), "{text:?} by {normalizer}");
        assert_eq!(words.ends, plain.ends, "{text:?} by {normalizer}");
    }
}

/// Reads a text by the default rules.
fn check_default(words: &mut Words, text: &str) {
    check(words, Alphabet::for_rules(Normalizer::new()), text);
}

/// One or more characters of every class and of every rule, and of all that the tables tell apart.
#[rustfmt::skip]
const EDGES: [&str; 262] = [
    " ", "  ", "\t", "\n", "\r\n", "\u{b}", "\u{85}", "\u{a0}", "\u{200b}", "\u{2028}", "\u{3000}",
    "\u{202f}", "a", "b", "Z", "É", "é", "e\u{301}", "ß", "ẞ", "İ", "ı", "Ⱥ", "ﬁ", "ŉ", "ª", "Ａ", "１", "：",
    "，", "．", "＿", "ǆ", "0", "7", "_", "__", ".", "'", ":", ",", ";", "\"", "-", "!", "(", "…", "‥", "“",
    "’", "‘", "–", "«", "·", "‧", "§", "©", "™", "\0", "\u{7f}", "\u{ad}", "\u{200c}", "\u{200d}",
    "\u{200f}", "\u{feff}", "\u{34f}", "\u{fe0f}", "\u{300}", "\u{315}", "\u{316}", "\u{345}", "\u{20dd}",
    "ͺ", "´", "¨", "α", "Σ", "ς", "ά", "ἇ", "д", "Ж", "Й", "и\u{306}", "א", "ב", "\u{5b4}", "\u{5c1}", "שׁ",
    "׳", "״", "ا", "أ", "آ", "إ", "و", "ؤ", "ى", "ئ", "ة", "ک", "ۀ", "\u{640}", "\u{64e}", "\u{651}",
    "\u{653}", "\u{654}", "\u{655}", "٢", "۵", "،", "٫", "؟", "ﻻ", "ﹷ", "\u{fc5e}", "ﷺ", "क", "\u{93f}",
    "\u{903}", "\u{94d}", "\u{93c}", "क़", "।", "५", "க", "\u{bbe}", "\u{bc6}", "ก", "ำ", "\u{e38}",
    "\u{e48}", "\u{e40}", "ກ", "ຳ", "中", "文", "々", "ひ", "カ", "ー", "ｶ", "ﾞ", "゛", "한", "\u{1112}",
    "\u{1161}", "\u{11ab}", "က", "\u{1031}", "ខ", "🅰", "ℹ", "😀", "👨\u{200d}👩", "🇦", "🇧", "🏽", "𝐀", "𞤀",
    "\u{600}", "\u{1f3}",
    // Sequences that a rule changes, and their parts.
    "`", "''", "\u{b4}", "\u{2bb}", "\u{2ba}", "\u{2032}", "\u{2033}", "\u{1ffd}", "”", "ș", "ț", "Ș", "ő", "ð", "Ð", "œ", "Œ",
    "ə", "ә", "ǝ", "ӏ", "Ӏ", "ɡ", "i\u{307}", "i", "\u{307}", "\u{326}", "æ", "ہ", "ۂ", "ۃ", "ګ", "ھ", "ە", "ے", "ه", "ه\u{200c}", "ﻪ", "ء",
    "ءا", "ءَا", "ﺀ", " \u{670}", "\u{200a}\u{2060}\u{670}", "\u{670}", "ন", "ন\u{9cd}\u{200d}", "ന\u{d4d}\u{200d}", "ന", "\u{d4d}", "ൻ", "ൻ\u{d4d}റ", "ത\u{9cd}", "ত\u{9cd}\u{200d}",
    "र\u{94d}", "र\u{94d}\u{200d}", "अ", "ा", "इ", "उ\u{941}", "द:ख", "અ", "\u{abe}", "\u{ac5}", "\u{c55}", "ஸ", "ஸ\u{bcd}ர\u{bc0}", "ள", "ഉ\u{d57}", "\u{d57}",
    "\u{d41}", "เเ", "\u{e48}\u{e31}", "\u{e4d}", "า", "\u{e31}", "ๅ", "ເ", "\u{17d2}", "\u{17c1}", "ា", "ដ", "ឣ", "ឤ", "ဥ", "\u{102e}", "ဥ\u{102e}", "\u{103c}", "\u{9c7}", "\u{9be}", "\u{9d7}", "\u{b47}", "\u{b57}", "\u{cbf}", "\u{cd5}", "\u{1b35}", "hoà", "oạ", "qúy", "quy\u{301}",
];

fn edges() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(EDGES.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(vec![" ", "a", "1", "ا", "א"]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reading_is_normalizing_and_cutting(texts in prop::collection::vec(edges(), 1..4)) {
        let mut words = Words::default();
        for text in &texts {
            check_default(&mut words, text);
        }
    }

    #[test]
    fn ascii_is_read_as_any_text(text in "[ \t\n.,:;'_aBz09!-]{0,200}|[ -~]{0,200}|\\PC{0,90}[\0-\x7f]{0,100}") {
        let mut words = Words::default();
        check_default(&mut words, &text);
        check(&mut words, Alphabet::for_rules(Normalizer::NONE), &text);
        check(&mut words, &Alphabet::unsettled(Normalizer::new()), &text);
    }

    #[test]
    fn curly_quotes_are_read_as_any_text(text in "([aé1_,\u{ad}]{0,2}[’‘“…' ] ?){0,60}|[ a1’“\u{2024}\u{200c}\u{202f}\u{301}.]{0,90}|[ ab’א”]{0,90}") {
        let mut words = Words::default();
        check_default(&mut words, &text);
        for rule in [Rule::Apostrophes, Rule::Compatibility, Rule::Ignorables, Rule::VietnameseTones] {
            let normalizer = Normalizer::new().without(rule);
            check(&mut words, &Alphabet::new(normalizer), &text);
        }
    }

    #[test]
    fn runs_of_letters_are_read_as_any_text(
        text in "([ก-ฮๆ中の]|[กรเาะ][\u{e31}-\u{e3a}\u{e47}-\u{e4d}]{0,2}|[\u{e31}-\u{e4b}๑ກຳカ\u{3099}\u{200b} a.]){0,120}",
    ) {
        let mut words = Words::default();
        check_default(&mut words, &text);
        for rule in [Rule::SoutheastAsianSigns, Rule::Compatibility, Rule::Ignorables] {
            let normalizer = Normalizer::new().without(rule);
            check(&mut words, &Alphabet::new(normalizer), &text);
        }
    }

    #[test]
    fn reading_is_normalizing_and_cutting_under_any_rules(rules in prop::bits::u32::ANY, texts in prop::collection::vec(edges(), 1..4)) {
        let has = |rule: &&Rule| rules >> **rule as u32 & 1 != 0;
        let normalizer = Rule::ALL.iter().filter(has).copied().collect();
        let (alphabet, unsettled) = (Alphabet::new(normalizer), Alphabet::unsettled(normalizer));
        let mut words = Words::default();
        for text in &texts {
            check(&mut words, &alphabet, text);
            check(&mut words, &unsettled, text);
        }
    }
}

#[test]
fn every_set_of_rules_has_an_alphabet_of_its_own() {
    let text = "L’été À Łódź, ١٢٣ الإسلامُ שָׁלוֹם ＡＢ";
    let mut words = Words::default();
    let mut seen = HashSet::new();
    for pair in Rule::ALL.iter().flat_map(|one| Rule::ALL.iter().map(move |other| [one, other])) {
        let normalizer: Normalizer = pair.into_iter().copied().collect();
        seen.insert(normalizer);
        words.read(normalizer, text);
        let plain = Words::from_normal(&normalizer.normalize(text));
        assert_eq!((joined(&words), &words.ends), (joined(&plain), &plain.ends), "{normalizer}");
        let alphabet = Alphabet::for_rules(normalizer);
        assert_eq!(alphabet.normalizer(), normalizer);
        assert!(std::ptr::eq(alphabet, Alphabet::for_rules(normalizer)), "{normalizer}: made once");
    }
    assert!(seen.len() > 100, "{} sets of rules", seen.len());
}

#[test]
fn marks_and_quotes_at_the_edges_of_words_are_read_as_defined() {
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
        "าำ\u{e48}กรก กเเ ๆเเก ก\u{e48}\u{e38}ก",
        "word \u{301}mark أ \u{654}ا \u{200d}🅰 ͺa",
        &format!("{long} {long}' {long}"),
        &format!("{}a b", "a ".repeat(31)),
    ] {
        check_default(&mut words, text);
        check(&mut words, Alphabet::for_rules(Normalizer::NONE), text);
    }
}

#[test]
fn every_character_is_read_as_defined_alone_and_beside_others() {
    let mut words = Words::default();
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let text = format!("{c} a{c}b 1{c}2 {c}\u{301} x{c}\u{654}{c} {c}{c}a א{c}א.{c} _{c}_ カ{c}カ");
        check_default(&mut words, &text);
        check_default(&mut words, text[..c.len_utf8()].trim_end_matches(' '));
    }
}

//! A paragraph as a set of shingles: what is in them, how many there are, and what does not matter.

use std::collections::BTreeSet;

use dittograph::shingle::ShingleSet;
use dittograph::{Config, Shingles};
use proptest::collection::vec;
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

#[track_caller]
fn assert_count(name: &str, shingles: Shingles, text: &str, expected: usize) {
    assert_eq!(shingles.set(text).len(), expected, "{name}, {shingles}: {text:?}");
}

#[track_caller]
fn assert_same(name: &str, shingles: Shingles, one: &str, other: &str) {
    assert_eq!(shingles.set(one), shingles.set(other), "{name}, {shingles}: {one:?} and {other:?}");
}

#[track_caller]
fn assert_apart(name: &str, shingles: Shingles, one: &str, other: &str) {
    assert_ne!(shingles.set(one), shingles.set(other), "{name}, {shingles}: {one:?} and {other:?}");
}

/// The set of a text is made of exactly these pieces, each of which is one shingle by itself.
#[track_caller]
fn assert_pieces(name: &str, shingles: Shingles, text: &str, pieces: &[&str]) {
    for piece in pieces {
        assert_count(name, shingles, piece, 1);
    }
    assert_eq!(shingles.set(text), union(shingles, pieces), "{name}, {shingles}: {text:?}");
    assert_count(name, shingles, text, pieces.len());
}

fn union<S: AsRef<str>>(shingles: Shingles, pieces: &[S]) -> ShingleSet {
    pieces.iter().flat_map(|piece| shingles.set(piece.as_ref()).hashes().to_vec()).collect()
}

const KINDS: [Shingles; 6] = [
    Shingles::Auto,
    Shingles::Words(1),
    Shingles::Words(3),
    Shingles::Chars(1),
    Shingles::Chars(5),
    Shingles::Chars(usize::MAX),
];

// Words

#[test]
fn words_are_counted_by_hand() {
    let cases = [
        ("six words in threes", Shingles::Words(3), "to be or not to be", 4),
        ("six words, two of them twice", Shingles::Words(1), "to be or not to be", 4),
        ("six words in pairs, one pair twice", Shingles::Words(2), "to be or not to be", 4),
        ("exactly one shingle", Shingles::Words(3), "sea and salt", 1),
        ("one word too few", Shingles::Words(3), "sea salt", 1),
        ("the same word again and again", Shingles::Words(3), "no no no no no no", 1),
        ("Arabic", Shingles::Words(3), "هذا البحر هادئ في هذا المساء", 4),
        ("Hebrew with gershayim", Shingles::Words(1), "רמטכ\"ל צה\"ל בא", 3),
        ("Russian", Shingles::Words(2), "море шумит у берега", 3),
        ("Hindi", Shingles::Words(1), "समुद्र शांत है", 3),
        ("Korean", Shingles::Words(2), "바다가 오늘 조용하다", 2),
        ("Amharic", Shingles::Words(1), "ባሕሩ ጸጥ፡ብሏል", 3),
        ("Han characters are words", Shingles::Words(3), "海上明月", 2),
        ("a number with separators", Shingles::Words(1), "1,234.5 tons", 2),
        ("an apostrophe inside", Shingles::Words(1), "it's the captain's", 3),
        ("a hyphen between", Shingles::Words(1), "well-worn", 2),
    ];
    for (name, shingles, text, expected) in cases {
        assert_count(name, shingles, text, expected);
    }
}

#[test]
fn a_shingle_of_words_is_its_words_in_order() {
    let text = "the net, the boat and the sea";
    let pieces = ["the net the", "net the boat", "the boat and", "boat and the", "and the sea"];
    assert_pieces("threes", Shingles::Words(3), text, &pieces);
    assert_pieces("threes", Shingles::Auto, text, &pieces);
    assert_pieces("ones", Shingles::Words(1), text, &["the", "net", "boat", "and", "sea"]);
    assert_apart("order", Shingles::Words(3), "sea and salt", "salt and sea");
}

#[test]
fn word_boundaries_are_in_the_shingles() {
    for shingles in KINDS.into_iter().filter(|&shingles| shingles != Shingles::Chars(1)) {
        assert_apart("a moved boundary", shingles, "ab c", "a bc");
        assert_apart("a moved boundary", shingles, "ab c de", "a bc de");
        assert_apart("a moved boundary", shingles, "ab cde", "a bcde");
        assert_apart("a missing boundary", shingles, "abc", "ab c");
        assert_apart("a missing boundary", shingles, "كتاب جديد", "كتابجديد");
    }
    let one_by_one = ["a", " ", "b", "c"].len();
    assert_count("the space between words is a character", Shingles::Chars(1), "ab c", one_by_one);
}

#[test]
fn punctuation_is_in_no_shingle() {
    let cases = [
        ("Latin", "the sea the wind and the salt", "“The sea”, the wind – and the salt…!".to_lowercase()),
        ("Arabic", "البحر والريح في المساء البارد", "«البحر» والريح، في المساء البارد؟".into()),
        ("Hindi", "समुद्र शांत है और हवा भी", "समुद्र शांत है। और हवा भी॥".into()),
        ("Greek", "η θάλασσα και ο αέρας", "η θάλασσα; και ο αέρας·".into()),
        ("bullets and symbols", "one two three four", "• one / two ★ three → four ***".into()),
        ("emoji", "one two three four", "one 🦀 two ⛵️ three 👩‍👩‍👧 four 🇳🇴".into()),
        ("line breaks", "one two three four", "one\r\ntwo\n\n\tthree\u{2028}four".into()),
    ];
    for (name, bare, punctuated) in &cases {
        for shingles in KINDS {
            assert_same(name, shingles, bare, punctuated);
        }
    }
}

#[test]
fn a_mark_without_a_letter_takes_no_punctuation_or_space_into_its_word() {
    let sign = "\u{93e}"; // a vowel sign of Devanagari
    for shingles in KINDS {
        for before in ["-", "(", "“", " ", "\u{25cc}"] {
            assert_same("a lone vowel sign", shingles, &format!("{before}{sign}"), sign);
        }
    }
}

// Short texts and none

#[test]
fn a_text_shorter_than_the_width_is_one_shingle() {
    let short = ["a", "ab", "a b", "b a", "A", "1", "é", "ب", "港", "ก", "カ"];
    for shingles in [Shingles::Auto, Shingles::Words(4), Shingles::Chars(5), Shingles::Words(usize::MAX)] {
        for text in short {
            assert_count("short", shingles, text, 1);
        }
        let distinct: BTreeSet<Vec<u64>> =
            short.iter().map(|text| shingles.set(text).hashes().to_vec()).collect();
        assert_eq!(distinct.len(), short.len(), "{shingles}: each differs from the others");
    }
}

#[test]
fn a_short_text_is_no_part_of_a_longer_one() {
    for (shingles, short, long) in [
        (Shingles::Words(3), "sea salt", "sea salt wind"),
        (Shingles::Chars(5), "sea", "sea salt"),
        (Shingles::Auto, "海上", "海上明月夜静"),
    ] {
        let (short, long) = (shingles.set(short), shingles.set(long));
        assert!(short.hashes().iter().all(|hash| !long.hashes().contains(hash)), "{shingles}");
    }
}

#[test]
fn a_text_without_words_has_no_shingles() {
    let wordless = [
        "",
        " ",
        "\n\u{3000}\t",
        "***",
        "— … !?",
        "* * *",
        "⛵🦀",
        "👩‍👩‍👧",
        "🇳🇴🇫🇷",
        "،؛؟",
        "。、「」",
        "\u{feff}",
        "\0",
        "+=<>",
    ];
    for shingles in KINDS {
        for text in wordless {
            let set = shingles.set(text);
            assert!(set.is_empty(), "{shingles}: {text:?}");
            assert_eq!((set.len(), set.hashes()), (0, [].as_slice()));
        }
    }
}

// Widths

#[test]
#[should_panic(expected = "a shingle has at least one word")]
fn a_shingle_of_no_words_is_refused() {
    _ = Shingles::Words(0).set("one two");
}

#[test]
#[should_panic(expected = "a shingle has at least one character")]
fn a_shingle_of_no_characters_is_refused() {
    _ = Shingles::Chars(0).set("");
}

#[test]
fn a_configuration_refuses_the_same_widths() {
    for shingles in [Shingles::Words(0), Shingles::Chars(0)] {
        let error = Config::new().shingles(shingles).build().unwrap_err();
        assert_eq!(error.to_string(), "shingles: expected a width of 1 or more, got 0");
    }
}

#[test]
fn a_huge_width_takes_the_whole_text_as_one_shingle() {
    let texts = ["one", "one two three", "海上明月", "ภาษาไทย", &"sea and salt ".repeat(500)];
    for text in texts {
        for width in [usize::MAX, usize::MAX - 1, usize::MAX / 2 + 1, 1_000_000] {
            assert_count("huge", Shingles::Words(width), text, 1);
            assert_count("huge", Shingles::Chars(width), text, 1);
        }
        assert_eq!(Shingles::Words(usize::MAX).set(text), Shingles::Words(1_000_000).set(text));
    }
}

// Characters

#[test]
fn characters_are_counted_by_hand() {
    let cases = [
        ("six letters and two spaces", Shingles::Chars(5), "to be or", 4),
        ("exactly one shingle", Shingles::Chars(5), "shell", 1),
        ("one letter too few", Shingles::Chars(5), "tide", 1),
        ("spaces are one", Shingles::Chars(3), "a  -  b", 1),
        ("ends are none", Shingles::Chars(3), " (tide) ", 2),
        ("Arabic", Shingles::Chars(3), "بحر هادئ", 6),
        ("Hangul", Shingles::Chars(2), "바다가", 2),
        ("every letter once", Shingles::Chars(1), "levelled", 4),
    ];
    for (name, shingles, text, expected) in cases {
        assert_count(name, shingles, text, expected);
    }
}

#[test]
fn a_character_is_never_cut_from_its_marks() {
    let cases = [
        ("an accent", "e\u{301}", 1),
        ("an accent twice", "e\u{301}e\u{301}", 1),
        ("with and without an accent", "ee\u{301}", 2),
        ("several accents", "e\u{323}\u{302}\u{301}", 1),
        ("a vowel sign of Devanagari", "कि", 1),
        ("a vowel and a tone of Thai", "ที่", 1),
        ("Hangul letters of one syllable", "\u{1112}\u{1161}\u{11ab}", 1),
        ("a joiner between letters", "क\u{94d}\u{200d}", 1),
        ("a digit in a box", "1\u{fe0f}\u{20e3}", 1),
    ];
    for (name, text, expected) in cases {
        assert_count(name, Shingles::Chars(1), text, expected);
    }
    assert_pieces("in pairs", Shingles::Chars(2), "e\u{301}te\u{301}", &["e\u{301}t", "te\u{301}"]);
    let zalgo = format!("a{}b", "\u{301}".repeat(1000));
    assert_count("a thousand accents", Shingles::Chars(1), &zalgo, 2);
    assert_apart("an accent counts", Shingles::Chars(1), "e", "e\u{301}");
}

#[test]
fn a_shingle_of_characters_is_its_characters_in_order() {
    assert_pieces("letters", Shingles::Chars(3), "harbour", &["har", "arb", "rbo", "bou", "our"]);
    // The piece " b " has spaces at its ends, so it is no text of its own.
    assert_count("across words", Shingles::Chars(3), "(a, b) c", 3);
    assert_count("across words", Shingles::Chars(3), "a b a b a", 4);
}

// Auto

#[test]
fn auto_is_three_words_where_words_stand_apart() {
    let texts = [
        "to be or not to be",
        "one two",
        "هذا البحر هادئ في هذا المساء",
        "море шумит у берега моря",
        "바다가 오늘 아주 조용하다",
        "समुद्र आज बहुत शांत है",
        "η θάλασσα είναι ήρεμη",
        "זה הים השקט של הערב",
        "2024 06 11 and 12",
        "ծովը հանգիստ է այսօր",
    ];
    for text in texts {
        assert_eq!(Shingles::Auto.set(text), Shingles::Words(3).set(text), "{text}");
    }
}

#[test]
fn auto_takes_four_characters_of_han_and_kana() {
    let cases: [(&str, &str, &[&str]); 4] = [
        ("Han", "海上明月照孤", &["海上明月", "上明月照", "明月照孤"]),
        ("Hiragana", "みなとのあか", &["みなとの", "なとのあ", "とのあか"]),
        ("Katakana, one word", "ヨットバー", &["ヨットバ", "ットバー"]),
        ("Japanese of three scripts", "港のヨット", &["港のヨッ", "のヨット"]),
    ];
    for (name, text, pieces) in cases {
        assert_pieces(name, Shingles::Auto, text, pieces);
    }
}

#[test]
fn auto_takes_six_characters_of_thai_and_its_kind() {
    let cases = [
        ("Thai", "กขคงจฉชซ"),
        ("Lao", "ກຂຄງຈສຊຍ"),
        ("Khmer", "កខគឃងចឆជ"),
        ("Burmese", "ကခဂဃငစဆဇ"),
        ("Tai Tham", "ᨠᨡᨢᨣᨤᨥᨦᨧ"),
        ("New Tai Lue", "ᦀᦁᦂᦃᦄᦅᦆᦇ"),
        ("Tai Le", "ᥐᥑᥒᥓᥔᥕᥖᥗ"),
        ("Tai Viet", "ꪀꪁꪂꪃꪄꪅꪆꪇ"),
        ("Ahom", "𑜀𑜁𑜂𑜃𑜄𑜅𑜆𑜇"),
    ];
    for (name, text) in cases {
        let characters: Vec<&str> = text.graphemes(true).collect();
        let pieces: Vec<String> = characters.windows(6).map(<[&str]>::concat).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        assert_eq!(pieces.len(), 3, "{name}");
        assert_pieces(name, Shingles::Auto, text, &pieces);
        assert_count(name, Shingles::Auto, &characters[..5].concat(), 1);
    }
}

#[test]
fn auto_keeps_vowels_and_tones_with_their_consonants() {
    let thai = "กิขิคิงิจิฉิชิ";
    assert_pieces("a vowel above", Shingles::Auto, thai, &["กิขิคิงิจิฉิ", "ขิคิงิจิฉิชิ"]);
    let lao = "ກຳຂຳຄຳງຳຈຳສຳຊຳ";
    assert_pieces("a vowel beside", Shingles::Auto, lao, &["ກຳຂຳຄຳງຳຈຳສຳ", "ຂຳຄຳງຳຈຳສຳຊຳ"]);
    let kana = ["か\u{3099}", "き\u{3099}", "く\u{3099}", "け\u{3099}", "さ"];
    let pieces = [kana[..4].concat(), kana[1..].concat()];
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    assert_pieces("a voicing mark", Shingles::Auto, &kana.concat(), &pieces);
}

#[test]
fn spaces_and_punctuation_in_a_run_without_spaces_do_not_matter_to_auto() {
    let cases = [
        ("Chinese", "海上明月照孤舟", "海上，明月。「照」 孤\n舟！"),
        ("Japanese", "港のヨットハーバー", "港の・ヨット ハーバー。"),
        ("Thai", "เรือประมงกลับเข้าฝั่ง", "เรือ ประมง กลับ(เข้า) ฝั่ง"),
        ("Lao", "ເຮືອກັບເຂົ້າຝັ່ງ", "ເຮືອ ກັບ, ເຂົ້າ ຝັ່ງ"),
        ("Khmer", "ទូកត្រឡប់មកផែ", "ទូក ត្រឡប់ មក ផែ។"),
        ("Burmese", "လှေပြန်လာသည်", "လှေ ပြန် လာ သည်။"),
    ];
    for (name, run, spaced) in cases {
        assert_same(name, Shingles::Auto, run, spaced);
    }
}

#[test]
fn auto_fills_a_shingle_in_proportion_where_scripts_mix() {
    // A word is a third of a shingle, a Han character a quarter, a Thai one a sixth.
    let cases: [(&str, &str, &[&str]); 6] = [
        ("two words and two characters", "red fox 山水", &["red fox 山水"]),
        ("three words, then one character", "red fox owl 山", &["red fox owl"]),
        (
            "from words into Han",
            "red fox owl 山水花鸟",
            &["red fox owl", "fox owl 山水", "owl 山水花", "山水花鸟"],
        ),
        ("from Han into words", "山水花鸟 red fox", &["山水花鸟", "水花鸟 red", "花鸟 red fox"]),
        ("a word and four of Thai", "red กขคงจ", &["red กขคง"]),
        ("Han and Thai", "山水กขคงจ", &["山水กขค", "水กขคงจ"]),
    ];
    for (name, text, pieces) in cases {
        assert_pieces(name, Shingles::Auto, text, pieces);
    }
    assert_same("a space between a word and Han", Shingles::Auto, "red fox 山水", "red fox山水");
    assert_same("a space between Han and Thai", Shingles::Auto, "山水กขคงจ", "山水 กขคงจ");
}

#[test]
fn one_foreign_word_leaves_the_shingles_elsewhere_as_they_were() {
    let plain = Shingles::Auto.set("the old boat lay by the sea wall all winter");
    let foreign = Shingles::Auto.set("the old boat lay by the sea wall all winter 海");
    assert!(plain.hashes().iter().all(|hash| foreign.hashes().contains(hash)));
}

// Names

#[test]
fn shingles_read_what_they_write() {
    let cases = [
        (Shingles::Auto, "auto"),
        (Shingles::Words(1), "words:1"),
        (Shingles::Words(3), "words:3"),
        (Shingles::Chars(5), "chars:5"),
        (Shingles::Chars(usize::MAX), &format!("chars:{}", usize::MAX)),
    ];
    for (shingles, name) in cases {
        assert_eq!(shingles.to_string(), name);
        assert_eq!(name.parse::<Shingles>().unwrap(), shingles);
    }
    assert_eq!(Shingles::default(), Shingles::Auto);
}

#[test]
fn a_name_of_no_shingles_is_refused() {
    let too_wide = format!("words:{}0", usize::MAX);
    let names = [
        "",
        "Auto",
        "auto:",
        "auto:3",
        "words",
        "words:",
        "words:0",
        "words:-1",
        "words: 3",
        "words:3 ",
        "words:3.0",
        "words:three",
        "words:٣",
        "words:3:4",
        "chars",
        "chars:0",
        "char:5",
        "Chars:5",
        ":3",
        "3",
        &too_wide,
    ];
    for name in names {
        let error = name.parse::<Shingles>().expect_err(name);
        assert!(error.is_config());
        let expected = "shingles: expected auto, words:N or chars:N with N at least 1";
        assert_eq!(error.to_string(), format!("{expected}, got {name}"));
    }
}

#[test]
fn a_width_has_no_sign() {
    for name in ["words:+3", "chars:+5", "words:-3"] {
        assert!(name.parse::<Shingles>().is_err(), "{name}");
    }
}

// Sets

#[test]
fn a_set_is_sorted_and_holds_nothing_twice() {
    let set: ShingleSet = [7, u64::MAX, 0, 7, 3, 0].into_iter().collect();
    assert_eq!(set.hashes(), [0, 3, 7, u64::MAX]);
    assert_eq!(set.len(), 4);
    assert!(!set.is_empty());
    assert_eq!(ShingleSet::default(), [].into_iter().collect());
    assert!(ShingleSet::default().is_empty());
}

// Laws

/// Words of many scripts, none of which joins the next across white space or punctuation.
fn words() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        4 => "[a-c]{1,3}",
        2 => "[ا-ي]{1,4}",
        1 => "[а-я]{1,3}",
        1 => "[가-각]{1,3}",
        1 => "[0-9]{1,3}",
        2 => "[山水花鸟月]",
        1 => "[ก-ฆ]",
        1 => "[ア-オ]{1,3}",
        1 => "e\u{301}",
    ];
    vec(word, 0..20)
}

/// Texts of letters, marks, joiners, punctuation and white space in any order.
fn tangled_texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c \u{301}'.,:_0-9]{0,30}",
        "[אבג\"'\u{5b0}\u{200d}ابت\u{64b} ]{0,30}",
        "[山水のはカナーกขิ่a1 。]{0,30}",
        "[कि\u{94d}\u{200d}\u{200c}🇳🇴👩\u{fe0f} \r\n]{0,30}",
        any::<String>(),
    ]
}

fn any_shingles() -> impl Strategy<Value = Shingles> {
    prop_oneof![
        Just(Shingles::Auto),
        (1..6usize).prop_map(Shingles::Words),
        (1..8usize).prop_map(Shingles::Chars),
        (1..=usize::MAX).prop_map(Shingles::Words),
        (1..=usize::MAX).prop_map(Shingles::Chars),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn characters_between_words_do_not_matter(
        words in words(),
        between in vec(prop::sample::select(vec![", ", ". ", " — ", "\n", "! ", " (", ") ", "\u{3000}", "، ", " 🦀 ", " \r\n• "]), 20),
        shingles in any_shingles(),
    ) {
        let punctuated: String =
            words.iter().zip(&between).flat_map(|(word, between)| [word.as_str(), between]).collect();
        prop_assert_eq!(shingles.set(&punctuated), shingles.set(&words.join(" ")));
    }

    #[test]
    fn words_of_width_one_are_the_words_one_by_one(text in tangled_texts()) {
        let words: Vec<&str> = text.unicode_words().collect();
        prop_assert_eq!(Shingles::Words(1).set(&text), union(Shingles::Words(1), &words));
    }

    #[test]
    fn words_of_width_one_are_as_many_as_there_are_distinct_words(
        text in "[a-c '.,:_0-9אב\"ابت山カナーกé\n]{0,30}",
    ) {
        let words: BTreeSet<&str> = text.unicode_words().collect();
        prop_assert_eq!(Shingles::Words(1).set(&text).len(), words.len());
    }

    #[test]
    fn words_of_any_width_are_its_windows(words in words(), width in 1..6usize) {
        let shingles = Shingles::Words(width);
        let windows: Vec<String> = words.windows(width.min(words.len().max(1))).map(|window| window.join(" ")).collect();
        prop_assert_eq!(shingles.set(&words.join(" ")), union(shingles, &windows));
    }

    #[test]
    fn characters_of_any_width_are_its_windows(text in "[a-dé가-각]{0,30}", width in 1..8usize) {
        let shingles = Shingles::Chars(width);
        let characters: Vec<&str> = text.graphemes(true).collect();
        let windows: Vec<String> = characters.windows(width.min(characters.len().max(1))).map(<[&str]>::concat).collect();
        prop_assert_eq!(shingles.set(&text), union(shingles, &windows));
    }

    #[test]
    fn auto_is_three_words_in_any_script_with_spaces(text in "[a-cA-Cا-يа-я가-각אבग 0-9.,]{0,60}") {
        prop_assert_eq!(Shingles::Auto.set(&text), Shingles::Words(3).set(&text));
    }

    #[test]
    fn auto_is_four_characters_in_any_run_of_han_and_kana(text in "[山水花鸟月のはカナー]{4,40}") {
        let characters: Vec<&str> = text.graphemes(true).collect();
        let windows: Vec<String> = characters.windows(4).map(<[&str]>::concat).collect();
        prop_assert_eq!(Shingles::Auto.set(&text), union(Shingles::Auto, &windows));
        let distinct: BTreeSet<&String> = windows.iter().collect();
        prop_assert_eq!(Shingles::Auto.set(&text).len(), distinct.len());
    }

    #[test]
    fn hashes_ascend(text in tangled_texts(), shingles in any_shingles()) {
        let set = shingles.set(&text);
        prop_assert!(set.hashes().windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!((set.len(), set.is_empty()), (set.hashes().len(), set.hashes().is_empty()));
    }

    #[test]
    fn a_set_is_empty_exactly_if_the_text_has_no_words(text in tangled_texts(), shingles in any_shingles()) {
        prop_assert_eq!(shingles.set(&text).is_empty(), text.unicode_words().next().is_none());
    }

    #[test]
    fn a_set_is_that_of_its_hashes_in_any_order(mut hashes in vec(0..50u64, 0..40)) {
        let set: ShingleSet = hashes.iter().copied().collect();
        let distinct: BTreeSet<u64> = hashes.iter().copied().collect();
        prop_assert_eq!(set.hashes(), distinct.into_iter().collect::<Vec<u64>>());
        hashes.reverse();
        prop_assert_eq!(hashes.into_iter().collect::<ShingleSet>(), set);
    }

    #[test]
    fn any_width_is_read_as_it_was_written(width in 1..=usize::MAX) {
        for shingles in [Shingles::Words(width), Shingles::Chars(width), Shingles::Auto] {
            prop_assert_eq!(shingles.to_string().parse::<Shingles>().unwrap(), shingles);
        }
    }
}

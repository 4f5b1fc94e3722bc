//! Texts of many scripts: which are the same to a reader, and which are not.

use dittograph::{Normalizer, Rule};
use unicode_segmentation::UnicodeSegmentation;

use crate::{assert_normal, ignorables, normal};

/// Texts that must have one normal form, and that form.
#[rustfmt::skip]
const SAME: &[(&str, &[&str], &str)] = &[
    ("accents and capitals", &["Crème Brûlée", "Cre\u{300}me Bru\u{302}le\u{301}e", "CRÈME BRÛLÉE", "CRE\u{300}ME BRU\u{302}LE\u{301}E"], "crème brûlée"),
    ("a capital whose accent composes only on the small letter", &["H\u{331}", "h\u{331}", "\u{1e96}"], "\u{1e96}"),
    ("ligatures", &["oﬃce ﬂat ﬅop", "office flat stop", "OFFICE FLAT STOP"], "office flat stop"),
    ("full width", &["Ｔｏｋｙｏ　２０２４！", "Tokyo 2024!"], "tokyo 2024!"),
    ("soft hyphens", &["Donau\u{ad}dampf\u{ad}schiff", "Donaudampfschiff"], "donaudampfschiff"),
    ("apostrophes", &["l’heure", "l'heure", "l‘heure", "l‛heure", "lʼheure", "l＇heure"], "l'heure"),
    ("sharp s", &["GROẞ", "Groß", "groß"], "groß"),
    ("long s", &["Haus", "Hauſ"], "haus"),
    ("letters for units", &["10 \u{212a} 1 \u{212b}", "10 K 1 Å"], "10 k 1 å"),
    ("roman numerals and fractions", &["Ⅳ ½", "IV 1⁄2"], "iv 1⁄2"),
    ("dotted capital i of Turkish", &["İzmir", "I\u{307}zmir", "İZMiR", "i\u{307}zmir"], "izmir"),
    ("dotless i of Turkish", &["ılık", "ıLıK"], "ılık"),
    ("Vietnamese", &["Tiếng Việt", "Tie\u{302}\u{301}ng Vie\u{323}\u{302}t", "Tiê\u{301}ng Vie\u{302}\u{323}t", "TIẾNG VIỆT"], "tiếng việt"),
    ("final sigma", &["ΣΕΙΣΜΟΣ", "σεισμος", "σεισμοσ", "Σεισμος"], "σεισμοσ"),
    ("tonos and oxia", &["ό", "\u{1f79}", "ο\u{301}", "Ό"], "ό"),
    ("iota subscript", &["ᾳ", "α\u{345}", "ᾼ"], "ᾳ"),
    ("symbols of Greek", &["ϑ ϕ ϰ µ", "θ φ κ μ", "Θ Φ Κ Μ"], "θ φ κ μ"),
    ("Cyrillic", &["ЙОД Ёж", "й\u{43e}д ёж", "и\u{306}од е\u{308}ж"], "йод ёж"),
    ("Cyrillic apostrophe", &["П’ЯТЬ", "пʼять", "п'ять", "п‘ять"], "п'ять"),
    ("Armenian", &["ՀԱՅԿ", "Հայկ"], "հայկ"),
    ("Georgian", &["ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"], "თბილისი"),
    ("Cherokee", &["ꮳꮃꭹ", "Ꮳꮃꭹ", "ᏣᎳᎩ"], "ᏣᎳᎩ"),
    ("Deseret", &["𐐔𐐇", "𐐼𐐯", "𐐔𐐯"], "𐐼𐐯"),
    ("Adlam digits", &["𞥒𞥐", "20"], "20"),
    ("Hebrew points", &["שָׁלוֹם", "שלום", "ש\u{5c1}\u{5b8}לו\u{5b9}ם", "\u{fb2a}\u{5b8}ל\u{fb4b}ם", "שָׁ֑לוֹם"], "שלום"),
    ("Hebrew geresh and gershayim", &["צה״ל ג׳ירפה", "צה\"ל ג'ירפה", "צה״ל ג’ירפה"], "צה\"ל ג'ירפה"),
    ("Persian", &["می\u{200c}خواهم", "ميخواهم", "مي\u{200c}خواهم"], "ميخواهم"),
    ("Urdu digits and kaf", &["کتاب ۱۲", "كتاب ١٢"], "كتاب 12"),
    ("Hindi digits and nukta", &["क़लम २०२४", "क\u{93c}लम 2024"], "क\u{93c}लम 2024"),
    ("Bengali vowel in two parts", &["কো", "ক\u{9c7}\u{9be}"], "কো"),
    ("Tamil and Bengali digits", &["௧௨ ৩৪", "12 34"], "12 34"),
    ("Thai digits", &["ปี ๒๕๖๗", "ปี 2567"], "ปี 2567"),
    ("Thai vowel in two parts", &["น้ำ", "น\u{e49}\u{e4d}\u{e32}"], "น\u{e49}\u{e4d}\u{e32}"),
    ("Korean syllables", &["한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "하\u{11ab}구\u{11a8}"], "한국"),
    ("Japanese half width", &["ガラス、パン", "ｶﾞﾗｽ､ﾊﾟﾝ", "カ\u{3099}ラス、ハ\u{309a}ン"], "ガラス、パン"),
    ("Chinese", &["葛\u{e0100}城，\u{f900}", "葛城,豈"], "葛城,豈"),
    ("emoji presentation", &["☎\u{fe0f}", "☎\u{fe0e}", "☎"], "☎"),
];

#[test]
fn what_a_reader_calls_the_same_has_one_normal_form() {
    for (name, texts, expected) in SAME {
        for text in *texts {
            assert_normal(name, text, expected);
        }
        assert_normal(name, expected, expected);
    }
}

/// Texts that differ in the default normal form.
#[rustfmt::skip]
const APART: &[(&str, &str, &str)] = &[
    ("hamza on waw", "مؤمن", "مومن"),
    ("hamza on yeh", "بئر", "بير"),
    ("hamza alone", "ماء", "ما"),
    ("heh and hah", "هرم", "حرم"),
    ("noon and beh", "نور", "بور"),
    ("accents", "pêche", "péché"),
    ("an accent and none", "résumé", "resume"),
    ("Greek accents", "νόμος", "νομός"),
    ("a stroke is no accent", "øre", "ore"),
    ("dotless i", "ısı", "isi"),
    ("a capital i without a dot is no dotless one", "IRMAK", "ırmak"),
    ("sharp s", "Maße", "Masse"),
    ("letters of two scripts that look alike", "Anna", "Аnna"),
    ("short i of Russian", "мой", "мои"),
    ("voiced kana", "か", "が"),
    ("hiragana and katakana", "みなと", "ミナト"),
    ("simplified and traditional", "国", "國"),
    ("a Thai tone", "ไม", "ไม่"),
    ("a nukta", "खाना", "ख़ाना"),
    ("Hebrew final letters", "שלום", "שלומ"),
    ("digits", "٢٠٢٤", "٢٠٢٥"),
    ("the order of digits", "١٢", "٢١"),
    ("a decimal point", "١٫٥", "١٥"),
    ("where a word ends", "ab c", "a bc"),
    ("one word and two", "ab", "a b"),
    ("zero width space", "ab", "a\u{200b}b"),
    ("the order of words", "net and boat", "boat and net"),
    ("hyphens", "re-cover", "recover"),
    ("punctuation", "yes.", "yes!"),
];

#[test]
fn what_a_reader_calls_different_stays_apart() {
    for (name, one, other) in APART {
        assert_ne!(normal(one), normal(other), "{name}");
    }
}

#[test]
fn a_zero_width_space_ends_a_word() {
    assert_normal("Thai", "ภาษา\u{200b}ไทย", "ภาษา ไทย");
    assert_normal("Latin", "harbour\u{200b}master", "harbour master");
    assert_normal("beside a space", "harbour \u{200b}master\u{200b}", "harbour master");
    let kept = Normalizer::NONE.with(Rule::Ignorables).normalize("harbour\u{200b}master").into_owned();
    assert_eq!(kept.unicode_words().count(), 2, "it is no ignorable character");
}

#[test]
fn an_invisible_character_between_a_letter_and_its_mark_does_not_count() {
    let letters = [("e acute", "e\u{301}"), ("dotted capital i", "I\u{307}"), ("hamza on waw", "و\u{654}")];
    for (name, letter) in letters {
        for mark in ignorables() {
            let (base, accent) = letter.split_at(letter.chars().next().unwrap().len_utf8());
            assert_normal(name, &format!("{base}{mark}{accent}"), &normal(letter));
        }
    }
}

#[test]
fn a_letter_that_composes_anew_is_folded_to_the_end() {
    // Each madda makes an alef of the folded letter again; so does each hamza of a waw.
    let normalizer = Normalizer::new().with(Rule::HamzaSeats).without(Rule::Harakat);
    for count in 0..6 {
        assert_eq!(normalizer.normalize(&format!("ا{}", "\u{653}".repeat(count))), "ا", "{count} maddas");
        assert_eq!(normalizer.normalize(&format!("و{}", "\u{654}".repeat(count))), "و", "{count} hamzas");
    }
    assert_eq!(normal("H\u{ad}\u{331}"), "\u{1e96}");
}

#[test]
fn marks_that_come_together_are_put_in_order() {
    let cases = [
        ("Thai", "ก\u{e48}", "\u{200d}", "\u{e38}", "ก\u{e38}\u{e48}"),
        ("Lao", "ກ\u{ec8}", "\u{2060}", "\u{eb8}", "ກ\u{eb8}\u{ec8}"),
        ("Tibetan", "ཀ\u{f74}", "\u{ad}", "\u{f71}", "ཀ\u{f71}\u{f74}"),
        ("Syriac", "ܒ\u{730}", "\u{640}", "\u{731}", "ܒ\u{731}\u{730}"),
    ];
    for (name, start, between, end, expected) in cases {
        assert_normal(name, &format!("{start}{end}"), &normal(expected));
        assert_normal(name, &format!("{start}{between}{end}"), &normal(expected));
    }
}

//! What each rule does, sets of rules, and their names.

use dittograph::{Normalizer, Rule};

const OFF_BY_DEFAULT: [Rule; 8] = [
    Rule::HamzaSeats,
    Rule::LatinGreekMarks,
    Rule::KurdishHeh,
    Rule::YehBarree,
    Rule::SharpS,
    Rule::AeLigature,
    Rule::DotlessI,
    Rule::Yo,
];

/// What a rule does to a text, and what becomes of the text without it.
struct RuleCase {
    rule: Rule,
    text: &'static str,
    /// The rule and no other.
    alone: &'static str,
    /// The default rules and this one.
    with: &'static str,
    /// The default rules without this one.
    without: &'static str,
}

#[rustfmt::skip]
const RULES: &[RuleCase] = &[
    RuleCase { rule: Rule::Compatibility, text: "ﬁne ﻻ ｶﾞ", alone: "fine لا ガ", with: "fine لا ガ", without: "ﬁne ﻻ ｶﾞ" },
    RuleCase { rule: Rule::Compatibility, text: "cafe\u{301}", alone: "café", with: "café", without: "cafe\u{301}" },
    RuleCase { rule: Rule::Compatibility, text: "5\u{a0}µm", alone: "5 μm", with: "5 μm", without: "5 μm" },
    RuleCase { rule: Rule::Compatibility, text: "كت\u{fc60}ب", alone: "كت\u{64e}\u{651}ب", with: "كتب", without: "كت\u{fc60}ب" },
    RuleCase { rule: Rule::Compatibility, text: "كت\u{fe7c}ب", alone: "كت\u{651}ب", with: "كتب", without: "كت\u{fe7c}ب" },
    RuleCase { rule: Rule::Case, text: "ÉCOLE Σςσ ẞ", alone: "école σσσ ß", with: "école σσσ ß", without: "ÉCOLE Σςσ ẞ" },
    RuleCase { rule: Rule::Case, text: "İI ıi", alone: "İi ıi", with: "ii ıi", without: "II ıi" },
    RuleCase { rule: Rule::Ignorables, text: "so\u{ad}fa\u{200d} \u{2067}x\u{fe0f}", alone: "sofa x", with: "sofa x", without: "so\u{ad}fa\u{200d} \u{2067}x\u{fe0f}" },
    RuleCase { rule: Rule::WhiteSpace, text: " a\t\n b\u{200b}c\u{3000}", alone: "a b c", with: "a b c", without: " a\t\n b\u{200b}c " },
    RuleCase { rule: Rule::Digits, text: "٢٠٢٤، ۳٫۵ १२ ๗", alone: "2024, 3.5 12 7", with: "2024, 3.5 12 7", without: "٢٠٢٤، ۳٫۵ १२ ๗" },
    RuleCase { rule: Rule::Digits, text: "٣٬٠٠٠ ５²", alone: "3,000 5²", with: "3,000 52", without: "٣٬٠٠٠ 52" },
    RuleCase { rule: Rule::Apostrophes, text: "l’eau мʼяч ג׳ ר״ת", alone: "l'eau м'яч ג' ר\"ת", with: "l'eau м'яч ג' ר\"ת", without: "l’eau мʼяч ג׳ ר״ת" },
    RuleCase { rule: Rule::Apostrophes, text: "oʻ m´t 5′10″ ד''ר ἀλλ᾽", alone: "o' m't 5'10\" ד\"ר ἀλλ'", with: "o' m't 5'10\" ד\"ר ἀλλ'", without: "oʻ m \u{301}t 5′10′′ ד''ר ἀλλ \u{313}" },
    RuleCase { rule: Rule::Tatweel, text: "كـــتابـ", alone: "كتاب", with: "كتاب", without: "كـــتابـ" },
    RuleCase { rule: Rule::Harakat, text: "كِتَٰبٌۖ عࣰ", alone: "كتب ع", with: "كتب ع", without: "كِتَٰبٌۖ عࣰ" },
    RuleCase { rule: Rule::Alef, text: "أإآٱ", alone: "اااا", with: "اااا", without: "أإآٱ" },
    RuleCase { rule: Rule::Yeh, text: "على علی", alone: "علي علي", with: "علي علي", without: "على علی" },
    RuleCase { rule: Rule::TehMarbuta, text: "مدرسة", alone: "مدرسه", with: "مدرسه", without: "مدرسة" },
    RuleCase { rule: Rule::Kaf, text: "کتاب", alone: "كتاب", with: "كتاب", without: "کتاب" },
    RuleCase { rule: Rule::HamzaSeats, text: "مؤنس بئر", alone: "مونس بير", with: "مونس بير", without: "مؤنس بئر" },
    RuleCase { rule: Rule::Niqqud, text: "ש\u{5b8}\u{5c1}לו\u{5b9}ם", alone: "שלום", with: "שלום", without: "ש\u{5b8}\u{5c1}לו\u{5b9}ם" },
    RuleCase { rule: Rule::LatinGreekMarks, text: "Café ά Łódź й", alone: "Cafe α Łodz й", with: "cafe α łodz й", without: "café ά łódź й" },
    RuleCase { rule: Rule::LatinGreekMarks, text: "é \u{301}x", alone: "e \u{301}x", with: "e \u{301}x", without: "é \u{301}x" },
    RuleCase { rule: Rule::LatinGreekMarks, text: "e\u{323}\u{301} и\u{301}", alone: "e и\u{301}", with: "e и\u{301}", without: "ẹ\u{301} и\u{301}" },
    RuleCase { rule: Rule::LineHyphens, text: "har\u{ad}\nbour", alone: "har\u{ad}\nbour", with: "harbour", without: "har bour" },
    RuleCase { rule: Rule::LatinLetters, text: "Știința fű İi\u{307} Œuf ð ǝɡ", alone: "Știinţa fû Ii OEuf đ əg", with: "ştiinţa fû ii oeuf đ əg", without: "știința fű İi\u{307} œuf ð ǝɡ" },
    RuleCase { rule: Rule::CyrillicLetters, text: "әдемі гӀала гӏала", alone: "əдемі гӀала гіала", with: "əдемі гіала гіала", without: "әдемі гӏала гӏала" },
    RuleCase { rule: Rule::ArabicLetters, text: "ہم کلمۃ ګ ݢ", alone: "هم کلمة گ ڬ", with: "هم كلمه گ ڬ", without: "ہم كلمۃ ګ ݢ" },
    RuleCase { rule: Rule::QuranicAlef, text: "قرءان ا \u{670}ب", alone: "قرآن ا\u{670}ب", with: "قران اب", without: "قرءان ا ب" },
    RuleCase { rule: Rule::Joiners, text: "ന\u{d4d}\u{200d} ত\u{9cd}\u{200d} र\u{94d}\u{200d}य ه\u{200c}ب", alone: "ൻ ৎ ऱ\u{94d}य ەب", with: "ൻ ৎ ऱ\u{94d}य ەب", without: "ന\u{d4d} ত\u{9cd} र\u{94d}य هب" },
    RuleCase { rule: Rule::IndicSigns, text: "अाप दु:ख ഈ\u{d57}", alone: "आप दुःख ഈൌ", with: "आप दुःख ഈൌ", without: "अाप दु:ख ഈ\u{d57}" },
    RuleCase { rule: Rule::SoutheastAsianSigns, text: "เเปลก ก\u{e48}\u{e31}น ឣឤ", alone: "แปลก ก\u{e31}\u{e48}น អអា", with: "แปลก ก\u{e31}\u{e48}น អអា", without: "เเปลก ก\u{e48}\u{e31}น ឣឤ" },
    RuleCase { rule: Rule::VietnameseTones, text: "hoà qúy hoàn", alone: "hòa quý hoàn", with: "hòa quý hoàn", without: "hoà qúy hoàn" },
    RuleCase { rule: Rule::NoteNumbers, text: "boats² m²", alone: "boats ² m²", with: "boats 2 m2", without: "boats2 m2" },
    RuleCase { rule: Rule::YiddishDigraphs, text: "װײ", alone: "וויי", with: "וויי", without: "װײ" },
    RuleCase { rule: Rule::KurdishHeh, text: "کھا ە", alone: "کها ه", with: "كها ه", without: "كھا ە" },
    RuleCase { rule: Rule::YehBarree, text: "لڑکے", alone: "لڑکي", with: "لڑكي", without: "لڑكے" },
    RuleCase { rule: Rule::SharpS, text: "Maße GROẞ", alone: "Masse GROSS", with: "masse gross", without: "maße groß" },
    RuleCase { rule: Rule::AeLigature, text: "Æon æ", alone: "AEon ae", with: "aeon ae", without: "æon æ" },
    RuleCase { rule: Rule::DotlessI, text: "ısı", alone: "isi", with: "isi", without: "ısı" },
    RuleCase { rule: Rule::Yo, text: "всё", alone: "все", with: "все", without: "всё" },
];

#[test]
fn each_rule_can_be_switched_on_its_own() {
    for RuleCase { rule, text, alone, with, without } in RULES {
        let name = format!("{rule:?}: {}", text.escape_unicode());
        assert_eq!(Normalizer::NONE.with(*rule).normalize(text), *alone, "alone, {name}");
        assert_eq!(Normalizer::new().with(*rule).normalize(text), *with, "with, {name}");
        assert_eq!(Normalizer::new().without(*rule).normalize(text), *without, "without, {name}");
        // A line break counts where the rule for white space is off.
        let counts = *rule == Rule::LineHyphens;
        assert_eq!(alone == text, counts, "{name} shows nothing");
    }
    for rule in Rule::ALL {
        assert!(RULES.iter().any(|case| case.rule == rule), "{rule} is in no case");
    }
}

#[test]
fn the_default_has_all_rules_by_which_no_language_loses_a_distinction() {
    for rule in Rule::ALL {
        assert_eq!(Normalizer::new().has(rule), !OFF_BY_DEFAULT.contains(&rule), "{rule:?}");
        assert!(!Normalizer::NONE.has(rule), "{rule:?}");
    }
    assert_eq!(Normalizer::default(), Normalizer::new());
    let off: Vec<Rule> = Rule::ALL.into_iter().filter(|&rule| !Normalizer::new().has(rule)).collect();
    assert_eq!(off, OFF_BY_DEFAULT);
}

#[test]
fn a_set_is_that_of_its_rules_in_any_order() {
    for normalizer in [Normalizer::NONE, Normalizer::new(), Rule::ALL.into_iter().collect()] {
        assert!(normalizer.rules().all(|rule| normalizer.has(rule)));
        let mut rules: Vec<Rule> = normalizer.rules().collect();
        rules.reverse();
        rules.extend(normalizer.rules());
        assert_eq!(rules.iter().copied().collect::<Normalizer>(), normalizer);
        let mut extended = Normalizer::NONE.with(Rule::Kaf);
        extended.extend(rules);
        assert_eq!(extended, normalizer.with(Rule::Kaf));
    }
    assert!(Rule::ALL.into_iter().collect::<Normalizer>().rules().eq(Rule::ALL));
}

#[test]
fn rules_read_what_they_write() {
    let names = [
        "compatibility",
        "case",
        "ignorables",
        "white-space",
        "digits",
        "apostrophes",
        "tatweel",
        "harakat",
        "alef",
        "yeh",
        "teh-marbuta",
        "kaf",
        "hamza-seats",
        "niqqud",
        "latin-greek-marks",
        "line-hyphens",
        "latin-letters",
        "cyrillic-letters",
        "arabic-letters",
        "quranic-alef",
        "joiners",
        "indic-signs",
        "southeast-asian-signs",
        "vietnamese-tones",
        "note-numbers",
        "yiddish-digraphs",
        "kurdish-heh",
        "yeh-barree",
        "sharp-s",
        "ae-ligature",
        "dotless-i",
        "yo",
    ];
    assert_eq!(Rule::ALL.map(|rule| rule.to_string()), names);
    assert_eq!(names.map(|name| name.parse::<Rule>().unwrap()), Rule::ALL);
    for name in ["", "Case", "case ", "whitespace", "white_space"] {
        let error = name.parse::<Rule>().expect_err(name);
        assert!(error.is_config());
        assert_eq!(error.to_string(), format!("rule: expected {}, got {name}", error.expected().unwrap()));
        assert!(error.to_string().contains("compatibility, case, "), "{error}");
    }
}

#[test]
fn normalizers_read_what_they_write() {
    let cases = [
        (Normalizer::NONE, "none"),
        (Normalizer::NONE.with(Rule::Kaf), "kaf"),
        (Normalizer::NONE.with(Rule::Kaf).with(Rule::Case), "case,kaf"),
    ];
    for (normalizer, names) in cases {
        assert_eq!(normalizer.to_string(), names);
        assert_eq!(names.parse::<Normalizer>().unwrap(), normalizer);
    }
    assert_eq!("kaf,case,kaf".parse::<Normalizer>().unwrap(), cases[2].0, "in any order");
    assert_eq!(Normalizer::new().to_string().parse::<Normalizer>().unwrap(), Normalizer::new());
    for names in ["", "case,", ",case", "case, kaf", "none,case", "all"] {
        assert!(names.parse::<Normalizer>().expect_err(names).is_config());
    }
}

#[test]
fn switching_a_rule_changes_no_other() {
    for start in [Normalizer::NONE, Normalizer::new()] {
        for rule in Rule::ALL {
            assert_eq!(start.with(rule).with(rule), start.with(rule));
            assert_eq!(start.without(rule).without(rule), start.without(rule));
            for other in Rule::ALL {
                assert_eq!(start.with(rule).has(other), other == rule || start.has(other));
                assert_eq!(start.without(rule).has(other), other != rule && start.has(other));
            }
        }
    }
}

#[test]
fn debug_shows_the_rules_of_a_normalizer() {
    assert_eq!(format!("{:?}", Normalizer::NONE), "{}");
    assert_eq!(format!("{:?}", Normalizer::NONE.with(Rule::Kaf).with(Rule::Case)), "{Case, Kaf}");
}

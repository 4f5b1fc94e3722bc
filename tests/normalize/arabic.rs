//! One Arabic sentence in many spellings.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::{all_of, assert_normal, harakat, ignorables, normal};

const SENTENCE: &str = "لا تزال المعلّمة تقرأ كتاباً عن الأسماك في المكتبة الكبرى منذ الساعة ٧";
const NORMAL_SENTENCE: &str = "لا تزال المعلمه تقرا كتابا عن الاسماك في المكتبه الكبري منذ الساعه 7";

/// The sentence in its normal form, each character rewritten; spaces and the digit as they are.
fn each_letter(rewrite: impl Fn(usize, char) -> String) -> String {
    let is_letter = |c: char| c.is_alphabetic();
    NORMAL_SENTENCE
        .chars()
        .enumerate()
        .map(|(at, c)| if is_letter(c) { rewrite(at, c) } else { c.to_string() })
        .collect()
}

#[test]
fn an_arabic_sentence_has_its_normal_form() {
    assert_normal("as it is written", SENTENCE, NORMAL_SENTENCE);
    assert_normal("decomposed", &SENTENCE.nfd().collect::<String>(), NORMAL_SENTENCE);
    assert_normal("in its normal form", NORMAL_SENTENCE, NORMAL_SENTENCE);
}

#[test]
fn tatweel_does_not_count() {
    assert_normal("one each", &each_letter(|_, c| format!("{c}\u{640}")), NORMAL_SENTENCE);
    assert_normal("some", &each_letter(|at, c| format!("{c}{}", "\u{640}".repeat(at % 4))), NORMAL_SENTENCE);
}

#[test]
fn harakat_do_not_count() {
    // A hamza above waw or yeh is no vowel mark but a letter of its own.
    let makes_a_letter = |c, mark| matches!((c, mark), ('و' | 'ي', '\u{654}'));
    for mark in harakat() {
        let marked =
            each_letter(|_, c| if makes_a_letter(c, mark) { c.into() } else { format!("{c}{mark}") });
        assert_normal("one on each letter", &marked, NORMAL_SENTENCE);
    }
    let vowels = ['\u{64e}', '\u{650}', '\u{64f}', '\u{652}', '\u{64c}'];
    let shadda = each_letter(|at, c| format!("{c}\u{651}{}", vowels[at % vowels.len()]));
    assert_normal("a vowel after a shadda", &shadda, NORMAL_SENTENCE);
    let shadda = each_letter(|at, c| format!("{c}{}\u{651}", vowels[at % vowels.len()]));
    assert_normal("a vowel before a shadda", &shadda, NORMAL_SENTENCE);
}

#[test]
fn letters_that_typists_confuse_are_one() {
    let confused = [
        ('ا', vec!["أ", "إ", "آ", "ٱ", "ا\u{653}", "ا\u{654}", "ا\u{655}"]),
        ('ي', vec!["ى", "ی", "ى\u{64e}"]),
        ('ه', vec!["ة", "ة\u{64c}"]),
        ('ك', vec!["ک", "ک\u{640}"]),
    ];
    for (letter, spellings) in confused {
        for spelling in spellings {
            let text = each_letter(|_, c| if c == letter { spelling.to_owned() } else { c.to_string() });
            assert_normal(spelling, &text, NORMAL_SENTENCE);
        }
    }
    for seven in ['7', '٧', '۷', '７', '७'] {
        assert_normal("seven", &NORMAL_SENTENCE.replace('7', &seven.to_string()), NORMAL_SENTENCE);
    }
}

#[test]
fn every_presentation_form_of_an_arabic_letter_is_the_letter() {
    let forms = all_of(&['\u{fb50}'..='\u{fbff}', '\u{fe80}'..='\u{fefc}']);
    let mut tried = 0;
    for form in forms {
        let letters: String = form.nfkd().collect();
        let letters = normal(&letters);
        if letters.chars().count() != 1 || !NORMAL_SENTENCE.contains(&letters) {
            continue;
        }
        tried += 1;
        assert_normal("form", &NORMAL_SENTENCE.replace(&letters, &form.to_string()), NORMAL_SENTENCE);
    }
    assert!(tried > 60, "{tried} forms tried");
}

#[test]
fn every_ligature_of_lam_and_alef_is_lam_and_alef() {
    for ligature in '\u{fef5}'..='\u{fefc}' {
        assert_normal("lam and alef", &ligature.to_string(), "لا");
        let text = NORMAL_SENTENCE.replace("لا", &ligature.to_string());
        assert_ne!(text, NORMAL_SENTENCE);
        assert_normal("lam and alef", &text, NORMAL_SENTENCE);
    }
}

#[test]
fn ligatures_of_words_give_their_words() {
    assert_normal("blessing", "النبي ﷺ قال", "النبي صلي الله عليه وسلم قال");
    assert_normal("majesty", "ﷻ", "جل جلاله");
    assert_normal("the name", "بيت ﷲ", "بيت الله");
    assert_eq!(normal("ﷺ").unicode_words().count(), 4);
}

#[test]
fn spacing_forms_of_vowel_marks_cut_no_word() {
    // U+FE73 is a piece of a letter and U+FE75 is not assigned.
    let isolated_and_medial = all_of(&[
        '\u{fc5e}'..='\u{fc63}',
        '\u{fcf2}'..='\u{fcf4}',
        '\u{fe70}'..='\u{fe72}',
        '\u{fe74}'..='\u{fe74}',
        '\u{fe76}'..='\u{fe7f}',
    ]);
    for mark in isolated_and_medial {
        assert_normal("within words", &each_letter(|_, c| format!("{c}{mark}")), NORMAL_SENTENCE);
    }
}

#[test]
fn invisible_characters_do_not_count() {
    // A non-joiner after heh makes another letter: `Rule::Joiners`.
    for mark in ignorables().into_iter().filter(|&mark| mark != '\u{200c}') {
        assert_normal("after each letter", &each_letter(|_, c| format!("{c}{mark}")), NORMAL_SENTENCE);
        assert_normal("before each letter", &each_letter(|_, c| format!("{mark}{c}")), NORMAL_SENTENCE);
        let lines = format!("{mark}{NORMAL_SENTENCE}{mark}\n{mark}\n");
        assert_normal("at the ends", &lines, NORMAL_SENTENCE);
    }
    let isolated = NORMAL_SENTENCE
        .split(' ')
        .map(|word| format!("\u{2067}{word}\u{2069}"))
        .collect::<Vec<_>>()
        .join(" \u{200f}");
    assert_normal("isolates around words", &isolated, NORMAL_SENTENCE);
}

#[test]
fn any_white_space_between_words_is_one_space() {
    let spaces = [
        "\u{a0}",
        "\u{202f}",
        "\u{2007}",
        "\u{3000}",
        "\t",
        "\n",
        "\r\n",
        "\u{2028}",
        "\u{85}",
        "   ",
        "\u{200b}",
        "\u{a0} \u{200b}\u{feff}\n",
    ];
    for space in spaces {
        assert_normal("between words", &NORMAL_SENTENCE.replace(' ', space), NORMAL_SENTENCE);
        assert_normal("at the ends", &format!("{space}{NORMAL_SENTENCE}{space}"), NORMAL_SENTENCE);
    }
}

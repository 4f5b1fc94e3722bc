//! A normal form is borrowed where it is the text itself.

use std::borrow::Cow;

use dittograph::Normalizer;

use crate::assert_normal;

#[test]
fn a_text_in_its_normal_form_is_borrowed() {
    let texts = [
        "",
        "plain words, in small letters.",
        "1,234.5 (or so)",
        "it's fine",
        "café",
        "straße",
        "الكتاب الاول 2024",
        "日本語の文",
        "한국어",
        "ภาษาไทย",
        "עברית",
        "⛵ 🦀",
        "\0",
        "\u{301}",
    ];
    for text in texts {
        assert!(
            matches!(Normalizer::new().normalize(text), Cow::Borrowed(normal) if normal == text),
            "{text}"
        );
    }
}

#[test]
fn a_long_text_that_changes_only_at_its_end_changes_there() {
    let text = "sea and salt ".repeat(1000);
    for (end, expected) in [("Z", "z"), ("\u{ad}", ""), (" ", ""), ("e\u{301}", "é"), ("٣", "3")] {
        let expected = format!("{text}{expected}");
        assert_normal(end, &format!("{text}{end}"), expected.trim_end());
    }
}

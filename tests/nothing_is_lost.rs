//! Promises 4 and 5: spans are true, and removing redundant paragraphs loses nothing else.

mod common;

use std::borrow::Cow;

use common::{Numbers, articles, paragraphs};
use dittograph::{Boundary, Config, Detector, Paragraph, Siblings, dedup, scan};
use proptest::prelude::*;

const BOUNDARIES: [Boundary; 3] = [Boundary::Newline, Boundary::BlankLine, Boundary::Auto];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn spans_slice_back_to_the_text(article in articles()) {
        let report = scan(&article);
        for paragraph in report.paragraphs() {
            prop_assert_eq!(&article[paragraph.span()], paragraph.as_str());
        }
    }

    #[test]
    fn cleaning_keeps_every_paragraph_that_is_not_redundant(article in articles(), n in 0..2usize) {
        let detector = Config::new().boundary(BOUNDARIES[n]).build().unwrap();
        let report = detector.scan(&article);
        let kept: Vec<&str> = (0..report.paragraphs().len())
            .filter(|n| !report.redundant().contains(n))
            .map(|n| report.paragraphs()[n].as_str())
            .collect();
        let clean = detector.dedup(&article);
        let left: Vec<&str> = BOUNDARIES[n].paragraphs(&clean).iter().map(Paragraph::as_str).collect();
        prop_assert_eq!(left, kept);
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(article in articles(), n in 0..3usize) {
        let detector = Config::new().boundary(BOUNDARIES[n]).build().unwrap();
        let clean = detector.dedup(&article).into_owned();
        prop_assert!(matches!(detector.dedup(&clean), Cow::Borrowed(_)), "{:?} became {:?}", article, clean);
    }

    #[test]
    fn redundant_spans_and_the_rest_make_up_the_article(article in articles()) {
        let report = scan(&article);
        let mut whole = String::new();
        let mut from = 0;
        for span in report.redundant_spans() {
            whole += &article[from..span.start];
            whole += &article[span.clone()];
            from = span.end;
        }
        whole += &article[from..];
        prop_assert_eq!(&whole, &article);
        let gone: usize = report.redundant_spans().map(|span| span.len()).sum();
        prop_assert_eq!(report.without_redundant().len() + gone, article.len());
    }

    #[test]
    fn a_report_and_dedup_clean_alike(article in articles()) {
        let report = scan(&article);
        let (clean, dedup) = (report.without_redundant(), dedup(&article));
        prop_assert_eq!(clean, dedup);
    }

    #[test]
    fn an_article_that_repeats_nothing_is_borrowed(texts in paragraphs(12)) {
        let article = texts.join("\n");
        let report = scan(&article);
        let clean = dedup(&article);
        prop_assert_eq!(matches!(clean, Cow::Borrowed(_)), report.redundant().is_empty());
    }
}

#[track_caller]
fn cleans(article: &str, expected: &str) {
    assert_eq!(dedup(article), expected);
}

#[test]
fn a_redundant_paragraph_takes_its_separator_along() {
    cleans("one\ntwo\none", "one\ntwo");
    cleans("one\ntwo\none\n", "one\ntwo\n");
    cleans("one\none\ntwo\n", "one\ntwo\n");
    cleans("one\r\ntwo\r\none\r\nthree\r\n", "one\r\ntwo\r\nthree\r\n");
    cleans("  one\n\n\ntwo\n \nONE!\n\n  three  \n\n", "  one\n\n\ntwo\n\n  three  \n\n");
    cleans("\u{feff}one\ntwo\none", "\u{feff}one\ntwo");
}

#[test]
fn paragraphs_without_words_stay() {
    cleans("one\n***\ntwo\n***\none", "one\n***\ntwo\n***");
}

#[test]
fn a_clean_article_stays_clean_without_its_blank_lines() {
    // Without its copy the stanza would be read by its lines, of which one repeats; so the copy is spared.
    let article = "same\nsame\n\nsame\nsame";
    assert_eq!(scan(article).clusters().len(), 1);
    assert_eq!(scan(article).redundant(), [0; 0]);
    cleans(article, article);
    // Lines that do not repeat are clean however they are read.
    cleans("one\ntwo\n\none\ntwo", "one\ntwo");
}

#[test]
fn by_containment_only_the_contained_paragraph_is_removed() {
    let short = "The river rose in the night.";
    let long = "As we wrote yesterday, the river rose in the night again, and three hundred people left their homes.";
    let detector = Config::new().measure(dittograph::Measure::Containment).build().unwrap();
    let article = [short, long].join("\n");
    assert_eq!(detector.scan(&article).pairs().len(), 1);
    assert_eq!(detector.dedup(&article), article);
    assert_eq!(detector.dedup(&[long, short].join("\n")), long);
}

#[test]
fn a_doubled_hard_wrapped_paragraph_is_kept_once_as_it_was_wrapped() {
    cleans(
        "The river rose in the\nnight, and nobody slept.\n\nThe river rose in\nthe night, and nobody\nslept.\n",
        "The river rose in the\nnight, and nobody slept.\n",
    );
}

#[test]
fn odd_texts_are_scanned_without_a_panic() {
    let zalgo: String = "zalgo".chars().flat_map(|c| std::iter::once(c).chain(['\u{301}'; 1000])).collect();
    let word = "x".repeat(1 << 20);
    let letter = "ا".repeat(1 << 19);
    let thai = "ก".repeat(1 << 18);
    let quotes = "a'".repeat(1 << 19);
    let flags = "🇸🇩".repeat(1 << 16);
    for text in [
        "",
        "\u{feff}",
        "\n \n\t\n",
        "\0",
        "one\0two\n\0\0\n\0",
        "\r",
        "a\u{200b}b",
        &zalgo,
        &word,
        &letter,
        &thai,
        &quotes,
        &flags,
    ] {
        for boundary in BOUNDARIES {
            let detector = Config::new().boundary(boundary).build().unwrap();
            let report = detector.scan(text);
            assert!(report.pairs().is_empty());
            assert!(!report.to_string().is_empty());
            assert_eq!(detector.dedup(text), text);
        }
    }
}

#[test]
fn a_report_shows_no_control_characters_of_the_text() {
    let text = "\u{202e}one two\u{2069}\0 \u{7}three\n\u{202e}one two\u{2069}\0 \u{7}three";
    let shown = Detector::default().scan(text).to_string();
    assert!(shown.contains("\u{2068}one two three\u{2069}"), "{shown:?}");
    assert!(!shown.contains(['\0', '\u{7}', '\u{202e}']));
}

/// Two rules of a list: most of their words are the same, and each says something of its own.
const RULES: [&str; 2] = [
    "Boats that lie at the northern quay must be moved by the first of May, since the cranes will stand there until autumn.",
    "Boats that lie at the southern quay must be moved by the first of May, since the cranes will stand there until autumn.",
];

#[test]
fn siblings_are_reported_and_kept() {
    let article = RULES.join("\n");
    let report = scan(&article);
    assert_eq!(report.pairs().len(), 1);
    assert!(report.clusters().is_empty());
    assert_eq!(report.statistics().siblings, 1);
    cleans(&article, &article);
    let printed = report.to_string();
    assert!(printed.contains("¶1 is like ¶0"), "{printed}");
    assert!(printed.contains("; 1 kept as a sibling."), "{printed}");
    let detector = Config::new().siblings(Siblings::Remove).build().unwrap();
    assert_eq!(detector.dedup(&article), RULES[0]);
    assert_eq!(detector.scan(&article).statistics().siblings, 0);
}

#[test]
fn copies_of_siblings_go_with_their_own() {
    let mut numbers = Numbers(7);
    let other = [(); 4].map(|()| numbers.paragraph(30)).join("\n");
    let article = [RULES[0], RULES[1], &other, RULES[1], RULES[0]].join("\n");
    cleans(&article, &[RULES[0], RULES[1], &other].join("\n"));
}

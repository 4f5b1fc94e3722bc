//! Paragraphs are spans of the caller's own text, cut at line breaks or at blank lines.

use dittograph::{Boundary, Paragraph};
use proptest::collection::vec;
use proptest::prelude::*;
use regex::Regex;

const BREAKS: [(&str, &str); 7] = [
    ("line feed", "\n"),
    ("carriage return and line feed", "\r\n"),
    ("carriage return", "\r"),
    ("form feed", "\u{c}"),
    ("next line", "\u{85}"),
    ("line separator", "\u{2028}"),
    ("paragraph separator", "\u{2029}"),
];

/// White space that breaks no line.
const SPACES: [&str; 9] =
    [" ", "\t", "\u{b}", "\u{a0}", "\u{1680}", "\u{2003}", "\u{202f}", "\u{205f}", "\u{3000}"];

const BOUNDARIES: [Boundary; 3] = [Boundary::Newline, Boundary::BlankLine, Boundary::Auto];

fn texts(boundary: Boundary, text: &str) -> Vec<&str> {
    boundary.paragraphs(text).iter().map(Paragraph::as_str).collect()
}

#[track_caller]
fn assert_cut(name: &str, boundary: Boundary, text: &str, expected: &[&str]) {
    assert_eq!(texts(boundary, text), expected, "{name}, {boundary}: {text:?}");
}

// Line breaks and blank lines

#[test]
fn every_line_break_separates_lines() {
    for (name, line_break) in BREAKS {
        let text = format!("The ferry is late.{line_break}Der Fährmann schläft.{line_break}العبّارة متأخرة");
        let lines = ["The ferry is late.", "Der Fährmann schläft.", "العبّارة متأخرة"];
        assert_cut(name, Boundary::Newline, &text, &lines);
        assert_cut(name, Boundary::BlankLine, &text, &[&text]);
        assert_cut(name, Boundary::Auto, &text, &lines);
    }
}

#[test]
fn two_of_any_line_breaks_make_a_blank_line() {
    for (first_name, first) in BREAKS {
        for (second_name, second) in BREAKS {
            if (first, second) == ("\r", "\n") {
                continue; // together they are one
            }
            let name = format!("{first_name}, then {second_name}");
            let text = format!("one{first}{second}two");
            assert_cut(&name, Boundary::BlankLine, &text, &["one", "two"]);
            assert_cut(&name, Boundary::Newline, &text, &["one", "two"]);
        }
    }
}

#[test]
fn a_carriage_return_and_its_line_feed_are_one_break() {
    let cases: [(&str, &str, &[&str]); 6] = [
        ("one pair", "a\r\nb", &["a\r\nb"]),
        ("two pairs", "a\r\n\r\nb", &["a", "b"]),
        ("a lone return before a pair", "a\r\r\nb", &["a", "b"]),
        ("a pair before a lone feed", "a\r\n\nb", &["a", "b"]),
        ("the halves the wrong way round", "a\n\rb", &["a", "b"]),
        ("a space between the halves", "a\r \nb", &["a", "b"]),
    ];
    for (name, text, expected) in cases {
        assert_cut(name, Boundary::BlankLine, text, expected);
        assert_cut(name, Boundary::Newline, text, &["a", "b"]);
    }
}

#[test]
fn kinds_of_line_breaks_can_be_mixed() {
    let text = "one\ntwo\r\nthree\rfour\u{c}five\u{85}six\u{2028}seven\u{2029}eight";
    let lines = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    assert_cut("all kinds", Boundary::Newline, text, &lines);
    assert_cut("all kinds", Boundary::BlankLine, text, &[text]);
}

#[test]
fn a_vertical_tab_breaks_no_line() {
    assert_cut("vertical tab", Boundary::Newline, "left\u{b}right", &["left\u{b}right"]);
}

#[test]
fn a_line_with_nothing_but_white_space_is_blank() {
    for space in SPACES {
        let text = format!("first\n{space}{space}\nsecond\n{space}third");
        let name = format!("{space:?}");
        assert_cut(&name, Boundary::BlankLine, &text, &["first", &format!("second\n{space}third")]);
        assert_cut(&name, Boundary::Newline, &text, &["first", "second", "third"]);
    }
}

#[test]
fn a_zero_width_space_is_not_white_space() {
    let text = "first\n\u{200b}\nsecond";
    assert_cut("zero width space", Boundary::BlankLine, text, &[text]);
    assert_cut("zero width space", Boundary::Newline, text, &["first", "\u{200b}", "second"]);
}

// Ends of paragraphs

#[test]
fn white_space_at_the_ends_belongs_to_no_paragraph() {
    for space in SPACES {
        let text = format!("{space}left{space}right{space}{space}\n{space}below");
        let name = format!("{space:?}");
        assert_cut(&name, Boundary::Newline, &text, &[&format!("left{space}right"), "below"]);
        let whole = text.trim();
        assert_cut(&name, Boundary::BlankLine, &text, &[whole]);
    }
}

#[test]
fn white_space_inside_a_paragraph_is_kept_byte_for_byte() {
    let text = "  one \t two\u{a0}three  \r\n\tfour  \n\n five";
    assert_cut("inside", Boundary::BlankLine, text, &["one \t two\u{a0}three  \r\n\tfour", "five"]);
}

#[test]
fn hard_wrapped_text_with_blank_lines_is_one_paragraph_each() {
    let text = "\
The lighthouse keeper counted the
ships that passed before dawn, and
wrote each name in a green book.

She had done so for thirty years.
   \t
Nobody had ever asked her
to read it out.
";
    let expected = [
        "The lighthouse keeper counted the\nships that passed before dawn, and\nwrote each name in a green book.",
        "She had done so for thirty years.",
        "Nobody had ever asked her\nto read it out.",
    ];
    for (name, line_break) in BREAKS {
        let text = text.replace('\n', line_break);
        let expected = expected.map(|paragraph| paragraph.replace('\n', line_break));
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        assert_cut(name, Boundary::BlankLine, &text, &expected);
        assert_cut(name, Boundary::Auto, &text, &expected);
    }
}

#[test]
fn spans_count_bytes_of_the_callers_text() {
    let text = "\u{feff}é\u{3000}\r\n\u{a0}二つ目 ";
    let spans: Vec<_> = Boundary::Newline.paragraphs(text).iter().map(Paragraph::span).collect();
    assert_eq!(spans, [3..5, 12..21]);
}

// Nothing, or nearly nothing

#[test]
fn a_blank_text_has_no_paragraph() {
    let blank = [
        "",
        " ",
        "\n",
        "\r\n",
        "\r\r",
        "\n \t\n\u{3000}\n",
        "\u{85}\u{2028}\u{2029}\u{c}\u{b}",
        "\u{feff}",
        "\u{feff}\u{a0}\r\n\r\n",
    ];
    for text in blank {
        for boundary in BOUNDARIES {
            assert_cut("blank", boundary, text, &[]);
        }
    }
}

#[test]
fn a_byte_order_mark_belongs_to_no_paragraph() {
    for boundary in BOUNDARIES {
        assert_cut("before text", boundary, "\u{feff}title", &["title"]);
        assert_cut("before white space", boundary, "\u{feff} \r\n title", &["title"]);
    }
    let text = "\u{feff}\u{feff}two marks\nlater \u{feff}mark";
    let lines = ["\u{feff}two marks", "later \u{feff}mark"];
    assert_cut("only the first of the text", Boundary::Newline, text, &lines);
}

#[test]
fn a_nul_is_a_character_like_any_other() {
    for boundary in [Boundary::Newline, Boundary::Auto] {
        assert_cut("nul", boundary, "\0\none\0two\n\0", &["\0", "one\0two", "\0"]);
    }
    assert_cut("nul on a line", Boundary::BlankLine, "one\n\0\ntwo", &["one\n\0\ntwo"]);
}

#[test]
fn a_text_of_one_line_is_one_paragraph() {
    let long = "wave after ".repeat(10_000);
    for text in ["x", "¶", "ايوه", "***", "🦀", "e\u{301}", long.trim_end()] {
        for boundary in BOUNDARIES {
            assert_cut("one line", boundary, text, &[text]);
        }
    }
}

// What Auto decides

/// A line of `columns` columns.
fn line(columns: usize) -> String {
    "salt and tar ".chars().cycle().take(columns - 1).chain(['.']).collect()
}

#[track_caller]
fn assert_auto(name: &str, text: &str, expected: Boundary) {
    assert_eq!(Boundary::Auto.resolve(text), expected, "{name}: {text:?}");
    assert_eq!(Boundary::Auto.paragraphs(text), expected.paragraphs(text), "{name}: {text:?}");
}

#[test]
fn auto_reads_blank_lines_where_the_text_uses_them() {
    let wrapped = [line(72), line(70), line(30)].join("\n");
    let code = [line(100), line(99), line(20)].join("\n");
    let stanza = "the tide is in\nthe moon is thin\nthe nets are dry";
    let long = line(400);
    let cases: &[(&str, String)] = &[
        ("wrapped text", format!("{wrapped}\n\n{wrapped}")),
        ("wrapped text with white space on the blank line", format!("{wrapped}\n \u{a0}\t\n{wrapped}")),
        ("text wrapped at 100", format!("{code}\n\n{code}")),
        ("a poem with stanzas", format!("{stanza}\n\n{stanza}\n\n{stanza}")),
        ("long lines that all stand between blank lines", format!("{long}\n\n{long}\n\n{long}")),
        ("two words", "a\n\nb".to_owned()),
        ("wrapped text around one long line", format!("{wrapped}\n\n{long}\n\n{wrapped}")),
        ("a list of long items within prose", format!("{wrapped}\n\n{long}\n{long}\n\n{wrapped}")),
    ];
    for (name, text) in cases {
        assert_auto(name, text, Boundary::BlankLine);
    }
}

#[test]
fn auto_reads_lines_where_blank_lines_are_absent_or_stray() {
    let (long, short) = (line(300), line(40));
    let cases: &[(&str, String)] = &[
        ("one line", short.clone()),
        ("two lines", format!("{short}\n{short}")),
        ("a stray blank line in a page of long lines", format!("{short}\n\n{}", [&*long; 12].join("\n"))),
        ("a stray blank line in the middle of long lines", format!("{long}\n{long}\n\n{long}\n{long}")),
        ("lines just over 100 columns", format!("{}\n{}\n\n{}", line(101), line(101), line(101))),
        ("as many breaks after long lines as blank lines", format!("{long}\n{short}\n\n{short}")),
        ("blank lines at the start", format!("\n\n{short}\n{short}")),
        ("blank lines at the end", format!("{short}\n{short}\n\n \n")),
        ("a byte order mark and blank lines at the start", format!("\u{feff}\n\n{short}\n{short}")),
        ("nothing", String::new()),
        ("only blank lines", "\n \n\n".to_owned()),
    ];
    for (name, text) in cases {
        assert_auto(name, text, Boundary::Newline);
    }
}

#[test]
fn auto_measures_lines_in_columns_not_bytes() {
    let cases = [
        ("ascii", "a"),
        ("two bytes", "é"),
        ("arabic", "ب"),
        ("thai, three bytes", "ก"),
        ("four bytes", "𐐀"),
    ];
    for (name, c) in cases {
        let page = |columns: usize| {
            let line = c.repeat(columns);
            format!("{line}\n{line}\n\n{line}\n{line}")
        };
        assert_auto(name, &page(100), Boundary::BlankLine);
        assert_auto(name, &page(101), Boundary::Newline);
    }
}

#[test]
fn an_east_asian_character_takes_two_columns() {
    let cases =
        [("han", "港"), ("hiragana", "み"), ("katakana", "ナ"), ("hangul", "배"), ("full width", "Ａ")];
    for (name, c) in cases {
        let page = |characters: usize| {
            let line = c.repeat(characters);
            format!("{line}\n{line}\n\n{line}\n{line}")
        };
        assert_auto(name, &page(50), Boundary::BlankLine);
        assert_auto(name, &page(51), Boundary::Newline);
    }
    let half = "ﾅ".repeat(61);
    assert_auto("half width", &format!("{half}\n{half}\n\n{half}\n{half}"), Boundary::BlankLine);
}

#[test]
fn white_space_at_the_ends_of_a_line_does_not_make_it_long() {
    let padded = format!("{}{}{}", " ".repeat(200), line(60), "\u{3000}".repeat(200));
    let text = format!("{padded}\n{padded}\n\n{padded}\n{padded}");
    assert_auto("padded", &text, Boundary::BlankLine);
}

#[test]
fn only_auto_stands_for_another_boundary() {
    for text in ["", "a\nb", "a\n\nb", &format!("{}\n\n{}", line(500), line(500))] {
        assert_eq!(Boundary::Newline.resolve(text), Boundary::Newline);
        assert_eq!(Boundary::BlankLine.resolve(text), Boundary::BlankLine);
    }
}

// Names

#[test]
fn a_boundary_reads_what_it_writes() {
    for (boundary, name) in
        [(Boundary::Newline, "newline"), (Boundary::BlankLine, "blank-line"), (Boundary::Auto, "auto")]
    {
        assert_eq!(boundary.to_string(), name);
        assert_eq!(name.parse::<Boundary>().unwrap(), boundary);
    }
    assert_eq!(Boundary::default(), Boundary::Auto);
}

#[test]
fn an_unknown_boundary_is_refused_by_name() {
    for name in ["", "Newline", "blank line", "blankline", " auto", "lines"] {
        let error = name.parse::<Boundary>().unwrap_err();
        assert!(error.is_config());
        assert_eq!(error.to_string(), format!("boundary: expected newline, blank-line or auto, got {name}"));
    }
}

// Laws

/// The paragraphs as the documentation defines them, by regular expressions.
fn oracle(boundary: Boundary, text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line_break = Regex::new(r"\r\n|[\n\r\x0c\x{85}\x{2028}\x{2029}]").unwrap();
    let kept = |parts: Vec<&str>| {
        parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    if boundary == Boundary::Newline {
        return kept(line_break.split(text).collect());
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for space in Regex::new(r"\s+").unwrap().find_iter(text) {
        if line_break.find_iter(space.as_str()).count() > 1 {
            parts.push(&text[start..space.start()]);
            start = space.end();
        }
    }
    parts.push(&text[start..]);
    kept(parts)
}

/// Texts rich in line breaks and white space.
fn broken_texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(BREAKS.map(|(_, line_break)| line_break).to_vec()).prop_map(String::from),
        2 => prop::sample::select(SPACES.to_vec()).prop_map(String::from),
        3 => "[a-c.]{1,3}",
        2 => prop::sample::select(vec!["é", "ب", "港", "\u{feff}", "\u{200b}", "\0", "🦀", "\u{301}"])
            .prop_map(String::from),
        1 => (100..140usize).prop_map(line),
    ];
    (any::<bool>(), vec(piece, 0..40)).prop_map(|(mark, pieces)| {
        let mark = if mark { "\u{feff}" } else { "" };
        format!("{mark}{}", pieces.concat())
    })
}

proptest! {
    #[test]
    fn paragraphs_are_those_of_the_naive_oracle(text in broken_texts()) {
        for boundary in [Boundary::Newline, Boundary::BlankLine] {
            prop_assert_eq!(texts(boundary, &text), oracle(boundary, &text), "{}", boundary);
        }
    }

    #[test]
    fn auto_is_one_of_the_two(text in broken_texts()) {
        let resolved = Boundary::Auto.resolve(&text);
        prop_assert!(resolved != Boundary::Auto);
        prop_assert_eq!(Boundary::Auto.paragraphs(&text), resolved.paragraphs(&text));
    }

    #[test]
    fn spans_slice_back_to_their_text(text in prop_oneof![broken_texts(), any::<String>()]) {
        for boundary in BOUNDARIES {
            for paragraph in boundary.paragraphs(&text) {
                prop_assert_eq!(&text[paragraph.span()], paragraph.as_str());
                prop_assert_eq!(text[paragraph.span()].as_ptr(), paragraph.as_str().as_ptr());
            }
        }
    }

    #[test]
    fn spans_ascend_and_leave_out_white_space_only(text in prop_oneof![broken_texts(), any::<String>()]) {
        for boundary in BOUNDARIES {
            let mut end = text.len() - text.strip_prefix('\u{feff}').unwrap_or(&text).len();
            for span in boundary.paragraphs(&text).iter().map(Paragraph::span) {
                prop_assert!(end <= span.start && span.start < span.end);
                prop_assert_eq!(text[end..span.start].trim(), "");
                prop_assert_eq!(text[span.clone()].trim(), &text[span.clone()]);
                end = span.end;
            }
            prop_assert_eq!(text[end..].trim(), "");
        }
    }

    #[test]
    fn blank_lines_at_the_ends_decide_nothing(text in "[^\u{feff}]{0,20}|(a{1,150}|\n){0,12}") {
        let padded = format!("\n \n{text}\n\u{a0}\n\n");
        prop_assert_eq!(Boundary::Auto.resolve(&padded), Boundary::Auto.resolve(&text));
        for boundary in BOUNDARIES {
            prop_assert_eq!(texts(boundary, &padded), texts(boundary, &text));
        }
    }

    #[test]
    fn the_kind_of_line_break_does_not_matter(
        pieces in vec(prop_oneof![Just("\n".to_owned()), "[ab ]{1,4}", (100..140usize).prop_map(line)], 0..20),
    ) {
        let text = pieces.concat();
        for (_, line_break) in BREAKS {
            let other = text.replace('\n', line_break);
            prop_assert_eq!(Boundary::Auto.resolve(&other), Boundary::Auto.resolve(&text));
            for boundary in BOUNDARIES {
                let expected: Vec<String> =
                    texts(boundary, &text).iter().map(|part| part.replace('\n', line_break)).collect();
                prop_assert_eq!(texts(boundary, &other), expected, "{} {:?}", boundary, line_break);
            }
        }
    }
}

//! The figures that builders of corpora filter by.

use dittograph::{GopherRepetition, Repetition, scan};

/// A text; its characters; its paragraphs, those that are duplicates, and their characters; the same of its lines.
type Golden = (&'static str, usize, [usize; 3], [usize; 3]);

/// Counted by hand, and equal to what `find_duplicates` of datatrove 0.10.1 gives for the same pieces.
const GOLDEN: [Golden; 9] = [
    ("", 0, [1, 0, 0], [1, 0, 0]),
    ("One.", 4, [1, 0, 0], [1, 0, 0]),
    ("a\n\na\n\na", 7, [3, 2, 2], [3, 2, 2]),
    // Characters are counted, not bytes; a text that begins and ends with breaks has two empty lines.
    ("\n\nا\n\nب\nا\n\nا\n", 12, [3, 1, 1], [6, 3, 2]),
    ("x\ny\nx\n\n\ny\n \n\n\n", 14, [2, 0, 0], [6, 2, 2]),
    // White space at the ends of the text, as Python has it, is of no paragraph, but of lines.
    ("\u{1c}one\n\none\u{1f}\n", 11, [2, 1, 3], [3, 0, 0]),
    (" \n\n\u{3000}", 4, [1, 0, 0], [2, 0, 0]),
    // Only `\n` breaks: the `\r` is of its line.
    ("a\r\n\r\na\r\n", 8, [1, 0, 0], [4, 1, 2]),
    ("long line\nshort\nlong line\n\nlong line\nshort", 42, [2, 0, 0], [5, 3, 23]),
];

#[test]
fn gopher_figures_are_those_of_datatrove() {
    for (text, characters, paragraphs, lines) in GOLDEN {
        let found = GopherRepetition::from_text(text);
        assert_eq!(found.characters, characters, "{text:?}");
        let of_paragraphs =
            [found.paragraphs, found.duplicate_paragraphs, found.duplicate_paragraph_characters];
        assert_eq!(of_paragraphs, paragraphs, "{text:?}");
        let of_lines = [found.lines, found.duplicate_lines, found.duplicate_line_characters];
        assert_eq!(of_lines, lines, "{text:?}");
    }
}

#[test]
#[allow(clippy::float_cmp)] // each is one division
fn shares_are_over_all_pieces_and_all_characters() {
    let found = GopherRepetition::from_text("long line\nshort\nlong line\n\nlong line\nshort");
    assert_eq!((found.dup_line_frac(), found.dup_line_char_frac()), (3.0 / 5.0, 23.0 / 42.0));
    let found = GopherRepetition::from_text("a\n\na\n\na");
    assert_eq!((found.dup_para_frac(), found.dup_para_char_frac()), (2.0 / 3.0, 2.0 / 7.0));
    let empty = GopherRepetition::from_text("");
    assert_eq!(
        (empty.dup_para_frac(), empty.dup_para_char_frac(), empty.dup_line_char_frac()),
        (0.0, 0.0, 0.0)
    );
}

fn grades(repetition: &Repetition) -> [(usize, usize); 4] {
    [repetition.all, repetition.same_bytes, repetition.same_words, repetition.near]
        .map(|amount| (amount.paragraphs, amount.characters))
}

#[test]
fn a_repeated_paragraph_counts_once_in_its_strictest_grade() {
    let body = "The ferry does not sail today because of the storm, says the harbour master of Anwick.";
    let edited = "The ferry does not sail today because of the storm, says the old harbour master of Anwick.";
    let article =
        [body, body, &body.to_uppercase(), edited, edited, "Bread is dearer.", "***", "***"].join("\n");
    let (b, e) = (body.chars().count(), edited.chars().count());
    let repetition = scan(&article).repetition();
    // The second "***" has the same bytes, though a paragraph without words is similar to nothing.
    assert_eq!(grades(&repetition), [(8, 3 * b + 2 * e + 22), (3, b + e + 3), (1, b), (1, e)]);
    let repeated = repetition.repeated();
    assert_eq!((repeated.paragraphs, repeated.characters), (5, 2 * b + 2 * e + 3));
}

#[test]
fn characters_are_no_bytes() {
    let article = "عاد الضوء إلى المنارة\nعاد الضوء إلى المنارة";
    assert_eq!(grades(&scan(article).repetition()), [(2, 42), (1, 21), (0, 0), (0, 0)]);
}

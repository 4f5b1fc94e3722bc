//! Words that a hyphen and a line break cut.
//!
//! Hangul has no hyphens: its syllables are no [single letters](is_single_letter).

use unicode_normalization::char::is_combining_mark;

use crate::text::sequences::is_single_letter;
use crate::text::utf8;

/// Hyphens that stand where a word is cut, and nowhere else.
fn is_certain(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{ac}' | '\u{ffe2}' | '\u{2e17}' | '\u{58a}')
}

/// Hyphens that may be of a compound.
fn is_doubtful(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{fe63}' | '\u{ff0d}')
}

/// Doubtful hyphens at the ends of lines from which on they cut words.
const MIN_PLACES: usize = 2;

/// A hyphen at the end of a line, between two letters.
struct Place {
    /// Where the hyphen begins, and where the next line does.
    start: usize,
    end: usize,
    is_certain: bool,
    /// Two letters stand on both sides.
    has_two_letters: bool,
}

/// Returns the text with the words whole that hyphens at the ends of lines cut; `None` if there are none.
///
/// A line ends in `\n`, with or without `\r` before it.
pub(crate) fn join_lines(text: &str) -> Option<String> {
    // Most paragraphs have no line break, and are read for this alone.
    if !utf8::any_byte(text.as_bytes(), |byte| byte == b'\n') {
        return None;
    }
    let places = places(text);
    let doubtful = places.iter().filter(|place| !place.is_certain && place.has_two_letters).count();
    let mut out = String::new();
    let mut from = 0;
    for place in places {
        if place.is_certain || place.has_two_letters && doubtful >= MIN_PLACES {
            out.push_str(&text[from..place.start]);
            from = place.end;
        }
    }
    (from > 0).then(|| {
        out.push_str(&text[from..]);
        out
    })
}

/// Returns the hyphens at the ends of lines that stand between two letters.
// `find` of one ASCII character looks at sixteen bytes at a time. A search by character for any line break of ASCII took 8 %
// of the time of `dedup` on Arabic documentation (profile).
fn places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find('\n') {
        let at = from + found;
        from = at + 1;
        let line = text[..at].trim_end_matches(is_blank);
        let Some(hyphen) = line.chars().next_back().filter(|&c| is_certain(c) || is_doubtful(c)) else {
            continue;
        };
        let start = line.len() - hyphen.len_utf8();
        let after = text[from..].trim_start_matches(is_blank);
        let mut left = letters(text[..start].chars().rev());
        let mut right = letters(after.chars());
        let begins_small = after.chars().next().is_some_and(|c| is_single_letter(c) && !c.is_uppercase());
        if begins_small && left.next().is_some_and(is_single_letter) {
            right.next();
            let has_two_letters =
                left.next().is_some_and(is_single_letter) && right.next().is_some_and(is_single_letter);
            let end = text.len() - after.len();
            places.push(Place { start, end, is_certain: is_certain(hyphen), has_two_letters });
        }
    }
    places
}

/// Returns the characters without marks.
fn letters(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.filter(|&c| !is_combining_mark(c))
}

/// Returns true for a space within a line, and for a `\r`.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\u{b}' | '\u{c}')
}

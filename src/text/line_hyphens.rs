//! Words that a hyphen and a line break cut.

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
pub(crate) fn join_lines(text: &str) -> Option<String> {
    if !has_line_break(text.as_bytes()) {
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

/// Returns true if the text may hold more than one line.
#[inline]
fn has_line_break(text: &[u8]) -> bool {
    // By chunks, since a loop that may end at each byte is not vectorised.
    text.chunks(64).any(|chunk| chunk.iter().fold(false, |any, byte| any | (byte.wrapping_sub(b'\n') < 4)))
}

fn places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(is_line_break) {
        let at = from + found;
        let rest = text[at..].strip_prefix("\r\n").or_else(|| text[at..].strip_prefix(is_line_break));
        let after = rest.unwrap_or_default().trim_start_matches(is_blank);
        from = text.len() - after.len();
        let line = text[..at].trim_end_matches(is_blank);
        let Some(hyphen) = line.chars().next_back().filter(|&c| is_certain(c) || is_doubtful(c)) else {
            continue;
        };
        let before = &line[..line.len() - hyphen.len_utf8()];
        let mut left = before.chars().rev().filter(|&c| !unicode_normalization::char::is_combining_mark(c));
        let mut right = after.chars();
        let right_first = right.next().filter(|&c| is_letter(c) && !c.is_uppercase());
        if left.next().is_some_and(is_letter) && right_first.is_some() {
            let mut right = right.filter(|&c| !unicode_normalization::char::is_combining_mark(c));
            places.push(Place {
                start: before.len(),
                end: from,
                is_certain: is_certain(hyphen),
                has_two_letters: left.next().is_some_and(is_letter) && right.next().is_some_and(is_letter),
            });
        }
    }
    places
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n'..='\r')
}

/// Returns true for a space within a line.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !is_line_break(c)
}

/// Returns true for a letter of a script with hyphens. Hangul has none, and its syllables are letters or parts of one.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        && !unicode_normalization::char::is_combining_mark(c)
        && !matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}

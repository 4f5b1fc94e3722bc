//! Text as it may stand in a page: every byte of it is data, and none turns the page around.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Writes a text so that a browser shows it and takes none of it for markup, in elements as in attributes.
///
/// What HTML cannot hold, U+0000 and other control characters, is written as U+FFFD.
pub(super) struct Escaped<'t>(pub(super) &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_special) {
            let (plain, special) = rest.split_at(at);
            f.write_str(plain)?;
            let mut characters = special.chars();
            match characters.next() {
                Some('&') => f.write_str("&amp;")?,
                Some('<') => f.write_str("&lt;")?,
                Some('>') => f.write_str("&gt;")?,
                Some('"') => f.write_str("&quot;")?,
                Some('\'') => f.write_str("&#39;")?,
                Some('\r') => f.write_str("&#13;")?, // else it is read as a line feed
                _ => f.write_char(char::REPLACEMENT_CHARACTER)?,
            }
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\'') || (c.is_control() && !matches!(c, '\t' | '\n' | '\u{85}'))
}

/// Returns a text in which every bidi control that opens is closed, and none is an override: the others are U+FFFD.
///
/// All of these characters have three bytes, so every span of the text is one of what is returned.
pub(super) fn balanced(text: &str) -> Cow<'_, str> {
    if !text.contains(is_bidi_control) {
        return Cow::Borrowed(text);
    }
    let mut kept = vec![false; text.len()];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, c) in text.char_indices() {
        let closes = match c {
            '\u{202a}' | '\u{202b}' => '\u{202c}',
            '\u{2066}'..='\u{2068}' => '\u{2069}',
            '\u{202c}' | '\u{2069}' => {
                if let Some((start, _)) = open.pop_if(|(_, end)| *end == c) {
                    (kept[start], kept[at]) = (true, true);
                }
                continue;
            }
            '\n' | '\r' | '\u{85}' | '\u{2029}' => {
                open.clear(); // they end a paragraph, and with it all that is open
                continue;
            }
            _ => continue,
        };
        open.push((at, closes));
    }
    let shown = |(at, c): (usize, char)| {
        if is_bidi_control(c) && !kept[at] { char::REPLACEMENT_CHARACTER } else { c }
    };
    Cow::Owned(text.char_indices().map(shown).collect())
}

/// Returns a text without any bidi control, for a name that stands within a line.
pub(super) fn without_controls(text: &str) -> String {
    text.chars().map(|c| if is_bidi_control(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns true if most letters of a text are of scripts that are written from the right.
pub(super) fn is_from_right(text: &str) -> bool {
    const MAX_LETTERS: usize = 10_000;
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(MAX_LETTERS);
    let (mut right, mut all) = (0, 0);
    for c in letters {
        all += 1;
        right += usize::from(
            matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'),
        );
    }
    2 * right > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_are_data() {
        let hostile = "</script><b a=\"x\" onload='y'>&amp;\0\u{1b}\r\n\u{2028}";
        assert_eq!(
            Escaped(hostile).to_string(),
            "&lt;/script&gt;&lt;b a=&quot;x&quot; onload=&#39;y&#39;&gt;&amp;amp;\u{fffd}\u{fffd}&#13;\n\u{2028}"
        );
    }

    #[test]
    fn only_balanced_bidi_controls_are_kept() {
        for (text, shown) in [
            ("plain", "plain"),
            ("\u{2067}a\u{2069}\u{202b}b\u{202c}", "\u{2067}a\u{2069}\u{202b}b\u{202c}"),
            ("\u{2069}a\u{2067}", "\u{fffd}a\u{fffd}"),
            ("\u{202e}abc\u{202c}", "\u{fffd}abc\u{fffd}"),
            ("\u{2067}\u{202b}a\u{2069}\u{202c}", "\u{fffd}\u{202b}a\u{fffd}\u{202c}"),
            ("\u{2067}a\nb\u{2069}", "\u{fffd}a\nb\u{fffd}"),
        ] {
            assert_eq!(balanced(text), shown, "{text:?}");
            assert_eq!(balanced(text).len(), text.len());
        }
    }

    #[test]
    fn the_direction_is_that_of_most_letters() {
        assert!(is_from_right("قال Ahmed نعم"));
        assert!(!is_from_right("The word سلام means peace"));
        assert!(!is_from_right(""));
    }
}

//! A paragraph with what differs from another one marked.

use std::borrow::Cow;
use std::fmt::{self, Formatter};
use std::ops::Range;

use super::escape::{Escaped, balanced, without_controls};
use super::words::{Kind, Piece};

/// The greatest number of bytes of a text that is shown whole where texts are shortened.
const MAX_WHOLE_LEN: usize = 1_200;

/// Of longer ones, how many characters of what is the same stand on either side of what differs, …
const CONTEXT: usize = 80;

/// … and how many bytes are shown in all.
const MAX_SHORT_LEN: usize = 2_400;

/// A text whose pieces are marked by what they are: those that differ by an element, `del` or `ins`.
pub(super) struct Marked<'t> {
    text: Cow<'t, str>,
    /// `None` if all of it is the same.
    pieces: Option<&'t [Piece]>,
    /// Where the text begins in what was cut into pieces.
    offset: usize,
    element: &'static str,
    is_short: bool,
}

impl<'t> Marked<'t> {
    pub(super) fn new(
        text: &'t str,
        pieces: Option<&'t [Piece]>,
        offset: usize,
        element: &'static str,
    ) -> Self {
        Self { text: balanced(text), pieces, offset, element, is_short: false }
    }

    /// The same of a text that is shortened if it is long: of what is the same only what stands beside a difference is
    /// shown.
    pub(super) fn shortened(text: &'t str, pieces: Option<&'t [Piece]>, element: &'static str) -> Self {
        let is_short = text.len() > MAX_WHOLE_LEN;
        // What a bidi control opens may be closed in what is left out.
        let text = if is_short { Cow::Owned(without_controls(text)) } else { balanced(text) };
        Self { text, pieces, offset: 0, element, is_short }
    }

    /// Returns the spans of the text, and how each is marked.
    fn spans(&self) -> impl Iterator<Item = (Range<usize>, Kind)> {
        let len = self.text.len();
        let all = self.pieces.is_none().then_some((0..len, Kind::Same));
        let clipped = move |piece: &Piece| {
            let from = piece.span.start.max(self.offset) - self.offset;
            let to = piece.span.end.saturating_sub(self.offset).min(len);
            (from < to).then_some((from..to, piece.kind))
        };
        all.into_iter().chain(self.pieces.into_iter().flatten().filter_map(clipped))
    }
}

impl fmt::Display for Marked<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut room = if self.is_short { MAX_SHORT_LEN } else { usize::MAX };
        for (span, kind) in self.spans() {
            let text = &self.text[span];
            let (head, tail) = match kind {
                Kind::Same if self.is_short => without_middle(text),
                _ => (text, ""),
            };
            for (n, part) in [head, tail].into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
                if n > 0 {
                    f.write_str(" … ")?;
                }
                let shown = beginning(part, room);
                match kind {
                    Kind::Same => write!(f, "{}", Escaped(shown))?,
                    Kind::Folded => write!(f, "<span class=\"typed\">{}</span>", Escaped(shown))?,
                    Kind::Changed => write!(f, "<{0}>{1}</{0}>", self.element, Escaped(shown))?,
                }
                if shown.len() < part.len() {
                    return f.write_str(" …");
                }
                room -= shown.len();
            }
        }
        Ok(())
    }
}

/// Returns the beginning and the end of a text, if it is long; else all of it, and nothing.
fn without_middle(text: &str) -> (&str, &str) {
    let start = text.char_indices().nth(CONTEXT).map(|(at, _)| at);
    let end = text.char_indices().rev().nth(CONTEXT - 1).map(|(at, _)| at);
    match (start, end) {
        (Some(start), Some(end)) if start < end => (&text[..start], &text[end..]),
        _ => (text, ""),
    }
}

/// Returns the longest beginning of a text that has at most `len` bytes.
fn beginning(text: &str, len: usize) -> &str {
    let end = (0..=len.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_around_what_differs() {
        let text = format!("{}change{}", "é ".repeat(600), " end".repeat(300));
        let start = text.find("change").unwrap();
        let piece = |span, kind| Piece { span, kind };
        let pieces = [
            piece(0..start, Kind::Same),
            piece(start..start + 6, Kind::Changed),
            piece(start + 6..text.len(), Kind::Same),
        ];
        let shown = Marked::shortened(&text, Some(&pieces), "del").to_string();
        assert!(shown.starts_with("é é ") && shown.ends_with("end end"), "{shown}");
        assert!(shown.contains(" … ") && shown.contains("é <del>change</del> end"), "{shown}");
        assert_eq!(shown.chars().filter(|&c| c == '…').count(), 2);
        assert!(shown.len() < 600, "{}", shown.len());
    }

    #[test]
    fn however_much_differs_a_text_is_cut_somewhere() {
        let text = "ж".repeat(5_000);
        let pieces = [Piece { span: 0..text.len(), kind: Kind::Changed }];
        let shown = Marked::shortened(&text, Some(&pieces), "ins").to_string();
        assert_eq!(shown, format!("<ins>{}</ins> …", "ж".repeat(MAX_SHORT_LEN / 2)));
    }
}

//! Paragraphs: spans of the caller's text, never copies.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::option_names::string_enum;

/// What separates paragraphs.
///
/// A line break is `\n`, `\r\n`, `\r`, a form feed, U+0085 (next line), U+2028 (line separator) or U+2029
/// (paragraph separator). A blank line holds nothing but white space.
///
/// ```
/// use dittograph::Boundary;
///
/// let wrapped = "Two lines that were\nwrapped at a column.\n\nA second paragraph.";
/// assert_eq!(Boundary::Newline.paragraphs(wrapped).len(), 3);
/// assert_eq!(Boundary::BlankLine.paragraphs(wrapped).len(), 2);
/// assert_eq!(Boundary::Auto.paragraphs(wrapped).len(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Boundary {
    /// Every line break.
    Newline,
    /// One or more blank lines; the lines between them belong together.
    BlankLine,
    /// [`BlankLine`](Boundary::BlankLine) where the text uses blank lines, [`Newline`](Boundary::Newline) where
    /// it does not.
    ///
    /// A text uses them when a blank line stands between two lines that are not blank, unless single breaks
    /// separate as often: unless the single breaks after lines of over 100 columns (an East Asian character takes
    /// two), which nobody wrapped there, are as many as the blank lines, or more. So a news page with a stray
    /// blank line below its title is still read line by line, and lists of long items within prose are not.
    #[default]
    Auto,
}

/// The widest lines of wrapped text: mail and prose at 72 to 80, some documentation at 100.
const MAX_WRAP_COLUMNS: usize = 100;

impl Boundary {
    /// Returns true if a text has more than `most` line breaks, of which `\r\n` counts as two.
    ///
    /// It takes no memory, and a paragraph takes some 200 bytes while a text is scanned. So a program that scans texts of
    /// strangers can refuse one of hardly anything but line breaks.
    ///
    /// ```
    /// use dittograph::Boundary;
    ///
    /// assert!(Boundary::has_more_breaks("One.\nTwo.\r\nThree.\n", 3));
    /// assert!(!Boundary::has_more_breaks("One.\nTwo.\nThree.\n", 3));
    /// ```
    #[must_use]
    pub fn has_more_breaks(text: &str, most: usize) -> bool {
        text.len() > most && breaks(text).nth(most).is_some()
    }

    /// Returns the paragraphs of a text in their order; their spans do not overlap. Cost: one pass over the text.
    #[must_use]
    pub fn paragraphs(self, text: &str) -> Vec<Paragraph<'_>> {
        let lines: Vec<Range<usize>> = lines(text).map(|line| trim(text, line)).collect();
        let by_line = self.resolve_lines(text, &lines) == Boundary::Newline;
        let mut paragraphs: Vec<Paragraph<'_>> = Vec::new();
        let mut open = false; // the last paragraph goes on with the next line
        for span in lines {
            if span.is_empty() {
                open = false;
            } else if let (true, Some(last)) = (open, paragraphs.last_mut()) {
                last.text = &text[last.start..span.end];
            } else {
                paragraphs.push(Paragraph { text: &text[span.clone()], start: span.start });
                open = !by_line;
            }
        }
        paragraphs
    }

    /// Returns the boundary that a text is cut at: `self`, or for [`Boundary::Auto`] the one that it chooses for this text.
    ///
    /// ```
    /// use dittograph::Boundary;
    ///
    /// assert_eq!(Boundary::Auto.resolve("One line.\nAnother."), Boundary::Newline);
    /// assert_eq!(Boundary::Auto.resolve("One line.\n\nAnother."), Boundary::BlankLine);
    /// assert_eq!(Boundary::Newline.resolve("One line.\n\nAnother."), Boundary::Newline);
    /// ```
    #[must_use]
    pub fn resolve(self, text: &str) -> Boundary {
        let lines: Vec<Range<usize>> = lines(text).map(|line| trim(text, line)).collect();
        self.resolve_lines(text, &lines)
    }

    /// Resolves the boundary of a text whose lines are known.
    fn resolve_lines(self, text: &str, lines: &[Range<usize>]) -> Boundary {
        if self != Boundary::Auto {
            return self;
        }
        let mut last: Option<Range<usize>> = None; // the last line that is not blank
        let mut after_blank = false;
        let (mut blank, mut single) = (0, 0);
        for span in lines {
            if span.is_empty() {
                after_blank = true;
                continue;
            }
            if let Some(last) = last.replace(span.clone()) {
                blank += usize::from(after_blank);
                single += usize::from(!after_blank && is_wide(&text[last]));
            }
            after_blank = false;
        }
        if single < blank { Boundary::BlankLine } else { Boundary::Newline }
    }
}

string_enum!("boundary", Boundary { Newline => "newline", BlankLine => "blank-line", Auto => "auto" });

/// A paragraph: a span of the caller's text without the white space at its ends, never empty.
///
/// Its text is what the caller wrote, byte for byte. A byte order mark at the start of the text belongs to no
/// paragraph.
///
/// ```
/// let text = "\u{feff}First.\r\n  Second.  \r\n";
/// let paragraphs = dittograph::Boundary::Newline.paragraphs(text);
/// assert_eq!(paragraphs[1].as_str(), "Second.");
/// assert_eq!(&text[paragraphs[1].span()], "Second.");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paragraph<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Paragraph<'t> {
    /// Returns the text of the paragraph, as the caller wrote it.
    #[must_use]
    pub fn as_str(&self) -> &'t str {
        self.text
    }

    /// Returns where the paragraph stands, in bytes of the text that it was cut from.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Writes the text of the paragraph.
impl fmt::Display for Paragraph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Returns the spans that a text loses with some of its paragraphs (ascending indices): each with the separator before it,
/// or at the start of the text with that after it, so that the rest reads as the text would without them; all of the text,
/// if all its paragraphs go. Neighbours are joined into one span.
pub(crate) fn spans_lost<'a>(
    text_len: usize,
    spans: &'a [Range<usize>],
    lost: &'a [usize],
) -> impl Iterator<Item = Range<usize>> + 'a {
    lost.chunk_by(|a, b| a + 1 == *b).map(move |group| {
        let (first, last) = (group[0], group[group.len() - 1]);
        match (first.checked_sub(1), spans.get(last + 1)) {
            (Some(before), _) => spans[before].end..spans[last].end,
            (None, Some(after)) => spans[first].start..after.start,
            (None, None) => 0..text_len,
        }
    })
}

/// Returns the text without some of its paragraphs (ascending indices): borrowed if there are none to leave out.
pub(crate) fn without<'t>(text: &'t str, spans: &[Range<usize>], lost: &[usize]) -> Cow<'t, str> {
    if lost.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans_lost(text.len(), spans, lost) {
        kept.push_str(&text[from..span.start]);
        from = span.end;
    }
    kept.push_str(&text[from..]);
    Cow::Owned(kept)
}

/// Returns the lines of a text without their breaks. A byte order mark at the start belongs to none.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut breaks = breaks(text);
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        // Between the halves of "\r\n" there is an empty line; it would read as blank, so it is passed over.
        let (end, next) = loop {
            match breaks.next() {
                Some(at)
                    if at.start == start && text[at.clone()] == *"\n" && text[..start].ends_with('\r') =>
                {
                    start = at.end;
                }
                Some(at) => break (at.start, at.end),
                None => {
                    done = true;
                    break (text.len(), text.len());
                }
            }
        };
        Some(std::mem::replace(&mut start, next)..end)
    })
}

/// Returns where the line breaks of a text stand.
// A chunk without a byte that a break may begin with is passed over at once.
fn breaks(text: &str) -> impl Iterator<Item = Range<usize>> {
    const CHUNK_LEN: usize = 64;
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &bytes[at..];
            let chunk = match rest.first_chunk::<CHUNK_LEN>() {
                Some(chunk) => &chunk[..],
                None => rest.first_chunk::<16>().map_or(rest, |chunk| &chunk[..]),
            };
            if !chunk.iter().fold(false, |any, &byte| any | may_begin_break(byte)) {
                at += chunk.len();
            } else if let Some(found) = chunk.iter().position(|&byte| may_begin_break(byte)) {
                let start = at + found;
                let len = break_len(&bytes[start..]);
                at = start + len.max(1);
                if len > 0 {
                    return Some(start..at);
                }
            }
            if at == bytes.len() {
                return None;
            }
        }
    })
}

/// Returns true if a line break may begin with this byte.
fn may_begin_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\x0c' | 0xc2 | 0xe2)
}

/// Returns how many bytes the line break at the beginning of a text has; 0 if the text begins with none. What it begins with
/// has to be in [`may_begin_break`] too.
fn break_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'\n' | b'\r' | b'\x0c', ..] => 1,
        [0xc2, 0x85, ..] => 2,              // U+0085
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3, // U+2028, U+2029
        _ => 0,
    }
}

/// Returns the span without the white space at its ends; empty if it holds nothing else.
fn trim(text: &str, span: Range<usize>) -> Range<usize> {
    let line = &text[span.clone()];
    let end = span.start + line.trim_end().len();
    let start = end - line.trim().len();
    start..end
}

/// Returns true if a line is wider than wrapped text.
// No character takes more than four bytes, or more columns than bytes: so most lines need not be counted.
fn is_wide(line: &str) -> bool {
    line.len() > MAX_WRAP_COLUMNS && (line.len() > 4 * MAX_WRAP_COLUMNS || columns(line) > MAX_WRAP_COLUMNS)
}

/// Returns how wide a line is in a terminal, nearly: East Asian characters take two columns.
fn columns(line: &str) -> usize {
    line.chars()
        .map(|c| {
            if matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{fa6d}' | '\u{ff00}'..='\u{ff60}') {
                2
            } else {
                1
            }
        })
        .sum()
}

//! A report, or what was found in a corpus, as one web page for people: it needs no script, no network and no font, and can
//! be printed.
//!
//! What is shown has limits, so that the page of any article opens at once; each is said on the page where it is reached.

mod article;
mod corpus;
mod dots;
mod escape;
mod marked;
mod passages;
mod settings;
mod sides;
mod strip;
mod verdict;
mod words;

use std::fmt;
use std::ops::Range;

pub use corpus::CorpusPage;

use crate::article::report::Report;
use escape::{Escaped, is_from_right, without_controls};
use passages::{Pairs, Passage, Row};

/// All that the page looks like.
const STYLE: &str = include_str!("style.css");

/// The hash of the style, the only one that a browser takes from the page.
const STYLE_HASH: &str = "sha256-w9MGFRanXrNQrAWOT3Ip1ZDHVZIykMo+kiTU8Tv2PZA=";

/// The greatest number of passages that are shown side by side.
const MAX_PASSAGES: usize = 60;

/// The greatest number of paragraphs of the article that are shown, …
const MAX_PARAGRAPHS: usize = 3_000;

/// … and of bytes in them.
const MAX_ARTICLE_LEN: usize = 2_000_000;

/// How many colours tell passages apart.
const COLOURS: usize = 6;

impl Report<'_> {
    /// Returns the report as a web page for people, in HTML that `Display` writes.
    ///
    /// The page says in a sentence what repeats, draws where, shows every passage that repeats side by side with the words
    /// that differ, and the article with its redundant paragraphs marked. It needs nothing but itself: no script, no network,
    /// no font. It has light and dark colours, can be printed, and shows each paragraph in its own direction.
    ///
    /// Every byte of the article is shown as text. Control characters, and bidi controls that would turn the page around, are
    /// shown as U+FFFD. Of long articles the first 3,000 paragraphs and 60 passages are shown; the page says so.
    ///
    /// ```
    /// let report = dittograph::scan("The mill burnt down.\nNobody was hurt.\nThe mill burnt down!");
    /// let page = report.to_html().title("Monday's paper").to_string();
    /// assert!(page.starts_with("<!doctype html>"));
    /// assert!(page.contains("One paragraph repeats an earlier one"));
    /// ```
    ///
    /// It is written to a file as any `Display` is: `write!(file, "{}", report.to_html())?`.
    pub fn to_html(&self) -> Page<'_> {
        Page { report: self, title: None }
    }
}

/// A report as a web page; see [`Report::to_html`]. `Display` writes it.
#[derive(Clone, Debug)]
#[must_use = "a page is written by its `Display`"]
pub struct Page<'r> {
    report: &'r Report<'r>,
    title: Option<&'r str>,
}

impl<'r> Page<'r> {
    /// Sets what the article is called: a headline, the name of a file.
    pub fn title(self, title: &'r str) -> Self {
        Self { title: Some(title), ..self }
    }
}

/// Writes the page. Cost: one pass over the article, and over the words of the passages that are shown.
impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contents = Contents::new(self.report);
        let title = without_controls(self.title.unwrap_or("An article"));
        let title = Escaped(&title);
        let name = self.title.map(|_| &title);
        write_page(f, &title, |f| {
            verdict::write(f, &contents, name)?;
            writeln!(f, "<main>")?;
            if contents.passages.is_empty() {
                strip::write(f, &contents)?;
            } else {
                writeln!(f, "<section class=\"maps\" aria-label=\"Where it repeats\">")?;
                strip::write(f, &contents)?;
                dots::write(f, &contents)?;
                writeln!(f, "</section>")?;
                sides::write(f, &contents)?;
            }
            article::write(f, &contents)?;
            writeln!(f, "</main>")?;
            article::write_settings(f, &contents)
        })
    }
}

/// Writes a page around what `body` writes.
fn write_page(
    f: &mut fmt::Formatter<'_>,
    title: &Escaped<'_>,
    body: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    writeln!(
        f,
        "<!doctype html>\n<html lang=\"en\">\n<!-- dittograph -->\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"dittograph {}\">\n\
         <title>{title} · what repeats</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        env!("CARGO_PKG_VERSION")
    )?;
    body(f)?;
    writeln!(f, "</body>\n</html>")
}

/// What all parts of the page are written from.
struct Contents<'r> {
    report: &'r Report<'r>,
    pairs: Pairs<'r>,
    passages: Vec<Passage>,
    /// The two sides of each passage that is shown, aligned; nothing for a paragraph that comes again several times.
    rows: Vec<Vec<Row>>,
    /// The first passage that each paragraph is in, and whether it comes again there.
    places: Vec<Option<Place>>,
    /// How many paragraphs of the article are shown.
    shown: usize,
    is_from_right: bool,
}

/// Where a paragraph stands in a passage.
#[derive(Clone, Copy)]
struct Place {
    passage: usize,
    is_later: bool,
}

impl<'r> Contents<'r> {
    fn new(report: &'r Report<'r>) -> Self {
        let pairs = Pairs::new(report);
        let passages = pairs.passages();
        let mut places = vec![None; report.paragraphs.len()];
        for (passage, sides) in passages.iter().enumerate() {
            for (n, side) in sides.sides().enumerate() {
                for place in places[side.clone()].iter_mut().filter(|place| place.is_none()) {
                    *place = Some(Place { passage, is_later: n > 0 });
                }
            }
        }
        let aligned = |passage: &Passage| match &passage.later[..] {
            [later] => pairs.align(&passage.earlier, later),
            _ => Vec::new(),
        };
        let rows = passages.iter().take(MAX_PASSAGES).map(aligned).collect();
        let is_within = |end: usize| end <= MAX_ARTICLE_LEN;
        let spans = report.paragraphs.iter().take(MAX_PARAGRAPHS);
        let shown = spans.take_while(|paragraph| is_within(paragraph.span().end)).count();
        let is_from_right = is_from_right(report.text);
        Self { report, pairs, passages, rows, places, shown, is_from_right }
    }

    /// Returns the text from the first of some paragraphs to the last.
    fn text(&self, range: &Range<usize>) -> &'r str {
        let span = |paragraph: usize| self.report.paragraphs[paragraph].span();
        if range.is_empty() {
            ""
        } else {
            &self.report.text[span(range.start).start..span(range.end - 1).end]
        }
    }

    /// Returns true if both sides of a row have the same words in the same order.
    fn has_same_words(&self, row: &Row) -> bool {
        match (row.earlier.len(), row.later.len()) {
            (0, _) | (_, 0) => false,
            (1, 1) => self.pairs.is_exact(row.earlier.start, row.later.start),
            _ => self.report.detector.lcs(self.text(&row.earlier), self.text(&row.later)) >= 1.0,
        }
    }

    /// Returns the link to a paragraph, or to where the page says that it is not shown.
    fn link(&self, paragraph: usize) -> Link {
        if paragraph < self.shown { Link::Paragraph(paragraph) } else { Link::OtherParagraphs }
    }

    /// Returns the link to a passage, or to where the page says that it is not shown.
    fn passage_link(passage: usize) -> Link {
        if passage < MAX_PASSAGES { Link::Passage(passage) } else { Link::OtherPassages }
    }
}

/// A place on the page; `Display` writes its id.
enum Link {
    Paragraph(usize),
    OtherParagraphs,
    Passage(usize),
    OtherPassages,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Link::Paragraph(n) => write!(f, "p{n}"),
            Link::OtherParagraphs => f.write_str("other-paragraphs"),
            Link::Passage(n) => write!(f, "passage-{}", Name(n)),
            Link::OtherPassages => f.write_str("other-passages"),
        }
    }
}

/// The name of a passage: A to Z, AA and so on.
struct Name(usize);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(before) = (self.0 / 26).checked_sub(1) {
            write!(f, "{}", Name(before))?;
        }
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        write!(f, "{}", char::from(letters[self.0 % 26]))
    }
}

/// Writes a range of paragraphs with its first and its last.
struct Span<'s, N>(&'s Range<N>);

impl<N: Copy + fmt::Display + TryInto<usize>> fmt::Display for Span<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = *self.0;
        match (start.try_into(), end.try_into()) {
            (Ok(start), Ok(end)) if end > start + 1 => write!(f, "{start}–{}", end - 1),
            _ => write!(f, "{start}"),
        }
    }
}

/// Writes a number with a comma before each three digits.
struct Number(usize);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Writes a share in whole per cent, rounded down: 100 % is said of nothing less, and 0 % of nothing more.
struct Percent {
    part: usize,
    whole: usize,
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match 100 * self.part / self.whole.max(1) {
            0 if self.part > 0 => f.write_str("&lt; 1\u{a0}%"),
            percent => write!(f, "{percent}\u{a0}%"),
        }
    }
}

/// Writes a count with its noun.
struct Count(usize, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", Number(self.0), self.1, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use base64::Engine;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_style_is_the_one_that_a_browser_takes() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
    }

    #[test]
    fn passages_have_names_and_numbers_commas() {
        let names: Vec<String> = [0, 25, 26, 701, 702].map(|n| Name(n).to_string()).into();
        assert_eq!(names, ["A", "Z", "AA", "ZZ", "AAA"]);
        let numbers: Vec<String> = [0, 999, 1_000, 1_234_567].map(|n| Number(n).to_string()).into();
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }
}

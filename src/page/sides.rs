//! Every passage that comes again, its two sides beside each other, with the words that differ.

use std::fmt::{self, Formatter};
use std::ops::Range;

use super::marked::Marked;
use super::passages::{Passage, Row};
use super::verdict::summary;
use super::words::{Difference, Piece, WordComparer, changes};
use super::{COLOURS, Contents, Count, Link, MAX_PASSAGES, Name, Number, Percent, Span};
use crate::compare::pair::Evidence;

/// The greatest number of rows of all passages, …
const MAX_ROWS: usize = 2_000;

/// … and of bytes in them.
const MAX_LEN: usize = 1_500_000;

/// The greatest number of paragraphs that repeat one and the same, and are named.
const MAX_NAMED: usize = 20;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    writeln!(
        f,
        "<section class=\"sides\" aria-labelledby=\"sides\">\n<h2 id=\"sides\">Side by side</h2>\n\
         <p class=\"key\">Left as it is: the same bytes. <span class=\"typed\">Grey</span>: the same word, typed otherwise, or \
         punctuation. <del>Struck</del>: stands in the earlier paragraph only. <ins>Underlined</ins>: in the later one only.</p>"
    )?;
    let mut sides = Sides {
        contents,
        comparer: WordComparer::new(contents.report.detector.normalizer()),
        rows_left: MAX_ROWS,
        len_left: MAX_LEN,
    };
    for (n, passage) in contents.passages.iter().enumerate().take(MAX_PASSAGES) {
        sides.write_passage(f, n, passage)?;
    }
    if let Some(more) = contents.passages.len().checked_sub(MAX_PASSAGES).filter(|&more| more > 0) {
        writeln!(
            f,
            "<p class=\"capped\" id=\"{}\">{} more are not shown side by side. The article below marks what is redundant, and \
             <code>dittograph scan --json</code> has all of them.</p>",
            Link::OtherPassages,
            Count(more, "passage")
        )?;
    }
    writeln!(f, "</section>")
}

struct Sides<'c> {
    contents: &'c Contents<'c>,
    comparer: WordComparer,
    rows_left: usize,
    len_left: usize,
}

impl Sides<'_> {
    fn write_passage(&mut self, f: &mut Formatter<'_>, n: usize, passage: &Passage) -> fmt::Result {
        let (name, link) = (Name(n), Contents::passage_link(n));
        write!(
            f,
            "<section class=\"passage k{}\" id=\"{link}\" aria-labelledby=\"{link}-title\">\n<h3 id=\"{link}-title\">\
             <span class=\"name\">{name}</span> ",
            n % COLOURS
        )?;
        let is_one = passage.later.len() == 1;
        if is_one {
            let later = &passage.later[0];
            let verb = if passage.earlier.len() == 1 { "comes" } else { "come" };
            writeln!(f, "¶{} {verb} again as ¶{}</h3>", Span(&passage.earlier), Span(later))?;
            if passage.earlier.len() > 1 {
                writeln!(f, "<p class=\"sum\">{}</p>", summary(self.contents, n))?;
            }
        } else {
            let times = Count(passage.later.len(), "paragraph");
            writeln!(f, "¶{} comes again as {times}</h3>", Span(&passage.earlier))?;
        }
        let direction = if self.contents.is_from_right { " from-right" } else { "" };
        writeln!(f, "<ol class=\"rows{direction}\">")?;
        let is_whole = if is_one {
            self.write_rows(f, &self.contents.rows[n])?
        } else {
            self.write_repeats(f, passage)?
        };
        writeln!(f, "</ol>")?;
        if !is_whole {
            let limits = (Number(MAX_ROWS), Number(MAX_LEN));
            writeln!(
                f,
                "<p class=\"capped\">The rest of this passage is not shown: the page has {} rows side by side, of {} bytes.</p>",
                limits.0, limits.1
            )?;
        }
        writeln!(f, "</section>")
    }

    /// Writes rows, and returns true if there was room for all.
    fn write_rows(&mut self, f: &mut Formatter<'_>, rows: &[Row]) -> Result<bool, fmt::Error> {
        for row in rows {
            if !self.takes(row) {
                return Ok(false);
            }
            self.write_row(f, row)?;
        }
        Ok(true)
    }

    /// Writes a paragraph with each that repeats it and is not the same string as one before.
    fn write_repeats(&mut self, f: &mut Formatter<'_>, passage: &Passage) -> Result<bool, fmt::Error> {
        let text = |paragraph: usize| self.contents.report.paragraphs[paragraph].as_str();
        let mut others: Vec<usize> = Vec::new();
        let (mut rows, mut seen) = (Vec::new(), ahash::AHashSet::new());
        for later in &passage.later {
            if seen.insert(text(later.start)) && rows.len() < MAX_NAMED {
                rows.push(Row { earlier: passage.earlier.clone(), later: later.clone() });
            } else {
                others.push(later.start);
            }
        }
        let is_whole = self.write_rows(f, &rows)?;
        if !others.is_empty() {
            write!(f, "<li class=\"others\">Again in ")?;
            for (n, &paragraph) in others.iter().take(MAX_NAMED).enumerate() {
                let comma = if n > 0 { ", " } else { "" };
                write!(f, "{comma}<a href=\"#{}\">¶{paragraph}</a>", self.contents.link(paragraph))?;
            }
            match others.len().saturating_sub(MAX_NAMED) {
                0 => writeln!(f, ".</li>")?,
                more => writeln!(f, " and {} more.</li>", Number(more))?,
            }
        }
        Ok(is_whole)
    }

    /// Returns true if there is room for a row, and takes it.
    fn takes(&mut self, row: &Row) -> bool {
        let len = self.contents.text(&row.earlier).len() + self.contents.text(&row.later).len();
        let fits = self.rows_left > 0 && len <= self.len_left;
        self.rows_left = if fits { self.rows_left - 1 } else { 0 };
        self.len_left -= if fits { len } else { 0 };
        fits
    }

    fn write_row(&mut self, f: &mut Formatter<'_>, row: &Row) -> fmt::Result {
        let (earlier, later) = (self.contents.text(&row.earlier), self.contents.text(&row.later));
        let is_exact = self.contents.has_same_words(row);
        let is_alone = row.earlier.is_empty() || row.later.is_empty();
        let difference =
            if is_alone || earlier == later { None } else { self.comparer.compare(earlier, later, is_exact) };
        writeln!(f, "<li class=\"row\">")?;
        let pieces = |of: fn(&Difference) -> &Vec<Piece>| {
            difference.as_ref().map(|difference| of(difference).as_slice())
        };
        self.write_side(f, &row.earlier, pieces(|difference| &difference.earlier), "del")?;
        self.write_side(f, &row.later, pieces(|difference| &difference.later), "ins")?;
        writeln!(f, "<p class=\"note\">{}</p>\n</li>", self.note(row, difference.as_ref(), earlier == later))
    }

    /// Writes the paragraphs of one side of a row, with what differs marked by an element.
    fn write_side(
        &self,
        f: &mut Formatter<'_>,
        range: &Range<usize>,
        pieces: Option<&[Piece]>,
        element: &'static str,
    ) -> fmt::Result {
        let label = if element == "del" { "Stands first" } else { "Comes again" };
        writeln!(f, "<div class=\"side\" role=\"group\" aria-label=\"{label}\">")?;
        let start =
            range.clone().next().map_or(0, |first| self.contents.report.paragraphs[first].span().start);
        for paragraph in range.clone() {
            let shown = &self.contents.report.paragraphs[paragraph];
            let offset = pieces.map_or(0, |_| shown.span().start - start);
            let text = Marked::new(shown.as_str(), pieces, offset, element);
            let link = self.contents.link(paragraph);
            writeln!(
                f,
                "<a class=\"number\" href=\"#{link}\">¶{paragraph}</a><p class=\"text\" dir=\"auto\">{text}</p>"
            )?;
        }
        writeln!(f, "</div>")
    }

    /// Says how the two sides of a row differ, and what speaks for their being a pair.
    fn note(&self, row: &Row, difference: Option<&Difference>, is_same: bool) -> String {
        match (row.earlier.len(), row.later.len()) {
            (0, _) => return "Stands in the later passage only".to_owned(),
            (_, 0) => return "Does not come again".to_owned(),
            _ if is_same => return "The same bytes".to_owned(),
            _ => {}
        }
        let split = match (row.earlier.len(), row.later.len()) {
            (1, 2) => "Split in two. ",
            (2, 1) => "Two made one. ",
            _ => "",
        };
        let is_exact = self.contents.has_same_words(row);
        let words = match difference {
            _ if is_exact && !split.is_empty() => "The same words".to_owned(),
            difference => changes(difference, is_exact),
        };
        let evidence = if is_exact { String::new() } else { self.evidence(row, difference) };
        format!("{split}{words}{evidence}")
    }

    fn evidence(&self, row: &Row, difference: Option<&Difference>) -> String {
        let is_pair = row.earlier.len() == 1 && row.later.len() == 1;
        let pair = self.contents.pairs.near(row.earlier.start, row.later.start).filter(|_| is_pair);
        let in_order =
            difference.map(|difference| format!("{} of the words in order", difference.in_order()));
        match (pair, in_order) {
            (Some(pair), _) if pair.evidence == Evidence::Threshold => {
                let similarity = &pair.similarity;
                let jaccard = Percent { part: similarity.common(), whole: similarity.union() };
                format!(" · Jaccard {jaccard}")
            }
            (Some(_), Some(in_order)) => format!(" · a pair by its place, {in_order}"),
            (Some(_), None) => " · a pair by its place".to_owned(),
            (None, Some(in_order)) => format!(" · aligned by its place, {in_order}"),
            (None, None) => String::new(),
        }
    }
}

//! The article itself, with its redundant paragraphs marked, and what it was scanned with.

use std::fmt::{self, Formatter};

use super::escape::{Escaped, balanced};
use super::settings;
use super::{COLOURS, Contents, Count, Link, MAX_ARTICLE_LEN, MAX_PARAGRAPHS, Name, Number};

/// The greatest number of copies that are named beside a paragraph.
const MAX_NAMED: usize = 6;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let report = contents.report;
    let direction = if contents.is_from_right { " class=\"from-right\"" } else { "" };
    writeln!(
        f,
        "<section aria-labelledby=\"article\">\n<h2 id=\"article\">The article</h2>\n<div{direction}>"
    )?;
    let mut kept = vec![None; report.paragraphs.len()];
    let mut copies = vec![&[][..]; report.paragraphs.len()];
    for cluster in &report.clusters {
        copies[cluster.representative] = cluster.redundant.as_slice();
        cluster.redundant.iter().for_each(|&paragraph| kept[paragraph] = Some(cluster.representative));
    }
    for (n, paragraph) in report.paragraphs.iter().enumerate().take(contents.shown) {
        let colour =
            contents.places[n].map_or(String::new(), |place| format!(" k{}", place.passage % COLOURS));
        let is_redundant = report.redundant.binary_search(&n).is_ok();
        let class = match (is_redundant, contents.places[n]) {
            (true, _) => " redundant",
            (false, Some(_)) => " first",
            (false, None) => "",
        };
        let text = balanced(paragraph.as_str());
        writeln!(
            f,
            "<div class=\"paragraph{class}{colour}\" id=\"p{n}\"><a class=\"number\" href=\"#p{n}\" aria-label=\"Paragraph \
             {n}\">{n}</a><p class=\"text\" dir=\"auto\">{}</p>",
            Escaped(&text)
        )?;
        write_note(f, contents, n, kept[n].filter(|_| is_redundant), copies[n])?;
        writeln!(f, "</div>")?;
    }
    writeln!(f, "</div>")?;
    if contents.shown < report.paragraphs.len() {
        writeln!(
            f,
            "<p class=\"capped\" id=\"{}\">{} more are not shown: the page has the first {} at most, of {} bytes.</p>",
            Link::OtherParagraphs,
            Count(report.paragraphs.len() - contents.shown, "paragraph"),
            Number(MAX_PARAGRAPHS),
            Number(MAX_ARTICLE_LEN)
        )?;
    }
    writeln!(f, "</section>")
}

/// Writes what a paragraph repeats, and what repeats it.
fn write_note(
    f: &mut Formatter<'_>,
    contents: &Contents<'_>,
    n: usize,
    kept: Option<usize>,
    copies: &[usize],
) -> fmt::Result {
    if kept.is_none() && copies.is_empty() {
        return Ok(());
    }
    write!(f, "<p class=\"note\">")?;
    if let Some(place) = contents.places[n] {
        let link = Contents::passage_link(place.passage);
        write!(
            f,
            "<a class=\"name\" href=\"#{link}\" aria-label=\"Passage {0}\">{0}</a> ",
            Name(place.passage)
        )?;
    }
    if let Some(kept) = kept {
        let alike = if contents.pairs.is_exact(kept, n) { "with the same words" } else { "nearly" };
        write!(f, "Redundant: repeats <a href=\"#{}\">¶{kept}</a>, {alike}", contents.link(kept))?;
    } else {
        write!(f, "Comes again as ")?;
        for (place, &copy) in copies.iter().take(MAX_NAMED).enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}<a href=\"#{}\">¶{copy}</a>", contents.link(copy))?;
        }
        if let Some(more) = copies.len().checked_sub(MAX_NAMED).filter(|&more| more > 0) {
            write!(f, " and {} more", Number(more))?;
        }
    }
    writeln!(f, "</p>")
}

/// Writes what the article was scanned with.
pub(super) fn write_settings(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let report = contents.report;
    settings::write(f, &report.detector, report.boundary(), &[])?;
    writeln!(
        f,
        "<p>Paragraphs are numbered from 0, as everywhere in dittograph. Every pair was compared exactly, shingle by \
         shingle; punctuation, case and what the rules overlook do not count. The texts are those of the article, byte for byte; \
         control characters and unbalanced bidi controls are shown as \u{fffd}.</p>\n</footer>"
    )
}

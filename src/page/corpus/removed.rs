//! The verdict on a corpus: how much is redundant, and why.

use std::fmt::{self, Formatter};

use super::tally::Kind;
use super::{Contents, Counted, name_of};
use crate::page::escape::Escaped;
use crate::page::verdict::alike;
use crate::page::{Number, Percent};

/// The name of the row that sums up those above.
const TOTAL: &str = "Removed in all";

pub(super) fn write_verdict(
    f: &mut Formatter<'_>,
    contents: &Contents<'_>,
    title: Option<&Escaped<'_>>,
) -> fmt::Result {
    writeln!(f, "<header>")?;
    match title {
        Some(title) => writeln!(f, "<p class=\"kicker\">What repeats in <bdi>{title}</bdi></p>")?,
        None => writeln!(f, "<p class=\"kicker\">What repeats in a corpus</p>")?,
    }
    let tally = &contents.tally;
    let counts = &tally.statistics;
    let share = Percent { part: tally.words_removed, whole: counts.words };
    let removed = tally.all_removed();
    if removed > 0 {
        let verb = if removed == 1 { "repeats" } else { "repeat" };
        writeln!(
            f,
            "<h1>{share} of the words are redundant: <span>{} of {} {verb} one that is kept, {}.</span></h1>",
            Number(removed),
            Counted(counts.paragraphs, "paragraph", "paragraphs"),
            alike(tally.removed(Kind::Exact), removed)
        )?;
    } else if counts.words == 0 {
        writeln!(f, "<h1>There are no words here, and nothing repeats.</h1>")?;
    } else if tally.has_kinds() || !contents.repeated.is_empty() {
        writeln!(
            f,
            "<h1>Nothing is redundant: <span>some paragraphs are alike, and all have to stay.</span></h1>"
        )?;
    } else {
        writeln!(f, "<h1>Nothing repeats.</h1>")?;
    }
    writeln!(f, "<dl class=\"figures\">")?;
    let mut figure = |count: usize, one: &str, many: &str| {
        let name = if count == 1 { one } else { many };
        writeln!(f, "<div><dt>{name}</dt><dd>{}</dd></div>", Number(count))
    };
    figure(counts.documents, "article", "articles")?;
    figure(counts.paragraphs, "paragraph", "paragraphs")?;
    figure(removed, "paragraph removed", "paragraphs removed")?;
    figure(tally.documents_changed, "article changed", "articles changed")?;
    figure(tally.documents_emptied, "with nothing left", "with nothing left")?;
    writeln!(f, "</dl>\n</header>")
}

/// Writes what was removed, and what was not, by its reason.
pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let tally = &contents.tally;
    if !tally.has_kinds() {
        return Ok(());
    }
    let detector = &contents.found.contents.detector;
    let is_lossless = contents.found.is_lossless();
    writeln!(
        f,
        "<section aria-labelledby=\"removed\">\n<h2 id=\"removed\">What was removed, and why</h2>\n<table class=\"kinds\">\n\
         <thead><tr><th scope=\"col\">Paragraphs</th><th scope=\"col\" class=\"count\">Number</th>\
         <th scope=\"col\" class=\"count\">Of all</th></tr></thead>\n<tbody>"
    )?;
    let mut row = |name: &str, why: &dyn fmt::Display, count: usize| {
        let class = if name == TOTAL { " class=\"total\"" } else { "" };
        let share = Percent { part: count, whole: tally.statistics.paragraphs };
        writeln!(
            f,
            "<tr{class}><th scope=\"row\">{name}<span class=\"why\">{why}</span></th><td class=\"count\">{}</td>\
             <td class=\"count\">{share}</td></tr>",
            Number(count)
        )
    };
    row(
        "Exact copies",
        &"the same words in the same order as a paragraph that is kept",
        tally.removed(Kind::Exact),
    )?;
    if is_lossless {
        row(
            "Held whole",
            &"all of their shingles stand in the kept paragraph",
            tally.removed(Kind::Threshold),
        )?;
    } else {
        row(
            "Near copies by the threshold",
            &format_args!(
                "a {} of {} or more with the kept paragraph",
                name_of(detector.measure()),
                detector.threshold()
            ),
            tally.removed(Kind::Threshold),
        )?;
        row(
            "Near copies by the run",
            &"less alike, but in order between paragraphs that repeat, and enough of their words too",
            tally.removed(Kind::Run),
        )?;
    }
    row(TOTAL, &"each was verified against a paragraph that is kept", tally.all_removed())?;
    if tally.siblings > 0 {
        row(
            "Kept as siblings",
            &"at the threshold, but some article holds both, as two passages",
            tally.siblings,
        )?;
    }
    if tally.spared > 0 {
        row(
            "Kept for the boundary",
            &"redundant, but without them an article would be cut into other paragraphs",
            tally.spared,
        )?;
    }
    writeln!(f, "</tbody>\n</table>")?;
    let (own, all) = (tally.in_one_document, tally.all_removed());
    if all > 0 {
        writeln!(
            f,
            "<p class=\"sum\">{} removed for a paragraph of the same article, {} for one of another. \
             <code>dittograph dedup --pairs FILE</code> has each of them, and <code>--explain ID</code> says what one article \
             lost.</p>",
            Counted(own, "paragraph was", "paragraphs were"),
            Number(all - own)
        )?;
    }
    writeln!(f, "</section>")
}

//! The documents whose body stands there twice.

use std::fmt::{self, Formatter};
use std::ops::Range;

use rayon::prelude::*;

use super::{Contents, Counted, DocumentName};
use crate::corpus::{Found, Redundant};
use crate::page::{Number, Span};

/// The greatest number of documents that are listed.
const MAX_BODIES: usize = 200;

/// A document is looked into if one word in so many stands in a paragraph that comes again in it.
const REPEATED: usize = 5;

/// A body that stands twice in a document.
pub(super) struct Body {
    document: u64,
    earlier: Range<usize>,
    later: Range<usize>,
}

/// Finds the documents with a doubled body, among those in which much comes again.
pub(super) fn find(found: &Found<'_>, redundant: &Redundant) -> Vec<Body> {
    let body = |document: u64| {
        if !repeats_itself(found, redundant, document) {
            return None;
        }
        let text = found.document_text(document)?;
        let report = found.contents.detector.scan(&text);
        let run = report.doubled_body()?;
        Some(Body { document, earlier: run.earlier.clone(), later: run.later.clone() })
    };
    found.documents().into_par_iter().filter_map(body).collect()
}

/// Returns true if much of a document stands in paragraphs that are one passage with another one of it: exact copies, or
/// removed for the same one.
fn repeats_itself(found: &Found<'_>, redundant: &Redundant, document: u64) -> bool {
    let contents = &found.contents;
    let Some(place) = contents.place(document) else { return false };
    let entries = contents.paragraphs_of(place);
    if entries.len() < 2 {
        return false;
    }
    let mut passages: Vec<(u32, u32)> = entries.iter().map(|entry| (entry.copy_group, entry.words)).collect();
    let first = redundant.removals.partition_point(|removal| removal.removed.document < document);
    for removal in
        redundant.removals[first..].iter().take_while(|removal| removal.removed.document == document)
    {
        let kept = contents.number_of(removal.kept).and_then(|kept| contents.group_of(kept));
        passages[removal.removed.paragraph as usize].0 = kept.unwrap_or(u32::MAX);
    }
    passages.sort_unstable();
    let words = |passages: &[(u32, u32)]| passages.iter().map(|&(_, words)| words as usize).sum::<usize>();
    let repeated: usize = passages.chunk_by(|a, b| a.0 == b.0).map(|of_one| words(&of_one[1..])).sum();
    repeated > 0 && REPEATED * repeated >= words(&passages)
}

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let bodies = &contents.bodies;
    if bodies.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "<section aria-labelledby=\"bodies\">\n<h2 id=\"bodies\">Bodies that stand twice</h2>\n<p class=\"sum\">In {} most of the \
         text stands twice. <code>dittograph scan --html</code> shows one side by side. Articles were looked into of which a \
         fifth or more is in paragraphs that come again.</p>\n<table>\n<thead><tr><th scope=\"col\">Article</th><th \
         scope=\"col\">Stands first</th><th scope=\"col\">Comes again</th></tr></thead>\n<tbody>",
        Counted(bodies.len(), "article", "articles")
    )?;
    for Body { document, earlier, later } in bodies.iter().take(MAX_BODIES) {
        writeln!(
            f,
            "<tr><th scope=\"row\">{}</th><td>¶{}</td><td>¶{}</td></tr>",
            DocumentName(&contents.name(*document)),
            Span(earlier),
            Span(later)
        )?;
    }
    writeln!(f, "</tbody>\n</table>")?;
    if let Some(more) = bodies.len().checked_sub(MAX_BODIES).filter(|&more| more > 0) {
        writeln!(
            f,
            "<p class=\"capped\">{} not shown: the page has the first {}. <code>dittograph dedup --runs FILE</code> has every \
             passage that comes again.</p>",
            Counted(more, "article is", "articles are"),
            Number(MAX_BODIES)
        )?;
    }
    writeln!(f, "</section>")
}

//! The documents whose body stands there twice.

use std::fmt::{self, Formatter};
use std::ops::Range;

use rayon::prelude::*;

use super::{Contents, Counted, DocumentName};
use crate::corpus::Found;
use crate::groups::number;
use crate::page::{Number, Span};

/// The greatest number of documents that are listed.
const MAX_BODIES: usize = 200;

/// A document is looked into if one word in so many stands in a paragraph that comes again in it.
const REPEATED: usize = 4;

/// A body that stands twice in a document.
pub(super) struct Body {
    document: u64,
    earlier: Range<usize>,
    later: Range<usize>,
}

/// Finds the documents with a doubled body, among those in which much comes again.
pub(super) fn find(found: &Found<'_>) -> Vec<Body> {
    let body = |document: u64| {
        if !repeats_itself(found, document) {
            return None;
        }
        let text = found.document_text(document)?;
        let report = found.contents.detector.scan(&text);
        let run = report.doubled_body()?;
        Some(Body { document, earlier: run.earlier.clone(), later: run.later.clone() })
    };
    found.documents().into_par_iter().filter_map(body).collect()
}

/// Returns true if much of a document stands in paragraphs that have the same words as an earlier one of it, or are a
/// candidate pair with it.
fn repeats_itself(found: &Found<'_>, document: u64) -> bool {
    let contents = &found.contents;
    let Some(place) = contents.place(document) else { return false };
    let entries = contents.paragraphs_of(place);
    if entries.len() < 2 {
        return false;
    }
    let mut groups: Vec<(u32, usize)> = entries.iter().map(|entry| entry.copy_group).zip(0..).collect();
    groups.sort_unstable();
    let mut comes_again = vec![false; entries.len()];
    let mut shared: Vec<(u32, usize)> = Vec::new();
    for copies in groups.chunk_by(|a, b| a.0 == b.0) {
        let (group, first) = copies[0];
        copies[1..].iter().for_each(|&(_, n)| comes_again[n] = true);
        let is_worded = contents.group_of(contents.documents[place].first + number(first)).is_some();
        if is_worded {
            shared.extend(found.shared_numbers(group).iter().map(|&number| (number, first)));
        }
    }
    shared.sort_unstable();
    for together in shared.chunk_by(|a, b| a.0 == b.0) {
        together[1..].iter().for_each(|&(_, n)| comes_again[n] = true);
    }
    let all: usize = entries.iter().map(|entry| entry.words as usize).sum();
    let again = entries.iter().zip(comes_again).filter(|(_, again)| *again);
    let again: usize = again.map(|(entry, _)| entry.words as usize).sum();
    again > 0 && REPEATED * again >= all
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
         quarter or more is in paragraphs that are like others of the same article.</p>\n<table>\n<thead><tr><th scope=\"col\">Article</th><th \
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

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

/// A document is looked into if one word in so many stands in a paragraph that comes again in it, …
// Of 300 bodies doubled with one word in ten edited it finds 87 % of those of a scan in Arabic, 82 % in English, 42 % in Chinese,
// 33 % in Thai. The page of Arabic documentation then takes 0.11 s of CPU beside 0.70 s of the run. With 12 in place of 4,
// before the first paragraph of a chain was counted, it found 97, 93, 65 and 57 %, and took 0.29 s.
const REPEATED: usize = 4;

/// … at most so many paragraphs behind another such one, in both places. Rows of tables and headings come again in no order.
const MAX_STEP: usize = 3;

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

/// Returns true if much of a document is like an earlier part of it, in order.
fn repeats_itself(found: &Found<'_>, document: u64) -> bool {
    let contents = &found.contents;
    let Some(place) = contents.place(document) else { return false };
    let entries = contents.paragraphs_of(place);
    let all: usize = entries.iter().map(|entry| entry.words as usize).sum();
    let follows = |one: &(usize, usize), next: &(usize, usize)| {
        next.0 - one.0 <= MAX_STEP && (1..=MAX_STEP).contains(&next.1.wrapping_sub(one.1))
    };
    let counterparts = counterparts(found, place);
    let in_order = counterparts.chunk_by(follows).filter(|chain| chain.len() > 1).flatten();
    let again: usize = in_order.map(|&(later, _)| entries[later].words as usize).sum();
    again > 0 && REPEATED * again >= all
}

/// Returns the paragraphs of a document that come again in it, ascending, each with the earlier one that is most like it:
/// the first with the same words, or the one that shares most buckets with it.
fn counterparts(found: &Found<'_>, place: usize) -> Vec<(usize, usize)> {
    let contents = &found.contents;
    let entries = contents.paragraphs_of(place);
    let mut groups: Vec<(u32, usize)> = entries.iter().map(|entry| entry.copy_group).zip(0..).collect();
    groups.sort_unstable();
    let (mut counterparts, mut shared) = (Vec::new(), Vec::new());
    for copies in groups.chunk_by(|a, b| a.0 == b.0) {
        let (group, first) = copies[0];
        if contents.group_of(contents.documents[place].first + number(first)).is_none() {
            continue;
        }
        counterparts.extend(copies[1..].iter().map(|&(_, copy)| (copy, first)));
        shared.extend(found.shared_numbers(group).iter().map(|&number| (number, first)));
    }
    shared.sort_unstable();
    let together = shared.chunk_by(|a, b| a.0 == b.0);
    let mut pairs: Vec<(usize, usize)> =
        together.flat_map(|of_one| of_one[1..].iter().map(|&(_, later)| (later, of_one[0].1))).collect();
    pairs.sort_unstable();
    for pairs in pairs.chunk_by(|a, b| a.0 == b.0) {
        counterparts.extend(pairs.chunk_by(|a, b| a == b).max_by_key(|same| same.len()).map(|same| same[0]));
    }
    counterparts.sort_unstable();
    counterparts
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
         quarter or more is like an earlier part, in order: where much of a copy was edited it may be missed here, and is found \
         by <code>dittograph scan</code>.</p>\n<table>\n<thead><tr><th scope=\"col\">Article</th><th \
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

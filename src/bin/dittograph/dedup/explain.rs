//! `--explain`: what became of each paragraph of a document, and why.

use std::borrow::Cow;
use std::fmt::Write;

use dittograph::{Evidence, Found, ParagraphId, Removal};

use super::articles::Articles;
use crate::print;

/// Returns the documents of that id.
pub fn documents(articles: &Articles<'_>, id: &str) -> Result<Vec<u64>, String> {
    let documents: Vec<u64> = (0..articles.count()).filter(|&document| articles.id(document) == id).collect();
    if documents.is_empty() { Err(format!("--explain {id}: no record has this id")) } else { Ok(documents) }
}

/// Returns a report for people.
pub fn report(articles: &Articles<'_>, found: &Found<'_>, documents: &[u64]) -> String {
    let removals = &found.redundant().removals;
    let name = |document: u64| {
        let known = found.known(document).map(|_| "known to the index".to_owned());
        let what = known.unwrap_or_else(|| format!("document {document}"));
        format!("{} ({what})", shown(&articles.id(document), ID))
    };
    let beginning =
        |paragraph: ParagraphId| found.text(paragraph).map(|text| shown(&text, EXCERPT)).unwrap_or_default();
    let mut report = String::new();
    for &document in documents {
        let paragraphs: Vec<Cow<'_, str>> =
            (0..).map_while(|paragraph| found.text(ParagraphId { document, paragraph })).collect();
        let from = removals.partition_point(|removal| removal.removed.document < document);
        let mut removed = removals[from..].iter().take_while(|r| r.removed.document == document).peekable();
        let count = removed.clone().count();
        let total = paragraphs.len();
        _ = writeln!(report, "{}: {total} paragraphs, {count} removed", name(document));
        for (number, paragraph) in (0..).zip(&paragraphs) {
            let excerpt = shown(paragraph, EXCERPT);
            let Some(Removal { kept, similarity, evidence, .. }) =
                removed.next_if(|r| r.removed.paragraph == number)
            else {
                _ = writeln!(report, "  ¶{number} kept: {excerpt}");
                continue;
            };
            let alike = if similarity.is_exact() {
                "the same words".to_owned()
            } else {
                format!("jaccard {:.4}, containment {:.4}", similarity.jaccard(), similarity.containment())
            };
            if *evidence == Evidence::Boilerplate {
                _ = writeln!(
                    report,
                    "  ¶{number} removed: {excerpt}\n    as boilerplate, which stands in many articles of one site"
                );
                continue;
            }
            let place = format!("¶{} of {}", kept.paragraph, name(kept.document));
            _ = writeln!(report, "  ¶{number} removed: {excerpt}");
            _ = writeln!(report, "    for {place}, {alike}: {}", beginning(*kept));
        }
    }
    report
}

/// The most characters of a paragraph and of an id that are shown.
const EXCERPT: usize = 60;
const ID: usize = 1000;

/// The beginning of a text on one line, between isolates: a terminal shows it in its own direction.
fn shown(text: &str, most: usize) -> String {
    let is_longer = text.chars().nth(most).is_some();
    let clean = |c: char| if c.is_whitespace() { ' ' } else { print::shown(c) };
    let beginning: String = text.chars().take(most).map(clean).collect();
    format!("\u{2068}{beginning}{}\u{2069}", if is_longer { "…" } else { "" })
}

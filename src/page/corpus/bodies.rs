//! The documents whose body stands there twice.

use std::fmt::{self, Formatter};

use super::{Contents, Counted, DocumentName};
use crate::corpus::CorpusRun;
use crate::page::{Number, Span};

/// The greatest number of documents that are listed.
const MAX_BODIES: usize = 200;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let bodies = contents.found.doubled_bodies();
    if bodies.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "<section aria-labelledby=\"bodies\">\n<h2 id=\"bodies\">Bodies that stand twice</h2>\n<p class=\"sum\">In {} most of the \
         text stands twice. <code>dittograph scan --html</code> shows one side by side.</p>\n<table>\n<thead><tr><th scope=\"col\">Article</th><th \
         scope=\"col\">Stands first</th><th scope=\"col\">Comes again</th></tr></thead>\n<tbody>",
        Counted(bodies.len(), "article", "articles")
    )?;
    for CorpusRun { earlier, later } in bodies.iter().take(MAX_BODIES) {
        writeln!(
            f,
            "<tr><th scope=\"row\">{}</th><td>¶{}</td><td>¶{}</td></tr>",
            DocumentName(&contents.name(earlier.document)),
            Span(&earlier.paragraphs),
            Span(&later.paragraphs)
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

//! The tables, tab-separated.

use std::borrow::Cow;

use dittograph::{CorpusRun, Evidence, Found, ParagraphId, Similarity};

pub const REMOVED: &str =
    "kept_doc\tkept_paragraph\tremoved_doc\tremoved_paragraph\tjaccard\tcontainment\texact\tevidence\tlcs\n";
pub const PAIRS: &str = "earlier_doc\tearlier_paragraph\tlater_doc\tlater_paragraph\tjaccard\tcontainment\texact\tevidence\tlcs\n";
pub const RUNS: &str = "earlier_doc\tearlier_start\tearlier_end\tlater_doc\tlater_start\tlater_end\n";

/// A row of [`REMOVED`] or [`PAIRS`]; `name` gives the id of a document.
pub fn row<'d>(
    name: &dyn Fn(u64) -> Cow<'d, str>,
    found: &Found<'_>,
    [one, other]: [ParagraphId; 2],
    similarity: &Similarity,
    evidence: Evidence,
) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{:.6}\t{:.6}\t{}\t{evidence}\t{:.6}\n",
        escaped(&name(one.document)),
        one.paragraph,
        escaped(&name(other.document)),
        other.paragraph,
        similarity.jaccard(),
        similarity.containment(),
        similarity.is_exact(),
        found.lcs(one, other),
    )
}

/// A row of [`RUNS`].
pub fn run<'d>(name: &dyn Fn(u64) -> Cow<'d, str>, run: &CorpusRun) -> String {
    let (earlier, later) = (&run.earlier, &run.later);
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}\n",
        escaped(&name(earlier.document)),
        earlier.paragraphs.start,
        earlier.paragraphs.end,
        escaped(&name(later.document)),
        later.paragraphs.start,
        later.paragraphs.end
    )
}

/// An id as one cell.
fn escaped(id: &str) -> Cow<'_, str> {
    if !id.bytes().any(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r')) {
        return Cow::Borrowed(id);
    }
    let escaped = id.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
    Cow::Owned(escaped)
}

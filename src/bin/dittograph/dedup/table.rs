//! The tables, tab-separated.

use std::borrow::Cow;

use dittograph::{CorpusRun, Evidence, Found, ParagraphId, Similarity};

pub const RUNS: &str = "earlier_doc\tearlier_start\tearlier_end\tlater_doc\tlater_start\tlater_end\n";

/// The table of removals or pairs.
pub struct Table<'f> {
    /// Gives the id of a document.
    pub name: &'f (dyn Fn(u64) -> Cow<'f, str> + Sync),
    pub found: &'f Found<'f>,
    /// Each row has the texts of both paragraphs.
    pub with_text: bool,
}

impl Table<'_> {
    /// Returns the names of the columns, of which some begin with `one` and some with `other`.
    pub fn header(&self, one: &str, other: &str) -> String {
        let texts = if self.with_text { format!("\t{one}_text\t{other}_text") } else { String::new() };
        let ids = format!("{one}_doc\t{one}_paragraph\t{other}_doc\t{other}_paragraph");
        format!("{ids}\tjaccard\tcontainment\texact\tevidence\tlcs{texts}\n")
    }

    /// Returns the cell of how much is in the same order, which is not known of the texts of an index.
    fn lcs(&self, [one, other]: [ParagraphId; 2], similarity: &Similarity) -> String {
        match self.found.known(one.document) {
            Some(_) if similarity.is_exact() => "1.000000".to_owned(),
            Some(_) => String::new(),
            None => format!("{:.6}", self.found.lcs(one, other)),
        }
    }

    pub fn row(&self, [one, other]: [ParagraphId; 2], similarity: &Similarity, evidence: Evidence) -> String {
        let mut row = format!(
            "{}\t{}\t{}\t{}\t{:.6}\t{:.6}\t{}\t{evidence}\t{}",
            escaped(&(self.name)(one.document)),
            one.paragraph,
            escaped(&(self.name)(other.document)),
            other.paragraph,
            similarity.jaccard(),
            similarity.containment(),
            similarity.is_exact(),
            self.lcs([one, other], similarity),
        );
        for paragraph in [one, other].into_iter().filter(|_| self.with_text) {
            row.push('\t');
            row.push_str(&escaped(&self.found.text(paragraph).unwrap_or_default()));
        }
        row.push('\n');
        row
    }
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

/// Returns a text as one cell.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r')) {
        return Cow::Borrowed(text);
    }
    let escaped = text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
    Cow::Owned(escaped)
}

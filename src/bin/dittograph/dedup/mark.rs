//! `--mark` and `--articles`: what of each record repeats, and how much of it stands in another.

use std::borrow::Cow;

use dittograph::{Found, Overlap, Removal};
use serde::Serialize;
use serde_json::Value;

use super::articles::Articles;
use super::clusters::Likeness;
use super::table::escaped;

/// The field that `--mark` adds to a record.
pub const FIELD: &str = "dittograph";

/// The columns of `--articles`.
pub const ARTICLES: &str = "doc\tother_doc\twords\tshared_words\tshare\n";

/// What is known of a record.
#[derive(Serialize)]
pub struct Mark<'d> {
    redundant: Vec<Repeated<'d>>,
    overlap: Option<Other<'d>>,
}

/// A redundant paragraph, and the one that it repeats.
#[derive(Serialize)]
struct Repeated<'d> {
    paragraph: u32,
    /// Its bytes in the text.
    start: usize,
    end: usize,
    kept_doc: Cow<'d, str>,
    kept_paragraph: u32,
    #[serde(flatten)]
    likeness: Likeness,
}

/// The other record in which most of this one stands.
#[derive(Serialize)]
struct Other<'d> {
    doc: Cow<'d, str>,
    words: usize,
    shared_words: usize,
    share: f64,
}

/// Returns true for what an earlier run wrote into the field.
pub fn is_one(value: &Value) -> bool {
    value.get("redundant").is_some_and(Value::is_array) && value.get("overlap").is_some()
}

impl<'d> Mark<'d> {
    /// Returns what is known of a document with these removals and this overlap.
    pub fn new(
        found: &Found<'_>,
        articles: &'d Articles<'_>,
        removals: &[Removal],
        overlap: Option<&Overlap>,
    ) -> Self {
        let repeated = |removal: &Removal| {
            let span = found.span(removal.removed).unwrap_or_default();
            Repeated {
                paragraph: removal.removed.paragraph,
                start: span.start,
                end: span.end,
                kept_doc: articles.id(removal.kept.document),
                kept_paragraph: removal.kept.paragraph,
                likeness: Likeness::new(removal),
            }
        };
        let other = |overlap: &Overlap| Other {
            doc: articles.id(overlap.other),
            words: overlap.words,
            shared_words: overlap.shared,
            share: overlap.share(),
        };
        Self { redundant: removals.iter().map(repeated).collect(), overlap: overlap.map(other) }
    }

    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("strings, numbers and booleans are JSON")
    }
}

/// A row of [`ARTICLES`].
pub fn row(articles: &Articles<'_>, document: u64, overlap: &Overlap) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{:.6}\n",
        escaped(&articles.id(document)),
        escaped(&articles.id(overlap.other)),
        overlap.words,
        overlap.shared,
        overlap.share()
    )
}

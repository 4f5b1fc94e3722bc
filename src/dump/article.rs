//! An article of a dump, and where it stands.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

/// An article of a dump.
///
/// A [`Dump`](super::Dump) yields them.
///
/// ```
/// use dittograph::dump::{Dump, Format};
///
/// let line = r#"{"id": 7, "text": "The mill burnt down.", "year": 1911}"#;
/// let article = Dump::from_reader(line.as_bytes(), Format::JsonLines).last().unwrap()?;
/// assert_eq!((article.id.as_str(), article.text.as_str()), ("7", "The mill burnt down."));
/// assert_eq!((article.place.file.to_str(), article.place.record), (Some("-"), 1));
/// assert_eq!(article.fields["year"], 1911);
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Article {
    /// The id that the record states. Without one it is `path:record`, or the path alone where a file is one article.
    /// Two articles may have the same id: only [`place`](Self::place) is unique.
    pub id: String,
    /// The text, whose paragraphs can be compared. It may be empty.
    pub text: String,
    /// The place of the record that the article was read from.
    pub place: RecordPlace,
    /// The other fields of the record, as the table in the [module](super#which-records-are-articles) lists them. Empty if
    /// [`DumpOptions::fields`](super::DumpOptions::fields) is off.
    pub fields: Map<String, Value>,
}

/// The place of a record: its file, and its number there.
///
/// Places are ordered by file, then by number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct RecordPlace {
    /// The path of the file, as it was opened; `-` for a reader.
    pub file: Arc<Path>,
    /// The line that the record begins on (JSON Lines, CSV, TSV), else its number among the records of the file. Both
    /// count from 1.
    pub record: u64,
}

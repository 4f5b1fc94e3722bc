//! What the reader of each format returns.

use serde_json::{Map, Value};

use super::read_error::ReadError;
use super::statistics::Tally;

/// An article as it stands in its file.
pub(super) struct Record {
    /// Its line, row, page or place in the file, from 1.
    pub(super) number: u64,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) fields: Map<String, Value>,
}

/// The text of a page, and its other fields.
#[cfg(feature = "dump-html")]
pub(super) type TextAndFields = (String, Map<String, Value>);

/// Reads the records of one file, in its order.
pub(super) trait RecordReader: Send {
    /// Returns the next record, or None at the end. After an error of [`Scope::Record`](crate::error::Scope) it can be
    /// called again, for the record behind.
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Record>, ReadError>;
}

/// The names of the fields that hold the id and the text.
#[derive(Debug, Clone)]
pub(super) struct FieldNames {
    pub(super) id: String,
    pub(super) text: String,
    /// The other fields of a record are read too.
    pub(super) has_others: bool,
}

impl FieldNames {
    pub(super) fn missing_text(&self) -> ReadError {
        ReadError::record(format!("no field {:?}", self.text))
    }
}

pub(super) fn not_a_string(name: &str, got: impl AsRef<str>) -> ReadError {
    let got: String = got.as_ref().chars().take(40).collect();
    ReadError::record(format!("field {name:?}: expected a string, got {got}"))
}

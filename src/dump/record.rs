//! What the reader of each format returns.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::json::Objects;
use super::read_error::ReadError;
use super::statistics::Tally;
use crate::error::Scope;

/// About how many bytes of records are in a piece.
pub(super) const PIECE_LEN: usize = 1 << 24;

/// What is between the texts of a record that has several.
pub(super) const TEXT_SEPARATOR: &str = "\n\n";

/// The other fields of a record, of which the last of a name counts. With a map in its place `dedup` took 440 bytes more for
/// each record of a WET file.
pub(super) type Fields = Vec<(Cow<'static, str>, Value)>;

/// An article as it stands in its file.
#[derive(Debug, Default)]
pub(super) struct OwnedRecord {
    /// Its line, row, page or place in the file, from 1.
    pub(super) number: u64,
    pub(super) id: Option<String>,
    pub(super) text: String,
    /// Where the text of each text field is in `text`, if there are several; `None` for null.
    pub(super) parts: Vec<Option<Range<usize>>>,
    pub(super) has_text: bool,
    pub(super) fields: Fields,
}

impl OwnedRecord {
    pub(super) fn new(number: u64, id: Option<String>, text: String, fields: Fields) -> Self {
        Self { number, id, text, parts: Vec::new(), has_text: true, fields }
    }

    /// Adds the texts of the text fields, one after the other. `None` is null.
    pub(super) fn add_texts<'t>(&mut self, texts: impl ExactSizeIterator<Item = Option<&'t str>>) {
        let has_parts = texts.len() > 1;
        for text in texts {
            let is_null = text.is_none();
            let text = text.unwrap_or_default();
            if !self.text.is_empty() && !text.is_empty() {
                self.text.push_str(TEXT_SEPARATOR);
            }
            let start = self.text.len();
            self.text.push_str(text);
            if has_parts {
                self.parts.push((!is_null).then_some(start..self.text.len()));
            }
        }
    }
}

/// The text of a page, and its other fields.
#[cfg(feature = "dump-html")]
pub(super) type TextAndFields = (String, Fields);

/// Some records of a file, one after another.
#[derive(Debug)]
pub(super) enum Content {
    /// To be parsed on all cores.
    Objects(Objects),
    Records(Vec<Result<OwnedRecord, ReadError>>),
}

impl Content {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Objects(objects) => objects.len() == 0,
            Self::Records(records) => records.is_empty(),
        }
    }
}

/// Reads the records of one file, in its order.
pub(super) trait RecordReader: Send {
    /// Returns the next record, or None at the end. After an error of [`Scope::Record`] it can be called again, for the
    /// record behind.
    fn next(&mut self, tally: &mut Tally) -> Result<Option<OwnedRecord>, ReadError>;

    /// Returns the next records, none at the end, and the error after which there are no more.
    fn piece(&mut self, tally: &mut Tally) -> (Content, Option<ReadError>) {
        let (mut records, mut len) = (Vec::new(), 0);
        while len < PIECE_LEN {
            match self.next(tally) {
                Ok(None) => break,
                Ok(Some(record)) => {
                    len += record.text.len() + size_of::<OwnedRecord>();
                    records.push(Ok(record));
                }
                Err(error) if error.scope == Scope::Record => {
                    len += size_of::<OwnedRecord>();
                    records.push(Err(error));
                }
                Err(error) => return (Content::Records(records), Some(error)),
            }
        }
        (Content::Records(records), None)
    }
}

/// The names of the fields that hold the id and the text.
#[derive(Debug, Clone)]
pub(super) struct FieldNames {
    pub(super) id: String,
    /// Their texts follow one another.
    pub(super) texts: Vec<String>,
    /// The other fields of a record are read too.
    pub(super) has_others: bool,
    /// A record that has none of the texts is an article without text.
    pub(super) may_lack_text: bool,
}

impl FieldNames {
    /// Returns true if a path such as `article.body` begins with this name.
    pub(super) fn is_in_path(&self, name: &str) -> bool {
        let begins = |path: &String| path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        begins(&self.id) || self.texts.iter().any(begins)
    }

    /// The error of a table whose columns are these: some text field is none of them.
    pub(super) fn missing_column(&self, what: &str, has: &[&str]) -> ReadError {
        let missing = self.texts.iter().find(|text| !has.contains(&text.as_str()));
        let has: String = has.join(", ").chars().take(200).collect();
        ReadError::option(format!("no column {:?}; {what} has: {has}", missing.unwrap_or(&self.texts[0])))
    }

    /// The error of `what` in which none of the text fields is, but these are.
    pub(super) fn missing_text(&self, what: &str, has: &[&str]) -> ReadError {
        let texts: Vec<String> = self.texts.iter().map(|text| format!("{text:?}")).collect();
        let has: String = has.join(", ").chars().take(200).collect();
        let has = if has.is_empty() { "no fields".to_owned() } else { has };
        ReadError::record(format!("no field {}; {what} has: {has}", texts.join(" or ")))
    }
}

pub(super) fn not_a_string(name: &str, got: impl AsRef<str>) -> ReadError {
    let got: String = got.as_ref().chars().take(40).collect();
    ReadError::record(format!("field {name:?}: expected a string, got {got}"))
}

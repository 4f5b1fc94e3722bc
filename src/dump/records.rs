//! What every format gives.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::encoding::{Choice, Encodings};
use super::read_error::ReadError;

/// An article as it stands in its file.
pub(super) struct Record {
    /// Its line, row, page or place in the file, from 1.
    pub(super) number: u64,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) fields: Map<String, Value>,
}

/// The text of a page, and what else is known of it.
#[cfg(feature = "dump-html")]
pub(super) type TextAndFields = (String, Map<String, Value>);

/// The records of one file, in its order.
pub(super) trait Records: Send {
    /// The next, or None at the end. After an error of [`Scope::Record`](crate::error::Scope) the one after it can
    /// be asked for.
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Record>, ReadError>;
}

/// What is counted on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) encodings: Encodings,
    pub(super) left_out: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn decoded(&mut self, choice: Choice) {
        *self.encodings.entry((choice.encoding, choice.basis)).or_default() += 1;
    }

    pub(super) fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }
}

/// The names of the fields that hold the id and the text, and whether the others are wanted.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) fields: bool,
}

impl Names {
    pub(super) fn missing(&self) -> ReadError {
        ReadError::record(format!("no field {:?}", self.text))
    }
}

pub(super) fn not_a_string(name: &str, got: impl AsRef<str>) -> ReadError {
    let got: String = got.as_ref().chars().take(40).collect();
    ReadError::record(format!("field {name:?}: expected a string, got {got}"))
}

//! Which records are preferred: by a field of theirs.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use dittograph::dump::Record;
use rayon::prelude::*;
use serde_json::Value;

/// The field by whose value records are preferred: the smallest first, or the largest.
#[derive(Clone, Debug)]
pub struct KeepBy {
    field: String,
    largest: bool,
}

/// Reads `date`, or `-date` for the largest first.
impl FromStr for KeepBy {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let field = text.strip_prefix('-').unwrap_or(text);
        Ok(Self { field: field.to_owned(), largest: field.len() < text.len() })
    }
}

impl fmt::Display for KeepBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.largest { "-" } else { "" }, self.field)
    }
}

/// The value of a field: numbers stand before other texts.
#[derive(Debug, PartialEq, PartialOrd)]
pub enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    /// Returns None for null, objects and arrays. A text that is a number counts as one, since CSV has no others.
    fn new(value: Value) -> Option<Self> {
        match value {
            Value::Null | Value::Array(_) | Value::Object(_) => None,
            Value::Bool(value) => Some(Self::Text(value.to_string())),
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => match text.trim().parse() {
                Ok(number) if f64::is_finite(number) => Some(Self::Number(number)),
                _ => Some(Self::Text(text)),
            },
        }
    }
}

impl KeepBy {
    /// Returns the keys of records, `None` for those without the field.
    pub fn keys(&self, records: &[Record<'_>]) -> Vec<Option<Key>> {
        records.par_iter().map(|record| record.field(&self.field).and_then(Key::new)).collect()
    }

    /// Returns the ranks of the documents that have these keys, from 0 for the preferred; those without a key are last.
    ///
    /// # Errors
    ///
    /// If there are documents, and none has a key.
    pub fn ranks(&self, keys: &[Option<Key>]) -> Result<Vec<u32>, String> {
        if !keys.is_empty() && keys.iter().all(Option::is_none) {
            let Self { field, .. } = self;
            return Err(format!("--keep-by {self}: no record has a field {field:?} with a number or a text"));
        }
        let compare = |a: &Key, b: &Key| {
            let ascending = a.partial_cmp(b).unwrap_or(Ordering::Equal); // all are finite
            if self.largest { ascending.reverse() } else { ascending }
        };
        let mut sorted: Vec<(&Key, usize)> =
            (0..).zip(keys).filter_map(|(document, key)| Some((key.as_ref()?, document))).collect();
        sorted.par_sort_by(|a, b| compare(a.0, b.0));
        let mut ranks = vec![u32::MAX; keys.len()];
        for (rank, equal) in (0..).zip(sorted.chunk_by(|a, b| a.0 == b.0)) {
            for &(_, document) in equal {
                ranks[document] = rank;
            }
        }
        Ok(ranks)
    }
}

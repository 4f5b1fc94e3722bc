//! `--boilerplate`: the site of each record, by a number.

use std::collections::HashMap;

use dittograph::dump::Record;
use serde_json::Value;

use crate::site::host;

/// What names the site of a record.
#[derive(Clone, Debug)]
pub enum SiteOf {
    /// The host in its id.
    Id,
    Field(String),
}

/// The sites of the records so far.
#[derive(Default)]
pub struct Sites {
    numbers: HashMap<String, u32>,
    of: Vec<u32>,
}

/// In place of the number of a site.
const NO_SITE: u32 = u32::MAX;

impl Sites {
    /// Takes in records.
    pub fn extend(&mut self, records: &[Record<'_>], site_of: &SiteOf) {
        for record in records {
            let site = match site_of {
                SiteOf::Field(field) => record.field(field).and_then(name),
                SiteOf::Id => host(&record.id).map(str::to_ascii_lowercase),
            };
            let next = u32::try_from(self.numbers.len()).unwrap_or(NO_SITE);
            self.of.push(site.map_or(NO_SITE, |site| *self.numbers.entry(site).or_insert(next)));
        }
    }

    /// Returns the number of the site of each record.
    ///
    /// # Errors
    ///
    /// If there are records, and none is of a site.
    pub fn numbers(&mut self, site_of: &SiteOf) -> Result<Vec<u32>, String> {
        if !self.of.is_empty() && self.numbers.is_empty() {
            return Err(match site_of {
                SiteOf::Id => {
                    "--boilerplate: no id is a URL; --site-field names the field of the site".to_owned()
                }
                SiteOf::Field(field) => {
                    format!("--site-field: no record has a field {field:?} with a text or a number")
                }
            });
        }
        Ok(std::mem::take(&mut self.of))
    }
}

fn name(value: Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

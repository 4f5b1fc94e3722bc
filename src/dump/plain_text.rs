//! A plain text, which is one article as it stands.

use super::encoding::{Encoding, choose};
use super::limited_input::LimitedInput;
use super::read_error::ReadError;
use super::record::{OwnedRecord, RecordReader};
use super::statistics::Tally;

/// Reads a file as one record.
pub(super) struct PlainTextReader {
    input: Option<LimitedInput>,
    fallback: Option<Encoding>,
}

impl PlainTextReader {
    pub(super) fn new(input: LimitedInput, fallback: Option<Encoding>) -> Self {
        Self { input: Some(input), fallback }
    }
}

impl RecordReader for PlainTextReader {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        let Some(mut input) = self.input.take() else { return Ok(None) };
        let bytes = input.read_rest()?;
        let choice = choose(&bytes, None, self.fallback);
        let text = choice.decode(bytes)?;
        tally.count_encoding(choice);
        Ok(Some(OwnedRecord::new(1, None, text, Vec::new())))
    }
}

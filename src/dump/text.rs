//! A file that is one article as it stands.

use serde_json::Map;

use super::encoding::{Encoding, choose};
use super::input::Input;
use super::read_error::ReadError;
use super::records::{Record, Records, Tally};

pub(super) struct Text {
    input: Option<Input>,
    named: Option<Encoding>,
}

impl Text {
    pub(super) fn new(input: Input, named: Option<Encoding>) -> Self {
        Self { input: Some(input), named }
    }
}

impl Records for Text {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Record>, ReadError> {
        let Some(mut input) = self.input.take() else { return Ok(None) };
        let bytes = input.rest()?;
        let choice = choose(&bytes, None, self.named);
        let text = choice.decode(bytes)?;
        tally.decoded(choice);
        Ok(Some(Record { number: 1, id: None, text, fields: Map::new() }))
    }
}

//! JSON: one object a line, or the objects of an array.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use serde::de::{self, Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::encoding::Choice;
use super::limited_input::LimitedInput;
use super::read_error::ReadError;
use super::record::{FieldNames, Record, RecordReader, not_a_string};
use super::statistics::Tally;

/// Reads lines that are one object each; blank ones are passed over.
pub(super) struct JsonLinesReader {
    input: LimitedInput,
    names: FieldNames,
    choice: Choice,
    line: Vec<u8>,
    number: u64,
}

impl JsonLinesReader {
    pub(super) fn new(input: LimitedInput, names: FieldNames, choice: Choice) -> Self {
        Self { input, names, choice, line: Vec::new(), number: 0 }
    }
}

impl RecordReader for JsonLinesReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<Record>, ReadError> {
        loop {
            self.input.begin_record();
            self.line.clear();
            let position = self.input.position();
            self.number += 1;
            if self
                .input
                .read_until(b'\n', &mut self.line)
                .map_err(|error| ReadError::from(error).at_record(self.number))?
                == 0
            {
                return Ok(None);
            }
            if !self.line.trim_ascii().is_empty() {
                let record = parse(&self.line, position, self.choice, &self.names, self.number);
                return record.map(Some).map_err(|error| error.at_record(self.number));
            }
        }
    }
}

/// Reads the objects of an array, or objects after one another.
pub(super) struct JsonReader {
    input: LimitedInput,
    names: FieldNames,
    choice: Choice,
    value: Vec<u8>,
    number: u64,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Start,
    /// In an array. An element is due after a comma.
    Array {
        due: bool,
    },
    Sequence,
    End,
}

impl JsonReader {
    pub(super) fn new(input: LimitedInput, names: FieldNames, choice: Choice) -> Self {
        Self { input, names, choice, value: Vec::new(), number: 0, state: State::Start }
    }

    /// Returns the next byte that is no white space, without taking it.
    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let available = self.input.fill_buf()?;
            let Some(&first) = available.first() else { return Ok(None) };
            let space =
                available.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            if space == 0 {
                return Ok(Some(first));
            }
            self.input.consume(space);
            self.input.begin_record();
        }
    }

    /// Takes an object into `value`. Only its end is looked for; it is parsed later.
    fn take_object(&mut self) -> Result<(), ReadError> {
        self.input.begin_record();
        self.value.clear();
        let (mut depth, mut in_string, mut escaped) = (0u64, false, false);
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                return Err(ReadError::cut_short());
            }
            let (mut at, mut end) = (0, None);
            while let (Some(&byte), None) = (available.get(at), end) {
                at += 1;
                match byte {
                    _ if escaped => escaped = false,
                    b'"' => in_string = !in_string,
                    b'\\' => escaped = in_string,
                    _ if in_string => {
                        // Most of a dump is in strings.
                        at = memchr::memchr2(b'"', b'\\', &available[at..])
                            .map_or(available.len(), |next| at + next);
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1; // it begins with one
                        end = (depth == 0).then_some(at);
                    }
                    _ => {}
                }
            }
            let count = end.unwrap_or(available.len());
            self.value.extend_from_slice(&available[..count]);
            self.input.consume(count);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    fn unexpected(&self, byte: Option<u8>, expected: &str) -> ReadError {
        let got = byte.map_or("the end of the file".to_owned(), |byte| format!("{:?}", char::from(byte)));
        ReadError::file(format!("expected {expected} at byte {}, got {got}", self.input.position()))
    }
}

impl RecordReader for JsonReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<Record>, ReadError> {
        loop {
            let byte = self.peek()?;
            match (&self.state, byte) {
                (State::Start, Some(b'[')) => {
                    self.input.consume(1);
                    self.state = State::Array { due: false };
                    continue;
                }
                (State::Start, _) => {
                    self.state = State::Sequence;
                    continue;
                }
                (State::Array { due: false }, Some(b']')) => {
                    self.input.consume(1);
                    self.state = State::End;
                    continue;
                }
                (State::Array { due: false }, Some(b',')) if self.number > 0 => {
                    self.input.consume(1);
                    self.state = State::Array { due: true };
                    continue;
                }
                (State::Array { due }, Some(b'{')) if *due || self.number == 0 => {
                    self.state = State::Array { due: false };
                }
                (State::Sequence, Some(b'{')) => {}
                (State::Sequence | State::End, None) => return Ok(None),
                (State::Array { due: true } | State::Sequence, _) => {
                    return Err(self.unexpected(byte, "an object"));
                }
                (State::Array { due: false }, _) => {
                    let expected = if self.number == 0 { "an object or ']'" } else { "',' or ']'" };
                    return Err(self.unexpected(byte, expected));
                }
                (State::End, _) => return Err(self.unexpected(byte, "the end of the file")),
            }
            let position = self.input.position();
            self.number += 1;
            self.take_object().map_err(|error| error.at_record(self.number))?;
            let record = parse(&self.value, position, self.choice, &self.names, self.number);
            return record.map(Some).map_err(|error| error.at_record(self.number));
        }
    }
}

fn parse(
    json: &[u8],
    position: u64,
    choice: Choice,
    names: &FieldNames,
    number: u64,
) -> Result<Record, ReadError> {
    let json = choice.text(json, position)?;
    let mut deserializer = serde_json::Deserializer::from_str(json.trim_ascii_end());
    let picked = deserializer
        .deserialize_map(PickFields(names))
        .and_then(|fields| deserializer.end().map(|()| fields))
        .map_err(|error| ReadError::record(describe(&error, json, position)))?;
    let text = match picked.text {
        Some(Value::String(text)) => text,
        Some(other) => return Err(not_a_string(&names.text, other.to_string())),
        None => return Err(names.missing_text()),
    };
    let id = match picked.id.map(RawValue::get) {
        None | Some("null") => None,
        Some(json) if json.starts_with('"') => {
            Some(serde_json::from_str(json).map_err(|error| ReadError::record(error.to_string()))?)
        }
        // As it is written, however many digits it has.
        Some(json) if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some(json.to_owned()),
        Some(json) => return Err(not_a_string(&names.id, json)),
    };
    Ok(Record { number, id, text, fields: picked.fields })
}

/// Describes an error in an object that begins at a byte of the file. The lines that the error counts begin with the object,
/// so a byte of the file stands in their place.
fn describe(error: &serde_json::Error, json: &str, position: u64) -> String {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    match line {
        0 => message,
        1 => message.replace("line 1 column", "column"),
        _ => {
            let before: usize = json.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let byte = position + (before + column - 1) as u64;
            message.replace(&format!("line {line} column {column}"), &format!("byte {byte}"))
        }
    }
}

/// Picks the fields of an object. Where a name comes twice the last one counts.
struct PickFields<'n>(&'n FieldNames);

struct Picked<'d> {
    id: Option<&'d RawValue>,
    text: Option<Value>,
    fields: Map<String, Value>,
}

impl<'d> Visitor<'d> for PickFields<'_> {
    type Value = Picked<'d>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Picked<'d>, A::Error> {
        let names = self.0;
        let mut picked = Picked { id: None, text: None, fields: Map::new() };
        while let Some(Name(name)) = map.next_key::<Name<'d>>()? {
            if name == names.id {
                let raw: &RawValue = map.next_value()?;
                // One field may be both.
                if name == names.text {
                    picked.text = Some(serde_json::from_str(raw.get()).map_err(de::Error::custom)?);
                }
                picked.id = Some(raw);
            } else if name == names.text {
                picked.text = Some(map.next_value()?);
            } else if names.has_others {
                picked.fields.insert(name.into_owned(), map.next_value()?);
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        Ok(picked)
    }
}

struct Name<'d>(Cow<'d, str>);

impl<'d> de::Deserialize<'d> for Name<'d> {
    fn deserialize<D: de::Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'d> Visitor<'d> for Borrowing {
            type Value = Name<'d>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'d str) -> Result<Name<'d>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'d>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

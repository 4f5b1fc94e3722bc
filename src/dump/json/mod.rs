//! JSON: one object a line, or the objects of an array.
//!
//! A byte is looked at a fixed number of times: for the end of its object, for UTF-8, and by the parser; twice by the parser if
//! it fails and there is something to repair.

mod repair;
mod object;
mod objects;

use std::io::{self, BufRead};

use super::encoding::Choice;
use super::limited_input::LimitedInput;
use super::read_error::ReadError;
use super::record::{Content, FieldNames, OwnedRecord, PIECE_LEN, RecordReader};
use super::statistics::Tally;
use object::Object;
pub(super) use object::{Parts, field, place_of_field};
pub(super) use objects::Objects;

/// Reads lines that are one object each; blank ones are passed over.
pub(super) struct JsonLinesReader {
    input: LimitedInput,
    names: FieldNames,
    choice: Choice,
    line: Vec<u8>,
    /// How many lines have been returned.
    number: u64,
    /// The beginning of a line that the next piece begins with.
    rest: Vec<u8>,
}

impl JsonLinesReader {
    pub(super) fn new(input: LimitedInput, names: FieldNames, choice: Choice) -> Self {
        Self { input, names, choice, line: Vec::new(), number: 0, rest: Vec::new() }
    }

    /// Reads whole lines, of about [`PIECE_LEN`] bytes together, and the error after which there are no more.
    fn lines(&mut self) -> (Vec<u8>, Option<ReadError>) {
        let rest = std::mem::take(&mut self.rest);
        // Zeroed by the system, so that it costs nothing.
        let mut bytes = vec![0; PIECE_LEN.max(2 * rest.len())];
        bytes[..rest.len()].copy_from_slice(&rest);
        let mut len = rest.len();
        loop {
            let (is_end, failed) = match fill(&mut self.input, &mut bytes, &mut len) {
                Ok(is_end) => (is_end, None),
                Err(error) => (false, Some(ReadError::from(error))),
            };
            let end = if is_end { Some(len) } else { memchr::memrchr(b'\n', &bytes[..len]).map(|at| at + 1) };
            match end {
                Some(end) if failed.is_none() => self.rest = bytes[end..len].to_vec(),
                None if failed.is_none() && len as u64 > self.input.limit() => {
                    bytes.truncate(len);
                    let failed = self.input.take_line(&mut bytes).err().map(ReadError::from);
                    bytes.push(b'\n');
                    return (bytes, failed);
                }
                None if failed.is_none() => {
                    bytes.resize(2 * len, 0);
                    continue;
                }
                _ => {}
            }
            bytes.truncate(end.unwrap_or(0));
            if bytes.len() < bytes.capacity() / 2 {
                bytes.shrink_to_fit();
            }
            return (bytes, failed);
        }
    }
}

/// Fills the bytes from `len` on; returns true at the end of the input.
fn fill(input: &mut LimitedInput, bytes: &mut [u8], len: &mut usize) -> io::Result<bool> {
    while *len < bytes.len() {
        match input.take_bytes(&mut bytes[*len..]) {
            Ok(0) => return Ok(true),
            Ok(count) => *len += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

impl RecordReader for JsonLinesReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        loop {
            self.line.clear();
            let position = self.input.position();
            self.number += 1;
            let number = self.number;
            self.input.take_line(&mut self.line).map_err(|error| ReadError::from(error).at_record(number))?;
            if self.line.is_empty() {
                return Ok(None);
            }
            if !object::is_blank(&self.line, self.input.limit()) {
                let object = Object::new(&self.line, position, self.choice, self.input.limit());
                let record = object.and_then(|object| object.record(&self.names, number));
                return record.map(Some).map_err(|error| error.at_record(number));
            }
        }
    }

    fn piece(&mut self, _: &mut Tally) -> (Content, Option<ReadError>) {
        let position = self.input.position() - self.rest.len() as u64;
        let (bytes, failed) = self.lines();
        let first = self.number + 1;
        self.number += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let objects = Objects::lines(bytes, first, position, self.choice, self.input.limit());
        (Content::Objects(objects), failed.map(|error| error.at_record(self.number + 1)))
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

    /// Returns the next byte that is no white space, without taking it. Where files were put together, the mark of one is
    /// passed over.
    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            self.input.begin_record();
            let available = self.input.fill_buf()?;
            let Some(&first) = available.first() else { return Ok(None) };
            if first == 0xef {
                let begun = self.input.take_marks()?.len() as u64;
                if begun > 0 {
                    return Err(self.unexpected_at(Some(first), "JSON", self.input.position() - begun));
                }
                continue;
            }
            let space =
                available.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            if space == 0 {
                return Ok(Some(first));
            }
            self.input.consume(space);
        }
    }

    /// Takes what stands before the next object, and the object into `value`; false at the end. Returns where it begins.
    fn advance(&mut self) -> Result<Option<u64>, ReadError> {
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
            return Ok(Some(position));
        }
    }

    /// Takes an object into `value`, on one line. Only its end is looked for; it is parsed later.
    fn take_object(&mut self) -> Result<(), ReadError> {
        self.input.begin_record();
        self.value.clear();
        let (mut depth, mut in_string, mut escaped) = (0u64, false, false);
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                return Err(ReadError::cut_short());
            }
            let (mut at, mut copied, mut end) = (0, 0, None);
            while let (Some(&byte), None) = (available.get(at), end) {
                at += 1;
                match byte {
                    b'\n' => {
                        self.value.extend_from_slice(&available[copied..at - 1]);
                        // White space between values; in a string a carriage return is as wrong as a line feed.
                        self.value.push(if in_string { b'\r' } else { b' ' });
                        (copied, escaped) = (at, false);
                    }
                    _ if escaped => escaped = false,
                    b'"' => in_string = !in_string,
                    b'\\' => escaped = in_string,
                    _ if in_string => {
                        // Most of a dump is in strings.
                        at = memchr::memchr3(b'"', b'\\', b'\n', &available[at..])
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
            self.value.extend_from_slice(&available[copied..count]);
            self.input.consume(count);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    fn unexpected(&self, byte: Option<u8>, expected: &str) -> ReadError {
        self.unexpected_at(byte, expected, self.input.position())
    }

    fn unexpected_at(&self, byte: Option<u8>, expected: &str, position: u64) -> ReadError {
        let got = byte.map_or("the end of the file".to_owned(), |byte| format!("{:?}", char::from(byte)));
        ReadError::file(format!("expected {expected} at {}, got {got}", self.choice.place(position)))
    }
}

impl RecordReader for JsonReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        let Some(position) = self.advance()? else { return Ok(None) };
        let object = Object::new(&self.value, position, self.choice, self.input.limit());
        let record = object.and_then(|object| object.record(&self.names, self.number));
        record.map(Some).map_err(|error| error.at_record(self.number))
    }

    fn piece(&mut self, _: &mut Tally) -> (Content, Option<ReadError>) {
        let mut objects = Objects::starting_at(self.number + 1, self.choice, self.input.limit());
        while objects.len() < PIECE_LEN {
            match self.advance() {
                Ok(Some(position)) => objects.push(&self.value, position),
                Ok(None) => break,
                Err(error) => return (Content::Objects(objects), Some(error)),
            }
        }
        (Content::Objects(objects), None)
    }
}

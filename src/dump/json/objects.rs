//! A piece of JSON: objects, each on its line, that are parsed on all cores.

use rayon::prelude::*;

use super::object::{Object, Parsed, is_blank};
use crate::dump::encoding::Choice;
use crate::dump::read_error::ReadError;
use crate::dump::record::FieldNames;

/// Whole lines, each with an object or blank.
#[derive(Debug)]
pub(in crate::dump) struct Objects {
    bytes: Vec<u8>,
    /// The number of the first line in the file, from 1.
    first: u64,
    start: Start,
    choice: Choice,
    /// The most bytes that an object may have.
    limit: u64,
}

/// The bytes of the file that the lines begin at.
#[derive(Debug)]
enum Start {
    /// That of the first. The others follow it.
    First(u64),
    /// Those of all lines.
    Each(Vec<u64>),
}

impl Objects {
    pub(super) fn lines(bytes: Vec<u8>, first: u64, position: u64, choice: Choice, limit: u64) -> Self {
        Self { bytes, first, start: Start::First(position), choice, limit }
    }

    /// Returns no objects yet.
    pub(super) fn starting_at(first: u64, choice: Choice, limit: u64) -> Self {
        Self { bytes: Vec::new(), first, start: Start::Each(Vec::new()), choice, limit }
    }

    /// Adds an object, which is on one line.
    pub(super) fn push(&mut self, object: &[u8], position: u64) {
        self.bytes.extend_from_slice(object);
        self.bytes.push(b'\n');
        if let Start::Each(positions) = &mut self.start {
            positions.push(position);
        }
    }

    /// Returns how many bytes there are.
    pub(in crate::dump) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Parses the objects on all cores, and returns what `each` makes of them and of the numbers of their lines.
    pub(in crate::dump) fn parse<'o, R: Send>(
        &'o self,
        names: &FieldNames,
        each: impl Fn(u64, Result<Parsed<'o>, ReadError>) -> R + Sync,
    ) -> Vec<R> {
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', &self.bytes).map(|at| at + 1);
        let last = (!self.bytes.ends_with(b"\n")).then_some(self.bytes.len());
        let lines = ends.chain(last).map(|end| (std::mem::replace(&mut start, end), end));
        let is_object =
            |(_, (start, end)): &(usize, (usize, usize))| !is_blank(&self.bytes[*start..*end], self.limit);
        let lines: Vec<(usize, (usize, usize))> = lines.enumerate().filter(is_object).collect();
        let parse = |(n, (start, end)): (usize, (usize, usize))| {
            let position = match &self.start {
                Start::First(position) => position + start as u64,
                Start::Each(positions) => positions.get(n).copied().unwrap_or_default(),
            };
            let number = self.first + n as u64;
            let object = Object::new(&self.bytes[start..end], position, self.choice, self.limit);
            let parsed = object.and_then(|object| object.parse(names));
            each(number, parsed.map_err(|error| error.at_record(number)))
        };
        lines.into_par_iter().map(parse).collect()
    }
}

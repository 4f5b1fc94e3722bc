//! CSV and TSV whose first row names the columns. A byte is parsed once, and copied once into its row and once out of it.
//!
//! Built on `csv_core`, since the crate `csv` reports line numbers that are one too low where lines end in CR LF.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::encoding::Choice;
use super::limited_input::LimitedInput;
use super::read_error::ReadError;
use super::record::{FieldNames, OwnedRecord, RecordReader};
use super::statistics::Tally;

/// Reads rows as records.
pub(super) struct CsvReader {
    table: Table,
    names: FieldNames,
    choice: Choice,
    /// The names of the columns; none before the first row is read.
    header: Vec<String>,
    /// The columns of the texts.
    texts: Vec<usize>,
}

/// The most columns that a file may have, since a name takes many times the memory of the comma after it.
const MAX_COLUMNS: usize = 1 << 16;

impl CsvReader {
    /// Creates a reader of columns that are separated by commas, or by semicolons if the first line has these alone.
    pub(super) fn csv(mut input: LimitedInput, names: FieldNames, choice: Choice) -> Result<Self, ReadError> {
        let available = input.fill_buf()?;
        let end = memchr::memchr2(b'\n', b'\r', available).unwrap_or(available.len());
        let has = |byte| memchr::memchr(byte, &available[..end]).is_some();
        let delimiter = if has(b';') && !has(b',') { b';' } else { b',' };
        Ok(Self::new(input, delimiter, names, choice))
    }

    pub(super) fn tsv(input: LimitedInput, names: FieldNames, choice: Choice) -> Self {
        Self::new(input, b'\t', names, choice)
    }

    fn new(input: LimitedInput, delimiter: u8, names: FieldNames, choice: Choice) -> Self {
        Self { table: Table::new(input, delimiter), names, choice, header: Vec::new(), texts: Vec::new() }
    }

    fn cells(&self) -> Result<Vec<&str>, ReadError> {
        let row = self.table.start;
        let text = |cell| {
            // The bytes of a cell are known as they are unquoted, so their place in the row is not.
            let invalid =
                |_| self.choice.invalid(format_args!("a byte of the row that begins at byte {row}"));
            simdutf8::basic::from_utf8(cell).map_err(invalid)
        };
        self.table.cells().map(text).collect()
    }

    fn read_header(&mut self) -> Result<(), ReadError> {
        if self.table.count > MAX_COLUMNS {
            let got = self.table.count;
            return Err(ReadError::file(format!("expected at most {MAX_COLUMNS} columns, got {got}")));
        }
        let cells = self.cells().map_err(|error| ReadError::file(error.message))?;
        let header = distinct(&cells);
        let column = |name: &String| header.iter().position(|column| column == name);
        let texts: Option<Vec<usize>> = self.names.texts.iter().map(column).collect();
        let texts = texts.ok_or_else(|| {
            let has: Vec<&str> = header.iter().map(String::as_str).collect();
            self.names.missing_column("the first row", &has)
        })?;
        (self.texts, self.header) = (texts, header);
        Ok(())
    }

    fn record(&self, number: u64) -> Result<OwnedRecord, ReadError> {
        let (expected, got) = (self.header.len(), self.table.count);
        if got != expected {
            return Err(ReadError::record(format!(
                "expected {expected} fields as in the first row, got {got}"
            )));
        }
        let mut record = OwnedRecord::new(number, None, String::new(), Vec::new());
        let cells = self.cells()?;
        record.add_texts(self.texts.iter().map(|&column| Some(cells[column])));
        for (column, (name, &cell)) in self.header.iter().zip(&cells).enumerate() {
            if self.names.has_others && *name != self.names.id && !self.texts.contains(&column) {
                record.fields.push((name.clone().into(), cell.into()));
            }
            // One field may be both.
            if *name == self.names.id && !cell.is_empty() {
                record.id = Some(cell.to_owned());
            }
        }
        Ok(record)
    }
}

/// Returns the names of columns, each once: of those that have the same name the first keeps it, and the others are
/// numbered, as `name_1`.
fn distinct(columns: &[&str]) -> Vec<String> {
    let taken: HashSet<&str> = columns.iter().copied().collect();
    let mut last_numbers: HashMap<&str, usize> = HashMap::new();
    let mut names = Vec::with_capacity(columns.len());
    for &column in columns {
        let Some(number) = last_numbers.get_mut(column) else {
            last_numbers.insert(column, 0);
            names.push(column.to_owned());
            continue;
        };
        let mut name = column.to_owned();
        while taken.contains(&*name) {
            *number += 1;
            name = format!("{column}_{number}");
        }
        names.push(name);
    }
    names
}

impl RecordReader for CsvReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        if self.header.is_empty() {
            if !self.table.advance()? {
                return Ok(None);
            }
            self.read_header()?;
        }
        let row = self.table.advance();
        let line = self.table.line;
        if !row.map_err(|error| error.at_record(line))? {
            return Ok(None);
        }
        self.record(line).map(Some).map_err(|error| error.at_record(line))
    }
}

/// Reads rows of bytes; blank lines are passed over.
struct Table {
    input: LimitedInput,
    reader: Reader,
    /// How many line breaks between rows were passed over, which the reader does not count.
    breaks: u64,
    /// The line and the byte that the row begins on.
    line: u64,
    start: u64,
    /// The cells of the row, one after the other.
    bytes: Vec<u8>,
    /// Where each cell ends in `bytes`, for the first `MAX_COLUMNS`.
    ends: Vec<usize>,
    /// How many cells the row has.
    count: usize,
}

impl Table {
    fn new(input: LimitedInput, delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self {
            input,
            reader,
            breaks: 0,
            line: 0,
            start: 0,
            bytes: vec![0; 1 << 10],
            ends: vec![0; 1 << 5],
            count: 0,
        }
    }

    /// Passes over line breaks, and over the mark of a file that was put behind another. Returns what it took of a row.
    fn pass_over(&mut self) -> io::Result<&'static [u8]> {
        loop {
            self.input.begin_record();
            match self.input.fill_buf()?.first() {
                Some(&byte @ (b'\r' | b'\n')) => {
                    self.input.consume(1);
                    self.breaks += u64::from(byte == b'\n');
                }
                Some(0xef) => {
                    let begun = self.input.take_marks()?;
                    if !begun.is_empty() {
                        return Ok(begun);
                    }
                }
                _ => return Ok(&[]),
            }
        }
    }

    /// Reads the next row; false at the end.
    fn advance(&mut self) -> Result<bool, ReadError> {
        let mut begun = self.pass_over()?;
        if begun.is_empty() && self.input.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let start = self.input.position() - begun.len() as u64;
        (self.line, self.start) = (self.breaks + self.reader.line(), start);
        let mut length = 0;
        self.count = 0;
        loop {
            let ends = self.count.min(MAX_COLUMNS);
            let available = if begun.is_empty() { self.input.fill_buf()? } else { begun };
            let is_end = available.is_empty();
            // The last row may lack its line break, but not its closing quote, within which a break ends nothing.
            let available = if is_end { b"\n" } else { available };
            let (bytes, ends) = (&mut self.bytes[length..], &mut self.ends[ends..]);
            let (result, read, written, ended) = self.reader.read_record(available, bytes, ends);
            if !begun.is_empty() {
                begun = &begun[read..];
            } else if !is_end {
                self.input.consume(read);
            }
            length += written;
            self.count += ended;
            match result {
                ReadRecordResult::InputEmpty if is_end => return Err(ReadError::cut_short()),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize((self.ends.len() * 2).min(MAX_COLUMNS + 1), 0);
                }
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends[..self.count.min(MAX_COLUMNS)]
            .iter()
            .map(move |&end| &self.bytes[std::mem::replace(&mut start, end)..end])
    }
}

//! CSV and TSV whose first row names the columns.

use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::Map;

use super::encoding::Choice;
use super::input::Input;
use super::records::{Names, Record, Records, Tally};
use super::wrong::Wrong;

pub(super) struct Rows {
    reader: Reader<Input>,
    names: Names,
    choice: Choice,
    /// The names of the columns; none before the first row is read.
    header: Vec<String>,
    row: ByteRecord,
}

/// The most columns that a file may have: a name takes many times the memory of the comma after it.
const COLUMNS: usize = 1 << 16;

impl Rows {
    pub(super) fn new(input: Input, delimiter: u8, names: Names, choice: Choice) -> Self {
        let mut builder = ReaderBuilder::new();
        let reader = builder.delimiter(delimiter).has_headers(false).flexible(true).from_reader(input);
        Self { reader, names, choice, header: Vec::new(), row: ByteRecord::new() }
    }

    /// Whether there is another row. The line that it begins on is that of its position.
    fn advance(&mut self) -> Result<bool, Wrong> {
        self.reader.get_mut().begin();
        self.reader.read_byte_record(&mut self.row).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Wrong::file(format!("{other:?}")),
        })
    }

    fn line(&self) -> u64 {
        self.row.position().map_or(0, csv::Position::line)
    }

    fn cells(&self) -> Result<Vec<&str>, Wrong> {
        let row = self.row.position().map_or(0, csv::Position::byte);
        let text = |cell| {
            // Where in the row a cell lies is not known where there are quotes.
            let invalid =
                |_| self.choice.invalid(format_args!("a byte of the row that begins at byte {row}"));
            std::str::from_utf8(cell).map_err(invalid)
        };
        self.row.iter().map(text).collect()
    }
}

impl Records for Rows {
    fn next(&mut self, _: &mut Tally) -> Result<Option<Record>, Wrong> {
        if self.header.is_empty() {
            if !self.advance()? {
                return Ok(None);
            }
            if self.row.len() > COLUMNS {
                return Err(Wrong::file(format!(
                    "expected at most {COLUMNS} columns, got {}",
                    self.row.len()
                )));
            }
            self.header = self
                .cells()
                .map_err(|wrong| Wrong::file(wrong.what))?
                .into_iter()
                .map(str::to_owned)
                .collect();
            if !self.header.contains(&self.names.text) {
                let columns = self.header.join(", ").chars().take(200).collect::<String>();
                return Err(Wrong::file(format!(
                    "no column {:?}; the first row has: {columns}",
                    self.names.text
                )));
            }
        }
        if !self.advance()? {
            return Ok(None);
        }
        let number = self.line();
        if self.row.len() != self.header.len() {
            let (expected, got) = (self.header.len(), self.row.len());
            let wrong = format!("expected {expected} fields as in the first row, got {got}");
            return Err(Wrong::record(wrong).at(number));
        }
        let cells = self.cells().map_err(|wrong| wrong.at(number))?;
        let mut record = Record { number, id: None, text: String::new(), fields: Map::new() };
        for (name, cell) in self.header.iter().zip(cells) {
            if *name == self.names.text {
                cell.clone_into(&mut record.text);
            } else if self.names.fields && *name != self.names.id {
                record.fields.insert(name.clone(), cell.into());
            }
            // One field may be both.
            if *name == self.names.id && !cell.is_empty() {
                record.id = Some(cell.to_owned());
            }
        }
        Ok(Some(record))
    }
}

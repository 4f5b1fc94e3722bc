//! Parquet: its footer says which columns there are, and where the pages of each lie.
//!
//! The crate `parquet` decodes columns and builds rows. It trusts the lengths that a file claims, so the file is read
//! here ([`pages`]), and what would be allocated is checked before. Where the crate panics on a hostile file all the same,
//! the panic becomes an error of the file (the panic hook is called; a program built with `panic = "abort"` ends).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use ::parquet::record::Field;
use ::parquet::record::reader::{ReaderIter, TreeBuilder};
use ::parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use serde_json::{Map, Value};

use self::columns::{BATCH_LEN, Columns, Strings};
use self::fields::{is_plain, is_string, to_json};
pub(super) use self::file_bytes::FileBytes;
use super::encoding::{Choice, choose};
use super::read_error::{ReadError, is_from_origin};
use super::record::{FieldNames, OwnedRecord, RecordReader, not_a_string};
use super::statistics::Tally;

// In the order of dependence: a file uses only those above it.
mod thrift;
mod schema;
mod file_bytes;
mod page_header;
mod encoded_values;
mod page_compression;
mod pages;
mod columns;
mod fields;

/// Reads rows as records, one row group after another.
pub(super) struct ParquetReader {
    bytes: Arc<FileBytes>,
    metadata: ParquetMetaData,
    names: FieldNames,
    choice: Choice,
    /// Where the text and the id stand among the columns; the id only if it is a string.
    text: usize,
    id: Option<usize>,
    /// The schema of the other columns that are read, if there are some.
    rest: Option<Arc<SchemaDescriptor>>,
    limit: u64,
    /// The row group that comes next.
    group: usize,
    current: Option<Group>,
    number: u64,
}

/// A row group that is being read.
struct Group {
    left: u64,
    text: Strings,
    id: Option<Strings>,
    rest: Option<ReaderIter>,
}

/// The first and the last four bytes of a file.
const MAGIC: [u8; 4] = *b"PAR1";

impl ParquetReader {
    pub(super) fn new(bytes: FileBytes, names: FieldNames, limit: u64) -> Result<Self, ReadError> {
        let metadata = footer(&bytes, limit)?;
        let metadata = contained(|| Ok(ParquetMetaDataReader::decode_metadata(&metadata)?))?;
        let schema = metadata.file_metadata().schema_descr_ptr();
        let fields = schema.root_schema().get_fields();
        let find = |name: &str| fields.iter().find(|field| field.name() == name);
        let Some(text_field) = find(&names.texts[0]) else {
            let columns: Vec<&str> = fields.iter().map(|field| field.name()).collect();
            let columns: String = columns.join(", ").chars().take(200).collect();
            return Err(ReadError::option(format!(
                "no column {:?}; the file has: {columns}",
                names.texts[0]
            )));
        };
        let leaf = |field: &TypePtr| {
            let leaves = schema.columns().iter();
            leaves.enumerate().find(|(_, leaf)| leaf.path().parts() == [field.name()]).map(|(at, _)| at)
        };
        let text = leaf(text_field).filter(|_| is_string(text_field));
        let text =
            text.ok_or_else(|| ReadError::file(format!("column {:?}: expected strings", names.texts[0])))?;
        let id_field = find(&names.id);
        let id = id_field.filter(|field| is_string(field)).and_then(leaf);
        let rest = fields.iter().filter(|field| {
            let is_id = field.name() == names.id;
            let is_read = is_id && id.is_some() || field.name() == names.texts[0];
            !is_read && (names.has_others || is_id) && is_plain(field)
        });
        let rest: Vec<TypePtr> = rest.cloned().collect();
        let rest = if rest.is_empty() {
            None
        } else {
            let root = Type::group_type_builder(schema.root_schema().name()).with_fields(rest).build()?;
            Some(Arc::new(SchemaDescriptor::new(Arc::new(root))))
        };
        let choice = choose(&[], None, None);
        let bytes = Arc::new(bytes);
        Ok(Self { bytes, metadata, names, choice, text, id, rest, limit, group: 0, current: None, number: 0 })
    }

    fn open_group(&self, at: usize) -> Result<Group, ReadError> {
        let columns =
            Columns { bytes: &self.bytes, metadata: self.metadata.row_group(at), limit: self.limit };
        let left = u64::try_from(columns.metadata.num_rows());
        Ok(Group {
            left: left
                .map_err(|_| ReadError::file(format!("row group {at} has a negative count of rows")))?,
            text: Strings::new(&columns, self.text)?,
            id: self.id.map(|id| Strings::new(&columns, id)).transpose()?,
            rest: match &self.rest {
                Some(rest) => {
                    Some(TreeBuilder::new().with_batch_size(BATCH_LEN).as_iter(Arc::clone(rest), &columns)?)
                }
                None => None,
            },
        })
    }

    /// Reads the next row.
    fn row(&mut self) -> Result<Option<Row>, ReadError> {
        loop {
            if self.current.is_none() {
                if self.group == self.metadata.num_row_groups() {
                    return Ok(None);
                }
                self.current = Some(self.open_group(self.group)?);
                self.group += 1;
            }
            let Some(group) = self.current.as_mut().filter(|group| group.left > 0) else {
                self.current = None;
                continue;
            };
            group.left -= 1;
            let text = group.text.next()?;
            let id = group.id.as_mut().map(Strings::next).transpose()?.flatten();
            let rest = match group.rest.as_mut().map(Iterator::next) {
                Some(Some(row)) => row?.into_columns(),
                Some(None) => return Err(ReadError::file("a column ends before its row group")),
                None => Vec::new(),
            };
            return Ok(Some(Row { text, id, rest }));
        }
    }

    fn record(&self, row: Row) -> Result<OwnedRecord, ReadError> {
        let name = &self.names.texts[0];
        let string = |bytes: &ByteArray, name: &str| {
            let text = self.choice.text(bytes.data(), 0);
            text.map(str::to_owned)
                .map_err(|error| ReadError::record(format!("column {name:?}: {}", error.message)))
        };
        let text = row.text.ok_or_else(|| not_a_string(name, "null"))?;
        let mut record = OwnedRecord::new(self.number, None, string(&text, name)?, Map::new());
        if self.names.id == *name {
            record.id = Some(record.text.clone());
        } else if let Some(id) = row.id {
            record.id = Some(string(&id, &self.names.id)?);
        }
        let types = self.rest.iter().flat_map(|rest| rest.root_schema().get_fields());
        for ((name, field), field_type) in row.rest.into_iter().zip(types) {
            let value = to_json(field, field_type);
            if name != self.names.id {
                record.fields.insert(name, value);
                continue;
            }
            match value {
                Value::Null => {}
                Value::String(id) => record.id = Some(id),
                other => record.id = Some(other.to_string()),
            }
        }
        Ok(record)
    }
}

struct Row {
    text: Option<ByteArray>,
    id: Option<ByteArray>,
    rest: Vec<(String, Field)>,
}

impl RecordReader for ParquetReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        self.number += 1;
        let number = self.number;
        let row = contained(|| self.row()).map_err(|error| error.at_record(number))?;
        let Some(row) = row else { return Ok(None) };
        contained(|| self.record(row)).map(Some).map_err(|error| error.at_record(number))
    }
}

/// Reads the footer, which says what is in the file and where. The last eight bytes say how long it is.
fn footer(bytes: &FileBytes, limit: u64) -> Result<Vec<u8>, ReadError> {
    let length = bytes.length();
    let tail = match length.checked_sub(8) {
        Some(start) => bytes.read(start, 8)?,
        None => return Err(ReadError::file("the file is too short for Parquet")),
    };
    if tail[4..] != MAGIC {
        return Err(ReadError::file(match &tail[4..] {
            b"PARE" => "the file is encrypted",
            _ => "the file is cut short: it does not end as Parquet does",
        }));
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if footer > length - 8 || footer > limit {
        return Err(ReadError::file(format!(
            "the footer claims {footer} bytes of {length}, or more than the limit"
        )));
    }
    bytes.count(footer + 8);
    let footer = bytes.read(length - 8 - footer, footer)?;
    schema::check_schema(&footer)?;
    Ok(footer)
}

impl From<ParquetError> for ReadError {
    fn from(error: ParquetError) -> Self {
        let message = error.to_string();
        if let ParquetError::External(source) = error
            && let Ok(source) = source.downcast::<std::io::Error>()
            && is_from_origin(&source)
        {
            return Self::from(*source);
        }
        // Some list every byte of a value.
        Self::file(message.chars().take(200).collect::<String>())
    }
}

/// Runs code of the crate `parquet` on a file that may be hostile: a panic becomes an error of the file.
fn contained<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    // After such an error nothing of the file is used again.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(ReadError::file("the file is corrupt")))
}

//! Parquet: its footer says which columns there are, and where the pages of each lie.
//!
//! The crate `parquet` parses the footer, decodes the values of pages and builds rows. It trusts what a file claims, so the
//! footer is checked before ([`footer`]), and the pages are read here ([`pages`]).
//!
//! Each byte of a file is part of one page, which is unpacked once, to no more than it says and no more than the limit. What the
//! rows of a file hold together is bounded by the bytes of its pages ([`MAX_RATIO`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::record::Field;
use ::parquet::record::reader::{ReaderIter, TreeBuilder};
use ::parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use serde_json::Value;

use self::columns::{BATCH_LEN, Columns, Strings};
use self::fields::{is_plain, is_string, to_json, without};
pub(super) use self::file_bytes::FileBytes;
use self::pages::check_places;
pub use self::rewriter::ParquetRewriter;
use super::encoding::{Choice, choose};
use super::read_error::ReadError;
use super::record::{FieldNames, OwnedRecord, RecordReader, not_a_string};
use super::statistics::Tally;

// In the order of dependence: a file uses only those above it.
mod thrift;
mod file_bytes;
mod footer;
mod page_header;
mod deltas;
mod page_compression;
mod pages;
mod columns;
mod fields;
mod rewriter;

/// Reads rows as records, one row group after another.
pub(super) struct ParquetReader {
    bytes: Arc<FileBytes>,
    metadata: ParquetMetaData,
    names: FieldNames,
    choice: Choice,
    /// Where the texts and the id stand among the columns; the id only if it is a string.
    texts: Vec<usize>,
    id: Option<usize>,
    /// The schema of the other columns that are read, if there are some.
    rest: Option<Arc<SchemaDescriptor>>,
    limit: u64,
    /// The row group that comes next.
    group: usize,
    current: Option<Group>,
    number: u64,
    /// How many bytes of pages have been read, and how many the records of them have.
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

/// How many times the length of their pages all records of a file may have, beside the limit of one: as gzip can. A page can
/// say in a few bytes that millions of rows have the same value.
const MAX_RATIO: u64 = 1032;

/// A row group that is being read.
struct Group {
    left: u64,
    texts: Vec<Strings>,
    id: Option<Strings>,
    rest: Option<ReaderIter>,
}

impl ParquetReader {
    pub(super) fn new(bytes: FileBytes, names: FieldNames, limit: u64) -> Result<Self, ReadError> {
        let metadata = footer::read(&bytes, limit)?;
        let schema = metadata.file_metadata().schema_descr_ptr();
        check_places(&metadata, bytes.length())?;
        let fields = schema.root_schema().get_fields();
        let leaf = |path: &str| schema.columns().iter().position(|leaf| leaf.path().string() == path);
        let is_column =
            |path: &String| leaf(path).is_some() || fields.iter().any(|field| field.name() == path);
        if let Some(missing) = names.texts.iter().find(|text| !is_column(text)) {
            let columns: Vec<&str> = fields.iter().map(|field| field.name()).collect();
            let columns: String = columns.join(", ").chars().take(200).collect();
            return Err(ReadError::option(format!("no column {missing:?}; the file has: {columns}")));
        }
        let string = |path: &str| leaf(path).filter(|&leaf| is_string(&schema.column(leaf)));
        let text = |name: &String| {
            string(name).ok_or_else(|| ReadError::file(format!("column {name:?}: expected strings")))
        };
        let texts = names.texts.iter().map(text).collect::<Result<Vec<usize>, ReadError>>()?;
        let id = string(&names.id);
        let read: Vec<&str> = names.texts.iter().chain(id.map(|_| &names.id)).map(String::as_str).collect();
        let rest = fields.iter().filter(|field| names.has_others || field.name() == names.id);
        let rest = rest.filter_map(|field| without(field, field.name(), &read));
        let rest: Vec<TypePtr> = rest.filter(is_plain).collect();
        let rest = if rest.is_empty() {
            None
        } else {
            let root = Type::group_type_builder(schema.root_schema().name()).with_fields(rest).build()?;
            Some(Arc::new(SchemaDescriptor::new(Arc::new(root))))
        };
        let choice = choose(&[], None, None);
        let bytes = Arc::new(bytes);
        let (group, current, number) = (0, None, 0);
        let (packed, unpacked) = (Arc::default(), 0);
        Ok(Self {
            bytes,
            metadata,
            names,
            choice,
            texts,
            id,
            rest,
            limit,
            group,
            current,
            number,
            packed,
            unpacked,
        })
    }

    fn open_group(&self, at: usize) -> Result<Group, ReadError> {
        let columns = Columns {
            bytes: &self.bytes,
            metadata: self.metadata.row_group(at),
            limit: self.limit,
            held: Arc::default(),
            packed: &self.packed,
        };
        let left = u64::try_from(columns.metadata.num_rows());
        Ok(Group {
            left: left
                .map_err(|_| ReadError::file(format!("row group {at} has a negative count of rows")))?,
            texts: self
                .texts
                .iter()
                .map(|&text| Strings::new(&columns, text))
                .collect::<Result<_, ParquetError>>()?,
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
            let texts = group.texts.iter_mut().map(Strings::next).collect::<Result<_, ReadError>>()?;
            let id = group.id.as_mut().map(Strings::next).transpose()?.flatten();
            let rest = match group.rest.as_mut().map(Iterator::next) {
                Some(Some(row)) => row?.into_columns(),
                Some(None) => return Err(ReadError::file("a column ends before its row group")),
                None => Vec::new(),
            };
            return Ok(Some(Row { texts, id, rest }));
        }
    }

    /// Counts the bytes of a record, and fails once the records are more than the pages can hold in earnest.
    fn count(&mut self, record: Option<OwnedRecord>) -> Result<Option<OwnedRecord>, ReadError> {
        let Some(record) = record else { return Ok(None) };
        let fields = record.fields.iter().filter_map(|(_, value)| value.as_str());
        let strings = fields.chain(record.id.as_deref()).chain([record.text.as_str()]);
        self.unpacked += strings.map(|string| string.len() as u64).sum::<u64>();
        let packed = self.packed.load(Ordering::Relaxed);
        if self.unpacked > self.limit.saturating_add(packed.saturating_mul(MAX_RATIO)) {
            return Err(ReadError::file(format!(
                "{packed} bytes of pages hold records of more than {MAX_RATIO} times their length"
            )));
        }
        Ok(Some(record))
    }

    fn record(&self, row: Row) -> Result<OwnedRecord, ReadError> {
        fn string<'b>(choice: &'b Choice, bytes: &'b ByteArray, name: &str) -> Result<&'b str, ReadError> {
            let text = choice.text(bytes.data(), 0);
            text.map_err(|error| ReadError::record(format!("column {name:?}: {}", error.message)))
        }
        let names = &self.names.texts;
        let has_text = row.texts.iter().any(Option::is_some);
        if !has_text && !self.names.may_lack_text {
            return Err(match &names[..] {
                [name] => not_a_string(name, "null"),
                _ => ReadError::record(format!("columns {}: all are null", names.join(", "))),
            });
        }
        let mut record = OwnedRecord::new(self.number, None, String::new(), Vec::new());
        record.has_text = has_text;
        let mut texts = Vec::with_capacity(names.len());
        for (text, name) in row.texts.iter().zip(names) {
            texts.push(text.as_ref().map(|text| string(&self.choice, text, name)).transpose()?);
        }
        record.add_texts(texts.iter().copied());
        if let Some(same) = names.iter().position(|name| *name == self.names.id) {
            record.id = texts[same].map(str::to_owned);
        }
        if let Some(id) = row.id {
            record.id = Some(string(&self.choice, &id, &self.names.id)?.to_owned());
        }
        let types = self.rest.iter().flat_map(|rest| rest.root_schema().get_fields());
        for ((name, field), field_type) in row.rest.into_iter().zip(types) {
            let value = to_json(field, field_type);
            if name != self.names.id {
                record.fields.push((name.into(), value));
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
    texts: Vec<Option<ByteArray>>,
    id: Option<ByteArray>,
    rest: Vec<(String, Field)>,
}

impl RecordReader for ParquetReader {
    fn next(&mut self, _: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        self.number += 1;
        let number = self.number;
        let record = self.row().and_then(|row| row.map(|row| self.record(row)).transpose());
        record.and_then(|record| self.count(record)).map_err(|error| error.at_record(number))
    }
}

impl From<ParquetError> for ReadError {
    fn from(error: ParquetError) -> Self {
        let message = match error {
            ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(source) => return Self::from(*source),
                Err(other) => other.to_string(),
            },
            ParquetError::General(message) | ParquetError::EOF(message) => message,
            other => other.to_string(),
        };
        // Some list every byte of a value.
        Self::file(message.chars().take(200).collect::<String>())
    }
}

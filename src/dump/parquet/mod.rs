//! Parquet: its footer says which columns there are, and where the pages of each lie.
//!
//! The crate `parquet` decodes columns and builds rows. It trusts the lengths that a file claims, so the file is read
//! here ([`pages`]), and what would be allocated is checked before. Where the crate panics on what is hostile all the same,
//! that is the error of the file (the panic hook is called; a program built with `panic = "abort"` ends).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::bloom_filter::Sbbf;
use ::parquet::column::page::PageReader;
use ::parquet::column::reader::ColumnReaderImpl;
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use ::parquet::file::reader::RowGroupReader;
use ::parquet::record::Field;
use ::parquet::record::reader::{ReaderIter, RowIter, TreeBuilder};
use ::parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use serde_json::{Map, Value};

use self::pages::Pages;
pub(super) use self::pages::Source;
use super::encoding::{Choice, choose};
use super::read_error::ReadError;
use super::records::{Names, Record, Records, Tally, not_a_string};

mod pages;
mod thrift;

pub(super) struct Rows {
    source: Arc<Source>,
    metadata: ParquetMetaData,
    names: Names,
    choice: Choice,
    /// Where the text and the id stand among the columns; the id only if it is a string.
    text: usize,
    id: Option<usize>,
    /// What else is read; none if that is nothing.
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

/// How many values of a column are held at a time. A few, since each may be as long as a page.
const BATCH: usize = 8;

const MARK: [u8; 4] = *b"PAR1";

impl Rows {
    pub(super) fn new(source: Source, names: Names, limit: u64) -> Result<Self, ReadError> {
        let metadata = footer(&source, limit)?;
        let metadata = contained(|| Ok(ParquetMetaDataReader::decode_metadata(&metadata)?))?;
        let schema = metadata.file_metadata().schema_descr_ptr();
        let fields = schema.root_schema().get_fields();
        let find = |name: &str| fields.iter().find(|field| field.name() == name);
        let Some(text_field) = find(&names.text) else {
            let columns: Vec<&str> = fields.iter().map(|field| field.name()).collect();
            let columns: String = columns.join(", ").chars().take(200).collect();
            return Err(ReadError::file(format!("no column {:?}; the file has: {columns}", names.text)));
        };
        let leaf = |field: &TypePtr| {
            let leaves = schema.columns().iter();
            leaves.enumerate().find(|(_, leaf)| leaf.path().parts() == [field.name()]).map(|(at, _)| at)
        };
        let text = leaf(text_field).filter(|_| is_string(text_field));
        let text =
            text.ok_or_else(|| ReadError::file(format!("column {:?}: expected strings", names.text)))?;
        let id_field = find(&names.id);
        let id = id_field.filter(|field| is_string(field)).and_then(leaf);
        let rest = fields.iter().filter(|field| {
            let is_id = field.name() == names.id;
            let is_read = is_id && id.is_some() || field.name() == names.text;
            !is_read && (names.fields || is_id) && is_plain(field)
        });
        let rest: Vec<TypePtr> = rest.cloned().collect();
        let rest = if rest.is_empty() {
            None
        } else {
            let root = Type::group_type_builder(schema.root_schema().name()).with_fields(rest).build()?;
            Some(Arc::new(SchemaDescriptor::new(Arc::new(root))))
        };
        let choice = choose(&[], None, None);
        let source = Arc::new(source);
        Ok(Self {
            source,
            metadata,
            names,
            choice,
            text,
            id,
            rest,
            limit,
            group: 0,
            current: None,
            number: 0,
        })
    }

    fn open_group(&self, at: usize) -> Result<Group, ReadError> {
        let columns =
            Columns { source: &self.source, metadata: self.metadata.row_group(at), limit: self.limit };
        let left = u64::try_from(columns.metadata.num_rows());
        Ok(Group {
            left: left
                .map_err(|_| ReadError::file(format!("row group {at} has a negative count of rows")))?,
            text: Strings::new(&columns, self.text)?,
            id: self.id.map(|id| Strings::new(&columns, id)).transpose()?,
            rest: match &self.rest {
                Some(rest) => {
                    Some(TreeBuilder::new().with_batch_size(BATCH).as_iter(Arc::clone(rest), &columns)?)
                }
                None => None,
            },
        })
    }

    /// The next row as it stands: its text, its id and the rest.
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

    fn record(&self, row: Row) -> Result<Record, ReadError> {
        let name = &self.names.text;
        let string = |bytes: &ByteArray, name: &str| {
            let text = self.choice.text(bytes.data(), 0);
            text.map(str::to_owned)
                .map_err(|wrong| ReadError::record(format!("column {name:?}: {}", wrong.message)))
        };
        let text = row.text.ok_or_else(|| not_a_string(name, "null"))?;
        let mut record =
            Record { number: self.number, id: None, text: string(&text, name)?, fields: Map::new() };
        if self.names.id == *name {
            record.id = Some(record.text.clone());
        } else if let Some(id) = row.id {
            record.id = Some(string(&id, &self.names.id)?);
        }
        let types = self.rest.iter().flat_map(|rest| rest.root_schema().get_fields());
        for ((name, field), of) in row.rest.into_iter().zip(types) {
            let value = json(field, of);
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

impl Records for Rows {
    fn next(&mut self, _: &mut Tally) -> Result<Option<Record>, ReadError> {
        self.number += 1;
        let number = self.number;
        let row = contained(|| self.row()).map_err(|wrong| wrong.at(number))?;
        let Some(row) = row else { return Ok(None) };
        contained(|| self.record(row)).map(Some).map_err(|wrong| wrong.at(number))
    }
}

/// The footer: what is in the file, and where. The last eight bytes say how long it is.
fn footer(source: &Source, limit: u64) -> Result<Vec<u8>, ReadError> {
    let length = source.length();
    let tail = match length.checked_sub(8) {
        Some(start) => source.read(start, 8)?,
        None => return Err(ReadError::file("the file is too short for Parquet")),
    };
    if tail[4..] != MARK {
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
    source.count(footer + 8);
    let footer = source.read(length - 8 - footer, footer)?;
    thrift::check_schema(&footer)?;
    Ok(footer)
}

/// A column of its own that holds strings.
fn is_string(field: &TypePtr) -> bool {
    field.is_primitive()
        && field.get_physical_type() == Physical::BYTE_ARRAY
        && field.get_basic_info().has_repetition()
        && field.get_basic_info().repetition() != Repetition::REPEATED
}

/// Whether a field has one value a row, of types that the crate converts. A list may have more values in a row than memory
/// has room for, in a few bytes of the file.
fn is_plain(field: &TypePtr) -> bool {
    use ::parquet::basic::ConvertedType as C;

    if !field.get_basic_info().has_repetition() || field.get_basic_info().repetition() == Repetition::REPEATED
    {
        return false;
    }
    let converted = field.get_basic_info().converted_type();
    if field.is_group() {
        return converted == C::NONE
            && !field.get_fields().is_empty()
            && field.get_fields().iter().all(is_plain);
    }
    match field.get_physical_type() {
        Physical::BOOLEAN | Physical::FLOAT | Physical::DOUBLE | Physical::INT96 => true,
        Physical::INT32 => {
            let small = [C::INT_8, C::INT_16, C::INT_32, C::UINT_8, C::UINT_16, C::UINT_32];
            small.contains(&converted) || [C::NONE, C::DATE, C::TIME_MILLIS, C::DECIMAL].contains(&converted)
        }
        Physical::INT64 => {
            let times = [C::TIME_MICROS, C::TIMESTAMP_MILLIS, C::TIMESTAMP_MICROS];
            times.contains(&converted) || [C::NONE, C::INT_64, C::UINT_64, C::DECIMAL].contains(&converted)
        }
        Physical::BYTE_ARRAY => [C::NONE, C::UTF8, C::ENUM, C::JSON, C::DECIMAL].contains(&converted),
        Physical::FIXED_LEN_BYTE_ARRAY => converted == C::DECIMAL || converted == C::NONE,
    }
}

/// The value as JSON has it; dates and times as text; null for bytes that are no text, and for what is out of range.
fn json(field: Field, of: &Type) -> Value {
    /// What a calendar of 200 000 years has room for.
    const DAYS: i64 = 73_000_000;
    // The crate knows no nanoseconds, which data frames have; a thousand of them are as fine as its text gets.
    let field = match (field, of.get_basic_info().logical_type_ref()) {
        (Field::Long(time), Some(LogicalType::Timestamp(of))) if of.unit == TimeUnit::NANOS => {
            Field::TimestampMicros(time.div_euclid(1000))
        }
        (Field::Long(time), Some(LogicalType::Time(of))) if of.unit == TimeUnit::NANOS => {
            Field::TimeMicros(time.div_euclid(1000))
        }
        (field, _) => field,
    };
    match field {
        Field::Str(text) => Value::String(text),
        Field::Bytes(bytes) => bytes.as_utf8().map_or(Value::Null, Value::from),
        Field::Group(row) => {
            let columns = row.into_columns().into_iter().zip(of.get_fields());
            columns.map(|((name, field), of)| (name, json(field, of))).collect()
        }
        Field::Date(days) if i64::from(days).abs() > DAYS => Value::Null,
        Field::TimestampMillis(time) if time.unsigned_abs() / 86_400_000 > DAYS as u64 => Value::Null,
        Field::TimestampMicros(time) if time.unsigned_abs() / 86_400_000_000 > DAYS as u64 => Value::Null,
        Field::Decimal(number)
            if !(0..=100).contains(&number.scale()) || number.precision() < number.scale() =>
        {
            Value::Null
        }
        Field::ListInternal(_) | Field::MapInternal(_) => Value::Null, // they are not read
        plain => plain.to_json_value(),
    }
}

/// A column of strings, value by value.
struct Strings {
    reader: ColumnReaderImpl<ByteArrayType>,
    /// The level of a value that is there.
    full: i16,
    values: std::vec::IntoIter<ByteArray>,
    levels: std::vec::IntoIter<i16>,
}

impl Strings {
    fn new(columns: &Columns<'_>, at: usize) -> Result<Self, ReadError> {
        let descriptor = columns.metadata.column(at).column_descr_ptr();
        let full = descriptor.max_def_level();
        let reader = ColumnReaderImpl::new(descriptor, Box::new(columns.pages(at)?));
        Ok(Self { reader, full, values: Vec::new().into_iter(), levels: Vec::new().into_iter() })
    }

    /// The value of the next row; None if it is null.
    fn next(&mut self) -> Result<Option<ByteArray>, ReadError> {
        if self.values.len() == 0 && self.levels.len() == 0 {
            let (mut values, mut levels) = (Vec::new(), Vec::new());
            // At a page's end there may be nothing to read, once.
            for _ in 0..2 {
                if values.is_empty() && levels.is_empty() {
                    self.reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
                }
            }
            (self.values, self.levels) = (values.into_iter(), levels.into_iter());
        }
        if self.full > 0 {
            match self.levels.next() {
                Some(level) if level < self.full => return Ok(None),
                Some(_) => {}
                None => return Err(ReadError::file("a column ends before its row group")),
            }
        }
        self.values.next().map(Some).ok_or_else(|| ReadError::file("a column ends before its row group"))
    }
}

/// The columns of a row group, for the crate.
struct Columns<'r> {
    source: &'r Arc<Source>,
    metadata: &'r RowGroupMetaData,
    limit: u64,
}

impl Columns<'_> {
    fn pages(&self, at: usize) -> Result<Pages, ParquetError> {
        Pages::new(Arc::clone(self.source), self.metadata.column(at), self.limit)
    }
}

impl RowGroupReader for Columns<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.metadata
    }

    fn num_columns(&self) -> usize {
        self.metadata.num_columns()
    }

    fn get_column_page_reader(&self, at: usize) -> Result<Box<dyn PageReader>, ParquetError> {
        Ok(Box::new(self.pages(at)?))
    }

    fn get_column_bloom_filter(&self, _: usize) -> Option<&Sbbf> {
        None
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>, ParquetError> {
        RowIter::from_row_group(projection, self)
    }
}

impl From<ParquetError> for ReadError {
    fn from(error: ParquetError) -> Self {
        let message = error.to_string();
        if let ParquetError::External(source) = error
            && let Ok(source) = source.downcast::<std::io::Error>()
            && source.raw_os_error().is_some()
        {
            return Self::from(*source);
        }
        // Some list every byte of a value.
        Self::file(message.chars().take(200).collect::<String>())
    }
}

/// What the crate does with a file that may be hostile.
fn contained<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    // After an error of the file nothing of it is used again.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(ReadError::file("the file is corrupt")))
}

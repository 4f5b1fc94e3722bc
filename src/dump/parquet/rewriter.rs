//! Parquet files written again, with other texts.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

use super::super::limits::check_lines;
use super::super::options::MissingText;
use super::super::read_error::ReadError;
use super::super::record::FieldNames;
use super::pages::place;
use super::thrift::general;
use super::{FileBytes, ParquetReader};
use crate::error::Error;

/// Writes Parquet files again as one file, with other texts.
///
/// All columns but that of the text are copied byte for byte; types, row groups, and the metadata of the first file stay.
///
/// ```
/// use dittograph::dump::{Dump, ParquetRewriter};
/// # use parquet::{data_type::ByteArrayType, file::writer::SerializedFileWriter, schema::parser::parse_message_type};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("articles.parquet");
/// # let schema = parse_message_type("message m { required binary id (UTF8); required binary text (UTF8); }")?;
/// # let mut writer = SerializedFileWriter::new(std::fs::File::create(&path)?, schema.into(), Default::default())?;
/// # let mut group = writer.next_row_group()?;
/// # for values in [["a".into(), "b".into()], ["One.\nOne.".into(), "Two.".into()]] {
/// #     let mut column = group.next_column()?.unwrap();
/// #     column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
/// #     column.close()?;
/// # }
/// # group.close()?;
/// # writer.close()?;
/// let clean = folder.path().join("clean.parquet");
/// let out = std::fs::File::create(&clean)?;
/// let documents = ParquetRewriter::new("text").rewrite([&path], out, |document, text| {
///     (document == 0).then(|| text.replace("\nOne.", ""))
/// })?;
/// assert_eq!(documents, 2);
/// let texts: Vec<String> = Dump::open(&clean)?.map(|article| article.unwrap().text).collect();
/// assert_eq!(texts, ["One.", "Two."]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ParquetRewriter {
    names: FieldNames,
    limit: u64,
}

/// How many rows, and how many bytes of texts, are held at a time.
const MAX_ROWS: usize = 1024;
const MAX_BYTES: usize = 1 << 20;

impl ParquetRewriter {
    /// Takes the path of the column of the texts: its name, behind those of the groups that it is in (`article.body`).
    #[must_use]
    pub fn new(text_column: impl Into<String>) -> Self {
        let names = FieldNames {
            id: "id".to_owned(),
            texts: vec![text_column.into()],
            has_others: false,
            may_lack_text: false,
        };
        Self { names, limit: 256 << 20 }
    }

    /// Sets the path of the column of the ids, as for [`DumpOptions::id_field`](crate::dump::DumpOptions::id_field). Default: `id`.
    ///
    /// It is copied like any other. A row whose id is not valid UTF-8 is no article, and so no document.
    #[must_use]
    pub fn id_column(mut self, path: impl Into<String>) -> Self {
        self.names.id = path.into();
        self
    }

    /// Sets how many bytes a page may have, as [`DumpOptions::record_limit`](crate::dump::DumpOptions::record_limit) does.
    #[must_use]
    pub fn record_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Sets what a row with a null in place of a text is, as [`DumpOptions::missing_text`](crate::dump::DumpOptions::missing_text)
    /// does: no document, or one whose text is empty. It stays as it is in any case.
    #[must_use]
    pub fn missing_text(mut self, missing: MissingText) -> Self {
        self.names.may_lack_text = missing == MissingText::Empty;
        self
    }

    /// Writes the files as one, and returns how many documents are in them.
    ///
    /// `change` is given the number of each document and its text, and returns the text to write instead, if any.
    /// The documents are the rows that [`Dump`](crate::dump::Dump) returns as articles, in the same order, counted from 0
    /// through all files. Other rows, such as those with a null in place of a text, stay as they are. With no files
    /// nothing is written.
    ///
    /// # Errors
    ///
    /// - a file that cannot be opened or read, with [`is_io`](Error::is_io)
    /// - a file that is no Parquet, is corrupt or encrypted, whose column is none of strings, or that has other columns than
    ///   the first file, with [`is_format`](Error::is_format)
    /// - a file that has no such column, with [`is_config`](Error::is_config)
    /// - an error of `out`, with [`is_io`](Error::is_io) and the [`place`](Error::place) `output`
    ///
    /// What has been written by then is no Parquet file.
    pub fn rewrite<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
        out: impl Write + Send,
        mut change: impl FnMut(u64, &str) -> Option<String>,
    ) -> Result<u64, Error> {
        let mut document = 0;
        let mut paths = paths.into_iter();
        let Some(first) = paths.next() else { return Ok(0) };
        let open = |path: &Path| Source::open(path, self).map_err(|error| error.in_file(path));
        let mut copy = |source: Source, path: &Path, writer: &mut SerializedFileWriter<_>| {
            let mut change = |text: &str| {
                document += 1;
                change(document - 1, text)
            };
            source.copy_to(writer, &mut change).map_err(|failure| match failure {
                Failure::Read(error) => error.in_file(path),
                Failure::Write(error) => not_written(error),
            })
        };
        let source = open(first.as_ref())?;
        let mut writer = source.writer(out).map_err(not_written)?;
        copy(source, first.as_ref(), &mut writer)?;
        for path in paths {
            copy(open(path.as_ref())?, path.as_ref(), &mut writer)?;
        }
        writer.close().map_err(not_written)?;
        Ok(document)
    }
}

/// What goes wrong in copying.
enum Failure {
    Read(ReadError),
    Write(ParquetError),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Write(error)
    }
}

fn not_written(error: ParquetError) -> Error {
    let source = match error {
        ParquetError::External(source) => {
            source.downcast::<io::Error>().map_or_else(io::Error::other, |error| *error)
        }
        error => io::Error::other(error.to_string()),
    };
    Error::io("output", source)
}

/// A file that is copied.
struct Source {
    file: File,
    length: u64,
    reader: ParquetReader,
}

impl Source {
    fn open(path: &Path, rewriter: &ParquetRewriter) -> Result<Self, ReadError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let bytes = FileBytes::OnDisk { file: file.try_clone()?, length, bytes_read: Arc::default() };
        let reader = ParquetReader::new(bytes, rewriter.names.clone(), rewriter.limit)?;
        Ok(Self { file, length, reader })
    }

    /// Returns a writer of files that have the columns, the metadata and the compression of texts of this one.
    fn writer<W: Write + Send>(&self, out: W) -> Result<SerializedFileWriter<W>, ParquetError> {
        let described = self.reader.metadata.file_metadata();
        let metadata = described.key_value_metadata().cloned();
        let mut properties = WriterProperties::builder().set_key_value_metadata(metadata);
        if let Some(group) = self.reader.metadata.row_groups().first() {
            let column = group.column(self.reader.texts[0]);
            properties =
                properties.set_column_compression(column.column_path().clone(), column.compression());
        }
        SerializedFileWriter::new(
            out,
            described.schema_descr().root_schema_ptr(),
            Arc::new(properties.build()),
        )
    }

    fn copy_to<W: Write + Send>(
        &self,
        writer: &mut SerializedFileWriter<W>,
        change: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Result<(), Failure> {
        let metadata = &self.reader.metadata;
        if writer.schema_descr().root_schema() != metadata.file_metadata().schema_descr().root_schema() {
            let message =
                "its columns are not those of the first file, so that one Parquet file holds not both";
            return Err(ReadError::file(message).into());
        }
        for (number, group) in metadata.row_groups().iter().enumerate() {
            let mut to = writer.next_row_group()?;
            for at in 0..group.num_columns() {
                if at == self.reader.texts[0] {
                    self.write_texts(&mut to, number, change)?;
                } else {
                    self.copy_column(&mut to, group, at)?;
                }
            }
            to.close()?;
        }
        Ok(())
    }

    /// Copies a column as it stands, byte for byte.
    fn copy_column<W: Write + Send>(
        &self,
        to: &mut SerializedRowGroupWriter<'_, W>,
        group: &RowGroupMetaData,
        at: usize,
    ) -> Result<(), Failure> {
        let column = group.column(at);
        let wrong =
            |error: ParquetError| ReadError::file(format!("column {}: {error}", column.column_path()));
        let (start, end) = place(column, self.length).map_err(wrong)?;
        // The writer adds up the lengths of all columns.
        if !(0..1 << 48).contains(&column.uncompressed_size()) {
            return Err(wrong(general("its length is impossible")).into());
        }
        let has_dictionary = i64::try_from(start).is_ok_and(|start| start < column.data_page_offset());
        let dictionary = column.dictionary_page_offset().filter(|_| has_dictionary);
        let metadata = column.clone().into_builder().set_dictionary_page_offset(dictionary).build();
        let whole = ColumnCloseResult {
            bytes_written: end - start,
            rows_written: group.num_rows().unsigned_abs(),
            metadata: metadata.map_err(wrong)?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(to.append_column(&self.file, whole)?)
    }

    /// Writes the column of the texts, which may be changed.
    fn write_texts<W: Write + Send>(
        &self,
        to: &mut SerializedRowGroupWriter<'_, W>,
        number: usize,
        change: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Result<(), Failure> {
        let mut group = self.reader.open_group(number)?;
        let mut writer = to.next_column()?.ok_or_else(|| general("a column too many"))?;
        let has_levels = self.reader.metadata.row_group(number).column(self.reader.texts[0]).column_descr();
        let has_levels = has_levels.max_def_level() > 0;
        while group.left > 0 {
            let (mut values, mut levels, mut bytes) = (Vec::new(), Vec::new(), 0);
            while group.left > 0 && levels.len() < MAX_ROWS && bytes < MAX_BYTES {
                group.left -= 1;
                let (level, text) = group.texts[0].next_with_level()?;
                let id = group.id.as_mut().map(super::columns::Strings::next).transpose()?.flatten();
                levels.push(level);
                let is_valid = id.is_none_or(|id| id.as_utf8().is_ok());
                let Some(text) = text else {
                    if is_valid && self.reader.names.may_lack_text {
                        change(""); // it stays null
                    }
                    continue;
                };
                let is_article = |text: &&str| is_valid && check_lines(text, self.reader.limit).is_ok();
                let changed = text.as_utf8().ok().filter(is_article).and_then(&mut *change);
                // A copy, since a value of the page would hold the whole page.
                let text = changed.map_or_else(|| text.data().to_vec(), String::into_bytes);
                bytes += text.len();
                values.push(ByteArray::from(text));
            }
            let levels = has_levels.then_some(levels.as_slice());
            writer.typed::<ByteArrayType>().write_batch(&values, levels, None)?;
        }
        Ok(writer.close()?)
    }
}

//! `--out` as Parquet: the files that were read, with all of their columns and types, and other texts.

use std::borrow::Cow;
use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

use super::articles::changed;
use crate::format_options::FormatOptions;
use crate::output::Output;

/// Returns true if an output of that name is Parquet, and an error if the files are not.
pub fn is_wanted(out: &Path, files: &[PathBuf]) -> Result<bool, String> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if !matches!(ending.as_deref(), Some("parquet" | "parq")) {
        return Ok(false);
    }
    let is_parquet = |path: &Path| {
        let mut mark = [0; 4];
        let file = path.is_file().then(|| File::open(path)).and_then(Result::ok);
        file.is_some_and(|mut file| file.read_exact(&mut mark).is_ok()) && mark == *b"PAR1"
    };
    match files.iter().find(|file| !is_parquet(file)) {
        None => Ok(true),
        Some(other) => Err(format!(
            "--out {}: Parquet is written of Parquet files only, and {} is none; name it .jsonl",
            out.display(),
            other.display()
        )),
    }
}

/// How many rows are held at a time.
const BATCH_LEN: usize = 1024;

/// Writes all files as one, and returns how many documents are in them. `change` is given each document and its text, and
/// returns the text to write instead, if any. What the files claim was checked when they were read the first time.
pub fn write(
    out: &mut Output,
    formats: &FormatOptions,
    files: &[PathBuf],
    mut change: impl FnMut(u64, &str) -> Result<Option<String>, String>,
) -> Result<u64, String> {
    let path = out.path().display().to_string();
    let unwritten = |error: &dyn Display| format!("{path}: {error}");
    let mut writer: Option<SerializedFileWriter<&mut Output>> = None;
    let mut out = Some(out);
    let mut document = 0;
    for source in files {
        let unread = |error: &dyn Display| format!("{}: {error}", source.display());
        let file = File::open(source).map_err(|error| unread(&error))?;
        let length = file.metadata().map_err(|error| unread(&error))?.len();
        let reader = file.try_clone().map_err(|error| unread(&error))?;
        let reader = SerializedFileReader::new(reader).map_err(|error| unread(&error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let leaf =
            schema.columns().iter().position(|leaf| leaf.path().parts() == [formats.text_fields[0].as_str()]);
        let text = leaf.ok_or_else(|| changed(source))?;
        if let Some(out) = out.take() {
            writer = Some(writer_like(&reader, text, out).map_err(|error| unwritten(&error))?);
        }
        let writer = writer.as_mut().expect("it was made with the first file");
        if writer.schema_descr().root_schema() != schema.root_schema() {
            return Err(unread(
                &"its columns are not those of the first file, so that one Parquet file holds not both",
            ));
        }

        // The rows that are documents; those that cannot be read stay as they are.
        let mut articles = rows(formats, source)?.peekable();
        let mut row = 0;
        for (number, group) in reader.metadata().row_groups().iter().enumerate() {
            let mut to = writer.next_row_group().map_err(|error| unwritten(&error))?;
            for at in 0..group.num_columns() {
                if at != text {
                    let column = copy(&mut to, &file, length, group, at);
                    column.map_err(|error| unwritten(&format_args!("column {at}: {error}")))?;
                    continue;
                }
                let column = reader.get_row_group(number).and_then(|group| group.get_column_reader(at));
                let Ok(ColumnReader::ByteArrayColumnReader(column)) = column else {
                    return Err(changed(source));
                };
                write_texts(&mut to, column, |text| {
                    row += 1;
                    let article =
                        articles.next_if(|article| article.as_ref().map_or(true, |(at, _)| *at == row));
                    let Some((_, article)) = article.transpose()? else { return Ok(()) };
                    let text = text.filter(|text| text.data() == article.as_bytes());
                    let text = text.ok_or_else(|| changed(source))?;
                    if let Some(changed) = change(document, &article)? {
                        *text = ByteArray::from(changed.into_bytes());
                    }
                    document += 1;
                    Ok(())
                })?;
            }
            to.close().map_err(|error| unwritten(&error))?;
        }
        if articles.next().is_some() {
            return Err(changed(source));
        }
    }
    writer.map(SerializedFileWriter::close).transpose().map_err(|error| unwritten(&error))?;
    Ok(document)
}

/// Returns the rows of a file that are documents, by their numbers from 1, and their texts.
fn rows(
    formats: &FormatOptions,
    file: &Path,
) -> Result<impl Iterator<Item = Result<(u64, String), String>>, String> {
    let options = formats.dump_options().fields(false);
    let articles = options.open(file).map_err(|error| error.to_string())?;
    let articles = articles
        .filter(|article| !article.as_ref().is_err_and(|e| e.is_record() && formats.skip_bad_records));
    Ok(articles.map(|article| {
        article.map(|article| (article.place.record, article.text)).map_err(|error| error.to_string())
    }))
}

/// Returns a writer of files that have the columns, the metadata and the compression of texts of one that is read.
fn writer_like<'o>(
    reader: &SerializedFileReader<File>,
    text: usize,
    out: &'o mut Output,
) -> Result<SerializedFileWriter<&'o mut Output>, ParquetError> {
    let described = reader.metadata().file_metadata();
    let mut properties =
        WriterProperties::builder().set_key_value_metadata(described.key_value_metadata().cloned());
    if let Some(group) = reader.metadata().row_groups().first() {
        let column = group.column(text);
        properties = properties.set_column_compression(column.column_path().clone(), column.compression());
    }
    let schema = described.schema_descr().root_schema_ptr();
    SerializedFileWriter::new(out, schema, Arc::new(properties.build()))
}

/// Copies a column as it stands, byte for byte.
fn copy(
    to: &mut SerializedRowGroupWriter<'_, &mut Output>,
    file: &File,
    length: u64,
    group: &RowGroupMetaData,
    at: usize,
) -> Result<(), Cow<'static, str>> {
    let column = group.column(at);
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let end = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
    let end = end.and_then(|(start, size)| start.checked_add(size)).filter(|&end| end <= length);
    if end.is_none() || column.data_page_offset() < start {
        return Err("its place is not in the file".into());
    }
    let whole = ColumnCloseResult {
        bytes_written: column.compressed_size().unsigned_abs(),
        rows_written: group.num_rows().unsigned_abs(),
        metadata: column.clone(),
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    to.append_column(file, whole).map_err(|error| error.to_string().into())
}

/// Writes the column of the texts, which `each` may change.
fn write_texts(
    to: &mut SerializedRowGroupWriter<'_, &mut Output>,
    mut column: ColumnReaderImpl<ByteArrayType>,
    mut each: impl FnMut(Option<&mut ByteArray>) -> Result<(), String>,
) -> Result<(), String> {
    let message = |error: ParquetError| format!("--out: column of the texts: {error}");
    let mut writer = to.next_column().map_err(message)?.ok_or("--out: a column too many")?;
    loop {
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        let (rows, ..) =
            column.read_records(BATCH_LEN, Some(&mut levels), None, &mut values).map_err(message)?;
        if rows == 0 {
            return writer.close().map_err(message);
        }
        // A column that must have a value has no levels.
        let mut is_there = (0..rows).map(|row| levels.get(row).is_none_or(|&level| level > 0));
        let mut left = values.iter_mut();
        is_there.try_for_each(|is_there| each(if is_there { left.next() } else { None }))?;
        let levels = (!levels.is_empty()).then_some(levels.as_slice());
        writer.typed::<ByteArrayType>().write_batch(&values, levels, None).map_err(message)?;
    }
}

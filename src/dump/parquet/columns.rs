//! The columns of a row group.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use ::parquet::bloom_filter::Sbbf;
use ::parquet::column::page::PageReader;
use ::parquet::column::reader::ColumnReaderImpl;
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::RowGroupReader;
use ::parquet::record::reader::RowIter;
use ::parquet::schema::types::Type;

use super::super::read_error::ReadError;
use super::file_bytes::FileBytes;
use super::pages::Pages;

/// How many values of a column are held at a time. A few, since each may be as long as a page.
pub(super) const BATCH_LEN: usize = 8;

/// Reads a column of strings, value by value. The values are parts of their page, not copies.
pub(super) struct Strings {
    reader: ColumnReaderImpl<ByteArrayType>,
    /// The level of a value that is there.
    full: i16,
    values: Vec<ByteArray>,
    levels: Vec<i16>,
}

impl Strings {
    pub(super) fn new(columns: &Columns<'_>, at: usize) -> Result<Self, ParquetError> {
        let descriptor = columns.metadata.column(at).column_descr_ptr();
        let full = descriptor.max_def_level();
        let reader = ColumnReaderImpl::new(descriptor, Box::new(columns.pages(at)?));
        Ok(Self { reader, full, values: Vec::new(), levels: Vec::new() })
    }

    /// Reads the value of the next row; None if it is null, or a group that it is in.
    pub(super) fn next(&mut self) -> Result<Option<ByteArray>, ReadError> {
        self.next_with_level().map(|(_, value)| value)
    }

    /// Reads the value of the next row with its level, which says what is null.
    pub(super) fn next_with_level(&mut self) -> Result<(i16, Option<ByteArray>), ReadError> {
        if self.values.is_empty() && self.levels.is_empty() {
            self.reader.read_records(BATCH_LEN, Some(&mut self.levels), None, &mut self.values)?;
            // Taken from the end.
            self.values.reverse();
            self.levels.reverse();
        }
        let ends_early = || ReadError::file("a column ends before its row group");
        let level = if self.full > 0 { self.levels.pop().ok_or_else(ends_early)? } else { 0 };
        let value = (level == self.full).then(|| self.values.pop().ok_or_else(ends_early)).transpose()?;
        Ok((level, value))
    }
}

/// The columns of a row group, as the crate `parquet` asks for them.
pub(super) struct Columns<'r> {
    pub(super) bytes: &'r Arc<FileBytes>,
    pub(super) metadata: &'r RowGroupMetaData,
    pub(super) limit: u64,
    /// How many bytes the pages have that are held.
    pub(super) held: Arc<AtomicU64>,
    /// How many bytes of pages have been read of the file, as they stand there.
    pub(super) packed: &'r Arc<AtomicU64>,
}

impl Columns<'_> {
    fn pages(&self, at: usize) -> Result<Pages, ParquetError> {
        let (held, packed) = (Arc::clone(&self.held), Arc::clone(self.packed));
        Pages::new(Arc::clone(self.bytes), self.metadata.column(at), self.limit, held, packed)
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

//! The columns of a row group.

use std::sync::Arc;

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

/// Reads a column of strings, value by value.
pub(super) struct Strings {
    reader: ColumnReaderImpl<ByteArrayType>,
    /// The level of a value that is there.
    full: i16,
    values: std::vec::IntoIter<ByteArray>,
    levels: std::vec::IntoIter<i16>,
}

impl Strings {
    pub(super) fn new(columns: &Columns<'_>, at: usize) -> Result<Self, ReadError> {
        let descriptor = columns.metadata.column(at).column_descr_ptr();
        let full = descriptor.max_def_level();
        let reader = ColumnReaderImpl::new(descriptor, Box::new(columns.pages(at)?));
        Ok(Self { reader, full, values: Vec::new().into_iter(), levels: Vec::new().into_iter() })
    }

    /// Reads the value of the next row; None if it is null.
    pub(super) fn next(&mut self) -> Result<Option<ByteArray>, ReadError> {
        if self.values.len() == 0 && self.levels.len() == 0 {
            let (mut values, mut levels) = (Vec::new(), Vec::new());
            // At a page's end there may be nothing to read, once.
            for _ in 0..2 {
                if values.is_empty() && levels.is_empty() {
                    self.reader.read_records(BATCH_LEN, Some(&mut levels), None, &mut values)?;
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

/// The columns of a row group, as the crate `parquet` asks for them.
pub(super) struct Columns<'r> {
    pub(super) bytes: &'r Arc<FileBytes>,
    pub(super) metadata: &'r RowGroupMetaData,
    pub(super) limit: u64,
}

impl Columns<'_> {
    fn pages(&self, at: usize) -> Result<Pages, ParquetError> {
        Pages::new(Arc::clone(self.bytes), self.metadata.column(at), self.limit)
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

//! The pages of a column, each checked against its own length and the limit before it is decoded.
//!
//! The crate `parquet` (60.1) has a reader of pages too, which is no match for hostile files. Measured: a file of 106 bytes
//! whose header claims 2 GiB takes it 2.1 GB of memory; 2 MB of gzip in a page that claims seven bytes, 2.1 GB; and a page of one
//! value that claims five makes it panic. Here all three are an error at once.
//!
//! Reading 100,000 articles takes this CPU beside JSON Lines of the same texts that are not compressed (medians of 25 rounds;
//! JSON Lines beside itself 0.96 to 1.02): pages that are not compressed 0.50, Snappy 1.04, zstd 1.28. Beside the reader before, in
//! nine rounds on a busy machine, nothing differs by more than the noise but perhaps Snappy (0.85).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::parquet::basic::{Compression, Encoding, Type as Physical};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use bytes::Bytes;

use super::super::limited_input::too_long_error;
use super::deltas::{count_numbers, count_strings, count_suffixes};
use super::file_bytes::FileBytes;
use super::page_compression::decompress;
use super::page_header::{DATA, DATA_2, DICTIONARY, PageHeader};
use super::thrift::{Malformed, general};

/// The pages of one column of a row group.
pub(super) struct Pages {
    bytes: Arc<FileBytes>,
    physical: Physical,
    /// The fewest bytes that a value takes.
    width: u64,
    compression: Compression,
    /// Levels come first, unless all values must be there.
    has_levels: bool,
    has_dictionary: bool,
    position: u64,
    end: u64,
    limit: u64,
    /// The bytes of the pages that all columns of the row group hold, and of the one that this column holds.
    held: Arc<AtomicU64>,
    current: u64,
    /// The bytes of all pages that have been read of the file, as they stand there.
    packed: Arc<AtomicU64>,
}

/// How many times the limit the pages of all columns may have together.
const MAX_HELD: u64 = 4;

impl Pages {
    pub(super) fn new(
        bytes: Arc<FileBytes>,
        column: &ColumnChunkMetaData,
        limit: u64,
        held: Arc<AtomicU64>,
        packed: Arc<AtomicU64>,
    ) -> Result<Self> {
        let (position, end) = place(column, bytes.length())?;
        let width = match column.column_type() {
            Physical::BOOLEAN => 0,
            Physical::FIXED_LEN_BYTE_ARRAY => u64::try_from(column.column_descr().type_length())?,
            Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 4,
            Physical::INT64 | Physical::DOUBLE => 8,
            Physical::INT96 => 12,
        };
        Ok(Self {
            bytes,
            physical: column.column_type(),
            width,
            compression: column.compression(),
            has_levels: column.column_descr().max_def_level() > 0,
            has_dictionary: false,
            position,
            end,
            limit,
            held,
            current: 0,
            packed,
        })
    }

    /// Reads the next header. It is short, unless its statistics hold long values.
    fn header(&mut self) -> Result<PageHeader> {
        let mut window = 1 << 10;
        loop {
            let available = (self.end - self.position).min(window);
            let bytes = self.bytes.read(self.position, available)?;
            match PageHeader::parse(&bytes) {
                Ok((header, length)) => {
                    self.position += length as u64;
                    self.bytes.count(length as u64);
                    return Ok(header);
                }
                Err(malformed) if available < window || window >= self.limit => return Err(malformed.into()),
                Err(_) => window *= 16,
            }
        }
    }

    /// Counts the page that is coming in place of the one before. A dictionary stays.
    fn hold(&mut self, header: &PageHeader) -> Result<()> {
        let released = std::mem::replace(&mut self.current, header.unpacked);
        if header.kind == DICTIONARY {
            self.current = 0;
        }
        let held = self.held.load(Ordering::Relaxed) - released + header.unpacked;
        self.held.store(held, Ordering::Relaxed); // all are read on one thread
        let limit = self.limit.saturating_mul(MAX_HELD);
        if held > limit {
            return Err(too_long_error("a page of every column together", limit).into());
        }
        Ok(())
    }

    /// Decompresses and checks a page. None for one that holds no values.
    fn decode(&mut self, header: &PageHeader, packed: Bytes) -> Result<Option<Page>> {
        if !matches!(header.kind, DATA | DICTIONARY | DATA_2)
            || header.kind != DICTIONARY && header.values == 0
        {
            return Ok(None);
        }
        // In version 2 the levels come first and are not packed.
        let levels = header.definition + header.repetition;
        if levels > header.packed || levels > header.unpacked {
            return Err(general("the levels of a page are longer than the page"));
        }
        let (levels, unpacked) = (usize::try_from(levels)?, usize::try_from(header.unpacked)?);
        let page = if header.is_compressed && self.compression != Compression::UNCOMPRESSED {
            decompress(self.compression, &packed, levels, unpacked)?.into()
        } else {
            packed
        };
        if page.len() != unpacked {
            return Err(general("a page is not as long as it says"));
        }
        let encoding = encoding(header.encoding)?;
        let num_values = u32::try_from(header.values)?;
        if header.kind == DICTIONARY {
            // The decoder allocates for as many values as the page claims.
            if self.count_plain(&page, header.values) < header.values {
                return Err(general("a dictionary claims more values than it has"));
            }
            self.has_dictionary = true;
            let is_sorted = header.is_sorted;
            return Ok(Some(Page::DictionaryPage { buf: page, num_values, encoding, is_sorted }));
        }
        // A null may take less than a bit, and 16 bytes once it is decoded.
        if header.values > self.limit / 16 {
            return Err(general("a page claims more values than it has room for"));
        }
        let (page, definition) = match header.kind {
            DATA => self.split_levels(page, header.levels)?,
            _ => (page, header.definition),
        };
        let start = usize::try_from(header.repetition + definition)?;
        let (encoding, there) = self.count_values(encoding, page.get(start..).ok_or(Malformed)?, header)?;
        // Both versions go on as the second, by which the decoders return an error where they would read more values
        // than are there. With those of the first, they panic.
        Ok(Some(Page::DataPageV2 {
            buf: self.exact(page, start, encoding, there)?,
            num_values,
            encoding,
            num_nulls: u32::try_from(header.values - there)?,
            num_rows: num_values, // no column that is read repeats
            def_levels_byte_len: u32::try_from(definition)?,
            rep_levels_byte_len: u32::try_from(header.repetition)?,
            is_compressed: false,
            statistics: None,
        }))
    }

    /// In version 1 the levels have their length before them, which is taken off.
    fn split_levels(&self, page: Bytes, encoding: i64) -> Result<(Bytes, u64)> {
        const RLE: i64 = 3;
        if !self.has_levels {
            return Ok((page, 0));
        }
        if encoding != RLE {
            return Err(general("the levels of a page are in an encoding that is not known"));
        }
        let length = u32::from_le_bytes(*page.first_chunk().ok_or(Malformed)?);
        Ok((page.slice(4..), u64::from(length)))
    }

    /// Counts the values of a data page: no more than its header says, and no more than are there.
    ///
    /// Returns the encoding too. To the decoders, a page of deltas has one value at least.
    fn count_values(
        &self,
        encoding: Encoding,
        values: &[u8],
        header: &PageHeader,
    ) -> Result<(Encoding, u64)> {
        use Encoding as E;

        let most = header.values.checked_sub(header.nulls).ok_or(Malformed)?;
        let is_binary = self.physical == Physical::BYTE_ARRAY;
        let there = match encoding {
            E::PLAIN => self.count_plain(values, most),
            E::PLAIN_DICTIONARY | E::RLE_DICTIONARY if self.has_dictionary => most, // they are counted on the way
            E::RLE if self.physical == Physical::BOOLEAN => most,
            E::BYTE_STREAM_SPLIT => most.min(values.len() as u64 / self.width.max(1)),
            E::DELTA_BINARY_PACKED => count_numbers(values, header.values)?,
            E::DELTA_LENGTH_BYTE_ARRAY if is_binary => count_strings(values, header.values)?,
            E::DELTA_BYTE_ARRAY => count_suffixes(values, header.values)?,
            E::PLAIN_DICTIONARY | E::RLE_DICTIONARY => {
                return Err(general("a page needs a dictionary that is not there"));
            }
            _ => return Err(general("values are in an encoding that their type does not have")),
        };
        Ok(if there == 0 { (E::PLAIN, 0) } else { (encoding, there) })
    }

    /// Counts the plain values that are there, up to `most`.
    fn count_plain(&self, values: &[u8], most: u64) -> u64 {
        let length = values.len() as u64;
        match self.physical {
            Physical::BYTE_ARRAY => {
                let (mut rest, mut count) = (values, 0);
                while count < most
                    && let Some((length, strings)) = rest.split_first_chunk()
                    && let Ok(length) = usize::try_from(u32::from_le_bytes(*length))
                    && let Some(behind) = strings.get(length..)
                {
                    (rest, count) = (behind, count + 1);
                }
                count
            }
            Physical::BOOLEAN => most.min(length * 8),
            _ => most.min(length / self.width.max(1)),
        }
    }

    /// Cuts off what is behind the last value: plain values of a fixed length must be as many as the page says.
    fn exact(&self, mut page: Bytes, start: usize, encoding: Encoding, there: u64) -> Result<Bytes> {
        if self.physical == Physical::FIXED_LEN_BYTE_ARRAY && encoding == Encoding::PLAIN {
            page.truncate(start + usize::try_from(there * self.width)?);
        }
        Ok(page)
    }
}

/// Checks that no byte is part of two columns: else a file of a few bytes could hold any number of long texts.
pub(super) fn check_places(metadata: &ParquetMetaData, length: u64) -> Result<()> {
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    // A column that is nowhere is an error once it is read.
    let mut places: Vec<_> = columns.filter_map(|column| place(column, length).ok()).collect();
    places.sort_unstable();
    if places.is_sorted_by(|before, after| before.1 <= after.0) {
        Ok(())
    } else {
        Err(general("two columns lie in the same place"))
    }
}

/// Returns where a column begins and ends.
pub(super) fn place(column: &ColumnChunkMetaData, length: u64) -> Result<(u64, u64)> {
    if column.file_path().is_some() {
        return Err(general("a column lies in another file"));
    }
    let data = column.data_page_offset();
    let start = column.dictionary_page_offset().filter(|&start| start > 0 && start < data).unwrap_or(data);
    let range = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
    let range = range.and_then(|(start, size)| Some((start, start.checked_add(size)?)));
    range.filter(|&(_, end)| end <= length).ok_or_else(|| general("a column lies outside of the file"))
}

/// Returns the encoding that has a number in Parquet's definition.
fn encoding(number: i64) -> Result<Encoding> {
    let encoding = Encoding::VARIANTS.iter().find(|&&encoding| encoding as i64 == number);
    encoding.copied().ok_or_else(|| general("values are in an encoding that is not known"))
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        while self.position < self.end {
            let header = self.header()?;
            if header.packed > self.end - self.position {
                return Err(general("a page is longer than its column"));
            }
            if header.unpacked > self.limit || header.packed > self.limit {
                return Err(too_long_error("a record", self.limit).into());
            }
            self.hold(&header)?;
            let packed = self.bytes.read(self.position, header.packed)?;
            self.position += header.packed;
            self.bytes.count(header.packed);
            self.packed.fetch_add(header.packed, Ordering::Relaxed);
            if let Some(page) = self.decode(&header, packed)? {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    // Only skipping rows and reading lists need these two, and neither is done here.
    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }
}

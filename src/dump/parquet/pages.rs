//! The pages of a column, each checked against its own length and the limit before it is decoded.

use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, Type as Physical};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use bytes::Bytes;

use super::super::limited_input::too_long_error;
use super::encoded_values::{check_lengths, check_strings, deltas, present};
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
    /// The level of a value that is there; levels come first, unless this is 0 and all are.
    full: i16,
    has_dictionary: bool,
    position: u64,
    end: u64,
    limit: u64,
}

impl Pages {
    pub(super) fn new(bytes: Arc<FileBytes>, column: &ColumnChunkMetaData, limit: u64) -> Result<Self> {
        if column.file_path().is_some() {
            return Err(general("a column lies in another file"));
        }
        let data = column.data_page_offset();
        let start =
            column.dictionary_page_offset().filter(|&start| start > 0 && start < data).unwrap_or(data);
        let range = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
        let end = range.and_then(|(start, length)| start.checked_add(length));
        let (Some((position, _)), Some(end)) = (range, end.filter(|&end| end <= bytes.length())) else {
            return Err(general("a column lies outside of the file"));
        };
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
            full: column.column_descr().max_def_level(),
            has_dictionary: false,
            position,
            end,
            limit,
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

    /// Reads the next page that holds values.
    fn page(&mut self) -> Result<Option<Page>> {
        loop {
            if self.position >= self.end {
                return Ok(None);
            }
            let header = self.header()?;
            if header.packed > self.end - self.position {
                return Err(general("a page is longer than its column"));
            }
            if header.unpacked > self.limit || header.packed > self.limit {
                return Err(too_long_error("a record", self.limit).into());
            }
            let packed = self.bytes.read(self.position, header.packed)?;
            self.position += header.packed;
            self.bytes.count(header.packed);
            if let Some(page) = self.decode(&header, packed)? {
                return Ok(Some(page));
            }
        }
    }

    /// Decompresses and checks a page. None for one that holds no values.
    fn decode(&mut self, header: &PageHeader, packed: Vec<u8>) -> Result<Option<Page>> {
        if !matches!(header.kind, DATA | DICTIONARY | DATA_2) {
            return Ok(None);
        }
        // In version 2 the levels come first and are not packed.
        let levels = header.definition + header.repetition;
        if levels > header.packed || levels > header.unpacked {
            return Err(general("the levels of a page are longer than the page"));
        }
        let levels = usize::try_from(levels)?;
        let unpacked = usize::try_from(header.unpacked)?;
        let buffer = if header.is_compressed && self.compression != Compression::UNCOMPRESSED {
            let mut buffer = packed[..levels].to_vec();
            buffer.extend(decompress(self.compression, &packed[levels..], unpacked - levels)?);
            buffer
        } else {
            packed
        };
        if buffer.len() != unpacked {
            return Err(general("a page is not as long as it says"));
        }
        // A decoder allocates for as many values as the page claims: each must be there. A null takes 16 bytes at most.
        let max_values =
            if header.kind == DICTIONARY { header.unpacked / self.width.max(1) } else { self.limit / 16 };
        if header.values > max_values {
            return Err(general("a page claims more values than it has room for"));
        }
        let encoding = encoding(header.encoding)?;
        if header.kind == DICTIONARY {
            if self.physical == Physical::BYTE_ARRAY {
                check_strings(&buffer, header.values)?;
            }
            self.has_dictionary = true;
        } else {
            self.check_values(header, &buffer, encoding)?;
        }
        let num_values = u32::try_from(header.values)?;
        let buf = Bytes::from(buffer);
        Ok(Some(match header.kind {
            DICTIONARY => Page::DictionaryPage { buf, num_values, encoding, is_sorted: header.is_sorted },
            DATA => Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding: self.level_encoding(header)?,
                rep_level_encoding: Encoding::RLE, // there are none: no column that is read repeats
                statistics: None,
            },
            _ => Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls: u32::try_from(header.nulls)?,
                num_rows: u32::try_from(header.rows)?,
                def_levels_byte_len: u32::try_from(header.definition)?,
                rep_levels_byte_len: u32::try_from(header.repetition)?,
                is_compressed: header.is_compressed,
                statistics: None,
            },
        }))
    }

    /// Checks what the decoders take for granted.
    fn check_values(&self, header: &PageHeader, buffer: &[u8], encoding: Encoding) -> Result<()> {
        let is_dictionary = matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
        if is_dictionary && !self.has_dictionary {
            return Err(general("a page needs a dictionary that is not there"));
        }
        // In version 1 the levels have their length before them.
        let (start, length) = if header.kind == DATA_2 {
            (usize::try_from(header.repetition)?, usize::try_from(header.definition)?)
        } else if self.full > 0 {
            (4, usize::try_from(u32::from_le_bytes(*buffer.first_chunk().ok_or(Malformed)?))?)
        } else {
            (0, 0)
        };
        let end = start.checked_add(length).filter(|&end| end <= buffer.len()).ok_or(Malformed)?;
        let (levels, values) = (&buffer[start..end], &buffer[end..]);
        let count = if self.full > 0 { present(levels, self.full, header.values)? } else { header.values };
        let there = match encoding {
            Encoding::PLAIN if self.physical == Physical::BYTE_ARRAY => {
                check_strings(values, count)?;
                count
            }
            Encoding::DELTA_BINARY_PACKED => deltas(values, header.values)?.0.len() as u64,
            Encoding::DELTA_LENGTH_BYTE_ARRAY => check_lengths(values, header.values)?,
            Encoding::DELTA_BYTE_ARRAY => {
                let (prefixes, end) = deltas(values, header.values)?;
                check_lengths(&values[end..], header.values)?.min(prefixes.len() as u64)
            }
            Encoding::BYTE_STREAM_SPLIT => values.len() as u64 / self.width.max(1),
            // The decoders check these themselves.
            _ => count,
        };
        if there < count { Err(general("a page has fewer values than it says")) } else { Ok(()) }
    }

    fn level_encoding(&self, header: &PageHeader) -> Result<Encoding> {
        match header.levels {
            _ if self.full == 0 => Ok(Encoding::RLE),
            3 => Ok(Encoding::RLE),
            _ => Err(general("the levels of a page are in an encoding that is not known")),
        }
    }
}

/// Returns the encoding that has a number in Parquet's definition.
fn encoding(number: i64) -> Result<Encoding> {
    Ok(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return Err(general("values are in an encoding that is not known")),
    })
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.page()
    }

    // Only skipping rows and reading lists need these two, and neither is done here.
    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }
}

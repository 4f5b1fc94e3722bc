//! The pages of a column, each held to its own length and to the limit before it is decoded.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::parquet::basic::{Compression, Encoding, Type as Physical};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use bytes::Bytes;

use super::super::input::too_long;
use super::thrift::{Malformed, Thrift};

/// Where a file's bytes are.
pub(in super::super) enum Source {
    File { file: File, length: u64, read: Arc<AtomicU64> },
    Memory(Bytes),
}

impl Source {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::File { length, .. } => *length,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// So many bytes have been read, once each: what was only looked at does not count.
    pub(super) fn count(&self, bytes: u64) {
        if let Self::File { read, .. } = self {
            read.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// So many bytes from there, all of which must be in the file.
    pub(super) fn read(&self, start: u64, count: u64) -> io::Result<Vec<u8>> {
        if start.checked_add(count).is_none_or(|end| end > self.length()) {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file is cut short, or a length in it is wrong",
            ));
        }
        let mut bytes = Vec::new();
        match self {
            Self::File { file, .. } => {
                let mut file = file;
                file.seek(SeekFrom::Start(start))?;
                file.take(count).read_to_end(&mut bytes)?;
            }
            Self::Memory(all) => {
                let start = usize::try_from(start).map_err(io::Error::other)?;
                let count = usize::try_from(count).map_err(io::Error::other)?;
                bytes.extend_from_slice(&all[start..start + count]);
            }
        }
        Ok(bytes)
    }
}

/// The pages of one column of a row group.
pub(super) struct Pages {
    source: Arc<Source>,
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

/// What stands before a page.
struct Header {
    kind: i64,
    packed: u64,
    unpacked: u64,
    values: u64,
    nulls: u64,
    rows: u64,
    encoding: i64,
    levels: i64,
    /// How long the levels are in a page of version 2.
    definition: u64,
    repetition: u64,
    is_compressed: bool,
    is_sorted: bool,
}

const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const DATA_2: i64 = 3;

impl Header {
    /// None if the bytes end before the header does. The numbers are those of Parquet's definition.
    fn parse(bytes: &[u8]) -> Result<(Self, usize), Malformed> {
        let mut header = Self {
            kind: -1,
            packed: 0,
            unpacked: 0,
            values: 0,
            nulls: 0,
            rows: 0,
            encoding: -1,
            levels: 3, // RLE, the only one of version 2
            definition: 0,
            repetition: 0,
            is_compressed: true,
            is_sorted: false,
        };
        let mut thrift = Thrift::new(bytes);
        let mut last = 0;
        while let Some(field) = thrift.field(&mut last)? {
            match field.id {
                1 => header.kind = thrift.number(&field)?,
                2 => header.unpacked = count(thrift.number(&field)?)?,
                3 => header.packed = count(thrift.number(&field)?)?,
                version @ (5 | 7 | 8) => {
                    field.enter()?;
                    header.of_page(&mut thrift, version)?;
                }
                _ => thrift.skip(&field)?,
            }
        }
        Ok((header, thrift.position()))
    }

    fn of_page(&mut self, thrift: &mut Thrift<'_>, version: i64) -> Result<(), Malformed> {
        let mut last = 0;
        while let Some(field) = thrift.field(&mut last)? {
            match (version, field.id) {
                (_, 1) => self.values = count(thrift.number(&field)?)?,
                (5 | 7, 2) | (8, 4) => self.encoding = thrift.number(&field)?,
                (5, 3) => self.levels = thrift.number(&field)?,
                (7, 3) => self.is_sorted = field.boolean()?,
                (8, 2) => self.nulls = count(thrift.number(&field)?)?,
                (8, 3) => self.rows = count(thrift.number(&field)?)?,
                (8, 5) => self.definition = count(thrift.number(&field)?)?,
                (8, 6) => self.repetition = count(thrift.number(&field)?)?,
                (8, 7) => self.is_compressed = field.boolean()?,
                _ => thrift.skip(&field)?,
            }
        }
        Ok(())
    }
}

fn count(number: i64) -> Result<u64, Malformed> {
    u32::try_from(number).map(u64::from).map_err(|_| Malformed)
}

impl Pages {
    pub(super) fn new(source: Arc<Source>, column: &ColumnChunkMetaData, limit: u64) -> Result<Self> {
        if column.file_path().is_some() {
            return Err(general("a column lies in another file"));
        }
        let data = column.data_page_offset();
        let start =
            column.dictionary_page_offset().filter(|&start| start > 0 && start < data).unwrap_or(data);
        let range = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
        let end = range.and_then(|(start, length)| start.checked_add(length));
        let (Some((position, _)), Some(end)) = (range, end.filter(|&end| end <= source.length())) else {
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
            source,
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

    /// A header is short, unless its statistics hold long values.
    fn header(&mut self) -> Result<Header> {
        let mut window = 1 << 10;
        loop {
            let available = (self.end - self.position).min(window);
            let bytes = self.source.read(self.position, available)?;
            match Header::parse(&bytes) {
                Ok((header, length)) => {
                    self.position += length as u64;
                    self.source.count(length as u64);
                    return Ok(header);
                }
                Err(malformed) if available < window || window >= self.limit => return Err(malformed.into()),
                Err(_) => window *= 16,
            }
        }
    }

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
                return Err(too_long("a record", self.limit).into());
            }
            let packed = self.source.read(self.position, header.packed)?;
            self.position += header.packed;
            self.source.count(header.packed);
            if let Some(page) = self.decode(&header, packed)? {
                return Ok(Some(page));
            }
        }
    }

    /// None for a page that holds no values.
    fn decode(&mut self, header: &Header, packed: Vec<u8>) -> Result<Option<Page>> {
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
            buffer.extend(unpack(self.compression, &packed[levels..], unpacked - levels)?);
            buffer
        } else {
            packed
        };
        if buffer.len() != unpacked {
            return Err(general("a page is not as long as it says"));
        }
        // Each value that a decoder makes room for in advance must be there; 16 is what an absent one may take.
        let most =
            if header.kind == DICTIONARY { header.unpacked / self.width.max(1) } else { self.limit / 16 };
        if header.values > most {
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

    /// What the decoders would take for granted.
    fn check_values(&self, header: &Header, buffer: &[u8], encoding: Encoding) -> Result<()> {
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
            // The decoders hold these to the bytes that are there.
            _ => count,
        };
        if there < count { Err(general("a page has fewer values than it says")) } else { Ok(()) }
    }

    fn level_encoding(&self, header: &Header) -> Result<Encoding> {
        match header.levels {
            _ if self.full == 0 => Ok(Encoding::RLE),
            3 => Ok(Encoding::RLE),
            _ => Err(general("the levels of a page are in an encoding that is not known")),
        }
    }
}

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

/// Delta-packed numbers, of which there may be no more than their page has values; and where they end.
fn deltas(bytes: &[u8], values: u64) -> Result<(Vec<i64>, usize), Malformed> {
    let mut thrift = Thrift::new(bytes); // its numbers are the same
    let (block, minis, total) = (thrift.varint()?, thrift.varint()?, thrift.varint()?);
    let mut number = thrift.zigzag()?;
    let size = block.checked_div(minis).filter(|size| *size > 0 && size % 32 == 0).ok_or(Malformed)?;
    if total > values || block > 1 << 20 || block % minis != 0 {
        return Err(Malformed);
    }
    let (minis, size) = (usize::try_from(minis), usize::try_from(size));
    let (minis, size) = (minis.map_err(|_| Malformed)?, size.map_err(|_| Malformed)?);
    let total = usize::try_from(total).map_err(|_| Malformed)?;
    let mut numbers = Vec::new();
    numbers.extend((total > 0).then_some(number));
    let mut at = thrift.position();
    while numbers.len() < total {
        let mut thrift = Thrift::new(bytes.get(at..).ok_or(Malformed)?);
        let least = thrift.zigzag()?;
        at += thrift.position();
        let widths = bytes.get(at..at + minis).ok_or(Malformed)?;
        at += minis;
        for &width in widths {
            if numbers.len() == total {
                break; // what comes after the last number is not there
            }
            let width = usize::from(width);
            let packed = bytes.get(at..at + width * size / 8).filter(|_| width <= 64).ok_or(Malformed)?;
            at += packed.len();
            for index in (0..size).take(total - numbers.len()) {
                let delta = bits(packed, index, width).cast_signed();
                number = number.wrapping_add(least).wrapping_add(delta);
                numbers.push(number);
            }
        }
    }
    Ok((numbers, at))
}

/// A number out of many of so many bits.
fn bits(packed: &[u8], index: usize, width: usize) -> u64 {
    let places = (index * width..(index + 1) * width).enumerate();
    places.fold(0, |number, (to, from)| number | u64::from(packed[from / 8] >> (from % 8) & 1) << to)
}

/// How many of a page's values are there: their levels, in runs and in packs of eight, are `full`.
fn present(levels: &[u8], full: i16, values: u64) -> Result<u64, Malformed> {
    let full = u64::try_from(full).map_err(|_| Malformed)?;
    let width = usize::try_from(u64::BITS - full.leading_zeros()).map_err(|_| Malformed)?;
    let mut present = 0;
    let mut left = values;
    let mut at = 0;
    while left > 0 {
        let mut thrift = Thrift::new(levels.get(at..).ok_or(Malformed)?); // its numbers are the same
        let header = thrift.varint()?;
        at += thrift.position();
        let is_packed = header & 1 == 1;
        let groups = usize::try_from(header >> 1).map_err(|_| Malformed)?;
        let bytes = if is_packed { groups.checked_mul(width).ok_or(Malformed)? } else { width.div_ceil(8) };
        // The last pack may be cut short.
        let end = at.checked_add(bytes).filter(|&end| is_packed || end <= levels.len()).ok_or(Malformed)?;
        let packed = &levels[at..end.min(levels.len())];
        at = end;
        if is_packed {
            let count = left.min((packed.len() * 8 / width) as u64);
            if count == 0 {
                return Err(Malformed);
            }
            let levels =
                (0..usize::try_from(count).map_err(|_| Malformed)?).map(|index| bits(packed, index, width));
            present += levels.filter(|&level| level == full).count() as u64;
            left -= count;
        } else {
            let count = left.min(header >> 1);
            let level = packed.iter().rev().fold(0, |level, &byte| level << 8 | u64::from(byte));
            present += if level == full { count } else { 0 };
            left -= count;
        }
    }
    Ok(present)
}

/// Hold so many strings, each after its length, to the bytes that are there.
fn check_strings(bytes: &[u8], count: u64) -> Result<(), Malformed> {
    let mut rest = bytes;
    for _ in 0..count {
        let (length, strings) = rest.split_first_chunk().ok_or(Malformed)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Malformed)?;
        rest = strings.get(length..).ok_or(Malformed)?;
    }
    Ok(())
}

/// Hold the lengths of delta-packed strings to the bytes that follow them, and count them.
fn check_lengths(bytes: &[u8], values: u64) -> Result<u64, Malformed> {
    let (lengths, end) = deltas(bytes, values)?;
    let mut left = (bytes.len() - end) as u64;
    for length in &lengths {
        left = u64::try_from(*length).ok().and_then(|length| left.checked_sub(length)).ok_or(Malformed)?;
    }
    Ok(lengths.len() as u64)
}

/// Exactly so many bytes.
fn unpack(compression: Compression, packed: &[u8], length: usize) -> Result<Vec<u8>> {
    let wrong = || general("a page is not as long as it says");
    if length == 0 {
        return Ok(Vec::new()); // there are no values, whatever is in it
    }
    let stream = |read: &mut dyn Read| {
        let mut bytes = Vec::new();
        read.take(length as u64 + 1).read_to_end(&mut bytes)?;
        Ok::<_, ParquetError>(bytes)
    };
    let bytes = match compression {
        Compression::UNCOMPRESSED => packed.to_vec(),
        Compression::SNAPPY => {
            if snap::raw::decompress_len(packed)? != length {
                return Err(wrong());
            }
            snap::raw::Decoder::new().decompress_vec(packed)?
        }
        Compression::GZIP(_) => stream(&mut flate2::bufread::MultiGzDecoder::new(packed))?,
        Compression::BROTLI(_) => stream(&mut brotli::Decompressor::new(packed, 4096))?,
        Compression::ZSTD(_) => stream(&mut zstd::Decoder::with_buffer(packed)?)?,
        Compression::LZ4_RAW => {
            let mut bytes = vec![0; length];
            let written = lz4_flex::block::decompress_into(packed, &mut bytes);
            bytes.truncate(written.map_err(|error| general(&error.to_string()))?);
            bytes
        }
        Compression::LZ4 => hadoop_lz4(packed, length)?,
        Compression::LZO => return Err(general("LZO cannot be unpacked")),
    };
    if bytes.len() == length { Ok(bytes) } else { Err(wrong()) }
}

/// The older LZ4 of Parquet: blocks, each after its two lengths, as Hadoop writes them.
fn hadoop_lz4(mut packed: &[u8], length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut at = 0_usize;
    while let Some((unpacked, rest)) = packed.split_first_chunk() {
        let unpacked = usize::try_from(u32::from_be_bytes(*unpacked))?;
        let (length, rest) = rest.split_first_chunk().ok_or(Malformed)?;
        let block = rest.get(..usize::try_from(u32::from_be_bytes(*length))?).ok_or(Malformed)?;
        let room = at.checked_add(unpacked).and_then(|end| bytes.get_mut(at..end)).ok_or(Malformed)?;
        let written = lz4_flex::block::decompress_into(block, room);
        at += written.map_err(|error| general(&error.to_string()))?;
        packed = &rest[block.len()..];
    }
    bytes.truncate(at);
    Ok(bytes)
}

fn general(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
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

    // Asked for by those that skip rows or read lists, which nobody does here.
    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }
}

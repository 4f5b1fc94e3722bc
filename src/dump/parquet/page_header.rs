//! The header before each page of a column.

use super::thrift::{Malformed, Thrift};

/// The header before a page. The numbers are those of Parquet's definition.
pub(super) struct PageHeader {
    pub(super) kind: i64,
    /// The length of the page as it stands in the file.
    pub(super) packed: u64,
    /// The length of the page once it is decompressed.
    pub(super) unpacked: u64,
    pub(super) values: u64,
    pub(super) nulls: u64,
    pub(super) rows: u64,
    pub(super) encoding: i64,
    pub(super) levels: i64,
    /// The lengths of both kinds of levels, in a page of version 2.
    pub(super) definition: u64,
    pub(super) repetition: u64,
    pub(super) is_compressed: bool,
    pub(super) is_sorted: bool,
}

/// Kinds of pages.
pub(super) const DATA: i64 = 0;
pub(super) const DICTIONARY: i64 = 2;
pub(super) const DATA_2: i64 = 3;

impl PageHeader {
    /// Parses a header, and returns its length too. Bytes that end before the header does are malformed.
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, usize), Malformed> {
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
        let (mut thrift, mut last) = (Thrift::new(bytes), 0);
        while let Some(field) = thrift.field(&mut last)? {
            match field.id {
                1 => header.kind = thrift.number(&field)?,
                2 => header.unpacked = count(thrift.number(&field)?)?,
                3 => header.packed = count(thrift.number(&field)?)?,
                version @ (5 | 7 | 8) => {
                    field.enter()?;
                    header.parse_page(&mut thrift, version)?;
                }
                _ => thrift.pass(&field, &[])?,
            }
        }
        Ok((header, thrift.position()))
    }

    fn parse_page(&mut self, thrift: &mut Thrift<'_>, version: i16) -> Result<(), Malformed> {
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
                _ => thrift.pass(&field, &[])?,
            }
        }
        Ok(())
    }
}

/// A count, of which the format allows 31 bits.
fn count(number: i64) -> Result<u64, Malformed> {
    u32::try_from(number).map(u64::from).map_err(|_| Malformed)
}

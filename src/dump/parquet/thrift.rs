//! As much of Thrift's [compact protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md)
//! as it takes to check lengths before anything is allocated for them.

use ::parquet::errors::ParquetError;

use super::super::read_error::ReadError;

pub(super) struct Thrift<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// The error of bytes that end before what they describe does, or that are no Thrift.
#[derive(Debug)]
pub(super) struct Malformed;

impl From<Malformed> for ParquetError {
    fn from(_: Malformed) -> Self {
        Self::General("malformed metadata".to_owned())
    }
}

/// An error of the crate `parquet`.
pub(super) fn general(message: &str) -> ParquetError {
    ParquetError::General(message.to_owned())
}

impl From<Malformed> for ReadError {
    fn from(_: Malformed) -> Self {
        Self::file("malformed metadata")
    }
}

/// The types of values; 4 to 6 are numbers of 16 to 64 bits.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// How deep structures may be nested; Parquet has five levels.
const MAX_DEPTH: u32 = 32;

/// A field of a structure: its number and type.
pub(super) struct Field {
    pub(super) id: i64,
    kind: u8,
}

impl Field {
    /// Checks that the field holds a structure, whose fields come next.
    pub(super) fn enter(&self) -> Result<(), Malformed> {
        if self.kind == STRUCT { Ok(()) } else { Err(Malformed) }
    }

    pub(super) fn boolean(&self) -> Result<bool, Malformed> {
        match self.kind {
            TRUE => Ok(true),
            FALSE => Ok(false),
            _ => Err(Malformed),
        }
    }
}

impl<'b> Thrift<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = self.bytes.get(self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(*byte)
    }

    fn advance(&mut self, count: u64) -> Result<(), Malformed> {
        let left = (self.bytes.len() - self.at) as u64;
        if count > left {
            return Err(Malformed);
        }
        self.at += usize::try_from(count).map_err(|_| Malformed)?;
        Ok(())
    }

    pub(super) fn varint(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    pub(super) fn zigzag(&mut self) -> Result<i64, Malformed> {
        let number = self.varint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Reads the next field of a structure whose last one had the number `last`; None at its end.
    pub(super) fn field(&mut self, last: &mut i64) -> Result<Option<Field>, Malformed> {
        let header = self.byte()?;
        if header == 0 {
            return Ok(None);
        }
        let kind = header & 15;
        *last = match header >> 4 {
            0 => self.zigzag()?,
            delta => last.checked_add(i64::from(delta)).ok_or(Malformed)?,
        };
        Ok(Some(Field { id: *last, kind }))
    }

    /// Reads the number that a field holds.
    pub(super) fn number(&mut self, field: &Field) -> Result<i64, Malformed> {
        if (4..=6).contains(&field.kind) { self.zigzag() } else { Err(Malformed) }
    }

    /// Reads the length of the list of structures that a field holds.
    pub(super) fn structures(&mut self, field: &Field) -> Result<u64, Malformed> {
        let (count, kind) = self.list(field.kind)?;
        if kind == STRUCT { Ok(count) } else { Err(Malformed) }
    }

    fn list(&mut self, kind: u8) -> Result<(u64, u8), Malformed> {
        if kind != LIST && kind != SET {
            return Err(Malformed);
        }
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        Ok((count, header & 15))
    }

    /// Passes over the value of a field.
    pub(super) fn skip(&mut self, field: &Field) -> Result<(), Malformed> {
        self.skip_value(field.kind, false, 0)
    }

    /// Passes over a value. In a list or a map, other than in a field, a boolean takes a byte.
    fn skip_value(&mut self, kind: u8, is_element: bool, depth: u32) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed);
        }
        match kind {
            TRUE | FALSE if !is_element => Ok(()),
            TRUE | FALSE | BYTE => self.advance(1),
            4..=6 => self.varint().map(drop),
            DOUBLE => self.advance(8),
            BINARY => {
                let length = self.varint()?;
                self.advance(length)
            }
            LIST | SET => {
                let (count, kind) = self.list(kind)?;
                // Each takes a byte at least, so this ends with the bytes.
                (0..count).try_for_each(|_| self.skip_value(kind, true, depth + 1))
            }
            MAP => {
                let count = self.varint()?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                (0..count).try_for_each(|_| {
                    self.skip_value(kinds >> 4, true, depth + 1)?;
                    self.skip_value(kinds & 15, true, depth + 1)
                })
            }
            STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(&mut last)? {
                    self.skip_value(field.kind, false, depth + 1)?;
                }
                Ok(())
            }
            UUID => self.advance(16),
            _ => Err(Malformed),
        }
    }
}

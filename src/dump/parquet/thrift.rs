//! As much of Thrift's [compact protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md)
//! as it takes to read the headers of pages, and to check a footer before the crate `parquet` parses it.

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
        general("malformed metadata")
    }
}

impl From<Malformed> for ReadError {
    fn from(_: Malformed) -> Self {
        Self::file("malformed metadata")
    }
}

/// An error of the crate `parquet`.
pub(super) fn general(message: &str) -> ParquetError {
    ParquetError::General(message.to_owned())
}

/// What a field holds by Parquet's definition, if that is known.
pub(super) enum Kind {
    Boolean,
    Byte,
    /// A number of 16 to 64 bits.
    Number,
    Double,
    Binary,
    List(&'static Kind),
    /// With its fields by their numbers, from 1.
    Struct(&'static [Kind]),
    Unknown,
}

/// The types of values; 4 to 6 are numbers of 16 to 64 bits.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// How deep structures that are not known may be nested; those of Parquet have five levels.
const MAX_DEPTH: u32 = 32;

/// A field of a structure: its number and type.
pub(super) struct Field {
    pub(super) id: i16,
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
        let count = usize::try_from(count).map_err(|_| Malformed)?;
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        self.at = end.ok_or(Malformed)?;
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
    pub(super) fn field(&mut self, last: &mut i16) -> Result<Option<Field>, Malformed> {
        let header = self.byte()?;
        let kind = header & 15;
        if kind == 0 {
            return Ok(None);
        }
        *last = match header >> 4 {
            0 => i16::try_from(self.zigzag()?).map_err(|_| Malformed)?,
            delta => last.checked_add(i16::from(delta)).ok_or(Malformed)?,
        };
        Ok(Some(Field { id: *last, kind }))
    }

    /// Reads the number that a field holds.
    pub(super) fn number(&mut self, field: &Field) -> Result<i64, Malformed> {
        if (4..=6).contains(&field.kind) { self.zigzag() } else { Err(Malformed) }
    }

    /// Reads the length of the list of structures that a field holds.
    pub(super) fn structures(&mut self, field: &Field) -> Result<u64, Malformed> {
        let (count, kind) = if field.kind == LIST { self.list()? } else { return Err(Malformed) };
        if kind == STRUCT { Ok(count) } else { Err(Malformed) }
    }

    fn list(&mut self) -> Result<(u64, u8), Malformed> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        Ok((count, header & 15))
    }

    /// Passes over a structure.
    fn pass_fields(&mut self, fields: &[Kind]) -> Result<(), Malformed> {
        let mut last = 0;
        while let Some(field) = self.field(&mut last)? {
            self.pass(&field, fields)?;
        }
        Ok(())
    }

    /// Passes over the value of a field of a structure, which must be what the definition says.
    pub(super) fn pass(&mut self, field: &Field, fields: &[Kind]) -> Result<(), Malformed> {
        let known = usize::try_from(i32::from(field.id) - 1).ok().and_then(|at| fields.get(at));
        self.pass_value(field.kind, known.unwrap_or(&Kind::Unknown))
    }

    fn pass_value(&mut self, kind: u8, known: &Kind) -> Result<(), Malformed> {
        match (known, kind) {
            (Kind::Boolean, TRUE | FALSE) => Ok(()),
            (Kind::Struct(fields), STRUCT) => self.pass_fields(fields),
            (Kind::List(element), LIST) => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.pass_value(kind, element))
            }
            (Kind::Byte, BYTE) | (Kind::Number, 4..=6) | (Kind::Double, DOUBLE) | (Kind::Binary, BINARY) => {
                self.skip(kind, 0)
            }
            (Kind::Unknown, _) => self.skip(kind, 0),
            _ => Err(Malformed),
        }
    }

    /// Passes over a value by its type alone.
    fn skip(&mut self, kind: u8, depth: u32) -> Result<(), Malformed> {
        match kind {
            _ if depth > MAX_DEPTH => Err(Malformed),
            TRUE | FALSE => Ok(()),
            BYTE => self.advance(1),
            4..=6 => self.varint().map(drop),
            DOUBLE => self.advance(8),
            BINARY => {
                let length = self.varint()?;
                self.advance(length)
            }
            LIST | SET => {
                let (count, kind) = self.list()?;
                // To the crate (60.1) booleans in a list take no byte, so that eight bytes take it 2^31 steps: measured,
                // 8 s. Parquet has no such list, and no map.
                if matches!(kind, TRUE | FALSE) && count > 0 {
                    return Err(Malformed);
                }
                (0..count).try_for_each(|_| self.skip(kind, depth + 1))
            }
            STRUCT => {
                // The numbers of the fields are of no interest.
                while let Some(field) = self.field(&mut 0)? {
                    self.skip(field.kind, depth + 1)?;
                }
                Ok(())
            }
            UUID => self.advance(16),
            _ => Err(Malformed),
        }
    }
}

//! The footer, which says what is in a file and where.
//!
//! It is checked before the crate `parquet` (60.1) parses it: the crate allocates for as many columns as a group claims, goes
//! down into groups by recursion, and passes over some lists in 2^31 steps. It also reads a field that it knows as what the
//! definition says, whatever type stands there. So the types are checked too: else it and the check here would not
//! read the same.

use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::super::read_error::ReadError;
use super::file_bytes::FileBytes;
use super::thrift::Kind::{Binary, Boolean, Byte, Double, List, Number, Struct, Unknown};
use super::thrift::{Kind, Malformed, Thrift};

/// The first and the last four bytes of a file.
const MAGIC: [u8; 4] = *b"PAR1";

/// How deep columns may be nested.
const MAX_SCHEMA_DEPTH: usize = 100;

/// Reads the footer. The last eight bytes say how long it is.
pub(super) fn read(bytes: &FileBytes, limit: u64) -> Result<ParquetMetaData, ReadError> {
    let length = bytes.length();
    let tail = match length.checked_sub(8) {
        Some(start) => bytes.read(start, 8)?,
        None => return Err(ReadError::file("the file is too short for Parquet")),
    };
    if tail[4..] != MAGIC {
        return Err(ReadError::file(match &tail[4..] {
            b"PARE" => "the file is encrypted",
            _ => "the file is cut short: it does not end as Parquet does",
        }));
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if footer > length - 8 || footer > limit {
        return Err(ReadError::file(format!(
            "the footer claims {footer} bytes of {length}, or more than the limit"
        )));
    }
    bytes.count(footer + 8);
    let footer = bytes.read(length - 8 - footer, footer)?;
    check(&footer)?;
    Ok(ParquetMetaDataReader::decode_metadata(&footer)?)
}

/// Checks the types of all that the crate reads, and the groups of the schema.
fn check(footer: &[u8]) -> Result<(), ReadError> {
    let mut thrift = Thrift::new(footer);
    let mut last = 0;
    while let Some(field) = thrift.field(&mut last)? {
        if field.id == SCHEMA {
            let count = thrift.structures(&field)?;
            check_schema(&mut thrift, count)?;
        } else {
            thrift.pass(&field, FILE)?;
        }
    }
    Ok(())
}

fn check_schema(thrift: &mut Thrift<'_>, count: u64) -> Result<(), ReadError> {
    // How many children are still to come in each group that is open.
    let mut open: Vec<u64> = Vec::new();
    for element in 0..count {
        let (mut last, mut children) = (0, 0);
        while let Some(field) = thrift.field(&mut last)? {
            if field.id == CHILDREN {
                children = u64::try_from(thrift.number(&field)?).map_err(|_| Malformed)?;
            } else {
                thrift.pass(&field, ELEMENT)?;
            }
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if children > count - element - 1 {
            return Err(ReadError::file(format!(
                "a group claims {children} columns, and the file has fewer"
            )));
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > MAX_SCHEMA_DEPTH {
            return Err(ReadError::file(format!("columns are nested more than {MAX_SCHEMA_DEPTH} deep")));
        }
        while open.pop_if(|left| *left == 0).is_some() {}
    }
    Ok(())
}

// The structures of `parquet.thrift`, as far as the crate reads them.

const SCHEMA: i16 = 2;
const FILE: &[Kind] = &[
    Number,
    Unknown, // the schema
    Number,
    List(&Struct(ROW_GROUP)),
    List(&Struct(&[Binary, Binary])),
    Binary,
    List(&Struct(&[Struct(&[]), Struct(&[]), Struct(&[])])),
];

const CHILDREN: i16 = 5;
const ELEMENT: &[Kind] =
    &[Number, Number, Number, Binary, Number, Number, Number, Number, Number, Struct(LOGICAL_TYPE)];
const LOGICAL_TYPE: &[Kind] = &[
    Struct(&[]),
    Struct(&[]),
    Struct(&[]),
    Struct(&[]),
    Struct(&[Number, Number]),
    Struct(&[]),
    Struct(&[Boolean, Struct(TIME_UNIT)]),
    Struct(&[Boolean, Struct(TIME_UNIT)]),
    Unknown, // there is none
    Struct(&[Byte, Boolean]),
    Struct(&[]),
    Struct(&[]),
    Struct(&[]),
    Struct(&[]),
    Struct(&[]),
    Struct(&[Byte]),
    Struct(&[Binary]),
    Struct(&[Binary, Number]),
    Struct(&[]),
];
const TIME_UNIT: &[Kind] = &[Struct(&[]), Struct(&[]), Struct(&[])];

const ROW_GROUP: &[Kind] = &[
    List(&Struct(COLUMN_CHUNK)),
    Number,
    Number,
    List(&Struct(&[Number, Boolean, Boolean])),
    Number,
    Number,
    Number,
];
const COLUMN_CHUNK: &[Kind] = &[Binary, Number, Struct(COLUMN), Number, Number, Number, Number];
const COLUMN: &[Kind] = &[
    Number,
    List(&Number),
    List(&Binary),
    Number,
    Number,
    Number,
    Number,
    List(&Struct(&[Binary, Binary])),
    Number,
    Number,
    Number,
    Struct(&[Binary, Binary, Number, Number, Binary, Binary, Boolean, Boolean, Number]),
    List(&Struct(&[Number, Number, Number])),
    Number,
    Number,
    Struct(&[Number, List(&Number), List(&Number)]),
    Struct(&[Struct(&[Double, Double, Double, Double, Double, Double, Double, Double]), List(&Number)]),
];

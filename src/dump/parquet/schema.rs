//! The schema in a file's footer, checked before the crate `parquet` parses it.

use super::super::read_error::ReadError;
use super::thrift::{Malformed, Thrift};

/// How deep columns may be nested.
const MAX_SCHEMA_DEPTH: usize = 100;

/// Checks the groups of a schema: the crate allocates what they claim, and goes down into them by recursion.
pub(super) fn check_schema(footer: &[u8]) -> Result<(), ReadError> {
    /// Of `FileMetaData` and `SchemaElement`, in Parquet's definition.
    const SCHEMA: i64 = 2;
    const CHILDREN: i64 = 5;

    let mut thrift = Thrift::new(footer);
    let mut last = 0;
    while let Some(field) = thrift.field(&mut last)? {
        if field.id != SCHEMA {
            thrift.skip(&field)?;
            continue;
        }
        let count = thrift.structures(&field)?;
        // How many children are still to come in each group that is open.
        let mut open: Vec<u64> = Vec::new();
        for element in 0..count {
            let (mut last, mut children) = (0, 0);
            while let Some(field) = thrift.field(&mut last)? {
                if field.id == CHILDREN {
                    children = u64::try_from(thrift.number(&field)?).map_err(|_| Malformed)?;
                } else {
                    thrift.skip(&field)?;
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
    }
    Ok(())
}

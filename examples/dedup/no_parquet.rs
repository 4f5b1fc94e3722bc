//! In place of `parquet.rs`, without the feature: nothing is written as Parquet.

use std::path::Path;

use crate::dump::{Dump, Source};
use crate::output::Output;

pub fn is_wanted(out: &Path, _: &[Source]) -> Result<bool, String> {
    if out.extension().is_some_and(|ending| ending == "parquet") {
        return Err(format!("--out {}: for Parquet build with --features dump-parquet", out.display()));
    }
    Ok(false)
}

pub fn write(
    out: &mut Output,
    _: &Dump,
    _: impl FnMut(u64, &str) -> Result<Option<String>, String>,
) -> Result<u64, String> {
    Err(format!("{}: for Parquet build with --features dump-parquet", out.path().display()))
}

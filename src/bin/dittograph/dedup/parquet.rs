//! `--out` as Parquet: the files that were read, with all of their columns and types, and other texts.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use dittograph::dump::ParquetRewriter;

use crate::format_options::FormatOptions;
use crate::output::Output;

/// Returns true if an output of that name is Parquet, and an error if the files are not.
pub fn is_wanted(out: &Path, files: &[PathBuf]) -> Result<bool, String> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if !matches!(ending.as_deref(), Some("parquet" | "parq")) {
        return Ok(false);
    }
    let is_parquet = |path: &Path| {
        let mut mark = [0; 4];
        let file = path.is_file().then(|| File::open(path)).and_then(Result::ok);
        file.is_some_and(|mut file| file.read_exact(&mut mark).is_ok()) && mark == *b"PAR1"
    };
    match files.iter().find(|file| !is_parquet(file)) {
        None => Ok(true),
        Some(other) => Err(format!(
            "--out {}: Parquet is written of Parquet files only, and {} is none; name it .jsonl",
            out.display(),
            other.display()
        )),
    }
}

/// Writes all files as one, and returns how many documents are in them. `change` is given each document and its text, and
/// returns the text to write instead, if any.
pub fn write(
    out: &mut Output,
    formats: &FormatOptions,
    files: &[PathBuf],
    change: impl FnMut(u64, &str) -> Option<String>,
) -> Result<u64, String> {
    let path = out.name();
    let rewriter = ParquetRewriter::new(&formats.text_fields[0])
        .id_column(&formats.id_field)
        .missing_text(formats.missing_text());
    rewriter.rewrite(files, out, change).map_err(|error| match error.to_string().strip_prefix("output: ") {
        Some(message) if error.place() == "output" => format!("{path}: {message}"),
        _ => error.to_string(),
    })
}

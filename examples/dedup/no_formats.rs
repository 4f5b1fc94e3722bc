//! In place of `formats.rs`, without the features: JSON Lines and texts alone are read.

#![expect(clippy::unused_self, reason = "as with the features")]

use std::path::Path;

use crate::dump::{Chunks, Dump, Plain, Source, Tally};

#[derive(clap::Args)]
pub struct FormatArguments {}

pub struct Formats;

const ENDINGS: &str = ".jsonl, .ndjson or .txt, each also with .gz or .zst";

const BUILD: &str = "for more build with --features dump-html,dump-parquet";

pub const NAME_ENCODING: &str = "";

impl Formats {
    pub fn new(_: &FormatArguments, _: &str, _: &str) -> Self {
        Self
    }

    pub fn basis(&self) -> &'static str {
        "assumed"
    }

    pub fn standard_input(&self) -> Result<Source, String> {
        Err(format!("-: standard input is not read; {BUILD}"))
    }

    pub fn file(&self, path: &Path) -> Result<Source, String> {
        let plain = Plain::by_name(path);
        let refusal = || format!("{}: expected a name that ends in {ENDINGS}; {BUILD}", path.display());
        plain.is_some().then(|| Source::new(path.to_owned(), plain)).ok_or_else(refusal)
    }

    pub fn folder(&self, path: &Path, _: &mut Tally) -> Result<Vec<Source>, String> {
        let mut files = Vec::new();
        let seen = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        };
        let folder = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name();
        for entry in folder.into_iter().filter_entry(seen) {
            let entry = entry.map_err(|error| format!("{}: {error}", path.display()))?;
            if entry.file_type().is_file() {
                files.extend(self.file(entry.path()));
            }
        }
        if files.is_empty() {
            return Err(format!("{}: no file in this folder ends in {ENDINGS}; {BUILD}", path.display()));
        }
        Ok(files)
    }
}

pub fn chunks<'d, 'p>(_: &Dump, source: &Source, _: &mut dyn FnMut(u64)) -> Result<Chunks<'d, 'p>, String> {
    Err(format!("{}: {BUILD}", source.path.display()))
}

//! The options that say how dumps are read.

use std::io;
use std::path::Path;

use dittograph::dump::{Dump, DumpOptions, Encoding, Format};

/// Options that describe the files of a dump.
#[derive(clap::Args)]
#[command(next_help_heading = "Reading")]
pub struct FormatOptions {
    /// The name of the field that holds a record's id
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// The name of the field that holds a record's text
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// The format of all files, whatever they are called: jsonl, json, csv, tsv, text, html, warc, mediawiki, parquet
    #[arg(long, value_name = "F")]
    pub format: Option<Format>,
    /// The encoding of texts that do not declare their own, such as windows-1256; UTF-8 if it is not given
    #[arg(long, value_name = "E")]
    pub encoding: Option<Encoding>,
    /// The namespaces of a MediaWiki export whose pages are articles
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_value = "0",
        allow_negative_numbers = true
    )]
    namespaces: Vec<i32>,
    /// Leave out and count records that cannot be read, instead of stopping
    #[arg(long)]
    pub skip_bad_records: bool,
}

/// What can be read.
pub const DUMPS: &str = "Files and folders of them, in this order; '-' is standard input. By their names: .jsonl, .ndjson, \
    .json, .csv, .tsv, .txt, .html, .warc, .wet, .xml (MediaWiki) or .parquet, each also with .gz, .zst, .bz2 or .xz; \
    else by their content";

impl FormatOptions {
    /// Returns the options for reading the dump.
    pub fn dump_options(&self) -> DumpOptions {
        let options = DumpOptions::new().id_field(&self.id_field).text_field(&self.text_field);
        let options = options.namespaces(self.namespaces.iter().copied());
        let options = self.format.iter().fold(options, |options, format| options.format(*format));
        self.encoding.iter().fold(options, |options, encoding| options.encoding(*encoding))
    }

    /// Checks that standard input is read in a format that is known.
    pub fn check_standard_input(&self) -> Result<(), String> {
        let refusal = || "-: say which format standard input is in: --format jsonl, csv, warc, …".to_owned();
        self.format.map(drop).ok_or_else(refusal)
    }

    /// Opens a file, a folder, or standard input.
    pub fn open(&self, options: &DumpOptions, path: &Path) -> Result<Dump, String> {
        if path == Path::new("-") {
            self.check_standard_input()?;
            return Ok(options.from_reader(io::stdin()));
        }
        options.open(path).map_err(|error| error.to_string())
    }
}

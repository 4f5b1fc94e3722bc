//! The options that describe the files of a dump.

use dittograph::dump::{DumpOptions, Encoding, Format};

/// Options that describe the files.
#[derive(clap::Args)]
pub struct FormatArguments {
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
}

impl FormatArguments {
    /// Returns the options for reading the dump.
    pub fn dump_options(&self, id_field: &str, text_field: &str) -> DumpOptions {
        let options = DumpOptions::new().id_field(id_field).text_field(text_field);
        let options = options.namespaces(self.namespaces.iter().copied());
        let options = self.format.iter().fold(options, |options, format| options.format(*format));
        self.encoding.iter().fold(options, |options, encoding| options.encoding(*encoding))
    }
}

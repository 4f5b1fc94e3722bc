//! The options that say how dumps are read.

use std::io;
use std::path::Path;

use dittograph::dump::{Article, Dump, DumpOptions, DumpStatistics, Encoding, Format, MissingText};

use crate::print::one_line;
use crate::read::{ARTICLE_LIMIT, read};
use crate::values::namespace;

/// The field of the ids, unless another one is named.
const ID_FIELD: &str = "id";

/// Options that describe the files of a dump.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Reading")]
pub struct FormatOptions {
    /// The name of the field that holds a record's id, or its path, such as meta.id
    #[arg(long, value_name = "NAME", default_value = ID_FIELD)]
    pub id_field: String,
    /// The name of the field that holds a record's text, or its path, such as article.body; given again, the texts follow
    /// one another
    #[arg(long = "text-field", value_name = "NAME", default_value = "text")]
    pub text_fields: Vec<String>,
    /// The format of all files, whatever they are called: jsonl, json, csv, tsv, text, html, warc, mediawiki, parquet
    #[arg(long, value_name = "F", hide_short_help = true)]
    pub format: Option<Format>,
    /// The encoding of texts that do not declare their own, such as windows-1256; UTF-8 if it is not given
    #[arg(long, value_name = "E", hide_short_help = true)]
    pub encoding: Option<Encoding>,
    /// The namespaces of a MediaWiki export whose pages are articles
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_value = "0",
        value_parser = namespace,
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    namespaces: Vec<i32>,
    /// Leave out and count what cannot be read, records and ends of files, instead of stopping; records without a text stay
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
        let options = DumpOptions::new().id_field(&self.id_field).text_fields(&self.text_fields);
        let options = options.record_limit(ARTICLE_LIMIT);
        let options = options.missing_text(self.missing_text());
        let options = options.namespaces(self.namespaces.iter().copied());
        let options = self.format.iter().fold(options, |options, format| options.format(*format));
        self.encoding.iter().fold(options, |options, encoding| options.encoding(*encoding))
    }

    /// Returns what a record is whose text is absent or null.
    pub fn missing_text(&self) -> MissingText {
        if self.skip_bad_records { MissingText::Empty } else { MissingText::Error }
    }

    /// Returns true if a file is a dump by its name, or is said to be one. Any other is the text of an article.
    pub fn is_dump(&self, path: &Path) -> bool {
        let format = self.format.or_else(|| Format::from_path(path));
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_compressed = matches!(ending.as_str(), "gz" | "zst" | "zstd" | "bz2" | "xz");
        is_compressed || path.is_dir() || format.is_some_and(|format| format != Format::Text)
    }

    /// Hands over the articles of a file, a folder, or standard input.
    pub fn each_article(
        &self,
        path: &Path,
        mut each: impl FnMut(Article) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut dump = self.open(&self.dump_options().fields(false), path)?;
        let mut lost = Lost::default();
        for article in dump.by_ref() {
            match article {
                Ok(article) => each(article)?,
                Err(error) if error.is_format() && self.skip_bad_records => lost.count(&error),
                Err(error) => return Err(error.to_string()),
            }
        }
        lost.add(&dump.statistics());
        lost.warn(self);
        Ok(())
    }

    /// Returns the text of a file that is no dump, or of standard input; or the message of what went wrong.
    pub fn read_text(&self, path: &Path) -> Result<String, String> {
        if self.encoding.is_none() {
            return read(path);
        }
        let options = self.dump_options().format(Format::Text);
        let dump = if is_stdin(path) { Ok(options.from_reader(io::stdin())) } else { options.open(path) };
        let article = dump.and_then(|mut dump| dump.next().transpose()).map_err(|error| error.to_string())?;
        Ok(article.map_or_else(String::new, |article| article.text))
    }

    /// Opens a file, a folder, or standard input.
    pub fn open(&self, options: &DumpOptions, path: &Path) -> Result<Dump, String> {
        if is_stdin(path) {
            let refusal = "-: say which format standard input is in: --format jsonl, csv, warc, …";
            self.format.ok_or(refusal)?;
            return Ok(options.from_reader(io::stdin()));
        }
        options.open(path).map_err(|error| error.to_string())
    }
}

pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What of a dump could not be read.
#[derive(Default)]
pub struct Lost {
    /// Records, and ends of files.
    pub bad: u64,
    /// Why the first of them could not be read.
    pub first_bad: Option<String>,
    /// Records of which no text field is there, or all are null.
    pub without_text: u64,
    /// Records that state no id.
    pub without_id: u64,
    /// Pages of which no text is left, and the file of the first of them.
    pub empty_pages: u64,
    pub first_empty_page: Option<String>,
}

impl Lost {
    pub fn count(&mut self, error: &dittograph::Error) {
        self.bad += 1;
        self.first_bad.get_or_insert_with(|| error.to_string());
    }

    /// Adds what was counted while a dump was read record by record.
    pub fn add(&mut self, statistics: &DumpStatistics) {
        self.without_text += statistics.without_text;
        self.without_id += statistics.without_id;
        self.empty_pages += statistics.empty_pages;
        let first = statistics.first_empty_page.as_ref().map(|path| path.display().to_string());
        self.first_empty_page = self.first_empty_page.take().or(first);
    }

    /// Prints on standard error what must not be overlooked. Many dumps have no ids; that they lack those of a field that was named is
    /// a mistake more often than not.
    pub fn warn(&self, formats: &FormatOptions) {
        if let Some(first) = &self.first_bad {
            let records = if self.bad == 1 { "record" } else { "records" };
            eprintln!(
                "warning: left out {} {records} that cannot be read; the first: {}",
                self.bad,
                one_line(first)
            );
        }
        if self.without_text > 0 {
            let have = if self.without_text == 1 { "record has" } else { "records have" };
            eprintln!("warning: {} {have} no text", self.without_text);
        }
        if self.without_id > 0 && formats.id_field != ID_FIELD {
            let (have, are) =
                if self.without_id == 1 { ("record has", "is") } else { ("records have", "are") };
            let (count, field) = (self.without_id, &formats.id_field);
            eprintln!("warning: {count} {have} no field {field:?}, and {are} called by file and line");
        }
        if let Some(first) = &self.first_empty_page {
            let pages = if self.empty_pages == 1 { "page" } else { "pages" };
            eprintln!("warning: of {} {pages} no text is left; the first: in {first}", self.empty_pages);
        }
    }
}

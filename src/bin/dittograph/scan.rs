//! `dittograph scan`: what repeats in an article.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dittograph::dump::Format;
use dittograph::{Detector, Report};
use serde::Serialize;

use crate::detector_options::DetectorOptions;
use crate::format_options::{FormatOptions, Lost};
use crate::print::{self, one_line};
use crate::read::read;

/// Find the paragraphs of an article that repeat, exactly or nearly
#[derive(clap::Args)]
#[command(after_help = "Example: dittograph scan article.txt")]
pub struct Arguments {
    /// Articles in UTF-8, one a file, or dumps of articles: .jsonl, .csv, .html, .warc, .parquet and what else `dedup`
    /// reads; '-' is standard input, an article unless --format says otherwise
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON object an article, each on one line
    #[arg(long, conflicts_with = "dedup")]
    json: bool,
    /// Print the article without its redundant paragraphs
    #[arg(long)]
    dedup: bool,
    #[command(flatten)]
    detector: DetectorOptions,
    #[command(flatten)]
    formats: FormatOptions,
}

pub fn run(arguments: &Arguments) -> Result<(), String> {
    let detector = arguments.detector.config().build().map_err(|error| error.to_string())?;
    let mut failed = Ok(());
    let printed = print::with(|out| {
        for path in &arguments.files {
            failed = arguments.scan_file(out, path, &detector)?;
            out.flush()?;
            if failed.is_err() {
                break;
            }
        }
        Ok(())
    });
    printed.and(failed)
}

impl Arguments {
    /// Prints what is asked for of each article of a file. The inner error is one of reading.
    fn scan_file(
        &self,
        out: &mut dyn Write,
        path: &Path,
        detector: &Detector,
    ) -> io::Result<Result<(), String>> {
        let file = &path.to_string_lossy();
        if !self.is_dump(path) {
            return match read(path) {
                Ok(article) => {
                    let name = (self.files.len() > 1).then(|| one_line(file));
                    self.print(out, name, file, None, &article, detector).map(Ok)
                }
                Err(message) => Ok(Err(format!("{}: {message}", one_line(file)))),
            };
        }
        let mut dump = match self.formats.open(&self.formats.dump_options().fields(false), path) {
            Ok(dump) => dump,
            Err(message) => return Ok(Err(message)),
        };
        let mut lost = Lost::default();
        for article in dump.by_ref() {
            match article {
                Ok(article) => {
                    let name = Some(one_line(&article.id));
                    self.print(out, name, file, Some(&article.id), &article.text, detector)?;
                }
                Err(error) if error.is_format() && self.formats.skip_bad_records => lost.count(&error),
                Err(error) => return Ok(Err(error.to_string())),
            }
        }
        lost.without_text = dump.statistics().without_text;
        lost.warn();
        Ok(Ok(()))
    }

    /// Returns true if a file is a dump by its name, or is said to be one. Any other is the text of an article.
    fn is_dump(&self, path: &Path) -> bool {
        let format = self.formats.format.or_else(|| Format::from_path(path));
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_compressed = matches!(ending.as_str(), "gz" | "zst" | "zstd" | "bz2" | "xz");
        is_compressed || path.is_dir() || format.is_some_and(|format| format != Format::Text)
    }

    /// Prints what the arguments ask for of one article, under a name if there are several.
    fn print(
        &self,
        out: &mut dyn Write,
        name: Option<String>,
        file: &str,
        id: Option<&str>,
        article: &str,
        detector: &Detector,
    ) -> io::Result<()> {
        if self.dedup {
            return out.write_all(detector.dedup(article).as_bytes());
        }
        let report = &detector.scan(article);
        if self.json {
            serde_json::to_writer(&mut *out, &ArticleReport { file, id, report })?;
            return writeln!(out);
        }
        if let Some(name) = name {
            writeln!(out, "{name}")?;
        }
        write!(out, "{report}")
    }
}

/// The JSON object of one article.
#[derive(Serialize)]
struct ArticleReport<'r> {
    file: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'r str>,
    #[serde(flatten)]
    report: &'r Report<'r>,
}

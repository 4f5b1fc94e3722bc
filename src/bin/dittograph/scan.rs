//! `dittograph scan`: what repeats in an article.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dittograph::{Detector, Page, Report, Siblings};
use serde::Serialize;

use crate::detector_options::DetectorOptions;
#[cfg(feature = "cli")]
use crate::format_options::FormatOptions;
use crate::output::{self, Output};
use crate::print::{self, one_line};

/// Find the paragraphs of an article that repeat, exactly or nearly
#[derive(clap::Args)]
#[command(after_help = "Example: dittograph scan article.txt")]
pub struct Arguments {
    /// Articles in UTF-8 (or --encoding), one a file; '-' is standard input. Dumps of articles too (.jsonl, .csv, .html, .warc, .parquet
    /// and what else `dedup` reads): each of their articles has a report of its own
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON object an article, each on one line
    #[arg(long, conflicts_with = "dedup")]
    json: bool,
    /// Print the article without its redundant paragraphs. For one article; `dedup --out` keeps several apart
    #[arg(long)]
    dedup: bool,
    /// Write the report as one web page too, which needs nothing else; '-' is standard output, in place of what is printed.
    /// For one article
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Let --html replace a file that is no such page
    #[arg(long, requires = "html")]
    force: bool,
    /// What becomes of like paragraphs, not exact copies, outside a doubled body: keep, remove
    #[arg(long, default_value_t, hide_short_help = true)]
    siblings: Siblings,
    #[command(flatten)]
    detector: DetectorOptions,
    #[cfg(feature = "cli")]
    #[command(flatten)]
    formats: FormatOptions,
}

pub fn run(arguments: &Arguments) -> Result<(), String> {
    let config = arguments.detector.config().siblings(arguments.siblings);
    let detector = config.build().map_err(|error| error.to_string())?;
    let mut pages = Pages::new(arguments)?;
    let mut failed = Ok(());
    let printed = print::with(|out| {
        for path in &arguments.files {
            failed = arguments.scan_file(path, &detector, &mut pages, out)?;
            out.flush()?;
            if failed.is_err() {
                return Ok(());
            }
        }
        pages.clean.as_ref().map_or(Ok(()), |clean| out.write_all(clean.as_bytes()))
    });
    printed.and(failed)?;
    pages.finish()
}

impl Arguments {
    /// Prints what is asked for of each article of a file. The inner error is one of reading.
    fn scan_file(
        &self,
        path: &Path,
        detector: &Detector,
        pages: &mut Pages,
        out: &mut dyn Write,
    ) -> io::Result<Result<(), String>> {
        let file = &path.to_string_lossy();
        if self.is_dump(path) {
            return self.scan_dump(path, detector, pages, out);
        }
        match self.read_text(path) {
            Ok(article) => {
                let name = (self.files.len() > 1).then(|| one_line(file));
                self.print(Article { name, file, id: None, text: &article }, detector, pages, out)
            }
            Err(message) => Ok(Err(message)),
        }
    }

    #[cfg(feature = "cli")]
    fn is_dump(&self, path: &Path) -> bool {
        self.formats.is_dump(path)
    }

    #[cfg(not(feature = "cli"))]
    #[expect(clippy::unused_self, reason = "the whole command has options of formats")]
    fn is_dump(&self, path: &Path) -> bool {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let known = ["jsonl", "ndjson", "json", "csv", "tsv", "html", "htm", "warc", "wet", "xml", "parquet"];
        known.contains(&ending.as_str()) || ["gz", "zst", "bz2", "xz"].contains(&ending.as_str())
    }

    #[cfg(feature = "cli")]
    fn read_text(&self, path: &Path) -> Result<String, String> {
        self.formats.read_text(path)
    }

    #[cfg(not(feature = "cli"))]
    #[expect(clippy::unused_self, reason = "the whole command has options of formats")]
    fn read_text(&self, path: &Path) -> Result<String, String> {
        crate::read::read(path)
    }

    #[cfg(feature = "cli")]
    fn scan_dump(
        &self,
        path: &Path,
        detector: &Detector,
        pages: &mut Pages,
        out: &mut dyn Write,
    ) -> io::Result<Result<(), String>> {
        let file = &path.to_string_lossy();
        let mut printed = Ok(());
        let read = self.formats.each_article(path, |article| {
            let (name, id) = (Some(one_line(&article.id)), Some(article.id.as_str()));
            match self.print(Article { name, file, id, text: &article.text }, detector, pages, out) {
                Ok(page) => page,
                Err(error) => {
                    printed = Err(error);
                    Err(String::new())
                }
            }
        });
        printed.map(|()| read)
    }

    #[cfg(not(feature = "cli"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the whole command reads it")]
    fn scan_dump(
        &self,
        path: &Path,
        _: &Detector,
        _: &mut Pages,
        _: &mut dyn Write,
    ) -> io::Result<Result<(), String>> {
        let file = one_line(&path.to_string_lossy());
        Ok(Err(format!(
            "{file}: is a dump by its name; the command reads those if it is built with --features cli"
        )))
    }

    /// Prints what the arguments ask for of one article, under its name if it has one. The inner error is one of the page.
    fn print(
        &self,
        article: Article<'_>,
        detector: &Detector,
        pages: &mut Pages,
        out: &mut dyn Write,
    ) -> io::Result<Result<(), String>> {
        let Article { name, file, id, text } = article;
        let report = &detector.scan(text);
        let page = report.to_html().title(id.unwrap_or(file.rsplit('/').next().unwrap_or(file)));
        match &mut pages.place {
            Place::None => {}
            Place::File(_) => {
                if let Err(message) = pages.write(&page) {
                    return Ok(Err(message));
                }
            }
            Place::StandardOutput => {
                let is_only = pages.count();
                return if is_only.is_ok() { write!(out, "{page}").map(Ok) } else { Ok(is_only) };
            }
        }
        if self.dedup {
            return Ok(pages.hold(report.without_redundant()));
        }
        if self.json {
            serde_json::to_writer(&mut *out, &ArticleReport { file, id, report })?;
            return writeln!(out).map(Ok);
        }
        if let Some(name) = name {
            writeln!(out, "{name}")?;
        }
        write!(out, "{report}").map(Ok)
    }
}

/// Where the page of an article goes, and the article without what is redundant: there can be one.
struct Pages {
    place: Place,
    written: usize,
    /// It is printed once it is known to be the only one.
    clean: Option<String>,
}

enum Place {
    None,
    StandardOutput,
    File(Output),
}

impl Pages {
    fn new(arguments: &Arguments) -> Result<Self, String> {
        let place = match arguments.html.as_deref() {
            None => Place::None,
            Some(path) if path == Path::new("-") => Place::StandardOutput,
            Some(path) => {
                if arguments.files.iter().any(|file| output::is_same_file(file, path)) {
                    return Err(format!("{}: is read, and not overwritten", path.display()));
                }
                if !arguments.force {
                    output::refuse_other(path, &[output::PAGE_BEGINNING])?;
                }
                #[cfg(feature = "cli")]
                output::clean_up_on_interrupt()?;
                Place::File(Output::create(path)?)
            }
        };
        Ok(Self { place, written: 0, clean: None })
    }

    /// Holds an article, and fails if it is not the only one.
    fn hold(&mut self, clean: Cow<'_, str>) -> Result<(), String> {
        if self.clean.is_some() {
            return Err("--dedup: prints one article, and here are several; `dittograph dedup --out FILE` keeps them apart".to_owned());
        }
        self.clean = Some(clean.into_owned());
        Ok(())
    }

    /// Counts a page, and fails if it is not the only one.
    fn count(&mut self) -> Result<(), String> {
        self.written += 1;
        let refusal = "--html: a page is of one article, and here are several; name one text";
        if self.written > 1 { Err(refusal.to_owned()) } else { Ok(()) }
    }

    fn write(&mut self, page: &Page<'_>) -> Result<(), String> {
        self.count()?;
        let Place::File(file) = &mut self.place else { return Ok(()) };
        let written = write!(file, "{page}");
        written.map_err(|error| file.message(&error))
    }

    /// Puts the page in its place; fails if there is none.
    fn finish(self) -> Result<(), String> {
        if self.written == 0 && !matches!(self.place, Place::None) {
            return Err("--html: a page is of one article, and here is none".to_owned());
        }
        let Place::File(mut file) = self.place else { return Ok(()) };
        file.flush()?;
        file.finish()
    }
}

struct Article<'a> {
    /// What stands above its report, if there are several.
    name: Option<String>,
    file: &'a str,
    id: Option<&'a str>,
    text: &'a str,
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

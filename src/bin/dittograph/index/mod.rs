//! `dittograph index`: an index of articles on disk, built, queried and updated.

mod boilerplate;
pub mod change;
pub mod reading;
pub mod render;

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use dittograph::{Detector, Index, ParagraphId, SavedIndex};
use serde_json::{Value, json};

use self::boilerplate::By;
use self::change::Change;
use self::reading::Reading;
use crate::detector_options::DetectorOptions;
use crate::format_options::FormatOptions;
use crate::output::{Output, STDOUT, clean_up_on_interrupt, is_same_file};
use crate::print::{one_line, print};
use crate::values::{count, number};

/// Index articles on disk, and query which of them repeat a paragraph
#[derive(clap::Args)]
#[command(after_help = "Example: dittograph index build --out news.index dump.jsonl.zst")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    /// Show no progress
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Build an index of the articles of dumps
    Build {
        /// The index
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
        /// The recall at the threshold: 0 < R < 1
        #[arg(long, value_name = "R", default_value_t = 0.99, value_parser = number, allow_negative_numbers = true)]
        recall: f64,
        /// Write a folder of segments: what is added later is a file more, and the rest stays as it is
        #[arg(long)]
        segments: bool,
        /// Replace an index that is there
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        detector: DetectorOptions,
        #[command(flatten)]
        reading: Reading,
    },
    /// Add the articles of dumps to an index; one whose id is there already replaces the old one
    Add {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
        #[command(flatten)]
        reading: Reading,
    },
    /// Remove articles from an index
    Remove {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
        /// Ids of articles
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
        /// Say nothing of ids that the index does not hold
        #[arg(long)]
        ignore_missing: bool,
    },
    /// Show which paragraphs of an index each paragraph of an article resembles
    #[command(after_help = "Example: dittograph index query news.index article.txt")]
    Query {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
        /// Articles in UTF-8 (or --encoding), one a file, or dumps and folders of articles; '-' is standard input, an article unless
        /// --format says otherwise
        #[arg(value_name = "FILE", required_unless_present = "text")]
        files: Vec<PathBuf>,
        /// The article itself
        #[arg(long, value_name = "TEXT", conflicts_with = "files")]
        text: Option<String>,
        /// Show at most N matches for each paragraph, the most alike first
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = count, allow_negative_numbers = true)]
        limit: usize,
        #[command(flatten)]
        formats: Box<FormatOptions>,
    },
    /// Show counts and the configuration of an index
    Stats {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
    },
    /// Merge indexes, such as were built on different machines, into one
    Merge {
        /// The indexes; an article that is in several of them must have the same paragraphs in each
        #[arg(value_name = "INDEX", required = true)]
        indexes: Vec<PathBuf>,
        /// The merged index; it may be one of those that are merged
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
        /// Write a folder of segments, to which more can be added
        #[arg(long)]
        segments: bool,
        /// Replace an index that is there and is not merged
        #[arg(long)]
        force: bool,
    },
    /// Merge all segments of an index into one, which holds nothing of what was removed
    Compact {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
    },
    /// List the paragraphs that stand in most articles, with the same words, and the first article that has each
    Boilerplate {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
        /// Count the articles of one host alone
        #[arg(long)]
        by: Option<By>,
        /// List at most N paragraphs
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = count, allow_negative_numbers = true)]
        limit: usize,
    },
    /// Verify every byte of an index
    Check {
        /// The index
        #[arg(value_name = "INDEX")]
        index: PathBuf,
    },
}

pub fn run(arguments: &Arguments) -> Result<(), String> {
    let quiet = arguments.quiet;
    let (text, value) = match &arguments.command {
        Command::Build { out, recall, detector, reading, segments, force } => {
            let detector = detector.config().recall(*recall).build().map_err(|error| error.to_string())?;
            // Before the work, so that a path that cannot be written to is known at once.
            refuse_to_replace(out, *segments, *force)?;
            let new = New::begin(out, *segments, detector)?;
            let (mut index, mut tally) = (Index::new(detector), reading::Tally::default());
            reading.read_into(&mut index, &mut tally, quiet)?;
            let bar = reading::spinner("write", quiet);
            match new {
                New::File(file) => write(file, out, |file| index.write_to(file))?,
                New::Folder(mut change) => {
                    change.update([], &index)?;
                    change.commit()?;
                }
            }
            bar.finish_and_clear();
            render::stats(&open(out)?, Some(&tally))?
        }
        Command::Add { index: path, reading } => {
            clean_up_on_interrupt()?;
            // From here on nobody else changes the index.
            let mut change = Change::begin(path)?;
            let saved = change.index();
            let (mut additions, mut tally) = (Index::new(*saved.detector()), reading::Tally::default());
            reading.read_into(&mut additions, &mut tally, quiet)?;
            for &document in &tally.documents {
                let known = saved.document_name(document).map_err(|error| error.to_string())?;
                reading::refuse_shared_number(known, additions.document_name(document).unwrap_or_default())?;
                tally.replaced += usize::from(known.is_some());
            }
            let bar = reading::spinner("write", quiet);
            change.update(tally.documents.iter().copied(), &additions)?;
            change.commit()?;
            change::merge_newest(path);
            bar.finish_and_clear();
            render::stats(&open(path)?, Some(&tally))?
        }
        Command::Remove { index, ids, ignore_missing } => remove(index, ids, *ignore_missing, quiet)?,
        Command::Query { index, files, text, formats, limit } => {
            let query = Query { index: &open(index)?, limit: *limit, json: arguments.json };
            return match text {
                Some(text) => query.print(None, text),
                None => query.print_files(files, formats),
            };
        }
        Command::Stats { index } => render::stats(&open(index)?, None)?,
        Command::Merge { indexes, out, segments, force } => {
            let is_merged = |index: &PathBuf| is_same_file(index, out);
            refuse_to_replace(out, *segments, *force || indexes.iter().any(is_merged))?;
            let saved = indexes.iter().map(|path| open(path)).collect::<Result<Vec<SavedIndex>, String>>()?;
            let (first, others) = saved.split_first().ok_or("there is no index to merge")?;
            let new = New::begin(out, *segments, *first.detector())?;
            let bar = reading::spinner("write", quiet);
            match new {
                New::File(file) => write(file, out, |file| first.write_merged(others, file))?,
                New::Folder(mut change) => {
                    change.merge_into(out, &saved)?;
                    change.commit()?;
                }
            }
            bar.finish_and_clear();
            render::stats(&open(out)?, None)?
        }
        Command::Compact { index } => {
            let bar = reading::spinner("write", quiet);
            change::compact(index)?;
            bar.finish_and_clear();
            render::stats(&open(index)?, None)?
        }
        Command::Boilerplate { index, by, limit } => {
            let index = open(index)?;
            let bar = reading::spinner("count", quiet);
            let listed = boilerplate::list(&index, *by, *limit)?;
            bar.finish_and_clear();
            listed
        }
        Command::Check { index: path } => {
            let saved = open(path)?;
            let bar = reading::spinner("check", quiet);
            saved.check().map_err(|error| error.to_string())?;
            bar.finish_and_clear();
            let (path, paragraphs) = (path.display().to_string(), saved.len());
            let text = format!("{path}: OK: {paragraphs} paragraphs\n");
            (text, json!({ "index": path, "paragraphs": paragraphs, "ok": true }))
        }
    };
    print(&if arguments.json { format!("{value}\n") } else { text })
}

/// Removes the articles with these ids. If some are not there, the others are removed all the same.
fn remove(path: &Path, ids: &[String], ignore_missing: bool, quiet: bool) -> Result<(String, Value), String> {
    clean_up_on_interrupt()?;
    let mut change = Change::begin(path)?;
    let saved = change.index();
    let (mut removed, mut missing) = (HashSet::new(), Vec::new());
    for id in ids {
        let name = saved.document_name(number_of(id)).map_err(|error| error.to_string())?;
        if name == Some(id) {
            removed.insert(number_of(id));
        } else {
            missing.push(format!("{id:?}"));
        }
    }
    if !removed.is_empty() {
        let additions = Index::new(*saved.detector());
        let bar = reading::spinner("write", quiet);
        change.update(removed.iter().copied(), &additions)?;
        change.commit()?;
        change::merge_newest(path);
        bar.finish_and_clear();
    }
    if missing.is_empty() || ignore_missing {
        return render::stats(&open(path)?, None);
    }
    let (path, missing, count) = (path.display(), missing.join(", "), removed.len());
    Err(format!("{path}: holds no paragraph of an article {missing}; removed {count} of {}", ids.len()))
}

/// Asks an index about articles.
struct Query<'q> {
    index: &'q SavedIndex,
    limit: usize,
    json: bool,
}

impl Query<'_> {
    /// Prints what the index holds of each article of some files.
    fn print_files(&self, files: &[PathBuf], formats: &FormatOptions) -> Result<(), String> {
        for path in files {
            if formats.is_dump(path) {
                formats.each_article(path, |article| self.print(Some(&article.id), &article.text))?;
                continue;
            }
            let article = formats.read_text(path)?;
            let name = path.to_string_lossy();
            self.print((files.len() > 1).then_some(&*name), &article)?;
        }
        Ok(())
    }

    /// Prints what the index holds of an article, under its id if it has one.
    fn print(&self, id: Option<&str>, article: &str) -> Result<(), String> {
        let (text, mut value) = render::matches(self.index, article, self.limit)?;
        if self.json {
            if let Some(id) = id {
                value["id"] = id.into();
            }
            return print(&format!("{value}\n"));
        }
        print(&format!("{}{text}", id.map_or_else(String::new, |id| one_line(id) + "\n")))
    }
}

/// Returns the number of the document that an article is.
pub fn number_of(id: &str) -> u64 {
    ParagraphId::named(id, 0).document
}

fn open(path: &Path) -> Result<SavedIndex, String> {
    SavedIndex::open(path).map_err(|error| error.to_string())
}

/// Checks that no file is replaced that is not an index, and no index unless that is wished.
fn refuse_to_replace(path: &Path, as_segments: bool, force: bool) -> Result<(), String> {
    if path == Path::new(STDOUT) {
        return Err(format!("{STDOUT}: an index is a file, and is not written to standard output"));
    }
    let name = path.display();
    if path.is_dir() && !as_segments {
        return Err(format!("{name}: is a folder; --segments writes an index into one"));
    }
    if path.is_file() && as_segments {
        return Err(format!("{name}: is a file; an index of segments is a folder"));
    }
    let mut start = Vec::new();
    let file = if as_segments { path.join("manifest") } else { path.to_owned() };
    if let Ok(metadata) = file.metadata()
        && metadata.is_file()
    {
        let read = File::open(&file).and_then(|file| file.take(4).read_to_end(&mut start));
        read.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let is_index = start.is_empty() || start == if as_segments { b"\x89dgs" } else { b"\x89dgi" };
    if !is_index {
        return Err(format!("{}: is there, but is not an index; it is not overwritten", file.display()));
    }
    if start.is_empty() || force {
        return Ok(());
    }
    Err(format!("{name}: is an index already; `index add` adds to it, --force replaces it"))
}

/// An index that is to be written. If the program is interrupted, nothing is left of it.
enum New {
    File(Output),
    Folder(Box<Change>),
}

impl New {
    fn begin(path: &Path, as_segments: bool, detector: Detector) -> Result<Self, String> {
        clean_up_on_interrupt()?;
        if as_segments {
            Change::create(path, detector).map(Box::new).map(Self::Folder)
        } else {
            Output::replacing(path).map(Self::File)
        }
    }
}

/// Returns the message of an index that could not be written.
pub fn not_written(path: &Path, error: &dittograph::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |io_error| format!("{}: {io_error}", path.display()))
}

/// Writes an index, and puts it in its place.
fn write(
    mut file: Output,
    path: &Path,
    write: impl FnOnce(&mut Output) -> Result<(), dittograph::Error>,
) -> Result<(), String> {
    write(&mut file).map_err(|error| not_written(path, &error))?;
    file.finish()
}

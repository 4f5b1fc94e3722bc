//! Clean a dump of articles of its repeated paragraphs:
//! `cargo run --release --example dedup -- --out clean.jsonl --pairs removed.tsv dump.jsonl.zst`

#![allow(unreachable_pub)] // a program's modules have no other users

mod articles;
mod dump;
mod explain;
#[cfg_attr(not(feature = "dump"), path = "no_formats.rs")]
mod formats;
#[path = "../common/options.rs"]
mod options;
mod output;
#[cfg_attr(not(feature = "dump-parquet"), path = "no_parquet.rs")]
mod parquet;
#[path = "../common/print.rs"]
mod print;
mod summary;

use std::borrow::Cow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dittograph::{Candidates, Corpus, Found, Keep, ParagraphPair, Redundant, Removal, Scope};
use rayon::prelude::*;

use articles::{Articles, Spill};
use dump::{Chunk, Dump, Record, Tally};
use formats::{FormatArguments, Formats};
use options::Options;
use output::{Output, table};
use print::print;
use summary::{Changed, Summary};

/// Clean a dump of articles of the paragraphs that repeat in or between them
#[derive(Parser)]
#[allow(clippy::struct_excessive_bools)] // each is an option of its own
struct Arguments {
    #[arg(value_name = "DUMP", required = true, help = DUMPS)]
    dumps: Vec<PathBuf>,
    /// Write the cleaned dump: Parquet if this ends in .parquet, of Parquet files only; else JSON Lines
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a table of the removed paragraphs and those that are kept in their place
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// List every verified pair in --pairs instead
    #[arg(long, requires = "pairs")]
    all_pairs: bool,
    /// Write a table of the passages that come again in order
    #[arg(long, value_name = "FILE")]
    runs: Option<PathBuf>,
    /// Write what was read, found and removed, as JSON
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Print what became of each paragraph of the record with this id, and why
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
    /// Which pairs count: within an article, across articles, all
    #[arg(long, default_value_t)]
    scope: Scope,
    /// Which paragraph of several is kept: first, longest
    #[arg(long, default_value_t)]
    keep: Keep,
    /// Where candidates come from: lsh, exact (recall 1)
    #[arg(long, default_value_t)]
    candidates: Candidates,
    /// The recall at the threshold: 0 < R < 1
    #[arg(long, value_name = "R", default_value_t = 0.99, allow_negative_numbers = true)]
    recall: f64,
    /// Paragraphs of fewer words are never removed across articles
    #[arg(long, value_name = "N", default_value_t = 5)]
    min_words: usize,
    /// Threads; 0: one for each core
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    threads: usize,
    /// Name of the field that holds a record's id
    #[arg(long, value_name = "NAME", default_value = "id")]
    id_field: String,
    /// Name of the field that holds a record's text
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_field: String,
    #[command(flatten)]
    formats: FormatArguments,
    #[command(flatten)]
    options: Options,
    /// Hold no text in memory: keep it in a temporary file beside --out (or in TMPDIR), and read the dump twice
    #[arg(long)]
    low_memory: bool,
    /// Leave out and count records that cannot be read, instead of stopping
    #[arg(long)]
    skip_bad_records: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// What can be read.
#[cfg(feature = "dump")]
const DUMPS: &str = "Files and folders of them, in this order; '-' is standard input. By their names: .jsonl, .ndjson, \
    .json, .csv, .tsv, .txt, .html, .warc, .wet, .xml (MediaWiki) or .parquet, each also with .gz, .zst, .bz2 or .xz; \
    else by their content";
#[cfg(not(feature = "dump"))]
const DUMPS: &str = "Files (.jsonl, .ndjson, .txt, each also with .gz or .zst) and folders of them, in this order; for \
    more formats build with --features dump-html,dump-parquet";

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Err(message) => {
            eprintln!("error: {}", message.replace('\n', " "));
            ExitCode::from(2)
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.recall >= 1.0 {
        let recall = arguments.recall;
        return Err(format!("--recall {recall}: below 1; for a recall of 1 use --candidates exact"));
    }
    let config = arguments.options.config().recall(arguments.recall);
    let detector = config.build().map_err(|error| error.to_string())?;
    let boundary = detector.boundary();
    let formats = Formats::new(&arguments.formats, &arguments.id_field, &arguments.text_field);
    let mut tally = Tally::default();
    let files = dump::files(&arguments.dumps, &formats, &mut tally)?;
    refuse_shared_paths(arguments, &files)?;
    if arguments.low_memory {
        files.iter().try_for_each(dump::Source::check_lasting)?;
    }
    let as_parquet = arguments.out.as_deref().map_or(Ok(false), |out| parquet::is_wanted(out, &files))?;
    if arguments.threads > MOST_THREADS {
        return Err(format!("--threads {}: at most {MOST_THREADS}", arguments.threads));
    }
    // Before the work, so that a path that cannot be written to is known at once.
    output::clean_up_on_interrupt()?;
    let mut outputs = Outputs::create(arguments)?;
    start_threads(arguments.threads)?;

    let dump = Dump {
        files,
        formats,
        id_field: arguments.id_field.clone(),
        text_field: arguments.text_field.clone(),
        skip_bad: arguments.skip_bad_records,
    };
    let beside = arguments.out.as_deref().map(output::folder_of);
    let spill = arguments.low_memory.then(|| Spill::create(beside)).transpose()?;
    let corpus = match &spill {
        Some(spill) => Corpus::reading(detector, |document, range| spill.part(document, range)),
        None => Corpus::new(detector),
    };
    let corpus = corpus.scope(arguments.scope).keep(arguments.keep).min_words(arguments.min_words);
    let mut corpus = corpus.candidates(arguments.candidates);
    let mut articles = match &spill {
        Some(spill) => Articles::Spilled(spill),
        None => Articles::Held(Vec::new()),
    };

    let mut summary = Summary::new(arguments.quiet);
    summary.stage("read and sign");
    summary.expect(dump.size());
    tally.add(&take_in(&dump, &mut articles, &mut corpus, |bytes| summary.advance(bytes))?);
    let explained = arguments.explain.as_deref().map(|id| explain::documents(&articles, id)).transpose()?;
    let (counts, banding) = (corpus.statistics(), corpus.banding());
    let read = summary::Read { files: dump.files.len(), tally, counts, banding };

    summary.stage("candidates");
    let found = corpus.find();

    summary.stage("compare");
    let Redundant { removals: redundant, spared, .. } = found.redundant();
    summary.spared = spared;
    if let Some(file) = &mut outputs.pairs {
        if arguments.all_pairs {
            summary.pairs = write_all_pairs(file, &found, &articles)?;
        } else {
            write_removed(file, &redundant, &articles)?;
        }
    }
    if let Some(file) = &mut outputs.runs {
        summary.stage("runs");
        let (count, left_out) = write_runs(file, &found, &articles)?;
        (summary.runs, summary.matches_left_out) = (Some(count), left_out);
    }

    summary.stage("write");
    let changed = || redundant.chunk_by(|a, b| a.removed.document == b.removed.document);
    let without = |removals: &[Removal]| {
        let document = usize::try_from(removals[0].removed.document).unwrap_or(usize::MAX);
        found.without(document, removals.iter().map(|removal| removal.removed.paragraph))
    };
    summary.changed = (redundant.par_chunk_by(|a, b| a.removed.document == b.removed.document))
        .map(|removals| Changed::new(articles.len(removals[0].removed.document), &without(removals)))
        .reduce(Changed::default, Changed::and);
    if let Some(out) = &mut outputs.out {
        let mut changed = changed().peekable();
        let cleaned =
            |document| changed.next_if(|removals| removals[0].removed.document == document).map(without);
        if as_parquet {
            write_parquet(out, &dump, &articles, cleaned)?;
        } else {
            write_lines(out, &dump, &articles, cleaned)?;
        }
    }
    summary.stage("");
    let explanation = explained.map(|ids| explain::report(&articles, boundary, &redundant, &ids));

    spill.iter().try_for_each(Spill::check)?;
    let is_silent = outputs.is_empty();
    if let Some(file) = &mut outputs.summary {
        file.write(&summary.json(arguments, &read, &redundant))?;
    }
    std::mem::forget(found); // its memory goes with the process
    outputs.finish()?;
    summary::warn(&read.tally);
    match explanation {
        Some(explanation) => print(&explanation),
        None if is_silent => print(&summary.json(arguments, &read, &redundant)),
        None => Ok(()),
    }
}

/// The calling thread is one of them, and need not wait for another to wake: on two cores the best times of all steps
/// over 100,000 paragraphs came to 198 ms in place of 222. So no thread may wait for them while this one waits for it;
/// reading is done without them.
fn start_threads(threads: usize) -> Result<(), String> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .use_current_thread()
        .build_global()
        .map_err(|error| format!("--threads {threads}: {error}"))
}

/// Read a dump into a corpus, and hold its articles.
fn take_in<'d>(
    dump: &'d Dump,
    articles: &mut Articles<'d>,
    corpus: &mut Corpus<'d>,
    progress: impl FnMut(u64) + Send,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    // Put in while those after them are read.
    let mut ready: &[Record<'_>] = &[];
    dump.each_chunk(progress, |chunk| {
        match articles {
            Articles::Spilled(spill) => {
                let records = dump.records(&chunk, &mut tally)?;
                spill.put(&records)?;
                corpus.take_in(records.iter().map(|record| &record.text));
            }
            Articles::Held(held) => {
                // It is held to the end.
                let chunk: &Chunk<'_> = Box::leak(Box::new(chunk));
                let put = || corpus.extend(ready.iter().map(|record| &*record.text));
                let ((), next) = rayon::join(put, || dump.records(chunk, &mut tally));
                ready = next?.leak();
                held.extend(ready);
            }
        }
        Ok(())
    })?;
    corpus.extend(ready.iter().map(|record| &*record.text));
    Ok(tally)
}

/// Write a row for each run; how many there are, and how many matches were left out in looking for them.
fn write_runs(
    file: &mut Output,
    found: &Found<'_>,
    articles: &Articles<'_>,
) -> Result<(usize, usize), String> {
    let (runs, left_out) = found.runs();
    file.write(table::RUNS)?;
    runs.iter().try_for_each(|run| file.write(&table::run(&|document| articles.id(document), run)))?;
    Ok((runs.len(), left_out))
}

/// Write each record as it was, but for the texts that `cleaned` has another for.
fn write_lines<'f>(
    out: &mut Output,
    dump: &Dump,
    articles: &Articles<'_>,
    mut cleaned: impl FnMut(u64) -> Option<Cow<'f, str>>,
) -> Result<(), String> {
    articles.try_for_each(dump, |document, record| record.write(out, cleaned(document).as_deref()))
}

/// The same for Parquet.
fn write_parquet<'f>(
    out: &mut Output,
    dump: &Dump,
    articles: &Articles<'_>,
    mut cleaned: impl FnMut(u64) -> Option<Cow<'f, str>>,
) -> Result<(), String> {
    let changed = || "the dump changed while it was read".to_owned();
    let count = parquet::write(out, dump, |document, text| {
        let is_same = document < articles.count() && articles.text(document) == text;
        is_same.then(|| cleaned(document).map(Cow::into_owned)).ok_or_else(changed)
    })?;
    (count == articles.count()).then_some(()).ok_or_else(changed)
}

/// Write a row for each verified pair; how many there are.
fn write_all_pairs(file: &mut Output, found: &Found<'_>, articles: &Articles<'_>) -> Result<usize, String> {
    let mut count = 0;
    file.write(table::PAIRS)?;
    found.try_for_each_pair(|pair: ParagraphPair| {
        count += 1;
        file.write(&table::row(&|document| articles.id(document), pair.earlier, pair.later, &pair.similarity))
    })?;
    Ok(count)
}

/// Write a row for each redundant paragraph; they are made on all cores.
fn write_removed(file: &mut Output, redundant: &[Removal], articles: &Articles<'_>) -> Result<(), String> {
    file.write(table::REMOVED)?;
    let row = |r: &Removal| table::row(&|document| articles.id(document), r.kept, r.removed, &r.similarity);
    for rows in redundant.chunks(ROWS) {
        let parts: Vec<String> =
            rows.par_chunks(ROWS / 64).map(|rows| rows.iter().map(row).collect()).collect();
        parts.iter().try_for_each(|part| file.write(part))?;
    }
    Ok(())
}

/// The files that were asked for.
struct Outputs {
    out: Option<Output>,
    pairs: Option<Output>,
    runs: Option<Output>,
    summary: Option<Output>,
}

impl Outputs {
    fn create(arguments: &Arguments) -> Result<Self, String> {
        let create = |path: &Option<PathBuf>| path.as_deref().map(Output::create).transpose();
        Ok(Self {
            out: create(&arguments.out)?,
            pairs: create(&arguments.pairs)?,
            runs: create(&arguments.runs)?,
            summary: create(&arguments.summary)?,
        })
    }

    fn is_empty(&self) -> bool {
        self.out.is_none() && self.pairs.is_none() && self.runs.is_none() && self.summary.is_none()
    }

    /// None takes its place before all are on disk.
    fn finish(self) -> Result<(), String> {
        let Self { out, pairs, runs, summary } = self;
        let mut written: Vec<Output> = [out, pairs, runs, summary].into_iter().flatten().collect();
        written.iter_mut().try_for_each(Output::flush)?;
        written.into_iter().try_for_each(Output::finish)
    }
}

/// How many rows of a table are made at a time, on all cores.
const ROWS: usize = 1 << 16;

/// More threads than any machine has use for.
const MOST_THREADS: usize = 1024;

/// No output takes the place of an input or of another output.
fn refuse_shared_paths(arguments: &Arguments, files: &[dump::Source]) -> Result<(), String> {
    let mut taken: Vec<PathBuf> = files.iter().filter_map(|file| file.path.canonicalize().ok()).collect();
    for path in [&arguments.out, &arguments.pairs, &arguments.runs, &arguments.summary].into_iter().flatten()
    {
        let (Ok(folder), Some(name)) = (output::folder_of(path).canonicalize(), path.file_name()) else {
            continue;
        };
        let place = path.canonicalize().unwrap_or(folder.join(name));
        if place.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            continue; // a device may be given twice; a folder has an error of its own
        }
        if taken.contains(&place) {
            return Err(format!("{}: is read or written already; nothing is overwritten", path.display()));
        }
        taken.push(place);
    }
    Ok(())
}

//! `dittograph dedup`: a dump of articles, cleaned of its repeated paragraphs.

mod add;
mod articles;
mod clusters;
mod dump;
mod explain;
mod keep_by;
mod mark;
mod outputs;
mod parquet;
mod sites;
mod summary;
mod table;
mod writing;

use std::path::{Path, PathBuf};

use dittograph::{Candidates, Corpus, CorpusBuilder, Evidence, Keep, Removal, SavedIndex, Scope, Siblings};
use rayon::prelude::*;

use self::articles::Articles;
use self::dump::{Dump, Tally};
use self::keep_by::KeepBy;
use self::outputs::{Outputs, refuse_shared_paths};
use self::sites::SiteOf;
use self::summary::{Changed, Summary};
use self::writing::{write_lines, write_marked, write_page, write_parquet, write_tables};
use crate::detector_options::DetectorOptions;
use crate::format_options::{DUMPS, FormatOptions, is_stdin};
use crate::index::change::{Change, merge_newest};
use crate::output;
use crate::print::print;
use crate::values::{at_least_one, count, number};

/// Clean a dump of articles of the paragraphs that repeat in or between them
#[derive(clap::Args)]
#[command(
    after_help = "Example: dittograph dedup --out clean.jsonl --pairs removed.tsv dump.jsonl.zst\n\nAll options: --help",
    after_long_help = "Examples:
  dittograph dedup --out clean.jsonl --pairs removed.tsv dump.jsonl.zst
  dittograph dedup --explain https://news.example/17 crawl.warc.gz
  zcat more.csv.gz | dittograph dedup --format csv --text-field title --text-field body --out clean.jsonl -"
)]
#[allow(clippy::struct_excessive_bools)] // each is an option of its own
pub struct Arguments {
    #[arg(value_name = "DUMP", required = true, help = DUMPS)]
    dumps: Vec<PathBuf>,
    /// Write the cleaned dump: Parquet if this ends in .parquet, of Parquet files only; else JSON Lines. In place of this
    /// and each FILE below, '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Remove nothing: add to each record of --out a field "dittograph" with its redundant paragraphs, what they repeat, and
    /// how much of the record stands in another one
    #[arg(long, requires = "out")]
    mark: bool,
    /// Write a table of how much of each article stands in another one
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
    /// Write a table of the removed paragraphs and those that are kept in their place
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Add the two texts to each row of --pairs
    #[arg(long, requires = "pairs")]
    with_text: bool,
    /// List every verified pair in --pairs instead
    #[arg(long, requires = "pairs", hide_short_help = true)]
    all_pairs: bool,
    /// Write what is kept, each with all that is removed for it, as JSON Lines
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Write a table of the passages that come again in order
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    runs: Option<PathBuf>,
    /// Write a web page of what was found, for people: figures, the largest clusters, a sample of what was removed
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write what was read, found and removed, as JSON
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Print what became of each paragraph of the record with this id, and why
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
    /// Remove what this index knows too: its paragraphs count as standing before the dump; may be given again
    #[arg(long, value_name = "INDEX", conflicts_with_all = ["lossless", "html"])]
    against: Vec<PathBuf>,
    /// Put what stays of the dump into the index of --against; it is replaced last, once all outputs are in their places.
    /// From then on the dump itself is known: given again, all of it goes
    #[arg(long, requires = "against")]
    add: bool,
    /// Remove everywhere what stands in more than N articles of one site, with the same words: calls to subscribe, notices. The
    /// site of an article is the host of its id, if that is a URL
    #[arg(long, value_name = "N", value_parser = at_least_one, conflicts_with_all = ["lossless", "html"])]
    boilerplate: Option<usize>,
    /// The field that holds the site of a record, for --boilerplate
    #[arg(long, value_name = "NAME", requires = "boilerplate")]
    site_field: Option<String>,
    /// Which pairs count: within (one article), across (two articles), all
    #[arg(long, default_value_t)]
    scope: Scope,
    /// Which of several paragraphs that repeat one another is kept: first, longest
    #[arg(long, default_value_t, value_parser = keep)]
    keep: Keep,
    /// Keep the one whose record has the smallest value of this field (-FIELD: the largest); of equals that of --keep
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    keep_by: Option<KeepBy>,
    /// By which evidence a paragraph is removed: threshold, run (the threshold, or the run that it stands in)
    #[arg(long, default_value_t = Evidence::Run, value_parser = evidence, hide_short_help = true)]
    evidence: Evidence,
    /// What becomes of like paragraphs, not exact copies, that some article holds both (but for a doubled body): keep, remove
    #[arg(long, default_value_t, hide_short_help = true)]
    siblings: Siblings,
    /// Remove only what the kept paragraph holds whole: all of its shingles; the longest is kept, and none is missed
    #[arg(long, conflicts_with_all = ["threshold", "measure", "keep", "keep_by", "evidence", "siblings", "candidates", "recall"])]
    lossless: bool,
    /// How candidate pairs are found: lsh, exact (misses no pair)
    #[arg(long, default_value_t, hide_short_help = true)]
    candidates: Candidates,
    /// The share of pairs at the threshold that is found at least: 0 < R < 1
    #[arg(long, value_name = "R", default_value_t = 0.99, value_parser = number, allow_negative_numbers = true, hide_short_help = true)]
    recall: f64,
    /// Never remove a paragraph of fewer words for one of another article
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = count, allow_negative_numbers = true)]
    min_words: usize,
    /// How many threads to use; 0: one for each core
    #[arg(short = 'T', long, value_name = "N", default_value_t = 0, value_parser = count, allow_negative_numbers = true)]
    threads: usize,
    /// Replace files that are there and are no outputs of such a run, such as an index
    #[arg(long, hide_short_help = true)]
    force: bool,
    /// Show no progress, and no summary for people
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    detector: DetectorOptions,
    #[command(flatten)]
    formats: FormatOptions,
    /// Hold no text in memory: keep it in a temporary file beside --out (or in TMPDIR), and read the dump twice
    #[arg(long)]
    low_memory: bool,
}

impl Arguments {
    /// Returns what names the site of a record.
    fn site_of(&self) -> SiteOf {
        self.site_field.clone().map_or(SiteOf::Id, SiteOf::Field)
    }
}

/// What is to be done, once the arguments are known to be good.
struct Job {
    builder: CorpusBuilder,
    dump: Dump,
    opened: dittograph::dump::Dump,
    files: Vec<PathBuf>,
    outputs: Outputs,
    as_parquet: bool,
    indexes: Vec<SavedIndex>,
    /// The index that takes in what stays.
    grown: Option<Change>,
}

impl Job {
    /// Checks the arguments, and creates the outputs: before the work, so that a path that cannot be written to is known
    /// at once.
    fn new(arguments: &Arguments) -> Result<Self, String> {
        if arguments.recall >= 1.0 {
            let recall = arguments.recall;
            return Err(format!("--recall {recall}: below 1; for a recall of 1 use --candidates exact"));
        }
        let config = arguments.detector.config().recall(arguments.recall).siblings(arguments.siblings);
        let detector = config.build().map_err(|error| error.to_string())?;
        let builder = Corpus::builder(detector).scope(arguments.scope).keep(arguments.keep);
        let builder = builder.min_words(arguments.min_words).candidates(arguments.candidates);
        let builder = builder.evidence(arguments.evidence).lossless(arguments.lossless);
        output::clean_up_on_interrupt()?;
        // From here on nobody else changes the index.
        let grown = match &arguments.against[..] {
            [index] if arguments.add => Some(Change::begin(index)?),
            _ if arguments.add => {
                return Err("--add: goes with one --against, the index that takes in what stays".to_owned());
            }
            _ => None,
        };
        let indexes = arguments.against.iter().map(|path| open_index(path, arguments, &builder));
        let indexes = indexes.collect::<Result<_, String>>()?;
        let dump = Dump::new(
            &arguments.dumps,
            &arguments.formats,
            arguments.out.is_some(),
            arguments.keep_by.clone(),
            arguments.boilerplate.map(|_| arguments.site_of()),
        );
        let opened = dump.open()?;
        let files: Vec<PathBuf> = opened.files().map(Path::to_owned).collect();
        refuse_shared_paths(arguments, &files)?;
        if arguments.low_memory {
            check_lasting(arguments, &files)?;
        }
        let as_parquet = arguments.out.as_deref().map_or(Ok(false), |out| parquet::is_wanted(out, &files))?;
        if as_parquet && arguments.formats.text_fields.len() > 1 {
            return Err("--out: a Parquet file is written with one --text-field; name an --out that does not end in .parquet"
                .to_owned());
        }
        if as_parquet && arguments.mark {
            return Err(
                "--mark: a Parquet file keeps its columns; name an --out that does not end in .parquet"
                    .to_owned(),
            );
        }
        if arguments.threads > MAX_THREADS {
            return Err(format!("--threads {}: at most {MAX_THREADS}", arguments.threads));
        }
        let outputs = Outputs::create(arguments)?;
        Ok(Self { builder, dump, opened, files, outputs, as_parquet, indexes, grown })
    }
}

pub fn run(arguments: &Arguments) -> Result<(), String> {
    let Job { builder, dump, opened, files, mut outputs, as_parquet, indexes, mut grown } =
        Job::new(arguments)?;
    start_threads(arguments.threads)?;

    let mut summary = Summary::new(arguments.quiet);
    summary.stage(summary::READ);
    let size = opened.size();
    let mut tally = Tally::default();
    let progress = |bytes| summary.advance(bytes, size);
    let (mut corpus, mut articles) = if arguments.low_memory {
        let beside = arguments.out.as_deref().map(output::folder_of);
        Articles::store(&dump, opened, builder, beside, &mut tally, progress)?
    } else {
        Articles::hold(&dump, opened, builder, &mut tally, progress)?
    };
    let explained = arguments.explain.as_deref().map(|id| explain::documents(&articles, id)).transpose()?;
    tally.count_repeated_ids(&articles);
    if let Some(keep_by) = &arguments.keep_by {
        corpus.rank_documents(keep_by.ranks(&tally.keys)?);
    }
    if let Some(max_articles) = arguments.boilerplate {
        corpus.remove_boilerplate(tally.sites.numbers(&arguments.site_of())?, max_articles);
    }
    let (counts, banding) = (corpus.statistics(), builder.banding());
    let read = summary::Read { files: files.len(), tally, counts, banding };

    summary.stage(summary::CANDIDATES);
    let found = corpus.find_against(&indexes)?;
    articles.know(&found, &indexes)?;

    summary.stage(summary::COMPARE);
    let redundant = found.redundant();
    (summary.spared, summary.siblings) = (redundant.spared.len(), redundant.siblings);
    summary.doubled_bodies = found.doubled_bodies().len();
    write_tables(&mut outputs, arguments, &found, &articles, &mut summary)?;

    if let Some(file) = &mut outputs.html {
        summary.stage(summary::PAGE);
        write_page(file, arguments, &found, &articles)?;
    }

    summary.stage(summary::WRITE);
    let changed = redundant.removals.par_chunk_by(|a, b| a.removed.document == b.removed.document);
    let change = |removals: &[Removal]| {
        let document = removals[0].removed.document;
        Changed::new(found.document_len(document).unwrap_or(0), &found.without_redundant(document))
    };
    summary.changed = changed.map(change).reduce(Changed::default, Changed::and);
    if let Some(out) = &mut outputs.out {
        if as_parquet {
            write_parquet(out, arguments, &files, &articles, &found)?;
        } else {
            let count = Some(articles.count());
            let written = || summary.advance(1, count);
            if arguments.mark {
                write_marked(out, &dump, &articles, &found, written)?;
            } else {
                write_lines(out, &dump, &articles, &found, written)?;
            }
        }
    }
    if let Some(change) = &mut grown {
        add::write(change, &articles, &found)?;
    }
    summary.end();
    let explanation = explained.map(|documents| explain::report(&articles, &found, &documents));

    articles.check(&found)?;
    let is_silent = outputs.is_empty();
    if let Some(file) = &mut outputs.summary {
        file.write(&summary.json(arguments, &read, &redundant.removals))?;
    }
    let printed = match explanation {
        None if is_silent => Some(summary.json(arguments, &read, &redundant.removals)),
        explanation => explanation,
    };
    let for_people = (!is_silent && !arguments.quiet)
        .then(|| summary.text(&read, &redundant.removals, &outputs.names(), arguments));
    std::mem::forget(found); // its memory goes with the process
    outputs.finish()?;
    drop(indexes);
    if let Some(change) = grown {
        change.commit()?;
        merge_newest(&arguments.against[0]);
    }
    read.tally.warn(&arguments.formats);
    if let Some(text) = for_people {
        eprint!("{text}");
    }
    printed.map_or(Ok(()), |text| print(&text))
}

/// Reads the value of --keep. `last` is left to the library: the checks that this command is held to take it for an error.
fn keep(name: &str) -> Result<Keep, String> {
    let keep = name.parse().ok().filter(|keep| *keep != Keep::Last);
    keep.ok_or_else(|| format!("keep: expected first or longest, got {name}"))
}

/// Reads the value of --evidence. What is boilerplate has an option of its own.
fn evidence(name: &str) -> Result<Evidence, String> {
    let evidence = name.parse().ok().filter(|evidence| *evidence != Evidence::Boilerplate);
    evidence.ok_or_else(|| format!("evidence: expected threshold or run, got {name}"))
}

/// Opens an index that the dump is compared with.
fn open_index(path: &Path, arguments: &Arguments, builder: &CorpusBuilder) -> Result<SavedIndex, String> {
    if arguments.scope == Scope::Within {
        return Err("--against: with --scope within no article is compared with another".to_owned());
    }
    let index = SavedIndex::open(path).map_err(|error| error.to_string())?;
    builder.check_index(&index).map_err(|error| {
        let message = error.to_string();
        format!("{}: {}", path.display(), message.strip_prefix("index: ").unwrap_or(&message))
    })?;
    Ok(index)
}

/// Starts the threads. The calling thread is one of them, and need not wait for another to wake: on two cores the best times of all steps
/// over 100,000 paragraphs came to 198 ms in place of 222. So no thread may wait for them while this one waits for it;
/// reading is done without them.
fn start_threads(threads: usize) -> Result<(), String> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .use_current_thread()
        .build_global()
        .map_err(|error| format!("--threads {threads}: {error}"))
}

/// More threads than any machine has use for.
const MAX_THREADS: usize = 1024;

/// Fails if the dump cannot be read a second time: a pipe, or standard input.
fn check_lasting(arguments: &Arguments, files: &[PathBuf]) -> Result<(), String> {
    let stdin = arguments.dumps.iter().find(|path| is_stdin(path)).map(|_| "-: standard input".to_owned());
    let other = || files.iter().find(|file| !file.is_file());
    let what = stdin.or_else(|| Some(format!("{}: what is no regular file", other()?.display())));
    what.map_or(Ok(()), |what| Err(format!("{what} cannot be read twice, as --low-memory does")))
}

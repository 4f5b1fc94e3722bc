//! Scans articles for paragraphs that repeat: `cargo run --release --example scan -- article.txt`

#![allow(unreachable_pub)] // a program's modules have no other users

#[path = "common/options.rs"]
mod options;
#[path = "common/read.rs"]
mod read;

use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dittograph::{Detector, Paragraph, Report, Run};
use serde::Serialize;

use options::Options;
use read::read;

/// Find the paragraphs of an article that repeat, exactly or nearly
#[derive(Parser)]
struct Arguments {
    /// Articles in UTF-8, one a file; '-' is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON object a file, each on one line
    #[arg(long, conflicts_with = "dedup")]
    json: bool,
    /// Print the article without its redundant paragraphs
    #[arg(long)]
    dedup: bool,
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let detector = arguments.options.config().build().map_err(|error| error.to_string())?;
    let mut out = BufWriter::new(io::stdout().lock());
    for path in &arguments.files {
        let file = &path.to_string_lossy();
        let article = read(path).map_err(|message| format!("{}: {message}", one_line(file)))?;
        match print(&mut out, arguments, file, &article, &detector).and_then(|()| out.flush()) {
            // Whoever read the output has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(|error| format!("standard output: {error}"))?,
        }
    }
    Ok(())
}

/// Returns a file name as a terminal can show it.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Prints what the arguments ask for of one article.
fn print(
    out: &mut impl Write,
    arguments: &Arguments,
    file: &str,
    article: &str,
    detector: &Detector,
) -> io::Result<()> {
    if arguments.dedup {
        return out.write_all(detector.dedup(article).as_bytes());
    }
    let report = detector.scan(article);
    if arguments.json {
        serde_json::to_writer(&mut *out, &FileReport::new(file, &report))?;
        return writeln!(out);
    }
    if arguments.files.len() > 1 {
        writeln!(out, "{}", one_line(file))?;
    }
    write!(out, "{report}")
}

/// The JSON object of one article.
///
/// It is the file and then what the feature `serde` writes of a report, which `tests/serde.rs` checks. It is written out
/// here so that the example needs no feature.
#[derive(Serialize)]
struct FileReport<'r> {
    file: &'r str,
    paragraphs: Vec<Span>,
    pairs: Vec<Pair>,
    clusters: Vec<Vec<usize>>,
    runs: Vec<Sides>,
    doubled_body: Option<Sides>,
    redundant: &'r [usize],
}

#[derive(Serialize)]
struct Span {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct Pair {
    earlier: usize,
    later: usize,
    jaccard: f64,
    containment: f64,
    exact: bool,
    evidence: String,
}

#[derive(Serialize)]
struct Sides {
    earlier: [usize; 2],
    later: [usize; 2],
}

impl<'r> FileReport<'r> {
    fn new(file: &'r str, report: &'r Report<'_>) -> Self {
        let paragraphs = report.paragraphs().iter().map(Paragraph::span);
        let pairs = report.pairs().iter().map(|pair| Pair {
            earlier: pair.earlier,
            later: pair.later,
            jaccard: pair.similarity.jaccard(),
            containment: pair.similarity.containment(),
            exact: pair.similarity.is_exact(),
            evidence: pair.evidence.to_string(),
        });
        let clusters = report.clusters().iter().map(|cluster| {
            std::iter::once(cluster.representative).chain(cluster.redundant.iter().copied()).collect()
        });
        FileReport {
            file,
            paragraphs: paragraphs.map(|span| Span { start: span.start, end: span.end }).collect(),
            pairs: pairs.collect(),
            clusters: clusters.collect(),
            runs: report.runs().iter().map(Sides::new).collect(),
            doubled_body: report.doubled_body().map(Sides::new),
            redundant: report.redundant(),
        }
    }
}

impl Sides {
    fn new(run: &Run) -> Self {
        let ends = |range: &Range<usize>| [range.start, range.end];
        Sides { earlier: ends(&run.earlier), later: ends(&run.later) }
    }
}

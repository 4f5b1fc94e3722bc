//! Prints the articles of dumps without their redundant paragraphs, as JSON Lines:
//! `cargo run --release --example dedup --features dump-html,dump-parquet -- dump.jsonl.zst pages/`

use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use dittograph::dump::Dump;
use dittograph::{Corpus, Detector};

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    ExitCode::from(2)
}

fn run() -> Result<(), Box<dyn Error>> {
    // An error names the file and the record; `?` stops at the first.
    let mut articles = Vec::new();
    for path in std::env::args().skip(1) {
        for article in Dump::open(path)? {
            articles.push(article?);
        }
    }

    let mut corpus = Corpus::new(Detector::default());
    corpus.extend(articles.iter().map(|article| article.text.as_str()));
    let found = corpus.find();

    let mut out = BufWriter::new(io::stdout().lock());
    for (document, article) in (0..).zip(&articles) {
        let line = serde_json::json!({ "id": article.id, "text": found.without_redundant(document) });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    eprintln!("{} paragraphs removed", found.redundant().removals.len());
    Ok(())
}

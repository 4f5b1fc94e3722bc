//! Keeps an index of articles on disk, and says which paragraphs of the articles to come it knows:
//! `cargo run --release --example index --features dump,mmap -- news.index monday.jsonl tuesday.jsonl`

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use dittograph::dump::Dump;
use dittograph::{Detector, Index, ParagraphId, SavedIndex};

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    ExitCode::from(2)
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name an index, then dumps")?;
    let mut index =
        if Path::new(&path).exists() { Index::load(&path)? } else { Index::new(Detector::default()) };

    for dump in arguments {
        for article in Dump::open(dump)? {
            let article = article?;
            for paragraph in index.query_document(&article.text) {
                if let Some(known) = paragraph.matches.first() {
                    let name = index.document_name(known.id.document).unwrap_or("an article without a name");
                    println!("{}: known from {name}: {}", article.id, paragraph.paragraph);
                }
            }
            let document = ParagraphId::named(&article.id, 0).document;
            index.insert_document(document, &article.text);
            index.name_document(document, article.id);
        }
    }

    index.save(&path)?; // beside the old file, which it then replaces
    println!("{path}: {} paragraphs", SavedIndex::open(&path)?.len());
    Ok(())
}

//! Says which paragraphs of an article repeat: `cargo run --release --example scan -- article.txt`

use std::error::Error;
use std::process::ExitCode;

use dittograph::Detector;

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    ExitCode::from(2)
}

fn run() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a file with the text of an article")?;
    let article = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;

    let report = Detector::default().scan(&article);
    if let Some(body) = report.doubled_body() {
        println!("The body stands here twice: ¶{:?} and ¶{:?}", body.earlier, body.later);
    }
    for pair in report.pairs() {
        let text = report.paragraphs()[pair.later].as_str();
        let beginning: String = text.chars().take(40).collect();
        println!(
            "¶{} is like ¶{} (Jaccard {:.2}): {beginning}",
            pair.later,
            pair.earlier,
            pair.similarity.jaccard()
        );
    }
    println!("{} bytes of {} are left", report.without_redundant().len(), article.len());
    Ok(())
}

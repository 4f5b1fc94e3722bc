//! The steps one by one, for a pipeline of your own: paragraphs, shingles, signatures, buckets, comparison.
//! `cargo run --release --example pipeline -- article.txt`

use std::error::Error;
use std::process::ExitCode;

use dittograph::lsh::{Banding, Buckets};
use dittograph::minhash::MinHasher;
use dittograph::{Boundary, Detector};

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    ExitCode::from(2)
}

fn run() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a file with the text of an article")?;
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;

    let detector = Detector::default();
    let hasher = MinHasher::new(128)?;
    let banding = Banding::for_recall(0.7, 0.99, 128)?; // of pairs at 0.7, 99 % become candidates

    let paragraphs = Boundary::Auto.paragraphs(&text);
    let sets: Vec<_> = paragraphs.iter().map(|paragraph| detector.shingles_of(paragraph.as_str())).collect();
    let mut buckets = Buckets::default();
    for (number, set) in (0..).zip(&sets) {
        let Some(signature) = hasher.sign(set) else { continue }; // a paragraph without words
        let keys: Vec<u64> = banding.keys(&signature).collect();
        // A signature proposes, and the comparison of the sets decides.
        for candidate in buckets.candidates(&keys) {
            if let Some(similarity) = detector.comparator().compare(&sets[candidate as usize], set) {
                println!("¶{number} is like ¶{candidate}: {:.2}", similarity.jaccard());
            }
        }
        buckets.insert(&keys, number);
    }
    Ok(())
}

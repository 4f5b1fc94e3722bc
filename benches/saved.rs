//! A saved index of a million paragraphs of 50 to 80 words: its size, and how long it takes to write, open, query, read,
//! update and check; then an index in memory into which threads insert while others query.
//!
//! Each figure is one line: for queries of one paragraph the median and the 99th percentile, for the rest one run.

#[allow(unused)] // all but the English text
mod texts;
mod timing;

use std::sync::RwLock;
use std::sync::atomic::{AtomicU32, Ordering};

use dittograph::saved::Replacement;
use dittograph::{Detector, Index, ParagraphId, SavedIndex};
use timing::{percentiles, timed};

fn main() {
    // `cargo bench -- --test` and `cargo test --benches` only see that it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let count = if is_test { 1_000 } else { 1_000_000 };
    saved(count);
    soak(count / 5);
}

fn id(n: usize) -> ParagraphId {
    ParagraphId::named("news", u32::try_from(n).expect("fewer than 2^32 paragraphs"))
}

fn saved(count: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let path = folder.path().join("news.index");
    let paragraphs = || texts::ENGLISH.paragraphs();
    let mut index = Index::new(Detector::default());
    timed("put in", count, || index.extend((0..).map(id).zip(paragraphs().take(count))));
    timed("write", count, || {
        let mut file = Replacement::begin(&path).expect("the folder is new");
        index.write_to(&mut file).expect("there is room");
        file.commit().expect("there is room");
    });
    let bytes = path.metadata().expect("it was written").len();
    let shingles = index.statistics().shingles;
    println!(
        "bytes a paragraph {:.0}, of {:.1} shingles and {:.1} entries",
        bytes as f64 / count as f64,
        shingles as f64 / count as f64,
        index.statistics().entries as f64 / count as f64
    );

    // Every thousandth paragraph as it is and edited, and as many new ones.
    let held: Vec<String> = paragraphs().take(count).step_by((count / 1000).max(1)).collect();
    let edited: Vec<String> =
        texts::ENGLISH.edited(&held.join("\n"), 25).lines().map(str::to_owned).collect();
    let new: Vec<String> = paragraphs().skip(count).take(1000).collect();

    let saved = timed("open", 1, || SavedIndex::open(&path).expect("it was written"));
    for warmth in ["first", "warm"] {
        for (which, asked) in [("held", &held), ("edited", &edited), ("new", &new)] {
            let found = percentiles(&format!("query {warmth}, {which}"), asked, |text| {
                saved.query(text).expect("it is whole").len()
            });
            assert!(if which == "new" { found == 0 } else { found >= asked.len() * 9 / 10 }, "{found}");
        }
    }
    for (which, asked) in [("held", &held), ("new", &new)] {
        percentiles(&format!("query in memory, {which}"), asked, |text| index.query(text).len());
    }
    drop(index);
    timed("check", count, || saved.check().expect("it is whole"));
    drop(timed("read into memory", count, || saved.to_index().expect("it is whole")));
    let mut additions = Index::new(Detector::default());
    additions.extend((count..).map(id).zip(&new));
    timed("update by 1000", count, || {
        let mut file = Replacement::begin(&path).expect("nobody else is at it");
        saved.write_updated(|_| true, &additions, &mut file).expect("there is room");
        file.commit().expect("there is room");
    });
}

/// Each thread inserts a paragraph and queries another in turn.
fn soak(count: usize) {
    let texts: Vec<String> = texts::ENGLISH.paragraphs().take(count).collect();
    for threads in [1, 2, 4] {
        let index = Index::new(Detector::default());
        let signer = index.signer().clone();
        let index = RwLock::new(index);
        let next = AtomicU32::new(0);
        timed(&format!("soak, {threads} threads"), 2 * count, || {
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        loop {
                            let n = next.fetch_add(1, Ordering::Relaxed) as usize;
                            let Some(text) = texts.get(n) else { return };
                            let paragraph = signer.sign(text);
                            index.write().expect("nobody panics").insert_signed(id(n), paragraph);
                            let asked = signer.sign(&texts[n / 2]);
                            let found = index.read().expect("nobody panics").query_signed(&asked);
                            // Except the few that other threads are about to insert.
                            assert!(n < 100 || found.iter().any(|found| found.id == id(n / 2)));
                        }
                    });
                }
            });
        });
        assert_eq!(index.into_inner().expect("nobody panics").len(), count);
    }
}

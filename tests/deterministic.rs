//! Promise 3: the same output for any number of threads.

mod common;

use common::Numbers;
use dittograph::{Boundary, Config, Detector, DuplicatePair, Index, ParagraphId, ParagraphPair, Report, Run};

/// An article in which about everything repeats, more or less.
fn article() -> String {
    let mut numbers = Numbers(21);
    let mut texts: Vec<String> = (0..400).map(|n| numbers.paragraph(5 + n % 40)).collect();
    let copies: Vec<String> = texts.iter().map(|text| numbers.edit(text, 15)).collect();
    texts.extend(copies);
    for _ in 0..400 {
        let again = texts[numbers.below(texts.len())].clone();
        texts.push(again);
    }
    texts.join("\n")
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn outcome(report: &Report<'_>) -> (Vec<DuplicatePair>, Vec<Run>, Vec<usize>, String) {
    (report.pairs().to_vec(), report.runs().to_vec(), report.redundant().to_vec(), report.to_string())
}

#[test]
fn a_scan_is_the_same_for_any_number_of_threads() {
    let article = article();
    let detector = Config::new().boundary(Boundary::Newline).build().unwrap();
    let scan = |threads| with_threads(threads, || outcome(&detector.scan(&article)));
    let alone = scan(1);
    assert!(alone.0.len() > 400 && !alone.1.is_empty());
    for threads in [1, 2, 3, 7] {
        assert_eq!(scan(threads), alone, "{threads} threads");
    }
}

#[test]
fn an_index_is_the_same_for_any_number_of_threads() {
    let article = article();
    let pairs = |threads| -> Vec<ParagraphPair> {
        with_threads(threads, || {
            let mut index = Index::new(Detector::default());
            let id = |paragraph| ParagraphId { document: 0, paragraph };
            index.extend((0..).zip(article.lines()).map(|(n, line)| (id(n), line)));
            index.pairs()
        })
    };
    let alone = pairs(1);
    assert!(alone.len() > 400);
    for threads in [2, 3, 7] {
        assert_eq!(pairs(threads), alone, "{threads} threads");
    }
}

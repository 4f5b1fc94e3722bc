//! Promise 2: the recall of an index is what its banding says, at the threshold.

mod common;

use common::Numbers;
use dittograph::minhash::MinHasher;
use dittograph::shingle::ShingleSet;
use dittograph::{Banding, Config, Evidence, Index, Measure, ParagraphId, Shingles};
use proptest::prelude::*;

#[test]
fn bandings_for_a_recall_are_those_of_the_formula() {
    let cases = [
        (0.5, 0.99, (35, 3)), // ⌈ln 0.01 / ln(1 − 0.5³)⌉ = ⌈34.5⌉
        (0.7, 0.99, (17, 4)),
        (0.8, 0.99, (16, 6)),
        (0.9, 0.99, (11, 10)),
        (0.95, 0.99, (8, 16)),
        (0.8, 0.999, (18, 5)),
    ];
    for (threshold, recall, (bands, rows)) in cases {
        let banding = Banding::for_recall(threshold, recall, 128).unwrap();
        assert_eq!(banding, Banding::new(bands, rows), "{threshold} {recall}");
    }
}

proptest! {
    #[test]
    fn a_banding_for_a_recall_has_that_recall_and_fits_the_signature(threshold in 0.05..1.0f64, recall in 0.01..0.9999f64, slots in 1..600usize) {
        match Banding::for_recall(threshold, recall, slots) {
            Ok(banding) => {
                prop_assert!(banding.recall_at(threshold) >= recall);
                prop_assert!(banding.bands * banding.rows <= slots);
                // No band too many, and no more rows would do.
                prop_assert!(banding.bands == 1 || Banding::new(banding.bands - 1, banding.rows).recall_at(threshold) < recall);
                let taller = slots / (banding.rows + 1);
                prop_assert!(Banding::new(taller, banding.rows + 1).recall_at(threshold) < recall);
            }
            Err(error) => {
                prop_assert!(error.is_config());
                prop_assert!(Banding::new(slots, 1).recall_at(threshold) < recall);
            }
        }
    }

    #[test]
    fn recall_rises_with_jaccard(bands in 1..100usize, rows in 1..20usize, low in 0.0..1.0f64, high in 0.0..1.0f64) {
        let banding = Banding::new(bands, rows);
        prop_assert!(banding.recall_at(low.min(high)) <= banding.recall_at(low.max(high)));
        prop_assert!((0.0..=1.0).contains(&banding.recall_at(low)));
    }
}

#[test]
fn recalls_and_thresholds_out_of_range_are_refused() {
    for (threshold, recall) in
        [(0.0, 0.9), (1.1, 0.9), (f64::NAN, 0.9), (0.5, 0.0), (0.5, 1.0), (0.5, f64::NAN)]
    {
        assert!(Banding::for_recall(threshold, recall, 128).unwrap_err().is_config(), "{threshold} {recall}");
    }
    let error = Banding::for_recall(0.01, 0.99, 128).unwrap_err().to_string();
    assert_eq!(error, "signature length: expected at least 459 for recall 0.99 at threshold 0.01, got 128");
}

/// Two sets of 100 shingles and the Jaccard asked for, or just above.
fn pair(numbers: &mut Numbers, jaccard: f64) -> (ShingleSet, ShingleSet) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let common = (2.0 * jaccard / (1.0 + jaccard) * 100.0).ceil() as usize;
    let mut draw = |count: usize| (0..count).map(|_| numbers.next()).collect::<Vec<u64>>();
    let (both, a, b) = (draw(common), draw(100 - common), draw(100 - common));
    let set = |own: Vec<u64>| own.into_iter().chain(both.iter().copied()).collect();
    (set(a), set(b))
}

#[test]
fn bands_find_the_share_of_pairs_that_they_promise() {
    const PAIRS: usize = 4000;
    let mut numbers = Numbers(11);
    for threshold in [0.5, 0.7, 0.8, 0.9] {
        let banding = Banding::for_recall(threshold, 0.99, 128).unwrap();
        let hasher = MinHasher::new(banding.bands * banding.rows).unwrap();
        let found = (0..PAIRS).filter(|_| {
            let (a, b) = pair(&mut numbers, threshold);
            let (a, b) = (hasher.sign(&a).unwrap(), hasher.sign(&b).unwrap());
            banding.keys(&a).zip(banding.keys(&b)).any(|(a, b)| a == b)
        });
        let share = found.count() as f64 / PAIRS as f64;
        assert!(share >= 0.985, "{share} at {threshold} by {banding}");
    }
}

type Pairs = Vec<(usize, usize)>;

/// An index and a scan of the same paragraphs: (pairs of the index, pairs of the scan).
fn both(config: Config, paragraphs: &[String]) -> (Pairs, Pairs) {
    let detector = config.boundary(dittograph::Boundary::Newline).build().unwrap();
    let article = paragraphs.join("\n");
    let mut index = Index::new(detector);
    let id = |paragraph: usize| ParagraphId { document: 0, paragraph: u32::try_from(paragraph).unwrap() };
    index.extend(paragraphs.iter().enumerate().map(|(n, text)| (id(n), text)));
    let number = |id: ParagraphId| id.paragraph as usize;
    let indexed = index.pairs().iter().map(|pair| (number(pair.earlier), number(pair.later))).collect();
    let report = detector.scan(&article);
    let scanned = report.pairs().iter().filter(|pair| pair.evidence == Evidence::Threshold);
    let scanned = scanned.map(|pair| (pair.earlier, pair.later)).collect();
    (indexed, scanned)
}

fn edited_copies() -> Vec<String> {
    let mut numbers = Numbers(12);
    let mut texts: Vec<String> = (0..300).map(|_| numbers.paragraph(60)).collect();
    for n in 0..1500 {
        let one_in = 10 + n % 40;
        let copy = numbers.edit(&texts[n % 300].clone(), one_in);
        texts.push(copy);
    }
    texts
}

#[test]
fn an_index_finds_nothing_but_what_a_scan_finds_and_nearly_all_of_it() {
    let texts = edited_copies();
    for threshold in [0.5, 0.7, 0.9] {
        let (indexed, scanned) = both(Config::new().threshold(threshold), &texts);
        assert!(indexed.iter().all(|pair| scanned.binary_search(pair).is_ok()));
        let recall = indexed.len() as f64 / scanned.len() as f64;
        // Three standard deviations of the share of that many pairs, each found with probability 0.99.
        let least = 0.99 - 3.0 * (0.01 * 0.99 / scanned.len() as f64).sqrt();
        assert!(recall >= least && scanned.len() > 100, "{recall} of {} pairs at {threshold}", scanned.len());
    }
}

#[test]
fn an_index_without_banding_finds_all_that_a_scan_finds() {
    let mut texts = edited_copies();
    texts.truncate(600);
    let halves: Vec<String> = texts.iter().map(|text| text[..text.len() / 2].to_owned()).collect();
    texts.extend(halves);
    for config in [
        Config::new().measure(Measure::Containment).threshold(0.8),
        Config::new().threshold(0.02).shingles(Shingles::Words(5)),
    ] {
        assert_eq!(config.build().unwrap().banding(), None);
        let (indexed, scanned) = both(config, &texts);
        assert!(scanned.len() > 500);
        assert_eq!(indexed, scanned);
    }
}

//! The pairs of an article, by comparing all with all.
#![allow(unreachable_pub)] // several programs use it

use std::collections::BTreeSet;

use dittograph::{Detector, DuplicatePair};

/// A pair and its figures: earlier, later, common shingles, union, whether exact.
pub type Row = (usize, usize, usize, usize, bool);

pub fn row(pair: &DuplicatePair) -> Row {
    let similarity = pair.similarity;
    (pair.earlier, pair.later, similarity.common(), similarity.union(), similarity.is_exact())
}

/// The pairs of an article by comparing all with all, over sets of hashes, as the documentation has it.
pub fn brute_force(
    detector: &Detector,
    paragraphs: &[&str],
    least: (usize, usize),
    containment: bool,
) -> Vec<Row> {
    let words = |text: &str| words_of(&detector.normalizer().normalize(text));
    let texts: Vec<Vec<String>> = paragraphs.iter().map(|text| words(text)).collect();
    let sets: Vec<BTreeSet<u64>> =
        paragraphs.iter().map(|text| detector.shingles_of(text).hashes().iter().copied().collect()).collect();
    let first = |n: usize| (0..n).find(|&earlier| texts[earlier] == texts[n]).unwrap_or(n);
    let mut rows = Vec::new();
    for later in (0..paragraphs.len()).filter(|&n| !texts[n].is_empty()) {
        if first(later) < later {
            let all = sets[later].len();
            rows.push((first(later), later, all, all, true));
            continue;
        }
        for earlier in (0..later).filter(|&n| first(n) == n) {
            let (a, b) = (&sets[earlier], &sets[later]);
            let (common, union) = (a.intersection(b).count(), a.union(b).count());
            let whole = if containment { a.len().min(b.len()) } else { union };
            if common > 0 && common * least.1 >= least.0 * whole {
                rows.push((earlier, later, common, union, false));
            }
        }
    }
    rows.sort_unstable();
    rows
}

/// The words of a normal form.
pub fn words_of(normal: &str) -> Vec<String> {
    use unicode_segmentation::UnicodeSegmentation;
    normal.unicode_words().map(str::to_owned).collect()
}

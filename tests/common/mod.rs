//! What the tests share: small texts that repeat themselves, and the naive way to find it.
#![allow(dead_code, unreachable_pub)] // each test file uses its own part

#[cfg(feature = "cli")]
pub mod command;
#[cfg(feature = "dump")]
pub mod dump;
#[cfg(feature = "dump")]
pub mod pack;

use std::collections::BTreeSet;

use dittograph::{Detector, DuplicatePair};
use proptest::collection::vec;
use proptest::prelude::*;

/// Paragraphs of one to twelve words out of few, so that many are alike; some are empty of words.
pub fn paragraphs(most: usize) -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        8 => "[a-e]",
        2 => prop::sample::select(vec!["أحمد", "احمد", "Zoë", "ZOE\u{308}", "中文", "ภาษา", "12", "١٢"]).prop_map(String::from),
    ];
    let paragraph = prop_oneof![
        9 => vec(word, 1..12).prop_map(|words| words.join(" ")),
        1 => Just("***".to_owned()),
    ];
    vec(paragraph, 0..most)
}

/// Articles of such paragraphs with separators of every kind.
pub fn articles() -> impl Strategy<Value = String> {
    let separator =
        prop::sample::select(vec!["\n", "\n", "\n\n", "\r\n", " \n \n", "\u{2029}", "\r", "\u{85}"]);
    (paragraphs(12), vec(separator, 12), any::<bool>()).prop_map(|(paragraphs, separators, mark)| {
        let mut article = if mark { "\u{feff}".to_owned() } else { String::new() };
        for (paragraph, separator) in paragraphs.iter().zip(separators) {
            article += paragraph;
            article += separator;
        }
        article
    })
}

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

/// A fixed stream of numbers for tests that need many.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// A paragraph of made-up words.
    pub fn paragraph(&mut self, words: usize) -> String {
        (0..words).map(|_| format!("w{}", self.below(5000))).collect::<Vec<_>>().join(" ")
    }

    /// The paragraph with about one word in `one_in` replaced.
    pub fn edit(&mut self, paragraph: &str, one_in: usize) -> String {
        let edited = paragraph.split(' ').map(|word| match self.below(one_in) {
            0 => format!("e{}", self.below(5000)),
            _ => word.to_owned(),
        });
        edited.collect::<Vec<_>>().join(" ")
    }
}

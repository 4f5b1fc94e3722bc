//! What the tests share: small texts that repeat themselves, and the naive way to find it.
#![allow(dead_code, unreachable_pub)] // each test file uses its own part

#[cfg(feature = "cli")]
pub mod command;
#[cfg(feature = "dump")]
pub mod dump;
#[cfg(feature = "dump")]
pub mod pack;

#[path = "../oracles/brute_force.rs"]
mod brute_force;

#[allow(unused_imports)] // each test file uses its own part
pub use brute_force::{Row, brute_force, row, words_of};
use dittograph::{Index, ParagraphId};
use proptest::collection::vec;
use proptest::prelude::*;

pub fn id(document: u64, paragraph: u32) -> ParagraphId {
    ParagraphId { document, paragraph }
}

/// The file of an index.
pub fn bytes(index: &Index) -> Vec<u8> {
    let mut bytes = Vec::new();
    index.write_to(&mut bytes).unwrap();
    bytes
}

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

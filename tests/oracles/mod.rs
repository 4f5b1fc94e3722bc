//! What must hold for any bytes: for the fuzzer (`tests/fuzz`), and for the replay of what it kept (`tests/fuzz_corpus.rs`).
#![allow(unreachable_pub)] // it belongs to several programs

pub mod article;
pub mod brute_force;
pub mod corpus;
pub mod dump;
pub mod forged;
pub mod normalizer;
pub mod page;
pub mod saved_index;

use dittograph::{Normalizer, Rule, Shingles};

/// Panics if what must hold of these bytes does not.
#[allow(dead_code)] // as below
pub type Oracle = fn(&[u8]);

/// The oracles by the names of their targets.
#[allow(dead_code)] // a target has one
pub const ALL: [(&str, Oracle); 6] = [
    ("article", article::check),
    ("corpus", corpus::check),
    ("dump", dump::check),
    ("normalizer", normalizer::check),
    ("page", page::check),
    ("saved_index", saved_index::check),
];

/// Choices that the first bytes make; all are 0 once they are used up.
pub struct Choices<'d>(&'d [u8]);

impl<'d> Choices<'d> {
    /// Parts the bytes into `count` choices and the rest.
    pub fn new(data: &'d [u8], count: usize) -> (Self, &'d [u8]) {
        let (choices, rest) = data.split_at(data.len().min(count));
        (Self(choices), rest)
    }

    pub fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()].clone()
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// Any set of rules; the default one for zeros. Takes four bytes.
    pub fn rules(&mut self) -> Normalizer {
        let bits = u32::from_le_bytes(std::array::from_fn(|_| self.byte()));
        let toggled = |rules: Normalizer, rule| {
            if rules.has(rule) { rules.without(rule) } else { rules.with(rule) }
        };
        let chosen = Rule::ALL.into_iter().enumerate().filter(|(n, _)| bits >> (n % 32) & 1 == 1);
        chosen.fold(Normalizer::new(), |rules, (_, rule)| toggled(rules, rule))
    }

    pub fn shingles(&mut self) -> Shingles {
        self.of(&[
            Shingles::Auto,
            Shingles::Words(1),
            Shingles::Words(2),
            Shingles::Words(9),
            Shingles::Chars(3),
        ])
    }
}

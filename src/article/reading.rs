//! Reading one paragraph: its words, and its shingles.

use ahash::AHashMap;

use crate::article::detector::Detector;
use crate::compare::lcs::{WordSequence, WordSketch};
use crate::hash;
use crate::shingle::{ShingleSet, Tokens};
use crate::text::words::Words;

/// A paragraph that is ready to be compared.
pub(crate) struct Shingled {
    /// How many words it has.
    pub(crate) words: usize,
    /// The hash of its words, `None` if it has none.
    pub(crate) hash: Option<u128>,
    pub(crate) set: ShingleSet,
}

/// What was read of a paragraph, beside the hashes of its shingles.
pub(crate) struct Read {
    /// How many words it has.
    pub(crate) words: usize,
    /// The hash of its words, `None` if it has none.
    pub(crate) hash: Option<u128>,
}

/// Memory for reading one paragraph after another.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    words: Words,
    tokens: Tokens,
    hashes: Vec<u64>,
}

impl Scratch {
    /// Reads a paragraph. The [hashes](Self::hashes) of its shingles take the place of those before.
    pub(super) fn read(&mut self, detector: &Detector, paragraph: &str) -> Read {
        let Self { words, tokens, hashes } = self;
        words.read(detector.normalizer(), paragraph);
        detector.shingles().hash_into(words, tokens, hashes);
        Read { words: words.len(), hash: (words.len() > 0).then(|| hash::words(words.joined())) }
    }

    /// Reads a paragraph and makes a set of its shingles.
    pub(super) fn shingle(&mut self, detector: &Detector, paragraph: &str) -> Shingled {
        let Read { words, hash } = self.read(detector, paragraph);
        Shingled { words, hash, set: ShingleSet::from_hashes(&self.hashes) }
    }

    /// Reads the words of a paragraph in their order.
    pub(super) fn sequence(&mut self, detector: &Detector, paragraph: &str) -> WordSequence {
        self.words.read(detector.normalizer(), paragraph);
        WordSequence::new(&self.words, &mut self.tokens)
    }

    /// Returns a sketch of the words of the paragraph that was read last.
    pub(crate) fn sketch(&self) -> WordSketch {
        WordSketch::new(&self.words)
    }

    /// Returns the hashes of the shingles of the paragraph that was read last, in the order of the text, with repeats.
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes
    }
}

/// Decides whether two paragraphs have the same words. The words of a long one are kept, so that it is not read
/// again for each copy of a few words that it may have among a lot of punctuation.
pub(crate) struct SameWords<'d> {
    detector: &'d Detector,
    /// The words of long paragraphs, by their numbers.
    long: AHashMap<usize, Words>,
}

/// Bytes from which a paragraph is long.
pub(super) const LONG_LEN: usize = 1 << 12;

impl<'d> SameWords<'d> {
    pub(crate) fn new(detector: &'d Detector) -> Self {
        Self { detector, long: AHashMap::new() }
    }

    /// Returns true if two paragraphs have the same words in the same order. `first` is the number of the first of them.
    pub(crate) fn check(&mut self, first: usize, first_text: &str, later_text: &str) -> bool {
        if first_text == later_text {
            return true;
        }
        let detector = self.detector;
        let later = words(detector, later_text);
        if first_text.len() < LONG_LEN {
            return words(detector, first_text).joined() == later.joined();
        }
        let first = self.long.entry(first).or_insert_with(|| words(detector, first_text));
        first.joined() == later.joined()
    }
}

/// Returns the words of a paragraph.
fn words(detector: &Detector, paragraph: &str) -> Words {
    let mut words = Words::default();
    words.read(detector.normalizer(), paragraph);
    words
}

//! What is computed from a paragraph alone, before an index sees it.

use std::sync::Arc;

use rayon::prelude::*;

use crate::article::detector::Detector;
use crate::article::reading::Shingled;
use crate::lsh::Banding;
use crate::minhash::MinHasher;
use crate::shingle::{ShingleSet, Shingles};
use crate::text::normalizer::Normalizer;

/// Makes paragraphs ready for an [`Index`](crate::Index) without it: most of the work of inserting or querying, for many
/// threads at once.
///
/// It is cheap to clone. [`Index`](crate::Index#from-many-threads) has an example.
#[derive(Clone, Debug)]
pub struct Signer {
    detector: Detector,
    hasher: Arc<MinHasher>,
}

/// A paragraph that is ready to be inserted or queried. Made by [`Signer::sign`].
#[derive(Clone, Debug)]
pub struct SignedParagraph {
    /// The hash of its words, `None` if it has none.
    pub(super) hash: Option<u128>,
    pub(crate) set: ShingleSet,
    /// The keys of its buckets.
    pub(super) keys: Vec<u64>,
    pub(super) words: usize,
    made_for: Made,
}

/// The options that decide what a paragraph is signed as.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Made {
    normalizer: Normalizer,
    shingles: Shingles,
    banding: Option<Banding>,
}

/// An article with fewer paragraphs is signed on one thread: to hand it to others takes longer.
const MIN_PARALLEL_PARAGRAPHS: usize = 64;

impl Signer {
    /// Creates a signer for indexes of this detector.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        let slots = detector.banding().map_or(0, |banding| banding.bands * banding.rows);
        Self { detector, hasher: Arc::new(MinHasher::with_slots(slots)) }
    }

    /// Returns the detector, which decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Makes a paragraph ready.
    #[must_use]
    pub fn sign(&self, paragraph: &str) -> SignedParagraph {
        let Shingled { words, hash, set } = self.detector.shingle(paragraph);
        let keys = self.keys(&set);
        SignedParagraph { hash, set, keys, words, made_for: self.made() }
    }

    /// Makes the paragraphs of an article ready.
    pub(super) fn sign_article(&self, article: &str) -> Vec<SignedParagraph> {
        let paragraphs = self.detector.boundary().paragraphs(article);
        if paragraphs.len() < MIN_PARALLEL_PARAGRAPHS {
            return paragraphs.iter().map(|paragraph| self.sign(paragraph.as_str())).collect();
        }
        paragraphs.par_iter().map(|paragraph| self.sign(paragraph.as_str())).collect()
    }

    /// Returns the bucket keys of a set: its bands, or each of its shingles where no banding promises the recall.
    pub(super) fn keys(&self, set: &ShingleSet) -> Vec<u64> {
        match self.detector.banding() {
            Some(banding) => {
                self.hasher.sign(set).map_or_else(Vec::new, |signature| banding.keys(&signature).collect())
            }
            None => set.hashes().to_vec(),
        }
    }

    /// # Panics
    ///
    /// If the paragraph was signed for another configuration: it would be looked for in the wrong buckets.
    #[track_caller]
    pub(super) fn check(&self, signed: &SignedParagraph) {
        let made_for = self.made();
        assert!(
            signed.made_for == made_for,
            "the paragraph was signed for an index with {}; this index has {}",
            signed.made_for.difference_from(&made_for),
            made_for.difference_from(&signed.made_for)
        );
    }

    fn made(&self) -> Made {
        let detector = &self.detector;
        Made { normalizer: detector.normalizer(), shingles: detector.shingles(), banding: detector.banding() }
    }
}

impl Made {
    /// Returns those of the options that are not the same in another. Of rules these are the
    /// [changes](Normalizer::changes_from).
    fn difference_from(&self, other: &Self) -> String {
        let options = |this: &Self, beside: &Self| {
            [
                format!("shingles {}", this.shingles),
                this.banding.map_or("each shingle as a key".to_owned(), |banding| banding.to_string()),
                format!("rules {}", this.normalizer.changes_from(beside.normalizer)),
            ]
        };
        let both = options(self, other).into_iter().zip(options(other, self));
        let different = both.filter(|(this, that)| this != that).map(|(this, _)| this);
        different.collect::<Vec<String>>().join(", ")
    }
}

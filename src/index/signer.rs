//! What is made of a paragraph before an index sees it.

use std::sync::Arc;

use crate::article::detector::Detector;
use crate::article::reading::Shingled;
use crate::lsh::Banding;
use crate::minhash::MinHasher;
use crate::shingle::ShingleSet;

/// Makes paragraphs ready for an [`Index`](super::Index), without it: most of the work of putting one in or asking for it,
/// for many threads at once.
///
/// It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Signer {
    detector: Detector,
    hasher: Arc<MinHasher>,
    fingerprint: u64,
}

/// A paragraph that is ready to be put in or asked for. Made by [`Signer::sign`].
#[derive(Clone, Debug)]
pub struct SignedParagraph {
    /// The hash of its words, `None` if it has none.
    pub(super) hash: Option<u128>,
    pub(super) set: ShingleSet,
    /// Its buckets.
    pub(super) keys: Vec<u64>,
    signer: (u64, Option<Banding>),
}

impl Signer {
    /// What makes paragraphs ready for an index of this detector.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        let slots = detector.banding().map_or(0, |banding| banding.bands * banding.rows);
        Self { detector, hasher: Arc::new(MinHasher::with_slots(slots)), fingerprint: detector.fingerprint() }
    }

    /// What decides which paragraphs are alike.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Make a paragraph ready.
    #[must_use]
    pub fn sign(&self, paragraph: &str) -> SignedParagraph {
        let Shingled { hash, set, .. } = self.detector.shingle(paragraph);
        let keys = self.keys(&set);
        SignedParagraph { hash, set, keys, signer: self.identity() }
    }

    /// The buckets of a set: its bands, or each of its shingles where no banding promises enough.
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
    /// If a signer of another configuration made the paragraph ready: it would be looked for in the wrong buckets.
    pub(super) fn check(&self, signed: &SignedParagraph) {
        assert!(
            signed.signer == self.identity(),
            "a paragraph is signed with the configuration of the index"
        );
    }

    fn identity(&self) -> (u64, Option<Banding>) {
        (self.fingerprint, self.detector.banding())
    }
}

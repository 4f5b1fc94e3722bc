//! Preparing: the paragraphs of a batch of articles are read, hashed and signed on all cores.

use std::ops::Range;

use rayon::prelude::*;

use crate::article::detector::Detector;
use crate::article::doubled::sample::{self, HalfSample};
use crate::article::reading::{Read, Scratch};
use crate::compare::lcs::WordSketch;
use crate::corpus::seen_texts::Seen;
use crate::lsh::Banding;
use crate::minhash::MinHasher;
use crate::shingle::ShingleSet;

/// How many paragraphs one core prepares at a time.
const CHUNK_LEN: usize = 64;

/// Prepares articles on all cores: their paragraphs are cut, hashed and signed.
pub(crate) struct Preparer {
    pub(crate) detector: Detector,
    pub(crate) banding: Option<Banding>,
    pub(crate) wants_sketches: bool,
    pub(crate) hasher: MinHasher,
    /// For lossless removal.
    pub(crate) keeps_sets: bool,
}

/// Articles that are cut into paragraphs.
pub(crate) struct CutBatch<T> {
    pub(crate) articles: Vec<T>,
    /// The paragraphs of each article.
    pub(crate) paragraphs: Vec<Vec<CutParagraph>>,
}

/// A paragraph by its place, and what is known of its text.
pub(crate) struct CutParagraph {
    pub(crate) span: Range<usize>,
    /// The hash of its text.
    pub(crate) hash: u32,
    pub(crate) seen: Option<Seen>,
}

/// Articles that are prepared.
pub(crate) struct Batch<T> {
    pub(crate) cut: CutBatch<T>,
    /// Whether a body may stand twice in each article.
    pub(crate) repeats_itself: Vec<bool>,
    /// What is known of the paragraphs of all articles, one after the other.
    pub(crate) chunks: Vec<PreparedChunk>,
}

/// Up to [`CHUNK_LEN`] paragraphs.
pub(crate) struct PreparedChunk {
    pub(crate) paragraphs: Vec<PreparedParagraph>,
    /// The bucket keys of each, one after the other.
    pub(crate) keys: Vec<u32>,
    /// Their shingles, if they are kept.
    pub(crate) sets: Vec<ShingleSet>,
}

/// What was read of a paragraph.
pub(crate) struct PreparedParagraph {
    pub(crate) words: usize,
    /// Half of the hash of its words, `None` if it has none.
    pub(crate) hash: Option<u64>,
    pub(crate) sample: HalfSample,
    pub(crate) sketch: Option<WordSketch>,
}

impl Preparer {
    /// Prepares the paragraphs that were not seen before.
    pub(crate) fn prepare<T: AsRef<str> + Sync>(&self, cut: CutBatch<T>) -> Batch<T> {
        let CutBatch { articles, paragraphs } = &cut;
        let texts: Vec<(&str, Option<&Seen>)> = (articles.iter().zip(paragraphs))
            .flat_map(|(article, paragraphs)| {
                paragraphs.iter().map(|cut| (&article.as_ref()[cut.span.clone()], cut.seen.as_ref()))
            })
            .collect();
        let chunks: Vec<PreparedChunk> =
            texts.par_chunks(CHUNK_LEN).map(|texts| self.prepare_chunk(texts)).collect();
        let ends = paragraphs.iter().scan(0, |end, paragraphs| {
            *end += paragraphs.len();
            Some(*end)
        });
        let ranges: Vec<Range<usize>> =
            ends.zip(paragraphs).map(|(end, paragraphs)| end - paragraphs.len()..end).collect();
        let repeats_itself = |range: Range<usize>| {
            sample::may_be_doubled(range.map(|n| {
                let prepared = &chunks[n / CHUNK_LEN].paragraphs[n % CHUNK_LEN];
                (prepared.sample, prepared.words)
            }))
        };
        let repeats_itself = ranges.into_par_iter().map(repeats_itself).collect();
        Batch { cut, repeats_itself, chunks }
    }

    fn prepare_chunk(&self, paragraphs: &[(&str, Option<&Seen>)]) -> PreparedChunk {
        let mut scratch = Scratch::default();
        let mut slots = vec![0; self.hasher.slots()];
        let bands = self.banding.map_or(0, |banding| banding.bands);
        let mut keys = Vec::with_capacity(paragraphs.len() * bands);
        let mut sets = Vec::new();
        let prepare = |&(paragraph, seen): &(&str, Option<&Seen>)| {
            if let Some(&Seen { words, sample, .. }) = seen {
                keys.resize(keys.len() + bands, 0); // those of its group are known
                return PreparedParagraph { words: words as usize, hash: None, sample, sketch: None };
            }
            let Read { words, hash } = self.detector.read(paragraph, &mut scratch);
            self.hasher.sign_hashes(scratch.hashes(), &mut slots);
            if let Some(banding) = self.banding {
                #[allow(clippy::cast_possible_truncation)] // half of a key is enough to propose by
                banding.each_key(&slots, |key| keys.push(key as u32));
            }
            if self.keeps_sets {
                sets.push(ShingleSet::from_hashes(scratch.hashes()));
            }
            #[allow(clippy::cast_possible_truncation)] // half of a hash is enough to look up by
            PreparedParagraph {
                words,
                hash: hash.map(|hash| hash as u64),
                sample: sample::halves(&sample::of(scratch.hashes())),
                sketch: self.wants_sketches.then(|| scratch.sketch()),
            }
        };
        let paragraphs = paragraphs.iter().map(prepare).collect();
        PreparedChunk { paragraphs, keys, sets }
    }
}

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

/// A paragraph in its article.
struct Place<'b> {
    article: &'b str,
    cut: &'b CutParagraph,
    /// How many paragraphs the article has.
    of_document: usize,
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
    /// Of articles that are too short for a doubled body it says nothing.
    pub(crate) sample: HalfSample,
    pub(crate) sketch: Option<WordSketch>,
}

impl Preparer {
    /// Prepares the paragraphs that were not seen before.
    pub(crate) fn prepare<T: AsRef<str> + Sync>(&self, cut: CutBatch<T>) -> Batch<T> {
        let CutBatch { articles, paragraphs } = &cut;
        let places: Vec<Place<'_>> = (articles.iter().zip(paragraphs))
            .flat_map(|(article, paragraphs)| {
                let (article, of_document) = (article.as_ref(), paragraphs.len());
                paragraphs.iter().map(move |cut| Place { article, cut, of_document })
            })
            .collect();
        let chunks: Vec<PreparedChunk> =
            places.par_chunks(CHUNK_LEN).map(|places| self.prepare_chunk(places)).collect();
        let ends = paragraphs.iter().scan(0, |end, paragraphs| {
            *end += paragraphs.len();
            Some(*end)
        });
        let ranges: Vec<Range<usize>> =
            ends.zip(paragraphs).map(|(end, paragraphs)| end - paragraphs.len()..end).collect();
        let repeats_itself = |range: Range<usize>| {
            let sampled = range.map(|n| {
                let prepared = &chunks[n / CHUNK_LEN].paragraphs[n % CHUNK_LEN];
                (prepared.sample, prepared.words)
            });
            sampled.len() >= sample::MIN_PARAGRAPHS && sample::may_be_doubled(sampled)
        };
        let repeats_itself = ranges.into_par_iter().map(repeats_itself).collect();
        Batch { cut, repeats_itself, chunks }
    }

    fn prepare_chunk(&self, places: &[Place<'_>]) -> PreparedChunk {
        let mut scratch = Scratch::default();
        let mut slots = vec![0; self.hasher.slots()];
        let bands = self.banding.map_or(0, |banding| banding.bands);
        let mut keys = Vec::with_capacity(places.len() * bands);
        let mut sets = Vec::new();
        let prepare = |&Place { article, cut, of_document }: &Place<'_>| {
            if let Some(Seen { words, sample, .. }) = cut.seen {
                keys.resize(keys.len() + bands, 0); // those of its group are known
                return PreparedParagraph { words: words as usize, hash: None, sample, sketch: None };
            }
            let Read { words, hash } = self.detector.read(&article[cut.span.clone()], &mut scratch);
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
                sample: if of_document < sample::MIN_PARAGRAPHS {
                    HalfSample::default()
                } else {
                    sample::halves(&sample::of(scratch.hashes()))
                },
                // A run has two paragraphs or more. Dumps of one paragraph a record would take 7 % longer with them.
                sketch: self
                    .wants_sketches
                    .then(|| if of_document == 1 { WordSketch::UNKNOWN } else { scratch.sketch() }),
            }
        };
        let paragraphs = places.iter().map(prepare).collect();
        PreparedChunk { paragraphs, keys, sets }
    }
}

//! Locality-sensitive hashing: which pairs are worth comparing (Leskovec, Rajaraman and Ullman, *Mining of
//! Massive Datasets*, chapter 3).
//!
//! Part of the lower level, for those who build their own pipeline. A [`Banding`] cuts a
//! [signature](crate::minhash::Signature) into bands, and each band gives the key of a bucket. Two paragraphs that share a
//! bucket are a candidate pair, to be compared exactly. [`Buckets`] holds paragraphs by their keys while they come and go.
//!
//! ```
//! use dittograph::lsh::{Banding, Buckets};
//! use dittograph::minhash::MinHasher;
//! use dittograph::shingle::Shingles;
//!
//! let banding = Banding::for_recall(0.7, 0.99, 128)?;
//! let hasher = MinHasher::new(128)?;
//! let keys = |text| -> Vec<u64> {
//!     let signature = hasher.sign(&Shingles::Words(3).set(text)).expect("it has words");
//!     banding.keys(&signature).collect()
//! };
//! let mut buckets = Buckets::default();
//! buckets.insert(&keys("the river rose in the night and nobody in the lower town slept"), 0);
//! buckets.insert(&keys("bread is dearer by a tenth since monday said the guild of bakers"), 1);
//! assert_eq!(buckets.candidates(&keys("the river rose in the night and nobody in the lower town slept well")), [0]);
//! # Ok::<(), dittograph::Error>(())
//! ```

mod banding;
mod key;
mod batch;
mod buckets;

pub use banding::Banding;
pub(crate) use batch::{Bands, Keys};
pub use buckets::Buckets;
pub(crate) use key::bucket_key;

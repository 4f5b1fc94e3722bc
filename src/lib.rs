//! Finds paragraphs that repeat, exactly or nearly.

mod cluster;
pub mod compare;
mod config;
mod detect;
mod error;
mod hash;
mod index;
mod join;
pub mod lsh;
pub mod minhash;
mod normalize;
mod pair;
mod paragraph;
mod report;
mod run;
pub mod shingle;
mod words;

use std::borrow::Cow;

pub use cluster::Cluster;
pub use compare::{Measure, Similarity};
pub use config::Config;
pub use detect::Detector;
pub use error::Error;
pub use index::{Index, IndexPair, IndexStatistics, Match, ParagraphId};
pub use lsh::Banding;
pub use normalize::{Normalizer, Rule};
pub use pair::DuplicatePair;
pub use paragraph::{Boundary, Paragraph};
pub use report::{Report, Statistics};
pub use run::Run;
pub use shingle::Shingles;

/// Find what repeats in an article.
#[must_use]
pub fn scan(article: &str) -> Report<'_> {
    Detector::default().scan(article)
}

/// The article without redundant paragraphs.
#[must_use]
pub fn dedup(article: &str) -> Cow<'_, str> {
    Detector::default().dedup(article)
}

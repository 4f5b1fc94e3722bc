//! Finds paragraphs that repeat, exactly or nearly, in any script, and verifies every one it reports.
//!
//! A page whose body was pasted twice, a caption that comes again, an article that an archive holds in three
//! editions: dittograph says which paragraphs repeat which, how alike they are, which passages come again in
//! order, and what a text is without its redundant paragraphs. (Dittography is what a scribe does who writes the
//! same passage twice.)
//!
//! # One article
//!
//! ```
//! let article = "Ferry to Anwick cancelled
//! The last ferry of the day did not sail, said the harbour master, since the wind had turned to the north.
//! Passengers were put up in the school, where the baker brought them bread and the mayor some blankets.
//! The last ferry of the day did not sail, said the harbour master, since the wind had turned to the north.
//! Passengers were put up in the school; the baker brought them bread and the mayor some blankets.";
//!
//! let report = dittograph::scan(article);
//! for pair in report.pairs() {
//!     println!("¶{} repeats ¶{}: {:.2}", pair.later, pair.earlier, pair.similarity.jaccard());
//! }
//! let body = report.doubled_body().expect("the body is there twice");
//! assert_eq!((body.earlier.clone(), body.later.clone()), (1..3, 3..5));
//!
//! let clean = dittograph::dedup(article);
//! assert_eq!(clean.lines().count(), 3);
//! ```
//!
//! [`scan`] and [`dedup`] take the defaults; [`Config`] has the options, and makes a [`Detector`] of them.
//!
//! # Many articles
//!
//! A [`Corpus`] finds what repeats in and between articles; the example `dedup` cleans dumps with it.
//!
//! ```
//! use dittograph::{Config, Corpus};
//!
//! let articles = ["The mill burnt down in the night.\nNobody was hurt.", "As we wrote:\nThe mill burnt down in the night."];
//! let mut corpus = Corpus::new(Config::new().threshold(0.8).build()?);
//! corpus.extend(articles);
//! let found = corpus.find();
//! let removal = found.redundant().removals[0];
//! assert_eq!((removal.kept.document, removal.removed.document), (0, 1));
//! assert_eq!(found.without_redundant(1), "As we wrote:");
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! # An index that grows
//!
//! An [`Index`] takes paragraphs one by one or many at a time, and says which of them another resembles.
//!
//! ```
//! use dittograph::{Config, Index, ParagraphId};
//!
//! let mut index = Index::new(Config::new().threshold(0.8).build()?);
//! let articles = [(1, "A first article.\nIt has two paragraphs."), (2, "Another one that has one.")];
//! for (document, article) in articles {
//!     let paragraphs = index.detector().boundary().paragraphs(article);
//!     index.extend((0..).zip(&paragraphs).map(|(n, p)| (ParagraphId { document, paragraph: n }, p.as_str())));
//! }
//! assert_eq!(index.len(), 3);
//! assert_eq!(index.query("“It has two paragraphs!”")[0].id, ParagraphId { document: 1, paragraph: 1 });
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! It can be [saved](mod@saved), and asked where it lies on disk.
//!
//! # Articles out of dumps
//!
//! With the feature `dump`, the module `dump` gives the articles of JSON Lines, JSON, CSV, WET and WARC, MediaWiki exports,
//! texts and folders of them, packed or not; `dump-html` adds HTML and the pages of WARC files, and `dump-parquet`
//! Parquet. Nothing of it is in a build without these features.
//!
//! # How it works
//!
//! A text is cut into [paragraphs](Boundary), spans of it that are never copied; each is brought into a
//! [normal form](Normalizer), cut into words and hashed into a [set of shingles](shingle). In one article an
//! exact join of the sets finds every pair at the threshold. A corpus and an index keep [signatures](minhash) in
//! the buckets of a [banding](lsh), which propose candidates. The [comparator](compare) decides on the sets
//! themselves. From the verified pairs follow [clusters](Cluster) (who is kept, who is redundant) and [runs](Run)
//! (passages that come again in order, the doubled body among them).
//!
//! The modules [`shingle`], [`minhash`], [`lsh`] and [`compare`] are a lower level, for those who build a
//! pipeline of their own.
//!
//! # What is promised
//!
//! 1. **Verified.** Nothing is reported that was not compared exactly. Signatures propose, the comparator
//!    decides.
//! 2. **Recall is a number you set.** One article misses nothing. A corpus or an index finds pairs *at* the
//!    threshold with the [recall](Config::recall) asked for, 0.99 by default, and says what it is.
//! 3. **Deterministic.** The same input and configuration give the same output on any machine, for any number
//!    of threads. Hashes are fixed, and one [fingerprint](Detector::fingerprint) names them.
//! 4. **Spans are true.** Every paragraph is a byte range of your own text, on character boundaries.
//! 5. **Nothing is lost.** Removing duplicates removes whole redundant paragraphs with their separator, keeps
//!    one of each cluster, and changes nothing when done again. Each that goes was verified against one that
//!    stays.
//! 6. **Nothing is silently dropped.** No bucket and no list of pairs has a limit. In looking for runs, what stands
//!    more than 16 times is boilerplate; how many pairs that left out is in the [`Statistics`].
//! 7. **Empty is not the same as empty.** A paragraph without words is similar to nothing. One that is shorter
//!    than a shingle is compared as a whole.
//!
//! # Panics and errors
//!
//! Only [`Config::build`], names of options, and constructors of thresholds and bandings return an [`Error`], and what
//! reads or writes files. Scanning, inserting and querying in memory cannot fail, whatever the text. The few functions that panic on what was not
//! made for them (signatures of different lengths, a document that is not there) say so. Reading a dump or a
//! saved index can fail, and each of its errors names the file.

// In the order of dependence: a folder uses only what stands above it (`tests/layering.rs`).
mod error;
mod option_names;
mod hash;
mod cpu;
mod groups;
mod text;
pub mod shingle;
pub mod compare;
pub mod minhash;
pub mod lsh;
mod article;
mod corpus;
mod index;
#[cfg(feature = "dump")]
pub mod dump;
#[cfg(feature = "serde")]
mod serialize;

use std::borrow::Cow;

pub use crate::article::cluster::Cluster;
pub use crate::article::config::Config;
pub use crate::article::detector::Detector;
pub use crate::article::report::{Report, Statistics};
pub use crate::article::run::Run;
pub use crate::compare::pair::{DuplicatePair, ParagraphId, ParagraphPair};
pub use crate::compare::{Measure, Similarity};
pub use crate::corpus::{
    Candidates, Corpus, CorpusBuilder, CorpusRun, CorpusRuns, CorpusStatistics, Found, Keep, Passage,
    ReadingCorpus, Redundant, Removal, Scope, TextStore,
};
pub use crate::error::Error;
pub use crate::index::saved::{self, SavedIndex};
pub use crate::index::{Index, IndexStatistics, Match, ParagraphMatches, SignedParagraph, Signer};
pub use crate::lsh::Banding;
pub use crate::shingle::Shingles;
pub use crate::text::normalizer::{Normalizer, Rule};
pub use crate::text::paragraph::{Boundary, Paragraph};

/// Find what repeats in an article, with the default [`Config`].
///
/// See [`Detector::scan`].
///
/// ```
/// let report = dittograph::scan("One and the same line.\nA line of its own.\nOne and the same line!");
/// assert_eq!(report.redundant(), [2]);
/// ```
#[must_use]
pub fn scan(article: &str) -> Report<'_> {
    Detector::default().scan(article)
}

/// The article without its redundant paragraphs, with the default [`Config`]; borrowed, byte for byte, if there
/// are none.
///
/// See [`Detector::dedup`].
///
/// ```
/// assert_eq!(dittograph::dedup("One and the same line.\nONE AND THE SAME LINE\n"), "One and the same line.\n");
/// ```
#[must_use]
pub fn dedup(article: &str) -> Cow<'_, str> {
    Detector::default().dedup(article)
}

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;

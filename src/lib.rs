//! Finds paragraphs that repeat, exactly or nearly, in any script, and verifies every one it reports.
//!
//! A page whose body was pasted twice, a caption that comes again, an article that an archive holds in three
//! editions: dittograph says which paragraphs repeat which and how alike they are, which passages come again in
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
//! [`scan`] and [`dedup`] take the default options. [`Config`] has all options, and builds a [`Detector`] of them.
//!
//! # Many articles
//!
//! A [`Corpus`] finds what repeats in and between articles. The command `dittograph dedup` cleans dumps with it.
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
//! An [`Index`] takes paragraphs or whole articles, at any time, and returns which of them resemble another.
//!
//! ```
//! use dittograph::{Config, Index, ParagraphId};
//!
//! let mut index = Index::new(Config::new().threshold(0.8).build()?);
//! index.insert_document(1, "A first article.\nIt has two paragraphs.");
//! index.insert_document(2, "Another one that has one.");
//! assert_eq!(index.len(), 3);
//! assert_eq!(index.query("“It has two paragraphs!”")[0].id, ParagraphId { document: 1, paragraph: 1 });
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! It can be [saved](mod@saved) to a file of a documented format, and queried there as a [`SavedIndex`].
//!
//! # Articles out of dumps
//!
//! With the feature `dump` the module [`dump`] reads the articles of JSON Lines, JSON, CSV, WET and WARC, MediaWiki
//! exports, texts and folders of them, compressed or not.
//!
//! The [`guide`] says what counts as the same, how much is found, and what it costs; [`recipes`] has short answers: ids of your
//! own, removing an article, JSON, threads, dumps larger than memory, async code.
//!
//! # Features
//!
//! None is on by default, and none changes what is found.
//!
//! | feature | adds |
//! | --- | --- |
//! | `mmap` | [`SavedIndex::open`]: a saved index is mapped into memory |
//! | `serde` | configurations, reports and all that is found can be serialized, and a [`Config`] read back |
//! | `page` | [`Report::to_html`], [`Found::to_html`]: a report, or what was found in a corpus, as a web page that needs nothing else |
//! | `dump` | the module [`dump`]: articles out of files |
//! | `dump-html` | [`dump`], and in it HTML and the pages of WARC files |
//! | `dump-parquet` | [`dump`], and in it Parquet |
//! | `cli` | the command `dittograph`: `cargo install dittograph --features cli` |
//! | `scan` | the part of it that reads texts |
//!
//! # How it works
//!
//! A text is cut into [paragraphs](Boundary), which are spans of it and never copies. Each is brought into a
//! [normal form](Normalizer), cut into words and hashed into a [set of shingles](shingle). In one article an
//! exact join of the sets finds every pair at the threshold. A corpus and an index put [signatures](minhash) into
//! the buckets of a [banding](lsh), which propose candidates. The [comparator](compare) decides on the sets
//! themselves. From the verified pairs follow [clusters](Cluster) (who is kept, who is redundant) and [runs](Run)
//! (passages that come again in order, the doubled body among them).
//!
//! The modules [`shingle`], [`compare`], [`minhash`] and [`lsh`] are the lower level, for those who build a
//! pipeline of their own. Each step there is a function of its input alone, the same on every machine. [`steps`] has those of
//! a corpus, for a dump that outgrows one machine.
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
//!    one of each cluster, and when done again removes nothing more by the threshold, but for what was kept beside a
//!    sibling that is gone. Each that goes was verified against one that stays, but for
//!    [boilerplate](Corpus::remove_boilerplate), of which nothing stays where you ask for that. A doubled body is one of the whole
//!    article, so what is left may have another, and loses its second side then.
//! 6. **Nothing is silently dropped.** No bucket and no list of pairs has a limit. In looking for runs, what stands
//!    more than 16 times is boilerplate; how many pairs that left out is in the [`Statistics`].
//! 7. **Empty is not the same as empty.** A paragraph without words is similar to nothing. One that is shorter
//!    than a shingle is compared as a whole.
//!
//! # Panics and errors
//!
//! Scanning, inserting and querying in memory cannot fail, up to the limits that a function names under Panics (an article of
//! 4 GiB, say). An [`Error`] comes from [`Config::build`] and other constructors that check a value, from parsing the name of
//! an option, and from what reads or writes files; it says what was expected, what came, and where. A function that panics
//! says so: only a mistake of the caller makes it, such as a document that is not there.
//!
#![cfg_attr(
    not(feature = "page"),
    doc = "[`Report::to_html`]: https://docs.rs/dittograph/latest/dittograph/struct.Report.html#method.to_html"
)]
#![cfg_attr(
    not(feature = "page"),
    doc = "[`Found::to_html`]: https://docs.rs/dittograph/latest/dittograph/struct.Found.html#method.to_html"
)]
#![cfg_attr(not(feature = "dump"), doc = "[`dump`]: https://docs.rs/dittograph/latest/dittograph/dump/")]
#![cfg_attr(
    not(feature = "mmap"),
    doc = "[`SavedIndex::open`]: https://docs.rs/dittograph/latest/dittograph/struct.SavedIndex.html#method.open"
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// In the order of dependence: a folder uses only what stands above it (`tests/layering.rs`).
mod error;
mod option_names;
mod hash;
mod cpu;
mod groups;
mod unnamed_file;
mod text;
pub mod shingle;
pub mod compare;
pub mod minhash;
pub mod lsh;
mod article;
mod index;
mod corpus;
#[cfg(feature = "dump")]
pub mod dump;
#[cfg(feature = "page")]
mod page;
#[cfg(feature = "serde")]
mod serialize;
pub mod guide;
pub mod recipes;

use std::borrow::Cow;

pub use crate::article::cluster::Cluster;
pub use crate::article::config::{Config, Siblings};
pub use crate::article::detector::Detector;
pub use crate::article::repetition::{Amount, GopherRepetition, Repetition};
pub use crate::article::report::{Report, Statistics};
pub use crate::article::run::Run;
pub use crate::compare::pair::{DuplicatePair, Evidence, ParagraphId, ParagraphPair};
pub use crate::compare::{Measure, Overlap, Similarity};
pub use crate::corpus::steps;
pub use crate::corpus::{
    Candidates, Corpus, CorpusBuilder, CorpusCluster, CorpusRun, CorpusRuns, CorpusStatistics, Found, Keep,
    Passage, ReadingCorpus, Redundant, Removal, Scope, TextStore,
};
pub use crate::error::Error;
pub use crate::index::saved::{self, SavedIndex};
pub use crate::index::{Index, IndexStatistics, Match, ParagraphMatches, SignedParagraph, Signer};
pub use crate::lsh::Banding;
#[cfg(feature = "page")]
pub use crate::page::{CorpusPage, Page};
pub use crate::shingle::Shingles;
pub use crate::text::normalizer::{Normalizer, Rule};
pub use crate::text::paragraph::{Boundary, Paragraph};

/// Finds what repeats in an article, with the default [`Config`].
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

/// Returns the article without its redundant paragraphs, with the default [`Config`]; borrowed, byte for byte, if there
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

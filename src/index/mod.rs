//! An index that grows and answers, in memory and saved: MinHash/LSH proposes, the comparator decides.

//!
//! In the order of dependence, where each uses only what stands above it: what an index records and answers ([`unicode`],
//! [`answer`]); what it holds ([`id_set`], [`documents`], [`sets`] of shingles as bytes, [`signer`]); the file, from its
//! sections to its bytes ([`layout`], [`header`], [`merge`], [`spool`], [`write`], [`replacement`]); the file as a [`segment`], and what of it
//! is [`live`]; a folder of segments (`manifest`, `folder`), and which of them can have a bucket ([`bucket_filter`]); [`saved`], which documents the format and answers from both; [`memory`], the
//! index that grows; [`whole`], for what goes through all of a file; and `update`, which changes what is saved.

mod unicode;
mod answer;
mod id_set;
mod documents;
mod sets;
mod signer;
mod layout;
mod header;
mod merge;
mod spool;
mod write;
mod replacement;
mod segment;
mod live;
mod bucket_filter;
#[cfg(feature = "mmap")]
mod manifest;
#[cfg(feature = "mmap")]
mod folder;
pub mod saved;
mod memory;
mod whole;
#[cfg(feature = "mmap")]
mod update;

pub use answer::{IndexStatistics, Match, ParagraphMatches};
pub use memory::Index;
pub use signer::{SignedParagraph, Signer};

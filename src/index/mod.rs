//! An index that grows and answers, in memory and saved: MinHash/LSH proposes, the comparator decides.

// In the order of dependence: each uses only what stands above it.
mod unicode;
mod answer;
mod id_set;
mod documents;
mod sets;
mod signer;
mod layout;
mod header;
mod write;
mod replacement;
pub mod saved;
mod memory;
mod whole;

pub use answer::{IndexStatistics, Match, ParagraphMatches};
pub use memory::Index;
pub use signer::{SignedParagraph, Signer};

//! From the caller's text to the words that are compared: [paragraphs](paragraph) as spans, the
//! [normal form](normalizer), and its [words].

mod line_hyphens;
pub(crate) mod paragraph;
mod rule;
mod sequences;
pub(crate) mod normalizer;
pub(crate) mod utf8;
pub(crate) mod words;

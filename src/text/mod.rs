//! From the caller's text to the words that are compared: [paragraphs](paragraph) as spans, the
//! [normal form](normalizer), and its [words].

pub(crate) mod paragraph;
mod rule;
pub(crate) mod normalizer;
pub(crate) mod utf8;
pub(crate) mod words;

//! From the caller's text to the words that are compared: [paragraphs](paragraph) as spans, the
//! [normal form](normalizer), and its [words].
//!
//! A [rule] says which characters count as one; [`sequences`] has those rules that look at several characters, and
//! [`line_hyphens`] the one that looks at lines.

mod line_hyphens;
pub(crate) mod paragraph;
mod rule;
mod sequences;
pub(crate) mod normalizer;
pub(crate) mod utf8;
pub(crate) mod words;

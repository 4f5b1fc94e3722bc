//! From the caller's text to the words that are compared: paragraphs as spans, the normal form, and its words.

pub(crate) mod paragraph;
pub(crate) mod normalize;
pub(crate) mod alphabet;
mod block;
pub(crate) mod words;

//! The words of a normal form, by UAX #29.

use unicode_segmentation::UnicodeSegmentation;

/// The Unicode version of the word and grapheme boundaries.
pub(crate) const UNICODE_VERSION: (u64, u64, u64) = unicode_segmentation::UNICODE_VERSION;

/// The words of a paragraph, in one string with a space between each two.
///
/// A word is a segment between UAX #29 word boundaries that holds a letter or a digit; punctuation and symbols
/// are in none. No word holds a space, so two paragraphs have the same words in the same order exactly if their
/// joined strings are equal.
#[derive(Debug, Default)]
pub(crate) struct Words {
    joined: String,
    ends: Vec<usize>, // where each word ends in `joined`
}

impl Words {
    pub(crate) fn of(normal: &str) -> Self {
        let mut words = Self { joined: String::with_capacity(normal.len()), ends: Vec::new() };
        for word in normal.unicode_words().map(without_carrier) {
            if !words.ends.is_empty() {
                words.joined.push(' ');
            }
            words.joined.push_str(word);
            words.ends.push(words.joined.len());
        }
        words
    }

    pub(crate) fn joined(&self) -> &str {
        &self.joined
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        starts.zip(&self.ends).map(|(start, &end)| &self.joined[start..end])
    }
}

/// A word without the space or sign that a mark at its beginning stands on for want of a letter: UAX #29 parts no
/// character from its marks, and some marks count as letters.
fn without_carrier(word: &str) -> &str {
    let rest = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_marked = rest.starts_with(unicode_normalization::char::is_combining_mark);
    if is_marked { rest } else { word }
}

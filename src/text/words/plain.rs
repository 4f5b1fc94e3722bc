//! The definition of the words of a text: its normal form, cut by UAX #29.

use unicode_segmentation::UnicodeSegmentation;

use super::Words;
use crate::text::normalizer::Normalizer;

impl Words {
    /// Creates the words of a normal form.
    pub(crate) fn from_normal(normal: &str) -> Self {
        let mut words = Self::default();
        words.push_normal(normal);
        words
    }

    /// Reads the words of a text by their definition, in place of the words that were there.
    ///
    /// [`Words::read`] gives the same, and is faster.
    pub(super) fn read_plain(&mut self, normalizer: Normalizer, text: &str) {
        self.ends.clear();
        self.push_normal(&normalizer.normalize(text));
    }

    /// Adds the words of a normal form.
    pub(super) fn push_normal(&mut self, normal: &str) {
        self.reserve(normal.len());
        for word in normal.unicode_words().map(without_carrier) {
            let to = self.joined_len();
            self.joined[to..to + word.len()].copy_from_slice(word.as_bytes());
            self.joined[to + word.len()] = b' ';
            self.ends.push(to + word.len());
        }
    }
}

/// Returns a word without the space or sign before a mark at its beginning. A mark that has no letter to stand on is put
/// on a space or a sign; UAX #29 parts no character from its marks, and counts some marks as letters.
fn without_carrier(word: &str) -> &str {
    let rest = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_marked = rest.starts_with(unicode_normalization::char::is_combining_mark);
    if is_marked { rest } else { word }
}

//! The fast form of reading words: one pass over the text, without its normal form.
//!
//! The text is taken stretch by stretch between ASCII white space. [`block`]: bit masks of 64 bytes at a time, for ASCII and
//! letters of two bytes. [`letters`]: most other stretches, by a look-up of each character in an [`alphabet`], and [`alone`] in them
//! the runs of letters that are words of their own. What is left goes the [plain](super::plain) way.

#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // its tables by two bytes are for AVX2 alone
pub(super) mod alphabet;
pub(super) mod block;
mod alone;
mod letters;
#[cfg(test)]
mod tests;

use unicode_segmentation::UnicodeSegmentation;

use super::Words;
use crate::text::normalizer::{Normalizer, Rule};
use block::{BLOCK_LEN, Block, BlockReader, MAX_WORDS};

impl Words {
    /// Reads the words of a text, in place of the words that were there.
    pub(super) fn read_fast(&mut self, reader: BlockReader<'_>, text: &str) {
        let alphabet = reader.alphabet();
        let normalizer = alphabet.normalizer();
        let joined = normalizer.join_lines(text);
        let text = joined.as_deref().unwrap_or(text);
        let bytes = text.as_bytes();
        let mut block = Block::EMPTY;
        self.ends.clear();
        self.reserve(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            if reader.can_start(&bytes[at..]) {
                let read = self.read_block(&mut block, reader, &bytes[at..]);
                at += read;
                if read > 0 {
                    continue;
                }
            }
            let read = self.read_letters(alphabet, &bytes[at..], reader.limit());
            at += read;
            if read > 0 {
                continue;
            }
            let rest = &text[at..];
            let stretch = &rest[..rest.find(is_ascii_space).unwrap_or(rest.len())];
            let normal = normalizer.normalize(stretch);
            if normal.starts_with(joins_a_space) || drops_a_space(normalizer, stretch) {
                // The word boundary before the stretch is not one.
                return self.read_plain(normalizer, text);
            }
            self.push_normal(&normal);
            at += stretch.len();
            self.reserve(bytes.len() - at);
        }
    }

    /// Reads whole stretches from the first 64 bytes. Returns how many bytes were read.
    fn read_block(&mut self, block: &mut Block, reader: BlockReader<'_>, text: &[u8]) -> usize {
        let mut padded = [b' '; BLOCK_LEN];
        let bytes = text.first_chunk().unwrap_or_else(|| {
            padded[..text.len()].copy_from_slice(text);
            &padded
        });
        reader.read(block, bytes);
        let mut to = self.joined_len();
        self.ends.reserve(MAX_WORDS);
        for (start, end, is_last) in block.pieces() {
            block.copy_piece(start, end, &mut self.joined[to..]);
            to += end - start;
            if is_last {
                self.ends.push(to);
                self.joined[to] = b' ';
                to += 1;
            }
        }
        block.len.min(text.len())
    }
}

/// Returns true for the white space at which a text can be cut: nothing composes across it, and no word spans it.
fn is_ascii_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

/// Returns true if the space before a stretch may go.
fn drops_a_space(normalizer: Normalizer, stretch: &str) -> bool {
    let is_shown = |c: &char| !normalizer.normalize(c.encode_utf8(&mut [0; 4])).is_empty() || *c == '\u{670}';
    normalizer.has(Rule::QuranicAlef) && stretch.chars().find(is_shown) == Some('\u{670}')
}

/// Returns true if UAX #29 puts a character into one segment with a space before it.
fn joins_a_space(c: char) -> bool {
    !c.is_ascii() && format!(" {c}").split_word_bounds().count() == 1
}

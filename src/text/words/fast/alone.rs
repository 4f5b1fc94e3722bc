//! Runs of letters that are words of their own, with their marks: most of what is written in Thai, Chinese and Japanese.
//!
//! A letter and a mark are written in the same steps, since which of the two comes next cannot be foreseen. What is rarer is left
//! to [`read_letters`](super::letters).
// From text to sets of shingles, in MB/s on a busy core, without and with runs: documentation in Thai 41 to 43 and 47 to 57, chapters
// of Bibles in 40 languages 52 to 59 and 58 to 68.

use super::alphabet::{Alphabet, CharClass, Entry};
use crate::text::utf8;

/// What a character is in a run: a set of the bits below, empty for one that is in none.
type Kind = u8;

const LETTER: Kind = 1;
const MARK: Kind = 1 << 1;
/// A Thai tone mark.
const TONE: Kind = 1 << 2;
/// A Thai vowel sign that a rule puts before a tone.
const UPPER: Kind = 1 << 3;
/// A Thai mark that has a place among other marks, before a tone.
const LOW: Kind = 1 << 4;
/// A Thai sign that a rule takes together with a tone.
const AA: Kind = 1 << 5;
/// The Thai vowel e, of which a rule makes one of two.
const E: Kind = 1 << 6;

/// Returns what may not follow: the two may be a sequence that a rule changes, or marks that are not in order.
fn forbids(kind: Kind) -> Kind {
    let after = |one: Kind, other: Kind| if kind & one == 0 { 0 } else { other };
    after(TONE, UPPER | LOW) | after(LOW, LOW) | after(AA, TONE) | after(E, E)
}

/// What the Thai characters are in a run, by their last seven bits.
pub(super) struct ThaiKinds([Kind; 128]);

impl ThaiKinds {
    pub(super) fn new(alphabet: &Alphabet) -> Self {
        let mut kinds = [0; 128];
        for (c, kind) in (0xE00..).zip(&mut kinds) {
            *kind = Self::kind(alphabet, c);
        }
        Self(kinds)
    }

    fn kind(alphabet: &Alphabet, c: u16) -> Kind {
        let signs = match c {
            0xE48..=0xE4B => TONE,
            0xE31 | 0xE34..=0xE37 => UPPER,
            0xE38..=0xE3A => LOW,
            0xE32 | 0xE4D => AA,
            0xE40 => E,
            _ => 0,
        };
        let entry = alphabet.get(c);
        match entry.class() {
            _ if !entry.keeps(c) => 0,
            CharClass::Alone => signs | LETTER,
            CharClass::WatchedAlone if signs == E => signs | LETTER,
            CharClass::Mark => signs | MARK,
            CharClass::OrderedMark if signs & (TONE | LOW) != 0 => signs | MARK,
            CharClass::WatchedOrderedMark if signs == TONE => signs | MARK,
            _ => 0,
        }
    }
}

/// How many bytes each character of a run has.
const LEN: usize = 3;

/// How many words are ended at a time.
const ENDS_LEN: usize = 64;

/// A run that was read.
pub(super) struct Run {
    /// How many bytes were read.
    pub(super) len: usize,
    /// Where what is kept ends.
    pub(super) to: usize,
}

impl Alphabet {
    /// Returns what the first character of a text is in a run.
    #[inline]
    fn kind(&self, thai: &ThaiKinds, text: &[u8]) -> Kind {
        match *text {
            [0xE0, second @ (0xB8 | 0xB9), third, ..] => {
                thai.0[usize::from(second & 1) << 6 | usize::from(third & 0x3F)]
            }
            // Kana and Han.
            [first @ 0xE3..=0xE9, second, third, ..] => {
                let is_alone = |(c, _)| self.get(c) == Entry::alone([first, second, third]);
                if utf8::first_char(text).is_some_and(is_alone) { LETTER } else { 0 }
            }
            _ => 0,
        }
    }

    /// Reads the run after a letter that is the first of its word, which is written up to `to`: `before` is that letter. Returns
    /// `None` if there is a sequence that is to be read the plain way.
    pub(super) fn read_run(
        &self,
        before: &[u8],
        text: &[u8],
        joined: &mut [u8],
        ends: &mut Vec<usize>,
        mut to: usize,
    ) -> Option<Run> {
        let thai = self.thai_kinds();
        let mut forbidden = forbids(self.kind(thai, before));
        let mut kind = self.kind(thai, text);
        let mut at = 0;
        let mut new_ends = [0; ENDS_LEN];
        let mut count = 0;
        while kind != 0 {
            let next = self.kind(thai, &text[at + LEN..]);
            if kind & forbidden != 0 {
                return None;
            }
            if kind & (TONE | E) != 0 && next == 0 {
                break; // what it may meet is not known
            }
            let is_letter = usize::from(kind & LETTER);
            new_ends[count] = to; // of the word before, if this is a letter
            joined[to] = b' ';
            to += is_letter;
            joined[to..to + LEN].copy_from_slice(&text[at..at + LEN]);
            to += LEN;
            at += LEN;
            count += is_letter;
            if count == ENDS_LEN {
                ends.extend_from_slice(&new_ends);
                count = 0;
            }
            forbidden = forbids(kind);
            kind = next;
        }
        ends.extend_from_slice(&new_ends[..count]);
        Some(Run { len: at, to })
    }
}

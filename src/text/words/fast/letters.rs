//! The words of stretches that are not ASCII, by a look-up of each character and a state between each two.

use unicode_normalization::char::canonical_combining_class;

use super::alphabet::{Alphabet, CharClass, Entry};
use crate::text::normalizer::Rule;
use crate::text::sequences::with_tone_placed;
use crate::text::utf8;
use crate::text::words::Words;

impl Words {
    /// Reads from the beginning of a stretch up to the next stretch that begins below `limit`, or up to one that holds an
    /// unsettled character. Returns how many bytes were read.
    #[inline(never)] // it leaves its loop more registers: 3 % for Chinese and Thai
    pub(in crate::text::words) fn read_letters(
        &mut self,
        alphabet: &Alphabet,
        text: &[u8],
        limit: u8,
    ) -> usize {
        let start = self.joined_len();
        let places_tones = alphabet.normalizer().has(Rule::VietnameseTones);
        let mut out =
            Writer { joined: &mut self.joined, ends: &mut self.ends, start, to: start, places_tones };
        let mut state = State::Gap;
        let mut repeats = state.repeats();
        let mut end = 0; // of the word, if what follows does not go on with it
        let mut last_mark = LastMark::default();
        let mut at = 0;
        let mut stretch = (0, out.ends.len()); // where it begins, and how many words stand before it
        loop {
            if at == text.len() {
                out.close(state, end);
                return at;
            }
            let Some((c, len)) = utf8::first_char(&text[at..]) else { break };
            let entry = alphabet.get(c);
            at += len;
            if entry.is_in(repeats) {
                out.put(entry);
                continue;
            }
            let mut class = entry.class();
            if class.is_in(CharClass::WATCHED) {
                if alphabet.may_meet(c, entry, &text[stretch.0..at - len], &text[at..]) {
                    break;
                }
                class = class.unwatched();
            }
            match class {
                CharClass::Unsettled => break,
                CharClass::Space => {
                    out.close(state, end);
                    state = State::Gap;
                    stretch = (at, out.ends.len());
                    if text.get(at).is_some_and(|&byte| byte < limit) {
                        return at;
                    }
                }
                CharClass::Dropped => last_mark.pass(at - len, at),
                CharClass::Mark | CharClass::OrderedMark | CharClass::Am if !state.takes_marks() => break,
                CharClass::Mark => out.put(entry),
                CharClass::OrderedMark => {
                    if !last_mark.replace(c, at - len, at) {
                        break;
                    }
                    out.put(entry);
                }
                CharClass::Am => {
                    let [mark, letter] = alphabet.parts_of_am(c);
                    out.put(mark);
                    out.close(state, end);
                    out.put(letter);
                    state = State::Alone;
                }
                _ if class.is_in(CharClass::IN_WORDS) => {
                    let continues = state.continues_with(class);
                    if !continues {
                        out.close(state, end);
                    }
                    out.put(entry);
                    state = State::after(class, continues && state != State::BareLowLines);
                    if class == CharClass::Alone {
                        let Some(read) = out.put_run(alphabet, &text[at - len..at], &text[at..]) else {
                            break;
                        };
                        at += read;
                        last_mark = LastMark::after(&text[..at]);
                    }
                }
                _ => {
                    if state == State::HebrewApostrophe && class == CharClass::Apostrophe {
                        break; // the two may be a double quote
                    }
                    let pending = state.pending(class);
                    end = out.put_pending(entry, state, pending, end);
                    state = pending;
                }
            }
            repeats = state.repeats();
        }
        self.ends.truncate(stretch.1);
        stretch.0
    }
}

/// The last mark that has a place among others, and where it ends.
#[derive(Default)]
struct LastMark {
    c: u16,
    end: usize,
}

impl LastMark {
    /// Returns the last character of a text, whatever it is.
    fn after(text: &[u8]) -> Self {
        Self { c: utf8::last_char(text).unwrap_or(0), end: text.len() }
    }

    /// Takes a mark in place of the last one. Returns false if they stand side by side and not in canonical order.
    #[inline]
    fn replace(&mut self, c: u16, start: usize, end: usize) -> bool {
        let class = |c| char::from_u32(u32::from(c)).map(canonical_combining_class);
        if self.end == start && class(self.c) > class(c) {
            return false;
        }
        *self = Self { c, end };
        true
    }

    /// Passes over a character that is dropped: what follows stands beside the mark before it.
    #[inline]
    fn pass(&mut self, start: usize, end: usize) {
        if self.end == start {
            self.end = end;
        }
    }
}

/// Writes words to the buffers of [`Words`].
struct Writer<'w> {
    joined: &'w mut [u8],
    ends: &'w mut Vec<usize>,
    start: usize, // of the word
    to: usize,
    places_tones: bool,
}

impl Writer<'_> {
    /// Adds what is kept of a character to the word.
    #[inline]
    fn put(&mut self, entry: Entry) {
        self.joined[self.to..self.to + 4].copy_from_slice(&entry.bytes());
        self.to += entry.len();
    }

    /// Adds the run of letters that are words of their own after the first of them. Returns how many bytes were read, `None` if
    /// they are to be read the plain way.
    fn put_run(&mut self, alphabet: &Alphabet, before: &[u8], text: &[u8]) -> Option<usize> {
        let run = alphabet.read_run(before, text, self.joined, self.ends, self.to)?;
        self.to = run.to;
        self.start = self.ends.last().map_or(self.start, |end| end + 1);
        Some(run.len)
    }

    /// Adds a mark of punctuation that may belong to the word, or ends the word if `pending` is the gap. Returns where the
    /// word ends if nothing follows that goes on with it.
    #[inline]
    fn put_pending(&mut self, entry: Entry, state: State, pending: State, end: usize) -> usize {
        if pending == State::Gap {
            self.close(state, end);
            return end;
        }
        let end = self.to;
        self.put(entry);
        if pending == State::HebrewApostrophe { self.to } else { end }
    }

    /// Ends the word, if there is one; at `end`, if it ends in characters that only belong to it if another follows.
    #[inline]
    fn close(&mut self, state: State, end: usize) {
        match state {
            State::Gap => return,
            State::BareLowLines => {
                self.to = self.start;
                return;
            }
            State::MidLetter | State::MidDigit | State::HebrewApostrophe | State::HebrewQuote => {
                self.to = end;
            }
            _ => {}
        }
        if matches!(state, State::Letter | State::MidLetter) && self.may_end_in_a_tone() {
            self.place_tone();
        }
        self.ends.push(self.to);
        self.joined[self.to] = b' ';
        self.to += 1;
        self.start = self.to;
    }
}

impl Writer<'_> {
    /// Returns true if the word may end as Vietnamese words do whose tone is moved: in `o` or `u` and a character of two or
    /// three bytes, or it is `quy` with such a character in it.
    #[inline]
    fn may_end_in_a_tone(&self) -> bool {
        let word = &self.joined[self.start..self.to];
        self.places_tones
            && matches!(
                word,
                [.., b'o' | b'u', 0xC3, _] | [.., b'o' | b'u', 0xE1, _, _] | [b'q' | b'Q', .., b'y']
            )
    }

    #[cold]
    fn place_tone(&mut self) {
        let word = std::str::from_utf8(&self.joined[self.start..self.to]);
        if let Some(placed) = word.ok().and_then(with_tone_placed) {
            self.to = self.start + placed.len();
            self.joined[self.start..self.to].copy_from_slice(placed.as_bytes());
        }
    }
}

/// How the word that is being read ends so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is no word.
    Gap,
    Letter,
    Hebrew,
    Digit,
    Katakana,
    Alone,
    LowLine,
    /// In low lines, and it holds nothing else yet.
    BareLowLines,
    /// In a character that belongs to the word if a letter follows.
    MidLetter,
    /// In a character that belongs to the word if a digit follows.
    MidDigit,
    /// In an apostrophe after a Hebrew letter, which belongs to the word in any case.
    HebrewApostrophe,
    /// In a double quote after a Hebrew letter, which belongs to the word if a Hebrew letter follows.
    HebrewQuote,
}

impl State {
    /// Returns the state after a character of a word.
    fn after(class: CharClass, is_word: bool) -> Self {
        match class {
            CharClass::Letter => State::Letter,
            CharClass::Hebrew => State::Hebrew,
            CharClass::Digit => State::Digit,
            CharClass::Katakana => State::Katakana,
            CharClass::LowLine if is_word => State::LowLine,
            CharClass::LowLine => State::BareLowLines,
            _ => State::Alone,
        }
    }

    /// Returns the classes of characters that leave the state as it is, however many follow.
    fn repeats(self) -> u32 {
        let marked = CharClass::Mark.bit();
        match self {
            State::Gap => CharClass::Break.bit(),
            State::Letter => marked | CharClass::Letter.bit(),
            State::Hebrew => marked | CharClass::Hebrew.bit(),
            State::Digit => marked | CharClass::Digit.bit(),
            State::Katakana => marked | CharClass::Katakana.bit(),
            State::Alone => marked,
            _ => 0,
        }
    }

    /// Returns true if a mark belongs to the word.
    fn takes_marks(self) -> bool {
        matches!(self, State::Letter | State::Hebrew | State::Digit | State::Katakana | State::Alone)
    }

    /// Returns true if a character of this class belongs to the same word (rules 5 to 13b).
    fn continues_with(self, class: CharClass) -> bool {
        let any_word = matches!(self, State::Letter | State::Hebrew | State::Digit);
        let low_lines = matches!(self, State::LowLine | State::BareLowLines);
        match class {
            CharClass::Letter => {
                any_word || low_lines || matches!(self, State::MidLetter | State::HebrewApostrophe)
            }
            CharClass::Hebrew => self == State::HebrewQuote || self.continues_with(CharClass::Letter),
            CharClass::Digit => any_word || low_lines || self == State::MidDigit,
            CharClass::Katakana => self == State::Katakana || low_lines,
            CharClass::LowLine => any_word || low_lines || self == State::Katakana,
            _ => false,
        }
    }

    /// Returns the state after a mark of punctuation that may stand in a word: the gap, if it ends the word.
    fn pending(self, class: CharClass) -> Self {
        match (self, class) {
            (State::Letter, CharClass::MidLetter | CharClass::Mid | CharClass::Apostrophe)
            | (State::Hebrew, CharClass::MidLetter | CharClass::Mid) => State::MidLetter,
            (State::Digit, CharClass::MidDigit | CharClass::Mid | CharClass::Apostrophe) => State::MidDigit,
            (State::Hebrew, CharClass::Apostrophe) => State::HebrewApostrophe,
            (State::Hebrew, CharClass::DoubleQuote) => State::HebrewQuote,
            _ => State::Gap,
        }
    }
}

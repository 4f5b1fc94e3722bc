//! The words of stretches that are not ASCII, by a look at each character and a state between each two.

use unicode_normalization::char::canonical_combining_class;

use super::Words;
use crate::text::alphabet::{self, Alphabet, Class, Entry};

impl Words {
    /// Read from the beginning of a stretch up to the next ASCII one, or up to one that takes more than a look at each
    /// character; how many bytes that is.
    #[inline(never)] // its loop has more registers so: 3 % for Chinese and Thai
    pub(super) fn read_letters(&mut self, alphabet: &Alphabet, text: &[u8], limit: u8) -> usize {
        let start = self.joined_len();
        let mut out = Writer { joined: &mut self.joined, ends: &mut self.ends, start, to: start };
        let mut state = State::Gap;
        let mut stays = state.stays();
        let mut end = 0; // of the word, if what follows does not go on with it
        let mut mark = (0, 0); // the last ordered mark, and where it ends
        let mut at = 0;
        let mut stretch = (0, out.ends.len()); // where it begins, and how many words stand before it
        loop {
            if at == text.len() {
                out.close(state, end);
                return at;
            }
            let Some((c, len)) = alphabet::first(&text[at..]) else { break };
            let entry = alphabet.get(c);
            at += len;
            if entry.is_in(stays) {
                out.put(entry);
                continue;
            }
            let class = entry.class();
            match class {
                Class::Unsettled => break,
                Class::Space => {
                    out.close(state, end);
                    state = State::Gap;
                    stretch = (at, out.ends.len());
                    if text.get(at).is_some_and(|&byte| byte < limit) {
                        return at;
                    }
                }
                Class::Dropped => {
                    if mark.1 == at - len {
                        mark.1 = at;
                    }
                }
                Class::Mark | Class::OrderedMark => {
                    if !state.takes_marks() {
                        break;
                    }
                    if class == Class::OrderedMark {
                        if mark.1 == at - len && !in_order(mark.0, c) {
                            break;
                        }
                        mark = (c, at);
                    }
                    out.put(entry);
                }
                Class::Am => {
                    if !state.takes_marks() {
                        break;
                    }
                    let [mark, letter] = alphabet.parts_of_am(c);
                    out.put(mark);
                    out.close(state, end);
                    out.put(letter);
                    state = State::Alone;
                }
                _ if state.goes_on_with(class) => {
                    out.put(entry);
                    state = State::after(class, state != State::Lines);
                }
                Class::Letter
                | Class::Hebrew
                | Class::Digit
                | Class::Katakana
                | Class::LowLine
                | Class::Alone => {
                    out.close(state, end);
                    out.put(entry);
                    state = State::after(class, false);
                }
                _ => {
                    if let Some(pending) = state.pending(class) {
                        end = out.to;
                        out.put(entry);
                        if pending == State::HebrewApostrophe {
                            end = out.to;
                        }
                        state = pending;
                    } else {
                        out.close(state, end);
                        state = State::Gap;
                    }
                }
            }
            stays = state.stays();
        }
        self.ends.truncate(stretch.1);
        stretch.0
    }
}

/// Whether the canonical order of two marks is that in which they stand.
fn in_order(first: u16, second: u16) -> bool {
    let class = |c| char::from_u32(u32::from(c)).map(canonical_combining_class);
    class(first) <= class(second)
}

/// Words as they are put out.
struct Writer<'w> {
    joined: &'w mut [u8],
    ends: &'w mut Vec<usize>,
    start: usize, // of the word
    to: usize,
}

impl Writer<'_> {
    #[inline]
    fn put(&mut self, entry: Entry) {
        self.joined[self.to..self.to + 4].copy_from_slice(&entry.bytes());
        self.to += entry.len();
    }

    /// End the word, if there is one.
    #[inline]
    fn close(&mut self, state: State, end: usize) {
        match state {
            State::Gap => return,
            State::Lines => {
                self.to = self.start;
                return;
            }
            State::MidLetter | State::MidDigit | State::HebrewApostrophe | State::HebrewQuote => {
                self.to = end;
            }
            _ => {}
        }
        self.ends.push(self.to);
        self.joined[self.to] = b' ';
        self.to += 1;
        self.start = self.to;
    }
}

/// How the word ends that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is none.
    Gap,
    Letter,
    Hebrew,
    Digit,
    Katakana,
    Alone,
    LowLine,
    /// In low lines, and there is nothing else in it yet.
    Lines,
    // In what only belongs to it if another letter comes, or digit, …
    MidLetter,
    MidDigit,
    /// … in what belongs to it in any case, …
    HebrewApostrophe,
    /// … in what only belongs to it if another Hebrew letter comes.
    HebrewQuote,
}

impl State {
    fn after(class: Class, is_word: bool) -> Self {
        match class {
            Class::Letter => State::Letter,
            Class::Hebrew => State::Hebrew,
            Class::Digit => State::Digit,
            Class::Katakana => State::Katakana,
            Class::LowLine if is_word => State::LowLine,
            Class::LowLine => State::Lines,
            _ => State::Alone,
        }
    }

    /// The classes of which any number is put out, and changes nothing.
    fn stays(self) -> u32 {
        let marked = Class::Mark.bit();
        match self {
            State::Gap => Class::Break.bit(),
            State::Letter => marked | Class::Letter.bit(),
            State::Hebrew => marked | Class::Hebrew.bit(),
            State::Digit => marked | Class::Digit.bit(),
            State::Katakana => marked | Class::Katakana.bit(),
            State::Alone => marked,
            _ => 0,
        }
    }

    fn takes_marks(self) -> bool {
        matches!(self, State::Letter | State::Hebrew | State::Digit | State::Katakana | State::Alone)
    }

    /// Whether a character of this class is of the same word (rules 5 to 13b).
    fn goes_on_with(self, class: Class) -> bool {
        let any_word = matches!(self, State::Letter | State::Hebrew | State::Digit);
        let lines = matches!(self, State::LowLine | State::Lines);
        match class {
            Class::Letter => any_word || lines || matches!(self, State::MidLetter | State::HebrewApostrophe),
            Class::Hebrew => self == State::HebrewQuote || self.goes_on_with(Class::Letter),
            Class::Digit => any_word || lines || self == State::MidDigit,
            Class::Katakana => self == State::Katakana || lines,
            Class::LowLine => any_word || lines || self == State::Katakana,
            _ => false,
        }
    }

    /// What comes of a mark of punctuation that may stand in a word.
    fn pending(self, class: Class) -> Option<Self> {
        match (self, class) {
            (State::Letter, Class::MidLetter | Class::Mid | Class::Apostrophe)
            | (State::Hebrew, Class::MidLetter | Class::Mid) => Some(State::MidLetter),
            (State::Digit, Class::MidDigit | Class::Mid | Class::Apostrophe) => Some(State::MidDigit),
            (State::Hebrew, Class::Apostrophe) => Some(State::HebrewApostrophe),
            (State::Hebrew, Class::DoubleQuote) => Some(State::HebrewQuote),
            _ => None,
        }
    }
}

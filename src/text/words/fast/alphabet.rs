//! What each character does to the words of a text, in tables that fill themselves.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use unicode_normalization::{IsNormalized, char::canonical_combining_class, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::alone::ThaiKinds;
use super::is_ascii_space;
use crate::text::normalizer::{Normalizer, Rule};
use crate::text::sequences::{composes_with_the_last, is_in_rare_sequence, is_watched, may_meet};
use crate::text::utf8;

/// How a character behaves at the boundaries of words: the classes of UAX #29 as far as the difference matters, and what
/// the rules of a [`Normalizer`] make of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CharClass {
    /// What it does depends on more than a look at it: it is read the plain way.
    Unsettled,
    /// Not in the normal form.
    Dropped,
    /// ASCII white space.
    Space,
    /// In no word.
    Break,
    /// A word of its own, with its marks: a letter of a script written without spaces.
    Alone,
    Letter,
    Hebrew,
    Digit,
    Katakana,
    LowLine,
    /// Belongs to the character before it.
    Mark,
    /// A mark that has a place among other marks, by its canonical combining class.
    OrderedMark,
    /// The Thai or Lao vowel sign am: a mark, then a letter that is [`CharClass::Alone`].
    Am,
    /// In a word between two letters.
    MidLetter,
    /// In a word between two digits.
    MidDigit,
    /// In a word between two letters or two digits.
    Mid,
    /// In a word between two letters or two digits, and after a Hebrew letter.
    Apostrophe,
    /// In a word between two Hebrew letters.
    DoubleQuote,
    // What may be part of a sequence that a rule changes, and is else of the class that its name ends in.
    WatchedDropped,
    WatchedLetter,
    WatchedAlone,
    WatchedMark,
    WatchedOrderedMark,
    WatchedMidLetter,
}

impl CharClass {
    const ALL: [CharClass; 24] = [
        CharClass::Unsettled,
        CharClass::Dropped,
        CharClass::Space,
        CharClass::Break,
        CharClass::Alone,
        CharClass::Letter,
        CharClass::Hebrew,
        CharClass::Digit,
        CharClass::Katakana,
        CharClass::LowLine,
        CharClass::Mark,
        CharClass::OrderedMark,
        CharClass::Am,
        CharClass::MidLetter,
        CharClass::MidDigit,
        CharClass::Mid,
        CharClass::Apostrophe,
        CharClass::DoubleQuote,
        CharClass::WatchedDropped,
        CharClass::WatchedLetter,
        CharClass::WatchedAlone,
        CharClass::WatchedMark,
        CharClass::WatchedOrderedMark,
        CharClass::WatchedMidLetter,
    ];

    /// The classes that begin a word, or go on with one.
    pub(crate) const IN_WORDS: u32 = CharClass::Letter.bit()
        | CharClass::Hebrew.bit()
        | CharClass::Digit.bit()
        | CharClass::Katakana.bit()
        | CharClass::LowLine.bit()
        | CharClass::Alone.bit();

    /// The classes of characters that may be part of a sequence.
    pub(crate) const WATCHED: u32 = !(CharClass::WatchedDropped.bit() - 1);

    /// Returns the class of a watched character where it is part of no sequence.
    pub(crate) const fn unwatched(self) -> Self {
        match self {
            CharClass::WatchedDropped => CharClass::Dropped,
            CharClass::WatchedLetter => CharClass::Letter,
            CharClass::WatchedAlone => CharClass::Alone,
            CharClass::WatchedMark => CharClass::Mark,
            CharClass::WatchedOrderedMark => CharClass::OrderedMark,
            CharClass::WatchedMidLetter => CharClass::MidLetter,
            class => class,
        }
    }

    /// Returns the class of a watched character of this class; `None` if there is none.
    fn watched(self) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.is_in(Self::WATCHED) && class.unwatched() == self)
    }

    /// Returns true if the class is in a set of classes.
    pub(crate) const fn is_in(self, classes: u32) -> bool {
        classes & self.bit() != 0
    }

    /// Returns the set of this class alone; sets have a bit for each class.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What is kept of a character (up to three bytes of UTF-8), and its class, in one number that is not 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry(u32);

const LEN_SHIFT: u32 = 24;
const CLASS_SHIFT: u32 = 26;
const KNOWN: u32 = 1 << 31;

impl Entry {
    fn new(kept: &str, class: CharClass) -> Self {
        let mut bytes = [0; 4];
        let mut len = 0;
        for (to, &byte) in bytes[..3].iter_mut().zip(kept.as_bytes()) {
            *to = byte;
            len += 1;
        }
        Self(KNOWN | (class as u32) << CLASS_SHIFT | len << LEN_SHIFT | u32::from_le_bytes(bytes))
    }

    /// Returns what is kept of the character: the first [`len`](Self::len) of these bytes.
    pub(crate) fn bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// Returns how many bytes are kept.
    pub(crate) fn len(self) -> usize {
        (self.0 >> LEN_SHIFT & 3) as usize
    }

    pub(crate) fn class(self) -> CharClass {
        CharClass::ALL[(self.0 >> CLASS_SHIFT & 31) as usize]
    }

    /// Returns the entry of a letter of three bytes that is kept as it is, and is a word of its own.
    #[inline]
    pub(super) const fn alone([first, second, third]: [u8; 3]) -> Self {
        let bytes = u32::from_le_bytes([first, second, third, 0]);
        Self(KNOWN | (CharClass::Alone as u32) << CLASS_SHIFT | 3 << LEN_SHIFT | bytes)
    }

    /// Returns true if a character is kept as it is.
    pub(super) fn keeps(self, c: u16) -> bool {
        self.only_char() == char::from_u32(c.into())
    }

    /// Returns what is kept, if it is one character.
    fn only_char(self) -> Option<char> {
        let bytes = self.bytes();
        let mut chars = std::str::from_utf8(&bytes[..self.len()]).ok()?.chars();
        let first = chars.next();
        first.filter(|_| chars.next().is_none())
    }

    /// Returns what a character beside it meets: `'\0'` in place of one that is in no sequence; `None` if that is not known.
    fn beside(self, part_of_am: char) -> Option<char> {
        match self.class() {
            CharClass::Unsettled | CharClass::Dropped | CharClass::WatchedDropped => None,
            CharClass::Space | CharClass::Break => Some('\0'),
            CharClass::Am => Some(part_of_am),
            _ => self.only_char(),
        }
    }

    /// Returns true if the class is in a set of classes.
    pub(crate) fn is_in(self, classes: u32) -> bool {
        classes >> (self.0 >> CLASS_SHIFT & 31) & 1 != 0
    }
}

/// What each character below U+10000 does under a set of rules.
///
/// An entry is made when its character is first seen, by what the normaliser and `unicode-segmentation` do with it, so that
/// the table cannot differ from them.
pub(crate) struct Alphabet {
    normalizer: Normalizer,
    entries: Box<[AtomicU32; 1 << 16]>,
    two_byte_tables: [OnceLock<TwoByteTable>; 32],
    thai_kinds: OnceLock<ThaiKinds>,
}

/// What the characters do whose UTF-8 has two bytes, the same first: by their second byte without its top bits.
pub(crate) struct TwoByteTable {
    /// A bit for each class below, and [`FIRST_BYTE_BITS`](Self::FIRST_BYTE_BITS).
    pub(crate) classes: [u8; 64],
    /// The second byte of the letters that are kept, 0 for other characters.
    pub(crate) seconds: [u8; 64],
}

impl TwoByteTable {
    /// The bits in which the first byte of a letter may change where it is kept. A letter of which other bits change, as from
    /// Ə to ə and from µ to μ, is not settled here.
    pub(crate) const FIRST_BYTE_BITS: u8 = 0b111;
    /// Of the letters, those that may take an apostrophe.
    pub(crate) const HEBREW: u32 = 3;
    /// In no word, unless between digits.
    pub(crate) const MID_DIGIT: u32 = 4;
    pub(crate) const DROPPED: u32 = 5;
    /// All of the other classes, and characters that are in no word.
    pub(crate) const SETTLED: u32 = 6;
    pub(crate) const LETTER: u32 = 7;

    fn new(alphabet: &Alphabet, byte: u8) -> Self {
        let mut table = Self { classes: [0; 64], seconds: [0; 64] };
        for place in 0..64 {
            let entry = alphabet.get(u16::from(byte & 0x1F) << 6 | place);
            let place = usize::from(place);
            let [first, second, ..] = entry.bytes();
            let changed = first ^ byte;
            let is_kept = entry.len() == 2 && changed & !Self::FIRST_BYTE_BITS == 0;
            let class = match entry.class() {
                // Hamza before alef: a block looks at what follows.
                CharClass::Letter | CharClass::WatchedLetter if is_kept => 1 << Self::LETTER,
                CharClass::Hebrew if is_kept => 1 << Self::LETTER | 1 << Self::HEBREW,
                CharClass::MidDigit => 1 << Self::MID_DIGIT,
                // A dagger alef is only part of a sequence where it follows no letter, and there a block leaves it.
                CharClass::Dropped | CharClass::WatchedDropped => 1 << Self::DROPPED,
                CharClass::Break => 0,
                _ => continue,
            };
            table.classes[place] = class | 1 << Self::SETTLED;
            if class & 1 << Self::LETTER != 0 {
                table.classes[place] |= changed;
                table.seconds[place] = second;
            }
        }
        table
    }
}

/// An alphabet that stays, in the list of those whose rules have the same hash.
struct Listed {
    alphabet: Alphabet,
    next: OnceLock<Box<Listed>>,
}

/// Lists of alphabets: a power of two.
const LIST_COUNT: usize = 256;

/// Returns true for a Thai tone between two Thai characters of which neither makes a sequence with it.
// Measured on Thai documentation: 8.5 % of the characters are tones, and 94 % of the tones stand so.
#[inline]
fn is_lone_tone(c: u16, before: &[u8], after: &[u8]) -> bool {
    let is_plain_before = matches!(before, [.., 0xE0, 0xB8, last] if !matches!(last, 0xB2 | 0xB3))
        || matches!(before, [.., 0xE0, 0xB9, last] if *last != 0x8D);
    let is_plain_after = matches!(after, [0xE0, 0xB8, next, ..] if !matches!(next, 0xB1 | 0xB4..=0xB7))
        || matches!(after, [0xE0, 0xB9, ..]);
    matches!(c, 0xE48..=0xE4B) && is_plain_before && is_plain_after
}

impl Alphabet {
    /// Returns the alphabet of a set of rules. It is made when the set is first used, and stays: 256 KiB for each set that a
    /// program uses.
    pub(crate) fn for_rules(normalizer: Normalizer) -> &'static Self {
        static LISTS: [OnceLock<Box<Listed>>; LIST_COUNT] = [const { OnceLock::new() }; LIST_COUNT];
        let hash = normalizer.bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - LIST_COUNT.ilog2());
        #[allow(clippy::cast_possible_truncation)] // below LIST_COUNT
        let mut place = &LISTS[hash as usize];
        loop {
            let make = || Box::new(Listed { alphabet: Self::new(normalizer), next: OnceLock::new() });
            let listed = place.get_or_init(make);
            if listed.alphabet.normalizer == normalizer {
                return &listed.alphabet;
            }
            place = &listed.next;
        }
    }

    pub(crate) fn new(normalizer: Normalizer) -> Self {
        let entries: Vec<AtomicU32> = (0..1 << 16).map(|_| AtomicU32::new(0)).collect();
        let entries = entries.try_into().expect("the vector was made with 2^16 entries");
        Self {
            normalizer,
            entries,
            two_byte_tables: [const { OnceLock::new() }; 32],
            thai_kinds: OnceLock::new(),
        }
    }

    /// Creates an alphabet in which every character has to be read the plain way.
    #[cfg(test)]
    pub(crate) fn unsettled(normalizer: Normalizer) -> Self {
        let alphabet = Self::new(normalizer);
        let unsettled = Entry::new("", CharClass::Unsettled);
        alphabet.entries.iter().for_each(|entry| entry.store(unsettled.0, Ordering::Relaxed));
        alphabet
    }

    pub(crate) fn normalizer(&self) -> Normalizer {
        self.normalizer
    }

    /// Returns the table of a first byte, if it is that of two bytes.
    #[inline]
    pub(crate) fn two_byte_table(&self, byte: u8) -> Option<&TwoByteTable> {
        (0xC0..0xE0).contains(&byte).then(|| {
            self.two_byte_tables[usize::from(byte & 0x1F)].get_or_init(|| TwoByteTable::new(self, byte))
        })
    }

    /// Returns what the Thai characters are in a run of letters.
    #[inline]
    pub(super) fn thai_kinds(&self) -> &ThaiKinds {
        self.thai_kinds.get_or_init(|| ThaiKinds::new(self))
    }

    /// Returns the entry of a character.
    #[inline]
    pub(crate) fn get(&self, c: u16) -> Entry {
        let entry = self.entries[usize::from(c)].load(Ordering::Relaxed);
        if entry == 0 { self.insert(c) } else { Entry(entry) }
    }

    #[cold]
    #[inline(never)]
    fn insert(&self, c: u16) -> Entry {
        let entry = char::from_u32(u32::from(c)).and_then(|c| self.watch(c, self.make_entry(c)?));
        let entry = entry.unwrap_or(Entry::new("", CharClass::Unsettled));
        self.entries[usize::from(c)].store(entry.0, Ordering::Relaxed);
        entry
    }

    /// Returns the mark and the letter that the vowel sign am is in the normal form.
    pub(crate) fn parts_of_am(&self, am: u16) -> [Entry; 2] {
        [am + 0x1A, am - 1].map(|part| self.get(part))
    }

    /// Returns the entry as that of a character that may be part of a sequence, if it may.
    fn watch(&self, c: char, entry: Entry) -> Option<Entry> {
        let kept = if entry.len() == 0 { c } else { entry.only_char().unwrap_or(c) };
        if !is_watched(self.normalizer, kept) {
            return Some(entry);
        }
        let bytes = entry.bytes();
        let kept = std::str::from_utf8(&bytes[..entry.len()]).ok()?;
        Some(Entry::new(kept, entry.class().watched()?))
    }

    /// Returns true if a watched character may be part of a sequence with those before and after it.
    #[inline]
    pub(crate) fn may_meet(&self, c: u16, entry: Entry, before: &[u8], after: &[u8]) -> bool {
        !is_lone_tone(c, before, after) && self.may_meet_beside(c, entry, before, after)
    }

    #[inline(never)]
    fn may_meet_beside(&self, c: u16, entry: Entry, before: &[u8], after: &[u8]) -> bool {
        let before = match before {
            [] => Some('\0'),
            _ => utf8::last_char(before).and_then(|c| self.get(c).beside('\u{e32}')),
        };
        let next = match after {
            [] => Some('\0'),
            _ => utf8::first_char(after).and_then(|(c, _)| self.get(c).beside('\u{e4d}')),
        };
        let kept = entry.only_char().or_else(|| char::from_u32(u32::from(c)));
        let (Some(kept), Some(before), Some(next)) = (kept, before, next) else { return true };
        may_meet(kept, before, next)
    }

    /// Returns what a character does wherever it stands; `None` if that depends on its neighbours.
    fn make_entry(&self, c: char) -> Option<Entry> {
        if is_ascii_space(c) {
            return Some(Entry::new("", CharClass::Space));
        }
        if is_in_rare_sequence(self.normalizer, c) {
            return None;
        }
        let has_am = self.normalizer.has(Rule::Compatibility) && !self.normalizer.has(Rule::LatinGreekMarks);
        if has_am && matches!(c, '\u{e33}' | '\u{eb3}') {
            return Some(Entry::new("", CharClass::Am));
        }
        // No mark composes with '!', and no rule changes it.
        let normal = self.normalizer.normalize(&format!("!{c}!")).into_owned();
        let kept = normal.strip_prefix('!')?.strip_suffix('!')?;
        let is_normal = |c| is_nfkc_quick(std::iter::once(c));
        let composes = is_normal(c) == IsNormalized::Maybe;
        if composes && !composes_with_the_last(c) || kept.len() > 3 {
            return None;
        }
        if kept.is_empty() {
            return Some(Entry::new("", CharClass::Dropped));
        }
        if kept.chars().all(char::is_whitespace) {
            // Unchanged, U+202F is no word boundary.
            return (kept != "\u{202f}").then_some(Entry::new("", CharClass::Break));
        }
        if !composes && !kept.chars().all(|c| is_normal(c) == IsNormalized::Yes) {
            return None;
        }
        let mut classes = kept.chars().map(class);
        let first = classes.next()??;
        let is_mark = matches!(first, CharClass::Mark | CharClass::OrderedMark);
        if is_mark && self.normalizer.has(Rule::LatinGreekMarks) {
            return None;
        }
        Some(match classes.collect::<Option<Vec<CharClass>>>()?.as_slice() {
            [] if first == CharClass::Break => Entry::new("", first),
            [] if !is_mark || kept.starts_with(c) => Entry::new(kept, first),
            rest if first == CharClass::Letter && rest.iter().all(|&class| class == CharClass::Letter) => {
                Entry::new(kept, first)
            }
            // Three dots, say: no two of them stand in a word.
            _ if !kept.contains(|c: char| c.is_alphanumeric() || c == '\'' || !c.is_ascii()) => {
                Entry::new("", CharClass::Break)
            }
            _ => return None,
        })
    }
}

/// Returns the class of a character of a normal form: that of the model character with the same word boundaries around it.
fn class(c: char) -> Option<CharClass> {
    static MODELS: OnceLock<[(CharClass, u64); 13]> = OnceLock::new();
    let models = MODELS.get_or_init(|| {
        [
            (CharClass::Break, '§'),
            (CharClass::Alone, '中'),
            (CharClass::Letter, 'a'),
            (CharClass::Hebrew, 'א'),
            (CharClass::Digit, '1'),
            (CharClass::Katakana, 'カ'),
            (CharClass::LowLine, '_'),
            (CharClass::Mark, '\u{301}'),
            (CharClass::MidLetter, ':'),
            (CharClass::MidDigit, ','),
            (CharClass::Mid, '.'),
            (CharClass::Apostrophe, '\''),
            (CharClass::DoubleQuote, '"'),
        ]
        .map(|(class, model)| (class, boundaries(model)))
    });
    let boundaries = boundaries(c);
    let &(class, _) = models.iter().find(|&&(class, model)| {
        // '§' and '中' have the same.
        model == boundaries && (class != CharClass::Break || !c.is_alphanumeric())
    })?;
    let combining = canonical_combining_class(c);
    let in_words =
        [CharClass::Alone, CharClass::Letter, CharClass::Hebrew, CharClass::Digit, CharClass::Katakana];
    let expected = match class {
        CharClass::Mark => return Some(if combining == 0 { class } else { CharClass::OrderedMark }),
        CharClass::LowLine => c == '_',
        _ => in_words.contains(&class) == c.is_alphanumeric(),
    };
    (expected && combining == 0).then_some(class)
}

/// Returns whether there is a word boundary before and after a character, beside others of every class: two bits for each.
fn boundaries(c: char) -> u64 {
    const BESIDE: [(&str, &str); 17] = [
        ("a", "a"),
        ("א", "א"),
        ("1", "1"),
        ("カ", "カ"),
        ("_", "_"),
        ("中", "中"),
        ("§", "🅰"),
        ("א", "§"),
        ("a.", ".a"),
        ("1.", ".1"),
        ("1,", ",1"),
        ("a:", ":a"),
        ("א\"", "\"א"),
        ("א'", "'"),
        ("🇦", "🇦"),
        ("a\u{301}", "\u{301}a"),
        (" ", " "),
    ];
    let mut places = [0; 2];
    let twice = (c.to_string(), String::new());
    let beside = BESIDE.map(|(before, after)| (before.to_owned(), after.to_owned()));
    beside.iter().chain([&twice]).fold(0, |found, (before, after)| {
        places = [before.len(), before.len() + c.len_utf8()];
        let text = format!("{before}{c}{after}");
        let starts: Vec<usize> = text.split_word_bound_indices().map(|(at, _)| at).collect();
        places.iter().fold(found, |found, place| found << 1 | u64::from(starts.contains(place)))
    })
}

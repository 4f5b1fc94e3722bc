//! What a character does to the words of a text, looked up.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use unicode_normalization::{IsNormalized, char::canonical_combining_class, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::normalize::{Normalizer, Rule};

/// The classes of UAX #29 as far as they are told apart, and what the rules of a [`Normalizer`] make of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// It takes more than a look at this character.
    Unsettled,
    /// Gone from the normal form.
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
    /// Belongs to what stands before it.
    Mark,
    /// The same, and has a place among other marks.
    OrderedMark,
    /// The Thai or Lao vowel sign am: a mark, then a letter that is [`Class::Alone`].
    Am,
    // In a word between two letters, two digits, either …
    MidLetter,
    MidDigit,
    Mid,
    /// … either, and after a Hebrew letter …
    Apostrophe,
    /// … two Hebrew letters.
    DoubleQuote,
}

impl Class {
    const ALL: [Class; 18] = [
        Class::Unsettled,
        Class::Dropped,
        Class::Space,
        Class::Break,
        Class::Alone,
        Class::Letter,
        Class::Hebrew,
        Class::Digit,
        Class::Katakana,
        Class::LowLine,
        Class::Mark,
        Class::OrderedMark,
        Class::Am,
        Class::MidLetter,
        Class::MidDigit,
        Class::Mid,
        Class::Apostrophe,
        Class::DoubleQuote,
    ];

    /// A set of classes, a bit each.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What is kept of a character (up to three bytes of UTF-8), and its class, in one number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry(u32);

const LEN: u32 = 24;
const CLASS: u32 = 26;
const KNOWN: u32 = 1 << 31;

impl Entry {
    fn new(kept: &str, class: Class) -> Self {
        let mut bytes = [0; 4];
        let mut len = 0;
        for (to, &byte) in bytes[..3].iter_mut().zip(kept.as_bytes()) {
            *to = byte;
            len += 1;
        }
        Self(KNOWN | (class as u32) << CLASS | len << LEN | u32::from_le_bytes(bytes))
    }

    /// What is kept of the character, with a byte to be overwritten …
    pub(crate) fn bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// … after so many.
    pub(crate) fn len(self) -> usize {
        (self.0 >> LEN & 3) as usize
    }

    pub(crate) fn class(self) -> Class {
        Class::ALL[(self.0 >> CLASS & 31) as usize]
    }

    pub(crate) fn is_in(self, classes: u32) -> bool {
        classes >> (self.0 >> CLASS & 31) & 1 != 0
    }
}

/// What each character below U+10000 does under a set of rules. Found out when it is first seen, by asking the
/// normaliser and `unicode-segmentation`, so that it cannot differ from what they do.
pub(crate) struct Alphabet {
    normalizer: Normalizer,
    entries: Box<[AtomicU32; 1 << 16]>,
    leads: [OnceLock<Lead>; 32],
}

/// What the characters do whose UTF-8 has two bytes, the same first: by their second byte without its top bits.
pub(crate) struct Lead {
    /// A bit for each class below, and [`FIRST`](Self::FIRST).
    pub(crate) classes: [u8; 64],
    /// The second byte of the letters that are kept, 0 for others.
    pub(crate) seconds: [u8; 64],
}

impl Lead {
    /// The bits in which the first byte of a letter that is kept is another. Where it takes more bits, as from Ə to ə
    /// and from µ to μ, it takes more than a look.
    pub(crate) const FIRST: u8 = 0b111;
    /// Of the letters, those that may take an apostrophe.
    pub(crate) const HEBREW: u32 = 3;
    /// In no word, unless between digits.
    pub(crate) const MID_DIGIT: u32 = 4;
    pub(crate) const DROPPED: u32 = 5;
    /// All of these, and what is in no word.
    pub(crate) const SETTLED: u32 = 6;
    pub(crate) const LETTER: u32 = 7;

    fn new(alphabet: &Alphabet, byte: u8) -> Self {
        let mut lead = Self { classes: [0; 64], seconds: [0; 64] };
        for place in 0..64 {
            let entry = alphabet.get(u16::from(byte & 0x1F) << 6 | place);
            let place = usize::from(place);
            let [first, second, ..] = entry.bytes();
            let moved = first ^ byte;
            let is_kept = entry.len() == 2 && moved & !Self::FIRST == 0;
            let class = match entry.class() {
                Class::Letter if is_kept => 1 << Self::LETTER,
                Class::Hebrew if is_kept => 1 << Self::LETTER | 1 << Self::HEBREW,
                Class::MidDigit => 1 << Self::MID_DIGIT,
                Class::Dropped => 1 << Self::DROPPED,
                Class::Break => 0,
                _ => continue,
            };
            lead.classes[place] = class | 1 << Self::SETTLED;
            if class & 1 << Self::LETTER != 0 {
                lead.classes[place] |= moved;
                lead.seconds[place] = second;
            }
        }
        lead
    }
}

/// Sets of rules that have an alphabet, of 256 KiB each: those that are first used.
const MOST: usize = 16;

impl Alphabet {
    /// The alphabet of a set of rules, if there is room for one.
    pub(crate) fn of(normalizer: Normalizer) -> Option<&'static Self> {
        static ALPHABETS: [OnceLock<Box<Alphabet>>; MOST] = [const { OnceLock::new() }; MOST];
        let mut alphabets = ALPHABETS.iter().map(|place| place.get_or_init(|| Self::new(normalizer)));
        alphabets.find(|alphabet| alphabet.normalizer == normalizer).map(Box::as_ref)
    }

    pub(crate) fn new(normalizer: Normalizer) -> Box<Self> {
        let entries: Vec<AtomicU32> = (0..1 << 16).map(|_| AtomicU32::new(0)).collect();
        let entries = entries.try_into().expect("there are so many");
        Box::new(Self { normalizer, entries, leads: [const { OnceLock::new() }; 32] })
    }

    /// What a first byte leads to, if to one more byte.
    #[inline]
    pub(crate) fn lead(&self, byte: u8) -> Option<&Lead> {
        (0xC0..0xE0)
            .contains(&byte)
            .then(|| self.leads[usize::from(byte & 0x1F)].get_or_init(|| Lead::new(self, byte)))
    }

    #[inline]
    pub(crate) fn get(&self, c: u16) -> Entry {
        let entry = self.entries[usize::from(c)].load(Ordering::Relaxed);
        if entry == 0 { self.find(c) } else { Entry(entry) }
    }

    #[cold]
    #[inline(never)]
    fn find(&self, c: u16) -> Entry {
        let entry = char::from_u32(u32::from(c)).and_then(|c| self.entry(c));
        let entry = entry.unwrap_or(Entry::new("", Class::Unsettled));
        self.entries[usize::from(c)].store(entry.0, Ordering::Relaxed);
        entry
    }

    /// The mark and the letter of the vowel sign am, in the normal form.
    pub(crate) fn parts_of_am(&self, am: u16) -> [Entry; 2] {
        [am + 0x1A, am - 1].map(|part| self.get(part))
    }

    /// What a character does wherever it stands; `None` if that depends on its neighbours.
    fn entry(&self, c: char) -> Option<Entry> {
        if is_ascii_space(c) {
            return Some(Entry::new("", Class::Space));
        }
        let has_am = self.normalizer.has(Rule::Compatibility) && !self.normalizer.has(Rule::LatinGreekMarks);
        if has_am && matches!(c, '\u{e33}' | '\u{eb3}') {
            return Some(Entry::new("", Class::Am));
        }
        // No mark composes with '!', and no rule speaks of it.
        let normal = self.normalizer.normalize(&format!("!{c}!")).into_owned();
        let kept = normal.strip_prefix('!')?.strip_suffix('!')?;
        if is_nfkc_quick(std::iter::once(c)) == IsNormalized::Maybe || kept.len() > 3 {
            return None;
        }
        if kept.is_empty() {
            return Some(Entry::new("", Class::Dropped));
        }
        if kept.chars().all(char::is_whitespace) {
            // As it stands, U+202F parts no words.
            return (kept != "\u{202f}").then_some(Entry::new("", Class::Break));
        }
        let settled = |c| is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
        if !kept.chars().all(settled) {
            return None;
        }
        let mut classes = kept.chars().map(class);
        let first = classes.next()??;
        let is_mark = matches!(first, Class::Mark | Class::OrderedMark);
        if is_mark && self.normalizer.has(Rule::LatinGreekMarks) {
            return None;
        }
        Some(match classes.collect::<Option<Vec<Class>>>()?.as_slice() {
            [] if first == Class::Break => Entry::new("", first),
            [] if !is_mark || kept.starts_with(c) => Entry::new(kept, first),
            rest if first == Class::Letter && rest.iter().all(|&class| class == Class::Letter) => {
                Entry::new(kept, first)
            }
            // Three dots, say: no two of them stand in a word.
            _ if !kept.contains(|c: char| c.is_alphanumeric() || c == '\'' || !c.is_ascii()) => {
                Entry::new("", Class::Break)
            }
            _ => return None,
        })
    }
}

/// The first character of a text in UTF-8, and how many bytes it has; `None` if it is beyond U+FFFF, or there is none.
#[inline]
pub(crate) fn first(text: &[u8]) -> Option<(u16, usize)> {
    match *text {
        [a, ..] if a < 0x80 => Some((u16::from(a), 1)),
        [a, b, ..] if a < 0xE0 => Some((u16::from(a & 0x1F) << 6 | u16::from(b & 0x3F), 2)),
        [a, b, c, ..] if a < 0xF0 => {
            Some((u16::from(a) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F), 3))
        }
        _ => None,
    }
}

/// The white space at which a text can be cut: nothing composes across it, and no word spans it.
pub(crate) fn is_ascii_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

/// The class of a character of a normal form: that of the model which parts words as it does.
fn class(c: char) -> Option<Class> {
    static MODELS: OnceLock<[(Class, u64); 13]> = OnceLock::new();
    let models = MODELS.get_or_init(|| {
        [
            (Class::Break, '§'),
            (Class::Alone, '中'),
            (Class::Letter, 'a'),
            (Class::Hebrew, 'א'),
            (Class::Digit, '1'),
            (Class::Katakana, 'カ'),
            (Class::LowLine, '_'),
            (Class::Mark, '\u{301}'),
            (Class::MidLetter, ':'),
            (Class::MidDigit, ','),
            (Class::Mid, '.'),
            (Class::Apostrophe, '\''),
            (Class::DoubleQuote, '"'),
        ]
        .map(|(class, model)| (class, parts(model)))
    });
    let parts = parts(c);
    let &(class, _) = models.iter().find(|&&(class, model)| {
        // '§' and '中' part words in the same way.
        model == parts && (class != Class::Break || !c.is_alphanumeric())
    })?;
    let combining = canonical_combining_class(c);
    let in_words = [Class::Alone, Class::Letter, Class::Hebrew, Class::Digit, Class::Katakana];
    let expected = match class {
        Class::Mark => return Some(if combining == 0 { class } else { Class::OrderedMark }),
        Class::LowLine => c == '_',
        _ => in_words.contains(&class) == c.is_alphanumeric(),
    };
    (expected && combining == 0).then_some(class)
}

/// Whether words are parted before and after a character, beside others of every class; two bits for each place.
fn parts(c: char) -> u64 {
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
    beside.iter().chain([&twice]).fold(0, |parts, (before, after)| {
        places = [before.len(), before.len() + c.len_utf8()];
        let text = format!("{before}{c}{after}");
        let starts: Vec<usize> = text.split_word_bound_indices().map(|(at, _)| at).collect();
        places.iter().fold(parts, |parts, place| parts << 1 | u64::from(starts.contains(place)))
    })
}

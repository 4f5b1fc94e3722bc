//! The form in which paragraphs are compared. The text that is shown is never touched.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_script::{Script, UnicodeScript};

use crate::error::Error;
use crate::option_names::named;

/// Raised when a rule changes what it does to any text.
pub(crate) const VERSION: u32 = 1;

/// The Unicode versions of the tables behind the rules.
pub(crate) const UNICODE_VERSIONS: [(u64, u64, u64); 3] = {
    let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
    [
        (major as u64, minor as u64, update as u64),
        unicode_case_mapping::UNICODE_VERSION,
        unicode_script::UNICODE_VERSION,
    ]
};

/// A difference between two texts that does not count.
///
/// Each rule can be switched on its own, with [`Normalizer::with`] and [`Normalizer::without`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// NFKC (UAX #15): composed or decomposed accents, ligatures (`ﬁ`), full and half width, Arabic presentation
    /// forms (`ﻻ`), no-break spaces. The same text looks the same and differs only in how it was typed or
    /// converted. Presentation forms of an Arabic vowel mark on a space give the mark alone, since the space
    /// would cut the word that they stand in.
    Compatibility,
    /// Simple case folding (the C and S rows of `CaseFolding.txt`), the same in every locale: `İ` and `ı` stay
    /// apart from `i`, final `ς` is `σ`, `ß` stays one letter. Headlines in capitals are the commonest copy.
    Case,
    /// Characters that show nothing: soft hyphen, zero-width joiner and non-joiner, bidi marks, embeddings and
    /// isolates, word joiner, byte order mark, variation selectors. Editors and web pages add and drop them
    /// unseen, and they would split or change a word.
    Ignorables,
    /// Runs of white space count as one space and none at the ends; so hard-wrapped text equals its unwrapped
    /// copy. U+200B (zero width space) is such a space: it stands between words.
    WhiteSpace,
    /// Decimal digits of any script are `0` to `9`, and the Arabic comma and separators in and between numbers
    /// are `,` and `.`: `٢٠٢٤` is `2024`.
    Digits,
    /// Curly apostrophes, the letter apostrophe (U+02BC) and Hebrew geresh are `'`, gershayim `"`: word
    /// processors turn one into the other.
    Apostrophes,
    /// Arabic tatweel (U+0640) out: it stretches a line and has no sound.
    Tatweel,
    /// Arabic vowel and recitation marks out (U+064B–065F, U+0670, U+06D6–06ED, U+08D3–08FF): the same text is
    /// printed with all, some or none of them. Among them hamza above as a mark of its own, so `ۀ` is `ه`.
    Harakat,
    /// The alefs with hamza, madda or wasla (أ إ آ ٱ) are bare ا: typists leave them out.
    Alef,
    /// Alef maqsura ى and Farsi yeh ی are ي: keyboards of Egypt, Iran and the Levant differ in them.
    Yeh,
    /// Teh marbuta ة is ه: the dots are left off at the end of a word.
    TehMarbuta,
    /// Keheh ک is ك: the same letter from a Persian or Urdu keyboard.
    Kaf,
    /// The seats of hamza ؤ and ئ are و and ي. Off by default, since it makes different words equal.
    HamzaSeats,
    /// Hebrew points and cantillation marks out (U+0591–05BD, U+05BF, U+05C1–05C2, U+05C4–05C5, U+05C7): the
    /// same text is printed with and without them.
    Niqqud,
    /// Combining marks of Latin and Greek letters out: `é` is `e`, `ά` is `α`. Off by default, since they tell
    /// words apart (`pêche`, `péché`).
    LatinGreekMarks,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 15] = [
        Rule::Compatibility,
        Rule::Case,
        Rule::Ignorables,
        Rule::WhiteSpace,
        Rule::Digits,
        Rule::Apostrophes,
        Rule::Tatweel,
        Rule::Harakat,
        Rule::Alef,
        Rule::Yeh,
        Rule::TehMarbuta,
        Rule::Kaf,
        Rule::HamzaSeats,
        Rule::Niqqud,
        Rule::LatinGreekMarks,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

named!("rule", Rule {
    Compatibility => "compatibility",
    Case => "case",
    Ignorables => "ignorables",
    WhiteSpace => "white-space",
    Digits => "digits",
    Apostrophes => "apostrophes",
    Tatweel => "tatweel",
    Harakat => "harakat",
    Alef => "alef",
    Yeh => "yeh",
    TehMarbuta => "teh-marbuta",
    Kaf => "kaf",
    HamzaSeats => "hamza-seats",
    Niqqud => "niqqud",
    LatinGreekMarks => "latin-greek-marks",
});

/// Writes the names of the rules with a comma between each two, or `none`.
impl fmt::Display for Normalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = Rule::ALL.into_iter().filter(|&rule| self.has(rule));
        let names: Vec<String> = rules.map(|rule| rule.to_string()).collect();
        f.pad(if names.is_empty() { NO_RULES.to_owned() } else { names.join(",") }.as_str())
    }
}

/// Reads what `Display` writes, and the names in any order.
impl FromStr for Normalizer {
    type Err = Error;

    fn from_str(names: &str) -> Result<Self, Error> {
        let rules = names.split(',').filter(|_| names != NO_RULES);
        rules.map(str::parse::<Rule>).try_fold(Self::NONE, |rules, rule| Ok(rules.with(rule?)))
    }
}

/// The name of the set without rules.
const NO_RULES: &str = "none";

/// Which differences between texts do not count: a set of [`Rule`]s.
///
/// The default has every rule but [`Rule::HamzaSeats`] and [`Rule::LatinGreekMarks`]. It is made for matching
/// copies: what it overlooks is how a text was typed or set, not what it says; in Arabic it follows how people
/// spell, at the price of a few words that become equal.
///
/// ```
/// use dittograph::{Normalizer, Rule};
///
/// let normalizer = Normalizer::new();
/// assert_eq!(normalizer.normalize("الكِتـــابُ  الأوّل ٢٠٢٤"), "الكتاب الاول 2024");
/// assert_eq!(normalizer.normalize("ﬁne \u{ad}CAFE\u{301}"), "fine café");
/// assert_eq!(normalizer.without(Rule::Case).normalize("Istanbul"), "Istanbul");
/// assert_eq!(normalizer.with(Rule::LatinGreekMarks).normalize("Café"), "cafe");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Normalizer {
    rules: u16,
}

impl Normalizer {
    /// No rule: the raw text is compared.
    pub const NONE: Normalizer = Normalizer { rules: 0 };

    /// The default set of rules.
    #[must_use]
    pub const fn new() -> Self {
        let all = (1 << Rule::ALL.len()) - 1;
        Self { rules: all }.without(Rule::HamzaSeats).without(Rule::LatinGreekMarks)
    }

    /// The same rules and this one.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self { rules: self.rules | rule.bit() }
    }

    /// The same rules without this one.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        Self { rules: self.rules & !rule.bit() }
    }

    /// Whether the rule is in the set.
    #[must_use]
    pub const fn has(self, rule: Rule) -> bool {
        self.rules & rule.bit() != 0
    }

    /// The rules as bits, in the order of [`Rule::ALL`] from the lowest.
    pub(crate) fn bits(self) -> u16 {
        self.rules
    }

    /// The rules that have these bits; `None` if one has none.
    pub(crate) fn of_bits(bits: u16) -> Option<Self> {
        (bits >> Rule::ALL.len() == 0).then_some(Self { rules: bits })
    }

    /// The normal form of a text; borrowed when it is the text itself. A normal form is its own normal form.
    ///
    /// ```
    /// # use std::borrow::Cow;
    /// let normalizer = dittograph::Normalizer::new();
    /// assert!(matches!(normalizer.normalize("nothing to change here"), Cow::Borrowed(_)));
    /// ```
    #[must_use]
    pub fn normalize(self, text: &str) -> Cow<'_, str> {
        let mut normal = Cow::Borrowed(text);
        let mut composes = self.composes(text);
        loop {
            let next = if composes { self.compose_and_fold(&normal) } else { self.fold(&normal) };
            let Some(next) = next else { return normal };
            // Where a mark or an invisible character goes, its neighbours may compose, and what they give may
            // fold: then once more. Each time leaves less to do.
            composes = self.composes(&next);
            normal = Cow::Owned(next);
            if !composes {
                return normal;
            }
        }
    }

    /// Whether NFKC may change the text.
    fn composes(self, text: &str) -> bool {
        self.has(Rule::Compatibility)
            && !text.is_ascii()
            && is_nfkc_quick(text.chars().filter(|&c| !is_settled(c))) != IsNormalized::Yes
    }

    /// NFKC and the other rules, applied once; `None` if they change nothing.
    fn compose_and_fold(self, text: &str) -> Option<String> {
        // An invisible character must not keep a letter from its accent.
        let ignored =
            |c: &char| self.has(Rule::Ignorables) && matches!(effect(*c), Some((Rule::Ignorables, _)));
        // Nor must the wrong yeh be kept from the hamza that it carries.
        let yeh = |c| if self.has(Rule::Yeh) && matches!(c, '\u{649}' | '\u{6cc}') { '\u{64a}' } else { c };
        let seen = text.chars().filter(|c| !ignored(c)).map(yeh);
        let composed: String = seen.flat_map(without_spacing).nfkc().collect();
        self.fold(&composed).or_else(|| (composed != text).then_some(composed))
    }

    /// The rules that look at one character at a time.
    fn fold(self, text: &str) -> Option<String> {
        let mut out = Rewrite::new(text);
        let spaces = self.has(Rule::WhiteSpace);
        let mut wants_space = false; // white space since the last character that was kept, if there was one
        let mut bare = false; // the last letter is Latin or Greek, and its marks go
        let mut seat = false; // the last letter lost its hamza or madda; another would only make the same letter again
        for (at, c) in text.char_indices() {
            if spaces && (c.is_whitespace() || c == '\u{200b}') {
                // The first space of a run is kept where it stands, so that plain text stays borrowed.
                if !wants_space && !out.is_empty() {
                    wants_space = true;
                    out.put(at, ' ');
                }
                bare = false;
                continue;
            }
            let is_hamza = matches!(c, '\u{653}'..='\u{655}');
            if seat && is_hamza && self.has(Rule::Compatibility) {
                continue;
            }
            let Some(mut kept) = self.one(c) else { continue };
            if !unicode_normalization::char::is_combining_mark(c) {
                seat = kept != c && matches!(effect(c), Some((Rule::Alef | Rule::HamzaSeats, _)));
            }
            if self.has(Rule::LatinGreekMarks) {
                if bare && unicode_normalization::char::is_combining_mark(c) {
                    continue;
                }
                let letter = base_letter(kept);
                bare = matches!(letter.script(), Script::Latin | Script::Greek);
                if bare {
                    kept = self.one(letter).unwrap_or(letter);
                }
            }
            wants_space = false;
            out.put(at, kept);
        }
        if wants_space {
            out.pop_space();
        }
        out.finish()
    }

    /// What is kept of one character.
    fn one(self, c: char) -> Option<char> {
        match effect(c) {
            Some((rule, kept)) if self.has(rule) => kept,
            _ => Some(c),
        }
    }
}

impl Default for Normalizer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Normalizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(Rule::ALL.iter().filter(|&&rule| self.has(rule))).finish()
    }
}

/// A text that is written anew from the first character that changes, and not at all if none does.
struct Rewrite<'t> {
    text: &'t str,
    same: usize, // bytes of the text that are kept as they are, while `new` is none
    new: Option<String>,
}

impl<'t> Rewrite<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, same: 0, new: None }
    }

    fn is_empty(&self) -> bool {
        self.new.as_ref().map_or(self.same == 0, String::is_empty)
    }

    /// Keep `c` for the character that stands at `at`.
    fn put(&mut self, at: usize, c: char) {
        if self.new.is_none() && at == self.same && self.text[at..].starts_with(c) {
            self.same += c.len_utf8();
        } else {
            self.rewritten().push(c);
        }
    }

    /// Take back the space that was put last.
    fn pop_space(&mut self) {
        match &mut self.new {
            Some(new) => _ = new.pop(),
            None => self.same -= 1,
        }
    }

    fn rewritten(&mut self) -> &mut String {
        let (text, same) = (self.text, self.same);
        self.new.get_or_insert_with(|| {
            let mut new = String::with_capacity(text.len());
            new.push_str(&text[..same]);
            new
        })
    }

    fn finish(self) -> Option<String> {
        if self.new.is_none() && self.same < self.text.len() {
            return Some(self.text[..self.same].to_owned());
        }
        self.new
    }
}

/// The rule that speaks of a character, and what it puts in its place (`None`: nothing).
fn effect(c: char) -> Option<(Rule, Option<char>)> {
    let effect = match c {
        'A'..='Z' => (Rule::Case, Some(c.to_ascii_lowercase())),
        '\0'..='\x7f' => return None,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200c}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0100}'..='\u{e01ef}' => (Rule::Ignorables, None),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{5f3}' => (Rule::Apostrophes, Some('\'')),
        '\u{5f4}' => (Rule::Apostrophes, Some('"')),
        '\u{640}' => (Rule::Tatweel, None),
        '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}' => {
            (Rule::Harakat, None)
        }
        // Persian and Urdu letters that carry a hamza above, where it is a mark of its own after other letters.
        '\u{6c0}' => (Rule::Harakat, Some('\u{647}')),
        '\u{6c2}' => (Rule::Harakat, Some('\u{6c1}')),
        '\u{6d3}' => (Rule::Harakat, Some('\u{6d2}')),
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{671}' => (Rule::Alef, Some('\u{627}')),
        '\u{649}' | '\u{6cc}' => (Rule::Yeh, Some('\u{64a}')),
        '\u{629}' => (Rule::TehMarbuta, Some('\u{647}')),
        '\u{6a9}' => (Rule::Kaf, Some('\u{643}')),
        '\u{624}' => (Rule::HamzaSeats, Some('\u{648}')),
        '\u{626}' => (Rule::HamzaSeats, Some('\u{64a}')),
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' => {
            (Rule::Niqqud, None)
        }
        '\u{60c}' | '\u{66c}' => (Rule::Digits, Some(',')),
        '\u{66b}' => (Rule::Digits, Some('.')),
        _ => {
            if let Some(digit) = decimal(c) {
                (Rule::Digits, Some(digit))
            } else {
                let folded = unicode_case_mapping::case_folded(c)?;
                (Rule::Case, Some(char::from_u32(folded.get())?))
            }
        }
    };
    Some(effect)
}

/// Common letters that NFKC neither changes nor composes with what stands before them; the table of
/// `is_nfkc_quick` takes ten times as long to say so.
fn is_settled(c: char) -> bool {
    matches!(c, '\0'..='\u{9f}' | '\u{c0}'..='\u{ff}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3ce}'
        | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{5d0}'..='\u{5ea}' | '\u{621}'..='\u{64a}'
        | '\u{e01}'..='\u{e30}' | '\u{2018}'..='\u{201e}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// A Latin or Greek letter without its marks: the first character of its canonical decomposition.
fn base_letter(c: char) -> char {
    let mut base = None;
    unicode_normalization::char::decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.unwrap_or(c)
}

/// NFKC gives a space before the mark for the isolated and tatweel forms of Arabic marks (U+FC5E–FC63,
/// U+FE70–FE7F); they stand inside words, so the space goes before it can cut one.
fn without_spacing(c: char) -> impl Iterator<Item = char> {
    let mark = matches!(c, '\u{fc5e}'..='\u{fc63}' | '\u{fe70}'..='\u{fe7f}');
    let mut parts = ['\0'; 3];
    let mut count = 0;
    if mark {
        unicode_normalization::char::decompose_compatible(c, |part| {
            if part != ' ' {
                parts[count] = part;
                count += 1;
            }
        });
    } else {
        parts[0] = c;
        count = 1;
    }
    parts.into_iter().take(count)
}

/// The ASCII digit of a decimal digit (general category Nd) of any script.
fn decimal(c: char) -> Option<char> {
    if c < ZEROS[0] {
        return None;
    }
    let after = ZEROS.partition_point(|&zero| zero <= c);
    let zero = *ZEROS.get(after.checked_sub(1)?)?;
    char::from_digit(c as u32 - zero as u32, 10)
}

/// The zeros of all scripts but ASCII; the nine characters after each are its other digits.
#[rustfmt::skip]
const ZEROS: [char; 75] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}',
    '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}',
    '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}',
    '\u{abf0}', '\u{ff10}', '\u{104a0}', '\u{10d30}', '\u{10d40}', '\u{11066}', '\u{110f0}', '\u{11136}',
    '\u{111d0}', '\u{112f0}', '\u{11450}', '\u{114d0}', '\u{11650}', '\u{116c0}', '\u{116d0}', '\u{116da}',
    '\u{11730}', '\u{118e0}', '\u{11950}', '\u{11bf0}', '\u{11c50}', '\u{11d50}', '\u{11da0}', '\u{11f50}',
    '\u{16130}', '\u{16a60}', '\u{16ac0}', '\u{16b50}', '\u{16d70}', '\u{1ccf0}', '\u{1d7ce}', '\u{1d7d8}',
    '\u{1d7e2}', '\u{1d7ec}', '\u{1d7f6}', '\u{1e140}', '\u{1e2f0}', '\u{1e4f0}', '\u{1e5f1}', '\u{1e950}',
    '\u{1fbf0}',
];

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_settled_is_in_nfkc_whatever_stands_beside_it() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|&c| super::is_settled(c)) {
            assert_eq!(super::is_nfkc_quick([c].into_iter()), super::IsNormalized::Yes, "{c:?}");
            assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{c:?}");
        }
    }
}

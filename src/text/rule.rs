//! The rules of normalisation, and what each does to single characters.

use crate::option_names::string_enum;

/// A difference between two texts that does not count.
///
/// Each rule can be switched on its own, with [`Normalizer::with`] and [`Normalizer::without`]. Its name, as `Display` writes
/// it and `FromStr` reads it, is that of the variant in small letters with hyphens.
///
/// ```
/// use dittograph::{Normalizer, Rule};
///
/// assert_eq!(Rule::TehMarbuta.to_string(), "teh-marbuta");
/// let rule: Rule = "hamza-seats".parse()?;
/// assert!(!Normalizer::new().has(rule));
/// # Ok::<(), dittograph::Error>(())
/// ```
///
/// [`Normalizer::with`]: crate::Normalizer::with
/// [`Normalizer::without`]: crate::Normalizer::without
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Brings the text into NFKC (UAX #15): composed and decomposed accents, ligatures (`ﬁ`), full and half width, Arabic
    /// presentation forms (`ﻻ`) and no-break spaces become one. Such texts look the same, and differ only in how they were
    /// typed or converted.
    ///
    /// A presentation form of an Arabic vowel mark on a space gives the mark alone, since the space would cut the word
    /// that it stands in.
    Compatibility,
    /// Folds case, by the simple folding of Unicode (the C and S rows of `CaseFolding.txt`), the same in every locale: `İ`
    /// and `ı` stay apart from `i`, final `ς` is `σ`, `ß` stays one letter. Headlines in capitals are the commonest copy.
    Case,
    /// Removes characters that show nothing: soft hyphen, zero-width joiner and non-joiner, bidi marks, embeddings and
    /// isolates, word joiner, byte order mark, variation selectors. Editors and web pages add and drop them unseen, and
    /// they would split or change a word.
    Ignorables,
    /// Makes one space of each run of white space, and none of those at the ends; so hard-wrapped text equals its unwrapped
    /// copy. U+200B (zero width space) is such a space: it stands between words.
    WhiteSpace,
    /// Writes decimal digits of any script as `0` to `9`, and the Arabic comma and the separators of numbers as `,` and
    /// `.`: `٢٠٢٤` is `2024`.
    Digits,
    /// Writes curly apostrophes, the letter apostrophe (U+02BC) and Hebrew geresh as `'`, gershayim as `"`. Word processors
    /// turn one into the other.
    Apostrophes,
    /// Removes Arabic tatweel (U+0640), which stretches a line and has no sound.
    Tatweel,
    /// Removes Arabic vowel and recitation marks (U+064B–065F, U+0670, U+06D6–06ED, U+08D3–08FF): the same text is printed
    /// with all, some or none of them. Among them is hamza above as a mark of its own, so `ۀ` is `ه`.
    Harakat,
    /// Writes the alefs with hamza, madda or wasla (أ إ آ ٱ) as bare ا: typists leave these out.
    Alef,
    /// Writes alef maqsura ى and Farsi yeh ی as ي: keyboards of Egypt, Iran and the Levant differ in them.
    Yeh,
    /// Writes teh marbuta ة as ه: the dots are left off at the end of a word.
    TehMarbuta,
    /// Writes keheh ک as ك: it is the same letter from a Persian or Urdu keyboard.
    Kaf,
    /// Writes the seats of hamza ؤ and ئ as و and ي. Off by default, since it makes different words equal.
    HamzaSeats,
    /// Removes Hebrew points and cantillation marks (U+0591–05BD, U+05BF, U+05C1–05C2, U+05C4–05C5, U+05C7): the same text
    /// is printed with and without them.
    Niqqud,
    /// Removes combining marks of Latin and Greek letters: `é` is `e`, `ά` is `α`. Off by default, since they tell words
    /// apart (`pêche`, `péché`).
    LatinGreekMarks,
}

impl Rule {
    /// All rules, each once. A saved index names them by their places here.
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

    /// Returns the set of this rule alone; sets have a bit for each rule.
    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }
}

string_enum!("rule", Rule {
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

/// Returns the rule that changes a character, and what it puts in its place: `None` for nothing. At most one rule changes
/// a character; [`Rule::Compatibility`] and [`Rule::LatinGreekMarks`] are not looked up here.
pub(super) fn effect(c: char) -> Option<(Rule, Option<char>)> {
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

/// Returns the ASCII digit for a decimal digit (general category Nd) of any other script.
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

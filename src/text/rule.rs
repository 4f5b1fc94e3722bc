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
    /// Folds case, by the simple folding of Unicode (the C and S rows of `CaseFolding.txt`), the same in every locale: `ı`
    /// stays apart from `i`, final `ς` is `σ`, `ß` stays one letter. Headlines in capitals are the commonest copy.
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
    /// Writes all apostrophes as `'`: curly ones, modifier letters (U+02B9, U+02BB–02BF, U+A78B, U+A78C), primes, the grave and
    /// acute accents that stand alone, Hebrew geresh, Armenian and Greek ones; and double quotes, gershayim and double primes as
    /// `"`, two apostrophes between Hebrew letters too. One keyboard has the one, another the other, and word processors turn
    /// them round: Uzbek `oʻ` is typed `o‘`, `o'` and ``o` ``. Romanised Arabic `ʾ` and `ʿ` become one by it.
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
    /// Joins a word that a line break cuts. A soft hyphen, `¬` (as OCR writes one), U+2E17 or an Armenian hyphen between a
    /// letter and a line break always joins; `-`, U+2010 and U+2011 do where the paragraph has two such places or more, each
    /// with two letters on both sides. In 135 places of English licences, paragraphs with two or more held 34 cut words and no
    /// compound; those with one held 59 compounds (`royalty-⏎free`) and 22 cut words, so a single one stays. A capital after
    /// the break is never joined. A line ends in `\n` or `\r\n`; without [`Rule::WhiteSpace`] that counts, and nothing is joined.
    LineHyphens,
    /// Writes Latin letters that stood in for others where a code page or a keyboard had none: Romanian comma below as cedilla
    /// (`ș` is `ş`), Hungarian `ő` and `ű` as `õ` and `û`, `ð` as `đ` (their capitals look alike), `œ` as `oe`, `ɡ` as `g`, `ǝ` as
    /// `ə`, Turkish `İ` as `I` and its lower case of two characters as `i`. No language has both of any two.
    LatinLetters,
    /// Writes two Cyrillic letters as the twins that they are typed as: schwa `ә` as Latin `ə` (Azeri, Tatar, Kazakh), palochka
    /// `ӏ` as `і` (Chechen, Avar, Kabardian). No language has both of the two.
    CyrillicLetters,
    /// Writes Urdu heh goal ہ as ه and its teh marbuta ۃ as ة, Pashto gaf ګ as گ, Jawi gaf ݢ as ڬ: a letter has two codings, and
    /// keyboards differ in them. Urdu ھ, which tells کھا from کہا, is not touched.
    ArabicLetters,
    /// Reads two spellings of printed Qurans: hamza and alef within a word (ءا) as آ, and a dagger alef after a space that only
    /// moves it (`ٱلصَّلَو ٰةَ`) without the space. The passage is then found where it is quoted in common spelling.
    QuranicAlef,
    /// Reads the joiners that make another letter before [`Rule::Ignorables`] drops all: consonant, virama and joiner as
    /// Malayalam chillu (`ന്‍` is `ൻ`, not `ന്`), Bengali khanda ta and Marathi eyelash ra; Arabic heh before a non-joiner and a letter
    /// as ە, which is what Kurdish means by it, and what tells Persian `نامه‌ای` from `نامهای`. The older coding of the letter becomes
    /// the newer one (Unicode core specification, chapter 12), and words that only a joiner tells apart stay apart.
    Joiners,
    /// Writes letters of India and Sri Lanka that were typed in pieces in the one coding that Unicode gives them: vowel letters
    /// out of a letter and a vowel sign (the rows `Indic_Vowel_Letter` of `DoNotEmit.txt`: `अा` is `आ`), a colon between letters as
    /// visarga (`दु:ख`), the Malayalam au sign and half u in their new forms, Tamil śrī and au. They look the same.
    IndicSigns,
    /// Brings Thai, Lao and Khmer signs that look the same into one coding: `เเ` as `แ`, a tone before its vowel, nikhahit and aa
    /// about a tone; Khmer subscript da as ta, vowel signs in two pieces, letters that Unicode deprecates.
    SoutheastAsianSigns,
    /// Writes the tone of Vietnamese open syllables in `oa`, `oe`, `uy` on the first vowel, and after `q` on the second: `hoà` is
    /// `hòa`, `qúy` is `quý`. Both styles are taught, and no two words differ by it. Only a whole word that is such a syllable
    /// changes.
    VietnameseTones,
    /// Parts superscript digits from a word of four letters or more, and from punctuation after it: `Wort²` is `Wort 2`, as
    /// `Wort [2]` is, where [`Rule::Compatibility`] would make one word of it. Units (`m²`) are shorter, and stay.
    NoteNumbers,
    /// Writes the Yiddish digraphs װ ױ ײ as two letters, as most keyboards do.
    YiddishDigraphs,
    /// Writes ھ and ە as ه. Off by default: Urdu and Kurdish tell them apart.
    KurdishHeh,
    /// Writes yeh barree ے as ي. Off by default: Urdu tells them apart (لڑکی, لڑکے).
    YehBarree,
    /// Writes `ß` as `ss`, as Swiss German does. Off by default: German tells `Maße` from `Masse`.
    SharpS,
    /// Writes `æ` as `ae`. Off by default: Danish, Norwegian, Icelandic and Faroese tell them apart.
    AeLigature,
    /// Writes dotless `ı` as `i`. Off by default: Turkish tells `ısı` from `isi`.
    DotlessI,
    /// Writes Cyrillic `ё` as `е`. Off by default: Russian tells `всё` from `все`, though most print has no `ё`.
    Yo,
}

impl Rule {
    /// All rules, each once. A saved index names them by their places here.
    pub const ALL: [Rule; 32] = [
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
        Rule::LineHyphens,
        Rule::LatinLetters,
        Rule::CyrillicLetters,
        Rule::ArabicLetters,
        Rule::QuranicAlef,
        Rule::Joiners,
        Rule::IndicSigns,
        Rule::SoutheastAsianSigns,
        Rule::VietnameseTones,
        Rule::NoteNumbers,
        Rule::YiddishDigraphs,
        Rule::KurdishHeh,
        Rule::YehBarree,
        Rule::SharpS,
        Rule::AeLigature,
        Rule::DotlessI,
        Rule::Yo,
    ];

    /// Returns the set of this rule alone; sets have a bit for each rule.
    pub(super) const fn bit(self) -> u64 {
        1 << self as u64
    }

    /// Returns true if the rule is in the default set: it is, unless a language loses a distinction by it.
    ///
    /// ```
    /// use dittograph::{Normalizer, Rule};
    ///
    /// assert!(Rule::ALL.into_iter().all(|rule| rule.is_on_by_default() == Normalizer::new().has(rule)));
    /// assert!(!Rule::SharpS.is_on_by_default());
    /// ```
    #[must_use]
    pub const fn is_on_by_default(self) -> bool {
        !matches!(
            self,
            Rule::HamzaSeats
                | Rule::LatinGreekMarks
                | Rule::KurdishHeh
                | Rule::YehBarree
                | Rule::SharpS
                | Rule::AeLigature
                | Rule::DotlessI
                | Rule::Yo
        )
    }

    /// Returns what the rule does, and why, in one line for a list of options.
    ///
    /// ```
    /// assert_eq!(dittograph::Rule::SharpS.summary(), "ß is ss; off, since German tells Maße from Masse");
    /// ```
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Rule::Compatibility => "accents, ligatures, width and presentation forms in one coding (NFKC)",
            Rule::Case => "capitals are small letters",
            Rule::Ignorables => "soft hyphens, joiners, bidi marks and other characters that show nothing go",
            Rule::WhiteSpace => "any white space is one space",
            Rule::Digits => "decimal digits of any script are 0 to 9",
            Rule::Apostrophes => {
                "all apostrophes and primes are ', double quotes are \"; keyboards differ in them"
            }
            Rule::Tatweel => "Arabic tatweel goes; it only stretches a line",
            Rule::Harakat => "Arabic vowel marks go; print has all, some or none of them",
            Rule::Alef => "أ إ آ ٱ are ا; typists leave these marks out",
            Rule::Yeh => "ى and ی are ي; keyboards differ in them",
            Rule::TehMarbuta => "ة is ه; its dots are left off",
            Rule::Kaf => "ک is ك; keyboards differ in them",
            Rule::HamzaSeats => "ؤ and ئ are و and ي; off, since Arabic tells words apart by them",
            Rule::Niqqud => "Hebrew points go; print has them or not",
            Rule::LatinGreekMarks => "é is e, ά is α; off, since accents tell words apart",
            Rule::LineHyphens => "a word that a hyphen cuts at a line's end is whole",
            Rule::LatinLetters => {
                "ș is ş, ő is õ, ð is đ, œ is oe, İ is I: stand-ins of old code pages and keyboards"
            }
            Rule::CyrillicLetters => "ә is ə, palochka is і: typed as one another",
            Rule::ArabicLetters => "ہ is ه, ګ is گ: one letter from different keyboards",
            Rule::QuranicAlef => "ءا is آ, and no space before a dagger alef: the spelling of printed Qurans",
            Rule::Joiners => {
                "letters made by a joiner (Malayalam chillu, Kurdish and Persian heh) stay letters of their own"
            }
            Rule::IndicSigns => "Indic letters typed in pieces are whole (अा is आ)",
            Rule::SoutheastAsianSigns => {
                "Thai, Lao and Khmer signs that look the same have one coding (เเ is แ)"
            }
            Rule::VietnameseTones => "hoà is hòa: two styles of placing a tone",
            Rule::NoteNumbers => "superscript numbers after a word are words of their own",
            Rule::YiddishDigraphs => "װ is וו, as keyboards write it",
            Rule::KurdishHeh => "ھ and ە are ه; off, since Urdu and Kurdish tell them apart",
            Rule::YehBarree => "ے is ي; off, since Urdu tells them apart",
            Rule::SharpS => "ß is ss; off, since German tells Maße from Masse",
            Rule::AeLigature => "æ is ae; off, since Danish and Icelandic tell them apart",
            Rule::DotlessI => "ı is i; off, since Turkish tells them apart",
            Rule::Yo => "ё is е; off, since Russian tells всё from все",
        }
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
    LineHyphens => "line-hyphens",
    LatinLetters => "latin-letters",
    CyrillicLetters => "cyrillic-letters",
    ArabicLetters => "arabic-letters",
    QuranicAlef => "quranic-alef",
    Joiners => "joiners",
    IndicSigns => "indic-signs",
    SoutheastAsianSigns => "southeast-asian-signs",
    VietnameseTones => "vietnamese-tones",
    NoteNumbers => "note-numbers",
    YiddishDigraphs => "yiddish-digraphs",
    KurdishHeh => "kurdish-heh",
    YehBarree => "yeh-barree",
    SharpS => "sharp-s",
    AeLigature => "ae-ligature",
    DotlessI => "dotless-i",
    Yo => "yo",
});

/// Returns the rule that changes a character, and what it puts in its place: `None` for nothing. What it puts may be
/// changed by another rule (`Ș` is `ș`, then `ş`). [`Rule::Compatibility`] and [`Rule::LatinGreekMarks`] are not looked up here.
pub(super) fn effect(c: char) -> Option<(Rule, Option<char>)> {
    let effect = match c {
        'A'..='Z' => (Rule::Case, Some(c.to_ascii_lowercase())),
        '\0'..='_' | 'a'..='\x7f' => return None,
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
        '`'
        | '\u{b4}'
        | '\u{2b9}'
        | '\u{2bb}'..='\u{2bf}'
        | '\u{374}'
        | '\u{384}'
        | '\u{55a}'
        | '\u{5f3}'
        | '\u{1fbd}'
        | '\u{1fbf}'
        | '\u{1fef}'
        | '\u{1ffd}'
        | '\u{1ffe}'
        | '\u{2018}'
        | '\u{2019}'
        | '\u{201b}'
        | '\u{2032}'
        | '\u{a78c}'
        | '\u{ff07}'
        | '\u{ff40}' => (Rule::Apostrophes, Some('\'')),
        '\u{2ba}' | '\u{5f4}' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}' => {
            (Rule::Apostrophes, Some('"'))
        }
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
        '\u{6c1}' => (Rule::ArabicLetters, Some('\u{647}')),
        '\u{6c3}' => (Rule::ArabicLetters, Some('\u{629}')),
        '\u{6ab}' => (Rule::ArabicLetters, Some('\u{6af}')),
        '\u{762}' => (Rule::ArabicLetters, Some('\u{6ac}')),
        '\u{6be}' | '\u{6d5}' => (Rule::KurdishHeh, Some('\u{647}')),
        '\u{6d2}' => (Rule::YehBarree, Some('\u{64a}')),
        '\u{219}' => (Rule::LatinLetters, Some('\u{15f}')),
        '\u{21b}' => (Rule::LatinLetters, Some('\u{163}')),
        '\u{326}' => (Rule::LatinLetters, Some('\u{327}')),
        '\u{151}' => (Rule::LatinLetters, Some('\u{f5}')),
        '\u{171}' => (Rule::LatinLetters, Some('\u{fb}')),
        '\u{f0}' => (Rule::LatinLetters, Some('\u{111}')),
        '\u{130}' => (Rule::LatinLetters, Some('I')),
        '\u{1dd}' => (Rule::LatinLetters, Some('\u{259}')),
        '\u{261}' => (Rule::LatinLetters, Some('g')),
        '\u{131}' => (Rule::DotlessI, Some('i')),
        '\u{4d9}' => (Rule::CyrillicLetters, Some('\u{259}')),
        '\u{4cf}' => (Rule::CyrillicLetters, Some('\u{456}')),
        '\u{451}' => (Rule::Yo, Some('\u{435}')),
        '\u{e45}' => (Rule::SoutheastAsianSigns, Some('\u{e32}')),
        '\u{17a3}' => (Rule::SoutheastAsianSigns, Some('\u{17a2}')),
        '\u{17b4}' | '\u{17b5}' => (Rule::SoutheastAsianSigns, None),
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

/// Returns the rule that writes a character as more than one, and those.
pub(super) fn expansion(c: char) -> Option<(Rule, &'static str)> {
    let expansion = match c {
        'œ' => (Rule::LatinLetters, "oe"),
        'Œ' => (Rule::LatinLetters, "OE"),
        'æ' => (Rule::AeLigature, "ae"),
        'Æ' => (Rule::AeLigature, "AE"),
        'ß' => (Rule::SharpS, "ss"),
        'ẞ' => (Rule::SharpS, "SS"),
        '\u{5f0}' => (Rule::YiddishDigraphs, "\u{5d5}\u{5d5}"),
        '\u{5f1}' => (Rule::YiddishDigraphs, "\u{5d5}\u{5d9}"),
        '\u{5f2}' => (Rule::YiddishDigraphs, "\u{5d9}\u{5d9}"),
        '\u{17a4}' => (Rule::SoutheastAsianSigns, "\u{17a2}\u{17b6}"),
        '\u{17d8}' => (Rule::SoutheastAsianSigns, "\u{17d4}\u{179b}\u{17d4}"),
        _ => return None,
    };
    Some(expansion)
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

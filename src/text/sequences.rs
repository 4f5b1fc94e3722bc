//! The rules that look at more than one character: joiners and spaces before NFKC, signs in pieces after it.
//!
//! The fast form of reading words asks [`is_watched`] and [`may_meet`] where it has to leave a text to these.

use unicode_normalization::char::{canonical_combining_class, compose, is_combining_mark};
use unicode_normalization::{IsNormalized, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::normalizer::Normalizer;
use crate::text::rule::{Rule, effect};

/// What a consonant, a virama and a joiner are together.
#[rustfmt::skip]
const JOINED: [([char; 2], &str); 8] = [
    (['\u{d23}', '\u{d4d}'], "\u{d7a}"), (['\u{d28}', '\u{d4d}'], "\u{d7b}"), (['\u{d30}', '\u{d4d}'], "\u{d7c}"),
    (['\u{d32}', '\u{d4d}'], "\u{d7d}"), (['\u{d33}', '\u{d4d}'], "\u{d7e}"), (['\u{d15}', '\u{d4d}'], "\u{d7f}"),
    (['\u{9a4}', '\u{9cd}'], "\u{9ce}"), (['\u{930}', '\u{94d}'], "\u{931}\u{94d}"),
];

/// Vowel letters in pieces, and what they are whole: the rows of type `Indic_Vowel_Letter` of `DoNotEmit.txt`, longer ones
/// first.
#[rustfmt::skip]
const VOWELS: [(&str, char); 73] = [
    ("\u{905}\u{946}", '\u{904}'), ("\u{905}\u{93e}", '\u{906}'), ("\u{905}\u{945}", '\u{972}'), ("\u{905}\u{949}", '\u{911}'),
    ("\u{905}\u{94a}", '\u{912}'), ("\u{905}\u{94b}", '\u{913}'), ("\u{905}\u{94c}", '\u{914}'), ("\u{905}\u{93a}", '\u{973}'),
    ("\u{905}\u{93b}", '\u{974}'), ("\u{905}\u{94f}", '\u{975}'), ("\u{905}\u{956}", '\u{976}'), ("\u{905}\u{957}", '\u{977}'),
    ("\u{906}\u{945}", '\u{911}'), ("\u{906}\u{946}", '\u{912}'), ("\u{906}\u{947}", '\u{913}'), ("\u{906}\u{948}", '\u{914}'),
    ("\u{906}\u{93a}", '\u{974}'), ("\u{909}\u{941}", '\u{90a}'), ("\u{90f}\u{945}", '\u{90d}'), ("\u{90f}\u{946}", '\u{90e}'),
    ("\u{90f}\u{947}", '\u{910}'), ("\u{930}\u{94d}\u{907}", '\u{908}'),
    ("\u{985}\u{9be}", '\u{986}'), ("\u{98b}\u{9c3}", '\u{9e0}'), ("\u{98c}\u{9e2}", '\u{9e1}'),
    ("\u{a05}\u{a3e}", '\u{a06}'), ("\u{a05}\u{a48}", '\u{a10}'), ("\u{a05}\u{a4c}", '\u{a14}'), ("\u{a72}\u{a3f}", '\u{a07}'),
    ("\u{a72}\u{a40}", '\u{a08}'), ("\u{a72}\u{a47}", '\u{a0f}'), ("\u{a73}\u{a41}", '\u{a09}'), ("\u{a73}\u{a42}", '\u{a0a}'),
    ("\u{a73}\u{a4b}", '\u{a13}'),
    ("\u{a85}\u{abe}\u{ac5}", '\u{a93}'), ("\u{a85}\u{abe}\u{ac8}", '\u{a94}'), ("\u{a85}\u{abe}", '\u{a86}'),
    ("\u{a85}\u{ac5}", '\u{a8d}'), ("\u{a85}\u{ac7}", '\u{a8f}'), ("\u{a85}\u{ac8}", '\u{a90}'), ("\u{a85}\u{ac9}", '\u{a91}'),
    ("\u{a85}\u{acb}", '\u{a93}'), ("\u{a85}\u{acc}", '\u{a94}'), ("\u{ac5}\u{abe}", '\u{ac9}'),
    ("\u{b05}\u{b3e}", '\u{b06}'), ("\u{b0f}\u{b57}", '\u{b10}'), ("\u{b13}\u{b57}", '\u{b14}'), ("\u{b85}\u{bc2}", '\u{b86}'),
    ("\u{c12}\u{c55}", '\u{c13}'), ("\u{c12}\u{c4c}", '\u{c14}'), ("\u{c3f}\u{c55}", '\u{c40}'), ("\u{c46}\u{c55}", '\u{c47}'),
    ("\u{c4a}\u{c55}", '\u{c4b}'),
    ("\u{c89}\u{cbe}", '\u{c8a}'), ("\u{c92}\u{ccc}", '\u{c94}'), ("\u{c8b}\u{cbe}", '\u{ce0}'),
    ("\u{d07}\u{d57}", '\u{d08}'), ("\u{d09}\u{d57}", '\u{d0a}'), ("\u{d0e}\u{d46}", '\u{d10}'), ("\u{d12}\u{d3e}", '\u{d13}'),
    ("\u{d12}\u{d57}", '\u{d14}'),
    ("\u{d85}\u{dcf}", '\u{d86}'), ("\u{d85}\u{dd0}", '\u{d87}'), ("\u{d85}\u{dd1}", '\u{d88}'), ("\u{d8b}\u{ddf}", '\u{d8c}'),
    ("\u{d8d}\u{dd8}", '\u{d8e}'), ("\u{d8f}\u{ddf}", '\u{d90}'), ("\u{d91}\u{dca}", '\u{d92}'), ("\u{d91}\u{dd9}", '\u{d93}'),
    ("\u{d94}\u{ddf}", '\u{d96}'),
    ("\u{bc6}\u{bb3}", '\u{bcc}'), ("\u{b92}\u{bb3}", '\u{b94}'), ("\u{d41}\u{d4d}", '\u{d4d}'),
];

/// Vietnamese vowels in the style that is changed, and in the other one.
#[rustfmt::skip]
const TONES: [(&str, &str); 15] = [
    ("oà", "òa"), ("oá", "óa"), ("oả", "ỏa"), ("oã", "õa"), ("oạ", "ọa"),
    ("oè", "òe"), ("oé", "óe"), ("oẻ", "ỏe"), ("oẽ", "õe"), ("oẹ", "ọe"),
    ("uỳ", "ùy"), ("uý", "úy"), ("uỷ", "ủy"), ("uỹ", "ũy"), ("uỵ", "ụy"),
];

/// What may begin a Vietnamese syllable.
const ONSETS: [&str; 27] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p",
    "ph", "r", "s", "t", "th", "tr", "v", "x",
];

/// Returns true for a letter of the Arabic script, which may take a hamza or dagger alef.
fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{66e}' | '\u{66f}' | '\u{671}'..='\u{6d3}' | '\u{6d5}'
        | '\u{6ee}' | '\u{6ef}' | '\u{6fa}'..='\u{6fc}' | '\u{6ff}' | '\u{750}'..='\u{77f}')
}

fn is_alef(c: char) -> bool {
    matches!(c, '\u{622}' | '\u{623}' | '\u{625}' | '\u{627}' | '\u{671}')
}

fn is_superscript(c: char) -> bool {
    matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}' | '\u{2074}'..='\u{2079}')
}

fn is_ignorable(c: char) -> bool {
    matches!(effect(c), Some((Rule::Ignorables, _)))
}

/// Returns true for a letter that is one letter also when it is decomposed. A Hangul syllable is two or three then.
pub(super) fn is_single_letter(c: char) -> bool {
    c.is_alphabetic()
        && !is_combining_mark(c)
        && !matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}

/// Applies the rules that need joiners, spaces and superscripts as they were written; `None` if they change nothing.
pub(super) fn before_nfkc(rules: Normalizer, text: &str) -> Option<String> {
    let joiners = rules.has(Rule::Joiners);
    let alef = rules.has(Rule::QuranicAlef);
    let notes = rules.has(Rule::NoteNumbers);
    let is_trigger = |c| match c {
        '\u{200c}' | '\u{200d}' => joiners,
        '\u{670}' => alef,
        _ => notes && is_superscript(c),
    };
    if text.is_ascii() || !text.chars().any(is_trigger) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let skips = |c: char| rules.has(Rule::Ignorables) && is_ignorable(c);
    let mut out: Vec<char> = Vec::with_capacity(chars.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        if !is_trigger(c) {
            out.push(c);
            continue;
        }
        match c {
            '\u{200d}' => {
                // Others that show nothing may stand between the three.
                let mut before = (0..out.len()).rev().filter(|&n| !skips(out[n]));
                let (virama, consonant) = (before.next(), before.next());
                let found = consonant.zip(virama).and_then(|(first, second)| {
                    let pair = [out[first], out[second]];
                    JOINED.iter().find(|(joined, _)| *joined == pair).map(|(_, whole)| (first, *whole))
                });
                if let Some((first, whole)) = found {
                    out.truncate(first);
                    out.extend(whole.chars());
                    continue;
                }
            }
            '\u{200c}' => {
                let passes = |c: char| is_combining_mark(c) || skips(c);
                let heh = (0..out.len()).rev().find(|&n| !passes(out[n])).filter(|&n| out[n] == '\u{647}');
                let next = chars[at + 1..].iter().find(|&&c| !passes(c));
                if let (Some(heh), Some(true)) = (heh, next.map(|&c| is_arabic_letter(c))) {
                    out[heh] = '\u{6d5}';
                    continue;
                }
            }
            '\u{670}' => {
                let mut before = (0..out.len()).rev().skip_while(|&n| skips(out[n]));
                let space = before
                    .next()
                    .filter(|&n| matches!(out[n], ' ' | '\u{a0}' | '\u{2009}' | '\u{200a}' | '\u{202f}'));
                let letter = before.find(|&n| !is_combining_mark(out[n]) && !skips(out[n]));
                if let (Some(space), Some(true)) = (space, letter.map(|n| is_arabic_letter(out[n]))) {
                    out.remove(space);
                }
            }
            _ if !out.last().is_some_and(|&c| is_superscript(c)) && follows_a_long_word(&out, skips) => {
                out.push(' ');
            }
            _ => {}
        }
        out.push(c);
    }
    (out != chars).then(|| out.into_iter().collect())
}

/// Returns true if a text ends in a word of four letters or more, and at most one mark of punctuation after it.
fn follows_a_long_word(text: &[char], skips: impl Fn(char) -> bool) -> bool {
    const MIN_LETTERS: usize = 4;
    let mut before = text.iter().rev().copied().filter(|&c| !skips(c) && !is_combining_mark(c)).peekable();
    before.next_if(|c| {
        matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '»' | '”' | '"' | '’' | '\'' | ')' | ']')
    });
    let is_counted = |&c: &char| c != '\u{640}' && is_single_letter(c); // tatweel is no letter of a word
    before.take(MIN_LETTERS).filter(is_counted).count() == MIN_LETTERS
}

/// Applies the rules for signs in pieces to a text in NFKC that is folded; `None` if they change nothing.
pub(super) fn after_folding(rules: Normalizer, text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let new = rewrite_signs(rules, text);
    if !rules.has(Rule::VietnameseTones) {
        return new;
    }
    let signs = new.as_deref().unwrap_or(text);
    place_tones(signs).or(new)
}

fn rewrite_signs(rules: Normalizer, text: &str) -> Option<String> {
    let is_trigger = |c| matches!(c, '\u{307}' | '\u{5d0}'..='\u{5ea}' | '\u{621}' | '\u{900}'..='\u{eff}' | '\u{1780}'..='\u{17ff}');
    if !text.chars().any(is_trigger) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let found = match chars[at] {
            'i' | 'I' | '\u{131}' | '"' | '\'' => latin_or_hebrew(rules, &out, &chars[at..]),
            '\u{621}' if rules.has(Rule::QuranicAlef) => hamza_and_alef(&out, &chars[at..]),
            ':' | '\u{900}'..='\u{dff}' if rules.has(Rule::IndicSigns) => indic(&out, &chars[at..]),
            '\u{e00}'..='\u{eff}' | '\u{1780}'..='\u{17ff}' if rules.has(Rule::SoutheastAsianSigns) => {
                southeast_asian(&chars[at..])
            }
            _ => None,
        };
        if let Some((len, kept)) = found {
            out.extend(kept);
            at += len;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    (out != chars).then(|| out.into_iter().collect())
}

/// How many characters at the beginning of a text are one sign, and what they are.
type Found = Option<(usize, Vec<char>)>;

fn latin_or_hebrew(rules: Normalizer, before: &[char], text: &[char]) -> Found {
    let is_hebrew = |c: Option<&char>| c.is_some_and(|c| matches!(c, '\u{5d0}'..='\u{5ea}'));
    match text {
        [c @ ('i' | 'I'), '\u{307}', ..] if rules.has(Rule::LatinLetters) => Some((2, vec![*c])),
        ['\u{131}', '\u{307}', ..] if rules.has(Rule::LatinLetters) => Some((2, vec!['i'])),
        ['\'', '\'', next @ ..]
            if rules.has(Rule::Apostrophes) && is_hebrew(before.last()) && is_hebrew(next.first()) =>
        {
            Some((2, vec!['"']))
        }
        _ => None,
    }
}

fn hamza_and_alef(before: &[char], text: &[char]) -> Found {
    let passes = |c: &&char| !is_combining_mark(**c);
    let marks = text[1..].iter().take_while(|c| is_combining_mark(**c)).count();
    text.get(1 + marks).filter(|&&c| is_alef(c))?;
    let next = text[2 + marks..].iter().find(passes).is_some_and(|&c| is_arabic_letter(c));
    let after_alef = before.iter().rev().find(passes).is_some_and(|&c| is_alef(c));
    (next && !after_alef).then(|| {
        let kept = std::iter::once('\u{622}').chain(text[1..=marks].iter().copied());
        (2 + marks, kept.collect())
    })
}

fn indic(before: &[char], text: &[char]) -> Found {
    if let [':', next, ..] = text {
        let before = *before.last()?;
        let block = u32::from(before) >> 7;
        let is_place = |c: char| u32::from(c) >> 7 == block && !matches!(u32::from(c) & 0x7f, 0x64..=0x6f);
        let has_visarga = matches!(block, 0x12 | 0x13 | 0x18 | 0x19 | 0x1a);
        let visarga = char::from_u32(block << 7 | 3)?;
        let found = has_visarga && is_place(before) && is_place(*next) && !is_combining_mark(*next);
        return found.then(|| (1, vec![visarga]));
    }
    if let ['\u{bb8}', '\u{bcd}', '\u{bb0}', '\u{bc0}', ..] = text {
        return Some((1, vec!['\u{bb6}']));
    }
    if let ['\u{d7b}', '\u{d4d}', '\u{d31}', ..] = text {
        return Some((1, vec!['\u{d28}']));
    }
    let begins = |whole: &str| {
        let len = whole.chars().count();
        (text.len() >= len && whole.chars().eq(text[..len].iter().copied())).then_some(len)
    };
    for (pieces, whole) in VOWELS {
        let Some(len) = begins(pieces) else { continue };
        // A Tamil consonant that has a sign of its own is one.
        let is_consonant =
            pieces.ends_with('\u{bb3}') && text.get(len).is_some_and(|&c| is_combining_mark(c));
        if !is_consonant {
            return Some((len, vec![whole]));
        }
    }
    (text[0] == '\u{d57}' && before.last() != Some(&'\u{d46}')).then(|| (1, vec!['\u{d4c}']))
}

fn southeast_asian(text: &[char]) -> Found {
    let is_tone = |c: char| matches!(c, '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}');
    let is_vowel =
        |c: char| matches!(c, '\u{e31}' | '\u{e34}'..='\u{e37}' | '\u{eb1}' | '\u{eb4}'..='\u{eb7}');
    let is_nikhahit = |c: char| matches!(c, '\u{e4d}' | '\u{ecd}');
    let is_aa = |c: char| matches!(c, '\u{e32}' | '\u{eb2}');
    match *text {
        ['\u{e40}', '\u{e40}', ..] => Some((2, vec!['\u{e41}'])),
        ['\u{ec0}', '\u{ec0}', ..] => Some((2, vec!['\u{ec1}'])),
        [tone, vowel, ..] if is_tone(tone) && is_vowel(vowel) => Some((2, vec![vowel, tone])),
        [sign, tone, aa, ..] | [sign, aa, tone, ..] if is_nikhahit(sign) && is_tone(tone) && is_aa(aa) => {
            Some((3, vec![tone, sign, aa]))
        }
        ['\u{17d2}', '\u{178a}', ..] => Some((2, vec!['\u{17d2}', '\u{178f}'])),
        ['\u{17c1}', '\u{17b6}', ..] => Some((2, vec!['\u{17c4}'])),
        ['\u{17c1}', '\u{17b8}', ..] => Some((2, vec!['\u{17be}'])),
        _ => None,
    }
}

/// Puts the tones of Vietnamese words in their places; `None` if none moves.
fn place_tones(text: &str) -> Option<String> {
    if !text.contains([
        'à', 'á', 'ả', 'ã', 'ạ', 'è', 'é', 'ẻ', 'ẽ', 'ẹ', 'ỳ', 'ý', 'ỷ', 'ỹ', 'ỵ', 'ù', 'ú', 'ủ', 'ũ', 'ụ',
    ]) {
        return None;
    }
    let mut out = String::new();
    let mut same = true;
    for piece in text.split_word_bounds() {
        if let Some(placed) = with_tone_placed(piece) {
            same = false;
            out.push_str(&placed);
        } else {
            out.push_str(piece);
        }
    }
    (!same).then_some(out)
}

/// Returns a Vietnamese word with its tone in the other place; `None` if it is no such word.
pub(super) fn with_tone_placed(word: &str) -> Option<String> {
    const LONGEST: usize = 8; // bytes: ngh, o, a with a tone
    if word.len() > LONGEST || word.is_ascii() {
        return None;
    }
    let is_onset = |start: &str| ONSETS.iter().any(|onset| onset.eq_ignore_ascii_case(start));
    for (new, old) in TONES {
        if let Some(start) = word.strip_suffix(new).filter(|start| is_onset(start)) {
            return Some(format!("{start}{old}"));
        }
        if let Some(start @ ("q" | "Q")) = word.strip_suffix(old) {
            return new.starts_with('u').then(|| format!("{start}{new}"));
        }
    }
    None
}

/// Returns true for rare characters that are read the plain way, since a rule may change them with their neighbours.
pub(super) fn is_in_rare_sequence(rules: Normalizer, c: char) -> bool {
    rules.has(Rule::NoteNumbers) && is_superscript(c)
        || rules.has(Rule::IndicSigns) && matches!(c, '\u{ac5}' | '\u{c55}' | '\u{d57}')
        || rules.has(Rule::LatinLetters) && matches!(c, '\u{307}')
}

/// Returns true for a mark that composes with the character right before it or with none, such as the Bengali vowel sign aa.
pub(super) fn composes_with_the_last(c: char) -> bool {
    is_nfkc_quick(std::iter::once(c)) == IsNormalized::Maybe
        && is_combining_mark(c)
        && canonical_combining_class(c) == 0
}

/// Returns true if a character that stays as it is alone may be part of a sequence that NFKC or a rule changes.
pub(super) fn is_watched(rules: Normalizer, c: char) -> bool {
    match c {
        _ if composes_with_the_last(c) => true,
        '\u{200c}' | '\u{200d}' => rules.has(Rule::Joiners),
        '\u{621}' | '\u{670}' => rules.has(Rule::QuranicAlef),
        ':' => rules.has(Rule::IndicSigns),
        '\u{900}'..='\u{dff}' => {
            rules.has(Rule::IndicSigns)
                && (matches!(c, '\u{907}' | '\u{bb3}' | '\u{bb8}' | '\u{d4d}')
                    || VOWELS.iter().any(|(pieces, _)| pieces.starts_with(c) && c != '\u{930}'))
        }
        '\u{e40}' | '\u{ec0}' | '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}' | '\u{17c1}' | '\u{17d2}' => {
            rules.has(Rule::SoutheastAsianSigns)
        }
        _ => false,
    }
}

/// Returns true if a watched character may be part of a sequence beside these two: `'\0'` where nothing stands that could
/// be.
pub(super) fn may_meet(c: char, before: char, next: char) -> bool {
    let place = |c: char| u32::from(c) & 0x7f;
    match c {
        ':' => matches!(before, '\u{900}'..='\u{dff}') && matches!(next, '\u{900}'..='\u{dff}'),
        '\u{200c}' => before == '\u{647}',
        '\u{200d}' => matches!(before, '\u{94d}' | '\u{9cd}' | '\u{d4d}'),
        '\u{621}' => is_alef(next) || next == '\u{621}' || is_combining_mark(next),
        '\u{670}' => before == '\0',
        '\u{907}' => before == '\u{94d}',
        '\u{bb3}' => matches!(before, '\u{bc6}' | '\u{b92}'),
        '\u{bb8}' => next == '\u{bcd}',
        '\u{d4d}' => matches!(before, '\u{d41}' | '\u{d7b}'),
        _ if composes_with_the_last(c) => compose(before, c).is_some(),
        '\u{900}'..='\u{dff}' => matches!(place(next), 0x3a..=0x63),
        '\u{e40}' | '\u{ec0}' => next == c,
        '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}' => {
            matches!(place(before), 0x32 | 0x4d) || matches!(place(next), 0x31 | 0x34..=0x37)
        }
        '\u{17c1}' => matches!(next, '\u{17b6}' | '\u{17b8}'),
        '\u{17d2}' => next == '\u{178a}',
        _ => true,
    }
}

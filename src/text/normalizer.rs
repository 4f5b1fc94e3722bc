//! The form in which paragraphs are compared. The text that is shown is never changed.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_script::{Script, UnicodeScript};

use crate::error::Error;
use crate::text::line_hyphens;
pub use crate::text::rule::Rule;
use crate::text::rule::{effect, expansion};
use crate::text::sequences;

/// Raised when a rule, the cutting of words or that of shingles changes what it does to any text.
pub(crate) const VERSION: u32 = 3;

/// The Unicode versions of the tables behind the rules.
pub(crate) const UNICODE_VERSIONS: [(u64, u64, u64); 3] = {
    let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
    [
        (major as u64, minor as u64, update as u64),
        unicode_case_mapping::UNICODE_VERSION,
        unicode_script::UNICODE_VERSION,
    ]
};

/// Which differences between texts do not count: a set of [`Rule`]s.
///
/// The default has the rules by which no language loses a distinction ([`Rule::is_on_by_default`]). It is made for matching
/// copies: what it overlooks is how a text was typed or set, not what it says; in Arabic it follows how people
/// spell, at the price of a few words that become equal.
///
/// `Display` writes the names of the rules with a comma between each two, or `none`; `FromStr` reads that.
///
/// Cost: the first text that is read under a set of rules makes a table of 256 KiB for it, which stays as long as the
/// program runs. All detectors with the same rules share it.
///
/// ```
/// use dittograph::{Normalizer, Rule};
///
/// let normalizer = Normalizer::new();
/// assert_eq!(normalizer.normalize("الكِتـــابُ  الأوّل ٢٠٢٤"), "الكتاب الاول 2024");
/// assert_eq!(normalizer.normalize("ﬁne \u{ad}CAFE\u{301}"), "fine café");
/// assert_eq!(normalizer.without(Rule::Case).normalize("Istanbul"), "Istanbul");
/// assert_eq!(normalizer.with(Rule::LatinGreekMarks).normalize("Café"), "cafe");
///
/// let arabic: Normalizer = [Rule::Tatweel, Rule::Alef].into_iter().collect();
/// assert_eq!(arabic.to_string(), "tatweel,alef");
/// assert_eq!("tatweel,alef".parse::<Normalizer>()?, arabic);
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Normalizer {
    rules: u64,
}

impl Normalizer {
    /// The empty set: texts are compared as they are.
    pub const NONE: Normalizer = Normalizer { rules: 0 };

    /// Creates the default set of rules.
    #[must_use]
    pub const fn new() -> Self {
        let mut rules = Self::NONE;
        let mut n = 0;
        while n < Rule::ALL.len() {
            if Rule::ALL[n].is_on_by_default() {
                rules = rules.with(Rule::ALL[n]);
            }
            n += 1;
        }
        rules
    }

    /// Returns these rules and `rule`.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self { rules: self.rules | rule.bit() }
    }

    /// Returns these rules without `rule`.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        Self { rules: self.rules & !rule.bit() }
    }

    /// Returns true if the rule is in the set.
    #[must_use]
    pub const fn has(self, rule: Rule) -> bool {
        self.rules & rule.bit() != 0
    }

    /// Returns the rules of the set, in the order of [`Rule::ALL`].
    ///
    /// ```
    /// use dittograph::{Normalizer, Rule};
    ///
    /// assert_eq!(Normalizer::new().rules().next(), Some(Rule::Compatibility));
    /// assert!(Normalizer::new().rules().all(Rule::is_on_by_default));
    /// ```
    pub fn rules(self) -> impl Iterator<Item = Rule> + use<> {
        Rule::ALL.into_iter().filter(move |&rule| self.has(rule))
    }

    /// Returns the rules as bits, in the order of [`Rule::ALL`] from the lowest.
    pub(crate) fn bits(self) -> u64 {
        self.rules
    }

    /// Creates the set that has these bits; `None` if a bit is that of no rule.
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        (bits >> Rule::ALL.len() == 0).then_some(Self { rules: bits })
    }

    /// Returns the normal form of a text: borrowed when it is the text itself. A normal form is its own normal form.
    ///
    /// What is compared is defined by it: the words of a paragraph are the UAX #29 words of its normal form. A detector reads
    /// them from the text in one pass, with the same result, and writes no normal form out.
    ///
    /// Cost: one pass over text in its normal form; up to three, and a copy, where NFKC changes something.
    ///
    /// ```
    /// # use std::borrow::Cow;
    /// let normalizer = dittograph::Normalizer::new();
    /// assert!(matches!(normalizer.normalize("nothing to change here"), Cow::Borrowed(_)));
    /// ```
    #[must_use]
    pub fn normalize(self, text: &str) -> Cow<'_, str> {
        let mut normal = self.join_lines(text).map_or(Cow::Borrowed(text), Cow::Owned);
        // Where a mark or an invisible character goes, its neighbours may compose or make a sequence, and what they give may
        // fold: then once more. Each time leaves less to do.
        while let Some(next) = self.step(&normal) {
            normal = Cow::Owned(next);
        }
        normal
    }

    /// Returns the text with the words whole that hyphens at the ends of lines cut; `None` if there are none.
    pub(crate) fn join_lines(self, text: &str) -> Option<String> {
        // Without the rule for white space a line break counts.
        let joins = self.has(Rule::LineHyphens) && self.has(Rule::WhiteSpace);
        if joins { line_hyphens::join_lines(text) } else { None }
    }

    /// Applies each rule once; `None` if they change nothing.
    fn step(self, text: &str) -> Option<String> {
        let joined = sequences::before_nfkc(self, text);
        let start = joined.as_deref().unwrap_or(text);
        let folded = if self.composes(start) { self.compose_and_fold(start) } else { self.fold(start) };
        let before = folded.as_deref().unwrap_or(start);
        let end = sequences::after_folding(self, before);
        end.or(folded).or(joined).filter(|end| end != text)
    }

    /// Returns true if NFKC may change the text.
    fn composes(self, text: &str) -> bool {
        self.has(Rule::Compatibility)
            && !text.is_ascii()
            && is_nfkc_quick(text.chars().filter(|&c| !is_settled(c))) != IsNormalized::Yes
    }

    /// Applies NFKC and the other rules once; `None` if they change nothing.
    fn compose_and_fold(self, text: &str) -> Option<String> {
        // An invisible character must not keep a letter from its accent.
        let ignored =
            |c: &char| self.has(Rule::Ignorables) && matches!(effect(*c), Some((Rule::Ignorables, _)));
        // Nor must the wrong yeh be kept from the hamza that it carries; and an accent that stands for an apostrophe is none on
        // a space.
        let early = |c| match effect(c) {
            Some((rule @ (Rule::Apostrophes | Rule::Yeh), Some(kept))) if self.has(rule) => kept,
            _ => c,
        };
        let seen = text.chars().filter(|c| !ignored(c)).map(early);
        let composed: String = seen.flat_map(without_spacing).nfkc().collect();
        self.fold(&composed).or_else(|| (composed != text).then_some(composed))
    }

    /// Applies the rules that look at one character at a time; `None` if they change nothing.
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
            let Some(mut kept) = self.fold_char(c) else { continue };
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
                    kept = self.fold_char(letter).unwrap_or(letter);
                }
            }
            wants_space = false;
            match expansion(kept) {
                Some((rule, letters)) if self.has(rule) => letters.chars().for_each(|c| out.put(at, c)),
                _ => out.put(at, kept),
            }
        }
        if wants_space {
            out.pop_space();
        }
        out.finish()
    }

    /// Returns what this set has beside another, as `+name`, and what it lacks, as `-name`, with a comma between each two.
    pub(crate) fn changes_from(self, other: Self) -> String {
        let changes = Rule::ALL.into_iter().filter(|&rule| self.has(rule) != other.has(rule));
        let signed = changes.map(|rule| format!("{}{rule}", if self.has(rule) { '+' } else { '-' }));
        signed.collect::<Vec<String>>().join(",")
    }

    /// Returns what the rules make of one character; `None` if it is dropped.
    fn fold_char(self, c: char) -> Option<char> {
        let mut c = c;
        // What one rule gives, another may change.
        while let Some((rule, kept)) = effect(c)
            && self.has(rule)
        {
            c = kept?;
        }
        Some(c)
    }
}

impl Default for Normalizer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Normalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.rules()).finish()
    }
}

/// Writes the names of the rules with a comma between each two, or `none`.
impl fmt::Display for Normalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.rules().map(|rule| rule.to_string()).collect();
        f.pad(if names.is_empty() { NO_RULES.to_owned() } else { names.join(",") }.as_str())
    }
}

/// Reads what `Display` writes, and the names in any order.
impl FromStr for Normalizer {
    type Err = Error;

    fn from_str(names: &str) -> Result<Self, Error> {
        if names == NO_RULES {
            return Ok(Self::NONE);
        }
        names.split(',').map(str::parse::<Rule>).collect()
    }
}

/// The name of the set without rules.
const NO_RULES: &str = "none";

impl FromIterator<Rule> for Normalizer {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        rules.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Extend<Rule> for Normalizer {
    fn extend<I: IntoIterator<Item = Rule>>(&mut self, rules: I) {
        *self = rules.into_iter().fold(*self, Self::with);
    }
}

/// The output of a pass over a text: a new string from the first character that changes on, and none if no character does.
struct Rewrite<'t> {
    text: &'t str,
    same: usize, // while `new` is `None`: bytes of the text that are kept as they are
    new: Option<String>,
}

impl<'t> Rewrite<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, same: 0, new: None }
    }

    fn is_empty(&self) -> bool {
        self.new.as_ref().map_or(self.same == 0, String::is_empty)
    }

    /// Puts `c` for the character that stands at `at`.
    fn put(&mut self, at: usize, c: char) {
        if self.new.is_none() && at == self.same && self.text[at..].starts_with(c) {
            self.same += c.len_utf8();
        } else {
            self.rewritten().push(c);
        }
    }

    /// Takes back the space that was put last.
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

/// Returns true for common letters that NFKC neither changes nor composes with what stands before them. The table of
/// `is_nfkc_quick` takes ten times as long to find that.
fn is_settled(c: char) -> bool {
    matches!(c, '\0'..='\u{9f}' | '\u{c0}'..='\u{ff}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3ce}'
        | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{5d0}'..='\u{5ea}' | '\u{621}'..='\u{64a}'
        | '\u{e01}'..='\u{e30}' | '\u{2018}'..='\u{201e}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Returns a letter without its marks: the first character of its canonical decomposition.
fn base_letter(c: char) -> char {
    let mut base = None;
    unicode_normalization::char::decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.unwrap_or(c)
}

/// Decomposes the isolated and tatweel forms of Arabic marks (U+FC5E–FC63, U+FE70–FE7F) without the space that NFKC puts
/// before the mark: they stand inside words, and it would cut them. Other characters are returned as they are.
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

#[cfg(test)]
mod tests {
    #[test]
    fn settled_letters_are_in_nfkc_whatever_stands_beside_them() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|&c| super::is_settled(c)) {
            assert_eq!(super::is_nfkc_quick([c].into_iter()), super::IsNormalized::Yes, "{c:?}");
            assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{c:?}");
        }
    }
}

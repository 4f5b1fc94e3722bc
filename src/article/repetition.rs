//! How much of a text repeats: the figures that builders of corpora filter by.

use ahash::AHashSet;

use crate::compare::pair::DuplicatePair;
use crate::text::paragraph::Paragraph;

/// Paragraphs, and the characters in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Amount {
    /// Paragraphs.
    pub paragraphs: usize,
    /// Characters (Unicode scalar values) of these paragraphs, without the separators between them.
    pub characters: usize,
}

impl Amount {
    fn add(&mut self, paragraph: &str) {
        self.paragraphs += 1;
        self.characters += paragraph.chars().count();
    }
}

/// How much of an article repeats what stands before it, in three grades. See
/// [`Report::repetition`](crate::Report::repetition).
///
/// A paragraph counts if an earlier one of the article has the same bytes, else the same words, else if it is paired
/// with an earlier one. So each counts once, in the strictest grade that holds, and the first of several never counts.
/// What repeats need not be [redundant](crate::Report::redundant): a text inside a longer one, by containment, repeats it.
///
/// ```
/// let report = dittograph::scan("One and the same line.\nOne and the same line.\nONE and the same line!\nAnother.");
/// let repetition = report.repetition();
/// assert_eq!((repetition.same_bytes.paragraphs, repetition.same_words.paragraphs), (1, 1));
/// assert_eq!((repetition.all.paragraphs, repetition.all.characters), (4, 22 + 22 + 22 + 8));
/// assert_eq!(repetition.repeated().characters, 44);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Repetition {
    /// All paragraphs of the article.
    pub all: Amount,
    /// Paragraphs with the same bytes as an earlier one.
    pub same_bytes: Amount,
    /// Paragraphs with the same words as an earlier one, but no earlier one with the same bytes.
    pub same_words: Amount,
    /// Paragraphs that are paired with an earlier one, of which none has the same words.
    pub near: Amount,
}

impl Repetition {
    /// Counts what repeats among these paragraphs, of which these are all pairs.
    pub(super) fn count(paragraphs: &[Paragraph<'_>], pairs: &[DuplicatePair]) -> Self {
        let mut later: Vec<(usize, bool)> =
            pairs.iter().map(|pair| (pair.later, pair.similarity.is_exact())).collect();
        later.sort_unstable();
        let is_later = |paragraph: usize, exact: bool| later.binary_search(&(paragraph, exact)).is_ok();
        let mut repetition = Self::default();
        let mut seen = AHashSet::new();
        for (n, paragraph) in paragraphs.iter().enumerate() {
            let text = paragraph.as_str();
            repetition.all.add(text);
            if !seen.insert(text) {
                repetition.same_bytes.add(text);
            } else if is_later(n, true) {
                repetition.same_words.add(text);
            } else if is_later(n, false) {
                repetition.near.add(text);
            }
        }
        repetition
    }

    /// Returns the sum of the three grades.
    #[must_use]
    pub fn repeated(&self) -> Amount {
        let grades = [self.same_bytes, self.same_words, self.near];
        Amount {
            paragraphs: grades.iter().map(|grade| grade.paragraphs).sum(),
            characters: grades.iter().map(|grade| grade.characters).sum(),
        }
    }
}

/// The repetition figures of the Gopher rules (Rae et al., *Scaling Language Models*, 2021, table A1) for paragraphs and
/// lines, computed as datatrove 0.10 does, for those who must match its filter.
///
/// Paragraphs are what two or more `\n` separate in the text without the white space at its ends; lines are what one or
/// more separate in the text as it stands, so that a break at its end leaves an empty line. A duplicate is a later copy of
/// the same string. Characters are Unicode scalar values. Nothing is normalized, and nothing is compared but whole
/// strings; [`Report::repetition`](crate::Report::repetition) has what people see as repeated.
///
/// ```
/// use dittograph::GopherRepetition;
///
/// let figures = GopherRepetition::from_text("One.\n\nTwo.\n\nOne.\n");
/// assert_eq!(figures.dup_para_frac(), 1.0 / 3.0);
/// assert_eq!(figures.dup_para_char_frac(), 4.0 / 17.0);
/// assert_eq!(figures.dup_line_frac(), 1.0 / 4.0);
/// assert_eq!(figures.dup_line_char_frac(), 4.0 / 17.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GopherRepetition {
    /// Characters of the text.
    pub characters: usize,
    /// Paragraphs.
    pub paragraphs: usize,
    /// Paragraphs that are the same string as an earlier one.
    pub duplicate_paragraphs: usize,
    /// Characters of these.
    pub duplicate_paragraph_characters: usize,
    /// Lines.
    pub lines: usize,
    /// Lines that are the same string as an earlier one.
    pub duplicate_lines: usize,
    /// Characters of these.
    pub duplicate_line_characters: usize,
}

impl GopherRepetition {
    /// Computes the figures of a text. Cost: two passes over it.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        // Python's white space is Unicode's and four separators of ASCII.
        let stripped = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}'));
        let paragraphs = Duplicates::among(split_at_breaks(stripped, 2));
        let lines = Duplicates::among(split_at_breaks(text, 1));
        Self {
            characters: text.chars().count(),
            paragraphs: paragraphs.all,
            duplicate_paragraphs: paragraphs.count,
            duplicate_paragraph_characters: paragraphs.characters,
            lines: lines.all,
            duplicate_lines: lines.count,
            duplicate_line_characters: lines.characters,
        }
    }

    /// Returns the share of the paragraphs that are duplicates, 0 to 1.
    #[must_use]
    pub fn dup_para_frac(&self) -> f64 {
        share(self.duplicate_paragraphs, self.paragraphs)
    }

    /// Returns the characters of duplicate paragraphs over those of the text, 0 to 1; 0 for an empty text.
    #[must_use]
    pub fn dup_para_char_frac(&self) -> f64 {
        share(self.duplicate_paragraph_characters, self.characters)
    }

    /// Returns the share of the lines that are duplicates, 0 to 1.
    #[must_use]
    pub fn dup_line_frac(&self) -> f64 {
        share(self.duplicate_lines, self.lines)
    }

    /// Returns the characters of duplicate lines over those of the text, 0 to 1; 0 for an empty text.
    #[must_use]
    pub fn dup_line_char_frac(&self) -> f64 {
        share(self.duplicate_line_characters, self.characters)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

struct Duplicates {
    all: usize,
    count: usize,
    characters: usize,
}

impl Duplicates {
    fn among<'t>(pieces: impl Iterator<Item = &'t str>) -> Self {
        let mut seen = AHashSet::new();
        let mut found = Self { all: 0, count: 0, characters: 0 };
        for piece in pieces {
            found.all += 1;
            if !seen.insert(piece) {
                found.count += 1;
                found.characters += piece.chars().count();
            }
        }
        found
    }
}

/// Returns what stands between runs of `least` or more `\n`.
fn split_at_breaks(text: &str, least: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let mut from = 0;
        while let Some(found) = text[from..].find('\n') {
            let start = from + found;
            let end = start + text[start..].bytes().take_while(|&byte| byte == b'\n').count();
            if end - start >= least {
                rest = Some(&text[end..]);
                return Some(&text[..start]);
            }
            from = end;
        }
        Some(text)
    })
}

//! A report as it is written for people.

use std::fmt;
use std::ops::Range;

use crate::article::report::Report;

/// The greatest number of runs, and of pairs, that are written.
const MAX_SHOWN: usize = 20;

/// The greatest number of characters of a paragraph that are written.
const MAX_EXCERPT: usize = 48;

/// Writes the report for people, on lines that end with a line feed: whether the body is doubled, what was counted, and
/// the first 20 runs and pairs, each pair with an excerpt.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.statistics();
        match self.doubled_body() {
            Some(body) => {
                let (earlier, later) = (ParagraphRange(&body.earlier), ParagraphRange(&body.later));
                writeln!(f, "The body stands here twice: {earlier} come again as {later}.")?;
            }
            None if counts.pairs == 0 && counts.runs == 0 => writeln!(f, "No paragraph repeats.")?,
            None => writeln!(f, "Some paragraphs repeat; the body as a whole does not.")?,
        }
        writeln!(
            f,
            "{} (numbered from 0), {}; {} redundant, {}{}.",
            Counted(counts.paragraphs, "paragraph"),
            Counted(counts.words, "word"),
            counts.redundant,
            Counted(counts.redundant_words, "word"),
            Siblings(counts.siblings),
        )?;
        for run in self.runs.iter().take(MAX_SHOWN) {
            let (earlier, later) = (ParagraphRange(&run.earlier), ParagraphRange(&run.later));
            writeln!(f, "  run: {earlier} come again as {later}")?;
        }
        if counts.runs > MAX_SHOWN {
            writeln!(f, "  … and {} more runs", counts.runs - MAX_SHOWN)?;
        }
        for pair in self.pairs.iter().take(MAX_SHOWN) {
            let alike = if pair.similarity.is_exact() {
                "the same words".to_owned()
            } else {
                let (jaccard, containment) = (pair.similarity.jaccard(), pair.similarity.containment());
                format!("jaccard {}, containment {}", WholePercent(jaccard), WholePercent(containment))
            };
            let excerpt = Excerpt(self.paragraphs[pair.later].as_str());
            let verb = if self.redundant.binary_search(&pair.later).is_ok() { "repeats" } else { "is like" };
            writeln!(f, "  ¶{} {verb} ¶{} ({alike}): {excerpt}", pair.later, pair.earlier)?;
        }
        if counts.pairs > MAX_SHOWN {
            writeln!(f, "  … and {} more pairs", counts.pairs - MAX_SHOWN)?;
        }
        Ok(())
    }
}

/// Writes a number of things, which are named in the singular.
struct Counted(usize, &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, name) = self;
        write!(f, "{count} {name}{}", if *count == 1 { "" } else { "s" })
    }
}

/// Writes how many paragraphs are kept as siblings, if any are.
struct Siblings(usize);

impl fmt::Display for Siblings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => write!(f, "; 1 kept as a sibling"),
            count => write!(f, "; {count} kept as siblings"),
        }
    }
}

/// Writes a range of paragraphs with its first and its last.
struct ParagraphRange<'r>(&'r Range<usize>);

impl fmt::Display for ParagraphRange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "¶{}", self.0.start),
            _ => write!(f, "¶{}–{}", self.0.start, self.0.end - 1),
        }
    }
}

/// Writes a share in whole per cent, rounded down: 100 % is said of nothing less.
struct WholePercent(f64);

impl fmt::Display for WholePercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", (100.0 * self.0).floor())
    }
}

/// Writes the beginning of a paragraph on one line that a terminal shows in its own direction: between isolates (U+2068,
/// U+2069), without control characters and direction marks of its own.
struct Excerpt<'t>(&'t str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unseen =
            |c: &char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let words = self.0.split_whitespace().flat_map(|word| std::iter::once(' ').chain(word.chars()));
        let mut rest = words.skip(1).filter(|c| !unseen(c)).peekable();
        let mut shown: String = rest.by_ref().take(MAX_EXCERPT).collect();
        if let Some(&next) = rest.peek() {
            // Cut before a word, not inside, unless the word is most of what is shown.
            let cut = shown.rfind(' ').filter(|&cut| next != ' ' && 2 * cut > shown.len());
            shown.truncate(cut.unwrap_or(shown.len()));
            shown.push('…');
        }
        write!(f, "\u{2068}{shown}\u{2069}")
    }
}

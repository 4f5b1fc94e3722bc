//! What was found in one article.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::article::cluster::Cluster;
use crate::article::run::{self, Run};
use crate::compare::pair::DuplicatePair;
use crate::text::paragraph::{Boundary, Paragraph, spans_lost, without};

/// What repeats in an article. It borrows the article's text; indices of paragraphs count from 0.
///
/// `Display` writes it for people, with short excerpts.
///
/// ```
/// let report = dittograph::scan("A first paragraph of some words.\nAnother one.\nA first paragraph, of some words!");
/// let pair = &report.pairs()[0];
/// assert_eq!((pair.earlier, pair.later, pair.similarity.is_exact()), (0, 2, true));
/// assert_eq!(report.redundant(), [2]);
/// assert_eq!(report.without_redundant(), "A first paragraph of some words.\nAnother one.");
/// ```
#[derive(Clone, Debug)]
pub struct Report<'t> {
    pub(crate) text: &'t str,
    pub(crate) boundary: Boundary,
    pub(crate) paragraphs: Vec<Paragraph<'t>>,
    pub(crate) words: Vec<usize>,
    pub(crate) pairs: Vec<DuplicatePair>,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) runs: Vec<Run>,
    pub(crate) redundant: Vec<usize>,
    pub(crate) matches_left_out: usize,
}

impl<'t> Report<'t> {
    /// The article.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// What separates its paragraphs: the detector's boundary, or what [`Boundary::Auto`] stands for here.
    #[must_use]
    pub fn boundary(&self) -> Boundary {
        self.boundary
    }

    /// Its paragraphs, in their order.
    #[must_use]
    pub fn paragraphs(&self) -> &[Paragraph<'t>] {
        &self.paragraphs
    }

    /// The verified pairs by earlier, then later paragraph.
    ///
    /// Exact copies form a group: each later copy is paired with the first of its group, and only the first of a
    /// group is paired with paragraphs that are not exact copies of it.
    #[must_use]
    pub fn pairs(&self) -> &[DuplicatePair] {
        &self.pairs
    }

    /// The clusters by representative. A paragraph is in one cluster at most.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The passages that come again in the same order, by where they first stand.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The run that makes this article a doubled one: its two sides together hold at least half of the
    /// article's words. Of several it is the one that holds most, of equals the earliest.
    ///
    /// So a passage of b words that stands twice in an article of w words is its body if 2 b ≥ w. A pull-quote or a
    /// caption is no run, as it is one paragraph; a refrain is no doubled body unless most of the song is refrain.
    /// Words are those of UAX #29, counted over all paragraphs between the ends of the run, matched or not.
    #[must_use]
    pub fn doubled_body(&self) -> Option<&Run> {
        run::doubled_body(&self.runs, &self.words)
    }

    /// The redundant paragraphs of all clusters, in ascending order: what [`without_redundant`] leaves out.
    ///
    /// With [`Boundary::Auto`] a text may lose the blank lines that it was cut at, and what is left, cut by its lines,
    /// may repeat again. Then some redundant paragraphs are spared, the shortest first, so that what is clean stays
    /// clean. It takes an article that comes down to one paragraph of several lines that repeat one another.
    ///
    /// [`without_redundant`]: Self::without_redundant
    #[must_use]
    pub fn redundant(&self) -> &[usize] {
        &self.redundant
    }

    /// What [`without_redundant`](Self::without_redundant) leaves out: each redundant paragraph and the
    /// separator before it, in bytes of the text. Neighbours are joined into one span.
    pub fn redundant_spans(&self) -> impl Iterator<Item = Range<usize>> {
        let spans = self.spans();
        spans_lost(self.text, &spans, &self.redundant).collect::<Vec<_>>().into_iter()
    }

    /// The article without its redundant paragraphs; borrowed, byte for byte, if there are none.
    #[must_use]
    pub fn without_redundant(&self) -> Cow<'t, str> {
        self.without(&self.redundant)
    }

    /// The article without these paragraphs, ascending.
    pub(crate) fn without(&self, lost: &[usize]) -> Cow<'t, str> {
        without(self.text, &self.spans(), lost)
    }

    fn spans(&self) -> Vec<Range<usize>> {
        self.paragraphs.iter().map(Paragraph::span).collect()
    }

    /// Counts of what was read and found.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            paragraphs: self.paragraphs.len(),
            without_words: self.words.iter().filter(|&&words| words == 0).count(),
            words: self.words.iter().sum(),
            pairs: self.pairs.len(),
            exact_pairs: self.pairs.iter().filter(|pair| pair.similarity.is_exact()).count(),
            clusters: self.clusters.len(),
            redundant: self.redundant.len(),
            redundant_words: self.redundant.iter().map(|&paragraph| self.words[paragraph]).sum(),
            runs: self.runs.len(),
            matches_left_out: self.matches_left_out,
        }
    }
}

/// Counts of what was read and found in one article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Statistics {
    /// Paragraphs in all.
    pub paragraphs: usize,
    /// Paragraphs without a word, which are similar to nothing.
    pub without_words: usize,
    /// Words (UAX #29) of all paragraphs.
    pub words: usize,
    /// Verified pairs.
    pub pairs: usize,
    /// Pairs of exact copies.
    pub exact_pairs: usize,
    /// Clusters.
    pub clusters: usize,
    /// Redundant paragraphs.
    pub redundant: usize,
    /// Words of the redundant paragraphs.
    pub redundant_words: usize,
    /// Runs.
    pub runs: usize,
    /// Pairs that were not used in looking for runs: copies of what stands more than 16 times, and matches of a later
    /// paragraph that had 16 already. Pairs and clusters are not touched by it.
    pub matches_left_out: usize,
}

/// How many runs and pairs are shown to a person who asked for a report, and how many characters of a paragraph.
const SHOWN: usize = 20;
const EXCERPT: usize = 48;

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.statistics();
        match self.doubled_body() {
            Some(body) => {
                let (earlier, later) = (Paragraphs(&body.earlier), Paragraphs(&body.later));
                writeln!(f, "The body stands here twice: {earlier} come again as {later}.")?;
            }
            None if counts.pairs == 0 && counts.runs == 0 => writeln!(f, "No paragraph repeats.")?,
            None => writeln!(f, "Some paragraphs repeat; the body as a whole does not.")?,
        }
        writeln!(
            f,
            "{} paragraphs (numbered from 0), {} words; {} redundant, {} words.",
            counts.paragraphs, counts.words, counts.redundant, counts.redundant_words
        )?;
        for run in self.runs.iter().take(SHOWN) {
            let (earlier, later) = (Paragraphs(&run.earlier), Paragraphs(&run.later));
            writeln!(f, "  run: {earlier} come again as {later}")?;
        }
        if counts.runs > SHOWN {
            writeln!(f, "  … and {} more runs", counts.runs - SHOWN)?;
        }
        for pair in self.pairs.iter().take(SHOWN) {
            let alike = if pair.similarity.is_exact() {
                "the same words".to_owned()
            } else {
                let (jaccard, containment) = (pair.similarity.jaccard(), pair.similarity.containment());
                format!("jaccard {}, containment {}", Percent(jaccard), Percent(containment))
            };
            let excerpt = Excerpt(self.paragraphs[pair.later].as_str());
            writeln!(f, "  ¶{} repeats ¶{} ({alike}): {excerpt}", pair.later, pair.earlier)?;
        }
        if counts.pairs > SHOWN {
            writeln!(f, "  … and {} more pairs", counts.pairs - SHOWN)?;
        }
        Ok(())
    }
}

/// A range of paragraphs as people write it.
struct Paragraphs<'r>(&'r Range<usize>);

impl fmt::Display for Paragraphs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "¶{}", self.0.start),
            _ => write!(f, "¶{}–{}", self.0.start, self.0.end - 1),
        }
    }
}

/// A share in per cent that says 100 % of nothing less.
struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", (100.0 * self.0).floor())
    }
}

/// The beginning of a paragraph, on one line that a terminal shows in its own direction: between isolates
/// (U+2068, U+2069), without control characters and direction marks of its own.
struct Excerpt<'t>(&'t str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unseen =
            |c: &char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let words = self.0.split_whitespace().flat_map(|word| std::iter::once(' ').chain(word.chars()));
        let mut rest = words.skip(1).filter(|c| !unseen(c)).peekable();
        let mut shown: String = rest.by_ref().take(EXCERPT).collect();
        if let Some(&next) = rest.peek() {
            // Cut before a word, not inside, unless the word is most of what is shown.
            let cut = shown.rfind(' ').filter(|&cut| next != ' ' && 2 * cut > shown.len());
            shown.truncate(cut.unwrap_or(shown.len()));
            shown.push('…');
        }
        write!(f, "\u{2068}{shown}\u{2069}")
    }
}

//! Many articles: the same steps, on all cores, with the order of the articles kept.

use std::borrow::Cow;
use std::ops::Range;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::detect::{Detector, SameWords, Shingled};
use crate::lsh::Banding;
use crate::minhash::MinHasher;
use crate::names::named;
use crate::number::number;
use crate::pair::ParagraphId;
use crate::paragraph::without;
use crate::shingle::ShingleSet;

/// Which pairs of a [`Corpus`] count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Pairs within one article.
    Within,
    /// Pairs between two articles.
    Across,
    /// Both.
    #[default]
    All,
}

named!("scope", Scope { Within => "within", Across => "across", All => "all" });

/// Which paragraph of several that repeat one another is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Keep {
    /// The first.
    #[default]
    First,
    /// The one with the most words, of equals the first.
    Longest,
}

named!("keep", Keep { First => "first", Longest => "longest" });

/// Where candidate pairs of a [`Corpus`] come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Candidates {
    /// The detector's [`banding`](Detector::banding), with the recall that it promises; [`Exact`](Self::Exact)
    /// where there is none. Signatures are held, and shingle sets as far as there is room.
    #[default]
    Lsh,
    /// The exact join: recall 1. All shingle sets are held, 8 bytes a shingle, and all pairs.
    Exact,
}

named!("candidates", Candidates { Lsh => "lsh", Exact => "exact" });

/// Many articles, to find what repeats in and between them.
///
/// The texts are borrowed. For each paragraph the corpus holds its span, the number of its words and one signature
/// for all exact copies: with the default configuration and paragraphs of 70 words at most 400 bytes a paragraph
/// at the peak (README.md has the measurement). What comes out is the same for any number of threads.
///
/// ```
/// use dittograph::{Corpus, Detector};
///
/// let articles = [
///     "The mill burnt down in the night to Monday.\nNobody was hurt, says the mayor of Anwick.",
///     "Bread is dearer by a tenth.\nThe mill burnt down, in the night to Monday!",
/// ];
/// let mut corpus = Corpus::new(Detector::default());
/// corpus.extend(articles);
/// let redundant = corpus.find().redundant().removals;
/// assert_eq!(redundant.len(), 1);
/// assert_eq!((redundant[0].kept.document, redundant[0].kept.paragraph), (0, 0));
/// assert_eq!((redundant[0].removed.document, redundant[0].removed.paragraph), (1, 1));
/// assert_eq!(corpus.without(1, [1]), "Bread is dearer by a tenth.");
/// ```
#[derive(Clone, Debug)]
pub struct Corpus<'t> {
    pub(crate) detector: Detector,
    pub(crate) scope: Scope,
    pub(crate) keep: Keep,
    pub(crate) min_words: usize,
    /// None: exact.
    pub(crate) banding: Option<Banding>,
    pub(crate) hasher: MinHasher,
    pub(crate) articles: Vec<Article<'t>>,
    pub(crate) paragraphs: Vec<Paragraph>,
    pub(crate) groups: Vec<Group>,
    /// The signatures of the groups, one after the other, in blocks that never move.
    signatures: Vec<Vec<u16>>,
    by_words: AHashMap<u64, u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Article<'t> {
    pub(crate) text: &'t str,
    /// The number of its first paragraph.
    pub(crate) first: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Paragraph {
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) words: u32,
    pub(crate) article: u32,
    /// [`NO_WORDS`], or the number of the paragraphs that have these words.
    pub(crate) group: u32,
}

pub(crate) const NO_WORDS: u32 = u32::MAX;

/// Paragraphs with the same words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) first: u32,
    pub(crate) shingles: u32,
}

/// Counts of what a corpus holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CorpusStatistics {
    /// Articles.
    pub articles: usize,
    /// Bytes of text.
    pub bytes: usize,
    /// Paragraphs.
    pub paragraphs: usize,
    /// Paragraphs without a word, which repeat nothing.
    pub without_words: usize,
    /// Paragraphs that differ in their words; exact copies count once.
    pub distinct: usize,
    /// Words (UAX #29) of all paragraphs.
    pub words: usize,
}

/// How many signatures stand in one block.
const BLOCK: u32 = 1 << 12;

/// How many bytes of text are prepared together, on all cores.
const BATCH: usize = 1 << 24;

impl<'t> Corpus<'t> {
    /// An empty corpus: pairs in and between articles count, the first is kept, short paragraphs are those of
    /// fewer than 5 words.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self {
            detector,
            scope: Scope::All,
            keep: Keep::First,
            min_words: 5,
            banding: None,
            hasher: MinHasher::new(0),
            articles: Vec::new(),
            paragraphs: Vec::new(),
            groups: Vec::new(),
            signatures: Vec::new(),
            by_words: AHashMap::new(),
        }
        .candidates(Candidates::Lsh)
    }

    /// Which pairs count. Default: [`Scope::All`].
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Which paragraph of several is kept. Default: [`Keep::First`].
    #[must_use]
    pub fn keep(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// Paragraphs of fewer words are never redundant for one of another article: "Read more" belongs to each.
    /// Default: 5.
    #[must_use]
    pub fn min_words(self, words: usize) -> Self {
        Self { min_words: words, ..self }
    }

    /// Where candidate pairs come from. Default: [`Candidates::Lsh`].
    ///
    /// # Panics
    ///
    /// If the corpus holds articles already: signatures are made as they come in.
    #[must_use]
    pub fn candidates(self, candidates: Candidates) -> Self {
        assert!(self.articles.is_empty(), "candidates are chosen before articles come in");
        let banding = self.detector.banding().filter(|_| candidates == Candidates::Lsh);
        let slots = banding.map_or(0, |banding| banding.bands * banding.rows);
        Self { banding, hasher: MinHasher::new(slots), ..self }
    }

    /// The recall for pairs of this Jaccard: 1 with the exact join.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        self.banding.map_or(1.0, |banding| banding.recall_at(jaccard))
    }

    /// The banding that finds candidates, `None` with the exact join.
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        self.banding
    }

    /// Counts of what the corpus holds.
    #[must_use]
    pub fn statistics(&self) -> CorpusStatistics {
        CorpusStatistics {
            articles: self.articles.len(),
            bytes: self.articles.iter().map(|article| article.text.len()).sum(),
            paragraphs: self.paragraphs.len(),
            without_words: self.paragraphs.iter().filter(|p| p.group == NO_WORDS).count(),
            distinct: self.groups.len(),
            words: self.paragraphs.iter().map(|p| p.words as usize).sum(),
        }
    }

    /// An article without some of its paragraphs (ascending), as [`Report::without_redundant`] has it; "" if all
    /// of them go.
    ///
    /// # Panics
    ///
    /// If there is no such article or paragraph.
    ///
    /// [`Report::without_redundant`]: crate::Report::without_redundant
    #[must_use]
    pub fn without(&self, document: usize, paragraphs: impl IntoIterator<Item = u32>) -> Cow<'t, str> {
        let spans: Vec<Range<usize>> = self.paragraphs_of(document).iter().map(Paragraph::span).collect();
        let lost: Vec<usize> = paragraphs.into_iter().map(|n| n as usize).collect();
        without(self.articles[document].text, &spans, &lost)
    }

    pub(crate) fn paragraphs_of(&self, document: usize) -> &[Paragraph] {
        let end = self.articles.get(document + 1).map_or(self.paragraphs.len(), |next| next.first as usize);
        &self.paragraphs[self.articles[document].first as usize..end]
    }

    pub(crate) fn count(&self) -> u32 {
        number(self.paragraphs.len())
    }

    pub(crate) fn id(&self, n: u32) -> ParagraphId {
        let article = self.paragraphs[n as usize].article;
        ParagraphId { document: article.into(), paragraph: n - self.articles[article as usize].first }
    }

    pub(crate) fn group_of(&self, n: u32) -> Option<u32> {
        Some(self.paragraphs[n as usize].group).filter(|&group| group != NO_WORDS)
    }

    pub(crate) fn text_of(&self, n: u32) -> &'t str {
        let paragraph = self.paragraphs[n as usize];
        &self.articles[paragraph.article as usize].text[paragraph.span()]
    }

    pub(crate) fn set(&self, group: u32) -> ShingleSet {
        self.detector.shingles_of(self.text_of(self.groups[group as usize].first))
    }

    /// Take in articles that are prepared.
    fn put(&mut self, articles: &[&'t str], prepared: Vec<Vec<Prepared>>) {
        let detector = self.detector;
        let mut same_words = SameWords::new(&detector);
        for (&text, paragraphs) in articles.iter().zip(prepared) {
            let article = number(self.articles.len());
            self.articles.push(Article { text, first: self.count() });
            for Prepared { span, shingled, signature } in paragraphs {
                let paragraph = self.count();
                let words = saturated(shingled.words);
                let place = Paragraph { start: span.start, len: span.len(), words, article, group: NO_WORDS };
                self.paragraphs.push(place);
                self.paragraphs[paragraph as usize].group =
                    self.group(paragraph, &shingled, &signature, &mut same_words);
            }
        }
    }

    /// The group of a paragraph by its words, a new one if they are new.
    fn group(
        &mut self,
        paragraph: u32,
        shingled: &Shingled,
        signature: &[u16],
        same_words: &mut SameWords<'_>,
    ) -> u32 {
        let Some(hash) = shingled.hash else { return NO_WORDS };
        #[allow(clippy::cast_possible_truncation)] // half of the hash is enough to look up by
        let key = hash as u64;
        if let Some(&group) = self.by_words.get(&key) {
            let first = self.groups[group as usize].first;
            if same_words.check(first as usize, self.text_of(first), self.text_of(paragraph)) {
                return group;
            }
        }
        let group = number(self.groups.len());
        self.groups.push(Group { first: paragraph, shingles: saturated(shingled.set.len()) });
        if group.is_multiple_of(BLOCK) {
            self.signatures.push(Vec::with_capacity(BLOCK as usize * signature.len()));
        }
        if let Some(block) = self.signatures.last_mut() {
            block.extend_from_slice(signature);
        }
        self.by_words.entry(key).or_insert(group);
        group
    }

    pub(crate) fn signature(&self, group: u32) -> &[u16] {
        let (slots, at) = (self.hasher.slots(), (group % BLOCK) as usize);
        &self.signatures[(group / BLOCK) as usize][at * slots..(at + 1) * slots]
    }

    fn prepare(&self, text: &str) -> Vec<Prepared> {
        let prepare = |paragraph: &crate::paragraph::Paragraph<'_>| {
            let shingled = self.detector.shingle(paragraph.as_str());
            let mut signature = vec![0; self.hasher.slots()];
            self.hasher.sign_into(&shingled.set, &mut signature);
            Prepared { span: paragraph.span(), shingled, signature }
        };
        self.detector.boundary().paragraphs(text).par_iter().map(prepare).collect()
    }
}

impl Paragraph {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.start + self.len
    }
}

/// A count of which it is enough to know that it is very large.
fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A paragraph ready to be taken in.
struct Prepared {
    span: Range<usize>,
    shingled: Shingled,
    signature: Vec<u16>,
}

/// Takes articles in, in their order; they are prepared on all cores.
///
/// # Panics
///
/// Beyond 2³² paragraphs.
impl<'t> Extend<&'t str> for Corpus<'t> {
    fn extend<I: IntoIterator<Item = &'t str>>(&mut self, articles: I) {
        let mut articles = articles.into_iter().peekable();
        while articles.peek().is_some() {
            let mut bytes = 0;
            let batch: Vec<&'t str> = std::iter::from_fn(|| {
                let text = articles.next_if(|_| bytes < BATCH)?;
                bytes += text.len() + size_of::<&str>();
                Some(text)
            })
            .collect();
            let prepared: Vec<Vec<Prepared>> = batch.par_iter().map(|text| self.prepare(text)).collect();
            self.put(&batch, prepared);
        }
    }
}

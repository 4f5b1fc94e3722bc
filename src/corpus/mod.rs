//! Many articles: the same steps, on all cores, with the order of the articles kept.

pub(crate) mod candidates;
mod kept;
pub(crate) mod found;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashTable;
use rayon::prelude::*;

use crate::article::detector::Detector;
use crate::article::reading::{Read, SameWords, Scratch};
use crate::compare::pair::ParagraphId;
use crate::groups::number;
use crate::lsh::{Banding, Keys};
use crate::minhash::MinHasher;
use crate::option_names::string_enum;
use crate::shingle::ShingleSet;
use crate::text::paragraph::{self, without};

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

string_enum!("scope", Scope { Within => "within", Across => "across", All => "all" });

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

string_enum!("keep", Keep { First => "first", Longest => "longest" });

/// Where candidate pairs of a [`Corpus`] come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Candidates {
    /// The detector's [`banding`](Detector::banding), with the recall that it promises; [`Exact`](Self::Exact)
    /// where there is none. Bucket keys are held, and shingle sets as far as there is room.
    #[default]
    Lsh,
    /// The exact join: recall 1. All shingle sets are held, 8 bytes a shingle, and all pairs.
    Exact,
}

string_enum!("candidates", Candidates { Lsh => "lsh", Exact => "exact" });

/// Many articles, to find what repeats in and between them.
///
/// The texts are borrowed, or [read](Corpus::reading) again where they are needed. For each paragraph the corpus
/// holds its span and the number of its words; for all exact copies of it together, 4 bytes of each band. README.md
/// has what that comes to. What comes out is the same for any number of threads.
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
/// let found = corpus.find();
/// let redundant = found.redundant().removals;
/// assert_eq!(redundant.len(), 1);
/// assert_eq!((redundant[0].kept.document, redundant[0].kept.paragraph), (0, 0));
/// assert_eq!((redundant[0].removed.document, redundant[0].removed.paragraph), (1, 1));
/// assert_eq!(found.without(1, [1]), "Bread is dearer by a tenth.");
/// ```
#[derive(Clone, Debug)]
pub struct Corpus<'t> {
    pub(crate) contents: Contents<'t>,
    /// The bucket keys of the groups.
    pub(crate) keys: Keys,
    hasher: MinHasher,
    /// The groups by the hashes of their words.
    pub(crate) by_words: HashTable<u32>,
}

/// What is known of each paragraph, and what is to be found.
#[derive(Clone, Debug)]
pub(crate) struct Contents<'t> {
    pub(crate) detector: Detector,
    pub(crate) scope: Scope,
    pub(crate) keep: Keep,
    pub(crate) min_words: usize,
    /// None: exact.
    pub(crate) banding: Option<Banding>,
    pub(crate) texts: Texts<'t>,
    pub(crate) articles: Vec<Article>,
    pub(crate) paragraphs: Vec<Paragraph>,
    pub(crate) groups: Vec<Group>,
}

/// Where the text of an article comes from.
#[derive(Clone)]
pub(crate) enum Texts<'t> {
    Held(Vec<&'t str>),
    Read(Arc<dyn Fn(u64, Range<usize>) -> String + Send + Sync + 't>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Article {
    /// Its bytes.
    len: u32,
    /// The number of its first paragraph.
    pub(crate) first: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Paragraph {
    start: u32,
    pub(crate) len: u32,
    pub(crate) words: u32,
    pub(crate) article: u32,
    /// [`NO_WORDS`], or the number of the paragraphs that have these words.
    pub(crate) group: u32,
}

pub(crate) const NO_WORDS: u32 = u32::MAX;

/// Paragraphs with the same words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    hash: u64,
    pub(crate) first: u32,
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

/// How many bytes of text are prepared together, on all cores.
const BATCH: usize = 1 << 21;

/// How many paragraphs are prepared by one core at a time.
const TOGETHER: usize = 64;

impl<'t> Corpus<'t> {
    /// An empty corpus: pairs in and between articles count, the first is kept, short paragraphs are those of
    /// fewer than 5 words.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self::with_texts(detector, Texts::Held(Vec::new()))
    }

    /// An empty corpus that holds no text of what it [takes in](Self::take_in). What it needs again, to compare it,
    /// it gets from `read`: a byte range of the text of a document, counted from 0.
    ///
    /// This is the form for a dump that does not fit in memory. But for the exact join no shingle sets are
    /// held either, so a paragraph is read, normalised and shingled again each time that it is compared.
    ///
    /// `read` must give what was taken in, from the call on that takes it in; else what is reported is true of what
    /// it gave. It has no way to fail: a caller whose storage can fail makes a note of that, returns anything, and
    /// drops what is found.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector};
    ///
    /// let stored = ["Bread is dearer by a tenth since Monday.", "Bread is dearer, by a tenth, since Monday!"];
    /// let mut corpus = Corpus::reading(Detector::default(), |document, range| {
    ///     stored[document as usize][range].to_string()
    /// });
    /// corpus.take_in(stored);
    /// assert_eq!(corpus.find().redundant().removals.len(), 1);
    /// ```
    #[must_use]
    pub fn reading(
        detector: Detector,
        read: impl Fn(u64, Range<usize>) -> String + Send + Sync + 't,
    ) -> Self {
        Self::with_texts(detector, Texts::Read(Arc::new(read)))
    }

    fn with_texts(detector: Detector, texts: Texts<'t>) -> Self {
        let contents = Contents {
            detector,
            scope: Scope::All,
            keep: Keep::First,
            min_words: 5,
            banding: None,
            texts,
            articles: Vec::new(),
            paragraphs: Vec::new(),
            groups: Vec::new(),
        };
        Self { contents, keys: Keys::new(0), hasher: MinHasher::with_slots(0), by_words: HashTable::new() }
            .candidates(Candidates::Lsh)
    }

    /// Which pairs count. Default: [`Scope::All`].
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.contents.scope = scope;
        self
    }

    /// Which paragraph of several is kept. Default: [`Keep::First`].
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.contents.keep = keep;
        self
    }

    /// Paragraphs of fewer words are never redundant for one of another article: "Read more" belongs to each.
    /// Default: 5.
    #[must_use]
    pub fn min_words(mut self, words: usize) -> Self {
        self.contents.min_words = words;
        self
    }

    /// Where candidate pairs come from. Default: [`Candidates::Lsh`].
    ///
    /// # Panics
    ///
    /// If the corpus holds articles already: their bucket keys are made as they come in.
    #[must_use]
    pub fn candidates(mut self, candidates: Candidates) -> Self {
        assert!(self.contents.articles.is_empty(), "candidates are chosen before articles come in");
        let banding = self.contents.detector.banding().filter(|_| candidates == Candidates::Lsh);
        self.contents.banding = banding;
        self.hasher = MinHasher::with_slots(banding.map_or(0, |banding| banding.bands * banding.rows));
        self.keys = Keys::new(banding.map_or(0, |banding| banding.bands));
        self
    }

    /// The recall for pairs of this Jaccard: 1 with the exact join.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        self.banding().map_or(1.0, |banding| banding.recall_at(jaccard))
    }

    /// The banding that finds candidates, `None` with the exact join.
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        self.contents.banding
    }

    /// Counts of what the corpus holds.
    #[must_use]
    pub fn statistics(&self) -> CorpusStatistics {
        let Contents { articles, paragraphs, groups, .. } = &self.contents;
        CorpusStatistics {
            articles: articles.len(),
            bytes: articles.iter().map(|article| article.len as usize).sum(),
            paragraphs: paragraphs.len(),
            without_words: paragraphs.iter().filter(|p| p.group == NO_WORDS).count(),
            distinct: groups.len(),
            words: paragraphs.iter().map(|p| p.words as usize).sum(),
        }
    }

    /// Take in articles, in their order, without holding on to their texts; they are prepared on all cores.
    ///
    /// # Panics
    ///
    /// If the corpus is not one that [reads](Self::reading) texts again: it [borrows](Extend::extend) them. Beyond
    /// 2³² paragraphs, and for an article of 4 GiB or more.
    pub fn take_in<T: AsRef<str> + Send + Sync>(&mut self, articles: impl IntoIterator<Item = T>) {
        assert!(matches!(self.contents.texts, Texts::Read(_)), "texts that are not read again are held");
        self.put_all(articles.into_iter(), |_, _| ());
    }

    /// Prepare articles batch by batch, and put each in while the next is prepared; `hold` is given each article.
    fn put_all<T: AsRef<str> + Send + Sync>(
        &mut self,
        articles: impl Iterator<Item = T>,
        hold: impl Fn(&mut Texts<'t>, &T) + Sync,
    ) {
        let maker =
            Maker { detector: self.contents.detector, banding: self.banding(), hasher: self.hasher.clone() };
        let mut articles = articles.peekable();
        let mut take = || -> Vec<T> {
            let mut bytes = 0;
            let take = || {
                let article = articles.next_if(|_| bytes < BATCH)?;
                bytes += article.as_ref().len() + size_of::<&str>();
                Some(article)
            };
            std::iter::from_fn(take).collect()
        };
        let mut ready = maker.prepare(take());
        while !ready.articles.is_empty() {
            let next = take();
            ((), ready) = rayon::join(|| self.put_batch(&ready, &hold), || maker.prepare(next));
        }
    }

    fn put_batch<T: AsRef<str>>(&mut self, batch: &Batch<T>, hold: &impl Fn(&mut Texts<'t>, &T)) {
        let bands = self.keys.bands();
        let mut prepared = batch.prepared.iter().flat_map(|prepared| {
            (prepared.paragraphs.iter().enumerate())
                .map(move |(n, ready)| (ready, &prepared.keys[n * bands..(n + 1) * bands]))
        });
        let detector = self.contents.detector;
        let mut same_words = SameWords::new(&detector);
        for (article, spans) in batch.articles.iter().zip(&batch.spans) {
            hold(&mut self.contents.texts, article);
            let text = article.as_ref();
            let len = u32::try_from(text.len()).expect("an article has fewer than 2^32 bytes");
            self.contents.articles.push(Article { len, first: self.contents.count() });
            for (span, (ready, keys)) in spans.iter().zip(&mut prepared) {
                self.put(text, span, ready, keys, &mut same_words);
            }
        }
    }

    /// Put in a paragraph of the last article.
    fn put(
        &mut self,
        text: &str,
        span: &Range<usize>,
        ready: &Ready,
        keys: &[u32],
        same_words: &mut SameWords<'_>,
    ) {
        let Range { start, end } = *span;
        let mut place = Paragraph {
            start: number(start),
            len: number(end - start),
            words: saturated(ready.words),
            article: number(self.contents.articles.len() - 1),
            group: NO_WORDS,
        };
        if let Some(hash) = ready.hash {
            place.group = self.group(hash, keys, &text[start..end], same_words);
        }
        self.contents.paragraphs.push(place);
    }

    /// The group of the next paragraph by its words, a new one if they are new.
    fn group(&mut self, hash: u64, keys: &[u32], text: &str, same_words: &mut SameWords<'_>) -> u32 {
        let contents = &mut self.contents;
        let paragraph = contents.count();
        let found = self.by_words.find(hash, |&group| contents.groups[group as usize].hash == hash);
        if let Some(&group) = found {
            let first = contents.groups[group as usize].first;
            if same_words.check(first as usize, &contents.text_of(first), text) {
                return group;
            }
        }
        let (group, is_known) = (number(contents.groups.len()), found.is_some());
        contents.groups.push(Group { hash, first: paragraph });
        self.keys.push(keys);
        if !is_known {
            self.by_words.insert_unique(hash, group, |&group| contents.groups[group as usize].hash);
        }
        group
    }
}

impl<'t> Contents<'t> {
    /// An article without some of its paragraphs (ascending); "" if all of them go.
    pub(crate) fn without(&self, document: usize, paragraphs: impl IntoIterator<Item = u32>) -> Cow<'t, str> {
        let spans: Vec<Range<usize>> = self.paragraphs_of(document).iter().map(Paragraph::span).collect();
        let lost: Vec<usize> = paragraphs.into_iter().map(|n| n as usize).collect();
        match self.text(document) {
            Cow::Borrowed(text) => without(text, &spans, &lost),
            Cow::Owned(text) => Cow::Owned(without(&text, &spans, &lost).into_owned()),
        }
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

    pub(crate) fn text(&self, document: usize) -> Cow<'t, str> {
        self.part(document, 0..self.articles[document].len as usize)
    }

    fn text_of(&self, n: u32) -> Cow<'t, str> {
        let paragraph = self.paragraphs[n as usize];
        self.part(paragraph.article as usize, paragraph.span())
    }

    fn part(&self, document: usize, span: Range<usize>) -> Cow<'t, str> {
        match &self.texts {
            Texts::Held(texts) => Cow::Borrowed(&texts[document][span]),
            Texts::Read(read) => Cow::Owned(read(document as u64, span)),
        }
    }

    pub(crate) fn set(&self, group: u32) -> ShingleSet {
        self.detector.shingles_of(&self.text_of(self.groups[group as usize].first))
    }
}

impl Paragraph {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// A count of which it is enough to know that it is very large.
fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Makes articles ready to be put in.
struct Maker {
    detector: Detector,
    banding: Option<Banding>,
    hasher: MinHasher,
}

/// Articles ready to be put in.
struct Batch<T> {
    articles: Vec<T>,
    /// The paragraphs of each article.
    spans: Vec<Vec<Range<usize>>>,
    prepared: Vec<Prepared>,
}

/// What was read of some paragraphs.
struct Prepared {
    paragraphs: Vec<Ready>,
    /// The bucket keys of each, one after the other.
    keys: Vec<u32>,
}

/// What was read of a paragraph.
struct Ready {
    words: usize,
    /// None: it has no words.
    hash: Option<u64>,
}

impl Maker {
    fn prepare<T: AsRef<str> + Sync>(&self, articles: Vec<T>) -> Batch<T> {
        let cut = |article: &T| {
            let paragraphs = self.detector.boundary().paragraphs(article.as_ref());
            paragraphs.iter().map(paragraph::Paragraph::span).collect()
        };
        let spans: Vec<Vec<Range<usize>>> = articles.par_iter().map(cut).collect();
        let texts: Vec<&str> = (articles.iter().zip(&spans))
            .flat_map(|(article, spans)| spans.iter().map(|span| &article.as_ref()[span.clone()]))
            .collect();
        let prepared = texts.par_chunks(TOGETHER).map(|texts| self.read(texts)).collect();
        Batch { articles, spans, prepared }
    }

    fn read(&self, paragraphs: &[&str]) -> Prepared {
        let mut scratch = Scratch::default();
        let mut slots = vec![0; self.hasher.slots()];
        let bands = self.banding.map_or(0, |banding| banding.bands);
        let mut keys = Vec::with_capacity(paragraphs.len() * bands);
        let read = |paragraph: &&str| {
            let Read { words, hash } = self.detector.read(paragraph, &mut scratch);
            self.hasher.sign_hashes(scratch.hashes(), &mut slots);
            if let Some(banding) = self.banding {
                #[allow(clippy::cast_possible_truncation)] // half of a key is enough to propose by
                banding.each_key(&slots, |key| keys.push(key as u32));
            }
            #[allow(clippy::cast_possible_truncation)] // half of a hash is enough to look up by
            Ready { words, hash: hash.map(|hash| hash as u64) }
        };
        let paragraphs = paragraphs.iter().map(read).collect();
        Prepared { paragraphs, keys }
    }
}

impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Texts::Held(_) => "Held",
            Texts::Read(_) => "Read",
        })
    }
}

/// Takes articles in, in their order; they are prepared on all cores.
///
/// # Panics
///
/// Beyond 2³² paragraphs, and for an article of 4 GiB or more.
impl<'t> Extend<&'t str> for Corpus<'t> {
    fn extend<I: IntoIterator<Item = &'t str>>(&mut self, articles: I) {
        self.put_all(articles.into_iter(), |texts, &article| {
            if let Texts::Held(texts) = texts {
                texts.push(article);
            }
        });
    }
}

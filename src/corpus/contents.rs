//! What a corpus knows of its documents: their texts, the table of their paragraphs, and which of these are copies.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::article::config::Siblings;
use crate::article::detector::Detector;
use crate::compare::Measure;
use crate::compare::lcs::{WordSequence, WordSketch};
use crate::compare::pair::{Evidence, ParagraphId};
use crate::corpus::CorpusStatistics;
use crate::corpus::boilerplate::BoilerplateRule;
use crate::corpus::options::{CorpusBuilder, Keep, Scope};
use crate::corpus::text_store::TextStore;
use crate::error::Error;
use crate::groups::{FlatGroups, number};
use crate::lsh::Banding;
use crate::shingle::ShingleSet;
use crate::text::paragraph::{spans_lost, without};

/// The documents, paragraphs and copy groups of a corpus, and its options. All three are numbered from 0.
#[derive(Clone, Debug)]
pub(crate) struct Contents<'t> {
    pub(crate) detector: Detector,
    pub(crate) scope: Scope,
    pub(crate) keep: Keep,
    pub(crate) min_words: usize,
    pub(crate) evidence: Evidence,
    /// None: the exact join finds candidates.
    pub(crate) banding: Option<Banding>,
    pub(crate) texts: Texts<'t>,
    pub(crate) documents: Vec<DocumentEntry>,
    /// Paragraphs of documents with a lesser rank are preferred; those without one are preferred least.
    pub(crate) ranks: Vec<u32>,
    /// What is removed as boilerplate.
    pub(crate) boilerplate: Option<BoilerplateRule>,
    pub(crate) paragraphs: Vec<ParagraphEntry>,
    pub(crate) copy_groups: Vec<CopyGroup>,
    /// The documents in which a body may stand twice, ascending.
    pub(crate) repeating: Vec<u32>,
    /// The words of each copy group, if the evidence of runs is wanted.
    pub(crate) sketches: Vec<WordSketch>,
}

/// Where the texts of the documents are.
pub(crate) enum Texts<'t> {
    Borrowed(Vec<&'t str>),
    /// An `Arc` so that a corpus that borrows can be cloned. There is one owner: no corpus that reads is cloned.
    Stored(Arc<TextStore>),
    Read(AssertUnwindSafe<ReadText<'t>>), // what it shares between threads it guards, as it is `Sync`
    /// Of each copy group the text of one of its paragraphs, and nothing else.
    OfGroups(Vec<&'t str>),
}

/// Reads a range of bytes of the text of a document.
pub(crate) type ReadText<'t> = Arc<dyn Fn(u64, Range<usize>) -> String + Send + Sync + 't>;

#[derive(Clone, Copy, Debug)]
pub(crate) struct DocumentEntry {
    /// Bytes of its text.
    pub(crate) len: u32,
    /// The number of its first paragraph.
    pub(crate) first: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ParagraphEntry {
    pub(crate) start: u32,
    pub(crate) len: u32,
    pub(crate) words: u32,
    pub(crate) document: u32,
    /// The number of its copy group, or [`NO_WORDS`].
    pub(crate) copy_group: u32,
}

/// In place of a number: a paragraph without words is in no copy group.
pub(crate) const NO_WORDS: u32 = u32::MAX;

/// Paragraphs with the same words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CopyGroup {
    /// Half of the hash of their words.
    pub(crate) hash: u64,
    /// The number of the first of them.
    pub(crate) first: u32,
    /// A hash of the text of the first of them, which differs from run to run.
    pub(crate) text_hash: u32,
}

impl<'t> Contents<'t> {
    pub(crate) fn new(options: CorpusBuilder, texts: Texts<'t>) -> Self {
        let CorpusBuilder { detector, scope, keep, min_words, evidence, .. } = options;
        Self {
            detector,
            scope,
            keep,
            min_words,
            evidence,
            banding: options.banding(),
            texts,
            documents: Vec::new(),
            ranks: Vec::new(),
            boilerplate: None,
            paragraphs: Vec::new(),
            copy_groups: Vec::new(),
            repeating: Vec::new(),
            sketches: Vec::new(),
        }
    }

    /// Returns true if the evidence of runs counts: between documents, and beside a Jaccard similarity.
    pub(crate) fn wants_runs(&self) -> bool {
        self.wants_evidence() && self.scope != Scope::Within
    }

    /// Returns true if the evidence of doubled bodies counts: within a document, and beside a Jaccard similarity.
    pub(crate) fn wants_bodies(&self) -> bool {
        self.wants_evidence() && self.scope != Scope::Across
    }

    fn wants_evidence(&self) -> bool {
        self.evidence == Evidence::Run && self.detector.comparator().measure == Measure::Jaccard
    }

    /// Returns true if siblings are kept.
    pub(crate) fn wants_siblings(&self) -> bool {
        self.detector.siblings() == Siblings::Keep
    }

    /// Returns how many paragraphs there are.
    pub(crate) fn count(&self) -> u32 {
        number(self.paragraphs.len())
    }

    pub(crate) fn statistics(&self) -> CorpusStatistics {
        CorpusStatistics {
            documents: self.documents.len(),
            bytes: self.documents.iter().map(|document| document.len as usize).sum(),
            paragraphs: self.paragraphs.len(),
            without_words: self.paragraphs.iter().filter(|p| p.copy_group == NO_WORDS).count(),
            distinct: self.copy_groups.len(),
            words: self.paragraphs.iter().map(|p| p.words as usize).sum(),
        }
    }

    pub(crate) fn id(&self, paragraph: u32) -> ParagraphId {
        let document = self.document_of(paragraph);
        ParagraphId {
            document: document.into(),
            paragraph: paragraph - self.documents[document as usize].first,
        }
    }

    pub(crate) fn document_of(&self, paragraph: u32) -> u32 {
        self.paragraphs[paragraph as usize].document
    }

    /// Returns the number of the copy group of a paragraph, `None` if it has no words.
    pub(crate) fn group_of(&self, paragraph: u32) -> Option<u32> {
        Some(self.paragraphs[paragraph as usize].copy_group).filter(|&group| group != NO_WORDS)
    }

    /// Returns the paragraphs of each copy group, ascending.
    pub(crate) fn members(&self) -> FlatGroups<u32> {
        FlatGroups::new(self.copy_groups.len(), || {
            (0..self.count()).filter_map(|paragraph| Some((self.group_of(paragraph)?, paragraph)))
        })
    }

    /// Returns the shingles of the paragraphs of a copy group, made anew from the text of the first.
    pub(crate) fn shingles_of(&self, group: u32) -> ShingleSet {
        self.detector.shingles_of(&self.group_text(group))
    }

    /// Returns the words of the paragraphs of a copy group in their order, made anew from the text of the first.
    pub(crate) fn sequence_of(&self, group: u32) -> WordSequence {
        self.detector.sequence(&self.group_text(group))
    }

    /// Returns the text of a paragraph of a copy group: of the first, where all are held.
    fn group_text(&self, group: u32) -> Cow<'t, str> {
        match &self.texts {
            Texts::OfGroups(texts) => Cow::Borrowed(texts[group as usize]),
            _ => self.paragraph_text(self.copy_groups[group as usize].first),
        }
    }

    /// Returns true if pairs of these two paragraphs count.
    pub(crate) fn in_scope(&self, a: u32, b: u32) -> bool {
        let same = self.document_of(a) == self.document_of(b);
        match self.scope {
            Scope::Within => same,
            Scope::Across => !same,
            Scope::All => true,
        }
    }

    /// Returns the place of a document in the table, `None` if there is no such document.
    pub(crate) fn place(&self, document: u64) -> Option<usize> {
        usize::try_from(document).ok().filter(|&place| place < self.documents.len())
    }

    /// Returns the number of a paragraph, `None` if there is no such paragraph.
    pub(crate) fn number_of(&self, id: ParagraphId) -> Option<u32> {
        let place = self.place(id.document)?;
        let first = self.documents[place].first;
        ((id.paragraph as usize) < self.paragraphs_of(place).len()).then(|| first + id.paragraph)
    }

    pub(crate) fn paragraphs_of(&self, document: usize) -> &[ParagraphEntry] {
        let end = self.documents.get(document + 1).map_or(self.paragraphs.len(), |next| next.first as usize);
        &self.paragraphs[self.documents[document].first as usize..end]
    }

    pub(crate) fn text(&self, document: usize) -> Cow<'t, str> {
        self.part(document, 0..self.documents[document].len as usize)
    }

    pub(crate) fn paragraph_text(&self, paragraph: u32) -> Cow<'t, str> {
        let paragraph = self.paragraphs[paragraph as usize];
        self.part(paragraph.document as usize, paragraph.span())
    }

    fn part(&self, document: usize, span: Range<usize>) -> Cow<'t, str> {
        match &self.texts {
            Texts::Borrowed(texts) => Cow::Borrowed(&texts[document][span]),
            Texts::Stored(store) => Cow::Owned(store.get(document as u64, span).unwrap_or_default()), // it keeps errors
            Texts::Read(read) => Cow::Owned(read(document as u64, span)),
            Texts::OfGroups(_) => Cow::Borrowed(""),
        }
    }

    /// Returns the first error of the store, if the texts are in one.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Texts::Stored(store) = &self.texts { store.check() } else { Ok(()) }
    }

    /// Returns the spans that a document loses with some of its paragraphs (ascending, none twice).
    pub(crate) fn spans_lost(&self, document: usize, lost: &[usize]) -> Vec<Range<usize>> {
        let spans: Vec<Range<usize>> =
            self.paragraphs_of(document).iter().map(ParagraphEntry::span).collect();
        spans_lost(self.documents[document].len as usize, &spans, lost).collect()
    }

    /// Returns a document without some of its paragraphs (ascending, none twice); "" if all of them go. A text that is
    /// not the one that came in, since it could not be read, is returned as it is.
    pub(crate) fn without(&self, document: usize, lost: &[usize]) -> Cow<'t, str> {
        let spans: Vec<Range<usize>> =
            self.paragraphs_of(document).iter().map(ParagraphEntry::span).collect();
        match self.text(document) {
            Cow::Borrowed(text) => without(text, &spans, lost),
            Cow::Owned(text) => {
                let fits = |span: &Range<usize>| text.get(span.clone()).is_some();
                let is_known = spans.iter().all(fits);
                Cow::Owned(if is_known { without(&text, &spans, lost).into_owned() } else { text })
            }
        }
    }
}

impl ParagraphEntry {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

impl Clone for Texts<'_> {
    fn clone(&self) -> Self {
        match self {
            Texts::Borrowed(texts) => Texts::Borrowed(texts.clone()),
            Texts::Stored(store) => Texts::Stored(Arc::clone(store)),
            Texts::Read(AssertUnwindSafe(read)) => Texts::Read(AssertUnwindSafe(Arc::clone(read))),
            Texts::OfGroups(texts) => Texts::OfGroups(texts.clone()),
        }
    }
}

impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Texts::Borrowed(_) => "Borrowed",
            Texts::Stored(_) => "Stored",
            Texts::Read(_) => "Read",
            Texts::OfGroups(_) => "OfGroups",
        })
    }
}

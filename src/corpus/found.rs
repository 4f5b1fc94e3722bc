//! What repeats in a corpus: what is redundant, all pairs, and the passages that come again.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use crate::compare::pair::{Evidence, ParagraphId, ParagraphPair};
use crate::compare::{Overlap, Similarity};
use crate::corpus::bodies::Bodies;
use crate::corpus::contents::Contents;
use crate::corpus::kept::Decided;
use crate::corpus::known::Known;
use crate::corpus::neighbours::Neighbours;
use crate::corpus::pairs::Pairs;
#[cfg(test)]
use crate::corpus::prefixes::Crowding;
use crate::corpus::{CorpusStatistics, kept, overlaps, runs};
use crate::error::Error;

/// A redundant paragraph of a [`Corpus`](crate::Corpus) together with the one that is kept in its place.
///
/// The two were compared exactly, unless they have the same words. One article has no such type: in a
/// [`Report`](crate::Report) a [`Cluster`](crate::Cluster) names what is kept, by the index of a paragraph in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Removal {
    /// The paragraph that is kept. It may be one of an index: see [`Found::known`]. Of [boilerplate](crate::Evidence::Boilerplate), of
    /// which none is kept, it is the first in the order of the text.
    pub kept: ParagraphId,
    /// The paragraph that is redundant. With [`Keep::Longest`](crate::Keep::Longest) or
    /// [`lossless`](crate::CorpusBuilder::lossless) it may stand before the one that is kept.
    pub removed: ParagraphId,
    /// How alike they are.
    pub similarity: Similarity,
    /// Why the one is redundant beside the other.
    pub evidence: Evidence,
}

/// What is redundant in a [`Corpus`](crate::Corpus).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Redundant {
    /// The removals, by the position of the paragraph that is removed; no paragraph is removed twice, and none that is
    /// removed is kept in the place of another, but for [boilerplate](crate::Evidence::Boilerplate).
    pub removals: Vec<Removal>,
    /// More redundant paragraphs, ascending, that are left in their place, so that their documents are cut into the same
    /// paragraphs as before; none but with [`Boundary::Auto`](crate::Boundary::Auto). They are not kept in the place of any other.
    pub spared: Vec<ParagraphId>,
    /// How many paragraphs are kept, though at the threshold with one that is kept, as the two are
    /// [siblings](crate::Config::siblings).
    pub siblings: usize,
}

/// Consecutive paragraphs of one document of a [`Corpus`](crate::Corpus).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Passage {
    /// The document, counted from 0.
    pub document: u64,
    /// Its paragraphs, as a half-open range of numbers that count from 0.
    pub paragraphs: Range<u32>,
}

/// A passage of a [`Corpus`](crate::Corpus) that comes again, in the same document or in a later one.
///
/// What makes a run is the same as for a [`Run`](crate::Run) of one article. That has ranges of indices into a report; here
/// each side names its document too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CorpusRun {
    /// The passage that stands first.
    pub earlier: Passage,
    /// The passage that repeats it.
    pub later: Passage,
}

/// The runs of a [`Corpus`](crate::Corpus).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CorpusRuns {
    /// The runs by `earlier`, then `later`.
    pub runs: Vec<CorpusRun>,
    /// How many pairs of paragraphs were not used in looking for runs, since they are boilerplate: as in
    /// [`Statistics::matches_left_out`](crate::Statistics::matches_left_out).
    pub matches_left_out: usize,
}

/// What repeats in a [`Corpus`](crate::Corpus): made by [`Corpus::find`](crate::Corpus::find).
///
/// It names paragraphs by [`ParagraphId`], with documents counted from 0 in the order in which they came in, and
/// paragraphs from 0 within each.
///
/// ```
/// use dittograph::{Corpus, Detector, ParagraphId};
///
/// let articles = ["News\nBread is dearer by a tenth since Monday.", "Bread is dearer, by a tenth, since Monday!\nMore"];
/// let mut corpus = Corpus::new(Detector::default());
/// corpus.extend(articles);
/// let found = corpus.find();
///
/// let removal = found.redundant().removals[0];
/// assert_eq!(removal.kept, ParagraphId { document: 0, paragraph: 1 });
/// assert_eq!(removal.removed, ParagraphId { document: 1, paragraph: 0 });
/// assert_eq!(found.text(removal.kept).as_deref(), Some("Bread is dearer by a tenth since Monday."));
/// assert_eq!(found.without_redundant(1), "More");
///
/// let pairs: Vec<_> = found.pairs().map(|pair| (pair.earlier, pair.later)).collect();
/// assert_eq!(pairs, [(removal.kept, removal.removed)]);
/// assert!(found.runs().runs.is_empty()); // a run has two paragraphs or more
/// ```
pub struct Found<'t> {
    pub(crate) contents: Contents<'t>,
    neighbours: Neighbours,
    bodies: Bodies,
    known: Known,
    decided: OnceLock<Decided>,
}

impl<'t> Found<'t> {
    pub(crate) fn new(contents: Contents<'t>, neighbours: Neighbours, bodies: Bodies, known: Known) -> Self {
        Self { contents, neighbours, bodies, known, decided: OnceLock::new() }
    }

    /// Returns what is redundant, each paragraph with the one that is kept in its place.
    ///
    /// A paragraph is redundant if it is at the threshold with one that is kept and that it may be removed for: in the
    /// [`scope`](crate::CorpusBuilder::scope), and in the same document if it is
    /// [short](crate::CorpusBuilder::min_words). It is redundant too if a run [speaks](crate::Evidence::Run) for the two,
    /// and all that went for it can go for the other. Siblings stay as the [option](crate::Config::siblings) says.
    /// Nothing is joined by way of a third. With [`lossless`](crate::CorpusBuilder::lossless) a paragraph is redundant only if
    /// one that is kept holds all of its shingles.
    ///
    /// With [`Boundary::Auto`](crate::Boundary::Auto) a document may lose all its blank lines but those within one
    /// paragraph, and would then be read line by line. So that what was cleaned stays clean, such a document is
    /// spared its shortest redundant paragraph; or the two, four, eight … shortest, until it is cut as before.
    ///
    /// The first call does the work, on all cores, and later ones return what it found. Its cost is a look-up for each
    /// exact copy, and a comparison for each candidate pair of a paragraph and one that is kept. Calls that come at once
    /// from several threads each do the work, as none waits for another: before you share what was found between
    /// threads, call this once.
    #[must_use]
    pub fn redundant(&self) -> &Redundant {
        &self.decided().redundant
    }

    fn decided(&self) -> &Decided {
        // Not within `get_or_init`: a thread that holds its lock and waits for others in rayon may be given a job that
        // asks for the same, and would wait for itself.
        if let Some(decided) = self.decided.get() {
            return decided;
        }
        let decided = kept::decide(&self.contents, &self.neighbours, &self.bodies, &self.known);
        self.decided.get_or_init(|| decided)
    }

    /// Returns a document without its [redundant](Self::redundant) paragraphs, each with the separator before it; ""
    /// if all of them are redundant. It is borrowed, byte for byte, if none is and the corpus borrows its texts.
    ///
    /// # Panics
    ///
    /// If there is no such document.
    #[must_use]
    #[track_caller]
    pub fn without_redundant(&self, document: u64) -> Cow<'t, str> {
        self.contents.without(self.place(document), &self.lost(document))
    }

    /// Returns the spans of a document's text that [`without_redundant`](Self::without_redundant) leaves out, ascending and
    /// apart from one another. `dump::Record::write_without` takes them.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector};
    ///
    /// let mut corpus = Corpus::builder(Detector::default()).min_words(1).build();
    /// let text = "The mill burnt down.\nNobody was hurt.\nThe mill burnt down.";
    /// corpus.push(text);
    /// let found = corpus.find();
    /// assert_eq!(found.redundant_spans(0), [37..58]);
    /// assert_eq!(found.without_redundant(0), &text[..37]);
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such document.
    #[must_use]
    #[track_caller]
    pub fn redundant_spans(&self, document: u64) -> Vec<Range<usize>> {
        let place = self.place(document);
        self.contents.spans_lost(place, &self.lost(document))
    }

    /// Returns the numbers of the redundant paragraphs of a document.
    fn lost(&self, document: u64) -> Vec<usize> {
        let removals = &self.redundant().removals;
        let first = removals.partition_point(|removal| removal.removed.document < document);
        let removals = removals[first..].iter().take_while(|removal| removal.removed.document == document);
        removals.map(|removal| removal.removed.paragraph as usize).collect()
    }

    /// Returns a document without some of its paragraphs, each with the separator before it; "" if all of them go. The
    /// paragraphs may come in any order, and more than once. It is borrowed, byte for byte, if there are none and the
    /// corpus borrows its texts.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector};
    ///
    /// let mut corpus = Corpus::new(Detector::default());
    /// corpus.push("Zero.\nOne.\nTwo.\nThree.");
    /// assert_eq!(corpus.find().without(0, [3, 1, 1]), "Zero.\nTwo.");
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such document, or if one of the paragraphs is not in it.
    #[must_use]
    #[track_caller]
    pub fn without(&self, document: u64, paragraphs: impl IntoIterator<Item = u32>) -> Cow<'t, str> {
        let place = self.place(document);
        let mut lost: Vec<usize> = paragraphs.into_iter().map(|paragraph| paragraph as usize).collect();
        lost.sort_unstable();
        lost.dedup();
        let count = self.contents.paragraphs_of(place).len();
        if let Some(unknown) = lost.last().filter(|&&last| last >= count) {
            panic!("document {document} has {count} paragraphs; there is no paragraph {unknown}");
        }
        self.contents.without(place, &lost)
    }

    /// Returns the text of a paragraph, `None` if there is no such paragraph.
    ///
    /// The text is what stands between two boundaries, not its normal form.
    #[must_use]
    pub fn text(&self, paragraph: ParagraphId) -> Option<Cow<'t, str>> {
        self.contents.number_of(paragraph).map(|number| self.contents.paragraph_text(number))
    }

    /// Returns the bytes of its document's text that a paragraph is, `None` if there is no such paragraph.
    #[must_use]
    pub fn span(&self, paragraph: ParagraphId) -> Option<Range<usize>> {
        self.contents.number_of(paragraph).map(|number| self.contents.paragraphs[number as usize].span())
    }

    /// Returns the text of a document, as it came in; `None` if there is no such document.
    #[must_use]
    pub fn document_text(&self, document: u64) -> Option<Cow<'t, str>> {
        self.contents.place(document).map(|place| self.contents.text(place))
    }

    /// Returns the length of the text of a document in bytes, without reading it; `None` if there is no such document.
    #[must_use]
    pub fn document_len(&self, document: u64) -> Option<usize> {
        self.contents.place(document).map(|place| self.contents.documents[place].len as usize)
    }

    /// Returns how much of two paragraphs stands in both in the same order, from 0 to 1, as
    /// [`Detector::lcs`](crate::Detector::lcs) has it. Without words it is 0. Cost: that, unless they are exact copies.
    ///
    /// # Panics
    ///
    /// If there is no such paragraph.
    #[must_use]
    #[track_caller]
    pub fn lcs(&self, a: ParagraphId, b: ParagraphId) -> f64 {
        let group = |id| {
            let number = self.contents.number_of(id);
            self.contents
                .group_of(number.unwrap_or_else(|| panic!("there is no paragraph {id:?} in the corpus")))
        };
        match (group(a), group(b)) {
            (Some(a), Some(b)) if a == b => 1.0,
            (Some(a), Some(b)) => self.contents.sequence_of(a).lcs(&self.contents.sequence_of(b)).ratio(),
            _ => 0.0,
        }
    }

    /// Returns the index and its document that the number of a kept paragraph's document stands for, if that is none of the
    /// corpus: see [`Corpus::find_against`](crate::Corpus::find_against). Indexes count from 0. Such numbers follow those of the
    /// [`documents`](Self::documents).
    #[must_use]
    pub fn known(&self, document: u64) -> Option<(usize, u64)> {
        self.known.document(document.checked_sub(self.contents.documents.len() as u64)?)
    }

    /// Returns the numbers of all documents: from 0 on, as many as came in.
    ///
    /// ```
    /// let mut corpus = dittograph::Corpus::default();
    /// corpus.extend(["The mill burnt down at night.", "News\nThe mill burnt down at night!"]);
    /// let found = corpus.find();
    /// let clean: Vec<_> = found.documents().map(|document| found.without_redundant(document)).collect();
    /// assert_eq!(clean, ["The mill burnt down at night.", "News"]);
    /// ```
    #[must_use]
    pub fn documents(&self) -> Range<u64> {
        0..self.contents.documents.len() as u64
    }

    /// Returns every verified pair in the [`scope`](crate::CorpusBuilder::scope), exact copies included: by the later,
    /// then the earlier paragraph.
    ///
    /// Pairs are found as the iterator is used, on all cores for some thousand paragraphs at a time, and are not held:
    /// among n copies of a line there are n(n−1)/2. The iterator itself takes up to 8 bytes for each paragraph.
    pub fn pairs(&self) -> impl Iterator<Item = ParagraphPair> + use<'_, 't> {
        Pairs::new(&self.contents, &self.neighbours, &self.decided().run_pairs)
    }

    /// Returns the passages that come again in order, in the [`scope`](crate::CorpusBuilder::scope).
    ///
    /// Every call does the work: it signs each paragraph again, and compares what stands around pairs that are alike.
    #[must_use]
    pub fn runs(&self) -> CorpusRuns {
        runs::runs(&self.contents, &self.neighbours)
    }

    /// Returns the documents most of whose text stands there twice, by their numbers, each as the two sides of its
    /// [doubled body](crate::Report::doubled_body).
    ///
    /// The documents that are looked into are those of which enough comes again by a sample of the shingles;
    /// the [guide](crate::guide) has how many of the bodies that a scan finds that sees. It was done when the corpus was searched, and this costs nothing.
    ///
    /// ```
    /// use dittograph::Corpus;
    ///
    /// let mut corpus = Corpus::default();
    /// corpus.extend([
    ///     "Nobody was hurt, says the miller.",
    ///     "The mill burnt down at night.\nNobody was hurt, says the miller.\n\
    ///      The mill burnt down at night.\nNobody was hurt, says the miller.",
    /// ]);
    /// let found = corpus.find();
    /// let [body] = found.doubled_bodies() else { panic!() };
    /// assert_eq!((body.later.document, body.later.paragraphs.clone()), (1, 2..4));
    /// ```
    #[must_use]
    pub fn doubled_bodies(&self) -> &[CorpusRun] {
        &self.bodies.found
    }

    /// Returns for each document how much of it stands in another one; `None` if it has no passage in common with one, or if the
    /// scope is [`Within`](crate::Scope::Within).
    ///
    /// Two paragraphs are of one passage if they have the same words, or if they are redundant beside the same paragraph or one
    /// of them beside the other. Each document is compared with at most four others: those that stand first, last, or next
    /// to it where its passages come again, in the order of how many words that is. Of equals the first counts. Every call does the
    /// work, which is linear in the number of paragraphs.
    ///
    /// ```
    /// use dittograph::Corpus;
    ///
    /// let mut corpus = Corpus::default();
    /// corpus.extend([
    ///     "The mill burnt down at night.\nNobody was hurt, says the miller.",
    ///     "From our desk\nThe mill burnt down at night.\nNobody was hurt, says the miller.",
    /// ]);
    /// let overlaps = corpus.find().overlaps();
    /// let overlap = overlaps[1].unwrap();
    /// assert_eq!((overlap.other, overlap.words, overlap.shared), (0, 15, 12));
    /// ```
    #[must_use]
    pub fn overlaps(&self) -> Vec<Option<Overlap>> {
        overlaps::find(&self.contents, &self.redundant().removals)
    }

    /// Counts what the corpus holds. Cost: one pass over the paragraphs.
    #[must_use]
    pub fn statistics(&self) -> CorpusStatistics {
        self.contents.statistics()
    }

    /// Checks that all texts could be written and read so far. After an error what was found is of no use.
    ///
    /// It cannot fail unless the corpus [stores](crate::CorpusBuilder::build_stored) its texts.
    ///
    /// # Errors
    ///
    /// The first error of the [`TextStore`](crate::TextStore) of the corpus.
    pub fn check(&self) -> Result<(), Error> {
        self.contents.check()
    }

    /// Returns true if a paragraph goes only where one that is kept holds all of it.
    #[cfg(feature = "page")]
    pub(crate) fn is_lossless(&self) -> bool {
        matches!(self.neighbours, Neighbours::Lossless { .. })
    }

    /// Sets when groups are looked up by their prefixes, before anything was asked for.
    #[cfg(test)]
    pub(crate) fn set_crowding(&mut self, new: Crowding) {
        if let Neighbours::Buckets { crowding, .. } = &mut self.neighbours {
            *crowding = new;
        }
    }

    #[track_caller]
    fn place(&self, document: u64) -> usize {
        let count = self.contents.documents.len();
        let place = self.contents.place(document);
        place.unwrap_or_else(|| panic!("there is no document {document}: the corpus has {count}"))
    }
}

impl Redundant {
    /// Returns an iterator over the removals.
    pub fn iter(&self) -> std::slice::Iter<'_, Removal> {
        self.removals.iter()
    }
}

impl IntoIterator for Redundant {
    type Item = Removal;
    type IntoIter = std::vec::IntoIter<Removal>;

    /// Returns the removals.
    fn into_iter(self) -> Self::IntoIter {
        self.removals.into_iter()
    }
}

impl<'r> IntoIterator for &'r Redundant {
    type Item = &'r Removal;
    type IntoIter = std::slice::Iter<'r, Removal>;

    /// Returns the removals.
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl CorpusRuns {
    /// Returns an iterator over the runs.
    pub fn iter(&self) -> std::slice::Iter<'_, CorpusRun> {
        self.runs.iter()
    }
}

impl IntoIterator for CorpusRuns {
    type Item = CorpusRun;
    type IntoIter = std::vec::IntoIter<CorpusRun>;

    /// Returns the runs.
    fn into_iter(self) -> Self::IntoIter {
        self.runs.into_iter()
    }
}

impl<'r> IntoIterator for &'r CorpusRuns {
    type Item = &'r CorpusRun;
    type IntoIter = std::slice::Iter<'r, CorpusRun>;

    /// Returns the runs.
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("paragraphs", &self.contents.count()).finish_non_exhaustive()
    }
}

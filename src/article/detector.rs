//! The detector: the pipeline for one article, in a straight line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

use rayon::prelude::*;

use crate::article::cluster::{self, Clusters, Verdict};
use crate::article::config::{Config, Siblings};
use crate::article::copies::Copies;
use crate::article::doubled::{self, Doubled};
use crate::article::reading::{LONG_LEN, Read, SameWords, Scratch, Shingled};
use crate::article::report::Report;
use crate::article::run::{self, Run};
use crate::compare::join::Join;
use crate::compare::lcs::WordSequence;
use crate::compare::pair::{DuplicatePair, Evidence};
use crate::compare::{Comparator, Measure, Similarity};
use crate::hash;
use crate::lsh::Banding;
use crate::shingle::{ShingleSet, Shingles};
use crate::text::normalizer::{self, Normalizer};
use crate::text::paragraph::{Boundary, Paragraph};

/// Finds what repeats, as its configuration says.
///
/// It is made by [`Config::build`]; the default detector is that of [`Config::new`]. It holds no text, is cheap to copy,
/// and can be used from many threads at once.
///
/// ```
/// use dittograph::{Config, Measure};
///
/// let detector = Config::new().measure(Measure::Containment).threshold(0.9).build()?;
/// let report = detector.scan("The river rose in the night.\nAs we wrote, the river rose in the night again.");
/// assert_eq!(report.pairs()[0].similarity.containment(), 1.0);
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detector {
    config: Config,
    comparator: Comparator,
    banding: Option<Banding>,
}

impl Detector {
    /// Creates a detector from a configuration that was checked, and what followed from it.
    pub(super) fn new(config: Config, comparator: Comparator, banding: Option<Banding>) -> Self {
        Self { config, comparator, banding }
    }

    /// Finds what repeats in an article.
    ///
    /// Every pair at the threshold is found, however many paragraphs there are: the recall is 1.
    ///
    /// Cost: time linear in the text, where most of it is said once, and in the number of pairs; and 8 bytes for each
    /// shingle while it runs. All cores are used, of the rayon pool that the caller is in.
    #[must_use]
    pub fn scan<'t>(&self, article: &'t str) -> Report<'t> {
        let mut report = self.scan_cut(article, self.boundary().resolve(article));
        if self.boundary() != Boundary::Auto {
            return report;
        }
        report.redundant = stable(
            &report.redundant,
            |paragraph| report.paragraphs[paragraph].as_str().len(),
            |lost| {
                let clean = report.without(lost.iter().copied());
                let boundary = self.boundary().resolve(&clean);
                boundary == report.boundary || self.scan_cut(&clean, boundary).redundant.is_empty()
            },
        );
        report
    }

    /// Finds what repeats in an article whose paragraphs are separated by `boundary`.
    fn scan_cut<'t>(&self, article: &'t str, boundary: Boundary) -> Report<'t> {
        let read = ReadArticle::new(self, article, boundary);
        let ReadArticle { words, copies, sets, .. } = &read;
        let join = Join::new(sets);
        let mut pairs = join.pairs(&self.comparator);
        let (mut runs, matches_left_out) = runs(&join, &read);
        let doubled = doubled(&join, &read, self);
        if let Some(doubled) = &doubled {
            doubled.add_runs(&mut runs, words);
            if self.comparator.measure == Measure::Jaccard {
                pairs.extend(doubled.pairs(self.comparator.threshold, &pairs, copies, sets));
            }
            pairs.sort_unstable_by_key(|pair| (pair.earlier, pair.later));
        }
        let by_run = doubled.as_ref().map(|doubled| doubled.redundant_pairs(copies)).unwrap_or_default();
        let mates = doubled.as_ref().map(|doubled| doubled.mate_pairs(copies)).unwrap_or_default();
        let verdict = |pair: &DuplicatePair| {
            let two = (pair.earlier, pair.later);
            let shingles = || sets[pair.later].len();
            let may_go = || {
                self.siblings() == Siblings::Remove
                    || mates.contains(&two)
                    || self.comparator.holds_whole(shingles, &pair.similarity)
            };
            match pair.evidence {
                Evidence::Run if by_run.contains(&two) => Verdict::Redundant,
                Evidence::Run => Verdict::Kept,
                _ if !self.comparator.makes_redundant(shingles, &pair.similarity) => Verdict::Kept,
                _ if may_go() => Verdict::Redundant,
                _ => Verdict::Sibling,
            }
        };
        let Clusters { clusters, siblings } = cluster::clusters(copies, &pairs, verdict);
        let mut redundant: Vec<usize> =
            clusters.iter().flat_map(|cluster| &cluster.redundant).copied().collect();
        redundant.sort_unstable();
        let ReadArticle { paragraphs, words, exact, .. } = read;
        pairs.extend(exact);
        pairs.par_sort_unstable_by_key(|pair| (pair.earlier, pair.later));

        Report {
            detector: *self,
            text: article,
            boundary,
            paragraphs,
            words,
            pairs,
            clusters,
            runs,
            doubled,
            redundant,
            siblings,
            matches_left_out,
        }
    }

    /// Returns the article without its [redundant](Report::redundant) paragraphs; borrowed, byte for byte, if there are
    /// none.
    ///
    /// Each paragraph that goes was verified against one that stays, and takes the separator before it along. Doing it
    /// again removes nothing more, unless what is left has a doubled body that the whole has not. Cost: that of a
    /// [`scan`](Self::scan).
    ///
    /// ```
    /// let detector = dittograph::Config::new().threshold(1.0).build()?;
    /// assert_eq!(detector.dedup("Read more\nThe mill burnt down.\nREAD MORE!\n"), "Read more\nThe mill burnt down.\n");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn dedup<'t>(&self, article: &'t str) -> Cow<'t, str> {
        self.scan(article).without_redundant()
    }

    /// Finds the doubled body of an article, as [`scan`](Self::scan) does, and nothing else.
    pub(crate) fn doubled_body(&self, article: &str) -> Option<Doubled> {
        let read = ReadArticle::new(self, article, self.boundary());
        doubled(&Join::new(&read.sets), &read, self)
    }

    /// Returns the shingles of one paragraph, normalized and cut as configured: what is compared.
    ///
    /// ```
    /// let detector = dittograph::Detector::default();
    /// assert_eq!(detector.shingles_of("The mill burnt down in the night.").len(), 5);
    /// assert_eq!(detector.shingles_of("THE MILL burnt down"), detector.shingles_of("“The mill” burnt down!"));
    /// ```
    #[must_use]
    pub fn shingles_of(&self, paragraph: &str) -> ShingleSet {
        self.shingle(paragraph).set
    }

    /// Returns how much of two paragraphs stands in both in the same order, from 0 to 1: 2·LCS / (|a| + |b|), with the
    /// longest common subsequence of their words, and of the characters of scripts that are written without spaces.
    ///
    /// It is exact. Cost: one pass over both paragraphs, and one step for 64 pairs of words.
    ///
    /// ```
    /// let detector = dittograph::Detector::default();
    /// assert_eq!(detector.lcs("one two three four", "One, two, four, five"), 0.75);
    /// ```
    #[must_use]
    pub fn lcs(&self, a: &str, b: &str) -> f64 {
        self.sequence(a).lcs(&self.sequence(b)).ratio()
    }

    /// Reads a paragraph and makes a set of its shingles.
    pub(crate) fn shingle(&self, paragraph: &str) -> Shingled {
        with_scratch(paragraph, |scratch| scratch.shingle(self, paragraph))
    }

    /// Reads the words of a paragraph in their order.
    pub(crate) fn sequence(&self, paragraph: &str) -> WordSequence {
        with_scratch(paragraph, |scratch| scratch.sequence(self, paragraph))
    }

    /// Reads a paragraph into the scratch: its words, and the hashes of its shingles in the order of the text, with
    /// repeats.
    pub(crate) fn read(&self, paragraph: &str, scratch: &mut Scratch) -> Read {
        scratch.read(self, paragraph)
    }

    /// Returns the configuration that the detector was built from.
    ///
    /// ```
    /// use dittograph::{Config, Detector};
    ///
    /// let detector = Detector::default();
    /// let stricter = detector.config().threshold(0.9).build()?;
    /// assert_eq!(stricter.shingles(), detector.shingles());
    /// assert_eq!(*stricter.config(), Config::new().threshold(0.9));
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns what separates paragraphs.
    #[must_use]
    pub fn boundary(&self) -> Boundary {
        self.config.boundary
    }

    /// Returns which differences between texts do not count.
    #[must_use]
    pub fn normalizer(&self) -> Normalizer {
        self.config.normalizer
    }

    /// Returns what shingles are made of.
    #[must_use]
    pub fn shingles(&self) -> Shingles {
        self.config.shingles
    }

    /// Returns how alike two paragraphs must be at least.
    ///
    /// ```
    /// assert_eq!(dittograph::Detector::default().threshold(), 0.7);
    /// ```
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.config.threshold
    }

    /// Returns the ratio that the threshold is held against.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.config.measure
    }

    /// Returns what becomes of two paragraphs that are alike, and that one article holds both.
    #[must_use]
    pub fn siblings(&self) -> Siblings {
        self.config.siblings
    }

    /// Returns the measure and the threshold by which two paragraphs are alike.
    #[must_use]
    pub fn comparator(&self) -> Comparator {
        self.comparator
    }

    /// Returns how many slots a signature may have.
    #[must_use]
    pub fn signature_length(&self) -> usize {
        self.config.signature_length
    }

    /// Returns the banding by which a [`Corpus`](crate::Corpus) and an [`Index`](crate::Index) find candidates.
    ///
    /// It is `None` where no banding can promise the [`recall`](Config::recall). Then a corpus takes the exact join, and
    /// an index looks shingles up one by one.
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        self.banding
    }

    /// Returns the recall of a [`Corpus`](crate::Corpus) or an [`Index`](crate::Index) for pairs of this Jaccard, 1 where
    /// there is no banding. A scan of one article always has recall 1.
    #[must_use]
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        self.banding.map_or(1.0, |banding| banding.recall_at(jaccard))
    }

    /// Returns one number for all that decides which shingles and signatures a text gets, but for the Unicode tables: the
    /// versions of the hashes and of the rules, which rules are on, and what shingles are made of. Signatures can be
    /// compared if, and only if, their fingerprints and lengths are equal.
    ///
    /// It is the XXH3-64, seed `config`, of 32 bytes: the version of the hashes (4 bytes), the version of the rules by which
    /// texts are normalized and cut (4), and the rules, unit and width (8 each) of the
    /// [header of a saved index](crate::saved#format). A newer dependency or build does not change it; how Unicode tables
    /// are dealt with is described [there](crate::saved#unicode-versions).
    ///
    /// ```
    /// use dittograph::{Config, Shingles};
    ///
    /// let [words, others] = [Config::new(), Config::new().shingles(Shingles::Chars(5))].map(|config| config.build().unwrap());
    /// assert_ne!(words.fingerprint(), others.fingerprint());
    /// let stricter = Config::new().threshold(0.9).build()?;
    /// assert_eq!(words.fingerprint(), stricter.fingerprint(), "the same shingles");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let (unit, width) = self.shingle_unit();
        let mut fields = Vec::with_capacity(32);
        fields.extend(hash::VERSION.to_le_bytes());
        fields.extend(normalizer::VERSION.to_le_bytes());
        fields.extend(self.config.normalizer.bits().to_le_bytes());
        fields.extend(u64::from(unit).to_le_bytes());
        fields.extend(width.to_le_bytes());
        hash::fingerprint(&fields)
    }

    /// Returns the unit of shingles (0 automatic, 1 words, 2 characters) and their width, as they are stored.
    pub(crate) fn shingle_unit(&self) -> (u8, u64) {
        match self.config.shingles {
            Shingles::Auto => (0, 0),
            Shingles::Words(width) => (1, width as u64),
            Shingles::Chars(width) => (2, width as u64),
        }
    }
}

/// Calls `read` with memory for reading a paragraph: that of the thread, unless the paragraph is long.
pub(crate) fn with_scratch<T>(paragraph: &str, read: impl FnOnce(&mut Scratch) -> T) -> T {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    if paragraph.len() < LONG_LEN { SCRATCH.with_borrow_mut(read) } else { read(&mut Scratch::default()) }
}

impl Default for Detector {
    fn default() -> Self {
        Config::new().build().expect("the defaults are within their ranges")
    }
}

/// The paragraphs of an article, read.
struct ReadArticle<'t> {
    paragraphs: Vec<Paragraph<'t>>,
    /// How many words each has.
    words: Vec<usize>,
    copies: Copies,
    /// Each later copy, and the first of its group.
    exact: Vec<DuplicatePair>,
    /// The shingles of each that is the first of its group; only that is compared with others, and an empty set is paired with
    /// nothing.
    sets: Vec<ShingleSet>,
}

impl<'t> ReadArticle<'t> {
    fn new(detector: &Detector, article: &'t str, boundary: Boundary) -> Self {
        let paragraphs = boundary.paragraphs(article);
        let mut shingled: Vec<Shingled> = paragraphs
            .par_iter()
            .map_init(Scratch::default, |scratch, p| scratch.shingle(detector, p.as_str()))
            .collect();
        let words: Vec<usize> = shingled.iter().map(|p| p.words).collect();
        let mut same_words = SameWords::new(detector);
        let text = |paragraph: usize| paragraphs[paragraph].as_str();
        let equal = |first, later| same_words.check(first, text(first), text(later));
        let copies = Copies::find(paragraphs.len(), |paragraph| shingled[paragraph].hash, equal);
        let mut exact: Vec<DuplicatePair> = Vec::new();
        for later in (0..paragraphs.len()).filter(|&paragraph| !copies.is_first(paragraph)) {
            let set = std::mem::take(&mut shingled[later].set);
            let similarity = Similarity::exact_copy(set.len());
            let earlier = copies.first(later);
            exact.push(DuplicatePair { earlier, later, similarity, evidence: Evidence::Threshold });
        }
        let sets = shingled.into_iter().map(|paragraph| paragraph.set).collect();
        Self { paragraphs, words, copies, exact, sets }
    }
}

/// The runs of an article, and how many pairs were left out in looking for them. Paragraphs without words are passed
/// over as if they were not there.
fn runs(join: &Join<'_>, read: &ReadArticle<'_>) -> (Vec<Run>, usize) {
    let ReadArticle { words, copies, sets, .. } = read;
    let worded: Vec<usize> = (0..words.len()).filter(|&paragraph| words[paragraph] > 0).collect();
    let place = |paragraph: usize| worded.partition_point(|&other| other < paragraph);
    let seeds = join.pairs_sharing_rare(&run::SEED, run::MAX_COPIES).into_iter();
    let seeds: Vec<run::Near> = seeds.map(|pair| (place(pair.earlier), place(pair.later))).collect();
    let firsts = worded.iter().map(|&paragraph| place(copies.first(paragraph))).collect();
    let paragraphs = run::Paragraphs {
        words: &worded.iter().map(|&paragraph| words[paragraph]).collect::<Vec<usize>>(),
        copies: &Copies::with_firsts(firsts),
        shingles: &WordedShingles { sets, worded: &worded },
    };
    let (runs, left_out) = run::runs(&paragraphs, &seeds);
    let range = |range: &Range<usize>| worded[range.start]..worded[range.end - 1] + 1;
    let runs = runs.iter().map(|run| Run { earlier: range(&run.earlier), later: range(&run.later) });
    (runs.collect(), left_out)
}

/// The doubled body of an article.
fn doubled(join: &Join<'_>, read: &ReadArticle<'_>, detector: &Detector) -> Option<Doubled> {
    let ReadArticle { paragraphs, words, copies, sets, .. } = read;
    let near = join.pairs_sharing_rare(&doubled::POINT, run::MAX_COPIES);
    let points = doubled::points(copies, &near, sets);
    doubled::find(&doubled::Article { detector, paragraphs, words, copies }, &points)
}

/// The shingles of the paragraphs that have words.
struct WordedShingles<'a> {
    /// Those of all paragraphs.
    sets: &'a [ShingleSet],
    /// The paragraphs that have words.
    worded: &'a [usize],
}

impl run::ShingleSource for WordedShingles<'_> {
    fn set(&self, place: usize) -> Cow<'_, ShingleSet> {
        Cow::Borrowed(&self.sets[self.worded[place]])
    }

    fn count(&self, place: usize) -> usize {
        self.sets[self.worded[place]].len()
    }

    fn is_comparable(&self, _: usize, _: usize) -> bool {
        true
    }
}

/// Returns those of the redundant paragraphs (ascending) that can go.
///
/// That is all of them, if `is_stable` says so; else all but the shortest by `len`, the two shortest, the four shortest
/// and so on, and at last none.
pub(crate) fn stable<T: Copy>(
    redundant: &[T],
    len: impl Fn(T) -> usize,
    is_stable: impl Fn(&[T]) -> bool,
) -> Vec<T> {
    let mut shortest: Vec<usize> = (0..redundant.len()).collect();
    shortest.sort_by_key(|&n| len(redundant[n])); // stable
    let mut spared = 0;
    while spared < redundant.len() {
        let mut goes = vec![true; redundant.len()];
        for &n in &shortest[..spared] {
            goes[n] = false;
        }
        let lost: Vec<T> = redundant.iter().zip(goes).filter(|(_, goes)| *goes).map(|(&n, _)| n).collect();
        if is_stable(&lost) {
            return lost;
        }
        spared = (2 * spared).max(1);
    }
    Vec::new()
}

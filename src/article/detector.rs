//! The pipeline for one article, in a straight line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::article::cluster;
use crate::article::config::Config;
use crate::article::copies::Copies;
use crate::article::report::Report;
use crate::article::run::{self, Run};
use crate::compare::join::Join;
use crate::compare::pair::DuplicatePair;
use crate::compare::{Comparator, Similarity};
use crate::error::Error;
use crate::hash;
use crate::lsh::Banding;
use crate::shingle::{ShingleSet, Shingles, Tokens};
use crate::text::normalize::{self, Normalizer};
use crate::text::paragraph::Boundary;
use crate::text::words::Words;

impl Config {
    /// Check the options and make a detector of them.
    ///
    /// # Errors
    ///
    /// If an option is out of its range, or the options cannot work together: a banding that takes more slots
    /// than a signature has, or a banding for containment.
    pub fn build(self) -> Result<Detector, Error> {
        let (comparator, banding) = self.check()?;
        Ok(Detector { config: self, comparator, banding })
    }
}

/// Finds what repeats, as its configuration says. Made by [`Config::build`]; the default is
/// [`Config::new`]'s.
///
/// It is cheap to copy, and can be used from many threads at once.
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
    /// Find what repeats in an article.
    ///
    /// Every pair at the threshold is found, however many paragraphs there are. Cost: linear in the text for
    /// texts of which most is said once, and in the number of pairs; all cores are used.
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
                let clean = report.without(lost);
                let boundary = self.boundary().resolve(&clean);
                boundary == report.boundary || self.scan_cut(&clean, boundary).redundant.is_empty()
            },
        );
        report
    }

    /// Find what repeats in an article whose paragraphs are separated by `boundary`.
    fn scan_cut<'t>(&self, article: &'t str, boundary: Boundary) -> Report<'t> {
        let paragraphs = boundary.paragraphs(article);
        let mut shingled: Vec<Shingled> = paragraphs
            .par_iter()
            .map_init(Scratch::default, |scratch, p| self.shingle_in(scratch, p.as_str()))
            .collect();
        let words: Vec<usize> = shingled.iter().map(|p| p.words).collect();
        let mut same_words = SameWords::new(self);
        let text = |paragraph: usize| paragraphs[paragraph].as_str();
        let equal = |first, later| same_words.check(first, text(first), text(later));
        let copies = Copies::find(paragraphs.len(), |paragraph| shingled[paragraph].hash, equal);
        let copy = |later: usize| {
            let similarity = Similarity::exact_copy(shingled[later].set.len());
            DuplicatePair { earlier: copies.first(later), later, similarity }
        };
        let is_later = |&paragraph: &usize| !copies.is_first(paragraph);
        let exact: Vec<DuplicatePair> = (0..paragraphs.len()).filter(is_later).map(copy).collect();

        // Only the first of a group is compared with others; an empty set is paired with nothing.
        for later in (0..paragraphs.len()).filter(is_later) {
            shingled[later].set = ShingleSet::default();
        }
        let sets: Vec<ShingleSet> = shingled.into_iter().map(|paragraph| paragraph.set).collect();
        let join = Join::new(&sets);
        let mut pairs = join.pairs(&self.comparator);
        let makes_redundant = |pair: &DuplicatePair| {
            self.comparator.makes_redundant(|| sets[pair.later].len(), &pair.similarity)
        };
        let clusters = cluster::clusters(&copies, &pairs, makes_redundant);
        let mut redundant: Vec<usize> =
            clusters.iter().flat_map(|cluster| &cluster.redundant).copied().collect();
        redundant.sort_unstable();
        pairs.extend(exact);
        pairs.par_sort_unstable_by_key(|pair| (pair.earlier, pair.later));

        let (runs, matches_left_out) = runs(&join, &sets, &copies, &words);
        Report {
            text: article,
            boundary,
            paragraphs,
            words,
            pairs,
            clusters,
            runs,
            redundant,
            matches_left_out,
        }
    }

    /// The article without its [redundant](Report::redundant) paragraphs; borrowed, byte for byte, if there are
    /// none.
    ///
    /// Each that goes was verified against one that stays, and takes the separator before it along. Doing it again
    /// removes nothing more.
    #[must_use]
    pub fn dedup<'t>(&self, article: &'t str) -> Cow<'t, str> {
        self.scan(article).without_redundant()
    }

    /// The shingles of one paragraph, normalised and cut as configured: what is compared.
    #[must_use]
    pub fn shingles_of(&self, paragraph: &str) -> ShingleSet {
        self.shingle(paragraph).set
    }

    pub(crate) fn shingle(&self, paragraph: &str) -> Shingled {
        thread_local! {
            static SCRATCH: RefCell<Scratch> = RefCell::default();
        }
        if paragraph.len() < LONG {
            SCRATCH.with_borrow_mut(|scratch| self.shingle_in(scratch, paragraph))
        } else {
            self.shingle_in(&mut Scratch::default(), paragraph)
        }
    }

    fn shingle_in(&self, scratch: &mut Scratch, paragraph: &str) -> Shingled {
        let read = self.read(paragraph, scratch);
        let set = ShingleSet::of_hashes(&scratch.hashes);
        Shingled { words: read.words, hash: read.hash, set }
    }

    /// Read a paragraph into the scratch: its words, and the hashes of its shingles in the order of the text, with
    /// repeats.
    pub(crate) fn read(&self, paragraph: &str, scratch: &mut Scratch) -> Read {
        let Scratch { words, tokens, hashes } = scratch;
        words.read(self.config.normalizer, paragraph);
        self.config.shingles.hash(words, tokens, hashes);
        Read { words: words.len(), hash: (words.len() > 0).then(|| hash::words(words.joined())) }
    }

    fn words(&self, paragraph: &str) -> Words {
        let mut words = Words::default();
        words.read(self.config.normalizer, paragraph);
        words
    }

    /// The options.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// What separates paragraphs.
    #[must_use]
    pub fn boundary(&self) -> Boundary {
        self.config.boundary
    }

    /// Which differences do not count.
    #[must_use]
    pub fn normalizer(&self) -> Normalizer {
        self.config.normalizer
    }

    /// What shingles are made of.
    #[must_use]
    pub fn shingles(&self) -> Shingles {
        self.config.shingles
    }

    /// What two paragraphs are held against.
    #[must_use]
    pub fn comparator(&self) -> Comparator {
        self.comparator
    }

    /// How many slots a signature has at most.
    #[must_use]
    pub fn signature_length(&self) -> usize {
        self.config.signature_length
    }

    /// How an [`Index`](crate::Index) finds candidates; `None` where it looks shingles up one by one, as no
    /// banding promises the recall that was asked for.
    #[must_use]
    pub fn banding(&self) -> Option<Banding> {
        self.banding
    }

    /// The recall of an [`Index`](crate::Index) for pairs of this Jaccard, 1 where it has no banding. A scan of
    /// one article always has recall 1.
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
        fields.extend(normalize::VERSION.to_le_bytes());
        fields.extend(u64::from(self.config.normalizer.bits()).to_le_bytes());
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

impl Default for Detector {
    fn default() -> Self {
        Config::new().build().expect("the defaults are within their ranges")
    }
}

/// The runs of an article, and how many pairs were left out in looking for them. Paragraphs without words are passed
/// over as if they were not there.
fn runs(join: &Join<'_>, sets: &[ShingleSet], copies: &Copies, words: &[usize]) -> (Vec<Run>, usize) {
    let worded: Vec<usize> = (0..words.len()).filter(|&paragraph| words[paragraph] > 0).collect();
    let place = |paragraph: usize| worded.partition_point(|&other| other < paragraph);
    let seeds = join.pairs_sharing_rare(&run::SEED, run::MOST_COPIES).into_iter();
    let seeds: Vec<run::Near> = seeds.map(|pair| (place(pair.earlier), place(pair.later))).collect();
    let firsts = worded.iter().map(|&paragraph| place(copies.first(paragraph))).collect();
    let paragraphs = run::Paragraphs {
        words: &worded.iter().map(|&paragraph| words[paragraph]).collect::<Vec<usize>>(),
        copies: &Copies::with_firsts(firsts),
        set: &|place| Cow::Borrowed(&sets[worded[place]]),
        shingles: &|place| sets[worded[place]].len(),
        comparable: &|_, _| true,
    };
    let (runs, left_out) = run::runs(&paragraphs, &seeds);
    let range = |range: &Range<usize>| worded[range.start]..worded[range.end - 1] + 1;
    let runs = runs.iter().map(|run| Run { earlier: range(&run.earlier), later: range(&run.later) });
    (runs.collect(), left_out)
}

/// Those of the redundant paragraphs (ascending) that can go: all, if that `is_stable`; else without the shortest of
/// them by `len`, the two shortest, the four shortest …
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

/// Decides whether two paragraphs have the same words. The words of a long one are kept, so that it is not read
/// anew for each copy of a few words that it may have among a lot of punctuation.
pub(crate) struct SameWords<'d> {
    detector: &'d Detector,
    long: AHashMap<usize, Words>,
}

/// Bytes of a long paragraph.
const LONG: usize = 1 << 12;

impl<'d> SameWords<'d> {
    pub(crate) fn new(detector: &'d Detector) -> Self {
        Self { detector, long: AHashMap::new() }
    }

    /// Whether the `first` paragraph and a later one have the same words in the same order.
    pub(crate) fn check(&mut self, first: usize, first_text: &str, later_text: &str) -> bool {
        if first_text == later_text {
            return true;
        }
        let later = self.detector.words(later_text);
        if first_text.len() < LONG {
            return self.detector.words(first_text).joined() == later.joined();
        }
        let first = self.long.entry(first).or_insert_with(|| self.detector.words(first_text));
        first.joined() == later.joined()
    }
}

/// A paragraph made ready to be compared.
pub(crate) struct Shingled {
    /// How many words it has.
    pub(crate) words: usize,
    /// The hash of its words, `None` if it has none.
    pub(crate) hash: Option<u128>,
    pub(crate) set: ShingleSet,
}

/// Room for reading one paragraph after another.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    words: Words,
    tokens: Tokens,
    hashes: Vec<u64>,
}

impl Scratch {
    /// The shingles of the paragraph that was read last, in the order of the text, with repeats.
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes
    }
}

/// What was read of a paragraph, beside its shingles.
pub(crate) struct Read {
    /// How many words it has.
    pub(crate) words: usize,
    /// The hash of its words, `None` if it has none.
    pub(crate) hash: Option<u128>,
}

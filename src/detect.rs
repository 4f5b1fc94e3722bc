//! The pipeline for one article, in a straight line.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::cluster;
use crate::compare::{Comparator, Similarity};
use crate::config::Config;
use crate::error::Error;
use crate::hash;
use crate::join::Join;
use crate::lsh::Banding;
use crate::normalize::{self, Normalizer};
use crate::pair::{Copies, DuplicatePair};
use crate::paragraph::Boundary;
use crate::report::Report;
use crate::run;
use crate::shingle::{ShingleSet, Shingles};
use crate::words::{self, Words};

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
        let paragraphs = self.boundary().paragraphs(article);
        let text = |paragraph: usize| paragraphs[paragraph].as_str();

        let mut shingled: Vec<Shingled> = paragraphs.par_iter().map(|p| self.shingle(p.as_str())).collect();
        let words: Vec<usize> = shingled.iter().map(|p| p.words).collect();
        let hash = |paragraph: usize| shingled[paragraph].hash;
        let copies = Copies::find(paragraphs.len(), hash, |a, b| self.same_words(text(a), text(b)));
        let mut pairs: Vec<DuplicatePair> = (0..paragraphs.len())
            .filter(|&later| !copies.is_first(later))
            .map(|later| {
                let similarity = Similarity::exact_copy(shingled[later].set.len());
                DuplicatePair { earlier: copies.first(later), later, similarity }
            })
            .collect();

        // Only the first of a group is compared with others; an empty set is paired with nothing.
        for later in (0..paragraphs.len()).filter(|&paragraph| !copies.is_first(paragraph)) {
            shingled[later].set = ShingleSet::default();
        }
        let sets: Vec<ShingleSet> = shingled.into_iter().map(|paragraph| paragraph.set).collect();
        let join = Join::new(&sets);
        let near = join.pairs(&self.comparator).into_iter();
        let near: Vec<DuplicatePair> =
            near.map(|(earlier, later, similarity)| DuplicatePair { earlier, later, similarity }).collect();
        let clusters = cluster::clusters(&copies, &near);
        pairs.extend(near);
        pairs.par_sort_unstable_by_key(|pair| (pair.earlier, pair.later));

        let seeds = join.pairs_sharing_rare(&run::SEED, run::MOST_COPIES).into_iter();
        let seeds: Vec<run::Near> = seeds.map(|(earlier, later, _)| (earlier, later)).collect();
        let paragraphs_of_runs = run::Paragraphs {
            words: &words,
            copies: &copies,
            set: &|paragraph| Cow::Borrowed(&sets[paragraph]),
            shingles: &|paragraph| sets[paragraph].len(),
            comparable: &|_, _| true,
        };
        let (runs, matches_left_out) = run::runs(&paragraphs_of_runs, &seeds);

        let mut redundant: Vec<usize> =
            clusters.iter().flat_map(|cluster| &cluster.redundant).copied().collect();
        redundant.sort_unstable();
        Report { text: article, paragraphs, words, pairs, clusters, runs, redundant, matches_left_out }
    }

    /// The article without its redundant paragraphs; borrowed, byte for byte, if there are none.
    ///
    /// Each that goes was verified against one that stays, and takes the separator before it along. What is left
    /// has nothing redundant: with [`Boundary::Auto`] a text may lose the blank lines that it was cut at, and is
    /// then cleaned once more by its lines.
    #[must_use]
    pub fn dedup<'t>(&self, article: &'t str) -> Cow<'t, str> {
        let mut clean = self.scan(article).without_redundant();
        let mut boundary = self.boundary().resolve(article);
        while let Cow::Owned(text) = &clean
            && self.boundary().resolve(text) != boundary
        {
            boundary = self.boundary().resolve(text);
            match self.scan(text).without_redundant() {
                Cow::Borrowed(_) => break,
                Cow::Owned(cleaner) => clean = Cow::Owned(cleaner),
            }
        }
        clean
    }

    /// The shingles of one paragraph, normalised and cut as configured: what is compared.
    #[must_use]
    pub fn shingles_of(&self, paragraph: &str) -> ShingleSet {
        self.shingle(paragraph).set
    }

    pub(crate) fn shingle(&self, paragraph: &str) -> Shingled {
        let words = self.words(paragraph);
        let hash = (words.len() > 0).then(|| hash::words(words.joined()));
        Shingled { words: words.len(), hash, set: self.config.shingles.of_words(&words) }
    }

    fn words(&self, paragraph: &str) -> Words {
        Words::of(&self.config.normalizer.normalize(paragraph))
    }

    pub(crate) fn same_words(&self, a: &str, b: &str) -> bool {
        a == b || self.words(a).joined() == self.words(b).joined()
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

    /// One number for all that decides which shingles and signatures a text gets: the versions of hash, seeds,
    /// normaliser and Unicode tables, the rules, the kind of shingle. Signatures can be compared if, and only
    /// if, their fingerprints and lengths are equal.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let versions =
            (hash::VERSION, normalize::VERSION, normalize::UNICODE_VERSIONS, words::UNICODE_VERSION);
        hash::fingerprint(&format!("{versions:?} {:?} {:?}", self.config.normalizer, self.config.shingles))
    }
}

impl Default for Detector {
    fn default() -> Self {
        Config::new().build().expect("the defaults are within their ranges")
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

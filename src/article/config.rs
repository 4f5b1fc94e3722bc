//! The configuration: what counts as the same, and how it is looked for.

use crate::compare::{Comparator, Measure, Threshold};
use crate::error::Error;
use crate::lsh::Banding;
use crate::shingle::Shingles;
use crate::text::normalizer::Normalizer;
use crate::text::paragraph::Boundary;

/// Every option, with its default; [`build`](Config::build) checks them and makes a
/// [`Detector`](crate::Detector).
///
/// # Quick advice
///
/// The defaults are made for news and documentation in any script. Three options are worth a thought:
/// [`threshold`](Config::threshold) (0.7 is about 6 % of the words edited; 0.9 finds reprints only),
/// [`measure`](Config::measure) (containment, if paragraphs are extended or quoted in longer ones) and
/// [`boundary`](Config::boundary) (if you know what separates your paragraphs).
///
/// ```
/// use dittograph::{Boundary, Config, Measure, Normalizer, Rule, Shingles};
///
/// const NEWS: Config = Config::new().threshold(0.85).shingles(Shingles::Words(4));
/// let detector = NEWS
///     .boundary(Boundary::Newline)
///     .normalizer(Normalizer::new().without(Rule::Case))
///     .recall(0.999)
///     .build()?;
/// assert!(detector.recall_at(0.85) >= 0.999);
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    pub(crate) boundary: Boundary,
    pub(crate) normalizer: Normalizer,
    pub(crate) shingles: Shingles,
    pub(crate) measure: Measure,
    pub(crate) threshold: f64,
    pub(crate) signature_length: usize,
    pub(crate) candidates: Candidates,
}

/// How candidate pairs are looked for in an [`Index`](crate::Index).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Candidates {
    Recall(f64),
    Banding(Banding),
}

/// The longest signature: beyond it a signature is larger than most paragraphs.
const LONGEST_SIGNATURE: usize = 4096;

impl Config {
    /// The defaults, each named at its setter.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            boundary: Boundary::Auto,
            normalizer: Normalizer::new(),
            shingles: Shingles::Auto,
            measure: Measure::Jaccard,
            threshold: 0.7,
            signature_length: 128,
            candidates: Candidates::Recall(0.99),
        }
    }

    /// What separates paragraphs. Default: [`Boundary::Auto`].
    #[must_use]
    pub const fn boundary(self, boundary: Boundary) -> Self {
        Self { boundary, ..self }
    }

    /// Which differences do not count. Default: [`Normalizer::new`].
    #[must_use]
    pub const fn normalizer(self, normalizer: Normalizer) -> Self {
        Self { normalizer, ..self }
    }

    /// What shingles are made of. Default: [`Shingles::Auto`].
    #[must_use]
    pub const fn shingles(self, shingles: Shingles) -> Self {
        Self { shingles, ..self }
    }

    /// What the threshold is held against. Default: [`Measure::Jaccard`].
    #[must_use]
    pub const fn measure(self, measure: Measure) -> Self {
        Self { measure, ..self }
    }

    /// How alike two paragraphs must be at least, above 0 and at most 1. Default: 0.7.
    #[must_use]
    pub const fn threshold(self, threshold: f64) -> Self {
        Self { threshold, ..self }
    }

    /// How many slots a signature has at most, 1 to 4096. Default: 128. Only an [`Index`](crate::Index) signs.
    #[must_use]
    pub const fn signature_length(self, slots: usize) -> Self {
        Self { signature_length: slots, ..self }
    }

    /// The recall that an [`Index`](crate::Index) must have at the threshold, above 0 and below 1. Default: 0.99.
    ///
    /// The banding follows from it by [`Banding::for_recall`]. Where no banding promises so much (a threshold
    /// too low for the signature length, or [`Measure::Containment`]) the index looks shingles up one by one,
    /// with recall 1. One article is always compared exactly, with recall 1.
    #[must_use]
    pub const fn recall(self, recall: f64) -> Self {
        Self { candidates: Candidates::Recall(recall), ..self }
    }

    /// The banding itself, in place of a recall; for [`Measure::Jaccard`] only.
    #[must_use]
    pub const fn banding(self, banding: Banding) -> Self {
        Self { candidates: Candidates::Banding(banding), ..self }
    }

    /// The first option in which another differs, with both values.
    pub(crate) fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let options = |config: &Self| {
            [
                ("boundary", config.boundary.to_string()),
                ("rules of the normaliser", format!("{:?}", config.normalizer)),
                ("shingles", config.shingles.to_string()),
                ("measure", config.measure.to_string()),
                ("threshold", config.threshold.to_string()),
                ("signature length", config.signature_length.to_string()),
                ("candidates", format!("{:?}", config.candidates)),
            ]
        };
        let both = options(self).into_iter().zip(options(other));
        both.map(|((option, this), (_, other))| (option, this, other)).find(|(_, this, other)| this != other)
    }

    /// The comparator and the banding, if all options can work together.
    pub(crate) fn check(&self) -> Result<(Comparator, Option<Banding>), Error> {
        if let Shingles::Words(0) | Shingles::Chars(0) = self.shingles {
            return Err(Error::config("shingles", "a width of 1 or more", 0));
        }
        let threshold = Threshold::new(self.threshold)?;
        let slots = self.signature_length;
        if !(1..=LONGEST_SIGNATURE).contains(&slots) {
            return Err(Error::config("signature length", format!("1 to {LONGEST_SIGNATURE} slots"), slots));
        }
        let banding = match self.candidates {
            Candidates::Recall(recall) if !(recall > 0.0 && recall < 1.0) => {
                return Err(Error::config("recall", "a number above 0 and below 1", recall));
            }
            Candidates::Recall(_) if self.measure == Measure::Containment => None,
            Candidates::Recall(recall) => Banding::for_recall(threshold.value(), recall, slots).ok(),
            Candidates::Banding(banding) => {
                if self.measure == Measure::Containment {
                    return Err(Error::config(
                        "banding",
                        "measure jaccard, which it can promise recall for",
                        "containment",
                    ));
                }
                let used = banding.bands.checked_mul(banding.rows);
                if !used.is_some_and(|used| (1..=slots).contains(&used)) {
                    return Err(Error::config("banding", format!("1 to {slots} slots in all"), banding));
                }
                Some(banding)
            }
        };
        Ok((Comparator { measure: self.measure, threshold }, banding))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

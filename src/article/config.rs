//! The configuration: what counts as the same, and how it is looked for.

use crate::article::detector::Detector;
use crate::compare::{Comparator, Measure, Threshold};
use crate::error::Error;
use crate::lsh::Banding;
use crate::option_names::string_enum;
use crate::shingle::Shingles;
use crate::text::normalizer::Normalizer;
use crate::text::paragraph::Boundary;

/// Every option, with its default; [`build`](Config::build) checks them and makes a [`Detector`] of them.
///
/// The setters check nothing, so a configuration can be a constant. A detector [gives back](Detector::config) the one it
/// was made of. With the feature `serde` it can be read from a file and written to one.
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
    pub(crate) siblings: Siblings,
    pub(crate) signature_length: usize,
    pub(crate) candidates: BandingChoice,
}

/// What becomes of two paragraphs that are alike, and that one article holds both: see [`Config::siblings`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Siblings {
    /// Neither is removed for the other, in any article. Exact copies are no siblings.
    #[default]
    Keep,
    /// They are removed as others are.
    Remove,
}

string_enum!("siblings", Siblings { Keep => "keep", Remove => "remove" });

/// How the banding of a [`Corpus`](crate::Corpus) or an [`Index`](crate::Index) is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BandingChoice {
    /// The one that reaches this recall at the threshold, if there is one.
    Recall(f64),
    /// This one.
    Banding(Banding),
}

/// The greatest number of slots: with more a signature is larger than most paragraphs.
const MAX_SIGNATURE_LENGTH: usize = 4096;

impl Config {
    /// Creates a configuration of the defaults, each of which is named at its setter.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            boundary: Boundary::Auto,
            normalizer: Normalizer::new(),
            shingles: Shingles::Auto,
            measure: Measure::Jaccard,
            threshold: 0.7,
            siblings: Siblings::Keep,
            signature_length: 128,
            candidates: BandingChoice::Recall(0.99),
        }
    }

    /// Sets what separates paragraphs. Default: [`Boundary::Auto`].
    #[must_use]
    pub const fn boundary(self, boundary: Boundary) -> Self {
        Self { boundary, ..self }
    }

    /// Sets which differences between texts do not count. Default: [`Normalizer::new`].
    #[must_use]
    pub const fn normalizer(self, normalizer: Normalizer) -> Self {
        Self { normalizer, ..self }
    }

    /// Sets what shingles are made of; their width must be 1 or more. Default: [`Shingles::Auto`].
    #[must_use]
    pub const fn shingles(self, shingles: Shingles) -> Self {
        Self { shingles, ..self }
    }

    /// Sets which ratio the threshold is held against. Default: [`Measure::Jaccard`].
    #[must_use]
    pub const fn measure(self, measure: Measure) -> Self {
        Self { measure, ..self }
    }

    /// Sets how alike two paragraphs must be at least, above 0 and at most 1. Default: 0.7.
    ///
    /// A pair exactly at the threshold counts; see [`Threshold`].
    #[must_use]
    pub const fn threshold(self, threshold: f64) -> Self {
        Self { threshold, ..self }
    }

    /// Sets what becomes of siblings: two paragraphs that are alike, but not exact copies, and that one article holds both.
    /// Whoever wrote both into one article meant two passages: another option, another province, another year. They are
    /// reported as a pair, and neither is redundant beside the other, in that article or in any other of a
    /// [`Corpus`](crate::Corpus). Default: [`Siblings::Keep`].
    ///
    /// The two sides of a [doubled body](crate::Report::doubled_body) are no siblings. By [`Measure::Containment`] a paragraph
    /// goes for a sibling that holds all of its shingles, as nothing is lost with it.
    ///
    /// ```
    /// use dittograph::{Config, Siblings};
    ///
    /// let article = "Those who live in Anwick send the form to the office by the end of March, with a copy of their pass.\n\
    ///                Those who live in Halford send the form to the office by the end of March, with a copy of their pass.";
    /// let report = dittograph::scan(article);
    /// assert_eq!((report.pairs().len(), report.redundant().len(), report.statistics().siblings), (1, 0, 1));
    /// let detector = Config::new().siblings(Siblings::Remove).build()?;
    /// assert_eq!(detector.dedup(article).lines().count(), 1);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    // Near copies within one article, outside a doubled body, that were read: of 56 different pairs of documentation (Arabic, Thai,
    // Chinese, English) 41 say something of their own, and so do 41 of 56 others of more than 250 bytes (Arabic, Thai, English,
    // licences; of these 7 of 14). Neither length nor similarity tells them from the rest: a table row with one other amount is at .93.
    #[must_use]
    pub const fn siblings(self, siblings: Siblings) -> Self {
        Self { siblings, ..self }
    }

    /// Sets how many slots a signature may have, 1 to 4096. Default: 128.
    ///
    /// A banding uses no more slots than it needs, and only those are computed. A [`Corpus`](crate::Corpus) and an
    /// [`Index`](crate::Index) sign paragraphs; a scan of one article does not.
    #[must_use]
    pub const fn signature_length(self, slots: usize) -> Self {
        Self { signature_length: slots, ..self }
    }

    /// Sets the recall that a [`Corpus`](crate::Corpus) or an [`Index`](crate::Index) must have at the threshold, above 0
    /// and below 1. Default: 0.99.
    ///
    /// The banding follows from it by [`Banding::for_recall`]. Where no banding can promise that recall (the threshold is
    /// too low for the signature length, or the measure is [`Measure::Containment`]), a corpus takes the exact join and
    /// an index looks shingles up one by one, both with recall 1. A scan of one article always has recall 1.
    ///
    /// It takes the place of a [`banding`](Self::banding) that was set before.
    #[must_use]
    pub const fn recall(self, recall: f64) -> Self {
        Self { candidates: BandingChoice::Recall(recall), ..self }
    }

    /// Sets the banding itself, in place of a [`recall`](Self::recall). For [`Measure::Jaccard`] only.
    ///
    /// It must have at least one band and one row, and use no more slots than the
    /// [`signature_length`](Self::signature_length).
    ///
    /// ```
    /// use dittograph::{Banding, Config};
    ///
    /// let detector = Config::new().threshold(0.8).banding(Banding::new(20, 6)).build()?;
    /// assert!(detector.recall_at(0.8) > 0.997);
    /// assert!(Config::new().banding(Banding::new(0, 6)).build().is_err());
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub const fn banding(self, banding: Banding) -> Self {
        Self { candidates: BandingChoice::Banding(banding), ..self }
    }

    /// Checks the options and makes a detector of them.
    ///
    /// # Errors
    ///
    /// If an option is out of its range, or options cannot work together: a banding that uses more slots than the
    /// signature has, or a banding for containment. The error's [`place`](Error::place) names the option.
    pub fn build(self) -> Result<Detector, Error> {
        let (comparator, banding) = self.check()?;
        Ok(Detector::new(self, comparator, banding))
    }

    /// Returns the first option in which another configuration differs: its name, and both values. Of rules these are
    /// the [changes](Normalizer::changes_from) from one to the other. What becomes of siblings does not count: an index
    /// removes nothing.
    pub(crate) fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let options = |config: &Self, beside: &Self| {
            [
                ("boundary", config.boundary.to_string()),
                ("rules", config.normalizer.changes_from(beside.normalizer)),
                ("shingles", config.shingles.to_string()),
                ("measure", config.measure.to_string()),
                ("threshold", config.threshold.to_string()),
                ("signature length", config.signature_length.to_string()),
                ("candidates", format!("{:?}", config.candidates)),
            ]
        };
        let both = options(self, other).into_iter().zip(options(other, self));
        both.map(|((option, this), (_, other))| (option, this, other)).find(|(_, this, other)| this != other)
    }

    /// Returns the comparator and the banding, if all options can work together.
    pub(crate) fn check(&self) -> Result<(Comparator, Option<Banding>), Error> {
        if let Shingles::Words(0) | Shingles::Chars(0) = self.shingles {
            return Err(Error::config("shingles", "a width of 1 or more", 0));
        }
        let threshold = Threshold::new(self.threshold)?;
        let slots = self.signature_length;
        if !(1..=MAX_SIGNATURE_LENGTH).contains(&slots) {
            return Err(Error::config(
                "signature length",
                format!("1 to {MAX_SIGNATURE_LENGTH} slots"),
                slots,
            ));
        }
        let banding = match self.candidates {
            BandingChoice::Recall(recall) if !(recall > 0.0 && recall < 1.0) => {
                return Err(Error::config("recall", "a number above 0 and below 1", recall));
            }
            BandingChoice::Recall(_) if self.measure == Measure::Containment => None,
            BandingChoice::Recall(recall) => Banding::for_recall(threshold.value(), recall, slots).ok(),
            BandingChoice::Banding(banding) => {
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

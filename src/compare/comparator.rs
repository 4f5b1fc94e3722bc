//! The measure, and the comparator that holds it against a threshold.

use crate::compare::similarity::{Similarity, common_of};
use crate::compare::threshold::Threshold;
use crate::option_names::string_enum;
use crate::shingle::ShingleSet;

/// Which ratio of the shared shingles is held against the threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// |A∩B| / |A∪B|, Broder's *resemblance*: how much of both paragraphs is common.
    ///
    /// It is strict. With shingles of three words an edit of 4 % of the words leaves 0.8, one of 6 % leaves 0.7, and
    /// one of 13 % leaves 0.5.
    #[default]
    Jaccard,
    /// |A∩B| / min(|A|, |B|): how much of the smaller paragraph is in the larger.
    ///
    /// It finds a paragraph that was extended, or is quoted in a longer one. Only the smaller of the two can be
    /// redundant, as the larger says more. It is the same from both sides; Broder's *containment* divides by |A|.
    Containment,
}

string_enum!("measure", Measure { Jaccard => "jaccard", Containment => "containment" });

/// Decides whether two paragraphs are alike enough: a measure and its threshold.
///
/// ```
/// use dittograph::compare::{Comparator, Measure, Threshold};
/// use dittograph::shingle::Shingles;
///
/// let set = |text| Shingles::Words(1).set(text);
/// let comparator = Comparator { measure: Measure::Jaccard, threshold: Threshold::new(0.4)? };
/// let similarity = comparator.compare(&set("one two three"), &set("two three four five")).unwrap();
/// assert_eq!(similarity.jaccard(), 0.4);
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Comparator {
    /// The ratio that is compared.
    pub measure: Measure,
    /// The least value that counts.
    pub threshold: Threshold,
}

impl Comparator {
    /// Returns the similarity of two sets if it is at the threshold or above, and `None` if it is below.
    ///
    /// An empty set is similar to nothing, not even to another empty set. Cost: one pass over both sets at most; it
    /// ends as soon as the threshold is out of reach.
    #[must_use]
    pub fn compare(&self, a: &ShingleSet, b: &ShingleSet) -> Option<Similarity> {
        let common = common_of(a, b, self.least_common(a.len(), b.len()))?;
        Some(Similarity::new(common, a.len(), b.len()))
    }

    /// Returns true if a paragraph with this number of shingles is redundant beside one that it is at the threshold
    /// with: if the threshold's share of its own shingles is in the other.
    ///
    /// By Jaccard that always holds. By containment it does not hold for the larger of two, which says more.
    pub(crate) fn makes_redundant(&self, shingles: impl FnOnce() -> usize, similarity: &Similarity) -> bool {
        self.measure == Measure::Jaccard || similarity.common() >= self.threshold.share(shingles())
    }

    /// Returns true if all of a paragraph with this number of shingles is in one that it is at the threshold with, by
    /// containment.
    pub(crate) fn holds_whole(&self, shingles: impl FnOnce() -> usize, similarity: &Similarity) -> bool {
        self.measure == Measure::Containment && similarity.common() == shingles()
    }

    /// Returns how many common shingles sets of these sizes need to be at the threshold; at least 1.
    pub(crate) fn least_common(&self, a: usize, b: usize) -> usize {
        let least = match self.measure {
            Measure::Jaccard => self.threshold.share_of_sum(a + b),
            Measure::Containment => self.threshold.share(a.min(b)),
        };
        least.max(1)
    }
}

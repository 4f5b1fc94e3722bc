//! The comparator: exact Jaccard and containment of two shingle sets, and the threshold they are held against.
//!
//! Part of the lower level, for those who build their own pipeline.

pub(crate) mod join;
pub(crate) mod pair;

use std::cmp::Ordering;
use std::fmt;

use crate::error::Error;
use crate::option_names::string_enum;
use crate::shingle::ShingleSet;

/// What the threshold is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// |A∩B| / |A∪B|, Broder's *resemblance*: how much of both is common.
    ///
    /// It is strict: on word 3-shingles an edit of 4 % of the words leaves 0.8, of 6 % 0.7, of 13 % 0.5.
    #[default]
    Jaccard,
    /// |A∩B| / min(|A|, |B|), so that it is the same from both sides (Broder's *containment* divides by |A|):
    /// how much of the smaller is in the larger. It finds a paragraph that was extended, or quoted in a longer. Only
    /// the smaller of the two can be redundant: the larger says more.
    Containment,
}

string_enum!("measure", Measure { Jaccard => "jaccard", Containment => "containment" });

/// How alike two paragraphs are: counts of shingles, of which every ratio follows.
///
/// ```
/// use dittograph::shingle::Shingles;
/// use dittograph::compare::Similarity;
///
/// let (a, b) = (Shingles::Words(1).set("one two three"), Shingles::Words(1).set("two three four five"));
/// let similarity = Similarity::of(&a, &b);
/// assert_eq!((similarity.common(), similarity.union()), (2, 5));
/// assert_eq!(similarity.jaccard(), 2.0 / 5.0);
/// assert_eq!(similarity.containment(), 2.0 / 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Similarity {
    common: u32,
    smaller: u32,
    larger: u32,
    exact: bool,
}

impl Similarity {
    /// The similarity of two sets; whether the paragraphs are exact copies cannot be seen from them, and is
    /// `false` here. Cost: one pass over both.
    #[must_use]
    pub fn of(a: &ShingleSet, b: &ShingleSet) -> Self {
        Self::new(common_of(a, b, 0).unwrap_or(0), a.len(), b.len())
    }

    fn new(common: usize, a: usize, b: usize) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { common: count(common), smaller: count(a.min(b)), larger: count(a.max(b)), exact: false }
    }

    /// The similarity of a paragraph of so many shingles and an exact copy of it.
    pub(crate) fn exact_copy(shingles: usize) -> Self {
        Self { exact: true, ..Self::new(shingles, shingles, shingles) }
    }

    /// How many shingles stand in both.
    #[must_use]
    pub fn common(&self) -> usize {
        self.common as usize
    }

    /// How many shingles stand in one or both.
    #[must_use]
    pub fn union(&self) -> usize {
        self.smaller as usize + self.larger as usize - self.common as usize
    }

    /// |A∩B| / |A∪B|, 0 to 1; 0 if either is empty.
    #[must_use]
    pub fn jaccard(&self) -> f64 {
        f64::from(self.common) / self.union().max(1) as f64
    }

    /// |A∩B| / min(|A|, |B|), 0 to 1; never less than [`jaccard`](Self::jaccard); 0 if either is empty.
    #[must_use]
    pub fn containment(&self) -> f64 {
        f64::from(self.common) / f64::from(self.smaller.max(1))
    }

    /// Whether the paragraphs have the same words in the same order after normalisation. Then Jaccard is 1; it
    /// can be 1 for other paragraphs too, where shingles repeat.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// More alike first: by Jaccard, then containment, then exact copies before others. Decided in integers.
    pub(crate) fn cmp_more_alike(&self, other: &Self) -> Ordering {
        let cross =
            |a: u32, b: usize, c: u32, d: usize| (u64::from(c) * b as u64).cmp(&(u64::from(a) * d as u64));
        cross(self.common, self.union().max(1), other.common, other.union().max(1))
            .then_with(|| {
                let least = |s: &Self| s.smaller.max(1) as usize;
                cross(self.common, least(self), other.common, least(other))
            })
            .then_with(|| other.exact.cmp(&self.exact))
    }
}

/// A least similarity as a fraction, so that "at or above" is decided in integers.
///
/// It is the simplest fraction that is nearest to a floating-point number: 0.7 is 7/10 and 2.0 / 3.0 is 2/3,
/// so pairs that stand exactly at the threshold count.
///
/// ```
/// use dittograph::compare::Threshold;
///
/// assert_eq!(Threshold::new(0.7)?.to_string(), "7/10");
/// assert_eq!(Threshold::new(2.0 / 3.0)?.to_string(), "2/3");
/// assert!(Threshold::new(0.0).is_err());
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Threshold {
    numerator: u64,
    denominator: u64,
}

impl Threshold {
    /// The threshold that a number stands for. Below 2⁻³² any common shingle is enough.
    ///
    /// # Errors
    ///
    /// If it is not above 0 and at most 1.
    pub fn new(value: f64) -> Result<Self, Error> {
        if !(value > 0.0 && value <= 1.0) {
            return Err(Error::config("threshold", "a number above 0 and at most 1", value));
        }
        Ok(Self::simplest(value))
    }

    pub(crate) const fn fraction(numerator: u64, denominator: u64) -> Self {
        Self { numerator, denominator }
    }

    /// The first convergent of the continued fraction that rounds to the value.
    fn simplest(value: f64) -> Self {
        const LARGEST: f64 = 4_294_967_296.0; // 2^32
        let (mut before, mut last) = ((1.0, 0.0), (0.0, 1.0)); // convergents (numerator, denominator): 1/0, 0/1
        let mut rest = value;
        loop {
            rest = 1.0 / rest;
            let whole = rest.floor();
            let next = (whole * last.0 + before.0, whole * last.1 + before.1);
            if next.1 > LARGEST {
                break;
            }
            (before, last) = (last, next);
            rest -= whole;
            #[allow(clippy::float_cmp)] // the fraction is to give the very same number
            if last.0 / last.1 == value || rest <= 0.0 {
                break;
            }
        }
        if last.0 < 1.0 {
            last = (1.0, LARGEST);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole numbers from 1 to 2^32
        Self { numerator: last.0 as u64, denominator: last.1 as u64 }
    }

    /// The threshold as a floating-point number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The least whole number of `total` that is this share of it: ⌈t · total⌉.
    pub(crate) fn share(self, total: usize) -> usize {
        ceil_share(self.numerator, self.denominator, total)
    }

    /// The least c with c / (total − c) at the threshold: ⌈t / (1 + t) · total⌉.
    pub(crate) fn share_of_sum(self, total: usize) -> usize {
        ceil_share(self.numerator, self.numerator + self.denominator, total)
    }
}

fn ceil_share(numerator: u64, denominator: u64, total: usize) -> usize {
    let share = (u128::from(numerator) * total as u128).div_ceil(u128::from(denominator));
    usize::try_from(share).unwrap_or(usize::MAX) // a share of a usize fits
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Decides whether two paragraphs are alike enough: the measure and its threshold.
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
    /// What is compared.
    pub measure: Measure,
    /// How much of it is enough; `>=` counts.
    pub threshold: Threshold,
}

impl Comparator {
    /// The similarity of two sets if it is at the threshold or above. An empty set is similar to nothing. Cost:
    /// one pass over both, ended as soon as the threshold is out of reach.
    #[must_use]
    pub fn compare(&self, a: &ShingleSet, b: &ShingleSet) -> Option<Similarity> {
        let common = common_of(a, b, self.least_common(a.len(), b.len()))?;
        Some(Similarity::new(common, a.len(), b.len()))
    }

    /// Whether a paragraph of `shingles` shingles is redundant beside another that it has this similarity with: only
    /// if so much of itself is in the other. By Jaccard that follows; by containment the larger of two is not, as
    /// it says more.
    pub(crate) fn makes_redundant(&self, shingles: impl FnOnce() -> usize, similarity: &Similarity) -> bool {
        self.measure == Measure::Jaccard || similarity.common() >= self.threshold.share(shingles())
    }

    /// How many common shingles sets of these sizes need to be at the threshold; at least 1.
    pub(crate) fn least_common(&self, a: usize, b: usize) -> usize {
        let least = match self.measure {
            Measure::Jaccard => self.threshold.share_of_sum(a + b),
            Measure::Containment => self.threshold.share(a.min(b)),
        };
        least.max(1)
    }
}

/// The number of common shingles, if there are at least `least`.
///
/// Merges from both ends at once: what each step waits for is the step before, and so two are under way.
// ns a pair of sets of 70 shingles, 1000 pairs in turn, by how many are common; 58 are needed (Zen 5, Rust 1.95):
//
//                                       10    32    48    58    64    70
//   branches, from one end              30   150   270   315   172    74
//   without branches, from one end      65    82   124   188   174   153
//     asked every 8 steps to go on      59    76   118   187   182   143
//     blocks of 2 × 2                   37    53    92   143   142    86
//     blocks of 4 × 4, AVX2             30    38    66    99    98    57
//     blocks of 8 × 8, AVX2             19    30    49    83    78    48
//   from both ends                      35    45    84   134   132    92
//     asked every 4 steps to go on      35    44    75   122   114    84
//
// With 20 shingles, 18 common, it is 32, branches 23; with 200, 184 common, 300 and 460. All of it is 11 ms of a run
// over 100,000 paragraphs of 85 words, so that AVX2 would save some 5, for a second path.
pub(crate) fn common_of(a: &ShingleSet, b: &ShingleSet, least: usize) -> Option<usize> {
    let (mut a, mut b) = (a.hashes(), b.hashes());
    let mut common = 0;
    while let ([a_first, .., a_last], [b_first, .., b_last]) = (a, b) {
        if common + a.len().min(b.len()) < least {
            return None;
        }
        common += usize::from(a_first == b_first) + usize::from(a_last == b_last);
        let a_rest = usize::from(a_first <= b_first)..a.len() - usize::from(a_last >= b_last);
        let b_rest = usize::from(b_first <= a_first)..b.len() - usize::from(b_last >= a_last);
        (a, b) = (&a[a_rest], &b[b_rest]);
    }
    if let ([one], rest) | (rest, [one]) = (a, b) {
        common += usize::from(rest.binary_search(one).is_ok());
    }
    (common >= least).then_some(common)
}

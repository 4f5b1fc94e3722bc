//! How alike two sets are: the counts of their shingles, and the ratios that follow.

use std::cmp::Ordering;
use std::fmt;

use crate::shingle::ShingleSet;

/// How alike two paragraphs are: the counts of their shingles, from which every ratio follows.
///
/// It is made by [`Similarity::of`], by [`Comparator::compare`](super::Comparator::compare), and stands in every pair,
/// removal and match that is reported. Two are equal if their counts are; equal ratios are not enough.
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
/// assert_eq!(format!("{similarity:.2}"), "0.40");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Similarity {
    common: u32,
    smaller: u32,
    larger: u32,
    exact: bool,
}

impl Similarity {
    /// Returns the similarity of two sets, the same whichever comes first.
    ///
    /// Sets do not show whether the paragraphs are exact copies, so [`is_exact`](Self::is_exact) is `false` here.
    /// Cost: one pass over both sets.
    #[must_use]
    pub fn of(a: &ShingleSet, b: &ShingleSet) -> Self {
        Self::new(common_of(a, b, 0).unwrap_or(0), a.len(), b.len())
    }

    /// Creates the similarity of two sets of `a` and `b` shingles, of which `common` stand in both.
    pub(crate) fn new(common: usize, a: usize, b: usize) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { common: count(common), smaller: count(a.min(b)), larger: count(a.max(b)), exact: false }
    }

    /// Returns the similarity of a paragraph with this number of shingles and an exact copy of it.
    pub(crate) fn exact_copy(shingles: usize) -> Self {
        Self { exact: true, ..Self::new(shingles, shingles, shingles) }
    }

    /// Returns the similarity of a paragraph with `shingles` shingles and another one that has all of them, among `all`.
    pub(crate) fn held(shingles: usize, all: usize) -> Self {
        Self::new(shingles, shingles, all)
    }

    /// Returns how many shingles stand in both sets.
    #[must_use]
    pub fn common(&self) -> usize {
        self.common as usize
    }

    /// Returns how many shingles stand in one set or in both.
    #[must_use]
    pub fn union(&self) -> usize {
        self.smaller as usize + self.larger as usize - self.common as usize
    }

    /// Returns how many shingles the smaller set has.
    #[cfg(feature = "page")]
    pub(crate) fn least(&self) -> usize {
        self.smaller as usize
    }

    /// Returns the Jaccard, |A∩B| / |A∪B|, from 0 to 1; 0 if either set is empty.
    #[must_use]
    pub fn jaccard(&self) -> f64 {
        f64::from(self.common) / self.union().max(1) as f64
    }

    /// Returns the containment, |A∩B| / min(|A|, |B|), from 0 to 1; 0 if either set is empty.
    ///
    /// It is never less than the [`jaccard`](Self::jaccard).
    #[must_use]
    pub fn containment(&self) -> f64 {
        f64::from(self.common) / f64::from(self.smaller.max(1))
    }

    /// Returns true if the paragraphs are exact copies: they have the same words in the same order after normalisation.
    ///
    /// Then their Jaccard is 1. It can be 1 for other paragraphs too, where the same shingles come in another order or
    /// another number of times.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Compares two similarities so that the more alike comes first: by Jaccard, then by containment, then exact
    /// copies before others. Decided in integers.
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

/// Writes the [`jaccard`](Similarity::jaccard) as a number, in the form that is asked for: `{:.2}` for two decimal places.
impl fmt::Display for Similarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jaccard().fmt(f)
    }
}

/// Returns true if `a` is not empty and all of it is in `b`.
pub(crate) fn is_subset(a: &ShingleSet, b: &ShingleSet) -> bool {
    const FEW: usize = 8; // of a small set it takes less to look for each shingle
    if a.len() < b.len() / FEW {
        return !a.is_empty() && a.hashes().iter().all(|hash| b.hashes().binary_search(hash).is_ok());
    }
    !a.is_empty() && common_of(a, b, a.len()).is_some()
}

/// Returns the number of common shingles, if there are at least `least`.
///
/// It merges from both ends at once. A step waits only for the step before it at the same end, so two are under way.
// ns a pair of sets of 70 shingles, 1000 pairs in turn, by how many are common; 58 are needed (Zen 5, Rust 1.95):
//
//                                       10    32    48    58    64    70
//   branches, from one end              30   150   270   315   172    74
//   without branches, from one end      65    82   124   188   174   153
//     bound checked every 8 steps       59    76   118   187   182   143
//     blocks of 2 × 2                   37    53    92   143   142    86
//     blocks of 4 × 4, AVX2             30    38    66    99    98    57
//     blocks of 8 × 8, AVX2             19    30    49    83    78    48
//   from both ends                      35    45    84   134   132    92
//     bound checked every 4 steps       35    44    75   122   114    84
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

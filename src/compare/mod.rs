//! The comparator: exact Jaccard and containment of two shingle sets, and the threshold they are held against.
//!
//! Part of the lower level, for those who build their own pipeline. [`Similarity::of`] counts what two sets have in
//! common; a [`Comparator`] does so only as far as it takes to decide whether they are at its [`Threshold`]. Both are
//! exact: nothing here is estimated, and no decision is made in floating point.
//!
//! ```
//! use dittograph::compare::{Comparator, Measure, Threshold};
//! use dittograph::shingle::Shingles;
//!
//! let (short, long) = ("the river rose in the night", "as we wrote, the river rose in the night again");
//! let (short, long) = (Shingles::Words(2).set(short), Shingles::Words(2).set(long));
//! let at = |measure| Threshold::new(0.9).map(|threshold| Comparator { measure, threshold });
//! assert!(at(Measure::Jaccard)?.compare(&short, &long).is_none()); // 5 of 9
//! assert!(at(Measure::Containment)?.compare(&short, &long).is_some()); // 5 of the 5 in the smaller
//! # Ok::<(), dittograph::Error>(())
//! ```

mod similarity;
mod threshold;
mod comparator;
mod overlap;
pub(crate) mod lcs;
pub(crate) mod pair;
pub(crate) mod join;

pub use comparator::{Comparator, Measure};
pub use overlap::Overlap;
pub use similarity::Similarity;
pub(crate) use similarity::{common_of, is_subset};
pub use threshold::Threshold;

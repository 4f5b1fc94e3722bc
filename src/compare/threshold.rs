//! The threshold: a share as a fraction, so that it is decided in integers.

use std::fmt;

use crate::error::Error;

/// The least similarity that counts, as a fraction, so that "at or above" is decided in integers.
///
/// It is the simplest fraction that rounds to the floating-point number it is made from: 0.7 becomes 7/10 and
/// 2.0 / 3.0 becomes 2/3. So a pair exactly at the threshold counts, though 0.7 as a float is a little below 7/10.
/// [`Display`](fmt::Display) writes the fraction.
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
    /// Creates the threshold that a number stands for.
    ///
    /// Numbers below 2⁻³² are taken as 2⁻³², where any common shingle is enough.
    ///
    /// # Errors
    ///
    /// If the number is not above 0 and at most 1, or is not a number.
    pub fn new(value: f64) -> Result<Self, Error> {
        if !(value > 0.0 && value <= 1.0) {
            return Err(Error::config("threshold", "a number above 0 and at most 1", value));
        }
        Ok(Self::simplest(value))
    }

    /// Creates a threshold from a fraction above 0 and at most 1.
    pub(crate) const fn fraction(numerator: u64, denominator: u64) -> Self {
        Self { numerator, denominator }
    }

    /// Returns the first convergent of the value's continued fraction that rounds to it.
    fn simplest(value: f64) -> Self {
        const MAX_DENOMINATOR: f64 = 4_294_967_296.0; // 2^32
        let (mut before, mut last) = ((1.0, 0.0), (0.0, 1.0)); // convergents (numerator, denominator): 1/0, 0/1
        let mut rest = value;
        loop {
            rest = 1.0 / rest;
            let whole = rest.floor();
            let next = (whole * last.0 + before.0, whole * last.1 + before.1);
            if next.1 > MAX_DENOMINATOR {
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
            last = (1.0, MAX_DENOMINATOR);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole numbers from 1 to 2^32
        Self { numerator: last.0 as u64, denominator: last.1 as u64 }
    }

    /// Returns the threshold as a floating-point number.
    ///
    /// For thresholds from 2⁻³² on this is the number it was made from, or differs from it by less than 2⁻⁶⁴.
    #[must_use]
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Returns the least whole number that is at least this share of `total`: ⌈t · total⌉.
    pub(crate) fn share(self, total: usize) -> usize {
        ceil_share(self.numerator, self.denominator, total)
    }

    /// Returns the least c for which c / (total − c) is at the threshold: ⌈t / (1 + t) · total⌉.
    pub(crate) fn share_of_sum(self, total: usize) -> usize {
        ceil_share(self.numerator, self.numerator + self.denominator, total)
    }
}

fn ceil_share(numerator: u64, denominator: u64, total: usize) -> usize {
    let share = (u128::from(numerator) * total as u128).div_ceil(u128::from(denominator));
    usize::try_from(share).unwrap_or(usize::MAX) // a share is at most the total
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

//! The one error of the crate.

use std::fmt;

/// What went wrong: what was expected, what came, and where.
///
/// [`Config::build`](crate::Config::build) returns it, [`Threshold::new`](crate::compare::Threshold::new),
/// [`Banding::for_recall`](crate::lsh::Banding::for_recall) and the parsing of an option's name: scanning, inserting
/// and querying cannot fail.
///
/// ```
/// let error = dittograph::Config::new().threshold(1.5).build().unwrap_err();
/// assert!(error.is_config());
/// assert_eq!(error.to_string(), "threshold: expected a number above 0 and at most 1, got 1.5");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Config { option: &'static str, expected: String, got: String },
}

impl Error {
    pub(crate) fn config(option: &'static str, expected: impl Into<String>, got: impl fmt::Display) -> Self {
        Self(Kind::Config { option, expected: expected.into(), got: got.to_string() })
    }

    /// Whether an option has a value that cannot work, alone or together with the others.
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.0, Kind::Config { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Config { option, expected, got } => write!(f, "{option}: expected {expected}, got {got}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?})", self.to_string())
    }
}

impl std::error::Error for Error {}

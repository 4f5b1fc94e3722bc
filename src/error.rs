//! The one error of the crate.

use std::fmt;

/// What went wrong: what was expected, what came, and where.
///
/// [`Config::build`](crate::Config::build) returns it, [`Threshold::new`](crate::compare::Threshold::new),
/// [`Banding::for_recall`](crate::lsh::Banding::for_recall) and the parsing of an option's name: scanning, inserting
/// and querying in memory cannot fail. What comes from files can, dumps (feature `dump`) and saved indexes: such an error
/// names the file, and the record or the byte where it applies.
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
    Read { place: String, wrong: String, extent: Extent },
}

/// How much of a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One record; the next can be.
    #[cfg(feature = "dump")]
    Record,
    /// The rest of a file.
    File,
    /// The rest of a file, since the system did not give or take its bytes.
    Io,
}

impl Error {
    pub(crate) fn config(option: &'static str, expected: impl Into<String>, got: impl fmt::Display) -> Self {
        Self(Kind::Config { option, expected: expected.into(), got: got.to_string() })
    }

    pub(crate) fn read(place: impl Into<String>, wrong: impl Into<String>, extent: Extent) -> Self {
        Self(Kind::Read { place: place.into(), wrong: wrong.into(), extent })
    }

    /// Whether an option has a value that cannot work, alone or together with the others.
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.0, Kind::Config { .. })
    }

    /// Whether a file, or a record of it, is not what its format says.
    #[must_use]
    pub fn is_format(&self) -> bool {
        matches!(self.0, Kind::Read { .. }) && !self.is_io()
    }

    /// Whether it is one record that cannot be read, so that the next may be.
    #[cfg(feature = "dump")]
    #[must_use]
    pub fn is_record(&self) -> bool {
        matches!(self.0, Kind::Read { extent: Extent::Record, .. })
    }

    /// Whether the system did not give or take the bytes: no such file, no permission, a disk that is full or fails.
    #[must_use]
    pub fn is_io(&self) -> bool {
        matches!(self.0, Kind::Read { extent: Extent::Io, .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Config { option, expected, got } => write!(f, "{option}: expected {expected}, got {got}"),
            Kind::Read { place, wrong, .. } => write!(f, "{place}: {wrong}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?})", self.to_string())
    }
}

impl std::error::Error for Error {}

//! The one error of the crate.

use std::fmt;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// An error: what was expected, what came instead, and where.
///
/// These return it: [`Config::build`](crate::Config::build), [`Threshold::new`](crate::compare::Threshold::new),
/// [`Banding::for_recall`](crate::lsh::Banding::for_recall), the parsing of an option's name, and everything that
/// reads or writes files: dumps (feature `dump`) and saved indexes. Scanning, inserting and querying in memory
/// return none.
///
/// It is one word in size and cheap to clone.
///
/// ```
/// let error = dittograph::Config::new().threshold(1.5).build().unwrap_err();
/// assert!(error.is_config());
/// assert_eq!(error.to_string(), "threshold: expected a number above 0 and at most 1, got 1.5");
/// assert_eq!((error.place(), error.expected()), ("threshold", Some("a number above 0 and at most 1")));
///
/// let error = dittograph::Index::load("no-such.index").unwrap_err();
/// assert!(error.is_io());
/// assert_eq!((error.place(), error.io_kind()), ("no-such.index", Some(std::io::ErrorKind::NotFound)));
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    /// The option, or the file with the record or line where that is known.
    place: String,
    problem: Problem,
    scope: Scope,
    source: Option<AssertUnwindSafe<Arc<io::Error>>>, // nothing of it changes
}

enum Problem {
    Message(String),
    Unexpected { expected: String, got: String },
}

/// What an error concerns, and so what can still be used after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// An option, or another value that the caller gave.
    Config,
    /// One record of a file; the next can be read.
    #[cfg(feature = "dump")]
    Record,
    /// The rest of a file.
    File,
    /// The rest of a file, which the system did not read or write.
    Io,
}

impl Error {
    /// An option has a value that cannot work.
    pub(crate) fn config(option: &'static str, expected: impl Into<String>, got: impl fmt::Display) -> Self {
        let problem = Problem::Unexpected { expected: expected.into(), got: got.to_string() };
        Self::new(option, problem, Scope::Config, None)
    }

    /// A file is not what its format says.
    pub(crate) fn format(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(place, Problem::Message(message.into()), Scope::File, None)
    }

    /// A file is not what its format says, at a point where one thing was expected.
    pub(crate) fn unexpected(
        place: impl Into<String>,
        expected: impl Into<String>,
        got: impl fmt::Display,
    ) -> Self {
        let problem = Problem::Unexpected { expected: expected.into(), got: got.to_string() };
        Self::new(place, problem, Scope::File, None)
    }

    /// The system did not read or write what stands at `place`.
    pub(crate) fn io(place: impl Into<String>, source: io::Error) -> Self {
        Self::new(place, Problem::Message(source.to_string()), Scope::Io, Some(Arc::new(source)))
    }

    /// What was found while reading a dump.
    #[cfg(feature = "dump")]
    pub(crate) fn dump(place: String, message: String, scope: Scope, source: Option<Arc<io::Error>>) -> Self {
        Self::new(place, Problem::Message(message), scope, source)
    }

    fn new(place: impl Into<String>, problem: Problem, scope: Scope, source: Option<Arc<io::Error>>) -> Self {
        let source = source.map(AssertUnwindSafe);
        Self(Arc::new(Inner { place: place.into(), problem, scope, source }))
    }

    /// Returns true if an option or another value that you gave cannot work, alone or together with others.
    #[must_use]
    pub fn is_config(&self) -> bool {
        self.0.scope == Scope::Config
    }

    /// Returns true if a file, or a record of it, is not what its format says.
    #[must_use]
    pub fn is_format(&self) -> bool {
        !self.is_config() && !self.is_io()
    }

    /// Returns true if a single record cannot be read, so that the next one may be.
    #[cfg(feature = "dump")]
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.0.scope == Scope::Record
    }

    /// Returns true if the system did not read or write the bytes: no such file, no permission, a disk that is full
    /// or fails.
    #[must_use]
    pub fn is_io(&self) -> bool {
        self.0.scope == Scope::Io
    }

    /// Returns where the error is: the name of the option, or the file with its record, line or byte where that is
    /// known.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.0.place
    }

    /// Returns what was expected, where the error says it apart from its message: always for options.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        match &self.0.problem {
            Problem::Unexpected { expected, .. } => Some(expected),
            Problem::Message(_) => None,
        }
    }

    /// Returns the kind of the [`io::Error`] that is the [source](std::error::Error::source) of this error, if one is.
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        self.0.source.as_ref().map(|source| source.kind())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.problem {
            Problem::Message(message) => write!(f, "{}: {message}", self.0.place),
            Problem::Unexpected { expected, got } => {
                write!(f, "{}: expected {expected}, got {got}", self.0.place)
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?})", self.to_string())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &***source as _)
    }
}

/// Keeps the kind of an I/O error; whatever else is wrong with a file is [`InvalidData`](io::ErrorKind::InvalidData),
/// and an option [`InvalidInput`](io::ErrorKind::InvalidInput).
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let other = if error.is_config() { io::ErrorKind::InvalidInput } else { io::ErrorKind::InvalidData };
        io::Error::new(error.io_kind().unwrap_or(other), error)
    }
}

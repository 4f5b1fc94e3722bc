//! What is wrong with a file or a record, before the path of the file is added to it.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Scope};

#[derive(Clone, Debug)]
pub(super) struct ReadError {
    /// The number of the record, if one is to blame.
    pub(super) record: Option<u64>,
    pub(super) message: String,
    pub(super) scope: Scope,
    pub(super) source: Option<Arc<io::Error>>,
}

impl ReadError {
    /// The file cannot be read any further.
    pub(super) fn file(message: impl Into<String>) -> Self {
        Self { record: None, message: message.into(), scope: Scope::File, source: None }
    }

    /// The options ask for what the file does not have.
    pub(super) fn option(message: impl Into<String>) -> Self {
        Self { scope: Scope::Config, ..Self::file(message) }
    }

    /// A record cannot be read, but the next can.
    pub(super) fn record(message: impl Into<String>) -> Self {
        Self { scope: Scope::Record, ..Self::file(message) }
    }

    pub(super) fn cut_short() -> Self {
        Self::file("the file ends in the middle of a record")
    }

    /// Adds the number of the record that is to blame.
    pub(super) fn at_record(self, number: u64) -> Self {
        Self { record: Some(number), ..self }
    }

    /// Adds the path of the file.
    pub(super) fn in_file(self, path: &Path) -> Error {
        let place = match self.record {
            Some(record) => format!("{}:{record}", path.display()),
            None => path.display().to_string(),
        };
        Error::dump(place, self.message, self.scope, self.source)
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::from(Arc::new(error))
    }
}

impl From<Arc<io::Error>> for ReadError {
    fn from(error: Arc<io::Error>) -> Self {
        let message = error.to_string();
        let source = match origin_error(&error) {
            Some(OriginError(origin)) => Some(Arc::clone(origin)),
            None => is_from_origin(&error).then_some(error),
        };
        let scope = if source.is_some() { Scope::Io } else { Scope::File };
        Self { scope, source, ..Self::file(message) }
    }
}

/// An error of the file or reader that the bytes come from.
///
/// Decompressors and decoders report malformed bytes as an [`io::Error`] too. Those are errors of the format, and this
/// type tells the two apart.
#[derive(Debug)]
struct OriginError(Arc<io::Error>);

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for OriginError {}

/// Marks an error as one of the file or reader that the bytes come from; its kind and its message stay.
pub(super) fn from_origin(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), OriginError(Arc::new(error)))
}

/// Returns true if the bytes could not be read, and false if they could and are malformed.
pub(super) fn is_from_origin(error: &io::Error) -> bool {
    error.raw_os_error().is_some() || origin_error(error).is_some()
}

fn origin_error(error: &io::Error) -> Option<&OriginError> {
    error.get_ref()?.downcast_ref()
}

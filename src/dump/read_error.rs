//! What is wrong with a file or a record, before it is known where the file lies.

use std::io;
use std::sync::Arc;

use crate::error::Scope;

#[derive(Debug)]
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

    /// A record cannot be read, but the next can.
    pub(super) fn record(message: impl Into<String>) -> Self {
        Self { scope: Scope::Record, ..Self::file(message) }
    }

    pub(super) fn cut_short() -> Self {
        Self::file("the file ends in the middle of a record")
    }

    /// The same, said of a record.
    pub(super) fn at(self, record: u64) -> Self {
        Self { record: Some(record), ..self }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::from(Arc::new(error))
    }
}

impl From<Arc<io::Error>> for ReadError {
    fn from(error: Arc<io::Error>) -> Self {
        // What a decompressor says comes as an I/O error too, but not from the system.
        let is_from_system = error.raw_os_error().is_some();
        let scope = if is_from_system { Scope::Io } else { Scope::File };
        Self { scope, source: is_from_system.then(|| Arc::clone(&error)), ..Self::file(error.to_string()) }
    }
}

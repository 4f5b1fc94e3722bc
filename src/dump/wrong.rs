//! What is wrong with a file or a record, before it is known where the file lies.

use std::io;

use crate::error::Extent;

#[derive(Debug)]
pub(super) struct Wrong {
    /// The number of the record, if one is to blame.
    pub(super) record: Option<u64>,
    pub(super) what: String,
    pub(super) extent: Extent,
}

impl Wrong {
    /// The file cannot be read any further.
    pub(super) fn file(what: impl Into<String>) -> Self {
        Self { record: None, what: what.into(), extent: Extent::File }
    }

    /// A record cannot be read, but the next can.
    pub(super) fn record(what: impl Into<String>) -> Self {
        Self { record: None, what: what.into(), extent: Extent::Record }
    }

    pub(super) fn cut_short() -> Self {
        Self::file("the file ends in the middle of a record")
    }

    /// The same, said of a record.
    pub(super) fn at(self, record: u64) -> Self {
        Self { record: Some(record), ..self }
    }
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&io::Error> for Wrong {
    fn from(error: &io::Error) -> Self {
        // What a decompressor says comes as an I/O error too, but not from the system.
        let extent = if error.raw_os_error().is_some() { Extent::Io } else { Extent::File };
        Self { record: None, what: error.to_string(), extent }
    }
}

//! The bytes of a Parquet file, which is read from many places.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

/// The bytes of a file, on disk or in memory.
pub(in super::super) enum FileBytes {
    OnDisk { file: File, length: u64, bytes_read: Arc<AtomicU64> },
    InMemory(Bytes),
}

impl FileBytes {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::OnDisk { length, .. } => *length,
            Self::InMemory(bytes) => bytes.len() as u64,
        }
    }

    /// Adds to the count of bytes that have been read. Each byte counts once, so looking ahead does not count.
    ///
    /// What is in memory was counted as it came there.
    pub(super) fn count(&self, bytes: u64) {
        if let Self::OnDisk { bytes_read, .. } = self {
            bytes_read.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Reads `count` bytes from `start`, all of which must be in the file.
    pub(super) fn read(&self, start: u64, count: u64) -> io::Result<Bytes> {
        let is_within = |end: &u64| *end <= self.length();
        let Some(end) = start.checked_add(count).filter(is_within) else {
            return Err(cut_short());
        };
        match self {
            Self::OnDisk { file, .. } => {
                let (mut file, mut bytes) = (file, Vec::new());
                bytes.reserve_exact(usize::try_from(count).map_err(io::Error::other)?);
                file.seek(SeekFrom::Start(start))?;
                file.take(count).read_to_end(&mut bytes)?;
                // The file may have become shorter.
                if bytes.len() as u64 == count { Ok(bytes.into()) } else { Err(cut_short()) }
            }
            Self::InMemory(all) => {
                let at = |place| usize::try_from(place).map_err(io::Error::other);
                Ok(all.slice(at(start)?..at(end)?))
            }
        }
    }
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file is cut short, or a length in it is wrong")
}

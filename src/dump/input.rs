//! A stream of unpacked bytes of which no record may take more than the limit.

use std::io::{self, BufRead, BufReader, Read};

use super::read_error::ReadError;

/// Counts the bytes of the record that is being read, and fails before it takes more memory than it may: whoever
/// parses from here has bounded memory, whatever the bytes.
pub(super) struct Input {
    read: BufReader<Box<dyn Read + Send>>,
    limit: u64,
    /// What has been taken since the record began.
    taken: u64,
    position: u64,
}

impl Input {
    pub(super) fn new(read: Box<dyn Read + Send>, limit: u64) -> Self {
        Self { read: BufReader::with_capacity(1 << 16, read), limit, taken: 0, position: 0 }
    }

    /// A record begins.
    pub(super) fn begin(&mut self) {
        self.taken = 0;
    }

    /// How many unpacked bytes have been taken.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Everything up to the end, as one record.
    pub(super) fn rest(&mut self) -> Result<Vec<u8>, ReadError> {
        self.begin();
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Go past as many bytes, without holding them.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), ReadError> {
        let mut left = count;
        while left > 0 {
            self.begin();
            let available = self.fill_buf()?.len();
            if available == 0 {
                return Err(ReadError::cut_short());
            }
            let step = left.min(available as u64);
            self.consume(usize::try_from(step).expect("a buffer is shorter"));
            left -= step;
        }
        Ok(())
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > self.limit {
            return Err(too_long("a record", self.limit));
        }
        self.read.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.read.consume(count);
        self.taken += count as u64;
        self.position += count as u64;
    }
}

pub(super) fn too_long(what: &str, limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} is longer than the limit of {limit} bytes"))
}

/// All that is to be read, unless it is more than the limit.
#[cfg(any(feature = "dump-html", feature = "dump-parquet"))]
pub(super) fn read_within(read: impl Read, what: &str, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_long(what, limit)) } else { Ok(bytes) }
}

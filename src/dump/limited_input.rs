//! A stream of unpacked bytes in which no record may be longer than the limit.

use std::io::{self, BufRead, BufReader, Read};

use super::encoding::BYTE_ORDER_MARK;
use super::read_error::ReadError;

/// Counts the bytes of the record that is being read, and fails once they are more than the limit. A parser that reads from
/// here has bounded memory, whatever the bytes.
pub(super) struct LimitedInput {
    read: BufReader<Box<dyn Read + Send>>,
    limit: u64,
    /// How many bytes have been taken since the record began.
    taken: u64,
    position: u64,
}

impl LimitedInput {
    pub(super) fn new(read: Box<dyn Read + Send>, limit: u64) -> Self {
        Self { read: BufReader::with_capacity(1 << 16, read), limit, taken: 0, position: 0 }
    }

    /// Starts the count of the next record.
    pub(super) fn begin_record(&mut self) {
        self.taken = 0;
    }

    /// Returns how many unpacked bytes have been taken from the stream.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Reads some bytes, however many the record has.
    pub(super) fn take_bytes(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }

    /// Takes the rest of a line, with its break; of one that is longer than the limit only what shows that it is.
    pub(super) fn take_line(&mut self, line: &mut Vec<u8>) -> io::Result<()> {
        let most = usize::try_from(self.limit.saturating_add(1)).unwrap_or(usize::MAX);
        loop {
            let available = self.read.fill_buf()?;
            let end = memchr::memchr(b'\n', available).map(|at| at + 1);
            let count = end.unwrap_or(available.len());
            let room = most.saturating_sub(line.len());
            line.extend_from_slice(&available[..count.min(room)]);
            self.read.consume(count);
            self.position += count as u64;
            if end.is_some() || count == 0 {
                return Ok(());
            }
        }
    }

    /// Passes over the rest of a line, however long, without holding it.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            self.begin_record();
            let available = self.fill_buf()?;
            let end = memchr::memchr(b'\n', available).map(|at| at + 1);
            let count = end.unwrap_or(available.len());
            self.consume(count);
            if end.is_some() || count == 0 {
                return Ok(());
            }
        }
    }

    /// Takes byte order marks, which begin files that were put together. Returns what was taken of one that is none.
    pub(super) fn take_marks(&mut self) -> io::Result<&'static [u8]> {
        let mark = BYTE_ORDER_MARK.as_bytes();
        loop {
            let taken = take_prefix(self, mark)?;
            if taken < mark.len() {
                return Ok(&mark[..taken]);
            }
        }
    }

    /// Reads up to the end, as one record.
    pub(super) fn read_rest(&mut self) -> Result<Vec<u8>, ReadError> {
        self.begin_record();
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Passes over `count` bytes, without holding them.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), ReadError> {
        let mut left = count;
        while left > 0 {
            self.begin_record();
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

impl Read for LimitedInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for LimitedInput {
    /// Hands out no more than the record may still have, so that in which pieces the bytes came decides nothing.
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.read.fill_buf()?;
        let room = usize::try_from(self.limit - self.taken).unwrap_or(usize::MAX);
        if room == 0 && !available.is_empty() {
            return Err(too_long_error("a record", self.limit));
        }
        Ok(&available[..available.len().min(room)])
    }

    fn consume(&mut self, count: usize) {
        self.read.consume(count);
        self.taken += count as u64;
        self.position += count as u64;
    }
}

/// Takes the bytes of a prefix as far as they come next. Returns how many were taken.
pub(super) fn take_prefix(input: &mut impl BufRead, prefix: &[u8]) -> io::Result<usize> {
    let mut taken = 0;
    while taken < prefix.len() && input.fill_buf()?.first() == Some(&prefix[taken]) {
        input.consume(1);
        taken += 1;
    }
    Ok(taken)
}

pub(super) fn too_long(what: &str, limit: u64) -> String {
    format!("{what} is longer than the limit of {limit} bytes")
}

pub(super) fn too_long_error(what: &str, limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, too_long(what, limit))
}

/// Reads up to the end, unless that is more than `limit` bytes.
#[cfg(any(feature = "dump-html", feature = "dump-parquet"))]
pub(super) fn read_within(read: impl Read, what: &str, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_long_error(what, limit)) } else { Ok(bytes) }
}

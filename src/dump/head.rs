//! The first bytes of a stream, from which its compression and its format are recognised.

use std::io::{self, Cursor, Read};

use super::read_error::is_from_origin;

/// How many bytes are looked at.
pub(super) const HEAD_LEN: u64 = 1024;

/// Returns the first bytes of a stream, and the stream with them still in it. An error behind them stays in the stream,
/// so that what stands before and behind it is read.
pub(super) fn peek(mut read: Box<dyn Read + Send>) -> io::Result<(Box<dyn Read + Send>, Vec<u8>)> {
    let mut head = Vec::new();
    let failed = read.by_ref().take(HEAD_LEN).read_to_end(&mut head).err();
    let read = match failed {
        Some(error) if head.is_empty() && is_from_origin(&error) => return Err(error),
        Some(error) => Box::new(Failed(Some(error)).chain(read)),
        None => read,
    };
    Ok((Box::new(Cursor::new(head.clone()).chain(read)), head))
}

/// Returns the first bytes in UTF-8 if their mark says UTF-16, else as they are.
pub(super) fn to_utf_8(head: &[u8]) -> Vec<u8> {
    match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head).0.into_owned().into_bytes(),
        None => head.to_vec(),
    }
}

/// A stream that failed: returns its error once, and then its end.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

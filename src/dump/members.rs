//! The members of a gz and the streams of a bz2, with what stands between them and behind the last.
//!
//! Zeros there are padding, of tapes and of blocks, and are passed over as gzip and Python do. Anything else that does not
//! begin as a member does is ignored up to the end of the file, as gzip and bzip2 do with a warning, and counted. A file
//! that ends within the first bytes of a member is cut short. gzip says so of a single byte of any value, such as a line
//! break; here it is ignored too.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;

use super::limited_input::take_prefix;
use super::read_error::is_from_origin;

/// What a file is packed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gz,
    Bz2,
}

impl Packing {
    /// The bytes that every member begins with.
    fn magic(self) -> &'static [u8] {
        match self {
            Self::Gz => &[0x1f, 0x8b],
            Self::Bz2 => b"BZh",
        }
    }

    /// Returns true if what follows the magic may be a member.
    fn may_go_on(self, rest: &[u8]) -> bool {
        match (self, rest) {
            (Self::Gz, _) | (Self::Bz2, []) => true,
            (Self::Bz2, [level, ..]) => matches!(level, b'1'..=b'9'),
        }
    }
}

/// Reads all members, one after another.
///
/// After an error it goes on with the next member of a gz that begins a WARC record. In WARC files each record is one, so
/// that damage costs the record that it is in.
pub(super) struct Members<R> {
    packing: Packing,
    /// The one that is being read; none at the end.
    member: Option<Member<R>>,
    is_damaged: bool,
    /// What was unpacked to see whether it is a WARC record.
    begun: io::Cursor<&'static [u8]>,
    garbage: Arc<AtomicU64>,
}

/// How a WARC record begins, and how its member does: with the one method of compression that there is.
const RECORD: &[u8] = b"WARC/";
const RECORD_MAGIC: &[u8] = &[0x1f, 0x8b, 8];

impl<R: BufRead> Members<R> {
    /// `read` is at the beginning of a member. A file with garbage behind the last one adds 1 to `garbage`.
    pub(super) fn new(packing: Packing, read: R, garbage: Arc<AtomicU64>) -> Self {
        let member = Member::new(packing, Rewound { taken: &[], read });
        Self { packing, member: Some(member), is_damaged: false, begun: io::Cursor::default(), garbage }
    }

    /// Returns the member that follows the end of another, if any does.
    fn next_member(&self, mut input: Rewound<R>) -> io::Result<Option<Member<R>>> {
        skip_zeros(&mut input)?;
        let magic = self.packing.magic();
        let taken = take_prefix(&mut input, magic)?;
        let rest = input.fill_buf()?;
        if taken == magic.len() && self.packing.may_go_on(rest) {
            input.taken = magic;
            return Ok(Some(Member::new(self.packing, input)));
        }
        match (taken, rest) {
            (0, []) => {}
            (_, []) => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => _ = self.garbage.fetch_add(1, Ordering::Relaxed),
        }
        Ok(None)
    }

    /// Returns the next member that begins a WARC record, behind one that is damaged.
    fn next_record(&mut self, mut input: Rewound<R>) -> io::Result<Option<Member<R>>> {
        while self.packing == Packing::Gz && skip_to(&mut input, RECORD_MAGIC)? {
            input.taken = RECORD_MAGIC;
            let mut member = Member::new(Packing::Gz, input);
            let mut start = Vec::new();
            match member.by_ref().take(RECORD.len() as u64).read_to_end(&mut start) {
                Err(error) if is_from_origin(&error) => return Err(error),
                _ if start == RECORD => {
                    self.begun = io::Cursor::new(RECORD);
                    return Ok(Some(member));
                }
                // These bytes stood in a member by chance.
                _ => input = member.into_inner(),
            }
        }
        Ok(None)
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let count = self.begun.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(mut member) = self.member.take() else { return Ok(0) };
            if self.is_damaged {
                self.is_damaged = false;
                self.member = self.next_record(member.into_inner())?;
                continue;
            }
            match member.read(buffer) {
                Ok(0) => self.member = self.next_member(member.into_inner())?,
                result => {
                    let is_interrupted = |error: &io::Error| error.kind() == io::ErrorKind::Interrupted;
                    self.is_damaged = result.as_ref().is_err_and(|error| !is_interrupted(error));
                    self.member = Some(member);
                    return result;
                }
            }
        }
    }
}

/// Reads one member, and nothing behind it.
enum Member<R> {
    Gz(Box<GzDecoder<Rewound<R>>>),
    Bz2(BzDecoder<Rewound<R>>),
}

impl<R: BufRead> Member<R> {
    fn new(packing: Packing, input: Rewound<R>) -> Self {
        match packing {
            Packing::Gz => Self::Gz(Box::new(GzDecoder::new(input))),
            Packing::Bz2 => Self::Bz2(BzDecoder::new(input)),
        }
    }

    fn into_inner(self) -> Rewound<R> {
        match self {
            Self::Gz(decoder) => decoder.into_inner(),
            Self::Bz2(decoder) => decoder.into_inner(),
        }
    }
}

impl<R: BufRead> Read for Member<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gz(decoder) => decoder.read(buffer),
            Self::Bz2(decoder) => decoder.read(buffer),
        }
    }
}

/// A stream whose last bytes were taken, and are there again.
struct Rewound<R> {
    taken: &'static [u8],
    read: R,
}

impl<R: BufRead> Read for Rewound<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken.is_empty() { self.read.read(buffer) } else { self.taken.read(buffer) }
    }
}

impl<R: BufRead> BufRead for Rewound<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken.is_empty() { self.read.fill_buf() } else { Ok(self.taken) }
    }

    fn consume(&mut self, count: usize) {
        if self.taken.is_empty() {
            self.read.consume(count);
        } else {
            self.taken = &self.taken[count..];
        }
    }
}

fn skip_zeros(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let available = input.fill_buf()?;
        let zeros = available.iter().take_while(|byte| **byte == 0).count();
        if zeros == 0 {
            return Ok(());
        }
        input.consume(zeros);
    }
}

/// Passes over what stands before these bytes, of which the first comes once, and takes them; false if they do not come.
fn skip_to(input: &mut impl BufRead, bytes: &[u8]) -> io::Result<bool> {
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            return Ok(false);
        }
        let before = memchr::memchr(bytes[0], available).unwrap_or(available.len());
        input.consume(before);
        if take_prefix(input, bytes)? == bytes.len() {
            return Ok(true);
        }
    }
}

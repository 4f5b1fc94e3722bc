//! Encodings: what a text is said to be in, and how it becomes UTF-8. Never by a guess.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::read_error::ReadError;
use crate::error::Error;

/// A character encoding, by a label of the [Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels):
/// `utf-8`, `windows-1256`, `iso-8859-6`, `gbk`, `shift_jis`, `euc-kr`, …
///
/// As the standard has it, `iso-8859-1` and `ascii` are windows-1252, and `gb2312` is gbk.
///
/// ```
/// use dittograph::dump::Encoding;
///
/// let arabic: Encoding = "cp1256".parse()?;
/// assert_eq!(arabic.to_string(), "windows-1256");
/// assert!("cp9999".parse::<Encoding>().is_err());
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    pub(super) const UTF_8: Self = Self(UTF_8);

    /// None for a label that is not known, and for those that the standard refuses to decode.
    pub(super) fn by_label(label: &[u8]) -> Option<Self> {
        encoding_rs::Encoding::for_label_no_replacement(label).map(Self)
    }

    pub(super) fn is_utf_16(self) -> bool {
        self.0 == UTF_16LE || self.0 == UTF_16BE
    }
}

/// By name.
impl Ord for Encoding {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.name().cmp(other.0.name())
    }
}

impl PartialOrd for Encoding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.name().to_ascii_lowercase())
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoding({self})")
    }
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(label: &str) -> Result<Self, Error> {
        let expected = "a label of the Encoding Standard, such as utf-8, windows-1256 or shift_jis";
        Self::by_label(label.as_bytes()).ok_or_else(|| Error::config("encoding", expected, label))
    }
}

/// Why a text was read in an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// It begins with a byte order mark.
    Mark,
    /// It says so itself: an HTTP header, a `<meta>`, an XML declaration.
    Declared,
    /// It says nothing, and [`DumpOptions::encoding`](super::DumpOptions::encoding) names this one.
    Named,
    /// It says nothing, and nothing was named: UTF-8.
    Assumed,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mark => "byte order mark",
            Self::Declared => "declared",
            Self::Named => "named",
            Self::Assumed => "assumed",
        })
    }
}

/// An encoding and why it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) encoding: Encoding,
    pub(super) basis: Basis,
}

/// Which encoding the bytes are in: what their mark says, else what they declare, else what was named, else UTF-8.
pub(super) fn choose(head: &[u8], declared: Option<Encoding>, named: Option<Encoding>) -> Choice {
    let marked = encoding_rs::Encoding::for_bom(head).map(|(encoding, _)| Encoding(encoding));
    let (encoding, basis) = match (marked, declared, named) {
        (Some(marked), ..) => (marked, Basis::Mark),
        (None, Some(declared), _) => (declared, Basis::Declared),
        (None, None, Some(named)) => (named, Basis::Named),
        (None, None, None) => (Encoding::UTF_8, Basis::Assumed),
    };
    Choice { encoding, basis }
}

impl Choice {
    /// The text that the bytes are in this encoding, without its mark.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Result<String, ReadError> {
        if self.encoding == Encoding::UTF_8 {
            let text = String::from_utf8(bytes);
            let mut text = text
                .map_err(|error| self.invalid(format_args!("byte {}", error.utf8_error().valid_up_to())))?;
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            return Ok(text);
        }
        let mut text = String::new();
        let decoded = Decoder::new(bytes.as_slice(), self).read_to_string(&mut text);
        // What is in memory fails by its bytes alone.
        decoded.map(|_| text).map_err(|invalid| ReadError::record(invalid.to_string()))
    }

    /// A piece of a stream that is meant to be UTF-8 by now.
    pub(super) fn text(self, bytes: &[u8], position: u64) -> Result<&str, ReadError> {
        std::str::from_utf8(bytes)
            .map_err(|error| self.invalid(format_args!("byte {}", position + error.valid_up_to() as u64)))
    }

    /// `place` is a byte.
    pub(super) fn invalid(self, place: impl fmt::Display) -> ReadError {
        let encoding = self.encoding;
        let basis = match self.basis {
            Basis::Mark => "which its byte order mark says",
            Basis::Declared => "which it declares",
            Basis::Named => "which was named",
            Basis::Assumed => "which was assumed; name its encoding, such as windows-1256",
        };
        ReadError::record(format!("{place} is not valid {encoding}, {basis}"))
    }
}

/// Reads UTF-8 from what is in another encoding, and fails at the first byte that is not valid in it.
pub(super) struct Decoder<R> {
    read: R,
    choice: Choice,
    inner: encoding_rs::Decoder,
    raw: Vec<u8>,
    /// What of `raw` is not decoded yet.
    left: std::ops::Range<usize>,
    ended: bool,
    /// The decoder has given its last, and must not be asked again.
    finished: bool,
    /// What is told after that, once.
    invalid: Option<io::Error>,
    /// How many bytes have been decoded.
    position: u64,
    /// What did not fit into the caller's buffer.
    spare: Vec<u8>,
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(read: R, choice: Choice) -> Self {
        Self {
            read,
            choice,
            inner: choice.encoding.0.new_decoder_with_bom_removal(),
            raw: vec![0; 1 << 14],
            left: 0..0,
            ended: false,
            finished: false,
            invalid: None,
            position: 0,
            spare: Vec::new(),
        }
    }
}

/// A buffer shorter than this may have no room for a character.
const ROOM: usize = 16;

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.spare.is_empty() && buffer.len() < ROOM {
            let mut room = [0; ROOM];
            let count = self.read(&mut room)?;
            self.spare.extend(&room[..count]);
        }
        if !self.spare.is_empty() || buffer.len() < ROOM {
            let count = self.spare.len().min(buffer.len());
            buffer[..count].copy_from_slice(&self.spare[..count]);
            self.spare.drain(..count);
            return Ok(count);
        }
        while !self.finished {
            if self.left.is_empty() && !self.ended {
                let count = self.read.read(&mut self.raw)?;
                (self.left, self.ended) = (0..count, count == 0);
            }
            let raw = &self.raw[self.left.clone()];
            let (result, read, written) =
                self.inner.decode_to_utf8_without_replacement(raw, buffer, self.ended);
            self.left.start += read;
            self.position += read as u64;
            self.finished = self.ended && result == DecoderResult::InputEmpty;
            if let DecoderResult::Malformed(length, after) = result {
                self.finished = true;
                let byte = self.position.saturating_sub(u64::from(length) + u64::from(after));
                let invalid = self.choice.invalid(format_args!("byte {byte}"));
                self.invalid = Some(io::Error::new(io::ErrorKind::InvalidData, invalid.message));
            }
            // What stands before an invalid byte is to be read.
            if written > 0 {
                return Ok(written);
            }
        }
        self.invalid.take().map_or(Ok(0), Err)
    }
}

/// How many texts were read in which encoding, and why.
pub(super) type Encodings = BTreeMap<(Encoding, Basis), u64>;

/// The encoding that an XML declaration names: `<?xml version="1.0" encoding="…"?>`.
pub(super) fn declared_by_xml(head: &[u8]) -> Result<Option<Encoding>, ReadError> {
    let Some(declaration) = head.strip_prefix(b"<?xml") else { return Ok(None) };
    let end = declaration.windows(2).position(|two| two == b"?>").unwrap_or(declaration.len());
    let declaration = String::from_utf8_lossy(&declaration[..end]).into_owned();
    let Some((_, value)) = declaration.split_once("encoding") else { return Ok(None) };
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let Some(quote @ ('"' | '\'')) = value.chars().next() else { return Ok(None) };
    let label = value[1..].split(quote).next().unwrap_or_default();
    let encoding = Encoding::by_label(label.as_bytes());
    let encoding =
        encoding.ok_or_else(|| ReadError::file(format!("declares the unknown encoding {label:?}")))?;
    // It could not be read up to here in two bytes a character.
    Ok(Some(if encoding.is_utf_16() { Encoding::UTF_8 } else { encoding }))
}

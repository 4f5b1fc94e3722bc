//! Encodings: how the one of a text is chosen, never by a guess, and how the text becomes UTF-8.

use std::cmp::Ordering;
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::read_error::ReadError;
use crate::error::Error;

pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A character encoding of the [Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels): `utf-8`,
/// `windows-1256`, `iso-8859-6`, `gbk`, `shift_jis`, `euc-kr`, …
///
/// It is parsed from any label of the standard, in upper or lower case, and displays the standard's name in lower case. As
/// the standard has it, `iso-8859-1` and `ascii` are windows-1252, and `gb2312` is gbk. Encodings are ordered by name.
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

    /// Returns the encoding with this label; None for a label that is not known, and for those that the standard refuses to
    /// decode.
    pub(super) fn from_label(label: &[u8]) -> Option<Self> {
        encoding_rs::Encoding::for_label_no_replacement(label).map(Self)
    }

    pub(super) fn is_utf_16(self) -> bool {
        self.0 == UTF_16LE || self.0 == UTF_16BE
    }
}

/// Orders encodings by name.
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

/// Writes the name in lower case.
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

/// Reads a label of the Encoding Standard, in upper or lower case.
impl FromStr for Encoding {
    type Err = Error;

    fn from_str(label: &str) -> Result<Self, Error> {
        let expected = "a label of the Encoding Standard, such as utf-8, windows-1256 or shift_jis";
        Self::from_label(label.as_bytes()).ok_or_else(|| Error::config("encoding", expected, label))
    }
}

/// Why a text was read in its encoding.
///
/// Byte order marks count most, then declarations, then the encoding that the options name. [`DumpStatistics`] counts
/// texts by encoding and basis.
///
/// ```
/// use dittograph::dump::{Dump, EncodingBasis, Format};
///
/// let mut dump = Dump::from_reader("\u{feff}A text with a mark".as_bytes(), Format::Text);
/// assert_eq!(dump.next().unwrap()?.text, "A text with a mark");
/// let ((_, basis), texts) = dump.statistics().encodings.into_iter().next().unwrap();
/// assert_eq!((basis, texts), (EncodingBasis::ByteOrderMark, 1));
/// assert_eq!(basis.to_string(), "byte order mark");
/// # Ok::<(), dittograph::Error>(())
/// ```
///
/// [`DumpStatistics`]: super::DumpStatistics
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EncodingBasis {
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// It declares the encoding: in an HTTP header, a `<meta>` or an XML declaration.
    Declared,
    /// It declares none, and [`DumpOptions::encoding`](super::DumpOptions::encoding) names this one.
    Named,
    /// It declares none, and the options name none: UTF-8.
    Assumed,
}

/// Writes the basis in words: `byte order mark`, `declared`, `named` or `assumed`.
impl fmt::Display for EncodingBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ByteOrderMark => "byte order mark",
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
    pub(super) basis: EncodingBasis,
}

/// Chooses the encoding of bytes that begin with `head`: by their mark, else the declared one, else `fallback` as the options
/// name it, else UTF-8.
pub(super) fn choose(head: &[u8], declared: Option<Encoding>, fallback: Option<Encoding>) -> Choice {
    let marked = encoding_rs::Encoding::for_bom(head).map(|(encoding, _)| Encoding(encoding));
    let (encoding, basis) = match (marked, declared, fallback) {
        (Some(marked), ..) => (marked, EncodingBasis::ByteOrderMark),
        (None, Some(declared), _) => (declared, EncodingBasis::Declared),
        (None, None, Some(fallback)) => (fallback, EncodingBasis::Named),
        (None, None, None) => (Encoding::UTF_8, EncodingBasis::Assumed),
    };
    Choice { encoding, basis }
}

/// In bytes.
const SHORT: usize = 1 << 20;

impl Choice {
    /// Decodes a whole text, and removes its mark.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Result<String, ReadError> {
        if self.encoding == Encoding::UTF_8 {
            // To check a short text fast and copy it takes less time than to check it as the standard library does: `dedup`
            // of an Arabic WET file took 1.35 in place of 1.64 times the CPU of the same texts in JSON Lines.
            let mut text = if bytes.len() <= SHORT {
                self.text(&bytes, 0)?.to_owned()
            } else {
                let text = String::from_utf8(bytes);
                text.map_err(|error| self.invalid(format_args!("byte {}", error.utf8_error().valid_up_to())))?
            };
            if text.starts_with(BYTE_ORDER_MARK) {
                text.drain(..BYTE_ORDER_MARK.len());
            }
            return Ok(text);
        }
        let mut text = String::new();
        let decoded = Decoder::new(bytes.as_slice(), self).read_to_string(&mut text);
        // Bytes in memory can only fail by being invalid.
        decoded.map(|_| text).map_err(|error| ReadError::record(error.to_string()))
    }

    /// Checks a piece of a stream that is decoded to UTF-8 already, and that begins at a byte of the file.
    pub(super) fn text(self, bytes: &[u8], position: u64) -> Result<&str, ReadError> {
        // The standard library takes a fifth of all the time for Arabic.
        simdutf8::compat::from_utf8(bytes)
            .map_err(|error| self.invalid(format_args!("byte {}", position + error.valid_up_to() as u64)))
    }

    /// Names a byte of a stream that is decoded to UTF-8, of which those of the file are not known if it was in another
    /// encoding.
    pub(super) fn place(self, position: u64) -> String {
        let of = if self.encoding == Encoding::UTF_8 { "" } else { " of its text in UTF-8" };
        format!("byte {position}{of}")
    }

    /// The error of a byte that is not valid. `place` says which one.
    pub(super) fn invalid(self, place: impl fmt::Display) -> ReadError {
        let encoding = self.encoding;
        let basis = match self.basis {
            EncodingBasis::ByteOrderMark => "which its byte order mark says",
            EncodingBasis::Declared => "which it declares",
            EncodingBasis::Named => "which was named",
            EncodingBasis::Assumed => {
                "which was assumed; the option encoding names another, such as windows-1256"
            }
        };
        ReadError::record(format!("{place} is not valid {encoding}, {basis}"))
    }
}

/// Reads a stream in another encoding as UTF-8, and fails at the first byte that is not valid in it.
pub(super) struct Decoder<R> {
    read: R,
    choice: Choice,
    inner: encoding_rs::Decoder,
    raw: Vec<u8>,
    /// The part of `raw` that is not decoded yet.
    left: std::ops::Range<usize>,
    ended: bool,
    /// The decoder has returned its last, and must not be called again.
    finished: bool,
    /// The error that is returned after that, once.
    invalid: Option<io::Error>,
    /// How many bytes have been decoded.
    position: u64,
    /// Decoded bytes that did not fit into the caller's buffer.
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

/// In bytes. A shorter buffer may have no room for a character.
const MIN_BUFFER_LEN: usize = 16;

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.spare.is_empty() && buffer.len() < MIN_BUFFER_LEN {
            let mut decoded = [0; MIN_BUFFER_LEN];
            let count = self.read(&mut decoded)?;
            self.spare.extend(&decoded[..count]);
        }
        if !self.spare.is_empty() || buffer.len() < MIN_BUFFER_LEN {
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
            // The text before an invalid byte is returned first.
            if written > 0 {
                return Ok(written);
            }
        }
        self.invalid.take().map_or(Ok(0), Err)
    }
}

/// Returns the encoding that an XML declaration names: `<?xml version="1.0" encoding="…"?>`.
pub(super) fn declared_by_xml(head: &[u8]) -> Result<Option<Encoding>, ReadError> {
    let Some(declaration) = head.strip_prefix(b"<?xml") else { return Ok(None) };
    let end = declaration.windows(2).position(|two| two == b"?>").unwrap_or(declaration.len());
    let declaration = String::from_utf8_lossy(&declaration[..end]).into_owned();
    let Some((_, value)) = declaration.split_once("encoding") else { return Ok(None) };
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let Some(quote @ ('"' | '\'')) = value.chars().next() else { return Ok(None) };
    let label = value[1..].split(quote).next().unwrap_or_default();
    let encoding = Encoding::from_label(label.as_bytes());
    let encoding =
        encoding.ok_or_else(|| ReadError::file(format!("declares the unknown encoding {label:?}")))?;
    // It could not be read up to here in two bytes a character.
    Ok(Some(if encoding.is_utf_16() { Encoding::UTF_8 } else { encoding }))
}

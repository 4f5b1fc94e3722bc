//! HTTP responses ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)) as a crawler kept them.
//!
//! A byte of a response is copied a few times, however its header and its chunks are cut, and unpacked to at most
//! [`MAX_RATIO`] bytes by each of at most [`MAX_CODINGS`] encodings.

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;

use httparse::{Header, ParserConfig, Response, Status};

use super::limited_input::read_within;
use super::members::{Members, Packing};
use super::read_error::ReadError;

/// A response, whose body is still as it was sent.
pub(super) struct HttpResponse<'b> {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    transfer_codings: String,
    content_codings: String,
    sent: &'b [u8],
}

/// The most header fields that a response may have.
const MAX_HEADERS: usize = 512;

/// The most encodings that a body may have. Each takes the time that unpacking takes; servers use one, seldom two.
const MAX_CODINGS: usize = 4;

/// How many times its length a body may unpack to, through all of its encodings: as gzip can. Brotli, or one gzip in another,
/// can make a million bytes of one.
const MAX_RATIO: u64 = 1032;

/// As many bytes more are always allowed.
const SHORT: u64 = 1 << 16;

/// What an answer begins with for the parser, which knows no other versions.
const STATUS_LINE: &[u8] = b"HTTP/1.1 200 OK\r\n";

impl<'b> HttpResponse<'b> {
    /// Parses the header of a response; its body may be cut short.
    pub(super) fn parse(bytes: &'b [u8]) -> Result<Self, ReadError> {
        let (status, start) = status(bytes).ok_or_else(|| {
            let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
            let line: String = String::from_utf8_lossy(line).chars().take(40).collect();
            ReadError::record(format!(
                "the HTTP answer: expected a status such as HTTP/1.1 200 OK, got {line:?}"
            ))
        })?;
        let end = header_end(bytes, start)
            .ok_or_else(|| ReadError::record("the header of the HTTP answer has no end"))?;
        let head = [STATUS_LINE, &bytes[start..end]].concat();
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut headers);
        let mut lenient = ParserConfig::default();
        lenient.allow_spaces_after_header_name_in_responses(true);
        lenient.allow_obsolete_multiline_headers_in_responses(true);
        lenient.ignore_invalid_headers_in_responses(true);
        lenient
            .parse_response(&mut response, &head)
            .map_err(|error| ReadError::record(format!("the HTTP answer: {error}")))?;
        Ok(Self {
            status,
            content_type: values(response.headers, "content-type").next(),
            transfer_codings: joined(response.headers, "transfer-encoding"),
            content_codings: joined(response.headers, "content-encoding"),
            sent: &bytes[end..],
        })
    }

    /// Returns the body as it was before it was sent, which may have `limit` bytes, and no more of them than follow from
    /// its length.
    pub(super) fn body(&self, limit: u64) -> Result<Vec<u8>, ReadError> {
        let mut body = Cow::Borrowed(self.sent);
        let limit = limit.min((self.sent.len() as u64).saturating_mul(MAX_RATIO).saturating_add(SHORT));
        if self.transfer_codings.contains("chunked") {
            body = without_chunks(&body)?.map_or(body, Into::into);
        }
        let codings: Vec<&str> = self.content_codings.split(',').take(MAX_CODINGS + 1).collect();
        if codings.len() > MAX_CODINGS {
            return Err(ReadError::record(format!(
                "the HTTP answer has more than {MAX_CODINGS} content encodings"
            )));
        }
        for coding in codings.into_iter().rev() {
            let coding = coding.split(';').next().unwrap_or_default().trim().trim_matches('"');
            if let Some(unpacked) = decompress(coding, &body, limit)? {
                body = unpacked.into();
            }
        }
        Ok(body.into_owned())
    }
}

/// Returns the status, and where its line ends. Crawlers keep it as the server or the browser has it: `HTTP/2 200`,
/// `ICY 200 OK`, `HTTP/1.1 200`.
fn status(bytes: &[u8]) -> Option<(u16, usize)> {
    let end = memchr::memchr(b'\n', bytes)? + 1;
    let mut words = bytes[..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let version = words.next()?.to_ascii_uppercase();
    if !version.starts_with(b"HTTP") && version != b"ICY" {
        return None;
    }
    let digits = words.next()?.get(..3).filter(|word| word.iter().all(u8::is_ascii_digit))?;
    Some((digits.iter().fold(0, |status, digit| status * 10 + u16::from(digit - b'0')), end))
}

/// Returns where the header ends whose fields begin at `start`: behind an empty line.
fn header_end(bytes: &[u8], start: usize) -> Option<usize> {
    let empty = |at: usize| match bytes[at..] {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    };
    empty(start).or_else(|| memchr::memchr_iter(b'\n', &bytes[start..]).find_map(|at| empty(start + at + 1)))
}

/// Returns the values of the header fields with this name, in lower case.
fn values<'h>(headers: &'h [Header<'_>], name: &'h str) -> impl Iterator<Item = String> + 'h {
    let named = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    named.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
}

/// Returns the values of a field that may come again as one list.
fn joined(headers: &[Header<'_>], name: &str) -> String {
    values(headers, name).collect::<Vec<_>>().join(",")
}

/// Joins the chunks of a body. None if there are none: many crawlers undo them and keep the header.
fn without_chunks(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    let mut body = Vec::new();
    let mut is_first = true;
    loop {
        let size = match httparse::parse_chunk_size(bytes) {
            Ok(Status::Complete((start, size))) => {
                bytes = &bytes[start..];
                usize::try_from(size).ok()
            }
            _ if is_first => return Ok(None),
            _ => None,
        };
        match size {
            Some(0) => return Ok(Some(body)),
            Some(size) if size <= bytes.len() => {
                body.extend_from_slice(&bytes[..size]);
                bytes = &bytes[size..];
                bytes = bytes.strip_prefix(b"\r\n").or(bytes.strip_prefix(b"\n")).unwrap_or(bytes);
            }
            _ => return Err(ReadError::record("the HTTP answer is cut short in a chunk")),
        }
        is_first = false;
    }
}

/// Undoes a content encoding. None if the bytes are not in it: many crawlers undo it and keep the header, and some servers
/// name what is no encoding, such as `utf-8`.
fn decompress(coding: &str, bytes: &[u8], limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let coding_error =
        |error: io::Error| ReadError::record(format!("the content encoding {coding}: {error}"));
    let read: Box<dyn Read + '_> = match (coding, bytes) {
        ("gzip" | "x-gzip", [0x1f, 0x8b, ..]) => Box::new(Members::new(Packing::Gz, bytes, Arc::default())),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd, ..]) => {
            let mut decoder = zstd::Decoder::with_buffer(bytes).map_err(coding_error)?;
            decoder.window_log_max(23).map_err(coding_error)?; // the most that RFC 9659 allows for HTTP
            Box::new(decoder)
        }
        ("deflate", [first, second, ..])
            if first & 15 == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
        {
            Box::new(flate2::bufread::ZlibDecoder::new(bytes))
        }
        // Some servers leave out the header and the checksum of zlib; hardly anything else ends as deflate does.
        ("deflate", _) => {
            let unpacked =
                read_within(flate2::bufread::DeflateDecoder::new(bytes), "the unpacked answer", limit);
            return Ok(unpacked.ok().filter(|unpacked| !unpacked.is_empty()));
        }
        // It has no mark at its beginning.
        ("br", _) => {
            let unpacked =
                read_within(brotli::Decompressor::new(bytes, 1 << 12), "the unpacked answer", limit);
            return match unpacked {
                Err(_) if is_text(bytes) => Ok(None),
                unpacked => unpacked.map(Some).map_err(coding_error),
            };
        }
        ("" | "identity" | "none" | "gzip" | "x-gzip" | "zstd", _) => return Ok(None),
        _ if is_text(bytes) => return Ok(None),
        _ => return Err(ReadError::record(format!("the content encoding {coding:?} cannot be undone"))),
    };
    read_within(read, "the unpacked answer", limit).map(Some).map_err(coding_error)
}

/// Returns true if bytes begin as no compressed ones do: without those that the
/// [MIME Sniffing Standard](https://mimesniff.spec.whatwg.org/#binary-data-byte) calls binary.
fn is_text(bytes: &[u8]) -> bool {
    let is_binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    !bytes[..bytes.len().min(1024)].iter().any(is_binary)
}

//! HTTP responses ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)) as a crawler kept them.

use std::io::{self, Read};

use httparse::{Header, ParserConfig, Response, Status};

use super::limited_input::read_within;
use super::read_error::ReadError;

/// A response, whose body is as it was before it was sent.
pub(super) struct HttpResponse {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The most header fields that a response may have.
const MAX_HEADERS: usize = 512;

impl HttpResponse {
    /// Parses a response, and undoes the encodings of its body, which may then have `limit` bytes.
    pub(super) fn parse(bytes: &[u8], limit: u64) -> Result<Self, ReadError> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut headers);
        let mut lenient = ParserConfig::default();
        lenient.allow_spaces_after_header_name_in_responses(true);
        lenient.allow_obsolete_multiline_headers_in_responses(true);
        lenient.ignore_invalid_headers_in_responses(true);
        let head = match lenient.parse_response(&mut response, bytes) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return Err(ReadError::record("the header of the HTTP answer has no end")),
            Err(error) => return Err(ReadError::record(format!("the HTTP answer: {error}"))),
        };
        let header = |name| value(response.headers, name);
        let mut body = std::borrow::Cow::Borrowed(&bytes[head..]);
        if header("transfer-encoding").is_some_and(|codings| codings.contains("chunked")) {
            body = without_chunks(&body)?.map_or(body, Into::into);
        }
        if let Some(codings) = header("content-encoding") {
            for coding in codings.split(',').rev() {
                if let Some(unpacked) = decompress(coding.trim(), &body, limit)? {
                    body = unpacked.into();
                }
            }
        }
        Ok(Self {
            status: response.code.unwrap_or(0),
            content_type: header("content-type"),
            body: body.into_owned(),
        })
    }
}

/// Returns the value of a header field, in lower case.
fn value(headers: &[Header<'_>], name: &str) -> Option<String> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
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

/// Undoes a content encoding. None if the bytes are not in it: many crawlers undo it and keep the header.
fn decompress(coding: &str, bytes: &[u8], limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let coding_error =
        |error: io::Error| ReadError::record(format!("the content encoding {coding}: {error}"));
    let read: Box<dyn Read + '_> = match (coding, bytes) {
        ("gzip" | "x-gzip", [0x1f, 0x8b, ..]) => Box::new(flate2::bufread::MultiGzDecoder::new(bytes)),
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
            let unpacked = read_within(flate2::bufread::DeflateDecoder::new(bytes), "a record", limit);
            return Ok(unpacked.ok().filter(|unpacked| !unpacked.is_empty()));
        }
        ("" | "identity" | "none" | "gzip" | "x-gzip" | "zstd", _) => return Ok(None),
        _ => return Err(ReadError::record(format!("the content encoding {coding:?} cannot be undone"))),
    };
    read_within(read, "a record", limit).map(Some).map_err(coding_error)
}

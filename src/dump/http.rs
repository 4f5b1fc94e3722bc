//! An answer of HTTP ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)) as a crawler kept it.

use std::io::{self, Read};

use httparse::{Header, ParserConfig, Response, Status};

use super::input::read_within;
use super::read_error::ReadError;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The most header fields that an answer may have.
const HEADERS: usize = 512;

impl Answer {
    /// `limit` is for the body as it is unpacked.
    pub(super) fn parse(bytes: &[u8], limit: u64) -> Result<Self, ReadError> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
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
                if let Some(unpacked) = unpack(coding.trim(), &body, limit)? {
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

/// In lower case.
fn value(headers: &[Header<'_>], name: &str) -> Option<String> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
}

/// None if there are none: many crawlers undo them and keep the header.
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

/// None if the bytes are not packed: many crawlers undo it and keep the header.
fn unpack(coding: &str, bytes: &[u8], limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let told = |error: io::Error| ReadError::record(format!("the content encoding {coding}: {error}"));
    let read: Box<dyn Read + '_> = match (coding, bytes) {
        ("gzip" | "x-gzip", [0x1f, 0x8b, ..]) => Box::new(flate2::bufread::MultiGzDecoder::new(bytes)),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd, ..]) => {
            let mut decoder = zstd::Decoder::with_buffer(bytes).map_err(told)?;
            decoder.window_log_max(23).map_err(told)?; // RFC 9659 has no more for HTTP
            Box::new(decoder)
        }
        ("deflate", [first, second, ..])
            if first & 15 == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
        {
            Box::new(flate2::bufread::ZlibDecoder::new(bytes))
        }
        // Some servers leave out what should stand around it; hardly anything else ends as deflate does.
        ("deflate", _) => {
            let unpacked = read_within(flate2::bufread::DeflateDecoder::new(bytes), "a record", limit);
            return Ok(unpacked.ok().filter(|unpacked| !unpacked.is_empty()));
        }
        ("" | "identity" | "none" | "gzip" | "x-gzip" | "zstd", _) => return Ok(None),
        _ => return Err(ReadError::record(format!("the content encoding {coding:?} cannot be undone"))),
    };
    read_within(read, "a record", limit).map(Some).map_err(told)
}

//! WARC ([ISO 28500](https://iipc.github.io/warc-specifications/)) and WET, which is WARC with extracted text.
//!
//! A byte of a header is copied once, and one of a body as the reader of its text needs; what is no page is passed over.
//! Parsed by hand, since the crates that read it allocate whatever length a header claims before they read.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;

use super::encoding::{Encoding, choose};
#[cfg(feature = "dump-html")]
use super::format::Format;
#[cfg(feature = "dump-html")]
use super::http::HttpResponse;
use super::limited_input::{LimitedInput, take_prefix, too_long_error};
use super::read_error::ReadError;
#[cfg(feature = "dump-html")]
use super::record::TextAndFields;
use super::record::{OwnedRecord, RecordReader};
use super::statistics::Tally;
use crate::error::Scope;

/// How every record begins.
const RECORD: &[u8] = b"WARC/";

/// The most fields that the header of a record may have, since one takes five times the memory of its shortest line.
const MAX_FIELDS: usize = 1 << 16;

/// The most bytes that are looked at in a body that is longer than the limit.
#[cfg(feature = "dump-html")]
const MAX_HTTP_HEADER: u64 = 1 << 16;

/// Bodies of up to this many bytes get their memory at once.
const SHORT: u64 = 1 << 20;

/// Reads the pages and texts of a WARC file.
pub(super) struct WarcReader {
    input: LimitedInput,
    #[cfg_attr(not(feature = "dump-html"), expect(dead_code, reason = "only pages need it"))]
    fallback: Option<Encoding>,
    number: u64,
    /// The first bytes of the next record have been taken, to find it.
    is_found: bool,
}

impl WarcReader {
    pub(super) fn new(input: LimitedInput, fallback: Option<Encoding>) -> Self {
        Self { input, fallback, number: 0, is_found: false }
    }

    /// Reads the header of the next record; None at the end.
    fn header(&mut self) -> Result<Option<Header>, ReadError> {
        self.input.begin_record();
        let mut header = Header::default();
        let mut position = self.input.position();
        // Two line breaks end the record before; some writers leave more, or fewer.
        let mut version = 0..0;
        while version.is_empty() {
            header.bytes.clear();
            position = self.input.position();
            let begun = if std::mem::take(&mut self.is_found) { RECORD } else { self.input.take_marks()? };
            header.bytes.extend_from_slice(begun);
            version = match self.line(&mut header.bytes)? {
                Some(line) => 0..line.end,
                None if header.bytes.is_empty() => return Ok(None),
                None => return Err(ReadError::cut_short()),
            };
        }
        if !header.bytes[version.clone()].starts_with(RECORD) {
            let line: String = String::from_utf8_lossy(&header.bytes[version]).chars().take(40).collect();
            return Err(ReadError::file(format!("expected a WARC record at byte {position}, got {line:?}")));
        }
        loop {
            let line = self.line(&mut header.bytes)?.ok_or_else(ReadError::cut_short)?;
            if line.is_empty() {
                return Ok(Some(header));
            }
            header.add(line)?;
        }
    }

    /// Reads a line to the end of the bytes, and returns where it stands without its break; None at the end.
    fn line(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Range<usize>>, ReadError> {
        let start = bytes.len();
        if self.input.by_ref().read_until(b'\n', bytes)? == 0 {
            return Ok(None);
        }
        let line = bytes[start..].strip_suffix(b"\n").ok_or_else(ReadError::cut_short)?;
        let len = line.strip_suffix(b"\r").unwrap_or(line).len();
        Ok(Some(start..start + len))
    }

    /// Reads the body of a record; passes over it if it is longer than the limit.
    fn body(&mut self, length: u64) -> Result<Vec<u8>, ReadError> {
        let limit = self.input.limit();
        if length > limit {
            self.input.skip(length)?;
            return Err(ReadError::record(too_long_error("a record", limit).to_string()));
        }
        self.input.begin_record();
        // A header may claim any length; what is short is read without growing.
        let mut body = Vec::with_capacity(usize::try_from(length.min(SHORT)).unwrap_or(0));
        self.input.by_ref().take(length).read_to_end(&mut body)?;
        if (body.len() as u64) < length { Err(ReadError::cut_short()) } else { Ok(body) }
    }

    /// Reads the body behind a header. None if the record is no article.
    fn record(&mut self, header: &Header, tally: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        let length = header.get("content-length").and_then(|length| length.parse::<u64>().ok());
        let length = length.ok_or_else(|| ReadError::file("a WARC record has no length"))?;
        let media = header.media();
        let kind = header.get("warc-type");
        #[cfg(feature = "dump-html")]
        let is_response = kind.as_deref() == Some("response");
        let (text, mut fields) = match kind.as_deref() {
            Some("conversion") if media == "text/plain" => {
                let body = self.body(length)?;
                // The format says UTF-8.
                let choice = choose(&[], Some(Encoding::UTF_8), None);
                let text = choice.decode(body)?;
                tally.count_encoding(choice);
                (text, Vec::new())
            }
            #[cfg(feature = "dump-html")]
            Some("response" | "resource") if is_response == (media == "application/http") => {
                match self.answer(header, is_response, length, tally)? {
                    Some(page) => page,
                    None => return Ok(None),
                }
            }
            _ => {
                self.input.skip(length)?;
                tally.count_left_out("WARC record that is no page");
                return Ok(None);
            }
        };
        let url = header.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_owned());
        let date = header.get("warc-date");
        let languages = header.get("warc-identified-content-language");
        for (name, value) in
            [("url", url.as_deref()), ("date", date.as_deref()), ("languages", languages.as_deref())]
        {
            if let Some(value) = value {
                fields.push((name.into(), value.into()));
            }
        }
        Ok(Some(OwnedRecord::new(self.number, url, text, fields)))
    }

    /// Reads an answer, and returns the text of one that holds HTML or plain text. What is none is not unpacked.
    #[cfg(feature = "dump-html")]
    fn answer(
        &mut self,
        header: &Header,
        is_response: bool,
        length: u64,
        tally: &mut Tally,
    ) -> Result<Option<TextAndFields>, ReadError> {
        let limit = self.input.limit();
        // The beginning of a longer one may show that it is no page.
        let part = if length > limit { limit.min(MAX_HTTP_HEADER) } else { length };
        let sent = self.body(part)?;
        self.input.skip(length - part)?;
        let too_long = || ReadError::record(too_long_error("a record", limit).to_string());
        if !is_response {
            let content_type = header.get("content-type");
            return match Media::new(content_type.as_deref()) {
                Media::Other => Ok(no_text(tally)),
                _ if length > limit => Err(too_long()),
                _ => self.page(header, content_type.as_deref(), sent, tally),
            };
        }
        let response = HttpResponse::parse(&sent)?;
        let content_type = response.content_type.as_deref();
        if !(200..300).contains(&response.status) {
            tally.count_left_out("answer that is no success");
            return Ok(None);
        }
        match Media::new(content_type) {
            Media::Other => Ok(no_text(tally)),
            _ if length > limit => Err(too_long()),
            _ => {
                let body = response.body(limit)?;
                self.page(header, content_type, body, tally)
            }
        }
    }

    /// Returns the text of a body; None if it is neither HTML nor plain text.
    #[cfg(feature = "dump-html")]
    fn page(
        &self,
        header: &Header,
        content_type: Option<&str>,
        mut body: Vec<u8>,
        tally: &mut Tally,
    ) -> Result<Option<TextAndFields>, ReadError> {
        // Common Crawl cuts pages at a length, and so through characters.
        if header.get("warc-truncated").is_some()
            && let Err(error) = std::str::from_utf8(&body)
            && error.error_len().is_none()
        {
            body.truncate(error.valid_up_to());
        }
        let declared = content_type.and_then(super::html::charset);
        let declared = declared.and_then(|label| Encoding::from_label(label.as_bytes()));
        match Media::new(content_type) {
            Media::Html => {}
            Media::Unknown if Format::from_head(&body[..body.len().min(1024)]) == Some(Format::Html) => {}
            Media::Text => {
                let choice = choose(&body, declared, self.fallback);
                let text = choice.decode(body)?;
                tally.count_encoding(choice);
                return Ok(Some((text, Vec::new())));
            }
            Media::Unknown | Media::Other => return Ok(no_text(tally)),
        }
        super::html::read(body, declared, self.fallback, self.input.limit(), tally).map(Some)
    }

    /// Finds the next record behind what cannot be read. If there is one, the error is one of a record alone.
    fn find_next(&mut self, error: ReadError) -> ReadError {
        let is_found = error.scope == Scope::File && self.find_record().unwrap_or(false);
        if is_found { ReadError { scope: Scope::Record, ..error } } else { error }
    }

    /// Passes over all lines before one that begins a record; false if there is none.
    fn find_record(&mut self) -> io::Result<bool> {
        loop {
            self.input.begin_record();
            if take_prefix(&mut self.input, RECORD)? == RECORD.len() {
                self.is_found = true;
                return Ok(true);
            }
            if self.input.fill_buf()?.is_empty() {
                return Ok(false);
            }
            self.input.skip_line()?;
        }
    }
}

impl RecordReader for WarcReader {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        loop {
            self.number += 1;
            let record = match self.header() {
                Ok(None) => return Ok(None),
                Ok(Some(header)) => {
                    #[cfg(not(feature = "dump-html"))]
                    if matches!(header.get("warc-type").as_deref(), Some("response" | "resource")) {
                        return Err(ReadError::file(
                            "the pages of a WARC file need the feature `dump-html` of dittograph",
                        ));
                    }
                    self.record(&header, tally)
                }
                Err(error) => Err(error),
            };
            match record {
                Ok(None) => {}
                Ok(record) => return Ok(record),
                Err(error) => return Err(self.find_next(error).at_record(self.number)),
            }
        }
    }
}

/// A header, and where its names and values stand.
#[derive(Default)]
struct Header {
    bytes: Vec<u8>,
    fields: Vec<(Range<usize>, Range<usize>)>,
}

impl Header {
    /// Adds a line, which may continue the one before.
    fn add(&mut self, line: Range<usize>) -> Result<(), ReadError> {
        if self.bytes[line.clone()].starts_with(b" ") || self.bytes[line.clone()].starts_with(b"\t") {
            let (_, value) = self.fields.last_mut().ok_or_else(no_colon)?;
            // What is between the two is the line break, and is white space as well.
            self.bytes[value.end..line.start].fill(b' ');
            value.end = line.end;
            return Ok(());
        }
        if self.fields.len() == MAX_FIELDS {
            return Err(ReadError::file(format!(
                "expected at most {MAX_FIELDS} fields of a WARC header, got more"
            )));
        }
        let colon = memchr::memchr(b':', &self.bytes[line.clone()]).ok_or_else(no_colon)? + line.start;
        self.fields.push((line.start..colon, colon + 1..line.end));
        Ok(())
    }

    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let is_name =
            |at: &Range<usize>| self.bytes[at.clone()].trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        let (_, value) = self.fields.iter().find(|(known, _)| is_name(known))?;
        Some(String::from_utf8_lossy(self.bytes[value.clone()].trim_ascii()))
    }

    fn media(&self) -> String {
        self.get("content-type").map(|content_type| media_type(&content_type)).unwrap_or_default()
    }
}

fn no_colon() -> ReadError {
    ReadError::file("a line of a WARC header has no colon")
}

/// Returns a media type without its parameters.
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What an answer holds, by its content type.
#[cfg(feature = "dump-html")]
enum Media {
    Html,
    Text,
    Other,
    /// It names none.
    Unknown,
}

#[cfg(feature = "dump-html")]
impl Media {
    fn new(content_type: Option<&str>) -> Self {
        match content_type.map(media_type).as_deref() {
            Some("text/html" | "application/xhtml+xml") => Self::Html,
            Some("text/plain") => Self::Text,
            Some(_) => Self::Other,
            None => Self::Unknown,
        }
    }
}

#[cfg(feature = "dump-html")]
fn no_text(tally: &mut Tally) -> Option<TextAndFields> {
    tally.count_left_out("answer that is neither HTML nor text");
    None
}

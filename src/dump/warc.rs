//! WARC ([ISO 28500](https://iipc.github.io/warc-specifications/)) and WET, which is WARC with extracted text.
//!
//! By hand, since the crates that read it allocate whatever length a header claims before they read.

use std::io::{BufRead, Read};

use serde_json::Map;

use super::encoding::{Encoding, choose};
use super::input::{Input, too_long};
use super::read_error::ReadError;
use super::records::{Record, Records, Tally};

pub(super) struct Warc {
    input: Input,
    #[cfg_attr(not(feature = "dump-html"), expect(dead_code, reason = "for pages alone"))]
    named: Option<Encoding>,
    number: u64,
}

impl Warc {
    pub(super) fn new(input: Input, named: Option<Encoding>) -> Self {
        Self { input, named, number: 0 }
    }

    /// The header of the next record, or None at the end.
    fn header(&mut self) -> Result<Option<Header>, ReadError> {
        self.input.begin();
        let mut line = String::new();
        let mut position = self.input.position();
        // Two line breaks end the record before; some writers leave more, or fewer.
        while line.is_empty() {
            position = self.input.position();
            let Some(read) = self.line()? else { return Ok(None) };
            line = read;
        }
        self.number += 1;
        if !line.starts_with("WARC/") {
            let line: String = line.chars().take(40).collect();
            return Err(ReadError::file(format!("expected a WARC record at byte {position}, got {line:?}")));
        }
        let mut header = Header(Vec::new());
        loop {
            let line = self.line()?.ok_or_else(ReadError::cut_short)?;
            if line.is_empty() {
                return Ok(Some(header));
            }
            match (line.strip_prefix([' ', '\t']), header.0.last_mut(), line.split_once(':')) {
                (Some(more), Some((_, value)), _) => *value = format!("{value} {}", more.trim()),
                (None, _, Some((name, value))) => {
                    header.0.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
                _ => return Err(ReadError::file("a line of a WARC header has no colon")),
            }
        }
    }

    /// Without its break; None at the end.
    fn line(&mut self) -> Result<Option<String>, ReadError> {
        let mut line = Vec::new();
        if self.input.by_ref().read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = line.strip_suffix(b"\n").ok_or_else(ReadError::cut_short)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some(String::from_utf8_lossy(line).into_owned()))
    }

    /// The body of a record, unless it is longer than it may be.
    fn body(&mut self, length: u64) -> Result<Vec<u8>, ReadError> {
        let limit = self.input.limit();
        if length > limit {
            self.input.skip(length)?;
            return Err(ReadError::record(too_long("a record", limit).to_string()));
        }
        self.input.begin();
        let mut body = Vec::new();
        self.input.by_ref().take(length).read_to_end(&mut body)?;
        if (body.len() as u64) < length { Err(ReadError::cut_short()) } else { Ok(body) }
    }

    fn record(&mut self, header: &Header, tally: &mut Tally) -> Result<Option<Record>, ReadError> {
        let length = header.get("content-length").and_then(|length| length.parse::<u64>().ok());
        let length = length.ok_or_else(|| ReadError::file("a WARC record has no length"))?;
        let media = header.media();
        let (text, mut fields) = match header.get("warc-type") {
            Some("conversion") if media == "text/plain" => {
                let body = self.body(length)?;
                // The format says UTF-8.
                let choice = choose(&[], Some(Encoding::UTF_8), None);
                let text = choice.decode(body)?;
                tally.decoded(choice);
                (text, Map::new())
            }
            #[cfg(feature = "dump-html")]
            Some("response") if media == "application/http" => {
                let body = self.body(length)?;
                let answer = super::http::Answer::parse(&body, self.input.limit())?;
                drop(body);
                if !(200..300).contains(&answer.status) {
                    tally.leave_out("answer that is no success");
                    return Ok(None);
                }
                match self.page(header, answer.content_type.as_deref(), answer.body, tally)? {
                    Some(page) => page,
                    None => return Ok(None),
                }
            }
            #[cfg(feature = "dump-html")]
            Some("resource") if media != "application/http" => {
                let body = self.body(length)?;
                match self.page(header, header.get("content-type"), body, tally)? {
                    Some(page) => page,
                    None => return Ok(None),
                }
            }
            #[cfg(not(feature = "dump-html"))]
            Some("response" | "resource") => {
                return Err(ReadError::file(
                    "the pages of a WARC file need the feature `dump-html` of dittograph",
                ));
            }
            _ => {
                self.input.skip(length)?;
                tally.leave_out("WARC record that is no page");
                return Ok(None);
            }
        };
        let url = header.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_owned());
        let languages = header.get("warc-identified-content-language");
        for (name, value) in
            [("url", url.as_deref()), ("date", header.get("warc-date")), ("languages", languages)]
        {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value.into());
            }
        }
        Ok(Some(Record { number: self.number, id: url, text, fields }))
    }

    /// The text of what was sent, or None if there is nothing to read.
    #[cfg(feature = "dump-html")]
    fn page(
        &self,
        header: &Header,
        content_type: Option<&str>,
        mut body: Vec<u8>,
        tally: &mut Tally,
    ) -> Result<Option<super::records::TextAndFields>, ReadError> {
        use super::format::Format;

        // Common Crawl cuts pages at a length, and so through characters.
        if header.get("warc-truncated").is_some()
            && let Err(error) = std::str::from_utf8(&body)
            && error.error_len().is_none()
        {
            body.truncate(error.valid_up_to());
        }
        let media = content_type.map(essence);
        let declared = content_type.and_then(super::html::charset);
        let declared = declared.and_then(|label| Encoding::by_label(label.as_bytes()));
        match media.as_deref() {
            Some("text/html" | "application/xhtml+xml") => {}
            None if Format::by_content(&body[..body.len().min(1024)]) == Some(Format::Html) => {}
            Some("text/plain") => {
                let choice = choose(&body, declared, self.named);
                let text = choice.decode(body)?;
                tally.decoded(choice);
                return Ok(Some((text, Map::new())));
            }
            _ => {
                tally.leave_out("answer that is neither HTML nor text");
                return Ok(None);
            }
        }
        super::html::read(body, declared, self.named, tally).map(Some)
    }
}

impl Records for Warc {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Record>, ReadError> {
        loop {
            let number = self.number + 1;
            let Some(header) = self.header().map_err(|wrong| wrong.at(number))? else { return Ok(None) };
            if let Some(record) = self.record(&header, tally).map_err(|wrong| wrong.at(self.number))? {
                return Ok(Some(record));
            }
        }
    }
}

/// Names in lower case, and values.
struct Header(Vec<(String, String)>);

impl Header {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn media(&self) -> String {
        essence(self.get("content-type").unwrap_or_default())
    }
}

/// A media type without its parameters.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

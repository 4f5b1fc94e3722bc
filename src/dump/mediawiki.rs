//! MediaWiki's [export format](https://www.mediawiki.org/wiki/Help:Export#Export_format): one `<page>` after another.
//!
//! A byte of XML is parsed once. One of the text of a page is read again as wikitext, in time that is linear in the text.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};
use serde_json::Value;

use super::encoding::Choice;
use super::limited_input::LimitedInput;
use super::limits::check_markup;
use super::read_error::ReadError;
use super::record::{Fields, OwnedRecord, RecordReader};
use super::statistics::Tally;
use super::wikitext::Wikitext;

/// Reads the pages of an export.
pub(super) struct MediaWikiReader {
    reader: Reader<LimitedInput>,
    choice: Choice,
    namespaces: Vec<i32>,
    wikitext: Wikitext,
    buffer: Vec<u8>,
    /// The byte that the reader begins to count at, behind a mark.
    start: u64,
    /// The elements that are open, with the root.
    depth: u64,
    number: u64,
    /// The root has been closed.
    is_whole: bool,
}

/// The namespaces of files and of categories, which wikis call by names of their own.
const FILE_NAMESPACE: &str = "6";
const CATEGORY_NAMESPACE: &str = "14";

#[derive(Default)]
struct Page {
    title: String,
    namespace: String,
    id: String,
    timestamp: String,
    model: String,
    text: String,
    is_redirect: bool,
    /// The first of its errors.
    error: Option<String>,
}

impl Page {
    /// Returns the string that the characters of an element are added to, by its depth in the page.
    fn field(&mut self, depth: u64, name: &str) -> Option<&mut String> {
        Some(match (depth, name) {
            (1, "title") => &mut self.title,
            (1, "ns") => &mut self.namespace,
            (1, "id") => &mut self.id,
            (2, "timestamp") => &mut self.timestamp,
            (2, "model") => &mut self.model,
            (2, "text") => &mut self.text,
            _ => return None,
        })
    }
}

impl MediaWikiReader {
    pub(super) fn new(input: LimitedInput, namespaces: &[i32], choice: Choice) -> Self {
        Self {
            start: input.position(),
            reader: Reader::from_reader(input),
            choice,
            namespaces: namespaces.to_vec(),
            wikitext: Wikitext::new(),
            buffer: Vec::new(),
            depth: 0,
            number: 0,
            is_whole: false,
        }
    }

    fn event(&mut self) -> Result<Event<'_>, ReadError> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event),
            Err(error) => {
                let byte = self.choice.place(self.start + self.reader.buffer_position());
                Err(match error {
                    quick_xml::Error::Io(error) => error.into(),
                    quick_xml::Error::Encoding(_) => {
                        ReadError::file(self.choice.invalid(format_args!("a byte near {byte}")).message)
                    }
                    error => ReadError::file(format!("{byte}: {error}")),
                })
            }
        }
    }

    /// Reads up to the beginning of the next page; false at the end.
    fn find_page(&mut self) -> Result<bool, ReadError> {
        // The wiki's own name of a namespace whose links are left out.
        let mut name: Option<String> = None;
        loop {
            let (depth, is_whole) = (self.depth, self.is_whole);
            match self.event()? {
                Event::Start(start) => {
                    let element = start.local_name();
                    if depth == 0 && (is_whole || element.as_ref() != "mediawiki") {
                        return Err(ReadError::file(format!(
                            "expected <mediawiki>, got <{}>",
                            element.as_ref()
                        )));
                    }
                    if depth == 1 && element.as_ref() == "page" {
                        self.depth += 1;
                        return Ok(true);
                    }
                    let key = start.try_get_attribute("key").ok().flatten();
                    let is_dropped = key
                        .is_some_and(|key| matches!(key.value.as_ref(), FILE_NAMESPACE | CATEGORY_NAMESPACE));
                    if depth == 3 && element.as_ref() == "namespace" && is_dropped {
                        name = Some(String::new());
                    }
                    self.depth += 1;
                }
                Event::End(_) => {
                    if let Some(name) = name.take() {
                        self.wikitext.drop_namespace(&name);
                    }
                    // The reader has checked that it fits the start.
                    self.depth = depth.saturating_sub(1);
                    self.is_whole = is_whole || self.depth == 0;
                }
                Event::Text(text) => {
                    let text = text.xml10_content();
                    if let Some(name) = &mut name {
                        name.push_str(&text);
                    } else if depth == 0 && !text.trim().is_empty() {
                        return Err(ReadError::file("expected <mediawiki>, got text"));
                    }
                }
                Event::DocType(_) => {
                    // It could declare entities, and a MediaWiki export has none.
                    return Err(ReadError::file(
                        "a document type declaration, which a MediaWiki export does not have",
                    ));
                }
                Event::Eof if is_whole => return Ok(false),
                Event::Eof => return Err(ReadError::file("the file is cut short: </mediawiki> is missing")),
                _ => {}
            }
        }
    }

    /// Reads a page, behind its start tag.
    fn page(&mut self) -> Result<Page, ReadError> {
        let root = self.depth; // that of what stands in the page
        let mut page = Page::default();
        let mut element = String::new();
        loop {
            let depth = self.depth;
            match self.event()? {
                Event::Start(start) => {
                    element.clear();
                    element.push_str(start.local_name().as_ref());
                    page.is_redirect |= depth == root && element == "redirect";
                    // The last revision is the one that counts.
                    if let Some(field) = page.field(depth + 1 - root, &element) {
                        field.clear();
                    }
                    self.depth += 1;
                }
                Event::Empty(start) => {
                    let name = start.local_name();
                    page.is_redirect |= depth == root && name.as_ref() == "redirect";
                    if let Some(field) = page.field(depth + 1 - root, name.as_ref()) {
                        field.clear();
                    }
                }
                Event::End(_) => {
                    element.clear();
                    self.depth -= 1; // it is at least `root`, above 0
                    if self.depth < root {
                        return Ok(page);
                    }
                }
                Event::Text(text) => {
                    if let Some(field) = page.field(depth - root, &element) {
                        field.push_str(&text.xml10_content());
                    }
                }
                Event::CData(text) => {
                    if let Some(field) = page.field(depth - root, &element) {
                        field.push_str(&text.xml10_content());
                    }
                }
                Event::GeneralRef(reference) => match character(&reference) {
                    Ok(character) => {
                        if let Some(field) = page.field(depth - root, &element) {
                            field.push_str(&character);
                        }
                    }
                    Err(error) => page.error = page.error.or(Some(error)),
                },
                Event::Eof => return Err(ReadError::file("the file ends in the middle of a page")),
                _ => {}
            }
        }
    }

    /// Returns the page as an article, or the reason why it is none.
    fn article(&mut self, page: Page) -> Result<Result<OwnedRecord, &'static str>, ReadError> {
        if let Some(error) = page.error {
            return Err(ReadError::record(error));
        }
        let namespace = page.namespace.trim().parse::<i32>();
        let namespace = match namespace {
            Ok(namespace) => namespace,
            Err(_) if page.namespace.is_empty() => 0, // in the oldest dumps
            Err(_) => {
                return Err(ReadError::record(format!(
                    "namespace: expected a number, got {:?}",
                    page.namespace
                )));
            }
        };
        if !self.namespaces.contains(&namespace) {
            return Ok(Err("page of another namespace"));
        }
        if page.is_redirect {
            return Ok(Err("redirect"));
        }
        if !matches!(page.model.as_str(), "" | "wikitext") {
            return Ok(Err("page that is not in wikitext"));
        }
        check_markup(page.text.len(), "the wikitext of a page", self.reader.get_mut().limit())?;
        let text = self.wikitext.to_plain_text(&page.text);
        let mut fields: Fields =
            vec![("title".into(), page.title.into()), ("namespace".into(), namespace.into())];
        if !page.timestamp.is_empty() {
            fields.push(("timestamp".into(), Value::String(page.timestamp)));
        }
        let id = page.id.trim();
        let id = (!id.is_empty()).then(|| id.to_owned());
        Ok(Ok(OwnedRecord::new(self.number, id, text, fields)))
    }
}

/// Returns the characters that a reference stands for. Only those of XML itself are known, so none can grow.
fn character(reference: &BytesRef<'_>) -> Result<String, String> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => return Ok(character.to_string()),
        Ok(None) => {}
        Err(error) => return Err(error.to_string()),
    }
    let name = reference.xml10_content();
    resolve_xml_entity(&name).map(str::to_owned).ok_or_else(|| format!("the entity &{name}; is not known"))
}

impl RecordReader for MediaWikiReader {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        loop {
            self.reader.get_mut().begin_record();
            if !self.find_page()? {
                return Ok(None);
            }
            self.number += 1;
            let page = self.page().map_err(|error| error.at_record(self.number))?;
            match self.article(page).map_err(|error| error.at_record(self.number))? {
                Ok(record) => return Ok(Some(record)),
                Err(reason) => tally.count_left_out(reason),
            }
        }
    }
}

//! HTML: the text of a page, in paragraphs.
//!
//! The page is read as the [standard](https://html.spec.whatwg.org/#parsing) says, with scripts on, so that the text is
//! what a browser shows: html5gum cuts it into tokens, html5ever builds the tree, and one walk over the tree gives the
//! text. Time and memory are linear in the page, however its tags are nested.
//!
//! A tree, since many elements have no end tag of their own: what is left out, such as `<nav>` or `<svg>`, ends with what
//! is around it. Two crates, since the one that knows this has a tokenizer that is quadratic in the attributes of a tag:
//! [`parse`] says more.

mod parse;
mod text;
mod tree;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::encoding::{Encoding, choose, declared_by_xml};
use super::limited_input::LimitedInput;
use super::limits::check_markup;
use super::read_error::ReadError;
use super::record::{OwnedRecord, RecordReader, TextAndFields};
use super::statistics::Tally;

/// Reads a file that is one page.
pub(super) struct HtmlReader {
    input: Option<LimitedInput>,
    fallback: Option<Encoding>,
}

impl HtmlReader {
    pub(super) fn new(input: LimitedInput, fallback: Option<Encoding>) -> Self {
        Self { input: Some(input), fallback }
    }
}

impl RecordReader for HtmlReader {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<OwnedRecord>, ReadError> {
        let Some(mut input) = self.input.take() else { return Ok(None) };
        let limit = input.limit();
        let (text, fields) = read(input.read_rest()?, None, self.fallback, limit, tally)?;
        Ok(Some(OwnedRecord::new(1, None, text, fields)))
    }
}

/// Returns the text of a page, and its `title`, `lang` and `dir`. `header` is the encoding that the HTTP header declares,
/// `fallback` the one that the options name.
pub(super) fn read(
    bytes: Vec<u8>,
    header: Option<Encoding>,
    fallback: Option<Encoding>,
    limit: u64,
    tally: &mut Tally,
) -> Result<TextAndFields, ReadError> {
    let declared = header.or_else(|| declared(&bytes));
    let choice = choose(&bytes, declared, fallback);
    let html = choice.decode(bytes)?;
    check_markup(html.len(), "an HTML page", limit)?;
    tally.count_encoding(choice);
    let tree = parse::parse(&html)?;
    let (text, fields) = text::read(&tree);
    tally.empty_pages += u64::from(text.trim_start().is_empty());
    Ok((text, fields))
}

/// Returns the encoding that a `<meta>` of the head declares, however long the head is, or else an XML declaration, as
/// browsers do.
fn declared(html: &[u8]) -> Option<Encoding> {
    // A page that declares nothing would take 1.7 times as long if all of it were looked at.
    let head = html.windows(5).position(|bytes| bytes.eq_ignore_ascii_case(b"<body"));
    let start = html.len().min(1024);
    let head = &html[..head.unwrap_or(html.len()).max(start)];
    let (mut meta, mut attribute) = (None::<[Option<String>; 3]>, None);
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| match event {
        CallbackEvent::OpenStartTag { name } => {
            meta = (name == b"meta").then(Default::default);
            None
        }
        CallbackEvent::AttributeName { name } => {
            let names = [b"charset".as_slice(), b"http-equiv", b"content"];
            attribute = names.iter().position(|&known| known == name);
            None
        }
        CallbackEvent::AttributeValue { value } => {
            if let (Some(meta), Some(attribute)) = (&mut meta, attribute.take()) {
                meta[attribute].get_or_insert_with(|| String::from_utf8_lossy(value).trim().to_owned());
            }
            None
        }
        CallbackEvent::CloseStartTag { .. } => meta.take().and_then(encoding_of_meta),
        _ => None,
    });
    emitter.naively_switch_states(true);
    let Ok(encoding) = Tokenizer::new_with_emitter(head, emitter).next().transpose();
    encoding.or_else(|| declared_by_xml(&html[..start]).ok().flatten())
}

/// Returns the encoding that the `charset`, `http-equiv` and `content` of a `<meta>` declare.
fn encoding_of_meta([charset_label, http_equiv, content]: [Option<String>; 3]) -> Option<Encoding> {
    let is_content_type = http_equiv.is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
    let label = charset_label.filter(|label| !label.is_empty());
    let label =
        label.or_else(|| content.filter(|_| is_content_type).and_then(|content| charset(&content)))?;
    let encoding = Encoding::from_label(label.as_bytes())?;
    // It could not be read up to here in two bytes a character.
    Some(if encoding.is_utf_16() { Encoding::UTF_8 } else { encoding })
}

/// Returns the label of the encoding in a content type such as `text/html; charset=utf-8`.
pub(super) fn charset(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let (_, value) = lower.split_once("charset")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let label = match value.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next(),
        None => value.split([';', ' ', '\t', ',']).next(),
    };
    label.map(str::to_owned)
}

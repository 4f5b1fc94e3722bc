//! HTML: the text of a page, in paragraphs.
//!
//! The page is cut into tags by the rules of the [standard](https://html.spec.whatwg.org/#tokenization), but no tree is built: one
//! pass in linear time, with memory for the text alone, however deep the tags are nested.

use html5gum::emitters::default::{DefaultEmitter, StartTag, Token};
use html5gum::{HtmlString, Readable, State, Tokenizer};
use serde_json::{Map, Value};

use super::encoding::{Encoding, choose, declared_by_xml};
use super::limited_input::LimitedInput;
use super::read_error::ReadError;
use super::record::{OwnedRecord, RecordReader, TextAndFields};
use super::statistics::Tally;
use super::text_builder::TextBuilder;

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
        let (text, fields) = read(input.read_rest()?, None, self.fallback, tally)?;
        Ok(Some(OwnedRecord::new(1, None, text, fields)))
    }
}

/// Returns the text of a page, and its `title`, `lang` and `dir`. `header` is the encoding that the HTTP header declares,
/// `fallback` the one that the options name.
pub(super) fn read(
    bytes: Vec<u8>,
    header: Option<Encoding>,
    fallback: Option<Encoding>,
    tally: &mut Tally,
) -> Result<TextAndFields, ReadError> {
    let declared = header.or_else(|| declared(&bytes));
    let choice = choose(&bytes, declared, fallback);
    let html = choice.decode(bytes)?;
    tally.count_encoding(choice);
    Ok(text(&html))
}

/// How an element shows in the text.
enum Role {
    /// Its content is left out.
    Hidden,
    /// A paragraph ends before and after it.
    Block,
    /// A block whose line breaks count.
    Lines,
    Break,
    /// A cell of a table.
    Cell,
    Inline,
}

fn role(name: &[u8]) -> Role {
    match name {
        b"script" | b"style" | b"template" | b"noscript" | b"iframe" | b"noembed" | b"noframes" | b"svg"
        | b"canvas" | b"audio" | b"video" | b"object" | b"select" | b"datalist" | b"textarea" | b"nav"
        | b"title" => Role::Hidden,
        b"address" | b"article" | b"aside" | b"blockquote" | b"body" | b"caption" | b"center" | b"dd"
        | b"details" | b"dialog" | b"dir" | b"div" | b"dl" | b"dt" | b"fieldset" | b"figcaption"
        | b"figure" | b"footer" | b"form" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"head"
        | b"header" | b"hgroup" | b"hr" | b"html" | b"legend" | b"li" | b"main" | b"menu" | b"ol"
        | b"optgroup" | b"option" | b"p" | b"search" | b"section" | b"summary" | b"table" | b"tbody"
        | b"tfoot" | b"thead" | b"tr" | b"ul" => Role::Block,
        b"pre" | b"listing" | b"xmp" | b"plaintext" => Role::Lines,
        b"br" => Role::Break,
        b"td" | b"th" => Role::Cell,
        _ => Role::Inline,
    }
}

/// Cuts a page into tokens, and takes the content of scripts and the like for text.
fn tokens<'h, R: Readable<'h>>(html: R) -> Tokenizer<R::Reader, DefaultEmitter> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter)
}

/// Returns the text of a page, and its other fields.
fn text(html: &str) -> TextAndFields {
    // A page that says it is XML, such as a chapter of an EPUB, may have `<title/>`, which HTML takes for a start tag.
    let is_xml = html.starts_with("<?xml");
    let mut tokens = tokens(html);
    let mut page = PageText::new();
    while let Some(Ok(token)) = tokens.next() {
        // In HTML only foreign elements close themselves.
        let is_empty =
            matches!(&token, Token::StartTag(tag) if tag.self_closing && (is_xml || tag.name == b"svg"));
        if is_empty {
            tokens.set_state(State::Data);
        }
        page.add(token, is_empty);
    }
    page.finish()
}

/// The text of a page as far as it is read.
struct PageText {
    text: TextBuilder,
    fields: Map<String, Value>,
    title: String,
    /// The hidden element that is open, and how many of its name are open in it.
    hidden: Option<(HtmlString, u64)>,
    /// How many elements are open whose line breaks count.
    open_lines: u64,
}

impl PageText {
    fn new() -> Self {
        let (text, title) = (TextBuilder::new(), String::new());
        Self { text, fields: Map::new(), title, hidden: None, open_lines: 0 }
    }

    fn add(&mut self, token: Token, is_empty: bool) {
        match (token, &mut self.hidden) {
            (Token::StartTag(tag), Some((name, depth))) => {
                *depth += u64::from(tag.name == *name && !tag.self_closing);
            }
            (Token::EndTag(tag), Some((name, depth))) if tag.name == *name => {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            (Token::String(string), Some((name, _))) if **name == b"title" => {
                self.title.push_str(&String::from_utf8_lossy(&string.value));
            }
            (_, Some(_)) | (Token::Comment(_) | Token::Doctype(_) | Token::Error(_), None) => {}
            (Token::StartTag(tag), None) => self.start(tag, is_empty),
            (Token::EndTag(tag), None) => self.end(&tag.name),
            (Token::String(string), None) => {
                let string = String::from_utf8_lossy(&string.value);
                if self.open_lines > 0 {
                    self.text.push_lines(&string);
                } else {
                    self.text.push_folded(&string);
                }
            }
        }
    }

    fn start(&mut self, tag: StartTag<()>, is_empty: bool) {
        if matches!(tag.name.as_slice(), b"html" | b"body") {
            for name in ["lang", "dir"] {
                if let Some(value) = attribute(&tag, name).filter(|_| !self.fields.contains_key(name)) {
                    self.fields.insert(name.to_owned(), value.into());
                }
            }
        }
        match role(&tag.name) {
            Role::Hidden if !is_empty => self.hidden = Some((tag.name, 1)),
            Role::Hidden | Role::Inline => {}
            Role::Block => self.text.break_paragraph(),
            Role::Lines => {
                self.text.break_paragraph();
                self.open_lines += u64::from(!is_empty);
            }
            Role::Break => self.text.break_line(),
            Role::Cell => self.text.break_word(),
        }
    }

    fn end(&mut self, name: &[u8]) {
        match role(name) {
            Role::Block => self.text.break_paragraph(),
            Role::Lines => {
                self.text.break_paragraph();
                self.open_lines = self.open_lines.saturating_sub(1);
            }
            Role::Break => self.text.break_line(), // `</br>` is one
            Role::Cell => self.text.break_word(),
            Role::Hidden | Role::Inline => {}
        }
    }

    fn finish(mut self) -> TextAndFields {
        if !self.title.is_empty() {
            let title: Vec<&str> = self.title.split_ascii_whitespace().collect();
            self.fields.insert("title".to_owned(), title.join(" ").into());
        }
        (self.text.finish(), self.fields)
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    let value = String::from_utf8_lossy(value).trim().to_owned();
    (!value.is_empty()).then_some(value)
}

/// Returns the encoding that a `<meta>` of the head declares, however long the head is, or else an XML declaration, as
/// browsers do.
fn declared(html: &[u8]) -> Option<Encoding> {
    // A page that declares nothing would take 1.7 times as long if all of it were looked at.
    let head = html.windows(5).position(|bytes| bytes.eq_ignore_ascii_case(b"<body"));
    let start = html.len().min(1024);
    for Ok(token) in tokens(&html[..head.unwrap_or(html.len()).max(start)]) {
        let Token::StartTag(tag) = token else { continue };
        if tag.name != b"meta" {
            continue;
        }
        let is_content_type =
            || attribute(&tag, "http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
        let label = match attribute(&tag, "charset") {
            Some(label) => Some(label),
            None if is_content_type() => attribute(&tag, "content").and_then(|content| charset(&content)),
            None => None,
        };
        if let Some(encoding) = label.and_then(|label| Encoding::from_label(label.as_bytes())) {
            // It could not be read up to here in two bytes a character.
            return Some(if encoding.is_utf_16() { Encoding::UTF_8 } else { encoding });
        }
    }
    declared_by_xml(&html[..start]).ok().flatten()
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

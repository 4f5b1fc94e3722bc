//! HTML: what a page has to read, in paragraphs.
//!
//! It is cut into tags by the rules of the [standard](https://html.spec.whatwg.org/#tokenization), but no tree is built: one
//! pass in linear time, with memory for the text alone, however deep the tags are nested.

use html5gum::emitters::default::{DefaultEmitter, StartTag, Token};
use html5gum::{HtmlString, Readable, State, Tokenizer};
use serde_json::Map;

use super::encoding::{Encoding, choose, declared_by_xml};
use super::input::Input;
use super::paragraphs::Paragraphs;
use super::read_error::ReadError;
use super::records::{Record, Records, Tally, TextAndFields};

/// A file that is one page.
pub(super) struct Page {
    input: Option<Input>,
    named: Option<Encoding>,
}

impl Page {
    pub(super) fn new(input: Input, named: Option<Encoding>) -> Self {
        Self { input: Some(input), named }
    }
}

impl Records for Page {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Record>, ReadError> {
        let Some(mut input) = self.input.take() else { return Ok(None) };
        let (text, fields) = read(input.rest()?, None, self.named, tally)?;
        Ok(Some(Record { number: 1, id: None, text, fields }))
    }
}

/// The text of a page, and its `title`, `lang` and `dir`. `header` is the encoding that its transport says.
pub(super) fn read(
    bytes: Vec<u8>,
    header: Option<Encoding>,
    named: Option<Encoding>,
    tally: &mut Tally,
) -> Result<TextAndFields, ReadError> {
    let declared = header.or_else(|| declared(&bytes));
    let choice = choose(&bytes, declared, named);
    let html = choice.decode(bytes)?;
    tally.decoded(choice);
    Ok(text(&html))
}

/// What becomes of an element.
enum Role {
    /// Nothing of it is to be read.
    Hidden,
    /// Stands by itself, so that a paragraph ends before and after it.
    Block,
    /// A block whose lines count.
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

/// Scripts and the like are taken for what they are.
fn tokens<'h, R: Readable<'h>>(html: R) -> Tokenizer<R::Reader, DefaultEmitter> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter)
}

fn text(html: &str) -> TextAndFields {
    // What is XML by its own word, such as a chapter of an EPUB, may have `<title/>`, which HTML takes for a start.
    let is_xml = html.starts_with("<?xml");
    let mut tokens = tokens(html);
    let mut paragraphs = Paragraphs::new();
    let mut fields = Map::new();
    // The hidden element that is open, and how many of its name are open in it.
    let mut hidden: Option<(HtmlString, u64)> = None;
    let mut title = String::new();
    let mut lines = 0u64;
    while let Some(Ok(token)) = tokens.next() {
        // Else only foreign elements close themselves.
        let is_empty =
            matches!(&token, Token::StartTag(tag) if tag.self_closing && (is_xml || tag.name == b"svg"));
        if is_empty {
            tokens.set_state(State::Data);
        }
        match (token, &mut hidden) {
            (Token::StartTag(tag), Some((name, depth))) => {
                *depth += u64::from(tag.name == *name && !tag.self_closing);
            }
            (Token::EndTag(tag), Some((name, depth))) if tag.name == *name => {
                *depth -= 1;
                if *depth == 0 {
                    hidden = None;
                }
            }
            (Token::String(string), Some((name, _)))
                if **name == b"title" && !fields.contains_key("title") =>
            {
                title.push_str(&String::from_utf8_lossy(&string.value));
            }
            (_, Some(_)) | (Token::Comment(_) | Token::Doctype(_) | Token::Error(_), None) => {}
            (Token::StartTag(tag), None) => {
                if matches!(tag.name.as_slice(), b"html" | b"body") {
                    for name in ["lang", "dir"] {
                        if let Some(value) = attribute(&tag, name).filter(|_| !fields.contains_key(name)) {
                            fields.insert(name.to_owned(), value.into());
                        }
                    }
                }
                match role(&tag.name) {
                    Role::Hidden if !is_empty => hidden = Some((tag.name, 1)),
                    Role::Hidden | Role::Inline => {}
                    Role::Block => paragraphs.paragraph(),
                    Role::Lines => {
                        paragraphs.paragraph();
                        lines += u64::from(!is_empty);
                    }
                    Role::Break => paragraphs.line(),
                    Role::Cell => paragraphs.space(),
                }
            }
            (Token::EndTag(tag), None) => match role(&tag.name) {
                Role::Block => paragraphs.paragraph(),
                Role::Lines => {
                    paragraphs.paragraph();
                    lines = lines.saturating_sub(1);
                }
                Role::Break => paragraphs.line(), // `</br>` is one
                Role::Cell => paragraphs.space(),
                Role::Hidden | Role::Inline => {}
            },
            (Token::String(string), None) => {
                let string = String::from_utf8_lossy(&string.value);
                if lines > 0 { paragraphs.lines(&string) } else { paragraphs.folded(&string) }
            }
        }
    }
    if !title.is_empty() {
        let title: Vec<&str> = title.split_ascii_whitespace().collect();
        fields.insert("title".to_owned(), title.join(" ").into());
    }
    (paragraphs.finish(), fields)
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    let value = String::from_utf8_lossy(value).trim().to_owned();
    (!value.is_empty()).then_some(value)
}

/// The encoding that a `<meta>` of the head declares, however long that is, or else an XML declaration: as browsers take
/// it.
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
        if let Some(encoding) = label.and_then(|label| Encoding::by_label(label.as_bytes())) {
            // It could not be read up to here in two bytes a character.
            return Some(if encoding.is_utf_16() { Encoding::UTF_8 } else { encoding });
        }
    }
    declared_by_xml(&html[..start]).ok().flatten()
}

/// The encoding's label in a content type such as `text/html; charset=utf-8`.
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

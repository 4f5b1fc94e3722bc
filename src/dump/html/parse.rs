//! From the bytes of a page to its tree.
//!
//! The tree builder of html5ever is as the standard has it, which is quadratic for some pages: it looks through all open
//! elements for each tag, and a paragraph takes over all formatting that was never ended. Four bounds make it linear:
//!
//! * It sees no attributes but the few that it decides by. So at most three equal elements of each kind of formatting are
//!   taken over, as the standard has it for those that are equal.
//! * At [`MAX_OPEN`] open elements, the depth to which browsers build, a further one is left out; its text stays.
//! * After [`MAX_SCOPES`] elements that bound formatting and may be closed without that bound, a further one is left out.
//! * A page cannot make more nodes than it has bytes.
//!
//! A hundred kinds of hostile pages took the same time a megabyte at 1, 2 and 4 MB: 0.02 to 0.5 s, and 1.0 to 1.5 s where
//! each tag is looked for among 500 that are open; memory grew by 46 bytes a byte at most.
//!
//! html5ever's own tokenizer compares each attribute of a tag with all before it (50,000 in one tag: 4 s, 200,000: 77 s), and has no
//! bound for them. html5gum does not. On 2,000 pages of 43 kB this takes 0.8 times the CPU of the reader before, which made no
//! tree of html5gum's tokens, and had them from its `DefaultEmitter`.

use std::cell::Cell;
use std::collections::HashMap;
use std::convert::Infallible;

use ahash::RandomState;
use html5ever::interface::Tracer;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, Tokenizer};

use super::tree::{Handle, Role, Sink, Tree};
use crate::dump::read_error::ReadError;

/// The most elements that are open at once, those of formatting counted that a next paragraph takes over.
const MAX_OPEN: usize = 512;

/// The most `<applet>`, `<marquee>`, `<object>` and `<template>` of a page. A cell of a table that ends in one leaves an
/// entry in the list of formatting for ever, and the list is gone through at each count of what is open.
const MAX_SCOPES: usize = 4096;

/// The most bytes of a page: one of them can be three of its text, and places in that have 32 bits.
const MAX_LEN: usize = 1 << 30;

/// Returns the tree of a page.
pub(super) fn parse(html: &str) -> Result<Tree, ReadError> {
    if html.len() > MAX_LEN {
        return Err(ReadError::record("a page of more than 1 GiB"));
    }
    let builder = TreeBuilder::new(Sink::new(), TreeBuilderOpts::default());
    let feeder = Feeder {
        builder: &builder,
        // A chapter of an EPUB, say, may have `<title/>`, which HTML takes for a start tag.
        is_xml: html.starts_with("<?xml"),
        max_nodes: html.len() + 64, // those of an empty page too
        tag: None,
        attribute: None,
        next_state: None,
        is_raw: false,
        room: MAX_OPEN,
        is_counted: false,
        scopes: 0,
        left_out: HashMap::default(),
    };
    let max_nodes = feeder.max_nodes;
    let emitter = TreeEmitter(CallbackEmitter::new(feeder));
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    if builder.sink.len() > max_nodes {
        return Err(ReadError::record("a page that makes more elements than it has bytes"));
    }
    Ok(builder.sink.finish())
}

/// Hands the tokens of html5gum over to the tree builder of html5ever, and its states back.
struct TreeEmitter<'b>(CallbackEmitter<Feeder<'b>>);

impl ForwardingEmitter for TreeEmitter<'_> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Infallible> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_eof(&mut self) {
        self.0.emit_eof();
        self.0.callback_mut().process(Token::EOFToken);
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        _ = self.0.emit_current_tag();
        self.0.callback_mut().next_state.take()
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.0.callback_mut().is_foreign()
    }
}

/// Feeds the tree builder within the bounds.
struct Feeder<'b> {
    builder: &'b TreeBuilder<Handle, Sink>,
    is_xml: bool,
    max_nodes: usize,
    /// The start tag that is being read.
    tag: Option<Tag>,
    /// The name of its attribute that the next value is for.
    attribute: Option<LocalName>,
    next_state: Option<State>,
    /// What comes is text up to the end tag of a script or the like.
    is_raw: bool,
    /// How many elements may be opened before those that are open are counted again.
    room: usize,
    /// Nothing was opened or closed since the count.
    is_counted: bool,
    /// How many elements there were that [`MAX_SCOPES`] bounds.
    scopes: usize,
    /// The names of start tags that were left out, and of how many the end tag is still to come.
    left_out: HashMap<LocalName, u64, RandomState>,
}

impl Callback<Infallible, ()> for Feeder<'_> {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag = Some(tag(TagKind::StartTag, local_name(name))),
            CallbackEvent::AttributeName { name } => self.attribute(name),
            CallbackEvent::AttributeValue { value } => {
                if let Some(name) = self.attribute.take() {
                    self.push_attribute(name, tendril(value));
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                if let Some(tag) = self.tag.take() {
                    self.start(Tag { self_closing, ..tag });
                }
            }
            CallbackEvent::EndTag { name } => self.end(local_name(name)),
            CallbackEvent::String { value } => {
                for (number, part) in value.split(|&byte| byte == 0).enumerate() {
                    if number > 0 {
                        self.process(Token::NullCharacterToken);
                    }
                    if !part.is_empty() {
                        self.process(Token::CharacterTokens(tendril(part)));
                    }
                }
            }
            CallbackEvent::Comment { .. } => self.process(Token::CommentToken(StrTendril::new())),
            CallbackEvent::Doctype { name, public_identifier, system_identifier, force_quirks } => {
                self.process(Token::DoctypeToken(Doctype {
                    name: (!name.is_empty()).then(|| tendril(name)),
                    public_id: public_identifier.map(tendril),
                    system_id: system_identifier.map(tendril),
                    force_quirks,
                }));
            }
            CallbackEvent::Error(_) => {}
        }
        None
    }
}

impl Feeder<'_> {
    fn process(&mut self, token: Token) {
        if self.builder.sink.len() > self.max_nodes {
            return; // an error in the end
        }
        self.next_state = match self.builder.process_token(token, 1) {
            TokenSinkResult::RawData(RawKind::Rcdata) => Some(State::RcData),
            TokenSinkResult::RawData(RawKind::Rawtext) => Some(State::RawText),
            TokenSinkResult::RawData(_) => Some(State::ScriptData),
            TokenSinkResult::Plaintext => Some(State::PlainText),
            TokenSinkResult::Continue
            | TokenSinkResult::Script(_)
            | TokenSinkResult::EncodingIndicator(_) => {
                return;
            }
        };
        self.is_raw = true;
    }

    /// Returns true if what is read now stands in SVG or `MathML`.
    fn is_foreign(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }

    /// Takes the name of an attribute if the tree or its builder needs it.
    fn attribute(&mut self, name: &[u8]) {
        let tag = self.tag.as_ref().map_or("", |tag| &tag.name);
        self.attribute = match (tag, name) {
            ("html" | "body", b"lang") => Some(local_name!("lang")),
            ("html" | "body", b"dir") => Some(local_name!("dir")),
            // A hidden one stays in a table.
            ("input", b"type") => Some(local_name!("type")),
            ("annotation-xml", b"encoding") => Some(local_name!("encoding")),
            _ => None,
        };
        // With one of them it ends SVG. Which one does not matter, nor its value: so more elements are equal.
        if tag == "font" && matches!(name, b"color" | b"face" | b"size") {
            self.push_attribute(local_name!("size"), StrTendril::new());
        }
    }

    /// Adds an attribute to the start tag if it is the first of its name.
    fn push_attribute(&mut self, name: LocalName, value: StrTendril) {
        if let Some(tag) = &mut self.tag
            && tag.attrs.iter().all(|attribute| attribute.name.local != name)
        {
            tag.attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
        }
    }

    fn start(&mut self, tag: Tag) {
        let is_foreign = self.is_foreign();
        let is_scope = !is_foreign && matches!(&*tag.name, "applet" | "marquee" | "object" | "template");
        let is_left_out = self.is_deep() || (is_scope && self.scopes == MAX_SCOPES);
        if is_left_out && adds_depth(&tag, is_foreign) {
            if !is_foreign {
                self.mark_break(&tag.name);
            }
            *self.left_out.entry(tag.name).or_default() += 1;
            return;
        }
        self.scopes += usize::from(is_scope);
        self.room = self.room.saturating_sub(1);
        self.is_counted = false; // it may close others
        let is_empty = self.is_xml && tag.self_closing && !is_foreign && tag.name != local_name!("br");
        let name = tag.name.clone();
        self.process(Token::TagToken(tag));
        if is_empty {
            self.next_state = None;
            self.end(name);
        }
    }

    fn end(&mut self, name: LocalName) {
        if !self.is_raw
            && let Some(count) = self.left_out.get_mut(&name)
        {
            *count -= 1;
            if *count == 0 {
                self.left_out.remove(&name);
            }
            return self.mark_break(&name);
        }
        // An element ends around those that were left out.
        self.left_out.clear();
        self.is_counted = false;
        self.is_raw = false;
        self.process(Token::TagToken(tag(TagKind::EndTag, name)));
    }

    /// Returns true if the greatest number of elements is open.
    fn is_deep(&mut self) -> bool {
        if self.room == 0 && !self.is_counted {
            let open = Count(Cell::new(0));
            self.builder.trace_handles(&open);
            self.room = MAX_OPEN.saturating_sub(open.0.get());
            self.is_counted = true;
        }
        self.room == 0
    }

    /// Ends a paragraph where an element that is left out would.
    fn mark_break(&mut self, name: &str) {
        if !matches!(Role::of_html(name), Role::Inline | Role::Hidden | Role::Title) {
            self.process(Token::CommentToken(StrTendril::from_char('\n')));
        }
    }
}

/// Counts the nodes that the tree builder works with.
struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = Handle;

    fn trace_handle(&self, _: &Handle) {
        self.0.set(self.0.get() + 1);
    }
}

/// Returns true if the element of a start tag takes others in: it is not empty, holds more than text, and does not end SVG or `MathML`.
fn adds_depth(tag: &Tag, is_foreign: bool) -> bool {
    match &*tag.name {
        "font" if is_foreign => tag.attrs.is_empty() && !tag.self_closing,
        "b" | "big" | "blockquote" | "body" | "br" | "center" | "code" | "dd" | "div" | "dl" | "dt"
        | "em" | "embed" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "head" | "hr" | "i" | "img" | "li"
        | "listing" | "menu" | "meta" | "nobr" | "ol" | "p" | "pre" | "ruby" | "s" | "small" | "span"
        | "strong" | "strike" | "sub" | "sup" | "table" | "tt" | "u" | "ul" | "var"
            if is_foreign =>
        {
            false
        }
        _ if is_foreign => !tag.self_closing,
        "area" | "base" | "basefont" | "bgsound" | "br" | "col" | "embed" | "frame" | "hr" | "image"
        | "img" | "input" | "keygen" | "link" | "meta" | "param" | "source" | "track" | "wbr" | "iframe"
        | "noembed" | "noframes" | "noscript" | "plaintext" | "script" | "style" | "textarea" | "title"
        | "xmp" => false,
        _ => true,
    }
}

fn tag(kind: TagKind, name: LocalName) -> Tag {
    Tag { kind, name, self_closing: false, attrs: Vec::new(), had_duplicate_attributes: false }
}

fn tendril(bytes: &[u8]) -> StrTendril {
    StrTendril::from_slice(&String::from_utf8_lossy(bytes))
}

fn local_name(bytes: &[u8]) -> LocalName {
    LocalName::from(&*String::from_utf8_lossy(bytes))
}

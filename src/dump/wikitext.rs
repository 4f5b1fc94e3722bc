//! Wikitext to plain text, in one pass and linear time.
//!
//! The text of a template or a table is not known without the wiki, so both are left out, and with them references, files,
//! categories, comments and galleries. Of a link the label stays, and of unclosed markup the text.

use quick_xml::escape::resolve_html5_entity;

use super::text_builder::{Checkpoint, TextBuilder};

/// The settings of a wiki, the same for all its pages.
pub(super) struct Wikitext {
    /// Namespaces whose links are left out, in lower case.
    dropped: Vec<String>,
}

impl Wikitext {
    pub(super) fn new() -> Self {
        Self { dropped: ["file", "image", "category"].map(str::to_owned).to_vec() }
    }

    pub(super) fn drop_namespace(&mut self, name: &str) {
        self.dropped.push(name.trim().to_lowercase());
    }

    /// Returns the plain text of a page.
    pub(super) fn to_plain_text(&self, wikitext: &str) -> String {
        let mut page = Page {
            wiki: self,
            rest: wikitext,
            is_line_start: true,
            heading_end: None,
            open: Vec::new(),
            templates: 0,
            links: 0,
            unclosed: Vec::new(),
            out: TextBuilder::new(),
        };
        page.read();
        page.out.finish()
    }
}

struct Page<'w> {
    wiki: &'w Wikitext,
    rest: &'w str,
    is_line_start: bool,
    /// The length of the rest at the closing marks of the heading.
    heading_end: Option<usize>,
    open: Vec<Open>,
    /// How many templates and links are open.
    templates: usize,
    links: usize,
    /// Elements that are not closed anywhere in the rest.
    unclosed: Vec<String>,
    out: TextBuilder,
}

/// Markup that is open, and the point where its text begins.
struct Open {
    kind: Kind,
    start: Checkpoint,
}

#[derive(PartialEq)]
enum Kind {
    /// `{{…}}`, or a parameter: `{{{…}}}`.
    Template {
        braces: usize,
    },
    Table,
    /// `[[target|label]]`; the target once the bar has come.
    Link {
        target: Option<String>,
    },
    /// `[http://… label]`
    External,
}

/// How deep links may be nested. Links in links are captions of files.
const MAX_LINK_DEPTH: usize = 8;

/// Elements that are left out with their content.
const DROPPED_ELEMENTS: [&str; 25] = [
    "ref",
    "references",
    "math",
    "chem",
    "ce",
    "syntaxhighlight",
    "source",
    "gallery",
    "timeline",
    "score",
    "imagemap",
    "graph",
    "chart",
    "templatedata",
    "templatestyles",
    "mapframe",
    "maplink",
    "hiero",
    "categorytree",
    "inputbox",
    "indicator",
    "includeonly",
    "script",
    "style",
    "section",
];

/// Elements before and after which a paragraph ends.
const BLOCK_ELEMENTS: [&str; 22] = [
    "p",
    "div",
    "blockquote",
    "center",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "caption",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "poem",
    "pre",
];

impl Page<'_> {
    fn read(&mut self) {
        while !self.rest.is_empty() {
            if self.heading_end == Some(self.rest.len()) {
                self.heading_end = None;
                self.advance(self.rest.bytes().take_while(|&b| b == b'=').count());
                self.out.break_paragraph();
                continue;
            }
            if self.is_line_start {
                self.is_line_start = false;
                if self.line_start() {
                    continue;
                }
            }
            let step = self.markup();
            if step > 0 {
                self.advance(step);
            } else {
                self.text();
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    /// Takes plain text up to whatever may be markup, at least a character.
    fn text(&mut self) {
        let is_mark = |byte: &u8| b"{}[]<&'|_\n".contains(byte);
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let mut after = self.rest.as_bytes()[first..].iter();
        let mut end = after.position(is_mark).map_or(self.rest.len(), |at| first + at);
        if let Some(heading) = self.heading_end {
            end = end.min(self.rest.len() - heading);
        }
        let text = &self.rest[..end];
        self.out.push_folded(text);
        self.advance(end);
    }

    /// Takes markup that counts only at the start of a line. Returns true if there was some.
    fn line_start(&mut self) -> bool {
        let trimmed = self.rest.trim_start_matches([' ', '\t']);
        let indent = self.rest.len() - trimmed.len();
        let bytes = trimmed.as_bytes();
        let in_table = || {
            let innermost =
                self.open.iter().rev().find(|open| !matches!(open.kind, Kind::Link { .. } | Kind::External));
            innermost.is_some_and(|open| open.kind == Kind::Table)
        };
        match bytes {
            [b'{', b'|', ..] => {
                self.open(Kind::Table);
                self.advance(indent + 2);
            }
            [b'|', b'}', ..] if in_table() => {
                self.advance(indent + 2);
                self.close(|kind| *kind == Kind::Table);
            }
            [b'*' | b'#' | b':' | b';', ..] if indent == 0 => {
                let marks = bytes.iter().take_while(|b| b"*#:;".contains(b)).count();
                self.advance(marks);
                self.out.break_paragraph();
                // A table may be indented with colons.
                self.is_line_start = self.rest.trim_start_matches([' ', '\t']).starts_with("{|");
            }
            [b'=', ..] if indent == 0 => {
                let line = self.rest.split('\n').next().unwrap_or_default().trim_end();
                let comment = line.rfind("<!--").filter(|_| line.ends_with("-->")).unwrap_or(line.len());
                let line = line[..comment].trim_end();
                let marks = line.bytes().take_while(|&b| b == b'=').count();
                let closing = line.bytes().rev().take_while(|&b| b == b'=').count();
                let level = marks.min(closing).min(6);
                if level == 0 || line.len() <= 2 * level {
                    return false;
                }
                self.heading_end = Some(self.rest.len() - (line.len() - level));
                self.advance(level);
                self.out.break_paragraph();
            }
            [b'-', b'-', b'-', b'-', ..] if indent == 0 => {
                let dashes = bytes.iter().take_while(|&&b| b == b'-').count();
                self.advance(dashes);
                self.out.break_paragraph();
            }
            [b'<', b'!', b'-', b'-', ..] => {
                // A line that is nothing but a comment does not count as a line.
                let Some(end) = trimmed.find("-->") else { return false };
                let after = trimmed[end + 3..].trim_start_matches([' ', '\t']);
                let Some(after) = after.strip_prefix('\n') else { return false };
                self.rest = after;
                self.is_line_start = true;
            }
            _ => return false,
        }
        true
    }

    /// Handles the markup that the rest begins with, and returns its length in bytes; 0 if it begins with text.
    fn markup(&mut self) -> usize {
        let rest = self.rest;
        let run = |byte: u8| rest.bytes().take_while(|&b| b == byte).count();
        match rest.as_bytes() {
            [b'\n', ..] => {
                // A label ends with its line.
                self.open.pop_if(|open| open.kind == Kind::External);
                self.is_line_start = true;
                self.out.break_line();
                1
            }
            [b'{', b'{', ..] => {
                let braces = run(b'{');
                let mut left = braces;
                while left >= 2 {
                    let take = if left % 2 == 1 { 3 } else { 2 };
                    self.open(Kind::Template { braces: take });
                    self.templates += 1;
                    left -= take;
                }
                braces
            }
            [b'}', b'}', ..] => {
                let braces = run(b'}');
                self.close_templates(braces);
                braces
            }
            [b'[', b'[', ..] if self.links < MAX_LINK_DEPTH => {
                self.links += 1;
                self.open(Kind::Link { target: None });
                2
            }
            [b']', b']', ..] if matches!(self.open.last(), Some(Open { kind: Kind::Link { .. }, .. })) => {
                self.close_link();
                2
            }
            [b'|', ..] => match self.open.last_mut() {
                Some(Open { kind: Kind::Link { target: target @ None }, start }) => {
                    *target = Some(self.out.since(*start).trim().to_owned());
                    self.out.cut_back(*start);
                    1
                }
                _ => 0,
            },
            [b'[', after @ ..] if is_address(after) && !self.in_external() => {
                let address = 1 + rest[1..].find([' ', '\t', '\n', ']']).unwrap_or(rest.len() - 1);
                self.open(Kind::External);
                address
            }
            [b']', ..] if self.in_external() => {
                self.open.pop();
                1
            }
            [b'\'', b'\'', ..] => {
                // Two, three or five are italic and bold; those beyond are text.
                let quotes = run(b'\'');
                let own = match quotes {
                    4 => 1,
                    more => more.saturating_sub(5),
                };
                self.out.push_verbatim(&rest[..own]);
                quotes
            }
            [b'<', ..] => self.tag(),
            [b'&', ..] => self.entity(),
            [b'_', b'_', ..] => magic_word(rest),
            _ => 0,
        }
    }

    fn in_external(&self) -> bool {
        self.open.last().is_some_and(|open| open.kind == Kind::External)
    }

    fn open(&mut self, kind: Kind) {
        self.open.push(Open { kind, start: self.out.checkpoint() });
    }

    /// Closes the innermost markup of a kind, with all that was left open in it, and removes its text.
    fn close(&mut self, is_kind: impl Fn(&Kind) -> bool) -> Option<Kind> {
        while let Some(Open { kind, start }) = self.open.pop() {
            self.links -= usize::from(matches!(kind, Kind::Link { .. }));
            self.templates -= usize::from(matches!(kind, Kind::Template { .. }));
            if is_kind(&kind) {
                self.out.cut_back(start);
                return Some(kind);
            }
        }
        None
    }

    /// Closes templates. Braces that close nothing are text.
    fn close_templates(&mut self, braces: usize) {
        let mut left = braces;
        while left >= 2 && self.templates > 0 {
            if let Some(Kind::Template { braces }) = self.close(|kind| matches!(kind, Kind::Template { .. }))
            {
                left -= braces.min(left);
            }
        }
        self.out.push_verbatim(&self.rest[..left]);
    }

    /// Closes a link, of which the label stays, or nothing if it shows none.
    fn close_link(&mut self) {
        let Some(Open { kind: Kind::Link { target }, start }) = self.open.pop() else { return };
        self.links -= 1;
        let label = self.out.since(start).trim();
        let whole = target.as_deref().unwrap_or(label);
        let prefix = whole.split_once(':').map(|(prefix, _)| prefix.trim().to_lowercase().replace('_', " "));
        let is_dropped = prefix.is_some_and(|prefix| {
            self.wiki.dropped.contains(&prefix)
                || (target.is_none() && is_language(&prefix))
                || (!prefix.is_empty() && is_picture(whole))
        });
        if is_dropped {
            self.out.cut_back(start);
        } else if target.is_none() && label.starts_with(':') {
            // `[[:Category:Rivers]]` is a plain link to the page.
            let label = label[1..].to_owned();
            self.out.cut_back(start);
            self.out.push_verbatim(&label);
        } else if let (Some(target), "") = (target, label) {
            self.out.cut_back(start);
            self.out.push_verbatim(&target);
        }
    }

    /// Handles an element, a comment, or text that `<nowiki>` keeps from being markup. Returns its length in bytes.
    fn tag(&mut self) -> usize {
        let rest = self.rest;
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or(rest.len(), |end| 4 + end + 3);
        }
        let inner = &rest[1..];
        let Some(end) = inner.find(['<', '>']).filter(|&end| inner.as_bytes()[end] == b'>') else { return 0 };
        let inner = &inner[..end];
        let step = end + 2;
        let name = inner.trim_start_matches('/');
        let name =
            name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return 0;
        }
        let is_start = !inner.starts_with('/') && !inner.ends_with('/');
        let content = &rest[step..];
        match name.as_str() {
            name if is_start && DROPPED_ELEMENTS.contains(&name) => {
                return self.find_end(content, name).map_or(step, |(_, after)| step + after);
            }
            "nowiki" | "pre" if is_start => {
                let Some((length, after)) = self.find_end(content, &name) else { return step };
                if name == "pre" {
                    self.out.break_paragraph();
                    self.out.push_lines(content[..length].trim_matches('\n'));
                    self.out.break_paragraph();
                } else {
                    self.out.push_folded(&content[..length]);
                }
                return step + after;
            }
            "br" => self.out.break_line(),
            "td" | "th" => self.out.break_word(),
            name if BLOCK_ELEMENTS.contains(&name) => self.out.break_paragraph(),
            _ => {}
        }
        step
    }

    /// Returns the length of the content of an element, without and with its end tag.
    fn find_end(&mut self, content: &str, name: &str) -> Option<(usize, usize)> {
        // An end is looked for only once, so that a page of nothing but start tags takes linear time.
        if self.unclosed.iter().any(|unclosed| unclosed == name) {
            return None;
        }
        let mut from = 0;
        while let Some(at) = content[from..].find("</") {
            let at = from + at;
            let after = &content.as_bytes()[at + 2..];
            from = at + 2;
            let Some((found, after)) = after.split_at_checked(name.len()) else { break };
            if found.eq_ignore_ascii_case(name.as_bytes()) {
                let space = after.iter().take_while(|b| b.is_ascii_whitespace()).count();
                if after.get(space) == Some(&b'>') {
                    return Some((at, from + name.len() + space + 1));
                }
            }
        }
        self.unclosed.push(name.to_owned());
        None
    }

    /// Handles a character reference, and returns its length in bytes; 0 if it is none.
    fn entity(&mut self) -> usize {
        let reference = &self.rest.as_bytes()[1..];
        let Some(end) = reference.iter().take(32).position(|&b| b == b';') else { return 0 };
        let reference = &self.rest[1..=end];
        if let Some(number) = reference.strip_prefix('#') {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            let Some(character) = number.ok().and_then(char::from_u32) else { return 0 };
            self.out.push_verbatim(character.encode_utf8(&mut [0; 4]));
        } else {
            let Some(text) = resolve_html5_entity(reference) else { return 0 };
            self.out.push_verbatim(text);
        }
        end + 2
    }
}

/// Returns the length of a word such as `__NOTOC__`, in any script; 0 if it is none.
fn magic_word(rest: &str) -> usize {
    let inner = &rest[2..];
    let mut length = 0;
    for c in inner.chars().take(40) {
        if c == '_' {
            return if length > 0 && inner[length..].starts_with("__") { length + 4 } else { 0 };
        }
        if !c.is_alphabetic() || c.is_lowercase() {
            return 0;
        }
        length += c.len_utf8();
    }
    0
}

fn is_address(bytes: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 6] = [b"http://", b"https://", b"//", b"ftp://", b"mailto:", b"news:"];
    SCHEMES
        .iter()
        .any(|scheme| bytes.len() >= scheme.len() && bytes[..scheme.len()].eq_ignore_ascii_case(scheme))
}

/// Returns true if a link shows a picture. The other names that a wiki gives the namespace of files, such as `Bild` or
/// `Изображение`, are not in its export.
fn is_picture(target: &str) -> bool {
    const ENDINGS: [&str; 8] = ["gif", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp"];
    let ending = target.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Returns true for the code of another Wikipedia, to which the page is linked.
fn is_language(prefix: &str) -> bool {
    let code = prefix.split('-').next().unwrap_or_default();
    matches!(code.len(), 2 | 3) && prefix.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

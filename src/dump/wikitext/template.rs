//! Templates: which of them belong to the text, and what of them does.
//!
//! Names of templates are another in each wiki, so the rule goes by shape, and by name only where shape does not tell:
//!
//! - Inside a line of text the arguments of a template stay: those without a name, and of those with one figures and
//!   sentences. The names go, and so do settings such as `abbr=on`.
//! - Alone on its line, or on lines of its own, a template stays only if one of its arguments is a sentence, as in a quotation.
//!   Boxes, navigation, hatnotes and notices are not.
//! - A record of many named arguments, or one with an address, stays only if most of it is sentences: boxes and citations
//!   are left out wherever they stand. Footnotes ([`FOOTNOTES`]) look like text, and are known by name.

use super::link::is_address;
use super::{Alone, Checkpoint, Kind, Open, Page, TextBuilder};

/// A template that is open.
pub(super) struct Template {
    braces: u8,
    class: Class,
    /// Nothing stands before it on its line.
    is_first: bool,
    /// None before the first bar. In a box, for pages of nothing but braces would take twice the memory.
    arguments: Option<Box<Arguments>>,
}

/// What the name of a template says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Unknown,
    /// `{{formatnum:3}}`: part of the text wherever it stands.
    Function,
    Quote,
    LeftOut,
}

/// The arguments so far. All counts are of bytes.
#[derive(Default)]
struct Arguments {
    /// Where the last of them begins.
    start: Checkpoint,
    is_named: bool,
    /// How much of the last is links and templates.
    linked: u32,
    named: u8,
    unnamed: u8,
    has_address: bool,
    sentences: u32,
    total: u32,
}

/// A template with this many named arguments or more, and no other arguments, is a record. Quotations have up to four.
const RECORD_ARGUMENTS: u8 = 5;

/// A text of this many characters counts as a sentence even without a mark at its end, as in Thai.
const SENTENCE_CHARACTERS: usize = 80;

/// The longest name of a template that is looked at.
const MAX_NAME_BYTES: usize = 120;

/// First words of names, in lower case.
const FOOTNOTES: [&str; 20] = [
    "sfn", "sfnp", "sfnm", "harv", "harvnb", "harvtxt", "harvp", "harvs", "efn", "refn", "r", "rp", "ref",
    "réf", "cite", "note", "notetag", "fn", "reflist", "پک",
];

/// Beginnings of names, in lower case.
const BOXES: [&str; 14] = [
    "infobox",
    "navbox",
    "taxobox",
    "automatic taxobox",
    "speciesbox",
    "geobox",
    "sidebar",
    "صندوق معلومات",
    "جعبه",
    "กล่องข้อมูล",
    "карточка",
    "картка",
    "基礎情報",
    "ficha de",
];

/// Parts of names of quotations, in lower case.
const QUOTES: [&str; 14] = [
    "quot",
    "zitat",
    "cita",
    "цитата",
    "اقتباس",
    "نقل قول",
    "คำพูด",
    "引文",
    "引用",
    "인용",
    "ציטוט",
    "alıntı",
    "उद्धरण",
    "poem",
];

impl Class {
    fn from_name(name: &str) -> Self {
        let name = name.trim().to_lowercase();
        let first_word = name.split([' ', '_', '-', '/']).next().unwrap_or_default();
        if FOOTNOTES.contains(&first_word) || BOXES.iter().any(|start| name.starts_with(start)) {
            Self::LeftOut
        } else if QUOTES.iter().any(|part| name.contains(part)) {
            Self::Quote
        } else {
            Self::Unknown
        }
    }
}

impl Arguments {
    fn new(start: Checkpoint) -> Self {
        Self { start, ..Self::default() }
    }

    /// Begins the next argument. `name` is in bytes.
    fn begin(&mut self, start: Checkpoint, name: Option<usize>) {
        self.start = start;
        self.is_named = name.is_some();
        self.linked = 0;
        self.total = self.total.saturating_add(bytes(name.unwrap_or(0)));
    }

    /// Ends the last argument, and removes its text if it is none of the page's. It looks at a few characters, however
    /// long the text: arguments may be nested.
    fn end(&mut self, class: Class, out: &mut TextBuilder) {
        let text = out.since(self.start);
        if text.is_empty() {
            return;
        }
        let length = bytes(text.len());
        let gap = text.bytes().take(2).take_while(u8::is_ascii_whitespace).count();
        let is_address = is_address(&text.as_bytes()[gap..]);
        let is_own = self.linked <= length / 2;
        let is_sentence =
            !is_address && (is_own && is_sentence(text) || class == Class::Quote && !self.is_named);
        // A figure on a line of its own is one of a box.
        let is_figure = is_figure(text) && !out.checkpoint().is_line_end();
        let is_kept = !is_address && (!self.is_named || is_sentence || is_figure);
        self.has_address |= is_address;
        self.total = self.total.saturating_add(length);
        if is_sentence {
            self.sentences = self.sentences.saturating_add(length);
        }
        let count = if self.is_named { &mut self.named } else { &mut self.unnamed };
        *count = count.saturating_add(1);
        if !is_kept {
            out.cut_back(self.start);
        } else if !self.is_named {
            out.join_line();
        }
    }

    fn is_record(&self) -> bool {
        self.unnamed == 0 && (self.named >= RECORD_ARGUMENTS || self.has_address)
    }
}

/// Returns true if a text reads as a sentence. It is not read as a whole.
fn is_sentence(text: &str) -> bool {
    const CLOSING: &str = "\"'”’»)]」』）》";
    let last = text.chars().rev().take(8).find(|&c| !c.is_whitespace() && !CLOSING.contains(c));
    let ends = match last {
        // "Washington, D.C." is none.
        Some('.' | '!' | '?' | '…') => text.bytes().take(200).filter(|&b| b == b' ').nth(1).is_some(),
        Some(mark) => "。！？؟۔।॥։።".contains(mark),
        None => false,
    };
    ends || text.chars().nth(SENTENCE_CHARACTERS - 1).is_some()
}

/// Returns true for a number with its signs, or several.
fn is_figure(text: &str) -> bool {
    text.len() <= 60 && text.contains(char::is_numeric) && !text.contains(char::is_alphabetic)
}

fn bytes(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Page<'_> {
    /// Opens templates and parameters, and returns the length of their braces and of the name of a function.
    pub(super) fn open_templates(&mut self, braces: usize) -> usize {
        let mut left = braces;
        while left >= 2 {
            let take = if left % 2 == 1 { 3 } else { 2 };
            let template = Template {
                braces: take,
                class: Class::Unknown,
                is_first: self.is_line_empty(),
                arguments: None,
            };
            self.open(Kind::Template(template));
            self.templates += 1;
            left -= usize::from(take);
        }
        braces + self.read_name(braces)
    }

    /// Returns true if there is nothing on the line but templates, and it is not a line of an argument.
    fn is_line_empty(&self) -> bool {
        let length = self.out.len();
        let is_alone =
            self.alone.as_ref().is_some_and(|alone| alone.depth == self.open.len() && alone.end == length);
        self.templates == 0 && (is_alone || self.line_text.is_some_and(|start| length <= start))
    }

    /// Looks at the name of the innermost template. Returns the length of that of a function with its colon, behind which
    /// an argument begins; else 0.
    fn read_name(&mut self, braces: usize) -> usize {
        let start = self.out.checkpoint();
        let head = &self.rest[braces..];
        let end = head.bytes().take(MAX_NAME_BYTES).position(|b| b":|{}[]<=".contains(&b));
        let (Some(end), Some(Open { kind: Kind::Template(template), .. })) = (end, self.open.last_mut())
        else {
            return 0;
        };
        if head.as_bytes()[end] == b'}' {
            return 0;
        }
        template.class = Class::from_name(&head[..end]);
        if head.as_bytes()[end] != b':' {
            return 0;
        }
        if head.trim_start().starts_with("#tag:ref") {
            template.class = Class::LeftOut;
        } else if template.class == Class::Unknown && head.starts_with(char::is_lowercase) {
            template.class = Class::Function;
        }
        template.arguments = Some(Box::new(Arguments::new(start)));
        end + 1
    }

    /// Ends an argument at a bar, and begins the next one. Returns the length of the bar and of a name.
    pub(super) fn argument_bar(&mut self) -> usize {
        self.end_argument();
        let after = &self.rest[1..];
        let Some(Open { kind: Kind::Template(template), start }) = self.open.last_mut() else { return 0 };
        if self.out.len() > start.text_len() {
            self.out.break_word();
        }
        // A bar ends the search, so each byte is looked at once.
        let end = after.bytes().position(|b| b"=|{}[]<".contains(&b)).unwrap_or(0);
        let name = after[..end].trim();
        let has_name = template.braces == 2 && after[end..].starts_with('=');
        let is_numbered = name.bytes().all(|b| b.is_ascii_digit());
        let arguments = template.arguments.get_or_insert_with(|| Box::new(Arguments::new(*start)));
        arguments.begin(self.out.checkpoint(), (has_name && !is_numbered).then_some(name.len()));
        self.line_text = None;
        1 + if has_name { end + 1 } else { 0 }
    }

    /// Ends the last argument of the innermost template, or its name.
    fn end_argument(&mut self) {
        self.end_line();
        let Some(Open { kind: Kind::Template(template), start }) = self.open.last_mut() else { return };
        match &mut template.arguments {
            Some(arguments) => arguments.end(template.class, &mut self.out),
            None => self.out.cut_back(*start),
        }
    }

    /// Closes templates. Braces that close nothing are text.
    pub(super) fn close_templates(&mut self, braces: usize) {
        let mut left = braces;
        let mut is_shown = true;
        while left >= 2 && self.templates > 0 {
            while !matches!(self.innermost(), Some(Kind::Template(_)) | None) {
                self.pop();
            }
            self.end_argument();
            let Some(Open { kind: Kind::Template(template), start }) = self.pop() else { break };
            left -= usize::from(template.braces).min(left);
            self.settle(&template, start);
            is_shown = self.out.len() > start.text_len();
        }
        self.out.push_verbatim(&self.rest[..left]);
        // `1914{{dash}}1918` is two words.
        if !is_shown && self.rest[braces..].starts_with(char::is_alphanumeric) {
            self.out.break_word();
        }
    }

    /// Decides whether the arguments of a template stay in the text.
    fn settle(&mut self, template: &Template, start: Checkpoint) {
        let Some(arguments) = &template.arguments else { return };
        let sentences = arguments.sentences;
        let is_own_text = sentences > 0 && (!arguments.is_record() || sentences >= arguments.total / 2);
        let is_left_out = template.class == Class::LeftOut || (!is_own_text && arguments.is_record());
        let is_in_line = !template.is_first || template.class == Class::Function || template.braces == 3;
        if is_left_out {
            self.out.cut_back(start);
        } else if !is_own_text {
            if !is_in_line {
                self.note_alone(start);
            }
            self.count_linked(start);
        }
    }

    /// Notes templates that stay only if there is more on their line.
    fn note_alone(&mut self, start: Checkpoint) {
        let (end, depth) = (self.out.len(), self.open.len());
        match &mut self.alone {
            Some(alone) if alone.depth == depth && alone.end == start.text_len() => alone.end = end,
            alone => *alone = Some(Alone { start, end, depth }),
        }
    }

    /// Ends a line or an argument: leaves out templates that were all it had, but where they stand between two lines of a
    /// paragraph.
    pub(super) fn end_line(&mut self) {
        let depth = self.open.len();
        let Some(alone) = self.alone.take_if(|alone| alone.depth == depth) else { return };
        let goes_on =
            self.rest.strip_prefix('\n').is_some_and(|next| next.starts_with(char::is_alphanumeric));
        if alone.end == self.out.len() && !(goes_on && alone.start.is_line_end()) {
            self.out.cut_back(alone.start);
        }
    }

    /// Counts the text since a point as links of the argument that it stands in.
    pub(super) fn count_linked(&mut self, start: Checkpoint) {
        if let Some(Open { kind: Kind::Template(Template { arguments: Some(arguments), .. }), .. }) =
            self.open.last_mut()
        {
            arguments.linked = arguments.linked.saturating_add(bytes(self.out.len() - start.text_len()));
        }
    }
}

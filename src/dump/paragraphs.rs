//! Plain text out of markup: white space is folded, and a blank line separates paragraphs.

/// What stands between the text so far and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

#[derive(Debug)]
pub(super) struct Paragraphs {
    text: String,
    gap: Gap,
}

/// A place in the text to which it can be cut back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    length: usize,
    gap: Gap,
}

impl Paragraphs {
    pub(super) fn new() -> Self {
        Self { text: String::new(), gap: Gap::None }
    }

    /// Add text whose white space says nothing but that there is some.
    pub(super) fn folded(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            // Up to white space that is not a single space between words already.
            let bytes = rest.as_bytes();
            let is_loose = |&at: &usize| {
                let next = bytes.get(at + 1);
                bytes[at].is_ascii_whitespace()
                    && (bytes[at] != b' ' || next.is_none_or(u8::is_ascii_whitespace))
            };
            let words =
                if bytes[0] == b' ' { 0 } else { (0..bytes.len()).find(is_loose).unwrap_or(bytes.len()) };
            self.verbatim(&rest[..words]);
            let after = rest[words..].trim_start_matches(|c: char| c.is_ascii_whitespace());
            if after.len() < rest.len() - words {
                self.space();
            }
            rest = after;
        }
    }

    /// Add text as it stands.
    pub(super) fn verbatim(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        if !self.text.is_empty() {
            self.text.push_str(match gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.text.push_str(text);
    }

    pub(super) fn space(&mut self) {
        self.gap = self.gap.max(Gap::Space);
    }

    /// A line ends; where another does at once, a paragraph.
    pub(super) fn line(&mut self) {
        self.gap = if self.gap >= Gap::Line { Gap::Paragraph } else { Gap::Line };
    }

    pub(super) fn paragraph(&mut self) {
        self.gap = Gap::Paragraph;
    }

    /// Add text whose lines count, such as `<pre>`.
    pub(super) fn lines(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.line();
            }
            self.verbatim(line.strip_suffix('\r').unwrap_or(line));
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { length: self.text.len(), gap: self.gap }
    }

    /// What was added since the mark.
    pub(super) fn since(&self, mark: Mark) -> &str {
        &self.text[mark.length..]
    }

    /// Forget what was added since the mark.
    pub(super) fn cut(&mut self, mark: Mark) {
        self.text.truncate(mark.length);
        self.gap = mark.gap;
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

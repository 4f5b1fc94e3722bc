//! Builds plain text out of markup: white space is folded, and a blank line separates paragraphs.

/// The gap between the text so far and the next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

/// A text that grows. A gap is written only between two pieces of text, so that none stands at the beginning or the end.
#[derive(Debug)]
pub(super) struct TextBuilder {
    text: String,
    gap: Gap,
}

/// A point to which the text can be cut back.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Checkpoint {
    length: usize,
    gap: Gap,
}

impl Checkpoint {
    /// Returns the length of the text at this point.
    pub(super) fn text_len(self) -> usize {
        self.length
    }

    /// Returns true if a line has just ended here, and its paragraph may go on.
    pub(super) fn is_line_end(self) -> bool {
        self.gap == Gap::Line
    }
}

impl TextBuilder {
    pub(super) fn new() -> Self {
        Self { text: String::new(), gap: Gap::None }
    }

    /// Adds text in which any white space counts as a single space.
    pub(super) fn push_folded(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            // The text up to white space other than a single space between words.
            let bytes = rest.as_bytes();
            let is_loose = |&at: &usize| {
                let next = bytes.get(at + 1);
                bytes[at].is_ascii_whitespace()
                    && (bytes[at] != b' ' || next.is_none_or(u8::is_ascii_whitespace))
            };
            let words =
                if bytes[0] == b' ' { 0 } else { (0..bytes.len()).find(is_loose).unwrap_or(bytes.len()) };
            self.push_verbatim(&rest[..words]);
            let after = rest[words..].trim_start_matches(|c: char| c.is_ascii_whitespace());
            if after.len() < rest.len() - words {
                self.break_word();
            }
            rest = after;
        }
    }

    /// Adds text as it stands.
    pub(super) fn push_verbatim(&mut self, text: &str) {
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

    /// Ends a word.
    pub(super) fn break_word(&mut self) {
        self.gap = self.gap.max(Gap::Space);
    }

    /// Ends a line; twice in a row, a paragraph.
    pub(super) fn break_line(&mut self) {
        self.gap = if self.gap >= Gap::Line { Gap::Paragraph } else { Gap::Line };
    }

    /// Goes on in the line that has just ended.
    pub(super) fn join_line(&mut self) {
        if self.gap == Gap::Line {
            self.gap = Gap::Space;
        }
    }

    /// Ends a paragraph.
    pub(super) fn break_paragraph(&mut self) {
        self.gap = Gap::Paragraph;
    }

    /// Adds text whose line breaks and white space count, such as that of `<pre>`.
    pub(super) fn push_lines(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.break_line();
            }
            self.push_verbatim(line.strip_suffix('\r').unwrap_or(line));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { length: self.text.len(), gap: self.gap }
    }

    /// Returns the text that was added since the checkpoint.
    pub(super) fn since(&self, checkpoint: Checkpoint) -> &str {
        &self.text[checkpoint.length..]
    }

    /// Removes the text that was added since the checkpoint.
    pub(super) fn cut_back(&mut self, checkpoint: Checkpoint) {
        self.text.truncate(checkpoint.length);
        self.gap = checkpoint.gap;
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

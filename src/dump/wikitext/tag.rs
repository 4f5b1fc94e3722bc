//! Elements, comments, character references and magic words.

use quick_xml::escape::resolve_html5_entity;

use super::Page;

/// Elements that are left out with their content.
const DROPPED_ELEMENTS: [&str; 20] = [
    "ref",
    "references",
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

/// Elements whose content is no wikitext: a formula or a word, and text whose lines count.
const VERBATIM_ELEMENTS: [&str; 4] = ["nowiki", "math", "chem", "ce"];
const VERBATIM_BLOCKS: [&str; 3] = ["pre", "syntaxhighlight", "source"];

/// Elements that hold what the mark of a list, a heading or a cell would.
const ITEM_ELEMENTS: [&str; 10] = ["li", "dt", "dd", "caption", "h1", "h2", "h3", "h4", "h5", "h6"];

/// Other elements before and after which a paragraph ends.
const BLOCK_ELEMENTS: [&str; 12] =
    ["p", "div", "blockquote", "center", "ul", "ol", "dl", "table", "tr", "hr", "poem", "pre"];

impl Page<'_> {
    /// Handles an element, a comment, or text that `<nowiki>` keeps from being markup. Returns its length in bytes.
    pub(super) fn tag(&mut self) -> usize {
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
            name if is_start && is_verbatim_line(name, inner) => {
                let Some((length, after)) = self.find_end(content, name) else { return step };
                self.out.push_folded(&content[..length]);
                return step + after;
            }
            name if is_start && VERBATIM_BLOCKS.contains(&name) => {
                let Some((length, after)) = self.find_end(content, name) else { return step };
                self.out.break_paragraph();
                self.out.push_lines(content[..length].trim_matches('\n'));
                self.out.break_paragraph();
                return step + after;
            }
            "br" => self.out.break_line(),
            "td" | "th" => {
                self.out.break_word();
                self.line_text = None;
            }
            name if ITEM_ELEMENTS.contains(&name) => self.begin_block(),
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
    pub(super) fn entity(&mut self) -> usize {
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
pub(super) fn magic_word(rest: &str) -> usize {
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

fn is_verbatim_line(name: &str, tag: &str) -> bool {
    VERBATIM_ELEMENTS.contains(&name) || (VERBATIM_BLOCKS.contains(&name) && tag.contains(" inline"))
}

//! Texts for several scripts of one language: `-{zh-hans:…; zh-hant:…}-`.

use super::{Kind, Open, Page};

impl Page<'_> {
    /// Closes a choice of variants, of which the first stays.
    pub(super) fn close_variant(&mut self) {
        let Some(Open { kind: Kind::Variant, start }) = self.pop() else { return };
        let text = self.out.since(start).trim();
        let is_flag = |flag: &str| flag.bytes().all(|b| b.is_ascii_alphabetic() || b"-; +".contains(&b));
        let (flags, text) = text.split_once('|').filter(|(flags, _)| is_flag(flags)).unwrap_or(("", text));
        // A rule for the rest of the page (H, -) or for its title (T) shows nothing.
        let is_hidden = flags.split(';').any(|flag| matches!(flag.trim(), "H" | "T" | "-"));
        let first = text.split(';').find_map(|variant| {
            let (code, text) = variant.split_once(':')?;
            let code = code.rsplit("=>").next().unwrap_or(code).trim();
            let is_code =
                matches!(code.len(), 2..=12) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            is_code.then_some(text)
        });
        let shown = if is_hidden { "" } else { first.unwrap_or(text).trim() };
        let shown = shown.to_owned();
        self.out.cut_back(start);
        self.out.push_verbatim(&shown);
    }
}

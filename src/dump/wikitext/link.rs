//! Links, of which the label stays.

use super::{Kind, Open, Page};

impl Page<'_> {
    /// Closes a link, of which the label stays, or nothing if it shows none.
    pub(super) fn close_link(&mut self) {
        let Some(Open { kind: Kind::Link { target }, start }) = self.pop() else { return };
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
        self.count_linked(start);
    }
}

pub(super) fn is_address(bytes: &[u8]) -> bool {
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

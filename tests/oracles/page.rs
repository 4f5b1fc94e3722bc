//! Nothing in a text or a title is markup of its page, and its paragraphs stand there to the byte.

use dittograph::{Paragraph, scan};

/// The elements that a page is made of. None runs a script or loads anything.
const ELEMENTS: [&str; 37] = [
    "a",
    "article",
    "b",
    "bdi",
    "body",
    "button",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "g",
    "h1",
    "h2",
    "h3",
    "header",
    "ins",
    "li",
    "line",
    "main",
    "nav",
    "ol",
    "p",
    "path",
    "rect",
    "section",
    "small",
    "span",
    "summary",
    "svg",
    "text",
    "title",
    "ul",
];

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(&data[..data.len().min(4000)]);
    let report = scan(&text);
    let page = report.to_html().title(&text).to_string();
    let body = &page[page.find("<body>").expect("a page has a body")..];
    let mut rest = body;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = behind_tag(tag)
            .unwrap_or_else(|| panic!("no tag of a page: <{}", tag.chars().take(80).collect::<String>()));
    }
    let is_turning = |c: char| {
        matches!(c, '\u{202d}' | '\u{202e}') || c.is_control() && !matches!(c, '\t' | '\n' | '\u{85}')
    };
    assert!(!page.contains(is_turning), "a control character");
    let shown = texts(body);
    let paragraphs = report.paragraphs().iter().map(Paragraph::as_str);
    assert_eq!(shown.len(), report.paragraphs().len());
    for (shown, paragraph) in shown.iter().zip(paragraphs) {
        // U+FFFD stands for what a page cannot hold, or would turn it around.
        let is_same =
            shown.chars().zip(paragraph.chars()).all(|(a, b)| a == b || a == char::REPLACEMENT_CHARACTER);
        assert!(
            is_same && shown.chars().count() == paragraph.chars().count(),
            "{shown:?} in place of {paragraph:?}"
        );
    }
}

/// Returns what stands behind a tag, of which the `<` is taken. None if it is no tag of a page.
fn behind_tag(tag: &str) -> Option<&str> {
    if let Some(end) = tag.strip_prefix('/') {
        let (name, rest) = end.split_once('>')?;
        return (ELEMENTS.contains(&name) || name == "html").then_some(rest);
    }
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric())?;
    if !ELEMENTS.contains(&&tag[..end]) {
        return None;
    }
    let mut rest = &tag[end..];
    loop {
        rest = rest.trim_start_matches([' ', '\n']);
        if let Some(rest) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            return Some(rest);
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
        let name = &rest[..end];
        if name.is_empty() || name.starts_with("on") {
            return None;
        }
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix("=\"") {
            let (value, behind) = value.split_once('"')?;
            if matches!(name, "href" | "src") && !value.starts_with('#') {
                return None;
            }
            rest = behind;
        }
    }
}

/// Returns the texts of the paragraphs in the article of a page.
fn texts(page: &str) -> Vec<String> {
    let article = page.split_once("id=\"article\"").map_or("", |(_, article)| article);
    let inner = article.split("<p class=\"text\" dir=\"auto\">").skip(1);
    inner.map(|rest| unescaped(rest.split_once("</p>").expect("a paragraph ends").0)).collect()
}

fn unescaped(html: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#13;", "\r"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

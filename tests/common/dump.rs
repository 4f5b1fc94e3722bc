//! Reads dumps, and writes small ones.

use std::process::Command;

use dittograph::Error;
use dittograph::dump::{Article, Dump, DumpOptions, Format};
use serde_json::Value;

/// Reads the articles of bytes, none of which may be an error.
#[track_caller]
pub fn read(bytes: impl AsRef<[u8]>, format: Format) -> Vec<Article> {
    read_with(&DumpOptions::new().format(format), bytes)
}

#[track_caller]
pub fn read_with(options: &DumpOptions, bytes: impl AsRef<[u8]>) -> Vec<Article> {
    let articles = options.from_reader(std::io::Cursor::new(bytes.as_ref().to_vec()));
    articles.collect::<Result<_, Error>>().unwrap()
}

pub fn ids_and_texts(articles: &[Article]) -> Vec<(&str, &str)> {
    articles.iter().map(|article| (article.id.as_str(), article.text.as_str())).collect()
}

pub fn texts(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.text.as_str()).collect()
}

pub fn fields(article: &Article) -> Value {
    Value::Object(article.fields.clone())
}

/// The message of the first error, which must be one of the format.
#[track_caller]
pub fn first_error(bytes: impl AsRef<[u8]>, format: Format) -> String {
    let bytes = bytes.as_ref().to_vec();
    let error = Dump::from_reader(std::io::Cursor::new(bytes), format).find_map(Result::err).unwrap();
    assert!(error.is_format() != error.is_config() && !error.is_io());
    error.to_string()
}

/// The beginning of an export of a wiki.
pub const WIKI: &str = r#"<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.mediawiki.org/xml/export-0.11/ http://www.mediawiki.org/xml/export-0.11.xsd" version="0.11" xml:lang="ar">
  <siteinfo>
    <sitename>ويكيبيديا</sitename>
    <dbname>arwiki</dbname>
    <base>https://ar.wikipedia.org/</base>
    <generator>MediaWiki 1.45.0</generator>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">نقاش</namespace>
      <namespace key="6" case="first-letter">ملف</namespace>
      <namespace key="14" case="first-letter">تصنيف</namespace>
    </namespaces>
  </siteinfo>
"#;

pub fn wiki_page(title: &str, namespace: i32, id: u32, more: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "  <page>\n    <title>{title}</title>\n    <ns>{namespace}</ns>\n    <id>{id}</id>\n{more}    <revision>\n      \
         <id>7{id}</id>\n      <parentid>6</parentid>\n      <timestamp>2026-10-01T00:00:00Z</timestamp>\n      \
         <contributor>\n        <username>A</username>\n        <id>5</id>\n      </contributor>\n      \
         <comment>text</comment>\n      <origin>7</origin>\n      <model>wikitext</model>\n      \
         <format>text/x-wiki</format>\n      <text bytes=\"1\" sha1=\"x\" xml:space=\"preserve\">{text}</text>\n      \
         <sha1>x</sha1>\n    </revision>\n  </page>\n"
    )
}

pub fn wiki_export(pages: &str) -> String {
    format!("{WIKI}{pages}</mediawiki>")
}

/// An export of what stands between its tags.
pub fn bare_wiki_export(inner: &str) -> String {
    format!("<mediawiki><siteinfo/>{inner}</mediawiki>")
}

/// A page whose text is not escaped.
pub fn bare_wiki_page(text: &str) -> String {
    format!("<page><title>T</title><ns>0</ns><id>1</id><revision><text>{text}</text></revision></page>")
}

/// A WARC record; `more` are further lines of its header.
pub fn warc_record(kind: &str, media: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let header = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:6c9cd4a3-1d1d-4f3f-9a51-0a1d1e1f5a11>\r\n\
         WARC-Date: 2026-11-01T10:00:00Z\r\n{more}Content-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [header.as_bytes(), body, b"\r\n\r\n"].concat()
}

/// Runs the work of a test in a process of its own, which ends if it asks for more than 1.5 GB.
pub fn in_little_memory(test: &str, work: impl FnOnce()) {
    const CHILD: &str = "DITTOGRAPH_IN_LITTLE_MEMORY";
    if !cfg!(target_os = "linux") || std::env::var_os(CHILD).is_some() {
        return work();
    }
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 1500000 && exec \"$0\" --exact \"$1\" --nocapture --test-threads 1"])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(CHILD, "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert!(!stderr.contains("panicked"), "{} panics: {stderr}", stderr.matches("panicked").count());
}

//! What a dump gives, and dumps to be read.

use dittograph::Error;
use dittograph::dump::{Article, Dump, DumpOptions, Format};
use serde_json::Value;

/// What a reader gives, all of which can be read.
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

/// The error of a reader, as it is told.
#[track_caller]
pub fn refused(bytes: impl AsRef<[u8]>, format: Format) -> String {
    let bytes = bytes.as_ref().to_vec();
    let error = Dump::from_reader(std::io::Cursor::new(bytes), format).find_map(Result::err).unwrap();
    assert!(error.is_format() && !error.is_io() && !error.is_config());
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

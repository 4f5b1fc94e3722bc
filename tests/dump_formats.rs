//! Every format and compression of a dump gives the articles that are in it.

mod common;

use std::fs;
use std::io::Write;
use std::sync::Arc;

use common::pack::{bz2, gz, xz};
use dittograph::Error;
use dittograph::dump::{Article, Dump, DumpOptions, DumpStatistics, Encoding, Format, Source};
use parquet::basic::{BrotliLevel, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// What a reader gives, all of which can be read.
#[track_caller]
fn read(bytes: impl AsRef<[u8]>, format: Format) -> Vec<Article> {
    read_with(&DumpOptions::new().format(format), bytes)
}

#[track_caller]
fn read_with(options: &DumpOptions, bytes: impl AsRef<[u8]>) -> Vec<Article> {
    let articles = options.reader(std::io::Cursor::new(bytes.as_ref().to_vec()));
    articles.collect::<Result<_, Error>>().unwrap()
}

fn ids_and_texts(articles: &[Article]) -> Vec<(&str, &str)> {
    articles.iter().map(|article| (article.id.as_str(), article.text.as_str())).collect()
}

fn texts(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.text.as_str()).collect()
}

fn fields(article: &Article) -> Value {
    Value::Object(article.fields.clone())
}

/// The error of a reader, as it is told.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, format: Format) -> String {
    let bytes = bytes.as_ref().to_vec();
    let error = Dump::reader(std::io::Cursor::new(bytes), format).find_map(Result::err).unwrap();
    assert!(error.is_format() && !error.is_io() && !error.is_config());
    error.to_string()
}

#[test]
fn types_can_cross_threads() {
    fn send<T: Send + Unpin + std::fmt::Debug>() {}
    fn fine<T: Send + Sync + Unpin + Clone + std::fmt::Debug>() {}
    send::<Dump>();
    fine::<Article>();
    fine::<DumpOptions>();
    fine::<DumpStatistics>();
    fine::<Encoding>();
    fine::<Format>();
    fine::<Source>();
}

#[test]
fn names_of_formats() {
    for format in ["jsonl", "json", "csv", "tsv", "text", "html", "warc", "mediawiki", "parquet"] {
        assert_eq!(format.parse::<Format>().unwrap().to_string(), format);
    }
    assert!("pdf".parse::<Format>().unwrap_err().is_config());
}

#[test]
fn json_lines() {
    let lines = concat!(
        "\u{feff}{\"id\": \"a\", \"text\": \"One\\nand two.\", \"tags\": [1, null]}\r\n",
        "\n",
        "{\"text\": \"Another\", \"id\": 12345678901234567890123}\n",
        "  {\"text\": \"\", \"id\": null}"
    );
    let articles = read(lines, Format::JsonLines);
    assert_eq!(
        ids_and_texts(&articles),
        [("a", "One\nand two."), ("12345678901234567890123", "Another"), ("-:4", "")]
    );
    assert_eq!(fields(&articles[0]), json!({"tags": [1, null]}));
    assert_eq!((articles[1].source.file.to_str(), articles[1].source.record), (Some("-"), 3));
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_the_next_is_read() {
    let lines = [
        r#"{"text": "One"}"#,
        r#"{"text": "broken"#,
        r#"{"text": 7}"#,
        r#"{"body": "no text"}"#,
        r#"["text"]"#,
        r#"{"id": [], "text": "x"}"#,
        r#"{"text": "x"} {"text": "y"}"#,
        r#"{"text": "Two"}"#,
    ];
    let dump = Dump::reader(std::io::Cursor::new(lines.join("\n")), Format::JsonLines);
    let (good, bad): (Vec<_>, Vec<_>) = dump.partition(Result::is_ok);
    let good: Vec<Article> = good.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids_and_texts(&good), [("-:1", "One"), ("-:8", "Two")]);
    let bad: Vec<Error> = bad.into_iter().map(Result::unwrap_err).collect();
    assert!(bad.iter().all(|error| error.is_record() && error.is_format()));
    let told: Vec<String> = bad.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "-:2: EOF while parsing a string at column 16",
            "-:3: field \"text\": expected a string, got 7",
            "-:4: no field \"text\"",
            "-:5: invalid type: sequence, expected an object at column 0",
            "-:6: field \"id\": expected a string, got []",
            "-:7: trailing characters at column 15",
        ]
    );
}

#[test]
fn fields_are_named_and_may_be_left_unread() {
    let line = r#"{"id": 1, "url": "/a", "body": "One", "text": "Two", "more": {"deep": [1]}}"#;
    let options = DumpOptions::new().format(Format::JsonLines).id_field("url").text_field("body");
    let articles = read_with(&options, line);
    assert_eq!(ids_and_texts(&articles), [("/a", "One")]);
    assert_eq!(fields(&articles[0]), json!({"id": 1, "text": "Two", "more": {"deep": [1]}}));
    let articles = read_with(&options.fields(false), line);
    assert_eq!((ids_and_texts(&articles), &articles[0].fields), (vec![("/a", "One")], &Map::new()));
    // One field may be both, and the last of a name counts.
    let options = DumpOptions::new().format(Format::JsonLines).id_field("text");
    let articles = read_with(&options, r#"{"text": "One", "text": "Two"}"#);
    assert_eq!(ids_and_texts(&articles), [("Two", "Two")]);
}

#[test]
fn a_json_array() {
    let array = r#" [
        {"id": 1, "text": "A \"quoted\" [one] \\"},
        {"id": "b",
         "text": "Another }", "deep": {"a": [{"b": "]"}]}}
    ] "#;
    let articles = read(array, Format::Json);
    assert_eq!(ids_and_texts(&articles), [("1", "A \"quoted\" [one] \\"), ("b", "Another }")]);
    assert_eq!(articles[1].source.record, 2);
    assert!(read("[]", Format::Json).is_empty());
    assert!(read(" ", Format::Json).is_empty());
    // Objects one after the other, over as many lines as they like.
    let objects = "{\"text\": \"One\"}\n{\n \"text\": \"Two\"\n}{\"text\": \"Three\"}";
    assert_eq!(texts(&read(objects, Format::Json)), ["One", "Two", "Three"]);
}

#[test]
fn a_json_array_that_is_none() {
    let told = |json: &str| refused(json, Format::Json);
    assert_eq!(told(r#"[{"text": "a"} {"text": "b"}]"#), "-: expected ',' or ']' at byte 15, got '{'");
    assert_eq!(told(r#"[{"text": "a"},]"#), "-: expected an object at byte 15, got ']'");
    assert_eq!(told(r#"[{"text": "a"}"#), "-: expected ',' or ']' at byte 14, got the end of the file");
    assert_eq!(told(r#"[{"text": "a"}] x"#), "-: expected the end of the file at byte 16, got 'x'");
    assert_eq!(told(r#"[{"text": "a"#), "-:1: the file ends in the middle of a record");
    assert_eq!(told("{} 7"), "-:1: no field \"text\"");
    assert_eq!(told("[{\"text\": [}]}]"), "-:1: expected value at column 11");
    assert_eq!(told("[\n  {\n    \"text\": 1,\n    \"a\": [}]\n  }\n]"), "-:1: expected value at byte 31");
}

#[test]
fn csv_and_tsv() {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["id", "lang", "text"]).unwrap();
    writer.write_record(["1", "en", "One, with \"quotes\"\nand a line"]).unwrap();
    writer.write_record(["", "ar", "عربي"]).unwrap();
    let articles = read(writer.into_inner().unwrap(), Format::Csv);
    assert_eq!(ids_and_texts(&articles), [("1", "One, with \"quotes\"\nand a line"), ("-:4", "عربي")]);
    assert_eq!(fields(&articles[1]), json!({"lang": "ar"}));
    assert_eq!((articles[0].source.record, articles[1].source.record), (2, 4));
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    writer.write_record(["text", "id"]).unwrap();
    writer.write_record(["One\tand two", "a"]).unwrap();
    let articles = read(writer.into_inner().unwrap(), Format::Tsv);
    assert_eq!(ids_and_texts(&articles), [("a", "One\tand two")]);
    assert!(read("", Format::Csv).is_empty());
    assert!(read("\u{feff}text\n", Format::Csv).is_empty());
}

#[test]
fn csv_of_a_spreadsheet() {
    // A byte order mark, semicolons and CR LF.
    let csv = "\u{feff}id;text\r\n1;\"One; two,\r\nthree\"\r\n;Four\r\n\r\n;Five\r\n6\r\n";
    let mut dump = Dump::reader(csv.as_bytes(), Format::Csv);
    let mut next = || dump.next().unwrap().map(|article| (article.id, article.text, article.source.record));
    let row = |id: &str, text: &str, line| Ok((id.to_owned(), text.to_owned(), line));
    assert_eq!(next(), row("1", "One; two,\r\nthree", 2));
    assert_eq!(next(), row("-:4", "Four", 4));
    assert_eq!(next(), row("-:6", "Five", 6));
    assert_eq!(next().unwrap_err().to_string(), "-:7: expected 2 fields as in the first row, got 1");
    assert!(dump.next().is_none());
    assert_eq!(
        refused("id,text\n1,One\n2,\"Two\n3,Three\n", Format::Csv),
        "-:3: the file ends in the middle of a record"
    );
    // What is in the text says nothing of the columns.
    assert_eq!(texts(&read("text,id\na;b,1", Format::Csv)), ["a;b"]);
    assert_eq!(texts(&read("text\na;b\r", Format::Csv)), ["a;b"]);
}

#[test]
fn csv_that_lacks_something() {
    let told = refused("a,b\n1,2\n", Format::Csv);
    assert_eq!(told, "-: no column \"text\"; the first row has: a, b");
    let mut dump = Dump::reader("id,text\n1,One\n2\n3,Three\n".as_bytes(), Format::Csv);
    assert_eq!(dump.next().unwrap().unwrap().text, "One");
    let error = dump.next().unwrap().unwrap_err();
    assert!(error.is_record());
    assert_eq!(error.to_string(), "-:3: expected 2 fields as in the first row, got 1");
    assert_eq!(dump.next().unwrap().unwrap().text, "Three");
    assert!(dump.next().is_none());
    assert_eq!((dump.statistics().articles, dump.statistics().errors), (2, 1));
}

/// A WARC record, as its standard has it.
fn warc_record(kind: &str, media: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let header = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:6c9cd4a3-1d1d-4f3f-9a51-0a1d1e1f5a11>\r\n\
         WARC-Date: 2026-11-01T10:00:00Z\r\n{more}Content-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [header.as_bytes(), body, b"\r\n\r\n"].concat()
}

#[test]
fn wet() {
    let wet = [
        warc_record("warcinfo", "application/warc-fields", "", b"Software-Info: test\r\n"),
        warc_record(
            "conversion",
            "text/plain",
            "WARC-Target-URI: http://anwick.example/ferry\r\nWARC-Identified-Content-Language: eng,ara\r\n",
            "The ferry.\nلا تبحر العبارة".as_bytes(),
        ),
        warc_record("conversion", "text/plain", "warc-target-uri: <http://anwick.example/2>\r\n", b""),
    ];
    // Common Crawl compresses each record for itself.
    let gz = wet.iter().flat_map(|record| gz(record)).collect::<Vec<_>>();
    let articles = read(gz, Format::Warc);
    assert_eq!(
        ids_and_texts(&articles),
        [("http://anwick.example/ferry", "The ferry.\nلا تبحر العبارة"), ("http://anwick.example/2", "")]
    );
    let expected = json!({
        "url": "http://anwick.example/ferry",
        "date": "2026-11-01T10:00:00Z",
        "languages": "eng,ara"
    });
    assert_eq!(fields(&articles[0]), expected);
    assert_eq!(articles[0].source.record, 2);
}

#[test]
fn warc_of_pages() {
    let page =
        "<!DOCTYPE html><html lang=\"en\"><title>Ferry</title><body><p>The ferry.<p>No bread.</body></html>";
    let http = |head: &str, body: &[u8]| [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat();
    let response = |url: &str, answer: &[u8]| {
        warc_record(
            "response",
            "application/http; msgtype=response",
            &format!("WARC-Target-URI: {url}\r\n"),
            answer,
        )
    };
    let (front, back) = page.split_at(40);
    let chunks = format!("{:x};ext=1\r\n{front}\r\n{:X}\r\n{back}\r\n0\r\n\r\n", front.len(), back.len());
    let packed = gz(page.as_bytes());
    let mut packed_chunks = format!("{:x}\r\n", packed.len()).into_bytes();
    packed_chunks.extend([packed.as_slice(), b"\r\n0\r\n\r\n"].concat());
    let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    deflated.write_all(page.as_bytes()).unwrap();
    let deflated = deflated.finish().unwrap();
    let deflate = "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: deflate";
    let warc = [
        warc_record("warcinfo", "application/warc-fields", "", b"software: test\r\n"),
        warc_record("request", "application/http; msgtype=request", "", b"GET / HTTP/1.1\r\n\r\n"),
        response(
            "http://a/plain",
            &http("200 OK\r\nContent-Type: text/html; charset=UTF-8", page.as_bytes()),
        ),
        response(
            "http://a/chunked",
            &http("200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked", chunks.as_bytes()),
        ),
        response(
            "http://a/gz",
            &http("200 OK\r\ncontent-type: text/html\r\nContent-Encoding: gzip", &packed),
        ),
        response(
            "http://a/both",
            &http(
                "200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
                &packed_chunks,
            ),
        ),
        response("http://a/deflate", &http(deflate, &deflated)),
        // Without what zlib puts around it, as some servers send it; and undone.
        response("http://a/bare", &http(deflate, &deflated[2..deflated.len() - 4])),
        response("http://a/undeflated", &http(deflate, page.as_bytes())),
        response(
            "http://a/zstd",
            &http(
                "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: zstd",
                &zstd::encode_all(page.as_bytes(), 1).unwrap(),
            ),
        ),
        // Undone by the crawler, which kept the headers.
        response(
            "http://a/undone",
            &http(
                "200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
                page.as_bytes(),
            ),
        ),
        response("http://a/text", &http("200 OK\r\nContent-Type: text/plain", b"The ferry.\n\nNo bread.")),
        response("http://a/none", &http("404 Not Found\r\nContent-Type: text/html", page.as_bytes())),
        response("http://a/png", &http("200 OK\r\nContent-Type: image/png", &[0x89, b'P', b'N', b'G'])),
        response("http://a/untyped", &http("200 OK", page.as_bytes())),
    ];
    let mut dump = Dump::reader(std::io::Cursor::new(warc.concat()), Format::Warc);
    let articles: Vec<Article> = dump.by_ref().collect::<Result<_, _>>().unwrap();
    let names = [
        "plain",
        "chunked",
        "gz",
        "both",
        "deflate",
        "bare",
        "undeflated",
        "zstd",
        "undone",
        "text",
        "untyped",
    ];
    for (name, article) in names.iter().zip(&articles) {
        assert_eq!(article.id, format!("http://a/{name}"));
        assert_eq!(article.text, "The ferry.\n\nNo bread.", "{name}");
    }
    assert_eq!(articles.len(), names.len());
    let expected =
        json!({"url": "http://a/plain", "date": "2026-11-01T10:00:00Z", "lang": "en", "title": "Ferry"});
    assert_eq!(fields(&articles[0]), expected);
    let left_out: Vec<_> = dump.statistics().left_out.into_iter().collect();
    assert_eq!(
        left_out,
        [
            ("WARC record that is no page", 2),
            ("answer that is neither HTML nor text", 1),
            ("answer that is no success", 1)
        ]
    );
}

#[test]
fn a_page_that_was_cut_through_a_character() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>عبارة".as_bytes();
    let cut = &page[..page.len() - 1];
    let more = "WARC-Truncated: length\r\n";
    let told = warc_record("response", "application/http", more, cut);
    assert_eq!(texts(&read(told, Format::Warc)), ["عبار"]);
    let untold = warc_record("response", "application/http", "", cut);
    assert_eq!(refused(untold, Format::Warc), "-:1: byte 11 is not valid utf-8, which it declares");
}

#[test]
fn an_answer_that_cannot_be_unpacked_is_told_and_the_next_is_read() {
    let response = |coding: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{coding}\r\n\r\n");
        warc_record("response", "application/http", "", &[head.as_bytes(), body].concat())
    };
    let warc = [
        response("Content-Encoding: br", b"\x0b\x02\x80<p>\x03"),
        response("Content-Encoding: gzip", &gz(b"<p>One</p>")[..18]),
        response("Transfer-Encoding: chunked", b"4\r\n<p>O\r\nff\r\nne"),
        response("X: y", b"<p>One</p>"),
    ];
    let dump = Dump::reader(std::io::Cursor::new(warc.concat()), Format::Warc);
    let told: Vec<String> = dump.map(|article| article.map_or_else(|e| e.to_string(), |a| a.text)).collect();
    assert_eq!(told[0], "-:1: the content encoding \"br\" cannot be undone");
    assert!(told[1].starts_with("-:2: the content encoding gzip: "), "{}", told[1]);
    assert_eq!(told[2], "-:3: the HTTP answer is cut short in a chunk");
    assert_eq!(told[3], "One");
}

#[test]
fn html() {
    let page = r#"<?xml version="1.0"?>
<!DOCTYPE html>
<html dir="rtl" lang="ar"><head><meta charset=utf-8><title>The
 Ferry &amp; the mill</title><style>p { color: red }</style><script>if (a < b) "<p>no</p>"</script></head>
<body class="x"><nav><a href="/">Home</a></nav>
<h1>The  ferry
does not sail</h1><div><p>First &eacute;&#x645;&nbsp;one.<p>Second<br>line.<br><br>Third <b>bo</b>ld.
<ul><li>One<li>Two</ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</table>
<noscript>no</noscript><template><p>no</p></template><svg><title>no</title><text>no</text></svg>
<!-- no --><pre>
  kept   lines
second</pre><textarea>no</textarea>
last</div></body></html>"#;
    let articles = read(page, Format::Html);
    let expected = [
        "The ferry does not sail",
        "First é\u{645}\u{a0}one.",
        "Second\nline.",
        "Third bold.",
        "One",
        "Two",
        "a b",
        "c",
        "  kept   lines\nsecond",
        "last",
    ];
    assert_eq!(articles[0].text.split("\n\n").collect::<Vec<_>>(), expected);
    assert_eq!(fields(&articles[0]), json!({"dir": "rtl", "lang": "ar", "title": "The Ferry & the mill"}));
    assert_eq!(articles[0].id, "-");
}

const WIKI: &str = r#"<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.mediawiki.org/xml/export-0.11/ http://www.mediawiki.org/xml/export-0.11.xsd" version="0.11" xml:lang="ar">
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

#[test]
fn html_that_is_xml() {
    let chapter = "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>\n<html xmlns='http://www.w3.org/1999/xhtml'>\
        <head><title/><script src='a.js'/></head><body><p>One</p><iframe src='b'/><pre/><p>Two\nthree</p></body></html>";
    let articles = read(chapter, Format::Html);
    assert_eq!(texts(&articles), ["One\n\nTwo three"]);
    assert_eq!(fields(&articles[0]), json!({}));
    // In HTML these are starts.
    assert_eq!(texts(&read("<p>One<iframe /><p>Two</iframe><p>Three", Format::Html)), ["One\n\nThree"]);
}

fn wiki_page(title: &str, namespace: i32, id: u32, more: &str, text: &str) -> String {
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

#[test]
fn mediawiki_as_bzip2_of_many_streams() {
    let ferry = "{{Infobox\n| name = [[Anwick]] {{nested|a}}\n}}\n'''Anwick''' is a [[Village (place)|village]] on the [[Slea]]s.<ref name=\"a\">{{cite|x}}</ref><ref name=\"a\" />\n\n== History ==\nThe mill burnt down.\n[[ملف:Mill.jpg|thumb|The [[mill]] in 1911]]\n[[تصنيف:Villages]]\n[[fr:Anwick]]";
    let redirect = "    <redirect title=\"Anwick\" />\n";
    // As Wikipedia has it: the head, then pages in blocks of a stream each, then the end.
    let streams = [
        WIKI.to_owned(),
        [
            wiki_page("Anwick &amp; Slea", 0, 12, "", ferry),
            wiki_page("Old Anwick", 0, 13, redirect, "#REDIRECT [[Anwick]]"),
        ]
        .concat(),
        [
            wiki_page("نقاش:Anwick", 1, 14, "", "Talk."),
            wiki_page("Bread", 0, 15, "", "A &lt; B & ''loaf''."),
            wiki_page("Style", 0, 16, "", "x").replace("<model>wikitext", "<model>css"),
        ]
        .concat(),
        "</mediawiki>\n".to_owned(),
    ];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("arwiki-20261101-pages-articles-multistream1.xml-p1p99.bz2");
    fs::write(&path, streams.iter().flat_map(|part| bz2(part.as_bytes())).collect::<Vec<_>>()).unwrap();
    let mut dump = Dump::open(&path).unwrap();
    let articles: Vec<Article> = dump.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!(
        ids_and_texts(&articles),
        [
            ("12", "Anwick is a village on the Sleas.\n\nHistory\n\nThe mill burnt down."),
            ("15", "A < B & loaf.")
        ]
    );
    let expected = json!({"title": "Anwick & Slea", "namespace": 0, "timestamp": "2026-10-01T00:00:00Z"});
    assert_eq!(fields(&articles[0]), expected);
    assert_eq!((articles[0].source.record, articles[1].source.record), (1, 4));
    let left_out: Vec<_> = dump.statistics().left_out.into_iter().collect();
    let expected = [("page of another namespace", 1), ("page that is not in wikitext", 1), ("redirect", 1)];
    assert_eq!(left_out, expected);
    let articles = read_with(&DumpOptions::new().namespaces([1]), streams.concat());
    assert_eq!(ids_and_texts(&articles), [("14", "Talk.")]);
}

fn wiki_export(pages: &str) -> String {
    format!("{WIKI}{pages}</mediawiki>")
}

/// What is left of wikitext.
fn wikitext(text: &str) -> String {
    read(wiki_export(&wiki_page("T", 0, 1, "", text)), Format::MediaWiki).remove(0).text
}

#[test]
fn wikitext_becomes_paragraphs() {
    let cases = [
        ("links", "[[a]], [[b|c]], [[d (e)|]], [[:Category:F]], [[g]]h", "a, c, d (e), Category:F, gh"),
        ("links to elsewhere", "[http://a.b c ''d''] [https://e] [//f g]h x[0]", "c d gh x[0]"),
        ("bold and italic", "'''''a''''' ''b'' '''c''' d'e ''''f''''", "a b c d'e 'f'"),
        (
            "headings",
            "a\n== B ==\nc\n=== D's = e ===\n====== F ======\ng",
            "a\n\nB\n\nc\n\nD's = e\n\nF\n\ng",
        ),
        ("headings with comments", "a\n== B == <!-- c -->\nd\n== E<!-- f --> ==\ng", "a\n\nB\n\nd\n\nE\n\ng"),
        ("no heading", "= \n==\n1 = 1 =\n=a\nb", "=\n==\n1 = 1 =\n=a\nb"),
        ("a line of a comment", "a\n<!-- b\nc --> \nd\n<!-- e -->f\n<!-- g -->", "a\nd\nf"),
        ("lists", "a\n* b\n** c\n# d\n; e\n: f", "a\n\nb\n\nc\n\nd\n\ne\n\nf"),
        ("lines and paragraphs", "a\nb\n\nc\n\n\n\nd", "a\nb\n\nc\n\nd"),
        ("templates", "a{{b|{{c}}|[[d]]\n\n* e}} f {{{g|h}}}i{{{{j}}}}", "a f i"),
        ("tables", "a\n{| class=b\n|-\n! c\n|\n{|\n| d\n|}\n| e {{f|\n|}}\n|}\ng\n:{|\n|h\n|}", "a\n\ng"),
        (
            "references",
            "a<ref>b</ref>c<REF name=d />e<ref name='f'>g</Ref >.<references>h</references>",
            "ace.",
        ),
        (
            "dropped",
            "a<math>b < c</math><gallery>\nd\n</gallery><!-- e -- > -->f<syntaxhighlight lang=g>h",
            "afh",
        ),
        (
            "kept",
            "<nowiki>[[a]] {{b}} ''c''</nowiki> &amp;amp; <code>d</code> <span class=\"e\">f</span>",
            "[[a]] {{b}} ''c'' &amp; d f",
        ),
        (
            "breaks",
            "a<br>b<br />c<p>d</p>e<div>f</div><pre>\n g\n  h</pre>",
            "a\nb\nc\n\nd\n\ne\n\nf\n\n g\n  h",
        ),
        ("entities", "a&nbsp;b &eacute; &#1605; &#x645; &unknown; & c &;", "a\u{a0}b é م م &unknown; & c &;"),
        ("magic words", "__TOC__a __b__ __لافهرس__ _c_ __", "a __b__ _c_ __"),
        ("pictures", "a[[Bild:b.JPG|thumb|c [[d|e]] f]]g[[Изображение:h.png]]i[[:Bild:j.png|k]]", "agik"),
        ("files", "a[[File:b.jpg|thumb|c [[d|e]] f]]g[[image:h.png]]i[[Category:j]][[de:k]]", "agi"),
        ("unclosed", "a {{b\n\nc [[d|e 'f <ref>g <h i < j", "a b\n\nc e 'f g <h i < j"),
        ("closed too often", "a}} b]] c|} d-->", "a}} b]] c|} d-->"),
        ("indented", " a\n b", "a\nb"),
        ("Arabic", "'''القاهرة''' هي [[مصر|عاصمة مصر]].{{شريط}}", "القاهرة هي عاصمة مصر."),
    ];
    for (name, wiki, plain) in cases {
        assert_eq!(wikitext(wiki), plain, "{name}");
    }
}

/// A Parquet file by the crate's own writer, of a row group for each of `groups`.
fn parquet(schema: &str, properties: WriterProperties, groups: &[&[Column]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in groups {
        let mut row_group = writer.next_row_group().unwrap();
        for column in *group {
            let mut out = row_group.next_column().unwrap().unwrap();
            match column {
                Column::Strings(values) => {
                    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
                    let values: Vec<ByteArray> = values.iter().flatten().map(|&value| value.into()).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
                }
                Column::Longs(values) => {
                    out.typed::<Int64Type>().write_batch(values, None, None).unwrap();
                }
                Column::Lists(values) => {
                    let definition: Vec<i16> = values.iter().map(|_| 2).collect();
                    let repetition: Vec<i16> = (0..values.len()).map(|at| i16::from(at % 2 == 1)).collect();
                    out.typed::<Int64Type>()
                        .write_batch(values, Some(&definition), Some(&repetition))
                        .unwrap();
                }
            }
            out.close().unwrap();
        }
        row_group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

enum Column {
    /// Optional.
    Strings(Vec<Option<&'static str>>),
    /// Required.
    Longs(Vec<i64>),
    /// Two elements a row.
    Lists(Vec<i64>),
}

const ROWS: &str = "message rows {
    required int64 id;
    optional binary text (UTF8);
    required int64 when (TIMESTAMP_MILLIS);
    optional group tags (LIST) { repeated group list { required int64 element; } }
}";

fn groups() -> [Vec<Column>; 2] {
    [
        vec![
            Column::Longs(vec![1, 2, 3]),
            Column::Strings(vec![Some("One"), Some("مرحبا"), Some("One")]),
            Column::Longs(vec![0, 1, i64::MAX]),
            Column::Lists(vec![1, 2, 3, 4, 5, 6]),
        ],
        vec![
            Column::Longs(vec![4]),
            Column::Strings(vec![Some("One of another group")]),
            Column::Longs(vec![3]),
            Column::Lists(vec![7, 8]),
        ],
    ]
}

#[test]
fn parquet_in_every_compression_and_encoding() {
    use parquet::basic::Compression as C;
    use parquet::basic::Encoding as E;

    let [first, second] = groups();
    let compressions = [
        C::UNCOMPRESSED,
        C::SNAPPY,
        C::GZIP(GzipLevel::default()),
        C::BROTLI(BrotliLevel::default()),
        C::ZSTD(ZstdLevel::default()),
        C::LZ4,
        C::LZ4_RAW,
    ];
    for compression in compressions {
        for encoding in [None, Some(E::PLAIN), Some(E::DELTA_LENGTH_BYTE_ARRAY), Some(E::DELTA_BYTE_ARRAY)] {
            for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
                let mut properties =
                    WriterProperties::builder().set_compression(compression).set_writer_version(version);
                if let Some(encoding) = encoding {
                    properties = properties.set_column_dictionary_enabled("text".into(), false);
                    properties = properties.set_column_encoding("text".into(), encoding);
                }
                let file = parquet(ROWS, properties.build(), &[&first, &second]);
                let articles = read(&file, Format::Parquet);
                let expected = [("1", "One"), ("2", "مرحبا"), ("3", "One"), ("4", "One of another group")];
                assert_eq!(ids_and_texts(&articles), expected, "{compression} {encoding:?} {version:?}");
                assert_eq!(fields(&articles[1]), json!({"when": "1970-01-01 00:00:00.001 +00:00"}));
                assert_eq!(fields(&articles[2]), json!({"when": null}));
                assert_eq!(articles[3].source.record, 4);
            }
        }
    }
}

#[test]
fn parquet_of_many_pages() {
    let texts: Vec<String> =
        (0..5000).map(|n| format!("The text of row {n}, {}", "x".repeat(n % 97))).collect();
    let schema = Arc::new(
        parse_message_type("message m { required binary id (UTF8); required binary text; }").unwrap(),
    );
    let properties = WriterProperties::builder()
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(50)
        .set_dictionary_page_size_limit(1 << 12)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_write_page_header_statistics(true)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let ids: Vec<ByteArray> = (0..5000).map(|n| ByteArray::from(format!("row {n}").into_bytes())).collect();
    let values: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(text.as_str())).collect();
    for column in [ids, values] {
        let mut out = group.next_column().unwrap().unwrap();
        out.typed::<ByteArrayType>().write_batch(&column, None, None).unwrap();
        out.close().unwrap();
    }
    group.close().unwrap();
    let file = writer.into_inner().unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.parquet");
    fs::write(&path, &file).unwrap();
    // From the file by its pages; packed, and through a reader, as a whole.
    let mut dump = Dump::open(&path).unwrap();
    let from_file: Vec<Article> = dump.by_ref().collect::<Result<_, _>>().unwrap();
    // No byte counts twice; those of indexes over the pages are not read.
    let (read_bytes, size) = (dump.bytes_read(), dump.size().unwrap());
    assert!(size / 2 < read_bytes && read_bytes <= size, "{read_bytes} of {size}");
    for articles in [from_file, read(&file, Format::Parquet), read_with(&DumpOptions::new(), gz(&file))] {
        assert_eq!(articles.len(), 5000);
        for (n, (article, text)) in articles.iter().zip(&texts).enumerate() {
            assert_eq!((&article.id, &article.text), (&format!("row {n}"), text));
        }
    }
}

#[test]
fn parquet_with_nulls_and_what_is_no_text() {
    let [mut first, second] = groups();
    first[1] = Column::Strings(vec![None, Some("Two"), None]);
    let file = parquet(ROWS, WriterProperties::new(), &[&first, &second]);
    let dump = Dump::reader(std::io::Cursor::new(file.clone()), Format::Parquet);
    let seen: Vec<_> = dump
        .map(|article| {
            article.map(|article| article.text).map_err(|error| (error.is_record(), error.to_string()))
        })
        .collect();
    let null = |row| Err((true, format!("-:{row}: field \"text\": expected a string, got null")));
    assert_eq!(seen, [null(1), Ok("Two".to_owned()), null(3), Ok("One of another group".to_owned())]);
    let refused = |text: &str| {
        let options = DumpOptions::new().format(Format::Parquet).text_field(text);
        options.reader(std::io::Cursor::new(file.clone())).next().unwrap().unwrap_err().to_string()
    };
    assert_eq!(refused("body"), "-: no column \"body\"; the file has: id, text, when, tags");
    assert_eq!(refused("when"), "-: column \"when\": expected strings");
    assert_eq!(refused("tags"), "-: column \"tags\": expected strings");
    // Neither an id nor other fields are needed.
    let options = DumpOptions::new().id_field("no").fields(false);
    let articles = read_with(&options, parquet(ROWS, WriterProperties::new(), &[&second]));
    assert_eq!(
        (ids_and_texts(&articles), &articles[0].fields),
        (vec![("-:1", "One of another group")], &Map::new())
    );
}

#[test]
fn parquet_with_times_in_nanoseconds() {
    let schema = "message m { optional binary text (UTF8); required int64 at (TIMESTAMP(NANOS, true));
        required group of { required int64 day (TIME(NANOS, true)); required int64 at (TIMESTAMP(NANOS, false)); } }";
    let columns = [
        Column::Strings(vec![Some("One")]),
        Column::Longs(vec![-1]),
        Column::Longs(vec![1_500]),
        Column::Longs(vec![1_500]),
    ];
    let articles = read(parquet(schema, WriterProperties::new(), &[&columns]), Format::Parquet);
    let expected = json!({
        "at": "1969-12-31 23:59:59.999999 +00:00",
        "of": {"day": "00:00:00.000001", "at": "1970-01-01 00:00:00.000001 +00:00"},
    });
    assert_eq!(fields(&articles[0]), expected);
}

#[test]
fn parquet_with_strings_of_every_arrow_type() {
    // Written by `ArrowWriter` of parquet 60.1 from arrays of the types that the columns are named after, in two row groups.
    let file = include_bytes!("data/arrow.parquet");
    for column in ["utf8", "large", "view", "dictionary", "binary"] {
        let options = DumpOptions::new().format(Format::Parquet).text_field(column);
        let dump = options.reader(file.as_slice());
        let articles: Vec<Article> = dump.filter_map(Result::ok).collect();
        let expected = [
            ("1", "One"),
            ("2", "مرحبا بالعالم"),
            ("-:4", "One"),
            ("5", "A longer text, which no view holds inline."),
        ];
        assert_eq!(ids_and_texts(&articles), expected, "{column}");
        let fields = &articles[0].fields;
        assert_eq!(
            (&fields["score"], &fields["when"]),
            (&json!(0.5), &json!("1970-01-01 00:00:00.000 +00:00"))
        );
        assert_eq!(fields.len(), 6, "{fields:?}");
    }
}

#[test]
fn texts_and_folders() {
    let folder = TempDir::new().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
    };
    put("b.txt", "\u{feff}A text\n\nof its own.\r\n".as_bytes());
    put("a/part-00000", b"{\"text\": \"no ending\"}\n");
    put("a/part-00001.gz", &gz(b"{\"text\": \"no ending, packed\"}\n"));
    put("a/x.JSONL.Zst", &zstd::encode_all(&b"{\"text\": \"packed\"}"[..], 1).unwrap());
    put("a/_SUCCESS", b"");
    put("a/_metadata", b"{\"text\": \"not read\"}");
    put("c/d/page.html", b"<p>A page");
    put(".hidden.txt", b"not read");
    put(".git/config.txt", b"not read");
    put("README.md", b"[not](read)");
    put("sitemap.xml", b"<?xml version=\"1.0\"?><urlset/>");
    put("wiki.xml", wiki_export(&wiki_page("T", 0, 1, "", "A wiki")).as_bytes());
    put("wiki-multistream-index.txt.bz2", &bz2(b"617:14:T\n"));
    put("z.xml.bz2", &bz2(wiki_export("").as_bytes())[..100]);
    put("picture.png", &[0x89, b'P', b'N', b'G', 0, 1, 2]);
    let mut dump = Dump::open(folder.path()).unwrap();
    assert!(dump.size().is_some_and(|size| size > 100));
    let (articles, errors): (Vec<_>, Vec<_>) = dump.by_ref().partition(Result::is_ok);
    let articles: Vec<Article> = articles.into_iter().map(Result::unwrap).collect();
    let told = errors[0].as_ref().unwrap_err().to_string();
    assert!(errors.len() == 1 && told.ends_with("z.xml.bz2: bzip2: the file is cut short"), "{told}");
    let seen: Vec<(String, &str)> = articles
        .iter()
        .map(|article| {
            let path = article.source.file.strip_prefix(folder.path()).unwrap();
            (path.to_str().unwrap().to_owned(), article.text.as_str())
        })
        .collect();
    let expected = [
        ("a/part-00000", "no ending"),
        ("a/part-00001.gz", "no ending, packed"),
        ("a/x.JSONL.Zst", "packed"),
        ("b.txt", "A text\n\nof its own.\r\n"),
        ("c/d/page.html", "A page"),
        ("wiki.xml", "A wiki"),
    ];
    assert_eq!(seen, expected.map(|(path, text)| (path.to_owned(), text)));
    assert_eq!(articles[3].id, folder.path().join("b.txt").to_str().unwrap());
    assert_eq!(articles[0].id, format!("{}:1", folder.path().join("a/part-00000").display()));
    let statistics = dump.statistics();
    assert_eq!((statistics.files, statistics.articles, statistics.errors), (7, 6, 1));
    assert_eq!(statistics.left_out.into_iter().collect::<Vec<_>>(), [("file of no known format", 6)]);
    assert_eq!(Some(statistics.bytes), dump.size());
}

#[test]
fn an_error_ends_its_file_and_the_next_is_read() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.jsonl.gz"), b"not packed").unwrap();
    fs::write(folder.path().join("b.json"), b"[{\"text\": \"One\"}, 7]").unwrap();
    fs::write(folder.path().join("c.txt"), b"Two").unwrap();
    let dump = Dump::open(folder.path()).unwrap();
    let seen: Vec<_> =
        dump.map(|article| article.map(|article| article.text).map_err(|error| error.to_string())).collect();
    let path = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(
        seen,
        [
            Err(format!("{}: expected gzip, but it does not begin like that", path("a.jsonl.gz"))),
            Ok("One".to_owned()),
            Err(format!("{}: expected an object at byte 18, got '7'", path("b.json"))),
            Ok("Two".to_owned()),
        ]
    );
}

#[test]
fn an_export_of_which_hardly_anything_is_left_is_told() {
    let folder = TempDir::new().unwrap();
    let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    stored.write_all(b"<?xml version=\"1.0\"?>\n<mediawiki></mediawiki>").unwrap();
    fs::write(folder.path().join("wiki.xml.gz"), &stored.finish().unwrap()[..30]).unwrap();
    let told = Dump::open(folder.path()).unwrap().next().unwrap().unwrap_err().to_string();
    assert!(told.contains("wiki.xml.gz: "), "{told}");
}

#[test]
fn what_stands_before_a_corrupt_byte_is_read_however_short_the_file_is() {
    let line = b"{\"text\": \"One\"}\n";
    let archives = [
        [gz(line), b"what is this?".to_vec()].concat(),
        [zstd::encode_all(&line[..], 1).unwrap(), b"what is this?".to_vec()].concat(),
    ];
    for archive in archives {
        let mut dump = Dump::reader(std::io::Cursor::new(archive), Format::JsonLines);
        assert_eq!(dump.next().unwrap().unwrap().text, "One");
        let error = dump.next().unwrap().unwrap_err();
        assert!(error.is_format() && error.to_string().starts_with("-:2: "), "{error}");
        assert!(dump.next().is_none());
    }
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_refused() {
    let folder = TempDir::new().unwrap();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n";
    let cases: [(&str, Vec<u8>, &str); 16] = [
        ("a.jsonl", gz(b"{}"), "expected JSON Lines, but it looks like gzip"),
        ("a.jsonl", b"[{\"text\": \"a\"}]".to_vec(), "expected JSON Lines, but it looks like JSON"),
        ("a.json", b"<!DOCTYPE html><p>Not found".to_vec(), "expected JSON, but it looks like HTML"),
        ("a.csv", b"PAR1xxxxPAR1".to_vec(), "expected CSV, but it looks like Parquet"),
        ("a.txt", b"%PDF-1.7".to_vec(), "expected text, but it looks like PDF"),
        ("a.txt", b"BZh91AY&SY".to_vec(), "expected text, but it looks like bzip2"),
        ("a.txt", pointer.to_vec(), "expected text, but it looks like a Git LFS pointer to the file"),
        ("a.parquet", pointer.to_vec(), "expected Parquet, but it looks like a Git LFS pointer to the file"),
        (
            "a.xml",
            b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(),
            "expected a MediaWiki export, but it looks like a 7z archive",
        ),
        ("a.warc", b"hello".to_vec(), "expected WARC, but it does not look like it"),
        (
            "a.xml",
            b"<?xml version=\"1.0\"?><rss>".to_vec(),
            "expected a MediaWiki export, but it does not look like it",
        ),
        ("a.parquet", b"{\"text\": 1}".to_vec(), "expected Parquet, but it looks like JSON Lines"),
        (
            "a.jsonl.gz",
            b"{\"text\": \"a\"}".to_vec(),
            "expected gzip, but it looks like JSON Lines that is not compressed",
        ),
        ("a.jsonl.gz", b"".to_vec(), "expected gzip, but the file is empty"),
        (
            "a.jsonl.gz",
            zstd::encode_all(&b"{}"[..], 1).unwrap(),
            "expected gzip, but it looks like Zstandard",
        ),
        ("a.dat", b"what is it?".to_vec(), "expected a name that ends in .jsonl, .ndjson, .json, "),
    ];
    for (name, bytes, told) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = Dump::open(&path).unwrap().next().unwrap().unwrap_err();
        assert!(error.is_format() && !error.is_record(), "{error:?}");
        assert!(error.to_string().starts_with(&format!("{}: {told}", path.display())), "{error}");
    }
    let empty = TempDir::new().unwrap();
    let error = Dump::open(empty.path()).unwrap_err();
    assert!(error.is_format() && error.to_string().contains("no file in this folder"), "{error}");
}

/// A frame that refers further back than decoders allow unless they are asked to.
fn long_zst(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(30).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressions_with_all_their_members() {
    let (one, two) = (b"{\"text\": \"One\"}\n".as_slice(), b"{\"text\": \"Two\"}\n".as_slice());
    let skippable =
        [b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd".as_slice(), &long_zst(one), &long_zst(two)].concat();
    let folder = TempDir::new().unwrap();
    for (ending, packed) in [
        ("gz", [gz(one), gz(two)].concat()),
        ("zst", [long_zst(one), long_zst(two)].concat()),
        ("zstd", skippable),
        ("bz2", [bz2(one), bz2(b""), bz2(two)].concat()),
        ("xz", [xz(one), xz(two)].concat()),
    ] {
        assert_eq!(texts(&read_with(&DumpOptions::new(), &packed)), ["One", "Two"], "{ending}");
        let path = folder.path().join(format!("dump.jsonl.{ending}"));
        fs::write(&path, packed).unwrap();
        let articles: Vec<Article> = Dump::open(&path).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(texts(&articles), ["One", "Two"], "{ending}");
    }
}

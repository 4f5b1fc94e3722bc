//! WET, WARC and HTML give the articles that are in them.

mod common;

use std::io::Write;

use common::dump::{fields, ids_and_texts, read, refused, texts};
use common::pack::gz;
use dittograph::dump::{Article, Dump, Format};
use serde_json::json;

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
    assert_eq!(articles[0].place.record, 2);
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
    let mut dump = Dump::from_reader(std::io::Cursor::new(warc.concat()), Format::Warc);
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
    let dump = Dump::from_reader(std::io::Cursor::new(warc.concat()), Format::Warc);
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

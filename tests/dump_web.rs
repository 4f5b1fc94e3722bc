//! WET, WARC and HTML give the articles that are in them.

mod common;

use std::io::Write;

use common::dump::{fields, first_error, ids_and_texts, read, texts, warc_record};
use common::pack::gz;
use dittograph::dump::{Article, Dump, Format};
use serde_json::json;

#[test]
fn wet_gives_the_extracted_texts() {
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

fn http(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

fn response(name: &str, answer: &[u8]) -> Vec<u8> {
    let url = format!("WARC-Target-URI: http://a/{name}\r\n");
    warc_record("response", "application/http; msgtype=response", &url, answer)
}

const PAGE: &str =
    "<!DOCTYPE html><html lang=\"en\"><title>Ferry</title><body><p>The ferry.<p>No bread.</body></html>";

/// Answers that are all the same page, by the way they were sent.
fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let page = PAGE.as_bytes();
    let ok = |header: &str, body: &[u8]| http(&format!("200 OK\r\nContent-Type: text/html{header}"), body);
    let (front, back) = PAGE.split_at(40);
    let chunks = format!("{:x};ext=1\r\n{front}\r\n{:X}\r\n{back}\r\n0\r\n\r\n", front.len(), back.len());
    let packed = gz(page);
    let mut packed_chunks = format!("{:x}\r\n", packed.len()).into_bytes();
    packed_chunks.extend([packed.as_slice(), b"\r\n0\r\n\r\n"].concat());
    let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    deflated.write_all(page).unwrap();
    let deflated = deflated.finish().unwrap();
    let (chunked, gzip) = ("\r\nTransfer-Encoding: chunked", "\r\nContent-Encoding: gzip");
    let (both, deflate) = (format!("{chunked}{gzip}"), "\r\nContent-Encoding: deflate");
    vec![
        ("plain", ok("; charset=UTF-8", page)),
        ("chunked", ok(chunked, chunks.as_bytes())),
        ("gz", http("200 OK\r\ncontent-type: text/html\r\nContent-Encoding: gzip", &packed)),
        ("both", ok(&both, &packed_chunks)),
        ("deflate", ok(deflate, &deflated)),
        // Without the header and the checksum of zlib, as some servers send it; and undone by the crawler.
        ("bare", ok(deflate, &deflated[2..deflated.len() - 4])),
        ("undeflated", ok(deflate, page)),
        ("zstd", ok("\r\nContent-Encoding: zstd", &zstd::encode_all(page, 1).unwrap())),
        // Undone by the crawler, which kept the headers.
        ("undone", ok(&both, page)),
        ("text", http("200 OK\r\nContent-Type: text/plain", b"The ferry.\n\nNo bread.")),
        ("untyped", http("200 OK", page)),
    ]
}

#[test]
fn pages_of_a_warc_are_read_however_they_were_sent() {
    let answers = answers();
    let warc: Vec<u8> = answers.iter().flat_map(|(name, answer)| response(name, answer)).collect();
    let articles = read(warc, Format::Warc);
    for ((name, _), article) in answers.iter().zip(&articles) {
        assert_eq!(article.id, format!("http://a/{name}"));
        assert_eq!(article.text, "The ferry.\n\nNo bread.", "{name}");
    }
    assert_eq!(articles.len(), 11);
    let expected =
        json!({"url": "http://a/plain", "date": "2026-11-01T10:00:00Z", "lang": "en", "title": "Ferry"});
    assert_eq!(fields(&articles[0]), expected);
}

#[test]
fn records_of_a_warc_that_are_no_pages_are_counted() {
    let warc = [
        warc_record("warcinfo", "application/warc-fields", "", b"software: test\r\n"),
        warc_record("request", "application/http; msgtype=request", "", b"GET / HTTP/1.1\r\n\r\n"),
        response("none", &http("404 Not Found\r\nContent-Type: text/html", PAGE.as_bytes())),
        response("png", &http("200 OK\r\nContent-Type: image/png", &[0x89, b'P', b'N', b'G'])),
        response("page", &http("200 OK\r\nContent-Type: text/html", PAGE.as_bytes())),
    ];
    let mut dump = Dump::from_reader(std::io::Cursor::new(warc.concat()), Format::Warc);
    let articles: Vec<Article> = dump.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!((articles.len(), articles[0].place.record), (1, 5));
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
fn a_page_that_the_crawler_cut_through_a_character_is_read() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>عبارة".as_bytes();
    let cut = &page[..page.len() - 1];
    let more = "WARC-Truncated: length\r\n";
    let marked = warc_record("response", "application/http", more, cut);
    assert_eq!(texts(&read(marked, Format::Warc)), ["عبار"]);
    let unmarked = warc_record("response", "application/http", "", cut);
    assert_eq!(first_error(unmarked, Format::Warc), "-:1: byte 11 is not valid utf-8, which it declares");
}

#[test]
fn a_response_that_cannot_be_decoded_is_an_error_and_the_next_is_read() {
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
    let seen: Vec<String> = dump.map(|article| article.map_or_else(|e| e.to_string(), |a| a.text)).collect();
    assert_eq!(seen[0], "-:1: the content encoding \"br\" cannot be undone");
    assert!(seen[1].starts_with("-:2: the content encoding gzip: "), "{}", seen[1]);
    assert_eq!(seen[2], "-:3: the HTTP answer is cut short in a chunk");
    assert_eq!(seen[3], "One");
}

#[test]
fn html_becomes_paragraphs() {
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
fn self_closing_tags_are_empty_in_xhtml_alone() {
    let chapter = "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>\n<html xmlns='http://www.w3.org/1999/xhtml'>\
        <head><title/><script src='a.js'/></head><body><p>One</p><iframe src='b'/><pre/><p>Two\nthree</p></body></html>";
    let articles = read(chapter, Format::Html);
    assert_eq!(texts(&articles), ["One\n\nTwo three"]);
    assert_eq!(fields(&articles[0]), json!({}));
    // In HTML these are starts.
    assert_eq!(texts(&read("<p>One<iframe /><p>Two</iframe><p>Three", Format::Html)), ["One\n\nThree"]);
}

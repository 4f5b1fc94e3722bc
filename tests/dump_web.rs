//! WET, WARC and HTML give the articles that are in them.

mod common;

use std::io::Write;

use common::dump::{fields, first_error, ids_and_texts, read, texts, warc_record};
use common::pack::{br, gz};
use dittograph::dump::{Article, Dump, DumpOptions, Format};
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
        ("br", ok("\r\nContent-Encoding: br", &br(page))),
        ("unbr", ok("\r\nContent-Encoding: br", page)),
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
    assert_eq!(articles.len(), 13);
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
        response("Content-Encoding: compress", b"\x1f\x9d\x90<\xe0"),
        response("Content-Encoding: gzip", &gz(b"<p>One</p>")[..18]),
        response("Transfer-Encoding: chunked", b"4\r\n<p>O\r\nff\r\nne"),
        response("X: y", b"<p>One</p>"),
    ];
    let dump = Dump::from_reader(std::io::Cursor::new(warc.concat()), Format::Warc);
    let seen: Vec<String> = dump.map(|article| article.map_or_else(|e| e.to_string(), |a| a.text)).collect();
    assert_eq!(seen[0], "-:1: the content encoding \"compress\" cannot be undone");
    assert!(seen[1].starts_with("-:2: the content encoding gzip: "), "{}", seen[1]);
    assert_eq!(seen[2], "-:3: the HTTP answer is cut short in a chunk");
    assert_eq!(seen[3], "One");
}

/// The texts of pages and the messages of errors.
fn seen(warc: Vec<u8>, limit: u64) -> (Vec<String>, Vec<(&'static str, u64)>) {
    let options = DumpOptions::new().format(Format::Warc).record_limit(limit);
    let mut dump = options.from_reader(std::io::Cursor::new(warc));
    let seen = dump.by_ref().map(|article| article.map_or_else(|e| e.to_string(), |a| a.text)).collect();
    (seen, dump.statistics().left_out.into_iter().collect())
}

#[test]
fn what_is_no_page_is_never_unpacked_and_never_refused() {
    let other = "answer that is neither HTML nor text";
    let ok = |media: &str, coding: &str, body: &[u8]| {
        response("x", &http(&format!("200 OK\r\nContent-Type: {media}\r\n{coding}"), body))
    };
    let torn = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff];
    let long = vec![0; 1 << 20];
    let cases = [
        ok("text/css", "Content-Encoding: br", b"\xff\xff\xff"),
        ok("image/png", "Content-Encoding: gzip", &torn),
        ok("image/png", "Content-Encoding: compress", &torn),
        ok("image/png", "Transfer-Encoding: chunked", b"ffff\r\nabc"),
        ok("application/pdf", &format!("Content-Encoding: {}gzip", "gzip, ".repeat(500)), &torn),
        ok("video/mp4", "X: y", &long),
        warc_record("resource", "image/png", "Content-Encoding: gzip\r\n", &torn),
        warc_record("resource", "video/mp4", "", &long),
    ];
    for case in cases {
        let warc =
            [case, response("page", &http("200 OK\r\nContent-Type: text/html", PAGE.as_bytes()))].concat();
        let (texts, left_out) = seen(warc, 1 << 16);
        assert_eq!((texts, left_out), (vec!["The ferry.\n\nNo bread.".to_owned()], vec![(other, 1)]));
    }
    // Answers without success are not unpacked either, whatever they hold.
    let none = "404 Not Found\r\nContent-Type: text/html\r\nContent-Encoding: gzip";
    let (texts, left_out) =
        seen([response("a", &http(none, &torn)), response("b", &http(none, &long))].concat(), 1 << 16);
    assert_eq!((texts.len(), left_out), (0, vec![("answer that is no success", 2)]));
    // A page that is too long is told.
    let (texts, _) = seen(ok("text/html", "X: y", &long), 1 << 16);
    assert_eq!(texts, ["-:1: a record is longer than the limit of 65536 bytes"]);
}

#[test]
fn any_version_of_http_is_read() {
    let lines = [
        "HTTP/2 200",
        "HTTP/1.1 200",
        "HTTP/1.0 200",
        "ICY 200 OK",
        "HTTP/3 200 OK",
        "HTTP/1.1  200 OK",
        "http/1.1 206 Partial",
        "HTTP/1.1 200OK",
    ];
    for line in lines {
        for end in ["\r\n", "\n"] {
            let answer = [line, "Content-Type: text/html", "X-More: a", "", PAGE].join(end);
            assert_eq!(
                seen(response("x", answer.as_bytes()), 1 << 16).0,
                ["The ferry.\n\nNo bread."],
                "{line}"
            );
        }
    }
    let page = response("page", &http("200 OK\r\nContent-Type: text/html", PAGE.as_bytes()));
    for (line, message) in [
        ("HTTP/1.1 OK", "the HTTP answer: expected a status such as HTTP/1.1 200 OK, got \"HTTP/1.1 OK\""),
        ("SSH-2.0-x", "the HTTP answer: expected a status such as HTTP/1.1 200 OK, got \"SSH-2.0-x\""),
        ("", "the HTTP answer: expected a status such as HTTP/1.1 200 OK, got \"\""),
        ("HTTP/1.1 200 OK", "the header of the HTTP answer has no end"),
    ] {
        let warc =
            [response("x", format!("{line}\r\nContent-Type: text/html").as_bytes()), page.clone()].concat();
        let (seen, _) = seen(warc, 1 << 16);
        assert_eq!(seen, [format!("-:1: {message}"), "The ferry.\n\nNo bread.".to_owned()], "{line}");
    }
}

#[test]
fn odd_labels_of_encodings_cost_nothing_and_wrong_ones_one_record() {
    let answer = |header: &str, body: &[u8]| {
        let page = response("page", &http("200 OK\r\nContent-Type: text/html", PAGE.as_bytes()));
        let head = format!("200 OK\r\nContent-Type: text/html\r\n{header}");
        let (mut seen, _) = seen([response("x", &http(&head, body)), page].concat(), 1 << 16);
        assert_eq!(seen.pop().as_deref(), Some("The ferry.\n\nNo bread."), "{header}");
        seen.concat()
    };
    let page = PAGE.as_bytes();
    for label in [
        "utf-8",
        "UTF-8",
        "identity",
        "none",
        "NONE",
        "",
        "text/html",
        "8bit",
        "gzip",
        "BR",
        "compress",
        "deflate",
    ] {
        assert_eq!(answer(&format!("Content-Encoding: {label}"), page), "The ferry.\n\nNo bread.", "{label}");
    }
    for label in [
        "gzip",
        "GZIP",
        "x-gzip",
        "X-GZip",
        "gzip, gzip",
        "gzip,",
        "utf-8, gzip",
        "gzip;q=1.0",
        "\"gzip\"",
        "identity, gzip, none",
    ] {
        assert_eq!(
            answer(&format!("Content-Encoding: {label}"), &gz(page)),
            "The ferry.\n\nNo bread.",
            "{label}"
        );
    }
    let two_lines = "Content-Encoding: br\r\nContent-Encoding: gzip";
    assert_eq!(answer(two_lines, &gz(&br(page))), "The ferry.\n\nNo bread.");
    assert_eq!(answer("Content-Encoding: gzip, br", &br(&gz(page))), "The ferry.\n\nNo bread.");
    // Padding behind the end.
    assert_eq!(
        answer("Content-Encoding: gzip", &[gz(page), b"\r\n".to_vec()].concat()),
        "The ferry.\n\nNo bread."
    );

    assert_eq!(
        answer("Content-Encoding: compress", b"\x1f\x9d\x90<\xe0"),
        "-:1: the content encoding \"compress\" cannot be undone"
    );
    let cut = &br(page)[..20];
    assert!(answer("Content-Encoding: br", cut).starts_with("-:1: the content encoding br: "));
    let many = format!("Content-Encoding: {}", vec!["gzip"; 300].join(", "));
    assert_eq!(answer(&many, &gz(page)), "-:1: the HTTP answer has more than 4 content encodings");
    let spaces = br(&vec![b' '; 1 << 20]);
    assert_eq!(
        answer("Content-Encoding: br", &spaces),
        "-:1: the content encoding br: the unpacked answer is longer than the limit of 65536 bytes"
    );
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

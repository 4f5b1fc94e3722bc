//! Dumps that are made to harm give an error, in bounded memory, in linear time and without a panic.

mod common;

use std::io::Cursor;
use std::time::{Duration, Instant};

use common::dump::{bare_wiki_export, bare_wiki_page, in_little_memory, warc_record};
use common::pack::{bz2, gz, xz, zst};
use dittograph::Error;
use dittograph::dump::{Article, DumpOptions, Format};

const MIB: u64 = 1 << 20;

fn options(format: Format) -> DumpOptions {
    DumpOptions::new().format(format)
}

fn read(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> Vec<Result<Article, Error>> {
    // No error may be returned forever.
    options.from_reader(Cursor::new(bytes.into())).take(10_000).collect()
}

/// The message of the first error.
#[track_caller]
fn first_error(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> String {
    let error = read(options, bytes).into_iter().find_map(Result::err).expect("an error");
    assert!(error.is_format(), "{error}");
    error.to_string()
}

#[test]
fn archives_that_unpack_to_a_gigabyte_stop_at_the_limit() {
    in_little_memory("archives_that_unpack_to_a_gigabyte_stop_at_the_limit", || {
        // A member of 16 MiB in a few bytes, 64 times: a gigabyte.
        let spaces = vec![b' '; 16 << 20];
        let bombs = [("gz", gz(&spaces)), ("zst", zst(&spaces)), ("bz2", bz2(&spaces)), ("xz", xz(&spaces))];
        for (name, member) in &bombs {
            let bomb = member.repeat(64);
            assert!(bomb.len() < 4 << 20, "{name}");
            for format in [Format::JsonLines, Format::Text, Format::Html, Format::Csv] {
                let message = first_error(&options(format).record_limit(MIB), bomb.clone());
                assert!(
                    message.ends_with("a record is longer than the limit of 1048576 bytes"),
                    "{name}: {message}"
                );
            }
        }
        // With the limit as it is.
        let message = first_error(&options(Format::JsonLines), bombs[1].1.repeat(64));
        assert_eq!(message, "-:1: a record is longer than the limit of 268435456 bytes");
        // One in a page.
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n".as_slice();
        let page = [head, &bombs[0].1.repeat(64)].concat();
        let bomb = [
            warc_record("response", "application/http", "", &page),
            warc_record("conversion", "text/plain", "", b"One"),
        ];
        let seen = read(&options(Format::Warc).record_limit(2 * MIB), bomb.concat());
        assert!(seen[0].as_ref().is_err_and(Error::is_record));
        assert!(seen[1].as_ref().is_ok_and(|article| article.text == "One"));
        // Archives in archives are not opened.
        let message = first_error(&options(Format::JsonLines), gz(&gz(b"{}")));
        assert_eq!(message, "-: expected JSON Lines, but it looks like gzip");
        // A window of 2 GiB, of which nothing is there.
        let window = [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 3, 0, 0, b'x'];
        assert!(first_error(&options(Format::JsonLines), window).contains("Zstandard"));
    });
}

#[test]
fn a_record_over_the_limit_is_an_error_in_every_format() {
    let long = |format: Format, bytes: String| {
        let message = first_error(&options(format).record_limit(MIB), bytes);
        assert!(
            message.ends_with("a record is longer than the limit of 1048576 bytes"),
            "{format}: {message}"
        );
    };
    let much = "x".repeat(3 << 20);
    long(Format::JsonLines, format!("{{\"text\": \"a\"}}\n{{\"text\": \"{much}\"}}\n"));
    long(Format::Json, format!("[{{\"text\": \"{much}\"}}]"));
    long(Format::Csv, format!("id,text\n1,\"{much}\n"));
    long(Format::Csv, much.clone());
    long(Format::Text, much.clone());
    long(Format::MediaWiki, bare_wiki_export(&bare_wiki_page(&much)));
    long(Format::MediaWiki, bare_wiki_export(&format!("<a b=\"{much}\">")));
    long(Format::MediaWiki, bare_wiki_export(&"<a>".repeat(1 << 20)));
    long(Format::Warc, format!("WARC/1.0\r\n{much}"));
    long(Format::Warc, format!("WARC/1.0\r\n{}", "a: b, c, d, e, f, g\r\n".repeat(1 << 18)));
    let message = first_error(&options(Format::Warc), format!("WARC/1.0\r\n{}", "a:\r\n".repeat(1 << 18)));
    assert_eq!(message, "-:1: expected at most 65536 fields of a WARC header, got more");
    let record = String::from_utf8(warc_record("conversion", "text/plain", "", much.as_bytes())).unwrap();
    long(Format::Warc, record.clone());
    // The length of a WARC record is known, so the next one is read.
    let seen = read(&options(Format::Warc).record_limit(MIB), record.repeat(2));
    assert!(seen.len() == 2 && seen.iter().all(|seen| seen.as_ref().is_err_and(Error::is_record)));
    // White space between records is no record.
    let sparse = format!("[{}{{\"text\": \"a\"}}{}]", " ".repeat(3 << 20), "\n".repeat(3 << 20));
    assert_eq!(read(&options(Format::Json).record_limit(MIB), sparse).len(), 1);
    assert_eq!(read(&options(Format::JsonLines).record_limit(MIB), "\n".repeat(3 << 20)).len(), 0);
}

#[test]
fn claimed_lengths_beyond_the_file_allocate_nothing() {
    in_little_memory("claimed_lengths_beyond_the_file_allocate_nothing", || {
        let length = |length: &str| {
            let record = format!(
                "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\nOne"
            );
            first_error(&options(Format::Warc), record)
        };
        assert_eq!(length("4"), "-:1: the file ends in the middle of a record");
        assert_eq!(length("200000000"), "-:1: the file ends in the middle of a record");
        assert_eq!(length("18446744073709551615"), "-:1: the file ends in the middle of a record");
        assert_eq!(length("18446744073709551616"), "-:1: a WARC record has no length");
        assert_eq!(length("-1"), "-:1: a WARC record has no length");
        let chunk = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
            2\r\nab\r\nffffffffffffffff\r\nc";
        let message =
            first_error(&options(Format::Warc), warc_record("response", "application/http", "", chunk));
        assert_eq!(message, "-:1: the HTTP answer is cut short in a chunk");

        // Parquet whose footer claims what is not there.
        let file = |footer: &[u8]| {
            let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
            first_error(&options(Format::Parquet), [b"PAR1", footer, &length, b"PAR1"].concat())
        };
        let list = |count: &[u8]| [&[0x15, 2, 0x19, 0xfc], count].concat();
        // A list of 2^31 - 1 columns; a group of as many; a group of a negative count.
        assert_eq!(file(&list(&[0xff, 0xff, 0xff, 0xff, 0x07])), "-: malformed metadata");
        let group = |children: &[u8]| {
            [list(&[1]), vec![0x48, 1, b'm', 0x15], children.to_vec(), vec![0, 0x16, 0, 0]].concat()
        };
        assert_eq!(
            file(&group(&[0xfe, 0xff, 0xff, 0xff, 0x0f])),
            "-: a group claims 2147483647 columns, and the file has fewer"
        );
        assert_eq!(file(&group(&[1])), "-: malformed metadata");
        // A million groups, each in the one before; a million lists, each in the one before.
        let groups = [list(&[0xc0, 0x84, 0x3d]), [0x48, 1, b'm', 0x15, 2, 0].repeat(1_000_000)].concat();
        assert_eq!(file(&groups), "-: columns are nested more than 100 deep");
        assert_eq!(file(&[&[0xf9, 0x0f][..], &[0x19].repeat(1_000_000)].concat()), "-: malformed metadata");
        let claim = [b"PAR1".as_slice(), &[0xff, 0xff, 0xff, 0x7f], b"PAR1"].concat();
        assert!(
            first_error(&options(Format::Parquet), claim)
                .contains("the footer claims 2147483647 bytes of 12")
        );
        assert!(first_error(&options(Format::Parquet), b"PAR1".to_vec()).contains("too short"));
    });
}

/// Work that must take linear time; quadratic, a million of something would take a quarter of an hour and more.
fn in_time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(30), "{what} took {:?}", start.elapsed());
    result
}

#[test]
fn a_million_nested_tags_take_linear_time() {
    let text = |what: &str, html: String| {
        let seen = in_time(what, || read(&options(Format::Html), html));
        seen.into_iter().next().unwrap().unwrap().text
    };
    for tag in ["<div>", "<b>", "<p>", "<table>", "<li>", "<a href=x>", "<pre>", "<br>", "&amp", "<font"] {
        let text = text(tag, format!("{}One", tag.repeat(1_000_000)));
        assert!(tag == "<font" || text.ends_with("One"), "{tag}");
    }
    // Each other `<select>` ends the one before, and opens none.
    assert_eq!(text("<select>", format!("One{}Two", "<select>".repeat(1_000_001))), "One");
    for hidden in ["<svg>", "<template>", "<nav>", "<script>", "<title>", "<!--"] {
        assert_eq!(text(hidden, format!("One{}Two", hidden.repeat(1_000_000))), "One", "{hidden}");
    }
    let balanced = format!("{}One{}Two", "<svg>".repeat(1_000_000), "</svg>".repeat(1_000_000));
    assert_eq!(text("balanced", balanced), "Two");
    let attributes: Vec<String> = (0..200_000).map(|n| format!(" a{n}=x")).collect();
    assert_eq!(text("attributes", format!("<p{}>One", attributes.concat())), "One");
}

#[test]
fn a_million_of_every_mark_of_wikitext_take_linear_time() {
    let marks = [
        "{{",
        "}}",
        "{{{",
        "{{{{{",
        "[[",
        "]]",
        "[[a|",
        "[[File:",
        "{|\n",
        "\n|}",
        "\n{|\n{{",
        "\n:{|",
        "[http://a ",
        "]",
        "''",
        "=",
        "\n=",
        "\n== a ==",
        "&lt;ref&gt;",
        "&lt;/ref&gt;",
        "&lt;nowiki&gt;",
        "&lt;!--",
        "&lt;a ",
        "&lt;",
        "&amp;",
        "&amp;a",
        "__",
        "__A",
        "|",
        "\n*",
        "[[a|{{b|",
        "{{[[",
        "[[a|[http://b c ",
        "\n",
        " ",
        "&lt;math&gt;&lt;pre&gt;&lt;/",
        "{{a|",
        "{{a|b=",
        "{{formatnum:",
        "{{a|b}}\n",
        "-{",
        "}-",
        "{|\n|a||",
        "{|\n!a!!",
        "=&lt;b=\n&gt;c",
        "\n={{a|b=",
        "'''''",
    ];
    let read_page = |what: &str, text: &str| {
        let seen =
            in_time(what, || read(&options(Format::MediaWiki), bare_wiki_export(&bare_wiki_page(text))));
        seen.into_iter().next().unwrap().unwrap().text
    };
    for mark in marks {
        read_page(mark, &format!("{}One", mark.repeat(1_000_000)));
    }
    let (open, close) = ("{{".repeat(1_000_000), "}}".repeat(1_000_000));
    assert_eq!(read_page("templates", &format!("{open}One{close}Two")), "Two");
    let open = "{{a|".repeat(1_000_000);
    assert_eq!(read_page("arguments", &format!("{open}One{close} Two")), "One Two");
    let (open, close) = ("\n{|".repeat(500_000), "\n|}".repeat(500_000));
    assert_eq!(read_page("tables", &format!("{open}One{close}\nTwo")), "Two");
}

#[test]
fn xml_with_entities_or_deep_nesting_does_not_grow() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE mediawiki [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let message = first_error(
        &options(Format::MediaWiki),
        format!("{bomb}{}", bare_wiki_export(&bare_wiki_page("&b;"))),
    );
    assert_eq!(message, "-: a document type declaration, which a MediaWiki export does not have");
    // An entity that is not known is an error of its page alone.
    let seen = read(
        &options(Format::MediaWiki),
        bare_wiki_export(&[bare_wiki_page("&b;"), bare_wiki_page("One")].concat()),
    );
    assert_eq!(seen[0].as_ref().unwrap_err().to_string(), "-:1: the entity &b; is not known");
    assert_eq!(seen[1].as_ref().unwrap().text, "One");
    // A million elements, each in the one before.
    let nested = format!("{}One{}", "<a>".repeat(1_000_000), "</a>".repeat(1_000_000));
    for xml in [bare_wiki_export(&bare_wiki_page(&nested)), bare_wiki_export(&nested)] {
        in_time("elements", || read(&options(Format::MediaWiki), xml));
    }
    let error = |xml: &str| first_error(&options(Format::MediaWiki), xml);
    assert_eq!(error("<mediawiki></mediawiki><mediawiki>"), "-: expected <mediawiki>, got <mediawiki>");
    assert!(error("<mediawiki><page></title></page></mediawiki>").starts_with("-:1: byte "));
    assert_eq!(error("<mediawiki>"), "-: the file is cut short: </mediawiki> is missing");
    assert!(error(&bare_wiki_export(&bare_wiki_page("&#xD800;"))).starts_with("-:1: "));
}

#[test]
fn deeply_nested_json_takes_linear_time() {
    let nested = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    for fields in [true, false] {
        for name in ["text", "id", "more"] {
            let line = format!("{{\"text\": \"a\", \"{name}\": {nested}}}\n");
            for format in [Format::JsonLines, Format::Json] {
                let seen = in_time("arrays", || read(&options(format).fields(fields), line.clone()));
                assert_eq!(seen.len(), 1, "{name}");
            }
        }
    }
    let open = "{\"text\": ".repeat(1_000_000);
    let message = first_error(&options(Format::JsonLines), open.clone());
    assert_eq!(message, "-:1: the record ends in the middle of its JSON");
    assert_eq!(first_error(&options(Format::Json), open), "-:1: the file ends in the middle of a record");
}

#[test]
fn columns_over_the_limit_are_an_error() {
    let file = |columns: usize| {
        let header: Vec<String> = (1..columns).map(|n| format!("c{n}")).collect();
        format!(
            "text,{}\nOne{}\nTwo\nThree{}",
            header.join(","),
            ",".repeat(columns - 1),
            ",".repeat(1_000_000)
        )
    };
    let seen = in_time("columns", || read(&options(Format::Csv), file(50_000)));
    assert_eq!(seen[0].as_ref().unwrap().text, "One");
    let wrong = |at: usize| seen[at].as_ref().unwrap_err().to_string();
    assert_eq!(wrong(1), "-:3: expected 50000 fields as in the first row, got 1");
    assert_eq!(wrong(2), "-:4: expected 50000 fields as in the first row, got 1000001");
    let message = first_error(&options(Format::Csv), file(1_000_000));
    assert_eq!(message, "-: expected at most 65536 columns, got 1000000");
}

#[test]
fn a_row_of_commas_takes_little_memory() {
    in_little_memory("a_row_of_commas_takes_little_memory", || {
        let commas = gz(&vec![b','; 16 << 20]);
        let message = first_error(&options(Format::Csv), [gz(b"text,id\n"), commas.repeat(15)].concat());
        assert_eq!(message, "-:2: expected 2 fields as in the first row, got 251658241");
    });
}

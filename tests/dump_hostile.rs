//! Dumps that are cut short, corrupt or made to harm give an error, in bounded memory and without a panic.

mod common;

use std::io::{Cursor, Write};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::pack::{bz2, gz, xz};
use dittograph::Error;
use dittograph::dump::{Article, DumpOptions, Format};
use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, ByteArrayType, Int96};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

const MIB: u64 = 1 << 20;

fn options(format: Format) -> DumpOptions {
    DumpOptions::new().format(format)
}

fn read(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> Vec<Result<Article, Error>> {
    // Whatever is wrong is told a few times and not forever.
    options.from_reader(Cursor::new(bytes.into())).take(10_000).collect()
}

/// What is told of the first thing that is wrong.
#[track_caller]
fn told(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> String {
    let error = read(options, bytes).into_iter().find_map(Result::err).expect("it is told");
    assert!(error.is_format(), "{error}");
    error.to_string()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn parquet(texts: &[&str], properties: WriterProperties) -> Vec<u8> {
    let schema =
        "message m { required binary id (UTF8); optional binary text (UTF8); optional binary more (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let values: Vec<ByteArray> = texts.iter().map(|&text| text.into()).collect();
    let levels = vec![1; values.len()];
    let mut group = writer.next_row_group().unwrap();
    for levels in [None, Some(levels.as_slice()), Some(levels.as_slice())] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values, levels, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

/// Columns whose values are read beside the text.
fn parquet_of_many_types() -> Vec<u8> {
    let schema = "message m { required binary text; required int32 a (INTEGER(16, true)); required int64 b (DECIMAL(12, 2));
        required boolean c; required double d; required fixed_len_byte_array(4) e; required int96 f; required float g;
        required group h { optional int32 i (DATE); required binary j (DECIMAL(9, 3)); } }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut file = Vec::new();
    let properties = WriterProperties::builder()
        .set_column_encoding("a".into(), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding("e".into(), Encoding::DELTA_BYTE_ARRAY)
        .set_column_encoding("d".into(), Encoding::BYTE_STREAM_SPLIT)
        .set_dictionary_enabled(false)
        .set_column_dictionary_enabled("b".into(), true);
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::new(properties.build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let strings: Vec<ByteArray> = ["One", "Two", "Three"].map(ByteArray::from).to_vec();
    let levels = Some([1, 0, 1].as_slice());
    while let Some(mut column) = group.next_column().unwrap() {
        match column.untyped() {
            ColumnWriter::BoolColumnWriter(out) => out.write_batch(&[true, false, true], None, None),
            ColumnWriter::Int32ColumnWriter(out) if out.get_descriptor().max_def_level() > 0 => {
                out.write_batch(&[1, 3], levels, None)
            }
            ColumnWriter::Int32ColumnWriter(out) => out.write_batch(&[1, 200, 3], None, None),
            ColumnWriter::Int64ColumnWriter(out) => out.write_batch(&[1, 1, 3], None, None),
            ColumnWriter::Int96ColumnWriter(out) => {
                out.write_batch(&[Int96::from(vec![1, 2, 3]); 3], None, None)
            }
            ColumnWriter::FloatColumnWriter(out) => out.write_batch(&[1.0, 2.0, 3.0], None, None),
            ColumnWriter::DoubleColumnWriter(out) => out.write_batch(&[1.0, 2.0, 3.0], None, None),
            ColumnWriter::ByteArrayColumnWriter(out) => out.write_batch(&strings, None, None),
            ColumnWriter::FixedLenByteArrayColumnWriter(out) => {
                let values = ["abcd", "abce", "abcf"].map(|value| ByteArray::from(value).into());
                out.write_batch(&values, None, None)
            }
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    file
}

fn warc(kind: &str, media: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://a/\r\nContent-Type: {media}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body, b"\r\n\r\n"].concat()
}

fn wiki(inner: &str) -> String {
    format!("<mediawiki><siteinfo/>{inner}</mediawiki>")
}

fn wiki_page(text: &str) -> String {
    format!("<page><title>T</title><ns>0</ns><id>1</id><revision><text>{text}</text></revision></page>")
}

struct Sample {
    name: &'static str,
    format: Format,
    bytes: Vec<u8>,
    /// How many articles are in it.
    articles: usize,
    /// Whether every shorter part of it is known to be one.
    shows_its_end: bool,
}

/// A small file of each format.
fn samples() -> Vec<Sample> {
    let lines = "{\"id\": \"a\", \"text\": \"One \\u0041 é\", \"n\": [1.5e3]}\n{\"text\": \"Two\"}\n";
    let page = "<html lang=en><title>T</title><meta charset=utf-8><p>One &amp; two<br><b>é</b>\
        <script>x</script><!-- y --></html>";
    let http = |header: &str, body: &[u8]| {
        [format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{header}\r\n\r\n").as_bytes(), body].concat()
    };
    let chunks = format!("{:x}\r\n{page}\r\n0\r\n\r\n", page.len());
    let warcs = [
        warc("warcinfo", "application/warc-fields", b"a: b\r\n"),
        warc("conversion", "text/plain", "One é".as_bytes()),
        warc("response", "application/http", &http("Content-Encoding: gzip", &gz(page.as_bytes()))),
        warc("response", "application/http", &http("Transfer-Encoding: chunked", chunks.as_bytes())),
    ];
    let export = wiki(
        &[
            "<namespaces><namespace key=\"6\">F</namespace></namespaces>",
            &wiki_page("'''One''' {{t|[[x]]}} [[F:x|y]] &lt;ref&gt;z&lt;/ref&gt; &#x41; é\n{|\n|}\n== H =="),
            &wiki_page("Two"),
        ]
        .concat(),
    );
    let array = format!("[{}]", lines.trim().replace('\n', ","));
    let utf_16 = [0xff, 0xfe, b'O', 0, 0x3d, 0xd8, 0x0e, 0xdc];
    let texts = ["One", "Two and é", "One", "Twofold"];
    let plain = WriterProperties::builder;
    let parquets = parquet(&texts, plain().build());
    let two_gz = gz(lines.as_bytes()).repeat(2);

    let sample = |name, format, bytes: &[u8], articles, shows_its_end| Sample {
        name,
        format,
        bytes: bytes.to_vec(),
        articles,
        shows_its_end,
    };
    let mut all = vec![
        sample("JSON Lines", Format::JsonLines, lines.as_bytes(), 2, false),
        sample("JSON", Format::Json, array.as_bytes(), 2, true),
        sample("CSV", Format::Csv, "id,text\n1,\"One \"\"é\"\"\n\"\n2,Two\n".as_bytes(), 2, false),
        sample("TSV", Format::Tsv, b"id\ttext\n1\tOne\n2\tTwo\n", 2, false),
        sample("text", Format::Text, "One é\n\nTwo".as_bytes(), 1, false),
        sample("UTF-16", Format::Text, &utf_16, 1, false),
        sample("HTML", Format::Html, page.as_bytes(), 1, false),
        sample("WARC", Format::Warc, &warcs.concat(), 3, false),
        sample("MediaWiki", Format::MediaWiki, export.as_bytes(), 2, true),
        sample("members", Format::JsonLines, &two_gz, 4, false),
        sample("gz", Format::JsonLines, &gz(lines.as_bytes()), 2, true),
        sample("zst", Format::JsonLines, &zst(lines.as_bytes()), 2, true),
        sample("bz2", Format::JsonLines, &bz2(lines.as_bytes()), 2, true),
        sample("xz", Format::JsonLines, &xz(lines.as_bytes()), 2, true),
        sample("Parquet", Format::Parquet, &parquets, 4, true),
        sample("packed Parquet", Format::Parquet, &gz(&parquets), 4, true),
    ];
    for compression in [
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        let file = parquet(&texts, plain().set_compression(compression).build());
        all.push(sample("Parquet of packed pages", Format::Parquet, &file, 4, true));
    }
    for encoding in [Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let properties = plain().set_writer_version(version).set_dictionary_enabled(false);
            let file = parquet(&texts, properties.set_encoding(encoding).build());
            all.push(sample("Parquet without dictionaries", Format::Parquet, &file, 4, true));
        }
    }
    all
}

#[test]
fn a_file_that_is_cut_short_anywhere_is_told() {
    for Sample { name, format, bytes, articles, shows_its_end } in samples() {
        let whole = read(&options(format), bytes.clone());
        assert!(whole.len() == articles && whole.iter().all(Result::is_ok), "{name}: {whole:?}");
        for length in 0..bytes.len() {
            let part = read(&options(format), &bytes[..length]);
            assert!(
                part.iter().filter(|article| article.is_ok()).count() <= articles,
                "{name} cut at {length}"
            );
            // What is empty has nothing that could be missing, and white space may end a file.
            let is_end = bytes[length..].iter().all(u8::is_ascii_whitespace);
            if shows_its_end && length > 0 && !is_end {
                let is_told = part.iter().any(Result::is_err);
                assert!(is_told, "{name} cut at {length} of {}: {part:?}", bytes.len());
            }
        }
    }
}

#[test]
fn a_corrupt_byte_anywhere_does_no_harm() {
    in_little_memory("a_corrupt_byte_anywhere_does_no_harm", || {
        let arrow = include_bytes!("data/arrow.parquet").to_vec();
        let types = parquet_of_many_types();
        let more = [("arrow", arrow), ("types", types)].map(|(name, bytes)| Sample {
            name,
            format: Format::Parquet,
            bytes,
            articles: 10,
            shows_its_end: true,
        });
        for Sample { name, format, bytes, articles, .. } in samples().into_iter().chain(more) {
            let options = options(format).text_field(if name == "arrow" { "dictionary" } else { "text" });
            for at in 0..bytes.len() {
                let byte = bytes[at];
                for wrong in [0, 0xff, 0x7f, byte ^ 1, byte ^ 0x80, byte.wrapping_add(16)] {
                    let mut corrupt = bytes.clone();
                    corrupt[at] = wrong;
                    let seen = read(&options, corrupt).len();
                    assert!(seen < 10 * articles + 100, "{name} with {wrong} at {at}: {seen} records");
                }
            }
        }
    });
}

/// Work in a process of its own that the system gives a gigabyte and a half at most: whoever asks for more ends it.
fn in_little_memory(test: &str, work: impl FnOnce()) {
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
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", output.status);
    assert!(!told.contains("panicked"), "{} panics: {told}", told.matches("panicked").count());
}

#[test]
fn archives_that_unpack_to_much() {
    in_little_memory("archives_that_unpack_to_much", || {
        // A member of 16 MiB in a few bytes, 64 times: a gigabyte.
        let spaces = vec![b' '; 16 << 20];
        let bombs = [("gz", gz(&spaces)), ("zst", zst(&spaces)), ("bz2", bz2(&spaces)), ("xz", xz(&spaces))];
        for (name, member) in &bombs {
            let bomb = member.repeat(64);
            assert!(bomb.len() < 4 << 20, "{name}");
            for format in [Format::JsonLines, Format::Text, Format::Html, Format::Csv] {
                let told = told(&options(format).record_limit(MIB), bomb.clone());
                assert!(
                    told.ends_with("a record is longer than the limit of 1048576 bytes"),
                    "{name}: {told}"
                );
            }
        }
        // With the limit as it is.
        let told_of = told(&options(Format::JsonLines), bombs[1].1.repeat(64));
        assert_eq!(told_of, "-:1: a record is longer than the limit of 268435456 bytes");
        // One in a page.
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n".as_slice();
        let page = [head, &bombs[0].1.repeat(64)].concat();
        let bomb = [warc("response", "application/http", &page), warc("conversion", "text/plain", b"One")];
        let seen = read(&options(Format::Warc).record_limit(2 * MIB), bomb.concat());
        assert!(seen[0].as_ref().is_err_and(Error::is_record));
        assert!(seen[1].as_ref().is_ok_and(|article| article.text == "One"));
        // Archives in archives are not opened.
        let told_of = told(&options(Format::JsonLines), gz(&gz(b"{}")));
        assert_eq!(told_of, "-: expected JSON Lines, but it looks like gzip");
        // A window of 2 GiB, of which nothing is there.
        let window = [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 3, 0, 0, b'x'];
        assert!(told(&options(Format::JsonLines), window).contains("Zstandard"));
    });
}

#[test]
fn a_record_that_is_too_long() {
    let long = |format: Format, bytes: String| {
        let told = told(&options(format).record_limit(MIB), bytes);
        assert!(told.ends_with("a record is longer than the limit of 1048576 bytes"), "{format}: {told}");
    };
    let much = "x".repeat(3 << 20);
    long(Format::JsonLines, format!("{{\"text\": \"a\"}}\n{{\"text\": \"{much}\"}}\n"));
    long(Format::Json, format!("[{{\"text\": \"{much}\"}}]"));
    long(Format::Csv, format!("id,text\n1,\"{much}\n"));
    long(Format::Csv, much.clone());
    long(Format::Text, much.clone());
    long(Format::MediaWiki, wiki(&wiki_page(&much)));
    long(Format::MediaWiki, wiki(&format!("<a b=\"{much}\">")));
    long(Format::MediaWiki, wiki(&"<a>".repeat(1 << 20)));
    long(Format::Warc, format!("WARC/1.0\r\n{much}"));
    long(Format::Warc, format!("WARC/1.0\r\n{}", "a: b\r\n".repeat(1 << 20)));
    let record = String::from_utf8(warc("conversion", "text/plain", much.as_bytes())).unwrap();
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
fn lengths_that_are_not_there() {
    in_little_memory("lengths_that_are_not_there", || {
        let length = |length: &str| {
            let record = format!(
                "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\nOne"
            );
            told(&options(Format::Warc), record)
        };
        assert_eq!(length("4"), "-:1: the file ends in the middle of a record");
        assert_eq!(length("200000000"), "-:1: the file ends in the middle of a record");
        assert_eq!(length("18446744073709551615"), "-:1: the file ends in the middle of a record");
        assert_eq!(length("18446744073709551616"), "-:1: a WARC record has no length");
        assert_eq!(length("-1"), "-:1: a WARC record has no length");
        let chunk = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
            2\r\nab\r\nffffffffffffffff\r\nc";
        let told_of = told(&options(Format::Warc), warc("response", "application/http", chunk));
        assert_eq!(told_of, "-:1: the HTTP answer is cut short in a chunk");

        // Parquet whose footer claims what is not there.
        let file = |footer: &[u8]| {
            let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
            told(&options(Format::Parquet), [b"PAR1", footer, &length, b"PAR1"].concat())
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
        assert!(told(&options(Format::Parquet), claim).contains("the footer claims 2147483647 bytes of 12"));
        assert!(told(&options(Format::Parquet), b"PAR1".to_vec()).contains("too short"));
    });
}

#[test]
fn parquet_pages_longer_than_the_limit() {
    let long = "x".repeat(3 << 20);
    for compression in
        [Compression::UNCOMPRESSED, Compression::ZSTD(ZstdLevel::default()), Compression::SNAPPY]
    {
        let properties =
            WriterProperties::builder().set_compression(compression).set_dictionary_enabled(false);
        let file = parquet(&["One", &long], properties.build());
        // As a whole it may be longer; one page may not.
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.parquet");
        std::fs::write(&path, file).unwrap();
        let error = DumpOptions::new().record_limit(MIB).open(&path).unwrap().find_map(Result::err).unwrap();
        assert!(error.to_string().contains("a record is longer than the limit of 1048576 bytes"), "{error}");
        assert_eq!(DumpOptions::new().open(&path).unwrap().flatten().count(), 2);
        // What comes through a reader is held as a whole.
        let told = told(&options(Format::Parquet).record_limit(16), std::fs::read(&path).unwrap());
        let expected =
            "-: a Parquet file that is compressed or no file on disk is longer than the limit of 16 bytes";
        assert_eq!(told, expected);
    }
}

/// Work that must take linear time; quadratic, a million of something would take a quarter of an hour and more.
fn in_time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(30), "{what} took {:?}", start.elapsed());
    result
}

#[test]
fn a_million_nested_tags() {
    let text = |what: &str, html: String| {
        let seen = in_time(what, || read(&options(Format::Html), html));
        seen.into_iter().next().unwrap().unwrap().text
    };
    for tag in ["<div>", "<b>", "<p>", "<table>", "<li>", "<a href=x>", "<pre>", "<br>", "&amp", "<font"] {
        let text = text(tag, format!("{}One", tag.repeat(1_000_000)));
        assert!(tag == "<font" || text.ends_with("One"), "{tag}");
    }
    for hidden in ["<svg>", "<template>", "<nav>", "<script>", "<title>", "<!--", "<select>"] {
        assert_eq!(text(hidden, format!("One{}Two", hidden.repeat(1_000_000))), "One", "{hidden}");
    }
    let balanced = format!("{}One{}Two", "<svg>".repeat(1_000_000), "</svg>".repeat(1_000_000));
    assert_eq!(text("balanced", balanced), "Two");
    let attributes: Vec<String> = (0..200_000).map(|n| format!(" a{n}=x")).collect();
    assert_eq!(text("attributes", format!("<p{}>One", attributes.concat())), "One");
}

#[test]
fn a_million_of_every_mark_of_wikitext() {
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
    ];
    let read_page = |what: &str, text: &str| {
        let seen = in_time(what, || read(&options(Format::MediaWiki), wiki(&wiki_page(text))));
        seen.into_iter().next().unwrap().unwrap().text
    };
    for mark in marks {
        read_page(mark, &format!("{}One", mark.repeat(1_000_000)));
    }
    let (open, close) = ("{{".repeat(1_000_000), "}}".repeat(1_000_000));
    assert_eq!(read_page("templates", &format!("{open}One{close}Two")), "Two");
    let (open, close) = ("\n{|".repeat(500_000), "\n|}".repeat(500_000));
    assert_eq!(read_page("tables", &format!("{open}One{close}\nTwo")), "Two");
}

#[test]
fn xml_that_is_made_to_grow() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE mediawiki [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let told_of = told(&options(Format::MediaWiki), format!("{bomb}{}", wiki(&wiki_page("&b;"))));
    assert_eq!(told_of, "-: a document type declaration, which a MediaWiki export does not have");
    // An entity that is not known is an error of its page alone.
    let seen = read(&options(Format::MediaWiki), wiki(&[wiki_page("&b;"), wiki_page("One")].concat()));
    assert_eq!(seen[0].as_ref().unwrap_err().to_string(), "-:1: the entity &b; is not known");
    assert_eq!(seen[1].as_ref().unwrap().text, "One");
    // A million elements, each in the one before.
    let nested = format!("{}One{}", "<a>".repeat(1_000_000), "</a>".repeat(1_000_000));
    for xml in [wiki(&wiki_page(&nested)), wiki(&nested)] {
        in_time("elements", || read(&options(Format::MediaWiki), xml));
    }
    let told = |xml: &str| told(&options(Format::MediaWiki), xml);
    assert_eq!(told("<mediawiki></mediawiki><mediawiki>"), "-: expected <mediawiki>, got <mediawiki>");
    assert!(told("<mediawiki><page></title></page></mediawiki>").starts_with("-:1: byte "));
    assert_eq!(told("<mediawiki>"), "-: the file is cut short: </mediawiki> is missing");
    assert!(told(&wiki(&wiki_page("&#xD800;"))).starts_with("-:1: "));
}

#[test]
fn json_that_is_nested_deeply() {
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
    assert!(told(&options(Format::JsonLines), open.clone()).contains("recursion limit exceeded"));
    assert_eq!(told(&options(Format::Json), open), "-:1: the file ends in the middle of a record");
}

#[test]
fn csv_of_many_columns() {
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
    let told = told(&options(Format::Csv), file(1_000_000));
    assert_eq!(told, "-: expected at most 65536 columns, got 1000000");
}

#[test]
fn a_row_of_commas() {
    in_little_memory("a_row_of_commas", || {
        let commas = gz(&vec![b','; 16 << 20]);
        let told = told(&options(Format::Csv), [gz(b"text,id\n"), commas.repeat(15)].concat());
        assert_eq!(told, "-:2: expected 2 fields as in the first row, got 251658241");
    });
}

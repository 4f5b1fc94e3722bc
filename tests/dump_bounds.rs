//! What a record may cost, whatever its bytes are: counted in bytes, never in time.

mod common;

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use common::dump::{bare_wiki_export, bare_wiki_page, in_little_memory, warc_record};
use dittograph::Detector;
use dittograph::dump::{DumpOptions, Format};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

const LIMIT: usize = 4 << 20;

/// The lines that a text may have, and the values of an object, for that limit.
const ITEMS: usize = 1 << 16;

/// How many times the limit memory may be.
const MULTIPLE: u64 = 8;

fn options(format: Format) -> DumpOptions {
    DumpOptions::new().format(format).record_limit(LIMIT as u64)
}

/// The lengths of the texts that can be read, and the messages of what cannot, with what that took.
fn read(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> (Vec<Result<usize, String>>, AllocationInfo) {
    let input = Cursor::new(bytes.into());
    let mut seen = Vec::with_capacity(100);
    let taken = measure(|| {
        let articles = options.from_reader(input).take(100_000); // no error may be returned forever
        seen.extend(articles.map(|article| match article {
            Ok(article) => Ok(article.text.len()),
            Err(error) => Err(error.to_string()),
        }));
    });
    (seen, taken)
}

/// Repeats a mark as often as it fits in the limit between what stands around it.
fn filled(before: &str, mark: &str, after: &str) -> String {
    let times = (LIMIT - before.len() - after.len() - 100) / mark.len();
    [before, &mark.repeat(times), after].concat()
}

/// Records that are as long as they may be, of nothing but one mark.
fn records_of_marks() -> Vec<(Format, Vec<u8>)> {
    let mut records = Vec::new();
    let mut put = |format, bytes: String| records.push((format, bytes.into_bytes()));
    for format in [Format::JsonLines, Format::Json] {
        for mark in ["a", "a\\n", "\\n", "\\u000a", "\\ud800", "\u{645}", " "] {
            put(format, filled("{\"text\": \"", mark, "\"}\n"));
        }
        for mark in ["[],", "{},", "0,", "NaN,", "\"\",", "-Infinity,"] {
            put(format, filled("{\"text\": \"a\", \"more\": [", mark, "0]}\n"));
            put(format, filled("{\"text\": [", mark, "0]}\n"));
        }
        put(format, filled("{", "\"\":0,", "\"a\":0}\n"));
        put(format, filled("{", "\"text\":\"\",", "\"text\":\"\"}\n"));
    }
    for mark in ["a", "\"\"", "\n", "\r\n", "a,"] {
        put(Format::Csv, filled("text\n\"", mark, "\"\n"));
        put(Format::Csv, filled("", mark, "\n"));
    }
    put(Format::Csv, filled("text\na", ",", "\n"));
    for mark in ["a", "a\n", "\n", "\r", "\u{2028}", "\u{c}a"] {
        put(Format::Text, filled("", mark, ""));
        put(Format::Text, filled("\u{feff}", mark, ""));
    }
    for mark in ["<b>", "<p>", "<a href=x>", "&amp;", "a\n", "<br>", "<td>", "<!---->", "<p a=b>", "<"] {
        put(Format::Html, filled("<!doctype html>", mark, ""));
        put(Format::Html, filled("<!doctype html>", mark, "")[..LIMIT / 8].to_owned());
    }
    for mark in
        ["{{", "}}", "[[", "''", "{|\n", "\n*", "&lt;ref&gt;", "{{a|", "|", "a\n\n", "&amp;", "<a/>", "\n:"]
    {
        let page = |len: usize| bare_wiki_export(&bare_wiki_page(&mark.repeat(len / mark.len())));
        put(Format::MediaWiki, page(LIMIT - 1000));
        put(Format::MediaWiki, page(LIMIT / 8));
    }
    put(Format::MediaWiki, bare_wiki_export(&filled("", "<a>", "")));
    put(Format::Warc, filled("WARC/1.0\r\n", "a:\r\n", "\r\n"));
    put(Format::Warc, filled("WARC/1.0\r\na: b\r\n", " \r\n", "\r\n"));
    let mut warc = |header: &str, body: &str| {
        let answer = [header.as_bytes(), b"\r\n\r\n", body.as_bytes()].concat();
        records.push((Format::Warc, warc_record("response", "application/http", "", &answer)));
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain";
    warc(&format!("{head}\r\nTransfer-Encoding: chunked"), &filled("", "1\r\na\r\n", "0\r\n\r\n")[1000..]);
    warc(&filled(head, "\r\na: b", "")[1000..], "One");
    warc(&[head, &"\r\n b".repeat(1 << 19)].concat(), "One");
    records
}

#[test]
fn memory_is_a_small_multiple_of_the_limit() {
    for (format, bytes) in records_of_marks() {
        let begins = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        assert!(bytes.len() <= LIMIT + 1000, "{begins}");
        let (_, taken) = read(&options(format), bytes);
        let times = taken.bytes_max as f64 / LIMIT as f64;
        assert!(
            taken.bytes_max <= MULTIPLE * LIMIT as u64,
            "{format}: {begins:?} takes {times:.1} times the limit"
        );
    }
}

#[test]
fn a_text_of_line_breaks_is_refused_wherever_it_comes_from() {
    let error = format!("a record has more lines than the limit of {ITEMS}");
    let lines = |count: usize| "\n".repeat(count);
    let escaped = |count| format!("{{\"text\": \"{}\"}}\n{{\"text\": \"Two\"}}\n", "\\n".repeat(count));
    let quoted = |count| format!("text\n\"{}\"\nTwo\n", lines(count));
    let files: [(Format, &dyn Fn(usize) -> String); 3] =
        [(Format::JsonLines, &escaped), (Format::Json, &escaped), (Format::Csv, &quoted)];
    for (format, file) in files {
        // In CSV the number is that of the line.
        let (seen, _) = read(&options(format), file(ITEMS + 1));
        let refused = seen[0].as_ref().unwrap_err();
        assert!(refused.ends_with(&error) && refused.starts_with("-:"), "{refused}");
        assert_eq!(seen[1..], [Ok(3)], "{format}: the next record is read");
        let (seen, _) = read(&options(format), file(ITEMS));
        assert_eq!(seen, [Ok(ITEMS), Ok(3)], "{format}");
        // In pieces too.
        let open = |count| options(format).from_reader(Cursor::new(file(count))).pieces().unwrap();
        for (count, is_refused) in [(ITEMS + 1, true), (ITEMS, false)] {
            let piece = open(count).next().unwrap().unwrap();
            let records = piece.records();
            assert_eq!(
                records[0].as_ref().is_err_and(|e| e.is_record() && e.to_string() == *refused),
                is_refused
            );
            assert_eq!(&*records[1].as_ref().unwrap().text, "Two");
        }
    }
    for (format, file) in [
        (Format::Text, lines(ITEMS + 1).into_bytes()),
        (Format::Warc, warc_record("conversion", "text/plain", "", lines(ITEMS + 1).as_bytes())),
        (Format::Parquet, parquet(&[&lines(ITEMS + 1)], 1)),
    ] {
        let (seen, _) = read(&options(format), file);
        assert!(seen[0].as_ref().is_err_and(|refused| refused.ends_with(&error)), "{seen:?}");
        assert_eq!(seen.len(), 1);
    }
}

#[test]
fn values_and_markup_have_limits() {
    let object = |count: usize| format!("{{\"text\": \"One\", \"more\": [{}0]}}\n", "0,".repeat(count - 3));
    let (seen, _) = read(&options(Format::JsonLines), object(ITEMS) + &object(ITEMS + 1) + &object(4));
    let error = format!("-:2: a record has more values than the limit of {ITEMS}");
    assert_eq!(seen, [Ok(3), Err(error), Ok(3)]);
    // They are not held where they are not asked for, and what stands in a string is no value.
    let (seen, _) = read(&options(Format::JsonLines).fields(false), object(ITEMS + 1));
    assert_eq!(seen, [Ok(3)]);
    let commas = ",[{\\\"".repeat(ITEMS);
    let (seen, _) =
        read(&options(Format::JsonLines), format!("{{\"text\": \"{commas}\", \"more\": \"{commas}\"}}"));
    assert_eq!(seen, [Ok(4 * ITEMS)]);

    let most = 1 << 20; // more than an eighth of this limit
    let (seen, _) = read(&options(Format::Html), "a".repeat(most));
    assert_eq!(seen, [Ok(most)]);
    let (seen, _) = read(&options(Format::Html), "a".repeat(most + 1));
    assert_eq!(seen, [Err(format!("-: an HTML page is longer than the limit of {most} bytes"))]);
    let pages = [most, most + 1, 3].map(|len| bare_wiki_page(&"a".repeat(len))).concat();
    let (seen, _) = read(&options(Format::MediaWiki), bare_wiki_export(&pages));
    let error = format!("-:2: the wikitext of a page is longer than the limit of {most} bytes");
    assert_eq!(seen, [Ok(most), Err(error), Ok(3)]);
}

/// Hands out a few bytes at a time.
struct Trickle(Cursor<Vec<u8>>, usize);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(self.1);
        self.0.read(&mut buffer[..len])
    }
}

#[test]
fn the_limit_is_the_same_in_whatever_pieces_the_bytes_come() {
    let text = "The ferry did not sail since the wind had turned. ".repeat(4);
    let record = |n: usize| format!("{{\"id\": {n}, \"text\": \"{text}\"}}");
    let warc =
        [&text, "Two"].map(|text| warc_record("conversion", "text/plain", "", text.as_bytes())).concat();
    let files = [
        (Format::JsonLines, format!("{}\n{}\n", record(1), record(20)).into_bytes()),
        (Format::Json, format!("[{},\n{}]", record(1), record(20)).into_bytes()),
        (Format::Json, format!("{} {}", record(1), record(20)).into_bytes()),
        (Format::Csv, format!("id,text\n1,\"{text}\"\r\n2,{text} more\n").into_bytes()),
        (Format::Text, text.clone().into_bytes()),
        (Format::Html, format!("<p>{text}").into_bytes()),
        (Format::Warc, warc),
        (
            Format::MediaWiki,
            bare_wiki_export(&[text.as_str(), "Two", &text].map(bare_wiki_page).concat()).into_bytes(),
        ),
    ];
    for (format, file) in files {
        let mut refused = 0;
        for limit in 1..file.len() as u64 + 2 {
            let options = DumpOptions::new().format(format).record_limit(limit);
            let seen = |len: usize| -> Vec<Result<String, String>> {
                let articles = options.from_reader(Trickle(Cursor::new(file.clone()), len)).take(100);
                articles.map(|article| article.map(|a| a.text).map_err(|error| error.to_string())).collect()
            };
            let whole = seen(usize::MAX);
            refused += usize::from(whole.iter().any(Result::is_err));
            for len in [1, 7, 64] {
                assert_eq!(seen(len), whole, "{format} with a limit of {limit}, {len} bytes at a time");
            }
        }
        assert!(refused >= text.len() - 1, "{format}: {refused}");
        let limit = file.len() as u64;
        let all = DumpOptions::new().format(format).record_limit(limit).from_reader(Cursor::new(file));
        assert!(all.into_iter().all(|article| article.is_ok()), "{format}");
    }
}

#[test]
fn encodings_in_one_another_unpack_to_no_more_than_one() {
    use std::io::Write;
    let deflate = |bytes: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let answer = |codings: &str, body: &[u8]| {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: {codings}\r\n\r\n");
        warc_record("response", "application/http", "", &[head.as_bytes(), body].concat())
    };
    let once = deflate(&vec![b'a'; 64 << 20]);
    let twice = deflate(&once);
    assert!(twice.len() < 1000);
    let options = DumpOptions::new().format(Format::Warc);
    let (seen, taken) = read(&options, answer("deflate", &once));
    assert_eq!(seen, [Ok(64 << 20)]);
    assert!(taken.bytes_max < 4 * (64 << 20));
    // Unpacked whole, a hundred of them would be 6.4 GB.
    let file = answer("deflate, deflate", &twice).repeat(100);
    let (work, len) = (file.len() as u64, twice.len());
    let (seen, taken) = read(&options, file);
    let most = len * 1032 + (1 << 16);
    let error = format!(
        "-:1: the content encoding deflate: the unpacked answer is longer than the limit of {most} bytes"
    );
    assert_eq!(seen[0], Err(error));
    assert_eq!(seen.len(), 100);
    assert!(taken.bytes_total < work * 1032 * 8, "{}", taken.bytes_total);
    // Named again and again, it is not unpacked again and again.
    let (seen, taken) = read(&options, answer(&"deflate,".repeat(50), &twice));
    assert_eq!(seen, [Err("-:1: the HTTP answer has more than 4 content encodings".to_owned())]);
    assert!(taken.bytes_total < 1 << 20);
}

#[test]
fn header_lines_that_go_on_are_copied_once() {
    let warc = |lines: usize| {
        let more = format!("X: a\r\n{}", " b\r\n".repeat(lines));
        warc_record("conversion", "text/plain", &more, b"One")
    };
    let http = |lines: usize| {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX: a\r\n{}\r\nOne",
            " b\r\n".repeat(lines)
        );
        warc_record("response", "application/http", "", answer.as_bytes())
    };
    for file in [&warc as &dyn Fn(usize) -> Vec<u8>, &http] {
        let total = |lines: usize| {
            let (seen, taken) = read(&DumpOptions::new().format(Format::Warc), file(lines));
            assert_eq!(seen, [Ok(3)]);
            taken.bytes_total
        };
        let (few, many) = (total(50_000), total(200_000));
        assert!(many < 6 * few, "{few} and {many}");
    }
}

/// A Parquet file with a column of texts.
fn parquet(texts: &[&str], times: usize) -> Vec<u8> {
    let schema = parse_message_type("message m { required binary text (UTF8); }").unwrap();
    let properties = WriterProperties::builder().set_dictionary_page_size_limit(16 << 20).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(*text)).collect();
    for _ in 0..times {
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    }
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn a_value_of_parquet_that_comes_again_comes_so_often_only() {
    let long = "x".repeat(10_000);
    let file = parquet(&[long.as_str(); 100], 200);
    // In a dictionary, and then a few bits each.
    assert!(file.len() < 20_000, "{}", file.len());
    let (seen, _) = read(&options(Format::Parquet), file.clone());
    let texts = seen.iter().filter(|seen| seen.is_ok()).count();
    let error = seen.last().unwrap().as_ref().unwrap_err();
    assert!(error.ends_with("bytes of pages hold records of more than 1032 times their length"), "{error}");
    let most = (LIMIT + 1032 * file.len()) / long.len();
    assert!((LIMIT / long.len()..=most).contains(&texts), "{texts}");
    // With the limit as it is, all are read.
    assert_eq!(read(&DumpOptions::new().format(Format::Parquet), file).0.len(), 20_000);
}

#[test]
fn an_article_of_as_many_lines_as_it_may_have_is_scanned_in_little_memory() {
    in_little_memory("an_article_of_as_many_lines_as_it_may_have_is_scanned_in_little_memory", || {
        let lines = "a\n".repeat((256 << 20) / 64);
        assert_eq!(Detector::default().scan(&lines).pairs().len(), (256 << 20) / 64 - 1);
    });
}

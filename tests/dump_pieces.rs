//! Dumps in pieces: the same records as one by one, parsed on all cores, and written back.

use std::fs;
use std::io::Write;
use std::ops::Range;

use dittograph::Error;
use dittograph::dump::{Dump, DumpOptions, Format, MissingText};
use flate2::Compression;
use flate2::write::GzEncoder;

type Seen = Result<(String, String, u64), String>;

fn one_by_one(dump: Dump) -> Vec<Seen> {
    let seen = |article: Result<_, Error>| {
        let article: dittograph::dump::Article = article.map_err(|error| error.to_string())?;
        Ok((article.id, article.text, article.place.record))
    };
    dump.map(seen).collect()
}

fn in_pieces(dump: Dump) -> Vec<Seen> {
    let mut seen = Vec::new();
    for piece in dump.pieces().unwrap() {
        match piece {
            Err(error) => seen.push(Err(error.to_string())),
            Ok(piece) => seen.extend(piece.records().into_iter().map(|record| {
                let record = record.map_err(|error| error.to_string())?;
                Ok((record.id.into_owned(), record.text.into_owned(), record.number))
            })),
        }
    }
    seen
}

/// Reads a dump in both ways, which must give the same.
fn read(options: &DumpOptions, bytes: &[u8]) -> Vec<Seen> {
    let open = || options.from_reader(std::io::Cursor::new(bytes.to_vec()));
    let seen = one_by_one(open());
    assert!(in_pieces(open()) == seen);
    seen
}

fn options(format: Format) -> DumpOptions {
    DumpOptions::new().format(format)
}

/// Writes each record without the spans that `lost` returns for its text.
fn rewritten(options: &DumpOptions, bytes: &str, lost: impl Fn(&str) -> Vec<Range<usize>>) -> String {
    let mut out = Vec::new();
    for piece in options.from_reader(std::io::Cursor::new(bytes.to_owned())).pieces().unwrap() {
        for record in piece.unwrap().records() {
            let record = record.unwrap();
            record.write_without(&lost(&record.text), &mut out).unwrap();
        }
    }
    String::from_utf8(out).unwrap()
}

/// Where a word stands in a text, with the line breaks before it.
fn word(text: &str, word: &str) -> Vec<Range<usize>> {
    let at = text.find(word).map(|start| text[..start].trim_end().len()..start + word.len());
    at.into_iter().collect()
}

#[test]
fn lines_longer_than_a_piece_and_lines_across_its_end_are_whole() {
    let long = "The ferry did not sail. ".repeat(1_000_000); // 24 MB
    let mut lines = format!("{{\"id\": \"long\", \"text\": \"{long}\"}}\n\n").into_bytes();
    for n in 0..60_000 {
        let text = format!("The mill of number {n} burnt down.\\nNobody was hurt.");
        write!(lines, "{{\"id\": {n}, \"text\": \"{text}\"}}\r\n").unwrap();
        if n % 10_000 == 0 {
            lines.extend_from_slice(" \n\u{feff}{\"text\": 7}\n\u{feff}\n".as_bytes());
        }
    }
    lines.extend_from_slice(b"{\"id\": \"last\", \"text\": \"The end.\"}");
    let seen = read(&options(Format::JsonLines), &lines);
    assert_eq!(seen.len(), 1 + 60_000 + 6 + 1);
    assert_eq!(seen[0], Ok(("long".to_owned(), long, 1)));
    assert_eq!(seen[2], Err("-:5: field \"text\": expected a string, got 7".to_owned()));
    assert_eq!(seen[60_007], Ok(("last".to_owned(), "The end.".to_owned(), 60_021)));
}

#[test]
fn a_line_over_the_limit_costs_that_line() {
    let lines = format!("{{\"text\": \"{}\"}}\n{{\"text\": \"Two\"}}\n", "One ".repeat(100));
    let seen = read(&options(Format::JsonLines).record_limit(100), lines.as_bytes());
    assert_eq!(
        seen,
        [
            Err("-:1: a record is longer than the limit of 100 bytes".to_owned()),
            Ok(("-:2".to_owned(), "Two".to_owned(), 2)),
        ]
    );
    // One that is longer than a piece.
    let lines = format!("{{\"text\": \"{}\"}}\n{{\"text\": \"Two\"}}\n", "One ".repeat(5_000_000));
    let seen = read(&options(Format::JsonLines).record_limit(100), lines.as_bytes());
    assert_eq!((seen.len(), &seen[1]), (2, &Ok(("-:2".to_owned(), "Two".to_owned(), 2))));
}

#[test]
fn every_format_is_read_in_pieces() {
    let seen = read(&options(Format::Json), b" [{\"text\": \"One\",\n \"id\": 7}, {\"text\": \"Two\"}\n] ");
    assert_eq!(seen[0], Ok(("7".to_owned(), "One".to_owned(), 1)));
    assert_eq!(read(&options(Format::Json), b"[{\"text\": \"O\nne\"}, {\"text\": \"Two\"}, 7]").len(), 3);
    assert_eq!(read(&options(Format::Csv), b"id,text\n1,One\n2\n3,Three\n").len(), 3);
    assert_eq!(read(&options(Format::Html), b"<p>One<p>Two").len(), 1);
    assert_eq!(read(&options(Format::Text), b"One").len(), 1);
    assert_eq!(read(&options(Format::Text), b"").len(), 1);
    assert!(read(&options(Format::JsonLines), b"").is_empty());
    let utf_16: Vec<u8> =
        "\u{feff}{\"text\": \"مرحبا\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let seen = read(&DumpOptions::new(), &utf_16);
    assert_eq!(seen, [Ok(("-:1".to_owned(), "مرحبا".to_owned(), 1))]);
}

#[test]
fn a_file_that_is_cut_short_costs_its_rest_and_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for n in 0..2_000 {
        writeln!(encoder, "{{\"id\": \"a{n}\", \"text\": \"The mill of number {n} burnt down.\"}}").unwrap();
    }
    let whole = encoder.finish().unwrap();
    fs::write(folder.path().join("a.jsonl.gz"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("b.jsonl"), "{\"id\": \"b\", \"text\": \"Two\"}\n").unwrap();
    let open = || Dump::open(folder.path()).unwrap();
    let seen = in_pieces(open());
    assert!(one_by_one(open()) == seen);
    let good = seen.iter().take_while(|seen| seen.is_ok()).count();
    assert!(good > 500, "{good}");
    let message = seen[good].as_ref().unwrap_err();
    assert!(message.ends_with(&format!("a.jsonl.gz:{}: gzip: the file is cut short", good + 1)), "{message}");
    assert_eq!(seen[good + 1].as_ref().map(|(id, ..)| id.as_str()), Ok("b"));
    assert_eq!(seen.len(), good + 2);
}

#[test]
fn what_python_writes_costs_no_article_and_is_written_back_as_it_was() {
    let line =
        "{\"score\":NaN,\"more\":[ -Infinity,Infinity],\"text\":\"One \\ud83d\\nTwo\", \"last\": NaN}\n";
    let seen = read(&options(Format::JsonLines), line.as_bytes());
    assert_eq!(seen, [Ok(("-:1".to_owned(), "One \u{fffd}\nTwo".to_owned(), 1))]);
    let article = options(Format::JsonLines).from_reader(line.as_bytes()).last().unwrap().unwrap();
    assert_eq!(
        serde_json::Value::Object(article.fields),
        serde_json::json!({"score": null, "more": [null, null], "last": null})
    );
    assert_eq!(rewritten(&options(Format::JsonLines), line, |_| Vec::new()), line);
    assert_eq!(
        rewritten(&options(Format::JsonLines), line, |text| word(text, "Two")),
        line.replace("One \\ud83d\\nTwo", "One \u{fffd}")
    );
}

#[test]
fn several_texts_follow_one_another_and_are_written_back_apart() {
    let texts = options(Format::JsonLines).text_fields(["title", "article.body", "note"]);
    let line =
        "{\"article\": {\"by\": 7, \"body\": \"One\\nTwo\\nThree\"},  \"title\": \"Zero\", \"note\": null}\n";
    let seen = read(&texts, line.as_bytes());
    assert_eq!(seen, [Ok(("-:1".to_owned(), "Zero\n\nOne\nTwo\nThree".to_owned(), 1))]);
    let without = |gone: &str| rewritten(&texts, line, |text| word(text, gone));
    assert_eq!(without("Two"), line.replace("\\nTwo", ""));
    // The separator between two texts goes with the paragraph behind it.
    assert_eq!(without("One"), line.replace("One\\n", ""));
    assert_eq!(rewritten(&texts, line, |_| std::iter::once(0..6).collect()), line.replace("Zero", ""));

    // A field that is called like a path is meant first.
    let seen = read(&texts, b"{\"article\": {\"body\": \"One\"}, \"article.body\": \"Two\"}");
    assert_eq!(seen[0].as_ref().unwrap().1, "Two");
    let seen = read(&texts, b"{\"id\": 1, \"body\": \"One\"}");
    let message = "-:1: no field \"title\" or \"article.body\" or \"note\"; the record has: id, body";
    assert_eq!(seen, [Err(message.to_owned())]);

    let csv = options(Format::Csv).text_fields(["body", "title"]);
    let rows = "title,year,body\nZero,1911,\"One\nTwo\"\n";
    assert_eq!(
        rewritten(&csv, rows, |text| word(text, "Two")),
        "{\"id\":\"-:2\",\"body\":\"One\",\"title\":\"Zero\",\"year\":\"1911\"}\n"
    );
    let seen = read(&csv, b"title,year\nZero,1911\n");
    assert_eq!(seen, [Err("-: no column \"body\"; the first row has: title, year".to_owned())]);
}

#[test]
fn other_formats_are_written_as_lines_of_json() {
    let unchanged = |format, bytes| rewritten(&options(format), bytes, |_| Vec::new());
    assert_eq!(
        unchanged(Format::Json, "[{\"text\":\n \"One\",  \"id\": 1.50}, {\"text\": \"Two\"}]"),
        "{\"text\":  \"One\",  \"id\": 1.50}\n{\"text\": \"Two\"}\n"
    );
    assert_eq!(
        unchanged(Format::Csv, "text,id,z,a\nOne,7,Z,A\n"),
        "{\"id\":\"7\",\"text\":\"One\",\"a\":\"A\",\"z\":\"Z\"}\n"
    );
    assert_eq!(unchanged(Format::Text, "One"), "{\"id\":\"-\",\"text\":\"One\"}\n");
    assert_eq!(unchanged(Format::JsonLines, "{\"text\": \"One\"}"), "{\"text\": \"One\"}\n");
}

#[test]
fn records_without_a_text_are_let_through_where_that_is_wished() {
    let lines = "{\"id\": 1, \"text\": null}\n{\"id\": 2}\n{\"id\": 3, \"text\": \"Three\"}\n";
    let messages: Vec<Seen> = read(&options(Format::JsonLines), lines.as_bytes());
    assert_eq!(messages[0], Err("-:1: field \"text\": expected a string, got null".to_owned()));
    assert_eq!(messages[1], Err("-:2: no field \"text\"; the record has: id".to_owned()));
    let lenient = options(Format::JsonLines).missing_text(MissingText::Empty);
    assert!(read(&lenient, lines.as_bytes()).iter().all(Result::is_ok));
    assert_eq!(rewritten(&lenient, lines, |_| Vec::new()), lines);
    let mut dump = lenient.from_reader(lines.as_bytes());
    assert_eq!(dump.by_ref().count(), 3);
    assert_eq!(dump.statistics().without_text, 2);
}

#[test]
fn records_without_an_id_are_counted() {
    let lines = "{\"id\": 1, \"text\": \"One\"}\n{\"text\": \"Two\"}\n{\"id\": null, \"text\": \"Three\"}\n";
    for (format, text, count) in
        [(Format::JsonLines, lines, 2), (Format::Csv, "text\nOne\nTwo\n", 2), (Format::Text, "One", 0)]
    {
        let mut dump = options(format).from_reader(text.as_bytes());
        let articles = dump.by_ref().flatten().count();
        assert_eq!(dump.statistics().without_id, count, "{format}");
        let piece = options(format).from_reader(text.as_bytes()).pieces().unwrap().next().unwrap().unwrap();
        let states = piece.records().into_iter().filter(|record| record.as_ref().unwrap().states_id());
        assert_eq!(states.count() as u64, articles as u64 - count, "{format}");
    }
}

#[test]
fn dumps_follow_one_another() {
    let reader = |text: &'static str| {
        DumpOptions::new().text_field("a").format(Format::JsonLines).from_reader(text.as_bytes())
    };
    let mut first = reader("{\"a\": \"One\"}\n{\"a\": \"Two\"}\n");
    first.next();
    let mut second =
        Dump::from_reader("{\"text\": \"Three\"}\n{\"text\": \"Four\"}\n".as_bytes(), Format::JsonLines);
    second.next();
    first.append(second);
    first.append(reader("{\"a\": \"Five\"}\n"));
    let texts: Vec<String> = first.by_ref().map(|article| article.unwrap().text).collect();
    assert_eq!(texts, ["Two", "Four", "Five"]);
    assert_eq!((first.statistics().articles, first.statistics().files), (5, 3));
}

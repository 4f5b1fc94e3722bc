//! JSON, CSV and texts, folders, compressions and errors of a dump: the articles that are in it.

mod common;

use std::fs;
use std::io::Write;

use common::dump::{fields, first_error, ids_and_texts, read, read_with, texts, wiki_export, wiki_page};
use common::pack::{bz2, gz, xz};
use dittograph::Error;
use dittograph::dump::{
    Article, Dump, DumpOptions, DumpStatistics, Encoding, EncodingBasis, Format, RecordPlace,
};
use serde_json::{Map, json};
use tempfile::TempDir;

#[test]
fn types_can_cross_threads() {
    fn send<T: Send + Unpin + std::fmt::Debug>() {}
    fn fine<T: Send + Sync + Unpin + Clone + std::fmt::Debug>() {}
    send::<Dump>();
    fine::<Article>();
    fine::<DumpOptions>();
    fine::<DumpStatistics>();
    fine::<Encoding>();
    fine::<EncodingBasis>();
    fine::<Format>();
    fine::<RecordPlace>();
}

#[test]
fn formats_are_parsed_from_their_names() {
    for format in ["jsonl", "json", "csv", "tsv", "text", "html", "warc", "mediawiki", "parquet"] {
        assert_eq!(format.parse::<Format>().unwrap().to_string(), format);
    }
    assert!("pdf".parse::<Format>().unwrap_err().is_config());
}

#[test]
fn json_lines_give_ids_texts_and_other_fields() {
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
    assert_eq!((articles[1].place.file.to_str(), articles[1].place.record), (Some("-"), 3));
}

#[test]
fn a_line_that_cannot_be_read_is_an_error_and_the_next_is_read() {
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
    let dump = Dump::from_reader(std::io::Cursor::new(lines.join("\n")), Format::JsonLines);
    let (good, bad): (Vec<_>, Vec<_>) = dump.partition(Result::is_ok);
    let good: Vec<Article> = good.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids_and_texts(&good), [("-:1", "One"), ("-:8", "Two")]);
    let bad: Vec<Error> = bad.into_iter().map(Result::unwrap_err).collect();
    assert!(bad.iter().all(|error| error.is_record() && error.is_format()));
    let message: Vec<String> = bad.iter().map(ToString::to_string).collect();
    assert_eq!(
        message,
        [
            "-:2: the record ends in the middle of its JSON",
            "-:3: field \"text\": expected a string, got 7",
            "-:4: no field \"text\"; the record has: body",
            "-:5: expected an object, got an array",
            "-:6: field \"id\": expected a string, got []",
            "-:7: expected JSON at byte 14 of the record, got \"{\\\"text\\\": \\\"y\\\"}\"",
        ]
    );
}

#[test]
fn fields_can_be_named_and_skipped() {
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
fn objects_of_an_array_or_in_sequence_are_read() {
    let array = r#" [
        {"id": 1, "text": "A \"quoted\" [one] \\"},
        {"id": "b",
         "text": "Another }", "deep": {"a": [{"b": "]"}]}}
    ] "#;
    let articles = read(array, Format::Json);
    assert_eq!(ids_and_texts(&articles), [("1", "A \"quoted\" [one] \\"), ("b", "Another }")]);
    assert_eq!(articles[1].place.record, 2);
    assert!(read("[]", Format::Json).is_empty());
    assert!(read(" ", Format::Json).is_empty());
    // Objects one after the other, over as many lines as they like.
    let objects = "{\"text\": \"One\"}\n{\n \"text\": \"Two\"\n}{\"text\": \"Three\"}";
    assert_eq!(texts(&read(objects, Format::Json)), ["One", "Two", "Three"]);
}

#[test]
fn malformed_json_is_an_error_with_its_place() {
    let error = |json: &str| first_error(json, Format::Json);
    assert_eq!(error(r#"[{"text": "a"} {"text": "b"}]"#), "-: expected ',' or ']' at byte 15, got '{'");
    assert_eq!(error(r#"[{"text": "a"},]"#), "-: expected an object at byte 15, got ']'");
    assert_eq!(error(r#"[{"text": "a"}"#), "-: expected ',' or ']' at byte 14, got the end of the file");
    assert_eq!(error(r#"[{"text": "a"}] x"#), "-: expected the end of the file at byte 16, got 'x'");
    assert_eq!(error(r#"[{"text": "a"#), "-:1: the file ends in the middle of a record");
    assert_eq!(error("{} 7"), "-:1: no field \"text\"; the record has: no fields");
    // The place is the same whether the string is wanted or passed over.
    for fields in [true, false] {
        let options = DumpOptions::new().format(Format::JsonLines).fields(fields);
        let dump = options.from_reader("{\"text\": \"a\", \"more\": \"b\u{1}c\"}".as_bytes());
        let message = dump.into_iter().next().unwrap().unwrap_err().to_string();
        assert_eq!(message, "-:1: expected JSON at byte 24 of the record, got \"\\u{1}c\\\"}\"");
    }
    assert_eq!(error("[{\"text\": [}]}]"), "-:1: expected JSON at byte 10 of the record, got \"}]\"");
    assert_eq!(
        error("[\n  {\n    \"text\": 1,\n    \"a\": [}]\n  }\n]"),
        "-:1: expected JSON at byte 27 of the record, got \"}]\""
    );
}

#[test]
fn csv_and_tsv_rows_are_read_with_their_lines() {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["id", "lang", "text"]).unwrap();
    writer.write_record(["1", "en", "One, with \"quotes\"\nand a line"]).unwrap();
    writer.write_record(["", "ar", "عربي"]).unwrap();
    let articles = read(writer.into_inner().unwrap(), Format::Csv);
    assert_eq!(ids_and_texts(&articles), [("1", "One, with \"quotes\"\nand a line"), ("-:4", "عربي")]);
    assert_eq!(fields(&articles[1]), json!({"lang": "ar"}));
    assert_eq!((articles[0].place.record, articles[1].place.record), (2, 4));
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    writer.write_record(["text", "id"]).unwrap();
    writer.write_record(["One\tand two", "a"]).unwrap();
    let articles = read(writer.into_inner().unwrap(), Format::Tsv);
    assert_eq!(ids_and_texts(&articles), [("a", "One\tand two")]);
    assert!(read("", Format::Csv).is_empty());
    assert!(read("\u{feff}text\n", Format::Csv).is_empty());
}

#[test]
fn csv_of_a_spreadsheet_is_read() {
    // A byte order mark, semicolons and CR LF.
    let csv = "\u{feff}id;text\r\n1;\"One; two,\r\nthree\"\r\n;Four\r\n\r\n;Five\r\n6\r\n";
    let mut dump = Dump::from_reader(csv.as_bytes(), Format::Csv);
    let mut next = || dump.next().unwrap().map(|article| (article.id, article.text, article.place.record));
    let row = |id: &str, text: &str, line| (id.to_owned(), text.to_owned(), line);
    assert_eq!(next().unwrap(), row("1", "One; two,\r\nthree", 2));
    assert_eq!(next().unwrap(), row("-:4", "Four", 4));
    assert_eq!(next().unwrap(), row("-:6", "Five", 6));
    assert_eq!(next().unwrap_err().to_string(), "-:7: expected 2 fields as in the first row, got 1");
    assert!(dump.next().is_none());
    assert_eq!(
        first_error("id,text\n1,One\n2,\"Two\n3,Three\n", Format::Csv),
        "-:3: the file ends in the middle of a record"
    );
    // What is in the text says nothing of the columns.
    assert_eq!(texts(&read("text,id\na;b,1", Format::Csv)), ["a;b"]);
    assert_eq!(texts(&read("text\na;b\r", Format::Csv)), ["a;b"]);
}

#[test]
fn no_column_is_lost_to_another_of_its_name() {
    let csv = "id,text,id,text,note,note,note_1,,\n1,One,7,Two,a,b,c,d,e\n";
    let articles = read(csv, Format::Csv);
    assert_eq!(ids_and_texts(&articles), [("1", "One")]);
    let others =
        json!({"id_1": "7", "text_1": "Two", "note": "a", "note_2": "b", "note_1": "c", "": "d", "_1": "e"});
    assert_eq!(fields(&articles[0]), others);
}

#[test]
fn missing_columns_and_fields_of_csv_are_errors() {
    let message = first_error("a,b\n1,2\n", Format::Csv);
    assert_eq!(message, "-: no column \"text\"; the first row has: a, b");
    let mut dump = Dump::from_reader("id,text\n1,One\n2\n3,Three\n".as_bytes(), Format::Csv);
    assert_eq!(dump.next().unwrap().unwrap().text, "One");
    let error = dump.next().unwrap().unwrap_err();
    assert!(error.is_record());
    assert_eq!(error.to_string(), "-:3: expected 2 fields as in the first row, got 1");
    assert_eq!(dump.next().unwrap().unwrap().text, "Three");
    assert!(dump.next().is_none());
    assert_eq!((dump.statistics().articles, dump.statistics().errors), (2, 1));
}

#[test]
fn a_folder_is_read_in_the_order_of_names_and_other_files_are_counted() {
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
    let message = errors[0].as_ref().unwrap_err().to_string();
    assert!(errors.len() == 1 && message.ends_with("z.xml.bz2: bzip2: the file is cut short"), "{message}");
    let seen: Vec<(String, &str)> = articles
        .iter()
        .map(|article| {
            let path = article.place.file.strip_prefix(folder.path()).unwrap();
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

/// A frame that refers further back than decoders allow unless they are asked to.
fn long_zst(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(30).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn all_members_of_every_compression_are_read() {
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

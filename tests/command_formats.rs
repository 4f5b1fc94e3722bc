//! `dittograph dedup`: every format of a dump, encodings, and `--explain`.

mod common;

use std::fs;
use std::process::Output;
use std::sync::Arc;

use common::command::{Folder, dittograph, printed, refused};
use common::pack::{bz2, gz};
use encoding_rs::{UTF_8, WINDOWS_1256};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};

const FERRY: &str = "The ferry does not sail today because of the storm, says the harbour master.";
const BREAD: &str = "Bread is dearer by a tenth since the mill at Anwick burnt down.";
const LIGHT: &str = "عاد الضوء مساء السبت إلى منارة رأس الرمل بعد أن أصلحها عمال الميناء.";
const STONE: &str = "بنيت المنارة من حجر أبيض جيء به من الجبل قبل أكثر من مئة عام.";

fn dedup(arguments: &[&str]) -> Output {
    dittograph("dedup", arguments, b"")
}

/// The cleaned dump that comes of these arguments, and the summary.
#[track_caller]
fn cleaned(folder: &Folder, arguments: &[&str]) -> (Vec<Value>, Value) {
    let (out, summary) = (folder.name("out.jsonl"), folder.name("summary.json"));
    printed(&dedup(&[&["--out", &out, "--summary", &summary], arguments].concat()));
    let records = folder.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (records, serde_json::from_str(&folder.read("summary.json")).unwrap())
}

#[test]
fn a_csv_becomes_json_lines_with_all_its_columns() {
    let folder = Folder::new();
    let csv = format!("lang,id,text\nen,1,\"{FERRY}\n{BREAD}\"\nen,,{BREAD}\n");
    let path = folder.put("a.csv", csv);
    let (records, summary) = cleaned(&folder, &[&path]);
    let expected = [
        json!({"id": "1", "text": format!("{FERRY}\n{BREAD}"), "lang": "en"}),
        json!({"id": format!("{path}:4"), "text": "", "lang": "en"}),
    ];
    assert_eq!(records, expected);
    assert_eq!(summary["records"], 2);
    assert_eq!(summary["encodings"], json!([{"encoding": "utf-8", "basis": "assumed", "texts": 1}]));
    // What comes out is read as it stands, and loses nothing more.
    let before = folder.read("out.jsonl");
    printed(&dedup(&["--out", &folder.name("again.jsonl"), &folder.name("out.jsonl")]));
    assert_eq!(folder.read("again.jsonl"), before);
}

#[test]
fn fields_of_other_names_stay_under_them() {
    let folder = Folder::new();
    let path = folder.put("a.tsv", format!("url\tbody\tid\nu1\t{FERRY}\t7\nu2\t{FERRY}\t8\n"));
    let (records, _) = cleaned(&folder, &["--id-field", "url", "--text-field", "body", &path]);
    let expected =
        [json!({"url": "u1", "body": FERRY, "id": "7"}), json!({"url": "u2", "body": "", "id": "8"})];
    assert_eq!(records, expected);
    let path = folder.put("b.tsv", format!("url\tbody\tid\nu1\tNew {FERRY}\t7\nu2\t{FERRY}\t8\n"));
    let (records, _) = cleaned(&folder, &["--id-field", "body", "--text-field", "body", &path]);
    assert_eq!(records[1], json!({"body": "", "id": "8", "url": "u2"}));
}

#[test]
fn a_null_in_a_parquet_file_is_an_error_or_a_record_without_text() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/arrow.parquet");
    refused(&dedup(&["--text-field", "utf8", file]), "arrow.parquet:3: ");
    let folder = Folder::new();
    let out = folder.name("out.jsonl");
    let options = ["--text-field", "utf8", "--min-words", "1", "--skip-bad-records", "--out", &out, file];
    for more in [&[][..], &["--low-memory"]] {
        let output = dedup(&[more, &options].concat());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && stderr.contains("1 record has no text"), "{stderr}");
        let records: Vec<Value> =
            folder.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let texts: Vec<Option<&str>> = records.iter().map(|record| record["utf8"].as_str()).collect();
        let expected = ["One", "مرحبا بالعالم", "null", "", "A longer text, which no view holds inline."];
        assert_eq!(texts, expected.map(|text| Some(text).filter(|text| *text != "null")));
        assert_eq!((&records[0]["id"], &records[0]["score"]), (&json!("1"), &json!(0.5)));
    }
}

/// A Parquet file as the crate's own writer has it, of these texts in row groups of two.
fn parquet_file(column: &str, texts: &[Option<&str>], key: &str) -> Vec<u8> {
    let schema = "message rows {
        required int64 when (TIMESTAMP_MILLIS);
        optional binary text (UTF8);
        optional group tags (LIST) { repeated group list { required int64 element; } }
    }";
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![KeyValue::new(key.to_owned(), "kept".to_owned())]));
    let schema = Arc::new(parse_message_type(&schema.replace(" text ", &format!(" {column} "))).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    for (group, texts) in (0i64..).zip(texts.chunks(2)) {
        let rows = i64::try_from(texts.len()).unwrap();
        let mut to = writer.next_row_group().unwrap();
        let mut column = to.next_column().unwrap().unwrap();
        let whens: Vec<i64> = (0..rows).map(|row| 1_000_000_000_000 + group * 10 + row).collect();
        column.typed::<Int64Type>().write_batch(&whens, None, None).unwrap();
        column.close().unwrap();
        let mut column = to.next_column().unwrap().unwrap();
        let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
        let values: Vec<ByteArray> = texts.iter().flatten().map(|&text| text.into()).collect();
        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
        column.close().unwrap();
        let mut column = to.next_column().unwrap().unwrap();
        let elements: Vec<i64> = (0..rows * 2).collect();
        let repeated: Vec<i16> = (0..rows * 2).map(|at| i16::from(at % 2 == 1)).collect();
        let defined = vec![2; elements.len()];
        column.typed::<Int64Type>().write_batch(&elements, Some(&defined), Some(&repeated)).unwrap();
        column.close().unwrap();
        to.close().unwrap();
    }
    writer.into_inner().unwrap()
}

/// All rows of a file, its schema, and what its footer holds of others.
fn parquet_content(path: &str) -> (Vec<Value>, String, Option<Vec<KeyValue>>) {
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_json_value()).collect();
    let metadata = reader.metadata().file_metadata();
    (rows, format!("{:?}", metadata.schema()), metadata.key_value_metadata().cloned())
}

#[test]
fn parquet_comes_out_as_parquet_with_all_columns_and_types() {
    let folder = Folder::new();
    let both = format!("{FERRY}\n{BREAD}");
    let late = format!("Late\n{FERRY}");
    let first = folder
        .put("a.parquet", parquet_file("text", &[Some(&both), Some("Other"), None, Some(&late)], "key"));
    let second = folder.put("b.parquet", parquet_file("text", &[Some(BREAD), Some(LIGHT)], "other key"));
    let out = folder.name("out.parquet");
    refused(&dedup(&["--out", &out, &first]), "a.parquet:3: field \"text\": expected a string, got null");
    let (mut rows, schema, keys) = parquet_content(&first);
    rows.extend(parquet_content(&second).0);
    assert_eq!(rows[0]["tags"], json!([0, 1]));
    (rows[3]["text"], rows[4]["text"]) = (json!("Late"), json!(""));
    let mut files = Vec::new();
    for more in [&[][..], &["--low-memory"], &["--threads", "1"]] {
        let output = dedup(&[more, &["--skip-bad-records", "--out", &out, &first, &second]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(parquet_content(&out), (rows.clone(), schema.clone(), keys.clone()));
        files.push(fs::read(&out).unwrap());
    }
    assert!(files[0] == files[1] && files[0] == files[2]);
    // Cleaning it again removes nothing more.
    assert!(dedup(&["--skip-bad-records", "--out", &folder.name("again.parquet"), &out]).status.success());
    assert_eq!(parquet_content(&folder.name("again.parquet")).0, rows);
}

#[test]
fn a_required_column_of_parquet_stays_required() {
    let schema = Arc::new(parse_message_type("message rows { required binary text (UTF8); }").unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&[FERRY.into(), FERRY.into()], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let folder = Folder::new();
    let path = folder.put("a.parquet", writer.into_inner().unwrap());
    let out = folder.name("out.parquet");
    printed(&dedup(&["--out", &out, &path]));
    let (rows, schema, _) = parquet_content(&out);
    assert_eq!(rows, [json!({"text": FERRY}), json!({"text": ""})]);
    assert_eq!(schema, parquet_content(&path).1);
}

#[test]
fn strings_of_every_arrow_type_come_out_as_they_were() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/arrow.parquet");
    let folder = Folder::new();
    let out = folder.name("out.parquet");
    for column in ["utf8", "large", "view", "dictionary", "binary"] {
        let options = ["--text-field", column, "--skip-bad-records", "--min-words", "1", "--out", &out, file];
        let output = dedup(&options);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (mut rows, schema, keys) = parquet_content(file);
        assert!(keys.as_ref().is_some_and(|keys| keys.iter().any(|key| key.key == "ARROW:schema")));
        let (changed, ..) = parquet_content(&out);
        assert_ne!(changed[3][column], rows[3][column]);
        rows[3][column].clone_from(&changed[3][column]);
        assert_eq!(parquet_content(&out), (rows, schema, keys), "{column}");
    }
}

#[test]
fn parquet_is_written_only_if_all_inputs_are_parquet() {
    let folder = Folder::new();
    let out = folder.put("out.parquet", "PAR1 that was there");
    let csv = folder.put("a.csv", "id,text\n");
    let file = folder.put("a.parquet", parquet_file("text", &[Some(FERRY)], "key"));
    refused(&dedup(&["--out", &out, &file, &csv]), "Parquet is written of Parquet files only");
    let arrow = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/arrow.parquet");
    let options = ["--skip-bad-records", "--text-field", "utf8", "--out", &out];
    refused(&dedup(&[&options[..], &[arrow, &file]].concat()), "no column \"utf8\"");
    let other = folder.put("b.parquet", parquet_file("utf8", &[Some(FERRY)], "key"));
    refused(&dedup(&[&options[..], &[arrow, &other]].concat()), "b.parquet: its columns are not those of");
    assert_eq!(folder.read("out.parquet"), "PAR1 that was there");
    assert_eq!(folder.names(), ["a.csv", "a.parquet", "b.parquet", "out.parquet"]);
}

fn wet_record(kind: &str, url: &str, text: &str) -> Vec<u8> {
    let length = text.len();
    let record = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-01T10:00:00Z\r\n\
         Content-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{text}\r\n\r\n"
    );
    gz(record.as_bytes()) // Common Crawl compresses each record for itself
}

#[test]
fn a_wet_file_of_many_gzip_members_is_read_whole() {
    let folder = Folder::new();
    let records = [
        wet_record("warcinfo", "", "Software-Info: test"),
        wet_record("conversion", "http://a/1", &format!("{FERRY}\n{BREAD}")),
        wet_record("conversion", "http://a/2", &format!("News\n{FERRY}")),
    ];
    let path = folder.put("CC-MAIN-1.warc.wet.gz", records.concat());
    let (records, summary) = cleaned(&folder, &[&path]);
    assert_eq!(
        records[1],
        json!({"id": "http://a/2", "text": "News", "url": "http://a/2", "date": "2026-11-01T10:00:00Z"})
    );
    assert_eq!((records.len(), &summary["left_out"]), (2, &json!({"WARC record that is no page": 1})));
}

fn wiki_page(title: &str, namespace: i32, id: u32, text: &str) -> String {
    format!(
        "<page><title>{title}</title><ns>{namespace}</ns><id>{id}</id><revision><id>9</id>\
         <timestamp>2026-10-01T00:00:00Z</timestamp><model>wikitext</model><format>text/x-wiki</format>\
         <text xml:space=\"preserve\">{text}</text></revision></page>\n"
    )
}

#[test]
fn an_export_of_a_wiki_becomes_its_pages() {
    let folder = Folder::new();
    let head =
        "<mediawiki xmlns=\"http://www.mediawiki.org/xml/export-0.11/\" version=\"0.11\" xml:lang=\"en\">\n";
    let pages = [
        wiki_page("Ferry", 0, 1, &format!("{FERRY}\n\n{BREAD}")),
        wiki_page("Talk:Ferry", 1, 2, BREAD),
        wiki_page("Bread", 0, 3, &format!("'''{BREAD}'''\n\nMore.")),
        wiki_page("Template:Ferry", 10, 4, FERRY),
    ];
    let parts = [head, &pages.concat(), "</mediawiki>\n"];
    let streams: Vec<u8> = parts.iter().flat_map(|part| bz2(part.as_bytes())).collect();
    let path = folder.put("enwiki-pages-articles-multistream.xml.bz2", streams);
    let (records, summary) = cleaned(&folder, &[&path]);
    let expected = json!({"id": "3", "text": "More.", "title": "Bread", "namespace": 0, "timestamp": "2026-10-01T00:00:00Z"});
    assert_eq!((records.len(), &records[1]), (2, &expected));
    assert_eq!(summary["left_out"], json!({"page of another namespace": 2}));
    let (records, _) = cleaned(&folder, &["--namespaces", "0,1", "--id-field", "title", &path]);
    let titles: Vec<&Value> = records.iter().map(|record| &record["title"]).collect();
    assert_eq!(titles, ["Ferry", "Talk:Ferry", "Bread"]);
    assert_eq!((&records[1]["text"], &records[1]["id"]), (&json!(""), &Value::Null));
}

/// The bytes of a text in windows-1256.
fn arabic(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = WINDOWS_1256.encode(text);
    assert!(!is_lossy && UTF_8.decode_without_bom_handling(&bytes).1);
    bytes.into_owned()
}

#[test]
fn pages_in_an_old_encoding_are_read_as_declared_or_as_named() {
    let page = |head: &str| {
        arabic(&format!("<html><head>{head}</head><body><p>{LIGHT}</p><p>{STONE}</p></body></html>"))
    };
    let folder = Folder::new();
    folder.put("pages/a.html", page("<meta charset=windows-1256>"));
    folder.put("pages/sub/b.htm", page("<title>B</title>"));
    folder.put("pages/.hidden.html", "not read");
    folder.put("pages/style.css", "p { }");
    let pages = folder.name("pages");
    refused(&dedup(&[&pages]), "b.htm: ");
    refused(
        &dedup(&[&pages]),
        "is not valid utf-8, which was assumed; the option encoding names another, such as windows-1256",
    );
    let (records, summary) = cleaned(&folder, &["--encoding", "windows-1256", &pages]);
    assert_eq!(records[0]["text"], format!("{LIGHT}\n\n{STONE}"));
    assert_eq!((&records[1]["text"], &records[1]["title"]), (&json!(""), &json!("B")));
    let expected = json!([
        {"encoding": "windows-1256", "basis": "declared", "texts": 1},
        {"encoding": "windows-1256", "basis": "named", "texts": 1}
    ]);
    assert_eq!(summary["encodings"], expected);
    assert_eq!(summary["left_out"], json!({"file of no known format": 1}));
}

#[test]
fn a_doubled_article_in_windows_1256_is_found_when_that_is_named_and_refused_when_not() {
    let body = format!("{LIGHT}\n{STONE}");
    let contents = [
        ("a.txt", arabic(&format!("{body}\n{body}"))),
        ("a.jsonl", arabic(&json!({"id": "a", "text": format!("{body}\n{body}")}).to_string())),
    ];
    for (name, content) in contents {
        let folder = Folder::new();
        let path = folder.put(name, content);
        refused(&dedup(&[&path]), "the option encoding names another, such as windows-1256");
        refused(&dedup(&["--encoding", "utf-8", &path]), "is not valid utf-8, which was named");
        let (records, summary) = cleaned(&folder, &["--encoding", "cp1256", &path]);
        assert_eq!((records.len(), &records[0]["text"]), (1, &json!(body)));
        assert_eq!(summary["removed"]["in_one_article"], 2);
        assert_eq!(summary["encodings"][0]["basis"], "named");
    }
    let folder = Folder::new();
    refused(&dedup(&["--encoding", "cp9999", &folder.put("a.txt", "")]), "cp9999");
}

#[test]
fn a_byte_order_mark_decides_the_encoding() {
    let folder = Folder::new();
    let units = "\u{feff}".encode_utf16().chain(LIGHT.encode_utf16());
    folder.put("texts/a.txt", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let lines = format!("\u{feff}{}\n", json!({"text": LIGHT}));
    folder.put("texts/b.jsonl.gz", gz(&lines.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()));
    folder.put("texts/c.txt", format!("\u{feff}{LIGHT}"));
    folder.put("texts/d.txt", LIGHT);
    let (records, summary) = cleaned(&folder, &[&folder.name("texts")]);
    let texts: Vec<&Value> = records.iter().map(|record| &record["text"]).collect();
    assert_eq!(texts, [LIGHT, "", "", ""]);
    let expected = json!([
        {"encoding": "utf-16be", "basis": "byte order mark", "texts": 1},
        {"encoding": "utf-16le", "basis": "byte order mark", "texts": 1},
        {"encoding": "utf-8", "basis": "assumed", "texts": 1},
        {"encoding": "utf-8", "basis": "byte order mark", "texts": 1}
    ]);
    assert_eq!(summary["encodings"], expected);
}

#[test]
fn standard_input_is_read_if_its_format_is_named() {
    let folder = Folder::new();
    let lines =
        format!("{}\n{}\n", json!({"id": 1, "text": FERRY}), json!({"text": format!("New\n{FERRY}")}));
    for input in [lines.as_bytes(), &gz(lines.as_bytes())] {
        let out = folder.name("out.jsonl");
        printed(&dittograph("dedup", &["--format", "jsonl", "--out", &out, "-"], input));
        let expected = [json!({"id": 1, "text": FERRY}), json!({"text": "New"})];
        assert_eq!(folder.read("out.jsonl"), format!("{}\n{}\n", expected[0], expected[1]));
    }
    refused(&dedup(&["-"]), "-: say which format standard input is in: --format");
    refused(&dedup(&["--format", "csv", "--low-memory", "-"]), "-: standard input cannot be read twice");
    refused(&dedup(&["--format", "pdf", "-"]), "pdf");
}

#[test]
fn a_file_without_a_known_ending_is_read_by_its_content_or_in_the_format_named() {
    let folder = Folder::new();
    let array = folder.put("part-00000", json!([{"id": "a", "text": FERRY}]).to_string());
    let csv = folder.put("export", format!("id,text\nb,{BREAD}\n"));
    let (records, _) = cleaned(&folder, &[&array]);
    assert_eq!(records, [json!({"id": "a", "text": FERRY})]);
    refused(&dedup(&[&csv]), "export: expected a name that ends in .jsonl");
    let (records, _) = cleaned(&folder, &["--format", "csv", &csv]);
    assert_eq!(records, [json!({"id": "b", "text": BREAD})]);
}

#[test]
fn what_cannot_be_read_is_counted_where_that_is_wished() {
    let folder = Folder::new();
    let array =
        folder.put("a.json", format!("[{{\"text\": 7}}, {{\"text\": \"{FERRY}\"}}, {{\"body\": 1}}]"));
    refused(&dedup(&[&array]), "a.json:1: field \"text\": expected a string, got 7");
    let output = dedup(&["--skip-bad-records", &array]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.contains("left out 1 record"), "{stderr}");
    assert!(stderr.contains("a.json:1: field") && stderr.contains("1 record has no text"), "{stderr}");
    let cut = folder.put("cut.json", "[{\"text\": \"a\"}");
    refused(&dedup(&[&cut]), "cut.json: expected ',' or ']' at byte 14");
    let output = dedup(&["--skip-bad-records", &cut, &array]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.contains("cut.json: expected ','"), "{stderr}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["records"], &summary["bad_records"]), (&json!(3), &json!(2)));
    // Nothing is left of it.
    let named = folder.put("a.parquet", "no Parquet");
    refused(&dedup(&["--skip-bad-records", &named]), "a.parquet: expected Parquet");
    // Nothing but what was there, and what was put.
    assert_eq!(folder.names(), ["a.json", "a.parquet", "cut.json"]);
}

#[test]
fn formats_together_give_the_same_bytes_for_any_threads_in_memory_or_not() {
    let folder = Folder::new();
    folder.put("all/a.csv", format!("id,text\n1,\"{FERRY}\n{LIGHT}\"\n"));
    folder.put("all/b.html", format!("<p>{BREAD}<p>{FERRY}"));
    folder
        .put("all/c.jsonl", json!({"id": "c", "text": format!("{BREAD}\n{LIGHT}"), "n": [1.50]}).to_string());
    folder.put("all/d.txt", STONE);
    let all = folder.name("all");
    let outputs = |more: &[&str]| {
        let [out, pairs] = ["out", "pairs"].map(|name| folder.name(name));
        printed(&dedup(&[more, &["--out", &out, "--pairs", &pairs, &all]].concat()));
        [out, pairs].map(|file| fs::read_to_string(file).unwrap())
    };
    let one = outputs(&["--threads", "1"]);
    assert_eq!(one[1].lines().count(), 4, "{}", one[1]);
    assert!(one[0].contains("{\"id\":\"c\",\"n\":[1.5],\"text\":\"\"}"), "{}", one[0]);
    for more in [&["--threads", "2"][..], &["--low-memory"]] {
        assert_eq!(outputs(more), one);
    }
}

#[test]
fn explain_prints_what_became_of_each_paragraph() {
    let folder = Folder::new();
    let near = FERRY.replace("harbour", "old");
    let lines = [
        json!({"id": "a", "text": format!("{FERRY}\n{BREAD}")}),
        json!({"id": "b", "text": format!("News\n{near}\n{BREAD}")}),
    ];
    let dump = folder.put("dump.jsonl", format!("{}\n{}\n", lines[0], lines[1]));
    let expected = "\u{2068}b\u{2069} (document 1): 3 paragraphs, 2 removed
  ¶0 kept: \u{2068}News\u{2069}
  ¶1 removed: \u{2068}The ferry does not sail today because of the storm, says the…\u{2069}
    for ¶0 of \u{2068}a\u{2069} (document 0), jaccard 0.7143, containment 0.8333: \u{2068}The ferry does not sail today because of the storm, says the…\u{2069}
  ¶2 removed: \u{2068}Bread is dearer by a tenth since the mill at Anwick burnt do…\u{2069}
    for ¶1 of \u{2068}a\u{2069} (document 0), the same words: \u{2068}Bread is dearer by a tenth since the mill at Anwick burnt do…\u{2069}
";
    for more in [&[][..], &["--low-memory"]] {
        assert_eq!(printed(&dedup(&[more, &["--explain", "b", &dump]].concat())), expected);
    }
    let kept = printed(&dedup(&["--explain", "a", &dump])).to_owned();
    assert!(
        kept.starts_with("\u{2068}a\u{2069} (document 0): 2 paragraphs, 0 removed\n  ¶0 kept: "),
        "{kept}"
    );
    let out = folder.put("out.jsonl", "{}");
    refused(&dedup(&["--explain", "z", "--out", &out, &dump]), "--explain z: no record has this id");
    assert_eq!(folder.read("out.jsonl"), "{}");
}

#[test]
fn pages_of_which_nothing_is_left_are_counted_and_warned_of_with_the_first_file() {
    let folder = Folder::new();
    folder.put("pages/a.html", format!("<p>{FERRY}"));
    let first = folder.put("pages/b.html", "<nav>Home</nav>");
    folder.put("pages/c.html", "<title>News</title>");
    let (out, summary) = (folder.name("out.jsonl"), folder.name("summary.json"));
    let output = dedup(&["--out", &out, "--summary", &summary, &folder.name("pages")]);
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    let warning = format!("warning: of 2 pages no text is left; the first: in {first}");
    assert_eq!(told.lines().next(), Some(&*warning)); // the summary follows
    assert_eq!(folder.read("out.jsonl").lines().count(), 3);
    let summary: Value = serde_json::from_str(&folder.read("summary.json")).unwrap();
    assert_eq!((&summary["empty_pages"], &summary["first_empty_page"]), (&json!(2), &json!(first)));
}

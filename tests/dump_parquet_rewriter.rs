//! Parquet files are written again with other texts, and with all else as it was.

mod common;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::dump::{fields, ids_and_texts};
use dittograph::dump::{Article, DumpOptions, MissingText, ParquetRewriter};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Titles and bodies in a group that may be missing, and two numbers in a list.
const NESTED: &str = "message rows {
    optional group article { optional binary title (UTF8); optional binary body (UTF8); }
    required group tags (LIST) { repeated group list { required int64 element; } }
    required binary id;
}";

/// A file with rows of these bodies: Err if there is no group that one could be in.
fn nested(path: &Path, first_id: u8, bodies: &[Result<Option<&str>, ()>]) {
    let schema = Arc::new(parse_message_type(NESTED).unwrap());
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    let mut writer =
        SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::new(properties.build())).unwrap();
    for (row, &body) in (i64::from(first_id)..).zip(bodies) {
        let mut group = writer.next_row_group().unwrap();
        let mut strings = |value: Option<&[u8]>, level: i16| {
            let mut column = group.next_column().unwrap().unwrap();
            let values: Vec<ByteArray> = value.into_iter().map(|value| value.to_vec().into()).collect();
            column.typed::<ByteArrayType>().write_batch(&values, Some(&[level]), None).unwrap();
            column.close().unwrap();
        };
        let title = body.ok().map(|_| b"T".as_slice());
        strings(title, if title.is_some() { 2 } else { 0 });
        let level = body.map_or(0, |body| if body.is_some() { 2 } else { 1 });
        strings(body.ok().flatten().map(str::as_bytes), level);
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[row, -row], Some(&[1, 1]), Some(&[0, 1])).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column
            .typed::<ByteArrayType>()
            .write_batch(&[vec![u8::try_from(row).unwrap()].into()], None, None)
            .unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn rows(path: &Path) -> Vec<Value> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_json_value()).collect()
}

/// Two files, and where a third may be written.
fn two_files(folder: &TempDir) -> [PathBuf; 3] {
    let paths = ["a.parquet", "b.parquet", "out.parquet"].map(|name| folder.path().join(name));
    nested(&paths[0], b'a', &[Ok(Some("One")), Ok(None), Err(()), Ok(Some("Two"))]);
    // 0xff is no UTF-8, so that row is no article.
    nested(&paths[1], 0xff, &[Ok(Some("Of no id"))]);
    paths
}

#[test]
fn a_text_in_a_group_is_found_by_its_path() {
    let folder = TempDir::new().unwrap();
    let [first, ..] = two_files(&folder);
    let options = DumpOptions::new().text_field("article.body");
    let articles: Vec<Article> = options.open(&first).unwrap().flatten().collect();
    assert_eq!(ids_and_texts(&articles), [("a", "One"), ("d", "Two")]);
    assert_eq!(fields(&articles[0]), json!({"article": {"title": "T"}}));
    let titles = DumpOptions::new().id_field("article.title").text_field("article.body");
    let articles: Vec<Article> = titles.open(&first).unwrap().flatten().collect();
    assert_eq!(ids_and_texts(&articles), [("T", "One"), ("T", "Two")]);
    let refused = |text: &str| {
        let mut dump = DumpOptions::new().text_field(text).open(&first).unwrap();
        dump.next().unwrap().unwrap_err().to_string()
    };
    assert!(refused("article.text").ends_with("no column \"article.text\"; the file has: article, tags, id"));
    assert!(refused("article").ends_with("column \"article\": expected strings"));
    assert!(refused("tags.list.element").ends_with("column \"tags.list.element\": expected strings"));
}

#[test]
fn files_become_one_with_other_texts_and_all_else_as_it_was() {
    let folder = TempDir::new().unwrap();
    let [first, second, out] = two_files(&folder);
    let mut seen = Vec::new();
    let documents = ParquetRewriter::new("article.body").rewrite(
        [&first, &second, &first],
        File::create(&out).unwrap(),
        |document, text| {
            seen.push((document, text.to_owned()));
            (document != 1).then(|| format!("{text}, changed"))
        },
    );
    assert_eq!(documents.unwrap(), 4);
    let expected = [(0, "One"), (1, "Two"), (2, "One"), (3, "Two")];
    assert!(seen.iter().map(|(document, text)| (*document, text.as_str())).eq(expected), "{seen:?}");
    let mut expected = [rows(&first), rows(&second), rows(&first)].concat();
    for (row, text) in [(0, "One, changed"), (5, "One, changed"), (8, "Two, changed")] {
        expected[row]["article"]["body"] = json!(text);
    }
    assert_eq!(rows(&out), expected);
    // With another column of ids, all texts are documents.
    let by_title = ParquetRewriter::new("article.body").id_column("article.title");
    assert_eq!(by_title.rewrite([&second], io::sink(), |_, _| None).unwrap(), 1);
    assert_eq!(by_title.rewrite([&second; 0], io::sink(), |_, _| None).unwrap(), 0);
}

#[test]
fn more_rows_than_are_held_at_a_time_are_written() {
    let folder = TempDir::new().unwrap();
    let paths = ["in.parquet", "out.parquet"].map(|name| folder.path().join(name));
    let schema = Arc::new(parse_message_type("message m { optional binary text (UTF8); }").unwrap());
    let mut writer =
        SerializedFileWriter::new(File::create(&paths[0]).unwrap(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let texts: Vec<ByteArray> = (0..5000).map(|n| format!("Text {n}").into_bytes().into()).collect();
    column.typed::<ByteArrayType>().write_batch(&texts, Some(&[1; 5000]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let out = File::create(&paths[1]).unwrap();
    let changed = |n: u64| format!("Other {n}, {}", "long ".repeat(usize::try_from(n % 500).unwrap()));
    let documents = ParquetRewriter::new("text").rewrite([&paths[0]], out, |n, _| Some(changed(n)));
    assert_eq!(documents.unwrap(), 5000);
    assert!(
        rows(&paths[1]).iter().map(|row| row["text"].as_str().unwrap().to_owned()).eq((0..5000).map(changed))
    );
}

/// An output that is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_error_of_a_rewriter_says_where_it_is() {
    let folder = TempDir::new().unwrap();
    let [first, second, out] = two_files(&folder);
    let error = |column: &str, paths: &[&Path]| {
        ParquetRewriter::new(column).rewrite(paths, io::sink(), |_, _| None).unwrap_err()
    };
    let missing = error("article.body", &[&first, &out]);
    assert!(missing.is_io() && missing.place() == out.to_str().unwrap(), "{missing}");
    let refused = error("text", &[&first]);
    assert!(refused.is_config() && refused.to_string().contains("no column \"text\""), "{refused}");
    let arrow = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/arrow.parquet"));
    fs::write(&out, "no Parquet").unwrap();
    assert!(error("article.body", &[&second, &out]).is_format());
    nested(&out, b'z', &[]);
    let columns = "message m { required binary utf8; }";
    let schema = Arc::new(parse_message_type(columns).unwrap());
    SerializedFileWriter::new(File::create(&out).unwrap(), schema, Arc::default()).unwrap().close().unwrap();
    let other = error("utf8", &[arrow, &out]);
    assert!(other.is_format() && other.to_string().contains("its columns are not those"), "{other}");
    let full = ParquetRewriter::new("article.body").rewrite([&first], Full, |_, _| None).unwrap_err();
    assert_eq!((full.place(), full.io_kind()), ("output", Some(io::ErrorKind::StorageFull)));
}

#[test]
fn several_columns_are_one_text_and_nulls_are_written_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.parquet");
    nested(&path, b'A', &[Ok(Some("One.")), Ok(None), Err(())]);
    let columns = DumpOptions::new().text_fields(["article.title", "article.body"]);
    let texts = |options: &DumpOptions| -> Vec<Result<String, String>> {
        let articles = options.open(&path).unwrap();
        articles
            .map(|article| article.map(|article| article.text).map_err(|error| error.to_string()))
            .collect()
    };
    let message = format!("{}:3: columns article.title, article.body: all are null", path.display());
    assert_eq!(texts(&columns), [Ok("T\n\nOne.".to_owned()), Ok("T".to_owned()), Err(message)]);
    let lenient = columns.missing_text(MissingText::Empty);
    assert_eq!(texts(&lenient)[2], Ok(String::new()));

    let mut lines = Vec::new();
    for piece in lenient.open(&path).unwrap().pieces().unwrap() {
        let piece = piece.unwrap();
        piece
            .records()
            .into_iter()
            .for_each(|record| record.unwrap().write_without(&[], &mut lines).unwrap());
    }
    let lines = String::from_utf8(lines).unwrap();
    let written = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
    let written: Vec<[Value; 2]> = lines
        .lines()
        .map(written)
        .map(|row| ["article.title", "article.body"].map(|name| row[name].clone()))
        .collect();
    assert_eq!(written, [[json!("T"), json!("One.")], [json!("T"), Value::Null], [Value::Null, Value::Null]]);
}

#[test]
fn a_null_in_place_of_a_text_is_a_document_where_that_is_wished() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.parquet");
    nested(&path, b'A', &[Ok(None), Ok(Some("One.")), Err(())]);
    let out = folder.path().join("out.parquet");
    for (missing, expected) in
        [(MissingText::Error, vec!["One."]), (MissingText::Empty, vec!["", "One.", ""])]
    {
        let rewriter = ParquetRewriter::new("article.body").missing_text(missing);
        let mut texts = Vec::new();
        let change = |_, text: &str| {
            texts.push(text.to_owned());
            Some(text.replace("One", "Two"))
        };
        let count = rewriter.rewrite([&path], File::create(&out).unwrap(), change).unwrap();
        assert_eq!(
            (count, &texts),
            (expected.len() as u64, &expected.iter().map(ToString::to_string).collect())
        );
        let [before, after] = [&path, &out].map(|path| rows(path));
        assert_eq!(after[0], before[0]);
        assert_eq!(after[1].to_string(), before[1].to_string().replace("One", "Two"));
        assert_eq!(after[2], before[2]);
    }
}

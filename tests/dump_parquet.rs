//! A Parquet file gives the articles that are in it, whoever wrote it and however.

mod common;

use std::fs;
use std::sync::Arc;

use common::dump::{fields, ids_and_texts, read, read_with};
use common::pack::gz;
use dittograph::dump::{Article, Dump, DumpOptions, Format};
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, json};
use tempfile::TempDir;

/// A Parquet file by the crate's own writer, of a row group for each of `groups`.
fn parquet(schema: &str, properties: WriterProperties, groups: &[&[Column]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in groups {
        let mut row_group = writer.next_row_group().unwrap();
        for column in *group {
            let mut out = row_group.next_column().unwrap().unwrap();
            match column {
                Column::Strings(values) => {
                    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
                    let values: Vec<ByteArray> = values.iter().flatten().map(|&value| value.into()).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
                }
                Column::Longs(values) => {
                    out.typed::<Int64Type>().write_batch(values, None, None).unwrap();
                }
                Column::Lists(values) => {
                    let definition: Vec<i16> = values.iter().map(|_| 2).collect();
                    let repetition: Vec<i16> = (0..values.len()).map(|at| i16::from(at % 2 == 1)).collect();
                    out.typed::<Int64Type>()
                        .write_batch(values, Some(&definition), Some(&repetition))
                        .unwrap();
                }
            }
            out.close().unwrap();
        }
        row_group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

enum Column {
    /// Optional.
    Strings(Vec<Option<&'static str>>),
    /// Required.
    Longs(Vec<i64>),
    /// Two elements a row.
    Lists(Vec<i64>),
}

const ROWS: &str = "message rows {
    required int64 id;
    optional binary text (UTF8);
    required int64 when (TIMESTAMP_MILLIS);
    optional group tags (LIST) { repeated group list { required int64 element; } }
}";

fn groups() -> [Vec<Column>; 2] {
    [
        vec![
            Column::Longs(vec![1, 2, 3]),
            Column::Strings(vec![Some("One"), Some("مرحبا"), Some("One")]),
            Column::Longs(vec![0, 1, i64::MAX]),
            Column::Lists(vec![1, 2, 3, 4, 5, 6]),
        ],
        vec![
            Column::Longs(vec![4]),
            Column::Strings(vec![Some("One of another group")]),
            Column::Longs(vec![3]),
            Column::Lists(vec![7, 8]),
        ],
    ]
}

#[test]
fn parquet_is_read_in_every_compression_and_encoding() {
    use Compression as C;
    use parquet::basic::Encoding as E;

    let [first, second] = groups();
    let compressions = [
        C::UNCOMPRESSED,
        C::SNAPPY,
        C::GZIP(GzipLevel::default()),
        C::BROTLI(BrotliLevel::default()),
        C::ZSTD(ZstdLevel::default()),
        C::LZ4,
        C::LZ4_RAW,
    ];
    for compression in compressions {
        for encoding in [None, Some(E::PLAIN), Some(E::DELTA_LENGTH_BYTE_ARRAY), Some(E::DELTA_BYTE_ARRAY)] {
            for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
                let mut properties =
                    WriterProperties::builder().set_compression(compression).set_writer_version(version);
                if let Some(encoding) = encoding {
                    properties = properties.set_column_dictionary_enabled("text".into(), false);
                    properties = properties.set_column_encoding("text".into(), encoding);
                }
                let file = parquet(ROWS, properties.build(), &[&first, &second]);
                let articles = read(&file, Format::Parquet);
                let expected = [("1", "One"), ("2", "مرحبا"), ("3", "One"), ("4", "One of another group")];
                assert_eq!(ids_and_texts(&articles), expected, "{compression} {encoding:?} {version:?}");
                assert_eq!(fields(&articles[1]), json!({"when": "1970-01-01 00:00:00.001 +00:00"}));
                assert_eq!(fields(&articles[2]), json!({"when": null}));
                assert_eq!(articles[3].place.record, 4);
            }
        }
    }
}

#[test]
fn parquet_of_many_pages_is_read_from_disk_or_memory() {
    let texts: Vec<String> =
        (0..5000).map(|n| format!("The text of row {n}, {}", "x".repeat(n % 97))).collect();
    let schema = Arc::new(
        parse_message_type("message m { required binary id (UTF8); required binary text; }").unwrap(),
    );
    let properties = WriterProperties::builder()
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(50)
        .set_dictionary_page_size_limit(1 << 12)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_write_page_header_statistics(true)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let ids: Vec<ByteArray> = (0..5000).map(|n| ByteArray::from(format!("row {n}").into_bytes())).collect();
    let values: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(text.as_str())).collect();
    for column in [ids, values] {
        let mut out = group.next_column().unwrap().unwrap();
        out.typed::<ByteArrayType>().write_batch(&column, None, None).unwrap();
        out.close().unwrap();
    }
    group.close().unwrap();
    let file = writer.into_inner().unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.parquet");
    fs::write(&path, &file).unwrap();
    // From the file by its pages; packed, and through a reader, as a whole.
    let mut dump = Dump::open(&path).unwrap();
    let from_file: Vec<Article> = dump.by_ref().collect::<Result<_, _>>().unwrap();
    // No byte counts twice; those of indexes over the pages are not read.
    let (read_bytes, size) = (dump.bytes_read(), dump.size().unwrap());
    assert!(size / 2 < read_bytes && read_bytes <= size, "{read_bytes} of {size}");
    for articles in [from_file, read(&file, Format::Parquet), read_with(&DumpOptions::new(), gz(&file))] {
        assert_eq!(articles.len(), 5000);
        for (n, (article, text)) in articles.iter().zip(&texts).enumerate() {
            assert_eq!((&article.id, &article.text), (&format!("row {n}"), text));
        }
    }
}

#[test]
fn parquet_with_null_or_other_texts_is_an_error() {
    let [mut first, second] = groups();
    first[1] = Column::Strings(vec![None, Some("Two"), None]);
    let file = parquet(ROWS, WriterProperties::new(), &[&first, &second]);
    let dump = Dump::from_reader(std::io::Cursor::new(file.clone()), Format::Parquet);
    let seen: Vec<_> = dump
        .map(|article| {
            article.map(|article| article.text).map_err(|error| (error.is_record(), error.to_string()))
        })
        .collect();
    let null = |row| Err((true, format!("-:{row}: field \"text\": expected a string, got null")));
    assert_eq!(seen, [null(1), Ok("Two".to_owned()), null(3), Ok("One of another group".to_owned())]);
    let refused = |text: &str| {
        let options = DumpOptions::new().format(Format::Parquet).text_field(text);
        options.from_reader(std::io::Cursor::new(file.clone())).next().unwrap().unwrap_err().to_string()
    };
    assert_eq!(refused("body"), "-: no column \"body\"; the file has: id, text, when, tags");
    assert_eq!(refused("when"), "-: column \"when\": expected strings");
    assert_eq!(refused("tags"), "-: column \"tags\": expected strings");
    // Neither an id nor other fields are needed.
    let options = DumpOptions::new().id_field("no").fields(false);
    let articles = read_with(&options, parquet(ROWS, WriterProperties::new(), &[&second]));
    assert_eq!(
        (ids_and_texts(&articles), &articles[0].fields),
        (vec![("-:1", "One of another group")], &Map::new())
    );
}

#[test]
fn nanoseconds_of_parquet_become_text() {
    let schema = "message m { optional binary text (UTF8); required int64 at (TIMESTAMP(NANOS, true));
        required group of { required int64 day (TIME(NANOS, true)); required int64 at (TIMESTAMP(NANOS, false)); } }";
    let columns = [
        Column::Strings(vec![Some("One")]),
        Column::Longs(vec![-1]),
        Column::Longs(vec![1_500]),
        Column::Longs(vec![1_500]),
    ];
    let articles = read(parquet(schema, WriterProperties::new(), &[&columns]), Format::Parquet);
    let expected = json!({
        "at": "1969-12-31 23:59:59.999999 +00:00",
        "of": {"day": "00:00:00.000001", "at": "1970-01-01 00:00:00.000001 +00:00"},
    });
    assert_eq!(fields(&articles[0]), expected);
}

#[test]
fn strings_of_every_arrow_type_are_read_from_parquet() {
    // Written by `ArrowWriter` of parquet 60.1 from arrays of the types that the columns are named after, in two row groups.
    let file = include_bytes!("data/arrow.parquet");
    for column in ["utf8", "large", "view", "dictionary", "binary"] {
        let options = DumpOptions::new().format(Format::Parquet).text_field(column);
        let dump = options.from_reader(file.as_slice());
        let articles: Vec<Article> = dump.filter_map(Result::ok).collect();
        let expected = [
            ("1", "One"),
            ("2", "مرحبا بالعالم"),
            ("-:4", "One"),
            ("5", "A longer text, which no view holds inline."),
        ];
        assert_eq!(ids_and_texts(&articles), expected, "{column}");
        let fields = &articles[0].fields;
        assert_eq!(
            (&fields["score"], &fields["when"]),
            (&json!(0.5), &json!("1970-01-01 00:00:00.000 +00:00"))
        );
        assert_eq!(fields.len(), 6, "{fields:?}");
    }
}

#[test]
fn a_parquet_page_over_the_limit_is_an_error() {
    let long: &str = "x".repeat(3 << 20).leak();
    for compression in
        [Compression::UNCOMPRESSED, Compression::ZSTD(ZstdLevel::default()), Compression::SNAPPY]
    {
        let properties =
            WriterProperties::builder().set_compression(compression).set_dictionary_enabled(false);
        let texts = [Column::Strings(vec![Some("One"), Some(long)])];
        let file = parquet("message m { optional binary text (UTF8); }", properties.build(), &[&texts]);
        // As a whole it may be longer; one page may not.
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.parquet");
        fs::write(&path, file).unwrap();
        let error =
            DumpOptions::new().record_limit(1 << 20).open(&path).unwrap().find_map(Result::err).unwrap();
        assert!(error.to_string().contains("a record is longer than the limit of 1048576 bytes"), "{error}");
        assert_eq!(DumpOptions::new().open(&path).unwrap().flatten().count(), 2);
        // What comes through a reader is held as a whole.
        let options = DumpOptions::new().format(Format::Parquet).record_limit(16);
        let mut dump = options.from_reader(std::io::Cursor::new(fs::read(&path).unwrap()));
        let message = dump.next().unwrap().unwrap_err().to_string();
        let expected =
            "-: a Parquet file that is compressed or no file on disk is longer than the limit of 16 bytes";
        assert_eq!(message, expected);
    }
}

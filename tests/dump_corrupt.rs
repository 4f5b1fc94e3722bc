//! A dump that is cut short or has a corrupt byte anywhere gives an error or its articles, in bounded memory and without a
//! panic.

mod common;

use std::io::Cursor;
use std::sync::Arc;

use common::dump::{bare_wiki_export, bare_wiki_page, in_little_memory, warc_record};
use common::pack::{bz2, gz, xz, zst};
use dittograph::Error;
use dittograph::dump::{Article, DumpOptions, Format};
use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, ByteArrayType, Int96};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

fn options(format: Format) -> DumpOptions {
    DumpOptions::new().format(format)
}

fn read(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> Vec<Result<Article, Error>> {
    // No error may be returned forever.
    options.from_reader(Cursor::new(bytes.into())).take(10_000).collect()
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

#[derive(Clone)]
struct Sample {
    name: &'static str,
    format: Format,
    bytes: Vec<u8>,
    /// How many articles are in it.
    articles: usize,
    /// Every shorter part of the file is recognised as cut short.
    shows_its_end: bool,
}

fn sample(name: &'static str, format: Format, bytes: &[u8], articles: usize, shows_its_end: bool) -> Sample {
    Sample { name, format, bytes: bytes.to_vec(), articles, shows_its_end }
}

/// Small files of every format.
fn samples() -> Vec<Sample> {
    [text_samples(), web_samples(), compressed_samples(), parquet_samples()].concat()
}

const LINES: &str = "{\"id\": \"a\", \"text\": \"One \\u0041 é\", \"n\": [1.5e3]}\n{\"text\": \"Two\"}\n";

fn text_samples() -> Vec<Sample> {
    let array = format!("[{}]", LINES.trim().replace('\n', ","));
    let utf_16 = [0xff, 0xfe, b'O', 0, 0x3d, 0xd8, 0x0e, 0xdc];
    vec![
        sample("JSON Lines", Format::JsonLines, LINES.as_bytes(), 2, false),
        sample("JSON", Format::Json, array.as_bytes(), 2, true),
        sample("CSV", Format::Csv, "id,text\n1,\"One \"\"é\"\"\n\"\n2,Two\n".as_bytes(), 2, false),
        sample("TSV", Format::Tsv, b"id\ttext\n1\tOne\n2\tTwo\n", 2, false),
        sample("text", Format::Text, "One é\n\nTwo".as_bytes(), 1, false),
        sample("UTF-16", Format::Text, &utf_16, 1, false),
    ]
}

fn web_samples() -> Vec<Sample> {
    let page = "<html lang=en><title>T</title><meta charset=utf-8><p>One &amp; two<br><b>é</b>\
        <script>x</script><!-- y --></html>";
    let http = |header: &str, body: &[u8]| {
        [format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{header}\r\n\r\n").as_bytes(), body].concat()
    };
    let chunks = format!("{:x}\r\n{page}\r\n0\r\n\r\n", page.len());
    let unpacked = http("Transfer-Encoding: chunked", chunks.as_bytes());
    let warcs = [
        warc_record("warcinfo", "application/warc-fields", "", b"a: b\r\n"),
        warc_record("conversion", "text/plain", "", "One é".as_bytes()),
        warc_record(
            "response",
            "application/http",
            "",
            &http("Content-Encoding: gzip", &gz(page.as_bytes())),
        ),
        warc_record("response", "application/http", "", &unpacked),
    ];
    let export = bare_wiki_export(
        &[
            "<namespaces><namespace key=\"6\">F</namespace></namespaces>",
            &bare_wiki_page(
                "'''One''' {{t|[[x]]}} [[F:x|y]] &lt;ref&gt;z&lt;/ref&gt; &#x41; é\n{|\n|}\n== H ==",
            ),
            &bare_wiki_page("Two"),
        ]
        .concat(),
    );
    vec![
        sample("HTML", Format::Html, page.as_bytes(), 1, false),
        sample("WARC", Format::Warc, &warcs.concat(), 3, false),
        sample("MediaWiki", Format::MediaWiki, export.as_bytes(), 2, true),
    ]
}

fn compressed_samples() -> Vec<Sample> {
    let lines = LINES.as_bytes();
    vec![
        sample("members", Format::JsonLines, &gz(lines).repeat(2), 4, false),
        sample("gz", Format::JsonLines, &gz(lines), 2, true),
        sample("zst", Format::JsonLines, &zst(lines), 2, true),
        sample("bz2", Format::JsonLines, &bz2(lines), 2, true),
        sample("xz", Format::JsonLines, &xz(lines), 2, true),
    ]
}

fn parquet_samples() -> Vec<Sample> {
    let texts = ["One", "Two and é", "One", "Twofold"];
    let plain = WriterProperties::builder;
    let file = parquet(&texts, plain().build());
    let mut all = vec![
        sample("Parquet", Format::Parquet, &file, 4, true),
        sample("packed Parquet", Format::Parquet, &gz(&file), 4, true),
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
fn a_file_cut_short_anywhere_is_an_error() {
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
fn a_corrupt_byte_anywhere_causes_no_panic_and_takes_little_memory() {
    in_little_memory("a_corrupt_byte_anywhere_causes_no_panic_and_takes_little_memory", || {
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

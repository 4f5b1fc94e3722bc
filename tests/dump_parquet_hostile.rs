//! Parquet files that are made to harm, or that need what is not there, give an error and cost next to nothing.

mod common;

use std::io::Cursor;
use std::sync::Arc;

use common::dump::in_little_memory;
use dittograph::dump::{DumpOptions, Format};
use parquet::basic::{Compression, Encoding, GzipLevel};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// A file of one row, with a column of strings for each of these.
fn file(columns: &[&str], text: &str, properties: WriterProperties) -> Vec<u8> {
    let columns: Vec<String> = columns.iter().map(|name| format!("required binary {name} (UTF8);")).collect();
    let schema = parse_message_type(&format!("message m {{ {} }}", columns.concat())).unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for _ in columns {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(text)], None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

/// The same pages, with what `change` makes of the row group.
fn with_groups(file: &[u8], change: impl Fn(&RowGroupMetaData) -> Vec<RowGroupMetaData>) -> Vec<u8> {
    let metadata =
        ParquetMetaDataReader::new().parse_and_finish(&bytes::Bytes::copy_from_slice(file)).unwrap();
    let groups = change(metadata.row_group(0));
    let metadata = ParquetMetaData::new(metadata.file_metadata().clone(), groups);
    let length = u32::from_le_bytes(*file[file.len() - 8..].first_chunk().unwrap());
    let mut bytes = file[..file.len() - 8 - usize::try_from(length).unwrap()].to_vec();
    ParquetMetaDataWriter::new(&mut bytes, &metadata).finish().unwrap();
    bytes
}

fn with_column(file: &[u8], change: impl Fn(ColumnChunkMetaData) -> ColumnChunkMetaData) -> Vec<u8> {
    with_groups(file, |group| {
        let columns = group.columns().iter().cloned().map(&change).collect();
        vec![group.clone().into_builder().set_column_metadata(columns).build().unwrap()]
    })
}

/// The first error, or the texts.
fn read(options: &DumpOptions, bytes: &[u8]) -> Result<Vec<String>, String> {
    let dump = options.clone().format(Format::Parquet).from_reader(Cursor::new(bytes.to_vec()));
    // No error may be returned forever, and no text without end.
    dump.take(10_000)
        .map(|article| article.map(|article| article.text).map_err(|error| error.to_string()))
        .collect()
}

#[test]
fn a_list_of_booleans_takes_no_time() {
    // Of 2^31 - 1, in eight bytes.
    let list = [0x09, 0x28, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07];
    let map = [0x0b, 0x28, 0xff, 0xff, 0xff, 0xff, 0x07, 0x11];
    let schema = b"\x15\x02\x19\x2c\x48\x01m\x15\x02\x00\x15\x0c\x25\x00\x18\x04text\x00\x16\x00\x19\x0c";
    // A string of one byte that is called a number, and that byte the end to who believes it.
    let disguise = b"\x25\x01\x00";
    for hidden in [b"".as_slice(), disguise] {
        for bomb in [list, map] {
            let footer = [schema, hidden, &bomb.repeat(100), b"\0"].concat();
            let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
            let file = [b"PAR1".as_slice(), &footer, &length, b"PAR1"].concat();
            assert_eq!(read(&DumpOptions::new(), &file), Err("-: malformed metadata".to_owned()));
        }
    }
    let footer = [schema.as_slice(), b"\0"].concat();
    let file = [b"PAR1", &*footer, &u32::try_from(footer.len()).unwrap().to_le_bytes(), b"PAR1"].concat();
    assert_eq!(read(&DumpOptions::new(), &file), Ok(Vec::new()));
}

#[test]
fn one_page_is_not_the_column_of_many_row_groups() {
    let one = file(&["text", "more"], "One", WriterProperties::new());
    let error = Err("-: two columns lie in the same place".to_owned());
    assert_eq!(read(&DumpOptions::new(), &with_groups(&one, |group| vec![group.clone(); 40])), error);
    // Nor is it two columns of one.
    let twice = with_groups(&one, |group| {
        let (text, more) = (group.column(0), group.column(1));
        let more = more.clone().into_builder().set_data_page_offset(text.data_page_offset());
        let more = more.set_dictionary_page_offset(text.dictionary_page_offset()).build().unwrap();
        vec![group.clone().into_builder().set_column_metadata(vec![text.clone(), more]).build().unwrap()]
    });
    assert_eq!(read(&DumpOptions::new(), &twice), error);
    assert_eq!(
        read(&DumpOptions::new(), &with_groups(&one, |group| vec![group.clone()])),
        Ok(vec!["One".to_owned()])
    );
}

#[test]
fn pages_of_all_columns_together_are_bounded() {
    let long = "x".repeat(900 << 10);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let file =
        file(&["text", "a", "b", "c", "d", "e"], &long, properties.set_dictionary_enabled(false).build());
    let options = DumpOptions::new().record_limit(1 << 20);
    let message = "-:1: a page of every column together is longer than the limit of 4194304 bytes";
    assert_eq!(read(&options, &file), Err(message.to_owned()));
    assert_eq!(read(&options.clone().fields(false), &file), Ok(vec![long]));
}

#[test]
fn a_page_that_unpacks_to_more_than_it_says_stops_there() {
    in_little_memory("a_page_that_unpacks_to_more_than_it_says_stops_there", || {
        // Unpacked to its end it takes 2 GiB.
        let member = common::pack::gz(&vec![0; 32 << 20]);
        let bomb = member.repeat(64);
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let properties =
                WriterProperties::builder().set_dictionary_enabled(false).set_encoding(Encoding::PLAIN);
            // What stands in a page as its value is taken for a page that is packed: its length comes first, so the header is
            // made for a page without it.
            let file = file(&["text"], "One", properties.set_writer_version(version).build());
            let gzip = Compression::GZIP(GzipLevel::default());
            let start = 4 + page_header_len(&file[4..]);
            let packed = i32::try_from(bomb.len()).unwrap();
            let header = header_with_packed_len(&file[4..start], packed);
            let footer = with_column(&file, |column| {
                let length = i64::try_from(header.len() + bomb.len()).unwrap();
                let column = column.into_builder().set_compression(gzip).set_total_compressed_size(length);
                column.build().unwrap()
            });
            let footer_len = u32::from_le_bytes(*footer[footer.len() - 8..].first_chunk().unwrap());
            let footer = &footer[footer.len() - 8 - usize::try_from(footer_len).unwrap()..];
            let file = [b"PAR1", &*header, &bomb, footer].concat();
            let seen = read(&DumpOptions::new(), &file);
            assert_eq!(seen, Err("-:1: a page is not as long as it says".to_owned()), "{version:?}");
        }
    });
}

/// The length of a page header whose page is the seven bytes of a string of three.
fn page_header_len(file: &[u8]) -> usize {
    file.windows(7).position(|bytes| bytes == b"\x03\0\0\0One").unwrap()
}

/// A page header with another length of the page as it stands in the file: its third field.
fn header_with_packed_len(header: &[u8], length: i32) -> Vec<u8> {
    assert_eq!(&header[..6], [0x15, header[1], 0x15, 14, 0x15, 14]);
    let mut number = u32::try_from(length).unwrap() << 1;
    let mut varint = Vec::new();
    while number >= 0x80 {
        varint.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    varint.push(u8::try_from(number).unwrap());
    [&header[..5], &varint, &header[6..]].concat()
}

#[test]
fn what_cannot_be_read_is_named() {
    let one = file(&["text"], "One", WriterProperties::new());
    let lzo =
        with_column(&one, |column| column.into_builder().set_compression(Compression::LZO).build().unwrap());
    assert_eq!(read(&DumpOptions::new(), &lzo), Err("-:1: LZO cannot be unpacked".to_owned()));
    let elsewhere = with_column(&one, |column| {
        column.into_builder().set_file_path("b.parquet".to_owned()).build().unwrap()
    });
    assert_eq!(read(&DumpOptions::new(), &elsewhere), Err("-:1: a column lies in another file".to_owned()));
    let encrypted = [&one[..one.len() - 4], b"PARE"].concat();
    assert_eq!(read(&DumpOptions::new(), &encrypted), Err("-: the file is encrypted".to_owned()));
}

//! Errors of a dump: of files that cannot be read, and of files that can and are not what their format says.

mod common;

use std::error::Error as _;
use std::fs;
use std::io::{self, Cursor, Read, Write};

use common::dump::{texts, wiki_export, wiki_page};
use common::pack::{bz2, gz, xz, zst};
use dittograph::Error;
use dittograph::dump::{Article, Dump, DumpOptions, Format};
use tempfile::TempDir;

/// The I/O error that is the source of an error.
#[track_caller]
fn io_source(error: &Error) -> &io::Error {
    assert!(error.is_io() && !error.is_format() && !error.is_record(), "{error}");
    let source = error.source().expect("an I/O error has a source").downcast_ref().unwrap();
    assert_eq!(error.io_kind(), Some(io::Error::kind(source)));
    source
}

#[test]
fn a_path_that_does_not_exist_is_an_io_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("none.jsonl");
    let error = Dump::open(&path).unwrap_err();
    assert_eq!(io_source(&error).kind(), io::ErrorKind::NotFound);
    assert!(io_source(&error).raw_os_error().is_some());
    assert_eq!(error.place(), path.to_str().unwrap());
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_file_that_cannot_be_opened_is_an_io_error_and_the_next_is_read() {
    let folder = TempDir::new().unwrap();
    let [first, second] = ["a.jsonl", "b.jsonl"].map(|name| folder.path().join(name));
    fs::write(&first, "{\"text\": \"One\"}").unwrap();
    fs::write(&second, "{\"text\": \"Two\"}").unwrap();
    let mut dump = Dump::open(folder.path()).unwrap();
    fs::remove_file(&first).unwrap();
    let error = dump.next().unwrap().unwrap_err();
    assert_eq!(io_source(&error).kind(), io::ErrorKind::NotFound);
    assert_eq!(error.place(), first.to_str().unwrap());
    assert_eq!(dump.next().unwrap().unwrap().text, "Two");
    assert!(dump.next().is_none());
    assert_eq!((dump.statistics().files, dump.statistics().errors), (2, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_an_io_error() {
    // It can be opened, but nothing is mapped at its beginning.
    let memory = "/proc/self/mem";
    for format in [Format::Text, Format::JsonLines, Format::Parquet] {
        let mut dump = DumpOptions::new().format(format).open(memory).unwrap();
        let error = dump.next().unwrap().unwrap_err();
        assert!(io_source(&error).raw_os_error().is_some(), "{error}");
        assert_eq!(error.place(), memory);
        assert!(dump.next().is_none());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_listed_is_an_io_error() {
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("a.txt");
    std::os::unix::fs::symlink("none.txt", &link).unwrap();
    let error = Dump::open(folder.path()).unwrap_err();
    assert_eq!(io_source(&error).kind(), io::ErrorKind::NotFound);
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    let error = Dump::open(folder.path()).unwrap_err();
    assert!(io_source(&error).to_string().contains("loop"), "{error}");
}

/// Bytes, and then an error that no system call made.
struct FailsAfter(Cursor<Vec<u8>>, io::ErrorKind);

impl Read for FailsAfter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(self.1, "the line went dead")),
            count => Ok(count),
        }
    }
}

#[test]
fn an_error_of_a_reader_is_an_io_error_in_every_format_and_compression() {
    let warc =
        "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\nOne";
    let page = wiki_export(&wiki_page("T", 0, 1, "", "One"));
    let samples = [
        (Format::JsonLines, "{\"text\": \"One\"}\n{\"te"),
        (Format::Json, "[{\"text\": \"One\"}, {\"te"),
        (Format::Csv, "id,text\n1,One\n2,T"),
        (Format::Tsv, "id\ttext\n1\tOne\n2\tT"),
        (Format::Text, "One"),
        (Format::Html, "<p>One"),
        (Format::Warc, warc),
        (Format::MediaWiki, &page[..page.len() - 30]),
        (Format::Parquet, "PAR1"),
    ];
    // Text of several buffers goes in front, so that the error comes in reading records as well as in recognising the format.
    for (format, sample) in samples {
        for padding in [0, 300_000] {
            let bytes = match format {
                Format::Parquet => [sample.as_bytes(), &vec![0; padding]].concat(),
                Format::MediaWiki => {
                    sample.replacen("<page>", &format!("{}<page>", " ".repeat(padding)), 1).into()
                }
                Format::Csv | Format::Tsv => sample.replacen("One", &"One".repeat(1 + padding), 1).into(),
                Format::Warc => sample.into(),
                _ => [" ".repeat(padding).as_bytes(), sample.as_bytes()].concat(),
            };
            let packed: [(&str, Vec<u8>); 5] = [
                ("plain", bytes.clone()),
                ("gz", gz(&bytes)),
                ("zst", zst(&bytes)),
                ("bz2", bz2(&bytes)),
                ("xz", xz(&bytes)),
            ];
            for (compression, packed) in packed {
                for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof] {
                    // A compressed stream fails before its end, which a checksum would show to be there.
                    let length = if compression == "plain" { packed.len() } else { packed.len() - 4 };
                    let reader = FailsAfter(Cursor::new(packed[..length].to_vec()), kind);
                    let mut dump = DumpOptions::new().format(format).from_reader(reader);
                    let error = dump.find_map(Result::err);
                    let error = error.unwrap_or_else(|| panic!("{format} {compression} {padding}"));
                    assert_eq!(io_source(&error).kind(), kind, "{format} {compression} {padding}");
                    assert_eq!(io_source(&error).to_string(), "the line went dead");
                    assert!(error.to_string().ends_with(": the line went dead"), "{error}");
                }
            }
        }
    }
}

#[test]
fn articles_before_an_error_of_a_reader_are_read() {
    let lines = "{\"text\": \"One\"}\n{\"text\": \"Two\"}\n{\"te";
    let reader = FailsAfter(Cursor::new(lines.into()), io::ErrorKind::TimedOut);
    let mut dump = Dump::from_reader(reader, Format::JsonLines);
    let read: Vec<Article> = dump.by_ref().take(2).collect::<Result<_, _>>().unwrap();
    assert_eq!(texts(&read), ["One", "Two"]);
    let error = dump.next().unwrap().unwrap_err();
    assert_eq!((error.place(), error.io_kind()), ("-:3", Some(io::ErrorKind::TimedOut)));
    assert!(dump.next().is_none());
}

#[test]
fn a_file_that_is_cut_short_is_a_format_error() {
    let lines = b"{\"text\": \"One\"}\n";
    let cases = [
        (Format::JsonLines, gz(lines)),
        (Format::JsonLines, zst(lines)),
        (Format::JsonLines, bz2(lines)),
        (Format::JsonLines, xz(lines)),
        (Format::Json, b"[{\"text\": \"One\"}, {\"text\"".to_vec()),
        (Format::Csv, b"id,text\n1,\"One".to_vec()),
        (Format::MediaWiki, wiki_export(&wiki_page("T", 0, 1, "", "One")).into()),
        (Format::Parquet, include_bytes!("data/arrow.parquet").to_vec()),
    ];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dump");
    for (format, bytes) in cases {
        fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let mut dump = DumpOptions::new().format(format).open(&path).unwrap();
        let error = dump.find_map(Result::err).unwrap();
        assert!(error.is_format() && !error.is_io(), "{format}: {error}");
        assert!(error.io_kind().is_none() && error.source().is_none(), "{format}: {error}");
    }
}

#[test]
fn an_error_ends_its_file_and_the_next_is_read() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.jsonl.gz"), b"not packed").unwrap();
    fs::write(folder.path().join("b.json"), b"[{\"text\": \"One\"}, 7]").unwrap();
    fs::write(folder.path().join("c.txt"), b"Two").unwrap();
    let dump = Dump::open(folder.path()).unwrap();
    let seen: Vec<_> =
        dump.map(|article| article.map(|article| article.text).map_err(|error| error.to_string())).collect();
    let path = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(
        seen,
        [
            Err(format!("{}: expected gzip, but it does not begin like that", path("a.jsonl.gz"))),
            Ok("One".to_owned()),
            Err(format!("{}: expected an object at byte 18, got '7'", path("b.json"))),
            Ok("Two".to_owned()),
        ]
    );
}

#[test]
fn a_compressed_export_that_is_cut_near_its_start_is_an_error() {
    let folder = TempDir::new().unwrap();
    let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    stored.write_all(b"<?xml version=\"1.0\"?>\n<mediawiki></mediawiki>").unwrap();
    fs::write(folder.path().join("wiki.xml.gz"), &stored.finish().unwrap()[..30]).unwrap();
    let message = Dump::open(folder.path()).unwrap().next().unwrap().unwrap_err().to_string();
    assert!(message.contains("wiki.xml.gz: "), "{message}");
}

#[test]
fn articles_before_a_corrupt_byte_are_read_however_short_the_file_is() {
    let line = b"{\"text\": \"One\"}\n";
    let archives = [
        [gz(line), b"\x1f\x8bwhat is this?".to_vec()].concat(),
        [bz2(line), b"BZh9what is this?".to_vec()].concat(),
        [zstd::encode_all(&line[..], 1).unwrap(), b"what is this?".to_vec()].concat(),
    ];
    for archive in archives {
        let mut dump = Dump::from_reader(std::io::Cursor::new(archive), Format::JsonLines);
        assert_eq!(dump.next().unwrap().unwrap().text, "One");
        let error = dump.next().unwrap().unwrap_err();
        assert!(error.is_format() && error.to_string().starts_with("-:2: "), "{error}");
        assert!(dump.next().is_none());
    }
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_refused() {
    let folder = TempDir::new().unwrap();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n";
    let cases: [(&str, Vec<u8>, &str); 16] = [
        ("a.jsonl", gz(b"{}"), "expected JSON Lines, but it looks like gzip"),
        ("a.jsonl", b"[{\"text\": \"a\"}]".to_vec(), "expected JSON Lines, but it looks like JSON"),
        ("a.json", b"<!DOCTYPE html><p>Not found".to_vec(), "expected JSON, but it looks like HTML"),
        ("a.csv", b"PAR1xxxxPAR1".to_vec(), "expected CSV, but it looks like Parquet"),
        ("a.txt", b"%PDF-1.7".to_vec(), "expected text, but it looks like PDF"),
        ("a.txt", b"BZh91AY&SY".to_vec(), "expected text, but it looks like bzip2"),
        ("a.txt", pointer.to_vec(), "expected text, but it looks like a Git LFS pointer to the file"),
        ("a.parquet", pointer.to_vec(), "expected Parquet, but it looks like a Git LFS pointer to the file"),
        (
            "a.xml",
            b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(),
            "expected a MediaWiki export, but it looks like a 7z archive",
        ),
        ("a.warc", b"hello".to_vec(), "expected WARC, but it does not look like it"),
        (
            "a.xml",
            b"<?xml version=\"1.0\"?><rss>".to_vec(),
            "expected a MediaWiki export, but it does not look like it",
        ),
        ("a.parquet", b"{\"text\": 1}".to_vec(), "expected Parquet, but it looks like JSON Lines"),
        (
            "a.jsonl.gz",
            b"{\"text\": \"a\"}".to_vec(),
            "expected gzip, but it looks like JSON Lines that is not compressed",
        ),
        ("a.jsonl.gz", b"".to_vec(), "expected gzip, but the file is empty"),
        (
            "a.jsonl.gz",
            zstd::encode_all(&b"{}"[..], 1).unwrap(),
            "expected gzip, but it looks like Zstandard",
        ),
        ("a.dat", b"what is it?".to_vec(), "expected a name that ends in .jsonl, .ndjson, .json, "),
    ];
    for (name, bytes, message) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = Dump::open(&path).unwrap().next().unwrap().unwrap_err();
        assert!(error.is_format() && !error.is_record(), "{error:?}");
        assert!(error.to_string().starts_with(&format!("{}: {message}", path.display())), "{error}");
    }
    let empty = TempDir::new().unwrap();
    let error = Dump::open(empty.path()).unwrap_err();
    assert!(error.is_format() && error.to_string().contains("no file in this folder"), "{error}");
}

//! What stands at the edges of files: marks where files were put together, padding and garbage behind their ends, ends that
//! are missing, and damage in the middle.

mod common;

use std::io::{self, Cursor, Read};

use common::dump::{first_error, ids_and_texts, read, texts, warc_record};
use common::pack::{bz2, gz, xz, zst};
use dittograph::dump::{Dump, DumpStatistics, Format};

const MARK: &str = "\u{feff}";

/// Returns one byte at a time, so that nothing is seen together.
struct ByteByByte(Cursor<Vec<u8>>);

impl Read for ByteByByte {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(1);
        self.0.read(&mut buffer[..len])
    }
}

/// The texts of what can be read, the messages of what cannot, and what was counted.
fn all(bytes: impl Into<Vec<u8>>, format: Format) -> (Vec<Result<String, String>>, DumpStatistics) {
    let mut dump = Dump::from_reader(Cursor::new(bytes.into()), format);
    let seen = dump.by_ref().take(10_000);
    let seen = seen.map(|article| article.map(|a| a.text).map_err(|error| error.to_string())).collect();
    (seen, dump.statistics())
}

/// The same, of which no error is expected.
#[track_caller]
fn all_texts(bytes: impl Into<Vec<u8>>, format: Format) -> Vec<String> {
    all(bytes, format).0.into_iter().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_mark_may_begin_any_row_of_a_table() {
    let first = format!("{MARK}id,text\r\nmon-1,One\r\n");
    let second = format!(
        "{MARK}id,text\r\n{MARK}tue-1,Two\r\n\r\n{MARK}\r\n{MARK}{MARK}\"wed-1\",\"Three\"\r\n{MARK}"
    );
    let table = [first, second].concat();
    let rows = [("mon-1", "One"), ("id", "text"), ("tue-1", "Two"), ("wed-1", "Three")];
    let articles = read(&table, Format::Csv);
    assert_eq!(ids_and_texts(&articles), rows);
    // The lines are those of the file.
    assert_eq!(articles.iter().map(|article| article.place.record).collect::<Vec<_>>(), [2, 3, 4, 7]);
    assert_eq!(ids_and_texts(&read(table.replace(',', "\t"), Format::Tsv)), rows);
    let slow = Dump::from_reader(ByteByByte(Cursor::new(table.into())), Format::Csv);
    assert_eq!(slow.map(|article| article.unwrap().text).collect::<Vec<_>>(), rows.map(|row| row.1));
}

#[test]
fn what_only_begins_like_a_mark_is_text() {
    // The ligature has two bytes in common with nothing, and the noncharacter both first bytes with the mark.
    let table = "id,text\n\u{fb01}nal,One\n\u{fefe}nal,Two\n\"\u{feff}quoted\",Three\n";
    let ids = ["\u{fb01}nal", "\u{fefe}nal", "\u{feff}quoted"];
    assert_eq!(read(table, Format::Csv).into_iter().map(|article| article.id).collect::<Vec<_>>(), ids);
    let slow = Dump::from_reader(ByteByByte(Cursor::new(table.into())), Format::Csv);
    assert_eq!(slow.map(|article| article.unwrap().id).collect::<Vec<_>>(), ids);
    let message = first_error(b"{\"text\": \"One\"}\n\xef{\"text\": \"Two\"}", Format::Json);
    assert_eq!(message, "-: expected JSON at byte 16, got 'ï'");
}

#[test]
fn a_mark_may_begin_any_object_and_any_record() {
    let objects = format!(
        "{MARK}{{\"text\": \"One\"}}\n{MARK}\n{{\"text\":\n\"Two\"}}{MARK}{{\"text\": \"Three\"}}\n{MARK}"
    );
    assert_eq!(all_texts(objects, Format::Json), ["One", "Two", "Three"]);
    let array = format!("{MARK}[{{\"text\": \"One\"}}]\n{MARK}\n");
    assert_eq!(all_texts(array, Format::Json), ["One"]);
    let record = |text: &str| warc_record("conversion", "text/plain", "", text.as_bytes());
    let warc = [MARK.as_bytes(), &record("One"), MARK.as_bytes(), &record("Two"), MARK.as_bytes()].concat();
    assert_eq!(all_texts(warc, Format::Warc), ["One", "Two"]);
}

/// Few readers of JSON take a line that begins with one.
#[test]
fn a_mark_is_not_written_back() {
    let lines = format!(
        "{MARK}{{\"text\": \"One\"}}\n{MARK}{{\"text\": \"Two\"}}\n{MARK}{MARK} {{\"text\": \"Three\"}}\n"
    );
    let mut out = Vec::new();
    for piece in Dump::from_reader(Cursor::new(lines.into_bytes()), Format::JsonLines).pieces().unwrap() {
        let piece = piece.unwrap();
        let records: Vec<_> = piece.records().into_iter().map(Result::unwrap).collect();
        let lost = 0..records[0].text.len();
        records[0].write_without(std::slice::from_ref(&lost), &mut out).unwrap();
        records[1..].iter().for_each(|record| record.write_without(&[], &mut out).unwrap());
        records[1].write_with("n", &1.into(), &mut out).unwrap();
        records[1].write_with("text", &"2".into(), &mut out).unwrap();
    }
    let without = "{\"text\": \"\"}\n{\"text\": \"Two\"}\n {\"text\": \"Three\"}\n";
    let with = "{\"text\": \"Two\",\"n\":1}\n{\"text\": \"2\"}\n";
    assert_eq!(String::from_utf8(out).unwrap(), [without, with].concat());
}

#[test]
fn a_mark_may_begin_any_member() {
    let marked = |text: &str| [MARK, text].concat().into_bytes();
    let cases = [
        (Format::JsonLines, marked("{\"text\": \"One\"}\n"), marked("{\"text\": \"Two\"}\n")),
        (Format::Json, marked("{\"text\": \"One\"}\n"), marked("{\"text\": \"Two\"}\n")),
        (Format::Csv, marked("id,text\n1,One\n"), marked("2,Two\n")),
        (Format::Tsv, marked("id\ttext\n1\tOne\n"), marked("2\tTwo\n")),
        (
            Format::Warc,
            [MARK.as_bytes(), &warc_record("conversion", "text/plain", "", b"One")].concat(),
            [MARK.as_bytes(), &warc_record("conversion", "text/plain", "", b"Two")].concat(),
        ),
    ];
    for (format, first, second) in cases {
        for pack in [gz, bz2, xz, zst] {
            assert_eq!(all_texts([pack(&first), pack(&second)].concat(), format), ["One", "Two"], "{format}");
        }
    }
}

const LINE: &[u8] = b"{\"text\": \"One\"}\n";
const GARBAGE: &str = "garbage behind the end of a compressed file";

#[test]
fn padding_behind_a_member_is_passed_over() {
    for (name, pack) in [("gz", gz as fn(&[u8]) -> Vec<u8>), ("bz2", bz2)] {
        for zeros in [1, 511, 10_000, 200_000] {
            let padded = [pack(LINE), vec![0; zeros]].concat();
            let (seen, statistics) = all(padded.clone(), Format::JsonLines);
            assert_eq!(seen, [Ok("One".to_owned())], "{name} {zeros}");
            assert!(statistics.left_out.is_empty(), "{name} {zeros}");
            // Tapes that were put together.
            assert_eq!(all_texts(padded.repeat(3), Format::JsonLines), ["One"; 3], "{name} {zeros}");
        }
    }
    let (table, warc) = (b"id,text\n1,One\n", warc_record("conversion", "text/plain", "", b"One"));
    for (format, bytes) in
        [(Format::Csv, &table[..]), (Format::Warc, &warc), (Format::Text, b"One"), (Format::Html, b"<p>One")]
    {
        assert_eq!(all_texts([gz(bytes), vec![0; 512]].concat(), format), ["One"], "{format}");
        assert_eq!(all_texts([bz2(bytes), vec![0; 512]].concat(), format), ["One"], "{format}");
    }
    let parquet = gz(include_bytes!("data/arrow.parquet"));
    let options = dittograph::dump::DumpOptions::new().text_field("dictionary");
    let count = |bytes: Vec<u8>| options.from_reader(Cursor::new(bytes)).flatten().count();
    assert_eq!(count([parquet.clone(), vec![0; 512]].concat()), count(parquet));
}

#[test]
fn garbage_behind_the_last_member_is_ignored_and_counted() {
    for (name, pack) in [("gz", gz as fn(&[u8]) -> Vec<u8>), ("bz2", bz2)] {
        for garbage in [
            "\n",
            "\r\n",
            "what is this?",
            "\0\0\0\0what is this?",
            "\x1f",
            "BZ",
            "BZhello",
            "{\"text\": \"Two\"}",
        ] {
            if (name == "gz" && garbage == "\x1f") || (name == "bz2" && garbage == "BZ") {
                continue; // the beginning of a member
            }
            let file = [pack(LINE), garbage.into()].concat();
            let (seen, statistics) = all(file, Format::JsonLines);
            assert_eq!(seen, [Ok("One".to_owned())], "{name} {garbage:?}");
            assert_eq!(
                statistics.left_out.into_iter().collect::<Vec<_>>(),
                [(GARBAGE, 1)],
                "{name} {garbage:?}"
            );
        }
    }
    // Of each file that has some; also where a dump was appended to another, and in pieces.
    let file = [gz(LINE), b"\n".to_vec()].concat();
    let mut dump = Dump::from_reader(Cursor::new(file.clone()), Format::JsonLines);
    dump.append(Dump::from_reader(Cursor::new(file), Format::JsonLines));
    let mut pieces = dump.pieces().unwrap();
    assert_eq!(pieces.by_ref().map(|piece| piece.unwrap().records().len()).sum::<usize>(), 2);
    assert_eq!(pieces.statistics().left_out[GARBAGE], 2);
}

#[test]
fn a_member_that_is_only_begun_is_a_file_that_is_cut_short() {
    for (pack, name) in [(gz as fn(&[u8]) -> Vec<u8>, "gzip"), (bz2, "bzip2")] {
        let whole = pack(LINE);
        for length in 1..whole.len() {
            let (seen, statistics) = all([&whole[..], &whole[..length]].concat(), Format::JsonLines);
            assert_eq!(seen[0], Ok("One".to_owned()));
            let message = seen.last().unwrap().as_ref().unwrap_err();
            assert!(message.ends_with(&format!("{name}: the file is cut short")), "{message}");
            assert!(statistics.left_out.is_empty());
        }
    }
}

/// `xz -d` takes zeros in fours, and nothing else; `zstd -d` takes nothing.
#[test]
fn what_stands_behind_an_xz_or_a_zst_is_what_their_programs_say() {
    let is_read = |bytes: Vec<u8>| {
        let (seen, _) = all(bytes, Format::JsonLines);
        assert!(seen.iter().flatten().all(|text| text == "One") && seen.len() < 3, "{seen:?}");
        seen.iter().all(Result::is_ok)
    };
    for (tail, by_xz) in [("\0\0\0\0", true), ("\0\0\0", false), ("\n", false), ("what is this?", false)] {
        assert_eq!(is_read([xz(LINE), tail.into()].concat()), by_xz, "{tail:?}");
        assert!(!is_read([zst(LINE), tail.into()].concat()), "{tail:?}");
    }
    assert_eq!(all_texts([xz(LINE), vec![0; 8], xz(LINE)].concat(), Format::JsonLines), ["One"; 2]);
}

/// Lines that pack badly, so that damage is where it is put.
fn many_lines() -> (Vec<u8>, usize) {
    let mut state = 7u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:08x}", state >> 32)
    };
    let line =
        |n| format!("{{\"id\": {n}, \"text\": \"{}\"}}\n", (0..20).map(|_| word() + " ").collect::<String>());
    let lines: Vec<String> = (0..20_000).map(line).collect();
    (lines.concat().into_bytes(), lines.len())
}

#[test]
fn records_before_damage_are_read() {
    let (lines, count) = many_lines();
    for (name, pack) in [("gzip", gz as fn(&[u8]) -> Vec<u8>), ("bzip2", bz2), ("xz", xz), ("Zstandard", zst)]
    {
        let packed = pack(&lines);
        let damage = packed.len() * 3 / 4;
        let cut = &packed[..damage];
        let mut torn = packed.clone();
        torn[damage..damage + 512].fill(0);
        for (what, bytes) in [("cut", cut), ("torn", &torn)] {
            let mut pieces =
                Dump::from_reader(Cursor::new(bytes.to_vec()), Format::JsonLines).pieces().unwrap();
            let (mut good, mut errors) = (0, Vec::new());
            for piece in pieces.by_ref() {
                match piece {
                    Ok(piece) => good += piece.records().into_iter().flatten().count(),
                    Err(error) => errors.push(error.to_string()),
                }
            }
            assert_eq!(errors.len(), 1, "{name} {what}: {errors:?}");
            assert!(errors[0].contains(&format!(": {name}: ")), "{errors:?}");
            if what == "cut" {
                assert!(errors[0].ends_with("the file is cut short"), "{errors:?}");
            }
            // A block of bzip2 is 900,000 bytes, and is whole or not there.
            let share = if name == "bzip2" { 0.4 } else { 0.7 };
            assert!(good as f64 > share * count as f64 && good < count, "{name} {what}: {good} of {count}");
        }
    }
}

#[test]
fn a_warc_is_read_on_behind_a_member_that_is_damaged() {
    let text = |n: usize| {
        let (lines, _) = many_lines();
        format!("{n} {}", String::from_utf8_lossy(&lines[n * 3000..n * 3000 + 3000]))
    };
    let members: Vec<Vec<u8>> =
        (0..5).map(|n| gz(&warc_record("conversion", "text/plain", "", text(n).as_bytes()))).collect();
    for torn in 0..5 {
        for at in [12, 300, members[torn].len() - 40, members[torn].len() - 6] {
            let mut damaged = members.clone();
            damaged[torn][at..at + 4].fill(0xff);
            let (seen, _) = all(damaged.concat(), Format::Warc);
            let numbers = |seen: &[Result<String, String>]| -> Vec<String> {
                seen.iter().flatten().map(|text| text[..1].to_owned()).collect()
            };
            let errors: Vec<_> = seen.iter().filter_map(|seen| seen.as_ref().err()).collect();
            assert_eq!(errors.len(), 1, "{torn} at {at}: {errors:?}");
            assert!(errors[0].contains("gzip: "), "{errors:?}");
            let others: Vec<String> = (0..5).filter(|n| *n != torn).map(|n| n.to_string()).collect();
            let mut found = numbers(&seen);
            // A record whose checksum alone is wrong has been read before that is known.
            found.retain(|number| *number != torn.to_string());
            assert_eq!(found, others, "{torn} at {at}");
        }
    }
    // The last one cut short, as by the end of a crawl.
    let whole = members.concat();
    let (seen, _) = all(&whole[..whole.len() - 500], Format::Warc);
    assert_eq!((seen.len(), seen.iter().flatten().count()), (5, 4));
    assert_eq!(seen[4], Err("-:5: gzip: the file is cut short".to_owned()));
}

#[test]
fn a_warc_is_read_on_behind_a_header_that_is_none() {
    let record = |text: &str| warc_record("conversion", "text/plain", "", text.as_bytes());
    let wrong_length =
        String::from_utf8(record("Two")).unwrap().replace("Content-Length: 3", "Content-Length: 1");
    let no_length = String::from_utf8(record("Two")).unwrap().replace("Content-Length: 3", "Content-Long: 3");
    for wrong in
        [wrong_length.as_str(), &no_length, "WARC/1.0\r\nwhat is this?\r\n\r\n", "what\r\nis this?\r\n"]
    {
        let warc = [record("One"), wrong.into(), record("Three")].concat();
        let (seen, _) = all(warc, Format::Warc);
        assert_eq!(seen.first(), Some(&Ok("One".to_owned())), "{wrong}");
        assert_eq!(seen.last(), Some(&Ok("Three".to_owned())), "{wrong}");
        assert_eq!(seen.iter().filter(|seen| seen.is_err()).count(), 1, "{wrong}: {seen:?}");
    }
}

#[test]
fn lines_of_a_header_may_be_continued_any_number_of_times() {
    let more = format!("X-More: a\r\n{}", " and more\r\n".repeat(100_000));
    let record =
        warc_record("conversion", "text/plain", &format!("{more}WARC-Target-URI: http://a/1\r\n"), b"One");
    assert_eq!(ids_and_texts(&read(record, Format::Warc)), [("http://a/1", "One")]);
    let folded = warc_record("conversion", "text/plain", "WARC-Target-URI:\r\n http://a/1\r\n", b"One");
    assert_eq!(ids_and_texts(&read(folded, Format::Warc)), [("http://a/1", "One")]);
    assert_eq!(texts(&read(warc_record("conversion", "text/plain", "", b""), Format::Warc)), [""]);
}

/// Bytes of the file as it is unpacked, lines and records: of the file, wherever a piece or a member of it begins.
#[test]
fn places_in_messages_count_from_the_file() {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let first = |bytes: Vec<u8>, format| all(bytes, format).0.into_iter().find_map(Result::err).unwrap();
    // Behind a mark, and in other encodings.
    let array = "[{\"text\": \"One\"} 7]";
    assert_eq!(first(array.into(), Format::Json), "-: expected ',' or ']' at byte 17, got '7'");
    let marked = format!("{MARK}{array}");
    assert_eq!(first(marked.into(), Format::Json), "-: expected ',' or ']' at byte 20, got '7'");
    assert_eq!(
        first(utf_16(array), Format::Json),
        "-: expected ',' or ']' at byte 17 of its text in UTF-8, got '7'"
    );
    let export = |before: &str| first(format!("{before}<mediawiki></page>").into(), Format::MediaWiki);
    let byte = |message: String| -> u64 {
        message.split("byte ").nth(1).unwrap().split([':', ' ']).next().unwrap().parse().unwrap()
    };
    assert_eq!(byte(export(MARK)), byte(export("")) + 3);
    assert_eq!(byte(export("\n\n\n\n\n\n\n")), byte(export("")) + 7);

    // Behind many pieces of 16 MiB, and in the second member.
    let line = format!("{{\"text\": \"{}\"}}\n", "One. ".repeat(1000));
    let many = line.repeat(8000);
    for bad in [&b"{\"text\": 7}\n"[..], b"{\"text\": \"\xff\"}\n"] {
        for bytes in [[many.as_bytes(), bad].concat(), [gz(many.as_bytes()), gz(bad)].concat()] {
            let mut by_piece = Vec::new();
            for piece in Dump::from_reader(Cursor::new(bytes.clone()), Format::JsonLines).pieces().unwrap() {
                let piece = piece.unwrap();
                by_piece.extend(
                    piece.records().into_iter().filter_map(Result::err).map(|error| error.to_string()),
                );
            }
            let expected = if bad.contains(&0xff) {
                let byte = many.len() + 10;
                format!(
                    "-:8001: byte {byte} is not valid utf-8, which was assumed; the option encoding names another, such as windows-1256"
                )
            } else {
                "-:8001: field \"text\": expected a string, got 7".to_owned()
            };
            assert_eq!(by_piece, [expected.as_str()]);
            assert_eq!(first(bytes, Format::JsonLines), expected);
        }
    }
    let rows = format!("id,text\n{}", "1,\"One\n\"\n".repeat(3));
    let table = [rows.as_bytes(), b"\xff,Two\n"].concat();
    let message = first(table, Format::Csv);
    assert!(
        message.starts_with("-:8: a byte of the row that begins at byte 35 is not valid utf-8"),
        "{message}"
    );
    let record = |text: &[u8]| warc_record("conversion", "text/plain", "", text);
    let wrong = [gz(&record(b"One")), gz(b"what is this?\r\n")].concat();
    let expected =
        format!("-:2: expected a WARC record at byte {}, got \"what is this?\"", record(b"One").len());
    assert_eq!(first(wrong, Format::Warc), expected);
}

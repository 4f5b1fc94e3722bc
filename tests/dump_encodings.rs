//! What a dump is encoded in is declared or named, never guessed, and can be read afterwards.

use std::io::Cursor;

use dittograph::dump::{DumpOptions, Encoding, EncodingBasis, Format};
use encoding_rs::{BIG5, EUC_KR, GBK, ISO_8859_6, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256};

const ARABIC: &str = "لا تبحر العبارة اليوم بسبب العاصفة، كما قال مدير الميناء.";

/// An encoding, why it was taken, and for how many texts.
type Taken = (String, EncodingBasis, u64);

/// The text of the first article or its error, and the encodings that were taken.
fn read(options: &DumpOptions, bytes: impl Into<Vec<u8>>) -> (Result<String, String>, Vec<Taken>) {
    let mut dump = options.from_reader(Cursor::new(bytes.into()));
    let first = dump.next().unwrap().map(|article| article.text).map_err(|error| error.to_string());
    let taken = dump.statistics().encodings;
    (
        first,
        taken.into_iter().map(|((encoding, basis), texts)| (encoding.to_string(), basis, texts)).collect(),
    )
}

fn options(format: Format) -> DumpOptions {
    DumpOptions::new().format(format)
}

fn named(format: Format, label: &str) -> DumpOptions {
    options(format).encoding(label.parse().unwrap())
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn an_arabic_article_is_read_when_its_encoding_is_named_and_refused_when_not() {
    let doubled = format!("{ARABIC}\n{ARABIC}");
    let (bytes, _, is_lossy) = WINDOWS_1256.encode(&doubled);
    assert!(!is_lossy);
    let (text, taken) = read(&named(Format::Text, "windows-1256"), bytes.clone());
    assert_eq!(text.as_deref(), Ok(doubled.as_str()));
    assert_eq!(taken, [("windows-1256".to_owned(), EncodingBasis::Named, 1)]);
    assert_eq!(dittograph::dedup(&text.unwrap()), ARABIC);

    let (message, taken) = read(&options(Format::Text), bytes);
    assert_eq!(
        message.unwrap_err(),
        "-: byte 0 is not valid utf-8, which was assumed; the option encoding names another, such as windows-1256"
    );
    assert!(taken.is_empty());
}

#[test]
fn every_format_is_read_in_a_named_encoding() {
    let cases = [
        (Format::Text, ARABIC.to_owned()),
        (Format::JsonLines, format!("{{\"text\": \"{ARABIC}\"}}\n")),
        (Format::Json, format!("[{{\"text\": \"{ARABIC}\"}}]")),
        (Format::Csv, format!("id,text\n1,{ARABIC}\n")),
        (Format::Tsv, format!("text\tid\n{ARABIC}\t1\n")),
        (Format::Html, format!("<p>{ARABIC}</p>")),
    ];
    for (format, content) in cases {
        let (bytes, ..) = WINDOWS_1256.encode(&content);
        let (text, taken) = read(&named(format, "cp1256"), bytes.clone());
        assert_eq!(text.as_deref(), Ok(ARABIC), "{format}");
        assert_eq!(taken, [("windows-1256".to_owned(), EncodingBasis::Named, 1)], "{format}");
        let (message, _) = read(&options(format), bytes);
        let message = message.unwrap_err();
        assert!(
            message.contains("is not valid utf-8, which was assumed; the option encoding"),
            "{format}: {message}"
        );
    }
}

#[test]
fn texts_and_pages_in_old_encodings_are_read() {
    let cases = [
        (WINDOWS_1252, "windows-1252", "Café – “ça va”"),
        (WINDOWS_1252, "iso-8859-1", "Café"),
        (WINDOWS_1251, "windows-1251", "Паром сегодня не ходит"),
        (ISO_8859_6, "iso-8859-6", "العبارة"),
        (GBK, "gb2312", "今天渡轮停航"),
        (SHIFT_JIS, "shift_jis", "表示ソフト、能登"), // with bytes that are a backslash elsewhere
        (EUC_KR, "euc-kr", "오늘 배가 뜨지 않는다"),
        (BIG5, "big5", "今天渡輪停航"),
    ];
    for (encoding, label, text) in cases {
        let (bytes, _, is_lossy) = encoding.encode(text);
        assert!(!is_lossy, "{label}");
        assert_eq!(read(&named(Format::Text, label), bytes.clone()).0.as_deref(), Ok(text), "{label}");
        let line = format!("{{\"id\": \"1\", \"text\": \"{text}\"}}");
        let line = encoding.encode(&line).0.into_owned();
        assert_eq!(read(&named(Format::JsonLines, label), line).0.as_deref(), Ok(text), "{label}");
        // A page declares it, which takes precedence over the encoding that is named.
        let meta = format!("<html><head><meta charset=\"{label}\"></head><body>{text}");
        let http_equiv =
            format!("<META http-equiv=Content-Type content='text/html; charset={label}'><p>{text}</p>");
        for page in [meta, http_equiv] {
            let (read_text, taken) = read(&named(Format::Html, "koi8-r"), encoding.encode(&page).0);
            assert_eq!(read_text.as_deref(), Ok(text), "{label}");
            assert_eq!(taken[0].1, EncodingBasis::Declared);
            assert_eq!(taken[0].0, label.parse::<Encoding>().unwrap().to_string());
        }
    }
}

#[test]
fn utf_16_is_recognised_by_its_mark() {
    let line = format!("{{\"text\": \"{ARABIC} 🐎\"}}\n");
    let text = format!("{ARABIC} 🐎");
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let name = if unit(1)[0] == 1 { "utf-16le" } else { "utf-16be" };
        let (read_text, taken) = read(&options(Format::JsonLines), utf_16(&line, unit));
        assert_eq!(read_text.as_deref(), Ok(text.as_str()));
        assert_eq!(taken, [(name.to_owned(), EncodingBasis::ByteOrderMark, 1)]);
        // The format is recognised too, and the mark takes precedence over the encoding that is named.
        let (read_text, _) =
            read(&DumpOptions::new().encoding("windows-1251".parse().unwrap()), utf_16(&line, unit));
        assert_eq!(read_text.as_deref(), Ok(text.as_str()));
        for format in [Format::Text, Format::Html] {
            assert_eq!(read(&options(format), utf_16(&text, unit)).0.as_deref(), Ok(text.as_str()));
        }
        let csv = utf_16(&format!("text\n{text}\n"), unit);
        assert_eq!(read(&options(Format::Csv), csv).0.as_deref(), Ok(text.as_str()));
    }
}

#[test]
fn an_http_header_takes_precedence_over_the_page() {
    let page = format!("<meta charset=utf-8><p>{ARABIC}");
    let body = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\"windows-1256\"\r\n\r\n".as_slice(),
        &WINDOWS_1256.encode(&page).0,
    ]
    .concat();
    let head = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let warc = [head.as_bytes(), &body, b"\r\n\r\n"].concat();
    let (text, taken) = read(&options(Format::Warc), warc);
    assert_eq!(text.as_deref(), Ok(ARABIC));
    assert_eq!(taken, [("windows-1256".to_owned(), EncodingBasis::Declared, 1)]);
}

#[test]
fn a_page_declares_its_encoding_late_or_in_xml() {
    let script = format!("<script>'<meta charset=gbk>';{}</script>", "x();".repeat(1000));
    for start in [
        format!("{script}<meta charset=windows-1256>"),
        "<?xml version='1.0' encoding='windows-1256'?>".to_owned(),
        "<?xml version='1.0' encoding='klingon'?><meta charset=windows-1256>".to_owned(),
        "<?xml version='1.0' encoding='gbk'?><meta charset=windows-1256>".to_owned(),
    ] {
        let page = format!("{start}<p>{ARABIC}");
        let (text, taken) = read(&options(Format::Html), WINDOWS_1256.encode(&page).0);
        assert_eq!(text.as_deref(), Ok(ARABIC));
        assert_eq!(taken, [("windows-1256".to_owned(), EncodingBasis::Declared, 1)]);
    }
}

#[test]
fn the_encoding_of_an_xml_declaration_is_used() {
    let xml = "<?xml version='1.0' encoding='windows-1251'?><mediawiki><page><title>Т</title><ns>0</ns><id>1</id>\
        <revision><text>Паром</text></revision></page></mediawiki>";
    let (text, taken) = read(&options(Format::MediaWiki), WINDOWS_1251.encode(xml).0);
    assert_eq!(text.as_deref(), Ok("Паром"));
    assert_eq!(taken, [("windows-1251".to_owned(), EncodingBasis::Declared, 1)]);
    let (message, _) = read(&options(Format::MediaWiki), xml.replace("windows-1251", "klingon"));
    assert_eq!(message.unwrap_err(), "-: declares the unknown encoding \"klingon\"");
}

#[test]
fn the_error_of_an_invalid_byte_names_its_place() {
    let error = |options: &DumpOptions, bytes: &[u8]| {
        let error = options.from_reader(Cursor::new(bytes.to_vec())).find_map(Result::err).unwrap();
        error.to_string()
    };
    let assumed =
        "is not valid utf-8, which was assumed; the option encoding names another, such as windows-1256";
    let line = b"{\"text\": \"a\"}\n{\"text\": \"b\xff\"}\n";
    assert_eq!(error(&options(Format::JsonLines), line), format!("-:2: byte 25 {assumed}"));
    let csv = b"text,id\na,1\nb\xff,2\nc,3\n";
    let row = format!("-:3: a byte of the row that begins at byte 12 {assumed}");
    assert_eq!(error(&options(Format::Csv), csv), row);
    let marked = error(&options(Format::Csv), &[b"\xef\xbb\xbf", csv.as_slice()].concat());
    assert_eq!(
        marked,
        "-:3: a byte of the row that begins at byte 15 is not valid utf-8, which its byte order mark says"
    );
    assert_eq!(
        error(&options(Format::Text), b"\xef\xbb\xbfa\xff"),
        "-: byte 4 is not valid utf-8, which its byte order mark says"
    );
    assert_eq!(
        error(&named(Format::Text, "shift_jis"), b"abc\x81"),
        "-: byte 3 is not valid shift_jis, which was named"
    );
    // Two bytes at the end of a long text, beyond the first buffer.
    let long = [vec![b'a'; 100_000], vec![0x81, 0x20, b'b']].concat();
    assert_eq!(
        error(&named(Format::Text, "shift_jis"), &long),
        "-: byte 100000 is not valid shift_jis, which was named"
    );
    assert_eq!(
        error(&options(Format::Html), b"<meta charset=gbk><p>\xff"),
        "-: byte 21 is not valid gbk, which it declares"
    );
    assert_eq!(
        error(&options(Format::Text), &[0xff, 0xfe, 0, 0xd8, 0x41, 0]),
        "-: byte 2 is not valid utf-16le, which its byte order mark says"
    );
    // The next line is read where each line is decoded by itself.
    let mut dump = options(Format::JsonLines)
        .from_reader(Cursor::new(b"{\"text\": \"\xff\"}\n{\"text\": \"b\"}".to_vec()));
    assert!(dump.next().unwrap().unwrap_err().is_record());
    assert_eq!(dump.next().unwrap().unwrap().text, "b");
}

#[test]
fn an_invalid_byte_in_an_old_encoding_loses_as_little_as_possible() {
    let page = |body: &[u8]| {
        let answer = [b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n\r\n", body].concat();
        let head = "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length:";
        [format!("{head} {}\r\n\r\n", answer.len()).as_bytes(), &answer, b"\r\n\r\n"].concat()
    };
    let mut dump =
        options(Format::Warc).from_reader(Cursor::new([page(b"<p>\xff"), page(b"<p>Two")].concat()));
    let error = dump.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "-:1: byte 3 is not valid gbk, which it declares");
    assert!(error.is_record());
    assert_eq!(dump.next().unwrap().unwrap().text, "Two");

    // A stream cannot be read any further, but all that stands before the byte is.
    let lines = b"{\"text\": \"a\"}\n{\"text\": \"b\"}\n{\"text\": \"\xff\"}\n{\"text\": \"d\"}\n".to_vec();
    let mut dump = named(Format::JsonLines, "gbk").from_reader(Cursor::new(lines));
    assert_eq!(dump.next().unwrap().unwrap().text, "a");
    assert_eq!(dump.next().unwrap().unwrap().text, "b");
    let error = dump.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "-:3: byte 38 is not valid gbk, which was named");
    assert!(!error.is_record());
    assert!(dump.next().is_none());
}

#[test]
fn labels_of_the_standard_are_parsed() {
    for (label, name) in [
        ("UTF-8", "utf-8"),
        ("Windows-1256", "windows-1256"),
        ("latin1", "windows-1252"),
        ("sjis", "shift_jis"),
        ("ks_c_5601-1987", "euc-kr"),
    ] {
        let encoding: Encoding = label.parse().unwrap();
        assert_eq!(encoding.to_string(), name);
        assert_eq!(encoding, name.parse().unwrap());
    }
    let error = "cp9999".parse::<Encoding>().unwrap_err();
    assert!(error.is_config());
    assert_eq!(
        error.to_string(),
        "encoding: expected a label of the Encoding Standard, such as utf-8, windows-1256 or shift_jis, got cp9999"
    );
    // The standard has labels that stand for a refusal.
    assert!("hz-gb-2312".parse::<Encoding>().is_err());
}

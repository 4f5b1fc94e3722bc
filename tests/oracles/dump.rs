//! A dump is the same in whatever pieces its bytes come, record by record or many at a time, and what is written of it is read again.

use std::io::{self, Cursor, Read};

use dittograph::Error;
use dittograph::dump::{Dump, DumpOptions, Encoding, Format, MissingText};

use super::Choices;

const FORMATS: [Format; 9] = [
    Format::JsonLines,
    Format::Json,
    Format::Csv,
    Format::Tsv,
    Format::Text,
    Format::Html,
    Format::Warc,
    Format::MediaWiki,
    Format::Parquet,
];

/// Id, text and number of a record, or why it cannot be read.
type Seen = Result<(String, String, u64), String>;

pub fn check(data: &[u8]) {
    let (mut choices, bytes) = Choices::new(data, 6);
    let format = choices.of(&FORMATS);
    let limit = choices.of(&[1 << 20, 1000, 100]);
    let encodings = [None, Some("windows-1256"), Some("utf-16le"), Some("shift_jis")];
    let encoding = choices.of(&encodings).map(|label| label.parse::<Encoding>().unwrap());
    let mut options = DumpOptions::new().format(format).record_limit(limit);
    if let Some(encoding) = encoding {
        options = options.encoding(encoding);
    }
    if choices.flag() && format != Format::Parquet {
        options = options.text_fields(["text", "more.text"]);
    }
    if choices.flag() {
        options = options.missing_text(MissingText::Empty);
    }
    let options = options.fields(choices.flag());
    let open = |len| options.from_reader(Trickle(Cursor::new(bytes.to_vec()), len));
    let whole = one_by_one(open(usize::MAX));
    for len in [1, 7] {
        assert_same(&one_by_one(open(len)), &whole, &format!("{len} bytes at a time"));
    }
    // In pieces, other fields are passed over, and may be nested as deep as they like.
    if whole.iter().any(|seen| seen.as_ref().is_err_and(|error| error.contains("nested more than 127 deep")))
    {
        return;
    }
    let (in_pieces, written) = in_pieces(open(usize::MAX));
    assert_same(&in_pieces, &whole, "in pieces");
    let again = DumpOptions::new().format(Format::JsonLines).missing_text(MissingText::Empty);
    if format != Format::JsonLines && format != Format::Json {
        for seen in one_by_one(again.from_reader(Cursor::new(written))) {
            seen.expect("what is written can be read");
        }
    }
}

#[track_caller]
fn assert_same(seen: &[Seen], whole: &[Seen], how: &str) {
    let differs = seen.iter().zip(whole).find(|(a, b)| a != b);
    assert!(differs.is_none(), "{how}: {differs:.500?}");
    assert_eq!(seen.len(), whole.len(), "{how}");
}

/// Records at most; no error may be returned forever.
const MOST: usize = 5000;

fn one_by_one(dump: Dump) -> Vec<Seen> {
    let seen = |article: Result<dittograph::dump::Article, Error>| {
        let article = article.map_err(|error| error.to_string())?;
        Ok((article.id, article.text, article.place.record))
    };
    dump.take(MOST).map(seen).collect()
}

fn in_pieces(dump: Dump) -> (Vec<Seen>, Vec<u8>) {
    let (mut seen, mut written) = (Vec::new(), Vec::new());
    for piece in dump.pieces().unwrap() {
        match piece {
            Err(error) => seen.push(Err(error.to_string())),
            Ok(piece) => seen.extend(piece.records().into_iter().map(|record| {
                let record = record.map_err(|error| error.to_string())?;
                record.write_without(&[], &mut written).unwrap();
                Ok((record.id.into_owned(), record.text.into_owned(), record.number))
            })),
        }
        if seen.len() >= MOST {
            break;
        }
    }
    seen.truncate(MOST);
    (seen, written)
}

/// Hands out a few bytes at a time.
struct Trickle(Cursor<Vec<u8>>, usize);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(self.1);
        self.0.read(&mut buffer[..len])
    }
}

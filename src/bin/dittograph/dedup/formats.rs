//! Every format of [`dittograph::dump`], as lines of JSON.

use std::io::{self, BufReader, Read};
use std::path::Path;

use dittograph::dump::{Article, DumpOptions, DumpStatistics, Encoding, Format};
use serde::Serializer;
use serde_json::Value;

use super::dump::{CHUNK_LEN, Chunk, Chunks, Dump, Plain, Source, Tally};
use crate::format_options::FormatOptions;

/// How files are read.
pub struct Formats {
    options: DumpOptions,
    format: Option<Format>,
    encoding: Option<Encoding>,
}

/// What a message on bytes that are not UTF-8 ends with.
pub const NAME_ENCODING: &str = "; if it is in another encoding, name that: --encoding windows-1256";

impl Formats {
    pub fn new(arguments: &FormatOptions) -> Self {
        let options = arguments.dump_options();
        Self { options, format: arguments.format, encoding: arguments.encoding }
    }

    /// Why a file that has no mark is read in UTF-8.
    pub fn basis(&self) -> &'static str {
        if self.encoding.is_some() { "named" } else { "assumed" }
    }

    pub fn standard_input(&self) -> Result<Source, String> {
        if self.format.is_none() {
            return Err("-: say which format standard input is in: --format jsonl, csv, warc, …".to_owned());
        }
        Ok(Source::new("-".into(), None))
    }

    pub fn file(&self, path: &Path) -> Source {
        let plain = Plain::by_name(path).filter(|plain| {
            let format = if plain.is_text { Format::Text } else { Format::JsonLines };
            self.format.is_none_or(|given| given == format)
                && self.encoding.is_none_or(|encoding| encoding.to_string() == "utf-8")
                && !is_utf_16(path, *plain)
        });
        Source::new(path.to_owned(), plain)
    }

    pub fn folder(&self, path: &Path, tally: &mut Tally) -> Result<Vec<Source>, String> {
        let folder = self.options.open(path).map_err(|error| error.to_string())?;
        tally.add(&Tally { left_out: folder.statistics().left_out, ..Tally::default() });
        Ok(folder.files().map(|path| self.file(path)).collect())
    }
}

/// Returns true if a file begins with a mark of UTF-16. A pipe can be read once only, and is not looked at.
fn is_utf_16(path: &Path, plain: Plain) -> bool {
    let mark = || {
        let file = std::fs::File::open(path)?;
        let mut mark = [0; 2];
        if file.metadata()?.is_file() {
            plain.unpack(BufReader::with_capacity(1 << 12, file))?.read_exact(&mut mark)?;
        }
        io::Result::Ok(mark)
    };
    // An error of reading is returned when the file is read for its articles.
    mark().is_ok_and(|mark| matches!(mark, [0xff, 0xfe] | [0xfe, 0xff]))
}

/// Returns the articles of a file in pieces, each a line; `progress` is given how many bytes on disk that took.
pub fn chunks<'d: 'p, 'p>(
    dump: &'d Dump,
    source: &'d Source,
    progress: &'p mut dyn FnMut(u64),
) -> Result<Chunks<'d, 'p>, String> {
    let options = &dump.formats.options;
    let mut articles = if source.is_stdin() {
        options.from_reader(io::stdin())
    } else {
        options.open(&source.path).map_err(|error| error.to_string())?
    };
    let (mut counted, mut is_done) = (0, false);
    Ok(Box::new(std::iter::from_fn(move || {
        if is_done {
            return None;
        }
        let (mut lines, mut aside) = (Vec::new(), Tally::default());
        while (lines.len() as u64) < CHUNK_LEN && !is_done {
            match articles.next() {
                Some(Ok(article)) => put_line(&mut lines, article, &dump.id_field, &dump.text_field),
                Some(Err(error)) if error.is_record() && dump.skip_bad => {
                    aside.bad += 1;
                    aside.first_bad.get_or_insert(error.to_string());
                }
                Some(Err(error)) => {
                    is_done = true;
                    return Some(Err(error.to_string()));
                }
                None => {
                    is_done = true;
                    let DumpStatistics { encodings, left_out, .. } = articles.statistics();
                    let named = encodings
                        .into_iter()
                        .map(|((encoding, basis), count)| ((encoding.to_string(), basis.to_string()), count));
                    (aside.encodings, aside.left_out) = (named.collect(), left_out);
                }
            }
        }
        progress(articles.bytes_read() - std::mem::replace(&mut counted, articles.bytes_read()));
        Some(Ok(Chunk::made(source, lines, aside)))
    })))
}

/// Returns the rows of a file that are documents, by their numbers from 1, and their texts.
pub fn rows(
    dump: &Dump,
    source: &Source,
) -> Result<impl Iterator<Item = Result<(u64, String), String>>, String> {
    let options = dump.formats.options.clone().fields(false);
    let articles = options.open(&source.path).map_err(|error| error.to_string())?;
    let articles =
        articles.filter(|article| !article.as_ref().is_err_and(|e| e.is_record() && dump.skip_bad));
    Ok(articles.map(|article| {
        article.map(|article| (article.place.record, article.text)).map_err(|error| error.to_string())
    }))
}

/// An article as a line of JSON: its id and text, then its other fields by name.
fn put_line(lines: &mut Vec<u8>, article: Article, id_field: &str, text_field: &str) {
    let Article { id, text, mut fields, .. } = article;
    fields.remove(text_field);
    // A format with ids of its own may have that field too, such as the title of a wiki's page.
    let id = fields.remove(id_field).unwrap_or(Value::from(id));
    let own = [(id_field, id), (text_field, Value::from(text))];
    let own = own.into_iter().skip(usize::from(id_field == text_field)); // one field may be both
    let others = fields.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let mut serializer = serde_json::Serializer::new(&mut *lines);
    serializer.collect_map(own.chain(others)).expect("strings and values are JSON");
    lines.push(b'\n');
}

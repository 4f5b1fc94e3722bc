//! Pieces of a dump: records that were read together, parsed on all cores, and written back.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::iter::FusedIterator;
use std::ops::Range;
use std::path::Path;
use std::slice;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use serde::Serializer as _;
use serde::ser::SerializeMap;
use serde_json::Value;

use super::encoding::BYTE_ORDER_MARK;
use super::iter::Dump;
use super::json::{self, Parts};
use super::limits::check_lines;
use super::read_error::ReadError;
use super::record::{Content, FieldNames, OwnedRecord};
use super::settings::Settings;
use super::statistics::DumpStatistics;
use crate::error::Error;

/// Some records of a file that follow one another: about 16 MiB, or one record if that is longer.
///
/// [`Pieces`] yields them. It holds the bytes as they were read; [`records`](Self::records) borrows from them.
#[derive(Debug)]
pub struct Piece {
    pub(super) file: Arc<Path>,
    pub(super) content: Content,
    pub(super) settings: Arc<Settings>,
    /// The file is one article, so that its path is enough of an id.
    pub(super) is_one_article: bool,
}

impl Piece {
    /// Returns the path of the file, `-` for a reader.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns how many bytes the piece has, unpacked: of JSON the bytes as they stand in the file, else those of the texts.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        match &self.content {
            Content::Objects(objects) => objects.len(),
            Content::Records(records) => records.iter().flatten().map(|record| record.text.len()).sum(),
        }
    }

    /// Returns the records in their order, each as it was read or why it cannot be.
    ///
    /// Records of JSON Lines and JSON are parsed here, on all threads of rayon's current pool. Their ids and texts are
    /// borrowed from the piece, unless they have escapes.
    ///
    /// # Errors
    ///
    /// Each error is one of its record alone ([`Error::is_record`]).
    #[must_use]
    pub fn records(&self) -> Vec<Result<Record<'_>, Error>> {
        let default_id = |number| default_id(&self.file, number, self.is_one_article);
        let names = &self.settings.names;
        let failed = |error: ReadError| error.in_file(&self.file);
        let is_short = |number: u64, text: &str| {
            let checked = check_lines(text, self.settings.record_limit);
            checked.map_err(|error| if self.is_one_article { error } else { error.at_record(number) })
        };
        match &self.content {
            Content::Objects(objects) => {
                // One after another in memory that is taken once.
                objects.parse(names, |number, parsed| {
                    let parsed = parsed.map_err(failed)?;
                    is_short(number, &parsed.text).map_err(failed)?;
                    Ok(Record {
                        states_id: parsed.id.is_some() || self.is_one_article,
                        id: parsed.id.unwrap_or_else(|| default_id(number).into()),
                        text: parsed.text,
                        number,
                        origin: Origin::Line { line: parsed.line, parts: parsed.parts },
                    })
                })
            }
            Content::Records(records) => {
                let records = records.iter().map(|record| {
                    let record = record.as_ref().map_err(|error| failed(error.clone()))?;
                    is_short(record.number, &record.text).map_err(failed)?;
                    let id = record.id.as_deref().map(Cow::Borrowed);
                    Ok(Record {
                        states_id: id.is_some() || self.is_one_article,
                        id: id.unwrap_or_else(|| default_id(record.number).into()),
                        text: Cow::Borrowed(&record.text),
                        number: record.number,
                        origin: Origin::Fields { record, names },
                    })
                });
                records.collect()
            }
        }
    }
}

/// A record of a dump, as it stands in its [`Piece`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record<'p> {
    /// The id that the record states. Without one it is `path:number`, or the path alone where a file is one article.
    pub id: Cow<'p, str>,
    /// The text, whose paragraphs can be compared. It may be empty. The texts of several text fields follow one another,
    /// with a blank line between them.
    pub text: Cow<'p, str>,
    /// The line that the record begins on (JSON Lines, CSV, TSV), else its number among the records of the file. Both
    /// count from 1.
    pub number: u64,
    states_id: bool,
    origin: Origin<'p>,
}

/// Where a record comes from, and so how it is written.
#[derive(Debug, Clone)]
enum Origin<'p> {
    Line { line: &'p str, parts: Parts },
    Fields { record: &'p OwnedRecord, names: &'p FieldNames },
}

impl Record<'_> {
    /// Returns false if none of the text fields is there, or all are null; [`DumpOptions::missing_text`] lets such records
    /// through.
    ///
    /// [`DumpOptions::missing_text`]: super::DumpOptions::missing_text
    #[must_use]
    pub fn has_text(&self) -> bool {
        match &self.origin {
            Origin::Line { parts, .. } => !matches!(parts, Parts::None),
            Origin::Fields { record, .. } => record.has_text,
        }
    }

    /// Returns false if the record states no id, so that it has one made of the file and its number. A file that is one article
    /// is called by its path, which is enough.
    #[must_use]
    pub fn states_id(&self) -> bool {
        self.states_id
    }

    /// Returns the value of a field, given by its name or by a path such as `meta.date`; `None` if it is not there.
    ///
    /// Of JSON Lines the record is parsed anew. Of other formats these are the fields of [`Article::fields`] and the id, if
    /// [`DumpOptions::fields`] is on.
    ///
    /// [`Article::fields`]: super::Article::fields
    /// [`DumpOptions::fields`]: super::DumpOptions::fields
    ///
    /// ```
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let line = r#"{"text": "The mill burnt down.", "meta": {"year": 1911}}"#;
    /// let piece = Dump::from_reader(line.as_bytes(), Format::JsonLines).pieces()?.next().unwrap()?;
    /// let record = piece.records().pop().unwrap()?;
    /// assert_eq!(record.field("meta.year"), Some(1911.into()));
    /// assert_eq!(record.field("year"), None);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn field(&self, path: &str) -> Option<Value> {
        let (record, names) = match &self.origin {
            Origin::Line { line, .. } => return json::field(line, path),
            Origin::Fields { record, names } => (record, names),
        };
        let named = record.fields.iter().rev().find(|(name, _)| name == path);
        if let Some((_, value)) = named {
            return Some(value.clone());
        }
        if path == names.id {
            return Some(Value::from(&*self.id));
        }
        let (first, rest) = path.split_once('.')?;
        let (_, value) = record.fields.iter().rev().find(|(name, _)| name == first)?;
        rest.split('.').try_fold(value, |value, name| value.get(name)).cloned()
    }

    /// Writes the record as a line of JSON, without some spans of its text (ascending, apart from one another), such as
    /// [`Found::redundant_spans`](crate::Found::redundant_spans) returns.
    ///
    /// Of JSON Lines all but the strings of the text is written byte for byte, and the strings too if nothing of them goes.
    /// Objects of a JSON array are written on one line each. Records of other formats become objects with the fields
    /// of [`Article::fields`](super::Article::fields) beside id and text.
    ///
    /// ```
    /// use dittograph::Corpus;
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let lines = "{\"text\": \"The mill burnt down.\", \"year\": 1911}\n\
    ///     {\"text\": \"Nobody was hurt.\\nThe mill burnt down.\",  \"year\": 1912}\n";
    /// let mut pieces = Dump::from_reader(lines.as_bytes(), Format::JsonLines).pieces()?;
    /// let piece = pieces.next().unwrap()?;
    /// let records = piece.records().into_iter().collect::<Result<Vec<_>, _>>()?;
    /// let mut corpus = Corpus::builder(dittograph::Detector::default()).min_words(1).build();
    /// corpus.extend(records.iter().map(|record| &*record.text));
    /// let found = corpus.find();
    /// let mut cleaned = Vec::new();
    /// for (document, record) in (0..).zip(&records) {
    ///     record.write_without(&found.redundant_spans(document), &mut cleaned)?;
    /// }
    /// let (first, _) = lines.split_once('\n').unwrap();
    /// let second = r#"{"text": "Nobody was hurt.",  "year": 1912}"#;
    /// assert_eq!(String::from_utf8(cleaned)?, format!("{first}\n{second}\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the writer.
    ///
    /// # Panics
    ///
    /// If a span is none of the text, or ends inside a character.
    pub fn write_without(&self, lost: &[Range<usize>], out: &mut impl Write) -> io::Result<()> {
        match &self.origin {
            Origin::Line { line, parts } => {
                let mut written = line.len() - without_mark(line).len();
                let mut part = |json: &Range<usize>, text: Range<usize>| {
                    if lost.iter().any(|lost| lost.start < text.end && text.start < lost.end) {
                        out.write_all(&line.as_bytes()[written..json.start])?;
                        serde_json::to_writer(&mut *out, &without(&self.text, text, lost))?;
                        written = json.end;
                    }
                    io::Result::Ok(())
                };
                match parts {
                    Parts::None => {}
                    Parts::One(json) => part(json, 0..self.text.len())?,
                    Parts::Many(parts) => {
                        parts.iter().try_for_each(|one| part(&one.json, one.text.clone()))?;
                    }
                }
                out.write_all(&line.as_bytes()[written..])?;
                if line.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") }
            }
            Origin::Fields { record, names } => self.write_fields(record, names, None, lost, out),
        }
    }

    /// Writes the record as a line of JSON with one field more, or with another value of a field that it has.
    ///
    /// All else is written as by [`write_without`](Self::write_without) without a span.
    ///
    /// ```
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let line = "{\"text\": \"Nobody was hurt.\",  \"year\": 1912}\n";
    /// let piece = Dump::from_reader(line.as_bytes(), Format::JsonLines).pieces()?.next().unwrap()?;
    /// let record = piece.records().pop().unwrap()?;
    /// let mut marked = Vec::new();
    /// record.write_with("is_short", &true.into(), &mut marked)?;
    /// assert_eq!(marked, b"{\"text\": \"Nobody was hurt.\",  \"year\": 1912,\"is_short\":true}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_with(&self, name: &str, value: &Value, out: &mut impl Write) -> io::Result<()> {
        let line = match &self.origin {
            Origin::Line { line, .. } => without_mark(line).trim_ascii_end(),
            Origin::Fields { record, names } => {
                return self.write_fields(record, names, Some((name, value)), &[], out);
            }
        };
        if let Some(place) = json::place_of_field(line, name) {
            out.write_all(&line.as_bytes()[..place.start])?;
            serde_json::to_writer(&mut *out, value)?;
            out.write_all(&line.as_bytes()[place.end..])?;
        } else {
            let fields = line.strip_suffix('}').unwrap_or(line);
            out.write_all(fields.as_bytes())?;
            out.write_all(if fields.trim_ascii_end().ends_with('{') { b"" } else { b"," })?;
            serde_json::to_writer(&mut *out, name)?;
            out.write_all(b":")?;
            serde_json::to_writer(&mut *out, value)?;
            out.write_all(b"}")?;
        }
        out.write_all(b"\n")
    }

    fn write_fields(
        &self,
        record: &OwnedRecord,
        names: &FieldNames,
        more: Option<(&str, &Value)>,
        lost: &[Range<usize>],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut others: Vec<(&str, &Value)> =
            record.fields.iter().map(|(name, value)| (&**name, value)).chain(more).collect();
        others.reverse(); // the last of a name counts
        others.sort_by_key(|(name, _)| *name);
        others.dedup_by_key(|(name, _)| *name);
        let mut serializer = serde_json::Serializer::new(&mut *out);
        let mut object = serializer.serialize_map(None)?;
        // One field may be both. A format with ids of its own may have that field too, such as the title of a wiki's page.
        if !names.texts.contains(&names.id) {
            match others.iter().find(|(name, _)| *name == names.id) {
                Some((_, id)) => object.serialize_entry(&names.id, id)?,
                None => object.serialize_entry(&names.id, &self.id)?,
            }
        }
        let all = record.has_text.then_some(0..self.text.len());
        let parts = if record.parts.is_empty() { slice::from_ref(&all) } else { &record.parts };
        for (name, part) in names.texts.iter().zip(parts) {
            let Some(part) = part else {
                object.serialize_entry(name, &Value::Null)?;
                continue;
            };
            if lost.is_empty() {
                object.serialize_entry(name, &self.text[part.clone()])?;
            } else {
                object.serialize_entry(name, &without(&self.text, part.clone(), lost))?;
            }
        }
        let is_own = |name: &str| name == names.id || names.texts.iter().any(|text| text == name);
        for (name, value) in others.into_iter().filter(|(name, _)| !is_own(name)) {
            object.serialize_entry(name, value)?;
        }
        object.end()?;
        out.write_all(b"\n")
    }
}

/// Returns a line without the marks of files that were put together.
fn without_mark(line: &str) -> &str {
    line.trim_start_matches(BYTE_ORDER_MARK)
}

/// Returns the id of a record that states none.
pub(super) fn default_id(path: &Path, number: u64, is_one_article: bool) -> String {
    let path = path.display();
    if is_one_article { path.to_string() } else { format!("{path}:{number}") }
}

/// Returns a part of a text without some spans of the text. What separates a paragraph that goes from the part before goes
/// with it.
fn without(text: &str, part: Range<usize>, lost: &[Range<usize>]) -> String {
    let mut left = String::with_capacity(part.len());
    let mut from = part.start;
    for span in lost {
        let span = span.start.clamp(from, part.end)..span.end.clamp(from, part.end);
        left.push_str(&text[from..span.start]);
        from = span.end;
    }
    let rest = &text[from..part.end];
    let begins_a_part = left.is_empty() && from > part.start && part.start > 0;
    left.push_str(if begins_a_part { rest.trim_start() } else { rest });
    left
}

/// An iterator over the pieces of a dump, which are read on a thread of their own, one ahead.
///
/// [`Dump::pieces`] returns it. An item is an error if a file cannot be read, or not to its end; the iterator goes on with
/// the next file. If it is dropped, reading ends after the piece that is being read.
pub struct Pieces {
    /// The last has no item.
    read: Receiver<(Option<Result<Piece, Error>>, DumpStatistics)>,
    statistics: DumpStatistics,
    is_done: bool,
}

impl Pieces {
    pub(super) fn new(mut dump: Dump) -> Result<Self, Error> {
        let (send, read) = mpsc::sync_channel(1);
        let statistics = dump.statistics();
        let read_all = move || {
            loop {
                let piece = dump.next_piece();
                let is_last = piece.is_none();
                // Nobody listens any more once the iterator is dropped.
                if send.send((piece, dump.statistics())).is_err() || is_last {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("dittograph-dump".to_owned()).spawn(read_all);
        thread.map_err(|error| Error::io("a thread that reads a dump", error))?;
        Ok(Self { read, statistics, is_done: false })
    }

    /// Returns the counts of what has been read up to the last item. Records are not among them: their articles and errors
    /// are those of [`Piece::records`].
    #[must_use]
    pub fn statistics(&self) -> &DumpStatistics {
        &self.statistics
    }
}

impl Iterator for Pieces {
    type Item = Result<Piece, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let (piece, statistics) = self.read.recv().expect("the thread sends its end, unless it panics");
        (self.statistics, self.is_done) = (statistics, piece.is_none());
        piece
    }
}

impl FusedIterator for Pieces {}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("statistics", &self.statistics).finish_non_exhaustive()
    }
}

//! Reading: files and folders as records with an id and a text. JSON Lines and texts in UTF-8, plain or compressed, are
//! read here, in pieces of whole lines on all cores; what else there is comes from [`formats`] as lines of JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use rayon::prelude::*;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::formats::{self, Formats};
use crate::output::Output;

/// A file of a dump, by what its name says of it.
pub struct Source {
    pub path: PathBuf,
    /// None if it is for [`formats`] to read.
    plain: Option<Plain>,
}

/// A file of JSON Lines, or of a text, that is read here.
#[derive(Clone, Copy)]
pub struct Plain {
    pub is_text: bool,
    packing: Packing,
}

#[derive(Clone, Copy)]
enum Packing {
    None,
    Gz,
    Zst,
}

impl Plain {
    /// None if the name says something else, or nothing that is known.
    pub fn by_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let (name, packing) = match name.rsplit_once('.')? {
            (stem, "gz") => (stem, Packing::Gz),
            (stem, "zst") => (stem, Packing::Zst),
            _ => (name.as_str(), Packing::None),
        };
        let is_text = match name.rsplit_once('.')?.1 {
            "jsonl" | "ndjson" => false,
            "txt" => true,
            _ => return None,
        };
        Some(Self { is_text, packing })
    }

    pub fn unpack<'f>(self, file: impl Read + 'f) -> io::Result<Box<dyn Read + 'f>> {
        Ok(match self.packing {
            Packing::None => Box::new(file),
            Packing::Gz => Box::new(flate2::read::MultiGzDecoder::new(file)),
            Packing::Zst => Box::new(zstd::Decoder::new(file)?),
        })
    }
}

/// The pieces of a file.
pub type Chunks<'d, 'p> = Box<dyn Iterator<Item = Result<Chunk<'d>, String>> + 'p>;

impl Source {
    pub fn new(path: PathBuf, plain: Option<Plain>) -> Self {
        Self { path, plain }
    }

    pub fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// Fails if it cannot be read a second time: a pipe, or standard input.
    pub fn check_lasting(&self) -> Result<(), String> {
        let what = if self.is_stdin() { "standard input" } else { "what is no regular file" };
        let refusal =
            || format!("{}: {what} cannot be read twice, as --low-memory does", self.path.display());
        self.path.is_file().then_some(()).ok_or_else(refusal)
    }

    pub fn changed(&self) -> String {
        format!("{}: changed while it was read", self.path.display())
    }

    /// The unpacked file in pieces; `progress` is given how many bytes on disk that took.
    fn chunks<'d: 'p, 'p>(
        &'d self,
        dump: &'d Dump,
        progress: &'p mut dyn FnMut(u64),
    ) -> Result<Chunks<'d, 'p>, String> {
        let Some(plain) = self.plain else { return formats::chunks(dump, self, progress) };
        let message = |error: io::Error| format!("{}: {error}", self.path.display());
        let file = Arc::new(File::open(&self.path).map_err(message)?);
        // No reader of ours in between: its memory would be zeroed first.
        let mut bytes = plain.unpack(Arc::clone(&file)).map_err(message)?;
        let max_len = if plain.is_text { u64::MAX } else { CHUNK_LEN };
        // How much is left, as far as that is known: memory that need not grow need not be copied.
        let mut left = match plain.packing {
            Packing::None => self.path.metadata().map_or(0, |metadata| metadata.len()),
            Packing::Gz | Packing::Zst => max_len.min(CHUNK_LEN),
        };
        let (mut rest, mut first_line, mut is_first) = (Vec::new(), 1, true);
        let mut counted = 0;
        Ok(Box::new(std::iter::from_fn(move || {
            // All pieces take the same room: what one leaves behind is right for the next. Huge pages for them: 8 % less
            // time with 63 MB, 25 % more with 632, for the clearing of memory that the host had not given yet.
            let room = usize::try_from(left.min(max_len)).unwrap_or(0) + PROBE_LEN;
            let mut chunk = Vec::with_capacity(room.max(rest.len()));
            chunk.append(&mut rest);
            loop {
                let before = chunk.len();
                let wanted = max_len.saturating_sub(before as u64).max(max_len / 2);
                if let Err(error) = bytes.by_ref().take(wanted).read_to_end(&mut chunk) {
                    return Some(Err(message(error)));
                }
                if chunk.len() == before {
                    break; // the end of the file
                }
                if matches!(plain.packing, Packing::None) {
                    left = left.saturating_sub((chunk.len() - before) as u64);
                }
                if plain.is_text {
                    continue;
                }
                if let Some(end) = memchr::memrchr(b'\n', &chunk[before..]) {
                    rest = chunk.split_off(before + end + 1);
                    break;
                }
            }
            let on_disk = (&*file).stream_position().unwrap_or(counted); // a pipe has none
            progress(on_disk - std::mem::replace(&mut counted, on_disk));
            let bom = if is_first && chunk.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
            let lines = first_line;
            first_line += memchr::memchr_iter(b'\n', &chunk).count();
            let is_empty = chunk.is_empty() && !(is_first && plain.is_text);
            let mut aside = Tally::default();
            if is_first {
                let basis = if bom > 0 { "byte order mark" } else { dump.formats.basis() };
                aside.encodings.insert(("utf-8".to_owned(), basis.to_owned()), 1);
            }
            is_first = false;
            (!is_empty).then_some(Ok(Chunk { source: self, bytes: chunk, bom, first_line: lines, aside }))
        })))
    }
}

/// A piece of an unpacked file: a whole text, or whole lines.
pub struct Chunk<'d> {
    pub source: &'d Source,
    bytes: Vec<u8>,
    bom: usize, // bytes of a byte order mark
    first_line: usize,
    /// What was found beside the records.
    aside: Tally,
}

impl<'d> Chunk<'d> {
    /// Lines that each have an id, made of what was no JSON Lines.
    pub fn made(source: &'d Source, bytes: Vec<u8>, aside: Tally) -> Self {
        Self { source, bytes, bom: 0, first_line: 1, aside }
    }
}

impl Chunk<'_> {
    /// Returns the records, or why they cannot be read.
    fn records(&self, id_field: &str, text_field: &str) -> Vec<Result<Record<'_>, String>> {
        let path = self.source.path.display();
        let bytes = &self.bytes[self.bom..];
        if self.source.plain.is_some_and(|plain| plain.is_text) {
            let text = utf8(bytes).map_err(|error| format!("{path}: {error}"));
            return vec![text.map(|text| Record {
                id: path.to_string().into(),
                text: text.into(),
                line: None,
            })];
        }
        let parse = |(number, line)| {
            let at = || format!("{path}:{number}");
            let (id, record) =
                Record::parse(line, id_field, text_field).map_err(|error| format!("{}: {error}", at()))?;
            Ok(Record { id: id.unwrap_or_else(|| at().into()), ..record })
        };
        let lines: Vec<(usize, &[u8])> =
            (self.first_line..).zip(lines(bytes)).filter(|(_, line)| !line.trim_ascii().is_empty()).collect();
        lines.into_par_iter().map(parse).collect()
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, String> {
    // The standard library takes a fifth of all the time for Arabic.
    simdutf8::compat::from_utf8(bytes)
        .map_err(|error| format!("invalid UTF-8 at byte {}{}", error.valid_up_to(), formats::NAME_ENCODING))
}

/// The lines with the breaks at their ends.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    let last = (!bytes.ends_with(b"\n")).then_some(bytes.len());
    let mut start = 0;
    ends.chain(last).map(move |end| &bytes[std::mem::replace(&mut start, end)..end])
}

/// About how many bytes of lines are read at a time.
pub const CHUNK_LEN: u64 = 1 << 24;

/// Spare bytes of a buffer, so that the end of a file is seen without a larger one.
const PROBE_LEN: usize = 64;

/// Files, and how they are read.
pub struct Dump {
    pub files: Vec<Source>,
    /// How those are read that are neither JSON Lines nor texts.
    pub formats: Formats,
    pub id_field: String,
    pub text_field: String,
    /// Leave out records that cannot be read.
    pub skip_bad: bool,
}

impl Dump {
    /// The bytes of the files as they are on disk, as far as that is known.
    pub fn size(&self) -> u64 {
        let files = self.files.iter().filter(|file| !file.is_stdin());
        files.filter_map(|file| file.path.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Hands over all files, unpacked, piece by piece, while the next piece is read; `progress` is given how many bytes on
    /// disk that took.
    pub fn each_chunk<'d>(
        &'d self,
        mut progress: impl FnMut(u64) + Send,
        mut each: impl FnMut(Chunk<'d>) -> Result<(), String>,
    ) -> Result<(), String> {
        let (send, chunks) = mpsc::sync_channel(1);
        let read = move || {
            for file in &self.files {
                let (chunks, error) = match file.chunks(self, &mut progress) {
                    Ok(chunks) => (Some(chunks), None),
                    Err(error) => (None, Some(Err(error))),
                };
                for chunk in chunks.into_iter().flatten().chain(error) {
                    // Nobody listens any more once a piece is refused.
                    if send.send(chunk).is_err() {
                        return;
                    }
                }
            }
        };
        thread::scope(|scope| {
            scope.spawn(read);
            chunks.into_iter().try_for_each(|chunk| each(chunk?))
        })
    }

    /// Returns the records of a chunk. Those that cannot be read are counted, or the first of them is the error.
    pub fn records<'c>(&self, chunk: &'c Chunk<'_>, tally: &mut Tally) -> Result<Vec<Record<'c>>, String> {
        let records = chunk.records(&self.id_field, &self.text_field).into_iter();
        // They stay in the memory that they were read into.
        let records = if self.skip_bad {
            let good = |record: Result<Record<'c>, String>| {
                let count = |error| {
                    tally.bad += 1;
                    tally.first_bad.get_or_insert(error);
                };
                record.map_err(count).ok()
            };
            records.filter_map(good).collect()
        } else {
            records.collect::<Result<Vec<_>, _>>()?
        };
        tally.add(&chunk.aside);
        tally.bytes += chunk.bytes.len();
        tally.records += records.len();
        Ok(records)
    }
}

/// What was read.
#[derive(Default)]
pub struct Tally {
    /// Of JSON Lines and texts, unpacked; other formats as JSON Lines.
    pub bytes: usize,
    pub records: usize,
    /// How many records could not be read, and why the first could not.
    pub bad: usize,
    pub first_bad: Option<String>,
    /// How many files, or pages in them, were read in which encoding, and why in that.
    pub encodings: BTreeMap<(String, String), u64>,
    /// What is no article, by the reason.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.records += other.records;
        self.bad += other.bad;
        self.first_bad = self.first_bad.take().or_else(|| other.first_bad.clone());
        for (encoding, count) in &other.encodings {
            *self.encodings.entry(encoding.clone()).or_default() += count;
        }
        for (reason, count) in &other.left_out {
            *self.left_out.entry(reason).or_default() += count;
        }
    }
}

/// Returns the files that the arguments name, folders in the order of their paths. What is left out of folders is counted.
pub fn files(dumps: &[PathBuf], formats: &Formats, tally: &mut Tally) -> Result<Vec<Source>, String> {
    let mut files = Vec::new();
    for dump in dumps {
        if dump.as_os_str() == "-" {
            files.push(formats.standard_input()?);
            continue;
        }
        let is_folder = dump.metadata().map_err(|error| format!("{}: {error}", dump.display()))?.is_dir();
        if is_folder {
            files.extend(formats.folder(dump, tally)?);
        } else {
            files.push(formats.file(dump));
        }
    }
    Ok(files)
}

/// One article.
pub struct Record<'d> {
    pub id: Cow<'d, str>,
    pub text: Cow<'d, str>,
    /// Its line, with the break at its end, and where in it the text stands; `None` for a text file.
    line: Option<(&'d str, Range<usize>)>,
}

impl<'d> Record<'d> {
    /// Returns the record of a line of JSON, and its id if it has one.
    fn parse(
        line: &'d [u8],
        id_field: &str,
        text_field: &str,
    ) -> Result<(Option<Cow<'d, str>>, Self), String> {
        let line = utf8(line)?;
        let mut deserializer = serde_json::Deserializer::from_str(line.trim_ascii_end());
        let fields = deserializer
            .deserialize_map(Fields { id_field, text_field })
            .and_then(|fields| deserializer.end().map(|()| fields))
            .map_err(|error| error.to_string().replace("line 1 column", "column"))?;
        let Some(raw) = fields.text else { return Err(format!("no field {text_field:?}")) };
        let text = string(raw).map_err(|error| format!("field {text_field:?}: {error}"))?;
        let id = match fields.id.map(RawValue::get) {
            None | Some("null") => None,
            Some(number) if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Some(number.into())
            }
            Some(_) => Some(
                string(fields.id.unwrap_or(raw)).map_err(|error| format!("field {id_field:?}: {error}"))?,
            ),
        };
        // The raw value is a slice of the line.
        let start = raw.get().as_ptr() as usize - line.as_ptr() as usize;
        let at = start..start + raw.get().len();
        Ok((id, Record { id: Cow::Borrowed(""), text, line: Some((line, at)) }))
    }

    /// Writes the record, with another text if there is one in place of its own; else byte for byte as it was.
    pub fn write(&self, out: &mut Output, text: Option<&str>) -> Result<(), String> {
        let Some((line, at)) = &self.line else {
            let record = serde_json::json!({ "id": self.id, "text": text.unwrap_or(&self.text) });
            return out.write(&format!("{record}\n"));
        };
        if let Some(text) = text {
            out.write(&line[..at.start])?;
            out.write(&serde_json::Value::from(text).to_string())?;
            out.write(&line[at.end..])?;
        } else {
            out.write(line)?;
        }
        if line.ends_with('\n') { Ok(()) } else { out.write("\n") }
    }
}

/// The string that a JSON value is; borrowed if it has no escapes.
fn string(raw: &RawValue) -> Result<Cow<'_, str>, String> {
    let json = raw.get();
    match json.as_bytes() {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            Ok(Cow::Borrowed(&json[1..json.len() - 1]))
        }
        [b'"', ..] => serde_json::from_str(json).map(Cow::Owned).map_err(|error| error.to_string()),
        _ => Err(format!("expected a string, got {}", json.chars().take(40).collect::<String>())),
    }
}

/// Picks two fields out of an object, as they stand there. Where a name comes twice the last one counts.
struct Fields<'f> {
    id_field: &'f str,
    text_field: &'f str,
}

struct Picked<'d> {
    id: Option<&'d RawValue>,
    text: Option<&'d RawValue>,
}

impl<'d> Visitor<'d> for Fields<'_> {
    type Value = Picked<'d>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Picked<'d>, A::Error> {
        let mut picked = Picked { id: None, text: None };
        while let Some(name) = map.next_key::<Name<'d>>()? {
            // One field may be both.
            let (is_id, is_text) = (name.0 == self.id_field, name.0 == self.text_field);
            if is_id || is_text {
                let value = map.next_value()?;
                picked.id = if is_id { Some(value) } else { picked.id };
                picked.text = if is_text { Some(value) } else { picked.text };
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        Ok(picked)
    }
}

#[derive(serde::Deserialize)]
struct Name<'d>(#[serde(borrow)] Cow<'d, str>);

//! Reading: files and folders, plain or compressed, as records with an id and a text.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::output::Output;

/// A file of a dump, by what its name says of it.
pub struct Source {
    pub path: PathBuf,
    is_text: bool,
    packing: Packing,
}

enum Packing {
    None,
    Gz,
    Zst,
}

const ENDINGS: &str = ".jsonl, .ndjson or .txt, each also with .gz or .zst";

impl Source {
    /// None if the name says nothing that is known.
    fn by_name(path: &Path) -> Option<Self> {
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
        Some(Self { path: path.to_owned(), is_text, packing })
    }

    fn read(&self, progress: &mut dyn FnMut(u64)) -> io::Result<Vec<u8>> {
        let file = Counted { file: BufReader::with_capacity(1 << 20, File::open(&self.path)?), progress };
        let mut bytes = Vec::new();
        match self.packing {
            Packing::None => { file }.read_to_end(&mut bytes)?,
            Packing::Gz => flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?,
            Packing::Zst => zstd::Decoder::new(file)?.read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    }
}

/// A file that tells how much of it was read.
struct Counted<'p> {
    file: BufReader<File>,
    progress: &'p mut dyn FnMut(u64),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        (self.progress)(count as u64);
        Ok(count)
    }
}

/// The files that the arguments name, folders in the order of their paths.
pub fn files(dumps: &[PathBuf]) -> Result<Vec<Source>, String> {
    let mut files = Vec::new();
    for dump in dumps {
        let told = |error: &dyn fmt::Display| format!("{}: {error}", dump.display());
        if !dump.metadata().map_err(|error| told(&error))?.is_dir() {
            files.push(
                Source::by_name(dump)
                    .ok_or_else(|| told(&format!("expected a name that ends in {ENDINGS}")))?,
            );
            continue;
        }
        let before = files.len();
        let seen = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        };
        for entry in
            walkdir::WalkDir::new(dump).follow_links(true).sort_by_file_name().into_iter().filter_entry(seen)
        {
            let entry = entry.map_err(|error| told(&error))?;
            if entry.file_type().is_file() {
                files.extend(Source::by_name(entry.path()));
            }
        }
        if files.len() == before {
            return Err(told(&format!("no file in this folder ends in {ENDINGS}")));
        }
    }
    Ok(files)
}

/// The bytes of the files as they are on disk, as far as that is known.
pub fn size(files: &[Source]) -> u64 {
    files.iter().filter_map(|file| file.path.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// The unpacked bytes of the files; `progress` is told of the bytes as they are on disk.
pub fn read(files: &[Source], mut progress: impl FnMut(u64)) -> Result<Vec<Vec<u8>>, String> {
    files
        .iter()
        .map(|file| file.read(&mut progress).map_err(|error| format!("{}: {error}", file.path.display())))
        .collect()
}

/// One article.
pub struct Record<'d> {
    pub id: Cow<'d, str>,
    pub text: Cow<'d, str>,
    /// Its line, with the break at its end, and where in it the text stands; `None` for a text file.
    line: Option<(&'d str, Range<usize>)>,
}

/// The records of all files, in their order.
pub struct Dump<'d> {
    pub records: Vec<Record<'d>>,
    pub files: usize,
    pub bytes: usize,
    /// How many records could not be read, and why the first could not.
    pub bad: usize,
    pub first_bad: Option<String>,
}

impl<'d> Dump<'d> {
    /// The records of the files, whose unpacked bytes are `contents`. With `skip_bad`, those that cannot be read
    /// are counted; without, the first of them is the error.
    pub fn parse(
        files: &[Source],
        contents: &'d [Vec<u8>],
        id_field: &str,
        text_field: &str,
        skip_bad: bool,
    ) -> Result<Self, String> {
        let bytes = contents.iter().map(Vec::len).sum();
        let mut dump = Dump { records: Vec::new(), files: files.len(), bytes, bad: 0, first_bad: None };
        for (file, content) in files.iter().zip(contents) {
            let path = file.path.display();
            let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
            if file.is_text {
                let text = std::str::from_utf8(content)
                    .map_err(|error| format!("{path}: invalid UTF-8 at byte {}", error.valid_up_to()));
                dump.take(
                    text.map(|text| Record { id: path.to_string().into(), text: text.into(), line: None }),
                    skip_bad,
                )?;
                continue;
            }
            let parse = |&(number, line): &(usize, &'d [u8])| {
                let at = || format!("{path}:{number}");
                let (id, record) = Record::parse(line, id_field, text_field)
                    .map_err(|wrong| format!("{}: {wrong}", at()))?;
                Ok(Record { id: id.unwrap_or_else(|| at().into()), ..record })
            };
            let mut lines = (1..).zip(content.split_inclusive(|&b| b == b'\n'));
            loop {
                let batch: Vec<(usize, &[u8])> = lines.by_ref().take(LINES).collect();
                if batch.is_empty() {
                    break;
                }
                let filled = batch.par_iter().filter(|(_, line)| !line.trim_ascii().is_empty());
                let records: Vec<Result<Record<'d>, String>> = filled.map(parse).collect();
                for record in records {
                    dump.take(record, skip_bad)?;
                }
            }
        }
        Ok(dump)
    }

    fn take(&mut self, record: Result<Record<'d>, String>, skip_bad: bool) -> Result<(), String> {
        match record {
            Ok(record) => self.records.push(record),
            Err(wrong) if skip_bad => {
                self.bad += 1;
                self.first_bad.get_or_insert(wrong);
            }
            Err(wrong) => return Err(wrong),
        }
        Ok(())
    }
}

/// How many lines are read at a time, on all cores.
const LINES: usize = 1 << 14;

impl<'d> Record<'d> {
    /// The id, if there is one, and the record of a line of JSON.
    fn parse(
        line: &'d [u8],
        id_field: &str,
        text_field: &str,
    ) -> Result<(Option<Cow<'d, str>>, Self), String> {
        let line = std::str::from_utf8(line)
            .map_err(|error| format!("invalid UTF-8 at byte {}", error.valid_up_to()))?;
        let mut deserializer = serde_json::Deserializer::from_str(line.trim_ascii_end());
        let fields = deserializer
            .deserialize_map(Fields { id_field, text_field })
            .and_then(|fields| deserializer.end().map(|()| fields))
            .map_err(|error| error.to_string().replace("line 1 column", "column"))?;
        let Some(raw) = fields.text else { return Err(format!("no field {text_field:?}")) };
        let text = string(raw).map_err(|wrong| format!("field {text_field:?}: {wrong}"))?;
        let id = match fields.id.map(RawValue::get) {
            None | Some("null") => None,
            Some(number) if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Some(number.into())
            }
            Some(_) => Some(
                string(fields.id.unwrap_or(raw)).map_err(|wrong| format!("field {id_field:?}: {wrong}"))?,
            ),
        };
        // The raw value is a slice of the line.
        let start = raw.get().as_ptr() as usize - line.as_ptr() as usize;
        let at = start..start + raw.get().len();
        Ok((id, Record { id: Cow::Borrowed(""), text, line: Some((line, at)) }))
    }

    /// Write the record with `text` in place of its own; byte for byte as it was, if that is `unchanged`.
    pub fn write(&self, out: &mut Output, unchanged: bool, text: &str) -> Result<(), String> {
        let Some((line, at)) = &self.line else {
            let record = serde_json::json!({ "id": self.id, "text": text });
            return out.write(&format!("{record}\n"));
        };
        if unchanged {
            out.write(line)?;
        } else {
            out.write(&line[..at.start])?;
            out.write(&serde_json::Value::from(text).to_string())?;
            out.write(&line[at.end..])?;
        }
        if line.ends_with('\n') { Ok(()) } else { out.write("\n") }
    }
}

/// The string that a JSON value is; borrowed if it has no escapes.
fn string(raw: &RawValue) -> Result<Cow<'_, str>, String> {
    let json = raw.get();
    match json.as_bytes() {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Ok(Cow::Borrowed(&json[1..json.len() - 1])),
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

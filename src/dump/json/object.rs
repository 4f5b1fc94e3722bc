//! A record that is a JSON object: its id and its texts, as they stand there.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::repair::Repaired;
use crate::dump::encoding::Choice;
use crate::dump::limited_input::too_long;
use crate::dump::limits::check_values;
use crate::dump::read_error::ReadError;
use crate::dump::record::{FieldNames, Fields as Others, OwnedRecord, TEXT_SEPARATOR, not_a_string};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// An object of JSON, with the white space around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'d> {
    line: &'d str,
    limit: u64,
}

/// What was picked out of an object.
#[derive(Debug)]
pub(in crate::dump) struct Parsed<'d> {
    pub(in crate::dump) id: Option<Cow<'d, str>>,
    pub(in crate::dump) text: Cow<'d, str>,
    /// The line that the object is, with its break.
    pub(in crate::dump) line: &'d str,
    pub(in crate::dump) parts: Parts,
}

/// Where the text of a record stands in its line.
#[derive(Clone, Debug)]
pub(in crate::dump) enum Parts {
    /// It has no text.
    None,
    /// The string of the one text field.
    One(Range<usize>),
    /// Of several text fields those that there are, as they follow one another in the line.
    Many(Box<[TextPart]>),
}

#[derive(Clone, Debug)]
pub(in crate::dump) struct TextPart {
    /// Where the string stands in the line.
    pub(in crate::dump) json: Range<usize>,
    /// Where it stands in the text of the record.
    pub(in crate::dump) text: Range<usize>,
}

/// Returns true if a line has nothing but white space, within the limit of a record. Where files were put together, a line
/// may begin with the mark of one.
pub(super) fn is_blank(line: &[u8], limit: u64) -> bool {
    if line.len() as u64 > limit {
        return false;
    }
    let line = line.trim_ascii_start();
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii_start().is_empty()
}

impl<'d> Object<'d> {
    /// Returns the object of a line that begins at this byte of the file.
    pub(super) fn new(line: &'d [u8], position: u64, choice: Choice, limit: u64) -> Result<Self, ReadError> {
        if line.len() as u64 > limit {
            return Err(ReadError::record(too_long("a record", limit)));
        }
        choice.text(line, position).map(|line| Self { line, limit })
    }

    /// Returns the id and the text.
    pub(super) fn parse(self, names: &FieldNames) -> Result<Parsed<'d>, ReadError> {
        let Fields { id, text, parts, .. } = self.fields(names, false)?;
        Ok(Parsed { id, text, line: self.line, parts })
    }

    /// Returns the record that it is, with its other fields if they are wanted.
    pub(super) fn record(self, names: &FieldNames, number: u64) -> Result<OwnedRecord, ReadError> {
        if names.has_others {
            check_values(self.line.as_bytes(), self.limit)?;
        }
        let Fields { id, text, others, parts } = self.fields(names, names.has_others)?;
        let has_text = !matches!(parts, Parts::None);
        let (id, text) = (id.map(Cow::into_owned), text.into_owned());
        Ok(OwnedRecord { number, id, text, parts: Vec::new(), has_text, fields: others })
    }

    fn fields(self, names: &FieldNames, has_others: bool) -> Result<Fields<'d>, ReadError> {
        pick(self.line, names, has_others).or_else(|error| {
            let Some(repaired) = Repaired::new(self.line) else { return Err(error) };
            let fields = pick(repaired.json(), names, has_others).map_err(|_| error)?;
            Ok(fields.of_repaired(&repaired))
        })
    }
}

/// The fields of an object.
struct Fields<'d> {
    id: Option<Cow<'d, str>>,
    text: Cow<'d, str>,
    others: Others,
    parts: Parts,
}

impl Fields<'_> {
    /// Returns the same of the line that was repaired.
    fn of_repaired<'o>(self, repaired: &Repaired) -> Fields<'o> {
        let original = |range: Range<usize>| repaired.original(range.start)..repaired.original(range.end);
        let parts = match self.parts {
            Parts::None => Parts::None,
            Parts::One(json) => Parts::One(original(json)),
            Parts::Many(parts) => {
                let original = |part: TextPart| TextPart { json: original(part.json), ..part };
                Parts::Many(parts.into_iter().map(original).collect())
            }
        };
        let id = self.id.map(|id| Cow::Owned(id.into_owned()));
        Fields { id, text: Cow::Owned(self.text.into_owned()), others: self.others, parts }
    }
}

/// Picks the fields out of a line.
fn pick<'d>(line: &'d str, names: &FieldNames, has_others: bool) -> Result<Fields<'d>, ReadError> {
    let json = line.trim_start_matches(BYTE_ORDER_MARK).trim_ascii();
    let picked = picked(json, &Pick { names, has_others })?;
    let id = match picked.id.map(RawValue::get) {
        None | Some("null") => None,
        // As it is written, however many digits it has.
        Some(number) if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some(number.into()),
        Some(json) => Some(string(json, &names.id)?),
    };
    let place = |json: &str| {
        // What was picked is a slice of the line.
        let start = json.as_ptr() as usize - line.as_ptr() as usize;
        start..start + json.len()
    };
    let texts = names.texts.iter().zip(&picked.texts);
    let mut texts = texts.filter_map(|(name, raw)| Some((name, raw.map(RawValue::get)?)));
    if names.texts.len() == 1 {
        return match texts.next() {
            Some((name, raw)) if raw != "null" || !names.may_lack_text => {
                let (text, parts) = (string(raw, name)?, Parts::One(place(raw)));
                Ok(Fields { id, text, others: picked.others, parts })
            }
            None if !names.may_lack_text => Err(missing_text(json, names)),
            _ => Ok(Fields { id, text: "".into(), others: picked.others, parts: Parts::None }),
        };
    }
    let (mut text, mut parts) = (String::new(), Vec::new());
    for (name, raw) in texts.filter(|(_, raw)| *raw != "null") {
        let more = string(raw, name)?;
        if !text.is_empty() && !more.is_empty() {
            text.push_str(TEXT_SEPARATOR);
        }
        text.push_str(&more);
        parts.push(TextPart { json: place(raw), text: text.len() - more.len()..text.len() });
    }
    parts.sort_unstable_by_key(|part| part.json.start);
    if parts.is_empty() && !names.may_lack_text {
        return Err(missing_text(json, names));
    }
    let parts = if parts.is_empty() { Parts::None } else { Parts::Many(parts.into()) };
    Ok(Fields { id, text: text.into(), others: picked.others, parts })
}

/// Returns the string that a JSON value is; borrowed if it has no escapes.
fn string<'d>(json: &'d str, name: &str) -> Result<Cow<'d, str>, ReadError> {
    match json.as_bytes() {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            Ok(Cow::Borrowed(&json[1..json.len() - 1]))
        }
        [b'"', ..] => serde_json::from_str(json)
            .map(Cow::Owned)
            .map_err(|error| ReadError::record(format!("field {name:?}: {}", describe(&error, json)))),
        _ => Err(not_a_string(name, json)),
    }
}

fn picked<'d>(json: &'d str, pick: &Pick<'_>) -> Result<Picked<'d>, ReadError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let picked = deserializer.deserialize_map(pick);
    picked.and_then(|picked| deserializer.end().map(|()| picked)).map_err(|error| {
        // What is first wrong in it, whatever of it was wanted.
        let first = serde_json::from_str::<de::IgnoredAny>(json).err();
        ReadError::record(describe(&first.unwrap_or(error), json))
    })
}

/// Says in what a record is no JSON object.
fn describe(error: &serde_json::Error, json: &str) -> String {
    let mut at = error.column().saturating_sub(1).min(json.len());
    // Of a string that is passed over, the parser names the byte before it.
    if error.to_string().starts_with("control character") {
        at += json.as_bytes()[at..].iter().position(u8::is_ascii_control).unwrap_or(0);
    }
    match error.classify() {
        _ if error.to_string().contains("recursion limit") => {
            "an object whose values are nested more than 127 deep".to_owned()
        }
        Category::Eof => "the record ends in the middle of its JSON".to_owned(),
        Category::Data => {
            let got = match json.as_bytes().first() {
                Some(b'[') => "an array",
                Some(b'"') => "a string",
                Some(b't' | b'f') => "a boolean",
                Some(b'n') => "null",
                _ => "a number",
            };
            format!("expected an object, got {got}")
        }
        Category::Syntax | Category::Io => {
            let start = (0..=at).rev().find(|&at| json.is_char_boundary(at)).unwrap_or(0);
            let got: String = json[start..].chars().take(20).collect();
            format!("expected JSON at byte {start} of the record, got {got:?}")
        }
    }
}

/// The error of a record that has none of the text fields; it names those that it has.
fn missing_text(json: &str, names: &FieldNames) -> ReadError {
    let has = serde_json::Deserializer::from_str(json).deserialize_map(&NamesOnly).unwrap_or_default();
    names.missing_text("the record", &has.iter().map(|name| &*name.0).collect::<Vec<_>>())
}

/// Returns where the value of a field stands in a line, if it has that field.
pub(in crate::dump) fn place_of_field(line: &str, path: &str) -> Option<Range<usize>> {
    let find = |json: &str| {
        let value = at_path(json.trim_start_matches(BYTE_ORDER_MARK).trim_ascii(), path)?.get();
        let start = value.as_ptr() as usize - json.as_ptr() as usize; // a slice of it
        Some(start..start + value.len())
    };
    find(line).or_else(|| {
        let repaired = Repaired::new(line)?;
        find(repaired.json()).map(|place| repaired.original(place.start)..repaired.original(place.end))
    })
}

/// Picks the fields of an object. Where a name comes twice the last one counts.
struct Pick<'n> {
    names: &'n FieldNames,
    has_others: bool,
}

struct Picked<'d> {
    id: Option<&'d RawValue>,
    /// By text field.
    texts: Vec<Option<&'d RawValue>>,
    others: Others,
}

impl<'d> Visitor<'d> for &Pick<'_> {
    type Value = Picked<'d>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Picked<'d>, A::Error> {
        let names = self.names;
        let mut picked = Picked { id: None, texts: vec![None; names.texts.len()], others: Vec::new() };
        while let Some(Name(name)) = map.next_key::<Name<'d>>()? {
            // One field may be both.
            let is_id = name == names.id;
            let is_text = names.texts.iter().any(|text| name == *text);
            if !is_id && !is_text && !names.is_in_path(&name) {
                if self.has_others {
                    picked.others.push((name.into_owned().into(), map.next_value()?));
                } else {
                    map.next_value::<de::IgnoredAny>()?;
                }
                continue;
            }
            let raw: &RawValue = map.next_value()?;
            if is_id {
                picked.id = Some(raw);
            }
            for (text, found) in names.texts.iter().zip(&mut picked.texts) {
                if name == *text {
                    *found = Some(raw);
                } else if found.is_none() {
                    *found = below(raw, &name, text);
                }
            }
            if !is_id && picked.id.is_none() {
                picked.id = below(raw, &name, &names.id);
            }
            if self.has_others && !is_id && !is_text {
                let value = serde_json::from_str(raw.get()).map_err(de::Error::custom)?;
                picked.others.push((name.into_owned().into(), value));
            }
        }
        Ok(picked)
    }
}

/// Returns the value that a path such as `article.body` leads to, if its first name is this one.
fn below<'d>(raw: &'d RawValue, name: &str, path: &str) -> Option<&'d RawValue> {
    at_path(raw.get(), path.strip_prefix(name)?.strip_prefix('.')?)
}

/// Returns the value that a path leads to in an object.
fn at_path<'d>(json: &'d str, path: &str) -> Option<&'d RawValue> {
    let names = FieldNames { id: path.to_owned(), texts: Vec::new(), has_others: false, may_lack_text: true };
    picked(json, &Pick { names: &names, has_others: false }).ok()?.id
}

/// Returns the value of a field of a line, given by its name or a path.
pub(in crate::dump) fn field(line: &str, path: &str) -> Option<Value> {
    let find = |json: &str| {
        let json = json.trim_start_matches(BYTE_ORDER_MARK).trim_ascii();
        serde_json::from_str(at_path(json, path)?.get()).ok()
    };
    find(line).or_else(|| find(Repaired::new(line)?.json()))
}

/// The first names of the fields of an object, in their order, for a message.
struct NamesOnly;

const MAX_NAMES: usize = 100;

impl<'d> Visitor<'d> for &NamesOnly {
    type Value = Vec<Name<'d>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some((name, de::IgnoredAny)) = map.next_entry()? {
            if names.len() < MAX_NAMES {
                names.push(name);
            }
        }
        Ok(names)
    }
}

struct Name<'d>(Cow<'d, str>);

impl<'d> de::Deserialize<'d> for Name<'d> {
    fn deserialize<D: de::Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'d> Visitor<'d> for Borrowing {
            type Value = Name<'d>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'d str) -> Result<Name<'d>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'d>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

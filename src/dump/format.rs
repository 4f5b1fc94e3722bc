//! Which format a file is in, by its name and by its first bytes.

use std::path::Path;

use super::packing::Packing;
use crate::option_names::string_enum;

/// The format of a dump's file. Each may be compressed with gz, zst, bz2 or xz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// [JSON Lines](https://jsonlines.org): one object a line. `.jsonl`, `.ndjson`.
    JsonLines,
    /// One [JSON](https://www.rfc-editor.org/rfc/rfc8259) array of objects, or objects one after the other over any
    /// number of lines. `.json`.
    Json,
    /// [CSV](https://www.rfc-editor.org/rfc/rfc4180) whose first row names the columns. `.csv`. Semicolons separate them
    /// if the first line has these and no commas: so spreadsheets write it where numbers have a decimal comma.
    Csv,
    /// The same with tabs in place of commas, as spreadsheets and data frames write it, with quotes about a field that
    /// holds a tab or a line break. `.tsv`, `.tab`.
    Tsv,
    /// A text, which is one article. `.txt`, `.text`.
    Text,
    /// An [HTML](https://html.spec.whatwg.org) page, which is one article. `.html`, `.htm`, `.xhtml`. Needs the feature
    /// `dump-html`.
    Html,
    /// A [WARC](https://iipc.github.io/warc-specifications/) file of HTML pages (which need the feature
    /// `dump-html`) and plain texts as they came over HTTP, or a WET file of extracted text. `.warc`, `.wet`.
    Warc,
    /// A [MediaWiki export](https://www.mediawiki.org/wiki/Help:Export) such as Wikipedia's `pages-articles`. `.xml`.
    MediaWiki,
    /// [Parquet](https://parquet.apache.org/docs/file-format/). `.parquet`. Needs the feature `dump-parquet`.
    Parquet,
}

use Format::{Csv, Html, Json, JsonLines, MediaWiki, Parquet, Text, Tsv, Warc};

string_enum!("format", Format {
    JsonLines => "jsonl",
    Json => "json",
    Csv => "csv",
    Tsv => "tsv",
    Text => "text",
    Html => "html",
    Warc => "warc",
    MediaWiki => "mediawiki",
    Parquet => "parquet",
});

pub(super) const ENDINGS: &str = ".jsonl, .ndjson, .json, .csv, .tsv, .txt, .html, .warc, .wet, .xml or .parquet, \
    each also with .gz, .zst, .bz2 or .xz";

impl Format {
    fn by_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "jsonl" | "ndjson" => JsonLines,
            "json" => Json,
            "csv" => Csv,
            "tsv" | "tab" => Tsv,
            "txt" | "text" => Text,
            "html" | "htm" | "xhtml" => Html,
            "warc" | "wet" => Warc,
            "parquet" | "parq" => Parquet,
            "xml" => MediaWiki,
            // A part of a Wikipedia dump: `enwiki-20261101-pages-articles1.xml-p1p41242`.
            _ if ending.starts_with("xml-p") => MediaWiki,
            _ => return None,
        })
    }

    /// What unpacked bytes begin with, in UTF-8. Texts, CSV and TSV cannot be told by their bytes.
    pub(super) fn by_content(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PAR1") {
            return Some(Parquet);
        }
        let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
        let lower = head.to_ascii_lowercase();
        let holds = |needle: &[u8]| lower.windows(needle.len()).any(|window| window == needle);
        match lower.as_slice() {
            [b'{', rest @ ..] if matches!(rest.trim_ascii_start(), [] | [b'"' | b'}', ..]) => Some(JsonLines),
            [b'[', rest @ ..] if matches!(rest.trim_ascii_start(), [] | [b'{' | b']', ..]) => Some(Json),
            lower if lower.starts_with(b"warc/") => Some(Warc),
            lower if lower.starts_with(b"<mediawiki") => Some(MediaWiki),
            lower if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") => Some(Html),
            lower if lower.starts_with(b"<?xml") && holds(b"<mediawiki") => Some(MediaWiki),
            lower if lower.starts_with(b"<?xml") && holds(b"<html") => Some(Html),
            _ => None,
        }
    }

    /// Whether the bytes can be what the format's name promises, as far as their beginning tells.
    pub(super) fn check(self, head: &[u8]) -> Result<(), String> {
        let seen = Self::by_content(head);
        let fits = match (self, seen) {
            // Objects in lines are JSON too, and an article may begin with any text.
            (Json, Some(JsonLines)) | (Text, Some(Html | Json | JsonLines | Warc | MediaWiki)) => true,
            // What begins with another marker than its own is something else.
            (_, Some(seen)) => seen == self,
            // These always begin with theirs.
            (Warc | MediaWiki, None) => head.trim_ascii().is_empty(),
            (Parquet, None) => false,
            (_, None) => foreign(head).is_none(),
        };
        if fits {
            return Ok(());
        }
        let looks = seen.map(Self::long_name).or_else(|| foreign(head));
        let looks = looks.map_or("does not look like it".to_owned(), |other| format!("looks like {other}"));
        Err(format!("expected {}, but it {looks}", self.long_name()))
    }

    pub(super) fn long_name(self) -> &'static str {
        match self {
            JsonLines => "JSON Lines",
            Json => "JSON",
            Csv => "CSV",
            Tsv => "TSV",
            Text => "text",
            Html => "HTML",
            Warc => "WARC",
            MediaWiki => "a MediaWiki export",
            Parquet => "Parquet",
        }
    }
}

/// Well-known files that no dump is in.
fn foreign(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => "a 7z archive",
        // What a clone of a repository has in place of a large file until that is fetched.
        head if head.starts_with(b"version https://git-lfs.github.com/") => "a Git LFS pointer to the file",
        [b'%', b'P', b'D', b'F', b'-', ..] => "PDF",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old Office document",
        [0x7f, b'E', b'L', b'F', ..] => "a program",
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => "an image",
        _ => Packing::by_content(head)?.name(),
    })
}

/// What a file's name says of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Named {
    pub(super) packing: Option<Packing>,
    pub(super) format: Option<Format>,
}

impl Named {
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let (stem, last) = name.rsplit_once('.').unwrap_or((&name, ""));
        let packing = Packing::by_ending(last);
        let ending =
            if packing.is_some() { stem.rsplit_once('.').map_or("", |(_, ending)| ending) } else { last };
        Self { packing, format: Format::by_ending(ending) }
    }
}

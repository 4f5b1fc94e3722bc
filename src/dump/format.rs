//! Which format a file is in, by its name and by its first bytes.

use std::path::Path;

use super::compression::Compression;
use crate::option_names::string_enum;

/// The format of a file of a dump.
///
/// Each may be compressed with gz, zst, bz2 or xz, and then has a second ending, such as `.jsonl.gz`. A format is parsed
/// from a name, and displays it: `jsonl`, `json`, `csv`, `tsv`, `text`, `html`, `warc`, `mediawiki`, `parquet`.
///
/// ```
/// use dittograph::dump::Format;
///
/// let format: Format = "jsonl".parse()?;
/// assert_eq!(format, Format::JsonLines);
/// assert_eq!(format.to_string(), "jsonl");
/// assert!("pdf".parse::<Format>().is_err_and(|error| error.is_config()));
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// [JSON Lines](https://jsonlines.org): one object a line; blank lines are passed over. `.jsonl`, `.ndjson`.
    JsonLines,
    /// One [JSON](https://www.rfc-editor.org/rfc/rfc8259) array of objects, or objects one after the other over any
    /// number of lines. `.json`.
    Json,
    /// [CSV](https://www.rfc-editor.org/rfc/rfc4180) whose first row names the columns. `.csv`. The columns are separated
    /// by semicolons if the first line has these and no commas, as spreadsheets write it where numbers have a decimal comma.
    Csv,
    /// CSV with tabs in place of commas, as spreadsheets and data frames write it: a field that holds a tab or a line break
    /// is quoted. `.tsv`, `.tab`.
    Tsv,
    /// A plain text, which is one article. `.txt`, `.text`.
    Text,
    /// An [HTML](https://html.spec.whatwg.org) page, which is one article. `.html`, `.htm`, `.xhtml`. It needs the feature
    /// `dump-html`.
    Html,
    /// A [WARC](https://iipc.github.io/warc-specifications/) file of HTML pages and plain texts as they came over HTTP,
    /// which needs the feature `dump-html`; or a WET file of extracted text. `.warc`, `.wet`.
    Warc,
    /// A [MediaWiki export](https://www.mediawiki.org/wiki/Help:Export) such as Wikipedia's `pages-articles`. `.xml`.
    MediaWiki,
    /// [Parquet](https://parquet.apache.org/docs/file-format/). `.parquet`, `.parq`. It needs the feature `dump-parquet`.
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

/// For messages.
pub(super) const KNOWN_ENDINGS: &str = ".jsonl, .ndjson, .json, .csv, .tsv, .txt, .html, .warc, .wet, .xml or .parquet, \
    each also with .gz, .zst, .bz2 or .xz";

impl Format {
    /// Returns the format that the name of a file says, below the ending of a compression; None where it says none.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use dittograph::dump::Format;
    ///
    /// assert_eq!(Format::from_path(Path::new("news/2026.csv.gz")), Some(Format::Csv));
    /// assert_eq!(Format::from_path(Path::new("README.md")), None);
    /// ```
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        NameHints::from_path(path).format
    }

    fn from_extension(ending: &str) -> Option<Self> {
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

    /// Recognises a format by the first unpacked bytes, in UTF-8. Texts, CSV and TSV have no mark to be recognised by.
    pub(super) fn from_head(head: &[u8]) -> Option<Self> {
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

    /// Checks that the first bytes can be of this format.
    pub(super) fn check(self, head: &[u8]) -> Result<(), String> {
        let seen = Self::from_head(head);
        let fits = match (self, seen) {
            // Objects in lines are JSON too, and an article may begin with any text.
            (Json, Some(JsonLines)) | (Text, Some(Html | Json | JsonLines | Warc | MediaWiki)) => true,
            // A file that begins with the mark of another format is of that one.
            (_, Some(seen)) => seen == self,
            // These always begin with their own mark.
            (Warc | MediaWiki, None) => head.trim_ascii().is_empty(),
            (Parquet, None) => false,
            (_, None) => foreign(head).is_none(),
        };
        if fits {
            return Ok(());
        }
        let other = seen.map(Self::long_name).or_else(|| foreign(head));
        let looks = other.map_or("does not look like it".to_owned(), |other| format!("looks like {other}"));
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

/// Recognises well-known kinds of files that no dump is in.
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
        _ => Compression::from_head(head)?.name(),
    })
}

/// What the name of a file says about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NameHints {
    pub(super) compression: Option<Compression>,
    pub(super) format: Option<Format>,
}

impl NameHints {
    pub(super) fn from_path(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let (stem, last) = name.rsplit_once('.').unwrap_or((&name, ""));
        let compression = Compression::from_extension(last);
        let ending =
            if compression.is_some() { stem.rsplit_once('.').map_or("", |(_, ending)| ending) } else { last };
        Self { compression, format: Format::from_extension(ending) }
    }
}

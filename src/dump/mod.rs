//! Articles out of dumps as people have them: JSON Lines, JSON, CSV, Parquet, WET and WARC, MediaWiki XML, HTML and
//! texts, in folders and compressed.
//!
//! ```
//! use dittograph::dump::{Dump, DumpOptions, Format};
//! use dittograph::{Config, Corpus};
//!
//! let dump = DumpOptions::new().text_field("body").format(Format::JsonLines).reader(
//!     r#"{"id": 7, "body": "The mill burnt down in the night.", "year": 1911}
//!        {"id": 8, "body": "Nobody was hurt.\nThe mill burnt down in the night."}"#
//!         .as_bytes(),
//! );
//! let mut articles = Vec::new();
//! for article in dump {
//!     let article = article?; // an error says in which file and record
//!     println!("{} from {}:{}", article.id, article.source.file.display(), article.source.record);
//!     articles.push(article.text);
//! }
//! let mut corpus = Corpus::new(Config::default().build()?);
//! corpus.extend(articles.iter().map(String::as_str));
//! assert_eq!(corpus.find().redundant().removals.len(), 1);
//!
//! // A file or a folder, with the default options:
//! let missing = Dump::open("no-such-folder").unwrap_err();
//! assert!(missing.is_io());
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! # Which files are read
//!
//! A file is read as what its name ends in ([`Format`] has the endings), and by its first bytes where the name says
//! nothing; one that is not what its name says is an error that says what it looks like. `.gz`, `.zst`, `.bz2` and
//! `.xz` are unpacked, with all members, frames or streams that follow one another in them. Of a folder all files are
//! read, and those in its folders, in the order of their names; those that begin with a dot are passed over, and those
//! whose name and content say nothing, XML of other kinds, and the index that comes with a multistream dump of a wiki
//! are counted in [`DumpStatistics::left_out`].
//!
//! # What becomes of a record
//!
//! | format | an article is | its id | the other fields |
//! | --- | --- | --- | --- |
//! | JSON Lines, JSON | an object | the id field, a string or a number | all other members |
//! | CSV, TSV | a row | the id column | all other columns |
//! | Parquet | a row | the id column | all other columns but lists and maps |
//! | WET | a `conversion` record | its URL | `url`, `date`, `languages` |
//! | WARC | an answer with status 2xx, or a `resource`, that holds HTML or plain text, as it was sent: chunks, gzip, deflate and zstd are undone | its URL | `url`, `date`, those of HTML |
//! | MediaWiki | the last revision of a page of namespace 0 ([`DumpOptions::namespaces`]) in wikitext that is no redirect | the number of the page | `title`, `namespace`, `timestamp` |
//! | HTML | a file | its path | `title`, `lang` and `dir` of the page |
//! | text | a file | its path | none |
//!
//! A record without an id has its path and number, `path:number`. That is the line in JSON Lines, CSV and TSV, and
//! else the place of the record in its file, from 1. What is no article (a redirect, a picture) is counted by its
//! reason in [`DumpStatistics::left_out`], nothing is left out without that.
//!
//! HTML and wikitext become plain text in which a blank line separates paragraphs (what a browser shows as blocks:
//! paragraphs, headings, items of lists, rows of tables), and a line break is a `<br>`. Scripts, styles, templates,
//! navigation and form fields are left out of HTML; templates, tables, references, files, categories and markup of
//! wikitext. The other formats have the text as it stands there.
//!
//! # Errors
//!
//! Each error names the file, and the record where one is to blame. The iterator goes on after it: with the next
//! record, if only one cannot be read ([`Error::is_record`]), else with the next file. So whoever wants to stop uses
//! `?`, and whoever wants to go on counts.
//!
//! # Encodings
//!
//! Texts are in the encoding that their byte order mark says, else in the one that they declare (the HTTP header or a
//! `<meta>` of HTML, the XML declaration), else in the one that [`DumpOptions::encoding`] names, else in UTF-8. A byte
//! that is not valid in it is an error. A page whose declaration names no known encoding declares none. Nothing is
//! guessed; [`DumpStatistics::encodings`] counts what was taken, and why.
//!
//! # Cost
//!
//! Everything streams: memory is bounded by the largest record, of which a file may have up to
//! [`DumpOptions::record_limit`] (256 MiB) unpacked: two or three times that, and up to some twenty times for records
//! of nothing but marks (measured: 22 times for wikitext of braces alone). A longer record is an error, so an archive
//! that unpacks to a thousand times its size costs time and no memory. On top come the windows that the archives ask
//! for: up to 2 GiB for `zstd --long=31` as far as they are filled, up to 256 MiB for xz. A CSV file may have 65 536
//! columns. A Parquet file is read page by page, each of them within the limit; what comes through a reader or
//! compressed is held as a whole, within the limit too. Lists in a Parquet file are not read: a few bytes of it can hold
//! more of them than memory.
//!
//! The iterator works on one thread, at (measured on one core, in bytes of the file a second) 1.4 GB of JSON or WET,
//! 0.9 GB of CSV, 0.5 GB of Parquet, 100 MB of wikitext, 90 MB of HTML. A folder is read faster by opening its files on
//! many threads.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use crate::error::{Error, Scope};

mod csv;
mod encoding;
mod format;
#[cfg(feature = "dump-html")]
mod html;
#[cfg(feature = "dump-html")]
mod http;
mod input;
mod json;
mod mediawiki;
mod opening;
mod options;
mod packing;
mod paragraphs;
#[cfg(feature = "dump-parquet")]
mod parquet;
mod records;
mod text;
mod warc;
mod wikitext;
mod read_error;

pub use self::encoding::{Basis, Encoding};
pub use self::format::Format;
use self::format::Named;
use self::opening::Origin;
pub use self::options::DumpOptions;
use self::read_error::ReadError;
use self::records::{Records, Tally};

/// An article of a dump.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Article {
    /// What the record says, else `path:record`, or the path of a file that is one article. Ids may repeat: an article's
    /// identity is its place.
    pub id: String,
    /// What there is to read.
    pub text: String,
    /// Where it stands.
    pub source: Source,
    /// What else the record has; nothing with [`DumpOptions::fields`] off.
    pub fields: Map<String, Value>,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Source {
    /// The path of the file; `-` for a reader.
    pub file: Arc<Path>,
    /// Its line (JSON Lines, CSV, TSV), or its place among the records of the file, from 1.
    pub record: u64,
}

/// An iterator over the articles of a dump.
///
/// The [module](self) says what is read, and how.
pub struct Dump {
    options: DumpOptions,
    /// What is still to be read, the next one last.
    sources: Vec<Origin>,
    current: Option<Current>,
    tally: Tally,
    files: u64,
    articles: u64,
    errors: u64,
    /// The bytes of all files as they are on disk.
    size: Option<u64>,
    read: Arc<AtomicU64>,
}

struct Current {
    file: Arc<Path>,
    records: Box<dyn Records>,
    /// The file is one article, so that its path is enough of an id.
    is_whole: bool,
}

/// What a [`Dump`] has read so far.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DumpStatistics {
    /// Files that were opened.
    pub files: u64,
    /// Their bytes that were read, as they are on disk.
    pub bytes: u64,
    /// Articles that were given out.
    pub articles: u64,
    /// Errors that were given out: records and files that cannot be read.
    pub errors: u64,
    /// Records and files that are no articles, by the reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// How many texts (files, or the pages of a WARC) were read in which encoding, and why.
    pub encodings: BTreeMap<(Encoding, Basis), u64>,
}

impl Dump {
    /// A file, or a folder with all that is in it, with the default [`DumpOptions`].
    ///
    /// # Errors
    ///
    /// As [`DumpOptions::open`] has it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        DumpOptions::new().open(path)
    }

    /// What a reader gives, with the default [`DumpOptions`].
    ///
    /// ```
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let articles = Dump::reader("id,text\n1,One\n2,Another\n".as_bytes(), Format::Csv);
    /// assert_eq!(articles.map(|article| article.unwrap().text).collect::<Vec<_>>(), ["One", "Another"]);
    /// ```
    #[must_use]
    pub fn reader(read: impl Read + Send + 'static, format: Format) -> Self {
        DumpOptions::new().format(format).reader(read)
    }

    fn new(options: DumpOptions) -> Self {
        Self {
            options,
            sources: Vec::new(),
            current: None,
            tally: Tally::default(),
            files: 0,
            articles: 0,
            errors: 0,
            size: None,
            read: Arc::default(),
        }
    }

    /// The files that are still to be opened, in their order. Of a folder, each can be opened by itself.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("b.txt"), "One")?;
    /// # std::fs::write(folder.path().join("a.csv"), "id,text\n1,Another\n")?;
    /// # std::fs::write(folder.path().join("notes.md"), "Not read")?;
    /// let dump = dittograph::dump::Dump::open(folder.path())?;
    /// let names: Vec<_> = dump.files().map(|path| path.file_name().unwrap()).collect();
    /// assert_eq!(names, ["a.csv", "b.txt"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().rev().filter_map(|origin| match origin {
            Origin::File(path) => Some(path.as_path()),
            Origin::Reader(_) => None,
        })
    }

    /// The bytes of all files as they are on disk; None where that is not known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many of them have been read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// What has been read so far, and what was assumed of it.
    #[must_use]
    pub fn statistics(&self) -> DumpStatistics {
        DumpStatistics {
            files: self.files,
            bytes: self.bytes_read(),
            articles: self.articles,
            errors: self.errors,
            left_out: self.tally.left_out.clone(),
            encodings: self.tally.encodings.clone(),
        }
    }

    fn begin(&mut self, origin: Origin) -> Result<Current, (Arc<Path>, ReadError)> {
        self.files += 1;
        let (file, named) = match &origin {
            Origin::File(path) => (Arc::from(path.as_path()), Named::of(path)),
            Origin::Reader(_) => (Arc::from(Path::new("-")), Named::default()),
        };
        match self.options.records(origin, named, &self.read, &mut self.tally) {
            Ok((format, records)) => {
                Ok(Current { file, records, is_whole: matches!(format, Format::Text | Format::Html) })
            }
            Err(wrong) => Err((file, wrong)),
        }
    }
}

impl Iterator for Dump {
    type Item = Result<Article, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (file, wrong) = if let Some(current) = &mut self.current {
                match current.records.next(&mut self.tally) {
                    Ok(Some(mut record)) => {
                        self.articles += 1;
                        if !self.options.names.fields {
                            record.fields.clear();
                        }
                        let path = current.file.display();
                        let id = record.id.unwrap_or_else(|| {
                            if current.is_whole {
                                path.to_string()
                            } else {
                                format!("{path}:{}", record.number)
                            }
                        });
                        let source = Source { file: Arc::clone(&current.file), record: record.number };
                        return Some(Ok(Article { id, text: record.text, source, fields: record.fields }));
                    }
                    Ok(None) => {
                        self.current = None;
                        continue;
                    }
                    Err(wrong) => (Arc::clone(&current.file), wrong),
                }
            } else {
                let origin = self.sources.pop()?;
                match self.begin(origin) {
                    Ok(current) => {
                        self.current = Some(current);
                        continue;
                    }
                    Err(failed) => failed,
                }
            };
            if wrong.scope != Scope::Record {
                self.current = None;
            }
            self.errors += 1;
            let place = match wrong.record {
                Some(record) => format!("{}:{record}", file.display()),
                None => file.display().to_string(),
            };
            return Some(Err(Error::dump(place, wrong.message, wrong.scope, wrong.source)));
        }
    }
}

impl std::iter::FusedIterator for Dump {}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump")
            .field("options", &self.options)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}

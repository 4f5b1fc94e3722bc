//! Reads the articles of dumps: JSON Lines, JSON, CSV, Parquet, WET and WARC, MediaWiki XML, HTML and texts, in folders
//! and compressed.
//!
//! Start with [`Dump::open`], or with [`DumpOptions`] if the fields of your records are not called `id` and `text`. Both
//! return an iterator over [`Article`]s. The module needs the feature `dump`; HTML and the pages of WARC files need
//! `dump-html`, and Parquet needs `dump-parquet`.
//!
//! ```
//! use dittograph::dump::{Dump, DumpOptions, Format};
//! use dittograph::{Config, Corpus};
//!
//! let dump = DumpOptions::new().text_field("body").format(Format::JsonLines).from_reader(
//!     r#"{"id": 7, "body": "The mill burnt down in the night.", "year": 1911}
//!        {"id": 8, "body": "Nobody was hurt.\nThe mill burnt down in the night."}"#
//!         .as_bytes(),
//! );
//! let mut articles = Vec::new();
//! for article in dump {
//!     let article = article?; // an error names the file and the record
//!     println!("{} from {}:{}", article.id, article.place.file.display(), article.place.record);
//!     articles.push(article.text);
//! }
//! let mut corpus = Corpus::new(Config::default().build()?);
//! corpus.extend(articles.iter().map(String::as_str));
//! assert_eq!(corpus.find().redundant().removals.len(), 1);
//!
//! // A file or a folder, with the default options:
//! let missing = Dump::open("no-such-folder").unwrap_err();
//! assert_eq!(missing.io_kind(), Some(std::io::ErrorKind::NotFound));
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! # Which files are read
//!
//! The ending of a file's name says its format ([`Format`] lists the endings). Where the name says nothing, its first
//! bytes do. A file that is not what its name says is an error, which says what the file looks like. `.gz`, `.zst`, `.bz2`
//! and `.xz` are decompressed, with all members, frames or streams that follow one another in them. Zeros between and behind
//! the members of a gz or bz2 are padding; other bytes behind the last one are ignored as gzip and bzip2 do, and counted.
//!
//! Files may have been put together by `cat`: a byte order mark may begin any row of CSV and TSV, any object of JSON and any
//! record of a WARC file. It is passed over, and not written back.
//!
//! Of a folder all files are read, and those of its folders, in the order of their names. Files and folders whose name
//! begins with a dot are passed over. These are counted in [`DumpStatistics::left_out`]: files of which neither name nor
//! content says a format, XML of other kinds, and the index that comes with a multistream dump of a wiki.
//!
//! # Which records are articles
//!
//! | format | an article is | its id | the other fields |
//! | --- | --- | --- | --- |
//! | JSON Lines, JSON | an object | the id field, a string or a number | all other members |
//! | CSV, TSV | a row | the id column | all other columns; of those with the same name the first keeps it, and the others are `name_1`, `name_2` … |
//! | Parquet | a row | the id column | all other columns but lists and maps |
//! | WET | a `conversion` record | its URL | `url`, `date`, `languages` |
//! | WARC | a response with status 2xx, or a `resource`, that holds HTML or plain text, as it was sent: chunks, gzip, deflate, brotli and zstd are undone | its URL | `url`, `date`, those of HTML |
//! | MediaWiki | the last revision of a page of namespace 0 ([`DumpOptions::namespaces`]) in wikitext that is no redirect | the number of the page | `title`, `namespace`, `timestamp` |
//! | HTML | a file | its path | `title`, `lang` and `dir` of the page |
//! | text | a file | its path | none |
//!
//! A record without an id gets its path and number, `path:number`. The number is the line in JSON Lines, CSV and TSV, and
//! else counts the records of the file, from 1. A record that is no article (a redirect, a picture) is counted in
//! [`DumpStatistics::left_out`] by the reason. Nothing is left out without being counted.
//!
//! HTML and wikitext become plain text in which a blank line separates paragraphs, and a line break is a `<br>`. What a
//! browser shows as a block is a paragraph: headings, items of lists, rows of tables. Left out of HTML are scripts,
//! styles, navigation and form fields. Left out of wikitext are boxes, navigation, references, files, categories and markup; the
//! arguments of a template within a line stay, as do quotations, tables, formulas and code: they tell two texts apart.
//! The other formats have the text as it stands there.
//!
//! # Errors
//!
//! Each error names the file, and the record where one is to blame. The iterator goes on after it: with the next
//! record if only one cannot be read ([`Error::is_record`](crate::Error::is_record)), else with the next file. To stop at
//! the first error use `?`; to go on, count them.
//!
//! Of a file that is cut short or damaged, the records before the damage are read. A WARC file is read on behind it: at the
//! next line that begins a record, which in a gz is searched for at the beginning of the next member that can be unpacked. One
//! error stands for all that was lost between. A response that is no page by its status and media type is never unpacked.
//!
//! Bytes that cannot be read are an I/O error ([`Error::is_io`](crate::Error::is_io)), whose source is the
//! [`std::io::Error`] itself. A file that can be read and is cut short, corrupt or of another format is a format error
//! ([`Error::is_format`](crate::Error::is_format)).
//!
//! # Encodings
//!
//! A text is decoded by the first of these that says an encoding: its byte order mark; its declaration (the HTTP header or
//! a `<meta>` of HTML, the XML declaration); [`DumpOptions::encoding`]; else it is UTF-8. A byte that is not valid in the
//! encoding is an error. A page whose declaration names no known encoding declares none. Nothing is guessed;
//! [`DumpStatistics::encodings`] counts which encodings were taken, and why.
//!
//! # Cost
//!
//! Everything streams, and each byte is unpacked and parsed once, or a fixed number of times. Memory is bounded by the
//! largest record, which may have up to [`DumpOptions::record_limit`] (256 MiB) unpacked. A longer record is an error. What takes
//! many times its bytes in memory has a limit of its own, so that no bytes take much more than others: tests hold memory
//! within eight times the limit, for records of each kind of mark alone.
//!
//! | format | memory, in times of the limit | further limits |
//! | --- | --- | --- |
//! | all | | a line of the text for every 64 bytes of the limit (or 65 536) |
//! | JSON Lines, JSON | 3.0 | as many values in the objects whose other fields are read |
//! | CSV, TSV | 2.0 | 65 536 columns |
//! | text | 1.5 | |
//! | HTML | 2.5 | an eighth of the limit for a page (or 1 MiB) |
//! | MediaWiki | 6.3 | an eighth of the limit for the text of a page (or 1 MiB) |
//! | WARC, WET | 3.2 | 65 536 fields of a header; an answer unpacks to 1032 times its length and 64 KiB at most, through at most four encodings |
//! | Parquet | 4 in pages | the records of a file have at most 1032 times the bytes of their pages, and the limit; lists are not read; a file that is compressed or comes through a reader is held as a whole, within the limit |
//!
//! What is made of a text comes on top. An article of that many lines takes 800 MB more to scan; one of single letters, as
//! long as it may be, 16 times its length, and 11 times in a corpus.
//!
//! An archive that unpacks to a thousand times its size costs the time of that, and no memory. The windows that archives
//! ask for come on top: up to 2 GiB for `zstd --long=31` as far as they are filled, up to 256 MiB for xz.
//!
//! The iterator works on one thread, at (measured on one core, in bytes of the file a second) 1.4 GB of JSON or WET,
//! 0.9 GB of CSV, 0.5 GB of Parquet, 100 MB of wikitext, 90 MB of HTML. A folder is read faster by opening its
//! [files](Dump::files) on many threads.

// In the order of dependence: a file uses only those above it.
mod read_error;
mod encoding;
mod limited_input;
mod limits;
mod members;
mod compression;
mod format;
mod article;
mod statistics;
mod json;
mod record;
mod settings;
mod head;
mod text_builder;
mod plain_text;
mod csv;
mod wikitext;
mod mediawiki;
#[cfg(feature = "dump-html")]
mod html;
#[cfg(feature = "dump-html")]
mod http;
mod warc;
#[cfg(feature = "dump-parquet")]
mod parquet;
mod open;
mod folder;
mod piece;
mod iter;
mod options;

pub use self::article::{Article, RecordPlace};
pub use self::encoding::{Encoding, EncodingBasis};
pub use self::format::Format;
pub use self::iter::Dump;
pub use self::options::{DumpOptions, MissingText};
#[cfg(feature = "dump-parquet")]
pub use self::parquet::ParquetRewriter;
pub use self::piece::{Piece, Pieces, Record};
pub use self::statistics::DumpStatistics;

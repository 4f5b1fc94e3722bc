//! How to read a dump, and where from.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::Dump;
use super::encoding::Encoding;
use super::format::{ENDINGS, Format};
use super::opening::Origin;
use super::records::Names;
use crate::error::{Error, Scope};

/// How to read a dump.
///
/// ```
/// use dittograph::dump::{DumpOptions, Format};
///
/// let options = DumpOptions::new().id_field("url").text_field("content").encoding("windows-1256".parse()?);
/// let csv = options.format(Format::Csv).reader(b"url,content,lang\n/1,\xe3\xd1\xcd\xc8\xc7,ar\n".as_slice());
/// let article = csv.last().unwrap()?;
/// assert_eq!((article.id.as_str(), article.text.as_str()), ("/1", "مرحبا"));
/// assert_eq!(article.fields["lang"], "ar");
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DumpOptions {
    pub(super) names: Names,
    pub(super) encoding: Option<Encoding>,
    pub(super) namespaces: Vec<i32>,
    pub(super) limit: u64,
    pub(super) format: Option<Format>,
}

impl Default for DumpOptions {
    fn default() -> Self {
        Self {
            names: Names { id: "id".to_owned(), text: "text".to_owned(), fields: true },
            encoding: None,
            namespaces: vec![0],
            limit: 256 << 20,
            format: None,
        }
    }
}

impl DumpOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The field or column that holds the id: `id`.
    #[must_use]
    pub fn id_field(mut self, name: impl Into<String>) -> Self {
        self.names.id = name.into();
        self
    }

    /// The field or column that holds the text: `text`.
    #[must_use]
    pub fn text_field(mut self, name: impl Into<String>) -> Self {
        self.names.text = name.into();
        self
    }

    /// Whether the other fields of a record are wanted: yes. Without them less is read.
    #[must_use]
    pub fn fields(mut self, yes: bool) -> Self {
        self.names.fields = yes;
        self
    }

    /// The encoding of what does not say its own: UTF-8.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The [namespaces](https://www.mediawiki.org/wiki/Help:Namespaces) of a MediaWiki export whose pages are
    /// articles: 0.
    #[must_use]
    pub fn namespaces(mut self, numbers: impl IntoIterator<Item = i32>) -> Self {
        self.namespaces = numbers.into_iter().collect();
        self
    }

    /// The most bytes that one record may have, unpacked: 256 MiB. Memory is bounded by a multiple of it, as the
    /// [module](super#cost) says.
    #[must_use]
    pub fn record_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The format of all files, whatever they are called.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// A file, or a folder with all that is in it.
    ///
    /// # Errors
    ///
    /// If it is not there or cannot be listed, or if a folder holds no file of a known format. What is wrong with a
    /// file comes when it is its turn.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Dump, Error> {
        let path = path.as_ref();
        let io_error = |path: &Path, error: io::Error| Error::io(path.display().to_string(), error);
        let listing_error = |error: walkdir::Error| {
            let message = error.to_string();
            let source = error.into_io_error().map(Arc::new);
            Error::dump(path.display().to_string(), message, Scope::Io, source)
        };
        let metadata = path.metadata().map_err(|error| io_error(path, error))?;
        let mut dump = Dump::new(self.clone());
        if !metadata.is_dir() {
            dump.size = metadata.is_file().then_some(metadata.len());
            dump.sources = vec![Origin::File(path.to_owned())];
            return Ok(dump);
        }
        let is_seen = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        };
        let folder = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name();
        for entry in folder.into_iter().filter_entry(is_seen) {
            let entry = entry.map_err(listing_error)?;
            if !entry.file_type().is_file() {
                continue;
            }
            if self.takes(entry.path()).map_err(|error| io_error(entry.path(), error))? {
                dump.sources.push(Origin::File(entry.path().to_owned()));
                let size = entry.metadata().map_err(listing_error)?.len();
                dump.size = Some(dump.size.unwrap_or(0) + size);
            } else {
                dump.tally.leave_out("file of no known format");
            }
        }
        if dump.sources.is_empty() {
            let wrong = format!("no file in this folder ends in {ENDINGS}");
            return Err(Error::format(path.display().to_string(), wrong));
        }
        dump.sources.reverse(); // taken from the end
        Ok(dump)
    }

    /// What a reader gives: standard input, an answer from the net, bytes in memory. Compression is found out; the
    /// format too, unless [`format`](Self::format) says it.
    #[must_use]
    pub fn reader(&self, read: impl Read + Send + 'static) -> Dump {
        Dump { sources: vec![Origin::Reader(Box::new(read))], ..Dump::new(self.clone()) }
    }
}

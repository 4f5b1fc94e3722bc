//! The iterator over the articles of a dump, file by file.

use std::fmt;
use std::io::Read;
use std::iter::FusedIterator;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::article::{Article, RecordPlace};
use super::folder;
use super::format::{Format, NameHints};
use super::open::{Origin, open};
use super::read_error::ReadError;
use super::record::{Record, RecordReader};
use super::settings::Settings;
use super::statistics::{DumpStatistics, Tally};
use crate::error::Error;

/// An iterator over the articles of a dump, in the order of the files and of the records in them.
///
/// The [module](super) says what is read, and how. Files are opened one after another, when their turn comes, and nothing
/// of a file is read before that, except the beginning of those files of a folder whose name does not settle their format.
///
/// # Errors
///
/// An item is an error if a record or a file cannot be read. The iterator goes on after it: with the next record if
/// [`Error::is_record`] is true, else with the next file. Errors of a read or an open have
/// [`Error::is_io`] and keep the [`std::io::Error`] as their source; a file that is cut short or malformed has
/// [`Error::is_format`].
///
/// ```
/// use dittograph::dump::{Dump, Format};
///
/// let lines = "{\"text\": \"One\"}\n{\"text\": \"cut\n{\"text\": \"Two\"}\n";
/// let (mut texts, mut errors) = (Vec::new(), Vec::new());
/// for article in Dump::from_reader(lines.as_bytes(), Format::JsonLines) {
///     match article {
///         Ok(article) => texts.push(article.text),
///         Err(error) => errors.push((error.is_record(), error.place().to_owned())),
///     }
/// }
/// assert_eq!(texts, ["One", "Two"]);
/// assert_eq!(errors, [(true, "-:2".to_owned())]);
/// ```
pub struct Dump {
    settings: Settings,
    /// What is still to be read, the next one last.
    origins: Vec<Origin>,
    current: Option<OpenFile>,
    tally: Tally,
    files: u64,
    articles: u64,
    errors: u64,
    /// The bytes of all files as they are on disk.
    size: Option<u64>,
    bytes_read: Arc<AtomicU64>,
}

impl Dump {
    /// Opens a file, or a folder with all that is in it, with the default [`DumpOptions`](super::DumpOptions).
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("articles.csv");
    /// std::fs::write(&path, "id,text\n1,One\n2,Another\n")?;
    /// let articles: Vec<_> = dittograph::dump::Dump::open(&path)?.collect::<Result<_, _>>()?;
    /// assert_eq!(articles[1].text, "Another");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`DumpOptions::open`](super::DumpOptions::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(Settings::default(), path.as_ref())
    }

    /// Reads one file from a reader, with the default [`DumpOptions`](super::DumpOptions) but the format.
    ///
    /// [`DumpOptions::from_reader`](super::DumpOptions::from_reader) says what the reader may hold.
    ///
    /// ```
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let articles = Dump::from_reader("id,text\n1,One\n2,Another\n".as_bytes(), Format::Csv);
    /// assert_eq!(articles.map(|article| article.unwrap().text).collect::<Vec<_>>(), ["One", "Another"]);
    /// ```
    #[must_use]
    pub fn from_reader(reader: impl Read + Send + 'static, format: Format) -> Self {
        Self::from_reader_with(Settings { format: Some(format), ..Settings::default() }, Box::new(reader))
    }

    pub(super) fn open_with(settings: Settings, path: &Path) -> Result<Self, Error> {
        let metadata = path.metadata().map_err(|error| Error::io(path.display().to_string(), error))?;
        if !metadata.is_dir() {
            let size = metadata.is_file().then_some(metadata.len());
            return Ok(Self { size, ..Self::new(settings, vec![Origin::File(path.to_owned())]) });
        }
        let mut tally = Tally::default();
        let list = folder::list(path, &settings, &mut tally)?;
        let origins = list.files.into_iter().rev().map(Origin::File).collect(); // taken from the end
        Ok(Self { tally, size: Some(list.size), ..Self::new(settings, origins) })
    }

    pub(super) fn from_reader_with(settings: Settings, reader: Box<dyn Read + Send>) -> Self {
        Self::new(settings, vec![Origin::Reader(reader)])
    }

    fn new(settings: Settings, origins: Vec<Origin>) -> Self {
        Self {
            settings,
            origins,
            current: None,
            tally: Tally::default(),
            files: 0,
            articles: 0,
            errors: 0,
            size: None,
            bytes_read: Arc::default(),
        }
    }

    /// Returns the paths of the files that are still to be opened, in their order. A reader has none.
    ///
    /// Each can be opened by itself, so that many threads read one folder.
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
        self.origins.iter().rev().filter_map(|origin| match origin {
            Origin::File(path) => Some(path.as_path()),
            Origin::Reader(_) => None,
        })
    }

    /// Returns the bytes of all files together, as they are on disk: compressed bytes of compressed files. None for a
    /// reader, and for what is no regular file, such as a pipe.
    ///
    /// With [`bytes_read`](Self::bytes_read) it shows progress.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("a.txt");
    /// std::fs::write(&path, "One")?;
    /// let mut dump = dittograph::dump::Dump::open(&path)?;
    /// assert_eq!((dump.size(), dump.bytes_read()), (Some(3), 0));
    /// dump.next();
    /// assert_eq!(dump.bytes_read(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns how many bytes have been read so far, as they are on disk. At the end it is at most [`size`](Self::size):
    /// of a Parquet file, only the columns that are wanted are read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Returns the counts of what has been read so far: articles, errors, what was left out, and the encodings.
    ///
    /// It copies two small maps.
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

    fn open_file(&mut self, origin: Origin) -> Result<OpenFile, Error> {
        self.files += 1;
        let (path, hints) = match &origin {
            Origin::File(path) => (Arc::from(path.as_path()), NameHints::from_path(path)),
            Origin::Reader(_) => (Arc::from(Path::new("-")), NameHints::default()),
        };
        match open(origin, hints, &self.settings, &self.bytes_read, &mut self.tally) {
            Ok((format, records)) => {
                Ok(OpenFile { path, records, is_one_article: matches!(format, Format::Text | Format::Html) })
            }
            Err(error) => Err(error.in_file(&path)),
        }
    }

    /// Counts an error, after which the file is read on only if it is one of a single record.
    fn fail(&mut self, error: Error) -> Error {
        if !error.is_record() {
            self.current = None;
        }
        self.errors += 1;
        error
    }
}

impl Iterator for Dump {
    type Item = Result<Article, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(file) = &mut self.current else {
                let origin = self.origins.pop()?;
                match self.open_file(origin) {
                    Ok(file) => self.current = Some(file),
                    Err(error) => return Some(Err(self.fail(error))),
                }
                continue;
            };
            match file.next(&mut self.tally) {
                Ok(Some(mut article)) => {
                    if !self.settings.names.has_others {
                        article.fields.clear();
                    }
                    self.articles += 1;
                    return Some(Ok(article));
                }
                Ok(None) => self.current = None,
                Err(error) => {
                    let error = error.in_file(&file.path);
                    return Some(Err(self.fail(error)));
                }
            }
        }
    }
}

impl FusedIterator for Dump {}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump")
            .field("settings", &self.settings)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}

/// The file that is being read.
struct OpenFile {
    path: Arc<Path>,
    records: Box<dyn RecordReader>,
    /// The file is one article, so that its path is enough of an id.
    is_one_article: bool,
}

impl OpenFile {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Article>, ReadError> {
        let Some(Record { number, id, text, fields }) = self.records.next(tally)? else { return Ok(None) };
        let id = id.unwrap_or_else(|| {
            let path = self.path.display();
            if self.is_one_article { path.to_string() } else { format!("{path}:{number}") }
        });
        let place = RecordPlace { file: Arc::clone(&self.path), record: number };
        Ok(Some(Article { id, text, place, fields }))
    }
}

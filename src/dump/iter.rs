//! The iterator over the articles of a dump, file by file.

use std::fmt;
use std::io::Read;
use std::iter::FusedIterator;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::article::{Article, RecordPlace};
use super::folder;
use super::format::{Format, NameHints};
use super::limits::check_lines;
use super::open::{Counters, Origin, open};
use super::piece::{Piece, Pieces, default_id};
use super::record::{Content, OwnedRecord, RecordReader};
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
    /// What is still to be read, the next one last.
    sources: Vec<Source>,
    current: Option<OpenFile>,
    /// An error that comes after the piece before it.
    pending: Option<Error>,
    tally: Tally,
    files: u64,
    articles: u64,
    errors: u64,
    /// The bytes of all files as they are on disk.
    size: Option<u64>,
    counters: Counters,
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
            return Ok(Self { size, ..Self::new(settings, [Origin::File(path.to_owned())]) });
        }
        let mut tally = Tally::default();
        let list = folder::list(path, &settings, &mut tally)?;
        Ok(Self {
            tally,
            size: Some(list.size),
            ..Self::new(settings, list.files.into_iter().map(Origin::File))
        })
    }

    pub(super) fn from_reader_with(settings: Settings, reader: Box<dyn Read + Send>) -> Self {
        Self::new(settings, [Origin::Reader(reader)])
    }

    fn new(settings: Settings, origins: impl IntoIterator<Item = Origin>) -> Self {
        let settings = Arc::new(settings);
        let mut sources: Vec<Source> =
            origins.into_iter().map(|origin| Source::Closed(origin, Arc::clone(&settings))).collect();
        sources.reverse(); // they are taken from the end
        Self {
            sources,
            current: None,
            pending: None,
            tally: Tally::default(),
            files: 0,
            articles: 0,
            errors: 0,
            size: None,
            counters: Counters::default(),
        }
    }

    /// Reads another dump after this one. Each is read with its own options.
    ///
    /// ```
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let mut dump = Dump::from_reader("{\"text\": \"One\"}".as_bytes(), Format::JsonLines);
    /// dump.append(Dump::from_reader("text\nTwo\n".as_bytes(), Format::Csv));
    /// let texts: Vec<String> = dump.map(|article| article.unwrap().text).collect();
    /// assert_eq!(texts, ["One", "Two"]);
    /// ```
    pub fn append(&mut self, other: Self) {
        let mut sources = other.sources;
        sources.extend(other.current.map(Source::Open));
        sources.append(&mut self.sources);
        self.sources = sources;
        self.tally.add(other.tally);
        self.files += other.files;
        self.articles += other.articles;
        self.errors += other.errors;
        self.size = self.size.zip(other.size).map(|(size, other)| size + other);
        let Counters { bytes_read, garbage } = &self.counters;
        bytes_read.fetch_add(other.counters.bytes_read.load(Ordering::Relaxed), Ordering::Relaxed);
        garbage.fetch_add(other.counters.garbage.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Returns an iterator over pieces of the dump, which are parsed on all cores and can be written back.
    ///
    /// It is faster than the iterator over articles where the records are JSON, and more work: see [`Piece`]. A thread reads
    /// them, one piece ahead.
    ///
    /// ```
    /// use dittograph::dump::{Dump, Format};
    ///
    /// let lines = "{\"id\": 1, \"text\": \"One\"}\n{\"id\": 2, \"text\": 2}\n{\"id\": 3, \"text\": \"Three\"}\n";
    /// let mut out = Vec::new();
    /// for piece in Dump::from_reader(lines.as_bytes(), Format::JsonLines).pieces()? {
    ///     for record in piece?.records() {
    ///         match record {
    ///             Ok(record) => record.write_without(&[], &mut out)?,
    ///             Err(error) => assert_eq!(error.to_string(), "-:2: field \"text\": expected a string, got 2"),
    ///         }
    ///     }
    /// }
    /// assert_eq!(out, b"{\"id\": 1, \"text\": \"One\"}\n{\"id\": 3, \"text\": \"Three\"}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::is_io`]: the thread cannot be started.
    pub fn pieces(self) -> Result<Pieces, Error> {
        Pieces::new(self)
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
        self.sources.iter().rev().filter_map(|source| match source {
            Source::Closed(Origin::File(path), _) => Some(path.as_path()),
            Source::Closed(Origin::Reader(_), _) | Source::Open(_) => None,
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
        self.counters.bytes_read.load(Ordering::Relaxed)
    }

    /// Returns the counts of what has been read so far: articles, errors, what was left out, and the encodings.
    ///
    /// It copies two small maps.
    #[must_use]
    pub fn statistics(&self) -> DumpStatistics {
        let mut left_out = self.tally.left_out.clone();
        let garbage = self.counters.garbage.load(Ordering::Relaxed);
        if garbage > 0 {
            left_out.insert("garbage behind the end of a compressed file", garbage);
        }
        DumpStatistics {
            files: self.files,
            bytes: self.bytes_read(),
            articles: self.articles,
            errors: self.errors,
            without_text: self.tally.without_text,
            without_id: self.tally.without_id,
            empty_pages: self.tally.empty_pages,
            first_empty_page: self.tally.first_empty_page.clone(),
            left_out,
            encodings: self.tally.encodings.clone(),
        }
    }

    /// Opens the next file if none is open; None at the end of the dump.
    fn current(&mut self) -> Option<Result<&mut OpenFile, Error>> {
        if self.current.is_none() {
            match self.sources.pop()? {
                Source::Open(file) => self.current = Some(file),
                Source::Closed(origin, settings) => match self.open_file(origin, settings) {
                    Ok(file) => self.current = Some(file),
                    Err(error) => return Some(Err(error)),
                },
            }
        }
        self.current.as_mut().map(Ok)
    }

    fn open_file(&mut self, origin: Origin, settings: Arc<Settings>) -> Result<OpenFile, Error> {
        self.files += 1;
        let (path, hints) = match &origin {
            Origin::File(path) => (Arc::from(path.as_path()), NameHints::from_path(path)),
            Origin::Reader(_) => (Arc::from(Path::new("-")), NameHints::default()),
        };
        match open(origin, hints, &settings, &self.counters, &mut self.tally) {
            Ok((format, records)) => {
                let is_one_article = matches!(format, Format::Text | Format::Html);
                Ok(OpenFile { path, records, settings, is_one_article })
            }
            Err(error) => Err(error.in_file(&path)),
        }
    }

    /// Returns the next records of a file together, or an error of a file.
    pub(super) fn next_piece(&mut self) -> Option<Result<Piece, Error>> {
        loop {
            if let Some(error) = self.pending.take() {
                return Some(Err(self.fail(error)));
            }
            let file = match self.current()? {
                Ok(file) => file,
                Err(error) => return Some(Err(self.fail(error))),
            };
            let mut tally = Tally::default();
            let (content, error) = file.records.piece(&mut tally);
            let piece = file.piece(content);
            file.name_empty_pages(&mut tally);
            let error = error.map(|error| error.in_file(&file.path));
            self.tally.add(tally);
            self.pending = error;
            if !piece.content.is_empty() {
                return Some(Ok(piece));
            }
            if self.pending.is_none() {
                self.current = None;
            }
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
            let file = match self.current()? {
                Ok(file) => file,
                Err(error) => return Some(Err(self.fail(error))),
            };
            let mut tally = Tally::default();
            let next = file.next(&mut tally);
            file.name_empty_pages(&mut tally);
            self.tally.add(tally);
            match next {
                Ok(Some(article)) => {
                    self.articles += 1;
                    return Some(Ok(article));
                }
                Ok(None) => self.current = None,
                Err(error) => return Some(Err(self.fail(error))),
            }
        }
    }
}

impl FusedIterator for Dump {}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

/// A file that is still to be read.
enum Source {
    Closed(Origin, Arc<Settings>),
    /// It was begun before its dump was appended to another.
    Open(OpenFile),
}

/// The file that is being read.
struct OpenFile {
    path: Arc<Path>,
    records: Box<dyn RecordReader>,
    settings: Arc<Settings>,
    /// The file is one article, so that its path is enough of an id.
    is_one_article: bool,
}

impl OpenFile {
    fn next(&mut self, tally: &mut Tally) -> Result<Option<Article>, Error> {
        let record = self.records.next(tally).map_err(|error| error.in_file(&self.path))?;
        let Some(OwnedRecord { number, id, text, fields, has_text, .. }) = record else { return Ok(None) };
        check_lines(&text, self.settings.record_limit).map_err(|error| {
            let error = if self.is_one_article { error } else { error.at_record(number) };
            error.in_file(&self.path)
        })?;
        tally.without_id += u64::from(id.is_none() && !self.is_one_article);
        let id = id.unwrap_or_else(|| default_id(&self.path, number, self.is_one_article));
        tally.without_text += u64::from(!has_text);
        let fields = if self.settings.names.has_others { fields } else { Vec::new() };
        let fields = fields.into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        let place = RecordPlace { file: Arc::clone(&self.path), record: number };
        Ok(Some(Article { id, text, place, fields }))
    }

    /// Adds the file to the count of pages of which no text is left.
    fn name_empty_pages(&self, tally: &mut Tally) {
        if tally.empty_pages > 0 {
            tally.first_empty_page = Some(Arc::clone(&self.path));
        }
    }

    fn piece(&self, content: Content) -> Piece {
        Piece {
            file: Arc::clone(&self.path),
            content,
            settings: Arc::clone(&self.settings),
            is_one_article: self.is_one_article,
        }
    }
}

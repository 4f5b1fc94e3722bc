//! How to read a dump, and where from.

use std::io::Read;
use std::path::Path;

use super::encoding::Encoding;
use super::format::Format;
use super::iter::Dump;
use super::settings::Settings;
use crate::error::Error;

/// How to read a dump.
///
/// Most dumps need two options at most: the names of the fields that hold the [id](Self::id_field) and the
/// [text](Self::text_field). For all others the defaults are almost certainly what you want.
///
/// An option that does not concern a format changes nothing there, and one set of options can open many dumps.
///
/// ```
/// use dittograph::dump::{DumpOptions, Format};
///
/// let options = DumpOptions::new().id_field("url").text_field("content").encoding("windows-1256".parse()?);
/// let csv = options.format(Format::Csv).from_reader(b"url,content,lang\n/1,\xe3\xd1\xcd\xc8\xc7,ar\n".as_slice());
/// let article = csv.last().unwrap()?;
/// assert_eq!((article.id.as_str(), article.text.as_str()), ("/1", "مرحبا"));
/// assert_eq!(article.fields["lang"], "ar");
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DumpOptions {
    settings: Settings,
}

impl DumpOptions {
    /// Creates the default options, which the setters state one by one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the field or column that holds the id. Default: `id`.
    ///
    /// A record that has no such field, or a null one (in CSV and TSV an empty one), gets its place as id: `path:number`. The option is
    /// for JSON Lines, JSON, CSV, TSV and Parquet; the other formats have ids of their own, which the table in the
    /// [module](super#which-records-are-articles) lists.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let options = DumpOptions::new().format(Format::JsonLines).id_field("url");
    /// let lines = "{\"url\": \"/a\", \"text\": \"One\"}\n{\"text\": \"Two\"}";
    /// let ids: Vec<_> = options.from_reader(lines.as_bytes()).map(|article| article.unwrap().id).collect();
    /// assert_eq!(ids, ["/a", "-:2"]);
    /// ```
    #[must_use]
    pub fn id_field(mut self, name: impl Into<String>) -> Self {
        self.settings.names.id = name.into();
        self
    }

    /// Sets the name of the field or column that holds the text. Default: `text`. In JSON a field that is inside others is
    /// named by its path, such as `article.body`, unless a field is called just that.
    ///
    /// A JSON object without it, or with a value that is no string, is an error of that record; a table without the
    /// column is an error of its file, which lists the columns. The option is for JSON Lines, JSON, CSV, TSV and Parquet.
    /// It may be the same field as that of the id.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let table = "id,title,body\n1,Ferry,The ferry did not sail.\n";
    /// let mut dump = DumpOptions::new().format(Format::Csv).from_reader(table.as_bytes());
    /// assert_eq!(
    ///     dump.next().unwrap().unwrap_err().to_string(),
    ///     "-: no column \"text\"; the first row has: id, title, body"
    /// );
    /// let options = DumpOptions::new().format(Format::Csv).text_field("body");
    /// assert_eq!(options.from_reader(table.as_bytes()).last().unwrap()?.text, "The ferry did not sail.");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn text_field(mut self, name: impl Into<String>) -> Self {
        self.settings.names.texts = vec![name.into()];
        self
    }

    /// Sets the names of several fields or columns that hold the text together. Their texts follow one another in this
    /// order, with a blank line between them. A record of JSON needs one of them; the columns of CSV, TSV
    /// and Parquet must all be there.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let options = DumpOptions::new().format(Format::JsonLines).text_fields(["title", "article.body"]);
    /// let line = r#"{"title": "Ferry", "article": {"body": "The ferry did not sail."}}"#;
    /// assert_eq!(options.from_reader(line.as_bytes()).last().unwrap()?.text, "Ferry\n\nThe ferry did not sail.");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there are no names.
    #[must_use]
    #[track_caller]
    pub fn text_fields<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.settings.names.texts = names.into_iter().map(Into::into).collect();
        assert!(!self.settings.names.texts.is_empty(), "text_fields: expected a name, got none");
        self
    }

    /// Sets what becomes of a record of JSON that has no text: the field is absent or null. Default:
    /// [`MissingText::Error`].
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format, MissingText};
    ///
    /// let options = DumpOptions::new().format(Format::JsonLines);
    /// let line = r#"{"id": 7, "body": "One"}"#;
    /// let error = options.from_reader(line.as_bytes()).next().unwrap().unwrap_err();
    /// assert_eq!(error.to_string(), "-:1: no field \"text\"; the record has: id, body");
    /// let mut dump = options.missing_text(MissingText::Empty).from_reader(line.as_bytes());
    /// assert_eq!(dump.next().unwrap()?.text, "");
    /// assert_eq!(dump.statistics().without_text, 1);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn missing_text(mut self, missing: MissingText) -> Self {
        self.settings.names.may_lack_text = missing == MissingText::Empty;
        self
    }

    /// Sets whether the other fields of a record are read, into [`Article::fields`](super::Article::fields). Default:
    /// `true`.
    ///
    /// Without them reading is faster: they are skipped in JSON and CSV, and their columns of a Parquet file are not read
    /// from disk.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let options = DumpOptions::new().format(Format::JsonLines).fields(false);
    /// let article = options.from_reader(r#"{"text": "One", "year": 1911}"#.as_bytes()).last().unwrap()?;
    /// assert!(article.fields.is_empty());
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn fields(mut self, yes: bool) -> Self {
        self.settings.names.has_others = yes;
        self
    }

    /// Sets the encoding of texts that do not state their own by a byte order mark or a declaration. Default: UTF-8.
    ///
    /// It concerns all formats but Parquet and WET, which are UTF-8 by definition. A byte that is not valid in the
    /// encoding is an error: nothing is guessed or replaced.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let arabic = b"\xe3\xd1\xcd\xc8\xc7".as_slice();
    /// let options = DumpOptions::new().format(Format::Text);
    /// assert!(options.from_reader(arabic).next().unwrap().is_err_and(|error| error.is_format()));
    /// let options = options.encoding("windows-1256".parse()?);
    /// assert_eq!(options.from_reader(arabic).last().unwrap()?.text, "مرحبا");
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.settings.encoding = Some(encoding);
        self
    }

    /// Sets the [namespaces](https://www.mediawiki.org/wiki/Help:Namespaces) of a MediaWiki export whose pages are
    /// articles, in place of those set before. Default: 0 alone, that of articles.
    ///
    /// Pages of other namespaces are counted in [`DumpStatistics::left_out`](super::DumpStatistics::left_out).
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let export = "<mediawiki><page><title>Talk:Anwick</title><ns>1</ns><id>7</id>\
    ///     <revision><text>Is there a mill?</text></revision></page></mediawiki>";
    /// let options = DumpOptions::new().format(Format::MediaWiki);
    /// assert_eq!(options.from_reader(export.as_bytes()).count(), 0);
    /// assert_eq!(options.namespaces([0, 1]).from_reader(export.as_bytes()).count(), 1);
    /// ```
    #[must_use]
    pub fn namespaces(mut self, numbers: impl IntoIterator<Item = i32>) -> Self {
        self.settings.namespaces = numbers.into_iter().collect();
        self
    }

    /// Sets the most bytes that one record may have, unpacked. Default: 256 MiB.
    ///
    /// A longer record is an error. The next one is read if the format says where it begins (WARC), else the file ends
    /// there. Memory is bounded by a multiple of the limit, as the [module](super#cost) says, and so is the number of lines of a
    /// text. A text, an HTML page, a page
    /// of a Parquet column, and a Parquet file that is compressed or comes from a reader count as one record.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// let options = DumpOptions::new().format(Format::Text).record_limit(10);
    /// let error = options.from_reader("Much longer than that".as_bytes()).next().unwrap().unwrap_err();
    /// assert_eq!(error.to_string(), "-: a record is longer than the limit of 10 bytes");
    /// ```
    #[must_use]
    pub fn record_limit(mut self, bytes: u64) -> Self {
        self.settings.record_limit = bytes;
        self
    }

    /// Sets the format of all files, whatever their names say. Default: none, so that each file is read as what its name
    /// ends in, or else by its first bytes.
    ///
    /// Compression is recognised all the same. With a format, all files of a folder are read but those that begin with a dot.
    ///
    /// ```
    /// use dittograph::dump::{DumpOptions, Format};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("notes.md");
    /// std::fs::write(&path, "# Notes")?;
    /// assert!(DumpOptions::new().open(&path)?.next().unwrap().is_err());
    /// assert_eq!(DumpOptions::new().format(Format::Text).open(&path)?.last().unwrap()?.text, "# Notes");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.settings.format = Some(format);
        self
    }

    /// Opens a file, or a folder with all that is in it.
    ///
    /// Of a folder, all files are listed before the first is read. Symbolic links are followed.
    ///
    /// ```
    /// use dittograph::dump::DumpOptions;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("1.jsonl"), "{\"body\": \"One\"}\n")?;
    /// std::fs::write(folder.path().join("2.csv"), "id,body\n7,Two\n")?;
    /// let dump = DumpOptions::new().text_field("body").open(folder.path())?;
    /// let texts: Vec<String> = dump.map(|article| Ok(article?.text)).collect::<Result<_, dittograph::Error>>()?;
    /// assert_eq!(texts, ["One", "Two"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::is_io`]: the path does not exist, or cannot be listed. [`Error::io_kind`] says why.
    /// - [`Error::is_format`]: a folder holds no file of a known format.
    ///
    /// A file that cannot be opened or read is an error of the iterator, when its turn comes.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Dump, Error> {
        Dump::open_with(self.settings.clone(), path.as_ref())
    }

    /// Reads one file from a reader: standard input, an answer from the network, bytes in memory.
    ///
    /// Compression is recognised, and the format too unless [`format`](Self::format) sets it. The reader needs no buffer
    /// of its own. Its errors are those of the iterator, with [`Error::is_io`].
    ///
    /// ```
    /// use dittograph::dump::DumpOptions;
    ///
    /// // The format is recognised by its beginning.
    /// let dump = DumpOptions::new().from_reader("{\"text\": \"One\"}\n{\"text\": \"Two\"}\n".as_bytes());
    /// let texts: Vec<String> = dump.map(|article| Ok(article?.text)).collect::<Result<_, dittograph::Error>>()?;
    /// assert_eq!(texts, ["One", "Two"]);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    #[must_use]
    pub fn from_reader(&self, reader: impl Read + Send + 'static) -> Dump {
        Dump::from_reader_with(self.settings.clone(), Box::new(reader))
    }
}

/// What becomes of a record whose text is absent or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MissingText {
    /// It is an error of the record, which names the fields that it has.
    #[default]
    Error,
    /// It is an article with an empty text, and is counted in
    /// [`DumpStatistics::without_text`](super::DumpStatistics::without_text).
    Empty,
}

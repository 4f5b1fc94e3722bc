//! Opens a file: finds its compression and its format, and chooses the reader of its records.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::compression::Compression;
use super::csv::CsvReader;
use super::encoding::{BYTE_ORDER_MARK, Decoder, Encoding, choose, declared_by_xml};
use super::format::{Format, KNOWN_ENDINGS, NameHints};
use super::head::{peek, to_utf_8};
#[cfg(feature = "dump-html")]
use super::html::HtmlReader;
use super::json::{JsonLinesReader, JsonReader};
use super::limited_input::LimitedInput;
#[cfg(feature = "dump-parquet")]
use super::limited_input::read_within;
use super::mediawiki::MediaWikiReader;
#[cfg(feature = "dump-parquet")]
use super::parquet::{FileBytes, ParquetReader};
use super::plain_text::PlainTextReader;
use super::read_error::{ReadError, from_origin};
use super::record::RecordReader;
use super::settings::Settings;
use super::statistics::Tally;
use super::warc::WarcReader;

/// Where the bytes of a file come from.
pub(super) enum Origin {
    File(PathBuf),
    Reader(Box<dyn Read + Send>),
}

/// What is counted below the reader of a file.
#[derive(Clone, Default)]
pub(super) struct Counters {
    /// The bytes that have been read, as they are on disk.
    pub(super) bytes_read: Arc<AtomicU64>,
    /// Compressed files with something behind their end.
    pub(super) garbage: Arc<AtomicU64>,
}

/// Opens a file, of which `hints` are by its name. What is read of it later is counted too.
pub(super) fn open(
    origin: Origin,
    hints: NameHints,
    settings: &Settings,
    counters: &Counters,
    tally: &mut Tally,
) -> Result<(Format, Box<dyn RecordReader>), ReadError> {
    let bytes_read = &counters.bytes_read;
    // Opened once: a pipe that is opened again waits for another program to write to it.
    let (on_disk, read): (Option<File>, Box<dyn Read + Send>) = match origin {
        Origin::Reader(read) => (None, read),
        Origin::File(path) => {
            let file = File::open(&path)?;
            (file.metadata()?.is_file().then(|| file.try_clone()).transpose()?, Box::new(file))
        }
    };
    let read = Box::new(Counted { read, bytes_read: Arc::clone(bytes_read) });
    let (mut read, mut head) = peek(read)?;
    let compression = Compression::from_head(&head);
    let has_format_by_name = hints.format.is_some() && settings.format.is_none();
    match (hints.compression, compression) {
        (Some(expected), seen) if seen != Some(expected) => {
            return Err(ReadError::file(not_compressed(expected, &head)));
        }
        (None, Some(_)) if has_format_by_name => {} // `Format::check` below refuses it
        (_, Some(compression)) => {
            let packed = BufReader::with_capacity(1 << 16, read);
            (read, head) = peek(compression.decompress(packed, &counters.garbage)?)?;
        }
        (_, None) => {}
    }
    let head_text = to_utf_8(&head);
    let format = settings.format.or(hints.format).or_else(|| Format::from_head(&head_text));
    // Of a WARC that is damaged there, what is behind it can be read.
    if head.is_empty() && format != Some(Format::Warc) {
        io::copy(&mut read, &mut io::sink())?; // why nothing could be unpacked
    }
    let format = format.ok_or_else(|| {
        ReadError::file(format!(
            "expected a name that ends in {KNOWN_ENDINGS}, or a content that begins like one of these"
        ))
    })?;
    format.check(&head_text).map_err(ReadError::file)?;
    let records = if format == Format::Parquet {
        // A file that is not compressed is read from where its footer says. Its head was looked at and does not count.
        let on_disk = on_disk.filter(|_| compression.is_none());
        if on_disk.is_some() {
            bytes_read.fetch_sub(head.len() as u64, Ordering::Relaxed);
        }
        open_parquet(on_disk, read, settings, bytes_read)?
    } else {
        open_stream(format, read, &head, settings, tally)?
    };
    Ok((format, records))
}

#[cfg(feature = "dump-parquet")]
fn open_parquet(
    on_disk: Option<File>,
    read: Box<dyn Read + Send>,
    settings: &Settings,
    bytes_read: &Arc<AtomicU64>,
) -> Result<Box<dyn RecordReader>, ReadError> {
    let limit = settings.record_limit;
    let bytes = if let Some(file) = on_disk {
        drop(read);
        let length = file.metadata()?.len();
        FileBytes::OnDisk { file, length, bytes_read: Arc::clone(bytes_read) }
    } else {
        let what = "a Parquet file that is compressed or no file on disk";
        FileBytes::InMemory(read_within(read, what, limit)?.into())
    };
    Ok(Box::new(ParquetReader::new(bytes, settings.names.clone(), limit)?))
}

#[cfg(not(feature = "dump-parquet"))]
fn open_parquet(
    _: Option<File>,
    _: Box<dyn Read + Send>,
    _: &Settings,
    _: &Arc<AtomicU64>,
) -> Result<Box<dyn RecordReader>, ReadError> {
    Err(needs_feature(Format::Parquet))
}

/// Chooses the reader of unpacked bytes that begin with `head`.
fn open_stream(
    format: Format,
    read: Box<dyn Read + Send>,
    head: &[u8],
    settings: &Settings,
    tally: &mut Tally,
) -> Result<Box<dyn RecordReader>, ReadError> {
    let (names, limit, fallback) = (settings.names.clone(), settings.record_limit, settings.encoding);
    // What holds each text as a whole is decoded text by text.
    match format {
        Format::Text => return Ok(Box::new(PlainTextReader::new(LimitedInput::new(read, limit), fallback))),
        #[cfg(feature = "dump-html")]
        Format::Html => return Ok(Box::new(HtmlReader::new(LimitedInput::new(read, limit), fallback))),
        Format::Warc => return Ok(Box::new(WarcReader::new(LimitedInput::new(read, limit), fallback))),
        _ => {}
    }
    let declared = if format == Format::MediaWiki { declared_by_xml(head)? } else { None };
    let choice = choose(head, declared, fallback);
    tally.count_encoding(choice);
    let mut input = if choice.encoding == Encoding::UTF_8 {
        LimitedInput::new(read, limit)
    } else {
        LimitedInput::new(Box::new(Decoder::new(read, choice)), limit)
    };
    if head.starts_with(BYTE_ORDER_MARK.as_bytes()) {
        input.skip(BYTE_ORDER_MARK.len() as u64)?;
    }
    Ok(match format {
        Format::JsonLines => Box::new(JsonLinesReader::new(input, names, choice)),
        Format::Json => Box::new(JsonReader::new(input, names, choice)),
        Format::Csv => Box::new(CsvReader::csv(input, names, choice)?),
        Format::Tsv => Box::new(CsvReader::tsv(input, names, choice)),
        Format::MediaWiki => Box::new(MediaWikiReader::new(input, &settings.namespaces, choice)),
        _ => return Err(needs_feature(format)),
    })
}

fn needs_feature(format: Format) -> ReadError {
    ReadError::file(format!("{} needs the feature `dump-{format}` of dittograph", format.long_name()))
}

/// Says what a file is instead of being compressed as its name says.
fn not_compressed(expected: Compression, head: &[u8]) -> String {
    let expected = expected.name();
    if head.is_empty() {
        return format!("expected {expected}, but the file is empty");
    }
    match (Compression::from_head(head), Format::from_head(head)) {
        (Some(other), _) => format!("expected {expected}, but it looks like {}", other.name()),
        (None, Some(format)) => {
            format!("expected {expected}, but it looks like {} that is not compressed", format.long_name())
        }
        (None, None) => format!("expected {expected}, but it does not begin like that"),
    }
}

/// Counts the bytes that are read, and marks the errors of reading them.
struct Counted<R> {
    read: R,
    bytes_read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(buffer).map_err(from_origin)?;
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

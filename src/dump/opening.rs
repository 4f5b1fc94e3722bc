//! From a file to its records: what it is packed with, which format it is in, and who reads that.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::encoding::{Decoder, Encoding, choose, declared_by_xml};
use super::format::{ENDINGS, Format, Named};
#[cfg(feature = "dump-html")]
use super::html;
use super::input::Input;
use super::options::DumpOptions;
use super::packing::Packing;
use super::read_error::ReadError;
use super::records::{Records, Tally};
use super::{csv, json, mediawiki, text, warc};
#[cfg(feature = "dump-parquet")]
use super::{input, parquet};

/// Where records come from.
pub(super) enum Origin {
    File(PathBuf),
    Reader(Box<dyn Read + Send>),
}

impl DumpOptions {
    /// Whether a file of a folder is one of a dump.
    pub(super) fn takes(&self, path: &Path) -> io::Result<bool> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // It comes with a Wikipedia dump, and is no text: places, numbers and titles of its pages.
        if self.format.is_none() && name.contains("-multistream-index") {
            return Ok(false);
        }
        let named = Named::of(path).format;
        // Much else is XML.
        if self.format.is_some() || named.is_some_and(|format| format != Format::MediaWiki) {
            return Ok(true);
        }
        // Such as `_SUCCESS` and `_metadata` of Spark.
        if name.starts_with('_') {
            return Ok(false);
        }
        let (read, mut head) = begin(Box::new(File::open(path)?))?;
        if let Some(packing) = Packing::by_content(&head) {
            let mut unpacked = Vec::new();
            let read = packing.unpack(io::BufReader::new(read));
            match read.and_then(|read| read.take(HEAD).read_to_end(&mut unpacked)) {
                Ok(_) => head = unpacked,
                // That an export is corrupt is told when it is its turn.
                Err(_) => return Ok(named.is_some()),
            }
        }
        let seen = Format::by_content(&readable(&head));
        Ok(seen.is_some() && named.is_none_or(|named| seen == Some(named)))
    }

    /// The records of a file, whose bytes are counted in `count` as they are read.
    pub(super) fn records(
        &self,
        origin: Origin,
        named: Named,
        count: &Arc<AtomicU64>,
        tally: &mut Tally,
    ) -> Result<(Format, Box<dyn Records>), ReadError> {
        let (path, read): (Option<PathBuf>, Box<dyn Read + Send>) = match origin {
            Origin::Reader(read) => (None, read),
            Origin::File(path) => {
                let file = File::open(&path)?;
                // A pipe has a path too, but can be read once only.
                (file.metadata()?.is_file().then_some(path), Box::new(file))
            }
        };
        let read = Box::new(Counted { read, count: Arc::clone(count) });
        let (mut read, mut head) = begin(read)?;
        let packing = Packing::by_content(&head);
        let is_named = named.format.is_some() && self.format.is_none();
        match (named.packing, packing) {
            (Some(name), seen) if seen != Some(name) => return Err(ReadError::file(not_packed(name, &head))),
            (None, Some(_)) if is_named => {} // it is not what its name says, as is found below
            (_, Some(packing)) => {
                (read, head) = begin(packing.unpack(io::BufReader::with_capacity(1 << 16, read))?)?;
            }
            (_, None) => {}
        }
        let readable = readable(&head);
        let format = self.format.or(named.format).or_else(|| Format::by_content(&readable));
        let format = format.ok_or_else(|| {
            ReadError::file(format!(
                "expected a name that ends in {ENDINGS}, or a content that begins like one of these"
            ))
        })?;
        format.check(&readable).map_err(ReadError::file)?;
        let records = if format == Format::Parquet {
            // A file that is not packed is read from where its footer says, and its beginning was only looked at.
            let path = path.filter(|_| packing.is_none());
            if path.is_some() {
                count.fetch_sub(head.len() as u64, Ordering::Relaxed);
            }
            self.parquet(path, read, count)?
        } else {
            self.parser(format, read, &head, tally)?
        };
        Ok((format, records))
    }

    #[cfg(feature = "dump-parquet")]
    fn parquet(
        &self,
        path: Option<PathBuf>,
        read: Box<dyn Read + Send>,
        count: &Arc<AtomicU64>,
    ) -> Result<Box<dyn Records>, ReadError> {
        let source = if let Some(path) = path {
            drop(read);
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            parquet::Source::File { file, length, read: Arc::clone(count) }
        } else {
            let what = "a Parquet file that is compressed or no file on disk";
            parquet::Source::Memory(input::read_within(read, what, self.limit)?.into())
        };
        Ok(Box::new(parquet::Rows::new(source, self.names.clone(), self.limit)?))
    }

    #[cfg(not(feature = "dump-parquet"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn parquet(
        &self,
        _: Option<PathBuf>,
        _: Box<dyn Read + Send>,
        _: &Arc<AtomicU64>,
    ) -> Result<Box<dyn Records>, ReadError> {
        Err(needs(Format::Parquet))
    }

    /// The articles of unpacked bytes that begin with `head`.
    fn parser(
        &self,
        format: Format,
        read: Box<dyn Read + Send>,
        head: &[u8],
        tally: &mut Tally,
    ) -> Result<Box<dyn Records>, ReadError> {
        let (names, limit, named) = (self.names.clone(), self.limit, self.encoding);
        // What holds each text as a whole is decoded text by text.
        match format {
            Format::Text => return Ok(Box::new(text::Text::new(Input::new(read, limit), named))),
            #[cfg(feature = "dump-html")]
            Format::Html => return Ok(Box::new(html::Page::new(Input::new(read, limit), named))),
            Format::Warc => return Ok(Box::new(warc::Warc::new(Input::new(read, limit), named))),
            _ => {}
        }
        let declared = if format == Format::MediaWiki { declared_by_xml(head)? } else { None };
        let choice = choose(head, declared, named);
        tally.decoded(choice);
        let mut input = if choice.encoding == Encoding::UTF_8 {
            Input::new(read, limit)
        } else {
            Input::new(Box::new(Decoder::new(read, choice)), limit)
        };
        if head.starts_with(MARK) {
            input.skip(MARK.len() as u64)?;
        }
        Ok(match format {
            Format::JsonLines => Box::new(json::Lines::new(input, names, choice)),
            Format::Json => Box::new(json::Values::new(input, names, choice)),
            Format::Csv => Box::new(csv::Rows::csv(input, names, choice)?),
            Format::Tsv => Box::new(csv::Rows::tsv(input, names, choice)),
            Format::MediaWiki => Box::new(mediawiki::Pages::new(input, &self.namespaces, choice)),
            _ => return Err(needs(format)),
        })
    }
}

const MARK: &[u8] = "\u{feff}".as_bytes();

fn needs(format: Format) -> ReadError {
    ReadError::file(format!("{} needs the feature `dump-{format}` of dittograph", format.long_name()))
}

/// How many bytes are looked at to tell what a file is.
const HEAD: u64 = 1024;

/// The first bytes of a stream, and the stream with them still in it, and with what went wrong after them.
fn begin(mut read: Box<dyn Read + Send>) -> io::Result<(Box<dyn Read + Send>, Vec<u8>)> {
    let mut head = Vec::new();
    let failed = read.by_ref().take(HEAD).read_to_end(&mut head).err();
    let read = match failed {
        Some(error) if head.is_empty() => return Err(error),
        Some(error) => Box::new(Failed(Some(error))),
        None => read,
    };
    Ok((Box::new(Cursor::new(head.clone()).chain(read)), head))
}

/// What can be recognised in the first bytes, if they are in UTF-16 too.
fn readable(head: &[u8]) -> Vec<u8> {
    match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head).0.into_owned().into_bytes(),
        None => head.to_vec(),
    }
}

fn not_packed(name: Packing, head: &[u8]) -> String {
    let expected = name.name();
    if head.is_empty() {
        return format!("expected {expected}, but the file is empty");
    }
    match (Packing::by_content(head), Format::by_content(head)) {
        (Some(other), _) => format!("expected {expected}, but it looks like {}", other.name()),
        (None, Some(format)) => {
            format!("expected {expected}, but it looks like {} that is not compressed", format.long_name())
        }
        (None, None) => format!("expected {expected}, but it does not begin like that"),
    }
}

/// A stream that failed, which it tells once.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Counts the bytes that are read.
struct Counted<R> {
    read: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

//! Texts in a temporary file, for what does not fit in memory.

use std::fmt;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::unnamed_file;

/// Texts in a temporary file, numbered from 0 in the order in which they were pushed.
///
/// It is made for a [`Corpus`](crate::Corpus) of texts that do not fit in memory: see
/// [`CorpusBuilder::build_stored`](crate::CorpusBuilder::build_stored). It holds 8 bytes a text in memory. Texts can be
/// read from many threads at once. On Unix the file has no name, and elsewhere it is deleted when it is closed: so nothing
/// of it is left when the store is dropped, or when the process ends in any other way.
///
/// ```
/// use dittograph::TextStore;
///
/// let mut store = TextStore::new()?;
/// assert_eq!(store.push("Bread is dearer by a tenth.")?, 0);
/// store.push_all(["The ferry does not sail.", "Crème brûlée"])?;
/// assert_eq!((store.len(), store.text_len(2)), (3, 15));
/// assert_eq!(store.get(1, 4..9)?, "ferry");
/// assert_eq!(store.get(2, 0..store.text_len(2))?, "Crème brûlée");
/// # Ok::<(), dittograph::Error>(())
/// ```
pub struct TextStore {
    file: File,
    /// Its folder, for messages.
    folder: PathBuf,
    /// Where each text ends in the file, and so where the next one starts.
    ends: Vec<u64>,
    failure: Mutex<Option<Error>>,
}

/// How many bytes of small texts are written at a time, about.
const WRITE_LEN: usize = 1 << 20;

impl TextStore {
    /// Creates an empty store where the system has its temporary files ([`std::env::temp_dir`]).
    ///
    /// # Errors
    ///
    /// If no file can be created there.
    pub fn new() -> Result<Self, Error> {
        Self::in_folder(std::env::temp_dir())
    }

    /// Creates an empty store in a folder.
    ///
    /// # Errors
    ///
    /// If no file can be created there.
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref().to_owned();
        match unnamed_file::create(&folder) {
            Ok(file) => Ok(Self { file, folder, ends: Vec::new(), failure: Mutex::default() }),
            Err(error) => Err(Error::io(folder.display().to_string(), error)),
        }
    }

    /// Writes a text to the end of the file, and returns its number.
    ///
    /// Each call is one write; [`push_all`](Self::push_all) is faster for many short texts.
    ///
    /// # Errors
    ///
    /// If the file cannot be written. The text has a number then too, but cannot be read.
    pub fn push(&mut self, text: &str) -> Result<u64, Error> {
        let number = self.len();
        self.push_all([text])?;
        Ok(number)
    }

    /// Writes texts to the end of the file, in their order. They are collected in memory and written in pieces of about
    /// a mebibyte.
    ///
    /// # Errors
    ///
    /// If the file cannot be written. The texts have their numbers then too, but cannot all be read.
    pub fn push_all<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) -> Result<(), Error> {
        let mut written = Ok(());
        let mut start = self.end();
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            self.ends.push(self.end() + text.as_ref().len() as u64);
            if bytes.len() >= WRITE_LEN {
                written = written.and(self.write(start, &bytes));
                start = self.end();
                bytes.clear();
            }
        }
        written.and(self.write(start, &bytes)).map_err(|error| self.keep_io(error))
    }

    /// Reads a part of a text, given as a range of bytes in it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or if the range does not begin and end between two characters: then the error
    /// [is](Error::is_config) one of the value, not of the file.
    ///
    /// # Panics
    ///
    /// If there is no text of this number, or if the range is not within it.
    #[track_caller]
    pub fn get(&self, number: u64, range: Range<usize>) -> Result<String, Error> {
        let text = self.place(number);
        let len = text.end - text.start;
        assert!(
            range.start <= range.end && range.end as u64 <= len,
            "text {number} has {len} bytes; there is no part {range:?}"
        );
        let start = text.start + range.start as u64;
        let mut bytes = vec![0; range.len()];
        unnamed_file::read_at(&self.file, &mut bytes, start).map_err(|error| self.keep_io(error))?;
        String::from_utf8(bytes).map_err(|_| {
            let got = format!("{range:?} of text {number}");
            self.keep(Error::config("range", "a part that begins and ends between two characters", got))
        })
    }

    /// Returns the length of a text in bytes.
    ///
    /// # Panics
    ///
    /// If there is no text of this number, or if it is longer than the address space.
    #[must_use]
    pub fn text_len(&self, number: u64) -> usize {
        let Range { start, end } = self.place(number);
        usize::try_from(end - start).expect("a text that was in memory fits there")
    }

    /// Returns how many texts there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Returns true if there are no texts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Checks that no text failed to be written or read so far.
    ///
    /// This is for code that has no way to fail at the place where it reads: it can take anything for the text, and
    /// check once at the end.
    ///
    /// # Errors
    ///
    /// The first error that a method of this store returned.
    pub fn check(&self) -> Result<(), Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone().map_or(Ok(()), Err)
    }

    /// Makes an error of the file, and keeps it if it is the first.
    fn keep_io(&self, error: io::Error) -> Error {
        self.keep(Error::io(format!("temporary file in {}", self.folder.display()), error))
    }

    /// Keeps an error if it is the first, and returns it.
    fn keep(&self, error: Error) -> Error {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error.clone());
        error
    }

    fn end(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    fn place(&self, number: u64) -> Range<u64> {
        let count = self.ends.len();
        let place = usize::try_from(number).ok().filter(|&place| place < count);
        let place = place.unwrap_or_else(|| panic!("there is no text {number}: the store has {count}"));
        place.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[place]
    }

    /// Writes bytes at a place, wherever a failed write left the file.
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }
}

impl fmt::Debug for TextStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { folder, .. } = self;
        f.debug_struct("TextStore")
            .field("folder", folder)
            .field("texts", &self.len())
            .field("bytes", &self.end())
            .finish_non_exhaustive()
    }
}

//! The articles of a dump: in memory, or in a temporary file if they do not fit.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use crate::dump::{Dump, Record, Tally};

/// Where the records of a dump are.
pub enum Articles<'d> {
    Held(Vec<&'d Record<'d>>),
    Spilled(&'d Spill),
}

impl Articles<'_> {
    pub fn id(&self, document: u64) -> Cow<'_, str> {
        match self {
            Self::Held(records) => Cow::Borrowed(&records[index(document)].id),
            Self::Spilled(spill) => Cow::Owned(spill.id(document)),
        }
    }

    pub fn count(&self) -> u64 {
        let count = match self {
            Self::Held(records) => records.len(),
            Self::Spilled(spill) => spill.places().len(),
        };
        count as u64
    }

    pub fn text(&self, document: u64) -> Cow<'_, str> {
        match self {
            Self::Held(records) => Cow::Borrowed(&records[index(document)].text),
            Self::Spilled(spill) => Cow::Owned(spill.part(document, 0..spill.place(document).text_len())),
        }
    }

    /// How many bytes a text has.
    pub fn len(&self, document: u64) -> usize {
        match self {
            Self::Held(records) => records[index(document)].text.len(),
            Self::Spilled(spill) => spill.place(document).text_len(),
        }
    }

    /// Hand over each record, and the number of its document; what is spilled is read again from the dump.
    pub fn try_for_each(
        &self,
        dump: &Dump,
        mut each: impl FnMut(u64, &Record<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        match self {
            Self::Held(records) => {
                (0..).zip(records).try_for_each(|(document, record)| each(document, record))
            }
            Self::Spilled(spill) => {
                let mut document = 0;
                dump.each_chunk(
                    |_| (),
                    |chunk| {
                        for record in dump.records(&chunk, &mut Tally::default())? {
                            if !spill.holds(document, &record) {
                                return Err(chunk.source.changed());
                            }
                            each(document, &record)?;
                            document += 1;
                        }
                        Ok(())
                    },
                )?;
                let is_all = index(document) == spill.places().len();
                is_all.then_some(()).ok_or_else(|| "the dump changed while it was read".to_owned())
            }
        }
    }
}

/// The ids and texts of records. The file has no name, and is gone with the process however that ends.
pub struct Spill {
    file: File,
    places: RwLock<Vec<Place>>,
    failure: Mutex<Option<io::Error>>,
}

/// Where a record stands: its id, then its text.
#[derive(Clone, Copy)]
struct Place {
    id: u64,
    text: u64,
    end: u64,
}

impl Place {
    fn text_len(&self) -> usize {
        usize::try_from(self.end - self.text).unwrap_or(usize::MAX)
    }
}

/// The place of a document among all that were read.
fn index(document: u64) -> usize {
    usize::try_from(document).expect("as many documents fit in memory")
}

impl Spill {
    /// A spill in a folder, or where the system has temporary files.
    pub fn create(folder: Option<&Path>) -> Result<Self, String> {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        let file = tempfile::tempfile_in(&folder)
            .map_err(|error| format!("{}: a temporary file for --low-memory: {error}", folder.display()))?;
        Ok(Self { file, places: RwLock::default(), failure: Mutex::default() })
    }

    pub fn put(&self, records: &[Record<'_>]) -> Result<(), String> {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        let mut at = places.last().map_or(0, |last| last.end);
        let mut bytes = Vec::new();
        for record in records {
            let text = at + record.id.len() as u64;
            let end = text + record.text.len() as u64;
            places.push(Place { id: at, text, end });
            bytes.extend_from_slice(record.id.as_bytes());
            bytes.extend_from_slice(record.text.as_bytes());
            at = end;
        }
        (&self.file).write_all(&bytes).map_err(|error| told(&error))
    }

    fn id(&self, document: u64) -> String {
        let place = self.place(document);
        self.read(place.id, place.text)
    }

    /// Whether that is the record that was put.
    fn holds(&self, document: u64, record: &Record<'_>) -> bool {
        let place = self.places().get(index(document)).copied();
        place.is_some_and(|place| {
            self.read(place.id, place.text) == record.id && self.read(place.text, place.end) == record.text
        })
    }

    /// A byte range of a text.
    pub fn part(&self, document: u64, range: Range<usize>) -> String {
        let place = self.place(document);
        self.read(place.text + range.start as u64, place.text + range.end as u64)
    }

    /// What went wrong when a text was read, if anything did; what came of it is then not to be used.
    pub fn check(&self) -> Result<(), String> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), |error| Err(told(&error)))
    }

    fn places(&self) -> RwLockReadGuard<'_, Vec<Place>> {
        self.places.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, document: u64) -> Place {
        self.places()[index(document)]
    }

    fn read(&self, start: u64, end: u64) -> String {
        let mut bytes = vec![0; usize::try_from(end - start).unwrap_or_default()];
        let read = read_at(&self.file, &mut bytes, start);
        let text = read.and_then(|()| String::from_utf8(bytes).map_err(io::Error::other));
        text.unwrap_or_else(|error| {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            String::new()
        })
    }
}

/// What a user is told.
fn told(error: &io::Error) -> String {
    format!("the temporary file of --low-memory: {error}")
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[count..];
        at += count as u64;
    }
    Ok(())
}

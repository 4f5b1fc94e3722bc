//! What does not fit in memory, in temporary files: bytes in the order in which they came, and rows of numbers that are sorted.
//!
//! Files have no names, so nothing is left of them. What is small stays in memory.

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;

use rayon::prelude::*;

use super::merge::{Items, merge};
use crate::error::Error;
use crate::unnamed_file::{self, read_at};

/// How much memory is taken, and where temporary files are.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// The bytes that a spool holds in memory.
    pub(super) spool_len: usize,
    /// The bytes of rows that are sorted together.
    pub(super) sorted_len: usize,
    /// How many copy groups have their new numbers in memory.
    pub(super) table_len: usize,
    pub(super) folder: PathBuf,
}

impl Room {
    /// Some 50 MB, and temporary files in a folder.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { spool_len: 2 << 20, sorted_len: 8 << 20, table_len: 4 << 20, folder }
    }
}

/// Temporary files are where the system has them.
impl Default for Room {
    fn default() -> Self {
        Self::in_folder(std::env::temp_dir())
    }
}

/// How many bytes are read at a time.
const READ_LEN: usize = 1 << 16;

/// Bytes in the order in which they came.
#[derive(Debug)]
pub(super) struct Spool {
    room: Room,
    file: Option<File>,
    /// How many bytes the file has.
    written: u64,
    /// Those behind.
    rest: Vec<u8>,
}

impl Spool {
    pub(super) fn new(room: &Room) -> Self {
        Self { room: room.clone(), file: None, written: 0, rest: Vec::new() }
    }

    pub(super) fn len(&self) -> u64 {
        self.written + self.rest.len() as u64
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.rest.extend_from_slice(bytes);
        if self.rest.len() < self.room.spool_len { Ok(()) } else { self.flush() }
    }

    pub(super) fn push_row<const N: usize>(&mut self, row: [u32; N]) -> Result<(), Error> {
        row.iter().try_for_each(|number| self.push(&number.to_le_bytes()))
    }

    fn flush(&mut self) -> Result<(), Error> {
        let folder = &self.room.folder;
        let created = self.file.take().map_or_else(|| unnamed_file::create(folder), Ok);
        let written = created.and_then(|mut file| {
            file.write_all(&self.rest)?;
            Ok(file)
        });
        self.file = Some(written.map_err(|error| self.error(error))?);
        self.written += self.rest.len() as u64;
        self.rest.clear();
        Ok(())
    }

    fn error(&self, error: std::io::Error) -> Error {
        Error::io(format!("temporary file in {}", self.room.folder.display()), error)
    }

    /// Reads `len` bytes from a place on into a buffer.
    fn read(&self, at: u64, len: usize, bytes: &mut Vec<u8>) -> Result<(), Error> {
        bytes.resize(len, 0);
        let in_file =
            usize::try_from(self.written.saturating_sub(at)).map_or(len, |in_file| in_file.min(len));
        if let Some(file) = &self.file {
            read_at(file, &mut bytes[..in_file], at).map_err(|error| self.error(error))?;
        }
        let start = usize::try_from(at.saturating_sub(self.written)).expect("the rest is in memory");
        bytes[in_file..].copy_from_slice(&self.rest[start..start + len - in_file]);
        Ok(())
    }

    /// Calls `each` with all bytes, in pieces.
    pub(super) fn try_for_each(&self, mut each: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < self.len() {
            let len = usize::try_from(self.len() - at).map_or(READ_LEN, |rest| rest.min(READ_LEN));
            self.read(at, len, &mut bytes)?;
            each(&bytes)?;
            at += len as u64;
        }
        Ok(())
    }

    /// Returns all rows.
    pub(super) fn rows<const N: usize>(&self) -> Items<'_, [u32; N]> {
        self.rows_in(0..self.len(), READ_LEN)
    }

    /// Returns the rows between two places, of which about `read_len` bytes are read at a time.
    fn rows_in<const N: usize>(&self, range: Range<u64>, read_len: usize) -> Items<'_, [u32; N]> {
        let row_len = 4 * N;
        let read_len = (read_len / row_len).max(1) * row_len;
        let (mut bytes, mut place, mut at) = (Vec::new(), 0, range.start);
        Box::new(std::iter::from_fn(move || {
            if place == bytes.len() {
                if at >= range.end {
                    return None;
                }
                let len = usize::try_from(range.end - at).map_or(read_len, |rest| rest.min(read_len));
                if let Err(error) = self.read(at, len, &mut bytes) {
                    at = range.end;
                    return Some(Err(error));
                }
                (at, place) = (at + len as u64, 0);
            }
            let (numbers, _) = bytes[place..place + row_len].as_chunks::<4>();
            place += row_len;
            Some(Ok(std::array::from_fn(|n| u32::from_le_bytes(numbers[n]))))
        }))
    }
}

/// Rows of numbers that come in any order.
#[derive(Debug)]
pub(super) struct Sorter<const N: usize> {
    rows: Vec<[u32; N]>,
    max_rows: usize,
    /// Rows that were sorted together, run after run.
    runs: Spool,
    ends: Vec<u64>,
}

/// Rows of numbers in ascending order.
#[derive(Debug)]
pub(super) struct Sorted<const N: usize>(Sorter<N>);

impl<const N: usize> Sorter<N> {
    pub(super) fn new(room: &Room) -> Self {
        let max_rows = (room.sorted_len / (4 * N)).max(1);
        Self { rows: Vec::new(), max_rows, runs: Spool::new(room), ends: Vec::new() }
    }

    pub(super) fn push(&mut self, row: [u32; N]) -> Result<(), Error> {
        if self.rows.len() == self.max_rows {
            self.rows.par_sort_unstable();
            for &row in &self.rows {
                self.runs.push_row(row)?;
            }
            self.ends.push(self.runs.len());
            self.rows.clear();
        }
        if self.rows.len() == self.rows.capacity() {
            let more = self.rows.len().max(1 << 10).min(self.max_rows - self.rows.len());
            self.rows.reserve_exact(more);
        }
        self.rows.push(row);
        Ok(())
    }

    pub(super) fn sorted(mut self) -> Sorted<N> {
        self.rows.par_sort_unstable();
        Sorted(self)
    }
}

/// How many bytes of all runs are read at a time.
const RUNS_READ_LEN: usize = 4 << 20;

impl<const N: usize> Sorted<N> {
    pub(super) fn iter(&self) -> Items<'_, [u32; N]> {
        let Sorter { rows, runs, ends, .. } = &self.0;
        let rows: Items<'_, [u32; N]> = Box::new(rows.iter().copied().map(Ok));
        if ends.is_empty() {
            return rows;
        }
        let read_len = (RUNS_READ_LEN / ends.len()).min(READ_LEN);
        let starts = [0].into_iter().chain(ends.iter().copied());
        let runs = starts.zip(ends).map(move |(start, &end)| runs.rows_in(start..end, read_len));
        Box::new(merge(runs.chain([rows]), |&row| row).map(|row| row.map(|(_, row)| row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_come_back_in_order(rows in vec(any::<[u32; 3]>(), 0..200), sorted_len in 1..900_usize, spool_len in 1..900_usize) {
            let room = Room { spool_len, sorted_len, ..Room::default() };
            let (mut sorter, mut spool) = (Sorter::new(&room), Spool::new(&room));
            for &row in &rows {
                sorter.push(row).unwrap();
                spool.push_row(row).unwrap();
            }
            prop_assert_eq!(&spool.rows::<3>().collect::<Result<Vec<_>, _>>().unwrap(), &rows);
            let mut bytes = Vec::new();
            spool.try_for_each(|piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            }).unwrap();
            prop_assert_eq!(bytes, rows.iter().flatten().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
            let sorted = sorter.sorted();
            let mut expected = rows;
            expected.sort_unstable();
            for _ in 0..2 {
                prop_assert_eq!(&sorted.iter().collect::<Result<Vec<_>, _>>().unwrap(), &expected);
            }
        }
    }
}

//! Memory for what is read from files.

use std::io::{self, ErrorKind, Read};
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// Bytes, and room for more.
///
/// Large ones are in huge pages where the system has them on request: with pages of 4 KiB a dump takes 8 % more time,
/// as each is mapped when it is first written to.
pub struct Room {
    memory: Box<dyn DerefMut<Target = [u8]> + Send + Sync>,
    len: usize,
}

impl Room {
    fn new(size: usize) -> Self {
        let pages = if size < HUGE_PAGE { None } else { pages(size.next_multiple_of(HUGE_PAGE)).ok() };
        match pages {
            Some(pages) => Self { memory: Box::new(pages), len: 0 },
            None => Self { memory: Box::new(vec![0; size]), len: 0 },
        }
    }

    /// Some bytes, with room for so many in all, or more.
    pub fn with(bytes: &[u8], size: usize) -> Self {
        let mut room = Self::new(size.max(bytes.len()));
        room.memory[..bytes.len()].copy_from_slice(bytes);
        Self { len: bytes.len(), ..room }
    }

    /// Read until the room is full, or there is no more to be read; one that is full is made larger first.
    pub fn fill(&mut self, from: &mut dyn Read) -> io::Result<()> {
        if self.len == self.memory.len() {
            self.resize(2 * self.len);
        }
        while self.len < self.memory.len() {
            match from.read(&mut self.memory[self.len..]) {
                Ok(0) => break,
                Ok(count) => self.len += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Give back what is not needed, if that is the most.
    pub fn fit(&mut self) {
        if self.len < self.memory.len() / 2 {
            self.resize(self.len);
        }
    }

    fn resize(&mut self, size: usize) {
        *self = Self::with(self, size);
    }

    /// Take the bytes from a place on.
    pub fn split_off(&mut self, at: usize) -> Vec<u8> {
        let rest = self[at..].to_vec();
        self.len = at;
        rest
    }
}

impl Deref for Room {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.len]
    }
}

impl From<Vec<u8>> for Room {
    fn from(bytes: Vec<u8>) -> Self {
        Self { len: bytes.len(), memory: Box::new(bytes) }
    }
}

const HUGE_PAGE: usize = 1 << 21;

fn pages(size: usize) -> io::Result<MmapMut> {
    let pages = MmapMut::map_anon(size)?;
    #[cfg(target_os = "linux")]
    let _ = pages.advise(memmap2::Advice::HugePage); // small ones do as well
    Ok(pages)
}

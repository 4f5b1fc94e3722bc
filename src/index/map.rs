//! A file as bytes, mapped into memory.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use super::Index;
use super::saved::SavedIndex;
use crate::error::Error;

impl Index {
    /// Open a saved index to ask it where it lies: what an answer rests on is read, and nothing else.
    ///
    /// The file is mapped into memory, and must stay as it is while it is open. Whoever replaces it does so by renaming
    /// another, as a [`Replacement`](super::saved::Replacement) does; whoever writes into it or cuts it short makes answers
    /// wrong, or ends the program by a signal. Where that may happen, read the file and use [`SavedIndex::new`].
    ///
    /// # Errors
    ///
    /// If there is no such file or it cannot be mapped, and as [`SavedIndex::new`] says.
    pub fn open(path: impl AsRef<Path>) -> Result<SavedIndex, Error> {
        let path = path.as_ref();
        let place = path.display().to_string();
        let io = |error: std::io::Error| Error::io(&place, error);
        // Before it is opened, since a pipe would be waited for.
        if !path.metadata().map_err(io)?.is_file() {
            return Err(io(std::io::Error::other("not a file that can be mapped")));
        }
        let file = File::open(path).map_err(io)?;
        // SAFETY: the bytes do not change as long as the file is not written to, which the documentation asks for; a
        // `Replacement` never writes to a file that has its final name. No other kind of read is quick enough here.
        #[allow(unsafe_code)]
        let bytes = unsafe { Mmap::map(&file) }.map_err(io)?;
        SavedIndex::at(place, Box::new(bytes))
    }
}

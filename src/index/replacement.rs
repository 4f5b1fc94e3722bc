//! A file that replaces another at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::unnamed_file;

/// What is appended to the name of a file: of the one that is locked while it is replaced, and of the complete one before it has its
/// place.
pub(super) const NEW: &str = ".dittograph-new";
pub(super) const COMPLETE: &str = ".dittograph-complete";

/// As files are created, but for what the user's mask takes away.
const NEW_FILE_MODE: u32 = 0o666;

/// A file that is being written, and replaces another (or none) at once by [`commit`](Replacement::commit). Whatever
/// happens before, a crash or a loss of power, the old one stays as it was; after, the new one is there in full.
///
/// It is written to the folder of the other. A file beside it, of the same name with `.dittograph-new` appended, is locked
/// meanwhile: of two programs that replace the same file at the same time the second is refused. A program that changes an
/// index begins the replacement before it reads the old one, so that no change is lost. The new file has the permissions of
/// the one that it replaces.
///
/// On Linux the new file has no name until it is complete, in file systems that have such files (`O_TMPFILE`; most of those
/// on a disk). Of a program that is killed or runs out of memory, the locked file stays, which is empty. Elsewhere it
/// is the new file itself, and has what was written. Either is removed by the next replacement of the same file.
///
/// [`Index::save`](crate::Index::save) does this by itself.
///
/// ```no_run
/// use dittograph::{Detector, Index, saved::Replacement};
///
/// let index = Index::new(Detector::default());
/// let mut file = Replacement::begin("news.index")?;
/// index.write_to(&mut file)?;
/// file.commit()?;
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Debug)]
pub struct Replacement {
    file: BufWriter<File>,
    /// The file at `new`, if `file` is one without a name.
    lock: Option<File>,
    new: PathBuf,
    path: PathBuf,
    is_committed: bool,
}

impl Replacement {
    /// Begins to replace the file at this path, or to create it. If the path is a link, the file that it points to is
    /// replaced, in its own folder. A dangling link is refused, as by `cp`.
    ///
    /// # Errors
    ///
    /// If it cannot be created, if something else than a file stands there or where it is written, or if another program
    /// is replacing the same file.
    pub fn begin(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::open(path).map_err(|error| Error::io(path.display().to_string(), error))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let old = path.symlink_metadata().ok();
        let path = if old.is_some() {
            fs::canonicalize(path).map_err(|error| dangling(path).unwrap_or(error))?
        } else {
            path.to_owned()
        };
        if !is_free_or_file(&path) {
            return Err(invalid("not a file that another can replace"));
        }
        let new = with_suffix(&path, NEW);
        loop {
            if !is_free_or_file(&new) {
                return Err(invalid(&format!("written to {} first, which is not a file", new.display())));
            }
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&new)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(
                        io::ErrorKind::ResourceBusy,
                        "another program is replacing it",
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The one that held the lock may have renamed the file in the meantime.
            if is_at(&file, &new) {
                file.set_len(0)?;
                let (file, lock) = match unnamed_file::create_linkable(folder_of(&path), NEW_FILE_MODE) {
                    Ok(unnamed) => (unnamed, Some(file)),
                    Err(_) => (file, None),
                };
                if let Ok(old) = path.metadata() {
                    file.set_permissions(old.permissions())?;
                }
                let file = BufWriter::with_capacity(1 << 18, file);
                return Ok(Self { file, lock, new, path, is_committed: false });
            }
        }
    }

    /// Returns where the file at a path is while it is replaced: under its own name, or under that of a new file.
    #[cfg(feature = "mmap")]
    pub(super) fn paths(path: &Path) -> [PathBuf; 2] {
        [path.to_owned(), with_suffix(path, NEW)]
    }

    /// Returns the path of the new file until it is committed: for a program that removes it when it is interrupted.
    #[must_use]
    pub fn new_path(&self) -> &Path {
        &self.new
    }

    /// Writes to disk what has been written so far. [`commit`](Self::commit) does so too; a program that replaces several
    /// files calls this for each of them first.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.write_to_disk().map_err(|error| Error::io(self.path.display().to_string(), error))
    }

    fn write_to_disk(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }

    /// Writes all to disk, and then replaces the old file.
    ///
    /// # Errors
    ///
    /// If it cannot be written or moved; the old file is then still there. Or if the folder cannot be written to disk: then
    /// the new file is there, but may be lost with the power.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish().map_err(|error| Error::io(self.path.display().to_string(), error))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write_to_disk()?;
        if self.lock.is_some() {
            self.link_in_place()?;
        } else {
            fs::rename(&self.new, &self.path)?;
        }
        self.is_committed = true;
        // The new name is on disk once the folder is; where folders cannot be opened, the system sees to it.
        File::open(folder_of(&self.path)).map_or(Ok(()), |folder| folder.sync_all())
    }

    /// Gives the file a name, and by that name replaces the other, since no link can. The lock is held until that is done.
    fn link_in_place(&self) -> io::Result<()> {
        let complete = with_suffix(&self.path, COMPLETE);
        // It is there if a program was killed between the two steps.
        _ = fs::remove_file(&complete);
        unnamed_file::link(self.file.get_ref(), &complete)?;
        let replaced = fs::rename(&complete, &self.path);
        _ = fs::remove_file(if replaced.is_ok() { &self.new } else { &complete });
        replaced
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes the new file if it was not committed.
impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_committed {
            _ = fs::remove_file(&self.new);
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Returns true if a path is not that of a link, a pipe or a folder.
fn is_free_or_file(path: &Path) -> bool {
    path.symlink_metadata().map_or(true, |found| found.is_file())
}

/// Returns an error if the path is a dangling link.
fn dangling(path: &Path) -> Option<io::Error> {
    let target = fs::read_link(path).ok()?;
    let message = format!("a link to {}, which is not there", target.display());
    Some(io::Error::new(io::ErrorKind::NotFound, message))
}

/// Returns the folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// Returns true if this open file is the one at that path, and not behind a link there.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(identity).ok() == fs::symlink_metadata(path).map(identity).ok()
}

/// Returns true: other systems do not let another program rename an open file.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

//! A file that takes the place of another at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A file in the making that takes the place of another (or of none) at once, by [`commit`](Replacement::commit):
/// whatever happens before, a crash or a loss of power, the old one stays as it was; after, the new one is there in
/// full.
///
/// It is written beside the other, in a file of the same name with `.dittograph-new` behind it, which is locked: of two
/// programs that are about to replace the same file the second is refused. What a crash leaves of it, the next one
/// overwrites. Who changes an index begins the replacement before reading the old one, so that no change is lost. It has
/// the permissions of the file that it replaces.
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
    new: PathBuf,
    path: PathBuf,
    is_committed: bool,
}

impl Replacement {
    /// Begin a file that will stand at this path. Of a link, what it points to is replaced.
    ///
    /// # Errors
    ///
    /// If it cannot be created, if something else than a file stands there or where it is written, or if another program
    /// is at it.
    pub fn begin(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::open(path).map_err(|error| Error::io(path.display().to_string(), error))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let old = path.symlink_metadata().ok();
        let path = if old.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
        refuse_other_than_file(&path)?;
        let mut new = path.clone().into_os_string();
        new.push(".dittograph-new");
        let new = PathBuf::from(new);
        loop {
            refuse_other_than_file(&new)?;
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
                if let Ok(old) = path.metadata() {
                    file.set_permissions(old.permissions())?;
                }
                return Ok(Self {
                    file: BufWriter::with_capacity(1 << 18, file),
                    new,
                    path,
                    is_committed: false,
                });
            }
        }
    }

    /// Where it stands until it is committed: for a program that removes it when it is told to end.
    #[must_use]
    pub fn new_path(&self) -> &Path {
        &self.new
    }

    /// Put all on disk, and then in the place of the old file.
    ///
    /// # Errors
    ///
    /// If it cannot be written or moved; the old file is then still there. Or if the folder cannot be put on disk: then the
    /// new one is there, and may not be after a loss of power.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish().map_err(|error| Error::io(self.path.display().to_string(), error))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.new, &self.path)?;
        self.is_committed = true;
        // The new name is on disk once the folder is; where folders cannot be opened, the system sees to it.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new("."))).map_or(Ok(()), |folder| folder.sync_all())
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

/// What was not committed leaves nothing behind.
impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_committed {
            _ = fs::remove_file(&self.new);
        }
    }
}

/// A link, a pipe or a folder is not written to.
fn refuse_other_than_file(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(other) if !other.is_file() => {
            let wrong = format!("{} is not a file that another can replace", path.display());
            Err(io::Error::new(io::ErrorKind::InvalidInput, wrong))
        }
        _ => Ok(()),
    }
}

/// Whether this open file is the one at that path, and not behind a link there.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(identity).ok() == fs::symlink_metadata(path).map(identity).ok()
}

/// Elsewhere an open file is not renamed by another program.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

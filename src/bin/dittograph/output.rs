//! Writing: a file is written beside its place and moved there at the end, so that none is ever left half written.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

/// An output file; without [`flush`](Output::flush) and then [`finish`](Output::finish) nothing is left of it.
pub struct Output {
    path: PathBuf,
    target: PathBuf,
    to: Box<dyn Finish + Send>,
}

trait Finish: Write {
    /// Puts all on disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Takes the place of what was there.
    fn finish(self: Box<Self>, path: &Path) -> io::Result<()>;
}

impl Finish for BufWriter<NamedTempFile> {
    fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.get_ref().as_file().sync_all()
    }

    fn finish(self: Box<Self>, path: &Path) -> io::Result<()> {
        self.into_inner().map_err(io::IntoInnerError::into_error)?.persist(path)?;
        Ok(())
    }
}

/// A pipe or a device is written to as it stands.
impl Finish for BufWriter<File> {
    fn sync(&mut self) -> io::Result<()> {
        self.flush()
    }

    fn finish(self: Box<Self>, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    pub fn create(path: &Path) -> Result<Self, String> {
        let message = |error: io::Error| format!("{}: {error}", path.display());
        // What a link points to is written, not the link.
        let target = path.canonicalize().unwrap_or(path.to_owned());
        if target.is_dir() {
            return Err(message(io::ErrorKind::IsADirectory.into()));
        }
        // Of an open file that a link below /dev or /proc stands for, no other can take the place.
        let is_open = path.is_symlink() && (path.starts_with("/dev") || path.starts_with("/proc"));
        let to: Box<dyn Finish + Send> = if is_open || (target.exists() && !target.is_file()) {
            Box::new(BufWriter::new(OpenOptions::new().append(true).open(path).map_err(message)?))
        } else {
            let folder = folder_of(path);
            let mut builder = tempfile::Builder::new();
            builder.prefix(".dedup-");
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask, as for any file
            let file = builder.tempfile_in(folder).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => format!("{}: no such folder", path.display()),
                _ => message(error),
            })?;
            UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(file.path().to_owned());
            Box::new(BufWriter::with_capacity(1 << 18, file))
        };
        Ok(Self { path: path.to_owned(), target, to })
    }

    /// Returns the message of an error of writing.
    pub fn message(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&mut self, text: &str) -> Result<(), String> {
        self.to.write_all(text.as_bytes()).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    pub fn flush(&mut self) -> Result<(), String> {
        self.to.sync().map_err(|error| format!("{}: {error}", self.path.display()))
    }

    pub fn finish(self) -> Result<(), String> {
        self.to.finish(&self.target).map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

/// For formats that are no text.
impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Fails if a file is there that does not begin like an output. An empty one may be replaced.
pub fn refuse_other(path: &Path, begins: &[&str]) -> Result<(), String> {
    if !path.is_file() {
        return Ok(());
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    read.map_err(|error| format!("{}: {error}", path.display()))?;
    let is_output = head.is_empty() || begins.iter().any(|begin| head.starts_with(begin.as_bytes()));
    let refusal = || format!("{}: is there, and is no such output; --force replaces it", path.display());
    is_output.then_some(()).ok_or_else(refusal)
}

/// Returns the folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Files that are not finished, to be removed when the program is interrupted.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Arranges that nothing is left behind when the program is interrupted or terminated.
pub fn clean_up_on_interrupt() -> Result<(), String> {
    let clean_up = || {
        for path in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            _ = std::fs::remove_file(path);
        }
        std::process::exit(130);
    };
    ctrlc::set_handler(clean_up).map_err(|error| error.to_string())
}

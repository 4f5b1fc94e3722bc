//! Writing: a file is written beside its place and moved there at the end, so that none is ever left half written.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dittograph::saved::Replacement;

/// In place of the path of a file.
pub const STDOUT: &str = "-";

/// An output file; without [`flush`](Output::flush) and then [`finish`](Output::finish) nothing is left of it.
pub struct Output {
    path: PathBuf,
    to: To,
}

enum To {
    File(Replacement),
    /// A pipe or a device is written to as it stands.
    Stream(Box<dyn Write + Send>),
}

impl Output {
    /// Begins to write a file, a pipe or a device; `-` is standard output.
    pub fn create(path: &Path) -> Result<Self, String> {
        let message = |error: io::Error| format!("{}: {error}", path.display());
        let stream = |to: Box<dyn Write + Send>| Ok(Self { path: path.to_owned(), to: To::Stream(to) });
        if path == Path::new(STDOUT) {
            return stream(Box::new(BufWriter::new(StandardOutput)));
        }
        // What a link points to is written, not the link.
        let target = path.canonicalize().unwrap_or(path.to_owned());
        if target.is_dir() {
            return Err(message(io::ErrorKind::IsADirectory.into()));
        }
        // Of an open file that a link below /dev or /proc stands for, no other can take the place.
        let is_open = path.is_symlink() && (path.starts_with("/dev") || path.starts_with("/proc"));
        if is_open || (target.exists() && !target.is_file()) {
            let file = OpenOptions::new().append(true).open(path).map_err(message)?;
            return stream(Box::new(BufWriter::new(file)));
        }
        Self::replacing(path)
    }

    /// Begins to replace a file, or to create it. Nobody else can do so before it is finished.
    pub fn replacing(path: &Path) -> Result<Self, String> {
        let file = Replacement::begin(path).map_err(|error| match error.io_kind() {
            Some(io::ErrorKind::NotFound) if !path.is_symlink() => {
                format!("{}: no such folder", path.display())
            }
            _ => error.to_string(),
        })?;
        remove_when_interrupted([file.new_path().to_owned()]);
        Ok(Self { path: path.to_owned(), to: To::File(file) })
    }

    /// Returns the message of an error of writing.
    pub fn message(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.name())
    }

    /// Returns what people call the place that is written to.
    pub fn name(&self) -> String {
        if self.path == Path::new(STDOUT) {
            return "standard output".to_owned();
        }
        self.path.display().to_string()
    }

    #[cfg(feature = "cli")]
    pub fn write(&mut self, text: &str) -> Result<(), String> {
        self.write_all(text.as_bytes()).map_err(|error| self.message(&error))
    }

    /// Puts all on disk.
    pub fn flush(&mut self) -> Result<(), String> {
        match &mut self.to {
            To::File(file) => file.sync().map_err(|error| error.to_string()),
            To::Stream(stream) => stream.flush().map_err(|error| self.message(&error)),
        }
    }

    /// Takes the place of what was there.
    pub fn finish(self) -> Result<(), String> {
        let To::File(file) = self.to else { return Ok(()) };
        finish(&[file.new_path().to_owned()], || file.commit()).map_err(|error| error.to_string())
    }
}

/// Has these files removed when the program is interrupted, until they are [finished](finish).
pub fn remove_when_interrupted(paths: impl IntoIterator<Item = PathBuf>) {
    unfinished().extend(paths);
}

/// Puts in place what was written to these files; another program may create files there from then on.
pub fn finish(
    paths: &[PathBuf],
    commit: impl FnOnce() -> Result<(), dittograph::Error>,
) -> Result<(), dittograph::Error> {
    let mut unfinished = unfinished();
    commit()?;
    unfinished.retain(|path| !paths.contains(path));
    Ok(())
}

/// For formats that are no text.
impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::File(file) => file.write(bytes),
            To::Stream(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::File(file) => file.flush(),
            To::Stream(stream) => stream.flush(),
        }
    }
}

/// Standard output. What nobody reads any more is dropped, since the other outputs are still wanted.
struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes).or_else(|error| unread(error, bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().or_else(|error| unread(error, ()))
    }
}

/// Returns `done` in place of the error that nobody reads what is written.
fn unread<T>(error: io::Error, done: T) -> io::Result<T> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(done) } else { Err(error) }
}

/// What every page begins with.
pub const PAGE_BEGINNING: &str = "<!doctype html>\n<html lang=\"en\">\n<!-- dittograph -->";

/// Fails if a file is there that does not begin like an output. An empty one may be replaced.
pub fn refuse_other(path: &Path, begins: &[&str]) -> Result<(), String> {
    if path == Path::new(STDOUT) || !path.is_file() {
        return Ok(());
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    read.map_err(|error| format!("{}: {error}", path.display()))?;
    let is_output = head.is_empty() || begins.iter().any(|begin| head.starts_with(begin.as_bytes()));
    let refusal = || format!("{}: is there, and is no such output; --force replaces it", path.display());
    is_output.then_some(()).ok_or_else(refusal)
}

/// Returns true if both paths are of one file that is there.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Returns the folder that a file is in.
#[cfg(feature = "cli")]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Files that are not finished, to be removed when the program is interrupted.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Arranges that nothing is left behind when the program is interrupted or terminated.
#[cfg(feature = "cli")]
pub fn clean_up_on_interrupt() -> Result<(), String> {
    let clean_up = || {
        for path in unfinished().iter() {
            _ = std::fs::remove_file(path);
        }
        std::process::exit(130);
    };
    ctrlc::set_handler(clean_up).map_err(|error| error.to_string())
}

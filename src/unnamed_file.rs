//! Files without a name, of which nothing is left however the process ends: by an error, by a signal, or for want of memory.
//!
//! Linux makes them so (`O_TMPFILE`), in most file systems, and they can be given a name once they are complete. Elsewhere
//! there is [`create`] at least, which removes the name at once.

use std::fs::File;
use std::io;
use std::path::Path;

/// Where the system has names for the files that this process has open.
#[cfg(target_os = "linux")]
const OPEN_FILES: &str = "/proc/self/fd";

/// Creates a file that never had a name, and that [`link`] can give one. An error of
/// [`Unsupported`](io::ErrorKind::Unsupported) if the system or the file system has none.
#[cfg(target_os = "linux")]
pub(crate) fn create_linkable(folder: &Path, mode: u32) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    // Without it, it could not be given a name later.
    if !Path::new(OPEN_FILES).exists() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::TMPFILE;
    open(folder, flags, Mode::from_raw_mode(mode)).map(File::from).map_err(|error| match error {
        // A kernel that does not know the flag takes it for that of a folder.
        rustix::io::Errno::ISDIR | rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::INVAL => {
            io::ErrorKind::Unsupported.into()
        }
        error => error.into(),
    })
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn create_linkable(_: &Path, _: u32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives a file of [`create_linkable`] a name, which must be free and in the same file system.
#[cfg(target_os = "linux")]
pub(crate) fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let open = format!("{OPEN_FILES}/{}", file.as_raw_fd());
    Ok(linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Creates a file that is gone when it is closed, and that only this user can read.
pub(crate) fn create(folder: &Path) -> io::Result<File> {
    match create_linkable(folder, 0o600) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => create_and_remove_name(folder),
        created => created,
    }
}

/// How many names are tried for a new file.
const MAX_ATTEMPTS: u64 = 1 << 10;

fn create_and_remove_name(folder: &Path) -> io::Result<File> {
    use std::fs::OpenOptions;
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
        options.share_mode(0).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
    }
    let mut attempts = 0;
    loop {
        attempts += 1;
        // Only the name depends on the process. A name that is taken, even by a link, is never opened.
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".dittograph-{}-{count}", std::process::id()));
        match options.open(&path) {
            Ok(file) => {
                #[cfg(unix)]
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempts < MAX_ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads bytes from a place on, whatever other threads read meanwhile.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
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

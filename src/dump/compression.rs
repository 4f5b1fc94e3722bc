//! Compressions of files: gz (RFC 1952), zst (RFC 8878), bz2, xz.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

use super::members::{Members, Packing};
use super::read_error::is_from_origin;

/// How a file is compressed. All that come after one another in a file are read: the members of a gz, the frames of a
/// zst, the streams of a bz2 and of an xz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gz,
    Zst,
    Bz2,
    Xz,
}

/// The longest window that the format allows on 64 bits, for `zstd --long=31`. The decoder reserves what a frame asks
/// for, and the system gives it as it is filled.
const MAX_ZSTD_WINDOW_LOG: u32 = if usize::BITS == 64 { 31 } else { 27 };

/// In bytes. `xz -9` takes 65 MiB; a hostile file may ask for 4 GiB.
const XZ_MEMORY_LIMIT: u64 = 256 << 20;

impl Compression {
    pub(super) fn from_extension(ending: &str) -> Option<Self> {
        Some(match ending {
            "gz" => Self::Gz,
            "zst" | "zstd" => Self::Zst,
            "bz2" => Self::Bz2,
            "xz" => Self::Xz,
            _ => return None,
        })
    }

    pub(super) fn from_head(head: &[u8]) -> Option<Self> {
        Some(match head {
            [0x1f, 0x8b, ..] => Self::Gz,
            // A frame, or one to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zst,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] // a block
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Self::Bz2, // nothing but the end
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gz => "gzip",
            Self::Zst => "Zstandard",
            Self::Bz2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// A file with garbage behind its last member adds 1 to `garbage`. Behind what zstd and xz write, anything but the zeros
    /// that xz allows is an error, as it is for the programs themselves.
    pub(super) fn decompress(
        self,
        read: impl BufRead + Send + 'static,
        garbage: &Arc<AtomicU64>,
    ) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Gz => Box::new(self.named(Members::new(Packing::Gz, read, Arc::clone(garbage)))),
            Self::Bz2 => Box::new(self.named(Members::new(Packing::Bz2, read, Arc::clone(garbage)))),
            Self::Zst => {
                let mut decoder = zstd::Decoder::with_buffer(read)?;
                decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
                Box::new(self.named(decoder))
            }
            Self::Xz => {
                let stream = Stream::new_stream_decoder(XZ_MEMORY_LIMIT, CONCATENATED)?;
                Box::new(self.named(XzDecoder::new_stream(read, stream)))
            }
        })
    }

    fn named<R>(self, read: R) -> Named<R> {
        Named { read, compression: self, has_failed: false }
    }
}

/// In bytes. What a decoder unpacked in a call that ends in an error is lost, so that less is asked for at a time.
const STEP: usize = 1 << 15;

/// Adds the name of the compression to errors of decompressing.
struct Named<R> {
    read: R,
    compression: Compression,
    has_failed: bool,
}

impl<R: Read> Read for Named<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Only the members of a gz can be read on.
        if self.has_failed && self.compression != Compression::Gz {
            return Ok(0);
        }
        let len = buffer.len().min(STEP);
        self.read.read(&mut buffer[..len]).map_err(|error| {
            if is_from_origin(&error) || error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            self.has_failed = true;
            let message = match error.kind() {
                io::ErrorKind::UnexpectedEof => "the file is cut short".to_owned(),
                _ => error.to_string(),
            };
            io::Error::new(error.kind(), format!("{}: {message}", self.compression.name()))
        })
    }
}

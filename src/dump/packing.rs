//! Compression: gz (RFC 1952), zst (RFC 8878), bz2, xz.

use std::io::{self, BufRead, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

/// How a file is compressed. All that come after one another in a file are read: the members of a gz, the frames of a
/// zst, the streams of a bz2 and of an xz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gz,
    Zst,
    Bz2,
    Xz,
}

/// The longest window that the format has on 64 bits, for `zstd --long=31`. The decoder reserves what a frame asks
/// for, and the system gives it as it is filled.
const ZST_WINDOW_LOG: u32 = if usize::BITS == 64 { 31 } else { 27 };

/// `xz -9` takes 65 MiB; a hostile file may ask for 4 GiB.
const XZ_MEMORY: u64 = 256 << 20;

impl Packing {
    pub(super) fn by_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "gz" => Self::Gz,
            "zst" | "zstd" => Self::Zst,
            "bz2" => Self::Bz2,
            "xz" => Self::Xz,
            _ => return None,
        })
    }

    pub(super) fn by_content(head: &[u8]) -> Option<Self> {
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

    pub(super) fn unpack(self, read: impl BufRead + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Gz => Box::new(Unpacked { read: MultiGzDecoder::new(read), packing: self }),
            Self::Zst => {
                let mut decoder = zstd::Decoder::with_buffer(read)?;
                decoder.window_log_max(ZST_WINDOW_LOG)?;
                Box::new(Unpacked { read: decoder, packing: self })
            }
            Self::Bz2 => Box::new(Unpacked { read: MultiBzDecoder::new(read), packing: self }),
            Self::Xz => {
                let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?;
                Box::new(Unpacked { read: XzDecoder::new_stream(read, stream), packing: self })
            }
        })
    }
}

/// Says of an error which decompressor it comes from.
struct Unpacked<R> {
    read: R,
    packing: Packing,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read.read(buffer).map_err(|error| {
            if error.raw_os_error().is_some() {
                return error;
            }
            let what = match error.kind() {
                io::ErrorKind::UnexpectedEof => "the file is cut short".to_owned(),
                _ => error.to_string(),
            };
            io::Error::new(error.kind(), format!("{}: {what}", self.packing.name()))
        })
    }
}

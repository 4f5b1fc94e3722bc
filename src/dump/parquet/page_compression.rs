//! The compressions of pages, held to the length that the header of the page states.

use std::io::Read;

use ::parquet::basic::Compression;
use ::parquet::errors::{ParquetError, Result};

use super::thrift::{Malformed, general};

/// Decompresses a page to exactly `length` bytes.
pub(super) fn decompress(compression: Compression, packed: &[u8], length: usize) -> Result<Vec<u8>> {
    let length_error = || general("a page is not as long as it says");
    if length == 0 {
        return Ok(Vec::new()); // there are no values, whatever is in it
    }
    let read_all = |read: &mut dyn Read| {
        let mut bytes = Vec::new();
        read.take(length as u64 + 1).read_to_end(&mut bytes)?;
        Ok::<_, ParquetError>(bytes)
    };
    let bytes = match compression {
        Compression::UNCOMPRESSED => packed.to_vec(),
        Compression::SNAPPY => {
            if snap::raw::decompress_len(packed)? != length {
                return Err(length_error());
            }
            snap::raw::Decoder::new().decompress_vec(packed)?
        }
        Compression::GZIP(_) => read_all(&mut flate2::bufread::MultiGzDecoder::new(packed))?,
        Compression::BROTLI(_) => read_all(&mut brotli::Decompressor::new(packed, 4096))?,
        Compression::ZSTD(_) => read_all(&mut zstd::Decoder::with_buffer(packed)?)?,
        Compression::LZ4_RAW => {
            let mut bytes = vec![0; length];
            let written = lz4_flex::block::decompress_into(packed, &mut bytes);
            bytes.truncate(written.map_err(|error| general(&error.to_string()))?);
            bytes
        }
        Compression::LZ4 => hadoop_lz4(packed, length)?,
        Compression::LZO => return Err(general("LZO cannot be unpacked")),
    };
    if bytes.len() == length { Ok(bytes) } else { Err(length_error()) }
}

/// Decompresses the older LZ4 of Parquet: blocks, each after its two lengths, as Hadoop writes them.
fn hadoop_lz4(mut packed: &[u8], length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut at = 0_usize;
    while let Some((unpacked, rest)) = packed.split_first_chunk() {
        let unpacked = usize::try_from(u32::from_be_bytes(*unpacked))?;
        let (length, rest) = rest.split_first_chunk().ok_or(Malformed)?;
        let block = rest.get(..usize::try_from(u32::from_be_bytes(*length))?).ok_or(Malformed)?;
        let target = at.checked_add(unpacked).and_then(|end| bytes.get_mut(at..end)).ok_or(Malformed)?;
        let written = lz4_flex::block::decompress_into(block, target);
        at += written.map_err(|error| general(&error.to_string()))?;
        packed = &rest[block.len()..];
    }
    bytes.truncate(at);
    Ok(bytes)
}

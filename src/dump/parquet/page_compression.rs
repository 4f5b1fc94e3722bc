//! The compressions of pages, held to the length that the header of the page states.

use std::io::Read;

use ::parquet::basic::Compression;
use ::parquet::errors::{ParquetError, Result};

use super::thrift::{Malformed, general};

/// Decompresses a page to at most `length` bytes, of which the first `levels` are not packed.
pub(super) fn decompress(
    compression: Compression,
    page: &[u8],
    levels: usize,
    length: usize,
) -> Result<Vec<u8>> {
    let (levels, packed) = page.split_at_checked(levels).ok_or(Malformed)?;
    let mut bytes = levels.to_vec();
    if bytes.len() == length {
        return Ok(bytes); // there are no values, whatever is in it
    }
    let left = length - bytes.len();
    // What a header claims is taken on trust as far as a page may well unpack to it.
    bytes.reserve(left.min(packed.len().saturating_mul(16)));
    let mut read_all = |read: &mut dyn Read| read.take(left as u64 + 1).read_to_end(&mut bytes);
    match compression {
        Compression::GZIP(_) => read_all(&mut flate2::bufread::MultiGzDecoder::new(packed))?,
        Compression::BROTLI(_) => read_all(&mut brotli::Decompressor::new(packed, 4096))?,
        Compression::ZSTD(_) => read_all(&mut zstd::Decoder::with_buffer(packed)?)?,
        Compression::UNCOMPRESSED | Compression::LZO => return Err(general("LZO cannot be unpacked")),
        Compression::SNAPPY if snap::raw::decompress_len(packed)? != left => 0,
        Compression::SNAPPY => {
            bytes.resize(length, 0);
            snap::raw::Decoder::new().decompress(packed, &mut bytes[levels.len()..])?
        }
        Compression::LZ4_RAW => {
            bytes.resize(length, 0);
            block(packed, &mut bytes[levels.len()..])?
        }
        Compression::LZ4 => {
            bytes.resize(length, 0);
            hadoop_lz4(packed, &mut bytes[levels.len()..])?
        }
    };
    Ok(bytes)
}

fn block(packed: &[u8], target: &mut [u8]) -> Result<usize> {
    let written = lz4_flex::block::decompress_into(packed, target);
    let written = written.map_err(|error| general(&error.to_string()))?;
    if written == target.len() { Ok(written) } else { Err(general("a page is not as long as it says")) }
}

/// Decompresses the older LZ4 of Parquet: blocks, each after its two lengths, as Hadoop writes them.
fn hadoop_lz4(mut packed: &[u8], mut target: &mut [u8]) -> Result<usize> {
    let mut written = 0;
    while let Some((unpacked, rest)) = packed.split_first_chunk() {
        let (length, rest) = rest.split_first_chunk().ok_or(Malformed)?;
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        let (source, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
        let unpacked = usize::try_from(u32::from_be_bytes(*unpacked))?;
        let (part, behind) = target.split_at_mut_checked(unpacked).ok_or(Malformed)?;
        written += block(source, part)?;
        (packed, target) = (rest, behind);
    }
    if target.is_empty() { Ok(written) } else { Err(ParquetError::from(Malformed)) }
}

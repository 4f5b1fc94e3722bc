//! Delta-packed numbers, decoded as far as it takes to check what the crate `parquet` would allocate, or slice, by them.

use super::thrift::{Malformed, Thrift};

/// Decodes delta-packed numbers, of which there may be no more than their page has values. Returns their length in bytes
/// too.
fn deltas(bytes: &[u8], values: u64) -> Result<(Vec<i64>, usize), Malformed> {
    let mut thrift = Thrift::new(bytes); // it has the same encoding of numbers
    let (block, minis, total) = (thrift.varint()?, thrift.varint()?, thrift.varint()?);
    let mut number = thrift.zigzag()?;
    let size = block.checked_div(minis).filter(|size| *size > 0 && size % 32 == 0).ok_or(Malformed)?;
    if total > values || block > 1 << 20 || block % minis != 0 {
        return Err(Malformed);
    }
    let count = |number: u64| usize::try_from(number).map_err(|_| Malformed);
    let (minis, size, total) = (count(minis)?, count(size)?, count(total)?);
    let mut numbers = Vec::new();
    numbers.extend((total > 0).then_some(number));
    let mut at = thrift.position();
    while numbers.len() < total {
        let mut thrift = Thrift::new(bytes.get(at..).ok_or(Malformed)?);
        let least = thrift.zigzag()?;
        at += thrift.position();
        let widths = bytes.get(at..at + minis).ok_or(Malformed)?;
        at += minis;
        for &width in widths {
            if numbers.len() == total {
                break; // behind the last number there is no width that counts
            }
            let width = usize::from(width);
            let packed = bytes.get(at..at + width * size / 8).filter(|_| width <= 64).ok_or(Malformed)?;
            at += packed.len();
            for index in 0..size.min(total - numbers.len()) {
                let bits = (index * width..(index + 1) * width).enumerate();
                let delta = bits
                    .fold(0, |delta, (to, from)| delta | u64::from(packed[from / 8] >> (from % 8) & 1) << to);
                number = number.wrapping_add(least).wrapping_add(delta.cast_signed());
                numbers.push(number);
            }
        }
    }
    Ok((numbers, at))
}

/// Counts delta-packed numbers.
pub(super) fn count_numbers(bytes: &[u8], values: u64) -> Result<u64, Malformed> {
    Ok(deltas(bytes, values)?.0.len() as u64)
}

/// Counts strings behind their delta-packed lengths, all of which must be there.
pub(super) fn count_strings(bytes: &[u8], values: u64) -> Result<u64, Malformed> {
    let (lengths, end) = deltas(bytes, values)?;
    let mut left = (bytes.len() - end) as u64;
    for length in &lengths {
        left = u64::try_from(*length).ok().and_then(|length| left.checked_sub(length)).ok_or(Malformed)?;
    }
    Ok(lengths.len() as u64)
}

/// Counts strings of which each shares a prefix with the one before: first the delta-packed lengths of the prefixes.
pub(super) fn count_suffixes(bytes: &[u8], values: u64) -> Result<u64, Malformed> {
    let (prefixes, end) = deltas(bytes, values)?;
    let suffixes = count_strings(&bytes[end..], values)?;
    if suffixes == prefixes.len() as u64 { Ok(suffixes) } else { Err(Malformed) }
}

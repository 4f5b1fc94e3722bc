//! The encoded values of a page, as far as it takes to check that they are there before anything is allocated for them.

use super::thrift::{Malformed, Thrift};

/// Decodes delta-packed numbers, of which there may be no more than their page has values. Returns their length in bytes
/// too.
pub(super) fn deltas(bytes: &[u8], values: u64) -> Result<(Vec<i64>, usize), Malformed> {
    let mut thrift = Thrift::new(bytes); // it has the same encoding of numbers
    let (block, minis, total) = (thrift.varint()?, thrift.varint()?, thrift.varint()?);
    let mut number = thrift.zigzag()?;
    let size = block.checked_div(minis).filter(|size| *size > 0 && size % 32 == 0).ok_or(Malformed)?;
    if total > values || block > 1 << 20 || block % minis != 0 {
        return Err(Malformed);
    }
    let (minis, size) = (usize::try_from(minis), usize::try_from(size));
    let (minis, size) = (minis.map_err(|_| Malformed)?, size.map_err(|_| Malformed)?);
    let total = usize::try_from(total).map_err(|_| Malformed)?;
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
            for index in (0..size).take(total - numbers.len()) {
                let delta = bits(packed, index, width).cast_signed();
                number = number.wrapping_add(least).wrapping_add(delta);
                numbers.push(number);
            }
        }
    }
    Ok((numbers, at))
}

/// Returns the number at `index` of packed numbers of `width` bits.
fn bits(packed: &[u8], index: usize, width: usize) -> u64 {
    let places = (index * width..(index + 1) * width).enumerate();
    places.fold(0, |number, (to, from)| number | u64::from(packed[from / 8] >> (from % 8) & 1) << to)
}

/// Counts the values of a page that are not null: their levels, in runs and in packs of eight, are `full`.
pub(super) fn present(levels: &[u8], full: i16, values: u64) -> Result<u64, Malformed> {
    let full = u64::try_from(full).map_err(|_| Malformed)?;
    let width = usize::try_from(u64::BITS - full.leading_zeros()).map_err(|_| Malformed)?;
    let mut present = 0;
    let mut left = values;
    let mut at = 0;
    while left > 0 {
        let mut thrift = Thrift::new(levels.get(at..).ok_or(Malformed)?); // it has the same encoding of numbers
        let header = thrift.varint()?;
        at += thrift.position();
        let is_packed = header & 1 == 1;
        let groups = usize::try_from(header >> 1).map_err(|_| Malformed)?;
        let bytes = if is_packed { groups.checked_mul(width).ok_or(Malformed)? } else { width.div_ceil(8) };
        // The last pack may be cut short.
        let end = at.checked_add(bytes).filter(|&end| is_packed || end <= levels.len()).ok_or(Malformed)?;
        let packed = &levels[at..end.min(levels.len())];
        at = end;
        if is_packed {
            let count = left.min((packed.len() * 8 / width) as u64);
            if count == 0 {
                return Err(Malformed);
            }
            let levels =
                (0..usize::try_from(count).map_err(|_| Malformed)?).map(|index| bits(packed, index, width));
            present += levels.filter(|&level| level == full).count() as u64;
            left -= count;
        } else {
            let count = left.min(header >> 1);
            let level = packed.iter().rev().fold(0, |level, &byte| level << 8 | u64::from(byte));
            present += if level == full { count } else { 0 };
            left -= count;
        }
    }
    Ok(present)
}

/// Checks that `count` strings, each after its length, are there.
pub(super) fn check_strings(bytes: &[u8], count: u64) -> Result<(), Malformed> {
    let mut rest = bytes;
    for _ in 0..count {
        let (length, strings) = rest.split_first_chunk().ok_or(Malformed)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Malformed)?;
        rest = strings.get(length..).ok_or(Malformed)?;
    }
    Ok(())
}

/// Checks that the delta-packed lengths of strings are within the bytes behind them, and counts them.
pub(super) fn check_lengths(bytes: &[u8], values: u64) -> Result<u64, Malformed> {
    let (lengths, end) = deltas(bytes, values)?;
    let mut left = (bytes.len() - end) as u64;
    for length in &lengths {
        left = u64::try_from(*length).ok().and_then(|length| left.checked_sub(length)).ok_or(Malformed)?;
    }
    Ok(lengths.len() as u64)
}

//! What a record may hold, so that its memory is a small multiple of the limit of its bytes, whatever these are.
//!
//! Measured: a line that is a paragraph takes 190 bytes where it is scanned, and 176 in a corpus; a value of JSON 32, and twice
//! that while a list of them grows; a byte of wikitext up to 22, and one of HTML up to 46. So their
//! number is limited: those of a record take at most three times its limit in memory, or six for HTML.

use super::limited_input::too_long;
use super::read_error::ReadError;
use crate::text::paragraph::Boundary;

/// How many bytes of the limit there are for each line of a text, and for each value of a JSON object.
const BYTES_AN_ITEM: u64 = 64;

/// As many lines and values are always allowed.
const FEW_ITEMS: u64 = 1 << 16;

/// How many bytes of the limit there are for each byte of wikitext or HTML.
const BYTES_OF_MARKUP: u64 = 8;

/// As many bytes of them are always allowed, within the limit of a record.
const SHORT_MARKUP: u64 = 1 << 20;

fn max_items(limit: u64) -> usize {
    usize::try_from((limit / BYTES_AN_ITEM).max(FEW_ITEMS)).unwrap_or(usize::MAX)
}

/// Checks that a text has not too many lines, each of which may be a paragraph.
pub(super) fn check_lines(text: &str, limit: u64) -> Result<(), ReadError> {
    let most = max_items(limit);
    if Boundary::has_more_breaks(text, most) {
        return Err(ReadError::record(format!("a record has more lines than the limit of {most}")));
    }
    Ok(())
}

/// Checks that a JSON object has not too many values.
pub(super) fn check_values(json: &[u8], limit: u64) -> Result<(), ReadError> {
    let most = max_items(limit);
    if json.len() > most && values(json).nth(most).is_some() {
        return Err(ReadError::record(format!("a record has more values than the limit of {most}")));
    }
    Ok(())
}

/// Returns an item for each byte of JSON behind which a value may begin.
fn values(json: &[u8]) -> impl Iterator<Item = ()> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(&byte) = json.get(at) {
            at += 1;
            match byte {
                b'"' => at = end_of_string(json, at),
                b',' | b'[' | b'{' => return Some(()),
                _ => {}
            }
        }
        None
    })
}

/// Returns the place behind a string whose characters begin at `at`.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', json.get(at..).unwrap_or_default()) {
        at += found + 1;
        if json[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    json.len()
}

/// Checks that a page of wikitext or HTML is not too long to be parsed.
pub(super) fn check_markup(len: usize, what: &str, limit: u64) -> Result<(), ReadError> {
    let most = (limit / BYTES_OF_MARKUP).max(SHORT_MARKUP.min(limit));
    if len as u64 > most { Err(ReadError::record(too_long(what, most))) } else { Ok(()) }
}

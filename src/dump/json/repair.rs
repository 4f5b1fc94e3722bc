//! What Python's `json.dumps` writes that is no JSON.

use std::ops::Range;

/// A line in which `NaN`, `Infinity` and `-Infinity` are null, and half of a surrogate pair is U+FFFD.
#[derive(Debug)]
pub(super) struct Repaired {
    json: String,
    /// The places in `json` before which the line is one byte shorter each.
    longer_before: Vec<usize>,
}

/// What stands for null, and with what it is replaced: with as many bytes where there is room.
const NULLS: [(&str, &str); 3] = [("NaN", "null"), ("Infinity", "null    "), ("-Infinity", "null     ")];

impl Repaired {
    /// Returns None if there is nothing to repair.
    pub(super) fn new(line: &str) -> Option<Self> {
        let mut repaired = Self { json: String::with_capacity(line.len()), longer_before: Vec::new() };
        let (mut copied, mut at, mut in_string) = (0, 0, false);
        let bytes = line.as_bytes();
        while let Some(&byte) = bytes.get(at) {
            let mut replaced: Option<(Range<usize>, &str)> = None;
            let mut step = 1;
            match byte {
                b'"' => in_string = !in_string,
                b'\\' if in_string => {
                    let half = surrogate(&bytes[at..]);
                    let is_pair = half.is_some_and(is_high)
                        && surrogate(bytes.get(at + 6..).unwrap_or_default())
                            .is_some_and(|low| !is_high(low));
                    step = if is_pair { 12 } else { 2 };
                    if half.is_some() && !is_pair {
                        replaced = Some((at..at + 6, "\\ufffd"));
                    }
                }
                b'N' | b'I' | b'-' if !in_string => {
                    let null = NULLS.iter().find(|(name, _)| bytes[at..].starts_with(name.as_bytes()));
                    replaced = null.map(|(name, null)| (at..at + name.len(), *null));
                }
                _ => {}
            }
            if let Some((range, by)) = replaced {
                repaired.json.push_str(&line[copied..range.start]);
                repaired.json.push_str(by);
                if by.len() > range.len() {
                    repaired.longer_before.push(repaired.json.len());
                }
                (copied, at) = (range.end, range.end);
            } else {
                at += step;
            }
        }
        if copied == 0 {
            return None;
        }
        repaired.json.push_str(&line[copied..]);
        Some(repaired)
    }

    pub(super) fn json(&self) -> &str {
        &self.json
    }

    /// Returns the place in the line of a place between two values.
    pub(super) fn original(&self, at: usize) -> usize {
        at - self.longer_before.partition_point(|&place| place <= at)
    }
}

/// Returns the surrogate that an escape of six bytes stands for: from `\ud800` to `\udfff`.
fn surrogate(bytes: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(bytes.strip_prefix(b"\\u")?.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
}

/// Returns true for the first half of a pair.
fn is_high(surrogate: u16) -> bool {
    surrogate < 0xdc00
}

#[cfg(test)]
mod tests {
    use super::Repaired;

    #[test]
    fn numbers_that_are_none_become_null() {
        let line = r#"{"a": NaN, "b": [-Infinity,Infinity], "NaN": "NaN -Infinity"}"#;
        let repaired = Repaired::new(line).unwrap();
        assert_eq!(repaired.json(), r#"{"a": null, "b": [null     ,null    ], "NaN": "NaN -Infinity"}"#);
        for name in ["\"b\"", "\"NaN\"", "\"NaN -"] {
            let at = repaired.json().find(name).unwrap();
            assert_eq!(repaired.original(at), line.find(name).unwrap(), "{name}");
        }
        assert!(Repaired::new(r#"{"a": "NaN", "b": -1}"#).is_none());
    }

    #[test]
    fn half_a_pair_is_replaced_and_a_pair_is_not() {
        let repair = |line| Repaired::new(line).map(|repaired| repaired.json().to_owned());
        assert_eq!(repair(r#""a \ud83d""#).as_deref(), Some(r#""a \ufffd""#));
        assert_eq!(
            repair(r#""\ud83d\ude42 \ude42\ud83d""#).as_deref(),
            Some(r#""\ud83d\ude42 \ufffd\ufffd""#)
        );
        assert_eq!(repair(r#""\\ud83d \ud7ff \u12""#), None);
    }
}

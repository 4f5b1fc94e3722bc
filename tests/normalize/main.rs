//! Texts that differ only in what does not count have one normal form, and others keep theirs.

mod arabic;
mod borrowed;
mod laws;
mod rules;
mod scripts;
mod unicode_tables;

use dittograph::Normalizer;

/// Returns the normal form by the default rules.
fn normal(text: &str) -> String {
    Normalizer::new().normalize(text).into_owned()
}

#[track_caller]
fn assert_normal(name: &str, text: &str, expected: &str) {
    assert_eq!(normal(text), expected, "{name}: {}", text.escape_unicode());
}

fn all_of(ranges: &[std::ops::RangeInclusive<char>]) -> Vec<char> {
    ranges.iter().cloned().flatten().collect()
}

fn ignorables() -> Vec<char> {
    let mut all = all_of(&[
        '\u{ad}'..='\u{ad}',
        '\u{61c}'..='\u{61c}',
        '\u{180b}'..='\u{180d}',
        '\u{200c}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2060}'..='\u{2064}',
        '\u{2066}'..='\u{2069}',
        '\u{fe00}'..='\u{fe0f}',
        '\u{feff}'..='\u{feff}',
    ]);
    all.extend(['\u{e0100}', '\u{e01ef}']);
    all
}

fn harakat() -> Vec<char> {
    all_of(&['\u{64b}'..='\u{65f}', '\u{670}'..='\u{670}', '\u{6d6}'..='\u{6ed}', '\u{8d3}'..='\u{8ff}'])
}

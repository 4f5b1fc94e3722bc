//! The words, characters and shingles of every Unicode character, held in place by the hashes in `data/unicode.txt`.
//!
//! Words come from the Unicode tables of four dependencies. When one of these tests fails after an update of a dependency:
//!
//! - `assigned_characters_are_cut_as_before` fails: texts that were indexed before get other words now. Raise `VERSION` in
//!   `src/text/normalizer.rs`, so that fingerprints change and saved indexes of before are refused; name it in CHANGELOG.md;
//!   then write the file anew, and `data/small.index` too.
//! - Only `other_characters_are_cut_as_before` fails: characters were assigned. Write the file anew, and do nothing else:
//!   saved indexes record their Unicode versions, and `saved` describes what a difference means.
//!
//! `cargo test --test unicode -- --ignored` writes the file anew.

use std::fmt::Write;
use std::ops::RangeInclusive;

use dittograph::{Config, Detector, Normalizer, Rule, Shingles};
use rayon::prelude::*;
use unicode_script::{Script, UnicodeScript};
use xxhash_rust::xxh3::Xxh3;

const GOLDEN: &str = include_str!("data/unicode.txt");
const UPDATE: &str = "see the top of tests/unicode.rs for what to do";

/// Reads a text in three ways: as it stands in words and in characters, and as by default.
struct Reader {
    detectors: [Detector; 3],
    all_rules: Normalizer,
}

impl Reader {
    fn new() -> Self {
        let detectors = [
            Config::new().normalizer(Normalizer::NONE).shingles(Shingles::Words(1)),
            Config::new().normalizer(Normalizer::NONE).shingles(Shingles::Chars(1)),
            Config::new(),
        ];
        Self {
            detectors: detectors.map(|config| config.build().unwrap()),
            all_rules: Rule::ALL.into_iter().fold(Normalizer::NONE, Normalizer::with),
        }
    }

    /// Returns the hash of all that these characters do alone, and beside characters of every class.
    fn hash(&self, characters: impl Iterator<Item = char>) -> u64 {
        let mut hash = Xxh3::new();
        let mut text = String::new();
        for c in characters {
            text.clear();
            let written = if is_of_a_large_block(c) {
                write!(text, "a{c}a 中{c}中 1{c}1 {c}{c}\u{301}")
            } else {
                write!(
                    text,
                    "a{c}a 1{c}1 א{c}א カ{c}カ _{c}_ 中{c}中 a.{c}a 1,{c}1 a:{c}a א\"{c}א ก{c}ก क{c}क क\u{94d}{c}क \
                     \u{1100}{c}\u{11a8} 👩{c}👩 👩\u{200d}{c} 🇦{c}🇦 {c}\u{301} {c}{c}"
                )
            };
            written.unwrap();
            for detector in &self.detectors {
                for shingle in detector.shingles_of(&text).hashes() {
                    hash.update(&shingle.to_le_bytes());
                }
            }
            hash.update(self.all_rules.normalize(&format!("!{c}!")).as_bytes());
        }
        hash.digest()
    }
}

/// Returns the runs of assigned characters of the file, with their hashes, and the hash of the others.
fn golden() -> (Vec<(RangeInclusive<char>, u64)>, u64) {
    let mut lines = GOLDEN.lines().filter(|line| !line.starts_with('#'));
    let hex = |digits: &str| u64::from_str_radix(digits, 16).unwrap();
    let character = |digits: &str| char::from_u32(u32::try_from(hex(digits)).unwrap()).unwrap();
    let others = hex(lines.next().unwrap().strip_prefix("others ").unwrap());
    let runs = lines.map(|line| {
        let [first, last, hash] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        (character(first)..=character(last), hex(hash))
    });
    (runs.collect(), others)
}

/// Returns true for most Han, Hangul and private characters: they are three in four, and all alike.
fn is_of_a_large_block(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{e000}'..='\u{f8ff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Returns the hash of the characters that are in none of the runs; only a few of the planes that have no assigned
/// characters or are for private use.
fn hash_of_others<'r>(reader: &Reader, runs: impl Iterator<Item = &'r RangeInclusive<char>>) -> u64 {
    let mut others = Vec::new();
    let mut next = '\0';
    for run in runs {
        others.extend((next..*run.start()).filter(|c| is_read(*c)));
        next = char::from_u32(u32::from(*run.end()) + 1).unwrap_or('\u{e000}');
    }
    others.extend((next..=char::MAX).filter(|c| is_read(*c)));
    let parts: Vec<u64> = others.par_chunks(1 << 12).map(|part| reader.hash(part.iter().copied())).collect();
    parts.iter().fold(0, |all, part| all.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part)
}

fn is_read(c: char) -> bool {
    matches!(c, '\0'..='\u{33fff}' | '\u{e0000}'..='\u{e0fff}') || u32::from(c) % 0x1000 == 0
}

#[test]
fn assigned_characters_are_cut_as_before() {
    let reader = Reader::new();
    let (runs, _) = golden();
    assert!(runs.len() > 500, "{}", runs.len());
    let changed: Vec<String> = runs
        .par_iter()
        .filter(|(run, hash)| reader.hash(run.clone()) != *hash)
        .map(|(run, _)| format!("U+{:04X} to U+{:04X}", u32::from(*run.start()), u32::from(*run.end())))
        .collect();
    assert!(changed.is_empty(), "other words for characters among {}: {UPDATE}", changed.join(", "));
}

#[test]
fn other_characters_are_cut_as_before() {
    let (runs, expected) = golden();
    let got = hash_of_others(&Reader::new(), runs.iter().map(|(run, _)| run));
    assert!(got == expected, "other words for characters that were not assigned: {UPDATE}");
}

#[test]
#[ignore = "writes data/unicode.txt"]
fn write_the_file_anew() {
    let reader = Reader::new();
    let mut runs: Vec<RangeInclusive<char>> = Vec::new();
    for c in ('\0'..=char::MAX).filter(|c| c.script() != Script::Unknown) {
        match runs.last_mut() {
            // Runs of at most 256, so that a failure says where.
            Some(run) if u32::from(*run.end()) + 1 == u32::from(c) && u32::from(c) & 0xff != 0 => {
                *run = *run.start()..=c;
            }
            _ => runs.push(c..=c),
        }
    }
    let hashes: Vec<u64> = runs.par_iter().map(|run| reader.hash(run.clone())).collect();
    let mut file = format!(
        "# Runs of assigned characters with the hash of all that is read of them: see tests/unicode.rs.\n\
         # {}\nothers {:016x}\n",
        dittograph::saved::UnicodeVersions::current(),
        hash_of_others(&reader, runs.iter())
    );
    for (run, hash) in runs.iter().zip(hashes) {
        writeln!(file, "{:x} {:x} {hash:016x}", u32::from(*run.start()), u32::from(*run.end())).unwrap();
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/unicode.txt"), file).unwrap();
}

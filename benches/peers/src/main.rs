//! What `.ci/peers.py` runs of Rust, on a file of one paragraph a line, of words with one space between them.
//!
//! ```text
//! dittograph-peers floor FILE                     read, split, hash each shingle; nothing is found
//! dittograph-peers gaoya FILE BANDS ROWS PAIRS    pairs of lines, as two little-endian u32 each
//! ```

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32};
use xxhash_rust::xxh3::xxh3_64;

const WIDTH: usize = 5;
const THRESHOLD: f64 = 0.7;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["floor", file] => floor(&fs::read_to_string(file)?),
        ["gaoya", file, bands, rows, pairs] => {
            let number = |word: &str| word.parse().expect("a number");
            gaoya(&fs::read_to_string(file)?, number(bands), number(rows), pairs)?;
        }
        _ => panic!("floor FILE, or gaoya FILE BANDS ROWS PAIRS"),
    }
    Ok(())
}

fn floor(text: &str) {
    let hashes = text.lines().flat_map(|line| shingles(line).map(|shingle| xxh3_64(shingle.as_bytes())));
    println!("{:016x}", hashes.fold(0, |all, hash| all ^ hash)); // or nothing of it would be done
}

/// As in gaoya's README: sign, insert, query; it holds the estimates of the candidates against the threshold itself.
fn gaoya(text: &str, bands: usize, rows: usize, pairs: &str) -> io::Result<()> {
    let hasher = MinHasher32::new(bands * rows);
    let mut index = MinHashIndex::new(bands, rows, THRESHOLD);
    let mut count = 0_u32;
    for line in text.lines() {
        index.insert(count, hasher.create_signature(shingles(line)));
        count += 1;
    }
    let mut out = BufWriter::new(File::create(pairs)?);
    for earlier in 0..count {
        for &later in index.query_by_id(&earlier).into_iter().filter(|later| **later > earlier) {
            out.write_all(&earlier.to_le_bytes())?;
            out.write_all(&later.to_le_bytes())?;
        }
    }
    out.flush()
}

/// Each shingle as a slice of the line; a line of fewer words has none.
fn shingles(line: &str) -> impl Iterator<Item = &str> {
    let starts = std::iter::once(0).chain(line.match_indices(' ').map(|(space, _)| space + 1));
    let ends = line.match_indices(' ').map(|(space, _)| space).chain(std::iter::once(line.len()));
    starts.zip(ends.skip(WIDTH - 1)).map(|(start, end)| &line[start..end])
}

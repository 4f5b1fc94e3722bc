//! Where everything stands in a saved index; the format is told in [`saved`](super::saved).

use std::ops::Range;

use crate::article::config::{BandingChoice as Candidates, Config};
use crate::article::detector::Detector;
use crate::compare::Measure;
use crate::error::Error;
use crate::hash;
use crate::lsh::Banding;
use crate::shingle::Shingles;
use crate::text::normalizer::Normalizer;
use crate::text::paragraph::Boundary;

/// The first bytes: one that is no character, a name, and line ends that a transfer as text would change.
pub(super) const MAGIC: [u8; 8] = *b"\x89dgi\r\n\x1a\n";

/// Raised whenever a reader of the one before would not understand a file.
pub(super) const VERSION: u32 = 1;

/// Bytes of the header.
pub(super) const HEADER: usize = 192;

/// Sections start at multiples of this.
pub(super) const ALIGNMENT: usize = 64; // a block is a multiple of it

/// Bytes of a block, each of which has a checksum.
pub(super) const BLOCK: usize = 4096;

/// In place of the number of a text or a row: there is none.
pub(super) const NONE: u32 = u32::MAX;

/// Bytes of a row of each section.
pub(super) const DOCUMENT: u64 = 16;
pub(super) const PARAGRAPH: u64 = 20;
pub(super) const TEXT: u64 = 24;
pub(super) const NUMBER: u64 = 8;

/// All that the header says but the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) paragraphs: u64,
    pub(super) without_words: u64,
    pub(super) texts: u64,
    pub(super) documents: u64,
    pub(super) name_bytes: u64,
    pub(super) shingles: u64,
    pub(super) set_bytes: u64,
    pub(super) entries: u64,
    pub(super) largest_bucket: u64,
}

impl Counts {
    fn fields(&self) -> [u64; 9] {
        [
            self.paragraphs,
            self.without_words,
            self.texts,
            self.documents,
            self.name_bytes,
            self.shingles,
            self.set_bytes,
            self.entries,
            self.largest_bucket,
        ]
    }
}

/// The sections by their places in the file.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) counts: Counts,
    pub(super) documents: Range<u64>,
    pub(super) names: Range<u64>,
    pub(super) paragraphs: Range<u64>,
    pub(super) texts: Range<u64>,
    pub(super) starts: Range<u64>,
    pub(super) sets: Range<u64>,
    pub(super) entries: Range<u64>,
    pub(super) cells: Range<u64>,
    /// One for each block of all that stands before it.
    pub(super) checksums: Range<u64>,
    /// The name of a bucket has 40 bits; the first so many are its cell.
    pub(super) cell_bits: u32,
}

impl Layout {
    /// `None` if so much cannot stand in a file, or if numbers of 32 bits do not reach so far.
    pub(super) fn new(counts: Counts) -> Option<Self> {
        if counts.paragraphs >= u64::from(NONE) || counts.texts > counts.paragraphs {
            return None;
        }
        let cell_bits = (counts.entries / 16).max(1).ilog2().clamp(8, 39) + 1;
        let mut end = HEADER as u64;
        let mut section = |rows: u64, bytes: u64| {
            let start = end.checked_next_multiple_of(ALIGNMENT as u64)?;
            end = start.checked_add(rows.checked_mul(bytes)?)?;
            Some(start..end)
        };
        let layout = Self {
            counts,
            documents: section(counts.documents, DOCUMENT)?,
            names: section(counts.name_bytes, 1)?,
            paragraphs: section(counts.paragraphs, PARAGRAPH)?,
            texts: section(counts.texts, TEXT)?,
            starts: section(counts.texts + 1, NUMBER)?,
            sets: section(counts.set_bytes, 1)?,
            entries: section(counts.entries, NUMBER)?,
            cells: section((1 << cell_bits) + 1, NUMBER)?,
            checksums: 0..0,
            cell_bits,
        };
        let blocks = layout.cells.end.checked_next_multiple_of(ALIGNMENT as u64)?.div_ceil(BLOCK as u64);
        let checksums = section(blocks, NUMBER)?;
        Some(Self { checksums, ..layout })
    }

    /// The bytes of the file: after the checksums comes that of the checksums.
    pub(super) fn len(&self) -> u64 {
        self.checksums.end + NUMBER
    }

    /// Where the blocks end.
    pub(super) fn blocks_end(&self) -> u64 {
        self.checksums.start
    }

    /// The cell that a bucket is found by.
    pub(super) fn cell(&self, name: u64) -> u64 {
        name >> (40 - self.cell_bits)
    }
}

/// The header of an index.
pub(super) fn header(detector: &Detector, counts: &Counts) -> [u8; HEADER] {
    let config = detector.config();
    let (unit, width) = match config.shingles {
        Shingles::Auto => (0, 0),
        Shingles::Words(width) => (1, width),
        Shingles::Chars(width) => (2, width),
    };
    let (candidates, recall) = match config.candidates {
        Candidates::Recall(recall) => (0, recall),
        Candidates::Banding(_) => (1, 0.0),
    };
    let banding = detector.banding().unwrap_or(Banding { bands: 0, rows: 0 });
    let boundary = match config.boundary {
        Boundary::Newline => 0,
        Boundary::BlankLine => 1,
        Boundary::Auto => 2,
    };
    let measure = match config.measure {
        Measure::Jaccard => 0,
        Measure::Containment => 1,
    };
    let mut bytes = Vec::with_capacity(HEADER);
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend([boundary, measure, unit, candidates]);
    bytes.extend(u64::from(config.normalizer.bits()).to_le_bytes());
    bytes.extend((width as u64).to_le_bytes());
    bytes.extend(config.threshold.to_le_bytes());
    bytes.extend((config.signature_length as u64).to_le_bytes());
    bytes.extend(recall.to_le_bytes());
    bytes.extend((banding.bands as u64).to_le_bytes());
    bytes.extend((banding.rows as u64).to_le_bytes());
    bytes.extend(detector.fingerprint().to_le_bytes());
    counts.fields().into_iter().for_each(|field| bytes.extend(field.to_le_bytes()));
    bytes.resize(HEADER, 0);
    bytes.try_into().expect("what stands before is shorter")
}

/// What a header says, and where the sections then stand.
pub(super) fn read_header(bytes: &[u8], place: &str) -> Result<(Detector, Layout), Error> {
    let wrong = |wrong: String| Error::format(place, wrong);
    let Some(header) = bytes.first_chunk::<HEADER>().filter(|header| header.starts_with(&MAGIC)) else {
        if bytes.len() < HEADER && MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]) {
            return Err(wrong(format!(
                "expected a header of {HEADER} bytes, got {}: cut short",
                bytes.len()
            )));
        }
        return Err(wrong("expected a saved index, got bytes that do not begin like one".into()));
    };
    let version = u32::from_le_bytes(array(&header[8..]));
    if version != VERSION {
        return Err(wrong(format!("expected format version {VERSION}, got {version}")));
    }
    let mut fields = header[16..].chunks_exact(8).map(|field| u64::from_le_bytes(array(field)));
    let mut field = || fields.next().expect("a header is longer");
    let [boundary, measure, unit, candidates] = array(&header[12..]);
    let (rules, width, threshold, signature_length) = (field(), field(), f64::from_bits(field()), field());
    let (recall, bands, rows, fingerprint) = (f64::from_bits(field()), field(), field(), field());
    let size = |field: u64| usize::try_from(field).ok();
    let config = || {
        let banding = Banding { bands: size(bands)?, rows: size(rows)? };
        Some(Config {
            boundary: *[Boundary::Newline, Boundary::BlankLine, Boundary::Auto].get(usize::from(boundary))?,
            normalizer: Normalizer::from_bits(u16::try_from(rules).ok()?)?,
            shingles: match (unit, size(width)?) {
                (0, 0) => Shingles::Auto,
                (1, width) => Shingles::Words(width),
                (2, width) => Shingles::Chars(width),
                _ => return None,
            },
            measure: *[Measure::Jaccard, Measure::Containment].get(usize::from(measure))?,
            threshold,
            signature_length: size(signature_length)?,
            candidates: match candidates {
                0 => Candidates::Recall(recall),
                1 => Candidates::Banding(banding),
                _ => return None,
            },
        })
    };
    let config = config().ok_or_else(|| wrong("expected a known configuration in the header".into()))?;
    let detector =
        config.build().map_err(|error| wrong(format!("the configuration in the header: {error}")))?;
    let ours = detector.fingerprint();
    if fingerprint != ours {
        let wants = "expected the fingerprint of this version's hashes, rules and Unicode tables";
        return Err(wrong(format!("{wants}, {ours:016x}, got {fingerprint:016x}: build the index anew")));
    }
    let banding = detector.banding().unwrap_or(Banding { bands: 0, rows: 0 });
    if (size(bands), size(rows)) != (Some(banding.bands), Some(banding.rows)) {
        let (b, r) = (banding.bands, banding.rows);
        return Err(wrong(format!(
            "expected {b} bands of {r} rows for this configuration, got {bands} of {rows}"
        )));
    }
    let counts = Counts {
        paragraphs: field(),
        without_words: field(),
        texts: field(),
        documents: field(),
        name_bytes: field(),
        shingles: field(),
        set_bytes: field(),
        entries: field(),
        largest_bucket: field(),
    };
    let layout = Layout::new(counts)
        .ok_or_else(|| wrong("expected counts that a file can hold in the header".into()))?;
    if self::header(&detector, &counts) != *header {
        return Err(wrong("expected zeros in what is not used of the header".into()));
    }
    Ok((detector, layout))
}

/// The first bytes of a slice, which has enough.
pub(super) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    *bytes.first_chunk().expect("rows are read whole")
}

/// The checksum of a block.
pub(super) fn checksum(block: &[u8]) -> u64 {
    hash::checksum(block)
}

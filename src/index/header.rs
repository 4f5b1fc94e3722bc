//! The header of a saved index: written, and read with every check. The format is described in [`saved`](super::saved).

use super::layout::{Counts, HEADER_LEN, array};
use super::unicode::UnicodeVersions;
use crate::article::config::{BandingChoice, Config, Siblings};
use crate::article::detector::Detector;
use crate::compare::Measure;
use crate::error::Error;
use crate::lsh::Banding;
use crate::shingle::Shingles;
use crate::text::normalizer::Normalizer;
use crate::text::paragraph::Boundary;

/// The first bytes: one that is no character, a name, and line ends that a transfer as text would change.
const MAGIC: [u8; 8] = *b"\x89dgi\r\n\x1a\n";

/// Raised whenever a reader of the version before would not understand a file.
const FORMAT_VERSION: u32 = 3;

/// Bytes that are 0, in the end.
const RESERVED_LEN: usize = 16;

const NO_BANDING: Banding = Banding { bands: 0, rows: 0 };

/// All that the header says.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) detector: Detector,
    pub(super) counts: Counts,
    pub(super) unicode: UnicodeVersions,
}

impl Header {
    pub(super) fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let config = self.detector.config();
        let boundary = match config.boundary {
            Boundary::Newline => 0,
            Boundary::BlankLine => 1,
            Boundary::Auto => 2,
        };
        let measure = match config.measure {
            Measure::Jaccard => 0,
            Measure::Containment => 1,
        };
        let (unit, width) = self.detector.shingle_unit();
        let (candidates, recall) = match config.candidates {
            BandingChoice::Recall(recall) => (0, recall),
            BandingChoice::Banding(_) => (1, 0.0),
        };
        let banding = self.detector.banding().unwrap_or(NO_BANDING);
        let mut bytes = Vec::with_capacity(HEADER_LEN);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT_VERSION.to_le_bytes());
        bytes.extend([boundary, measure, unit, candidates]);
        bytes.extend(config.normalizer.bits().to_le_bytes());
        bytes.extend(width.to_le_bytes());
        bytes.extend(config.threshold.to_le_bytes());
        bytes.extend((config.signature_length as u64).to_le_bytes());
        bytes.extend(recall.to_le_bytes());
        bytes.extend((banding.bands as u64).to_le_bytes());
        bytes.extend((banding.rows as u64).to_le_bytes());
        bytes.extend(self.detector.fingerprint().to_le_bytes());
        self.counts.fields().into_iter().for_each(|field| bytes.extend(field.to_le_bytes()));
        bytes.extend(self.unicode.to_bytes());
        bytes.extend([0; RESERVED_LEN]);
        bytes.try_into().expect("the fields take the bytes of a header")
    }

    /// Reads the header at the start of `bytes`.
    pub(super) fn read(bytes: &[u8], place: &str) -> Result<Self, Error> {
        let header = checked_start(bytes, place)?;
        let fields = Fields::new(header);
        let in_header = |expected: &str| Error::format(place, format!("expected {expected} in the header"));
        let config = fields.config().ok_or_else(|| in_header("a known configuration"))?;
        let detector = config
            .build()
            .map_err(|error| Error::format(place, format!("the configuration in the header: {error}")))?;
        if fields.fingerprint != detector.fingerprint() {
            let ours = detector.fingerprint();
            let expected = format!("fingerprint {ours:016x}, that of this version's hashes and rules");
            let got = format!("{:016x}; build the index anew", fields.fingerprint);
            return Err(Error::unexpected(place, expected, got));
        }
        let banding = detector.banding().unwrap_or(NO_BANDING);
        if fields.banding() != Some(banding) {
            let expected = format!("{banding} for this configuration");
            return Err(Error::unexpected(place, expected, format!("{} of {}", fields.bands, fields.rows)));
        }
        let unicode = UnicodeVersions::from_bytes(&fields.unicode)
            .ok_or_else(|| in_header("Unicode versions, of each table the oldest, then the newest,"))?;
        let this = Self { detector, counts: fields.counts, unicode };
        if this.to_bytes() != *header {
            return Err(in_header("zeros in the bytes without a meaning"));
        }
        Ok(this)
    }
}

/// Returns the bytes of a header, if they begin like one of this version of the format.
fn checked_start<'b>(bytes: &'b [u8], place: &str) -> Result<&'b [u8; HEADER_LEN], Error> {
    if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
        return Err(Error::unexpected(place, "a saved index", "bytes that do not begin like one"));
    }
    let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
        let expected = format!("a header of {HEADER_LEN} bytes");
        return Err(Error::unexpected(place, expected, format!("{}: cut short", bytes.len())));
    };
    let got = match u32::from_le_bytes(array(&header[MAGIC.len()..])) {
        FORMAT_VERSION => return Ok(header),
        old @ 1..FORMAT_VERSION => {
            format!("{old}, which dittograph wrote before 0.1; build the index anew from its articles")
        }
        newer if newer > FORMAT_VERSION => format!("{newer}, which a newer dittograph wrote"),
        other => other.to_string(),
    };
    Err(Error::unexpected(place, format!("format version {FORMAT_VERSION}"), got))
}

/// The fields of a header as they stand there.
struct Fields {
    /// Boundary, measure, unit of shingles, kind of candidates.
    kinds: [u8; 4],
    rules: u64,
    width: u64,
    threshold: f64,
    signature_length: u64,
    recall: f64,
    bands: u64,
    rows: u64,
    fingerprint: u64,
    counts: Counts,
    unicode: [u8; UnicodeVersions::LEN],
}

impl Fields {
    fn new(header: &[u8; HEADER_LEN]) -> Self {
        let mut numbers = header[16..].chunks_exact(8).map(|field| u64::from_le_bytes(array(field)));
        let mut number = || numbers.next().expect("a header has more fields");
        Self {
            kinds: array(&header[12..]),
            rules: number(),
            width: number(),
            threshold: f64::from_bits(number()),
            signature_length: number(),
            recall: f64::from_bits(number()),
            bands: number(),
            rows: number(),
            fingerprint: number(),
            counts: Counts::from_fields(std::array::from_fn(|_| number())),
            unicode: array(&header[HEADER_LEN - RESERVED_LEN - UnicodeVersions::LEN..]),
        }
    }

    fn banding(&self) -> Option<Banding> {
        Some(Banding { bands: usize::try_from(self.bands).ok()?, rows: usize::try_from(self.rows).ok()? })
    }

    /// Returns the configuration; `None` if a field has a value that this version does not know.
    fn config(&self) -> Option<Config> {
        let [boundary, measure, unit, candidates] = self.kinds;
        Some(Config {
            boundary: *[Boundary::Newline, Boundary::BlankLine, Boundary::Auto].get(usize::from(boundary))?,
            normalizer: Normalizer::from_bits(self.rules)?,
            shingles: match (unit, usize::try_from(self.width).ok()?) {
                (0, 0) => Shingles::Auto,
                (1, width) => Shingles::Words(width),
                (2, width) => Shingles::Chars(width),
                _ => return None,
            },
            measure: *[Measure::Jaccard, Measure::Containment].get(usize::from(measure))?,
            threshold: self.threshold,
            siblings: Siblings::default(),
            signature_length: usize::try_from(self.signature_length).ok()?,
            candidates: match candidates {
                0 => BandingChoice::Recall(self.recall),
                1 => BandingChoice::Banding(self.banding()?),
                _ => return None,
            },
        })
    }
}

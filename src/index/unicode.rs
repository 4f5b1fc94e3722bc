//! The versions of the Unicode tables that paragraphs are read with.

use std::fmt;

use crate::text::{normalizer, words};

/// Major, minor and update.
type Version = [u8; 3];

/// What each table is for, in the order of the header of a saved index.
const TABLES: [&str; 4] = ["normal forms", "case foldings", "scripts", "words"];

/// The versions of the Unicode tables that the paragraphs of an index were read with: for each of four tables, in four
/// dependencies, the oldest and the newest.
///
/// [`saved`](mod@crate::saved#unicode-versions) says what a difference means. `Display` names each table and its version, or
/// its oldest and newest.
///
/// ```
/// use dittograph::{Detector, Index, ParagraphId, saved::UnicodeVersions};
///
/// let mut index = Index::new(Detector::default());
/// index.insert(ParagraphId { document: 1, paragraph: 0 }, "The ferry does not sail today.");
/// assert!(index.unicode_versions().is_current());
/// assert_eq!(index.unicode_versions(), UnicodeVersions::current());
/// println!("{}", index.unicode_versions()); // normal forms 18.0.0, case foldings 16.0.0, …
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnicodeVersions {
    oldest: [Version; 4],
    newest: [Version; 4],
}

impl UnicodeVersions {
    /// The bytes that they take in a header.
    pub(super) const LEN: usize = 2 * 4 * 3;

    /// The versions of this build's tables.
    pub(super) const CURRENT: Self = {
        let [normal_forms, case_foldings, scripts] = normalizer::UNICODE_VERSIONS;
        let versions = [
            version(normal_forms),
            version(case_foldings),
            version(scripts),
            version(words::UNICODE_VERSION),
        ];
        Self { oldest: versions, newest: versions }
    };

    /// Returns the versions of this build's tables.
    #[must_use]
    pub const fn current() -> Self {
        Self::CURRENT
    }

    /// Returns true if all paragraphs were read with tables of this build's versions.
    #[must_use]
    pub fn is_current(&self) -> bool {
        *self == Self::current()
    }

    /// Returns the versions of paragraphs that come from two sources.
    pub(super) fn joined(mut self, other: Self) -> Self {
        for table in 0..TABLES.len() {
            self.oldest[table] = self.oldest[table].min(other.oldest[table]);
            self.newest[table] = self.newest[table].max(other.newest[table]);
        }
        self
    }

    /// Returns the bytes in a header: the oldest of each table, then the newest.
    pub(super) fn to_bytes(self) -> impl Iterator<Item = u8> {
        self.oldest.into_iter().chain(self.newest).flatten()
    }

    /// Reads the bytes of a header; `None` if a newest version is older than the oldest.
    pub(super) fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let (versions, _) = bytes.as_chunks::<3>();
        let half = |from: usize| std::array::from_fn(|table| versions[from + table]);
        let all = Self { oldest: half(0), newest: half(TABLES.len()) };
        all.oldest.iter().zip(&all.newest).all(|(oldest, newest)| oldest <= newest).then_some(all)
    }
}

/// Checks at compile time that each part is a byte.
const fn version((major, minor, update): (u64, u64, u64)) -> Version {
    assert!(major < 256 && minor < 256 && update < 256);
    #[allow(clippy::cast_possible_truncation)] // asserted above
    [major as u8, minor as u8, update as u8]
}

impl fmt::Display for UnicodeVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dotted = |[major, minor, update]: Version| format!("{major}.{minor}.{update}");
        for (table, name) in TABLES.into_iter().enumerate() {
            let comma = if table == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {}", dotted(self.oldest[table]))?;
            if self.oldest[table] != self.newest[table] {
                write!(f, " to {}", dotted(self.newest[table]))?;
            }
        }
        Ok(())
    }
}

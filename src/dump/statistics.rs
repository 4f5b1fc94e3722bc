//! What is counted while a dump is read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::encoding::{Choice, Encoding, EncodingBasis};

/// Counts of what a [`Dump`](super::Dump) has read so far.
///
/// ```
/// use dittograph::dump::{Dump, Format};
///
/// let lines = "{\"text\": \"One\"}\n{\"body\": \"Two\"}\n{\"text\": \"Three\"}\n";
/// let mut dump = Dump::from_reader(lines.as_bytes(), Format::JsonLines);
/// assert_eq!(dump.by_ref().flatten().count(), 2);
/// let statistics = dump.statistics();
/// assert_eq!((statistics.files, statistics.articles, statistics.errors), (1, 2, 1));
/// assert_eq!(statistics.bytes, lines.len() as u64);
/// assert!(statistics.left_out.is_empty());
/// let encodings: Vec<_> =
///     statistics.encodings.iter().map(|((encoding, basis), texts)| format!("{encoding}, {basis}: {texts}")).collect();
/// assert_eq!(encodings, ["utf-8, assumed: 1"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DumpStatistics {
    /// Files that were opened, with those that could not be.
    pub files: u64,
    /// Bytes of these files that were read, as they are on disk: compressed bytes of a compressed file.
    pub bytes: u64,
    /// Articles that were returned.
    pub articles: u64,
    /// Errors that were returned, of records and of files.
    pub errors: u64,
    /// Articles that have no text, where [`DumpOptions::missing_text`](super::DumpOptions::missing_text) lets them through.
    pub without_text: u64,
    /// Articles whose record states no id, which have one made of the file and their number. A file that is one article is called by
    /// its path, and does not count.
    pub without_id: u64,
    /// Pages of HTML of which no text is left, such as one that is all navigation.
    pub empty_pages: u64,
    /// The file that holds the first of them.
    pub first_empty_page: Option<Arc<Path>>,
    /// Records and files that are no articles, by the reason: a redirect, a picture, a file of no known format.
    pub left_out: BTreeMap<&'static str, u64>,
    /// How many texts were read in each encoding, and why in that one. A text is a file, or a page of a WARC file.
    pub encodings: BTreeMap<(Encoding, EncodingBasis), u64>,
}

/// The counts that the readers of formats keep.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) without_text: u64,
    pub(super) without_id: u64,
    pub(super) empty_pages: u64,
    pub(super) first_empty_page: Option<Arc<Path>>,
    pub(super) left_out: BTreeMap<&'static str, u64>,
    pub(super) encodings: BTreeMap<(Encoding, EncodingBasis), u64>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.without_text += other.without_text;
        self.without_id += other.without_id;
        self.empty_pages += other.empty_pages;
        self.first_empty_page = self.first_empty_page.take().or(other.first_empty_page);
        for (encoding, count) in other.encodings {
            *self.encodings.entry(encoding).or_default() += count;
        }
        for (reason, count) in other.left_out {
            *self.left_out.entry(reason).or_default() += count;
        }
    }

    pub(super) fn count_encoding(&mut self, choice: Choice) {
        *self.encodings.entry((choice.encoding, choice.basis)).or_default() += 1;
    }

    pub(super) fn count_left_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }
}

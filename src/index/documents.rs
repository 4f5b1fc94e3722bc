//! The paragraphs of each document, and the copy group of each.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use ahash::AHashMap;
use rayon::prelude::*;

use crate::compare::pair::ParagraphId;

/// The paragraphs of all documents.
// Bytes a paragraph that an index of 50,000 paragraphs takes: 846 in documents of ten, 871 in documents of one; with one map
// from `ParagraphId` in its place 861, and no way to a document's paragraphs. To insert one takes 0.1 to 0.6 % more
// instructions, to write the index 8 to 22 bytes a paragraph less.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    by_number: AHashMap<u64, Paragraphs>,
    /// How many paragraphs all documents have.
    len: usize,
}

/// The paragraphs of one document, ascending.
#[derive(Clone, Debug)]
enum Paragraphs {
    One(Row),
    Few(Vec<Row>),
    /// More than `MAX_FEW`: in a vector of 100,000 that come in no order each would move half of the others.
    /// In a box, so that a document of one paragraph takes 32 bytes of the map, not 40.
    #[allow(clippy::box_collection)]
    Many(Box<BTreeMap<u32, Option<NonZeroU32>>>),
}

/// The most paragraphs in a vector: two KiB, of which to move half takes less than to find the document.
const MAX_FEW: usize = 256;

/// A paragraph and its copy group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    paragraph: u32,
    /// The number of its copy group plus one; `None` if it has no words.
    group: Option<NonZeroU32>,
}

impl Row {
    /// `group` is less than `u32::MAX`, as numbers in buckets are.
    fn new(paragraph: u32, group: Option<u32>) -> Self {
        Self { paragraph, group: group.and_then(|group| NonZeroU32::new(group.wrapping_add(1))) }
    }

    /// Returns the number of its copy group; `None` if it has no words.
    pub(super) fn group(self) -> Option<u32> {
        self.group.map(|group| group.get() - 1)
    }

    fn with_document(self, document: u64) -> (ParagraphId, Option<u32>) {
        (ParagraphId { document, paragraph: self.paragraph }, self.group())
    }
}

impl Documents {
    /// Returns how many paragraphs there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the numbers of all documents, ascending.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let mut numbers: Vec<u64> = self.by_number.keys().copied().collect();
        numbers.par_sort_unstable();
        numbers
    }

    pub(super) fn contains(&self, document: u64) -> bool {
        self.by_number.contains_key(&document)
    }

    pub(super) fn get(&self, id: ParagraphId) -> Option<Row> {
        self.by_number.get(&id.document)?.get(id.paragraph)
    }

    /// Inserts a paragraph, and returns the one that it replaces.
    pub(super) fn insert(&mut self, id: ParagraphId, group: Option<u32>) -> Option<Row> {
        let row = Row::new(id.paragraph, group);
        let replaced = match self.by_number.entry(id.document) {
            Entry::Occupied(mut paragraphs) => paragraphs.get_mut().insert(row),
            Entry::Vacant(place) => {
                place.insert(Paragraphs::One(row));
                None
            }
        };
        self.len += usize::from(replaced.is_none());
        replaced
    }

    /// Removes a paragraph, and returns it if it was there.
    pub(super) fn remove(&mut self, id: ParagraphId) -> Option<Row> {
        let paragraphs = self.by_number.get_mut(&id.document)?;
        let row = match paragraphs {
            Paragraphs::One(row) => Some(*row).filter(|row| row.paragraph == id.paragraph),
            Paragraphs::Few(rows) => position(rows, id.paragraph).ok().map(|at| rows.remove(at)),
            Paragraphs::Many(rows) => {
                rows.remove(&id.paragraph).map(|group| Row { paragraph: id.paragraph, group })
            }
        }?;
        let is_empty = match paragraphs {
            Paragraphs::One(_) => true,
            Paragraphs::Few(rows) => rows.is_empty(),
            Paragraphs::Many(rows) => rows.is_empty(),
        };
        if is_empty {
            self.by_number.remove(&id.document);
        }
        self.len -= 1;
        Some(row)
    }

    /// Removes a document, and returns its paragraphs.
    pub(super) fn remove_document(&mut self, document: u64) -> Vec<(ParagraphId, Option<u32>)> {
        let rows: Vec<_> = self.paragraphs_of(document).collect();
        self.by_number.remove(&document);
        self.len -= rows.len();
        rows
    }

    /// Returns the paragraphs of a document with their copy groups, ascending.
    pub(super) fn paragraphs_of(&self, document: u64) -> impl Iterator<Item = (ParagraphId, Option<u32>)> {
        let rows = self.by_number.get(&document).map(Paragraphs::iter);
        rows.into_iter().flatten().map(move |row| row.with_document(document))
    }

    /// Returns all paragraphs with their copy groups, ascending by id. Cost: the documents are sorted first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ParagraphId, Option<u32>)> {
        let mut documents: Vec<(u64, &Paragraphs)> =
            self.by_number.iter().map(|(&document, paragraphs)| (document, paragraphs)).collect();
        documents.par_sort_unstable_by_key(|&(document, _)| document);
        documents
            .into_iter()
            .flat_map(|(document, paragraphs)| paragraphs.iter().map(move |row| row.with_document(document)))
    }

    /// Returns how many paragraphs have no words.
    pub(super) fn without_words(&self) -> usize {
        self.by_number.values().flat_map(Paragraphs::iter).filter(|row| row.group.is_none()).count()
    }
}

impl Paragraphs {
    fn get(&self, paragraph: u32) -> Option<Row> {
        match self {
            Self::One(row) => Some(*row).filter(|row| row.paragraph == paragraph),
            Self::Few(rows) => position(rows, paragraph).ok().map(|at| rows[at]),
            Self::Many(rows) => rows.get(&paragraph).map(|&group| Row { paragraph, group }),
        }
    }

    fn insert(&mut self, row: Row) -> Option<Row> {
        match self {
            Self::One(only) if only.paragraph == row.paragraph => return Some(std::mem::replace(only, row)),
            Self::One(only) => {
                let mut rows = vec![*only, row];
                rows.sort_unstable_by_key(|row| row.paragraph);
                *self = Self::Few(rows);
            }
            Self::Few(rows) => match position(rows, row.paragraph) {
                Ok(at) => return Some(std::mem::replace(&mut rows[at], row)),
                Err(at) if rows.len() < MAX_FEW => rows.insert(at, row),
                Err(_) => {
                    let rows = rows.drain(..).chain([row]).map(|row| (row.paragraph, row.group));
                    *self = Self::Many(Box::new(rows.collect()));
                }
            },
            Self::Many(rows) => {
                let group = rows.insert(row.paragraph, row.group)?;
                return Some(Row { paragraph: row.paragraph, group });
            }
        }
        None
    }

    fn iter(&self) -> impl Iterator<Item = Row> {
        let (one, few, many) = match self {
            Self::One(row) => (Some(*row), None, None),
            Self::Few(rows) => (None, Some(rows), None),
            Self::Many(rows) => (None, None, Some(rows)),
        };
        one.into_iter().chain(few.into_iter().flatten().copied()).chain(
            many.into_iter()
                .flat_map(|rows| rows.iter())
                .map(|(&paragraph, &group)| Row { paragraph, group }),
        )
    }
}

/// Returns where a paragraph stands, or where it would: after all others for the most part, as articles are read from
/// the start.
fn position(rows: &[Row], paragraph: u32) -> Result<usize, usize> {
    if rows.last().is_none_or(|last| last.paragraph < paragraph) {
        return Err(rows.len());
    }
    rows.binary_search_by_key(&paragraph, |row| row.paragraph)
}

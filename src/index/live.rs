//! A segment, and which of its documents are gone.

use std::borrow::Cow;

use super::merge::Items;
use super::segment::{CopyGroupRow, Segment};
use super::unicode::UnicodeVersions;
use super::write::Store;
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;

/// What is left of a segment.
pub(super) struct Live {
    pub(super) segment: Segment,
    pub(super) gone: Gone,
}

/// The documents of a segment that were removed from the index or came again with a later segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gone {
    /// Ascending.
    pub(super) documents: Vec<u64>,
    /// How many paragraphs the segment has of them.
    pub(super) paragraphs: u64,
}

impl Live {
    /// All of a segment.
    pub(super) fn all(segment: Segment) -> Self {
        Self { segment, gone: Gone::default() }
    }

    /// Returns true if a document is not gone; it need not be there.
    fn is_live(&self, document: u64) -> bool {
        self.gone.documents.is_empty() || self.gone.documents.binary_search(&document).is_err()
    }

    /// Returns the number of paragraphs.
    pub(super) fn len(&self) -> u64 {
        self.segment.len() - self.gone.paragraphs
    }

    /// Returns about how many bytes a file of what is left would have.
    #[cfg(feature = "mmap")]
    pub(super) fn size(&self) -> u64 {
        let share = u128::from(self.segment.size_in_bytes()) * u128::from(self.len());
        u64::try_from(share / u128::from(self.segment.len().max(1))).expect("a share is less than the whole")
    }

    /// Returns the paragraphs of a copy group, descending.
    pub(super) fn ids_of(&self, number: u32, group: &CopyGroupRow) -> Result<Vec<ParagraphId>, Error> {
        let mut ids = self.segment.ids_of(number, group)?;
        ids.retain(|id| self.is_live(id.document));
        Ok(ids)
    }

    /// Returns the ids of a document's paragraphs, ascending.
    pub(super) fn paragraphs_of(&self, document: u64) -> Result<Vec<ParagraphId>, Error> {
        if self.is_live(document) { self.segment.paragraphs_of(document) } else { Ok(Vec::new()) }
    }

    pub(super) fn contains(&self, id: ParagraphId) -> Result<bool, Error> {
        Ok(self.is_live(id.document) && self.segment.first_from(id)? == Some(id))
    }

    pub(super) fn contains_document(&self, document: u64) -> Result<bool, Error> {
        let first = ParagraphId { document, paragraph: 0 };
        let is_of = |id: ParagraphId| id.document == document;
        Ok(self.is_live(document) && self.segment.first_from(first)?.is_some_and(is_of))
    }

    pub(super) fn document_name(&self, document: u64) -> Result<Option<&str>, Error> {
        if self.is_live(document) { self.segment.document_name(document) } else { Ok(None) }
    }
}

impl Store for Live {
    fn place(&self) -> &str {
        self.segment.place()
    }

    fn detector(&self) -> &Detector {
        self.segment.detector()
    }

    fn unicode(&self) -> Option<UnicodeVersions> {
        self.segment.unicode()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        let is_live =
            |name: &Result<(u64, _), _>| !matches!(name, Ok((document, _)) if !self.is_live(*document));
        Box::new(self.segment.names().filter(is_live))
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let is_live = |paragraph: &Result<(ParagraphId, _), _>| !matches!(paragraph, Ok((id, _)) if !self.is_live(id.document));
        Box::new(self.segment.paragraphs().filter(is_live))
    }

    fn copy_group_count(&self) -> usize {
        self.segment.copy_group_count()
    }

    fn copy_group(&self, number: u32) -> Result<(u128, u32), Error> {
        self.segment.copy_group(number)
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        self.segment.set(number)
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        self.segment.set_len(number)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        self.segment.entries()
    }
}

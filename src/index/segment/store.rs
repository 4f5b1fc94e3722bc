//! A saved index as a store: all of it, in the order of the file.

use std::borrow::Cow;

use super::Segment;
use super::rows::{row_number, size, u64_at};
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::index::layout::{NAME_BITS, NONE, NUMBER_LEN};
use crate::index::merge::Items;
use crate::index::unicode::UnicodeVersions;
use crate::index::write::Store;

impl Store for Segment {
    fn place(&self) -> &str {
        &self.place
    }

    fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    fn unicode(&self) -> Option<UnicodeVersions> {
        Some(self.unicode)
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        let mut last = None;
        Box::new((0..self.layout.counts.documents).map(move |row| {
            let document = self.document_row(row)?.0;
            if last.replace(document) >= Some(document) {
                return Err(self.damaged(format!("row {row} of documents is not in order")));
            }
            Ok((document, Cow::Borrowed(self.name_at(row)?)))
        }))
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let mut last = None;
        Box::new((0..row_number(self.layout.counts.paragraphs)).map(move |row| {
            let paragraph = self.paragraph_row(row)?;
            if last.replace(paragraph.id) >= Some(paragraph.id) {
                return Err(self.damaged(format!("row {row} of paragraphs is not in order")));
            }
            match paragraph.group {
                NONE => Ok((paragraph.id, None)),
                group if u64::from(group) < self.layout.counts.copy_groups => Ok((paragraph.id, Some(group))),
                group => {
                    let message =
                        format!("row {row} of paragraphs has copy group {group}, which is not there");
                    Err(self.damaged(message))
                }
            }
        }))
    }

    fn copy_group_count(&self) -> usize {
        size(self.layout.counts.copy_groups)
    }

    fn copy_group(&self, number: u32) -> Result<(u128, u32), Error> {
        self.copy_group_row(number).map(|row| (row.hash, row.shingles))
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        self.set_bytes(number).map(Cow::Borrowed)
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        self.set_bytes(number).map(|bytes| bytes.len() as u64)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        let (mut next_cell, mut cell_end) = (0, 0);
        let mut last = None;
        let shift = NAME_BITS - self.layout.cell_bits;
        Box::new((0..self.layout.counts.entries).map(move |entry| {
            while entry >= cell_end {
                if next_cell >> self.layout.cell_bits != 0 {
                    return Err(self.damaged("an entry stands in no cell"));
                }
                next_cell += 1;
                cell_end = u64_at(self.row(&self.layout.cells, next_cell, NUMBER_LEN, NUMBER_LEN)?, 0);
            }
            let slot = u64_at(self.row(&self.layout.entries, entry, NUMBER_LEN, NUMBER_LEN)?, 0);
            let cell = next_cell - 1;
            let name = (cell << shift) & !0xffff_ffff | slot >> 32;
            let group = slot & 0xffff_ffff;
            if group >= self.layout.counts.copy_groups || self.layout.cell(name) != cell {
                let message = format!("entry {entry} is of no copy group, or stands in the wrong cell");
                return Err(self.damaged(message));
            }
            if last.replace((name, group)) >= Some((name, group)) {
                return Err(self.damaged(format!("entry {entry} of buckets is not in order")));
            }
            Ok((name, row_number(group)))
        }))
    }
}

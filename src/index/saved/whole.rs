//! What goes through all of a saved index: growing, merging, checking, reading back into memory.

use std::borrow::Cow;
use std::io::Write;

use rayon::prelude::*;

use super::{SavedIndex, row_number, size, u64_at};
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::index::ids::Ids;
use crate::index::layout::{self, NONE, array};
use crate::index::write::{self, Conflict, Items, Store};
use crate::index::{Index, Text};
use crate::lsh::{Buckets, bucket_key};

impl SavedIndex {
    /// Write an index that holds what this one holds and `keep` says yes to, and the `additions`; a paragraph or name that
    /// both have is that of the additions. So paragraphs are added, replaced and taken out. The configuration is this
    /// one's; bytes of what is gone are gone too.
    ///
    /// Cost: one pass over all, two over the buckets; in memory some 150 bytes a paragraph.
    ///
    /// # Errors
    ///
    /// If the additions have another configuration, if what is read is damaged, or if `out` cannot be written to. What was
    /// written then is no index, and says so when it is opened.
    pub fn write_updated(
        &self,
        keep: impl Fn(ParagraphId) -> bool,
        additions: &Index,
        mut out: impl Write,
    ) -> Result<(), Error> {
        self.check_alike(additions.detector())?;
        let kept = Kept { saved: self, keep: &keep };
        write::write(&[&kept, additions], Conflict::LaterWins, &mut out)
    }

    /// Write an index that holds what this one and the others hold: shards that were signed on different machines become
    /// what one machine would have written, to the byte.
    ///
    /// Cost: one pass over all, two over the buckets; in memory some 150 bytes a paragraph.
    ///
    /// # Errors
    ///
    /// If one has another configuration, if a paragraph id stands for different words in two of them or a document has
    /// different names, if what is read is damaged, or if `out` cannot be written to.
    pub fn write_merged<'a>(
        &'a self,
        others: impl IntoIterator<Item = &'a SavedIndex>,
        mut out: impl Write,
    ) -> Result<(), Error> {
        let mut stores: Vec<&dyn Store> = vec![self];
        for other in others {
            other.check_alike(self.detector())?;
            stores.push(other);
        }
        write::write(&stores, Conflict::Refused, &mut out)
    }

    /// Verify everything: each checksum, that each text is in its buckets and no other, and that an index of what this one
    /// holds is written in the same bytes.
    ///
    /// Cost: each set is read and signed, on all cores; all bytes are read some three times.
    ///
    /// # Errors
    ///
    /// If anything is not as it must be.
    pub fn check(&self) -> Result<(), Error> {
        self.verified(0..self.layout.blocks_end())?;
        let texts = self.layout.counts.texts;
        let count = (0..texts)
            .into_par_iter()
            .map(|text| self.check_text(row_number(text)))
            .sum::<Result<u64, Error>>()?;
        let entries = self.layout.counts.entries;
        if count != entries {
            return Err(
                self.wrong(format!("expected {count} entries of buckets for its texts, got {entries}"))
            );
        }
        let mut same = Same { bytes: (*self.bytes).as_ref(), position: 0 };
        write::write(&[self], Conflict::Refused, &mut same).map_err(|error| {
            let differs = format!("byte {}: not what the rest of the index makes it", same.position);
            if error.is_io() { self.wrong(differs) } else { error }
        })
    }

    /// That a text is in the buckets that its shingles say; how many these are.
    fn check_text(&self, number: u32) -> Result<u64, Error> {
        let set = self.shingles(number, &self.text_row(number)?)?;
        let mut names: Vec<u64> = self.signer.keys(&set).into_iter().map(bucket_key).collect();
        names.sort_unstable();
        names.dedup();
        for &name in &names {
            let in_it =
                self.bucket(name)?.binary_search_by_key(&number, |entry| u32::from_le_bytes(array(entry)));
            if in_it.is_err() {
                return Err(self.wrong(format!("text {number} is not in its bucket {name:010x}")));
            }
        }
        Ok(names.len() as u64)
    }

    /// The index, in memory.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn to_index(&self) -> Result<Index, Error> {
        self.verified(0..self.layout.blocks_end())?;
        let mut index = Index::new(*self.detector());
        for number in 0..row_number(self.layout.counts.texts) {
            let row = self.text_row(number)?;
            index.texts.push(Some(Text {
                hash: row.hash,
                set: self.shingles(number, &row)?,
                ids: Ids::none(),
            }));
            if index.by_words.insert(row.hash, number).is_some() {
                return Err(self.wrong(format!("text {number} stands there twice")));
            }
        }
        for paragraph in self.paragraphs() {
            let (id, text) = paragraph?;
            if let Some(text) = text.and_then(|text| index.texts[text as usize].as_mut()) {
                text.ids.insert(id);
            }
            index.by_id.insert(id, text);
        }
        if index.texts.iter().flatten().any(|text| text.ids.first().is_none()) {
            return Err(self.wrong("a text has no paragraph"));
        }
        for name in self.names() {
            let (document, name) = name?;
            index.names.insert(document, name.into());
        }
        let (mut last, mut wrong) = (None, Ok(()));
        let in_order = |entry: Result<(u64, u32), Error>| {
            let entry = entry.and_then(|entry| {
                let is_next = last.replace(entry).is_none_or(|last| last < entry);
                is_next.then_some(entry).ok_or_else(|| self.wrong("the entries of buckets are not in order"))
            });
            entry.map_err(|error| wrong = Err(error)).ok()
        };
        index.buckets = Buckets::from_ordered(self.entries().map_while(in_order));
        wrong?;
        Ok(index)
    }

    /// That this index can go together with one of another configuration.
    fn check_alike(&self, expected: &Detector) -> Result<(), Error> {
        let (expected, got) = (expected.config(), self.detector().config());
        match expected.difference(got) {
            None => Ok(()),
            Some((option, expected, got)) => {
                Err(self.wrong(format!("{option}: expected {expected} as in the other index, got {got}")))
            }
        }
    }
}

impl Store for SavedIndex {
    fn place(&self) -> &str {
        &self.place
    }

    fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        let mut last = None;
        Box::new((0..self.layout.counts.documents).map(move |row| {
            let document = self.document_row(row)?.0;
            if last.replace(document) >= Some(document) {
                return Err(self.wrong(format!("row {row} of documents is not in order")));
            }
            Ok((document, Cow::Borrowed(self.name_at(row)?)))
        }))
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let mut last = None;
        Box::new((0..row_number(self.layout.counts.paragraphs)).map(move |row| {
            let (id, text, _) = self.paragraph_row(row)?;
            if last.replace(id) >= Some(id) {
                return Err(self.wrong(format!("row {row} of paragraphs is not in order")));
            }
            match text {
                NONE => Ok((id, None)),
                text if u64::from(text) < self.layout.counts.texts => Ok((id, Some(text))),
                text => {
                    Err(self.wrong(format!("row {row} of paragraphs has text {text}, which is not there")))
                }
            }
        }))
    }

    fn text_count(&self) -> usize {
        size(self.layout.counts.texts)
    }

    fn text(&self, number: u32) -> Result<(u128, u32), Error> {
        self.text_row(number).map(|row| (row.hash, row.shingles))
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        self.set_bytes(number).map(Cow::Borrowed)
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        self.set_bytes(number).map(|bytes| bytes.len() as u64)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        let (mut next_cell, mut cell_end) = (0, 0);
        let shift = 40 - self.layout.cell_bits;
        Box::new((0..self.layout.counts.entries).map(move |entry| {
            while entry >= cell_end {
                if next_cell >> self.layout.cell_bits != 0 {
                    return Err(self.wrong("an entry stands in no cell"));
                }
                next_cell += 1;
                cell_end =
                    u64_at(self.row(&self.layout.cells, next_cell, layout::NUMBER, layout::NUMBER)?, 0);
            }
            let slot = u64_at(self.row(&self.layout.entries, entry, layout::NUMBER, layout::NUMBER)?, 0);
            let cell = next_cell - 1;
            let name = (cell << shift) & !0xffff_ffff | slot >> 32;
            let text = slot & 0xffff_ffff;
            if text >= self.layout.counts.texts || self.layout.cell(name) != cell {
                return Err(self.wrong(format!("entry {entry} is of no text, or stands in the wrong cell")));
            }
            Ok((name, row_number(text)))
        }))
    }
}

/// A saved index without some of its paragraphs.
struct Kept<'s, K> {
    saved: &'s SavedIndex,
    keep: &'s K,
}

impl<K: Fn(ParagraphId) -> bool> Store for Kept<'_, K> {
    fn place(&self) -> &str {
        self.saved.place()
    }

    fn detector(&self) -> &Detector {
        self.saved.detector()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        self.saved.names()
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let is_kept =
            |paragraph: &Result<(ParagraphId, _), _>| !matches!(paragraph, Ok((id, _)) if !(self.keep)(*id));
        Box::new(self.saved.paragraphs().filter(is_kept))
    }

    fn text_count(&self) -> usize {
        self.saved.text_count()
    }

    fn text(&self, number: u32) -> Result<(u128, u32), Error> {
        self.saved.text(number)
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        self.saved.set(number)
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        self.saved.set_len(number)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        self.saved.entries()
    }
}

/// Takes bytes only if they are those of another.
struct Same<'b> {
    bytes: &'b [u8],
    position: usize,
}

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let rest = &self.bytes[self.position..];
        let same = bytes.iter().zip(rest).take_while(|(a, b)| a == b).count();
        self.position += same;
        if same == bytes.len() { Ok(same) } else { Err(std::io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

//! What goes through all of a saved index: growing, merging, checking, reading back into memory.

use std::borrow::Cow;
use std::io::Write;

use rayon::prelude::*;

use super::{SavedIndex, row_number, size, u64_at};
use crate::detect::Detector;
use crate::error::Error;
use crate::index::ids::Ids;
use crate::index::layout::{self, NONE};
use crate::index::write::{self, Conflict, Items, Store};
use crate::index::{Index, Text};
use crate::lsh::buckets;
use crate::pair::ParagraphId;

impl SavedIndex {
    /// Write an index that holds what this one holds and `keep` says yes to, and the `additions`; a paragraph or name that
    /// both have is that of the additions. So paragraphs are added, replaced and taken out. The configuration is this
    /// one's; bytes of what is gone are gone too.
    ///
    /// Cost: one pass over all; in memory some 70 bytes a paragraph.
    ///
    /// # Errors
    ///
    /// If the additions have another configuration, if what is read is damaged, or if `out` cannot be written to. What was
    /// written then is no index, and says so when it is opened.
    pub fn update(
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
    /// Cost: one pass over all; in memory some 70 bytes a paragraph.
    ///
    /// # Errors
    ///
    /// If one has another configuration, if a paragraph id stands for different words in two of them or a document has
    /// different names, if what is read is damaged, or if `out` cannot be written to.
    pub fn merge<'a>(
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
        self.bytes(0..self.layout.blocks_end())?;
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
        let mut names: Vec<u64> = self.signer.keys(&set).into_iter().map(buckets::name).collect();
        names.sort_unstable();
        names.dedup();
        let mut texts = Vec::new();
        for &name in &names {
            texts.clear();
            self.bucket(name, &mut texts)?;
            if texts.binary_search(&number).is_err() {
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
        self.bytes(0..self.layout.blocks_end())?;
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
        let mut last = None;
        for paragraph in self.paragraphs() {
            let (id, text) = paragraph?;
            if last >= Some(id) {
                return Err(self.wrong("the paragraphs are not in order"));
            }
            last = Some(id);
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
        let mut last = None;
        let mut entries = Vec::with_capacity(size(self.layout.counts.entries));
        for entry in self.entries() {
            let entry = entry?;
            if last >= Some(entry) {
                return Err(self.wrong("the entries of buckets are not in order"));
            }
            last = Some(entry);
            entries.push(entry);
        }
        index.buckets = buckets::Buckets::of_ordered(entries);
        Ok(index)
    }

    fn check_alike(&self, detector: &Detector) -> Result<(), Error> {
        let counts = layout::Counts::default();
        if layout::header(self.detector(), &counts) == layout::header(detector, &counts) {
            return Ok(());
        }
        let (expected, got) = (self.detector().config(), detector.config());
        Err(self.wrong(format!("expected an index of the configuration {expected:?}, got one of {got:?}")))
    }
}

impl Store for SavedIndex {
    fn detector(&self) -> &Detector {
        self.signer.detector()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        let name = |row| Ok((self.document_row(row)?.0, Cow::Borrowed(self.name_at(row)?)));
        Box::new((0..self.layout.counts.documents).map(name))
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        Box::new((0..row_number(self.layout.counts.paragraphs)).map(|row| match self.paragraph_row(row)? {
            (id, NONE, _) => Ok((id, None)),
            (id, text, _) if u64::from(text) < self.layout.counts.texts => Ok((id, Some(text))),
            (_, text, _) => {
                Err(self.wrong(format!("row {row} of paragraphs has text {text}, which is not there")))
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
        let mut cell = 0;
        let mut cell_end = 0;
        let shift = 40 - self.layout.cell_bits;
        Box::new((0..self.layout.counts.entries).map(move |entry| {
            while entry >= cell_end {
                if cell >> self.layout.cell_bits != 0 {
                    return Err(self.wrong("an entry stands in no cell"));
                }
                cell += 1;
                cell_end = u64_at(self.row(&self.layout.cells, cell, layout::WORD, layout::WORD)?, 0);
            }
            let slot = u64_at(self.row(&self.layout.slots, entry, layout::WORD, layout::WORD)?, 0);
            let name = ((cell - 1) << shift) & !0xffff_ffff | slot >> 32;
            let text = slot & 0xffff_ffff;
            if text >= self.layout.counts.texts || self.layout.cell(name) != cell - 1 {
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

//! What goes through all of a saved index: updating, merging, checking, reading back into memory.

use std::borrow::Cow;
use std::io::{self, Write};

use rayon::prelude::*;

use super::layout::{array, bucket_key};
use super::live::Live;
use super::memory::Index;
use super::merge::Items;
use super::saved::SavedIndex;
use super::segment::Segment;
use super::spool::Room;
use super::unicode::UnicodeVersions;
use super::write::{self, Conflict, Store};
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::groups::number;

impl SavedIndex {
    /// Writes an index that holds the paragraphs of this one that `keep` returns true for, and the `additions`. A paragraph
    /// or name that both have is that of the additions. So paragraphs are added, replaced and removed. The configuration is
    /// this one's; no bytes of what is removed stay.
    ///
    /// Cost: some passes over all, two of them over the buckets; at most 64 MB of memory, and temporary files in
    /// [`std::env::temp_dir`], of some 80 bytes a paragraph, for what exceeds it.
    ///
    /// ```
    /// use dittograph::{Detector, Index, SavedIndex};
    ///
    /// let mut index = Index::new(Detector::default());
    /// index.insert_documents([(1, "An article that stays."), (2, "An old text.\nIt goes.")]);
    /// # let mut bytes = Vec::new();
    /// # index.write_to(&mut bytes)?;
    /// # let saved = SavedIndex::new(bytes)?;
    /// let mut additions = Index::new(*saved.detector());
    /// additions.insert_document(2, "A new text.");
    /// let mut updated = Vec::new();
    /// saved.write_updated(|id| id.document != 2, &additions, &mut updated)?;
    /// assert_eq!(SavedIndex::new(updated)?.len(), 2);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the additions have another configuration, if what is read is damaged, or if `out` cannot be written to. The bytes
    /// written until then are no index, and are refused when they are opened.
    pub fn write_updated(
        &self,
        keep: impl Fn(ParagraphId) -> bool,
        additions: &Index,
        mut out: impl Write,
    ) -> Result<(), Error> {
        self.write_updated_within(&Room::default(), keep, additions, "index", &mut out)
    }

    /// Does the same with so much memory; `place` is what `out` is called in errors.
    pub(super) fn write_updated_within(
        &self,
        room: &Room,
        keep: impl Fn(ParagraphId) -> bool,
        additions: &Index,
        place: &str,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        self.check_same_configuration(additions.detector())?;
        let kept: Vec<Kept<'_, _>> = self.segments().iter().map(|live| Kept { live, keep: &keep }).collect();
        let mut stores: Vec<&dyn Store> = kept.iter().map(|kept| kept as &dyn Store).collect();
        stores.push(additions);
        write::write_within(room, &stores, Conflict::LaterWins, place, out)
    }

    /// Writes an index that holds what this one and the others hold: shards that were signed on different machines become
    /// what one machine would have written, to the byte.
    ///
    /// Cost: some passes over all, two of them over the buckets; at most 64 MB of memory, and temporary files in
    /// [`std::env::temp_dir`], of some 80 bytes a paragraph, for what exceeds it.
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
        let mut stores = self.stores();
        for other in others {
            other.check_same_configuration(self.detector())?;
            stores.extend(other.stores());
        }
        write::write(&stores, Conflict::Refused, "index", &mut out)
    }

    /// Calls `each` with the paragraphs that have the same words, ascending; copy group after copy group, in no order that means anything.
    ///
    /// Cost: one pass over the paragraphs, which are sorted; at most 64 MB of memory, and temporary files in
    /// [`std::env::temp_dir`] for what exceeds it.
    ///
    /// ```
    /// use dittograph::{Detector, Index, SavedIndex};
    ///
    /// let mut index = Index::new(Detector::default());
    /// index.insert_documents([(1, "Read on\nThe mill burnt down."), (2, "Bread is dearer.\nREAD ON!")]);
    /// # let mut bytes = Vec::new();
    /// # index.write_to(&mut bytes)?;
    /// let mut most = 0;
    /// SavedIndex::new(bytes)?.try_for_each_copy_group(|paragraphs| {
    ///     most = most.max(paragraphs.len());
    ///     Ok(())
    /// })?;
    /// assert_eq!(most, 2);
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is damaged, if a temporary file cannot be written, and those of `each`.
    pub fn try_for_each_copy_group(
        &self,
        mut each: impl FnMut(&[ParagraphId]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let stores = self.stores();
        let by_words = write::by_words(&Room::default(), &stores)?;
        let (mut words, mut paragraphs) = (None, Vec::new());
        for row in by_words.iter() {
            let [a, b, c, d, high, low, paragraph] = row?;
            if words.replace([a, b, c, d]).is_some_and(|words| words != [a, b, c, d]) {
                each(&paragraphs)?;
                paragraphs.clear();
            }
            paragraphs.push(ParagraphId { document: write::joined(high, low), paragraph });
        }
        if paragraphs.is_empty() { Ok(()) } else { each(&paragraphs) }
    }

    /// Verifies everything: each checksum, that each copy group is in its buckets and in no other, and that an index of what
    /// this one holds is written in the same bytes.
    ///
    /// Cost: each set is read and signed, on all cores; all bytes are read some three times.
    ///
    /// # Errors
    ///
    /// If anything differs from what the format says.
    pub fn check(&self) -> Result<(), Error> {
        self.segments().iter().try_for_each(|live| live.segment.check())?;
        self.segments().iter().try_for_each(Live::check_gone)?;
        let (mut last, mut documents) = (None::<ParagraphId>, 0);
        for id in self.ids() {
            let id = id?;
            if last >= Some(id) {
                let ParagraphId { document, paragraph } = id;
                let message = format!("paragraph {paragraph} of document {document} is in two segments");
                return Err(Error::format(self.place(), message));
            }
            documents += u64::from(last.is_none_or(|last| last.document != id.document));
            last = Some(id);
        }
        match self.named_documents().filter(|&named| named != documents) {
            Some(named) => Err(Error::unexpected(self.place(), format!("{named} documents"), documents)),
            None => Ok(()),
        }
    }

    /// Returns what it consists of, to be written.
    pub(super) fn stores(&self) -> Vec<&dyn Store> {
        self.segments().iter().map(|live| live as &dyn Store).collect()
    }

    /// Reads the index into memory. Cost: one pass over all.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn to_index(&self) -> Result<Index, Error> {
        if let [live] = self.segments()
            && live.gone.documents.is_empty()
        {
            return Index::from_segment(&live.segment);
        }
        let mut bytes = Vec::new();
        write::write(&self.stores(), Conflict::Refused, "index", &mut bytes)?;
        Index::from_segment(&Segment::from_bytes("index".into(), Box::new(bytes))?)
    }

    /// Checks that this index has the configuration of another.
    pub(super) fn check_same_configuration(&self, expected: &Detector) -> Result<(), Error> {
        self.segments()[0].segment.check_same_configuration(expected)
    }
}

impl Live {
    /// Checks that what is gone is there.
    fn check_gone(&self) -> Result<(), Error> {
        let mut paragraphs = 0;
        for &document in &self.gone.documents {
            let count = self.segment.paragraphs_of(document)?.len() as u64;
            if count == 0 {
                let message = format!("holds no document {document}, which the manifest says is gone");
                return Err(self.segment.damaged(message));
            }
            paragraphs += count;
        }
        if paragraphs == self.gone.paragraphs {
            return Ok(());
        }
        let expected = format!("{} paragraphs that are gone", self.gone.paragraphs);
        Err(Error::unexpected(self.place(), expected, paragraphs))
    }
}

impl Segment {
    /// Verifies each checksum, that each copy group is in its buckets and in no other, and that an index of what this file holds
    /// is written in the same bytes.
    fn check(&self) -> Result<(), Error> {
        self.verify_all()?;
        let count = (0..number(self.copy_group_count()))
            .into_par_iter()
            .map(|group| self.check_copy_group(group))
            .sum::<Result<usize, Error>>()?;
        let entries = self.statistics().entries;
        if count != entries {
            let expected = format!("{count} entries of buckets for the copy groups");
            return Err(Error::unexpected(self.place(), expected, entries));
        }
        let mut written = Comparing { bytes: self.all_bytes(), position: 0 };
        write::write(&[self], Conflict::Refused, "index", &mut written).map_err(|error| {
            let message = format!("byte {} is not what follows from the rest of the index", written.position);
            if error.is_io() { self.damaged(message) } else { error }
        })
    }

    /// Checks that a copy group is in the buckets that follow from its shingles, and returns how many these are.
    fn check_copy_group(&self, number: u32) -> Result<usize, Error> {
        let (_, set) = self.copy_group_with_set(number)?;
        let mut names: Vec<u64> = self.signer().keys(&set).into_iter().map(bucket_key).collect();
        names.sort_unstable();
        names.dedup();
        for &name in &names {
            let found =
                self.bucket(name)?.binary_search_by_key(&number, |entry| u32::from_le_bytes(array(entry)));
            if found.is_err() {
                return Err(self.damaged(format!("copy group {number} is not in its bucket {name:010x}")));
            }
        }
        Ok(names.len())
    }

    /// Checks that this segment has the configuration of another index.
    pub(super) fn check_same_configuration(&self, expected: &Detector) -> Result<(), Error> {
        match expected.config().difference(self.detector().config()) {
            None => Ok(()),
            Some((option, expected, got)) => {
                let expected = format!("{option} {expected} as in the other index");
                Err(Error::unexpected(self.place(), expected, got))
            }
        }
    }
}

/// A segment without some of its paragraphs.
struct Kept<'s, K> {
    live: &'s Live,
    keep: &'s K,
}

impl<K: Fn(ParagraphId) -> bool> Store for Kept<'_, K> {
    fn place(&self) -> &str {
        self.live.place()
    }

    fn detector(&self) -> &Detector {
        self.live.detector()
    }

    fn unicode(&self) -> Option<UnicodeVersions> {
        self.live.unicode()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        self.live.names()
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let is_kept =
            |paragraph: &Result<(ParagraphId, _), _>| !matches!(paragraph, Ok((id, _)) if !(self.keep)(*id));
        Box::new(self.live.paragraphs().filter(is_kept))
    }

    fn copy_group_count(&self) -> usize {
        self.live.copy_group_count()
    }

    fn copy_group(&self, number: u32) -> Result<(u128, u32), Error> {
        self.live.copy_group(number)
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        self.live.set(number)
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        self.live.set_len(number)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        self.live.entries()
    }
}

/// A writer that refuses bytes that differ from those it has.
struct Comparing<'b> {
    bytes: &'b [u8],
    position: usize,
}

impl Write for Comparing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let rest = &self.bytes[self.position..];
        let same = bytes.iter().zip(rest).take_while(|(a, b)| a == b).count();
        self.position += same;
        if same == bytes.len() { Ok(same) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

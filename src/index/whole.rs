//! What goes through all of a saved index: updating, merging, checking, reading back into memory.

use std::borrow::Cow;
use std::io::{self, Write};

use rayon::prelude::*;

use super::layout::{array, bucket_key};
use super::memory::Index;
use super::merge::Items;
use super::saved::SavedIndex;
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
        self.check_same_configuration(additions.detector())?;
        let kept = Kept { saved: self, keep: &keep };
        write::write(&[&kept, additions], Conflict::LaterWins, "index", &mut out)
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
        let mut stores: Vec<&dyn Store> = vec![self];
        for other in others {
            other.check_same_configuration(self.detector())?;
            stores.push(other);
        }
        write::write(&stores, Conflict::Refused, "index", &mut out)
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

    /// Reads the index into memory. Cost: one pass over all.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn to_index(&self) -> Result<Index, Error> {
        Index::from_saved(self)
    }

    /// Checks that this index has the configuration of another.
    fn check_same_configuration(&self, expected: &Detector) -> Result<(), Error> {
        match expected.config().difference(self.detector().config()) {
            None => Ok(()),
            Some((option, expected, got)) => {
                let expected = format!("{option} {expected} as in the other index");
                Err(Error::unexpected(self.place(), expected, got))
            }
        }
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

    fn unicode(&self) -> Option<UnicodeVersions> {
        self.saved.unicode()
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        self.saved.names()
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        let is_kept =
            |paragraph: &Result<(ParagraphId, _), _>| !matches!(paragraph, Ok((id, _)) if !(self.keep)(*id));
        Box::new(self.saved.paragraphs().filter(is_kept))
    }

    fn copy_group_count(&self) -> usize {
        self.saved.copy_group_count()
    }

    fn copy_group(&self, number: u32) -> Result<(u128, u32), Error> {
        self.saved.copy_group(number)
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

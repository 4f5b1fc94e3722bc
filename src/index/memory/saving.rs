//! An index in memory, written to a file and read from one.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::Path;

use super::{CopyGroup, Index};
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::groups::number;
use crate::index::id_set::IdSet;
use crate::index::merge::Items;
use crate::index::replacement::Replacement;
use crate::index::segment::Segment;
use crate::index::sets;
use crate::index::unicode::UnicodeVersions;
use crate::index::write::{self, Conflict, Store};
use crate::lsh::Buckets;

impl Index {
    /// Writes the index; [`saved`](mod@crate::saved) describes the format. [`save`](Self::save) puts it in the place of a
    /// file.
    ///
    /// What the index holds decides every byte, not how it came in. Cost: some passes over all, two of them over the buckets; at most
    /// 64 MB of memory more, and temporary files in [`std::env::temp_dir`] for what exceeds it.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to. The bytes written until then are no index, and are refused when they are opened.
    pub fn write_to(&self, mut out: impl Write) -> Result<(), Error> {
        write::write(&[self], Conflict::Refused, "index", &mut out)
    }

    /// Reads an index that was written.
    ///
    /// Cost: one pass over all; in memory the bytes of the file besides those of the index.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is of another version of the format or another fingerprint, is cut short, or damaged in any
    /// byte.
    pub fn read_from(mut from: impl Read) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(|error| Error::io("index", error))?;
        Self::from_segment(&Segment::from_bytes("index".into(), Box::new(bytes))?)
    }

    /// Saves the index to a file, in the place of the one that may be there: at once, by a
    /// [`Replacement`](crate::saved::Replacement). Cost: that of [`write_to`](Self::write_to).
    ///
    /// ```
    /// # use dittograph::{Detector, Index, ParagraphId};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("news.index");
    /// let mut index = Index::new(Detector::default());
    /// index.insert_document(1, "The mill at Anwick burnt down in the night to Monday.");
    /// index.save(&path)?;
    /// assert!(Index::load(&path)?.contains(ParagraphId { document: 1, paragraph: 0 }));
    /// # Ok::<(), dittograph::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it cannot be written, or if another program is replacing the same file; an older file is then still there.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let mut file = Replacement::begin(path)?;
        write::write(&[self], Conflict::Refused, &path.display().to_string(), &mut file)?;
        file.commit()
    }

    /// Loads an index that was saved to a file. Cost: that of [`read_from`](Self::read_from).
    ///
    /// # Errors
    ///
    /// If there is no such file, and those of [`read_from`](Self::read_from).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        #[cfg(feature = "mmap")]
        if path.as_ref().is_dir() {
            return crate::index::saved::SavedIndex::open(path)?.to_index();
        }
        let place = path.as_ref().display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Error::io(&place, error))?;
        Self::from_segment(&Segment::from_bytes(place, Box::new(bytes))?)
    }

    /// Reads the file of a saved index into memory.
    pub(in crate::index) fn from_segment(saved: &Segment) -> Result<Self, Error> {
        saved.verify_all()?;
        let mut index = Self { unicode: saved.unicode(), ..Self::new(*saved.detector()) };
        for group in 0..number(saved.copy_group_count()) {
            let (hash, set) = saved.copy_group_with_set(group)?;
            index.groups.push(Some(CopyGroup { hash, set, ids: IdSet::new() }));
            if index.by_words.insert(hash, group).is_some() {
                return Err(saved.damaged(format!("the words of copy group {group} are those of another")));
            }
        }
        for paragraph in saved.paragraphs() {
            let (id, group) = paragraph?;
            if let Some(group) = group.and_then(|group| index.groups[group as usize].as_mut()) {
                group.ids.insert(id);
            }
            index.documents.insert(id, group);
        }
        if index.groups.iter().flatten().any(|group| group.ids.first().is_none()) {
            return Err(saved.damaged("a copy group has no paragraph"));
        }
        for name in saved.names() {
            let (document, name) = name?;
            index.names.insert(document, name.into());
        }
        let mut result = Ok(());
        let good = |entry: Result<(u64, u32), Error>| entry.map_err(|error| result = Err(error)).ok();
        index.buckets = Buckets::from_ordered(saved.entries().map_while(good));
        result.map(|()| index)
    }
}

impl Store for Index {
    fn place(&self) -> &'static str {
        "index in memory"
    }

    fn detector(&self) -> &Detector {
        self.detector()
    }

    fn unicode(&self) -> Option<UnicodeVersions> {
        self.unicode
    }

    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)> {
        let mut names: Vec<(u64, &str)> =
            self.names.iter().map(|(&document, name)| (document, &**name)).collect();
        names.sort_unstable_by_key(|&(document, _)| document);
        Box::new(names.into_iter().map(|(document, name)| Ok((document, Cow::Borrowed(name)))))
    }

    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)> {
        Box::new(self.documents.iter().map(Ok))
    }

    fn copy_group_count(&self) -> usize {
        self.groups.len()
    }

    fn copy_group(&self, number: u32) -> Result<(u128, u32), Error> {
        let group = self.group(number);
        Ok((group.hash, crate::groups::number(group.set.len())))
    }

    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error> {
        let mut bytes = Vec::new();
        sets::encode(self.group(number).set.hashes(), &mut bytes);
        Ok(Cow::Owned(bytes))
    }

    fn set_len(&self, number: u32) -> Result<u64, Error> {
        Ok(sets::coded_len(self.group(number).set.hashes()) as u64)
    }

    fn entries(&self) -> Items<'_, (u64, u32)> {
        Box::new(self.buckets.in_order().map(Ok))
    }
}

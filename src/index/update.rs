//! Changing a saved index, be it one file or a folder of segments.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::folder::{self, manifest_path, segment_path};
use super::live::{Gone, Live};
use super::manifest::{Entry, Manifest};
use super::memory::Index;
use super::replacement::{Replacement, folder_of};
use super::saved::SavedIndex;
use super::segment::Segment;
use super::spool::Room;
use super::write::{self, Conflict, Store};
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;

/// A change of a saved index at a path, be it one file or a [folder of segments](mod@crate::saved#folders-of-segments).
///
/// [`begin`](Update::begin) locks the index: nobody else changes it until this is dropped or committed, and a second program is
/// refused. Then comes one change, and no second one: an [`update`](Update::update), a [`merge`](Update::merge) or a [`compact`](Update::compact).
/// [`commit`](Update::commit) puts it in place at once. Whatever happens before, the index is as it was; after, it is the new one in
/// full. Who has it open goes on with what it was.
///
/// ```
/// use dittograph::saved::Update;
/// use dittograph::{Detector, Index, SavedIndex};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("news");
/// // A folder of segments, of no article yet.
/// Update::create(&path, Detector::default())?.commit()?;
/// for (day, text) in [(1, "The mill at Anwick burnt down."), (2, "Bread is dearer by a tenth.")] {
///     let mut update = Update::begin(&path)?;
///     let mut additions = Index::new(*update.index().detector());
///     additions.insert_document(day, text);
///     update.update([], &additions)?;
///     update.commit()?;
/// }
/// assert_eq!(SavedIndex::open(&path)?.query("bread is dearer, by a tenth")?[0].id.document, 2);
/// let mut update = Update::begin(&path)?;
/// update.update([1], &Index::default())?;
/// update.commit()?;
/// assert_eq!(SavedIndex::open(&path)?.len(), 1);
/// # Ok::<(), dittograph::Error>(())
/// ```
#[derive(Debug)]
pub struct Update {
    path: PathBuf,
    saved: SavedIndex,
    /// Of a folder what it will be.
    manifest: Option<Manifest>,
    /// Of a folder where the segment is written that this change brings.
    new_segment: Option<PathBuf>,
    /// The file, or that of the manifest; its lock is that of the whole index. `None` once it is in its place.
    file: Option<Replacement>,
    /// The folder, if it was not there before.
    created: Option<PathBuf>,
    progress: Progress,
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    None,
    /// It was begun; if it failed, it stays so.
    Begun,
    /// All is written but for the last step.
    Complete,
}

impl Update {
    /// Begins a change of the index at this path.
    ///
    /// Cost: that of opening it.
    ///
    /// # Errors
    ///
    /// If another program is changing it, and those of [`SavedIndex::open`].
    pub fn begin(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if !path.is_dir() {
            let file = Replacement::begin(path)?;
            return Ok(Self::new(path, SavedIndex::open(path)?, None, file));
        }
        // A folder that is no index stays as it is.
        let manifest = manifest_path(path);
        manifest.metadata().map_err(|error| Error::io(manifest.display().to_string(), error))?;
        let file = Replacement::begin(&manifest)?;
        let (manifest, segments) = folder::open(path)?;
        folder::remove_others(path, &manifest);
        let saved = SavedIndex::of_segments(path, segments, manifest.documents);
        Ok(Self::new(path, saved, Some(manifest), file))
    }

    /// Begins a folder of segments at this path: of an index with this configuration that holds nothing. If there is such a folder
    /// already, it is replaced.
    ///
    /// # Errors
    ///
    /// If the folder cannot be created, if it is there and holds other files, or if another program is changing it.
    pub fn create(path: impl AsRef<Path>, detector: Detector) -> Result<Self, Error> {
        let path = path.as_ref();
        let io = |error: io::Error| Error::io(path.display().to_string(), error);
        let created = match fs::create_dir(path) {
            Ok(()) => Some(path.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => None,
            Err(error) => return Err(io(error)),
        };
        if created.is_none() && !folder::is_own(path).map_err(io)? {
            return Err(io(io::Error::new(io::ErrorKind::AlreadyExists, "a folder that is no index")));
        }
        let file = Replacement::begin(manifest_path(path))?;
        // Numbers go on where those of what is replaced end.
        let next = folder::next_number(path).map_err(io)?;
        let mut bytes = Vec::new();
        Index::new(detector).write_to(&mut bytes)?;
        let manifest = Manifest { next, documents: 0, segments: Vec::new() };
        let mut this = Self::new(path, SavedIndex::new(bytes)?, Some(manifest), file);
        this.created = created;
        Ok(this)
    }

    fn new(path: &Path, saved: SavedIndex, manifest: Option<Manifest>, file: Replacement) -> Self {
        let new_segment = manifest.as_ref().map(|manifest| segment_path(path, manifest.next));
        let file = Some(file);
        Self {
            path: path.to_owned(),
            saved,
            manifest,
            new_segment,
            file,
            created: None,
            progress: Progress::None,
        }
    }

    /// Returns the index as it is.
    #[must_use]
    pub fn index(&self) -> &SavedIndex {
        &self.saved
    }

    /// Returns the paths of what is being written, for a program that removes it when it is interrupted.
    #[must_use]
    pub fn new_paths(&self) -> Vec<PathBuf> {
        let file = self.file.iter().map(|file| file.new_path().to_owned());
        file.chain(self.new_segment.iter().flat_map(|path| Replacement::paths(path))).collect()
    }

    /// Removes documents, and adds what another index holds, once that is removed.
    ///
    /// Cost: of a folder, that of what is added, and a few binary searches in each segment for each document that is removed or added;
    /// of a file, that of [`write_updated`](SavedIndex::write_updated).
    ///
    /// # Errors
    ///
    /// If the additions have another configuration; if they have a paragraph of the same id as the index, or another name for a
    /// document of it, that is not removed; if what is read is damaged, or if it cannot be written.
    ///
    /// # Panics
    ///
    /// If there was a change already.
    #[track_caller]
    pub fn update(&mut self, removed: impl IntoIterator<Item = u64>, additions: &Index) -> Result<(), Error> {
        let mut removed: Vec<u64> = removed.into_iter().collect();
        removed.sort_unstable();
        removed.dedup();
        let is_removed = |document: u64| removed.binary_search(&document).is_ok();
        self.saved.check_same_configuration(additions.detector())?;
        let new_documents = self.check_additions(&is_removed, additions)?;
        self.begin_change();
        let Some(manifest) = &mut self.manifest else {
            let room = Room::in_folder(folder_of(&self.path).to_owned());
            let place = self.path.display().to_string();
            let file = self.file.as_mut();
            return file.map_or(Ok(()), |file| {
                let keep = |id: ParagraphId| !is_removed(id.document);
                self.saved.write_updated_within(&room, keep, additions, &place, file)?;
                file.sync()?;
                self.progress = Progress::Complete;
                Ok(())
            });
        };
        let mut gone_documents = 0;
        for &document in &removed {
            gone_documents += u64::from(self.saved.contains_document(document)?);
        }
        for (entry, live) in manifest.segments.iter_mut().zip(self.saved.segments()) {
            for &document in &removed {
                let paragraphs = live.paragraphs_of(document)?.len() as u64;
                if paragraphs > 0 {
                    entry.gone.documents.push(document);
                    entry.gone.paragraphs += paragraphs;
                }
            }
            entry.gone.documents.sort_unstable();
        }
        let staying = manifest.documents.checked_sub(gone_documents).ok_or_else(|| {
            let place = manifest_path(&self.path).display().to_string();
            Error::unexpected(place, format!("{gone_documents} documents or more"), manifest.documents)
        })?;
        manifest.documents = staying + new_documents;
        let mut lens = self.saved.segments().iter().map(|live| live.segment.len());
        manifest.segments.retain(|entry| lens.next().is_none_or(|len| len > entry.gone.paragraphs));
        if !additions.is_empty() || manifest.segments.is_empty() {
            let (room, place) = (Room::in_folder(self.path.clone()), self.path.display().to_string());
            let stores: [&dyn Store; 1] = [additions];
            self.add_segment(|out| write::write_within(&room, &stores, Conflict::Refused, &place, out))?;
        }
        self.write_manifest()
    }

    /// # Panics
    ///
    /// If there was a change already: the second would be written behind the first.
    #[track_caller]
    fn begin_change(&mut self) {
        assert!(self.progress == Progress::None, "an update makes one change, and is committed");
        self.progress = Progress::Begun;
    }

    /// Checks that no paragraph of the additions is there, nor another name of a document, and returns how many documents are new.
    fn check_additions(&self, is_removed: &impl Fn(u64) -> bool, additions: &Index) -> Result<u64, Error> {
        let mut new = 0;
        for document in additions.documents() {
            if is_removed(document) || !self.saved.contains_document(document)? {
                new += 1;
                continue;
            }
            let held = self.saved.paragraphs_of(document)?;
            if let Some(id) = additions.paragraphs_of(document).find(|id| held.binary_search(id).is_ok()) {
                let message = format!("holds paragraph {} of document {document} already", id.paragraph);
                return Err(Error::format(self.path.display().to_string(), message));
            }
            let names = (self.saved.document_name(document)?, additions.document_name(document));
            if let (Some(held), Some(added)) = names
                && held != added
            {
                let message = format!("document {document} is {held:?}, and {added:?} in the additions");
                return Err(Error::format(self.path.display().to_string(), message));
            }
        }
        Ok(new)
    }

    /// Writes the only segment of a folder that was [created](Self::create): an index that is written to `out`, such as by
    /// [`write_merged`](SavedIndex::write_merged).
    ///
    /// # Errors
    ///
    /// Those of `write`; if what it writes is no index of this configuration; or if it cannot be written.
    ///
    /// # Panics
    ///
    /// If there was a change already.
    #[track_caller]
    pub fn write_with(
        &mut self,
        write: impl FnOnce(&mut Replacement) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.begin_change();
        let segment = self.add_segment(write)?;
        let added = SavedIndex::of_segments(&self.path, vec![Live::all(segment)], 0);
        added.check_same_configuration(self.saved.detector())?;
        let mut documents = 0;
        for document in added.documents() {
            document?;
            documents += 1;
        }
        if let Some(manifest) = &mut self.manifest {
            manifest.documents = documents;
        }
        self.write_manifest()
    }

    /// Merges the newest segments into one, if there are four of which none is larger than the others together, and returns true if so.
    /// To be called after each [`update`](Self::update) that was committed, it keeps the segments few: their number grows with the
    /// logarithm of what is there. A segment of which most is gone is written anew.
    ///
    /// Cost: that of [`write_merged`](SavedIndex::write_merged) for the segments that are merged. What is added is written again about as
    /// often as what is there doubles.
    ///
    /// # Errors
    ///
    /// If what is read is damaged, or if it cannot be written.
    ///
    /// # Panics
    ///
    /// If there was a change already.
    #[track_caller]
    pub fn merge(&mut self) -> Result<bool, Error> {
        let merged = self.manifest.as_ref().and_then(|_| folder::to_merge(self.saved.segments()));
        merged.map_or(Ok(false), |merged| self.merge_range(merged).map(|()| true))
    }

    /// Merges all segments into one: the bytes that an index of what is there has as one file. A single file is one already.
    ///
    /// Cost: that of [`write_merged`](SavedIndex::write_merged).
    ///
    /// # Errors
    ///
    /// If what is read is damaged, or if it cannot be written.
    ///
    /// # Panics
    ///
    /// If there was a change already.
    #[track_caller]
    pub fn compact(&mut self) -> Result<(), Error> {
        let is_compact = match self.saved.segments() {
            [live] => live.gone.documents.is_empty(),
            _ => false,
        };
        if is_compact || self.manifest.is_none() {
            return Ok(());
        }
        self.merge_range(0..self.saved.segments().len())
    }

    #[track_caller]
    fn merge_range(&mut self, range: Range<usize>) -> Result<(), Error> {
        self.begin_change();
        let place = self.new_segment.as_deref().unwrap_or(&self.path).display().to_string();
        let file = Replacement::begin(&place)?;
        let stores: Vec<&dyn Store> =
            self.saved.segments()[range.clone()].iter().map(|live| live as &dyn Store).collect();
        let room = Room::in_folder(self.path.clone());
        write_segment(file, |out| write::write_within(&room, &stores, Conflict::Refused, &place, out))?;
        self.name_segment(range)?;
        self.write_manifest()
    }

    /// Writes a segment behind the others.
    fn add_segment(
        &mut self,
        write: impl FnOnce(&mut Replacement) -> Result<(), Error>,
    ) -> Result<Segment, Error> {
        let (Some(manifest), Some(path)) = (&self.manifest, &self.new_segment) else {
            return Err(Error::format(self.path.display().to_string(), "expected a folder of segments"));
        };
        let count = manifest.segments.len();
        write_segment(Replacement::begin(path)?, write)?;
        self.name_segment(count..count)
    }

    /// Names the segment that was written in the place of some others.
    fn name_segment(&mut self, range: Range<usize>) -> Result<Segment, Error> {
        let path = self.new_segment.as_ref().expect("only a folder has segments");
        let manifest = self.manifest.as_mut().expect("only a folder has segments");
        let segment = Segment::open(path)?;
        let entry = Entry {
            number: manifest.next,
            size_in_bytes: segment.size_in_bytes(),
            last_checksum: segment.last_checksum(),
            gone: Gone::default(),
        };
        manifest.next += 1;
        manifest.segments.splice(range, [entry]);
        Ok(segment)
    }

    fn write_manifest(&mut self) -> Result<(), Error> {
        let bytes = self.manifest.as_ref().map(Manifest::to_bytes).unwrap_or_default();
        let io = |error: io::Error| Error::io(manifest_path(&self.path).display().to_string(), error);
        if let Some(file) = &mut self.file {
            file.write_all(&bytes).map_err(io)?;
            file.sync()?;
        }
        self.progress = Progress::Complete;
        Ok(())
    }

    /// Puts the change in place. Without one, or after one that failed, the index stays as it is; of a folder that was created, an empty index is put in place.
    ///
    /// # Errors
    ///
    /// If it cannot be written or moved, as [`Replacement::commit`] says.
    pub fn commit(mut self) -> Result<(), Error> {
        let is_empty = self.manifest.as_ref().is_some_and(|manifest| manifest.segments.is_empty());
        if is_empty && self.progress == Progress::None {
            self.update([], &Index::new(*self.saved.detector()))?;
        }
        if self.progress != Progress::Complete {
            return Ok(());
        }
        self.created = None;
        self.file.take().map_or(Ok(()), Replacement::commit)?;
        if self.manifest.is_some() {
            remove_others(&self.path);
        }
        Ok(())
    }
}

/// Removes the files of a folder that its manifest does not name, unless another program is changing it, which does so itself.
fn remove_others(folder: &Path) {
    let path = manifest_path(folder);
    let Ok(_lock) = Replacement::begin(&path) else { return };
    if let Ok(manifest) = folder::read_manifest(folder) {
        folder::remove_others(folder, &manifest);
    }
}

/// Writes a file of a segment.
fn write_segment(
    mut file: Replacement,
    write: impl FnOnce(&mut Replacement) -> Result<(), Error>,
) -> Result<(), Error> {
    write(&mut file)?;
    file.commit()
}

/// Removes what was written and not committed.
impl Drop for Update {
    fn drop(&mut self) {
        let Some(locked) = self.file.take() else { return };
        if let Some(segment) = &self.new_segment {
            _ = fs::remove_file(segment);
        }
        drop(locked);
        if let Some(created) = &self.created {
            _ = fs::remove_dir(created);
        }
    }
}

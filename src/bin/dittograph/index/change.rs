//! Changing an index on disk. Nothing is left of a change that is interrupted.

use std::path::Path;

use dittograph::saved::Update;
use dittograph::{Detector, Error, Index, SavedIndex};

use super::not_written;
use crate::output::{self, clean_up_on_interrupt};

/// A change of an index, which nobody else changes meanwhile.
pub struct Change {
    update: Update,
}

impl Change {
    /// Begins to change an index that is there.
    pub fn begin(path: &Path) -> Result<Self, String> {
        Update::begin(path).map_err(|error| error.to_string()).map(Self::new)
    }

    /// Begins a folder of segments.
    pub fn create(path: &Path, detector: Detector) -> Result<Self, String> {
        Update::create(path, detector).map_err(|error| error.to_string()).map(Self::new)
    }

    fn new(update: Update) -> Self {
        output::remove_when_interrupted(update.new_paths());
        Self { update }
    }

    pub fn index(&self) -> &SavedIndex {
        self.update.index()
    }

    /// Removes documents, and adds what another index holds.
    pub fn update(
        &mut self,
        removed: impl IntoIterator<Item = u64>,
        additions: &Index,
    ) -> Result<(), String> {
        self.update.update(removed, additions).map_err(|error| error.to_string())
    }

    /// Writes the only segment of a folder.
    pub fn merge_into(&mut self, path: &Path, indexes: &[SavedIndex]) -> Result<(), String> {
        let (first, others) = indexes.split_first().ok_or("there is no index to merge")?;
        let written = self.update.write_with(|file| first.write_merged(others, file));
        written.map_err(|error| not_written(path, &error))
    }

    pub fn commit(self) -> Result<(), String> {
        let paths = self.update.new_paths();
        output::finish(&paths, || self.update.commit()).map_err(|error| error.to_string())
    }
}

/// Merges the newest segments of an index, if they are many. What was added before stands whatever comes of it.
pub fn merge_newest(path: &Path) {
    let merge = || -> Result<(), String> {
        let mut change = Change::begin(path)?;
        change.update.merge().map_err(|error| error.to_string())?;
        change.commit()
    };
    if path.is_dir()
        && let Err(message) = merge()
    {
        eprintln!("warning: the newest segments are not merged: {message}");
    }
}

/// Merges all segments of an index.
pub fn compact(path: &Path) -> Result<(), String> {
    clean_up_on_interrupt()?;
    let mut change = Change::begin(path)?;
    change.update.compact().map_err(|error: Error| error.to_string())?;
    change.commit()
}

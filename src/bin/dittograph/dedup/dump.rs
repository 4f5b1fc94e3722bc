//! The dump that is read, piece by piece, and what is counted beside.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use dittograph::dump::{self, DumpStatistics, Piece, Record};
use dittograph::{ParagraphId, Removal};
use rayon::prelude::*;

use super::articles::Articles;
use super::keep_by::{KeepBy, Key};
use super::sites::{SiteOf, Sites};
use crate::format_options::{FormatOptions, Lost};
use crate::print::one_line;

/// Files and folders, and how they are read.
pub struct Dump {
    arguments: Vec<PathBuf>,
    formats: FormatOptions,
    has_fields: bool,
    keep_by: Option<KeepBy>,
    /// What names the sites of records, if they are wanted.
    site_of: Option<SiteOf>,
}

impl Dump {
    /// `is_written` says whether the fields beside id and text are wanted.
    pub fn new(
        arguments: &[PathBuf],
        formats: &FormatOptions,
        is_written: bool,
        keep_by: Option<KeepBy>,
        site_of: Option<SiteOf>,
    ) -> Self {
        let has_fields = is_written || keep_by.is_some() || matches!(site_of, Some(SiteOf::Field(_)));
        Self { arguments: arguments.to_vec(), formats: formats.clone(), has_fields, keep_by, site_of }
    }

    /// Opens all files.
    pub fn open(&self) -> Result<dump::Dump, String> {
        let options = self.formats.dump_options().fields(self.has_fields);
        let mut dumps = self.arguments.iter().map(|path| self.formats.open(&options, path));
        let first = dumps.next().ok_or("no dump is named")??;
        dumps.try_fold(first, |mut dump, next| {
            dump.append(next?);
            Ok(dump)
        })
    }

    /// Hands over all pieces, each while the next is read; `progress` is given how many bytes on disk that took.
    pub fn each_piece(
        &self,
        dump: dump::Dump,
        tally: &mut Tally,
        mut progress: impl FnMut(u64),
        mut each: impl FnMut(Piece, &mut Tally) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut pieces = dump.pieces().map_err(|error| error.to_string())?;
        let (mut bytes, mut last_bad) = (0, None);
        while let Some(piece) = pieces.next() {
            match piece {
                Ok(piece) => each(piece, tally)?,
                // What stands behind the damage in its file is lost, and no other file.
                Err(error) if error.is_format() && self.formats.skip_bad_records => {
                    tally.lost.count(&error);
                    last_bad = Some(error);
                }
                Err(error) => return Err(error.to_string()),
            }
            let read = pieces.statistics().bytes;
            progress(read - std::mem::replace(&mut bytes, read));
        }
        tally.lost.add(pieces.statistics());
        let DumpStatistics { encodings, left_out, .. } = pieces.statistics();
        let named = |((encoding, basis), count): (&(_, _), &u64)| {
            ((dump::Encoding::to_string(encoding), dump::EncodingBasis::to_string(basis)), *count)
        };
        (tally.encodings, tally.left_out) = (encodings.iter().map(named).collect(), left_out.clone());
        match last_bad {
            Some(error) if tally.records == 0 => Err(error.to_string()),
            _ => Ok(()),
        }
    }

    /// Returns the records of a piece. Those that cannot be read are counted, or the first of them is the error.
    pub fn records<'p>(&self, piece: &'p Piece, tally: &mut Tally) -> Result<Vec<Record<'p>>, String> {
        let records = piece.records().into_iter();
        // They stay in the memory that they were parsed into.
        let records = if self.formats.skip_bad_records {
            let good = |record: Result<_, _>| record.map_err(|error| tally.lost.count(&error)).ok();
            records.filter_map(good).collect()
        } else {
            records.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?
        };
        tally.bytes += piece.byte_len();
        tally.records += records.len();
        tally.ids.extend(records.iter().map(|record| ParagraphId::named(&record.id, 0).document));
        if let Some(keep_by) = &self.keep_by {
            tally.keys.extend(keep_by.keys(&records));
        }
        if let Some(site_of) = &self.site_of {
            tally.sites.extend(&records, site_of);
        }
        tally.lost.without_id += records.iter().filter(|record| !record.states_id()).count() as u64;
        tally.lost.without_text += records.iter().filter(|record| !record.has_text()).count() as u64;
        Ok(records)
    }
}

/// What was read.
#[derive(Default)]
pub struct Tally {
    /// Unpacked: of JSON the bytes of the files, else those of the texts.
    pub bytes: usize,
    pub records: usize,
    pub lost: Lost,
    /// How many records have the id of one before, and the first such id.
    pub repeated_ids: usize,
    first_repeated: Option<String>,
    /// What each record is preferred by, if that is a field.
    pub keys: Vec<Option<Key>>,
    /// The site of each record, if that is asked for.
    pub sites: Sites,
    /// The hashes of all ids.
    ids: Vec<u64>,
    /// How many files, or pages in them, were read in which encoding, and why in that.
    pub encodings: BTreeMap<(String, String), u64>,
    /// What is no article, by the reason.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Counts the ids that come again, once all records have been read.
    pub fn count_repeated_ids(&mut self, articles: &Articles<'_>) {
        let mut sorted = self.ids.clone();
        sorted.par_sort_unstable();
        self.repeated_ids = sorted.windows(2).filter(|two| two[0] == two[1]).count();
        let repeated: HashSet<u64> =
            sorted.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        let first = std::mem::take(&mut self.ids).iter().position(|id| repeated.contains(id));
        self.first_repeated = first.map(|document| articles.id(document as u64).into_owned());
    }

    /// Returns how many paragraphs go for one of an index.
    pub fn known(&self, removals: &[Removal]) -> usize {
        removals.iter().filter(|removal| removal.kept.document >= self.records as u64).count()
    }

    /// Prints on standard error what must not be overlooked.
    pub fn warn(&self, formats: &FormatOptions) {
        self.lost.warn(formats);
        if let Some(first) = &self.first_repeated {
            let have = if self.repeated_ids == 1 { "record has" } else { "records have" };
            let first: String = one_line(first).chars().take(60).collect();
            eprintln!("warning: {} {have} the id of another, such as {first}", self.repeated_ids);
        }
    }
}

//! The articles of a dump: in memory, or in temporary files if they do not fit.

use std::borrow::Cow;
use std::path::Path;

use dittograph::dump::{self, Piece, Record};
use dittograph::{Corpus, CorpusBuilder, CorpusStatistics, Found, ReadingCorpus, SavedIndex, TextStore};

use super::dump::{Dump, Tally};
use crate::index::render;

/// The corpus that a dump was read into.
pub enum Loaded<'d> {
    Held(Corpus<'d>),
    Stored(ReadingCorpus<'static>),
}

impl<'d> Loaded<'d> {
    pub fn statistics(&self) -> CorpusStatistics {
        match self {
            Self::Held(corpus) => corpus.statistics(),
            Self::Stored(corpus) => corpus.statistics(),
        }
    }

    pub fn rank_documents(&mut self, ranks: Vec<u32>) {
        match self {
            Self::Held(corpus) => corpus.rank_documents(ranks),
            Self::Stored(corpus) => corpus.rank_documents(ranks),
        }
    }

    pub fn remove_boilerplate(&mut self, sites: Vec<u32>, max_articles: usize) {
        match self {
            Self::Held(corpus) => corpus.remove_boilerplate(sites, max_articles),
            Self::Stored(corpus) => corpus.remove_boilerplate(sites, max_articles),
        }
    }

    pub fn find_against(self, indexes: &[SavedIndex]) -> Result<Found<'d>, String> {
        let found = match self {
            Self::Held(corpus) => corpus.find_against(indexes),
            Self::Stored(corpus) => corpus.find_against(indexes),
        };
        found.map_err(|error| error.to_string())
    }
}

/// The articles of a dump, by the numbers of their documents, and behind them those of indexes that they repeat.
pub struct Articles<'d> {
    records: Records<'d>,
    /// The ids of those of indexes.
    known: Vec<String>,
}

/// The records of a dump. Their texts are where the corpus has them.
enum Records<'d> {
    Held(Vec<&'d Record<'d>>),
    /// The ids.
    Stored(TextStore),
}

impl<'d> Articles<'d> {
    /// Reads a dump into memory.
    pub fn hold(
        dump: &Dump,
        opened: dump::Dump,
        builder: CorpusBuilder,
        tally: &mut Tally,
        progress: impl FnMut(u64),
    ) -> Result<(Loaded<'d>, Self), String> {
        let (mut corpus, mut held) = (builder.build(), Vec::new());
        // Put in while those after them are read. On two cores it took as long, within 2 %, with pieces of 4 MiB in place of 16, and
        // with one stream of records of which a batch is taken while the one before is prepared.
        let mut ready: &[Record<'_>] = &[];
        dump.each_piece(opened, tally, progress, |piece, tally| {
            // It is held to the end.
            let piece: &Piece = Box::leak(Box::new(piece));
            let put = || corpus.extend(ready.iter().map(|record| &*record.text));
            let ((), next) = rayon::join(put, || dump.records(piece, tally));
            ready = next?.leak();
            held.extend(ready);
            Ok(())
        })?;
        corpus.extend(ready.iter().map(|record| &*record.text));
        Ok((Loaded::Held(corpus), Self { records: Records::Held(held), known: Vec::new() }))
    }

    /// Reads a dump into temporary files in a folder, or where the system has them: one of its texts, one of its ids.
    pub fn store(
        dump: &Dump,
        opened: dump::Dump,
        builder: CorpusBuilder,
        folder: Option<&Path>,
        tally: &mut Tally,
        progress: impl FnMut(u64),
    ) -> Result<(Loaded<'d>, Self), String> {
        let create = || folder.map_or_else(TextStore::new, TextStore::in_folder);
        let created = create().and_then(|texts| Ok((texts, create()?)));
        let (texts, mut ids) =
            created.map_err(|error| format!("a temporary file for --low-memory: {error}"))?;
        let mut corpus = builder.build_stored(texts);
        dump.each_piece(opened, tally, progress, |piece, tally| {
            let records = dump.records(&piece, tally)?;
            corpus.extend(records.iter().map(|record| &record.text));
            ids.push_all(records.iter().map(|record| &record.id))
                .and_then(|()| corpus.check())
                .map_err(message)
        })?;
        Ok((Loaded::Stored(corpus), Self { records: Records::Stored(ids), known: Vec::new() }))
    }

    /// Takes in the ids of the articles of indexes that were found.
    pub fn know(&mut self, found: &Found<'_>, indexes: &[SavedIndex]) -> Result<(), String> {
        let known = (self.count()..).map_while(|document| found.known(document));
        let name = |(index, document): (usize, u64)| render::name(&indexes[index], document);
        self.known = known.map(name).collect::<Result<_, String>>()?;
        Ok(())
    }

    pub fn id(&self, document: u64) -> Cow<'_, str> {
        let place = document.checked_sub(self.count()).and_then(|place| usize::try_from(place).ok());
        if let Some(known) = place.and_then(|place| self.known.get(place)) {
            return Cow::Borrowed(known);
        }
        match &self.records {
            Records::Held(records) => {
                let document = usize::try_from(document).expect("as many documents fit in memory");
                Cow::Borrowed(&records[document].id)
            }
            // It keeps the error.
            Records::Stored(ids) => {
                Cow::Owned(ids.get(document, 0..ids.text_len(document)).unwrap_or_default())
            }
        }
    }

    pub fn count(&self) -> u64 {
        match &self.records {
            Records::Held(records) => records.len() as u64,
            Records::Stored(ids) => ids.len(),
        }
    }

    /// Fails if an id or a text could not be read; what came of it is then not to be used.
    pub fn check(&self, found: &Found<'_>) -> Result<(), String> {
        let ids = if let Records::Stored(ids) = &self.records { ids.check() } else { Ok(()) };
        ids.and_then(|()| found.check()).map_err(message)
    }

    /// Hands over each record, and the number of its document; what is stored is read again from the dump.
    pub fn try_for_each(
        &self,
        dump: &Dump,
        found: &Found<'_>,
        mut each: impl FnMut(u64, &Record<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        if let Records::Held(records) = &self.records {
            return (0..).zip(records).try_for_each(|(document, record)| each(document, record));
        }
        let mut document = 0;
        let is_same = |document: u64, record: &Record<'_>| {
            let text = found.document_text(document);
            text.is_some_and(|text| text == record.text && self.id(document) == record.id)
        };
        let each = |piece: Piece, tally: &mut Tally| {
            for record in dump.records(&piece, tally)? {
                if !is_same(document, &record) {
                    return Err(changed(piece.file()));
                }
                each(document, &record)?;
                document += 1;
            }
            Ok(())
        };
        dump.each_piece(dump.open()?, &mut Tally::default(), |_| (), each)?;
        if document == self.count() { Ok(()) } else { Err("the dump changed while it was read".to_owned()) }
    }
}

/// The message of a file that another program wrote to.
pub fn changed(file: &Path) -> String {
    format!("{}: changed while it was read", file.display())
}

/// Returns the message for the user.
#[allow(clippy::needless_pass_by_value)] // it maps errors
fn message(error: dittograph::Error) -> String {
    format!("--low-memory: {error}")
}

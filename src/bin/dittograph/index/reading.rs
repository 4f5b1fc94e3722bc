//! Reading the articles of dumps into an index.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use dittograph::dump::{Article, Dump};
use dittograph::{Index, ParagraphId};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::format_options::{DUMPS, FormatOptions, Lost};

/// Options: which dumps, and how they are read.
#[derive(clap::Args)]
pub struct Reading {
    #[arg(value_name = "DUMP", required = true, help = DUMPS, help_heading = None)]
    dumps: Vec<PathBuf>,
    #[command(flatten)]
    formats: FormatOptions,
}

/// Counts of what was read.
#[derive(Default)]
pub struct Tally {
    /// The numbers of the articles.
    pub documents: HashSet<u64>,
    /// How many came with the id of one before, and replaced it.
    again: usize,
    /// How many of them the index held before.
    pub replaced: usize,
    lost: Lost,
    encodings: BTreeMap<String, u64>,
    left_out: BTreeMap<&'static str, u64>,
}

impl Reading {
    pub fn read_into(&self, index: &mut Index, tally: &mut Tally, quiet: bool) -> Result<(), String> {
        let options = self.formats.dump_options().fields(false);
        for path in &self.dumps {
            let dump = self.formats.open(&options, path)?;
            self.read_dump(dump, index, tally, quiet)?;
        }
        tally.lost.warn(&self.formats);
        if tally.again > 0 {
            eprintln!(
                "warning: articles that came with the id of one before, and took its place: {}",
                tally.again
            );
        }
        Ok(())
    }

    fn read_dump(
        &self,
        mut dump: Dump,
        index: &mut Index,
        tally: &mut Tally,
        quiet: bool,
    ) -> Result<(), String> {
        let bar = progress(dump.size(), quiet);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(article) = dump.next() {
            match article {
                Ok(article) => {
                    bytes += article.text.len();
                    batch.push(article);
                }
                Err(error) if error.is_format() && self.formats.skip_bad_records => tally.lost.count(&error),
                Err(error) => return Err(error.to_string()),
            }
            if bytes > BATCH_BYTES {
                tally.insert(index, &batch)?;
                (batch, bytes) = (Vec::new(), 0);
                bar.set_position(dump.bytes_read());
            }
        }
        tally.insert(index, &batch)?;
        bar.finish_and_clear();
        let statistics = dump.statistics();
        tally.lost.add(&statistics);
        for ((encoding, basis), count) in statistics.encodings {
            *tally.encodings.entry(format!("{encoding}, {basis}")).or_default() += count;
        }
        for (reason, count) in statistics.left_out {
            *tally.left_out.entry(reason).or_default() += count;
        }
        Ok(())
    }
}

impl Tally {
    /// Inserts articles; one that comes again replaces the one before.
    fn insert(&mut self, index: &mut Index, articles: &[Article]) -> Result<(), String> {
        let mut documents = Vec::with_capacity(articles.len());
        for article in articles {
            let document = ParagraphId::named(&article.id, 0).document;
            refuse_shared_number(index.document_name(document), &article.id)?;
            index.name_document(document, article.id.as_str());
            self.again += usize::from(!self.documents.insert(document));
            documents.push((document, &article.text));
        }
        index.insert_documents(documents);
        Ok(())
    }

    /// Returns the counts as a line for people.
    pub fn text(&self) -> String {
        let read = format!(
            "read {} articles; {} of them took the place of old ones",
            self.documents.len(),
            self.replaced
        );
        let encodings =
            self.encodings.iter().map(|(encoding, count)| format!("; files or pages in {encoding}: {count}"));
        let left_out = self.left_out.iter().map(|(reason, count)| format!("; left out {count}: {reason}"));
        [read].into_iter().chain(encodings).chain(left_out).chain(["\n".to_owned()]).collect()
    }

    pub fn json(&self) -> Value {
        json!({
            "articles": self.documents.len(),
            "came_again": self.again,
            "replaced": self.replaced,
            "bad_records": self.lost.bad,
            "records_without_text": self.lost.without_text,
            "first_bad_record": self.lost.first_bad,
            "encodings": self.encodings,
            "left_out": self.left_out,
        })
    }
}

/// Checks that a document's number does not belong to an article with another id: the index would take both for one
/// document.
pub fn refuse_shared_number(known: Option<&str>, id: &str) -> Result<(), String> {
    match known.filter(|known| *known != id) {
        Some(known) => {
            Err(format!("articles {known:?} and {id:?} have the same number; give one another id"))
        }
        None => Ok(()),
    }
}

/// How many bytes of articles are read before they are inserted.
const BATCH_BYTES: usize = 1 << 24;

/// Returns a spinner, for work of unknown length.
pub fn spinner(what: &'static str, quiet: bool) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner().with_message(what) };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Returns a bar on standard error, which is drawn only if that is a terminal.
fn progress(size: Option<u64>, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = size.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let style = ProgressStyle::with_template("read and sign {wide_bar} {bytes}/{total_bytes} {eta}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

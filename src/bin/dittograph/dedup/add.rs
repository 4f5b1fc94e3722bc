//! `--add`: what stays of a dump goes into the index that it was compared with.

use std::collections::HashMap;
use std::path::Path;

use dittograph::{Found, Index, ParagraphId, SavedIndex};

use super::articles::Articles;
use crate::index::reading::refuse_shared_number;
use crate::index::{not_written, number_of};
use crate::output::Output;

/// How many paragraphs are inserted at a time, on all cores.
const BATCH_LEN: usize = 1 << 14;

/// Writes what the index holds together with all paragraphs that stay, under their numbers in the record. Of an article that the
/// index has already they follow those that are there: nothing that is known is forgotten.
pub fn write(
    file: &mut Output,
    path: &Path,
    saved: &SavedIndex,
    articles: &Articles<'_>,
    found: &Found<'_>,
) -> Result<(), String> {
    let message = |error: dittograph::Error| error.to_string();
    let mut additions = Index::new(*saved.detector());
    // The first number of each article that is free.
    let mut free: HashMap<u64, u32> = HashMap::new();
    let mut removed = found.redundant().iter().map(|removal| removal.removed).peekable();
    let mut batch = Vec::new();
    for document in found.documents() {
        let name = articles.id(document);
        let number = number_of(&name);
        refuse_shared_number(saved.document_name(number).map_err(message)?, &name)?;
        refuse_shared_number(additions.document_name(number), &name)?;
        additions.name_document(number, &*name);
        let first = match free.get(&number) {
            Some(&first) => first,
            None => saved.paragraphs_of(number).map_err(message)?.last().map_or(0, |last| last.paragraph + 1),
        };
        let mut count = 0;
        while let Some(text) = found.text(ParagraphId { document, paragraph: count }) {
            if removed.next_if_eq(&ParagraphId { document, paragraph: count }).is_none() {
                batch.push((ParagraphId { document: number, paragraph: first + count }, text));
            }
            count += 1;
        }
        free.insert(number, first + count);
        if batch.len() >= BATCH_LEN {
            additions.extend(batch.drain(..));
        }
    }
    additions.extend(batch);
    let written = saved.write_updated(|_| true, &additions, file);
    written.map_err(|error| not_written(path, &error))
}

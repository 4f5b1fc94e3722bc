//! `--add`: what stays of a dump goes into the index that it was compared with.

use std::collections::HashMap;

use dittograph::{Found, Index, ParagraphId};

use super::articles::Articles;
use crate::index::change::Change;
use crate::index::number_of;
use crate::index::reading::refuse_shared_number;

/// How many paragraphs are inserted at a time, on all cores.
const BATCH_LEN: usize = 1 << 14;

/// Adds all paragraphs that are not redundant to the index, under their numbers in the record. Of an article that the index has already
/// they follow those that are there: nothing that is known is forgotten.
///
/// What is redundant and was spared stays in the dump, and is left out here: nothing goes for it in the dump itself, so nothing may go for
/// it in a later one.
pub fn write(change: &mut Change, articles: &Articles<'_>, found: &Found<'_>) -> Result<(), String> {
    let saved = change.index();
    let message = |error: dittograph::Error| error.to_string();
    let mut additions = Index::new(*saved.detector());
    // The first number of each article that is free.
    let mut free: HashMap<u64, u32> = HashMap::new();
    let redundant = found.redundant();
    let mut removed: Vec<ParagraphId> = redundant.iter().map(|removal| removal.removed).collect();
    removed.extend(&redundant.spared);
    removed.sort_unstable();
    let mut removed = removed.into_iter().peekable();
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
    change.update([], &additions)
}

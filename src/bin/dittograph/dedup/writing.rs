//! What goes into the outputs: the tables, the page, and the dump without what is redundant.

use std::io::Write;
use std::path::PathBuf;

use dittograph::{CorpusRuns, Found, ParagraphPair, Removal};
use rayon::prelude::*;

use super::articles::Articles;
use super::dump::Dump;
use super::mark::Mark;
use super::outputs::Outputs;
use super::summary::{self, Summary};
use super::table::{self, Table};
use super::{Arguments, clusters, mark, parquet};
use crate::output::Output;

/// How many rows of a table are made at a time, on all cores.
const ROWS_LEN: usize = 1 << 16;

/// Writes the tables that were asked for, and counts their rows.
pub fn write_tables(
    outputs: &mut Outputs,
    arguments: &Arguments,
    found: &Found<'_>,
    articles: &Articles<'_>,
    summary: &mut Summary,
) -> Result<(), String> {
    if let Some(file) = &mut outputs.pairs {
        let table = Table { name: &|document| articles.id(document), found, with_text: arguments.with_text };
        if arguments.all_pairs {
            summary.pairs = write_all_pairs(file, &table)?;
        } else {
            write_removed(file, &table)?;
        }
    }
    if let Some(file) = &mut outputs.clusters {
        clusters::write(file, found.redundant(), articles)?;
    }
    if let Some(file) = &mut outputs.articles {
        file.write(mark::ARTICLES)?;
        for (document, overlap) in (0..).zip(found.overlaps()) {
            overlap.map_or(Ok(()), |overlap| file.write(&mark::row(articles, document, &overlap)))?;
        }
    }
    if let Some(file) = &mut outputs.runs {
        summary.stage(summary::RUNS);
        let CorpusRuns { runs, matches_left_out, .. } = found.runs();
        file.write(table::RUNS)?;
        runs.iter().try_for_each(|run| file.write(&table::run(&|document| articles.id(document), run)))?;
        (summary.runs, summary.matches_left_out) = (Some(runs.len()), matches_left_out);
    }
    Ok(())
}

/// Writes the page of what was found, under the name of the dump.
pub fn write_page(
    file: &mut Output,
    arguments: &Arguments,
    found: &Found<'_>,
    articles: &Articles<'_>,
) -> Result<(), String> {
    let first = &arguments.dumps[0]; // it is required
    let first = first.file_name().unwrap_or(first.as_os_str()).to_string_lossy();
    let title = match arguments.dumps.len() - 1 {
        0 => first.into_owned(),
        1 => format!("{first} and one more"),
        more => format!("{first} and {more} more"),
    };
    let names = |document| articles.id(document).into_owned();
    write!(file, "{}", found.to_html().title(&title).names(&names)).map_err(|error| file.message(&error))
}

/// Returns a function that is given the documents in their order, and returns true for one that loses something.
fn changed(found: &Found<'_>) -> impl FnMut(u64) -> bool {
    let mut changed =
        found.redundant().removals.chunk_by(|a, b| a.removed.document == b.removed.document).peekable();
    move |document| changed.next_if(|removals| removals[0].removed.document == document).is_some()
}

/// Writes each record as it was, but for the texts that changed.
pub fn write_lines(
    out: &mut Output,
    dump: &Dump,
    articles: &Articles<'_>,
    found: &Found<'_>,
    mut written: impl FnMut(),
) -> Result<(), String> {
    let mut changed = changed(found);
    articles.try_for_each(dump, found, |document, record| {
        let lost = if changed(document) { found.redundant_spans(document) } else { Vec::new() };
        written();
        record.write_without(&lost, out).map_err(|error| out.message(&error))
    })
}

/// The same for Parquet.
pub fn write_parquet(
    out: &mut Output,
    arguments: &Arguments,
    files: &[PathBuf],
    articles: &Articles<'_>,
    found: &Found<'_>,
) -> Result<(), String> {
    let mut changed = changed(found);
    let mut is_same = true;
    let count = parquet::write(out, &arguments.formats, files, |document, text| {
        is_same &= found.document_text(document).is_some_and(|stored| stored == text);
        (is_same && changed(document)).then(|| found.without_redundant(document).into_owned())
    })?;
    if is_same && count == articles.count() {
        Ok(())
    } else {
        Err("the dump changed while it was read".to_owned())
    }
}

/// Writes each record as it was, with a field more.
pub fn write_marked(
    out: &mut Output,
    dump: &Dump,
    articles: &Articles<'_>,
    found: &Found<'_>,
    mut written: impl FnMut(),
) -> Result<(), String> {
    let removals = &found.redundant().removals;
    let mut removals = removals.chunk_by(|a, b| a.removed.document == b.removed.document).peekable();
    let mut overlaps = found.overlaps().into_iter();
    articles.try_for_each(dump, found, |document, record| {
        let removals = removals.next_if(|removals| removals[0].removed.document == document);
        let overlap = overlaps.next().flatten();
        if record.field(mark::FIELD).is_some_and(|value| !mark::is_one(&value)) {
            let field = mark::FIELD;
            return Err(format!(
                "{}: has a field {field:?} of its own, which --mark would replace",
                record.id
            ));
        }
        let mark = Mark::new(found, articles, removals.unwrap_or_default(), overlap.as_ref());
        written();
        record.write_with(mark::FIELD, &mark.to_json(), out).map_err(|error| out.message(&error))
    })
}

/// Writes a row for each verified pair; returns how many there are.
fn write_all_pairs(file: &mut Output, table: &Table<'_>) -> Result<usize, String> {
    let row = |p: &ParagraphPair| table.row([p.earlier, p.later], &p.similarity, p.evidence);
    file.write(&table.header("earlier", "later"))?;
    let (mut pairs, mut count) = (table.found.pairs(), 0);
    loop {
        let some: Vec<ParagraphPair> = pairs.by_ref().take(ROWS_LEN).collect();
        if some.is_empty() {
            return Ok(count);
        }
        count += some.len();
        write_rows(file, &some, row)?;
    }
}

/// Writes a row for each redundant paragraph.
fn write_removed(file: &mut Output, table: &Table<'_>) -> Result<(), String> {
    let row = |r: &Removal| table.row([r.kept, r.removed], &r.similarity, r.evidence);
    file.write(&table.header("kept", "removed"))?;
    table.found.redundant().removals.chunks(ROWS_LEN).try_for_each(|some| write_rows(file, some, row))
}

/// Writes rows that are made on all cores.
fn write_rows<T: Sync>(
    file: &mut Output,
    items: &[T],
    row: impl Fn(&T) -> String + Sync,
) -> Result<(), String> {
    let parts: Vec<String> =
        items.par_chunks(ROWS_LEN / 64).map(|items| items.iter().map(&row).collect()).collect();
    parts.iter().try_for_each(|part| file.write(part))
}

//! An index and its answers as text for people, and as JSON.

use std::fmt::Write;

use dittograph::saved::UnicodeVersions;
use dittograph::{Detector, Match, ParagraphMatches, SavedIndex};
use serde_json::{Value, json};

use super::reading::Tally;
use crate::print;

/// Renders counts of what an index holds, and its configuration.
pub fn stats(index: &SavedIndex, tally: Option<&Tally>) -> Result<(String, Value), String> {
    let (counts, detector) = (index.statistics(), index.detector());
    let articles = index.document_count().map_err(|error| error.to_string())?;
    let bytes = index.size_in_bytes();
    let each = bytes as f64 / counts.paragraphs.max(1) as f64;
    let candidates = candidates(detector);
    let versions = index.unicode_versions();
    let unicode = if versions.is_current() {
        versions.to_string()
    } else {
        format!("{versions} (this program has {})", UnicodeVersions::current())
    };
    let comparator = detector.comparator();
    let threshold = comparator.threshold.value();
    let text = format!(
        "articles            {articles}\n\
         paragraphs          {}\n\
         \x20 without words     {}\n\
         \x20 distinct          {}\n\
         shingles            {}\n\
         entries of buckets  {}, the largest bucket {}\n\
         bytes               {bytes}, {each:.0} a paragraph\n\
         segments            {}\n\
         threshold           {} {threshold}\n\
         shingles of         {}\n\
         boundary            {}\n\
         candidates          {candidates}\n\
         fingerprint         {:016x}\n\
         unicode             {unicode}\n",
        counts.paragraphs,
        counts.without_words,
        counts.distinct,
        counts.shingles,
        counts.entries,
        counts.largest_bucket,
        index.segment_count(),
        comparator.measure,
        detector.shingles(),
        detector.boundary(),
        detector.fingerprint(),
    );
    let text = tally.map_or_else(String::new, Tally::text) + &text;
    let value = json!({
        "articles": articles,
        "paragraphs": counts.paragraphs,
        "without_words": counts.without_words,
        "distinct": counts.distinct,
        "shingles": counts.shingles,
        "entries": counts.entries,
        "largest_bucket": counts.largest_bucket,
        "bytes": bytes,
        "segments": index.segment_count(),
        "threshold": threshold,
        "measure": comparator.measure.to_string(),
        "shingled_by": detector.shingles().to_string(),
        "boundary": detector.boundary().to_string(),
        "bands": detector.banding().map(|banding| banding.bands),
        "rows": detector.banding().map(|banding| banding.rows),
        "recall_at_threshold": detector.recall_at(threshold),
        "fingerprint": format!("{:016x}", detector.fingerprint()),
        "unicode": versions.to_string(),
        "unicode_is_current": versions.is_current(),
        "read": tally.map(Tally::json),
    });
    Ok((text, value))
}

/// Renders how candidates are found.
fn candidates(detector: &Detector) -> String {
    detector.banding().map_or("each shingle a key, recall 1".to_owned(), |banding| {
        let recall = detector.recall_at(detector.comparator().threshold.value());
        format!("{} bands of {} rows, recall {recall:.4} at the threshold", banding.bands, banding.rows)
    })
}

/// Renders for each paragraph of an article those of the index that it resembles, the most alike up to a limit.
pub fn matches(index: &SavedIndex, article: &str, limit: usize) -> Result<(String, Value), String> {
    let (mut text, mut values) = (String::new(), Vec::new());
    let answers = index.query_document(article).map_err(|error| error.to_string())?;
    for (n, ParagraphMatches { paragraph, matches: found, .. }) in answers.iter().enumerate() {
        let named = found.iter().take(limit).map(|found| Ok((name(index, found.id.document)?, found)));
        let named: Vec<(String, &Match)> = named.collect::<Result<_, String>>()?;
        _ = writeln!(text, "¶{n} {}: {} found", shown(paragraph.as_str(), 60), found.len());
        for (name, Match { id, similarity, .. }) in &named {
            let exact = if similarity.is_exact() { ", the same words" } else { "" };
            let (jaccard, containment) = (similarity.jaccard(), similarity.containment());
            let (name, paragraph) = (shown(name, usize::MAX), id.paragraph);
            _ = writeln!(text, "  {jaccard:.3} (containment {containment:.3}{exact}) {name} ¶{paragraph}");
        }
        let matches: Vec<Value> = named
            .iter()
            .map(|(name, Match { id, similarity, .. })| {
                json!({
                    "id": name,
                    "paragraph": id.paragraph,
                    "jaccard": similarity.jaccard(),
                    "containment": similarity.containment(),
                    "exact": similarity.is_exact(),
                })
            })
            .collect();
        let span = paragraph.span();
        values.push(json!({ "paragraph": n, "start": span.start, "end": span.end, "found": found.len(), "matches": matches }));
    }
    let overlap = match ParagraphMatches::overlap(&answers) {
        None => Value::Null,
        Some(overlap) => {
            let (name, share) = (name(index, overlap.other)?, overlap.share());
            _ = writeln!(text, "{:.0} % of the words stand in {}", 100.0 * share, shown(&name, usize::MAX));
            json!({ "id": name, "words": overlap.words, "shared_words": overlap.shared, "share": share })
        }
    };
    Ok((text, json!({ "paragraphs": values, "overlap": overlap })))
}

/// Returns the id of an article; its number, if the index was made without names.
pub fn name(index: &SavedIndex, document: u64) -> Result<String, String> {
    let name = index.document_name(document).map_err(|error| error.to_string())?;
    Ok(name.map_or_else(|| document.to_string(), str::to_owned))
}

/// Returns the first characters of a text for one line of a terminal, whichever direction it is written in.
fn shown(text: &str, count: usize) -> String {
    let start = text.chars().map(print::shown).take(count);
    ['\u{2068}'].into_iter().chain(start).chain(['\u{2069}']).collect()
}

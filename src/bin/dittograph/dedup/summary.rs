//! Progress while the work goes on, and the summary of it.

use std::time::Instant;

use dittograph::lsh::Banding;
use dittograph::{CorpusStatistics, Evidence, Keep, Measure, Removal, Siblings};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::Arguments;
use super::dump::Tally;

pub struct Summary {
    pub pairs: usize,
    pub runs: Option<usize>,
    pub matches_left_out: usize,
    pub spared: usize,
    pub siblings: usize,
    pub changed: Changed,
    stages: Vec<Value>,
    stage: &'static str,
    since: Instant,
    bar: ProgressBar,
}

/// Records that lost something.
#[derive(Clone, Copy, Default)]
pub struct Changed {
    records: usize,
    emptied: usize,
    bytes_removed: usize,
}

impl Changed {
    /// Counts one record that had `bytes` bytes of text, and has this text now.
    pub fn new(bytes: usize, text: &str) -> Self {
        let emptied = usize::from(text.is_empty());
        Self { records: 1, emptied, bytes_removed: bytes.saturating_sub(text.len()) }
    }

    pub fn and(self, other: Self) -> Self {
        Self {
            records: self.records + other.records,
            emptied: self.emptied + other.emptied,
            bytes_removed: self.bytes_removed + other.bytes_removed,
        }
    }
}

/// What was taken in.
pub struct Read {
    pub files: usize,
    pub tally: Tally,
    pub counts: CorpusStatistics,
    pub banding: Option<Banding>,
}

impl Summary {
    pub fn new(quiet: bool) -> Self {
        // Drawn on standard error, and only if that is a terminal.
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        Self {
            pairs: 0,
            runs: None,
            matches_left_out: 0,
            spared: 0,
            siblings: 0,
            changed: Changed::default(),
            stages: Vec::new(),
            stage: "",
            since: Instant::now(),
            bar,
        }
    }

    /// Begins a stage, and so ends the one before.
    pub fn stage(&mut self, name: &'static str) {
        if !self.stage.is_empty() {
            let seconds = self.since.elapsed().as_secs_f64();
            self.stages.push(json!({ "stage": self.stage, "seconds": seconds, "peak_mib": peak_mib() }));
        }
        (self.stage, self.since) = (name, Instant::now());
        self.bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("the template is good"),
        );
        self.bar.set_message(name);
        self.bar.tick();
        if name.is_empty() {
            self.bar.finish_and_clear();
        }
    }

    /// Sets how many bytes this stage will go through.
    pub fn expect(&mut self, bytes: Option<u64>) {
        const TEMPLATE: &str =
            "{spinner} {msg} {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        let Some(bytes) = bytes else { return };
        self.bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is good"));
        self.bar.reset();
        self.bar.set_length(bytes);
    }

    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    pub fn json(&self, arguments: &Arguments, read: &Read, redundant: &[Removal]) -> String {
        let Read { files, tally, counts, banding } = read;
        let lossless = arguments.lossless;
        let mut kept: Vec<_> = redundant.iter().map(|removal| removal.kept).collect();
        kept.sort_unstable();
        kept.dedup();
        let exact = redundant.iter().filter(|removal| removal.similarity.is_exact()).count();
        let recall = banding.map_or(1.0, |banding| banding.recall_at(arguments.detector.threshold));
        let banding = banding.map(|banding| json!({ "bands": banding.bands, "rows": banding.rows }));
        let encoding = |((encoding, basis), texts): (&(String, String), &u64)| json!({ "encoding": encoding, "basis": basis, "texts": texts });
        let encodings: Vec<Value> = tally.encodings.iter().map(encoding).collect();
        let summary = json!({
            "files": files,
            "bytes": tally.bytes,
            "records": tally.records,
            "records_without_text": tally.lost.without_text,
            "bad_records": tally.lost.bad,
            "first_bad_record": tally.lost.first_bad,
            "encodings": encodings,
            "left_out": tally.left_out,
            "text_bytes": counts.bytes,
            "paragraphs": counts.paragraphs,
            "paragraphs_without_words": counts.without_words,
            "distinct_paragraphs": counts.distinct,
            "words": counts.words,
            "pairs": if arguments.all_pairs { Some(self.pairs) } else { None },
            "clusters": kept.len(),
            "runs": self.runs,
            "kept": counts.paragraphs - redundant.len(),
            "removed": {
                "paragraphs": redundant.len(),
                "exact_copies": exact,
                "near_copies": redundant.len() - exact,
                "by_run": redundant.iter().filter(|removal| removal.evidence == Evidence::Run).count(),
                "in_one_article": redundant.iter().filter(|r| r.kept.document == r.removed.document).count(),
                "across_articles": redundant.iter().filter(|r| r.kept.document != r.removed.document).count(),
                "bytes": self.changed.bytes_removed,
                "records_changed": self.changed.records,
                "records_emptied": self.changed.emptied,
            },
            "kept_for_boundary": self.spared,
            "kept_as_siblings": self.siblings,
            "parameters": {
                "threshold": if lossless { 1.0 } else { arguments.detector.threshold },
                "measure": if lossless { Measure::Containment } else { arguments.detector.measure }.to_string(),
                "shingles": arguments.detector.shingles.to_string(),
                "boundary": arguments.detector.boundary.to_string(),
                "scope": arguments.scope.to_string(),
                "keep": if lossless { Keep::Longest } else { arguments.keep }.to_string(),
                "evidence": if lossless { Evidence::Threshold } else { arguments.evidence }.to_string(),
                "siblings": if lossless { Siblings::Remove } else { arguments.siblings }.to_string(),
                "lossless": lossless,
                "candidates": if banding.is_some() { "lsh" } else { "exact" },
                "min_words": arguments.min_words,
                "threads": rayon::current_num_threads(),
            },
            "banding": banding,
            "recall_at_threshold": recall,
            "caps": { "run_matches_left_out": self.matches_left_out },
            "stages": self.stages,
        });
        format!("{summary:#}\n")
    }
}

/// Returns the most memory that the process has taken so far, where the system says so.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

//! The summary of the work: as JSON, and in a few lines for people.

use std::fmt::Write;
use std::time::Instant;

use dittograph::lsh::Banding;
use dittograph::{CorpusStatistics, Evidence, Keep, Measure, Removal, Siblings};
use serde_json::{Value, json};

use super::Arguments;
use super::dump::Tally;
use crate::progress::Progress;

/// A step of the work, and how many hundredths of the whole are done at its end, roughly.
#[derive(Clone, Copy)]
pub struct Stage {
    name: &'static str,
    end: u64,
}

pub const READ: Stage = Stage { name: "read and sign", end: 45 };
pub const CANDIDATES: Stage = Stage { name: "candidates", end: 50 };
pub const COMPARE: Stage = Stage { name: "compare", end: 80 };
pub const RUNS: Stage = Stage { name: "runs", end: 94 };
pub const PAGE: Stage = Stage { name: "page", end: 96 };
pub const WRITE: Stage = Stage { name: "write", end: 100 };

pub struct Summary {
    pub pairs: usize,
    pub runs: Option<usize>,
    pub matches_left_out: usize,
    pub spared: usize,
    pub siblings: usize,
    pub doubled_bodies: usize,
    pub changed: Changed,
    stages: Vec<Value>,
    stage: &'static str,
    started: Instant,
    since: Instant,
    progress: Progress,
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
        Self {
            pairs: 0,
            runs: None,
            matches_left_out: 0,
            spared: 0,
            siblings: 0,
            doubled_bodies: 0,
            changed: Changed::default(),
            stages: Vec::new(),
            stage: "",
            started: Instant::now(),
            since: Instant::now(),
            progress: Progress::new(quiet),
        }
    }

    /// Begins a stage, and so ends the one before.
    pub fn stage(&mut self, stage: Stage) {
        self.end_stage();
        (self.stage, self.since) = (stage.name, Instant::now());
        self.progress.stage(stage.name, stage.end);
    }

    /// Ends the last stage.
    pub fn end(&mut self) {
        self.end_stage();
        self.stage = "";
        self.progress.finish();
    }

    fn end_stage(&mut self) {
        if !self.stage.is_empty() {
            let seconds = self.since.elapsed().as_secs_f64();
            self.stages.push(json!({ "stage": self.stage, "seconds": seconds, "peak_mib": peak_mib() }));
        }
    }

    /// Counts so much of the stage as done, of `all` in it.
    pub fn advance(&self, count: u64, all: Option<u64>) {
        self.progress.advance(count, all);
    }

    /// Returns what people want to know, in five lines.
    pub fn text(
        &self,
        read: &Read,
        redundant: &[Removal],
        outputs: &[String],
        arguments: &Arguments,
    ) -> String {
        let Read { files, tally, counts, .. } = read;
        let boilerplate = count_boilerplate(redundant);
        let near = redundant.iter().filter(|removal| !removal.similarity.is_exact()).count();
        let by_run = redundant.iter().filter(|removal| removal.evidence == Evidence::Run).count();
        let Changed { records, emptied, bytes_removed } = self.changed;
        let share = 100.0 * bytes_removed as f64 / counts.bytes.max(1) as f64;
        let left_out: u64 = tally.left_out.values().sum();
        let is_marked = arguments.mark;
        let known = if arguments.against.is_empty() {
            String::new()
        } else {
            format!("; {} known already", thousands(tally.known(redundant)))
        };
        let boilerplate_text = arguments
            .boilerplate
            .map_or_else(String::new, |_| format!("; {} as boilerplate", thousands(boilerplate)));
        let mut text = String::new();
        _ = writeln!(
            text,
            "read     {}, {}, {} of text{}",
            counted(tally.records, "article", "articles"),
            counted(counts.paragraphs, "paragraph", "paragraphs"),
            megabytes(counts.bytes),
            if *files > 1 { format!(", in {files} files") } else { String::new() },
        );
        _ = writeln!(
            text,
            "{}  {}, {share:.1} % of the text: {}, {} ({} by the run that they stand in){known}{boilerplate_text}",
            if is_marked { "marked " } else { "removed" },
            counted(redundant.len(), "paragraph", "paragraphs"),
            counted(redundant.len() - near - boilerplate, "exact copy", "exact copies"),
            counted(near, "near copy", "near copies"),
            thousands(by_run),
        );
        _ = writeln!(
            text,
            "{}  {}{}; {} nothing {}",
            if is_marked { "in     " } else { "changed" },
            counted(records, "article", "articles"),
            match self.doubled_bodies {
                0 => String::new(),
                bodies => format!(", {} with a doubled body", thousands(bodies)),
            },
            counted(emptied, "has", "have"),
            if is_marked { "else" } else { "left" },
        );
        _ = writeln!(
            text,
            "left     {} as siblings, {} since others would be merged; {} no article",
            thousands(self.siblings),
            thousands(self.spared),
            counted(usize::try_from(left_out).unwrap_or(usize::MAX), "record is", "records are"),
        );
        let seconds = self.started.elapsed().as_secs_f64();
        let peak = peak_mib().map_or(String::new(), |mib| format!(", {mib} MiB of memory at most"));
        _ = writeln!(text, "wrote    {} in {seconds:.1} s{peak}", outputs.join(", "));
        text
    }

    pub fn json(&self, arguments: &Arguments, read: &Read, redundant: &[Removal]) -> String {
        let Read { files, tally, counts, banding } = read;
        let lossless = arguments.lossless;
        let boilerplate = count_boilerplate(redundant);
        let is_for_kept = |removal: &&Removal| removal.evidence != Evidence::Boilerplate;
        let mut kept: Vec<_> = redundant.iter().filter(is_for_kept).map(|removal| removal.kept).collect();
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
            "empty_pages": tally.lost.empty_pages,
            "first_empty_page": tally.lost.first_empty_page,
            "bad_records": tally.lost.bad,
            "first_bad_record": tally.lost.first_bad,
            "records_without_keep_by": tally.keys.iter().filter(|key| key.is_none()).count(),
            "repeated_ids": tally.repeated_ids,
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
            "doubled_bodies": self.doubled_bodies,
            "kept": counts.paragraphs - redundant.len(),
            "removed": {
                "paragraphs": redundant.len(),
                "exact_copies": exact - boilerplate,
                "boilerplate": boilerplate,
                "known": tally.known(redundant),
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
                "against": arguments.against,
                "mark": arguments.mark,
                "boilerplate": arguments.boilerplate,
                "site_field": arguments.site_field,
                "keep_by": arguments.keep_by.as_ref().map(ToString::to_string),
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

/// Returns how many paragraphs go as boilerplate.
fn count_boilerplate(redundant: &[Removal]) -> usize {
    redundant.iter().filter(|removal| removal.evidence == Evidence::Boilerplate).count()
}

/// Returns the most memory that the process has taken so far, where the system says so.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

/// Returns a number in groups of three digits.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn megabytes(bytes: usize) -> String {
    if bytes < 100_000 {
        format!("{:.1} kB", bytes as f64 / 1e3)
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}

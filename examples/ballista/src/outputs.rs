//! What the user asked for: the cleaned dump, the tables of removals and clusters, the summary.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::{AsArray, Float64Array, Int64Array, LargeStringArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use serde_json::json;

use crate::pieces::{NewFile, Piece};
use crate::position;
use crate::stages::{Stages, message};

#[derive(clap::Args, Clone, Debug)]
pub struct Outputs {
    /// Write the cleaned dump into this new folder: a file for each piece, in the order of the dump
    #[arg(short, long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The format of the cleaned dump: jsonl, or parquet, of Parquet files only. Without it Parquet stays Parquet
    #[arg(long, value_name = "F", requires = "out", value_parser = ["jsonl", "parquet"])]
    out_format: Option<String>,
    /// Write a table of the removed paragraphs and those that are kept in their place
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Add the two texts to each row of --pairs
    #[arg(long, requires = "pairs")]
    with_text: bool,
    /// Write what is kept, each with all that is removed for it, as JSON Lines
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Write what was read, found and removed, and what each stage took, as JSON
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    #[arg(skip)]
    as_parquet: bool,
}

impl Outputs {
    /// Checks the paths before the work, and decides on a format.
    pub fn check(&mut self, pieces: &[Piece]) -> Result<(), String> {
        let is_parquet = |piece: &Piece| {
            piece.path.extension().is_some_and(|ending| ending == "parquet" || ending == "parq")
        };
        let other = pieces.iter().find(|piece| !is_parquet(piece));
        self.as_parquet = match (self.out_format.as_deref(), other) {
            (Some("parquet"), Some(other)) => {
                let other = other.path.display();
                return Err(format!(
                    "--out-format parquet: is written of Parquet files only, and {other} is none"
                ));
            }
            (Some("jsonl"), _) | (None, Some(_)) => false,
            _ => true,
        };
        if let Some(out) = &self.out {
            let is_empty = fs::read_dir(out).map(|mut entries| entries.next().is_none());
            if out.exists() && !is_empty.unwrap_or(false) {
                return Err(format!(
                    "{}: is there already; the cleaned dump needs a new folder",
                    out.display()
                ));
            }
        }
        for file in [&self.pairs, &self.clusters, &self.summary].into_iter().flatten() {
            if file.is_dir() {
                return Err(format!("{}: is a folder", file.display()));
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) {
                return Err(format!("{}: no such folder", file.display()));
            }
        }
        Ok(())
    }

    pub fn with_text(&self) -> bool {
        self.with_text
    }

    /// Returns the name of the folder of the cleaned dump, if it is wanted; that of Parquet ends in `.parquet`.
    pub fn dump_name(&self) -> Option<&'static str> {
        self.out.as_ref().map(|_| if self.as_parquet { "dump.parquet" } else { "dump" })
    }

    /// Writes all that was asked for.
    pub async fn write(&self, stages: &Stages) -> Result<(), String> {
        if let Some(path) = &self.pairs {
            self.write_pairs(stages, path).await?;
        }
        if let Some(path) = &self.clusters {
            write_clusters(stages, path).await?;
        }
        if let (Some(out), Some(name)) = (&self.out, self.dump_name()) {
            publish(&stages.folder_of("clean").join(name), out)?;
        }
        Ok(())
    }

    pub fn write_summary(&self, summary: &serde_json::Value) -> Result<(), String> {
        let Some(path) = &self.summary else { return Ok(()) };
        let file = NewFile::create(path)?;
        serde_json::to_writer_pretty(&file.file, summary).map_err(|error| message(path, &error.into()))?;
        file.finish()
    }

    async fn write_pairs(&self, stages: &Stages, path: &Path) -> Result<(), String> {
        let file = NewFile::create(path)?;
        let mut out = BufWriter::with_capacity(1 << 20, &file.file);
        let texts = if self.with_text { "\tkept_text\tremoved_text" } else { "" };
        let header = "kept_doc\tkept_paragraph\tremoved_doc\tremoved_paragraph\tjaccard\tcontainment\texact\tevidence\tlcs";
        writeln!(out, "{header}{texts}").map_err(|error| file.message(&error))?;
        stages
            .rows("SELECT * FROM \"table\" ORDER BY removed", |batch| {
                let rows = Table::new(batch);
                for row in 0..batch.num_rows() {
                    out.write_all(rows.line(row).as_bytes()).map_err(|error| file.message(&error))?;
                }
                Ok(())
            })
            .await?;
        out.flush().map_err(|error| file.message(&error))?;
        drop(out);
        file.finish()
    }
}

async fn write_clusters(stages: &Stages, path: &Path) -> Result<(), String> {
    let file = NewFile::create(path)?;
    let mut out = BufWriter::with_capacity(1 << 20, &file.file);
    let mut last = None;
    stages
        .rows("SELECT * FROM \"table\" ORDER BY kept, removed", |batch| {
            let rows = Table::new(batch);
            for row in 0..batch.num_rows() {
                let kept = rows.kept.value(row);
                let begins = if last == Some(kept) {
                    ",".to_owned()
                } else {
                    let end = if last.is_some() { "]}\n" } else { "" };
                    let kept_row =
                        json!({"doc": rows.kept_docs.value(row), "paragraph": position::paragraph(kept)});
                    format!("{end}{{\"kept\":{kept_row},\"removed\":[")
                };
                last = Some(kept);
                let written = write!(out, "{begins}{}", rows.json(row));
                written.map_err(|error| file.message(&error))?;
            }
            Ok(())
        })
        .await?;
    let end = if last.is_some() { "]}\n" } else { "" };
    out.write_all(end.as_bytes()).and_then(|()| out.flush()).map_err(|error| file.message(&error))?;
    drop(out);
    file.finish()
}

/// Rows of the table of removals.
struct Table {
    kept: Int64Array,
    removed: Int64Array,
    kept_docs: LargeStringArray,
    removed_docs: LargeStringArray,
    near: Vec<bool>,
    run: Vec<bool>,
    jaccard: Float64Array,
    containment: Float64Array,
    lcs: Float64Array,
    texts: Option<[LargeStringArray; 2]>,
}

impl Table {
    fn new(batch: &RecordBatch) -> Self {
        let column = |name: &str| batch.column_by_name(name).expect("the query has this column");
        let number = |name| column(name).as_primitive::<Int64Type>().clone();
        let ratio = |name| column(name).as_primitive::<Float64Type>().clone();
        let text = |name| {
            let texts = cast(column(name), &DataType::LargeUtf8).expect("a column of texts");
            texts.as_string::<i64>().clone()
        };
        let flag = |name| -> Vec<bool> {
            let flags = column(name).as_boolean();
            (0..flags.len()).map(|row| flags.value(row)).collect()
        };
        let has_texts = batch.column_by_name("kept_text").is_some();
        Self {
            kept: number("kept"),
            removed: number("removed"),
            kept_docs: text("kept_doc"),
            removed_docs: text("removed_doc"),
            near: flag("near"),
            run: flag("run"),
            jaccard: ratio("jaccard"),
            containment: ratio("containment"),
            lcs: ratio("lcs"),
            texts: has_texts.then(|| [text("kept_text"), text("removed_text")]),
        }
    }

    fn evidence(&self, row: usize) -> &'static str {
        if self.run[row] { "run" } else { "threshold" }
    }

    fn line(&self, row: usize) -> String {
        let mut line = format!(
            "{}\t{}\t{}\t{}\t{:.6}\t{:.6}\t{}\t{}\t{:.6}",
            escaped(self.kept_docs.value(row)),
            position::paragraph(self.kept.value(row)),
            escaped(self.removed_docs.value(row)),
            position::paragraph(self.removed.value(row)),
            self.jaccard.value(row),
            self.containment.value(row),
            !self.near[row],
            self.evidence(row),
            self.lcs.value(row),
        );
        for texts in self.texts.iter().flatten() {
            _ = write!(line, "\t{}", escaped(texts.value(row)));
        }
        line.push('\n');
        line
    }

    fn json(&self, row: usize) -> String {
        let doc = serde_json::Value::from(self.removed_docs.value(row));
        let (jaccard, containment) = (self.jaccard.value(row), self.containment.value(row));
        format!(
            "{{\"doc\":{doc},\"paragraph\":{},\"jaccard\":{},\"containment\":{},\"exact\":{},\"evidence\":\"{}\"}}",
            position::paragraph(self.removed.value(row)),
            json!(jaccard),
            json!(containment),
            !self.near[row],
            self.evidence(row),
        )
    }
}

/// Returns a text as one cell.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// Gives the files of a folder names in a new one, which has its own name once it holds all of them.
fn publish(from: &Path, out: &Path) -> Result<(), String> {
    let mut beside = out.as_os_str().to_owned();
    beside.push(".unfinished");
    let beside = PathBuf::from(beside);
    let publish = || {
        if beside.exists() {
            fs::remove_dir_all(&beside)?;
        }
        fs::create_dir_all(&beside)?;
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            let to = beside.join(path.file_name().unwrap_or_default());
            fs::hard_link(&path, &to).or_else(|_| fs::copy(&path, &to).map(|_| ()))?;
        }
        if out.exists() {
            fs::remove_dir(out)?; // it is empty
        }
        fs::rename(&beside, out)
    };
    publish().map_err(|error| message(out, &error))
}

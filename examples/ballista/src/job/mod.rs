//! The job: what `dittograph dedup` does, as queries.
//!
//! The number of a copy group is the position of its first paragraph, so it is the same on every machine.
//! Queries count, join and sort; the functions decide.

mod connected;
mod leaders;
mod parts;
mod runs;
mod threshold;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, LargeStringArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use dittograph::dump::{Dump, Format};

use crate::outputs::Outputs;
use crate::pieces::{Piece, TableFile};
use crate::position::{MAX_PIECES, PARAGRAPH_BITS, PIECE_BITS};
use crate::settings::Job;
use crate::stages::{Rows, Stages, explain, message, write};

/// How the work is cut up. It changes no result.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub partitions: usize,
    /// Groups in a bucket up to which all pairs are candidates.
    pub max_bucket: usize,
    /// Paragraphs and pairs that one task decides together.
    pub shard_rows: u64,
    /// Pairs that are streamed to the driver.
    pub max_pairs: u64,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Read {
    pub files: usize,
    pub pieces: usize,
    pub documents: i64,
    pub bytes: i64,
    pub paragraphs: i64,
    pub with_words: i64,
    /// The most paragraphs of a document.
    pub longest: i64,
}

pub struct Run<'j> {
    job: &'j Job,
    sizes: Sizes,
    pub stages: Stages,
    /// The settings, as a literal.
    settings: String,
}

/// Returns the pieces of some files and folders, in the order in which the command reads them.
pub fn pieces(job: &Job, dumps: &[PathBuf], piece_bytes: u64) -> Result<(Vec<Piece>, usize), String> {
    let mut files = Vec::new();
    for dump in dumps {
        let absolute = std::path::absolute(dump).map_err(|error| format!("{}: {error}", dump.display()))?;
        let opened: Dump = job.dump_options(false).open(&absolute).map_err(|error| error.to_string())?;
        files.extend(opened.files().map(Path::to_owned));
    }
    let mut pieces = Vec::new();
    for path in &files {
        let len = path.metadata().map_err(|error| format!("{}: {error}", path.display()))?.len();
        let is_lines = Format::from_path(path) == Some(Format::JsonLines)
            && path
                .extension()
                .is_some_and(|ending| !["gz", "zst", "bz2", "xz"].iter().any(|other| ending == *other));
        let cuts = if is_lines { len.div_ceil(piece_bytes).max(1) } else { 1 };
        for cut in 0..cuts {
            let bytes = (cuts > 1).then(|| (cut * piece_bytes, len.min((cut + 1) * piece_bytes)));
            pieces.push(Piece { number: pieces.len() as i64, path: path.clone(), bytes });
        }
    }
    if pieces.len() > MAX_PIECES {
        return Err(format!("{} pieces: at most {MAX_PIECES}; give a larger --piece-size", pieces.len()));
    }
    Ok((pieces, files.len()))
}

/// Returns what results depend on beside the queries: the settings, and the files as they stand.
pub fn fingerprint(job: &Job, pieces: &[Piece]) -> Vec<String> {
    let mut all = vec![job.to_json()];
    for piece in pieces {
        let metadata = piece.path.metadata().ok();
        let modified = metadata.as_ref().and_then(|of| of.modified().ok()?.duration_since(UNIX_EPOCH).ok());
        all.push(format!("{piece:?} {:?} {modified:?}", metadata.map(|of| of.len())));
    }
    all
}

impl<'j> Run<'j> {
    pub fn new(job: &'j Job, sizes: Sizes, stages: Stages) -> Self {
        let settings = format!("'{}'", job.to_json().replace('\'', "''"));
        Self { job, sizes, stages, settings }
    }

    /// Checks that what runs the job knows its functions, and is of this build.
    pub async fn check(&mut self) -> Result<(), String> {
        let settings = &self.settings;
        let query = format!("SELECT COUNT(*) FROM pieces WHERE ditto_check({settings}, piece)");
        self.stages.rows(&query, |_| Ok(())).await
    }

    /// Writes the list of the pieces.
    pub async fn list(&mut self, pieces: &[Piece]) -> Result<(), String> {
        let files = pieces.len().clamp(1, 8 * self.sizes.partitions);
        self.stages
            .stage("pieces", &files, async |folder: &Path| {
                for file in 0..files {
                    let of = || pieces.iter().skip(file).step_by(files);
                    let path = |piece: &Piece| {
                        piece.path.to_str().map(str::to_owned).ok_or_else(|| {
                            format!(
                                "{}: a path that is no UTF-8 cannot be given to executors",
                                piece.path.display()
                            )
                        })
                    };
                    let paths = of().map(path).collect::<Result<Vec<_>, String>>()?;
                    let columns: [(&str, ArrayRef); 4] = [
                        ("piece", Arc::new(of().map(|piece| piece.number).collect::<Int64Array>())),
                        ("path", Arc::new(LargeStringArray::from(paths))),
                        ("start", bytes(of().map(|piece| piece.bytes.map(|(start, _)| start)))),
                        ("end", bytes(of().map(|piece| piece.bytes.map(|(_, end)| end)))),
                    ];
                    write_columns(&folder.join(format!("{file:06}.parquet")), columns)?;
                }
                Ok(pieces.len() as u64)
            })
            .await?;
        let folder = self.stages.folder_of("pieces");
        self.stages.register("pieces", &folder).await
    }

    /// Reads the dump: its paragraphs and documents.
    pub async fn read(&mut self, files: usize, pieces: usize) -> Result<Read, String> {
        let Self { stages, settings, .. } = self;
        let query = |to: &str| {
            format!(
                "SELECT piece, ditto_read({settings}, piece, path, start, \"end\", {to}) AS counts FROM pieces"
            )
        };
        let context = stages.context.clone();
        stages
            .stage("read", &query(""), async |folder: &Path| {
                let query = query(&literal(folder));
                let data = context.sql(&query).await.map_err(|error| explain(&error))?;
                let counts = folder.join("counts");
                std::fs::create_dir_all(&counts).map_err(|error| message(&counts, &error))?;
                write(data, &counts, Rows::Small).await
            })
            .await?;
        for table in ["paragraphs", "documents", "mates", "counts"] {
            let folder = stages.folder_of("read").join(table);
            stages.register(table, &folder).await?;
        }
        let mut read = Read { files, pieces, ..Read::default() };
        let query = "SELECT SUM(counts['records']), SUM(counts['bytes']), SUM(counts['paragraphs']), \
            SUM(counts['worded']), MAX(counts['longest']) FROM counts";
        stages
            .rows(query, |batch| {
                let column = |n: usize| batch.column(n).as_primitive::<Int64Type>().value(0);
                (read.documents, read.bytes) = (column(0), column(1));
                (read.paragraphs, read.with_words, read.longest) = (column(2), column(3), column(4));
                Ok(())
            })
            .await?;
        Ok(read)
    }

    /// Puts exact copies together, and verifies that they are.
    pub async fn copies(&mut self) -> Result<(), String> {
        let Self { stages, settings, .. } = self;
        stages
            .table(
                "groups",
                "SELECT hash_high, hash_low, MIN(pos) AS grp, MAX(pos) AS last, COUNT(*) AS copies \
                 FROM paragraphs GROUP BY hash_high, hash_low",
            )
            .await?;
        stages
            .table(
                "members",
                "SELECT p.pos, p.pos >> 22 AS doc, g.grp, g.last, g.copies, p.words \
                 FROM groups g JOIN paragraphs p ON g.hash_high = p.hash_high AND g.hash_low = p.hash_low",
            )
            .await?;
        // What stands for what in a doubled body, but for copies.
        stages
            .table(
                "bodies",
                "SELECT t.later, t.earlier, t.common, t.total, t.is_pair, a.doc, LEAST(a.grp, b.grp) AS u, \
                 GREATEST(a.grp, b.grp) AS v FROM mates t JOIN members a ON a.pos = t.later \
                 JOIN members b ON b.pos = t.earlier WHERE a.grp <> b.grp",
            )
            .await?;
        let others = stages
            .table(
                "other_words",
                &format!(
                    "SELECT m.pos, m.grp FROM (SELECT pos, grp FROM members WHERE pos <> grp) m \
                     JOIN paragraphs f ON f.pos = m.grp JOIN paragraphs p ON p.pos = m.pos \
                     WHERE NOT ditto_same({settings}, f.text, p.text)"
                ),
            )
            .await?;
        if others == 0 {
            Ok(())
        } else {
            Err(format!(
                "{others} paragraphs have the hash of others and not their words: run them on one machine"
            ))
        }
    }

    /// Finds which groups share a bucket.
    pub async fn buckets(&mut self) -> Result<u64, String> {
        let Self { stages, .. } = self;
        stages
            .table(
                "bands",
                "SELECT p.pos AS grp, unnest(p.keys) AS key FROM groups g JOIN paragraphs p ON p.pos = g.grp",
            )
            .await?;
        stages
            .table("buckets", "SELECT key, COUNT(*) AS size FROM bands GROUP BY key HAVING COUNT(*) > 1")
            .await?;
        stages
            .table("shared", "SELECT b.grp, b.key, k.size FROM buckets k JOIN bands b ON b.key = k.key")
            .await?;
        self.number(&format!("SELECT COUNT(*) FROM buckets WHERE size > {}", self.sizes.max_bucket)).await
    }

    /// Returns the number that a query comes to.
    async fn number(&self, query: &str) -> Result<u64, String> {
        let mut number = 0;
        self.stages
            .rows(query, |batch| {
                number = batch.column(0).as_primitive::<Int64Type>().value(0).cast_unsigned();
                Ok(())
            })
            .await?;
        Ok(number)
    }

    /// Writes the cleaned dump, and makes the table of what is removed at last.
    pub async fn clean(&mut self, decided: &str, outputs: &Outputs) -> Result<(), String> {
        let Self { stages, settings, .. } = self;
        let query = |to: &str| {
            format!(
                "SELECT unnest(ditto_clean({settings}, p.piece, p.path, p.start, p.\"end\", {to}, r.removed)) AS pos \
             FROM pieces p LEFT JOIN (SELECT removed >> {PIECE_BITS} AS piece, array_agg(removed) AS removed \
             FROM {decided} GROUP BY removed >> {PIECE_BITS}) r ON r.piece = p.piece"
            )
        };
        let name = outputs.dump_name();
        let context = stages.context.clone();
        stages
            .stage("clean", &query(name.unwrap_or("NULL")), async |folder: &Path| {
                let to = name.map(|name| literal(&folder.join(name)));
                let query = query(&to.unwrap_or("CAST(NULL AS VARCHAR)".to_owned()));
                let data = context.sql(&query).await.map_err(|error| explain(&error))?;
                let spared = folder.join("spared");
                std::fs::create_dir_all(&spared).map_err(|error| message(&spared, &error))?;
                write(data, &spared, Rows::Small).await
            })
            .await?;
        let spared = stages.folder_of("clean").join("spared");
        stages.register("spared", &spared).await?;
        stages
            .table(
                "removals",
                &format!("SELECT d.* FROM {decided} d LEFT ANTI JOIN spared s ON s.pos = d.removed"),
            )
            .await?;
        // Lines are numbered through the parts of a file.
        stages
            .table(
                "names",
                &format!(
                    "SELECT d.doc, COALESCE(d.id, concat(b.path, ':', CAST(b.lines + d.line AS VARCHAR))) AS id \
                     FROM documents d JOIN ( \
                     SELECT p.piece, p.path, COALESCE(SUM(c.counts['lines']) OVER (PARTITION BY p.path ORDER BY p.piece \
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS lines \
                     FROM pieces p JOIN counts c ON c.piece = p.piece) b ON b.piece = d.doc >> {}",
                    PIECE_BITS - PARAGRAPH_BITS
                ),
            )
            .await?;
        let texts = if outputs.with_text() { ", a.text AS kept_text, b.text AS removed_text" } else { "" };
        let join = |side: &str| {
            let kind = if outputs.with_text() { "JOIN" } else { "LEFT JOIN" };
            format!("{kind} paragraphs {side}")
        };
        let (a, b) = (join("a"), join("b"));
        let query = if outputs.with_text() {
            format!(
                "SELECT r.*, CASE WHEN r.near THEN ditto_lcs({settings}, a.text, b.text) ELSE 1.0 END AS lcs{texts} \
                 FROM removals r {a} ON a.pos = r.kept {b} ON b.pos = r.removed"
            )
        } else {
            format!(
                "SELECT r.*, 1.0 AS lcs FROM removals r WHERE NOT near UNION ALL \
                 SELECT r.*, ditto_lcs({settings}, a.text, b.text) AS lcs FROM removals r \
                 JOIN paragraphs a ON a.pos = r.kept JOIN paragraphs b ON b.pos = r.removed WHERE near"
            )
        };
        stages.table("compared", &query).await?;
        let texts = if outputs.with_text() { ", kept_text, removed_text" } else { "" };
        let query = format!(
            "SELECT r.kept, r.removed, k.id AS kept_doc, g.id AS removed_doc, r.near, r.jaccard, r.containment, \
             r.run, r.lcs{texts} FROM compared r JOIN names k ON k.doc = r.kept >> {PARAGRAPH_BITS} \
             JOIN names g ON g.doc = r.removed >> {PARAGRAPH_BITS}"
        );
        stages.table("table", &query).await?;
        Ok(())
    }
}

/// Returns how many removals there are of each kind.
pub async fn counts(stages: &Stages) -> Result<HashMap<&'static str, u64>, String> {
    let mut counts = HashMap::new();
    let query = "SELECT COUNT(*), COUNT(*) FILTER (WHERE near AND NOT run), COUNT(*) FILTER (WHERE run) FROM removals";
    stages
        .rows(query, |batch| {
            for (name, n) in [("removed", 0), ("near", 1), ("by_runs", 2)] {
                counts.insert(name, batch.column(n).as_primitive::<Int64Type>().value(0).cast_unsigned());
            }
            Ok(())
        })
        .await?;
    Ok(counts)
}

fn literal(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}

fn bytes(of: impl Iterator<Item = Option<u64>>) -> ArrayRef {
    Arc::new(of.map(|byte| byte.map(u64::cast_signed)).collect::<Int64Array>())
}

fn write_columns<const N: usize>(path: &Path, columns: [(&str, ArrayRef); N]) -> Result<(), String> {
    let columns = columns.map(|(name, column)| (name, column, true));
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns).expect("the columns are as long as one another");
    debug_assert!(batch.schema().fields().iter().all(|field| field.data_type() != &DataType::Null));
    let mut file = TableFile::create(path, RecordBatch::new_empty(batch.schema()))?;
    file.write(&batch)?;
    file.finish()
}

//! Stages: queries whose results stand in files that all machines see, so that a later run goes on from what is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{SchemaRef, UInt64Type};
use datafusion::config::TableParquetOptions;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::error::DataFusionError;
use datafusion::parquet::file::reader::{FileReader, SerializedFileReader};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext};
use futures::StreamExt;
use serde::{Deserialize, Serialize};

use crate::functions::MESSAGE;
use crate::pieces::{NewFile, TableFile};

/// The stages of a job, in a folder of its own.
pub struct Stages {
    pub context: SessionContext,
    folder: PathBuf,
    is_resumed: bool,
    is_quiet: bool,
    /// What all that has been asked so far hashes to.
    chain: u64,
    pub reports: Vec<Report>,
    began: Instant,
}

/// What a stage took, and left.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub stage: String,
    pub rows: u64,
    pub bytes: u64,
    pub seconds: f64,
    pub resumed: bool,
}

/// Stands in the folder of a stage that is complete.
#[derive(Serialize, Deserialize)]
struct Marker {
    /// Of the settings, the dump, and the queries up to this one.
    fingerprint: String,
    rows: u64,
    /// The length and the checksum of each file.
    files: BTreeMap<String, (u64, String)>,
}

const MARKER: &str = "complete.json";

/// How often a stage is tried, as long as executors are lost.
const MAX_ATTEMPTS: u32 = 5;

/// What an error says after which a stage is tried again.
const LOST: &str = "an executor was lost";

/// How a stage is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Small,
    /// Each row holds a document.
    Large,
}

impl Stages {
    /// `job` is all that results depend on beside the queries.
    pub fn new(
        context: SessionContext,
        folder: &Path,
        is_resumed: bool,
        is_quiet: bool,
        job: &(impl Hash + ?Sized),
    ) -> Self {
        let mut hasher = DefaultHasher::new(); // the same for the same program, and no other goes on with a job
        job.hash(&mut hasher);
        Self {
            context,
            folder: folder.to_owned(),
            is_resumed,
            is_quiet,
            chain: hasher.finish(),
            reports: Vec::new(),
            began: Instant::now(),
        }
    }

    /// Returns the folder of a stage.
    pub fn folder_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the result of a query a table of that name.
    pub async fn table(&mut self, name: &str, query: &str) -> Result<u64, String> {
        self.table_of(name, query, Rows::Small).await
    }

    pub async fn table_of(&mut self, name: &str, query: &str, rows: Rows) -> Result<u64, String> {
        let context = self.context.clone();
        self.stage(name, query, async |folder: &Path| {
            let data = context.sql(query).await.map_err(|error| explain(&error))?;
            write(data, folder, rows).await
        })
        .await?;
        self.register(name, &self.folder_of(name)).await?;
        Ok(self.reports.last().map_or(0, |report| report.rows))
    }

    /// Sets how many rows a batch has, and returns how many it had.
    pub fn set_batch(&self, rows: usize) -> usize {
        let state = self.context.state_ref();
        let mut state = state.write();
        let before = state.config().batch_size();
        *state.config_mut() = state.config().clone().with_batch_size(rows);
        before
    }

    /// Sets into how many partitions a stage is cut, and returns into how many it was.
    pub fn set_partitions(&self, partitions: usize) -> usize {
        let state = self.context.state_ref();
        let mut state = state.write();
        let before = state.config().target_partitions();
        *state.config_mut() = state.config().clone().with_target_partitions(partitions);
        before
    }

    /// Makes files a table.
    pub async fn register(&self, name: &str, folder: &Path) -> Result<(), String> {
        let path = format!("{}/", folder.display());
        _ = self.context.deregister_table(name).map_err(|error| explain(&error))?;
        let registered = self.context.register_parquet(name, path, ParquetReadOptions::default()).await;
        registered.map_err(|error| explain(&error))
    }

    /// Makes the rows of several stages, which have the same columns, one table.
    pub async fn register_all(&self, name: &str, stages: &[String]) -> Result<(), String> {
        let explain = |error| explain(&error);
        let paths = stages.iter().map(|stage| format!("{}/", self.folder_of(stage).display()));
        let files = self.context.read_parquet(paths.collect::<Vec<_>>(), ParquetReadOptions::default());
        _ = self.context.deregister_table(name).map_err(explain)?;
        let table = files.await.map_err(explain)?.into_view();
        self.context.register_table(name, table).map(|_| ()).map_err(explain)
    }

    /// Has files written, unless a run before this one has done so. `what` says what they depend on, and `write` returns how
    /// many rows there are.
    pub async fn stage(
        &mut self,
        name: &str,
        what: &(impl Hash + ?Sized),
        write: impl AsyncFn(&Path) -> Result<u64, String>,
    ) -> Result<(), String> {
        let mut hasher = DefaultHasher::new();
        (self.chain, name).hash(&mut hasher);
        what.hash(&mut hasher);
        self.chain = hasher.finish();
        let fingerprint = format!("{:016x}", self.chain);
        let folder = self.folder_of(name);
        let began = Instant::now();
        let complete = self.is_resumed.then(|| complete(&folder, &fingerprint)).flatten();
        let resumed = complete.is_some();
        let marker = if let Some(marker) = complete {
            marker
        } else {
            self.progress(&format!("{name} …"));
            let (unfinished, rows) = self.attempts(name, write).await?;
            let marker = Marker { fingerprint, rows, files: files(&unfinished)? };
            let file = NewFile::create(&unfinished.join(MARKER))?;
            serde_json::to_writer(&file.file, &marker)
                .map_err(|error| message(&unfinished, &error.into()))?;
            file.finish()?;
            remove(&folder)?;
            fs::rename(&unfinished, &folder).map_err(|error| message(&folder, &error))?;
            marker
        };
        let report = Report {
            stage: name.to_owned(),
            rows: marker.rows,
            bytes: marker.files.values().map(|(len, _)| len).sum(),
            seconds: began.elapsed().as_secs_f64(),
            resumed,
        };
        let how = if resumed { "is there".to_owned() } else { format!("{:.1} s", report.seconds) };
        self.progress(&format!("{name}: {} rows, {} KiB, {how}", report.rows, report.bytes >> 10));
        self.reports.push(report);
        Ok(())
    }

    /// Has files written, again where an executor was lost, and each time into another folder: what still runs of an attempt
    /// that was given up writes elsewhere. Returns the folder and the rows.
    async fn attempts(
        &self,
        name: &str,
        write: impl AsyncFn(&Path) -> Result<u64, String>,
    ) -> Result<(PathBuf, u64), String> {
        let folder_of = |attempt: u32| self.folder.join(format!("{name}.unfinished-{attempt}"));
        for attempt in 1..=MAX_ATTEMPTS {
            remove(&folder_of(attempt))?;
        }
        for attempt in 1.. {
            let folder = folder_of(attempt);
            fs::create_dir_all(&folder).map_err(|error| message(&folder, &error))?;
            match write(&folder).await {
                Ok(rows) => return Ok((folder, rows)),
                Err(error) if error.contains(LOST) && attempt < MAX_ATTEMPTS => {
                    self.progress(&format!("{name} again: {error}"));
                    _ = fs::remove_dir_all(&folder); // it may still be written to
                }
                Err(error) => return Err(format!("stage {name}: {error}")),
            }
        }
        unreachable!("the last attempt has a result")
    }

    /// Hands over the rows of a query, batch by batch. It is asked again where an executor was lost before the first.
    pub async fn rows(
        &self,
        query: &str,
        mut each: impl FnMut(&RecordBatch) -> Result<(), String>,
    ) -> Result<(), String> {
        for attempt in 1.. {
            let mut is_begun = false;
            let done = self
                .rows_once(query, |batch| {
                    is_begun = true;
                    each(batch)
                })
                .await;
            match done {
                Err(error) if error.contains(LOST) && !is_begun && attempt < MAX_ATTEMPTS => {}
                done => return done,
            }
        }
        unreachable!("the last attempt has a result")
    }

    async fn rows_once(
        &self,
        query: &str,
        mut each: impl FnMut(&RecordBatch) -> Result<(), String>,
    ) -> Result<(), String> {
        let data = self.context.sql(query).await.map_err(|error| explain(&error))?;
        let mut batches = data.execute_stream().await.map_err(|error| explain(&error))?;
        while let Some(batch) = batches.next().await {
            each(&batch.map_err(|error| explain(&error))?)?;
        }
        Ok(())
    }

    fn progress(&self, what: &str) {
        if !self.is_quiet {
            eprintln!("[{:7.1} s] {what}", self.began.elapsed().as_secs_f64());
        }
    }
}

/// Writes the rows of a query, and returns how many there are.
pub async fn write(data: DataFrame, folder: &Path, rows: Rows) -> Result<u64, String> {
    let schema: SchemaRef = data.schema().inner().clone();
    let mut options = TableParquetOptions::default();
    options.global.max_row_group_size = if rows == Rows::Large { 1 << 8 } else { 1 << 17 };
    options.global.compression = Some("zstd(1)".to_owned());
    let path = format!("{}/", folder.display());
    let written = data.write_parquet(&path, DataFrameWriteOptions::new(), Some(options)).await;
    let written = written.map_err(|error| explain(&error))?;
    if files(folder)?.is_empty() {
        let none = RecordBatch::new_empty(schema);
        TableFile::create(&folder.join("none.parquet"), none)?.finish()?; // so that the columns are known
    }
    let count = |batch: &RecordBatch| -> u64 {
        let counts = batch.column(0).as_primitive_opt::<UInt64Type>();
        counts.map_or(0, |counts| counts.values().iter().sum())
    };
    let (counted, held) = (written.iter().map(count).sum::<u64>(), rows_in(folder)?);
    // Each time that rows are written, their files begin with another name.
    let names = files(folder)?;
    let writers: BTreeSet<&str> = names.keys().filter_map(|name| Some(name.split_once('_')?.0)).collect();
    if counted != held || writers.len() > 1 {
        return Err(format!(
            "{LOST}: {held} rows were written {} times, and {counted} counted",
            writers.len()
        ));
    }
    Ok(held)
}

/// Returns how many rows the Parquet files of a folder hold.
fn rows_in(folder: &Path) -> Result<u64, String> {
    let mut rows = 0;
    for name in files(folder)?.keys().filter(|name| name.ends_with(".parquet")) {
        let path = folder.join(name);
        let file = fs::File::open(&path).map_err(|error| message(&path, &error))?;
        let reader =
            SerializedFileReader::new(file).map_err(|error| format!("{}: {error}", path.display()))?;
        rows += reader.metadata().file_metadata().num_rows().cast_unsigned();
    }
    Ok(rows)
}

/// Returns what is said of a stage that is complete and of this job; `None` if it is not, or if some file of it is another.
fn complete(folder: &Path, fingerprint: &str) -> Option<Marker> {
    let marker: Marker = serde_json::from_slice(&fs::read(folder.join(MARKER)).ok()?).ok()?;
    let is_same = marker.fingerprint == fingerprint && files(folder).ok()? == marker.files;
    is_same.then_some(marker)
}

/// Returns the length and the checksum of each file of a stage.
fn files(folder: &Path) -> Result<BTreeMap<String, (u64, String)>, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|error| message(&next, &error))? {
            let path = entry.map_err(|error| message(&next, &error))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            if name != MARKER {
                files.insert(name, checksum(&path).map_err(|error| message(&path, &error))?);
            }
        }
    }
    Ok(files)
}

/// Returns the length of a file, and the XXH3-64 of its bytes.
fn checksum(path: &Path) -> std::io::Result<(u64, String)> {
    struct Hashed(xxhash_rust::xxh3::Xxh3);
    impl std::io::Write for Hashed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hashed = Hashed(xxhash_rust::xxh3::Xxh3::new());
    let len = std::io::copy(&mut fs::File::open(path)?, &mut hashed)?;
    Ok((len, format!("{:016x}", hashed.0.digest())))
}

/// Removes a folder, if it is there.
fn remove(folder: &Path) -> Result<(), String> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).map_err(|error| message(folder, &error))
}

pub fn message(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Returns one line for an error of the engine: our own message if it holds one, else what to do about it.
pub fn explain(error: &DataFusionError) -> String {
    let text = error.to_string();
    if let Some((_, rest)) = text.split_once(MESSAGE[0]) {
        let message = rest.split(MESSAGE[1]).next().unwrap_or(rest);
        return message.replace("\\\"", "\""); // it comes from an executor as a literal
    }
    let one_line = text.lines().next().unwrap_or_default();
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(&["Cancelled", "cancelled", "ExecutorLost", "Executor lost"]) {
        format!("{LOST} ({one_line})")
    } else if has(&["No space left on device"]) {
        format!("the disk is full, of the work folder or of an executor: {one_line}")
    } else if has(&[
        "is not provided for scalar function",
        "could not be prepared or was rejected by executor",
    ]) {
        format!(
            "an executor does not know the job's functions: start its role from this program ({one_line})"
        )
    } else if has(&[
        "transport error",
        "tcp connect error",
        "Connection refused",
        "connection error",
        "Unavailable",
    ]) {
        format!("the scheduler, or an executor, is gone: start it, then go on with --resume ({one_line})")
    } else if has(&["Resources exhausted"]) {
        format!("an executor needs more memory than its --memory: {one_line}")
    } else {
        one_line.to_owned()
    }
}

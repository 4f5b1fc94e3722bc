//! Pieces of a dump: what one task reads, and writes back.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, LargeStringBuilder, ListBuilder, RecordBatch,
};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use dittograph::dump::{Dump, Format, Record};

use crate::position::{self, MAX_PARAGRAPHS, MAX_RECORDS};
use crate::settings::Job;

/// A file, or a part of one that has a record on each line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub number: i64,
    pub path: PathBuf,
    /// The bytes whose lines are read: those that begin in them. `None`: all of the file.
    pub bytes: Option<(u64, u64)>,
}

/// What was read of a piece.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub records: i64,
    /// Line breaks, of a part of a file.
    pub lines: i64,
    pub paragraphs: i64,
    /// Those that have words.
    pub worded: i64,
    pub bytes: i64,
    /// The most paragraphs of a record.
    pub longest: i64,
}

impl Piece {
    /// Hands over the records, each with its number in the piece. The last argument says whether its id stands in it.
    fn each_record(
        &self,
        job: &Job,
        has_fields: bool,
        mut each: impl FnMut(u64, &Record<'_>, bool) -> Result<(), String>,
    ) -> Result<i64, String> {
        let lines = Arc::new(AtomicU64::new(0));
        let dump = self.open(job, has_fields, &lines)?;
        let mut number = 0;
        for piece in dump.pieces().map_err(|error| error.to_string())? {
            let piece = piece.map_err(|error| self.message(&error))?;
            for record in piece.records() {
                let record = record.map_err(|error| self.message(&error))?;
                if number == MAX_RECORDS {
                    let path = self.path.display();
                    return Err(format!(
                        "{path}: more than {MAX_RECORDS} records in a piece: cut the file up"
                    ));
                }
                let is_default = self.bytes.is_some()
                    && *record.id == format!("-:{}", record.number)
                    && record.field(&job.settings.id_field).is_none();
                each(number, &record, !is_default)?;
                number += 1;
            }
        }
        Ok(lines.load(Ordering::Relaxed).cast_signed())
    }

    fn open(&self, job: &Job, has_fields: bool, lines: &Arc<AtomicU64>) -> Result<Dump, String> {
        let options = job.dump_options(has_fields);
        let Some((start, end)) = self.bytes else {
            return options.open(&self.path).map_err(|error| error.to_string());
        };
        let open = || {
            let mut file = BufReader::new(File::open(&self.path)?);
            let (start, end) = (line_at(&mut file, start)?, line_at(&mut file, end)?);
            file.seek(SeekFrom::Start(start))?;
            std::io::Result::Ok(file.take(end - start))
        };
        let file = open().map_err(|error| format!("{}: {error}", self.path.display()))?;
        Ok(options.format(Format::JsonLines).from_reader(CountedLines { file, lines: Arc::clone(lines) }))
    }

    /// Returns a message that names the file, and the line in it.
    fn message(&self, error: &dittograph::Error) -> String {
        let message = error.to_string();
        let Some((start, _)) = self.bytes else { return message };
        let path = self.path.display();
        let Some((number, rest)) = message.strip_prefix("-:").and_then(|rest| rest.split_once(": ")) else {
            return message.replacen('-', &path.to_string(), 1);
        };
        let before = || {
            let mut file = BufReader::new(File::open(&self.path).ok()?);
            let start = line_at(&mut file, start).ok()?;
            file.seek(SeekFrom::Start(0)).ok()?;
            let mut file = file.take(start);
            let mut lines = 0;
            while file.skip_until(b'\n').ok()? > 0 {
                lines += 1;
            }
            Some(lines)
        };
        match (number.parse::<u64>(), before()) {
            (Ok(number), Some(before)) => format!("{path}:{}: {rest}", before + number),
            _ => format!("{path}: {rest}"),
        }
    }

    /// Writes the tables of the paragraphs and of the documents of a piece.
    pub fn read(&self, job: &Job, folder: &Path) -> Result<Counts, String> {
        let mut counts = Counts::default();
        let mut paragraphs = ParagraphTable::default();
        let mut documents = DocumentTable::default();
        let mut mates = MateTable::default();
        let name = format!("{:06}.parquet", self.number);
        let mut paragraph_file =
            TableFile::create(&folder.join("paragraphs").join(&name), paragraphs.batch())?;
        let mut document_file = TableFile::create(&folder.join("documents").join(&name), documents.batch())?;
        let mut mate_file = TableFile::create(&folder.join("mates").join(&name), mates.batch())?;
        counts.lines = self.each_record(job, false, |number, record, states_id| {
            let document = position::document(self.number, number);
            documents.documents.append_value(document);
            documents.ids.append_option(states_id.then_some(&*record.id));
            documents.lines.append_value(record.number.cast_signed());
            let spans = job.detector.boundary().paragraphs(&record.text);
            if spans.len() > MAX_PARAGRAPHS {
                return Err(format!("{}: more than {MAX_PARAGRAPHS} paragraphs", record.id));
            }
            let mut sampled = Vec::with_capacity(spans.len());
            for (paragraph, span) in (0..).zip(&spans) {
                let read = job.steps.read(span.as_str());
                sampled.push(read.as_ref().map(|read| (read.sample, read.words)));
                let Some(read) = read else { continue };
                paragraphs.positions.append_value(position::position(document, paragraph));
                paragraphs.hash_high.append_value(high(read.hash));
                paragraphs.hash_low.append_value(low(read.hash));
                paragraphs.words.append_value(i32::try_from(read.words).unwrap_or(i32::MAX));
                paragraphs.sketch_high.append_value(high(read.sketch));
                paragraphs.sketch_low.append_value(low(read.sketch));
                paragraphs.keys.append_value(read.keys.iter().map(|key| Some(key.cast_signed())));
                paragraphs.texts.append_value(span.as_str());
                counts.worded += 1;
                if paragraphs.texts.values_slice().len() >= BATCH_BYTES || counts.worded % 8192 == 0 {
                    paragraph_file.write(&paragraphs.batch())?;
                }
            }
            for mate in job.steps.doubled_body(&record.text, &sampled).into_iter().flat_map(|body| body.mates)
            {
                mates.later.append_value(position::position(document, mate.later));
                mates.earlier.append_value(position::position(document, mate.earlier));
                mates.common.append_value(mate.common as i64);
                mates.total.append_value(mate.total as i64);
                mates.is_pair.append_value(mate.is_pair);
            }
            counts.records += 1;
            counts.bytes += record.text.len() as i64;
            counts.paragraphs += spans.len() as i64;
            counts.longest = counts.longest.max(spans.len() as i64);
            if counts.records % 8192 == 0 {
                document_file.write(&documents.batch())?;
                mate_file.write(&mates.batch())?;
            }
            Ok(())
        })?;
        paragraph_file.write(&paragraphs.batch())?;
        document_file.write(&documents.batch())?;
        paragraph_file.finish()?;
        document_file.finish()?;
        mate_file.write(&mates.batch())?;
        mate_file.finish()?;
        Ok(counts)
    }

    /// Writes the records without their redundant paragraphs, given by their positions, ascending. Returns those that stay
    /// all the same: see `Redundant::spared`.
    pub fn clean(&self, job: &Job, out: Option<(&Path, bool)>, removed: &[i64]) -> Result<Vec<i64>, String> {
        let mut rest = removed;
        let mut spared = Vec::new();
        let mut removed_of = |document: i64| -> Vec<u32> {
            let count = rest.partition_point(|&position| position >> position::PARAGRAPH_BITS == document);
            let (of, others) = rest.split_at(count);
            rest = others;
            of.iter().map(|&position| position::paragraph(position)).collect()
        };
        let mut cut = |number: u64, text: &str| {
            let document = position::document(self.number, number);
            let removed = removed_of(document);
            if removed.is_empty() {
                return None;
            }
            let cut = job.steps.cut(text, &removed);
            let positions = cut.spared.iter().map(|&paragraph| position::position(document, paragraph));
            spared.extend(positions);
            Some((cut.spans.clone(), cut.text.into_owned()))
        };
        match out {
            None => {
                self.each_record(job, false, |number, record, _| {
                    cut(number, &record.text);
                    Ok(())
                })?;
            }
            Some((folder, true)) => {
                let file = NewFile::create(&folder.join(format!("{:06}.parquet", self.number)))?;
                let rewritten = job.parquet_rewriter().rewrite([&self.path], &file.file, |number, text| {
                    cut(number, text).map(|(_, text)| text)
                });
                rewritten.map_err(|error| file.explain(&error))?;
                file.finish()?;
            }
            Some((folder, false)) => {
                let file = NewFile::create(&folder.join(format!("{:06}.jsonl", self.number)))?;
                let mut lines = BufWriter::with_capacity(1 << 20, &file.file);
                self.each_record(job, true, |number, record, _| {
                    let spans = cut(number, &record.text).map(|(spans, _)| spans).unwrap_or_default();
                    record.write_without(&spans, &mut lines).map_err(|error| file.message(&error))
                })?;
                lines.flush().map_err(|error| file.message(&error))?;
                drop(lines);
                file.finish()?;
            }
        }
        if rest.is_empty() {
            Ok(spared)
        } else {
            Err(format!("{}: the dump changed while it was read", self.path.display()))
        }
    }
}

/// Returns the first byte, from `at` on, that a line begins with.
fn line_at(file: &mut BufReader<File>, at: u64) -> std::io::Result<u64> {
    let Some(before) = at.checked_sub(1) else { return Ok(0) };
    file.seek(SeekFrom::Start(before))?;
    Ok(before + file.skip_until(b'\n')? as u64)
}

/// Counts the line breaks of what is read.
struct CountedLines<R> {
    file: R,
    lines: Arc<AtomicU64>,
}

impl<R: Read> Read for CountedLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.file.read(buffer)?;
        let lines = buffer[..len].iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.lines.fetch_add(lines, Ordering::Relaxed);
        Ok(len)
    }
}

/// About how many bytes of texts are held before they are written.
const BATCH_BYTES: usize = 4 << 20;

fn high(number: u128) -> i64 {
    ((number >> 64) as u64).cast_signed()
}

#[allow(clippy::cast_possible_truncation)] // the low half is meant
fn low(number: u128) -> i64 {
    (number as u64).cast_signed()
}

/// Returns the rows of some columns, which are as long as one another.
fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    let columns = columns.map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("the columns are as long as one another")
}

/// The paragraphs of a piece that have words.
#[derive(Default)]
struct ParagraphTable {
    positions: Int64Builder,
    hash_high: Int64Builder,
    hash_low: Int64Builder,
    words: Int32Builder,
    sketch_high: Int64Builder,
    sketch_low: Int64Builder,
    keys: ListBuilder<Int64Builder>,
    texts: LargeStringBuilder,
}

impl ParagraphTable {
    fn batch(&mut self) -> RecordBatch {
        batch([
            ("pos", Arc::new(self.positions.finish())),
            ("hash_high", Arc::new(self.hash_high.finish())),
            ("hash_low", Arc::new(self.hash_low.finish())),
            ("words", Arc::new(self.words.finish())),
            ("sketch_high", Arc::new(self.sketch_high.finish())),
            ("sketch_low", Arc::new(self.sketch_low.finish())),
            ("keys", Arc::new(self.keys.finish())),
            ("text", Arc::new(self.texts.finish())),
        ])
    }
}

/// The documents of a piece, with the ids that they state and the lines that they stand on.
#[derive(Default)]
struct DocumentTable {
    documents: Int64Builder,
    ids: LargeStringBuilder,
    lines: Int64Builder,
}

impl DocumentTable {
    fn batch(&mut self) -> RecordBatch {
        batch([
            ("doc", Arc::new(self.documents.finish())),
            ("id", Arc::new(self.ids.finish())),
            ("line", Arc::new(self.lines.finish())),
        ])
    }
}

/// What stands for what in the doubled bodies of documents.
#[derive(Default)]
struct MateTable {
    later: Int64Builder,
    earlier: Int64Builder,
    common: Int64Builder,
    total: Int64Builder,
    is_pair: BooleanBuilder,
}

impl MateTable {
    fn batch(&mut self) -> RecordBatch {
        batch([
            ("later", Arc::new(self.later.finish())),
            ("earlier", Arc::new(self.earlier.finish())),
            ("common", Arc::new(self.common.finish())),
            ("total", Arc::new(self.total.finish())),
            ("is_pair", Arc::new(self.is_pair.finish())),
        ])
    }
}

/// A file that has its name once it is whole. Two tasks may write the same, if one is taken for lost.
pub struct NewFile {
    pub file: File,
    path: PathBuf,
    beside: PathBuf,
}

impl NewFile {
    pub fn create(path: &Path) -> Result<Self, String> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}.{count}", std::process::id()));
        let create = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            File::create(&beside)
        };
        let file = create().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { file, path: path.to_owned(), beside })
    }

    pub fn message(&self, error: &std::io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }

    fn explain(&self, error: &dittograph::Error) -> String {
        error.to_string().replacen("output: ", &format!("{}: ", self.path.display()), 1)
    }

    pub fn finish(self) -> Result<(), String> {
        let finish = || {
            self.file.sync_all()?;
            fs::rename(&self.beside, &self.path)
        };
        finish().map_err(|error| self.message(&error))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.beside); // it is there only if it is not whole
    }
}

/// A Parquet file that is written batch by batch.
pub struct TableFile {
    writer: ArrowWriter<File>,
    file: NewFile,
}

impl TableFile {
    pub fn create(path: &Path, like: RecordBatch) -> Result<Self, String> {
        let file = NewFile::create(path)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(1 << 16))
            .build();
        let handle = file.file.try_clone().map_err(|error| file.message(&error))?;
        let writer = ArrowWriter::try_new(handle, like.schema(), Some(properties));
        let writer = writer.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { writer, file })
    }

    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let written = self.writer.write(batch).and_then(|()| {
            let is_large = self.writer.in_progress_size() > 64 << 20;
            if is_large { self.writer.flush() } else { Ok(()) }
        });
        written.map_err(|error| format!("{}: {error}", self.file.path.display()))
    }

    pub fn finish(self) -> Result<(), String> {
        let path = self.file.path.display().to_string();
        self.writer.close().map_err(|error| format!("{path}: {error}"))?;
        self.file.finish()
    }
}

//! The job: what `dittograph dedup` does, as queries.
//!
//! The number of a copy group is the position of its first paragraph, so it is the same on every machine.
//! Queries count, join and sort; the functions decide.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, LargeStringArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use dittograph::dump::{Dump, Format};
use dittograph::{Keep, Scope};

use crate::components::Components;
use crate::outputs::Outputs;
use crate::pieces::{Piece, TableFile};
use crate::position::{MAX_PIECES, PARAGRAPH_BITS, PIECE_BITS};
use crate::settings::Job;
use crate::stages::{Rows, Stages, explain, message, write};

/// How many paragraphs are held, with their texts, as one side of the walks of a batch.
const MAX_BATCH_PARAGRAPHS: usize = 4 << 20;

/// How the work is cut up. It changes no result.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub partitions: usize,
    /// Groups in a bucket up to which all pairs are candidates.
    pub max_bucket: usize,
    /// Paragraphs that are decided together, unless they hang together.
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

    /// Decides what goes by the threshold. Returns the table of that.
    ///
    /// In a large bucket only some groups, its hubs, are compared with all others: at first the one that is preferred most, then
    /// always more of those that are kept, until all that are kept were hubs. Then every pair of which one side is kept was
    /// compared, and no other pair decides anything: what is found is what all pairs would give.
    pub async fn by_threshold(&mut self, large: u64) -> Result<(String, usize), String> {
        let max_bucket = self.sizes.max_bucket;
        self.stages
            .table(
                "candidates",
                &format!(
                    "SELECT DISTINCT a.grp AS u, b.grp AS v FROM shared a JOIN shared b \
                     ON a.key = b.key AND a.grp < b.grp WHERE a.size <= {max_bucket} AND b.size <= {max_bucket}"
                ),
            )
            .await?;
        self.verify("edges", "candidates").await?;
        if large == 0 {
            return Ok((self.decide("", "SELECT * FROM edges").await?, 0));
        }
        let order = match self.job.keep {
            Keep::Last => "m.last DESC",
            Keep::Longest => "m.words DESC, m.grp",
            _ => "m.grp",
        };
        self.stages
            .table(
                "large",
                &format!(
                    "SELECT s.key, s.grp, ROW_NUMBER() OVER (PARTITION BY s.key ORDER BY {order}) AS place \
                     FROM shared s JOIN members m ON m.pos = s.grp WHERE s.size > {max_bucket}"
                ),
            )
            .await?;
        let mut edges = "SELECT * FROM edges".to_owned();
        let mut hubs = "SELECT key, grp FROM large WHERE place = 1".to_owned();
        let mut width = 64;
        for round in 1.. {
            let (all_hubs, hub_pairs) = (format!("hubs_{round}"), format!("hub_candidates_{round}"));
            self.stages.table(&all_hubs, &hubs).await?;
            let before = if round == 1 {
                "SELECT u, v FROM candidates".to_owned()
            } else {
                let rounds = (1..round).map(|n| format!(" UNION ALL SELECT u, v FROM hub_candidates_{n}"));
                format!("SELECT u, v FROM candidates{}", rounds.collect::<String>())
            };
            self.stages
                .table(
                    &hub_pairs,
                    &format!(
                        "SELECT c.u, c.v FROM (SELECT DISTINCT LEAST(h.grp, l.grp) AS u, GREATEST(h.grp, l.grp) AS v \
                         FROM {all_hubs} h JOIN large l ON h.key = l.key WHERE h.grp <> l.grp) c \
                         LEFT ANTI JOIN ({before}) b ON c.u = b.u AND c.v = b.v"
                    ),
                )
                .await?;
            let found = format!("hub_edges_{round}");
            self.verify(&found, &hub_pairs).await?;
            edges = format!("{edges} UNION ALL SELECT * FROM {found}");
            let suffix = format!("_{round}");
            let decided = self.decide(&suffix, &edges).await?;
            let been: String = (1..=round)
                .map(|n| format!("{}SELECT key, grp FROM hubs_{n}", if n > 1 { " UNION ALL " } else { "" }))
                .collect();
            // A group is kept if some paragraph of it is.
            hubs = format!(
                "SELECT key, grp FROM (SELECT o.key, o.grp, ROW_NUMBER() OVER (PARTITION BY o.key ORDER BY o.place) AS next \
                 FROM (SELECT l.key, l.grp, l.place FROM large l LEFT ANTI JOIN ({been}) b \
                       ON l.key = b.key AND l.grp = b.grp) o \
                 JOIN (SELECT DISTINCT m.grp FROM (SELECT l.grp AS grp FROM large l GROUP BY l.grp) g \
                       JOIN members m ON m.grp = g.grp \
                       LEFT ANTI JOIN {decided} d ON d.removed = m.pos) k ON k.grp = o.grp) \
                 WHERE next <= {width}"
            );
            width *= 2;
            if self.number(&format!("SELECT COUNT(*) FROM ({hubs})")).await? == 0 {
                return Ok((decided, round));
            }
        }
        unreachable!("there is always a next round")
    }

    /// Compares candidates by their texts.
    async fn verify(&mut self, name: &str, candidates: &str) -> Result<u64, String> {
        let settings = &self.settings;
        let query = format!(
            "SELECT u, v, near['common'] AS common, near['a'] AS a, near['b'] AS b FROM ( \
             SELECT c.u, c.v, unnest(ditto_compare({settings}, x.text, y.text)) AS near \
             FROM {candidates} c JOIN paragraphs x ON x.pos = c.u JOIN paragraphs y ON y.pos = c.v)"
        );
        self.stages.table(name, &query).await
    }

    /// Decides what goes by the threshold, by the pairs of a query; `suffix` is put to the names of tables.
    async fn decide(&mut self, suffix: &str, edges: &str) -> Result<String, String> {
        let components = format!("components{suffix}");
        let rows = self.components(&components, "grp", &format!("SELECT u, v FROM ({edges})")).await?;
        let siblings = format!("siblings{suffix}");
        self.siblings(suffix, &format!("SELECT u, v FROM ({edges})")).await?;
        let min_words = self.job.settings.min_words;
        let is_all = self.job.scope == Scope::All;
        let representative = if self.job.keep == Keep::Last { "m.last" } else { "m.grp" };
        // With all pairs in scope the copies of a paragraph that is not short all go as the first of them goes.
        let (wanted, alone) = match self.job.scope {
            Scope::All => (
                format!(
                    "c.component IS NOT NULL AND (m.words < {min_words} OR m.pos = {representative}) \
                     OR c.component IS NULL AND m.copies > 1 AND m.words < {min_words}"
                ),
                "m.grp + m.doc",
            ),
            Scope::Within => ("c.component IS NOT NULL OR m.copies > 1".to_owned(), "m.grp + m.doc"),
            _ => ("c.component IS NOT NULL OR m.copies > 1".to_owned(), "m.grp"),
        };
        let shards = 1 + (rows + self.copies_count().await?) / self.sizes.shard_rows.max(1);
        let shards = shards.max(self.sizes.partitions as u64);
        let settings = &self.settings;
        let raw = format!("decided_by_threshold{suffix}");
        let query = format!(
            "SELECT r['removed'] AS removed, r['kept'] AS kept, r['near'] AS near, r['jaccard'] AS jaccard, \
             r['containment'] AS containment FROM ( \
             SELECT unnest(ditto_keep({settings}, n.members, p.pairs)) AS r FROM ( \
               SELECT shard, array_agg(named_struct('pos', pos, 'grp', grp, 'words', words)) AS members FROM ( \
                 SELECT m.pos, m.grp, m.words, COALESCE(c.component, {alone}) % {shards} AS shard \
                 FROM members m LEFT JOIN {components} c ON c.grp = m.grp WHERE {wanted}) GROUP BY shard) n \
             LEFT JOIN ( \
               SELECT shard, array_agg(named_struct('u', u, 'v', v, 'common', common, 'a', a, 'b', b, \
                 'siblings', siblings)) AS pairs FROM ( \
                 SELECT e.u, e.v, e.common, e.a, e.b, s.u IS NOT NULL AS siblings, c.component % {shards} AS shard \
                 FROM ({edges}) e JOIN {components} c ON c.grp = e.u \
                 LEFT JOIN {siblings} s ON s.u = e.u AND s.v = e.v) GROUP BY shard) p \
             ON n.shard = p.shard)"
        );
        self.stages.table_of(&raw, &query, Rows::Small).await?;
        if !is_all {
            return Ok(raw);
        }
        let decided = format!("decided{suffix}");
        let query = format!(
            "SELECT removed, kept, near, jaccard, containment FROM {raw} UNION ALL \
             SELECT m.pos AS removed, COALESCE(d.kept, {representative}) AS kept, COALESCE(d.near, false) AS near, \
             COALESCE(d.jaccard, 1.0) AS jaccard, COALESCE(d.containment, 1.0) AS containment \
             FROM members m LEFT JOIN {raw} d ON d.removed = {representative} \
             WHERE m.copies > 1 AND m.words >= {min_words} AND m.pos <> {representative}"
        );
        self.stages.table(&decided, &query).await?;
        Ok(decided)
    }

    async fn copies_count(&self) -> Result<u64, String> {
        let query = match self.job.scope {
            Scope::All => format!(
                "SELECT COUNT(*) FROM members WHERE copies > 1 AND words < {}",
                self.job.settings.min_words
            ),
            _ => "SELECT COUNT(*) FROM members WHERE copies > 1".to_owned(),
        };
        self.number(&query).await
    }

    /// Makes a table of the components of pairs, each with its least number. Returns how many numbers are in pairs.
    async fn components(&mut self, name: &str, column: &'static str, pairs: &str) -> Result<u64, String> {
        let count = self.number(&format!("SELECT COUNT(*) FROM ({pairs})")).await?;
        if count > self.sizes.max_pairs {
            self.stars(name, column, pairs).await
        } else {
            self.streamed(name, column, pairs).await
        }
    }

    /// Has the components found by star contraction (Kiveris and others, *Connected components in MapReduce and beyond*, 2014).
    async fn stars(&mut self, name: &str, column: &str, pairs: &str) -> Result<u64, String> {
        let mut last = format!("{name}_star_0");
        let query =
            format!("SELECT DISTINCT GREATEST(u, v) AS u, LEAST(u, v) AS v FROM ({pairs}) WHERE u <> v");
        self.stages.table(&last, &query).await?;
        for round in 1.. {
            let (large, small) = (format!("{name}_large_star_{round}"), format!("{name}_star_{round}"));
            // What is greater than a number goes to the least that the number is beside.
            self.stages
                .table(
                    &large,
                    &format!(
                        "WITH g AS (SELECT u, v FROM {last} UNION ALL SELECT v AS u, u AS v FROM {last}), \
                         m AS (SELECT u, LEAST(u, MIN(v)) AS least FROM g GROUP BY u) \
                         SELECT DISTINCT g.v AS u, m.least AS v FROM g JOIN m ON g.u = m.u WHERE g.v > g.u"
                    ),
                )
                .await?;
            // And what is less goes to the least of these, as does the number itself.
            self.stages
                .table(
                    &small,
                    &format!(
                        "WITH m AS (SELECT u, MIN(v) AS least FROM {large} GROUP BY u) \
                         SELECT DISTINCT u, v FROM ( \
                         SELECT l.v AS u, m.least AS v FROM {large} l JOIN m ON l.u = m.u WHERE l.v <> m.least \
                         UNION ALL SELECT u, least AS v FROM m)"
                    ),
                )
                .await?;
            last = small;
            let open = format!("SELECT COUNT(*) FROM {last} a JOIN {last} b ON a.v = b.u");
            let twice = format!("SELECT COUNT(*) FROM (SELECT u FROM {last} GROUP BY u HAVING COUNT(*) > 1)");
            if self.number(&open).await? + self.number(&twice).await? == 0 {
                break;
            }
        }
        let query = format!(
            "SELECT u AS {column}, v AS component FROM {last} UNION ALL SELECT DISTINCT v AS {column}, v AS component FROM {last}"
        );
        self.stages.table(name, &query).await
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

    /// Streams pairs to this process.
    async fn streamed(&mut self, name: &str, column: &'static str, pairs: &str) -> Result<u64, String> {
        let (context, this) = (self.stages.context.clone(), &mut self.stages);
        this.stage(name, &(column, pairs), async |folder: &Path| {
            use futures::StreamExt;
            let mut components = Components::default();
            let explain = |error| explain(&error);
            let mut batches =
                context.sql(pairs).await.map_err(explain)?.execute_stream().await.map_err(explain)?;
            while let Some(batch) = batches.next().await {
                let batch = batch.map_err(explain)?;
                let [a, b] = [0, 1].map(|n| batch.column(n).as_primitive::<Int64Type>().clone());
                for (a, b) in a.values().iter().zip(b.values()) {
                    components.join(*a, *b);
                }
            }
            let all = components.finish();
            let columns: [(&str, ArrayRef); 2] = [
                (column, Arc::new(all.iter().map(|(number, _)| *number).collect::<Int64Array>())),
                ("component", Arc::new(all.iter().map(|(_, least)| *least).collect::<Int64Array>())),
            ];
            write_columns(&folder.join("all.parquet"), columns)?;
            Ok(all.len() as u64)
        })
        .await?;
        let folder = self.stages.folder_of(name);
        self.stages.register(name, &folder).await?;
        Ok(self.stages.reports.last().map_or(0, |report| report.rows))
    }

    /// Makes a table of those of some pairs that are siblings.
    async fn siblings(&mut self, suffix: &str, pairs: &str) -> Result<u64, String> {
        let (standing, siblings) = (format!("standing{suffix}"), format!("siblings{suffix}"));
        if !self.job.steps.wants_siblings() {
            let none = format!("SELECT u, v FROM ({pairs}) WHERE false");
            return self.stages.table(&siblings, &none).await;
        }
        self.stages
            .table(
                &standing,
                &format!(
                    "SELECT DISTINCT m.grp, m.doc FROM (SELECT u AS grp FROM ({pairs}) UNION SELECT v AS grp FROM ({pairs})) t \
                     JOIN members m ON m.grp = t.grp"
                ),
            )
            .await?;
        // The documents of the rarer are looked for among those of the other.
        let query = format!(
            "WITH n AS (SELECT grp, COUNT(*) AS docs FROM {standing} GROUP BY grp), \
             p AS (SELECT p.u, p.v, CASE WHEN a.docs <= b.docs THEN p.u ELSE p.v END AS few, \
                   CASE WHEN a.docs <= b.docs THEN p.v ELSE p.u END AS many \
                   FROM (SELECT DISTINCT u, v FROM ({pairs})) p JOIN n a ON a.grp = p.u JOIN n b ON b.grp = p.v \
                   WHERE a.docs > 1 OR b.docs > 1) \
             SELECT DISTINCT t.u, t.v FROM (SELECT p.u, p.v, f.doc FROM p JOIN {standing} f ON f.grp = p.few \
             JOIN {standing} o ON o.grp = p.many AND o.doc = f.doc) t \
             LEFT ANTI JOIN bodies b ON b.u = t.u AND b.v = t.v AND b.doc = t.doc"
        );
        self.stages.table(&siblings, &query).await
    }

    /// Decides anew by the evidence of runs. Returns the table of what goes.
    pub async fn by_runs(&mut self, decided: &str, read: &Read) -> Result<String, String> {
        let with_runs = "SELECT removed, kept, near, jaccard, containment, false AS run FROM";
        if self.job.steps.wants_runs() && read.longest > 1 {
            self.partners(decided).await?;
            // A document is there once for each that is compared with it in a batch.
            let batch = MAX_BATCH_PARAGRAPHS / read.longest.cast_unsigned() as usize;
            let before = self.stages.set_batch(batch.clamp(1, 8192));
            self.walks().await?;
            self.stages.set_batch(before);
        } else {
            let none = "SELECT later, earlier, common, total FROM bodies WHERE false";
            self.stages.table("run_pairs", none).await?;
        }
        self.revise(decided).await?;
        let query = format!(
            "{with_runs} (SELECT d.* FROM {decided} d LEFT ANTI JOIN revised r ON r.removed = d.removed) \
             UNION ALL SELECT removed, kept, near, jaccard, containment, run FROM revised"
        );
        self.stages.table("decided_at_last", &query).await?;
        Ok("decided_at_last".to_owned())
    }

    /// Finds which documents are compared.
    async fn partners(&mut self, decided: &str) -> Result<(), String> {
        let Self { stages, settings, .. } = self;
        stages
            .table(
                "passages",
                &format!(
                    "SELECT m.pos, m.doc, m.grp, m.words, COALESCE(k.grp, m.grp) AS passage FROM members m \
                     LEFT JOIN (SELECT d.removed, o.grp FROM {decided} d JOIN members o ON o.pos = d.kept) k \
                     ON k.removed = m.pos"
                ),
            )
            .await?;
        stages.table("places", "SELECT DISTINCT passage, doc FROM passages").await?;
        stages
            .table(
                "before",
                "SELECT l.passage, l.doc, f.first, l.last FROM ( \
                 SELECT passage, doc, LAG(doc) OVER (PARTITION BY passage ORDER BY doc) AS last FROM places) l \
                 JOIN (SELECT passage, MIN(doc) AS first FROM places GROUP BY passage HAVING COUNT(*) > 1) f \
                 ON f.passage = l.passage WHERE l.last IS NOT NULL",
            )
            .await?;
        stages
            .table(
                "voted",
                &format!(
                    "SELECT doc AS later, unnest(ditto_partners({settings}, array_agg(vote))) AS earlier FROM ( \
                     SELECT p.doc, b.first AS vote FROM before b JOIN passages p ON p.passage = b.passage AND p.doc = b.doc \
                     UNION ALL \
                     SELECT p.doc, b.last AS vote FROM before b JOIN passages p ON p.passage = b.passage AND p.doc = b.doc \
                     WHERE b.last <> b.first) v \
                     WHERE doc IN (SELECT doc FROM passages GROUP BY doc HAVING COUNT(*) > 1) GROUP BY doc"
                ),
            )
            .await?;
        // A walk needs two passages that stand in both.
        stages
            .table(
                "partners",
                "SELECT v.later, v.earlier FROM voted v JOIN places a ON a.doc = v.later \
                 JOIN places b ON b.doc = v.earlier AND b.passage = a.passage \
                 GROUP BY v.later, v.earlier HAVING COUNT(*) > 1",
            )
            .await?;
        stages
            .table_of(
                "sides",
                "SELECT p.doc, array_agg(named_struct('pos', p.pos, 'grp', p.grp, 'passage', p.passage, 'words', p.words, \
                 'sketch_high', t.sketch_high, 'sketch_low', t.sketch_low, 'text', t.text)) AS side \
                 FROM (SELECT later AS doc FROM partners UNION SELECT earlier AS doc FROM partners) d \
                 JOIN passages p ON p.doc = d.doc JOIN paragraphs t ON t.pos = p.pos GROUP BY p.doc",
                Rows::Large,
            )
            .await?;
        Ok(())
    }

    /// Walks between documents, again and again until all that it took for no siblings are none.
    async fn walks(&mut self) -> Result<(), String> {
        let settings = self.settings.clone();
        let walk = |known: &str, pairs: &str| {
            format!(
                "SELECT w.later, w.earlier, w.walk['passages'] AS passages, w.walk['pairs'] AS pairs, \
                 w.walk['asked'] AS asked FROM ( \
                 SELECT p.later, p.earlier, unnest(make_array(ditto_walk({settings}, e.side, l.side, {known}))) AS walk \
                 FROM {pairs} p JOIN sides l ON l.doc = p.later JOIN sides e ON e.doc = p.earlier) w"
            )
        };
        self.stages.table_of("walks_1", &walk("NULL", "partners"), Rows::Large).await?;
        let (mut walked, mut known) = ("SELECT * FROM walks_1".to_owned(), String::new());
        for round in 1.. {
            let asked = format!("asked_{round}");
            self.stages
                .table(
                    &asked,
                    &format!(
                        "SELECT later, earlier, a['u'] AS u, a['v'] AS v FROM ( \
                         SELECT later, earlier, unnest(asked) AS a FROM walks_{round})"
                    ),
                )
                .await?;
            let suffix = format!("_asked_{round}");
            let siblings = self.siblings(&suffix, &format!("SELECT DISTINCT u, v FROM {asked}")).await?;
            if siblings == 0 {
                break;
            }
            let union = if known.is_empty() { "" } else { " UNION " };
            known = format!(
                "{known}{union}SELECT a.later, a.earlier, a.u, a.v FROM {asked} a \
                 JOIN siblings{suffix} s ON s.u = a.u AND s.v = a.v"
            );
            let again = format!("again_{round}");
            self.stages
                .table_of(
                    &again,
                    &format!(
                        "SELECT k.later, k.earlier, array_agg(named_struct('u', k.u, 'v', k.v)) AS known FROM ({known}) k \
                         JOIN (SELECT DISTINCT a.later, a.earlier FROM {asked} a \
                               JOIN siblings{suffix} s ON s.u = a.u AND s.v = a.v) n \
                         ON n.later = k.later AND n.earlier = k.earlier GROUP BY k.later, k.earlier"
                    ),
                    Rows::Small,
                )
                .await?;
            let next = format!("walks_{}", round + 1);
            self.stages.table_of(&next, &walk("p.known", &again), Rows::Large).await?;
            walked = format!(
                "SELECT w.* FROM ({walked}) w LEFT ANTI JOIN {next} n ON n.later = w.later AND n.earlier = w.earlier \
                 UNION ALL SELECT * FROM {next}"
            );
        }
        self.stages
            .table_of(
                "meetings",
                &format!(
                    "SELECT later, earlier, passages, pairs, GREATEST( \
                     MAX(passages) OVER (PARTITION BY later), \
                     COALESCE(MAX(passages) OVER (PARTITION BY earlier ORDER BY later DESC \
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS nearest \
                     FROM ({walked}) WHERE passages > 1"
                ),
                Rows::Small,
            )
            .await?;
        let query = format!(
            "SELECT p['later'] AS later, p['earlier'] AS earlier, p['common'] AS common, p['total'] AS total FROM ( \
             SELECT unnest(pairs) AS p FROM meetings WHERE ditto_is_met({settings}, passages, nearest))"
        );
        self.stages.table("run_pairs", &query).await?;
        Ok(())
    }

    /// Has what is redundant by the evidence of runs decided anew.
    async fn revise(&mut self, decided: &str) -> Result<(), String> {
        self.stages
            .table(
                "mergeable",
                &format!(
                    "SELECT * FROM (SELECT r.later, r.earlier, r.common, r.total, COALESCE(a.kept, r.later) AS one, \
                     COALESCE(b.kept, r.earlier) AS other FROM (SELECT later, earlier, common, total FROM run_pairs \
                     UNION ALL SELECT later, earlier, common, total FROM bodies WHERE is_pair) r \
                     LEFT JOIN {decided} a ON a.removed = r.later \
                     LEFT JOIN {decided} b ON b.removed = r.earlier) WHERE one <> other"
                ),
            )
            .await?;
        let rows = self.components("merged", "kept", "SELECT one AS u, other AS v FROM mergeable").await?;
        let shards = (1 + 8 * rows / self.sizes.shard_rows.max(1)).max(self.sizes.partitions as u64);
        self.stages
            .table(
                "merged_members",
                &format!(
                    "SELECT m.pos, m.grp, m.words, x.kept, c.component % {shards} AS shard FROM merged c \
                     JOIN (SELECT removed AS pos, kept FROM {decided} UNION ALL SELECT kept AS pos, kept FROM merged) x \
                     ON x.kept = c.kept JOIN members m ON m.pos = x.pos"
                ),
            )
            .await?;
        self.stages
            .table_of(
                "merged_groups",
                "SELECT g.shard, g.grp, g.documents, t.text FROM ( \
                 SELECT s.shard, s.grp, array_agg(DISTINCT m.doc) AS documents \
                 FROM (SELECT DISTINCT shard, grp FROM merged_members) s JOIN members m ON m.grp = s.grp \
                 GROUP BY s.shard, s.grp) g JOIN paragraphs t ON t.pos = g.grp",
                Rows::Large,
            )
            .await?;
        let settings = &self.settings;
        let query = format!(
            "SELECT r['removed'] AS removed, r['kept'] AS kept, r['near'] AS near, r['jaccard'] AS jaccard, \
             r['containment'] AS containment, r['run'] AS run FROM ( \
             SELECT unnest(ditto_revise({settings}, m.members, p.pairs, g.groups, b.mates)) AS r FROM \
             (SELECT shard, array_agg(named_struct('pos', pos, 'grp', grp, 'words', words, 'kept', kept)) AS members \
              FROM merged_members GROUP BY shard) m \
             JOIN (SELECT c.component % {shards} AS shard, array_agg(named_struct('later', e.later, 'earlier', e.earlier, \
                   'common', e.common, 'total', e.total)) AS pairs FROM mergeable e JOIN merged c ON c.kept = e.one \
                   GROUP BY c.component % {shards}) p ON p.shard = m.shard \
             JOIN (SELECT shard, array_agg(named_struct('grp', grp, 'text', text, 'documents', documents)) AS groups \
                   FROM merged_groups GROUP BY shard) g ON g.shard = m.shard \
             LEFT JOIN (SELECT x.shard, array_agg(named_struct('doc', b.doc, 'u', b.u, 'v', b.v)) AS mates FROM bodies b \
                   JOIN merged_groups x ON x.grp = b.u JOIN merged_groups y ON y.grp = b.v AND y.shard = x.shard \
                   GROUP BY x.shard) b ON b.shard = m.shard)"
        );
        self.stages.table("revised", &query).await?;
        Ok(())
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

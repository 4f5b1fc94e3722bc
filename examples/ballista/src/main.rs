//! `dittograph dedup` on Apache Ballista: the same removals, on as many machines as there are.
//!
//! See README.md beside Cargo.toml.

mod cluster;
mod components;
mod functions;
mod job;
mod outputs;
mod pieces;
mod position;
mod settings;
mod stages;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;

use self::job::{Run, Sizes};
use self::outputs::Outputs;
use self::settings::{BUILD, Job, Settings};
use self::stages::Stages;

/// Clean a dump of articles that outgrows one machine, on Apache Ballista
#[derive(Parser)]
#[command(name = "dittograph-ballista", version = BUILD)]
enum Role {
    /// Give work to executors
    Scheduler(cluster::SchedulerOptions),
    /// Do the work that a scheduler gives
    Executor(cluster::ExecutorOptions),
    /// Clean a dump on a cluster
    Dedup {
        /// Where the scheduler is
        #[arg(long, value_name = "URL", default_value = "df://127.0.0.1:50050")]
        scheduler: String,
        #[command(flatten)]
        arguments: Arguments,
    },
    /// Clean a dump in this process, by the same queries
    Local {
        /// How much memory joins, sorts and counts may take before they spill, in MiB; no limit without it
        #[arg(long, value_name = "MIB")]
        memory: Option<u64>,
        #[command(flatten)]
        arguments: Arguments,
    },
}

#[derive(clap::Args)]
struct Arguments {
    /// Files of JSON Lines or Parquet, and folders of them, in this order
    #[arg(value_name = "DUMP", required = true)]
    dumps: Vec<PathBuf>,
    /// The folder for what is between stages, which all machines must see under this path
    #[arg(long, value_name = "FOLDER")]
    work: PathBuf,
    /// Go on from the stages that are complete in --work
    #[arg(long)]
    resume: bool,
    /// Into how many partitions each stage is cut
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    partitions: u32,
    /// From which size on, in MiB, a file of JSON Lines is cut into pieces; of other files each is one piece
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..))]
    piece_size: u64,
    /// Up to how many paragraphs of a bucket all pairs are compared; in a larger one all with those that are kept
    #[arg(long, value_name = "N", default_value_t = 128)]
    max_bucket: usize,
    /// How many paragraphs and pairs one task decides together, at some 140 bytes for each
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    shard: u64,
    /// How many pairs this process puts together itself, at 40 bytes a paragraph in them; more of them by star contraction
    #[arg(long, value_name = "N", default_value_t = 200_000_000)]
    max_pairs: u64,
    /// Show no progress and no summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    settings: Settings,
}

fn main() -> ExitCode {
    let role = Role::parse();
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(8 << 20) // plans of many joins are walked through by recursion
        .build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(run(role));
            runtime.shutdown_background();
            done
        }
        Err(error) => Err(error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {}", message.replace('\n', " "));
            ExitCode::from(2)
        }
    }
}

/// Shows what the engine says, as far as `RUST_LOG` asks for it: error, warn, info, debug.
fn log_to_stderr() {
    struct Stderr;
    impl log::Log for Stderr {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log::Record<'_>) {
            eprintln!("{} {}: {}", record.level(), record.target(), record.args());
        }

        fn flush(&self) {}
    }
    let level = std::env::var("RUST_LOG").ok().and_then(|level| level.parse().ok());
    if let Some(level) = level {
        log::set_max_level(level);
        _ = log::set_logger(&Stderr); // there is no other
    }
}

async fn run(role: Role) -> Result<(), String> {
    match role {
        Role::Scheduler(options) => cluster::scheduler(options).await,
        Role::Executor(options) => cluster::executor(options).await,
        Role::Dedup { scheduler, arguments } => {
            let prepared = Prepared::new(arguments)?;
            let context = cluster::remote(&scheduler, prepared.sizes().partitions).await?;
            prepared.dedup(context).await
        }
        Role::Local { memory, arguments } => {
            let prepared = Prepared::new(arguments)?;
            let context = cluster::local(prepared.sizes().partitions, memory)?;
            prepared.dedup(context).await
        }
    }
}

/// A job whose arguments are known to be good.
struct Prepared {
    arguments: Arguments,
    job: Job,
    pieces: Vec<pieces::Piece>,
    files: usize,
    work: PathBuf,
}

impl Prepared {
    fn new(mut arguments: Arguments) -> Result<Self, String> {
        let job = Job::new(arguments.settings.clone())?;
        let (pieces, files) = job::pieces(&job, &arguments.dumps, arguments.piece_size << 20)?;
        arguments.outputs.check(&pieces)?;
        let work =
            std::path::absolute(&arguments.work).map_err(|error| stages::message(&arguments.work, &error))?;
        std::fs::create_dir_all(&work).map_err(|error| stages::message(&work, &error))?;
        Ok(Self { arguments, job, pieces, files, work })
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            partitions: self.arguments.partitions as usize,
            max_bucket: self.arguments.max_bucket.max(1),
            shard_rows: self.arguments.shard.max(1),
            max_pairs: self.arguments.max_pairs,
        }
    }

    async fn dedup(self, context: datafusion::prelude::SessionContext) -> Result<(), String> {
        let Self { arguments, job, pieces, files, work } = &self;
        let began = std::time::Instant::now();
        let fingerprint = job::fingerprint(job, pieces);
        let stages = Stages::new(context, work, arguments.resume, arguments.quiet, &fingerprint);
        let mut run = Run::new(job, self.sizes(), stages);
        run.list(pieces).await?;
        run.check().await?;
        let read = run.read(*files, pieces.len()).await?;
        run.copies().await?;
        let large = run.buckets().await?;
        let (decided, rounds) = run.by_threshold(large).await?;
        let decided = run.by_runs(&decided, &read).await?;
        run.clean(&decided, &arguments.outputs).await?;
        arguments.outputs.write(&run.stages).await?;
        let counts = job::counts(&run.stages).await?;
        let seconds = began.elapsed().as_secs_f64();
        let summary = json!({
            "read": read,
            "removed": counts["removed"],
            "removed_near": counts["near"],
            "removed_by_runs": counts["by_runs"],
            "large_buckets": large,
            "rounds_of_large_buckets": rounds,
            "seconds": seconds,
            "peak_memory_mib": peak_memory(),
            "options": job.settings,
            "stages": run.stages.reports,
        });
        arguments.outputs.write_summary(&summary)?;
        if !arguments.quiet {
            eprintln!(
                "{} documents, {} paragraphs; removed {}: {} near copies, {} by runs; {seconds:.1} s",
                read.documents, read.paragraphs, counts["removed"], counts["near"], counts["by_runs"]
            );
        }
        Ok(())
    }
}

/// Returns the most memory that this process had, in MiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse::<u64>().ok().map(|kib| kib >> 10)
}

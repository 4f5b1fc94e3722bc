//! The roles of a cluster, and the sessions that a job runs in.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ballista::prelude::SessionContextExt;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::SessionConfigExt;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::serde::protobuf::CancelJobParams;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::functions;

#[derive(clap::Args, Debug)]
pub struct SchedulerOptions {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: String,
    /// The port to listen on
    #[arg(long, default_value_t = 50050)]
    port: u16,
    /// How long an executor may be silent before its work is given to others
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    executor_timeout: u64,
}

#[derive(clap::Args, Debug)]
pub struct ExecutorOptions {
    /// Where the scheduler is
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    scheduler_host: String,
    #[arg(long, default_value_t = 50050)]
    scheduler_port: u16,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: String,
    /// The name by which others reach this machine
    #[arg(long, value_name = "HOST")]
    external_host: Option<String>,
    /// The port for data
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// The port for the scheduler's calls
    #[arg(long, default_value_t = 50052)]
    grpc_port: u16,
    /// How many tasks run at a time
    #[arg(long, default_value_t = 1)]
    tasks: usize,
    /// How much memory joins, sorts and counts may take before they spill, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    memory: u64,
    /// The folder for what is between stages; a temporary one without it
    #[arg(long, value_name = "FOLDER")]
    work_dir: Option<PathBuf>,
    /// Know none of the job's functions: for tests of what is said then
    #[arg(long, hide = true)]
    without_functions: bool,
}

fn state(config: SessionConfig) -> SessionState {
    let mut state = SessionStateBuilder::new().with_default_features().with_config(config).build();
    functions::register(&mut state).expect("the names are ours alone");
    state
}

pub async fn scheduler(options: SchedulerOptions) -> Result<(), String> {
    let address = format!("{}:{}", options.bind, options.port);
    let failed = |error: &dyn std::fmt::Display| format!("scheduler at {address}: {error}");
    free(&options.bind, options.port)?;
    let config = SchedulerConfig {
        bind_host: options.bind.clone(),
        bind_port: options.port,
        // Where work is pushed, the places of a query that is cancelled are not always given back.
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: options.executor_timeout,
        expire_dead_executor_interval_seconds: (options.executor_timeout / 4).max(1),
        no_executors_grace_period_seconds: options.executor_timeout,
        override_session_builder: Some(Arc::new(|config| Ok(state(config)))),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(|error| failed(&error))?;
    let parsed = address.parse().map_err(|error| failed(&error))?;
    tokio::spawn(cancel_for_lost(cluster.clone(), format!("http://{address}")));
    eprintln!("scheduler: listens on {address}");
    start_server(cluster, parsed, Arc::new(config)).await.map_err(|error| failed(&error))
}

/// Cancels all queries when an executor is lost, so that the driver asks them anew.
///
/// Ballista 55.0.0 asks the tasks of a lost executor anew itself, but where a query has several stages it then may wait for
/// ever, or write rows twice.
async fn cancel_for_lost(cluster: BallistaCluster, scheduler: String) {
    let mut known = HashSet::new();
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let executors: HashSet<String> = cluster.cluster_state().executor_heartbeats().into_keys().collect();
        let is_lost = !known.is_subset(&executors);
        known = executors;
        let (all, done) = (cluster.job_state().get_all_jobs().await, cluster.job_state().get_jobs().await);
        let (true, Ok(all), Ok(done)) = (is_lost, all, done) else { continue };
        let Ok(mut client) = SchedulerGrpcClient::connect(scheduler.clone()).await else { continue };
        for job in all.difference(&done) {
            eprintln!("scheduler: an executor is lost; query {job} is cancelled");
            _ = client.cancel_job(CancelJobParams { job_id: job.to_string() }).await;
        }
    }
}

/// Fails if a port is taken.
fn free(host: &str, port: u16) -> Result<(), String> {
    let taken = |error| format!("{host}:{port}: {error}; choose another port");
    std::net::TcpListener::bind((host, port)).map(drop).map_err(taken)
}

pub async fn executor(options: ExecutorOptions) -> Result<(), String> {
    let known = state(SessionConfig::new_with_ballista());
    let registry = if options.without_functions {
        BallistaFunctionRegistry::default()
    } else {
        BallistaFunctionRegistry::from(&known)
    };
    let scheduler = format!("{}:{}", options.scheduler_host, options.scheduler_port);
    free(&options.bind, options.port)?;
    free(&options.bind, options.grpc_port)?;
    let config = ExecutorProcessConfig {
        scheduler_host: options.scheduler_host,
        scheduler_port: options.scheduler_port,
        scheduler_connect_timeout_seconds: 10,
        bind_host: options.bind,
        external_host: options.external_host,
        port: options.port,
        grpc_port: options.grpc_port,
        vcores: options.tasks,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_heartbeat_interval_seconds: 4,
        memory_pool_size: Some(options.memory << 20),
        work_dir: options.work_dir.map(|folder| folder.display().to_string()),
        override_function_registry: Some(Arc::new(registry)),
        ..ExecutorProcessConfig::default()
    };
    eprintln!("executor: {} tasks for the scheduler at {scheduler}", options.tasks);
    let run = start_executor_process(Arc::new(config)).await;
    run.map_err(|error| format!("executor for the scheduler at {scheduler}: {error}"))
}

/// Settings of all sessions.
fn tuned(config: SessionConfig, partitions: usize) -> SessionConfig {
    let mut config = config.with_target_partitions(partitions);
    let options = config.options_mut();
    options.execution.parquet.schema_force_view_types = false; // texts as they were written
    options.execution.parquet.pushdown_filters = false;
    config
}

/// Returns a session that runs in this process.
pub fn local(partitions: usize, memory: Option<u64>) -> Result<SessionContext, String> {
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(memory) = memory {
        let bytes = usize::try_from(memory << 20).unwrap_or(usize::MAX);
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(bytes)));
    }
    let runtime = runtime.build_arc().map_err(|error| error.to_string())?;
    let state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(tuned(SessionConfig::new(), partitions))
        .with_runtime_env(runtime)
        .build();
    Ok(with_functions(SessionContext::new_with_state(state)))
}

/// Returns a session that runs on a cluster.
pub async fn remote(scheduler: &str, partitions: usize) -> Result<SessionContext, String> {
    let config = tuned(SessionConfig::new_with_ballista(), partitions)
        .with_ballista_job_name("dittograph")
        // Where an executor is lost, a job that is planned anew as it runs waits for ever (55.0.0: "Can't find active stage to
        // update stage outputs").
        .with_ballista_adaptive_query_planner(false)
        .set_u64("ballista.scheduler.max_partitions_per_task", 1);
    let absent = |error: &dyn std::fmt::Display| {
        format!("{scheduler}: no scheduler answers there: start one with the role scheduler ({error})")
    };
    let address = scheduler.strip_prefix("df://").unwrap_or(scheduler).trim_end_matches('/');
    std::net::TcpStream::connect(address).map_err(|error| absent(&error))?;
    let context = SessionContext::remote_with_state(scheduler, state(config)).await;
    context.map(with_functions).map_err(|error| absent(&error))
}

/// Ballista drops the functions of a state that it is given.
fn with_functions(context: SessionContext) -> SessionContext {
    functions::all().into_iter().for_each(|function| context.register_udf(function));
    context
}

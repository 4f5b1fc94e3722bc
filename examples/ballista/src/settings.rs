//! What is looked for, and how the dump is read: all that the functions on the executors need to know.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use dittograph::dump::{DumpOptions, MissingText, ParquetRewriter};
use dittograph::steps::Steps;
use dittograph::{Boundary, Config, Corpus, Detector, Evidence, Keep, Normalizer, Scope, Shingles, Siblings};
use serde::{Deserialize, Serialize};

/// Which code this program was built from. Executors of another build are refused.
pub const BUILD: &str = env!("BUILD");

/// The options of a job. They travel to the executors as JSON, as the first argument of each function.
#[derive(clap::Args, Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How alike two paragraphs must be, by the Jaccard of their shingles: 0 < T <= 1
    #[arg(short, long, value_name = "T", default_value_t = 0.7)]
    pub threshold: f64,
    /// What is compared: words:N, chars:N, auto
    #[arg(long, default_value = "auto")]
    pub shingles: String,
    /// What separates paragraphs: newline, blank-line, auto
    #[arg(long, default_value = "auto")]
    pub boundary: String,
    /// Which differences do not count: the names of all rules that are wanted, or none; the default ones without it
    #[arg(long, value_name = "LIST")]
    pub rules: Option<String>,
    /// The share of pairs at the threshold that is found at least: 0 < R < 1
    #[arg(long, value_name = "R", default_value_t = 0.99)]
    pub recall: f64,
    /// Which pairs count: within (one article), across (two articles), all
    #[arg(long, default_value = "all")]
    pub scope: String,
    /// Which of several paragraphs that repeat one another is kept: first, last, longest
    #[arg(long, default_value = "first")]
    pub keep: String,
    /// Never remove a paragraph of fewer words for one of another article
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min_words: usize,
    /// By which evidence a paragraph is removed: threshold, run
    #[arg(long, default_value = "run")]
    pub evidence: String,
    /// What becomes of like paragraphs, not exact copies, that some article holds both: keep, remove
    #[arg(long, default_value = "keep")]
    pub siblings: String,
    /// The name of the field that holds a record's id, or its path
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// The name of the field that holds a record's text, or its path
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// The build of the driver: another one for tests of what executors say to that
    #[arg(long, hide = true, default_value = BUILD)]
    pub build: String,
}

/// The steps that the settings stand for.
pub struct Job {
    pub settings: Settings,
    pub detector: Detector,
    pub steps: Steps,
    pub keep: Keep,
    pub scope: Scope,
}

impl Job {
    pub fn new(settings: Settings) -> Result<Self, String> {
        let text = |error: dittograph::Error| error.to_string();
        if settings.recall >= 1.0 {
            return Err(format!("--recall {}: below 1; the exact join needs one machine", settings.recall));
        }
        let config = Config::new()
            .threshold(settings.threshold)
            .recall(settings.recall)
            .shingles(settings.shingles.parse::<Shingles>().map_err(text)?)
            .boundary(settings.boundary.parse::<Boundary>().map_err(text)?)
            .siblings(settings.siblings.parse::<Siblings>().map_err(text)?)
            .normalizer(match &settings.rules {
                Some(rules) => rules.parse::<Normalizer>().map_err(text)?,
                None => Normalizer::default(),
            });
        let detector = config.build().map_err(text)?;
        let (scope, keep): (Scope, Keep) =
            (settings.scope.parse().map_err(text)?, settings.keep.parse().map_err(text)?);
        let builder = Corpus::builder(detector)
            .scope(scope)
            .keep(keep)
            .min_words(settings.min_words)
            .evidence(settings.evidence.parse::<Evidence>().map_err(text)?);
        let steps = builder.steps().map_err(text)?;
        Ok(Self { settings, detector, steps, keep, scope })
    }

    /// Returns the job that a text made by [`Self::to_json`] stands for. On an executor it is made once.
    pub fn from_json(json: &str) -> Result<Arc<Self>, String> {
        static JOBS: LazyLock<Mutex<HashMap<String, Arc<Job>>>> = LazyLock::new(Mutex::default);
        let mut jobs = JOBS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = jobs.get(json) {
            return Ok(Arc::clone(job));
        }
        let other = |build: &str| {
            format!(
                "an executor is of build {BUILD} and the driver of build {build}: start all roles from one program"
            )
        };
        let settings: Settings = serde_json::from_str(json).map_err(|_| other("unknown"))?;
        if settings.build != BUILD {
            return Err(other(&settings.build));
        }
        let job = Arc::new(Self::new(settings)?);
        jobs.insert(json.to_owned(), Arc::clone(&job));
        Ok(job)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.settings).expect("strings and numbers are JSON")
    }

    /// Returns how records are read: as `dittograph dedup` reads them.
    pub fn dump_options(&self, has_fields: bool) -> DumpOptions {
        DumpOptions::new()
            .id_field(&self.settings.id_field)
            .text_field(&self.settings.text_field)
            .missing_text(MissingText::Error)
            .fields(has_fields)
    }

    pub fn parquet_rewriter(&self) -> ParquetRewriter {
        ParquetRewriter::new(&self.settings.text_field).id_column(&self.settings.id_field)
    }
}

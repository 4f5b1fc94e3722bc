//! The files that a run writes.

use std::path::{Path, PathBuf};

use super::Arguments;
use crate::output::{self, Output, STDOUT};

/// The files that were asked for.
pub struct Outputs {
    pub out: Option<Output>,
    pub pairs: Option<Output>,
    pub articles: Option<Output>,
    pub clusters: Option<Output>,
    pub runs: Option<Output>,
    pub html: Option<Output>,
    pub summary: Option<Output>,
}

impl Outputs {
    pub fn create(arguments: &Arguments) -> Result<Self, String> {
        let create = |path: &Option<PathBuf>, begins: &[&str]| {
            let create = |path: &Path| {
                if !arguments.force {
                    output::refuse_other(path, begins)?;
                }
                Output::create(path)
            };
            path.as_deref().map(create).transpose()
        };
        Ok(Self {
            out: create(&arguments.out, &["{", "PAR1"])?,
            pairs: create(&arguments.pairs, &["kept_doc\t", "earlier_doc\t"])?,
            articles: create(&arguments.articles, &["doc\t"])?,
            clusters: create(&arguments.clusters, &["{\"kept\":"])?,
            runs: create(&arguments.runs, &["earlier_doc\t"])?,
            html: create(&arguments.html, &[output::PAGE_BEGINNING])?,
            summary: create(&arguments.summary, &["{"])?,
        })
    }

    pub fn is_empty(&self) -> bool {
        let Self { out, pairs, articles, clusters, runs, html, summary } = self;
        [out, pairs, articles, clusters, runs, html, summary].into_iter().all(Option::is_none)
    }

    /// Returns the names of the files.
    pub fn names(&self) -> Vec<String> {
        let Self { out, pairs, articles, clusters, runs, html, summary } = self;
        let all = [out, pairs, articles, clusters, runs, html, summary].into_iter().flatten();
        all.map(Output::name).collect()
    }

    /// Moves all files to their places, once all are on disk.
    pub fn finish(self) -> Result<(), String> {
        let Self { out, pairs, articles, clusters, runs, html, summary } = self;
        let mut written: Vec<Output> =
            [out, pairs, articles, clusters, runs, html, summary].into_iter().flatten().collect();
        written.iter_mut().try_for_each(Output::flush)?;
        written.into_iter().try_for_each(Output::finish)
    }
}

/// Fails if an output would take the place of an input or of another output.
pub fn refuse_shared_paths(arguments: &Arguments, files: &[PathBuf]) -> Result<(), String> {
    let read = files.iter().chain(&arguments.against);
    let mut taken: Vec<PathBuf> = read.filter_map(|file| file.canonicalize().ok()).collect();
    let Arguments { out, pairs, articles, clusters, runs, html, summary, .. } = arguments;
    let outputs = [out, pairs, articles, clusters, runs, html, summary].into_iter().flatten();
    if arguments.explain.is_some() && outputs.clone().any(|path| path == Path::new(STDOUT)) {
        return Err(format!(
            "--explain: prints on standard output, as '{STDOUT}' does; name a file in place of it"
        ));
    }
    for path in outputs {
        let (Ok(folder), Some(name)) = (output::folder_of(path).canonicalize(), path.file_name()) else {
            continue;
        };
        let place = path.canonicalize().unwrap_or(folder.join(name));
        if place.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            continue; // a device may be given twice
        }
        // An index may be a folder, in which nothing else is written.
        if taken.iter().any(|taken| place.starts_with(taken)) {
            return Err(format!("{}: is read or written already; nothing is overwritten", path.display()));
        }
        taken.push(place);
    }
    Ok(())
}

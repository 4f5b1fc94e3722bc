//! `--clusters`: what is kept, and what goes for it, as JSON Lines.

use std::borrow::Cow;

use dittograph::{CorpusCluster, Redundant, Removal};
use serde::Serialize;

use super::articles::Articles;
use crate::output::Output;

/// The paragraph that a cluster keeps.
#[derive(Serialize)]
struct Kept<'d> {
    doc: Cow<'d, str>,
    paragraph: u32,
}

/// A paragraph that goes for it.
#[derive(Serialize)]
struct Removed<'d> {
    doc: Cow<'d, str>,
    paragraph: u32,
    #[serde(flatten)]
    likeness: Likeness,
}

/// How alike the two paragraphs of a removal are, and why the one goes for the other.
#[derive(Serialize)]
pub struct Likeness {
    jaccard: f64,
    containment: f64,
    exact: bool,
    evidence: String,
}

impl Likeness {
    pub fn new(Removal { similarity, evidence, .. }: &Removal) -> Self {
        Self {
            jaccard: similarity.jaccard(),
            containment: similarity.containment(),
            exact: similarity.is_exact(),
            evidence: evidence.to_string(),
        }
    }
}

/// Writes an object on a line for each cluster. It is written piece by piece, as all of a dump may be in one cluster.
pub fn write(file: &mut Output, redundant: &Redundant, articles: &Articles<'_>) -> Result<(), String> {
    for CorpusCluster { kept, removals, .. } in redundant.clusters() {
        let kept = Kept { doc: articles.id(kept.document), paragraph: kept.paragraph };
        file.write(&format!("{{\"kept\":{},\"removed\":[", json(&kept)))?;
        for (n, removal) in removals.iter().enumerate() {
            let removed = Removed {
                doc: articles.id(removal.removed.document),
                paragraph: removal.removed.paragraph,
                likeness: Likeness::new(removal),
            };
            file.write(if n > 0 { "," } else { "" })?;
            file.write(&json(&removed))?;
        }
        file.write("]}\n")?;
    }
    Ok(())
}

fn json(of: &impl Serialize) -> String {
    serde_json::to_string(of).expect("strings, numbers and booleans are JSON")
}

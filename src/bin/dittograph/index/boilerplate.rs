//! `dittograph index boilerplate`: which paragraphs stand in many articles.

use std::cmp::Reverse;
use std::fmt::Write;

use clap::ValueEnum;
use dittograph::{ParagraphId, SavedIndex};
use serde_json::{Value, json};

use super::render::name;
use crate::print::one_line;
use crate::site::host;

/// What articles are counted together.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Those of one host, where their ids are URLs
    Host,
}

/// A paragraph and in how many articles (of a host) it stands: the most first, then by host and id.
type Row = (Reverse<usize>, String, ParagraphId);

/// Renders the paragraphs that stand in most articles, with the same words; no more than a limit.
pub fn list(index: &SavedIndex, by: Option<By>, limit: usize) -> Result<(String, Value), String> {
    let mut rows: Vec<Row> = Vec::new();
    let count = |paragraphs: &[ParagraphId]| {
        let articles =
            || paragraphs.chunk_by(|a, b| a.document == b.document).map(|paragraphs| paragraphs[0]);
        let several = articles().count();
        if several < 2 {
            return Ok(());
        }
        match by {
            None => rows.push((Reverse(several), String::new(), paragraphs[0])),
            Some(By::Host) => {
                let mut hosts: Vec<(String, ParagraphId)> = Vec::new();
                for article in articles() {
                    let host = index.document_name(article.document)?.and_then(host);
                    hosts.extend(host.map(|host| (host.to_ascii_lowercase(), article)));
                }
                hosts.sort_unstable();
                let of_one = hosts.chunk_by(|a, b| a.0 == b.0).filter(|articles| articles.len() > 1);
                rows.extend(of_one.map(|of| (Reverse(of.len()), of[0].0.clone(), of[0].1)));
            }
        }
        if rows.len() > limit.max(1 << 10).saturating_mul(2) {
            rows.sort_unstable();
            rows.truncate(limit);
        }
        Ok(())
    };
    index.try_for_each_copy_group(count).map_err(|error| error.to_string())?;
    rows.sort_unstable();
    rows.truncate(limit);
    let (mut text, mut values) = (String::new(), Vec::new());
    for (Reverse(articles), host, ParagraphId { document, paragraph }) in rows {
        let id = name(index, document)?;
        let of = if by.is_some() { format!(" of {}", one_line(&host)) } else { String::new() };
        _ = writeln!(text, "{articles:8} articles{of}: {} ¶{paragraph}", one_line(&id));
        let host = by.map(|_| host);
        values.push(json!({ "articles": articles, "host": host, "id": id, "paragraph": paragraph }));
    }
    Ok((text, json!(values)))
}

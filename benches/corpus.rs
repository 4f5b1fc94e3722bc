//! A corpus from its texts to what is redundant, by script and by size.

mod texts;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use dittograph::{Candidates, Corpus, Detector};
use xxhash_rust::xxh3::xxh3_64;

/// A third of the paragraphs are copies with an edit of 4 % of the words.
const EDITED: usize = 25;

/// About `count` articles of one paragraph each.
fn articles(text: &texts::Text, count: usize) -> Vec<String> {
    let first: Vec<String> = text.paragraphs().take(count * 2 / 3).collect();
    let copied = text.edited(&first[..count / 3].join("\n"), EDITED);
    first.into_iter().chain(copied.lines().map(str::to_owned)).collect()
}

fn redundant(articles: &[String], candidates: Candidates) -> usize {
    let mut corpus = Corpus::builder(Detector::default()).candidates(candidates).build();
    corpus.extend(articles.iter().map(String::as_str));
    corpus.find().redundant().removals.len()
}

fn lossless(articles: &[String]) -> usize {
    let mut corpus = Corpus::builder(Detector::default()).lossless(true).build();
    corpus.extend(articles.iter().map(String::as_str));
    corpus.find().redundant().removals.len()
}

fn bytes(articles: &[String]) -> Throughput {
    Throughput::Bytes(articles.iter().map(|article| article.len() as u64).sum())
}

fn by_script(c: &mut Criterion) {
    let mut group = c.benchmark_group("corpus");
    group.sampling_mode(SamplingMode::Flat);
    for text in &texts::ALL {
        let articles = articles(text, 9_000);
        let found = redundant(&articles, Candidates::Lsh);
        assert!(found >= 2_900, "{found} of 3,000 copies found in {}", text.name);
        group.throughput(bytes(&articles));
        group.bench_function(text.name, |b| b.iter(|| redundant(&articles, Candidates::Lsh)));
    }
    let articles = articles(&texts::ENGLISH, 9_000);
    group.throughput(bytes(&articles));
    group.bench_function("english, exact join", |b| b.iter(|| redundant(&articles, Candidates::Exact)));
    group.bench_function("english, lossless", |b| b.iter(|| lossless(&articles)));
    group.bench_function("english, xxh3 alone", |b| {
        b.iter(|| articles.iter().fold(0, |sum: u64, article| sum ^ xxh3_64(article.as_bytes())));
    });
}

/// Bytes a second stay nearly the same where the cost grows with the number of paragraphs and not with its square.
fn by_size(c: &mut Criterion) {
    let mut group = c.benchmark_group("corpus_by_paragraphs");
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(10);
    for count in [1_000, 10_000, 100_000] {
        let articles = articles(&texts::ENGLISH, count);
        group.throughput(bytes(&articles));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| redundant(&articles, Candidates::Lsh));
        });
    }
}

/// Lines that are alike just below the threshold, so that all are kept: of sixteen words one is another in each.
fn alike(count: usize) -> Vec<String> {
    let line = |n| format!("The night train from the north was late by an hour at station{n} since snow lay");
    (0..count).map(line).collect()
}

/// Bytes a second stay nearly the same too where thousands of paragraphs share their buckets, and none goes for another.
fn by_size_alike(c: &mut Criterion) {
    let mut group = c.benchmark_group("corpus_by_lines_alike");
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(10);
    for count in [1_000, 3_000, 10_000, 30_000] {
        let articles = alike(count);
        assert_eq!(redundant(&articles, Candidates::Lsh), 0);
        group.throughput(bytes(&articles));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| redundant(&articles, Candidates::Lsh));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = by_script, by_size, by_size_alike
}
criterion_main!(benches);

//! Whole articles and an index, end to end.

mod texts;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use dittograph::{Detector, Index, ParagraphId};

/// Bytes of an article.
const SIZE: usize = 100_000;

/// An edit of 4 % of the words: a copy that anybody would call one, and none is exact.
const EDITED: usize = 25;

fn scan(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan");
    group.sampling_mode(SamplingMode::Flat);
    for text in &texts::ALL {
        let article = text.article(SIZE);
        assert!(dittograph::scan(&article).pairs().is_empty());
        group.throughput(Throughput::Bytes(article.len() as u64));
        group.bench_function(text.name, |b| b.iter(|| dittograph::scan(&article)));
    }
}

/// Bytes a second stay the same where the cost grows with the text and not with its square.
fn scan_by_paragraphs(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan_by_paragraphs");
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(10);
    for count in [100, 1_000, 10_000, 100_000] {
        let paragraphs: Vec<String> = texts::ENGLISH.paragraphs().take(count).collect();
        let article = paragraphs.join("\n");
        assert_eq!(dittograph::scan(&article).paragraphs().len(), count);
        group.throughput(Throughput::Bytes(article.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| dittograph::scan(&article));
        });
    }
}

fn dedup(c: &mut Criterion) {
    let mut group = c.benchmark_group("dedup");
    group.sampling_mode(SamplingMode::Flat);
    for text in &texts::ALL {
        let body = text.article(SIZE / 2);
        let doubled = text.doubled(SIZE, EDITED);
        let count = body.lines().count();
        let run = dittograph::scan(&doubled).doubled_body().cloned().expect("the body stands there twice");
        assert_eq!((run.earlier, run.later), (0..count, count..2 * count));
        assert_eq!(dittograph::dedup(&doubled), body);
        group.throughput(Throughput::Bytes(doubled.len() as u64));
        group.bench_function(text.name, |b| b.iter(|| dittograph::dedup(&doubled)));
    }
}

fn index(c: &mut Criterion) {
    let paragraphs: Vec<String> = texts::ENGLISH.paragraphs().take(10_000).collect();
    let ids = || (0..).map(|paragraph| ParagraphId { document: 0, paragraph });
    let indexed = || {
        let mut index = Index::new(Detector::default());
        index.extend(ids().zip(&paragraphs));
        index
    };
    let mut group = c.benchmark_group("index");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(paragraphs.len() as u64));
    group.bench_function("extend", |b| b.iter_with_large_drop(indexed));

    let index = indexed();
    let edited = texts::ENGLISH.edited(&paragraphs.join("\n"), EDITED);
    let finds = |(id, edited): &(ParagraphId, &str)| index.query(edited).iter().any(|found| found.id == *id);
    let found = ids().zip(edited.lines()).filter(finds).count();
    assert!(found >= 9_900, "{found} of 10,000 found, less than the recall of 0.99");
    group.throughput(Throughput::Elements(1));
    group.bench_function("query", |b| {
        let mut edited = edited.lines().cycle();
        b.iter(|| edited.next().map(|edited| index.query(edited)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = scan, scan_by_paragraphs, dedup, index
}
criterion_main!(benches);

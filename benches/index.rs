//! The buckets of a growing index beside a map of vectors, with 10⁴, 10⁵ and 10⁶ paragraphs, in entries (keys of
//! paragraphs) a second: how the cost of an entry grows with their number. Bytes are written to standard error.

#[allow(unused)] // all but the numbers
mod texts;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use dittograph::lsh::Buckets;

use texts::Random;

const BANDS: usize = 16;

/// Returns the keys of `count` paragraphs, one after the other. A tenth share half of their keys with one before them.
fn keys(count: usize) -> Vec<u64> {
    let mut random = Random::new(1);
    let mut keys: Vec<u64> = random.by_ref().take(count * BANDS).collect();
    for (n, chance) in (0..count).zip(random).skip(1).step_by(10) {
        let other = (chance >> 32) as usize % n;
        keys.copy_within(other * BANDS..other * BANDS + BANDS / 2, n * BANDS);
    }
    keys
}

fn paragraphs(keys: &[u64]) -> impl Iterator<Item = (u32, &[u64])> {
    (0..).zip(keys.chunks(BANDS))
}

fn filled(keys: &[u64]) -> Buckets {
    let mut buckets = Buckets::default();
    paragraphs(keys).for_each(|(n, keys)| buckets.insert(keys, n));
    buckets
}

type Map = HashMap<u64, Vec<u32>, ahash::RandomState>;

fn filled_map(keys: &[u64]) -> Map {
    let mut map = Map::default();
    for (n, keys) in paragraphs(keys) {
        for &key in keys {
            map.entry(key).or_default().push(n);
        }
    }
    map
}

fn candidates_of_map(map: &Map, keys: &[u64]) -> Vec<u32> {
    let mut found: Vec<u32> = keys.iter().filter_map(|key| map.get(key)).flatten().copied().collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn buckets(c: &mut Criterion) {
    let mut group = c.benchmark_group("buckets");
    group.sampling_mode(SamplingMode::Flat);
    for count in [10_000, 100_000, 1_000_000] {
        let keys = keys(count);
        let new: Vec<u64> = Random::new(2).take(keys.len()).collect();
        group.throughput(Throughput::Elements(keys.len() as u64));
        group.bench_function(BenchmarkId::new("insert", count), |b| {
            b.iter_with_large_drop(|| filled(&keys));
        });
        group.bench_function(BenchmarkId::new("insert_in_map", count), |b| {
            b.iter_with_large_drop(|| filled_map(&keys));
        });
        // As an index grows: each paragraph is looked up, then put in.
        group.bench_function(BenchmarkId::new("look_up_and_insert", count), |b| {
            b.iter_with_large_drop(|| {
                let mut buckets = Buckets::default();
                for (n, keys) in paragraphs(&keys) {
                    black_box(buckets.candidates(keys));
                    buckets.insert(keys, n);
                }
                buckets
            });
        });

        let (buckets, map) = (filled(&keys), filled_map(&keys));
        let bytes = buckets.bytes() as f64 / count as f64;
        eprintln!("{count} paragraphs of {BANDS} keys take {bytes:.1} bytes each");
        // All that share a key are found; one key in 2⁴⁰ falls in the bucket of another by chance.
        for (_, keys) in paragraphs(&keys).step_by(count / 1_000) {
            let found = buckets.candidates(keys);
            assert!(candidates_of_map(&map, keys).iter().all(|number| found.binary_search(number).is_ok()));
        }
        for (which, asked) in [("held", &keys), ("new", &new)] {
            group.bench_function(BenchmarkId::new(format!("look_up_{which}"), count), |b| {
                b.iter(|| paragraphs(asked).for_each(|(_, keys)| drop(black_box(buckets.candidates(keys)))));
            });
            group.bench_function(BenchmarkId::new(format!("look_up_{which}_in_map"), count), |b| {
                let look_up = |keys| drop(black_box(candidates_of_map(&map, keys)));
                b.iter(|| paragraphs(asked).for_each(|(_, keys)| look_up(keys)));
            });
        }
        drop(map);
        group.bench_function(BenchmarkId::new("remove", count), |b| {
            let remove_all = |mut buckets: Buckets| {
                paragraphs(&keys).for_each(|(n, keys)| buckets.remove(keys, n));
                buckets
            };
            b.iter_batched(|| buckets.clone(), remove_all, BatchSize::PerIteration);
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1));
    targets = buckets
}
criterion_main!(benches);

//! Each step of the pipeline alone, in bytes a second, beside simpler passes over the same bytes.
//!
//! `xxh3` hashes them and does nothing else: the floor. The other passes are what one would write first.

mod texts;

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use dittograph::compare::{Comparator, Measure, Similarity, Threshold};
use dittograph::minhash::MinHasher;
use dittograph::shingle::ShingleSet;
use dittograph::{Banding, Boundary, Detector, Normalizer, Shingles};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use texts::Random;

/// Bytes of an article.
const SIZE: usize = 100_000;

/// A pass over one piece of text: its name, and what it does.
type Pass = (&'static str, fn(&str));

const XXH3: Pass = ("xxh3", |text| {
    black_box(xxh3_64(text.as_bytes()));
});

fn paragraphs(c: &mut Criterion) {
    let dittograph: Pass = ("dittograph", |article| {
        black_box(Boundary::Auto.paragraphs(article));
    });
    let lines: Pass = ("lines", |article| {
        black_box(article.lines().collect::<Vec<&str>>());
    });
    let whole = |article: String| {
        assert_eq!(Boundary::Auto.paragraphs(&article).len(), article.lines().count());
        vec![article]
    };
    over_texts(c, "paragraphs", whole, &[dittograph, lines, XXH3]);
}

fn normalize(c: &mut Criterion) {
    let dittograph: Pass = ("dittograph", |paragraph| {
        black_box(Normalizer::new().normalize(paragraph));
    });
    let nfkc_lowercase: Pass = ("nfkc_lowercase", |paragraph| {
        black_box(paragraph.nfkc().flat_map(char::to_lowercase).collect::<String>());
    });
    let by_paragraph = |article: String| article.lines().map(str::to_owned).collect();
    over_texts(c, "normalize", by_paragraph, &[dittograph, nfkc_lowercase, XXH3]);
}

fn read(c: &mut Criterion) {
    static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::default);
    let dittograph: Pass = ("dittograph", |paragraph| {
        black_box(DETECTOR.shingles_of(paragraph));
    });
    let unicode_words: Pass = ("unicode_words", |paragraph| {
        black_box(paragraph.unicode_words().count());
    });
    let by_paragraph = |article: String| article.lines().map(str::to_owned).collect();
    over_texts(c, "read", by_paragraph, &[dittograph, unicode_words, XXH3]);
}

fn shingles(c: &mut Criterion) {
    let dittograph: Pass = ("dittograph", |normal| {
        black_box(Shingles::Auto.set(normal));
    });
    let unicode_words: Pass = ("unicode_words", |normal| {
        black_box(normal.unicode_words().count());
    });
    let normal_forms = |article: String| {
        let normal_forms: Vec<String> =
            article.lines().map(|paragraph| Normalizer::new().normalize(paragraph).into_owned()).collect();
        assert!(normal_forms.iter().all(|normal| Shingles::Auto.set(normal).len() > 40));
        normal_forms
    };
    over_texts(c, "shingles", normal_forms, &[dittograph, unicode_words, XXH3]);
}

/// Time passes over an article of each text, cut into the pieces that the step is given.
fn over_texts(c: &mut Criterion, step: &str, pieces: fn(String) -> Vec<String>, passes: &[Pass]) {
    let mut group = c.benchmark_group(step);
    group.sampling_mode(SamplingMode::Flat);
    for text in &texts::ALL {
        let pieces = pieces(text.article(SIZE));
        group.throughput(Throughput::Bytes(pieces.iter().map(|piece| piece.len() as u64).sum()));
        for (name, pass) in passes {
            group.bench_function(BenchmarkId::new(*name, text.name), |b| {
                b.iter(|| pieces.iter().for_each(|piece| pass(piece)));
            });
        }
    }
}

const SLOTS: usize = 128;

fn sign(c: &mut Criterion) {
    let hasher = MinHasher::new(SLOTS).expect("128 slots are in the range");
    let mut group = c.benchmark_group("sign");
    for size in [20, 70, 200] {
        let set: ShingleSet = Random::new(1).take(size).collect();
        assert_eq!(hasher.sign(&set).map(|signature| signature.slots().len()), Some(SLOTS));
        group.throughput(Throughput::Elements(size as u64));
        group.bench_with_input(BenchmarkId::new("dittograph", size), &set, |b, set| {
            b.iter(|| hasher.sign(set));
        });
        // The textbook: a hash function for each slot.
        group.bench_with_input(BenchmarkId::new("xxh3_per_slot", size), &set, |b, set| {
            let minimum = |slot| {
                set.hashes().iter().map(|shingle| xxh3_64_with_seed(&shingle.to_le_bytes(), slot)).min()
            };
            b.iter(|| (0..SLOTS as u64).map(minimum).collect::<Vec<_>>());
        });
    }
}

fn keys(c: &mut Criterion) {
    let hasher = MinHasher::new(SLOTS).expect("128 slots are in the range");
    let mut group = c.benchmark_group("keys");
    for banding in [Banding::new(21, 6), Banding::new(16, 8)] {
        let set: ShingleSet = Random::new(1).take(70).collect();
        let signature = hasher.sign(&set).expect("the set is not empty");
        assert_eq!(banding.keys(&signature).count(), banding.bands);
        group.throughput(Throughput::Elements(banding.bands as u64));
        group.bench_with_input(BenchmarkId::new("dittograph", banding), &signature, |b, signature| {
            b.iter(|| banding.keys(signature));
        });
        let bytes: Vec<u8> = signature.slots().iter().flat_map(|slot| slot.to_le_bytes()).collect();
        group.bench_with_input(BenchmarkId::new("xxh3", banding), &bytes, |b, bytes| {
            let bands = || black_box(bytes).chunks_exact(2 * banding.rows).take(banding.bands);
            b.iter(|| {
                bands().enumerate().map(|(n, band)| xxh3_64_with_seed(band, n as u64)).collect::<Vec<_>>()
            });
        });
    }
}

fn compare(c: &mut Criterion) {
    let threshold = Threshold::new(0.7).expect("0.7 is a threshold");
    let comparator = Comparator { measure: Measure::Jaccard, threshold };
    let mut group = c.benchmark_group("compare");
    group.throughput(Throughput::Elements(1));
    for (name, common) in [("jaccard_0.84", 64), ("jaccard_0.30", 32)] {
        let pairs = pairs_sharing(common);
        for (a, b) in &pairs {
            let similarity = Similarity::of(a, b);
            assert_eq!(similarity.common(), common);
            assert_eq!(comparator.compare(a, b), (similarity.jaccard() >= 0.7).then_some(similarity));
        }
        group.bench_function(BenchmarkId::new("dittograph", name), |bencher| {
            let mut pairs = pairs.iter().cycle();
            bencher.iter(|| pairs.next().map(|(a, b)| comparator.compare(a, b)));
        });
        let hash = |set: &ShingleSet| set.hashes().iter().copied().collect::<HashSet<u64>>();
        let hashed: Vec<_> = pairs.iter().map(|(a, b)| (hash(a), hash(b))).collect();
        group.bench_function(BenchmarkId::new("hash_set", name), |bencher| {
            let mut pairs = hashed.iter().cycle();
            bencher.iter(|| pairs.next().map(|(a, b)| a.intersection(b).count()));
        });
    }
}

/// Pairs of sets of 70 shingles of which `common` are common; enough pairs that the processor cannot learn the way each
/// comparison goes.
fn pairs_sharing(common: usize) -> Vec<(ShingleSet, ShingleSet)> {
    let mut random = Random::new(1);
    let mut pair = || {
        let shared: Vec<u64> = random.by_ref().take(common).collect();
        let mut set = || shared.iter().copied().chain(random.by_ref().take(70 - common)).collect();
        (set(), set())
    };
    (0..1000).map(|_| pair()).collect()
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(400));
    targets = paragraphs, normalize, read, shingles, sign, keys, compare
}
criterion_main!(benches);

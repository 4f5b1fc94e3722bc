//! Buckets give the candidates that a map of sets would, whatever is inserted and removed, and in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use dittograph::lsh::Buckets;
use proptest::collection::vec;
use proptest::prelude::*;

/// The same as a map of sets.
#[derive(Default)]
struct Model(BTreeMap<u64, BTreeSet<u32>>);

impl Model {
    fn insert(&mut self, keys: &[u64], number: u32) {
        for &key in keys {
            self.0.entry(key).or_default().insert(number);
        }
    }

    fn remove(&mut self, keys: &[u64], number: u32) {
        for key in keys {
            if let Some(bucket) = self.0.get_mut(key) {
                bucket.remove(&number);
            }
        }
    }

    fn candidates(&self, keys: &[u64]) -> Vec<u32> {
        let found: BTreeSet<u32> = keys.iter().filter_map(|key| self.0.get(key)).flatten().copied().collect();
        found.into_iter().collect()
    }

    fn entries(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    fn largest(&self) -> usize {
        self.0.values().map(BTreeSet::len).max().unwrap_or(0)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<u64>, u32),
    Remove(Vec<u64>, u32),
    LookUp(Vec<u64>),
}

/// A fixed hash: the finalizer of `SplitMix64`.
fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Keys that stand where a table is most likely to go wrong: the same few again and again, hashes from far
/// apart, all at the beginning of one part, all at its very end, and equal high halves in different parts.
fn key() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => (0..6u64).prop_map(mix),
        2 => (0..2000u64).prop_map(mix),
        2 => (0..200u64).prop_map(|n| n << 32 | 0x4D),
        2 => (0..200u64).prop_map(|n| (u64::from(u32::MAX) - 2 - n) << 32 | 0x4D),
        1 => (0..4u64).prop_map(|n| mix(3) >> 32 << 32 | n),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let number = || prop_oneof![3 => 0..40u32, 1 => (u32::MAX - 3)..u32::MAX];
    let keys = || vec(key(), 0..12);
    vec(
        prop_oneof![
            5 => (keys(), number()).prop_map(|(keys, number)| Step::Insert(keys, number)),
            2 => (keys(), number()).prop_map(|(keys, number)| Step::Remove(keys, number)),
            1 => keys().prop_map(Step::LookUp),
        ],
        0..250,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn buckets_give_the_candidates_of_a_map_of_sets(steps in steps()) {
        let (mut buckets, mut model) = (Buckets::default(), Model::default());
        for step in steps {
            match step {
                Step::Insert(keys, number) => {
                    buckets.insert(&keys, number);
                    model.insert(&keys, number);
                }
                Step::Remove(keys, number) => {
                    buckets.remove(&keys, number);
                    model.remove(&keys, number);
                }
                Step::LookUp(keys) => prop_assert_eq!(buckets.candidates(&keys), model.candidates(&keys)),
            }
            prop_assert_eq!(buckets.entries(), model.entries());
            prop_assert_eq!(buckets.largest(), model.largest());
        }
        for (&key, bucket) in &model.0 {
            prop_assert_eq!(buckets.candidates(&[key]), bucket.iter().copied().collect::<Vec<u32>>());
        }
    }

    #[test]
    fn removing_all_numbers_leaves_no_entry(keys in vec(key(), 0..400), number in 0..u32::MAX) {
        let mut buckets = Buckets::default();
        for n in 0..20 {
            buckets.insert(&keys, number / 2 + n);
        }
        for n in (0..20).rev() {
            buckets.remove(&keys, number / 2 + n);
        }
        prop_assert_eq!((buckets.entries(), buckets.largest()), (0, 0));
        prop_assert!(buckets.candidates(&keys).is_empty());
    }
}

const BANDS: u64 = 16;

fn keys(paragraph: u32) -> Vec<u64> {
    (0..BANDS).map(|band| mix(u64::from(paragraph) * BANDS + band)).collect()
}

#[test]
fn a_paragraph_of_16_bands_takes_at_most_170_bytes() {
    let mut buckets = Buckets::default();
    for paragraph in 0..100_000_u32 {
        buckets.insert(&keys(paragraph), paragraph);
        if paragraph >= 25_000 && paragraph % 2_500 == 0 {
            let bytes = buckets.bytes() / paragraph as usize;
            assert!(bytes <= 170, "{bytes} bytes a paragraph at {paragraph}");
        }
    }
    assert_eq!(buckets.entries(), 1_600_000);
    assert!((0..100_000).step_by(997).all(|paragraph| buckets.candidates(&keys(paragraph)) == [paragraph]));
}

/// 100,000 paragraphs in the same buckets, inserted, removed and inserted again in other orders. This takes a second; it
/// would take minutes if each were compared with all others.
#[test]
fn the_cost_of_a_large_bucket_is_not_quadratic() {
    const COUNT: u32 = 100_000;
    let (same, mut buckets) = (keys(0), Buckets::default());
    let scattered = (0..COUNT).map(|n| n * 7_919 % COUNT); // a prime that does not divide the count
    (0..COUNT).for_each(|number| buckets.insert(&same, number));
    assert_eq!((buckets.entries(), buckets.largest()), (1_600_000, 100_000));
    scattered.clone().for_each(|number| buckets.remove(&same, number));
    assert_eq!((buckets.entries(), buckets.largest()), (0, 0));
    scattered.for_each(|number| buckets.insert(&same, number));
    assert_eq!(buckets.candidates(&same), (0..COUNT).collect::<Vec<u32>>());
}

#[test]
#[should_panic(expected = "below 4294967295")]
fn the_greatest_number_is_refused() {
    Buckets::default().insert(&[mix(0)], u32::MAX);
}

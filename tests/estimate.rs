//! A signature estimates Jaccard without bias, and with the spread that theory gives k independent slots.

mod common;

use std::collections::HashSet;

use common::Numbers;
use dittograph::Banding;
use dittograph::minhash::{MinHasher, Signature};
use dittograph::shingle::ShingleSet;

const SLOTS: usize = 128;
const PAIRS: usize = 2000;

/// Two random sets of `size` shingles with `common` in common.
fn pair(numbers: &mut Numbers, size: usize, common: usize) -> (ShingleSet, ShingleSet) {
    let mut draw = |count: usize| (0..count).map(|_| numbers.next()).collect::<Vec<u64>>();
    let (both, a, b) = (draw(common), draw(size - common), draw(size - common));
    let set = |own: Vec<u64>| own.into_iter().chain(both.iter().copied()).collect();
    (set(a), set(b))
}

#[test]
fn the_estimate_has_no_bias_and_the_spread_of_independent_slots() {
    let hasher = MinHasher::new(SLOTS).unwrap();
    let mut numbers = Numbers(7);
    for size in [5_u16, 20, 50, 200] {
        for wanted in [0.2, 0.35, 0.5, 0.65, 0.8, 0.95] {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let common = (2.0 * wanted / (1.0 + wanted) * f64::from(size)).round() as usize;
            let size = usize::from(size);
            if common == size {
                continue; // with few shingles no Jaccard below 1 is as high
            }
            let jaccard = common as f64 / (2 * size - common) as f64;
            let errors: Vec<f64> = (0..PAIRS)
                .map(|_| {
                    let (a, b) = pair(&mut numbers, size, common);
                    hasher.sign(&a).unwrap().jaccard(&hasher.sign(&b).unwrap()) - jaccard
                })
                .collect();
            let mean = errors.iter().sum::<f64>() / PAIRS as f64;
            let spread = (errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / PAIRS as f64).sqrt();
            let theory = (jaccard * (1.0 - jaccard) / SLOTS as f64).sqrt();
            // Chance moves the mean by theory / sqrt(PAIRS) and the spread by 1.6 %. Ties of 16-bit minima add
            // up to shingles / 2^17 to the mean of three slots in four.
            let ties = (2 * size) as f64 / f64::from(1 << 17);
            println!("{size:4} {jaccard:.3} mean {mean:+.4} spread / theory {:.3}", spread / theory);
            assert!(
                (mean - ties / 2.0).abs() < ties / 2.0 + 4.0 * theory / (PAIRS as f64).sqrt(),
                "mean {mean} at {size}, {jaccard}"
            );
            assert!(
                (spread / theory - 1.0).abs() < 0.05,
                "spread {spread} for {theory} at {size}, {jaccard}"
            );
        }
    }
}

#[test]
fn slots_are_independent_enough_for_bands() {
    // The share of pairs that agree in all rows of a band is J^rows, for each of the bands.
    let (bands, rows, size, common) = (32, 4, 60, 48);
    let jaccard = f64::from(common) / f64::from(2 * size - common);
    let hasher = MinHasher::new(SLOTS).unwrap();
    let mut numbers = Numbers(8);
    let mut agreed = 0;
    for _ in 0..PAIRS {
        let (a, b) = pair(&mut numbers, 60, 48);
        let (a, b) = (hasher.sign(&a).unwrap(), hasher.sign(&b).unwrap());
        let same = a.slots().chunks(rows).zip(b.slots().chunks(rows)).filter(|(a, b)| a == b);
        agreed += same.count();
    }
    let share = agreed as f64 / (PAIRS * bands) as f64;
    assert!((share - jaccard.powi(4)).abs() < 0.01, "{share} for {}", jaccard.powi(4));
}

#[test]
fn the_empty_set_has_no_signature() {
    assert_eq!(MinHasher::new(SLOTS).unwrap().sign(&ShingleSet::default()), None);
}

#[test]
fn sets_without_a_common_shingle_are_estimated_near_zero() {
    let hasher = MinHasher::new(4096).unwrap();
    let mut numbers = Numbers(9);
    let (a, b) = pair(&mut numbers, 50, 0);
    assert!(hasher.sign(&a).unwrap().jaccard(&hasher.sign(&b).unwrap()) < 0.005);
}

/// Returns how many buckets of each band these sets are in, on average.
fn buckets(sets: &[ShingleSet]) -> usize {
    let banding = Banding::new(32, 4);
    let hasher = MinHasher::new(SLOTS).unwrap();
    let keys: HashSet<u64> = sets.iter().flat_map(|set| banding.keys(&hasher.sign(set).unwrap())).collect();
    keys.len() / banding.bands
}

#[test]
fn sets_of_one_shingle_have_buckets_of_their_own() {
    let mut numbers = Numbers(12);
    let sets: Vec<ShingleSet> = (0..100_000).map(|_| [numbers.next()].into_iter().collect()).collect();
    assert!(buckets(&sets) > 99_990, "there are 65,536 numbers of 16 bits");
}

#[test]
fn sets_of_shingles_with_equal_high_bits_have_buckets_of_their_own() {
    let mut numbers = Numbers(13);
    let mut set = || (0..10).map(|_| 0xABCD << 48 | numbers.next() >> 16).collect();
    let sets: Vec<ShingleSet> = (0..2_000).map(|_| set()).collect();
    assert!(buckets(&sets) > 1_900, "2,000 numbers of 16 bits, of which some are equal");
}

#[test]
fn sets_with_all_high_bits_have_buckets_of_their_own() {
    // The least value of a permutation of 16 bits is 0 for all of them.
    let mut numbers = Numbers(14);
    let sets: Vec<ShingleSet> = (0..4).map(|_| (0..400_000).map(|_| numbers.next()).collect()).collect();
    assert_eq!(buckets(&sets), 4);
}

#[test]
fn a_signature_has_1_to_32768_slots() {
    for slots in [1, 2, 63, 64, 65, 1 << 15] {
        let hasher = MinHasher::new(slots).unwrap();
        let signature = hasher.sign(&[1 << 60].into_iter().collect()).unwrap();
        assert_eq!((hasher.slots(), signature.slots().len()), (slots, slots));
    }
    for slots in [0, (1 << 15) + 1, 100_000, usize::MAX] {
        let error = MinHasher::new(slots).unwrap_err();
        assert!(error.is_config());
        assert_eq!(error.to_string(), format!("signature length: expected 1 to 32768 slots, got {slots}"));
    }
}

#[test]
fn a_signature_is_put_together_again_from_its_slots() {
    let (a, b) = pair(&mut Numbers(10), 50, 30);
    let hasher = MinHasher::new(SLOTS).unwrap();
    let (a, b) = (hasher.sign(&a).unwrap(), hasher.sign(&b).unwrap());
    let stored = Signature::from_slots(a.slots());
    assert_eq!(stored, a);
    assert_eq!(Signature::from(a.slots().to_vec()), a);
    assert!((stored.jaccard(&b) - a.jaccard(&b)).abs() < f64::EPSILON);
}

#[test]
#[should_panic(expected = "only signatures of the same length can be compared")]
fn signatures_of_different_lengths_are_not_compared() {
    _ = Signature::from_slots([1, 2]).jaccard(&Signature::from_slots([1, 2, 3]));
}

//! The comparator counts common shingles exactly, and its threshold decides to the last shingle.

use std::collections::HashSet;

use dittograph::compare::{Comparator, Measure, Similarity, Threshold};
use dittograph::shingle::ShingleSet;
use proptest::collection::vec;
use proptest::prelude::*;

/// Compares two sets at every threshold that their sizes can meet or miss.
fn check(a: &[u64], b: &[u64]) -> Result<(), TestCaseError> {
    let as_set = |hashes: &[u64]| hashes.iter().copied().collect::<HashSet<u64>>();
    let common = as_set(a).intersection(&as_set(b)).count();
    let (a, b): (ShingleSet, ShingleSet) = (a.iter().copied().collect(), b.iter().copied().collect());
    let similarity = Similarity::of(&a, &b);
    let smaller = a.len().min(b.len());
    prop_assert_eq!((similarity.common(), similarity.union()), (common, a.len() + b.len() - common));
    prop_assert_eq!(Similarity::of(&b, &a), similarity);
    for least in 1..=smaller {
        let at_least = |measure, of: usize| {
            let threshold = Threshold::new(least as f64 / of as f64).expect("above 0 and at most 1");
            Comparator { measure, threshold }
        };
        let jaccard = at_least(Measure::Jaccard, a.len() + b.len() - least);
        let containment = at_least(Measure::Containment, smaller);
        let expected = (common >= least).then_some(similarity);
        for comparator in [jaccard, containment] {
            prop_assert_eq!(comparator.compare(&a, &b), expected, "{:?} of {:?} and {:?}", comparator, a, b);
            prop_assert_eq!(comparator.compare(&b, &a), expected, "{:?} of {:?} and {:?}", comparator, b, a);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn common_shingles_are_those_of_the_intersection(
        shared in vec(any::<u64>(), 0..80),
        only_a in vec(any::<u64>(), 0..80),
        only_b in vec(any::<u64>(), 0..80),
    ) {
        let with = |own: &[u64]| [&shared, own].concat();
        check(&with(&only_a), &with(&only_b))?;
        check(&only_a, &only_b)?; // nothing in common
        check(&shared, &with(&only_b))?; // one inside the other
        check(&shared, &shared)?;
        check(&shared, &[])?;
    }

    #[test]
    fn sets_of_few_different_shingles_are_compared_exactly(a in vec(0..12_u64, 0..12), b in vec(0..12_u64, 0..12)) {
        check(&a, &b)?;
    }

    #[test]
    fn sets_of_different_ranges_are_compared_exactly(a in vec(0..1000_u64, 0..30), b in vec(500..1500_u64, 0..30)) {
        check(&a, &b)?;
    }
}

#[test]
fn an_empty_set_is_similar_to_nothing() {
    let (empty, one) = (ShingleSet::default(), ShingleSet::from_iter([1]));
    let threshold = Threshold::new(1e-300).unwrap();
    for measure in [Measure::Jaccard, Measure::Containment] {
        let comparator = Comparator { measure, threshold };
        assert_eq!(comparator.compare(&empty, &empty), None);
        assert_eq!(comparator.compare(&empty, &one), None);
        assert!(comparator.compare(&one, &one).is_some());
    }
}

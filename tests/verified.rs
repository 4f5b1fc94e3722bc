//! Promises 1 and 2: every pair that is reported was compared exactly, and a scan misses none.

mod common;

use common::{Numbers, Row, articles, brute_force, paragraphs, row};
use dittograph::{Boundary, Config, Detector, Evidence, Measure, Shingles, Siblings};
use proptest::prelude::*;

const THRESHOLDS: [(usize, usize); 7] = [(1, 10), (3, 10), (1, 2), (2, 3), (7, 10), (9, 10), (1, 1)];

fn detector(least: (usize, usize), measure: Measure, shingles: Shingles) -> Detector {
    #[allow(clippy::cast_precision_loss)]
    let threshold = least.0 as f64 / least.1 as f64;
    let config = Config::new().boundary(Boundary::Newline).threshold(threshold);
    config.measure(measure).shingles(shingles).build().unwrap()
}

#[track_caller]
fn assert_scan_is_brute_force(texts: &[&str], least: (usize, usize), measure: Measure, shingles: Shingles) {
    let detector = detector(least, measure, shingles);
    let article = texts.join("\n");
    let report = detector.scan(&article);
    let at_threshold = report.pairs().iter().filter(|pair| pair.evidence == Evidence::Threshold);
    let scanned: Vec<Row> = at_threshold.map(row).collect();
    let expected = brute_force(&detector, texts, least, measure == Measure::Containment);
    assert_eq!(scanned, expected, "at {least:?} by {measure}, {shingles}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_scan_finds_the_pairs_of_brute_force_and_no_other(
        texts in paragraphs(24),
        least in prop::sample::select(THRESHOLDS.to_vec()),
        measure in prop::sample::select(vec![Measure::Jaccard, Measure::Containment]),
        shingles in prop::sample::select(vec![Shingles::Auto, Shingles::Words(1), Shingles::Words(2), Shingles::Chars(3)]),
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_scan_is_brute_force(&texts, least, measure, shingles);
    }

    #[test]
    fn every_redundant_paragraph_is_at_the_threshold_with_its_representative(article in articles()) {
        let detector = Detector::default();
        let report = detector.scan(&article);
        let text = |n: usize| report.paragraphs()[n].as_str();
        let mut redundant = Vec::new();
        for cluster in report.clusters() {
            prop_assert!(!cluster.redundant.is_empty());
            let kept = detector.shingles_of(text(cluster.representative));
            for &other in &cluster.redundant {
                prop_assert!(cluster.representative < other);
                let is_by_run = report.pairs().iter().any(|pair| {
                    (pair.earlier, pair.later) == (cluster.representative, other) && pair.evidence == Evidence::Run
                });
                let is_at = detector.comparator().compare(&kept, &detector.shingles_of(text(other))).is_some();
                prop_assert!(is_at != is_by_run);
                redundant.push(other);
            }
            prop_assert!(!report.redundant().contains(&cluster.representative));
        }
        redundant.sort_unstable();
        prop_assert_eq!(redundant, report.redundant());
    }

    #[test]
    fn no_two_kept_paragraphs_are_at_the_threshold(texts in paragraphs(24)) {
        let article = texts.join("\n");
        let detector = detector((7, 10), Measure::Jaccard, Shingles::Words(1));
        let detector = detector.config().siblings(Siblings::Remove).build().unwrap();
        let report = detector.scan(&article);
        let kept: Vec<_> = (0..report.paragraphs().len()).filter(|n| !report.redundant().contains(n)).collect();
        for pair in report.pairs().iter().filter(|pair| pair.evidence == Evidence::Threshold) {
            prop_assert!(!(kept.contains(&pair.earlier) && kept.contains(&pair.later)));
        }
    }

    #[test]
    fn measures_are_symmetric_and_jaccard_is_at_most_containment(a in "[a-d ]{0,20}", b in "[a-d ]{0,20}") {
        let detector = detector((1, 100), Measure::Jaccard, Shingles::Words(1));
        let (a, b) = (detector.shingles_of(&a), detector.shingles_of(&b));
        let there = dittograph::Similarity::of(&a, &b);
        prop_assert_eq!(there, dittograph::Similarity::of(&b, &a));
        prop_assert!(there.jaccard() <= there.containment());
        prop_assert!((0.0..=1.0).contains(&there.containment()));
        let itself = dittograph::Similarity::of(&a, &a);
        prop_assert_eq!((itself.common(), itself.union()), (a.len(), a.len()));
    }
}

/// The last paragraph stands inside the run, and has a word that its pair does not have.
#[test]
fn a_pair_below_the_threshold_may_be_kept_on_both_sides() {
    let detector = detector((7, 10), Measure::Jaccard, Shingles::Words(1));
    let report = detector.scan("a c a b\nc d a c f\nc a b\nc d a c e a a");
    let pairs: Vec<_> = report.pairs().iter().map(|pair| (pair.earlier, pair.later, pair.evidence)).collect();
    assert_eq!(pairs, [(0, 2, Evidence::Threshold), (1, 3, Evidence::Run)]);
    assert_eq!(report.redundant(), [2]);
}

/// Longer paragraphs with rare and with common shingles, which the random ones above have few of.
#[test]
fn a_scan_of_edited_copies_finds_the_pairs_of_brute_force() {
    let mut numbers = Numbers(1);
    let mut texts: Vec<String> = Vec::new();
    for n in 0..300 {
        let text = match n % 4 {
            0 => numbers.paragraph(60),
            1 => format!(
                "this line stands on every page of the site as number {} of them all",
                numbers.below(30)
            ),
            _ => {
                let old = texts[numbers.below(texts.len())].clone();
                let one_in = 5 + numbers.below(40);
                numbers.edit(&old, one_in)
            }
        };
        texts.push(text);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for least in THRESHOLDS {
        for measure in [Measure::Jaccard, Measure::Containment] {
            assert_scan_is_brute_force(&texts, least, measure, Shingles::Auto);
        }
    }
}

#[test]
fn a_pair_exactly_at_the_threshold_counts() {
    // 7 common words of 10: 0.7 is a little less than 7/10 as a float, 0.3 a little more than 3/10.
    let pairs = |threshold: f64, article: &str| {
        let config = Config::new().shingles(Shingles::Words(1)).threshold(threshold);
        config.build().unwrap().scan(article).pairs().len()
    };
    let seven_of_ten = "a b c d e f g h\na b c d e f g i j";
    assert_eq!((pairs(0.7, seven_of_ten), pairs(0.700_001, seven_of_ten)), (1, 0));
    let three_of_ten = "a b c d e f\na b c g h i j";
    assert_eq!((pairs(0.3, three_of_ten), pairs(0.300_001, three_of_ten)), (1, 0));
    let two_of_three = "a b c\na b";
    assert_eq!((pairs(2.0 / 3.0, two_of_three), pairs(0.67, two_of_three)), (1, 0));
}

#[test]
fn a_paragraph_without_words_is_similar_to_nothing() {
    let report = dittograph::scan("***\n***\n🙂\n🙂\n— … —\n— … —\nشيء\nشيء");
    assert_eq!(report.pairs().iter().map(row).collect::<Vec<_>>(), [(6, 7, 1, 1, true)]);
    assert_eq!(report.statistics().without_words, 6);
}

#[test]
fn short_paragraphs_are_compared_as_a_whole() {
    let report = dittograph::scan("Read more\nRead on\nread more…\nMore read\nRead");
    assert_eq!(report.pairs().iter().map(row).collect::<Vec<_>>(), [(0, 2, 1, 1, true)]);
}

#[test]
fn the_same_shingles_in_another_order_are_not_an_exact_copy() {
    let config = Config::new().shingles(Shingles::Words(1)).siblings(Siblings::Remove);
    let detector = config.build().unwrap();
    let report = detector.scan("one two three\nthree two one\nTwo, three: one!\nOne, two, three.");
    let rows: Vec<Row> = report.pairs().iter().map(row).collect();
    assert_eq!(rows, [(0, 1, 3, 3, false), (0, 2, 3, 3, false), (0, 3, 3, 3, true), (1, 2, 3, 3, false)]);
    assert_eq!(report.redundant(), [1, 2, 3]);
}

#[test]
fn clusters_do_not_chain() {
    // b resembles a, c resembles b, c does not resemble a: c stays.
    let (a, b, c) = ("a b c d e f g h i j", "a b c d e f g h x y", "a b c d e f w z x y");
    let config = Config::new().shingles(Shingles::Words(1)).threshold(0.6).siblings(Siblings::Remove);
    let detector = config.build().unwrap();
    let article = [a, b, c, b, c].join("\n");
    let report = detector.scan(&article);
    assert_eq!(report.pairs().len(), 4);
    assert_eq!(report.redundant(), [1, 3, 4]);
    let clusters: Vec<_> =
        report.clusters().iter().map(|c| (c.representative, c.redundant.clone())).collect();
    assert_eq!(clusters, [(0, vec![1, 3]), (2, vec![4])]);
}

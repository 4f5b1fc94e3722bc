//! A scan finds the pairs of brute force and no other, and what is left of an article is what it says.

use dittograph::{Boundary, Cluster, Config, DuplicatePair, Evidence, Measure, Paragraph, Siblings};

use super::Choices;
use super::brute_force::{Row, brute_force, row};

const THRESHOLDS: [(usize, usize); 7] = [(7, 10), (1, 10), (3, 10), (1, 2), (2, 3), (9, 10), (1, 1)];

pub fn check(data: &[u8]) {
    let (mut choices, text) = Choices::new(data, 8);
    let least = choices.of(&THRESHOLDS);
    let (siblings, measure) = choices.of(&[
        (Siblings::Keep, Measure::Jaccard),
        (Siblings::Keep, Measure::Containment),
        (Siblings::Remove, Measure::Jaccard),
        (Siblings::Remove, Measure::Containment),
    ]);
    let boundary = choices.of(&[Boundary::Auto, Boundary::Newline, Boundary::BlankLine]);
    #[allow(clippy::cast_precision_loss)]
    let config = Config::new().threshold(least.0 as f64 / least.1 as f64).measure(measure).siblings(siblings);
    let detector =
        config.boundary(boundary).shingles(choices.shingles()).normalizer(choices.rules()).build().unwrap();
    let text = String::from_utf8_lossy(&text[..text.len().min(4000)]);
    let report = detector.scan(&text);

    let paragraphs: Vec<&str> = report.paragraphs().iter().map(Paragraph::as_str).collect();
    for paragraph in report.paragraphs() {
        assert_eq!(&text[paragraph.span()], paragraph.as_str());
    }
    let at_threshold = report.pairs().iter().filter(|pair| pair.evidence == Evidence::Threshold);
    let scanned: Vec<Row> = at_threshold.map(row).collect();
    let expected = brute_force(&detector, &paragraphs, least, measure == Measure::Containment);
    assert!(scanned == expected, "{scanned:?} in place of {expected:?}");

    let clusters = report.clusters().iter();
    let mut redundant: Vec<usize> = clusters.flat_map(|cluster| cluster.redundant.clone()).collect();
    redundant.sort_unstable();
    if boundary == Boundary::Auto {
        // Some may be spared, so that a clean text stays clean.
        redundant.retain(|n| report.redundant().contains(n));
    }
    assert_eq!(redundant, report.redundant());
    // A sibling goes only by containment, for one that holds it whole. The two sides of a doubled body are no siblings.
    if siblings == Siblings::Keep && report.doubled_body().is_none() {
        for pair in report.pairs() {
            let is_removal = |cluster: &Cluster| {
                cluster.representative == pair.earlier && cluster.redundant.contains(&pair.later)
            };
            if !pair.similarity.is_exact() && report.clusters().iter().any(is_removal) {
                let whole = detector.shingles_of(paragraphs[pair.later]).len();
                let is_whole = measure == Measure::Containment && pair.similarity.common() == whole;
                assert!(is_whole, "a sibling goes for {pair:?}");
            }
        }
    } else if siblings == Siblings::Remove {
        assert_eq!(report.statistics().siblings, 0);
    }
    let left = report.without_redundant();
    assert!(left == detector.dedup(&text));
    // By the threshold a clean text loses nothing more.
    let again = detector.scan(&left);
    for cluster in again.clusters() {
        for &other in cluster.redundant.iter().filter(|other| again.redundant().contains(other)) {
            let pair = |pair: &&DuplicatePair| (pair.earlier, pair.later) == (cluster.representative, other);
            let pair = again.pairs().iter().find(pair).expect("it is redundant beside the one that is kept");
            // What is clean may be doubled in another way, and then mates go that were siblings.
            let is_mate = siblings == Siblings::Keep
                && again.doubled_body().is_some_and(|body| {
                    body.earlier.contains(&cluster.representative) && body.later.contains(&other)
                });
            assert!(
                is_mate || pair.evidence == Evidence::Run,
                "a clean text loses a paragraph by the threshold"
            );
        }
    }
    let kept = (0..paragraphs.len()).filter(|n| report.redundant().binary_search(n).is_err());
    let kept: Vec<&str> = kept.map(|n| paragraphs[n]).collect();
    // By the boundary that was chosen for the whole.
    let again = report.boundary().paragraphs(&left);
    assert!(again.iter().map(Paragraph::as_str).eq(kept));
}

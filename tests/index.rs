//! An index answers as if it compared with every paragraph that it holds.

mod common;

use std::collections::BTreeMap;

use common::paragraphs;
use dittograph::{Config, Detector, Index, Match, Measure, ParagraphId, Shingles};
use proptest::collection::vec;
use proptest::prelude::*;

fn id(paragraph: u32) -> ParagraphId {
    ParagraphId { document: 3, paragraph }
}

/// Recall 1, so that answers can be foretold.
fn exact(threshold: f64) -> Detector {
    Config::new()
        .measure(Measure::Containment)
        .shingles(Shingles::Words(1))
        .threshold(threshold)
        .build()
        .unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u32, String),
    Remove(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = paragraphs(2).prop_map(|texts| texts.into_iter().next().unwrap_or_default());
    let step = prop_oneof![
        3 => (0..12u32, text).prop_map(|(n, text)| Step::Insert(n, text)),
        1 => (0..12u32).prop_map(Step::Remove),
    ];
    vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn answers_depend_on_what_is_held_not_on_how_it_came_in(steps in steps(), asked in paragraphs(3)) {
        let detector = exact(0.5);
        let mut index = Index::new(detector);
        let mut held: BTreeMap<u32, String> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Insert(n, text) => {
                    prop_assert_eq!(index.insert(id(n), &text), held.insert(n, text).is_none());
                }
                Step::Remove(n) => prop_assert_eq!(index.remove(id(n)), held.remove(&n).is_some()),
            }
        }
        prop_assert_eq!(index.len(), held.len());
        let mut again = Index::new(detector);
        again.extend(held.iter().rev().map(|(&n, text)| (id(n), text)));
        prop_assert_eq!(index.pairs(), again.pairs());
        prop_assert_eq!(index.statistics(), again.statistics());
        for text in asked.iter().chain(held.values()) {
            let found = index.query(text);
            prop_assert_eq!(&found, &again.query(text));
            let set = detector.shingles_of(text);
            let alike = held.iter().filter(|(_, other)| {
                detector.comparator().compare(&set, &detector.shingles_of(other)).is_some()
            });
            let mut expected: Vec<ParagraphId> = alike.map(|(&n, _)| id(n)).collect();
            let mut ids: Vec<ParagraphId> = found.iter().map(|found| found.id).collect();
            ids.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(ids, expected);
            let key = |m: &Match| (m.similarity.jaccard(), m.similarity.containment(), m.similarity.is_exact());
            let in_order = |two: &[Match]| key(&two[0]) > key(&two[1]) || (key(&two[0]) == key(&two[1]) && two[0].id < two[1].id);
            prop_assert!(found.windows(2).all(in_order), "{:?}", found);
        }
    }
}

#[test]
fn a_query_gives_the_most_alike_first_and_of_equals_the_least_id() {
    let mut index = Index::new(Config::new().shingles(Shingles::Words(1)).threshold(0.5).build().unwrap());
    for (n, text) in
        ["a b c d e f", "a b c d e x", "f e d c b a", "A, b, c, d, e, f!", "a b c d x y"].iter().enumerate()
    {
        index.insert(id(u32::try_from(n).unwrap()), text);
    }
    let found = index.query("a b c d e f");
    let order: Vec<(u32, bool)> = found.iter().map(|m| (m.id.paragraph, m.similarity.is_exact())).collect();
    assert_eq!(order, [(0, true), (3, true), (2, false), (1, false), (4, false)]);
}

#[test]
fn an_id_that_comes_again_takes_the_place_of_the_old_paragraph() {
    let mut index = Index::new(Detector::default());
    assert!(index.insert(id(1), "the ferry does not sail today because of the storm"));
    assert!(!index.insert(id(1), "bread is dearer by a tenth since the mill burnt down"));
    assert!(index.query("the ferry does not sail today because of the storm").is_empty());
    assert_eq!(index.query("bread is dearer by a tenth since the mill burnt down").len(), 1);
    assert_eq!(index.statistics().distinct, 1);
}

#[test]
fn an_index_that_is_emptied_holds_nothing() {
    let mut index = Index::new(Detector::default());
    for n in 0..50 {
        index.insert(id(n), "the same line on every page");
        index.insert(id(100 + n), &format!("a line of page {n} alone and of no other page"));
        index.insert(id(200 + n), "***");
    }
    let full = index.statistics();
    assert_eq!((full.paragraphs, full.without_words, full.distinct), (150, 50, 51));
    for n in 0..250 {
        index.remove(id(n));
    }
    assert!(index.is_empty());
    assert_eq!(index.statistics(), Index::new(Detector::default()).statistics());
}

#[test]
fn copies_of_one_line_make_a_list_not_a_square() {
    let mut index = Index::new(Detector::default());
    // In no order, as the numbers of named documents come.
    let all: Vec<ParagraphId> = (0..20_000).map(|n| ParagraphId::named(&n.to_string(), n)).collect();
    index.extend(all.iter().map(|&id| (id, "the same line on every page of the site")));
    let pairs = index.pairs();
    assert_eq!(pairs.len(), 19_999);
    let first = all.iter().min().copied();
    assert!(pairs.iter().all(|pair| Some(pair.earlier) == first));
    assert!(pairs.is_sorted_by_key(|pair| pair.later));
    assert_eq!(index.statistics().largest_bucket, 1);
    assert!(all.iter().skip(1).all(|&id| index.remove(id)));
    assert_eq!(index.query("The same line on every page of the site!")[0].id, all[0]);
}

#[test]
fn many_threads_can_ask_at_once() {
    let mut index = Index::new(Detector::default());
    index.extend(
        (0..100).map(|n| (id(n), format!("paragraph {n} speaks of a thing that no other speaks of, {n}"))),
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..100 {
                    let text = format!("Paragraph {n} speaks of a thing that no other speaks of: {n}.");
                    assert_eq!(index.query(&text)[0].id, id(n));
                }
            });
        }
    });
}

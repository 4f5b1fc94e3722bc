//! An index answers as if it compared a query with every paragraph that it holds.

mod common;

use std::collections::BTreeMap;

use common::paragraphs;
use dittograph::{
    Banding, Config, Detector, Index, Match, Measure, Normalizer, ParagraphId, Rule, Shingles, Signer,
};
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
    fn answers_depend_on_the_contents_not_on_their_order(steps in steps(), asked in paragraphs(3)) {
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
        prop_assert!(index.ids().eq(held.keys().map(|&n| id(n))));
        prop_assert!(index.paragraphs_of(3).eq(index.ids()));
        prop_assert!(index.documents().eq((!index.is_empty()).then_some(3)));
        prop_assert_eq!(index.contains_document(3), !index.is_empty());
        prop_assert!((0..12).all(|n| index.contains(id(n)) == held.contains_key(&n)));
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
fn a_query_returns_the_most_alike_first_and_of_equals_the_least_id() {
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
fn a_paragraph_replaces_the_one_with_the_same_id() {
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
fn copies_of_one_line_make_as_many_pairs_as_copies() {
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
fn many_threads_can_query_at_once() {
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

fn articles() -> impl Strategy<Value = Vec<(u64, Vec<String>)>> {
    vec((0..4_u64, paragraphs(3)), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_document_is_its_paragraphs(articles in articles(), removed in 0..5_u64) {
        let detector = exact(0.5);
        let articles: Vec<(u64, String)> = articles.into_iter().map(|(d, texts)| (d, texts.join("\n"))).collect();
        let mut one_by_one = Index::new(detector);
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for (document, article) in &articles {
            counts.insert(*document, one_by_one.insert_document(*document, article));
        }
        let mut together = Index::new(detector);
        together.insert_documents(articles.iter().map(|(document, article)| (*document, article)));
        let mut by_paragraphs = Index::new(detector);
        let last: BTreeMap<u64, &String> = articles.iter().map(|(document, article)| (*document, article)).collect();
        for (&document, article) in &last {
            for (n, paragraph) in (0..).zip(&detector.boundary().paragraphs(article)) {
                by_paragraphs.insert(ParagraphId { document, paragraph: n }, paragraph.as_str());
            }
            let count = by_paragraphs.paragraphs_of(document).count();
            prop_assert_eq!(counts[&document], count);
        }
        for other in [&together, &by_paragraphs] {
            prop_assert_eq!(one_by_one.statistics(), other.statistics());
            prop_assert_eq!(one_by_one.pairs(), other.pairs());
            prop_assert!(one_by_one.ids().eq(other.ids()));
        }
        for article in last.values() {
            for found in one_by_one.query_document(article) {
                prop_assert_eq!(&article[found.paragraph.span()], found.paragraph.as_str());
                prop_assert_eq!(found.matches, one_by_one.query(found.paragraph.as_str()));
            }
        }
        prop_assert_eq!(one_by_one.remove_document(removed), counts.remove(&removed).unwrap_or(0));
        by_paragraphs.paragraphs_of(removed).collect::<Vec<_>>().into_iter().for_each(|id| _ = by_paragraphs.remove(id));
        prop_assert_eq!(one_by_one.pairs(), by_paragraphs.pairs());
        prop_assert_eq!(one_by_one.statistics(), by_paragraphs.statistics());
        prop_assert_eq!(one_by_one.paragraphs_of(removed).count(), 0);
    }
}

#[test]
fn a_document_of_thousands_of_paragraphs_in_any_order_keeps_them_all() {
    let mut index = Index::new(Detector::default());
    let text = |n: u32| match n % 3 {
        0 => "***".to_owned(),
        1 => format!("{n} ferries"),
        _ => "the same line".to_owned(),
    };
    // 1,237 has no divisor in common with 3,000.
    let order: Vec<u32> = (0..3000).map(|n| n * 1237 % 3000).collect();
    assert!(order.iter().all(|&n| index.insert(id(n), &text(n))));
    assert!(index.ids().eq((0..3000).map(id)));
    assert_eq!((index.len(), index.statistics().without_words), (3000, 1000));
    assert!(order.iter().skip(10).all(|&n| index.remove(id(n)) && !index.contains(id(n))));
    let mut kept = order[..10].to_vec();
    kept.sort_unstable();
    assert!(index.paragraphs_of(3).eq(kept.into_iter().map(id)));
    assert_eq!((index.remove_document(3), index.remove_document(3)), (10, 0));
    assert_eq!(index.statistics(), Index::new(Detector::default()).statistics());
}

#[test]
fn a_removed_document_loses_its_name_and_a_replaced_one_keeps_it() {
    let mut index = Index::new(Detector::default());
    index.name_document(7, "anwick-herald/4711");
    index.insert_document(7, "Ferry cancelled\nThe ferry does not sail.");
    index.insert_document(7, "Ferry sails again");
    assert_eq!((index.len(), index.document_name(7)), (1, Some("anwick-herald/4711")));
    index.remove_document(7);
    assert_eq!((index.len(), index.document_name(7)), (0, None));
}

#[test]
#[should_panic(
    expected = "the paragraph was signed for an index with shingles words:3, rules -case,+sharp-s; \
                this index has shingles auto, rules +case,-sharp-s"
)]
fn a_paragraph_signed_for_another_index_is_refused() {
    let normalizer = Normalizer::new().with(Rule::SharpS).without(Rule::Case);
    let config = Config::new().shingles(Shingles::Words(3)).normalizer(normalizer);
    let signer = Signer::new(config.build().unwrap());
    Index::new(Detector::default()).insert_signed(id(1), signer.sign("the ferry"));
}

#[test]
#[should_panic = "the paragraph was signed for an index with 20 bands of 6 rows; this index has each shingle as a key"]
fn a_paragraph_signed_for_another_banding_is_refused() {
    let signer = Signer::new(Config::new().banding(Banding::new(20, 6)).build().unwrap());
    let index = Index::new(Config::new().measure(Measure::Containment).build().unwrap());
    _ = index.query_signed(&signer.sign("the ferry"));
}

//! The clusters of a corpus are its removals, each in the one place of what is kept for it.

mod common;

use std::collections::BTreeMap;

use common::{Numbers, paragraphs};
use dittograph::{Candidates, Config, Corpus, Found, Keep, ParagraphId, Removal, Shingles};
use proptest::collection::vec;
use proptest::prelude::*;

fn found_in(articles: &[String], keep: Keep) -> Found<'_> {
    let detector = Config::new().threshold(0.5).shingles(Shingles::Words(1)).build().unwrap();
    let builder = Corpus::builder(detector).candidates(Candidates::Exact).keep(keep).min_words(2);
    let mut corpus = builder.build();
    corpus.extend(articles.iter().map(String::as_str));
    corpus.find()
}

proptest! {
    #[test]
    fn each_removal_is_in_the_cluster_of_what_is_kept_for_it(
        articles in vec(paragraphs(6), 0..6), longest in any::<bool>(),
    ) {
        let articles: Vec<String> = articles.iter().map(|article| article.join("\n")).collect();
        let found = found_in(&articles, if longest { Keep::Longest } else { Keep::First });
        let redundant = found.redundant();
        let mut expected: BTreeMap<ParagraphId, Vec<Removal>> = BTreeMap::new();
        for removal in &redundant.removals {
            expected.entry(removal.kept).or_default().push(*removal);
        }
        let clusters: Vec<_> = redundant.clusters().map(|cluster| (cluster.kept, cluster.removals)).collect();
        prop_assert_eq!(clusters, expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn clusters_are_the_same_for_any_number_of_threads() {
    let mut numbers = Numbers(41);
    let mut articles: Vec<String> = (0..200).map(|n| numbers.paragraph(5 + n % 40)).collect();
    let copies: Vec<String> = articles.iter().map(|text| numbers.edit(text, 15)).collect();
    articles.extend(copies);
    let outcome = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| found_in(&articles, Keep::Longest).redundant().clusters().collect::<Vec<_>>())
    };
    let alone = outcome(1);
    assert!(alone.len() > 100);
    for threads in [2, 3, 7] {
        assert_eq!(outcome(threads), alone);
    }
}

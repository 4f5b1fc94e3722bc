//! A corpus beside saved indexes: what they hold stands before it, as in one run over both.

use dittograph::{
    Config, Corpus, Detector, Error, Evidence, Index, Keep, ParagraphId, SavedIndex, Scope, Shingles,
    Siblings,
};
use proptest::prelude::*;

fn saved(index: &Index) -> SavedIndex {
    let mut bytes = Vec::new();
    index.write_to(&mut bytes).unwrap();
    SavedIndex::new(bytes).unwrap()
}

fn detector() -> Detector {
    Config::new().shingles(Shingles::Words(1)).threshold(0.6).siblings(Siblings::Remove).build().unwrap()
}

fn compare(a: &str, b: &str) -> Option<f64> {
    let [a, b] = [a, b].map(|text| detector().shingles_of(text));
    Some(detector().comparator().compare(&a, &b)?.jaccard())
}

fn corpus(articles: &[String], scope: Scope) -> Corpus<'_> {
    let builder = Corpus::builder(detector()).scope(scope).min_words(2);
    let mut corpus = builder.evidence(Evidence::Threshold).build();
    corpus.extend(articles);
    corpus
}

/// Articles of up to four paragraphs of few words, so that many are alike.
fn articles() -> impl Strategy<Value = Vec<String>> {
    let paragraph =
        prop::collection::vec(prop::sample::select(vec!["ferry", "mill", "quay", "lamp", "snow"]), 1..6);
    let article = prop::collection::vec(paragraph.prop_map(|words| words.join(" ")), 0..4);
    prop::collection::vec(article.prop_map(|paragraphs| paragraphs.join("\n")), 0..12)
}

proptest! {
    #[test]
    fn a_dump_beside_the_index_of_what_stayed_of_another_is_cleaned_as_both_together(
        articles in articles(), cut in 0..12_usize, across in any::<bool>(),
    ) {
        let scope = if across { Scope::Across } else { Scope::All };
        let (before, after) = articles.split_at(cut.min(articles.len()));
        let both = corpus(&articles, scope).find();
        let expected: Vec<ParagraphId> = both.redundant().iter().map(|removal| removal.removed)
            .filter(|removed| removed.document >= before.len() as u64).collect();

        let first = corpus(before, scope).find();
        let mut index = Index::new(detector());
        for document in first.documents() {
            let removed = |n: u32| first.redundant().iter().any(|r| r.removed == ParagraphId { document, paragraph: n });
            for paragraph in 0.. {
                let id = ParagraphId { document, paragraph };
                let Some(text) = first.text(id) else { break };
                if !removed(paragraph) {
                    index.insert(id, &text);
                }
            }
        }
        let found = corpus(after, scope).find_against(&[saved(&index)]).unwrap();
        let removed: Vec<ParagraphId> = found.redundant().iter().map(|removal| ParagraphId {
            document: removal.removed.document + before.len() as u64, ..removal.removed
        }).collect();
        prop_assert_eq!(removed, expected);
        for removal in found.redundant() {
            let is_own = removal.kept.document < after.len() as u64;
            prop_assert_eq!(found.known(removal.kept.document).is_none(), is_own);
            if let Some((_, document)) = found.known(removal.kept.document) {
                let known = first.text(ParagraphId { document, ..removal.kept }).unwrap();
                let own = found.text(removal.removed).unwrap();
                prop_assert_eq!(compare(&known, &own), Some(removal.similarity.jaccard()));
            }
        }
    }
}

const FERRY: &str = "The ferry does not sail today because of the storm, says the harbour master of Anwick.";
const OTHER: &str = "The ferry does not sail today because of the storm, says the harbour master of Craster.";

fn known() -> SavedIndex {
    let mut index = Index::new(Detector::default());
    index.insert(ParagraphId { document: 7, paragraph: 3 }, FERRY);
    saved(&index)
}

#[test]
fn what_is_known_is_kept_whatever_is_preferred() {
    for keep in [Keep::First, Keep::Last, Keep::Longest] {
        let mut corpus = Corpus::builder(Detector::default()).keep(keep).build();
        corpus.extend([FERRY, OTHER]);
        let found = corpus.find_against(&[known()]).unwrap();
        let kept: Vec<_> = found.redundant().iter().map(|removal| removal.kept).collect();
        assert_eq!(kept, [ParagraphId { document: 2, paragraph: 3 }; 2], "{keep}");
        assert_eq!((found.known(1), found.known(2), found.known(3)), (None, Some((0, 7)), None));
    }
}

#[test]
fn siblings_of_a_document_are_not_removed_for_what_an_index_knows() {
    let both = format!("{FERRY}\n{OTHER}");
    let texts = [both.as_str(), OTHER];
    let removed = |siblings| {
        let mut corpus = Corpus::builder(Config::new().siblings(siblings).build().unwrap()).build();
        corpus.extend(texts);
        let found = corpus.find_against(&[known()]).unwrap();
        found
            .redundant()
            .iter()
            .map(|removal| (removal.removed.document, removal.removed.paragraph))
            .collect::<Vec<_>>()
    };
    // The copy of the second goes for the second of the first document.
    assert_eq!(removed(Siblings::Keep), [(0, 0), (1, 0)]);
    assert_eq!(removed(Siblings::Remove), [(0, 0), (0, 1), (1, 0)]);
}

#[test]
fn short_paragraphs_and_a_corpus_within_its_documents_are_not_compared_with_an_index() {
    let mut index = Index::new(Detector::default());
    index.insert_document(1, "Read more here");
    let mut corpus = Corpus::default();
    corpus.push("Read more here");
    assert!(corpus.find_against(&[saved(&index)]).unwrap().redundant().removals.is_empty());
    let mut corpus = Corpus::builder(Detector::default()).scope(Scope::Within).build();
    corpus.push(FERRY);
    assert!(corpus.find_against(&[known()]).unwrap().redundant().removals.is_empty());
}

#[test]
fn an_index_with_other_options_is_refused() {
    let message = |config: Config| -> Error {
        Corpus::new(config.build().unwrap()).find_against(&[known()]).unwrap_err()
    };
    let threshold = message(Config::new().threshold(0.9)).to_string();
    assert!(threshold.contains("jaccard 0.9") && threshold.contains("got jaccard 0.7"), "{threshold}");
    assert!(message(Config::new().shingles(Shingles::Words(2))).is_config());
}

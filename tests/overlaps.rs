//! How much of a document stands in another one is what a count of its words says, in a corpus and in an index.

use dittograph::{Corpus, Detector, Index, Overlap, ParagraphMatches, Scope};
use proptest::prelude::*;

/// Sentences of three to eight words, none like another.
const SENTENCES: [&str; 8] = [
    "Bread is dearer",
    "The mill burnt down at night",
    "Nobody was hurt, says the miller",
    "A ferry lay idle in the harbour",
    "Snow fell on the pass before noon today",
    "Two bridges closed until the water sinks again",
    "Choirs rehearse nightly",
    "Lamps were lit along every quay",
];

fn words(sentence: &str) -> usize {
    sentence.split(' ').count()
}

fn text(document: &[usize]) -> String {
    document.iter().map(|&sentence| SENTENCES[sentence]).collect::<Vec<_>>().join("\n")
}

fn overlaps(documents: &[Vec<usize>], scope: Scope) -> Vec<Option<Overlap>> {
    let texts: Vec<String> = documents.iter().map(|document| text(document)).collect();
    let mut corpus = Corpus::builder(Detector::default()).scope(scope).build();
    corpus.extend(&texts);
    corpus.find().overlaps()
}

fn shared(document: &[usize], other: &[usize]) -> usize {
    document.iter().filter(|sentence| other.contains(sentence)).map(|&n| words(SENTENCES[n])).sum()
}

fn total(document: &[usize]) -> usize {
    document.iter().map(|&n| words(SENTENCES[n])).sum()
}

fn documents(most: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..SENTENCES.len(), 0..6), 0..=most)
}

proptest! {
    #[test]
    fn of_three_documents_the_one_that_holds_most_is_named(documents in documents(3)) {
        let found = overlaps(&documents, Scope::All);
        for (n, overlap) in found.iter().enumerate() {
            let others = (0..documents.len()).filter(|&other| other != n);
            let best = others.map(|other| (shared(&documents[n], &documents[other]), std::cmp::Reverse(other))).max();
            let expected = best.filter(|best| best.0 > 0).map(|(shared, other)| (other.0 as u64, shared, total(&documents[n])));
            prop_assert_eq!(overlap.map(|overlap| (overlap.other, overlap.shared, overlap.words)), expected);
        }
    }

    #[test]
    fn of_many_the_share_in_the_one_that_is_named_is_exact(documents in documents(12)) {
        let found = overlaps(&documents, Scope::Across);
        prop_assert_eq!(found.len(), documents.len());
        for (n, overlap) in found.iter().enumerate() {
            let holds_some = |other: usize| other != n && shared(&documents[n], &documents[other]) > 0;
            prop_assert_eq!(overlap.is_some(), (0..documents.len()).any(holds_some));
            if let Some(overlap) = overlap {
                let other = usize::try_from(overlap.other).unwrap();
                prop_assert!(other != n);
                prop_assert_eq!((overlap.shared, overlap.words), (shared(&documents[n], &documents[other]), total(&documents[n])));
            }
        }
    }

    #[test]
    fn an_index_names_the_document_that_holds_most(known in documents(5), asked in prop::collection::vec(0..SENTENCES.len(), 0..6)) {
        let mut index = Index::new(Detector::default());
        for (number, document) in (10..).zip(&known) {
            index.insert_document(number, &text(document));
        }
        let asked_text = text(&asked);
        let overlap = ParagraphMatches::overlap(&index.query_document(&asked_text));
        let best = (10..).zip(&known).map(|(n, document)| (shared(&asked, document), std::cmp::Reverse(n))).max();
        let expected = best.filter(|best| best.0 > 0).map(|(shared, number)| (number.0, shared, total(&asked)));
        prop_assert_eq!(overlap.map(|overlap| (overlap.other, overlap.shared, overlap.words)), expected);
    }
}

#[test]
fn revised_paragraphs_are_shared_and_pairs_within_one_document_are_not() {
    let first = "The ferry does not sail today because of the storm, says the harbour master.";
    let second = "The ferry does not sail today because of the storm, says the harbour master of it.";
    let texts = [format!("{first}\n{first}"), format!("News\n{second}")];
    let mut corpus = Corpus::default();
    corpus.extend(&texts);
    let found = corpus.find().overlaps();
    assert_eq!(
        found[0].map(|overlap| (overlap.other, overlap.share().to_bits())),
        Some((1, 1_f64.to_bits()))
    );
    assert_eq!(found[1].map(|overlap| (overlap.other, overlap.shared, overlap.words)), Some((0, 16, 17)));
    let mut corpus = Corpus::builder(Detector::default()).scope(Scope::Within).build();
    corpus.extend(&texts);
    assert_eq!(corpus.find().overlaps(), [None, None]);
}

//! What a corpus finds by signatures is a part of what it finds exactly; on one thread or two, and with its texts in a file, it
//! finds the same.

use dittograph::{
    Candidates, Config, Corpus, CorpusBuilder, Evidence, Found, Keep, Measure, ParagraphPair, Scope,
    Siblings, TextStore,
};

use super::Choices;

pub fn check(data: &[u8]) {
    let (mut choices, text) = Choices::new(data, 10);
    let measure = choices.of(&[Measure::Jaccard, Measure::Containment]);
    let config = Config::new().threshold(choices.of(&[0.7, 0.3, 0.5, 1.0])).measure(measure);
    let config =
        config.shingles(choices.shingles()).siblings(choices.of(&[Siblings::Keep, Siblings::Remove]));
    let Ok(detector) = config.build() else { return };
    let builder = Corpus::builder(detector)
        .scope(choices.of(&[Scope::All, Scope::Within, Scope::Across]))
        .keep(choices.of(&[Keep::First, Keep::Longest]))
        .evidence(choices.of(&[Evidence::Run, Evidence::Threshold]))
        .min_words(choices.of(&[5, 0, 1]))
        .lossless(choices.flag());
    let text = String::from_utf8_lossy(&text[..text.len().min(4000)]);
    let articles: Vec<&str> = text.split('\0').collect();

    let lsh = on_threads(1, || Outcome::new(&held(builder.candidates(Candidates::Lsh), &articles)));
    let exact = on_threads(1, || Outcome::new(&held(builder.candidates(Candidates::Exact), &articles)));
    assert!(lsh.pairs.iter().all(|pair| exact.pairs.contains(pair)), "a pair of MinHash is no exact one");
    assert!(lsh == on_threads(2, || Outcome::new(&held(builder.candidates(Candidates::Lsh), &articles))));
    assert!(exact == on_threads(2, || Outcome::new(&held(builder.candidates(Candidates::Exact), &articles))));
    let stored = on_threads(1, || {
        let mut corpus = builder.candidates(Candidates::Lsh).build_stored(TextStore::new().unwrap());
        corpus.extend(&articles);
        corpus.check().unwrap();
        let found = corpus.find();
        let outcome = Outcome::new(&found);
        found.check().unwrap();
        outcome
    });
    assert!(lsh == stored, "a corpus in a file finds something else");
}

fn held<'t>(builder: CorpusBuilder, articles: &[&'t str]) -> Found<'t> {
    let mut corpus = builder.build();
    corpus.extend(articles.iter().copied());
    corpus.find()
}

#[derive(PartialEq)]
struct Outcome {
    pairs: Vec<ParagraphPair>,
    left: Vec<String>,
    removals: String,
    runs: String,
}

impl Outcome {
    fn new(found: &Found<'_>) -> Self {
        Self {
            pairs: found.pairs().collect(),
            left: found.documents().map(|document| found.without_redundant(document).into_owned()).collect(),
            removals: format!("{:?}", found.redundant()),
            runs: format!("{:?}", found.runs().runs),
        }
    }
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

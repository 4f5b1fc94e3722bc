//! Memory and allocations, counted: bytes at the peak and allocations, by paragraph, beside the text.
//!
//! 200,000 paragraphs of some 65 words, ten an article, 30 % of them copies, on one thread.

mod texts;

use allocation_counter::measure;
use dittograph::{Candidates, Corpus, Detector, Index, ParagraphId};

const EDITED: usize = 25;
const IN_ARTICLE: usize = 10;

fn main() {
    // `cargo bench -- --test` and `cargo test --benches` only see that it runs.
    let count = if std::env::args().any(|argument| argument == "--test") { 1_000 } else { 200_000 };
    let first: Vec<String> = texts::ENGLISH.paragraphs().take(count * 7 / 10).collect();
    let copies = texts::ENGLISH.edited(&first[..count * 2 / 10].join("\n"), EDITED);
    let exact = first[..count / 10].iter().map(String::as_str);
    let paragraphs: Vec<&str> = first.iter().map(String::as_str).chain(exact).chain(copies.lines()).collect();
    let articles: Vec<String> = paragraphs.chunks(IN_ARTICLE).map(|part| part.join("\n")).collect();
    let texts = || articles.iter().map(String::as_str);

    let report = |what: &str, work: &mut (dyn FnMut() + Send)| {
        // What is counted is what one thread allocates.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be had");
        let info = pool.install(|| measure(work));
        println!(
            "{what:42} {:5.0} bytes, {:4.1} allocations",
            info.bytes_max as f64 / count as f64,
            info.count_total as f64 / count as f64
        );
    };
    report("corpus: redundant", &mut || {
        let mut corpus = Corpus::new(Detector::default());
        corpus.extend(texts());
        assert!(corpus.find().redundant().removals.len() >= count / 4);
    });
    report("corpus: redundant and runs", &mut || {
        let mut corpus = Corpus::new(Detector::default());
        corpus.extend(texts());
        let found = corpus.find();
        assert!(found.redundant().removals.len() >= count / 4 && !found.runs().runs.is_empty());
    });
    report("corpus that reads again: redundant", &mut || {
        let read = |document: u64, range| {
            let text: &str = &articles[usize::try_from(document).expect("it is an index")][range];
            text.to_owned()
        };
        let mut corpus = Corpus::builder(Detector::default()).build_reading(read);
        corpus.extend(texts());
        assert!(corpus.find().redundant().removals.len() >= count / 4);
    });
    report("corpus by the exact join: redundant", &mut || {
        let mut corpus = Corpus::builder(Detector::default()).candidates(Candidates::Exact).build();
        corpus.extend(texts());
        assert!(corpus.find().redundant().removals.len() >= count / 4);
    });
    report("index", &mut || {
        let mut index = Index::new(Detector::default());
        let ids = (0..).map(|paragraph| ParagraphId { document: 0, paragraph });
        index.extend(ids.zip(&paragraphs));
        assert_eq!(index.len(), count);
    });
}

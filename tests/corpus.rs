//! A corpus finds what comparing all with all finds, in and between articles, and loses nothing but it.

mod common;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Numbers, paragraphs, words_of};
use dittograph::{
    Boundary, Candidates, Config, Corpus, CorpusBuilder, Detector, Evidence, Found, Keep, Measure,
    ParagraphId, Removal, Scope, Shingles, Siblings, Similarity, TextStore,
};
use proptest::collection::vec;
use proptest::prelude::*;
use rayon::prelude::*;

const THRESHOLDS: [(usize, usize); 5] = [(3, 10), (1, 2), (7, 10), (9, 10), (1, 1)];

fn detector(least: (usize, usize), measure: Measure, shingles: Shingles) -> Detector {
    #[allow(clippy::cast_precision_loss)]
    let threshold = least.0 as f64 / least.1 as f64;
    let config = Config::new().boundary(Boundary::Newline).threshold(threshold);
    config.measure(measure).shingles(shingles).build().unwrap()
}

fn articles() -> impl Strategy<Value = Vec<String>> {
    vec(paragraphs(6), 0..6).prop_map(|articles| articles.iter().map(|article| article.join("\n")).collect())
}

fn measures() -> impl Strategy<Value = Measure> {
    prop::sample::select(vec![Measure::Jaccard, Measure::Containment])
}

fn scopes() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec![Scope::Within, Scope::Across, Scope::All])
}

fn shingles() -> impl Strategy<Value = Shingles> {
    prop::sample::select(vec![Shingles::Auto, Shingles::Words(1), Shingles::Words(2), Shingles::Chars(3)])
}

fn corpus_of(builder: CorpusBuilder, articles: &[String]) -> Corpus<'_> {
    let mut corpus = builder.build();
    corpus.extend(articles.iter().map(String::as_str));
    corpus
}

/// What is found in articles with the default options of a corpus.
fn found_in(articles: &[String]) -> Found<'_> {
    corpus_of(Corpus::builder(Detector::default()), articles).find()
}

fn boundaries() -> impl Strategy<Value = Boundary> {
    prop::sample::select(vec![Boundary::Newline, Boundary::BlankLine, Boundary::Auto])
}

type Row = (ParagraphId, ParagraphId, usize, usize, bool);

fn row(earlier: ParagraphId, later: ParagraphId, similarity: Similarity) -> Row {
    (earlier, later, similarity.common(), similarity.union(), similarity.is_exact())
}

fn pairs(found: &Found<'_>) -> Vec<Row> {
    let rows: Vec<Row> = found.pairs().map(|pair| row(pair.earlier, pair.later, pair.similarity)).collect();
    assert!(rows.is_sorted_by_key(|row| (row.1, row.0)));
    rows
}

/// Every paragraph with its article and words.
fn texts<'a>(detector: &Detector, articles: &'a [String]) -> Vec<(ParagraphId, &'a str, Vec<String>)> {
    let mut texts = Vec::new();
    for (document, article) in (0..).zip(articles) {
        for (paragraph, text) in (0..).zip(detector.boundary().paragraphs(article)) {
            let words = words_of(&detector.normalizer().normalize(text.as_str()));
            texts.push((ParagraphId { document, paragraph }, text.as_str(), words));
        }
    }
    texts
}

/// All pairs by comparing all with all, over sets of hashes.
fn brute_force(detector: &Detector, articles: &[String], least: (usize, usize), scope: Scope) -> Vec<Row> {
    let texts = texts(detector, articles);
    let set = |text: &str| -> BTreeSet<u64> { detector.shingles_of(text).hashes().iter().copied().collect() };
    let sets: Vec<BTreeSet<u64>> = texts.iter().map(|(_, text, _)| set(text)).collect();
    let mut rows = Vec::new();
    for later in 0..texts.len() {
        for earlier in 0..later {
            let (a, b) = (&sets[earlier], &sets[later]);
            let (common, union) = (a.intersection(b).count(), a.union(b).count());
            let containment = detector.comparator().measure == Measure::Containment;
            let whole = if containment { a.len().min(b.len()) } else { union };
            let exact = texts[earlier].2 == texts[later].2;
            let same = texts[earlier].0.document == texts[later].0.document;
            let in_scope = match scope {
                Scope::Within => same,
                Scope::Across => !same,
                _ => true,
            };
            if in_scope && common > 0 && common * least.1 >= least.0 * whole {
                rows.push((texts[earlier].0, texts[later].0, common, union, exact));
            }
        }
    }
    rows
}

fn keeps() -> impl Strategy<Value = Keep> {
    prop::sample::select(vec![Keep::First, Keep::Last, Keep::Longest])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn the_exact_join_finds_the_pairs_of_brute_force_and_lsh_no_others(
        articles in articles(), least in prop::sample::select(THRESHOLDS.to_vec()),
        measure in measures(), shingles in shingles(), scope in scopes(),
    ) {
        let detector = detector(least, measure, shingles);
        let expected = brute_force(&detector, &articles, least, scope);
        let builder = Corpus::builder(detector).scope(scope);
        let exact = pairs(&corpus_of(builder.candidates(Candidates::Exact), &articles).find());
        prop_assert_eq!(&exact, &expected);
        let lsh = pairs(&corpus_of(builder, &articles).find());
        prop_assert!(lsh.iter().all(|pair| expected.contains(pair)));
    }

    #[test]
    fn redundant_paragraphs_are_those_that_the_rule_names(
        articles in articles(), least in prop::sample::select(THRESHOLDS.to_vec()),
        measure in measures(), scope in scopes(), keep in keeps(), min_words in 0..4usize,
        ranks in prop::collection::vec(0..3_u32, 0..4),
    ) {
        let config = *detector(least, measure, Shingles::Words(1)).config();
        let detector = config.siblings(Siblings::Remove).build().unwrap();
        let builder = Corpus::builder(detector).candidates(Candidates::Exact).scope(scope).min_words(min_words);
        let builder = builder.evidence(Evidence::Threshold);
        let mut corpus = corpus_of(builder.keep(keep), &articles);
        corpus.rank_documents(ranks.iter().copied());
        let found = corpus.find();
        let removals: BTreeMap<ParagraphId, Removal> =
            found.redundant().removals.iter().map(|removal| (removal.removed, *removal)).collect();

        // The rule, one paragraph after the other.
        let texts = texts(&detector, &articles);
        let mut order: Vec<usize> = (0..texts.len()).collect();
        match keep {
            Keep::Last => order.reverse(),
            Keep::Longest => order.sort_by_key(|&n| std::cmp::Reverse(texts[n].2.len())),
            _ => {}
        }
        order.sort_by_key(|&n| ranks.get(usize::try_from(texts[n].0.document).unwrap()).map_or(u32::MAX, |&rank| rank));
        let mut kept: Vec<usize> = Vec::new();
        for n in order {
            let (id, text, words) = &texts[n];
            let may = |other: &ParagraphId| {
                let same = other.document == id.document;
                let short = words.len() < min_words;
                match scope {
                    Scope::Within => same,
                    Scope::Across => !same && !short,
                    _ => same || !short,
                }
            };
            let set = detector.shingles_of(text);
            // By containment only what is in the other can go.
            let alike = |other: usize| {
                let similarity = detector.comparator().compare(&set, &detector.shingles_of(texts[other].1));
                similarity.is_some_and(|s| s.common() * least.1 >= least.0 * set.len())
            };
            let counterparts: Vec<ParagraphId> =
                kept.iter().filter(|&&other| may(&texts[other].0) && alike(other)).map(|&other| texts[other].0).collect();
            if let Some(removal) = removals.get(id) {
                prop_assert!(counterparts.contains(&removal.kept), "{:?} of {:?}", removal, counterparts);
                let other = texts.iter().find(|text| text.0 == removal.kept).unwrap();
                prop_assert_eq!(removal.similarity.is_exact(), *words == other.2);
            } else {
                prop_assert!(counterparts.is_empty(), "{:?} stays beside {:?}", id, counterparts);
                kept.push(n);
            }
        }
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(
        articles in articles(), scope in scopes(), keep in keeps(), boundary in boundaries(),
        ranks in prop::collection::vec(0..3_u32, 0..4),
    ) {
        let articles: Vec<String> = articles.iter().map(|article| article.replacen('\n', "\n\n", 1)).collect();
        // What is spared for a sibling may go once a document that stood beside it is empty.
        let config = Config::new().shingles(Shingles::Words(1)).boundary(boundary).siblings(Siblings::Remove);
        let detector = config.build().unwrap();
        let clean = |articles: &[String]| -> Vec<String> {
            let builder = Corpus::builder(detector).scope(scope).keep(keep).min_words(2);
            let mut corpus = corpus_of(builder, articles);
            corpus.rank_documents(ranks.iter().copied());
            let found = corpus.find();
            let removals = &found.redundant().removals;
            let clean = |document| {
                let lost = removals.iter().filter(|removal| removal.removed.document == document);
                let clean = found.without(document, lost.map(|removal| removal.removed.paragraph));
                assert_eq!(clean, found.without_redundant(document));
                clean.into_owned()
            };
            (0..articles.len() as u64).map(clean).collect()
        };
        let once = clean(&articles);
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn a_corpus_of_one_article_finds_what_a_scan_finds(texts in paragraphs(20)) {
        let detector = detector((7, 10), Measure::Jaccard, Shingles::Words(1));
        let article = [texts.join("\n")];
        let report = detector.scan(&article[0]);
        if report.doubled_body().is_some() {
            return Ok(()); // which is a run, and speaks for pairs, in a scan alone
        }
        let found = corpus_of(Corpus::builder(detector).candidates(Candidates::Exact), &article).find();
        let redundant: Vec<usize> = found.redundant().removals.iter().map(|r| r.removed.paragraph as usize).collect();
        prop_assert_eq!(&redundant, report.redundant());
        let ranges: Vec<_> = found.runs().runs.iter().map(|run| (run.earlier.paragraphs.clone(), run.later.paragraphs.clone())).collect();
        let range = |range: &std::ops::Range<usize>| u32::try_from(range.start).unwrap()..u32::try_from(range.end).unwrap();
        let scanned: Vec<_> = report.runs().iter().map(|run| (range(&run.earlier), range(&run.later))).collect();
        prop_assert_eq!(ranges, scanned);
    }
}

/// Articles of longer paragraphs, of which each later one copies and edits earlier ones.
fn dump() -> Vec<String> {
    let mut numbers = Numbers(31);
    let mut articles: Vec<Vec<String>> = Vec::new();
    for n in 0..120 {
        let mut article: Vec<String> = (0..6).map(|_| numbers.paragraph(40)).collect();
        if n % 3 == 1 {
            let old = articles[numbers.below(articles.len())].clone();
            article = old.iter().map(|text| numbers.edit(text, 12)).collect();
        }
        article.push("Read more about this subject on our pages".to_owned());
        articles.push(article);
    }
    articles.into_iter().map(|article| article.join("\n")).collect()
}

#[test]
fn lsh_finds_nearly_all_that_the_exact_join_finds() {
    let articles = dump();
    for threshold in THRESHOLDS {
        let detector = detector(threshold, Measure::Jaccard, Shingles::Words(3));
        let rows = |candidates| -> BTreeSet<Row> {
            let builder = Corpus::builder(detector).candidates(candidates);
            pairs(&corpus_of(builder, &articles).find()).into_iter().collect()
        };
        let (exact, lsh) = (rows(Candidates::Exact), rows(Candidates::Lsh));
        assert!(lsh.is_subset(&exact));
        let share = lsh.len() as f64 / exact.len() as f64;
        assert!(share >= 0.99, "{share} of {} at {threshold:?}", exact.len());
    }
}

#[test]
fn a_corpus_that_reads_its_texts_again_finds_the_same() {
    let articles = dump();
    for (candidates, keep) in [(Candidates::Lsh, Keep::First), (Candidates::Exact, Keep::Longest)] {
        let builder = Corpus::builder(Detector::default()).candidates(candidates).keep(keep);
        let held = corpus_of(builder, &articles);
        let read = |document: u64, range: Range<usize>| {
            articles[usize::try_from(document).unwrap()][range].to_owned()
        };
        for mut reading in [builder.build_reading(read), builder.build_stored(TextStore::new().unwrap())] {
            let held = held.clone();
            for part in articles.chunks(7) {
                reading.extend(part);
            }
            assert_eq!(reading.statistics(), held.statistics());
            assert_eq!(reading.banding(), held.banding());
            let (reading, held) = (reading.find(), held.find());
            assert_eq!(pairs(&reading), pairs(&held));
            assert_eq!(reading.redundant(), held.redundant());
            assert_eq!(reading.runs(), held.runs());
            assert_eq!(reading.statistics(), held.statistics());
            for document in 0..articles.len() as u64 {
                assert_eq!(reading.without(document, [0]), held.without(document, [0]));
                assert_eq!(reading.without_redundant(document), held.without_redundant(document));
                assert_eq!(reading.document_text(document), held.document_text(document));
            }
            reading.check().unwrap();
        }
    }
}

#[test]
fn articles_pushed_one_by_one_are_found_as_those_that_come_together() {
    let dump = dump();
    // Bodies that stand twice, of paragraphs that came in before: those of one in articles too short for such a body.
    let short = dump[0].lines().map(str::to_owned);
    let edited = format!("{}\n{}", dump[0], Numbers(32).edit(&dump[0], 12));
    let copied = format!("{0}\n{0}", dump[1]);
    let articles: Vec<String> = short.chain([edited]).chain(dump.clone()).chain([copied]).collect();
    let builder = Corpus::builder(Detector::default());
    let (mut borrowing, mut stored) = (builder.build(), builder.build_stored(TextStore::new().unwrap()));
    for article in &articles {
        borrowing.push(article);
        stored.push(article);
    }
    let expected = found_in(&articles);
    assert_eq!(expected.doubled_bodies().len(), 2);
    for found in [borrowing.find(), stored.find()] {
        assert_eq!(found.redundant(), expected.redundant());
        assert_eq!(found.runs(), expected.runs());
        assert_eq!(found.doubled_bodies(), expected.doubled_bodies());
    }
}

#[test]
fn a_corpus_and_what_is_found_can_cross_threads_and_panics() {
    fn fine<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe + std::fmt::Debug>() {
    }
    fine::<Corpus<'_>>();
    fine::<CorpusBuilder>();
    fine::<dittograph::CorpusRuns>();
    fine::<dittograph::CorpusStatistics>();
    fine::<Found<'_>>();
    fine::<dittograph::ReadingCorpus<'_>>();
    fine::<dittograph::Redundant>();
    fine::<TextStore>();
}

#[test]
fn texts_are_found_by_their_ids() {
    let articles = ["one\ntwo".to_owned(), String::new(), "three".to_owned()];
    let found = found_in(&articles);
    let text = |document, paragraph| found.text(ParagraphId { document, paragraph });
    assert_eq!(text(0, 1).as_deref(), Some("two"));
    assert_eq!(text(2, 0).as_deref(), Some("three"));
    for (document, paragraph) in [(0, 2), (0, u32::MAX), (1, 0), (2, 1), (3, 0), (u64::MAX, 0)] {
        assert_eq!(text(document, paragraph), None, "{document} {paragraph}");
    }
    for (document, article) in (0..).zip(&articles) {
        assert_eq!(found.document_text(document).as_deref(), Some(article.as_str()));
        assert_eq!(found.document_len(document), Some(article.len()));
    }
    assert_eq!((found.document_text(3), found.document_len(u64::MAX)), (None, None));
}

#[test]
fn paragraphs_go_in_any_order_and_when_named_twice() {
    let articles = ["zero\none\ntwo\nthree".to_owned()];
    let found = found_in(&articles);
    assert_eq!(found.without(0, [2, 0]), "one\nthree");
    assert_eq!(found.without(0, [3, 1, 3, 1, 1]), "zero\ntwo");
    assert_eq!(found.without(0, [3, 2, 1, 0]), "");
}

/// The message of a panic.
fn message_of(panics: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).unwrap_err();
    panic.downcast_ref::<String>().cloned().unwrap()
}

#[test]
fn an_unknown_paragraph_is_named_and_the_text_is_not() {
    let articles = ["the secret text\nof three\nparagraphs".to_owned(), "another".to_owned()];
    let found = found_in(&articles);
    let without =
        |document, paragraphs: &[u32]| message_of(|| _ = found.without(document, paragraphs.iter().copied()));
    assert_eq!(without(0, &[5, 1]), "document 0 has 3 paragraphs; there is no paragraph 5");
    assert_eq!(without(0, &[3]), "document 0 has 3 paragraphs; there is no paragraph 3");
    assert_eq!(without(1, &[0, u32::MAX]), "document 1 has 1 paragraphs; there is no paragraph 4294967295");
    assert_eq!(without(2, &[]), "there is no document 2: the corpus has 2");
    assert_eq!(without(u64::MAX, &[0]), "there is no document 18446744073709551615: the corpus has 2");
    let message = message_of(|| _ = found.without_redundant(9));
    assert_eq!(message, "there is no document 9: the corpus has 2");
    let report = dittograph::scan(&articles[0]);
    let message = message_of(|| _ = report.without([5, 1]));
    assert_eq!(message, "the article has 3 paragraphs; there is no paragraph 5");
}

#[test]
fn what_was_found_can_be_iterated_over() {
    let body = "Bread is dearer by a tenth since Monday.\nThe guild of bakers gives no reason for it.";
    let articles = [body.to_owned(), body.to_owned()];
    let found = found_in(&articles);
    let mut removals = Vec::new();
    for removal in found.redundant() {
        removals.push(*removal);
    }
    assert_eq!(removals, found.redundant().removals);
    assert!(found.redundant().clone().into_iter().eq(removals));
    let runs = found.runs();
    assert_eq!((runs.runs.len(), runs.iter().count()), (1, 1));
    let later: Vec<u64> = runs.into_iter().map(|run| run.later.document).collect();
    assert_eq!((later, found.documents()), (vec![1], 0..2));
}

#[test]
fn a_text_that_cannot_be_read_again_is_no_panic() {
    let articles = ["é one two three four five\nsix", "x\nsix\né one two three four five"];
    for instead in
        ["", "é", "é\u{1f600}é\u{1f600}é\u{1f600}é\u{1f600}é\u{1f600}é\u{1f600}é\u{1f600}é\u{1f600}"]
    {
        let read = move |_: u64, _: Range<usize>| instead.to_owned();
        let mut corpus = Corpus::builder(Detector::default()).build_reading(read);
        corpus.extend(articles);
        let found = corpus.find();
        _ = (found.redundant(), found.pairs().count(), found.runs());
        assert_eq!(found.without(0, [0]), instead);
        _ = found.without_redundant(1);
    }
}

#[test]
fn what_is_redundant_can_be_asked_from_many_threads_at_once() {
    let articles = dump();
    let expected = found_in(&articles);
    let expected: Vec<_> =
        (0..articles.len() as u64).map(|document| expected.without_redundant(document)).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    for _ in 0..10 {
        let found = found_in(&articles);
        let clean = || -> Vec<_> {
            let documents = (0..articles.len()).into_par_iter();
            documents.map(|document| found.without_redundant(document as u64)).collect()
        };
        assert_eq!(pool.install(clean), expected);
    }
}

#[test]
fn pairs_can_be_asked_for_more_than_once_and_left_off() {
    let articles = dump();
    let found = found_in(&articles);
    let all = pairs(&found);
    assert!(all.len() > 100);
    let first: Vec<_> = found.pairs().take(7).map(|p| row(p.earlier, p.later, p.similarity)).collect();
    assert_eq!(first, all[..7]);
    let mut iterator = found.pairs();
    assert_eq!(iterator.by_ref().count(), all.len());
    assert_eq!(iterator.next(), None);
}

#[test]
fn a_corpus_is_the_same_for_any_number_of_threads() {
    let articles = dump();
    let outcome = |threads, candidates| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let builder = Corpus::builder(Detector::default()).candidates(candidates);
            let found = corpus_of(builder, &articles).find();
            (found.redundant().removals.clone(), found.runs(), pairs(&found))
        })
    };
    for candidates in [Candidates::Lsh, Candidates::Exact] {
        let alone = outcome(1, candidates);
        assert!(alone.0.len() > 100 && alone.1.runs.len() > 30);
        for threads in [2, 3, 7] {
            assert_eq!(outcome(threads, candidates), alone);
        }
    }
}

#[test]
fn passages_that_come_again_are_found_across_articles() {
    let mut numbers = Numbers(32);
    let body: Vec<String> = (0..5).map(|_| numbers.paragraph(30)).collect();
    let copy: Vec<String> = body.iter().map(|text| numbers.edit(text, 15)).collect();
    let articles = [
        [vec!["A title".to_owned()], body.clone()].concat().join("\n"),
        [vec!["Another".to_owned(), numbers.paragraph(30)], copy, body].concat().join("\n"),
    ];
    let runs = |scope| {
        let found = corpus_of(Corpus::builder(Detector::default()).scope(scope), &articles).find().runs();
        assert_eq!(found.matches_left_out, 0);
        let side = |passage: &dittograph::Passage| (passage.document, passage.paragraphs.clone());
        found.runs.iter().map(|run| (side(&run.earlier), side(&run.later))).collect::<Vec<_>>()
    };
    assert_eq!(runs(Scope::All), [((0, 1..6), (1, 2..7)), ((0, 1..6), (1, 7..12))]);
    assert_eq!(runs(Scope::Across), [((0, 1..6), (1, 2..7)), ((0, 1..6), (1, 7..12))]);
    assert_eq!(runs(Scope::Within), [((1, 2..7), (1, 7..12))]);
}

#[test]
fn a_short_paragraph_is_redundant_in_its_own_article_only() {
    let articles =
        ["Read more\nRead more\nsome words that stand here alone".to_owned(), "Read more".to_owned()];
    let removed = |scope, min_words| {
        let builder = Corpus::builder(Detector::default()).scope(scope).min_words(min_words);
        let found = corpus_of(builder, &articles).find();
        found
            .redundant()
            .removals
            .iter()
            .map(|r| (r.removed.document, r.removed.paragraph))
            .collect::<Vec<_>>()
    };
    assert_eq!(removed(Scope::All, 5), [(0, 1)]);
    assert_eq!(removed(Scope::All, 2), [(0, 1), (1, 0)]);
    assert_eq!(removed(Scope::Across, 5), []);
    assert_eq!(removed(Scope::Across, 2), [(1, 0)]);
    assert_eq!(removed(Scope::Within, 2), [(0, 1)]);
}

#[test]
fn copies_of_one_line_cost_a_look_up_each() {
    let line = "The same line stands on every page of the site.\n".to_owned();
    let articles = vec![line; 200_000];
    let found = found_in(&articles);
    let redundant = &found.redundant().removals;
    assert_eq!(redundant.len(), 199_999);
    assert!(redundant.iter().all(|r| r.kept == ParagraphId { document: 0, paragraph: 0 }));
}

#[test]
fn boilerplate_with_small_edits_is_compared_with_what_is_kept() {
    let page = |n: usize| {
        format!("This page was made for you on a rainy day by the people of the harbour office, number {n}")
    };
    let articles: Vec<String> = (0..30_000).map(page).collect();
    let found = found_in(&articles);
    let redundant = &found.redundant().removals;
    assert!(redundant.len() > 29_500, "{}", redundant.len());
}

#[test]
fn an_article_that_loses_everything_is_empty() {
    let articles = ["one two three four five".to_owned(), "\u{feff} one two three four five\n".to_owned()];
    let found = found_in(&articles);
    assert_eq!(found.without(1, [0]), "");
    assert!(matches!(found.without(0, []), Cow::Borrowed("one two three four five")));
}

#[test]
fn an_article_that_would_be_cut_into_other_paragraphs_keeps_a_redundant_one() {
    let articles = [
        "a line\nof two\n\nsome words that stand in both\n\nand some more words in both",
        "some words that stand in both\n\nand some more words in both",
    ];
    let mut corpus = Corpus::new(Detector::default());
    corpus.extend([articles[1], articles[0]]);
    let found = corpus.find();
    let redundant = found.redundant();
    let removed: Vec<_> =
        redundant.removals.iter().map(|r| (r.removed.document, r.removed.paragraph)).collect();
    assert_eq!((removed, redundant.spared.len()), (vec![(1, 1)], 1));
    assert_eq!(found.without(1, [1]), "a line\nof two\n\nand some more words in both");
}

#[test]
fn within_each_article_the_longest_is_kept() {
    let mut numbers = Numbers(33);
    let long = numbers.paragraph(30);
    let short = long.rsplit_once(' ').unwrap().0;
    let articles: Vec<String> =
        (0..5).map(|_| format!("{long}\n{short}\n{}", numbers.paragraph(20))).collect();
    let detector = Config::new().siblings(Siblings::Remove).build().unwrap();
    let builder = Corpus::builder(detector).candidates(Candidates::Exact);
    let found = corpus_of(builder.scope(Scope::Within).keep(Keep::Longest), &articles).find();
    let removed: Vec<_> =
        found.redundant().removals.iter().map(|r| (r.removed.document, r.removed.paragraph)).collect();
    assert_eq!(removed, [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)]);
}

#[test]
fn lines_just_below_the_threshold_are_not_compared_each_with_each() {
    // Of sixteen words one is another in each, so that of 17 shingles two lines have 11 in common.
    let line = |n| format!("one two three four five six seven eight other{n} ten eleven twelve a b c d");
    let lines: Vec<String> = (0..4_000).map(line).collect();
    let reads = AtomicUsize::new(0);
    let builder = Corpus::builder(Detector::default());
    let mut corpus = builder.build_reading(|document, part| {
        reads.fetch_add(1, Ordering::Relaxed);
        lines[usize::try_from(document).unwrap()][part].to_owned()
    });
    corpus.extend(&lines);
    let found = corpus.find();
    assert!(found.redundant().removals.is_empty());
    assert_eq!(found.pairs().count(), 0);
    let reads = reads.load(Ordering::Relaxed);
    assert!(reads < 200 * lines.len(), "{reads} texts read"); // each with each is 2,000 a line
}

//! Lossless removal takes all that a kept paragraph holds whole, and nothing else.

mod common;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use common::{Numbers, paragraphs, words_of};
use dittograph::{
    Boundary, Candidates, Config, Corpus, CorpusBuilder, Detector, Evidence, Found, Keep, Measure,
    ParagraphId, Removal, Scope, Shingles, Siblings, TextStore,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SCOPES: [Scope; 3] = [Scope::Within, Scope::Across, Scope::All];

fn detector(shingles: Shingles, boundary: Boundary) -> Detector {
    Config::new().shingles(shingles).boundary(boundary).build().unwrap()
}

fn find(builder: CorpusBuilder, articles: &[String]) -> Found<'_> {
    let mut corpus = builder.build();
    corpus.extend(articles.iter().map(String::as_str));
    corpus.find()
}

/// Articles of paragraphs that are often pieces of one another.
fn articles() -> impl Strategy<Value = Vec<String>> {
    vec(paragraphs(7), 0..6).prop_map(|articles| articles.iter().map(|article| article.join("\n")).collect())
}

fn shingles() -> impl Strategy<Value = Shingles> {
    prop::sample::select(vec![Shingles::Auto, Shingles::Words(1), Shingles::Words(2), Shingles::Chars(3)])
}

struct Text {
    id: ParagraphId,
    words: Vec<String>,
    set: BTreeSet<u64>,
}

fn texts(detector: &Detector, articles: &[String]) -> Vec<Text> {
    let mut texts = Vec::new();
    for (document, article) in (0..).zip(articles) {
        for (paragraph, text) in (0..).zip(detector.boundary().paragraphs(article)) {
            let words = words_of(&detector.normalizer().normalize(text.as_str()));
            let set = detector.shingles_of(text.as_str()).hashes().iter().copied().collect();
            texts.push(Text { id: ParagraphId { document, paragraph }, words, set });
        }
    }
    texts
}

/// What goes, and what is kept for it, by comparing each with all that are kept: the paragraph with the most shingles
/// comes first, of equals that with the most words, then the first.
fn brute_force(texts: &[Text], scope: Scope, min_words: usize) -> Vec<(ParagraphId, ParagraphId, bool)> {
    let mut order: Vec<&Text> = texts.iter().filter(|text| !text.words.is_empty()).collect();
    order.sort_by_key(|text| (Reverse(text.set.len()), Reverse(text.words.len())));
    let mut kept: Vec<&Text> = Vec::new();
    let mut removed = Vec::new();
    for text in order {
        let may_go_for = |other: &Text| {
            let same = other.id.document == text.id.document;
            let is_short = text.words.len() < min_words;
            match scope {
                Scope::Within => same,
                Scope::Across => !same && !is_short,
                _ => same || !is_short,
            }
        };
        match kept.iter().find(|other| may_go_for(other) && text.set.is_subset(&other.set)) {
            Some(other) => removed.push((text.id, other.id, text.words == other.words)),
            None => kept.push(text),
        }
    }
    removed.sort_unstable();
    removed
}

fn rows(removals: &[Removal]) -> Vec<(ParagraphId, ParagraphId, bool)> {
    removals.iter().map(|removal| (removal.removed, removal.kept, removal.similarity.is_exact())).collect()
}

/// Everything that goes stands whole in something that stays.
fn check_that_nothing_is_lost(detector: &Detector, found: &Found<'_>) {
    let removals = &found.redundant().removals;
    for Removal { removed, kept, similarity, .. } in removals {
        assert!(
            removals.binary_search_by_key(kept, |other| other.removed).is_err(),
            "{kept:?} is removed too"
        );
        let set = |id| detector.shingles_of(&found.text(id).unwrap());
        let (removed, kept) = (set(*removed), set(*kept));
        assert!(removed.hashes().iter().all(|shingle| kept.hashes().binary_search(shingle).is_ok()));
        assert_eq!((similarity.common(), similarity.union()), (removed.len(), kept.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_goes_is_what_comparing_all_with_all_finds(
        articles in articles(), shingles in shingles(), scope in prop::sample::select(SCOPES.to_vec()),
        min_words in 0..6usize,
    ) {
        let detector = detector(shingles, Boundary::Newline);
        let found = find(Corpus::builder(detector).lossless(true).scope(scope).min_words(min_words), &articles);
        let expected = brute_force(&texts(&detector, &articles), scope, min_words);
        prop_assert_eq!(rows(&found.redundant().removals), expected);
        check_that_nothing_is_lost(&detector, &found);
    }

    #[test]
    fn all_pairs_are_those_of_which_one_holds_the_other(
        articles in articles(), shingles in shingles(), scope in prop::sample::select(SCOPES.to_vec()),
    ) {
        let lossless = Corpus::builder(detector(shingles, Boundary::Newline)).lossless(true).scope(scope);
        let holds = Config::new().shingles(shingles).boundary(Boundary::Newline);
        let holds = holds.measure(Measure::Containment).threshold(1.0).build().unwrap();
        let exact = Corpus::builder(holds).candidates(Candidates::Exact).scope(scope);
        let pairs = |builder| find(builder, &articles).pairs().collect::<Vec<_>>();
        prop_assert_eq!(pairs(lossless), pairs(exact));
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(
        articles in articles(), scope in prop::sample::select(SCOPES.to_vec()),
        boundary in prop::sample::select(vec![Boundary::Newline, Boundary::BlankLine, Boundary::Auto]),
    ) {
        let articles: Vec<String> = articles.iter().map(|article| article.replacen('\n', "\n\n", 1)).collect();
        let detector = detector(Shingles::Words(1), boundary);
        let clean = |articles: &[String]| -> Vec<String> {
            let found = find(Corpus::builder(detector).lossless(true).scope(scope).min_words(2), articles);
            check_that_nothing_is_lost(&detector, &found);
            (0..articles.len() as u64).map(|document| found.without_redundant(document).into_owned()).collect()
        };
        let once = clean(&articles);
        prop_assert_eq!(clean(&once), once);
    }
}

/// Articles of paragraphs of many lengths, a third of them pieces of others, and lines that come in every article.
fn dump() -> Vec<String> {
    let mut numbers = Numbers(51);
    let mut all: Vec<String> = Vec::new();
    let menu: Vec<String> = (2..8).map(|words| numbers.paragraph(words)).collect();
    let mut articles = Vec::new();
    for n in 0..150 {
        let mut article = vec![menu[n % 6].clone(), menu[n / 3 % 6].clone()];
        for _ in 0..8 {
            let words = 3 + numbers.below(50);
            let mut paragraph = numbers.paragraph(words);
            if numbers.below(3) == 0 && !all.is_empty() {
                let other: Vec<&str> = all[numbers.below(all.len())].split(' ').collect();
                let start = numbers.below(other.len());
                let end = start + 1 + numbers.below(other.len() - start);
                paragraph = other[start..end].join(" ");
            } else if numbers.below(4) == 0 {
                paragraph = format!("{paragraph} {} {}", menu[n % 6], menu[n % 5]);
            }
            all.push(paragraph.clone());
            article.push(paragraph);
        }
        articles.push(article.join("\n"));
    }
    articles
}

#[test]
fn a_larger_dump_loses_what_comparing_all_with_all_finds() {
    let articles = dump();
    let detector = detector(Shingles::Words(2), Boundary::Newline);
    let texts = texts(&detector, &articles);
    for scope in SCOPES {
        for min_words in [0, 5, 12] {
            let builder = Corpus::builder(detector).lossless(true).scope(scope).min_words(min_words);
            let found = find(builder, &articles);
            let expected = brute_force(&texts, scope, min_words);
            assert_eq!(rows(&found.redundant().removals), expected, "{scope} {min_words}");
            assert!(expected.len() > if scope == Scope::Within { 10 } else { 50 }, "{}", expected.len());
        }
    }
}

#[test]
fn it_is_the_same_wherever_the_texts_are_and_for_any_number_of_threads() {
    let articles = dump();
    for scope in SCOPES {
        let builder = Corpus::builder(Detector::default()).lossless(true).scope(scope);
        let outcome =
            |found: Found<'_>| (found.redundant().clone(), found.pairs().collect::<Vec<_>>(), found.runs());
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let expected = alone.install(|| outcome(find(builder, &articles)));
        for threads in [2, 3, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| outcome(find(builder, &articles))), expected);
        }
        let read = |document: u64, range: Range<usize>| {
            articles[usize::try_from(document).unwrap()][range].to_owned()
        };
        for mut corpus in [builder.build_reading(read), builder.build_stored(TextStore::new().unwrap())] {
            for part in articles.chunks(7) {
                corpus.extend(part);
            }
            assert_eq!(outcome(corpus.find()), expected);
        }
    }
}

/// A paragraph, another with some of its words, and one that holds the first whole.
fn in_scripts() -> Vec<[&'static str; 3]> {
    vec![
        [
            "The keeper lit the lamp at dusk.",
            "At dusk the keeper lit it.",
            "They say the keeper lit the lamp at dusk, as ever.",
        ],
        [
            "أضاء الحارس المصباح عند الغروب كل مساء",
            "عند الغروب أضاء المصباح",
            "قالوا إن الحارس تعب، ثم أَضَاءَ الحارسُ المصباحَ عند الغروب كل مساء ونام",
        ],
        [
            "смотритель зажёг лампу на закате дня",
            "на закате зажгли лампу",
            "Говорят, смотритель зажёг лампу на закате дня и ушёл",
        ],
        ["守塔人在黄昏点亮了灯塔的灯", "灯塔的灯在黄昏亮了", "村里人都说守塔人在黄昏点亮了灯塔的灯然后回家"],
        ["ผู้ดูแลจุดตะเกียงทุกเย็น", "ตะเกียงทุกเย็นมีคนจุด", "ชาวบ้านเล่าว่าผู้ดูแลจุดตะเกียงทุกเย็นแล้วกลับบ้าน"],
    ]
}

#[test]
fn what_is_held_goes_in_every_script() {
    for [held, other, holder] in in_scripts() {
        let articles = [held, other, holder].map(str::to_owned);
        for shingles in [Shingles::Auto, Shingles::Words(1), Shingles::Chars(4)] {
            let detector = detector(shingles, Boundary::Newline);
            let found = find(Corpus::builder(detector).lossless(true).min_words(1), &articles);
            let removals = &found.redundant().removals;
            let expected = brute_force(&texts(&detector, &articles), Scope::All, 1);
            assert_eq!(rows(removals), expected, "{holder}");
            let id = |document| ParagraphId { document, paragraph: 0 };
            assert!(expected.contains(&(id(0), id(2), false)), "{shingles} {holder}");
            check_that_nothing_is_lost(&detector, &found);
        }
    }
}

/// All passages of three words that a dump has; a paragraph of fewer is one passage.
fn passages(articles: &[String]) -> BTreeSet<Vec<String>> {
    let detector = Detector::default();
    let words = |text: &str| words_of(&detector.normalizer().normalize(text));
    let paragraphs = articles.iter().flat_map(|article| article.lines()).map(words);
    let of =
        |words: Vec<String>| words.windows(words.len().clamp(1, 3)).map(<[_]>::to_vec).collect::<Vec<_>>();
    paragraphs.flat_map(of).collect()
}

#[test]
fn the_cleaned_dump_has_every_passage_of_three_words() {
    let articles = dump();
    for builder in [Corpus::builder(Detector::default()), Corpus::builder(Detector::default()).min_words(0)] {
        let found = find(builder.lossless(true), &articles);
        assert!(found.redundant().removals.len() > 100);
        let clean: Vec<String> = (0..articles.len() as u64)
            .map(|document| found.without_redundant(document).into_owned())
            .collect();
        assert!(clean.iter().map(String::len).sum::<usize>() < articles.iter().map(String::len).sum());
        assert_eq!(passages(&clean), passages(&articles));
    }
}

#[test]
fn siblings_go_where_one_holds_the_other_and_only_there() {
    let ferry = "the ferry to anwick sails at nine on each day of the summer";
    let longer = "the ferry to anwick sails at nine on each day of the summer, and of the autumn";
    let other = "the ferry to anwick sails at ten on each day of the summer";
    let articles = [[ferry, longer, other].join("\n"), ferry.to_owned()];
    let found = find(Corpus::builder(Detector::default()).lossless(true), &articles);
    let redundant = found.redundant();
    let id = |document, paragraph| ParagraphId { document, paragraph };
    assert_eq!(rows(&redundant.removals), [(id(0, 0), id(0, 1), false), (id(1, 0), id(0, 1), false)]);
    assert_eq!(redundant.siblings, 0);
}

#[test]
fn runs_are_those_of_the_exact_join() {
    let mut numbers = Numbers(52);
    let body: Vec<String> = (0..6).map(|_| numbers.paragraph(30)).collect();
    let copy: Vec<String> = body.iter().map(|text| numbers.edit(text, 15)).collect();
    let articles = [body.join("\n"), numbers.paragraph(40), copy.join("\n")];
    let builder = Corpus::builder(Detector::default());
    let runs = find(builder.lossless(true), &articles).runs();
    assert_eq!(runs.runs.len(), 1);
    assert_eq!(runs, find(builder.candidates(Candidates::Exact), &articles).runs());
}

#[test]
fn other_options_of_similarity_do_not_count() {
    let articles = dump();
    let expected = find(Corpus::builder(Detector::default()).lossless(true), &articles);
    let config = Config::new().threshold(0.3).measure(Measure::Containment).siblings(Siblings::Remove);
    let builder = Corpus::builder(config.build().unwrap()).keep(Keep::Longest).candidates(Candidates::Exact);
    let builder = builder.evidence(Evidence::Threshold);
    assert_eq!(find(builder.lossless(true), &articles).redundant(), expected.redundant());
    let builder = Corpus::builder(Detector::default()).lossless(true);
    assert_eq!((builder.banding(), builder.recall_at(0.1)), (None, 1.0));
    assert!(builder.lossless(false).banding().is_some());
}

#[test]
fn an_article_that_would_be_cut_into_other_paragraphs_keeps_a_redundant_one() {
    let articles = [
        "now some words that stand in both\n\nand some more words in both".to_owned(),
        "a line\nof two\n\nsome words that stand in both\n\nand some more words in both".to_owned(),
    ];
    let found = find(Corpus::builder(Detector::default()).lossless(true), &articles);
    let redundant = found.redundant();
    let removed: Vec<_> =
        redundant.removals.iter().map(|r| (r.removed.document, r.removed.paragraph)).collect();
    assert_eq!((removed, redundant.spared.len()), (vec![(1, 1)], 1));
}

/// One line in very many paragraphs, and very many lines in one.
#[test]
fn what_is_common_costs_a_look_up_each() {
    let notice = "this page was made by the people of the harbour office on a day of rain and wind";
    let mut articles: Vec<String> =
        (0..30_000).map(|n| format!("page {n} of {notice} and of snow")).collect();
    let words: Vec<&str> = notice.split(' ').collect();
    for start in 0..words.len() - 3 {
        articles.extend((start + 3..=words.len()).map(|end| words[start..end].join(" ")));
    }
    let pieces = articles.len() - 30_000;
    articles.extend((0..30_000).map(|n| format!("the line {n}")));
    articles.push((0..30_000).map(|n| format!("the line {n}")).collect::<Vec<_>>().join(" and "));
    let found = find(Corpus::builder(Detector::default()).lossless(true).min_words(3), &articles);
    let removals = &found.redundant().removals;
    assert_eq!(removals.len(), pieces + 30_000);
    assert!(
        removals
            .iter()
            .all(|removal| removal.kept.document == 0 || removal.kept.document == 60_000 + pieces as u64)
    );
}

#[test]
fn a_text_that_cannot_be_read_again_is_no_panic() {
    let articles = ["é one two three four five six\nsix", "x\nsix\né one two three four five"];
    for instead in ["", "é", "one two three four five six seven eight nine"] {
        let read = move |_: u64, _: Range<usize>| instead.to_owned();
        let mut corpus = Corpus::builder(Detector::default()).lossless(true).build_reading(read);
        corpus.extend(articles);
        let found = corpus.find();
        _ = (found.redundant(), found.pairs().count(), found.runs());
    }
}

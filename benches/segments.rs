//! A folder of segments of 10⁴ to 10⁶ paragraphs of 50 to 80 words: how long it takes to add to it, to clean a day against it, to query
//! it by the number of its segments, and to merge them.
//!
//! Each figure is one line: for queries of one paragraph the median and the 99th percentile, for the rest one run.

#[allow(unused)] // all but the English text
mod texts;
mod timing;

use std::path::Path;

use dittograph::saved::Update;
use dittograph::{Corpus, Detector, Index, SavedIndex};
use timing::{percentiles, timed};

/// How many paragraphs an article has.
const ARTICLE_LEN: usize = 10;

fn main() {
    // `cargo bench -- --test` and `cargo test --benches` only see that it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let counts = if is_test { &[1_000][..] } else { &[10_000, 100_000, 1_000_000] };
    for &count in counts {
        growth(count);
    }
    by_segments(*counts.last().expect("there is one"));
}

/// Returns so many articles, from a number on.
fn articles(first: usize, count: usize) -> impl Iterator<Item = (u64, String)> {
    let mut paragraphs = texts::ENGLISH.paragraphs().skip(first * ARTICLE_LEN);
    (first..first + count).map(move |n| {
        let article: Vec<String> = paragraphs.by_ref().take(ARTICLE_LEN).collect();
        (n as u64, article.join("\n"))
    })
}

fn add(path: &Path, articles: impl IntoIterator<Item = (u64, String)>) {
    let mut update = Update::begin(path).expect("nobody else is at it");
    let mut additions = Index::new(Detector::default());
    additions.insert_documents(articles);
    update.update([], &additions).expect("there is room");
    update.commit().expect("there is room");
}

/// An index of so many paragraphs, and a day more.
fn growth(count: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let path = folder.path().join("news");
    Update::create(&path, Detector::default()).and_then(Update::commit).expect("the folder is new");
    add(&path, articles(0, count / ARTICLE_LEN));
    let mut first = count / ARTICLE_LEN;
    for added in [1, 100, 1000, 1000] {
        let new: Vec<(u64, String)> = articles(first, added).collect();
        first += added;
        timed(&format!("add {added} articles to {count}"), added, || add(&path, new));
    }
    let day: Vec<String> = articles(count / ARTICLE_LEN - 500, 1000).map(|(_, article)| article).collect();
    let saved = SavedIndex::open(&path).expect("it was written");
    timed(&format!("clean 1000 against {count}"), 1000, || {
        let mut corpus = Corpus::new(Detector::default());
        corpus.extend(&day);
        let found = corpus.find_against(&[saved]).expect("it is whole");
        let removed = found.redundant().removals.len();
        assert!(removed >= 500 * ARTICLE_LEN, "{removed}");
    });
    timed(&format!("merge the newest of {count}"), first - count / ARTICLE_LEN, || {
        let mut update = Update::begin(&path).expect("nobody else is at it");
        assert!(update.merge().expect("there is room"), "they are four, of like sizes");
        update.commit().expect("there is room");
    });
}

/// The same articles in one segment or several: of one size, and as [`Update::merge`] leaves them.
fn by_segments(count: usize) {
    let all = count / ARTICLE_LEN;
    let equal = |parts: usize| vec![all / parts; parts];
    let halves: Vec<usize> = (1..=8).map(|n| all >> n.min(7)).collect();
    let held: Vec<String> = texts::ENGLISH.paragraphs().take(count).step_by((count / 1000).max(1)).collect();
    let edited: Vec<String> =
        texts::ENGLISH.edited(&held.join("\n"), 25).lines().map(str::to_owned).collect();
    let new: Vec<String> = texts::ENGLISH.paragraphs().skip(count).take(1000).collect();
    let others: Vec<String> =
        texts::ENGLISH.paragraphs().skip(count + 1000).take((count / 50).max(1000)).collect();
    for (name, parts) in [
        ("1", equal(1)),
        ("2", equal(2)),
        ("4", equal(4)),
        ("8", equal(8)),
        ("8, each half of the one before", halves),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let path = folder.path().join("news");
        Update::create(&path, Detector::default()).and_then(Update::commit).expect("the folder is new");
        let mut first = 0;
        for part in parts {
            add(&path, articles(first, part));
            first += part;
        }
        let saved = SavedIndex::open(&path).expect("it was written");
        // So that all is in memory: the file by the check, and the filters of its segments by the first questions.
        saved.check().expect("it is whole");
        let (first, others) = others.split_at(100);
        for (which, asked) in [
            ("first", first),
            ("others", others),
            ("held", &held[..]),
            ("edited", &edited[..]),
            ("new", &new[..]),
        ] {
            percentiles(&format!("query {which}, segments: {name}"), asked, |text| {
                saved.query(text).expect("it is whole").len()
            });
        }
        let mut bytes = std::io::sink();
        timed(&format!("merge, segments: {name}"), count, || {
            saved.write_merged([], &mut bytes).expect("it is whole");
        });
    }
}

//! Passages that come again in order are found whole, in spite of edits; what merely recurs is no doubled body.

mod common;

use std::ops::Range;

use common::Numbers;
use dittograph::{Boundary, Config, Evidence, Report};

/// Paragraphs of made-up words, none like another.
fn body(seed: u64, paragraphs: usize) -> Vec<String> {
    let mut numbers = Numbers(seed);
    (0..paragraphs).map(|n| numbers.paragraph(30 + 7 * (n % 5))).collect()
}

fn scan(article: &str) -> Report<'_> {
    Config::new().boundary(Boundary::Newline).build().unwrap().scan(article)
}

type Sides = (Range<usize>, Range<usize>);

#[track_caller]
fn assert_runs(article: &[String], runs: &[Sides], doubled: Option<usize>) {
    let article = article.join("\n");
    let report = scan(&article);
    let found: Vec<Sides> =
        report.runs().iter().map(|run| (run.earlier.clone(), run.later.clone())).collect();
    assert_eq!(found, runs);
    let body = report.doubled_body().map(|run| (run.earlier.clone(), run.later.clone()));
    assert_eq!(body.as_ref(), doubled.map(|n| &runs[n]));
}

fn words(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

#[test]
fn a_body_that_stands_twice_is_doubled() {
    let body = body(1, 8);
    assert_runs(
        &[words("A title"), words("A date"), body.clone(), body].concat(),
        &[(2..10, 10..18)],
        Some(0),
    );
}

#[test]
fn a_body_that_stands_three_times_is_two_runs_from_the_first() {
    let body = body(2, 5);
    let article = [words("A title"), body.clone(), body.clone(), body].concat();
    assert_runs(&article, &[(1..6, 6..11), (1..6, 11..16)], Some(0));
}

#[test]
fn edited_words_do_not_break_a_run() {
    let body = body(3, 10);
    let mut numbers = Numbers(30);
    let copy: Vec<String> = body.iter().map(|text| numbers.edit(text, 12)).collect();
    assert_runs(&[body, copy].concat(), &[(0..10, 10..20)], Some(0));
}

#[test]
fn a_split_a_merged_and_an_inserted_paragraph_do_not_break_a_run() {
    let body = body(4, 10);
    let mut copy = body.clone();
    let (left, right) = body[2].split_at(body[2].len() / 2);
    copy.splice(2..3, [left.to_owned(), right.to_owned()]); // 11 paragraphs
    copy.splice(6..8, [format!("{} {}", copy[6], copy[7])]); // 10
    copy.insert(8, self::body(40, 1).remove(0)); // 11
    assert_runs(&[body, copy].concat(), &[(0..10, 10..21)], Some(0));
}

#[test]
fn paragraphs_that_were_merged_and_split_elsewhere_are_held_as_a_block() {
    let mut numbers = Numbers(11);
    let [head, long, short] = [8, 100, 25].map(|words| numbers.paragraph(words));
    let merged = format!("{long} {short}");
    let cut = merged.match_indices(' ').nth(60).unwrap().0;
    let copy = [head.clone(), merged[..cut].to_owned(), merged[cut + 1..].to_owned()];
    // The short one is 25 of the 65 words of the last.
    assert_runs(&[vec![head, long, short], copy.to_vec()].concat(), &[(0..3, 3..6)], Some(0));
}

#[test]
fn a_paragraph_between_the_sides_of_a_body_is_of_one_of_them() {
    let mut numbers = Numbers(12);
    let [long, short, first, second] = [100, 25, 60, 60].map(|words| numbers.paragraph(words));
    let merged = format!("{long} {short}");
    let cut = merged.match_indices(' ').nth(60).unwrap().0;
    let (left, right) = (merged[..cut].to_owned(), merged[cut + 1..].to_owned());
    let middle = [first, second];
    // The merged one could end the first side, and begin the second.
    let article = [&[long, short], &middle[..], &[merged], &middle[..], &[left, right]].concat().join("\n");
    let report = scan(&article);
    let body = report.doubled_body().unwrap();
    assert!(body.earlier.end <= body.later.start, "{body:?}");
}

#[test]
fn a_split_at_the_end_of_a_run_belongs_to_it() {
    let body = body(5, 4);
    let mut copy = body.clone();
    let (left, right) = body[3].split_at(body[3].len() / 2);
    copy.splice(3..4, [left.to_owned(), right.to_owned()]);
    assert_runs(&[body, copy].concat(), &[(0..4, 4..9)], Some(0));
}

#[test]
fn two_paragraphs_may_be_passed_over_and_three_end_a_run() {
    let body = body(6, 8);
    for (inserted, expected) in [(2, vec![(0..8, 8..18)]), (3, vec![(0..4, 8..12), (4..8, 15..19)])] {
        let copy = [body[..4].to_vec(), self::body(60, inserted), body[4..].to_vec()].concat();
        let article = [body.clone(), copy].concat();
        let report = article.join("\n");
        let report = scan(&report);
        let found: Vec<Sides> =
            report.runs().iter().map(|run| (run.earlier.clone(), run.later.clone())).collect();
        assert_eq!(found, expected);
        // Either of two runs holds less than half, but the body is made of both.
        let body = report.doubled_body().unwrap();
        assert_eq!((body.earlier.clone(), body.later.clone()), (0..8, 8..16 + inserted));
    }
}

#[test]
fn a_passage_quoted_from_elsewhere_in_the_article_is_a_run_but_no_doubled_body() {
    let body = body(7, 20);
    let article = [body.clone(), body[3..6].to_vec()].concat();
    assert_runs(&article, &[(3..6, 20..23)], None);
}

#[test]
fn a_pull_quote_and_a_repeated_caption_are_no_runs() {
    let mut article = body(8, 10);
    let quote = article[3].clone();
    article.insert(7, quote);
    let caption = "Photo: the harbour at Anwick, seen from the north";
    for at in [2, 5, 9] {
        article.insert(at, caption.to_owned());
    }
    assert_runs(&article, &[], None);
}

#[test]
fn a_refrain_is_no_doubled_body() {
    let lines = |seed, count| -> Vec<String> {
        let mut numbers = Numbers(seed);
        (0..count).map(|_| numbers.paragraph(6)).collect()
    };
    let refrain = lines(9, 2);
    let mut song = Vec::new();
    for verse in 0..4 {
        song.extend(lines(90 + verse, 4));
        song.extend(refrain.clone());
    }
    assert_runs(&song, &[], None);
}

#[test]
fn short_lines_that_stand_twice_in_order_are_a_run() {
    let mut numbers = Numbers(10);
    let poem: Vec<String> = (0..12).map(|_| numbers.paragraph(4)).collect();
    assert_runs(&[poem.clone(), poem].concat(), &[(0..12, 12..24)], Some(0));
}

#[test]
fn frequent_short_paragraphs_extend_a_run() {
    let mut body = body(11, 6);
    body.push("Read more about this".to_owned());
    let article = [body.clone(), words("Read more about this"), body].concat();
    // The copy starts after the line in between; each ends with its own.
    assert_runs(&article, &[(0..7, 8..15)], Some(0));
}

#[test]
fn a_teaser_of_every_paragraph_does_not_hide_the_doubled_body() {
    let body = body(12, 6);
    let teasers: Vec<String> = [4, 1, 5, 0, 3, 2].iter().map(|&n| body[n].clone()).collect();
    let article = [teasers, body.clone(), body].concat().join("\n");
    let report = scan(&article);
    // Where the teasers end and the body begins, a run may be cut one paragraph short.
    let run = report.doubled_body().unwrap();
    assert!(
        run.earlier.start <= 7 && run.earlier.end == 12 && run.later.start <= 13 && run.later.end == 18,
        "{run:?}"
    );
}

#[test]
fn a_body_in_another_order_is_no_run() {
    let body = body(13, 6);
    let copy: Vec<String> = [5, 4, 3, 2, 1, 0].iter().map(|&n| body[n].clone()).collect();
    assert_runs(&[body, copy].concat(), &[], None);
}

#[test]
fn paragraphs_without_words_are_passed_over() {
    let body = body(14, 8);
    let stars = vec!["***".to_owned(); 5];
    let copy = [body[..4].to_vec(), stars, body[4..].to_vec()].concat();
    assert_runs(&[body, copy].concat(), &[(0..8, 8..21)], Some(0));
}

#[test]
fn boilerplate_left_out_of_runs_is_counted() {
    let body = body(15, 6);
    let left_out = |times: usize| {
        let article = vec![body.join("\n"); times].join("\n");
        let report = scan(&article);
        (report.runs().len(), report.statistics().matches_left_out)
    };
    assert_eq!(left_out(2), (1, 0));
    let (runs, _) = left_out(16);
    assert!(runs > 0);
    assert_eq!(left_out(17), (0, 6 * 16));
}

#[test]
fn a_paragraph_that_stands_on_every_line_is_no_run() {
    let rows = (0..4000).map(|n| format!("row {n} of the table holds the value {} and no more", n % 7));
    let rows: Vec<String> = rows.collect();
    assert_runs(&rows, &[], None);
    assert_runs(&vec!["one and the same line again and again".to_owned(); 20_000], &[], None);
}

/// Two sections of a handbook, built alike: each step is there twice, but for what it is about.
const SECTIONS: &str = "Insert the paper roll
Open the front cover of the printer and lift the green lever until it clicks.
Put the paper roll on the axle so that the paper unrolls from below, and close the lever.
Press the button beside the lamp; if it blinks, the paper roll is not seated well.
Wait until the paper is drawn in before you close the cover.
Replace the ink ribbon
Open the front cover of the printer and lift the green lever until it clicks.
Put the ink ribbon on the axle so that the ribbon unrolls from above, and close the lever.
Press the button beside the lamp; if it blinks, the ink ribbon is not seated well.
Wait until the ribbon is wound up before you close the cover.";

#[test]
fn sections_that_are_built_alike_are_no_doubled_body() {
    assert_eq!(scan(SECTIONS).doubled_body(), None);
}

#[test]
fn an_edited_body_with_new_passages_in_it_is_doubled_and_its_pairs_are_listed() {
    let mut numbers = Numbers(31);
    let body = body(30, 8);
    let mut copy: Vec<String> = body.iter().map(|text| numbers.edit(text, 10)).collect();
    copy.splice(4..4, self::body(32, 3));
    let article = [body, copy].concat().join("\n");
    let report = scan(&article);
    let doubled = report.doubled_body().unwrap();
    assert_eq!((doubled.earlier.clone(), doubled.later.clone()), (0..8, 8..19));
    let pairs: Vec<(usize, usize)> = report.pairs().iter().map(|pair| (pair.earlier, pair.later)).collect();
    let expected: Vec<(usize, usize)> = (0..8).map(|n| (n, if n < 4 { 8 + n } else { 11 + n })).collect();
    assert_eq!(pairs, expected);
    assert_eq!(report.redundant().len(), 8, "the new passages stay");
    assert!(report.pairs().iter().any(|pair| pair.evidence == Evidence::Run));
}

//! What the page says first: the verdict in a sentence, and the figures.

use std::fmt::{self, Formatter};
use std::ops::Range;

use super::escape::Escaped;
use super::{Contents, Count, Number, Percent, Span};

pub(super) fn write(
    f: &mut Formatter<'_>,
    contents: &Contents<'_>,
    title: Option<&Escaped<'_>>,
) -> fmt::Result {
    writeln!(f, "<header>")?;
    match title {
        Some(title) => writeln!(f, "<p class=\"kicker\">What repeats in <bdi>{title}</bdi></p>")?,
        None => writeln!(f, "<p class=\"kicker\">What repeats in an article</p>")?,
    }
    let (said, more) = verdict(contents);
    match more {
        Some(more) => writeln!(f, "<h1>{said}: <span>{more}.</span></h1>")?,
        None => writeln!(f, "<h1>{said}.</h1>")?,
    }
    let counts = contents.report.statistics();
    writeln!(f, "<dl class=\"figures\">")?;
    let mut figure =
        |value: &dyn fmt::Display, name: &str| writeln!(f, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    figure(&Number(counts.paragraphs), &format!("paragraph{}", plural(counts.paragraphs)))?;
    figure(&Number(counts.words), &format!("word{}", plural(counts.words)))?;
    figure(&Number(counts.redundant), &format!("redundant paragraph{}", plural(counts.redundant)))?;
    let share = Percent { part: counts.redundant_words, whole: counts.words };
    figure(&share, "of the words are redundant")?;
    writeln!(f, "</dl>\n</header>")
}

/// Returns what is said first, and what follows it in the same sentence.
fn verdict(contents: &Contents<'_>) -> (String, Option<String>) {
    let report = contents.report;
    let counts = report.statistics();
    if let Some(body) = report.doubled_body() {
        let repeat = Repeat::of(contents, 0); // the body is the first passage
        let (earlier, later) = (Span(&body.earlier), Span(&body.later));
        let more = match body.earlier.len() {
            1 => format!("paragraph {earlier} comes again as {later}; {repeat}"),
            // No line ends inside a range.
            _ => format!("paragraphs <b>{earlier}</b> come again as <b>{later}</b>; {repeat}"),
        };
        return ("The body stands here twice".to_owned(), Some(more));
    }
    let mut later: Vec<(usize, bool)> =
        report.pairs().iter().map(|pair| (pair.later, !pair.similarity.is_exact())).collect();
    later.sort_unstable(); // an exact pair of a paragraph comes first
    later.dedup_by_key(|(paragraph, _)| *paragraph);
    let exact = later.iter().filter(|(_, is_near)| !is_near).count();
    match later.len() {
        0 if counts.words == 0 => ("There are no words here, and nothing repeats".to_owned(), None),
        0 if counts.runs == 0 => ("Nothing repeats".to_owned(), None),
        0 => {
            let more =
                "its paragraphs are less alike than the threshold asks, but follow one another".to_owned();
            ("A passage comes again".to_owned(), Some(more))
        }
        all => {
            let verb = if all == 1 { "paragraph repeats" } else { "paragraphs repeat" };
            (format!("{} {verb} an earlier one", in_words(all)), Some(alike(exact, all)))
        }
    }
}

/// How much of a side of a passage repeats the other one.
struct Repeat {
    /// Paragraphs of the later side that have words.
    all: usize,
    /// Those of them that stand beside one of the earlier side.
    repeated: usize,
    /// Those of them that have the same words.
    exact: usize,
}

impl Repeat {
    fn of(contents: &Contents<'_>, passage: usize) -> Self {
        let words = &contents.report.words;
        let worded = |range: &Range<usize>| range.clone().filter(|&n| words[n] > 0).count();
        let all = contents.passages[passage].later.iter().map(worded).sum();
        let mut repeat = Self { all, repeated: 0, exact: 0 };
        for row in contents.rows[passage].iter().filter(|row| !row.earlier.is_empty()) {
            let count = worded(&row.later);
            repeat.repeated += count;
            let is_exact = contents.has_same_words(row);
            repeat.exact += if is_exact { count } else { 0 };
        }
        repeat
    }
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { all, repeated, exact } = *self;
        write!(f, "<b>{} of {}</b>, {}", Number(repeated), Number(all), alike(exact, repeated))
    }
}

/// Says how many of some paragraphs have the same words as what they repeat.
pub(super) fn alike(exact: usize, all: usize) -> String {
    match (exact, all) {
        (0, 1) => "with nearly the same words".to_owned(),
        (1, 1) => "with the same words".to_owned(),
        (0, _) => "all with nearly the same words".to_owned(),
        (exact, all) if exact == all => "all with the same words".to_owned(),
        (exact, all) => format!("{} with the same words and {} nearly", Number(exact), Number(all - exact)),
    }
}

/// Returns a number from 1 to 12 as a word, others in digits.
fn in_words(number: usize) -> String {
    const WORDS: [&str; 12] =
        ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    let word = number.checked_sub(1).and_then(|place| WORDS.get(place));
    word.map_or_else(|| Number(number).to_string(), ToString::to_string)
}

/// Says what a passage that comes again once is made of.
pub(super) fn summary(contents: &Contents<'_>, passage: usize) -> String {
    let repeat = Repeat::of(contents, passage);
    let alike = alike(repeat.exact, repeat.repeated);
    if repeat.repeated == repeat.all {
        return format!("{}, {alike}", Count(repeat.all, "paragraph"));
    }
    format!("{} of {} come again, {alike}", Number(repeat.repeated), Count(repeat.all, "paragraph"))
}

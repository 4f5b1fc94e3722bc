//! What was found in a corpus, as a web page.

mod beside;
mod bodies;
mod boilerplate;
mod clusters;
mod removed;
mod samples;
mod similarity;
mod tally;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

use super::escape::{Escaped, without_controls};
use super::{Count, Number, settings, write_page};
use crate::compare::Measure;
use crate::compare::pair::ParagraphId;
use crate::corpus::{Found, Redundant};
use tally::Tally;

/// The greatest number of characters of a name that are shown, …
const MAX_NAME: usize = 120;

/// … and of a paragraph where only its beginning is.
const MAX_BEGINNING: usize = 140;

impl Found<'_> {
    /// Returns what was found as a web page for people, in HTML that `Display` writes.
    ///
    /// The page says how much is redundant and why, draws how alike near copies are to what is kept, with the threshold and
    /// the recall of the banding, and lists the largest clusters, a random sample of each kind of removal with the words that
    /// differ, the documents whose body stands there twice, and the paragraphs that stand most often. It needs nothing but
    /// itself, as the page of a [`Report`](crate::Report::to_html) does, and shows every text as text.
    ///
    /// It shows 500 clusters at most, 20 members of each, 200 removals of the sample, and 4 MB in all; the page says so
    /// where there are more. The sample is the same each time, and the page the same bytes for any number of threads.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector};
    ///
    /// let mut corpus = Corpus::new(Detector::default());
    /// corpus.extend(["The mill burnt down at night.", "News\nThe mill burnt down at night!"]);
    /// let found = corpus.find();
    /// let names = ["monday", "tuesday"];
    /// let page = found.to_html().title("Two papers").names(&|document| names[document as usize].to_owned()).to_string();
    /// assert!(page.contains("1 of 3 paragraphs repeats one that is kept"));
    /// ```
    pub fn to_html(&self) -> CorpusPage<'_> {
        CorpusPage { found: self, title: None, names: None }
    }
}

/// What was found in a corpus, as a web page; see [`Found::to_html`]. `Display` writes it.
#[derive(Clone, Copy)]
#[must_use = "a page is written by its `Display`"]
pub struct CorpusPage<'f> {
    found: &'f Found<'f>,
    title: Option<&'f str>,
    names: Option<Names<'f>>,
}

type Names<'f> = &'f (dyn Fn(u64) -> String + Sync);

impl<'f> CorpusPage<'f> {
    /// Sets what the corpus is called: the name of a dump.
    pub fn title(self, title: &'f str) -> Self {
        Self { title: Some(title), ..self }
    }

    /// Sets what each document is called. Without it that is its number.
    pub fn names(self, names: &'f (dyn Fn(u64) -> String + Sync)) -> Self {
        Self { names: Some(names), ..self }
    }
}

impl fmt::Debug for CorpusPage<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { found, title, .. } = self;
        f.debug_struct("CorpusPage").field("found", found).field("title", title).finish_non_exhaustive()
    }
}

/// Writes the page. Cost: passes over the paragraphs and removals, a comparison word by word for each two paragraphs that are
/// shown beside each other.
impl Display for CorpusPage<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let redundant = self.found.redundant();
        let contents = Contents {
            found: self.found,
            redundant,
            names: self.names,
            tally: Tally::new(self.found, redundant),
            repeated: boilerplate::find(self.found),
            is_from_right: samples::is_from_right(self.found, redundant),
        };
        let title = without_controls(&cut(self.title.unwrap_or("A corpus"), MAX_NAME));
        let title = Escaped(&title);
        write_page(f, &title, |f| {
            removed::write_verdict(f, &contents, self.title.map(|_| &title))?;
            contents.write_links(f)?;
            writeln!(f, "<main>")?;
            removed::write(f, &contents)?;
            similarity::write(f, &contents)?;
            clusters::write(f, &contents)?;
            samples::write(f, &contents)?;
            bodies::write(f, &contents)?;
            boilerplate::write(f, &contents)?;
            writeln!(f, "</main>")?;
            contents.write_settings(f)
        })
    }
}

/// What all parts of the page are written from.
struct Contents<'p> {
    found: &'p Found<'p>,
    redundant: &'p Redundant,
    names: Option<Names<'p>>,
    tally: Tally,
    repeated: Vec<boilerplate::Repeated>,
    is_from_right: bool,
}

impl Contents<'_> {
    /// Returns the text of a paragraph.
    fn text(&self, paragraph: ParagraphId) -> Cow<'_, str> {
        self.found.text(paragraph).unwrap_or_default()
    }

    /// Returns the class of what is laid out from the side where reading begins, after those that it has.
    fn direction(&self) -> &'static str {
        if self.is_from_right { " from-right" } else { "" }
    }

    /// Returns where a paragraph stands.
    fn place(&self, paragraph: ParagraphId) -> Place {
        Place { name: self.name(paragraph.document), paragraph: paragraph.paragraph }
    }

    fn name(&self, document: u64) -> String {
        self.names.map_or_else(|| document.to_string(), |names| names(document))
    }

    /// Writes a link to each part of the page that there is.
    fn write_links(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let has_removals = !self.redundant.removals.is_empty();
        let links = [
            (self.tally.has_kinds(), "removed", "What was removed, and why"),
            (self.tally.near() > 0, "similarity", "How alike near copies are"),
            (has_removals, "clusters", "The largest clusters"),
            (has_removals, "samples", "A sample, to be read"),
            (!self.found.doubled_bodies().is_empty(), "bodies", "Bodies that stand twice"),
            (!self.repeated.is_empty(), "repeated", "What stands most often"),
        ];
        if !links.iter().any(|(is_there, ..)| *is_there) {
            return Ok(());
        }
        writeln!(f, "<nav aria-label=\"On this page\">\n<ul>")?;
        for (_, id, name) in links.iter().filter(|(is_there, ..)| *is_there) {
            writeln!(f, "<li><a href=\"#{id}\">{name}</a></li>")?;
        }
        writeln!(f, "</ul>\n</nav>")
    }

    fn write_settings(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let contents = &self.found.contents;
        let detector = &contents.detector;
        let candidates = match contents.banding {
            Some(banding) => banding.to_string(),
            None if self.found.is_lossless() => "by rare shingles".to_owned(),
            None => "the exact join".to_owned(),
        };
        let more: [(&str, &dyn Display); 6] = [
            ("Scope", &contents.scope),
            ("Kept", &contents.keep),
            ("Evidence", &contents.evidence),
            ("Siblings", &detector.siblings()),
            ("Across articles", &format_args!("of {} or more", Count(contents.min_words, "word"))),
            ("Candidates", &candidates),
        ];
        if self.found.is_lossless() {
            // Of the options only these count.
            let more: [(&str, &dyn Display); 4] = [("Lossless", &"yes"), more[0], more[4], more[5]];
            settings::write(f, detector, detector.boundary(), &more)?;
        } else {
            settings::write(f, detector, detector.boundary(), &more)?;
        }
        writeln!(
            f,
            "<p>Articles and paragraphs are numbered from 0. Everything that was removed was compared exactly with the paragraph \
             that is kept; punctuation, case and what the rules overlook do not count. Nothing is joined by way of a third. \
             Control characters and unbalanced bidi controls are shown as \u{fffd}, long texts and names cut with “…”.</p>\n\
             </footer>"
        )
    }
}

/// Where a paragraph stands: the document, cut if its name is long, and the number within it.
struct Place {
    name: String,
    paragraph: u32,
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ¶{}", DocumentName(&self.name), self.paragraph)
    }
}

/// Writes the name of a document, which is in an isolate of its own.
struct DocumentName<'p>(&'p str);

impl Display for DocumentName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = cut(self.0, MAX_NAME);
        write!(
            f,
            "<bdi>{}</bdi>",
            Escaped(&without_controls(if name.is_empty() { "(no name)" } else { &name }))
        )
    }
}

/// Returns the name of a measure within a sentence.
fn name_of(measure: Measure) -> &'static str {
    match measure {
        Measure::Jaccard => "Jaccard",
        Measure::Containment => "containment",
    }
}

/// Returns the beginning of a text on one line.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().all(|c| c == ' ' || !c.is_whitespace()) && text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let space = |c: char| if c.is_whitespace() { ' ' } else { c };
    let mut beginning: String = text.chars().take(most).map(space).collect();
    if text.chars().nth(most).is_some() {
        beginning.push('…');
    }
    Cow::Owned(beginning)
}

/// Returns the first `count` items of an order, in it; of equals those that come first.
fn first_by<T>(
    items: impl IntoIterator<Item = T>,
    count: usize,
    mut compare: impl FnMut(&T, &T) -> Ordering,
) -> Vec<T> {
    let (mut first, mut is_full) = (Vec::new(), false);
    for item in items {
        // Once there are enough, the last of them is the bound.
        if is_full && compare(&item, &first[count - 1]) != Ordering::Less {
            continue;
        }
        first.push(item);
        if first.len() >= 2 * count {
            first.sort_by(&mut compare);
            first.truncate(count);
            is_full = count > 0;
        }
    }
    first.sort_by(compare);
    first.truncate(count);
    first
}

/// How many more bytes may be written.
struct Room(usize);

impl Room {
    /// Returns true if there is room for a part of the page, and takes it; once there is none, nothing fits any more.
    fn takes(&mut self, part: &str) -> bool {
        let left = self.0.checked_sub(part.len());
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// Writes a count with its noun in the singular or the plural.
struct Counted(usize, &'static str, &'static str);

impl Display for Counted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Number(self.0), if self.0 == 1 { self.1 } else { self.2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    #[test]
    fn long_names_are_cut_and_have_one_line() {
        assert_eq!(cut("a b", 3), "a b");
        assert_eq!(cut("a\nb", 3), "a b");
        assert_eq!(cut("عنوان طويل", 5), "عنوان…");
    }

    proptest! {
        #[test]
        fn the_first_are_those_of_a_stable_sort(items in prop::collection::vec(0_u8..20, 0..60), count in 0_usize..8) {
            let numbered: Vec<(u8, usize)> = items.into_iter().zip(0..).collect();
            let mut sorted = numbered.clone();
            sorted.sort_by_key(|item| item.0);
            sorted.truncate(count);
            prop_assert_eq!(first_by(numbered, count, |a, b| a.0.cmp(&b.0)), sorted);
        }
    }
}

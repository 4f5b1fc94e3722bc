//! The paragraphs that stand most often, whether they are removed or too short for it.

use std::fmt::{self, Formatter};

use ahash::AHashMap;

use super::{Contents, Counted, first_by};
use crate::compare::pair::ParagraphId;
use crate::corpus::Found;
use crate::page::marked::Marked;
use crate::page::{Count, Number};

/// How many are listed.
const MAX_REPEATED: usize = 30;

/// A paragraph that stands several times with the same words.
pub(super) struct Repeated {
    first: ParagraphId,
    times: usize,
    documents: usize,
    removed: usize,
}

/// Finds the paragraphs that stand most often, the most frequent first.
pub(super) fn find(found: &Found<'_>) -> Vec<Repeated> {
    let contents = &found.contents;
    let mut times = vec![0_u32; contents.copy_groups.len()];
    let groups = (0..contents.count()).filter_map(|paragraph| contents.group_of(paragraph));
    groups.for_each(|group| times[group as usize] += 1);
    let several = (0_u32..).zip(&times).filter(|(_, times)| **times > 1);
    let most = first_by(several, MAX_REPEATED, |a, b| b.1.cmp(a.1));

    let places: AHashMap<u32, usize> = most.iter().map(|&(group, _)| group).zip(0..).collect();
    let place = |paragraph: u32| places.get(&contents.group_of(paragraph)?).copied();
    let repeated = |&(group, &times): &(u32, &u32)| {
        let first = contents.id(contents.copy_groups[group as usize].first);
        Repeated { first, times: times as usize, documents: 0, removed: 0 }
    };
    let mut repeated: Vec<Repeated> = most.iter().map(repeated).collect();
    let mut last_seen = vec![None; repeated.len()];
    if places.is_empty() {
        return repeated;
    }
    for paragraph in 0..contents.count() {
        let Some(place) = place(paragraph) else { continue };
        let document = Some(contents.document_of(paragraph));
        repeated[place].documents += usize::from(last_seen[place] != document);
        last_seen[place] = document;
    }
    let removed = found.redundant().iter().filter_map(|removal| place(contents.number_of(removal.removed)?));
    removed.for_each(|place| repeated[place].removed += 1);
    repeated
}

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    if contents.repeated.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "<section aria-labelledby=\"repeated\">\n<h2 id=\"repeated\">What stands most often</h2>\n<p class=\"sum\">Paragraphs with \
         the same words, the {MAX_REPEATED} most frequent at most. One of fewer than {} stays in each article, as what belongs to a \
         page.</p>\n<table class=\"repeated\">\n<thead><tr><th scope=\"col\" class=\"count\">Times</th><th \
         scope=\"col\">Paragraph</th></tr></thead>\n<tbody>",
        Count(contents.found.contents.min_words, "word")
    )?;
    for Repeated { first, times, documents, removed } in &contents.repeated {
        writeln!(
            f,
            "<tr><td class=\"count\">{}</td><td><p class=\"text\" dir=\"auto\">{}</p><p class=\"note\">in {}, {} removed; first in \
             {}</p></td></tr>",
            Number(*times),
            Marked::shortened(&contents.text(*first), None, "del"),
            Counted(*documents, "article", "articles"),
            Number(*removed),
            contents.place(*first)
        )?;
    }
    writeln!(f, "</tbody>\n</table>\n</section>")
}

//! A removed paragraph beside the one that is kept, with the words that differ.

use std::fmt::{self, Write};

use super::Contents;
use super::tally::Kind;
use crate::corpus::Removal;
use crate::page::Percent;
use crate::page::marked::Marked;
use crate::page::words::{Difference, Piece, WordComparer, changes};

/// Says what the marks mean.
pub(super) const KEY: &str = "Left as it is: the same bytes. <span class=\"typed\">Grey</span>: the same word, typed otherwise, or \
     punctuation. <del>Struck</del>: stands in the kept paragraph only. <ins>Underlined</ins>: in the removed one only.";

/// Shows removals, each by its two texts.
pub(super) struct Beside<'p> {
    contents: &'p Contents<'p>,
    comparer: WordComparer,
}

impl<'p> Beside<'p> {
    pub(super) fn new(contents: &'p Contents<'p>) -> Self {
        Self { contents, comparer: WordComparer::new(contents.found.contents.detector.normalizer()) }
    }

    /// Writes both texts, in an element of this name; the second one only if it has other bytes.
    pub(super) fn write(&mut self, out: &mut String, element: &str, removal: &Removal) -> fmt::Result {
        let Contents { found, .. } = self.contents;
        let (kept, removed) = (self.contents.text(removal.kept), self.contents.text(removal.removed));
        let is_exact = removal.similarity.is_exact();
        let is_same = kept == removed;
        let difference = if is_same { None } else { self.comparer.compare(&kept, &removed, is_exact) };
        let pieces = |of: fn(&Difference) -> &Vec<Piece>| {
            difference.as_ref().map(|difference| of(difference).as_slice())
        };
        writeln!(
            out,
            "<{element} class=\"row\"><div class=\"side placed\" role=\"group\" aria-label=\"Kept\"><p class=\"place\">\
             Kept: {}</p><p class=\"text\" dir=\"auto\">{}</p></div>",
            self.contents.place(removal.kept),
            Marked::shortened(&kept, pieces(|difference| &difference.earlier), "del")
        )?;
        write!(
            out,
            "<div class=\"side placed\" role=\"group\" aria-label=\"Removed\"><p class=\"place\">Removed: {}</p>",
            self.contents.place(removal.removed)
        )?;
        if is_same {
            return writeln!(out, "<p class=\"note\">The same bytes</p></div></{element}>");
        }
        let text = Marked::shortened(&removed, pieces(|difference| &difference.later), "ins");
        writeln!(out, "<p class=\"text\" dir=\"auto\">{text}</p></div>")?;
        let changes = changes(difference.as_ref(), is_exact);
        let similarity = &removal.similarity;
        let jaccard = Percent { part: similarity.common(), whole: similarity.union() };
        let containment = Percent { part: similarity.common(), whole: similarity.least() };
        write!(out, "<p class=\"note\">{changes}")?;
        match Kind::of(removal) {
            Kind::Exact => {}
            Kind::Threshold => write!(out, " · Jaccard {jaccard}, containment {containment}")?,
            Kind::Run => {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 100
                let in_order = (100.0 * found.lcs(removal.kept, removal.removed)) as usize;
                write!(
                    out,
                    " · by its place in a run, {in_order}\u{a0}% in the same order, Jaccard {jaccard}"
                )?;
            }
        }
        writeln!(out, "</p></{element}>")
    }
}

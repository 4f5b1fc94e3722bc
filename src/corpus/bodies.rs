//! Doubled bodies: documents most of whose text stands there twice.
//!
//! Whoever pasted a body twice and then edited one of the two meant one passage by both. So the two are no
//! [siblings](super::siblings), and the body is evidence for its pairs below the threshold, as it is in a scan of that
//! document alone.
//!
//! To look into all documents would double the work. While a document comes in, a few shingles of each paragraph are
//! [sampled](crate::article::doubled::sample), and only those documents are looked into of which enough comes again.
// CPU of `dedup --pairs`, before and now: 1.13 and 1.33 s on `docs_ar_dynamics` (5,270 documents, 146 looked into), 1.86 and 2.25 s on
// `docs_th_dynamics` (2,939, 115), 5 % more on chapters of Bibles, none on articles of one paragraph or of unlike ones. All documents
// with 1/12 of their samples coming again, in any order, took 2.5 and 4.7 s.

use std::ops::Range;

use rayon::prelude::*;

use crate::article::doubled::{Doubled, Mates};
use crate::corpus::contents::Contents;
use crate::corpus::found::{CorpusRun, Passage};
use crate::corpus::walks::RunPair;
use crate::groups::number;

/// The doubled bodies of a corpus.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bodies {
    /// By their documents.
    pub(crate) found: Vec<CorpusRun>,
    /// The copy groups of what is aligned in a body, each in the place of the other too, with the document: ascending.
    mates: Vec<(u32, u32, u32)>,
    /// The pairs that a body speaks for, by the later, then the earlier paragraph.
    pub(crate) pairs: Vec<RunPair>,
}

impl Bodies {
    /// Searches the documents that repeat themselves, on all cores; those of the same paragraphs once.
    pub(crate) fn find(contents: &Contents<'_>) -> Self {
        let groups =
            |&document: &u32| contents.paragraphs_of(document as usize).iter().map(|entry| entry.copy_group);
        let mut repeating: Vec<u32> = contents.repeating.clone();
        repeating.par_sort_by(|a, b| groups(a).cmp(groups(b)));
        let same: Vec<&[u32]> = repeating.chunk_by(|a, b| groups(a).eq(groups(b))).collect();
        let find = |same: &&[u32]| doubled_body(contents, same[0]);
        let doubled: Vec<Option<Doubled>> = same.par_iter().map(find).collect();
        let of_each =
            same.iter().zip(&doubled).filter_map(|(same, doubled)| Some((*same, doubled.as_ref()?)));
        let mut found: Vec<(u32, &Doubled)> = of_each
            .flat_map(|(same, doubled)| same.iter().map(move |&document| (document, doubled)))
            .collect();
        found.sort_unstable_by_key(|&(document, _)| document);
        let threshold = contents.detector.comparator().threshold;
        let mut bodies = Self::default();
        for (document, doubled) in found {
            let first = contents.documents[document as usize].first;
            for Mates { earlier, later, lcs, is_pair } in doubled.mates(threshold) {
                let pair = RunPair { later: first + number(later), earlier: first + number(earlier), lcs };
                let [a, b] = [pair.earlier, pair.later].map(|n| contents.paragraphs[n as usize].copy_group);
                if a != b {
                    bodies.mates.extend([(document, a, b), (document, b, a)]);
                    bodies.pairs.extend((contents.wants_bodies() && is_pair).then_some(pair));
                }
            }
            let passage = |of: &Range<usize>| Passage {
                document: document.into(),
                paragraphs: number(of.start)..number(of.end),
            };
            bodies.found.push(CorpusRun {
                earlier: passage(&doubled.body.earlier),
                later: passage(&doubled.body.later),
            });
        }
        bodies.pairs.sort_unstable_by_key(|pair| (pair.later, pair.earlier));
        bodies.mates.sort_unstable();
        bodies
    }

    /// Creates what is known of bodies by their mates alone: the document, and two copy groups.
    pub(crate) fn of_mates(mates: impl Iterator<Item = (u32, u32, u32)>) -> Self {
        let mut mates: Vec<(u32, u32, u32)> =
            mates.flat_map(|(document, a, b)| [(document, a, b), (document, b, a)]).collect();
        mates.sort_unstable();
        Self { mates, ..Self::default() }
    }

    /// Returns true if a paragraph of the one copy group stands for one of the other in the doubled body of a document.
    pub(crate) fn are_mates(&self, document: u32, a: u32, b: u32) -> bool {
        self.mates.binary_search(&(document, a, b)).is_ok()
    }

    /// Returns the copy groups that stand for one in the doubled body of a document; one may come twice.
    pub(crate) fn mates_of(&self, document: u32, group: u32) -> impl Iterator<Item = u32> {
        let from = self.mates.partition_point(|&(of, a, _)| (of, a) < (document, group));
        let rest = self.mates[from..].iter();
        rest.take_while(move |&&(of, a, _)| (of, a) == (document, group)).map(|&(_, _, mate)| mate)
    }
}

/// Returns the doubled body of a document, if the text that is read is the one that came in.
fn doubled_body(contents: &Contents<'_>, document: u32) -> Option<Doubled> {
    let (text, entries) = (contents.text(document as usize), contents.paragraphs_of(document as usize));
    contents.detector.doubled_body(&text).filter(|doubled| doubled.body.later.end <= entries.len())
}

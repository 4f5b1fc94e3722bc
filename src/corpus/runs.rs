//! Runs of a corpus: its documents are laid out one after the other, and runs are looked for as in one article.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::article::copies::Copies;
use crate::article::run::{self, Near, ShingleSource};
use crate::corpus::contents::Contents;
use crate::corpus::found::{CorpusRun, CorpusRuns, Passage};
use crate::corpus::neighbours::Neighbours;
use crate::groups::number;
use crate::minhash::MinHasher;
use crate::shingle::ShingleSet;

/// Returns the passages that come again.
pub(crate) fn runs(contents: &Contents<'_>, neighbours: &Neighbours) -> CorpusRuns {
    let neighbours = neighbours.with_all_pairs(contents);
    let layout = Layout::new(contents);
    let (words, copies) = (layout.words(), layout.copies());
    let near = neighbours.rare_pairs(&run::SEED, run::MAX_COPIES, contents);
    let near: Vec<Near> =
        near.into_iter().map(|(a, b)| (layout.first_place(a), layout.first_place(b))).collect();
    let shingles = LaidOutShingles::new(&layout, neighbours);
    let paragraphs = run::Paragraphs { words: &words, copies: &copies, shingles: &shingles };
    let (runs, matches_left_out) = run::runs(&paragraphs, &near);
    let run = |run: run::Run| CorpusRun {
        earlier: layout.passage(&run.earlier),
        later: layout.passage(&run.later),
    };
    CorpusRuns { runs: runs.into_iter().map(run).collect(), matches_left_out }
}

/// The documents one after the other, without their paragraphs that have no words, and with a gap before each that no
/// step of a run can cross.
struct Layout<'c> {
    contents: &'c Contents<'c>,
    /// The paragraph at each place, [`GAP`] between documents.
    paragraph_at: Vec<u32>,
    /// The place of each paragraph that has words.
    place_of: Vec<usize>,
}

/// In place of the number of a paragraph.
const GAP: u32 = u32::MAX;

impl<'c> Layout<'c> {
    fn new(contents: &'c Contents<'c>) -> Self {
        let mut paragraph_at: Vec<u32> = Vec::new();
        let mut place_of = vec![0; contents.paragraphs.len()];
        for n in 0..contents.count() {
            if contents.documents[contents.document_of(n) as usize].first == n {
                paragraph_at.extend([GAP; run::MAX_STEP]);
            }
            if contents.group_of(n).is_some() {
                place_of[n as usize] = paragraph_at.len();
                paragraph_at.push(n);
            }
        }
        Self { contents, paragraph_at, place_of }
    }

    /// Returns the place of the first paragraph of a copy group.
    fn first_place(&self, group: u32) -> usize {
        self.place_of[self.contents.copy_groups[group as usize].first as usize]
    }

    fn group_at(&self, place: usize) -> Option<u32> {
        let n = self.paragraph_at[place];
        if n == GAP { None } else { self.contents.group_of(n) }
    }

    /// Returns how many words there are at each place.
    fn words(&self) -> Vec<usize> {
        let words = |&n: &u32| if n == GAP { 0 } else { self.contents.paragraphs[n as usize].words as usize };
        self.paragraph_at.iter().map(words).collect()
    }

    fn copies(&self) -> Copies {
        let first = |place| self.group_at(place).map_or(place, |group| self.first_place(group));
        Copies::with_firsts((0..self.paragraph_at.len()).map(first).collect())
    }

    /// Returns the passage that stands at these places.
    fn passage(&self, places: &Range<usize>) -> Passage {
        let first = self.contents.id(self.paragraph_at[places.start]);
        let last = self.contents.id(self.paragraph_at[places.end - 1]);
        Passage { document: first.document, paragraphs: first.paragraph..last.paragraph + 1 }
    }
}

/// The shingles of the paragraphs that are laid out.
struct LaidOutShingles<'c> {
    layout: &'c Layout<'c>,
    neighbours: &'c Neighbours,
    /// Most pairs that runs come upon are unrelated, as the signatures of their copy groups show at less than a
    /// comparison costs. They are empty with the exact join.
    signatures: Vec<Vec<u16>>,
    /// How many shingles each copy group has.
    counts: Vec<usize>,
}

impl<'c> LaidOutShingles<'c> {
    fn new(layout: &'c Layout<'c>, neighbours: &'c Neighbours) -> Self {
        let contents = layout.contents;
        let slots = contents.banding.map_or(0, |banding| banding.bands * banding.rows);
        let hasher = MinHasher::with_slots(slots);
        let sign = |group| {
            let mut slots = vec![0; hasher.slots()];
            let set = neighbours.shingles(group, contents);
            hasher.sign_into(&set, &mut slots);
            (slots, set.len())
        };
        let (signatures, counts) = (0..number(contents.copy_groups.len())).into_par_iter().map(sign).unzip();
        Self { layout, neighbours, signatures, counts }
    }
}

impl ShingleSource for LaidOutShingles<'_> {
    fn set(&self, place: usize) -> Cow<'_, ShingleSet> {
        match self.layout.group_at(place) {
            Some(group) => self.neighbours.shingles(group, self.layout.contents),
            None => Cow::Owned(ShingleSet::default()),
        }
    }

    fn count(&self, place: usize) -> usize {
        self.layout.group_at(place).map_or(0, |group| self.counts[group as usize])
    }

    fn is_comparable(&self, a: usize, b: usize) -> bool {
        let Layout { contents, paragraph_at, .. } = self.layout;
        let (Some(one), Some(other)) = (self.layout.group_at(a), self.layout.group_at(b)) else {
            return false;
        };
        contents.in_scope(paragraph_at[a], paragraph_at[b])
            && (one == other || may_match(&self.signatures[one as usize], &self.signatures[other as usize]))
    }
}

/// Returns true if two signatures agree in more slots than those of unrelated paragraphs do, or if they are too short to
/// tell. Pairs of J = 0.3 fail with a probability below 10⁻⁶.
fn may_match(a: &[u16], b: &[u16]) -> bool {
    let agree = a.iter().zip(b).filter(|(a, b)| a == b).count();
    a.len() < 64 || agree * 20 >= a.len()
}

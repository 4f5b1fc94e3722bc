//! What repeats in a corpus: what is redundant, all pairs, and the passages that come again.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use rayon::prelude::*;

use crate::compare::Similarity;
use crate::corpus::{Corpus, Keep, NO_WORDS, Scope};
use crate::detect::stable;
use crate::keep::{self, Choice, Place};
use crate::lsh::Bands;
use crate::number::number;
use crate::pair::{Copies, ParagraphId, ParagraphPair};
use crate::paragraph::{Boundary, Paragraph};
use crate::run;
use crate::shingle::ShingleSet;
use crate::source::{Sets, Source};

/// A paragraph that is redundant, and the one that is kept in its place; the two were compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Removal {
    /// The paragraph that is kept.
    pub kept: ParagraphId,
    /// The paragraph that is redundant.
    pub removed: ParagraphId,
    /// How alike they are.
    pub similarity: Similarity,
}

/// What is redundant in a [`Corpus`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Redundant {
    /// The redundant paragraphs, by their position.
    pub removals: Vec<Removal>,
    /// How many more there are that are left in their place, so that their article is cut as it was.
    pub spared: usize,
}

/// Consecutive paragraphs of one document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Passage {
    /// The document, from 0.
    pub document: u64,
    /// Its paragraphs, as a half-open range.
    pub paragraphs: Range<u32>,
}

/// A passage that comes again, in the same document or in a later one. See [`Run`](crate::Run).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CorpusRun {
    /// The passage that stands first.
    pub earlier: Passage,
    /// The passage that repeats it.
    pub later: Passage,
}

/// Bytes a paragraph, on average, for shingle sets of candidates. Those beyond are made again from the text each
/// time they are compared: 12.5 million comparisons of paragraphs of 74 words took 53 s with a seventh of the sets
/// held, and 4 s with all.
const ROOM: usize = 48;

/// Bytes for shingle sets in any case: what some 130,000 paragraphs have.
const LEAST_ROOM: usize = 6 << 20;

impl<'t> Corpus<'t> {
    /// Look for candidates, by which all else is found. Cost: a sort of the bucket keys of each band, or the
    /// exact join.
    #[must_use]
    pub fn find(&self) -> Found<'_, 't> {
        let count = number(self.groups.len());
        let comparator = self.detector.comparator();
        let make = |group| self.set(group);
        let source = if let Some(banding) = self.banding {
            let bands = Bands::new(banding, count, |group| self.signature(group));
            let shingles = |group: u32| self.groups[group as usize].shingles as usize;
            let room = (ROOM * self.paragraphs.len()).max(LEAST_ROOM);
            let shared = |group| bands.of(group).next().is_some();
            let sets = Sets::new(count, shared, shingles, room, Box::new(make));
            Source::buckets(bands, sets, comparator)
        } else {
            Source::exact((0..count).into_par_iter().map(make).collect(), comparator)
        };
        Found { corpus: self, source }
    }

    /// Those of the removals from one article after which it is cut as before.
    fn stable(&self, removals: &[Removal]) -> Vec<Removal> {
        if self.detector.boundary() != Boundary::Auto {
            return removals.to_vec();
        }
        let is_stable = |removals: &[Removal]| {
            let Some(first) = removals.first() else { return true };
            let document = document(first.removed);
            let lost: Vec<u32> = removals.iter().map(|removal| removal.removed.paragraph).collect();
            let kept =
                (0..).zip(self.paragraphs_of(document)).filter(|(n, _)| lost.binary_search(n).is_err());
            let clean = self.without(document, lost.iter().copied());
            let text = self.articles[document].text;
            Boundary::Auto
                .paragraphs(&clean)
                .iter()
                .map(Paragraph::as_str)
                .eq(kept.map(|(_, p)| &text[p.span()]))
        };
        stable(removals, |removal| self.paragraphs[self.number_of(removal.removed) as usize].len, is_stable)
    }

    fn number_of(&self, id: ParagraphId) -> u32 {
        self.articles[document(id)].first + id.paragraph
    }

    fn in_scope(&self, a: u32, b: u32) -> bool {
        let same = self.paragraphs[a as usize].article == self.paragraphs[b as usize].article;
        match self.scope {
            Scope::Within => same,
            Scope::Across => !same,
            Scope::All => true,
        }
    }

    /// Where the paragraph must stand that another is removed for.
    fn place(&self, n: u32) -> Place {
        let short = (self.paragraphs[n as usize].words as usize) < self.min_words;
        match self.scope {
            Scope::Within => Place::SameArticle,
            Scope::Across if short => Place::Nowhere,
            Scope::Across => Place::OtherArticle,
            Scope::All if short => Place::SameArticle,
            Scope::All => Place::Anywhere,
        }
    }

    fn exact_copy(&self, n: u32) -> Similarity {
        let group = self.paragraphs[n as usize].group;
        Similarity::exact_copy(self.groups[group as usize].shingles as usize)
    }

    /// Whether the signatures of two groups agree in more slots than those of unrelated ones do; `true` if there
    /// are none. Pairs of J = 0.3 fail with a probability below 10⁻⁶.
    fn may_match(&self, a: u32, b: u32) -> bool {
        let slots = self.hasher.slots();
        let agree = self.signature(a).iter().zip(self.signature(b)).filter(|(a, b)| a == b).count();
        slots < 64 || agree * 20 >= slots
    }

    fn members(&self) -> Members {
        let mut starts = vec![0; self.groups.len() + 1];
        for group in (0..self.count()).filter_map(|n| self.group_of(n)) {
            starts[group as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut next = starts.clone();
        let mut paragraphs = vec![0; starts.last().copied().unwrap_or_default()];
        for n in 0..self.count() {
            if let Some(group) = self.group_of(n) {
                paragraphs[next[group as usize]] = n;
                next[group as usize] += 1;
            }
        }
        Members { starts, paragraphs }
    }
}

/// The document of a paragraph of this corpus, which counts them by a usize.
fn document(id: ParagraphId) -> usize {
    usize::try_from(id.document).expect("the id is one that the corpus gave")
}

/// The paragraphs of each group, ascending.
struct Members {
    starts: Vec<usize>,
    paragraphs: Vec<u32>,
}

impl Members {
    fn of(&self, group: u32) -> &[u32] {
        &self.paragraphs[self.starts[group as usize]..self.starts[group as usize + 1]]
    }
}

/// What repeats in a [`Corpus`].
pub struct Found<'c, 't> {
    corpus: &'c Corpus<'t>,
    source: Source<'c>,
}

impl fmt::Debug for Found<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("corpus", &self.corpus.statistics()).finish_non_exhaustive()
    }
}

impl Found<'_, '_> {
    /// The paragraphs that are redundant, each with the one that is kept in its place.
    ///
    /// A paragraph is redundant if it is at the threshold with one that is kept and that it may be removed for: in
    /// the [`scope`](Corpus::scope), and in the same article if it is [short](Corpus::min_words). Nothing is joined by
    /// way of a third. Cost: a look-up for each exact copy, a comparison for each candidate pair of a paragraph
    /// and one that is kept.
    ///
    /// With [`Boundary::Auto`](crate::Boundary::Auto) an article may lose all its blank lines but those within one
    /// paragraph, and would then be read line by line. So that what was cleaned stays clean, such an article is
    /// spared its shortest redundant paragraph; or the two, four, eight … shortest, until it is cut as before.
    #[must_use]
    pub fn redundant(&self) -> Redundant {
        let mut order: Vec<u32> = (0..self.corpus.count()).collect();
        if self.corpus.keep == Keep::Longest {
            order.par_sort_by_key(|&n| std::cmp::Reverse(self.corpus.paragraphs[n as usize].words)); // stable
        }
        let choice = Choice {
            order: &order,
            in_order_of_text: self.corpus.keep == Keep::First,
            group: &|n| self.corpus.group_of(n),
            article: &|n| self.corpus.paragraphs[n as usize].article,
            place: &|n| self.corpus.place(n),
            groups: self.corpus.groups.len(),
            makes_redundant: &|group, similarity| {
                let shingles = self.corpus.groups[group as usize].shingles as usize;
                self.corpus.detector.comparator().makes_redundant(shingles, similarity)
            },
        };
        let mut redundant: Vec<Removal> = keep::redundant(&choice, &self.source)
            .into_iter()
            .map(|(removed, kept, similarity)| Removal {
                kept: self.corpus.id(kept),
                removed: self.corpus.id(removed),
                similarity: similarity.unwrap_or_else(|| self.corpus.exact_copy(removed)),
            })
            .collect();
        redundant.par_sort_unstable_by_key(|removal| removal.removed);
        let all = redundant.len();
        let of_each: Vec<&[Removal]> =
            redundant.chunk_by(|a, b| a.removed.document == b.removed.document).collect();
        let removals =
            of_each.into_par_iter().flat_map_iter(|removals| self.corpus.stable(removals)).collect();
        let mut redundant = Redundant { removals, spared: 0 };
        redundant.spared = all - redundant.removals.len();
        redundant
    }

    /// Every verified pair in the [`scope`](Corpus::scope), exact copies included: by the later, then the earlier
    /// paragraph. They are handed over as they are found and not held; among n copies of a line there are
    /// n(n−1)/2.
    ///
    /// # Errors
    ///
    /// The first error that `each` returns ends the work, and is returned.
    pub fn try_for_each_pair<E>(
        &self,
        mut each: impl FnMut(ParagraphPair) -> Result<(), E>,
    ) -> Result<(), E> {
        let members = self.corpus.members();
        for batch in (0..self.corpus.count()).collect::<Vec<u32>>().chunks(keep::BATCH) {
            let mut groups: Vec<u32> = batch.iter().filter_map(|&n| self.corpus.group_of(n)).collect();
            groups.sort_unstable();
            groups.dedup();
            let near: Vec<Cow<'_, [_]>> =
                groups.par_iter().map(|&group| self.source.neighbours(group)).collect();
            let mut earlier: Vec<(u32, Option<Similarity>)> = Vec::new();
            for &later in batch {
                let Some(group) = self.corpus.group_of(later) else { continue };
                let at = groups.binary_search(&group).unwrap_or_default(); // it is there
                let before = |group: u32| members.of(group).iter().copied().take_while(|&n| n < later);
                earlier.clear();
                earlier.extend(before(group).map(|n| (n, None)));
                for &(other, similarity) in near[at].iter() {
                    earlier.extend(before(other).map(|n| (n, Some(similarity))));
                }
                earlier.retain(|&(n, _)| self.corpus.in_scope(n, later));
                earlier.sort_unstable_by_key(|&(n, _)| n);
                for &(n, similarity) in &earlier {
                    let similarity = similarity.unwrap_or_else(|| self.corpus.exact_copy(later));
                    each(ParagraphPair {
                        earlier: self.corpus.id(n),
                        later: self.corpus.id(later),
                        similarity,
                    })?;
                }
            }
        }
        Ok(())
    }

    /// The passages that come again in order, in the [`scope`](Corpus::scope), by `earlier`, then `later`; and how
    /// many matches were left out, as in [`Statistics`](crate::Statistics).
    #[must_use]
    pub fn runs(&self) -> (Vec<CorpusRun>, usize) {
        // Articles are laid out one after the other, without their wordless paragraphs, and with room between them
        // that no step of a run can cross.
        let corpus = self.corpus;
        let mut paragraph_at: Vec<u32> = Vec::new();
        let mut place_of = vec![0; corpus.paragraphs.len()];
        for n in 0..corpus.count() {
            if corpus.articles[corpus.paragraphs[n as usize].article as usize].first == n {
                paragraph_at.extend([NO_WORDS; run::LONGEST_STEP]);
            }
            if corpus.group_of(n).is_some() {
                place_of[n as usize] = paragraph_at.len();
                paragraph_at.push(n);
            }
        }
        let place = |n: u32| place_of[n as usize];
        let (mut words, mut firsts) =
            (vec![0; paragraph_at.len()], (0..paragraph_at.len()).collect::<Vec<usize>>());
        for (at, &n) in paragraph_at.iter().enumerate().filter(|(_, n)| **n != NO_WORDS) {
            words[at] = corpus.paragraphs[n as usize].words as usize;
            if let Some(group) = corpus.group_of(n) {
                firsts[at] = place(corpus.groups[group as usize].first);
            }
        }
        let group_at = |at: usize| {
            let n = paragraph_at[at];
            if n == NO_WORDS { None } else { self.corpus.group_of(n) }
        };
        let first = |group: u32| place(self.corpus.groups[group as usize].first);
        let near = self.source.rare_pairs(&run::SEED, run::MOST_COPIES);
        let near: Vec<run::Near> = near.into_iter().map(|(a, b)| (first(a), first(b))).collect();
        let set_at = |at: usize| match group_at(at) {
            Some(group) => self.source.set(group),
            None => Cow::Owned(ShingleSet::default()),
        };
        let comparable = |a: usize, b: usize| match (group_at(a), group_at(b)) {
            (Some(one), Some(other)) => {
                self.corpus.in_scope(paragraph_at[a], paragraph_at[b])
                    && (one == other || self.corpus.may_match(one, other))
            }
            _ => false,
        };
        let copies = Copies::with_firsts(firsts);
        let shingles_at =
            |at| group_at(at).map_or(0, |group| self.corpus.groups[group as usize].shingles as usize);
        let paragraphs = run::Paragraphs {
            words: &words,
            copies: &copies,
            set: &set_at,
            shingles: &shingles_at,
            comparable: &comparable,
        };
        let (runs, left_out) = run::runs(&paragraphs, &near);
        let passage = |range: Range<usize>| {
            let (first, last) =
                (self.corpus.id(paragraph_at[range.start]), self.corpus.id(paragraph_at[range.end - 1]));
            Passage { document: first.document, paragraphs: first.paragraph..last.paragraph + 1 }
        };
        let runs = runs
            .into_iter()
            .map(|run| CorpusRun { earlier: passage(run.earlier), later: passage(run.later) });
        (runs.collect(), left_out)
    }
}

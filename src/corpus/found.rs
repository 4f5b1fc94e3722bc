//! What repeats in a corpus: what is redundant, all pairs, and the passages that come again.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;

use rayon::prelude::*;

use crate::article::copies::Copies;
use crate::article::detector::stable;
use crate::article::run;
use crate::compare::Similarity;
use crate::compare::pair::{ParagraphId, ParagraphPair};
use crate::corpus::candidates::{Sets, Source};
use crate::corpus::kept::{self, Choice, Place};
use crate::corpus::{Contents, Corpus, Keep, NO_WORDS, Scope, Texts};
use crate::groups::number;
use crate::lsh::Bands;
use crate::minhash::MinHasher;
use crate::shingle::ShingleSet;
use crate::text::paragraph::{Boundary, Paragraph};

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
const ROOM: usize = 96;

/// Bytes for shingle sets in any case: those of some 30,000 candidates.
const LEAST_ROOM: usize = 16 << 20;

impl<'t> Corpus<'t> {
    /// Look for candidates, by which all else is found. Cost: a sort of the bucket keys of each band that come
    /// more than once, or the exact join.
    #[must_use]
    pub fn find(self) -> Found<'t> {
        let Corpus { contents, keys, by_words, .. } = self;
        drop(by_words); // memory for what follows
        let count = number(contents.groups.len());
        let comparator = contents.detector.comparator();
        let make = |group| contents.set(group);
        let source = if contents.banding.is_some() {
            let bands = Bands::new(keys);
            let room = match contents.texts {
                Texts::Held(_) => (ROOM * contents.paragraphs.len()).max(LEAST_ROOM),
                Texts::Read(_) => 0,
            };
            let shared = |group| !bands.of(group).is_empty();
            let sets = Sets::new(count, shared, room, &make);
            Source::buckets(bands, sets, comparator)
        } else {
            Source::exact((0..count).into_par_iter().map(make).collect(), comparator)
        };
        Found { contents, source }
    }
}

impl Contents<'_> {
    /// Those of the redundant paragraphs of one article that stay, so that it is cut as before.
    fn spared(&self, removals: &[Removal]) -> Vec<ParagraphId> {
        if self.detector.boundary() != Boundary::Auto {
            return Vec::new();
        }
        let document = document(removals[0].removed);
        let text = self.text(document);
        let is_stable = |removals: &[Removal]| {
            let lost: Vec<u32> = removals.iter().map(|removal| removal.removed.paragraph).collect();
            let kept =
                (0..).zip(self.paragraphs_of(document)).filter(|(n, _)| lost.binary_search(n).is_err());
            let clean = self.without(document, lost.iter().copied());
            Boundary::Auto
                .paragraphs(&clean)
                .iter()
                .map(Paragraph::as_str)
                .eq(kept.map(|(_, p)| text.get(p.span()).unwrap_or_default()))
        };
        let len = |removal: Removal| self.paragraphs[self.number_of(removal.removed) as usize].len as usize;
        let stable = stable(removals, len, is_stable);
        let goes = |id: &ParagraphId| stable.binary_search_by_key(id, |removal| removal.removed).is_ok();
        removals.iter().map(|removal| removal.removed).filter(|id| !goes(id)).collect()
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

/// Whether two signatures agree in more slots than those of unrelated paragraphs do; `true` if there are none. Pairs
/// of J = 0.3 fail with a probability below 10⁻⁶.
fn may_match(a: &[u16], b: &[u16]) -> bool {
    let agree = a.iter().zip(b).filter(|(a, b)| a == b).count();
    a.len() < 64 || agree * 20 >= a.len()
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
pub struct Found<'t> {
    contents: Contents<'t>,
    source: Source,
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("paragraphs", &self.contents.count()).finish_non_exhaustive()
    }
}

impl<'t> Found<'t> {
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
        let longest = || {
            let mut order: Vec<u32> = (0..self.contents.count()).collect();
            order.par_sort_by_key(|&n| std::cmp::Reverse(self.contents.paragraphs[n as usize].words)); // stable
            order
        };
        let order = (self.contents.keep == Keep::Longest).then(longest);
        let choice = Choice {
            order: order.as_deref(),
            paragraphs: self.contents.count(),
            group: &|n| self.contents.group_of(n),
            article: &|n| self.contents.paragraphs[n as usize].article,
            place: &|n| self.contents.place(n),
            groups: self.contents.groups.len(),
            set: &|group| self.contents.set(group),
            makes_redundant: &|group, similarity| {
                self.contents.detector.comparator().makes_redundant(|| self.shingles(group), similarity)
            },
        };
        let redundant = kept::redundant(&choice, &self.source);
        let mut copied: Vec<u32> = redundant
            .iter()
            .filter(|(_, _, similarity)| similarity.is_none())
            .filter_map(|&(removed, _, _)| self.contents.group_of(removed))
            .collect();
        copied.par_sort_unstable();
        copied.dedup();
        let exact: Vec<Similarity> = copied.par_iter().map(|&group| self.exact_copy(group)).collect();
        let exact_copy = |n: u32| {
            let group = self.contents.paragraphs[n as usize].group;
            copied.binary_search(&group).map_or_else(|_| self.exact_copy(group), |at| exact[at])
        };
        let mut redundant: Vec<Removal> = redundant
            .into_par_iter()
            .map(|(removed, kept, similarity)| Removal {
                kept: self.contents.id(kept),
                removed: self.contents.id(removed),
                similarity: similarity.unwrap_or_else(|| exact_copy(removed)),
            })
            .collect();
        redundant.par_sort_unstable_by_key(|removal| removal.removed);
        let mut spared: Vec<ParagraphId> = redundant
            .par_chunk_by(|a, b| a.removed.document == b.removed.document)
            .flat_map_iter(|removals| self.contents.spared(removals))
            .collect();
        spared.sort_unstable();
        redundant.retain(|removal| spared.binary_search(&removal.removed).is_err());
        Redundant { removals: redundant, spared: spared.len() }
    }

    /// An article without some of its paragraphs (ascending), as [`Report::without_redundant`] has it; "" if all
    /// of them go.
    ///
    /// # Panics
    ///
    /// If there is no such article or paragraph.
    ///
    /// [`Report::without_redundant`]: crate::Report::without_redundant
    #[must_use]
    pub fn without(&self, document: usize, paragraphs: impl IntoIterator<Item = u32>) -> Cow<'t, str> {
        self.contents.without(document, paragraphs)
    }

    /// How many shingles a group has.
    fn shingles(&self, group: u32) -> usize {
        self.source.set(group, &|group| self.contents.set(group)).len()
    }

    /// How alike the paragraphs of a group are.
    fn exact_copy(&self, group: u32) -> Similarity {
        Similarity::exact_copy(self.shingles(group))
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
        let members = self.contents.members();
        let set = |group| self.contents.set(group);
        for batch in (0..self.contents.count()).collect::<Vec<u32>>().chunks(kept::BATCH) {
            let mut groups: Vec<u32> = batch.iter().filter_map(|&n| self.contents.group_of(n)).collect();
            groups.sort_unstable();
            groups.dedup();
            let near: Vec<Cow<'_, [_]>> =
                groups.par_iter().map(|&group| self.source.neighbours(group, &set)).collect();
            let mut earlier: Vec<(u32, Option<Similarity>)> = Vec::new();
            for &later in batch {
                let Some(group) = self.contents.group_of(later) else { continue };
                let at = groups.binary_search(&group).unwrap_or_default(); // it is there
                let before = |group: u32| members.of(group).iter().copied().take_while(|&n| n < later);
                earlier.clear();
                earlier.extend(before(group).map(|n| (n, None)));
                for &(other, similarity) in near[at].iter() {
                    earlier.extend(before(other).map(|n| (n, Some(similarity))));
                }
                earlier.retain(|&(n, _)| self.contents.in_scope(n, later));
                earlier.sort_unstable_by_key(|&(n, _)| n);
                let exact = OnceCell::new();
                for &(n, similarity) in &earlier {
                    let similarity =
                        similarity.unwrap_or_else(|| *exact.get_or_init(|| self.exact_copy(group)));
                    each(ParagraphPair {
                        earlier: self.contents.id(n),
                        later: self.contents.id(later),
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
        let contents = &self.contents;
        let set = |group| contents.set(group);
        let mut paragraph_at: Vec<u32> = Vec::new();
        let mut place_of = vec![0; contents.paragraphs.len()];
        for n in 0..contents.count() {
            if contents.articles[contents.paragraphs[n as usize].article as usize].first == n {
                paragraph_at.extend([NO_WORDS; run::LONGEST_STEP]);
            }
            if contents.group_of(n).is_some() {
                place_of[n as usize] = paragraph_at.len();
                paragraph_at.push(n);
            }
        }
        let place = |n: u32| place_of[n as usize];
        let (mut words, mut firsts) =
            (vec![0; paragraph_at.len()], (0..paragraph_at.len()).collect::<Vec<usize>>());
        for (at, &n) in paragraph_at.iter().enumerate().filter(|(_, n)| **n != NO_WORDS) {
            words[at] = contents.paragraphs[n as usize].words as usize;
            if let Some(group) = contents.group_of(n) {
                firsts[at] = place(contents.groups[group as usize].first);
            }
        }
        let group_at = |at: usize| {
            let n = paragraph_at[at];
            if n == NO_WORDS { None } else { self.contents.group_of(n) }
        };
        let first = |group: u32| place(self.contents.groups[group as usize].first);
        let near = self.source.rare_pairs(&run::SEED, run::MOST_COPIES, &set);
        let near: Vec<run::Near> = near.into_iter().map(|(a, b)| (first(a), first(b))).collect();
        let set_at = |at: usize| match group_at(at) {
            Some(group) => self.source.set(group, &set),
            None => Cow::Owned(ShingleSet::default()),
        };
        // Most pairs that runs come upon are unrelated, as their signatures tell at less than a comparison costs.
        let slots = contents.banding.map_or(0, |banding| banding.bands * banding.rows);
        let hasher = MinHasher::with_slots(slots);
        let sign = |group| {
            let mut slots = vec![0; hasher.slots()];
            let set = self.source.set(group, &set);
            hasher.sign_into(&set, &mut slots);
            (slots, set.len())
        };
        let (signatures, shingles): (Vec<Vec<u16>>, Vec<usize>) =
            (0..number(contents.groups.len())).into_par_iter().map(sign).unzip();
        let comparable = |a: usize, b: usize| match (group_at(a), group_at(b)) {
            (Some(one), Some(other)) => {
                self.contents.in_scope(paragraph_at[a], paragraph_at[b])
                    && (one == other || may_match(&signatures[one as usize], &signatures[other as usize]))
            }
            _ => false,
        };
        let copies = Copies::with_firsts(firsts);
        let shingles_at = |at| group_at(at).map_or(0, |group| shingles[group as usize]);
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
                (self.contents.id(paragraph_at[range.start]), self.contents.id(paragraph_at[range.end - 1]));
            Passage { document: first.document, paragraphs: first.paragraph..last.paragraph + 1 }
        };
        let runs = runs
            .into_iter()
            .map(|run| CorpusRun { earlier: passage(run.earlier), later: passage(run.later) });
        (runs.collect(), left_out)
    }
}

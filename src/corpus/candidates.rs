//! Where the verified neighbours of a paragraph come from, among many: the buckets of a banding, or an exact join.

use std::borrow::Cow;
use std::cell::OnceCell;

use rayon::prelude::*;

use crate::compare::join::Join;
use crate::compare::pair::DuplicatePair;
use crate::compare::{Comparator, Similarity};
use crate::groups::number;
use crate::lsh::Bands;
use crate::shingle::ShingleSet;

/// A paragraph that another resembles, at the threshold or above.
pub(crate) type Neighbour = (u32, Similarity);

/// Makes the shingle set of a paragraph from its text.
pub(crate) type Make<'m> = &'m (dyn Fn(u32) -> ShingleSet + Sync);

/// Candidates, and what verifies them. Paragraphs are numbered, exact copies left out.
pub(crate) enum Source {
    /// Paragraphs that share a bucket are candidates, and are compared when they are asked for.
    Buckets { bands: Bands, sets: Sets, comparator: Comparator },
    /// All pairs are known: of each paragraph its neighbours, between two entries of `starts`.
    Pairs { starts: Vec<usize>, neighbours: Vec<Neighbour>, sets: Vec<ShingleSet> },
}

impl Source {
    pub(crate) fn buckets(bands: Bands, sets: Sets, comparator: Comparator) -> Self {
        Self::Buckets { bands, sets, comparator }
    }

    pub(crate) fn exact(sets: Vec<ShingleSet>, comparator: Comparator) -> Self {
        let pairs = Join::new(&sets).pairs(&comparator);
        let mut starts = vec![0; sets.len() + 1];
        for pair in &pairs {
            starts[pair.earlier + 1] += 1;
            starts[pair.later + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut next = starts.clone();
        let mut neighbours = match pairs.first() {
            Some(pair) => vec![(0, pair.similarity); 2 * pairs.len()],
            None => Vec::new(),
        };
        for DuplicatePair { earlier, later, similarity } in pairs {
            for (one, other) in [(earlier, later), (later, earlier)] {
                neighbours[next[one]] = (number(other), similarity);
                next[one] += 1;
            }
        }
        // Pairs come by (earlier, later), so each list is ascending: first those below, in order, then those above.
        Self::Pairs { starts, neighbours, sets }
    }

    /// The shingles of a paragraph.
    pub(crate) fn set(&self, number: u32, make: Make<'_>) -> Cow<'_, ShingleSet> {
        match self {
            Self::Buckets { sets, .. } => sets.get(number, make),
            Self::Pairs { sets, .. } => Cow::Borrowed(&sets[number as usize]),
        }
    }

    /// All that resemble a paragraph, ascending.
    pub(crate) fn neighbours(&self, number: u32, make: Make<'_>) -> Cow<'_, [Neighbour]> {
        match self {
            Self::Buckets { bands, .. } => {
                let candidates = bands.candidates(number, usize::MAX);
                Cow::Owned(self.verify(number, candidates.into_iter(), make))
            }
            Self::Pairs { starts, neighbours, .. } => {
                Cow::Borrowed(&neighbours[starts[number as usize]..starts[number as usize + 1]])
            }
        }
    }

    /// The pairs that another comparator finds alike in more than boilerplate: that share a bucket of at most `most`,
    /// or a shingle that stands in at most so many.
    pub(crate) fn rare_pairs(&self, comparator: &Comparator, most: u16, make: Make<'_>) -> Vec<(u32, u32)> {
        match self {
            Self::Buckets { bands, sets, .. } => {
                let pairs_of = |later: u32| {
                    let candidates = bands.candidates(later, usize::from(most));
                    let own = OnceCell::new();
                    let alike = move |&earlier: &u32| {
                        let own = own.get_or_init(|| sets.get(later, make));
                        comparator.compare(own, &sets.get(earlier, make)).is_some()
                    };
                    let below = candidates.into_iter().take_while(move |&earlier| earlier < later);
                    below.filter(alike).map(move |earlier| (earlier, later))
                };
                (0..sets.count).into_par_iter().flat_map_iter(pairs_of).collect()
            }
            Self::Pairs { sets, .. } => {
                let pairs = Join::new(sets).pairs_sharing_rare(comparator, most);
                pairs.into_iter().map(|pair| (number(pair.earlier), number(pair.later))).collect()
            }
        }
    }

    /// Those of the candidates that resemble a paragraph, in their order.
    pub(crate) fn verify(
        &self,
        number: u32,
        candidates: impl Iterator<Item = u32>,
        make: Make<'_>,
    ) -> Vec<Neighbour> {
        match self {
            Self::Buckets { sets, comparator, .. } => {
                let mut candidates = candidates.peekable();
                if candidates.peek().is_none() {
                    return Vec::new();
                }
                let own = sets.get(number, make);
                candidates
                    .filter_map(|other| Some((other, comparator.compare(&own, &sets.get(other, make))?)))
                    .collect()
            }
            Self::Pairs { .. } => {
                let all = self.neighbours(number, make);
                let find = |other| all.binary_search_by_key(&other, |&(n, _)| n).ok().map(|at| all[at]);
                candidates.filter_map(find).collect()
            }
        }
    }
}

/// Shingle sets that are held as far as there is room, and otherwise made again from the text.
pub(crate) struct Sets {
    count: u32,
    /// Of the first, as far as there is room; `None` where a set is not wanted.
    held: Vec<Option<ShingleSet>>,
}

/// How many sets are made before the room that they take is counted.
const TOGETHER: usize = 1 << 12;

impl Sets {
    /// Hold the sets of those that are `wanted`, from the first on, until they take `room` bytes.
    pub(crate) fn new(count: u32, wanted: impl Fn(u32) -> bool + Sync, room: usize, make: Make<'_>) -> Self {
        let (mut held, mut taken) = (Vec::new(), 0);
        while taken < room && number(held.len()) < count {
            let next = number(held.len())..count.min(number(held.len() + TOGETHER));
            held.par_extend(next.clone().into_par_iter().map(|n| wanted(n).then(|| make(n))));
            taken += held[next.start as usize..].iter().flatten().map(|set| 8 * set.len()).sum::<usize>();
        }
        Self { count, held }
    }

    pub(crate) fn get(&self, number: u32, make: Make<'_>) -> Cow<'_, ShingleSet> {
        match self.held.get(number as usize) {
            Some(Some(set)) => Cow::Borrowed(set),
            _ => Cow::Owned(make(number)),
        }
    }
}

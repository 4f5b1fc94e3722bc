//! Lossless removal: a paragraph is redundant if one that is kept holds all of its shingles.
//!
//! Paragraphs are looked at in the order of preference: most shingles first. What a paragraph holds comes after it, so when
//! it is kept, all paragraphs that it holds are looked for, and marked as held. Each is posted under one of its shingles, its
//! rarest if the counts are right, and a paragraph that holds it has that shingle too. So every paragraph looks up each of its
//! shingles once, and no pair is missed.
//!
//! That containment is transitive keeps the work small where one line is in very many paragraphs. The first that holds it, of
//! all that it may be removed for, is itself held by none, and so is kept: one comparison is enough.
//!
//! Measured as `dedup --low-memory` on one core, beside LSH by the threshold alone: CPU of 0.98 to 1.09 times in documentation of
//! many releases in English and Arabic, where most paragraphs repeat, and 1.8 in chapters of Bibles, of which one verse in seven
//! does; with the texts in memory 1.2 to 1.3 and 1.8 to 2.1. What is kept is read a second time, to look for what it holds. Peak
//! memory is that of LSH within a tenth in all of these; the exact join took 1.5 to 1.7 times as much as this on the Bibles, and
//! about the same CPU.

use ahash::{AHashMap, AHashSet};
use rayon::prelude::*;

use crate::article::reading::Scratch;
use crate::compare::pair::Evidence;
use crate::compare::{Similarity, is_subset};
use crate::corpus::contents::Contents;
use crate::corpus::kept::{CounterpartIn, Decision};
use crate::corpus::options::Scope;
use crate::corpus::rare_shingles::{HalfShingle, RareShingles, half};
use crate::groups::number;
use crate::shingle::ShingleSet;

/// Returns the redundant paragraphs, in the order of preference.
pub(crate) fn decide(contents: &Contents<'_>, rare: &RareShingles) -> Vec<Decision> {
    let order = order(contents, rare);
    let posts = Posts::new(contents, rare);
    let mut holders = Holders::new(contents);
    let mut decided = Vec::new();
    let mut rest = order.as_slice();
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(batch_len(rest, order.len() - rest.len(), contents, rare));
        rest = after;
        let looking = Looking::new(batch, contents, &holders);
        let mut held = looking.held(contents, rare, &posts, &holders).into_iter().peekable();
        for (place, &paragraph) in (0..).zip(batch) {
            let Some(group) = contents.group_of(paragraph) else { continue };
            if let Some(kept) = holders.of(paragraph) {
                while held.next_if(|found| found.place == place).is_some() {}
                decided.push(decision(paragraph, kept, contents, rare));
                continue;
            }
            holders.add(group, paragraph);
            while let Some(found) = held.next_if(|found| found.place == place) {
                holders.add(found.group, paragraph);
            }
        }
    }
    decided
}

/// Returns all paragraphs in the order of preference: most shingles first, then most words, then as they stand. What
/// holds another has no fewer shingles, and repeats of a passage inside a paragraph add none.
fn order(contents: &Contents<'_>, rare: &RareShingles) -> Vec<u32> {
    let mut order: Vec<u32> = (0..contents.count()).collect();
    order.par_sort_unstable_by_key(|&paragraph| {
        let size = contents.group_of(paragraph).map_or(0, |group| rare.size(group));
        let words = contents.paragraphs[paragraph as usize].words;
        (u64::MAX - (u64::from(size) << 32 | u64::from(words)), paragraph)
    });
    order
}

/// How many shingles are held at a time, for a batch of paragraphs that are looked at on all cores.
const BATCH_SHINGLES: usize = 1 << 19;

/// How many paragraphs the first batch has. What the paragraphs of a batch hold is looked for by each of them, and not
/// by those after; so batches grow slowly, and a line that very many paragraphs hold is found in a small one.
const MIN_BATCH_LEN: usize = 1 << 6;

/// Returns the number of paragraphs of the next batch. `before` is how many were in batches before it.
fn batch_len(rest: &[u32], before: usize, contents: &Contents<'_>, rare: &RareShingles) -> usize {
    let mut shingles = 0;
    let fits = |paragraph: &&u32| {
        let is_first = shingles == 0;
        shingles += contents.group_of(**paragraph).map_or(1, |group| rare.size(group) as usize);
        is_first || shingles <= BATCH_SHINGLES
    };
    rest.iter().take(before.max(MIN_BATCH_LEN)).take_while(fits).count()
}

fn decision(removed: u32, kept: u32, contents: &Contents<'_>, rare: &RareShingles) -> Decision {
    let size = |paragraph: u32| {
        let group = contents.paragraphs[paragraph as usize].copy_group;
        (group, rare.size(group) as usize)
    };
    let ((group, shingles), (holder, all)) = (size(removed), size(kept));
    let similarity =
        if group == holder { Similarity::exact_copy(shingles) } else { Similarity::held(shingles, all) };
    Decision { removed, kept, similarity: Some(similarity), evidence: Evidence::Threshold }
}

/// Copy groups by a shingle of theirs.
struct Posts {
    /// A key in the upper half and a copy group in the lower, ascending.
    entries: Vec<u64>,
    /// Where the entries of each beginning of a key start, and the end of the last.
    starts: Vec<u32>,
    /// A bit for each longer beginning that some key has: most shingles are posted nowhere.
    filter: Vec<u64>,
    /// True for documents with a paragraph that can only go for another one there.
    has_own: Vec<bool>,
}

/// How many more bits of a key the filter tells apart than `starts`.
const FILTER_BITS: u32 = 4;

impl Posts {
    /// Posts each copy group; or each of its paragraphs, where only one of the same document can take its place. Thus
    /// lines that come in every document, as those of a menu do, are not in the way of one another.
    fn new(contents: &Contents<'_>, rare: &RareShingles) -> Self {
        let anywhere = (0..number(contents.copy_groups.len())).filter_map(|group| {
            let kind = CounterpartIn::of(contents.copy_groups[group as usize].first, contents);
            let is_posted = matches!(kind, CounterpartIn::Any | CounterpartIn::OtherDocument);
            is_posted.then(|| entry(rare.rarest(group), group))
        });
        let mut entries: Vec<u64> = anywhere.collect();
        let mut has_own = vec![false; contents.documents.len()];
        for paragraph in 0..contents.count() {
            let document = contents.document_of(paragraph);
            let is_alone = contents.paragraphs_of(document as usize).len() < 2;
            let Some(group) = contents.group_of(paragraph).filter(|_| !is_alone) else { continue };
            let is_own = matches!(CounterpartIn::of(paragraph, contents), CounterpartIn::SameDocument);
            if is_own {
                entries.push(entry(own_key(rare.rarest(group), document), group));
                has_own[document as usize] = true;
            }
        }
        entries.par_sort_unstable();
        entries.dedup();
        let bits = (entries.len() + 1).next_power_of_two().ilog2();
        let mut starts = vec![0; (1 << bits) + 1];
        let mut filter = vec![0; (1_usize << (bits + FILTER_BITS)).div_ceil(64)];
        for &entry in &entries {
            starts[beginning(half(entry), bits) + 1] += 1;
            let bit = beginning(half(entry), bits + FILTER_BITS);
            filter[bit / 64] |= 1 << (bit % 64);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { entries, starts, filter, has_own }
    }

    /// Puts the copy groups that are posted under shingles of a document into `groups`, in place of what was there.
    fn find(&self, shingles: &[u64], document: u32, groups: &mut Vec<u32>) {
        groups.clear();
        for &shingle in shingles {
            self.add_of(half(shingle), groups);
        }
        if self.has_own[document as usize] {
            for &shingle in shingles {
                self.add_of(own_key(half(shingle), document), groups);
            }
        }
        groups.sort_unstable();
        groups.dedup();
    }

    /// Adds the copy groups of a key.
    fn add_of(&self, key: u32, groups: &mut Vec<u32>) {
        let bits = (self.starts.len() - 1).ilog2();
        let bit = beginning(key, bits + FILTER_BITS);
        if self.filter[bit / 64] >> (bit % 64) & 1 == 0 {
            return;
        }
        let beginning = beginning(key, bits);
        let entries = &self.entries[self.starts[beginning] as usize..self.starts[beginning + 1] as usize];
        #[allow(clippy::cast_possible_truncation)] // the lower half
        groups.extend(entries.iter().filter(|&&entry| half(entry) == key).map(|&entry| entry as u32));
    }
}

fn entry(key: u32, group: u32) -> u64 {
    u64::from(key) << 32 | u64::from(group)
}

/// Returns the first bits of a key.
fn beginning(key: u32, bits: u32) -> usize {
    (u64::from(key) << bits >> 32) as usize
}

/// Returns the key of a shingle within one document.
fn own_key(shingle: HalfShingle, document: u32) -> u32 {
    (shingle ^ document.wrapping_mul(0x9E37_79B1)).wrapping_mul(0x85EB_CA6B).rotate_left(15)
}

/// The paragraphs of a batch that may be kept, and so look for what they hold.
struct Looking {
    /// The place of each in the batch, the paragraph, and its copy group.
    paragraphs: Vec<(u32, u32, u32)>,
}

/// A copy group that a paragraph of a batch holds.
#[derive(Clone, Copy)]
struct Held {
    /// The place of the paragraph in the batch.
    place: u32,
    group: u32,
}

impl Looking {
    fn new(batch: &[u32], contents: &Contents<'_>, holders: &Holders<'_>) -> Self {
        let mut seen = AHashSet::new();
        let paragraphs = (0..).zip(batch).filter_map(|(place, &paragraph)| {
            let group = contents.group_of(paragraph).filter(|_| holders.of(paragraph).is_none())?;
            // Copies hold the same; they count again only where they are in another document.
            let document = match CounterpartIn::of(paragraph, contents) {
                CounterpartIn::Any => 0,
                _ => contents.document_of(paragraph),
            };
            seen.insert((group, document)).then_some((place, paragraph, group))
        });
        Self { paragraphs: paragraphs.collect() }
    }

    /// Returns the copy groups that these paragraphs hold whole and that are not known to be held, each with the place of the
    /// paragraph that holds it, by place.
    fn held(
        &self,
        contents: &Contents<'_>,
        rare: &RareShingles,
        posts: &Posts,
        holders: &Holders<'_>,
    ) -> Vec<Held> {
        let look = |(scratch, groups): &mut (Scratch, Vec<u32>), &(_, paragraph, group): &(u32, u32, u32)| {
            let document = contents.document_of(paragraph);
            contents.detector.read(&contents.paragraph_text(paragraph), scratch);
            posts.find(scratch.hashes(), document, groups);
            groups.retain(|&other| other != group && holders.is_open(other, document));
            if groups.is_empty() {
                return (ShingleSet::default(), Vec::new()); // as most, so few sets are made
            }
            let set = ShingleSet::from_hashes(scratch.hashes());
            groups.retain(|&other| rare.may_be_in(other, &set));
            let key = |&other: &u32| (other, holders.document_for(other, document));
            (set, groups.iter().map(key).collect())
        };
        let looked: Vec<(ShingleSet, Vec<(u32, u32)>)> =
            self.paragraphs.par_iter().map_init(Default::default, look).collect();
        let mut candidates: Vec<(u32, u32, u32)> = (0..)
            .zip(&looked)
            .flat_map(|(n, (_, groups))| groups.iter().map(move |&(group, document)| (group, document, n)))
            .collect();
        candidates.par_sort_unstable();
        let verify = |candidates: &[(u32, u32, u32)]| {
            let group = candidates[0].0;
            let own = contents.shingles_of(group);
            // The first that is found is kept, see above, unless some may go for what this one may not go for.
            let most = if holders.first_is_enough(group) { 1 } else { usize::MAX };
            let holds = |&&(_, _, n): &&(u32, u32, u32)| is_subset(&own, &looked[n as usize].0);
            let found = candidates.iter().filter(holds).take(most);
            found.map(|&(_, _, n)| Held { place: self.paragraphs[n as usize].0, group }).collect::<Vec<_>>()
        };
        let mut held: Vec<Held> =
            candidates.par_chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).flat_map_iter(verify).collect();
        held.par_sort_unstable_by_key(|found| (found.place, found.group));
        held
    }
}

/// In place of the number of a paragraph.
const NOTHING: u32 = u32::MAX;

/// For each copy group the first kept paragraphs that hold it, copies of its own among them: as many as it takes to find
/// the first that each of its paragraphs may be removed for.
struct Holders<'c> {
    contents: &'c Contents<'c>,
    /// The first, where a paragraph may go for one of another document.
    first: Vec<u32>,
    /// The first in another document than that.
    in_other: AHashMap<u32, u32>,
    /// The first in each document, where a paragraph may go for one of the same document only.
    in_document: AHashMap<(u32, u32), u32>,
}

impl<'c> Holders<'c> {
    fn new(contents: &'c Contents<'c>) -> Self {
        Self {
            contents,
            first: vec![NOTHING; contents.copy_groups.len()],
            in_other: AHashMap::new(),
            in_document: AHashMap::new(),
        }
    }

    fn kind(&self, group: u32) -> CounterpartIn {
        // All paragraphs of a group have as many words.
        CounterpartIn::of(self.contents.copy_groups[group as usize].first, self.contents)
    }

    /// Adds a paragraph that is kept, after all that are preferred.
    fn add(&mut self, group: u32, kept: u32) {
        let document = self.contents.document_of(kept);
        let kind = self.kind(group);
        let first = &mut self.first[group as usize];
        match kind {
            CounterpartIn::Any | CounterpartIn::OtherDocument if *first == NOTHING => *first = kept,
            CounterpartIn::OtherDocument if self.contents.document_of(*first) != document => {
                self.in_other.entry(group).or_insert(kept);
            }
            CounterpartIn::SameDocument => {
                self.in_document.entry((group, document)).or_insert(kept);
            }
            _ => {}
        }
    }

    /// Returns the first kept paragraph that holds this one and that it may be removed for.
    fn of(&self, paragraph: u32) -> Option<u32> {
        let group = self.contents.group_of(paragraph)?;
        let document = self.contents.document_of(paragraph);
        let first = Some(self.first[group as usize]).filter(|&first| first != NOTHING);
        match self.kind(group) {
            CounterpartIn::Any => first,
            CounterpartIn::OtherDocument => {
                let is_other = |&first: &u32| self.contents.document_of(first) != document;
                first.filter(is_other).or_else(|| self.in_other.get(&group).copied())
            }
            CounterpartIn::SameDocument => self.in_document.get(&(group, document)).copied(),
            CounterpartIn::None => None,
        }
    }

    /// Returns true if a further paragraph of this document that holds a copy group would make a difference.
    fn is_open(&self, group: u32, document: u32) -> bool {
        match self.kind(group) {
            CounterpartIn::Any => self.first[group as usize] == NOTHING,
            CounterpartIn::OtherDocument => !self.in_other.contains_key(&group),
            CounterpartIn::SameDocument => !self.in_document.contains_key(&(group, document)),
            CounterpartIn::None => false,
        }
    }

    /// Returns a number that is another for each document, if what holds a copy group counts for each by itself.
    fn document_for(&self, group: u32, document: u32) -> u32 {
        if matches!(self.kind(group), CounterpartIn::SameDocument) { document } else { 0 }
    }

    /// Returns true if any paragraph may take the place of those of a copy group that may take the place of one of
    /// these: the first that holds it is then kept, whatever holds that.
    fn first_is_enough(&self, group: u32) -> bool {
        self.contents.scope == Scope::Within || matches!(self.kind(group), CounterpartIn::Any)
    }
}

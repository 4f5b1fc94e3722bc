//! The steps of a [`Corpus`](crate::Corpus) one by one, for an engine that runs them on many machines.
//!
//! Part of the lower level. Each step is a function of what it is given: a paragraph, two paragraphs, two documents, or all
//! paragraphs that hang together. What lies between, a count by a key or a join, is what engines are good at. A corpus
//! takes the same steps, so the removals are the same:
//!
//! 1. [`Steps::read`] gives the hash of a paragraph's words, which exact copies share, and its band keys. Paragraphs with
//!    one hash are a copy group; [`Steps::same_words`] verifies that.
//! 2. Groups that share a band key are candidates. [`Steps::compare`] verifies two.
//! 3. [`Steps::keep`] decides which paragraphs of verified pairs go. It can be called for each connected component of the
//!    pairs by itself, or for several at a time.
//! 4. [`Steps::doubled_body`] finds what stands twice in one document. Such mates are no siblings, and some are pairs for the
//!    next step.
//! 5. [`Steps::partners`], [`Steps::walk`], [`is_met`](Steps::is_met) and [`Steps::revise`] do the same for the evidence of
//!    runs, where [`Steps::wants_runs`] says that it is wanted.
//! 6. [`Steps::cut`] takes what goes out of a text.
//!
//! `examples/ballista` does all that on Apache Ballista.
//!
//! ```
//! use dittograph::steps::{Member, NearPair};
//! use dittograph::{Corpus, Detector, ParagraphId};
//!
//! let steps = Corpus::builder(Detector::default()).steps()?;
//! let texts = ["Bread is dearer by a tenth since Monday.", "Bread is dearer by a tenth since Monday, he says."];
//! let read = texts.map(|text| steps.read(text).unwrap());
//! assert!(read[0].keys.iter().any(|key| read[1].keys.contains(key)), "they are candidates");
//! let near = steps.compare(texts[0], texts[1]).unwrap();
//!
//! let member = |n: u64| Member { id: ParagraphId { document: n, paragraph: 0 }, group: n, words: read[n as usize].words };
//! let pair = NearPair { groups: [0, 1], common: near.common, shingles: near.shingles, are_siblings: false };
//! let kept = steps.keep(&[member(0), member(1)], &[pair]);
//! assert_eq!(kept.removed[0].removed, member(1).id);
//! # Ok::<(), dittograph::Error>(())
//! ```

mod part;
mod values;

use std::ops::Range;

use ahash::AHashMap;

use self::part::Part;
pub use self::values::{
    BodyMate, Cut, DoubledBody, GroupText, Kept, MateGroups, Member, Near, NearPair, ReadParagraph, Removed,
    RunEvidence, Walk, WalkPair, WalkParagraph,
};
use crate::article::detector::with_scratch;
use crate::article::doubled::Mates;
use crate::article::doubled::sample;
use crate::article::reading::{Read, SameWords};
use crate::compare::Similarity;
use crate::compare::lcs::{Lcs, WordSketch};
use crate::compare::pair::{Evidence, ParagraphId};
use crate::corpus::bodies::Bodies;
use crate::corpus::contents::{Contents, Texts};
use crate::corpus::kept::{self, Decision, Preference};
use crate::corpus::known::Known;
use crate::corpus::neighbours::{Neighbour, Neighbours};
use crate::corpus::options::CorpusBuilder;
use crate::corpus::revisions::Revisions;
use crate::corpus::siblings::SiblingTest;
use crate::corpus::walks::{self, RunComparator, RunPair, Walks};
use crate::error::Error;
use crate::groups::{FlatGroups, number};
use crate::lsh::Banding;
use crate::minhash::MinHasher;
use crate::text::paragraph::{Paragraph, spans_lost, without};

/// The steps of a corpus with certain options.
///
/// [`CorpusBuilder::steps`] makes it.
#[derive(Clone, Debug)]
pub struct Steps {
    options: CorpusBuilder,
    banding: Banding,
    hasher: MinHasher,
}

impl CorpusBuilder {
    /// Returns the steps of a corpus with these options, for an engine of your own: see [`steps`](crate::steps).
    ///
    /// # Errors
    ///
    /// If candidates are not found by a banding: with [`Candidates::Exact`](crate::Candidates::Exact), with
    /// [`lossless`](Self::lossless), or where no banding has the recall.
    pub fn steps(self) -> Result<Steps, Error> {
        let banding = self.banding().ok_or_else(|| {
            Error::config("candidates", "a banding, without which there are no steps", "none")
        })?;
        let hasher = MinHasher::with_slots(banding.bands * banding.rows);
        Ok(Steps { options: self, banding, hasher })
    }
}

impl Steps {
    /// Returns the banding that gives the keys.
    #[must_use]
    pub fn banding(&self) -> Banding {
        self.banding
    }

    /// Returns true if the evidence of runs counts: see [`CorpusBuilder::evidence`].
    #[must_use]
    pub fn wants_runs(&self) -> bool {
        self.contents().wants_runs()
    }

    /// Returns true if siblings are kept: see [`Config::siblings`](crate::Config::siblings).
    #[must_use]
    pub fn wants_siblings(&self) -> bool {
        self.contents().wants_siblings()
    }

    /// Reads a paragraph; `None` if it has no words. Cost: one pass, and its signature.
    #[must_use]
    pub fn read(&self, paragraph: &str) -> Option<ReadParagraph> {
        with_scratch(paragraph, |scratch| {
            let Read { words, hash } = self.options.detector.read(paragraph, scratch);
            let hash = hash?;
            let mut slots = vec![0; self.hasher.slots()];
            self.hasher.sign_hashes(scratch.hashes(), &mut slots);
            let mut keys = Vec::with_capacity(self.banding.bands);
            self.banding.each_key(&slots, |key| {
                let band = keys.len() as u64;
                keys.push(band << 32 | key & u64::from(u32::MAX));
            });
            let words = u32::try_from(words).unwrap_or(u32::MAX);
            let (sample, sketch) = (sample::of(scratch.hashes()), scratch.sketch().bits());
            Some(ReadParagraph { words, hash, keys, sample, sketch })
        })
    }

    /// Returns true if two paragraphs have the same words in the same order.
    #[must_use]
    pub fn same_words(&self, a: &str, b: &str) -> bool {
        SameWords::new(&self.options.detector).check(0, a, b)
    }

    /// Compares two paragraphs; `None` if they are below the threshold.
    #[must_use]
    pub fn compare(&self, a: &str, b: &str) -> Option<Near> {
        let detector = &self.options.detector;
        let [a, b] = [a, b].map(|text| detector.shingles_of(text));
        let similarity = detector.comparator().compare(&a, &b)?;
        Some(Near { common: similarity.common(), shingles: [a.len(), b.len()] })
    }

    /// Decides which paragraphs go by the threshold.
    ///
    /// It must be given all paragraphs of each group, and all pairs that one of the groups is in; so it can be given one
    /// connected component of the pairs, or several. Pairs of groups without a paragraph are passed over. Documents count
    /// by their order. Cost: a sort, and one look at each pair.
    ///
    /// A component that is too large can be given in parts, in the order in which paragraphs are preferred. In place of those
    /// before a part stand those that were kept of them: what goes does so for one that is kept, and for none behind it.
    ///
    /// # Panics
    ///
    /// From 2³² paragraphs on.
    #[must_use]
    pub fn keep(&self, members: &[Member], pairs: &[NearPair]) -> Kept {
        let part = Part::new(self.contents(), members.to_vec());
        let mut counts = vec![0; part.contents.copy_groups.len()];
        let mut siblings = Vec::new();
        let mut near: Vec<(u32, Neighbour)> = Vec::with_capacity(2 * pairs.len());
        for pair in pairs {
            let [Some(&a), Some(&b)] = pair.groups.map(|group| part.groups.get(&group)) else { continue };
            let [of_a, of_b] = pair.shingles;
            (counts[a as usize], counts[b as usize]) = (of_a, of_b);
            let similarity = Similarity::new(pair.common, of_a, of_b);
            near.extend([(a, Neighbour { group: b, similarity }), (b, Neighbour { group: a, similarity })]);
            siblings.extend(pair.are_siblings.then_some((a.min(b), a.max(b))));
        }
        near.sort_unstable_by_key(|(group, near)| (*group, near.group));
        near.dedup_by_key(|(group, near)| (*group, near.group));
        let neighbours = FlatGroups::new(counts.len(), || near.iter().copied());
        let neighbours = Neighbours::Given { neighbours, counts };
        let siblings = SiblingTest::Given(siblings.into_iter().collect());
        let preference = Preference::new(&part.contents);
        let decided =
            kept::by_threshold(&part.contents, &neighbours, &siblings, &preference, &Known::default());
        Kept { removed: part.removed(&decided.decided), siblings: decided.siblings }
    }

    /// Finds the doubled body of a document, if it has one: see [`Found::doubled_bodies`](crate::Found::doubled_bodies).
    ///
    /// `sampled` has for each paragraph of the text its sample and how many words it has, as they were [read](Self::read); `None` for
    /// one without words. Mates of one copy group count for nothing.
    ///
    /// Cost: a sort of the samples; if enough comes again, a search.
    #[must_use]
    pub fn doubled_body(&self, text: &str, sampled: &[Option<([u64; 4], u32)>]) -> Option<DoubledBody> {
        let detector = &self.options.detector;
        let none = ([u64::MAX; 4], 0);
        let sampled = sampled.iter().map(|of| of.as_ref().unwrap_or(&none));
        if !sample::may_be_doubled(sampled.map(|(sample, words)| (sample::halves(sample), *words as usize))) {
            return None;
        }
        let doubled = detector.doubled_body(text)?;
        let counts = self.contents().wants_bodies();
        let mate = |mates: Mates| BodyMate {
            earlier: number(mates.earlier),
            later: number(mates.later),
            common: mates.lcs.common,
            total: mates.lcs.total,
            is_pair: counts && mates.is_pair,
        };
        let range = |range: &Range<usize>| number(range.start)..number(range.end);
        Some(DoubledBody {
            earlier: range(&doubled.body.earlier),
            later: range(&doubled.body.later),
            mates: doubled.mates(detector.comparator().threshold).map(mate).collect(),
        })
    }

    /// Returns the documents that a document is compared with, by the votes of its paragraphs.
    ///
    /// Each paragraph of a document with two or more votes for the first and for the last of the documents before it that
    /// its passage stands in; once if they are the same.
    #[must_use]
    pub fn partners(&self, votes: Vec<u64>) -> Vec<u64> {
        walks::partners(votes)
    }

    /// Walks between two documents: see [`Evidence::Run`].
    ///
    /// The paragraphs are those with words, in their order. `siblings` are pairs of groups that are known to be siblings.
    #[must_use]
    pub fn walk(
        &self,
        earlier: &[WalkParagraph<'_>],
        later: &[WalkParagraph<'_>],
        siblings: &[[u64; 2]],
    ) -> Walk {
        let side = |document: u64, paragraphs: &[WalkParagraph<'_>]| -> Vec<Member> {
            let member = |(n, p): (u32, &WalkParagraph<'_>)| Member {
                id: ParagraphId { document, paragraph: n },
                group: p.group,
                words: p.words,
            };
            (0..).zip(paragraphs).map(member).collect()
        };
        let members = [side(0, earlier), side(1, later)].concat();
        let mut part = Part::new(self.contents(), members);
        let mut passages = AHashMap::new();
        let all = || earlier.iter().chain(later);
        let passages: Vec<u32> = all()
            .map(|p| {
                let next = number(passages.len());
                *passages.entry(p.passage).or_insert(next)
            })
            .collect();
        let groups = part.contents.copy_groups.len();
        let (mut texts, mut sketches) = (vec![""; groups], vec![WordSketch::from_bits(0); groups]);
        for (paragraph, entry) in all().zip(&part.contents.paragraphs) {
            texts[entry.copy_group as usize] = paragraph.text;
            sketches[entry.copy_group as usize] = WordSketch::from_bits(paragraph.sketch);
        }
        (part.contents.texts, part.contents.sketches) = (Texts::OfGroups(texts), sketches);
        if part.contents.documents.len() < 2 {
            return Walk::default();
        }
        let known = siblings.iter().filter_map(|pair| {
            let [Some(&a), Some(&b)] = pair.map(|group| part.groups.get(&group)) else { return None };
            Some((a.min(b), a.max(b)))
        });
        let siblings = SiblingTest::Given(known.collect());
        let walks = Walks {
            contents: &part.contents,
            siblings: &siblings,
            comparator: RunComparator::new(self.options.detector.comparator().threshold),
            passages,
        };
        let (meeting, alike) = walks::walk_between(&walks, 0, 1);
        let pair = |pair: &RunPair| WalkPair {
            later: pair.later as usize - earlier.len(),
            earlier: pair.earlier as usize,
            common: pair.lcs.common,
            total: pair.lcs.total,
        };
        let names = part.names();
        let name = |(a, b): (u32, u32)| [names[a as usize], names[b as usize]];
        Walk {
            passages: meeting.passages,
            pairs: meeting.pairs.iter().map(pair).collect(),
            asked: alike.into_iter().map(name).collect(),
        }
    }

    /// Returns true if the pairs of two documents count.
    ///
    /// Walks with fewer than two passages count for nothing. `nearest` is the most passages that the later document has in
    /// common with an earlier one, or the earlier document with one behind the later, whichever is more.
    #[must_use]
    pub fn is_met(&self, passages: u32, nearest: u32) -> bool {
        passages >= walks::MIN_PASSAGES && walks::is_near(passages, nearest)
    }

    /// Returns what goes by the evidence of runs, or goes for another paragraph than by the threshold.
    ///
    /// `members` are paragraphs, each with the one that is kept in its place by the threshold, or itself. They must be all
    /// those that go for a paragraph, and that paragraph; and all of both sides of a pair. So a connected component of
    /// kept paragraphs, by way of the pairs, can be given by itself. `groups` are all groups of the paragraphs, and `mates` those of
    /// them that are mates in a doubled body.
    ///
    /// # Panics
    ///
    /// From 2³² paragraphs on.
    #[must_use]
    pub fn revise(
        &self,
        members: &[(Member, ParagraphId)],
        pairs: &[RunEvidence],
        groups: &[GroupText<'_>],
        mates: &[MateGroups],
    ) -> Vec<Removed> {
        let mut kept_for: Vec<(ParagraphId, ParagraphId)> =
            members.iter().map(|(member, kept)| (member.id, *kept)).collect();
        kept_for.sort_unstable();
        kept_for.dedup();
        let members = members.iter().map(|(member, _)| *member).collect();
        let mut part = Part::new(self.contents(), members);
        let count = part.contents.copy_groups.len();
        let mut documents: Vec<u64> =
            groups.iter().flat_map(|group| group.documents.iter().copied()).collect();
        documents.sort_unstable();
        documents.dedup();
        let known: Vec<(u32, &GroupText<'_>)> = groups
            .iter()
            .filter_map(|group| part.groups.get(&group.group).map(|&number| (number, group)))
            .collect();
        let mut texts = vec![""; count];
        for (number, group) in &known {
            texts[*number as usize] = group.text;
        }
        part.contents.texts = Texts::OfGroups(texts);
        let standing = || {
            known.iter().flat_map(|(number, group)| {
                group.documents.iter().map(|document| {
                    (*number, self::number(documents.partition_point(|other| other < document)))
                })
            })
        };
        let numbers = |mates: &MateGroups| {
            let [a, b] = mates.groups.map(|group| part.groups.get(&group).copied());
            Some((a?, b?))
        };
        // Whether groups are siblings depends on all documents that they stand in; whether a paragraph may go for another, on
        // the documents of the members.
        let everywhere = Bodies::of_mates(mates.iter().filter_map(|mates| {
            let document = documents.binary_search(&mates.document).ok()?;
            let (a, b) = numbers(mates)?;
            Some((number(document), a, b))
        }));
        let bodies = Bodies::of_mates(mates.iter().filter_map(|mates| {
            let (a, b) = numbers(mates)?;
            Some((part.document(mates.document)?, a, b))
        }));
        let siblings = if part.contents.wants_siblings() {
            SiblingTest::ByDocuments(FlatGroups::new(count, standing), &everywhere)
        } else {
            SiblingTest::Off
        };
        let neighbours = Neighbours::Given {
            neighbours: FlatGroups::new(count, std::iter::empty),
            counts: vec![0; count],
        };
        let decided: Vec<Decision> = kept_for
            .iter()
            .filter(|(removed, kept)| removed != kept)
            .filter_map(|(removed, kept)| {
                let (removed, kept) = (part.number_of(*removed)?, part.number_of(*kept)?);
                Some(Decision { removed, kept, similarity: None, evidence: Evidence::Threshold })
            })
            .collect();
        let mut run_pairs: Vec<RunPair> = pairs
            .iter()
            .filter_map(|pair| {
                let (later, earlier) = (part.number_of(pair.later)?, part.number_of(pair.earlier)?);
                Some(RunPair { later, earlier, lcs: Lcs { common: pair.common, total: pair.total } })
            })
            .collect();
        run_pairs.sort_unstable_by_key(|pair| (pair.later, pair.earlier));
        let preference = Preference::new(&part.contents);
        let revisions = Revisions {
            contents: &part.contents,
            neighbours: &neighbours,
            bodies: &bodies,
            siblings: &siblings,
            preference: &preference,
        };
        let changed = revisions.changed(&run_pairs, |_| false, &decided);
        part.removed(&changed)
    }

    /// Takes redundant paragraphs out of a text: numbers of its paragraphs, ascending, each once.
    ///
    /// # Panics
    ///
    /// If the text has no such paragraph.
    #[must_use]
    pub fn cut<'t>(&self, text: &'t str, removed: &[u32]) -> Cut<'t> {
        let boundary = self.options.detector.boundary();
        let spans: Vec<Range<usize>> = boundary.paragraphs(text).iter().map(Paragraph::span).collect();
        let mut lost: Vec<usize> = removed.iter().map(|&n| n as usize).collect();
        let spared = kept::spared_of_text(boundary, text, &spans, &lost);
        lost.retain(|n| spared.binary_search(n).is_err());
        Cut {
            spared: spared.into_iter().map(number).collect(),
            spans: spans_lost(text.len(), &spans, &lost).collect(),
            text: without(text, &spans, &lost),
        }
    }

    /// Returns the contents of an empty corpus with these options.
    fn contents<'t>(&self) -> Contents<'t> {
        Contents::new(self.options, Texts::OfGroups(Vec::new()))
    }
}

//! What the steps take and give: plain values, which an engine can hold as rows.

use std::borrow::Cow;
use std::ops::Range;

use crate::compare::Similarity;
use crate::compare::pair::{Evidence, ParagraphId};

/// What is known of a paragraph that has words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadParagraph {
    /// How many words (UAX #29) it has.
    pub words: u32,
    /// The hash of its words, the same for exact copies: XXH3-128, fixed for ever.
    pub hash: u128,
    /// The bucket key of each band: its number in the high half, 32 bits of a hash in the low. They are all that a corpus
    /// keeps.
    pub keys: Vec<u64>,
    /// A sample of its shingles, by which [`Steps::doubled_body`](super::Steps::doubled_body) sees that most documents have none.
    pub sample: [u64; 4],
    /// A sketch of its words, by which [`Steps::walk`](super::Steps::walk) sees that most paragraphs are unlike.
    pub sketch: u128,
}

/// How alike two paragraphs are that are at the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Near {
    /// How many shingles stand in both.
    pub common: usize,
    /// How many shingles each has.
    pub shingles: [usize; 2],
}

/// A paragraph, and the copy group that it belongs to.
///
/// A group may have any number, such as one made of the id of its first paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The paragraph. Documents are numbered in the order of the dump.
    pub id: ParagraphId,
    /// The group of all that have its words.
    pub group: u64,
    /// How many words it has.
    pub words: u32,
}

/// Two copy groups that are at the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearPair {
    /// The two groups.
    pub groups: [u64; 2],
    /// How many shingles stand in both.
    pub common: usize,
    /// How many shingles each has.
    pub shingles: [usize; 2],
    /// Some document holds both, not as [mates](BodyMate) of a doubled body, and one of the groups stands in more documents
    /// than that.
    pub are_siblings: bool,
}

/// A paragraph that is redundant, and the one that is kept in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// The paragraph that goes.
    pub removed: ParagraphId,
    /// The one that stays.
    pub kept: ParagraphId,
    /// How alike they are, `None` for exact copies.
    pub similarity: Option<Similarity>,
    /// Why the one is redundant beside the other.
    pub evidence: Evidence,
}

/// What [`Steps::keep`](super::Steps::keep) decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// What goes, by its id.
    pub removed: Vec<Removed>,
    /// How many stay only because they are siblings: see [`Redundant::siblings`](crate::Redundant::siblings).
    pub siblings: usize,
}

/// A paragraph that has words, as one of a document that is walked through.
#[derive(Clone, Copy, Debug)]
pub struct WalkParagraph<'t> {
    /// Its copy group.
    pub group: u64,
    /// Its passage: the group of the paragraph that is kept in its place, its own if it is kept.
    pub passage: u64,
    /// How many words it has.
    pub words: u32,
    /// Its sketch, as it was [read](ReadParagraph::sketch).
    pub sketch: u128,
    /// Its text.
    pub text: &'t str,
}

/// What a walk between two documents found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Walk {
    /// How many passages the documents have in common, in order.
    pub passages: u32,
    /// The pairs that count if the documents [met](super::Steps::is_met): the places of both in what was given, and their words.
    pub pairs: Vec<WalkPair>,
    /// Pairs of groups that have enough words in common, and that were taken for no siblings. If some are, the walk is to
    /// be repeated with those.
    pub asked: Vec<[u64; 2]>,
}

/// Two paragraphs that a walk found to be a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkPair {
    /// The place of the later paragraph in its document, of those that were given.
    pub later: usize,
    /// The place of the earlier one in its document.
    pub earlier: usize,
    /// How many words their longest common subsequence has.
    pub common: usize,
    /// How many words both have together.
    pub total: usize,
}

/// The mates of a document's doubled body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DoubledBody {
    /// Where the first side stands, as numbers of paragraphs.
    pub earlier: Range<u32>,
    /// Where the second side stands.
    pub later: Range<u32>,
    /// The paragraphs that stand for one another.
    pub mates: Vec<BodyMate>,
}

/// Two paragraphs of a doubled body of which each stands for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyMate {
    /// The number of the paragraph of the first side.
    pub earlier: u32,
    /// The number of that of the second.
    pub later: u32,
    /// How many words their longest common subsequence has.
    pub common: usize,
    /// How many words both have together.
    pub total: usize,
    /// True if they are a pair by this evidence, and one for [`Steps::revise`](super::Steps::revise).
    pub is_pair: bool,
}

/// Two copy groups that stand for one another in the doubled body of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MateGroups {
    /// The document.
    pub document: u64,
    /// The two groups.
    pub groups: [u64; 2],
}

/// Two paragraphs that are a pair by the evidence of a run, or of a doubled body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunEvidence {
    /// The paragraph with the greater id.
    pub later: ParagraphId,
    /// The other one.
    pub earlier: ParagraphId,
    /// How many words their longest common subsequence has.
    pub common: usize,
    /// How many words both have together.
    pub total: usize,
}

/// A copy group, with all that is needed to compare it.
#[derive(Clone, Copy, Debug)]
pub struct GroupText<'t> {
    /// Its number.
    pub group: u64,
    /// The text of one of its paragraphs.
    pub text: &'t str,
    /// The documents that it stands in, ascending, each once.
    pub documents: &'t [u64],
}

/// What [`Steps::cut`](super::Steps::cut) takes out of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cut<'t> {
    /// The redundant paragraphs that stay, so that the text is cut into the same paragraphs as before: see
    /// [`Redundant::spared`](crate::Redundant::spared).
    pub spared: Vec<u32>,
    /// The spans that the text loses, ascending and apart from one another.
    pub spans: Vec<Range<usize>>,
    /// What is left, borrowed if nothing goes.
    pub text: Cow<'t, str>,
}

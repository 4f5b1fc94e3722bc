//! Clusters: which paragraph is kept, and which are redundant beside it.

use crate::article::copies::Copies;
use crate::compare::pair::DuplicatePair;

/// A paragraph that is kept, and those that are redundant beside it.
///
/// Every redundant paragraph was compared with the representative itself, and is at the threshold or above; nothing is
/// joined by way of a third paragraph. Redundant paragraphs may be less alike among themselves. All numbers are indices
/// into [`Report::paragraphs`](crate::Report::paragraphs).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Cluster {
    /// The paragraph that is kept: the earliest.
    pub representative: usize,
    /// The others, in ascending order; at least one.
    pub redundant: Vec<usize>,
}

/// What a pair says of its later paragraph, if the earlier is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Redundant,
    /// It is alike enough, but the two are siblings.
    Sibling,
    Kept,
}

/// The clusters of an article.
pub(crate) struct Clusters {
    /// By representative.
    pub(crate) clusters: Vec<Cluster>,
    /// How many paragraphs that are the first of their copies are kept only as they are siblings of one that is kept.
    pub(crate) siblings: usize,
}

/// Decides what is redundant in an article.
///
/// In the order of the text, a paragraph is redundant if a pair with an earlier representative makes it so; of several the
/// earliest counts. Else it becomes a representative itself. An exact copy goes with the first of its group: the two have
/// one set of shingles, so what was verified for one holds for the other.
pub(crate) fn clusters(
    copies: &Copies,
    near: &[DuplicatePair],
    verdict: impl Fn(&DuplicatePair) -> Verdict,
) -> Clusters {
    // `near` pairs the firsts of groups, sorted by (earlier, later): a representative is known before any
    // pair that it is the earlier of, and the earliest one comes first.
    let mut kept: Vec<usize> = (0..copies.len()).collect(); // the representative of each paragraph
    let mut has_sibling = vec![false; copies.len()];
    for pair in near {
        let free = kept[pair.later] == pair.later;
        if free && kept[pair.earlier] == pair.earlier {
            match verdict(pair) {
                Verdict::Redundant => kept[pair.later] = pair.earlier,
                Verdict::Sibling => has_sibling[pair.later] = true,
                Verdict::Kept => {}
            }
        }
    }
    let siblings = (0..copies.len()).filter(|&n| has_sibling[n] && kept[n] == n).count();
    let mut redundant: Vec<Vec<usize>> = vec![Vec::new(); copies.len()];
    for paragraph in 0..copies.len() {
        let representative = kept[copies.first(paragraph)];
        if representative != paragraph {
            redundant[representative].push(paragraph);
        }
    }
    let clusters = redundant
        .into_iter()
        .enumerate()
        .filter(|(_, redundant)| !redundant.is_empty())
        .map(|(representative, redundant)| Cluster { representative, redundant })
        .collect();
    Clusters { clusters, siblings }
}

//! A block: paragraphs that were merged, and split elsewhere, so that none of the one side stands for one of the other.
//!
//! Of 10,200 doubled documents in four languages, up to a fifth of their words edited and some reshaped, 65 were not seen
//! without blocks, 41 with them. In 20 of these less than half of the words stands on both sides. No more of 8,000
//! documents as they are were called doubled.

use crate::article::doubled::COUNTS;
use crate::article::doubled::align::{Aligned, Kind};
use crate::compare::lcs::{Lcs, WordSequence};

/// The most words of one side times those of the other. They are compared once for each paragraph.
const MAX_COST: usize = 1 << 24;

/// Paragraphs of two sides that have enough of their words in order, all together.
pub(super) struct Block {
    earlier: Vec<(usize, WordSequence)>,
    later: Vec<(usize, WordSequence)>,
    pub(super) lcs: Lcs,
}

impl Block {
    /// Returns the block that paragraphs with these words make, without those of which less than half is in order.
    pub(super) fn new(
        earlier: Vec<(usize, WordSequence)>,
        later: Vec<(usize, WordSequence)>,
    ) -> Option<Self> {
        if words(&earlier).saturating_mul(words(&later)) > MAX_COST {
            return None;
        }
        let (one, other) = (joined(&earlier), joined(&later));
        let (earlier, later) = (held(earlier, &other), held(later, &one));
        let lcs = joined(&earlier).lcs(&joined(&later));
        (earlier.len() + later.len() > 2 && lcs.is_at(COUNTS)).then_some(Self { earlier, later, lcs })
    }

    /// Returns which paragraph stands for which by the words before them. The first two stand for all words of the block.
    pub(super) fn pieces(&self) -> Vec<Aligned> {
        let (mut i, mut j) = (0, 0);
        let mut lcs = self.lcs;
        let mut pieces = Vec::new();
        loop {
            let (earlier, later) = (self.earlier[i].0, self.later[j].0);
            pieces.push(Aligned { earlier, later, lcs, kind: Kind::Pieces, shorter: 0 });
            lcs = Lcs { common: 0, total: 0 };
            let (last_i, last_j) = (i + 1 == self.earlier.len(), j + 1 == self.later.len());
            if last_i && last_j {
                break;
            }
            let ends = words(&self.earlier[..=i]).cmp(&words(&self.later[..=j]));
            i += usize::from(!last_i && (last_j || ends.is_le()));
            j += usize::from(!last_j && (last_i || ends.is_ge()));
        }
        pieces
    }
}

fn words(paragraphs: &[(usize, WordSequence)]) -> usize {
    paragraphs.iter().map(|(_, words)| words.len()).sum()
}

fn joined(paragraphs: &[(usize, WordSequence)]) -> WordSequence {
    WordSequence::joined(paragraphs.iter().map(|(_, words)| words))
}

/// Returns the paragraphs of which at least half is in order with all of the other side.
fn held(paragraphs: Vec<(usize, WordSequence)>, other: &WordSequence) -> Vec<(usize, WordSequence)> {
    let common: Vec<usize> =
        (0..=paragraphs.len()).map(|end| joined(&paragraphs[..end]).lcs(other).common).collect();
    let mut at = 0;
    let mut held = paragraphs;
    held.retain(|(_, words)| {
        at += 1;
        2 * (common[at] - common[at - 1]) >= words.len()
    });
    held
}

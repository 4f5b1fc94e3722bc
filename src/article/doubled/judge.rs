//! Whether what is aligned makes a doubled body.

use std::ops::Range;

use ahash::AHashSet;

use crate::article::doubled::{Aligned, Article};
use crate::article::run::Run;
use crate::compare::Threshold;

/// A doubled body has three paragraphs on a side, or two with nine tenths of their words in order; …
const LEAST_ALIGNED: usize = 3;
const IN_ORDER_OF_TWO: Threshold = Threshold::fraction(9, 10);

/// … so much of the article, without what was put in between, is words that are in order on both sides, …
const REPEATED: Threshold = Threshold::fraction(6, 10);

/// … and of all of it at least so much, …
const LEAST_REPEATED: Threshold = Threshold::fraction(3, 10);

/// … of one side the aligned paragraphs hold so many words: of the other, into which something was put, it may be less …
const MOST: Threshold = Threshold::fraction(6, 10);

/// … and so many of the words of aligned paragraphs are in order.
const IN_ORDER: Threshold = Threshold::fraction(3, 4);

/// Returns how many words aligned paragraphs have in order.
pub(super) fn common(aligned: &[Aligned]) -> usize {
    aligned.iter().map(|two| two.lcs.common).sum()
}

/// Returns the body that the aligned paragraphs make, if it is doubled.
pub(super) fn judge(article: &Article<'_>, aligned: &[Aligned]) -> Option<Run> {
    let earlier: AHashSet<usize> = aligned.iter().map(|two| two.earlier).collect();
    let later: AHashSet<usize> = aligned.iter().map(|two| two.later).collect();
    let ends = |of: &AHashSet<usize>| Some(*of.iter().min()?..*of.iter().max()? + 1);
    let body = Run { earlier: ends(&earlier)?, later: ends(&later)? };
    // Of each side the words of the paragraphs that are aligned, and of all.
    let side = |range: &Range<usize>, aligned: &AHashSet<usize>| -> (usize, usize) {
        let words = |n: usize| article.words[n];
        (range.clone().filter(|n| aligned.contains(n)).map(words).sum(), range.clone().map(words).sum())
    };
    let (one, other) = (side(&body.earlier, &earlier), side(&body.later, &later));
    let is_most = |(aligned, all): (usize, usize)| aligned >= MOST.share(all);
    let common = common(aligned);
    let possible: usize = aligned.iter().map(Aligned::possible).sum();
    let put_in = (one.1 - one.0) + (other.1 - other.0);
    let in_order = if aligned.len() < LEAST_ALIGNED { IN_ORDER_OF_TWO } else { IN_ORDER };
    let is_doubled = aligned.len() > 1
        && (is_most(one) || is_most(other))
        && 2 * common >= REPEATED.share(article.total().saturating_sub(put_in))
        && 2 * common >= LEAST_REPEATED.share(article.total())
        && 2 * common >= in_order.share(possible);
    is_doubled.then_some(body)
}

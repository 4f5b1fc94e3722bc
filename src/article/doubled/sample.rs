//! Whether an article may have a doubled body, by a sample of the shingles of each paragraph. To search every article of a corpus
//! would double the work.

use crate::article::doubled::{Point, chain};

/// The least shingle hash of each quarter of their range, or `u64::MAX` where there is none. Two paragraphs have the same one
/// with a probability of about their Jaccard similarity.
pub(crate) type Sample = [u64; 4];

/// Half of each hash of a [`Sample`]: enough within an article.
pub(crate) type HalfSample = [u32; 4];

/// A sampled shingle that stands in more paragraphs of an article is ignored: sections built alike share many of those.
const MAX_COPIES: usize = 4;

/// A body may stand twice if at least 1/10 of the words come again in order.
// Of bodies doubled with one word in ten edited the least had 10 to 13 %, with two in ten 2 to 4 % had less than 10 %; of pages of
// documentation 4 to 8 % have more, of chapters of Bibles 0.5 %. With 8 in place of 10 half as many pages are looked into, and a tenth of the
// bodies with two words in ten edited is missed. Without the order a third more pages are.
const COMING_AGAIN: usize = 10;

/// Samples the hashes of a paragraph's shingles.
pub(crate) fn of(hashes: &[u64]) -> Sample {
    let mut sample = [u64::MAX; 4];
    for &hash in hashes {
        let least = &mut sample[(hash >> 62) as usize];
        *least = hash.min(*least);
    }
    sample
}

/// Returns half of each hash.
#[allow(clippy::cast_possible_truncation)] // half of it is left
pub(crate) fn halves(sample: &Sample) -> HalfSample {
    sample.map(|hash| hash as u32)
}

/// The least number of paragraphs of an article with a doubled body: a side has two or more.
pub(crate) const MIN_PARAGRAPHS: usize = 4;

/// Returns true if a body may stand twice in an article of these paragraphs, by their samples and numbers of words.
///
/// Cost: time n log n in the paragraphs.
pub(crate) fn may_be_doubled(paragraphs: impl Iterator<Item = (HalfSample, usize)>) -> bool {
    let mut sampled: Vec<(u32, usize)> = Vec::new();
    let mut weights: Vec<usize> = Vec::new();
    let mut words = 0;
    for (n, (sample, count)) in paragraphs.enumerate() {
        let before = sampled.len();
        sampled.extend(sample.into_iter().filter(|&hash| hash != u32::MAX).map(|hash| (hash, n)));
        // Twelve times as many words as each sampled shingle stands for.
        weights.push(12 * count / (sampled.len() - before).max(1));
        words += 12 * count;
    }
    if weights.len() < MIN_PARAGRAPHS {
        return false;
    }
    sampled.sort_unstable();
    let mut points = Vec::new();
    for places in sampled.chunk_by(|a, b| a.0 == b.0).filter(|places| places.len() <= MAX_COPIES) {
        for (n, &(_, earlier)) in places.iter().enumerate() {
            for &(_, later) in &places[n + 1..] {
                points.push(Point { earlier, later, common: weights[earlier].min(weights[later]) });
            }
        }
    }
    points.sort_unstable_by_key(|point| (point.earlier, point.later));
    points.dedup_by(|next, point| {
        let is_same = (point.earlier, point.later) == (next.earlier, next.later);
        point.common += if is_same { next.common } else { 0 };
        is_same
    });
    let (border, crossing) = border(&points, weights.len());
    let is_enough = |common: usize| common > 0 && COMING_AGAIN * common >= words;
    let in_order = || chain::best(&points, border, weights.len()).iter().map(|point| point.common).sum();
    is_enough(crossing) && is_enough(in_order())
}

/// Returns the border that points with most in common cross, and how much that is.
fn border(points: &[Point], count: usize) -> (usize, usize) {
    // By how much what crosses the border before each paragraph is more than what crosses the one before that.
    let mut change = vec![0; count + 1];
    for point in points {
        change[point.earlier + 1] += point.common.cast_signed();
        change[point.later + 1] -= point.common.cast_signed();
    }
    let crossing = change.iter().scan(0, |crossing, change| {
        *crossing += change;
        Some(*crossing)
    });
    let most = (0..).zip(crossing).max_by_key(|&(border, crossing)| (crossing, std::cmp::Reverse(border)));
    most.map_or((0, 0), |(border, crossing)| (border, crossing.cast_unsigned()))
}

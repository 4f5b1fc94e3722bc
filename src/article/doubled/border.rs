//! The border between the two sides of a body.

use ahash::AHashMap;

use crate::article::doubled::{Article, Point};

/// Returns the numbers of the paragraphs at which the second side may begin, if points cross one enough to be worth a look.
pub(super) fn borders(article: &Article<'_>, points: &[Point]) -> Vec<usize> {
    // Of each later paragraph the point that has most in common counts.
    let mut best: AHashMap<usize, (usize, usize)> = AHashMap::new();
    for point in points {
        let entry = best.entry(point.later).or_default();
        *entry = (*entry).max((point.common, point.earlier));
    }
    let count = article.words.len();
    let mut crossing = vec![0_isize; count + 2];
    for (later, (_, earlier)) in best {
        crossing[earlier + 1] += article.words[later].cast_signed();
        crossing[later + 1] -= article.words[later].cast_signed();
    }
    let mut sum = 0;
    for words in &mut crossing {
        sum += *words;
        *words = sum;
    }
    let most = crossing.iter().copied().max().unwrap_or(0);
    if most == 0 || 16 * most.cast_unsigned() < article.total() {
        return Vec::new();
    }
    // Where it is level, both ends: the sides may be parted by a few paragraphs.
    let first = crossing.iter().position(|&words| words == most).unwrap_or(0);
    let last = first + crossing[first..].iter().take_while(|&&words| words == most).count() - 1;
    let near = (first.saturating_sub(2)..=first).chain(last..=last + 2);
    let mut borders: Vec<usize> = near.filter(|&border| 0 < border && border < count).collect();
    borders.dedup();
    borders
}

//! The border between the two sides of a body.

use std::cmp::Reverse;

use ahash::AHashMap;

use crate::article::doubled::{Article, Point};

/// Points that cross a border hold at least this part of the words of an article, an eighth,
/// counted on both sides.
const LEAST_CROSSING: usize = 8;

/// The maximum and the minimum number of borders that are tried. In between it is chosen so that about [`MAX_POINTS`] points
/// are looked at in all.
const MAX_BORDERS: usize = 32;
const MIN_BORDERS: usize = 8;
const MAX_POINTS: usize = 1 << 16;

/// Returns the numbers of the paragraphs at which the second side may begin: those that points of most words cross.
///
/// Of each paragraph two points count: those that have most in common with an earlier and with a later one. There are no
/// borders if too few words cross any.
pub(super) fn borders(article: &Article<'_>, points: &[Point]) -> Vec<usize> {
    // Of equals the nearest.
    let mut before: AHashMap<usize, (usize, usize)> = AHashMap::new();
    let mut behind: AHashMap<usize, (usize, Reverse<usize>)> = AHashMap::new();
    for point in points {
        let best = before.entry(point.later).or_default();
        *best = (*best).max((point.common, point.earlier));
        let best = behind.entry(point.earlier).or_default();
        *best = (*best).max((point.common, Reverse(point.later)));
    }
    let count = article.words.len();
    let mut crossing = vec![0_isize; count + 2];
    let mut cross = |earlier: usize, later: usize, words: usize| {
        crossing[earlier + 1] += words.cast_signed();
        crossing[later + 1] -= words.cast_signed();
    };
    for (later, (_, earlier)) in before {
        cross(earlier, later, article.words[later]);
    }
    for (earlier, (_, Reverse(later))) in behind {
        cross(earlier, later, article.words[earlier]);
    }
    let mut sum = 0;
    for words in &mut crossing {
        sum += *words;
        *words = sum;
    }
    let most = crossing.iter().copied().max().unwrap_or(0);
    if most == 0 || LEAST_CROSSING * most.cast_unsigned() < article.total() {
        return Vec::new();
    }
    // Where it is level, from both ends: the sides may be parted by a few paragraphs. An edited paragraph at an end may
    // cross no border that others do, so borders that fewer cross are tried, too.
    let first = crossing.iter().position(|&words| words == most).unwrap_or(0);
    let last = crossing.iter().rposition(|&words| words == most).unwrap_or(0);
    let mut borders: Vec<usize> = (1..count).collect();
    borders.sort_by_key(|&border| {
        (Reverse(crossing[border]), border.abs_diff(first).min(border.abs_diff(last)))
    });
    borders.truncate((MAX_POINTS / points.len().max(1)).clamp(MIN_BORDERS, MAX_BORDERS));
    borders
}

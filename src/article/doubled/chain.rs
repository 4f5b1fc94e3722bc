//! The best chain of points across a border.

use std::cmp::Reverse;

use crate::article::doubled::Point;

/// No point, or no chain.
const NONE: usize = usize::MAX;

/// Returns those of the points across a border that follow one another on both sides and together have most in common.
///
/// Cost: time n log n in the points.
pub(super) fn best(points: &[Point], border: usize, count: usize) -> Vec<Point> {
    let is_across = |point: &Point| point.earlier < border && border <= point.later;
    let mut points: Vec<Point> = points.iter().copied().filter(is_across).collect();
    // Of one earlier paragraph the last comes first, so that none continues another.
    points.sort_unstable_by_key(|point| (point.earlier, Reverse(point.later)));
    let mut ends = Maxima { tree: vec![(0, NONE); count + 1] };
    let mut before = Vec::with_capacity(points.len());
    let mut best = ((0, Reverse(NONE)), NONE);
    for (at, point) in points.iter().enumerate() {
        let (score, end) = ends.below(point.later);
        before.push(end);
        let score = score + point.common;
        ends.raise(point.later, (score, at));
        // Of a body that stands three times the first copy is taken.
        let preference = (score, Reverse(point.later));
        if preference > best.0 {
            best = (preference, at);
        }
    }
    let mut chain = Vec::new();
    let mut at = best.1;
    while at != NONE {
        chain.push(points[at]);
        at = before[at];
    }
    chain.reverse();
    chain
}

/// The best score of the chains that end before each paragraph, and the point where it ends: a Fenwick tree of maxima.
struct Maxima {
    tree: Vec<(usize, usize)>,
}

impl Maxima {
    fn below(&self, paragraph: usize) -> (usize, usize) {
        let mut best = (0, NONE);
        let mut node = paragraph;
        while node > 0 {
            if self.tree[node].0 > best.0 {
                best = self.tree[node];
            }
            node &= node - 1;
        }
        best
    }

    fn raise(&mut self, paragraph: usize, chain: (usize, usize)) {
        let mut node = paragraph + 1;
        while node < self.tree.len() {
            if chain.0 > self.tree[node].0 {
                self.tree[node] = chain;
            }
            node += node & node.wrapping_neg();
        }
    }
}

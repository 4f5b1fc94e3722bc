//! The points of the plane: pairs that are alike in more than boilerplate.

use ahash::AHashMap;

use crate::article::copies::Copies;
use crate::article::doubled::Point;
use crate::article::run::MAX_COPIES;
use crate::compare::pair::DuplicatePair;
use crate::compare::{Comparator, Measure, Threshold};
use crate::shingle::ShingleSet;

/// A point is alike by so much.
pub(in crate::article) const POINT: Comparator =
    Comparator { measure: Measure::Jaccard, threshold: Threshold::fraction(1, 4) };

/// Returns the points that pairs of firsts and groups of exact copies are, in order; groups that stand very often are
/// left out.
pub(in crate::article) fn points(copies: &Copies, near: &[DuplicatePair], sets: &[ShingleSet]) -> Vec<Point> {
    let groups = copies.groups();
    let members: AHashMap<usize, &Vec<usize>> = groups.iter().map(|group| (group[0], group)).collect();
    let most = usize::from(MAX_COPIES);
    let mut points = Vec::new();
    for group in groups.iter().filter(|group| group.len() <= most) {
        let common = sets[group[0]].len();
        for (n, &earlier) in group.iter().enumerate() {
            points.extend(group[n + 1..].iter().map(|&later| Point { earlier, later, common }));
        }
    }
    for pair in near {
        let of = |first: usize| members.get(&first).map_or(vec![first], |group| (*group).clone());
        let (ones, others) = (of(pair.earlier), of(pair.later));
        if ones.len() + others.len() <= most {
            let common = pair.similarity.common();
            let point = |a: usize, b: usize| Point { earlier: a.min(b), later: a.max(b), common };
            points.extend(ones.iter().flat_map(|&one| others.iter().map(move |&other| point(one, other))));
        }
    }
    points.sort_unstable();
    points
}

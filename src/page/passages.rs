//! The passages of an article that come again, each with its two sides aligned paragraph by paragraph.

use std::ops::Range;

use ahash::{AHashMap, AHashSet};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::article::report::Report;
use crate::compare::Threshold;
use crate::compare::lcs::{Lcs, WordSequence};
use crate::compare::pair::DuplicatePair;

/// What stands in one place and comes again in others: a run, the doubled body, or a paragraph with those that repeat it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) earlier: Range<usize>,
    /// One range for a run, single paragraphs for a paragraph.
    pub(super) later: Vec<Range<usize>>,
    pub(super) is_body: bool,
}

impl Passage {
    /// Returns the paragraphs of all sides.
    pub(super) fn sides(&self) -> impl Iterator<Item = &Range<usize>> {
        std::iter::once(&self.earlier).chain(&self.later)
    }
}

/// What the pairs of a report say of any two of its paragraphs.
pub(super) struct Pairs<'r> {
    report: &'r Report<'r>,
    /// For each paragraph the first one that has the same words.
    first: Vec<usize>,
}

impl<'r> Pairs<'r> {
    pub(super) fn new(report: &'r Report<'r>) -> Self {
        let mut first: Vec<usize> = (0..report.paragraphs.len()).collect();
        for pair in report.pairs.iter().filter(|pair| pair.similarity.is_exact()) {
            first[pair.later] = pair.earlier;
        }
        // Paragraphs without words are in no pair; a line of stars is that line all the same.
        let mut wordless: AHashMap<&str, usize> = AHashMap::new();
        for (n, paragraph) in report.paragraphs.iter().enumerate().filter(|(n, _)| report.words[*n] == 0) {
            first[n] = *wordless.entry(paragraph.as_str()).or_insert(n);
        }
        Self { report, first }
    }

    /// Returns true if two paragraphs have the same words in the same order.
    pub(super) fn is_exact(&self, one: usize, other: usize) -> bool {
        self.first[one] == self.first[other]
    }

    /// Returns the pair that two paragraphs are, or that the firsts with the same words are.
    pub(super) fn near(&self, one: usize, other: usize) -> Option<&'r DuplicatePair> {
        let find = |one: usize, other: usize| {
            let key = (one.min(other), one.max(other));
            let place = self.report.pairs.binary_search_by_key(&key, |pair| (pair.earlier, pair.later));
            place.ok().map(|place| &self.report.pairs[place])
        };
        find(one, other).or_else(|| find(self.first[one], self.first[other]))
    }

    /// Returns the passages: the doubled body, then all others by where they stand first. A pair inside one of them is
    /// no passage of its own.
    pub(super) fn passages(&self) -> Vec<Passage> {
        let report = self.report;
        let body = report.doubled_body();
        let is_in =
            |inner: &Range<usize>, outer: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
        let runs = report.runs.iter().filter(|run| {
            !body.is_some_and(|body| is_in(&run.earlier, &body.earlier) && is_in(&run.later, &body.later))
        });
        let mut passages: Vec<Passage> = Vec::new();
        for (run, is_body) in body.map(|body| (body, true)).into_iter().chain(runs.map(|run| (run, false))) {
            passages.push(Passage { earlier: run.earlier.clone(), later: vec![run.later.clone()], is_body });
        }
        let mut inside: AHashMap<usize, Vec<usize>> = AHashMap::new(); // later paragraph → passages
        let mut held: AHashSet<(usize, usize)> = AHashSet::new(); // passage and first of a paragraph of its earlier side
        for (n, passage) in passages.iter().enumerate() {
            held.extend(passage.earlier.clone().map(|paragraph| (n, self.first[paragraph])));
            passage.later[0].clone().for_each(|paragraph| inside.entry(paragraph).or_default().push(n));
        }
        let mut last: Option<usize> = None; // the earlier paragraph of the passage that was made last
        for pair in &report.pairs {
            let passages_of = inside.get(&pair.later).map_or(&[][..], Vec::as_slice);
            if passages_of.iter().any(|&n| held.contains(&(n, self.first[pair.earlier]))) {
                continue;
            }
            let later = pair.later..pair.later + 1;
            match passages.last_mut() {
                Some(passage) if last == Some(pair.earlier) => passage.later.push(later),
                _ => {
                    let earlier = pair.earlier..pair.earlier + 1;
                    passages.push(Passage { earlier, later: vec![later], is_body: false });
                    last = Some(pair.earlier);
                }
            }
        }
        passages.sort_by_key(|passage| (!passage.is_body, passage.earlier.start, passage.later[0].start));
        passages
    }

    /// Aligns two sides of a passage. Each row has a paragraph of either side, or of one of them; or one paragraph on one
    /// side and the two that it was split into on the other.
    pub(super) fn align(&self, earlier: &Range<usize>, later: &Range<usize>) -> Vec<Row> {
        let firsts = |range: &Range<usize>| &self.first[range.clone()];
        let ops = capture_diff_slices(Algorithm::Myers, firsts(earlier), firsts(later));
        let mut rows = Vec::new();
        for op in ops {
            let (old, new) = (op.old_range(), op.new_range());
            let old = earlier.start + old.start..earlier.start + old.end;
            let new = later.start + new.start..later.start + new.end;
            if matches!(op, DiffOp::Equal { .. }) {
                rows.extend(old.zip(new).map(|(old, new)| Row::new(old, 1, new, 1)));
            } else if old.len() * new.len() <= MAX_CELLS {
                self.align_by_words(&old, &new, &mut rows);
            } else {
                self.align_by_pairs(old, new, &mut rows);
            }
        }
        rows
    }

    /// Aligns paragraphs so that as many words as possible stand in order on both sides of the rows.
    fn align_by_words(&self, earlier: &Range<usize>, later: &Range<usize>, rows: &mut Vec<Row>) {
        let grid = Grid::new(self.report, earlier, later);
        let (m, n) = (earlier.len(), later.len());
        // For each corner the most words in the rows behind it, and the step that has them.
        let mut best = vec![(0, (1, 0)); (m + 1) * (n + 1)];
        let at = |i: usize, j: usize| i * (n + 1) + j;
        for i in (0..=m).rev() {
            for j in (0..=n).rev() {
                let mut most = (0, if i < m { (1, 0) } else { (0, 1) });
                for step in [(1, 0), (0, 1), (1, 1), (1, 2), (2, 1)] {
                    if i + step.0 > m || j + step.1 > n {
                        continue;
                    }
                    let words = best[at(i + step.0, j + step.1)].0 + grid.common(i, j, step);
                    if words > most.0 {
                        most = (words, step);
                    }
                }
                best[at(i, j)] = most;
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < m || j < n {
            let (_, step) = best[at(i, j)];
            rows.push(Row::new(earlier.start + i, step.0, later.start + j, step.1));
            (i, j) = (i + step.0, j + step.1);
        }
    }

    /// Aligns by the verified pairs alone, each paragraph with the next one that it is paired with.
    fn align_by_pairs(&self, earlier: Range<usize>, later: Range<usize>, rows: &mut Vec<Row>) {
        let mut next = later.start;
        for paragraph in earlier {
            let reach = next..later.end.min(next + MAX_REACH);
            let Some(pair) = reach.clone().find(|&other| self.near(paragraph, other).is_some()) else {
                rows.push(Row::new(paragraph, 1, next, 0));
                continue;
            };
            rows.extend((next..pair).map(|other| Row::new(paragraph, 0, other, 1)));
            rows.push(Row::new(paragraph, 1, pair, 1));
            next = pair + 1;
        }
        rows.extend((next..later.end).map(|other| Row::new(later.start, 0, other, 1)));
    }
}

/// The greatest number of pairs of paragraphs between two exact copies that are compared word by word.
const MAX_CELLS: usize = 1_600;

/// How far the counterpart of a paragraph is looked for where there are more.
const MAX_REACH: usize = 8;

/// Paragraphs that stand side by side. One of the ranges may be empty; it has two paragraphs if one was split or merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) earlier: Range<usize>,
    pub(super) later: Range<usize>,
}

impl Row {
    fn new(earlier: usize, earlier_len: usize, later: usize, later_len: usize) -> Self {
        Self { earlier: earlier..earlier + earlier_len, later: later..later + later_len }
    }
}

/// The words of the paragraphs on two sides, and of each two that follow one another.
struct Grid {
    earlier: [Vec<WordSequence>; 2],
    later: [Vec<WordSequence>; 2],
}

impl Grid {
    /// Two paragraphs that have half of their words in order are shown beside each other.
    const SINGLE: Threshold = Threshold::fraction(1, 2);
    /// Of a paragraph that was split it takes more, and of each half in the whole.
    const DOUBLE: Threshold = Threshold::fraction(3, 5);

    fn new(report: &Report<'_>, earlier: &Range<usize>, later: &Range<usize>) -> Self {
        let spans = |range: &Range<usize>| {
            let text = |first: usize, last: usize| {
                &report.text[report.paragraphs[first].span().start..report.paragraphs[last].span().end]
            };
            let words = |first, last| report.detector.sequence(text(first, last));
            let single = range.clone().map(|n| words(n, n)).collect();
            let double = range.clone().skip(1).map(|n| words(n - 1, n)).collect();
            [single, double]
        };
        Self { earlier: spans(earlier), later: spans(later) }
    }

    /// Returns how many words stand in order on both sides of a row; 0 if they are too few to make one.
    fn common(&self, i: usize, j: usize, step: (usize, usize)) -> usize {
        let (whole, both, halves) = match step {
            (1, 1) => {
                let lcs = self.earlier[0][i].lcs_at(&self.later[0][j], Self::SINGLE);
                return lcs.map_or(0, |lcs| lcs.common);
            }
            (1, 2) => (&self.earlier[0][i], &self.later[1][j], &self.later[0][j..j + 2]),
            (2, 1) => (&self.later[0][j], &self.earlier[1][i], &self.earlier[0][i..i + 2]),
            _ => return 0,
        };
        let Some(lcs) = whole.lcs_at(both, Self::DOUBLE) else { return 0 };
        let is_held = |half: &WordSequence| {
            let Lcs { common, .. } = half.lcs(whole);
            half.len() > 0 && Lcs { common, total: 2 * half.len() }.is_at(Self::DOUBLE)
        };
        if halves.iter().all(is_held) { lcs.common } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::article::detector::Detector;

    fn scan(text: &str) -> Report<'_> {
        Detector::default().scan(text)
    }

    fn rows(
        report: &Report<'_>,
        earlier: Range<usize>,
        later: Range<usize>,
    ) -> Vec<(Range<usize>, Range<usize>)> {
        Pairs::new(report).align(&earlier, &later).into_iter().map(|row| (row.earlier, row.later)).collect()
    }

    #[test]
    fn inserted_dropped_split_and_merged_paragraphs_are_seen_as_such() {
        let [bread, boats, mill, frost] = [
            "Bread is dearer by a tenth since Monday, says the guild of bakers, and will be dearer still by the spring.",
            "Boats lay idle in every harbour of the coast, for nobody would sail before the storm had blown itself out.",
            "The mill at Anwick burnt down in the night; the miller and both of his sons got away over the weir.",
            "Frost came early this year and took the last of the plums before anybody had thought of picking them.",
        ];
        let (head, tail) = mill.split_at(mill.find(';').unwrap() + 1);
        let text = [bread, boats, mill, frost, bread, head, tail, "A new line.", frost].join("\n");
        let report = scan(&text);
        let expected = [(0..1, 4..5), (1..2, 5..5), (2..3, 5..7), (3..3, 7..8), (3..4, 8..9)];
        assert_eq!(rows(&report, 0..4, 4..9), expected);
        let text = [head, tail, bread, mill, bread].join("\n");
        let report = scan(&text);
        assert_eq!(rows(&report, 0..3, 3..5), [(0..2, 3..4), (2..3, 4..5)]);
    }

    #[test]
    fn a_line_that_comes_again_and_again_is_one_passage() {
        let report = scan("Read more\nThe mill burnt down.\nRead more!\nREAD MORE\n***\n***");
        let passage = Passage { earlier: 0..1, later: vec![2..3, 3..4], is_body: false };
        assert_eq!(Pairs::new(&report).passages(), [passage]);
    }

    #[test]
    fn pairs_inside_a_run_are_no_passages_of_their_own() {
        let once = "Bread is dearer by a tenth since Monday, says the guild of bakers.\n\
                    Boats lay idle in every harbour of the coast, for nobody would sail.\n";
        let text = format!(
            "{once}Something else altogether stands here, between the two.\n{once}Read more\nRead more"
        );
        let report = scan(&text);
        let passages = Pairs::new(&report).passages();
        assert_eq!(passages.len(), 2, "{passages:?}");
        let sides = |n: usize| passages[n].sides().cloned().collect::<Vec<_>>();
        assert_eq!(sides(0), [0..2, 3..5]);
        assert_eq!(sides(1), [5..6, 6..7]);
    }
}

//! Which words of two texts differ: compared as the detector compares them, shown by their spans in the texts.

use std::ops::Range;

use ahash::AHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

use super::{Count, Number, Percent};
use crate::text::normalizer::Normalizer;
use crate::text::words::Words;

/// The greatest number of words of a text that are compared one by one.
const MAX_WORDS: usize = 4_000;

/// How a piece of a text stands in the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// With the same bytes.
    Same,
    /// With other bytes that mean the same word, or are punctuation.
    Folded,
    /// Not at all.
    Changed,
}

/// A piece of a text: whole words with what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// Two texts, word by word.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// All of the earlier text.
    pub(super) earlier: Vec<Piece>,
    /// All of the later text.
    pub(super) later: Vec<Piece>,
    /// Words that stand in both, in order.
    pub(super) common: usize,
    /// Of these, words with other bytes.
    pub(super) folded: usize,
    /// Words of the earlier text alone.
    pub(super) dropped: usize,
    /// Words of the later text alone.
    pub(super) added: usize,
}

impl Difference {
    /// Returns how much of both texts stands in both in the same order.
    pub(super) fn in_order(&self) -> Percent {
        let both = 2 * self.common;
        Percent { part: both, whole: both + self.dropped + self.added }
    }
}

/// Says how two texts differ that do not have the same bytes; `difference` is `None` if they are too long to be compared.
pub(super) fn changes(difference: Option<&Difference>, is_exact: bool) -> String {
    match difference {
        _ if is_exact => "The same words, typed otherwise".to_owned(),
        None => "Too long to be compared word by word".to_owned(),
        Some(Difference { dropped: 0, added: 0, .. }) => "The same words".to_owned(),
        Some(&Difference { dropped, added: 0, .. }) => format!("{} dropped", Count(dropped, "word")),
        Some(&Difference { dropped: 0, added, .. }) => format!("{} added", Count(added, "word")),
        Some(&Difference { dropped, added, .. }) => {
            format!("{} dropped, {} added", Count(dropped, "word"), Number(added))
        }
    }
}

/// A word: its span, and a number that it shares with all that are the same word.
struct Word {
    span: Range<usize>,
    number: u32,
}

/// Compares texts under a set of rules.
pub(super) struct WordComparer {
    normalizer: Normalizer,
    words: Words,
    numbers: AHashMap<Vec<u8>, u32>,
}

impl WordComparer {
    pub(super) fn new(normalizer: Normalizer) -> Self {
        Self { normalizer, words: Words::default(), numbers: AHashMap::new() }
    }

    /// Returns how two texts differ; `None` if one of them has too many words. Where both are known to have the same
    /// words, no word is changed, wherever a rule found them across pieces.
    pub(super) fn compare(&mut self, earlier: &str, later: &str, is_exact: bool) -> Option<Difference> {
        self.numbers.clear();
        let (earlier_words, later_words) = (self.read(earlier)?, self.read(later)?);
        let numbers = |words: &[Word]| words.iter().map(|word| word.number).collect::<Vec<u32>>();
        let ops = capture_diff_slices(Algorithm::Myers, &numbers(&earlier_words), &numbers(&later_words));
        let mut marks = Marks {
            earlier: Side { text: earlier, words: earlier_words, pieces: Vec::new() },
            later: Side { text: later, words: later_words, pieces: Vec::new() },
            counts: Difference::default(),
            changed: if is_exact { Kind::Folded } else { Kind::Changed },
        };
        for op in ops {
            marks.add(op);
        }
        Some(marks.finish())
    }

    /// Cuts a text into words, each of one or more words of its normal form.
    fn read(&mut self, text: &str) -> Option<Vec<Word>> {
        let mut found = Vec::new();
        for (start, piece) in text.split_word_bound_indices() {
            if !piece.contains(char::is_alphanumeric) {
                continue;
            }
            self.words.read(self.normalizer, piece);
            if self.words.len() == 0 {
                continue;
            }
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX); // a text has fewer than 2³² words
            let number = match self.numbers.get(self.words.joined()) {
                Some(&number) => number,
                None => *self.numbers.entry(self.words.joined().to_vec()).or_insert(next),
            };
            found.push(Word { span: start..start + piece.len(), number });
            if found.len() > MAX_WORDS {
                return None;
            }
        }
        Some(found)
    }
}

struct Side<'t> {
    text: &'t str,
    words: Vec<Word>,
    /// What is marked, in order.
    pieces: Vec<Piece>,
}

impl Side<'_> {
    /// Returns what stands before a word, or behind the last one, without the white space at its ends.
    fn gap(&self, before: usize) -> Range<usize> {
        let start = before.checked_sub(1).map_or(0, |last| self.words[last].span.end);
        let end = self.words.get(before).map_or(self.text.len(), |word| word.span.start);
        let gap = &self.text[start..end];
        let start = start + gap.len() - gap.trim_start().len();
        start..start + gap.trim().len()
    }

    fn mark(&mut self, span: Range<usize>, kind: Kind) {
        if !span.is_empty() {
            self.pieces.push(Piece { span, kind });
        }
    }

    fn mark_words(&mut self, first: usize, len: usize, kind: Kind) {
        if len > 0 {
            self.mark(self.words[first].span.start..self.words[first + len - 1].span.end, kind);
        }
    }

    /// Returns all of the text: what is marked, and the rest between.
    fn finish(self) -> Vec<Piece> {
        let mut all: Vec<Piece> = Vec::with_capacity(2 * self.pieces.len() + 1);
        let mut end = 0;
        let rest = self.text.len()..self.text.len();
        for piece in self.pieces.into_iter().chain([Piece { span: rest, kind: Kind::Same }]) {
            if end < piece.span.start {
                all.push(Piece { span: end..piece.span.start, kind: Kind::Same });
            }
            end = piece.span.end;
            match all.last_mut() {
                Some(last) if last.kind == piece.kind && last.span.end == piece.span.start => {
                    last.span.end = end;
                }
                _ if piece.span.is_empty() => {}
                _ => all.push(piece),
            }
        }
        all
    }
}

struct Marks<'t> {
    earlier: Side<'t>,
    later: Side<'t>,
    counts: Difference,
    /// The kind of what stands on one side alone.
    changed: Kind,
}

impl Marks<'_> {
    fn add(&mut self, op: DiffOp) {
        let (old, new) = (op.old_range(), op.new_range());
        if !matches!(op, DiffOp::Equal { .. }) {
            self.earlier.mark_words(old.start, old.len(), self.changed);
            self.later.mark_words(new.start, new.len(), self.changed);
            self.counts.dropped += old.len();
            self.counts.added += new.len();
            return;
        }
        self.counts.common += old.len();
        for (old, new) in old.clone().zip(new.clone()) {
            // What stands between two words that both follow each other on both sides is compared too.
            let is_first = (old, new) == (0, 0);
            if is_first || (old > op.old_range().start) {
                self.compare_gaps(old, new);
            }
            let (old, new) = (self.earlier.words[old].span.clone(), self.later.words[new].span.clone());
            if self.earlier.text[old.clone()] != self.later.text[new.clone()] {
                self.earlier.mark(old, Kind::Folded);
                self.later.mark(new, Kind::Folded);
                self.counts.folded += 1;
            }
        }
        if (old.end, new.end) == (self.earlier.words.len(), self.later.words.len()) {
            self.compare_gaps(old.end, new.end);
        }
    }

    fn compare_gaps(&mut self, old: usize, new: usize) {
        let (old, new) = (self.earlier.gap(old), self.later.gap(new));
        if self.earlier.text[old.clone()] != self.later.text[new.clone()] {
            self.earlier.mark(old, Kind::Folded);
            self.later.mark(new, Kind::Folded);
        }
    }

    fn finish(self) -> Difference {
        Difference { earlier: self.earlier.finish(), later: self.later.finish(), ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    /// Writes the pieces with a sign around those that are marked.
    fn marked(text: &str, pieces: &[Piece]) -> String {
        let write = |piece: &Piece| match piece.kind {
            Kind::Same => text[piece.span.clone()].to_owned(),
            Kind::Folded => format!("({})", &text[piece.span.clone()]),
            Kind::Changed => format!("[{}]", &text[piece.span.clone()]),
        };
        pieces.iter().map(write).collect()
    }

    fn compare(earlier: &str, later: &str) -> (String, String) {
        let difference = WordComparer::new(Normalizer::new()).compare(earlier, later, false).unwrap();
        (marked(earlier, &difference.earlier), marked(later, &difference.later))
    }

    #[test]
    fn words_are_marked_whole_and_by_kind() {
        for (earlier, later, marked_earlier, marked_later) in [
            ("one two three", "one two three", "one two three", "one two three"),
            (
                "The mill burnt down.",
                "The mill fell down!",
                "The mill [burnt] down(.)",
                "The mill [fell] down(!)",
            ),
            ("It’s late", "“It's late”", "(It’s) late", "(“It's) late(”)"),
            ("a b c", "a c", "a [b] c", "a c"),
            ("قال أن البيت", "قال ان البيوت", "قال (أن) [البيت]", "قال (ان) [البيوت]"),
            ("河水夜间上涨", "河水今夜上涨", "河水夜[间]上涨", "河水[今]夜上涨"),
            ("", "new", "", "[new]"),
        ] {
            assert_eq!(compare(earlier, later), (marked_earlier.to_owned(), marked_later.to_owned()));
        }
    }

    #[test]
    fn what_is_known_to_be_the_same_is_never_shown_as_changed() {
        let (earlier, later) = ("they co-\noperate", "they cooperate");
        let difference = WordComparer::new(Normalizer::new()).compare(earlier, later, true).unwrap();
        assert_eq!(marked(later, &difference.later), "they (cooperate)");
    }

    proptest! {
        #[test]
        fn the_pieces_are_all_of_both_texts(earlier in "[a-cأا’'., \n]{0,40}", later in "[a-cأا’'., \n]{0,40}") {
            let difference = WordComparer::new(Normalizer::new()).compare(&earlier, &later, false).unwrap();
            for (text, pieces) in [(&earlier, &difference.earlier), (&later, &difference.later)] {
                let all: String = pieces.iter().map(|piece| &text[piece.span.clone()]).collect();
                prop_assert_eq!(&all, text);
            }
        }
    }
}

//! A prefix filter among the groups of crowded buckets.
//!
//! Where thousands of paragraphs are alike just below the threshold, all share their buckets, and none goes for another. To
//! compare each with all before it takes a time that grows with the square of their number. So they are looked up by
//! their rarest shingles instead, as the [exact join](crate::compare::join) does: two sets at the threshold have one in
//! common that is in the *index prefix* of the smaller and in the *probe prefix* of the larger, which is no shorter. What is
//! found so and shares no bucket is no candidate, so the filter changes no result.
// CPU s and peak MB of `dedup` on lines of 16 words, one of them another in each:
//
//                     10,000    20,000    60,000    200,000
//   each with each    2.6, 16   11.1, 23  94.2, 48
//   by prefixes       0.07, 17  0.11, 27  0.51, 53  2.9, 151
//
// In paragraphs of 80 words, seven of them each one of 60, no shingle is rare: 10,000, 20,000 and 60,000 take 0.9, 2.6 and 20 s in place
// of 6.1, 18 and 135 s.

use rayon::prelude::*;

use crate::compare::join::{Counts, index_prefix, probe_prefix};
use crate::corpus::contents::Contents;
use crate::corpus::neighbours::HeldSets;
use crate::groups::{FlatGroups, Lists, number};
use crate::lsh::Bands;

/// When groups are looked up by prefixes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowding {
    /// A bucket with this many groups or more is crowded.
    pub(crate) min_len: usize,
    /// After more comparisons without a result than this, groups of crowded buckets are looked up by prefixes.
    pub(crate) max_vain: usize,
}

impl Crowding {
    /// Returns what is right for a corpus of this many groups.
    pub(crate) fn new(groups: usize) -> Self {
        Self { min_len: MIN_CROWDED, max_vain: MIN_VAIN.max(VAIN_PER_GROUP * groups) }
    }
}

/// In eight sets of documentation, statutes, licences and verses, and a synthetic one, no bucket has as many groups: there prefixes
/// cost nothing.
const MIN_CROWDED: usize = 1 << 8;

/// In those sets a group was compared in vain with 0.1 to 2.1 others. With 64 in place of 8, 200,000 lines took 0.7 s more.
const VAIN_PER_GROUP: usize = 8;
const MIN_VAIN: usize = 1 << 16;

/// The groups of crowded buckets, by the shingles of their prefixes.
pub(crate) struct Prefixes {
    /// A bucket with this many groups or more is crowded.
    min_len: usize,
    /// With a shingle in its index prefix a group stands in list 2n, with one in the rest of its probe prefix in list 2n + 1. Lists
    /// in which none can find another are left out.
    lists: Lists,
}

/// A shingle in the prefix of a group: 31 bits of the shingle, which are enough to propose by, whether it is in the rest of the probe
/// prefix, and the group.
fn entry(shingle: u64, is_rest: bool, group: u32) -> u64 {
    shingle >> SHINGLE_SHIFT << SHINGLE_SHIFT | u64::from(is_rest) << u32::BITS | u64::from(group)
}

const SHINGLE_SHIFT: u32 = u32::BITS + 1;

fn shingle(entry: u64) -> u64 {
    entry >> SHINGLE_SHIFT
}

fn is_rest(entry: u64) -> bool {
    entry >> u32::BITS & 1 == 1
}

#[allow(clippy::cast_possible_truncation)] // the low half is the group
fn group(entry: u64) -> u32 {
    entry as u32
}

/// How many sets are made at a time to be counted.
const CHUNK_LEN: usize = 1 << 12;

impl Prefixes {
    /// Finds the prefixes of all groups of crowded buckets. Cost: two passes over their sets, and a sort of the prefixes.
    pub(crate) fn new(bands: &Bands, sets: &HeldSets, min_len: usize, contents: &Contents<'_>) -> Self {
        let comparator = &contents.detector.comparator();
        let groups = number(contents.copy_groups.len());
        let is_crowded = |group: &u32| {
            bands.of(*group).iter().any(|&bucket| bands.buckets().range(bucket).len() >= min_len)
        };
        let crowd: Vec<u32> = (0..groups).filter(is_crowded).collect();
        let words = |&group: &u32| {
            contents.paragraphs[contents.copy_groups[group as usize].first as usize].words as usize
        };
        let mut counts = Counts::new(crowd.iter().map(words).sum());
        for chunk in crowd.chunks(CHUNK_LEN) {
            let sets: Vec<_> = chunk.par_iter().map(|&group| sets.get(group, contents)).collect();
            for set in &sets {
                counts.add(set);
            }
        }
        let prefix = |&group: &u32| {
            let set = sets.get(group, contents);
            let size = set.len();
            if size == 0 {
                return Vec::new(); // its text could not be read
            }
            let (index, probe) = (index_prefix(comparator, size), probe_prefix(comparator, size));
            let mut rarest = counts.rarest(&set, probe);
            if index < rarest.len() {
                rarest.select_nth_unstable(index - 1);
            }
            let entries = rarest.into_iter().enumerate().filter(|(_, (count, _))| *count > 1);
            entries.map(|(n, (_, shingle))| entry(shingle, n >= index, group)).collect()
        };
        let mut entries: Vec<u64> = crowd.par_iter().flat_map_iter(prefix).collect();
        drop(counts);
        entries.par_sort_unstable();
        let shared = || {
            entries.chunk_by(|&a, &b| shingle(a) == shingle(b)).filter(|of| of.len() > 1 && !is_rest(of[0]))
        };
        let mut starts = vec![0];
        let mut end = 0;
        for of in shared() {
            let in_index = of.partition_point(|&entry| !is_rest(entry));
            starts.extend([end + in_index, end + of.len()].map(number));
            end += of.len();
        }
        let places = || {
            (0_u32..).step_by(2).zip(shared()).flat_map(|(list, of)| {
                of.iter().map(move |&entry| (group(entry), list + u32::from(is_rest(entry))))
            })
        };
        Self { min_len, lists: Lists::new(FlatGroups::new(groups as usize, places), starts) }
    }

    /// Returns the lists in which each group stands.
    pub(crate) fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Returns lists in which all stand that may be near a group and share a bucket with it, and others too: what `of_bucket`
    /// returns of its buckets, or what `of_list` returns by prefixes in place of those that are crowded, if that is shorter by `len`.
    pub(crate) fn near<L>(
        &self,
        bands: &Bands,
        group: u32,
        of_bucket: impl Fn(u32) -> L,
        of_list: impl Fn(u32) -> L,
        len: impl Fn(&L) -> usize,
    ) -> Vec<L> {
        let (mut lists, mut crowded) = (Vec::new(), Vec::new());
        for &bucket in bands.of(group) {
            let is_crowded = bands.buckets().range(bucket).len() >= self.min_len;
            if is_crowded { &mut crowded } else { &mut lists }.push(of_bucket(bucket));
        }
        let mut by_prefix = Vec::new();
        for &list in self.lists.of(group) {
            let index = list & !1;
            by_prefix.push(of_list(index));
            by_prefix.extend((list == index).then(|| of_list(index + 1)));
        }
        let total = |lists: &[L]| lists.iter().map(&len).sum::<usize>();
        lists.extend(if total(&by_prefix) < total(&crowded) { by_prefix } else { crowded });
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::ops::Range;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use crate::article::config::{Config, Siblings};
    use crate::compare::pair::{Evidence, ParagraphPair};
    use crate::corpus::{Corpus, CorpusBuilder, Found, Keep, Redundant, Scope};
    use crate::shingle::Shingles;
    use crate::text::paragraph::Boundary;

    const PLAIN: Crowding = Crowding { min_len: usize::MAX, max_vain: usize::MAX };

    /// A line of sixteen words, but for those that are others: many are of few words, some of many.
    fn line() -> impl Strategy<Value = String> {
        let other = (0..16_usize, prop_oneof![3 => 0..3_u32, 1 => 0..1_000_u32]);
        (vec(other, 0..5), 12..17_usize).prop_map(|(others, len)| {
            let mut words: Vec<String> = (0..len).map(|n| format!("word{n}")).collect();
            for (place, other) in others {
                if let Some(word) = words.get_mut(place) {
                    *word = format!("other{other}");
                }
            }
            words.join(" ")
        })
    }

    /// A few documents of such lines, and of shorter ones; in some all stands twice, in order.
    fn documents() -> impl Strategy<Value = Vec<String>> {
        let short = (0..4_u32, 0..4_u32).prop_map(|(a, b)| format!("short{a} line{b} here"));
        let line = prop_oneof![5 => line(), 1 => short];
        let document = (vec(line, 1..10), 0..8_u32).prop_map(|(lines, n)| {
            let lines = lines.join("\n");
            if n == 0 { format!("{lines}\n{}", lines.replace("word7", "seventh")) } else { lines }
        });
        vec(document, 1..14)
    }

    fn builders() -> impl Strategy<Value = CorpusBuilder> {
        let detectors = (
            select(vec![0.5, 0.7, 0.8, 0.9]),
            select(vec![Shingles::Words(1), Shingles::Words(2), Shingles::Auto]),
            select(vec![Siblings::Keep, Siblings::Remove]),
        );
        let options = (
            select(vec![Scope::Within, Scope::Across, Scope::All]),
            select(vec![Keep::First, Keep::Last, Keep::Longest]),
            select(vec![Evidence::Threshold, Evidence::Run]),
            0..14_usize,
        );
        (detectors, options).prop_map(|((threshold, shingles, siblings), (scope, keep, evidence, words))| {
            let config = Config::new().boundary(Boundary::Newline).threshold(threshold);
            let detector = config.shingles(shingles).siblings(siblings).build().unwrap();
            Corpus::builder(detector).scope(scope).keep(keep).evidence(evidence).min_words(words)
        })
    }

    fn found<'a>(
        builder: CorpusBuilder,
        documents: &'a [String],
        ranks: &[u32],
        is_read: bool,
        crowding: Crowding,
    ) -> Found<'a> {
        let mut found = if is_read {
            let read = move |document, part: Range<usize>| {
                documents[usize::try_from(document).unwrap()][part].to_owned()
            };
            let mut corpus = builder.build_reading(read);
            corpus.extend(documents);
            corpus.rank_documents(ranks.iter().copied());
            corpus.find()
        } else {
            let mut corpus = builder.build();
            corpus.extend(documents);
            corpus.rank_documents(ranks.iter().copied());
            corpus.find()
        };
        found.set_crowding(crowding);
        found
    }

    fn all(found: &Found<'_>) -> (Redundant, Vec<ParagraphPair>) {
        (found.redundant().clone(), found.pairs().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn prefixes_change_no_result(
            documents in documents(), builder in builders(), ranks in vec(0..3_u32, 0..8), is_read: bool,
            min_len in 2..6_usize, max_vain in select(vec![0, 10, 100, 400]),
        ) {
            let plain = found(builder, &documents, &ranks, is_read, PLAIN);
            let crowded = found(builder, &documents, &ranks, is_read, Crowding { min_len, max_vain });
            prop_assert_eq!(all(&plain), all(&crowded));
        }
    }
}

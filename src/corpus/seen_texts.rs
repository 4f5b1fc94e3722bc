//! The texts of paragraphs that came in before, so that one that comes again to the byte is not read again.
//!
//! Most exact copies are copies to the byte. A text is compared before it is taken for one that was seen.
// CPU of `dedup` in turn, with this and faster reading of Thai and Han, medians: eight sets of real text 10.2 and 8.5 s (382,000 of a
// million paragraphs go), Arabic documentation 1.5 and 1.2 s; where hardly any text comes again, a table more takes 1 to 2 %.

use ahash::RandomState;
use hashbrown::HashTable;

use crate::article::doubled::sample::HalfSample;
use crate::corpus::contents::{Contents, CopyGroup};

/// The copy groups by the text of their first paragraph: about 7 bytes for each, and 16 for those of documents in which a body may
/// stand twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenTexts {
    hasher: RandomState,
    by_text: HashTable<u32>,
    samples: Vec<HalfSample>,
}

/// In place of a sample that is not known. One of a paragraph with words has a hash.
const NO_SAMPLE: HalfSample = [u32::MAX; 4];

/// What is known of a paragraph whose text was seen before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) group: u32,
    pub(crate) words: u32,
    /// All ones, if it was not asked for.
    pub(crate) sample: HalfSample,
}

impl SeenTexts {
    /// Returns the hash of a text.
    #[allow(clippy::cast_possible_truncation)] // half of it is left
    pub(crate) fn hash(&self, text: &str) -> u32 {
        self.hasher.hash_one(text) as u32
    }

    /// Finds a text with this hash; only one whose sample is known, if that is wanted.
    pub(crate) fn find(
        &self,
        hash: u32,
        text: &str,
        wants_sample: bool,
        contents: &Contents<'_>,
    ) -> Option<Seen> {
        let of = |group: u32| &contents.copy_groups[group as usize];
        let is_same =
            |&group: &u32| of(group).text_hash == hash && contents.paragraph_text(of(group).first) == text;
        let &group = self.by_text.find(spread(hash), is_same)?;
        let sample = self.samples.get(group as usize).copied().unwrap_or(NO_SAMPLE);
        let words = contents.paragraphs[of(group).first as usize].words;
        (!wants_sample || sample != NO_SAMPLE).then_some(Seen { group, words, sample })
    }

    /// Adds the text of a new group.
    pub(crate) fn add(&mut self, group: u32, groups: &[CopyGroup]) {
        let hash = |&group: &u32| spread(groups[group as usize].text_hash);
        self.by_text.insert_unique(hash(&group), group, hash);
    }

    /// Keeps the sample of a group.
    pub(crate) fn keep_sample(&mut self, group: u32, sample: HalfSample) {
        let place = group as usize;
        if self.samples.len() <= place {
            self.samples.resize(place + 1, NO_SAMPLE);
        }
        self.samples[place] = sample;
    }
}

/// Returns a hash of 64 bits, as the table wants, of one of 32.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

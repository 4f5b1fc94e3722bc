//! Buckets that grow: a flat table, sorted by key, with gaps.

use std::collections::BTreeSet;
use std::hint::black_box;

use ahash::AHashMap;

use crate::lsh::key::{PARTS, bucket_key, part_of, tag_of};

/// Buckets by key, each a set of numbers, for an index that grows.
///
/// A number stands for a paragraph. Its keys come from [`Banding::keys`](super::Banding::keys), or are other good hashes.
/// A bucket is known by 40 bits of its key: two different keys share a bucket with a probability of 2⁻⁴⁰. Candidates are to
/// be compared in any case.
///
/// # Cost
///
/// An entry (a number in a bucket) takes 10.4 bytes on average, in arrays that grow one by one, by an eighth to three
/// eighths. To insert, remove or look up a key takes constant time on average, and the logarithm of its bucket's size
/// where a bucket is large, besides the numbers that are returned.
///
/// ```
/// use dittograph::lsh::Buckets;
///
/// let hashes = [0x8d30_1f7a_22c5_e091, 0x17b6_90e4_5d3f_0a2c, 0xe25c_4417_b809_6fd3];
/// let mut buckets = Buckets::default();
/// buckets.insert(&hashes[..2], 7);
/// buckets.insert(&hashes[1..], 4);
/// assert_eq!(buckets.candidates(&hashes), [4, 7]);
/// buckets.remove(&hashes[..2], 7);
/// assert_eq!(buckets.candidates(&hashes), [4]);
/// ```
// One entry is one slot of 8 bytes. Links (a slot for each key, and for each entry the number before it) would take
// 12, and an access to memory for each number found.
//
// Measured with 10⁴, 10⁵ and 10⁶ paragraphs of 16 keys, in the same run as a map of vectors in its place, where an
// independent read of such a table takes 9 ns with 10⁶. Processor time, ns an entry:
//   insert                   48, 54, 100; map 54, 276, 456
//   look up a held key       25, 35, 52;  map 26, 85, 192
//   look up another key      15, 27, 42;  map 3, 13, 23
//   look up, then insert     60, 69, 107
//   remove                   23, 35, 54
// Bytes a paragraph: 169, 166, 164; map 1322, 1033, 959. See `benches/index.rs`.
#[derive(Clone, Debug)]
pub struct Buckets {
    parts: Vec<Part>,
    /// The buckets that outgrew their part, by their keys.
    large: AHashMap<u64, BTreeSet<u32>>,
    entries: usize,
}

/// How many numbers of a bucket stand in its part. A larger bucket leaves it, so that the search for others stays short.
const MAX_INLINE: usize = 8;

/// In place of a number: the bucket is among the large ones.
const LARGE: u32 = u32::MAX;

impl Default for Buckets {
    fn default() -> Self {
        Self { parts: vec![Part::default(); PARTS], large: AHashMap::new(), entries: 0 }
    }
}

impl Buckets {
    /// Inserts a number into the buckets of these keys; where it stands already, nothing changes.
    ///
    /// # Panics
    ///
    /// If the number is `u32::MAX`, which marks the large buckets.
    pub fn insert(&mut self, keys: &[u64], number: u32) {
        assert!(number < LARGE, "a number in a bucket must be below {LARGE}, got {number}");
        self.touch(keys);
        for &key in keys {
            self.entries += usize::from(self.insert_one(key, number));
        }
    }

    /// Removes a number from the buckets of these keys; where it does not stand, nothing changes.
    pub fn remove(&mut self, keys: &[u64], number: u32) {
        self.touch(keys);
        for &key in keys {
            self.entries -= usize::from(self.remove_one(key, number));
        }
    }

    /// Returns the numbers in the buckets of these keys: ascending, none twice.
    #[must_use]
    pub fn candidates(&self, keys: &[u64]) -> Vec<u32> {
        self.touch(keys);
        let mut found = Vec::new();
        for &key in keys {
            let part = &self.parts[part_of(key)];
            for &slot in part.slots_from(slot_of(key, 0)).take_while(|&&slot| tag(slot) == tag_of(key)) {
                match number_of(slot) {
                    LARGE => found.extend(&self.large[&bucket_key(key)]),
                    number => found.push(number),
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Returns the number of entries: a number counts once for each bucket that it is in.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Returns how many numbers the largest bucket holds. Cost: one pass over all entries.
    #[must_use]
    pub fn largest(&self) -> usize {
        let inline = self.parts.iter().flat_map(|part| part.slots.chunk_by(|&a, &b| tag(a) == tag(b)));
        let inline = inline.filter(|bucket| bucket[0] != EMPTY).map(<[u64]>::len);
        inline.chain(self.large.values().map(BTreeSet::len)).max().unwrap_or(0)
    }

    /// Returns how many bytes the table takes, without the numbers of buckets of more than eight.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let slots: usize = self.parts.iter().map(|part| part.slots.capacity()).sum();
        size_of::<Part>() * self.parts.capacity() + size_of::<u64>() * slots
    }

    /// Returns all entries as bucket key and number, ascending by both.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (u64, u32)> {
        let parts = (0..).zip(&self.parts);
        parts.flat_map(move |(part, slots)| {
            let slots = slots.slots.iter().filter(|&&slot| slot != EMPTY);
            slots.flat_map(move |&slot| {
                let key = part << 32 | tag(slot);
                let large = (number_of(slot) == LARGE).then(|| self.large[&key].iter().copied());
                let one = Some(number_of(slot)).filter(|&number| number != LARGE);
                one.into_iter().chain(large.into_iter().flatten()).map(move |number| (key, number))
            })
        })
    }

    /// Creates buckets from their entries, bucket key and number, ascending by both.
    pub(crate) fn from_ordered(entries: impl IntoIterator<Item = (u64, u32)>) -> Self {
        let mut buckets = Self::default();
        let mut entries = entries.into_iter().peekable();
        for part in 0..PARTS {
            let mut slots = Vec::new();
            while let Some(&(key, _)) = entries.peek().filter(|(key, _)| key >> 32 == part as u64) {
                let first = slots.len();
                let bucket = std::iter::from_fn(|| entries.next_if(|&(other, _)| other == key));
                slots.extend(bucket.map(|(_, number)| key << 32 | u64::from(number)));
                buckets.entries += slots.len() - first;
                if slots.len() - first > MAX_INLINE {
                    buckets.large.insert(key, slots.drain(first..).map(number_of).collect());
                    slots.push(key << 32 | u64::from(LARGE));
                }
            }
            buckets.parts[part] = Part::from_ordered(&slots);
        }
        buckets
    }

    /// Reads a slot near each key before any is searched for, so that the processor waits for all of them at once, not
    /// for one after the other.
    // ns an entry with and without: 101 and 195 to insert, 56 and 121 to look up. Reading the next line too: the same.
    fn touch(&self, keys: &[u64]) {
        let read = |&key: &u64| {
            let part = &self.parts[part_of(key)];
            part.slots.get(part.home(tag_of(key))).copied().unwrap_or(EMPTY)
        };
        black_box(keys.iter().map(read).fold(0, |all, slot| all ^ slot));
    }

    /// Inserts a number into one bucket, and returns true if it was not there.
    fn insert_one(&mut self, key: u64, number: u32) -> bool {
        let part = &mut self.parts[part_of(key)];
        let (first, bucket) = part.bucket(tag_of(key));
        if bucket.first() == Some(&slot_of(key, LARGE)) {
            return self.large.entry(bucket_key(key)).or_default().insert(number);
        }
        let slot = slot_of(key, number);
        if bucket.contains(&slot) {
            return false;
        }
        if bucket.len() < MAX_INLINE {
            let at = first + bucket.iter().filter(|&&other| other < slot).count();
            part.insert(at, slot);
            return true;
        }
        let mut numbers: BTreeSet<u32> = bucket.iter().map(|&slot| number_of(slot)).collect();
        numbers.insert(number);
        (1..bucket.len()).for_each(|_| part.remove(first));
        part.slots[first] = slot_of(key, LARGE);
        self.large.insert(bucket_key(key), numbers);
        true
    }

    /// Removes a number from one bucket, and returns true if it was there.
    fn remove_one(&mut self, key: u64, number: u32) -> bool {
        let part = &mut self.parts[part_of(key)];
        let (first, bucket) = part.bucket(tag_of(key));
        if bucket.first() != Some(&slot_of(key, LARGE)) {
            let found = bucket.iter().position(|&other| other == slot_of(key, number));
            return found.map(|n| part.remove(first + n)).is_some();
        }
        let numbers = self.large.entry(bucket_key(key)).or_default();
        let was_there = numbers.remove(&number);
        if numbers.is_empty() {
            self.large.remove(&bucket_key(key));
            part.remove(first);
        }
        was_there
    }
}

/// Returns the slot of an entry: the tag of the bucket, then the number.
fn slot_of(key: u64, number: u32) -> u64 {
    tag_of(key) << 32 | u64::from(number)
}

/// Returns the tag in a slot.
fn tag(slot: u64) -> u64 {
    slot >> 32
}

/// Returns the number in a slot.
#[allow(clippy::cast_possible_truncation)] // the low half is meant
fn number_of(slot: u64) -> u32 {
    slot as u32
}

/// A slot that holds nothing: greater than any that does, as no tag is so great.
const EMPTY: u64 = u64::MAX;

/// Slots in ascending order with gaps between them (Amble and Knuth, *Ordered hash tables*, 1974).
///
/// Each slot stands at its home or after it, and no slot between the two is empty. Homes ascend with the slots, so
/// nothing ever wraps around, and a larger array is filled in one pass. Where a slot stands depends on what is held
/// and on the size of the array, not on the order in which it came in.
// The way from the home is 1.9 slots on the average, so an entry lies in one or two lines of the cache. Not sorted,
// with a line as home, the search goes on to the next gap, at 22 slots: 177 to insert and 176 to look up, in ns an entry
// as in `touch`. Lines of eight tags and eight numbers, to be compared all at once: with a second line beside the first,
// 180 and 155; with a second one elsewhere (cuckoo hashing), 135 and 76, and a table that a few keys can fill.
#[derive(Clone, Debug, Default)]
struct Part {
    slots: Vec<u64>,
    /// How many slots, from the first on, are the home of some tag.
    homes: usize,
    /// How many slots are not empty.
    len: usize,
}

/// By how many slots the array is longer than its homes at first, and grows at its end.
const SPARE_SLOTS: usize = 16;

impl Part {
    /// Returns where the slots of a tag begin if none before them is in the way.
    #[allow(clippy::cast_possible_truncation)] // it is less than `homes`
    fn home(&self, tag: u64) -> usize {
        ((tag * self.homes as u64) >> 32) as usize
    }

    /// Returns the slots from the first that is not less than `slot`.
    fn slots_from(&self, slot: u64) -> impl Iterator<Item = &u64> {
        self.slots[self.home(tag(slot))..].iter().skip_while(move |&&other| other < slot)
    }

    /// Returns where the first slot of a tag stands, or would stand, and the slots of the tag.
    fn bucket(&self, tag: u64) -> (usize, &[u64]) {
        let home = self.home(tag);
        let first = home + self.slots[home..].iter().take_while(|&&slot| slot < tag << 32).count();
        let len = self.slots[first..].iter().take_while(|&&slot| self::tag(slot) == tag).count();
        (first, &self.slots[first..first + len])
    }

    /// Inserts a slot that is not there at its place `at`.
    #[allow(clippy::cast_possible_truncation)] // the low bits are meant
    fn insert(&mut self, mut at: usize, slot: u64) {
        if 8 * self.len >= 7 * self.homes {
            self.grow(tag(slot) as usize % 256);
            let (first, bucket) = self.bucket(tag(slot));
            at = first + bucket.iter().filter(|&&other| other < slot).count();
        }
        let gap = self.slots[at..].iter().position(|&slot| slot == EMPTY);
        let gap = gap.map_or_else(|| self.extend(), |n| at + n);
        self.slots.copy_within(at..gap, at + 1);
        self.slots[at] = slot;
        self.len += 1;
    }

    /// Removes the slot at a place. Those that follow move back, up to one that stands at its home.
    fn remove(&mut self, at: usize) {
        let stays = |&n: &usize| self.slots[n] == EMPTY || self.home(tag(self.slots[n])) == n;
        let end = (at + 1..self.slots.len()).find(stays).unwrap_or(self.slots.len());
        self.slots.copy_within(at + 1..end, at);
        self.slots[end - 1] = EMPTY;
        self.len -= 1;
    }

    /// Grows the array by an eighth and up to two more, by a chance of 0 to 255.
    ///
    /// So the parts grow at different times, and together take the same memory an entry however many there are.
    fn grow(&mut self, chance: usize) {
        let old = std::mem::take(&mut self.slots);
        let homes = self.homes + 8 + self.homes / 8 + self.homes * chance / 1024;
        *self = Self::with_slots(homes, self.len, old.into_iter().filter(|&slot| slot != EMPTY));
    }

    /// Creates a part from its slots in ascending order.
    fn from_ordered(slots: &[u64]) -> Self {
        Self::with_slots(slots.len() + slots.len() / 4, slots.len(), slots.iter().copied())
    }

    /// Creates a part with room for `homes` from its `len` slots in ascending order, none of them empty.
    fn with_slots(homes: usize, len: usize, slots: impl Iterator<Item = u64>) -> Self {
        let mut part = Self { slots: vec![EMPTY; homes + SPARE_SLOTS], homes, len };
        let mut at = 0;
        for slot in slots {
            at = at.max(part.home(tag(slot)));
            if at == part.slots.len() {
                part.extend();
            }
            part.slots[at] = slot;
            at += 1;
        }
        part
    }

    /// Appends empty slots, and returns where they begin.
    fn extend(&mut self) -> usize {
        let end = self.slots.len();
        self.slots.reserve_exact(SPARE_SLOTS);
        self.slots.resize(end + SPARE_SLOTS, EMPTY);
        end
    }
}

//! Buckets that grow: a flat table, sorted by key, with gaps.

use std::collections::BTreeSet;
use std::hint::black_box;

use ahash::AHashMap;

/// Buckets by key, each a set of numbers, for an index that grows.
///
/// The keys of a paragraph come from [`Banding::keys`](super::Banding::keys); whatever else they come from, they
/// must be good hashes: 40 bits of them tell buckets apart, so that one key in 2⁴⁰ falls by chance in the bucket of
/// another. Candidates are to be compared in any case.
///
/// It takes 10.4 bytes an entry on the average, in arrays that grow one by one, by an eighth to three eighths.
/// Putting in, taking out and asking cost the same however many numbers share a bucket, but for its logarithm and
/// for the numbers that are handed back.
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
//   to put in                48, 54, 100; map 54, 276, 456
//   to ask for what is       25, 35, 52;  map 26, 85, 192
//   to ask for what is not   15, 27, 42;  map 3, 13, 23
//   to ask, then put in      60, 69, 107
//   to take out              23, 35, 54
// Bytes a paragraph: 169, 166, 164; map 1322, 1033, 959. See `benches/index.rs`.
#[derive(Clone, Debug)]
pub struct Buckets {
    parts: Vec<Part>,
    /// The buckets with more than `FEW` numbers, by `name`.
    many: AHashMap<u64, BTreeSet<u32>>,
    entries: usize,
}

/// Into how many arrays the table is cut, by the low bits of the key. Only one of them is copied at a time.
const PARTS: usize = 1 << 8;

/// A bucket with more numbers than this leaves its part, so that no bucket makes a long way for others.
const FEW: usize = 8;

/// In place of a number: the bucket is among those with many.
const MANY: u32 = u32::MAX;

impl Default for Buckets {
    fn default() -> Self {
        Self { parts: vec![Part::default(); PARTS], many: AHashMap::new(), entries: 0 }
    }
}

impl Buckets {
    /// Put a number in the buckets of these keys.
    ///
    /// # Panics
    ///
    /// If the number is `u32::MAX`.
    pub fn insert(&mut self, keys: &[u64], number: u32) {
        assert!(number < MANY, "a number in buckets is below {MANY}");
        self.touch(keys);
        for &key in keys {
            self.entries += usize::from(self.insert_one(key, number));
        }
    }

    /// Take a number out of the buckets of these keys.
    pub fn remove(&mut self, keys: &[u64], number: u32) {
        self.touch(keys);
        for &key in keys {
            self.entries -= usize::from(self.remove_one(key, number));
        }
    }

    /// The numbers in the buckets of these keys: ascending, none twice.
    #[must_use]
    pub fn candidates(&self, keys: &[u64]) -> Vec<u32> {
        self.touch(keys);
        let mut found = Vec::new();
        for &key in keys {
            let part = &self.parts[part(key)];
            for &slot in part.from(slot(key, 0)).take_while(|&&slot| tag(slot) == tag_of(key)) {
                match number(slot) {
                    MANY => found.extend(&self.many[&name(key)]),
                    number => found.push(number),
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How many numbers stand in buckets, counted once for each bucket.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// The size of the largest bucket. Cost: one pass over all.
    #[must_use]
    pub fn largest(&self) -> usize {
        let few = self.parts.iter().flat_map(|part| part.slots.chunk_by(|&a, &b| tag(a) == tag(b)));
        let few = few.filter(|bucket| bucket[0] != EMPTY).map(<[u64]>::len);
        few.chain(self.many.values().map(BTreeSet::len)).max().unwrap_or(0)
    }

    /// The bytes that the table takes, without the buckets of more than eight numbers.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let slots: usize = self.parts.iter().map(|part| part.slots.capacity()).sum();
        size_of::<Part>() * self.parts.capacity() + size_of::<u64>() * slots
    }

    /// All numbers by the names of their buckets: ascending by name, then number.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (u64, u32)> {
        let parts = (0..).zip(&self.parts);
        parts.flat_map(move |(part, slots)| {
            let slots = slots.slots.iter().filter(|&&slot| slot != EMPTY);
            slots.flat_map(move |&slot| {
                let name = part << 32 | tag(slot);
                let many = (number(slot) == MANY).then(|| self.many[&name].iter().copied());
                let one = Some(number(slot)).filter(|&number| number != MANY);
                one.into_iter().chain(many.into_iter().flatten()).map(move |number| (name, number))
            })
        })
    }

    /// The buckets that these numbers stand in, by the names of their buckets: ascending by name, then number.
    pub(crate) fn of_ordered(entries: impl IntoIterator<Item = (u64, u32)>) -> Self {
        let mut buckets = Self::default();
        let mut entries = entries.into_iter().peekable();
        for part in 0..PARTS {
            let mut slots = Vec::new();
            while let Some(&(name, _)) = entries.peek().filter(|(name, _)| name >> 32 == part as u64) {
                let first = slots.len();
                let bucket = std::iter::from_fn(|| entries.next_if(|&(other, _)| other == name));
                slots.extend(bucket.map(|(_, number)| name << 32 | u64::from(number)));
                buckets.entries += slots.len() - first;
                if slots.len() - first > FEW {
                    buckets.many.insert(name, slots.drain(first..).map(number).collect());
                    slots.push(name << 32 | u64::from(MANY));
                }
            }
            buckets.parts[part] = Part::of_ordered(&slots);
        }
        buckets
    }

    /// Read a slot near each key before any is looked at closely: the processor then waits for all of them at once,
    /// not for one after the other.
    // ns an entry with and without: 101 and 195 to put in, 56 and 121 to ask. Reading the line after it too: the same.
    fn touch(&self, keys: &[u64]) {
        let read = |&key: &u64| {
            let part = &self.parts[part(key)];
            part.slots.get(part.home(tag_of(key))).copied().unwrap_or(EMPTY)
        };
        black_box(keys.iter().map(read).fold(0, |all, slot| all ^ slot));
    }

    /// Whether it was not there.
    fn insert_one(&mut self, key: u64, number: u32) -> bool {
        let part = &mut self.parts[part(key)];
        let (first, bucket) = part.bucket(tag_of(key));
        if bucket.first() == Some(&slot(key, MANY)) {
            return self.many.entry(name(key)).or_default().insert(number);
        }
        let slot_of_it = slot(key, number);
        if bucket.contains(&slot_of_it) {
            return false;
        }
        if bucket.len() < FEW {
            let at = first + bucket.iter().filter(|&&other| other < slot_of_it).count();
            part.insert(at, slot_of_it);
            return true;
        }
        let mut numbers: BTreeSet<u32> = bucket.iter().map(|&slot| self::number(slot)).collect();
        numbers.insert(number);
        (1..bucket.len()).for_each(|_| part.remove(first));
        part.slots[first] = slot(key, MANY);
        self.many.insert(name(key), numbers);
        true
    }

    /// Whether it was there.
    fn remove_one(&mut self, key: u64, number: u32) -> bool {
        let part = &mut self.parts[part(key)];
        let (first, bucket) = part.bucket(tag_of(key));
        if bucket.first() != Some(&slot(key, MANY)) {
            let found = bucket.iter().position(|&other| other == slot(key, number));
            return found.map(|n| part.remove(first + n)).is_some();
        }
        let numbers = self.many.entry(name(key)).or_default();
        let was_there = numbers.remove(&number);
        if numbers.is_empty() {
            self.many.remove(&name(key));
            part.remove(first);
        }
        was_there
    }
}

/// The high half of a key, but for one value, which is left to `EMPTY`.
fn tag_of(key: u64) -> u64 {
    tag(key).min(tag(EMPTY) - 1)
}

#[allow(clippy::cast_possible_truncation)] // the low bits are meant
fn part(key: u64) -> usize {
    key as usize % PARTS
}

/// All that tells a bucket from others, in 40 bits: its part, then its tag.
pub(crate) fn name(key: u64) -> u64 {
    (part(key) as u64) << 32 | tag_of(key)
}

/// A number in a bucket: the tag of the bucket, then the number.
fn slot(key: u64, number: u32) -> u64 {
    tag_of(key) << 32 | u64::from(number)
}

fn tag(slot: u64) -> u64 {
    slot >> 32
}

#[allow(clippy::cast_possible_truncation)] // the low half is meant
fn number(slot: u64) -> u32 {
    slot as u32
}

/// More than any slot.
const EMPTY: u64 = u64::MAX;

/// Slots in ascending order with gaps between them (Amble and Knuth, *Ordered hash tables*, 1974): each stands at
/// its home or after it, and none is empty from there to it. Homes ascend with the slots, so nothing ever wraps
/// around, a larger array is filled in one pass, and what is held alone decides what stands where in an array of a
/// given size.
// The way from the home is 1.9 slots on the average, so an entry lies in one or two lines of the cache. Not sorted,
// with a line as home, one has to look on to the next gap, at 22 slots: 177 to put in and 176 to ask, in ns an entry
// as in `touch`. Lines of eight tags and eight numbers, to be compared all at once: with a second line beside the first,
// 180 and 155; with a second one elsewhere (cuckoo hashing), 135 and 76, and a table that a few keys can fill.
#[derive(Clone, Debug, Default)]
struct Part {
    slots: Vec<u64>,
    /// How many slots are the home of any; some more follow.
    homes: usize,
    len: usize,
}

/// Slots after the last home, at first.
const SPARE: usize = 16;

impl Part {
    #[allow(clippy::cast_possible_truncation)] // it is less than `homes`
    fn home(&self, tag: u64) -> usize {
        ((tag * self.homes as u64) >> 32) as usize
    }

    /// The slots that are not less than one.
    fn from(&self, slot: u64) -> impl Iterator<Item = &u64> {
        self.slots[self.home(tag(slot))..].iter().skip_while(move |&&other| other < slot)
    }

    /// The slots of a tag and where the first stands, or would stand.
    fn bucket(&self, tag: u64) -> (usize, &[u64]) {
        let home = self.home(tag);
        let first = home + self.slots[home..].iter().take_while(|&&slot| slot < tag << 32).count();
        let len = self.slots[first..].iter().take_while(|&&slot| self::tag(slot) == tag).count();
        (first, &self.slots[first..first + len])
    }

    /// Put in a slot that is not there, where it belongs.
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

    /// Those that follow move back, until one stands at its home.
    fn remove(&mut self, at: usize) {
        let stays = |&n: &usize| self.slots[n] == EMPTY || self.home(tag(self.slots[n])) == n;
        let end = (at + 1..self.slots.len()).find(stays).unwrap_or(self.slots.len());
        self.slots.copy_within(at + 1..end, at);
        self.slots[end - 1] = EMPTY;
        self.len -= 1;
    }

    /// Grow by an eighth and up to two more, by chance (of 256), so that the parts grow at different times: together
    /// they take the same memory an entry however many there are.
    fn grow(&mut self, chance: usize) {
        let old = std::mem::take(&mut self.slots);
        let homes = self.homes + 8 + self.homes / 8 + self.homes * chance / 1024;
        *self = Self::of(homes, self.len, old.into_iter().filter(|&slot| slot != EMPTY));
    }

    /// Slots that are in order.
    fn of_ordered(slots: &[u64]) -> Self {
        Self::of(slots.len() + slots.len() / 4, slots.len(), slots.iter().copied())
    }

    /// So many slots that are in order, none of them empty.
    fn of(homes: usize, len: usize, slots: impl Iterator<Item = u64>) -> Self {
        let mut part = Self { slots: vec![EMPTY; homes + SPARE], homes, len };
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

    /// More room at the end, and where it begins.
    fn extend(&mut self) -> usize {
        let end = self.slots.len();
        self.slots.reserve_exact(SPARE);
        self.slots.resize(end + SPARE, EMPTY);
        end
    }
}

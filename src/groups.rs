//! Items in groups, all in one array; and the 32-bit numbers of paragraphs, sets and buckets.

use std::ops::Range;
use std::sync::OnceLock;

/// Returns numbers below `bound` in ascending order, each once.
///
/// Many are marked in a set of bits instead of sorted: where thousands of paragraphs share their buckets that halves the time.
pub(crate) fn distinct(mut numbers: Vec<u32>, bound: usize) -> Vec<u32> {
    if numbers.len() < bound / u64::BITS as usize {
        numbers.sort_unstable();
        numbers.dedup();
        return numbers;
    }
    let mut marks = vec![0_u64; bound.div_ceil(u64::BITS as usize)];
    for &number in &numbers {
        marks[(number / u64::BITS) as usize] |= 1 << (number % u64::BITS);
    }
    numbers.clear();
    for (word, mut bits) in (0_u32..).zip(marks) {
        while bits != 0 {
            numbers.push(word * u64::BITS + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }
    numbers
}

/// Items in numbered groups, one group after the other in a single array (compressed sparse rows).
///
/// It takes 4 bytes a group besides the items, and no allocation of its own for a group.
#[derive(Clone, Debug)]
pub(crate) struct FlatGroups<T> {
    /// Where each group starts, and the end of the last.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default> FlatGroups<T> {
    /// Creates `count` groups of items, each given with the number of its group. The items of a group keep their order.
    /// `items` is called twice, to count and to fill.
    ///
    /// # Panics
    ///
    /// If an item is of no group, or from 2³² items on.
    pub(crate) fn new<I: Iterator<Item = (u32, T)>>(count: usize, items: impl Fn() -> I) -> Self {
        // Counted two places further on, so that after the sums each start is the place of the next item, and after the
        // last item that of the next group.
        let mut starts = vec![0_u32; count + 2];
        items().for_each(|(group, _)| starts[group as usize + 2] += 1);
        let mut sum = 0_usize;
        for start in &mut starts {
            sum += *start as usize;
            *start = number(sum);
        }
        let items = place_items(&mut starts[1..], sum, items());
        starts.pop();
        Self { starts, items }
    }

    /// Returns the items of a group.
    pub(crate) fn get(&self, group: u32) -> &[T] {
        &self.items[self.range(group)]
    }

    /// Returns where the items of a group stand among all items.
    pub(crate) fn range(&self, group: u32) -> Range<usize> {
        self.starts[group as usize] as usize..self.starts[group as usize + 1] as usize
    }

    /// Returns how many groups there are.
    pub(crate) fn len(&self) -> u32 {
        number(self.starts.len() - 1)
    }

    /// Returns how many items there are in all groups.
    pub(crate) fn item_count(&self) -> usize {
        self.items.len()
    }

    /// Returns all items, one group after the other.
    pub(crate) fn into_items(self) -> Vec<T> {
        self.items
    }
}

/// Numbered things in numbered lists, by the thing and by the list.
///
/// It takes 4 bytes for each thing, list, and place in a list, and 4 more for each place once members are asked for.
pub(crate) struct Lists {
    of: FlatGroups<u32>,
    /// Where the members of each list begin, and the end of the last.
    starts: Vec<u32>,
    /// The members of each list, between two entries of `starts`. They are not `FlatGroups`, which would hold the
    /// starts a second time: 4 bytes more for each list.
    members: OnceLock<Vec<u32>>,
}

impl Lists {
    /// Creates them from the lists of each thing, and where the members of each list begin, and the end of the last.
    pub(crate) fn new(of: FlatGroups<u32>, starts: Vec<u32>) -> Self {
        Self { of, starts, members: OnceLock::new() }
    }

    /// Returns how many lists there are.
    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the lists in which a thing stands.
    pub(crate) fn of(&self, number: u32) -> &[u32] {
        self.of.get(number)
    }

    /// Returns where the members of a list stand among those of all lists.
    pub(crate) fn range(&self, list: u32) -> Range<usize> {
        self.starts[list as usize] as usize..self.starts[list as usize + 1] as usize
    }

    /// Returns how many places there are in all lists.
    pub(crate) fn places(&self) -> usize {
        self.of.item_count()
    }

    /// Returns the members of a list, ascending.
    pub(crate) fn members(&self, list: u32) -> &[u32] {
        let find = || {
            let members =
                (0..self.of.len()).flat_map(|number| self.of(number).iter().map(move |&list| (list, number)));
            place_items(&mut self.starts.clone(), self.places(), members)
        };
        &self.members.get_or_init(find)[self.range(list)]
    }
}

/// Puts `count` items in an array, each at the next place of its group. `next` has the start of each group, and
/// afterwards its end.
pub(crate) fn place_items<T: Copy + Default>(
    next: &mut [u32],
    count: usize,
    items: impl Iterator<Item = (u32, T)>,
) -> Vec<T> {
    let mut placed = vec![T::default(); count];
    items.for_each(|(group, item)| {
        let place = &mut next[group as usize];
        placed[*place as usize] = item;
        *place += 1;
    });
    placed
}

/// Converts the number of a paragraph, set or bucket to 32 bits: memory cannot hold 2³² of them with what is kept of
/// each.
///
/// # Panics
///
/// From 2³² on.
pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).expect("there are fewer than 2^32 paragraphs and buckets")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn groups_hold_their_items_in_order(items in prop::collection::vec((0..7_u32, any::<u16>()), 0..60)) {
            let groups = FlatGroups::new(8, || items.iter().copied());
            prop_assert_eq!((groups.len(), groups.item_count()), (8, items.len()));
            for group in 0..8 {
                let expected: Vec<u16> = items.iter().filter(|item| item.0 == group).map(|item| item.1).collect();
                prop_assert_eq!(groups.get(group), expected);
            }
            let all: Vec<u16> = (0..8).flat_map(|group| groups.get(group)).copied().collect();
            prop_assert_eq!(groups.into_items(), all);
        }
    }

    #[test]
    fn numbers_are_marked_or_sorted_to_the_same() {
        for (count, bound) in
            [(0, 0), (1, 1), (5, 1000), (15, 1000), (16, 1000), (700, 1000), (64, 64), (65, 65)]
        {
            let numbers: Vec<u32> = (0..count).map(|n| n * 7919 % bound.max(1)).chain(0..count / 2).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(distinct(numbers, bound as usize), expected, "{count} below {bound}");
        }
    }
}

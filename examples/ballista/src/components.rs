//! Connected components of pairs that are streamed in: a union by size, with paths cut in half.

use std::collections::HashMap;

/// It holds some 40 bytes for each number that is in a pair.
#[derive(Default)]
pub struct Components {
    places: HashMap<i64, u32>,
    numbers: Vec<i64>,
    parents: Vec<u32>,
    sizes: Vec<u32>,
}

impl Components {
    pub fn join(&mut self, a: i64, b: i64) {
        let [a, b] = [a, b].map(|number| self.place(number));
        let [mut a, mut b] = [a, b].map(|place| self.root(place));
        if a == b {
            return;
        }
        if self.sizes[a as usize] < self.sizes[b as usize] {
            (a, b) = (b, a);
        }
        self.parents[b as usize] = a;
        self.sizes[a as usize] += self.sizes[b as usize];
    }

    fn place(&mut self, number: i64) -> u32 {
        let next = u32::try_from(self.numbers.len()).expect("there are fewer than 2^32 numbers in pairs");
        *self.places.entry(number).or_insert_with(|| {
            self.numbers.push(number);
            self.parents.push(next);
            self.sizes.push(1);
            next
        })
    }

    fn root(&mut self, mut place: u32) -> u32 {
        while self.parents[place as usize] != place {
            let parent = self.parents[place as usize];
            self.parents[place as usize] = self.parents[parent as usize];
            place = parent;
        }
        place
    }

    /// Returns each number with the least of its component, ascending: the same however the pairs came.
    pub fn finish(mut self) -> Vec<(i64, i64)> {
        let roots: Vec<u32> = (0..self.numbers.len()).map(|place| self.root(place as u32)).collect();
        let mut least: HashMap<u32, i64> = HashMap::new();
        for (&root, &number) in roots.iter().zip(&self.numbers) {
            least.entry(root).and_modify(|least| *least = number.min(*least)).or_insert(number);
        }
        let mut all: Vec<(i64, i64)> =
            self.numbers.iter().zip(&roots).map(|(&number, root)| (number, least[root])).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_has_the_least_of_all() {
        let mut components = Components::default();
        for (a, b) in [(5, 9), (7, 3), (9, 7), (20, 10)] {
            components.join(a, b);
        }
        assert_eq!(components.finish(), [(3, 3), (5, 3), (7, 3), (9, 3), (10, 10), (20, 10)]);
    }
}

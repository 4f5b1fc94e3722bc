//! Exact copies, which need no comparison.

/// Which paragraphs are exact copies: for each the first of its group, itself if it has no earlier copy.
pub(crate) struct Copies {
    first: Vec<usize>,
}

impl Copies {
    /// Groups `count` paragraphs. `hash` is `None` for those that are equal to nothing; `equal` decides about two of the
    /// same hash.
    pub(crate) fn find(
        count: usize,
        hash: impl Fn(usize) -> Option<u128>,
        mut equal: impl FnMut(usize, usize) -> bool,
    ) -> Self {
        let mut seen = ahash::AHashMap::new();
        let first_of = |n| {
            let Some(hash) = hash(n) else { return n };
            // A hash collision of different words leaves the later paragraph a group of its own.
            let first = *seen.entry(hash).or_insert(n);
            if first == n || equal(first, n) { first } else { n }
        };
        Self { first: (0..count).map(first_of).collect() }
    }

    /// Creates the groups from the first of the group of each paragraph.
    pub(crate) fn with_firsts(first: Vec<usize>) -> Self {
        Self { first }
    }

    /// Returns the first of the group that a paragraph is in.
    pub(crate) fn first(&self, paragraph: usize) -> usize {
        self.first[paragraph]
    }

    /// Returns true if a paragraph is the first of its group.
    pub(crate) fn is_first(&self, paragraph: usize) -> bool {
        self.first[paragraph] == paragraph
    }

    /// Returns the groups of two or more, by their firsts, each ascending.
    pub(crate) fn groups(&self) -> Vec<Vec<usize>> {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for later in (0..self.len()).filter(|&n| !self.is_first(n)) {
            let group = &mut members[self.first(later)];
            if group.is_empty() {
                group.push(self.first(later));
            }
            group.push(later);
        }
        members.retain(|group| !group.is_empty());
        members
    }

    /// Returns how many paragraphs there are.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }
}

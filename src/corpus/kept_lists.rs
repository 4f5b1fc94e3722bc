//! Lists of the groups of which something is kept: those of each bucket, or with each shingle of a prefix.

use crate::groups::Lists;

/// In place of a number.
const NOTHING: u32 = u32::MAX;

/// The groups of which something is kept, list by list, in the order in which that came about.
pub(crate) struct KeptLists<'l> {
    lists: &'l Lists,
    /// There is room for all members of each list.
    groups: Vec<u32>,
    /// How many there are in each list.
    counts: Vec<u32>,
    /// Of which document those are that came last in each list, and where they begin.
    last_documents: Vec<LastDocument>,
}

/// The groups of a list that are of the same document as the last.
#[derive(Clone, Copy)]
struct LastDocument {
    number: u32,
    start: u32,
}

/// What is kept in a list.
#[derive(Clone, Copy)]
pub(crate) struct KeptList<'k> {
    pub(crate) groups: &'k [u32],
    last_document: LastDocument,
}

impl<'l> KeptLists<'l> {
    /// Keeps nothing yet of the groups that stand in these lists.
    pub(crate) fn new(lists: &'l Lists) -> Self {
        Self {
            lists,
            groups: vec![NOTHING; lists.places()],
            counts: vec![0; lists.count()],
            last_documents: vec![LastDocument { number: NOTHING, start: 0 }; lists.count()],
        }
    }

    /// Adds a group of which the first paragraph was kept, in this document, to its lists. If the document `is_alone`, those
    /// of earlier documents are dropped there.
    pub(crate) fn add(&mut self, group: u32, document: u32, is_alone: bool) {
        for &list in self.lists.of(group) {
            let count = &mut self.counts[list as usize];
            let last = &mut self.last_documents[list as usize];
            if last.number != document {
                if is_alone {
                    *count = 0;
                }
                *last = LastDocument { number: document, start: *count };
            }
            self.groups[self.lists.range(list).start + *count as usize] = group;
            *count += 1;
        }
    }

    /// Returns what is kept in a list.
    pub(crate) fn get(&self, list: u32) -> KeptList<'_> {
        let groups = &self.groups[self.lists.range(list)][..self.counts[list as usize] as usize];
        KeptList { groups, last_document: self.last_documents[list as usize] }
    }
}

impl<'k> KeptList<'k> {
    /// Returns the groups without those of a document that came last.
    pub(crate) fn before(self, document: u32) -> &'k [u32] {
        if self.last_document.number == document {
            &self.groups[..self.last_document.start as usize]
        } else {
            self.groups
        }
    }

    /// Returns the groups of a document that came last.
    pub(crate) fn last_of(self, document: u32) -> &'k [u32] {
        &self.groups[self.before(document).len()..]
    }
}

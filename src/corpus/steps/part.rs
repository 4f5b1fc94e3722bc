//! Some paragraphs of a corpus, as a corpus of their own.

use ahash::AHashMap;

use super::{Member, Removed};
use crate::compare::pair::ParagraphId;
use crate::corpus::contents::{Contents, CopyGroup, DocumentEntry, ParagraphEntry};
use crate::corpus::kept::Decision;
use crate::groups::number;

/// A part of a corpus that is decided by itself. Its paragraphs, documents and groups are numbered in the order of the ids.
pub(super) struct Part<'t> {
    pub(super) contents: Contents<'t>,
    /// The id of each paragraph.
    ids: Vec<ParagraphId>,
    /// The number of each group.
    pub(super) groups: AHashMap<u64, u32>,
}

impl<'t> Part<'t> {
    pub(super) fn new(mut contents: Contents<'t>, mut members: Vec<Member>) -> Self {
        members.sort_unstable_by_key(|member| member.id);
        members.dedup_by_key(|member| member.id);
        let mut groups: AHashMap<u64, u32> = AHashMap::new();
        for document in members.chunk_by(|a, b| a.id.document == b.id.document) {
            let place = number(contents.documents.len());
            contents.documents.push(DocumentEntry { len: 0, first: contents.count() });
            for member in document {
                let next = number(groups.len());
                let copy_group = *groups.entry(member.group).or_insert(next);
                if copy_group == next {
                    contents.copy_groups.push(CopyGroup { hash: 0, first: contents.count(), text_hash: 0 });
                }
                let entry =
                    ParagraphEntry { start: 0, len: 0, words: member.words, document: place, copy_group };
                contents.paragraphs.push(entry);
            }
        }
        Self { contents, ids: members.iter().map(|member| member.id).collect(), groups }
    }

    /// Returns what each group is called outside.
    pub(super) fn names(&self) -> Vec<u64> {
        let mut names = vec![0; self.groups.len()];
        for (&name, &number) in &self.groups {
            names[number as usize] = name;
        }
        names
    }

    /// Returns the number of a document, `None` if no paragraph is of it.
    pub(super) fn document(&self, document: u64) -> Option<u32> {
        let id = |entry: &DocumentEntry| self.ids[entry.first as usize].document;
        self.contents.documents.binary_search_by_key(&document, id).ok().map(number)
    }

    pub(super) fn number_of(&self, id: ParagraphId) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(number)
    }

    pub(super) fn removed(&self, decided: &[Decision]) -> Vec<Removed> {
        let removed = |&Decision { removed, kept, similarity, evidence }: &Decision| Removed {
            removed: self.ids[removed as usize],
            kept: self.ids[kept as usize],
            similarity,
            evidence,
        };
        let mut all: Vec<Removed> = decided.iter().map(removed).collect();
        all.sort_unstable_by_key(|removed| removed.removed);
        all
    }
}

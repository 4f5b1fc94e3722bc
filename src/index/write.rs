//! Writing one index, or several that are merged into one: what they hold decides every byte.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::{self, Write};

use ahash::AHashMap;

use super::header::Header;
use super::layout::{self, ALIGNMENT, BLOCK_LEN, Counts, Layout, NONE};
use super::unicode::UnicodeVersions;
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::groups::number;

/// What an index to be written holds. Copy groups are known by numbers of its own.
pub(super) trait Store {
    /// Returns what it is called in errors.
    fn place(&self) -> &str;

    fn detector(&self) -> &Detector;

    /// Returns the Unicode versions that its paragraphs were read with; `None` if none ever was.
    fn unicode(&self) -> Option<UnicodeVersions>;

    /// Returns the names of documents, ascending by document.
    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)>;

    /// Returns paragraphs and their copy groups (none for those without words), ascending by id.
    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)>;

    /// Returns a number above those of all copy groups.
    fn copy_group_count(&self) -> usize;

    /// Returns the hash of the words of a copy group, and how many shingles it has.
    fn copy_group(&self, number: u32) -> Result<(u128, u32), Error>;

    /// Returns the shingles of a copy group, coded by [`sets`](super::sets).
    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error>;

    /// Returns how many bytes `set` returns.
    fn set_len(&self, number: u32) -> Result<u64, Error>;

    /// Returns the names of buckets and the copy groups in them, ascending by name.
    fn entries(&self) -> Items<'_, (u64, u32)>;
}

pub(super) type Items<'s, T> = Box<dyn Iterator<Item = Result<T, Error>> + 's>;

/// What is written where two indexes have a paragraph of the same id, or a name for the same document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    /// An error, unless the two are the same.
    Refused,
    /// That of the later index.
    LaterWins,
}

/// Writes all that the stores hold as one index with the configuration of the first. `place` is what `out` is called in
/// errors.
// In memory 24 bytes a paragraph, and for each copy group 24, 4 more for each store, and its place in a map of hashes.
pub(super) fn write(
    stores: &[&dyn Store],
    conflict: Conflict,
    place: &str,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let merged = Merged::new(stores, conflict)?;
    let layout = Layout::new(merged.counts).ok_or_else(|| {
        Error::unexpected(stores[0].place(), "fewer than 2^32 - 1 paragraphs", merged.counts.paragraphs)
    })?;
    let unicode = stores.iter().filter_map(|store| store.unicode()).reduce(UnicodeVersions::joined);
    let header = Header {
        detector: *stores[0].detector(),
        counts: merged.counts,
        unicode: unicode.unwrap_or_else(UnicodeVersions::current),
    };
    let mut out = Blocks { out, place, block: Vec::new(), checksums: Vec::new() };
    out.put(&header.to_bytes())?;
    out.align()?;
    let mut end = 0;
    for (document, name) in &merged.names {
        end += name.len() as u64;
        out.put(&document.to_le_bytes())?;
        out.put(&end.to_le_bytes())?;
    }
    out.align()?;
    merged.names.iter().try_for_each(|(_, name)| out.put(name.as_bytes()))?;
    out.align()?;
    for row in &merged.rows {
        out.put(&row.id.document.to_le_bytes())?;
        out.put(&row.id.paragraph.to_le_bytes())?;
        out.put(&row.group.to_le_bytes())?;
        out.put(&row.before.to_le_bytes())?;
    }
    out.align()?;
    merged.write_copy_groups(stores, &mut out)?;
    merged.write_buckets(stores, &layout, &mut out)?;
    out.finish()
}

/// The contents of several stores, with the numbers that they get in the file.
struct Merged<'s> {
    names: Vec<(u64, Cow<'s, str>)>,
    rows: Vec<Row>,
    groups: Vec<MergedGroup>,
    /// For each store the new number of each of its copy groups; `NONE` for one that is not kept, or whose words are those of
    /// a copy group of another store, which is written in its place.
    renumbered: Vec<Vec<u32>>,
    counts: Counts,
}

/// A paragraph.
struct Row {
    id: ParagraphId,
    group: u32,
    /// The row of the last paragraph before it in the same copy group.
    before: u32,
}

/// A copy group: where it comes from, and its last paragraph.
struct MergedGroup {
    store: usize,
    number: u32,
    /// The row of its last paragraph.
    last: u32,
}

impl<'s> Merged<'s> {
    fn new(stores: &[&'s dyn Store], conflict: Conflict) -> Result<Self, Error> {
        let mut merged = Self {
            names: Vec::new(),
            rows: Vec::new(),
            groups: Vec::new(),
            renumbered: stores.iter().map(|store| vec![NONE; store.copy_group_count()]).collect(),
            counts: Counts::default(),
        };
        merged.put_paragraphs(stores, conflict)?;
        merged.put_names(stores, conflict)?;
        let mut counts = Counts {
            paragraphs: merged.rows.len() as u64,
            without_words: merged.rows.iter().filter(|row| row.group == NONE).count() as u64,
            copy_groups: merged.groups.len() as u64,
            documents: merged.names.len() as u64,
            name_bytes: merged.names.iter().map(|(_, name)| name.len() as u64).sum(),
            ..Counts::default()
        };
        for group in &merged.groups {
            counts.shingles += u64::from(stores[group.store].copy_group(group.number)?.1);
            counts.set_bytes += stores[group.store].set_len(group.number)?;
        }
        merged.each_bucket(stores, |_, groups| {
            counts.entries += groups.len() as u64;
            counts.largest_bucket = counts.largest_bucket.max(groups.len() as u64);
            Ok(())
        })?;
        Ok(Self { counts, ..merged })
    }

    /// Numbers the copy groups in the order of their first paragraphs.
    fn put_paragraphs(&mut self, stores: &[&'s dyn Store], conflict: Conflict) -> Result<(), Error> {
        let mut by_hash: AHashMap<u128, u32> = AHashMap::new();
        let mut paragraphs = merge(stores.iter().map(|store| store.paragraphs()), |&(id, _)| id).peekable();
        let hash = |store: usize, group: Option<u32>| {
            group.map(|group| Ok(stores[store].copy_group(group)?.0)).transpose()
        };
        while let Some(next) = paragraphs.next() {
            let (mut store, (id, mut group)) = next?;
            let mut words = hash(store, group)?;
            let same = |other: &Result<(usize, (ParagraphId, _)), _>| matches!(other, Ok((_, (other, _))) if *other == id);
            while let Some(other) = paragraphs.next_if(same) {
                let (first, words_of_first) = (store, words);
                (store, (_, group)) = other?;
                words = hash(store, group)?;
                if conflict == Conflict::Refused && words != words_of_first {
                    return Err(different_words(stores[first], stores[store], id));
                }
            }
            let row = number(self.rows.len());
            let mut put = Row { id, group: NONE, before: NONE };
            if let Some((words, group)) = words.zip(group) {
                put.group = *by_hash.entry(words).or_insert_with(|| {
                    self.groups.push(MergedGroup { store, number: group, last: NONE });
                    number(self.groups.len() - 1)
                });
                let shared = &mut self.groups[put.group as usize];
                put.before = std::mem::replace(&mut shared.last, row);
                self.renumbered[shared.store][shared.number as usize] = put.group;
            }
            self.rows.push(put);
        }
        Ok(())
    }

    /// Takes over the names of documents that have a paragraph.
    fn put_names(&mut self, stores: &[&'s dyn Store], conflict: Conflict) -> Result<(), Error> {
        let mut rows = self.rows.iter().map(|row| row.id.document).peekable();
        for next in merge(stores.iter().map(|store| store.names()), |&(document, _)| document) {
            let (store, (document, name)) = next?;
            while rows.next_if(|&row| row < document).is_some() {}
            if rows.peek() != Some(&document) {
                continue;
            }
            match self.names.last_mut().filter(|(other, _)| *other == document) {
                None => self.names.push((document, name)),
                Some((_, other)) if *other == name || conflict == Conflict::LaterWins => *other = name,
                Some((_, other)) => {
                    let message = format!("document {document} is {name:?}, and {other:?} in another index");
                    return Err(Error::format(stores[store].place(), message));
                }
            }
        }
        Ok(())
    }

    /// Writes the sections of copy groups: their rows, the starts of their sets, and the sets.
    fn write_copy_groups(&self, stores: &[&'s dyn Store], out: &mut Blocks<'_>) -> Result<(), Error> {
        for group in &self.groups {
            let (hash, shingles) = stores[group.store].copy_group(group.number)?;
            out.put(&hash.to_le_bytes())?;
            out.put(&group.last.to_le_bytes())?;
            out.put(&shingles.to_le_bytes())?;
        }
        out.align()?;
        let mut start = 0;
        out.put(&u64::to_le_bytes(start))?;
        for group in &self.groups {
            start += stores[group.store].set_len(group.number)?;
            out.put(&start.to_le_bytes())?;
        }
        out.align()?;
        for group in &self.groups {
            out.put(&stores[group.store].set(group.number)?)?;
        }
        out.align()
    }

    /// Writes the entries of buckets, and the cells by which they are found.
    fn write_buckets(
        &self,
        stores: &[&'s dyn Store],
        layout: &Layout,
        out: &mut Blocks<'_>,
    ) -> Result<(), Error> {
        let mut cells = vec![0_u64];
        let mut entries = 0;
        self.each_bucket(stores, |name, groups| {
            while cells.len() as u64 <= layout.cell(name) {
                cells.push(entries);
            }
            entries += groups.len() as u64;
            groups.iter().try_for_each(|&group| out.put(&(name << 32 | u64::from(group)).to_le_bytes()))
        })?;
        out.align()?;
        cells.resize((1 << layout.cell_bits) + 1, entries);
        cells.iter().try_for_each(|first| out.put(&first.to_le_bytes()))
    }

    /// Calls `each` with the name of each bucket, ascending, and its copy groups, ascending.
    fn each_bucket(
        &self,
        stores: &[&'s dyn Store],
        mut each: impl FnMut(u64, &[u32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut groups: Vec<u32> = Vec::new();
        let mut name = 0;
        for next in merge(stores.iter().map(|store| store.entries()), |&(name, _)| name) {
            let (store, (next, group)) = next?;
            if next != name && !groups.is_empty() {
                groups.sort_unstable();
                each(name, &groups)?;
                groups.clear();
            }
            name = next;
            groups.extend(Some(self.renumbered[store][group as usize]).filter(|&group| group != NONE));
        }
        groups.sort_unstable();
        if groups.is_empty() { Ok(()) } else { each(name, &groups) }
    }
}

/// Returns the error for a paragraph that has different words in two indexes.
fn different_words(first: &dyn Store, other: &dyn Store, id: ParagraphId) -> Error {
    let ParagraphId { document, paragraph } = id;
    let name = other.names().flatten().find(|&(named, _)| named == document);
    let document = name.map_or_else(|| document.to_string(), |(_, name)| format!("{name:?}"));
    let message =
        format!("paragraph {paragraph} of document {document} has other words than in {}", first.place());
    Error::format(other.place(), message)
}

/// Merges ascending iterators into one that is ascending, with the index of the iterator of each item. Of equal items that
/// of the first iterator comes first.
fn merge<'s, T: 's, K: Ord>(
    iterators: impl Iterator<Item = Items<'s, T>>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = Result<(usize, T), Error>> {
    let mut iterators: Vec<_> = iterators.map(Iterator::peekable).collect();
    let head = move |items: &mut std::iter::Peekable<Items<'s, T>>, n: usize| {
        // An error is less than any key.
        items.peek().map(|item| Reverse((item.as_ref().map(&key).ok(), n)))
    };
    let mut heads: BinaryHeap<_> =
        iterators.iter_mut().enumerate().filter_map(|(n, items)| head(items, n)).collect();
    std::iter::from_fn(move || {
        let mut least = heads.peek_mut()?;
        let n = least.0.1;
        let item = iterators[n].next()?;
        match head(&mut iterators[n], n) {
            Some(next) => *least = next,
            None => _ = PeekMut::pop(least),
        }
        Some(item.map(|item| (n, item)))
    })
}

/// Cuts what is written into blocks, and keeps the checksum of each.
struct Blocks<'w> {
    out: &'w mut dyn Write,
    place: &'w str,
    /// The bytes that are not written yet: less than a block.
    block: Vec<u8>,
    checksums: Vec<u64>,
}

impl Blocks<'_> {
    fn put(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while self.block.len() + bytes.len() >= BLOCK_LEN {
            let (now, later) = bytes.split_at(BLOCK_LEN - self.block.len());
            self.block.extend_from_slice(now);
            self.end_block()?;
            bytes = later;
        }
        self.block.extend_from_slice(bytes);
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), Error> {
        self.checksums.push(layout::checksum(&self.block));
        self.out.write_all(&self.block).map_err(|error| self.write_error(error))?;
        self.block.clear();
        Ok(())
    }

    /// Puts zeros up to where a section may start.
    fn align(&mut self) -> Result<(), Error> {
        let zeros = self.block.len().next_multiple_of(ALIGNMENT) - self.block.len();
        self.put(&[0; ALIGNMENT][..zeros])
    }

    /// Writes the checksums, and their checksum.
    fn finish(mut self) -> Result<(), Error> {
        self.align()?;
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let checksums: Vec<u8> = self.checksums.iter().flat_map(|sum| sum.to_le_bytes()).collect();
        let last = layout::checksum(&checksums).to_le_bytes();
        let end = self.out.write_all(&checksums).and_then(|()| self.out.write_all(&last));
        end.and_then(|()| self.out.flush()).map_err(|error| self.write_error(error))
    }

    fn write_error(&self, error: io::Error) -> Error {
        Error::io(self.place, error)
    }
}

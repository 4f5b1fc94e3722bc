//! Writing one index, or several that are merged into one: what they hold decides every byte.
//!
//! Nothing of it is held in memory but what has a bound: numbers that one section takes from another are sorted in temporary
//! files, by [`spool`](super::spool).

use std::borrow::Cow;
use std::io::{self, Write};

use super::header::Header;
use super::layout::{self, ALIGNMENT, BLOCK_LEN, Counts, Layout, NONE};
use super::merge::{Items, merge};
use super::spool::{Room, Sorted, Sorter, Spool};
use super::unicode::UnicodeVersions;
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::groups::number;
use crate::hash::Checksum;

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
pub(super) fn write(
    stores: &[&dyn Store],
    conflict: Conflict,
    place: &str,
    out: &mut dyn Write,
) -> Result<(), Error> {
    write_within(&Room::default(), stores, conflict, place, out)
}

/// Does the same with so much memory, and temporary files in that folder.
pub(super) fn write_within(
    room: &Room,
    stores: &[&dyn Store],
    conflict: Conflict,
    place: &str,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let merged = Merged::new(room, stores, conflict)?;
    let layout =
        Layout::new(merged.counts).ok_or_else(|| too_many(stores[0].place(), merged.counts.paragraphs))?;
    let unicode = stores.iter().filter_map(|store| store.unicode()).reduce(UnicodeVersions::joined);
    let header = Header {
        detector: *stores[0].detector(),
        counts: merged.counts,
        unicode: unicode.unwrap_or_else(UnicodeVersions::current),
    };
    let mut out = Blocks { out, place, block: Vec::new(), checksums: Spool::new(room) };
    out.put(&header.to_bytes())?;
    out.align()?;
    merged.documents.try_for_each(|bytes| out.put(bytes))?;
    out.align()?;
    merged.names.try_for_each(|bytes| out.put(bytes))?;
    out.align()?;
    merged.write_paragraphs(&mut out)?;
    out.align()?;
    merged.write_copy_groups(&mut out)?;
    merged.write_buckets(room, &layout, &mut out)?;
    out.finish()
}

/// The contents of several stores, with the numbers that they get in the file.
struct Merged<'s> {
    stores: &'s [&'s dyn Store],
    /// The sections of named documents and of their names.
    documents: Spool,
    names: Spool,
    /// The id of each paragraph, in three numbers.
    ids: Spool,
    /// Each paragraph that has words: its row, its copy group, and the row of the last paragraph before it in that.
    places: Sorted<3>,
    links: Sorted<5>,
    renumbered: Renumbered,
    counts: Counts,
}

/// A paragraph that has words: the row of the first paragraph that has them, its own, that of the last one before it which has
/// them, and its copy group in a store. In this order copy groups stand in that of their first paragraphs.
struct Link {
    first: u32,
    row: u32,
    before: u32,
    store: usize,
    group: u32,
}

impl Link {
    fn of([first, row, before, store, group]: [u32; 5]) -> Self {
        Self { first, row, before, store: store as usize, group }
    }
}

/// The new numbers of the copy groups of each store.
enum Renumbered {
    /// By store and copy group; `NONE` for one that is not kept, or whose words are those of a copy group of another store, which is
    /// written in its place.
    Tables(Vec<Vec<u32>>),
    /// More than fit in memory: the entries of buckets, each the two halves of a name and a new number.
    Entries(Sorted<3>),
}

impl<'s> Merged<'s> {
    fn new(room: &Room, stores: &'s [&'s dyn Store], conflict: Conflict) -> Result<Self, Error> {
        let mut counts = Counts::default();
        let (ids, by_words) = paragraphs(room, stores, conflict, &mut counts)?;
        let (documents, names) = documents(room, stores, conflict, &ids, &mut counts)?;
        let links = links(room, &by_words)?;
        drop(by_words);
        let (places, renumbered) = numbered(room, stores, &links, &mut counts)?;
        let mut merged = Self { stores, documents, names, ids, places, links, renumbered, counts };
        merged.each_copy_group(|store, group, _| {
            counts.shingles += u64::from(stores[store].copy_group(group)?.1);
            counts.set_bytes += stores[store].set_len(group)?;
            Ok(())
        })?;
        let (mut last, mut len) = (None, 0);
        merged.each_entry(|name, _| {
            len = if last.replace(name) == Some(name) { len + 1 } else { 1 };
            counts.entries += 1;
            counts.largest_bucket = counts.largest_bucket.max(len);
            Ok(())
        })?;
        merged.counts = counts;
        Ok(merged)
    }

    fn write_paragraphs(&self, out: &mut Blocks<'_>) -> Result<(), Error> {
        let mut places = self.places.iter().peekable();
        for (row, id) in (0..).zip(self.ids.rows::<3>()) {
            let [high, low, paragraph] = id?;
            let place = places.next_if(|place| !matches!(place, Ok([next, ..]) if *next != row));
            let [_, group, before] = place.transpose()?.unwrap_or([row, NONE, NONE]);
            out.put(&joined(high, low).to_le_bytes())?;
            out.put(&paragraph.to_le_bytes())?;
            out.put(&group.to_le_bytes())?;
            out.put(&before.to_le_bytes())?;
        }
        Ok(())
    }

    /// Calls `each` with each copy group in its order: the store and the number in it that it comes from, and the row of its last
    /// paragraph.
    fn each_copy_group(
        &self,
        mut each: impl FnMut(usize, u32, u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut links = self.links.iter().peekable();
        while let Some(link) = links.next() {
            let link = Link::of(link?);
            let mut last = link.row;
            let is_of =
                |other: &Result<[u32; 5], _>| matches!(other, Ok([first, ..]) if *first == link.first);
            while let Some(other) = links.next_if(is_of) {
                last = Link::of(other?).row;
            }
            each(link.store, link.group, last)?;
        }
        Ok(())
    }

    /// Writes the sections of copy groups: their rows, the starts of their sets, and the sets.
    fn write_copy_groups(&self, out: &mut Blocks<'_>) -> Result<(), Error> {
        self.each_copy_group(|store, group, last| {
            let (hash, shingles) = self.stores[store].copy_group(group)?;
            out.put(&hash.to_le_bytes())?;
            out.put(&last.to_le_bytes())?;
            out.put(&shingles.to_le_bytes())
        })?;
        out.align()?;
        let mut start = 0;
        out.put(&u64::to_le_bytes(start))?;
        self.each_copy_group(|store, group, _| {
            start += self.stores[store].set_len(group)?;
            out.put(&start.to_le_bytes())
        })?;
        out.align()?;
        self.each_copy_group(|store, group, _| out.put(&self.stores[store].set(group)?))?;
        out.align()
    }

    /// Writes the entries of buckets, the cells by which they are found, and the filter.
    fn write_buckets(&self, room: &Room, layout: &Layout, out: &mut Blocks<'_>) -> Result<(), Error> {
        let (mut cells, mut filter) = (Spool::new(room), Spool::new(room));
        cells.push(&0_u64.to_le_bytes())?;
        let (mut entries, mut word) = (0_u64, 0_u64);
        self.each_entry(|name, group| {
            while cells.len() / 8 <= layout.cell(name) {
                cells.push(&entries.to_le_bytes())?;
            }
            while filter.len() / 8 < layout.filter_word(name) {
                filter.push(&std::mem::take(&mut word).to_le_bytes())?;
            }
            word |= layout::filter_bits(name);
            entries += 1;
            out.put(&(name << 32 | u64::from(group)).to_le_bytes())
        })?;
        out.align()?;
        cells.try_for_each(|bytes| out.put(bytes))?;
        (cells.len() / 8..=1 << layout.cell_bits).try_for_each(|_| out.put(&entries.to_le_bytes()))?;
        out.align()?;
        filter.try_for_each(|bytes| out.put(bytes))?;
        (filter.len() / 8..1 << layout.word_bits)
            .try_for_each(|_| out.put(&std::mem::take(&mut word).to_le_bytes()))
    }

    /// Calls `each` with the name of a bucket and a copy group in it, ascending by both.
    fn each_entry(&self, mut each: impl FnMut(u64, u32) -> Result<(), Error>) -> Result<(), Error> {
        let tables = match &self.renumbered {
            Renumbered::Tables(tables) => tables,
            Renumbered::Entries(entries) => {
                return entries.iter().try_for_each(|entry| {
                    let [high, low, group] = entry?;
                    each(joined(high, low), group)
                });
            }
        };
        let mut groups: Vec<u32> = Vec::new();
        let mut name = 0;
        let mut end_bucket = |name: u64, groups: &mut Vec<u32>| {
            groups.sort_unstable();
            groups.drain(..).try_for_each(|group| each(name, group))
        };
        for next in merge(self.stores.iter().map(|store| store.entries()), |&(name, _)| name) {
            let (store, (next, group)) = next?;
            if next != name {
                end_bucket(name, &mut groups)?;
            }
            name = next;
            groups.extend(Some(tables[store][group as usize]).filter(|&group| group != NONE));
        }
        end_bucket(name, &mut groups)
    }
}

/// Returns the ids of all paragraphs, and of those that have words: the hash of these in four numbers, the row, the store and the copy
/// group.
fn paragraphs(
    room: &Room,
    stores: &[&dyn Store],
    conflict: Conflict,
    counts: &mut Counts,
) -> Result<(Spool, Sorted<7>), Error> {
    let (mut ids, mut by_words) = (Spool::new(room), Sorter::new(room));
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
        let row =
            u32::try_from(counts.paragraphs).map_err(|_| too_many(stores[0].place(), u64::from(NONE)))?;
        counts.paragraphs += 1;
        let [high, low] = halves(id.document);
        ids.push_row([high, low, id.paragraph])?;
        let Some((words, group)) = words.zip(group) else {
            counts.without_words += 1;
            continue;
        };
        let [a, b, c, d] = quarters(words);
        by_words.push([a, b, c, d, row, number(store), group])?;
    }
    Ok((ids, by_words.sorted()))
}

/// Returns the hash of the words of each paragraph that has some, in four numbers, and its id in three.
pub(super) fn by_words(room: &Room, stores: &[&dyn Store]) -> Result<Sorted<7>, Error> {
    let mut by_words = Sorter::new(room);
    for store in stores {
        for paragraph in store.paragraphs() {
            let (id, group) = paragraph?;
            let Some(group) = group else { continue };
            let ([a, b, c, d], [high, low]) = (quarters(store.copy_group(group)?.0), halves(id.document));
            by_words.push([a, b, c, d, high, low, id.paragraph])?;
        }
    }
    Ok(by_words.sorted())
}

/// Returns the sections of documents that have a name and a paragraph.
fn documents(
    room: &Room,
    stores: &[&dyn Store],
    conflict: Conflict,
    ids: &Spool,
    counts: &mut Counts,
) -> Result<(Spool, Spool), Error> {
    let (mut documents, mut names) = (Spool::new(room), Spool::new(room));
    let mut held = ids.rows::<3>().map(|id| id.map(|[high, low, _]| joined(high, low))).peekable();
    let mut merged = merge(stores.iter().map(|store| store.names()), |&(document, _)| document).peekable();
    while let Some(next) = merged.next() {
        let (_, (document, mut name)) = next?;
        let same =
            |other: &Result<(usize, (u64, _)), _>| matches!(other, Ok((_, (other, _))) if *other == document);
        let mut named_otherwise = None;
        while let Some(other) = merged.next_if(same) {
            let (store, (_, other)) = other?;
            if other != name && conflict == Conflict::Refused && named_otherwise.is_none() {
                let message = format!("document {document} is {other:?}, and {name:?} in another index");
                named_otherwise = Some(Error::format(stores[store].place(), message));
            }
            name = other;
        }
        while held.next_if(|held| matches!(held, Ok(held) if *held < document)).is_some() {}
        match held.peek() {
            Some(Err(error)) => return Err(error.clone()),
            Some(Ok(held)) if *held == document => {}
            _ => continue,
        }
        if let Some(error) = named_otherwise {
            return Err(error);
        }
        names.push(name.as_bytes())?;
        documents.push(&document.to_le_bytes())?;
        documents.push(&names.len().to_le_bytes())?;
        counts.documents += 1;
    }
    counts.name_bytes = names.len();
    Ok((documents, names))
}

/// Links the paragraphs that have the same words.
fn links(room: &Room, by_words: &Sorted<7>) -> Result<Sorted<5>, Error> {
    let mut links = Sorter::new(room);
    let (mut words, mut first, mut before) = (None, 0, NONE);
    for paragraph in by_words.iter() {
        let [a, b, c, d, row, store, group] = paragraph?;
        if words.replace([a, b, c, d]) != Some([a, b, c, d]) {
            (first, before) = (row, NONE);
        }
        links.push([first, row, before, store, group])?;
        before = row;
    }
    Ok(links.sorted())
}

/// Numbers the copy groups in the order of their first paragraphs.
fn numbered(
    room: &Room,
    stores: &[&dyn Store],
    links: &Sorted<5>,
    counts: &mut Counts,
) -> Result<(Sorted<3>, Renumbered), Error> {
    let mut places = Sorter::new(room);
    let all: usize = stores.iter().map(|store| store.copy_group_count()).sum();
    let mut tables: Vec<Vec<u32>> = Vec::new();
    // Store, copy group and new number.
    let mut numbers = Sorter::new(room);
    let fits = all <= room.table_len;
    if fits {
        tables.extend(stores.iter().map(|store| vec![NONE; store.copy_group_count()]));
    }
    for link in links.iter() {
        let Link { first, row, before, store, group } = Link::of(link?);
        counts.copy_groups += u64::from(first == row);
        let new = number(usize::try_from(counts.copy_groups - 1).expect("fewer than paragraphs"));
        places.push([row, new, before])?;
        if first != row {
            continue;
        }
        if fits {
            tables[store][group as usize] = new;
        } else {
            numbers.push([number(store), group, new])?;
        }
    }
    let renumbered = if fits {
        Renumbered::Tables(tables)
    } else {
        Renumbered::Entries(renumbered_entries(room, stores, &numbers.sorted())?)
    };
    Ok((places.sorted(), renumbered))
}

/// Returns the entries of all buckets with new numbers. Each store is read once for each part of its numbers that fits in memory.
fn renumbered_entries(room: &Room, stores: &[&dyn Store], numbers: &Sorted<3>) -> Result<Sorted<3>, Error> {
    let mut entries = Sorter::new(room);
    let mut numbers = numbers.iter().peekable();
    for (store, source) in (0..).zip(stores) {
        for start in (0..source.copy_group_count()).step_by(room.table_len) {
            let end = source.copy_group_count().min(start + room.table_len);
            let mut table = vec![NONE; end - start];
            let is_in_table = |row: &Result<[u32; 3], _>| match row {
                Ok([of, group, _]) => *of == store && (*group as usize) < end,
                Err(_) => true,
            };
            while let Some(row) = numbers.next_if(is_in_table) {
                let [_, group, new] = row?;
                table[group as usize - start] = new;
            }
            for entry in source.entries() {
                let (name, group) = entry?;
                let new = (group as usize).checked_sub(start).and_then(|place| table.get(place));
                if let Some(&new) = new.filter(|&&new| new != NONE) {
                    let [high, low] = halves(name);
                    entries.push([high, low, new])?;
                }
            }
        }
    }
    Ok(entries.sorted())
}

/// Returns the high and the low half of a number.
#[allow(clippy::cast_possible_truncation)] // the low half is meant
fn halves(number: u64) -> [u32; 2] {
    [(number >> 32) as u32, number as u32]
}

#[allow(clippy::cast_possible_truncation)] // the low halves are meant
fn quarters(number: u128) -> [u32; 4] {
    let ([a, b], [c, d]) = (halves((number >> 64) as u64), halves(number as u64));
    [a, b, c, d]
}

pub(super) fn joined(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn too_many(place: &str, paragraphs: u64) -> Error {
    Error::unexpected(place, "fewer than 2^32 - 1 paragraphs", paragraphs)
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

/// Cuts what is written into blocks, and keeps the checksum of each.
struct Blocks<'w> {
    out: &'w mut dyn Write,
    place: &'w str,
    /// The bytes that are not written yet: less than a block.
    block: Vec<u8>,
    checksums: Spool,
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
        self.checksums.push(&layout::checksum(&self.block).to_le_bytes())?;
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
        let mut all = Checksum::default();
        self.checksums.try_for_each(|checksums| {
            all.add(checksums);
            self.out.write_all(checksums).map_err(|error| Error::io(self.place, error))
        })?;
        let end = self.out.write_all(&all.value().to_le_bytes()).and_then(|()| self.out.flush());
        end.map_err(|error| self.write_error(error))
    }

    fn write_error(&self, error: io::Error) -> Error {
        Error::io(self.place, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::memory::Index;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        vec(prop::sample::select(vec!["ferry", "mill", "quay", "***", "snow"]), 1..5)
            .prop_map(|words| words.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn the_bytes_are_the_same_in_however_little_memory(
            held in vec(vec((0..9_u64, 0..4_u32, text()), 0..20), 1..4),
            sorted_len in 1..300_usize, spool_len in 1..300_usize, table_len in 1..40_usize,
        ) {
            let mut all = Index::default();
            let shards: Vec<Index> = held.iter().map(|held| {
                let mut shard = Index::default();
                for (document, paragraph, text) in held {
                    for index in [&mut shard, &mut all] {
                        index.insert(ParagraphId { document: *document, paragraph: *paragraph }, text);
                        index.name_document(*document, format!("document {document}"));
                    }
                }
                shard
            }).collect();
            let stores: Vec<&dyn Store> = shards.iter().map(|shard| shard as &dyn Store).collect();
            let room = Room { spool_len, sorted_len, table_len, ..Room::default() };
            let (mut little, mut whole) = (Vec::new(), Vec::new());
            write_within(&room, &stores, Conflict::LaterWins, "index", &mut little).unwrap();
            write(&[&all], Conflict::Refused, "index", &mut whole).unwrap();
            prop_assert!(little == whole);
        }
    }
}

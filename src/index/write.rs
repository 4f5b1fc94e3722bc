//! Writing an index, of one or several that are merged: what is held decides every byte, and nothing else does.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::{self, Write};

use ahash::AHashMap;

use super::layout::{self, ALIGNMENT, BLOCK, Counts, Layout, NONE};
use crate::article::detector::Detector;
use crate::compare::pair::ParagraphId;
use crate::error::Error;
use crate::groups::number;

/// What an index to be written is made of. Texts are distinct paragraphs, by number.
pub(super) trait Store {
    /// What it is called in errors.
    fn place(&self) -> &str;

    fn detector(&self) -> &Detector;

    /// Names of documents, ascending by document.
    fn names(&self) -> Items<'_, (u64, Cow<'_, str>)>;

    /// Paragraphs and their texts (none for those without words), ascending by id.
    fn paragraphs(&self) -> Items<'_, (ParagraphId, Option<u32>)>;

    fn text_count(&self) -> usize;

    /// The hash of a text's words, and how many shingles it has.
    fn text(&self, number: u32) -> Result<(u128, u32), Error>;

    /// The shingles of a text, as [`sets`](super::sets) has them.
    fn set(&self, number: u32) -> Result<Cow<'_, [u8]>, Error>;

    /// How many bytes `set` gives.
    fn set_len(&self, number: u32) -> Result<u64, Error>;

    /// Buckets by name and the texts in them, ascending.
    fn entries(&self) -> Items<'_, (u64, u32)>;
}

pub(super) type Items<'s, T> = Box<dyn Iterator<Item = Result<T, Error>> + 's>;

/// What is put where two indexes have a paragraph of the same id, or a document of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    /// An error, unless the two are the same.
    Refused,
    /// That of the later one.
    LaterWins,
}

/// Write all that these hold as one index, of the configuration of the first.
// In memory 24 bytes a paragraph, and for each text 24, 4 more for each store, and its place in a map of hashes.
pub(super) fn write(stores: &[&dyn Store], conflict: Conflict, out: &mut dyn Write) -> Result<(), Error> {
    let merged = Merged::of(stores, conflict)?;
    let detector = stores[0].detector();
    let layout = Layout::new(merged.counts)
        .ok_or_else(|| Error::format(stores[0].place(), "expected fewer than 2^32 - 1 paragraphs"))?;
    let mut out = Blocks { out, block: Vec::new(), checksums: Vec::new() };
    out.put(&layout::header(detector, &merged.counts))?;
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
        out.put(&row.text.to_le_bytes())?;
        out.put(&row.before.to_le_bytes())?;
    }
    out.align()?;
    for text in &merged.texts {
        let (hash, shingles) = stores[text.store].text(text.number)?;
        out.put(&hash.to_le_bytes())?;
        out.put(&text.last.to_le_bytes())?;
        out.put(&shingles.to_le_bytes())?;
    }
    out.align()?;
    let mut start = 0;
    out.put(&u64::to_le_bytes(start))?;
    for text in &merged.texts {
        start += stores[text.store].set_len(text.number)?;
        out.put(&start.to_le_bytes())?;
    }
    out.align()?;
    for text in &merged.texts {
        out.put(&stores[text.store].set(text.number)?)?;
    }
    out.align()?;
    let mut cells = vec![0_u64];
    let mut entries = 0;
    merged.each_bucket(stores, |name, texts| {
        while cells.len() as u64 <= layout.cell(name) {
            cells.push(entries);
        }
        entries += texts.len() as u64;
        texts.iter().try_for_each(|&text| out.put(&(name << 32 | u64::from(text)).to_le_bytes()))
    })?;
    out.align()?;
    cells.resize((1 << layout.cell_bits) + 1, entries);
    cells.iter().try_for_each(|first| out.put(&first.to_le_bytes()))?;
    out.finish()
}

/// What comes of several stores, by its numbers in the file.
struct Merged<'s> {
    names: Vec<(u64, Cow<'s, str>)>,
    rows: Vec<Row>,
    texts: Vec<Text>,
    /// For each store the number of each of its texts, `NONE` for one that another stands for, or that is not kept.
    renumbered: Vec<Vec<u32>>,
    counts: Counts,
}

/// A paragraph.
struct Row {
    id: ParagraphId,
    text: u32,
    /// The row of the last paragraph before it with the same text.
    before: u32,
}

struct Text {
    store: usize,
    number: u32,
    /// The row of the last paragraph that has it.
    last: u32,
}

impl<'s> Merged<'s> {
    fn of(stores: &[&'s dyn Store], conflict: Conflict) -> Result<Self, Error> {
        let mut merged = Self {
            names: Vec::new(),
            rows: Vec::new(),
            texts: Vec::new(),
            renumbered: stores.iter().map(|store| vec![NONE; store.text_count()]).collect(),
            counts: Counts::default(),
        };
        merged.put_paragraphs(stores, conflict)?;
        merged.put_names(stores, conflict)?;
        let mut counts = Counts {
            paragraphs: merged.rows.len() as u64,
            without_words: merged.rows.iter().filter(|row| row.text == NONE).count() as u64,
            texts: merged.texts.len() as u64,
            documents: merged.names.len() as u64,
            name_bytes: merged.names.iter().map(|(_, name)| name.len() as u64).sum(),
            ..Counts::default()
        };
        for text in &merged.texts {
            counts.shingles += u64::from(stores[text.store].text(text.number)?.1);
            counts.set_bytes += stores[text.store].set_len(text.number)?;
        }
        merged.each_bucket(stores, |_, texts| {
            counts.entries += texts.len() as u64;
            counts.largest_bucket = counts.largest_bucket.max(texts.len() as u64);
            Ok(())
        })?;
        Ok(Self { counts, ..merged })
    }

    /// Texts are numbered as their first paragraphs come.
    fn put_paragraphs(&mut self, stores: &[&'s dyn Store], conflict: Conflict) -> Result<(), Error> {
        let mut by_hash: AHashMap<u128, u32> = AHashMap::new();
        let mut paragraphs = merge(stores.iter().map(|store| store.paragraphs()), |&(id, _)| id).peekable();
        let hash =
            |store: usize, text: Option<u32>| text.map(|text| Ok(stores[store].text(text)?.0)).transpose();
        while let Some(next) = paragraphs.next() {
            let (mut store, (id, mut text)) = next?;
            let mut words = hash(store, text)?;
            let same = |other: &Result<(usize, (ParagraphId, _)), _>| matches!(other, Ok((_, (other, _))) if *other == id);
            while let Some(other) = paragraphs.next_if(same) {
                let (first, words_of_first) = (store, words);
                (store, (_, text)) = other?;
                words = hash(store, text)?;
                if conflict == Conflict::Refused && words != words_of_first {
                    return Err(other_words(stores[first], stores[store], id));
                }
            }
            let row = number(self.rows.len());
            let mut put = Row { id, text: NONE, before: NONE };
            if let Some((words, text)) = words.zip(text) {
                put.text = *by_hash.entry(words).or_insert_with(|| {
                    self.texts.push(Text { store, number: text, last: NONE });
                    number(self.texts.len() - 1)
                });
                let shared = &mut self.texts[put.text as usize];
                put.before = std::mem::replace(&mut shared.last, row);
                self.renumbered[shared.store][shared.number as usize] = put.text;
            }
            self.rows.push(put);
        }
        Ok(())
    }

    /// Names of documents of which there is a paragraph.
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
                    let wrong = format!("document {document} is {name:?}, and {other:?} in another index");
                    return Err(Error::format(stores[store].place(), wrong));
                }
            }
        }
        Ok(())
    }

    /// The texts of each bucket, ascending; the buckets by name.
    fn each_bucket(
        &self,
        stores: &[&'s dyn Store],
        mut each: impl FnMut(u64, &[u32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut texts: Vec<u32> = Vec::new();
        let mut name = 0;
        for next in merge(stores.iter().map(|store| store.entries()), |&(name, _)| name) {
            let (store, (next, text)) = next?;
            if next != name && !texts.is_empty() {
                texts.sort_unstable();
                each(name, &texts)?;
                texts.clear();
            }
            name = next;
            texts.extend(Some(self.renumbered[store][text as usize]).filter(|&text| text != NONE));
        }
        texts.sort_unstable();
        if texts.is_empty() { Ok(()) } else { each(name, &texts) }
    }
}

/// Two indexes cannot be one that has both.
fn other_words(first: &dyn Store, other: &dyn Store, id: ParagraphId) -> Error {
    let ParagraphId { document, paragraph } = id;
    let name = other.names().flatten().find(|&(named, _)| named == document);
    let document = name.map_or_else(|| document.to_string(), |(_, name)| format!("{name:?}"));
    let wrong =
        format!("paragraph {paragraph} of document {document} has other words than in {}", first.place());
    Error::format(other.place(), wrong)
}

/// What ascending iterators give, in ascending order, with the place of the iterator; of equals the first iterator's first.
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
    /// What is not written yet: less than a block.
    block: Vec<u8>,
    checksums: Vec<u64>,
}

impl Blocks<'_> {
    fn put(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while self.block.len() + bytes.len() >= BLOCK {
            let (now, later) = bytes.split_at(BLOCK - self.block.len());
            self.block.extend_from_slice(now);
            self.end_block()?;
            bytes = later;
        }
        self.block.extend_from_slice(bytes);
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), Error> {
        self.checksums.push(layout::checksum(&self.block));
        self.out.write_all(&self.block).map_err(write_error)?;
        self.block.clear();
        Ok(())
    }

    /// Zeros up to where a section may start.
    fn align(&mut self) -> Result<(), Error> {
        let zeros = self.block.len().next_multiple_of(ALIGNMENT) - self.block.len();
        self.put(&[0; ALIGNMENT][..zeros])
    }

    /// The checksums, and the checksum of them.
    fn finish(mut self) -> Result<(), Error> {
        self.align()?;
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let checksums: Vec<u8> = self.checksums.iter().flat_map(|sum| sum.to_le_bytes()).collect();
        let last = layout::checksum(&checksums).to_le_bytes();
        let end = self.out.write_all(&checksums).and_then(|()| self.out.write_all(&last));
        end.and_then(|()| self.out.flush()).map_err(write_error)
    }
}

fn write_error(error: io::Error) -> Error {
    Error::io("writing an index", error)
}

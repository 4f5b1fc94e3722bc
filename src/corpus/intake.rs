//! Taking in: articles are prepared batch by batch on all cores, and each batch is added while the next is prepared. Texts that were
//! added before are looked up first, and not prepared again.

use std::ops::Range;

use hashbrown::HashTable;
use rayon::prelude::*;

use crate::article::doubled::sample;
use crate::article::reading::SameWords;
use crate::compare::lcs::WordSketch;
use crate::corpus::bodies::Bodies;
use crate::corpus::contents::{Contents, CopyGroup, DocumentEntry, NO_WORDS, ParagraphEntry, Texts};
use crate::corpus::found::Found;
use crate::corpus::known::{self, Known};
use crate::corpus::neighbours::Neighbours;
use crate::corpus::options::{CorpusBuilder, Scope};
use crate::corpus::preparer::{Batch, CutBatch, CutParagraph, PreparedParagraph, Preparer};
use crate::corpus::rare_shingles::RareShingles;
use crate::corpus::seen_texts::SeenTexts;
use crate::error::Error;
use crate::groups::number;
use crate::index::saved::SavedIndex;
use crate::lsh::Keys;
use crate::minhash::MinHasher;
use crate::shingle::ShingleSet;
use crate::text::paragraph::Paragraph;

/// How many bytes of text are prepared together, on all cores.
const BATCH_BYTES: usize = 1 << 21;

/// A corpus that articles come into, wherever it keeps their texts.
#[derive(Clone, Debug)]
pub(crate) struct Intake<'t> {
    pub(crate) contents: Contents<'t>,
    /// The bucket keys of the copy groups.
    keys: Keys,
    hasher: MinHasher,
    /// Their rare shingles, for lossless removal.
    rare: Option<RareShingles>,
    /// The copy groups by the hashes of their words.
    by_words: HashTable<u32>,
    seen: SeenTexts,
}

impl<'t> Intake<'t> {
    pub(crate) fn new(options: CorpusBuilder, texts: Texts<'t>) -> Self {
        let banding = options.banding();
        Self {
            contents: Contents::new(options, texts),
            keys: Keys::new(banding.map_or(0, |banding| banding.bands)),
            hasher: MinHasher::with_slots(banding.map_or(0, |banding| banding.bands * banding.rows)),
            rare: options.lossless.then(RareShingles::new),
            by_words: HashTable::new(),
            seen: SeenTexts::default(),
        }
    }

    /// Takes in articles. `keep_texts` is called with each batch before it is added.
    pub(crate) fn extend<T: AsRef<str> + Send + Sync>(
        &mut self,
        articles: impl Iterator<Item = T>,
        keep_texts: impl Fn(&mut Texts<'t>, &[T]) + Sync,
    ) {
        let preparer = Preparer {
            detector: self.contents.detector,
            banding: self.contents.banding,
            wants_sketches: self.contents.wants_runs() && self.rare.is_none(),
            hasher: self.hasher.clone(),
            keeps_sets: self.rare.is_some(),
        };
        let mut articles = articles.peekable();
        let mut take = || -> Vec<T> {
            let mut bytes = 0;
            let take = || {
                let article = articles.next_if(|_| bytes < BATCH_BYTES)?;
                bytes += article.as_ref().len() + size_of::<&str>();
                Some(article)
            };
            std::iter::from_fn(take).collect()
        };
        let mut batch = preparer.prepare(self.look_up(take()));
        while !batch.cut.articles.is_empty() {
            let next = self.look_up(take());
            let add = || {
                keep_texts(&mut self.contents.texts, &batch.cut.articles);
                self.add_batch(&batch);
            };
            ((), batch) = rayon::join(add, || preparer.prepare(next));
        }
    }

    /// Cuts articles into paragraphs, and looks for each text among those that were added.
    fn look_up<T: AsRef<str> + Send + Sync>(&self, articles: Vec<T>) -> CutBatch<T> {
        let cut = |article: &T| {
            let paragraphs = self.contents.detector.boundary().paragraphs(article.as_ref());
            let is_sampled = paragraphs.len() >= sample::MIN_PARAGRAPHS;
            let seen = |paragraph: &Paragraph<'_>| {
                let hash = self.seen.hash(paragraph.as_str());
                // Lossless removal counts the shingles of copies too.
                let find = || self.seen.find(hash, paragraph.as_str(), is_sampled, &self.contents);
                CutParagraph { span: paragraph.span(), hash, seen: self.rare.is_none().then(find).flatten() }
            };
            paragraphs.iter().map(seen).collect()
        };
        let paragraphs = articles.par_iter().map(cut).collect();
        CutBatch { articles, paragraphs }
    }

    fn add_batch<T: AsRef<str>>(&mut self, batch: &Batch<T>) {
        let bands = self.keys.bands();
        let mut prepared = batch.chunks.iter().flat_map(|chunk| {
            (chunk.paragraphs.iter().enumerate()).map(move |(n, prepared)| {
                let keys = &chunk.keys[n * bands..(n + 1) * bands];
                (prepared, Traits { keys, sketch: prepared.sketch, set: chunk.sets.get(n) })
            })
        });
        if let Some(rare) = &mut self.rare {
            // First, so that what is common in this batch is known.
            for chunk in &batch.chunks {
                for (prepared, set) in chunk.paragraphs.iter().zip(&chunk.sets) {
                    rare.count(prepared.hash, set);
                }
            }
        }
        let detector = self.contents.detector;
        let mut same_words = SameWords::new(&detector);
        for (n, (article, paragraphs)) in batch.cut.articles.iter().zip(&batch.cut.paragraphs).enumerate() {
            let text = article.as_ref();
            let len = u32::try_from(text.len()).expect("an article has fewer than 2^32 bytes");
            let document = number(self.contents.documents.len());
            self.contents.repeating.extend(batch.repeats_itself[n].then_some(document));
            self.contents.documents.push(DocumentEntry { len, first: self.contents.count() });
            let is_sampled = paragraphs.len() >= sample::MIN_PARAGRAPHS;
            for (cut, (prepared, traits)) in paragraphs.iter().zip(&mut prepared) {
                let group = self.add_paragraph(text, cut, prepared, traits, &mut same_words);
                if is_sampled && cut.seen.is_none() && group != NO_WORDS {
                    self.seen.keep_sample(group, prepared.sample);
                }
            }
        }
    }

    /// Adds a paragraph to the last document, and returns its copy group.
    fn add_paragraph(
        &mut self,
        text: &str,
        cut: &CutParagraph,
        prepared: &PreparedParagraph,
        traits: Traits<'_>,
        same_words: &mut SameWords<'_>,
    ) -> u32 {
        let Range { start, end } = cut.span;
        let mut entry = ParagraphEntry {
            start: number(start),
            len: number(end - start),
            words: saturated(prepared.words),
            document: number(self.contents.documents.len() - 1),
            copy_group: NO_WORDS,
        };
        if let Some(seen) = &cut.seen {
            entry.copy_group = seen.group;
        } else if let Some(hash) = prepared.hash {
            entry.copy_group = self.copy_group(hash, traits, &text[start..end], cut.hash, same_words);
        }
        self.contents.paragraphs.push(entry);
        entry.copy_group
    }

    /// Returns the copy group that the next paragraph belongs to by its words: a new one if they are new.
    fn copy_group(
        &mut self,
        hash: u64,
        traits: Traits<'_>,
        text: &str,
        text_hash: u32,
        same_words: &mut SameWords<'_>,
    ) -> u32 {
        let contents = &mut self.contents;
        let paragraph = contents.count();
        let found = self.by_words.find(hash, |&group| contents.copy_groups[group as usize].hash == hash);
        if let Some(&group) = found {
            let first = contents.copy_groups[group as usize].first;
            if same_words.check(first as usize, &contents.paragraph_text(first), text) {
                return group;
            }
        }
        let (group, is_known) = (number(contents.copy_groups.len()), found.is_some());
        contents.copy_groups.push(CopyGroup { hash, first: paragraph, text_hash });
        self.seen.add(group, &contents.copy_groups);
        contents.sketches.extend(traits.sketch);
        self.keys.push(traits.keys);
        if let (Some(rare), Some(set)) = (&mut self.rare, traits.set) {
            rare.push(set);
        }
        if !is_known {
            self.by_words.insert_unique(hash, group, |&group| contents.copy_groups[group as usize].hash);
        }
        group
    }

    pub(crate) fn find(self) -> Found<'t> {
        let bodies = Bodies::find(&self.contents);
        self.find_beside(bodies, Known::default())
    }

    pub(crate) fn find_against(self, indexes: &[SavedIndex]) -> Result<Found<'t>, Error> {
        indexes.iter().try_for_each(|index| known::check_options(&self.contents.detector, index))?;
        let counts = self.rare.is_none() && self.contents.scope != Scope::Within && !indexes.is_empty();
        let bodies = Bodies::find(&self.contents);
        let known = if counts { Known::find(&self.contents, &bodies, indexes)? } else { Known::default() };
        Ok(self.find_beside(bodies, known))
    }

    fn find_beside(self, bodies: Bodies, known: Known) -> Found<'t> {
        let Self { contents, keys, rare, by_words, seen, .. } = self;
        drop((by_words, seen)); // memory for what follows
        let neighbours = match rare {
            Some(rare) => Neighbours::lossless(rare),
            None => Neighbours::new(&contents, keys),
        };
        Found::new(contents, neighbours, bodies, known)
    }
}

/// A count of which it is enough to know that it is very large.
fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What the copies and revisions of a paragraph are found by.
#[derive(Clone, Copy)]
struct Traits<'b> {
    keys: &'b [u32],
    sketch: Option<WordSketch>,
    set: Option<&'b ShingleSet>,
}

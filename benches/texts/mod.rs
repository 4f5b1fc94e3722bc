//! Texts to measure on: eight short ones, each in another script, and articles of any size grown from them.
//!
//! Everything is drawn from `SplitMix64` with a fixed seed, so every machine measures the same bytes.

#![allow(dead_code)] // each bench takes what it needs

use unicode_segmentation::UnicodeSegmentation;

/// A short text, written for these benches, and how it is cut into words.
pub(crate) struct Text {
    pub(crate) name: &'static str,
    source: &'static str,
    cut: Cut,
}

/// Where one word ends and the next begins.
enum Cut {
    AtSpaces,
    /// In a script that is written without spaces, so many characters are about as long as a word.
    Every(usize),
}

pub(crate) const ENGLISH: Text =
    Text { name: "english", source: include_str!("english.txt"), cut: Cut::AtSpaces };

pub(crate) const ALL: [Text; 8] = [
    ENGLISH,
    Text { name: "greek", source: include_str!("greek.txt"), cut: Cut::AtSpaces },
    Text { name: "russian", source: include_str!("russian.txt"), cut: Cut::AtSpaces },
    Text { name: "hebrew", source: include_str!("hebrew.txt"), cut: Cut::AtSpaces },
    Text { name: "arabic", source: include_str!("arabic.txt"), cut: Cut::AtSpaces },
    Text { name: "hindi", source: include_str!("hindi.txt"), cut: Cut::AtSpaces },
    Text { name: "chinese", source: include_str!("chinese.txt"), cut: Cut::Every(2) },
    Text { name: "thai", source: include_str!("thai.txt"), cut: Cut::Every(4) },
];

impl Text {
    /// An article of at least so many bytes, one paragraph a line; none repeats another.
    pub(crate) fn article(&self, bytes: usize) -> String {
        let mut article = String::new();
        let mut paragraphs = self.paragraphs();
        while article.len() < bytes {
            article.extend(paragraphs.next());
            article.push('\n');
        }
        article
    }

    /// Paragraphs without end, each of 50 to 80 words drawn from the text.
    pub(crate) fn paragraphs(&self) -> impl Iterator<Item = String> {
        let vocabulary = self.vocabulary();
        let mut random = Random::new(1);
        std::iter::repeat_with(move || {
            let count = 50 + random.below(31);
            let words: Vec<String> = (0..count).map(|_| word(&vocabulary, &mut random)).collect();
            self.join(&words)
        })
    }

    /// An article with every `n`th word of each paragraph replaced.
    pub(crate) fn edited(&self, article: &str, n: usize) -> String {
        let vocabulary = self.vocabulary();
        let mut random = Random::new(2);
        let mut edited = String::with_capacity(article.len());
        for paragraph in article.lines() {
            let mut words: Vec<String> = self.words(paragraph).into_iter().map(str::to_owned).collect();
            for replaced in words.iter_mut().skip(n - 1).step_by(n) {
                *replaced = word(&vocabulary, &mut random);
            }
            edited.push_str(&self.join(&words));
            edited.push('\n');
        }
        edited
    }

    /// An article of at least so many bytes whose second half is its first with every `n`th word replaced.
    pub(crate) fn doubled(&self, bytes: usize, n: usize) -> String {
        let body = self.article(bytes / 2);
        let copy = self.edited(&body, n);
        body + &copy
    }

    fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        match self.cut {
            Cut::AtSpaces => text.split_whitespace().collect(),
            Cut::Every(length) => {
                let mut words = Vec::new();
                for mut rest in text.lines() {
                    while !rest.is_empty() {
                        let word;
                        (word, rest) = split_after(rest, length);
                        words.push(word);
                    }
                }
                words
            }
        }
    }

    fn join(&self, words: &[String]) -> String {
        match self.cut {
            Cut::AtSpaces => words.join(" "),
            Cut::Every(_) => words.concat().trim().to_owned(),
        }
    }

    /// The halves of the words of the text.
    fn vocabulary(&self) -> Vec<(&'static str, &'static str)> {
        self.words(self.source)
            .into_iter()
            .map(|word| split_after(word, word.graphemes(true).count() / 2))
            .collect()
    }
}

/// A word of the text as it stands, or one time in four a new one, of the halves of two. Real vocabularies grow
/// with the text; of a fixed one ever more paragraphs would be alike by chance.
fn word(vocabulary: &[(&str, &str)], random: &mut Random) -> String {
    let (head, mut tail) = vocabulary[random.below(vocabulary.len())];
    if random.below(4) == 0 {
        tail = vocabulary[random.below(vocabulary.len())].1;
    }
    [head, tail].concat()
}

/// The first characters (grapheme clusters) of a text, and the rest.
fn split_after(text: &str, characters: usize) -> (&str, &str) {
    let at = text.grapheme_indices(true).nth(characters).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014): small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        (self.number() >> 32) as usize % bound
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Iterator for Random {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        Some(self.number())
    }
}

//! How much of a document stands in another one.

/// How much of a document stands in another one: of all others the one in which most of it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Overlap {
    /// The number of the other document.
    pub other: u64,
    /// How many words (UAX #29) the document has.
    pub words: usize,
    /// How many of them are of paragraphs that stand in the other one too.
    pub shared: usize,
}

impl Overlap {
    /// Returns the share of the document's words that stand in the other one, from 0 to 1: its containment by words.
    ///
    /// A reprint has a share near 1, whatever else stands in the other document.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.shared as f64 / self.words.max(1) as f64
    }
}

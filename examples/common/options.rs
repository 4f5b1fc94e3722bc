//! The options that the examples share: what counts as a repeated paragraph.

use dittograph::{Boundary, Config, Measure, Shingles};

#[derive(clap::Args)]
pub struct Options {
    /// How alike two paragraphs must be: 0 < T <= 1
    #[arg(long, value_name = "T", default_value_t = 0.7, allow_negative_numbers = true)]
    pub threshold: f64,
    /// What the threshold is held against: jaccard, containment
    #[arg(long, default_value_t)]
    pub measure: Measure,
    /// What is compared: words:N, chars:N, auto
    #[arg(long, default_value_t)]
    pub shingles: Shingles,
    /// What separates paragraphs: newline, blank-line, auto
    #[arg(long, default_value_t)]
    pub boundary: Boundary,
}

impl Options {
    /// Returns the configuration that the options say; it is not checked.
    pub fn config(&self) -> Config {
        Config::new()
            .threshold(self.threshold)
            .measure(self.measure)
            .shingles(self.shingles)
            .boundary(self.boundary)
    }
}

//! The feature `serde`: what is written of configurations and of what was found, and how a configuration is read.
//!
//! All of it stands here, and nothing else knows of it. Options are written as their names; a pair, removal or match has
//! its ratios beside its paragraphs; a range is its two ends, the second exclusive.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::article::cluster::Cluster;
use crate::article::config::{BandingChoice, Config, Siblings};
use crate::article::repetition::{Amount, GopherRepetition, Repetition};
use crate::article::report::{Report, Statistics};
use crate::article::run::Run;
use crate::compare::pair::{DuplicatePair, Evidence, ParagraphId, ParagraphPair};
use crate::compare::{Measure, Overlap, Similarity, Threshold};
use crate::corpus::CorpusStatistics;
use crate::corpus::{
    Candidates, CorpusCluster, CorpusRun, CorpusRuns, Keep, Passage, Redundant, Removal, Scope,
};
use crate::error::Error;
use crate::index::{IndexStatistics, Match, ParagraphMatches};
use crate::lsh::Banding;
use crate::shingle::Shingles;
use crate::text::normalizer::{Normalizer, Rule};
use crate::text::paragraph::{Boundary, Paragraph};

/// Writes an option as its name, and reads it.
macro_rules! by_name {
    ($($type:ident),+ $(,)?) => {$(
        /// Writes the name that `Display` writes.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        /// Reads the name that `FromStr` reads.
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Name(PhantomData))
            }
        }
    )+};
}

by_name!(Boundary, Candidates, Evidence, Keep, Measure, Normalizer, Rule, Scope, Shingles, Siblings);

/// Reads an option from its name.
struct Name<T>(PhantomData<T>);

impl<T: FromStr<Err = Error>> Visitor<'_> for Name<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an option, as a string")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<T, E> {
        name.parse().map_err(E::custom)
    }
}

/// Writes a plain type as a struct of all its fields, in their order.
macro_rules! by_fields {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let Self { $($field),+ } = self;
                let mut fields = serializer.serialize_struct(stringify!($type), [$(stringify!($field)),+].len())?;
                $(fields.serialize_field(stringify!($field), $field)?;)+
                fields.end()
            }
        }
    )+};
}

by_fields! {
    Amount { paragraphs, characters }
    Banding { bands, rows }
    CorpusCluster { kept, removals }
    CorpusRun { earlier, later }
    CorpusRuns { runs, matches_left_out }
    CorpusStatistics { documents, bytes, paragraphs, without_words, distinct, words }
    GopherRepetition {
        characters, paragraphs, duplicate_paragraphs, duplicate_paragraph_characters, lines, duplicate_lines,
        duplicate_line_characters,
    }
    IndexStatistics { paragraphs, without_words, distinct, shingles, entries, largest_bucket }
    ParagraphId { document, paragraph }
    Redundant { removals, spared, siblings }
    Repetition { all, same_bytes, same_words, near }
    Statistics {
        paragraphs, without_words, words, pairs, exact_pairs, clusters, redundant, redundant_words, siblings, runs,
        matches_left_out,
    }
}

/// Writes a type that has a similarity as a struct of its other fields: the fields of the similarity take its place.
macro_rules! by_fields_and_similarity {
    ($($type:ident { $($before:ident),+ ; $($after:ident),* })+) => {$(
        /// Writes the fields, and in place of the similarity its `jaccard`, `containment` and `exact`.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let Self { $($before,)+ similarity, $($after,)* } = self;
                let count = [$(stringify!($before),)+ $(stringify!($after),)*].len() + SIMILARITY_FIELDS;
                let mut fields = serializer.serialize_struct(stringify!($type), count)?;
                $(fields.serialize_field(stringify!($before), $before)?;)+
                serialize_similarity(*similarity, &mut fields)?;
                $(fields.serialize_field(stringify!($after), $after)?;)*
                fields.end()
            }
        }
    )+};
}

by_fields_and_similarity! {
    DuplicatePair { earlier, later; evidence }
    Match { id; }
    ParagraphPair { earlier, later; evidence }
    Removal { kept, removed; evidence }
}

/// The number of fields that a similarity is written as.
const SIMILARITY_FIELDS: usize = 3;

fn serialize_similarity<S: SerializeStruct>(similarity: Similarity, fields: &mut S) -> Result<(), S::Error> {
    fields.serialize_field("jaccard", &similarity.jaccard())?;
    fields.serialize_field("containment", &similarity.containment())?;
    fields.serialize_field("exact", &similarity.is_exact())
}

/// Writes the `paragraph`, its `words` and its `matches`.
impl Serialize for ParagraphMatches<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ParagraphMatches", 3)?;
        fields.serialize_field("paragraph", &self.paragraph)?;
        fields.serialize_field("words", &self.words)?;
        fields.serialize_field("matches", &self.matches)?;
        fields.end()
    }
}

/// Writes `other`, `words` and `shared`.
impl Serialize for Overlap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Overlap", 3)?;
        fields.serialize_field("other", &self.other)?;
        fields.serialize_field("words", &self.words)?;
        fields.serialize_field("shared", &self.shared)?;
        fields.end()
    }
}

/// Writes `jaccard`, `containment` and `exact`.
impl Serialize for Similarity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Similarity", SIMILARITY_FIELDS)?;
        serialize_similarity(*self, &mut fields)?;
        fields.end()
    }
}

/// Writes the span: `start` and `end`, in bytes of the text.
impl Serialize for Paragraph<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Range { start, end } = self.span();
        let mut fields = serializer.serialize_struct("Paragraph", 2)?;
        fields.serialize_field("start", &start)?;
        fields.serialize_field("end", &end)?;
        fields.end()
    }
}

/// Writes the indices of all members, the representative first.
impl Serialize for Cluster {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(std::iter::once(&self.representative).chain(&self.redundant))
    }
}

/// Writes `earlier` and `later`, each as the two ends of its range.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Run", 2)?;
        fields.serialize_field("earlier", &[self.earlier.start, self.earlier.end])?;
        fields.serialize_field("later", &[self.later.start, self.later.end])?;
        fields.end()
    }
}

/// Writes the `document` and the two ends of the range of its `paragraphs`.
impl Serialize for Passage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Passage", 2)?;
        fields.serialize_field("document", &self.document)?;
        fields.serialize_field("paragraphs", &[self.paragraphs.start, self.paragraphs.end])?;
        fields.end()
    }
}

/// Writes `paragraphs`, `pairs`, `clusters`, `runs`, `doubled_body` (a run, or nothing) and `redundant`; not the text.
impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Report", 6)?;
        fields.serialize_field("paragraphs", self.paragraphs())?;
        fields.serialize_field("pairs", self.pairs())?;
        fields.serialize_field("clusters", self.clusters())?;
        fields.serialize_field("runs", self.runs())?;
        fields.serialize_field("doubled_body", &self.doubled_body())?;
        fields.serialize_field("redundant", self.redundant())?;
        fields.end()
    }
}

/// Writes the threshold as a number.
impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// Reads a number, and refuses what [`Threshold::new`] refuses.
impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Threshold::new(f64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads a struct from a map of its fields. The derived code alone would also take a list of them, in their order.
struct NamedFields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedFields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from names to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

/// The fields of a configuration.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Config", default, deny_unknown_fields)]
struct ConfigFields {
    boundary: Boundary,
    normalizer: Normalizer,
    shingles: Shingles,
    measure: Measure,
    threshold: f64,
    siblings: Siblings,
    signature_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    recall: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banding: Option<Banding>,
}

/// The fields of a banding, as they are read.
#[derive(serde::Deserialize)]
#[serde(rename = "Banding", deny_unknown_fields)]
struct BandingFields {
    bands: usize,
    rows: usize,
}

impl From<Config> for ConfigFields {
    fn from(config: Config) -> Self {
        let (recall, banding) = match config.candidates {
            BandingChoice::Recall(recall) => (Some(recall), None),
            BandingChoice::Banding(banding) => (None, Some(banding)),
        };
        Self {
            boundary: config.boundary,
            normalizer: config.normalizer,
            shingles: config.shingles,
            measure: config.measure,
            threshold: config.threshold,
            siblings: config.siblings,
            signature_length: config.signature_length,
            recall,
            banding,
        }
    }
}

impl Default for ConfigFields {
    fn default() -> Self {
        let mut fields = Self::from(Config::new());
        fields.recall = None; // so that a banding can be read alone
        fields
    }
}

impl TryFrom<ConfigFields> for Config {
    type Error = Error;

    fn try_from(fields: ConfigFields) -> Result<Self, Error> {
        let config = Config::new()
            .boundary(fields.boundary)
            .normalizer(fields.normalizer)
            .shingles(fields.shingles)
            .measure(fields.measure)
            .threshold(fields.threshold)
            .siblings(fields.siblings)
            .signature_length(fields.signature_length);
        let config = match (fields.recall, fields.banding) {
            (None, None) => config,
            (Some(recall), None) => config.recall(recall),
            (None, Some(banding)) => config.banding(banding),
            (Some(_), Some(_)) => return Err(Error::config("banding", "a banding or a recall", "both")),
        };
        config.build().map(|_| config)
    }
}

/// Writes every option under the name of its setter: either `recall` or `banding`, whichever was set last.
impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ConfigFields::from(*self).serialize(serializer)
    }
}

/// Reads a map of the options, each under the name of its setter. One that is absent has its default, an unknown one is refused,
/// and so is what [`Config::build`] refuses, with the same message.
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NAMES: &[&str] = &[
            "boundary",
            "normalizer",
            "shingles",
            "measure",
            "threshold",
            "siblings",
            "signature_length",
            "recall",
            "banding",
        ];
        let fields: ConfigFields =
            deserializer.deserialize_struct("Config", NAMES, NamedFields(PhantomData))?;
        fields.try_into().map_err(D::Error::custom)
    }
}

/// Reads a map of the numbers of `bands` and `rows`; they are checked by [`Config::build`].
impl<'de> Deserialize<'de> for Banding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let BandingFields { bands, rows } =
            deserializer.deserialize_struct("Banding", &["bands", "rows"], NamedFields(PhantomData))?;
        Ok(Banding { bands, rows })
    }
}

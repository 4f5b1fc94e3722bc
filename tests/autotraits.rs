//! Types can be sent to other threads and shared between them, and have the traits that users expect.

use std::fmt::{Debug, Display};

use dittograph::compare::{Comparator, Threshold};
use dittograph::lsh::Buckets;
use dittograph::minhash::{MinHasher, Signature};
use dittograph::saved::Replacement;
use dittograph::shingle::ShingleSet;
use dittograph::{
    Banding, Boundary, Cluster, Config, Detector, DuplicatePair, Error, Index, IndexStatistics, Match,
    Measure, Normalizer, Paragraph, ParagraphId, ParagraphPair, Report, Rule, Run, SavedIndex, Shingles,
    SignedParagraph, Signer, Similarity, Statistics,
};

#[test]
fn every_type_can_cross_threads_and_panics_and_be_shown_in_a_debugger() {
    fn fine<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe + Clone + Debug>() {}
    fine::<Banding>();
    fine::<Boundary>();
    fine::<Buckets>();
    fine::<Cluster>();
    fine::<Comparator>();
    fine::<Config>();
    fine::<Detector>();
    fine::<DuplicatePair>();
    fine::<Error>();
    fine::<Index>();
    fine::<ParagraphPair>();
    fine::<IndexStatistics>();
    fine::<Match>();
    fine::<Measure>();
    fine::<MinHasher>();
    fine::<Normalizer>();
    fine::<Paragraph<'_>>();
    fine::<ParagraphId>();
    fine::<Report<'_>>();
    fine::<Rule>();
    fine::<Run>();
    fine::<ShingleSet>();
    fine::<Shingles>();
    fine::<Signature>();
    fine::<SignedParagraph>();
    fine::<Signer>();
    fine::<Similarity>();
    fine::<Statistics>();
    fine::<Threshold>();
}

#[test]
fn what_lies_in_files_can_cross_threads() {
    fn sent<T: Send + Sync + Unpin + Debug>() {}
    sent::<SavedIndex>();
    sent::<Replacement>();
}

#[test]
fn values_are_copied_and_compared() {
    fn value<T: Copy + PartialEq>() {}
    value::<Banding>();
    value::<Config>();
    value::<Detector>();
    value::<DuplicatePair>();
    value::<Match>();
    value::<Normalizer>();
    value::<Paragraph<'_>>();
    value::<ParagraphId>();
    value::<Similarity>();
}

#[test]
fn the_error_is_an_error() {
    fn error<T: std::error::Error + Display + 'static>() {}
    error::<Error>();
}

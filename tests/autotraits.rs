//! Every public type can be sent to other threads and shared between them, and has the traits that users expect.

use std::fmt::{Debug, Display};
use std::fs;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::Path;

use dittograph::compare::{Comparator, Threshold};
use dittograph::lsh::Buckets;
use dittograph::minhash::{MinHasher, Signature};
use dittograph::saved::{Replacement, UnicodeVersions};
use dittograph::shingle::ShingleSet;
use dittograph::steps::{
    BodyMate, Cut, DoubledBody, GroupText, Kept, MateGroups, Member, Near, NearPair, ReadParagraph, Removed,
    RunEvidence, Steps, Walk, WalkPair, WalkParagraph,
};
use dittograph::{
    Amount, Banding, Boundary, Candidates, Cluster, Config, Corpus, CorpusBuilder, CorpusCluster, CorpusRun,
    CorpusRuns, CorpusStatistics, Detector, DuplicatePair, Error, Evidence, Found, GopherRepetition, Index,
    IndexStatistics, Keep, Match, Measure, Normalizer, Overlap, Paragraph, ParagraphId, ParagraphMatches,
    ParagraphPair, Passage, ReadingCorpus, Redundant, Removal, Repetition, Report, Rule, Run, SavedIndex,
    Scope, Shingles, Siblings, SignedParagraph, Signer, Similarity, Statistics, TextStore,
};

/// Crosses threads and panics, and can be shown in a debugger.
fn shared<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug>() {}

/// The same, and can be cloned.
fn cloned<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug + Clone>() {}

/// The same, and can be copied and compared.
fn value<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug + Copy + PartialEq>() {}

/// Crosses threads; what it holds may be of a type of the caller's, so no more is said of panics.
fn sent<T: Send + Sync + Unpin + Debug>() {}

#[test]
fn values_are_copied_and_compared() {
    value::<Amount>();
    value::<Banding>();
    value::<Boundary>();
    value::<Candidates>();
    value::<Evidence>();
    value::<Comparator>();
    value::<Config>();
    value::<CorpusBuilder>();
    value::<CorpusStatistics>();
    value::<Detector>();
    value::<DuplicatePair>();
    value::<GopherRepetition>();
    value::<IndexStatistics>();
    value::<Keep>();
    value::<Match>();
    value::<Overlap>();
    value::<Measure>();
    value::<Member>();
    value::<Near>();
    value::<NearPair>();
    value::<Removed>();
    value::<RunEvidence>();
    value::<WalkPair>();
    value::<BodyMate>();
    value::<MateGroups>();
    value::<Normalizer>();
    value::<Paragraph<'_>>();
    value::<ParagraphId>();
    value::<ParagraphPair>();
    value::<Removal>();
    value::<Repetition>();
    value::<Rule>();
    value::<Scope>();
    value::<Shingles>();
    value::<Siblings>();
    value::<Similarity>();
    value::<Statistics>();
    value::<Threshold>();
    value::<UnicodeVersions>();
}

#[test]
fn what_holds_memory_is_cloned() {
    cloned::<Buckets>();
    cloned::<Cut<'_>>();
    cloned::<GroupText<'_>>();
    cloned::<Kept>();
    cloned::<ReadParagraph>();
    cloned::<Steps>();
    cloned::<Walk>();
    cloned::<DoubledBody>();
    cloned::<WalkParagraph<'_>>();
    cloned::<Cluster>();
    cloned::<Corpus<'_>>();
    cloned::<CorpusCluster>();
    cloned::<CorpusRun>();
    cloned::<CorpusRuns>();
    cloned::<Error>();
    cloned::<Index>();
    cloned::<MinHasher>();
    cloned::<ParagraphMatches<'_>>();
    cloned::<Passage>();
    cloned::<Redundant>();
    cloned::<Report<'_>>();
    cloned::<Run>();
    cloned::<ShingleSet>();
    cloned::<Signature>();
    cloned::<SignedParagraph>();
    cloned::<Signer>();
}

#[test]
fn what_stands_in_files_or_in_all_of_memory_is_shared() {
    #[cfg(feature = "mmap")]
    {
        use dittograph::saved::Update;
        sent::<Update>();
    }
    shared::<Found<'_>>();
    shared::<ReadingCorpus<'_>>();
    shared::<Replacement>();
    shared::<TextStore>();
    sent::<SavedIndex>();
}

#[cfg(feature = "dump")]
#[test]
fn dumps_are_read_on_any_thread() {
    use dittograph::dump::{
        Article, Dump, DumpOptions, DumpStatistics, Encoding, EncodingBasis, Format, MissingText, Piece,
        Pieces, Record, RecordPlace,
    };
    fn is_send<T: Send + Unpin + Debug>() {}
    cloned::<Article>();
    cloned::<DumpOptions>();
    cloned::<DumpStatistics>();
    cloned::<Record<'_>>();
    cloned::<RecordPlace>();
    value::<Encoding>();
    value::<EncodingBasis>();
    value::<Format>();
    value::<MissingText>();
    is_send::<Dump>();
    is_send::<Piece>();
    is_send::<Pieces>();
}

#[cfg(feature = "dump-parquet")]
#[test]
fn parquet_is_rewritten_on_any_thread() {
    use dittograph::dump::ParquetRewriter;
    cloned::<ParquetRewriter>();
}

#[cfg(feature = "page")]
#[test]
fn pages_are_written_on_any_thread() {
    fn shared<T: Clone + Send + Sync>() {} // what names documents may panic
    use dittograph::{CorpusPage, Page};
    cloned::<Page<'_>>();
    shared::<CorpusPage<'_>>();
}

#[test]
fn the_error_is_an_error() {
    fn error<T: std::error::Error + Display + 'static>() {}
    error::<Error>();
}

/// All that is public in a file can be reached: the lint `unreachable_pub` holds that.
#[test]
fn no_public_type_is_missing_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = fs::read_to_string(root.join("tests/autotraits.rs")).unwrap();
    let mut types = Vec::new();
    collect_types(&root.join("src"), &mut types);
    assert!(types.len() > 40, "{types:?}");
    for name in types {
        let is_tested = [">", "<"].iter().any(|end| here.contains(&format!("::<{name}{end}")));
        assert!(is_tested, "{name} is not tested");
    }
}

fn collect_types(folder: &Path, types: &mut Vec<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // The command's own types are not the crate's.
            if path.file_name() != Some("bin".as_ref()) {
                collect_types(&path, types);
            }
            continue;
        }
        let code = fs::read_to_string(&path).unwrap();
        let public = code
            .lines()
            .filter_map(|line| line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")));
        types.extend(public.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect()));
    }
}

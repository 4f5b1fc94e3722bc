//! What is redundant in a corpus, cluster by cluster.

use rayon::prelude::*;

use crate::compare::pair::{Evidence, ParagraphId};
use crate::corpus::found::{Redundant, Removal};

/// A paragraph of a [`Corpus`](crate::Corpus) that is kept, together with all that are redundant beside it.
///
/// Each of them was verified against the one that is kept; nothing is joined by way of a third. In one article the
/// members of a [`Cluster`](crate::Cluster) are indices into its report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CorpusCluster {
    /// The paragraph that is kept.
    pub kept: ParagraphId,
    /// What is removed for it, by position; never empty.
    pub removals: Vec<Removal>,
}

impl Redundant {
    /// Returns the removals cluster by cluster, by the position of the paragraph that is kept.
    ///
    /// There are never more clusters than removals, and each removal is in one, but for boilerplate, of which nothing is kept. The call costs a sort, and holds
    /// 8 bytes a removal.
    ///
    /// ```
    /// use dittograph::{Corpus, Detector};
    ///
    /// let mut corpus = Corpus::new(Detector::default());
    /// corpus.extend([
    ///     "The mill burnt down in the night.\nBread is dearer by a tenth.",
    ///     "Bread is dearer, by a tenth!\nThe mill burnt down in the night!",
    ///     "The mill burnt down in the night.",
    /// ]);
    /// let found = corpus.find();
    /// let clusters: Vec<_> = found.redundant().clusters().collect();
    /// assert_eq!(clusters.len(), 2);
    /// assert_eq!((clusters[0].kept.document, clusters[0].kept.paragraph), (0, 0));
    /// assert_eq!(clusters[0].removals[1].removed.document, 2);
    /// ```
    pub fn clusters(&self) -> impl Iterator<Item = CorpusCluster> + use<'_> {
        let is_for_kept = |removal: &&Removal| removal.evidence != Evidence::Boilerplate;
        let mut ordered: Vec<&Removal> = self.removals.iter().filter(is_for_kept).collect();
        ordered.par_sort_unstable_by_key(|removal| (removal.kept, removal.removed));
        let mut rest = ordered.into_iter().peekable();
        std::iter::from_fn(move || {
            let kept = rest.peek()?.kept;
            let removals = std::iter::from_fn(|| rest.next_if(|removal| removal.kept == kept).copied());
            Some(CorpusCluster { kept, removals: removals.collect() })
        })
    }
}

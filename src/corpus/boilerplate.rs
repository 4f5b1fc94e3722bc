//! What stands in many articles of one site, with the same words.

use rayon::prelude::*;

use crate::corpus::contents::Contents;

/// What counts as boilerplate.
#[derive(Clone, Debug)]
pub(crate) struct BoilerplateRule {
    /// The site of each document, by a number; `u32::MAX` and none for those of no site.
    pub(crate) sites: Vec<u32>,
    /// In how many articles of one site words may stand.
    pub(crate) max_articles: usize,
}

/// In place of the number of a site.
const NO_SITE: u32 = u32::MAX;

/// Returns for each copy group whether it is boilerplate; nothing without a rule.
pub(crate) fn find(contents: &Contents<'_>) -> Vec<bool> {
    let Some(BoilerplateRule { sites, max_articles }) = &contents.boilerplate else { return Vec::new() };
    let group_of = |paragraph: u32| contents.group_of(paragraph).map(|group| group as usize);
    let mut counts = vec![0_usize; contents.copy_groups.len()];
    (0..contents.count()).filter_map(group_of).for_each(|group| counts[group] += 1);
    // Copy group, site and document.
    let mut places: Vec<(usize, u32, u32)> = (0..contents.count())
        .filter_map(|paragraph| {
            let group = group_of(paragraph).filter(|&group| counts[group] > *max_articles)?;
            let document = contents.document_of(paragraph);
            let site = sites.get(document as usize).copied().filter(|&site| site != NO_SITE)?;
            Some((group, site, document))
        })
        .collect();
    places.par_sort_unstable();
    places.dedup();
    let mut boilerplate = vec![false; contents.copy_groups.len()];
    for articles in places.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        boilerplate[articles[0].0] |= articles.len() > *max_articles;
    }
    boilerplate
}

//! How large clusters are, and the largest of them.

use std::fmt::{self, Formatter, Write};

use super::beside::{Beside, KEY};
use super::{Contents, Counted, MAX_BEGINNING, Room, cut, first_by};
use crate::corpus::{CorpusCluster, Removal};
use crate::page::escape::{Escaped, without_controls};
use crate::page::verdict::alike;
use crate::page::{Number, Percent};

/// The greatest number of clusters that are shown, …
const MAX_CLUSTERS: usize = 500;

/// … of members of each, …
const MAX_MEMBERS: usize = 20;

/// … and of bytes for all.
const MAX_LEN: usize = 2_000_000;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    if contents.redundant.removals.is_empty() {
        return Ok(());
    }
    let mut sizes = Sizes { counts: [(0, 0); usize::BITS as usize], highest: 0 };
    let clusters = contents.redundant.clusters().inspect(|cluster| sizes.add(cluster));
    let largest = first_by(clusters, MAX_CLUSTERS, |a, b| b.removals.len().cmp(&a.removals.len()));
    writeln!(
        f,
        "<section aria-labelledby=\"clusters\">\n<h2 id=\"clusters\">The largest clusters</h2>\n<p class=\"sum\">A cluster is a \
         paragraph that is kept, with all that were removed for it. There {}.</p>",
        match sizes.all() {
            1 => "is one".to_owned(),
            all => format!("are {}", Number(all)),
        }
    )?;
    sizes.write(f)?;
    writeln!(f, "<h3>One by one</h3>\n<p class=\"key\">Each with its least alike members. {KEY}</p>")?;
    writeln!(
        f,
        "<table class=\"clusters\">\n<thead><tr><th scope=\"col\" class=\"count\">Removed</th><th scope=\"col\">Kept, and what \
         went for it</th></tr></thead>\n<tbody>"
    )?;
    let (mut room, mut beside) = (Room(MAX_LEN), Beside::new(contents));
    let mut shown = 0;
    for cluster in &largest {
        let mut row = String::new();
        write_cluster(&mut row, contents, &mut beside, cluster)?;
        if !room.takes(&row) {
            break;
        }
        f.write_str(&row)?;
        shown += 1;
    }
    writeln!(f, "</tbody>\n</table>")?;
    if sizes.all() > shown {
        writeln!(
            f,
            "<p class=\"capped\">{} not shown: the page has {} at most, the largest, of {} bytes. \
             <code>dittograph dedup --clusters FILE</code> writes all of them.</p>",
            Counted(sizes.all() - shown, "cluster is", "clusters are"),
            Number(MAX_CLUSTERS),
            Number(MAX_LEN)
        )?;
    }
    writeln!(f, "</section>")
}

fn write_cluster(
    out: &mut String,
    contents: &Contents<'_>,
    beside: &mut Beside<'_>,
    cluster: &CorpusCluster,
) -> fmt::Result {
    let all = cluster.removals.len();
    let text = contents.text(cluster.kept);
    let exact = cluster.removals.iter().filter(|removal| removal.similarity.is_exact()).count();
    writeln!(
        out,
        "<tr><td class=\"count\">{}</td><td><details><summary><bdi dir=\"auto\">{}</bdi></summary>",
        Number(all),
        Escaped(&without_controls(&cut(&text, MAX_BEGINNING)))
    )?;
    writeln!(
        out,
        "<p class=\"note\">Removed, {}:</p>\n<div class=\"rows{}\">",
        alike(exact, all),
        contents.direction()
    )?;
    let members = first_by(&cluster.removals, MAX_MEMBERS, |a, b| b.similarity.cmp_more_alike(&a.similarity));
    if let Some(least_alike) = members.first() {
        beside.write(out, "div", least_alike)?;
    }
    writeln!(out, "</div>")?;
    if members.len() > 1 {
        write!(out, "<ul class=\"members\">")?;
        for removal in &members[1..] {
            writeln!(out, "<li>{}{}</li>", contents.place(removal.removed), Likeness(removal))?;
        }
        writeln!(out, "</ul>")?;
    }
    if all > members.len() {
        let more = Counted(all - members.len(), "member", "members");
        writeln!(out, "<p class=\"note\">{more} more, at least as alike, in <code>--clusters</code></p>")?;
    }
    writeln!(out, "</details></td></tr>")
}

/// Says how alike a removed paragraph is that has other words.
struct Likeness<'r>(&'r Removal);

impl fmt::Display for Likeness<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let similarity = &self.0.similarity;
        if similarity.is_exact() {
            return Ok(());
        }
        write!(f, ", Jaccard {}", Percent { part: similarity.common(), whole: similarity.union() })
    }
}

/// How many clusters there are of each size, between powers of two.
struct Sizes {
    /// Clusters and their removed paragraphs, by how many are removed: 1, 2 to 3, 4 to 7, and so on.
    counts: [(usize, usize); usize::BITS as usize],
    highest: usize,
}

impl Sizes {
    fn add(&mut self, cluster: &CorpusCluster) {
        let removed = cluster.removals.len();
        let (clusters, paragraphs) = &mut self.counts[removed.max(1).ilog2() as usize];
        *clusters += 1;
        *paragraphs += removed;
        self.highest = self.highest.max(*paragraphs);
    }

    fn all(&self) -> usize {
        self.counts.iter().map(|(clusters, _)| clusters).sum()
    }

    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "<table class=\"sizes\">\n<thead><tr><th scope=\"col\">Removed for one</th><th scope=\"col\" \
             class=\"count\">Clusters</th><th scope=\"col\" class=\"count\">Removed</th><td></td></tr></thead>\n<tbody>"
        )?;
        for (power, (clusters, paragraphs)) in
            (0_u32..).zip(self.counts).filter(|(_, (clusters, _))| *clusters > 0)
        {
            let (from, to) = (1_usize << power, (1_usize << power) - 1 + (1_usize << power));
            let range =
                if power == 0 { "1".to_owned() } else { format!("{}–{}", Number(from), Number(to)) };
            writeln!(
                f,
                "<tr><th scope=\"row\">{range}</th><td class=\"count\">{}</td><td class=\"count\">{}</td><td><svg \
                 viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"column near\" \
                 width=\"{:.1}\" height=\"10\"/></svg></td></tr>",
                Number(clusters),
                Number(paragraphs),
                (100.0 * paragraphs as f64 / self.highest.max(1) as f64).max(0.5)
            )?;
        }
        writeln!(f, "</tbody>\n</table>")
    }
}

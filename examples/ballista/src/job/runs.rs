//! What goes by the evidence of runs, and of doubled bodies.

use super::{Read, Run};
use crate::stages::Rows;

/// How many paragraphs are held, with their texts, as one side of the walks of a batch.
const MAX_BATCH_PARAGRAPHS: usize = 4 << 20;

impl Run<'_> {
    /// Decides anew by the evidence of runs. Returns the table of what goes.
    pub async fn by_runs(&mut self, decided: &str, read: &Read) -> Result<String, String> {
        let with_runs = "SELECT removed, kept, near, jaccard, containment, false AS run FROM";
        if self.job.steps.wants_runs() && read.longest > 1 {
            self.partners(decided).await?;
            // A document is there once for each that is compared with it in a batch.
            let batch = MAX_BATCH_PARAGRAPHS / read.longest.cast_unsigned() as usize;
            let before = self.stages.set_batch(batch.clamp(1, 8192));
            self.walks().await?;
            self.stages.set_batch(before);
        } else {
            let none = "SELECT later, earlier, common, total FROM bodies WHERE false";
            self.stages.table("run_pairs", none).await?;
        }
        self.revise(decided).await?;
        let query = format!(
            "{with_runs} (SELECT d.* FROM {decided} d LEFT ANTI JOIN revised r ON r.removed = d.removed) \
             UNION ALL SELECT removed, kept, near, jaccard, containment, run FROM revised"
        );
        self.stages.table("decided_at_last", &query).await?;
        Ok("decided_at_last".to_owned())
    }

    /// Finds which documents are compared.
    pub(super) async fn partners(&mut self, decided: &str) -> Result<(), String> {
        let Self { stages, settings, .. } = self;
        stages
            .table(
                "passages",
                &format!(
                    "SELECT m.pos, m.doc, m.grp, m.words, COALESCE(k.grp, m.grp) AS passage FROM members m \
                     LEFT JOIN (SELECT d.removed, o.grp FROM {decided} d JOIN members o ON o.pos = d.kept) k \
                     ON k.removed = m.pos"
                ),
            )
            .await?;
        stages.table("places", "SELECT DISTINCT passage, doc FROM passages").await?;
        stages
            .table(
                "before",
                "SELECT l.passage, l.doc, f.first, l.last FROM ( \
                 SELECT passage, doc, LAG(doc) OVER (PARTITION BY passage ORDER BY doc) AS last FROM places) l \
                 JOIN (SELECT passage, MIN(doc) AS first FROM places GROUP BY passage HAVING COUNT(*) > 1) f \
                 ON f.passage = l.passage WHERE l.last IS NOT NULL",
            )
            .await?;
        stages
            .table(
                "voted",
                &format!(
                    "SELECT doc AS later, unnest(ditto_partners({settings}, array_agg(vote))) AS earlier FROM ( \
                     SELECT p.doc, b.first AS vote FROM before b JOIN passages p ON p.passage = b.passage AND p.doc = b.doc \
                     UNION ALL \
                     SELECT p.doc, b.last AS vote FROM before b JOIN passages p ON p.passage = b.passage AND p.doc = b.doc \
                     WHERE b.last <> b.first) v \
                     WHERE doc IN (SELECT doc FROM passages GROUP BY doc HAVING COUNT(*) > 1) GROUP BY doc"
                ),
            )
            .await?;
        // A walk needs two passages that stand in both.
        stages
            .table(
                "partners",
                "SELECT v.later, v.earlier FROM voted v JOIN places a ON a.doc = v.later \
                 JOIN places b ON b.doc = v.earlier AND b.passage = a.passage \
                 GROUP BY v.later, v.earlier HAVING COUNT(*) > 1",
            )
            .await?;
        stages
            .table_of(
                "sides",
                "SELECT p.doc, array_agg(named_struct('pos', p.pos, 'grp', p.grp, 'passage', p.passage, 'words', p.words, \
                 'sketch_high', t.sketch_high, 'sketch_low', t.sketch_low, 'text', t.text)) AS side \
                 FROM (SELECT later AS doc FROM partners UNION SELECT earlier AS doc FROM partners) d \
                 JOIN passages p ON p.doc = d.doc JOIN paragraphs t ON t.pos = p.pos GROUP BY p.doc",
                Rows::Large,
            )
            .await?;
        Ok(())
    }

    /// Walks between documents, again and again until all that it took for no siblings are none.
    pub(super) async fn walks(&mut self) -> Result<(), String> {
        let settings = self.settings.clone();
        let walk = |known: &str, pairs: &str| {
            format!(
                "SELECT w.later, w.earlier, w.walk['passages'] AS passages, w.walk['pairs'] AS pairs, \
                 w.walk['asked'] AS asked FROM ( \
                 SELECT p.later, p.earlier, unnest(make_array(ditto_walk({settings}, e.side, l.side, {known}))) AS walk \
                 FROM {pairs} p JOIN sides l ON l.doc = p.later JOIN sides e ON e.doc = p.earlier) w"
            )
        };
        self.stages.table_of("walks_1", &walk("NULL", "partners"), Rows::Large).await?;
        let (mut walked, mut known) = ("SELECT * FROM walks_1".to_owned(), String::new());
        for round in 1.. {
            let asked = format!("asked_{round}");
            self.stages
                .table(
                    &asked,
                    &format!(
                        "SELECT later, earlier, a['u'] AS u, a['v'] AS v FROM ( \
                         SELECT later, earlier, unnest(asked) AS a FROM walks_{round})"
                    ),
                )
                .await?;
            let suffix = format!("_asked_{round}");
            let siblings = self.siblings(&suffix, &format!("SELECT DISTINCT u, v FROM {asked}")).await?;
            if siblings == 0 {
                break;
            }
            let union = if known.is_empty() { "" } else { " UNION " };
            known = format!(
                "{known}{union}SELECT a.later, a.earlier, a.u, a.v FROM {asked} a \
                 JOIN siblings{suffix} s ON s.u = a.u AND s.v = a.v"
            );
            let again = format!("again_{round}");
            self.stages
                .table_of(
                    &again,
                    &format!(
                        "SELECT k.later, k.earlier, array_agg(named_struct('u', k.u, 'v', k.v)) AS known FROM ({known}) k \
                         JOIN (SELECT DISTINCT a.later, a.earlier FROM {asked} a \
                               JOIN siblings{suffix} s ON s.u = a.u AND s.v = a.v) n \
                         ON n.later = k.later AND n.earlier = k.earlier GROUP BY k.later, k.earlier"
                    ),
                    Rows::Small,
                )
                .await?;
            let next = format!("walks_{}", round + 1);
            self.stages.table_of(&next, &walk("p.known", &again), Rows::Large).await?;
            walked = format!(
                "SELECT w.* FROM ({walked}) w LEFT ANTI JOIN {next} n ON n.later = w.later AND n.earlier = w.earlier \
                 UNION ALL SELECT * FROM {next}"
            );
        }
        self.stages
            .table_of(
                "meetings",
                &format!(
                    "SELECT later, earlier, passages, pairs, GREATEST( \
                     MAX(passages) OVER (PARTITION BY later), \
                     COALESCE(MAX(passages) OVER (PARTITION BY earlier ORDER BY later DESC \
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS nearest \
                     FROM ({walked}) WHERE passages > 1"
                ),
                Rows::Small,
            )
            .await?;
        let query = format!(
            "SELECT p['later'] AS later, p['earlier'] AS earlier, p['common'] AS common, p['total'] AS total FROM ( \
             SELECT unnest(pairs) AS p FROM meetings WHERE ditto_is_met({settings}, passages, nearest))"
        );
        self.stages.table("run_pairs", &query).await?;
        Ok(())
    }

    /// Has what is redundant by the evidence of runs decided anew.
    pub(super) async fn revise(&mut self, decided: &str) -> Result<(), String> {
        self.stages
            .table(
                "mergeable",
                &format!(
                    "SELECT * FROM (SELECT r.later, r.earlier, r.common, r.total, COALESCE(a.kept, r.later) AS one, \
                     COALESCE(b.kept, r.earlier) AS other FROM (SELECT later, earlier, common, total FROM run_pairs \
                     UNION ALL SELECT later, earlier, common, total FROM bodies WHERE is_pair) r \
                     LEFT JOIN {decided} a ON a.removed = r.later \
                     LEFT JOIN {decided} b ON b.removed = r.earlier) WHERE one <> other"
                ),
            )
            .await?;
        let rows = self.components("merged", "kept", "SELECT one AS u, other AS v FROM mergeable").await?;
        let shards = (1 + 8 * rows / self.sizes.shard_rows).max(self.sizes.partitions as u64);
        self.stages
            .table(
                "merged_members",
                &format!(
                    "SELECT m.pos, m.grp, m.words, x.kept, c.component % {shards} AS shard FROM merged c \
                     JOIN (SELECT removed AS pos, kept FROM {decided} UNION ALL SELECT kept AS pos, kept FROM merged) x \
                     ON x.kept = c.kept JOIN members m ON m.pos = x.pos"
                ),
            )
            .await?;
        self.stages
            .table_of(
                "merged_groups",
                "SELECT g.shard, g.grp, g.documents, t.text FROM ( \
                 SELECT s.shard, s.grp, array_agg(DISTINCT m.doc) AS documents \
                 FROM (SELECT DISTINCT shard, grp FROM merged_members) s JOIN members m ON m.grp = s.grp \
                 GROUP BY s.shard, s.grp) g JOIN paragraphs t ON t.pos = g.grp",
                Rows::Large,
            )
            .await?;
        let settings = &self.settings;
        let query = format!(
            "SELECT r['removed'] AS removed, r['kept'] AS kept, r['near'] AS near, r['jaccard'] AS jaccard, \
             r['containment'] AS containment, r['run'] AS run FROM ( \
             SELECT unnest(ditto_revise({settings}, m.members, p.pairs, g.groups, b.mates)) AS r FROM \
             (SELECT shard, array_agg(named_struct('pos', pos, 'grp', grp, 'words', words, 'kept', kept)) AS members \
              FROM merged_members GROUP BY shard) m \
             JOIN (SELECT c.component % {shards} AS shard, array_agg(named_struct('later', e.later, 'earlier', e.earlier, \
                   'common', e.common, 'total', e.total)) AS pairs FROM mergeable e JOIN merged c ON c.kept = e.one \
                   GROUP BY c.component % {shards}) p ON p.shard = m.shard \
             JOIN (SELECT shard, array_agg(named_struct('grp', grp, 'text', text, 'documents', documents)) AS groups \
                   FROM merged_groups GROUP BY shard) g ON g.shard = m.shard \
             LEFT JOIN (SELECT x.shard, array_agg(named_struct('doc', b.doc, 'u', b.u, 'v', b.v)) AS mates FROM bodies b \
                   JOIN merged_groups x ON x.grp = b.u JOIN merged_groups y ON y.grp = b.v AND y.shard = x.shard \
                   GROUP BY x.shard) b ON b.shard = m.shard)"
        );
        self.stages.table("revised", &query).await?;
        Ok(())
    }
}

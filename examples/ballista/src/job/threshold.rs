//! What goes by the threshold.

use std::fmt::Write as _;

use dittograph::{Keep, Scope};

use super::Run;
use super::parts::Large;

impl Run<'_> {
    /// Decides what goes by the threshold. Returns the table of that.
    ///
    /// In a large bucket only some groups, its hubs, are compared with all others: at first the one that is preferred most, then
    /// always more of those that are kept, until all that are kept were hubs. Then every pair of which one side is kept was
    /// compared, and no other pair decides anything: what is found is what all pairs would give.
    pub async fn by_threshold(&mut self, large: u64) -> Result<(String, usize), String> {
        let (shared, of_leaders, large) = self.leaders(large).await?;
        let max_bucket = self.sizes.max_bucket;
        self.stages
            .table(
                "candidates",
                &format!(
                    "SELECT DISTINCT a.grp AS u, b.grp AS v FROM {shared} a JOIN {shared} b \
                     ON a.key = b.key AND a.grp < b.grp WHERE a.size <= {max_bucket} AND b.size <= {max_bucket}"
                ),
            )
            .await?;
        self.verify("edges", "candidates").await?;
        let mut edges = "SELECT * FROM edges".to_owned();
        for of_leaders in &of_leaders {
            _ = write!(edges, " UNION ALL SELECT * FROM {of_leaders}");
        }
        if large == 0 {
            return Ok((self.decide("", &edges).await?, of_leaders.len()));
        }
        let order = match self.job.keep {
            Keep::Last => "m.last DESC",
            Keep::Longest => "m.words DESC, m.grp",
            _ => "m.grp",
        };
        self.stages
            .table(
                "large",
                &format!(
                    "SELECT s.key, s.grp, ROW_NUMBER() OVER (PARTITION BY s.key ORDER BY {order}) AS place \
                     FROM {shared} s JOIN members m ON m.pos = s.grp WHERE s.size > {max_bucket}"
                ),
            )
            .await?;
        let mut hubs = "SELECT key, grp FROM large WHERE place = 1".to_owned();
        let mut width = 64;
        for round in 1.. {
            let (all_hubs, hub_pairs) = (format!("hubs_{round}"), format!("hub_candidates_{round}"));
            self.stages.table(&all_hubs, &hubs).await?;
            let before = if round == 1 {
                "SELECT u, v FROM candidates".to_owned()
            } else {
                let rounds = (1..round).map(|n| format!(" UNION ALL SELECT u, v FROM hub_candidates_{n}"));
                format!("SELECT u, v FROM candidates{}", rounds.collect::<String>())
            };
            self.stages
                .table(
                    &hub_pairs,
                    &format!(
                        "SELECT c.u, c.v FROM (SELECT DISTINCT LEAST(h.grp, l.grp) AS u, GREATEST(h.grp, l.grp) AS v \
                         FROM {all_hubs} h JOIN large l ON h.key = l.key WHERE h.grp <> l.grp) c \
                         LEFT ANTI JOIN ({before}) b ON c.u = b.u AND c.v = b.v"
                    ),
                )
                .await?;
            let found = format!("hub_edges_{round}");
            self.verify(&found, &hub_pairs).await?;
            edges = format!("{edges} UNION ALL SELECT * FROM {found}");
            let suffix = format!("_{round}");
            let decided = self.decide(&suffix, &edges).await?;
            let been: String = (1..=round)
                .map(|n| format!("{}SELECT key, grp FROM hubs_{n}", if n > 1 { " UNION ALL " } else { "" }))
                .collect();
            // A group is kept if some paragraph of it is.
            hubs = format!(
                "SELECT key, grp FROM (SELECT o.key, o.grp, ROW_NUMBER() OVER (PARTITION BY o.key ORDER BY o.place) AS next \
                 FROM (SELECT l.key, l.grp, l.place FROM large l LEFT ANTI JOIN ({been}) b \
                       ON l.key = b.key AND l.grp = b.grp) o \
                 JOIN (SELECT DISTINCT m.grp FROM (SELECT l.grp AS grp FROM large l GROUP BY l.grp) g \
                       JOIN members m ON m.grp = g.grp \
                       LEFT ANTI JOIN {decided} d ON d.removed = m.pos) k ON k.grp = o.grp) \
                 WHERE next <= {width}"
            );
            width *= 2;
            if self.number(&format!("SELECT COUNT(*) FROM ({hubs})")).await? == 0 {
                return Ok((decided, of_leaders.len() + round));
            }
        }
        unreachable!("there is always a next round")
    }

    /// Compares candidates by their texts.
    pub(super) async fn verify(&mut self, name: &str, candidates: &str) -> Result<u64, String> {
        let settings = &self.settings;
        let query = format!(
            "SELECT u, v, near['common'] AS common, near['a'] AS a, near['b'] AS b FROM ( \
             SELECT c.u, c.v, unnest(ditto_compare({settings}, x.text, y.text)) AS near \
             FROM {candidates} c JOIN paragraphs x ON x.pos = c.u JOIN paragraphs y ON y.pos = c.v)"
        );
        self.stages.table(name, &query).await
    }

    /// Decides what goes by the threshold, by the pairs of a query; `suffix` is put to the names of tables.
    pub(super) async fn decide(&mut self, suffix: &str, edges: &str) -> Result<String, String> {
        let components = format!("components{suffix}");
        let rows = self.components(&components, "grp", &format!("SELECT u, v FROM ({edges})")).await?;
        let siblings = format!("siblings{suffix}");
        self.siblings(suffix, &format!("SELECT u, v FROM ({edges})")).await?;
        let min_words = self.job.settings.min_words;
        let is_all = self.job.scope == Scope::All;
        let representative = if self.job.keep == Keep::Last { "m.last" } else { "m.grp" };
        // With all pairs in scope the copies of a paragraph that is not short all go as the first of them goes.
        let (wanted, alone) = match self.job.scope {
            Scope::All => (
                format!(
                    "c.component IS NOT NULL AND (m.words < {min_words} OR m.pos = {representative}) \
                     OR c.component IS NULL AND m.copies > 1 AND m.words < {min_words}"
                ),
                "m.grp + m.doc",
            ),
            Scope::Within => ("c.component IS NOT NULL OR m.copies > 1".to_owned(), "m.grp + m.doc"),
            _ => ("c.component IS NOT NULL OR m.copies > 1".to_owned(), "m.grp"),
        };
        let pairs = self.number(&format!("SELECT COUNT(*) FROM ({edges})")).await?;
        let weight = rows + pairs + self.copies_count().await?;
        let large = Large { suffix, edges, wanted: &wanted };
        let most = self.sizes.shard_rows;
        let large_count = if weight > most { self.large_components(&large).await? } else { 0 };
        let shards = (1 + weight / most).max(self.sizes.partitions as u64);
        let is_small = if large_count > 0 {
            format!("LEFT ANTI JOIN large_components{suffix} l ON l.component = c.component")
        } else {
            String::new()
        };
        let raw = format!("decided_by_threshold{suffix}");
        let members = format!(
            "SELECT COALESCE(c.component, {alone}) % {shards} AS shard, m.pos, m.grp, m.words \
             FROM members m LEFT JOIN {components} c ON c.grp = m.grp {is_small} WHERE {wanted}"
        );
        let pairs = format!(
            "SELECT c.component % {shards} AS shard, e.u, e.v, e.common, e.a, e.b, s.u IS NOT NULL AS siblings \
             FROM ({edges}) e JOIN {components} c ON c.grp = e.u {is_small} \
             LEFT JOIN {siblings} s ON s.u = e.u AND s.v = e.v"
        );
        self.keep(&raw, &members, &pairs, shards).await?;
        let raw = if large_count > 0 {
            let mut tables = self.in_parts(&large, large_count).await?;
            tables.push(raw);
            let all = format!("all_by_threshold{suffix}");
            self.stages.register_all(&all, &tables).await?;
            all
        } else {
            raw
        };
        if !is_all {
            return Ok(raw);
        }
        let decided = format!("decided{suffix}");
        let query = format!(
            "SELECT removed, kept, near, jaccard, containment FROM {raw} UNION ALL \
             SELECT m.pos AS removed, COALESCE(d.kept, {representative}) AS kept, COALESCE(d.near, false) AS near, \
             COALESCE(d.jaccard, 1.0) AS jaccard, COALESCE(d.containment, 1.0) AS containment \
             FROM members m LEFT JOIN {raw} d ON d.removed = {representative} \
             WHERE m.copies > 1 AND m.words >= {min_words} AND m.pos <> {representative}"
        );
        self.stages.table(&decided, &query).await?;
        Ok(decided)
    }

    /// Makes a table of what goes of some members by some pairs, each shard decided by itself.
    pub(super) async fn keep(
        &mut self,
        name: &str,
        members: &str,
        pairs: &str,
        shards: u64,
    ) -> Result<u64, String> {
        let settings = &self.settings;
        let query = format!(
            "SELECT r['removed'] AS removed, r['kept'] AS kept, r['near'] AS near, r['jaccard'] AS jaccard, \
             r['containment'] AS containment FROM ( \
             SELECT unnest(ditto_keep({settings}, n.members, p.pairs)) AS r FROM ( \
               SELECT shard, array_agg(named_struct('pos', pos, 'grp', grp, 'words', words)) AS members \
               FROM ({members}) GROUP BY shard) n \
             LEFT JOIN ( \
               SELECT shard, array_agg(named_struct('u', u, 'v', v, 'common', common, 'a', a, 'b', b, \
                 'siblings', siblings)) AS pairs FROM ({pairs}) GROUP BY shard) p \
             ON n.shard = p.shard)"
        );
        // A task holds all shards of its partition.
        let before = self.stages.set_partitions(self.sizes.partitions.max(shards as usize));
        let rows = self.stages.table(name, &query).await;
        self.stages.set_partitions(before);
        rows
    }

    pub(super) async fn copies_count(&self) -> Result<u64, String> {
        let query = match self.job.scope {
            Scope::All => format!(
                "SELECT COUNT(*) FROM members WHERE copies > 1 AND words < {}",
                self.job.settings.min_words
            ),
            _ => "SELECT COUNT(*) FROM members WHERE copies > 1".to_owned(),
        };
        self.number(&query).await
    }

    /// Makes a table of those of some pairs that are siblings.
    pub(super) async fn siblings(&mut self, suffix: &str, pairs: &str) -> Result<u64, String> {
        let (standing, siblings) = (format!("standing{suffix}"), format!("siblings{suffix}"));
        if !self.job.steps.wants_siblings() {
            let none = format!("SELECT u, v FROM ({pairs}) WHERE false");
            return self.stages.table(&siblings, &none).await;
        }
        self.stages
            .table(
                &standing,
                &format!(
                    "SELECT DISTINCT m.grp, m.doc FROM (SELECT u AS grp FROM ({pairs}) UNION SELECT v AS grp FROM ({pairs})) t \
                     JOIN members m ON m.grp = t.grp"
                ),
            )
            .await?;
        // The documents of the rarer are looked for among those of the other.
        let query = format!(
            "WITH n AS (SELECT grp, COUNT(*) AS docs FROM {standing} GROUP BY grp), \
             p AS (SELECT p.u, p.v, CASE WHEN a.docs <= b.docs THEN p.u ELSE p.v END AS few, \
                   CASE WHEN a.docs <= b.docs THEN p.v ELSE p.u END AS many \
                   FROM (SELECT DISTINCT u, v FROM ({pairs})) p JOIN n a ON a.grp = p.u JOIN n b ON b.grp = p.v) \
             SELECT DISTINCT t.u, t.v FROM (SELECT p.u, p.v, f.doc FROM p JOIN {standing} f ON f.grp = p.few \
             JOIN {standing} o ON o.grp = p.many AND o.doc = f.doc) t \
             LEFT ANTI JOIN bodies b ON b.u = t.u AND b.v = t.v AND b.doc = t.doc"
        );
        self.stages.table(&siblings, &query).await
    }
}

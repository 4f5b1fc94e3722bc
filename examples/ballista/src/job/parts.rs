//! What hangs together by more pairs than one task is to hold, decided in parts.
//!
//! Whether a paragraph goes depends on what is kept of those that are preferred to it, and on nothing else. So the most
//! preferred are decided first, then what is near to them and goes for them, then the next that are still open. A part is
//! decided together with those before it that are kept and that some of it may go for: see `Steps::keep`.

use dittograph::{Keep, Scope};

use super::Run;

/// Large components, and what they are decided by: names of tables, and expressions.
pub(super) struct Large<'s> {
    /// Is put to the names of tables.
    pub suffix: &'s str,
    pub edges: &'s str,
    /// Which members `m`, of a component `c`, are decided; the others go as these do.
    pub wanted: &'s str,
}

impl Run<'_> {
    /// Makes a table of the components with more paragraphs and pairs than one task is to hold, and returns how many there are.
    pub(super) async fn large_components(&mut self, large: &Large<'_>) -> Result<u64, String> {
        let Large { suffix, edges, wanted } = large;
        let most = self.sizes.shard_rows;
        let query = format!(
            "SELECT component FROM ( \
             SELECT c.component, COUNT(*) AS weight FROM members m JOIN components{suffix} c ON c.grp = m.grp \
             WHERE {wanted} GROUP BY c.component UNION ALL \
             SELECT c.component, COUNT(*) AS weight FROM ({edges}) e JOIN components{suffix} c ON c.grp = e.u \
             GROUP BY c.component) GROUP BY component HAVING SUM(weight) > {most}"
        );
        self.stages.table(&format!("large_components{suffix}"), &query).await
    }

    /// Decides some large components, part by part. Returns the tables of what goes.
    pub(super) async fn in_parts(&mut self, large: &Large<'_>, count: u64) -> Result<Vec<String>, String> {
        let Large { suffix, edges, wanted } = large;
        let name = |of: &str, round: usize| format!("{of}{suffix}_part_{round}");
        let pairs = format!("pairs_in_parts{suffix}");
        self.stages
            .table(
                &pairs,
                &format!(
                    "SELECT e.u, e.v, e.common, e.a, e.b, s.u IS NOT NULL AS siblings FROM ({edges}) e \
                     JOIN components{suffix} c ON c.grp = e.u JOIN large_components{suffix} l ON l.component = c.component \
                     LEFT JOIN siblings{suffix} s ON s.u = e.u AND s.v = e.v"
                ),
            )
            .await?;
        // A pair weighs on the group that is preferred less: when that is decided, the other one is there.
        let less_preferred = |is_in_order: &str| {
            format!(
                "SELECT CASE WHEN {is_in_order} THEN p.v ELSE p.u END AS grp FROM {pairs} p \
                 JOIN members a ON a.pos = p.u JOIN members b ON b.pos = p.v"
            )
        };
        let less_preferred = match self.job.keep {
            Keep::Last => less_preferred("a.last > b.last"),
            Keep::Longest => less_preferred("a.words >= b.words"),
            _ => format!("SELECT v AS grp FROM {pairs}"),
        };
        self.stages
            .table(
                &name("open", 1),
                &format!(
                    "SELECT m.pos, m.doc, m.grp, m.words, c.component, 1 + COALESCE(w.pairs, 0) AS weight \
                     FROM members m JOIN components{suffix} c ON c.grp = m.grp \
                     JOIN large_components{suffix} l ON l.component = c.component \
                     LEFT JOIN (SELECT grp, COUNT(*) AS pairs FROM ({less_preferred}) GROUP BY grp) w ON w.grp = m.grp \
                     WHERE {wanted}"
                ),
            )
            .await?;
        let mut tables = Vec::new();
        for round in 1.. {
            let [open, part, beside, decided, kept, swept] =
                ["open", "part", "beside", "decided", "kept", "swept"].map(|of| name(of, round));
            self.next_part(&part, &open).await?;
            if round > 1 {
                let before: Vec<String> = (1..round).map(|round| name("kept", round)).collect();
                self.stages.register_all("kept_in_parts", &before).await?;
            }
            self.beside(&beside, &part, &pairs, round == 1).await?;
            self.decide_part(&decided, [&part, &beside], &pairs, count).await?;
            let query = format!("SELECT p.* FROM {part} p LEFT ANTI JOIN {decided} d ON d.removed = p.pos");
            self.stages.table(&kept, &query).await?;
            tables.push(decided);
            let mut rest = format!("SELECT o.* FROM {open} o LEFT ANTI JOIN {part} p ON p.pos = o.pos");
            if self.job.scope == Scope::All {
                self.sweep(&swept, &rest, &kept, &pairs).await?;
                rest = format!("SELECT o.* FROM ({rest}) o LEFT ANTI JOIN {swept} s ON s.removed = o.pos");
                tables.push(swept);
            }
            if self.stages.table(&name("open", round + 1), &rest).await? == 0 {
                return Ok(tables);
            }
        }
        unreachable!("each part has a paragraph")
    }

    /// Returns in which order paragraphs are preferred.
    fn preference(&self) -> &'static str {
        match self.job.keep {
            Keep::Last => "pos DESC",
            Keep::Longest => "words DESC, pos",
            _ => "pos",
        }
    }

    /// Takes the most preferred of each component that are open, up to what one task is to hold.
    async fn next_part(&mut self, part: &str, open: &str) -> Result<(), String> {
        let (order, most) = (self.preference(), self.sizes.shard_rows);
        let query = format!(
            "SELECT pos, doc, grp, words, component FROM ( \
             SELECT *, COALESCE(SUM(weight) OVER (PARTITION BY component ORDER BY {order} \
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM {open}) WHERE before < {most}"
        );
        self.stages.table(part, &query).await.map(|_| ())
    }

    /// Finds what was kept before a part that some paragraph of it may go for: of its group and of each near one the first that
    /// is kept, in two documents, and what is kept in the paragraph's own document.
    async fn beside(&mut self, beside: &str, part: &str, pairs: &str, is_first: bool) -> Result<(), String> {
        if is_first {
            let none = format!("SELECT * FROM {part} WHERE false");
            return self.stages.table(beside, &none).await.map(|_| ());
        }
        let order = self.preference();
        let query = format!(
            "WITH near AS (SELECT u AS one, v AS other FROM {pairs} UNION ALL SELECT v AS one, u AS other FROM {pairs} \
                 UNION ALL SELECT DISTINCT grp AS one, grp AS other FROM {part}), \
             wanted AS (SELECT DISTINCT p.doc, n.other AS grp FROM {part} p JOIN near n ON n.one = p.grp), \
             firsts AS (SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY grp ORDER BY {order}) AS of_group FROM ( \
                 SELECT *, ROW_NUMBER() OVER (PARTITION BY grp, doc ORDER BY {order}) AS of_document FROM kept_in_parts) \
                 WHERE of_document = 1) WHERE of_group <= 2) \
             SELECT k.pos, k.doc, k.grp, k.words, k.component FROM firsts k \
             LEFT SEMI JOIN (SELECT DISTINCT grp FROM wanted) w ON w.grp = k.grp \
             UNION SELECT k.pos, k.doc, k.grp, k.words, k.component FROM kept_in_parts k \
             LEFT SEMI JOIN wanted w ON w.grp = k.grp AND w.doc = k.doc"
        );
        self.stages.table(beside, &query).await.map(|_| ())
    }

    /// Decides a part of each component, with what stands beside it.
    async fn decide_part(
        &mut self,
        decided: &str,
        [part, beside]: [&str; 2],
        pairs: &str,
        count: u64,
    ) -> Result<(), String> {
        let both = format!("SELECT * FROM {part} UNION ALL SELECT * FROM {beside}");
        let members = format!("SELECT component AS shard, pos, grp, words FROM ({both})");
        // What is beside is decided already.
        let pairs = format!(
            "SELECT x.component AS shard, p.u, p.v, p.common, p.a, p.b, p.siblings FROM {pairs} p \
             JOIN (SELECT grp, component, MAX(is_open) AS is_open FROM ( \
                   SELECT grp, component, 1 AS is_open FROM {part} UNION ALL SELECT grp, component, 0 AS is_open FROM {beside}) \
                   GROUP BY grp, component) x ON x.grp = p.u \
             JOIN (SELECT grp, MAX(is_open) AS is_open FROM ( \
                   SELECT grp, 1 AS is_open FROM {part} UNION ALL SELECT grp, 0 AS is_open FROM {beside}) \
                   GROUP BY grp) y ON y.grp = p.v WHERE x.is_open + y.is_open > 0"
        );
        self.keep(decided, &members, &pairs, count).await.map(|_| ())
    }

    /// Decides what is open, and goes for what was just kept. What does not go may still go for another.
    ///
    /// That holds of what may go for any paragraph, and has no copy that is preferred to it.
    async fn sweep(&mut self, swept: &str, open: &str, kept: &str, pairs: &str) -> Result<(), String> {
        let (min_words, order) = (self.job.settings.min_words, self.preference());
        let near = format!("near_{swept}");
        let query = format!(
            "SELECT o.pos, o.grp, o.words, k.grp AS other, n.u, n.v, n.common, n.a, n.b, n.siblings FROM ( \
               SELECT u AS one, v AS two, * FROM {pairs} UNION ALL SELECT v AS one, u AS two, * FROM {pairs}) n \
             JOIN (SELECT DISTINCT grp FROM {kept}) k ON k.grp = n.two \
             JOIN (SELECT pos, grp, words FROM ({open}) WHERE words >= {min_words}) o ON o.grp = n.one"
        );
        let rows = self.stages.table(&near, &query).await?;
        let shards = (1 + 2 * rows / self.sizes.shard_rows).max(self.sizes.partitions as u64);
        let shard = format!("n.grp % {shards} AS shard");
        let members = format!(
            "SELECT DISTINCT {shard}, n.pos, n.grp, n.words FROM {near} n \
             UNION ALL SELECT n.shard, k.pos, k.grp, k.words FROM (SELECT DISTINCT {shard}, n.other FROM {near} n) n \
             JOIN (SELECT *, ROW_NUMBER() OVER (PARTITION BY grp ORDER BY {order}) AS of_group FROM {kept}) k \
             ON k.grp = n.other WHERE k.of_group = 1"
        );
        let pairs = format!("SELECT {shard}, n.u, n.v, n.common, n.a, n.b, n.siblings FROM {near} n");
        self.keep(swept, &members, &pairs, shards).await.map(|_| ())
    }
}

//! Leaders: what is kept for certain in large buckets, found before pairs are made.
//!
//! What is preferred to all that it shares a bucket with is kept: a leader. What is near to a leader goes; for that one, once
//! nothing is left in its buckets that is preferred to the leader. It makes no other paragraph go, so no more pairs of it
//! are looked at. In a bucket of near copies there is a pair for each of them then, not for any two.

use dittograph::{Keep, Scope};

use super::Run;

impl Run<'_> {
    /// Finds leaders as long as there are large buckets, and there are many fewer rows after each round. Returns a table of what is
    /// left in buckets, and those of the pairs of leaders.
    pub(super) async fn leaders(&mut self, large: u64) -> Result<(String, Vec<String>, u64), String> {
        let mut edges = Vec::new();
        // A paragraph goes for any that is near to it only with all pairs in scope.
        if large == 0 || self.job.scope != Scope::All {
            return Ok(("shared".to_owned(), edges, large));
        }
        let place = match self.job.keep {
            Keep::Last => "SELECT pos AS grp, -last AS place FROM members WHERE pos = grp",
            Keep::Longest => {
                "SELECT grp, CAST(ROW_NUMBER() OVER (ORDER BY words DESC, grp) AS BIGINT) AS place FROM \
                 (SELECT m.grp, m.words FROM members m JOIN (SELECT DISTINCT grp FROM shared) s ON s.grp = m.pos)"
            }
            _ => "SELECT grp, grp AS place FROM members WHERE pos = grp",
        };
        let query = format!("SELECT s.grp, s.key, p.place FROM shared s JOIN ({place}) p ON p.grp = s.grp");
        let mut rows = self.stages.table("open_1", &query).await?;
        for round in 1.. {
            edges.push(self.lead(round).await?);
            let before = rows;
            let [open, next] = [round, round + 1].map(|round| format!("open_{round}"));
            let query = format!(
                "SELECT o.* FROM {open} o LEFT ANTI JOIN leaders_{round} l ON l.grp = o.grp \
                 LEFT ANTI JOIN gone_{round} g ON g.grp = o.grp"
            );
            rows = self.stages.table(&next, &query).await?;
            let sizes = format!("SELECT key, COUNT(*) AS size FROM {next} GROUP BY key");
            let most = self.sizes.max_bucket;
            let large = self.number(&format!("SELECT COUNT(*) FROM ({sizes}) WHERE size > {most}")).await?;
            // What goes for the leaders of a round is known in the next one.
            if large == 0 || round > 1 && rows > before / 2 {
                let query = format!(
                    "SELECT o.grp, o.key, s.size FROM {next} o JOIN ({sizes}) s ON s.key = o.key WHERE s.size > 1"
                );
                self.stages.table("left", &query).await?;
                return Ok(("left".to_owned(), edges, large));
            }
        }
        unreachable!("there is always a next round")
    }

    /// Finds what goes for the leaders of earlier rounds, then the leaders of what is left, and compares these with the rest of their
    /// buckets. Returns the table of the pairs of leaders.
    async fn lead(&mut self, round: usize) -> Result<String, String> {
        let [open, lowest, gone, leaders, doomed] =
            ["open", "lowest", "gone", "leaders", "doomed"].map(|name| format!("{name}_{round}"));
        let min_words = self.job.settings.min_words;
        let query = format!(
            "SELECT o.grp, o.place, MIN(f.place) AS lowest FROM {open} o \
             JOIN (SELECT key, MIN(place) AS place FROM {open} GROUP BY key) f ON f.key = o.key GROUP BY o.grp, o.place"
        );
        self.stages.table(&lowest, &query).await?;
        let query = if round == 1 {
            format!("SELECT grp, place FROM {lowest} WHERE false")
        } else {
            let before: Vec<String> = (1..round).map(|round| format!("near_leaders_{round}")).collect();
            self.stages.register_all("near_leaders", &before).await?;
            format!(
                "SELECT l.grp, n.place FROM {lowest} l \
                 JOIN (SELECT grp, MIN(place) AS place FROM near_leaders GROUP BY grp) n ON n.grp = l.grp \
                 JOIN members m ON m.pos = l.grp WHERE m.words >= {min_words}"
            )
        };
        self.stages.table(&doomed, &query).await?;
        let query =
            format!("SELECT l.grp FROM {lowest} l JOIN {doomed} d ON d.grp = l.grp WHERE d.place < l.lowest");
        self.stages.table(&gone, &query).await?;
        let query = format!(
            "SELECT l.grp, l.place FROM {lowest} l JOIN members m ON m.pos = l.grp LEFT ANTI JOIN {doomed} d ON d.grp = l.grp \
             WHERE l.lowest = l.place AND m.words >= {min_words}"
        );
        self.stages.table(&leaders, &query).await?;
        let (candidates, edges) = (format!("leader_candidates_{round}"), format!("leader_edges_{round}"));
        let query = format!(
            "SELECT DISTINCT LEAST(h.grp, o.grp) AS u, GREATEST(h.grp, o.grp) AS v FROM \
             (SELECT b.key, b.grp FROM {open} b LEFT SEMI JOIN {leaders} l ON l.grp = b.grp) h \
             JOIN (SELECT b.key, b.grp FROM {open} b LEFT ANTI JOIN {gone} g ON g.grp = b.grp) o ON o.key = h.key \
             WHERE o.grp <> h.grp"
        );
        self.stages.table(&candidates, &query).await?;
        self.verify(&edges, &candidates).await?;
        let suffix = format!("_of_leaders_{round}");
        self.siblings(&suffix, &format!("SELECT u, v FROM {edges}")).await?;
        let pairs = format!(
            "(SELECT e.u, e.v FROM {edges} e LEFT ANTI JOIN siblings{suffix} s ON s.u = e.u AND s.v = e.v)"
        );
        let query = format!(
            "SELECT p.v AS grp, l.place FROM {pairs} p JOIN {leaders} l ON l.grp = p.u UNION ALL \
             SELECT p.u AS grp, l.place FROM {pairs} p JOIN {leaders} l ON l.grp = p.v"
        );
        self.stages.table(&format!("near_leaders_{round}"), &query).await?;
        Ok(edges)
    }
}

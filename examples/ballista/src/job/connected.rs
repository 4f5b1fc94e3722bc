//! The connected components of pairs.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::Int64Type;

use super::{Run, write_columns};
use crate::components::Components;
use crate::stages::explain;

impl Run<'_> {
    /// Makes a table of the components of pairs, each with its least number. Returns how many numbers are in pairs.
    pub(super) async fn components(
        &mut self,
        name: &str,
        column: &'static str,
        pairs: &str,
    ) -> Result<u64, String> {
        let count = self.number(&format!("SELECT COUNT(*) FROM ({pairs})")).await?;
        if count > self.sizes.max_pairs {
            self.stars(name, column, pairs).await
        } else {
            self.streamed(name, column, pairs).await
        }
    }

    /// Has the components found by star contraction (Kiveris and others, *Connected components in MapReduce and beyond*, 2014).
    pub(super) async fn stars(&mut self, name: &str, column: &str, pairs: &str) -> Result<u64, String> {
        let mut last = format!("{name}_star_0");
        let query =
            format!("SELECT DISTINCT GREATEST(u, v) AS u, LEAST(u, v) AS v FROM ({pairs}) WHERE u <> v");
        self.stages.table(&last, &query).await?;
        for round in 1.. {
            let (large, small) = (format!("{name}_large_star_{round}"), format!("{name}_star_{round}"));
            // What is greater than a number goes to the least that the number is beside.
            self.stages
                .table(
                    &large,
                    &format!(
                        "WITH g AS (SELECT u, v FROM {last} UNION ALL SELECT v AS u, u AS v FROM {last}), \
                         m AS (SELECT u, LEAST(u, MIN(v)) AS least FROM g GROUP BY u) \
                         SELECT DISTINCT g.v AS u, m.least AS v FROM g JOIN m ON g.u = m.u WHERE g.v > g.u"
                    ),
                )
                .await?;
            // And what is less goes to the least of these, as does the number itself.
            self.stages
                .table(
                    &small,
                    &format!(
                        "WITH m AS (SELECT u, MIN(v) AS least FROM {large} GROUP BY u) \
                         SELECT DISTINCT u, v FROM ( \
                         SELECT l.v AS u, m.least AS v FROM {large} l JOIN m ON l.u = m.u WHERE l.v <> m.least \
                         UNION ALL SELECT u, least AS v FROM m)"
                    ),
                )
                .await?;
            last = small;
            let open = format!("SELECT COUNT(*) FROM {last} a JOIN {last} b ON a.v = b.u");
            let twice = format!("SELECT COUNT(*) FROM (SELECT u FROM {last} GROUP BY u HAVING COUNT(*) > 1)");
            if self.number(&open).await? + self.number(&twice).await? == 0 {
                break;
            }
        }
        let query = format!(
            "SELECT u AS {column}, v AS component FROM {last} UNION ALL SELECT DISTINCT v AS {column}, v AS component FROM {last}"
        );
        self.stages.table(name, &query).await
    }

    /// Streams pairs to this process.
    pub(super) async fn streamed(
        &mut self,
        name: &str,
        column: &'static str,
        pairs: &str,
    ) -> Result<u64, String> {
        let (context, this) = (self.stages.context.clone(), &mut self.stages);
        this.stage(name, &(column, pairs), async |folder: &Path| {
            use futures::StreamExt;
            let mut components = Components::default();
            let explain = |error| explain(&error);
            let mut batches =
                context.sql(pairs).await.map_err(explain)?.execute_stream().await.map_err(explain)?;
            while let Some(batch) = batches.next().await {
                let batch = batch.map_err(explain)?;
                let [a, b] = [0, 1].map(|n| batch.column(n).as_primitive::<Int64Type>().clone());
                for (a, b) in a.values().iter().zip(b.values()) {
                    components.join(*a, *b);
                }
            }
            let all = components.finish();
            let columns: [(&str, ArrayRef); 2] = [
                (column, Arc::new(all.iter().map(|(number, _)| *number).collect::<Int64Array>())),
                ("component", Arc::new(all.iter().map(|(_, least)| *least).collect::<Int64Array>())),
            ];
            write_columns(&folder.join("all.parquet"), columns)?;
            Ok(all.len() as u64)
        })
        .await?;
        let folder = self.stages.folder_of(name);
        self.stages.register(name, &folder).await?;
        Ok(self.stages.reports.last().map_or(0, |report| report.rows))
    }
}

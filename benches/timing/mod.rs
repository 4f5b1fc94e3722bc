//! What the benches that criterion does not measure print.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Prints how long some work takes, and how long for each of `count` items.
pub(crate) fn timed<T>(what: &str, count: usize, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    println!(
        "{what:48} {:9.1} ms, {:8.0} ns each",
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() * 1e9 / count as f64
    );
    done
}

/// Prints percentiles of the time of a query, and returns how many matches all have.
pub(crate) fn percentiles(what: &str, asked: &[String], query: impl Fn(&str) -> usize) -> usize {
    let mut found = 0;
    let mut times: Vec<Duration> = Vec::with_capacity(asked.len());
    for text in asked {
        let start = Instant::now();
        found += black_box(query(text));
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e6;
    println!("{what:48} {:6.1} µs in the middle, {:6.1} at the 99th percentile", at(50), at(99));
    found
}

//! Numbers of paragraphs, sets and buckets: 32 bits, since there are many.

/// The number of the `n`-th of something that memory cannot hold 2³² of: of paragraphs with what is kept of each.
///
/// # Panics
///
/// From 2³² on.
pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).expect("there are fewer than 2^32 paragraphs and buckets")
}

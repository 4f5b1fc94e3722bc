//! What comes one after the other, and in ascending order out of several sources.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::error::Error;

/// What is read one after the other; the first error is the last item that counts.
pub(super) type Items<'s, T> = Box<dyn Iterator<Item = Result<T, Error>> + 's>;

/// Merges ascending iterators into one that is ascending, with the index of the iterator of each item. Of equal items that
/// of the first iterator comes first.
pub(super) fn merge<'s, T: 's, K: Ord>(
    iterators: impl Iterator<Item = Items<'s, T>>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = Result<(usize, T), Error>> {
    let mut iterators: Vec<_> = iterators.map(Iterator::peekable).collect();
    let head = move |items: &mut std::iter::Peekable<Items<'s, T>>, n: usize| {
        // An error is less than any key.
        items.peek().map(|item| Reverse((item.as_ref().map(&key).ok(), n)))
    };
    let mut heads: BinaryHeap<_> =
        iterators.iter_mut().enumerate().filter_map(|(n, items)| head(items, n)).collect();
    std::iter::from_fn(move || {
        let mut least = heads.peek_mut()?;
        let n = least.0.1;
        let item = iterators[n].next()?;
        match head(&mut iterators[n], n) {
            Some(next) => *least = next,
            None => _ = PeekMut::pop(least),
        }
        Some(item.map(|item| (n, item)))
    })
}

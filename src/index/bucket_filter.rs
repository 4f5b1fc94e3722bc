//! Which segments of a folder can have a bucket at all.

use std::sync::OnceLock;

use super::layout::{NAME_BITS, bucket_key, filter_bits};
use super::live::Live;
use super::segment::size;
use crate::error::Error;

/// The filters of all segments, side by side: a row has a word of each. So a bucket is looked for in one place of memory, not in as many
/// as there are segments.
///
/// A question to a million paragraphs in 8 segments takes 8.8 µs for a paragraph that is held, 7.3 for an edited one and 4.2 for a new one
/// (medians). One segment takes 6.6, 6.4 and 4.6, and 8 without filters 21.4, 20.8 and 18.6. The first questions make the rows and take 35
/// to 50 µs. Rows made of the entries, 8 at a time, need no filter in the files and are as fast in the end; but the first thousand
/// questions of each kind took 72, 35 and 45 µs, and take 35, 10 and 5 with the filters.
pub(super) struct BucketFilter {
    /// The rows, some of them together, which are made once one of them is asked for: opening reads no filter.
    chunks: Box<[OnceLock<Box<[u64]>>]>,
    /// How many of the first bits of a bucket's name are its row.
    row_bits: u32,
}

/// The binary logarithm of how many rows are made together.
const CHUNK_BITS: u32 = 6;

impl BucketFilter {
    /// Creates the filter of some segments: of a segment of their mean size, a row for each word.
    #[cfg(feature = "mmap")]
    pub(super) fn new(segments: &[Live]) -> Self {
        let entries: u64 = segments.iter().map(|live| live.segment.entry_count()).sum();
        let row_bits = super::layout::word_bits(entries / segments.len() as u64).max(CHUNK_BITS);
        let chunks = (0..1_u64 << (row_bits - CHUNK_BITS)).map(|_| OnceLock::new()).collect();
        Self { chunks, row_bits }
    }

    /// Returns for each segment those of the keys whose buckets it can have.
    ///
    /// # Errors
    ///
    /// If a filter is damaged.
    pub(super) fn keys_by_segment(&self, segments: &[Live], keys: &[u64]) -> Result<Vec<Vec<u64>>, Error> {
        let mut possible = vec![Vec::new(); segments.len()];
        for &key in keys {
            let name = bucket_key(key);
            let row = name >> (NAME_BITS - self.row_bits);
            let chunk = self.chunk(segments, row >> CHUNK_BITS)?;
            let first = size(row % (1 << CHUNK_BITS)) * segments.len();
            let bits = filter_bits(name);
            for (keys, word) in possible.iter_mut().zip(&chunk[first..]) {
                if word & bits == bits {
                    keys.push(key);
                }
            }
        }
        Ok(possible)
    }

    fn chunk(&self, segments: &[Live], number: u64) -> Result<&[u64], Error> {
        let chunk = &self.chunks[size(number)];
        if let Some(rows) = chunk.get() {
            return Ok(rows);
        }
        let rows = self.rows(segments, number)?;
        Ok(chunk.get_or_init(|| rows))
    }

    /// Returns the rows of a chunk, one behind the other.
    #[cold]
    fn rows(&self, segments: &[Live], chunk: u64) -> Result<Box<[u64]>, Error> {
        let shift = NAME_BITS - self.row_bits + CHUNK_BITS;
        let (row_len, row_count) = (segments.len(), 1 << CHUNK_BITS);
        let mut all = vec![0; row_len * row_count];
        for (segment, live) in segments.iter().enumerate() {
            let words = live.segment.filter_words(chunk << shift..(chunk + 1) << shift)?;
            // Both numbers are powers of two. In a row stand several words together, or a word stands in several rows.
            let words_of_row = (words.len() / row_count).max(1);
            let rows_of_word = (row_count / words.len()).max(1);
            let rows = all.chunks_exact_mut(row_len * rows_of_word);
            for (rows, words) in rows.zip(words.chunks_exact(words_of_row)) {
                let bits = words.iter().fold(0, |bits, word| bits | u64::from_le_bytes(*word));
                rows.iter_mut().skip(segment).step_by(row_len).for_each(|word| *word = bits);
            }
        }
        Ok(all.into_boxed_slice())
    }
}

#[cfg(all(test, feature = "mmap"))]
mod tests {
    use super::*;
    use crate::article::detector::Detector;
    use crate::index::memory::Index;
    use crate::index::segment::Segment;
    use crate::index::write::Store;

    /// Returns a segment of `paragraphs` paragraphs, none of which is in a segment of another number.
    fn segment(number: usize, paragraphs: usize) -> Live {
        let mut index = Index::new(Detector::default());
        for n in 0..paragraphs {
            index.insert_document(
                n as u64,
                &format!("Ferry {n} sails from quay {number} at {n} past {number}"),
            );
        }
        let mut bytes = Vec::new();
        index.write_to(&mut bytes).unwrap();
        Live::all(Segment::from_bytes("index".into(), Box::new(bytes)).unwrap())
    }

    /// A key of the bucket of this name.
    fn key_of(name: u64) -> u64 {
        name.rotate_right(32)
    }

    #[test]
    fn a_segment_can_have_all_buckets_that_it_has_and_few_others() {
        for sizes in [&[500, 500][..], &[2000, 1, 40, 300], &[3, 0, 2000]] {
            let segments: Vec<Live> = sizes.iter().enumerate().map(|(n, &len)| segment(n, len)).collect();
            let filter = BucketFilter::new(&segments);
            let (mut asked, mut others) = (0, 0);
            for (number, live) in segments.iter().enumerate() {
                for entry in live.entries() {
                    let (name, _) = entry.unwrap();
                    let possible = filter.keys_by_segment(&segments, &[key_of(name)]).unwrap();
                    assert_eq!(possible[number], [key_of(name)], "{sizes:?}, segment {number}");
                    // But the largest, of which several words stand together.
                    let is_small = |n: usize| sizes[n] < 2000 && n != number;
                    others += (0..sizes.len()).filter(|&n| is_small(n) && !possible[n].is_empty()).count();
                    asked += (0..sizes.len()).filter(|&n| is_small(n)).count();
                }
            }
            assert!(others * 10 < asked, "{others} of {asked}, {sizes:?}");
        }
    }
}

//! Which bucket keys a banding gives: one for each band, of its own slots alone.

use dittograph::Banding;
use dittograph::minhash::{MinHasher, Signature};

fn signature(slots: usize) -> Signature {
    MinHasher::new(slots)
        .unwrap()
        .sign(&(0..50).map(|n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect())
        .unwrap()
}

fn keys(bands: usize, rows: usize, slots: usize) -> Vec<u64> {
    Banding::new(bands, rows).keys(&signature(slots)).collect()
}

#[test]
fn the_key_of_a_band_does_not_depend_on_how_many_follow() {
    for rows in [1, 5, 6, 16, 200] {
        let all = keys(1000 / rows, rows, 1000);
        for bands in 1..=1000 / rows {
            assert_eq!(keys(bands, rows, 1000), all[..bands]);
            assert_eq!(keys(bands, rows, bands * rows), all[..bands]);
        }
    }
}

#[test]
fn bands_without_rows_or_slots_have_no_key() {
    assert!(keys(3, 0, 128).is_empty());
    assert!(keys(0, 3, 128).is_empty());
    assert!(keys(3, 129, 128).is_empty());
    assert_eq!(keys(3, 50, 128).len(), 2);
}

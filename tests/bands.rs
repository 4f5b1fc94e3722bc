//! A banding gives one bucket key for each band, which depends on the slots of the band alone; and a recall.

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
fn the_recall_is_an_s_curve() {
    let banding = Banding::new(16, 6);
    for (jaccard, recall) in
        [(0.3, 0.012), (0.4, 0.064), (0.5, 0.223), (0.6, 0.534), (0.7, 0.865), (0.8, 0.992), (0.9, 1.0)]
    {
        assert!((banding.recall_at(jaccard) - recall).abs() < 0.0005, "{jaccard}");
    }
    assert_eq!((banding.recall_at(-1.0), banding.recall_at(2.0)), (0.0, 1.0));
}

#[test]
fn a_banding_without_bands_or_rows_finds_nothing() {
    for banding in [Banding::new(0, 6), Banding::new(16, 0), Banding::new(0, 0)] {
        assert!(banding.recall_at(1.0).abs() < f64::MIN_POSITIVE);
    }
}

#[test]
fn bands_without_rows_or_slots_have_no_key() {
    assert!(keys(3, 0, 128).is_empty());
    assert!(keys(0, 3, 128).is_empty());
    assert!(keys(3, 129, 128).is_empty());
    assert_eq!(keys(3, 50, 128).len(), 2);
}

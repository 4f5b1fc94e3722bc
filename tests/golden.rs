//! Promise 3, in part: hashes, signatures and bucket keys are what they have always been.
//!
//! The values were computed apart from this crate, from the documentation of [`Shingles`] and [`MinHasher`] and
//! with the reference XXH3 of the `xxhash` package for Python. If one changes, every stored signature is void:
//! raise the version in `src/hash.rs` or `src/text/normalizer.rs`, which changes the fingerprint.

use dittograph::minhash::{MinHasher, Signature};
use dittograph::{Banding, Config, Detector, Normalizer, ParagraphId, Rule, Shingles};

#[track_caller]
fn assert_shingles(shingles: Shingles, text: &str, expected: &[u64]) {
    let detector = Config::new().shingles(shingles).build().unwrap();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(detector.shingles_of(text).hashes(), expected, "{text}");
}

const FOX: [u64; 3] = [0x267d_0193_06cc_1bc3, 0x3bdc_0b4e_9899_19ce, 0x6e40_8d05_717a_2cff];

#[test]
fn a_shingle_is_the_hash_of_its_words_with_a_space_between() {
    assert_shingles(Shingles::Words(3), "The quick, brown FOX jumps!", &FOX);
    assert_shingles(Shingles::Auto, "The quick, brown FOX jumps!", &FOX);
    assert_shingles(Shingles::Auto, "Read more …", &[0xa11a_572e_7ba6_a8d2]);
    assert_shingles(Shingles::Auto, "بِسْمِ اللهِ الرَّحمـٰن", &[0xbb44_6548_ce0a_8310]);
    assert_shingles(Shingles::Auto, "我们，都是中", &[0x69aa_05cf_b3e0_d506, 0x2145_097f_832c_6fcf]);
    assert_shingles(Shingles::Chars(6), "read mo", &[shingle("read m"), shingle("ead mo")]);
}

/// The hash of a text that is one shingle.
fn shingle(text: &str) -> u64 {
    Shingles::Words(100).set(text).hashes()[0]
}

fn signature() -> Signature {
    MinHasher::new(128).unwrap().sign(&FOX.into_iter().collect()).unwrap()
}

#[test]
fn a_signature_has_the_same_slots_for_ever() {
    let signature = signature();
    assert_eq!(signature.slots()[..8], [30389, 15018, 38244, 22812, 21212, 27264, 1406, 17195]);
    assert_eq!(signature.slots()[120..], [29561, 1919, 16035, 1631, 40299, 37453, 1135, 3288]);
}

#[test]
fn a_shorter_signature_is_the_beginning_of_a_longer_one() {
    let short = MinHasher::new(40).unwrap().sign(&FOX.into_iter().collect()).unwrap();
    assert_eq!(short.slots(), &signature().slots()[..40]);
}

#[test]
fn bucket_keys_are_the_same_for_ever() {
    let keys: Vec<u64> = Banding::new(3, 4).keys(&signature()).collect();
    assert_eq!(keys, [0xb531_6e46_6807_8c40, 0xe65c_e535_4429_2ae4, 0x7b30_1294_fd4f_b80d]);
}

#[test]
fn a_document_has_the_same_number_for_ever() {
    assert_eq!(ParagraphId::named("https://news.example/4711", 0).document, 0x2d21_6171_852f_94c0);
    assert_eq!(ParagraphId::named("", 0).document, 0xfcc9_a083_d22e_22db);
}

#[test]
fn a_fingerprint_tells_apart_what_cannot_be_compared() {
    let of = |config: Config| config.build().unwrap().fingerprint();
    let base = of(Config::new());
    assert_eq!(base, Detector::default().fingerprint());
    assert_eq!(base, of(Config::new().threshold(0.9).signature_length(64)), "the same shingles and slots");
    for rule in Rule::ALL {
        let normalizer = Normalizer::new();
        let other = if normalizer.has(rule) { normalizer.without(rule) } else { normalizer.with(rule) };
        assert_ne!(base, of(Config::new().normalizer(other)), "{rule:?}");
    }
    assert_ne!(base, of(Config::new().shingles(Shingles::Words(3))));
    assert_ne!(
        of(Config::new().shingles(Shingles::Chars(3))),
        of(Config::new().shingles(Shingles::Words(3)))
    );
}

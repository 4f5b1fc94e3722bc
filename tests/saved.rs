//! A saved index answers as the index that was saved, and no other bytes are taken for one.

mod common;
#[path = "oracles/forged.rs"]
mod forged;

use std::collections::BTreeMap;

use common::{bytes, id, paragraphs};
use dittograph::{Boundary, Config, Detector, Index, Measure, Normalizer, Rule, SavedIndex, Shingles};
use forged::{small, with_checksums};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn an_index_has_the_bytes_of_the_golden_file() {
    let golden = include_bytes!("data/small.index");
    let index = small();
    // But for the Unicode versions, which the file keeps.
    let mut written = bytes(&index);
    written[152..176].copy_from_slice(&golden[152..176]);
    assert!(with_checksums(written) == golden, "the format has changed");
    let read = Index::read_from(&golden[..]).unwrap();
    assert!(bytes(&read) == golden);
    assert_eq!(read.pairs(), index.pairs());
    let saved = SavedIndex::new(golden).unwrap();
    saved.check().unwrap();
    let found =
        saved.query("The ferry does not sail today because of the storm, says the harbour master.").unwrap();
    assert_eq!(found[..2].iter().map(|m| m.id).collect::<Vec<_>>(), [id(7, 0), id(7, 4)]);
    assert_eq!(saved.document_name(8).unwrap(), Some("الصحيفة"));
    assert_eq!(saved.document_name(9).unwrap(), None);
    assert_eq!(saved.ids().count(), 6);
}

/// `cargo test --test saved -- --ignored`, for a new version of the format or of the rules.
#[test]
#[ignore = "writes data/small.index"]
fn write_the_golden_file_anew() {
    small().save(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/small.index")).unwrap();
}

#[test]
fn a_changed_byte_is_refused() {
    let good = bytes(&small());
    for at in 0..good.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let error = Index::read_from(&bad[..]).unwrap_err();
            assert!(error.is_format(), "{at}: {error}");
            if let Ok(saved) = SavedIndex::new(bad) {
                saved.check().unwrap_err();
                // What is damaged elsewhere does not matter to an answer; what it rests on does.
                for text in
                    ["The ferry does not sail today because of the storm, says the harbour master.", "Bread"]
                {
                    if let Ok(found) = saved.query(text) {
                        assert_eq!(found, small().query(text), "{at}");
                    }
                }
                let known = small();
                if let Ok(ids) = saved.paragraphs_of(7) {
                    assert!(ids.into_iter().eq(known.paragraphs_of(7)), "{at}");
                }
                if let Ok(contains) = saved.contains(id(8, 3)) {
                    assert!(contains, "{at}");
                }
                _ = (saved.document_name(7), saved.ids().count());
            }
        }
    }
}

#[test]
fn shorter_and_longer_bytes_are_refused() {
    let good = bytes(&small());
    for len in 0..good.len() {
        let error = Index::read_from(&good[..len]).unwrap_err();
        assert!(error.is_format(), "{len}: {error}");
        SavedIndex::new(good[..len].to_vec()).unwrap_err();
    }
    for more in [&[0][..], &[0; 8], &good] {
        SavedIndex::new([&good, more].concat()).unwrap_err();
    }
}

#[test]
fn a_forged_index_with_right_checksums_is_refused_or_answers_without_a_panic() {
    let good = bytes(&small());
    assert!(with_checksums(good.clone()) == good);
    let mut accepted = 0;
    for at in 0..good.len() - 8 {
        for change in [1, 0x7f, 0xff] {
            let mut bad = good.clone();
            bad[at] = bad[at].wrapping_add(change);
            let bad = with_checksums(bad);
            if bad == good {
                continue; // a byte of the checksums
            }
            if let Ok(mut index) = Index::read_from(&bad[..]) {
                _ = (index.query("Bread"), index.pairs(), index.statistics());
                (0..10).for_each(|n| _ = index.remove(id(7, n)));
                _ = (index.ids().count(), index.insert_document(8, "Bread"), index.remove_document(8));
            }
            if let Ok(saved) = SavedIndex::new(bad) {
                _ = (saved.query("Bread"), saved.document_name(7), saved.ids().count());
                _ = (saved.paragraphs_of(7), saved.contains(id(8, 3)), saved.query_document("Bread\n***"));
                _ = saved.write_updated(
                    |id| id.paragraph > 1,
                    &Index::new(*saved.detector()),
                    std::io::sink(),
                );
                accepted += usize::from(saved.check().is_ok());
            }
        }
    }
    // Only bytes on which no others depend: ids, words, names, Unicode versions, and options that change no bucket.
    assert!(accepted < good.len() / 2, "{accepted}");
}

/// Returns where a section of `small` starts, by the table of the format: documents, names, paragraphs, copy groups.
fn section(bytes: &[u8], which: usize) -> usize {
    let count =
        |at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap();
    let lens = [16 * count(104), count(112), 20 * count(80), 24 * count(96)];
    lens[..which].iter().fold(192_usize, |start, len| (start + len).next_multiple_of(64))
}

#[test]
fn forged_rows_are_refused() {
    let mut index = Index::new(Detector::default());
    for n in 0..3 {
        index.insert(
            id(1, n),
            &format!("a text of its own, the one of {}", ["bread", "ferries", "storms"][n as usize]),
        );
    }
    let good = bytes(&index);
    let (paragraphs, groups) = (section(&good, 2), section(&good, 3));
    // The second copy group claims the last row, which is of another.
    let mut chained = good.clone();
    chained[groups + 24 + 16] = 2;
    let saved = SavedIndex::new(with_checksums(chained)).unwrap();
    saved.query("a text of its own, the one of ferries").unwrap_err();
    // Ids that change places.
    let mut swapped = good.clone();
    swapped[paragraphs + 8] = 1;
    swapped[paragraphs + 20 + 8] = 0;
    let saved = SavedIndex::new(with_checksums(swapped)).unwrap();
    assert!(saved.check().unwrap_err().to_string().contains("row 1 of paragraphs is not in order"));
    saved.write_updated(|_| true, &Index::new(Detector::default()), std::io::sink()).unwrap_err();
}

#[test]
fn entries_that_change_places_are_refused() {
    let good = bytes(&small());
    let count =
        |at: usize| usize::try_from(u64::from_le_bytes(good[at..at + 8].try_into().unwrap())).unwrap();
    // Behind the copy groups: starts, sets, entries.
    let lens = [24 * count(96), 8 * (count(96) + 1), count(128)];
    let entries = lens.iter().fold(section(&good, 3), |start, len| (start + len).next_multiple_of(64));
    let mut unreadable = 0;
    for entry in 1..count(136) {
        let at = entries + 8 * entry;
        let mut bad = good.clone();
        bad[at - 8..at + 8].rotate_left(8);
        let saved = SavedIndex::new(with_checksums(bad)).unwrap();
        assert!(saved.check().unwrap_err().is_format());
        // In another cell it is an entry of another bucket, which only its shingles could tell.
        unreadable += usize::from(saved.to_index().is_err());
    }
    assert!(unreadable > 0);
}

/// The filter can be made from the documentation of the format alone, and one that could lose an answer is refused.
#[test]
fn a_filter_holds_the_documented_bits() {
    let good = bytes(&small());
    let number = |at: usize| u64::from_le_bytes(good[at..at + 8].try_into().unwrap());
    let count = |at: usize| usize::try_from(number(at)).unwrap();
    // Behind the copy groups: starts, sets, entries, cells, filter. The index is so small that it has the fewest cells.
    let cells = 1 << 9;
    let word_bits = (count(136) / 8).ilog2() + 1;
    let lens = [24 * count(96), 8 * (count(96) + 1), count(128), 8 * count(136), 8 * (cells + 1)];
    let starts: Vec<usize> = lens
        .iter()
        .scan(section(&good, 3), |start, len| {
            *start = (*start + len).next_multiple_of(64);
            Some(*start)
        })
        .collect();
    let [.., entries, cells_at, filter] = starts[..] else { unreachable!() };
    let mut words = vec![0_u64; 1 << word_bits];
    for cell in 0..cells {
        for entry in count(cells_at + 8 * cell)..count(cells_at + 8 * cell + 8) {
            let name = (cell as u64 >> 1) << 32 | number(entries + 8 * entry) >> 32;
            let hash = ((u128::from(name) * 0x9e37_79b9_7f4a_7c15) % (1 << 64)) >> 46;
            for part in [hash % 64, hash / 64 % 64, hash / 4096] {
                words[usize::try_from(name >> (40 - word_bits)).unwrap()] |= 1 << part;
            }
        }
    }
    assert!(words.iter().enumerate().all(|(n, &word)| word == number(filter + 8 * n)));
    for (n, _) in words.iter().enumerate().filter(|(_, word)| **word != 0) {
        let mut bad = good.clone();
        bad[filter + 8 * n..][..8].fill(0);
        let saved = SavedIndex::new(with_checksums(bad)).unwrap();
        assert!(saved.check().unwrap_err().to_string().contains("is not what follows from the rest"));
    }
}

#[test]
fn errors_say_what_was_expected() {
    let message = |bytes: &[u8]| SavedIndex::new(bytes.to_vec()).unwrap_err().to_string();
    let good = bytes(&small());
    assert_eq!(message(b"{}"), "index: expected a saved index, got bytes that do not begin like one");
    assert_eq!(message(&good[..100]), "index: expected a header of 192 bytes, got 100: cut short");
    let got = good.len() - 1;
    assert_eq!(
        message(&good[..got]),
        format!("index: expected {} bytes as the header says, got {got}", good.len())
    );
    let mut other = good.clone();
    other[8] = 4;
    assert_eq!(message(&other), "index: expected format version 3, got 4, which a newer dittograph wrote");
    let mut other = good.clone();
    other[72] ^= 1;
    let error = SavedIndex::new(other).unwrap_err();
    let expected =
        format!("{:016x}, that of this version's hashes and rules", Detector::default().fingerprint());
    assert_eq!(error.expected(), Some(format!("fingerprint {expected}").as_str()));
    assert!(error.to_string().ends_with("; build the index anew"), "{error}");
    let mut other = good.clone();
    other[87] = 1; // 2^56 paragraphs
    assert!(message(&other).contains("counts"), "{}", message(&other));
    let mut other = good;
    other[900] ^= 1;
    let saved = SavedIndex::new(other).unwrap_err();
    assert_eq!(saved.to_string(), "index: damaged between byte 0 and 4096: checksum mismatch");
}

#[test]
fn a_file_of_format_version_1_says_how_to_replace_it() {
    let error = Index::read_from(&include_bytes!("data/version1.index")[..]).unwrap_err();
    assert!(error.is_format());
    assert_eq!(error.expected(), Some("format version 3"));
    assert_eq!(
        error.to_string(),
        "index: expected format version 3, got 1, which dittograph wrote before 0.1; build the index anew from its articles"
    );
}

/// A fingerprint can be made from the documentation of the format alone.
#[test]
fn a_fingerprint_is_the_hash_of_documented_fields() {
    let rules = Normalizer::new().with(Rule::HamzaSeats).without(Rule::Case);
    for (config, unit, width) in [
        (Config::new(), 0, 0),
        (Config::new().shingles(Shingles::Words(4)).normalizer(rules), 1, 4),
        (Config::new().shingles(Shingles::Chars(700)).normalizer(Normalizer::NONE), 2, 700),
    ] {
        let detector = config.build().unwrap();
        let on = |n: usize| u64::from(detector.normalizer().has(Rule::ALL[n])) << n;
        let bits = (0..Rule::ALL.len()).fold(0, |bits, n| bits | on(n));
        let mut fields = Vec::new();
        fields.extend([2, 0, 0, 0, 3, 0, 0, 0]);
        fields.extend([bits, unit, width].into_iter().flat_map(u64::to_le_bytes));
        let seed = u64::from_le_bytes(*b"config\0\0");
        assert_eq!(detector.fingerprint(), xxhash_rust::xxh3::xxh3_64_with_seed(&fields, seed));
        assert_eq!(bytes(&Index::new(detector))[72..80], detector.fingerprint().to_le_bytes());
    }
    let format = include_str!("../src/index/saved/mod.rs");
    assert!(
        format.contains("(4 bytes), now 2;") && format.contains("(4), now 3;"),
        "the format names both versions"
    );
    // As it is in the saved indexes that are there.
    assert_eq!(Detector::default().fingerprint(), FINGERPRINT);
}

const FINGERPRINT: u64 = 0x1549_09f5_f25f_9370;

/// The Unicode version of words in this build, of a dependency that is newer than 16.
#[allow(clippy::cast_possible_truncation)] // a version has small numbers
const CURRENT: [u8; 3] = {
    let (major, minor, update) = unicode_segmentation::UNICODE_VERSION;
    [major as u8, minor as u8, update as u8]
};

/// Changes the newest and the oldest Unicode version of words, by the table of the format.
fn with_unicode(index: &Index, oldest: [u8; 3], newest: [u8; 3]) -> Vec<u8> {
    let mut bytes = bytes(index);
    bytes[152 + 9..164].copy_from_slice(&oldest);
    bytes[164 + 9..176].copy_from_slice(&newest);
    with_checksums(bytes)
}

#[test]
fn unicode_versions_are_the_oldest_and_newest_of_all_sources() {
    let versions = |bytes: &[u8]| -> ([u8; 3], [u8; 3]) {
        let saved = SavedIndex::new(bytes.to_vec()).unwrap();
        saved.check().unwrap();
        let [oldest, newest] = [152 + 9, 164 + 9].map(|at| bytes[at..at + 3].try_into().unwrap());
        assert_eq!(saved.unicode_versions().is_current(), (oldest, newest) == (CURRENT, CURRENT));
        (oldest, newest)
    };
    let of = |document, text: &str| index_of(Detector::default(), &[(document, 0, text.to_owned())]);
    assert_eq!(versions(&bytes(&small())), (CURRENT, CURRENT));

    // An index of other versions is read, and keeps them until something is inserted.
    let old = with_unicode(&of(1, "the ferry sails"), [15, 1, 0], [16, 0, 0]);
    let mut index = Index::read_from(&old[..]).unwrap();
    assert_eq!(index.unicode_versions().to_string(), {
        let current = dittograph::saved::UnicodeVersions::current().to_string();
        let tables = current.split("words").next().unwrap();
        format!("{tables}words 15.1.0 to 16.0.0")
    });
    assert!(bytes(&index) == old);
    index.remove(id(1, 0));
    assert_eq!(versions(&bytes(&index)), ([15, 1, 0], [16, 0, 0]));
    index.insert(id(2, 0), "bread");
    assert_eq!(versions(&bytes(&index)), ([15, 1, 0], CURRENT));

    let (saved, mut updated) = (SavedIndex::new(old).unwrap(), Vec::new());
    saved.write_updated(|_| false, &Index::new(Detector::default()), &mut updated).unwrap();
    assert_eq!(versions(&updated), ([15, 1, 0], [16, 0, 0]), "nothing was added");
    updated.clear();
    saved.write_updated(|_| true, &of(2, "bread"), &mut updated).unwrap();
    assert_eq!(versions(&updated), ([15, 1, 0], CURRENT));
    let newer = SavedIndex::new(with_unicode(&of(3, "storms"), [200, 0, 1], [200, 0, 1])).unwrap();
    let mut merged = Vec::new();
    saved.write_merged([&newer], &mut merged).unwrap();
    assert_eq!(versions(&merged), ([15, 1, 0], [200, 0, 1]));

    let error = SavedIndex::new(with_unicode(&small(), [17, 0, 0], [16, 0, 0])).unwrap_err();
    assert!(error.to_string().contains("Unicode versions"), "{error}");
}

fn held() -> impl Strategy<Value = Vec<(u64, u32, String)>> {
    let text = paragraphs(2).prop_map(|texts| texts.into_iter().next().unwrap_or_default());
    vec((0..4_u64, 0..4_u32, text), 0..12)
}

fn detectors() -> impl Strategy<Value = Detector> {
    let shingles = prop_oneof![Just(Shingles::Auto), Just(Shingles::Words(2)), Just(Shingles::Chars(5))];
    (shingles, any::<bool>(), 0.3..1.0).prop_map(|(shingles, contains, threshold)| {
        let measure = if contains { Measure::Containment } else { Measure::Jaccard };
        Config::new().shingles(shingles).measure(measure).threshold(threshold).build().unwrap()
    })
}

fn index_of(detector: Detector, held: &[(u64, u32, String)]) -> Index {
    let mut index = Index::new(detector);
    for (document, paragraph, text) in held {
        index.insert(id(*document, *paragraph), text);
        index.name_document(*document, format!("document {document}"));
    }
    index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_saved_index_answers_as_the_one_in_memory(detector in detectors(), held in held(), asked in paragraphs(3)) {
        let index = index_of(detector, &held);
        let saved = SavedIndex::new(bytes(&index)).unwrap();
        saved.check().unwrap();
        let read = saved.to_index().unwrap();
        prop_assert_eq!(saved.detector(), index.detector());
        prop_assert_eq!(saved.statistics(), index.statistics());
        prop_assert_eq!(read.statistics(), index.statistics());
        prop_assert_eq!(read.pairs(), index.pairs());
        prop_assert_eq!(bytes(&read), bytes(&index));
        prop_assert_eq!(saved.unicode_versions(), index.unicode_versions());
        prop_assert!(saved.ids().map(Result::unwrap).eq(index.ids()));
        prop_assert!(saved.documents().map(Result::unwrap).eq(index.documents()));
        for document in 0..5 {
            prop_assert_eq!(saved.contains_document(document).unwrap(), index.contains_document(document));
            prop_assert_eq!(saved.paragraphs_of(document).unwrap(), index.paragraphs_of(document).collect::<Vec<_>>());
            for paragraph in 0..5 {
                let id = id(document, paragraph);
                prop_assert_eq!(saved.contains(id).unwrap(), index.contains(id));
            }
        }
        let article = asked.join("\n");
        prop_assert_eq!(saved.query_document(&article).unwrap(), index.query_document(&article));
        for text in asked.iter().chain(held.iter().map(|(_, _, text)| text)) {
            prop_assert_eq!(&saved.query(text).unwrap(), &index.query(text));
            prop_assert_eq!(read.query(text), index.query(text));
        }
    }

    #[test]
    fn contents_decide_the_bytes(detector in detectors(), held in held(), gone in held(), order in any::<prop::sample::Index>()) {
        let last: BTreeMap<(u64, u32), &String> = held.iter().map(|(d, p, text)| ((*d, *p), text)).collect();
        let index = index_of(detector, &held);
        let mut again = Index::new(detector);
        for (d, p, text) in &gone {
            again.insert(id(*d, 100 + p), text);
        }
        let mut others: Vec<_> = last.iter().collect();
        others.rotate_left(order.index(last.len().max(1)).min(last.len()));
        for (&(d, p), text) in others {
            again.insert(id(d, p), text);
            again.name_document(d, format!("document {d}"));
        }
        for (d, p, _) in &gone {
            again.remove(id(*d, 100 + p));
        }
        prop_assert_eq!(bytes(&again), bytes(&index));
    }

    #[test]
    fn merged_shards_have_the_bytes_of_one_index(detector in detectors(), held in held(), shards in 1..4_u64) {
        let last: BTreeMap<(u64, u32), String> = held.into_iter().map(|(d, p, text)| ((d, p), text)).collect();
        let all: Vec<_> = last.into_iter().map(|((d, p), text)| (d, p, text)).collect();
        let saved: Vec<SavedIndex> = (0..shards)
            .map(|shard| {
                let of_it: Vec<_> = all.iter().filter(|(d, _, _)| d % shards == shard).cloned().collect();
                SavedIndex::new(bytes(&index_of(detector, &of_it))).unwrap()
            })
            .collect();
        for first in 0..saved.len() {
            let others = (0..saved.len()).filter(|&n| n != first).map(|n| &saved[n]);
            let mut merged = Vec::new();
            saved[first].write_merged(others, &mut merged).unwrap();
            prop_assert_eq!(&merged, &bytes(&index_of(detector, &all)));
        }
    }

    #[test]
    fn an_update_has_the_bytes_of_inserting_and_removing(detector in detectors(), old in held(), new in held(), gone in 0..5_u64) {
        let saved = SavedIndex::new(bytes(&index_of(detector, &old))).unwrap();
        let mut updated = Vec::new();
        saved.write_updated(|id| id.document != gone, &index_of(detector, &new), &mut updated).unwrap();
        let kept: Vec<_> = old.into_iter().filter(|(d, _, _)| *d != gone).chain(new).collect();
        prop_assert_eq!(updated, bytes(&index_of(detector, &kept)));
    }
}

#[test]
fn every_option_is_saved() {
    let config = Config::new().boundary(Boundary::BlankLine).threshold(0.45).signature_length(200);
    let rules = Normalizer::new().with(Rule::HamzaSeats).without(Rule::Case);
    for detector in [
        config.normalizer(rules).recall(0.95).build().unwrap(),
        config.shingles(Shingles::Words(5)).banding(dittograph::Banding::new(20, 3)).build().unwrap(),
        config.shingles(Shingles::Chars(7)).measure(Measure::Containment).build().unwrap(),
    ] {
        let read = Index::read_from(&bytes(&Index::new(detector))[..]).unwrap();
        assert_eq!(*read.detector(), detector);
    }
}

#[test]
fn a_bucket_of_thousands_is_saved_and_read() {
    let mut index =
        Index::new(Config::new().shingles(Shingles::Words(1)).measure(Measure::Containment).build().unwrap());
    index.extend((0..3000).map(|n| (id(n, 0), format!("the ferry sails {n}"))));
    let saved = SavedIndex::new(bytes(&index)).unwrap();
    saved.check().unwrap();
    assert_eq!(saved.statistics().largest_bucket, 3000);
    let read = saved.to_index().unwrap();
    for text in ["the ferry sails", "the ferry sails 17"] {
        assert_eq!(saved.query(text).unwrap(), index.query(text));
        assert_eq!(read.query(text), index.query(text));
    }
    assert!(bytes(&read) == bytes(&index));
}

#[test]
fn indexes_of_other_configurations_or_other_words_are_not_merged() {
    let saved =
        |detector, text| SavedIndex::new(bytes(&index_of(detector, &[(1, 2, String::from(text))]))).unwrap();
    let (one, other) =
        (saved(Detector::default(), "the ferry sails"), saved(Detector::default(), "no ferry sails"));
    let error = one.write_merged([&other], std::io::sink()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "index: paragraph 2 of document \"document 1\" has other words than in index"
    );
    let other = saved(Config::new().threshold(0.8).build().unwrap(), "the ferry sails");
    let error = one.write_merged([&other], std::io::sink()).unwrap_err();
    assert_eq!(error.to_string(), "index: expected threshold 0.7 as in the other index, got 0.8");
    let rules = Normalizer::new().with(Rule::SharpS).without(Rule::Case);
    let spelled = saved(Config::new().normalizer(rules).build().unwrap(), "the ferry sails");
    let error = one.write_merged([&spelled], std::io::sink()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "index: expected rules +case,-sharp-s as in the other index, got -case,+sharp-s"
    );
    one.write_updated(|_| true, &other.to_index().unwrap(), std::io::sink()).unwrap_err();
    let mut renamed = Index::new(Detector::default());
    renamed.insert(id(1, 3), "another paragraph of the document");
    renamed.name_document(1, "another name");
    let error = one.write_merged([&SavedIndex::new(bytes(&renamed)).unwrap()], std::io::sink()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "index: document 1 is \"another name\", and \"document 1\" in another index"
    );
}

#[test]
fn a_failing_writer_is_an_error() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let n = bytes.len().min(self.0);
            self.0 -= n;
            if n == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(n) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let len = bytes(&small()).len();
    for room in [0, 100, 4095, 4096, len - 1] {
        assert!(small().write_to(Full(room)).unwrap_err().is_io(), "{room}");
    }
    small().write_to(Full(len)).unwrap();
}

#[cfg(feature = "mmap")]
#[test]
fn a_file_that_is_locked_for_writing_is_not_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.index");
    small().save(&path).unwrap();
    let writer = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    writer.lock().unwrap();
    let error = SavedIndex::open(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("{}: another program has locked it for writing", path.display()));
    writer.unlock().unwrap();
    let saved = SavedIndex::open(&path).unwrap();
    assert!(writer.try_lock().is_err(), "it is locked as long as it is open");
    assert!(SavedIndex::open(&path).is_ok(), "others may read it");
    // To replace it needs no lock of it.
    small().save(&path).unwrap();
    drop(saved);
    writer.try_lock().unwrap();
}

#[cfg(feature = "mmap")]
#[test]
fn a_file_is_mapped_and_names_itself_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.index");
    let error = SavedIndex::open(&path).unwrap_err();
    assert!(error.is_io() && error.to_string().starts_with(&path.display().to_string()), "{error}");
    assert!(SavedIndex::open(folder.path()).unwrap_err().is_io());
    std::fs::write(&path, "").unwrap();
    assert!(SavedIndex::open(&path).unwrap_err().is_format());
    std::fs::write(&path, bytes(&small())).unwrap();
    let saved = SavedIndex::open(&path).unwrap();
    // Another takes its name; the one that is open stays what it was.
    let mut file = dittograph::saved::Replacement::begin(&path).unwrap();
    saved.write_updated(|_| false, &Index::new(Detector::default()), &mut file).unwrap();
    file.commit().unwrap();
    saved.check().unwrap();
    assert_eq!((saved.len(), SavedIndex::open(&path).unwrap().len()), (6, 0));
}

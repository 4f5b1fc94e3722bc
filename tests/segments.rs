//! A folder of segments answers as one file of the same content, however it was cut, and is never left half changed.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{bytes, id, paragraphs};
use dittograph::saved::Update;
use dittograph::{Config, Corpus, Detector, Evidence, Index, SavedIndex, Shingles};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use tempfile::TempDir;

fn detector() -> Detector {
    Config::new().shingles(Shingles::Words(2)).threshold(0.5).build().unwrap()
}

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = folder.read_dir().unwrap().map(|file| file.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

/// A folder with these files.
fn folder_of(files: &BTreeMap<String, Vec<u8>>) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What comes in a day: documents that go, and documents with their paragraphs. One that goes may come again.
type Day = (BTreeSet<u64>, BTreeMap<u64, Vec<String>>, Then);

#[derive(Clone, Copy, Debug)]
enum Then {
    Nothing,
    Merge,
    Compact,
}

fn days() -> impl Strategy<Value = Vec<Day>> {
    let then = prop_oneof![5 => Just(Then::Nothing), 3 => Just(Then::Merge), 1 => Just(Then::Compact)];
    vec((btree_set(0..8_u64, 0..3), btree_map(0..8_u64, paragraphs(3), 0..4), then), 0..9)
}

/// Does to the folder and to an index in memory what comes in a day: a document that is there and does not go has more paragraphs
/// behind those that it has.
fn live_through(folder: &Path, known: &mut Index, (gone, come, then): &Day) {
    let mut update = Update::begin(folder).unwrap();
    let mut additions = Index::new(detector());
    for &document in gone {
        known.remove_document(document);
    }
    for (&document, texts) in come {
        let first = known.paragraphs_of(document).last().map_or(0, |last| last.paragraph + 1);
        for (n, text) in (first..).zip(texts) {
            additions.insert(id(document, n), text);
            known.insert(id(document, n), text);
        }
        additions.name_document(document, format!("document {document}"));
        known.name_document(document, format!("document {document}"));
    }
    update.update(gone.iter().copied(), &additions).unwrap();
    update.commit().unwrap();
    let mut update = Update::begin(folder).unwrap();
    match then {
        Then::Nothing => return,
        Then::Merge => _ = update.merge().unwrap(),
        Then::Compact => update.compact().unwrap(),
    }
    update.commit().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn answers_are_the_same_however_it_is_cut(days in days(), asked in paragraphs(4)) {
        let temporary = TempDir::new().unwrap();
        let folder = temporary.path().join("news");
        Update::create(&folder, detector()).unwrap().commit().unwrap();
        let mut known = Index::new(detector());
        for day in &days {
            live_through(&folder, &mut known, day);
        }
        let saved = SavedIndex::open(&folder).unwrap();
        saved.check().unwrap();
        prop_assert_eq!(saved.len(), known.len());
        prop_assert_eq!(saved.document_count().unwrap(), known.documents().count());
        prop_assert!(saved.ids().map(Result::unwrap).eq(known.ids()));
        prop_assert!(saved.documents().map(Result::unwrap).eq(known.documents()));
        for document in 0..9 {
            prop_assert_eq!(saved.contains_document(document).unwrap(), known.contains_document(document));
            prop_assert_eq!(saved.contains(id(document, 1)).unwrap(), known.contains(id(document, 1)));
            prop_assert_eq!(saved.paragraphs_of(document).unwrap(), known.paragraphs_of(document).collect::<Vec<_>>());
            let name = known.document_name(document).filter(|_| known.contains_document(document));
            prop_assert_eq!(saved.document_name(document).unwrap(), name);
        }
        let texts: Vec<&String> = asked.iter().chain(days.iter().flat_map(|(_, come, _)| come.values().flatten())).collect();
        for text in &texts {
            prop_assert_eq!(saved.query(text).unwrap(), known.query(text));
        }
        let article = asked.join("\n");
        prop_assert_eq!(saved.query_document(&article).unwrap(), known.query_document(&article));

        // All bytes that follow are those of one build.
        let whole = bytes(&known);
        let mut merged = Vec::new();
        saved.write_merged([], &mut merged).unwrap();
        prop_assert!(merged == whole);
        prop_assert!(bytes(&saved.to_index().unwrap()) == whole);
        prop_assert!(bytes(&Index::load(&folder).unwrap()) == whole);
        let mut updated = Vec::new();
        saved.write_updated(|id| id.document != 3, &Index::new(detector()), &mut updated).unwrap();
        let mut without = known.clone();
        without.remove_document(3);
        prop_assert!(updated == bytes(&without));

        // A corpus is cleaned as beside the one file.
        let removed = |index: SavedIndex| {
            let mut corpus = Corpus::builder(detector()).evidence(Evidence::Threshold).min_words(1).build();
            corpus.extend(&texts);
            corpus.find_against(&[index]).unwrap().redundant().removals.clone()
        };
        prop_assert_eq!(removed(SavedIndex::open(&folder).unwrap()), removed(SavedIndex::new(whole.clone()).unwrap()));

        let mut update = Update::begin(&folder).unwrap();
        update.compact().unwrap();
        update.commit().unwrap();
        let files = files(&folder);
        prop_assert_eq!(files.len(), 2, "{:?}", files.keys());
        prop_assert!(files.values().any(|bytes| *bytes == whole));
        // Who has it open goes on.
        saved.check().unwrap();
        prop_assert!(saved.ids().map(Result::unwrap).eq(known.ids()));
    }
}

/// Three segments, with documents that are gone.
fn small(folder: &Path) {
    Update::create(folder, Detector::default()).unwrap().commit().unwrap();
    let texts = [
        "The ferry does not sail today because of the storm.",
        "عاد الضوء مساء السبت إلى منارة رأس الرمل.",
        "***",
    ];
    for (day, removed) in [(1_u64, &[][..]), (2, &[]), (3, &[1_u64])] {
        let mut update = Update::begin(folder).unwrap();
        let mut additions = Index::default();
        for document in [day, day + 10] {
            additions.insert_document(document, &texts.join("\n"));
            additions.name_document(document, format!("news/{document}"));
        }
        additions.insert_document(
            day + 20,
            &format!("It is day {day} of the storm.\nBread is dearer by a tenth."),
        );
        update.update(removed.iter().copied(), &additions).unwrap();
        update.commit().unwrap();
    }
}

const FERRY: &str = "The ferry does NOT sail today, because of the storm!";

#[test]
fn a_folder_has_the_bytes_of_the_golden_one() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segments");
    let saved = SavedIndex::open(&golden).unwrap();
    saved.check().unwrap();
    let found: Vec<u64> = saved.query(FERRY).unwrap().iter().map(|found| found.id.document).collect();
    assert_eq!(found, [2, 3, 11, 12, 13]);
    assert_eq!((saved.len(), saved.segment_count(), saved.document_count().unwrap()), (21, 3, 8));
    assert_eq!((saved.document_name(1).unwrap(), saved.document_name(12).unwrap()), (None, Some("news/12")));
    // But for the Unicode versions of the segments, and the checksums that follow from them.
    let folder = TempDir::new().unwrap();
    small(&folder.path().join("news"));
    let written = files(&folder.path().join("news"));
    let golden = files(&golden);
    assert!(written.keys().eq(golden.keys()));
    let rows = |bytes: &[u8]| -> Vec<u8> {
        let segments = bytes[32..32 + 3 * 40].chunks(40).flat_map(|row| [&row[..16], &row[24..]].concat());
        bytes[..32]
            .iter()
            .copied()
            .chain(segments)
            .chain(bytes[152..bytes.len() - 8].iter().copied())
            .collect()
    };
    assert_eq!(rows(&written["manifest"]), rows(&golden["manifest"]), "the format has changed");
}

/// `cargo test --all-features --test segments -- --ignored`, for a new version of the format or of the rules.
#[test]
#[ignore = "writes data/segments"]
fn write_the_golden_folder_anew() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segments");
    fs::remove_dir_all(&golden).unwrap(); // numbers of segments would go on
    small(&golden);
}

/// Opens a folder of which a file is damaged: it is refused, or refuses to answer, or answers as the one that is whole.
#[track_caller]
fn refused_or_right(folder: &Path, whole: &SavedIndex, what: &str) {
    let Ok(saved) = SavedIndex::open(folder) else { return };
    assert!(saved.check().is_err(), "{what}");
    if let Ok(found) = saved.query(FERRY) {
        assert_eq!(found, whole.query(FERRY).unwrap(), "{what}");
    }
    if let Ok(paragraphs) = saved.paragraphs_of(12) {
        assert_eq!(paragraphs, whole.paragraphs_of(12).unwrap(), "{what}");
    }
    if let Ok(name) = saved.document_name(13) {
        assert_eq!(name, Some("news/13"), "{what}");
    }
}

#[test]
fn a_changed_byte_of_any_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("news");
    small(&path);
    let whole = SavedIndex::open(&path).unwrap();
    let good = files(&path);
    let damaged = folder_of(&good);
    for (name, bytes) in &good {
        let place = damaged.path().join(name);
        // A segment is mapped in each opening: other tests flip each of its bytes in memory.
        let step = if name == "manifest" { 1 } else { 37 };
        for at in (0..bytes.len()).step_by(step) {
            let mut bad = bytes.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&place, bad).unwrap();
            if name == "manifest" {
                assert!(SavedIndex::open(damaged.path()).unwrap_err().is_format());
                assert!(Update::begin(damaged.path()).unwrap_err().is_format());
            }
            refused_or_right(damaged.path(), &whole, &format!("{name} {at}"));
        }
        for len in (0..bytes.len()).step_by(step) {
            fs::write(&place, &bytes[..len]).unwrap();
            assert!(SavedIndex::open(damaged.path()).unwrap_err().is_format(), "{name} {len}");
        }
        fs::write(&place, [&bytes[..], &[0; 8]].concat()).unwrap();
        assert!(SavedIndex::open(damaged.path()).unwrap_err().is_format(), "{name}");
        // A refused change touches nothing.
        assert!(Update::begin(damaged.path()).is_err());
        fs::write(&place, bytes).unwrap();
    }
    assert_eq!(files(damaged.path()), good);
    SavedIndex::open(damaged.path()).unwrap().check().unwrap();
}

#[test]
fn a_segment_that_is_missing_or_another_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("news");
    small(&path);
    let (one, other) = (path.join("segment-2.index"), path.join("segment-3.index"));
    let swapped = fs::read(&one).unwrap();
    fs::rename(&other, &one).unwrap();
    let error = SavedIndex::open(&path).unwrap_err();
    assert!(error.to_string().contains("segment-2.index: not the file that the manifest names"), "{error}");
    fs::rename(&one, &other).unwrap();
    assert!(SavedIndex::open(&path).unwrap_err().is_io());
    fs::write(&one, swapped).unwrap();
    SavedIndex::open(&path).unwrap().check().unwrap();
    fs::remove_file(path.join("manifest")).unwrap();
    let error = SavedIndex::open(&path).unwrap_err();
    assert!(error.is_io() && error.to_string().contains("manifest: No such file"), "{error}");
    assert!(Update::begin(&path).unwrap_err().is_io());
    assert!(!path.join("manifest.dittograph-new").exists());
}

/// Each state in which a program can be killed, by the files that it leaves.
#[test]
fn what_a_killed_program_leaves_is_the_old_index_and_in_nobodys_way() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("news");
    small(&path);
    let old = files(&path);
    let mut additions = Index::default();
    additions.insert_document(30, FERRY);
    let changes: [&dyn Fn(&mut Update); 2] =
        [&|update| update.update([2], &additions).unwrap(), &|update| update.compact().unwrap()];
    for change in changes {
        let mut update = Update::begin(&path).unwrap();
        change(&mut update);
        // The new segment is there, and nothing names it.
        let mut left = files(&path);
        assert!(left.contains_key("segment-5.index") && left["manifest"] == old["manifest"]);
        left.insert("segment-5.index.dittograph-new".into(), b"half of".to_vec());
        left.insert("segment-6.index.dittograph-complete".into(), Vec::new());
        left.insert("notes.txt".into(), b"mine".to_vec());
        let killed = folder_of(&left);
        SavedIndex::open(killed.path()).unwrap().check().unwrap();
        assert_eq!(SavedIndex::open(killed.path()).unwrap().query(FERRY).unwrap().len(), 5);
        drop(Update::begin(killed.path()).unwrap());
        let mut now = files(killed.path());
        assert_eq!(now.remove("notes.txt"), Some(b"mine".to_vec()));
        assert_eq!(now, old, "what nobody names is gone");
        drop(update);
        assert_eq!(files(&path), old, "what is not committed is gone");
    }
}

#[test]
fn a_change_that_cannot_be_written_leaves_the_old_index() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("news");
    small(&path);
    let old = files(&path);
    // A segment cannot take the place of a folder.
    fs::create_dir(path.join("segment-5.index")).unwrap();
    let mut update = Update::begin(&path).unwrap();
    let mut additions = Index::default();
    additions.insert_document(30, FERRY);
    assert!(update.update([2], &additions).unwrap_err().is_io());
    update.commit().unwrap();
    let mut update = Update::begin(&path).unwrap();
    assert!(update.compact().unwrap_err().is_io());
    drop(update);
    fs::remove_dir(path.join("segment-5.index")).unwrap();
    assert_eq!(files(&path), old);

    // Nor is a folder left that could not be filled.
    let other = folder.path().join("other");
    let mut update = Update::create(&other, Detector::default()).unwrap();
    let error = update.write_with(|out| {
        std::io::Write::write_all(out, b"half of an index").unwrap();
        Err(SavedIndex::new(b"other").unwrap_err())
    });
    assert!(error.is_err());
    drop(update);
    assert!(!other.exists());
    assert!(
        Update::create(folder.path(), Detector::default()).unwrap_err().is_io(),
        "it holds another folder"
    );
}

#[test]
fn of_two_that_change_an_index_the_second_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("news");
    small(&path);
    let update = Update::begin(&path).unwrap();
    let error = Update::begin(&path).unwrap_err();
    assert!(error.to_string().ends_with("manifest: another program is replacing it"), "{error}");
    assert_eq!(SavedIndex::open(&path).unwrap().len(), 21, "to read it is no change");
    update.commit().unwrap();
    drop(Update::begin(&path).unwrap());
}

#[test]
fn what_is_there_already_is_not_added() {
    let folder = TempDir::new().unwrap();
    let [path, file] = ["news", "one"].map(|name| folder.path().join(name));
    small(&path);
    Index::load(&path).unwrap().save(&file).unwrap();
    for path in [path, file] {
        let add = |documents: &[(u64, u32, &str)], removed: &[u64]| {
            let mut update = Update::begin(&path).unwrap();
            let mut additions = Index::default();
            for (document, paragraph, name) in documents {
                additions.insert(id(*document, *paragraph), "Something new");
                additions.name_document(*document, *name);
            }
            update.update(removed.iter().copied(), &additions).and_then(|()| update.commit())
        };
        let error = add(&[(40, 0, "news/40"), (2, 1, "news/2")], &[40]).unwrap_err();
        assert!(error.to_string().ends_with(": holds paragraph 1 of document 2 already"), "{error}");
        let error = add(&[(2, 9, "news/two")], &[]).unwrap_err();
        assert!(error.to_string().contains("document 2 is \"news/2\", and \"news/two\""), "{error}");
        let mut other = Index::new(Config::new().threshold(0.9).build().unwrap());
        other.insert_document(50, FERRY);
        assert!(Update::begin(&path).unwrap().update([], &other).is_err());
        assert_eq!(SavedIndex::open(&path).unwrap().len(), 21);
        add(&[(2, 9, "news/2"), (3, 0, "news/three")], &[3]).unwrap();
        let saved = SavedIndex::open(&path).unwrap();
        assert_eq!((saved.len(), saved.document_count().unwrap()), (20, 8));
        assert_eq!(saved.document_name(3).unwrap(), Some("news/three"));
    }
}

/// As a crawl that brings the same number of articles a day.
#[test]
fn segments_stay_few_and_what_is_added_is_written_again_seldom() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("news");
    Update::create(&path, Detector::default()).unwrap().commit().unwrap();
    let (mut most, mut count, mut added) = (0, 0, 0);
    let mut written = BTreeMap::new();
    for day in 0..64_u64 {
        let mut update = Update::begin(&path).unwrap();
        let mut additions = Index::default();
        let article = |n: u64| (100 * day + n, format!("Article {n} of day {day}, on {}", n * day));
        additions.insert_documents((0..10).map(article));
        update.update([], &additions).unwrap();
        update.commit().unwrap();
        let new =
            files(&path).into_iter().find(|(name, _)| name != "manifest" && !written.contains_key(name));
        let (name, bytes) = new.unwrap();
        added += bytes.len();
        written.insert(name, bytes.len());
        let mut update = Update::begin(&path).unwrap();
        let is_merged = update.merge().unwrap();
        update.commit().unwrap();
        let names = files(&path).into_iter().filter(|(name, _)| name != "manifest");
        let before = written.len();
        written.extend(names.map(|(name, bytes)| (name, bytes.len())));
        assert_eq!(is_merged, written.len() > before);
        let saved = SavedIndex::open(&path).unwrap();
        count += additions.len();
        assert_eq!(saved.len(), count);
        most = most.max(saved.segment_count());
    }
    assert!((4..=9).contains(&most), "{most} segments");
    assert!(written.values().sum::<usize>() < 5 * added, "{} of {added}", written.values().sum::<usize>());
    // All that is in most of a segment is gone: it is written anew.
    let mut update = Update::begin(&path).unwrap();
    let before = update.index().size_in_bytes();
    update.update((0..60).flat_map(|day| (0..10).map(move |n| 100 * day + n)), &Index::default()).unwrap();
    update.commit().unwrap();
    let mut count = 0;
    loop {
        let mut update = Update::begin(&path).unwrap();
        if !update.merge().unwrap() {
            break;
        }
        update.commit().unwrap();
        count += 1;
        assert!(count < 20);
    }
    let saved = SavedIndex::open(&path).unwrap();
    saved.check().unwrap();
    assert_eq!(saved.len(), 40);
    assert!(saved.size_in_bytes() < before / 2);
}

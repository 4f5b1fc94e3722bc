//! A store of texts gives back what was pushed, keeps its first error, and leaves nothing behind.

use dittograph::{Corpus, Detector, TextStore};
use proptest::prelude::*;
use rayon::prelude::*;

proptest! {
    #[test]
    fn every_part_comes_back(texts in prop::collection::vec("\\PC{0,20}", 0..20), split in 0..20_usize) {
        let mut store = TextStore::new().unwrap();
        let (one_by_one, together) = texts.split_at(split.min(texts.len()));
        for (number, text) in (0..).zip(one_by_one) {
            prop_assert_eq!(store.push(text).unwrap(), number);
        }
        store.push_all(together).unwrap();
        prop_assert_eq!((store.len(), store.is_empty()), (texts.len() as u64, texts.is_empty()));
        for (number, text) in (0..).zip(&texts) {
            prop_assert_eq!(store.text_len(number), text.len());
            prop_assert_eq!(&store.get(number, 0..text.len()).unwrap(), text);
            if let Some((middle, _)) = text.char_indices().nth(3) {
                prop_assert_eq!(store.get(number, 0..middle).unwrap(), &text[..middle]);
                prop_assert_eq!(store.get(number, middle..text.len()).unwrap(), &text[middle..]);
            }
        }
        store.check().unwrap();
    }
}

#[test]
fn texts_larger_than_what_is_written_at_a_time_are_read_on_many_threads() {
    let texts: Vec<String> = (0..40).map(|n| format!("{n} ").repeat(30_000 * (n % 3))).collect();
    let mut store = TextStore::new().unwrap();
    store.push_all(&texts).unwrap();
    (0..texts.len()).into_par_iter().for_each(|n| {
        assert!(store.get(n as u64, 0..texts[n].len()).unwrap() == texts[n]);
    });
}

#[test]
fn a_part_that_splits_a_character_is_an_error_that_is_kept() {
    let mut store = TextStore::new().unwrap();
    store.push("né").unwrap();
    let error = store.get(0, 0..2).unwrap_err();
    assert!(error.is_config() && !error.is_io());
    assert_eq!(
        error.to_string(),
        "range: expected a part that begins and ends between two characters, got 0..2 of text 0"
    );
    assert_eq!(store.get(0, 0..1).unwrap(), "n");
    assert_eq!(store.check().unwrap_err().to_string(), error.to_string());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = TextStore::in_folder("no/such/folder").unwrap_err();
    assert_eq!((error.place(), error.io_kind()), ("no/such/folder", Some(std::io::ErrorKind::NotFound)));
}

#[test]
#[should_panic(expected = "text 1 has 3 bytes; there is no part 18446744073709551606..18446744073709551611")]
#[cfg(target_pointer_width = "64")]
fn a_part_that_would_wrap_round_into_another_text() {
    let mut store = TextStore::new().unwrap();
    store.push_all(["0123456789", "abc"]).unwrap();
    _ = store.get(1, usize::MAX - 9..usize::MAX - 4);
}

#[test]
#[should_panic(expected = "text 0 has 3 bytes; there is no part 1..4")]
fn a_part_that_is_not_there() {
    let mut store = TextStore::new().unwrap();
    store.push("abc").unwrap();
    store.push("def").unwrap();
    _ = store.get(0, 1..4);
}

#[test]
#[should_panic(expected = "there is no text 1: the store has 1")]
fn a_text_that_is_not_there() {
    let mut store = TextStore::new().unwrap();
    store.push("abc").unwrap();
    _ = store.get(1, 0..0);
}

#[test]
#[should_panic(expected = "a corpus takes an empty store; this one holds 1 texts")]
fn a_corpus_takes_an_empty_store() {
    let mut store = TextStore::new().unwrap();
    store.push("abc").unwrap();
    _ = Corpus::builder(Detector::default()).build_stored(store);
}

#[cfg(unix)]
#[test]
fn a_store_has_no_name_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut stores: Vec<TextStore> = (0..3).map(|_| TextStore::in_folder(folder.path()).unwrap()).collect();
    for (n, store) in stores.iter_mut().enumerate() {
        store.push(&format!("text of store {n}")).unwrap();
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    for (n, store) in stores.iter().enumerate() {
        assert_eq!(store.get(0, 0..15).unwrap(), format!("text of store {n}"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_corpus_whose_store_loses_its_texts_says_so_and_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut corpus =
        Corpus::builder(Detector::default()).build_stored(TextStore::in_folder(folder.path()).unwrap());
    corpus.extend(["Bread is dearer by a tenth.\nMore", "Bread is dearer, by a tenth.\nMore news"]);
    corpus.check().unwrap();
    let found = corpus.find();
    found.check().unwrap();
    assert_eq!(found.without_redundant(1), "More news");
    // The file has no name, but the process has it open.
    let is_store = |link: &std::path::Path| {
        std::fs::read_link(link).is_ok_and(|target| target.starts_with(folder.path()))
    };
    let open = std::path::Path::new("/proc/self/fd").read_dir().unwrap();
    let open: Vec<_> = open.map(|entry| entry.unwrap().path()).filter(|link| is_store(link)).collect();
    assert_eq!(open.len(), 1);
    std::fs::OpenOptions::new().write(true).open(&open[0]).unwrap().set_len(0).unwrap();
    assert_eq!(found.document_text(0).as_deref(), Some(""));
    assert_eq!(found.without_redundant(1), "");
    let error = found.check().unwrap_err();
    assert_eq!((error.is_io(), error.io_kind()), (true, Some(std::io::ErrorKind::UnexpectedEof)));
    assert_eq!(error.place(), format!("temporary file in {}", folder.path().display()));
}

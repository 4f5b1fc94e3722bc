//! The error: small, cloneable, and with its cause.

use std::error::Error as _;
use std::io;

use dittograph::saved::Replacement;
use dittograph::{Config, Error, Index};

#[test]
fn an_error_is_one_word_and_clones_keep_its_message() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    let error = Config::new().recall(2.0).build().unwrap_err();
    assert_eq!(error.clone().to_string(), error.to_string());
    assert_eq!(format!("{error:?}"), r#"Error("recall: expected a number above 0 and below 1, got 2")"#);
}

#[test]
fn an_error_of_an_option_says_what_was_expected() {
    let error = Config::new().threshold(-0.5).build().unwrap_err();
    assert!(error.is_config() && !error.is_format() && !error.is_io());
    assert_eq!((error.place(), error.expected()), ("threshold", Some("a number above 0 and at most 1")));
    assert_eq!((error.io_kind(), error.source().is_some()), (None, false));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn an_error_of_a_missing_file_keeps_its_io_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("news.index");
    for error in [Index::load(&path).unwrap_err(), Replacement::begin(&path).unwrap_err()] {
        assert!(error.is_io() && !error.is_format() && !error.is_config());
        assert_eq!((error.place(), error.io_kind()), (path.to_str().unwrap(), Some(io::ErrorKind::NotFound)));
        let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(source.kind(), io::ErrorKind::NotFound);
        assert_eq!(error.to_string(), format!("{}: {source}", path.display()));
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn bytes_that_are_no_index_are_a_format_error() {
    let error = Index::read_from(&b"PK"[..]).unwrap_err();
    assert!(error.is_format() && !error.is_io());
    assert_eq!((error.place(), error.expected()), ("index", Some("a saved index")));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_saved_index_can_be_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.index");
    let mut index = Index::new(dittograph::Detector::default());
    index.insert(dittograph::ParagraphId { document: 1, paragraph: 0 }, "The ferry does not sail today.");
    index.save(&path).unwrap();
    assert_eq!(Index::load(&path).unwrap().query("The ferry does not sail TODAY").len(), 1);
}

#[test]
fn a_failing_reader_or_writer_keeps_its_io_error() {
    struct Failing;
    impl io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    impl io::Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let index = Index::new(dittograph::Detector::default());
    for error in [Index::read_from(Failing).unwrap_err(), index.write_to(Failing).unwrap_err()] {
        assert_eq!((error.place(), error.io_kind()), ("index", Some(io::ErrorKind::ConnectionReset)));
        assert_eq!(error.to_string(), format!("index: {}", error.source().unwrap()));
    }
}

//! A configuration that cannot work is refused when a detector is built, with a message that says what was expected.

use dittograph::{Banding, Boundary, Config, Detector, Measure, Normalizer, Rule, Shingles};

#[track_caller]
fn refused(config: Config, message: &str) {
    let error = config.build().unwrap_err();
    assert!(error.is_config());
    assert_eq!(error.to_string(), message);
}

#[test]
fn options_out_of_range_are_refused() {
    let config = Config::new();
    refused(config.threshold(0.0), "threshold: expected a number above 0 and at most 1, got 0");
    refused(config.threshold(-1.0), "threshold: expected a number above 0 and at most 1, got -1");
    refused(config.threshold(1.5), "threshold: expected a number above 0 and at most 1, got 1.5");
    refused(config.threshold(f64::NAN), "threshold: expected a number above 0 and at most 1, got NaN");
    refused(config.recall(1.0), "recall: expected a number above 0 and below 1, got 1");
    refused(config.recall(0.0), "recall: expected a number above 0 and below 1, got 0");
    refused(config.shingles(Shingles::Words(0)), "shingles: expected a width of 1 or more, got 0");
    refused(config.shingles(Shingles::Chars(0)), "shingles: expected a width of 1 or more, got 0");
    refused(config.signature_length(0), "signature length: expected 1 to 4096 slots, got 0");
    refused(config.signature_length(4097), "signature length: expected 1 to 4096 slots, got 4097");
}

#[test]
fn options_that_cannot_work_together_are_refused() {
    let config = Config::new();
    refused(
        config.banding(Banding::new(20, 20)),
        "banding: expected 1 to 128 slots in all, got 20 bands of 20 rows",
    );
    refused(
        config.banding(Banding::new(0, 5)),
        "banding: expected 1 to 128 slots in all, got 0 bands of 5 rows",
    );
    refused(
        config.banding(Banding::new(usize::MAX, 3)),
        &format!("banding: expected 1 to 128 slots in all, got {} bands of 3 rows", usize::MAX),
    );
    refused(
        config.banding(Banding::new(16, 8)).measure(Measure::Containment),
        "banding: expected measure jaccard, which it can promise recall for, got containment",
    );
}

#[test]
fn a_detector_gives_back_a_configuration_that_builds_an_equal_detector() {
    let config = Config::new();
    assert_eq!(*Detector::default().config(), config);
    for config in [
        config,
        config.boundary(Boundary::Newline).normalizer(Normalizer::new().without(Rule::Case)).threshold(0.9),
        config.shingles(Shingles::Chars(4)).measure(Measure::Containment),
        config.signature_length(256).recall(0.999),
        config.banding(Banding::new(12, 10)),
    ] {
        let detector = config.build().unwrap();
        assert_eq!(*detector.config(), config);
        assert_eq!(detector.config().build().unwrap(), detector);
        assert_ne!(detector.config().threshold(0.123).build().unwrap(), detector);
    }
}

#[test]
fn of_recall_and_banding_the_one_that_is_set_last_counts() {
    let (recall, banding) = (Config::new().recall(0.9), Banding::new(12, 10));
    assert_eq!(recall.banding(banding).build().unwrap().banding(), Some(banding));
    assert_eq!(Config::new().banding(banding).recall(0.9), recall);
}

#[test]
fn every_configuration_that_is_built_scans() {
    let article =
        "one two three\nعربي مكرر\none two three\n汉字没有空格的文字\nعَربي مكررـ\n汉字，没有空格的文字";
    for threshold in [f64::MIN_POSITIVE, 1e-300, 1e-9, 0.1, 1.0 / 3.0, 0.7, 0.999_999_999, 1.0] {
        for shingles in
            [Shingles::Auto, Shingles::Words(1), Shingles::Words(usize::MAX), Shingles::Chars(usize::MAX)]
        {
            for measure in [Measure::Jaccard, Measure::Containment] {
                let config = Config::new().threshold(threshold).shingles(shingles).measure(measure);
                for detector in
                    [config.build(), config.recall(1e-12).build(), config.signature_length(1).build()]
                {
                    let detector = detector.unwrap();
                    assert!(detector.scan(article).pairs().len() >= 3, "{detector:?}");
                    assert!(detector.recall_at(threshold) > 0.0);
                }
            }
        }
    }
}

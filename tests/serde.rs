//! The feature `serde`: what is written of a report, and how a configuration is read and refused.

mod common;

use common::command::{dittograph, printed};
use dittograph::compare::Threshold;
use dittograph::{
    Banding, Boundary, Config, Corpus, Detector, Index, Measure, Normalizer, ParagraphId, Rule, Shingles,
};
use serde_json::{Value, json};

const ARTICLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/article.txt");

fn value(of: impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

#[test]
fn a_report_is_written_as_its_json_by_hand() {
    // Jaccard of the near copy: 6 shingles of 8 and 6, so 6/8.
    let article = "One two three four five six seven eight.\n\
                   The mill burnt down.\n\
                   One two three four five six seven eight nine ten!\n\
                   THE MILL burnt down";
    let report = dittograph::scan(article);
    assert_eq!(
        serde_json::to_string(&report).unwrap(),
        concat!(
            r#"{"paragraphs":[{"start":0,"end":40},{"start":41,"end":61},{"start":62,"end":111},{"start":112,"end":131}],"#,
            r#""pairs":[{"earlier":0,"later":2,"jaccard":0.75,"containment":1.0,"exact":false,"evidence":"threshold"},"#,
            r#"{"earlier":1,"later":3,"jaccard":1.0,"containment":1.0,"exact":true,"evidence":"threshold"}],"#,
            r#""clusters":[[0,2],[1,3]],"runs":[{"earlier":[0,2],"later":[2,4]}],"#,
            r#""doubled_body":{"earlier":[0,2],"later":[2,4]},"redundant":[2,3]}"#,
        )
    );
    let clean = dittograph::scan("One paragraph.");
    assert_eq!(
        serde_json::to_string(&clean).unwrap(),
        r#"{"paragraphs":[{"start":0,"end":14}],"pairs":[],"clusters":[],"runs":[],"doubled_body":null,"redundant":[]}"#
    );
}

#[test]
fn the_json_of_the_command_is_the_report_with_the_file_before_it() {
    let output = dittograph("scan", &["--json", ARTICLE], b"");
    let article = std::fs::read_to_string(ARTICLE).unwrap();
    let report = serde_json::to_string(&dittograph::scan(&article)).unwrap();
    let file = serde_json::to_string(ARTICLE).unwrap();
    assert_eq!(printed(&output), format!("{{\"file\":{file},{}\n", &report[1..]));
}

#[test]
fn results_for_many_documents_are_written_by_field() {
    let mut corpus = Corpus::new(Detector::default());
    corpus
        .extend(["The mill burnt down in the night.\nNobody was hurt.", "The mill burnt down in the night!"]);
    assert_eq!(
        value(corpus.find().redundant().removals[0]),
        json!({
            "kept": {"document": 0, "paragraph": 0},
            "removed": {"document": 1, "paragraph": 0},
            "jaccard": 1.0, "containment": 1.0, "exact": true, "evidence": "threshold",
        })
    );
    let mut index = Index::new(Detector::default());
    index.insert(ParagraphId { document: u64::MAX, paragraph: 7 }, "The mill burnt down in the night.");
    assert_eq!(
        value(index.query("The mill burnt down in the night.")),
        json!([{
            "id": {"document": u64::MAX, "paragraph": 7},
            "jaccard": 1.0, "containment": 1.0, "exact": true,
        }])
    );
    assert_eq!(value(dittograph::scan("one\none").statistics())["exact_pairs"], 1);
}

#[test]
fn a_configuration_is_written_under_the_names_of_its_setters() {
    let written = value(Config::new().normalizer(Normalizer::NONE.with(Rule::Case).with(Rule::WhiteSpace)));
    let mut expected = json!({
        "boundary": "auto", "normalizer": "case,white-space", "shingles": "auto", "measure": "jaccard",
        "threshold": 0.7, "siblings": "keep", "signature_length": 128, "recall": 0.99,
    });
    assert_eq!(written, expected);
    let config = Config::new().normalizer(Normalizer::NONE).banding(Banding::new(20, 6));
    expected.as_object_mut().unwrap().remove("recall");
    expected["banding"] = json!({"bands": 20, "rows": 6});
    expected["normalizer"] = json!("none");
    assert_eq!(value(config), expected);
}

#[test]
fn a_configuration_that_is_read_back_is_the_one_that_was_written() {
    let config = Config::new();
    for config in [
        config,
        config.boundary(Boundary::BlankLine).shingles(Shingles::Chars(5)).measure(Measure::Containment),
        config.normalizer(Normalizer::NONE).threshold(1.0 / 3.0).signature_length(256).recall(0.999),
        config.normalizer(Normalizer::new().with(Rule::LatinGreekMarks)).shingles(Shingles::Words(4)),
        config.threshold(0.85).banding(Banding::new(12, 10)),
    ] {
        let written = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&written).unwrap(), config, "{written}");
    }
}

#[test]
fn an_option_that_is_absent_has_its_default() {
    assert_eq!(serde_json::from_str::<Config>("{}").unwrap(), Config::new());
    let read: Config = serde_json::from_str(r#"{"threshold": 0.9, "shingles": "words:4"}"#).unwrap();
    assert_eq!(read, Config::new().threshold(0.9).shingles(Shingles::Words(4)));
}

#[track_caller]
fn refused(json: &Value, message: &str) {
    let error = serde_json::from_value::<Config>(json.clone()).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn what_build_refuses_is_refused_with_the_same_message() {
    let message = |config: Config| config.build().unwrap_err().to_string();
    let config = Config::new();
    refused(&json!({"threshold": 1.5}), &message(config.threshold(1.5)));
    refused(&json!({"recall": 1.0}), &message(config.recall(1.0)));
    refused(&json!({"signature_length": 0}), &message(config.signature_length(0)));
    refused(&json!({"banding": {"bands": 20, "rows": 20}}), &message(config.banding(Banding::new(20, 20))));
    refused(&json!({"banding": {"bands": 0, "rows": 5}}), &message(config.banding(Banding::new(0, 5))));
    refused(
        &json!({"measure": "containment", "banding": {"bands": 16, "rows": 8}}),
        &message(config.measure(Measure::Containment).banding(Banding::new(16, 8))),
    );
}

#[test]
fn unknown_options_and_names_are_refused() {
    let error = |json: Value| serde_json::from_value::<Config>(json).unwrap_err().to_string();
    assert!(error(json!({"treshold": 0.9})).starts_with("unknown field `treshold`"));
    assert!(
        error(json!({"banding": {"bands": 9, "rows": 9, "slots": 81}})).starts_with("unknown field `slots`")
    );
    refused(&json!({"measure": "cosine"}), &"cosine".parse::<Measure>().unwrap_err().to_string());
    refused(&json!({"shingles": "words:0"}), &"words:0".parse::<Shingles>().unwrap_err().to_string());
    refused(&json!({"normalizer": "case,capitals"}), &"capitals".parse::<Rule>().unwrap_err().to_string());
    refused(
        &json!({"recall": 0.9, "banding": {"bands": 16, "rows": 8}}),
        "banding: expected a banding or a recall, got both",
    );
}

#[test]
fn options_without_their_names_are_refused() {
    refused(&json!([]), "invalid type: sequence, expected a map from names to values");
    refused(
        &json!(["auto", "none", "auto", "jaccard", 0.9, 128, 0.99, null]),
        "invalid type: sequence, expected a map from names to values",
    );
    refused(&json!({"banding": [16, 8]}), "invalid type: sequence, expected a map from names to values");
    refused(&json!("jaccard"), "invalid type: string \"jaccard\", expected a map from names to values");
}

#[test]
fn options_are_written_as_their_names_and_read_again() {
    assert_eq!(value(Rule::TehMarbuta), "teh-marbuta");
    assert_eq!(value(Shingles::Words(4)), "words:4");
    assert_eq!(value(Threshold::new(2.0 / 3.0).unwrap()), 2.0 / 3.0);
    assert_eq!(serde_json::from_str::<Boundary>("\"blank-line\"").unwrap(), Boundary::BlankLine);
    assert_eq!(serde_json::from_str::<Threshold>("0.7").unwrap(), Threshold::new(0.7).unwrap());
    assert!(serde_json::from_str::<Threshold>("0").is_err());
}

#[test]
fn options_of_a_corpus_are_their_names_and_answers_of_an_index_have_their_paragraphs() {
    use dittograph::{Candidates, Index, Keep, Scope};
    let options = (Keep::Longest, Scope::Across, Candidates::Exact);
    let json = serde_json::to_string(&options).unwrap();
    assert_eq!(json, r#"["longest","across","exact"]"#);
    assert_eq!(serde_json::from_str::<(Keep, Scope, Candidates)>(&json).unwrap(), options);

    let mut index = Index::new(dittograph::Detector::default());
    index.insert_document(7, "Nobody was hurt.");
    let answer = serde_json::to_value(index.query_document("NOBODY was hurt!")).unwrap();
    assert_eq!(answer[0]["paragraph"], serde_json::json!({"start": 0, "end": 16}));
    assert_eq!(answer[0]["matches"][0]["id"], serde_json::json!({"document": 7, "paragraph": 0}));
}

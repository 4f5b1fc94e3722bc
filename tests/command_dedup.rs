//! `dittograph dedup`: what it writes, and how it fails.

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::command::{Folder, SUMMARY, dittograph, printed, program, refused};
use serde_json::Value;

const FERRY: &str = "The ferry does not sail today because of the storm, says the harbour master.";
const BREAD: &str = "Bread is dearer by a tenth since the mill at Anwick burnt down.";

fn dedup(arguments: &[&str]) -> std::process::Output {
    dittograph("dedup", arguments, b"")
}

fn dump() -> String {
    [
        format!("{{\"id\": \"a\",  \"text\": \"{FERRY}\\n{BREAD}\", \"tags\": [1, null]}}\n"),
        format!("{{\"text\": \"Another\\n{FERRY}\", \"id\": 17}}\r\n"),
        "\n".to_owned(),
        format!("{{\"text\":\"{BREAD}\"}}"),
    ]
    .concat()
}

#[test]
fn a_cleaned_dump_keeps_every_other_field_and_byte() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let (out, pairs) = (folder.name("out.jsonl"), folder.name("pairs.tsv"));
    printed(&dedup(&["--out", &out, "--pairs", &pairs, &dump]));
    let lines = [
        format!("{{\"id\": \"a\",  \"text\": \"{FERRY}\\n{BREAD}\", \"tags\": [1, null]}}\n"),
        "{\"text\": \"Another\", \"id\": 17}\r\n".to_owned(),
        "{\"text\":\"\"}\n".to_owned(),
    ];
    assert_eq!(folder.read("out.jsonl"), lines.concat());
    let rows = [
        "kept_doc\tkept_paragraph\tremoved_doc\tremoved_paragraph\tjaccard\tcontainment\texact\tevidence\tlcs\n".to_owned(),
        "a\t0\t17\t1\t1.000000\t1.000000\ttrue\tthreshold\t1.000000\n".to_owned(),
        format!("a\t1\t{dump}:4\t0\t1.000000\t1.000000\ttrue\tthreshold\t1.000000\n"),
    ];
    assert_eq!(folder.read("pairs.tsv"), rows.concat());
    assert_eq!(folder.names(), ["dump.jsonl", "out.jsonl", "pairs.tsv"]);
}

#[test]
fn a_summary_for_people_is_told_unless_it_is_not_wanted() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let out = folder.name("out.jsonl");
    let told = |arguments: &[&str]| String::from_utf8(dedup(arguments).stderr).unwrap();
    let summary = told(&["--out", &out, &dump]);
    let lines: Vec<&str> = summary.lines().collect();
    assert_eq!(lines.len(), SUMMARY.len());
    assert_eq!(lines[0], "read     3 articles, 5 paragraphs, 0.3 kB of text");
    let removed = "removed  2 paragraphs, 48.8 % of the text: 2 exact copies, 0 near copies (0 by the run that they stand in)";
    assert_eq!(lines[1], removed);
    assert_eq!(lines[2], "changed  2 articles; 1 has nothing left");
    assert!(lines[4].starts_with(&format!("wrote    {out} in ")), "{summary}");
    assert_eq!(told(&["--quiet", "--out", &out, &dump]), "");
    let near =
        folder.put("near.jsonl", format!("{{\"text\": \"{FERRY}\"}}\n{{\"text\": \"{FERRY} Again.\"}}\n"));
    let summary = told(&["--out", &out, &near]);
    assert!(summary.contains(": 0 exact copies, 1 near copy (0 by the run that they stand in)"), "{summary}");
    assert_eq!(told(&[&dump]), ""); // the summary is on standard output
}

#[test]
fn the_texts_are_in_the_table_where_they_are_wanted() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump().replace("The ferry", "The \\t ferry"));
    let pairs = folder.name("pairs.tsv");
    let ferry = FERRY.replace("The ferry", "The \\t ferry");
    for (more, names) in
        [(None, "kept_text\tremoved_text"), (Some("--all-pairs"), "earlier_text\tlater_text")]
    {
        let arguments = ["--with-text", "--pairs", &pairs, &dump];
        printed(&dedup(&more.into_iter().chain(arguments).collect::<Vec<_>>()));
        let table = folder.read("pairs.tsv");
        assert!(table.lines().next().unwrap().ends_with(&format!("\tlcs\t{names}")), "{table}");
        assert!(table.lines().nth(1).unwrap().ends_with(&format!("\t1.000000\t{ferry}\t{ferry}")), "{table}");
    }
    refused(&dedup(&["--with-text", &dump]), "required arguments");
}

#[test]
fn files_that_are_no_outputs_are_replaced_only_by_force() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    for option in ["--out", "--pairs", "--clusters", "--runs", "--html", "--summary"] {
        let notes = folder.put("notes.txt", "Mine.");
        refused(
            &dedup(&[option, &notes, &dump]),
            "notes.txt: is there, and is no such output; --force replaces it",
        );
        assert_eq!(folder.read("notes.txt"), "Mine.");
        printed(&dedup(&["--force", option, &notes, &dump]));
        printed(&dedup(&[option, &notes, &dump])); // now it is one
        assert_ne!(folder.read("notes.txt"), "Mine.");
    }
}

#[test]
fn a_field_of_ids_that_records_lack_is_told() {
    let folder = Folder::new();
    let lines = format!("{{\"uid\": 1, \"text\": \"{FERRY}\"}}\n{{\"text\": \"Another one.\"}}\n");
    let dump = folder.put("dump.jsonl", lines);
    let told = |options: &[&str]| {
        let output = dedup(&[options, &[dump.as_str()]].concat());
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let message = |count: &str, field: &str| {
        format!("warning: {count} no field \"{field}\", and are called by file and line\n")
    };
    assert_eq!(
        told(&["--id-field", "uid"]),
        message("1 record has", "uid").replace("are called", "is called")
    );
    assert_eq!(told(&["--id-field", "udi"]), message("2 records have", "udi"));
    assert_eq!(told(&[]), "", "many dumps have no ids");
    let article = folder.put("article.txt", FERRY);
    let output = dedup(&["--id-field", "uid", &article]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "its path is its id");
}

#[test]
fn ids_that_come_again_are_told() {
    let folder = Folder::new();
    let line = |id: &str| format!("{{\"id\": \"{id}\", \"text\": \"{FERRY}\"}}\n");
    let dump = folder.put("dump.jsonl", ["a", "b", "a", "c", "a", "b"].map(line).concat());
    for more in [None, Some("--low-memory")] {
        let output = dedup(&more.into_iter().chain([dump.as_str()]).collect::<Vec<_>>());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(told, "warning: 3 records have the id of another, such as a\n");
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&summary["repeated_ids"], &summary["records"]), (&3.into(), &6.into()));
    }
}

#[test]
fn compressed_dumps_text_files_and_folders_are_read() {
    let folder = Folder::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(format!("{{\"id\": \"gz\", \"text\": \"{FERRY}\"}}\n").as_bytes()).unwrap();
    let mut members = gz.finish().unwrap();
    members.extend_from_within(..); // two members
    folder.put("dumps/b.jsonl.gz", members);
    let zst =
        zstd::encode_all(format!("{{\"id\": \"zst\", \"text\": \"{FERRY}\"}}\n").as_bytes(), 1).unwrap();
    folder.put("dumps/c/d.ndjson.zst", zst);
    folder.put("dumps/a.txt", format!("\u{feff}{FERRY}"));
    folder.put("dumps/.hidden.jsonl", "not read");
    folder.put("dumps/notes.md", "not read");
    let pairs = folder.name("pairs.tsv");
    let output = dedup(&["--pairs", &pairs, &folder.name("dumps")]);
    assert!(output.status.success(), "{output:?}");
    let table = folder.read("pairs.tsv");
    let rows: Vec<&str> = table.lines().skip(1).map(|row| row.split('\t').nth(2).unwrap()).collect();
    assert_eq!(rows, ["gz", "gz", "zst"]);
    let kept = table.lines().nth(1).unwrap().split('\t').next().unwrap();
    assert_eq!(Path::new(kept), folder.path("dumps").join("a.txt"));
}

#[test]
fn lines_longer_than_what_is_read_at_a_time_are_read_whole() {
    let folder = Folder::new();
    let padding = "x".repeat(40 << 20);
    let line = |text: &str| format!("{{\"text\":\"{text}\"}}\n");
    let long = |text: &str| format!("{{\"padding\":\"{padding}\",\"text\":\"{text}\"}}\n");
    let lines = [line(BREAD), long(FERRY), line(FERRY), line(BREAD), long(BREAD)].concat();
    let cleaned = [line(BREAD), long(FERRY), line(""), line(""), long("")].concat();
    let dumps = [
        folder.put("dump.jsonl", &lines),
        folder.put("packed.jsonl.zst", zstd::encode_all(lines.as_bytes(), 1).unwrap()),
    ];
    for dump in dumps {
        printed(&dedup(&["--out", &folder.name("out.jsonl"), &dump]));
        assert!(folder.read("out.jsonl") == cleaned, "{dump}");
    }
}

#[test]
fn a_text_file_becomes_a_record() {
    let folder = Folder::new();
    let text = folder.put("a.txt", format!("{FERRY}\n{BREAD}\n{FERRY}"));
    printed(&dedup(&["--out", &folder.name("out.jsonl"), &text]));
    let record: Value = serde_json::from_str(&folder.read("out.jsonl")).unwrap();
    assert_eq!(record, serde_json::json!({"id": text, "text": format!("{FERRY}\n{BREAD}")}));
}

#[test]
fn runs_and_all_pairs_are_tables() {
    let folder = Folder::new();
    let article = |id: &str| serde_json::json!({"id": id, "text": format!("{id}\n{FERRY}\n{BREAD}")});
    let dump =
        folder.put("dump.jsonl", format!("{}\n{}\n{}\n", article("a\tb"), article("c"), article("d\\")));
    let (pairs, runs) = (folder.name("pairs.tsv"), folder.name("runs.tsv"));
    printed(&dedup(&["--all-pairs", "--pairs", &pairs, "--runs", &runs, &dump]));
    let first = |table: String, columns: usize| -> Vec<String> {
        table.lines().skip(1).map(|row| row.split('\t').take(columns).collect::<Vec<_>>().join(" ")).collect()
    };
    let expected =
        ["a\\tb 1 c 1", "a\\tb 2 c 2", "a\\tb 1 d\\\\ 1", "c 1 d\\\\ 1", "a\\tb 2 d\\\\ 2", "c 2 d\\\\ 2"];
    assert_eq!(first(folder.read("pairs.tsv"), 4), expected);
    assert_eq!(first(folder.read("runs.tsv"), 6), ["a\\tb 1 3 c 1 3", "a\\tb 1 3 d\\\\ 1 3"]);
}

#[test]
fn clusters_are_objects_on_lines_by_the_place_of_what_is_kept() {
    let folder = Folder::new();
    let record = |id: &str, text: &str| serde_json::json!({"id": id, "text": text}).to_string() + "\n";
    // 12 shingles of three words, and 15.
    let longer = format!("{FERRY} He said so.");
    let dump = [
        record("a\t\"1\"", &format!("{BREAD}\n{FERRY}")),
        record("b", &format!("{FERRY}\nA line of its own that comes but once.\n{BREAD}")),
        record("c", &longer),
    ];
    let dump = folder.put("dump.jsonl", dump.concat());
    let clusters = folder.name("clusters.jsonl");
    let exact = r#""jaccard":1.0,"containment":1.0,"exact":true,"evidence":"threshold""#;
    let expected = [
        format!(
            r#"{{"kept":{{"doc":"a\t\"1\"","paragraph":0}},"removed":[{{"doc":"b","paragraph":2,{exact}}}]}}"#
        ),
        format!(
            r#"{{"kept":{{"doc":"a\t\"1\"","paragraph":1}},"removed":[{{"doc":"b","paragraph":0,{exact}}},{{"doc":"c","paragraph":0,"jaccard":0.8,"containment":1.0,"exact":false,"evidence":"threshold"}}]}}"#
        ),
    ];
    for more in [&[][..], &["--low-memory"], &["--threads", "1"], &["--threads", "3"]] {
        printed(&dedup(&[&["--clusters", &clusters, &dump], more].concat()));
        assert_eq!(folder.read("clusters.jsonl").lines().collect::<Vec<_>>(), expected, "{more:?}");
    }
    printed(&dedup(&["--keep", "longest", "--clusters", &clusters, &dump]));
    let longest = folder.read("clusters.jsonl");
    let kept: Vec<&str> = longest.lines().map(|line| line.split("\"removed\"").next().unwrap()).collect();
    assert_eq!(
        kept,
        [r#"{"kept":{"doc":"a\t\"1\"","paragraph":0},"#, r#"{"kept":{"doc":"c","paragraph":0},"#]
    );
    folder.put("alone.jsonl", record("a", BREAD));
    printed(&dedup(&["--clusters", &clusters, &folder.name("alone.jsonl")]));
    assert_eq!(folder.read("clusters.jsonl"), "");
}

#[test]
fn a_line_in_place_of_a_file_is_standard_output() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let (out, table) = (folder.name("clean.jsonl"), folder.name("removed.tsv"));
    printed(&dedup(&["--out", &out, "--pairs", &table, &dump]));
    assert_eq!(printed(&dedup(&["--out", "-", &dump])), folder.read("clean.jsonl"));
    assert_eq!(printed(&dedup(&["--pairs", "-", &dump])), folder.read("removed.tsv"));
    refused(&dedup(&["--out", "-", "--pairs", "-", &dump]), "-: is read or written already");
}

#[test]
fn the_page_names_the_dump_and_its_records() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let page = folder.name("page.html");
    assert_eq!(printed(&dedup(&["--html", &page, &dump])), "", "the summary is not printed beside an output");
    let written = folder.read("page.html");
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    assert!(written.contains("<title>dump.jsonl · what repeats</title>"));
    assert!(written.contains("Kept: <bdi>a</bdi> ¶0") && written.contains("Removed: <bdi>17</bdi> ¶1"));
    let threads = |number: &str| {
        printed(&dedup(&["--html", &page, "--threads", number, "--low-memory", &dump]));
        folder.read("page.html") == written
    };
    assert!(threads("1") && threads("3"), "the page differs");
    printed(&dedup(&["--html", &page, &dump, &folder.put("more.jsonl", "")]));
    assert!(folder.read("page.html").contains("<title>dump.jsonl and one more · what repeats</title>"));
}

#[test]
fn lossless_removes_what_is_held_whole_and_takes_no_option_of_likeness() {
    let folder = Folder::new();
    let record = |id: &str, text: &str| serde_json::json!({"id": id, "text": text}).to_string() + "\n";
    let changed = FERRY.replace("storm", "fog");
    let texts = [FERRY, &changed, &format!("We wrote: {FERRY} He said so."), BREAD];
    let dump: String = ["a", "b", "c", "d"].iter().zip(texts).map(|(id, text)| record(id, text)).collect();
    let dump = folder.put("dump.jsonl", dump);
    let [out, pairs, runs, summary] = ["out", "pairs", "runs", "summary"].map(|name| folder.name(name));
    for more in [&[][..], &["--low-memory"], &["--threads", "1"]] {
        let files = ["--lossless", "--out", &out, "--pairs", &pairs, "--summary", &summary, &dump];
        printed(&dedup(&[&files, more].concat()));
        // 12 shingles of 17.
        let rows = folder.read("pairs");
        assert_eq!(
            rows.lines().skip(1).collect::<Vec<_>>(),
            ["c\t0\ta\t0\t0.705882\t1.000000\tfalse\tthreshold\t0.848485"]
        );
        let clean = [record("a", ""), record("b", &changed), record("c", texts[2]), record("d", BREAD)];
        assert_eq!(folder.read("out"), clean.concat());
    }
    let summary: Value = serde_json::from_str(&folder.read("summary")).unwrap();
    let parameters = &summary["parameters"];
    assert_eq!((&parameters["lossless"], &parameters["measure"]), (&true.into(), &"containment".into()));
    assert_eq!((&parameters["threshold"], &parameters["keep"]), (&1.0.into(), &"longest".into()));
    assert_eq!((&parameters["evidence"], &parameters["siblings"]), (&"threshold".into(), &"remove".into()));
    assert_eq!(summary["recall_at_threshold"], 1.0);

    printed(&dedup(&["--lossless", "--all-pairs", "--pairs", &pairs, "--runs", &runs, &dump]));
    assert_eq!(folder.read("pairs").lines().skip(1).count(), 1);
    for option in [
        ["--threshold", "0.9"],
        ["--measure", "jaccard"],
        ["--keep", "first"],
        ["--evidence", "threshold"],
        ["--siblings", "remove"],
        ["--candidates", "exact"],
        ["--recall", "0.9"],
    ] {
        let message = format!("'--lossless' cannot be used with '{}", option[0]);
        refused(&dedup(&[&["--lossless", &dump][..], &option].concat()), &message);
    }
}

#[test]
fn the_summary_counts_what_was_done() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump() + "\nnot json\n");
    let output = dedup(&["--skip-bad-records", "--summary", &folder.name("summary.json"), &dump]);
    assert!(output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("1 record") && stderr.contains("dump.jsonl:5"), "{stderr}");
    let summary: Value = serde_json::from_str(&folder.read("summary.json")).unwrap();
    for (name, expected) in
        [("records", 3), ("bad_records", 1), ("paragraphs", 5), ("kept", 3), ("clusters", 2)]
    {
        assert_eq!(summary[name], expected, "{name}");
    }
    assert_eq!(summary["removed"]["paragraphs"], 2);
    assert_eq!(summary["removed"]["records_emptied"], 1);
    assert_eq!(summary["banding"], serde_json::json!({"bands": 17, "rows": 4}));
    assert!(summary["recall_at_threshold"].as_f64().unwrap() >= 0.99);
    let stages = summary["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].as_str().unwrap());
    assert_eq!(stages.collect::<Vec<&str>>(), ["read and sign", "candidates", "compare", "write"]);
}

#[test]
fn without_an_output_the_summary_is_printed() {
    let folder = Folder::new();
    let output = dedup(&[&folder.put("dump.jsonl", dump())]);
    let summary: Value = serde_json::from_str(printed(&output)).unwrap();
    assert_eq!(summary["records"], 3);
}

#[test]
fn a_record_that_cannot_be_read_is_named_and_nothing_is_written() {
    let good = format!("{{\"id\": 1, \"text\": \"{FERRY}\"}}\n");
    let cases: [(&[u8], &str); 8] = [
        (b"{\"text\": \"no end", "dump.jsonl:2: the record ends in the middle of its JSON"),
        (b"[\"text\"]", "dump.jsonl:2: expected an object, got an array"),
        (b"{\"body\": \"text\"}", "dump.jsonl:2: no field \"text\"; the record has: body"),
        (b"{\"text\": 17}", "dump.jsonl:2: field \"text\": expected a string, got 17"),
        (b"{\"text\": null}", "dump.jsonl:2: field \"text\": expected a string, got null"),
        (b"{\"text\": \"a\", \"id\": {}}", "dump.jsonl:2: field \"id\": expected a string, got {}"),
        (b"{\"text\": \"caf\xe9\"}", " is not valid utf-8, which was assumed"),
        (b"{\"text\": \"a\"} more", "dump.jsonl:2: expected JSON at byte 14 of the record, got \"more\""),
    ];
    for (line, message) in cases {
        let folder = Folder::new();
        let dump = folder.put("dump.jsonl", [good.as_bytes(), line, b"\n", good.as_bytes()].concat());
        let out = folder.put("out.jsonl", "{\"what was\": \"there\"}");
        refused(&dedup(&["--out", &out, "--pairs", &folder.name("pairs.tsv"), &dump]), message);
        assert_eq!(folder.names(), ["dump.jsonl", "out.jsonl"]);
        assert_eq!(folder.read("out.jsonl"), "{\"what was\": \"there\"}");
    }
}

#[test]
fn files_that_are_not_what_their_names_say_are_refused() {
    let folder = Folder::new();
    let gz = folder.put("a.jsonl.gz", dump());
    refused(&dedup(&[&gz]), "a.jsonl.gz: ");
    let zst = folder.put("a.jsonl.zst", dump());
    refused(&dedup(&[&zst]), "a.jsonl.zst: ");
    let mut whole = zstd::encode_all(dump().repeat(100).as_bytes(), 1).unwrap();
    whole.truncate(whole.len() - 10);
    refused(&dedup(&[&folder.put("cut.jsonl.zst", whole)]), "cut.jsonl.zst: ");
    let csv = if cfg!(feature = "dump") {
        "CSV, but it looks like JSON Lines"
    } else {
        "a name that ends in .jsonl"
    };
    refused(&dedup(&[&folder.put("a.csv", dump())]), &format!("a.csv: expected {csv}"));
    refused(&dedup(&[&folder.name("absent.jsonl")]), "absent.jsonl: ");
    fs::create_dir(folder.path("empty")).unwrap();
    refused(&dedup(&[&folder.name("empty")]), "empty: no file");
}

#[test]
fn no_output_takes_the_place_of_an_input_or_another_output() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    for option in ["--out", "--pairs", "--clusters", "--runs", "--html", "--summary"] {
        refused(&dedup(&[option, &dump, &dump]), "dump.jsonl: is read or written already");
    }
    refused(
        &dedup(&["--explain", "a", "--pairs", "-", &dump]),
        "--explain: prints on standard output, as '-' does",
    );
    let both = folder.name("both");
    refused(&dedup(&["--pairs", &both, "--runs", &both, &dump]), "both: is read or written already");
    refused(&dedup(&["--clusters", &both, "--out", &both, &dump]), "both: is read or written already");
    refused(&dedup(&["--out", &folder.name("absent/out"), &dump]), "no such folder");
    assert_eq!(folder.names(), ["dump.jsonl"]);
}

#[test]
fn options_out_of_range_are_named() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    for (option, value, message) in [
        ("--recall", "1", "--candidates exact"),
        ("--recall", "0", "recall"),
        ("--threshold", "1.5", "threshold"),
        ("--threads", "-1", "threads"),
        ("--scope", "some", "scope: expected within, across or all"),
        ("--keep", "newest", "keep: expected first or longest, got newest"),
        ("--keep", "last", "keep: expected first or longest, got last"),
        ("--keep-by", "year", "no record has a field \"year\""),
        ("--candidates", "guess", "candidates"),
        ("--all-pairs", "--quiet", "required"),
    ] {
        refused(&dedup(&[option, value, &dump]), message);
    }
}

#[test]
fn the_fields_of_id_and_text_can_have_other_names() {
    let folder = Folder::new();
    let record = |n: usize| format!("{{\"url\": \"u{n}\", \"body\": \"{FERRY}\", \"text\": 3}}\n");
    let dump = folder.put("dump.jsonl", record(1) + &record(2));
    printed(&dedup(&[
        "--id-field",
        "url",
        "--text-field",
        "body",
        "--pairs",
        &folder.name("pairs.tsv"),
        &dump,
    ]));
    assert!(
        folder.read("pairs.tsv").ends_with("u1\t0\tu2\t0\t1.000000\t1.000000\ttrue\tthreshold\t1.000000\n")
    );
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_is_written_to_its_target() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    folder.put("real.tsv", "kept_doc\told");
    std::os::unix::fs::symlink(folder.path("real.tsv"), folder.path("link.tsv")).unwrap();
    printed(&dedup(&["--pairs", &folder.name("link.tsv"), &dump]));
    assert!(folder.path("link.tsv").is_symlink());
    assert!(folder.read("real.tsv").starts_with("kept_doc\tkept_paragraph"));
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_is_replaced_when_another_cannot_be_written() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let out = folder.put("out.jsonl", "{}");
    refused(&dedup(&["--out", &out, "--pairs", "/dev/full", &dump]), "/dev/full: ");
    assert_eq!(folder.read("out.jsonl"), "{}");
    assert_eq!(folder.names(), ["dump.jsonl", "out.jsonl"]);
}

#[test]
fn a_dump_that_is_not_held_in_memory_gives_the_same_bytes() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let text = folder.put("folder/a.txt", format!("{BREAD}\n\nA text with {FERRY}\n"));
    let outputs = |name: &str, more: &[&str]| {
        let files =
            ["out", "pairs", "clusters", "runs", "html"].map(|kind| folder.name(&format!("{name}.{kind}")));
        let [out, pairs, clusters, runs, html] = &files;
        let tables = ["--pairs", pairs, "--clusters", clusters, "--runs", runs];
        let common = [&tables[..], &["--out", out, "--html", html, &dump, &text]].concat();
        printed(&dedup(&[more, &common[..]].concat()));
        files.map(|file| fs::read_to_string(file).unwrap())
    };
    for more in
        [&[][..], &["--all-pairs"], &["--keep", "longest", "--threshold", "0.5"], &["--candidates", "exact"]]
    {
        let held = outputs("held", more);
        assert!(held[1].lines().count() > 2, "{}", held[1]);
        assert_eq!(outputs("spilled", &[more, &["--low-memory"]].concat()), held);
    }
    let bad = folder.put("bad.jsonl", "{}");
    refused(&dedup(&["--low-memory", "--out", &folder.name("none"), &bad]), "bad.jsonl:1");
}

#[cfg(unix)]
#[test]
fn an_output_that_nobody_reads_is_no_error_and_costs_no_other() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let pairs = folder.name("pairs.tsv");
    let arguments = ["--out", "-", "--pairs", &pairs, "--quiet", &dump];
    let output = program("dedup").args(arguments).stdout(writer).output().unwrap();
    assert_eq!(printed(&output), "");
    assert!(folder.read("pairs.tsv").lines().count() > 1);
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_is_named_where_it_cannot_be_written() {
    let folder = Folder::new();
    let dump = folder.put("dump.jsonl", dump());
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program("dedup").args(["--out", "-", &dump]).stdout(full).output().unwrap();
    refused(&output, "standard output: No space left");
}

#[test]
fn options_stand_under_the_heading_that_is_theirs() {
    let output = dittograph("dedup", &["--help"], b"");
    let (own, others) = printed(&output).split_once("What counts as a repeat:").unwrap();
    for option in ["--out <FILE>", "--threads <N>", "--force", "--quiet"] {
        assert!(own.contains(option) && !others.contains(&format!("{option}\n")), "{option}");
    }
    for option in ["--threshold <T>", "--id-field <NAME>", "--low-memory"] {
        assert!(others.contains(option), "{option}");
    }
}

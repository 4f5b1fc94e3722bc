//! `dittograph scan`: what it prints, and how it fails.

mod common;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use common::command::{Folder, dittograph, printed, program, refused};
use dittograph::Rule;

fn article() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/examples/article.txt")
}

fn scan(arguments: &[&str]) -> Output {
    dittograph("scan", arguments, b"")
}

fn scan_input(arguments: &[&str], input: &[u8]) -> Output {
    dittograph("scan", arguments, input)
}

#[test]
fn the_report_says_that_the_body_is_doubled() {
    let output = scan(&[article()]);
    let report = printed(&output);
    assert!(report.starts_with("The body stands here twice: ¶3–8 come again as ¶9–14.\n"), "{report}");
    assert!(report.contains("¶9 repeats ¶3 (the same words): \u{2068}عاد الضوء"), "{report}");
}

#[test]
fn the_report_counts_one_as_one() {
    let report = scan_input(&["-"], "The ferry sails.\nSo\nSo".as_bytes());
    assert!(
        printed(&report).contains("\n3 paragraphs (numbered from 0), 5 words; 1 redundant, 1 word.\n"),
        "{report:?}"
    );
    let report = scan_input(&["-"], b"Ferry");
    assert!(
        printed(&report).ends_with("\n1 paragraph (numbered from 0), 1 word; 0 redundant, 0 words.\n"),
        "{report:?}"
    );
}

#[test]
fn json_holds_all_that_was_found() {
    let output = scan(&["--json", article()]);
    let found: serde_json::Value = serde_json::from_str(printed(&output)).unwrap();
    let text = std::fs::read_to_string(article()).unwrap();
    let paragraph = |n: usize| {
        let at = |end| usize::try_from(found["paragraphs"][n][end].as_u64().unwrap()).unwrap();
        &text[at("start")..at("end")]
    };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(found["file"], article());
    assert_eq!(found["paragraphs"].as_array().unwrap().len(), 15);
    assert!((0..15).all(|n| paragraph(n) == lines[n]));
    assert_eq!(
        found["pairs"][0],
        serde_json::json!({
            "earlier": 3, "later": 9, "jaccard": 1.0, "containment": 1.0, "exact": true, "evidence": "threshold",
        })
    );
    assert_eq!(found["clusters"], serde_json::json!([[3, 9], [4, 10], [5, 11], [6, 12], [7, 13], [8, 14]]));
    assert_eq!(found["runs"], serde_json::json!([{"earlier": [3, 9], "later": [9, 15]}]));
    assert_eq!(found["doubled_body"], found["runs"][0]);
    assert_eq!(found["redundant"], serde_json::json!([9, 10, 11, 12, 13, 14]));
}

#[test]
fn dedup_prints_the_article_once() {
    let text = std::fs::read_to_string(article()).unwrap();
    let once: String = text.split_inclusive('\n').take(9).collect();
    assert_eq!(printed(&scan(&["--dedup", article()])), once);
    assert_eq!(printed(&scan_input(&["--dedup", "-"], once.as_bytes())), once);
}

#[test]
fn options_decide_which_paragraphs_repeat() {
    let pairs = |options: &[&str]| {
        let text = b"one two three four five six seven eight\n\none two three four five six\n";
        let output = scan_input(&[&["--json"], options, &["-"]].concat(), text);
        let found: serde_json::Value = serde_json::from_str(printed(&output)).unwrap();
        found["pairs"].as_array().unwrap().len()
    };
    assert_eq!(pairs(&[]), 0);
    assert_eq!(pairs(&["--threshold", "0.6"]), 1);
    assert_eq!(pairs(&["--measure", "containment"]), 1);
    assert_eq!(pairs(&["--shingles", "words:1"]), 1);
    assert_eq!(pairs(&["--shingles", "words:1", "--boundary", "newline", "--threshold", "1"]), 0);
}

#[test]
fn the_list_of_rules_names_them_all() {
    let output = scan(&["--rules", "list"]);
    let names: Vec<&str> =
        printed(&output).lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(names, Rule::ALL.map(|rule| rule.to_string()));
}

#[test]
fn rules_decide_which_differences_count() {
    let pairs = |rules: &[&str], text: &str| {
        let output = scan_input(&[&["--json"], rules, &["-"]].concat(), text.as_bytes());
        let found: serde_json::Value = serde_json::from_str(printed(&output)).unwrap();
        found["pairs"].as_array().unwrap().len()
    };
    let spellings = "die Straße am Hafen\n\ndie Strasse am Hafen";
    let cases = "die Ufer am Hafen\n\nDie ufer am hafen";
    let counts = |rules: &[&str]| (pairs(rules, spellings), pairs(rules, cases));
    assert_eq!(counts(&[]), (0, 1));
    assert_eq!(counts(&["--rules", "+sharp-s,-case"]), (1, 0));
    assert_eq!(counts(&["--rules", "-case"]), (0, 0));
    assert_eq!(counts(&["--rules=case,white-space"]), (0, 1));
    assert_eq!(counts(&["--rules", "none"]), (0, 0));
}

#[test]
fn lists_of_rules_that_say_nothing_are_refused() {
    let refused_rules = |list: &str, message: &str| {
        let output = scan(&["--rules", list, article()]);
        refused(&output, &format!("invalid value '{list}' for '--rules <LIST>': {message}"));
    };
    refused_rules("+sharp-t", "rule: expected ");
    refused_rules("case,capitals", "rule: expected ");
    refused_rules("case,-points", "expected + or - before each name, as before others, got \"case\"");
    refused_rules("+case,", "expected + or - before each name, as before others, got \"\"");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    refused(&scan(&["absent.txt"]), "absent.txt: ");
    let no_dump = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    refused(&scan(&["--json", no_dump]), "src: no file in this folder ends in .jsonl");
    refused(&scan_input(&["-"], b"caf\xe9\n"), "-: invalid UTF-8 at byte 3");
    refused(&scan(&["absent\nfile\u{1b}"]), "absent\u{fffd}file\u{fffd}: ");
    refused(&scan(&[]), "required");
}

#[test]
fn each_article_of_a_dump_has_a_report_of_its_own() {
    let folder = Folder::new();
    let lines = "{\"id\": \"a\", \"text\": \"The mill burnt down.\\nThe mill burnt down.\"}\n{\"text\": 7}\n{\"text\": \"One\"}\n";
    let dump = folder.put("news.jsonl", lines);
    refused_after(&scan(&[&dump]), "news.jsonl:2: field \"text\"");
    let output = scan(&["--json", "--skip-bad-records", &dump]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 record that cannot be read"), "{output:?}");
    let found: Vec<serde_json::Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((&found[0]["id"], &found[0]["redundant"]), (&"a".into(), &serde_json::json!([1])));
    assert_eq!(found[1]["id"], format!("{dump}:3"));
    assert_eq!((&found[0]["file"], found.len()), (&dump.into(), 2));
    // What the name says nothing of is an article, unless it is said to be a dump.
    let unnamed = folder.put("news", lines);
    assert!(printed(&scan(&["--json", &unnamed])).contains("\"id\"").eq(&false));
    let page = folder.put("page.html", "<title>T</title><p>The mill burnt down.<p>The mill burnt down.");
    assert!(printed(&scan(&[&page])).contains("¶1 repeats ¶0"));
    let input =
        scan_input(&["--format", "csv", "--dedup", "-"], b"id,text\n7,\"One two.\nOne two.\nThree\"\n");
    assert_eq!(printed(&input), "One two.\nThree");
}

/// A run that failed after it printed what came before.
#[track_caller]
fn refused_after(output: &Output, needle: &str) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains(needle), "{output:?}");
    assert!(!output.stdout.is_empty());
}

#[test]
fn options_out_of_range_are_named() {
    for threshold in ["0", "1.5", "-0.5", "nan", "abc"] {
        refused(&scan(&["--threshold", threshold, article()]), "threshold");
    }
    refused(&scan(&["--shingles", "words:0", article()]), "shingles");
    refused(&scan(&["--measure", "cosine", article()]), "measure");
    refused(&scan(&["--boundary", "comma", article()]), "boundary");
    refused(&scan(&["--json", "--dedup", article()]), "--json");
    refused(&scan(&["--dedup", article(), article()]), "several");
    let two = b"{\"text\": \"One.\"}\n{\"text\": \"Two.\"}\n";
    refused(&scan_input(&["--format", "jsonl", "--dedup", "-"], two), "several");
}

#[test]
fn the_page_is_written_beside_what_is_printed() {
    let folder = Folder::new();
    let page = folder.name("page.html");
    let plain = scan(&[article()]);
    assert_eq!(printed(&scan(&["--html", &page, article()])), printed(&plain));
    let written = folder.read("page.html");
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    assert!(written.contains("<title>article.txt · what repeats</title>"));
    assert_eq!(printed(&scan(&["--html", "-", article()])), written);
    printed(&scan(&["--html", &page, "--json", article()])); // a page may be replaced
}

#[test]
fn a_page_takes_the_place_of_no_other_file_and_is_of_one_article() {
    let folder = Folder::new();
    let other = folder.put("other.txt", "One and the same line.\nOne and the same line.");
    refused(&scan(&["--html", &other, article()]), "is no such output");
    printed(&scan(&["--force", "--html", &other, article()]));
    let page = folder.name("page.html");
    let output = scan(&["--html", &page, article(), article()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a page is of one article"));
    assert_eq!(folder.names(), ["other.txt"]);
}

#[test]
fn a_page_takes_the_place_of_no_article_that_is_read() {
    let folder = Folder::new();
    let text = folder.put("text.txt", "One and the same line.\nOne and the same line.");
    refused(&scan(&["--force", "--html", &text, &text]), "text.txt: is read, and not overwritten");
    assert!(folder.read("text.txt").starts_with("One and the same"));
}

#[test]
fn a_page_of_no_article_is_refused() {
    let folder = Folder::new();
    let none = folder.put("none.jsonl", "");
    let page = folder.put("page.html", "<!doctype html>\n<html lang=\"en\">\n<!-- dittograph -->");
    for place in [&page, "-"] {
        refused(&scan(&["--html", place, &none]), "a page is of one article, and here is none");
    }
    assert!(folder.read("page.html").ends_with("<!-- dittograph -->"));
}

#[test]
fn a_text_is_read_in_the_encoding_that_is_said() {
    let folder = Folder::new();
    let line = b"\xe3\xed\xe4\xc7\xc1 \xc7\xe1\xe3\xcf\xed\xe4\xc9 \xd5\xdb\xed\xd1\n";
    let text = folder.put("text.txt", [&line[..], &line[..]].concat());
    refused(&scan(&[&text]), "text.txt: invalid UTF-8 at byte 0; --encoding names another encoding");
    let once = scan(&["--dedup", "--encoding", "windows-1256", &text]);
    assert_eq!(printed(&once), "ميناء المدينة صغير\n");
    let piped = scan_input(&["--dedup", "--encoding", "windows-1256", "-"], &line.repeat(2));
    assert_eq!(printed(&piped), printed(&once));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_is_an_error() {
    for (subcommand, arguments) in [
        ("scan", &["--rules", "list"][..]),
        ("scan", &["--json", article()]),
        ("completions", &["zsh"]),
        ("man", &[]),
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = program(subcommand).args(arguments).stdout(full).output().unwrap();
        refused(&output, "standard output: No space left");
    }
}

/// The file beside it that is locked meanwhile.
#[cfg(unix)]
#[test]
fn nothing_is_left_of_a_page_when_the_program_is_terminated() {
    let folder = Folder::new();
    let page = folder.name("page.html");
    let mut scan = program("scan").args(["--html", &page, "-"]).stdin(Stdio::piped()).spawn().unwrap();
    // More than a pipe holds, so that it reads.
    scan.stdin.as_mut().unwrap().write_all(&vec![b' '; 1 << 20]).unwrap();
    assert_eq!(folder.names(), ["page.html.dittograph-new"]);
    let kill = Command::new("kill").arg(scan.id().to_string()).status();
    assert!(kill.unwrap().success());
    assert_eq!(scan.wait().unwrap().code(), Some(130));
    assert!(folder.names().is_empty());
}

#[test]
fn no_id_turns_the_line_of_a_terminal_around() {
    let folder = Folder::new();
    let dump = folder.put("a.jsonl", "{\"id\": \"\u{202e}dlo\u{2066}\", \"text\": \"Ferry\"}");
    assert!(printed(&scan(&[&dump])).starts_with("\u{fffd}dlo\u{fffd}\nNo paragraph repeats.\n"));
}

//! `dittograph index`: an index on disk that is built, queried, updated and merged, and survives interruptions.

mod common;

use std::fs;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use common::command::{Folder, dittograph, printed, program, refused};
use serde_json::{Value, json};

const FERRY: &str = "The ferry does not sail today because of the storm, says the harbour master.";
const BREAD: &str = "Bread is dearer by a tenth since the mill at Anwick burnt down.";
const LIGHT: &str = "عاد الضوء مساء السبت إلى منارة رأس الرمل بعد أن أصلحها عمال الميناء.";

fn index(arguments: &[&str]) -> Output {
    dittograph("index", arguments, b"")
}

#[track_caller]
fn run(arguments: &[&str]) -> Value {
    serde_json::from_str(printed(&index(&[&["--json"], arguments].concat()))).unwrap()
}

/// Articles as JSON Lines.
fn lines(articles: &[(&str, &str)]) -> String {
    let lines = articles.iter().map(|(id, text)| json!({"id": id, "text": text}).to_string());
    lines.collect::<Vec<String>>().join("\n")
}

/// The ids and paragraphs that the first paragraph of a query finds.
#[track_caller]
fn found(path: &str, text: &str) -> Vec<(String, u64)> {
    let answer = run(&["query", path, "--text", text]);
    let matches = answer["paragraphs"][0]["matches"].as_array().unwrap();
    matches.iter().map(|m| (m["id"].as_str().unwrap().to_owned(), m["paragraph"].as_u64().unwrap())).collect()
}

#[test]
fn an_index_is_built_queried_added_to_and_removed_from() {
    let folder = Folder::new();
    let first = folder.put("a.jsonl", lines(&[("news/1", &format!("{FERRY}\n{BREAD}")), ("news/2", LIGHT)]));
    let path = folder.name("news.index");
    let built = run(&["build", "--out", &path, &first]);
    assert_eq!((&built["articles"], &built["paragraphs"]), (&json!(2), &json!(3)));
    assert_eq!(built["read"]["encodings"], json!({"utf-8, assumed": 1}));
    assert_eq!(found(&path, &LIGHT.replace('أ', "ا")), [("news/2".into(), 0)]);

    let second =
        folder.put("b.csv", format!("id,text\nnews/3,{BREAD}\nnews/2,Another text of the second.\n"));
    let grown = run(&["add", &path, &second]);
    assert_eq!((&grown["articles"], &grown["read"]["replaced"]), (&json!(3), &json!(1)));
    let mut bread = found(&path, BREAD);
    bread.sort_unstable(); // of equals the least document comes first, by number
    assert_eq!(bread, [("news/1".into(), 1), ("news/3".into(), 0)]);
    assert!(found(&path, LIGHT).is_empty());

    assert_eq!(run(&["remove", &path, "news/1"])["paragraphs"], 2);
    assert!(found(&path, FERRY).is_empty());
    refused(&index(&["remove", &path, "news/1"]), "holds no paragraph of an article \"news/1\"");
    assert_eq!(run(&["remove", "--ignore-missing", &path, "news/1"])["paragraphs"], 2);
    let before = fs::read(&path).unwrap();
    let gone = "holds no paragraph of an article \"news/1\", \"x\"; removed 1 of 3";
    refused(&index(&["remove", &path, "news/1", "news/2", "x"]), gone);
    assert_eq!(run(&["stats", &path])["paragraphs"], 1);
    fs::write(&path, before).unwrap();
    assert_eq!(run(&["check", &path]), json!({"index": path, "paragraphs": 2, "ok": true}));
    let stats = run(&["stats", &path]);
    assert_eq!((&stats["paragraphs"], &stats["unicode_is_current"]), (&json!(2), &json!(true)));
    let current = dittograph::saved::UnicodeVersions::current().to_string();
    assert_eq!(stats["unicode"], current);
    assert!(printed(&index(&["stats", &path])).contains(&format!("unicode             {current}\n")));
    assert!(printed(&index(&["check", &path])).ends_with(": OK: 2 paragraphs\n"));
    assert!(printed(&index(&["query", &path, "--text", BREAD])).contains("1.000"));
}

#[test]
fn merged_shards_and_additions_give_the_bytes_of_one_build() {
    let folder = Folder::new();
    let texts: Vec<String> =
        (0..60).map(|n| format!("{FERRY} It is day {} of it.\nPage {n} of the paper", n % 7)).collect();
    let articles: Vec<(String, &str)> =
        (0..).map(|n: u32| format!("news/{n}")).zip(texts.iter().map(String::as_str)).collect();
    let of = |part: &[(String, &str)]| {
        lines(&part.iter().map(|(id, text)| (id.as_str(), *text)).collect::<Vec<_>>())
    };
    let all = folder.put("all.jsonl", of(&articles));
    let (one, other) =
        (folder.put("one.jsonl", of(&articles[20..])), folder.put("other.jsonl", of(&articles[..20])));
    let [whole, shard, rest, merged] = ["whole", "shard", "rest", "merged"].map(|name| folder.name(name));
    run(&["build", "--out", &whole, &all]);
    run(&["build", "--out", &shard, &one]);
    run(&["build", "--out", &rest, &other]);
    run(&["merge", &shard, &rest, "--out", &merged]);
    assert!(fs::read(&merged).unwrap() == fs::read(&whole).unwrap());
    run(&["add", &shard, &other]);
    assert!(fs::read(&shard).unwrap() == fs::read(&whole).unwrap());
    // What is there already changes nothing.
    run(&["add", &shard, &all]);
    assert!(fs::read(&shard).unwrap() == fs::read(&whole).unwrap());
    run(&["merge", &whole, &shard, "--out", &whole]);
    assert!(fs::read(&shard).unwrap() == fs::read(&whole).unwrap());
}

#[test]
fn a_folder_of_segments_grows_by_what_is_added() {
    let folder = Folder::new();
    let day = |n: usize| {
        let articles: Vec<(String, String)> = (0..20)
            .map(|k| {
                (format!("news/{}", 15 * n + k), format!("{FERRY} It is day {} of it.\n{LIGHT} {n}", k % 7))
            })
            .collect();
        lines(&articles.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect::<Vec<_>>())
    };
    let days: Vec<String> = (0..6).map(|n| folder.put(&format!("{n}.jsonl"), day(n))).collect();
    let [news, whole, merged] = ["news", "whole", "merged"].map(|name| folder.name(name));
    let built = run(&["build", "--segments", "--out", &news, &days[0]]);
    assert_eq!((&built["articles"], &built["segments"]), (&json!(20), &json!(1)));
    run(&["build", "--out", &whole, &days[0]]);
    for (n, day) in days.iter().enumerate().skip(1) {
        let first = fs::read(folder.path("news/segment-1.index"));
        let (grown, expected) = (run(&["add", &news, day]), run(&["add", &whole, day]));
        for field in ["articles", "paragraphs", "read"] {
            assert_eq!(grown[field], expected[field], "{field}");
        }
        assert!(grown["segments"].as_u64().unwrap() <= 4);
        if n < 3 {
            assert_eq!(fs::read(folder.path("news/segment-1.index")).unwrap(), first.unwrap(), "it stays");
        }
        assert_eq!(found(&news, FERRY), found(&whole, FERRY));
        run(&["check", &news]);
    }
    for index in [&news, &whole] {
        run(&["remove", index, "news/3", "news/19", "news/94"]);
    }
    assert_eq!(found(&news, LIGHT), found(&whole, LIGHT));
    run(&["merge", &news, "--out", &merged]);
    assert!(fs::read(&merged).unwrap() == fs::read(&whole).unwrap());
    let stats = run(&["compact", &news]);
    assert_eq!((&stats["segments"], &stats["distinct"]), (&json!(1), &run(&["stats", &whole])["distinct"]));
    let files: Vec<_> = folder.path("news").read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.iter().any(|file| fs::read(file).unwrap() == fs::read(&whole).unwrap()));

    // A single file becomes a folder, and an index is not replaced unasked.
    let other = folder.name("other");
    run(&["merge", &whole, "--segments", "--out", &other]);
    assert_eq!(run(&["stats", &other])["articles"], run(&["stats", &whole])["articles"]);
    refused(&index(&["build", "--segments", "--out", &news, &days[0]]), "news: is an index already");
    refused(&index(&["build", "--force", "--out", &news, &days[0]]), "news: is a folder; --segments");
    refused(
        &index(&["build", "--segments", "--out", &whole, &days[0]]),
        "whole: is a file; an index of segments",
    );
    refused(
        &index(&["build", "--segments", "--out", &folder.name(""), &days[0]]),
        "a folder that is no index",
    );
    refused(&index(&["add", &folder.name(""), &days[0]]), "manifest: No such file");
    run(&["build", "--segments", "--force", "--out", &news, &days[1]]);
    assert_eq!(run(&["stats", &news])["articles"], 20);
    let names = folder.path("news").read_dir().unwrap().count();
    assert_eq!(names, 2, "what was replaced is gone");
}

#[test]
fn an_article_that_comes_again_replaces_the_one_before() {
    let folder = Folder::new();
    let dump = folder.put("a.jsonl", lines(&[("1", &format!("{FERRY}\n{BREAD}")), ("1", LIGHT)]));
    let path = folder.name("news.index");
    let run = index(&["build", "--json", "--out", &path, &dump]);
    assert!(run.status.success());
    assert!(
        String::from_utf8_lossy(&run.stderr)
            .starts_with("warning: articles that came with the id of one before, and took its place: 1")
    );
    assert_eq!(found(&path, LIGHT), [("1".into(), 0)]);
    assert!(found(&path, BREAD).is_empty());
}

#[test]
fn errors_name_the_file_and_change_nothing() {
    let folder = Folder::new();
    let dump = folder.put("a.jsonl", lines(&[("1", FERRY)]));
    let path = folder.name("news.index");
    run(&["build", "--out", &path, &dump]);
    let good = fs::read(&path).unwrap();

    refused(&index(&["query", &folder.name("none"), "--text", "x"]), "none: No such file");
    refused(&index(&["stats", &dump]), "a.jsonl: expected a saved index");
    refused(&index(&["add", &path, &folder.name("none.jsonl")]), "none.jsonl: No such file");
    let bad = folder.put("bad.jsonl", "{\"id\": \"2\", \"text\": \"fine\"}\n{\"id\": 3, \"text\": 3}\n");
    refused(&index(&["add", &path, &bad]), "bad.jsonl:2: ");
    refused(&index(&["build", "--out", &path, &bad]), "news.index: is an index already");
    refused(&index(&["build", "--force", "--out", &path, &bad]), "bad.jsonl:2: ");
    refused(&index(&["build", "--threshold", "7", "--out", &path, &dump]), "threshold: expected");
    refused(&index(&["build", "--out", &folder.name("no/folder"), &dump]), "no/folder");
    refused(&index(&["add", &path, "-"]), "--format");
    let other = folder.name("other.index");
    run(&["build", "--threshold", "0.9", "--out", &other, &dump]);
    refused(
        &index(&["merge", &path, &other, "--out", &path]),
        "other.index: expected threshold 0.7 as in the other index, got 0.9",
    );
    refused(&index(&["build", "--out", &dump, &dump]), "a.jsonl: is there, but is not an index");
    let conflict = folder.put("b.jsonl", lines(&[("1", BREAD)]));
    run(&["build", "--force", "--out", &other, &conflict]);
    refused(
        &index(&["merge", &path, &other, "--out", &path]),
        "paragraph 0 of document \"1\" has other words than in ",
    );
    assert!(fs::read(&path).unwrap() == good);

    let latin = folder.put("old.txt", [&b"caf"[..], &[0xe9]].concat());
    refused(&index(&["query", &path, &latin]), "old.txt: invalid UTF-8 at byte 3");
    let mut damaged = good.clone();
    damaged[300] ^= 4;
    fs::write(&path, &damaged).unwrap();
    refused(&index(&["check", &path]), "damaged between byte 0 and 4096");
    fs::write(&path, &good[..good.len() - 1]).unwrap();
    refused(&index(&["check", &path]), "as the header says");
    let skipped = index(&["build", "--force", "--json", "--skip-bad-records", "--out", &other, &bad]);
    assert!(skipped.status.success() && String::from_utf8_lossy(&skipped.stderr).contains("bad.jsonl:2"));
}

/// Whenever `add` is killed, the index is the old one or the new one.
#[test]
fn a_killed_program_leaves_the_old_index_or_the_new_one() {
    let folder = Folder::new();
    let article = |n: usize| {
        format!("{FERRY} So it was on day {n}, of {} of which nobody has heard.\n{BREAD} {n}", n * n)
    };
    let articles = |range: std::ops::Range<usize>| -> String {
        let articles: Vec<(String, String)> = range.map(|n| (format!("news/{n}"), article(n))).collect();
        lines(&articles.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect::<Vec<_>>())
    };
    let path = folder.name("news.index");
    run(&["build", "--out", &path, &folder.put("old.jsonl", articles(0..2_000))]);
    let old = fs::read(&path).unwrap();
    let added = folder.put("new.jsonl", articles(2_000..4_000));
    let began = Instant::now();
    run(&["add", &path, &added]);
    let whole = began.elapsed();
    let new = fs::read(&path).unwrap();

    let (mut as_before, mut as_after) = (0, 0);
    for n in 0..100_u32 {
        fs::write(&path, &old).unwrap();
        let mut child = program("index").args(["add", &path, &added]).stdout(Stdio::null()).spawn().unwrap();
        // Moments spread over all that it does and a little more, in an order of no pattern.
        std::thread::sleep(whole * (n * 37 % 100) / 90 + Duration::from_micros(u64::from(n)));
        if n < 95 {
            _ = child.kill();
        }
        child.wait().unwrap();
        let now = fs::read(&path).unwrap();
        assert!(now == old || now == new, "{n}");
        printed(&index(&["check", &path]));
        if now == old { as_before += 1 } else { as_after += 1 }
    }
    assert!(
        as_before >= 10 && as_after >= 5,
        "{as_before} times the old index, {as_after} times the new one"
    );
    // What is left of the killed ones is in nobody's way.
    fs::write(&path, &old).unwrap();
    run(&["add", &path, &added]);
    assert!(fs::read(&path).unwrap() == new);
}

#[test]
fn of_two_programs_that_change_an_index_one_is_refused() {
    let folder = Folder::new();
    let path = folder.name("news.index");
    run(&["build", "--out", &path, &folder.put("a.jsonl", lines(&[("1", FERRY)]))]);
    // It waits for its standard input, and holds the index meanwhile.
    let mut first = program("index");
    let mut first = first
        .args(["add", &path, "-", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let more = folder.put("b.jsonl", lines(&[("2", BREAD)]));
    let deadline = Instant::now() + Duration::from_secs(60);
    while !fs::exists(format!("{path}.dittograph-new")).unwrap() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(50));
    refused(&index(&["add", &path, &more]), "another program is replacing it");
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
    run(&["add", &path, &more]);
    assert_eq!(run(&["stats", &path])["articles"], 2);
}

#[test]
fn each_article_of_a_dump_has_an_answer_of_its_own() {
    let folder = Folder::new();
    let path = folder.name("news.index");
    run(&["build", "--out", &path, &folder.put("a.jsonl", lines(&[("1", FERRY), ("2", BREAD)]))]);
    let dump = folder.put("new/b.jsonl", lines(&[("x", BREAD), ("y", LIGHT)]));
    folder.put("new/c.csv", format!("id,text\nz,\"{FERRY}\"\n"));
    for (file, ids) in [(&dump, &["x", "y"][..]), (&folder.name("new"), &["x", "y", "z"])] {
        let output = index(&["--json", "query", &path, file]);
        let answers: Vec<Value> =
            printed(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let seen: Vec<&str> = answers.iter().map(|answer| answer["id"].as_str().unwrap()).collect();
        assert_eq!(seen, ids);
        assert_eq!(answers[0]["paragraphs"][0]["matches"][0]["id"], "2");
        assert_eq!(answers[1]["paragraphs"][0]["found"], 0);
    }
    let output = index(&["query", &path, &dump]);
    assert!(printed(&output).starts_with("x\n¶0 "), "{output:?}");
    // A text is an article as it stands.
    let text = folder.put("d.txt", FERRY);
    assert_eq!(run(&["query", &path, &text])["paragraphs"][0]["matches"][0]["id"], "1");
    refused(&index(&["query", &path, &folder.put("e.jsonl", "{\"id\": 1}")]), "e.jsonl:1: no field \"text\"");
}

#[test]
fn an_index_is_not_written_to_standard_output() {
    let folder = Folder::new();
    let (dump, index) = (folder.put("dump.jsonl", "{\"id\": 1, \"text\": \"One\"}"), folder.name("index"));
    printed(&dittograph("index", &["build", "--out", &index, &dump], b""));
    for arguments in [["build", &dump], ["merge", &index]] {
        let output =
            program("index").args(arguments).args(["--out", "-"]).current_dir(folder.path("")).output();
        refused(&output.unwrap(), "-: an index is a file, and is not written to standard output");
    }
    assert_eq!(folder.names(), ["dump.jsonl", "index"]);
}

#[test]
fn a_query_is_read_in_the_encoding_that_is_said() {
    let folder = Folder::new();
    let index = folder.name("index");
    let dump = folder.put("dump.jsonl", "{\"id\": 1, \"text\": \"Der Müller grüßt den Bäcker\"}");
    printed(&dittograph("index", &["build", "--out", &index, &dump], b""));
    let text = folder.put("text.txt", b"Der M\xfcller gr\xfc\xdft den B\xe4cker");
    let output = dittograph("index", &["query", "--encoding", "latin1", &index, &text], b"");
    assert!(printed(&output).contains(": 1 found"), "{output:?}");
}

#[test]
fn arguments_and_options_stand_under_the_heading_that_is_theirs() {
    let parts = |subcommand: &str| {
        let output = dittograph("index", &[subcommand, "--help"], b"");
        let (own, reading) = printed(&output).split_once("Reading:").unwrap();
        let own = own.split("What counts as a repeat:").next().unwrap();
        (own.to_owned(), reading.to_owned())
    };
    for (subcommand, own) in
        [("build", &["<DUMP>...\n", "--force\n"][..]), ("add", &["<DUMP>...\n"]), ("query", &["--limit <N>"])]
    {
        let parts = parts(subcommand);
        assert!(
            own.iter().all(|own| parts.0.contains(own) && !parts.1.contains(own)),
            "{subcommand}: {parts:?}"
        );
    }
}

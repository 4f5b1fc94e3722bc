//! `dittograph dedup` for a crawl that grows: which copy is preferred, what a record repeats, and what is known already.

mod common;

use std::process::Output;

use common::command::{Folder, dittograph, printed, refused};
use serde_json::Value;

const FERRY: &str = "The ferry does not sail today because of the storm, says the harbour master.";
const BREAD: &str = "Bread is dearer by a tenth since the mill at Anwick burnt down.";

fn dedup(arguments: &[&str]) -> Output {
    dittograph("dedup", arguments, b"")
}

#[test]
fn the_record_with_the_smallest_or_largest_value_of_a_field_is_preferred() {
    let folder = Folder::new();
    let line = |id: &str, more: serde_json::Value| {
        serde_json::json!({"id": id, "text": BREAD, "at": more}).to_string() + "\n"
    };
    let dump = folder.put(
        "dump.jsonl",
        [
            line("ten", serde_json::json!({"n": 10, "day": "2024-03-01"})),
            line("none", serde_json::json!({"n": null})),
            line("nine", serde_json::json!({"n": 9.5, "day": "2024-02-01"})),
            line("text", serde_json::json!({"n": "later"})),
            line("also nine", serde_json::json!({"n": "9.5", "day": "2024-03-01"})),
        ]
        .concat(),
    );
    let table = folder.put("dump.csv", format!("id,text,at\na,\"{BREAD}\",10\nb,\"{BREAD}\",9\n"));
    let clusters = folder.name("clusters.jsonl");
    for (dump, options, kept) in [
        (&dump, &["--keep-by", "at.n"][..], "nine"),
        (&dump, &["--keep-by", "at.n", "--keep", "longest"], "nine"),
        (&dump, &["--keep-by", "-at.n"], "text"),
        (&dump, &["--keep-by", "at.day"], "nine"),
        (&dump, &["--keep-by", "-at.day"], "ten"),
        (&table, &["--keep-by", "at"], "b"),
    ] {
        for more in [&[][..], &["--low-memory"]] {
            printed(&dedup(&[options, more, &["--clusters", &clusters, dump]].concat()));
            let expected = format!("{{\"kept\":{{\"doc\":\"{kept}\",");
            assert!(folder.read("clusters.jsonl").starts_with(&expected), "{options:?} {more:?}");
        }
    }
}

#[test]
fn a_marked_dump_loses_nothing_and_says_what_repeats() {
    let folder = Folder::new();
    let lines = [
        format!("{{\"id\": \"a\",  \"text\": \"{BREAD}\\n{FERRY}\", \"n\": 1.50}}"),
        format!(
            "{{\"id\": \"b\", \"dittograph\": {{\"overlap\":null,\"redundant\":[]}}, \"text\": \"From our desk\\n{FERRY}\"}}"
        ),
        "{\"id\": \"c\", \"text\": \"Nothing of this comes twice.\" }".to_owned(),
    ];
    let dump = folder.put("dump.jsonl", lines.join("\r\n"));
    let (out, table) = (folder.name("marked.jsonl"), folder.name("articles.tsv"));
    for more in [&[][..], &["--low-memory"], &["--threads", "1"]] {
        printed(&dedup(&[&["--mark", "--out", &out, "--articles", &table, &dump], more].concat()));
        let marked = folder.read("marked.jsonl");
        let marked: Vec<&str> = marked.lines().collect();
        let start = lines[0].strip_suffix('}').unwrap();
        assert!(marked[0].starts_with(&format!("{start},\"dittograph\":{{")), "{}", marked[0]);
        assert!(marked[1].starts_with("{\"id\": \"b\", \"dittograph\": {\"overlap\":"), "{}", marked[1]);
        let empty = "\"dittograph\":{\"overlap\":null,\"redundant\":[]}}";
        assert_eq!(marked[2], lines[2].replace(" }", " ,") + empty);
        let mark: Value = serde_json::from_str(marked[1]).unwrap();
        let (mark, words) = (&mark["dittograph"], FERRY.split(' ').count());
        assert_eq!((&mark["overlap"]["doc"], &mark["overlap"]["shared_words"]), (&"a".into(), &words.into()));
        let repeated = &mark["redundant"][0];
        assert_eq!((&repeated["kept_doc"], &repeated["kept_paragraph"]), (&"a".into(), &1.into()));
        assert_eq!((&repeated["start"], &repeated["end"]), (&14.into(), &(14 + FERRY.len()).into()));
        let rows = folder.read("articles.tsv");
        let rows: Vec<&str> = rows.lines().collect();
        assert_eq!((rows.len(), rows[0]), (3, "doc\tother_doc\twords\tshared_words\tshare"));
        assert_eq!(
            rows[2],
            format!("b\ta\t{}\t{words}\t{:.6}", words + 3, words as f64 / (words + 3) as f64)
        );
    }
    let own = folder.put("own.jsonl", "{\"id\": \"a\", \"dittograph\": \"mine\", \"text\": \"\"}\n");
    refused(
        &dedup(&["--mark", "--out", &folder.name("out.jsonl"), &own]),
        "a: has a field \"dittograph\" of its own",
    );
    refused(&dedup(&["--mark", &dump]), "required");
    let parquet = folder.put("dump.parquet", include_bytes!("data/arrow.parquet"));
    refused(&dedup(&["--mark", "--out", &folder.name("out.parquet"), &parquet]), "--mark: a Parquet file");
}

#[test]
fn a_day_is_compared_with_what_is_known_and_added_to_it() {
    grows(&[]);
    grows(&["--segments"]);
}

/// Builds an index with these options, and lets it grow.
fn grows(options: &[&str]) {
    let folder = Folder::new();
    let line = |id: &str, text: &str| serde_json::json!({"id": id, "text": text}).to_string() + "\n";
    let index = folder.name("known.index");
    let empty = folder.put("none.jsonl", "");
    let build = [&["build", "--quiet", "--out", &index, &empty], options].concat();
    assert!(dittograph("index", &build, b"").status.success());
    let table = folder.name("removed.tsv");
    let day = |dump: &str, more: &[&str]| {
        printed(&dedup(&[&["--against", &index, "--add", "--pairs", &table, dump], more].concat()));
        let rows = folder.read("removed.tsv");
        rows.lines()
            .skip(1)
            .map(|row| row.split('\t').take(4).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
    };
    let monday = folder.put("monday.jsonl", line("a", &format!("{BREAD}\n{FERRY}")));
    assert!(day(&monday, &[]).is_empty());
    // Crawled again, with a paragraph more: the old ones are known, and not forgotten.
    let tuesday = line("b", FERRY) + &line("a", &format!("{BREAD}\nA line of its own that comes but once."));
    let tuesday = folder.put("tuesday.jsonl", tuesday);
    assert_eq!(day(&tuesday, &[]), ["a 1 b 0", "a 0 a 0"]);
    let wednesday =
        folder.put("wednesday.jsonl", line("c", &format!("{BREAD}\nA LINE of its own that comes but once!")));
    assert_eq!(day(&wednesday, &["--low-memory"]), ["a 0 c 0", "a 3 c 1"]);
    assert!(dittograph("index", &["check", "--quiet", &index], b"").status.success());

    let of_index = || match std::fs::read_dir(&index) {
        Err(_) => vec![std::fs::read(&index).unwrap()],
        Ok(files) => files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect(),
    };
    let before = of_index();
    refused(&dedup(&["--add", &monday]), "required");
    refused(
        &dedup(&["--against", &index, "--against", &index, "--add", &monday]),
        "--add: goes with one --against",
    );
    refused(
        &dedup(&["--against", &index, "--threshold", "0.8", &monday]),
        "known.index: expected one with jaccard 0.8",
    );
    refused(&dedup(&["--against", &index, "--out", &index, &monday]), "is read or written already");
    refused(&dedup(&["--against", &monday, &monday]), "expected a saved index");
    let bad = folder.put("bad.jsonl", line("d", FERRY) + "{\"id\": ");
    refused(&dedup(&["--against", &index, "--add", &bad]), "bad.jsonl:2");
    assert_eq!(of_index(), before, "a run that fails changes nothing");
}

#[test]
fn what_stands_in_many_articles_of_one_site_is_removed_everywhere() {
    let folder = Folder::new();
    let line = |id: &str, site: &str, text: &str| {
        serde_json::json!({"id": id, "site": site, "text": text}).to_string() + "\n"
    };
    let notice = "Subscribe to our letter";
    let mut dump = String::new();
    for n in 0..4 {
        let id = format!("https://reader@News.example:443/{n}?from=b.example");
        dump += &line(&id, "one", &format!("{notice}\nThis is what article {n} alone tells about the day."));
    }
    dump += &line("http://other.example/x", "two", &format!("{}!\n{BREAD}", notice.to_uppercase()));
    dump += &line("not a URL", "two", &format!("{FERRY}\n{notice}"));
    let dump = folder.put("dump.jsonl", dump);
    let [out, table, summary] = ["out.jsonl", "removed.tsv", "summary.json"].map(|name| folder.name(name));
    let run = |options: &[&str]| {
        let outputs = ["--out", &out, "--pairs", &table, "--summary", &summary];
        printed(&dedup(&[&outputs[..], options, &[&dump]].concat()));
        let summary: Value = serde_json::from_str(&folder.read("summary.json")).unwrap();
        summary["removed"]["boilerplate"].as_u64().unwrap()
    };
    for options in [
        &["--boilerplate", "3"][..],
        &["--boilerplate", "3", "--low-memory"],
        &["--boilerplate", "3", "--site-field", "site"],
    ] {
        assert_eq!(run(options), 6, "{options:?}");
        assert!(!folder.read("out.jsonl").to_lowercase().contains("subscribe"));
        let rows = folder.read("removed.tsv");
        assert_eq!(rows.lines().count(), 7);
        let id = "https://reader@News.example:443/0?from=b.example";
        assert!(
            rows.lines()
                .skip(1)
                .all(|row| row.starts_with(&format!("{id}\t0\t")) && row.contains("\tboilerplate\t"))
        );
    }
    // Four articles of a site are no more than four, and six of two sites neither.
    assert_eq!(run(&["--boilerplate", "4"]), 0);
    assert_eq!(run(&["--boilerplate", "1", "--site-field", "site"]), 6);
    assert!(
        printed(&dedup(&["--boilerplate", "3", "--explain", "not a URL", &dump])).contains("as boilerplate")
    );
    refused(
        &dedup(&["--boilerplate", "3", "--site-field", "host", &dump]),
        "--site-field: no record has a field \"host\"",
    );
    refused(&dedup(&["--site-field", "host", &dump]), "required");
    refused(&dedup(&["--boilerplate", "0", &dump]), "a whole number of at least 1, got 0");
    refused(&dedup(&["--evidence", "boilerplate", &dump]), "evidence: expected threshold or run");
    let plain = folder.put("plain.jsonl", serde_json::json!({"id": "1", "text": BREAD}).to_string());
    refused(&dedup(&["--boilerplate", "3", &plain]), "--boilerplate: no id is a URL");

    // What is boilerplate does not become known.
    let index = folder.name("index");
    let of_index = |arguments: &[&str]| dittograph("index", arguments, b"");
    printed(&of_index(&["build", "--segments", "--out", &index, &folder.put("none.jsonl", "")]));
    printed(&dedup(&["--against", &index, "--add", "--boilerplate", "3", &dump]));
    let answer = of_index(&["--json", "query", &index, "--text", notice]);
    assert!(printed(&answer).contains("\"found\":0"), "{answer:?}");

    printed(&of_index(&["add", &index, &dump]));
    let listed = |options: &[&str]| -> Value {
        serde_json::from_str(printed(&of_index(&[&["--json", "boilerplate", &index], options].concat())))
            .unwrap()
    };
    let counts = |listed: &Value| -> Vec<(u64, Option<String>)> {
        let rows = listed.as_array().unwrap().iter();
        rows.map(|row| (row["articles"].as_u64().unwrap(), row["host"].as_str().map(str::to_owned))).collect()
    };
    assert_eq!(counts(&listed(&[])), [(6, None)]);
    let by_host = listed(&["--by", "host"]);
    assert_eq!(counts(&by_host), [(4, Some("news.example".into()))]);
    assert!(
        by_host[0]["id"].as_str().unwrap().starts_with("https://reader@News") && by_host[0]["paragraph"] == 0
    );
    assert_eq!(counts(&listed(&["--limit", "0"])), []);
    assert!(
        printed(&of_index(&["boilerplate", &index, "--by", "host"]))
            .contains("4 articles of news.example: https://")
    );
}

#[test]
fn what_is_spared_is_not_known_to_the_next_dump() {
    let folder = Folder::new();
    let storm = "The ferry does not sail today because of the heavy storm over the northern sea says the harbour master of Anwick";
    // Like the first at the threshold. Without it the text would be cut at its lines.
    let spared = storm.replace("The ferry", "No ferry") + " again";
    let prose = "Bread is dearer by a tenth since the mill burnt down.\nThe town has bought flour from over the river.";
    // Like what is spared, and not like the first.
    let later = spared.replace("heavy ", "");
    let record = |id: &str, text: &str| serde_json::json!({"id": id, "text": text}).to_string() + "\n";
    let monday = record("a", storm) + &record("b", &format!("{spared}\n\n{prose}"));
    let tuesday = record("c", &later);
    let all = folder.put("all.jsonl", format!("{monday}{tuesday}"));
    let days = [folder.put("monday.jsonl", monday), folder.put("tuesday.jsonl", tuesday)];
    let nothing = folder.put("nothing.jsonl", "");
    for (boundary, removed) in [("auto", 0), ("newline", 1)] {
        let index = folder.name(boundary);
        let options = ["build", "--boundary", boundary, "--segments", "--out", &index, &nothing];
        printed(&dittograph("index", &options, b""));
        let (out, pairs) = (folder.name("out.jsonl"), folder.name("pairs.tsv"));
        let cleaned = |more: &[&str]| {
            printed(&dedup(&[&["--boundary", boundary, "--out", &out, "--pairs", &pairs], more].concat()));
            (folder.read("out.jsonl"), folder.read("pairs.tsv").lines().count() - 1)
        };
        let once = cleaned(&[&all]);
        let by_day = days.each_ref().map(|day| cleaned(&["--against", &index, "--add", day]));
        assert_eq!(by_day.each_ref().map(|day| &*day.0).concat(), once.0, "{boundary}");
        assert_eq!((once.1, by_day[0].1 + by_day[1].1), (removed, removed), "{boundary}");
    }
}

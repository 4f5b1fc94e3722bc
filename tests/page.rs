//! A report as a web page: what it says, and that every byte of an article is text in it.

use std::fs;
use std::path::Path;

use dittograph::{Report, scan};
use proptest::prelude::*;

const ARABIC: &str = "افتتاح مكتبة الحي القديم
فتحت مكتبة الحي القديم أبوابها صباح اليوم بعد أن أُغلقت سنتين لإصلاح سقفها، وحضر الافتتاح جمع من أهل الحي ومعلمي مدارسه.
وقال أمين المكتبة إن رفوفها تضم الآن تسعة آلاف كتاب، وإن باب الإعارة مفتوح لكل من يسكن المدينة دون مقابل.
فتحت مكتبة الحي القديم ابوابها صباح اليوم بعد ان أُغلقت سنتين لإصلاح سقفها، وحضر الافتتاح جمع من أهل الحي ومعلمي مدارسه.
وقال أمين المكتبة إن رفوفها تضم الآن عشرة آلاف كتاب، وإن باب الإعارة مفتوح لكل من يسكن المدينة دون مقابل.";

const ENGLISH: &str = "The lock on the upper canal
The lock keeper closed the upper gates at noon, because a barge had struck the sill and water was running under it.
Divers will go down in the morning. Until then the boats wait below the bridge, where the inn has put out benches.
Tickets
The lock keeper closed the upper gates at noon, since a barge had struck the sill and water was running under it.
Divers will go down in the morning.
Until then the boats wait below the bridge, where the inn has put out benches.
Tickets";

const ONCE: &str = "The mill burnt down.\nNobody was hurt.";

/// Returns the page from where it says something.
fn body(report: &Report<'_>) -> String {
    let page = report.to_html().title("A test").to_string();
    page[page.find("<body>").unwrap()..].to_owned()
}

/// `UPDATE_PAGES=1 cargo test --all-features --test page` writes the files anew; read them before they are kept.
#[test]
fn small_pages_are_what_they_were() {
    for (name, text) in [("arabic", ARABIC), ("english", ENGLISH), ("nothing", ONCE), ("empty", "")] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/page").join(name).with_extension("html");
        let page = body(&scan(text));
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(&path, &page).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap();
        assert!(page == expected, "{name}: the page differs from {}\n{page}", path.display());
    }
}

#[test]
fn the_verdict_is_a_sentence() {
    let verdict = |text: &str| {
        let page = body(&scan(text));
        let sentence = page.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0.to_owned();
        ["<span>", "</span>", "<b>", "</b>"].iter().fold(sentence, |text, tag| text.replace(tag, ""))
    };
    assert_eq!(
        verdict(ARABIC),
        "The body stands here twice: paragraphs 1–2 come again as 3–4; 2 of 2, 1 with the same words and 1 nearly."
    );
    assert_eq!(verdict(ONCE), "Nothing repeats.");
    assert_eq!(verdict(" \n"), "There are no words here, and nothing repeats.");
    assert_eq!(
        verdict("Read more\nTea.\nREAD MORE"),
        "One paragraph repeats an earlier one: with the same words."
    );
}

#[test]
fn changed_words_are_marked_and_folded_ones_told_apart() {
    let page = body(&scan(ARABIC));
    assert!(page.contains("<del>تسعة</del>") && page.contains("<ins>عشرة</ins>"), "{page}");
    assert!(page.contains("<span class=\"typed\">أبوابها</span>"));
    assert_eq!(page.matches("<del>").count(), 2, "that word, and the key");
}

#[test]
fn every_link_has_a_target() {
    let many = "Read more\n".repeat(3_100)
        + &(0..70).map(|n| format!("line {n} {n}\n").repeat(2)).collect::<String>();
    for text in [ARABIC, ENGLISH, ONCE, &many] {
        let page = body(&scan(text));
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
        }
    }
}

#[test]
fn long_articles_have_pages_of_bounded_size() {
    let word = |n: usize| ["mill", "river", "bread", "storm", "harbour", "plum", "frost"][n % 7];
    let line = |n: usize| format!("{} {n} {} {} {}\n", word(n), word(n / 7), word(n / 3), n * 7919);
    let text: String = (0..9_000).chain(0..9_000).map(line).collect();
    let page = body(&scan(&text));
    assert!(page.contains("15,000 paragraphs more are not shown"), "the article is cut");
    assert!(page.contains("The rest of this passage is not shown"), "a passage is cut");
    assert!(page.len() < 6_000_000, "{}", page.len());
}

#[test]
fn nothing_in_a_text_is_markup() {
    let hostile = "</script></p></style><script>alert(1)</script> <img src=x onerror=alert(1)> \" onload=\"x ' &lt; javascript:x";
    let text = format!(
        "{hostile}\n\u{202e}turned\u{2028}{hostile} again\0\u{1b}\n{hostile}\n\u{2069}\u{2069}\u{2067}open"
    );
    let report = scan(&text);
    let page = report.to_html().title("</title><script>\u{202e}").to_string();
    for markup in ["<script", "<img", "</title><", "\" onload"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;\u{fffd} · what repeats</title>"));
    assert!(!page.contains(['\0', '\u{1b}', '\u{202e}', '\u{2067}', '\u{2069}']));
    let opened = page.matches("<p ").count() + page.matches("<p>").count();
    assert_eq!(opened, page.matches("</p>").count());
}

/// Returns the texts of the paragraphs in the article of a page.
fn texts(page: &str) -> Vec<String> {
    let article = page.split_once("id=\"article\"").unwrap().1;
    let inner = article.split("<p class=\"text\" dir=\"auto\">").skip(1);
    inner.map(|rest| unescaped(rest.split_once("</p>").unwrap().0)).collect()
}

fn unescaped(html: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#13;", "\r"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

proptest! {
    #[test]
    fn the_article_is_there_to_the_byte(
        lines in prop::collection::vec("[^\\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,20}|[a&<>\"' ]{0,8}|&(amp|lt);", 0..8),
        breaks in prop::sample::select(vec!["\n", "\r\n", "\n\n", "\r"]),
    ) {
        let text = lines.join(breaks);
        let report = scan(&text);
        let expected: Vec<&str> = report.paragraphs().iter().map(dittograph::Paragraph::as_str).collect();
        prop_assert_eq!(texts(&body(&report)), expected);
    }
}

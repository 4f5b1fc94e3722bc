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

/// Compares a page with the file of that name.
#[track_caller]
fn check_page(name: &str, page: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/page").join(name).with_extension("html");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, page).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(page == expected, "{name}: the page differs from {}\n{page}", path.display());
}

/// `UPDATE_PAGES=1 cargo test --all-features --test page` writes the files anew; read them before they are kept.
#[test]
fn small_pages_are_what_they_were() {
    for (name, text) in [("arabic", ARABIC), ("english", ENGLISH), ("nothing", ONCE), ("empty", "")] {
        check_page(name, &body(&scan(text)));
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

mod corpus {
    //! The page of a corpus.

    use dittograph::{Candidates, Corpus, CorpusBuilder, Detector, Found, TextStore};

    use super::{ARABIC, ENGLISH, unescaped};

    fn builder() -> CorpusBuilder {
        Corpus::builder(Detector::default())
    }

    fn found(builder: CorpusBuilder, articles: &[String]) -> Found<'_> {
        let mut corpus = builder.build();
        corpus.extend(articles);
        corpus.find()
    }

    /// Returns the page from where it says something.
    fn body(found: &Found<'_>) -> String {
        let names = |document| format!("article {document}");
        let page = found.to_html().title("A test").names(&names).to_string();
        page[page.find("<body>").unwrap()..].to_owned()
    }

    fn small() -> Vec<String> {
        let edited = ENGLISH.replace("a barge had struck", "two barges had struck").replace("sill", "“sill”");
        let again = "Notices\nThe lock keeper closed the upper gates at noon, because a barge had struck the sill and water was \
                     running under it.";
        vec![
            ENGLISH.to_owned(),
            edited,
            ARABIC.to_owned(),
            ARABIC.replace("صباح اليوم", "مساء الأمس"),
            again.to_owned(),
        ]
    }

    #[test]
    fn small_pages_are_what_they_were() {
        super::check_page("corpus", &body(&found(builder(), &small())));
        super::check_page("corpus-empty", &body(&found(builder(), &[])));
    }

    #[test]
    fn the_verdict_is_a_sentence() {
        let verdict = |articles: &[&str]| {
            let articles: Vec<String> = articles.iter().map(ToString::to_string).collect();
            let page = body(&found(builder(), &articles));
            let sentence = page.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0.to_owned();
            sentence.replace("<span>", "").replace("</span>", "").replace('\u{a0}', " ")
        };
        assert_eq!(verdict(&[]), "There are no words here, and nothing repeats.");
        assert_eq!(verdict(&["The mill burnt down.", "Nobody was hurt."]), "Nothing repeats.");
        assert_eq!(
            verdict(&["Read more", "Read more"]),
            "Nothing is redundant: some paragraphs are alike, and all have to stay."
        );
        assert_eq!(
            verdict(&["The mill burnt down at night.", "The mill burnt down at night!"]),
            "50 % of the words are redundant: 1 of 2 paragraphs repeats one that is kept, with the same words."
        );
    }

    #[test]
    fn every_link_has_a_target_and_every_id_is_there_once() {
        for articles in [small(), many(600), Vec::new()] {
            let page = body(&found(builder(), &articles));
            for link in page.split("href=\"").skip(1) {
                let id = link.split('"').next().unwrap().strip_prefix('#').expect("it leads nowhere else");
                assert!(page.contains(&format!(" id=\"{id}\"")), "{id}");
            }
            for id in page.split(" id=\"").skip(1) {
                let id = id.split('"').next().unwrap();
                assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
            }
        }
    }

    /// Returns articles of one paragraph: each comes again, every third with a word edited.
    fn many(count: usize) -> Vec<String> {
        let word = |n: usize| ["mill", "river", "bread", "storm", "harbour", "plum", "frost"][n % 7];
        let article = |n: usize| {
            let line = |m: usize| format!("{} {} {} {m}", word(n / m), word(n / 7 + m), n * m % 9973);
            (1..9).map(line).collect::<Vec<_>>().join(" and ")
        };
        let edited = |n: usize| {
            if n.is_multiple_of(3) { article(n).replace(" 4 and", " five and") } else { article(n) }
        };
        (0..count).map(article).chain((0..count).map(edited)).collect()
    }

    #[test]
    fn what_is_left_out_is_said() {
        let mut articles = many(700);
        articles.extend(std::iter::repeat_n(articles[0].clone(), 50));
        let found = found(builder(), &articles);
        let removed = found.redundant().removals.len();
        assert_eq!((removed, found.redundant().clusters().count()), (750, 700));
        let page = body(&found);
        assert!(page.contains("200 clusters are not shown: the page has 500 at most"), "clusters");
        assert!(page.contains("31 members more") && page.contains("--clusters"), "members");
        assert_eq!(page.matches("<tr><td class=\"count\">").count(), 500 + 30);
        assert!(page.contains("100 of 234 are shown"), "near copies");
        assert!(page.contains("100 of 516 are shown"), "exact copies");
        assert_eq!(page.matches("<li class=\"row\">").count(), 200);
    }

    #[test]
    fn a_page_has_a_bounded_size_however_long_the_texts_and_names_are() {
        let words = |n: usize| (0..500).fold(String::new(), |words, m| format!("{words} {n}x{m}"));
        let long = |n: usize| format!("{n} {}{}", "'\"<&>' ".repeat(4_000), words(n));
        let articles: Vec<String> = (0..120).flat_map(|n| [long(n), long(n) + " end"]).collect();
        let found = found(builder(), &articles);
        let name = "<'>".repeat(100_000);
        let page = found.to_html().title(&name).names(&|_| name.clone()).to_string();
        assert!(found.redundant().removals.len() >= 119, "{}", found.redundant().removals.len());
        assert!(page.len() < 4_000_000, "{}", page.len());
    }

    #[test]
    fn nothing_in_a_text_or_a_name_is_markup() {
        let hostile = "</script></p></style></bdi></details><script>alert(1)</script> <img src=x onerror=alert(1)> \" onload=\"x ' \
                       javascript:x \u{2028} \u{202e}turned \u{2069} \0\u{1b}";
        let articles: Vec<String> =
            ["one", "two", "one"].map(|last| format!("{hostile} and so on {last}")).into();
        let found = found(builder(), &articles);
        assert_eq!(found.redundant().removals.len(), 3, "U+2028 ends a paragraph");
        let page = found.to_html().title(hostile).names(&|_| hostile.to_owned()).to_string();
        for markup in ["<script", "<img", "</p></style>", "\" onload"] {
            assert!(!page.contains(markup), "{markup}");
        }
        assert!(!page.contains(['\0', '\u{1b}', '\u{202e}', '\u{2069}']));
        for element in ["p", "bdi", "div", "details", "td", "section", "del", "ins"] {
            let opened =
                page.matches(&format!("<{element} ")).count() + page.matches(&format!("<{element}>")).count();
            assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
        }
        assert!(unescaped(&page).contains("<img src=x onerror=alert(1)>"), "it is shown as text");
    }

    #[test]
    fn a_page_is_the_same_bytes_for_any_number_of_threads_and_without_texts_in_memory() {
        let articles: Vec<String> = small().into_iter().chain(many(300)).collect();
        let pages = [1, 2, 7].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| body(&found(builder(), &articles)))
        });
        let mut stored = builder().build_stored(TextStore::new().unwrap());
        stored.extend(&articles);
        let stored = body(&stored.find());
        assert!(pages.iter().all(|page| *page == stored), "a page differs");
    }

    #[test]
    fn a_body_that_stands_twice_in_an_article_is_named() {
        // Where an article is a copy of another, both of its bodies go for that.
        let articles =
            vec![ENGLISH.to_owned(), ENGLISH.to_owned(), "The mill burnt down in the night.".to_owned()];
        let page = body(&found(builder(), &articles));
        assert!(page.contains("In 2 articles most of the text stands twice"), "both");
        assert!(page.contains("<bdi>article 1</bdi></th><td>¶1–3</td><td>¶4–7</td>"), "where");
    }

    #[test]
    fn what_finds_all_pairs_says_so() {
        let exact = body(&found(builder().candidates(Candidates::Exact), &small()));
        assert!(exact.contains("The exact join misses no pair.") && !exact.contains("class=\"curve\""));
        let lsh = body(&found(builder(), &small()));
        assert!(
            lsh.contains("finds 99.0\u{a0}% of the pairs at the threshold of 0.7")
                && lsh.contains("class=\"curve\"")
        );
    }
}

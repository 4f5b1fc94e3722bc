//! An export of a wiki gives its articles as plain text.

mod common;

use std::fs;

use common::dump::{WIKI, fields, ids_and_texts, read, read_with, wiki_export, wiki_page};
use common::pack::bz2;
use dittograph::dump::{Article, Dump, DumpOptions, Format};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

#[test]
fn a_wiki_export_in_bzip2_of_many_streams_is_read() {
    let ferry = "{{Infobox\n| name = [[Anwick]] {{nested|a}}\n}}\n'''Anwick''' is a [[Village (place)|village]] on the [[Slea]]s.<ref name=\"a\">{{cite|x}}</ref><ref name=\"a\" />\n\n== History ==\nThe mill burnt down.\n[[ملف:Mill.jpg|thumb|The [[mill]] in 1911]]\n[[تصنيف:Villages]]\n[[fr:Anwick]]";
    let redirect = "    <redirect title=\"Anwick\" />\n";
    // As Wikipedia has it: the head, then pages in blocks of a stream each, then the end.
    let streams = [
        WIKI.to_owned(),
        [
            wiki_page("Anwick &amp; Slea", 0, 12, "", ferry),
            wiki_page("Old Anwick", 0, 13, redirect, "#REDIRECT [[Anwick]]"),
        ]
        .concat(),
        [
            wiki_page("نقاش:Anwick", 1, 14, "", "Talk."),
            wiki_page("Bread", 0, 15, "", "A &lt; B & ''loaf''."),
            wiki_page("Style", 0, 16, "", "x").replace("<model>wikitext", "<model>css"),
        ]
        .concat(),
        "</mediawiki>\n".to_owned(),
    ];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("arwiki-20261101-pages-articles-multistream1.xml-p1p99.bz2");
    fs::write(&path, streams.iter().flat_map(|part| bz2(part.as_bytes())).collect::<Vec<_>>()).unwrap();
    let mut dump = Dump::open(&path).unwrap();
    let articles: Vec<Article> = dump.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!(
        ids_and_texts(&articles),
        [
            ("12", "Anwick is a village on the Sleas.\n\nHistory\n\nThe mill burnt down."),
            ("15", "A < B & loaf.")
        ]
    );
    let expected = json!({"title": "Anwick & Slea", "namespace": 0, "timestamp": "2026-10-01T00:00:00Z"});
    assert_eq!(fields(&articles[0]), expected);
    assert_eq!((articles[0].place.record, articles[1].place.record), (1, 4));
    let left_out: Vec<_> = dump.statistics().left_out.into_iter().collect();
    let expected = [("page of another namespace", 1), ("page that is not in wikitext", 1), ("redirect", 1)];
    assert_eq!(left_out, expected);
    let articles = read_with(&DumpOptions::new().namespaces([1]), streams.concat());
    assert_eq!(ids_and_texts(&articles), [("14", "Talk.")]);
}

/// What is left of wikitext.
fn wikitext(text: &str) -> String {
    read(wiki_export(&wiki_page("T", 0, 1, "", text)), Format::MediaWiki).remove(0).text
}

#[test]
fn wikitext_becomes_paragraphs() {
    let cases = [
        ("links", "[[a]], [[b|c]], [[d (e)|]], [[:Category:F]], [[g]]h", "a, c, d (e), Category:F, gh"),
        ("links to elsewhere", "[http://a.b c ''d''] [https://e] [//f g]h x[0]", "c d gh x[0]"),
        ("bold and italic", "'''''a''''' ''b'' '''c''' d'e ''''f''''", "a b c d'e 'f'"),
        (
            "headings",
            "a\n== B ==\nc\n=== D's = e ===\n====== F ======\ng",
            "a\n\nB\n\nc\n\nD's = e\n\nF\n\ng",
        ),
        ("headings with comments", "a\n== B == <!-- c -->\nd\n== E<!-- f --> ==\ng", "a\n\nB\n\nd\n\nE\n\ng"),
        ("no heading", "= \n==\n1 = 1 =\n=a\nb", "=\n==\n1 = 1 =\n=a\nb"),
        ("a line of a comment", "a\n<!-- b\nc --> \nd\n<!-- e -->f\n<!-- g -->", "a\nd\nf"),
        ("lists", "a\n* b\n** c\n# d\n; e\n: f", "a\n\nb\n\nc\n\nd\n\ne\n\nf"),
        ("lines and paragraphs", "a\nb\n\nc\n\n\n\nd", "a\nb\n\nc\n\nd"),
        ("templates", "a{{b|{{c}}|[[d]]\n\n* e}} f {{{g|h}}}i{{{{j}}}}", "ad\n\ne f hi"),
        (
            "tables",
            "a\n{| class=b\n|-\n! c\n|\n{|\n| d\n|}\n| e {{f|\n|}}\n|}\ng\n:{|\n|h\n|}",
            "a\n\nc\n\nd\n\ne\n\ng\n\nh",
        ),
        (
            "references",
            "a<ref>b</ref>c<REF name=d />e<ref name='f'>g</Ref >.<references>h</references>",
            "ace.",
        ),
        (
            "dropped",
            "a<math>b < c</math><gallery>\nd\n</gallery><!-- e -- > -->f<syntaxhighlight lang=g>h",
            "ab < cfh",
        ),
        (
            "kept",
            "<nowiki>[[a]] {{b}} ''c''</nowiki> &amp;amp; <code>d</code> <span class=\"e\">f</span>",
            "[[a]] {{b}} ''c'' &amp; d f",
        ),
        (
            "breaks",
            "a<br>b<br />c<p>d</p>e<div>f</div><pre>\n g\n  h</pre>",
            "a\nb\nc\n\nd\n\ne\n\nf\n\n g\n  h",
        ),
        ("entities", "a&nbsp;b &eacute; &#1605; &#x645; &unknown; & c &;", "a\u{a0}b é م م &unknown; & c &;"),
        ("magic words", "__TOC__a __b__ __لافهرس__ _c_ __", "a __b__ _c_ __"),
        ("pictures", "a[[Bild:b.JPG|thumb|c [[d|e]] f]]g[[Изображение:h.png]]i[[:Bild:j.png|k]]", "agik"),
        ("files", "a[[File:b.jpg|thumb|c [[d|e]] f]]g[[image:h.png]]i[[Category:j]][[de:k]]", "agi"),
        ("unclosed", "a {{b\n\nc [[d|e 'f <ref>g <h i < j", "a b\n\nc e 'f g <h i < j"),
        ("closed too often", "a}} b]] c|} d-->", "a}} b]] c|} d-->"),
        ("indented", " a\n b", "a\nb"),
        ("Arabic", "'''القاهرة''' هي [[مصر|عاصمة مصر]].{{شريط}}", "القاهرة هي عاصمة مصر."),
    ];
    for (name, wiki, plain) in cases {
        assert_eq!(wikitext(wiki), plain, "{name}");
    }
}

/// Figures are what tells paragraphs of bots apart.
#[test]
fn paragraphs_that_differ_in_a_figure_stay_apart() {
    let figures = [
        "{{formatnum:#}}",
        "{{ formatnum: # }}",
        "{{FORMATNUM:#|R}}",
        "{{formatnum:{{#expr:# * 1}}}}",
        "{{convert|#|km|mi|abbr=on}}",
        "{{Convert\n|#\n|km\n}}",
        "{{Unité|#|km}}",
        "{{Höhe|#|DE-NN}}",
        "{{وحدة|#|كم}}",
        "{{แปลงหน่วย|#|กม.}}",
        "{{число|#}}",
        "{{s|# км}}",
        "{{رقم منسق|#}}",
        "{{nowrap|#公里}}",
        "{{單位|#|公里}}",
        "{{nowrap|1=# km}}",
        "{{nowrap|{{convert|#|km}}}}",
        "{{val|2.5|e=#|u=m}}",
        "{{temperature|degrees=#}}",
        "{{lang|fr|''#'' lieues}}",
        "{{as of|2010|#}}",
        "<math>x < #</math>",
        "<chem>C#H4</chem>",
        "<code>#</code>",
        "-{zh-hans:#里; zh-hant:#裡}-",
        "-{#}-",
        "-{{formatnum:#}}",
        "{{{distance|#}}}",
    ];
    let places = [
        "The village lies % from the coast of the county.",
        "% is how far the village lies from the coast.",
        "The village lies from the coast\n%\nby the old road.",
        "{{flag|Anwick}} % from the coast.",
        "The village:%",
        "* %",
        "== Anwick % ==",
        "{|\n|-\n! scope=row | Anwick\n| align=right | %\n|}",
        "{|\n! Village !! style=a | %\n|}",
        "{|\n| [[Anwick]] || %\n|+ Villages\n|}",
        "<table><tr><td>%</td></tr></table>",
        "''(%)''",
    ];
    for figure in figures {
        for place in places {
            let with = |number: &str| wikitext(&place.replace('%', &figure.replace('#', number)));
            let (one, other) = (with("3471"), with("8025"));
            assert!(one.contains("3471") && other.contains("8025"), "{figure} in {place:?}: {one:?}");
            assert_eq!(one.replace("3471", "8025"), other);
            assert!(!one.contains("{{"), "{one}");
        }
    }
}

#[test]
fn templates_of_the_text_stay() {
    let cases = [
        ("It is {{convert|4|km|abbr=on|sp=us}} away.", "It is 4 km away."),
        ("{{convert|4|km}} away is {{lang|fr|Le Moulin}}.", "4 km away is fr Le Moulin."),
        ("It rose by {{formatnum:3}}&nbsp;°C.", "It rose by 3\u{a0}°C."),
        ("H{{sub|2}}O and 1914{{dash}}1918", "H2O and 1914 1918"),
        ("She said {{quote|text=Bread is dearer.|author=Ann}}", "She said Bread is dearer."),
        ("يقع {{وحدة|4|كم}} شمالا.", "يقع 4 كم شمالا."),
        ("อยู่{{แปลง|4|กม.}}จากฝั่ง", "อยู่4 กม.จากฝั่ง"),
        ("距{{convert|4|km}}，-{zh-hans:软件;zh-hant:軟體}-。", "距4 km，软件。"),
        ("-{H|zh-cn:a;zh-tw:b}-c-{T|d}-e -{f}- g-{A|zh:h}- -{R|i;j}-", "ce f gh i;j"),
        ("a {{b|c\n\nd}} e", "a c\n\nd e"),
        ("{{a|b}}{{c|d}} e", "bd e"),
        ("{{flagicon|FRA}}{{Main|a}}\nb", "b"),
        ("* {{lang|de|Mühle}}: a mill\n* {{URL|https://anwick.example}}", "de Mühle: a mill"),
    ];
    for (wiki, plain) in cases {
        assert_eq!(wikitext(wiki), plain, "{wiki}");
    }
}

#[test]
fn quotations_stay_in_every_shape() {
    let words = "The mill stood on the river, and nobody knew since when.";
    for name in ["quote", "Blockquote", "Zitat", "Citation bloc", "cita", "اقتباس", "คำพูด", "引用", "Unknown"]
    {
        for shape in [
            "{{N|W}}",
            "{{N|W|Ann Baker|''Mills''}}",
            "{{N\n|text=W\n|author=[[Ann Baker]]\n|title=Mills of the Slea\n|source=Anwick, 1911\n}}",
            "{{N|1=W<ref>{{cite web|url=https://a.example|title=A long title}}</ref>}}",
            ":{{N|quote=W}}",
            "<div>{{N|{{lang|en|W}}}}</div>",
            "{{N|\n\nW\n\n}}",
        ] {
            let wiki = shape.replace('N', name).replace('W', words);
            let text = wikitext(&format!("She wrote:\n{wiki}\n\nIt burnt."));
            assert!(text.contains(words) && text.ends_with("\n\nIt burnt."), "{wiki}: {text:?}");
        }
    }
    // The mark may stand before a closing one.
    assert_eq!(wikitext("{{甲|乙寫道：『磨坊在夜裡燒毀了。』|丙}}"), "乙寫道：『磨坊在夜裡燒毀了。』 丙");
    // Without a mark at the end of a sentence, a text that is long enough or in a quotation is one.
    assert_eq!(wikitext("{{quote|Bread and mills}}"), "Bread and mills");
    let thai = "โรงสีตั้งอยู่ริมแม่น้ำและไม่มีใครรู้ว่าตั้งแต่เมื่อใดชาวบ้านเล่าต่อกันมาหลายชั่วอายุคน";
    assert_eq!(wikitext(&format!("{{{{กล่อง|{thai}|แหล่ง}}}}")), format!("{thai} แหล่ง"));
}

#[test]
fn boxes_navigation_and_references_are_left_out() {
    let left_out = [
        "{{Infobox village\n| name = Anwick\n| population = {{formatnum:300}}\n| caption = The mill, as it was in 1911.\n}}",
        "{{Infobox village|name=Anwick|motto=Bread is what the mill gives.}}",
        "{{صندوق معلومات قرية\n| الاسم = أنويك\n| السكان = 300\n}}",
        "{{กล่องข้อมูล หมู่บ้าน\n| ชื่อ = อันวิก\n}}",
        "{{Ortschaft\n| Name = Anwick\n| Einwohner = 300\n| Fläche = 12\n| Bild = a.jpg\n| Text = Die alte Mühle im Jahr 1911.\n| PLZ = 04711 04712 04713\n| Kreis = Kreis an der Slea\n}}",
        "{{Navbox\n| name = Villages\n| title = [[Villages]] of the county of Slea, by the number of those who live there\n| list1 = [[Anwick]] {{·}} [[Ruskington on the Slea]] {{·}} [[Old Sleaford in the Wold]] {{·}} [[Evedon]]\n}}",
        "{{Main|History of Anwick}}",
        "{{Siehe auch|Geschichte von Anwick}}",
        "{{About|the village|the man|John Anwick}}",
        "{{Short description|Village in the county of Slea}}",
        "{{Use dmy dates|date=May 2020}}",
        "{{coord|53|1|N|0|21|W|display=title}}",
        "{{Commons category|Anwick, D.C.}}",
        "{{DEFAULTSORT:Anwick, Mill of}}",
        "{{Reflist|30em}}\n{{Authority control}}",
        "{{Portal|Mills|Bread}} {{stub}}",
        "<references><ref name=a>{{cite book|title=Mills}}</ref></references>",
        "* {{cite web |url=https://anwick.example/1 |title=The mill of Anwick burnt down in the night to Monday |date=3 May 1911}}",
        "* {{Literatur |Autor=A. Bäcker |Titel=Mühlen |Ort=Slea |Jahr=1911 |ISBN=978-3 |Seiten=12}}",
        "* {{Lien web |url=https://anwick.example |titre=Le moulin |date=1911}}",
        "{{quote box\n|url=https://a.example\n|title=a\n}}",
        "{| class=\"wikitable infobox\"\n! Anwick\n|-\n| 300\n|}",
        "<!-- {{quote|The mill burnt down in the night.}} -->",
    ];
    for wiki in left_out {
        assert_eq!(wikitext(&format!("Before.\n\n{wiki}\n\nAfter.")), "Before.\n\nAfter.", "{wiki}");
        assert_eq!(wikitext(wiki), "", "{wiki}");
    }
    let marks = [
        "{{sfn|Baker|1911|p=3}}",
        "{{efn|It is said to be older.}}",
        "{{#tag:ref|It is said to be older.}}",
        "{{r|Baker1911}}",
        "{{rp|23}}",
        "{{citation needed|date=May 2020}}",
        "{{clarify|reason=When was that?|date=May 2020}}",
        "<ref name=a />",
    ];
    for mark in marks.into_iter().filter(|mark| !mark.contains("reason")) {
        assert_eq!(wikitext(&format!("It burnt.{mark} It stood.")), "It burnt. It stood.", "{mark}");
    }
}

#[test]
fn an_article_in_tables_is_not_empty() {
    let table = "{| class=wikitable style=\"width: 90%\"\n|+ Villages\n|-\n! Name !! scope=col | Souls\n|- bgcolor=red\n| [[Anwick (Slea)|Anwick]] || align=right | 300\n|-\n| style=a | Evedon\n| {{formatnum:40}}\n| [[a|b]] | c\n|-\n| a\n* b\nc\n{|\n| d || e\n|}\n|}";
    assert_eq!(
        wikitext(table),
        "Villages\n\nName Souls\n\nAnwick 300\n\nEvedon 40 b | c\n\na\n\nb\nc\n\nd e"
    );
    assert_eq!(wikitext("{|\n! a\n| b [[c\n| d\n|-\n| {{e|f\n}}\ng"), "a b c d\n\nf\ng");
    assert_eq!(wikitext("{|\n|a!!b\n!c||d!!e\n|}f||g!!h"), "a!!b c d e\n\nf||g!!h");
    assert_eq!(
        wikitext("{|\n|\nIt rained all day.\n\nIt rained all night.\n|}"),
        "It rained all day.\n\nIt rained all night."
    );
}

#[test]
fn code_keeps_its_lines() {
    let code = "a<syntaxhighlight lang=rust>\nfn b() {\n    c[[0]] | d\n}\n</syntaxhighlight>e <source inline lang=c>f  g</source> h";
    assert_eq!(wikitext(code), "a\n\nfn b() {\n    c[[0]] | d\n}\n\ne f g h");
}

/// A heading ends with its line, whatever markup that begins in it goes on behind it.
#[test]
fn headings_that_end_inside_markup_are_read() {
    let cases = [
        ("=<b=\n>c", "c"),
        ("=a<b=\n>c", "a\n\nc"),
        ("==<b c='==\n'>d\n== e ==\nf", "d\n\ne\n\nf"),
        ("=<!--=\n-->c", "c"),
        ("=<nowiki>a=\nb</nowiki>c", "a= b\n\nc"),
        ("=<ref>=\n</ref>c", "c"),
        ("={{a|b=\nc}}d", "d"),
        ("=[http://a=\nb]c", "b]c"),
        ("=a=", "a"),
        ("=&=", "&"),
    ];
    for (wiki, plain) in cases {
        assert_eq!(wikitext(wiki), plain, "{wiki:?}");
    }
}

/// Reads wikitext that may hold any character.
fn escaped(text: &str) -> String {
    wikitext(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// Markup that opens, closes and divides, in any order.
const MARKS: [&str; 38] = [
    "{{",
    "}}",
    "{{{",
    "}}}",
    "{|",
    "|}",
    "|-",
    "|+",
    "||",
    "!!",
    "|",
    "!",
    "[[",
    "]]",
    "[http://a ",
    "]",
    "-{",
    "}-",
    "'''",
    "=",
    "==",
    "<ref>",
    "</ref>",
    "<ref/>",
    "<math>",
    "</math>",
    "<nowiki>",
    "<br>",
    "<b",
    ">",
    "<td>",
    "*",
    ":",
    "__A__",
    "&lt;",
    "{{formatnum:",
    "{{a|b=3",
    "a",
];

/// Markup that is closed, and shows text or none.
const CLOSED: [&str; 22] = [
    "[[a]]",
    "[[File:a.jpg|thumb|b]]",
    "[[تصنيف:a]]",
    "{{a}}",
    "{{a|b|c=d}}",
    "{{convert|4|km}}",
    "{{formatnum:3}}",
    "{{sfn|a|1911}}",
    "<ref>{{cite web|url=http://a}}</ref>",
    "<!-- a -->",
    "'''a'''",
    "<math>a < b</math>",
    "-{a}-",
    "-{H|zh:a}-",
    "<br>",
    "\n{|\n! a !! b\n|-\n| c || d\n|}\n",
    "\n== a ==\n",
    "\n* a\n",
    "\n{{Infobox\n| a = 3\n}}\n",
    "\n\n{{quote|a}}\n\n",
    "<nowiki>[[</nowiki>",
    "[https://a b]",
];

proptest! {
    /// An article is read whatever it is made of, and what stands before and after the markup stays.
    #[test]
    fn text_around_any_markup_stays(
        parts in vec((prop::sample::select(&MARKS[..]), prop::sample::select(&["", " ", "\n", "\n\n", "b"][..])), 0..40),
    ) {
        let marks: String = parts.into_iter().flat_map(|(mark, gap)| [mark, gap]).collect();
        let text = escaped(&format!("The mill burnt.\n\n{marks}\n\nNobody rebuilt it."));
        prop_assert!(text.starts_with("The mill burnt."), "{marks:?}: {text:?}");
        prop_assert!(text.ends_with("Nobody rebuilt it."), "{marks:?}: {text:?}");
    }

    #[test]
    fn words_between_closed_markup_stay_in_order(
        parts in vec((prop::sample::select(&CLOSED[..]), any::<bool>()), 0..30),
    ) {
        let mut marks = "word0.".to_owned();
        for (number, (mark, is_apart)) in parts.iter().enumerate() {
            let gap = if *is_apart { " " } else { "" };
            marks.extend([gap, mark, gap, &format!("word{}.", number + 1)]);
        }
        let text = escaped(&marks);
        let mut rest = text.as_str();
        for number in 0..=parts.len() {
            let word = format!("word{number}.");
            let Some(at) = rest.find(&word) else { panic!("{word} of {marks:?} is not in {text:?}") };
            rest = &rest[at + word.len()..];
        }
    }

    #[test]
    fn any_text_is_read(text in "[^\\p{C}]*") {
        escaped(&text);
    }
}

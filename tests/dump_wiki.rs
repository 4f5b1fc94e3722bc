//! An export of a wiki gives its articles as plain text.

mod common;

use std::fs;

use common::dump::{WIKI, fields, ids_and_texts, read, read_with, wiki_export, wiki_page};
use common::pack::bz2;
use dittograph::dump::{Article, Dump, DumpOptions, Format};
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
        ("templates", "a{{b|{{c}}|[[d]]\n\n* e}} f {{{g|h}}}i{{{{j}}}}", "a f i"),
        ("tables", "a\n{| class=b\n|-\n! c\n|\n{|\n| d\n|}\n| e {{f|\n|}}\n|}\ng\n:{|\n|h\n|}", "a\n\ng"),
        (
            "references",
            "a<ref>b</ref>c<REF name=d />e<ref name='f'>g</Ref >.<references>h</references>",
            "ace.",
        ),
        (
            "dropped",
            "a<math>b < c</math><gallery>\nd\n</gallery><!-- e -- > -->f<syntaxhighlight lang=g>h",
            "afh",
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

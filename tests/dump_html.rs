//! The text of a page is what a browser shows: elements end where the standard ends them, with or without an end tag.

mod common;

use common::dump::{fields, first_error, read, texts};
use dittograph::dump::{Dump, Format};
use serde_json::json;

const BODY: &str = "<h1>The mill</h1><p>It burnt down.</p><p>Nobody was hurt.</p>";
const TEXT: &str = "The mill\n\nIt burnt down.\n\nNobody was hurt.";

#[track_caller]
fn assert_text(page: &str, expected: &str) {
    assert_eq!(texts(&read(page, Format::Html)), [expected], "{page}");
}

/// The article behind, or around, each of these is all of the text.
#[track_caller]
fn assert_keeps_the_article(faults: &[&str]) {
    for fault in faults {
        let page =
            if fault.contains("BODY") { fault.replace("BODY", BODY) } else { format!("{fault}{BODY}") };
        for prolog in ["", "<!doctype html><html><head><title>News</title></head><body>"] {
            assert_text(&format!("{prolog}{page}"), TEXT);
        }
    }
}

#[test]
fn what_svg_holds_never_hides_what_follows() {
    assert_keeps_the_article(&[
        "<svg><title/></svg>",
        "<header><a href='/'><svg><defs><style>.a{}</style></defs><title/><g><path/></g></svg></a></header>",
        "<svg><title/><desc/><style/><script/></svg>",
        "<svg><script/><textarea/><select/><nav/></svg>",
        "<svg/>",
        "<svg><svg/></svg>",
        "<svg><svg></svg>Icon</svg>",
        "<svg><g><g></svg>",
        "<svg><g></g></g></svg>",
        "<svg><title>Icon</svg>",
        "<svg><![CDATA[</svg>]]></svg>",
        "<svg><foreignObject><p>Chart</p></foreignObject></svg>",
        // It ends with what is around it.
        "<a href='/'><svg><path></a>",
        "<a href='/'><div><svg><path></a></div>",
        "<span><svg></span>",
        "<div><svg><path></div>",
        "<header><svg><g><path></header>",
        "<button><svg></button>",
        "<table><tr><td><svg></td></tr></table>",
        "<ul><li><svg></ul>",
        // Or with an element that it cannot hold.
        "<svg><path><div>BODY</div>",
        "<svg><path><p>",
        "<svg><path></p>",
        "<svg><path></br>",
        "<svg><path><font size=1>BODY</font>",
        "<svg><path><b></b>",
        "<svg><font></font></svg>",
        "<svg><path><img>",
        "<math><svg></svg></math>",
    ]);
}

#[test]
fn what_is_left_out_ends_with_what_is_around_it() {
    assert_keeps_the_article(&[
        "<header><nav>Home</header>",
        "<header><nav><ul><li>Home</header>",
        "<div><nav><a href='/'>Home</div>",
        "<section><nav>Home</section>",
        "<table><tr><td><nav>Home</td></tr></table>",
        "<table><tr><td><nav>Home<td><nav>News</table>",
        "<table><tr><th><nav>Home<tr></table>",
        "<table><caption><nav>Home</caption></table>",
        "<button><nav>Home</button>",
        "<nav><nav>Home</nav></nav>",
        "<nav>Home</nav></nav>",
        "<nav><div>Home</nav>",
        "<div><video><source></div>",
        "<p><audio></p>",
        "<a><canvas></a>",
        "<b><datalist><option>One</b>",
        "<div><object><param></object></div>",
        "<table><td><object><p>Plug-in</td></table>",
        "<li><video></li>",
    ]);
}

#[test]
fn noscript_and_its_like_hold_text_up_to_their_first_end_tag() {
    assert_keeps_the_article(&[
        "<noscript><iframe></iframe><noscript><iframe></iframe></noscript></noscript>",
        "<noscript><noscript>No script</noscript>",
        "<noscript><div>No script</noscript>",
        "<noscript><!-- </noscript>",
        "<noscript><svg><title></noscript>",
        "<noscript><style></noscript>",
        "<iframe><iframe></iframe></iframe>",
        "<iframe src=a /></iframe>",
        "<noembed><noembed></noembed>",
        "<noframes><frameset></noframes>",
        "<style><style></style>",
        "<style><!-- </style>",
        "<script>'<script>'</script>",
        "<script><!-- if (a<b) '</p>' --></script>",
        "<script><!--<script></script>--></script>",
        "<textarea><textarea></textarea>",
        "<textarea><p>Comment</textarea>",
        "<textarea>\n</textarea>",
    ]);
    let head = "<html><head><noscript><link><p>x</noscript><title>News</title></head>";
    assert_text(&format!("{head}<body>{BODY}"), TEXT);
}

#[test]
fn select_ends_at_an_input_or_another_select() {
    assert_keeps_the_article(&[
        "<select><option>One</select>",
        "<select><option>One<input type=submit>",
        "<select><optgroup><option>One<input><input>",
        "<select><option>One<select>",
        "<select><select><select></select>",
        "<select><option>One<hr><option>Two</select>",
        "<table><tr><td><select><option>One</td></tr></table>",
        "<table><tr><td><select><option>One<tr></table>",
        "<table><select><option>One</table>",
        "<select><div>One</div></select>",
        "<select><option><b>One</select></b>",
        "<select><option><svg></select>",
    ]);
    assert_text("<option>One<option>Two<optgroup>Three", "One\n\nTwo\n\nThree");
}

#[test]
fn a_template_is_never_shown_and_ends_around_all_that_is_in_it() {
    assert_keeps_the_article(&[
        "<template></template>",
        "<template><p>x</template>",
        "<template><table><tr><td>x</template>",
        "<template><template></template>x</template>",
        "<template><svg><title></template>",
        "<template><nav><div></template>",
        "<template><tr><td>x</template>",
        "<template><select><option>x</template>",
        "<template></div></p>x</template>",
        "<table><template><p>x</template></table>",
        "</template>",
    ]);
    assert_text(&format!("<head><template><title>x</title></template></head><body>{BODY}"), TEXT);
    assert_text("<template><p>x", "");
}

#[test]
fn paragraphs_end_where_a_block_begins() {
    for (page, expected) in [
        ("<p>One<p>Two", "One|Two"),
        ("<p>One<div>Two</div>Three", "One|Two|Three"),
        ("<p>One</p></p>Two", "One|Two"),
        ("<p>One<h2>Two<h3>Three</h2>Four", "One|Two|Three|Four"),
        ("<h1>One</h3>Two", "One|Two"),
        ("<p>One<ul><li>Two<li>Three<ul><li>Four</ul>Five</ul>Six", "One|Two|Three|Four|Five|Six"),
        ("<dl><dt>One<dd>Two<dt>Three<dd><p>Four<dd>Five</dl>", "One|Two|Three|Four|Five"),
        ("<p>One<table><tr><td>Two<td>Three<tr><th>Four</table>Five", "One|Two Three|Four|Five"),
        ("<form>One<form>Two</form>Three", "OneTwo|Three"),
        ("<p>One<hr>Two", "One|Two"),
        ("<p>One</br>Two<br/>Three", "One\nTwo\nThree"),
        ("<div/>One<div/>Two", "One|Two"),
        ("<span/>One<b/>Two", "OneTwo"),
        ("<p>One<pre>\nTwo\n  Three</pre>Four", "One|Two\n  Three|Four"),
        ("<p>One<xmp><b>Two</b></xmp>", "One|<b>Two</b>"),
        ("<p>One<plaintext>Two</plaintext><p>", "One|Two</plaintext><p>"),
        ("<p>One <search>Two</search> <dialog>Three</dialog>", "One|Two|Three"),
        ("<ruby>One<rp>(<rt>two<rp>)</ruby> three", "One(two) three"),
        ("<p>One<!-- <p> -->Two<!-->Three<!--->Four<!--x--!>Five", "OneTwoThreeFourFive"),
        ("One<?php echo '<p>' ?>Two", "One' ?>Two"),
        ("<p>One<![CDATA[no]]>Two</ no>Three", "OneTwoThree"),
        ("<p a=1 a='<p>' b=\"</p>\">One</p c>Two", "One|Two"),
        ("a < b <3 &amp &notit; &#0;&#x80;", "a < b <3 & ¬it; \u{fffd}€"),
    ] {
        assert_text(page, &expected.replace('|', "\n\n"));
    }
}

#[test]
fn formatting_that_is_never_ended_or_ends_crosswise_loses_nothing() {
    for (page, expected) in [
        ("<b>One<i>two</b>three</i>four", "Onetwothreefour"),
        ("<p><b>One<p>Two</b> three<p>Four", "One|Two three|Four"),
        ("<b><p>One</b>Two</p>Three", "OneTwo|Three"),
        ("<a href=a>One<a href=b>two<p>Three</a>four", "Onetwo|Threefour"),
        ("<a><div>One</a>Two</div>Three", "OneTwo|Three"),
        ("<font color=red><table><tr><td>One</font>Two</table>Three", "OneTwo|Three"),
        ("<nobr>One<nobr>two<div>Three</nobr>", "Onetwo|Three"),
        ("<b><b><b><b><div>One</b></b>two</div>three", "Onetwo|three"),
        ("<i>One<marquee>two</i>three</marquee>", "Onetwothree"),
    ] {
        assert_text(page, &expected.replace('|', "\n\n"));
    }
}

#[test]
fn what_a_table_cannot_hold_stands_before_it() {
    for (page, expected) in [
        ("<table>One<tr><td>Two</table>Three", "One|Two|Three"),
        ("<table><tr><td>One</td>Two</tr>Three<td>Four</table>", "TwoThree|One|Four"),
        ("<table><div>One</div><tr><td>Two</table>", "One|Two"),
        ("<table><b>One<tr><td>Two</table>Three", "One|Two|Three"),
        ("<table><td>One<table><td>Two</table>Three</table>", "One|Two|Three"),
        ("<table><td>One</table></td>Two", "One|Two"),
        ("<td>One</td><tr>Two", "OneTwo"),
        ("<table><caption>One<tr><td>Two</table>", "One|Two"),
        ("<table><input type=hidden><tr><td>One<input type=HIDDEN></table>", "One"),
        ("<table><script>no</script><style>no</style><tr><td>One</table>", "One"),
        ("<p>One<table><td>Two<p>Three</table>", "One|Two|Three"),
    ] {
        assert_text(page, &expected.replace('|', "\n\n"));
    }
}

#[test]
fn mathml_is_text_and_ends_where_html_begins() {
    for (page, expected) in [
        ("One <math><mi>x</mi><mo>+</mo><mn>1</mn></math> two", "One x+1 two"),
        ("<math><mi>x<mo/></math>One", "xOne"),
        ("<math><mtext><b>One</b></mtext></math>Two", "OneTwo"),
        ("<math><mrow><p>One</p>Two", "One|Two"),
        ("<math><annotation-xml encoding='text/html'><p>One</p></annotation-xml></math>Two", "One|Two"),
        ("<math><annotation-xml><p>One</p>Two", "One|Two"),
        ("<math><annotation-xml><svg><title/></svg></annotation-xml></math>One", "One"),
        ("<math><mi><title>no</title>x</mi></math>One", "xOne"),
        ("<div><math><mfrac></div>One", "One"),
    ] {
        assert_text(page, &expected.replace('|', "\n\n"));
    }
}

#[test]
fn a_page_may_begin_and_end_anyhow() {
    for page in [
        BODY.to_owned(),
        format!("</html></body></nav></head>{BODY}"),
        format!("<head>{BODY}"),
        format!("<body><head><body>{BODY}</body></html></body>"),
        format!("<title>News</title>{BODY}</html><!-- -->"),
        format!("<html><html><body><body>{BODY}"),
        format!("{BODY}<!-- no"),
        format!("{BODY}<script>no"),
        format!("{BODY}<textarea>no"),
        format!("{BODY}<title>no"),
        format!("{BODY}<p title='no"),
        format!("{BODY}</p no"),
        format!("{BODY}<frameset></frameset>"),
        format!("\0{BODY}\0"),
    ] {
        assert_text(&page, TEXT);
    }
    let (front, back) = BODY.split_at(BODY.len() - "hurt.</p>".len());
    assert_text(&format!("{front}</body></html>{back}"), TEXT);
    assert_text("<frameset><frame><noframes>no</noframes></frameset>no", "");
}

#[test]
fn the_title_is_the_first_and_language_and_direction_are_of_the_page() {
    let fields_of = |page: &str| fields(&read(page, Format::Html)[0]);
    let page =
        "<svg><title>Icon</title></svg><title> The\n mill </title><body lang=en><p lang=fr><title>B</title>";
    assert_eq!(fields_of(page), json!({"title": "The mill", "lang": "en"}));
    assert_eq!(fields_of("<html lang=ar><body lang=en DIR=rtl>"), json!({"lang": "ar", "dir": "rtl"}));
    assert_eq!(fields_of("<p>One<html lang=ar><body lang=en dir=ltr>"), json!({"lang": "ar", "dir": "ltr"}));
    assert_eq!(fields_of("<title></title><html lang=' '><p>One"), json!({}));
    assert_eq!(fields_of("<template><html lang=ar></template><p>One"), json!({}));
}

#[test]
fn what_is_nested_deeper_than_browsers_build_keeps_its_text_and_paragraphs() {
    let page = format!("{}One<p>Two</p>Three<h2>Four</h2>", "<div>".repeat(2_000));
    assert_text(&page, "One\n\nTwo\n\nThree\n\nFour");
    // And what stands behind it is read as ever.
    let page = format!("{page}{}<p>Five<nav>no</nav><svg><title/></svg>six", "</div>".repeat(2_000));
    assert_text(&page, "One\n\nTwo\n\nThree\n\nFour\n\nFive\n\nsix");
    // Tags without an end do not nest.
    let page = format!("{}<li>Last<nav>no</nav>", "<li>One<br>".repeat(2_000));
    assert!(read(&page, Format::Html)[0].text.ends_with("One\n\nLast"));
}

#[test]
fn a_page_whose_formatting_multiplies_is_an_error() {
    let tags = ["b", "big", "code", "em", "i", "s", "small", "strike", "strong", "tt", "u"];
    let open: String = tags.iter().map(|tag| format!("<{tag}>").repeat(3)).collect();
    let page = format!("<p>{open}{}", "<p>x".repeat(10_000));
    assert_eq!(first_error(page, Format::Html), "-: a page that makes more elements than it has bytes");
    let page = format!("<p>{}{}", "<b><i><u>".repeat(3), format!("<p>{BODY}").repeat(1_000));
    assert_eq!(read(page, Format::Html)[0].text.split("\n\n").count(), 3_000);
}

#[test]
fn pages_of_which_nothing_is_left_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in
        [("a", BODY), ("b", "<nav>Home</nav>"), ("c", "<title>News</title>&#32;"), ("d", BODY)]
    {
        std::fs::write(folder.path().join(format!("{name}.html")), page).unwrap();
    }
    let mut dump = Dump::open(folder.path()).unwrap();
    assert_eq!(dump.by_ref().map(Result::unwrap).count(), 4);
    let statistics = dump.statistics();
    assert_eq!((statistics.articles, statistics.empty_pages), (4, 2));
    assert!(statistics.first_empty_page.unwrap().ends_with("b.html"));
    let mut pieces = Dump::open(folder.path()).unwrap().pieces().unwrap();
    assert!(pieces.by_ref().all(|piece| piece.is_ok()));
    assert_eq!(pieces.statistics().empty_pages, 2);
    assert!(pieces.statistics().first_empty_page.as_ref().unwrap().ends_with("b.html"));
}

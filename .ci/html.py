#!/usr/bin/env python3
"""Whether the text of a page is the one that html5lib's tree gives: 500 pages that mix the faults of the web.

    python3 .ci/html.py [--bin target/release/dittograph] [--pages 500] [--seed 1] [--keep DIR]

html5lib is a second implementation of the standard. It is installed into a temporary folder; where it cannot be, the check
is left out. The pages are made here, and so are the rules for blocks, over html5lib's tree. Paragraphs must be the same,
character by character. `--keep DIR` leaves there what differs: the page, our text and the expected one.

html5lib 1.1 is of 2020, and html5ever 0.40 has its faults too. What they differ in is repaired here, or in no page:

* `</p>` and `</br>` end SVG and MathML since 2021: repaired. `<keygen>` and `<isindex>` are gone from the standard.
* Elements that end tags of others do not end ("special"): html5lib lacks the newer ones. Repaired.
* html5lib puts what a table may not hold into the table if it ends a paragraph or the like before: repaired.
* `<template>`: html5lib takes it for an element like `<span>`.
* `<select>` with more than options in it: the standard keeps other elements since 2025.
* Formatting that ends across more than three other elements: html5lib stops there, as the standard once did. No page of
  the seeds 1 to 4 has it.
* `<rb>` and `<rtc>`, which others end: html5lib does not know that.
* `<search>`, and `<dialog>` in an open paragraph: unknown to html5lib.
* What stands in SVG's `<foreignObject>` or MathML's `<annotation-xml>` is ended here. There html5ever lets the end tags of
  elements around end them: it lacks annotation-xml in its scopes, and all of SVG and MathML in the category "special".
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

HTML, SVG = "http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"
HIDDEN = set(
    "title script style template noscript iframe noembed noframes canvas audio video object select datalist textarea"
    " nav".split()
)
LINES = set("pre listing xmp plaintext".split())
BLOCKS = LINES | set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu ol optgroup option p search section"
    " summary table tbody tfoot thead tr ul".split()
)
NONE, SPACE, LINE, PARAGRAPH = range(4)
WHITE = " \t\n\f\r"


class Text:
    """Text with the gaps between its pieces, as `text_builder.rs` has it."""

    def __init__(self):
        self.pieces, self.gap = [], NONE

    def push(self, text):
        if text:
            self.pieces += [["", " ", "\n", "\n\n"][self.gap if self.pieces else NONE], text]
            self.gap = NONE

    def break_to(self, gap):
        self.gap = PARAGRAPH if gap == LINE and self.gap >= LINE else max(self.gap, gap)

    def push_folded(self, text):
        word = ""
        for character in text:
            if character in WHITE:
                self.push(word)
                self.break_to(SPACE)
                word = ""
            else:
                word += character
        self.push(word)

    def push_lines(self, text):
        for number, line in enumerate(text.split("\n")):
            if number:
                self.break_to(LINE)
            self.push(line)


def walk(node, text, in_lines):
    if node.nodeType == node.TEXT_NODE:
        (text.push_lines if in_lines else text.push_folded)(node.data)
    name = node.nodeName if node.namespaceURI == HTML else None
    if name in HIDDEN or node.namespaceURI == SVG:
        return
    gap = PARAGRAPH if name in BLOCKS else SPACE if name in ("td", "th") else NONE
    text.break_to(LINE if name == "br" else gap)
    for child in node.childNodes:
        walk(child, text, in_lines or name in LINES)
    text.break_to(gap)


def expected(html5lib, page):
    text = Text()
    walk(parser(html5lib).parse(page, scripting=True), text, False)
    return "".join(text.pieces)


SPECIAL = {(HTML, name) for name in ["figcaption", "hgroup", "main", "summary"]}
SPECIAL |= {(SVG, name) for name in ["desc", "title"]}
SPECIAL |= {("http://www.w3.org/1998/Math/MathML", name) for name in "mi mo mn ms mtext annotation-xml".split()}


def parser(html5lib):
    """Returns a parser of html5lib with its faults repaired."""
    html5lib.html5parser.specialElements |= SPECIAL

    class TreeBuilder(html5lib.getTreeBuilder("dom")):
        depth = 0

        def _nest(self, begins):
            # What is put before a table may end other elements there, which must not end this.
            self.depth = max(self.depth + (1 if begins else -1), 0)
            self._setInsertFromTable(self.depth > 0)

        insertFromTable = property(lambda self: self.depth > 0, _nest)

    parser = html5lib.HTMLParser(TreeBuilder)

    class ForeignContent(type(parser.phases["inForeignContent"])):
        def processEndTag(self, token):
            if token["name"] not in ("p", "br"):
                return super().processEndTag(token)
            elements = self.tree.openElements
            while not (
                elements[-1].namespace == HTML
                or self.parser.isHTMLIntegrationPoint(elements[-1])
                or self.parser.isMathMLTextIntegrationPoint(elements[-1])
            ):
                elements.pop()
            return self.parser.phase.processEndTag(token)

    parser.phases["inForeignContent"] = ForeignContent(parser, parser.tree)
    return parser


class Pages:
    """Makes pages. Each word comes once, so that a place shows."""

    def __init__(self, seed):
        self.random, self.count = random.Random(seed), 0

    def words(self):
        words = []
        for _ in range(self.random.randint(1, 4)):
            self.count += 1
            words.append(f"w{self.count}")
        return self.random.choice(["", "", " ", "\n"]) + " ".join(words) + self.random.choice(["", "", " ", "\n"])

    def some(self, *choices):
        return self.random.choice(choices)

    def flow(self, depth, most=4):
        """Any content: text, elements, and faults of every kind."""
        parts = []
        for _ in range(self.random.randint(1, most)):
            faults = [*FAULTS] if depth > 0 else [Pages.words]
            parts.append(self.random.choice(faults)(self, depth - 1) if depth > 0 else self.words())
        return "".join(parts)

    def end(self, name, chance=0.5):
        return f"</{name}>" if self.random.random() < chance else ""

    # What follows are faults, and what stands beside them in real pages.

    def plain(self, depth):
        return f"<p>{self.words()}</p>" if depth % 2 else self.words()

    def block(self, depth):
        name = self.some(*"address article aside blockquote center details div fieldset figcaption figure footer"
                          " header main section summary ul ol dl menu hgroup form".split())
        return f"<{name}>{self.flow(depth)}{self.end(name, 0.7)}"

    def paragraph_in_paragraph(self, depth):
        return f"<p>{self.words()}<p>{self.flow(depth)}{self.end('p')}{self.end('p')}"

    def formatting(self, depth):
        first, second = self.random.sample("a b big code em font i nobr s small strike strong tt u".split(), 2)
        return f"<{first}>{self.words()}<{second}>{self.flow(depth)}{self.end(first, 0.8)}{self.words()}{self.end(second, 0.8)}"

    def formatting_over_blocks(self, depth):
        name, block = self.some("b", "i", "a", "font color=red"), self.some("div", "p", "ul", "table", "h2")
        return f"<{name}>{self.words()}<{block}>{self.flow(depth)}</{name.split()[0]}>{self.words()}{self.end(block)}"

    def inline(self, depth):
        name = self.some("span", "label", "q", "cite", "abbr", "x-y", "button", "ins", "mark", "time", "sub", "marquee")
        return f"<{name}>{self.flow(depth, 2)}{self.end(name, 0.7)}"

    def svg_title(self, depth):
        inner = self.some("<title/>", "<title>x</svg>", "<title></title>", "<g><path d=''/></g>", "<g>", "<desc/>", "<style/>",
                          "<script/>", "<p>", "<g><b>", "<foreignObject><p>x</p></foreignObject>", "<![CDATA[<p>]]>", "<font color=red>", "<font>")
        return f"<{self.some('a', 'span', 'div', 'b')}><svg>{inner}{self.end('svg', 0.8)}{self.words()}{self.some('</a>', '</span>', '</div>', '</b>')}{self.words()}"

    def hidden(self, depth):
        name = self.some("nav", "canvas", "audio", "video", "object", "datalist")
        outer = self.some("header", "div", "section", "a", "li", "span", "b")
        return f"<{outer}><{name}>{self.words()}{self.end(name)}</{outer}>{self.words()}"

    def raw(self, depth):
        name = self.some("script", "style", "noscript", "iframe", "noembed", "noframes", "textarea", "title", "xmp")
        inner = self.some("", "<p>", f"<{name}>", "<!--", "<!-- <script> -->", "</p>", "</ div>", "&lt;", "\n")
        return f"<{name}>{inner}{self.words()}</{name}>{self.words()}"

    def table(self, depth):
        parts = ["<table>"]
        for _ in range(self.random.randint(1, 6)):
            parts.append(self.random.choice([
                lambda: f"<tr><td>{self.flow(depth, 2)}{self.end('td')}",
                lambda: f"<td>{self.words()}<nav>{self.words()}</td>",
                lambda: f"<th>{self.words()}{self.end('th')}{self.end('tr')}",
                lambda: f"<caption>{self.flow(depth, 2)}{self.end('caption')}",
                lambda: self.words(),
                lambda: f"<{self.some('div', 'b', 'p', 'span', 'nav')}>{self.words()}",
                lambda: f"<tr>{self.words()}",
                lambda: self.some("<tbody>", "</tbody>", "<thead>", "<colgroup><col>", "</tr>", "<tfoot>", "</td>"),
                lambda: f"<input type={self.some('hidden', 'text')}>",
                lambda: f"<td><select><option>{self.words()}</td>",
                lambda: "<!-- x -->",
                lambda: f"<form>{self.words()}</form>",
            ])())
        return "".join(parts) + self.end("table", 0.8)

    def select(self, depth):
        options = "".join(self.some("<option>", "<optgroup>", "</option>", "") + self.words() for _ in range(3))
        return f"<select>{options}{self.some('</select>', '<input>', '<select>', '</select></select>')}{self.words()}"

    def option(self, depth):
        return f"<{self.some('option', 'optgroup')}>{self.words()}<option>{self.words()}{self.end('option')}"

    def list(self, depth):
        first, second = self.some(("ul", "li"), ("ol", "li"), ("dl", "dt"), ("dl", "dd"), ("div", "li"))
        items = "".join(f"<{self.some(second, second, 'dd')}>{self.flow(depth, 2)}{self.end(second)}" for _ in range(3))
        return f"<{first}>{items}{self.end(first, 0.8)}"

    def headings(self, depth):
        first, second = self.some("h1", "h2", "h3"), self.some("h2", "h3", "h6")
        return f"<{first}>{self.words()}<{second}>{self.flow(depth, 2)}{self.end(self.some(first, second, 'h4'))}{self.words()}"

    def ruby(self, depth):
        return f"<ruby>{self.words()}<rp>(<rt>{self.words()}{self.end('rt')}<rp>)<rt>{self.words()}{self.end('ruby', 0.8)}"

    def math(self, depth):
        inner = self.some("<mi>x</math>", "<mi>x<p>y</p></mi>", "<annotation-xml><p>", "<annotation-xml><svg></math>", "<mrow/>",
                          f"<annotation-xml encoding='text/html'><b>{self.words()}</b></annotation-xml>",
                          f"<annotation-xml encoding='Application/XHTML+xml'><i>{self.words()}</i></annotation-xml>",
                          f"<mtext><b>{self.words()}</b></mtext>", "<mi><mglyph/></mi>", "<mfrac><mn>1</mn>")
        return f"<math>{inner}{self.words()}{self.end('math', 0.8)}{self.words()}"

    def nested_forms(self, depth):
        return f"<form>{self.words()}<form>{self.flow(depth, 2)}</form>{self.words()}{self.end('form')}"

    def lines(self, depth):
        name = self.some("pre", "listing")
        return f"<{name}>\n {self.words()}\n\n  {self.flow(depth, 2)}{self.end(name, 0.9)}"

    def stray_end(self, depth):
        return "</" + self.some("p", "br", "div", "b", "a", "svg", "td", "table", "h2", "li", "span", "nav", "form", "select",
                                "noscript", "option", "html", "body", "head", "x-y") + ">" + self.words()

    def stray_start(self, depth):
        return "<" + self.some("td", "tr", "tbody", "caption", "col", "head", "body", "html lang=ar", "frame", "frameset", "image") + ">" + self.words()

    def void(self, depth):
        return self.some("<br>", "<br/>", "<hr>", "<img>", "<wbr>", "<input>", "<embed>", "<area>", "<source>", "<param>",
                         "<div/>", "<span/>", "<p/>", "<meta>", "<link>", "<br><br>") + self.words()

    def mark(self, depth):
        return self.some("<!-- x -->", "<!-->", "<!--->", "<![CDATA[x]]>", "<?php x ?>", "</>", "<>", "< p>", "<!x>", "</ x>",
                         "&amp;", "&ampx", "&notit;", "&#0;", "&#x80;", "&bogus;", "<p a=1 a=2 b='>'>", "<!--x--!>", "<3") + self.words()

    def page(self):
        head = self.some("", "<!doctype html>", "<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 3.2//EN'>", "<!--x-->", "\n") + self.some(
            "", "<html><head><title>t</title></head><body>", "<head><title>t</title>", "<html lang=en>", "<title>t</title><body>",
            "<head><meta charset=utf-8><noscript><style></noscript></head>", "<head></head><script>x</script>",
            "<html><head><link></head>\n <body><nav>x</nav>")
        tail = self.some("", "", "</body></html>", "</body>" + self.words(), "</html>" + self.words(), "</body></html><p>" + self.words(),
                         "<plaintext>" + self.words() + "</plaintext>", "<textarea>" + self.words(), "<!-- " + self.words(),
                         "<script>" + self.words(), "<select>" + self.words(), "<p " + self.words())
        if self.random.random() < 0.02:
            return f"{head}<frameset><frame><noframes>{self.words()}</noframes></frameset>{self.words()}"
        return head + self.flow(4, 6) + f"<article><h1>{self.words()}</h1><p>{self.words()}</article>" + tail


FAULTS = [
    value
    for name, value in vars(Pages).items()
    if callable(value) and not name.startswith("_") and name not in ("words", "some", "flow", "end", "page")
]


def install():
    """Returns the module html5lib, or None where it cannot be installed."""
    folder = tempfile.mkdtemp(prefix="html5lib-")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder, "html5lib==1.1"]
    if subprocess.run(command, stderr=subprocess.DEVNULL).returncode != 0:
        return None
    sys.path.insert(0, folder)
    import html5lib

    return html5lib


def ours(command, pages, folder):
    """Returns the text of each page."""
    dump = pathlib.Path(folder, "pages")
    dump.mkdir()
    for number, page in enumerate(pages):
        (dump / f"{number:05}.html").write_text("\ufeff" + page, encoding="utf-8", newline="")
    out = pathlib.Path(folder, "out.jsonl")
    # Nothing is removed: no paragraph has so many words.
    options = ["dedup", "--quiet", "--scope", "across", "--min-words", "1000000", "--out", out]
    subprocess.run([command, *options, dump], check=True)
    return [json.loads(line)["text"] for line in out.read_text(encoding="utf-8").splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="target/release/dittograph")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    html5lib = install()
    if html5lib is None:
        print("html5lib cannot be installed: the check of HTML is left out")
        return 0
    maker = Pages(arguments.seed)
    pages = [maker.page() for _ in range(arguments.pages)]
    with tempfile.TemporaryDirectory() as folder:
        texts = ours(arguments.bin, pages, folder)
    failed = 0
    for number, (page, text) in enumerate(zip(pages, texts, strict=True)):
        wanted = expected(html5lib, page)
        if text != wanted:
            failed += 1
            if arguments.keep:
                kept = pathlib.Path(arguments.keep)
                kept.mkdir(parents=True, exist_ok=True)
                (kept / f"{number}.html").write_text(page)
                (kept / f"{number}.ours").write_text(text)
                (kept / f"{number}.html5lib").write_text(wanted)
    print(f"{len(pages) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

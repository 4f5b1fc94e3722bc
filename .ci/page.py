#!/usr/bin/env python3
"""What a person sees of the pages of a report and of a corpus, in a browser: Chromium, without a window, by its DevTools protocol.

    python3 .ci/page.py [--bin target/release/dittograph] [--shots DIR] [--picture examples/page.png]

The pages are made here, of texts in English, Arabic, Thai and Hebrew, and of hostile ones. Where Chromium cannot be had
(`apt-get install chromium`) or websocket-client cannot be installed, the check is left out with a word; so is axe-core
where npm cannot fetch it. `--shots DIR` leaves pictures of all pages there, in both schemes and both widths.
`--picture FILE` makes the picture of the README, and looks at nothing.
"""

import argparse
import base64
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

BODY = [
    "The last ferry of the day did not sail, said the harbour master, since the wind had turned to the north.",
    "Passengers were put up in the school, where the baker brought them bread and the mayor some blankets.",
    "“We have been asking for a second boat since the spring,” said the keeper of the inn by the landing.",
]
EDITED = [
    BODY[0].replace("harbour", "old harbour").replace("turned", "gone round"),
    BODY[1],
    BODY[2].replace("“", '"').replace("”", '"'),
]
ARABIC = [
    "فتحت مكتبة الحي القديم أبوابها صباح اليوم بعد أن أُغلقت سنتين لإصلاح سقفها، وحضر الافتتاح جمع من أهل الحي.",
    "وقال أمين المكتبة إن رفوفها تضم الآن تسعة آلاف كتاب، وإن باب الإعارة مفتوح لكل من يسكن المدينة دون مقابل.",
]
PAGES = {
    # name: text, verdict, direction of its paragraphs, del, ins
    "english": (
        "\n".join(["Ferry cancelled", *BODY, *EDITED]),
        "The body stands here twice: paragraphs 1–3 come again as 4–6",
        {"ltr"},
        ["turned"],
        ["old", "gone round"],
    ),
    "arabic": (
        "\n".join(["مكتبة الحي", *ARABIC, ARABIC[0].replace("أبوابها", "ابوابها"), ARABIC[1].replace("تسعة", "عشرة")]),
        "The body stands here twice: paragraphs 1–2 come again as 3–4",
        {"rtl"},
        ["تسعة"],
        ["عشرة"],
    ),
    "mixed": (
        "\n".join([BODY[0], ARABIC[0], "ฝนตกหนักทั้งคืนและแม่น้ำสูงขึ้นจนถนนริมฝั่งใช้ไม่ได้", "שלום לכולם", ARABIC[0]]),
        "One paragraph repeats an earlier one: with the same words",
        {"ltr", "rtl"},
        [],
        [],
    ),
    "nothing": ("\n".join(BODY), "Nothing repeats", {"ltr"}, [], []),
    "hostile": (
        "</style><script>document.title='x'</script>\n\u202eturned </p></div>\u2067\n" + "longword" * 60 + "\n<img src=x onerror=x>\n"
        "<img src=x onerror=x>\n\u2069\u2069 end",
        "One paragraph repeats an earlier one: with the same words",
        {"ltr"},
        [],
        [],
    ),
    "long": (
        "\n".join(f"{BODY[n % 3]} Number {n} of {n * n}, {'and on ' * (n % 5)}to {n * 7919}." for n in range(2000)) + "\nRead more\nRead more",
        "",
        {"ltr"},
        None,
        None,
    ),
}

HOSTILE = "</style></details><script>document.title='x'</script> \u202eturned </p></div>\u2067 \0 \" onload=\"x' javascript:x"
BOATS = "Read more about the ferry and its boats"
CORPORA = {
    # name: records, verdict, del, ins
    "corpus": (
        [("monday", "\n".join(BODY)), ("tuesday", "\n".join([*EDITED, BOATS]))]
        + [(f"day {n}", f"{BOATS}\nThe day {n} began with rain, and went on with {n * 37} drops of it.") for n in range(30)]
        + [("مكتبة", "\n".join(ARABIC)), ("مكتبة ٢", "\n".join([ARABIC[0], ARABIC[1].replace("تسعة", "عشرة")]))],
        "39 % of the words are redundant: 35 of 71 paragraphs repeat one that is kept, 33 with the same words and 2 nearly",
        {"turned", "تسعة"},
        {"old", "gone round", "عشرة"},
    ),
    "corpus-arabic": (
        [("أ", "\n".join(ARABIC)), ("ب", "\n".join([ARABIC[0].replace("أبوابها", "ابوابها"), ARABIC[1].replace("تسعة", "عشرة")]))],
        "50 % of the words are redundant: 2 of 4 paragraphs repeat one that is kept, 1 with the same words and 1 nearly",
        {"تسعة"},
        {"عشرة"},
    ),
    "corpus-hostile": (
        [(HOSTILE * 3, HOSTILE + "longword" * 60), ("i" * 400, HOSTILE + "longword" * 60), ("x", f"{HOSTILE} and one more")],
        "30 % of the words are redundant: 1 of 3 paragraphs repeats one that is kept, with the same words",
        None,
        None,
    ),
    "corpus-nothing": ([("a", BODY[0])], "Nothing repeats", set(), set()),
}

# Without its style a page is read in the order of its text, from the verdict to the last note; nothing of it is hidden.
BARE = r"""(() => {
  for (const sheet of document.styleSheets) sheet.disabled = true;
  document.querySelector('nav')?.remove();
  document.querySelectorAll('details').forEach(d => d.open = true);
  const plain = text => text.replace(/\s+/g, ' ').trim(), text = plain(document.body.innerText);
  let at = 0;
  const parts = [...document.querySelectorAll('h1, h2, h3, .row .text, .row .note')].slice(0, 200).map(e => plain(e.textContent));
  const lost = parts.filter(part => { const found = text.indexOf(part, at); if (found < 0) return true; at = found + part.length; return false });
  const labels = [...document.querySelectorAll('.row')].map(row => [...row.querySelectorAll('.side')].map(e => e.ariaLabel).join(', '));
  return [...lost, ...labels.filter(label => label != 'Stands first, Comes again' && label != 'Kept, Removed')];
})()"""

REACHABLE = r"""(() => {
  const all = [...document.querySelectorAll('*')];
  const closed = e => e.closest('details:not([open])') && !e.matches('details > summary');
  return all.filter(e => e.matches('a[href]:not([tabindex]), summary') && !closed(e)).map(e => all.indexOf(e));
})()"""

FOCUSED = r"""(() => {
  const e = document.activeElement, all = [...document.querySelectorAll('*')];
  if (e == document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return { place: all.indexOf(e), html: e.outerHTML.slice(0, 80), seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    ring: style.outlineStyle != 'none' && parseFloat(style.outlineWidth) >= 2 };
})()"""

LOOK = r"""(() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const rgb = text => { const n = text.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c } return [255, 255, 255, 1] };
  let contrast = 99, where = '';
  for (const e of all('body *').slice(0, 3000)) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()) || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), isSvg = e instanceof SVGElement;
    const [a, b] = [light(rgb(isSvg ? style.fill : style.color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < contrast) { contrast = ratio; where = e.outerHTML.slice(0, 120) }
  }
  const firstBoxes = all('.row').slice(0, 1).flatMap(row => [...row.querySelectorAll('.side')].map(s => s.getBoundingClientRect().left));
  const widest = all('body *').filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5);
  return {
    verdict: document.querySelector('h1').innerText.replace(/\s+/g, ' '),
    directions: [...new Set(all('.paragraph .text').map(e => getComputedStyle(e).direction))].sort(),
    plaintext: all('.text').every(e => getComputedStyle(e).unicodeBidi == 'plaintext'),
    dels: all('.rows del').map(e => e.innerText), inss: all('.rows ins').map(e => e.innerText),
    broken: all('a[href]').map(a => a.getAttribute('href')).filter(h => !h.startsWith('#') || !document.getElementById(h.slice(1))),
    overflow: document.documentElement.scrollWidth - innerWidth, wide: widest.map(e => e.outerHTML.slice(0, 100)).slice(0, 3),
    order: firstBoxes, styled: getComputedStyle(document.body).maxInlineSize != 'none',
    order_of_headings: all('h1, h2').map(e => e.tagName).join(' '), paragraphs: all('.paragraph').length,
    contrast, where, title: document.title, scripts: document.scripts.length,
  };
})()"""


class Browser:
    def __init__(self, program, folder, websocket):
        arguments = "--headless=new --no-sandbox --disable-gpu --remote-debugging-port=0 --remote-allow-origins=*".split()
        self.process = subprocess.Popen(
            [program, *arguments, f"--user-data-dir={folder}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        port_file = pathlib.Path(folder, "DevToolsActivePort")
        for _ in range(300):
            if port_file.exists() and port_file.read_text().count("\n"):
                break
            time.sleep(0.1)
        port = port_file.read_text().split()[0]
        request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        target = json.load(urllib.request.urlopen(request))
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=60)
        self.number, self.events = 0, []
        for domain in ["Page", "Runtime", "Network", "Log"]:
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, path, width, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.call("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            sys.exit(f"{result['exceptionDetails']}"[:600])
        return result["result"].get("value")

    def press_tab(self):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)

    def shot(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 3200), "scale": 1}
        picture = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()


def faults(name, width, look, events):
    """What is not as it must be."""
    if name in PAGES:
        _, verdict, directions, dels, inss = PAGES[name]
        marks = look["dels"], look["inss"]
    else:
        _, verdict, dels, inss = CORPORA[name]
        directions, marks = None, (set(look["dels"]), set(look["inss"]))
    requests = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    messages = [e for e in events if e["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
    if not look["verdict"].startswith(verdict):
        yield f"verdict: {look['verdict']}"
    if (directions and set(look["directions"]) != directions) or not look["plaintext"]:
        yield f"directions: {look['directions']}"
    if dels is not None and marks != (dels, inss):
        yield f"marks: {look['dels']} {look['inss']}"
    if len(requests) != 1:
        yield f"requests: {requests}"
    if messages:
        yield f"messages: {messages}"[:600]
    if look["broken"]:
        yield f"links without target: {look['broken'][:5]}"
    if look["overflow"] > 0 or look["wide"]:
        yield f"wider than the window by {look['overflow']}: {look['wide']}"
    if look["contrast"] < 4.5:
        yield f"contrast {look['contrast']:.2f}: {look['where']}"
    if not look["styled"]:
        yield "the style was refused"
    if look["scripts"] or look["title"] == "x":
        yield "a script"
    directions = directions or {"rtl" if name == "corpus-arabic" else "ltr"}
    if width > 1000 and look["order"] and len(directions) == 1 and (look["order"][0] < look["order"][1]) == (directions == {"rtl"}):
        yield f"the earlier side is not where reading begins: {look['order']}"
    if not look["order_of_headings"].startswith("H1 H2") or look["order_of_headings"].count("H1") != 1:
        yield f"headings: {look['order_of_headings']}"


def keyboard_faults(browser):
    """What Tab does not reach in the order of the page, in sight and with a ring, of the first 60 that it should."""
    for place in browser.evaluate(REACHABLE)[:60]:
        browser.press_tab()
        focused = browser.evaluate(FOCUSED)
        if not focused or focused["place"] != place:
            yield f"focus out of order: {focused}"
            break
        if not focused["seen"]:
            yield f"focus out of sight: {focused['html']}"
        if not focused["ring"]:
            yield f"focus without a ring: {focused['html']}"


def axe(folder):
    """The source of axe-core, or None."""
    if shutil.which("npm"):
        done = subprocess.run(["npm", "pack", "axe-core", "--silent"], cwd=folder, capture_output=True, text=True)
        if done.returncode == 0:
            subprocess.run(["tar", "xzf", done.stdout.strip().splitlines()[-1]], cwd=folder, check=True)
            return pathlib.Path(folder, "package/axe.min.js").read_text()
    print("axe-core cannot be had: its rules are left out")
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="target/release/dittograph")
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path)
    arguments = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        return print("chromium is absent: the page is not looked at in a browser")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", folder + "/py", "websocket-client"]
        if subprocess.run(pip, capture_output=True).returncode != 0:
            return print("websocket-client cannot be installed: the page is not looked at in a browser")
        sys.path.insert(0, folder + "/py")
        import websocket

        rules = None if arguments.picture else axe(folder)
        browser = Browser(program, folder + "/profile", websocket)
        try:
            if arguments.picture:
                return take_picture(browser, arguments, pathlib.Path(folder, "ferry.html"))
            failed = check(browser, rules, arguments, pathlib.Path(folder))
        finally:
            browser.close()
    sys.exit("\n".join(failed) if failed else None)


def take_picture(browser, arguments, page):
    """The upper part of the page of examples/ferry.txt."""
    subprocess.run([arguments.bin, "scan", "--html", page, "examples/ferry.txt"], check=True, stdout=subprocess.DEVNULL)
    browser.open(page, 1160, "light")
    clip = {"x": 0, "y": 0, "width": 1160, "height": 1180, "scale": 1}
    picture = browser.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
    arguments.picture.write_bytes(base64.b64decode(picture["data"]))


def write_page(arguments, folder, name):
    """Makes a page of its article or its records, and returns the file."""
    page = folder / f"{name}.html"
    if name in PAGES:
        source = folder / f"{name}.txt"
        source.write_text(PAGES[name][0])
        subprocess.run([arguments.bin, "scan", "--html", page, source], check=True, stdout=subprocess.DEVNULL)
    else:
        source = folder / f"{name}.jsonl"
        source.write_text("".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in CORPORA[name][0]))
        subprocess.run([arguments.bin, "dedup", "--quiet", "--html", page, source], check=True)
    return page


def check(browser, rules, arguments, folder):
    failed, looks = [], 0
    for name in [*PAGES, *CORPORA]:
        page = write_page(arguments, folder, name)
        for width in (360, 1440):
            for scheme in ("light", "dark"):
                browser.open(page, width, scheme)
                browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                look = browser.evaluate(LOOK)
                failed += [f"{name}, {width}, {scheme}: {fault}" for fault in faults(name, width, look, browser.events)]
                looks += 1
                if rules and name != "long":
                    browser.evaluate(rules + "; 0")
                    found = browser.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 160)))")
                    failed += [f"{name}, {width}, {scheme}: axe: {violation}" for violation in found]
                if arguments.shots:
                    arguments.shots.mkdir(exist_ok=True)
                    browser.shot(arguments.shots / f"{name}-{width}-{scheme}.png")
        browser.open(page, 1440, "light")
        failed += [f"{name}: {fault}" for fault in keyboard_faults(browser)]
        failed += [f"{name}: without style not in its place: {part[:80]}" for part in browser.evaluate(BARE)]
    print(f"page: {looks} looks at {len(PAGES) + len(CORPORA)} pages, {len(failed)} faults")
    return failed


if __name__ == "__main__":
    main()

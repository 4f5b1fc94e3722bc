#!/usr/bin/env python3
"""What a person sees of the page of a report, in a browser: Chromium, without a window, by its DevTools protocol.

    python3 .ci/page.py [--bin target/release/dittograph] [--shots DIR]

The pages are made here, of texts in English, Arabic, Thai and Hebrew, and of hostile ones. Where Chromium cannot be had
(`apt-get install chromium`) or websocket-client cannot be installed, the check is left out with a word; so is axe-core
where npm cannot fetch it. `--shots DIR` leaves pictures of all pages there, in both schemes and both widths.
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
    _, verdict, directions, dels, inss = PAGES[name]
    requests = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    messages = [e for e in events if e["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
    if not look["verdict"].startswith(verdict):
        yield f"verdict: {look['verdict']}"
    if set(look["directions"]) != directions or not look["plaintext"]:
        yield f"directions: {look['directions']}"
    if dels is not None and (look["dels"], look["inss"]) != (dels, inss):
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
    if width > 1000 and look["order"] and len(directions) == 1 and (look["order"][0] < look["order"][1]) == (directions == {"rtl"}):
        yield f"the earlier side is not where reading begins: {look['order']}"
    if not look["order_of_headings"].startswith("H1 H2") or look["order_of_headings"].count("H1") != 1:
        yield f"headings: {look['order_of_headings']}"


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

        rules = axe(folder)
        browser = Browser(program, folder + "/profile", websocket)
        try:
            failed = check(browser, rules, arguments, pathlib.Path(folder))
        finally:
            browser.close()
    sys.exit("\n".join(failed) if failed else None)


def check(browser, rules, arguments, folder):
    failed, looks = [], 0
    for name, (text, *_) in PAGES.items():
        article, page = folder / f"{name}.txt", folder / f"{name}.html"
        article.write_text(text)
        subprocess.run([arguments.bin, "scan", "--html", page, article], check=True, stdout=subprocess.DEVNULL)
        for width in (360, 1440):
            for scheme in ("light", "dark"):
                browser.open(page, width, scheme)
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
    print(f"page: {looks} looks at {len(PAGES)} pages, {len(failed)} faults")
    return failed


if __name__ == "__main__":
    main()

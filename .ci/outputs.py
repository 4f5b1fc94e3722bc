#!/usr/bin/env python3
"""Whether two builds give the same outputs, byte for byte: for a refactoring, which must change none.

    python3 .ci/outputs.py --bin DIR --write SUMS.json      before: record the SHA-256 of every output
    python3 .ci/outputs.py --bin DIR --against SUMS.json    after: a line for each that differs, exit status 1

Run it from the project's root, with ../shared beside it and the zstd program installed. DIR holds a release build of
the command `dittograph`, or its parent does; or programs scan, dedup and index. Two processes run at a time. Summaries hold times and are not compared. `--skip PREFIX`, once or more often, leaves out such keys:

    dedup/OPTIONS/SET      each set of ../shared/data: the cleaned dump, pairs and runs; what --explain prints
    formats/, cases/       the same of a set in another format, of several dumps at once, of ../shared/cases
    scan/                  the source article and ten texts made of each set
    index-query/           what an index of each set answers to the set's texts
    index-stats/           what an index holds, but for its size and fingerprint
    index-bytes/           the index itself, which changes with the version of its format
    messages/              standard error, where there is any: of the cases that are refused
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Option sets of dedup, and the data sets of which --all-pairs would write more than 300 MB. None takes 60 s.
LARGE = ["docs_ar_dynamics", "docs_cn_tidb", "docs_th_dynamics"]
OPTIONS = {
    "default": ("", LARGE),
    "longest": ("--threshold 0.5 --keep longest", [*LARGE, "scancode_licenses"]),
    "chars": ("--shingles chars:5 --scope across", LARGE),
    "exact": ("--measure containment --candidates exact", [*LARGE, "scancode_licenses"]),
    "newline": ("--boundary newline --recall 0.999 --low-memory", [*LARGE, "scancode_licenses", "docs_en_reactnative"]),
    "within": ("--scope within --min-words 1 --shingles words:3 --boundary blank-line", []),
}
LOOSE = "--boundary newline --threshold 0.5"  # for scan
# Indexes that are merged, added to and removed from.
CHANGED = ["build --threshold 0.6 --out a.index docs_cn_tidb.jsonl.zst", "build --threshold 0.6 --out b.index udhr.jsonl.zst"]
CHANGED += ["merge --out c.index a.index b.index", "add a.index hadith.jsonl.zst", "remove c.index 5.0/README.md"]


class Outputs:
    """Runs in one folder, by relative names, so that no output depends on where it lies; `sums` of what they write."""

    def __init__(self, folder, bin):
        self.folder, self.bin, self.sums = folder, bin, {}

    def run(self, key, program, *words):
        """Record what a run prints, or how it ends if it fails; whether it did its work."""
        whole = shutil.which("dittograph", path=f"{self.bin}:{self.bin.parent}")
        command = [whole, program] if whole else [self.bin / program]
        ran = subprocess.run([*command, *words], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True)
        out = re.sub(rb'"(bytes|fingerprint)":[^,]*', b"", ran.stdout) if key.startswith("index-stats/") else ran.stdout
        if ran.returncode or out:
            self.sums[key] = f"exit {ran.returncode}" if ran.returncode else hashlib.sha256(out).hexdigest()
        if ran.stderr:
            self.sums[f"messages/{key}"] = hashlib.sha256(ran.stderr).hexdigest()
        return ran.returncode == 0

    def take(self, key, path):
        """Record a file, and remove it."""
        with open(self.folder / path, "rb") as file:
            self.sums[key] = hashlib.file_digest(file, "sha256").hexdigest()
        (self.folder / path).unlink()

    def dedup(self, key, *words):
        files = {name: f"{key.replace('/', '+')}.{name}" for name in ("out", "pairs", "runs")}
        options = [word for name, path in files.items() for word in (f"--{name}", path)]
        if self.run(key, "dedup", "--quiet", "--threads", "1", *options, *words):
            for name, path in files.items():
                self.take(f"{key}/{name}", path)

    def index(self, made, steps, texts):
        """Make indexes in some steps, and ask each for some texts."""
        done = [self.run(f"index-stats/{step}", "index", "--quiet", "--json", *step.split()) for step in steps]
        for path in made if all(done) else []:
            for n, text in enumerate(texts):
                form = "--json" if n % 2 else "--limit=3"
                self.run(f"index-query/{path}/{text}", "index", "query", "--quiet", form, path, text)
            self.take(f"index-bytes/{path}", path)


def jobs(outputs, shared):
    """Everything that is run: functions and their arguments."""
    folder, texts = outputs.folder, ["texts/article.txt"]
    (folder / "cases").symlink_to(shared / "cases")
    (folder / "texts").mkdir()
    shutil.copy(shared / "source-article.txt", folder / texts[0])
    for path in sorted(shared.glob("data/*/docs.jsonl.zst")):
        name, dump = path.parent.name, f"{path.parent.name}.jsonl.zst"
        (folder / dump).symlink_to(path)
        docs = [json.loads(line) for line in subprocess.check_output(["zstd", "-dcq", path]).splitlines()]
        for n in range(10):  # neighbouring records from all over the set; every other text has its body twice
            at = len(docs) * n // 10
            text = "\n\n".join(doc["text"] for doc in docs[at : at + 20])[:100_000] + "\n\n"
            texts.append(f"texts/{name}-{n}.txt")
            (folder / texts[-1]).write_text(text * (1 + n % 2), encoding="utf-8", newline="")
        for label, (options, large) in OPTIONS.items():
            yield outputs.dedup, f"dedup/{label}/{name}", *options.split(), dump
            if name not in large:
                yield outputs.dedup, f"dedup/{label}/{name}, all pairs", *options.split(), "--all-pairs", dump
        yield outputs.run, f"dedup/explain/{name}", "dedup", "--quiet", "--explain", docs[len(docs) // 2]["id"], dump
        yield outputs.index, [f"{name}.index"], [f"build --out {name}.index {dump}"], texts[-10:]
    yield outputs.index, ["a.index", "b.index", "c.index"], CHANGED, texts[::5]
    (folder / "no-ids.jsonl").write_text("".join(json.dumps({"text": doc["text"]}) + "\n" for doc in docs))
    for dumps in ("texts", "no-ids.jsonl", "udhr.jsonl.zst hadith.jsonl.zst no-ids.jsonl udhr.jsonl.zst"):
        yield outputs.dedup, f"formats/{dumps}", *dumps.split()
    for case in sorted(str(path.relative_to(folder)) for path in folder.glob("cases/*/[is]*")):  # input and siblings
        yield outputs.dedup, case, case
        yield outputs.dedup, f"{case}, all pairs", "--skip-bad-records", "--all-pairs", case
    for options in [f"{form} {more}" for form in ("", "--json", "--dedup") for more in ("", LOOSE)]:
        yield outputs.run, f"scan/{options}/all", "scan", *options.split(), *texts
        for text in texts:
            yield outputs.run, f"scan/{options}/{text}", "scan", *options.split(), text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="target/release", metavar="DIR")
    parser.add_argument("--skip", action="append", default=[], metavar="PREFIX")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", metavar="SUMS.json")
    what.add_argument("--against", metavar="SUMS.json")
    args = parser.parse_args()
    before = json.loads(pathlib.Path(args.against).read_text()) if args.against else {}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        outputs = Outputs(pathlib.Path(folder), pathlib.Path(args.bin).resolve())
        for job in [pool.submit(*job) for job in jobs(outputs, pathlib.Path("../shared").resolve(strict=True))]:
            job.result()
    if args.write:
        before = outputs.sums
        pathlib.Path(args.write).write_text(json.dumps(before, indent=0, sort_keys=True) + "\n")
    keys, failed = sorted(key for key in before | outputs.sums if not key.startswith(tuple(args.skip))), 0
    for key in keys:
        old, new = before.get(key, "absent"), outputs.sums.get(key, "absent")
        if old != new or (new.startswith("exit") and not key.startswith("cases/")):  # only a case may be refused
            print(f"FAIL {key}: {old[:12]} before, {new[:12]} now")
            failed += 1
    print(f"{len(keys) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not keys else 0)


main()

#!/usr/bin/env python3
"""The same near copies by others: CPU, memory, recall and precision of dittograph and its peers on your own paragraphs.

    cargo build --release --features cli
    python3 .ci/peers.py dump.jsonl more.jsonl [--field text] [--n 100000] [--rounds 3] [--only floor,dittograph]

It needs the network once: cargo builds benches/peers (gaoya), and pip installs rensa, datasketch and numpy of their newest
versions into --home. A file is JSON Lines with a text in --field, or, if its first line is no JSON object, a text. A paragraph
is a line of a text.

The input is the same for all: distinct paragraphs, one a line, of NFKC, in small letters, words (letters and digits) joined by
one space; so all split them alike. Left out are paragraphs of fewer words than a shingle, those in scripts without spaces, and
exact copies, of which the pairs among copies of one line would drown all others. --n takes as many of the rest at random.
--copies keeps them, as a dump has them, and tells only CPU and memory: of 26.8 million pairs 22.9 were between copies.

Each finds pairs of Jaccard 0.7 or more by shingles of 5 words, on one core, one after the other, in some rounds:

  floor             reads, splits and hashes each shingle (xxh3); finds nothing
  floor-python      reads, splits and joins each shingle in Python, which rensa and datasketch are given; finds nothing
  dittograph        `dedup --all-pairs`; every pair is compared exactly. `--rules none`, so that a spelling is what it is to the
                    peers; the default rules cost the same here (2.24 s of CPU, 2.22 without)
  dittograph-flags  the same without `--all-pairs`: only which paragraphs go, each with the one that is kept
  exact             the same as dittograph with `--candidates exact`, which misses none: the truth
  gaoya             as in its README: MinHasher32, MinHashIndex::insert and query, which checks estimates. It names no bands for
                    0.7: here 16 of 8 rows, as rensa has them. Built for this processor (-C target-cpu=native), though it gained
                    nothing: 13.0 and 14.4 s of CPU, without 13.0 and 15.0
  gaoya-recall      the same with 32 bands of 4 rows: more candidates, as in its examples (42 of 3 rows at 0.5)
  rensa             RMinHash.from_token_sets, RMinHashLSH with the bands that rensa takes at 0.7 (16), query_all, and the
                    estimate at 0.7 or more, as its RMinHashDeduplicator does
  rensa-flags       as in its README: RMinHashDeduplicator.add_pairs, which says only whether a like paragraph came before
  datasketch        as its documentation of MinHashLSH has it: MinHash.bulk, insert, query, filtered by MinHash.jaccard
  datasketch-raw    the same without that filter

All take 128 slots at most. Recall is the share of the true pairs that are found, precision that of the found pairs that are
true. For flags: true pairs of which one side is flagged, and flagged paragraphs with a true pair.

The truth is held against all pairs of --check paragraphs, compared here with Python's sets: those with the smallest hashes of
shingles, so that like ones are among them. What takes longer than --limit seconds is stopped, and left out of later rounds.
"""

import argparse
import array
import heapq
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time
import unicodedata
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH, THRESHOLD, SLOTS = 5, 0.7, 128
RENSA_BANDS = 16  # `default_lsh_bands` in its source
CHUNK = 5000  # paragraphs that a Python peer is given at once
WORD = re.compile(r"[^\W_]+")
# Thai and Lao, Burmese, Khmer, Chinese and Japanese: words that dittograph splits and the peers do not.
WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
DEDUP = "dedup --quiet --threads 1 --format text --shingles words:5 --threshold 0.7 --boundary newline --min-words 1".split()
DEDUP += "--rules none --evidence threshold --siblings remove --pairs".split()
OURS = {"dittograph": "--all-pairs", "dittograph-flags": "", "exact": "--all-pairs --candidates exact"}
CONTENDERS = "floor floor-python dittograph dittograph-flags exact gaoya gaoya-recall rensa rensa-flags datasketch datasketch-raw"


# What follows up to `main` runs in processes of its own: the memory of this one would count as theirs.


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def texts_of(path, field):
    """The texts of JSON Lines, or the lines of a text."""
    json_lines = None
    for line in lines_of(path):
        if json_lines is None:
            json_lines = line.startswith("{")
        yield json.loads(line).get(field) or "" if json_lines else line


def prepare(field, n, copies, out, *paths):
    """Write the plain paragraphs, and print how many there were of each kind."""
    counts = dict.fromkeys(["read", "too short", "without spaces", "exact copies", "kept"], 0)
    seen, kept = set(), []
    for path in paths:
        for text in texts_of(path, field):
            for line in text.split("\n"):
                words = WORD.findall(unicodedata.normalize("NFKC", line).lower())
                counts["read"] += bool(words)
                if len(words) < WIDTH:
                    counts["too short"] += bool(words)
                    continue
                plain = " ".join(words)
                if WITHOUT_SPACES.search(plain):
                    counts["without spaces"] += 1
                    continue
                counts["exact copies"] += plain in seen
                if copies == "True" or plain not in seen:
                    seen.add(plain)
                    kept.append(plain)
    if 0 < int(n) < len(kept):
        # By a hash, so that a larger sample holds a smaller one.
        chosen = heapq.nsmallest(int(n), range(len(kept)), key=lambda at: zlib.crc32(kept[at].encode()))
        kept = [kept[at] for at in sorted(chosen)]
    counts["kept"] = len(kept)
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in kept)
    print(json.dumps(counts))


def shingles_of(line):
    words = line.split()
    return [" ".join(words[at : at + WIDTH]) for at in range(len(words) - WIDTH + 1)]


def chunks_of(path):
    """Shingles of some paragraphs at a time."""
    chunk = []
    for line in lines_of(path):
        chunk.append(shingles_of(line))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def write(numbers, path):
    with open(path, "wb") as file:
        array.array("I", numbers).tofile(file)


def floor_python(path, out):
    write([sum(len(shingles) for chunk in chunks_of(path) for shingles in chunk) % 2**32], out)


def rensa(path, out):
    from rensa import RMinHash, RMinHashLSH

    sketches = []
    for chunk in chunks_of(path):
        sketches += RMinHash.from_token_sets(chunk, num_perm=SLOTS, seed=42)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=SLOTS, num_bands=RENSA_BANDS)
    index.insert_many(sketches)
    pairs = array.array("I")
    for start in range(0, len(sketches), CHUNK):
        for earlier, candidates in enumerate(index.query_all(sketches[start : start + CHUNK]), start):
            for later in candidates:
                if later > earlier and sketches[earlier].jaccard(sketches[later]) >= THRESHOLD:
                    pairs.extend((earlier, later))
    write(pairs, out)


def rensa_flags(path, out):
    from rensa import RMinHashDeduplicator

    deduplicator = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=SLOTS, use_lsh=True)
    flags, count = array.array("I"), 0
    for chunk in chunks_of(path):
        added = deduplicator.add_pairs([(str(at), shingles) for at, shingles in enumerate(chunk, count)])
        flags.extend(at for at, is_new in enumerate(added, count) if not is_new)
        count += len(chunk)
    write(flags, out)


def datasketch(path, out, filtered=True):
    from datasketch import MinHash, MinHashLSH

    sketches = []
    for chunk in chunks_of(path):
        sketches += MinHash.bulk([[shingle.encode() for shingle in shingles] for shingles in chunk], num_perm=SLOTS)
    index = MinHashLSH(threshold=THRESHOLD, num_perm=SLOTS)
    for at, sketch in enumerate(sketches):
        index.insert(at, sketch)
    pairs = array.array("I")
    for earlier, sketch in enumerate(sketches):
        for later in index.query(sketch):
            if later > earlier and (not filtered or sketch.jaccard(sketches[later]) >= THRESHOLD):
                pairs.extend((earlier, later))
    write(pairs, out)


def datasketch_raw(path, out):
    datasketch(path, out, filtered=False)


def numbers(path, columns):
    """All numbers of a file, or those of some columns of dittograph's tables."""
    import numpy

    if not path.endswith(".tsv"):
        return numpy.fromfile(path, dtype=numpy.uint32).astype(numpy.uint64)
    with open(path, encoding="utf-8") as file:
        next(file)
        rows = (line.split("\t") for line in file)
        return numpy.fromiter((int(row[column]) for row in rows for column in columns), dtype=numpy.uint64)


def found(path):
    """The pairs of a file as sorted numbers."""
    import numpy

    pairs = numbers(path, (1, 3)).reshape(-1, 2)
    return numpy.unique(pairs.min(axis=1) << numpy.uint64(32) | pairs.max(axis=1))


def score(truth, *paths):
    """Print the pairs, the recall and the precision of each file."""
    import numpy

    truth = found(truth)
    sides = numpy.stack([truth >> numpy.uint64(32), truth & numpy.uint64(2**32 - 1)])
    scores = []
    for path in paths:
        if "-flags." in path:
            told = numpy.unique(numbers(path, (3,)))
            recall, right = numpy.isin(sides, told).any(axis=0).sum(), numpy.isin(told, sides).sum()
        else:
            told = found(path)
            recall = right = len(numpy.intersect1d(told, truth, assume_unique=True))
        scores.append([len(told), int(recall) / max(len(truth), 1), int(right) / max(len(told), 1)])
    print(json.dumps(scores))


def check(path, truth, count):
    """Hold the truth against all pairs of some paragraphs, by Python's sets."""
    import numpy

    sets = [frozenset(shingles_of(line)) for line in lines_of(path)]
    least = [min(zlib.crc32(shingle.encode()) for shingle in shingles) for shingles in sets]
    sample = sorted(heapq.nsmallest(int(count), range(len(sets)), key=least.__getitem__))
    expected, edge = set(), 0
    for place, earlier in enumerate(sample):
        ours = sets[earlier]
        for later in sample[place + 1 :]:
            theirs = sets[later]
            common = len(ours & theirs)
            union = len(ours) + len(theirs) - common
            if 10 * common >= 7 * union:
                expected.add((earlier, later))
            edge += 5 * union <= 10 * common < 7 * union
    truth, sample = found(truth), numpy.array(sample, dtype=numpy.uint64)
    sides = truth >> numpy.uint64(32), truth & numpy.uint64(2**32 - 1)
    inside = numpy.isin(sides[0], sample) & numpy.isin(sides[1], sample)
    got = set(zip(sides[0][inside].tolist(), sides[1][inside].tolist()))
    for pair in sorted(expected ^ got)[:5]:
        print(f"{pair} is {'missing' if pair in expected else 'no pair'}", file=sys.stderr)
    print(json.dumps([len(sample), len(expected), edge, len(expected ^ got)]))


JOBS = [prepare, floor_python, rensa, rensa_flags, datasketch, datasketch_raw, score, check]
JOBS = {job.__name__.replace("_", "-"): job for job in JOBS}


class Bench:
    def __init__(self, options):
        self.options, self.home = options, options.home
        self.home.mkdir(parents=True, exist_ok=True)
        self.python = self.home / "venv/bin/python"
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.home / "venv"], check=True)
            subprocess.run([self.python, "-m", "pip", "install", "-q", "rensa", "datasketch", "numpy"], check=True)
        peers = ROOT / "benches/peers"
        native = os.environ | {"RUSTFLAGS": "-C target-cpu=native", "CARGO_TARGET_DIR": str(self.home / "target")}
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=peers, env=native, check=True)
        self.peers = self.home / "target/release/dittograph-peers"
        self.input = self.home / "input.txt"

    def job(self, *words):
        return list(map(str, [self.python, __file__, "job", *words]))

    def answer(self, *words):
        """What a job prints."""
        return json.loads(subprocess.run(self.job(*words), check=True, stdout=subprocess.PIPE).stdout)

    def out(self, name):
        return str(self.home / f"{name}.{'tsv' if name in OURS else 'u32'}")

    def command(self, name):
        out = self.out(name)
        match name:
            case "floor":
                return [self.peers, "floor", self.input]
            case "gaoya" | "gaoya-recall":
                return [self.peers, "gaoya", self.input, *(("16", "8") if name == "gaoya" else ("32", "4")), out]
        if name in OURS:
            return [self.options.bin, *DEDUP, out, *OURS[name].split(), self.input]
        return self.job(name, self.input, out)

    def measure(self, name):
        """CPU seconds and peak memory in MiB; nothing if the time is up."""
        one = {name: "1" for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        pin = lambda: os.sched_setaffinity(0, {self.options.core})
        process = subprocess.Popen(
            list(map(str, self.command(name))), stdout=subprocess.DEVNULL, env=os.environ | one, preexec_fn=pin
        )
        late = []
        timer = threading.Timer(self.options.limit, lambda: (late.append(name), process.kill()))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if late:
            return None
        if process.returncode:
            sys.exit(f"{name} ended with status {process.returncode}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def versions(bench):
    listed = subprocess.run([bench.python, "-m", "pip", "list", "--format", "json"], capture_output=True, check=True)
    listed = {package["name"]: package["version"] for package in json.loads(listed.stdout)}
    lock = (ROOT / "benches/peers/Cargo.lock").read_text()
    gaoya = re.search(r'name = "gaoya"\nversion = "(.*)"', lock)[1]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    python = sys.version.split()[0]
    return (
        f"{time.strftime('%Y-%m-%d')}, {model[1] if model else 'unknown processor'}; dittograph {commit}, gaoya {gaoya}, "
        f"rensa {listed['rensa']}, datasketch {listed['datasketch']}, Python {python}"
    )


def scores_of(bench, names, count):
    """The pairs, recall and precision of each that finds something, once the truth was held against Python's sets."""
    if "exact" not in names and bench.measure("exact") is None:
        sys.exit("the exact join takes longer than --limit")
    truth = bench.out("exact")
    if count:
        sample, pairs, edge, wrong = bench.answer("check", bench.input, truth, count)
        print(f"all pairs of {sample:,} paragraphs by Python's sets: {pairs:,} of 0.7 or more, {edge:,} of 0.5 to 0.7; {wrong} differ")
        if wrong:
            sys.exit(1)
    names = [name for name in names if "floor" not in name]
    return dict(zip(names, bench.answer("score", truth, *map(bench.out, names))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", nargs="+", type=pathlib.Path)
    parser.add_argument("--field", default="text")
    parser.add_argument("--n", type=int, default=0, help="take so many distinct paragraphs at random; 0: all")
    parser.add_argument("--copies", action="store_true", help="keep exact copies, and tell only CPU and memory")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=CONTENDERS.replace(" ", ","))
    parser.add_argument("--limit", type=float, default=900, help="seconds that one run may take")
    parser.add_argument("--slow", type=float, default=60, help="what takes more seconds is run once")
    parser.add_argument("--check", type=int, default=4000, help="paragraphs of which all pairs are compared; 0: none")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release/dittograph")
    parser.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".cache/dittograph-peers")
    options = parser.parse_args()
    names = options.only.split(",")
    for name in names:
        if name not in CONTENDERS.split():
            parser.error(f"no contender is called {name}; there are {CONTENDERS}")

    bench = Bench(options)
    counts = bench.answer("prepare", options.field, options.n, options.copies, bench.input, *options.dumps)
    print(versions(bench))
    print(", ".join(f"{count:,} {kind}" for kind, count in counts.items()), f"({bench.input.stat().st_size / 1e6:.0f} MB)")

    cpu, peak = {name: [] for name in names}, {}
    stopped = set()
    for number in range(options.rounds):
        for name in names:
            if name in stopped or number and cpu[name][0] > options.slow:
                continue
            print(f"round {number + 1}: {name} …", file=sys.stderr)
            measured = bench.measure(name)
            if measured is None:
                stopped.add(name)
                continue
            cpu[name].append(measured[0])
            peak[name] = max(peak.get(name, 0), measured[1])

    scores = {} if options.copies else scores_of(bench, [name for name in names if cpu[name]], options.check)
    print("| | CPU s | × floor | × dittograph | peak MiB | pairs | recall | precision |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        if not cpu[name]:
            print(f"| {name} | more than {options.limit:.0f} s: stopped |")
            continue
        median = statistics.median(cpu[name])
        spread = f" ({min(cpu[name]):.2f}–{max(cpu[name]):.2f})" if len(cpu[name]) > 1 else " (once)"
        ratios = [f"{median / statistics.median(cpu[base]):.2f}" if cpu.get(base) else "" for base in ("floor", "dittograph")]
        found = scores.get(name)
        found = [f"{found[0]:,}", f"{found[1]:.4f}", f"{found[2]:.4f}"] if found else ["", "", ""]
        print(f"| {name} | {median:.2f}{spread} |", " | ".join([*ratios, f"{peak[name]:,.0f}", *found]), "|")


if __name__ == "__main__":
    if sys.argv[1:2] == ["job"]:
        JOBS[sys.argv[2]](*sys.argv[3:])
    else:
        main()

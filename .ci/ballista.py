#!/usr/bin/env python3
"""Whether examples/ballista finds on a cluster what the command finds on one machine.

    python3 .ci/ballista.py [--bin DIR] [--program FILE]

Run it from the project's root. DIR holds the command `dittograph` (target/release); FILE is a build of the example, which
is else built here, in its own folder. A scheduler and executors run as processes on loopback; all of them are ended.
It is left out, with a word, where the dependencies cannot be had or Rust is too old for them.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples/ballista"
DATA = ROOT.parent / "shared/data"
LONGEST = 900  # seconds that a run may take


def left_out(why):
    print(f"{why}: the job on Apache Ballista is not run")
    sys.exit(0)


def built():
    """Builds the example, and returns its program."""
    fetched = subprocess.run(["cargo", "fetch", "--locked"], cwd=EXAMPLE, capture_output=True, text=True)
    if fetched.returncode != 0:
        left_out("the dependencies of examples/ballista cannot be had")
    version = subprocess.run(["cargo", "--version"], capture_output=True, text=True).stdout.split()[1]
    if tuple(int(part) for part in version.split("-")[0].split(".")) < (1, 94, 0):
        left_out(f"Rust {version} is older than 1.94")
    start = time.time()
    subprocess.run(["cargo", "build", "--locked", "--quiet"], cwd=EXAMPLE, check=True)
    print(f"built in {time.time() - start:.0f} s")
    return EXAMPLE / "target/debug/dittograph-ballista"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Cluster:
    """A scheduler and some executors, until the block ends."""

    def __init__(self, program, folder, executors, *more):
        self.program, self.folder, self.count, self.more = program, folder, executors, more
        self.processes = []

    def start(self, name, *arguments):
        log = open(self.folder / f"{name}.log", "w")
        process = subprocess.Popen([self.program, *map(str, arguments)], stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def __enter__(self):
        port, *ports = free_ports(1 + 2 * self.count)
        self.url = f"df://127.0.0.1:{port}"
        self.scheduler = self.start("scheduler", "scheduler", "--port", port, "--executor-timeout", 8)
        wait_for(port)
        self.executors = []
        for n in range(self.count):
            data, grpc = ports[2 * n : 2 * n + 2]
            work = self.folder / f"executor-{n}"
            work.mkdir(exist_ok=True)
            self.executors.append(
                self.start(
                    f"executor-{n}", "executor", "--scheduler-port", port, "--port", data, "--grpc-port", grpc,
                    "--work-dir", work, *self.more,
                )
            )
            wait_for(data)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
        for process in self.processes:
            process.wait()

    def peaks(self):
        """The most memory that each process had, in MiB."""
        return [peak(process.pid) for process in self.processes if process.poll() is None]


def peak(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def wait_for(port):
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    sys.exit(f"nothing listens on port {port}")


class Check:
    def __init__(self, program, command, folder):
        self.program, self.command, self.folder = program, command, folder
        self.number = 0

    def new_folder(self):
        self.number += 1
        folder = self.folder / f"{self.number:03}"
        folder.mkdir()
        return folder

    def expected(self, dump, options):
        """What the command finds."""
        folder = self.new_folder()
        out = folder / ("out.parquet" if dump.suffix == ".parquet" else "out.jsonl")
        paths = ["--pairs", folder / "pairs.tsv", "--clusters", folder / "clusters.jsonl", "--out", out]
        subprocess.run([self.command, "dedup", "--quiet", *options, *paths, dump], check=True)
        return found(folder, [out])

    def arguments(self, dump, options, folder):
        paths = ["--pairs", folder / "pairs.tsv", "--clusters", folder / "clusters.jsonl", "--out", folder / "out"]
        return [*paths, "--work", folder / "work", "--summary", folder / "summary.json", *options, dump]

    def found(self, dump, options, url=None, between=None):
        """What the example finds, in one process or on a cluster. `between` is called with each line of its progress."""
        folder = self.new_folder()
        role = ["dedup", "--scheduler", url] if url else ["local"]
        command = [self.program, *role, *self.arguments(dump, options, folder)]
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
        end = threading.Timer(LONGEST, process.kill)
        end.start()
        lines = []
        try:
            for line in process.stderr:
                lines.append(line)
                if between:
                    between(line)
        finally:
            end.cancel()
        if process.wait() != 0:
            sys.exit(f"{' '.join(map(str, command))}: status {process.returncode}\n{''.join(lines[-5:])}")
        self.summary = json.loads((folder / "summary.json").read_text())
        result = found(folder, sorted((folder / "out").iterdir()))
        shutil.rmtree(folder / "work")
        return result

    def refused(self, words, arguments, url=None):
        """That a run fails with status 2 and one line that has these words, and leaves no output."""
        folder = self.new_folder()
        role = ["dedup", "--scheduler", url] if url else ["local"]
        given = [folder / "work" if argument == "WORK" else argument for argument in arguments]
        paths = ["--pairs", folder / "pairs.tsv", "--out", folder / "out", "--quiet"]
        command = [self.program, *role, *paths, *given]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
        lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert done.returncode == 2 and len(lines) == 1, (command, done.returncode, done.stderr[-2000:])
        assert all(word in lines[0] for word in words), (words, lines[0])
        assert not (folder / "pairs.tsv").exists() and not (folder / "out").exists(), folder
        print(f"   refused: {lines[0][:150]}")


def found(folder, parts):
    pairs = (folder / "pairs.tsv").read_text().splitlines()
    clusters = (folder / "clusters.jsonl").read_text().splitlines()
    return {
        "pairs": pairs,
        "clusters": sorted(json.dumps(rounded(json.loads(line)), sort_keys=True) for line in clusters),
        "dump": b"".join(part.read_bytes() for part in parts),
    }


def rounded(value):
    if isinstance(value, float):
        return round(value, 12)
    if isinstance(value, dict):
        return {key: rounded(of) for key, of in value.items()}
    return [rounded(of) for of in value] if isinstance(value, list) else value


def same(what, expected, got, compares_dump=True):
    for part in ["pairs", "clusters"] + (["dump"] if compares_dump else []):
        if expected[part] != got[part]:
            one, other = (set(of[part]) if part != "dump" else {of[part][:200]} for of in (expected, got))
            sys.exit(f"{what}: other {part}: missing {sorted(one - other)[:3]}, more {sorted(other - one)[:3]}")
    print(f"   the same: {what}: {len(got['pairs']) - 1} removals")


def write_dump(path, documents):
    with open(path, "w") as file:
        for n, paragraphs in enumerate(documents):
            file.write(json.dumps({"id": f"d{n}", "text": "\n\n".join(paragraphs), "n": n}) + "\n")
    return path


def versions(count, seed):
    """Documents of which most are versions of others, with lines that stand in many, short ones and siblings."""
    dice = random.Random(seed)
    words = [f"w{n}" for n in range(600)]
    sentence = lambda: " ".join(dice.choices(words, k=dice.choice([2, 4, 7, 9, 12, 20])))

    def edited(text):
        parts = text.split()
        for _ in range(1 + dice.randrange(1 + len(parts) // 5)):
            parts[dice.randrange(len(parts))] = dice.choice(words)
        return " ".join(parts)

    lines = [sentence() for _ in range(4)]
    documents = []
    for _ in range(count):
        document = []
        if documents and dice.random() < 0.8:
            for text in dice.choice(documents[-60:]):
                kind = dice.randrange(9)
                if kind == 1:
                    document.append(sentence())
                elif kind in (2, 3):
                    document.append(edited(text))
                elif kind == 4:
                    document += [text, edited(text)]
                elif kind > 4:
                    document.append(text)
        else:
            document = [sentence() for _ in range(dice.randrange(10))]
        if dice.random() < 0.5:
            document.insert(dice.randrange(len(document) + 1), dice.choice(lines))
        if dice.random() < 0.2:
            document += [edited(text) for text in document]
        documents.append(document[:40])
    return documents


def check_options(check):
    """All options, in one process, on documents made for it."""
    dump = write_dump(check.folder / "versions.jsonl", versions(400, 1))
    sets = [
        [], ["--evidence", "threshold"], ["--siblings", "remove"], ["--keep", "longest", "--threshold", "0.5"],
        ["--scope", "within", "--min-words", "1"], ["--scope", "across", "--threshold", "0.5"], ["--min-words", "0"],
        ["--boundary", "newline", "--shingles", "chars:5"],
    ]
    for options in sets:
        expected = check.expected(dump, options)
        same(f"local {' '.join(options)}", expected, check.found(dump, [*options, "--partitions", "2"]))
    # Buckets of more than two are large here, and shards and pieces are small.
    sets = [
        ["--threshold", "0.5"], ["--threshold", "0.5", "--keep", "longest"], ["--threshold", "0.5", "--keep", "last"],
        ["--threshold", "0.3", "--scope", "across"], ["--threshold", "0.5", "--siblings", "remove", "--min-words", "10"],
    ]
    for options in sets:
        # The command does not keep the last.
        expected = check.found(dump, options) if "last" in options else check.expected(dump, options)
        small = ["--max-bucket", "2", "--shard", "20", "--max-pairs", "10", "--partitions", "3"]
        same(f"local {' '.join(options + small)}", expected, check.found(dump, options + small))
        assert check.summary["large_buckets"] > 0 and check.summary["rounds_of_large_buckets"] > 1, check.summary
        stages = {stage["stage"]: stage["rows"] for stage in check.summary["stages"]}
        assert any(name.startswith("decided") and name.endswith("part_2") for name in stages), stages
        assert "across" in options or stages["gone_2"] > 0, stages
    return dump


def check_skew(check):
    """A bucket of 10,000 near copies, on two executors: there is about a pair for each, and they are decided in parts."""
    dice = random.Random(3)
    words = [f"w{n}" for n in range(40)]

    def varied(n):
        varied = list(words)
        varied[dice.randrange(len(words))] = f"x{n}"
        return [" ".join(varied)]

    count = 10_000
    dump = write_dump(check.folder / "bucket.jsonl", (varied(n) for n in range(count)))
    options = ["--evidence", "threshold"]
    expected = check.expected(dump, options)
    assert len(expected["pairs"]) > count * 0.9, len(expected["pairs"])
    with Cluster(check.program, check.new_folder(), 2) as cluster:
        got = check.found(dump, [*options, "--partitions", "2", "--shard", "5000"], cluster.url)
        same("a bucket of 10,000 near copies", expected, got)
    rows = {stage["stage"]: stage["rows"] for stage in check.summary["stages"]}
    compared = sum(rows[stage] for stage in rows if "candidates" in stage)
    part = max(rows[stage] for stage in rows if stage.startswith("part_"))
    assert compared < 2 * count, compared
    assert 0 < part <= 5_000, part
    print(f"   {compared} pairs compared, {part} paragraphs in a part")


def check_cluster(check, dump):
    """The same for any number of partitions and executors; Parquet; a resumed job."""
    expected = check.expected(dump, [])
    for executors in (1, 2):
        folder = check.new_folder()
        with Cluster(check.program, folder, executors) as cluster:
            for partitions in (1, 2, 4):
                got = check.found(dump, ["--partitions", partitions], cluster.url)
                same(f"{executors} executors, {partitions} partitions", expected, got)


def check_data(check, name):
    packed = DATA / name / "docs.jsonl.zst"
    if not packed.exists():
        print(f"{packed} is absent: left out")
        return
    dump = check.folder / f"{name}.jsonl"
    subprocess.run(["zstd", "-dqf", packed, "-o", dump], check=True)
    expected = check.expected(dump, [])
    folder = check.new_folder()
    options = ["--partitions", "4", "--piece-size", "4"]
    with Cluster(check.program, folder, 2) as cluster:
        start = time.time()
        same(f"{name} on two executors", expected, check.found(dump, options, cluster.url))
        print(f"   in {time.time() - start:.1f} s; peaks of scheduler and executors {cluster.peaks()} MiB")
        took = {stage["stage"]: stage["seconds"] for stage in check.summary["stages"]}
        heaviest = max(took, key=took.get)
        killed = []

        def kill(line):
            if f"] {heaviest} …" in line and not killed:
                time.sleep(took[heaviest] / 3)
                cluster.executors[1].send_signal(signal.SIGKILL)
                killed.append(line)

        start = time.time()
        got = check.found(dump, options, cluster.url, kill)
        assert killed, heaviest
        same(f"{name}, an executor killed in the stage {heaviest}", expected, got)
        print(f"   in {time.time() - start:.1f} s")


def check_refusals(check, dump):
    bad = check.folder / "bad.jsonl"
    bad.write_text('{"id": 1, "text": "One line."}\n{"id": 2, "body": "Another line."}\n')
    work = ["--work", "WORK"]
    check.refused(["bad.jsonl:2", "text"], [*work, bad])
    check.refused(["no-such"], [*work, check.folder / "no-such.jsonl"])
    check.refused(["threshold", "2"], [*work, "--threshold", "2", dump])
    check.refused(["no scheduler answers", "role scheduler"], [*work, dump], "df://127.0.0.1:1")
    folder = check.new_folder()
    with Cluster(check.program, folder, 1, "--without-functions") as cluster:
        check.refused(["does not know the job's functions"], [*work, dump], cluster.url)
    folder = check.new_folder()
    with Cluster(check.program, folder, 1) as cluster:
        check.refused(["build other", "one program"], [*work, "--build", "other", dump], cluster.url)
        check.refused(["bad.jsonl:2", "text"], [*work, bad], cluster.url)


def check_full_disk(check, dump):
    small = check.new_folder()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "none", small]
    if subprocess.run(list(map(str, mount)), capture_output=True).returncode != 0:
        print("   nothing can be mounted here: a full disk is left out")
        return
    try:
        check.refused(["No space left on device"], ["--work", small / "work", dump])
    finally:
        subprocess.run(["umount", str(small)], check=True)


def check_gone(check, dump):
    """That a job whose scheduler is killed ends with a word."""
    folder = check.new_folder()
    with Cluster(check.program, folder, 1) as cluster:
        arguments = check.arguments(dump, [], folder)
        command = [check.program, "dedup", "--scheduler", cluster.url, *arguments]
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
        end = threading.Timer(LONGEST, process.kill)
        end.start()
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "] bands …" in line:
                cluster.scheduler.kill()
        end.cancel()
        assert process.wait() == 2 and "--resume" in lines[-1], lines[-3:]
        assert not (folder / "pairs.tsv").exists() and not (folder / "out").exists(), folder
        print(f"   refused: {lines[-1][:150]}")


def check_resume(check, dump):
    """A job whose driver was killed goes on, and does not take what was changed for whole."""
    expected = check.expected(dump, [])
    folder = check.new_folder()
    command = [check.program, "local", *check.arguments(dump, ["--resume"], folder)]
    command = list(map(str, command))
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "candidates …" in line:
            process.kill()
            break
    process.wait()
    damaged = next(file for file in sorted((folder / "work/groups").iterdir()) if file.suffix == ".parquet")
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "read: " in done.stderr and "is there" in done.stderr, done.stderr
    stages = {stage["stage"]: stage["resumed"] for stage in json.loads((folder / "summary.json").read_text())["stages"]}
    assert stages["read"] and not stages["groups"], stages
    same("a resumed job, of which a file was damaged", expected, found(folder, sorted((folder / "out").iterdir())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release")
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    program = arguments.program or built()
    with tempfile.TemporaryDirectory() as folder:
        check = Check(program.resolve(), (arguments.bin / "dittograph").resolve(), pathlib.Path(folder))
        dump = write_dump(check.folder / "versions.jsonl", versions(400, 1))
        steps = {
            "options": lambda: check_options(check),
            "resume": lambda: check_resume(check, dump),
            "cluster": lambda: check_cluster(check, dump),
            "skew": lambda: check_skew(check),
            "refusals": lambda: check_refusals(check, dump),
            "full disk": lambda: check_full_disk(check, dump),
            "scheduler gone": lambda: check_gone(check, dump),
            "docs_en_reactnative": lambda: check_data(check, "docs_en_reactnative"),
            "docs_ar_dynamics": lambda: check_data(check, "docs_ar_dynamics"),
        }
        for name, step in steps.items():
            if not arguments.only or name in arguments.only:
                start = time.time()
                print(f"== {name}", flush=True)
                step()
                print(f"   {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()

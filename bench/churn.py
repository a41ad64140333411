#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""churn.py - many runs of the indexer on a folder that changes, with the daemon asked all along.

    python3 bench/churn.py --programs BUILD --work FOLDER [--runs 200] [--askers 2] [--seed 1] CORPUS

Copies CORPUS, indexes the copy, starts verbatim-queryd, and then, run after run, edits, adds, moves and deletes files and
indexes again. Edits put words of their own at the ends of files, which Python counts; meanwhile connections ask for
them. Each reply must be OK and say what was true in the generation that it names. Prints a line for each tenth run, and
at the end the sums: wrong answers, segments, bytes on disk against a fresh build, processor time by files changed."""

import argparse
import json
import os
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

MARKS = ["zqalder", "zqbirch", "zqcedar"]
QUERIES = ["zqalder", '"zqalder zqbirch"', "zqbirch AND zqcedar", '"zqcedar * zqalder"', "zqalder NOT zqcedar"]


def occurrences(words: list[str]) -> list[tuple[bool, int]]:
    """For each query whether a document of these words is found, and its matches."""
    a, b, c = (words.count(mark) for mark in MARKS)
    pairs = sum(one == MARKS[0] and two == MARKS[1] for one, two in zip(words, words[1:]))
    gaps = sum(one == MARKS[2] and two == MARKS[0] for one, two in zip(words, words[2:]))
    return [(a > 0, a), (pairs > 0, pairs), (b > 0 and c > 0, b + c), (gaps > 0, gaps), (a > 0 and c == 0, a)]


def is_plain(path: Path) -> bool:
    """Whether what is put at its end is text: nothing is open there that would hide it."""
    try:
        text = path.read_text()
    except (UnicodeDecodeError, OSError):
        return False
    return "<" not in text and "\0" not in text and text.count("```") % 2 == 0 and text.count("~~~") % 2 == 0


class Library:
    """The folder, and the words that were put into it: by path, of each file."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng, self.serial = folder, rng, 0
        self.paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        self.marks: dict[Path, list[str]] = {}

    def pick(self) -> int:
        return self.rng.randrange(len(self.paths))

    def edit(self) -> None:
        path = self.paths[self.pick()]
        if path not in self.marks and not is_plain(path):
            return self.add()
        words = self.rng.choices(MARKS, k=self.rng.randint(1, 6))
        with path.open("a") as file:
            file.write("\n\n" + " ".join(words) + "\n")
        self.marks.setdefault(path, []).extend(words)

    def add(self) -> None:
        self.serial += 1
        path = self.paths[self.pick()].parent / f"added-{self.serial}.txt"
        words = self.rng.choices(MARKS, k=self.rng.randint(1, 40))
        path.write_text(" ".join(words) + "\n")
        self.paths.append(path)
        self.marks[path] = words

    def delete(self) -> None:
        at = self.pick()
        path = self.paths[at]
        self.paths[at] = self.paths[-1]
        self.paths.pop()
        path.unlink()
        self.marks.pop(path, None)

    def move(self) -> None:
        at = self.pick()
        path = self.paths[at]
        self.serial += 1
        to = self.paths[self.pick()].parent / f"moved-{self.serial}{path.suffix}"
        path.rename(to)
        self.paths[at] = to
        if path in self.marks:
            self.marks[to] = self.marks.pop(path)

    def change(self, n: int) -> None:
        for _ in range(n):
            self.rng.choices([self.edit, self.add, self.delete, self.move], [6, 2, 1, 2])[0]()

    def truth(self) -> list[tuple[int, int]]:
        found = [occurrences(words) for words in self.marks.values()]
        return [(sum(f[q][0] for f in found), sum(f[q][1] for f in found if f[q][0])) for q in range(len(QUERIES))]


class Asker(threading.Thread):
    """Asks until told to stop; keeps what it was told."""

    def __init__(self, address: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.address, self.rng, self.stop = address, random.Random(seed), threading.Event()
        self.told: list[tuple[int, int, int, int]] = []
        self.failures: list[str] = []

    def run(self) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.address)
            stream = connection.makefile("rw", encoding="utf-8", newline="\n")
            while not self.stop.is_set():
                number = self.rng.randrange(len(QUERIES))
                command = self.rng.choice(["count", "docs", "search"])
                stream.write(f"{command} {QUERIES[number]}\n")
                stream.flush()
                self.take(number, stream)
                time.sleep(0.002)

    def take(self, number: int, stream) -> None:  # noqa: ANN001
        status = stream.readline()
        found = re.match(r"OK (\d+) docs=(\d+) matches=(\d+) complete=yes generation=(\d+) ", status)
        if not found:
            self.failures.append(status or "the connection was closed")
            return
        rows, docs, matches, generation = (int(part) for part in found.groups())
        for _ in range(rows):
            stream.readline()
        self.told.append((generation, number, docs, matches))


def indexed(args: argparse.Namespace, *words: str) -> float:
    """Runs the indexer; user time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([f"{args.programs}/verbatim-indexer", *words], cwd=args.work, capture_output=True, text=True,
                          check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"the indexer ended with {done.returncode}: {done.stderr}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def info(args: argparse.Namespace, index: str) -> dict:
    out = subprocess.run([f"{args.programs}/verbatim-indexer", "--index", index, "--info", "--json"], cwd=args.work,
                         capture_output=True, check=True).stdout
    return json.loads(out)


def disk(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def churn(args: argparse.Namespace, library: Library, expected: dict[int, list[tuple[int, int]]]) -> list[dict]:
    runs = []
    for number in range(1, args.runs + 1):
        n = library.rng.choice([0, 1, 1, 3, 10, 30, 100])
        library.change(n)
        seconds = indexed(args, "--index", "index")
        facts = info(args, "index")
        expected[facts["generation"]] = library.truth()
        runs.append({"n": n, "seconds": seconds, "segments": facts["segments"], "dead": facts["dead"],
                     "bytes": disk(args.work / "index")})
        if number % 10 == 0:
            print(f"run {number}: generation {facts['generation']}, {facts['documents']} documents, "
                  f"{facts['segments']} segments, {facts['dead']} dead, {runs[-1]['bytes'] / 1e6:.1f} MB", flush=True)
    return runs


def judge(askers: list[Asker], expected: dict[int, list[tuple[int, int]]]) -> tuple[int, int]:
    asked, wrong = 0, 0
    for asker in askers:
        wrong += len(asker.failures)
        for line in asker.failures[:3]:
            print(f"failed: {line.strip()}")
        for generation, number, docs, matches in asker.told:
            asked += 1
            if expected[generation][number] != (docs, matches):
                wrong += 1
                print(f"wrong: generation {generation}, {QUERIES[number]}: {docs} {matches}, "
                      f"not {expected[generation][number]}")
    return asked, wrong


def summary(runs: list[dict], built: float, fresh: int) -> None:
    for low, high in ((0, 0), (1, 1), (3, 3), (10, 10), (30, 30), (100, 100)):
        some = [run["seconds"] for run in runs if low <= run["n"] <= high]
        if some:
            print(f"{low:4} changes: {len(some)} runs, {sum(some) / len(some):.3f} s user on the mean, "
                  f"{max(some):.3f} at most, {100 * sum(some) / len(some) / built:.1f}% of a build")
    print(f"segments: {max(run['segments'] for run in runs)} at most, "
          f"{sum(run['segments'] for run in runs) / len(runs):.1f} on the mean")
    print(f"disk: {max(run['bytes'] for run in runs) / fresh:.2f} of a fresh build's at most, "
          f"{runs[-1]['bytes'] / fresh:.2f} at the end")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--askers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    args.programs, args.work = args.programs.resolve(), args.work.resolve()
    args.work.mkdir(parents=True)
    shutil.copytree(args.corpus, args.work / "docs", symlinks=True)
    library, expected = Library(args.work / "docs", random.Random(args.seed)), {}
    built = indexed(args, "--index", "index", "docs")
    expected[info(args, "index")["generation"]] = library.truth()
    print(f"built in {built:.1f} s user, {disk(args.work / 'index') / 1e6:.1f} MB", flush=True)
    address = str(args.work / "socket")
    with subprocess.Popen([f"{args.programs}/verbatim-queryd", "--index", str(args.work / "index"), "--listen",
                           f"unix:{address}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as daemon:
        assert daemon.stdout is not None
        daemon.stdout.readline()
        askers = [Asker(address, seed) for seed in range(args.askers)]
        for asker in askers:
            asker.start()
        runs = churn(args, library, expected)
        for asker in askers:
            asker.stop.set()
            asker.join(30)
        daemon.terminate()
    asked, wrong = judge(askers, expected)
    indexed(args, "--index", "index", "--check")
    indexed(args, "--index", "fresh", "docs")
    summary(runs, built, disk(args.work / "fresh"))
    print(f"{asked} answers, {wrong} failed or wrong, in {len({told[0] for a in askers for told in a.told})} generations")
    return wrong > 0 or asked == 0


if __name__ == "__main__":
    sys.exit(main())

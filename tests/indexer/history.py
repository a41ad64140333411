#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""history.py - after any history of runs an index answers as one built at once.

    python3 tests/indexer/history.py [--rounds N] [--steps N] [--seed N]

Edits, moves, deletes, adds and touches files below several roots at random, forgets roots and takes them in again, with
runs of the indexer in between; after each run the answers of `verbatim` are compared with those of a fresh build, and
the files' own words with a count in Python. Prints TAP, and the seed when something differs."""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD = Path(os.environ.get("top_builddir", "."))
WORDS = "ash bay cove dune elm fern gale heath iris juniper kelp lark moor nettle oak pine quay reed sage thorn".split()
QUERIES = ["ash", '"ash bay"', "cove NEAR/3 dune", "elm AND NOT fern", "gale OR heath", '"iris ... juniper"', "k*",
           "title:lark", "~moors", "nettle~1", '"oak * pine"', "path:a/** quay", "reed SENTENCE sage", "ash -thorn",
           "since:2020-01-01 ash"]


class Library:
    """Folders of files that change, and what is said of them."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng, self.serial = folder, rng, 0
        self.ballast = rng.choice([0, 0, 300, 1000])  # words: so large that not everything is merged in every run
        for root in ("a", "b/x", "b"):
            (folder / root).mkdir(parents=True, exist_ok=True)
        for _ in range(rng.randint(3, 30)):
            self.add()

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def text(self) -> str:
        sentences = []
        for _ in range(self.rng.choice([0, 1, 3, 8, 40])):
            words = self.rng.choices(WORDS, k=self.rng.randint(1, 12))
            sentences.append(" ".join(words).capitalize() + self.rng.choice([".", "!", ".\n", ".\n\n", ","]))
        heading = "# " + " ".join(self.rng.choices(WORDS, k=3)) + "\n\n" if self.rng.random() < 0.3 else ""
        ballast = " ".join(f"w{self.rng.randint(0, 3000)}" for _ in range(self.ballast if self.rng.random() < 0.5 else 0))
        return heading + " ".join(sentences) + "\n\n" + f"{ballast}\n" * 60

    def add(self) -> None:
        self.serial += 1
        below = self.rng.choice(["a", "a/deep/er", "b", "b/x", "b/x/y"])
        path = self.folder / below / f"{self.serial}{self.rng.choice(['.txt', '.md', ''])}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0bin" if self.rng.random() < 0.05 else self.text().encode())

    def change(self) -> None:
        files = self.files()
        kind = self.rng.choice(["add", "edit", "same size", "delete", "move", "touch", "folder"]) if files else "add"
        path = self.rng.choice(files) if files else self.folder
        if kind == "add":
            self.add()
        elif kind == "edit":
            path.write_text(self.text())
        elif kind == "same size":
            path.write_text(re.sub("ash|bay|elm|oak", lambda m: self.rng.choice(["ash", "bay", "elm", "oak"]),
                                   path.read_text(errors="replace")))
        elif kind == "delete":
            path.unlink()
        elif kind == "move":
            path.rename(path.parent / f"moved-{self.serial}-{path.name}")
            self.serial += 1
        elif kind == "touch":
            when = self.rng.randint(1_500_000_000, 1_700_000_000)
            os.utime(path, (when, when))
        elif path.parent not in (self.folder / root for root in ("a", "b", "b/x")):
            path.parent.rename(path.parent.with_name(f"folder{self.serial}"))
            self.serial += 1


def run(folder: Path, *words: str, codes: tuple[int, ...] = (0, 1)) -> str:
    done = subprocess.run([str((BUILD / words[0]).resolve()), *words[1:]], cwd=folder, capture_output=True, text=True,
                          timeout=120, check=False)
    if done.returncode not in codes:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def answers(folder: Path, index: str) -> list[str]:
    found = []
    for query in QUERIES:
        for command in ("search", "docs", "count"):
            found.append(run(folder, "verbatim", "--index", index, "-n", "100000", command, query))
    return found


def facts(folder: Path, index: str) -> tuple[int, ...]:
    info = json.loads(run(folder, "verbatim-indexer", "--index", index, "--info", "--json"))
    return tuple(info[name] for name in ("documents", "words", "skipped", "files"))


def counted(folder: Path, roots: set[str]) -> int:
    """Files below the roots that hold the word ash, by reading them."""
    paths = {path for root in roots for path in (folder / root).rglob("*") if path.is_file()}
    return sum(bool(re.search(r"\bash\b", path.read_bytes().decode(errors="replace").lower())) for path in paths
               if b"\0" not in path.read_bytes())


def step(library: Library, roots: set[str]) -> None:
    rng, folder = library.rng, library.folder
    for _ in range(rng.choice([0, 1, 1, 2, 5, 20])):
        library.change()
    options = ["--allow-empty", *rng.choice([[], [], ["--checksum"], ["--jobs", "1"]])]
    chance = rng.random()
    if chance < 0.1 and len(roots) > 1:
        gone = rng.choice(sorted(roots))
        roots.remove(gone)
        run(folder, "verbatim-indexer", "--index", "../i", "--remove", gone)
    elif chance < 0.3:
        roots.add(rng.choice(["a", "b", "b/x"]))
    if chance < 0.04:
        options.append("--rebuild")
    run(folder, "verbatim-indexer", "--index", "../i", *options, *sorted(roots))


def live(folder: Path) -> tuple[int, int]:
    """Segments, and dead documents."""
    info = json.loads(run(folder, "verbatim-indexer", "--index", "../i", "--info", "--json"))
    return info["segments"], info["dead"]


def judge(library: Library, roots: set[str]) -> None:
    top = library.folder.parent
    shutil.rmtree(top / "fresh", ignore_errors=True)
    run(library.folder, "verbatim-indexer", "--index", "../fresh", "--allow-empty", *sorted(roots))
    run(library.folder, "verbatim-indexer", "--index", "../i", "--check", codes=(0,))
    assert facts(library.folder, "../i") == facts(library.folder, "../fresh"), \
        f"{facts(library.folder, '../i')} but fresh {facts(library.folder, '../fresh')}"
    for query, one, two in zip((q for q in QUERIES for _ in range(3)), answers(library.folder, "../i"),
                               answers(library.folder, "../fresh")):
        assert one == two, f"{query}: {one!r} but fresh {two!r}"
    docs = run(library.folder, "verbatim", "--index", "../i", "count", "ash").split("\t")[0]
    assert int(docs) == counted(library.folder, roots), f"ash is in {counted(library.folder, roots)} files, not {docs}"
    names = {path.name for path in (top / "i").iterdir()}
    assert sum(name.startswith(("gen-", "files-")) for name in names) == 2, names
    assert sum(name.startswith("seg-") for name in names) <= 6, names


def round_of(seed: int, steps: int) -> str:
    most = (0, 0)
    with tempfile.TemporaryDirectory(prefix="verbatim-history.") as top:
        folder = Path(top) / "docs"
        folder.mkdir()
        library, roots = Library(folder, random.Random(seed)), {"a", "b"}
        run(folder, "verbatim-indexer", "--index", "../i", *sorted(roots))
        for _ in range(steps):
            step(library, roots)
            judge(library, roots)
            most = max(most, live(folder))
    return f"at most {most[0]} segments, then {most[1]} dead documents"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    failed = 0
    for number in range(args.rounds):
        seed = args.seed + number
        try:
            found = round_of(seed, args.steps)
            print(f"ok {number + 1} - {args.steps} runs, seed {seed}: {found}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"not ok {number + 1} - {args.steps} runs, seed {seed}\n# {error}", flush=True)
    print(f"1..{args.rounds}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

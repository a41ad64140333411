#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Text copied from documents, quoted, finds itself where it was cut.

    copied.py --indexer BIN --queryd BIN [--files N] [--cuts N] [--seed S] [--failures F] FOLDER...

Of each folder, N files at most are indexed; runs of words are cut from their texts as indexed, at random, and asked for
as phrases in their document. A row must be at the line and, for plain text, at the column of the cut's first word; in
documents with markup the source must have that word at the column given.
"""

import sys

sys.dont_write_bytecode = True

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

from engine import Engine, EngineFailure, Programs, Reply  # noqa: E402
from query import quote  # noqa: E402
from words import runs  # noqa: E402

MARKED_UP = (".md", ".markdown", ".html", ".htm")
MOST_WORDS = 40
MOST_BYTES = 4000
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Cut:
    """A piece of a document, and where its first word stands."""

    path: str
    text: str
    line: int
    column: int


def places_of(lines: list[str]) -> list[tuple[int, int, int]]:
    """Line from 0, first byte and byte behind of every run of word characters."""
    return [(number, run.start, run.end) for number, line in enumerate(lines) for run in runs(line)]


def overlap(one: tuple[int, int, int], two: tuple[int, int, int]) -> bool:
    """Whether one character is in two words, as a fraction is."""
    return one[0] == two[0] and one[1] < two[1] < one[2]


def cut_from(path: str, lines: list[str], places: list[tuple[int, int, int]], rng: random.Random) -> Cut | None:
    """A run of words with what stands between them, and now and then with what stands around."""
    first = rng.randrange(len(places))
    last = min(first + rng.choice([0, 1, 2, 3, 5, 8, 13, MOST_WORDS]), len(places) - 1)
    if overlap(places[first - 1], places[first]) or overlap(places[last], places[(last + 1) % len(places)]):
        return None
    line, start, _ = places[first]
    to_line, _, end = places[last]
    if rng.random() < 0.3:
        end = len(lines[to_line].encode())
        line_start = lines[line].encode()[:start].decode()
        before = re.search(r"[^\w\s]*$", line_start)
        start -= len(before.group().encode()) if before else 0
    stretch = "\n".join(lines[line:to_line + 1]).encode()
    rest = len(lines[to_line].encode()) - end
    text = stretch[start:len(stretch) - rest].decode(errors="ignore")
    if len(text.encode()) > MOST_BYTES or not has_word(text):
        return None
    return Cut(path, text, line + 1, places[first][1] + 1)


def has_word(text: str) -> bool:
    return next(iter(runs(text)), None) is not None


def place_is_right(cut: Cut, row: dict, source: list[bytes]) -> bool:
    """Whether a row is at the cut's place."""
    if row["line"] != cut.line:
        return False
    if not cut.path.endswith(MARKED_UP):
        return row["column"] == cut.column
    there = source[row["line"] - 1][row["column"] - 1:].decode(errors="ignore")
    return bool(there) and (there[0] in "&\\" or has_word(there[0]))


class Folder:
    """Some files of a folder, indexed and served."""

    def __init__(self, engine: Engine, folder: Path, files: int, rng: random.Random) -> None:
        self.engine = engine
        found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        rng.shuffle(found)
        for path in found[:files]:
            target = engine.folder / "docs" / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        try:
            engine.index()
        except EngineFailure as failure:  # it names what it left out, and goes on
            if "ended with 1:" not in str(failure):
                raise
        engine.start()

    def ask(self, lines: list[str]) -> list[Reply]:
        settings = ["set format json", f"set limit {MOST_ROWS}"]
        return self.engine.converse(settings + lines)[len(settings):]

    def paths(self) -> list[str]:
        rows = self.ask(["docs path:docs"])[0].rows
        return sorted(row["path"] for row in map(json.loads, rows) if "path_b64" not in row)

    def cuts(self, count: int, rng: random.Random) -> list[Cut]:
        """As many from every document."""
        paths = self.paths()
        rng.shuffle(paths)
        made: list[Cut] = []
        for path, reply in zip(paths, self.ask([f"text {path}" for path in paths])):
            lines = [json.loads(row)["text"] for row in reply.rows]
            places = places_of(lines)
            for _ in range(-(-count // len(paths)) if places else 0):
                cut = cut_from(path, lines, places, rng)
                made += [cut] if cut else []
        return made[:count]

    def failures(self, cuts: list[Cut]) -> list[tuple[Cut, str]]:
        """Cuts that were not found where they were cut, and what came."""
        wrong = []
        replies = self.ask([f'search {quote(cut.text)} path:"{cut.path}"' for cut in cuts])
        sources: dict[str, list[bytes]] = {}
        for cut, reply in zip(cuts, replies):
            if cut.path not in sources:
                file = self.engine.folder / cut.path  # none: a letter of a mailbox, whose columns are those of its text
                sources = {cut.path: file.read_bytes().split(b"\n") if cut.path.endswith(MARKED_UP) else []}
            rows = [json.loads(row) for row in reply.rows]
            if not any(place_is_right(cut, row, sources[cut.path]) for row in rows):
                found = [(row["line"], row["column"]) for row in rows[:5]]
                wrong.append((cut, f"{reply.status} {found}"))
        return wrong


def run(options: argparse.Namespace) -> int:
    programs = Programs(os.path.abspath(options.indexer), os.path.abspath(options.queryd))
    total = failed = 0
    for name in options.folder:
        rng = random.Random(options.seed)
        with Engine(programs) as engine:
            folder = Folder(engine, Path(name), options.files, rng)
            cuts = folder.cuts(options.cuts, rng)
            wrong = folder.failures(cuts)
        for cut, found in wrong[:options.failures]:
            print(f"\nNOT FOUND {cut.path}:{cut.line}:{cut.column}\ncut     {cut.text!r}\nquery   {quote(cut.text)}\n"
                  f"answer  {found}")
        documents = {cut.path for cut in cuts}
        print(f"{name}: {len(cuts)} cuts of {len(documents)} documents, {len(wrong)} not found", flush=True)
        total, failed = total + len(cuts), failed + len(wrong)
    print(f"{total} cuts, {failed} not found")
    return 1 if failed or not total else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--cuts", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=int, default=10, help="print so many of a folder")
    parser.add_argument("folder", nargs="+")
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

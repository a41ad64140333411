#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Words, folding, phrases and columns in many writings; prints TAP.

    languages.py --indexer BIN --queryd BIN [--seed S] [--runs N]

Every document of sentences.py is searched for its queries: the places must be those that the table has. Then N random
runs of words are cut from each, escaped by the rule of doc/protocol.md, and must be found where they were cut.
"""

import sys

sys.dont_write_bytecode = True

import argparse  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import unicodedata  # noqa: E402
from datetime import date  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "oracle"))

from engine import Engine, Programs, Reply  # noqa: E402
from generate import Source  # noqa: E402
from sentences import CASES, Case  # noqa: E402

WITHOUT_SPACES = {"chinese.txt", "japanese.txt", "thai.txt"}
TIED = "\uff9e\uff9f\u0e33"  # letters by category that belong to the one before: voiced marks of half width, sara am


def quoted(text: str) -> str:
    """Copied text as a phrase: what is special in quotes gets a backslash, controls become spaces."""
    text = re.sub(r'(["*?|~\\…])', r"\\\1", text)
    text = re.sub(r"\.{2,}", lambda dots: "\\." * len(dots.group()), text)
    return '"' + "".join(" " if unicodedata.category(char) == "Cc" else char for char in text) + '"'


def cuts(case: Case) -> list[int]:
    """Where a run of words may begin or end."""
    if case.name not in WITHOUT_SPACES:
        return sorted({0, len(case.text)} | {found.end() for found in re.finditer(r"\s+", case.text)})
    return [at for at, char in enumerate(case.text)
            if char not in TIED and not unicodedata.category(char).startswith("M")]


def place_of(text: str, start: int) -> str:
    """LINE:COLUMN of the first word at or behind an offset."""
    while not text[start].isalnum():
        start += 1
    line_start = text.rfind("\n", 0, start) + 1
    return f"{text.count(chr(10), 0, start) + 1}:{len(text[line_start:start].encode()) + 1}"


def random_runs(case: Case, rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Queries of runs of words, each with a place that must be among those found."""
    ends, runs = cuts(case), []
    while len(runs) < count:
        start, end = sorted(rng.sample(ends, 2))
        cut = case.text[start:end]
        if any(char.isalnum() for char in cut):
            runs.append((quoted(cut), place_of(case.text, start)))
    return runs


def places(reply: Reply) -> list[str]:
    return [place.split(":", 1)[1] for place in reply.places()]


class Tap:
    """Counts checks and prints them."""

    def __init__(self) -> None:
        self.checks = self.failed = 0

    def check(self, what: str, wrong: list[str]) -> None:
        self.checks += 1
        self.failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {self.checks} - {what}")
        for line in wrong[:5]:
            print(f"#   {line}")


def ask(engine: Engine, case: Case, queries: list[str]) -> list[Reply]:
    """The replies to queries about one document alone."""
    asked = [f"({query}) path:docs/{case.name}" for query in queries]
    return [search for _, search in engine.ask(asked)]


def check_queries(engine: Engine, case: Case, tap: Tap) -> None:
    replies = ask(engine, case, [query for query, _ in case.queries])
    wrong = [f"{query}: expected {expected or 'nothing'}, found {' '.join(places(reply)) or reply.status}"
             for (query, expected), reply in zip(case.queries, replies)
             if reply.code or " ".join(places(reply)) != expected]
    tap.check(f"{case.name}: {case.about or 'words and phrases'}, {len(replies)} queries", wrong)


def check_runs(engine: Engine, case: Case, tap: Tap, rng: random.Random, count: int) -> None:
    runs = random_runs(case, rng, count)
    replies = ask(engine, case, [query for query, _ in runs])
    wrong = [f"{query}: not at {place}: {reply.status} {' '.join(places(reply))}"
             for (query, place), reply in zip(runs, replies) if place not in places(reply)]
    tap.check(f"{case.name}: {len(runs)} copied runs find themselves", wrong)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args(arguments)
    rng, tap = random.Random(options.seed), Tap()
    with Engine(Programs(os.path.abspath(options.indexer), os.path.abspath(options.queryd))) as engine:
        engine.write([Source(f"docs/{case.name}", case.text, date(2022, 11, 1)) for case in CASES])
        engine.index()
        engine.start()
        for case in CASES:
            check_queries(engine, case, tap)
            check_runs(engine, case, tap, rng, options.runs)
    print(f"1..{tap.checks}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

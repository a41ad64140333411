#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares how the engine and the oracle read odd queries: pieces of the language put side by side without sense.

    odd.py --indexer BIN --queryd BIN [--cases N] [--seed S] [--failures F]

Both must refuse a query, or read the same tree: that of the query as `explain` prints it, which the
oracle reads again, must be that of the query as it was asked.
"""

import sys

sys.dont_write_bytecode = True

import argparse  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
from datetime import date  # noqa: E402

import query  # noqa: E402
from engine import Engine, Programs, Reply  # noqa: E402
from generate import Source  # noqa: E402
from tree import show  # noqa: E402

WORDS = ["ash", "bay", "cod", "x", "é", "漢", "2", "10", "it’s", "don't", "a.b"]
SYMBOLS = ['"', '"', "|", "||", "&&", "~", "~1", "~2", "*", "?", "(", ")", "-", "--", "\\", "...", "…", "..", ".", "...5",
           "/", "/5", "“", "”", "„", "«", "»", "‘", "’", ":", ",", "&", "!", "[", "\u00ad", "<", "/x"]
NAMES = ["AND", "OR", "NOT", "NEAR", "NEAR/3", "BEFORE", "NOTNEAR/2", "SENTENCE", "near/5", "WITHIN/3", "or", "title:",
         "foo:", "Title:", "PARAGRAPH/2", "near", "Or"]
PHRASES = ['"ash bay"', '"ash|bay"', '"(ash|bay) cod"', '"ash (bay) cod"', "“ash bay”", '"ash"', '""', '"*"', '"ash ... bay"',
           '"ash bay"~3', '"~ash"', '~"ash"', "(ash bay)", "(ash)", "-ash", "ash*", "?sh", "~ash", "ash~1"]


def odd_query(rng: random.Random) -> str:
    """Some pieces, with and without spaces between."""
    spaced = rng.random() * 0.7
    text = ""
    for _ in range(rng.randint(1, 8)):
        pieces = rng.choices([WORDS, SYMBOLS, NAMES, PHRASES], [4, 5, 1, 1.5])[0]
        text += rng.choice(pieces) + (" " if rng.random() < spaced else "")
    return text.strip() or "ash"


def disagreement(text: str, reply: Reply) -> str:
    """What the two make of a query, when that differs."""
    try:
        expected, code = show(query.parse(text)), 0
    except query.QueryError as error:
        expected, code = str(error), error.code
    if reply.code or code:
        return "" if reply.code and code else f"oracle  {expected}\nengine  {reply.status}"
    printed = reply.rows[0].decode().partition("\t")[2]
    try:
        read = show(query.parse(printed))
    except query.QueryError as error:
        read = str(error)
    return "" if read == expected else f"oracle  {expected}\nengine  {printed}, which the oracle reads as {read}"


def run(options: argparse.Namespace) -> int:
    rng = random.Random(options.seed)
    queries = [odd_query(rng) for _ in range(options.cases)]
    refused = failures = 0
    with Engine(Programs(os.path.abspath(options.indexer), os.path.abspath(options.queryd))) as engine:
        engine.write([Source("docs/a.txt", "ash bay cod x é 漢 2 10 it’s don't a.b", date(2022, 11, 5))])
        engine.index()
        engine.start()
        replies = engine.converse([f"@q explain {text}" for text in queries])
    for text, reply in zip(queries, replies):
        refused += reply.code != 0
        found = disagreement(text, reply)
        if found:
            failures += 1
            print(f"\nDISAGREEMENT\nquery   {text}\n{found}", flush=True)
        if failures >= options.failures:
            break
    print(f"{len(queries)} queries, {refused} refused, {failures} disagreements")
    return 1 if failures else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=int, default=5, help="stop after so many disagreements")
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

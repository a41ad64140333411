#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A second opinion: stock Xapian with positions, for the operators it has, must find the same documents as the engine.

    second.py --indexer BIN --queryd BIN --peer BIN [--cases N] [--seed S] [--docs K] [--failures F]

Random plain texts, an index of each for every 200 queries: words, phrases, NEAR/k, BEFORE/k, OR and NOT of two words.
"""

import sys

sys.dont_write_bytecode = True

import argparse  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import subprocess  # noqa: E402

from engine import Engine, Programs  # noqa: E402
from generate import CORE, FILLER, DocumentMaker  # noqa: E402

QUERIES_AN_INDEX = 200


def make_query(rng: random.Random, bodies: list[list[str]]) -> str:
    words = CORE + FILLER[:5]
    one, two = rng.sample(words, 2)
    kind = rng.choice(["phrase", "phrase", "run", "near", "near", "before", "before", "and", "or", "not"])
    if kind == "phrase":
        return '"' + " ".join(rng.choice(words[:4]) for _ in range(rng.randint(2, 4))) + '"'
    if kind == "run":
        body = rng.choice(bodies)
        start = rng.randrange(len(body))
        return '"' + " ".join(body[start:start + rng.randint(2, 6)]) + '"'
    if kind in ("near", "before"):
        return f"{one} {kind.upper()}/{rng.choice([0, 0, 1, 2, 3, 5, 10, 40, 300])} {two}"
    return f"{one} {two}" if kind == "and" else f"{one} {kind.upper()} {two}"


def found_by_peer(peer: str, engine: Engine, paths: list[str], queries: list[str]) -> list[list[str]]:
    """The documents that the peer finds for each query."""
    def run(command: str, lines: list[str]) -> str:
        text = "".join(line + "\n" for line in lines)
        return subprocess.run([peer, command, "peer"], input=text, cwd=engine.folder, text=True, check=True,
                              stdout=subprocess.PIPE).stdout
    run("build", paths)
    return [line.split("\t")[1:] for line in run("list", queries).splitlines()]


def run_index(options: argparse.Namespace, seed: int, cases: int) -> int:
    rng = random.Random(seed)
    sources = DocumentMaker(rng, False).documents(options.docs)
    bodies = [body for body in (source.text.lower().split() for source in sources) if body]
    bodies = [[word for word in body if word.isalnum()] or ["ash"] for body in bodies]
    queries = [make_query(rng, bodies) for _ in range(cases)]
    failures = 0
    with Engine(Programs(os.path.abspath(options.indexer), os.path.abspath(options.queryd))) as engine:
        engine.write(sources)
        engine.index()
        engine.start()
        replies = engine.converse(["set order path", "set limit 10000"] + [f"docs {text}" for text in queries])[2:]
        theirs = found_by_peer(os.path.abspath(options.peer), engine, [source.path for source in sources], queries)
        for text, reply, peer in zip(queries, replies, theirs):
            ours = [row.decode().split("\t")[2] for row in reply.rows]
            if reply.code or ours != peer:
                failures += 1
                print(f"\nDISAGREEMENT (seed {seed})\nquery   {text}\nengine  {reply.status} {' '.join(ours)}\n"
                      f"xapian  {' '.join(peer)}", flush=True)
    return failures


def run(options: argparse.Namespace) -> int:
    done = failures = 0
    while done < options.cases and failures < options.failures:
        cases = min(QUERIES_AN_INDEX, options.cases - done)
        failures += run_index(options, options.seed + done, cases)
        done += cases
    print(f"{done} queries, {failures} disagreements with stock Xapian")
    return 1 if failures else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--docs", type=int, default=60)
    parser.add_argument("--failures", type=int, default=5)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

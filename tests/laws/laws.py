#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Laws of the query language, checked on random documents; prints TAP.

    laws.py --indexer BIN --queryd BIN [--seed S] [--rounds N] [--tries T] [--docs K]

A round is an index of K generated documents. rules.py has laws between the answers of several queries, each tried T
times a round on random operands; variants.py has what must not change an answer. A claim that breaks is printed with
its queries and the seed of its round: --seed S --rounds 1 runs that round alone. Claims about queries that the engine
refuses as too broad are left out and counted.
"""

import sys

sys.dont_write_bytecode = True

import argparse  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import signal  # noqa: E402

from rules import LAWS, Answer, Claim, Maker  # noqa: E402
from variants import EVERY_ROW, VARIANTS, Index  # noqa: E402

from document import read_document  # noqa: E402
from engine import EngineFailure, Programs, Reply  # noqa: E402
from generate import DocumentMaker, Source, make_query  # noqa: E402
from tree import Node, show  # noqa: E402

TOO_BROAD = 422
SHOWN = 3


class Report:
    """What is known of each law: claims that held, complaints."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self.refused = 0
        self.complaints: dict[str, list[str]] = {}

    def add(self, law: str, held: int, complaints: list[str]) -> None:
        self.held[law] = self.held.get(law, 0) + held
        self.complaints.setdefault(law, []).extend(complaints)

    def print(self) -> int:
        failed = 0
        for number, (law, complaints) in enumerate(self.complaints.items(), 1):
            failed += bool(complaints)
            print(f"{'not ok' if complaints else 'ok'} {number} - {law} ({self.held[law]} held)")
            for complaint in complaints[:SHOWN]:
                print("\n".join(f"#   {line}" for line in complaint.split("\n")))
        print(f"# {sum(self.held.values())} claims held, {self.refused} left out as too broad, {failed} laws broken")
        print(f"1..{len(self.complaints)}")
        return 1 if failed else 0


def answer_of(docs: Reply, search: Reply) -> Answer:
    """The answer in two replies, which agree on the number of documents."""
    matches = {}
    for row in docs.rows:
        _, number, path, _ = row.split(b"\t")
        matches[path.decode()] = int(number)
    return Answer(matches, search.places(), int(docs.fields["docs"]))


def ask(index: Index, queries: list[Node]) -> list[Answer | Reply]:
    """For each query its answer, or the error."""
    lines = [f"set limit {EVERY_ROW}", "set order path"]
    for query in queries:
        lines += [f"docs {show(query)}", f"search {show(query)}"]
    replies = index.told(lines)[2:]
    return [docs if docs.code else answer_of(docs, search) for docs, search in zip(replies[::2], replies[1::2])]


def texts(paths: str, sources: list[Source]) -> str:
    """The first short document that a complaint names."""
    named = [source for source in sources if source.path in paths and len(source.text) < 1500]
    return f"\n{named[0].path}: {named[0].text!r}" if named else ""


def judge(claim: Claim, answers: list[Answer | Reply], report: Report, sources: list[Source]) -> str:
    """What is wrong with a claim, or nothing."""
    errors = [answer for answer in answers if isinstance(answer, Reply)]
    if any(error.code != TOO_BROAD for error in errors):
        found = next(error.status for error in errors if error.code != TOO_BROAD)
    elif errors:
        report.refused += 1
        return ""
    else:
        found = claim.check(*answers)
    if not found:
        return ""
    lines = [f"query {number}: {show(query)}" for number, query in enumerate(claim.queries, 1)]
    return "\n".join([found, *lines]) + texts(found, sources)


def run_rules(index: Index, sources: list[Source], make: Maker, tries: int, report: Report, seed: int) -> None:
    claims = [(law, law(make)) for law in LAWS for _ in range(tries)]
    answers = ask(index, [query for _, claim in claims for query in claim.queries])
    at = 0
    for law, claim in claims:
        refused = report.refused
        found = judge(claim, answers[at:at + len(claim.queries)], report, sources)
        at += len(claim.queries)
        held = 0 if found or report.refused > refused else 1
        report.add(str(law.__doc__), held, [f"seed {seed}: {found}"] if found else [])


def run_variants(index: Index, sources: list[Source], rng: random.Random, bodies: list[list[str]], tries: int,
                 report: Report, seed: int) -> None:
    for variant in VARIANTS:
        queries = [make_query(rng, True, bodies) for _ in range(tries)]
        wrong = variant(index, sources, queries, rng)
        report.add(str(variant.__doc__), len(queries) - len(wrong),
                   [f"seed {seed}: {query}\n{found}" for query, found in wrong])


def run_round(programs: Programs, seed: int, options: argparse.Namespace, report: Report) -> None:
    rng = random.Random(seed)
    sources = DocumentMaker(rng, True).documents(options.docs)
    bodies = [list(read_document(source.path, source.text, source.day).body) for source in sources]
    with Index(programs) as index:
        index.build(sources)
        run_rules(index, sources, Maker(rng, True, bodies), options.tries, report, seed)
        run_variants(index, sources, rng, bodies, options.tries, report, seed)


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--tries", type=int, default=20, help="claims of a law in a round")
    parser.add_argument("--docs", type=int, default=30, help="documents of a round")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = options_of(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    programs = Programs(os.path.abspath(options.indexer), os.path.abspath(options.queryd))
    report = Report()
    for seed in range(options.seed, options.seed + options.rounds):
        try:
            run_round(programs, seed, options, report)
        except EngineFailure as failure:
            report.add("the programs run", 0, [f"seed {seed}: {failure}"])
    return report.print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

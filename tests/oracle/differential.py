#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the engine with the oracle, on random or on real text.

    differential.py --indexer BIN --queryd BIN [--cases N] [--seed S] [--subset slice|full] [--docs K]
                    [--segment-docs M] [--churn] [--per-index Q] [--failures F]
    differential.py --indexer BIN --queryd BIN --real FOLDER [--sample N | --queries FILE] [--seed S] [--files N]

Random: documents are written, indexed and asked about; docs=, matches=, the rows' places and their order, or the
error code must agree. A disagreement is shrunk and printed with both answers, and the exit status is 1.
--segment-docs indexes M documents a run, so that the index has several segments; --churn first indexes other
documents under some of the names and some that are removed again, so that the index has a history.

Real: a folder is copied, indexed as plain text and asked queries drawn from its words, or those of a file (one a
line, anything up to a TAB left out; a line without a quote mark is asked as a phrase).
"""

import sys

sys.dont_write_bytecode = True

import argparse  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from dataclasses import dataclass, replace  # noqa: E402
from datetime import timedelta  # noqa: E402
from pathlib import Path  # noqa: E402

import query  # noqa: E402
from document import Document, read_document  # noqa: E402
from engine import ROW_LIMIT, Engine, EngineFailure, Programs, Reply  # noqa: E402
from evaluate import TooManyChoices, check_expansion, evaluate, expansion_in, rows  # noqa: E402
from generate import CORE, DocumentMaker, Source, make_query  # noqa: E402
from realtext import Library, Sampler  # noqa: E402
from shrink import Shrinker  # noqa: E402

BUDGET = 300_000


@dataclass
class Expected:
    """What the oracle wants: an error code, or counts and the first places."""

    code: int = 0
    docs: int = 0
    matches: int = 0
    places: tuple[str, ...] = ()
    column: int = 0

    def __str__(self) -> str:
        if self.code:
            return f"ERR {self.code} (column {self.column})"
        return f"docs={self.docs} matches={self.matches} {' '.join(self.places[:20])}"


def expect(text: str, documents: list[Document], vocabulary: frozenset[str]) -> Expected:
    """The oracle's answer over documents sorted by path; raises TooManyChoices."""
    try:
        tree = query.parse(text)
        check_expansion(tree, expansion_in(vocabulary))
    except query.QueryError as error:
        return Expected(error.code, column=error.column)
    expected = Expected()
    places: list[str] = []
    for document in documents:
        answer = evaluate(tree, document, BUDGET)
        if answer.matched:
            expected.docs += 1
            expected.matches += len(answer.spans)
            places += [f"{document.path}:{line}:{column}" for line, column in rows(answer, document)]
    expected.places = tuple(places[:ROW_LIMIT])
    return expected


def difference(expected: Expected, count: Reply, search: Reply) -> str:
    """What is wrong with two replies, or nothing."""
    for name, reply in (("count", count), ("search", search)):
        if reply.code != expected.code:
            return f"{name}: {reply.status}"
        if expected.code:
            continue
        got = reply.fields.get("docs"), reply.fields.get("matches"), reply.fields.get("complete")
        if got != (str(expected.docs), str(expected.matches), "yes"):
            return f"{name}: {reply.status}"
    if not expected.code and search.places() != list(expected.places):
        return f"search: {search.status} {' '.join(search.places()[:20])}"
    return ""


def read_all(sources: list[Source]) -> list[Document]:
    """The documents in the order of their paths."""
    return [read_document(source.path, source.text, source.day)
            for source in sorted(sources, key=lambda source: source.path.encode())]


def all_words(documents: list[Document]) -> frozenset[str]:
    return frozenset().union(*(document.vocabulary for document in documents))


@dataclass
class History:
    """How an index comes to hold its documents."""

    segment_docs: int = 0
    churn: bool = False

    def build(self, engine: Engine, sources: list[Source], rng: random.Random) -> None:
        """Indexes the documents in one run or several."""
        if self.churn:
            self.others_first(engine, sources, rng)
        step = self.segment_docs or len(sources)
        for start in range(0, len(sources), step):
            engine.write(sources[start:start + step])
            engine.index()

    def others_first(self, engine: Engine, sources: list[Source], rng: random.Random) -> None:
        """Indexes other documents, some under names that come again, and removes the rest."""
        def other(source: Source) -> Source:
            text = " ".join(rng.choice(CORE) for _ in range(rng.randint(1, 60)))
            return replace(source, text=text, day=source.day - timedelta(days=400))

        passing = [replace(other(source), path=f"docs/gone{number}.txt") for number, source in enumerate(sources[:5])]
        engine.write([other(source) for source in sources if rng.random() < 0.5] + passing)
        engine.index()
        engine.remove(passing)


class Trial:
    """One index, its documents and the queries asked of it."""

    def __init__(self, programs: Programs, history: History, seed: int) -> None:
        self.programs = programs
        self.history = history
        self.seed = seed
        self.skipped = 0

    def wrong(self, sources: list[Source], queries: list[str]) -> Iterator[tuple[str, Expected, str]]:
        """Queries that are answered wrongly: query, what was expected, what came."""
        documents = read_all(sources)
        vocabulary = all_words(documents)
        with Engine(self.programs) as engine:
            self.history.build(engine, sources, random.Random(self.seed))
            engine.start()
            for text, (count, search) in zip(queries, engine.ask(queries)):
                try:
                    expected = expect(text, documents, vocabulary)
                except TooManyChoices:
                    self.skipped += 1
                    continue
                found = difference(expected, count, search)
                if found:
                    yield text, expected, found

    def fails(self, sources: list[Source], text: str) -> bool:
        """Whether one query is answered wrongly, a failure of the programs included."""
        try:
            return any(True for _ in self.wrong(sources, [text]))
        except EngineFailure:
            return True

    def culprit(self, sources: list[Source], queries: list[str]) -> str:
        """A query that makes the programs fail, or nothing when none does alone."""
        return next((text for text in queries if self.fails(sources, text)), "")


def print_case(trial: Trial, sources: list[Source], text: str) -> None:
    """Prints a case in full, with both answers."""
    for source in sources:
        print(f"--- {source.path} ({source.day})\n{source.text!r}")
    print(f"query     {text}")
    try:
        for _, expected, found in trial.wrong(sources, [text]):
            print(f"expected  {expected}\nfound     {found}")
    except EngineFailure as failure:
        print(f"failed    {failure}")


def report(trial: Trial, sources: list[Source], text: str, seed: int) -> None:
    """Shrinks a failing case and prints it."""
    print(f"\nDISAGREEMENT (seed {seed})\nas found  {text}", flush=True)
    if not trial.fails(sources, text):
        print("not seen again in a fresh index: what was asked before it, or chance, has a part in it")
        return
    sources, text = Shrinker(trial.fails).shrink(sources, text)
    print_case(trial, sources, text)
    sys.stdout.flush()


def run_index(trial: Trial, options: argparse.Namespace, seed: int, cases: int) -> int:
    """Builds one index and asks it; returns the number of disagreements reported."""
    rng = random.Random(seed)
    full = options.subset == "full"
    sources = DocumentMaker(rng, full).documents(options.docs)
    bodies = [list(document.body) for document in read_all(sources)]
    queries = [make_query(rng, full, bodies) for _ in range(cases)]
    failures = 0
    try:
        for text, _, _ in trial.wrong(sources, queries):
            report(trial, sources, text, seed)
            failures += 1
            if failures >= options.failures:
                break
    except EngineFailure as failure:
        print(f"\nFAILURE (seed {seed}): {failure}", flush=True)
        text = trial.culprit(sources, queries)
        if text:
            report(trial, sources, text, seed)
        failures += 1
    return failures


def run_random(options: argparse.Namespace, programs: Programs) -> int:
    started = time.monotonic()
    done = failures = skipped = 0
    seed = options.seed
    while done < options.cases and failures < options.failures:
        trial = Trial(programs, History(options.segment_docs, options.churn), seed)
        cases = min(options.per_index, options.cases - done)
        failures += run_index(trial, options, seed, cases)
        done, seed, skipped = done + cases, seed + 1, skipped + trial.skipped
    print(f"{done} queries, {skipped} skipped, {failures} disagreements, {time.monotonic() - started:.0f} s")
    return 1 if failures else 0


# Real text.


def expect_in_library(library: Library, text: str) -> Expected:
    """The oracle's answer over a library; raises TooManyChoices."""
    try:
        tree = query.parse(text)
        library.check_expansion(tree)
    except query.QueryError as error:
        return Expected(error.code, column=error.column)
    expected = Expected()
    places: list[str] = []
    for number, answer in library.answers(tree):
        expected.docs += 1
        expected.matches += len(answer.spans)
        if len(places) < ROW_LIMIT:
            starts = [start for start, _ in answer.spans]
            places += library.places(number, starts) if starts else [f"{library.paths[number]}:1:1"]
    expected.places = tuple(places[:ROW_LIMIT])
    return expected


def copy_library(library: Library, folder: Path) -> None:
    """Puts the files under the names that the oracle gives them."""
    for file, path in zip(library.files, library.paths):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)


def queries_of_file(path: str) -> list[str]:
    """The queries of a file; a line without a quote mark is a phrase."""
    lines = [line.rpartition("\t")[2].strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [line if '"' in line else query.quote(line) for line in lines if line]


def run_real(options: argparse.Namespace, programs: Programs) -> int:
    started = time.monotonic()
    library = Library(Path(options.real), options.files)
    print(f"{len(library.paths)} files, {sum(map(len, library.bodies))} words, {len(library.words)} different, read in "
          f"{time.monotonic() - started:.0f} s", flush=True)
    rng = random.Random(options.seed)
    if options.queries:
        queries = queries_of_file(options.queries)[:options.sample]
    else:
        sampler = Sampler(rng, library, options.subset == "full")
        queries = [sampler.query() for _ in range(options.sample)]
    failures = skipped = 0
    with Engine(programs) as engine:
        copy_library(library, engine.folder)
        engine.index()
        engine.start()
        print(f"indexed after {time.monotonic() - started:.0f} s", flush=True)
        for text, (count, search) in zip(queries, engine.ask(queries)):
            try:
                expected = expect_in_library(library, text)
            except TooManyChoices:
                skipped += 1
                continue
            found = difference(expected, count, search)
            if found:
                failures += 1
                print(f"\nDISAGREEMENT\nquery     {text}\nexpected  {expected}\nfound     {found}", flush=True)
                print_first_difference(expected, search)
            if failures >= options.failures:
                break
    print(f"{len(queries)} queries, {skipped} skipped, {failures} disagreements, {time.monotonic() - started:.0f} s")
    return 1 if failures else 0


def print_first_difference(expected: Expected, search: Reply) -> None:
    """Where two long lists of places part."""
    for at, (one, two) in enumerate(zip(expected.places, search.places())):
        if one != two:
            print(f"row {at + 1}: expected {one}, found {two}")
            return


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--cases", type=int, default=2000, help="queries over random documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--subset", choices=["slice", "full"], default="full")
    parser.add_argument("--docs", type=int, default=30, help="documents an index")
    parser.add_argument("--per-index", type=int, default=200, help="queries an index")
    parser.add_argument("--segment-docs", type=int, default=0, help="documents a run of the indexer; 0: all")
    parser.add_argument("--churn", action="store_true", help="give the index a history")
    parser.add_argument("--failures", type=int, default=1, help="stop after so many disagreements")
    parser.add_argument("--real", help="a folder of real text")
    parser.add_argument("--queries", help="a file of queries for --real")
    parser.add_argument("--sample", type=int, default=200, help="queries for --real")
    parser.add_argument("--files", type=int, default=1_000_000, help="files of --real at most")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = options_of(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    programs = Programs(os.path.abspath(options.indexer), os.path.abspath(options.queryd))
    return run_real(options, programs) if options.real else run_random(options, programs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

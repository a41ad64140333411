# SPDX-License-Identifier: GPL-2.0-or-later
"""What must not change an answer: the order and number of the indexer's runs, threads, paging, the spelling of a query.

Whole replies are compared, rows and scores included, but for the generation and the time."""

import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "oracle"))

from engine import PATIENCE, Engine, EngineFailure, Programs, Reply  # noqa: E402
from generate import Source  # noqa: E402

EVERY_ROW = 100_000
ORDERS = ("rank", "path", "date", "index")


class Index(Engine):
    """An engine whose indexer takes options; its name is told in complaints."""

    def __init__(self, programs: Programs, options: tuple[str, ...] = ()) -> None:
        super().__init__(programs)
        self.options = options

    def index(self) -> None:
        command = [self.programs.indexer, "--index", "index", "--quiet", *self.options, "docs"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=PATIENCE * 30, check=False)
        if done.returncode != 0:
            raise EngineFailure(f"the indexer ended with {done.returncode}: {done.stderr.decode(errors='replace')}")

    def build(self, sources: list[Source], step: int = 0) -> "Index":
        """Indexes the documents, step at a time, and starts the daemon."""
        for start in range(0, len(sources), step or len(sources)):
            self.write(sources[start:start + (step or len(sources))])
            self.index()
        self.start()
        return self

    def told(self, lines: list[str]) -> list[Reply]:
        """The replies to requests; settings must be accepted."""
        replies = self.converse(lines)
        for line, reply in zip(lines, replies):
            if reply.code and line.startswith("set "):
                raise EngineFailure(f"{line}: {reply.status}")
        return replies


def without_time(status: str) -> str:
    return re.sub(r" (generation|ms)=\S*", "", status)


def whole(reply: Reply) -> tuple[str, list[bytes]]:
    return without_time(reply.status), reply.rows


def requests(query: str) -> list[str]:
    return [f"docs {query}", f"search {query}", f"count {query}"]


def replies_to(index: Index, queries: list[str]) -> list[list[Reply]]:
    """Best first, everything: docs, search and count of each query."""
    lines = [f"set limit {EVERY_ROW}"] + [line for query in queries for line in requests(query)]
    replies = index.told(lines)[1:]
    return [replies[at:at + 3] for at in range(0, len(replies), 3)]


def first_difference(one: Reply, two: Reply) -> str:
    if without_time(one.status) != without_time(two.status):
        return f"{one.status} / {two.status}"
    pairs = ((a, b) for a, b in zip(one.rows, two.rows) if a != b)
    return next((f"{a!r} / {b!r}" for a, b in pairs), "")


Complaints = list[tuple[str, str]]


def compare(index: Index, other: Index, queries: list[str]) -> Complaints:
    """Queries that two indexes answer differently."""
    wrong = []
    for query, ours, theirs in zip(queries, replies_to(index, queries), replies_to(other, queries)):
        found = [first_difference(one, two) for one, two in zip(ours, theirs) if whole(one) != whole(two)]
        wrong += [(query, found[0])] if found else []
    return wrong


# Indexes that are built differently.


def other_index(index: Index, sources: list[Source], queries: list[str], options: tuple[str, ...],
                step: int) -> Complaints:
    with Index(index.programs, options) as other:
        return compare(index, other.build(sources, step), queries)


def threads(index: Index, sources: list[Source], queries: list[str], rng: random.Random) -> Complaints:
    """the indexer's threads change no answer, nor do scores"""
    return other_index(index, sources, queries, ("--jobs", str(rng.choice([1, 3]))), 0)


def segments(index: Index, sources: list[Source], queries: list[str], rng: random.Random) -> Complaints:
    """nor does the number of runs, in any order of documents"""
    shuffled = rng.sample(sources, len(sources))
    return other_index(index, shuffled, queries, (), rng.choice([3, 7, 11]))


def history(index: Index, sources: list[Source], queries: list[str], rng: random.Random) -> Complaints:
    """nor do documents that were there before and are gone or changed"""
    with Index(index.programs) as other:
        passing = [replace(source, path=f"docs/gone{number}.txt") for number, source in enumerate(sources[:6])]
        other.write([replace(source, text=rng.choice(sources).text + " ash bay") for source in sources[::2]] + passing)
        other.index()
        other.remove(passing)
        return compare(index, other.build(sources, rng.choice([0, 9])), queries)


def names_of(sources: list[Source], rng: random.Random) -> dict[str, str]:
    """Other names for documents, of the same length and kind."""
    names: dict[str, str] = {}
    for ending in (".md", ".txt"):
        paths = [source.path for source in sources if source.path.endswith(ending)]
        names.update(zip(paths, rng.sample(paths, len(paths))))
    return names


def by_document(replies: list[Reply], names: dict[str, str]) -> tuple[list[str], Counter[bytes], Counter[str]]:
    """Replies without their order, under other names."""
    rows = []
    for row in replies[0].rows:
        score, matches, path, title = row.split(b"\t")
        rows.append(b"\t".join([score, matches, names[path.decode()].encode(), title]))
    places = Counter(f"{names[place.split(':')[0]]}:{place.split(':', 1)[1]}" for place in replies[1].places())
    return [without_time(reply.status) for reply in replies], Counter(rows), places


def permuted(index: Index, sources: list[Source], queries: list[str], rng: random.Random) -> Complaints:
    """nor do the documents' names, where no filter asks for them"""
    names, wrong = names_of(sources, rng), []
    queries = [query for query in queries if "path:" not in query]
    same = {path: path for path in names}
    back = {new: old for old, new in names.items()}
    with Index(index.programs) as other:
        other.build([replace(source, path=names[source.path]) for source in sources])
        for query, ours, theirs in zip(queries, replies_to(index, queries), replies_to(other, queries)):
            one, two = by_document(ours, same), by_document(theirs, back)
            wrong += [(query, f"{one[0]} / {two[0]}")] if one != two else []
    return wrong


# One index, asked differently.


def each(index: Index, queries: list[str], check: Callable[[Index, str], str]) -> Complaints:
    return [(query, found) for query in queries if (found := check(index, query))]


def totals(index: Index, _: list[Source], queries: list[str], __: random.Random) -> Complaints:
    """count, docs and search agree on totals, and the rows add up to them"""
    wrong = []
    for query, (docs, search, count) in zip(queries, replies_to(index, queries)):
        if docs.code:
            continue
        matches = [int(row.split(b"\t")[1]) for row in docs.rows]
        sums = [(reply.fields["docs"], reply.fields["matches"], reply.fields["complete"])
                for reply in (docs, search, count)]
        rows = sum(matches) + matches.count(0)
        if len(set(sums)) > 1 or sums[0] != (str(len(matches)), str(sum(matches)), "yes") or len(search.rows) != rows:
            wrong.append((query, f"{docs.status} / {search.status} / {count.status}"))
    return wrong


def orders(index: Index, _: list[Source], queries: list[str], __: random.Random) -> Complaints:
    """each order gives the same rows, and gives them in order"""
    def check(asked: Index, query: str) -> str:
        lines = [f"set limit {EVERY_ROW}"]
        for order in ORDERS:
            lines += [f"set order {order}", f"docs {query}", f"search {query}"]
        replies = asked.told(lines)[1:]
        docs, searches = replies[1::3], replies[2::3]
        if any(Counter(reply.rows) != Counter(searches[0].rows) for reply in searches):
            return "the rows of search differ"
        rows = [[row.split(b"\t") for row in reply.rows] for reply in docs]
        if any(sorted(row[1:3] for row in other) != sorted(row[1:3] for row in rows[0]) for other in rows):
            return "the rows of docs differ"
        scores = [float(row[0]) for row in rows[0]]
        if scores != sorted(scores, reverse=True):
            return "order=rank is not by score"
        return "" if rows[1] == sorted(rows[1], key=lambda row: row[2]) else "order=path is not by path"
    return each(index, queries, check)


def paging(index: Index, _: list[Source], queries: list[str], rng: random.Random) -> Complaints:
    """pages, one after the other, are the whole"""
    def check(asked: Index, query: str) -> str:
        command, size, order = rng.choice(["docs", "search"]), rng.randint(1, 9), rng.choice(ORDERS)
        lines = [f"set order {order}", f"set limit {EVERY_ROW}", f"{command} {query}"]
        everything = asked.told(lines)[2]
        lines = [f"set order {order}", f"set limit {size}"]
        starts = range(0, min(len(everything.rows), 60) + size, size)
        for start in starts:
            lines += [f"set offset {start}", f"{command} {query}"]
        pages = asked.told(lines)[3::2]
        rows = [row for page in pages for row in page.rows]
        totals_differ = any(page.fields.get(key) != everything.fields.get(key) for page in pages
                            for key in ("docs", "matches"))
        same = rows == everything.rows[:len(rows)] and len(rows) >= min(len(everything.rows), starts[-1])
        return "" if same and not totals_differ else f"{command} by {size}, order {order}: {everything.status}"
    return each(index, queries, check)


def documents_alone(index: Index, _: list[Source], queries: list[str], __: random.Random) -> Complaints:
    """counting documents alone counts as many, and no more matches"""
    def check(asked: Index, query: str) -> str:
        every, alone = asked.told([f"count {query}", "set count docs", f"count {query}"])[::2]
        if every.code or alone.code:
            return "" if every.code == alone.code else f"{every.status} / {alone.status}"
        same = alone.fields["docs"] == every.fields["docs"]
        fewer = int(alone.fields["matches"].rstrip("+")) <= int(every.fields["matches"])
        return "" if same and fewer else f"{every.status} / {alone.status}"
    return each(index, queries, check)


def printed(index: Index, _: list[Source], queries: list[str], __: random.Random) -> Complaints:
    """a query printed by explain is the same query"""
    explained = index.told([f"explain {query}" for query in queries])
    forms = {}
    for query, reply in zip(queries, explained):
        found = [row[6:].decode() for row in reply.rows if row.startswith(b"query\t")]
        if not reply.code:
            forms[query] = found[0] if found else "explain has no row for the query"
    wrong = []
    for (query, form), ours, theirs in zip(forms.items(), replies_to(index, list(forms)),
                                           replies_to(index, list(forms.values()))):
        found = [first_difference(one, two) for one, two in zip(ours, theirs) if whole(one) != whole(two)]
        wrong += [(query, f"{form}: {found[0]}")] if found and len(form.encode()) <= 8192 else []
    return wrong


VARIANTS: list[Callable[[Index, list[Source], list[str], random.Random], Complaints]] = [
    threads, segments, history, permuted, totals, orders, paging, documents_alone, printed]

# SPDX-License-Identifier: GPL-2.0-or-later
"""A greedy shrinker: makes documents and query smaller as long as a predicate still holds for them.

Every step asks the predicate, which may run the whole engine, so big cuts are tried first. Equality of what is wrong
is not asked for: any case that fails, fails.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import query
from generate import Source
from tree import (Alternatives, And, Fuzzy, Gap, Item, Near, Node, Not, Or, Phrase, Stem, Title, Unordered, Word, show)

Predicate = Callable[[list[Source], str], bool]


class Shrinker:
    """Shrinks one failing case; fails(documents, query) tells whether a case still fails."""

    def __init__(self, fails: Predicate, patience: int = 600) -> None:
        self.fails = fails
        self.patience = patience

    def holds(self, sources: list[Source], text: str) -> bool:
        if self.patience <= 0:
            return False
        self.patience -= 1
        return self.fails(sources, text)

    def shrink(self, sources: list[Source], text: str) -> tuple[list[Source], str]:
        """The smallest failing case found."""
        before = None
        while before != (sources, text):
            before = sources, text
            sources = self.fewer_documents(sources, text)
            text = self.shorter_query(sources, text)
            sources = self.shorter_documents(sources, text)
        return sources, text

    def fewer_documents(self, sources: list[Source], text: str) -> list[Source]:
        return self.without_pieces(sources, lambda kept: bool(kept) and self.holds(kept, text))

    def shorter_documents(self, sources: list[Source], text: str) -> list[Source]:
        for at, source in enumerate(sources):
            pieces = re.findall(r"\w+|\s+|[^\w\s]+", source.text)

            def with_text(kept: list[str], at: int = at) -> list[Source]:
                return sources[:at] + [replace(sources[at], text="".join(kept))] + sources[at + 1:]

            kept = self.without_pieces(pieces, lambda kept: self.holds(with_text(kept), text))
            sources = with_text(kept)
        return sources

    def without_pieces(self, pieces: list, holds: Callable[[list], bool]) -> list:
        """Leaves out runs of pieces, long runs first."""
        size = max(len(pieces) // 2, 1)
        while size:
            at = 0
            while at < len(pieces):
                fewer = pieces[:at] + pieces[at + size:]
                if len(fewer) < len(pieces) and holds(fewer):
                    pieces = fewer
                else:
                    at += size
            size //= 2
        return pieces

    def shorter_query(self, sources: list[Source], text: str) -> str:
        try:
            tree = query.parse(text)
        except query.QueryError:
            return self.shorter_text(sources, text)
        if not self.holds(sources, show(tree)):
            return text
        found = True
        while found:
            found = False
            for smaller in smaller_trees(tree):
                if self.holds(sources, show(smaller)):
                    tree, found = smaller, True
                    break
        plain = show(tree)
        bare = plain.replace('"', "")
        return bare if " " not in bare and self.holds(sources, bare) else plain

    def shorter_text(self, sources: list[Source], text: str) -> str:
        """For a query that our parser refuses."""
        pieces = re.findall(r"\w+|\s+|[^\w\s]", text)
        return "".join(self.without_pieces(pieces, lambda kept: bool(kept) and self.holds(sources, "".join(kept))))


def smaller_trees(node: Node) -> Iterator[Node]:
    """Trees one step smaller, the smallest first."""
    if isinstance(node, (And, Or)):
        yield from node.children
        for at, child in enumerate(node.children):
            rest = node.children[:at] + node.children[at + 1:]
            if len(rest) > 1:
                yield type(node)(rest)
            for smaller in smaller_trees(child):
                if not isinstance(smaller, type(node)):
                    yield type(node)(node.children[:at] + (smaller,) + node.children[at + 1:])
    elif isinstance(node, Near):
        yield from smaller_near(node)
    elif isinstance(node, (Not, Title)):
        yield node.child
        for smaller in smaller_trees(node.child):
            yield type(node)(smaller)
    elif isinstance(node, (Phrase, Unordered)):
        yield from smaller_leaf(node)


def smaller_near(node: Near) -> Iterator[Node]:
    yield node.left
    yield node.right
    for smaller in smaller_trees(node.left):
        yield replace(node, left=smaller)
    for smaller in smaller_trees(node.right):
        yield replace(node, right=smaller)
    for less in less_than(node.distance):
        yield replace(node, distance=less)


def smaller_leaf(node: Phrase | Unordered) -> Iterator[Node]:
    items = node.items
    for at, item in enumerate(items):
        fewer = items[:at] + items[at + 1:]
        if fewer and any(not isinstance(one, Gap) for one in fewer):
            yield from valid(replace(node, items=fewer))
        for simpler in simpler_items(item):
            yield from valid(replace(node, items=items[:at] + simpler + items[at + 1:]))
    if isinstance(node, Unordered):
        yield Phrase(items)
        for less in less_than(node.distance):
            yield replace(node, distance=less)


def valid(node: Node) -> Iterator[Node]:
    """The node, if it can be written and read back."""
    try:
        if query.parse(show(node)) == node:
            yield node
    except query.QueryError:
        pass


def simpler_items(item: Item) -> Iterator[tuple[Item, ...]]:
    """What may stand in the place of an item."""
    if isinstance(item, Alternatives):
        yield from item.choices
        for at in range(len(item.choices)):
            rest = item.choices[:at] + item.choices[at + 1:]
            if len(rest) > 1:
                yield (Alternatives(rest),)
    elif isinstance(item, (Stem, Fuzzy)):
        yield (Word(item.text),)
    elif isinstance(item, Gap):
        for less in less_than(item.most):
            yield (Gap(less),)


def less_than(number: int) -> list[int]:
    return sorted({0, number // 2, number - 1}) if number else []

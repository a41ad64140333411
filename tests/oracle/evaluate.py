# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers queries by enumerating choices of word occurrences.

A choice for a positional node is the set of occurrences that its words take, and the span from the first word to the
last that the node covers. All choices of a node are listed, those of its operands combined in pairs, and only at the
top of the positional tree are the minimal spans picked. There is no algebra of intervals here.

Decisions where the contract says nothing:

- The span of a phrase covers the words under `*` too, also at its ends; those words are not taken, so they are free
  for other operands. Gaps at a phrase's ends do not exist; gaps and `*` stay inside the title, or inside the body.
- The distance of two choices is the number of words strictly between their spans, 0 when the spans overlap; they must
  not share an occurrence. BEFORE wants the end of the first span before the start of the second.
- Chains are left-associative, and the next distance is measured from the whole span so far. The combined span covers
  both.
- `"..."~k` takes one occurrence for each of its words, repeated words included; its span is at most k longer than the
  number of words.
- `a NOTNEAR/k b` keeps the choices of `a` for which no choice of `b` that shares no occurrence with it lies within k.
- SENTENCE and PARAGRAPH want both spans, and so all between, in one sentence or paragraph; they may interleave. A
  title without a place is one sentence, whatever stops are in it.
- `title:` evaluates its operand in a document cut down to the title; inside the NEAR family the occurrences keep
  their places, so a title that is a heading may be near words of the body.
- Minimal spans are taken per maximal positional subtree: OR inside the NEAR family joins choices before that, OR at
  document level joins the spans of those operands that match the document. AND, OR and title: of boolean operands
  count the spans of their positive operands, NOT and filters add none.
- Rows are sorted by start, then end; those of a title without a place come first.
- A fuzzy word counts edits on the composed characters of words. A word over 64 bytes is matched by itself only, and
  by `*` as a whole word and gaps.
- A path: glob knows `*`, `**`, `?` (not `/`) and `[...]`; it matches the whole path or the whole path of a folder
  above. ext: compares without case.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from document import Document, Zone
from query import QueryError
from stem import stem_of
from tree import (ANY_CHAR, ANY_RUN, Alternatives, And, AnyWord, ExtensionFilter, Fuzzy, Gap, Item, Near, Node, Not, Or,
                  PathFilter, Pattern, Phrase, Since, Stem, Title, Unordered, Until, Word, is_positional)
from words import is_long

MAX_EXPANSION = 1024
DEFAULT_BUDGET = 3_000_000

Span = tuple[int, int]


class TooManyChoices(Exception):
    """The enumeration would take too long; nothing is known about the answer."""


@dataclass(frozen=True)
class Choice:
    """Occurrences taken (word positions), and the first and last position covered."""

    taken: frozenset[int]
    start: int
    end: int


@dataclass(frozen=True)
class Answer:
    """Whether a document matches, and the spans counted in it, in text order."""

    matched: bool
    spans: tuple[Span, ...] = ()


# Which words an item stands for.


def edit_distance(one: str, two: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(two) + 1))
    for at, char in enumerate(one, 1):
        diagonal, row[0] = row[0], at
        for place, other in enumerate(two, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (char != other))
    return row[-1]


@lru_cache(maxsize=1000)
def pattern_regex(text: str) -> re.Pattern[str]:
    parts = {ANY_RUN: ".*", ANY_CHAR: "."}
    return re.compile("".join(parts.get(char, re.escape(char)) for char in text), re.DOTALL)


@lru_cache(maxsize=1_000_000)
def stands_for(item: Item, word: str) -> bool:
    """Whether an item of one word matches a word of a document."""
    if isinstance(item, AnyWord):
        return True
    if isinstance(item, Word):
        return item.text == word
    if is_long(word):
        return False
    if isinstance(item, Pattern):
        return pattern_regex(item.text).fullmatch(word) is not None
    if isinstance(item, Fuzzy):
        close = abs(len(item.text) - len(word)) <= item.edits
        return close and not is_long(item.text) and edit_distance(item.text, word) <= item.edits
    if isinstance(item, Stem):
        return not is_long(item.text) and stem_of(item.text) == stem_of(word)
    raise TypeError(item)


def items_of(node: Node) -> Iterator[Item]:
    """All items of a query, those of alternatives included."""
    if isinstance(node, (Phrase, Unordered)):
        yield from flat_items(node.items)
    elif isinstance(node, Near):
        yield from items_of(node.left)
        yield from items_of(node.right)
    elif isinstance(node, (And, Or)):
        for child in node.children:
            yield from items_of(child)
    elif isinstance(node, (Not, Title)):
        yield from items_of(node.child)


def flat_items(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Alternatives):
            for choice in item.choices:
                yield from flat_items(choice)
        else:
            yield item


def check_expansion(node: Node, expansion: Callable[[Item], int]) -> None:
    """Raises 422 when an item stands for too many words of the index; expansion counts those of all documents."""
    for item in items_of(node):
        if isinstance(item, (Pattern, Fuzzy, Stem)) and expansion(item) > MAX_EXPANSION:
            raise QueryError(422, 1, f"over {MAX_EXPANSION} words: {item}")


def expansion_in(vocabulary: Iterable[str]) -> Callable[[Item], int]:
    """Counts the words of a vocabulary that an item stands for."""
    return lambda item: sum(stands_for(item, word) for word in vocabulary)


# All choices of a positional node.


class Enumerator:
    """Lists choices in one document. Budget limits how many are looked at altogether."""

    def __init__(self, document: Document, budget: int = DEFAULT_BUDGET) -> None:
        self.document = document
        self.left = budget

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooManyChoices(self.document.path)

    def choices(self, node: Node, zones: list[Zone]) -> set[Choice]:
        """Every choice that meets the constraints of the node."""
        if isinstance(node, Phrase):
            return set(self.phrase(node, zones))
        if isinstance(node, Unordered):
            return set(self.unordered(node, zones))
        if isinstance(node, Or):
            return {choice for child in node.children for choice in self.choices(child, zones)}
        if isinstance(node, Title):
            return self.choices(node.child, self.document.title_zones)
        if isinstance(node, Near):
            return set(self.near(node, zones))
        raise TypeError(node)

    def phrase(self, phrase: Phrase, zones: list[Zone]) -> Iterator[Choice]:
        for zone in zones:
            for start in self.starts(phrase.items, zone):
                for end, taken in self.follow(phrase.items, start, zone):
                    yield Choice(frozenset(taken), start, end - 1)

    def starts(self, items: tuple[Item, ...], zone: Zone) -> list[int]:
        """Where a sequence of items can begin: a shortcut that leaves out only places where follow() finds nothing."""
        first = items[0]
        if isinstance(first, Alternatives):
            return sorted({at for choice in first.choices for at in self.starts(choice + items[1:], zone)})
        if isinstance(first, (AnyWord, Gap)):
            return list(range(zone.first, zone.first + len(zone.words)))
        return occurrences(first, zone)

    def follow(self, items: tuple[Item, ...], at: int, zone: Zone) -> Iterator[tuple[int, tuple[int, ...]]]:
        """All ways to place the items from a position on: the position behind the last one, and those taken."""
        self.spend()
        if not items:
            yield at, ()
            return
        item, rest = items[0], items[1:]
        if isinstance(item, Gap):
            for skipped in range(item.most + 1):
                if skipped and not zone.has(at + skipped - 1):
                    break
                yield from self.follow(rest, at + skipped, zone)
        elif isinstance(item, Alternatives):
            for choice in item.choices:
                yield from self.follow(choice + rest, at, zone)
        elif zone.has(at) and stands_for(item, zone.word(at)):
            own = () if isinstance(item, AnyWord) else (at,)
            for end, taken in self.follow(rest, at + 1, zone):
                yield end, own + taken

    def unordered(self, node: Unordered, zones: list[Zone]) -> Iterator[Choice]:
        """One occurrence for each word, close together. Equal words take theirs in text order."""
        words = sorted(word.text for word in node.items)
        longest = len(words) + node.distance
        for zone in zones:
            places = [zone.index.get(word, []) for word in words]
            if all(places):
                for taken in self.pick(words, places, longest, ()):
                    yield Choice(frozenset(taken), min(taken), max(taken))

    def pick(self, words: list[str], places: list[list[int]], longest: int, taken: tuple[int, ...]
             ) -> Iterator[tuple[int, ...]]:
        self.spend()
        at = len(taken)
        if at == len(words):
            yield taken
            return
        first, last = (max(taken) - longest + 1, min(taken) + longest - 1) if taken else (places[at][0], places[at][-1])
        if at and words[at] == words[at - 1]:
            first = max(first, taken[-1] + 1)
        for place in between(places[at], first, last):
            yield from self.pick(words, places, longest, taken + (place,))

    def near(self, node: Near, zones: list[Zone]) -> Iterator[Choice]:
        left = self.choices(node.left, zones)
        right = Neighbours(self.choices(node.right, zones))
        for one in left:
            partners = (two for two in self.partners(node, one, right) if not one.taken & two.taken)
            if node.operator == "NOTNEAR":
                if not any(distance(one, two) <= node.distance for two in partners):
                    yield one
                continue
            for two in partners:
                if self.meets(node, one, two):
                    yield Choice(one.taken | two.taken, min(one.start, two.start), max(one.end, two.end))

    def partners(self, node: Near, one: Choice, right: "Neighbours") -> Iterator[Choice]:
        """Choices of the right side that may meet the constraint: those reaching into a window around the left one."""
        if node.operator == "SENTENCE":
            window = self.document.sentence(one.start)
        elif node.operator == "PARAGRAPH":
            window = self.document.paragraph(one.start)
        else:
            window = one.start - node.distance - 1, one.end + node.distance + 1
        for two in right.reaching(*window):
            self.spend()
            yield two

    def meets(self, node: Near, one: Choice, two: Choice) -> bool:
        """Whether two choices without a common occurrence meet the constraint of the operator."""
        if node.operator == "NEAR":
            return distance(one, two) <= node.distance
        if node.operator == "BEFORE":
            return one.end < two.start and distance(one, two) <= node.distance
        stretch = self.document.sentence if node.operator == "SENTENCE" else self.document.paragraph
        first, last = stretch(min(one.start, two.start))
        return first <= max(one.end, two.end) <= last


class Neighbours:
    """Choices sorted by start, to leave out early those that are far away."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        self.sorted = sorted(choices, key=lambda choice: (choice.start, choice.end))
        self.starts = [choice.start for choice in self.sorted]
        self.longest = max((choice.end - choice.start for choice in self.sorted), default=0)

    def reaching(self, first: int, last: int) -> Iterator[Choice]:
        low = bisect_left(self.starts, first - self.longest)
        high = bisect_right(self.starts, last)
        return (choice for choice in self.sorted[low:high] if choice.end >= first)


def distance(one: Choice, two: Choice) -> int:
    """The number of words between two spans."""
    return max(two.start - one.end - 1, one.start - two.end - 1, 0)


def occurrences(item: Item, zone: Zone) -> list[int]:
    """Where an item of one word stands."""
    if isinstance(item, Word):
        return zone.index.get(item.text, [])
    return sorted(at for word, places in zone.index.items() if stands_for(item, word) for at in places)


def between(places: list[int], first: int, last: int) -> list[int]:
    return places[bisect_left(places, first):bisect_right(places, last)]


def minimal(spans: Iterable[Span]) -> list[Span]:
    """The spans that contain no other, in text order."""
    kept: list[Span] = []
    nearest_end = None
    for start, end in sorted(set(spans), key=lambda span: (-span[0], span[1])):
        if nearest_end is None or end < nearest_end:
            kept.append((start, end))
            nearest_end = end
    return kept[::-1]


# Boolean, per document.


def glob_regex(glob: str) -> re.Pattern[str]:
    """A path: glob as a regular expression for the whole path."""
    parts = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    glob = glob.rstrip("/")
    regex = ""
    for token in re.findall(r"(?:(?<=/)|^)\*\*/|\*\*|\\.|\[[!^]?\]?[^\]]*\]|.", glob, re.DOTALL):
        if len(token) > 2 and token[0] == "[":
            inside = token[1:-1]
            regex += "[^" + inside[1:] + "]" if inside[0] in "!^" else token
        else:
            regex += parts.get(token, re.escape(token[-1]))
    names_folder = not any(char in "*?[" for char in glob.rpartition("/")[2])
    return re.compile(regex + "(?:/.*)?" if names_folder else regex, re.DOTALL)


def passes(node: Node, document: Document) -> bool:
    """Whether a document passes a filter."""
    if isinstance(node, PathFilter):
        return glob_regex(node.glob).fullmatch(document.path) is not None
    if isinstance(node, ExtensionFilter):
        return document.path.lower().endswith("." + node.extension.lower())
    if isinstance(node, Since):
        return document.date >= node.day
    if isinstance(node, Until):
        return document.date <= node.day
    raise TypeError(node)


def joined_spans(answers: Iterable[Answer]) -> tuple[Span, ...]:
    """The spans of all answers, identical ones once."""
    return tuple(sorted({span for answer in answers for span in answer.spans}))


def evaluate_in(node: Node, enumerator: Enumerator, zones: list[Zone]) -> Answer:
    """The answer for a document cut down to some zones."""
    if isinstance(node, Not):
        return Answer(not evaluate_in(node.child, enumerator, zones).matched)
    if isinstance(node, And):
        answers = [evaluate_in(child, enumerator, zones) for child in node.children]
        return Answer(True, joined_spans(answers)) if all(answer.matched for answer in answers) else Answer(False)
    if isinstance(node, Or):
        answers = [evaluate_in(child, enumerator, zones) for child in node.children]
        return Answer(any(answer.matched for answer in answers), joined_spans(answers))
    if isinstance(node, Title):
        return evaluate_in(node.child, enumerator, enumerator.document.title_zones)
    if is_positional(node):
        spans = minimal((choice.start, choice.end) for choice in enumerator.choices(node, zones))
        return Answer(bool(spans), tuple(spans))
    return Answer(passes(node, enumerator.document))


def evaluate(node: Node, document: Document, budget: int = DEFAULT_BUDGET) -> Answer:
    """Whether the document matches, and the spans counted, in text order."""
    return evaluate_in(node, Enumerator(document, budget), document.zones)


def rows(answer: Answer, document: Document) -> list[tuple[int, int]]:
    """Line and column of every row that a search prints for a document."""
    if answer.matched and not answer.spans:
        return [(1, 1)]
    return [document.place(start) for start, _ in answer.spans]

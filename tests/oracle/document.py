# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search sees of a document: its words in zones, its sentences and paragraphs, its title, path and date.

Word positions count from BODY in the body and from 0 in a title that has no place in the body, so that no distance
of the query language reaches from one to the other.

The readers here know plain text and the little Markdown that generate.py writes: front matter with title and date,
one-line headings, paragraphs. They are no general Markdown reader.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from words import Token, tokenize

BODY = 1_000_000
FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)


class Zone:
    """A stretch of neighbouring words, in which a match must lie."""

    def __init__(self, first: int, words: Sequence[str], index: dict[str, list[int]] | None = None) -> None:
        """index holds the sorted positions of each word, or of all that will be asked for."""
        self.first = first
        self.words = words
        self.index = index_of(first, words) if index is None else index

    def has(self, position: int) -> bool:
        return self.first <= position < self.first + len(self.words)

    def word(self, position: int) -> str:
        return self.words[position - self.first]


def index_of(first: int, words: Sequence[str]) -> dict[str, list[int]]:
    """Where each word stands."""
    index: dict[str, list[int]] = {}
    for position, word in enumerate(words, first):
        index.setdefault(word, []).append(position)
    return index


@dataclass
class Document:
    """One document. A title is a text of its own (title_words) or the range [first, last) of body words.

    body_index is for documents too long to index all their words: the positions of those a query asks for.
    """

    path: str
    body: Sequence[str]
    title_words: Sequence[str] = ()
    title_range: tuple[int, int] | None = None
    sentence_starts: list[int] = field(default_factory=list)
    paragraph_starts: list[int] = field(default_factory=list)
    date: date = date(2020, 1, 1)
    tokens: list[Token] = field(default_factory=list, repr=False)
    body_index: dict[str, list[int]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.zones = [Zone(0, self.title_words)] if self.title_words else []
        self.zones.append(Zone(BODY, self.body, self.body_index))
        self.title_zones = self.zones[:-1]
        if self.title_range:
            first, last = self.title_range
            self.title_zones = [Zone(BODY + first, self.body[first:last])]
        self.vocabulary = frozenset(word for zone in self.zones for word in zone.index)

    def sentence(self, position: int) -> tuple[int, int]:
        """First and last position of the sentence around a word."""
        return around(self.sentence_starts, position)

    def paragraph(self, position: int) -> tuple[int, int]:
        """First and last position of the paragraph around a word."""
        return around(self.paragraph_starts, position)

    def place(self, position: int) -> tuple[int, int]:
        """Line and column of a word; 1:1 for a title without a place."""
        if position < BODY:
            return 1, 1
        token = self.tokens[position - BODY]
        return token.line, token.column


def around(starts: list[int], position: int) -> tuple[int, int]:
    """The stretch between two of the sorted starts that holds a position."""
    place = bisect_right(starts, position)
    last = starts[place] - 1 if place < len(starts) else BODY * BODY
    return starts[place - 1] if place else 0, last


def starts_of(numbers: Sequence[int], first: int) -> list[int]:
    """Positions where a numbering of words moves on, the first word's included."""
    return [first + at for at, number in enumerate(numbers) if at == 0 or number != numbers[at - 1]]


def make_document(path: str, day: date, tokens: list[Token], title: list[Token], heading: tuple[int, int] | None
                  ) -> Document:
    """A document from the tokens of its body and of its title, or from the body bytes of its heading."""
    title_range = None
    if heading:
        starts = [token.start for token in tokens]
        title_range = bisect_left(starts, heading[0]), bisect_left(starts, heading[1])
        if title_range[0] == title_range[1]:
            title_range = None
    apart = [0] if title else []
    sentences = apart + starts_of([t.sentence for t in tokens], BODY)
    paragraphs = apart + starts_of([t.paragraph for t in tokens], BODY)
    return Document(path, [token.word for token in tokens], [token.word for token in title], title_range, sentences,
                    paragraphs, day, tokens)


def read_text(path: str, text: str, day: date) -> Document:
    """A plain text file: no title."""
    return make_document(path, day, tokenize(text.removeprefix("\ufeff")), [], None)


def read_markdown(path: str, text: str, day: date) -> Document:
    """The Markdown of generate.py. The front matter is no part of the body, but keeps its lines."""
    text = text.removeprefix("\ufeff")
    title = ""
    front = FRONT_MATTER.match(text)
    if front:
        fields = dict(line.split(": ", 1) for line in front.group(1).split("\n") if ": " in line)
        title = fields.get("title", "")
        day = date.fromisoformat(fields["date"]) if "date" in fields else day
        text = re.sub(r"[^\n]", " ", front.group()) + text[front.end():]
    blocks, heading = [], None
    for match in HEADING.finditer(text):
        first, last = (len(text[:at].encode()) for at in match.span(1))
        blocks += [first, last]
        heading = heading or (first, last)
    return make_document(path, day, tokenize(text, blocks), tokenize(title), None if title else heading)


def read_document(path: str, text: str, day: date) -> Document:
    """Reads a document by its extension."""
    return read_markdown(path, text, day) if path.endswith(".md") else read_text(path, text, day)

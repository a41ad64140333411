# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree of a query, and its plain spelling.

The tree is of frozen dataclasses, so trees can be compared and hashed. A bare word is a phrase of one item. Columns are
not kept in the tree.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DEFAULT_DISTANCE = 10
DEFAULT_GAP = 16
ANY_RUN = "\ufdd0"
ANY_CHAR = "\ufdd1"
WILDCARDS = ANY_RUN + ANY_CHAR
DISTANCE_OPERATORS = ("NEAR", "BEFORE", "NOTNEAR")
POSITIONAL_OPERATORS = DISTANCE_OPERATORS + ("SENTENCE", "PARAGRAPH")


@dataclass(frozen=True)
class Word:
    """A folded word."""

    text: str


@dataclass(frozen=True)
class Pattern:
    """A folded word with ANY_RUN and ANY_CHAR in it."""

    text: str


@dataclass(frozen=True)
class Fuzzy:
    """Words within some edits of a word."""

    text: str
    edits: int


@dataclass(frozen=True)
class Stem:
    """Words with the stem of this word."""

    text: str


@dataclass(frozen=True)
class AnyWord:
    """Exactly one word, whichever."""


@dataclass(frozen=True)
class Gap:
    """0 to most words, whichever."""

    most: int


@dataclass(frozen=True)
class Alternatives:
    """One of several sequences of items."""

    choices: tuple[tuple["Item", ...], ...]


Item = Word | Pattern | Fuzzy | Stem | AnyWord | Gap | Alternatives


@dataclass(frozen=True)
class Phrase:
    """Items side by side."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Unordered:
    """All the words in any order, at most distance others among them."""

    items: tuple[Word, ...]
    distance: int


@dataclass(frozen=True)
class Near:
    """NEAR, BEFORE, NOTNEAR with a distance; SENTENCE and PARAGRAPH have 0 there."""

    operator: str
    distance: int
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class And:
    children: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    children: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    child: "Node"


@dataclass(frozen=True)
class Title:
    child: "Node"


@dataclass(frozen=True)
class PathFilter:
    glob: str


@dataclass(frozen=True)
class ExtensionFilter:
    extension: str


@dataclass(frozen=True)
class Since:
    day: date


@dataclass(frozen=True)
class Until:
    day: date


Node = Phrase | Unordered | Near | And | Or | Not | Title | PathFilter | ExtensionFilter | Since | Until


def merged(items: Sequence[Item]) -> list[Item]:
    """The items with neighbouring gaps as one, and without gaps of no word."""
    made: list[Item] = []
    for item in items:
        if isinstance(item, Gap) and made and isinstance(made[-1], Gap):
            made[-1] = Gap(made[-1].most + item.most)
        else:
            made.append(item)
    return [item for item in made if item != Gap(0)]


def unordered(words: Sequence[Word], distance: int) -> Node:
    """`"..."~k`; of one word it is that word."""
    return Unordered(tuple(words), distance) if len(words) > 1 else Phrase(tuple(words))


def both(children: list[Node]) -> Node:
    """AND, flat."""
    return joined(And, children)


def either(children: list[Node]) -> Node:
    """OR, flat."""
    return joined(Or, children)


def joined(kind: type[And] | type[Or], children: list[Node]) -> Node:
    flat: list[Node] = []
    for child in children:
        flat += child.children if isinstance(child, kind) else [child]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def is_positional(node: Node) -> bool:
    """Whether the node may be an operand of the NEAR family."""
    if isinstance(node, Or):
        return all(is_positional(child) for child in node.children)
    if isinstance(node, Title):
        return is_positional(node.child)
    return isinstance(node, (Phrase, Unordered, Near))


def show_item(item: Item) -> str:
    """One item of a phrase as it stands between quotes."""
    if isinstance(item, Pattern):
        return item.text.replace(ANY_RUN, "*").replace(ANY_CHAR, "?")
    if isinstance(item, Fuzzy):
        return f"{item.text}~{item.edits}"
    if isinstance(item, Stem):
        return f"~{item.text}"
    if isinstance(item, AnyWord):
        return "*"
    if isinstance(item, Gap):
        return f"...{item.most}"
    if isinstance(item, Alternatives):
        return "(" + "|".join(" ".join(map(show_item, choice)) for choice in item.choices) + ")"
    return item.text


def show_phrase(phrase: Phrase) -> str:
    """A phrase in quotes; a `?` at the end of a pattern is a wildcard only outside them."""
    if any(isinstance(item, Pattern) and item.text.endswith(ANY_CHAR) for item in phrase.items):
        return "-".join(map(show_item, phrase.items))
    return '"' + " ".join(map(show_item, phrase.items)) + '"'


def show(node: Node) -> str:
    """A query that parses to this tree, plainly spelled: every operand of more than one part in parentheses."""
    if isinstance(node, Phrase):
        return show_phrase(node)
    if isinstance(node, Unordered):
        return '"' + " ".join(map(show_item, node.items)) + f'"~{node.distance}'
    if isinstance(node, Near):
        number = f"/{node.distance}" if node.operator in DISTANCE_OPERATORS else ""
        return f"{enclosed(node.left)} {node.operator}{number} {enclosed(node.right)}"
    if isinstance(node, (And, Or)):
        word = " AND " if isinstance(node, And) else " OR "
        return word.join(enclosed(child) for child in node.children)
    if isinstance(node, Not):
        return f"NOT {enclosed(node.child)}"
    if isinstance(node, Title):
        return f"title:({show(node.child)})"
    if isinstance(node, PathFilter):
        return 'path:"' + re.sub(r'(["\\])', r"\\\1", node.glob) + '"'
    if isinstance(node, ExtensionFilter):
        return f"ext:{node.extension}"
    return ("since:" if isinstance(node, Since) else "until:") + node.day.isoformat()


def enclosed(node: Node) -> str:
    simple = not isinstance(node, (And, Or, Not, Near))
    return show(node) if simple else f"({show(node)})"

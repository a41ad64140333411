# SPDX-License-Identifier: GPL-2.0-or-later
"""A query as a tree, and how each engine writes it. None where an engine has no such query: it is not asked."""

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Word:
    word: str


@dataclass(frozen=True)
class Either:
    words: tuple


@dataclass(frozen=True)
class Prefix:
    prefix: str


@dataclass(frozen=True)
class AnyWord:
    pass


@dataclass(frozen=True)
class Phrase:
    slots: tuple


@dataclass(frozen=True)
class Near:
    """All the words, at most k other words among them."""
    k: int
    ordered: bool
    words: tuple


@dataclass(frozen=True)
class Join:
    """op: AND, OR, or NOT (the first without the others)."""
    op: str
    parts: tuple


def phrase(*words):
    return Phrase(tuple(Word(word) for word in words))


def spelled_out(query):
    """The plain phrases that a phrase with alternatives stands for; None with another kind of place in it."""
    choices = [[slot.word] if isinstance(slot, Word) else slot.words if isinstance(slot, Either) else None
               for slot in query.slots]
    return None if None in choices else [" ".join(words) for words in product(*choices)]


def verbatim(query):
    if isinstance(query, Phrase):
        places = []
        for slot in query.slots:
            if isinstance(slot, Word):
                places.append(slot.word)
            elif isinstance(slot, Either):
                places.append("(%s)" % "|".join(slot.words))
            else:
                places.append(slot.prefix + "*" if isinstance(slot, Prefix) else "*")
        return '"%s"' % " ".join(places)
    if isinstance(query, Near):
        if query.ordered:
            return None if len(query.words) > 2 else '"%s" BEFORE/%d "%s"' % (query.words[0], query.k, query.words[1])
        if len(query.words) > 2:
            return '"%s"~%d' % (" ".join(query.words), query.k)
        return '"%s" NEAR/%d "%s"' % (query.words[0], query.k, query.words[1])
    parts = ["(%s)" % verbatim(part) if isinstance(part, Join) else verbatim(part) for part in query.parts]
    return " AND NOT ".join(parts) if query.op == "NOT" else (" %s " % query.op).join(parts)


def notation(query):
    """For Lucene and Xapian: bench/README.md, "Drivers"."""
    if isinstance(query, Phrase):
        return " ".join(["PHRASE %d" % len(query.slots)] + [slot_notation(slot) for slot in query.slots])
    if isinstance(query, Near):
        op = "ORDERED" if query.ordered else "NEAR"
        return " ".join(["%s %d %d" % (op, query.k, len(query.words))] + ["=" + word for word in query.words])
    return " ".join(["%s %d" % (query.op, len(query.parts))] + [notation(part) for part in query.parts])


def slot_notation(slot):
    if isinstance(slot, Word):
        return "=" + slot.word
    if isinstance(slot, Either):
        return "|%d %s" % (len(slot.words), " ".join(slot.words))
    return "^" + slot.prefix if isinstance(slot, Prefix) else "_"


def xapian(query):
    """Stock Xapian has no place for any word, and no expansion inside a phrase."""
    if isinstance(query, Phrase) and any(isinstance(slot, (AnyWord, Prefix)) for slot in query.slots):
        return None
    return notation(query)


def fts5(query):
    """FTS5 has NEAR without order only, and a prefix only as a phrase's last word."""
    if isinstance(query, Phrase):
        last = query.slots[-1]
        if isinstance(last, Prefix):
            begin = spelled_out(Phrase(query.slots[:-1]))
            return None if begin is None else " OR ".join('"%s" + "%s" *' % (b, last.prefix) for b in begin)
        plain = spelled_out(query)
        return None if plain is None else "(%s)" % " OR ".join('"%s"' % p for p in plain)
    if isinstance(query, Near):
        # Its distance runs from the first phrase to the last: the words between those two count.
        k = query.k + len(query.words) - 2
        return None if query.ordered else "NEAR(%s, %d)" % (" ".join('"%s"' % word for word in query.words), k)
    parts = [fts5(part) for part in query.parts]
    return None if None in parts else "(%s)" % (" %s " % query.op).join(parts)


def sphinx(query):
    """Sphinx has a distance without order only."""
    if isinstance(query, Phrase):
        if any(isinstance(slot, AnyWord) for slot in query.slots):
            words = ["*" if isinstance(slot, AnyWord) else getattr(slot, "word", None) for slot in query.slots]
            return None if None in words else '"%s"' % " ".join(words)
        plain = spelled_out(query)
        return None if plain is None else "(%s)" % " | ".join('"%s"' % p for p in plain)
    if isinstance(query, Near):
        # Less than so many words among them.
        return None if query.ordered else '"%s"~%d' % (" ".join(query.words), query.k + 1)
    parts = [sphinx(part) for part in query.parts]
    if None in parts:
        return None
    if query.op == "NOT":
        return "%s %s" % (parts[0], " ".join("-" + part for part in parts[1:]))
    return "(%s)" % (" | " if query.op == "OR" else " ").join(parts)


def ripgrep(query):
    """A regular expression over words between single spaces: bench_feed.c. It has no AND."""
    if isinstance(query, Phrase):
        places = []
        for slot in query.slots:
            if isinstance(slot, Word):
                places.append(slot.word)
            elif isinstance(slot, Either):
                places.append("(?:%s)" % "|".join(slot.words))
            else:
                places.append(slot.prefix + "[^ ]*" if isinstance(slot, Prefix) else "[^ ]+")
        return " %s " % " ".join(places)
    if isinstance(query, Near) and len(query.words) == 2:
        between = " (?:[^ ]+ ){0,%d}" % query.k
        a, b = query.words
        one = " %s%s%s " % (a, between, b)
        return one if query.ordered else "%s| %s%s%s " % (one, b, between, a)
    return None


def words_of(query):
    """All its words."""
    if isinstance(query, Join):
        return [word for part in query.parts for word in words_of(part)]
    if isinstance(query, Near):
        return list(query.words)
    return [word for slot in query.slots for word in
            (slot.words if isinstance(slot, Either) else [slot.word] if isinstance(slot, Word) else [])]

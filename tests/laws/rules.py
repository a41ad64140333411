# SPDX-License-Identifier: GPL-2.0-or-later
"""Laws that tie the answers of several queries over one index together.

A law is a function that makes a claim of random operands: some queries, and what must hold between their answers. Its
docstring is the name under which it is reported. What a single query means is not judged here (tests/oracle does that).
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "oracle"))

from generate import FIRST_DAY, QueryMaker  # noqa: E402
from tree import (ANY_RUN, DEFAULT_GAP, Alternatives, And, AnyWord, ExtensionFilter, Fuzzy, Gap, Near,  # noqa: E402
                  Node, Not, Or, PathFilter, Pattern, Phrase, Since, Stem, Title, Unordered, Until, Word)

EVERYTHING = PathFilter("docs")


@dataclass
class Answer:
    """What a query found: matches by document, and places in the order of paths."""

    matches: dict[str, int] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    total: int = 0

    @property
    def docs(self) -> frozenset[str]:
        return frozenset(self.matches)


@dataclass
class Claim:
    """Queries, and a check of their answers: a complaint, or nothing."""

    queries: list[Node]
    check: Callable[..., str]


# What can hold between answers.


def some(what: str, paths: object) -> str:
    """A complaint that names a few documents."""
    return f"{what}: {', '.join(sorted(map(str, paths))[:5])}" if paths else ""


def chain(*answers: Answer) -> str:
    """Each one's documents are among those of the next."""
    for number, (inner, outer) in enumerate(zip(answers, answers[1:])):
        if not inner.docs <= outer.docs:
            return some(f"query {number + 1} finds what query {number + 2} does not", inner.docs - outer.docs)
    return ""


def same_docs(*answers: Answer) -> str:
    for other in answers[1:]:
        if other.docs != answers[0].docs:
            return some("not the same documents", answers[0].docs ^ other.docs)
    return ""


def same(*answers: Answer) -> str:
    """The same documents, matches and places."""
    for other in answers[1:]:
        if other.matches != answers[0].matches:
            return some("not the same matches", set(answers[0].matches.items()) ^ set(other.matches.items()))
        if other.places != answers[0].places:
            return some("not the same places", set(answers[0].places) ^ set(other.places))
    return ""


def places_within(*answers: Answer) -> str:
    """Each one's places are among those of the next."""
    for inner, outer in zip(answers, answers[1:]):
        extra = Counter(inner.places) - Counter(outer.places)
        if extra:
            return some("places that the wider query lacks", extra)
    return chain(*answers)


def are_docs(sets: Callable[..., frozenset[str]]) -> Callable[..., str]:
    """The last one's documents are what set algebra makes of the others'."""
    def check(*answers: Answer) -> str:
        return some("not what the sets say", sets(*(answer.docs for answer in answers[:-1])) ^ answers[-1].docs)
    return check


# Operands.


class Maker(QueryMaker):
    """Random operands for laws."""

    def words(self, count: int) -> list[Phrase]:
        return [Phrase((self.word(),)) for _ in range(count)]

    def plain(self) -> Phrase:
        """A phrase of words, or a word."""
        if self.bodies and self.rng.random() < 0.4:
            found = self.run()
            assert isinstance(found, Phrase)
            return found
        return Phrase(tuple(self.word() for _ in range(self.rng.choice([1, 1, 2, 3]))))

    def small(self) -> int:
        return self.rng.choice([0, 0, 1, 1, 2, 3, 4, 6, 9, 12, 20, 40])

    def positional(self) -> Node:
        return self.near(self.rng.choice([0, 1, 1, 2]))

    def increasing(self) -> Node:
        """A positional query that finds no less when there is more text: one without NOTNEAR."""
        while True:
            made = self.positional()
            if "NOTNEAR" not in repr(made):
                return made


def joined(*phrases: Phrase) -> Phrase:
    return Phrase(tuple(item for phrase in phrases for item in phrase.items))


def between(one: Phrase, item: object, two: Phrase) -> Phrase:
    return Phrase((*one.items, item, *two.items))  # type: ignore[arg-type]


# Phrases, order, nearness.


def phrase_to_and(make: Maker) -> Claim:
    """a phrase of two parts implies BEFORE/0, NEAR/0 and AND of them"""
    a, b = make.plain(), make.plain()
    return Claim([joined(a, b), Near("BEFORE", 0, a, b), Near("NEAR", 0, a, b), And((a, b))], chain)


def phrase_is_before(make: Maker) -> Claim:
    """"a b" is a BEFORE/0 b, places too"""
    a, b = make.words(2)
    return Claim([joined(a, b), Near("BEFORE", 0, a, b)], same)


def gap_is_before(make: Maker) -> Claim:
    """"a ...k b" is a BEFORE/k b, places too"""
    (a, b), k = make.words(2), make.small()
    if k == 0:
        k = DEFAULT_GAP
    return Claim([between(a, Gap(k), b), Near("BEFORE", k, a, b)], same)


def unordered_is_near(make: Maker) -> Claim:
    """"a b"~k is a NEAR/k b, places too"""
    (a, b), k = make.words(2), make.small()
    return Claim([Unordered(a.items + b.items, k), Near("NEAR", k, a, b)], same)


def near_widens(make: Maker) -> Claim:
    """NEAR/k, BEFORE/k find less than NEAR/k+1, BEFORE/k+1, whatever the operands, and no more than AND"""
    a, b, k, operator = make.positional(), make.positional(), make.small(), make.rng.choice(["NEAR", "BEFORE"])
    return Claim([Near(operator, k, a, b), Near(operator, k + 1, a, b), Near(operator, 1000, a, b), And((a, b))], chain)


def before_is_near(make: Maker) -> Claim:
    """BEFORE/k finds less than NEAR/k"""
    a, b, k = make.positional(), make.positional(), make.small()
    return Claim([Near("BEFORE", k, a, b), Near("NEAR", k, a, b)], chain)


def near_turns(make: Maker) -> Claim:
    """NEAR, SENTENCE and PARAGRAPH do not care for order, places too"""
    a, b, operator = make.positional(), make.positional(), make.rng.choice(["NEAR", "NEAR", "SENTENCE", "PARAGRAPH"])
    k = make.small() if operator == "NEAR" else 0
    return Claim([Near(operator, k, a, b), Near(operator, k, b, a)], same)


def near_is_either_order(make: Maker) -> Claim:
    """a NEAR/k b of words finds what a BEFORE/k b or b BEFORE/k a find"""
    (a, b), k = make.words(2), make.small()
    return Claim([Near("BEFORE", k, a, b), Near("BEFORE", k, b, a), Near("NEAR", k, a, b)], are_docs(frozenset.union))


def near_spreads_over_or(make: Maker) -> Claim:
    """an operand with OR finds what the two find"""
    a, b, c, k = make.positional(), make.positional(), make.positional(), make.small()
    operator = make.rng.choice(["NEAR", "BEFORE", "SENTENCE", "PARAGRAPH"])
    k = k if operator in ("NEAR", "BEFORE") else 0
    return Claim([Near(operator, k, a, c), Near(operator, k, b, c), Near(operator, k, Or((a, b)), c)],
                 are_docs(frozenset.union))


def unordered_widens(make: Maker) -> Claim:
    """"..."~k finds less than "..."~k+1, and no less than the phrase"""
    words, k = tuple(make.word() for _ in range(make.rng.randint(2, 5))), make.small()
    return Claim([Phrase(words), Unordered(words, k), Unordered(words, k + 1), Unordered(words, 1000)], chain)


def unordered_turns(make: Maker) -> Claim:
    """"..."~k does not care for the order of its words, places too"""
    words, k = [make.word() for _ in range(make.rng.randint(2, 5))], make.small()
    return Claim([Unordered(tuple(words), k), Unordered(tuple(make.rng.sample(words, len(words))), k)], same)


def sentence_in_paragraph(make: Maker) -> Claim:
    """SENTENCE finds less than PARAGRAPH, and that less than AND"""
    a, b = make.positional(), make.positional()
    return Claim([Near("SENTENCE", 0, a, b), Near("PARAGRAPH", 0, a, b), And((a, b))], chain)


# What is not near.


def notnear_keeps(make: Maker) -> Claim:
    """a NOTNEAR/k+1 b finds less than a NOTNEAR/k b, and that less than a, places too"""
    a, b, k = make.plain(), make.positional(), make.small()
    return Claim([Near("NOTNEAR", k + 1, a, b), Near("NOTNEAR", k, a, b), a], places_within)


def notnear_complement(make: Maker) -> Claim:
    """a NOTNEAR/k b leaves out some a exactly where a NEAR/k b matches"""
    a, b, k = make.plain(), make.positional(), make.small()

    def check(kept: Answer, near: Answer, every: Answer) -> str:
        lost = {path for path, n in every.matches.items() if kept.matches.get(path, 0) != n}
        return some("not complements in", lost ^ near.docs)
    return Claim([Near("NOTNEAR", k, a, b), Near("NEAR", k, a, b), a], check)


# Documents as sets.


def negation(make: Maker) -> Claim:
    """NOT x is everything but what x finds; twice, it is x"""
    x = make.boolean(1)
    return Claim([EVERYTHING, x, Not(Not(x)), Not(x)],
                 lambda every, found, twice, rest: same_docs(found, twice) or same_docs(
                     Answer(dict.fromkeys(every.docs - found.docs, 0)), rest))


def conjunction(make: Maker) -> Claim:
    """AND is the intersection, in either order"""
    x, y = make.boolean(1), make.boolean(1)
    return Claim([x, y, And((x, y)), And((y, x))],
                 lambda x, y, xy, yx: are_docs(frozenset.intersection)(x, y, xy) or same(xy, yx))


def disjunction(make: Maker) -> Claim:
    """OR is the union, in either order"""
    x, y = make.boolean(1), make.boolean(1)
    return Claim([x, y, Or((x, y)), Or((y, x))],
                 lambda x, y, xy, yx: are_docs(frozenset.union)(x, y, xy) or same(xy, yx))


def once(make: Maker) -> Claim:
    """x OR x and x AND x are x, places too"""
    x = make.boolean(1)
    return Claim([x, Or((x, x)), And((x, x))], same)


def de_morgan(make: Maker) -> Claim:
    """De Morgan"""
    x, y = make.boolean(1), make.boolean(1)
    pairs = [Not(Or((x, y))), And((Not(x), Not(y))), Not(And((x, y))), Or((Not(x), Not(y)))]
    return Claim(pairs, lambda a, b, c, d: same_docs(a, b) or same_docs(c, d))


def distributivity(make: Maker) -> Claim:
    """AND spreads over OR, and OR over AND"""
    x, y, z = make.boolean(0), make.boolean(1), make.boolean(1)
    pairs = [And((x, Or((y, z)))), Or((And((x, y)), And((x, z)))), Or((x, And((y, z)))), And((Or((x, y)), Or((x, z))))]
    return Claim(pairs, lambda a, b, c, d: same_docs(a, b) or same_docs(c, d))


def difference_of_sets(make: Maker) -> Claim:
    """x NOT y, and x AND y, divide x"""
    x, y = make.boolean(1), make.boolean(1)
    return Claim([x, y, And((x, Not(y)))], are_docs(frozenset.difference))


# Titles, gaps, alternatives, words that stand for others, filters.


def title_within(make: Maker) -> Claim:
    """title:x finds less than x"""
    x = make.increasing()
    return Claim([Title(x), x], chain)


def title_of_phrase(make: Maker) -> Claim:
    """the places of a phrase in titles are among its places"""
    x = make.plain()
    return Claim([Title(x), x], places_within)


def title_spreads(make: Maker) -> Claim:
    """title: of a boolean query is that of its parts"""
    x, y = make.positional(), make.positional()
    queries = [Title(Or((x, y))), Or((Title(x), Title(y))), Title(And((x, y))), And((Title(x), Title(y))),
               Title(Not(x)), Not(Title(x))]
    return Claim(queries, lambda a, b, c, d, e, f: same(a, b) or same(c, d) or same(e, f))


def gaps_widen(make: Maker) -> Claim:
    """"a b" and "a * b" find less than "a ...1 b", and gaps less than wider ones"""
    a, b, k = make.plain(), make.plain(), make.rng.randint(1, 30)
    queries = [joined(a, b), between(a, AnyWord(), b), between(a, Gap(1), b), between(a, Gap(k), b),
               between(a, Gap(k + 1), b), And((a, b))]
    return Claim(queries, lambda none, star, one, *wider: are_docs(frozenset.union)(none, star, one) or
                 chain(one, *wider))


def alternatives(make: Maker) -> Claim:
    """"x (a|b) y" finds what "x a y" and "x b y" find; of one word each, in the same places"""
    x, y, (a, b) = make.plain(), make.plain(), make.words(2)
    queries = [between(x, Alternatives((a.items, b.items)), y), Or((joined(x, a, y), joined(x, b, y)))]
    return Claim(queries, same)


def standing_for_words(make: Maker) -> Claim:
    """a pattern, a fuzzy word and a stem find at least the word they are made of, in phrases too"""
    word, x = make.plain_word(), make.plain()
    kind = make.rng.choice([Pattern(word[:-1] + ANY_RUN), Fuzzy(word, 1), Stem(word)])
    wider = Fuzzy(word, 2) if isinstance(kind, Fuzzy) else kind
    return Claim([joined(Phrase((Word(word),)), x), joined(Phrase((kind,)), x), joined(Phrase((wider,)), x)],
                 places_within)


def filters_divide(make: Maker) -> Claim:
    """the filters ext:, since: and until: divide what is found, and take no places"""
    x, day = make.boolean(1), FIRST_DAY + timedelta(days=make.rng.randrange(50))
    queries = [x, And((x, ExtensionFilter("md"))), And((x, ExtensionFilter("txt"))), And((x, Since(day))),
               And((x, Until(day - timedelta(days=1)))), And((x, EVERYTHING))]

    def check(every: Answer, md: Answer, txt: Answer, late: Answer, early: Answer, all_paths: Answer) -> str:
        for one, two in ((md, txt), (late, early)):
            if one.docs & two.docs or sorted(one.places + two.places) != sorted(every.places):
                return some("not divided", (one.docs & two.docs) or (one.docs | two.docs) ^ every.docs)
        return same(every, all_paths)
    return Claim(queries, check)


LAWS: list[Callable[[Maker], Claim]] = [
    phrase_to_and, phrase_is_before, gap_is_before, unordered_is_near, near_widens, before_is_near, near_turns,
    near_is_either_order, near_spreads_over_or, unordered_widens, unordered_turns, sentence_in_paragraph, notnear_keeps,
    notnear_complement, negation, conjunction, disjunction, once, de_morgan, distributivity, difference_of_sets,
    title_within, title_of_phrase, title_spreads, gaps_widen, alternatives, standing_for_words, filters_divide]

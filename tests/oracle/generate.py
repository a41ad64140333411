# SPDX-License-Identifier: GPL-2.0-or-later
"""Random documents and queries, the same for the same seed.

Documents repeat few words, so that queries meet many occurrences to choose from; some are long, with the interesting
words near multiples of 64, where an index may cut. Queries are made as trees and then spelled in one of many ways; the
parser of query.py must read the tree back, which is checked for every one.

The subset "slice" is what a first engine answers: words as AND, phrases, AND OR NOT - ( ), NEAR/k, BEFORE/k and
"..."~k, over plain text. "full" is everything.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import query
import tree as trees
from tree import (ANY_CHAR, ANY_RUN, Alternatives, And, AnyWord, ExtensionFilter, Fuzzy, Gap, Item, Near, Node, Not, Or,
                  PathFilter, Pattern, Phrase, Since, Stem, Title, Unordered, Until, Word)

CORE = "ash bay cod dew elm fir".split()
RELATED = "talk talks talked talking walk walked cat cats cut cot negotiate negotiated negotiation cry cries".split()
OPERATOR_LIKE = "and or not near before title".split()
SHORT_FORMS = "dr fig etc no".split()
LONG = ["x" * 64, "x" * 65, "x" * 64 + "y", "é" * 40 + "z"]
ODD = ["éclair", "naïve", "straße", "ﬁsh", "œuvre", "łódź", "km²", "½", "漢字", "カタガ", "ไทย", "한국어", "Ωμέγα",
       "привет", "e\u0301te\u0301", "so\u00adft", "a\u200bsh", "u.s.", "1,000"]
FILLER = [f"w{number:03}" for number in range(300)]
RARE = [f"r{number:05}" for number in range(17000)]
BROAD = [f"v{number:04}" for number in range(1100)]

TEXT_BREAKS = [" "] * 60 + ["\n", "\n", "\n", ", ", ". ", ". ", "! ", "? ", "-", "’", " — ", "\n\n", "\n \n", ".” “",
                            " (", ") ", '." ', ".) ", "... ", "… ", ".\n", "_", "/", ": ", "\t", "\u00a0", "。", "? ! ",
                            " 'n ", "’s. ", "'t. "]
MARKDOWN_BREAKS = [" "] * 60 + ["\n", "\n", ", ", ". ", ". ", "! ", "? ", "\n\n", ".\n\n", "; "]
FIRST_DAY = date(2022, 10, 25)


@dataclass(frozen=True)
class Source:
    """A document as it is written to disk."""

    path: str
    text: str
    day: date


class Weights:
    """A weighted choice."""

    def __init__(self, rng: random.Random, **weights: float) -> None:
        self.rng = rng
        self.names = list(weights)
        self.weights = list(weights.values())

    def pick(self) -> str:
        return self.rng.choices(self.names, self.weights)[0]


class DocumentMaker:
    """Makes the documents of one index."""

    def __init__(self, rng: random.Random, full: bool) -> None:
        self.rng = rng
        self.full = full
        self.kinds = Weights(rng, tiny=3, small=4, skewed=3, boundary=2, rich=3 if full else 0)

    def documents(self, count: int) -> list[Source]:
        made = [self.document(number) for number in range(count)]
        if self.full and self.rng.random() < 0.3:
            made[-1] = Source("docs/broad.txt", " ".join(BROAD), FIRST_DAY)
        for number in range(min(count, self.rng.choice([0, 0, 0, 1, 2]))):
            made[number] = self.long_document(number)
        return made

    def document(self, number: int) -> Source:
        folder = self.rng.choice(["", "", "sub/", "sub/deep/", "other/"]) if self.full else ""
        markdown = self.full and self.rng.random() < 0.4
        day = FIRST_DAY + timedelta(days=self.rng.randrange(50))
        words = getattr(self, self.kinds.pick())()
        text = self.markdown(words) if markdown else self.plain(words)
        return Source(f"docs/{folder}d{number:03}.{'md' if markdown else 'txt'}", text, day)

    def long_document(self, number: int) -> Source:
        markdown = self.full and self.rng.random() < 0.4
        text = self.markdown(self.long()) if markdown else self.plain(self.long())
        return Source(f"docs/long{number}.{'md' if markdown else 'txt'}", text, FIRST_DAY)

    # Words of the kinds of documents.

    def tiny(self) -> list[str]:
        return self.some(CORE[:3], self.rng.randint(0, 12))

    def small(self) -> list[str]:
        return self.some(CORE + RELATED[:2], self.rng.randint(3, 40))

    def skewed(self) -> list[str]:
        words = CORE + RELATED + OPERATOR_LIKE + SHORT_FORMS + FILLER[:40]
        return self.rng.choices(words, [1 / rank for rank in range(1, len(words) + 1)], k=self.rng.randint(20, 200))

    def boundary(self) -> list[str]:
        words = self.some(FILLER, self.rng.randint(500, 2200))
        step = self.rng.choice([64, 128, 512, 512])
        for middle in range(step, len(words), step):
            for _ in range(self.rng.randint(0, 4)):
                words[min(max(middle + self.rng.randint(-8, 8), 0), len(words) - 1)] = self.rng.choice(CORE)
        return words

    def long(self) -> list[str]:
        """So many words that an index may look at parts of them only: what queries ask for stands in a few places, or
        is strewn over all of them, among words of one and two bytes in code, sometimes three."""
        words = self.some(FILLER, self.rng.randint(4100, 7000))
        if self.rng.random() < 0.2:
            words += self.rng.sample(RARE, len(RARE))
        wanted = CORE + RELATED[:2] if self.rng.random() < 0.7 else CORE + FILLER[:3]
        for _ in range(self.rng.choice([2, 5, 12, 40])):
            middle, reach = self.rng.randrange(len(words)), self.rng.choice([2, 10, 40, 200, 1000])
            for _ in range(self.rng.randint(1, 8)):
                words[min(max(middle + self.rng.randint(-reach, reach), 0), len(words) - 1)] = self.rng.choice(wanted)
        return words

    def rich(self) -> list[str]:
        return self.some(CORE + RELATED + SHORT_FORMS + OPERATOR_LIKE + LONG + ODD, self.rng.randint(5, 80))

    def some(self, words: list[str], count: int) -> list[str]:
        return [self.rng.choice(words) for _ in range(count)]

    # Their spelling.

    def spelled(self, word: str) -> str:
        chance = self.rng.random()
        if chance < 0.12:
            return word.capitalize()
        if chance < 0.16:
            return word.upper()
        if self.full and chance < 0.19:
            return word[0] + self.rng.choice(["\u0301", "\u00ad", "\u0327\u200d", "\ufe0f"]) + word[1:]
        return word

    def join(self, words: list[str], breaks: list[str]) -> str:
        return "".join(self.spelled(word) + self.rng.choice(breaks) for word in words)

    def plain(self, words: list[str]) -> str:
        text = self.join(words, TEXT_BREAKS)
        if self.rng.random() < 0.15:
            text = text.replace("\n", "\r\n")
        if self.rng.random() < 0.05:
            text = "\ufeff" + text
        return text.rstrip() if self.rng.random() < 0.2 else text

    def markdown(self, words: list[str]) -> str:
        body = self.join([word for word in words if word != "u.s."], MARKDOWN_BREAKS)
        kind = Weights(self.rng, none=1, heading=4, front=2, both=2, dated=1).pick()
        if kind in ("heading", "both", "dated"):
            body = "\n\n".join(["# " + self.title(), body, "## " + self.title(), body[:len(body) // 3].strip()]) + "\n"
        if kind in ("front", "both"):
            body = f"---\ntitle: {self.title()}\ndate: {self.day()}\n---\n\n{body}"
        if kind == "dated":
            body = f"---\ndate: {self.day()}\n---\n\n{body}"
        return body

    def title(self) -> str:
        words = [self.rng.choice(CORE).capitalize() for _ in range(self.rng.randint(1, 6))]
        return self.rng.choice([" ", " ", ". ", "? "]).join(words)

    def day(self) -> str:
        return (FIRST_DAY + timedelta(days=self.rng.randrange(50))).isoformat()


class QueryMaker:
    """Makes query trees; runs are lists of folded words found side by side in the documents."""

    def __init__(self, rng: random.Random, full: bool, bodies: list[list[str]]) -> None:
        self.rng = rng
        self.full = full
        self.bodies = [body for body in bodies if body]
        self.items = Weights(rng, word=70, pattern=8, fuzzy=6, stem=6, any=5, gap=7, alternatives=8)
        self.leaves = Weights(rng, word=45, run=20, phrase=25, unordered=12)
        self.operators = Weights(rng, NEAR=4, BEFORE=4, NOTNEAR=3 if full else 0, SENTENCE=1.5 if full else 0,
                                 PARAGRAPH=1 if full else 0)

    def query(self) -> Node:
        kind = Weights(self.rng, leaf=25, positional=45, boolean=40).pick()
        if kind == "leaf":
            return self.leaf()
        if kind == "positional":
            return self.near(self.rng.choice([1, 1, 2, 2, 3]))
        return self.boolean(self.rng.choice([1, 1, 2]))

    def boolean(self, depth: int) -> Node:
        if depth == 0:
            return self.near(self.rng.choice([0, 0, 0, 1, 1, 2]))
        kind = Weights(self.rng, conjunction=5, disjunction=4, negation=2, near=5, title=1.5 if self.full else 0,
                       filter=1.5 if self.full else 0).pick()
        children = [self.boolean(depth - 1) for _ in range(self.rng.choice([2, 2, 3]))]
        if kind == "conjunction":
            return trees.both(children)
        if kind == "disjunction":
            return trees.either(children)
        if kind == "negation":
            return trees.both([children[0], Not(children[1])]) if self.rng.random() < 0.8 else Not(children[0])
        if kind == "title":
            return Title(children[0])
        return self.filter() if kind == "filter" else self.near(2)

    def filter(self) -> Node:
        day = FIRST_DAY + timedelta(days=self.rng.randrange(50))
        globs = ["docs", "docs/sub", "docs/*.txt", "docs/**.md", "docs/sub/**", "docs/*/d0*", "docs/s?b", "sub",
                 "docs/other/", "docs/*", "docs/**/d00?.txt", "*/sub", "docs/**/d0[0-4]?.*"]
        return self.rng.choice([Since(day), Until(day), ExtensionFilter("md"), ExtensionFilter("txt"),
                                PathFilter(self.rng.choice(globs))])

    def near(self, depth: int) -> Node:
        if depth == 0 or self.rng.random() < 0.15:
            return self.leaf()
        if self.rng.random() < 0.15:
            return trees.either([self.near(depth - 1), self.near(depth - 1)])
        if self.full and self.rng.random() < 0.05:
            return Title(self.near(depth - 1))
        operator = self.operators.pick()
        has_distance = operator in trees.DISTANCE_OPERATORS
        return Near(operator, self.distance() if has_distance else 0, self.near(depth - 1), self.near(depth - 1))

    def distance(self) -> int:
        return self.rng.choice([0, 0, 1, 1, 2, 3, 4, 5, 7, 10, 10, 15, 40, 150, 1000])

    def leaf(self) -> Node:
        kind = self.leaves.pick()
        if kind == "word":
            return Phrase((self.one_word(),))
        if kind == "unordered":
            words = [self.word() for _ in range(self.rng.randint(1, 4))]
            return trees.unordered(words, self.rng.choice([0, 0, 1, 2, 3, 6]))
        if kind == "run" and self.bodies:
            return self.run()
        return self.phrase()

    def run(self) -> Node:
        body = self.rng.choice(self.bodies)
        start = self.rng.randrange(len(body))
        return Phrase(tuple(Word(word) for word in body[start:start + self.rng.randint(2, 6)]))

    def phrase(self) -> Node:
        """Two items or more, words at least at one place, no gap at the ends."""
        while True:
            items = trees.merged([self.item() for _ in range(self.rng.randint(2, 5))])
            if any(isinstance(item, Gap) and item.most > query.MAX_GAP for item in items):
                continue
            ends_well = items and not isinstance(items[0], Gap) and not isinstance(items[-1], Gap)
            if ends_well and not all(isinstance(item, (AnyWord, Gap)) for item in items):
                return Phrase(tuple(items))

    def word(self) -> Word:
        if self.bodies and self.rng.random() < 0.25:
            return Word(self.rng.choice(self.rng.choice(self.bodies)))
        return Word(self.rng.choice(CORE[:self.rng.choice([2, 3, 4, 6])]))

    def one_word(self) -> Item:
        """An item that may stand alone or in an alternative."""
        kind = self.items.pick() if self.full else "word"
        simple: dict[str, Callable[[], Item]] = {"pattern": self.pattern, "fuzzy": self.fuzzy, "stem": self.stem}
        return simple.get(kind, self.word)()

    def item(self) -> Item:
        kind = self.items.pick() if self.full else "word"
        if kind == "any":
            return AnyWord()
        if kind == "gap":
            return Gap(self.rng.choice([0, 1, 2, 3, 5, 16, 16, 100]))
        if kind == "alternatives":
            count = self.rng.randint(2, 3)
            return Alternatives(tuple(tuple(self.one_word_in_quotes() for _ in range(self.rng.choice([1, 1, 2, 3])))
                                      for _ in range(count)))
        return self.one_word_in_quotes()

    def one_word_in_quotes(self) -> Item:
        """Like one_word, but no pattern that ends in `?`, which quotes would read as punctuation."""
        while True:
            item = self.one_word()
            if not (isinstance(item, Pattern) and item.text.endswith(ANY_CHAR)):
                return item

    def plain_word(self) -> str:
        """A word of letters that a pattern, stem or fuzzy word can be made of."""
        words = RELATED + CORE + FILLER[:3] + ["eclair", "привет"]
        return self.rng.choice(words)

    def pattern(self) -> Item:
        if self.rng.random() < 0.05:
            return Pattern(self.rng.choice(["v" + ANY_RUN, "w" + ANY_RUN, "x" + ANY_RUN]))
        word = self.plain_word()
        at = self.rng.randrange(len(word) + 1)
        wild = self.rng.choice([ANY_RUN, ANY_RUN, ANY_CHAR])
        last = at + self.rng.randint(0 if wild == ANY_RUN else 1, 2)
        pattern = word[:at] + wild + word[last:]
        return Pattern(pattern) if set(pattern) - set(trees.WILDCARDS) else Word(word)

    def fuzzy(self) -> Item:
        return Fuzzy(self.plain_word(), self.rng.choice([1, 1, 2]))

    def stem(self) -> Item:
        return Stem(self.rng.choice(RELATED + CORE))


class Speller:
    """Writes a tree as a query, with a free choice of syntax."""

    def __init__(self, rng: random.Random, full: bool) -> None:
        self.rng = rng
        self.full = full

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def spell(self, node: Node) -> str:
        if isinstance(node, Or):
            return f" {self.space()}OR ".join(self.operand(child, 2) for child in node.children)
        if isinstance(node, And):
            return self.conjunction(node)
        if isinstance(node, Not):
            inner = self.operand(node.child, 3 if self.chance(0.9) else 5)
            return ("-" if self.chance(0.5) and not isinstance(node.child, Not) else "NOT ") + inner
        if isinstance(node, Near):
            return f"{self.operand(node.left, 4)} {self.operator(node)} {self.operand(node.right, 5)}"
        return self.leaf(node)

    def level(self, node: Node) -> int:
        return {Or: 1, And: 2, Not: 3, Near: 4}.get(type(node), 5)

    def operand(self, node: Node, least: int) -> str:
        """An operand, in parentheses when it binds more loosely than needed, or just so."""
        text = self.spell(node)
        if self.level(node) < least or (self.level(node) == 3 and least == 3) or self.chance(0.06):
            return f"({text})" if self.chance(0.8) else f"( {text} )"
        return text

    def space(self) -> str:
        return " " if self.chance(0.03) else ""

    def conjunction(self, node: And) -> str:
        text = ""
        for at, child in enumerate(node.children):
            noise = self.rng.choice(["& ", "- ", "— ", ", "]) if self.full and self.chance(0.03) else ""
            glue = " AND " if self.chance(0.3) else " " + self.space() + noise
            text += (glue if at else "") + self.operand(child, 3 if isinstance(child, Not) else 4)
        return text

    def operator(self, node: Near) -> str:
        if node.operator not in trees.DISTANCE_OPERATORS:
            return node.operator
        if node.distance == trees.DEFAULT_DISTANCE and self.chance(0.7):
            return node.operator
        return f"{node.operator}/{node.distance}"

    def leaf(self, node: Node) -> str:
        if isinstance(node, Phrase):
            return self.phrase(node)
        if isinstance(node, Unordered):
            return self.quoted(list(node.items)) + f"~{node.distance}"
        if isinstance(node, Title):
            simple = isinstance(node.child, (Phrase, Unordered)) and self.chance(0.6)
            return "title:" + (self.leaf(node.child) if simple else f"({self.spell(node.child)})")
        if isinstance(node, PathFilter) and self.chance(0.5):
            return f"path:{node.glob}"
        return trees.show(node)

    def phrase(self, node: Phrase) -> str:
        ends_wild = any(isinstance(item, Pattern) and item.text.endswith(ANY_CHAR) for item in node.items)
        single = len(node.items) == 1 and not isinstance(node.items[0], Alternatives)
        bare_words = all(isinstance(item, Word) for item in node.items)
        if ends_wild or (single and self.chance(0.75)) or (bare_words and self.chance(0.08)):
            return self.joint(node).join(self.item(item) for item in node.items)
        return self.quoted(list(node.items))

    def joint(self, node: Phrase) -> str:
        """What joins words of a bare chunk; a slash before a digit could look like an operator's distance."""
        digits = any(isinstance(item, Word) and item.text[0].isdigit() for item in node.items)
        return self.rng.choice("-,’_." if digits else "-,/’_.")

    def quoted(self, items: list[Item]) -> str:
        opening, closing = '"', '"'
        if self.chance(0.25 if self.full else 0.1):
            opening, closing = self.rng.choice(["“”", "„“", "„”", "«»", "‘’"])
        text = ""
        for at, item in enumerate(items):
            text += (self.gap_between(items[at - 1], item) if at else "") + self.item(item)
        if self.full and self.chance(0.05):
            text = self.rng.choice(["... ", "… ", "", "¡"]) + text + self.rng.choice([" ...", "…", " ...5", "!"])
        return opening + text + closing

    def gap_between(self, one: Item, two: Item) -> str:
        if not (isinstance(one, Word) and isinstance(two, Word)) or self.chance(0.85):
            return " "
        if self.full and self.chance(0.4):
            return self.rng.choice([r" \* ", r"\? ", r" \| ", r" \" ", r" \... ", r" \… ", r" \\ ", "? ", " (", ") "])
        return self.rng.choice([", ", "-", " — ", "  ", ". "])

    def item(self, item: Item) -> str:
        if isinstance(item, Gap) and item.most == trees.DEFAULT_GAP:
            return self.rng.choice(["...", "....", "…", "...16"])
        if isinstance(item, Word) and self.chance(0.15):
            return self.dressed(item.text)
        if isinstance(item, Alternatives):
            return "(" + "|".join(" ".join(map(self.item, choice)) for choice in item.choices) + ")"
        return trees.show_item(item)

    def dressed(self, word: str) -> str:
        """Another spelling that folds to the same word."""
        if self.full and word.isascii() and word[0].isalpha() and self.chance(0.4):
            return word[0] + self.rng.choice(["\u0301", "\u00ad", "\u200d"]) + word[1:]
        return word.capitalize() if word.isascii() else word


def error_query(rng: random.Random) -> str:
    """A query that the contract refuses."""
    one, two = rng.choice(CORE), rng.choice(CORE)
    return rng.choice([
        f'"{one} {two}', f"“{one}", f"{one} AND", f"OR {one}", f"{one} OR OR {two}", f"{one} near/5 {two}",
        f"{one} NEAR/1001 {two}", f"{one} BEFORE {two} NEAR", f"({one} {two}", f"{one} {two})", "*", "...", '""', "- —",
        f"{one} NEAR ({one} {two})", f"{one} NEAR NOT {two}", f"{one} BEFORE ext:md", f"{one} NEAR -{two}", f"{one}~3",
        f'"{one} ...101 {two}"', f'"{one} * {two}"~2', "since:2022-02-30", "(" * 40 + one + ")" * 40, "NOT",
        f"{one} NEAR/x {two}", f'"({one}|) {two}"', f"Notnear/3 {one}", f"{one} WITHIN/3 {two}", f'"{one} {two}"~1001',
        one + " " + "a" * 8200,
    ])


def make_query(rng: random.Random, full: bool, bodies: list[list[str]]) -> str:
    """One query; what the speller writes must read back as the tree it came from."""
    if full and rng.random() < 0.04:
        return error_query(rng)
    tree = QueryMaker(rng, full, bodies).query()
    text = Speller(rng, full).spell(tree)
    read = query.parse(text)
    if read != tree:
        raise AssertionError(f"{text}\nread as  {trees.show(read)}\nnot as   {trees.show(tree)}")
    return text

# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of real text as the oracle sees it, with a map from words to documents to find candidates by.

Every file is read as plain text, whatever its name. Files that are not UTF-8, hold a NUL or are empty are left out: how
they are read is not what is tested here.
"""

import random
import re
from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import query
from document import BODY, Document, read_text
from evaluate import Answer, check_expansion, evaluate, items_of, stands_for
from tree import Alternatives, And, AnyWord, Gap, Item, Near, Node, Not, Or, Phrase, Title, Unordered, Word
from words import runs, words_of

ASCII_WORD = re.compile(r"[a-z0-9]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
DAY = date(2022, 11, 5)


def quick_words(text: str) -> Iterator[str]:
    """The same as words_of(), sooner: words never run across lines, and lines of ASCII are easy."""
    for line in text.split("\n"):
        yield from ASCII_WORD.findall(line.lower()) if line.isascii() else words_of(line)


def readable(path: Path) -> str | None:
    """The text of a file that the oracle can read."""
    data = path.read_bytes()
    if not data or b"\0" in data or data.startswith(b"\xef\xbb\xbf"):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


class Library:
    """All documents of a folder: word numbers of each, and postings."""

    def __init__(self, folder: Path, most: int) -> None:
        self.paths: list[str] = []
        self.files: list[Path] = []
        self.bodies: list[array] = []
        self.numbers: dict[str, int] = {}
        self.words: list[str] = []
        self.postings: list[array] = []
        self.expanded: dict[Item, set[int]] = {}
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            name = file.relative_to(folder).as_posix()
            hidden = any(part.startswith(".") for part in name.split("/"))
            if len(self.paths) < most and not hidden and name.isascii() and name.isprintable() and ":" not in name:
                self.add(file, name)
        self.order = sorted(range(len(self.paths)), key=lambda number: self.paths[number].encode())

    def add(self, file: Path, name: str) -> None:
        text = readable(file)
        if text is None:
            return
        body = array("I", map(self.number, quick_words(text)))
        for word in set(body):
            self.postings[word].append(len(self.paths))
        self.paths.append("docs/" + (name if name.endswith(".txt") else name + ".txt"))
        self.files.append(file)
        self.bodies.append(body)

    def number(self, word: str) -> int:
        if word not in self.numbers:
            self.numbers[word] = len(self.words)
            self.words.append(word)
            self.postings.append(array("I"))
        return self.numbers[word]

    def text(self, number: int) -> str:
        return self.files[number].read_bytes().decode()

    def full(self, number: int) -> Document:
        """A document with the places of its words and its sentences."""
        return read_text(self.paths[number], self.text(number), DAY)

    def light(self, number: int, asked: set[int]) -> Document:
        """A document that can find only some words, given by their numbers."""
        body = self.bodies[number]
        index: dict[str, list[int]] = {}
        for position, word in enumerate(body, BODY):
            if word in asked:
                index.setdefault(self.words[word], []).append(position)
        return Document(self.paths[number], Body(body, self.words), body_index=index)

    def places(self, number: int, positions: list[int]) -> Iterator[str]:
        """PATH:LINE:COLUMN of words, given by increasing position."""
        first = BODY
        wanted = iter(positions)
        position = next(wanted, None)
        for line, text in enumerate(self.text(number).split("\n"), 1):
            here = list(quick_words(text)) if position is not None else []
            while position is not None and position < first + len(here):
                column = list(runs(text))[position - first].start + 1
                yield f"{self.paths[number]}:{line}:{column}"
                position = next(wanted, None)
            first += len(here)

    # Which documents may match.

    def expand(self, item: Item) -> set[int]:
        """Numbers of the words that an item stands for."""
        if isinstance(item, Word):
            return {self.numbers[item.text]} if item.text in self.numbers else set()
        if item not in self.expanded:
            self.expanded[item] = {number for number, word in enumerate(self.words) if stands_for(item, word)}
        return self.expanded[item]

    def check_expansion(self, node: Node) -> None:
        """Raises 422 when an item stands for too many words."""
        check_expansion(node, lambda item: len(self.expand(item)))

    def having(self, item: Item) -> set[int]:
        """Documents with a word that the item stands for."""
        return {document for number in self.expand(item) for document in self.postings[number]}

    def having_all(self, items: tuple[Item, ...]) -> set[int]:
        """Documents with words for all the items."""
        sets = []
        for item in items:
            if isinstance(item, Alternatives):
                sets.append(set().union(*(self.having_all(choice) for choice in item.choices)))
            elif not isinstance(item, (AnyWord, Gap)):
                sets.append(self.having(item))
        return set.intersection(*sets) if sets else self.all()

    def all(self) -> set[int]:
        return set(range(len(self.paths)))

    def candidates(self, node: Node) -> set[int]:
        """Documents that may match; never too few."""
        if isinstance(node, (Phrase, Unordered)):
            return self.having_all(node.items)
        if isinstance(node, Near):
            left = self.candidates(node.left)
            return left if node.operator == "NOTNEAR" else left & self.candidates(node.right)
        if isinstance(node, And):
            return set.intersection(*(self.candidates(child) for child in node.children))
        if isinstance(node, Or):
            return set.union(*(self.candidates(child) for child in node.children))
        if isinstance(node, Title):
            return self.candidates(node.child)
        return self.all()

    def answers(self, node: Node) -> Iterator[tuple[int, Answer]]:
        """Matching documents in the order of their paths."""
        chosen = self.candidates(node)
        sentences = needs_sentences(node)
        items = [item for item in items_of(node) if not isinstance(item, (AnyWord, Gap))]
        asked = set().union(*map(self.expand, items))
        for number in self.order:
            if number in chosen:
                document = self.full(number) if sentences else self.light(number, asked)
                answer = evaluate(node, document)
                if answer.matched:
                    yield number, answer


class Body(Sequence[str]):
    """The words of a document, kept as numbers."""

    def __init__(self, numbers: array, words: list[str]) -> None:
        self.numbers = numbers
        self.all_words = words

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, at):
        return self.all_words[self.numbers[at]]


def needs_sentences(node: Node) -> bool:
    if isinstance(node, Near):
        return node.operator in ("SENTENCE", "PARAGRAPH") or needs_sentences(node.left) or needs_sentences(node.right)
    if isinstance(node, (And, Or)):
        return any(needs_sentences(child) for child in node.children)
    return isinstance(node, (Not, Title)) and needs_sentences(node.child)


class Sampler:
    """Draws queries from the text of a library."""

    def __init__(self, rng: random.Random, library: Library, full: bool) -> None:
        self.rng = rng
        self.library = library
        self.full = full
        self.filled = [number for number, body in enumerate(library.bodies) if len(body) > 30]
        counts = sorted(range(len(library.words)), key=lambda word: -len(library.postings[word]))
        self.common = set(counts[:150])
        self.rare_below = max(3, len(library.paths) // 50)

    def query(self) -> str:
        kinds = [self.copied, self.copied, self.copied, self.copied, self.near, self.near, self.boolean, self.unordered,
                 self.common_phrase]
        if self.full:
            kinds += [self.gap, self.pattern, self.sentence, self.stem, self.fuzzy, self.one_word_between]
        while True:
            text = self.rng.choice(kinds)()
            if text and len(text.encode()) < 4000:
                return text

    def somewhere(self) -> tuple[array, int]:
        """A document's words and a place in it with room behind."""
        body = self.library.bodies[self.rng.choice(self.filled)]
        return body, self.rng.randrange(len(body) - 20)

    def rare(self) -> str:
        for _ in range(30):
            body, at = self.somewhere()
            if len(self.library.postings[body[at]]) <= self.rare_below:
                break
        return self.library.words[body[at]]

    def run(self, least: int, most: int) -> list[str]:
        body, at = self.somewhere()
        return [self.library.words[word] for word in body[at:at + self.rng.randint(least, most)]]

    def copied(self) -> str:
        """A stretch of a file as it stands there, quoted by the rule of the contract."""
        text = self.library.text(self.rng.choice(self.filled))
        start = self.rng.randrange(len(text))
        piece = list(runs(text[start:start + 400]))[1:-1]
        if len(piece) < 6:
            return ""
        chosen = piece[:self.rng.randint(2, 6)]
        copied = text[start:start + 400].encode()[chosen[0].start:chosen[-1].end].decode()
        return "" if CONTROL.search(copied) else query.quote(copied)

    def common_phrase(self) -> str:
        for _ in range(300):
            body, at = self.somewhere()
            length = self.rng.randint(2, 4)
            if all(word in self.common for word in body[at:at + length]):
                return '"' + " ".join(self.library.words[word] for word in body[at:at + length]) + '"'
        return ""

    def near(self) -> str:
        words = self.run(3, 12)
        operator = self.rng.choice(["NEAR", "BEFORE"] + (["NOTNEAR"] if self.full else []))
        left, right = words[0], words[-1]
        if self.rng.random() < 0.4:
            left = '"' + " ".join(words[:2]) + '"'
        chain = f" NEAR/{self.rng.randint(0, 30)} {words[1]}" if self.rng.random() < 0.2 else ""
        return f"{self.quoted(left)} {operator}/{self.rng.randint(0, 12)} {self.quoted(right)}{chain}"

    def quoted(self, word: str) -> str:
        return word if word.startswith('"') else f'"{word}"'

    def boolean(self) -> str:
        one, two, three = self.rare(), self.rare(), self.run(1, 1)[0]
        return self.rng.choice([f"{one} {three}", f"{one} OR {two}", f"{one} -{three}", f"({one} OR {two}) AND {three}",
                                f'{one} NOT "{" ".join(self.run(2, 2))}"', f"{one} {two} OR {three} {one}"])

    def unordered(self) -> str:
        words = self.run(3, 8)
        self.rng.shuffle(words)
        return '"' + " ".join(words[:4]) + f'"~{self.rng.randint(0, 6)}'

    def gap(self) -> str:
        words = self.run(4, 15)
        return f'"{words[0]} {words[1]} ...{self.rng.randint(0, 15)} {words[-1]}"'

    def one_word_between(self) -> str:
        words = self.run(3, 5)
        words[1] = "*"
        return '"' + " ".join(words) + '"'

    def sentence(self) -> str:
        operator = self.rng.choice(["SENTENCE", "PARAGRAPH"])
        return f"{self.quoted(self.rare())} {operator} {self.quoted(self.run(1, 1)[0])}"

    def long_ascii(self) -> str:
        for _ in range(50):
            word = self.rare()
            if word.isascii() and word.isalpha() and 5 <= len(word) <= 20:
                return word
        return "nothing"

    def pattern(self) -> str:
        word = self.long_ascii()
        return self.rng.choice([word[:-1] + "*", word[:4] + "?" + word[5:], word[0:2] + "*" + word[-3:],
                                f'"the {word[:-2]}*"'])

    def stem(self) -> str:
        return "~" + self.long_ascii()

    def fuzzy(self) -> str:
        return f"{self.long_ascii()}~{self.rng.choice([1, 1, 2])}"


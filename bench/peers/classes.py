# SPDX-License-Identifier: GPL-2.0-or-later
"""The classes of queries, drawn from the words of the documents with a seed, or read from files."""

import glob
import os
import random
import subprocess
from collections import Counter
from dataclasses import dataclass

from queries import AnyWord, Either, Join, Near, Phrase, Prefix, Word, phrase

DISTANCES = (1, 2, 5, 10, 20)
COMMON = 60
STUDIED = 3000
RARE = 4


@dataclass
class QueryClass:
    name: str
    what: str
    queries: list
    same_matches: bool = False  # every engine that counts matches counts the same ones
    absent: bool = False        # only those that are nowhere are wanted


class Text:
    """Documents as lists of words: a sample of them, and what is common there."""

    def __init__(self, folder, parts, seed):
        paths = [path for part in parts
                 for path in sorted(glob.glob(os.path.join(folder, "words", "%02d" % part, "*", "*.txt")))]
        self.rng = random.Random(seed)
        self.paths = self.rng.sample(paths, min(STUDIED, len(paths)))
        self.documents = [words for words in map(self.read, self.paths) if len(words) >= 2]
        if not self.documents:
            raise SystemExit("no document has two words: nothing to draw queries from")
        counts = Counter(word for words in self.documents for word in words)
        self.common = {word for word, _ in counts.most_common(COMMON)}
        self.counts = counts

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read().split()

    def run(self, n, good=lambda words: True):
        """n words that follow each other somewhere; None when luck does not find them."""
        for _ in range(2000):
            words = self.rng.choice(self.documents)
            if len(words) < n:
                continue
            start = self.rng.randrange(len(words) - n + 1)
            found = words[start:start + n]
            if all(usable(word) for word in found) and good(found):
                return found
        return None


def usable(word):
    """Every engine reads it as this one word: no marks that fold away, none of the overlong."""
    return word.isalnum() and len(word) <= 40


def draw(n, one):
    """n different queries from one(); fewer where the text has no more."""
    found = {}
    for _ in range(20 * n):
        query = one()
        if query is not None:
            found[query] = True
        if len(found) == n:
            break
    return list(found)


def random_phrase(text, good=lambda words: True, lengths=(2, 3, 4, 5)):
    words = text.run(text.rng.choice(lengths), good)
    return None if words is None else phrase(*words)


def mixed_phrase(text):
    """Words from different places, each common enough to be in many documents."""
    words = [text.run(1, lambda w: text.counts[w[0]] >= 3) for _ in range(text.rng.choice((2, 3, 4)))]
    return None if None in words else phrase(*(w[0] for w in words))


def near_pair(text, k, ordered):
    words = text.run(min(k + 2, 12))
    if words is None:
        words = text.run(2)
    if words is None or words[0] == words[-1]:
        return None
    pair = (words[0], words[-1])
    return Near(k, ordered, pair if ordered or text.rng.random() < 0.5 else pair[::-1])


def near_three(text, k):
    words = text.run(min(k + 3, 8))
    if words is None or len(words) < 3:
        return None
    three = [words[0], words[len(words) // 2], words[-1]]
    text.rng.shuffle(three)
    return Near(k, False, tuple(three)) if len(set(three)) == 3 else None


def with_prefix(text, place):
    words = text.run(3, lambda w: len(w[place]) >= 6 and w[place].isalpha())
    if words is None:
        return None
    slots = [Word(word) for word in words]
    slots[place] = Prefix(words[place][:-2])
    return Phrase(tuple(slots))


def with_either(text):
    words, other = text.run(3), text.run(1)
    if words is None or other is None or other[0] == words[1]:
        return None
    return Phrase((Word(words[0]), Either((words[1], other[0])), Word(words[2])))


def with_any(text):
    words = text.run(3)
    return None if words is None else Phrase((Word(words[0]), AnyWord(), Word(words[2])))


def boolean(text):
    a, b, word = random_phrase(text, lengths=(2, 3)), random_phrase(text, lengths=(2,)), text.run(1)
    if a is None or b is None or word is None or a == b:
        return None
    one = phrase(*word)
    return text.rng.choice((Join("AND", (a, one)), Join("OR", (a, b)), Join("NOT", (a, one)),
                            Join("AND", (Join("OR", (one, b)), a))))


def by_frequency(text, sample):
    """Phrases of two words by the share of documents they are in, as luceneutil's High, Med and Low."""
    in_documents = Counter()
    for words in text.documents:
        in_documents.update(set(zip(words, words[1:])))
    n = len(text.documents)
    bands = {"High": (0.02, 1.1), "Med": (0.004, 0.02), "Low": (1.5 / n, 0.004)}
    for name, (low, high) in bands.items():
        if low >= high:
            continue  # there are too few documents for it
        band = sorted(pair for pair, count in in_documents.items()
                      if low <= count / n < high and all(usable(word) for word in pair))
        text.rng.shuffle(band)
        yield QueryClass(name, "two words, together in %s of the documents" % share(low, high),
                         [phrase(*pair) for pair in band[:sample]], same_matches=True)


def share(low, high):
    return "over %g%%" % (100 * low) if high > 1 else "at most %g%%" % (100 * high) if low < 0.004 else \
        "%g-%g%%" % (100 * low, 100 * high)


def drawn(text, sample):
    plain = {"same_matches": True}
    every = []
    for n in (2, 3, 4, 5):
        every += draw(max(1, sample // 4), lambda n=n: random_phrase(text, lengths=(n,)))
    yield QueryClass("random", "2 to 5 words from the text", every, **plain)
    yield QueryClass("common words", "2 to 5 words from the text, all among its %d commonest" % COMMON,
                     draw(sample, lambda: random_phrase(text, lambda w: all(x in text.common for x in w))), **plain)
    yield from by_frequency(text, sample)
    yield QueryClass("absent", "2 to 4 words of the text that are nowhere together",
                     draw(sample, lambda: mixed_phrase(text)), absent=True, **plain)
    for ordered, name in ((False, "near"), (True, "ordered near")):
        pairs = []
        for k in DISTANCES:
            pairs += draw(max(1, sample // len(DISTANCES)), lambda k=k: near_pair(text, k, ordered))
        yield QueryClass(name, "two words, k = %s, %s" % (", ".join(map(str, DISTANCES)),
                                                         "in this order" if ordered else "either order"), pairs)
    yield QueryClass("near, 3 words", "three words, any order, 5 to 10 others among them",
                     draw(sample, lambda: near_three(text, text.rng.choice((5, 10)))))
    yield QueryClass("prefix last", "three words, the last by its beginning",
                     draw(sample, lambda: with_prefix(text, 2)))
    yield QueryClass("prefix inside", "three words, the middle one by its beginning",
                     draw(sample, lambda: with_prefix(text, 1)))
    yield QueryClass("either word", "three words, one of two in the middle", draw(sample, lambda: with_either(text)))
    yield QueryClass("any word", "two words with any word in the middle", draw(sample, lambda: with_any(text)))
    yield QueryClass("boolean", "phrases and words under AND, OR, AND NOT", draw(sample, lambda: boolean(text)))


def growing(text, sample, documents_with):
    """For the same queries on ever more documents."""
    plain = {"same_matches": True}
    yield QueryClass("random", "", draw(sample, lambda: random_phrase(text)), **plain)
    yield QueryClass("common words", "", draw(sample, lambda: random_phrase(
        text, lambda w: all(x in text.common for x in w))), **plain)
    yield QueryClass("rare word", "", draw(sample, lambda: random_phrase(
        text, lambda w: any(text.counts[x] == 1 and documents_with(x) <= RARE for x in w))), **plain)
    yield QueryClass("near", "", draw(sample, lambda: near_pair(text, text.rng.choice(DISTANCES), False)))


def from_file(path, folder, sample, seed):
    """A phrase a line, or CLASS<TAB>PHRASE."""
    with open(path, encoding="utf-8", errors="replace") as file:
        rows = [line.rstrip("\r\n").rpartition("\t") for line in file if line.strip()]
    folded = subprocess.run([os.path.join(folder, "bench/bench_feed"), "words"], check=True, text=True,
                            encoding="utf-8", input="".join(row[2] + "\n" for row in rows),
                            stdout=subprocess.PIPE).stdout.split("\n")
    groups = {}
    base = os.path.splitext(os.path.basename(path))[0]
    for (name, _, _), words in zip(rows, folded):
        found = words.split()
        if found and all(usable(word) for word in found):
            groups.setdefault("%s: %s" % (base, name) if name else base, {})[phrase(*found)] = True
    for name, queries in groups.items():
        chosen = list(queries)
        random.Random(seed).shuffle(chosen)
        yield QueryClass(name, "from a file", chosen[:sample], same_matches=True)

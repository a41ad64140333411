"""reuse.py - made-up collections in which documents carry passages of others, changed in known ways.

Words are made of syllables and come as often as in real text (Zipf); sentences have 6 to 20 of them. Besides passages,
documents share set phrases of common words, which are no reuse.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import bisect
import itertools

SYLLABLES = [c + v for c in ("b", "ch", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v")
             for v in ("a", "e", "i", "o", "u", "or", "an", "el")]


class Language:
    """Words by frequency, the most frequent first."""

    def __init__(self, numbers, n_words=20000):
        words = {}
        while len(words) < n_words:
            length = 1 if len(words) < 60 else numbers.choice((2, 2, 3)) if len(words) < 4000 else numbers.choice((3, 4))
            words.setdefault("".join(numbers.choice(SYLLABLES) for _ in range(length)))
        self.words = list(words)
        self.sums = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(n_words)))
        self.phrases = [[self.words[numbers.randrange(40)] for _ in range(numbers.randrange(4, 7))] for _ in range(40)]
        self.numbers = numbers

    def word(self):
        return self.words[bisect.bisect(self.sums, self.numbers.random() * self.sums[-1])]

    def sentence(self):
        words = [self.word() for _ in range(self.numbers.randrange(6, 21))]
        if self.numbers.random() < 0.3:
            at = self.numbers.randrange(len(words))
            words[at:at] = self.numbers.choice(self.phrases)
        return words

    def sentences(self, n):
        return [self.sentence() for _ in range(n)]


def respell(numbers, word):
    """One letter of a word put in, left out or replaced."""
    at = numbers.randrange(len(word))
    return word[:at] + numbers.choice((numbers.choice("xyzwj"), "", numbers.choice("xyzwj") + word[at])) + word[at + 1:]


def change(language, words, share):
    """Changes a share of the words: another word, another spelling, left out, one put in."""
    numbers, out = language.numbers, []
    for word in words:
        if numbers.random() >= share:
            out.append(word)
            continue
        kind = numbers.choice(("other", "spelling", "dropped", "inserted"))
        if kind == "other" or (kind == "spelling" and len(word) < 5):
            out.append(language.word())
        elif kind == "spelling":
            out.append(respell(numbers, word))
        elif kind == "inserted":
            out += [language.word(), word]
    return out


def whole(language, sentences):
    return sentences


def cut(language, sentences):
    """The middle of a sentence gives way to an ellipsis."""
    words = list(itertools.chain(*sentences))
    at, n = len(words) // 2, language.numbers.randrange(3, 12)
    return [words[:at], words[at + n:]]


def interrupted(language, sentences):
    """Somebody else speaks in the middle."""
    words = list(itertools.chain(*sentences))
    at = len(words) // 2
    return [words[:at], [language.word() for _ in range(language.numbers.randrange(2, 10))], words[at:]]


def reordered(language, sentences):
    """Sentences come in another order."""
    return sentences[1:] + sentences[:1]


MANNERS = (whole, cut, interrupted, reordered)


class Collection:
    """Texts, and passages of them with the texts that carry each."""

    def __init__(self, numbers, share, n_texts=300, n_passages=60):
        language = Language(numbers)
        self.common = set(language.words[:60])
        texts = [language.sentences(numbers.randrange(8, 40)) for _ in range(n_texts)]
        self.passages = []  # (words, set of numbers of texts, manner)
        for k in range(n_passages):
            source = numbers.randrange(n_texts)
            n = numbers.randrange(2, 7)
            passage = language.sentences(n)
            manner = MANNERS[k % len(MANNERS)]
            at = numbers.randrange(len(texts[source]) + 1)
            texts[source][at:at] = passage
            carriers = {source}
            for target in numbers.sample(range(n_texts), numbers.randrange(1, 4)):
                copy = [change(language, s, share) for s in manner(language, passage)]
                at = numbers.randrange(len(texts[target]) + 1)
                texts[target][at:at] = copy
                carriers.add(target)
            self.passages.append(([w for s in passage for w in s], carriers, manner.__name__))
        self.texts = [[w for s in text for w in s] for text in texts]
        self.files = {f"{i:04}.txt": "".join(" ".join(s).capitalize() + ".\n" for s in text if s)
                      for i, text in enumerate(texts)}

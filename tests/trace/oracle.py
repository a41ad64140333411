"""oracle.py - what two lists of words share, by the book: Smith and Waterman's local alignment with Gotoh's affine gaps,
every cell of the table. It shares no code with what it judges, and no weights: all words count the same.

SPDX-License-Identifier: GPL-2.0-or-later
"""

SAME, VARIANT, CHANGED, OPEN, LONGER = 1.0, 0.6, -0.5, -0.5, -0.1


def within_one_edit(a, b):
    """Whether one letter put in, left out or replaced makes one word of the other."""
    if min(len(a), len(b)) < 4 or abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b)) == 1
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1:] == short for i in range(len(long)))


def worth(a, b):
    if a == b:
        return SAME
    return VARIANT if within_one_edit(a, b) else CHANGED


class Best:
    """The best local alignment: its score, and its pairs of positions."""

    def __init__(self, score, pairs):
        self.score = score
        self.pairs = pairs

    def run(self, text, doc):
        """The most equal words in succession."""
        longest = length = 0
        for k, (i, j) in enumerate(self.pairs):
            follows = k > 0 and self.pairs[k - 1] == (i - 1, j - 1)
            length = (length + 1 if follows else 1) if text[i] == doc[j] else 0
            longest = max(longest, length)
        return longest


def align(text, doc):
    """Fills the three tables row by row and walks back from the best cell."""
    width = len(doc) + 1
    match = [[0.0] * width for _ in range(len(text) + 1)]
    down = [[float("-inf")] * width for _ in range(len(text) + 1)]
    right = [[float("-inf")] * width for _ in range(len(text) + 1)]
    best, end = 0.0, None
    for i in range(1, len(text) + 1):
        for j in range(1, width):
            down[i][j] = max(match[i - 1][j] + OPEN, down[i - 1][j] + LONGER)
            right[i][j] = max(match[i][j - 1] + OPEN, right[i][j - 1] + LONGER)
            match[i][j] = max(0.0, match[i - 1][j - 1] + worth(text[i - 1], doc[j - 1]), down[i][j], right[i][j])
            if match[i][j] > best:
                best, end = match[i][j], (i, j)
    return Best(best, walk_back(text, doc, match, down, right, end))


def walk_back(text, doc, match, down, right, end):
    pairs, table = [], "match"
    i, j = end or (0, 0)
    while i > 0 and j > 0:
        if table == "match":
            if match[i][j] == 0:
                break
            if match[i][j] == match[i - 1][j - 1] + worth(text[i - 1], doc[j - 1]):
                i, j = i - 1, j - 1
                if worth(text[i], doc[j]) > 0:
                    pairs.append((i, j))
            else:
                table = "down" if match[i][j] == down[i][j] else "right"
        elif table == "down":
            table = "match" if down[i][j] == match[i - 1][j] + OPEN else "down"
            i -= 1
        else:
            table = "match" if right[i][j] == match[i][j - 1] + OPEN else "right"
            j -= 1
    return pairs[::-1]

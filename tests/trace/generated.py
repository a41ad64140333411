#!/usr/bin/env python3
"""generated.py - made-up reuse, changed in known ways, is found; the oracle agrees on what is shared; prints TAP.

    generated.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "client"))
import oracle  # noqa: E402
from client import check, main  # noqa: E402
from reuse import Collection  # noqa: E402

WANTED = 0.95


def trace(client, words, *arguments):
    answer = client.ask("trace", "--json", *arguments, "-", text=" ".join(words).encode())
    check(answer.code in (0, 1), answer.all())
    return [json.loads(line) for line in answer.lines]


def rates(pairs):
    """Precision and recall of [(found, true)], sets."""
    right = sum(len(found & true) for found, true in pairs)
    return right / sum(len(found) for found, _ in pairs), right / sum(len(true) for _, true in pairs)


def found_and_true(client, collection):
    for words, carriers, _ in collection.passages:
        found = {int(row["path"].partition(".")[0]) for row in trace(client, words)}
        yield found, carriers


def changed(client):
    """with up to 20% of the words changed, cut, interrupted or in another order, 95% are found and are right"""
    for share in (0, 0.1, 0.2):
        collection = Collection(random.Random(int(100 * share)), share)
        client.index_named(collection.files)
        precision, recall = rates(list(found_and_true(client, collection)))
        print(f"# {share:.0%} changed: precision {precision:.3f}, recall {recall:.3f}", flush=True)
        check(precision >= WANTED and recall >= WANTED, share, precision, recall)


def whole_alignment(client):
    """what is found is what the whole table of the oracle finds, and nothing that it finds is missing"""
    numbers = random.Random(11)
    collection = Collection(numbers, 0.15, n_texts=120, n_passages=16)
    client.index_named(collection.files)
    looked_at = 0
    for words, carriers, _ in collection.passages:
        rows = trace(client, words)
        best = {}
        for row in rows:
            best.setdefault(int(row["path"].partition(".")[0]), row)
        others = numbers.sample([i for i in range(len(collection.texts)) if i not in best and i not in carriers], 2)
        for number in sorted(set(best) | carriers | set(others)):
            wanted = oracle.align(words, collection.texts[number])
            run = wanted.run(words, collection.texts[number])
            looked_at += 1
            if number in best:
                row = best[number]
                check(wanted.score >= 3 and row["shared"] >= 0.7 * len(wanted.pairs) and
                      row["shared"] <= 1.7 * len(wanted.pairs), number, row, wanted.score, wanted.pairs)
            else:
                check(wanted.score < 8 or run < 4, number, wanted.score, run, words)
    check(looked_at > 60, looked_at)


def verbatim_only(client):
    """without tolerance a passage is one run; a longer least run leaves the shorter out"""
    collection = Collection(random.Random(12), 0.1, n_texts=100, n_passages=12)
    client.index_named(collection.files)
    n = 0
    for words, _, _ in collection.passages:
        for row in trace(client, words, "--tolerance", "0"):
            n += 1
            check(row["run"] == row["shared"] and row["variants"] == 0 and row["run"] >= 4, row)
        for row in trace(client, words, "--run", "9"):
            check(row["run"] >= 9, row)
        for row in trace(client, words, "--coverage", "80"):
            check(row["coverage"] >= 0.8, row)
    check(n > 50, n)


if __name__ == "__main__":
    main("generated", [changed, whole_alignment, verbatim_only])

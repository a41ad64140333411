#!/usr/bin/env python3
"""quotations.py - each invented quotation of corpus/ is found in every article that carries it, in whatever form, and
nowhere else; prints TAP. corpus/MANIFEST says which carry it.

    quotations.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "client"))
from client import check, equal, main  # noqa: E402


def quotations(client):
    """[(text, {path: form})] as the manifest lists them."""
    with open(os.path.join(client.srcdir, "corpus", "MANIFEST"), encoding="utf-8") as file:
        lines = file.read().partition("QUOTATIONS")[2].splitlines()
    found = []
    for line in lines:
        head, fields = re.fullmatch(r"Q\d+\t(.+)", line), line.split("\t")
        if head:
            found.append((head[1], {}))
        elif found and len(fields) == 3:
            found[-1][1]["corpus/" + fields[2]] = fields[0]
        elif line == "NAMES":
            break
    return found


def rows(client, *arguments, **more):
    return [json.loads(line) for line in client.ask("trace", "--json", *arguments, **more).lines]


def everywhere(client):
    """each quotation is found in all its forms and nowhere else"""
    client.index_corpus()
    known = quotations(client)
    check(len(known) == 9 and {"full", "interrupted", "shortened", "misquoted", "bracketed", "spelling"} <=
          {form for _, forms in known for form in forms.values()}, known)
    for text, forms in known:
        equal({row["path"] for row in rows(client, text)}, set(forms))


def figures(client):
    """the figures of a row agree with its form"""
    client.index_corpus()
    for text, forms in quotations(client):
        n_words = len(re.findall(r"[\w]+", text.replace("$", "")))
        for row in rows(client, text):
            form = forms[row["path"]]
            spans = row["passage"]["spans"]
            check(len(spans) == row["shared"] and row["run"] <= row["shared"] <= n_words + 1, text, row)
            check(abs(row["coverage"] - row["shared"] / n_words) < 0.1, text, n_words, row)
            check(row["variants"] == (1 if form == "spelling" else 0), text, form, row)
            if form == "full" and row == max((r for r in rows(client, text) if r["path"] == row["path"]),
                                             key=lambda r: r["score"]):
                equal((row["coverage"], row["run"], row["passage"]["offset"]), (1.0, row["shared"], 0))


def best_first(client):
    """articles that carry it whole come before those that shortened or changed it"""
    client.index_corpus()
    for text, forms in quotations(client):
        order = [row["score"] for row in rows(client, text)]
        equal(order, sorted(order, reverse=True))
        check(forms[rows(client, text)[0]["path"]] == "full", text)


def common_phrases(client):
    """phrases of common words alone make no passage"""
    client.index_corpus()
    for text in ("at the end of the", "one of the most", "it is one of the", "there is a very", "as well as the"):
        answer = client.ask("trace", text)
        equal((answer.out, answer.code), (b"", 1))


if __name__ == "__main__":
    main("quotations", [everywhere, figures, best_first, common_phrases])

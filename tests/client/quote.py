#!/usr/bin/env python3
"""quote.py - text copied from documents and quoted by the client finds itself; prints TAP.

    quote.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import re

from client import check, equal, main

CUTS_OF_A_DOCUMENT = 6


def quoted(client):
    """what is special gets a backslash, line breaks become spaces"""
    for text, wanted in (("seize the moment", '"seize the moment"'), ('a "b" c', '"a \\"b\\" c"'),
                         ("what? *no* x|y ~ \\", '"what\\? \\*no\\* x\\|y \\~ \\\\"'), ("a...b", '"a\\...b"'),
                         ("one\ntwo\r\nthree", '"one two three"'), ("a…b", '"a\\…b"'),
                         ("  blanks around \n", '"blanks around"'), ("«é»", '"«é»"')):
        equal(client.run("quote", "--", text).out.decode(), wanted + "\n")
        equal(client.run("quote", text=text.encode()).out.decode(), wanted + "\n")
    equal(client.run("quote", "two", "words").out, b'"two words"\n')
    equal(client.run("quote", "--", "-x").out, b'"-x"\n')
    for answer in (client.run("quote", text=b""), client.run("quote", " "), client.run("quote", text=b"caf\xe9")):
        check(answer.code == 2 and answer.out == b"" and answer.err.startswith(b"verbatim: quote: "), answer.all())


def cuts(text, numbers):
    """Runs of a text between blanks, with the lines that they are on."""
    words = list(re.finditer(r"\S+", text))
    for _ in range(CUTS_OF_A_DOCUMENT):
        first = numbers.randrange(len(words))
        last = min(first + numbers.randrange(1, 14), len(words) - 1)
        start, end = words[first].start(), words[last].end()
        cut = text[start:end]
        if re.search(r"\w", cut) and len(cut.encode()) < 4000:
            yield cut, text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1


def finds_itself(client, daemon, path, cut, first, last):
    query = client.run("quote", text=cut.encode()).out.decode().rstrip("\n")
    reply = daemon.ask("set limit 100000", f'search {query} path:"{path}"')[1]
    lines = [int(row.decode()[len(path) + 1:].split(":")[0]) for row in reply[1:]]
    check(any(first <= line <= last for line in lines), path, first, last, repr(cut), query, reply[0])


def round_trip(client):
    """hundreds of runs of words of corpus/ find themselves where they stand"""
    numbers, n, odd = random.Random(7), 0, 0
    with client.index_corpus().daemon() as daemon:
        paths = [row.split(b"\t")[2].decode() for row in daemon.ask("set limit 1000", "docs path:corpus")[1][1:]]
        check(len(paths) > 40, paths)
        for path in sorted(paths):
            text = client.ask("text", path).out.decode()
            for cut, first, last in cuts(text, numbers):
                finds_itself(client, daemon, path, cut, first, last)
                n += 1
                odd += re.search(r'["*?|~\\…]|\.\.|\n', cut) is not None
    check(n >= 300 and odd >= 50, n, "cuts,", odd, "of them odd")


def odd_text(client):
    """so do made-up texts of little but punctuation"""
    numbers = random.Random(8)
    marks = ['"', "*", "?", "|", "~", "\\", "…", "..", "...", "(", ")", "'", "“", "”", "‘", "’", "«", "»", "-", "+", "^",
             "NEAR/3", "OR", "path:", "\t", "~1", "\\*", '"~2', "a*", "(x|y)"]
    texts = {}
    for i in range(100):
        pieces = [numbers.choice(marks if numbers.random() < 0.6 else "xyz") for _ in range(12)]
        texts[f"{i}.txt"] = "word " + "".join(p + numbers.choice(["", " "]) for p in pieces) + " word\n"
    client.index_named(texts)
    with client.daemon() as daemon:
        for path, text in texts.items():
            finds_itself(client, daemon, path, text, 1, 1)


def through_a_shell(client):
    """the output is an argument of search"""
    client.index_corpus()
    query = client.run("quote", 'was "hungry or afraid". A word').out.decode().strip()
    check(client.ask("search", query).lines[0].startswith("corpus/wire/2022-12-01-correction.txt:6:"), query)


if __name__ == "__main__":
    main("quote", [quoted, round_trip, odd_text, through_a_shell])

#!/usr/bin/env python3
"""same.py - an index opened by the client and a daemon give the same bytes, the protocol's rows; prints TAP.

    same.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import re
import time

from client import check, equal, main

QUERIES = [
    "harbour", "THE", '"hungry or afraid"', '"met a map ... hungry"', '"a * map"', "map NEAR/5 cold",
    "map BEFORE/5 cold", "a NOTNEAR/2 map", "ferry SENTENCE song", "ferry PARAGRAPH song", "ferr*",
    "morvensky~1", "~negotiate", "*wise",
    '"(harbor|harbour) is not a wall"', '"water shared"~3', "title:maps", 'title:"the ambassador"', "ext:md water",
    "path:corpus/wire", "path:corpus/herald/*.md ferry", "since:2022-11-01 until:2022-11-30", "NOT the", "-ferry water",
    "(ferry OR song) water", '"to be or not to be"', "don't", "Zoé", "nosuchword", "水", "река", "ext:none",
]
WRONG = ['"never closed', "a NEAR/5000 b", "...", "*", "near/5", "a AND", "(", "a NEAR (b AND c)", "title:"]
OTHERS = [
    ["words", "ferr"], ["words", "zzzz"], ["words", "two words"], ["words", "."], ["info"], ["info", "--json"],
    ["text", "corpus/notes/ferry-song.txt"], ["text", "corpus/notes/ferry-song.txt", "2-4"], ["text", "no/such"],
    ["text", "corpus/notes/ferry-song.txt", "900-901"], ["text", "bad\\escape"], ["text", "caf\udce9"],
    ["words", "f", "-n", "3"], ["words", "f", "--json"], ["text", "corpus/notes/ferry-song.txt", "1-2", "--json"],
    ["search", "caf\udce9"], ["search", "two\nlines"], ["search", ""], ["search", "x" * 70000],
    ["docs", "water", "-n0"],
]
FORMS = [["search"], ["search", "--json"], ["search", "-n", "3"], ["search", "-C", "2"],
         ["search", "--color", "always"], ["search", "--vimgrep"], ["search", "--json", "-C1", "-n2"],
         ["docs"], ["docs", "--json"], ["docs", "-n2"], ["count"], ["count", "--json"]]


def both(client, daemon, *arguments):
    """The answer, after making sure that there is one only."""
    index = client.run("--index", client.index, *arguments)
    socket = client.run("--socket", daemon.addresses[0], *arguments)
    check(index.all() == socket.all(), arguments, "index:", index.all(), "socket:", socket.all())
    return index


def queries(client):
    """queries in every form of output"""
    with client.index_corpus().daemon() as daemon:
        for query in QUERIES:
            for form in FORMS:
                answer = both(client, daemon, *form, "--", query)
                check(answer.code in (0, 1), form, query, answer.all())
                check((answer.code == 0) == (answer.out not in (b"", b"0\t0\n")) or "count" in form, form, query)


def errors(client):
    """queries that are wrong, and what is said"""
    with client.index_corpus().daemon() as daemon:
        for query in WRONG:
            for form in (["search"], ["docs", "--json"], ["count"]):
                answer = both(client, daemon, *form, "--", query)
                equal((answer.out, answer.code), (b"", 2))
                check(re.match(rb"verbatim: column [0-9]+: ", answer.err), answer.err)


def others(client):
    """words, text, info and strange arguments"""
    with client.index_corpus().daemon() as daemon:
        for arguments in OTHERS:
            both(client, daemon, *arguments)


def explained(client):
    """explain, but for the time it took"""
    def timeless(answer):
        return [line for line in answer.lines if not line.startswith("ms_")]
    with client.index_corpus().daemon() as daemon:
        for query in QUERIES:
            index = client.run("explain", "--index", client.index, "--", query)
            socket = client.run("explain", "--socket", daemon.addresses[0], "--", query)
            equal(timeless(index), timeless(socket))
            check(index.code == 0 and timeless(index)[0].startswith("query\t"), query, index.all())


def rows_of_the_protocol(client):
    """rows are the protocol's, over TCP too; counts are its counts"""
    with client.index_corpus().daemon(tcp=True) as daemon:
        for query in QUERIES:
            replies = daemon.ask("set limit 100000", f"search {query}", f"docs {query}", "set format json",
                                 f"search {query}")
            wanted = [b"".join(row + b"\n" for row in reply[1:]) for reply in replies]
            for socket in daemon.addresses:
                equal(client.run("search", "--socket", socket, "--", query).out, wanted[1])
            equal(client.run("docs", "--index", client.index, "--", query).out, wanted[2])
            equal(client.run("search", "--json", "--index", client.index, "--", query).out, wanted[4])
            numbers = re.search(rb"docs=(\d+) matches=(\d+)", replies[1][0]).groups()
            equal(client.run("count", "--index", client.index, "--", query).out, b"\t".join(numbers) + b"\n")


def joined(client):
    """arguments are joined by spaces; options may stand anywhere, all behind -- is argument"""
    client.index_corpus()
    wanted = client.ask("search", '"hungry or afraid" ext:md')
    check(wanted.code == 0)
    equal(client.run("--index", client.index, "search", '"hungry', "or", 'afraid"', "ext:md").all(), wanted.all())
    equal(client.run("search", '"hungry or afraid"', f"--index={client.index}", "ext:md").all(), wanted.all())
    equal(client.run("search", "--index", client.index, "--", '"hungry or afraid"', "-ext:txt").code, 0)
    equal(client.run("search", "--index", client.index, "hungry", "-ext:txt").code, 2)


def many_rows(client):
    """more rows than a page has, also where the daemon allows few at a time"""
    client.index_files(a_txt="fish and\nbread\n" * 6100, b_txt="fish\n" * 6100)
    wanted = [f"b.txt:{i + 1}:1:fish" for i in range(6100)] + [f"a.txt:{2 * i + 1}:1:fish and" for i in range(6100)]
    equal(sorted(client.ask("search", "fish").lines), sorted(wanted))
    rows = client.ask("search", "fish").out
    equal(client.ask("search", "fish", "-n", "10050").out, b"".join(rows.splitlines(True)[:10050]))
    with client.daemon() as daemon:
        equal(client.run("search", "fish", "--socket", daemon.addresses[0]).out, rows)
        equal(client.run("search", "fish", "-n", "10050", "--socket", daemon.addresses[0]).out,
              b"".join(rows.splitlines(True)[:10050]))
    with client.daemon("--max-rows", "4000") as daemon:
        equal(client.run("search", "fish", "--socket", daemon.addresses[0]).out, rows)
        refused = client.run("search", "fish", "-n", "5000", "--socket", daemon.addresses[0])
        equal((refused.out, refused.code), (b"", 2))
        check(b"limit may be" in refused.err, refused.err)


def rows_of_one_document(client):
    """100,000 matches in one document, each with its row, in time that does not grow with their square"""
    client.index_files(a_txt="".join(f"fish bread{i % 7} salt\n" for i in range(100000)))
    wanted = [f"a.txt:{i + 1}:1:fish bread{i % 7} salt" for i in range(100000)]
    for query in ("fish", '"fish * salt"', "fish NOTNEAR/1 (salt NEAR/2 bread3)"):
        began = time.process_time() + sum(os.times()[2:4])
        rows = client.ask("search", query).lines
        took = time.process_time() + sum(os.times()[2:4]) - began
        check(took < 20, query, "took", took)
        if "bread3" not in query:
            equal(rows, wanted)
        else:
            check(0 < len(rows) < 100000 and set(rows) < set(wanted), query, rows[:10])


if __name__ == "__main__":
    main("same", [queries, errors, others, explained, rows_of_the_protocol, joined, many_rows,
                  rows_of_one_document])

#!/usr/bin/env python3
"""passages.py - tracing as its users meet it: where the text comes from, what is left out, the same from an index and
from a daemon, the protocol's bytes, stopping; prints TAP.

    passages.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "client"))
from client import Reader, check, equal, main  # noqa: E402

QUOTE = "I have never met a map that was cold, hungry or afraid"
CARRIERS = 5


def sources(client):
    """the text is the arguments, a file or standard input; an index and a daemon answer alike"""
    client.index_corpus()
    name = os.path.join(client.folder, "passage")
    with open(name, "w", encoding="utf-8") as file:
        file.write(QUOTE.replace(" ", "\n") + "\n")
    spoken = client.ask("trace", QUOTE)
    equal((len({line.split(":")[0] for line in spoken.lines}), spoken.code), (CARRIERS, 0))
    with client.daemon() as daemon:
        daemon_at = ("--socket", daemon.addresses[0])
        for arguments, text in (([QUOTE], b""), (QUOTE.split(), b""), ([name], b""), (["-"], QUOTE.encode()),
                                ([], QUOTE.encode() + b"\n")):
            equal(client.ask("trace", *arguments, text=text).out, spoken.out)
            equal(client.run("trace", *daemon_at, *arguments, text=text).out, spoken.out)
        for options in (["--json"], ["--json", "-C", "1"], ["-n", "2"], ["--run", "12"], ["--coverage", "95"],
                        ["--exclude", "corpus/herald"], ["--vimgrep"], ["--color", "always"]):
            equal(client.run("trace", *daemon_at, *options, QUOTE).out, client.ask("trace", *options, QUOTE).out)


def left_out(client):
    """a document, or a folder, is left out; a name that only begins alike is not"""
    client.index_corpus()
    paths = lambda *options: {line.split(":")[0] for line in client.ask("trace", *options, QUOTE).lines}  # noqa: E731
    everywhere = paths()
    equal(everywhere - paths("--exclude", "corpus/herald/maps.md"), {"corpus/herald/maps.md"})
    equal(everywhere - paths("--exclude", "corpus/herald"), {p for p in everywhere if p.startswith("corpus/herald/")})
    equal(paths("--exclude", "corpus/her"), everywhere)
    equal(paths("--exclude", "corpus"), set())


def spans(client):
    """spans of the text and of the document hold the same words, near ones aside"""
    client.index_corpus()
    text = "In the debate he said: a harbour is not\n  a wall with a hole; it is a promise\nwith a light on it"
    rows = [json.loads(line) for line in client.ask("trace", "--json", "-", text=text.encode()).lines]
    check(len(rows) >= 5 and sum(row["variants"] for row in rows) == 2, rows)
    for row in rows:
        mine = [text.encode()[a:b].decode().lower() for a, b in row["passage"]["spans"]]
        theirs = [row["text"].encode()[a:b].decode().lower() for a, b in row["spans"]]
        equal(len(mine), row["shared"])
        equal(sum(a != b for a, b in zip(mine, theirs)), row["variants"])
        place = row["passage"]
        equal(text.encode()[:place["offset"]].count(b"\n") + 1, place["line"])
        check(text.encode()[place["offset"]:].lower().startswith(mine[0].encode()), row)


def refused(client):
    """what cannot be traced is said"""
    client.index_corpus()
    for arguments, text, why in ((["two words"], b"", b"the text has 2 words"), (["-"], b"", b"there is no text"),
                                 (["-"], b"caf\xe9 au lait", b"not UTF-8"), (["--run", "1", QUOTE], b"", b"2 to 100"),
                                 (["--exclude", "a\\q", QUOTE], b"", b"no such path"),
                                 (["corpus/herald/a-map-that-was-cold-hungry-or-afraid"], b"", b"afraid: no such file"),
                                 (["never.met.a.map.txt"], b"", b"trace: never.met.a.map.txt: no such file"),
                                 (["README.md/met/a/map"], b"", b"README.md/met/a/map: no such file"),
                                 (["corpus/herald"], b"", b"corpus/herald: is a folder"),
                                 (["corpus"], b"", b"corpus: is a folder")):
        answer = client.ask("trace", *arguments, text=text)
        check(answer.code == 2 and answer.out == b"" and why in answer.err, arguments, answer.all())
    equal(client.ask("trace", "there never were such words anywhere in it").code, 1)
    # What cannot be meant as a path is a text, with a dot, a slash or no blanks.
    for text in (QUOTE + ".txt", QUOTE.replace(" ", "/", 1), QUOTE.replace(" ", "-"), QUOTE.replace(" ", "-") + ".",
                 QUOTE.replace(" ", "/") + "/x" * 5000):
        equal((text, client.ask("trace", text).code), (text, 0))


def bytes_of_a_request(client):
    """bytes behind a line belong to it, whatever they are; too many are skipped; the connection stays"""
    client.index_corpus()
    body = QUOTE.replace(" ", "\n").encode()
    with client.daemon("--max-line", "200") as daemon:
        stream = (b"@a trace-bytes %d\r\n" % len(body) + body + b"@b ping\n@c trace-bytes 500\n" + b"ping\n" * 100 +
                  b"@d trace-bytes 12\ncancel\nquit\n@e trace-bytes -3\ntrace-bytes 5\ncaf\xe9!trace-bytes 99\nshort")
        for step in (len(stream), 7, 1):
            with daemon.connect() as link:
                for at in range(0, len(stream), step):
                    link.sendall(stream[at:at + step])
                link.shutdown(socket.SHUT_WR)
                reader = Reader(link)
                replies = [reader.reply() for _ in range(7)]
                equal(reader.rest(), [])
            for reply, begin in zip(replies, (b"@a OK 6 docs=5 matches=6 ", b"@b OK 0", b"@c ERR 413 line-too-long ",
                                              b"@d ERR 400 bad-request the text has 2 words",
                                              b"@e ERR 400 bad-request usage: trace-bytes N",
                                              b"ERR 415 bad-utf8 offset=17 ",
                                              b"ERR 400 bad-request 99 bytes were announced and 5 came")):
                check(reply[0].startswith(begin), begin, reply)


def stopped(client):
    """a trace that runs is cancelled, and one without time says so"""
    text = " ".join(f"word{i % 97} over{i % 89} again{i % 83}" for i in range(3000))
    client.index_named({f"{i}.txt": text for i in range(240)})
    body = text.encode()[:60000].rpartition(b" ")[0]
    with client.daemon("--query-timeout", "5") as daemon, daemon.connect() as link:
        link.sendall(b"trace-bytes %d\n" % len(body) + body)
        status = Reader(link).reply()[0]
        check(status.startswith(b"ERR 504 timeout") or b"complete=timeout" in status, status)
    with client.daemon() as daemon, daemon.connect() as link:
        link.sendall(b"@1 trace-bytes %d\n" % len(body) + body + b"@2 cancel\n@3 ping\n")
        reader = Reader(link)
        check(reader.reply()[0].startswith(b"@1 ERR 499 cancelled"), "1")
        equal((reader.reply()[0], reader.reply()[0]), (b"@2 OK 0", b"@3 OK 0"))


def small(client):
    """an index of few documents is enough"""
    client.index_files(a_txt="Nobody counts the lamps on the quay before the ferry has left.\n")
    equal(client.ask("trace", "Nobody counts the lamps on the quay").code, 0)
    client.index_named({f"{i}.txt": f"page {i}\n\nNobody counts the lamps on the quay before the ferry has left.\n"
                        for i in range(5)})
    paths = [line.split(":")[0] for line in client.ask("trace", "Nobody counts the lamps on the quay").lines]
    equal(paths, [f"{i}.txt" for i in range(5)] + ["a.txt"])


if __name__ == "__main__":
    main("trace", [sources, left_out, spans, refused, bytes_of_a_request, stopped, small])

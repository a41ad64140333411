#!/usr/bin/env python3
"""fuzz.py - nonsense made of the protocol's own pieces, in any number of steps; prints TAP.

    fuzz.py --indexer BIN --queryd BIN

The daemon must live, answer each line with one whole reply, and say nothing more. The seeds are fixed, so that a failure
comes again. SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import socket
import sys

from daemon import Bench, Failure, Folder, Reader, Tap, equal, parse_programs

ROUNDS = 300
PIECES = [w.encode() for w in (
    "search docs count explain words text set cancel cancel stats info reload help HELP ping Ping limit offset per-doc format json lines "
    "context mark on order date path count page 0 1 3 99999999999 \" \"a \"a b\" a b a* ?b ~a a~2 ... … ( ) * | , - -a "
    "NEAR/3 NEAR/ BEFORE NOTNEAR SENTENCE PARAGRAPH AND OR NOT title: title:a path:** ext:txt since:2020-01-01 until:x "
    "@t @ @@ a.txt \\x41 \\ 1-2 0-0 « » é 漢").split()] + [b"\xff", b"\xc3", b"\x00", b"\t", b"\x1b[2J", b"x" * 300, b""]


def nonsense(rng):
    lines = []
    for _ in range(rng.randint(1, 30)):
        line = b" ".join(rng.choice(PIECES) for _ in range(rng.randint(0, 8)))
        lines.append(line + rng.choice([b"\n", b"\n", b"\r\n"]))
    if rng.random() < 0.2:
        lines.append(bytes(rng.choice(b"\x00\x20\x40\x61\x7f\x80\xc0\xff\r\n") for _ in range(500)))
    return b"".join(lines)


def exchange(daemon, data, step):
    """The replies to data, sent in steps of so many bytes."""
    with daemon.connect() as sock:
        for at in range(0, len(data), step):
            sock.sendall(data[at:at + step])
        sock.shutdown(socket.SHUT_WR)
        reader = Reader(sock)
        return list(iter(reader.reply, []))


def one_reply_a_line(daemon, seed):
    rng = random.Random(seed)
    for _ in range(ROUNDS):
        data = nonsense(rng)
        wanted = data.count(b"\n") + (not data.endswith(b"\n"))
        replies = exchange(daemon, data, rng.choice([1 << 20, 1 << 20, 37, 1]))
        if len(replies) != wanted:
            raise Failure(f"{wanted} lines, {len(replies)} replies: {data!r}")
    equal(daemon.ask("ping"), [[b"OK 0"]])


def main():
    programs = parse_programs("sends nonsense")
    tap = Tap()
    with Folder() as folder:
        bench = Bench(programs, folder)
        bench.write("b.txt", "a b a b c the fish\n" * 50)
        bench.update()
        with bench.daemon("--max-line", "200", "--query-timeout", "1000") as daemon:
            for seed in range(4):
                tap.run(f"one reply a line, seed {seed}", lambda s=seed: one_reply_a_line(daemon, s))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())

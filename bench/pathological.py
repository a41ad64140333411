#!/usr/bin/env python3
"""Queries made to be slow, on a small and a large index: each must be refused or take no more time than the documents.

    bench/pathological.py --build BUILD-FOLDER --index SMALL --index LARGE [--rounds R] [--ms MOST]
    bench/pathological.py --build BUILD-FOLDER TEXT-FOLDER [--sizes 15000,60000] [--keep WORK]

Serves each index with the daemon and asks for counts and for a page of rows. Prints a Markdown table: the daemon's
processor time (least of the rounds) on either index and its growth, which is to be that of the index in words. A query
that grows half again as much as the index, and takes longer than MOST ms on the small one, or ends in a timeout, fails:
exit status 1.

With a folder, indexes as many of its files as --sizes say. SPDX-License-Identifier: GPL-2.0-or-later"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

COMMON = "the of in and to was is for on as by with that it at from his an were are".split()
LONGEST = 8192
SLACK = 1.5
TIMEOUT_MS = 10000


def repeat(word, joint, bytes_at_most=LONGEST - 8):
    """As many of a word as the query's length allows."""
    return joint.join([word] * ((bytes_at_most + len(joint)) // (len(word) + len(joint))))


def nest(operator, depth):
    query = COMMON[0]
    for level in range(depth):
        query = "(%s %s %s)" % (query, operator, COMMON[(level + 1) % len(COMMON)])
    return query


def phrases():
    """Name and text of each: phrases and what stands in them."""
    many = " ".join(COMMON * 400)[:LONGEST - 8].rsplit(" ", 1)[0]
    return [
        ("one common word", "the"),
        ("a phrase of two common words", '"of the"'),
        ("a phrase of 8 KiB of common words", '"%s"' % many),
        ("a phrase of 2,000 times `the`", '"%s"' % repeat("the", " ")),
        ("the same, any order, ~1000", '"%s"~1000' % repeat("the", " ")),
        ("20 common words, any order, ~1000", '"%s"~1000' % " ".join(COMMON)),
        ('`"* * a * *"`', '"* * the * *"'),
        ("4,000 stars and a word", '"the %s"' % repeat("*", " ")),
        ("stars between common words", '"the * of * the * of"'),
        ("gaps of 100 between five words", '"the ...100 of ...100 in ...100 and ...100 to"'),
        ("gaps of 100 between twenty", '"%s"' % " ...100 ".join(COMMON)),
        ("gaps of 100 between eight times `the`", '"%s"' % " ...100 ".join(["the"] * 8)),
        ("gaps of 100 between 700", '"%s"' % repeat("the", " ...100 ")),
        ("`(*|a) ...100`, six times", '"the %s"' % " ...100 ".join(["(*|of)"] * 6)),
        ("nested alternatives", '"the %s of"' % ("(a|b " * 28 + "c" + ")" * 28)),
        ("2^12 ways by alternatives", '"%s"' % " ".join(["(the|of the)"] * 12)),
        ("2^600 ways by alternatives", '"%s"' % " ".join(["(the|of the)"] * 600)),
    ]


def patterns():
    """Words that stand for many; `inter*` for some 1,000 of a large index."""
    return [
        ("pattern inter*", "inter*"),
        ("pattern in*", "in*"),
        ("pattern *e*", "*e*"),
        ("pattern t?e", "t?e"),
        ("patterns in a phrase", '"inter* of inter*"'),
        ("patterns NEAR/1000", "inter* NEAR/1000 th?"),
        ("fuzzy words", "thei~1 NEAR/1000 of~1"),
    ]


def operators():
    """Chains and nests of operators over the commonest words."""
    return [
        ("a NEAR/1000 a", "the NEAR/1000 the"),
        ("a BEFORE/1000 a", "the BEFORE/1000 the"),
        ("a NEAR/1000 b", "the NEAR/1000 of"),
        ("a NEAR/1000 b NEAR/1000 c", "the NEAR/1000 of NEAR/1000 in"),
        ("the same, four words", "the NEAR/1000 of NEAR/1000 in NEAR/1000 and"),
        ("the same, ten words", " NEAR/1000 ".join(COMMON[:10])),
        ("BEFORE/1000, ten words", " BEFORE/1000 ".join(COMMON[:10])),
        ("a NEAR/1000 a, eight times", " NEAR/1000 ".join(["the"] * 8)),
        ("NEAR/10, ten words", " NEAR ".join(COMMON[:10])),
        ("a SENTENCE b", "the SENTENCE of"),
        ("a SENTENCE a", "the SENTENCE the"),
        ("SENTENCE, ten words", " SENTENCE ".join(COMMON[:10])),
        ("PARAGRAPH, four words", " PARAGRAPH ".join(COMMON[:4])),
        ("a NOTNEAR/1000 b", "the NOTNEAR/1000 of"),
        ("a NOTNEAR/1000 a", "the NOTNEAR/1000 the"),
        ("a NOTNEAR/1000 rare", "the NOTNEAR/1000 zyzzyva"),
        ("a NOTNEAR/1000 (b NEAR/1000 c)", "the NOTNEAR/1000 (of NEAR/1000 in)"),
        ("parentheses, depth 32", "(" * 32 + "the" + ")" * 32),
        ("parentheses, depth 33", "(" * 33 + "the" + ")" * 33),
        ("NEAR nested, depth 30", nest("NEAR", 30)),
        ("NEAR/1000 nested, depth 30", nest("NEAR/1000", 30)),
        ("OR nested, NEAR/1000, OR nested", nest("OR", 8) + " NEAR/1000 " + nest("OR", 8)),
        ("OR NOT nested, depth 30", nest("OR NOT", 30)),
        ("NOT of a common word", "NOT the"),
        ("OR of 20 common words", " OR ".join(COMMON)),
        ("OR of 1,170 times `the`", repeat("the", " OR ")),
        ("AND of 2,000 times `the`", repeat("the", " ")),
        ("AND of 8 KiB of common words", " ".join(COMMON * 400)[:LONGEST - 8].rsplit(" ", 1)[0]),
    ]


class Daemon:
    """Serves one index."""

    def __init__(self, program, index):
        self.folder = tempfile.mkdtemp(prefix="verbatim-bench-")
        address = os.path.join(self.folder, "socket")
        self.process = subprocess.Popen([program, "--index", index, "--listen", "unix:" + address, "--query-timeout",
                                         str(TIMEOUT_MS), "--workers", "1", "--log", "error"], stdout=subprocess.PIPE)
        assert self.process.stdout.readline().startswith(b"ready")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address)
        self.stream = self.socket.makefile("rb")
        self.settle()

    def processor_ms(self):
        """Processor time, which other work on the machine hardly changes; the clock of another process is Linux's."""
        return time.clock_gettime((~self.process.pid << 3) | 2) * 1000

    def settle(self):
        """Waits for what it does by itself after its start: checking the index."""
        before = -1
        while self.processor_ms() - before > 0.5:
            before = self.processor_ms()
            time.sleep(0.5)

    def time(self, line):
        """Milliseconds that an answer takes, or the refusal."""
        began = self.processor_ms()
        status = self.ask(line)
        if status.startswith("ERR "):
            return status.split()[1]
        if "complete=yes" not in status:
            return re.search(r"complete=\S+", status).group()
        return self.processor_ms() - began

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\n")
        status = self.stream.readline().decode()
        if status.startswith("OK "):
            for _ in range(int(status.split()[1])):
                self.stream.readline()
        return status.rstrip("\n")

    def close(self):
        self.stream.close()
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder)


def measure(daemon, command, query, rounds):
    """The least time of some rounds, or how it ended; what takes seconds is asked once."""
    best = daemon.time(command + query)
    for _ in range(rounds - 1):
        if isinstance(best, str) or best > 2000:
            break
        again = daemon.time(command + query)
        best = min(best, again) if not isinstance(again, str) else again
    return best


def words_in(build, index):
    command = [os.path.join(build, "verbatim-indexer"), "--index", index, "--info", "--json"]
    info = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return info["documents"], info["words"]


def shown(value):
    return value if isinstance(value, str) else "%.2f" % value


def too_much(one, two, growth, most):
    """Refusals are fine; else it must be answered, and in time that grows as the index does."""
    if "422" in (one, two):
        return False
    if isinstance(one, str) or isinstance(two, str):
        return True
    return one > most and two / one > growth * SLACK


def compare(daemons, asked, args, growth):
    """Prints a row for each query; returns the names of those that grow too much."""
    slow = []
    for name, query in asked:
        cells = []
        for command in ("count ", "search "):
            one, two = [measure(daemon, command, query, args.rounds) for daemon in daemons]
            bad = too_much(one, two, growth, args.ms)
            slow += [name] if bad else []
            times = "" if isinstance(one, str) or isinstance(two, str) else "%.1f" % (two / max(one, 0.001))
            cells.append("%s | %s | %s%s" % (shown(one), shown(two), times, " **!**" if bad else ""))
        print("| %s, %d bytes | %s |" % (name, len(query), " | ".join(cells)), flush=True)
    return slow


def files_below(folder):
    found = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.join(where, name) for name in sorted(names)]
    return found


def make_indexes(build, folder, sizes, work):
    files, made = files_below(folder), []
    for size in sizes:
        index, texts = os.path.join(work, "index-%d" % size), os.path.join(work, "texts-%d" % size)
        made.append(index)
        if os.path.exists(index):
            continue
        for path in files[:size]:
            link = os.path.join(texts, os.path.relpath(path, folder))
            os.makedirs(os.path.dirname(link), exist_ok=True)
            shutil.copyfile(path, link)
        subprocess.run([os.path.join(build, "verbatim-indexer"), "--index", index, "--quiet", texts], check=True)
        shutil.rmtree(texts)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--index", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ms", type=float, default=3, help="what is faster than this on the small index is left alone")
    parser.add_argument("--sizes", default="15000,60000")
    parser.add_argument("--keep", help="folder for the indexes; reused when they are there")
    parser.add_argument("folder", nargs="?")
    args = parser.parse_args()
    build, work = os.path.abspath(args.build), args.keep or tempfile.mkdtemp(prefix="verbatim-bench-")
    if not args.folder and len(args.index) != 2:
        parser.error("two --index, or a folder")
    sizes = [int(size) for size in args.sizes.split(",")]
    indexes = args.index or make_indexes(build, args.folder, sizes, work)
    (n_small, w_small), (n_large, w_large) = [words_in(build, index) for index in indexes]
    growth = w_large / w_small
    print("%d and %d documents, %.1f times the words\n" % (n_small, n_large, growth))
    print("| query | count ms | | growth | search ms | | growth |\n|---|--:|--:|--:|--:|--:|--:|", flush=True)
    asked, program = phrases() + patterns() + operators(), os.path.join(build, "verbatim-queryd")
    daemons = [Daemon(program, index) for index in indexes]
    slow = compare(daemons, asked, args, growth)
    for daemon in daemons:
        daemon.close()
    if not args.keep:
        shutil.rmtree(work)
    names = ": " + ", ".join(sorted(set(slow))) if slow else ""
    print("\n%d queries, %d grow too much or are not answered%s" % (len(asked), len(set(slow)), names))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())

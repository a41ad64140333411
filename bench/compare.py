#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Verbatim and stock Xapian (positions, OP_PHRASE, OP_NEAR) side by side on a folder of plain text.

    bench/compare.py --build BUILD-FOLDER TEXT-FOLDER [--queries FILE]... [--sample N] [--rounds R] [--keep WORK]

Both index the same files with the same words, one run after the other; queries run in turns, round after round, and each
query's median counts. Every count is compared: a difference is printed and makes the exit status 1. Prints a Markdown
table. A query file holds a phrase a line, or CLASS<TAB>PHRASE."""

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

WORD = re.compile(r"[a-z]+")
NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


def files_below(folder):
    paths = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        paths += [os.path.join(where, name) for name in names]
    return sorted(paths)


def runs_of_words(path):
    """Runs of plain words between anything that a tokenizer might see differently."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            for run in re.split(r"[^a-z ]+", NOT_PLAIN.sub("|", line.lower())):
                words = WORD.findall(run)
                if len(words) >= 2:
                    yield words


def sample_phrases(paths, n, rng, common=None):
    phrases = []
    while len(phrases) < n:
        runs = list(runs_of_words(rng.choice(paths)))
        if not runs:
            continue
        words = rng.choice(runs)
        length = rng.randint(2, min(5, len(words)))
        start = rng.randrange(len(words) - length + 1)
        phrase = words[start:start + length]
        if common is None or all(word in common for word in phrase):
            phrases.append('"%s"' % " ".join(phrase))
    return phrases


def common_words(paths, rng, n=60):
    counts = {}
    for path in rng.sample(paths, min(400, len(paths))):
        for run in runs_of_words(path):
            for word in run:
                counts[word] = counts.get(word, 0) + 1
    return set(sorted(counts, key=counts.get, reverse=True)[:n])


def sample_near(paths, n, rng):
    queries = []
    while len(queries) < n:
        runs = [run for run in runs_of_words(rng.choice(paths)) if len(run) >= 4]
        if runs:
            a, b = rng.sample(rng.choice(runs), 2)
            if a != b:
                queries.append("%s NEAR/10 %s" % (a, b))
    return queries


def read_queries(path):
    classes = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, _, phrase = line.rstrip("\n").rpartition("\t")
            classes.setdefault(name or os.path.basename(path), []).append('"%s"' % phrase)
    return classes


def timed(command, text=None):
    began = time.monotonic()
    subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def run_queries(command, queries):
    out = subprocess.run(command, input="".join(q + "\n" for q in queries), text=True, check=True,
                         stdout=subprocess.PIPE).stdout
    rows = [line.split("\t") for line in out.splitlines()]
    return [(int(row[1]), float(row[3])) for row in rows]


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def compare_class(name, queries, commands, rounds):
    times = {engine: [[] for _ in queries] for engine in commands}
    counts = {}
    for _ in range(rounds):
        for engine, command in commands.items():
            rows = run_queries(command, queries)
            counts[engine] = [row[0] for row in rows]
            for i, row in enumerate(rows):
                times[engine][i].append(row[1])
    medians = {engine: [statistics.median(t) for t in times[engine]] for engine in commands}
    ours, theirs = medians["verbatim"], medians["xapian"]
    differences = [(q, a, b) for q, a, b in zip(queries, counts["verbatim"], counts["xapian"]) if a != b]
    for query, a, b in differences:
        print("different counts: %s: verbatim %d, xapian %d" % (query, a, b), file=sys.stderr)
    print("| %s | %d | %.3f / %.2f | %.3f / %.2f | %.1f | %.1f | %d |" % (
        name, len(queries), statistics.mean(ours) / 1e3, percentile(ours, 0.99) / 1e3, statistics.mean(theirs) / 1e3,
        percentile(theirs, 0.99) / 1e3, statistics.mean(theirs) / statistics.mean(ours),
        percentile(theirs, 0.99) / percentile(ours, 0.99), len(differences)), flush=True)
    return not differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--queries", action="append", default=[])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for the indexes; reused when it is there")
    parser.add_argument("folder")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    paths = files_below(args.folder)
    size = sum(os.path.getsize(path) for path in paths)
    work = args.keep or tempfile.mkdtemp(prefix="verbatim-bench-")
    os.makedirs(work, exist_ok=True)
    ours, theirs = os.path.join(work, "verbatim"), os.path.join(work, "xapian")
    program = lambda name: os.path.join(os.path.abspath(args.build), name)
    print("%d documents, %.1f MB\n" % (len(paths), size / 1e6))
    if not os.path.exists(ours):
        a = timed([program("verbatim-indexer"), "--index", ours, "--quiet", args.folder])
        b = timed([program("bench/peer_xapian"), "build", theirs], "".join(path + "\n" for path in paths))
        print("building: verbatim %.1f s (%.1f MB/s), stock Xapian %.1f s (%.1f MB/s): %.1f times as fast\n" % (
            a, size / 1e6 / a, b, size / 1e6 / b, b / a))
    print("| queries | n | Verbatim mean / p99 ms | stock Xapian | mean, times as fast | p99 | counts that differ |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    classes = {"random phrases": sample_phrases(paths, args.sample, rng),
               "only common words": sample_phrases(paths, args.sample // 3, rng, common_words(paths, rng)),
               "NEAR/10": sample_near(paths, args.sample // 3, rng)}
    for path in args.queries:
        classes.update(read_queries(path))
    commands = {"verbatim": [program("bench/bench_verbatim"), ours],
                "xapian": [program("bench/peer_xapian"), "query", theirs]}
    same = [compare_class(name, queries, commands, args.rounds) for name, queries in classes.items()]
    if not args.keep:
        shutil.rmtree(work)
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""trace.py - measures tracing.

    trace.py quality --builddir DIR             precision and recall on made-up reuse, by the share of words changed
    trace.py speed --builddir DIR FOLDER        time of a trace on a folder of real texts, on all of it, a quarter and
                                                a sixteenth: passages of 60 words and articles of 1,000

Speed is the daemon's own ms= over one connection, with one worker; the machine should have nothing else to do.
SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "trace"))
from reuse import Collection  # noqa: E402

SHARES = (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
SEEDS = 3
TRACES = 200


def run(builddir, program, *arguments, **more):
    return subprocess.run([os.path.join(builddir, program), *arguments], check=False, capture_output=True, **more)


def make_index(builddir, index, paths, cwd=None):
    done = run(builddir, "verbatim-indexer", "--quiet", "--index", index, *paths, cwd=cwd)
    if done.returncode > 1:
        sys.exit(done.stderr.decode())


# ---- quality


def quality_of(builddir, folder, share, seed):
    """[right, found, true] documents, summed over the passages of a collection."""
    collection = Collection(random.Random(1000 * seed + int(100 * share)), share)
    documents, index = (os.path.join(folder, f"{share}-{seed}-{name}") for name in ("documents", "index"))
    os.mkdir(documents)
    for name, text in collection.files.items():
        with open(os.path.join(documents, name), "w", encoding="utf-8") as file:
            file.write(text)
    make_index(builddir, index, ["."], cwd=documents)
    sums = [0, 0, 0]
    for words, carriers, _ in collection.passages:
        rows = run(builddir, "verbatim", "trace", "--json", "--index", index, "-", input=" ".join(words).encode())
        found = {int(json.loads(line)["path"].partition(".")[0]) for line in rows.stdout.splitlines()}
        for i, n in enumerate((len(found & carriers), len(found), len(carriers))):
            sums[i] += n
    return sums


def quality(arguments):
    print("words changed   precision   recall   documents that carry a passage")
    with tempfile.TemporaryDirectory() as folder:
        for share in SHARES:
            parts = [quality_of(arguments.builddir, folder, share, seed) for seed in range(SEEDS)]
            right, found, true = map(sum, zip(*parts))
            print(f"{share:>12.0%}   {right / max(found, 1):>9.3f}   {right / true:>6.3f}   {true}", flush=True)


# ---- speed


class Daemon:
    def __init__(self, builddir, index, folder):
        self.path = os.path.join(folder, "socket")
        self.process = subprocess.Popen(
            [os.path.join(builddir, "verbatim-queryd"), "--index", index, "--workers", "1", "--listen",
             "unix:" + self.path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdout.readline()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.path)
        self.file = self.socket.makefile("rwb")

    def trace(self, text):
        """The keys of the reply."""
        body = text.encode()
        self.file.write(b"trace-bytes %d\n" % len(body) + body)
        self.file.flush()
        status = self.file.readline().decode().split()
        if status[0] != "OK":
            sys.exit(" ".join(status))
        for _ in range(int(status[1])):
            self.file.readline()
        return dict(word.split("=") for word in status[2:])

    def close(self):
        self.process.terminate()
        self.process.wait()


def passages(paths, n_words, numbers):
    """Runs of so many words, each of one file."""
    made = []
    while len(made) < TRACES:
        with open(numbers.choice(paths), encoding="utf-8", errors="replace") as file:
            words = file.read().split()
        if len(words) >= n_words:
            at = numbers.randrange(len(words) - n_words + 1)
            made.append(" ".join(words[at:at + n_words]))
    return made


def files_below(folder):
    return sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


def speed(arguments):
    paths = files_below(arguments.folder)
    numbers = random.Random(1)
    texts = {n: passages(paths[::16], n, numbers) for n in (60, 1000)}
    print("documents   words   mean ms   median ms   95% ms   candidates   passages")
    with tempfile.TemporaryDirectory() as folder:
        for part in (16, 4, 1):
            chosen = os.path.join(folder, f"1-{part}")
            index = os.path.join(folder, f"index-{part}")
            for number, path in enumerate(paths[::part]):
                os.makedirs(os.path.join(chosen, str(number // 500)), exist_ok=True)
                shutil.copy2(path, os.path.join(chosen, str(number // 500), str(number)))
            make_index(arguments.builddir, index, [chosen])
            daemon = Daemon(arguments.builddir, index, folder)
            for n, made in texts.items():
                for text in made[:20]:
                    daemon.trace(text)
                keys = [daemon.trace(text) for text in made]
                times = sorted(float(k["ms"]) for k in keys)
                mean = [statistics.mean(int(k[name].rstrip("+")) for k in keys) for name in ("candidates", "matches")]
                print(f"{len(paths[::part]):>9}   {n:>5}   {statistics.mean(times):>7.2f}   {times[len(times) // 2]:>9.2f}"
                      f"   {times[len(times) * 95 // 100]:>6.2f}   {mean[0]:>10.1f}   {mean[1]:>8.1f}", flush=True)
            daemon.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, function in (("quality", quality), ("speed", speed)):
        command = commands.add_parser(name)
        command.add_argument("--builddir", required=True)
        command.set_defaults(function=function)
    command.add_argument("folder")
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()

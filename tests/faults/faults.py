#!/usr/bin/env python3
"""faults.py - runs of the indexer that are killed, cut off from power, or refused a call; prints TAP.

    faults.py --builddir DIR [--every N] [--only NAME]

A run that goes from one state of an index to another is repeated with each of its calls (every N-th: default 1) being
the one that goes wrong (tests/faults/interpose.c). Whatever happened, the index then holds exactly the state before or
the state after, whole, and the next run ends where an undisturbed one does.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile

CHANGES = "wsruo"  # classes of calls that change files
WORDS = "harbour light promise wall bridge council letter winter map border goat evening".split()
# Exit codes of a run that could not do its work; ST_NOMEM and failed reads of the index are 74 too.
NO_CREATE, NO_WRITE = 73, 74
SYNCING = (b"cannot open this folder", b"cannot sync this folder")


class Failure(Exception):
    """What a check found."""


class Machine:
    """The programs, a scratch folder, and the calls that go wrong."""

    def __init__(self, builddir, work):
        self.indexer = os.path.join(builddir, "verbatim-indexer")
        self.client = os.path.join(builddir, "verbatim")
        self.interpose = os.path.join(builddir, "tests/faults/interpose.so")
        self.work = work
        self.log = os.path.join(work, "calls.log")

    def index(self, *args, fault=None):
        """Runs the indexer on index `i`; a fault is (mode, classes, n)."""
        env = dict(os.environ)
        if fault is not None:
            env["LD_PRELOAD"] = self.interpose
            env["VERBATIM_FAULT"] = "%s:%s:%d" % fault
            env["VERBATIM_FAULT_LOG"] = self.log
        return subprocess.run([self.indexer, "--jobs", "1", "--index", "i", *args], cwd=self.work, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)

    def ask(self, *args):
        """What the client prints of index `i`."""
        done = subprocess.run([self.client, "--index", "i", "-n", "100000", *args], cwd=self.work, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if done.returncode not in (0, 1):
            raise Failure("verbatim %s: exit %d: %s" % (args, done.returncode, done.stderr.decode()))
        return done.stdout

    def state(self):
        """All that can be asked of the index; None when there is none."""
        if not os.path.exists(self.path("i", "current")):
            return None
        return (self.ask("docs", "path:**"), self.ask("search", " OR ".join(WORDS)),
                [self.ask("words", word) for word in WORDS])

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def calls(self):
        """What the last run with a fault did: lines of (what, path, second)."""
        with open(self.log, encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file]


# ---- the runs ---------------------------------------------------------------------------------------------------------

def text(seed, n):
    """A text of n words."""
    words = []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        words.append(WORDS[(seed >> 16) % len(WORDS)])
    return " ".join(words) + ".\n"


def put(machine, path, content):
    full = machine.path(path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as file:
        file.write(content)


def articles(machine, start, end):
    for i in range(start, end):
        put(machine, "articles/%02d.txt" % i, text(i, 40 + i))


def first_build(machine):
    """a first build"""
    articles(machine, 0, 12)
    return ["articles"]


def update(machine):
    """documents added, changed and removed"""
    articles(machine, 0, 12)
    put(machine, "notes/n.md", "# Winter map\n\n" + text(99, 60))
    must(machine.index("articles", "notes"))
    articles(machine, 10, 15)
    os.unlink(machine.path("articles/03.txt"))
    return ["articles", "notes"]


def removal(machine):
    """a root forgotten"""
    articles(machine, 0, 6)
    put(machine, "notes/n.md", "# Winter map\n\n" + text(99, 60))
    must(machine.index("articles", "notes"))
    return ["--remove", "notes"]


def many_runs(machine):
    """a run after many small ones"""
    for i in range(0, 20, 2):
        articles(machine, i, i + 2)
        must(machine.index("articles"))
    articles(machine, 20, 21)
    return ["articles"]


def must(done):
    if done.returncode != 0:
        raise Failure("exit %d: %s" % (done.returncode, done.stderr.decode()))


class Run:
    """One of the runs above: where it begins, where it ends."""

    def __init__(self, machine, prepare):
        self.machine = machine
        for name in os.listdir(machine.work):
            remove(machine.path(name))
        self.args = prepare(machine)
        self.before = machine.state()
        if self.before is not None:
            os.rename(machine.path("i"), machine.path("kept"))
        self.begin()
        must(machine.index(*self.args))
        self.after = machine.state()
        if self.after == self.before:
            raise Failure("the run changes nothing")

    def begin(self):
        """Puts the index back to where the run begins."""
        remove(self.machine.path("i"))
        if self.before is not None:
            shutil.copytree(self.machine.path("kept"), self.machine.path("i"))

    def count(self, classes):
        """Calls that an undisturbed run makes."""
        self.begin()
        must(self.machine.index(*self.args, fault=("kill", classes, 0)))
        last = self.machine.calls()[-1]
        return int(last[0].split()[1])

    def disturb(self, fault):
        """Begins again and runs with a fault."""
        self.begin()
        return self.machine.index(*self.args, fault=fault)

    def judge(self, named=False):
        """The index is whole and holds one of its two states, unless documents were named as skipped, and the next run
        ends as it should."""
        machine = self.machine
        state = machine.state()
        if state not in (self.before, self.after) and not named:
            raise Failure("the index holds neither state")
        if state is not None:
            done = machine.index("--check")
            if done.returncode != 0:
                raise Failure("--check: exit %d: %s" % (done.returncode, done.stderr.decode()))
        # What --remove forgot is no root any more.
        again = [] if state == self.after and self.args[0] == "--remove" else self.args
        must(machine.index(*again))
        if machine.state() != self.after:
            raise Failure("the next run does not end where an undisturbed one does")
        left = [name for name in os.listdir(machine.path("i")) if name.startswith("scratch")]
        if left:
            raise Failure("the next run leaves %s" % left)
        return state


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


# ---- what goes wrong --------------------------------------------------------------------------------------------------

def killed(run, every):
    """killed at each call that changes files"""
    for n in range(1, run.count(CHANGES) + 1, every):
        done = run.disturb(("kill", CHANGES, n))
        if done.returncode != -9:
            raise Failure("call %d: exit %d, not killed" % (n, done.returncode))
        judge(run, n)


def torn(run, every):
    """killed in the middle of each write"""
    for n in range(1, run.count("w") + 1, every):
        run.disturb(("torn", "w", n))
        judge(run, n)


def power(run, every):
    """power lost at each call: what was not synced is not there"""
    for n in range(1, run.count(CHANGES) + 1, every):
        run.disturb(("kill", CHANGES, n))
        lose_unsynced(run.machine.calls())
        judge(run, n)


def lose_unsynced(calls):
    """Files lose what was written since they were synced, folders the names made since they were; a rename stays: it is
    the worst that may come through by itself."""
    dirty, made = set(), set()
    for what, path, *second in calls:
        if what == "w":
            dirty.add(path)
        elif what == "c":
            made.add(path)
        elif what == "s":
            dirty.discard(path)
            made = {name for name in made if os.path.dirname(name) != path}
        elif what == "r":
            dirty = {second[0] if name == path else name for name in dirty}
            made.discard(path)
    for path in sorted(made, key=len, reverse=True):
        remove(path)
    for path in dirty:
        if os.path.exists(path):
            os.truncate(path, 0)


def refused(classes, error, codes):
    """A check that each call of some classes fails with an error, and that the program ends with one of the codes."""
    def check(run, every):
        for n in range(1, run.count(classes) + 1, every):
            done = run.disturb((str(error), classes, n))
            if done.returncode not in codes:
                raise Failure("call %d: exit %d: %s" % (n, done.returncode, done.stderr.decode()))
            if done.returncode != 0 and not done.stderr:
                raise Failure("call %d: exit %d without a word" % (n, done.returncode))
            state = judge(run, n, done.returncode == 1)
            own_up(run, n, done, state)
            if done.returncode == 0 and state != run.after:
                raise Failure("call %d: exit 0, and nothing done" % n)
    check.__doc__ = "%s at each call of %s" % (errno.errorcode[error], classes)
    return check


def shortened(run, every):
    """short writes and reads"""
    for n in range(1, run.count("wi") + 1, every):
        must(run.disturb(("short", "wi", n)))
        if run.machine.state() != run.after:
            raise Failure("call %d" % n)


def starved(run, every):
    """no memory: a hundred of the allocations, and the first ones"""
    total = run.count("a")
    step = max(1, total // 100)
    for n in list(range(1, 60, every)) + list(range(60, total + 1, step * every)):
        done = run.disturb(("12", "a", n))
        if done.returncode not in (0, 1, NO_WRITE):
            raise Failure("allocation %d: exit %d: %s" % (n, done.returncode, done.stderr.decode()))
        own_up(run, n, done, judge(run, n, done.returncode == 1))


def own_up(run, n, done, state):
    """A run that says that it failed has published nothing, unless what failed was to make the new name last."""
    failed = done.returncode in (NO_CREATE, NO_WRITE)
    if failed and state != run.before and not any(words in done.stderr for words in SYNCING):
        raise Failure("call %d: exit %d, though it published: %s" % (n, done.returncode, done.stderr.decode()))


def judge(run, n, named=False):
    try:
        return run.judge(named)
    except Failure as failure:
        raise Failure("call %d: %s" % (n, failure)) from failure


RUNS = [first_build, update, removal, many_runs]
FAULTS = [
    killed, torn, power, shortened, starved,
    # 0: it failed while tidying up scratch; 1: so that something was left as it was, and named.
    refused("wso", errno.ENOSPC, (0, NO_CREATE, NO_WRITE)),
    refused("wsru", errno.EIO, (0, 1, NO_WRITE)),
    refused("oi", errno.EMFILE, (0, 1, 66, NO_CREATE, NO_WRITE)),
    refused("i", errno.EIO, (0, 1, 66, NO_WRITE)),
]


def main():
    parser = argparse.ArgumentParser(description="runs of the indexer that go wrong")
    parser.add_argument("--builddir", required=True)
    parser.add_argument("--every", type=int, default=1, help="only each N-th call")
    parser.add_argument("--only", default="", help="only checks whose name holds this")
    args = parser.parse_args()
    library = os.path.join(args.builddir, "tests/faults/interpose.so")
    if not os.path.exists(library):
        parser.error("%s is missing: make tests/faults/interpose.so" % library)
    failed = number = 0
    with tempfile.TemporaryDirectory(prefix="verbatim-faults-") as work:
        machine = Machine(os.path.abspath(args.builddir), work)
        for prepare in RUNS:
            run = Run(machine, prepare)
            for fault in FAULTS:
                name = "%s: %s" % (prepare.__doc__, fault.__doc__)
                if args.only not in name:
                    continue
                number += 1
                try:
                    fault(run, args.every)
                    print("ok %d - %s" % (number, name), flush=True)
                except Failure as failure:
                    failed += 1
                    print("not ok %d - %s\n# %s" % (number, name, str(failure).replace("\n", "\n# ")), flush=True)
    print("1..%d" % number)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

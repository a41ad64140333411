# SPDX-License-Identifier: GPL-2.0-or-later
"""Running programs and counting what they take; asking drivers in turns; what numbers say."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time

CHUNK = 32
HANGS = 600  # seconds for the queries of a class
FAILED = "failed: "  # how a reason begins that is no answer of the engine's
# In a small process of its own: the peak that wait4 tells of a child counts what the parent held when it forked.
MEASURE = """
import json, os, sys, time
began = time.monotonic()
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump({"seconds": time.monotonic() - began, "user": usage.ru_utime, "system": usage.ru_stime,
               "peak_kib": usage.ru_maxrss, "status": os.waitstatus_to_exitcode(status)}, file)
"""


class Failed(Exception):
    """A program that ended badly."""


def read_all(*folders):
    """So that what is measured next finds these files in the page cache, whatever became of it since they were made."""
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(where, name), "rb", buffering=0) as file:
                    while file.read(1 << 20):
                        pass


def run_measured(command, log):
    """Runs a command to its end; its time, processor time and peak memory. What it prints goes to the file log."""
    note = log + ".json"
    with open(log, "wb") as out:
        subprocess.run([sys.executable, "-S", "-E", "-c", MEASURE, note] + command, stdin=subprocess.DEVNULL,
                       stdout=out, stderr=out, check=True)
    with open(note, encoding="utf-8") as file:
        took = json.load(file)
    os.unlink(note)
    if took["status"] != 0:
        with open(log, encoding="utf-8", errors="replace") as file:
            raise Failed("%s: exit %d\n%s" % (" ".join(command[:3]), took["status"], file.read()[-2000:]))
    return took


class Driver:
    """A program that answers MODE<TAB>QUERY lines: bench/README.md, "Drivers"."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        encoding="utf-8", bufsize=-1)

    def ask(self, mode, queries):
        """For each query (documents, matches or None, microseconds), or the sentence of an error."""
        answers = []
        too_long = threading.Timer(HANGS, self.process.kill)
        too_long.start()
        try:
            for at in range(0, len(queries), CHUNK):
                chunk = queries[at:at + CHUNK]
                self.process.stdin.write("".join("%s\t%s\n" % (mode, query) for query in chunk))
                self.process.stdin.flush()
                answers += [parse_answer(self.process.stdout.readline()) for _ in chunk]
        finally:
            too_long.cancel()
        return answers

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self.process.wait()


def parse_answer(line):
    fields = line.rstrip("\n").split("\t")
    if fields[0] == "error":
        return fields[1]
    if len(fields) != 3:
        raise Failed("a driver ended in the middle of its work" if not line else "a driver said: " + line)
    return (int(fields[0]), None if fields[1] == "-" else int(fields[1]), float(fields[2]))


class Answers:
    """What one engine said to the queries of a class in one mode, over all rounds."""

    def __init__(self, n):
        self.counts = [None] * n
        self.times = [[] for _ in range(n)]
        self.refused = None  # why there is no answer

    def add(self, rows, timed):
        for i, row in enumerate(rows):
            if isinstance(row, str):
                self.refused = row
                return
            self.counts[i] = row[:2]
            if timed:
                self.times[i].append(row[2])

    def medians(self):
        return [statistics.median(times) for times in self.times if times]


def in_turns(drivers, mode, rounds, warm, patience):
    """drivers: name -> (driver, queries). Each engine in turn, round after round; the first `warm` rounds do not count,
    unless an engine needs longer than `patience` seconds for one: then that one is all it gets."""
    answers = {name: Answers(len(queries)) for name, (_, queries) in drivers.items()}
    done = set()
    for i in range(warm + rounds):
        for name, (driver, queries) in drivers.items():
            if name in done:
                continue
            began = time.monotonic()
            try:
                rows = driver.ask(mode, queries)
            except (Failed, OSError) as failure:
                answers[name].refused = FAILED + str(failure)
                done.add(name)
                continue
            slow = time.monotonic() - began > patience
            answers[name].add(rows, timed=i >= warm or slow)
            if slow or answers[name].refused is not None:
                done.add(name)
    return answers


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def summary(values):
    return {"mean": statistics.mean(values), "p50": percentile(values, 0.5), "p99": percentile(values, 0.99)}

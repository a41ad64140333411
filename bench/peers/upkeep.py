# SPDX-License-Identifier: GPL-2.0-or-later
"""What an index of ours costs besides queries: a run that finds nothing new, one percent of the documents changed,
opening it, and a daemon that waits. Works on documents of its own, which share their bytes with those of the other
stages."""

import os
import statistics
import subprocess
import time

from engines import remove
from measure import Failed, read_all, run_measured

TURNS = 5
OPENINGS = 11


def link_tree(source, target):
    """The same files under other names."""
    for where, _, names in os.walk(source):
        folder = os.path.join(target, os.path.relpath(where, source))
        os.makedirs(folder, exist_ok=True)
        for name in names:
            os.link(os.path.join(where, name), os.path.join(folder, name))


def change(folder, every):
    """Another file in the place of each so many-th; the linked one stays as it is."""
    paths = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    changed = sorted(paths)[::every]
    for path in changed:
        with open(path, "rb") as file:
            text = file.read()
        with open(path + ".new", "wb") as file:
            file.write(text + b"\nOne more sentence.\n")
        os.replace(path + ".new", path)
    return len(changed)


def updates(update, index, text, log):
    """Seconds of a run after the change, each time from the index of before it."""
    kept, took = index + ".kept", []
    link_tree(index, kept)
    for _ in range(TURNS):
        remove(index)
        link_tree(kept, index)
        read_all(text)
        took.append(run_measured(update, log)["seconds"])
    return took


def measure(engine, corpus):
    """Rows of what and how much."""
    folder = os.path.join(corpus.work, "upkeep")
    text, index, log = (os.path.join(folder, name) for name in ("text", "index", "log"))
    remove(folder)
    os.makedirs(folder)
    link_tree(os.path.join(corpus.work, "text"), text)
    update = [engine.program("verbatim-indexer"), "--index", index, "--quiet", "--jobs", "2", "--max-file-size", "1G",
              text]
    read_all(text)
    full = run_measured(update, log)["seconds"]
    find, nothing = [], []
    for _ in range(TURNS):
        find.append(run_measured(["find", text, "-size", "-1"], log)["seconds"])
        nothing.append(run_measured(update, log)["seconds"])
    n_changed = change(text, 100)
    changed = statistics.median(updates(update, index, text, log))
    find, nothing = statistics.median(find), statistics.median(nothing)
    rows = [("building everything", "%.2f s" % full, ""),
            ("`find` with the size of every file", "%.3f s" % find, ""),
            ("a run that finds nothing new", "%.3f s" % nothing, "%.2f of `find`" % (nothing / find)),
            ("a run after %d documents changed" % n_changed, "%.3f s" % changed,
             "%.1f%% of building" % (100 * changed / full))]
    rows += [("opening the index, a process from start to end", "%.1f ms" % opening(engine, index), "")]
    rows += daemon(engine, index)
    remove(folder)
    return [dict(zip(("what", "value", "relative"), row)) for row in rows]


def opening(engine, index):
    took = []
    for _ in range(OPENINGS):
        began = time.perf_counter()
        subprocess.run(engine.drive_command(index), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took)


def daemon(engine, index):
    process = subprocess.Popen([engine.program("verbatim-queryd"), "--index", index, "--listen", "127.0.0.1:0",
                                "--workers", "2", "--log", "error"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    began = time.perf_counter()
    try:
        if not process.stdout.readline().startswith(b"ready"):
            raise Failed("verbatim-queryd does not start")
        ready = (time.perf_counter() - began) * 1e3
        own = memory(process.pid, "RssAnon")
        time.sleep(2)
        return [("the daemon with two workers, until it accepts", "%.1f ms" % ready, ""),
                ("its memory then, without mapped files", "%.1f MiB" % own, ""),
                ("two seconds later, the index verified", "%.1f MiB" % memory(process.pid, "RssAnon"),
                 "%.1f MiB with mapped files" % memory(process.pid, "VmRSS"))]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def memory(pid, field):
    with open("/proc/%d/status" % pid, encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(field + ":")) / 1024

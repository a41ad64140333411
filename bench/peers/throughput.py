# SPDX-License-Identifier: GPL-2.0-or-later
"""Queries per second, document counts: several askers at a time, each a driver of its own; and through our daemon."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from measure import Failed

CONNECTIONS = 4
DAEMON_REQUESTS = 20000


def measure(engines, indexes, query_class, args, results):
    for n_askers in map(int, args.threads.split(",")):
        for engine in engines:
            asked = [text for text in map(engine.write, query_class.queries) if text is not None]
            if engine.name == "ripgrep" or not asked:
                continue
            results["throughput"].append({"engine": engine.name, "how": "drivers", "askers": n_askers, "per_second":
                                          engine.rates(indexes[engine.name], asked, n_askers, args.seconds)})
        verbatim = engines[0]
        asked = [verbatim.write(query) for query in query_class.queries]
        results["throughput"].append({"engine": "verbatim", "how": "daemon", "askers": n_askers,
                                      "per_second": daemon(verbatim, indexes["verbatim"], asked, n_askers)})


def rates_of_files(command, requests, warm, counted, n_askers):
    """Runs drivers at once on the same requests, over and over; the first `warm` times do not count."""
    with tempfile.TemporaryDirectory(prefix="vb-") as folder:
        asked = os.path.join(folder, "requests")
        with open(asked, "w", encoding="utf-8") as file:
            file.writelines(requests * (warm + counted))
        answers = [os.path.join(folder, "answers-%d" % i) for i in range(n_askers)]
        running = []
        for path in answers:
            with open(asked, encoding="utf-8") as source, open(path, "w", encoding="utf-8") as out:
                running.append(subprocess.Popen(command, stdin=source, stdout=out))
        if any([process.wait() for process in running]):
            raise Failed("%s: a driver failed" % command[0])
        return sum(rate_of(path, warm * len(requests)) for path in answers)


def rate_of(path, skipped):
    with open(path, encoding="utf-8") as file:
        took = [float(line.split("\t")[2]) for i, line in enumerate(file) if i >= skipped]
    return len(took) / sum(took) * 1e6


def rates_of_threads(askers, asked, seconds):
    """The same with connections to a daemon of the engine's."""
    rates = [0.0] * len(askers)

    def one(i):
        rows, end = [], time.monotonic() + seconds
        askers[i].ask("count", asked)
        while time.monotonic() < end:
            rows += askers[i].ask("count", asked)
        rates[i] = len(rows) / sum(row[2] for row in rows) * 1e6

    in_threads(one, len(askers))
    return sum(rates)


def in_threads(work, n):
    failures = []

    def guarded(i):
        try:
            work(i)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed(str(failures[0]))


def daemon(verbatim, index, asked, n_workers):
    """Pipelined `count` requests on several connections: what comes back in a second."""
    # The path of a socket may not be long; $TMPDIR may be.
    folder = tempfile.mkdtemp(prefix="vb-", dir="/tmp" if os.path.isdir("/tmp") else None)
    path = os.path.join(folder, "s")
    process = subprocess.Popen([verbatim.program("verbatim-queryd"), "--index", index, "--listen", "unix:" + path,
                                "--workers", str(n_workers), "--log", "error"], stdout=subprocess.PIPE,
                               stdin=subprocess.DEVNULL)
    try:
        if not process.stdout.readline().startswith(b"ready"):
            raise Failed("verbatim-queryd does not start")
        requests = ["count %s\n" % text for text in asked]
        converse(path, requests)
        each = requests * max(1, DAEMON_REQUESTS // CONNECTIONS // len(requests))
        began = time.monotonic()
        in_threads(lambda _: converse(path, each), CONNECTIONS)
        return CONNECTIONS * len(each) / (time.monotonic() - began)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
        shutil.rmtree(folder)


def converse(path, requests):
    """Sends everything, reads every reply."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(120)
        connection.connect(path)
        sender = threading.Thread(target=connection.sendall, args=("".join(requests).encode(),))
        sender.start()
        replies = 0
        while replies < len(requests):
            got = connection.recv(1 << 18)
            if not got or got.startswith(b"ERR") or b"\nERR" in got:
                raise Failed("the daemon answered: %r" % got[:200])
            replies += got.count(b"\n")
        sender.join()

#!/usr/bin/env python3
"""faults.py - the daemon on sockets that do what sockets may do (faults.c), out of descriptors, ended and killed under
load, its index deleted underneath; prints TAP.

    faults.py --indexer BIN --queryd BIN

SPDX-License-Identifier: GPL-2.0-or-later
"""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from daemon import SLOW_QUERY, TIMEOUT, Failure, Reader, Tap, check, equal, parse_programs, run_all, wait_for

REQUESTS = b"@1 search one\n@2 count fish\n@3 text slow0.txt 1-200\n@4 ping\n@5 words f\n@6 search \"a b c d\"\n"


def sanitized(bench):
    """Preloading goes before a sanitizer's own library, which then refuses to start."""
    done = subprocess.run(["ldd", bench.queryd], stdout=subprocess.PIPE, check=False)
    return b"libasan" in done.stdout or b"libtsan" in done.stdout


def build(bench):
    """The library, or None where it cannot be made or used."""
    compiler = shutil.which(os.environ.get("CC", "cc").split()[0]) or shutil.which("gcc")
    if compiler is None or sanitized(bench):
        return None
    library = os.path.join(bench.folder, "faults.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "faults.c")
    subprocess.run([compiler, "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True,
                   timeout=TIMEOUT)
    return library


def without_times(lines):
    return [b" ".join(w for w in line.split(b" ") if not w.startswith(b"ms=")) for line in lines]


def all_replies(connect):
    """Every line of the replies to REQUESTS; None when the connection was reset, which may happen."""
    try:
        with connect() as sock:
            sock.sendall(REQUESTS)
            sock.shutdown(socket.SHUT_WR)
            reader = Reader(sock)
            return without_times([line for reply in iter(reader.reply, []) for line in reply])
    except OSError as error:
        if error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN):  # the last: it was reset before shutdown()
            return None
        raise
    except Failure as failure:  # the stream ended inside a reply: a reset that came as an end
        if "ends inside" in str(failure):
            return None
        raise


def unreliable_sockets(bench):
    library = build(bench)
    if library is None:
        return
    with bench.daemon() as daemon:
        wanted = all_replies(daemon.connect)
    for seed in range(3):
        env = os.environ | {"LD_PRELOAD": library, "FAULTS": str(seed)}
        with bench.daemon(tcp=True, env=env) as daemon:
            whole = 0
            for i in range(60):
                got = all_replies(daemon.connect_tcp if i % 2 else daemon.connect)
                if got == wanted:
                    whole += 1
                elif got is not None:
                    equal(got, wanted[:len(got)])
                    check(len(got) < len(wanted), "it ended with", len(got), "lines")
            check("cannot accept" in daemon.logged(), "no fault came through")
            check(whole > 10, "only", whole, "were answered whole")


def nothing_to_wait_with(bench):
    """What cannot be waited for at the start ends it with a sentence, or is done without; it is never deaf."""
    library = build(bench)
    if library is None:
        return
    ended = 0
    for number in range(1, 9):
        env = os.environ | {"LD_PRELOAD": library, "EPOLL_FAULT": str(number)}
        try:
            with bench.daemon(env=env) as daemon:
                with daemon.connect() as sock:
                    sock.sendall(b"ping\n")
                    equal(Reader(sock).reply(), [b"OK 0"])
        except Failure as failure:
            check("verbatim-queryd: " in str(failure), failure)
            ended += 1
    check(0 < ended < 8, ended, "did not start")


def few_descriptors(bench):
    """With 32 in all it starts, serves as many as it can, and goes on when others end."""
    wrapper = os.path.join(bench.folder, "few")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nulimit -n 32\nexec "{bench.queryd}" --workers 1 "$@"\n')
    os.chmod(wrapper, 0o755)
    real, bench.queryd = bench.queryd, wrapper
    try:
        with bench.daemon() as daemon:
            clients = [daemon.connect() for _ in range(50)]
            wait_for(lambda: "cannot accept" in daemon.logged(), "it says so")
            bench.write("more.txt", "more fish\n")
            bench.update()
            for client in clients:
                client.close()
            equal(daemon.ask("ping"), [[b"OK 0"]])
            wait_for(lambda: daemon.ask("reload")[0][0].startswith(b"OK 0 "), "the new generation is opened")
            check(b"docs=2 " in daemon.ask("count fish")[0][0])
    finally:
        bench.queryd = real
        os.remove(os.path.join(bench.documents, "more.txt"))
        bench.update()


def half_open(bench):
    """A peer that never sends, never reads or never ends a line costs a descriptor and nothing else."""
    with bench.daemon("--idle-timeout", "1", "--query-timeout", "500") as daemon:
        silent, half, deaf = daemon.connect(), daemon.connect(), daemon.connect()
        half.sendall(b"count fi")
        deaf.sendall(b"text slow0.txt\n" * 1000)
        equal(daemon.ask("ping"), [[b"OK 0"]])
        equal(Reader(silent).rest(), [])
        equal(Reader(half).rest(), [])
        wait_for(lambda: daemon.stats()["clients"] == "1", "they are closed")
        for sock in (silent, half, deaf):
            sock.close()


def under_load(daemon, number, stop, wrong):
    """Asks until the daemon ends; what was answered must have been answered right."""
    while not stop.is_set():
        try:
            with daemon.connect() as sock:
                reader = Reader(sock)
                for _ in range(100):
                    sock.sendall(b"@%d search one\n" % number)
                    reply = reader.reply()
                    if not reply:
                        break
                    if reply[0].startswith(b"@%d OK 1 docs=1 " % number):
                        if reply[1:] != [b"a.txt:1:1:one fish"]:
                            wrong.append(reply)
                    elif b" ERR 503 " not in reply[0]:
                        wrong.append(reply)
        except OSError:
            return
        except Failure as failure:
            wrong.append(failure)


def ends_under_load(bench, number, wanted):
    stop, wrong = threading.Event(), []
    daemon = bench.daemon("--query-timeout", "3000")
    threads = [threading.Thread(target=under_load, args=(daemon, i, stop, wrong)) for i in range(12)]
    for thread in threads:
        thread.start()
    with daemon.connect() as sock:
        sock.sendall(f"count {SLOW_QUERY}\n".encode())
        time.sleep(0.3)
        begin = time.monotonic()
        equal(daemon.stop(number), wanted)
        check(time.monotonic() - begin < 20)
    stop.set()
    for thread in threads:
        thread.join()
    return wrong


def term_under_load(bench):
    equal(ends_under_load(bench, signal.SIGTERM, 0), [])


def killed_and_started_again(bench):
    wrong = ends_under_load(bench, signal.SIGKILL, -signal.SIGKILL)
    equal([w for w in wrong if not isinstance(w, Failure)], [])
    with bench.daemon() as daemon:
        equal(daemon.ask("search one")[0][1:], [b"a.txt:1:1:one fish"])


def index_deleted(bench):
    """What is open stays readable; a new index in the same folder is taken up."""
    copy = f"{bench.folder}/doomed"
    shutil.copytree(bench.index, copy)
    kept, bench.index = bench.index, copy
    try:
        with bench.daemon() as daemon:
            for name in os.listdir(copy):
                path = os.path.join(copy, name)
                if os.path.isdir(path):
                    shutil.rmtree(path)
                else:
                    os.remove(path)
            for _ in range(20):
                equal(daemon.ask("search one")[0][1:], [b"a.txt:1:1:one fish"])
            check(daemon.ask("reload")[0][0].startswith(b"ERR 500 internal "))
            wait_for(lambda: "goes on serving" in daemon.logged(), "it says so")
            bench.update()
            check(daemon.ask("reload")[0][0].startswith(b"OK 0 "))
            equal(daemon.ask("search one")[0][1:], [b"a.txt:1:1:one fish"])
    finally:
        bench.index = kept


TESTS = [unreliable_sockets, nothing_to_wait_with, few_descriptors, half_open, term_under_load,
         killed_and_started_again, index_deleted]


def main():
    programs = parse_programs("tests the daemon when things fail")
    tap = Tap()
    run_all(tap, programs, TESTS, slow=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())

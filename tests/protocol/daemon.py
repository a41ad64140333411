"""daemon.py - what the tests of the protocol share: making an index, running a daemon on it, reading replies, TAP.

It tests nothing itself. SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TIMEOUT = 60  # seconds that anything may take, also under a sanitizer


class Failure(Exception):
    """What was expected did not happen; the text says what."""


class Reader:
    """Lines and replies from a socket."""

    def __init__(self, sock):
        self.file = sock.makefile("rb")

    def line(self):
        """The next line without its newline, or None at the end."""
        line = self.file.readline()
        if line == b"":
            return None
        if not line.endswith(b"\n"):
            raise Failure(f"the stream ends inside a line: {line!r}")
        return line[:-1]

    def reply(self):
        """The next reply as a list of lines; empty at the end."""
        status = self.line()
        if status is None:
            return []
        rows = []
        for _ in range(rows_of(status)):
            row = self.line()
            if row is None:
                raise Failure(f"the stream ends inside the reply {status!r}")
            rows.append(row)
        return [status] + rows

    def rest(self):
        """All that is left, as lines."""
        return self.file.read().split(b"\n")[:-1]


def rows_of(status):
    """How many rows follow a status line."""
    words = status.split(b" ")
    if words[0].startswith(b"@"):
        del words[0]
    if words[0] == b"OK":
        return int(words[1])
    if words[0] != b"ERR":
        raise Failure(f"no status line: {status!r}")
    return 0


class Daemon:
    """A daemon on a Unix socket of its own, stopped at the end of a `with`."""

    def __init__(self, queryd, index, folder, options=(), tcp=False, cwd=None, env=None,
                 name="socket"):
        self.path = os.path.join(folder, name)
        self.options = list(options)
        listen = ["--listen", f"unix:{self.path}"] + (["--listen", "127.0.0.1:0"] if tcp else [])
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [queryd, "--index", index, *listen, *self.options],
            stdout=subprocess.PIPE, stderr=self.log, cwd=cwd, env=env)
        words = self.process.stdout.readline().split()
        if not words or words[0] != b"ready":
            self.process.wait()
            raise Failure(f"the daemon did not start: {self.logged()}")
        self.addresses = [w.decode() for w in words[1:]]

    def connect(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(TIMEOUT)
        sock.connect(self.path)
        return sock

    def connect_tcp(self):
        host, port = self.addresses[1].rsplit(":", 1)
        return socket.create_connection((host, int(port)), TIMEOUT)

    def ask(self, *requests):
        """The replies to requests, each a list of lines, over a connection of their own."""
        with self.connect() as sock:
            sock.sendall("".join(r + "\n" for r in requests).encode())
            sock.shutdown(socket.SHUT_WR)
            reader = Reader(sock)
            return [reader.reply() for _ in requests]

    def stats(self):
        rows = self.ask("stats")[0][1:]
        return dict(row.decode().split("\t", 1) for row in rows)

    def logged(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(TIMEOUT)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            code = self.stop()
            if kind is None and code != 0:
                raise Failure(f"the daemon ended with exit code {code}: {self.logged()}")
        finally:
            self.log.close()


def make_index(indexer, index, roots, cwd=None):
    done = subprocess.run([indexer, "--index", index, *roots], cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=600)
    if done.returncode not in (0, 1):
        raise Failure(f"the indexer ended with exit code {done.returncode}: {done.stdout.decode(errors='replace')}")


# A query that takes a minute on these documents: words that stand everywhere, in nested spans of many widths. Nobody
# waits for its end, so that it may be slow on the fastest machine. Under 1,000 bytes, the smallest --max-line here.
SLOW_QUERY = " OR ".join(f"(a NEAR/{999 - i} b) NEAR/{999 - i} (c NEAR d)" for i in range(20))


def slow_documents(folder):
    words = random.Random(1)
    for number in range(8):
        with open(os.path.join(folder, f"slow{number}.txt"), "w", encoding="utf-8") as file:
            for _ in range(8000):
                file.write(" ".join(words.choices("abcdefgh", k=30)) + "\n")


class Folder:
    """A scratch folder with a short name, since the path of a socket may not be long."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="verbatim-", dir="/tmp" if os.path.isdir("/tmp") else None)
        return self.path

    def __exit__(self, *what):
        shutil.rmtree(self.path, ignore_errors=True)


def check(condition, *what):
    if not condition:
        raise Failure(" ".join(str(w) for w in what))


def equal(got, wanted):
    check(got == wanted, "wanted", repr(wanted), "got", repr(got))


def wait_for(condition, what, seconds=TIMEOUT):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, "waited in vain:", what)
        time.sleep(0.01)


class Bench:
    """A folder with documents, an index of them, and the programs."""

    def __init__(self, programs, folder):
        self.queryd = os.path.abspath(programs.queryd)
        self.indexer = os.path.abspath(programs.indexer)
        self.folder = folder
        self.index = os.path.join(folder, "index")
        self.documents = os.path.join(folder, "documents")
        os.mkdir(self.documents)
        self.write("a.txt", "one fish\n")
        self.update()

    def write(self, name, text):
        with open(os.path.join(self.documents, name), "w", encoding="utf-8") as file:
            file.write(text)

    def update(self):
        make_index(self.indexer, self.index, ["."], cwd=self.documents)

    def daemon(self, *options, **more):
        return Daemon(self.queryd, self.index, self.folder, options, **more)

    def fails(self, *options, env=None):
        """Exit code and stderr of a daemon that must not start."""
        done = subprocess.run([self.queryd, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                              timeout=TIMEOUT, check=False)
        check(b"ready" not in done.stdout, "it started")
        check(done.stderr.startswith(b"verbatim-queryd: ") or b"level=" in done.stderr, done.stderr)
        return done.returncode


def parse_programs(what):
    """The command line of a test."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    return parser.parse_args()


class Tap:
    """Counts and prints test results."""

    def __init__(self):
        self.count = self.failed = 0

    def run(self, name, test):
        self.count += 1
        try:
            test()
        except (Failure, OSError, AssertionError, ValueError, IndexError, KeyError, subprocess.SubprocessError) as failure:
            self.failed += 1
            print(f"not ok {self.count} - {name}")
            for line in (str(failure) or repr(failure)).splitlines():
                print(f"#   {line}")
        else:
            print(f"ok {self.count} - {name}")

    def end(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0


def run_all(tap, programs, tests, slow=False):
    """Runs tests, functions of a bench, on a bench of their own; slow: with documents that SLOW_QUERY is slow on."""
    with Folder() as folder:
        bench = Bench(programs, folder)
        if slow:
            slow_documents(bench.documents)
            bench.update()
        for test in tests:
            tap.run(test.__name__.replace("_", " "), lambda t=test: t(bench))

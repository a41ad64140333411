"""client.py - what the tests of the client share: an index of corpus/, running the client, a terminal around it.

It tests nothing itself. SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import os
import pty
import re
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "protocol"))
from daemon import (TIMEOUT, Daemon, Failure, Folder, Reader, Tap, check, equal, make_index,  # noqa: E402,F401
                    wait_for)

# What the caller's own settings may not change.
CLEAN = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "XDG_RUNTIME_DIR", "TMPDIR")}


class Answer:
    """What a run of the client left behind."""

    def __init__(self, out, err, code):
        self.out, self.err, self.code = out, err, code

    @property
    def lines(self):
        return self.out.decode().splitlines()

    def all(self):
        return (self.out, self.err, self.code)


class Client:
    """The programs, an index of corpus/ in a folder of its own, and where to run."""

    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.srcdir = os.path.abspath(arguments.srcdir)
        program = lambda name: os.path.join(os.path.abspath(arguments.builddir), name)  # noqa: E731
        self.program, self.indexer, self.queryd = map(program, ("verbatim", "verbatim-indexer", "verbatim-queryd"))
        self.index = os.path.join(folder, "index")
        self.env = dict(CLEAN, TERM="xterm", TMPDIR=folder)

    def index_corpus(self):
        make_index(self.indexer, self.index, ["corpus"], cwd=self.srcdir)
        return self

    def index_files(self, **files):
        """An index of files made here; a _ in a name is a dot."""
        self.index_named({name.replace("_", "."): text for name, text in files.items()})
        return self

    def index_named(self, files):
        """The same from {name: text or bytes}."""
        documents = os.path.join(self.folder, "documents")
        os.makedirs(documents, exist_ok=True)
        for name, text in files.items():
            with open(os.path.join(os.fsencode(documents), os.fsencode(name)), "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
        make_index(self.indexer, self.index, ["."], cwd=documents)

    def daemon(self, *options, **more):
        return Daemon(self.queryd, self.index, self.folder, options, **more)

    def run(self, *arguments, text=b"", **env):
        done = subprocess.run([self.program, *arguments], input=text, capture_output=True, timeout=TIMEOUT,
                              env={**self.env, **env}, cwd=self.srcdir, check=False)
        return Answer(done.stdout, done.stderr, done.returncode)

    def ask(self, *arguments, **more):
        return self.run(*arguments, "--index", self.index, **more)

    def on_terminal(self, *arguments, **env):
        """The same with all on a terminal; standard output and error are in out, newlines as the program wrote them.
        The index is asked, unless a socket is named."""
        parent, child = pty.openpty()
        source = [] if "--socket" in arguments else ["--index", self.index]
        process = subprocess.Popen([self.program, *source, *arguments], stdin=child, stdout=child, stderr=child,
                                   env={**self.env, **env}, cwd=self.srcdir)
        os.close(child)
        out = read_all(parent)
        os.close(parent)
        return Answer(out.replace(b"\r\n", b"\n"), b"", process.wait(TIMEOUT))


def read_all(descriptor):
    """All that comes from a terminal until its other side is closed."""
    out, end = b"", time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if not select.select([descriptor], [], [], 1)[0]:
            continue
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            return out
        if not piece:
            return out
        out += piece
    raise Failure("the program did not end")


def without_color(out):
    return re.sub(rb"\033\[[0-9;]*m", b"", out)


def main(what, tests):
    """Runs tests, each of them given a Client with an empty folder."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--builddir", required=True)
    parser.add_argument("--srcdir", required=True)
    arguments = parser.parse_args()
    tap = Tap()
    for test in tests:
        def run(test=test):
            with Folder() as folder:
                test(Client(arguments, folder))
        tap.run(f"{what}: {test.__doc__}", run)
    sys.exit(tap.end())

"""editor.py - what the tests of the editors share: documents with their index and daemon, running an editor on a script.

It tests nothing itself. SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "client"))
from client import TIMEOUT, Client, Failure, Folder, Tap, check, equal, main, make_index, wait_for  # noqa: E402,F401

MANY = 100_000

# A socket stays live for a moment after its daemon was killed; a daemon that finds it so ends. What starts daemons is a
# group of its own with them, or else it would take the last one's end for that.
RESTART = """#!/bin/sh
kill -s KILL -- "$(cat running)"
setsid ./start > /dev/null 2>&1 &
echo "-$!" > running
"""
START = """#!/bin/sh
for try in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.2
    {queryd} --index {index} --listen {socket} > ready 2>&1 &
    until grep -q '^ready' ready; do
        kill -0 $! || continue 2
        sleep 0.05
    done
    break
done
"""


class Bench(Client):
    """A folder with documents and their index. Editors have their home in it, and nothing of the caller's settings."""

    def __init__(self, client):
        super().__init__(client.arguments, client.folder)
        self.documents = os.path.join(self.folder, "documents")
        self.socket = "unix:" + os.path.join(self.folder, "socket")
        keep = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LC_ALL", "LANG")
        self.env = {**{k: v for k, v in os.environ.items() if k in keep}, "HOME": self.folder, "TMPDIR": self.folder,
                    "TERM": "xterm", "SHELL": "/bin/sh", "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder,
                    "XDG_STATE_HOME": self.folder, "XDG_CACHE_HOME": self.folder}

    def index_named(self, files):
        for name in files:
            os.makedirs(os.path.dirname(os.path.join(os.fsencode(self.documents), os.fsencode(name))), exist_ok=True)
        super().index_named(files)
        return self

    def index_many(self):
        """Texts that give MANY rows, and one more word."""
        text = "é fish and bread\n" * 100
        return self.index_named({"bird.txt": "bird\n", **{f"many{n}.txt": text for n in range(MANY // 100)}})

    @contextlib.contextmanager
    def restartable(self):
        """A daemon, and in the folder a script ./restart, which kills it and starts another one."""
        start = START.format(queryd=self.queryd, index=self.index, socket=self.socket)
        for name, script in (("restart", RESTART), ("start", start)):
            path = os.path.join(self.folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(script)
            os.chmod(path, 0o755)
        daemon = subprocess.Popen([self.queryd, "--index", self.index, "--listen", self.socket],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self.folder)
        daemon.stdout.readline()
        running = os.path.join(self.folder, "running")
        with open(running, "w", encoding="utf-8") as file:
            file.write(str(daemon.pid))
        try:
            yield
        finally:
            daemon.kill()
            daemon.wait()
            daemon.stdout.close()
            with open(running, encoding="utf-8") as file:
                last = int(file.read())
            if last < 0:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(-last, signal.SIGKILL)

    def path(self, name):
        return os.path.join(self.documents, name)

    def edit(self, command, script_name, script, out_name):
        """Runs an editor's command; what it leaves in out_name, decoded."""
        with open(os.path.join(self.folder, script_name), "w", encoding="utf-8") as file:
            file.write(script)
        out = os.path.join(self.folder, out_name)
        # SIGPIPE stays ignored, as it is in an editor with a terminal; an Emacs of --batch would die of it.
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * TIMEOUT,
                              restore_signals=False, env=self.env, cwd=self.folder, check=False)
        check(os.path.exists(out), "the editor left nothing:", done.returncode, done.stdout, done.stderr)
        with open(out, encoding="utf-8") as file:
            return json.load(file)

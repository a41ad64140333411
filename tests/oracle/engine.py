# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the two programs under test and speaks their protocol, as an outsider would."""

import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

from generate import Source

ROW_LIMIT = 1000
ROW = re.compile(rb"(.*?:[0-9]+:[0-9]+):")
PATIENCE = 120


class EngineFailure(Exception):
    """A program that ended, hung, or answered against the protocol."""


@dataclass
class Reply:
    """One reply: code 0 for OK, the fields of its status line and its rows."""

    code: int
    status: str
    fields: dict[str, str] = field(default_factory=dict)
    rows: list[bytes] = field(default_factory=list)

    def places(self) -> list[str]:
        """PATH:LINE:COLUMN of each row of a search."""
        found = [ROW.match(row) for row in self.rows]
        return [match.group(1).decode(errors="replace") if match else "no place" for match in found]


@dataclass
class Programs:
    """The binaries under test."""

    indexer: str
    queryd: str


class Engine:
    """One index in a temporary folder, and a daemon on it. Documents live under docs/."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        # The path of a socket may not be long; $TMPDIR may be.
        self.folder = Path(tempfile.mkdtemp(prefix="vo-", dir="/tmp" if os.path.isdir("/tmp") else None))
        self.daemon: subprocess.Popen[bytes] | None = None
        self.log = self.folder / "queryd.log"
        (self.folder / "docs").mkdir()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, sources: list[Source]) -> None:
        """Writes documents, dated noon of their day. An existing one gets a new file."""
        for source in sources:
            path = self.folder / source.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(source.text.encode())
            stamp = datetime.combine(source.day, time(12), UTC).timestamp()
            os.utime(path, (stamp, stamp))

    def remove(self, sources: list[Source]) -> None:
        for source in sources:
            (self.folder / source.path).unlink()

    def index(self) -> None:
        """Runs the indexer over docs/; it must have nothing to complain about."""
        command = [self.programs.indexer, "--index", "index", "--quiet", "docs"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=PATIENCE * 30, check=False)
        if done.returncode != 0:
            raise EngineFailure(f"the indexer ended with {done.returncode}: {done.stderr.decode(errors='replace')}")

    def start(self) -> None:
        """Starts the daemon and waits until it is ready."""
        address = f"unix:{self.folder}/socket"
        with self.log.open("wb") as log:
            self.daemon = subprocess.Popen([self.programs.queryd, "--index", "index", "--listen", address],
                                           cwd=self.folder, stdout=subprocess.PIPE, stderr=log)
        assert self.daemon.stdout
        readable, _, _ = select.select([self.daemon.stdout], [], [], PATIENCE)
        line = self.daemon.stdout.readline() if readable else b""
        if not line.startswith(b"ready "):
            raise EngineFailure(f"the daemon said {line!r} instead of ready: {self.log_text()}")

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        if self.daemon:
            self.daemon.terminate()
            try:
                self.daemon.wait(20)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
            assert self.daemon.stdout
            self.daemon.stdout.close()
            self.daemon = None

    def ask(self, queries: list[str], limit: int = ROW_LIMIT) -> list[tuple[Reply, Reply]]:
        """The replies to count and search for every query, all pipelined over one connection."""
        lines = [f"set limit {limit}", "set order path"]
        for number, text in enumerate(queries):
            lines += [f"@c{number} count {text}", f"@s{number} search {text}"]
        replies = self.converse(lines)
        for reply in replies[:2]:
            if reply.code:
                raise EngineFailure(f"a setting was refused: {reply.status}")
        return list(zip(replies[2::2], replies[3::2]))

    def converse(self, lines: list[str]) -> list[Reply]:
        """Sends all lines while reading one reply for each."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self.folder / "socket"))
            sender = threading.Thread(target=send, args=(connection, lines))
            sender.start()
            try:
                with connection.makefile("rb") as stream:
                    return [self.read_reply(stream, line) for line in lines]
            except OSError as error:
                raise EngineFailure(f"{error}: {self.log_text()}") from error
            finally:
                connection.close()
                sender.join()

    def read_reply(self, stream, request: str) -> Reply:
        """One reply; its tag must be that of the request."""
        status = stream.readline().decode(errors="replace").rstrip("\n")
        if not status:
            raise EngineFailure(f"the connection ended before the answer to {request!r}: {self.log_text()}")
        words = status.split(" ")
        if request.startswith("@") and words[0] == request.split(" ")[0]:
            words = words[1:]
        fields = dict(word.split("=", 1) for word in words if "=" in word)
        if words[0] == "ERR" and len(words) > 2:
            return Reply(int(words[1]), status, fields)
        if words[0] != "OK" or len(words) < 2:
            raise EngineFailure(f"{status!r} answers {request!r}")
        rows = [stream.readline().rstrip(b"\n") for _ in range(int(words[1]))]
        return Reply(0, status, fields, rows)


def send(connection: socket.socket, lines: list[str]) -> None:
    """Sends requests; the reader tells if the other side is gone."""
    try:
        connection.sendall("".join(line + "\n" for line in lines).encode())
    except OSError:
        pass

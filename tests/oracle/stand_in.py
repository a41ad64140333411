#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands in for both programs, answering from the oracle, so that differential.py and shrink.py can be tested.

With --listen it is the daemon, else the indexer. STAND_IN_MISTAKE=operand makes it count wrongly: BEFORE is read as
NEAR.
"""

import sys

sys.dont_write_bytecode = True

import json  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
from datetime import UTC, date, datetime  # noqa: E402
from pathlib import Path  # noqa: E402

import query  # noqa: E402
from differential import Expected, all_words, expect  # noqa: E402
from document import read_document  # noqa: E402
from tree import And, Near, Node, Not, Or, Title, show  # noqa: E402


def build(index: str, root: str) -> None:
    """Stores paths, texts and days."""
    found = {}
    for path in Path(root).rglob("*"):
        if path.is_file():
            day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
            found[path.as_posix()] = (path.read_bytes().decode(), day.isoformat())
    Path(index).mkdir(exist_ok=True)
    (Path(index) / "documents").write_text(json.dumps(found), encoding="utf-8")


def mistaken(node: Node) -> Node:
    """The tree with every BEFORE as NEAR."""
    if isinstance(node, Near):
        operator = "NEAR" if node.operator == "BEFORE" else node.operator
        return Near(operator, node.distance, mistaken(node.left), mistaken(node.right))
    if isinstance(node, (And, Or)):
        return type(node)(tuple(mistaken(child) for child in node.children))
    return type(node)(mistaken(node.child)) if isinstance(node, (Not, Title)) else node


class Daemon:
    """Answers one connection after the other."""

    def __init__(self, index: str) -> None:
        stored = json.loads((Path(index) / "documents").read_text(encoding="utf-8"))
        self.documents = [read_document(path, text, date.fromisoformat(day))
                          for path, (text, day) in sorted(stored.items(), key=lambda item: item[0].encode())]
        self.vocabulary = all_words(self.documents)
        self.mistake = os.environ.get("STAND_IN_MISTAKE") == "operand"

    def serve(self, address: str) -> None:
        path = address.removeprefix("unix:")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            print(f"ready {address}", flush=True)
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb") as stream:
                    for line in stream:
                        stream.write(self.reply(line.decode().rstrip("\n")).encode())
                        stream.flush()

    def reply(self, line: str) -> str:
        tag, rest = line.split(" ", 1) if line.startswith("@") else ("", line)
        command, argument = rest.split(" ", 1)
        answer = "OK 0\n" if command == "set" else self.answer(command, argument)
        return f"{tag} {answer}" if tag else answer

    def answer(self, command: str, text: str) -> str:
        expected = self.expected(text)
        if expected.code:
            return f"ERR {expected.code} word column={expected.column} refused\n"
        places = expected.places if command == "search" else ()
        counts = f"docs={expected.docs} matches={expected.matches} complete=yes generation=1 ms=0.1"
        return f"OK {len(places)} {counts}\n" + "".join(f"{place}:text\n" for place in places)

    def expected(self, text: str) -> Expected:
        try:
            if self.mistake:
                text = show(mistaken(query.parse(text)))
        except query.QueryError:
            pass
        return expect(text, self.documents, self.vocabulary)


def main(arguments: list[str]) -> None:
    index = arguments[arguments.index("--index") + 1]
    if "--listen" in arguments:
        Daemon(index).serve(arguments[arguments.index("--listen") + 1])
    else:
        build(index, arguments[-1])


if __name__ == "__main__":
    main(sys.argv[1:])

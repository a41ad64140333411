#!/usr/bin/env python3
"""all.py - `verbatim trace --all`: every pair of documents that share a passage, as rows, JSON and a report; prints TAP.

    all.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import html.parser
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "client"))
from client import check, equal, main, without_color  # noqa: E402
from reuse import Collection  # noqa: E402


def pairs_of(rows):
    return {tuple(sorted(side["path"] for side in row["documents"])) for row in rows}


def everything(client, *options, **more):
    answer = client.ask("trace", "--all", "--json", *options, **more)
    check(answer.code in (0, 1) and answer.err == b"", answer.all())
    return [json.loads(line) for line in answer.lines]


def runs(words, length):
    return {tuple(words[i:i + length]) for i in range(len(words) - length + 1)}


def every_pair(client):
    """the pairs are those that have a run of words in common, as comparing each with each finds them"""
    collection = Collection(random.Random(21), 0.1, n_texts=150, n_passages=40)
    client.index_named(collection.files)
    for run in (5, 8, 12):
        have = [runs(text, run) for text in collection.texts]
        wanted = {(f"{i:04}.txt", f"{j:04}.txt") for i, j in itertools.combinations(range(len(have)), 2)
                  if not have[i].isdisjoint(have[j])}
        rows = everything(client, "--run", str(run))
        found = pairs_of(rows)
        missing = wanted - found
        check(found <= wanted and len(wanted) > 20, run, sorted(found - wanted))
        for a, b in missing:  # common words, with one other at most, make no passage
            common = have[int(a[:4])] & have[int(b[:4])]
            check(all(len(set(words) - collection.common) <= 1 for words in common), run, a, b, common)
        check(all(row["run"] >= run for row in rows), run)


def in_small_memory(client):
    """what one document carries and another, a trace of the first finds too"""
    client.index_corpus()
    rows = everything(client)
    check(len(rows) > 60, len(rows))
    for row in rows[::5]:
        first, second = row["documents"]
        text = client.ask("text", first["path"]).out
        traced = [json.loads(line) for line in
                  client.ask("trace", "--json", "--run", "8", "--exclude", first["path"], "-", text=text).lines]
        same = [t for t in traced if t["path"] == second["path"] and t["offset"] == second["offset"]]
        check(len(same) == 1 and same[0]["shared"] == row["shared"] and same[0]["length"] == second["length"], row, same)


def shared_by_many(client):
    """what very many carry is told once for each, not once for each pair"""
    numbers = random.Random(22)
    collection = Collection(numbers, 0, n_texts=120, n_passages=1)
    boilerplate = "all rights to the lamps of this quay belong to the harbour board and its heirs\n"
    client.index_named({name: text + boilerplate for name, text in collection.files.items()})
    rows = [row for row in everything(client) if any("lamps" in side["text"] for side in row["documents"])]
    paths = {side["path"] for row in rows for side in row["documents"]}
    check(len(paths) == 120 and len(rows) < 120 * 40, len(paths), len(rows))


def refrain(client):
    """two words that come a thousand times in both do not keep a passage from being found"""
    passage = "the miller counted eleven herons before anyone thought of breakfast"
    files = {f"filler{i}.txt": f"one more of no use {i}\n" for i in range(60)}
    for name in ("north.txt", "south.txt"):
        lines = [f"zeta eta {name[:5]}{i}\n" for i in range(1100)]
        files[name] = "".join(lines[:500] + [passage + "\n"] + lines[500:])
    client.index_named(files)
    rows = everything(client)
    check(any(all("miller" in side["text"] or side["length"] > 1000 for side in row["documents"]) for row in rows), rows)


def forms(client):
    """rows, a limit, an excluded folder, a bar on a terminal; what cannot be is said"""
    client.index_corpus()
    lines = client.ask("trace", "--all").lines
    for line in lines:
        check(re.fullmatch(r"\d+\.\d{4}\t\d+\t\d+\tcorpus/\S+:\d+:\d+\tcorpus/\S+:\d+:\d+\t[^\t]+", line), line)
    equal(client.ask("trace", "--all", "-n", "3").lines, lines[:3])
    check(not [line for line in client.ask("trace", "--all", "--exclude", "corpus/herald").lines if "/herald/" in line],
          "herald")
    shown = client.on_terminal("trace", "--all")
    check(shown.code == 0 and b"%" in shown.out and without_color(shown.out).count(b"\tcorpus/") == 2 * len(lines),
          shown.out[:500])
    for arguments, why in ((["--all"], b"--index"), (["--report", "x", "word"], b"--all"),
                           (["--all", "--index", "x", "text"], b"takes no text")):
        answer = client.run("trace", *arguments)
        check(answer.code == 2 and why in answer.err, answer.all())
    answer = client.ask("trace", "--all", "--report", os.path.join(client.folder, "no", "such", "folder"))
    check(answer.code == 2 and b"cannot create" in answer.err and answer.out == b"", answer.all())


class Page(html.parser.HTMLParser):
    """The sections of a report: for each side its place and its marked text. Every tag must be closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.sections, self.tags, self.side = [], [], set(), None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        check(not any(name.startswith("on") or name in ("src", "href") for name, _ in attributes), tag, attributes)
        if tag == "meta":
            return
        self.open.append((tag, dict(attributes).get("class")))
        if tag == "section":
            self.sections.append([])
        if tag == "article":
            self.sections[-1].append({"place": "", "text": "", "marked": []})
        if tag == "mark" and ("p", "text") in self.open:
            self.sections[-1][-1]["marked"].append("")

    def handle_endtag(self, tag):
        equal(self.open.pop()[0], tag)

    def handle_data(self, data):
        for kind in ("place", "text"):
            if ("p", kind) in self.open:
                self.sections[-1][-1][kind] += data
        if ("p", "text") in self.open and self.open[-1][0] == "mark":
            self.sections[-1][-1]["marked"][-1] += data


def words(text):
    return re.findall(r"\w+", text.lower())


def report(client):
    """the report shows both texts with the same words marked, in a file that needs no other"""
    client.index_named({"a.txt": "Said <b>&amp; done: we never <i>count</i> the lamps of the colour quay before \"the\" ferry.\n",
                        "b.txt": "x & y. We never <i>count</i> the lamps of the color quay, she said, before \"the\" ferry.\n"})
    name = os.path.join(client.folder, "report.html")
    rows = everything(client, "--report", name)
    with open(name, encoding="utf-8") as file:
        text = file.read()
    page = Page(text)
    equal((len(rows), len(page.sections)), (1, 1))
    check("script" not in page.tags and "link" not in page.tags and "http:" not in text and "https:" not in text,
          page.tags)
    first, second = page.sections[0]
    equal([first["place"], second["place"]], [f"{d['path']}:{d['line']}:{d['column']}" for d in rows[0]["documents"]])
    equal(first["marked"], ["we never <i>count</i> the lamps of the", "colour", "quay", "before \"the\" ferry"])
    equal(second["marked"], ["We never <i>count</i> the lamps of the", "color", "quay", "before \"the\" ferry"])
    check(not os.path.exists(name + ".part"), "a file was left")


def in_a_browser(client):
    """a browser shows the texts side by side and the marks; the page forbids scripts"""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("# SKIP chromium is missing", flush=True)
        return
    client.index_corpus()
    name = os.path.join(client.folder, "report.html")
    n = len(everything(client, "--report", name))
    run = lambda *arguments: subprocess.run(  # noqa: E731
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={client.folder}/profile",
         "--window-size=1200,900", *arguments, "file://" + name],
        capture_output=True, timeout=120, check=False)
    page = Page(re.sub(r"(?s)<style>.*?</style>", "", run("--dump-dom").stdout.decode()))
    equal((len(page.sections), {len(section) for section in page.sections}), (n, {2}))
    for first, second in page.sections:
        check(abs(len(words(" ".join(first["marked"]))) - len(words(" ".join(second["marked"])))) <= 1, first, second)
    picture = os.path.join(client.folder, "page.png")
    run(f"--screenshot={picture}")
    check(os.path.getsize(picture) > 20000, "no picture")


if __name__ == "__main__":
    main("trace --all", [every_pair, in_small_memory, shared_by_many, refrain, forms, report, in_a_browser])

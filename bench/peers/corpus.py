# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents, the same for all engines: laid out once by bench_feed in parts, and the indexes of them."""

import hashlib
import json
import os
import subprocess

from engines import remove
from measure import read_all, run_measured

PARTS = 16


def fingerprint(folder):
    """Of names, sizes and times below a folder."""
    digest = hashlib.sha256()
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(where, name)
            found = os.lstat(path)
            digest.update(("%s\0%d\0%d\n" % (path, found.st_size, found.st_mtime_ns)).encode(errors="replace"))
    return digest.hexdigest()


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def save(path, value):
    """Whole or not at all: a run that was stopped is taken up where it was."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    os.replace(path + ".new", path)


class Corpus:
    """work: the folder that keeps everything; its corpus.json says what the parts are."""

    def __init__(self, work, build, folder, repeat):
        self.work, self.build = work, build
        self.note = os.path.join(work, "corpus.json")
        asked = {"folder": fingerprint(folder), "repeat": repeat, "parts": PARTS}
        kept = load(self.note)
        if kept is not None and kept["asked"] != asked:
            raise SystemExit("%s holds other documents: name another folder after --keep, or remove it" % work)
        if kept is None:
            kept = {"asked": asked, "parts": self.lay_out(folder, repeat)}
            save(self.note, kept)
        self.part_sizes = kept["parts"]

    def lay_out(self, folder, repeat):
        for name in ("source", "text", "words", "feed", "sphinx"):
            remove(os.path.join(self.work, name))
        source = os.path.join(self.work, "source")
        # One job, so that the order of documents is the same the next time. 1: some were skipped, as they are by all.
        done = subprocess.run([os.path.join(self.build, "verbatim-indexer"), "--index", source, "--jobs", "1",
                               folder], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                              check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        out = subprocess.run([os.path.join(self.build, "bench/bench_feed"), source, self.work, str(PARTS),
                              str(repeat)], check=True, text=True, stdout=subprocess.PIPE).stdout
        remove(source)
        return [dict(zip(("documents", "words", "bytes"), map(int, line.split("\t")[1:])))
                for line in out.splitlines()]

    def size(self, n_parts):
        return {key: sum(part[key] for part in self.part_sizes[:n_parts]) for key in self.part_sizes[0]}

    def folders(self, kind, n_parts):
        return [os.path.join(self.work, kind, "%02d" % part) for part in range(n_parts)
                if self.part_sizes[part]["documents"]]

    def files(self, kind, n_parts):
        return [path + (".xml" if kind == "sphinx" else "") for path in self.folders(kind, n_parts)]


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def built(engine, corpus, n_parts):
    """The index of the first parts, built when it is not there; with what building it took. Ours is built anew when the
    indexer is another."""
    index = os.path.join(corpus.work, "indexes", "%s-%02d" % (engine.name, n_parts))
    note = index + ".json"
    command = engine.command(index, corpus, n_parts)
    made_by = engine.version() + " " + getattr(engine, "merge", "")
    if engine.name == "verbatim":
        made_by += digest_of(command[0])
    kept = load(note)
    if kept is not None and kept["made_by"] == made_by:
        return index, kept
    remove(note)
    remove(index)
    os.makedirs(os.path.dirname(index), exist_ok=True)
    engine.prepare(index, corpus, n_parts)
    read_all(*(os.path.join(corpus.work, kind) for kind in ("text", "feed", "sphinx")))
    took = run_measured(command, index + ".log") if command is not None else None
    kept = {"made_by": made_by, "took": took, "parts": engine.parts(index)}
    save(note, kept)
    return index, kept

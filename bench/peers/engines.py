# SPDX-License-Identifier: GPL-2.0-or-later
"""The engines: what each needs, how it builds an index of some parts of the documents, and how it is asked."""

import glob
import os
import re
import shutil
import subprocess
import time

import queries
import sphinx
from measure import Driver, Failed
from throughput import rates_of_files, rates_of_threads

JARS = "/usr/share/java"
JAVA_MEMORY = "-Xmx1g"


def output_of(command, pattern=r"(.*)"):
    """What a program says of its version; "" when it is not there."""
    try:
        out = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, errors="replace", check=False).stdout
    except OSError:
        return ""
    found = re.search(pattern, out)
    return found.group(1) if found else ""


def size_of_files(folder, name_of):
    """Bytes by name_of(path below the folder)."""
    sizes = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            part = name_of(os.path.relpath(path, folder))
            if part is not None:
                sizes[part] = sizes.get(part, 0) + os.path.getsize(path)
    return sizes


class Engine:
    """name; packages of Debian; stores: what of the documents it keeps besides the index."""

    packages = ()
    write = staticmethod(queries.notation)  # how it writes a query
    modes = ("count", "matches", "top")
    warm_seconds = 0  # what it needs before it is as fast as it gets, besides the rounds that do not count

    def __init__(self, build):
        self.build = build  # the folder of programs

    def program(self, name):
        return os.path.join(self.build, name)

    def version(self):
        """"" when something is missing."""
        raise NotImplementedError

    def command(self, index, corpus, parts):
        """Builds an index of some parts."""
        raise NotImplementedError

    def parts(self, index):
        return size_of_files(index, lambda path: path)

    def prepare(self, index, corpus, parts):
        """Before building, and not measured."""

    def driver(self, index):
        return Driver(self.drive_command(index))

    def drive_command(self, index):
        raise NotImplementedError

    def close(self):
        """Ends what driver() started besides the driver."""

    def rates(self, index, asked, n_askers, seconds):
        """Document counts a second, all askers at once. Requests come from a file and answers go to one, so that nobody
        but the engine works; the time that the drivers name is what counts."""
        warm_seconds = max(seconds / 2, self.warm_seconds)
        driver = self.driver(index)
        end = time.monotonic() + warm_seconds
        while time.monotonic() < end:
            once = sum(row[2] for row in driver.ask("count", asked)) / 1e6
        driver.close()
        warm = int(warm_seconds / once) + 1
        counted = int(seconds / once) + 1
        return rates_of_files(self.drive_command(index), ["count\t%s\n" % text for text in asked], warm, counted,
                              n_askers)


class Verbatim(Engine):
    name, stores = "verbatim", "text"
    write = staticmethod(queries.verbatim)

    def version(self):
        return output_of([self.program("verbatim-indexer"), "--version"], r"([0-9]+\.[0-9.]+)")

    def command(self, index, corpus, parts):
        return [self.program("verbatim-indexer"), "--index", index, "--quiet", "--jobs", "2", "--max-file-size", "1G"
                ] + corpus.folders("text", parts)

    def parts(self, index):
        return size_of_files(index, lambda path: os.path.basename(path) if os.path.dirname(path) else "manifest")

    def drive_command(self, index):
        return [self.program("bench/drive_verbatim"), "query", index]


class Xapian(Engine):
    name, stores = "xapian", "nothing"
    write = staticmethod(queries.xapian)
    modes = ("count", "top")

    def version(self):
        return output_of([self.program("bench/peer_xapian"), "version"])

    def command(self, index, corpus, parts):
        return [self.program("bench/peer_xapian"), "build", index] + corpus.files("feed", parts)

    def parts(self, index):
        return size_of_files(index, lambda path: path.replace(".glass", ""))

    def drive_command(self, index):
        return [self.program("bench/peer_xapian"), "drive", index]


class Fts5(Engine):
    name, stores, kind = "fts5", "nothing", "contentless"
    packages = ("libsqlite3-dev",)
    write = staticmethod(queries.fts5)
    merge = "as-built"

    def version(self):
        return output_of([self.program("bench/peer_fts5"), "version"])

    def command(self, index, corpus, parts):
        return [self.program("bench/peer_fts5"), "build", index, self.kind, self.merge] + corpus.files("feed", parts)

    def parts(self, index):
        out = subprocess.run([self.program("bench/peer_fts5"), "parts", index], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
        return {name: int(size) for name, size in (line.split("\t") for line in out.splitlines())}

    def drive_command(self, index):
        return [self.program("bench/peer_fts5"), "drive", index]


class Fts5Content(Fts5):
    name, stores, kind = "fts5-content", "text", "content"


class Lucene(Engine):
    name, stores = "lucene", "text"
    packages = ("liblucene8-java", "default-jdk-headless")
    merge = "as-built"
    warm_seconds = 6  # to compile what runs often

    def java(self):
        jars = [path for name in ("core", "analyzers-common")
                for path in sorted(glob.glob("%s/lucene-%s-8*.jar" % (JARS, name)))[-1:]]
        return ["java", JAVA_MEMORY, "-cp", ":".join([self.program("bench/classes")] + jars), "PeerLucene"]

    def version(self):
        return output_of(self.java() + ["version"], r"(?m)^([0-9.]+ \(Java.*\))$")

    def command(self, index, corpus, parts):
        return self.java() + ["build", index, "2", self.merge] + corpus.files("feed", parts)

    def parts(self, index):
        return size_of_files(index, lambda path: os.path.splitext(path)[1][1:] or "segments")

    def drive_command(self, index):
        return self.java() + ["drive", index]


class Sphinx(Engine):
    name, stores = "sphinx", "nothing"
    packages = ("sphinxsearch",)
    write = staticmethod(queries.sphinx)
    modes = ("count", "top")

    def __init__(self, build):
        super().__init__(build)
        self.daemons = {}

    def version(self):
        return output_of(["searchd", "--help"], r"Sphinx ([0-9.]+)")

    def prepare(self, index, corpus, parts):
        sphinx.write_config(index, corpus.files("sphinx", parts))

    def command(self, index, corpus, parts):
        return ["indexer", "--config", os.path.join(index, "sphinx.conf"), "--quiet", "--all"]

    def parts(self, index):
        return size_of_files(index, lambda path: path[len("words."):] if path.startswith("words.") else None)

    def driver(self, index):
        if index not in self.daemons:
            self.daemons[index] = sphinx.Daemon(index)
        return sphinx.Driver(self.daemons[index].path)

    def close(self):
        for daemon in self.daemons.values():
            daemon.stop()
        self.daemons = {}

    def rates(self, index, asked, n_askers, seconds):
        askers = [self.driver(index) for _ in range(n_askers)]
        found = rates_of_threads(askers, asked, seconds)
        for asker in askers:
            asker.close()
        self.close()
        return found


class RipgrepDriver:
    def __init__(self, folders):
        self.folders = folders

    def ask(self, mode, patterns):
        return [self.ask_one(pattern) for pattern in patterns]

    def ask_one(self, pattern):
        began = time.perf_counter()
        done = subprocess.run(["rg", "--threads", "1", "--no-config", "--no-ignore", "--files-with-matches", "-e",
                               pattern, "--"] + self.folders, stdout=subprocess.PIPE, check=False)
        if done.returncode > 1:
            raise Failed("rg: exit %d" % done.returncode)
        return (done.stdout.count(b"\n"), None, (time.perf_counter() - began) * 1e6)

    def close(self):
        """Nothing stays open."""


class Ripgrep(Engine):
    """No index: it reads every document's words, a line each, for every query."""

    name, stores = "ripgrep", "nothing"
    packages = ("ripgrep",)
    write = staticmethod(queries.ripgrep)
    modes = ("count",)

    def version(self):
        return output_of(["rg", "--version"], r"ripgrep ([0-9.]+)")

    def command(self, index, corpus, parts):
        return None

    def prepare(self, index, corpus, parts):
        os.makedirs(index, exist_ok=True)
        with open(os.path.join(index, "folders"), "w", encoding="utf-8") as file:
            file.write("\n".join(corpus.folders("words", parts)))

    def parts(self, index):
        return {}

    def driver(self, index):
        with open(os.path.join(index, "folders"), encoding="utf-8") as file:
            return RipgrepDriver(file.read().split("\n"))


ENGINES = (Verbatim, Xapian, Fts5, Fts5Content, Lucene, Sphinx, Ripgrep)
NAMES = [engine.name for engine in ENGINES]


def present(names, build, merge):
    """The engines asked for that are there, and for the others the packages that they need."""
    engines, missing = [], {}
    for kind in ENGINES:
        if kind.name not in names:
            continue
        engine = kind(build)
        if merge and hasattr(engine, "merge"):
            engine.merge = "merge"
        if engine.version():
            engines.append(engine)
        else:
            missing[kind.name] = " ".join(kind.packages) or "a build of it: make bench"
    return engines, missing


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.unlink(path)

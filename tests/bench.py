#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The comparison of bench/run.sh runs on corpus/ with the peers that are here, agrees with them, says so when it does
not, and takes up what it kept. Prints TAP."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile

TOP, BUILD = os.environ["top_srcdir"], os.environ["top_builddir"]
sys.path.insert(0, os.path.join(TOP, "bench", "peers"))

import checks  # noqa: E402
import queries  # noqa: E402
from classes import QueryClass  # noqa: E402
from measure import FAILED, Answers, Driver, in_turns  # noqa: E402

QUICK = ["--sample", "4", "--rounds", "1", "--warm", "0", "--warm-up", "0", "--seconds", "0.05", "--threads", "1"]
n_checks = n_failed = 0


def check(what, good, more=""):
    global n_checks, n_failed
    n_checks += 1
    n_failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", n_checks, what))
    if not good and more:
        print("".join("#   %s\n" % line for line in str(more).splitlines()), end="")


def rows(folder, name):
    with open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compare(work, out, *more):
    return subprocess.run([os.path.join(TOP, "bench/run.sh"), "--build", BUILD, "--out", out, "--keep", work] + QUICK +
                          list(more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)


def runs(scratch):
    work, out = os.path.join(scratch, "work"), os.path.join(scratch, "out")
    asked = os.path.join(scratch, "asked.tsv")
    with open(asked, "w", encoding="utf-8") as file:
        file.write("Articles\tof the\nArticles\tIn The\nnone\tzzyzx of qqqq\n")
    done = compare(work, out, os.path.join(TOP, "corpus"), asked, "--stages", "latency,throughput,upkeep")
    check("it runs on corpus/ and all counts agree", done.returncode == 0, done.stdout)
    if done.returncode != 0:
        return
    with open(os.path.join(out, "report.md"), encoding="utf-8") as file:
        report = file.read()
    check("its report says so", "Verbatim's, 0 differ." in report, report[-500:])
    check("it names no folder of this machine", scratch not in report and TOP not in report, report[:500])
    latency = rows(out, "latency")
    engines = {row["engine"] for row in latency}
    check("stock Xapian, which is always here, took part", {"verbatim", "xapian"} <= engines, engines)
    check("who is missing is named with what it needs",
          all(name in engines or "left out: %s, which needs" % name in done.stdout for name in
              ("fts5", "fts5-content", "lucene", "sphinx", "ripgrep")), done.stdout)
    of_file = {(row["class"], row["documents"]) for row in latency
               if row["engine"] == "xapian" and row["mode"] == "count" and row["class"].startswith("asked")}
    check("classes of a file are asked", {row[0] for row in of_file} == {"asked: Articles", "asked: none"} and
          ("asked: none", "0") in of_file, of_file)
    check("all three answers are measured", {row["mode"] for row in latency if row["engine"] == "verbatim"} ==
          {"count", "matches", "top"})
    check("queries a second are measured, the daemon's too",
          {row["how"] for row in rows(out, "throughput")} == {"drivers", "daemon"})
    check("so is upkeep", any("nothing new" in row["what"] and "of `find`" in row["relative"]
                              for row in rows(out, "upkeep")))
    again(scratch, work)


def again(scratch, work):
    """Growth, with two engines, on what was kept."""
    note = os.path.join(work, "indexes", "xapian-16.json")
    before, out = os.stat(note).st_mtime_ns, os.path.join(scratch, "again")
    done = compare(work, out, os.path.join(TOP, "corpus"), "--stages", "growth", "--engines", "verbatim,xapian")
    check("a second run takes up what was kept", done.returncode == 0 and os.stat(note).st_mtime_ns == before,
          done.stdout)
    if done.returncode == 0:
        check("growth is measured at five sizes", {row["parts"] for row in rows(out, "growth")} ==
              {"1", "2", "4", "8", "16"})
    done = compare(work, out, os.path.join(TOP, "doc"))
    check("other documents do not go into the same folder", done.returncode == 1 and "--keep" in done.stdout,
          done.stdout)
    done = compare(work, out, os.path.join(TOP, "corpus"), "--engines", "verbatim,lucky")
    check("an unknown engine is named", done.returncode == 2 and "lucky is none of" in done.stdout, done.stdout)


def answers(counts):
    found = Answers(len(counts))
    found.add([(docs, matches, 1.0) for docs, matches in counts], True)
    return found


def differences():
    asked = QueryClass("some", "", [queries.phrase("a", "b"), queries.phrase("x" * 50, "b")], same_matches=True)
    texts = [queries.verbatim(query) for query in asked.queries]
    ours, theirs = answers([(3, 5), (1, 1)]), answers([(3, 4), (2, 2)])
    by_engine = {"verbatim": (ours, [0, 1]), "lucene": (theirs, [0, 1]), "sphinx": (theirs, [1, 0])}
    found = checks.differences(asked, "matches", by_engine, texts, 16)
    seen = [(row["engine"], row["what"], row["query"], row["verbatim"], row["theirs"]) for row in found]
    check("a count that differs is found, by its query", seen == [
        ("lucene", "matches", '"a b"', 5, 4), ("lucene", "documents", texts[1], 1, 2),
        ("sphinx", "documents", texts[1], 1, 3), ("sphinx", "documents", '"a b"', 3, 2)], seen)
    whys = [row["why"] for row in found]
    check("a reason is named where one is known", whys[:2] == ["unexplained"] * 2 and "Sphinx cuts" in whys[2] and
          whys[3] == "unexplained", whys)


def dying_driver():
    """One engine that ends in the middle takes nobody with it."""
    drivers = {name: (Driver(["sh", "-c", script]), ["a", "b"]) for name, script in
               (("dies", "read line; exit 3"), ("lives", "while read line; do echo '2\t-\t1.5'; done"))}
    found = in_turns(drivers, "count", rounds=2, warm=1, patience=60)
    for driver, _ in drivers.values():
        driver.close()
    check("an engine that ends is named, and the others go on", (found["dies"].refused or "").startswith(FAILED) and
          found["lives"].counts == [(2, None)] * 2 and found["lives"].medians() == [1.5] * 2,
          (found["dies"].refused, found["lives"].counts))


def main():
    differences()
    dying_driver()
    scratch = tempfile.mkdtemp(prefix="verbatim-bench-test-")
    try:
        runs(scratch)
    finally:
        shutil.rmtree(scratch)
    print("1..%d" % n_checks)
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())

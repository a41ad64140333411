#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Verbatim and its peers side by side: the same documents, the same queries, the same run. bench/README.md tells all;
bench/run.sh builds what this needs and starts it. Its own options: --no-install, --build BUILD, --out FOLDER."""

import argparse
import itertools
import os
import platform
import shlex
import shutil
import sys
import tempfile
import time

import checks
import classes
import corpus as documents
import engines as peers
import report
import throughput
import upkeep
from measure import FAILED, Failed, in_turns, summary

GROWTH = (1, 2, 4, 8, 16)
MODES = ("count", "matches", "top")
STAGES = ("latency", "throughput", "upkeep", "growth")
# Ripgrep reads everything for every query: it gets a few of each class.
FEW = 5


def say(text):
    print("%s %s" % (time.strftime("%H:%M:%S"), text), file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="the documents: any folder that verbatim-indexer reads")
    parser.add_argument("queries", nargs="*", help="files of phrases: one a line, or CLASS<TAB>PHRASE")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--keep", help="folder that keeps documents and indexes for the next run")
    parser.add_argument("--engines", default=",".join(peers.NAMES), help="some of %(default)s")
    parser.add_argument("--stages", default=",".join(STAGES), help="some of %(default)s; building is always")
    parser.add_argument("--sample", type=int, default=40, metavar="N", help="queries of each class (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="times each is asked (%(default)s)")
    parser.add_argument("--warm", type=int, default=2, metavar="N", help="rounds before those (%(default)s)")
    parser.add_argument("--warm-up", type=float, metavar="S", help="Lucene's time to warm up (%g s)"
                        % peers.Lucene.warm_seconds)
    parser.add_argument("--patience", type=float, default=15, metavar="S",
                        help="an engine that needs longer for one round of a class gets only that one (%(default)s s)")
    parser.add_argument("--threads", default="1,2", help="askers at a time, for throughput (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="for each measure of throughput (%(default)s)")
    parser.add_argument("--repeat", type=int, default=1, help="each document so many times (%(default)s)")
    parser.add_argument("--merge", action="store_true", help="Lucene and FTS5 merge their index into one segment")
    parser.add_argument("--seed", type=int, default=1, help="another draws other queries (%(default)s)")
    args = parser.parse_args()
    for name, known in (("engines", peers.NAMES), ("stages", STAGES)):
        for word in getattr(args, name).split(","):
            if word not in known:
                parser.error("--%s: %s is none of %s" % (name, word, ", ".join(known)))
    for path in args.queries:
        if not os.path.isfile(path):
            parser.error("%s: no such file of queries" % path)
    if not os.path.isdir(args.folder):
        parser.error("%s: no such folder" % args.folder)
    return args


def chosen(engine, queries):
    """The queries that an engine can be asked, with their numbers."""
    asked = [(i, engine.write(query)) for i, query in enumerate(queries)]
    asked = [(i, text) for i, text in asked if text is not None]
    return asked[:FEW] if engine.name == "ripgrep" else asked


def ask(engines, indexes, query_class, mode, args):
    """A class in one mode, engine by engine in turns: engine -> (answers, numbers of its queries)."""
    drivers, numbers = {}, {}
    for engine in engines:
        asked = chosen(engine, query_class.queries)
        if mode in engine.modes and asked:
            numbers[engine.name] = [i for i, _ in asked]
            drivers[engine.name] = (indexes[engine.name], [text for _, text in asked])
    answers = in_turns(drivers, mode, args.rounds, args.warm, args.patience)
    return {name: (answers[name], numbers[name]) for name in answers}


def only_absent(query_class, driver):
    """Drops what is somewhere after all."""
    found = driver.ask("count", [peers.queries.verbatim(query) for query in query_class.queries])
    query_class.queries = [query for query, row in zip(query_class.queries, found) if row[0] == 0]


def latency_rows(query_class, mode, answers, **more):
    for name, (found, numbers) in answers.items():
        row = dict(more, **{"class": query_class.name, "mode": mode, "engine": name, "queries": len(numbers),
                            "refused": found.refused})
        times = found.medians()
        if found.refused is None and times:
            row.update(summary(times), documents=sum(count[0] for count in found.counts))
        yield row


def raw_rows(query_class, mode, answers, texts, **more):
    for name, (found, numbers) in answers.items():
        for i, count, times in zip(numbers, found.counts, found.times):
            for turn, took in enumerate(times):
                yield dict(more, **{"class": query_class.name, "mode": mode, "engine": name, "query": texts[i],
                                    "round": turn, "documents": count[0], "matches": count[1], "microseconds": took})


def opened(engines, indexes, warming):
    """Drivers, those that need it warmed up with queries of a class."""
    drivers = {}
    for engine in engines:
        drivers[engine.name] = engine.driver(indexes[engine.name])
        asked = [text for _, text in chosen(engine, warming.queries)]
        end = time.monotonic() + engine.warm_seconds
        try:
            while engine.warm_seconds and asked and time.monotonic() < end:
                for mode in engine.modes:
                    drivers[engine.name].ask(mode, asked)
        except (Failed, OSError) as failure:
            say("%s: %s" % (engine.name, failure))
    return drivers


def n_compared(answers):
    return sum(len(numbers) for name, (found, numbers) in answers.items()
               if name != "verbatim" and found.refused is None)


def close(engines, drivers):
    for driver in drivers.values():
        driver.close()
    for engine in engines:
        engine.close()


def measure_latency(engines, indexes, all_classes, args, results):
    drivers = opened(engines, indexes, all_classes[0])
    try:
        for query_class in all_classes:
            if query_class.absent:
                only_absent(query_class, drivers["verbatim"])
            if not query_class.queries:
                say("no queries of the class %s in this text" % query_class.name)
                continue
            say("asking: %s, %d queries" % (query_class.name, len(query_class.queries)))
            texts = [peers.queries.verbatim(query) for query in query_class.queries]
            for mode in MODES:
                answers = ask(engines, drivers, query_class, mode, args)
                results["latency"] += latency_rows(query_class, mode, answers)
                results["raw"] += raw_rows(query_class, mode, answers, texts)
                results["differences"] += checks.differences(query_class, mode, answers, texts, documents.PARTS)
                if mode != "top":
                    results["compared"] += n_compared(answers)
    finally:
        close(engines, drivers)


def growing_classes(engines, indexes, corpus, args):
    """Drawn from the first part, so that they are there at every size."""
    driver = engines[0].driver(indexes["verbatim"])
    found = list(classes.growing(classes.Text(corpus.work, [0], args.seed), args.sample,
                                 lambda word: driver.ask("count", ['"%s"' % word])[0][0]))
    driver.close()
    return [query_class for query_class in found if query_class.queries]


def measure_growth(engines, full_indexes, corpus, args, results):
    engines = [engine for engine in engines if engine.name != "ripgrep"]
    growing = growing_classes(engines, full_indexes, corpus, args)
    for n_parts in GROWTH:
        indexes = {}
        for engine in engines:
            indexes[engine.name], kept = documents.built(engine, corpus, n_parts)
            if n_parts < documents.PARTS:
                results["builds"].append(build_row(engine, corpus, n_parts, kept))
        say("growth: %d/%d of the documents" % (n_parts, documents.PARTS))
        drivers = opened(engines, indexes, growing[0])
        try:
            for query_class, mode in itertools.product(growing, ("count", "top")):
                answers = ask(engines, drivers, query_class, mode, args)
                results["growth"] += latency_rows(query_class, mode, answers, parts=n_parts)
                texts = [peers.queries.verbatim(query) for query in query_class.queries]
                results["differences"] += checks.differences(query_class, mode, answers, texts, n_parts)
                if mode == "count":
                    results["compared"] += n_compared(answers)
        finally:
            close(engines, drivers)


def build_row(engine, corpus, n_parts, kept):
    size = corpus.size(n_parts)
    took = kept["took"]
    row = {"engine": engine.name, "parts": n_parts, "documents": size["documents"], "text_bytes": size["bytes"],
           "stores": engine.stores, "index_bytes": sum(kept["parts"].values())}
    if took is not None:
        row.update(seconds=took["seconds"], mb_per_second=size["bytes"] / 1e6 / took["seconds"],
                   cpu_seconds=took["user"] + took["system"], peak_mib=took["peak_kib"] / 1024)
    return row


def build_all(engines, corpus, results):
    """The full indexes; an engine that cannot build is taken out of the list, and the report says so."""
    indexes = {}
    for engine in list(engines):
        say("building %s" % engine.name)
        try:
            indexes[engine.name], kept = documents.built(engine, corpus, documents.PARTS)
        except Failed as failure:
            if engine is engines[0]:
                raise
            say("left out: %s" % failure)
            results["failures"].append("%s: %s" % (engine.name, failure))
            engines.remove(engine)
            continue
        results["builds"].append(build_row(engine, corpus, documents.PARTS, kept))
        results["parts"] += [{"engine": engine.name, "part": part, "bytes": size}
                             for part, size in sorted(kept["parts"].items(), key=lambda item: -item[1])]
    return indexes


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1])
    return {"processor": models[0] if models else platform.machine(), "processors": os.cpu_count(),
            "memory_gib": round(memory / (1 << 20), 1), "kernel": platform.release().split("-")[0],
            "load": round(os.getloadavg()[0], 1)}


def shown_command():
    """As typed, but for the names of folders, which say nothing to others."""
    hidden = {"--keep": "KEEP", "--build": None, "--out": None}
    shown, words = ["bench/run.sh"], iter(sys.argv[1:])
    for word in words:
        if word in hidden:
            next(words)
            if hidden[word]:
                shown += [word, hidden[word]]
        else:
            shown.append(os.path.basename(word.rstrip("/")) if "/" in word else shlex.quote(word))
    return " ".join(shown)


def run(args, work):
    stages = args.stages.split(",")
    if args.warm_up is not None:
        peers.Lucene.warm_seconds = args.warm_up
    engines, missing = peers.present(args.engines.split(","), args.build, args.merge)
    for name, packages in missing.items():
        say("left out: %s, which needs %s" % (name, packages))
    if not engines or engines[0].name != "verbatim":
        raise SystemExit("the engine verbatim is what others are compared with: build it, and name it in --engines")
    say("laying out the documents")
    corpus = documents.Corpus(work, args.build, args.folder, args.repeat)
    results = {name: [] for name in ("builds", "parts", "latency", "raw", "growth", "throughput", "upkeep",
                                    "differences", "failures")}
    results.update(compared=0, machine=machine(), command=shown_command(), missing=missing, repeat=args.repeat,
                   size=corpus.size(documents.PARTS), date=time.strftime("%Y-%m-%d", time.gmtime()),
                   engines={engine.name: engine.version() for engine in engines}, merge=args.merge,
                   rounds=args.rounds, warm=args.warm)
    indexes = build_all(engines, corpus, results)
    text = classes.Text(corpus.work, range(documents.PARTS), args.seed)
    all_classes = list(classes.drawn(text, args.sample))
    for path in args.queries:
        all_classes += classes.from_file(path, args.build, args.sample, args.seed)
    results["classes"] = {query_class.name: query_class.what for query_class in all_classes}
    steps = {
        "latency": lambda: measure_latency(engines, indexes, all_classes, args, results),
        "throughput": lambda: throughput.measure(engines, indexes, all_classes[0], args, results),
        "upkeep": lambda: results["upkeep"].extend(upkeep.measure(engines[0], corpus)),
        "growth": lambda: measure_growth(engines, indexes, corpus, args, results),
    }
    os.makedirs(args.out, exist_ok=True)
    report.write(results, args.out)
    for name in (name for name in STAGES if name in stages):
        say(name)
        try:
            steps[name]()
        except (Failed, OSError, RuntimeError) as failure:
            say("%s: %s" % (name, failure))
            results["failures"].append("%s: %s" % (name, failure))
        # After each: what was measured is not lost with what comes.
        report.write(results, args.out)
    say("done: %s" % os.path.join(args.out, "report.md"))
    return exit_status(results)


def exit_status(results):
    if results["failures"] or any((row["refused"] or "").startswith(FAILED)
                                  for row in results["latency"] + results["growth"]):
        return 2
    return 1 if any(row["why"] == "unexplained" for row in results["differences"]) else 0


def main():
    args = arguments()
    args.build, args.folder = os.path.abspath(args.build), os.path.abspath(args.folder)
    work = os.path.abspath(args.keep) if args.keep else tempfile.mkdtemp(prefix="verbatim-bench-")
    os.makedirs(work, exist_ok=True)
    try:
        return run(args, work)
    except Failed as failure:
        print("bench/run.sh: %s" % failure, file=sys.stderr)
        return 2
    finally:
        if not args.keep:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

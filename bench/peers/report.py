# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured, for people: report.md, tables as CSV, plots."""

import csv
import os
import statistics

import plots
from classes import RARE

COLUMNS = {
    "builds": ("engine", "parts", "documents", "text_bytes", "stores", "index_bytes", "seconds", "mb_per_second",
               "cpu_seconds", "peak_mib"),
    "parts": ("engine", "part", "bytes"),
    "latency": ("class", "mode", "engine", "queries", "documents", "mean", "p50", "p99", "refused"),
    "raw": ("class", "mode", "engine", "query", "round", "documents", "matches", "microseconds"),
    "growth": ("class", "mode", "engine", "parts", "queries", "documents", "mean", "p50", "p99", "refused"),
    "throughput": ("engine", "how", "askers", "per_second"),
    "upkeep": ("what", "value", "relative"),
    "differences": ("class", "mode", "parts", "engine", "query", "what", "verbatim", "theirs", "why"),
}
MODE_TITLES = {"count": "Exact document counts", "matches": "Exact counts of matches",
               "top": "The first ten by rank"}
DIFFERENCES_SHOWN = 40
SLOWER_SHOWN = 15


def write(results, folder):
    for name, columns in COLUMNS.items():
        with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
            rows.writeheader()
            rows.writerows({key: "%.4g" % value if isinstance(value, float) else value for key, value in row.items()}
                           for row in results[name])
    drawn = plots.draw(results, folder)
    sections = (head, building, sizes, latency, slower, growth, throughput, upkeep, counts)
    with open(os.path.join(folder, "report.md"), "w", encoding="utf-8") as file:
        file.write("\n\n".join(part for section in sections for part in section(results)) + "\n")
        for title, name in drawn:
            file.write("\n![%s](%s)\n" % (title, name))


def table(heads, rows):
    """Columns of numbers are aligned to the right."""
    rows = [list(map(str, row)) for row in rows]
    ends = ["--:" if rows and all(row[i][:1].isdigit() or row[i] == "-" for row in rows) else "---"
            for i in range(len(heads))]
    return "\n".join("| %s |" % " | ".join(row) for row in [list(heads), ends] + rows)


def ms(value):
    value /= 1e3
    return "%.0f" % value if value >= 100 else "%.3g" % value


def mb(value):
    return "%.1f" % (value / 1e6)


def times(value):
    return "%.0f" % value if value >= 20 else "%.1f" % value


def head(results):
    machine, size = results["machine"], results["size"]
    yield "# Side by side, %s" % results["date"]
    yield "    %s" % results["command"]
    yield "%d documents, %.1f MB of text, %.1f million words%s." % (
        size["documents"], size["bytes"] / 1e6, size["words"] / 1e6,
        "" if results["repeat"] == 1 else ", each document %d times" % results["repeat"])
    yield "%s, %d processors, %.1f GiB, Linux %s; load at the beginning %.1f." % (
        machine["processor"], machine["processors"], machine["memory_gib"], machine["kernel"], machine["load"])
    yield table(("engine", "version"), results["engines"].items())
    if results["missing"]:
        yield "Left out: " + "; ".join("%s (needs %s)" % item for item in results["missing"].items()) + "."
    yield ("Every engine has the same documents and the same words (lib/token.h). Engines take turns, round after "
           "round, one thread each; %d rounds to warm up, then %d, and of these the median of each query counts. "
           "Ripgrep is asked a few of each class, once; its time holds starting it. Sphinx's holds a round trip to its "
           "daemon. %s" % (results["warm"], results["rounds"], "Lucene's and FTS5's indexes were merged into one "
                           "segment." if results["merge"] else "No index was merged after building."))


def building(results):
    yield "## Building"
    yield "Verbatim and Lucene with two workers; the others have but one."
    full = max(row["parts"] for row in results["builds"])
    seen, rows = set(), []
    for row in results["builds"]:
        if row["parts"] == full and row["engine"] not in seen and "seconds" in row:
            seen.add(row["engine"])
            rows.append((row["engine"], row["stores"], "%.1f" % row["seconds"], "%.2f" % row["mb_per_second"],
                         "%.1f" % row["cpu_seconds"], "%.0f" % row["peak_mib"], mb(row["index_bytes"])))
    yield table(("engine", "stores besides the index", "s", "MB/s", "processor s", "peak MiB", "index MB"), rows)


def sizes(results):
    yield "## Bytes of the index by part"
    by_engine = {}
    for row in results["parts"]:
        by_engine.setdefault(row["engine"], []).append("%s %s" % (row["part"], mb(row["bytes"])))
    yield table(("engine", "MB"), ((engine, ", ".join(parts)) for engine, parts in by_engine.items()))


def latency(results):
    if not results["latency"]:
        return
    yield "## Latency"
    yield table(("class", "queries"), results["classes"].items())
    names = list(results["engines"])
    for mode, title in MODE_TITLES.items():
        cells = {(row["class"], row["engine"]): row for row in results["latency"] if row["mode"] == mode}
        used = [name for name in names if any(key[1] == name for key in cells)]
        yield "### %s: mean / p50 / p99, ms" % title
        yield table(["class", "n"] + used, latency_lines(results, cells, used))
        others = [name for name in used if name != "verbatim"]
        yield "### %s: times Verbatim's, mean / p99" % title
        yield table(["class"] + others, ratio_lines(results, cells, others))


def latency_lines(results, cells, used):
    for name in results["classes"]:
        rows = [cells.get((name, engine)) for engine in used]
        if any(rows):
            yield [name, max(row["queries"] for row in rows if row)] + [
                "%s / %s / %s" % (ms(row["mean"]), ms(row["p50"]), ms(row["p99"])) if row and "mean" in row else "-"
                for row in rows]


def ratio_lines(results, cells, others):
    for name in results["classes"]:
        ours = cells.get((name, "verbatim"))
        rows = [cells.get((name, engine)) for engine in others]
        if ours and "mean" in ours and any(rows):
            yield [name] + ["%s / %s" % (times(row["mean"] / ours["mean"]), times(row["p99"] / ours["p99"]))
                            if row and "mean" in row else "-" for row in rows]


def slower(results):
    """The queries that another engine answers faster, the worst first: where to look."""
    sums = {}
    for row in results["raw"]:
        sums.setdefault((row["class"], row["mode"], row["query"]), {}).setdefault(row["engine"], []).append(
            row["microseconds"])
    rows = []
    for key, engines in sums.items():
        medians = {name: statistics.median(took) for name, took in engines.items()}
        ours = medians.pop("verbatim", None)
        if ours is not None and medians:
            best = min(medians, key=medians.get)
            rows.append((medians[best] - ours, key, ours, best, medians[best]))
    lost = sorted(row for row in rows if row[0] < 0)
    if not rows:
        return
    yield "### Where another engine is faster"
    yield "%d of %d queries; those where it saves most:" % (len(lost), len(rows))
    if lost:
        yield table(("query", "class", "answer", "Verbatim, ms", "the fastest", "ms"),
                    (("`%s`" % key[2].replace("|", "\\|"), key[0], key[1], ms(ours), best, ms(theirs))
                     for _, key, ours, best, theirs in lost[:SLOWER_SHOWN]))


def growth(results):
    if not results["growth"]:
        return
    yield "## Growth"
    yield ("Mean ms a query with 1/16, 1/8, 1/4, 1/2 and all of the documents, and the last over the first. The "
           "queries are drawn from that sixteenth; a rare word is in at most %d documents of all." % RARE)
    keys = {}
    for row in results["growth"]:
        if "mean" in row:
            keys.setdefault((row["class"], row["mode"], row["engine"]), {})[row["parts"]] = row["mean"]
    parts = sorted({part for means in keys.values() for part in means})
    yield table(["class", "answer", "engine"] + ["%dx" % part for part in parts] + ["growth"],
                (list(key) + [ms(means[part]) if part in means else "-" for part in parts] +
                 [times(means[parts[-1]] / means[parts[0]]) if len(means) == len(parts) else "-"]
                 for key, means in sorted(keys.items())))
    rates = {}
    for row in results["builds"]:
        if "seconds" in row:
            rates.setdefault(row["engine"], {})[row["parts"]] = row
    yield "Building, MB/s, and MB of the index at the same sizes:"
    yield table(["engine"] + ["%dx" % part for part in parts],
                ([engine] + ["%.1f, %s" % (rows[part]["mb_per_second"], mb(rows[part]["index_bytes"]))
                             for part in parts]
                 for engine, rows in rates.items() if len(rows) == len(parts)))


def throughput(results):
    if not results["throughput"]:
        return
    yield "## Queries per second"
    yield ("Document counts of random phrases, so many askers at a time, each with a driver of its own (Sphinx: a "
           "connection); and through verbatim-queryd with so many workers, four connections that pipeline, the client "
           "on the same machine.")
    askers = sorted({row["askers"] for row in results["throughput"]})
    rates = {}
    for row in results["throughput"]:
        name = row["engine"] + (" (daemon)" if row["how"] == "daemon" else "")
        rates.setdefault(name, {})[row["askers"]] = row["per_second"]
    yield table(["engine"] + list(map(str, askers)),
                ([name] + ["%.0f" % found[n] for n in askers] for name, found in rates.items()))


def upkeep(results):
    if results["upkeep"]:
        yield "## Upkeep"
        yield table(("Verbatim", "takes", "which is"), (tuple(row.values()) for row in results["upkeep"]))


def counts(results):
    yield "## Counts"
    rows = results["differences"]
    yield "%d counts compared with Verbatim's, %d differ." % (results["compared"], len(rows))
    if rows:
        yield table(("class", "answer", "engine", "query", "what", "Verbatim", "it", "why"),
                    ((row["class"], row["mode"], row["engine"], "`%s`" % row["query"].replace("|", "\\|"), row["what"],
                      row["verbatim"], row["theirs"], row["why"]) for row in rows[:DIFFERENCES_SHOWN]))
    if len(rows) > DIFFERENCES_SHOWN:
        yield "The others are in differences.csv."
    if results["failures"]:
        yield "Failed:"
        yield "\n".join("    " + line for failure in results["failures"] for line in failure.splitlines())
    refused = {(row["engine"], row["class"], row["mode"]): row["refused"] for row in results["latency"]
               if row["refused"]}
    if refused:
        yield "Not answered:"
        yield table(("engine", "class", "answer", "it says"),
                    (list(key) + [why[:120].replace("|", "\\|")] for key, why in refused.items()))

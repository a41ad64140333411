# SPDX-License-Identifier: GPL-2.0-or-later
"""The plots, by gnuplot; none where it is missing."""

import os
import shutil
import subprocess
import tempfile

HEAD = """
set terminal svg size 900,480 font 'sans,13' background rgb 'white'
set output '%s'
set title '%s'
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.85 border -1
set grid y
set key outside right top
set xtics rotate by -30
"""


def draw(results, folder):
    """The plots that were made, as (title, name of file)."""
    if shutil.which("gnuplot") is None:
        return []
    made = []
    for title, name, text in (list(latency(results)) + list(building(results)) + list(growth(results)) +
                              list(distance(results)) + list(throughput(results))):
        script = HEAD % (os.path.join(folder, name).replace("'", "''"), title) + text
        with tempfile.NamedTemporaryFile("w", suffix=".gnuplot", encoding="utf-8") as file:
            file.write(script)
            file.flush()
            subprocess.run(["gnuplot", file.name], check=True)
        made.append((title, name))
    return made


def block(heads, rows):
    """A data block: the first column is the label; a missing value is a question mark."""
    lines = [" ".join('"%s"' % head.replace('"', "'") for head in heads)]
    for row in rows:
        lines.append(" ".join(['"%s"' % str(row[0]).replace('"', "'")] +
                              ["%.6g" % value if value is not None else "?" for value in row[1:]]))
    return "set datafile missing '?'\n$data << EOD\n%s\nEOD\n" % "\n".join(lines)


def bars(heads, rows):
    return block(heads, rows) + "plot for [i=2:%d] $data using i:xtic(1) title columnheader(i)\n" % len(heads)


def lines_plot(heads, rows, labels):
    return (block(heads, rows) + "set style data linespoints\nset logscale x 2\nset xtics norotate\n" + labels +
            "plot for [i=2:%d] $data using (real(strcol(1))):i title columnheader(i) lw 2\n" % len(heads))


def latency(results):
    for mode, title in (("count", "exact document counts"), ("top", "the first ten by rank")):
        cells = {(row["class"], row["engine"]): row["mean"] / 1e3 for row in results["latency"]
                 if row["mode"] == mode and "mean" in row}
        engines = [name for name in results["engines"] if any(key[1] == name for key in cells)]
        rows = [[name] + [cells.get((name, engine)) for engine in engines] for name in results["classes"]
                if (name, "verbatim") in cells]
        if rows:
            yield ("Mean ms a query: %s" % title, "latency-%s.svg" % mode,
                   "set logscale y\nset ylabel 'ms'\n" + bars(["class"] + engines, rows))


def building(results):
    full = max(row["parts"] for row in results["builds"])
    rows = {row["engine"]: row["mb_per_second"] for row in results["builds"]
            if row["parts"] == full and "seconds" in row}
    yield ("Building, MB of text a second", "build.svg", "unset key\nset yrange [0:*]\nset ylabel 'MB/s'\n" +
           bars(["engine", "MB/s"], list(map(list, rows.items()))))
    engines = list(dict.fromkeys(row["engine"] for row in results["parts"]))
    if engines:
        # Stacked by rank of size: the parts of different engines have nothing to do with each other.
        sizes = {name: sorted((row["bytes"] / 1e6 for row in results["parts"] if row["engine"] == name), reverse=True)
                 for name in engines}
        deepest = max(map(len, sizes.values()))
        rows = [[name] + [sizes[name][i] if i < len(sizes[name]) else 0.0 for i in range(deepest)] for name in engines]
        yield ("Bytes of the index, part upon part, the largest below", "parts.svg",
               "unset key\nset style histogram rowstacked\nset boxwidth 0.6\nset yrange [0:*]\nset ylabel 'MB'\n" +
               bars(["engine"] + ["part %d" % i for i in range(deepest)], rows))


def growth(results):
    wanted = dict.fromkeys((row["class"], row["mode"]) for row in results["growth"] if row["mode"] == "count")
    for name, mode in wanted:
        cells = {(row["parts"], row["engine"]): row["mean"] / 1e3 for row in results["growth"]
                 if row["class"] == name and row["mode"] == mode and "mean" in row}
        engines = list(dict.fromkeys(key[1] for key in cells))
        rows = [[part] + [cells.get((part, engine)) for engine in engines] for part in sorted({k[0] for k in cells})]
        if rows:
            yield ("Growth: %s, mean ms with 1 to 16 times the documents" % name,
                   "growth-%s.svg" % name.replace(" ", "-").lower(),
                   lines_plot(["documents"] + engines, rows,
                              "set logscale y\nset xlabel 'times the documents'\nset ylabel 'ms'\n"))


def distance(results):
    """Latency by k, of the class near."""
    cells = {}
    for row in results["raw"]:
        if row["class"] == "near" and row["mode"] == "count" and row["engine"] != "ripgrep":
            k = int(row["query"].split("NEAR/")[1].split()[0])
            cells.setdefault((k, row["engine"]), []).append(row["microseconds"] / 1e3)
    if cells:
        engines = list(dict.fromkeys(key[1] for key in cells))
        rows = [[k] + [sum(cells[k, e]) / len(cells[k, e]) if (k, e) in cells else None for e in engines]
                for k in sorted({key[0] for key in cells})]
        yield ("Two words near each other, mean ms by distance", "near-by-distance.svg",
               lines_plot(["k"] + engines, rows, "set logscale y\nset xlabel 'k'\nset ylabel 'ms'\n"))


def throughput(results):
    askers = sorted({row["askers"] for row in results["throughput"]})
    rates = {}
    for row in results["throughput"]:
        name = row["engine"] + (" (daemon)" if row["how"] == "daemon" else "")
        rates.setdefault(name, {})[row["askers"]] = row["per_second"]
    if rates:
        rows = [[name] + [found.get(n) for n in askers] for name, found in rates.items()]
        yield ("Queries per second: random phrases, document counts", "throughput.svg",
               "set logscale y\nset ylabel 'queries per second'\n" +
               bars(["engine"] + ["%d at a time" % n for n in askers], rows))

#!/usr/bin/env python3
"""load.py - many clients, slow ones, rude ones: what the daemon bounds and what it does at the bounds; prints TAP.

    load.py --indexer BIN --queryd BIN

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from daemon import SLOW_QUERY, TIMEOUT, Failure, Reader, Tap, check, equal, parse_programs, rows_of, run_all, wait_for

SLOW = f"count {SLOW_QUERY}\n".encode()


def rss(daemon):
    """Bytes; 0 where a sanitizer's own memory would be counted."""
    with open(f"/proc/{daemon.process.pid}/maps", encoding="utf-8", errors="replace") as file:
        if any(name in file.read() for name in ("libasan", "libtsan")):
            return 0
    with open(f"/proc/{daemon.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def running(daemon, number):
    return daemon.stats()["running"] == str(number)


def reset(sock):
    """Closes so that the other end gets a reset instead of an end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


# ---- one connection ----

def pipelined_in_order(bench):
    n = 20000
    with bench.daemon() as daemon, daemon.connect() as sock:
        requests = "".join(f"@{i} {'count fish' if i % 100 == 0 else 'ping'}\n" for i in range(n)).encode()
        thread = threading.Thread(target=sock.sendall, args=(requests,))
        thread.start()
        reader = Reader(sock)
        for i in range(n):
            check(reader.line().startswith(b"@%d OK 0" % i), i)
        thread.join()


def cancel_stops_what_runs(bench):
    with bench.daemon("--query-timeout", "0", "--workers", "1") as daemon, daemon.connect() as sock:
        sock.sendall(b"@1 " + SLOW + b"@2 count fish\n@3 set limit 5\n")
        wait_for(lambda: running(daemon, 1), "the query runs")
        begin = time.monotonic()
        sock.sendall(b"@4 cancel\n@5 search one\n")
        reader = Reader(sock)
        got = [reader.line() for _ in range(4)]
        check(got[0].startswith(b"@1 ERR 499 cancelled "), got)
        check(got[1].startswith(b"@2 ERR 499 cancelled "), got)
        equal(got[2:], [b"@3 OK 0", b"@4 OK 0"])
        check(reader.reply()[0].startswith(b"@5 OK 1 "))
        check(time.monotonic() - begin < 5, time.monotonic() - begin)


def cancel_is_seen_behind_many_lines(bench):
    """At least --max-line bytes are read ahead."""
    with bench.daemon("--query-timeout", "0", "--workers", "1", "--max-line", "1000") as daemon:
        with daemon.connect() as sock:
            sock.sendall(SLOW)
            wait_for(lambda: running(daemon, 1), "the query runs")
            sock.sendall(b"\n" * 993 + b"cancel\n")
            reader = Reader(sock)
            for _ in range(994):
                check(reader.line().startswith(b"ERR 499 "))
            equal(reader.line(), b"OK 0")


def cancel_takes_it_out_of_the_queue(bench):
    with bench.daemon("--query-timeout", "0", "--workers", "1") as daemon:
        with daemon.connect() as first, daemon.connect() as second:
            first.sendall(SLOW)
            wait_for(lambda: running(daemon, 1), "the query runs")
            second.sendall(b"count fish\n")
            wait_for(lambda: daemon.stats()["queued"] == "1", "the other waits")
            second.sendall(b"cancel\n")
            reader = Reader(second)
            check(reader.line().startswith(b"ERR 499 "))
            equal(reader.line(), b"OK 0")
            equal(daemon.stats()["queued"], "0")


def half_closed_still_answered(bench):
    with bench.daemon("--query-timeout", "300", tcp=True) as daemon:
        for connect in (daemon.connect, daemon.connect_tcp):
            with connect() as sock:
                sock.sendall(SLOW + b"count fish\nping")
                sock.shutdown(socket.SHUT_WR)
                lines = Reader(sock).rest()
                equal(len(lines), 3)
                check(b"complete=timeout" in lines[0] or b"504 timeout" in lines[0], lines)
                check(lines[1].startswith(b"OK 0 docs=1 "), lines)


def timeout_says_so(bench):
    with bench.daemon("--query-timeout", "200") as daemon:
        line = daemon.ask(SLOW.decode().strip())[0][0]
        if line.startswith(b"ERR"):
            check(line.startswith(b"ERR 504 timeout "), line)
        else:
            words = line.split()
            check(words[2].endswith(b"+") and words[3].endswith(b"+") and words[4] == b"complete=timeout", line)


def disconnect_stops_what_runs(bench):
    with bench.daemon("--query-timeout", "0", "--workers", "2", tcp=True) as daemon:
        unix, tcp = daemon.connect(), daemon.connect_tcp()
        for sock in (unix, tcp):
            sock.sendall(SLOW * 3)
        wait_for(lambda: running(daemon, 2), "both run")
        begin = time.monotonic()
        unix.close()
        reset(tcp)
        wait_for(lambda: running(daemon, 0), "both stop")
        check(time.monotonic() - begin < 5, time.monotonic() - begin)
        wait_for(lambda: daemon.stats()["clients"] == "1", "they are forgotten")


def half_closed_then_gone(bench):
    with bench.daemon("--query-timeout", "0") as daemon:
        sock = daemon.connect()
        sock.sendall(SLOW)
        sock.shutdown(socket.SHUT_WR)
        wait_for(lambda: running(daemon, 1), "it runs")
        sock.close()
        wait_for(lambda: running(daemon, 0), "it stops")


def gone_while_not_read_from(bench):
    """The daemon has stopped reading, since enough lines wait; it still notices."""
    with bench.daemon("--query-timeout", "0", "--max-line", "1000") as daemon:
        sock = daemon.connect()
        sock.setblocking(False)
        sock.sendall(SLOW)
        wait_for(lambda: running(daemon, 1), "it runs")
        try:
            while True:
                sock.send(b"ping\n" * 1000)
        except BlockingIOError:
            pass
        sock.close()
        wait_for(lambda: running(daemon, 0), "it stops")


# ---- bounds ----

def endless_line(bench):
    with bench.daemon() as daemon, daemon.connect() as sock:
        sock.sendall(b"count x\n")
        reader = Reader(sock)
        reader.line()
        before = rss(daemon)
        for _ in range(1000):
            sock.sendall(b"x" * 100000)
        sock.sendall(b"\nping\n")
        check(reader.line().startswith(b"ERR 413 line-too-long "))
        equal(reader.line(), b"OK 0")
        check(rss(daemon) - before < 4 << 20, "memory grew by", rss(daemon) - before)


def endless_requests_behind_a_slow_one(bench):
    with bench.daemon("--query-timeout", "0") as daemon, daemon.connect() as sock:
        sock.sendall(SLOW)
        wait_for(lambda: running(daemon, 1), "it runs")
        sock.settimeout(0.5)
        sent = 0
        try:
            while sent < 64 << 20:
                sent += sock.send(b"\n" * 100000)
        except TimeoutError:
            pass
        check(sent < 2 << 20, "it read", sent, "bytes ahead")


def a_client_that_does_not_read(bench):
    """Its requests wait once a bound of output is reached; it gets everything when it reads at last."""
    n = 3000
    request = b"set limit 1000\n" + b"text slow0.txt 1-200\n" * n
    with bench.daemon() as daemon, daemon.connect() as sock:
        thread = threading.Thread(target=sock.sendall, args=(request,))
        thread.start()
        wait_for(lambda: "text.ok" in daemon.stats(), "it has begun")
        done = -1
        while done != int(daemon.stats()["text.ok"]):
            done = int(daemon.stats()["text.ok"])
            time.sleep(0.3)
        check(done < 1000, "it ran", done, "requests that nobody read")
        check(rss(daemon) < 64 << 20, "memory", rss(daemon))
        equal(daemon.ask("ping"), [[b"OK 0"]])
        reader = Reader(sock)
        equal(reader.line(), b"OK 0")
        for _ in range(n):
            equal(len(reader.reply()), 201)
        thread.join()


def too_many_clients(bench):
    with bench.daemon("--max-clients", "3") as daemon:
        clients = [daemon.connect() for _ in range(3)]
        for client in clients:
            client.sendall(b"ping\n")
            equal(Reader(client).line(), b"OK 0")
        with daemon.connect() as other:
            other.sendall(b"ping\n")
            lines = Reader(other).rest()
            equal(len(lines), 1)
            check(lines[0].startswith(b"ERR 503 busy "), lines)
        clients[0].close()
        for client in clients[1:]:
            client.sendall(b"ping\n")
            equal(Reader(client).line(), b"OK 0")

        def again():
            return daemon.ask("ping") == [[b"OK 0"]]
        wait_for(again, "there is room again")
        for client in clients[1:]:
            client.close()


def a_full_queue(bench):
    with bench.daemon("--workers", "1", "--queue", "1", "--query-timeout", "0") as daemon:
        with daemon.connect() as first, daemon.connect() as second, daemon.connect() as third:
            first.sendall(SLOW)
            wait_for(lambda: running(daemon, 1), "the query runs")
            second.sendall(b"count fish\n")
            wait_for(lambda: daemon.stats()["queued"] == "1", "another waits")
            third.sendall(b"@a count fish\n@b ping\n@c search one\n")
            reader = Reader(third)
            check(reader.line().startswith(b"@a ERR 503 busy "))
            equal(reader.line(), b"@b OK 0")
            check(reader.line().startswith(b"@c ERR 503 busy "))
            equal(daemon.stats()["bound.queue"], "2")
            first.sendall(b"cancel\n")
            check(Reader(second).line().startswith(b"OK 0 docs=1 "))


def idle_clients_are_closed(bench):
    with bench.daemon("--idle-timeout", "1", "--query-timeout", "4000") as daemon:
        with daemon.connect() as idle, daemon.connect() as busy:
            busy.sendall(SLOW)
            equal(Reader(idle).rest(), [])
            check(Reader(busy).line() is not None)


def no_descriptors_left(bench):
    """Beyond the limit connections wait; when others end they are served."""
    wrapper = os.path.join(bench.folder, "few")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nulimit -n 60\nexec "{bench.queryd}" "$@"\n')
    os.chmod(wrapper, 0o755)
    real, bench.queryd = bench.queryd, wrapper
    try:
        with bench.daemon("--workers", "1") as daemon:  # each worker has descriptors of its own
            clients = [daemon.connect() for _ in range(100)]
            wait_for(lambda: "cannot accept" in daemon.logged(), "it says so")
            for client in clients[:90]:
                client.close()
            clients[95].sendall(b"ping\n")
            equal(Reader(clients[95]).line(), b"OK 0")
            for client in clients[90:]:
                client.close()
    finally:
        bench.queryd = real


def too_many_clients_of_one_address(bench):
    """TCP clients are counted by their address; those on the Unix socket are nobody's."""
    with bench.daemon("--max-clients-per-address", "2", tcp=True) as daemon:
        clients = [daemon.connect_tcp() for _ in range(2)]
        for client in clients:
            client.sendall(b"ping\n")
            equal(Reader(client).line(), b"OK 0")
        with daemon.connect_tcp() as other:
            lines = Reader(other).rest()
            equal(len(lines), 1)
            check(lines[0].startswith(b"ERR 503 busy 2 clients are connected from this address"), lines)
        for _ in range(3):
            equal(daemon.ask("ping"), [[b"OK 0"]])
        equal(daemon.stats()["bound.clients-per-address"], "1")
        clients[0].close()

        def again():
            with daemon.connect_tcp() as client:
                client.sendall(b"ping\n")
                return Reader(client).line() == b"OK 0"
        wait_for(again, "there is room again")
        clients[1].close()


def many_clients_that_do_not_read(bench):
    """What all of them together leave is bounded, too: the largest is closed, a reader is not."""
    with bench.daemon("--max-unread-total", "8000000") as daemon:
        before = rss(daemon)
        slow = [daemon.connect() for _ in range(20)]
        for sock in slow:
            sock.sendall(b"text slow0.txt 1-8000\n" * 100)
        wait_for(lambda: int(daemon.stats()["bound.unread-total"]) > 10, "they are closed")
        with daemon.connect() as sock:
            reader = Reader(sock)
            for _ in range(100):  # one after the other: what waits for it is less than what waits for the others
                sock.sendall(b"text slow0.txt\n")
                equal(len(reader.reply()), 8001)
        check(rss(daemon) - before < 64 << 20, "memory grew by", rss(daemon) - before)
        check("the largest is closed" in daemon.logged(), daemon.logged())
        wait_for(lambda: int(daemon.stats()["unread"]) <= 8000000, "it is in bounds")
        for sock in slow:
            sock.close()


def each_bound_is_counted(bench):
    with bench.daemon("--max-line", "1000", "--max-rows", "10", "--query-timeout", "100", "--max-unread", "1000",
                      "--max-pending", "100") as daemon:
        def count(name):
            return int(daemon.stats()[f"bound.{name}"])

        daemon.ask("x" * 2000)
        daemon.ask("set limit 11")
        daemon.ask("count " + "(" * 40 + "a" + ")" * 40)
        daemon.ask("count a NEAR/2000 b")
        daemon.ask(SLOW.decode().strip())
        equal([count(n) for n in ("line", "rows", "query", "query-time")], [1, 1, 2, 1])
        with daemon.connect() as sock:
            sock.sendall(SLOW + b"ping\n" * 1000)
            wait_for(lambda: count("pending") == 1, "enough is read ahead")
        with daemon.connect() as sock:
            sock.sendall(b"help\n" * 1000)
            wait_for(lambda: count("unread") > 0, "it waits")


def a_pattern_too_broad_is_counted(bench):
    bench.write("many.txt", " ".join(f"zz{i:x}" for i in range(2000)))
    bench.update()
    with bench.daemon() as daemon:
        check(daemon.ask("count zz*")[0][0].startswith(b"ERR 422 "))
        equal(daemon.stats()["bound.expansion"], "1")


def idle_time_is_counted(bench):
    with bench.daemon("--idle-timeout", "1") as daemon, daemon.connect() as idle:
        equal(Reader(idle).rest(), [])
        equal(daemon.stats()["bound.idle-time"], "1")


def cancel_acts_anywhere(bench):
    """Not only in searching: also while rows are made, texts are cut into lines, words are gathered."""
    bench.write("long.txt", "the same line again and again and again\n" * 500000)
    bench.write("vocabulary.txt", " ".join(f"v{i:x}" for i in range(400000)))
    bench.update()
    requests = ["search a", 'search "a b"', "search a NEAR/3 b", "text long.txt", "words v", "count *7*",
                "count vvvvv~2", "explain a NEAR/100 b", "docs a OR b", 'search "again and"']
    with bench.daemon("--query-timeout", "0", "--workers", "1") as daemon:
        for request in requests:
            with daemon.connect() as sock:
                sock.sendall(f"set limit 100000\n{request}\n".encode())
                time.sleep(0.03)
                reader = Reader(sock)
                equal(reader.line(), b"OK 0")
                begin = time.monotonic()
                sock.sendall(b"cancel\n")
                status = reader.line()
                waited = time.monotonic() - begin
                check(waited < 2, request, "was cancelled after", waited)
                if status.startswith(b"OK "):
                    for _ in range(rows_of(status)):
                        reader.line()
                else:
                    check(status.startswith((b"ERR 499 ", b"ERR 422 ")), status)
                equal(reader.line(), b"OK 0")
    for name in ("long.txt", "vocabulary.txt", "many.txt"):
        os.remove(os.path.join(bench.documents, name))
    bench.update()


# ---- what it tells ----

def a_long_traced_text(bench):
    """Of words that stand everywhere in a large document: stopped by `cancel` and by the clock, and refused."""
    words = random.Random(2)
    text = " ".join(words.choices("abcdefgh", k=20000)).encode()
    request = b"@t trace-bytes %d\n%s" % (len(text), text)
    with bench.daemon("--query-timeout", "0", "--workers", "1") as daemon:
        with daemon.connect() as sock:
            sock.sendall(request + b"\n@c cancel\n")
            check(Reader(sock).reply()[0].startswith(b"@t ERR 499 "))
        with daemon.connect() as sock:
            sock.sendall(request)
            reply = Reader(sock).reply()
            check(reply[0].startswith(b"@t ERR 422 too-broad "), reply)
        equal(daemon.stats()["bound.expansion"], "1")
    with bench.daemon("--query-timeout", "1", "--workers", "1") as daemon, daemon.connect() as sock:
        sock.sendall(request)
        reply = Reader(sock).reply()
        check(reply[0].startswith((b"@t ERR 504 ", b"@t OK ")), reply)


def latencies(bench):
    with bench.daemon() as daemon:
        for _ in range(20):
            daemon.ask("count fish")
        stats = daemon.stats()
        times = [float(stats[f"count.ms.{name}"]) for name in ("p50", "p90", "p99", "p99.9", "max")]
        equal(times, sorted(times))
        check(0 < times[0] and times[-1] < TIMEOUT * 1000, times)
        check("ping.ms.p50" not in stats)
        check(int(stats["checked"]) >= 0 and int(stats["rss"]) > 0, stats)


def a_slow_request_is_told(bench):
    with bench.daemon("--slow-query", "50", "--query-timeout", "300") as daemon:
        daemon.ask("count fish", SLOW.decode().strip(), 'count "never')
        # On a machine that has other things to do the others may be slow, too; mostly they are not.
        (line,) = [line for line in daemon.logged().splitlines() if "slow request" in line and " NEAR/" in line]
        for part in ("level=warn", 'msg="slow request"', "command=count", "ms=", "ms_waited=",
                     f'argument="{SLOW.decode()[6:].strip()}"'):
            check(part in line, line)


def the_log_is_logfmt(bench):
    with bench.daemon("--log", "debug") as daemon:
        daemon.ask('count "a b"', "frob", "@x ping")
        wait_for(lambda: "command=ping" in daemon.logged(), "it is told")
        for line in daemon.logged().splitlines():
            check(re.fullmatch(r'time=\S+Z level=\w+ msg=("(\\.|[^"\\])*"|\S+)( [a-z_]+=("(\\.|[^"\\])*"|\S*))*', line), line)


def figures_for_prometheus(bench):
    with bench.daemon("--metrics", "0") as daemon:
        url = re.search(r"http://127\.0\.0\.1:\d+/metrics", daemon.logged()).group()
        daemon.ask("count fish", "frob")
        text = urllib.request.urlopen(url, timeout=TIMEOUT).read().decode()
        for line in text.splitlines():
            check(re.fullmatch(r'# (HELP|TYPE) verbatim_\w+ .+|verbatim_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+.e\d]+',
                               line), line)
        for line in ('verbatim_requests_total{command="count",outcome="ok"} 1',
                     'verbatim_requests_total{command="unknown",outcome="bad-request"} 1',
                     'verbatim_request_duration_seconds_count{command="count"} 1',
                     'verbatim_request_duration_seconds_bucket{command="count",le="+Inf"} 1'):
            check(line in text.splitlines(), line, text)
        try:
            urllib.request.urlopen(url[:-len("/metrics")] + "/other", timeout=TIMEOUT)
            raise Failure("it answered")
        except urllib.error.HTTPError as error:
            equal(error.code, 404)
        equal(daemon.ask("ping"), [[b"OK 0"]])


# ---- many connections ----

def fair_between_connections(bench):
    """A connection with a long queue of its own does not keep others waiting."""
    with bench.daemon("--workers", "1", "--query-timeout", "1000") as daemon:
        with daemon.connect() as greedy:
            greedy.sendall(SLOW * 100)
            wait_for(lambda: running(daemon, 1), "it runs")
            for _ in range(3):
                begin = time.monotonic()
                check(daemon.ask("count fish")[0][0].startswith(b"OK 0 docs=1 "))
                check(time.monotonic() - begin < 20, time.monotonic() - begin)


def two_hundred_clients(bench):
    wrong = []

    def client(daemon, number):
        try:
            with (daemon.connect() if number % 2 else daemon.connect_tcp()) as sock:
                reader = Reader(sock)
                for i in range(20):
                    sock.sendall(f"@{number}.{i} count fish\n@x search one\n".encode())
                    line = reader.line()
                    if not line.startswith(f"@{number}.{i} OK 0 docs=1 matches=1 complete=yes".encode()):
                        wrong.append(line)
                    if reader.reply()[1:] != [b"a.txt:1:1:one fish"]:
                        wrong.append("search")
        except OSError as error:
            wrong.append(error)

    with bench.daemon("--workers", "4", tcp=True) as daemon:
        threads = [threading.Thread(target=client, args=(daemon, i)) for i in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(wrong, [])
        equal(daemon.stats()["search.ok"], "4000")


def rude_clients(bench):
    """Connections that vanish in the middle of everything, and generations that change, disturb nobody."""
    stop = threading.Event()

    def rude(daemon, number):
        for _ in range(100):
            if stop.is_set():
                return
            sock = daemon.connect() if number % 2 else daemon.connect_tcp()
            try:
                sock.sendall(b"search a\n" * (number + 1) + SLOW + b"cancel\ntext slow1.txt\nrelo")
                sock.recv(number * 100 + 1)
                if number % 3 == 0:
                    reset(sock)
            except OSError:
                pass
            finally:
                sock.close()

    with bench.daemon("--workers", "4", tcp=True) as daemon:
        threads = [threading.Thread(target=rude, args=(daemon, i)) for i in range(8)]
        for thread in threads:
            thread.start()
        try:
            for i in range(4):
                bench.write("b.txt", f"change {i}\n")
                bench.update()
                reply = daemon.ask("reload")[0][0]
                check(reply.startswith(b"OK 0 "), reply)
                reply = daemon.ask(f'search "change {i}"')[0]
                equal(rows_of(reply[0]), 1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        wait_for(lambda: running(daemon, 0), "nothing runs for nobody")


def real_netcat(bench):
    netcat = os.environ.get("NC") or shutil.which("nc.openbsd") or shutil.which("nc")
    if netcat in (None, "no"):
        return
    with bench.daemon(tcp=True) as daemon:
        host, port = daemon.addresses[1].rsplit(":", 1)
        for where in (["-U", daemon.path], [host, port]):
            done = subprocess.run([netcat, "-N", *where], input=b"search one\ncount fish", stdout=subprocess.PIPE,
                                  timeout=TIMEOUT, check=True)
            lines = done.stdout.split(b"\n")
            equal(lines[1], b"a.txt:1:1:one fish")
            check(lines[2].startswith(b"OK 0 docs=1 matches=1 complete=yes "), lines)


TESTS = [pipelined_in_order, cancel_stops_what_runs, cancel_is_seen_behind_many_lines,
         cancel_takes_it_out_of_the_queue, half_closed_still_answered, timeout_says_so, disconnect_stops_what_runs,
         half_closed_then_gone, gone_while_not_read_from, endless_line, endless_requests_behind_a_slow_one,
         a_client_that_does_not_read, too_many_clients, a_full_queue, idle_clients_are_closed, no_descriptors_left,
         too_many_clients_of_one_address, many_clients_that_do_not_read, each_bound_is_counted,
         a_pattern_too_broad_is_counted, idle_time_is_counted, cancel_acts_anywhere, latencies, a_slow_request_is_told,
         the_log_is_logfmt, figures_for_prometheus, a_long_traced_text,
         fair_between_connections, two_hundred_clients, real_netcat, rude_clients]


def main():
    programs = parse_programs("tests what the daemon bounds")
    tap = Tap()
    run_all(tap, programs, TESTS, slow=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())

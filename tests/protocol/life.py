#!/usr/bin/env python3
"""life.py - how the daemon begins, notices new generations, and ends; prints TAP.

    life.py --indexer BIN --queryd BIN

SPDX-License-Identifier: GPL-2.0-or-later
"""

import glob
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

from daemon import (SLOW_QUERY, TIMEOUT, Daemon, Reader, Tap, check, equal, make_index, parse_programs, run_all,
                    wait_for)


# ---- beginning ----

def ready_line(bench):
    with bench.daemon(tcp=True) as daemon:
        equal(daemon.addresses[0], f"unix:{daemon.path}")
        check(daemon.addresses[1].startswith("127.0.0.1:") and not daemon.addresses[1].endswith(":0"))
        with daemon.connect_tcp() as sock:
            sock.sendall(b"ping\n")
            equal(Reader(sock).line(), b"OK 0")


def socket_file(bench):
    with bench.daemon() as daemon:
        mode = os.stat(daemon.path).st_mode
        check(stat.S_ISSOCK(mode))
        equal(oct(stat.S_IMODE(mode)), oct(0o600))
    check(not os.path.exists(daemon.path), "the socket's file is still there")


def a_live_socket(bench):
    with bench.daemon() as daemon:
        equal(bench.fails("--index", bench.index, "--listen", f"unix:{daemon.path}"), 75)
        equal(daemon.ask("ping"), [[b"OK 0"]])


def a_stale_socket(bench):
    daemon = bench.daemon()
    equal(daemon.stop(signal.SIGKILL), -signal.SIGKILL)
    check(os.path.exists(daemon.path))
    with bench.daemon() as daemon:
        equal(daemon.ask("ping"), [[b"OK 0"]])


def a_replaced_socket_stays(bench):
    with bench.daemon() as daemon:
        os.unlink(daemon.path)
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(daemon.path)
            equal(daemon.stop(), 0)
            check(os.path.exists(daemon.path), "it removed a socket that was not its own")
    os.unlink(daemon.path)


def cannot_listen(bench):
    path = os.path.join(bench.folder, "file")
    with open(path, "w", encoding="utf-8"):
        pass
    equal(bench.fails("--index", bench.index, "--listen", f"unix:{path}"), 73)
    check(os.path.exists(path))
    equal(bench.fails("--index", bench.index, "--listen", f"unix:{bench.folder}/no/such/folder"), 73)
    equal(bench.fails("--index", bench.index, "--listen", "192.0.2.1:0"), 73)


def a_taken_port(bench):
    with bench.daemon(tcp=True) as daemon:
        equal(bench.fails("--index", bench.index, "--listen", daemon.addresses[1]), 75)


def all_addresses(bench):
    """A star is what it is elsewhere: every address of the machine, of both families."""
    process = subprocess.Popen([bench.queryd, "--index", bench.index, "--listen", "*:0"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    with process:
        address = process.stdout.readline().decode().split()[1]
        check(address.startswith(("0.0.0.0:", "[::]:")), address)
        process.terminate()


def sandboxed(bench):
    """Said in the log; the index is read, its new generations too, the socket is removed at the end."""
    with bench.daemon() as daemon:
        check("msg=sandbox landlock=" in daemon.logged(), daemon.logged())
        bench.write("s.txt", "a fish in a box\n")
        bench.update()
        check(daemon.ask("reload")[0][0].startswith(b"OK 0 "))
        equal(daemon.ask('search "in a box"')[0][1:], [b"s.txt:1:8:a fish in a box"])
    check(not os.path.exists(daemon.path), "the socket's file is still there")
    with bench.daemon("--no-sandbox") as daemon:
        check("msg=sandbox landlock=off seccomp=off" in daemon.logged(), daemon.logged())
    os.remove(os.path.join(bench.documents, "s.txt"))
    bench.update()


def noticed_at_once(bench):
    """Without waiting for the next look."""
    with bench.daemon() as daemon:
        best = 60.0  # of three: on a machine that has other things to do, one may come late
        for i in range(3):
            before = generation(daemon)
            bench.write("n.txt", f"fish number {i}\n")
            bench.update()
            begin = time.monotonic()
            wait_for(lambda b=before: generation(daemon) > b, "a new generation")
            best = min(best, time.monotonic() - begin)
        check(best < 1, "it took", best)
        equal(daemon.stats()["generations"], "3")
    os.remove(os.path.join(bench.documents, "n.txt"))
    bench.update()


def damaged_lists_never_answer(bench):
    """Xapian's part is verified before the first answer."""
    copy = f"{bench.folder}/lists"
    shutil.copytree(bench.index, copy)
    for terms in glob.glob(f"{copy}/seg-*/terms"):
        with open(terms, "r+b") as file:
            file.seek(os.path.getsize(terms) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
    equal(bench.fails("--index", copy, "--listen", f"unix:{bench.folder}/none"), 65)


def protocol_page():
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "doc", "protocol.md")
    with open(page, encoding="utf-8") as file:
        return file.read()


def page_tells_commands(bench):
    """The table of commands in doc/protocol.md, and its headings, are those of `help`; so are the settings."""
    page = protocol_page()
    table = re.search(r"^## Commands\n\n((?: {4}.+\n)+)", page, re.M).group(1)
    told = [usage for line in table.splitlines() for usage in re.split(r" {2,}", line.strip())]
    headings = [usage for line in re.findall(r"^### (.+)$", page.split("## Commands")[1], re.M)
                for usage in line.split(", ")]
    settings = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \|", page.split("### set NAME VALUE")[1], re.M)
    with bench.daemon() as daemon:
        commands, of_set = (reply[1:] for reply in daemon.ask("help", "help set"))
        known = sorted(row.decode().split("\t")[0] for row in commands)
        equal(sorted(told), known)
        equal(sorted(headings), known)
        equal([f"set {name}" for name, _, _ in settings], [row.decode().split("\t")[0] for row in of_set[1:]])
        for (name, values, first), row in zip(settings, of_set[1:]):
            told = values.replace("`", "").replace("--max-rows", "100000")
            first = {"none": "-"}.get(first, first.strip("`"))
            check(row.decode().endswith(f"({told}; at first {first})"), name, told, first, row)


def manual_tells_bounds(bench):
    """Each count of a bound stands in the table of doc/protocol.md, and no other does."""
    told = set(re.findall(r"\| `(bound\.[a-z-]+)` \|", protocol_page()))
    with bench.daemon() as daemon:
        equal(told, {name for name in daemon.stats() if name.startswith("bound.")})


def usage(bench):
    for words in ([], ["--index"], ["--index", bench.index, "--listen", "here"], ["--index", bench.index, "more"],
                  ["--index", bench.index, "--workers", "0"], ["--index", bench.index, "--max-line", "9"],
                  ["--index", bench.index, "--frob"], ["--index", bench.index, "--listen", ":7000"],
                  ["--index", bench.index, "--log", "loud"], ["--index", bench.index, "--queue", "-1"],
                  ["--index", bench.index, "--max-rows", "10x"]):
        equal(bench.fails(*words), 64)


def help_names_every_option(bench):
    text = subprocess.run([bench.queryd, "--help"], stdout=subprocess.PIPE, check=True).stdout
    for option in (b"--index", b"--listen", b"--workers", b"--max-clients", b"--queue", b"--query-timeout",
                   b"--idle-timeout", b"--max-line", b"--max-rows", b"--log", b"--version",
                   b"--max-clients-per-address", b"--max-pending", b"--max-unread", b"--max-unread-total",
                   b"--slow-query", b"--metrics", b"--no-sandbox"):
        check(option + b" " in text, option)


def manual_tells_all(bench):
    """The tables of commands and options stand in the manual page."""
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "doc", "verbatim-queryd.1")
    with open(page, encoding="utf-8") as file:
        manual = file.read()
    with bench.daemon() as daemon:
        for row in daemon.ask("help")[0][1:]:
            usage, meaning = row.decode().split("\t")
            check(f"Cm {usage.split()[0]}\n" in manual or f"Cm {usage.split()[0]} " in manual, usage)
            check(f"\n{meaning}\n" in manual or usage.startswith("set "), meaning)
    text = subprocess.run([bench.queryd, "--help"], stdout=subprocess.PIPE, check=True).stdout.decode()
    for line in text.splitlines():
        if line.startswith("  --"):
            check(f"Fl -{line.split()[0][2:]}" in manual, line)


def no_index(bench):
    listen = ["--listen", f"unix:{bench.folder}/none"]
    equal(bench.fails("--index", f"{bench.folder}/nowhere", *listen), 66)
    check(not os.path.exists(f"{bench.folder}/none"))


def a_damaged_index(bench):
    copy = f"{bench.folder}/copy"
    shutil.copytree(bench.index, copy)
    with open(f"{copy}/current", "w", encoding="utf-8") as file:
        file.write("nonsense\n")
    equal(bench.fails("--index", copy, "--listen", f"unix:{bench.folder}/none"), 65)


def damage_found_while_serving(bench):
    """A flipped bit that opening does not see ends the daemon: it has nothing good to serve."""
    copy = f"{bench.folder}/flipped"
    shutil.copytree(bench.index, copy)
    (words,) = glob.glob(f"{copy}/seg-*/words")
    with open(words, "r+b") as file:
        file.seek(70)
        byte = file.read(1)
        file.seek(70)
        file.write(bytes([byte[0] ^ 1]))
    socket_path = f"{bench.folder}/flipped.sock"
    done = subprocess.run([bench.queryd, "--index", copy, "--listen", f"unix:{socket_path}"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT, check=False)
    equal(done.returncode, 65)
    check(b"words: damaged" in done.stderr, done.stderr)
    check(not os.path.exists(socket_path))


def default_address(bench):
    runtime = os.path.join(bench.folder, "run")
    os.mkdir(runtime)
    for name, value, want in (("XDG_RUNTIME_DIR", runtime, f"unix:{runtime}/verbatim.sock"),
                              ("TMPDIR", runtime, f"unix:{runtime}/verbatim-{os.geteuid()}/verbatim.sock")):
        env = {k: v for k, v in os.environ.items() if k != "XDG_RUNTIME_DIR"} | {name: value}
        with subprocess.Popen([bench.queryd, "--index", bench.index], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, env=env) as process:
            equal(process.stdout.readline().decode(), f"ready {want}\n")
            process.terminate()
    folder = f"{runtime}/verbatim-{os.geteuid()}"
    equal(oct(stat.S_IMODE(os.stat(folder).st_mode)), oct(0o700))
    os.chmod(folder, 0o755)
    equal(bench.fails("--index", bench.index, env=env), 73)


def socket_activation(bench):
    path = f"{bench.folder}/activated"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        script = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"'
        with subprocess.Popen(["sh", "-c", script, bench.queryd, "--index", bench.index],
                              pass_fds=[listener.fileno()], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            equal(process.stdout.readline().decode(), f"ready unix:{path}\n")
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
                client.sendall(b"ping\n")
                equal(Reader(client).line(), b"OK 0")
            process.terminate()
            equal(process.wait(TIMEOUT), 0)
        check(os.path.exists(path), "a socket that was handed over was removed")


def handed_what_is_no_socket(bench):
    """However many are said to be handed over, they are not passed over in silence."""
    for count in ("1", "129"):
        script = f'exec 3</dev/null; LISTEN_PID=$$ LISTEN_FDS={count} exec "$0" "$@"'
        done = subprocess.run(["sh", "-c", script, bench.queryd, "--index", bench.index], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=TIMEOUT, check=False)
        equal(done.returncode, 73)
        check(b"descriptor 3" in done.stderr, done.stderr)


def service_manager(bench):
    path = f"{bench.folder}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(TIMEOUT)
        with bench.daemon(env=os.environ | {"NOTIFY_SOCKET": path}) as daemon:
            equal(manager.recv(100), b"READY=1")
            equal(daemon.stop(), 0)
            equal(manager.recv(100), b"STOPPING=1")


# ---- generations ----

def generation(daemon):
    return int(daemon.ask("count fish")[0][0].split(b"generation=")[1].split()[0])


def notices_by_itself(bench):
    with bench.daemon() as daemon:
        before = generation(daemon)
        bench.write("b.txt", "two fish\n")
        bench.update()
        wait_for(lambda: generation(daemon) > before, "a new generation")
        check(b"docs=2 " in daemon.ask("count fish")[0][0])


def notices_when_told(bench):
    with bench.daemon() as daemon:
        bench.write("c.txt", "red fish\n")
        bench.update()
        reply = daemon.ask("reload")[0]
        equal(reply, [b"OK 0 generation=%d" % generation(daemon)])
        check(b"docs=3 " in daemon.ask("count fish")[0][0])
        equal(daemon.ask("reload")[0], reply)
        daemon.process.send_signal(signal.SIGHUP)
        equal(daemon.ask("ping"), [[b"OK 0"]])


def keeps_what_serves(bench):
    """A generation that is damaged does not get to serve; the next good one does."""
    with bench.daemon() as daemon:
        before = generation(daemon)
        current = f"{bench.index}/current"
        os.rename(current, f"{bench.folder}/kept")
        with open(f"{current}.new", "w", encoding="utf-8") as file:
            file.write("nonsense\n")
        os.rename(f"{current}.new", current)
        reply = daemon.ask("reload")[0][0]
        check(reply.startswith(b"ERR 500 internal "), reply)
        check(b"current" in reply and b"generation %d still serves" % before in reply, reply)
        equal(generation(daemon), before)
        check("goes on serving" in daemon.logged(), daemon.logged())
        os.rename(f"{bench.folder}/kept", current)
        equal(daemon.ask("reload")[0], [b"OK 0 generation=%d" % before])


def index_thrown_away(bench):
    with bench.daemon() as daemon:
        os.rename(bench.index, f"{bench.folder}/away")
        reply = daemon.ask("reload")[0][0]
        check(reply.startswith(b"ERR 500 internal "), reply)
        check(b"OK 1 " in daemon.ask("search one")[0][0])
        os.rename(f"{bench.folder}/away", bench.index)
        check(daemon.ask("reload")[0][0].startswith(b"OK 0 generation="))


def index_made_anew(bench):
    """Another index in the same place, with a generation of the same number."""
    bench.update()
    other = f"{bench.folder}/other"
    with bench.daemon("--no-sandbox") as daemon, bench.daemon(name="shut") as shut:
        bench.write("a.txt", "one whale\n")
        make_index(bench.indexer, other, ["."], cwd=bench.documents)
        os.rename(bench.index, f"{bench.folder}/away2")
        os.rename(other, bench.index)
        check(daemon.ask("reload")[0][0].startswith(b"OK 0 "))
        check(b"docs=1 " in daemon.ask("count whale")[0][0])
        if "landlock=on" in shut.logged():
            reply = shut.ask("reload")[0][0]
            check(reply.startswith(b"ERR 500 ") and b"--no-sandbox" in reply and b"still serves" in reply, reply)
            check(b"docs=0 " in shut.ask("count whale")[0][0])


def a_file_cut_short(bench):
    """Nothing right can be said any more: exit 65 and a sentence, instead of a crash."""
    copy = f"{bench.folder}/cut"
    shutil.copytree(bench.index, copy)
    daemon = Daemon(bench.queryd, copy, bench.folder)
    with daemon.connect() as sock:
        for folder, _, names in os.walk(copy):
            for name in names:
                if folder != copy:
                    os.truncate(os.path.join(folder, name), 0)
        try:
            sock.sendall(b"search fish\ntext a.txt\n")
            Reader(sock).rest()
        except OSError:
            pass
    equal(daemon.stop(), 65)
    check("was cut short" in daemon.logged() or "damaged" in daemon.logged() or "not a file" in daemon.logged(),
          daemon.logged())


# ---- ending ----

def ends_at_once_when_idle(bench):
    daemon = bench.daemon()
    with daemon.connect() as idle, daemon.connect() as half:
        half.sendall(b"pin")
        begin = time.monotonic()
        equal(daemon.stop(), 0)
        check(time.monotonic() - begin < 4, "it waited for idle connections")
        equal(idle.recv(10), b"")


def answers_what_runs(bench):
    daemon = bench.daemon("--query-timeout", "700", "--workers", "1")
    with daemon.connect() as sock, daemon.connect() as waiting:
        sock.sendall(f"@a count {SLOW_QUERY}\n@b ping\n".encode())
        wait_for(lambda: daemon.stats()["running"] == "1", "the query runs")
        waiting.sendall(b"count fish\n")
        wait_for(lambda: daemon.stats()["queued"] == "1", "another waits")
        daemon.process.send_signal(signal.SIGTERM)
        lines = Reader(sock).rest()
        equal(len(lines), 1)
        check(lines[0].startswith((b"@a OK 0 ", b"@a ERR 504 ")), lines)
        equal(Reader(waiting).rest(), [])
    equal(daemon.stop(), 0)


def patience_ends(bench):
    daemon = bench.daemon("--query-timeout", "0")
    with daemon.connect() as sock:
        sock.sendall(f"count {SLOW_QUERY}\n".encode())
        wait_for(lambda: daemon.stats()["running"] == "1", "the query runs")
        begin = time.monotonic()
        equal(daemon.stop(), 0)
        check(4.5 < time.monotonic() - begin < 20, time.monotonic() - begin)


def a_second_signal_ends_at_once(bench):
    daemon = bench.daemon("--query-timeout", "0")
    with daemon.connect() as sock:
        sock.sendall(f"count {SLOW_QUERY}\n".encode())
        wait_for(lambda: daemon.stats()["running"] == "1", "the query runs")
        begin = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not os.path.exists(daemon.path), "it no longer listens")
        equal(daemon.stop(), 0)
        check(time.monotonic() - begin < 4)


TESTS = [ready_line, socket_file, a_live_socket, a_stale_socket, a_replaced_socket_stays, cannot_listen, a_taken_port,
         all_addresses, sandboxed, noticed_at_once, damaged_lists_never_answer, manual_tells_bounds, page_tells_commands,
         usage, help_names_every_option, manual_tells_all, no_index, a_damaged_index,
         damage_found_while_serving, default_address, socket_activation, handed_what_is_no_socket,
         service_manager, notices_by_itself, notices_when_told, keeps_what_serves, index_thrown_away,
         a_file_cut_short, index_made_anew]
SLOW_TESTS = [ends_at_once_when_idle, answers_what_runs, patience_ends, a_second_signal_ends_at_once]


def main():
    programs = parse_programs("tests how the daemon begins, reloads and ends")
    tap = Tap()
    run_all(tap, programs, TESTS)
    run_all(tap, programs, SLOW_TESTS, slow=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())

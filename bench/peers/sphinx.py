# SPDX-License-Identifier: GPL-2.0-or-later
"""Sphinx: its configuration, its daemon, and as much of the MySQL protocol as asking it takes."""

import os
import shlex
import socket
import struct
import subprocess
import time

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<sphinx:docset>
<sphinx:schema><sphinx:field name="t"/><sphinx:attr name="part" type="int"/></sphinx:schema>
"""
END = "</sphinx:docset>\n"
CONFIG = """
source words
{
    type = xmlpipe2
    xmlpipe_command = cat %(feeds)s
}
index words
{
    source = words
    path = %(folder)s/words
    docinfo = extern
    dict = keywords
    min_word_len = 1
    charset_table = 0..9, a..z, U+80..U+2FFFF
}
indexer
{
    mem_limit = 256M
    max_xmlpipe2_field = 256M
}
searchd
{
    listen = %(folder)s/socket:mysql41
    pid_file = %(folder)s/searchd.pid
    log = %(folder)s/searchd.log
    binlog_path =
    workers = threads
    seamless_rotate = 0
    max_children = 64
}
"""


def write_config(folder, feeds):
    os.makedirs(folder, exist_ok=True)
    around = [os.path.join(folder, name) for name in ("head.xml", "end.xml")]
    streams = " ".join(map(shlex.quote, around[:1] + feeds + around[1:]))
    written = dict(zip(around, (HEAD, END)))
    written[os.path.join(folder, "sphinx.conf")] = CONFIG % {"folder": folder, "feeds": streams}
    for path, content in written.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)


class Connection:
    """A session on the daemon's Unix socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(120)
        self.socket.connect(path)
        self.buffer = b""
        self.packet()
        self.send(struct.pack("<IIB23xB", 0x8200, 1 << 24, 33, 0) + b"\0", 1)
        self.packet()

    def send(self, payload, number=0):
        self.socket.sendall(struct.pack("<I", len(payload))[:3] + bytes([number]) + payload)

    def take(self, n):
        while len(self.buffer) < n:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("searchd closed the connection")
            self.buffer += more
        taken, self.buffer = self.buffer[:n], self.buffer[n:]
        return taken

    def packet(self):
        head = self.take(4)
        return self.take(head[0] | head[1] << 8 | head[2] << 16)

    def rows_until_end(self):
        rows = []
        while True:
            packet = self.packet()
            if packet[:1] == b"\xff":
                raise RuntimeError(packet[9:].decode(errors="replace"))
            if packet[:1] == b"\xfe" and len(packet) < 9:
                return rows
            rows.append(packet)

    def ask(self, sql):
        """The rows, as packets."""
        self.send(b"\x03" + sql.encode())
        first = self.packet()
        if first[:1] == b"\xff":
            raise RuntimeError(first[9:].decode(errors="replace"))
        self.rows_until_end()
        return self.rows_until_end()

    def total_found(self):
        for row in self.ask("SHOW META"):
            name_len = row[0]
            if row[1:1 + name_len] == b"total_found":
                return int(row[2 + name_len:2 + name_len + row[1 + name_len]])
        raise RuntimeError("searchd names no total_found")

    def close(self):
        self.socket.close()


class Daemon:
    def __init__(self, folder):
        self.path = os.path.join(folder, "socket")
        self.log = open(os.path.join(folder, "searchd.out"), "ab")
        self.process = subprocess.Popen(["searchd", "--config", os.path.join(folder, "sphinx.conf"), "--nodetach"],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(600):
            try:
                Connection(self.path).close()
                return
            except (FileNotFoundError, ConnectionError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        self.stop()
        raise RuntimeError("searchd does not start: see %s" % self.log.name)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Driver:
    """Answers as the drivers of other engines do; its times hold a round trip over a Unix socket."""

    def __init__(self, path):
        self.connection = Connection(path)

    def ask(self, mode, queries):
        return [self.ask_one(mode, query) for query in queries]

    def ask_one(self, mode, query):
        if mode == "matches":
            return "unsupported"
        options = "max_matches=10, cutoff=0, ranker=%s" % ("bm25" if mode == "top" else "none")
        sql = "SELECT id FROM words WHERE MATCH('%s') LIMIT %d OPTION %s" % (query, 10 if mode == "top" else 1, options)
        began = time.perf_counter()
        try:
            rows = self.connection.ask(sql)
            took = (time.perf_counter() - began) * 1e6
            return (len(rows) if mode == "top" else self.connection.total_found(), None, took)
        except RuntimeError as error:
            return str(error)

    def close(self):
        self.connection.close()

#!/usr/bin/env python3
"""hints.py - what the client says when nothing is found or a query is wrong; prints TAP.

    hints.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

from client import check, equal, main

EATEN = "a shell eats one layer of quotes: verbatim "


def lost_quotes(client):
    """a query that matches nothing and has no quote left is told of the shell"""
    client.index_files(a_txt="seize a moment\nred fish\n")
    for command in ("search", "docs", "count"):
        answer = client.ask(command, "seize the moment")
        equal((answer.err.decode(), answer.code), (f"{EATEN}{command} '\"seize the moment\"'\n", 1))
    equal(client.ask("search", "seize", "the", "moment").err.decode(), f"{EATEN}search '\"seize the moment\"'\n")
    for query in ("seize the ext:txt", "ext:txt seize the", "(seize the) OR green", "green AND seize the",
                  "title:(seize the)", "seize LAND AND the moment", "e-mail server", "moments th* ~green"):
        equal((query, client.ask("search", query).err.decode()), (query, f"{EATEN}search '\"seize the moment\"'\n"))


def no_quotes_to_lose(client):
    """a query that quotes cannot help is not told of them"""
    client.index_files(a_txt="seize a moment\nred fish\n")
    for query in ('"seize the moment"', "“seize the moment”", "moments", "fish", "green ext:txt", "green AND blue",
                  "green AND (blue) AND red", "(green)AND blue", "green NEAR/3 blue path:a.txt", "green AND -path:a.txt",
                  "green OR blue", "fish -red", "green path:a.txt blue", "title:green"):
        equal((query, client.ask("search", query).err), (query, b""))


def nearest(client):
    """on a terminal, words of the index that are near to those it lacks"""
    client.index_files(a_txt="negotiate negotiates negotiator fish dish\n", b_txt="fish\n")
    equal(client.on_terminal("search", "negotiat fisch").out.decode(),
          "nothing found\n"
          "  negotiat is not in the index; near to it: negotiate\n"
          "  fisch is not in the index; near to it: fish\n"
          f"{EATEN}search '\"negotiat fisch\"'\n")
    equal(client.on_terminal("search", "zish").out.decode(),
          "nothing found\n  zish is not in the index; near to it: fish, dish\n")
    equal(client.on_terminal("docs", '"negotiatin fish"').out.decode(),
          "nothing found\n  negotiatin is not in the index; near to it: negotiate, negotiates, negotiator\n")
    equal(client.on_terminal("words", "negociate").out.decode(),
          "nothing found\n  negociate is not in the index; near to it: negotiate\n")
    equal(client.on_terminal("search", "completelydifferent").out.decode(), "nothing found\n")
    equal(client.ask("search", "zish").err, b"")


def many_near(client):
    """a word that the index has is never said to be missing, and of many near words those in most documents are shown"""
    letters = "abcdfgijklmnopqrsuvwxyz"
    files = {f"{c}_txt": f"{c}he th{c} fashion\n" for c in letters}
    files.update({f"more{i}_txt": "zhe fashion\n" for i in range(9)}, the_txt="the\n")
    client.index_files(**files)
    equal(client.on_terminal("search", "the fashiom").out.decode(),
          "nothing found\n"
          "  fashiom is not in the index; near to it: fashion\n"
          f"{EATEN}search '\"the fashiom\"'\n")
    equal(client.on_terminal("docs", '"hhe thh"').out.decode(),
          "nothing found\n"
          "  hhe is not in the index; near to it: zhe, ahe, bhe, che, dhe\n"
          "  thh is not in the index; near to it: tha, thb, thc, thd, the\n")
    words = [row for row in client.ask("explain", "hhe~1").lines if row.startswith("words")]
    equal(words, ["words\thhe~1 (24): " + " ".join(f"{c}he=1" for c in "abcdfgijklmnopqrstu") + " zhe=10 ..."])


def nearest_by_a_daemon(client):
    """the same words when a daemon is asked"""
    client.index_files(a_txt="negotiate fish\n")
    with client.daemon() as daemon:
        equal(client.on_terminal("search", "negotiat", "--socket", daemon.addresses[0]).out,
              client.on_terminal("search", "negotiat").out)


def place(client):
    """a mistake in a query is shown with its place"""
    client.index_files(a_txt="fish\n")
    equal(client.ask("search", "Zoé (fish").err.decode().splitlines()[1:], ["  Zoé (fish", "      ^"])
    equal(client.ask("count", 'fish "never').err.decode().splitlines()[1:], ['  fish "never', "       ^"])


if __name__ == "__main__":
    main("hints", [lost_quotes, no_quotes_to_lose, nearest, many_near, nearest_by_a_daemon, place])

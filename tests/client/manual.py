#!/usr/bin/env python3
"""manual.py - --help and the manual page name the same commands and options; prints TAP.

    manual.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import re

from client import check, equal, main


def page(client):
    with open(os.path.join(client.srcdir, "doc", "verbatim.1"), encoding="utf-8") as file:
        return file.read()


def options(client):
    """options, their letters and arguments"""
    help_text = client.run("--help").out.decode()
    helped = re.findall(r"^ {2}(?:-(\w),| {3}) --([a-z-]+)(?: ([A-Z]+))? ", help_text, re.M)
    manual = re.findall(r"^\.It (?:Fl (\w)(?: Ar [A-Z]+)? , )?Fl -([a-z-]+)(?: Ar ([A-Z]+))?$", page(client), re.M)
    check(len(helped) >= 9, helped)
    equal(manual, helped)


def commands(client):
    """commands and their arguments"""
    help_text = client.run("--help").out.decode()
    helped = re.findall(r"^ {2}([a-z]+)(?: (\S*[A-Z]\S*(?: \S*[A-Z]\S*)?))? {2,}", help_text, re.M)
    manual = re.findall(r"^\.It Cm ([a-z]+)(.*)$", page(client), re.M)
    check(len(helped) == 9, helped)
    plain = [(name, re.sub(r" ?Op Ar (\S+)", r" [\1]", rest).replace("Ar ", "").strip()) for name, rest in manual]
    equal(plain, helped)


if __name__ == "__main__":
    main("manual", [options, commands])

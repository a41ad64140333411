#!/usr/bin/env python3
"""tour.py - doc/tour.md is what the programs print; prints TAP.

    tour.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import subprocess
import sys

from client import TIMEOUT, check, equal, main


def true(client):
    """doc/tour.md is what script/tour makes of real runs"""
    made = subprocess.run([sys.executable, "-B", os.path.join(client.srcdir, "script", "tour"),
                           os.path.dirname(client.program)], capture_output=True, timeout=TIMEOUT, check=False)
    check(made.returncode == 0, made.stderr)
    with open(os.path.join(client.srcdir, "doc", "tour.md"), encoding="utf-8") as file:
        equal(made.stdout.decode().splitlines(), file.read().splitlines())


if __name__ == "__main__":
    NC = shutil.which("nc") and b"-U" in subprocess.run(["nc", "-h"], capture_output=True, check=False).stderr
    if not NC:
        print("# a netcat with -U is missing: the tour is not tested")
    main("tour", [true] if NC else [])

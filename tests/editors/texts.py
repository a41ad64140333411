"""texts.py - documents in which a place is easily missed by some columns, and where the word to look for stands in them.

What is expected is computed from the bytes here, not asked from anybody. SPDX-License-Identifier: GPL-2.0-or-later
"""

import gzip

WORD = "zwyndrel"  # no other word is near to it

TEXTS = {
    "plain.txt": f"one\ntwo {WORD} three {WORD}\n",
    "multibyte.txt": f"Ça coûte 5 € – «{WORD}» 日本語 𝒳 {WORD}\n日本語{WORD.upper()}\n",
    "tabs.txt": f"\t\t{WORD}\n a\tb\té\t{WORD}\tc\n",
    "crlf.txt": f"first\r\nsecond é {WORD}\r\n\r\n{WORD} fourth\r\n",
    "mixed ends.txt": f"first\nsecond {WORD}\r\nthird é {WORD}\n",
    "long.txt": "é" * 150_000 + f" {WORD} " + "x " * 50_000 + f"{WORD}\n" + f"short {WORD}",
    "combining.txt": f"e\u0301 a\u030a {WORD} \u0301\u0301 {WORD}\n",
    "right to left.txt": f"שלום {WORD} مرحبا {WORD}\n",
    "a:12:3:colons.txt": f"x\n{WORD}\n",
    "100% #1 [a] $HOME ~ 'q' \"r\" *.txt": f"x {WORD}\n",
    "deep/folder/naïve.md": f"# Ünïcode\n\n*é* {WORD}\n",
    "over lines.txt": f"é {WORD}\nthe end\n",
}

# Files that are not UTF-8: columns count the bytes that their lines would have in it.
ENCODED = {
    "bom.txt": (f"é {WORD}\nzwei {WORD}\n", "utf-8-sig"),
    "utf16.txt": (f"é {WORD}\nzwei € {WORD}\n", "utf-16"),
    "latin1.txt": (f"Les élèves de l'école où ma sœur... déjà vu, {WORD}\n".replace("œ", "oe"), "latin-1"),
}


def message(body, subject="Fish"):
    return f"Subject: {subject}\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"


# What has lines of its own only as it was indexed, or inside of what an editor unpacks. {name: bytes to index}
INSIDE = {
    "mail.eml": message(f"=20\né {WORD} here and there").encode(),
    "box #1.mbox": "".join(f"From a@example.org Sun Nov 22 10:00:0{n} 2020\n" + message(f"é {WORD} {n}") + "\n"
                           for n in (1, 2)).encode(),
    "packed": gzip.compress(f"<p>one\n<p>é {WORD}\n".encode()),
    "packed.txt.gz": gzip.compress(f"one\nzwei é {WORD}\n".encode()),
}
# The documents that they give: {path: [(line, column)]}; all but the last have no file.
INSIDE_PLACES = {"mail.eml": (4, 4), "box #1.mbox/1": (3, 4), "box #1.mbox/2": (3, 4), "packed": (2, 7),
                 "packed.txt.gz": (2, 9)}

# A quotation, and who has it: as it is, broken and changed, and not at all.
QUOTATION = "a backup that nobody has restored is a rumour with a timestamp"
SHARED = {
    "first.txt": f"One.\n\nHe said: “{QUOTATION}”, and left.\n",
    "second.txt": "é A backup that nobody\nhas ever restored is a rumor with a\ntimestamp.\n",
    "third.txt": "A backup at the end of the day is a rumour.\n",
}


def texts():
    return {**TEXTS, **{name: text for name, (text, _) in ENCODED.items()}}


def files():
    """{name: bytes} to index."""
    encoded = {name: text.encode(encoding) for name, (text, encoding) in ENCODED.items()}
    return {**{name: text.encode() for name, text in TEXTS.items()}, **encoded}


def places():
    """{name: [(line, column)]} of each occurrence: lines from 1, columns in bytes from 1."""
    found = {}
    for name, text in texts().items():
        for number, line in enumerate(text.split("\n"), 1):
            line, at = line.lower(), -1
            while (at := line.find(WORD, at + 1)) >= 0:
                found.setdefault(name, []).append((number, len(line[:at].encode()) + 1))
    return found

#!/usr/bin/env python3
"""emacs.py - the package in the real Emacs, on a real daemon; prints TAP.

    emacs.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import os
import shutil
import signal
import subprocess

from editor import MANY, RESTART, TIMEOUT, Bench, check, equal, main
from texts import INSIDE, INSIDE_PLACES, QUOTATION, SHARED, WORD, files, places

PRELUDE = """;; -*- lexical-binding: t -*-
(add-to-list 'load-path {package})
(require 'verbatim)
(setq verbatim-socket {socket} create-lockfiles nil make-backup-files nil)
(defvar out nil)
(defun say (what) (push what out))
(defun wait (condition)
  (let ((end (+ (float-time) 50)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (accept-process-output nil 0.005))
    (unless (funcall condition) (error "Waited in vain"))))
(defun idle () (wait (lambda () (not verbatim--search))))
;; A batch Emacs, unlike others, is ended by writing to a daemon that it does not yet know to be gone.
(defun restart ()
  (call-process (expand-file-name "~/restart"))
  (wait (lambda () (not verbatim--process))))
(defun search (query) (verbatim-search query) (idle))
(defun lines ()
  (with-current-buffer "*verbatim*"
    (cdr (split-string (buffer-substring-no-properties (point-min) (point-max)) "\\n" t))))
(defun said () (buffer-local-value 'verbatim--said (get-buffer "*verbatim*")))
(defun here ()
  (list buffer-file-name (line-number-at-pos)
        (1+ (string-bytes (encode-coding-string
          (buffer-substring-no-properties (line-beginning-position) (point)) 'utf-8)))
        (downcase (buffer-substring-no-properties
          (point) (min (point-max) (+ (point) (length {word})))))))
(defun visit-all ()
  (let ((n (length (lines))) (first t) seen)
    (dotimes (_ n)
      (with-current-buffer "*verbatim*" (next-error 1 first))
      (setq first nil)
      (with-current-buffer (window-buffer) (push (here) seen)))
    (vconcat (nreverse seen))))
(condition-case trouble
    (progn
{script}
      )
  (error (say (format "caught: %S" trouble))))
(let ((coding-system-for-write 'utf-8-unix))
  (write-region (json-encode (vconcat (nreverse out))) nil {out}))
"""


class Emacs(Bench):
    """The editor, which is given scripts; `say' says what the test looks at."""

    @property
    def package(self):
        return os.path.join(self.srcdir, "editors", "emacs")

    def tell(self, script, **env):
        self.env.update(env)
        text = PRELUDE.format(package=lisp(self.package), socket=lisp(self.socket), script=script, word=lisp(WORD),
                              out=lisp(os.path.join(self.folder, "out")))
        out = self.edit(["emacs", "-Q", "--batch", "-l", os.path.join(self.folder, "script.el")], "script.el", text,
                        "out")
        os.remove(os.path.join(self.folder, "out"))
        check(not any(str(said).startswith("caught: ") for said in out), out)
        return out


def lisp(text):
    return json.dumps(text, ensure_ascii=False)


def filled(emacs):
    """verbatim-search fills its buffer with the rows of the daemon, and says how much was found"""
    emacs.index_corpus()
    with emacs.daemon() as daemon:
        lines, said, marked, mode = emacs.tell("""
(search "\\"hungry or afraid\\"")
(say (vconcat (lines)))
(say (said))
(with-current-buffer "*verbatim*"
  (goto-char (point-min))
  (let ((match (text-property-search-forward 'font-lock-face 'match t)))
    (say (buffer-substring-no-properties (prop-match-beginning match) (prop-match-end match))))
  (say (derived-mode-p 'compilation-mode)))
""")
        rows = daemon.ask('search "hungry or afraid"')[0]
    equal(lines, [row.decode() for row in rows[1:]])
    equal([said, marked, mode], ["6 matches in 5 documents", "hungry", "compilation-mode"])


def exact(emacs):
    """next-error lands on the very byte: multibyte text, tabs, CRLF, long lines, encodings, strange names"""
    emacs.index_named(files())
    wanted = sorted([emacs.path(name), *place] for name, found in places().items() for place in found)
    with emacs.daemon():
        (seen,) = emacs.tell(f'(search "{WORD}") (say (visit-all))')
    equal(sorted(place[:3] for place in seen), wanted)
    equal({place[3] for place in seen}, {WORD})


def by_hand(emacs):
    """RET on a row, previous-error, and a narrowed buffer"""
    emacs.index_named({"a.txt": "é fish\nred fish, blue fish\n"})
    with emacs.daemon():
        said = emacs.tell("""
(search "fish")
(pop-to-buffer "*verbatim*")
(goto-char (point-min))
(forward-line 3)
(compile-goto-error)
(say (list (line-number-at-pos) (current-column)))
(previous-error)
(say (list (line-number-at-pos) (current-column)))
(narrow-to-region (line-beginning-position) (line-end-position))
(previous-error)
(say (list (line-number-at-pos) (current-column)))
""")
    equal(said, [[2, 15], [2, 4], [1, 2]])


def undecodable_names(emacs):
    """a file whose name is not UTF-8, or has a line break, is opened"""
    names = [b"caf\xe9 \xff.txt", b"two\nlines.txt"]
    emacs.index_named({name: "\nred fish\n" for name in names})
    with emacs.daemon():
        (seen,) = emacs.tell('(search "fish") (say (vconcat (mapcar (quote cdr) (visit-all))))')
    equal(seen, [[2, 5, "fish\n"]] * 2)


def without_files(emacs):
    """what has places in no file opens as it was indexed: mail, mailboxes, packed files; xref and tracing, too"""
    emacs.index_named(INSIDE)
    with emacs.daemon():
        seen, state, xref, again, traced = emacs.tell(f"""
(search "{WORD}")
(say (visit-all))
(with-current-buffer "verbatim:mail.eml (text)"
  (say (list buffer-read-only (buffer-modified-p) default-directory)))
(kill-buffer "verbatim:box #1.mbox/2 (text)")
(with-current-buffer (marker-buffer (xref-location-marker
                                     (xref-item-location (car (verbatim--xrefs "{WORD} BEFORE/0 2")))))
  (say (buffer-name)))
(with-current-buffer "verbatim:mail.eml (text)"
  (revert-buffer t t)
  (say (count-lines (point-min) (point-max)))
  (verbatim-trace-buffer)
  (idle)
  (say (said)))
""")
    name = {path: emacs.path(path) if path.endswith(".gz") else f"/verbatim:{path} (text)" for path in INSIDE_PLACES}
    equal(sorted(seen), sorted([name[path], *place, WORD] for path, place in INSIDE_PLACES.items()))
    equal([state, xref, again, traced],
          [[True, None, "/"], "verbatim:box #1.mbox/2 (text)", 4, "nobody else has these words"])


def traced(emacs):
    """verbatim-trace-region and -buffer list who shares wording; not the place itself"""
    emacs.index_named(SHARED)
    with emacs.daemon() as daemon:
        said = emacs.tell(f"""
(defun found () (idle) (say (list (vconcat (lines)) (said))))
(with-temp-buffer
  (insert "{QUOTATION}\\n\\n" (make-string 3000 ?é))
  (verbatim-trace-region (point-min) 70)
  (found)
  (verbatim-trace-buffer)
  (found))
(say (buffer-local-value 'verbatim--query (get-buffer "*verbatim*")))
(say (vconcat (mapcar (lambda (place) (seq-subseq place 1 3)) (visit-all))))
(find-file "~/documents/first.txt")
(verbatim-trace-region 16 50)
(found)
(set-buffer "first.txt")
(verbatim-trace-buffer)
(found)
(with-current-buffer "*verbatim*" (revert-buffer))
(found)
(with-temp-buffer (insert "too short") (verbatim-trace-buffer))
(found)
(let ((verbatim-trace-run 50))
  (with-temp-buffer (dotimes (_ 5) (insert "{QUOTATION} ")) (verbatim-trace-buffer))
  (found))
""")
        first, second = [row.decode() for row in daemon.ask(f"trace {QUOTATION}")[0][1:]]
    equal(said[0], [[first, second], "2 passages in 2 documents"])
    equal(said[1], said[0])
    check(said[2].startswith("trace: a backup that") and said[2].endswith("…"), said[2])
    equal(said[3], [[3, 13], [1, 4]])
    for only_second in said[4:7]:
        equal([only_second[0][0][:13], only_second[1:]], ["second.txt:1:", ["1 passage in 1 document"]])
    check("words" in said[7][1], said[7])
    equal(said[8], [[], "nobody else has these words"])


def words(emacs):
    """the region and the word at point are searched as phrases, whatever is in them"""
    emacs.index_named({"a.txt": "Zoé said \"no?\" (a|b) * ... and\n\tRed-fish; red fish…\n", "b.txt": "zoe said no\n"})
    with emacs.daemon():
        said = emacs.tell("""
(find-file "~/documents/a.txt")
(dolist (ends '((1 31) (1 52) (33 41)))
  (verbatim-search-region (car ends) (cadr ends))
  (idle)
  (say (list (buffer-local-value 'verbatim--query (get-buffer "*verbatim*")) (length (lines)))))
(set-buffer "a.txt")
(goto-char 2)
(verbatim-search-word)
(idle)
(say (list (buffer-local-value 'verbatim--query (get-buffer "*verbatim*")) (length (lines))))
""")
    equal(said[0], ['"Zoé said \\"no\\?\\" (a\\|b) \\* \\... and"', 1])
    equal(said[1][1], 1)
    equal(said[2:], [['"Red-fish"', 2], ['"Zoé"', 2]])


def quoted(emacs):
    """the package quotes as `verbatim quote` does"""
    texts = ["seize the moment", 'a "b" c', "what? *no* x|y ~ \\", "a...b", "a..b.c.", "one\ntwo\r\nthree\tfour", "a…b…",
             "  blanks around \n", "«é» “x” 日本", "\\\\", '"', "''", "a\rb", "….….."]
    with open(os.path.join(emacs.folder, "texts"), "w", encoding="utf-8") as file:
        json.dump(texts, file, ensure_ascii=False)
    (got,) = emacs.tell("""
(with-temp-buffer
  (let ((coding-system-for-read 'utf-8-unix)) (insert-file-contents "texts"))
  (say (vconcat (mapcar #'verbatim-quote (json-read)))))
""")
    equal(got, [emacs.run("quote", text=text.encode()).out.decode()[:-1] for text in texts])


def completed(emacs):
    """completion-at-point completes words of the index and keeps what was typed"""
    emacs.index_named({"a.txt": "ferryman ferryman Ferrero café zoé\n", "b.txt": "ferryman\n"})
    with emacs.daemon():
        said = emacs.tell("""
(with-temp-buffer
  (text-mode)
  (verbatim-setup)
  (dolist (typed '("the ferry" "“Ferry" "FERRY" "é caf"))
    (erase-buffer)
    (insert typed)
    (completion-at-point)
    (say (buffer-string))))
(say (vconcat (verbatim--complete "ferr")))
(say (vconcat (verbatim--complete "no such")))
""")
    equal(said, ["the ferryman", "“Ferryman", "FERRYMAN", "é cafe", ["ferryman", "ferrero"], []])


def found_by_xref(emacs):
    """xref finds references, and goes to the very place"""
    emacs.index_named({"a.txt": "é fish\nred fish\n", "b.txt": "no\tfish\n"})
    with emacs.daemon():
        said = emacs.tell("""
(with-temp-buffer
  (insert "fish")
  (verbatim-setup)
  (say (xref-backend-identifier-at-point (xref-find-backend)))
  (dolist (item (append (xref-backend-references 'verbatim "fish") (xref-backend-apropos 'verbatim "\\"red fish\\"")))
    (let ((marker (xref-location-marker (xref-item-location item))))
      (with-current-buffer (marker-buffer marker)
        (goto-char marker)
        (say (list (xref-location-group (xref-item-location item)) (xref-location-line (xref-item-location item))
                   (current-column)))))))
""")
    equal(said[0], "fish")
    equal(sorted(said[1:4]), [["a.txt", 1, 2], ["a.txt", 2, 4], ["b.txt", 1, 8]])
    equal(said[4:], [["a.txt", 2, 0]])


def complaints(emacs):
    """a wrong query, no daemon, nothing found: said in a line, and the editor goes on"""
    emacs.index_corpus()
    with emacs.daemon():
        said = emacs.tell("""
(dolist (query '("\\"never closed" "a NEAR/5000 b" "qqqqqq" "ferry"))
  (search query)
  (say (list (said) (> (length (lines)) 0))))
(verbatim-check)
""")
    check(said[0][0].startswith("the quote") and said[0][0].endswith('(column 1 of: "never closed)'), said)
    check("at most 1000" in said[1][0], said)
    equal(said[2], ["no matches", None])
    equal(said[3][1], True)
    (text,) = emacs.tell('(search "x") (say (said))')
    check(f"no daemon answers on {emacs.socket}" in text, text)
    (text,) = emacs.tell('(setq verbatim-socket "nonsense") (condition-case e (search "x") (user-error (say (cadr e))))')
    check("is needed" in text, text)


def limited(emacs):
    """verbatim-limit bounds the rows, and how many there are is said"""
    emacs.index_named({"a.txt": "fish\n" * 50})
    with emacs.daemon():
        equal(emacs.tell('(setq verbatim-limit 7) (search "fish") (say (length (lines))) (say (said))'),
              [7, "the first 7 of 50 matches in 1 document"])


def cancelled(emacs):
    """a new search cancels the one before: its rows never reach the buffer, and the daemon is free"""
    from daemon import SLOW_QUERY, slow_documents
    os.makedirs(emacs.documents)
    slow_documents(emacs.documents)
    emacs.index_named({"a.txt": "one fish\n"})
    with emacs.daemon("--workers", "1", "--query-timeout", "60000") as daemon:
        seconds, lines = emacs.tell(f"""
(let ((start (float-time)))
  (dotimes (_ 5)
    (verbatim-search "{SLOW_QUERY}")
    (accept-process-output nil 0.02))
  (search "fish")
  (say (- (float-time) start))
  (say (vconcat (lines))))
""")
        check("search.cancelled" in daemon.stats(), daemon.stats())
    check(seconds < 10, seconds)
    equal(lines, ["a.txt:1:5:one fish"])


def restarted(emacs):
    """the daemon restarted underneath: the next search, and one that runs, get their answer"""
    emacs.index_many()
    with emacs.restartable():
        said = emacs.tell(f"""
(setq verbatim-patience 20 verbatim-limit {MANY})
(search "bird")
(say (length (lines)))
(restart)
(search "bird")
(say (length (lines)))
(verbatim-search "fish")
(wait (lambda () (with-current-buffer "*verbatim*" (> (buffer-size) 50000))))
(restart)
(idle)
(say (length (lines)))
(say (length (delete-dups (lines))))
""")
    equal(said, [1, 1, MANY, MANY])


def responsive(emacs):
    """100,000 rows leave the editor to its user: how long it ever was away"""
    emacs.index_many()
    with emacs.daemon():
        rows, away, seconds, ticks = emacs.tell(f"""
(setq verbatim-limit {MANY})
(defvar ticks 0)
(defvar away 0.0)
(defvar last nil)
(run-with-timer 0 0.005 (lambda ()
  (let ((now (float-time)))
    (setq ticks (1+ ticks) away (max away (- now (or last now))) last now))))
(let ((start (float-time)))
  (search "fish")
  (let ((seconds (- (float-time) start)))
    (say (length (lines)))
    (say away)
    (say seconds)
    (say ticks)))
""")
    print(f"# emacs: {rows} rows in {seconds:.2f} s, {ticks} ticks, away for at most {away * 1000:.0f} ms")
    equal(rows, MANY)
    check(away < max(0.5, seconds / 4), "the editor was away for", away, "s of", seconds)


def default_socket(emacs):
    """without a setting the default socket is asked"""
    for variable, below in (("XDG_RUNTIME_DIR", ""), ("TMPDIR", f"/verbatim-{os.geteuid()}")):
        folder = os.path.join(emacs.folder, variable)
        os.mkdir(folder)
        emacs.env.pop("XDG_RUNTIME_DIR", None)
        (name,) = emacs.tell("(setq verbatim-socket nil) (say (verbatim--address))", **{variable: folder})
        equal(name, f"unix:{folder}{below}/verbatim.sock")


def clean(emacs):
    """the package compiles without warnings, its documentation is in the usual form, its parts load by themselves"""
    source = os.path.join(emacs.folder, "verbatim.el")
    shutil.copy(os.path.join(emacs.package, "verbatim.el"), source)
    for command in (["--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", source],
                    ["--eval", f"(checkdoc-file {lisp(source)})"]):
        done = subprocess.run(["emacs", "-Q", "--batch", *command], capture_output=True, timeout=TIMEOUT,
                              env=emacs.env, check=False)
        equal((done.returncode, done.stderr), (0, b""))


TESTS = [filled, exact, by_hand, undecodable_names, without_files, traced, words, quoted, completed, found_by_xref,
         complaints, limited, cancelled, restarted, responsive, default_socket, clean]


def with_emacs(test):
    def run(client):
        test(Emacs(client))
    run.__doc__ = test.__doc__
    return run


if __name__ == "__main__":
    main("emacs", [with_emacs(test) for test in TESTS])

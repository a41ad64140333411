#!/usr/bin/env python3
"""keys.py - each editor's flow with real keystrokes in a real terminal (tmux), on the articles of corpus/ as script/demo
indexes them, what the screen shows checked at every step; prints TAP.

    keys.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import subprocess

from editor import TIMEOUT, Bench, Failure, check, main, make_index, wait_for
from texts import INSIDE, WORD

SONG = "corpus/notes/ferry-song.txt"
WIRE = "corpus/wire/2022-12-01-correction.txt"


class Screen(Bench):
    """A terminal of its own with an editor in it."""

    def __init__(self, client):
        super().__init__(client)
        self.tmux = ["tmux", "-S", os.path.join(self.folder, "tmux"), "-f", "/dev/null"]

    def index_demo(self):
        """Articles, and some mail, which has no lines in a file."""
        shutil.copytree(os.path.join(self.srcdir, "corpus"), os.path.join(self.folder, "corpus"))
        os.mkdir(os.path.join(self.folder, "mail"))
        for name in ("box #1.mbox", "packed.txt.gz"):
            with open(os.path.join(self.folder, "mail", name), "wb") as file:
                file.write(INSIDE[name])
        make_index(self.indexer, self.index, ["corpus", "mail"], cwd=self.folder)

    def run_tmux(self, *arguments):
        done = subprocess.run([*self.tmux, *arguments], capture_output=True, timeout=TIMEOUT, env=self.env,
                              check=False)
        check(done.returncode == 0, arguments, done.stderr)
        return done.stdout.decode()

    def start(self, *command):
        self.run_tmux("new-session", "-d", "-x", "110", "-y", "30", "-c", self.folder, *command)
        self.run_tmux("set-option", "-g", "escape-time", "0")

    def keys(self, *keys):
        """Names of keys as tmux knows them, or text."""
        for key in keys:
            self.run_tmux("send-keys", *(["-l"] if len(key) > 1 and not is_key(key) else []), "--", key)

    def shown(self):
        return self.run_tmux("capture-pane", "-p")

    def see(self, *texts):
        """Waits until all of them are on the screen."""
        try:
            wait_for(lambda: all(text in self.shown() for text in texts), texts)
        except Failure as failure:
            raise Failure(f"{failure}\n{self.shown()}") from None

    def press(self, key, *texts):
        """Presses a key, again and again, until all of them are on the screen."""
        def acted():
            self.keys(key)
            return all(text in self.shown() for text in texts)
        wait_for(acted, texts)

    def cursor(self):
        """Row and column of the cursor on the screen, from 0."""
        return tuple(map(int, self.run_tmux("display-message", "-p", "#{cursor_y} #{cursor_x}").split()))

    def end(self):
        """An editor may still write to the folder when its terminal is gone: waits until it has ended."""
        panes = subprocess.run([*self.tmux, "list-panes", "-a", "-F", "#{pane_pid}"], capture_output=True,
                               timeout=TIMEOUT, env=self.env, check=False)
        subprocess.run([*self.tmux, "kill-server"], capture_output=True, timeout=TIMEOUT, env=self.env, check=False)
        for pid in panes.stdout.split():
            wait_for(lambda p=pid: not os.path.exists(f"/proc/{p.decode()}"), "the end of what ran in the terminal")


def is_key(text):
    return text in ("Enter", "Escape", "Tab", "Down", "Up", "Space", "BSpace") or text[:2] in ("C-", "M-")


VIMRC = """set nocompatible laststatus=2 ruler rulerformat=%60(at\\ %l,%c%) statusline=%f\\ at\\ %l,%c encoding=utf-8
set runtimepath^={plugin}
let g:verbatim_socket = '{socket}'
nmap <Space>v <Plug>(verbatim-word)
xmap <Space>v <Plug>(verbatim-selection)
xmap <Space>t <Plug>(verbatim-trace)
nmap <Space>/ <Plug>(verbatim-live)
autocmd FileType text setlocal omnifunc=verbatim#complete
filetype plugin on
"""


def vim_flow(screen, command):
    """Search, jump, next match; a trace; the word; a selection; live search; mail; completion; the daemon restarted."""
    with open(os.path.join(screen.folder, "vimrc"), "w", encoding="utf-8") as file:
        file.write(VIMRC.format(plugin=os.path.join(screen.srcdir, "editors", "vim"), socket=screen.socket))
    screen.index_demo()
    with screen.restartable():
        screen.start(*command, os.path.join(screen.folder, "vimrc"), SONG)
        screen.see("THE FERRY SONG")
        screen.keys(':Verbatim "hungry or afraid"', "Enter")
        screen.see("6 matches in 5 documents", f"{WIRE}|6 col 17", "[Quickfix List]")
        screen.keys(":cfirst", "Enter")
        screen.see(f"{WIRE} at 6,17")
        screen.keys(":cnext", "Enter")
        screen.see(f"{WIRE} at 10,57")
        screen.keys(":cnext", "Enter")
        screen.see("maps-brief.txt at 7,20")
        screen.keys(f":e {WIRE}", "Enter", "10G", "V", "j", "Space", "t")
        screen.see("verbatim: 5 passages in 5 documents", "corpus/herald/maps.md|10 col 129", "lalumiere-maps.txt|9 col 1")
        screen.keys(":cnext", "Enter")
        screen.see("corpus/speeches/lalumiere-maps.txt at 9,1")
        screen.keys(f":e {SONG}", "Enter", "gg0w", "Space", "v")
        screen.see('"FERRY"', "14 matches in 11 documents")
        screen.keys("4G0", "v", "3e", "Space", "v")
        screen.see("1 match in 1 document", f"{SONG}|4 col 1")
        screen.keys("Space", "/", '"counted the crac')
        screen.see('Verbatim: "counted the crac')
        screen.keys('ks"')
        screen.see("2022-11-16-talks-open.txt|22 col 1")
        screen.keys(*["BSpace"] * 20, "goats")
        screen.see("maps-brief.txt|8 col 56")
        screen.keys("Enter")
        screen.see("[Quickfix List]", "5 matches in 4 documents")
        screen.keys("Space", "/", "custard")
        screen.see("interview-lighthouse.md|23 col 31")
        screen.keys("Escape")
        screen.see("maps-brief.txt|8 col 56")
        screen.keys(":cclose", "Enter", f':Verbatim "{WORD} 2"', "Enter")
        screen.see("verbatim://mail/box #1.mbox/2|3 col 4", "1 match in 1 document")
        screen.keys(":cfirst", "Enter")
        screen.see("verbatim://mail/box #1.mbox/2 at 3,4", "Subject: Fish")
        screen.keys(f':Verbatim "zwei é {WORD}"', "Enter")
        screen.see("mail/packed.txt.gz|2 col 1")
        screen.keys(":cfirst", "Enter")
        screen.see("mail/packed.txt.gz at 2,1", "zwei é")
        screen.keys(":cclose", "Enter", ":enew | setfiletype text", "Enter", "i", "the ferr", "C-x", "C-o")
        screen.see("the ferry")
        screen.keys("Escape", ":%d|call setline(1,'cleared')", "Enter")
        subprocess.run([os.path.join(screen.folder, "restart")], check=True, timeout=TIMEOUT, env=screen.env,
                       cwd=screen.folder)
        screen.keys(":Verbatim goats", "Enter")
        screen.see("5 matches in 4 documents", "maps-brief.txt|8 col 56")
        screen.keys(":qa!", "Enter")


def in_vim(screen):
    """Vim: search, next match, trace, word, selection, live, mail and packed files, completion, restart"""
    vim_flow(screen, ["vim", "-i", "NONE", "-n", "-u"])


def in_nvim(screen):
    """Neovim: the same"""
    vim_flow(screen, ["nvim", "-i", "NONE", "-n", "-u"])


INIT = """(setq inhibit-startup-screen t create-lockfiles nil make-backup-files nil verbatim-socket "{socket}"
      column-number-mode t column-number-indicator-zero-based nil mode-line-position-column-line-format '(" at %l,%C"))
(set-language-environment "UTF-8")
(add-to-list 'load-path "{package}")
(require 'verbatim)
(add-hook 'text-mode-hook #'verbatim-setup)
(global-set-key (kbd "C-c c") #'completion-at-point)
(global-set-key (kbd "C-c v") #'verbatim-search)
(global-set-key (kbd "C-c w") #'verbatim-search-word)
(global-set-key (kbd "C-c r") #'verbatim-search-region)
(global-set-key (kbd "C-c /") #'verbatim-live)
(global-set-key (kbd "C-c t") #'verbatim-trace-region)
"""


def in_emacs(screen):
    """Emacs: search, next match, trace, word, region, live, mail and packed files, completion, restart"""
    with open(os.path.join(screen.folder, "init.el"), "w", encoding="utf-8") as file:
        file.write(INIT.format(socket=screen.socket, package=os.path.join(screen.srcdir, "editors", "emacs")))
    screen.index_demo()
    with screen.restartable():
        screen.start("emacs", "-nw", "-Q", "-l", os.path.join(screen.folder, "init.el"), SONG)
        screen.see("THE FERRY SONG")
        screen.keys("C-c", "v", '"hungry or afraid"', "Enter")
        screen.see("6 matches in 5 documents", f"{WIRE}:6:17:a map", "*verbatim*")
        screen.keys("M-g", "n")
        screen.see(os.path.basename(WIRE), "at 6,17")
        screen.keys("M-g", "n")
        screen.see("at 10,57")
        screen.keys("M-g", "n")
        screen.see("maps-brief.txt", "at 7,20")
        screen.keys("C-x", "b", os.path.basename(WIRE), "Enter", "M-g", "g", "10", "Enter")
        screen.keys("C-Space", "C-n", "C-n", "C-c", "t")
        screen.see("5 passages in 5 documents", "corpus/herald/maps.md:10:129:", f"{WIRE}:5:66:")
        screen.keys("M-g", "n", "M-g", "n")
        screen.see("lalumiere-maps.txt", "at 9,1")
        screen.keys("C-x", "b", "ferry-song.txt", "Enter", "M-<", "M-f", "M-f", "C-c", "w")
        screen.see('"FERRY"', "14 matches in 11 documents")
        screen.keys("M-<", "C-n", "C-n", "C-n", "C-Space", "M-f", "M-f", "M-f", "M-f", "C-c", "r")
        screen.see('"I lost my hat"', "1 match in 1 document")
        screen.keys("C-c", "/", '"counted the crac')
        screen.see('Verbatim: "counted the crac')
        screen.keys('ks"')
        screen.see("2022-11-16-talks-open.txt:22:1:")
        screen.keys(*["BSpace"] * 20, "goats")
        screen.see("maps-brief.txt:8:56:")
        screen.keys("Enter")
        screen.see("5 matches in 4 documents")
        screen.keys("C-c", "/", "custard")
        screen.see("interview-lighthouse.md:23:31:")
        screen.keys("Down")
        screen.see("interview-lighthouse.md", "at 23,31")
        screen.keys("C-g")
        screen.see("Quit")
        screen.keys("C-c", "v", f'"{WORD} 2"', "Enter")
        screen.see("mail/box #1.mbox/2:3:4:", "1 match in 1 document")
        screen.keys("M-g", "n")
        screen.see("Subject: Fish", "at 3,3", "/2 (text)")
        screen.keys("C-c", "v", f'"zwei é {WORD}"', "Enter")
        screen.see("mail/packed.txt.gz:2:1:")
        screen.keys("M-g", "n")
        screen.see("packed.txt.gz", "at 2,1")
        screen.keys("C-x", "1", "C-x", "C-f", "C-a", "C-k", "~/scratch.txt", "Enter")
        screen.see("New file")
        screen.keys("the ferryma")
        screen.see("the ferryma")
        screen.keys("C-c", "c")
        screen.see("the ferryman")
        subprocess.run([os.path.join(screen.folder, "restart")], check=True, timeout=TIMEOUT, env=screen.env,
                       cwd=screen.folder)
        screen.keys("C-c", "v", "goats", "Enter")
        screen.see("5 matches in 4 documents", "maps-brief.txt:8:56:")


FLOWS = {"vim": in_vim, "nvim": in_nvim, "emacs": in_emacs}


def with_screen(flow):
    def run(client):
        screen = Screen(client)
        try:
            flow(screen)
        finally:
            screen.end()
    run.__doc__ = flow.__doc__
    return run


if __name__ == "__main__":
    for missing in [editor for editor in FLOWS if shutil.which(editor) is None]:
        print(f"# {missing} is missing")
    main("keys", [with_screen(flow) for editor, flow in FLOWS.items() if shutil.which(editor) is not None])

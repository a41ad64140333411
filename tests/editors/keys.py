#!/usr/bin/env python3
"""keys.py - each editor's flow with real keystrokes in a real terminal (tmux), what the screen shows checked at every
step; prints TAP.

    keys.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import subprocess

from editor import TIMEOUT, Bench, Failure, check, main, wait_for

SONG = "documents/song.txt"
TEXTS = {"song.txt": "THE FERRY SONG\n\n\tI lost my hät on the morning boat,\n\tI lost my heart on the noon.\n",
         "letter.txt": "Dear sir,\r\nI lost my heart on the noon ferry; à bientôt, lost my heart\r\n",
         "other.txt": "nothing of interest\n"}


class Screen(Bench):
    """A terminal of its own with an editor in it."""

    def __init__(self, client):
        super().__init__(client)
        self.tmux = ["tmux", "-S", os.path.join(self.folder, "tmux"), "-f", "/dev/null"]

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
            wait_for(lambda: all(text in self.shown() for text in texts), texts, 30)
        except Failure as failure:
            raise Failure(f"{failure}\n{self.shown()}") from None

    def cursor(self):
        """Row and column of the cursor on the screen, from 0."""
        return tuple(map(int, self.run_tmux("display-message", "-p", "#{cursor_y} #{cursor_x}").split()))

    def end(self):
        subprocess.run([*self.tmux, "kill-server"], capture_output=True, timeout=TIMEOUT, env=self.env, check=False)


def is_key(text):
    return text in ("Enter", "Escape", "Tab", "Down", "Up", "Space", "BSpace") or text[:2] in ("C-", "M-")


VIMRC = """set nocompatible laststatus=2 ruler rulerformat=%60(at\\ %l,%c%) statusline=%f\\ at\\ %l,%c encoding=utf-8
set runtimepath^={plugin}
let g:verbatim_socket = '{socket}'
nmap <Space>v <Plug>(verbatim-word)
xmap <Space>v <Plug>(verbatim-selection)
nmap <Space>/ <Plug>(verbatim-live)
autocmd FileType text setlocal omnifunc=verbatim#complete
filetype plugin on
"""


def vim_flow(screen, command):
    """Search, jump, next match; the word; a selection; live search; completion; the daemon restarted."""
    with open(os.path.join(screen.folder, "vimrc"), "w", encoding="utf-8") as file:
        file.write(VIMRC.format(plugin=os.path.join(screen.srcdir, "editors", "vim"), socket=screen.socket))
    screen.index_named(TEXTS)
    with screen.restartable():
        screen.start(*command, os.path.join(screen.folder, "vimrc"), SONG)
        screen.see("THE FERRY SONG")
        screen.keys(':Verbatim "lost my heart" ext:txt', "Enter")
        screen.see("3 matches in 2 documents", "letter.txt|2 col 3", "[Quickfix List]")
        screen.keys(":cfirst", "Enter")
        screen.see("letter.txt at 2,3")
        screen.keys(":cnext", "Enter")
        screen.see("letter.txt at 2,49")
        screen.keys(":cnext", "Enter")
        screen.see("song.txt at 4,4")
        screen.keys("gg0w", "Space", "v")
        screen.see('"FERRY"', "2 matches in 2 documents")
        screen.keys("3G0www", "v", "3e", "Space", "v")
        screen.see("1 match in 1 document", "song.txt|3 col")
        screen.keys("Space", "/", "noon fer")
        screen.see("Verbatim: noon fer")
        screen.keys("ry")
        screen.see("letter.txt|2 col 24")
        screen.keys("BSpace", "BSpace", "BSpace", "BSpace", "BSpace")
        screen.see("song.txt|4 col")
        screen.keys("Enter")
        screen.see("Quickfix List", "in 2 documents")
        screen.keys("Space", "/", "interest")
        screen.see("other.txt|1 col")
        screen.keys("Escape")
        screen.see("song.txt|4 col")
        screen.keys(":cclose", "Enter", ":enew | setfiletype text", "Enter", "i", "the ferr", "C-x", "C-o")
        screen.see("the ferry")
        screen.keys("Escape", ":%d|call setline(1,'cleared')", "Enter")
        subprocess.run([os.path.join(screen.folder, "restart")], check=True, timeout=TIMEOUT, env=screen.env,
                       cwd=screen.folder)
        screen.keys(":Verbatim interest", "Enter")
        screen.see("1 match in 1 document", "other.txt|1 col")
        screen.keys(":qa!", "Enter")


def in_vim(screen):
    """Vim: search, next match, word, selection, live, completion, restart"""
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
"""


def in_emacs(screen):
    """Emacs: search, next match, word, region, live, completion, xref, restart"""
    with open(os.path.join(screen.folder, "init.el"), "w", encoding="utf-8") as file:
        file.write(INIT.format(socket=screen.socket, package=os.path.join(screen.srcdir, "editors", "emacs")))
    screen.index_named(TEXTS)
    with screen.restartable():
        screen.start("emacs", "-nw", "-Q", "-l", os.path.join(screen.folder, "init.el"), SONG)
        screen.see("THE FERRY SONG")
        screen.keys("C-c", "v", '"lost my heart" ext:txt', "Enter")
        screen.see("3 matches in 2 documents", "letter.txt:2:3:I lost", "*verbatim*")
        screen.keys("M-g", "n")
        screen.see("letter.txt", "at 2,3")
        screen.keys("M-g", "n")
        screen.see("at 2,47")
        screen.keys("M-g", "n")
        screen.see("song.txt", "at 4,")
        screen.keys("M-<", "M-f", "M-f", "C-c", "w")
        screen.see('"FERRY"', "2 matches in 2 documents")
        screen.keys("M-g", "n", "M-<", "C-Space", "M-f", "M-f", "C-c", "r")
        screen.see('"Dear sir"', "1 match in 1 document")
        screen.keys("C-c", "/", "noon fer")
        screen.see("Verbatim: noon fer")
        screen.keys("ry")
        screen.see("letter.txt:2:24:")
        screen.keys("BSpace", "BSpace", "BSpace", "BSpace", "BSpace")
        screen.see("song.txt:4:")
        screen.keys("Enter")
        screen.see("2 matches in 2 documents")
        screen.keys("C-c", "/", "interest")
        screen.see("other.txt:1:12:")
        screen.keys("Down")
        screen.see("nothing of interest", "at 1,12")
        screen.keys("C-g")
        screen.see("Quit")
        screen.keys("C-x", "1", "C-x", "C-f", "scratch.txt", "Enter")
        screen.see("New file")
        screen.keys("the ferr")
        screen.see("the ferr")
        screen.keys("C-c", "c")
        screen.see("the ferry")
        subprocess.run([os.path.join(screen.folder, "restart")], check=True, timeout=TIMEOUT, env=screen.env,
                       cwd=screen.folder)
        screen.keys("C-c", "v", "interest", "Enter")
        screen.see("1 match in 1 document", "other.txt:1:12:")


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

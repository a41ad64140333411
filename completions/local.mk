# completions/ - what shells complete after `verbatim`. SPDX-License-Identifier: GPL-2.0-or-later

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = completions/verbatim
dist_zshcompletion_DATA = completions/_verbatim
dist_fishcompletion_DATA = completions/verbatim.fish
EXTRA_DIST += completions/verbatim.bash
CLEANFILES += completions/verbatim

# bash looks for a file of the command's name.
completions/verbatim: completions/verbatim.bash
	$(AM_V_GEN)$(MKDIR_P) completions && cp '$(top_srcdir)/completions/verbatim.bash' $@

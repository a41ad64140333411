# completions/ - what shells complete after our commands. SPDX-License-Identifier: GPL-2.0-or-later

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
PROGRAMS_BASH = completions/verbatim-indexer completions/verbatim-queryd
PROGRAMS_FISH = completions/verbatim-indexer.fish completions/verbatim-queryd.fish
nodist_bashcompletion_DATA = completions/verbatim $(PROGRAMS_BASH)
dist_zshcompletion_DATA = completions/_verbatim completions/_verbatim-programs
dist_fishcompletion_DATA = completions/verbatim.fish
nodist_fishcompletion_DATA = $(PROGRAMS_FISH)
EXTRA_DIST += completions/verbatim.bash completions/programs.bash completions/programs.fish
CLEANFILES += completions/verbatim $(PROGRAMS_BASH) $(PROGRAMS_FISH)

# bash and fish look for a file of the command's name.
completions/verbatim: completions/verbatim.bash
	$(AM_V_GEN)$(MKDIR_P) completions && cp '$(top_srcdir)/completions/verbatim.bash' $@
$(PROGRAMS_BASH): completions/programs.bash
	$(AM_V_GEN)$(MKDIR_P) completions && cp '$(top_srcdir)/completions/programs.bash' $@
$(PROGRAMS_FISH): completions/programs.fish
	$(AM_V_GEN)$(MKDIR_P) completions && cp '$(top_srcdir)/completions/programs.fish' $@

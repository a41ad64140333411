# editors/ - the plugin for Vim and Neovim and the package for Emacs. SPDX-License-Identifier: GPL-2.0-or-later

# Both editors look for packages in folders of this form, so that nothing of ours mixes with what others install.
VIM_PLUGIN = editors/vim/plugin/verbatim.vim
VIM_AUTOLOAD = editors/vim/autoload/verbatim.vim
VIM_PARTS = \
	editors/vim/autoload/verbatim/address.vim \
	editors/vim/autoload/verbatim/client.vim \
	editors/vim/autoload/verbatim/health.vim \
	editors/vim/autoload/verbatim/link.vim \
	editors/vim/autoload/verbatim/list.vim \
	editors/vim/autoload/verbatim/live.vim \
	editors/vim/autoload/verbatim/row.vim \
	editors/vim/autoload/verbatim/text.vim \
	editors/vim/autoload/verbatim/words.vim
VIM_DOC = editors/vim/doc/verbatim.txt editors/vim/doc/tags
NVIM_HEALTH = editors/vim/lua/verbatim/health.lua

vimpackdir = $(datadir)/vim/vimfiles/pack/verbatim/start/verbatim
vimplugindir = $(vimpackdir)/plugin
vimautoloaddir = $(vimpackdir)/autoload
vimpartsdir = $(vimpackdir)/autoload/verbatim
vimdocdir = $(vimpackdir)/doc
dist_vimplugin_DATA = $(VIM_PLUGIN)
dist_vimautoload_DATA = $(VIM_AUTOLOAD)
dist_vimparts_DATA = $(VIM_PARTS)
dist_vimdoc_DATA = $(VIM_DOC)

nvimpackdir = $(datadir)/nvim/site/pack/verbatim/start/verbatim
nvimplugindir = $(nvimpackdir)/plugin
nvimautoloaddir = $(nvimpackdir)/autoload
nvimpartsdir = $(nvimpackdir)/autoload/verbatim
nvimdocdir = $(nvimpackdir)/doc
nvimhealthdir = $(nvimpackdir)/lua/verbatim
dist_nvimplugin_DATA = $(VIM_PLUGIN)
dist_nvimautoload_DATA = $(VIM_AUTOLOAD)
dist_nvimparts_DATA = $(VIM_PARTS)
dist_nvimdoc_DATA = $(VIM_DOC)
dist_nvimhealth_DATA = $(NVIM_HEALTH)

lispdir = $(datadir)/emacs/site-lisp
dist_lisp_DATA = editors/emacs/verbatim.el

editorsdocdir = $(docdir)/editors
dist_editorsdoc_DATA = editors/README.md

# Folders of our own go with the last file.
uninstall-hook:
	for pack in '$(DESTDIR)$(vimpackdir)' '$(DESTDIR)$(nvimpackdir)'; do \
	  for part in autoload/verbatim autoload doc lua/verbatim lua plugin . ; do \
	    rmdir "$$pack/$$part" 2> /dev/null || : ; \
	  done; \
	  rmdir "$$pack" "$${pack%/start/verbatim}/start" "$${pack%/start/verbatim}" 2> /dev/null || : ; \
	done
	for part in /doc/pictures /doc /editors '' ; do rmdir '$(DESTDIR)$(docdir)'$$part 2> /dev/null || : ; done

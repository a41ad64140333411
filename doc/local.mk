# doc/ - the manual. SPDX-License-Identifier: GPL-2.0-or-later
# Installed as they lie here, so that their links lead somewhere.
manualdir = $(docdir)/doc
dist_manual_DATA = \
	doc/index-format.md \
	doc/performance.md \
	doc/protocol.md \
	doc/query.md \
	doc/tour.md
picturesdir = $(manualdir)/pictures
dist_pictures_DATA = doc/pictures/terminal.svg doc/pictures/vim.svg
dist_man_MANS += \
	doc/verbatim-indexer.1 \
	doc/verbatim-queryd.1 \
	doc/verbatim.1 \
	doc/verbatim.conf.5

# Units of systemd; --with-systemdsystemunitdir says where to, or not to install them.
EXTRA_DIST += doc/verbatim-indexer.service.in doc/verbatim-indexer.timer doc/verbatim-queryd.service.in \
	doc/verbatim-queryd.socket
if SYSTEMD
nodist_systemdsystemunit_DATA = doc/verbatim-indexer.service doc/verbatim-queryd.service
dist_systemdsystemunit_DATA = doc/verbatim-indexer.timer doc/verbatim-queryd.socket
endif
CLEANFILES += doc/verbatim-indexer.service doc/verbatim-queryd.service
MAKE_UNIT = $(AM_V_GEN)$(MKDIR_P) doc && sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g'
doc/verbatim-indexer.service: $(srcdir)/doc/verbatim-indexer.service.in Makefile
	$(MAKE_UNIT) '$(srcdir)/doc/verbatim-indexer.service.in' > $@
doc/verbatim-queryd.service: $(srcdir)/doc/verbatim-queryd.service.in Makefile
	$(MAKE_UNIT) '$(srcdir)/doc/verbatim-queryd.service.in' > $@

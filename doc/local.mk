# doc/ - the manual. SPDX-License-Identifier: GPL-2.0-or-later
dist_doc_DATA += \
	doc/index-format.md \
	doc/performance.md \
	doc/protocol.md \
	doc/query.md
dist_man_MANS += \
	doc/verbatim-indexer.1 \
	doc/verbatim-queryd.1 \
	doc/verbatim.1 \
	doc/verbatim.conf.5

# Units of systemd; --with-systemdsystemunitdir says where to, or not to install them.
EXTRA_DIST += doc/verbatim-queryd.service.in doc/verbatim-queryd.socket
if SYSTEMD
nodist_systemdsystemunit_DATA = doc/verbatim-queryd.service
dist_systemdsystemunit_DATA = doc/verbatim-queryd.socket
endif
CLEANFILES += doc/verbatim-queryd.service
doc/verbatim-queryd.service: $(srcdir)/doc/verbatim-queryd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) doc && sed 's|@bindir[@]|$(bindir)|' '$(srcdir)/doc/verbatim-queryd.service.in' > $@

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

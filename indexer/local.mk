# indexer/ - verbatim-indexer. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_indexer.a
libverbatim_indexer_a_SOURCES = \
	indexer/ahead.c \
	indexer/ahead.h \
	indexer/charset.c \
	indexer/charset.h \
	indexer/config.c \
	indexer/config.h \
	indexer/entities.c \
	indexer/entities.h \
	indexer/exits.c \
	indexer/exits.h \
	indexer/files.c \
	indexer/files.h \
	indexer/filter.c \
	indexer/filter.h \
	indexer/footnotes.c \
	indexer/footnotes.h \
	indexer/frontmatter.c \
	indexer/frontmatter.h \
	indexer/heading.c \
	indexer/heading.h \
	indexer/html.c \
	indexer/html.h \
	indexer/htmltext.c \
	indexer/htmltext.h \
	indexer/ignore.c \
	indexer/ignore.h \
	indexer/info.c \
	indexer/info.h \
	indexer/input.c \
	indexer/input.h \
	indexer/intake.c \
	indexer/intake.h \
	indexer/language.c \
	indexer/language.h \
	indexer/ledger.c \
	indexer/ledger.h \
	indexer/listing.c \
	indexer/listing.h \
	indexer/markup.c \
	indexer/markup.h \
	indexer/message.c \
	indexer/message.h \
	indexer/options.c \
	indexer/options.h \
	indexer/pipeline.c \
	indexer/pipeline.h \
	indexer/priority.c \
	indexer/priority.h \
	indexer/program.c \
	indexer/program.h \
	indexer/progress.c \
	indexer/progress.h \
	indexer/rawhtml.c \
	indexer/rawhtml.h \
	indexer/reader.c \
	indexer/reader.h \
	indexer/reader_html.c \
	indexer/reader_mail.c \
	indexer/reader_mbox.c \
	indexer/reader_md.c \
	indexer/reader_text.c \
	indexer/report.c \
	indexer/report.h \
	indexer/roots.c \
	indexer/roots.h \
	indexer/succession.c \
	indexer/succession.h \
	indexer/update.c \
	indexer/update.h \
	indexer/walk.c \
	indexer/walk.h

bin_PROGRAMS += verbatim-indexer
verbatim_indexer_SOURCES = indexer/main.c
verbatim_indexer_LDADD = libverbatim_indexer.a $(STORE_LIBS) $(READER_LIBS)

# client/ - verbatim. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_client.a
libverbatim_client_a_SOURCES = \
	client/cli.c \
	client/cli.h \
	client/compare.c \
	client/compare.h \
	client/hint.c \
	client/hint.h \
	client/jsonread.c \
	client/jsonread.h \
	client/nearest.c \
	client/nearest.h \
	client/pager.c \
	client/pager.h \
	client/print.c \
	client/print.h \
	client/quote.c \
	client/report.c \
	client/report.h \
	client/row.c \
	client/row.h \
	client/session.c \
	client/session.h \
	client/source.c \
	client/source.h \
	client/source_index.c \
	client/source_socket.c \
	client/term.c \
	client/term.h \
	client/trace_text.c \
	client/trace_text.h

bin_PROGRAMS += verbatim
verbatim_SOURCES = client/main.c
verbatim_LDADD = libverbatim_client.a libverbatim_queryd.a $(ENGINE_LIBS)

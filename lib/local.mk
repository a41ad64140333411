# lib/ - text and queries. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_lib.a
libverbatim_lib_a_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS)
libverbatim_lib_a_SOURCES = \
	lib/arena.c \
	lib/arena.h \
	lib/array.h \
	lib/base.h \
	lib/buf.c \
	lib/buf.h \
	lib/bytes.h \
	lib/err.c \
	lib/err.h \
	lib/etdc.h \
	lib/query.h \
	lib/token.h \
	lib/utf8.h

# lib/ - text and queries. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_lib.a
libverbatim_lib_a_SOURCES = \
	lib/arena.c \
	lib/arena.h \
	lib/array.h \
	lib/base.h \
	lib/bm25.h \
	lib/buf.c \
	lib/buf.h \
	lib/bytes.h \
	lib/date.c \
	lib/date.h \
	lib/err.c \
	lib/err.h \
	lib/etdc.h \
	lib/fold.c \
	lib/fold.h \
	lib/glob.c \
	lib/glob.h \
	lib/json.c \
	lib/json.h \
	lib/lex.c \
	lib/lex.h \
	lib/match.c \
	lib/match.h \
	lib/match_join.c \
	lib/match_phrase.c \
	lib/match_state.h \
	lib/match_unordered.c \
	lib/match_ways.c \
	lib/parse.c \
	lib/parse_phrase.c \
	lib/plan.c \
	lib/plan.h \
	lib/query.c \
	lib/query.h \
	lib/scan.c \
	lib/scan.h \
	lib/scan_simd.h \
	lib/sentence.c \
	lib/sentence.h \
	lib/token.c \
	lib/token.h \
	lib/utf8.c \
	lib/utf8.h

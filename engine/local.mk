# engine/ - runs queries. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_engine.a
libverbatim_engine_a_SOURCES = \
	engine/approach.c \
	engine/approach.h \
	engine/bits.h \
	engine/browse.c \
	engine/browse.h \
	engine/candidates.c \
	engine/candidates.h \
	engine/excerpt.c \
	engine/excerpt.h \
	engine/expand.c \
	engine/expand.h \
	engine/explain.c \
	engine/filter.c \
	engine/filter.h \
	engine/fuzzy.c \
	engine/fuzzy.h \
	engine/judge.c \
	engine/judge.h \
	engine/phrase.c \
	engine/phrase.h \
	engine/phrase_words.c \
	engine/postings.c \
	engine/postings.h \
	engine/rank.c \
	engine/rank.h \
	engine/search.c \
	engine/search.h \
	engine/searcher.h \
	engine/show.c \
	engine/show.h \
	engine/stretch.c \
	engine/stretch.h \
	engine/trace.c \
	engine/trace.h \
	engine/trace_all.c \
	engine/trace_all.h \
	engine/trace_doc.c \
	engine/trace_seed.c \
	engine/trace_sort.c \
	engine/trace_sort.h \
	engine/trace_state.h \
	engine/trace_text.c \
	engine/windows.c \
	engine/windows.h

# engine/ - runs queries. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_engine.a
libverbatim_engine_a_SOURCES = \
	engine/browse.h \
	engine/excerpt.h \
	engine/search.h

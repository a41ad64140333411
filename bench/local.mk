# bench/ - measures; built on request: make bench. SPDX-License-Identifier: GPL-2.0-or-later
BENCHMARKS = bench/bench_verbatim bench/peer_xapian
EXTRA_PROGRAMS = $(BENCHMARKS)
CLEANFILES += $(BENCHMARKS)
EXTRA_DIST += bench/compare.py bench/pathological.py
bench_bench_verbatim_SOURCES = bench/bench_verbatim.c
bench_bench_verbatim_LDADD = $(ENGINE_LIBS)
bench_peer_xapian_SOURCES = bench/peer_xapian.cc
bench_peer_xapian_CXXFLAGS = $(AM_CXXFLAGS) $(XAPIAN_CFLAGS)
bench_peer_xapian_LDADD = $(LIB_LIBS) $(XAPIAN_LIBS)

.PHONY: bench
bench: all $(BENCHMARKS)

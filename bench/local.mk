# bench/ - measures; built by make bench, and by make check, which tries them. SPDX-License-Identifier: GPL-2.0-or-later
BENCHMARKS = bench/bench_load bench/bench_vocab bench/bench_feed bench/drive_verbatim bench/peer_xapian
if HAVE_SQLITE3
BENCHMARKS += bench/peer_fts5
endif
check_PROGRAMS += $(BENCHMARKS) bench/witness_xapian
check_DATA += bench/classes/PeerLucene.class
CLEANFILES += bench/classes/*.class
EXTRA_DIST += \
	bench/README.md \
	bench/churn.py \
	bench/pathological.py \
	bench/run.sh \
	bench/soak.sh \
	bench/trace.py \
	bench/PeerLucene.java \
	bench/peers/checks.py \
	bench/peers/classes.py \
	bench/peers/corpus.py \
	bench/peers/engines.py \
	bench/peers/main.py \
	bench/peers/measure.py \
	bench/peers/plots.py \
	bench/peers/queries.py \
	bench/peers/report.py \
	bench/peers/sphinx.py \
	bench/peers/throughput.py \
	bench/peers/upkeep.py \
	bench/results
bench_bench_load_SOURCES = bench/bench_load.c bench/load_check.c bench/load_check.h
bench_bench_load_LDADD = libverbatim_queryd.a $(ENGINE_LIBS) $(LIBEVENT_LIBS)
bench_bench_vocab_SOURCES = bench/bench_vocab.c
bench_bench_vocab_LDADD = $(STORE_LIBS)
bench_bench_feed_SOURCES = bench/bench_feed.c
bench_bench_feed_LDADD = $(STORE_LIBS)
bench_drive_verbatim_SOURCES = bench/drive_verbatim.c
bench_drive_verbatim_LDADD = $(ENGINE_LIBS)
bench_peer_fts5_SOURCES = bench/peer_fts5.c bench/feed.h
bench_peer_fts5_CFLAGS = $(AM_CFLAGS) $(SQLITE3_CFLAGS)
bench_peer_fts5_LDADD = $(LIB_LIBS) $(SQLITE3_LIBS)
bench_peer_xapian_SOURCES = bench/peer_xapian.cc bench/feed.h bench/xapian_text.h
bench_peer_xapian_CXXFLAGS = $(AM_CXXFLAGS) $(XAPIAN_CFLAGS)
bench_peer_xapian_LDADD = $(LIB_LIBS) $(XAPIAN_LIBS)
bench_witness_xapian_SOURCES = bench/witness_xapian.cc bench/xapian_text.h
bench_witness_xapian_CXXFLAGS = $(AM_CXXFLAGS) $(XAPIAN_CFLAGS)
bench_witness_xapian_LDADD = $(LIB_LIBS) $(XAPIAN_LIBS)

# Nothing is made where there is no Java, or no Lucene.
bench/classes/PeerLucene.class: bench/PeerLucene.java
	@jars=`ls /usr/share/java/lucene-core-8*.jar /usr/share/java/lucene-analyzers-common-8*.jar 2>/dev/null | tr '\n' ':'`; \
	if test -n "$$jars" && command -v javac > /dev/null; then \
	    $(MKDIR_P) bench/classes && javac -Xlint:all -cp "$$jars" -d bench/classes "$(top_srcdir)/bench/PeerLucene.java"; \
	fi

.PHONY: bench
bench: all $(BENCHMARKS) bench/classes/PeerLucene.class

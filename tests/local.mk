# tests/ - everything that checks. SPDX-License-Identifier: GPL-2.0-or-later

# tests/driver.sh counts what a test counts when it speaks TAP, so that the sum is of checks and not of files.
TEST_EXTENSIONS = .sh .py
LOG_DRIVER = $(SHELL) $(top_srcdir)/tests/driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = $(PYTHON3) -B

# What a test may count on. Both folders are absolute; programs are in top_builddir. Xapian's own check of a database
# frees an object as one of another size (1.4.22), which AddressSanitizer would report.
AM_TESTS_ENVIRONMENT = \
	ASAN_OPTIONS="new_delete_type_mismatch=0:$$ASAN_OPTIONS"; export ASAN_OPTIONS; \
	top_srcdir="`cd '$(top_srcdir)' && pwd`" top_builddir="`pwd`" \
	PYTHON3='$(PYTHON3)' NC='$(NC)' CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8; \
	export top_srcdir top_builddir PYTHON3 NC CMOCKA_MESSAGE_OUTPUT LC_ALL;

# A unit test is one file, named for the module that it tests.
UNIT_TESTS = \
	tests/unit/test_bigrams \
	tests/unit/test_holders \
	tests/unit/test_blocks \
	tests/unit/test_charset \
	tests/unit/test_choices \
	tests/unit/test_damage \
	tests/unit/test_date \
	tests/unit/test_docsets \
	tests/unit/test_faults \
	tests/unit/test_file \
	tests/unit/test_fold \
	tests/unit/test_glob \
	tests/unit/test_histogram \
	tests/unit/test_ignore \
	tests/unit/test_input \
	tests/unit/test_json \
	tests/unit/test_known \
	tests/unit/test_lock \
	tests/unit/test_manifest \
	tests/unit/test_match \
	tests/unit/test_pairs \
	tests/unit/test_postlist \
	tests/unit/test_nomem \
	tests/unit/test_parse \
	tests/unit/test_proto \
	tests/unit/test_query_print \
	tests/unit/test_radix \
	tests/unit/test_reader_html \
	tests/unit/test_reader_mail \
	tests/unit/test_reader_md \
	tests/unit/test_reader_nomem \
	tests/unit/test_residual \
	tests/unit/test_scan \
	tests/unit/test_shim \
	tests/unit/test_stems \
	tests/unit/test_store \
	tests/unit/test_text \
	tests/unit/test_tiers \
	tests/unit/test_token \
	tests/unit/test_token_random \
	tests/unit/test_tombs \
	tests/unit/test_utf8 \
	tests/unit/test_vocab \
	tests/unit/test_walk \
	tests/unit/test_windows

# What several of them include.
UNIT_HELPERS = \
	tests/unit/engine_help.h \
	tests/unit/malloc_help.h \
	tests/unit/reader_help.h \
	tests/unit/reader_laws.h \
	tests/unit/store_help.h
EXTRA_DIST += $(UNIT_HELPERS)

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
LDADD = libverbatim_client.a libverbatim_queryd.a libverbatim_indexer.a $(ENGINE_LIBS) $(LIBEVENT_LIBS) $(READER_LIBS) $(CMOCKA_LIBS)
else
TESTS += tests/no-cmocka.sh
endif

# A fuzzer is linked with libFuzzer, or with a main that replays seeds.
FUZZERS = tests/fuzz/fuzz_html tests/fuzz/fuzz_mail tests/fuzz/fuzz_match tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_residual tests/fuzz/fuzz_token
FUZZ_LIBS = libverbatim_indexer.a $(ENGINE_LIBS) $(READER_LIBS)
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c $(FUZZ_MAIN)
tests_fuzz_fuzz_html_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_ENGINE)
tests_fuzz_fuzz_html_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/fuzz_mail.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mail_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_ENGINE)
tests_fuzz_fuzz_mail_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_match_SOURCES = tests/fuzz/fuzz_match.c $(FUZZ_MAIN)
tests_fuzz_fuzz_match_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_ENGINE)
tests_fuzz_fuzz_match_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c $(FUZZ_MAIN)
tests_fuzz_fuzz_query_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_ENGINE)
tests_fuzz_fuzz_query_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_residual_SOURCES = tests/fuzz/fuzz_residual.c $(FUZZ_MAIN)
tests_fuzz_fuzz_residual_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_ENGINE)
tests_fuzz_fuzz_residual_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz_token.c $(FUZZ_MAIN)
tests_fuzz_fuzz_token_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_ENGINE)
tests_fuzz_fuzz_token_LDADD = $(FUZZ_LIBS)
EXTRA_DIST += tests/fuzz/replay.c tests/fuzz/seeds
if FUZZ
noinst_PROGRAMS += $(FUZZERS)
FUZZ_MAIN =
FUZZ_ENGINE = -fsanitize=fuzzer
else
check_PROGRAMS += $(FUZZERS)
TESTS += tests/fuzz.sh
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_ENGINE =
endif

# The programs from outside.
INDEXER_TESTS = \
	tests/indexer/config.sh \
	tests/indexer/exits.sh \
	tests/indexer/history.py \
	tests/indexer/kinds.sh \
	tests/indexer/losses.sh \
	tests/indexer/paths.sh \
	tests/indexer/signals.sh \
	tests/indexer/skips.sh
PROTOCOL_FILES = \
	tests/protocol/answers.transcript \
	tests/protocol/daemon.py \
	tests/protocol/faults.c \
	tests/protocol/faults.py \
	tests/protocol/fuzz.py \
	tests/protocol/life.py \
	tests/protocol/load.py \
	tests/protocol/ranking.transcript \
	tests/protocol/requests.transcript \
	tests/protocol/run.py
TESTS += $(INDEXER_TESTS) tests/indexer/cron.sh tests/protocol.sh tests/daemon.sh
EXTRA_DIST += $(INDEXER_TESTS) tests/indexer/cron.sh $(PROTOCOL_FILES) tests/indexer/tap.sh tests/protocol.sh tests/daemon.sh

# Runs of the indexer that go wrong: a library to be preloaded, and what judges them.
FAULTS_FILES = tests/faults/faults.py tests/faults/interpose.c tests/faults/run.sh
tests/faults/interpose.so: tests/faults/interpose.c
	$(AM_V_CCLD)$(MKDIR_P) tests/faults && $(CC) $(WARN_CFLAGS) $(CFLAGS) -shared -fPIC -o $@ \
		$(top_srcdir)/tests/faults/interpose.c
check_DATA += tests/faults/interpose.so
CLEANFILES += tests/faults/interpose.so
TESTS += tests/faults/run.sh
EXTRA_DIST += $(FAULTS_FILES)

# The terminal client.
CLIENT_FILES = \
	tests/client/client.py \
	tests/client/completion.py \
	tests/client/exits.py \
	tests/client/hints.py \
	tests/client/manual.py \
	tests/client/quote.py \
	tests/client/run.sh \
	tests/client/same.py \
	tests/client/terminal.py \
	tests/client/tour.py
TESTS += tests/client/run.sh

# Tracing.
TRACE_FILES = \
	tests/trace/all.py \
	tests/trace/generated.py \
	tests/trace/oracle.py \
	tests/trace/passages.py \
	tests/trace/quotations.py \
	tests/trace/reuse.py \
	tests/trace/run.sh
TESTS += tests/trace/run.sh
EXTRA_DIST += $(TRACE_FILES)

EXTRA_DIST += $(CLIENT_FILES)

# The comparison with other engines runs, with those that are here.
TESTS += tests/bench.py
EXTRA_DIST += tests/bench.py

# The plugins, in real editors.
EDITOR_FILES = \
	tests/editors/editor.py \
	tests/editors/emacs.py \
	tests/editors/keys.py \
	tests/editors/run.sh \
	tests/editors/texts.py \
	tests/editors/vim.py
TESTS += tests/editors/run.sh
EXTRA_DIST += $(EDITOR_FILES)

# What judges the engine.
ORACLE_FILES = \
	tests/oracle/abbreviations.txt \
	tests/oracle/copied.py \
	tests/oracle/differential.py \
	tests/oracle/document.py \
	tests/oracle/engine.py \
	tests/oracle/evaluate.py \
	tests/oracle/generate.py \
	tests/oracle/odd.py \
	tests/oracle/query.py \
	tests/oracle/realtext.py \
	tests/oracle/second.py \
	tests/oracle/shrink.py \
	tests/oracle/stand_in.py \
	tests/oracle/stem.py \
	tests/oracle/test_oracle.py \
	tests/oracle/tree.py \
	tests/oracle/unicode_ranges.py \
	tests/oracle/words.py
TESTS += tests/oracle/test_oracle.py tests/differential.sh
EXTRA_DIST += $(ORACLE_FILES) tests/differential.sh

# Laws between answers; many writings. Both use the oracle's documents and its way of asking.
LAWS_FILES = tests/laws/laws.py tests/laws/rules.py tests/laws/run.sh tests/laws/variants.py
LANGUAGES_FILES = tests/languages/languages.py tests/languages/run.sh tests/languages/sentences.py
TESTS += tests/laws/run.sh tests/languages/run.sh
EXTRA_DIST += $(LAWS_FILES) $(LANGUAGES_FILES)

TESTS += tests/check-style.sh
EXTRA_DIST += tests/driver.sh tests/check-style.sh tests/fuzz.sh tests/no-cmocka.sh tests/data

# What reads bytes from outside, for a build with sanitizers.
SANITIZE_TESTS = $(UNIT_TESTS) $(INDEXER_TESTS) tests/protocol.sh tests/daemon.sh tests/client/run.sh tests/fuzz.sh
.PHONY: check-sanitize
check-sanitize:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$(SANITIZE_TESTS)"

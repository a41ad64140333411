# queryd/ - verbatim-queryd. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_queryd.a
libverbatim_queryd_a_SOURCES = \
	queryd/accept.c \
	queryd/accept.h \
	queryd/address.c \
	queryd/address.h \
	queryd/ask.c \
	queryd/ask.h \
	queryd/bound.h \
	queryd/cmd.c \
	queryd/cmd.h \
	queryd/cmd_cancel.c \
	queryd/cmd_count.c \
	queryd/cmd_docs.c \
	queryd/cmd_explain.c \
	queryd/cmd_help.c \
	queryd/cmd_info.c \
	queryd/cmd_ping.c \
	queryd/cmd_quit.c \
	queryd/cmd_reload.c \
	queryd/cmd_search.c \
	queryd/cmd_set.c \
	queryd/cmd_stats.c \
	queryd/cmd_text.c \
	queryd/cmd_trace.c \
	queryd/cmd_words.c \
	queryd/conn.c \
	queryd/conn.h \
	queryd/facts.c \
	queryd/facts.h \
	queryd/flags.c \
	queryd/flags.h \
	queryd/framer.c \
	queryd/framer.h \
	queryd/generation.c \
	queryd/generation.h \
	queryd/hangup.c \
	queryd/hangup.h \
	queryd/histogram.c \
	queryd/histogram.h \
	queryd/job.c \
	queryd/job.h \
	queryd/listen.c \
	queryd/listen.h \
	queryd/log.c \
	queryd/log.h \
	queryd/metrics.c \
	queryd/metrics.h \
	queryd/piece.h \
	queryd/pool.c \
	queryd/pool.h \
	queryd/proto.c \
	queryd/proto.h \
	queryd/record.c \
	queryd/record.h \
	queryd/reply.c \
	queryd/reply.h \
	queryd/rows.c \
	queryd/rows.h \
	queryd/sandbox.c \
	queryd/sandbox.h \
	queryd/sdnotify.c \
	queryd/sdnotify.h \
	queryd/server.c \
	queryd/server.h \
	queryd/settings.c \
	queryd/settings.h \
	queryd/stats.c \
	queryd/stats.h \
	queryd/thread.c \
	queryd/thread.h \
	queryd/watch.c \
	queryd/watch.h

# What a build has of the sandbox; the others are distributed all the same.
EXTRA_DIST += queryd/sandbox_landlock.c queryd/sandbox_landlock_none.c queryd/sandbox_seccomp.c \
	queryd/sandbox_seccomp_none.c
if SANDBOX_LANDLOCK
libverbatim_queryd_a_SOURCES += queryd/sandbox_landlock.c
else
libverbatim_queryd_a_SOURCES += queryd/sandbox_landlock_none.c
endif
if SANDBOX_SECCOMP
libverbatim_queryd_a_SOURCES += queryd/sandbox_seccomp.c
else
libverbatim_queryd_a_SOURCES += queryd/sandbox_seccomp_none.c
endif

bin_PROGRAMS += verbatim-queryd
verbatim_queryd_SOURCES = queryd/main.c
verbatim_queryd_LDADD = libverbatim_queryd.a $(ENGINE_LIBS) $(LIBEVENT_LIBS) $(SECCOMP_LIBS)

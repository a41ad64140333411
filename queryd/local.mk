# queryd/ - verbatim-queryd. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_queryd.a
libverbatim_queryd_a_SOURCES =

#bin_PROGRAMS += verbatim-queryd
#verbatim_queryd_SOURCES = queryd/main.c
#verbatim_queryd_LDADD = libverbatim_queryd.a $(ENGINE_LIBS) $(LIBEVENT_LIBS)

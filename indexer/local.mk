# indexer/ - verbatim-indexer. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_indexer.a
libverbatim_indexer_a_SOURCES =

#bin_PROGRAMS += verbatim-indexer
#verbatim_indexer_SOURCES = indexer/main.c
#verbatim_indexer_LDADD = libverbatim_indexer.a $(STORE_LIBS) $(MD4C_LIBS) $(UCHARDET_LIBS)

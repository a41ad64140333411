# store/ - the index on disk. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_store.a
libverbatim_store_a_SOURCES = \
	store/build.h \
	store/document.h \
	store/lock.h \
	store/manifest.h \
	store/segment.h \
	store/snapshot.h \
	store/vocab.h

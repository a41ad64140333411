# shim/ - the C face of Xapian and of uchardet, the only C++. SPDX-License-Identifier: GPL-2.0-or-later
noinst_LIBRARIES += libverbatim_shim.a
libverbatim_shim_a_CXXFLAGS = $(AM_CXXFLAGS) $(XAPIAN_CFLAGS)
libverbatim_shim_a_SOURCES = \
	shim/detect.cc \
	shim/detect.h \
	shim/shim.cc \
	shim/shim.h

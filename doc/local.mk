# doc/ - the manual. SPDX-License-Identifier: GPL-2.0-or-later
dist_doc_DATA +=
dist_man_MANS +=

/* priority.h - how eagerly a run asks for the processor and the disk. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PRIORITY_H
#define VERBATIM_PRIORITY_H

/* Takes the lowest priority of both for this process and all that it starts. Nobody needs to know when the system does
 * not want that: the run is the same. */
void priority_lower(void);

#endif

/* scan_kernels.h - the loops of scan.c in several builds, for what the processor can do.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_KERNELS_H
#define VERBATIM_SCAN_KERNELS_H

#include "lib/scan.h"

enum { SCAN_WINDOW = 64 }; /* bytes that a kernel looks at together: a bit each */

/* The words found in a window: bit i of any stands for one that begins with its byte i; the others are the bits of its
 * kind. */
struct kernel_events {
    uint64_t any, one, two, four;
};

struct scan_kernel {
    /* Fills in the next occurrences, as many as fit; room is at least SCAN_WINDOW. It is done when fewer than that
     * are left free. off counts from text.begin. */
    size_t (*find_hits)(struct scan_text text, const struct scan_needle *needle, struct scan_cursor *cursor,
                        struct scan_hit *out, size_t room);
    size_t (*count_hits)(struct scan_text text, const struct scan_needle *needle);
    size_t (*find_events)(struct scan_text text, const struct scan_words *words, struct scan_cursor *cursor,
                          struct scan_event *out, size_t room);
    size_t (*find_sequence)(struct scan_text text, struct scan_sequence *sequence, struct scan_cursor *cursor,
                            struct scan_hit *out, size_t room);
    size_t (*count_sequence)(struct scan_text text, const struct scan_sequence *sequence, size_t enough);
    size_t (*count_near)(struct scan_text text, const struct scan_near *near, size_t enough);
    size_t (*count_words)(const uint8_t *p, const uint8_t *end); /* that end in [p, end) */
};

extern const struct scan_kernel scan_kernel_plain; /* any processor; SSE2 on x86-64 */
extern const struct scan_kernel scan_kernel_avx2;  /* only where scan_kernel() may choose it, as all that follow */
extern const struct scan_kernel scan_kernel_avx512;

/* The best for this processor. */
const struct scan_kernel *scan_kernel(void);

#endif

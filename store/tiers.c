/* tiers.c - see tiers.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/tiers.h"

static bool is_mostly_dead(const struct tier *t)
{
    return t->dead_docs > t->docs / TIERS_DEAD_SHARE || t->dead_words > t->words / TIERS_DEAD_SHARE;
}

static struct tier *smallest(struct tier *tiers, size_t n)
{
    struct tier *found = NULL;
    for (size_t i = 0; i < n; i++)
        if (!tiers[i].merged && (found == NULL || tiers[i].bytes < found->bytes))
            found = &tiers[i];
    return found;
}

void tiers_choose(struct tier *tiers, size_t n, uint64_t new_bytes)
{
    uint64_t bytes = new_bytes;
    for (size_t i = 0; i < n; i++) {
        tiers[i].merged = tiers[i].docs == tiers[i].dead_docs || is_mostly_dead(&tiers[i]);
        if (tiers[i].merged)
            bytes += tiers[i].bytes;
    }
    if (bytes == 0)
        return;
    for (struct tier *next; (next = smallest(tiers, n)) != NULL;) {
        uint64_t most = bytes < TIERS_SMALL ? TIERS_SMALL : bytes;
        if (next->bytes > most || bytes + next->bytes > TIERS_LARGE)
            return;
        next->merged = true;
        bytes += next->bytes;
    }
}

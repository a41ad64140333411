/* tiers.c - see tiers.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/tiers.h"

static bool is_mostly_dead(const struct tier *t)
{
    return t->dead_docs > t->docs / TIERS_DEAD_SHARE || t->dead_words > t->words / TIERS_DEAD_SHARE;
}

/* The smallest that is neither merged nor looked at; NULL: there is none. */
static struct tier *smallest(struct tier *tiers, size_t n)
{
    struct tier *found = NULL;
    for (size_t i = 0; i < n; i++)
        if (!tiers[i].merged && !tiers[i].seen && (found == NULL || tiers[i].bytes < found->bytes))
            found = &tiers[i];
    return found;
}

static void take_seen(struct tier *tiers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tiers[i].merged = tiers[i].merged || tiers[i].seen;
}

/* Goes up to the last segment that is no larger than all before it, though some below it may be. */
void tiers_choose(struct tier *tiers, size_t n, uint64_t new_bytes)
{
    uint64_t bytes = new_bytes;
    for (size_t i = 0; i < n; i++) {
        tiers[i].seen = false;
        tiers[i].merged = tiers[i].docs == tiers[i].dead_docs || is_mostly_dead(&tiers[i]);
        if (tiers[i].merged)
            bytes += tiers[i].bytes;
    }
    if (bytes == 0)
        return;
    for (struct tier *next; (next = smallest(tiers, n)) != NULL;) {
        bool follows = next->bytes <= (bytes < TIERS_SMALL ? TIERS_SMALL : bytes);
        bytes += next->bytes;
        if (bytes > TIERS_LARGE)
            return;
        next->seen = true;
        if (follows)
            take_seen(tiers, n);
    }
}

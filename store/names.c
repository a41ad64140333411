/* names.c - see names.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Reads digits at *p, at least so many and with no more zeroes before them than that asks for. */
static bool read_number(const char **p, size_t min_digits, uint64_t max, uint64_t *out)
{
    size_t n = strspn(*p, "0123456789");
    if (n < min_digits || (n > min_digits && **p == '0'))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value * 10 + (uint64_t)((*p)[i] - '0');
        if (value > max)
            return false;
    }
    *p += n;
    *out = value;
    return true;
}

static bool read_id(const char *p, uint64_t *generation)
{
    uint64_t ordinal;
    return read_number(&p, 8, NAMES_MAX_GENERATION, generation) && *p++ == '-' &&
           read_number(&p, 1, UINT32_MAX, &ordinal) && *p == '\0';
}

bool names_is_id(const char *id)
{
    uint64_t generation;
    return read_id(id, &generation);
}

void names_make_id(char id[NAMES_ID_ROOM], uint64_t generation, unsigned ordinal)
{
    (void)snprintf(id, NAMES_ID_ROOM, "%08" PRIu64 "-%u", generation, ordinal);
}

static struct names_parsed parse_numbered(enum names_kind kind, const char *rest)
{
    struct names_parsed parsed = {.kind = kind};
    uint64_t of_segment;
    bool ok;
    if (kind == NAMES_SEGMENT) {
        parsed.id = rest;
        ok = read_id(rest, &parsed.generation);
    } else {
        ok = read_number(&rest, 8, NAMES_MAX_GENERATION, &parsed.generation);
        if (ok && kind == NAMES_TOMBS) {
            parsed.id = rest + 1;
            ok = *rest == '-' && read_id(rest + 1, &of_segment);
        } else {
            ok = ok && *rest == '\0';
        }
    }
    return ok ? parsed : (struct names_parsed){.kind = NAMES_FOREIGN};
}

struct names_parsed names_parse(const char *name)
{
    static const struct {
        const char *text;
        enum names_kind kind;
    } whole[] = {{"current", NAMES_CURRENT}, {"current.new", NAMES_CURRENT_NEW}, {"lock", NAMES_LOCK}},
      prefixes[] = {
          {"gen-", NAMES_GENERATION}, {"files-", NAMES_FILES},     {"seg-", NAMES_SEGMENT},
          {"del-", NAMES_TOMBS},      {"scratch-", NAMES_SCRATCH}};
    for (size_t i = 0; i < BASE_COUNT(whole); i++)
        if (strcmp(name, whole[i].text) == 0)
            return (struct names_parsed){.kind = whole[i].kind};
    for (size_t i = 0; i < BASE_COUNT(prefixes); i++) {
        size_t len = strlen(prefixes[i].text);
        if (strncmp(name, prefixes[i].text, len) == 0)
            return parse_numbered(prefixes[i].kind, name + len);
    }
    return (struct names_parsed){.kind = NAMES_FOREIGN};
}

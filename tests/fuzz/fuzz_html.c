/* fuzz_html.c - any bytes as an HTML page: the text keeps the lines of the source, and each byte of a word stands there
 * where the map of columns says.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "indexer/reader.h"
#include "tests/unit/reader_laws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct reader_room room;

static bool check(void *user, struct document *doc)
{
    const struct markup *m = user;
    check_laws(doc, m, m->source, m->source_len);
    if (failures > 0)
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input input;
    struct reader_sink sink = {.document = check, .user = &room.markup};
    struct reading r = {
        .room = &room, .in = &input, .path = "a.html", .path_len = 6, .max_size = 1 << 20, .sink = &sink};
    if (input_from_memory(&input, data, size) == READ_OK)
        (void)reader_read(&r);
    input_close(&input);
    return 0;
}

/* fuzz_mail.c - any bytes as an e-mail and as a mailbox: the texts are valid UTF-8, a title stands in its text.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "indexer/reader.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *user, struct document *doc)
{
    (void)user;
    bool title_fits = !doc->title_in_text ||
                      (doc->title_end <= doc->text_len && doc->title_end - doc->title_start == doc->title_len &&
                       memcmp(doc->text + doc->title_start, doc->title, doc->title_len) == 0);
    if (utf8_invalid_at(doc->text, doc->text_len) != doc->text_len || !title_fits)
        abort();
    return true;
}

static bool pass(void *user, const char *path, size_t path_len, enum read_result why, const char *detail)
{
    (void)user;
    (void)path;
    (void)path_len;
    (void)detail;
    if (why == READ_OK)
        abort();
    return true;
}

static void read_as(const char *path, const uint8_t *data, size_t size)
{
    static struct reader_room room;
    static struct input input;
    struct reader_sink sink = {.document = check, .skipped = pass};
    struct reading r = {
        .room = &room, .in = &input, .path = path, .path_len = strlen(path), .max_size = 2000, .sink = &sink};
    if (input_from_memory(&input, data, size) == READ_OK)
        (void)reader_read(&r);
    input_close(&input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_as("a.eml", data, size);
    read_as("a.mbox", data, size);
    return 0;
}

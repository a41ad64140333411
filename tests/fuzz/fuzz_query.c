/* fuzz_query.c - any bytes as a query: it parses or is refused at a column inside it, prints to what parses to the same
 * tree, and compiles; any bytes as a text: quoted, it parses. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/plan.h"
#include "lib/query.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_printing(const struct query *q, struct arena *arena)
{
    struct buf printed = BUF_INIT;
    struct query *again;
    struct err err = {0};
    query_print(q, &printed);
    require(buf_ok(&printed));
    /* The canonical form may be longer than what was typed, and then too long to be typed. */
    if (printed.len <= QUERY_MAX_BYTES) {
        require(query_parse(printed.data, printed.len, arena, &again, &err) == ST_OK);
        require(query_equal(q, again));
    }
    buf_release(&printed);
}

static void check_query(const char *text, size_t len)
{
    struct arena arena = ARENA_INIT;
    struct query *q;
    struct plan *plan;
    struct err err = {0};
    enum status status = query_parse(text, len, &arena, &q, &err);
    if (status == ST_OK) {
        check_printing(q, &arena);
        status = plan_make(q, &arena, &plan, &err);
        require(status == ST_OK || status == ST_TOO_BROAD || status == ST_BAD_QUERY);
    } else {
        require(status == ST_BAD_QUERY || status == ST_TOO_BROAD);
        require(err.column >= 1 && err.column <= len + 1);
        require(err.text[0] != '\0');
    }
    arena_release(&arena);
}

static void check_quoting(const char *text, size_t len)
{
    struct arena arena = ARENA_INIT;
    struct buf quoted = BUF_INIT;
    struct query *q;
    struct err err = {0};
    query_quote(text, len, &quoted);
    require(buf_ok(&quoted));
    enum status status = query_parse(quoted.data, quoted.len, &arena, &q, &err);
    if (status == ST_OK)
        require(q->kind == QUERY_PHRASE);
    buf_release(&quoted);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t len = utf8_invalid_at(text, size);
    check_query(text, len);
    check_quoting(text, len);
    return 0;
}

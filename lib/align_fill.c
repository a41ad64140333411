/* align_fill.c - a small table of two stretches of words, and the best way through it.
 *
 *              he  told us  she  said          a cell is the best of: the one before it on the diagonal and what the
 *        she   .    .    .   \                 two words are worth to each other, or cost; the one above or to the
 *        told       \                          left, and what a word with nothing in its place costs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/align_state.h"
#include "lib/array.h"

#define SKIPPED 0.08F /* inside a table each word with nothing in its place costs the same */

enum step { STEP_NONE, STEP_SAME, STEP_NEAR, STEP_CHANGED, STEP_UP, STEP_LEFT };

double align_join_cost(uint32_t between, uint32_t doc_between)
{
    uint32_t less = between < doc_between ? between : doc_between;
    uint32_t more = between - less + (doc_between - less);
    return ALIGN_CHANGED * less + (more > 0 ? ALIGN_OPEN + ALIGN_LONGER * more : 0);
}

static uint32_t at(uint32_t pos, int dir, uint32_t i)
{
    return dir > 0 ? pos + i : pos - i;
}

/* What two words are worth to each other, and what they are. */
static float worth(const struct align *a, uint32_t pos, uint32_t doc_pos, enum step *step)
{
    uint32_t word = a->words[pos];
    *step = STEP_SAME;
    if (word == a->doc->words[doc_pos])
        return a->values[word];
    *step = STEP_NEAR;
    if (a->doc->near != NULL && a->doc->near(a->doc->arg, pos, doc_pos))
        return (float)ALIGN_NEAR * a->values[word];
    *step = STEP_CHANGED;
    return -(float)ALIGN_CHANGED;
}

static void compute(struct align *a, const struct align_table *t)
{
    size_t width = t->columns + 1;
    for (uint32_t i = 0; i <= t->rows; i++) {
        for (uint32_t j = 0; j <= t->columns; j++) {
            size_t cell = i * width + j;
            float best = -1e9F;
            enum step step = STEP_NONE, met;
            if (i == 0 && j == 0)
                best = 0;
            if (i > 0 && j > 0) {
                best = a->cells[cell - width - 1] +
                       worth(a, at(t->pos, t->dir, i - 1), at(t->doc_pos, t->dir, j - 1), &met);
                step = met;
            }
            if (i > 0 && a->cells[cell - width] - SKIPPED > best) {
                best = a->cells[cell - width] - SKIPPED;
                step = STEP_UP;
            }
            if (j > 0 && a->cells[cell - 1] - SKIPPED > best) {
                best = a->cells[cell - 1] - SKIPPED;
                step = STEP_LEFT;
            }
            a->cells[cell] = best;
            a->steps[cell] = (uint8_t)step;
        }
    }
}

static size_t last_cell(const struct align *a, const struct align_table *t)
{
    size_t width = t->columns + 1, n = width * (t->rows + 1), best = 0;
    if (t->to_corner)
        return n - 1;
    for (size_t cell = 1; cell < n; cell++)
        if (a->cells[cell] > a->cells[best])
            best = cell;
    return best;
}

enum status align_fill(struct align *a, const struct align_table *t, struct err *err)
{
    size_t width = t->columns + 1;
    if (t->rows == 0 || t->columns == 0)
        return ST_OK;
    enum status status = align_work(a, width * (t->rows + 1), err);
    if (status != ST_OK)
        return status;
    compute(a, t);
    for (size_t cell = last_cell(a, t); cell > 0;) {
        enum step step = (enum step)a->steps[cell];
        uint32_t i = (uint32_t)(cell / width), j = (uint32_t)(cell % width);
        if (step == STEP_SAME || step == STEP_NEAR) {
            if (!ARRAY_RESERVE(a->found, a->cap_found, a->n_found + 1))
                return err_nomem(err);
            a->found[a->n_found++] =
                (struct align_pair){at(t->pos, t->dir, i - 1), at(t->doc_pos, t->dir, j - 1), step == STEP_NEAR};
        }
        cell -= step == STEP_UP ? width : step == STEP_LEFT ? 1 : width + 1;
    }
    return ST_OK;
}

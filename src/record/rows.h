/*
 * Rows of an answer to a question put to the store, all cells as text, and who answers. The census
 * asks through this and so knows no database; tests answer themselves.
 */
#ifndef MUSTER_RECORD_ROWS_H
#define MUSTER_RECORD_ROWS_H

#include "base/arena.h"
#include "base/err.h"

enum { ROWS_COLUMNS = 64, ROWS_MAX = 4000000 };

struct rows {
    unsigned columns;
    size_t len;
    struct text name[ROWS_COLUMNS];
    struct text *cell; /* len x columns, row by row; a null text is SQL's null */
};

static inline struct text rows_cell(const struct rows *rows, size_t row, unsigned column)
{
    muster_assert(row < rows->len && column < rows->columns);
    return rows->cell[row * rows->columns + column];
}

/* Numbers of a cell; 0 when null. Cells are NUL-terminated. */
int64_t rows_count(const struct rows *rows, size_t row, unsigned column);
double rows_real(const struct rows *rows, size_t row, unsigned column);

struct asker {
    void *state;
    /* Puts one SQL question; the rows live in the arena. */
    bool (*ask)(void *state, const char *sql, struct arena *arena, struct rows *ret,
                struct err *err);
    /* Runs SQL that has no answer (CREATE TABLE ...), which later questions may build on. */
    bool (*run)(void *state, const char *sql, struct err *err);
};

static inline bool asker_ask(const struct asker *asker, const char *sql, struct arena *arena,
                             struct rows *ret, struct err *err)
{
    return asker->ask(asker->state, sql, arena, ret, err);
}

static inline bool asker_run(const struct asker *asker, const char *sql, struct err *err)
{
    return asker->run(asker->state, sql, err);
}

#endif

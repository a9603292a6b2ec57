/*
 * DuckDB, in process, loaded when first needed: reading known input never pays its start.
 *
 * Every connection is in memory (the lake's files are the store), may touch only the store's
 * folder, never the network: extensions are neither installed nor loaded, and the configuration is
 * locked before the first question.
 *
 * Order: duck_open -> duck_load, duck_run, duck_ask -> duck_close.
 */
#ifndef MUSTER_STORE_DUCK_H
#define MUSTER_STORE_DUCK_H

#include "base/buf.h"
#include "base/err.h"
#include "record/rows.h"
#include "record/sighting.h"

struct duck;

/* `folder` and `temp` are absolute; temp is DuckDB's own scratch folder, made when needed. */
struct duck *duck_open(const char *folder, const char *temp, uint64_t memory_bytes,
                       unsigned threads, struct err *err);
bool duck_run(struct duck *duck, const char *sql, struct err *err);
/* Rows live in the arena, cells NUL-terminated. More than ROWS_MAX rows are an error. */
bool duck_ask(struct duck *duck, const char *sql, struct arena *arena, struct rows *ret,
              struct err *err);
/* Makes the table `table` (row VARCHAR) and fills it with what `next` puts into buf, a row each
 * call, until it returns false. */
bool duck_load(struct duck *duck, const char *table, bool (*next)(void *state, struct buf *buf),
               void *state, struct err *err);
void duck_close(struct duck *duck); /* accepts NULL */

/* One row's arguments for a function of ours. Lists lie side by side: evidence[i] has the i-th
 * group, flags, strength and item. */
enum { DUCK_TEXTS = 5 };
struct duck_row {
    struct evidence_list evidence;
    bool answered;
    double p;
    int64_t port;
    struct text text[DUCK_TEXTS];
};
/* Makes the SQL function
 *     NAME(groups VARCHAR[], flags BIGINT[], strengths DOUBLE[], items VARCHAR[], answered BOOLEAN,
 *          p DOUBLE, port BIGINT, text0 VARCHAR, ... text4 VARCHAR) -> VARCHAR
 * of `call`, which appends its answer. It may be called from several threads at once. */
bool duck_function(struct duck *duck, const char *name,
                   void (*call)(const void *state, const struct duck_row *row, struct buf *answer),
                   const void *state, struct err *err);

/* A path as an SQL literal for read_parquet, which takes it for a pattern: * ? [ become literal. */
void duck_quote_path(struct buf *buf, const char *path);

#endif

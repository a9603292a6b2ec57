/*
 * A question with an answer of any length, read piece by piece in bounded memory: what DuckDB keeps
 * of it is within duck_open's memory_bytes.
 *
 * Order: duck_stream_open -> duck_stream_next until it is 0 -> duck_stream_close, before
 * duck_close.
 */
#ifndef MUSTER_STORE_DUCK_STREAM_H
#define MUSTER_STORE_DUCK_STREAM_H

#include "base/text.h"
#include "store/duck.h"

struct duck_stream;

/* Every column of `sql` must be of type VARCHAR. */
struct duck_stream *duck_stream_open(struct duck *duck, const char *sql, struct err *err);
/* How many rows there are in the next piece; 0: the answer is over, or (err->text is not empty
 * then) broke. */
size_t duck_stream_next(struct duck_stream *stream, struct err *err);
/* A cell of the piece; null for NULL. Lives until the next piece. */
struct text duck_stream_cell(const struct duck_stream *stream, size_t row, unsigned column);
void duck_stream_close(struct duck_stream *stream); /* accepts NULL */

#endif

#ifndef MUSTER_OUTPUT_ROWS_JSON_H
#define MUSTER_OUTPUT_ROWS_JSON_H

#include "base/buf.h"
#include "record/rows.h"

/* Rows as a JSON array of objects; numbers bare, nulls null. */
void rows_json(struct buf *buf, const struct rows *rows);

#endif

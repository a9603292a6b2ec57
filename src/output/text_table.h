/*
 * Rows as an aligned table for a terminal, TEXT_PAGE characters wide: columns that do not fit are
 * left out, numbers stand right.
 */
#ifndef MUSTER_OUTPUT_TEXT_TABLE_H
#define MUSTER_OUTPUT_TEXT_TABLE_H

#include "base/buf.h"
#include "record/rows.h"

enum { TEXT_PAGE = 100 };

/* An underlined line, with an empty one before it. */
void text_title(struct buf *buf, const char *title);
/* At most rows_most rows, then how many more there are. */
void text_table(struct buf *buf, const struct rows *rows, size_t rows_most);

#endif

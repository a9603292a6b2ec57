/*
 * Pieces of an HTML page. Everything that comes from the store goes through buf_html here; what the
 * callers pass as `const char *` is their own text.
 */
#ifndef MUSTER_OUTPUT_HTML_H
#define MUSTER_OUTPUT_HTML_H

#include "base/buf.h"
#include "record/census.h"

/* A heading of a level from 2 to 4; id_or_null: what a link of the page leads to. */
void html_heading(struct buf *buf, int level, const char *title, const char *id_or_null);
void html_paragraph(struct buf *buf, const char *class_or_null, struct text text);

/* Text that is cut, with "...", when it is longer than a page can bear. */
void html_text(struct buf *buf, struct text text);

/* A table that scrolls sideways on narrow screens. `title` names it for those who cannot see it. */
void html_table_begin(struct buf *buf, const char *title);
void html_table_head(struct buf *buf, const char *heading, bool number); /* one column's */
void html_table_end(struct buf *buf);

/* Columns of a census table, by name. A `bar` is drawn from the figures of that column. */
struct html_columns {
    const char *show; /* "country controllers hosts": names, a blank between */
    const char *bar;  /* or NULL */
};
/* The rows, at most HTML_ROWS of them, then how many more there are. Countries get their names. */
enum { HTML_ROWS = 60 };
void html_rows(struct buf *buf, const struct census_table *table,
               const struct html_columns *columns);

#endif

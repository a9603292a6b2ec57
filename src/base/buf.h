/*
 * A growing byte buffer for output and small files: append, then hand over at/len. Always has a NUL
 * behind its bytes. Starts from a zeroed struct buf.
 */
#ifndef MUSTER_BASE_BUF_H
#define MUSTER_BASE_BUF_H

#include "base/text.h"

#include <stddef.h>

struct buf {
    char *at;
    size_t len;  /* bytes used */
    size_t room; /* bytes allocated */
};

/* Room for `bytes` more; the caller writes at buf->at + buf->len and adds to buf->len. */
void buf_reserve(struct buf *buf, size_t bytes);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, struct text text);
void buf_string(struct buf *buf, const char *string);
void buf_char(struct buf *buf, char c);
void buf_number(struct buf *buf, uint64_t number); /* decimal */
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* 'it''s': a literal of SQL. */
void buf_sql(struct buf *buf, struct text text);
/* A JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD (RFC 8259 8.1); controls,
 * overrides of the writing direction and other characters that are not seen become \uNNNN. */
void buf_json(struct buf *buf, struct text text);
/* Text safe inside HTML text and attribute values; bad UTF-8, controls and the unseen as U+FFFD. */
void buf_html(struct buf *buf, struct text text);
/* One CSV field (RFC 4180), quoted when needed; controls and the unseen as \xNN. */
void buf_csv(struct buf *buf, struct text text);
/* Text safe for a terminal: controls, bad UTF-8 and the unseen as \xNN. */
void buf_printable(struct buf *buf, struct text text);
void buf_free(struct buf *buf);

#endif

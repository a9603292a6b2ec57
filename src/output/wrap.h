/*
 * Text for a terminal: wrapped at words, indented, cut after some lines.
 */
#ifndef MUSTER_OUTPUT_WRAP_H
#define MUSTER_OUTPUT_WRAP_H

#include "base/buf.h"

/* Appends the text in lines of at most `columns` characters, each indented; after `lines` of them
 * it ends in "...". The text is printable UTF-8 (buf_printable). Nothing for an empty text. */
void wrap_text(struct buf *buf, struct text text, unsigned columns, unsigned indent,
               unsigned lines);

/* The same for a text whose first `indent` characters stand already. */
void wrap_hanging(struct buf *buf, struct text text, unsigned columns, unsigned indent,
                  unsigned lines);

/* Characters (not bytes) of UTF-8 text. */
unsigned wrap_width(struct text text);

#endif

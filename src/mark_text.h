/*
 * What rules of known marks look at (marks/README): the first bytes of a conversation as they were
 * sent; of HTTP and TLS, which sources tell in fields, a text made of these fields. A mark thus
 * works on captures and on logs alike. Pure; at most MARK_TEXT_MAX bytes.
 */
#ifndef MUSTER_MARK_TEXT_H
#define MUSTER_MARK_TEXT_H

#include "record/mark.h"
#include "record/record.h"

#include <stddef.h>

enum { MARK_TEXT_MAX = 6144 };

/* Bytes of that part of the record: written to `room`, or views of the record's own. Empty when the
 * record has no such part. */
struct text mark_text(const struct record *record, enum mark_part part, char room[MARK_TEXT_MAX]);

#endif

/*
 * A published report as text, HTML, JSON or CSV: nothing but what struct published holds.
 */
#ifndef MUSTER_OUTPUT_PUBLISHED_H
#define MUSTER_OUTPUT_PUBLISHED_H

#include "base/buf.h"
#include "record/published.h"

/* False when there is no such format. */
bool published_write(struct buf *buf, const struct published *published, const char *format);

#endif

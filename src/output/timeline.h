/*
 * Hosts by day as an inline SVG picture: a bar a day (or a week, or a month, when there are many).
 */
#ifndef MUSTER_OUTPUT_TIMELINE_H
#define MUSTER_OUTPUT_TIMELINE_H

#include "base/buf.h"
#include "record/rows.h"

/* `day`: the census's table "day". Nothing for an empty one. */
void timeline_svg(struct buf *buf, const struct rows *day);

#endif

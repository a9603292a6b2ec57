/*
 * Pictures of a report as inline SVG: bars over time, a strip of hours or days for one host, a bar
 * inside a table's cell. Each says in words (title, label) what it shows; the colours are the style
 * sheet's (report.css).
 */
#ifndef MUSTER_OUTPUT_CHART_H
#define MUSTER_OUTPUT_CHART_H

#include "base/buf.h"
#include "base/clock.h"
#include "record/rows.h"

/* The rows of census table "day": counted hosts by day, the new ones dark, with a caption. */
void chart_days(struct buf *buf, const struct rows *day);
/* The rows of census table "hour" between two days: counted hosts by hour, with a caption. */
void chart_hours(struct buf *buf, const struct rows *hour, struct day first, struct day last);

/* When something was seen between two days: by hour for up to STRIP_HOUR_DAYS days, else by day. */
enum { STRIP_HOUR_DAYS = 3, STRIP_CELLS = 120 };
struct strip {
    struct day first;
    unsigned days, len, span; /* cells used; days a cell, 0 = a cell is an hour */
    bool seen[STRIP_CELLS];
};
void strip_begin(struct strip *strip, struct day first, struct day last);
/* hours: 24-bit mask, bit 0 = 00:00-00:59. Days outside are left out. */
void strip_add(struct strip *strip, struct day day, uint32_t hours);
void strip_svg(struct buf *buf, const struct strip *strip);

/* A bar of value out of most, for a cell beside the figure: not read aloud. */
void chart_bar(struct buf *buf, int64_t value, int64_t most);

#endif

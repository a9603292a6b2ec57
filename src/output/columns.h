/*
 * Tables of an answer, for people: headings, which columns are numbers, numbers with separators,
 * and the sentences that every report shares.
 */
#ifndef MUSTER_OUTPUT_COLUMNS_H
#define MUSTER_OUTPUT_COLUMNS_H

#include "base/buf.h"
#include "record/census.h"
#include "record/counting.h"
#include "record/skip.h"

/* "rank_by_hosts" -> "rank by hosts". */
void column_heading(struct buf *buf, struct text name);
/* Every cell that is not null is a whole number. */
bool column_is_number(const struct rows *rows, unsigned column);
/* "3340000" -> "3,340,000"; anything else as it is. */
void column_number(struct buf *buf, struct text digits);
void column_thousands(struct buf *buf, int64_t value);

/* "2020-06-01 to 2020-06-30": the period asked for, else what was watched. */
void census_period(struct buf *buf, const struct census *census);
/* The counted hosts in words: the same at the end of a read and at the top of a report. */
void counting_words(struct buf *buf, const struct counting *counting);
/* The report's first sentences; and what was watched. */
void census_headline(struct buf *buf, const struct census *census);
/* How many of the counted hosts are wrong: as looked at, else as p says. */
void census_wrong(struct buf *buf, const struct census *census);
/* Against an earlier period; nothing when it is not compared. */
void census_changed(struct buf *buf, const struct census *census);
void census_watched(struct buf *buf, const struct census *census);
/* What the sources' `skipped` columns add up to. */
void census_skips(struct skips *ret, const struct census *census);
/* Sentences on what the figures do not say. */
extern const char *const census_limits[];
extern const unsigned census_limits_len;

/* So many hosts that a reader wants the tables before the list. */
enum { CENSUS_HOSTS_MANY = 50 };

/* Index of a column by name; muster_assert that it is there. */
unsigned column_named(const struct rows *rows, const char *name);

#endif

/*
 * The fields of a line: cut at a delimiter, found by the name that a header gives them, and read as
 * numbers. Nothing is copied; a field that is not there is a null text.
 */
#ifndef MUSTER_SOURCE_FIELDS_H
#define MUSTER_SOURCE_FIELDS_H

#include "base/clock.h"
#include "base/text.h"
#include "record/address.h"

enum { FIELDS_MAX = 512 };

/* Cuts the line at every delimiter; returns how many fields there are, at most max: the last one
 * then holds what is left. */
unsigned fields_cut(struct text line, char delimiter, struct text *field, unsigned max);
/* As RFC 4180: a field in double quotes may hold the delimiter, and "" stands for a quote (which
 * stays doubled in the view). False: a quote is not closed. */
bool fields_cut_quoted(struct text line, char delimiter, struct text *field, unsigned max,
                       unsigned *ret_len);
/* Place of the first of the names (separated by spaces) that a header's field has, ignoring case;
 * -1: none. */
int fields_find(const struct text *field, unsigned len, const char *names);

/* Whole decimal numbers; false when it is none, or does not fit. */
bool field_u64(struct text text, uint64_t *ret);
bool field_port(struct text text, struct port *ret);
/* "12.345678" in seconds, at most 6 decimals count; to microseconds. Also negative. */
bool field_seconds(struct text text, int64_t *ret_us);
struct text field_trim(struct text text); /* without blanks at both ends */

#endif

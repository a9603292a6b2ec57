/*
 * Time as muster knows it: the packet's or record's own time, UTC, in microseconds. No wall clock
 * decides anything; clock_now is for progress bars and the dates of files that muster writes.
 */
#ifndef MUSTER_BASE_CLOCK_H
#define MUSTER_BASE_CLOCK_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct instant {
    int64_t us; /* since 1970-01-01T00:00:00Z; INSTANT_NONE_US = unknown */
};

struct day {
    int32_t number; /* days since 1970-01-01; DAY_NONE = unknown */
};

#define INSTANT_NONE_US INT64_MIN
#define DAY_NONE INT32_MIN
#define SECOND_US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * SECOND_US)

static inline bool instant_known(struct instant t)
{
    return t.us != INSTANT_NONE_US;
}

#define TIME_FIRST_US (INT64_C(631152000) * SECOND_US) /* 1990-01-01 */
#define TIME_LAST_US (INT64_C(4102444800) * SECOND_US) /* 2100-01-01 */

/* Whether it may be a packet's time at all. */
static inline bool instant_is_usual(struct instant t)
{
    return t.us >= TIME_FIRST_US && t.us < TIME_LAST_US;
}

/* The UTC day that holds t (floor, also before 1970). */
static inline struct day instant_day(struct instant t)
{
    int64_t n = t.us / DAY_US;
    struct day d = {(int32_t)(t.us % DAY_US < 0 ? n - 1 : n)};
    return d;
}

static inline int day_hour(struct instant t) /* 0..23 */
{
    int64_t in_day = t.us - (int64_t)instant_day(t).number * DAY_US;
    return (int)(in_day / (3600 * SECOND_US));
}

enum { INSTANT_TEXT = 32, DAY_TEXT = 16 };
/* "2020-06-03T19:37:53.000000Z"; "" when unknown. Returns out. (RFC 3339) */
const char *instant_format(struct instant t, char out[INSTANT_TEXT]);
/* "2020-06-03 19:37:53" for people; "" when unknown. */
const char *instant_format_short(struct instant t, char out[INSTANT_TEXT]);
/* "2020-06-03"; "" when unknown. */
const char *day_format(struct day d, char out[DAY_TEXT]);
/* Reads YYYY-MM-DD, optionally with [T ]hh:mm:ss[.ffffff][Z| UTC|+hhmm|+hh:mm]. */
bool instant_parse(struct text text, struct instant *ret);
bool day_parse(struct text text, struct day *ret);
struct day day_of(int year, int month, int mday); /* month 1-12 */

struct instant clock_now(void);
int64_t clock_monotonic_us(void);

#endif

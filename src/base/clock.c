#include "base/clock.h"

#include "base/digits.h"

#include <stdio.h>
#include <time.h>

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil and its inverse.
 */
struct day day_of(int year, int month, int mday)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    struct day d = {(int32_t)(era * 146097 + doe - 719468)};
    return d;
}

static void civil(struct day d, int *year, int *month, int *mday)
{
    int64_t z = (int64_t)d.number + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

/* "2020-06-03"; returns where it ends. */
static char *date_put(char *at, struct day d)
{
    int year, month, mday;
    civil(d, &year, &month, &mday);
    if (year < 0 || year > 9999)
        at += snprintf(at, DAY_TEXT, "%d", year);
    else
        at = digits_pad(at, (uint64_t)year, 4);
    *at++ = '-';
    at = digits_pad(at, (uint64_t)month, 2);
    *at++ = '-';
    return digits_pad(at, (uint64_t)mday, 2);
}

static const char *format(struct instant t, char out[INSTANT_TEXT], bool full)
{
    out[0] = '\0';
    if (!instant_known(t))
        return out;
    struct day d = instant_day(t);
    uint64_t us = (uint64_t)(t.us - (int64_t)d.number * DAY_US);
    uint64_t s = us / SECOND_US;
    char *at = date_put(out, d);
    *at++ = full ? 'T' : ' ';
    at = digits_pad(at, s / 3600, 2);
    *at++ = ':';
    at = digits_pad(at, s / 60 % 60, 2);
    *at++ = ':';
    at = digits_pad(at, s % 60, 2);
    if (full) {
        *at++ = '.';
        at = digits_pad(at, us % SECOND_US, 6);
        *at++ = 'Z';
    }
    *at = '\0';
    return out;
}

const char *instant_format(struct instant t, char out[INSTANT_TEXT])
{
    return format(t, out, true);
}

const char *instant_format_short(struct instant t, char out[INSTANT_TEXT])
{
    return format(t, out, false);
}

const char *day_format(struct day d, char out[DAY_TEXT])
{
    out[0] = '\0';
    if (d.number == DAY_NONE)
        return out;
    *date_put(out, d) = '\0';
    return out;
}

/* Reads exactly `digits` decimal digits at text+*i. */
static bool number(struct text text, uint32_t *i, int digits, int *ret)
{
    int value = 0;
    for (int n = 0; n < digits; n++, (*i)++) {
        if (*i >= text.len || text.at[*i] < '0' || text.at[*i] > '9')
            return false;
        value = value * 10 + (text.at[*i] - '0');
    }
    *ret = value;
    return true;
}

static bool one_of(struct text text, uint32_t *i, const char *set)
{
    if (*i >= text.len || text.at[*i] == '\0' || strchr(set, text.at[*i]) == NULL)
        return false;
    (*i)++;
    return true;
}

/* "", "Z", " UTC", "+0200", "+02:00" (RFC 3339 4.2, ISO 8601): how far east of UTC. */
static bool zone(struct text text, int64_t *ret_us)
{
    int hours, minutes;
    uint32_t i = 0;
    *ret_us = 0;
    if (text.len == 0 || text_is(text, "Z") || text_is(text, " UTC"))
        return true;
    bool west = text.at[0] == '-';
    if (!one_of(text, &i, "+-") || !number(text, &i, 2, &hours))
        return false;
    (void)one_of(text, &i, ":");
    if (!number(text, &i, 2, &minutes) || i != text.len || hours > 23 || minutes > 59)
        return false;
    *ret_us = (west ? -1 : 1) * (hours * INT64_C(60) + minutes) * 60 * SECOND_US;
    return true;
}

bool instant_parse(struct text text, struct instant *ret)
{
    int year, month, mday, hour = 0, minute = 0, second = 0;
    uint32_t i = 0;
    if (!number(text, &i, 4, &year) || !one_of(text, &i, "-") || !number(text, &i, 2, &month) ||
        !one_of(text, &i, "-") || !number(text, &i, 2, &mday))
        return false;
    if (month < 1 || month > 12 || mday < 1 || mday > 31)
        return false;
    int64_t us = 0;
    if (i < text.len) {
        if (!one_of(text, &i, "T ") || !number(text, &i, 2, &hour) || !one_of(text, &i, ":") ||
            !number(text, &i, 2, &minute) || !one_of(text, &i, ":") ||
            !number(text, &i, 2, &second) || hour > 23 || minute > 59 || second > 60)
            return false;
        if (i < text.len && text.at[i] == '.') {
            int64_t unit = SECOND_US / 10;
            for (i++; i < text.len && text.at[i] >= '0' && text.at[i] <= '9'; i++, unit /= 10)
                us += (text.at[i] - '0') * unit;
        }
        int64_t east_us;
        if (!zone(text_at(text.at + i, text.len - i), &east_us))
            return false;
        us -= east_us;
    }
    int64_t s = hour * 3600 + minute * 60 + second;
    ret->us = (int64_t)day_of(year, month, mday).number * DAY_US + s * SECOND_US + us;
    return true;
}

bool day_parse(struct text text, struct day *ret)
{
    struct instant t;
    if (text.len != 10 || !instant_parse(text, &t))
        return false;
    *ret = instant_day(t);
    return true;
}

struct instant clock_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    struct instant t = {(int64_t)ts.tv_sec * SECOND_US + ts.tv_nsec / 1000};
    return t;
}

int64_t clock_monotonic_us(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

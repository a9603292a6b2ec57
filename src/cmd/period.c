#include "cmd/period.h"

#include "base/digits.h"

/* A part of a period: at most four digits. */
static bool number(struct text text, int *ret)
{
    int64_t n = 0;
    bool read = text.len <= 4 && digits_read(text, &n);
    *ret = (int)n;
    return read;
}

static struct period months(int year, int first, int last)
{
    return (struct period){
        day_of(year, first, 1),
        {last == 12 ? day_of(year + 1, 1, 1).number - 1 : day_of(year, last + 1, 1).number - 1}};
}

/* The Monday of an ISO week: week 1 has the 4th of January. */
static int32_t week_start(int year, int week)
{
    int32_t fourth = day_of(year, 1, 4).number;
    int32_t week_day = (fourth % 7 + 7 + 3) % 7; /* 1970-01-01 was a Thursday; Monday = 0 */
    return fourth - week_day + (week - 1) * 7;
}

static bool month_days(int year, int month, int *ret)
{
    if (month < 1 || month > 12)
        return false;
    struct period whole = months(year, month, month);
    *ret = whole.to.number - whole.from.number + 1;
    return true;
}

bool period_parse(struct text text, int years, struct period *ret)
{
    struct text rest = text, first = text_word(&rest, '-');
    int year, part, day, days;
    if (first.len != 4 || !number(first, &year) || year < 1990 || year > 2099)
        return false;
    year -= years;
    if (text.len == 4) {
        *ret = months(year, 1, 12);
        return true;
    }
    if (rest.len == 2 && rest.at[0] == 'Q' && number(text_at(rest.at + 1, 1), &part) && part >= 1 &&
        part <= 4) {
        *ret = months(year, 3 * part - 2, 3 * part);
        return true;
    }
    if (rest.len == 3 && rest.at[0] == 'W' && number(text_at(rest.at + 1, 2), &part) && part >= 1) {
        int32_t start = week_start(year, part);
        *ret = (struct period){{start}, {start + 6}};
        return start < week_start(year + 1, 1);
    }
    struct text month = text_word(&rest, '-');
    if (month.len != 2 || !number(month, &part) || !month_days(year, part, &days))
        return false;
    *ret = months(year, part, part);
    if (text.len == 7)
        return true;
    if (rest.len != 2 || !number(rest, &day) || day < 1 || day > days)
        return false;
    ret->from = ret->to = day_of(year, part, day);
    return true;
}

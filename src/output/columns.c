#include "output/columns.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>

void column_heading(struct buf *buf, struct text name)
{
    for (uint32_t i = 0; i < name.len; i++)
        buf_char(buf, name.at[i] == '_' ? ' ' : name.at[i]);
}

static bool is_number(struct text cell)
{
    uint32_t i = cell.len > 1 && cell.at[0] == '-';
    for (; i < cell.len; i++)
        if (cell.at[i] < '0' || cell.at[i] > '9')
            return false;
    return cell.len > 0;
}

bool column_is_number(const struct rows *rows, unsigned column)
{
    bool any = false;
    if (text_is(rows->name[column], "asn") || text_is(rows->name[column], "port"))
        return false; /* digits, but a name */
    for (size_t row = 0; row < rows->len; row++) {
        struct text cell = rows_cell(rows, row, column);
        bool number = is_number(cell), hidden = text_is(cell, "<10") || text_is(cell, "withheld");
        if (cell.at != NULL && !number && !hidden) /* hidden: instead of a number (--publish) */
            return false;
        any |= number;
    }
    return any;
}

void column_number(struct buf *buf, struct text digits)
{
    if (!is_number(digits)) {
        buf_text(buf, digits);
        return;
    }
    for (uint32_t i = 0; i < digits.len; i++) {
        if (i && (digits.len - i) % 3 == 0 && digits.at[i - 1] != '-')
            buf_char(buf, ',');
        buf_char(buf, digits.at[i]);
    }
}

void column_thousands(struct buf *buf, int64_t value)
{
    struct buf digits = {0};
    buf_format(&digits, "%lld", (long long)value);
    column_number(buf, text_at(digits.at, digits.len));
    buf_free(&digits);
}

unsigned column_named(const struct rows *rows, const char *name)
{
    unsigned column = 0;
    while (column < rows->columns && !text_is(rows->name[column], name))
        column++;
    muster_assert(column < rows->columns);
    return column;
}

void census_period(struct buf *buf, const struct census *census)
{
    char from[DAY_TEXT], to[DAY_TEXT];
    struct text first = census->first_day, last = census->last_day;
    if (census->from.number != DAY_NONE)
        first = text_of(day_format(census->from, from));
    if (census->to.number != DAY_NONE)
        last = text_of(day_format(census->to, to));
    buf_text(buf, first.at ? first : text_of("the beginning"));
    if (first.at != NULL && text_same(first, last))
        return;
    buf_string(buf, " to ");
    buf_text(buf, last.at ? last : text_of("today"));
}

static void put_counted(struct buf *buf, int64_t value, const char *one, const char *many)
{
    column_thousands(buf, value);
    buf_char(buf, ' ');
    buf_string(buf, value == 1 ? one : many);
}

static void put_grades(struct buf *buf, const struct counting *c)
{
    buf_string(buf, " (");
    column_thousands(buf, c->confirmed);
    buf_string(buf, " confirmed, ");
    column_thousands(buf, c->probable);
    buf_string(buf, " probable)");
}

static void put_control(struct buf *buf, const struct counting *c)
{
    int64_t found = c->confirmed + c->probable;
    if (c->counted == 0) {
        buf_string(buf, found ? "No host counts as seen under control."
                              : "No host was seen under control.");
        return;
    }
    put_counted(buf, c->counted, "host was", "hosts were");
    buf_string(buf, " seen under control");
    if (c->controllers) {
        buf_string(buf, " of ");
        put_counted(buf, c->controllers, "control server", "control servers");
    }
    if (c->countries) {
        buf_string(buf, " hosted in ");
        put_counted(buf, c->countries, "country", "countries");
    }
    if (found == c->counted)
        put_grades(buf, c);
    buf_char(buf, '.');
}

/* Only when some of the hosts with findings do not count. */
static void put_found(struct buf *buf, const struct counting *c)
{
    int64_t found = c->confirmed + c->probable;
    if (found == c->counted)
        return;
    buf_string(buf, " Findings stand against ");
    put_counted(buf, found, "host", "hosts");
    put_grades(buf, c);
    buf_string(buf, "; ");
    put_counted(buf, found - c->counted, "does not", "do not");
    buf_string(buf, " count yet: probable on one day, by one kind of evidence only.");
}

void counting_words(struct buf *buf, const struct counting *c)
{
    put_control(buf, c);
    put_found(buf, c);
    if (c->suspected) {
        buf_char(buf, ' ');
        put_counted(buf, c->suspected, "more is suspected", "more are suspected");
        buf_string(buf, ", which never counts.");
    }
    if (c->sinkhole) {
        buf_char(buf, ' ');
        put_counted(buf, c->sinkhole, "was", "were");
        buf_string(buf, " seen only at sinkholes: infected, not under control.");
    }
    if (c->sites) {
        buf_char(buf, ' ');
        put_counted(buf, c->sites, "website was", "websites were");
        buf_string(buf, " seen with a backdoor");
        if (c->implanters) {
            buf_string(buf, " that ");
            put_counted(buf, c->implanters, "address", "addresses");
            buf_string(buf, " used");
        }
        buf_char(buf, '.');
    }
}

/* Rounded as far as the interval lets one tell. */
static double rounded(double value, double width)
{
    double step = 1;
    while (step * 20 < width)
        step *= 10;
    return round(value / step) * step;
}

static void put_rounded(struct buf *buf, double value, double width)
{
    column_thousands(buf, (int64_t)rounded(value, width));
}

enum { LIVE_LEAST = 30 }; /* addresses: with fewer the count itself is as good */

/* Machines at a time, before the addresses that others publish. */
static void put_live(struct buf *buf, const struct census_live *live)
{
    double width = live->high - live->low;
    if (live->windows == 0 || live->addresses < LIVE_LEAST)
        return;
    if (live->known) {
        buf_string(buf, "At a typical time ");
        put_rounded(buf, live->live, width);
        buf_string(buf, " machines (95 % interval ");
        put_rounded(buf, live->low, width);
        buf_string(buf, " to ");
        put_rounded(buf, live->high, width);
        buf_string(buf, ") were seen under control. Over the period, by address: ");
        return;
    }
    buf_string(buf, "How many machines were under control at a time cannot be told well: ");
    put_rounded(buf, live->low, width);
    buf_string(buf, " to ");
    put_rounded(buf, live->high, width);
    buf_format(buf,
               ", if addresses are held for a day or more (known for networks with %.0f %% of the "
               "addresses; --holds FILE tells). By address: ",
               100 * live->share);
}

enum { AUDIT_LEAST = 10 };
#define WRONG_MOST 0.1

/* More than a tenth of what was looked at was wrong. */
static bool is_withheld(const struct census *census)
{
    double right = (double)census->number[CENSUS_audited_right],
           wrong = (double)census->number[CENSUS_audited_wrong];
    return right + wrong >= AUDIT_LEAST && wrong > WRONG_MOST * (right + wrong);
}

void census_headline(struct buf *buf, const struct census *census)
{
    const int64_t *n = census->number;
    if (is_withheld(census)) {
        buf_string(buf,
                   "The number of hosts is withheld: more than one in ten of the findings that "
                   "were looked at are wrong. ");
        return;
    }
    put_live(buf, &census->live);
    const struct counting counting = {
        .counted = n[CENSUS_hosts_counted],
        .confirmed = n[CENSUS_hosts_confirmed],
        .probable = n[CENSUS_hosts_probable],
        .suspected = n[CENSUS_hosts_suspected],
        .sinkhole = n[CENSUS_hosts_sinkhole],
        .controllers = n[CENSUS_controllers],
        .countries = n[CENSUS_countries],
        .sites = n[CENSUS_sites],
        .implanters = n[CENSUS_implanters],
    };
    counting_words(buf, &counting);
}

/* 95 % interval of k of n (Wilson 1927). */
static void wilson(double k, double n, double *low, double *high)
{
    const double z = 1.96;
    double middle = (k + z * z / 2) / (n + z * z);
    double half = z / (n + z * z) * sqrt(k * (n - k) / n + z * z / 4);
    *low = fmax(0, middle - half);
    *high = fmin(1, middle + half);
}

void census_wrong(struct buf *buf, const struct census *census)
{
    double right = (double)census->number[CENSUS_audited_right];
    double n = right + (double)census->number[CENSUS_audited_wrong], low, high;
    if (n > 0) {
        wilson(right, n, &low, &high);
        buf_format(buf,
                   "Of %.0f findings that were looked at %.0f were right: %.2f (95 %% interval "
                   "%.2f to %.2f).",
                   n, right, right / n, low, high);
        return;
    }
    if (census->number[CENSUS_hosts_counted] == 0)
        return;
    if (census->expected_false < 0.95)
        buf_string(buf, "If p is right, less than one counted host is wrong");
    else
        buf_format(buf, "If p is right, about %.0f of the counted hosts are wrong",
                   census->expected_false);
    buf_string(buf, "; nobody has looked yet: muster audit.");
}

/* The first row of the table "change", which is about hosts. */
void census_changed(struct buf *buf, const struct census *census)
{
    const struct census_table *table = census_table(census, "change");
    if (table == NULL || table->rows.len == 0)
        return;
    const struct rows *rows = &table->rows;
    struct text counted = rows_cell(rows, 0, column_named(rows, "as_counted"));
    struct text alike = rows_cell(rows, 0, column_named(rows, "like_for_like"));
    struct text interval = rows_cell(rows, 0, column_named(rows, "interval"));
    bool told = rows_cell(rows, 0, column_named(rows, "note")).len == 0;
    if (counted.at == NULL)
        return;
    buf_format(buf, "%s: hosts ", table->title);
    if (alike.at == NULL) {
        buf_format(buf, "%s as counted; how much of that is detection cannot be told.", counted.at);
        return;
    }
    buf_format(buf, "%s on equal procedure", alike.at);
    if (interval.at)
        buf_format(buf, " (95 %% interval %s%s)", interval.at,
                   told ? "" : ": not told from no change");
    buf_format(buf, "; %s as counted: the rest is what watching more or better brought.",
               counted.at);
}

void census_watched(struct buf *buf, const struct census *census)
{
    const int64_t *n = census->number;
    put_counted(buf, n[CENSUS_days_watched], "day was", "days were");
    buf_string(buf, " watched, in ");
    put_counted(buf, n[CENSUS_sources], "source", "sources");
    buf_string(buf, " of ");
    put_counted(buf, n[CENSUS_sensors], "sensor.", "sensors.");
}

/* "reason=count reason=count ...", as findings write it. */
static void add_skips(struct skips *ret, struct text text)
{
    for (uint32_t at = 0; at < text.len;) {
        uint32_t end = at, equals = at;
        for (; end < text.len && text.at[end] != ' '; end++)
            if (text.at[end] == '=')
                equals = end;
        struct text name = text_at(text.at + at, equals - at);
        for (int i = 0; i < SKIPS; i++)
            if (equals > at && text_is(name, skip_name[i]))
                ret->count[i] += strtoull(text.at + equals + 1, NULL, 10); /* ends at the blank */
        at = end + 1;
    }
}

void census_skips(struct skips *ret, const struct census *census)
{
    *ret = (struct skips){{0}};
    const struct rows *rows = &census_table(census, "coverage")->rows;
    unsigned column = column_named(rows, "skipped");
    for (size_t row = 0; row < rows->len; row++)
        add_skips(ret, rows_cell(rows, row, column));
}

const char *const census_limits[] = {
    "Only traffic that was watched can show control: hosts that sent nothing past a sensor, or "
    "talked inside what could not be read, are missing.",
    "Hosts are addresses: one machine with changing addresses counts several times, machines "
    "behind "
    "one address translator count once.",
    "A country is where a control server's machine stood on that day, not who ran it; servers are "
    "rented, hacked and moved.",
};
const unsigned census_limits_len = sizeof census_limits / sizeof census_limits[0];

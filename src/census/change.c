#include "census/change.h"

#include "census/draw.h"
#include "census/tables.h"

#include "base/buf.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 9, DRAWS = 1000, GROUPS_LEAST = 8 };

extern const char census_common_sql[];
__asm__(".section .rodata\n.global census_common_sql\ncensus_common_sql:\n"
        ".incbin \"src/census/sql/common.sql\"\n.byte 0\n.previous\n");

/* The figures that are compared, and what their interval is drawn over: the number of each botnet
 * before and now (what nobody names is one of its own). NULL: no interval. */
static const struct figure {
    enum census_number number;
    const char *groups;
} figures[] = {
    {CENSUS_hosts_counted,
     "SELECT min(controller_id) AS grp, host_id AS unit FROM counted GROUP BY "
     "host_id"},
    {CENSUS_hosts_peak_day, NULL},
    {CENSUS_controllers, "SELECT DISTINCT coalesce(family, controller_id) AS grp, controller_id AS "
                         "unit FROM command"},
    {CENSUS_countries, NULL},
    {CENSUS_families, NULL},
    {CENSUS_sites, NULL},
    {CENSUS_implanters, NULL},
};
enum { FIGURES = sizeof figures / sizeof figures[0] };

struct side {
    int64_t number[CENSUS_NUMBERS];
};

struct change {
    struct census *census;
    const struct asker *asker;
    struct day now_from, now_to, before_from, before_to;
    struct side now, before, now_alike, before_alike;
    struct rows groups[FIGURES];
    bool same_days; /* like for like is as counted */
    struct text broken;
};

static bool set_period(struct change *c, bool now, const char *eligible, struct err *err)
{
    struct day from = now ? c->now_from : c->before_from, to = now ? c->now_to : c->before_to;
    return census_tables(c->asker, from, to, eligible, err);
}

/* Keeps each unit's botnet for the interval; the other side is added to it. */
static bool keep_groups(struct change *c, const char *side, struct err *err)
{
    struct buf sql = {0};
    bool done = true;
    for (unsigned i = 0; i < FIGURES && done; i++) {
        if (figures[i].groups == NULL)
            continue;
        sql.len = 0;
        buf_format(&sql,
                   "CREATE OR REPLACE TABLE groups_%s_%u AS SELECT grp, count(*) AS n FROM (%s) "
                   "GROUP BY grp",
                   side, i, figures[i].groups);
        done = asker_run(c->asker, sql.at, err);
    }
    buf_free(&sql);
    return done;
}

static bool ask_groups(struct change *c, struct err *err)
{
    struct buf sql = {0};
    bool done = true;
    for (unsigned i = 0; i < FIGURES && done; i++) {
        if (figures[i].groups == NULL)
            continue;
        sql.len = 0;
        buf_format(
            &sql,
            "SELECT coalesce(a.n, 0) AS now, coalesce(b.n, 0) AS before FROM groups_now_%u a "
            "FULL JOIN groups_before_%u b USING (grp) ORDER BY grp",
            i, i);
        done = asker_ask(c->asker, sql.at, &c->census->arena, &c->groups[i], err);
    }
    buf_free(&sql);
    return done;
}

static bool side_take(struct change *c, bool now, const char *eligible, struct side *ret,
                      struct err *err)
{
    return set_period(c, now, eligible, err) && census_numbers(c->asker, ret->number, err);
}

static void put_day(struct buf *sql, const char *name, struct day from, struct day to)
{
    char first[DAY_TEXT], last[DAY_TEXT];
    buf_format(
        sql, "CREATE OR REPLACE TABLE %s AS SELECT DATE '%s' AS first_day, DATE '%s' AS last_day;",
        name, day_format(from, first), day_format(to, last));
}

static bool find_common(struct change *c, bool *watched, struct err *err)
{
    struct buf sql = {0};
    struct rows rows;
    put_day(&sql, "now", c->now_from, c->now_to);
    put_day(&sql, "before", c->before_from, c->before_to);
    bool done =
        asker_run(c->asker, sql.at, err) && asker_run(c->asker, census_common_sql, err) &&
        asker_ask(
            c->asker,
            "SELECT count(*) FILTER (NOT is_now) AS before, (SELECT count(*) FROM common_day) "
            "AS common, count(*) AS all_days FROM sensor_day",
            &c->census->arena, &rows, err);
    buf_free(&sql);
    if (done) {
        *watched = rows_count(&rows, 0, 0) > 0;
        c->same_days = rows_count(&rows, 0, 1) == rows_count(&rows, 0, 2);
    }
    return done;
}

/* What is not the same in both: "detector beacon/3 -> beacon/4". */
static bool find_break(struct change *c, struct err *err)
{
    struct rows rows;
    if (!asker_ask(
            c->asker,
            "SELECT string_agg(CASE WHEN in_now THEN 'new: ' ELSE 'gone: ' END || kind || ' ' "
            "|| part, ', ' ORDER BY in_now, kind, part) AS broken FROM procedure WHERE in_now "
            "<> in_before",
            &c->census->arena, &rows, err))
        return false;
    c->broken = rows_cell(&rows, 0, 0);
    return true;
}

/* 95 % interval of the change in percent, over botnets; false: too few of them. */
static bool interval(const struct rows *groups, double *low, double *high)
{
    if (groups->len < GROUPS_LEAST)
        return false;
    double *change = mem_new(DRAWS, sizeof *change);
    size_t len = 0;
    for (unsigned d = 0; d < DRAWS; d++) {
        double now = 0, before = 0;
        for (size_t g = 0; g < groups->len; g++) {
            unsigned weight = draw_weight(0, d, g);
            now += weight * (double)rows_count(groups, g, 0);
            before += weight * (double)rows_count(groups, g, 1);
        }
        if (before > 0)
            change[len++] = 100 * (now / before - 1);
    }
    bool known = len >= DRAWS * 9 / 10;
    if (known) {
        qsort(change, len, sizeof *change, draw_order);
        *low = change[len / 40];
        *high = change[len - 1 - len / 40];
    }
    mem_free(change);
    return known;
}

static struct text put_percent(struct change *c, double percent)
{
    return arena_format(&c->census->arena, "%+.1f %%", percent);
}

static struct text put_change(struct change *c, int64_t now, int64_t before)
{
    return before > 0 ? put_percent(c, 100 * ((double)now / (double)before - 1)) : text_of(NULL);
}

static struct text put_count(struct change *c, int64_t count)
{
    return arena_format(&c->census->arena, "%lld", (long long)count);
}

static void put_alike(struct change *c, unsigned i, struct text *cell)
{
    const struct figure *f = &figures[i];
    int64_t now = c->now_alike.number[f->number], before = c->before_alike.number[f->number];
    double low, high;
    cell[0] = put_count(c, before);
    cell[1] = put_count(c, now);
    cell[2] = put_change(c, now, before);
    if (!f->groups || !interval(&c->groups[i], &low, &high)) {
        cell[3] = text_of(NULL);
        cell[4] = text_of(f->groups ? "too few botnets for an interval" : "");
        return;
    }
    cell[3] = arena_format(&c->census->arena, "%+.1f to %+.1f %%", low, high);
    cell[4] = text_of(low <= 0 && high >= 0 ? "not told from no change" : "");
}

static void add_table(struct change *c)
{
    static const char *const names[COLUMNS] = {"figure",        "before",       "now",
                                               "as_counted",    "before_alike", "now_alike",
                                               "like_for_like", "interval",     "note"};
    struct census *census = c->census;
    struct census_table *table = &census->table[census->tables++];
    char from[DAY_TEXT], to[DAY_TEXT];
    *table = (struct census_table){
        .id = "change",
        .title = arena_format(&census->arena, "Against %s to %s", day_format(c->before_from, from),
                              day_format(c->before_to, to))
                     .at,
        .definition =
            "As counted: all that was seen in each. Like for like: the same sensors on the same "
            "days, indicators known within 30 days, the same detectors and feeds; the difference "
            "is "
            "what watching more or better brought. Interval: 95 %, over botnets (families; what "
            "nobody names by its controller), both periods together."};
    table->rows.columns = COLUMNS;
    table->rows.cell = arena_new(&census->arena, (size_t)FIGURES * COLUMNS * sizeof(struct text));
    for (unsigned i = 0; i < COLUMNS; i++)
        table->rows.name[i] = text_of(names[i]);
    for (unsigned i = 0; i < FIGURES; i++) {
        struct text *cell = &table->rows.cell[table->rows.len * COLUMNS];
        int64_t now = c->now.number[figures[i].number],
                before = c->before.number[figures[i].number];
        if (now == 0 && before == 0)
            continue;
        cell[0] = text_of(census_number_label[figures[i].number]);
        cell[1] = put_count(c, before);
        cell[2] = put_count(c, now);
        cell[3] = put_change(c, now, before);
        if (c->broken.len)
            cell[8] = text_of("break in series");
        else
            put_alike(c, i, &cell[4]);
        table->rows.len++;
    }
    if (c->broken.len)
        census_warn(
            census,
            arena_format(&census->arena,
                         "Break in series against %s to %s: what watched is not the same "
                         "(%.300s); how much of the change is detection cannot be told.",
                         from, to, c->broken.at),
            text_of("Break in series: what watched is not the same as in the period before; "
                    "how much of the change is detection cannot be told."));
}

bool census_change(struct census *census, const struct asker *asker, struct day before_from,
                   struct day before_to, struct err *err)
{
    struct change *c = mem_new(1, sizeof *c);
    bool watched = false;
    *c = (struct change){.census = census,
                         .asker = asker,
                         .now_from = census->from,
                         .now_to = census->to,
                         .before_from = before_from,
                         .before_to = before_to};
    for (unsigned i = 0; i < CENSUS_NUMBERS; i++)
        c->now.number[i] = census->number[i];
    bool done = find_common(c, &watched, err);
    if (done && watched) {
        done = find_break(c, err) && side_take(c, false, "upheld", &c->before, err);
        if (done && !c->broken.len)
            done = side_take(c, false, "alike", &c->before_alike, err) &&
                   keep_groups(c, "before", err) &&
                   side_take(c, true, "alike", &c->now_alike, err) && keep_groups(c, "now", err) &&
                   ask_groups(c, err);
        if (done)
            add_table(c);
    }
    mem_free(c);
    return done;
}

#include "census/claims.h"

#include "base/digits.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 7, ROWS_MOST = 500, FIELDS = 7 };
enum field { SOURCE, DATE, PERIOD, POPULATION, UNIT, DEFINITION, VALUE };

/* The next field of a line of CSV (RFC 4180), into the arena when it was quoted. */
static struct text take_field(struct text *rest, struct arena *arena)
{
    if (rest->len == 0 || rest->at[0] != '"')
        return text_trim(text_word(rest, ','));
    char *to = arena_new(arena, rest->len);
    uint32_t len = 0, i = 1;
    for (; i < rest->len; i++) {
        if (rest->at[i] == '"' && (i + 1 == rest->len || rest->at[i + 1] != '"'))
            break;
        i += rest->at[i] == '"';
        to[len++] = rest->at[i];
    }
    i = i < rest->len ? i + 1 : i;
    *rest = text_at(rest->at + i, rest->len - i);
    (void)text_word(rest, ',');
    return text_at(to, len);
}

/* "US" of "controllers US". */
static int64_t of_country(const struct census *census, struct text code, const char *table,
                          const char *column)
{
    const struct census_table *t = census_table(census, table);
    unsigned at = 0;
    while (at < t->rows.columns && !text_is(t->rows.name[at], column))
        at++;
    for (size_t row = 0; row < t->rows.len; row++)
        if (text_same(rows_cell(&t->rows, row, 0), code))
            return rows_count(&t->rows, row, at);
    return 0;
}

static int64_t botnets_over(const struct census *census, struct text least)
{
    const struct rows *rows = &census_table(census, "size")->rows;
    for (size_t row = 0; row < rows->len; row++) {
        struct text class = rows_cell(rows, row, 0); /* "> 100" */
        if (class.len > 2 && text_same(text_at(class.at + 2, class.len - 2), least))
            return rows_count(rows, row, 1);
    }
    return rows->len ? -1 : 0;
}

/* Our figure of that unit; -1: we have none such. */
static int64_t ours(const struct census *census, struct text unit)
{
    static const struct {
        const char *unit;
        enum census_number number;
    } plain[] = {{"hosts", CENSUS_hosts_counted},
                 {"controllers", CENSUS_controllers},
                 {"sites", CENSUS_sites},
                 {"implanters", CENSUS_implanters}};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (text_is(unit, plain[i].unit))
            return census->number[plain[i].number];
    if (text_starts(unit, "controllers ") && unit.len == 14)
        return of_country(census, text_at(unit.at + 12, 2), "country", "controllers");
    if (text_starts(unit, "implanters ") && unit.len == 13)
        return of_country(census, text_at(unit.at + 11, 2), "implanter_country", "implanters");
    if (text_starts(unit, "hosts of ") && text_ends(unit, " controllers") && unit.len == 23)
        return of_country(census, text_at(unit.at + 9, 2), "country", "hosts");
    if (text_starts(unit, "sites of ") && text_ends(unit, " implanters") && unit.len == 22)
        return of_country(census, text_at(unit.at + 9, 2), "implanter_country", "sites");
    if (text_starts(unit, "botnets over "))
        return botnets_over(census, text_at(unit.at + 13, unit.len - 13));
    return -1;
}

/* Whether a claim's period (2018, 2018-H1) is the one that was counted, and watched whole. */
static bool same_period(const struct census *census, struct text period)
{
    int64_t year;
    struct text rest = period;
    if (!digits_read(text_word(&rest, '-'), &year) || census->from.number == DAY_NONE ||
        census->to.number == DAY_NONE)
        return false;
    bool half = text_is(rest, "H1") || text_is(rest, "H2");
    if (rest.len && !half)
        return false;
    struct day from = day_of((int)year, text_is(rest, "H2") ? 7 : 1, 1);
    struct day to = text_is(rest, "H1") ? day_of((int)year, 6, 30) : day_of((int)year, 12, 31);
    return census->from.number == from.number && census->to.number == to.number;
}

static struct text put_ratio(struct census *census, const struct text *field, int64_t value,
                             int64_t mine, const char *population)
{
    if (mine < 0)
        return text_of("no: a unit that we do not count");
    if (!same_period(census, field[PERIOD]))
        return text_of("no: other days");
    if (population == NULL || !text_is(field[POPULATION], population))
        return arena_format(&census->arena, "no: of %.*s, we watched %s",
                            (int)field[POPULATION].len, field[POPULATION].at,
                            population ? population : "somebody else (--population)");
    return value ? arena_format(&census->arena, "%.3f", (double)mine / (double)value)
                 : text_of("no: nothing was claimed");
}

void census_claims(struct census *census, struct text file, const char *population,
                   struct claims_read *ret)
{
    static const char *const names[COLUMNS] = {"source", "period",         "unit",      "value",
                                               "ours",   "ours_by_theirs", "definition"};
    struct census_table *table = &census->table[census->tables++];
    struct text rest = file, line, *cell;
    *ret = (struct claims_read){.lines = 0};
    *table = (struct census_table){
        .id = "claims",
        .title = "What others publish",
        .definition = "Ours by theirs, or why not: only where the same is counted of the same "
                      "people over the "
                      "same days. What others mean by a host is in their definition; ours are "
                      "addresses seen under control, by the counting rule."};
    table->rows.columns = COLUMNS;
    for (unsigned i = 0; i < COLUMNS; i++)
        table->rows.name[i] = text_of(names[i]);
    cell = table->rows.cell = arena_new(&census->arena, (size_t)ROWS_MOST * COLUMNS * sizeof *cell);
    for (unsigned at = 1; text_line(&rest, &line); at++) {
        struct text field[FIELDS], of_line = line;
        int64_t value;
        if (line.len == 0 || line.at[0] == '#' || text_starts(line, "source,"))
            continue;
        ret->lines++;
        for (unsigned i = 0; i < FIELDS; i++)
            field[i] = take_field(&of_line, &census->arena);
        const char *why = !digits_read(field[VALUE], &value) ? "the value is no number"
                          : table->rows.len == ROWS_MOST     ? "too many"
                                                             : NULL;
        if (why) {
            if (ret->refused++ == 0)
                (void)snprintf(ret->first_refused, sizeof ret->first_refused, "line %u: %s", at,
                               why);
            continue;
        }
        int64_t mine = ours(census, field[UNIT]);
        *cell++ = arena_text(&census->arena, field[SOURCE]);
        *cell++ = arena_text(&census->arena, field[PERIOD]);
        *cell++ = arena_text(&census->arena, field[UNIT]);
        *cell++ = arena_text(&census->arena, field[VALUE]);
        *cell++ = mine < 0 ? text_of(NULL) : arena_format(&census->arena, "%lld", (long long)mine);
        *cell++ = put_ratio(census, field, value, mine, population);
        *cell++ = arena_text(&census->arena, field[DEFINITION]);
        table->rows.len++;
    }
}

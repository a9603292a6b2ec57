#include "census/release.h"

#include <stdio.h>

enum { COLUMNS = 7 };

/* What is frozen. */
static const enum census_number frozen[] = {
    CENSUS_hosts_counted, CENSUS_hosts_confirmed, CENSUS_hosts_peak_day, CENSUS_controllers,
    CENSUS_countries,     CENSUS_families,        CENSUS_sites,          CENSUS_implanters,
};
enum { FROZEN = sizeof frozen / sizeof frozen[0] };

static enum census_number number_of(struct text id)
{
    for (unsigned i = 0; i < FROZEN; i++)
        if (text_is(id, census_number_id[frozen[i]]))
            return frozen[i];
    return CENSUS_NUMBERS;
}

/* Why a figure is another one now. */
static struct text why_of(struct census *census, int64_t sources, struct text procedure)
{
    int64_t more = census->number[CENSUS_sources] - sources;
    bool changed = !text_same(procedure, census->procedure);
    int64_t wrong = census->number[CENSUS_audited_wrong];
    char parts[3][80] = {"", "", ""};
    unsigned n = 0;
    if (more)
        (void)snprintf(parts[n++], sizeof parts[0], "%lld source%s %s",
                       (long long)(more > 0 ? more : -more), more == 1 || more == -1 ? "" : "s",
                       more > 0 ? "came in" : "went");
    if (changed)
        (void)snprintf(parts[n++], sizeof parts[0], "detectors or feeds changed");
    if (wrong)
        (void)snprintf(parts[n++], sizeof parts[0], "%lld finding%s found wrong", (long long)wrong,
                       wrong == 1 ? "" : "s");
    return arena_format(&census->arena, "%s%s%s%s%s", parts[0], n > 1 ? ", " : "", parts[1],
                        n > 2 ? ", " : "", parts[2]);
}

bool census_released(struct census *census, const struct asker *asker, struct err *err)
{
    static const char *const names[COLUMNS] = {"release", "figure", "published", "now",
                                               "revised", "why",    "released"};
    enum { NAME, TIME, FIGURE, VALUE, SOURCES, PROCEDURE };
    struct rows rows;
    if (!asker_ask(asker,
                   "SELECT md5(string_agg(DISTINCT coalesce(detectors, '') || ' ' || "
                   "coalesce(regexp_replace(sets, '@[^ ]*', '', 'g'), ''), '|' ORDER BY "
                   "coalesce(detectors, '') || ' ' || coalesce(regexp_replace(sets, '@[^ ]*', '', "
                   "'g'), ''))) AS digest FROM watched",
                   &census->arena, &rows, err))
        return false;
    census->procedure = rows_cell(&rows, 0, 0);
    if (!asker_ask(
            asker,
            "SELECT name, strftime(said_at, '%Y-%m-%d %H:%M:%S') AS released, figure, value, "
            "sources, digest FROM released, period WHERE released.first_day IS NOT DISTINCT "
            "FROM nullif(period.first_day, DATE '0001-01-01') AND released.last_day IS NOT "
            "DISTINCT FROM nullif(period.last_day, DATE '9999-12-31') ORDER BY said_at, name",
            &census->arena, &rows, err))
        return false;
    struct census_table *table = &census->table[census->tables++];
    *table = (struct census_table){
        .id = "released",
        .title = "What was released of these days, and what it is now",
        .definition = "By muster report --release NAME; revised: now less what was published."};
    table->rows.columns = COLUMNS;
    for (unsigned i = 0; i < COLUMNS; i++)
        table->rows.name[i] = text_of(names[i]);
    struct text *cell = table->rows.cell =
        arena_new(&census->arena, (rows.len * COLUMNS + 1) * sizeof *cell);
    for (size_t row = 0; row < rows.len; row++) {
        enum census_number number = number_of(rows_cell(&rows, row, FIGURE));
        if (number == CENSUS_NUMBERS)
            continue;
        int64_t was = rows_count(&rows, row, VALUE), now = census->number[number];
        *cell++ = rows_cell(&rows, row, NAME);
        *cell++ = text_of(census_number_id[number]);
        *cell++ = rows_cell(&rows, row, VALUE);
        *cell++ = arena_format(&census->arena, "%lld", (long long)now);
        *cell++ = arena_format(&census->arena, "%+lld", (long long)(now - was));
        *cell++ = now == was ? text_of(NULL)
                             : why_of(census, rows_count(&rows, row, SOURCES),
                                      rows_cell(&rows, row, PROCEDURE));
        *cell++ = rows_cell(&rows, row, TIME);
        table->rows.len++;
    }
    return true;
}

void census_release(struct buf *csv, const struct census *census, const char *name,
                    struct instant now)
{
    char time[INSTANT_TEXT], from[DAY_TEXT] = "", to[DAY_TEXT] = "";
    if (census->from.number != DAY_NONE)
        (void)day_format(census->from, from);
    if (census->to.number != DAY_NONE)
        (void)day_format(census->to, to);
    for (unsigned i = 0; i < FROZEN; i++) {
        buf_csv(csv, text_of(name));
        buf_format(csv, ",%s,%s,%s,%s,%lld,%lld,%.*s\n", instant_format(now, time), from, to,
                   census_number_id[frozen[i]], (long long)census->number[frozen[i]],
                   (long long)census->number[CENSUS_sources], (int)census->procedure.len,
                   census->procedure.at ? census->procedure.at : "");
    }
}

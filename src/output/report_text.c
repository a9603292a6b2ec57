/*
 * A census for a terminal or a mail: the headline, the tables of at most TABLE_ROWS rows with their
 * definition lines, what was not seen, the checks. Wide tables leave columns out rather than wrap;
 * the other formats have them all.
 */
#include "output/columns.h"
#include "output/report.h"
#include "output/text_table.h"
#include "output/wrap.h"

#include "record/skip.h"

enum { TABLE_ROWS = 20, DAYS_SHOWN = 62 };

static void put_sentence(struct buf *buf, const char *sentence)
{
    wrap_text(buf, text_of(sentence), TEXT_PAGE, 0, 20);
}

/* The pairs of probable or better of the hosts that count, or of those that do not yet. */
static void put_pairs(struct buf *buf, const struct census *census, bool counted)
{
    static const enum census_pair shown[] = {
        CENSUS_PAIR_host,    CENSUS_PAIR_sensor, CENSUS_PAIR_controller_id,
        CENSUS_PAIR_country, CENSUS_PAIR_asn,    CENSUS_PAIR_family,
        CENSUS_PAIR_grade,   CENSUS_PAIR_days,   CENSUS_PAIR_first,
    };
    enum { SHOWN = sizeof shown / sizeof shown[0] };
    bool one_sensor = census->number[CENSUS_sensors] < 2;
    const struct rows *pair = &census->pair;
    struct rows rows = {.columns = 0};
    struct arena arena = {0};
    rows.cell = arena_new(&arena, (pair->len * SHOWN + 1) * sizeof *rows.cell);
    struct text *cell = rows.cell;
    for (unsigned i = 0; i < SHOWN; i++)
        if (shown[i] != CENSUS_PAIR_sensor || !one_sensor)
            rows.name[rows.columns++] = shown[i] == CENSUS_PAIR_controller_id
                                            ? text_of("controller")
                                            : pair->name[shown[i]];
    for (size_t row = 0; row < pair->len; row++) {
        if (text_is(rows_cell(pair, row, CENSUS_PAIR_grade), "suspected") ||
            text_is(rows_cell(pair, row, CENSUS_PAIR_counted), "true") != counted)
            continue;
        for (unsigned i = 0; i < SHOWN; i++)
            if (shown[i] != CENSUS_PAIR_sensor || !one_sensor)
                *cell++ = rows_cell(pair, row, shown[i]);
        rows.len++;
    }
    if (rows.len) {
        text_title(buf, counted ? "Hosts seen under control, the surest first (times UTC)"
                                : "Hosts probable on one day by one kind of evidence, not counted");
        text_table(buf, &rows, TABLE_ROWS);
        put_sentence(buf, "Each with its evidence: muster trace HOST");
    }
    arena_free(&arena);
}

static void put_hosts(struct buf *buf, const struct census *census)
{
    put_pairs(buf, census, true);
    put_pairs(buf, census, false);
}

static void put_unseen(struct buf *buf, const struct census *census)
{
    struct skips skips;
    census_skips(&skips, census);
    text_title(buf, "What could not be seen");
    for (int i = 0; i < SKIPS; i++)
        if (skips.count[i]) {
            buf_string(buf, "  ");
            column_thousands(buf, (int64_t)skips.count[i]);
            buf_format(buf, " %s\n", skip_text[i]);
        }
    for (unsigned i = 0; i < census_limits_len; i++)
        wrap_text(buf, text_of(census_limits[i]), TEXT_PAGE, 2, 4);
}

static void put_checks(struct buf *buf, const struct census *census)
{
    struct buf line = {0};
    text_title(buf, "Checks");
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        line.len = 0;
        buf_format(&line, "%s: %lld %s %lld", check->what.at, (long long)check->left,
                   check->at_most              ? "<="
                   : census_check_holds(check) ? "="
                                               : "and",
                   (long long)check->right);
        buf_string(buf, census_check_holds(check) ? "  ok      " : "  FAILED  ");
        wrap_hanging(buf, text_at(line.at, line.len), TEXT_PAGE, 10, 4);
    }
    buf_free(&line);
}

static void write(struct buf *buf, const struct census *census)
{
    struct buf line = {0};
    buf_string(&line, "CENSUS OF HOSTS UNDER CONTROL, ");
    census_period(&line, census);
    buf_format(buf, "%s    TLP:AMBER\n\n", line.at);
    line.len = 0;
    census_headline(&line, census);
    put_sentence(buf, line.at);
    line.len = 0;
    census_changed(&line, census);
    put_sentence(buf, line.len ? line.at : "");
    line.len = 0;
    census_watched(&line, census);
    put_sentence(buf, line.at);
    line.len = 0;
    census_wrong(&line, census);
    put_sentence(buf, line.len ? line.at : "");
    for (unsigned i = 0; i < census->warnings; i++) {
        line.len = 0;
        buf_format(&line, "Mind: %.*s", (int)census->warning[i].len, census->warning[i].at);
        put_sentence(buf, line.at);
    }
    buf_free(&line);
    bool many = census->number[CENSUS_hosts_counted] > CENSUS_HOSTS_MANY;
    if (!many)
        put_hosts(buf, census);
    for (unsigned i = 0; i < census->tables; i++) {
        const struct census_table *table = &census->table[i];
        if (table->rows.len == 0 || strcmp(table->id, "hour") == 0 ||
            (strcmp(table->id, "day") == 0 && table->rows.len > DAYS_SHOWN))
            continue; /* hours and many days are for the charts and for programs */
        text_title(buf, census->table[i].title);
        text_table(buf, &census->table[i].rows, TABLE_ROWS);
        put_sentence(buf, census->table[i].definition);
    }
    if (many)
        put_hosts(buf, census);
    put_unseen(buf, census);
    put_checks(buf, census);
}

const struct report_format report_text = {
    .name = "text",
    .about = "for a terminal or a mail",
    .write = write,
};

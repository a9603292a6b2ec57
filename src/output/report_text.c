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

enum { TABLE_ROWS = 20 };

static void put_sentence(struct buf *buf, const char *sentence)
{
    wrap_text(buf, text_of(sentence), TEXT_PAGE, 0, 20);
}

static void put_hosts(struct buf *buf, const struct census *census)
{
    static const enum census_pair shown[] = {
        CENSUS_PAIR_host_id, CENSUS_PAIR_controller_id, CENSUS_PAIR_country, CENSUS_PAIR_asn,
        CENSUS_PAIR_family,  CENSUS_PAIR_grade,         CENSUS_PAIR_days,    CENSUS_PAIR_counted,
    };
    enum { SHOWN = sizeof shown / sizeof shown[0] };
    const struct rows *pair = &census->pair;
    struct rows rows = {.columns = SHOWN, .len = pair->len};
    struct arena arena = {0};
    rows.cell = arena_new(&arena, (pair->len * SHOWN + 1) * sizeof *rows.cell);
    for (unsigned i = 0; i < SHOWN; i++)
        rows.name[i] = pair->name[shown[i]];
    for (size_t row = 0; row < pair->len; row++)
        for (unsigned i = 0; i < SHOWN; i++)
            rows.cell[row * SHOWN + i] = rows_cell(pair, row, shown[i]);
    text_title(buf, "Hosts, the surest first");
    text_table(buf, &rows, TABLE_ROWS);
    put_sentence(buf, "Each with its evidence: muster trace HOST");
    arena_free(&arena);
}

static void put_unseen(struct buf *buf, const struct census *census)
{
    struct skips skips;
    census_skips(&skips, census);
    text_title(buf, "What could not be seen");
    for (int i = 0; i < SKIPS; i++)
        if (skips.count[i]) {
            buf_string(buf, "  ");
            column_count(buf, (int64_t)skips.count[i]);
            buf_format(buf, " %s\n", skip_text[i]);
        }
    for (unsigned i = 0; i < census_limits_len; i++)
        wrap_text(buf, text_of(census_limits[i]), TEXT_PAGE, 2, 4);
}

static void put_checks(struct buf *buf, const struct census *census)
{
    text_title(buf, "Checks");
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        buf_format(buf, "  %s  %s: %lld %s %lld\n", census_check_holds(check) ? "ok    " : "FAILED",
                   check->what.at, (long long)check->left,
                   check->at_most              ? "<="
                   : census_check_holds(check) ? "="
                                               : "and",
                   (long long)check->right);
    }
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
    buf_free(&line);
    if (census->pair.len)
        put_hosts(buf, census);
    for (unsigned i = 0; i < census->tables; i++) {
        if (census->table[i].rows.len == 0)
            continue;
        text_title(buf, census->table[i].title);
        text_table(buf, &census->table[i].rows, TABLE_ROWS);
        put_sentence(buf, census->table[i].definition);
    }
    put_unseen(buf, census);
    put_checks(buf, census);
}

const struct report_format report_text = {
    .name = "text",
    .about = "for a terminal or a mail",
    .write = write,
};

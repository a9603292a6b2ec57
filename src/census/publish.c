#include "census/publish.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUND = 5, SMALL = 10, OWNERS_LEAST = 3, LARGEST_MOST = 80, ROWS_MOST = 60, COUNTS = 3 };

/* What is published: a table of the census, its first column and the counts kept; behind them the
 * SQL of the cell and of the rows whose hosts' networks own it. */
static const struct cells {
    const char *table, *cell_name, *count[COUNTS];
    const char *cell_sql, *from, *definition;
} published_cells[] = {
    {"all", "all", {"hosts"}, "'all'", "counted_pair", NULL},
    {"country",
     "country",
     {"controllers", "hosts"},
     "coalesce(controller_country, 'not known')",
     "command_pair",
     "Where a control server's machine stood on that day, not who ran it: servers are rented, "
     "hacked "
     "and moved. Hosts: addresses; one under servers in several countries is in each row."},
    {"family",
     "family",
     {"controllers", "hosts"},
     "coalesce(family, 'not named')",
     "counted_pair",
     "As the strongest evidence names it. A host under several families is in each row."},
    {"all_sites", "all", {"sites"}, "'all'", "implant WHERE rank >= 2", NULL},
    {"implant",
     "tool",
     {"sites", "implanters"},
     "coalesce(family, 'not named')",
     "implant WHERE rank >= 2",
     "Sites: host name and path; implanters: the addresses that used the backdoor."},
    {"implant_suffix",
     "suffix",
     {"sites", "implanters"},
     "suffix_of(site_name(site, host))",
     "implant WHERE rank >= 2",
     "The last part of the site's name; governments' sites (.gov, .gov.xx) apart."},
    {"implanter_country",
     "country",
     {"implanters", "sites"},
     "coalesce(controller_country, 'not known')",
     "implant WHERE rank >= 2 AND controller IS NOT NULL",
     "Where the address stood by its registration, not who sat behind it."},
};
enum { CELLS = sizeof published_cells / sizeof published_cells[0] };
enum { OWNERS_TABLE, OWNERS_CELL, OWNERS_COUNT, OWNERS_LARGEST };

bool census_owners(struct census *census, const struct asker *asker, struct err *err)
{
    struct buf sql = {0};
    for (unsigned i = 0; i < CELLS; i++) {
        const struct cells *c = &published_cells[i];
        buf_format(
            &sql,
            "%sSELECT '%s' AS tbl, cell, count(*) AS owners, (100 * max(n) // sum(n))::BIGINT "
            "AS largest FROM (SELECT %s AS cell, coalesce(host_asn::VARCHAR, place) AS owner, "
            "count(DISTINCT host_id) AS n FROM %s GROUP BY ALL) GROUP BY cell",
            i ? " UNION ALL " : "", c->table, c->cell_sql, c->from);
    }
    bool done = asker_ask(asker, sql.at, &census->arena, &census->owners, err);
    buf_free(&sql);
    return done;
}

static bool owned_by_many(const struct census *census, const char *table, struct text cell)
{
    const struct rows *owners = &census->owners;
    for (size_t row = 0; row < owners->len; row++)
        if (text_is(rows_cell(owners, row, OWNERS_TABLE), table) &&
            text_same(rows_cell(owners, row, OWNERS_CELL), cell))
            return rows_count(owners, row, OWNERS_COUNT) >= OWNERS_LEAST &&
                   rows_count(owners, row, OWNERS_LARGEST) <= LARGEST_MOST;
    return false;
}

static int64_t rounded(int64_t count)
{
    return count < SMALL ? 0 : (count + ROUND / 2) / ROUND * ROUND;
}

static struct text put_count(struct arena *arena, int64_t count)
{
    return count < SMALL ? text_of("<10") : arena_format(arena, "%lld", (long long)rounded(count));
}

/* "3,340,000", "fewer than 10" */
static void put_rounded(struct buf *buf, int64_t count)
{
    char digits[24];
    if (count < SMALL) {
        buf_format(buf, "fewer than %d", SMALL);
        return;
    }
    int len = snprintf(digits, sizeof digits, "%lld", (long long)rounded(count));
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_char(buf, ',');
        buf_char(buf, digits[i]);
    }
}

static void put_words(struct buf *buf, int64_t count, const char *what)
{
    put_rounded(buf, count);
    buf_format(buf, " %s", what);
}

static void say(struct published *ret, const struct buf *line)
{
    if (ret->sentences < PUBLISHED_SENTENCES)
        ret->sentence[ret->sentences++] = arena_text(&ret->arena, text_at(line->at, line->len));
}

static void say_text(struct published *ret, const char *text)
{
    if (ret->sentences < PUBLISHED_SENTENCES)
        ret->sentence[ret->sentences++] = text_of(text);
}

/* ---- tables */

struct line {
    struct text cell;
    int64_t count[COUNTS];
    bool withheld;
};

static int by_size(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    if (left->withheld != right->withheld)
        return left->withheld - right->withheld;
    for (unsigned i = 0; i < COUNTS && !left->withheld; i++)
        if (rounded(left->count[i]) != rounded(right->count[i]))
            return rounded(left->count[i]) > rounded(right->count[i]) ? -1 : 1;
    return text_compare(left->cell, right->cell); /* the order of what is equal tells nothing */
}

static unsigned column_of(const struct rows *rows, const char *name)
{
    unsigned column = 0;
    while (column < rows->columns && !text_is(rows->name[column], name))
        column++;
    muster_assert(column < rows->columns);
    return column;
}

/* One withheld cell alone could be told by what the others leave of the total. */
static void withhold_another(struct line *line, size_t len)
{
    size_t withheld = 0, smallest = SIZE_MAX;
    for (size_t i = 0; i < len; i++) {
        withheld += line[i].withheld;
        if (!line[i].withheld &&
            (smallest == SIZE_MAX || line[i].count[1] < line[smallest].count[1]))
            smallest = i;
    }
    if (withheld == 1 && smallest != SIZE_MAX)
        line[smallest].withheld = true;
}

static void add_table(struct published *ret, const struct census *census, const struct cells *c)
{
    const struct census_table *of = census_table(census, c->table);
    unsigned counts = 0, cell = column_of(&of->rows, c->cell_name), at[COUNTS] = {0};
    if (of->rows.len == 0)
        return;
    struct census_table *table = &ret->table[ret->tables++];
    *table = (struct census_table){.id = of->id, .title = of->title, .definition = c->definition};
    table->rows.name[table->rows.columns++] = text_of(c->cell_name);
    for (; counts < COUNTS && c->count[counts]; counts++) {
        at[counts] = column_of(&of->rows, c->count[counts]);
        table->rows.name[table->rows.columns++] = text_of(c->count[counts]);
    }
    struct line *line = mem_new(of->rows.len, sizeof *line);
    for (size_t row = 0; row < of->rows.len; row++) {
        line[row].cell = rows_cell(&of->rows, row, cell);
        for (unsigned i = 0; i < counts; i++)
            line[row].count[i] = rows_count(&of->rows, row, at[i]);
        line[row].withheld = !owned_by_many(census, c->table, line[row].cell);
    }
    withhold_another(line, of->rows.len);
    qsort(line, of->rows.len, sizeof *line, by_size);
    table->rows.len = of->rows.len < ROWS_MOST ? of->rows.len : ROWS_MOST;
    struct text *to = table->rows.cell =
        arena_new(&ret->arena, table->rows.len * table->rows.columns * sizeof *to);
    for (size_t row = 0; row < table->rows.len; row++) {
        *to++ = arena_text(&ret->arena, line[row].cell);
        for (unsigned i = 0; i < counts; i++)
            *to++ = line[row].withheld ? text_of("withheld")
                                       : put_count(&ret->arena, line[row].count[i]);
    }
    mem_free(line);
}

/* Of rounded figures only. */
static struct text percent(struct arena *arena, struct text now, struct text before)
{
    int64_t a = strtoll(now.at ? now.at : "", NULL, 10),
            b = strtoll(before.at ? before.at : "", NULL, 10);
    return a < SMALL || b < SMALL
               ? text_of(NULL)
               : arena_format(arena, "%+.0f %%",
                              100 * ((double)rounded(a) / (double)rounded(b) - 1));
}

static void add_change(struct published *ret, const struct census *census)
{
    const struct census_table *of = census_table(census, "change");
    static const char *const names[] = {"figure",     "before",        "now",
                                        "as_counted", "like_for_like", "note"};
    enum {
        NAMES = sizeof names / sizeof names[0],
        BEFORE = 1,
        NOW,
        B_ALIKE = 4,
        N_ALIKE,
        NOTE = 8
    };
    if (of == NULL || !owned_by_many(census, "all", text_of("all")))
        return;
    struct census_table *table = &ret->table[ret->tables++];
    *table = (struct census_table){.id = of->id, .title = of->title, .definition = of->definition};
    table->rows.columns = NAMES;
    table->rows.len = of->rows.len;
    for (unsigned i = 0; i < NAMES; i++)
        table->rows.name[i] = text_of(names[i]);
    struct text *to = table->rows.cell =
        arena_new(&ret->arena, (of->rows.len * NAMES + 1) * sizeof *to);
    for (size_t row = 0; row < of->rows.len; row++) {
        struct text figure = rows_cell(&of->rows, row, 0);
        struct text before = rows_cell(&of->rows, row, BEFORE),
                    now = rows_cell(&of->rows, row, NOW);
        bool of_nobody = text_is(figure, census_number_label[CENSUS_countries]) ||
                         text_is(figure, census_number_label[CENSUS_families]);
        *to++ = figure;
        *to++ = of_nobody ? arena_text(&ret->arena, before)
                          : put_count(&ret->arena, rows_count(&of->rows, row, BEFORE));
        *to++ = of_nobody ? arena_text(&ret->arena, now)
                          : put_count(&ret->arena, rows_count(&of->rows, row, NOW));
        *to++ = percent(&ret->arena, now, before);
        *to++ = percent(&ret->arena, rows_cell(&of->rows, row, N_ALIKE),
                        rows_cell(&of->rows, row, B_ALIKE));
        *to++ = rows_cell(&of->rows, row, NOTE);
    }
}

/* ---- sentences */

static void say_live(struct published *ret, const struct census *census)
{
    const struct census_live *live = &census->live;
    struct buf line = {0};
    if (!live->known || live->low < SMALL)
        return;
    buf_string(&line, "At a typical time about ");
    put_rounded(&line, (int64_t)live->live);
    buf_string(&line, " machines were under control (95 % interval ");
    put_rounded(&line, (int64_t)live->low);
    buf_string(&line, " to ");
    put_rounded(&line, (int64_t)live->high);
    buf_string(&line, "); an address is not a machine.");
    say(ret, &line);
    buf_free(&line);
}

static void say_hosts(struct published *ret, const struct census *census)
{
    const int64_t *n = census->number;
    struct buf line = {0};
    if (!owned_by_many(census, "all", text_of("all"))) {
        say_text(ret, "The number of hosts is withheld: fewer than three owners (networks) stand "
                      "behind it, or one has over 80 % of it.");
        return;
    }
    put_words(&line, n[CENSUS_hosts_counted], "host addresses were seen under control of ");
    put_words(&line, n[CENSUS_controllers], "control servers");
    buf_format(&line, " hosted in %lld countries; on the day with most, ",
               (long long)n[CENSUS_countries]);
    put_words(&line, n[CENSUS_hosts_peak_day], "addresses.");
    line.at[0] = line.at[0] == 'f' ? 'F' : line.at[0];
    say(ret, &line);
    buf_free(&line);
}

static void say_sites(struct published *ret, const struct census *census)
{
    const int64_t *n = census->number;
    struct buf line = {0};
    if (n[CENSUS_sites] == 0 || !owned_by_many(census, "all_sites", text_of("all")))
        return;
    buf_string(&line, "Backdoors were seen in ");
    put_words(&line, n[CENSUS_sites], "websites, used from ");
    put_words(&line, n[CENSUS_implanters], "addresses.");
    say(ret, &line);
    buf_free(&line);
}

void census_publish(struct published *ret, const struct census *census)
{
    struct buf line = {0};
    *ret = (struct published){.tables = 0};
    if (census->from.number != DAY_NONE && census->to.number != DAY_NONE) {
        char from[DAY_TEXT], to[DAY_TEXT];
        ret->period = arena_format(&ret->arena, "%s to %s", day_format(census->from, from),
                                   day_format(census->to, to));
    } else {
        ret->period =
            arena_format(&ret->arena, "%s to %s", census->first_day.at ? census->first_day.at : "-",
                         census->last_day.at ? census->last_day.at : "-");
    }
    say_live(ret, census);
    say_hosts(ret, census);
    say_sites(ret, census);
    buf_format(&line, "%lld days were watched, by %lld sensor%s.",
               (long long)census->number[CENSUS_days_watched],
               (long long)census->number[CENSUS_sensors],
               census->number[CENSUS_sensors] == 1 ? "" : "s");
    say(ret, &line);
    buf_free(&line);
    for (unsigned i = 0; i < census->warnings; i++)
        if (ret->sentences < PUBLISHED_SENTENCES)
            ret->sentence[ret->sentences++] = census->public_warning[i];
    add_change(ret, census);
    for (unsigned i = 0; i < CELLS; i++)
        if (strncmp(published_cells[i].table, "all", 3) != 0)
            add_table(ret, census, &published_cells[i]);
}

void published_free(struct published *published)
{
    arena_free(&published->arena);
    *published = (struct published){.tables = 0};
}

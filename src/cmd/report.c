/*
 * muster report: the census of the store in one of the formats of output/report.list.
 */
#include "across.h"
#include "census/census.h"
#include "census/change.h"
#include "census/claims.h"
#include "census/explain.h"
#include "census/live.h"
#include "census/publish.h"
#include "census/release.h"
#include "cmd/ask.h"
#include "cmd/period.h"
#include "cmd/report_folder.h"
#include "cmd/report_owners.h"

#include "base/file.h"
#include "enrich/enrich.h"
#include "output/published.h"
#include "output/report.h"
#include "output/text_table.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

struct making {
    struct census census;
    struct day from, to, before[2]; /* before: to compare with; DAY_NONE = nothing */
    struct holds holds;
    const char *cell; /* to be explained; or NULL */
    struct explained explained;
    int64_t not_judged; /* sources since the last judgement across them */
};

/* --year 2018, --period 2018-07, or --from and --to, each end of which may stay open. */
static bool read_period(const struct options *options, struct making *making)
{
    const char *name = options->period ? options->period : options->year;
    struct period period;
    making->from.number = making->to.number = making->before[0].number = DAY_NONE;
    if (name != NULL) {
        if ((options->period && options->year) || options->from || options->to ||
            !period_parse(text_of(name), 0, &period))
            return false;
        making->from = period.from;
        making->to = period.to;
        if (period_parse(text_of(name), 1, &period)) {
            making->before[0] = period.from;
            making->before[1] = period.to;
        }
        return true;
    }
    if (options->from != NULL && !day_parse(text_of(options->from), &making->from))
        return false;
    if (options->to != NULL && !day_parse(text_of(options->to), &making->to))
        return false;
    return making->from.number == DAY_NONE || making->to.number == DAY_NONE ||
           making->from.number <= making->to.number;
}

/* --against P, or none. The counted period must have both ends. */
static bool read_against(const struct options *options, struct making *making)
{
    struct period period;
    if (options->against == NULL)
        return true;
    making->before[0].number = DAY_NONE;
    if (strcmp(options->against, "none") == 0)
        return true;
    if (!period_parse(text_of(options->against), 0, &period) || making->from.number == DAY_NONE ||
        making->to.number == DAY_NONE || period.to.number >= making->from.number)
        return false;
    making->before[0] = period.from;
    making->before[1] = period.to;
    return true;
}

static const struct report_format *find_format(const char *name)
{
    for (unsigned i = 0; i < report_formats_len; i++)
        if (strcmp(report_formats[i]->name, name) == 0)
            return report_formats[i];
    return NULL;
}

/* The row of census->network about a network; SIZE_MAX when there is none ("not known"). */
static size_t find_network(const struct rows *rows, struct text network)
{
    for (size_t row = 0; row < rows->len; row++)
        if (text_same(rows_cell(rows, row, 0), network))
            return row;
    return SIZE_MAX;
}

static struct text network_name(const struct enrich *enrich, struct census *census,
                                struct text network)
{
    size_t row = find_network(&census->network, network);
    struct address address;
    struct day day;
    struct place place;
    if (row == SIZE_MAX || !address_parse(rows_cell(&census->network, row, 1), &address) ||
        !day_parse(rows_cell(&census->network, row, 2), &day))
        return text_of(NULL);
    enrich_place(enrich, address, day, &place);
    return arena_text(&census->arena, place.network);
}

/* A last column "name" for rows whose first is a network. */
static void add_names(struct rows *rows, const struct enrich *enrich, struct census *census)
{
    struct rows named = {.columns = rows->columns + 1, .len = rows->len};
    if (named.columns > ROWS_COLUMNS)
        return;
    named.cell = arena_new(&census->arena, (named.len * named.columns + 1) * sizeof *named.cell);
    memcpy(named.name, rows->name, sizeof *rows->name * rows->columns);
    named.name[rows->columns] = text_of("name");
    for (size_t row = 0; row < rows->len; row++) {
        struct text *to = &named.cell[row * named.columns];
        memcpy(to, &rows->cell[row * rows->columns], sizeof *to * rows->columns);
        to[rows->columns] = network_name(enrich, census, to[0]);
    }
    *rows = named;
}

/* Puts the networks' names beside their numbers: the store keeps numbers only. */
static void name_networks(const struct options *options, struct census *census)
{
    struct enrich *enrich = enrich_new(options->cache);
    struct err err; /* without the databases the numbers must do */
    bool any = false;
    for (unsigned i = 0; i < options->geo.len; i++)
        any |= enrich_add(enrich, options->geo.at[i], &err);
    if (options->geo.len == 0)
        any = enrich_add_installed(enrich, &err) > 0;
    for (unsigned i = 0; i < census->tables && any; i++)
        if (strcmp(census->table[i].id, "network") == 0)
            add_names(&census->table[i].rows, enrich, census);
    if (any)
        add_names(&census->network, enrich, census);
    enrich_free(enrich);
}

static bool make(const struct asker *asker, void *state, struct err *err)
{
    struct making *making = state;
    return across_stale(asker, &making->not_judged, err) &&
           census_make(&making->census, asker, making->from, making->to, &making->holds, err) &&
           (making->cell == NULL || census_explain(&making->explained, asker, making->cell, err)) &&
           census_owners(&making->census, asker, err) &&
           (making->before[0].number == DAY_NONE ||
            census_change(&making->census, asker, making->before[0], making->before[1], err));
}

static void publish(struct buf *buf, const struct census *census, const char *format)
{
    struct published published;
    census_publish(&published, census);
    bool known = published_write(buf, &published, format);
    muster_assert(known);
    published_free(&published);
}

static bool write_report(const struct report_format *format, const struct census *census,
                         const char *output, bool published, uint64_t memory_bytes, struct err *err)
{
    if (output != NULL && format->write_table != NULL && !published && report_is_folder(output))
        return report_folder(format, census, output, memory_bytes, err);
    struct buf buf = {0};
    if (published)
        publish(&buf, census, format->name);
    else
        format->write(&buf, census);
    bool done = true;
    if (output == NULL || strcmp(output, "-") == 0)
        done = (fwrite(buf.at, 1, buf.len, stdout) == buf.len && fflush(stdout) == 0) ||
               err_errno(err, "cannot write the report");
    else
        done = file_write(output, buf.at, buf.len, 0600, err);
    buf_free(&buf);
    return done;
}

static int tell_checks(const struct census *census)
{
    int status = EXIT_DONE;
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        if (census_check_holds(check))
            continue;
        cmd_say("report", "a self-check failed: %s: %lld against %lld", check->what.at,
                (long long)check->left, (long long)check->right);
        status = EXIT_CHECK;
    }
    return status;
}

/* --explain CELL: the question and the findings behind it. */
static void print_explained(const struct making *making)
{
    const struct explained *e = &making->explained;
    struct buf buf = {0};
    buf_format(&buf, "%s: %s\n\nQuestion (to the tables of src/census/sql/prepare.sql)\n%.*s\n",
               making->cell, e->definition, (int)e->sql.len, e->sql.at);
    text_title(&buf, "Findings behind it");
    text_table(&buf, &e->rows, EXPLAINED_MOST);
    if (e->rows.len == EXPLAINED_MOST)
        buf_format(&buf, "... and more: only the first %d are shown\n", EXPLAINED_MOST);
    buf_string(&buf, "The evidence behind one of them: muster trace HOST\n");
    (void)fwrite(buf.at, 1, buf.len, stdout);
    buf_free(&buf);
}

/* --claims FILE: what others publish, beside ours. */
static int add_claims(const struct options *options, struct census *census)
{
    struct claims_read read;
    struct file_map map;
    struct err err;
    if (options->claims == NULL)
        return EXIT_DONE;
    if (!file_map(&map, options->claims, &err))
        return cmd_fail("report", EXIT_USAGE, err.text);
    census_claims(census, text_at(map.at, map.len), options->population, &read);
    file_unmap(&map);
    if (read.refused && !options->quiet)
        cmd_say("report", "%s: %llu of %llu lines are no claims: %s", options->claims,
                (unsigned long long)read.refused, (unsigned long long)read.lines,
                read.first_refused);
    return EXIT_DONE;
}

/* --release NAME: these figures are given out. */
static bool keep_release(const struct options *options, const struct census *census,
                         struct err *err)
{
    struct buf csv = {0};
    census_release(&csv, census, options->release, clock_now());
    bool done = file_append(options->store, "releases.csv", csv.at, csv.len, 0600, err);
    buf_free(&csv);
    return done;
}

static int make_and_write(const struct options *options, const struct report_format *format,
                          struct making *making)
{
    struct err err = {""};
    int status = cmd_ask(options, "report", make, making);
    if (status != EXIT_DONE)
        return status;
    if (making->cell) {
        print_explained(making);
        explained_free(&making->explained);
        census_free(&making->census);
        return EXIT_DONE;
    }
    name_networks(options, &making->census);
    status = add_claims(options, &making->census);
    if (status != EXIT_DONE) {
        census_free(&making->census);
        return status;
    }
    status = tell_checks(&making->census);
    if (options->release && !keep_release(options, &making->census, &err))
        status = cmd_fail("report", EXIT_WORLD, err.text);
    if (!write_report(format, &making->census, options->output, options->publish,
                      options->memory_bytes / 4, &err))
        status = cmd_fail("report", EXIT_WORLD, err.text);
    else if (options->output != NULL && strcmp(options->output, "-") != 0 && !options->quiet)
        cmd_say("report", "wrote %s", options->output);
    if (making->not_judged && !options->quiet)
        cmd_say("report",
                "%lld source%s read since sources were last judged together; slow callers over "
                "several of them are not in here yet: muster judge --store %s",
                (long long)making->not_judged, making->not_judged == 1 ? " was" : "s were",
                options->store);
    census_free(&making->census);
    return status;
}

/* --holds FILE: how long machines keep an address. */
static int read_holds(const struct options *options, struct holds *holds)
{
    for (unsigned i = 0; i < options->holds.len; i++) {
        struct file_map map;
        struct err err;
        if (!file_map(&map, options->holds.at[i], &err))
            return cmd_fail("report", EXIT_USAGE, err.text);
        uint64_t lines = holds->lines, refused = holds->refused;
        holds->first_refused[0] = 0;
        holds_read(holds, text_at(map.at, map.len));
        file_unmap(&map);
        if (holds->refused > refused && !options->quiet)
            cmd_say("report", "%s: %llu of %llu lines are no holds (asn,start,end,device): %s",
                    options->holds.at[i], (unsigned long long)(holds->refused - refused),
                    (unsigned long long)(holds->lines - lines), holds->first_refused);
    }
    return EXIT_DONE;
}

static int run(const struct options *options)
{
    struct making making = {.from = {DAY_NONE}, .cell = options->explain};
    const char *name = options->format ? options->format : options->json ? "json" : "text";
    const struct report_format *format = find_format(name);
    if (options->words_len)
        return cmd_fail("report", EXIT_USAGE,
                        "it takes no file names; the store is given with --store DIR");
    if (format == NULL)
        return cmd_fail("report", EXIT_USAGE, "--format is one of text, html, json, csv, parquet");
    if (format->write == NULL &&
        (options->publish || options->output == NULL || !report_is_folder(options->output)))
        return cmd_fail("report", EXIT_USAGE,
                        "--format parquet writes a file a table into a folder, -o DIR/, and not "
                        "with --publish");
    if (!read_period(options, &making))
        return cmd_fail("report", EXIT_USAGE,
                        "the period is one of --year 2018, --period 2018-Q3 (2018-07, 2018-W27, "
                        "2018-07-01), or --from YYYY-MM-DD --to YYYY-MM-DD");
    if (!read_against(options, &making))
        return cmd_fail("report", EXIT_USAGE,
                        "--against is none or an earlier period (2017, 2017-Q3, 2017-07 ...), and "
                        "needs --year, --period, or --from and --to");
    if (strcmp(options->store, "none") == 0)
        return cmd_fail("report", EXIT_USAGE, "it needs a store: --store DIR");
    if (options->by != NULL)
        return strcmp(options->by, "owner") == 0
                   ? report_owners(options, making.from, making.to)
                   : cmd_fail("report", EXIT_USAGE, "--by knows one word: owner");
    int status = read_holds(options, &making.holds);
    if (status == EXIT_DONE)
        status = make_and_write(options, format, &making);
    holds_free(&making.holds);
    return status;
}

const struct command command_report = {
    .name = "report",
    .usage = "report [--period P | --from DAY --to DAY] [--against P] [--format F] [-o FILE]",
    .about = "count the store: hosts under control, control servers by country and network",
    .help =
        "  --period P           what to count: 2018, 2018-Q3, 2018-07, 2018-W27, 2018-07-01\n"
        "                       (default: everything; --year YYYY is the same as a year)\n"
        "  --against P          compared with this period (default: a year before; none)\n"
        "  --from DAY --to DAY  the days to count, YYYY-MM-DD, both included\n"
        "  --by owner           a CSV of findings for each owner (--contacts FILE), into -o DIR\n"
        "  --publish            what anybody may read: rounded, nobody named\n"
        "  --format F           text (default), html, json, csv, parquet\n"
        "  -o FILE              where to write it; a folder for csv makes a file a table\n"
        "                       (parquet always does)\n",
    .run = run,
};

/*
 * Trouble it answers: published counts that nobody can add up. Every figure is one SQL expression
 * in a .list or .sql file, counts the same rows (`counted`, sql/prepare.sql), and is checked
 * against another way to the same figure before it is printed.
 */
#include "census/census.h"

#include "census/botnet.h"
#include "census/explain.h"
#include "census/live.h"
#include "census/release.h"
#include "census/tables.h"

#include "base/buf.h"
#include "record/row.h"

extern const char census_prepare_sql[], census_cells_sql[];

#define EMBED(name, path)                                                                          \
    __asm__(".section .rodata\n.global " #name "\n" #name ":\n.incbin \"" path                     \
            "\"\n.byte 0\n.previous\n")
EMBED(census_prepare_sql, "src/census/sql/prepare.sql");
EMBED(census_cells_sql, "src/census/sql/cells.sql");

struct question {
    const char *id, *title, *sql, *definition;
    const char *cell, *from; /* of a table by cell; else NULL */
};

static const struct question questions[] = {
#define CELLS(id, title, cell, from, definition) {#id, title, NULL, definition, cell, from},
#define TABLE(id, title, sql, definition) {#id, title, sql, definition, NULL, NULL},
#include "census/tables.list"
#undef CELLS
#undef TABLE
};
static const struct {
    const char *id, *sql;
} numbers_sql[] = {
#define NUMBER(id, label, sql) {#id, sql},
#include "record/census_number.list"
#undef NUMBER
};

enum { QUESTIONS = sizeof questions / sizeof questions[0] };
_Static_assert((int)QUESTIONS + 6 <= (int)CENSUS_TABLES_MAX,
               "room for every table, two of botnets, \"population\", \"change\" and \"claims\"");

/* The template with {cell}, {id} and {from} filled in. */
static void put_cells_sql(struct buf *sql, const struct question *q)
{
    for (const char *at = census_cells_sql; *at;) {
        size_t plain = strcspn(at, "{");
        buf_add(sql, at, plain);
        at += plain;
        if (strncmp(at, "{cell}", 6) == 0)
            buf_string(sql, q->cell);
        else if (strncmp(at, "{from}", 6) == 0)
            buf_string(sql, q->from);
        else if (strncmp(at, "{id}", 4) == 0)
            buf_string(sql, q->id);
        else
            muster_assert(*at == '\0');
        at += strcspn(at, "}");
        at += *at == '}';
    }
}

/* The bit of a kind of evidence, by its name; the last is for kinds that only others know. */
static void put_kind_bit(struct buf *sql)
{
    buf_string(sql, "CREATE OR REPLACE MACRO kind_bit(name) AS CASE name ");
    for (unsigned group = 0; group < GROUPS; group++)
        buf_format(sql, "WHEN '%s' THEN %u ", evidence_group_name[group], 1U << group);
    buf_format(sql, "ELSE %u END::UINTEGER;", 1U << 31);
}

/* The rule as SQL; C reads the same line (record/counting.c). */
static const char counts_sql[] =
    "CREATE OR REPLACE MACRO counts(confirmed_days, probable_days, probable_kinds) AS "
#define RULE(expression) #expression
#include "record/counting.list"
#undef RULE
    ;

bool census_tables(const struct asker *asker, struct day from, struct day to, const char *eligible,
                   struct err *err)
{
    char first[DAY_TEXT] = "0001-01-01", last[DAY_TEXT] = "9999-12-31";
    if (from.number != DAY_NONE)
        (void)day_format(from, first);
    if (to.number != DAY_NONE)
        (void)day_format(to, last);
    struct buf sql = {0};
    buf_format(&sql,
               "CREATE OR REPLACE TABLE period AS SELECT DATE '%s' AS first_day, DATE '%s' AS "
               "last_day; SET VARIABLE first_day = DATE '%s'; SET VARIABLE last_day = DATE '%s'; "
               "CREATE OR REPLACE VIEW eligible AS SELECT * FROM %s;",
               first, last, first, last, eligible);
    put_kind_bit(&sql);
    bool done = asker_run(asker, sql.at, err) && asker_run(asker, counts_sql, err) &&
                asker_run(asker, census_prepare_sql, err);
    buf_free(&sql);
    return done;
}

bool census_numbers(const struct asker *asker, int64_t ret[CENSUS_NUMBERS], struct err *err)
{
    struct rows rows;
    struct arena arena = {0};
    bool done = asker_ask(asker,
                          "SELECT "
#define NUMBER(id, label, sql) "(" sql ") AS " #id ", "
#include "record/census_number.list"
#undef NUMBER
                          "0 AS nothing",
                          &arena, &rows, err);
    for (unsigned i = 0; i < CENSUS_NUMBERS && done; i++)
        ret[i] = rows_count(&rows, 0, i);
    arena_free(&arena);
    return done;
}

/* How many counted hosts are wrong if p is right. */
static bool make_expected(const struct asker *asker, struct census *census, struct err *err)
{
    struct rows rows;
    if (!asker_ask(asker,
                   "SELECT coalesce(sum(1 - p), 0) AS wrong FROM (SELECT max(p) AS p FROM "
                   "counted_pair GROUP BY host_id)",
                   &census->arena, &rows, err))
        return false;
    census->expected_false = rows_real(&rows, 0, 0);
    return true;
}

static bool make_days(const struct asker *asker, struct census *census, struct err *err)
{
    struct rows rows;
    if (!asker_ask(asker, "SELECT min(day) AS first_day, max(day) AS last_day FROM watched_day",
                   &census->arena, &rows, err))
        return false;
    census->first_day = rows_cell(&rows, 0, 0);
    census->last_day = rows_cell(&rows, 0, 1);
    return true;
}

static bool make_tables(const struct asker *asker, struct census *census, struct err *err)
{
    bool done = true;
    for (unsigned i = 0; i < QUESTIONS && done; i++) {
        const struct question *q = &questions[i];
        struct census_table *table = &census->table[census->tables++];
        *table = (struct census_table){.id = q->id, .title = q->title, .definition = q->definition};
        struct buf sql = {0};
        if (q->cell != NULL)
            put_cells_sql(&sql, q);
        else
            buf_string(&sql, q->sql);
        done = asker_ask(asker, sql.at, &census->arena, &table->rows, err);
        buf_free(&sql);
    }
    return done;
}

/* host IN (...) of the printed list's hosts: said as constants, so that DuckDB looks for them in
 * the files, and no more is merged. */
static bool put_listed(const struct asker *asker, struct buf *sql, struct err *err)
{
    struct arena arena = {0};
    struct rows hosts;
    bool done =
        asker_ask(asker, "SELECT DISTINCT host FROM listed ORDER BY host", &arena, &hosts, err);
    buf_string(sql, "host IN (''");
    for (size_t row = 0; done && row < hosts.len; row++) {
        buf_char(sql, ',');
        buf_sql(sql, rows_cell(&hosts, row, 0));
    }
    buf_char(sql, ')');
    arena_free(&arena);
    return done;
}

/* The hosts of the printed list, best grade first, and their rows with all columns. */
static bool make_list(const struct asker *asker, struct buf *listed, struct err *err)
{
    struct buf sql = {0};
    buf_format(&sql,
               "CREATE TABLE listed AS SELECT host_name AS host_id, host, counted, row_number() "
               "OVER (ORDER BY "
               "counted DESC, best DESC, "
               "(SELECT max(p) FROM seen WHERE seen.host_id = host.host_id) DESC, host_id) AS "
               "place_in_list "
               "FROM host JOIN host_number USING (host_id) WHERE best >= 2 ORDER BY place_in_list "
               "LIMIT %d",
               CENSUS_HOSTS_MAX);
    bool done = asker_run(asker, sql.at, err) && put_listed(asker, listed, err);
    sql.len = 0;
    buf_format(
        &sql,
        "CREATE TABLE listed_seen AS SELECT w.*, counted, place_in_list FROM (FROM whole WHERE "
        "%s AND kind = 'control' AND controller_role IS DISTINCT FROM 'sinkhole') AS w JOIN "
        "listed USING (host_id)",
        listed->at);
    done = done && asker_run(asker, sql.at, err);
    buf_free(&sql);
    return done;
}

/* Everything about the hosts of the printed list. */
static bool make_hosts(const struct asker *asker, struct census *census, struct err *err)
{
    struct buf sql = {0}, listed = {0};
    bool done = make_list(asker, &listed, err);
    buf_format(&sql,
               "SELECT "
#define COLUMN(name, sql) sql " AS \"" #name "\", "
#include "record/census_evidence.list"
#undef COLUMN
               "FROM (SELECT s.day, listed.host_id, place_in_list, "
               "coalesce(s.controller, s.controller_name, 'not known') AS controller_id, "
               "unnest(s.evidence) AS e FROM (FROM admitted WHERE %s) AS s, period, listed "
               "WHERE s.kind = 'control' AND s.day BETWEEN period.first_day AND period.last_day "
               "AND s.controller_role IS DISTINCT FROM 'sinkhole' AND s.host || CASE WHEN "
               "is_private(s.host) THEN '@' || s.sensor ELSE '' END = listed.host_id) "
               "GROUP BY host_id, controller_id, e.detector, e.item "
               "ORDER BY any_value(place_in_list), controller_id, strength DESC, detector, item",
               listed.at);
    done =
        done &&
        asker_ask(asker,
                  "SELECT "
#define COLUMN(name, sql) sql " AS \"" #name "\", "
#include "record/census_pair.list"
#undef COLUMN
                  "FROM listed_seen GROUP BY host_id, controller_id "
                  "ORDER BY any_value(place_in_list), max(rank) DESC, max(p) DESC, controller_id",
                  &census->arena, &census->pair, err) &&
        asker_ask(asker, sql.at, &census->arena, &census->evidence, err) &&
        asker_ask(asker,
                  "SELECT host_id, day, bit_or(hours) AS hours FROM listed_seen WHERE rank >= 2 "
                  "GROUP BY host_id, day ORDER BY any_value(place_in_list), day",
                  &census->arena, &census->hours, err);
    buf_free(&listed);
    buf_free(&sql);
    return done;
}

static bool check_add(const struct asker *asker, struct census *census, struct text what,
                      int64_t left, const char *right_sql, bool at_most, struct err *err)
{
    struct rows rows;
    if (!asker_ask(asker, right_sql, &census->arena, &rows, err))
        return false;
    muster_assert(rows.len == 1 && census->checks < CENSUS_CHECKS_MAX);
    census->check[census->checks++] =
        (struct census_check){what, left, rows_count(&rows, 0, 0), at_most};
    return true;
}

static int64_t column_sum(const struct rows *rows, const char *name)
{
    int64_t sum = 0;
    for (unsigned column = 0; column < rows->columns; column++)
        if (text_is(rows->name[column], name))
            for (size_t row = 0; row < rows->len; row++)
                sum += rows_count(rows, row, column);
    return sum;
}

/* A table's parts: hosts in one row only, and the distinct ones in several, are all its hosts. */
static bool check_cells(const struct asker *asker, struct census *census, struct err *err)
{
    bool done = true;
    for (unsigned i = 0; i < QUESTIONS && done; i++) {
        const struct question *q = &questions[i];
        if (q->cell == NULL)
            continue;
        struct text what =
            arena_format(&census->arena,
                         "table %s: hosts in one row only = all hosts - hosts in several", q->id);
        struct buf sql = {0};
        buf_format(&sql,
                   "SELECT count(DISTINCT host_id) - (SELECT count(*) FROM (SELECT host_id FROM "
                   "%s_pair GROUP BY host_id HAVING count(DISTINCT %s) > 1)) FROM %s_pair",
                   q->from, q->cell, q->from);
        done = check_add(asker, census, what, column_sum(&census->table[i].rows, "exclusive"),
                         sql.at, false, err);
        buf_free(&sql);
    }
    return done;
}

static bool make_checks(const struct asker *asker, struct census *census, struct err *err)
{
    const struct rows *day = &census_table(census, "day")->rows;
    const int64_t *number = census->number;
    return check_cells(asker, census, err) &&
           check_add(asker, census, text_of("sum of new hosts per day = hosts counted"),
                     column_sum(day, "new_hosts"), "SELECT count(*) FROM host WHERE counted", false,
                     err) &&
           check_add(asker, census, text_of("confirmed + probable + suspected = hosts seen"),
                     number[CENSUS_hosts_confirmed] + number[CENSUS_hosts_probable] +
                         number[CENSUS_hosts_suspected],
                     "SELECT count(DISTINCT host_id) FROM seen", false, err) &&
           check_add(asker, census, text_of("days with findings but without coverage = 0"), 0,
                     "SELECT count(*) FROM (SELECT DISTINCT day FROM every ANTI JOIN (FROM "
                     "watched_day UNION SELECT first::DATE AS day FROM coverage WHERE kind = "
                     "'scan') USING (day))",
                     false, err) &&
           check_add(asker, census,
                     text_of("hosts counted <= hosts with a finding of probable or better"),
                     number[CENSUS_hosts_counted],
                     "SELECT count(DISTINCT host_id) FROM seen WHERE rank >= 2", true, err);
}

/* The counted hosts of each month, by the same rule, are at most the period's. */
static bool check_months(const struct asker *asker, struct census *census, struct err *err)
{
    struct rows rows;
    if (!asker_ask(asker,
                   "SELECT month, count(*) FROM (SELECT strftime(day, '%Y-%m') AS month, host_id "
                   "FROM seen GROUP BY ALL HAVING counts(count(DISTINCT day) FILTER (rank = 3), "
                   "count(DISTINCT day) FILTER (rank = 2), "
                   "coalesce(bit_count(bit_or(kinds)), 0)) AND bool_or(host_role = "
                   "'lab') IS NOT TRUE) "
                   "GROUP BY month ORDER BY count(*) DESC, month LIMIT 1",
                   &census->arena, &rows, err))
        return false;
    if (rows.len == 0)
        return true;
    struct text what = arena_format(&census->arena, "hosts counted in %s <= in the whole period",
                                    rows_cell(&rows, 0, 0).at);
    return check_add(asker, census, what, rows_count(&rows, 0, 1),
                     "SELECT count(*) FROM host WHERE counted", true, err);
}

/* The same hosts from the rows as they were written, without the view that merges them. */
static bool check_raw(const struct asker *asker, struct census *census, struct err *err)
{
    struct rows rows;
    return asker_ask(asker, "SELECT count(DISTINCT host_id) FROM control", &census->arena, &rows,
                     err) &&
           check_add(
               asker, census, text_of("hosts in the merged rows = in the rows as written"),
               rows_count(&rows, 0, 0),
               "SELECT count(*) FROM (SELECT DISTINCT host, CASE WHEN is_private(host) THEN "
               "sensor END FROM (FROM admitted ANTI JOIN (FROM verdict WHERE verdict = 'false') AS "
               "wrong ON admitted.host = wrong.host AND coalesce(admitted.controller, "
               "controller_name, '') = wrong.controller), period WHERE kind = 'control' AND "
               "day BETWEEN first_day AND last_day)",
               false, err);
}

/* What names a network: an address in it, and a day on which it was there. */
static bool make_networks(const struct asker *asker, struct census *census, struct err *err)
{
    return asker_ask(asker,
                     "SELECT 'AS' || controller_asn AS network, arg_max(controller, (day, "
                     "controller)) AS address, "
                     "max(day) AS day FROM seen WHERE rank >= 2 AND controller IS NOT NULL AND "
                     "controller_asn IS NOT NULL GROUP BY controller_asn ORDER BY network",
                     &census->arena, &census->network, err);
}

bool census_make(struct census *ret, const struct asker *asker, struct day from, struct day to,
                 const struct holds *holds, struct err *err)
{
    *ret = (struct census){.from = from, .to = to};
    if (census_tables(asker, from, to, "upheld", err) && census_numbers(asker, ret->number, err) &&
        make_days(asker, ret, err) && make_expected(asker, ret, err) &&
        make_tables(asker, ret, err) && census_botnets(ret, asker, err) &&
        census_released(ret, asker, err) && make_hosts(asker, ret, err) &&
        make_networks(asker, ret, err) && make_checks(asker, ret, err) &&
        check_months(asker, ret, err) && check_raw(asker, ret, err) &&
        census_live(ret, asker, holds, err))
        return true;
    census_free(ret);
    return false;
}

static const char findings_sql[] =
    "SELECT day, host, nullif(place, '') AS sensor, controller_id AS controller, family, "
    "grade_name(rank) AS grade, round(p, 3) AS p, strftime(first, '%Y-%m-%d %H:%M:%S') AS first, "
    "strftime(last, '%Y-%m-%d %H:%M:%S') AS last FROM ";

/* The cell's question and the one for what it counts; false: there is no such cell. */
static bool put_explained(struct buf *sql, struct buf *findings, const char **definition,
                          const char *cell)
{
    struct text rest = text_of(cell), table = text_word(&rest, '=');
    for (unsigned i = 0; i < QUESTIONS; i++) {
        const struct question *q = &questions[i];
        if (q->cell == NULL || !text_is(table, q->id) || strchr(cell, '=') == NULL)
            continue;
        put_cells_sql(sql, q);
        buf_format(findings, "%s%s WHERE %s = ", findings_sql, q->from, q->cell);
        buf_sql(findings, rest);
        *definition = q->definition;
        return true;
    }
    for (size_t i = 0; i < sizeof numbers_sql / sizeof numbers_sql[0]; i++) {
        if (strcmp(cell, numbers_sql[i].id) != 0)
            continue;
        bool sites = strncmp(cell, "sites", 5) == 0 || strncmp(cell, "implanters", 10) == 0;
        buf_string(sql, numbers_sql[i].sql);
        buf_format(findings, "%s%s", findings_sql,
                   sites                                   ? "implant WHERE rank >= 2"
                   : strncmp(cell, "controllers", 11) == 0 ? "command WHERE true"
                                                           : "counted WHERE true");
        *definition = census_number_label[i];
        return true;
    }
    return false;
}

bool census_explain(struct explained *ret, const struct asker *asker, const char *cell,
                    struct err *err)
{
    struct buf sql = {0}, findings = {0};
    *ret = (struct explained){.definition = NULL};
    bool done = put_explained(&sql, &findings, &ret->definition, cell);
    if (!done) {
        (void)err_set(err,
                      "there is no cell \"%.100s\": say a table and a row of it (country=US, "
                      "network=AS64500, family=NAME, home_network=AS64496) or a figure "
                      "(hosts_counted)",
                      cell);
    } else {
        ret->sql = arena_text(&ret->arena, text_at(sql.at, sql.len));
        buf_format(&findings, " ORDER BY day, host, controller LIMIT %d", EXPLAINED_MOST);
        done = asker_ask(asker, findings.at, &ret->arena, &ret->rows, err);
    }
    buf_free(&sql);
    buf_free(&findings);
    return done;
}

void explained_free(struct explained *explained)
{
    arena_free(&explained->arena);
}

void census_free(struct census *census)
{
    arena_free(&census->arena);
    *census = (struct census){.tables = 0};
}

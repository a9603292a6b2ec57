#include "census/botnet.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>
#include <xxhash.h>

enum { BATCH = 500 };

/* What of the store may join controllers: findings up to the period's end, each (family,
 * controller) with its first day; links: two of a family under which one host was. */
static const char controllers_sql[] =
    "CREATE OR REPLACE TABLE known AS SELECT family, controller_id, day, hash(family, host, place) "
    "AS "
    "of_host FROM every WHERE kind = 'control' AND family IS NOT NULL AND rank >= 2 AND commands "
    "UNION ALL SELECT family, coalesce(controller, controller_name), day, hash(family, host, "
    "place) "
    "FROM upheld WHERE day < getvariable('first_day') AND kind = 'control' AND family IS NOT NULL "
    "AND "
    "grade_rank(grade) >= 2 AND is_command(controller_role) AND coalesce(controller, "
    "controller_name) "
    "IS NOT NULL; "
    "CREATE OR REPLACE TABLE member AS SELECT *, row_number() OVER (ORDER BY first_day, "
    "controller_id, family) - 1 AS number FROM (SELECT family, controller_id, min(day) AS "
    "first_day "
    "FROM known GROUP BY family, controller_id); "
    "CREATE OR REPLACE TABLE link AS WITH numbered AS (SELECT of_host, number FROM known JOIN "
    "member "
    "USING (family, controller_id)), several AS (SELECT of_host, min(number) AS a FROM numbered "
    "GROUP "
    "BY of_host HAVING min(number) <> max(number)) SELECT DISTINCT a, number AS b FROM numbered "
    "JOIN "
    "several USING (of_host) WHERE number <> a; DROP TABLE known";

/* Union by the smaller number, which is the older controller's (Tarjan 1975). */
static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static void join(size_t *parent, size_t a, size_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

static bool put_batch(const struct asker *asker, struct buf *sql, struct err *err)
{
    bool done = asker_run(asker, sql->at, err);
    sql->len = 0;
    return done;
}

/* The table botnet_of (family, controller_id, botnet): of all members. */
static bool write_numbers(const struct asker *asker, const struct rows *members, size_t *parent,
                          struct err *err)
{
    struct buf sql = {0};
    bool done =
        asker_run(asker, "CREATE OR REPLACE TABLE root (number BIGINT, botnet VARCHAR)", err);
    for (size_t i = 0; i < members->len && done; i++) {
        size_t root = root_of(parent, i);
        struct text family = rows_cell(members, root, 0), controller = rows_cell(members, root, 1);
        XXH64_hash_t id =
            XXH3_64bits_withSeed(controller.at, controller.len, XXH3_64bits(family.at, family.len));
        buf_format(&sql, "%s(%zu, 'b%08x')", sql.len ? ", " : "INSERT INTO root VALUES ", i,
                   (unsigned)id);
        if (i % BATCH == BATCH - 1 || i + 1 == members->len)
            done = put_batch(asker, &sql, err);
    }
    buf_free(&sql);
    return done && asker_run(asker,
                             "CREATE OR REPLACE TABLE botnet_of AS SELECT family, controller_id, "
                             "botnet FROM member JOIN root USING (number)",
                             err);
}

static bool number_botnets(const struct asker *asker, struct err *err)
{
    struct arena arena = {0};
    struct rows members, links;
    size_t *parent = NULL;
    bool done = asker_run(asker, controllers_sql, err) &&
                asker_ask(asker, "SELECT family, controller_id FROM member ORDER BY number", &arena,
                          &members, err) &&
                asker_ask(asker, "SELECT a, b FROM link", &arena, &links, err);
    if (done) {
        parent = mem_new(members.len + 1, sizeof *parent);
        for (size_t i = 0; i < members.len; i++)
            parent[i] = i;
        for (size_t i = 0; i < links.len; i++)
            join(parent, (size_t)rows_count(&links, i, 0), (size_t)rows_count(&links, i, 1));
        done = write_numbers(asker, &members, parent, err);
    }
    mem_free(parent);
    arena_free(&arena);
    return done;
}

static bool add_table(struct census *census, const struct asker *asker, const char *id,
                      const char *title, const char *sql, const char *definition, struct err *err)
{
    struct census_table *table = &census->table[census->tables++];
    *table = (struct census_table){.id = id, .title = title, .definition = definition};
    return asker_ask(asker, sql, &census->arena, &table->rows, err);
}

/* Rows of command with their botnet; by numbers, for grouping millions of rows by texts cost three
 * times as much. Then the most hosts of one hour, of each botnet and of each controller. */
static const char peaks_sql[] =
    "CREATE OR REPLACE TABLE unit AS SELECT *, dense_rank() OVER (ORDER BY botnet)::INTEGER AS "
    "botnet_number, dense_rank() OVER (ORDER BY controller_id)::INTEGER AS controller_number FROM "
    "(SELECT family, controller_id, coalesce(botnet, controller_id) AS botnet FROM (SELECT "
    "DISTINCT family, controller_id FROM command_pair) LEFT JOIN botnet_of USING (family, "
    "controller_id)); "
    "CREATE OR REPLACE TABLE in_botnet AS SELECT botnet_number, controller_number, host_id, day, "
    "hours, controller_country FROM command JOIN unit ON command.controller_id = "
    "unit.controller_id AND command.family IS NOT DISTINCT FROM unit.family; "
    "CREATE OR REPLACE TABLE botnet_peak AS SELECT botnet_number, max(n) AS in_hour FROM (SELECT "
    "botnet_number, day, most_in_hour(hours) AS n FROM (SELECT botnet_number, day, host_id, "
    "bit_or(hours) AS hours FROM in_botnet GROUP BY ALL) GROUP BY botnet_number, day) GROUP BY "
    "botnet_number; "
    "CREATE OR REPLACE TABLE controller_peak AS SELECT controller_number, max(n) AS in_hour FROM "
    "(SELECT controller_number, day, most_in_hour(hours) AS n FROM (SELECT controller_number, "
    "day, host_id, bit_or(hours) AS hours FROM in_botnet GROUP BY ALL) GROUP BY "
    "controller_number, day) GROUP BY controller_number";

bool census_botnets(struct census *census, const struct asker *asker, struct err *err)
{
    return number_botnets(asker, err) && asker_run(asker, peaks_sql, err) &&
           add_table(census, asker, "botnet", "Botnets, the largest first",
                     "SELECT botnet, family, controllers, hosts, in_hour::BIGINT AS peak_hour, "
                     "countries, first_day, last_day FROM (SELECT botnet_number, count(DISTINCT "
                     "controller_number) AS controllers, count(DISTINCT host_id) AS hosts, "
                     "count(DISTINCT coalesce(controller_country, '?')) AS countries, min(day) AS "
                     "first_day, max(day) AS last_day FROM in_botnet GROUP BY botnet_number) JOIN "
                     "botnet_peak USING (botnet_number) JOIN (SELECT botnet_number, "
                     "any_value(botnet) AS botnet, any_value(family) AS family FROM unit GROUP BY "
                     "botnet_number) USING (botnet_number) WHERE family IS NOT NULL ORDER BY hosts "
                     "DESC, botnet LIMIT 250",
                     "A family's controllers that a host was seen under together. The number stays "
                     "the same while its oldest controller is in the store. Peak hour: the most "
                     "hosts of one hour.",
                     err) &&
           add_table(census, asker, "size", "Botnets and single controllers by size",
                     "WITH c(least) AS (VALUES (1), (10), (100), (1000), (10000), (100000)) SELECT "
                     "'> ' || least AS hosts_in_an_hour, (SELECT count(*) FROM botnet_peak WHERE "
                     "in_hour > least) AS botnets, (SELECT count(*) FROM controller_peak WHERE "
                     "in_hour > least) AS single_controllers FROM c WHERE (SELECT count(*) FROM "
                     "botnet_peak) > 0 ORDER BY least",
                     "By the most hosts seen under control in one hour, which grows neither with "
                     "the length of the period nor with new addresses of a machine. Each class has "
                     "the larger ones in it.",
                     err);
}
